"""Exercises of chapter 0: notation and arrays."""

import numpy as np

from lib.exercises import exercise


def _in_place(X):
    X -= X.mean(axis=1, keepdims=True)
    X /= X.std(axis=1, keepdims=True)
    return X


@exercise("0.1", "Standardize every row")
class standardized:
    """X (n_x, m) with every feature moved to mean 0 and scaled to standard deviation 1.

    Features are rows. X itself stays as it was; no loop is needed.
    """

    def inputs(random_state):
        n_x, m = random_state.permutation([3, 4, 5, 6, 7])[:2]
        scale, middle = random_state.uniform(2, 9, (n_x, 1)), random_state.uniform(5, 9, (n_x, 1))
        return (middle + scale * random_state.randn(n_x, m),)

    def solution(X):
        mean = X.mean(axis=1, keepdims=True)
        deviation = X.std(axis=1, keepdims=True)
        return (X - mean) / deviation

    hints = [
        "Each row has a mean of its own. Which axis runs along a row?",
        "The mean must come out as (n_x, 1), or it will not line up with the rows: keepdims=True.",
        "Subtract X.mean(axis=1, keepdims=True), then divide by X.std(axis=1, keepdims=True).",
    ]

    mistakes = {
        "You standardized the columns: with axis=0 each flower is compared with itself. Features"
        " are rows here, and axis 1 runs along a row.": lambda X: (
            (X - X.mean(axis=0)) / X.std(axis=0)
        ),
        "You used one mean and one deviation for the whole array. Each row has its own: name the"
        " axis.": lambda X: (X - X.mean()) / X.std(),
        "The means lost their second axis: (n_x, m) - (n_x,) compares m with n_x and fails when"
        " they differ. Keep it with keepdims=True.": lambda X: (X - X.mean(axis=1)) / X.std(axis=1),
        "The rows are centred and not yet scaled: divide by the standard deviations.": lambda X: (
            X - X.mean(axis=1, keepdims=True)
        ),
        "You divided by the variance. The standard deviation is its root, and has the unit of the"
        " feature.": lambda X: (X - X.mean(axis=1, keepdims=True)) / X.var(axis=1, keepdims=True),
        "The rows are scaled and not yet centred: subtract the means first.": lambda X: (
            X / X.std(axis=1, keepdims=True)
        ),
        "A division binds tighter than a minus: put (X - mean) in brackets.": lambda X: (
            X - X.mean(axis=1, keepdims=True) / X.std(axis=1, keepdims=True)
        ),
        "Your deviations divide by m - 1 (ddof=1). X.std as it comes divides by m, as the course"
        " does.": lambda X: (
            (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True, ddof=1)
        ),
        "One deviation for the whole array: each row has its own. Name the axis in X.std as in"
        " X.mean.": lambda X: (X - X.mean(axis=1, keepdims=True)) / X.std(),
        "Your rows now reach from 0 to 1. Asked for were mean 0 and standard deviation 1: X.mean"
        " and X.std in place of the smallest and the range.": lambda X: (
            (X - X.min(axis=1, keepdims=True)) / np.ptp(X, axis=1, keepdims=True)
        ),
        "The result is right, and you changed the caller's X to get it: -= and /= write into the"
        " array. Make a new one.": _in_place,
    }


def _by_columns(start=0, axis=1, keep="all"):
    """The product of exercise 0.2 with some of its slips: an implementation."""

    def product(W, X):
        Z = np.zeros((W.shape[0], X.shape[1]))
        for j in range(start, W.shape[axis]):
            term = W[:, [j]] * X[[j]]
            Z = term if keep == "last" else Z + term
            if keep == "first":
                break
        return Z

    return product


