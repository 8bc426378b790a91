"""Regularization: paying for complexity. Read this module with chapter 5.

A penalty adds to the cost, and to the gradient of every weight matrix (never to a bias). Dropout is
a layer. Early stopping watches the validation cost while ``train`` runs. Augmentation makes new
pictures of old ones. All of them can be used together.
"""

import math

import numpy as np

from lib.checks import check_count, check_number, check_numeric, check_random_state
from lib.layers import Layer

__all__ = [
    "L1",
    "L2",
    "Dropout",
    "EarlyStopping",
    "Penalty",
    "augment",
    "flip",
    "recolour",
    "shift",
]


class Penalty:
    """What L1 and L2 share; chapter 5, "Paying for weights".

    A penalty has ``value(W, m)``, what a weight matrix W adds to the cost of m examples, and
    ``add_gradient(W, dW, m)``, which adds the derivative of that to dW in place. Biases are left
    out. In training m is the size of a minibatch, so the same strength weighs more in small ones.
    Raises TypeError or ValueError if ``strength`` is not a number from 0 up.
    """

    def __init__(self, strength):
        self.strength = check_number(strength, "strength", "[0, inf)")

    def __repr__(self):
        return f"{type(self).__name__}({self.strength:g})"


class L2(Penalty):
    """Adds strength / (2m) * sum of W**2 to the cost, and strength / m * W to dW.

    First used in chapter 1, "The same optimum as scikit-learn", and derived in chapter 5.
    """

    def value(self, W, m):
        return self.strength / (2 * m) * (W.ravel() @ W.ravel())  # one product, no array of squares

    def add_gradient(self, W, dW, m):
        dW += (self.strength / m) * W


class L1(Penalty):
    """Adds strength / m * sum of |W| to the cost, and strength / m * sign(W) to dW.

    It pulls small weights all the way to zero. Derived in chapter 5, "The penalty that makes zeros"
    (Tibshirani, 1996).
    """

    def value(self, W, m):
        # Not np.abs(W), which would lose the imaginary part that a complex-step check looks at.
        return self.strength / m * np.sum(W * np.sign(W.real))

    def add_gradient(self, W, dW, m):
        dW += (self.strength / m) * np.sign(W)


class Dropout(Layer):
    """In training: keep each unit with probability keep_prob, and divide it by keep_prob.

    The mean of an output is then what it was, and nothing needs to change at prediction time, when
    the layer passes its input on. A new mask is drawn for each forward pass, from a stream that the
    network seeds. Derived in chapter 5, "Dropout" (Srivastava et al., 2014).
    Raises TypeError or ValueError if ``keep_prob`` is not in (0, 1].
    """

    frozen = None

    def __init__(self, keep_prob):
        self.keep_prob = check_number(keep_prob, "keep_prob", "(0, 1]")
        self.random_state = np.random.RandomState()

    def reset(self, random_state):
        self.random_state = np.random.RandomState(random_state.randint(2**31))

    def freeze(self):
        self.frozen = self.random_state.get_state()

    def forward(self, A_prev, training=False):
        if not training:
            return A_prev
        if self.frozen is not None:
            self.random_state.set_state(self.frozen)
        self.mask = self.random_state.random_sample(A_prev.shape) < self.keep_prob
        return A_prev * self.mask / self.keep_prob

    def backward(self, dA):
        return dA * self.mask / self.keep_prob

    def __repr__(self):
        return f"Dropout({self.keep_prob:g})"


