"""Chapter 2."""

EQUAL = {
    "2.4": {
        "db2 = np.sum(dZ2, keepdims=True) / m": "dZ2 has one row: all its numbers are that row",
        "dZ1 = W2.T * dZ2 * (1 - A1 ** 2)": "a column (n_h, 1) times a row (1, m): the same outer"
        " product, by broadcasting",
    },
    "2.5": {"constant": "many numbers put the two lines between the corners: all are right"},
}