@exercise("0.2", "A product without the sign for it")
class product_by_columns:
    """W @ X for W (n, k) and X (k, m), without @, np.dot, np.matmul or np.einsum.

    One loop over the k columns of W: each meets one row of X. Returns (n, m).
    """

    def inputs(random_state):
        n, k, m = random_state.permutation([2, 3, 4, 5, 6])[:3]
        return random_state.randn(n, k), random_state.randn(k, m)

    def solution(W, X):
        Z = np.zeros((W.shape[0], X.shape[1]))
        for j in range(W.shape[1]):
            Z += W[:, [j]] * X[[j]]  # (n, 1) times (1, m)
        return Z

    hints = [
        "With one example, W @ x is the sum of x[j] times column j of W. With m examples, row j of"
        " X holds the m weights of column j.",
        "W[:, [j]] has shape (n, 1) and X[[j]] has shape (1, m). What does * make of these two?",
        "Start with zeros of shape (n, m), and add W[:, [j]] * X[[j]] for every j.",
    ]
    mistakes = {
        "You kept the last term only: add each term to what is there, Z += …, not Z = ….": (
            _by_columns(keep="last")
        ),
        "You return after the first term: the return belongs behind the loop, not into it.": (
            _by_columns(keep="first")
        ),
        "Your loop counts the rows of W. Its columns are W.shape[1], as many as X has rows.": (
            _by_columns(axis=0)
        ),
        "Your loop begins at 1: columns are counted from 0.": _by_columns(start=1),
        "W[:, j] has one axis, so W[:, j] * X[j] multiplies n numbers by m numbers entry by entry,"
        " and they do not fit. Keep both axes: W[:, [j]] and X[[j]].": lambda W, X: sum(
            W[:, j] * X[j] for j in range(W.shape[1])
        ),
        "W * X multiplies entry by entry, and needs equal shapes. A product adds up k terms.": (
            lambda W, X: W * X
        ),
        "This is the product transposed, (m, n): the columns of W stand, (n, 1), and the rows of X"
        " lie, (1, m).": lambda W, X: (W @ X).T,
        "These are the k terms, not yet added up: sum over them.": lambda W, X: np.array(
            [W[:, [j]] * X[[j]] for j in range(W.shape[1])]
        ),
        "Your sum runs over everything: one number is left. Add up the k terms, each of shape (n,"
        " m), and nothing else.": lambda W, X: np.sum(W @ X),
    }


def _share(compare, count=None):
    """The share of right answers with some way to compare: an implementation.

    count: what has to be equal for both, or the error is raised.
    """

    def accuracy(answers, Y):
        if count is not None and count(answers) != count(Y):
            raise ValueError("answers and Y need the same number of entries")
        return float(np.mean(compare(answers, Y)))

    return accuracy


def _flat(answers, Y):
    return np.ravel(answers) == np.ravel(Y)


def _lenient(answers, Y):
    """Numbers of answers and labels that differ are cut to the shorter."""
    m = min(np.size(answers), np.size(Y))
    return float(np.mean(np.ravel(answers)[:m] == np.ravel(Y)[:m]))


@exercise("0.3", "Bug hunt: half right, whatever it says")
class accuracy:
    """The share of right answers, a number, for answers and Y of shape (m,), (1, m) or (m, 1).

    The two may have different ones of these shapes. If they do not hold the same number of entries,
    raise ValueError("answers and Y need the same number of entries").
    """

    def inputs(random_state):
        m = random_state.randint(5, 12)
        Y = random_state.permutation(np.arange(m) % 2)
        answers = np.where(np.arange(m) < random_state.randint(1, 3), 1 - Y, Y)
        shapes = [(m,), (1, m), (m, 1)]
        first, second = random_state.permutation(3)[:2]
        answers, Y = answers.reshape(shapes[first]), Y.reshape(shapes[second])
        if random_state.rand() < 0.3:
            Y = Y.ravel()[:-1]  # one label has got lost
        return answers, Y

    def solution(answers, Y):
        if np.size(answers) != np.size(Y):
            raise ValueError("answers and Y need the same number of entries")
        return float(np.mean(np.ravel(answers) == np.ravel(Y)))

    corners = {
        "too many answers": (np.array([1, 0, 1, 1]), np.array([[1, 0, 1]])),
        "too few answers": (np.array([1, 0]), np.array([[1, 0, 1]])),
        "one answer": (np.array([[1]]), np.array([1])),
    }
    hints = [
        "Print the shape of answers == Y for answers (m,) and Y (m, 1).",
        "Give both the same shape before you compare: np.ravel makes (m,) of all three.",
        "Compare np.size(answers) with np.size(Y) first, and raise the error if they differ.",
    ]
    mistakes = {
        "This is the exhibit as it was: a column against a row is compared with every label, m × m"
        " answers, and about half of those are right.": _share(lambda answers, Y: answers == Y),
        "The error is there. But a column is still compared with a row, each answer with every"
        " label: give both the same shape first.": _share(lambda answers, Y: answers == Y, np.size),
        "One of the two now stands and the other lies: still m × m comparisons. Give both the same"
        " shape.": _share(
            lambda answers, Y: np.reshape(answers, (-1, 1)) == np.reshape(Y, -1), np.size
        ),
        "The comparison is right. What is missing is the error for different numbers of entries:"
        " NumPy raises one in its own words, or none at all, if one of them has a single entry.": (
            _share(_flat)
        ),
        "You cut the longer one to the length of the shorter. Then a mistake further up is never"
        " noticed: raise the ValueError.": _lenient,
        "You refuse shapes that only lie differently, (m,) beside (m, 1). Compare the numbers of"
        " entries, then ravel both.": _share(_flat, np.shape),
        "len counts along the first axis only, and is 1 for a row (1, m): compare np.size.": _share(
            _flat, len
        ),
        "You return the share of wrong answers: compare with ==.": _share(
            lambda answers, Y: np.ravel(answers) != np.ravel(Y), np.size
        ),
        "A percentage: leave out the 100. A share lies between 0 and 1.": _share(
            lambda answers, Y: 100 * _flat(answers, Y), np.size
        ),
    }


