"""Chapter 5."""

NEAR = "within the point that the task allows"
EQUAL = {
    "5.6": {
        "return _mean_of_the_lowest(21, 40, 0.15)": NEAR,
        "return _mean_of_the_lowest(19, 40, 0.15)": NEAR,
        "return _mean_of_the_lowest(20, 41, 0.15)": NEAR,
        "return _mean_of_the_lowest(20, 39, 0.15)": NEAR,
    },
}
