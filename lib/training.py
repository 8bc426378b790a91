"""Training: the loop around one step. Read this module with chapters 3 and 7.

``fit`` is the loop. ``train`` is the door to it: it checks all that it is given, and hands the loop
its batches and what is to be done after each epoch.
"""

import copy
import math

import numpy as np

from lib.checks import (
    check_count,
    check_numeric,
    check_object,
    check_random_state,
    check_weights,
)
from lib.history import Diverged, History
from lib.streaming import StoredExamples, is_stored
from lib.watching import HintOfScale, Undo, Validation, progress_bar

__all__ = ["Diverged", "History", "fit", "minibatches", "train"]


def fit(net, batches, optimizer, epochs, after_epoch=(), history=None):
    """Descend: for every epoch, for every batch, the cost, its gradient, and a step against it.

    batches: called with the number of an epoch, it returns its batches, pairs (X, Y) or, with
    weights, triples (X, Y, w).
    after_epoch: functions f(net, history) to call after every epoch; one that returns True ends the
    training. history: the History of the epochs before, to go on with.
    Returns the History. Nothing is checked here: ``train`` does. Chapter 1, "Gradient descent".
    Raises Diverged when the cost becomes NaN or infinite.
    """
    history, cost = history or History(), None
    for epoch in range(len(history.costs), epochs):
        total = m = 0
        for step, batch in enumerate(batches(epoch)):
            last_cost, cost = cost, net.cost_and_gradient(*batch)
            if not math.isfinite(cost):
                raise Diverged(cost, epoch, step, last_cost, history)
            optimizer.step(net.parameters, net.gradient)
            size = _size(*batch)
            total, m = total + size * cost, m + size
        history.costs.append(float(total / m))
        if any([f(net, history) for f in after_epoch]):
            break
    if not np.isfinite(net.parameters).all():  # no later cost would show it
        raise Diverged(math.nan, len(history.costs), 0, cost, history)
    return history


def _size(X, Y, w=None):
    """How many examples a batch counts for."""
    return X.shape[1] if w is None else w.sum()


def minibatches(X, Y, batch_size, random_state, sample_weight=None):
    """An iterator of (X_batch, Y_batch) over shuffled columns; the last may be smaller.

    Every column comes exactly once. X is (n_x, m) and Y (n_y, m); ``random_state`` is a seed or a
    RandomState. With ``sample_weight``, (m,), it yields (X_batch, Y_batch, w_batch). Derived in
    chapter 7, "Minibatches". Raises TypeError or ValueError for a batch size below 1 or above m,
    for weights that ``train`` refuses, and unless X and Y have the same number of columns.
    """
    X, Y = check_numeric(X, "X"), check_numeric(Y, "Y")
    if X.ndim != 2 or Y.ndim != 2 or X.shape[1] != Y.shape[1]:
        needs = "they need one column per example, (n_x, m) and (n_y, m)"
        raise ValueError(f"X has shape {X.shape}, Y has shape {Y.shape}; {needs}")
    m = X.shape[1]
    check_count(batch_size, "batch_size", 1, m)
    if sample_weight is not None:
        dtype = X.dtype if X.dtype.kind == "f" else np.float64
        sample_weight = check_weights(sample_weight, m, dtype)
    order = check_random_state(random_state).permutation(m)
    batches = (order[start : start + batch_size] for start in range(0, m, batch_size))
    # Taking rows of the transposed view keeps each example's numbers together in memory.
    arrays = [X.T, Y.T] if sample_weight is None else [X.T, Y.T, sample_weight]
    return (tuple([array.take(batch, axis=0).T for array in arrays]) for batch in batches)


