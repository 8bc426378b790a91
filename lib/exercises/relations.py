"""How one wrong result is related to the right one: its length, shape, numbers and places."""

import re

import numpy as np

from lib.exercises.coefficients import CONSTANTS, linear
from lib.exercises.compare import as_array, close, is_number, is_text, same, short

__all__ = ["explained", "ranged"]


def explained(pairs, words):
    """What holds of all (gots, wanteds), lists of arrays, a pair per case; None if nothing does."""
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
    found = _not_finite(cases) or _transformed(cases) or _placed(cases, pairs)
    return found or _transformed_in_places(cases) or _by_lines(cases)


def _arrays(gots, wanteds):
    """Both lists as lists of arrays; two lists of numbers as one array each."""
    if len(gots) > 1 and all(map(is_number, [*gots, *wanteds])):
        gots, wanteds = [gots], [wanteds]
    return [as_array(value) for value in gots], [as_array(value) for value in wanteds]


def _cut(arrays):
    """What is true of a list of vectors that hold the right numbers, cut at other places."""
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
    """What is true of words: every right word is replaced by always the same wrong one."""
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


def _transformed_in_places(cases):
    """Of a list of arrays, what is true of those that are wrong; None if all are."""
    wrong = [
        ([pair if not np.all(close(*pair)) else None for pair in case], names)
        for case, names in cases
    ]
    some = all(len(case) > 1 and None in case for case, _ in wrong)
    told = some and any(any(case) for case, _ in wrong) and _transformed(wrong)
    return f"where it is wrong, {told}" if told else None


LINES = {  # told: (the least number of entries in a line, what of the right line is combined)
    "a factor": (3, lambda right: [right]),
    "a constant": (3, None),
    "a factor and a constant": (4, lambda right: [right, np.ones_like(right)]),
}


def _by_lines(cases):
    """What is true of matrices whose rows or columns each have a factor or constant."""
    places = list(zip(*(case for case, _ in cases), strict=False))
    pairs = [(g.astype(float), w.astype(float)) for place in places for g, w in place]
    if any(w.ndim != 2 or not np.all(np.isfinite(g) & np.isfinite(w)) for g, w in pairs):
        return None
    for line in ("row", "column"):
        for told, (least, columns) in LINES.items():
            if all(_are_lines(place, line, least, columns) for place in places):
                return f"each {line} is right but for {told} of its own"
    return None


def _are_lines(place, line, least, columns):
    """Whether it holds of one result in all cases, and says something in two of them at least."""
    pairs = [(g.T, w.T) if line == "column" else (g, w) for g, w in place]
    long = [(got, wanted) for got, wanted in pairs if wanted.shape[1] >= least]
    return sum(len(wanted) > 1 for _, wanted in long) > 1 and all(
        _fits(mine, right, columns)
        for got, wanted in long
        for mine, right in zip(got, wanted, strict=True)
    )


def _fits(mine, right, columns):
    """Whether a line is combined of columns made of the right one; right plus a number if None."""
    if columns is None:
        return bool(np.ptp(mine - right) <= 1e-10 + 1e-8 * np.max(np.abs(right)))
    basis = np.stack(columns(right), axis=1)
    factors = np.linalg.lstsq(basis, mine, rcond=None)[0]
    return bool(np.allclose(basis @ factors, mine, rtol=1e-8, atol=1e-10))


NEVER_NEGATIVE = re.compile(
    r"(?:The |A )?(?:\w+ )?(cost|loss|probability|share|variance|deviation|length|distance)\b"
)


def ranged(pairs, about):
    """Words for a number that cannot be one, such as a negative cost; about: what it should be."""
    arrays = [_arrays([got], [wanted]) for got, wanted in pairs]
    flat = [(g, w) for gots, wanteds in arrays for g, w in zip(gots, wanteds, strict=True)]
    if any(a is None or a.dtype.kind not in "iuf" for pair in flat for a in pair):
        return None
    kind = NEVER_NEGATIVE.match(about)
    if kind and any(np.any(g < -1e-9) for g, _ in flat):
        all_of_it = all(np.all(g < 0) for g, _ in flat)
        return f"it is negative{'' if all_of_it else ' in places'}, and a {kind[1]} never is"
    if "from 0 to 1" in about and any(np.any((g < -1e-9) | (g > 1 + 1e-9)) for g, _ in flat):
        return "it does not lie between 0 and 1"
    return None


def _not_finite(cases):
    if any(np.iscomplexobj(g) and not np.iscomplexobj(w) for case, _ in cases for g, w in case):
        return (
            "it is a complex number, where the right answer is real (Python makes one of a negative"
            " number to a power that is not whole)"
        )
    for told, test in {
        "nan": np.isnan,
        "inf": np.isinf,
        "1.8e308, the largest float, which np.nan_to_num makes of inf,": _is_largest,
    }.items():
        counts = [(test(g) & np.isfinite(w)).any() for case, _ in cases for g, w in case]
        if any(counts):
            full = all(test(g).all() for case, _ in cases for g, _ in case)
            every = "everywhere" if full else "in places"
            where = "" if test is _is_largest else ", where the right answer is finite"
            return f"there is {told} {every}{where}"
    return None


def _is_largest(array):
    return np.abs(array) == np.finfo(float).max


def _transformed(cases):
    """A change of the right result that gives the one that came, in all cases."""
    flat = [
        (pair[0].astype(float), pair[1].astype(float), _with_lists(names, k, pair[1].shape))
        for case, names in cases
        for k, pair in enumerate(case)
        if pair
    ]
    # The case with the most numbers first: it rules out the most.
    flat.sort(key=lambda trio: -np.sum(~close(trio[0], trio[1])) - trio[1].size / 1e6)
    with np.errstate(all="ignore"):
        for told, change in PLAIN.items():
            if all(_gives(change, got, wanted) for got, wanted, _ in flat):
                return told
        return linear(flat)


def _with_lists(names, k, shape):
    """The names of a case, and of a list of arrays that one which stands in place k."""
    found = dict(names)
    for name, arrays in getattr(names, "lists", {}).items():
        if arrays[k % len(arrays)].shape == shape:
            found[name] = arrays[k % len(arrays)]
    return found


def _gives(change, got, wanted):
    try:
        aim = change(wanted, got)
    except (ValueError, IndexError):
        return False
    return aim.shape == got.shape and _near(got, aim)


def _near(one, other):
    near = np.abs(one - other) <= 1e-12 + 1e-8 * np.abs(other)
    return bool(np.all(near & np.isfinite(other)))


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
        told_of = [(w, mask) for w, mask in zip(wrong, masks, strict=True) if w.any()]
        some = [mask for _, mask in told_of if not mask.all()]
        if len(some) < (1 if "where" in told else 2):  # a single place says little
            continue
        inside = all(not np.any(w & ~mask) for w, mask in told_of)
        missed, size = (sum(np.sum(x) for x in xs) for xs in zip(*told_of, strict=True))
        if inside and 2 * missed >= size:
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
        if np.ndim(flat[0][2][name]) and name.isidentifier():
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
