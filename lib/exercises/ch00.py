"""Exercises of chapter 0: notation and arrays."""

import numpy as np

from lib.exercises import Exercise

# --- 0.1 ------------------------------------------------------------------------------------------


def _standardized(X):
    """X (n_x, m) with every feature moved to mean 0 and scaled to standard deviation 1.

    Features are rows, and none is constant. X itself stays as it was; no loop is needed.
    """
    mean = X.mean(axis=1, keepdims=True)
    deviation = X.std(axis=1, keepdims=True)
    return (X - mean) / deviation


def _features(random_state, shape=None):
    n_x, m = shape or random_state.permutation([3, 4, 5, 6, 7])[:2]
    scale, middle = random_state.uniform(2, 9, (n_x, 1)), random_state.uniform(5, 9, (n_x, 1))
    return (middle + scale * random_state.randn(n_x, m),)


def _in_place(X):
    X -= X.mean(axis=1, keepdims=True)
    X /= X.std(axis=1, keepdims=True)
    return X


_MEAN, _DEVIATION = "X.mean(axis=1, keepdims=True)", "X.std(axis=1, keepdims=True)"

standardized = Exercise(
    "0.1",
    "Standardize every row",
    _standardized,
    inputs=_features,
    corners={
        "as many examples as features": lambda random_state: _features(random_state, (4, 4)),
        "one feature": lambda random_state: _features(random_state, (1, 6)),
        "two examples": lambda random_state: _features(random_state, (3, 2)),
    },
    hints=[
        "Each row has a mean of its own. Which axis runs along a row?",
        "The mean must come out as (n_x, 1), or it will not line up with the rows: keepdims=True.",
        "Subtract X.mean(axis=1, keepdims=True), then divide by X.std(axis=1, keepdims=True).",
    ],
    mistakes={
        "You standardized the columns: with axis=0 each flower is compared with itself. Features"
        " are rows here, and axis 1 runs along a row.": (
            (_MEAN, "X.mean(axis=0)"),
            (_DEVIATION, "X.std(axis=0)"),
        ),
        "You used one mean and one deviation for the whole array. Each row has its own: name the"
        " axis.": ((_MEAN, "X.mean()"), (_DEVIATION, "X.std()")),
        "The means lost their second axis: (n_x, m) - (n_x,) compares m with n_x and fails when"
        " they differ. Keep it with keepdims=True, and that of the deviations too.": (
            (_MEAN, "X.mean(axis=1)"),
            (_DEVIATION, "X.std(axis=1)"),
        ),
        "The means lost their second axis; the deviations have kept it. Both need keepdims=True.": (
            (_MEAN, "X.mean(axis=1)")
        ),
        "The deviations lost their second axis; the means have kept it. Both need keepdims=True.": (
            (_DEVIATION, "X.std(axis=1)")
        ),
        "The rows are centred and not yet scaled: divide by the standard deviations.": (
            (" / deviation", "")
        ),
        "You divided by the variance. The standard deviation is its root, and has the unit of the"
        " feature.": ("X.std", "X.var"),
        "The rows are scaled and not yet centred: subtract the means first.": ("(X - mean)", "X"),
        "A division binds tighter than a minus: put (X - mean) in brackets.": (
            ("(X - mean)", "X - mean")
        ),
        "Your deviations divide by m - 1 (ddof=1). X.std as it comes divides by m, as the course"
        " does.": ("X.std(axis=1", "X.std(ddof=1, axis=1"),
        "One deviation for the whole array: each row has its own. Name the axis in X.std as in"
        " X.mean.": (_DEVIATION, "X.std()"),
        "One mean for the whole array: each row has its own. Name the axis in X.mean as in"
        " X.std.": (_MEAN, "X.mean()"),
        "The means are those of the flowers, over axis 0; the deviations are those of the"
        " features.": (_MEAN, "X.mean(axis=0, keepdims=True)"),
        "The means are those of the features; the deviations are those of the flowers, over axis"
        " 0.": (_DEVIATION, "X.std(axis=0, keepdims=True)"),
        "You added the means: they are to be subtracted.": ("X - mean", "X + mean"),
        "You multiplied by the deviations: a row that is spread widely has to shrink.": (
            ("/ deviation", "* deviation")
        ),
        "Your rows now reach from 0 to 1. Asked for were mean 0 and standard deviation 1: X.mean"
        " and X.std in place of the smallest and the range.": (
            ("X.mean(", "X.min("),
            ("X.std(", "np.ptp(X, "),
        ),
        "The result is right, and you changed the caller's X to get it: -= and /= write into the"
        " array. Make a new one.": _in_place,
    },
)


