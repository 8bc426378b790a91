"""Saving a network and loading it: a file is written completely or not at all.

A saved model is an HDF5 file, of plain numbers only, that any HDF5 tool can look into:

    schema               "neural-networks-by-hand 2"
    checksum             SHA-256 of the schema and of each other data set's name, type, shape, bytes
    header               JSON as bytes: the classes and arguments of layers, loss, penalty,
                         optimizer and early stopping, counts, and the versions that wrote it
    parameters           the flat vector
    statistics.0, ...    running averages of batch normalization, layer by layer
    random.0, ...        states of the random streams of dropout, layer by layer
    averages.0, ...      running averages of the optimizer, Adam's without the factor 1 - beta
    costs, validation_costs, validation_accuracies         of the History
    best.0, ...          what early stopping would go back to
    last.0, ...          the last parameters, from which training continues

Schema 1 is still read. There Adam's averages have that factor, and the checksum leaves the schema
out.

There are no attributes and no text of variable length: in a damaged file HDF5 can search such text
for ever. Nothing in it is ever executed: classes are looked up by name in a list, never imported,
and nothing is unpickled.
"""

import errno
import hashlib
import inspect
import io
import json
import math
import os
import platform
import re
import secrets
import stat
import warnings
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lib.activations import LeakyReLU, ReLU, Sigmoid, Tanh
from lib.batch_norm import BatchNorm
from lib.checks import check_object, check_path_like
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

__all__ = ["Checkpoint", "Saved", "load", "save"]

SCHEMA = "neural-networks-by-hand 2"
FIRST = "neural-networks-by-hand 1"
RENAMED = {"every": "decay_steps"}  # arguments, as older files call them, and their names today

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
    """What was in a file.

    Parts that were not saved are None. ``versions`` are those of the packages that wrote it.
    """

    net: Network
    optimizer: Optimizer | None
    history: History | None
    early_stopping: EarlyStopping | None
    versions: dict


def save(path, net, optimizer=None, history=None, early_stopping=None):
    """Write a network to an HDF5 file, with all that is needed to train on as if never stopped.

    The file at ``path`` is the old one or the new one, never half of either, whenever the process
    dies and however many processes save there at once: each writes a file of its own beside it,
    forces it onto the disk, and renames it; the last one wins. A process that is killed meanwhile
    leaves its file behind, ``path`` with some digits and ``.part`` after it. A link is followed,
    and the permissions of an existing file are kept.

    Raises what ``check_path`` raises, TypeError for parts that are not of this library and so could
    not be made again from their names, and OSError if the disk does not take it.
    """
    _write(check_path(path), contents(net, optimizer, history, early_stopping))


def check_path(path, name="path"):
    """Where ``path`` can be written, as a Path: ``~`` and a link followed, and the writing tried.

    Nothing is left behind. Raises TypeError for what is no
    path, IsADirectoryError for a folder, FileNotFoundError for one in a folder that is not there,
    and another OSError or ValueError for what cannot be written for another reason.
    """
    got = f"{name} is {str(path)!r}"
    target = check_path_like(path, name)
    try:
        target = target.expanduser()
        if target.is_symlink():
            target = Path(os.path.realpath(target))
        mode = stat.S_IFREG  # of a file that is not there yet
        with suppress(FileNotFoundError, NotADirectoryError):
            mode = target.lstat().st_mode
        is_folder = stat.S_ISDIR(mode) or str(path).endswith(("/", os.sep))
        if stat.S_ISREG(mode) and not is_folder and target.parent.is_dir():
            with _own_file_beside(target):
                pass
    # ValueError: a zero byte in it. RuntimeError: "~nobody", a user who is not there.
    except (OSError, ValueError, RuntimeError) as error:
        kind = type(error) if isinstance(error, OSError) else ValueError
        reason = getattr(error, "strerror", None) or error
        raise kind(f"{got}; it needs to be a path that can be written: {reason}") from error
    if is_folder:
        raise IsADirectoryError(f"{got}; it needs to be the path of a file, not of a folder")
    if not target.parent.is_dir():
        raise FileNotFoundError(f"{got}; its folder needs to exist")
    if not stat.S_ISREG(mode):
        raise ValueError(f"{got}; it needs to be the path of a plain file, not of a device")
    return target


