"""Exercises of chapter 9: softmax, its cost and gradient, and what to count in the answers."""

import numpy as np

from lib.exercises import Exercise


def _one_hot(labels, n_classes):
    return (np.arange(n_classes).reshape(-1, 1) == labels).astype(float)


# --- 9.1 ------------------------------------------------------------------------------------------


def _cost_of_labels(Z, labels):
    """The mean cross-entropy, a float, of logits Z (C, m) and labels (1, m), whole numbers from 0.

    The scores may be thousands apart; the cost is finite, and NumPy does not warn.
    """
    M = Z.max(axis=0)
    logsumexp = M + np.log(np.sum(np.exp(Z - M), axis=0))
    true = Z[labels[0], np.arange(Z.shape[1])]
    return float(np.mean(logsumexp - true))


def _logits_and_labels(random_state):
    n_classes, m = random_state.permutation([3, 4, 5, 6, 7])[:2]
    Z = 2 * random_state.randn(n_classes, m)
    return Z, random_state.randint(n_classes, size=(1, m))


def _far_apart(random_state):
    Z, labels = _logits_and_labels(random_state)
    Z[labels[0, 0], 0] -= 5_000  # surely wrong
    Z[:, 1] += 1_000
    Z[:, 2] -= 1_000
    return Z, labels


cost_of_labels = Exercise(
    "9.1",
    "The cost from logits and class numbers",
    _cost_of_labels,
    inputs=_logits_and_labels,
    corners={
        "scores thousands apart": _far_apart,
        "one example": (np.array([[2.0], [-1.0], [0.5]]), np.array([[1]])),
        "all scores 0": (np.zeros((4, 3)), np.array([[0, 3, 1]])),
        "two classes": (np.array([[1.0, -2.0, 0.5], [0.0, 3.0, -4.0]]), np.array([[1, 1, 0]])),
    },
    hints=[
        "The loss of a column is logsumexp(z) minus the true class's score. Only that score needs"
        " the label.",
        "`Z[labels[0], np.arange(m)]` picks row `label` of each column, (m,).",
        "logsumexp(z) = M + log(sum of exp(z - M)) with M the column's maximum: forget neither M.",
    ],
    mistakes={
        "The sums run along the rows: one maximum and one sum per column are wanted, axis 0.": (
            lambda Z, labels: float(
                (
                    np.sum(
                        Z.max(axis=1)
                        + np.log(np.sum(np.exp(Z - Z.max(axis=1, keepdims=True)), axis=1))
                    )
                    - np.sum(Z[labels[0], np.arange(Z.shape[1])])
                )
                / Z.shape[1]
            )
        ),
        "You took the logarithm of a probability that was rounded to 0: infinity. Go from the"
        " logits to the loss without it: logsumexp(z) minus the true score.": (
            ("M + np.log(np.sum(np.exp(Z - M), axis=0))", "np.exp(Z - M)"),
            (
                "np.mean(logsumexp - true)",
                "-np.mean(np.log((logsumexp / logsumexp.sum(axis=0))"
                "[labels[0], np.arange(Z.shape[1])]))",
            ),
        ),
        "The logsumexp itself overflows, or its sum is 0: take the column's maximum M out of the"
        " sum, and add it again.": ("M = Z.max(axis=0)", "M = np.zeros(Z.shape[1])"),
        "One maximum for the whole matrix: in columns far below it the sum is 0, and its logarithm"
        " minus infinity. Each column has its own, Z.max(axis=0).": (
            ("Z.max(axis=0)", "Z.max() + np.zeros(Z.shape[1])")
        ),
        "M was taken away inside the exponentials and not added again outside.": ("M + ", ""),
        "The logarithm of the sum is missing: logsumexp is M + log(sum of exp(z - M)).": (
            ("np.log(np.sum(np.exp(Z - M), axis=0))", "np.sum(np.exp(Z - M), axis=0)")
        ),
        "You subtracted the logarithm of the sum from M: it is added. logsumexp is at least M.": (
            ("M + np", "M - np")
        ),
        "This is the true class's score alone: it is subtracted from the logsumexp.": (
            ("logsumexp - true", "true")
        ),
        "This is the logsumexp alone: the true class's score is still to be taken away.": (
            (" - true", "")
        ),
        "The sign is turned: a cost is never negative here.": (
            ("logsumexp - true", "true - logsumexp")
        ),
        "This is the sum of the losses: the cost is their mean, so divide by m.": (
            ("np.mean", "np.sum")
        ),
        "You took the largest score away and not that of the true class: this is the loss of a net"
        " that is always right.": ("logsumexp - true", "logsumexp - M"),
        "The maximum is not the logsumexp: the log of the sum is still to be added.": (
            (" + np.log(np.sum(np.exp(Z - M), axis=0))", " + 0")
        ),
        "These are the losses of the examples: the cost is one number, their mean.": (
            ("float(np.mean(logsumexp - true))", "logsumexp - true")
        ),
        "`Z[labels[0]]` picks whole rows: name the column as well.": (
            ("Z[labels[0], np.arange(Z.shape[1])]", "Z[labels[0]]")
        ),
    },
)


