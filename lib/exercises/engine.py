"""The exercise: it runs an answer beside the solution and describes the difference."""

import contextlib
import copy
import dis
import functools
import inspect
import io
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lib.exercises.compare import ATOL, RTOL, difference, same, settled, short
from lib.exercises.nudges import may_not_end, nudged_inputs
from lib.exercises.observe import Seen, observe
from lib.exercises.prediction import as_number, kind_of, nearest, observed
from lib.exercises.solved import record, say
from lib.exercises.source import edited, needs, source_of
from lib.exercises.variants import other_inputs

__all__ = ["Case", "Exercise", "Outcome", "Verdict"]

TRIALS = 5  # ordinary inputs, drawn at random, that an answer has to get right
LIBRARY = Path(__file__).resolve().parent.parent
ORDINARY = "an ordinary case"


@dataclass(frozen=True)
class Verdict:
    """One of four states and the words for it.

    state: "not attempted", "raised", "incorrect" or "correct". kind, of one that is incorrect:
    "known" for a known mistake, "observed" for what is true of the answer on all inputs, "in part"
    if it says no more than which results or cases are right, else "plain". replay: lines of code
    that rebuild the inputs of a case which came out wrong, or "".
    """

    state: str
    message: str
    kind: str = ""
    replay: str = ""


@dataclass(frozen=True)
class Case:
    """One set of inputs, with the name of what is special about it."""

    number: int
    name: str
    inputs: tuple


@dataclass
class Outcome:
    """The result of one run of an answer: value or error, warnings, side effects."""

    value: object = None
    error: Exception | None = None
    warned: tuple = ()
    inputs_after: tuple = ()
    evidence: object = None

    def same_as(self, other, warned=True, strict=()):
        """Whether both did the same; ``warned`` False leaves out what they warned of."""
        if self.error is not None or other.error is not None:
            return type(self.error) is type(other.error) and str(self.error) == str(other.error)
        return (
            same(self.value, other.value, strict)
            and (not warned or self.warned == other.warned)
            and same(self.inputs_after, other.inputs_after)
            and same(self.evidence, other.evidence)
        )


