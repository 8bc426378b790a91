"""What is generally true of a wrong answer: a factor, a sign, a transpose, a row, a constant.

Every observation predicts the whole answer from the right one and from the inputs. It is made only
if its prediction is the answer in every case; nothing is guessed. Chapter 0, "Exercises".
"""

import itertools
import math
import re
from dataclasses import dataclass

import numpy as np

from lib.exercises.compare import as_array, close, is_number, is_text, same, short

__all__ = ["Seen", "observe", "other_inputs"]

CONSTANTS = {
    **{str(k): float(k) for k in (2, 3, 4, 10, 100)},
    **{"ln 2": math.log(2), "ln 10": math.log(10), "√2": math.sqrt(2), "π": math.pi},
}


@dataclass
class Seen:
    """One case: its inputs, what came and what was wanted. Chapter 0, "Exercises"."""

    inputs: tuple
    got: object
    wanted: object


def observe(cases, names, arguments, task, changed=None):
    """(kind, sentences) of what holds in all cases; the kind is "observed", "in part" or "plain".

    names: of the results; arguments: of the inputs; task: text in which "X (n, m)" names sizes;
    changed: {words: one function a case that gives what is right for other inputs}.
    Chapter 0, "Exercises".
    """
    said = _arranged(cases, names)
    if said:
        return "observed", [said]
    parts = _parts(cases, names)
    if parts is None:
        return "plain", []
    wrong = {
        label: pairs
        for label, pairs in parts.items()
        if any(not same(got, wanted) for got, wanted in pairs)
    }
    if not wrong:  # a difference so small that only this exercise's own tolerance sees it
        return "plain", []
    right = [label for label in parts if label not in wrong]
    words = [_names(case.inputs, arguments, task) for case in cases]
    together = [_flat(rows) for rows in zip(*wrong.values(), strict=True)]
    told = _explained(together, words)
    if told:
        found = {_and(list(wrong)): told}
    else:
        each = {label: [_flat([pair]) for pair in wrong[label]] for label in wrong}
        found = {label: _explained(pairs, words) for label, pairs in each.items()}
    if not all(found.values()):
        told = _as_if(wrong, names, changed or {})
        found = {_and(list(wrong)): told} if told else found
    sentences = [_capital(f"{label}: {told}.") for label, told in found.items() if told]
    if right:
        sentences.append(f"Right: {_and(right)}.")
    if any(found.values()):
        return "observed", sentences
    return ("in part" if right else "plain"), sentences


# --- The answer as a whole ------------------------------------------------------------------------


def _arranged(cases, names):
    """A sentence if the right results came in another arrangement, or some of them alone."""
    wanted = [case.wanted for case in cases]
    if not all(isinstance(each, (tuple, list)) and len(each) == len(wanted[0]) for each in wanted):
        return None
    count = len(wanted[0])
    labels = names if len(names) == count else [f"result {k + 1}" for k in range(count)]
    for k in range(count) if count > 1 else ():
        if all(same(case.got, case.wanted[k]) for case in cases):
            return f"You return only {labels[k]}; {_and(labels)} are wanted."
    if not all(isinstance(c.got, (tuple, list)) and len(c.got) == count for c in cases):
        return None
    if len(names) == count <= 5:
        for order in list(itertools.permutations(range(count)))[1:]:
            if all(same(c.got, [c.wanted[k] for k in order]) for c in cases):
                mine = ", ".join(labels[k] for k in order)
                return f"The results are right and in another order: yours is {mine}."
    return None


def _parts(cases, names):
    """{name: [(got, wanted) of every case]} of the named results, or None if they do not match."""
    if not cases:
        return None
    count = len(names)
    several = count > 1 and all(
        isinstance(case.wanted, (tuple, list)) and len(case.wanted) == count for case in cases
    )
    if not several:
        label = names[0] if count == 1 else "the result"
        return {label: [(case.got, case.wanted) for case in cases]}
    if not all(_is_several(case.got) and len(case.got) == count for case in cases):
        return None
    return {name: [(c.got[k], c.wanted[k]) for c in cases] for k, name in enumerate(names)}


def _is_several(value):
    return isinstance(value, (tuple, list)) or (isinstance(value, np.ndarray) and value.ndim > 0)


