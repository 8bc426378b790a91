"""Losses: how wrong the outputs are, and in which direction. Read this module with chapter 1.

Both take the logits ``Z``, the last linear scores before any sigmoid or softmax, because
``log(1 - A)`` of a saturated ``A`` is minus infinity while the same number computed from ``Z`` is
not. ``dZ`` already contains the 1/m of the mean, so no layer below divides again.
"""

import numpy as np

from lib.checks import check_choice, check_inputs, check_labels, check_numeric

__all__ = [
    "AbsoluteError",
    "BinaryCrossEntropy",
    "Loss",
    "SoftmaxCrossEntropy",
    "SquaredError",
    "sigmoid",
    "softmax",
]


def sigmoid(Z):
    """1 / (1 + exp(-Z)) for Z of any shape.

    Chapter 1, "The sigmoid: from a score to a probability". ``exp`` only ever sees -|Z|, which is
    not positive, so it cannot overflow.
    """
    e = np.exp(np.minimum(Z, -Z))  # not -abs(Z): that would break the complex step of chapter 6
    return np.where(Z >= 0, 1, e) / (1 + e)


def shares(columns, w=None):
    """What each example adds to the mean of all: its column / m, or w column / sum of w.

    Chapter 1, "The cost: cross-entropy"; with weights chapter 9, "Imbalance: when one class is
    rare".
    """
    return columns / columns.shape[-1] if w is None else columns * (w / w.sum())


class Loss:
    """What the losses share; chapter 1, "The cost: cross-entropy".

    A loss knows four things about the logits Z: ``value_and_gradient(Z, Y, w)``,
    ``probabilities(Z)``, ``labels(Z)``, and with ``check_outputs(n_outputs)`` how many rows of them
    it can read. The cost is the mean over the examples, or with weights w, (m,) or (1, m), the
    weighted mean: the sum of w times loss, divided by the sum of w.

    Labels are 0 or 1. With ``soft_labels=True`` they may be probabilities, as in label smoothing: a
    number from 0 to 1, or a distribution in each column. The formulas are the same. A loss that is
    not ``of_classes`` takes any numbers.
    """

    of_classes = True
    soft_labels = False

    def __init__(self, soft_labels=False):
        self.soft_labels = check_choice(soft_labels, "soft_labels", [True, False])

    def check_labels(self, Y, n_outputs, m, dtype=np.float64, name="Y"):
        """Y as an ``(n_outputs, m)`` array of ``dtype``; TypeError or ValueError if it is none."""
        return check_labels(Y, n_outputs, m, dtype, name, self.soft_labels)

    def value(self, Z, Y, w=None):
        """The cost, a scalar."""
        weights = () if w is None else (w,)
        return self.value_and_gradient(Z, Y, *weights)[0]

    def __repr__(self):
        return f"{type(self).__name__}({'soft_labels=True' if self.soft_labels else ''})"


class _CrossEntropy(Loss):
    """What the two cross-entropies share: what the best answer costs that is always the same."""

    constant = "knowing only how frequent each label is"

    def constant_cost(self, Y, w=None):
        """The cost of giving every example each label's frequency in Y as its probability."""
        p = np.average(Y, axis=1, weights=w)
        p = np.append(p, 1 - p) if len(p) == 1 else p
        return float(abs(p[p > 0] @ np.log(p[p > 0])))


class BinaryCrossEntropy(_CrossEntropy):
    """Mean of -log(probability given to the true label), for labels 0 or 1.

    With A = sigmoid(Z) the loss of one example is -Y log A - (1 - Y) log(1 - A)
    = max(Z, 0) - Y Z + log(1 + exp(-|Z|)), and dZ = (A - Y) / m.
    Z and Y are (1, m). ``soft_labels=True`` allows Y between 0 and 1. Derived in chapter 1,
    "The cost: cross-entropy" and "The gradient".
    """

    def value_and_gradient(self, Z, Y, w=None):
        """The cost and dZ, which has the shape of Z."""
        e = np.exp(np.minimum(Z, -Z))  # shared by the loss and the sigmoid; never above 1
        losses = np.maximum(Z, 0) - Y * Z + np.log1p(e)
        A = np.exp(np.minimum(Z, 0)) / (1 + e)
        # Divided before it is added up: m huge losses may sum to more than a float can hold.
        return shares(losses, w).sum(), shares(A - Y, w)

    def probabilities(self, Z):
        """A = sigmoid(Z): the probability of label 1, (1, m)."""
        return sigmoid(Z)

    def labels(self, Z):
        """0 or 1, (1, m): 1 where its probability exceeds one half."""
        return (Z > 0).astype(np.int64)

    def check_outputs(self, n_outputs):
        """Raise ValueError for a last layer that this loss cannot read."""
        if n_outputs != 1:
            raise ValueError(
                f"the last layer has {n_outputs} outputs; BinaryCrossEntropy needs exactly 1"
                " (for more classes use SoftmaxCrossEntropy)"
            )