# --- 9.2 ------------------------------------------------------------------------------------------


def _macro_f1(counts):
    """The F1 of each class, (C,), and their macro average, a float, from the matrix counts (C, C).

    counts[i, j] examples of class i were taken for class j. F1 is 2 TP / (2 TP + FP + FN), and 0
    for a class that has no true positive.
    """
    found = np.diag(counts)
    false_alarms = counts.sum(axis=0) - found
    missed = counts.sum(axis=1) - found
    f1 = 2 * found / np.maximum(2 * found + false_alarms + missed, 1)
    return f1, float(f1.mean())


def _confused(random_state):
    n_classes = random_state.randint(3, 7)
    counts = random_state.randint(0, 6, size=(n_classes, n_classes))
    return (counts + np.diag(random_state.randint(5, 60, size=n_classes)),)


def _never_answered(random_state):
    (counts,) = _confused(random_state)
    counts[:, 1] = 0
    counts[1, 0] += 2
    return (counts,)


macro_f1 = Exercise(
    "9.2",
    "F1 for every class",
    _macro_f1,
    inputs=_confused,
    corners={
        "a class that is never answered": _never_answered,
        "a class that neither occurs nor is answered": (
            np.array([[5, 0, 2], [0, 0, 0], [1, 0, 7]]),
        ),
        "always the frequent class": (np.array([[90, 0], [10, 0]]),),
        "nothing wrong": (np.diag([4, 9, 2]),),
    },
    results=("the F1 of each class", "the macro average"),
    hints=[
        "For class k, TP is counts[k, k]. In which column stand the others that were taken for k,"
        " and in which row the k that were missed?",
        "`counts.sum(axis=0)` adds up each column: all that was called k. `axis=1`: all that is k.",
        "2 TP / (2 TP + FP + FN) needs a guard where all three are 0. The macro average is the"
        " plain mean over the classes.",
    ],
    mistakes={
        "This is the precision: FN is missing. F1 counts the missed ones as well.": (
            ("2 * found + false_alarms + missed", "found + false_alarms"),
            ("f1 = 2 * found", "f1 = found"),
        ),
        "This is the recall: FP is missing. F1 counts the false alarms as well.": (
            ("2 * found + false_alarms + missed", "found + missed"),
            ("f1 = 2 * found", "f1 = found"),
        ),
        "FP and FN still hold the true positives: take the diagonal away from the sums.": (
            ("axis=0) - found", "axis=0)"),
            ("axis=1) - found", "axis=1)"),
        ),
        "TP is in the denominator once; it needs a 2 there as well.": (
            ("(2 * found + false", "(found + false")
        ),
        "Where a class has no example and no answer you divide 0 by 0: its F1 is 0 by agreement.": (
            lambda counts: (
                2 * np.diag(counts) / (counts.sum(axis=0) + counts.sum(axis=1)),
                float(np.mean(2 * np.diag(counts) / (counts.sum(axis=0) + counts.sum(axis=1)))),
            )
        ),
        "The F1 are right, and the average is weighted by how often each class occurs: macro means"
        " that all classes count alike.": (
            ("float(f1.mean())", "float(np.average(f1, weights=counts.sum(axis=1)))")
        ),
        "The F1 are right, and in place of their mean you returned the accuracy.": (
            ("float(f1.mean())", "float(found.sum() / counts.sum())")
        ),
        "The F1 are right, and this is their sum: the macro average is their mean.": (
            ("f1.mean()", "f1.sum()")
        ),
        "This is TP / (TP + FP + FN), the Jaccard index: F1 counts TP twice, above and below.": (
            ("f1 = 2 * found", "f1 = found"),
            ("(2 * found + false", "(found + false"),
        ),
    },
)


# --- 9.3 ------------------------------------------------------------------------------------------


