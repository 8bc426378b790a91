"""Exercises of chapter 9: softmax, its cost and gradient, and what to do with the answers."""

import numpy as np

from lib.exercises import exercise


def _columns(labels, n_classes, dtype=float):
    return (np.arange(n_classes).reshape(-1, 1) == labels).astype(dtype)


@exercise("9.1", "There and back")
class there_and_back:
    """One-hot columns of the labels, floats (C, m), and from these columns the labels, (1, m).

    labels: whole numbers from 0 to n_classes - 1, (1, m). Not every class needs to occur.
    """

    results = ("the columns", "the labels")
    strict = ("dtype",)

    def inputs(random_state):
        n_classes = random_state.randint(4, 8)
        m = n_classes + random_state.randint(2, 6)
        return random_state.randint(1, n_classes - 1, size=(1, m)), n_classes

    def solution(labels, n_classes):
        Y = np.zeros((n_classes, labels.shape[1]))
        Y[labels[0], np.arange(labels.shape[1])] = 1
        return Y, Y.argmax(axis=0).reshape(1, -1)

    hints = [
        "What is the shape of np.arange(n_classes).reshape(-1, 1) == labels?",
        "Or start from zeros (C, m), and set one entry in each column: rows `labels[0]`, columns"
        " `np.arange(m)`.",
        "Back: in which row of each column does the 1 stand? `argmax` along axis 0, and then a row"
        " again.",
    ]
    mistakes = {
        "Your columns lie: examples are columns here, so the table is (C, m) and not (m, C).": (
            lambda labels, C: (_columns(labels, C).T, labels.copy())
        ),
        "Right way up, but of whole numbers: the cost will want floats.": lambda labels, C: (
            _columns(labels, C, int),
            labels.copy(),
        ),
        "Your columns are booleans: add `.astype(float)`.": lambda labels, C: (
            _columns(labels, C, bool),
            labels.copy(),
        ),
        "Everything stands one row too low: classes count from 0, and so do rows.": (
            lambda labels, C: (_columns(labels + 1, C), _columns(labels + 1, C).argmax(0)[None])
        ),
        "Everything stands one row too high: classes count from 0, and so do rows.": (
            lambda labels, C: (_columns(labels - 1, C), labels - 1)
        ),
        "You counted the classes in this batch: a class that does not occur has a row as well.": (
            lambda labels, C: (_columns(labels, labels.max() + 1), labels.copy())
        ),
        "You numbered the classes that occur: a row belongs to a class, occurring or not.": (
            lambda labels, C: (
                (np.unique(labels).reshape(-1, 1) == labels).astype(float),
                labels.copy(),
            )
        ),
        "A reshape is no transpose: the shape is right, and the ones are in other columns.": (
            lambda labels, C: (_columns(labels, C).T.reshape(C, -1), labels.copy())
        ),
        "Whole rows are 1: `Y[labels]` picks rows. Name the column as well, `Y[labels[0],"
        " np.arange(m)]`.": lambda labels, C: (
            np.isin(np.arange(C), labels).astype(float).reshape(-1, 1) * np.ones(labels.shape),
            labels.copy(),
        ),
        "The columns are right. Back, you added 1: classes count from 0, and so do rows.": (
            lambda labels, C: (_columns(labels, C), labels + 1)
        ),
        "The columns are right. Back come floats: a label is a whole number, as argmax gives it.": (
            lambda labels, C: (_columns(labels, C), labels.astype(float))
        ),
        "The columns are right. Back, you went along the rows: argmax along axis 0 looks down each"
        " column.": lambda labels, C: (
            _columns(labels, C),
            _columns(labels, C).argmax(axis=1).reshape(1, -1),
        ),
        "The columns are right. Without an axis, argmax looks for one place in the whole table.": (
            lambda labels, C: (_columns(labels, C), _columns(labels, C).argmax())
        ),
        "The columns are right, and the labels have lost a dimension: (1, m) is wanted, use"
        " reshape(1, -1).": lambda labels, C: (_columns(labels, C), labels[0].copy()),
        "The columns are right. Back, you returned the 1s themselves (max) in place of their rows"
        " (argmax).": lambda labels, C: (
            _columns(labels, C),
            _columns(labels, C).max(axis=0).reshape(1, -1),
        ),
    }


