"""Files that are whole or not there: what ``train`` writes and ``persistence`` reads.

A saved model is an HDF5 file, of plain numbers only, that any HDF5 tool can look into:

    schema               "neural-networks-by-hand 1"
    checksum             SHA-256 of the name, type, shape and bytes of every other data set
    header               JSON as bytes: the classes and arguments of layers, loss, penalty,
                         optimizer and early stopping, counts, and the versions that wrote it
    parameters           the flat vector
    statistics.0, ...    running averages of batch normalization, layer by layer
    random.0, ...        states of the random streams of dropout, layer by layer
    averages.0, ...      running averages of the optimizer
    costs, validation_costs, validation_accuracies         of the History
    best.0, ...          what early stopping would go back to
    last.0, ...          what it left for the best, to train on from

There are no attributes and no text of variable length: in a damaged file HDF5 can search such text
for ever. Nothing in it is ever executed: classes are looked up by name in a list, never imported,
and nothing is unpickled.
"""

import hashlib
import inspect
import json
import os
import platform

import numpy as np

from lib.checks import check_object, check_path_like

__all__ = ["SCHEMA", "check_path", "check_savable", "checksum", "contents", "read_array", "save"]

SCHEMA = "neural-networks-by-hand 1"


def save(path, net, optimizer=None, history=None, early_stopping=None):
    """Write a network to an HDF5 file, with all that is needed to train on as if never stopped.

    The file at ``path`` is the old one or the new one, never half of either, whenever the process
    dies: everything is written to a file beside it, forced onto the disk, and renamed. Chapter 7,
    "Stopping and going on". Raises TypeError for parts that are not of this library and so could
    not be made again from their names, FileNotFoundError for a folder that is not there, and
    OSError if the disk does not take it.
    """
    _write(check_path(path), contents(net, optimizer, history, early_stopping))


def check_path(path, name="path"):
    """``path`` as a Path in a folder that exists; chapter 7, "Stopping and going on".

    Raises TypeError or FileNotFoundError.
    """
    path = check_path_like(path, name)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{name} is {str(path)!r}; its folder needs to exist")
    return path


def check_savable(net, optimizer=None):
    """Raise TypeError for a part that is not of this library.

    Chapter 7, "Stopping and going on".
    """
    check_object(net, "net", "cost_and_gradient", "Network([Dense(1)], n_inputs=2)")
    for name in ("layers", "loss", "penalty"):
        _describe(getattr(net, name), name)
    _describe(optimizer, "optimizer")


def contents(net, optimizer=None, history=None, early_stopping=None):
    """All arrays that ``save`` writes, by their names; chapter 7, "Stopping and going on"."""
    from importlib.metadata import version  # half of what ``import lib`` would take

    check_savable(net, optimizer)
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
    """Plain data that says how to make ``thing`` again: its class and that class's arguments."""
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


def _write(path, arrays):
    import h5py  # only here and in persistence: ``import lib`` is not to wait for it

    part = path.with_name(path.name + ".part")
    try:
        with h5py.File(part, "w") as file:
            for name, array in arrays.items():
                file.create_dataset(name, data=array)
            for name, text in [("schema", SCHEMA), ("checksum", checksum(arrays))]:
                file.create_dataset(name, data=np.bytes_(text))
        _force_onto_disk(part)
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    if os.name == "posix":  # Windows has no handle on a folder to force
        _force_onto_disk(path.parent)


def _force_onto_disk(path):
    handle = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def checksum(arrays):
    """SHA-256 of names, types, shapes and bytes; chapter 7, "Stopping and going on"."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape} ".encode())
        digest.update(array.data)
    return digest.hexdigest()


def read_array(file, key, kinds="iuf", limit=2**30):
    """The data set ``key`` of an open HDF5 file, looked at before it is read.

    ``kinds``: the kinds of dtype allowed. ``limit``: the most bytes. Chapter 1,
    "Look before you model". Raises ValueError for what is not a plain array inside this file.
    """
    import h5py

    # A link to another file is not followed: a data file has no business elsewhere.
    if not isinstance(file.get(key, getlink=True), h5py.HardLink):
        raise ValueError(f"it has no data set {key!r} of its own; it holds {sorted(file)}")
    dataset = file[key]
    if not isinstance(dataset, h5py.Dataset):
        raise ValueError(f"{key!r} is a group; it needs to be a data set")
    if dataset.is_virtual or dataset.external:
        raise ValueError(f"{key!r} keeps its numbers in another file; it needs to hold them itself")
    if dataset.dtype.kind not in kinds or dataset.dtype.hasobject or dataset.nbytes > limit:
        raise ValueError(f"{key!r} has dtype {dataset.dtype} and {dataset.nbytes} bytes; refused")
    return dataset[()]
