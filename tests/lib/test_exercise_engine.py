"""The engine behind the exercises: four states, and words that help."""

import io
import os
import re
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from lib.exercises import (
    Exercise,
    claims,
    difference,
    nudges,
    progress,
    solved,
)
from tests.lib.networks import small


def _centre(X):
    """Subtract from each row of X (n, m) its mean."""
    return X - X.mean(axis=1, keepdims=True)


centre = Exercise(
    "7.1",
    "Centre the columns",
    _centre,
    inputs=lambda random: (random.randn(random.randint(2, 5), random.randint(5, 9)),),
    hints=["Which axis runs along a row?", "keepdims=True keeps the shape (n, 1)."],
    mistakes={
        "This is the mean over all numbers; every row has its own.": lambda X: X - X.mean(),
        "This subtracts the mean of each column.": ("X.mean(axis=1", "X.mean(axis=0"),
        "This needs keepdims=True: without it the shapes do not fit.": (", keepdims=True", ""),
    },
)


def _extent(x, settings):
    """The smallest and the largest number."""
    return x.min(), x.max()


extent = Exercise(
    "7.2",
    "Range",
    _extent,
    inputs=lambda random: (random.randn(4), {"scale": np.ones(2)}),
    results=["low", "high"],
    hints=["min"],
)


def in_place(X):
    X -= X.mean(axis=1, keepdims=True)
    return X


def noisy(X):
    np.log(np.array([0.0]))
    return X - X.mean(axis=1, keepdims=True)


def loud(X):
    warnings.warn("careful", stacklevel=1)
    return X - X.mean(axis=1, keepdims=True)


def broken(X):
    return helper(X)


def helper(X):
    return np.linalg.inv(X)


def a_stub(X): ...


def a_documented_stub(X):
    """Subtract from each row of X (n, m) its mean."""
    ...


def half_done(X):
    means = X.mean(axis=1)  # noqa: F841
    return ...


class EmptyClass: ...


class StubbedClass:
    """Two methods, neither written."""

    def forward(self, X): ...

    def backward(self, dA):
        """The gradient."""


# --- the four states ------------------------------------------------------------------------------


def test_correct():
    verdict = centre.verdict(lambda X: X - np.mean(X, 1).reshape(-1, 1))
    assert verdict.state == "correct"
    assert verdict.message == "5 random inputs, all as they should be."


@pytest.mark.parametrize(
    "answer",
    [..., a_stub, a_documented_stub, half_done, EmptyClass, StubbedClass, lambda X: ...],
)
def test_not_attempted(answer):
    verdict = centre.verdict(answer)
    assert verdict.state == "not attempted"
    assert verdict.message == (
        "Fill in centre above and run both cells. A hint: test_exercise_engine.centre.hint()"
    )


def test_a_tuple_with_an_ellipsis_is_not_attempted():
    assert extent.verdict(lambda x, settings: (x.min(), ...)).state == "not attempted"


@pytest.mark.parametrize("sentence", centre.mistakes)
def test_a_known_mistake_is_named(sentence):
    verdict = centre.verdict(centre.mistaken(sentence))
    assert (verdict.state, verdict.message) == ("incorrect", sentence)


def test_a_mistake_that_raises_is_named_too():
    verdict = centre.verdict(lambda X: X - X.mean(axis=1))
    assert verdict.state == "incorrect" and "keepdims" in verdict.message


def test_an_error_is_shown_with_the_readers_own_lines():
    verdict = centre.verdict(broken)
    assert verdict.state == "raised"
    lines = verdict.message.splitlines()
    assert lines[0] == "Your code raised an error:"
    assert re.fullmatch(r"  in broken, line \d+:  return helper\(X\)", lines[1])
    assert re.fullmatch(r"  in helper, line \d+:  return np.linalg.inv\(X\)", lines[2])
    assert lines[3].startswith("  LinAlgError: ")
    assert lines[4:6] == ["This was case 1, with", lines[5]]
    assert lines[5].startswith("  X = array of shape")
    assert "site-packages" not in verdict.message and "_run" not in verdict.message