def _softmax(Z, axis=0):
    E = np.exp(Z - Z.max(axis=axis, keepdims=True))
    return E / E.sum(axis=axis, keepdims=True)


def _in_place(Z):
    """Right, but the reader's own scores are gone."""
    Z -= Z.max(axis=0)
    np.exp(Z, out=Z)
    Z /= Z.sum(axis=0)
    return Z


def _clipped(Z):
    E = np.exp(np.clip(Z, -700, 700))
    return E / E.sum(axis=0)


def _over(E):
    return E / E.sum(axis=0)


def _over_all(E):
    return E / E.sum()


@exercise("9.2", "Columns of any size")
class stable_softmax:
    """exp(Z) over its sum, column by column, for Z (C, m); scores may be as large as ±10,000.

    No warning of NumPy's, and Z itself is left alone.
    """

    def inputs(random_state):
        n, m = random_state.permutation([3, 4, 5, 6])[:2]
        Z = random_state.randn(n, m)
        Z[:, 0] += 10_000
        Z[:, 1] -= 10_000
        Z[0, 2] += 2_000
        return (Z,)

    def solution(Z):
        E = np.exp(Z - Z.max(axis=0))
        return E / E.sum(axis=0)

    hints = [
        "Which number may be taken from all scores of a column without changing the result? Choose"
        " it so that no exponent is positive.",
        "`Z.max(axis=0)` has one number a column, (m,), and broadcasts over the rows of Z.",
        "Then divide by the sum down each column. The largest term of that sum is 1.",
    ]
    mistakes = {
        "This is the softmax on paper: exp(10,000) is infinite, exp(-10,000) is 0, and 0/0 or"
        " infinity over infinity is no number. Take the column's maximum away first.": (
            lambda Z: _over(np.exp(Z))
        ),
        "You hid the NaN by zeros: those columns hold no probabilities any more. Take the maximum"
        " away, and none arises.": lambda Z: np.nan_to_num(_over(np.exp(Z))),
        "You cut the scores off: nothing overflows, and all scores beyond the cut have become"
        " equal. Shift them, do not cut them.": _clipped,
        "One maximum for the whole matrix: columns far below it become 0/0. Each column has its"
        " own, Z.max(axis=0).": lambda Z: _over(np.exp(Z - Z.max())),
        "Along the wrong axis: rows add up to 1 here, so that the examples compete with each"
        " other.": lambda Z: _softmax(Z, axis=1),
        "The maxima are those of the rows, the sums those of the columns: a column whose scores lie"
        " far below becomes 0/0. Use axis 0 for both.": lambda Z: _over(
            np.exp(Z - Z.max(axis=1, keepdims=True))
        ),
        "The exponents are right, and you divided by the sum of the whole matrix: each column has"
        " its own sum.": lambda Z: _over_all(np.exp(Z - Z.max(axis=0))),
        "One maximum for the whole matrix, and a denominator that is never 0 (one sum, or a small"
        " number added): columns far below have become 0. Each has its own, axis 0.": lambda Z: (
            _over_all(np.exp(Z - Z.max()))
        ),
        "You took the largest size away, not the largest score: in a column of negative scores"
        " all exponentials become 0. Use Z.max(axis=0) without the absolute value.": lambda Z: (
            _over(np.exp(Z - np.abs(Z).max(axis=0)))
        ),
        "You made the scores smaller by a factor, which is a temperature: the probabilities"
        " change. Subtract.": lambda Z: _softmax((Z - Z.mean(axis=0)) / Z.std(axis=0)),
        "The exponents are right, and you divided by the sums of the rows.": lambda Z: (
            np.exp(Z - Z.max(axis=0)) / np.exp(Z - Z.max(axis=0)).sum(axis=1, keepdims=True)
        ),
        "You did not divide by the sum: the largest of each column is 1, and the columns add up to"
        " more.": lambda Z: np.exp(Z - Z.max(axis=0)),
        "What you took away is not the maximum (the mean perhaps, or the minimum): a score far"
        " above it still overflows.": (lambda Z: _over(np.exp(Z - Z.mean(axis=0)))),
        "You divided by the maximum. Only differences of scores matter; their ratios do not:"
        " subtract it.": lambda Z: _over(np.exp(Z / Z.max(axis=0))),
        "This is the softmax of -Z: the largest score needs to have the largest probability.": (
            lambda Z: _softmax(-Z)
        ),
        "This is the logarithm of the softmax: one exponential is missing at the end.": lambda Z: (
            Z - Z.max(axis=0) - np.log(np.exp(Z - Z.max(axis=0)).sum(axis=0))
        ),
        "This is a hardmax: all to the winner. A softmax leaves the others their share.": (
            lambda Z: _columns(Z.argmax(axis=0), len(Z))
        ),
        "Each score has been through a sigmoid of its own: the columns do not add up to 1.": (
            lambda Z: np.where(Z >= 0, 1, np.exp(np.minimum(Z, -Z))) / (1 + np.exp(-np.abs(Z)))
        ),
        "The result is right, and the scores are gone: `Z -= …` writes into the caller's array."
        " Work on a copy.": _in_place,
    }


