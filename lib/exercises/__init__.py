"""Exercises that answer back, and claims that are checked.

An exercise is one object: a solution, inputs drawn at random, hints in stages, and the mistakes
people make, each a wrong implementation with the sentence that explains it. ``check`` runs the
reader's answer beside the solution on the same inputs. Where they differ it looks for the mistake
that gives exactly the reader's result, and says its sentence.

    from lib.exercises.ch01 import propagate as exercise
    exercise.check(propagate)       # also: exercise.hint(), exercise.solution()
"""

import copy
import dis
import inspect
import textwrap
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

__all__ = ["Exercise", "Verdict", "claim", "exercise", "needs"]

TRIALS = 5  # random inputs that an answer has to get right
LIBRARY = Path(__file__).resolve().parent.parent


def claim(sentence, holds):
    """Print ``sentence`` with a tick, or raise AssertionError if it does not hold.

    ``holds`` is a boolean or an array of them, all of which must be true. Used in every chapter
    from chapter 0, "What we claim". Raises TypeError for anything else, of which most is "true".
    """
    if np.size(holds) and np.asarray(holds).dtype != bool:
        raise TypeError(f"holds is {holds!r}; it needs to be True or False, or an array of them")
    if not (np.size(holds) and np.all(holds)):
        raise AssertionError(f"this claim does not hold: {sentence}")
    print(f"✓ {sentence}")


def exercise(id, title):
    """Make an Exercise of a class body; chapter 0, "Exercises".

    The body holds ``inputs(random_state)``, which returns a tuple of arguments; ``solution``;
    ``hints``, a list from gentle to strong; and ``mistakes``, wrong implementations by the sentence
    that explains them. Optional: ``results``, the names of several returned values; ``use(answer,
    *inputs)``, how an answer is put to the test when it is more than a call ``answer(*inputs)``
    (then ``arguments`` names the inputs).
    The docstring is the task.
    """
    return lambda body: Exercise(id, title, body)


@dataclass(frozen=True)
class Verdict:
    """One of four states and the words for it; chapter 0, "Exercises".

    state: "not attempted", "raised", "incorrect" or "correct".
    """

    state: str
    message: str


@dataclass
class Outcome:
    """All that one run of an answer did: its value or its error, its warnings, its side effects."""

    value: object = None
    error: Exception | None = None
    warned: tuple = ()
    inputs_after: tuple = ()

    def same_as(self, other, warned=True):
        """Whether both did the same; ``warned`` False leaves out what NumPy warned of."""
        if self.error is not None or other.error is not None:
            return type(self.error) is type(other.error) and str(self.error) == str(other.error)
        return (
            difference(self.value, other.value) is None
            and (not warned or self.warned == other.warned)
            and difference(self.inputs_after, other.inputs_after) is None
        )


