"""Chapter 7."""

EQUAL = {
    "7.3": {
        "variance = (beta - 1) ** 2 / (1 - beta ** 2)": "the square does not see the sign",
    },
    "7.5": {
        "rise, fall = ((warm_up / t) ** 0.5, t / warm_up)": "the smaller of two has no order",
    },
    "7.6": {
        "v, s, t = (np.zeros_like(w), 0, np.zeros_like(w))": (
            "0 and an array of zeros are the same start, for s and for t"
        ),
    },
}
