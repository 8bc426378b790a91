"""A wrong number that is the right one up to a factor, a constant or a part, and its name.

The factor is found by dividing; its name, m or 1 - beta, among the sizes and numbers of the inputs.
"""

import math
from fractions import Fraction

import numpy as np

__all__ = ["CONSTANTS", "linear"]

#: {name: number} of the factors that are recognized whatever the inputs are.
CONSTANTS = {
    **{str(k): float(k) for k in (2, 3, 4, 10, 100)},
    **{"ln 2": math.log(2), "ln 10": math.log(10), "√2": math.sqrt(2), "π": math.pi},
}


def linear(flat):
    """Words for g = c w, g = w + c, g = a + c (w - a) or g = w + c a, with an input a; or None.

    And for g = c / w, g = a + c, g = c (w - a), g = a + c / (w - a), and for a power of w. The
    number c may differ from case to case, if it has one name in all.
    """
    if len(flat) == 1 and flat[0][0].size == 1:  # any number is some function of another one
        return None
    arrays = [n for n in flat[0][2] if all(np.ndim(names.get(n, 0)) for *_, names in flat)]
    scalars = [n for n, v in flat[0][2].items() if not np.ndim(v) and n.isidentifier()]
    scalars = [n for n in scalars if n not in CONSTANTS]
    unnamed = None
    for form, parts in _forms(arrays, scalars):
        found = _coefficients(flat, parts)
        if found is None:
            continue
        numbers, names, rich = found
        if form in ("", "+") or form.startswith(("step", "moved")):
            neutral = 0 if form.startswith(("+", "moved")) else 1
            if np.allclose(numbers, neutral):
                continue
        if np.allclose(numbers, 0) and not form.startswith("step"):
            continue
        told = _named(numbers, names)
        if told:
            return _said(form, told, numbers) + _value(told, numbers)
        shared = rich and np.all(numbers != 0)
        if shared and unnamed is None and form.partition(" ")[0] in ("", "+", "step", "part"):
            unnamed = _said(form, None, numbers)
    return unnamed or _added(flat, arrays, scalars) or _power(flat)


def _forms(arrays, scalars):
    """(words, function of (got, wanted, names)) that gives (top, bottom) with top = c bottom."""
    yield "", lambda g, w, n: (g, w)
    yield "+", lambda g, w, n: (g - w, np.ones_like(w))
    for a in [*arrays, *scalars]:
        yield f"step {a}", lambda g, w, n, a=a: (g - n[a], w - n[a])
    for a in arrays:
        yield f"part {a}", lambda g, w, n, a=a: (g - w, n[a] + 0 * w)
        yield f"times {a}", lambda g, w, n, a=a: (g, w * n[a])
        yield f"divided {a}", lambda g, w, n, a=a: (g * n[a], w)
    yield "inverse", lambda g, w, n: (_product(g, w), np.ones_like(w))
    for a in arrays:
        yield f"alone {a}", lambda g, w, n, a=a: (g, w - n[a])
        yield f"moved {a}", lambda g, w, n, a=a: (g - n[a], np.ones_like(w))
        yield f"turned {a}", lambda g, w, n, a=a: (_product(g - n[a], w - n[a]), np.ones_like(w))


def _product(one, other):
    return np.where(other == 0, np.nan, one * other)  # what is divided by is not 0


def _added(flat, arrays, scalars):
    """Words for a number r that is added where it is a factor or a divisor: g = r + w / r."""
    scalars = [r for r in scalars if all(r in names for *_, names in flat)]
    ways = [(d, one, other) for d in (False, True) for one in (1, -1) for other in (1, -1)]
    for base in (None, *arrays) if scalars else ():
        for divided, one, other in ways:
            numbers = np.array([[names[r] for *_, names in flat] for r in scalars])
            left = np.full(len(scalars), True)  # the r that fit all cases so far
            for k, (got, wanted, names) in enumerate(flat):
                a = names[base] if base else 0
                if base and np.shape(a) != got.shape:
                    left[:] = False
                r = numbers[left, k].reshape(-1, *[1] * got.ndim)
                if not r.size:
                    break
                rest = (wanted - a) * r if divided else (wanted - a) / r
                aim = a + one * r + other * rest
                near = np.abs(got - aim) <= 1e-9 * (1 + np.abs(aim))
                left[left] = near.reshape(len(r), -1).all(axis=1)
            if np.any(left):
                place = f"what is added to {base}: " if base else ""
                should = "divisor" if divided else "factor"
                sign = "added" if one == other else "added or subtracted"
                name = scalars[int(np.argmax(left))]
                return f"{place}{name} is {sign} where it should be a {should}"
    return None


def _power(flat):
    """Words for g = w**p, if p is the same simple number for all that is positive."""
    gots = np.concatenate([trio[0].ravel() for trio in flat])
    wanteds = np.concatenate([trio[1].ravel() for trio in flat])
    if len(wanteds) < 3 or np.any(gots <= 0) or np.any(wanteds <= 0):
        return None
    logs = np.log(wanteds)
    place = np.argmax(np.abs(logs))
    power = np.log(gots[place]) / logs[place] if logs[place] else np.nan
    simple = np.round(12 * power) / 12
    if not np.isfinite(power) or abs(power - simple) > 1e-7 or abs(simple) > 6 or simple in (0, 1):
        return None
    near = np.abs(np.log(gots) - simple * logs) <= 1e-7
    return f"it is the right result to the power {simple:.3g}" if np.all(near) else None


