"""Chapter 6."""

EQUAL = {
    "6.2": {
        "gradient = np.ones_like(theta)": ("every entry is overwritten"),
    },
    "6.5": {
        "mask = random_state.rand(*A.shape) <= keep_prob": (
            "a uniform number equals keep_prob with probability 0"
        ),
    },
    "6.6": {
        "a, b = (numerical[start:stop], analytic[start:stop])": (
            "a relative difference is symmetric"
        ),
        "if size > 0 and np.linalg.norm(b - a) / size > 1e-05:": ("a length has no sign"),
        "if size > 0 and np.linalg.norm(a - b) / size >= 1e-05:": (
            "a difference equals 1e-5 to the last digit with probability 0"
        ),
        "stop = start + np.prod(shape)": ("NumPy's whole numbers are good for a slice"),
    },
}