def _flat(rows):
    """The (got, wanted) of several results as two lists of arrays."""
    gots, wanteds = [], []
    for got, wanted in rows:
        several = isinstance(wanted, (tuple, list))
        gots += list(got) if several and isinstance(got, (tuple, list)) else [got]
        wanteds += list(wanted) if several else [wanted]
    return gots, wanteds


def _as_if(wrong, names, changed):
    """Words for other inputs, for which the results that are wrong would be right."""
    for told, runs in changed.items():
        held = True
        for k, run in enumerate(runs):
            if not held:
                break
            parts = run()
            for label, pairs in wrong.items():
                several = len(names) > 1 and label in names
                if several and not (_is_several(parts) and len(parts) == len(names)):
                    held = False
                    break
                aim = parts[names.index(label)] if several else parts
                if aim is None or not same(pairs[k][0], aim):
                    held = False
                    break
        if held:
            return told
    return None


def other_inputs(inputs, arguments):
    """(words, inputs) with one of the inputs changed, or two of them exchanged. Chapter 0,
    "Exercises".
    """
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


# --- One result, or several with one cause --------------------------------------------------------


def _explained(pairs, words):
    """What holds of all (gots, wanteds), lists of arrays, one pair a case; None if nothing does."""
    if any(is_text(x) for gots, wanteds in pairs for x in (*gots, *wanteds)):
        return _exchanged(pairs)
    lengths = _lengths(pairs)
    if lengths or any(len(gots) != len(wanteds) for gots, wanteds in pairs):
        return lengths
    arrays = [_arrays(gots, wanteds) for gots, wanteds in pairs]
    if any(x is None for g, w in arrays for x in (*g, *w)):
        return None
    cases = [
        (list(zip(gots, wanteds, strict=True)), names)
        for (gots, wanteds), names in zip(arrays, words, strict=True)
    ]
    if not all(got.shape == wanted.shape for case, _ in cases for got, wanted in case):
        return _reshaped(cases) or _cut(arrays) or _shapes(cases)
    if all(np.all(close(got, wanted, 1e-4)) for case, _ in cases for got, wanted in case):
        return None  # a matter of dtype or of the last digits: the difference itself says it
    return _not_finite(cases) or _transformed(cases) or _placed(cases, pairs)


def _arrays(gots, wanteds):
    """Both lists as lists of arrays; two lists of numbers as one array each."""
    if len(gots) > 1 and all(map(is_number, [*gots, *wanteds])):
        gots, wanteds = [gots], [wanteds]
    return [as_array(value) for value in gots], [as_array(value) for value in wanteds]


def _cut(arrays):
    """What is true of a list of vectors that hold the right numbers in other portions."""
    pairs = [(np.concatenate(g), np.concatenate(w)) for g, w in arrays if _vectors(g, w)]
    if len(pairs) < len(arrays):
        return None
    if all(np.array_equal(got, wanted) for got, wanted in pairs):
        return "the right numbers in the right order, cut in other places"
    wrong = [(list(g), list(w)) for g, w in pairs if not np.array_equal(g, w)]
    if all(sorted(got) == sorted(wanted) for got, wanted in wrong):
        return "the right numbers in another order, cut in other places"
    if all(set(wanted) - set(got) for got, wanted in wrong):
        return "some numbers are missing"
    if all(len(set(got)) < len(got) for got, _ in wrong):
        return "some numbers come more than once"
    return None


def _vectors(gots, wanteds):
    return len(wanteds) > 0 and all(np.ndim(array) == 1 for array in (*gots, *wanteds))


def _shapes(cases):
    """The shape that came, in the names of the sizes, if one description holds in all cases."""
    found = []
    for case, names in cases:
        for got, wanted in case:
            if got.shape != wanted.shape:
                found.append((got.shape, names))
    if len(cases) < 3 or len({len(shape) for shape, _ in found}) != 1 or len(found) < len(cases):
        return None
    words = []
    for axis in range(len(found[0][0])):
        fits = ["1"] * all(shape[axis] == 1 for shape, _ in found)
        for name in set(found[0][1]) - set(CONSTANTS):
            sizes = [names.get(name) for _, names in found]
            if all(map(is_number, sizes)) and sizes == [shape[axis] for shape, _ in found]:
                fits.append(name)
        words.append(min(fits, key=len) if fits else None)
    if None in words or not words:
        return None
    return f"its shape is ({', '.join(words)}{',' * (len(words) == 1)})"