def train(
    net,
    X,
    Y,
    optimizer,
    epochs,
    batch_size=None,
    random_state=None,
    validation=None,
    early_stopping=None,
    progress=False,
    checkpoint=None,
    every=1,
    history=None,
    sample_weight=None,
):
    """Descend the cost of ``net`` on X (n_x, m) and Y (n_out, m), and return a History.

    X and Y: arrays, or HDF5 data sets (m, n_x) and (m, n_out), which are read in batches and never
    whole.
    optimizer: such as GradientDescent(0.005); it changes ``net.parameters`` in place.
    epochs: passes over the data. batch_size: None for all m examples at once.
    random_state: a seed s, a RandomState or None; epoch k is shuffled by RandomState(s + k), so
    that any epoch can be repeated on its own.
    sample_weight: None or (m,), how much each example counts, from 0 up; the cost is the sum of
    weight times loss, divided by the sum of the weights. An example of weight 0 is left out. In
    minibatches the sums are those of the batch, and ``history.costs`` are weighted means over the
    epoch. The weights act on the loss only: batch normalization counts every example once.
    validation: None or (X_dev, Y_dev), or (X_dev, Y_dev, w_dev), arrays or data sets, measured
    after each epoch.
    early_stopping: None or, together with validation, EarlyStopping(patience).
    progress: show a bar while it runs, to someone who watches; it leaves nothing behind.
    checkpoint: None or the path of a file that is written anew after ``every`` epochs and after the
    last one, for ``lib.persistence.load``; one that cannot be written is refused before training.
    history: None or the History of the epochs before, to go on where they ended, up to ``epochs``
    in all; its seed is used again. With early stopping, pass the same object again.

    Stopping it by hand (Ctrl-C, the stop button) warns and returns the history so far, with all as
    it was after the last whole epoch. Where the inputs are many more than the examples,
    ``train_gram`` takes the same full-batch steps many times sooner; it is never used silently.
    Inputs far from 1, such as pixels of 0 to 255, with which the cost stays high, get a warning.
    The loop itself is ``fit``. Derived in chapter 1, "Gradient descent"; minibatches in chapter 7,
    "Minibatches", and files in excursion 7, "Larger than memory".
    Raises TypeError or ValueError for arguments that do not fit, and Diverged, with the parameters
    set back to the last ones of finite cost, when the cost becomes NaN or infinite.
    """
    check_object(net, "net", "cost_and_gradient", "Network([Dense(1)], n_inputs=2)")
    net.check_writeable()
    examples = (StoredExamples if is_stored(X) else _Examples)(X, Y, net, sample_weight)
    _check_batch_size(batch_size, examples, net)
    check_object(optimizer, "optimizer", "step", "Adam(0.001)")
    check_count(epochs, "epochs")
    check_count(every, "every")
    after_epoch = []
    if validation is not None:
        after_epoch.append(Validation(validation, net))
    if early_stopping is not None:
        check_object(early_stopping, "early_stopping", "should_stop", "EarlyStopping(10)")
        if validation is None:
            raise ValueError("early_stopping needs validation=(X_dev, Y_dev) to watch; it got None")
        after_epoch.append(early_stopping.should_stop)
    if checkpoint is not None:
        from lib.persistence import Checkpoint  # here, so that only saving loads h5py

        checkpoint = Checkpoint(checkpoint, every, net, optimizer, early_stopping)
    history = _go_on(history, random_state)
    # All arguments are valid past this point.
    batches = _Batches(examples, batch_size, history.seed)
    # Overflow is reported once, as divergence, and not also as warnings.
    with (
        np.errstate(over="ignore", invalid="ignore"),
        HintOfScale(net, examples.in_order, history),
        Undo(net, batches, optimizer, early_stopping, history) as undo,
    ):
        if early_stopping is not None:
            if early_stopping.start(net, history):
                epochs = len(history.costs)  # patience had run out before
            undo.keep()
        after_epoch.append(undo.after_epoch)
        if checkpoint is not None:
            after_epoch.append(checkpoint.after_epoch)
        with progress_bar(progress, history, epochs) as bar:
            fit(net, batches, optimizer, epochs, after_epoch + bar, history)
    if checkpoint is not None:
        checkpoint.finish(net, history)
    if early_stopping is not None:
        early_stopping.restore(net)
    return history


class _Examples:
    """All examples in memory; those on disk are ``streaming.StoredExamples``."""

    def __init__(self, X, Y, net, sample_weight):
        self.arrays = net.check(X, Y)
        self.m = self.arrays[0].shape[1]
        if sample_weight is not None:
            w = check_weights(sample_weight, self.m, net.dtype)
            self.arrays = *self.arrays, w
            if not w.all():
                self.arrays = tuple(array[..., w > 0] for array in self.arrays)
                self.m = np.count_nonzero(w)

    def in_order(self):
        return [self.arrays]

    def minibatches(self, batch_size, random_state):
        X, Y, *w = self.arrays
        return minibatches(X, Y, batch_size, random_state, *w)


def _check_batch_size(batch_size, examples, net):
    if batch_size is None and isinstance(examples, StoredExamples):
        raise ValueError(
            "batch_size is None; X on disk is not read whole: it needs a number such as 128"
        )
    if batch_size is not None:
        check_count(batch_size, "batch_size", 1, examples.m)
    last = examples.m if batch_size is None else examples.m % batch_size or batch_size
    for layer in net.layers:
        layer.check_batch(last)


def _go_on(history, random_state):
    """The History to continue, with its seed; or a new one, with the seed of ``random_state``."""
    if history is not None:
        if not isinstance(history, History):
            raise TypeError(f"history is {history!r}; it needs to be a History that train returned")
        if random_state not in (None, history.seed):
            raise ValueError(
                f"random_state is {random_state!r}; it needs to be {history.seed}, with which the"
                " history began, or None"
            )
        history = copy.deepcopy(history)
        history.interrupted = False
        return history
    if random_state is None or isinstance(random_state, np.random.RandomState):
        random_state = check_random_state(random_state).randint(2**31)
    return History(seed=check_count(random_state, "random_state", 0, 2**32 - 1))


class _Batches:
    """The batches of an epoch, which follow from its number and the seed of the history."""

    def __init__(self, examples, batch_size, seed):
        self.examples, self.batch_size, self.seed = examples, batch_size, seed
        self.random_state = np.random.RandomState(0)  # reseeding is faster than a new RandomState

    def __call__(self, epoch):
        if self.batch_size is None:
            return [self.examples.arrays]
        self.random_state.seed((self.seed + epoch) % 2**32)
        return self.examples.minibatches(self.batch_size, self.random_state)