def _logsumexp(Z, axis=0):
    M = Z.max(axis=axis)
    return M + np.log(np.sum(np.exp(Z - np.expand_dims(M, axis)), axis=axis))


def _losses(Z, Y):
    return _logsumexp(Z) - np.sum(Y * Z, axis=0)


def _from_probabilities(epsilon=0.0):
    def cost(Z, Y):
        return float(-np.sum(Y * np.log(_softmax(Z) + epsilon)) / Y.shape[1])

    return cost


@exercise("9.3", "The cost from logits")
class cost_of_logits:
    """The mean cross-entropy, a float, of scores Z and one-hot labels Y, both (C, m).

    The scores may be thousands apart; the cost is finite, and NumPy does not warn.
    """

    def inputs(random_state):
        n, m = random_state.permutation([3, 4, 5, 6])[:2]
        Z = 2 * random_state.randn(n, m)
        labels = random_state.randint(n, size=m)
        Z[labels[0], 0] -= 5_000  # surely wrong
        Z[:, 1] += 1_000
        return Z, _columns(labels, n)

    def solution(Z, Y):
        M = Z.max(axis=0)
        logsumexp = M + np.log(np.sum(np.exp(Z - M), axis=0))
        return float(np.mean(logsumexp - np.sum(Y * Z, axis=0)))

    hints = [
        "-log of the true class's probability is logsumexp(z) minus the true class's score.",
        "logsumexp(z) = M + log(sum of exp(z - M)) with M the column's maximum: forget neither M.",
        "`np.sum(Y * Z, axis=0)` picks the true class's score in each column. Then the mean over"
        " the m columns.",
    ]
    mistakes = {
        "You took the logarithm of a probability that was rounded to 0: infinity. Go from the"
        " logits to the loss without it: logsumexp(z) minus the true score.": _from_probabilities(),
        "You went by exp of the raw scores: exp(1,000) is infinite. Use the maximum, or better the"
        " logsumexp.": lambda Z, Y: float(-np.sum(Y * np.log(_over(np.exp(Z)))) / Y.shape[1]),
        "The logsumexp itself overflows: exp(1,000) is infinite. Take the column's maximum M out"
        " of the sum, and add it again.": lambda Z, Y: float(
            np.mean(np.log(np.sum(np.exp(Z), axis=0)) - np.sum(Y * Z, axis=0))
        ),
        "One maximum for the whole matrix: in columns far below it the sum is 0, and its logarithm"
        " minus infinity. Each column has its own, Z.max(axis=0).": lambda Z, Y: float(
            np.mean(Z.max() + np.log(np.exp(Z - Z.max()).sum(axis=0)) - np.sum(Y * Z, axis=0))
        ),
        "A small number inside the logarithm, or probabilities kept away from 0: the cost is finite"
        " and too small, an error of 5,000 points is taken for one of 35.": _from_probabilities(
            epsilon=1e-15
        ),
        "A small number inside the logarithm, or probabilities kept away from 0: the cost is finite"
        " and too small, an error of 5,000 points is taken for one of 28.": _from_probabilities(
            epsilon=1e-12
        ),
        "A small number inside the logarithm: the cost is finite and too small, an error of 5,000"
        " points is taken for one of 18.": _from_probabilities(epsilon=1e-8),
        "M was taken away inside the exponentials and not added again outside.": lambda Z, Y: float(
            np.mean(_logsumexp(Z) - Z.max(axis=0) - np.sum(Y * Z, axis=0))
        ),
        "This is the logsumexp alone: the true class's score is still to be taken away.": (
            lambda Z, Y: float(np.mean(_logsumexp(Z)))
        ),
        "The sign is turned: a cost is never negative here.": lambda Z, Y: float(
            np.mean(-_losses(Z, Y))
        ),
        "This is the sum of the losses: the cost is their mean, so divide by m.": lambda Z, Y: (
            float(np.sum(_losses(Z, Y)))
        ),
        "This is the surprise at your own answer: take the *true* class's score away, not the"
        " largest.": lambda Z, Y: float(np.mean(_logsumexp(Z) - Z.max(axis=0))),
        "You divided by C m, the number of entries (np.mean of the table does that): there are m"
        " losses.": lambda Z, Y: float(np.sum(_losses(Z, Y)) / Z.size),
        "You divided by the number of classes: the mean is over the m examples.": lambda Z, Y: (
            float(np.sum(_losses(Z, Y)) / len(Z))
        ),
        "These are the losses of the examples: the cost is one number, their mean.": _losses,
        "logsumexp along the wrong axis: one number a column is wanted, axis 0.": lambda Z, Y: (
            float((np.sum(_logsumexp(Z, axis=1)) - np.sum(Y * Z)) / Y.shape[1])
        ),
        "The maximum is not the logsumexp: the log of the sum is still to be added. (Where one"
        " class is far ahead, the two are nearly equal.)": lambda Z, Y: float(
            np.mean(Z.max(axis=0) - np.sum(Y * Z, axis=0))
        ),
    }


