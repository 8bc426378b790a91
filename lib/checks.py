"""The checks of arguments that all public functions share, and their error messages.

A message always says three things: which argument, what it got, what it needs. Whatever the
caller passes in is only looked at, never changed.
"""

import math
import numbers
import os
from pathlib import Path

import numpy as np

__all__ = [
    "check_choice",
    "check_count",
    "check_inputs",
    "check_labels",
    "check_named",
    "check_number",
    "check_numeric",
    "check_object",
    "check_pair",
    "check_path_like",
    "check_random_state",
    "check_shape",
    "check_values",
    "check_weights",
    "scale_hint",
]


def check_inputs(X, n_inputs=None, dtype=np.float64, name="X"):
    """Return ``X`` as a finite ``(n_inputs, m)`` array of ``dtype``; examples are columns.

    No copy is made when ``X`` already fits.
    Raises TypeError for what is not numeric; ValueError for a wrong rank or number of rows,
    for transposed or empty data, and for NaN or infinity.
    """
    given, X = X, check_numeric(X, name)
    if X.ndim != 2:
        raise ValueError(f"{name} has shape {X.shape}; it needs (n_x, m): one column per example")
    if 0 in X.shape:
        raise ValueError(f"{name} is empty: its shape is {X.shape}; it needs at least (1, 1)")
    if n_inputs is not None and X.shape[0] != n_inputs:
        turned = X.shape[1] == n_inputs
        hint = "; it looks transposed: examples are columns, pass " if turned else ""
        hint += _transposed(given, name) if turned else ""
        raise ValueError(f"{name} has {X.shape[0]} rows, the network has {n_inputs} inputs{hint}")
    with np.errstate(over="ignore"):  # what float32 cannot hold is refused as infinite, below
        X = X.astype(dtype, copy=False)
    _finite(X, name)
    return X


def check_labels(Y, n_outputs, m, dtype=np.float64, name="Y", soft=False):
    """Return labels as an ``(n_outputs, m)`` array of ``dtype`` that holds only 0 and 1.

    One output takes 0 or 1 in shape ``(1, m)``; several take one-hot columns ``(C, m)``. ``soft``
    labels are probabilities instead: from 0 to 1, and over several outputs each column sums to 1.
    Raises TypeError or ValueError.
    """
    given, Y = Y, check_numeric(Y, name)
    needs = f"({n_outputs}, {m})"
    if Y.ndim == 1:
        way = f"use {name}.reshape(1, -1)"
        if not hasattr(given, "reshape"):  # a list, a data set on disk
            way = f"use np.reshape({name}, (1, -1))"
        if n_outputs > 1:
            way = f"use np.eye({n_outputs})[:, y]"
        raise ValueError(f"{name} has shape {Y.shape}; it needs {needs}: {way}")
    if Y.shape != (n_outputs, m):
        turned = Y.shape == (m, n_outputs)
        hint = f"; it looks transposed: pass {_transposed(given, name)}" if turned else ""
        raise ValueError(f"{name} has shape {Y.shape}; it needs {needs}{hint}")
    wrong = ~((Y >= 0) & (Y <= 1)) if soft else (Y != 0) & (Y != 1)
    if wrong.any():
        needs = "soft labels are between 0 and 1" if soft else "labels are 0 or 1"
        raise ValueError(f"{name} contains {Y[wrong][0]!s}; {needs}")
    sums = Y.sum(axis=0)
    off = abs(sums - 1) > 1e-5 if soft else sums != 1
    if n_outputs > 1 and off.any():
        what = "a distribution in each column" if soft else "one-hot"
        column = np.argmax(off)
        raise ValueError(f"{name} is not {what}: column {column} sums to {sums[column]}")
    return Y.astype(dtype, copy=False)


def check_weights(w, m, dtype=np.float64, name="sample_weight"):
    """Return the weights of m examples, (m,) or (1, m), as an array (m,) of ``dtype``.

    A weight says how often an example counts: numbers from 0 up, not all of them 0.
    Raises TypeError or ValueError.
    """
    w = check_numeric(w, name)
    if w.shape not in [(m,), (1, m)]:
        raise ValueError(f"{name} has shape {w.shape}; it needs ({m},): one weight per example")
    with np.errstate(over="ignore"):
        w = w.reshape(m).astype(dtype, copy=False)
        total = w.sum()
    wrong = ~(np.isfinite(w) & (w.real >= 0))
    if wrong.any():
        i = np.argmax(wrong)
        raise ValueError(f"{name}[{i}] is {w[i]}; it needs finite numbers from 0 up")
    if not 0 < total.real < math.inf:
        raise ValueError(f"{name} sums to {total}; it needs a finite sum above zero")
    return w


def check_named(values, argument, what="its values"):
    """Return ``values`` if it is a dictionary with an entry, or raise TypeError or ValueError."""
    if not isinstance(values, dict):
        needs = f"it needs a dictionary from a name to {what}"
        raise TypeError(f"{argument} is {type(values).__name__}; {needs}")
    if not values:
        raise ValueError(f"{argument} is empty; it needs at least one name with {what}")
    return values


