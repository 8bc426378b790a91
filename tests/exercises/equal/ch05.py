"""Chapter 5."""

EQUAL = {
    "5.3": {
        "D = uniform <= keep_prob": ("a uniform number equals keep_prob with probability 0"),
    },
}
