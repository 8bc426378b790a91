"""Chapter 2."""

OUTER = "a column (n, 1) times a row (1, m): the same outer product, by broadcasting"
ONE_ROW = "db2 has one entry, and b2 - rate * db2 has b2's shape (1, 1) in any case"

EQUAL = {
    "2.2": {
        "dZ1 = W2.T * dZ2 * (1 - A1 ** 2)": OUTER,
        "db2 = np.sum(dZ2, keepdims=True) / m": "dZ2 has one row: all its numbers are that row",
        "db2 = np.sum(dZ2, axis=1) / m": ONE_ROW,
        "db2 = np.sum(dZ2, axis=1, keepdims=False) / m": ONE_ROW,
    },
    "2.3": {
        "dZ1 = W2.T * dZ2 * (1 - A1 ** 2)": OUTER,
        "dX = W1.T @ dZ1 + V.T * dZ2": OUTER,
    },
    "2.5": {"constant": "many numbers put the two lines between the corners: all are right"},
}
