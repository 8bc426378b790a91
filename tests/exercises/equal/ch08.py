"""Chapter 8."""

EQUAL = {
    "8.2": {
        "n = batches[-1].shape[0]": "all batches have the same units",
    },
    "8.3": {
        "kept = rate * decay - 1": "it is squared, so its sign does not matter",
    },
    "8.6": {
        "keepdims dropped": (
            "statistics of axis 0 have the shape (m,), which broadcasts as (1, m) does"
        ),
        "centred = Z - Z.mean(axis=0, keepdims=False)": "(m,) broadcasts as (1, m) does",
        "deviation = np.sqrt(np.mean(centred ** 2, axis=0, keepdims=False) + epsilon)": (
            "(m,) broadcasts as (1, m) does"
        ),
        "mean = dZ_hat.mean(axis=0, keepdims=False)": "(m,) broadcasts as (1, m) does",
        "along = np.mean(dZ_hat * Z_hat, axis=0, keepdims=False)": "(m,) broadcasts as (1, m) does",
        "centred = Z.mean(axis=0, keepdims=True) - Z": (
            "Z_hat comes in twice, and its sign cancels"
        ),
    },
}