def _coefficients(flat, parts):
    """(c, names, rich) with top = c bottom in every case; None if there is no such c.

    rich: whether enough wrong numbers share a c for it to be more than chance.
    """
    numbers, words, rich = [], [], 0
    for trio in flat:
        try:
            top, bottom = parts(*trio)
        except (ValueError, KeyError, TypeError):
            return None
        if np.shape(top) != np.shape(bottom) or np.shape(top) != trio[0].shape:
            return None
        size = np.max(np.abs(bottom), initial=0)
        if size < 1e-12:
            if np.max(np.abs(top), initial=0) > 1e-12:
                return None
            continue
        place = np.unravel_index(np.argmax(np.abs(bottom)), np.shape(bottom))
        c = top[place] / bottom[place]
        if not np.isfinite(c) or not np.all(np.abs(top - c * bottom) <= 1e-9 * (1 + abs(c)) * size):
            return None
        numbers.append(c)
        words.append(trio[2])
        wrong = not np.allclose(trio[0], trio[1], rtol=1e-7, atol=0)
        rich += wrong and np.sum(np.abs(bottom) > 1e-9 * size) > 2
    return (np.array(numbers), words, rich > 2) if len(numbers) > 2 else None


def _named(numbers, words):
    """A name for a number in every case: 2, m, 1/m, 2 · n_x / m; None if none fits."""
    same = np.allclose(numbers, numbers[0], rtol=1e-8, atol=0)
    if same and abs(numbers[0] - np.round(numbers[0], 3)) < 1e-9 and abs(numbers[0]) < 1000:
        return f"{numbers[0]:g}"
    fraction = Fraction(float(numbers[0])).limit_denominator(20)
    if same and abs(numbers[0] - float(fraction)) < 1e-9:
        return str(fraction)
    names = [n for n in words[0] if all(n in w and not np.ndim(w[n]) for w in words)]
    values = np.array([[float(w[n]) for w in words] for n in names])
    sign = "-" if np.all(numbers < 0) else ""
    size = -numbers if sign else numbers
    first, second = values[:, None, :], values[None, :, :]
    for before, scale in (("", 1), ("2 · ", 2), ("½ · ", 0.5)):
        for pattern, table in (
            ("{}", values),
            ("1 / {}", 1 / values),
            ("log {}", np.log(np.maximum(values, 1))),
            ("{} · {}", first * second),
            ("{} / {}", first / second),
            ("1 / ({} · {})", 1 / (first * second)),
        ):
            hits = np.argwhere(np.all(np.isclose(scale * table, size, rtol=1e-8, atol=0), axis=-1))
            if len(hits):
                name = sign + before + pattern.format(*(names[i] for i in hits[0]))
                return name
    return None


def _value(name, numbers):
    """The value in one of the cases of what has a name."""
    if np.allclose(numbers, numbers[0]):
        return ""
    return f" ({name.lstrip('-')} = {abs(numbers[0]):.4g} in one case)"


def _said(form, told, numbers):
    """The words for one of the forms; ``told`` is the name of its number, or None."""
    kind, _, a = form.partition(" ")
    minus = np.allclose(numbers, -1)
    if kind == "step" and np.allclose(numbers, 0):
        return f"it is {a}, as it came in"
    if kind == "step" and minus:
        return f"what is added to {a} has the wrong sign"
    if kind == "part" and minus:
        return f"{a} is missing in it"
    if kind == "part" and np.allclose(numbers, 1):
        return f"{a} is in it once too often"
    if kind in ("times", "divided") and np.allclose(numbers, 1):
        return {"times": f"it is multiplied by {a} once too often",
                "divided": f"the factor {a} is missing in it"}[kind]  # fmt: skip
    if kind == "alone" and np.allclose(np.abs(numbers), 1):
        verb = "subtracted from" if minus else "added to"
        return f"it is what should be {verb} {a}, without {a}"
    if told is None:
        return {"": "it is right up to a factor, the same for all its numbers",
                "+": "it is right up to a constant, the same for all its numbers",
                "part": f"a multiple of {a} is too much in it, or missing",
                "step": f"what is added to {a} is right up to a factor"}[kind]  # fmt: skip
    if kind == "+":
        return f"it is {told.lstrip('-')} too {'small' if told.startswith('-') else 'large'}"
    if kind == "part":
        more = "missing in it" if told.startswith("-") else "too much in it"
        return f"{told.lstrip('-')} times {a} is {more}"
    if kind == "moved":
        sign = "minus" if told.startswith("-") else "plus"
        return f"it is {a} {sign} {told.lstrip('-')}"
    return {
        "": f"it is {told} times what it should be",
        "inverse": f"it is {told} divided by what it should be",
        "alone": f"it is {told} times what should be added to {a}, without {a}",
        "turned": f"what is added to {a} is {told} divided by what it should be",
        "step": f"what is added to {a} is {told} times what it should be",
        "times": f"it is multiplied by {a} once too often, and by {told}",
        "divided": f"the factor {a} is missing in it, and it is {told} times as large",
    }[kind]