def _last_layer(axis=0, sign=1, db_mean=True, dw_mean=True, decay="right"):
    """The backward pass of exercise 9.4 with some of its slips; axis None: the whole matrix."""

    def backward(Z, Y, A_prev, W, strength):
        m = Y.shape[1]
        E = np.exp(Z - Z.max(axis=axis, keepdims=True))
        A = E / E.sum(axis=axis, keepdims=True)
        dZ = sign * (A - Y)
        shares = {"right": strength / m, "sum": strength, "half": strength / (2 * m)}
        shares |= {"none": 0, "double": 2 * strength / m, "mean of it": strength / m**2}
        dW = dZ @ A_prev.T / (m if dw_mean else 1) + shares[decay] * W
        db = np.sum(dZ, axis=1, keepdims=True) / (m if db_mean else 1)
        return dW, db

    return backward


def _through_slope(Z, Y, A_prev, W, strength):
    A, m = _softmax(Z), Y.shape[1]
    dZ = (A - Y) * A * (1 - A) / m
    return dZ @ A_prev.T + strength / m * W, dZ.sum(axis=1, keepdims=True)


def _all_turned(Z, Y, A_prev, W, strength):
    return tuple(-gradient for gradient in _last_layer()(Z, Y, A_prev, W, strength))


@exercise("9.4", "Bug hunt: a last layer with three slips")
class last_layer_backward:
    """dW (C, n) and db (C, 1) of the mean cross-entropy of a linear layer and its softmax.

    Z and Y are (C, m), A_prev (n, m), W (C, n). The cost has the penalty strength / 2m * sum W**2.
    """

    results = ("dW", "db")

    def inputs(random_state):
        n_classes, n, m = random_state.permutation([3, 4, 5, 6, 7])[:3]
        W, A_prev = random_state.randn(n_classes, n), random_state.randn(n, m)
        Y = _columns(random_state.randint(n_classes, size=m), n_classes)
        return W @ A_prev, Y, A_prev, W, float(random_state.uniform(0.5, 2))

    def solution(Z, Y, A_prev, W, strength):
        m = Y.shape[1]
        E = np.exp(Z - Z.max(axis=0))
        A = E / E.sum(axis=0)
        dZ = (A - Y) / m
        dW = dZ @ A_prev.T + strength / m * W
        db = np.sum(dZ, axis=1, keepdims=True)
        return dW, db

    hints = [
        "Three quantities can be looked at: A.sum(axis=0), the sign of dZ for the true class, and"
        " how often each sum over the examples is divided by m.",
        "Which examples compete in E.sum()? And the true class, should descent raise its score or"
        " lower it?",
        "The gradient of the penalty is right as it stands. dW is divided by m; is db?",
    ]
    mistakes = {
        "This is the exhibit as it was, all three slips in place.": _last_layer(None, -1, False),
        "One mended, the axis. What was said minus what is true; and count the divisions by m.": (
            _last_layer(0, -1, False)
        ),
        "One mended, the sign. Each column of A needs to add up to 1; and count the divisions by"
        " m.": _last_layer(None, 1, False),
        "One mended, the 1/m of db. Each column of A needs to add up to 1; and what was said comes"
        " first, minus what is true.": _last_layer(None, -1),
        "Two mended, one to go: dW is a mean over the examples and db is still a sum.": _last_layer(
            0, 1, False
        ),
        "Two mended, one to go: the sign. Descent subtracts the gradient, so dZ is A - Y.": (
            _last_layer(0, -1)
        ),
        "Two mended, one to go: E.sum() adds up the whole matrix. Each column has its own sum.": (
            _last_layer(None)
        ),
        "The axis is still not right: with axis 1 the rows add up to 1, and the examples compete."
        " All else is mended.": _last_layer(1),
        "The sums are those of the rows now, and the sign is still turned.": _last_layer(1, -1),
        "The sums are those of the rows now, the columns' are wanted; and count the divisions by"
        " m.": _last_layer(1, 1, False),
        "Axis 1 makes the rows add up to 1, the sign is still turned, and db is still a sum.": (
            _last_layer(1, -1, False)
        ),
        "db is a mean now, and dW has become a sum.": _last_layer(0, 1, True, False),
        "db is divided by the number of classes: the mean is over the m examples.": (
            lambda Z, Y, A_prev, W, s: (
                _last_layer()(Z, Y, A_prev, W, s)[0],
                (_softmax(Z) - Y).sum(axis=1, keepdims=True) / len(Z),
            )
        ),
        "Both are divided by m twice: dZ holds the 1/m already.": lambda Z, Y, A_prev, W, s: (
            (_softmax(Z) - Y) @ A_prev.T / Y.shape[1] ** 2 + s / Y.shape[1] * W,
            (_softmax(Z) - Y).mean(axis=1, keepdims=True) / Y.shape[1],
        ),
        "dZ holds the 1/m now, and dW is divided by m once more.": lambda Z, Y, A_prev, W, s: (
            (_softmax(Z) - Y) @ A_prev.T / Y.shape[1] ** 2 + s / Y.shape[1] * W,
            (_softmax(Z) - Y).mean(axis=1, keepdims=True),
        ),
        "Neither is divided by m now: the cost is a mean.": _last_layer(0, 1, False, False),
        "The sign was turned in the data's part alone: the penalty was right as it stood, and you"
        " have turned it as well.": lambda Z, Y, A_prev, W, s: (
            (_softmax(Z) - Y) @ A_prev.T / Y.shape[1] - s / Y.shape[1] * W,
            (_softmax(Z) - Y).mean(axis=1, keepdims=True),
        ),
        "All signs are turned, the penalty's too: this would climb.": _all_turned,
        "The penalty was right as it stood: strength / m * W.": _last_layer(decay="sum"),
        "The derivative of a square brings a factor 2 and the 1/2 takes it away: the penalty was"
        " right as it stood.": _last_layer(decay="half"),
        "The 1/2 is gone in the derivative already: the penalty was right as it stood.": (
            _last_layer(decay="double")
        ),
        "You have lost the penalty on the way.": _last_layer(decay="none"),
        "A - Y holds the derivative of the softmax already: do not multiply by A (1 - A) again.": (
            _through_slope
        ),
    }