def check_savable(net, optimizer=None, history=None, early_stopping=None):
    """Raise TypeError for a part that is not of this library."""
    check_object(net, "net", "cost_and_gradient", "Network([Dense(1)], n_inputs=2)")
    for name in ("layers", "loss", "penalty"):
        _describe(getattr(net, name), name)
    if optimizer is not None:
        check_object(optimizer, "optimizer", "step", "Adam(0.001)")
    if history is not None and not isinstance(history, History):
        raise TypeError(f"history is {history!r}; it needs to be a History that train returned")
    if early_stopping is not None:
        check_object(early_stopping, "early_stopping", "should_stop", "EarlyStopping(10)")
    _describe(optimizer, "optimizer")
    _describe(early_stopping, "early_stopping")


def contents(net, optimizer=None, history=None, early_stopping=None):
    """All arrays that ``save`` writes, by their names."""
    from importlib.metadata import version  # here, because it takes half as long as ``import lib``

    check_savable(net, optimizer, history, early_stopping)
    streams = [layer.random_state.get_state() for layer in net.layers if _is_random(layer)]
    header = {
        "network": {
            "layers": _describe(net.layers, "layers"),
            "n_inputs": net.n_inputs,
            "loss": _describe(net.loss, "loss"),
            "penalty": _describe(net.penalty, "penalty"),
            "dtype": net.dtype.name,
        },
        "streams": [stream[2:] for stream in streams],
        "versions": {
            "python": platform.python_version(),
            **{package: version(package) for package in ("numpy", "h5py")},
        },
    }
    parameters, *statistics = net.snapshot()
    arrays = {"parameters": parameters}
    several = {"statistics": statistics, "random": [stream[1] for stream in streams]}
    if optimizer is not None:
        several["averages"] = optimizer.state(net.parameters)
        header["optimizer"] = _describe(optimizer, "optimizer")
        header["steps"] = optimizer.steps
    if history is not None:
        header["history"] = {"seed": history.seed, "interrupted": history.interrupted}
        for name in ("costs", "validation_costs", "validation_accuracies"):
            arrays[name] = np.array(getattr(history, name), dtype=float)
    if early_stopping is not None:
        several |= {"best": early_stopping.best, "last": early_stopping.last}
        header["early_stopping"] = {
            **_describe(early_stopping, "early_stopping"),
            "best_epoch": early_stopping.best_epoch,
            "best_cost": early_stopping.best_cost,
        }
    for name, group in several.items():
        arrays |= {f"{name}.{i}": array for i, array in enumerate(group)}
    arrays["header"] = np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)
    return arrays


def _is_random(layer):
    return isinstance(getattr(layer, "random_state", None), np.random.RandomState)


def _describe(thing, name):
    """Plain data from which ``thing`` can be made again: its class and that class's arguments."""
    if thing is None or isinstance(thing, (bool, int, float, str)):
        return thing
    if isinstance(thing, (list, tuple)):
        return [_describe(part, f"{name}[{i}]") for i, part in enumerate(thing)]
    kind = type(thing)
    if not kind.__module__.startswith("lib."):
        needs = "to be saved it needs to be of a class of this library"
        raise TypeError(f"{name} is {thing!r}; {needs}")
    arguments = inspect.signature(kind).parameters
    return {
        "class": kind.__name__,
        **{key: _describe(getattr(thing, key), f"{name}.{key}") for key in arguments},
    }


def load(path):
    """Read what ``save`` or ``train(..., checkpoint=path)`` wrote; returns a Saved.

    Raises FileNotFoundError; ValueError, which says what is
    wrong, for a damaged or foreign file, whose checksum is looked at before anything is made of it;
    and BlockingIOError or PermissionError for a file that another program has open.
    """
    given, path = path, check_path_like(path).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f"path is {str(given)!r}; it needs to be a file that save wrote")
    try:
        return _make(*_read(path))
    except (BlockingIOError, PermissionError):
        raise
    # What h5py raises for a damaged file depends on where the damage is.
    except (ArithmeticError, AttributeError, LookupError, MemoryError, OSError, RuntimeError) as e:
        raise ValueError(f"{path.name} is not a whole saved network: {e!r}") from e
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path.name} is not a whole saved network: {error}") from error


