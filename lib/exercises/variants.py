"""The inputs of a case, changed in one way: what an answer is right for that is not right here.

An answer that leaves out a bias b gives what is right for b = 0.
"""

import itertools

import numpy as np

from lib.exercises.compare import as_array

__all__ = ["other_inputs"]


def other_inputs(inputs, arguments):
    """(words, inputs) with one of the inputs changed, or two of them exchanged."""
    pairs = list(enumerate(zip(arguments, inputs, strict=False)))
    for k, (name, value) in pairs:
        for told, change in OTHER.items():
            with np.errstate(all="ignore"):
                new = change(value)
            if new is not None:
                words = told.format(name)
                yield (
                    f"it is right for {words} in place of {name}",
                    (*inputs[:k], new, *inputs[k + 1 :]),
                )
    for (j, (one, first)), (k, (other, second)) in itertools.combinations(pairs, 2):
        if type(first) is type(second):
            exchanged = list(inputs)
            exchanged[j], exchanged[k] = second, first
            yield f"it is right for {one} and {other} exchanged", tuple(exchanged)


def _of_numbers(change, whole=True):
    def changed(value):
        if isinstance(value, (bool, np.bool_, list, tuple)):
            return None
        array = as_array(value)
        if array is None or array.dtype.kind == "b" or (array.dtype.kind in "iu" and not whole):
            return None
        new = change(array)
        return new if array.ndim else new.item()

    return changed


def _of_lists(change):
    return lambda value: change(value) if isinstance(value, (list, tuple)) else None


OTHER = {
    "0": _of_numbers(lambda v: 0 * v),
    "1": _of_numbers(lambda v: 0 * v + 1),
    "-{}": _of_numbers(lambda v: -v),
    "{} + 1": _of_numbers(lambda v: v + 1),
    "{} - 1": _of_numbers(lambda v: v - 1),
    "2 {}": _of_numbers(lambda v: 2 * v),
    "{} / 2": _of_numbers(lambda v: v / 2, whole=False),
    "{}²": _of_numbers(lambda v: v**2),
    "1 - {}": _of_numbers(lambda v: 1 - v),
    "1 / {}": _of_numbers(lambda v: 1 / v, whole=False),
    "|{}|": _of_numbers(np.abs),
    "the root of {}": _of_numbers(np.sqrt, whole=False),
    "the sign of {}": _of_numbers(np.sign),
    "not {}": lambda value: not value if isinstance(value, (bool, np.bool_)) else None,
    "{} without its last part": _of_lists(lambda v: v[:-1]),
    "{} without its first part": _of_lists(lambda v: v[1:]),
    "the first part of {} alone": _of_lists(lambda v: v[:1]),
    "the last part of {} alone": _of_lists(lambda v: v[-1:]),
    "{} in reverse order": _of_lists(lambda v: v[::-1]),
}
