"""Chapter 7."""

EQUAL = {
    "7.6": {
        "v, s, t = (np.zeros_like(w), 0, np.zeros_like(w))": (
            "0 and an array of zeros are the same start, for s and for t"
        ),
    },
}
