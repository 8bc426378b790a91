"""Taking a trained network off the disk. ``storage`` says what is in a file, and writes it."""

import json
import math
import os
import tempfile
import warnings
from typing import NamedTuple

import h5py
import numpy as np

from lib.activations import LeakyReLU, ReLU, Sigmoid, Tanh
from lib.batch_norm import BatchNorm
from lib.checks import check_path_like
from lib.history import History
from lib.initializers import zeros
from lib.layers import Dense
from lib.losses import AbsoluteError, BinaryCrossEntropy, SoftmaxCrossEntropy, SquaredError
from lib.network import Network
from lib.optimizers import (
    Adam,
    ExponentialDecay,
    GradientDescent,
    InverseTimeDecay,
    Momentum,
    Optimizer,
    RMSprop,
    SquareRootDecay,
    StepDecay,
)
from lib.regularization import L1, L2, Dropout, EarlyStopping
from lib.storage import SCHEMA, check_path, check_savable, checksum, read_array, save

__all__ = ["Checkpoint", "Saved", "load", "save"]

CLASSES = {
    kind.__name__: kind
    for kind in [
        *(Dense, Sigmoid, Tanh, ReLU, LeakyReLU, Dropout, BatchNorm),
        *(BinaryCrossEntropy, SoftmaxCrossEntropy, SquaredError, AbsoluteError),
        *(L1, L2, EarlyStopping),
        *(GradientDescent, Momentum, RMSprop, Adam),
        *(InverseTimeDecay, SquareRootDecay, ExponentialDecay, StepDecay),
    ]
}


class Saved(NamedTuple):
    """What was in a file; chapter 7, "Stopping and going on".

    Parts that were not saved are None. ``versions`` are those of the packages that wrote it.
    """

    net: Network
    optimizer: Optimizer | None
    history: History | None
    early_stopping: EarlyStopping | None
    versions: dict


def load(path):
    """Read what ``save`` or ``train(..., checkpoint=path)`` wrote; returns a Saved.

    Chapter 7, "Stopping and going on". Raises FileNotFoundError, or ValueError, which says what is
    wrong, for a damaged or foreign file; the checksum is looked at before anything is made of it.
    """
    path = check_path_like(path)
    if not path.is_file():
        raise FileNotFoundError(f"path is {str(path)!r}; it needs to be a file that save wrote")
    try:
        header, arrays = _read(path)
        return _make(header, arrays)
    # What h5py raises for a damaged file depends on where the damage is.
    except (ArithmeticError, AttributeError, LookupError, MemoryError, OSError, RuntimeError) as e:
        raise ValueError(f"{path.name} is not a whole saved network: {e!r}") from e
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path.name} is not a whole saved network: {error}") from error


def _read(path):
    with h5py.File(path, "r") as file:
        schema = read_array(file, "schema", kinds="S", limit=100)
        if schema != SCHEMA.encode():
            found = schema.decode(errors="replace")
            raise ValueError(f"its schema is {found!r}; this library reads {SCHEMA!r}")
        expected = read_array(file, "checksum", kinds="S", limit=100)
        # An array cannot be larger than the file that holds it.
        size = os.path.getsize(path)
        names = [name for name in file if name not in ("schema", "checksum")]
        arrays = {name: read_array(file, name, limit=size) for name in names}
        if expected != checksum(arrays).encode():
            raise ValueError("its checksum does not match its contents")
    header = json.loads(arrays.pop("header").tobytes())
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{name!r} holds NaN or infinity")
    return header, arrays


def _make(header, arrays):
    net = _make_network(header["network"], arrays.pop("parameters"))
    _fill(net.state()[1:], "statistics", arrays)
    random_layers = [layer for layer in net.layers if hasattr(layer, "random_state")]
    for i, (layer, rest) in enumerate(zip(random_layers, header["streams"], strict=True)):
        layer.random_state.set_state(("MT19937", arrays.pop(f"random.{i}"), *rest))
    optimizer = history = early_stopping = None
    if "optimizer" in header:
        optimizer = _build(header["optimizer"])
        _fill(optimizer.state(net.parameters), "averages", arrays)
        optimizer.steps = header["steps"]
    if "history" in header:
        names = ("costs", "validation_costs", "validation_accuracies")
        history = History(**{n: arrays.pop(n).tolist() for n in names}, **header["history"])
    if "early_stopping" in header:
        found = header["early_stopping"]
        early_stopping = _build({key: found[key] for key in ("class", "patience")})
        early_stopping.best_epoch = found["best_epoch"]
        early_stopping.best_cost = found["best_cost"]
        for name in ("best", "last"):
            if f"{name}.0" in arrays:
                setattr(early_stopping, name, net.snapshot())
                _fill(getattr(early_stopping, name), name, arrays)
    if arrays:
        raise ValueError(f"it holds {sorted(arrays)}, of which its header says nothing")
    return Saved(net, optimizer, history, early_stopping, header["versions"])