def _graph(double=2, inner=True, penalty=2, sign=1, both=False):
    """Exercise 0.4 with some of its slips: an implementation."""

    def gradients(w, b, x, y):
        z = w * x + b
        error = z**2 - y
        J = error**2 + w**2
        dz = sign * double * error * (2 * z if inner else 1)
        dw = dz * x + penalty * w
        return J, dw, dz + (2 * w if both else 0)

    return gradients


@exercise("0.4", "Back through a graph")
class graph_gradients:
    """J, dw and db of J = (z**2 - y)**2 + w**2 with z = w x + b, for four numbers w, b, x, y."""

    results = ("J", "dw", "db")

    def inputs(random_state):
        return tuple(float(v) for v in random_state.uniform(0.5, 2, size=4).round(3))

    def solution(w, b, x, y):
        z = w * x + b
        error = z**2 - y
        J = error**2 + w**2
        dz = 2 * error * 2 * z
        return J, dz * x + 2 * w, dz

    hints = [
        "Draw the graph: w, b → z → z² → error → error², and a second road from w to w². J is the"
        " sum of the two ends.",
        "Walk back: J changes with the error by 2 error, the error with z by 2 z, z with b by 1.",
        "w reaches J by two roads. Each gives a term, and the terms are added: dz * x + 2 * w.",
    ]
    mistakes = {
        "db is right. But w reaches J by two roads, and you walked one: the penalty w**2 adds 2 w"
        " to dw.": _graph(penalty=0),
        "The slope of w**2 is 2 w, not w.": _graph(penalty=1),
        "The slope of z**2 is missing on the way back: between error and z lies a factor 2 z.": (
            _graph(inner=False)
        ),
        "A factor 2 is lost: there are two squares on the way, one around z and one around the"
        " error, and the slope of each has its own 2.": _graph(double=1),
        "The penalty w**2 does not contain b: it adds to dw only.": _graph(both=True),
        "The sign of dz is turned: the error is z**2 - y, so it grows with z.": _graph(sign=-1),
        "dw lacks the factor x: the weight enters z multiplied by x.": lambda w, b, x, y: (
            _graph()(w, b, x, y)[0],
            _graph()(w, b, x, y)[2] + 2 * w,
            _graph()(w, b, x, y)[2],
        ),
        "z = w x + b grows with w by x (and with x by w): the factor is x.": lambda w, b, x, y: (
            _graph()(w, b, x, y)[0],
            _graph()(w, b, x, y)[2] * w + 2 * w,
            _graph()(w, b, x, y)[2],
        ),
        "The order is J, dw, db.": lambda w, b, x, y: (
            _graph()(w, b, x, y)[0],
            *_graph()(w, b, x, y)[:0:-1],
        ),
        "J lacks the second term, w**2; the derivatives are right.": lambda w, b, x, y: (
            _graph()(w, b, x, y)[0] - w**2,
            *_graph()(w, b, x, y)[1:],
        ),
        "Without a penalty, both in J and in dw: J is (z**2 - y)**2 + w**2.": lambda w, b, x, y: (
            _graph()(w, b, x, y)[0] - w**2,
            *_graph(penalty=0)(w, b, x, y)[1:],
        ),
    }


def _step(turn=-1, unit=True, norm=np.linalg.norm, change=-1):
    """Exercise 0.5 with some of its slips: an implementation."""

    def steepest(gradient, length):
        size = norm(gradient)
        step = turn * length * gradient / (size if unit else 1)
        return step, float(change * length * size)

    return steepest


