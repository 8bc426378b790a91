"""Chapter 10."""

EQUAL = {
    "10.1": {
        "layers = (2 + 4 * u[2]).astype(int)": ("a positive number loses its fraction either way"),
    },
    "10.3": {
        "total = sum((c * e for c, e in zip(lengths, candidates, strict=True)))": (
            "a product is symmetric"
        ),
    },
    "10.5": {
        "winners = inner.sum(axis=2).argmax(axis=1)": ("a sum is largest where the mean is"),
    },
}
