"""Numbers and names in words, the same for two inputs a rounding error apart.

The descriptions of figures and the answers to exercises are written with them.
"""

import numpy as np

__all__ = ["listed", "say", "sentence", "tidy"]


def tidy(values, each=False):
    """The values rounded to nine digits of the largest: what rounding noise cannot change.

    each: to nine digits of each, for values on a logarithmic axis. NaN and infinite values stay as
    they are.
    """
    values = np.asarray(values, dtype=float)
    if each:
        return np.array([float(f"{value:.9g}") for value in values.flat]).reshape(values.shape)
    largest = np.abs(values[np.isfinite(values)]).max(initial=0)
    if largest == 0:
        return values + 0.0
    return np.round(values, int(8 - np.floor(np.log10(largest)))) + 0.0  # no −0


def say(value, digits=3):
    """A number as text, first rounded to nine digits."""
    value = float(value)
    if not np.isfinite(value):
        return {"nan": "NaN", "inf": "infinity"}.get(str(value), "−infinity")
    value = float(f"{value:.9g}") + 0.0  # 0.6935 and the floats beside it become one number
    if abs(value) >= 10**digits and abs(value) < 1e7:
        return f"{float(f'{value:.{digits}g}'):,.0f}".replace("-", "−")
    return f"{value:.{digits}g}".replace("-", "−")


def listed(names, word="and"):
    """Names in a row: "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"


def sentence(words):
    """The words with a capital at the beginning, and otherwise as they are."""
    return words[:1].upper() + words[1:] if words[:1].isascii() else words  # "β" stays
