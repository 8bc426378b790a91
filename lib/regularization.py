"""Regularization: paying for complexity. Read this module with chapter 5.

A penalty adds to the cost, and to the gradient of every weight matrix (never to a bias). Dropout is
a layer. Early stopping watches the validation cost while ``train`` runs. All of them can be used
together, also with the new pictures that ``augmentation`` makes of old ones.
"""

import math

import numpy as np

from lib.checks import check_count, check_number
from lib.layers import Layer

__all__ = [
    "L1",
    "L2",
    "Dropout",
    "EarlyStopping",
    "Penalty",
]


class Penalty:
    """What L1 and L2 share; chapter 5, "L2 regularization: paying for weights".

    A penalty has ``value(W, m)``, what a weight matrix W adds to the cost of m examples, and
    ``add_gradient(W, dW, m)``, which adds the derivative of that to dW in place. Biases are left
    out. In training m is the size of a minibatch, as in scikit-learn's MLPClassifier: with batches
    of 64 of 6,400 examples the same strength weighs 100 times as much as with all of them at once.
    To compare batch sizes, keep strength / batch size the same. With weights of examples, m is the
    sum of the weights.
    Raises TypeError or ValueError if ``strength`` is not a number from 0 up.
    """

    def __init__(self, strength):
        self.strength = check_number(strength, "strength", "[0, inf)")

    def __repr__(self):
        return f"{type(self).__name__}({self.strength:g})"


class L2(Penalty):
    """Adds strength / (2m) * sum of W**2 to the cost, and strength / m * W to dW.

    First used in chapter 1, "The L2 penalty: the same optimum as scikit-learn", and derived in
    chapter 5, "L2 regularization: paying for weights".
    """

    def value(self, W, m):
        return self.strength / (2 * m) * (W.ravel() @ W.ravel())  # one product, no array of squares

    def add_gradient(self, W, dW, m):
        dW += (self.strength / m) * W


class L1(Penalty):
    """Adds strength / m * sum of |W| to the cost, and strength / m * sign(W) to dW.

    It pulls small weights all the way to zero. Derived in chapter 5, "L1 regularization: weights
    that become zero" (Tibshirani, 1996).
    """

    def value(self, W, m):
        # Not np.abs(W), which would lose the imaginary part that a complex-step check looks at.
        return self.strength / m * np.sum(W * np.sign(W.real))

    def add_gradient(self, W, dW, m):
        dW += (self.strength / m) * np.sign(W)


class Dropout(Layer):
    """In training: keep each unit with probability keep_prob, and divide it by keep_prob.

    The mean of an output is then what it was, and nothing needs to change at prediction time, when
    the layer returns its input unchanged. A new mask is drawn for each forward pass, from a stream
    that the network seeds. Derived in chapter 5, "Dropout" (Srivastava et al., 2014). Raises
    TypeError or ValueError if ``keep_prob`` is not in (0, 1].
    """

    def __init__(self, keep_prob):
        self.keep_prob = check_number(keep_prob, "keep_prob", "(0, 1]")
        self.random_state = np.random.RandomState()

    def reset(self, random_state):
        self.random_state = np.random.RandomState(random_state.randint(2**31))

    def forward(self, A_prev, training=False):
        if not training:
            return A_prev
        self.cache = mask = self.random_state.random_sample(A_prev.shape) < self.keep_prob
        return A_prev * mask / self.keep_prob

    def backward(self, dA):
        return dA * self.cache / self.keep_prob

    def __repr__(self):
        return f"Dropout({self.keep_prob:g})"


class EarlyStopping:
    """Stop when the validation cost has not fallen for ``patience`` epochs; go back to the best.

    Pass it to ``train`` together with ``validation``. Afterwards ``best_epoch``, counted from 0,
    and ``best_cost`` say where the network went back to. To go on, pass it to ``train`` once more,
    with the history: then training goes on from its last epoch, not from the best one, as if it
    had never ended. Derived in chapter 5, "Early stopping".
    Raises TypeError or ValueError if ``patience`` is not a whole number from 1 up.
    """

    def __init__(self, patience):
        self.patience = check_count(patience, "patience")
        self.best_epoch, self.best_cost = -1, math.inf
        self.best, self.last = [], []  # snapshots of the network; nothing was trained yet

    def start(self, net, history):
        """Go on if this watched the training of ``history``; else the best is ``net`` as it is.

        Returns True if patience had run out already.
        """
        if self._watched(net, history):
            if self._is_at_best(net):
                net.restore(self.last)
        else:
            self.best_epoch, self.best_cost = len(history.costs) - 1, math.inf
            self.best = net.snapshot()
        self.last = []
        return self.is_out_of_patience(history)

    def should_stop(self, net, history):
        """Take note of the last validation cost; True if patience has run out."""
        cost = history.validation_costs[-1]
        if cost < self.best_cost:
            self.best_epoch, self.best_cost = len(history.costs) - 1, cost
            self.best = net.snapshot()
        return self.is_out_of_patience(history)

    def is_out_of_patience(self, history):
        """Whether the best epoch lies ``patience`` epochs or more back."""
        return len(history.costs) - 1 - self.best_epoch >= self.patience

    def restore(self, net):
        """Put the best parameters back into the network; the last ones are kept, to go on from."""
        if not self._is_at_best(net):
            self.last = net.snapshot()
        net.restore(self.best)

    def _watched(self, net, history):
        shapes = [[array.shape for array in arrays] for arrays in (self.best, net.state())]
        # Counted from the end: the first epochs may have had no validation.
        back, costs = len(history.costs) - self.best_epoch, history.validation_costs
        return shapes[0] == shapes[1] and 0 < back <= len(costs) and costs[-back] == self.best_cost

    def _is_at_best(self, net):
        return bool(self.last) and all(map(np.array_equal, net.state(), self.best))

    def __repr__(self):
        return f"EarlyStopping({self.patience})"