class Exercise:
    """An exercise of the course, made by the decorator ``exercise``; chapter 0, "Exercises"."""

    def __init__(self, id, title, body):
        self.id, self.title, self.name, self.task = id, title, body.__name__, inspect.getdoc(body)
        self._inputs, self.answer = body.inputs, body.solution
        self.hints, self.mistakes = body.hints, body.mistakes
        self.results = getattr(body, "results", None)
        self._use = getattr(body, "use", lambda answer, *inputs: answer(*inputs))
        signature = inspect.signature(body.solution).parameters
        self.arguments = getattr(body, "arguments", list(signature))
        self._hints_given = 0

    def check(self, answer):
        """Print what there is to say about ``answer``."""
        verdict = self.verdict(answer)
        print(f"Exercise {self.id} · {verdict.state}")
        print(verdict.message)

    def hint(self):
        """Print the next hint; each call goes one stage further."""
        self._hints_given = min(self._hints_given + 1, len(self.hints))
        print(f"Hint {self._hints_given} of {len(self.hints)}: {self.hints[self._hints_given - 1]}")

    def solution(self):
        """Print one way to do it, after whatever it needs besides NumPy."""
        source = textwrap.dedent(inspect.getsource(self.answer))
        source = source.replace(" solution", f" {self.name}", 1)
        print(*needs(self.answer), source, sep="\n", end="")

    def verdict(self, answer):
        """Return the Verdict on ``answer``, a function or whatever the task asks for."""
        if _is_stub(answer):
            return self._not_attempted()
        trials = [self._inputs(np.random.RandomState(seed)) for seed in range(TRIALS)]
        given = [self._run(answer, inputs) for inputs in trials]
        if any(_holds_ellipsis(outcome.value) for outcome in given):
            return self._not_attempted()
        expected = [self._run(self.answer, inputs) for inputs in trials]
        if _all_same(given, expected):
            return Verdict("correct", f"{len(trials)} random inputs, all as they should be.")
        mistaken = {
            sentence: [self._run(mistake, inputs) for inputs in trials]
            for sentence, mistake in self.mistakes.items()
        }
        # First a mistake that did exactly the same; failing that, one that led to the same values,
        # if it is the values that are wrong.
        for warned in (True, False):
            if not _all_same(given, expected, warned):
                for sentence, outcomes in mistaken.items():
                    if _all_same(given, outcomes, warned):
                        return Verdict("incorrect", sentence)
        pairs = zip(trials, given, expected, strict=True)
        inputs, got, wanted = next(trio for trio in pairs if not trio[1].same_as(trio[2]))
        if got.error is not None:
            return Verdict("raised", f"{_own_traceback(got.error)}\n{self._show(inputs)}")
        return Verdict("incorrect", f"{self._describe(got, wanted)}\n{self._show(inputs)}")

    def _run(self, answer, inputs):
        inputs = copy.deepcopy(inputs)
        with (
            warnings.catch_warnings(record=True) as caught,
            np.errstate(all="warn", under="ignore"),
        ):
            warnings.simplefilter("always")
            try:
                value, error = self._use(answer, *inputs), None
            except Exception as exception:  # the reader's code may fail in any way at all
                value, error = None, exception
        warned = tuple(sorted({str(w.message) for w in caught}))
        return Outcome(value, error, warned, inputs)

    def _not_attempted(self):
        return Verdict(
            "not attempted",
            f"Fill in {self.name} above and run both cells. exercise.hint() helps.",
        )

    def _describe(self, got, wanted):
        if wanted.error is not None:
            error = f"{type(wanted.error).__name__}: {wanted.error}"
            return f"Your code needs to raise {error}. It returned {_short(got.value)}."
        found = difference(got.value, wanted.value, self.results or ())
        if found is not None:
            return found
        if got.warned != wanted.warned:
            return f"The values are right, but NumPy warned: {'; '.join(got.warned)}."
        return "The result is right, but your code changed one of its arguments: work on a copy."

    def _show(self, inputs):
        names = self.arguments
        shown = [f"  {name} = {_short(value)}" for name, value in zip(names, inputs, strict=False)]
        return "\n".join(["This was with", *shown])


def difference(got, wanted, names=()):
    """A sentence on the first difference between two results, or None; shapes come first.

    Numbers agree to 1e-7 of their size, in float32 to 1e-5. ``names`` are those of the parts of a
    tuple. A dictionary is compared by its keys, an object that is no number by its attributes.
    """
    if isinstance(wanted, dict) and isinstance(got, dict) and got.keys() == wanted.keys():
        return difference([got[key] for key in wanted], list(wanted.values()), [*map(str, wanted)])
    if isinstance(wanted, (tuple, list)):
        if not isinstance(got, (tuple, list)) or len(got) != len(wanted):
            count = len(got) if isinstance(got, (tuple, list)) else _kind(got)
            hint = " Is a return missing?" if got is None else ""
            return f"It needs to return {len(wanted)} results, and returned {count}.{hint}"
        labels = [f"result {k}" for k in range(1, len(wanted) + 1)]
        if len(names) == len(wanted):
            labels = names
        parts = zip(got, wanted, labels, strict=True)
        return next((found for g, w, label in parts if (found := difference(g, w, [label]))), None)
    label = names[0] if names else "the result"
    if isinstance(wanted, dict):
        keys = f"the keys {', '.join(map(str, got))}" if isinstance(got, dict) else _short(got)
        return f"{label}: expected the keys {', '.join(map(str, wanted))}; got {keys}."
    if got is None or isinstance(wanted, str) or isinstance(got, (str, tuple, list, dict)):
        if type(got) is type(wanted) and got == wanted:
            return None
        hint = " Is a return missing?" if got is None else ""
        several = isinstance(got, (tuple, list, dict))
        came = f"a {type(got).__name__} of {len(got)}" if several else _short(got)
        return f"{label}: expected {_short(wanted)}, got {came}.{hint}"
    if np.asarray(wanted).dtype == object:
        if type(got) is not type(wanted):
            return f"{label}: expected {type(wanted).__name__}, got {type(got).__name__}."
        return difference(vars(got), vars(wanted)) if hasattr(wanted, "__dict__") else None
    got, wanted = np.asarray(got), np.asarray(wanted)
    if got.shape != wanted.shape:
        return f"{label}: expected shape {wanted.shape}, got {got.shape}."
    if got.dtype.kind != wanted.dtype.kind or (
        wanted.dtype == np.float32 and got.dtype != wanted.dtype
    ):
        return f"{label}: expected dtype {wanted.dtype}, got {got.dtype}."
    rtol = 1e-5 if wanted.dtype == np.float32 else 1e-7
    if not np.allclose(got, wanted, rtol=rtol, atol=1e-10, equal_nan=True):
        close = got.dtype.kind == "f" and np.allclose(got, wanted, rtol=1e-3, atol=1e-3)
        gap = f" They differ by up to {np.max(np.abs(got - wanted)):.1e}." if close else ""
        return f"{label}: expected {_short(wanted)}, got {_short(got)}.{gap}"
    return None