def _lengths(pairs):
    def holds(change):
        lengths = [len(gots) != len(wanteds) for gots, wanteds in pairs]
        return any(lengths) and all(same(g, change(g, w)) for g, w in pairs)

    for told, change in {
        "it is empty": lambda got, wanted: [],
        "the last one is missing": lambda got, wanted: wanted[:-1],
        "the first one is missing": lambda got, wanted: wanted[1:],
        "there is one too many behind the right ones": lambda got, wanted: [*wanted, *got[-1:]],
        "there is one too many before the right ones": lambda got, wanted: [*got[:1], *wanted],
        "every one came twice": lambda got, wanted: [x for x in wanted for _ in range(2)],
    }.items():
        if holds(change):
            return told
    short_of = [same(g, w) or same(g, w[: len(g)]) for g, w in pairs]
    if all(short_of) and any(len(g) < len(w) for g, w in pairs):
        return "the last ones are missing in some cases"
    return None


def _exchanged(pairs):
    """What is true of words: each wanted one is answered by always the same wrong one."""
    answers = {}
    for gots, wanteds in pairs:
        for got, wanted in zip(gots, wanteds, strict=False):
            if not (is_text(got) and is_text(wanted)) or np.ndim(wanted) or np.ndim(got):
                return None
            answers.setdefault(str(wanted), set()).add(str(got))
    said = set().union(*answers.values())
    if len(said) == 1 and len(answers) > 1:
        return f"it is always {short(said.pop())}"
    if len(answers) > 1 and all(len(s) == 1 and s != {w} for w, s in answers.items()):
        return "the words are exchanged"
    return None


def _reshaped(cases):
    """What is true of results of another shape than the right ones."""
    flat = [(got, wanted) for case, _ in cases for got, wanted in case]

    def holds(change):
        found = []
        for got, wanted in flat:
            try:
                aim = change(wanted, got)
            except (ValueError, IndexError, np.exceptions.AxisError):
                return False
            found.append(aim.shape == got.shape and bool(np.all(close(got, aim))))
        return all(found)

    shapes = {
        "the transpose of what it should be": lambda w, g: w.T,
        "right in value, but its shape is another": lambda w, g: w.reshape(g.shape),
        "right in value, but the axes are turned": lambda w, g: w.T.reshape(g.shape),
        "the last column is missing": lambda w, g: w[..., :-1],
        "the first column is missing": lambda w, g: w[..., 1:],
        "the last row is missing": lambda w, g: w[:-1],
        "the first row is missing": lambda w, g: w[1:],
        "the right result, repeated": lambda w, g: np.broadcast_to(w, g.shape),
        "one more came behind the right ones": lambda w, g: np.concatenate([w, g[-1:]]),
        "one more came before the right ones": lambda w, g: np.concatenate([g[:1], w]),
    }
    for axis, along in ((None, "all its numbers"), (0, "its first axis"), (1, "its second axis")):
        for keep in (False, True):
            for name, f in (("sum", np.sum), ("mean", np.mean), ("largest", np.max)):
                shapes[f"it is the {name} of the right result over {along}"] = (
                    lambda w, g, f=f, axis=axis, keep=keep: np.asarray(
                        f(w, axis=axis, keepdims=keep)
                    )
                )
            for name, f in (("sum", np.sum), ("mean", np.mean)):
                shapes[f"the right result is its {name} over {along}"] = (
                    lambda w, g, f=f, axis=axis, keep=keep: (
                        g if np.shape(s := f(g, axis=axis, keepdims=keep)) == w.shape
                        and np.all(close(np.asarray(s), w)) else g + np.nan
                    )
                )  # fmt: skip
    found = next((told for told, change in shapes.items() if holds(change)), None)
    if found and "its shape" in found:
        got, wanted = next((got, wanted) for got, wanted in flat if got.shape != wanted.shape)
        found += f": {got.shape} where {wanted.shape} is wanted"
    return found


def _not_finite(cases):
    for told, test in (("nan", np.isnan), ("inf", np.isinf)):
        counts = [(test(g) & np.isfinite(w)).any() for case, _ in cases for g, w in case]
        if any(counts):
            full = all(test(g).all() for case, _ in cases for g, _ in case)
            every = "everywhere" if full else "in places"
            return f"there is {told} {every}, where the right answer is finite"
    return None