def test_what_cannot_be_called_so_raises():
    verdict = centre.verdict(lambda: 1)
    assert verdict.state == "raised" and "TypeError" in verdict.message


@pytest.mark.parametrize(
    "answer, came",
    [(None, "a NoneType"), (3, "an int"), ("text", "a text"), ((1, 2), "a tuple")],
)
def test_a_result_in_place_of_the_function_is_told_so(answer, came):
    verdict = centre.verdict(answer)
    assert verdict.state == "incorrect" and verdict.message == (
        "check wants the function itself, without brackets behind its name:"
        f" test_exercise_engine.centre.check(centre). It got {came}."
    )


@pytest.mark.parametrize(
    "answer, message",
    [
        (lambda X: X.T, "the result: expected shape (2, 8), got shape (8, 2)."),
        (lambda X: print(end=""), "Is a return missing?"),
        (lambda X: X, "the result: expected array of shape (2, 8):"),
        (lambda X: X.astype(int), "the result: expected array of shape (2, 8):"),
        (lambda X: "centred", "got the text 'centred'."),
        (lambda X: (X, X), ", got a tuple of 2."),
    ],
)
def test_incorrect_says_what_was_expected_and_what_came(answer, message):
    verdict = centre.verdict(answer)
    assert verdict.state == "incorrect"
    first, *rest = verdict.message.split("\nThis was case 1, with\n")
    assert message in first and rest[0].startswith("  X = array of shape (2, 8):")


@pytest.mark.parametrize(
    "answer, message",
    [
        (lambda x, s: x.min(), "It needs to return 2 results, and returned one number."),
        (lambda x, s: print(end=""), "It needs to return 2 results, and returned None. Is a "),
        (lambda x, s: (1, 2, 3), "It needs to return 2 results, and returned 3."),
        (lambda x, s: (x.max(), x.max()), "low: expected "),
        (lambda x, s: (x.min(), x.max() + 1e-6), "Right: low.\nhigh: expected "),
        (lambda x, s: (x.min(), [x.max()]), "high: right in value, but its shape is another"),
    ],
)
def test_several_results_are_told_apart_by_name(answer, message):
    verdict = extent.verdict(answer)
    assert verdict.state == "incorrect" and message in verdict.message


def test_a_list_will_do_for_a_tuple():
    assert extent.verdict(lambda x, s: [x.min(), x.max()]).state == "correct"


def test_a_changed_argument_is_noticed():
    verdict = centre.verdict(in_place)
    assert verdict.state == "incorrect"
    assert "your code changed one of its arguments: work on a copy" in verdict.message


def test_a_change_inside_a_dictionary_is_noticed():
    def answer(x, settings):
        settings["scale"] *= 2
        return x.min(), x.max()

    verdict = extent.verdict(answer)
    assert "changed one of its arguments" in verdict.message


@pytest.mark.parametrize(
    "answer, warning",
    [(noisy, "NumPy warned: divide by zero encountered in log"), (loud, "Python warned: careful")],
)
def test_a_warning_is_noticed(answer, warning):
    verdict = centre.verdict(answer)
    assert verdict.state == "incorrect"
    assert f"The values are right, but {warning}." in verdict.message


def test_the_verdict_is_the_same_at_every_check():
    answer = lambda X: X  # noqa: E731
    assert centre.verdict(answer) == centre.verdict(answer)


# --- exercises of other kinds ---------------------------------------------------------------------


def _root(x):
    """The square root; ValueError for a negative number."""
    if x < 0:
        raise ValueError("x is negative")
    return x**0.5


root = Exercise(
    "7.3",
    "Refuse",
    _root,
    inputs=lambda random: (random.randn(),),
    hints=["raise"],
    mistakes={
        "The root of a negative number is not its absolute value's.": lambda x: abs(x) ** 0.5
    },
)


