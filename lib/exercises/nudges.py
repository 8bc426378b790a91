"""What an answer depends on: the inputs of a case, one of them nudged.

An answer that leaves out a bias b stays as it is when b changes, and the right one does not.
"""

import dis
import inspect

import numpy as np

from lib.exercises.compare import as_array, is_number
from lib.exercises.source import names_in
from lib.words import listed

__all__ = ["dependence", "may_not_end", "nudged_inputs"]


def nudged_inputs(inputs, arguments):
    """(name, inputs) with one input, or an end of a list, changed in one way after another."""
    for k, (name, value) in enumerate(zip(arguments, inputs, strict=False)):
        for told, new in _nudges(name, value):
            yield told, (*inputs[:k], new, *inputs[k + 1 :])


def _nudges(name, value):
    if isinstance(value, (list, tuple)):
        if len(value) > 1 and all(map(is_number, value)):
            kind = type(value)
            for told, end in ((f"{name}[0]", 0), (f"{name}[-1]", len(value) - 1)):
                for _, new in _nudges(name, value[end]):
                    yield told, kind(new if k == end else v for k, v in enumerate(value))
        elif value and all(_holds_arrays(part) for part in value):
            for change in (_uneven, np.negative):
                yield name, _each(value, change)
        return
    array = as_array(value)
    if array is None or array.dtype.kind not in "iuf" or not array.size:
        return
    for change in _changes(array):
        new = change(array)
        yield name, new if array.ndim else new.item()


def _changes(array):
    """What is tried on an array or a number; whole numbers stay whole, 0 and 1 stay 0 and 1."""
    if array.dtype.kind == "f":
        return (_uneven, np.negative, _reversed) if array.ndim else (_uneven, np.negative, _doubled)
    if not array.ndim:
        return _larger, _smaller
    if np.all((array == 0) | (array == 1)):
        return _exchanged, _rolled, _reversed
    return _rolled, _reversed


def _doubled(array):
    return 2 * array


def _larger(array):
    return array + 1


def _smaller(array):
    return array - 1


def _exchanged(array):
    return 1 - array


def _rolled(array):
    return np.roll(array, 1)


def _reversed(array):
    return array[..., ::-1].copy()


def _uneven(array):
    """The array with every entry made smaller, each by another factor; no sign is turned."""
    array = np.asarray(array)
    factors = 1 - 0.25 * (0.5 + 0.618 * np.arange(array.size) % 1) / 1.5
    return (array.ravel() * factors).reshape(array.shape)


def _holds_arrays(part):
    if isinstance(part, (list, tuple)):
        return bool(part) and all(map(_holds_arrays, part))
    return isinstance(part, np.ndarray) and part.dtype.kind == "f"


def _each(part, change):
    if isinstance(part, (list, tuple)):
        return type(part)(_each(each, change) for each in part)
    return change(part)


def dependence(moves):
    """Words for what an answer depends on and should not, or the other way round; None if neither.

    moves: {name: one list per case of (mine moved, the right one moved), one pair a nudge}.
    """
    deaf, extra = [], []
    for name, cases in moves.items():
        pairs = [pair for case in cases for pair in case]
        mine, right = (sum(moved[k] for moved in pairs) for k in (0, 1))
        if right > 2 and not mine:
            deaf.append(name)
        # A few nudges that leave the right one as it is say little; many in all cases do.
        if not right and cases and all(len(c) > 2 and any(m for m, _ in c) for c in cases):
            extra.append(name)
    if deaf:
        return f"it does not change with {listed(deaf, 'or')}, and should"
    if extra:
        return f"it changes with {listed(extra)}, and should not"
    return None


def may_not_end(function, seen=()):
    """Whether a function, or one of the same module that it calls, has a while loop in it.

    On inputs that it was not written for, such a loop may run forever.
    """
    if not inspect.isfunction(function) or function in seen:
        return False
    codes = [function.__code__]
    for code in codes:  # which grows as it is walked along
        codes += [part for part in code.co_consts if inspect.iscode(part)]
    if any(map(_has_while, codes)):
        return True
    called = [function.__globals__.get(name) for name in names_in(function.__code__)]
    closed = [cell.cell_contents for cell in function.__closure__ or ()]
    own = [f for f in (*called, *closed) if getattr(f, "__module__", "") == function.__module__]
    return any(may_not_end(f, (*seen, function)) for f in own)


def _has_while(code):
    """Whether compiled code jumps back to anything but the head of a for loop."""
    steps = {step.offset: step for step in dis.get_instructions(code)}
    back = [step for step in steps.values() if step.opcode in dis.hasjrel + dis.hasjabs]
    targets = [steps[step.argval] for step in back if step.argval <= step.offset]
    return any(target.opname not in ("FOR_ITER", "SEND") for target in targets)
