"""Chapter 1."""

EQUAL = {
    "1.1": {
        "X = pictures.reshape(len(pictures), -2).T / 255": (
            "NumPy takes any negative size for the one that is left over"
        ),
    },
    "1.2": {
        "return np.where(z > 0, 1, e) / (1 + e)": ("at z = 0 both branches give 1/2"),
    },
    "1.5": {
        "A = 1 / (1 + np.exp(w.T @ X + b))": "this is 1 - A, and A (1 - A) stays the same",
    },
}
