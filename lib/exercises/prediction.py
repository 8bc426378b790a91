"""One number that a task asks for, predicted or found on paper: what is said of a wrong one.

The right number is not in it, nor what it could be computed from at once: the reader thinks again.
"""

import math
from numbers import Real

import numpy as np

from lib.exercises.compare import is_text, short

__all__ = ["as_number", "kind_of", "nearest", "observed"]

FACTORS = {size for k in (2, 3, 4, 10, 100) for size in (k, 1 / k)}
EXACT, THREE_DIGITS, ROUNDED = 1e-9, 5e-3, 1e-2  # how near, as a share, a number has to come


def as_number(value):
    """One real number, of Python's or NumPy's, as a float; None for anything else."""
    if isinstance(value, np.ndarray) and not value.ndim:
        value = value[()]
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        return None
    if isinstance(value, np.floating):
        value = str(value)  # of float32 the digits that are meant: 0.7, and not 0.699999988
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def kind_of(value):
    """What a value is that is not one number, in words."""
    if value is None:
        return "None. Is a return missing?"
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of shape {value.shape}."
    if isinstance(value, (list, tuple, dict, set)):
        return f"a {type(value).__name__} of {len(value)}."
    return f"the text {short(value)}." if is_text(value) else f"{short(value)}."


def nearest(number, mistakes, rtol):
    """The sentence of the mistake whose number is nearest, if it is as near as a right one must be.

    mistakes: {sentence: number or None}.
    """
    gaps = {
        sentence: abs(number - wrong) / max(abs(wrong), 1e-12)
        for sentence, wrong in mistakes.items()
        if wrong is not None
    }
    best = min(gaps, key=gaps.get, default=None)
    return best if best is not None and gaps[best] <= _near(rtol) else None


def observed(number, right, rtol):
    """What is true of a wrong number, or None; of a factor that there is one, and not which."""
    if not math.isfinite(number):
        return "The right one is finite."
    ratio = number / right if right else math.nan
    if abs(ratio + 1) <= _near(rtol):
        return "Its sign is turned."
    near = min(_near(rtol), THREE_DIGITS)
    if any(abs(abs(ratio) - factor) <= near * factor for factor in FACTORS):
        return "A simple factor is missing in it, or too much."
    if abs(abs(number - right) - 1) <= EXACT:
        return "A 1 is missing in it, or too much."
    if abs(number * right - 1) <= EXACT:
        return "It is turned over: what divides is divided."
    return None


def _near(rtol):
    return max(EXACT, min(rtol, ROUNDED))
