"""A prediction that is wrong: what is said of it, and that the right number is not in it."""

import contextlib
import math
import re
from fractions import Fraction

import numpy as np
import pytest

from lib.exercises import Exercise, ch00, ch02, ch05, ch06, ch07, ch08, ch09, ch10
from lib.exercises.prediction import as_number, observed
from tests.exercises import mutants
from tests.exercises.test_exercises import FOUND

PREDICTIONS = [
    ch00.score_of_the_trap, ch02.stuck_cost, ch05.lowest_of_twenty, ch06.best_step_in_float32,
    ch07.alternating_step, ch08.late_variance, ch09.rate_for_two_outputs, ch10.times_as_many,
]  # fmt: skip
trap = ch00.score_of_the_trap

every_prediction = pytest.mark.parametrize(
    "exercise", [pytest.param(exercise, id=exercise.id) for exercise in PREDICTIONS]
)


def right_number(exercise):
    return float(exercise.answer())


def said_of(exercise, value):
    return exercise.verdict(lambda: value).message


def test_these_are_all_exercises_that_ask_for_one_number_and_give_nothing():
    assert [e for _, e in FOUND if not e.arguments] == PREDICTIONS


def test_a_wrong_number_is_said_to_be_wrong_and_a_hint_is_given():
    verdict = trap.verdict(lambda: 0.62)
    assert (verdict.state, verdict.kind, verdict.replay) == ("incorrect", "plain", "")
    assert verdict.message.splitlines() == [
        "0.62 is not the number.",
        f"A hint: {trap.hints[0]}",
        "The next one: ch00.score_of_the_trap.hint()",
    ]


def wrong_values(exercise):
    """Numbers near and far, what mutants of the solution return, and the right one in wrappings."""
    right = right_number(exercise)
    yield from (0, 1, -1, 0.7, 1e300, math.nan, math.inf, -math.inf, -right, right + 1, 1 - right)
    yield from (right * factor for factor in (1.3, 2, 0.5, 10, 100, 1.07, 0.8))
    yield from ([right], (right,), np.array([right]), str(right), {"number": right}, None, True)
    yield from (np.float32(1.5 * right), np.array(1.5 * right), np.full((1, 1), right))
    for mutant in mutants.mutants(exercise.answer):
        with contextlib.suppress(TypeError, ValueError, ArithmeticError), np.errstate(all="ignore"):
            yield mutants.compiled(mutant, exercise.answer)()


@every_prediction
def test_no_reply_to_a_wrong_number_gives_the_right_one_away(exercise):
    right, told = right_number(exercise), 0
    near = max(exercise.tolerance["rtol"], 0.004) * right  # three digits of it, rounded
    for value in wrong_values(exercise):
        verdict = exercise.verdict(lambda value=value: value)
        if verdict.state == "correct":
            continue
        reply = exercise.reply(verdict)
        assert "without arguments" not in reply and "expected" not in reply
        told += 1
        for line in reply.splitlines()[1:]:
            if not line.endswith("is not the number.") and "what came is" not in line:
                numbers = [float(text) for text in re.findall(r"\d+(?:\.\d+)?(?:e-?\d+)?", line)]
                assert not [x for x in numbers if abs(x - right) <= near], line
    assert told > 20


@every_prediction
def test_the_hints_come_before_the_solution(exercise):
    assert len(exercise.hints) > 1


@pytest.mark.parametrize(
    "value, came",
    [
        ([0.58], "a list of 1."),
        ((0.58, 0.42), "a tuple of 2."),
        (np.array([0.58]), "an array of shape (1,)."),
        (np.full((1, 1), 0.58), "an array of shape (1, 1)."),
        ({"share": 0.58}, "a dict of 1."),
        ("0.58", "the text '0.58'."),
        (np.str_("0.58"), "the text '0.58'."),
        (None, "None. Is a return missing?"),
        (True, "True."),
        (np.bool_(False), "False."),
        (0.58 + 0j, "(0.58+0j)."),
    ],
)
def test_what_is_not_one_number_is_told_so(value, came):
    verdict = trap.verdict(lambda: value)
    assert (verdict.state, verdict.kind) == ("incorrect", "plain")
    assert verdict.message == f"One number is asked for, and what came is {came}"


@pytest.mark.parametrize(
    "value",
    [0.58, np.float64(0.58), np.float32(0.58), np.array(0.58), Fraction(29, 50), 0.58 + 1e-9,
     np.longdouble("0.58")],
)  # fmt: skip
def test_the_right_number_of_any_kind_passes(value):
    verdict = trap.verdict(lambda: value)
    assert (verdict.state, verdict.message) == ("correct", "0.58 is the number.")