def softmax(Z):
    """exp(Z) / sum of exp(Z) over each column, (C, m); chapter 9, "From odds to softmax".

    Subtracting the column's maximum changes nothing but keeps ``exp`` from overflowing.
    """
    with np.errstate(over="ignore"):  # exp(-inf) is the right 0
        E = np.exp(Z - Z.max(axis=0))
    E /= E.sum(axis=0)
    return E


class SoftmaxCrossEntropy(_CrossEntropy):
    """Mean of -log(probability given to the true class), for one-hot labels.

    With A = softmax(Z) the loss of one column is logsumexp(Z) - Y·Z, and dZ = (A - Y) / m.
    Z and Y are (C, m). ``soft_labels=True`` allows any distribution as a column of Y. Derived in
    chapter 9, "The gradient is still the error".
    """

    def value_and_gradient(self, Z, Y, w=None):
        with np.errstate(over="ignore"):  # the difference of two huge logits may overflow
            shifted = np.maximum(Z - Z.max(axis=0), np.finfo(Z.dtype).min)
        E = np.exp(shifted)
        total = E.sum(axis=0)
        losses = np.log(total) - (Y * shifted).sum(axis=0)
        return shares(losses, w).sum(), shares(E / total - Y, w)

    def probabilities(self, Z):
        """A = softmax(Z): one distribution per column, (C, m)."""
        return softmax(Z)

    def labels(self, Z):
        """The index of the most probable class, (1, m)."""
        return Z.argmax(axis=0)[np.newaxis]

    def check_outputs(self, n_outputs):
        if n_outputs < 2:
            raise ValueError("the last layer has 1 output; SoftmaxCrossEntropy needs at least 2")


class _ErrorOfNumbers(Loss):
    """What the losses for numbers share: Z itself is the prediction, and Y any finite numbers."""

    of_classes = False
    constant = "the best number that is the same for every example"

    def __init__(self):
        """Without options: any finite number is a valid target."""

    def check_labels(self, Y, n_outputs, m, dtype=np.float64, name="Y"):
        Y = check_numeric(Y, name)
        if Y.shape != (n_outputs, m):
            turned = Y.shape == (m, n_outputs)
            hint = f": it looks transposed, pass {name}.T" if turned else ""
            raise ValueError(f"{name} has shape {Y.shape}; it needs {(n_outputs, m)}{hint}")
        return check_inputs(Y, n_outputs, dtype, name)

    def check_outputs(self, n_outputs):
        """Any number of outputs will do: a row of Z for each number to predict."""

    def labels(self, Z):
        """The predicted numbers, which are Z itself, (n_out, m)."""
        return Z

    def probabilities(self, Z):
        raise TypeError(f"{self!r} predicts numbers and has no probabilities; use predict")


class SquaredError(_ErrorOfNumbers):
    """Mean over the examples of half the squared error, (Z - Y)² / 2, for numbers Y.

    dZ = (Z - Y) / m: the error itself, as in chapter 1, "The gradient". Z and Y are (n_out, m); the
    losses of several outputs are added up. The best constant prediction is the mean. Derived in
    excursion 10, "The squared error and its gradient".
    """

    def value_and_gradient(self, Z, Y, w=None):
        error = Z - Y
        return shares(error * error / 2, w).sum(), shares(error, w)

    def constant_cost(self, Y, w=None):
        """The cost of the mean."""
        return float(self.value(np.average(Y, axis=1, weights=w)[:, np.newaxis], Y, w))


class AbsoluteError(_ErrorOfNumbers):
    """Mean over the examples of the absolute error |Z - Y|, for numbers Y.

    dZ = sign(Z - Y) / m: every example contributes equally, however large its error, so that a few
    outliers in Y do not dominate. Where Z = Y it is the subgradient 0, as in chapter 5, "L1
    regularization: weights that become zero". Z and Y are (n_out, m); the losses of several outputs
    are added up. The best constant prediction is the median. Derived in excursion 10, "The absolute
    error and its gradient".
    """

    def value_and_gradient(self, Z, Y, w=None):
        error = Z - Y
        # Not np.abs(error), which would lose the imaginary part that a complex step looks at.
        sign = np.sign(error.real)
        return shares(error * sign, w).sum(), shares(sign, w)

    def constant_cost(self, Y, w=None):
        """The cost of the median."""
        w = np.ones(Y.shape[1]) if w is None else w
        order = Y.argsort(axis=1)
        half = np.argmax(w[order].cumsum(axis=1) >= w.sum() / 2, axis=1)[:, np.newaxis]
        median = np.take_along_axis(Y, np.take_along_axis(order, half, axis=1), axis=1)
        return float(self.value(median, Y, w))