# --- 0.2 ------------------------------------------------------------------------------------------


def _score_of_the_trap():
    """The number that np.mean(answers == labels) gives, from 0 to 1."""
    return 0.3 * 0.3 + 0.7 * 0.7  # pairs of two ones, and pairs of two zeros


_HITS = "0.3 * 0.3 + 0.7 * 0.7"

score_of_the_trap = Exercise(
    "0.2",
    "Predict: never wrong, and yet",
    _score_of_the_trap,
    properties={"The mean of True and False lies between 0 and 1.": lambda x: 0 <= x <= 1},
    hints=[
        "The comparison is a table of 1,000 rows and 1,000 columns: each answer with each label.",
        "In a row whose label is 1, how many of the 1,000 answers agree with it? And in a row whose"
        " label is 0?",
        "300 rows with 300 hits and 700 rows with 700 hits, of a million entries.",
    ],
    mistakes={
        "A half comes out where both kinds are equally frequent. Here they are not: a row whose"
        " label is 0 agrees with 700 of the answers.": (_HITS, "0.5"),
        "That would be said if each answer met its own label alone. But (1000,) and (1000, 1) meet"
        " in a table of a million pairs.": (_HITS, "1.0"),
        "That is the share of pairs that *differ*: 300 · 700 twice, of a million. The rest"
        " agrees.": (_HITS, "2 * 0.3 * 0.7"),
        "A pair of a one and a zero can be met in two ways, but it is no hit. Hits are pairs of two"
        " ones and pairs of two zeros.": (_HITS, "0.3 * 0.7"),
        "You counted the rows whose label is 1. In the other 700 rows 700 answers agree as well.": (
            (_HITS, "0.3 * 0.3")
        ),
        "You counted the rows whose label is 0. In the other 300 rows 300 answers agree as well.": (
            (_HITS, "0.7 * 0.7")
        ),
        "That is the share of ones. An entry is right if answer and label agree, whatever they"
        " are.": (_HITS, "0.3"),
        "That is the share of zeros. An entry is right if answer and label agree, whatever they"
        " are.": (_HITS, "0.7"),
        "In the rows of one label you counted every answer as a hit: only those that agree with it"
        " are, 300 or 700 of them.": (_HITS, "0.3 + 0.7 * 0.7"),
        "The 1,000 pairs on the diagonal are right by design, and you counted no others: many more"
        " agree by chance.": (_HITS, "1000 / 1000**2"),
        "In per cent: the mean of True and False lies between 0 and 1.": (
            _HITS,
            f"100 * ({_HITS})",
        ),
        "This is the number of hits in the table: their share is that divided by a million.": (
            (_HITS, "300 * 300 + 700 * 700")
        ),
    },
)


# --- 0.3 ------------------------------------------------------------------------------------------


def _accuracy(answers, Y):
    """The share of right answers, a number, for answers and Y of shape (m,), (1, m) or (m, 1).

    The two may have different ones of these shapes. If they do not hold the same number of entries,
    raise ValueError("answers and Y need the same number of entries").
    """
    if np.size(answers) != np.size(Y):
        raise ValueError("answers and Y need the same number of entries")
    return float(np.mean(np.ravel(answers) == np.ravel(Y)))


def _answers_and_labels(random_state):
    m = random_state.randint(5, 12)
    Y = random_state.permutation(np.arange(m) % 2)
    answers = np.where(np.arange(m) < random_state.randint(1, 3), 1 - Y, Y)
    shapes = [(m,), (1, m), (m, 1)]
    first, second = random_state.permutation(3)[:2]
    return answers.reshape(shapes[first]), Y.reshape(shapes[second])