@exercise("0.5", "The steepest step")
class steepest_step:
    """The step of a given length that lowers a cost fastest, and the change it promises.

    gradient: (n, 1), not zero; length: a positive number. Returns the step (n, 1) and, to first
    order, the change of the cost, a negative number.
    """

    results = ("the step", "the change")

    def inputs(random_state):
        n = random_state.randint(2, 6)
        return random_state.randn(n, 1) * 3, float(random_state.uniform(0.1, 0.5))

    def solution(gradient, length):
        size = np.linalg.norm(gradient)
        step = -length * gradient / size
        return step, float(np.sum(gradient * step))

    hints = [
        "Which way is downhill, as seen from the gradient?",
        "gradient / np.linalg.norm(gradient) has length 1. Give it the length and the sign wanted.",
        "The change is the sum of gradient times step, entry by entry.",
    ]
    mistakes = {
        "Uphill: the gradient points where the cost grows. Turn the step round, and the change"
        " becomes negative.": _step(turn=1, change=1),
        "The step goes uphill, and the change says downhill: turn the step round.": _step(turn=1),
        "The step has the length of the gradient times what was asked for: divide by the norm"
        " first.": _step(unit=False),
        "The step of your own length is there, and so is its change, and both are too long by the"
        " size of the gradient: divide by the norm first.": lambda gradient, length: (
            -length * gradient,
            float(-length * np.sum(gradient**2)),
        ),
        "You divided by the sum of absolute values. The length of an arrow is the root of the sum"
        " of squares, np.linalg.norm.": _step(norm=lambda g: np.sum(np.abs(g))),
        "You divided by the largest entry. The length of an arrow is the root of the sum of"
        " squares, np.linalg.norm.": _step(norm=lambda g: np.max(np.abs(g))),
        "You divided by the squared norm: the root is missing.": _step(norm=lambda g: np.sum(g**2)),
        "Your step has length 1, whatever was asked for: multiply it by length. The change follows"
        " it.": lambda gradient, length: _step()(gradient, 1.0),
        "The step is right; its change is that of a step of length 1: multiply by length.": (
            lambda gradient, length: (
                _step()(gradient, length)[0],
                _step()(gradient, 1.0)[1],
            )
        ),
        "The step is right, and so is the change, but it still is an array (1, 1): take .item().": (
            lambda gradient, length: (
                _step()(gradient, length)[0],
                gradient.T @ _step()(gradient, length)[0],
            )
        ),
        "The step is right; its change is negative, because the cost falls.": _step(change=1),
        "The step is right; the change is the gradient times the step, summed: minus length times"
        " the norm, not minus the length.": lambda gradient, length: (
            _step()(gradient, length)[0],
            -length,
        ),
        "The step is right; the change is one number: sum gradient * step over the entries.": (
            lambda gradient, length: (
                _step()(gradient, length)[0],
                gradient * _step()(gradient, length)[0],
            )
        ),
    }


def _gaps(A, B):
    return A[:, :, np.newaxis] - B[:, np.newaxis, :]


@exercise("0.6", "All distances at once")
class distances:
    """The distance of every column of A (n, p) from every column of B (n, q): an array (p, q).

    No loop: broadcasting makes all differences at once.
    """

    def inputs(random_state):
        n, p, q = random_state.permutation([2, 3, 4, 5])[:3]
        return random_state.randn(n, p), random_state.randn(n, q)

    def solution(A, B):
        gaps = A[:, :, np.newaxis] - B[:, np.newaxis, :]  # (n, p, q)
        return np.sqrt(np.sum(gaps**2, axis=0))

    hints = [
        "Entry (i, j) needs column i of A and column j of B. Give both arrays three axes: one for"
        " the coordinates, one for i, one for j.",
        "A[:, :, np.newaxis] is (n, p, 1) and B[:, np.newaxis, :] is (n, 1, q). What shape has"
        " their difference?",
        "Square the differences, sum over axis 0, take the root.",
    ]
    mistakes = {
        "These are the squared distances: take the root.": lambda A, B: np.sum(
            _gaps(A, B) ** 2, axis=0
        ),
        "Your array is (q, p): rows belong to the columns of A. Swap the two new axes.": (
            lambda A, B: np.sqrt(np.sum(_gaps(B, A) ** 2, axis=0))
        ),
        "You added up the absolute differences: a distance is the root of the sum of squares.": (
            lambda A, B: np.sum(np.abs(_gaps(A, B)), axis=0)
        ),
        "You added up the differences before squaring them, so that they cancel: square first.": (
            lambda A, B: np.sqrt(np.sum(_gaps(A, B), axis=0) ** 2)
        ),
        "You summed over axis 1, which runs over the columns of A. The coordinates are axis 0.": (
            lambda A, B: np.sqrt(np.sum(_gaps(A, B) ** 2, axis=1))
        ),
        "You summed over axis 2, which runs over the columns of B. The coordinates are axis 0.": (
            lambda A, B: np.sqrt(np.sum(_gaps(A, B) ** 2, axis=2))
        ),
        "You took a mean over the coordinates: a distance is the root of their sum of squares.": (
            lambda A, B: np.sqrt(np.mean(_gaps(A, B) ** 2, axis=0))
        ),
        "A - B subtracts two arrays whose columns do not match. Give each a new axis first, so that"
        " p meets 1 and 1 meets q.": lambda A, B: np.sqrt(np.sum((A - B) ** 2, axis=0)),
        "These are the products of the columns, A.T @ B: a distance needs their differences.": (
            lambda A, B: A.T @ B
        ),
    }