def test_an_error_may_be_what_is_wanted():
    assert root.verdict(root.answer).state == "correct"
    verdict = root.verdict(lambda x: 3.0)
    assert verdict.state == "incorrect"
    assert root.verdict(lambda x: abs(x) ** 0.5).message in root.mistakes

    def refuses_only(x):
        if x < 0:
            raise ValueError("x is negative")
        return 3.0

    verdict = root.verdict(refuses_only)
    assert verdict.state == "incorrect" and "expected 1.32818, got 3.0." in verdict.message

    def answers_only(x):
        return max(x, 0) ** 0.5

    message = root.verdict(answers_only).message
    wanted = "Here the task wants an error: raise ValueError: x is negative. Your code returned 0."
    assert wanted in message


class _Doubling:
    """A class with a forward method."""

    def forward(self, Z):
        return 2 * Z


Doubling = Exercise(
    "7.4",
    "A layer",
    _Doubling,
    inputs=lambda random: (random.randn(2, 3),),
    use=lambda answer, Z: answer().forward(Z),
    arguments=["Z"],
    hints=["2"],
)


def test_an_answer_may_be_a_class():
    class Half:
        def forward(self, Z):
            return Z / 2

    assert Doubling.verdict(Doubling.answer).state == "correct"
    assert Doubling.verdict(StubbedClass).state == "not attempted"
    verdict = Doubling.verdict(Half)
    assert verdict.state == "incorrect" and "with\n  Z = array of" in verdict.message


def test_an_argument_may_be_a_network():
    def _count(net):
        """Number of parameters."""
        return net.parameters.size

    count = Exercise("7.5", "Count", _count, inputs=lambda random: (small(),), hints=["size"])

    def spoils(net):
        net.parameters[0] = 0
        return net.parameters.size

    assert count.verdict(lambda net: len(net.parameters)).state == "correct"
    assert "changed one of its arguments" in count.verdict(spoils).message


# --- what is printed ------------------------------------------------------------------------------


def test_check_prints_the_state_and_the_words(capsys):
    centre.check(lambda X: X - X.mean())
    assert capsys.readouterr().out == (
        "Exercise 7.1 · incorrect\nThis is the mean over all numbers; every row has its own.\n"
        "To see it in a cell of your own:\n"
        "  X = test_exercise_engine.centre.case(1)\n"
        "  centre(X)\n"
    )


def test_hints_go_one_stage_further_and_stay_at_the_last(capsys):
    fresh = Exercise("7.9", "Hints", lambda x: x, name="x", hints=["gentle", "strong"])
    for _ in range(3):
        fresh.hint()
    assert capsys.readouterr().out.splitlines() == [
        "Hint 1 of 2: gentle",
        "Hint 2 of 2: strong",
        "Hint 2 of 2: strong",
    ]


def test_the_solution_is_shown_under_the_name_of_the_exercise(capsys):
    centre.solution()
    assert capsys.readouterr().out == (
        "def centre(X):\n    return X - X.mean(axis=1, keepdims=True)\n"
    )


def test_an_exercise_knows_its_task():
    assert (centre.id, centre.title, centre.name) == ("7.1", "Centre the columns", "centre")
    assert centre.task == "Subtract from each row of X (n, m) its mean."


# --- differences and claims -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "one, other",
    [
        (1.0, 1.0 + 1e-9),
        (1, 1),
        (True, np.True_),
        (np.float32(0.1), np.array(0.1, np.float32)),
        (np.float32(1 + 1e-6), np.ones((), np.float32)),  # rounded in another order
        (np.nan, np.nan),
        ("a", "a"),
        (None, None),
        ((1.0, (2.0, 3.0)), [1.0, [2.0, 3.0]]),
        (((1.0, 2.0),), ((1.0, 2.0),)),
        ({"W": np.ones(2)}, {"W": np.ones(2)}),
        ([], []),
        (np.array([]), np.array([])),
    ],
)
def test_no_difference(one, other):
    assert difference(one, other) is None