def _accuracy_as_printed(answers, Y):
    return float(np.mean(answers == Y))


def _cut_to_the_shorter(answers, Y):
    m = min(np.size(answers), np.size(Y))
    return float(np.mean(np.ravel(answers)[:m] == np.ravel(Y)[:m]))


_PAIRS, _COUNTS = "np.ravel(answers) == np.ravel(Y)", "np.size(answers) != np.size(Y)"

accuracy = Exercise(
    "0.3",
    "Bug hunt: half right, whatever it says",
    _accuracy,
    inputs=_answers_and_labels,
    corners={
        "too many answers": (np.array([1, 0, 1, 1]), np.array([[1, 0, 1]])),
        "too few answers": (np.array([1, 0]), np.array([[1, 0, 1]])),
        "two rows of unequal lengths": (np.array([[1, 0, 1, 1]]), np.array([[1, 0, 1]])),
        "one answer for many labels": (np.array([1]), np.array([[1], [0], [1]])),
        "many answers for one label": (np.array([[1, 0, 0]]), np.array([[1]])),
        "two rows": (np.array([[1, 0, 1]]), np.array([[1, 1, 1]])),
        "two columns": (np.array([[1], [0], [0]]), np.array([[1], [1], [1]])),
        "one answer": (np.array([[1]]), np.array([1])),
        "nothing right": (np.array([1, 0, 0]), np.array([[0], [1], [1]])),
    },
    hints=[
        "Print the shape of answers == Y for answers (m,) and Y (m, 1).",
        "Give both the same shape before you compare: np.ravel makes (m,) of all three.",
        "Compare np.size(answers) with np.size(Y) first, and raise the error if they differ.",
    ],
    mistakes={
        "This is the exhibit as it was: a column against a row is compared with every label, m × m"
        " answers, and about half of those are right.": _accuracy_as_printed,
        "The error is there. But a column is still compared with a row, each answer with every"
        " label: give both the same shape first.": (_PAIRS, "answers == Y"),
        "The answers now stand and the labels lie: still m × m comparisons. Give both the same"
        " shape.": (_PAIRS, "np.reshape(answers, (-1, 1)) == np.ravel(Y)"),
        "You flattened the answers and left the labels as they come: a column of labels still meets"
        " every answer. Flatten both.": (_PAIRS, "np.ravel(answers) == Y"),
        "You flattened the labels and left the answers as they come: a column of answers still"
        " meets every label. Flatten both.": (_PAIRS, "answers == np.ravel(Y)"),
        "The comparison is right. What is missing is the error for different numbers of entries:"
        " NumPy raises one in its own words, or none at all, if one of them has a single entry.": (
            (_COUNTS, "False")
        ),
        "You refuse too many answers and let too few pass: they need to be as many as the labels,"
        " so compare with !=.": (_COUNTS, "np.size(answers) > np.size(Y)"),
        "You refuse too few answers and let too many pass: they need to be as many as the labels,"
        " so compare with !=.": (_COUNTS, "np.size(answers) < np.size(Y)"),
        "You cut the longer one to the length of the shorter. Then a mistake further up is never"
        " noticed: raise the ValueError.": _cut_to_the_shorter,
        "You refuse shapes that only lie differently, (m,) beside (m, 1). Compare the numbers of"
        " entries, then ravel both.": (_COUNTS, "np.shape(answers) != np.shape(Y)"),
        "len counts along the first axis only, and is 1 for a row (1, m): compare np.size.": (
            (_COUNTS, "len(answers) != len(Y)")
        ),
        "You return the share of wrong answers: compare with ==.": ("==", "!="),
        "A percentage: leave out the 100. A share lies between 0 and 1.": (
            "float(",
            "100 * float(",
        ),
        "This is the number of right answers: their share is the mean.": ("np.mean", "np.sum"),
        "The numbers are compared, and the error has another type: the task asks for a ValueError,"
        " and an assert raises an AssertionError.": ("ValueError(", "AssertionError("),
    },
)


