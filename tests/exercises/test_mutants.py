"""No check takes a wrong answer for a right one: every solution, edited in one place at a time."""

import copy
import functools

import numpy as np
import pytest

from lib.exercises import Exercise
from tests.exercises import mutants
from tests.exercises.equal import EQUAL
from tests.exercises.test_exercises import FOUND

judged_once = functools.cache(lambda exercise: [pair[:2] for pair in mutants.judged(exercise)])


@pytest.mark.parametrize("exercise", [pytest.param(e, id=f"{e.id} {e.name}") for _, e in FOUND])
def test_no_wrong_answer_is_accepted(exercise):
    kinds = {}
    for mutant, kind in judged_once(exercise):
        kinds.setdefault(kind, []).append(f"{mutant.line}   [{mutant.kind}]")
    assert not kinds.get("accepted"), "\n".join(["accepted:", *kinds["accepted"]])
    predicted = not exercise.arguments  # a number, of which only the digits can be changed
    assert sum(map(len, kinds.values())) >= (2 if predicted else 5)


def test_what_is_on_the_list_is_still_accepted():
    """A reason for what no longer happens is out of date."""
    known = {exercise.id: exercise for _, exercise in FOUND}
    assert EQUAL.keys() <= known.keys()
    assert all(reason.strip() for reasons in EQUAL.values() for reason in reasons.values())
    for id, reasons in EQUAL.items():
        found = [m for m, kind in judged_once(known[id]) if kind == "accepted, on the list"]
        names = {name for mutant in found for name in (mutant.line, mutant.kind)}
        assert reasons.keys() <= names, f"exercise {id} has no such mutant any more"


@pytest.mark.parametrize(
    "exercise", [pytest.param(e, id=f"{e.id} {e.name}") for _, e in FOUND if e.properties]
)
def test_every_property_is_missed_by_some_wrong_answer(exercise):
    answers = [exercise.mistaken(sentence) for sentence in exercise.mistakes]
    answers += [
        mutants.compiled(mutant, exercise.answer) for mutant in mutants.mutants(exercise.answer)
    ]
    outcomes = [[exercise._run(answer, case) for case in exercise._cases] for answer in answers]
    for sentence, holds in exercise.properties.items():
        alone = copy.copy(exercise)
        alone.properties = {sentence: holds}
        assert any(alone._broken(exercise._cases, given) == sentence for given in outcomes)


# --- and the test itself --------------------------------------------------------------------------


def _clipped(x):
    """x, cut at 1: what is larger becomes 1."""
    while x > 1:
        x = 1.0
    return x


def exercise(inputs):
    return Exercise("0.0", "Clip", _clipped, inputs=inputs, hints=["min"], mistakes={})


def judged(inputs):
    return {mutant.line: kind for mutant, kind, _ in mutants.judged(exercise(inputs))}


def test_inputs_that_are_too_tame_are_noticed():
    tame = judged(lambda random: (random.uniform(0.1, 0.9),))
    assert tame["x = 0.0"] == tame["x = 2.0"] == "accepted"
    wild = judged(lambda random: (random.uniform(-3, 3),))
    assert wild["x = 0.0"] != "accepted" and wild["x = 2.0"] != "accepted"


def test_an_endless_loop_ends():
    assert judged(lambda random: (random.uniform(1.5, 3),))["x = 2.0"] == "raised"


def _everything(x, y):
    """A solution in which every kind of edit finds its place."""
    total = np.sum(x * y + 2, axis=0, keepdims=True)
    for k in range(3):
        if k == 1 and not x[0, 0] > y[0, 0]:
            continue
        total += np.maximum(x[:1], -y[1:2].T if False else y[:1])
    total = total / 2
    return total, np.where(total > 0, total, 0.0).mean()


def test_every_kind_of_edit_is_made():
    kinds = {mutant.kind for mutant in mutants.mutants(_everything)}
    assert kinds >= {
        "operator", "right part dropped", "left part dropped", "parts turned", "constant",
        "sign or not dropped", "comparison", "and, or", "condition dropped", "branches turned",
        "transpose dropped", "function", "axis dropped", "keepdims dropped", "arguments turned",
        "call dropped", "branch alone", "end of a slice dropped", "order", "statement dropped",
        "condition left out", "result dropped",
    }  # fmt: skip


def _grown(x):
    """3 x + 1, a number."""
    return 3 * x + 1


@pytest.mark.parametrize("high, lucky", [(3, True), (9, False)])
def test_a_cause_that_is_luck_is_found_out_on_other_inputs(high, lucky):
    exercise = Exercise("0.0", "Grow", _grown, inputs=lambda r: (int(r.randint(1, high)),))
    other = mutants.elsewhere(exercise)
    assert [exercise.case(k) for k in range(1, 6)] != [other.case(k) for k in range(1, 6)]
    assert other.verdict(_grown).state == "correct"
    assert bool(list(mutants.not_confirmed(exercise))) == lucky