def _read(path):
    with open_hdf5(path) as file:
        schema = read_array(file, "schema", kinds="S", limit=100)
        if schema not in (SCHEMA.encode(), FIRST.encode()):
            found = schema.decode(errors="replace")
            raise ValueError(f"its schema is {found!r}; this library reads {SCHEMA!r}")
        expected = read_array(file, "checksum", kinds="S", limit=100)
        # An array cannot be larger than the file that holds it.
        size = os.path.getsize(path)
        names = [str(name) for name in file if name not in ("schema", "checksum")]
        arrays = {name: read_array(file, name, limit=size) for name in names}
        if expected != checksum(arrays, schema).encode():
            raise ValueError("its checksum does not match its contents")
    header = json.loads(arrays.pop("header").tobytes())
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{name!r} holds NaN or infinity")
    return header, arrays, schema.decode()


def _make(header, arrays, schema=SCHEMA):
    net = _make_network(header["network"], arrays.pop("parameters"))
    _fill(net.state()[1:], "statistics", arrays)
    random_layers = [layer for layer in net.layers if hasattr(layer, "random_state")]
    for i, (layer, rest) in enumerate(zip(random_layers, header["streams"], strict=True)):
        layer.random_state.set_state(("MT19937", arrays.pop(f"random.{i}"), *rest))
    optimizer = history = early_stopping = None
    if "optimizer" in header:
        optimizer = _build(header["optimizer"])
        averages = optimizer.state(net.parameters)
        _fill(averages, "averages", arrays)
        if schema == FIRST and isinstance(optimizer, Adam):
            for average, beta in zip(averages, (optimizer.beta1, optimizer.beta2), strict=True):
                average /= 1 - beta
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
    """The object that ``_describe`` described, made of known classes only."""
    if isinstance(found, list):
        return [_build(part) for part in found]
    if not isinstance(found, dict):
        return found
    arguments = {RENAMED.get(k, k): _build(value) for k, value in found.items() if k != "class"}
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
    """Saves a training after every few epochs, for ``train``.

    Raises what ``save`` would raise, before anything is trained: for a path that cannot be written,
    or for parts that cannot be saved. A write that fails later, on a full disk, does not end the
    training: the next one is tried, and ``finish`` warns if the last one failed too.
    """

    def __init__(self, path, every, net, optimizer, early_stopping=None):
        self.path, self.every = check_path(path, "checkpoint"), every
        check_savable(net, optimizer, None, early_stopping)
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


# --- files of any content -------------------------------------------------------------------------


def _write(path, arrays):
    import h5py  # here, so that ``import lib`` does not load it

    image = io.BytesIO()  # HDF5 works in memory, so that only plain writing can fail
    with h5py.File(image, "w") as file:
        for name, array in arrays.items():
            file.create_dataset(name, data=array)
        for name, text in [("schema", SCHEMA), ("checksum", checksum(arrays, SCHEMA.encode()))]:
            file.create_dataset(name, data=np.bytes_(text))
    with _own_file_beside(path) as part:
        if path.exists():
            os.chmod(part.name, stat.S_IMODE(path.stat().st_mode))
        part.write(image.getbuffer())
        part.flush()
        os.fsync(part.fileno())
        part.close()  # Windows renames no open file
        os.replace(part.name, path)
    _force_onto_disk(path.parent)


@contextmanager
def _own_file_beside(path):
    """A new file in the same folder, removed at the end unless it was renamed.

    Its name is drawn at random, and never that of an existing file. Opened like this, and not by
    ``tempfile``, it has the permissions that any new file has.
    """
    part = path.with_name(f"{path.name[:40]}.{secrets.token_hex(8)}.part")
    with open(part, "xb") as file:
        try:
            yield file
        finally:
            file.close()
            part.unlink(missing_ok=True)


def _force_onto_disk(folder):
    """Make a renaming in this folder last, where the system can do so."""
    if os.name != "posix":  # Windows has no handle on a folder
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno not in CANNOT:
            raise


# What file systems answer that cannot force a folder, or do not let its user look into it.
CANNOT = {errno.EACCES, errno.EBADF, errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}


