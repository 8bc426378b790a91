"""Training: the loop around one step. Read this module with chapters 3 and 7."""

import copy
import math
import warnings

import numpy as np

from lib.checks import check_count, check_numeric, check_object, check_pair, check_random_state
from lib.history import History
from lib.persistence import check_path, check_savable, save
from lib.streaming import StoredExamples, is_stored

__all__ = ["Diverged", "History", "minibatches", "train"]


class Diverged(ArithmeticError):
    """The cost became NaN or infinite; chapter 1, "How large a step".

    ``history`` holds the epochs before. ``last_cost`` is the last finite cost, or None.
    """

    def __init__(self, cost, epoch, step, last_cost, history):
        super().__init__(cost, epoch, step, last_cost, history)
        self.last_cost, self.history = last_cost, history

    def __str__(self):
        cost, epoch, step, last_cost, _ = self.args
        before = "it never was finite"
        if last_cost is not None:
            before = f"the last finite cost was {last_cost:.6g}"
        return (
            f"the cost became {cost} in epoch {epoch}, step {step}; {before}. The parameters are"
            " back at their last finite cost. Try a smaller learning rate, or inputs on a smaller"
            " scale."
        )


def minibatches(X, Y, batch_size, random_state):
    """An iterator of (X_batch, Y_batch) over shuffled columns; the last may be smaller.

    Every column comes exactly once. X is (n_x, m) and Y (n_y, m); ``random_state`` is a seed or a
    RandomState. Derived in chapter 7, "Small batches". Raises TypeError or ValueError for a batch
    size below 1 or above m, and unless X and Y have the same number of columns.
    """
    X, Y = check_numeric(X, "X"), check_numeric(Y, "Y")
    if X.ndim != 2 or Y.ndim != 2 or X.shape[1] != Y.shape[1]:
        needs = "they need one column an example, (n_x, m) and (n_y, m)"
        raise ValueError(f"X has shape {X.shape}, Y has shape {Y.shape}; {needs}")
    m = X.shape[1]
    check_count(batch_size, "batch_size", 1, m)
    order = check_random_state(random_state).permutation(m)
    batches = (order[start : start + batch_size] for start in range(0, m, batch_size))
    # Taking rows of the transposed view keeps each example's numbers together in memory.
    return ((X.T.take(batch, axis=0).T, Y.T.take(batch, axis=0).T) for batch in batches)


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
):
    """Descend the cost of ``net`` on X (n_x, m) and Y (n_out, m), and return a History.

    X and Y: arrays, or HDF5 data sets (m, n_x) and (m, n_out), which are read in batches and never
    whole.
    optimizer: such as GradientDescent(0.005); it changes ``net.parameters`` in place.
    epochs: passes over the data. batch_size: None for all m examples at once.
    random_state: a seed s, a RandomState or None; epoch k is shuffled by RandomState(s + k), so
    that any epoch can be repeated on its own.
    validation: None or (X_dev, Y_dev), arrays or data sets, measured after each epoch.
    early_stopping: None or, together with validation, EarlyStopping(patience).
    progress: show a bar while it runs; it leaves nothing behind.
    checkpoint: None or the path of a file that is written anew after ``every`` epochs and after the
    last one, for ``lib.persistence.load``. history: None or the History of the epochs before, to go
    on where they ended, up to ``epochs`` in all; its seed is used again.

    Stopping it by hand (Ctrl-C, the stop button) warns and returns the history so far. Where the
    inputs are many more than the examples, ``train_gram`` takes the same full-batch steps many
    times sooner; nothing switches to it by itself. Derived in
    chapter 1, "Going downhill"; minibatches in chapter 7, "Small batches", and files in chapter 7,
    "Larger than memory".
    Raises TypeError or ValueError for arguments that do not fit, and Diverged, with the parameters
    set back to the last ones of finite cost, when the cost becomes NaN or infinite.
    """
    check_object(net, "net", "cost_and_gradient", "Network([Dense(1)], n_inputs=2)")
    net.check_writeable()
    stored = None
    if is_stored(X):
        net.check_views()
        stored = StoredExamples(X, Y, net)
        if batch_size is None:
            raise ValueError(
                "batch_size is None; X on disk is not read whole: it needs a number such as 128"
            )
    else:
        X, Y = net.check(X, Y)
    check_object(optimizer, "optimizer", "step", "Adam(0.001)")
    check_count(epochs, "epochs")
    m = stored.m if stored else X.shape[1]
    if batch_size is not None:
        check_count(batch_size, "batch_size", 1, m)
    for layer in net.layers:
        layer.check_batch(m if batch_size is None else m % batch_size or batch_size)
    if validation is not None:
        check_pair(validation, "validation", "(X_dev, Y_dev)")
        if is_stored(validation[0]):
            validation = StoredExamples(*validation, net, suffix="_dev")
        else:
            validation = net.check(*validation, suffix="_dev")
    if early_stopping is not None:
        check_object(early_stopping, "early_stopping", "should_stop", "EarlyStopping(10)")
        if validation is None:
            raise ValueError("early_stopping needs validation=(X_dev, Y_dev) to watch; it got None")
    check_count(every, "every")
    if checkpoint is not None:
        check_path(checkpoint, "checkpoint")
        check_savable(net, optimizer)  # to be known now, not epochs later
    history = _go_on(history, random_state)
    if early_stopping is not None and not history.costs:
        early_stopping.start(net)
    shuffled_by = np.random.RandomState(0)  # one for all epochs: to seed it anew is quick

    def batches(epoch):
        if batch_size is None:
            return [(X, Y)]
        shuffled_by.seed((history.seed + epoch) % 2**32)
        if stored:
            return stored.minibatches(batch_size, shuffled_by)
        return minibatches(X, Y, batch_size, shuffled_by)

    last_cost, last_good, trained = None, net.snapshot(), net._trained()
    try:
        # Overflow is reported once, as divergence, and not also as warnings.
        with np.errstate(over="ignore", invalid="ignore"):
            for epoch in _count(len(history.costs), epochs, progress):
                total = 0.0
                for step, (X_batch, Y_batch) in enumerate(batches(epoch)):
                    cost = net._cost_and_gradient(X_batch, Y_batch)
                    if not math.isfinite(cost):
                        raise Diverged(cost, epoch, step, last_cost, history)
                    last_cost = cost
                    for kept, array in zip(last_good, trained, strict=True):
                        kept[...] = array
                    optimizer.step(net.parameters, net.gradient)
                    total += cost * X_batch.shape[1]
                history.costs.append(total / m)
                if validation is not None:
                    _validate(net, validation, history)
                stop = early_stopping is not None and early_stopping.should_stop(net, history)
                last = stop or epoch + 1 == epochs
                if checkpoint is not None and (last or (epoch + 1) % every == 0):
                    save(checkpoint, net, optimizer, history, early_stopping)
                if stop:
                    break
        # No later cost tells whether the very last step still led to finite parameters.
        if not np.isfinite(net.parameters).all():
            raise Diverged(math.nan, len(history.costs), 0, last_cost, history)
    except Diverged:
        net.restore(last_good)
        raise
    except KeyboardInterrupt:
        history.interrupted = True
        warnings.warn(f"training stopped by hand after {len(history.costs)} epochs", stacklevel=2)
    if early_stopping is not None:
        early_stopping.restore(net)
    return history


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


def _validate(net, validation, history):
    """Append the cost and the accuracy of (X, Y), or of StoredExamples, read block by block."""
    parts = [validation] if isinstance(validation, tuple) else validation.in_order()
    m = validation[0].shape[1] if isinstance(validation, tuple) else validation.m
    cost = accuracy = 0.0
    for X, Y in parts:
        Z = net._forward(X, training=False)
        share = X.shape[1] / m
        cost += float(net.loss.value(Z, Y)) * share
        # Read as logits, the zeros and ones of Y give its own labels back.
        accuracy += float(np.mean(net.loss.labels(Z) == net.loss.labels(Y))) * share
    history.validation_costs.append(cost)
    history.validation_accuracies.append(accuracy)


def _count(start, epochs, progress):
    """range(start, epochs), with a progress bar where one is wanted."""
    numbers = range(start, epochs)
    if not progress:
        return numbers
    from tqdm import tqdm  # plain tqdm: unlike tqdm.auto it obeys TQDM_DISABLE, which CI sets

    return tqdm(numbers, leave=False, unit="epoch", initial=start, total=epochs)