@pytest.mark.parametrize(
    "got, wanted, sentence",
    [
        (1.1, 1.0, "the result: expected 1.0, got 1.1."),
        (1.0, 1, "the result: expected whole numbers (dtype int64), got floats (dtype float64)."),
        (1, True, "expected True or False (dtype bool), got whole numbers (dtype int64)."),
        (np.ones(2), np.ones(2, np.float32), "of dtype float64 where float32 is wanted."),
        (np.ones(2, np.float32), np.ones(2), "of dtype float32 where float64 is wanted."),
        (np.ones((1, 3)), np.ones(3), "expected shape (3,), got shape (1, 3)."),
        ([[1.0]], 1.0, "expected one number, 1.0, got a list of 1."),
        (np.nan, 1.0, "the result: expected 1.0, got nan."),
        ("b", "a", "the result: expected 'a', got 'b'."),
        (1, "a", "the result: expected the text 'a', got 1."),
        (np.ones(2), None, "the result: expected None, got array of shape (2,)"),
        ("116", 116, "the result: expected one number, 116, got the text '116'."),
        ((1.0, (2.0, 9.0)), (1.0, (2.0, 3.0)), "result 2, part 2: expected 3.0, got 9.0."),
        ({"W": np.ones(2)}, {"W": np.zeros(2)}, "W: expected array of shape (2,):"),
        ({"w": 1.0}, {"W": 1.0}, "the result: expected the keys W; got the keys w."),
        (3.0, {"W": 1.0}, "the result: expected the keys W; got 3."),
        (object(), 1.0, "the result: expected one number, 1.0, got <object object"),
    ],
)
def test_differences(got, wanted, sentence):
    assert sentence in difference(got, wanted)


@pytest.mark.parametrize("nothing", [[], (), np.array([]), np.ones((0, 3)) > 0])
def test_a_claim_about_nothing_does_not_hold(nothing):
    with pytest.raises(AssertionError, match="this claim does not hold:\n  all of them"):
        claims([("all of them", nothing)])


# --- all claims of a chapter in one cell ----------------------------------------------------------


def test_claims_are_checked_and_shown_in_one_line_over_a_list():
    shown = claims([("it holds", True), ("2 < 3 & so on", np.array([True, True]))])
    assert repr(shown) == "2 claims of this chapter, checked\n✓ it holds\n✓ 2 < 3 & so on"
    html = shown._repr_html_()
    assert html.startswith("<details><summary>2 claims of this chapter, checked</summary>")
    assert "<li>2 &lt; 3 &amp; so on</li>" in html and "open" not in html


def test_every_claim_that_fails_is_named():
    pairs = [("a", True), ("b", False), ("c", np.array([True, False])), ("d", np.array([]))]
    with pytest.raises(AssertionError) as raised:
        claims(pairs)
    assert str(raised.value).splitlines() == ["these 3 claims do not hold:", "  b", "  c", "  d"]
    with pytest.raises(AssertionError, match="this claim does not hold:\n  b"):
        claims(pairs[:2])
    with pytest.raises(TypeError, match="holds is 1"):
        claims([("one", 1)])
    with pytest.raises(ValueError, match="pairs is empty"):
        claims([])


# --- consoles, and how far a reader is ------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_console_without_a_tick_ends_no_program(monkeypatch, encoding):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    with pytest.raises(UnicodeEncodeError):
        "✓ it holds".encode(encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    solved.say("✓ it holds, for σ too")
    centre.check(a_stub)
    stream.flush()
    said = stream.buffer.getvalue().decode(encoding)
    assert said.startswith("[ok] it holds, for ? too") and "not attempted" in said


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    (tmp_path / "chapters").mkdir()
    monkeypatch.setattr(solved, "FILE", tmp_path / ".exercises-solved.json")
    return tmp_path


def right(X):
    return X - X.mean(axis=1, keepdims=True)


def test_what_was_solved_is_remembered_and_shown(checkout, capsys):
    centre.check(lambda X: X)
    assert solved.solved() == set()
    centre.check(right)
    centre.check(right)
    assert solved.solved() == {"7.1"} and os.listdir(checkout) != ["chapters"]
    capsys.readouterr()
    progress()
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"1 of \d\d exercises solved", lines[0])
    assert any(line.startswith("  ✓ 7.1") for line in lines)
    assert any(line.startswith("    7.2") for line in lines)
    assert "Chapter 7: 1 of" in "\n".join(lines)