def _last_layer_backward(Z, Y, A_prev, W, strength):
    """dW (C, n) and db (C, 1) of the mean cross-entropy of a linear layer and its softmax.

    Z (C, m), Y (C, m), A_prev (n, m), W (C, n). The cost has the penalty strength / 2m * sum W**2.
    """
    m = Y.shape[1]
    E = np.exp(Z - Z.max(axis=0))
    A = E / E.sum(axis=0)
    dZ = A - Y
    dW = dZ @ A_prev.T / m + strength / m * W
    db = np.sum(dZ, axis=1, keepdims=True) / m
    return dW, db


def _last_layer(random_state, sizes=None):
    n_classes, n, m = random_state.permutation([3, 4, 5, 6, 7])[:3] if sizes is None else sizes
    W, A_prev = random_state.randn(n_classes, n), random_state.randn(n, m)
    Y = _one_hot(random_state.randint(n_classes, size=m), n_classes)
    return W @ A_prev, Y, A_prev, W, float(random_state.uniform(0.5, 2))


_AXIS, _SIGN, _MEAN = (
    ("E.sum(axis=0)", "E.sum()"),
    ("A - Y", "Y - A"),
    ("keepdims=True) / m", "keepdims=True)"),
)

last_layer_backward = Exercise(
    "9.3",
    "Bug hunt: a last layer with three mistakes",
    _last_layer_backward,
    inputs=_last_layer,
    corners={
        "one example": lambda random_state: _last_layer(random_state, (4, 3, 1)),
        "two classes": lambda random_state: _last_layer(random_state, (2, 5, 6)),
        "no penalty": lambda random_state: (*_last_layer(random_state)[:4], 0.0),
        "scores far apart": lambda random_state: (
            np.array([[2_000.0, 0.0], [0.0, -3_000.0], [-1.0, 1.0]]),
            *(np.eye(3)[:, :2], random_state.randn(4, 2), random_state.randn(3, 4), 1.0),
        ),
    },
    results=("dW", "db"),
    hints=[
        "Three quantities can be looked at: A.sum(axis=0), the sign of dZ for the true class, and"
        " how often each sum over the examples is divided by m.",
        "Which examples compete in E.sum()? And the true class, should descent raise its score or"
        " lower it?",
        "The gradient of the penalty is right as it stands. dW is divided by m; is db?",
    ],
    mistakes={
        "This is the code as it was, all three mistakes in place.": (_AXIS, _SIGN, _MEAN),
        "One mended, the axis. dZ is the output minus the label; and count the divisions by m.": (
            _SIGN,
            _MEAN,
        ),
        "One mended, the sign. Each column of A needs to add up to 1; and count the divisions by"
        " m.": (_AXIS, _MEAN),
        "One mended, the 1/m of db. Each column of A needs to add up to 1; and the output comes"
        " first, minus the label.": (_AXIS, _SIGN),
        "Two mended, one to go: dW is a mean over the examples and db is still a sum.": _MEAN,
        "Two mended, one to go: the sign. Descent subtracts the gradient, so dZ is A - Y.": _SIGN,
        "Two mended, one to go: E.sum() adds up the whole matrix. Each column has its own sum.": (
            _AXIS
        ),
        "The axis is still not right: with axis 1 the rows add up to 1, and the examples compete."
        " All else is mended.": ("E.sum(axis=0)", "E.sum(axis=1, keepdims=True)"),
        "db is a mean now, and dW has become a sum.": ("A_prev.T / m", "A_prev.T"),
        "Both are divided by m twice.": (
            ("A_prev.T / m", "A_prev.T / m**2"),
            ("keepdims=True) / m", "keepdims=True) / m**2"),
        ),
        "Neither is divided by m now: the cost is a mean.": (("A_prev.T / m", "A_prev.T"), _MEAN),
        "The penalty was right as it stood: strength / m * W.": ("strength / m", "strength"),
        "The derivative of a square brings a factor 2 and the 1/2 takes it away: the penalty was"
        " right as it stood.": ("strength / m", "strength / (2 * m)"),
        "You have lost the penalty on the way.": (" + strength / m * W", ""),
        "A - Y holds the derivative of the softmax already: do not multiply by A (1 - A) again.": (
            ("A - Y", "(A - Y) * A * (1 - A)")
        ),
        "The sign was turned in the data's part alone: the penalty was right as it stood, and you"
        " have turned it as well.": ("+ strength", "- strength"),
    },
)


# --- 9.4 ------------------------------------------------------------------------------------------