def _share_of(hits):
    return float(np.mean(hits))


def _rank(Z, labels):
    """How many scores of each column are larger than that of the true class, (m,)."""
    true = Z[labels[0], np.arange(Z.shape[1])]
    return np.sum(true < Z, axis=0)


@exercise("9.5", "Among the first k")
class top_k_accuracy:
    """The share of columns whose true class has one of the k largest scores, a float.

    Scores Z (C, m), no two of a column equal; labels (1, m); k from 1 to C.
    """

    def inputs(random_state):
        n, m = random_state.randint(5, 8), random_state.randint(30, 50)
        labels = random_state.randint(n, size=(1, m))
        Z = random_state.randn(n, m) + _columns(labels, n)
        return Z, labels, int(random_state.randint(2, 4))

    def solution(Z, labels, k):
        best = np.argsort(-Z, axis=0)[:k]  # (k, m): the first k classes of each column
        return float(np.mean(np.any(best == labels, axis=0)))

    corners = {
        "k is the number of classes": (np.array([[1.0, 2], [3, 1]]), np.array([[0, 1]]), 2),
        "k is 1": (np.array([[1.0, 2, 3], [3, 1, 2], [2, 3, 1]]), np.array([[1, 1, 0]]), 1),
        "one example": (np.array([[1.0], [3.0], [2.0]]), np.array([[2]]), 2),
    }
    hints = [
        "`np.argsort(-Z, axis=0)` lists the classes of each column, the best first.",
        "Its first k rows, compared with labels (1, m), are a table (k, m) of hits. At most one a"
        " column.",
        "In how many columns is any of the k a hit? Divide by m. (Or count the scores that are"
        " larger than the true class's: fewer than k.)",
    ]
    mistakes = {
        "This is the share of the k *smallest* scores: argsort puts the smallest first, so sort -Z"
        " or take the last k rows.": lambda Z, labels, k: _share_of(_rank(-Z, labels) < k),
        "This is top-1 accuracy: k was not used.": lambda Z, labels, k: _share_of(
            _rank(Z, labels) == 0
        ),
        "You looked at place k alone: any of the first k places is right.": lambda Z, labels, k: (
            _share_of(_rank(Z, labels) == k - 1)
        ),
        "One place too many: rows 0 to k - 1 are k rows.": lambda Z, labels, k: _share_of(
            _rank(Z, labels) <= k
        ),
        "One place too few: [:k] holds k rows, from 0 to k - 1.": lambda Z, labels, k: _share_of(
            _rank(Z, labels) < k - 1
        ),
        "You took the mean over all k m entries of the table of hits: a column is right if any of"
        " its k is.": lambda Z, labels, k: _share_of(_rank(Z, labels) < k) / k,
        "This is a count: the share is that divided by m.": lambda Z, labels, k: float(
            np.sum(_rank(Z, labels) < k)
        ),
        "This is a count, a whole number: the share is that divided by m.": lambda Z, labels, k: (
            np.sum(_rank(Z, labels) < k)
        ),
        "This is in per cent: a share is from 0 to 1.": lambda Z, labels, k: float(
            100 * np.mean(_rank(Z, labels) < k)
        ),
        "You looked at row k alone, the place after the first k: rows 0 to k - 1 count, any of"
        " them.": lambda Z, labels, k: _share_of(_rank(Z, labels) == k),
        "Nothing is a hit: at most one of a column's k places is (so any, not all), and argsort"
        " gives classes where sort gives scores.": lambda Z, labels, k: 0.0,
        "argsort lists the classes by rank; you read it as the rank of each class. Compare its"
        " first k rows with the labels.": lambda Z, labels, k: _share_of(
            np.argsort(-Z, axis=0)[labels[0], np.arange(labels.size)] < k
        ),
        "You divided by the number of classes, not by the number of columns.": (
            lambda Z, labels, k: float(np.sum(_rank(Z, labels) < k) / len(Z))
        ),
        "This is the share of columns that miss.": lambda Z, labels, k: _share_of(
            _rank(Z, labels) >= k
        ),
        "You sorted along the rows: classes compete within a column, axis 0.": (
            lambda Z, labels, k: _share_of(
                np.any(np.argsort(-Z, axis=1)[:k, : labels.shape[1]] == labels, axis=0)
            )
        ),
        "argsort without an axis sorts along the last one, the rows, and the last k columns are no"
        " classes: use axis=0.": lambda Z, labels, k: _share_of(
            np.any(np.argsort(Z)[-k:] == labels, axis=0)
        ),
        "Nearly everything is a hit: any along the wrong axis, or every label of the batch is"
        " asked for. Column i is right if one of its k is label i: any along axis 0.": (
            lambda Z, labels, k: _share_of(np.isin(np.argsort(-Z, axis=0)[:k], labels).any(axis=0))
        ),
    }


