"""A wrong number that is the right one up to a factor, a constant or a part, and its name.

The factor is found by dividing; its name, m or 1 - beta, among the sizes and numbers of the inputs.
"""

import math

import numpy as np

__all__ = ["CONSTANTS", "linear"]

#: {name: number} of the factors that are recognized whatever the inputs are.
CONSTANTS = {
    **{str(k): float(k) for k in (2, 3, 4, 10, 100)},
    **{"ln 2": math.log(2), "ln 10": math.log(10), "√2": math.sqrt(2), "π": math.pi},
}


def linear(flat):
    """Words for g = c w, g = w + c, g = a + c (w - a) or g = w + c a, with an input a; or None.

    The number c may differ from case to case, if it has one name in all.
    """
    arrays = [n for n in flat[0][2] if all(np.ndim(names.get(n, 0)) for *_, names in flat)]
    scalars = [n for n in flat[0][2] if not np.ndim(flat[0][2][n]) and n not in CONSTANTS]

    def factor(got, wanted, names):
        return got, wanted

    def gap(got, wanted, names):
        return got - wanted, np.ones_like(wanted)

    forms = [("", factor), ("+", gap)]
    for a in [*arrays, *scalars]:
        forms += [(f"step {a}", lambda g, w, n, a=a: (g - n[a], w - n[a]))]
    for a in arrays:
        forms += [(f"part {a}", lambda g, w, n, a=a: (g - w, n[a] + 0 * w))]
        forms += [(f"times {a}", lambda g, w, n, a=a: (g, w * n[a]))]
        forms += [(f"divided {a}", lambda g, w, n, a=a: (g * n[a], w))]
    unnamed = None
    for form, parts in forms:
        found = _coefficients(flat, parts)
        if found is None:
            continue
        numbers, names, rich = found
        if form in ("", "+") or form.startswith("step"):
            neutral = 0 if form == "+" else 1
            if np.allclose(numbers, neutral):
                continue
        told = _named(numbers, names)
        if told:
            return _said(form, told, numbers) + _value(told, numbers)
        if rich and unnamed is None and form.partition(" ")[0] in ("", "+", "step", "part"):
            unnamed = _said(form, None, numbers)
    return unnamed


def _coefficients(flat, parts):
    """(c, names, rich) with top = c bottom in every case; None if there is no such c.

    rich: whether enough numbers share a c for it to be more than chance.
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
        rich += np.sum(np.abs(bottom) > 1e-9 * size) > 2
    return (np.array(numbers), words, rich > 2) if len(numbers) > 2 else None


def _named(numbers, words):
    """A name for a number in every case: 2, m, 1/m, 2 · n_x / m; None if none fits."""
    same = np.allclose(numbers, numbers[0], rtol=1e-8, atol=0)
    if same and abs(numbers[0] - np.round(numbers[0], 3)) < 1e-9 and abs(numbers[0]) < 1000:
        return f"{numbers[0]:g}"
    names = [n for n in words[0] if all(n in w and not np.ndim(w[n]) for w in words)]
    values = np.array([[float(w[n]) for w in words] for n in names])
    sign = "-" if np.all(numbers < 0) else ""
    size = -numbers if sign else numbers
    first, second = values[:, None, :], values[None, :, :]
    for before, scale in (("", 1), ("2 · ", 2), ("½ · ", 0.5)):
        for pattern, table in (
            ("{}", values),
            ("1 / {}", 1 / values),
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
    return {
        "": f"it is {told} times what it should be",
        "step": f"what is added to {a} is {told} times what it should be",
        "times": f"it is multiplied by {a} once too often, and by {told}",
        "divided": f"the factor {a} is missing in it, and it is {told} times as large",
    }[kind]