class Exercise:
    """One exercise: its task, how an answer is tested, and what is said about a wrong one.

    id, title: of the heading over the task, as "2.4" and "Backward".
    solution: a function or class of the name ``_backward_pass`` if the exercise is to be
        ``backward_pass``. Its docstring is the task, with the shapes of the arguments.
    inputs: a function of a RandomState that returns a tuple of arguments, an ordinary case.
        Without it there is one case without arguments; if one number is asked for, it is a
        prediction, and no reply to a wrong one shows it.
    corners: {name: a function of a RandomState, or a tuple of arguments}: every special case that
        the task speaks of.
    hints: sentences, from gentle to strong.
    mistakes: {sentence: an edit of the solution's source, ("old", "new") or several such pairs;
        or a wrong implementation}.
    results: the names of several returned values.
    use: ``use(answer, *inputs)``, how an answer is tried when it is more than a call
        ``answer(*inputs)``; ``arguments`` then names the inputs.
    evidence: ``evidence(answer, *inputs)``, what else an answer must share with a mistake before it
        is accused of it; for results that say little, such as labels.
    rtol, atol: how near an answer has to come; atol=0 where 0 has to be exactly 0.
    properties: {sentence: holds(result, *inputs)}: what is true of every right result, and the
        sentence for one of which it is not.
    strict: "array" if the task asks for an array and a list will not do, "dtype" if it asks for
        floats and whole numbers will not do; else both pass.
    trials: how many ordinary cases are drawn.
    """

    def __init__(
        self, id, title, solution, *, inputs=None, corners=None, hints=(), mistakes=None,
        results=(), use=None, arguments=None, evidence=None, rtol=RTOL, atol=ATOL, strict=(),
        properties=None, trials=TRIALS, name=None, task=None,
    ):  # fmt: skip
        self.id, self.title, self.answer = id, title, solution
        self.name = name or solution.__name__.lstrip("_")
        self.task = task or inspect.getdoc(solution)
        self.hints, self.mistakes = list(hints), dict(mistakes or {})
        self.results, self.use, self.evidence = tuple(results), use, evidence
        self.inputs, self.corners, self.properties = inputs, dict(corners or {}), properties or {}
        self.tolerance = {"rtol": rtol, "atol": atol, "strict": strict}
        self.trials = trials if inputs else int(not self.corners)
        self.arguments = list(arguments or inspect.signature(solution).parameters)
        self.place = f"{solution.__module__.rpartition('.')[2]}.{self.name}"
        self._hints_given = 0

    # --- For the reader --------------------------------------------------------------------------

    def check(self, answer):
        """Print what there is to say about ``answer``, and how to see the case for oneself."""
        verdict = self.verdict(answer)
        say(self.reply(verdict))
        if verdict.state == "correct":
            record(self.id)
        elif verdict.kind and self._is_prediction and "\nA hint: " in verdict.message:
            self._hints_given = max(self._hints_given, 1)

    def reply(self, verdict):
        """The text that ``check`` prints."""
        lines = [f"Exercise {self.id} · {verdict.state}", verdict.message]
        return "\n".join(lines + [verdict.replay] * bool(verdict.replay))

    def hint(self):
        """Print the next hint; each call goes one stage further."""
        self._hints_given = min(self._hints_given + 1, len(self.hints))
        say(f"Hint {self._hints_given} of {len(self.hints)}: {self.hints[self._hints_given - 1]}")

    def solution(self):
        """Print one way to do it, after whatever it needs besides NumPy."""
        source = source_of(self.answer).replace(f" {self.answer.__name__}", f" {self.name}", 1)
        say("\n".join([*needs(self.answer), source]).rstrip("\n"))

    def case(self, number):
        """The arguments of one case, as the check draws them, new at every call; from 1."""
        case = self._draw(number)
        return case.inputs[0] if len(case.inputs) == 1 else case.inputs

    # --- The verdict -----------------------------------------------------------------------------

    def verdict(self, answer):
        """Return the Verdict on ``answer``, a function or whatever the task asks for."""
        if _is_stub(answer):
            return self._not_attempted()
        if not callable(answer):
            return Verdict("incorrect", self._not_a_function(answer), "plain")
        cases, expected = self._cases, self._expected
        given = [self._run(answer, case) for case in cases]
        if any(_holds_ellipsis(outcome.value) for outcome in given):
            return self._not_attempted()
        if self._is_prediction and given[0].error is None:
            return self._predicted(given[0].value)
        faults = [self._fault(*pair) for pair in zip(given, expected, strict=True)]
        if not any(faults):
            return Verdict("correct", f"{self._counted()}, all as they should be.")
        first = next(k for k, fault in enumerate(faults) if fault)
        replay = self._replay(cases[first])
        if sentence := self._known(given, faults):
            return Verdict("incorrect", sentence, "known", replay)
        if faults[first] == "raised":
            where = self._where(faults)
            message = f"{_own_traceback(given[first].error)}{where}\n{self._show(cases[first])}"
            return Verdict("raised", message.rstrip(), "raised", replay)
        kind, said = self._observed(answer, cases, given, expected, faults)
        told = self._describe(given[first], expected[first], faults[first])
        message = "\n".join(filter(None, [*said, told, self._show(cases[first])]))
        return Verdict("incorrect", message, kind, replay)

    @functools.cached_property
    def _is_prediction(self):
        """Whether the task asks for one number and gives no inputs."""
        return not self.arguments and as_number(self._expected[0].value) is not None

    def _predicted(self, value):
        """The verdict on a number, in words that do not give the right one away."""
        number, right = as_number(value), as_number(self._expected[0].value)
        if number is None:
            message = f"One number is asked for, and what came is {kind_of(value)}"
            return Verdict("incorrect", message, "plain")
        rtol, atol = self.tolerance["rtol"], self.tolerance["atol"]
        if abs(number - right) <= atol + rtol * abs(right):
            told = "the number."
            if abs(number - right) > RTOL * abs(right):
                told = f"near enough: to more digits the number is {short(right)}."
            return Verdict("correct", f"{number:.6g} is {told}")
        near = max(rtol, atol / abs(right)) if right else rtol  # as a share
        mistakes = {told: as_number(o[0].value) for told, o in self._mistaken.items()}
        if sentence := nearest(number, mistakes, near):
            return Verdict("incorrect", sentence, "known")
        broken = self._broken(self._cases, [Outcome(number)]) if np.isfinite(number) else None
        told = broken or observed(number, right, rtol)
        said = [f"{number:.10g} is not the number.", told, self._first_hint()]
        return Verdict("incorrect", "\n".join(filter(None, said)), "observed" if told else "plain")

    def _first_hint(self):
        """The first hint, and how to get the others."""
        lines = [f"A hint: {hint}" for hint in self.hints[:1]]
        return "\n".join(lines + [f"The next one: {self.place}.hint()"] * (len(self.hints) > 1))

    def _known(self, given, faults):
        """The sentence of the mistake that does the same in every case, or None.

        First one that does exactly the same; failing that, one that leads to the same results, if
        it is the results that are wrong.
        """
        ways = [(True, ("dtype",)), (True, ())]
        if any(fault and fault != "warned" for fault in faults):
            ways += [(False, ())]
        for warned, strict in ways:
            for sentence, outcomes in self._mistaken.items():
                pairs = zip(given, outcomes, strict=True)
                if all(mine.same_as(theirs, warned, strict) for mine, theirs in pairs):
                    return sentence
        return None

    def _draw(self, number):
        """Case ``number``: the ordinary ones come first, then the corners."""
        if number <= self.trials:
            inputs = self.inputs(np.random.RandomState(number - 1)) if self.inputs else ()
            return Case(number, ORDINARY, tuple(inputs))
        name, corner = list(self.corners.items())[number - self.trials - 1]
        inputs = corner(np.random.RandomState(number)) if callable(corner) else corner
        return Case(number, name, copy.deepcopy(tuple(inputs)))

    @functools.cached_property
    def _cases(self):
        return [self._draw(k + 1) for k in range(self.trials + len(self.corners))]

    @functools.cached_property
    def _expected(self):
        return [self._run(self.answer, case) for case in self._cases]

    @functools.cached_property
    def _mistaken(self):
        """What every known mistake does in every case: {sentence: outcomes}."""
        return {
            sentence: [self._run(self.mistaken(sentence), case) for case in self._cases]
            for sentence in self.mistakes
        }

    def mistaken(self, sentence):
        """The wrong implementation that a sentence speaks of."""
        mistake = self.mistakes[sentence]
        return mistake if callable(mistake) else edited(self.answer, mistake)[0]

    def _run(self, answer, case):
        inputs, again = copy.deepcopy(case.inputs), copy.deepcopy(case.inputs)
        use = self.use or (lambda answer, *inputs: answer(*inputs))
        value = error = evidence = None
        with (
            warnings.catch_warnings(record=True) as caught,
            np.errstate(all="warn", under="ignore"),
        ):
            warnings.simplefilter("always")
            try:
                value = settled(use(answer, *inputs))
                evidence = settled(self.evidence(answer, *again)) if self.evidence else None
            except Exception as exception:  # the reader's code may fail in any way at all
                error = exception
        quiet = (DeprecationWarning, SyntaxWarning)
        told = [w for w in caught if not issubclass(w.category, quiet)]
        warned = tuple(sorted({f"{_who(w)} warned: {w.message}" for w in told}))
        return Outcome(value, error, warned, inputs, evidence)

    def _fault(self, got, wanted):
        """What is wrong with an outcome, in a few words; "" if nothing is."""
        if wanted.error is not None:
            return "" if self._is_wanted(got.error, wanted.error) else "error"
        if got.error is not None:
            return "raised"
        if difference(got.value, wanted.value, **self.tolerance) is not None:
            return "value"
        if not same(got.inputs_after, wanted.inputs_after):
            return "changed"
        return "" if got.warned in ((), wanted.warned) else "warned"

    def _is_wanted(self, error, wanted):
        """Whether an error is of the right type, and says what the task says if the task does."""
        fixed = " ".join(str(wanted).split()) in " ".join((self.task or "").split())
        return isinstance(error, type(wanted)) and (not fixed or str(error) == str(wanted))

    # --- The words -------------------------------------------------------------------------------

    def _observed(self, answer, cases, given, expected, faults):
        """(kind, sentences) of what is generally true of a wrong answer."""
        where = self._where(faults).strip()
        if "value" not in faults:
            return "observed", [where] * bool(where)
        trio = zip(cases, given, expected, strict=True)
        ran = [(c, g, w) for c, g, w in trio if g.error is None and w.error is None]
        seen = [Seen(case.inputs, g.value, w.value) for case, g, w in ran]
        used = [case for case, _, _ in ran]
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")  # of what is tried on the answer
            changed, nudged = self._changed(used), self._nudged(answer, used)
            told = {"changed": changed, "nudged": nudged}
            kind, said = observe(seen, self.results, self.arguments, self.task or "", **told)
            broken = kind != "observed" and self._broken(used, [g for _, g, _ in ran])
        if broken:
            kind, said = "observed", [broken, *said]
        return ("observed", [*said, where]) if where else (kind, said)

    def _broken(self, cases, given):
        """The sentence of the first property that a result has not, in some case; None if none."""
        for sentence, holds in self.properties.items():
            for case, outcome in zip(cases, given, strict=True):
                with contextlib.suppress(Exception):  # a result of a form that cannot be asked
                    if not holds(outcome.value, *case.inputs):
                        return sentence
        return None

    def _changed(self, cases):
        """{words: runs} of the solution on inputs that are changed in one way, one run per case."""
        if not cases or "while " in source_of(self.answer):  # which might not end on these inputs
            return {}
        ways = [told for told, _ in other_inputs(cases[0].inputs, self.arguments)]
        return {
            told: [functools.partial(self._changed_run, told, case.number) for case in cases]
            for told in ways
        }

    @functools.cache  # noqa: B019, an exercise lives as long as its module
    def _changed_run(self, told, number):
        """The right results for the inputs of a case, changed as some words say; None if none."""
        case = self._cases[number - 1]
        other = dict(other_inputs(case.inputs, self.arguments)).get(told)
        return other and self._run(self.answer, Case(number, told, other)).value

    def _nudged(self, answer, cases):
        """{argument: one function per case} that give what answer and solution make of a nudge.

        A list of pairs, one a nudge at which the solution still has an answer.
        """
        loops = [*_functions(answer), *_functions(self.answer)]
        if not cases or any(map(may_not_end, loops)):
            return {}
        names = dict.fromkeys(name for name, _ in nudged_inputs(cases[0].inputs, self.arguments))
        return {
            name: [functools.partial(self._nudged_runs, answer, name, case) for case in cases]
            for name in names
        }

    def _nudged_runs(self, answer, name, case):
        right = self._right_when_nudged(name, case.number)
        return [
            (self._run(answer, Case(case.number, name, inputs)), outcome)
            for inputs, outcome in right
        ]

    @functools.cache  # noqa: B019, an exercise lives as long as its module
    def _right_when_nudged(self, name, number):
        inputs = self._cases[number - 1].inputs
        nudges = [new for told, new in nudged_inputs(inputs, self.arguments) if told == name]
        outcomes = [self._run(self.answer, Case(number, name, new)) for new in nudges]
        pairs = zip(nudges, outcomes, strict=True)
        return [(new, o) for new, o in pairs if o.error is None and not o.warned]

    def _where(self, faults):
        """A line that names the special cases, if they alone came out wrong, or right."""
        pairs = list(zip(self._cases, faults, strict=True))
        wrong = [case.name for case, fault in pairs if fault]
        right = [case.name for case, fault in pairs if not fault]
        if right and ORDINARY not in wrong:
            return f"\nThis happens only in a special case: {'; '.join(wrong)}."
        if right and ORDINARY not in right:
            return f"\nRight only in a special case: {'; '.join(right)}."
        return ""

    def _describe(self, got, wanted, fault):
        if fault == "error":
            aim = f"{type(wanted.error).__name__}: {wanted.error}"
            if got.error is None:
                return (
                    f"Here the task wants an error: raise {aim}. Your code returned"
                    f" {short(got.value)}."
                )
            return f"Here the task wants the error {aim}.\n{_own_traceback(got.error)}"
        if fault == "value":
            return difference(got.value, wanted.value, self.results, **self.tolerance)
        if fault == "warned":
            return f"The values are right, but {'; '.join(got.warned)}."
        return "The result is right, but your code changed one of its arguments: work on a copy."

    def _show(self, case):
        pairs = zip(self.arguments, case.inputs, strict=False)
        shown = [f"  {name} = {short(value)}" for name, value in pairs]
        if not shown:
            return ""
        special = "" if case.name == ORDINARY else f" ({case.name})"
        return "\n".join([f"This was case {case.number}{special}, with", *shown])

    def _replay(self, case):
        names = ", ".join(self.arguments[: len(case.inputs)])
        if not names:
            return ""
        call = "" if self.use else f"\n  {self.name}({names})"
        return (
            f"To see it in a cell of your own:\n  {names} = {self.place}.case({case.number}){call}"
        )

    def _counted(self):
        ordinary = f"{self.trials} random inputs" if self.inputs else "1 case"
        if not self.corners:
            return ordinary
        count = len(self.corners)
        return f"{ordinary} and {count} special case{'s' * (count > 1)}"

    def _not_attempted(self):
        return Verdict(
            "not attempted",
            f"Fill in {self.name} above and run both cells. A hint: {self.place}.hint()",
        )

    def _not_a_function(self, answer):
        kind = "text" if isinstance(answer, str) else type(answer).__name__
        article = "an" if kind[0] in "aeiou" else "a"
        return (
            f"check wants the function itself, without brackets behind its name:"
            f" {self.place}.check({self.name}). It got {article} {kind}."
        )