def _cost(Z, Y):
    return float(np.mean(_losses(Z, Y)))


def _choose(cost, best=np.argmin):
    """The temperature at which ``cost(Z, Y, T)`` is best."""

    def choose(Z, Y, temperatures):
        return float(temperatures[best([cost(Z, Y, T) for T in temperatures])])

    return choose


def _naive(Z, Y, T):
    A = np.exp(Z / T) / np.sum(np.exp(Z / T), axis=0)
    return -np.sum(Y * np.log(A)) / Y.shape[1]


def _in_turn(Z, Y, temperatures):
    """The scores are divided by the first temperature, what is left by the second, and so on."""
    costs = []
    for T in temperatures:
        Z /= T
        costs.append(_cost(Z, Y))
    return float(temperatures[np.argmin(costs)])


@exercise("9.6", "The right temperature")
class best_temperature:
    """The one of the given temperatures (t,) at which softmax(Z_dev / T) costs least, a float.

    Z_dev: logits (C, m). Y_dev: one-hot (C, m). The cost is the mean cross-entropy.
    """

    def inputs(random_state):
        n, m = 4, 60
        true = 2 * random_state.randn(n, m)  # the scores that the labels are drawn by
        labels = np.array([random_state.choice(n, p=p) for p in _softmax(true).T])
        factor = random_state.choice([0.3, 3.0])  # a model that promises too little, or too much
        temperatures = 2.0 ** np.arange(-4, 4.1, 0.25)
        order = random_state.permutation(len(temperatures) + 1)
        return factor * true, _columns(labels, n), np.append(temperatures, 1e-3)[order]

    def solution(Z_dev, Y_dev, temperatures):
        def cost(T):
            Z = Z_dev / T
            M = Z.max(axis=0)
            logsumexp = M + np.log(np.sum(np.exp(Z - M), axis=0))
            return np.mean(logsumexp - np.sum(Y_dev * Z, axis=0))

        return float(min(temperatures, key=cost))

    corners = {
        f"{m} examples": lambda random_state, m=m: (
            random_state.randn(3, m) * np.linspace(0.5, 6, m),
            _columns(random_state.randint(3, size=m), 3),
            2.0 ** np.arange(-4, 4.1, 0.125),
        )
        for m in (3, 5, 8)
    }
    hints = [
        "Write the cost of exercise 9.3, and call it with Z_dev / T for each T.",
        "`costs = [cost(Z_dev / T, Y_dev) for T in temperatures]`. Which place is the lowest at?",
        "`temperatures[np.argmin(costs)]`, as a float.",
    ]
    mistakes = {
        "You multiplied by T. The temperature divides the scores: a high one makes them small.": (
            _choose(lambda Z, Y, T: _cost(Z * T, Y))
        ),
        "This is the lowest of the temperatures, and the cost is *highest* there: take argmin. If"
        " you did, look at your cost: is M added again, and is it the true class's score that is"
        " taken away?": _choose(lambda Z, Y, T: _cost(Z / T, Y), np.argmax),
        "At a low temperature a probability is rounded to 0, 0 times log 0 is NaN, and NaN has won."
        " Compute the cost from the logits, as in exercise 9.3.": _choose(
            lambda Z, Y, T: _from_probabilities()(Z / T, Y)
        ),
        "At a low temperature the logsumexp overflows, or its sum is 0: take the maximum out of it,"
        " as in exercise 9.3.": _choose(
            lambda Z, Y, T: np.mean(
                np.log(np.sum(np.exp(Z / T), axis=0)) - np.sum(Y * Z / T, axis=0)
            )
        ),
        "You divided Z itself by each T in turn (`/=`): the second T meets scores that the first"
        " has changed. Divide into a new array.": _in_turn,
        "You compared accuracies: they are the same at every temperature, so the first one won."
        " Compare costs.": _choose(
            lambda Z, Y, T: np.mean((Z / T).argmax(axis=0) == Y.argmax(axis=0)), np.argmax
        ),
        "This is the place of the best temperature in the list: return the temperature itself.": (
            lambda Z, Y, temperatures: int(np.argmin([_cost(Z / T, Y) for T in temperatures]))
        ),
        "This is the lowest cost: the temperature is wanted at which it is reached.": (
            lambda Z, Y, temperatures: float(min(_cost(Z / T, Y) for T in temperatures))
        ),
        "You divided the probabilities by T and took the softmax again: it is the logits that are"
        " divided.": _choose(lambda Z, Y, T: _cost(_softmax(Z) / T, Y)),
        "At a low temperature the naive softmax overflows, and NaN has won. Compute the cost from"
        " the logits, as in exercise 9.3.": _choose(_naive),
        "In your cost the true class's score is missing, or was not divided by T: both parts are of"
        " Z / T.": _choose(lambda Z, Y, T: np.mean(_logsumexp(Z / T))),
    }