def check_number(value, name, interval="(0, inf)"):
    """Return ``value`` as a finite float in ``interval``, written as on the page: "[0, 1)".

    Raises TypeError or ValueError.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} is {value!r}; it needs to be a number")
    low, high = map(float, interval[1:-1].split(","))
    above = value >= low if interval[0] == "[" else value > low
    below = value <= high if interval[-1] == "]" else value < high
    try:
        number = float(value)
    except OverflowError:  # a whole number that no float can hold
        number = math.inf
    if not (above and below and math.isfinite(number)):
        raise ValueError(f"{name} is {value}; it needs to be a finite number in {interval}")
    return number


def check_count(value, name, low=1, high=None):
    """Return ``value`` as a whole number from ``low`` to ``high``, both included.

    Raises TypeError or ValueError.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} is {value!r}; it needs to be a whole number")
    if value < low or (high is not None and value > high):
        needs = f"at least {low}" if high is None else f"between {low} and {high}"
        raise ValueError(f"{name} is {value}; it needs to be {needs}")
    return int(value)


def check_choice(value, name, choices):
    """Return ``value`` if it is one of ``choices``.

    Raises ValueError that lists the choices.
    """
    # NumPy takes None for a dtype, and equals an array element by element.
    if value is None or isinstance(value, np.ndarray) or value not in list(choices):
        listed = ", ".join(map(repr, choices))
        raise ValueError(f"{name} is {value!r}; it needs to be one of {listed}")
    return value


def check_object(value, name, method, example):
    """Return ``value`` if it has ``method``.

    Raises TypeError with an ``example`` for anything else, also for a class without parentheses.
    """
    if isinstance(value, type) or not callable(getattr(value, method, None)):
        hint = " (add parentheses to make one)" if isinstance(value, type) else ""
        raise TypeError(f"{name} is {value!r}; it needs to be one such as {example}{hint}")
    return value


def check_pair(value, name, parts):
    """Return ``value`` if it is a tuple or list of two, the ``parts``.

    Raises TypeError for anything else.
    """
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise TypeError(f"{name} is a {type(value).__name__}; it needs to be the pair {parts}")
    return value


def check_random_state(random_state):
    """Return a ``numpy.random.RandomState``: made of a seed, the one given, or for None a new one.

    NumPy promises never to change the numbers that ``RandomState`` draws, so a seed gives the same
    ones on every machine and with every version.
    """
    if random_state is None or isinstance(random_state, np.random.RandomState):
        return random_state or np.random.RandomState()
    return np.random.RandomState(check_count(random_state, "random_state", 0, 2**32 - 1))


def check_shape(name, array, fits, needs):
    """Raise ValueError unless the shape of an array ``fits``, and none of its axes is empty."""
    if not fits or 0 in array.shape:
        raise ValueError(f"{name} has shape {array.shape}; it needs {needs}")


def check_values(values, shape, name):
    """Return ``values``, which are to be written into an array of ``shape``, as an array.

    One number, for all places, is good too. Raises TypeError or ValueError.
    """
    if not (isinstance(values, np.ndarray) and values.dtype.kind == "c"):  # of a gradient check
        values = check_numeric(values, name)
    if values.shape not in [shape, ()]:
        got = values.shape
        raise ValueError(f"{name} has shape {got}; it needs {shape}, or one number for all")
    return values


def check_path_like(path, name="path"):
    """Return ``path``, a string or a Path, as a Path.

    Raises TypeError for anything else.
    """
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"{name} is {path!r}; it needs to be the path of a file, as a string")
    return Path(path)


def check_numeric(array, name):
    """Return the numbers as a real array: also those of a list, integers or booleans.

    Raises TypeError or ValueError. An array with masked values is refused: NumPy would use the
    hidden values silently.
    """
    if np.ma.is_masked(array):
        hidden = np.ma.count_masked(array)
        raise ValueError(f"{name} has {hidden} masked values; it needs a number in every place")
    try:
        array = np.asarray(array)
    except ValueError as error:
        raise ValueError(
            f"{name} is not a full table of numbers: {error} It needs rows of one length."
        ) from error
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name} has dtype {array.dtype}; it needs real numbers")
    return array


def scale_hint(loss, X, Y, costs, w=None):
    """Advice to scale the inputs if they are far from 1 and training made no progress, or None.

    X (n_x, m), Y (n_y, m), weights (m,) or None, and the costs of the epochs, the last one NaN or
    infinite after divergence. Training made no progress if the last cost is above nine tenths of
    what ``loss`` says that the best answer costs which is the same for all examples.
    """
    constant = loss.constant_cost(Y, w)
    if costs[-1] <= 0.9 * constant or constant == 0:  # 0: one label only, and nothing to tell apart
        return None
    if 0.01 <= np.linalg.norm(X) / math.sqrt(X.size) <= 10:
        return None
    low, high = np.min(X), np.max(X)
    way = "give each input mean 0 and standard deviation 1 over the examples"
    if low >= 0 and 100 < high <= 255:
        way = "if they are pixels, divide X by 255"
    return (
        f"X holds numbers from {low:.3g} to {high:.3g}, and the last cost was {costs[-1]:.3g},"
        f" where {loss.constant} costs {constant:.3g}. Networks learn from numbers around 1: {way}."
    )


def _transposed(value, name):
    """How to write the transpose of ``value``: not every table of numbers has a ``.T``."""
    if hasattr(value, "read_direct"):  # an HDF5 data set
        return f"{name}[()].T"
    return f"{name}.T" if hasattr(value, "T") else f"np.transpose({name})"


def _finite(array, name):
    # One pass without a temporary: a sum is finite unless an element is not (or the sum overflows,
    # and then every element is tested).
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(array.sum()) or np.isfinite(array).all():
            return
    row, column = np.argwhere(~np.isfinite(array))[0]
    got = f"{name}[{row}, {column}] is {array[row, column]} in {array.dtype}"
    raise ValueError(f"{got}; every value needs to be finite")