def _transformed(cases):
    """A change of the right result that gives the one that came, in all cases."""
    flat = [(g.astype(float), w.astype(float), names) for case, names in cases for g, w in case]
    # The richest case first: it refutes most.
    flat.sort(key=lambda trio: -np.sum(~close(trio[0], trio[1])) - trio[1].size / 1e6)
    with np.errstate(all="ignore"):
        for told, change in PLAIN.items():
            if all(_gives(change, got, wanted) for got, wanted, _ in flat):
                return told
        return _linear(flat)


def _gives(change, got, wanted):
    try:
        aim = change(wanted, got)
    except (ValueError, IndexError):
        return False
    return aim.shape == got.shape and _near(got, aim)


def _near(one, other):
    return bool(np.all(np.abs(one - other) <= 1e-12 + 1e-8 * np.abs(other)))


def _moved(by):
    def change(wanted, got):
        keep = np.arange(wanted.shape[-1])
        keep = keep > 0 if by > 0 else keep < len(keep) - 1
        return np.where(keep, np.roll(wanted, by, -1), got) if len(keep) > 3 else got + np.nan

    return change


PLAIN = {
    "the sign is turned": lambda w, g: -w,
    "0 and 1 are exchanged": lambda w, g: 1 - w if np.all((w == 0) | (w == 1)) else g + np.nan,
    "it is 0 everywhere": lambda w, g: 0 * w,
    "it is 1 everywhere": lambda w, g: 0 * w + 1,
    "it is the transpose of what it should be": lambda w, g: w.T,
    "its order is reversed": lambda w, g: w[::-1],
    "the order of its columns is reversed": lambda w, g: w[..., ::-1],
    "it is the absolute value of what it should be": lambda w, g: np.abs(w),
    "it is the square of what it should be": lambda w, g: w**2,
    "it is the square of what it should be, with its sign": lambda w, g: w * np.abs(w),
    "it is the root of what it should be": lambda w, g: np.sqrt(w),
    "it is 1 divided by what it should be": lambda w, g: 1 / w,
    "the logarithm is missing": lambda w, g: np.exp(w),
    "it is the logarithm of what it should be": lambda w, g: np.log(w),
    "it is 1 minus what it should be": lambda w, g: 1 - w,
    "what should be negative is 0": lambda w, g: np.maximum(w, 0),
    "what should be positive is 0": lambda w, g: np.minimum(w, 0),
    "it is rounded down": lambda w, g: np.floor(w),
    "it is rounded": lambda w, g: np.round(w),
    "its columns are divided by their sums": lambda w, g: w / w.sum(axis=0),
    "it is the sign of what it should be": lambda w, g: np.sign(w),
    "every entry is the sum of the right ones": lambda w, g: 0 * w + w.sum(),
    "every entry is the mean of the right ones": lambda w, g: 0 * w + w.mean(),
    "every row is the mean of its right entries": lambda w, g: 0 * w + w.mean(-1, keepdims=True),
    "every row is the sum of its right entries": lambda w, g: 0 * w + w.sum(-1, keepdims=True),
    "it is a running sum of what it should be": lambda w, g: np.cumsum(w, axis=-1),
    "it is late by one place": _moved(1),
    "it is early by one place": _moved(-1),
}