def test_an_exercise_that_is_no_more_is_not_counted(checkout, capsys):
    solved.FILE.write_text('["0.1", "10.99"]')
    progress()
    assert re.match(r"1 of \d\d exercises solved", capsys.readouterr().out)


@pytest.mark.parametrize("text", ["", "{", "7", "null", '{"7.1": 1}', "[[1]]"])
def test_a_damaged_note_counts_as_none_and_is_written_anew(checkout, text):
    solved.FILE.write_text(text)
    progress()
    centre.check(right)
    assert "7.1" in solved.solved()


def test_a_place_that_cannot_be_written_is_no_obstacle(checkout, capsys, monkeypatch):
    def refuse(*arguments, **keywords):
        raise PermissionError("read-only")

    monkeypatch.setattr(Path, "write_text", refuse)
    centre.check(right)
    assert "7.1 · correct" in capsys.readouterr().out and solved.solved() == set()


def test_nothing_is_noted_where_there_is_no_checkout(checkout):
    (checkout / "chapters").rmdir()
    centre.check(right)
    assert os.listdir(checkout) == []


# --- an exercise of module-level functions --------------------------------------------------------


def _scaled(X, factor):
    """X (n, m) times factor. Raises ValueError for a factor of 0."""
    if factor == 0:
        raise ValueError("a factor of nothing")
    return X * factor


def scaled(**options):
    given = {
        "inputs": lambda random: (random.randn(2, 3), float(random.uniform(1, 2))),
        "corners": {"a factor of 0": (np.ones((2, 2)), 0), "a factor of 1": (np.ones((1, 2)), 1)},
        "hints": ["times"],
        "mistakes": {"You divided.": ("X * factor", "X / factor")},
    }
    return Exercise("7.8", "Scale", _scaled, **{**given, **options})


def test_a_mistake_may_be_an_edit():
    def divided(X, factor):
        if factor == 0:
            raise ValueError("a factor of nothing")
        return X / factor

    verdict = scaled().verdict(divided)
    assert (verdict.kind, verdict.message) == ("known", "You divided.")


@pytest.mark.parametrize("edit", [("X / factor", "X"), ("X", "Y"), ("X * factor", "X * factor")])
def test_an_edit_that_does_not_stand_there_once_or_changes_nothing_is_refused(edit):
    with pytest.raises(ValueError, match="has to stand once in _scaled"):
        scaled(mistakes={"Wrong.": edit}).mistaken("Wrong.")


def test_the_docstring_is_the_task_and_no_part_of_the_source(capsys):
    exercise = scaled()
    assert exercise.name == "scaled" and exercise.task.startswith("X (n, m) times factor.")
    exercise.solution()
    assert capsys.readouterr().out.startswith("def scaled(X, factor):\n    if factor == 0:")


def test_an_error_of_the_right_type_may_say_what_it_likes():
    def refusing(X, factor):
        if factor == 0:
            raise ValueError("my own words")
        return factor * X

    assert scaled().verdict(refusing).message == (
        "5 random inputs and 2 special cases, all as they should be."
    )
    fixed = scaled(task='X times factor. Raises ValueError("a factor of nothing").')
    assert "the task wants the error ValueError: a factor of nothing" in (
        fixed.verdict(refusing).message
    )