def _top_k_accuracy(Z, labels, k):
    """The share of columns whose true class has one of the k largest scores, a float.

    Z (C, m), no two scores of a column equal; labels (1, m); k from 1 to C.
    """
    best = np.argsort(-Z, axis=0)[:k]  # (k, m): the first k classes of each column
    return float(np.mean(np.any(best == labels, axis=0)))


def _scores_and_labels(random_state, k=None):
    n, m = random_state.randint(5, 8), random_state.randint(30, 50)
    labels = random_state.randint(n, size=(1, m))
    Z = random_state.randn(n, m) + _one_hot(labels, n)
    return Z, labels, int(random_state.randint(2, 4)) if k is None else k


def _all_classes(random_state):
    Z, labels, _ = _scores_and_labels(random_state)
    return Z, labels, len(Z)


top_k_accuracy = Exercise(
    "9.4",
    "Among the first k",
    _top_k_accuracy,
    inputs=_scores_and_labels,
    corners={
        "k = 1": lambda random_state: _scores_and_labels(random_state, 1),
        "k = C": _all_classes,
        "one example": (np.array([[0.1], [0.7], [0.4]]), np.array([[2]]), 2),
    },
    hints=[
        "`np.argsort(-Z, axis=0)` lists the classes of each column, the best first.",
        "Its first k rows, compared with labels (1, m), are a table (k, m) of hits. At most one a"
        " column.",
        "In how many columns is any of the k a hit? Divide by m. (Or count the scores that are"
        " larger than the true class's: fewer than k.)",
    ],
    mistakes={
        "This is the share of the k *smallest* scores: argsort puts the smallest first, so sort -Z"
        " or take the last k rows.": ("-Z", "Z"),
        "This is top-1 accuracy: k was not used.": ("[:k]", "[:1]"),
        "You looked at place k alone: any of the first k places is right.": ("[:k]", "[k - 1 : k]"),
        "One place too many: rows 0 to k - 1 are k rows.": ("[:k]", "[: k + 1]"),
        "One place too few: [:k] holds k rows, from 0 to k - 1.": ("[:k]", "[: k - 1]"),
        "You took the mean over all k m entries of the table of hits: a column is right if any of"
        " its k is.": ("np.any(best == labels, axis=0)", "best == labels"),
        "This is a count: the share is that divided by m.": ("np.mean", "np.sum"),
        "This is in per cent: a share is from 0 to 1.": ("np.mean", "100 * np.mean"),
        "Nothing is a hit: at most one of a column's k places is (so any, not all), and argsort"
        " gives classes where sort gives scores.": ("float(", "0.0 * float("),
        "argsort lists the classes by rank; you read it as the rank of each class. Compare its"
        " first k rows with the labels.": (
            lambda Z, labels, k: float(
                np.mean(np.argsort(-Z, axis=0)[labels[0], np.arange(labels.size)] < k)
            )
        ),
        "You divided by the number of classes, not by the number of columns.": (
            (
                "np.mean(np.any(best == labels, axis=0))",
                "np.any(best == labels, axis=0).sum() / len(Z)",
            )
        ),
        "This is the share of columns that miss.": (
            "np.any(best == labels",
            "~np.any(best == labels",
        ),
        "Nearly everything is a hit: any along the wrong axis, or every label of the batch is"
        " asked for. Column i is right if one of its k is label i: any along axis 0.": (
            ("best == labels", "np.isin(best, labels)")
        ),
    },
)


# --- 9.5 ------------------------------------------------------------------------------------------


def _rate_for_two_outputs():
    """The learning rate of the net with two softmax outputs, a number."""
    rate_of_one_output = 0.5
    return rate_of_one_output / 2


rate_for_two_outputs = Exercise(
    "9.5",
    "Two outputs for one",
    _rate_for_two_outputs,
    properties={
        "A rate is positive; and at the same rate, 0.5, the difference of the two rows moves"
        " farther than the one row.": lambda x: 0 < x < 0.5
    },
    hints=[
        "Write down dZ of both nets for one example: a - y once, and two entries that add up to 0.",
        "Let w_1 - w_0 be the difference of the two rows. By how much does it move in one step?",
    ],
    mistakes={
        "With equal rates the difference of the two rows moves twice as far as the one row: both"
        " rows move, in opposite directions.": (" / 2", ""),
        "The difference moves farther than the single row already, and you took a larger rate.": (
            ("/ 2", "* 2")
        ),
    },
)
