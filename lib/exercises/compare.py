"""Whether a result is the one that was wanted, and where it differs first.

What a task does not ask for is ignored: a list of lists counts as an array, a generator as a list,
NumPy's scalars and strings as numbers and words, and 2 as 2.0. What it asks for is compared: the
shape, whole numbers where numbers are counted, True and False in a mask, float32 where that is
wanted.
"""

import itertools
import textwrap
from collections.abc import Iterator

import numpy as np

__all__ = ["RTOL", "close", "difference", "same", "settled", "short"]

#: Two results of float64 are the same if they differ by less than this share of their size.
RTOL = 1e-7
RTOL_FLOAT32, ATOL = 1e-5, 1e-10
MOST = 10_000  # items taken from a generator, which may never end
WORDS = {"b": "True or False", "i": "whole numbers", "u": "whole numbers", "f": "floats"}


def settled(value):
    """The value with its generators, maps and ranges turned into lists."""
    if isinstance(value, (Iterator, range, dict.keys({}).__class__, dict.values({}).__class__)):
        value = list(itertools.islice(value, MOST))
    if type(value) in (tuple, list):
        return type(value)(settled(part) for part in value)
    return value


def is_text(value):
    """Whether a value is a word, of Python's or of NumPy's."""
    return isinstance(value, str) or (isinstance(value, np.ndarray) and value.dtype.kind == "U")


def is_number(value):
    """Whether a value is one number, of Python's or of NumPy's."""
    return isinstance(value, (int, float, np.number, np.bool_)) or (
        isinstance(value, np.ndarray) and not value.ndim and value.dtype.kind in "biuf"
    )


def as_array(value):
    """A number or numbers as an array; None for what is none."""
    try:
        array = np.asarray(value)
    except ValueError:  # lists of unequal lengths
        return None
    return array if array.dtype.kind in "biufc" else None


def close(got, wanted, rtol=RTOL, atol=ATOL):
    """Where two arrays of one shape agree to ``rtol`` of their size."""
    if got.dtype.kind in "biu" and wanted.dtype.kind in "biu":
        return got == wanted
    with np.errstate(all="ignore"):
        near = np.abs(got - wanted) <= atol + rtol * np.abs(wanted)
    return (near & np.isfinite(wanted)) | (got == wanted) | (np.isnan(got) & np.isnan(wanted))


def same(got, wanted, strict=()):
    """Whether two results are the same."""
    return difference(got, wanted, strict=strict, show=type) is None


def difference(got, wanted, names=(), rtol=RTOL, atol=ATOL, strict=(), within="", show=None):
    """A sentence on the first difference between two results, or None; shapes come first.

    ``names`` are those of the parts of a tuple, ``within`` what the results themselves are called.
    A dictionary is compared by its keys, an object that is no number by its attributes. strict:
    "array" if a list will not do for an array, "dtype" if whole numbers will not do for floats.
    ``show`` turns a value into text.
    """
    show = show or short
    label = within or "the result"
    further = {"rtol": rtol, "atol": atol, "strict": strict, "show": show}
    if isinstance(wanted, dict):
        if not isinstance(got, dict) or got.keys() != wanted.keys():
            keys = f"the keys {', '.join(map(str, got))}" if isinstance(got, dict) else show(got)
            return f"{label}: expected the keys {', '.join(map(str, wanted))}; got {keys}."
        names = [f"{within}[{key!r}]" if within else str(key) for key in wanted]
        parts = [got[key] for key in wanted]
        return difference(parts, list(wanted.values()), names, **further, within=within)
    if isinstance(wanted, (tuple, list)):
        return _several(got, wanted, names, label, within, further)
    if got is None or wanted is None:
        hint = " Is a return missing?" if got is None else ""
        same = got is wanted
        return None if same else f"{label}: expected {show(wanted)}, got {show(got)}.{hint}"
    if is_text(wanted):
        if is_text(got) and np.shape(got) == np.shape(wanted):
            same = np.array_equal(np.asarray(got), np.asarray(wanted))
            return None if same else f"{label}: expected {show(wanted)}, got {show(got)}."
        return f"{label}: expected the text {show(wanted)}, got {_came(got, show)}."
    aim = as_array(wanted)
    if aim is None:
        if type(got) is not type(wanted):
            return f"{label}: expected {type(wanted).__name__}, got {type(got).__name__}."
        alike = hasattr(wanted, "__dict__")
        return difference(vars(got), vars(wanted), **further) if alike else None
    came = as_array(got)
    if came is None:
        kind = "the text " if is_text(got) else ""
        return f"{label}: expected {_what(aim, show)}, got {kind}{_came(got, show)}."
    if isinstance(got, (tuple, list)) and came.shape != aim.shape:
        return f"{label}: expected {_what(aim, show)}, got {_came(got, show)}."
    if "array" in strict and aim.ndim and not isinstance(got, np.ndarray):
        return f"{label}: expected an array, got a {type(got).__name__}."
    return _numbers(came, aim, label, further)


