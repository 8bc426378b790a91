"""Chapter 9."""

EQUAL = {
    "9.1": {
        "Y[labels[-1], np.arange(labels.shape[1])] = 1": (
            "labels have one row: the first is the last"
        ),
        "return (Y, Y.argmax(axis=0).reshape(1, -2))": (
            "NumPy takes any negative size for the one that is left over"
        ),
    },
    "9.4": {
        "E = np.exp(Z + Z.max(axis=0))": (
            "a factor of a column cancels in the softmax, and the scores are small"
        ),
        "E = np.exp(Z)": ("a factor of a column cancels in the softmax, and the scores are small"),
        "E = np.exp(Z - Z.max())": (
            "a factor of all cancels in the softmax, and the scores are small"
        ),
        "E = np.exp(Z - Z.min(axis=0))": (
            "a factor of a column cancels in the softmax, and the scores are small"
        ),
    },
    "9.6": {
        "logsumexp = M + np.log(np.mean(np.exp(Z - M), axis=0))": (
            "every cost is lower by log C: the same one is lowest"
        ),
        "return np.sum(logsumexp - np.sum(Y_dev * Z, axis=0))": (
            "every cost is m times as large: the same one is lowest"
        ),
    },
}