def _make_network(found, parameters):
    layers, width, size = _build(found["layers"]), found["n_inputs"], 0
    for layer in layers:  # counted before anything so large is made
        if width > parameters.size:
            raise ValueError(f"it has {parameters.size} parameters, too few for {width} inputs")
        width, shapes = layer.build(width)
        size += sum(math.prod(shape) for shape in shapes.values())
    if parameters.shape != (size,) or parameters.dtype != found["dtype"]:
        got = f"{parameters.shape} {parameters.dtype}"
        raise ValueError(f"'parameters' is {got}; its layers need ({size},) {found['dtype']}")
    loss, penalty = _build(found["loss"]), _build(found["penalty"])
    dtype = np.dtype(found["dtype"])
    net = Network(layers, found["n_inputs"], loss, zeros, penalty, random_state=0, dtype=dtype)
    net.parameters = parameters
    return net


def _build(found):
    """The object that ``storage`` described, made of known classes only."""
    if isinstance(found, list):
        return [_build(part) for part in found]
    if not isinstance(found, dict):
        return found
    arguments = {key: _build(value) for key, value in found.items() if key != "class"}
    if found["class"] not in CLASSES:
        raise ValueError(f"it needs the class {found['class']!r}, which this library does not have")
    return CLASSES[found["class"]](**arguments)


def _fill(places, name, arrays):
    """Copy the arrays called ``name.0``, ``name.1``, ... into the arrays of the network."""
    for i, place in enumerate(places):
        array = arrays.pop(f"{name}.{i}")
        if array.shape != place.shape or array.dtype != place.dtype:
            got, needs = f"{array.shape} {array.dtype}", f"{place.shape} {place.dtype}"
            raise ValueError(f"'{name}.{i}' is {got}; it needs to be {needs}")
        place[...] = array


class Checkpoint:
    """Saves a training after every few epochs, for ``train``; chapter 7, "Stopping and going on".

    Raises what ``save`` would raise, before anything is trained: for a path that cannot be written,
    or for parts that cannot be saved. A write that fails later, on a full disk, does not end the
    training: the next one is tried, and ``finish`` warns if the last one failed too.
    """

    def __init__(self, path, every, net, optimizer, early_stopping=None):
        self.path, self.every = _check_writable(path), every
        check_savable(net, optimizer)
        self.optimizer, self.early_stopping = optimizer, early_stopping
        self.due, self.error = False, None

    def after_epoch(self, net, history):
        self.due = True
        if len(history.costs) % self.every == 0:
            self._save(net, history)

    def finish(self, net, history):
        """Save what was not saved yet; warn, and keep the training, if that is not possible."""
        if self.due:
            self._save(net, history)
        if self.error is not None:
            warnings.warn(
                f"checkpoint {str(self.path)!r} could not be written: {self.error}; the training"
                " itself is complete",
                stacklevel=3,
            )

    def _save(self, net, history):
        try:
            save(self.path, net, self.optimizer, history, self.early_stopping)
            self.due, self.error = False, None
        except OSError as error:
            self.error = error


def _check_writable(path, name="checkpoint"):
    """``path`` as a Path, after a trial of all that writing a file there will need."""
    path = check_path_like(path, name).expanduser()
    what = f"{name} is {str(path)!r}"
    try:
        if path.is_dir() or path.name in ("", ".."):
            raise IsADirectoryError("it is a folder")
        check_path(path, name)
        if path.exists():
            path.open("r+b").close()
        # The name in full, as that of the file which is written first and then renamed.
        handle, trial = tempfile.mkstemp(prefix=path.name, dir=path.parent)
        os.close(handle)
        os.unlink(trial)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise type(error)(f"{what}; it needs to be a file that can be written: {error}") from error
    return path