def _several(got, wanted, names, label, within, further):
    """The difference of two tuples or lists; ``within`` is "" for the whole of an answer."""
    show = further["show"]
    several = isinstance(got, (tuple, list)) or (isinstance(got, np.ndarray) and got.ndim > 0)
    if not several or len(got) != len(wanted):
        count = len(got) if several else _kind(got, show)
        hint = " Is a return missing?" if got is None else ""
        if within:
            return f"{label}: expected a list of {len(wanted)}, got {count}.{hint}"
        return f"It needs to return {len(wanted)} results, and returned {count}.{hint}"
    if len(names) != len(wanted):
        names = [f"{within}, part {k}" if within else f"result {k}" for k in range(1, len(got) + 1)]
    parts = zip(got, wanted, names, strict=True)
    found = (difference(g, w, **further, within=name) for g, w, name in parts)
    return next((sentence for sentence in found if sentence), None)


def _numbers(got, wanted, label, further):
    rtol, atol, strict, show = further.values()
    if got.shape != wanted.shape:
        return f"{label}: expected {_what(wanted, show)}, got {_what(got, show)}."
    kind, aim = (_group(array.dtype.kind) for array in (got, wanted))
    if kind != aim and ((kind, aim) != ("i", "f") or "dtype" in strict):
        return (
            f"{label}: expected {WORDS.get(aim, wanted.dtype)} (dtype {wanted.dtype}), got"
            f" {WORDS.get(kind, got.dtype)} (dtype {got.dtype})."
        )
    single = np.float32 in (got.dtype, wanted.dtype)
    if not np.all(close(got, wanted, max(rtol, RTOL_FLOAT32) if single else rtol, atol)):
        near = got.dtype.kind == "f" and np.allclose(got, wanted, rtol=1e-3, atol=1e-3)
        gap = f" They differ by up to {np.max(np.abs(got - wanted)):.1e}." if near else ""
        return f"{label}: expected {show(wanted)}, got {show(got)}.{gap}"
    if single and got.dtype != wanted.dtype:
        return (
            f"{label}: right to seven digits, but of dtype {got.dtype} where {wanted.dtype} is"
            " wanted."
        )
    return None


def _group(kind):
    return "i" if kind == "u" else kind


def _what(array, show):
    return f"shape {array.shape}" if array.ndim else f"one number, {show(array)}"


def _came(value, show):
    several = isinstance(value, (tuple, list, dict))
    return f"a {type(value).__name__} of {len(value)}" if several else show(value)


def _kind(value, show):
    """What a value is, in words."""
    if value is None:
        return "None"
    if isinstance(value, np.ndarray) and value.ndim:
        return "one array"
    return "one number" if np.isscalar(value) and not isinstance(value, str) else show(value)


def short(value):
    """A value as text that fits on a few lines; arrays with their shape."""
    if isinstance(value, np.ndarray) and value.ndim > 2:
        return f"array of shape {value.shape} and dtype {value.dtype}"
    if isinstance(value, np.ndarray) and value.ndim:
        with np.printoptions(precision=4, threshold=12, edgeitems=2, suppress=True):
            text = np.array2string(value, separator=", ")
        return f"array of shape {value.shape}:\n{textwrap.indent(text, '    ')}"
    if isinstance(value, np.ndarray) and not value.ndim:
        value = value[()]
    if isinstance(value, str):
        return repr(str(value))
    if isinstance(value, (float, np.floating)):
        return str(float(f"{value:.6g}"))
    if isinstance(value, (list, tuple)) and any(isinstance(part, np.ndarray) for part in value):
        parts = textwrap.indent("\n".join(short(part) for part in value), "    ")
        return f"{type(value).__name__} of {len(value)}:\n{parts}"
    return str(value)
