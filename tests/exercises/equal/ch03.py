"""Chapter 3."""

EQUAL = {
    "3.5": {"return (c, b)": "without float() b is a NumPy number, which is as good as a float"},
}