@contextmanager
def open_hdf5(path):
    """The HDF5 file at ``path``, open for reading.

    It is read through Python's own file, so also where the file system knows no locks, as a
    browser's. Raises BlockingIOError or PermissionError for a file that another program has open,
    and ValueError, which says what the file seems to be, if it is not HDF5.
    """
    import h5py  # as in _write

    try:
        with open(path, "rb") as raw:
            _lock(raw)
            start = raw.read(1024)
            try:
                file = h5py.File(raw, "r")
            except Exception as error:
                if start.startswith(HDF5):
                    raise
                raise ValueError(what_it_seems(start)) from error
            with file:
                yield file
    except BlockingIOError as error:
        needs = "it is open for writing, here or in another program, and needs to be closed first"
        raise BlockingIOError(f"{path} is in use: {needs}") from error
    except PermissionError as error:
        needs = "it needs to be readable, and not open in another program"
        raise PermissionError(f"{path} cannot be read: {needs}") from error


def _lock(file):
    """Ask for the lock that HDF5 puts on a file; BlockingIOError if it is open for writing."""
    try:
        from fcntl import LOCK_NB, LOCK_SH, flock
    except ImportError:  # Windows refuses to read such a file by itself; a browser has one program
        return
    try:
        flock(file, LOCK_SH | LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:  # this file system has no locks
        pass


HDF5 = b"\x89HDF\r\n\x1a\n"
OTHERS = {  # the first bytes of files that are taken for HDF5 by mistake
    b"version https://git-lfs": (
        "it is a Git LFS pointer, which only says where the file is kept: run `git lfs pull` in its"
        " folder, or download the file itself"
    ),
    b"PK\x03\x04": "it is a zip archive (as .npz, .keras and .pt files are); unpack it first",
    b"\x1f\x8b": "it is packed by gzip; unpack it first",
    b"\x93NUMPY": "it is a NumPy file; it needs to be {needs}",
    (b"\x80\x03", b"\x80\x04", b"\x80\x05"): "it is a pickle; it needs to be {needs}",
    b"%PDF": "it is a PDF document; it needs to be {needs}",
    (b"\x89PNG", b"\xff\xd8\xff", b"GIF8"): "it is a picture; it needs to be {needs}",
    b"<svg": "it is a drawing in SVG; it needs to be {needs}",
}
PAGE = re.compile(rb"<(!doctype html|html|head|body|title|meta|link|script|style|div|\?xml|!--)")


def what_it_seems(start, needs="HDF5"):
    """What a file that is not what it ``needs`` to be seems to be, by its first bytes."""
    if not start:
        return "it is empty: it was not copied or downloaded to its end; get it once more"
    for first, seems in OTHERS.items():
        if start.startswith(first):
            return seems.format(needs=needs)
    if start[4:8] == b"ftyp":
        return f"it is a film, or a photograph of a telephone in HEIC; it needs to be {needs}"
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if PAGE.match(text):
        return (
            "it is a web page, as is left when a download fails: open it in a browser to see what"
            " it says, and download the file itself (on GitHub: the raw file)"
        )
    begin = start[:40].decode(errors="ignore")
    whole = len(begin.encode()) > len(start[:40]) - 4  # at the end a letter may be cut in two
    if whole and all(letter.isprintable() or letter in "\t\n\r" for letter in begin):
        return f"it is text that begins {begin!r}; it needs to be {needs}"
    return f"it does not begin as {needs} does"


def checksum(arrays, schema=b""):
    """SHA-256 of the schema, names, types, shapes and bytes."""
    digest = hashlib.sha256(b"" if schema == FIRST.encode() else schema)
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape} ".encode())
        digest.update(array.data)
    return digest.hexdigest()


def read_array(file, key, kinds="iuf", limit=2**30):
    """The data set ``key`` of an open HDF5 file, checked before it is read.

    ``kinds``: the kinds of dtype allowed. ``limit``: the most bytes. Raises ValueError for what is
    not a plain array inside this file.
    """
    import h5py

    # A link to another file is not followed: a data file must not make us read other files.
    if not isinstance(file.get(key, getlink=True), h5py.HardLink):
        found = sorted(map(str, file))  # a name that is not UTF-8 comes as bytes
        raise ValueError(f"it has no data set {key!r} of its own; it holds {found}")
    dataset = file[key]
    if not isinstance(dataset, h5py.Dataset):
        raise ValueError(f"{key!r} is a group; it needs to be a data set")
    if dataset.is_virtual or dataset.external:
        raise ValueError(f"{key!r} keeps its numbers in another file; it needs to hold them itself")
    if dataset.dtype.kind not in kinds or dataset.dtype.hasobject or dataset.nbytes > limit:
        raise ValueError(f"{key!r} has dtype {dataset.dtype} and {dataset.nbytes} bytes; refused")
    return dataset[()]