# --- 0.4 ------------------------------------------------------------------------------------------


def _graph_gradients(w, b, x, y):
    """J, dw and db of J = (z**2 - y)**2 + w**2 with z = w x + b, for four numbers w, b, x, y."""
    z = w * x + b
    error = z**2 - y
    J = error**2 + w**2
    dz = 2 * error * 2 * z
    dw = dz * x + 2 * w
    db = dz
    return J, dw, db


_BACK = "2 * error * 2 * z"

graph_gradients = Exercise(
    "0.4",
    "Back through a graph",
    _graph_gradients,
    inputs=lambda random_state: tuple(
        float(v) for v in (random_state.choice([-1, 1], 4) * random_state.uniform(0.5, 2, 4))
    ),
    corners={
        "no error": (1.0, 1.0, 1.0, 4.0),
        "w = 0": (0.0, 1.5, 2.0, 1.0),
        "x = 0": (1.5, 2.0, 0.0, 1.0),
        "z = 0": (2.0, -3.0, 1.5, 0.5),
    },
    results=("J", "dw", "db"),
    hints=[
        "Draw the graph: w, b → z → z² → error → error², and a second path from w to w². J is the"
        " sum of the two ends.",
        "Walk back: J changes with the error by 2 error, the error with z by 2 z, z with b by 1.",
        "w reaches J by two paths. Each gives a term, and the terms are added: dz * x + 2 * w.",
    ],
    mistakes={
        "db is right. But w reaches J by two paths, and you walked one: the penalty w**2 adds 2 w"
        " to dw.": (" + 2 * w", ""),
        "The slope of w**2 is 2 w, not w.": ("+ 2 * w", "+ w"),
        "The slope of z**2 is missing on the way back: between error and z lies a factor 2 z.": (
            (_BACK, "2 * error")
        ),
        "The outer square's slope is missing on the way back: between J and error lies a factor 2"
        " error.": (_BACK, "2 * z"),
        "A factor 2 is lost: there are two squares on the way, one around z and one around the"
        " error, and the slope of each has its own 2.": (_BACK, "2 * error * z"),
        "Both factors 2 are lost: the slope of a square is twice what is squared.": (
            (_BACK, "error * z")
        ),
        "The slopes along one path are multiplied, and you added them: dz is 2 error times 2 z.": (
            (_BACK, "2 * error + 2 * z")
        ),
        "The paths are added where they meet, and you multiplied them: dw is dz x plus 2 w.": (
            ("dz * x + 2 * w", "dz * x * 2 * w")
        ),
        "The penalty w**2 does not contain b: it adds to dw only.": ("db = dz", "db = dz + 2 * w"),
        "The sign of dz is turned: the error is z**2 - y, so it grows with z**2.": (
            ("dz = 2", "dz = -2")
        ),
        "The penalty raises J, so its slope is added: 2 w, not -2 w.": ("+ 2 * w", "- 2 * w"),
        "dw lacks the factor x: the weight enters z multiplied by x.": ("dz * x", "dz"),
        "z = w x + b grows with w by x (and with x by w): the factor is x.": ("dz * x", "dz * w"),
        "db has no factor x: b enters z as it is.": ("db = dz", "db = dz * x"),
        "The order is J, dw, db.": ("J, dw, db", "J, db, dw"),
        "J lacks the second term, w**2; the derivatives are right.": (
            ("J = error**2 + w**2", "J = error**2")
        ),
        "J lacks the square of the error; the derivatives are right.": (
            ("J = error**2", "J = error")
        ),
        "Without a penalty, both in J and in dw: J is (z**2 - y)**2 + w**2.": (
            ("J = error**2 + w**2", "J = error**2"),
            (" + 2 * w", ""),
        ),
        "That is the page's graph, with e = z - y: here z is squared before y is taken away.": (
            ("z**2 - y", "z - y"),
            (_BACK, "2 * error"),
        ),
    },
)


# --- 0.5 ------------------------------------------------------------------------------------------