def _stub():
    """What an exercise cell holds before the reader has been there."""
    ...


def _is_stub(answer):
    """True for ... itself, and for a function or class whose bodies hold nothing but it."""
    functions = _functions(answer)
    empty = _instructions(_stub)
    if answer is ... or (inspect.isclass(answer) and not functions):
        return True
    return bool(functions) and all(_instructions(f) == empty for f in functions)


def _functions(answer):
    if inspect.isclass(answer):
        return [value for value in vars(answer).values() if inspect.isfunction(value)]
    return [answer] if inspect.isfunction(answer) else []


def _instructions(function):
    return [(step.opname, step.argval) for step in dis.get_instructions(function)]


def _holds_ellipsis(value):
    if isinstance(value, (tuple, list)):
        return any(_holds_ellipsis(part) for part in value)
    return value is ...


def _who(warning):
    """Who warned: NumPy, of numbers that overflow, or Python and its packages."""
    return "NumPy" if issubclass(warning.category, RuntimeWarning) else "Python"


def _own_traceback(error):
    """The error with the reader's own lines, without those of this library or of NumPy."""
    lines = []
    for frame in traceback.extract_tb(error.__traceback__):
        installed = "site-packages" in frame.filename or "dist-packages" in frame.filename
        if not installed and not Path(frame.filename).is_relative_to(LIBRARY):
            lines.append(f"  in {frame.name}, line {frame.lineno}:  {frame.line}")
    return "\n".join(["Your code raised an error:", *lines, f"  {type(error).__name__}: {error}"])
