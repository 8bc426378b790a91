"""What ``train`` does beside the loop: validate, show progress, undo. Read ``training`` first."""

import contextlib
import sys
import time
import warnings
from itertools import islice

import numpy as np

from lib.checks import check_pair, check_weights, scale_hint
from lib.history import Diverged
from lib.streaming import StoredExamples, is_stored

__all__ = ["HintOfScale", "Undo", "Validation", "progress_bar"]


class Validation:
    """Measures the network on other examples after each epoch."""

    def __init__(self, validation, net):
        if not (isinstance(validation, (tuple, list)) and len(validation) == 3):
            check_pair(validation, "validation", "(X_dev, Y_dev)")
        X, Y, *w = validation
        self.X = None  # those on disk are read in parts
        if is_stored(X):
            self.parts = StoredExamples(X, Y, net, *w, suffix="_dev").in_order
            return
        self.X, self.Y = net.check(X, Y, suffix="_dev")
        self.w = check_weights(*w, self.X.shape[1], net.dtype, "w_dev") if w else None
        arrays = (self.X, self.Y) if self.w is None else (self.X, self.Y, self.w)
        self.parts = lambda: [arrays]

    def __call__(self, net, history):
        costs, right, sizes = [], [], []
        for X, Y, *w in self.parts():
            Z = net.forward(X)
            costs.append(net.loss.value(Z, Y, *w))
            sizes.append(w[0].sum() if w else X.shape[1])
            if not getattr(net.loss, "of_classes", True):
                continue
            # Read as logits, the numbers in Y less one half give its own labels back.
            same = net.loss.labels(Z) == net.loss.labels(Y - 0.5)
            right.append(np.average(same[0], weights=w[0] if w else None))
        shares = np.array(sizes) / sum(sizes)
        history.validation_costs.append(float(np.dot(costs, shares)))
        if right:
            history.validation_accuracies.append(float(np.dot(right, shares)))


class Undo:
    """After an interruption or divergence, restores the state that the history describes.

    A copy of everything before each step would make small steps slow. So the state is kept now and
    then, and the steps since then are taken once more. They are the same ones: the batches of an
    epoch follow from its number.
    """

    SECONDS = 0.1  # between two kept states

    def __init__(self, net, batches, optimizer, early_stopping, history):
        self.net, self.batches, self.optimizer = net, batches, optimizer
        self.early_stopping, self.history = early_stopping, history
        self.lengths, self.begun = [len(e) for e in self._entries()], len(history.costs)
        self.watched = {} if early_stopping is None else {**vars(early_stopping)}
        self.kept = []
        self.keep()

    def keep(self):
        """Keep the state after the last whole epoch, beside the one kept before it."""
        self.whole, self.time = len(self.history.costs), time.perf_counter()
        self.kept = [*self.kept[-1:], (self.whole, self._state())]

    def after_epoch(self, net, history):
        self.whole = len(history.costs)
        if time.perf_counter() - self.time > self.SECONDS:
            self.keep()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if isinstance(error, Diverged):
            self._back_to_finite_cost(error.epoch, error.step)
        elif isinstance(error, KeyboardInterrupt):
            self._back_to_whole_epoch()
            self.history.interrupted = True
            warnings.warn(f"training stopped by hand after {self.whole} epochs", stacklevel=3)
        elif error is not None and self.whole == self.begun:
            self._back_to_the_start()
        elif error is not None:
            self._back_to_whole_epoch()
        return isinstance(error, KeyboardInterrupt)

    def _back_to_finite_cost(self, epoch, step):
        """Restore the state before the step that led to a cost that is not finite."""
        before = [kept for kept in self.kept if (kept[0], 0) < (epoch, step)]
        start, state = (before or self.kept)[-1]
        self._restore(state)
        for k, batch in enumerate(self._batches_between(start, epoch, step)):
            if k > 0:
                self.optimizer.step(self.net.parameters, self.net.gradient)
            self.net.cost_and_gradient(*batch)

    def _back_to_whole_epoch(self):
        start, state = self.kept[-1]
        self._restore(state)
        for batch in self._batches_between(start, self.whole, 0):
            self.net.cost_and_gradient(*batch)
            self.optimizer.step(self.net.parameters, self.net.gradient)
        for entries, begun in zip(self._entries(), self.lengths, strict=True):
            del entries[begun + self.whole - self.begun :]

    def _back_to_the_start(self):
        self._restore(self.kept[0][1])
        if self.early_stopping is not None:
            vars(self.early_stopping).update(self.watched)

    def _entries(self):
        history = self.history
        return history.costs, history.validation_costs, history.validation_accuracies

    def _batches_between(self, start, epoch, step):
        """The batches from the first one of epoch ``start`` to the one before ``step``."""
        for e in range(start, epoch + 1):
            yield from islice(self.batches(e), step if e == epoch else None)

    def _state(self):
        """Copies of all that a step changes."""
        optimizer = self.optimizer.snapshot() if hasattr(self.optimizer, "snapshot") else None
        return self.net.snapshot(), optimizer, [s.get_state() for s in self.net.streams()]

    def _restore(self, state):
        network, optimizer, streams = state
        self.net.restore(network)
        if optimizer is not None:
            self.optimizer.restore(optimizer)
        for stream, drawn in zip(self.net.streams(), streams, strict=True):
            stream.set_state(drawn)


class HintOfScale:
    """Warns after a training that got nowhere if its inputs are far from 1, such as 0 to 255."""

    def __init__(self, net, batches, history=None):
        """``batches``: a function that returns some of the examples, (X, Y) or (X, Y, w), first."""
        self.loss, self.batches, self.history = net.loss, batches, history
        products = getattr(net.layers[0], "inputs_are_products", False)
        self.judges = hasattr(net.loss, "constant_cost") and not products

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        diverged = isinstance(error, Diverged)
        if self.judges and (diverged or (error is None and self.history.costs)):
            X, Y, *w = next(iter(self.batches()))
            hint = scale_hint(self.loss, X, Y, [np.nan] if diverged else self.history.costs, *w)
            if hint is not None:
                warnings.warn(hint, stacklevel=3)


@contextlib.contextmanager
def progress_bar(wanted, history, epochs):
    """A list of what moves the bar after an epoch; empty where nobody would see it."""
    if not wanted or not _someone_watches():
        yield []
        return
    from tqdm import tqdm  # plain tqdm: unlike tqdm.auto it obeys TQDM_DISABLE, which CI sets

    class Bar(tqdm):
        monitor_interval = 0  # no thread that watches the bar: a browser tab has none

    start = len(history.costs)
    with Bar(total=epochs, initial=start, leave=False, unit="epoch") as bar:
        yield [lambda net, history: bar.update() and None]


def _someone_watches():
    """False in a notebook that a program executes: it would store the bar among the outputs."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    kernel = getattr(shell, "kernel", None)
    if not hasattr(kernel, "get_parent") or sys.platform == "emscripten":
        return True  # in a browser tab there always is someone
    # A person's notebook can be asked for input; what runs one without a person says that it can't.
    return kernel.get_parent("shell").get("content", {}).get("allow_stdin", True)