def test_a_case_that_comes_out_wrong_alone_is_named():
    message = scaled().verdict(lambda X, factor: X * factor).message
    assert "This happens only in a special case: a factor of 0." in message
    assert "Here the task wants an error: raise ValueError" in message


def test_zero_may_have_to_be_exactly_zero():
    nearly = lambda X, factor: _scaled(X, factor) + 1e-12  # noqa: E731
    assert scaled().verdict(nearly).state == "correct"
    exact = scaled(atol=0, inputs=lambda random: (np.zeros((1, 2)), 2.0))
    assert exact.verdict(nearly).state == "incorrect"


def test_an_array_or_floats_may_be_asked_for():
    listed = lambda X, factor: _scaled(X, factor).tolist()  # noqa: E731
    assert scaled().verdict(listed).state == "correct"
    assert "expected an array, got a list" in scaled(strict=("array",)).verdict(listed).message


def test_a_mistake_is_named_only_if_its_evidence_agrees():
    def label(X, factor):
        return int(factor > 0)

    shared = {
        "use": lambda answer, X, factor: answer(X, factor),
        "arguments": ("X", "factor"),
        "corners": {},
    }
    exercise = Exercise(
        "7.9", "Label", label, inputs=lambda random: (random.randn(2), 1.0), hints=["1"],
        mistakes={"You answer 0, for lack of X.": lambda X, factor: np.int64(0)},
        evidence=lambda answer, X, factor: type(answer(X, factor)).__name__, **shared,
    )  # fmt: skip
    assert exercise.verdict(lambda X, factor: np.int64(0)).kind == "known"
    assert exercise.verdict(lambda X, factor: 0).kind != "known"


# --- what is tried on an answer -------------------------------------------------------------------


def _area(width, height):
    """The area of a rectangle, a float."""
    return width * height


area = Exercise(
    "7.7",
    "Area",
    _area,
    inputs=lambda random: (float(random.uniform(1, 3)), float(random.uniform(1, 3))),
    hints=["times"],
)


def test_what_an_answer_does_not_depend_on_is_named():
    assert "The result: it does not change with height, and should." in (
        area.verdict(lambda width, height: np.sin(width)).message
    )


def test_what_is_tried_on_an_answer_prints_nothing(capsys):
    def talking(width, height):
        print("so far so good")
        return np.sin(width) + height**3

    area.verdict(talking)
    assert capsys.readouterr().out.count("good") == area.trials


steps = []


def _halved(number):
    """A loop that ends for what is positive, and would not for what is negative."""
    steps.append(0)
    while number > 1 or number < 0:
        steps[-1] += 1
        number = number / 2 if number > 0 else number - 1
        if steps[-1] > 1000:
            raise RuntimeError("this would not have ended")
    return number


@pytest.mark.parametrize(
    "answer",
    [
        lambda width, height: _halved(width) + height**3,
        lambda width, height: sum(_halved(w) for w in [width]) + height**3,
    ],
)
def test_a_while_loop_is_not_run_on_inputs_it_was_not_written_for(answer):
    steps.clear()
    assert area.verdict(answer).state == "incorrect"
    assert len(steps) == area.trials and max(steps) < 10


@pytest.mark.parametrize(
    "function, loops",
    [
        (_halved, True),
        (lambda x: _halved(x), True),
        (lambda x: [_halved(y) for y in x], True),
        (lambda x: [y for y in x if y], False),
        (lambda x: sum(a * b for a, b in zip(x, x, strict=True)), False),
        (_area, False),
        (np.mean, False),
    ],
)
def test_a_while_loop_is_seen(function, loops):
    assert nudges.may_not_end(function) == loops


def test_for_loops_with_continue_and_break_are_no_while_loops():
    def found(x):
        for row in x:
            for y in row:
                if y < 0:
                    continue
                if y > 3:
                    break
        else:
            return None
        return [[z for z in row] for row in x]

    def searched(x):
        for y in x:
            while y:
                y -= 1

    assert not nudges.may_not_end(found) and nudges.may_not_end(searched)