def _all_same(outcomes, others, warned=True):
    return all(a.same_as(b, warned) for a, b in zip(outcomes, others, strict=True))


def _functions(answer):
    if inspect.isclass(answer):
        return [value for value in vars(answer).values() if inspect.isfunction(value)]
    return [answer] if inspect.isfunction(answer) else []


def _stub():
    """What an exercise cell holds before the reader has been there."""
    ...


def needs(function):
    """The source, or the import, of every global name that ``function`` uses, but for ``np``.

    A list of texts to stand before it; chapter 0, "How to use a chapter".
    """
    found = {}
    for name in _names(function.__code__):
        thing = function.__globals__.get(name)
        if thing is None or inspect.ismodule(thing):
            continue
        if inspect.isfunction(thing) and thing.__module__ == function.__module__:
            found |= dict.fromkeys([*needs(thing), inspect.getsource(thing) + "\n"])
        else:
            found[f"from {thing.__module__} import {name}\n"] = None
    return list(found)


def _names(code):
    """The names that compiled code looks up, those in nested functions and generators included."""
    nested = [part for part in code.co_consts if inspect.iscode(part)]
    return [*code.co_names, *(name for part in nested for name in _names(part))]


def _is_stub(answer):
    """True for ... itself, and for a function or class whose bodies hold nothing but it."""
    functions = _functions(answer)
    empty = _instructions(_stub)
    if answer is ... or (inspect.isclass(answer) and not functions):
        return True
    return bool(functions) and all(_instructions(f) == empty for f in functions)


def _instructions(function):
    return [(step.opname, step.argval) for step in dis.get_instructions(function)]


def _holds_ellipsis(value):
    if isinstance(value, (tuple, list)):
        return any(_holds_ellipsis(part) for part in value)
    return value is ...


def _own_traceback(error):
    """The error with the reader's own lines, without those of this library or of NumPy."""
    lines = []
    for frame in traceback.extract_tb(error.__traceback__):
        installed = "site-packages" in frame.filename or "dist-packages" in frame.filename
        if not installed and not Path(frame.filename).is_relative_to(LIBRARY):
            lines.append(f"  in {frame.name}, line {frame.lineno}:  {frame.line}")
    return "\n".join(["Your code raised an error:", *lines, f"  {type(error).__name__}: {error}"])


def _kind(value):
    """What a value is, in words."""
    if value is None:
        return "None"
    if isinstance(value, np.ndarray) and value.ndim:
        return "one array"
    return "one number" if np.isscalar(value) and not isinstance(value, str) else repr(value)


def _short(value):
    """A value as text that fits on a few lines; arrays with their shape."""
    if isinstance(value, np.ndarray) and value.ndim > 2:
        return f"array of shape {value.shape} and dtype {value.dtype}"
    if isinstance(value, np.ndarray) and value.ndim:
        with np.printoptions(precision=4, threshold=12, edgeitems=2, suppress=True):
            text = np.array2string(value, separator=", ")
        return f"array of shape {value.shape}:\n{textwrap.indent(text, '    ')}"
    if isinstance(value, np.ndarray) and not value.ndim:
        value = value[()]
    if isinstance(value, (float, np.floating)):
        return str(float(f"{value:.6g}"))
    if isinstance(value, (list, tuple)) and any(isinstance(part, np.ndarray) for part in value):
        parts = textwrap.indent("\n".join(_short(part) for part in value), "    ")
        return f"{type(value).__name__} of {len(value)}:\n{parts}"
    return str(value)