def test_a_number_that_is_near_enough_is_told_to_more_digits():
    assert said_of(ch02.stuck_cost, 0.56) == (
        "0.56 is near enough: to more digits the number is 0.562335."
    )
    assert ch05.lowest_of_twenty.verdict(lambda: 0.06).state == "correct"
    assert ch05.lowest_of_twenty.verdict(lambda: 0.066).state == "incorrect"


@pytest.mark.parametrize("value", [np.float32(0.62), np.array(0.62), np.float64(0.62)])
def test_a_wrong_number_of_numpy_is_shown_in_its_own_digits(value):
    assert said_of(trap, value).startswith("0.62 is not the number.\n")


def test_a_mistake_is_known_by_its_rounded_number_too():
    exact = next(told for told in ch02.stuck_cost.mistakes if told.startswith("That is log 2"))
    for value in (math.log(2), 0.693, 0.69, np.float32(0.693)):
        verdict = ch02.stuck_cost.verdict(lambda value=value: value)
        assert (verdict.kind, verdict.message) == ("known", exact)
    assert ch02.stuck_cost.verdict(lambda: 0.68).kind != "known"
    assert trap.verdict(lambda: 0.4201).kind != "known"  # a task that asks for the number itself


@pytest.mark.parametrize(
    "exercise, value, said",
    [
        (trap, -0.1, "The mean of True and False lies between 0 and 1."),
        (trap, 1.21, "The mean of True and False lies between 0 and 1."),
        (trap, 0.29, "A simple factor is missing in it, or too much."),
        (trap, math.nan, "The right one is finite."),
        (trap, 10**400, "The right one is finite."),
        (ch02.stuck_cost, 1.2, "it is between 0 and 0.694."),
        (ch05.lowest_of_twenty, 0.2, "The lowest of twenty is below that"),
        (ch06.best_step_in_float32, 0.2, "A step has to be a small part of theta"),
        (ch06.best_step_in_float32, 0.0148, "A simple factor is missing in it, or too much."),
        (ch06.best_step_in_float32, -0.007382, "A step is positive."),
        (ch08.late_variance, 5, "A running average lies between where it starts, 1,"),
        (ch10.times_as_many, 0.9, "they need more trials"),
    ],
)
def test_what_is_true_of_a_wrong_number_is_said(exercise, value, said):
    verdict = exercise.verdict(lambda: value)
    assert verdict.kind == "observed" and said in verdict.message.splitlines()[1]


@pytest.mark.parametrize(
    "number, right, said",
    [
        (-3.0, 3.0, "Its sign is turned."),
        (0.3, 3.0, "A simple factor is missing in it, or too much."),
        (-6.0, 3.0, "A simple factor is missing in it, or too much."),
        (4.0, 3.0, "A 1 is missing in it, or too much."),
        (1 / 3, 3.0, "It is turned over: what divides is divided."),
        (3.7, 3.0, None),
        (0.7, 0.0, None),
        (1.0, 0.0, "A 1 is missing in it, or too much."),
    ],
)
def test_relations_to_the_right_number(number, right, said):
    assert observed(number, right, 0.01) == said


def test_the_first_hint_of_a_reply_counts_as_given(capsys):
    trap._hints_given = 0
    trap.check(lambda: 0.62)
    trap.hint()
    assert capsys.readouterr().out.splitlines()[-1] == f"Hint 2 of 3: {trap.hints[1]}"
    trap._hints_given = 0
    trap.check(lambda: [0.62])
    trap.hint()
    assert capsys.readouterr().out.splitlines()[-1] == f"Hint 1 of 3: {trap.hints[0]}"


def test_an_answer_that_fails_or_is_empty_is_told_so_without_a_case():
    verdict = trap.verdict(lambda: 1 / 0)
    assert verdict.state == "raised" and verdict.message.endswith("division by zero")
    assert trap.verdict(lambda: ...).state == "not attempted"


def _two():
    """A number."""
    return 2


def test_a_prediction_without_hints_needs_none():
    exercise = Exercise("0.0", "Two", _two)
    assert exercise.verdict(lambda: 2.0).message == "2 is the number."
    assert exercise.verdict(lambda: 3.5).message == "3.5 is not the number."


@pytest.mark.parametrize("thing", [None, True, "1", [1], np.ones(1), 1j, object(), b"1"])
def test_other_things_are_no_numbers(thing):
    assert as_number(thing) is None
