"""Chapter 0."""

EQUAL = {
    "0.6": {
        "gaps = B[:, np.newaxis, :] - A[:, :, np.newaxis]": ("the gaps are squared"),
    },
}