class EarlyStopping:
    """Stop when the validation cost has not fallen for ``patience`` epochs; go back to the best.

    Pass it to ``train`` together with ``validation``. Afterwards ``best_epoch``, counted from 0,
    and ``best_cost`` say where the network went back to. Derived in chapter 5, "Early stopping".
    Raises TypeError or ValueError if ``patience`` is not a whole number from 1 up.
    """

    def __init__(self, patience):
        self.patience = check_count(patience, "patience")

    def start(self, net):
        """Forget an earlier training: the best is ``net`` as it is now, whatever its cost."""
        self.best_epoch, self.best_cost, self.best = -1, math.inf, net.snapshot()

    def should_stop(self, net, history):
        """Take note of the last validation cost; True if patience has run out."""
        epoch, cost = len(history.validation_costs) - 1, history.validation_costs[-1]
        if cost < self.best_cost:
            self.best_epoch, self.best_cost, self.best = epoch, cost, net.snapshot()
        return epoch - self.best_epoch >= self.patience

    def restore(self, net):
        """Put the best parameters back into the network."""
        net.restore(self.best)


def _check_pictures(pictures):
    if not isinstance(pictures, np.ndarray) or pictures.dtype != np.uint8:
        got = getattr(pictures, "dtype", type(pictures).__name__)
        raise TypeError(f"pictures is of type {got}; it needs to be an array of uint8, 0 to 255")
    if pictures.ndim != 4 or pictures.shape[3] != 3 or 0 in pictures.shape:
        raise ValueError(f"pictures has shape {pictures.shape}; it needs (m, height, width, 3)")
    return pictures


def flip(pictures):
    """Pictures (m, height, width, 3) mirrored left to right: a view, nothing is copied.

    Chapter 5, "More data from the same data".
    """
    return _check_pictures(pictures)[:, :, ::-1]


def shift(pictures, down, right):
    """Pictures (m, height, width, 3) moved by whole pixels, the edge repeated into the gap.

    Chapter 5, "More data from the same data". Raises TypeError or ValueError for a shift that is
    not a whole number or leaves nothing of the picture.
    """
    height, width = _check_pictures(pictures).shape[1:3]
    check_count(down, "down", 1 - height, height - 1)
    check_count(right, "right", 1 - width, width - 1)
    rows = np.clip(np.arange(height) - down, 0, height - 1)
    columns = np.clip(np.arange(width) - right, 0, width - 1)
    return pictures[:, rows][:, :, columns]


def recolour(pictures, gains):
    """Pictures (m, height, width, 3) uint8 with each colour multiplied by its gain, (3,) or (m, 3).

    Chapter 5, "More data from the same data". Values beyond 255 are cut off there. Raises
    ValueError for gains of another shape, or that are not finite numbers from 0 up.
    """
    m, gains = len(_check_pictures(pictures)), check_numeric(gains, "gains")
    if gains.shape not in ((3,), (m, 3)):
        raise ValueError(f"gains has shape {gains.shape}; it needs (3,) or ({m}, 3)")
    if not np.isfinite(gains).all() or gains.min() < 0:
        raise ValueError("gains holds a negative number, NaN or inf; it needs numbers from 0 up")
    gains = gains.reshape(-1, 1, 1, 3)
    return np.clip(np.rint(pictures * gains), 0, 255).astype(np.uint8)


def augment(pictures, random_state, max_shift=4, max_gain=0.2):
    """Each picture once more: perhaps mirrored, moved a little, its colours changed a little.

    pictures: (m, height, width, 3) uint8. max_shift: in pixels. max_gain: a colour is multiplied by
    1 - max_gain to 1 + max_gain. Chapter 5, "More data from the same data". Raises TypeError or
    ValueError for arguments out of range.
    """
    m, height, width, _ = _check_pictures(pictures).shape
    check_count(max_shift, "max_shift", 0, min(height, width) - 1)
    check_number(max_gain, "max_gain", "[0, 1)")
    random_state = check_random_state(random_state)
    mirrored = random_state.random_sample(m) < 0.5
    moves = random_state.randint(-max_shift, max_shift + 1, size=(m, 2))
    gains = random_state.uniform(1 - max_gain, 1 + max_gain, size=(m, 3))
    new = np.where(mirrored[:, None, None, None], flip(pictures), pictures)
    new = np.concatenate([shift(new[i : i + 1], *moves[i]) for i in range(m)])
    return recolour(new, gains)