def _best_line(x, y):
    """w and b, two numbers, of the line w x + b with the smallest mean squared error.

    x (1, m), not all equal; y (1, m).
    """
    dx = x - x.mean()
    w = np.sum(dx * y) / np.sum(dx**2)
    b = y.mean() - w * x.mean()
    return w, b


def _points(random_state, m=None):
    m = m or random_state.randint(5, 12)
    x = random_state.uniform(-3, 3) + random_state.randn(1, m)
    return x, random_state.randn() * x + random_state.uniform(1, 3) + 0.5 * random_state.randn(1, m)


_SLOPE, _OFFSET = "np.sum(dx * y) / np.sum(dx**2)", "y.mean() - w * x.mean()"

best_line = Exercise(
    "0.5",
    "On paper: the best line",
    _best_line,
    inputs=_points,
    corners={
        "two points": lambda random_state: _points(random_state, 2),
        "x has the mean 0": (np.array([[-2.0, 0.0, 2.0]]), np.array([[1.0, 4.0, 4.0]])),
        "y has the mean 0": (np.array([[1.0, 2.0, 6.0]]), np.array([[2.0, -3.0, 1.0]])),
        "all y equal": (np.array([[1.0, 2.0, 5.0]]), np.array([[3.0, 3.0, 3.0]])),
        "points on one line": (np.array([[0.0, 1.0, 4.0]]), np.array([[5.0, 3.0, -3.0]])),
    },
    results=("w", "b"),
    hints=[
        "At the lowest place both derivatives are 0: Σ e = 0 and Σ e x = 0, with e = w x + b - y.",
        "The first equation gives b, as soon as w is known: the line passes through the point of"
        " the two means. Put that into e.",
        "Because Σ e = 0, the second may be written Σ e (x - mean of x) = 0. Solve it for w.",
    ],
    mistakes={
        "This is the best line through the origin: you set the derivative by w to 0 and left out b."
        " Both derivatives have to be 0.": (("x - x.mean()", "x"), (_OFFSET, "0.0")),
        "b is right for your w. But w is that of the best line through the origin: x has to be"
        " counted from its mean.": ("x - x.mean()", "x"),
        "w is right. b is the mean of y only if x has the mean 0: it is mean y - w · mean x.": (
            (" - w * x.mean()", "")
        ),
        "w is right. In b a sign is turned: w · mean x + b = mean y.": ("() - w", "() + w"),
        "w is right. b is turned round: it is mean y - w · mean x.": (
            (_OFFSET, "w * x.mean() - y.mean()")
        ),
        "w is right, and b is 0: the line may be moved up and down too.": (_OFFSET, "0.0"),
        "You divided by the squares of y: that is the slope of x over y.": (
            ("np.sum(dx**2)", "np.sum((y - y.mean()) ** 2)")
        ),
        "This is the slope turned round, Σ dx² divided by Σ dx y.": (
            (_SLOPE, "np.sum(dx**2) / np.sum(dx * y)")
        ),
        "You divided by the roots of both sums of squares: that is the correlation, and the slope"
        " is divided by Σ dx² alone.": (
            (_SLOPE, "np.sum(dx * y) / np.sqrt(np.sum(dx**2) * np.sum((y - y.mean()) ** 2))")
        ),
        "You divided by the root of Σ dx²: the root is too much.": (
            ("np.sum(dx**2)", "np.sqrt(np.sum(dx**2))")
        ),
        "You took the mean of the single slopes, dy / dx: from the equation follows the quotient of"
        " two sums.": (_SLOPE, "np.mean((y - y.mean()) / dx)"),
        "w is not yet divided by Σ dx².": (" / np.sum(dx**2)", ""),
        "Above the line stands a mean and below it a sum: take both over the same examples in the"
        " same way.": ("np.sum(dx * y)", "np.mean(dx * y)"),
        "Above the line stands a sum and below it a mean: take both over the same examples in the"
        " same way.": ("np.sum(dx**2)", "np.mean(dx**2)"),
        "np.cov divides by m - 1 and np.var by m: your w is m / (m - 1) times too large.": (
            (_SLOPE, "np.sum(dx * y) / (x.size - 1) / x.var()")
        ),
        "A sum of x in place of its mean: x is counted from its mean.": (
            ("dx = x - x.mean()", "dx = x - x.sum()")
        ),
        "This line passes through the first and the last point; the best one listens to all.": (
            (_SLOPE, "(y[0, -1] - y[0, 0]) / (x[0, -1] - x[0, 0])"),
            (_OFFSET, "y[0, 0] - w * x[0, 0]"),
        ),
        "The order is w, b.": ("return w, b", "return b, w"),
    },
)