def _linear(flat):
    """Words for g = c w, g = w + c, g = a + c (w - a) or g = w + c a, with an input a.

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


def _placed(cases, pairs):
    """Where alone the answer is wrong: the last column, where Z is 0; or it is a shuffle."""
    flat = [(got, wanted, names) for case, names in cases for got, wanted in case]
    wrong = [~np.atleast_1d(close(got, wanted)) for got, wanted, _ in flat]
    several = [len(gots) for gots, _ in pairs]
    if min(several) > 1:  # a list of arrays
        missed = [[not np.all(close(g, w)) for g, w in case] for case, _ in cases]
        for told, rest in (("last", slice(None, -1)), ("first", slice(1, None))):
            if not any(any(each[rest]) for each in missed):
                return f"all are right but the {told} one"
    for told, region in _regions(flat):
        masks = [np.broadcast_to(r, w.shape) for r, w in zip(region, wrong, strict=True)]
        inside = all(not np.any(w & ~mask) for w, mask in zip(wrong, masks, strict=True))
        if inside and any(not mask.all() and w.any() for w, mask in zip(wrong, masks, strict=True)):
            return f"it is right but {told}"
    if all(w.size > 1 or g == w for g, w, _ in flat) and all(
        np.array_equal(np.sort(g.ravel()), np.sort(w.ravel())) for g, w, _ in flat
    ):
        return "the right numbers, in another order"
    return None


def _regions(flat):
    """(words, one mask an array) of the places that are looked at."""
    yield "at one end: the last entry", [_at(w, -1, -1) for _, w, _ in flat]
    yield "at one end: the first entry", [_at(w, 0, 0) for _, w, _ in flat]
    for k, name in ((0, "first"), (-1, "last")):
        yield f"in the {name} column", [_at(w, None, k) for _, w, _ in flat]
        yield f"in the {name} row", [_at(w, k, None) for _, w, _ in flat]
    yield "on the diagonal", [_diagonal(w) for _, w, _ in flat]
    aims = {"0": np.equal, "negative": np.less, "positive": np.greater}
    for word, test in aims.items():
        yield f"where it should be {word}", [np.atleast_1d(test(w, 0)) for _, w, _ in flat]
    for name in flat[0][2]:
        if np.ndim(flat[0][2][name]):
            for word, test in aims.items():
                masks = [_input_mask(names.get(name), test, w) for _, w, names in flat]
                if all(mask is not None for mask in masks):
                    yield f"where {name} is {word}", masks


def _at(array, row, column):
    mask = np.zeros(np.atleast_1d(array).shape, dtype=bool)
    rows = slice(None) if row is None else row
    columns = slice(None) if column is None else column
    mask[(columns,) if mask.ndim == 1 else (rows, ..., columns)] = True
    return mask if mask.ndim > 1 or column is not None else mask & False


def _diagonal(array):
    mask = np.zeros(np.atleast_1d(array).shape, dtype=bool)
    if mask.ndim == 2:
        np.fill_diagonal(mask, True)
    return mask


def _input_mask(value, test, wanted):
    if value is None or np.ndim(value) != wanted.ndim:
        return None
    try:
        return np.broadcast_to(test(value, 0), np.atleast_1d(wanted).shape)
    except ValueError:
        return None


# --- Names for the numbers and sizes of the inputs ------------------------------------------------


def _names(inputs, arguments, task):
    """{words: value} of the inputs of a case: numbers, sizes, arrays and what is made of them."""
    found = {}
    shapes = dict(re.findall(r"(\w+)(?: is| are)? \(([\w\[\], +-]*)\)", task))
    for name, value in zip(arguments, inputs, strict=False):
        if isinstance(value, (list, tuple)):
            found.setdefault(f"len({name})", float(len(value)))
            found |= _of_list(name, value)
        array = None if isinstance(value, (list, tuple)) else as_array(value)
        if array is None:
            continue
        if not array.ndim:
            number = float(array)
            found[name] = number
            if array.dtype.kind == "f":
                found |= {f"(1 - {name})": 1 - number, f"{name}²": number**2}
            continue
        array = array.astype(float)
        found[name] = array
        dimensions = [part.strip() for part in shapes.get(name, "").split(",")]
        for k, size in enumerate(array.shape):
            named = len(dimensions) == array.ndim and dimensions[k].isidentifier()
            found.setdefault(dimensions[k] if named else f"{name}.shape[{k}]", float(size))
        if array.size < 1000:
            found[f"(1 - {name})"], found[f"{name}²"] = 1 - array, array**2
            found[f"(1 - {name}²)"] = 1 - array**2
    sizes = {}  # of two names for one size, the shorter
    for name in sorted(found, key=len):
        sizes[name] = found[name]
    return {**CONSTANTS, **sizes}


def _of_list(name, values):
    """Names for what is easily made of a list of numbers."""
    if len(values) < 2 or not all(map(is_number, values)):
        return {}
    numbers = [float(value) for value in values]
    return {
        f"{name}[0]": numbers[0],
        f"{name}[-1]": numbers[-1],
        f"sum({name})": sum(numbers),
        f"sum({name}[1:])": sum(numbers[1:]),
        f"sum({name}[:-1])": sum(numbers[:-1]),
    }


def _and(names):
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _capital(sentence):
    return sentence[0].upper() + sentence[1:] if sentence.startswith("the ") else sentence
