"""What is generally true of a wrong answer: a factor, a sign, a transpose, a row, a constant.

An observation is a formula that gives the answer from the right result and the inputs. It is
reported only if it holds in every case; nothing is guessed.
"""

import itertools
import re
from dataclasses import dataclass

import numpy as np

from lib.exercises.coefficients import CONSTANTS
from lib.exercises.compare import as_array, is_number, is_text, same
from lib.exercises.nudges import dependence
from lib.exercises.relations import explained, ranged
from lib.words import listed

__all__ = ["Seen", "observe"]


@dataclass
class Seen:
    """One case: its inputs, what came and what was wanted."""

    inputs: tuple
    got: object
    wanted: object


def observe(cases, names, arguments, task, changed=None, nudged=None):
    """(kind, sentences) of what holds in all cases; the kind is "observed", "in part" or "plain".

    names: of the results; arguments: of the inputs; task: text in which "X (n, m)" names sizes;
    changed: {words: one function per case that gives what is right for other inputs};
    nudged: {argument: one function per case that gives [(outcome, right outcome)] of nudges}.
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
    told = explained(together, words)
    if told:
        found = {listed(list(wrong)): told}
    else:
        each = {label: [_flat([pair]) for pair in wrong[label]] for label in wrong}
        found = {label: explained(pairs, words) for label, pairs in each.items()}
    if not all(found.values()):
        told = _as_if(wrong, names, changed or {})
        found = {listed(list(wrong)): told} if told else found
    if not all(found.values()):
        first = re.split(r"\.\s", task)[0]  # what is asked for
        rest = {
            label: dependence(_moves(label, wrong[label], names, nudged or {}))
            or ranged(wrong[label], label if label in names else first)
            for label, told in found.items()
            if not told
        }
        found |= rest
    alike = {told: [label for label in found if found[label] == told] for told in found.values()}
    sentences = [_capital(f"{listed(labels)}: {told}.") for told, labels in alike.items() if told]
    if right:
        sentences.append(f"Right: {listed(right)}.")
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
            return f"You return only {labels[k]}; {listed(labels)} are wanted."
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


def _moves(label, pairs, names, nudged):
    """{argument: one list per case of (whether mine moved, whether the right one did)}.

    Of those that move only one of the two. None at all if mine moves so seldom, as a share of a
    few examples may, that it says little when it stays.
    """
    found, at_once, ever = {}, False, False
    if any(is_text(wanted) for _, wanted in pairs):  # one of two words is no proof
        return found
    for argument, runs in nudged.items():
        cases = []
        for (got, wanted), run in zip(pairs, runs, strict=True):
            moved = []
            for mine, right in run():
                parts = [_part(outcome, label, names) for outcome in (mine, right)]
                moved.append((not same(parts[0], got), not same(parts[1], wanted)))
            cases.append(moved)
            mine, right = (any(pair[k] for case in cases for pair in case) for k in (0, 1))
            if mine and right:  # both depend on it
                break
        ever = ever or mine
        at_once = at_once or any(moved for moved, _ in cases[0])
        if not (mine and right):
            found[argument] = cases
    return found if at_once or not ever else {}


def _part(outcome, label, names):
    """The value of one of the results of a run; None of a run that failed."""
    value = None if outcome.error is not None else outcome.value
    if len(names) > 1 and label in names:
        whole = _is_several(value) and len(value) == len(names)
        return value[names.index(label)] if whole else None
    return value


# --- Names for the numbers and sizes of the inputs ------------------------------------------------


def _names(inputs, arguments, task):
    """{words: value} of the inputs of a case: numbers, sizes, arrays and what is made of them.

    Its ``lists`` holds the arrays of those inputs that are lists of arrays, {name: arrays}.
    """
    found, lists = {}, {}
    shapes = dict(re.findall(r"(\w+)(?: is| are)? \(([\w\[\], +-]*)\)", task))
    for name, value in zip(arguments, inputs, strict=False):
        if isinstance(value, (list, tuple)):
            found.setdefault(f"len({name})", float(len(value)))
            found |= _of_list(name, value)
            lists[name] = _arrays_in(value)
        array = None if isinstance(value, (list, tuple)) else as_array(value)
        if array is None or (array.dtype.kind == "b" and not array.ndim):
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
    sizes = {}  # the shorter of two names for one size
    for name in sorted(found, key=len):
        sizes[name] = found[name]
    names = Names({**CONSTANTS, **sizes})
    names.lists = {name: arrays for name, arrays in lists.items() if arrays}
    return names


class Names(dict):
    """The names of a case, and the lists of arrays among its inputs."""

    lists = {}


def _arrays_in(value):
    """The float arrays in lists and tuples, in order; [] if anything else is in them."""
    if isinstance(value, (list, tuple)):
        parts = [_arrays_in(part) for part in value]
        return [] if not all(parts) else [array for part in parts for array in part]
    is_array = isinstance(value, np.ndarray) and value.ndim and value.dtype.kind == "f"
    return [value] if is_array else []


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


def _capital(sentence):
    return sentence[0].upper() + sentence[1:] if sentence.startswith("the ") else sentence