# --- 0.6 ------------------------------------------------------------------------------------------


def _distances(A, B):
    """The distance of every column of A (n, p) from every column of B (n, q): an array (p, q).

    No loop: broadcasting makes all differences at once.
    """
    gaps = A[:, :, np.newaxis] - B[:, np.newaxis, :]  # (n, p, q)
    return np.sqrt(np.sum(gaps**2, axis=0))


def _two_sets_of_points(random_state, sizes=None):
    n, p, q = random_state.permutation([2, 3, 4, 5])[:3] if sizes is None else sizes
    return random_state.randn(n, p), random_state.randn(n, q)


def _a_common_point(random_state):
    A, B = _two_sets_of_points(random_state)
    B[:, 0] = A[:, 1]
    return A, B


_GAPS, _ROOT = "A[:, :, np.newaxis] - B[:, np.newaxis, :]", "np.sqrt(np.sum(gaps**2, axis=0))"

distances = Exercise(
    "0.6",
    "All distances at once",
    _distances,
    inputs=_two_sets_of_points,
    corners={
        "a point that is in both": _a_common_point,
        "as many points in A as in B": lambda random_state: _two_sets_of_points(
            random_state, (3, 4, 4)
        ),
        "one point each": lambda random_state: _two_sets_of_points(random_state, (4, 1, 1)),
        "points on a line, n = 1": lambda random_state: _two_sets_of_points(
            random_state, (1, 3, 4)
        ),
    },
    hints=[
        "Entry (i, j) needs column i of A and column j of B. Give both arrays three axes: one for"
        " the coordinates, one for i, one for j.",
        "A[:, :, np.newaxis] is (n, p, 1) and B[:, np.newaxis, :] is (n, 1, q). What shape has"
        " their difference?",
        "Square the differences, sum over axis 0, take the root.",
    ],
    mistakes={
        "These are the squared distances: take the root.": (_ROOT, "np.sum(gaps**2, axis=0)"),
        "Your array is (q, p): rows belong to the columns of A. Swap the two new axes.": (
            (_GAPS, "A[:, np.newaxis, :] - B[:, :, np.newaxis]")
        ),
        "You added up the absolute differences: a distance is the root of the sum of squares.": (
            (_ROOT, "np.sum(np.abs(gaps), axis=0)")
        ),
        "You took the largest of the absolute differences: a distance is the root of the sum of"
        " squares.": (_ROOT, "np.max(np.abs(gaps), axis=0)"),
        "You added up the differences before squaring them, so that they cancel: square first.": (
            ("np.sum(gaps**2, axis=0)", "np.sum(gaps, axis=0) ** 2")
        ),
        "You summed over axis 1, which runs over the columns of A. The coordinates are axis 0.": (
            ("axis=0", "axis=1")
        ),
        "You summed over axis 2, which runs over the columns of B. The coordinates are axis 0.": (
            ("axis=0", "axis=2")
        ),
        "You summed over all three axes, and one number is left: name the axis of the coordinates,"
        " 0.": (", axis=0", ""),
        "The differences are not squared: their sum can be negative, and has no root.": (
            ("gaps**2", "gaps")
        ),
        "You took a mean over the coordinates: a distance is the root of their sum of squares.": (
            ("np.sum(", "np.mean(")
        ),
        "You added the coordinates: a distance needs their differences.": ("] - B", "] + B"),
        "A - B subtracts two arrays whose columns do not match. Give each a new axis first, so that"
        " p meets 1 and 1 meets q.": (_GAPS, "A - B"),
        "These are the products of the columns, A.T @ B: a distance needs their differences.": (
            lambda A, B: A.T @ B
        ),
    },
)
