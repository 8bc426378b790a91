"""Every exercise answers rightly: to its solution, to its stub, and to every mistake it knows.

The exercises are found in ``lib/exercises/ch*.py``, their stubs in the notebook of the chapter.
"""

import ast
import importlib
import json
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import lib
from lib.exercises import Exercise

ROOT = Path(__file__).resolve().parents[2]


def discover():
    """Every exercise with the module it lives in, in the order of the files."""
    for path in sorted((ROOT / "lib/exercises").glob("ch*.py")):
        module = importlib.import_module(f"lib.exercises.{path.stem}")
        for value in vars(module).values():
            if isinstance(value, Exercise):
                yield path.stem, value


def in_notebook(cells, chapter):
    """What a notebook says of each exercise: its heading, name, stub and checked answer, in order.

    The stub is the code cell before the one that checks it; the heading is the last one
    above it.
    """
    heading, before = None, ""
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            heading = next(iter(re.findall(r"^#{1,6} .*$", source, re.MULTILINE)[::-1]), heading)
        elif cell["cell_type"] == "code":
            check = re.search(rf"^{chapter}\.(\w+)\.check\((\w+)\)$", source, re.MULTILINE)
            if check:
                found = {"name": check[1], "stub": before, "answer": check[2]}
                yield SimpleNamespace(heading=heading, **found)
            before = source


def run_stub(source, answer):
    """Run a stub cell as the notebook would, and return what it defines."""
    namespace = {"np": np, **{name: getattr(lib, name) for name in lib.__all__}}
    exec(compile(ast.parse(source), "stub", "exec"), namespace)
    return namespace[answer]


def notebook_cells(chapter):
    (path,) = (ROOT / "chapters").glob(f"{chapter.removeprefix('ch')}_*.ipynb")
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


FOUND = list(discover())
EXERCISES = [pytest.param(c, e, id=f"{e.id} {e.name}") for c, e in FOUND]
MISTAKES = [
    pytest.param(exercise, sentence, id=f"{exercise.id} {exercise.name}, mistake {k}")
    for _, exercise in FOUND
    for k, sentence in enumerate(exercise.mistakes, start=1)
]
CHAPTERS = sorted({chapter for chapter, _ in FOUND})

every_exercise = pytest.mark.parametrize("chapter, exercise", EXERCISES)


def test_there_are_exercises():
    assert FOUND


@every_exercise
def test_the_solution_is_correct(chapter, exercise):
    verdict = exercise.verdict(exercise.answer)
    assert verdict.state == "correct", verdict.message


@every_exercise
def test_the_printed_solution_can_be_pasted_into_the_stub(chapter, exercise, capsys):
    exercise.solution()
    namespace = {"np": np, **{name: getattr(lib, name) for name in lib.__all__}}
    exec(capsys.readouterr().out, namespace)
    assert exercise.verdict(namespace[exercise.name]).state == "correct"


@pytest.mark.parametrize("exercise, sentence", MISTAKES)
def test_a_mistake_gets_its_own_sentence(exercise, sentence):
    verdict = exercise.verdict(exercise.mistaken(sentence))
    assert (verdict.state, verdict.message) == ("incorrect", sentence)


@every_exercise
def test_its_properties_are_those_of_every_right_result(chapter, exercise):
    for holds in exercise.properties.values():
        for case, outcome in zip(exercise._cases, exercise._expected, strict=True):
            assert outcome.error is not None or holds(outcome.value, *case.inputs)


@every_exercise
def test_the_stub_is_not_attempted(chapter, exercise):
    entries = [e for e in in_notebook(notebook_cells(chapter), chapter) if e.name == exercise.name]
    assert len(entries) == 1, "the notebook checks every exercise once"
    verdict = exercise.verdict(run_stub(entries[0].stub, entries[0].answer))
    assert verdict.state == "not attempted", verdict.message


def closures(exercise):
    """The mistakes that are neither an edit nor a function whose own source is the mistake."""
    wrong = [mistake for mistake in exercise.mistakes.values() if callable(mistake)]
    return [mistake for mistake in wrong if "<locals>" in mistake.__qualname__]


@every_exercise
def test_a_mistake_is_an_edit_or_a_function_that_can_be_read(chapter, exercise):
    assert not closures(exercise)


@every_exercise
def test_there_is_help(chapter, exercise, capsys):
    assert exercise.task and exercise.title
    assert exercise.hints and all(hint.strip() for hint in exercise.hints)
    assert exercise.mistakes and all(sentence.strip() for sentence in exercise.mistakes)
    exercise.solution()
    shown = capsys.readouterr().out
    assert re.search(rf"^(def|class) {exercise.name}\b", shown, re.MULTILINE)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_ids_and_titles_are_those_of_the_headings(chapter):
    number = int(chapter.removeprefix("ch"))
    exercises = [exercise for c, exercise in FOUND if c == chapter]
    assert [e.id for e in exercises] == [f"{number}.{k}" for k in range(1, len(exercises) + 1)]
    entries = list(in_notebook(notebook_cells(chapter), chapter))
    expected = [(e.name, f"### Exercise {e.id} · {e.title}") for e in exercises]
    assert [(entry.name, entry.heading) for entry in entries] == expected


# --- and these tests themselves: what they read from a notebook -----------------------------------

CELLS = [
    {"cell_type": "markdown", "source": ["## Exercises\n", "\n", "### Exercise 1.1 · Double"]},
    {"cell_type": "code", "source": ['def twice(x):\n    """2 x."""\n    ...']},
    {"cell_type": "markdown", "source": ["Now check it."]},
    {
        "cell_type": "code",
        "source": ["from lib.exercises import ch01\n", "\n", "ch01.double.check(twice)"],
    },
]


def test_a_stub_is_found_and_run():
    (entry,) = in_notebook(CELLS, "ch01")
    assert entry.heading == "### Exercise 1.1 · Double" and entry.name == "double"
    assert run_stub(entry.stub, entry.answer)(3) is None
    assert list(in_notebook(CELLS, "ch02")) == []


def _double(x):
    """2 x."""
    return 2 * x


def test_a_mistake_that_only_a_factory_knows_would_be_noticed():
    def slip(factor):
        return lambda x: factor * x

    exercise = Exercise("1.1", "Double", _double, mistakes={"No.": slip(3), "Or": ("2", "4")})
    assert len(closures(exercise)) == 1


def test_a_solved_stub_would_be_noticed():
    exercise = Exercise("1.1", "Double", _double, inputs=lambda random: (random.randn(),))
    assert exercise.verdict(run_stub("def twice(x):\n    ...", "twice")).state == "not attempted"
    assert exercise.verdict(run_stub("def twice(x):\n    return 2 * x", "twice")).state == "correct"


STRANGE = [
    None, 0, -1, 2.5, True, np.nan, np.inf, "bias", "", b"bytes", 1j, object(), np.float32(1),
    np.str_("bias"), np.array(3.0), np.zeros(0), np.zeros((0, 3)), np.ones((2, 3)), np.eye(4),
    np.ones((2, 2, 2)), np.array(["a", "b"]), np.array([None, 1]), np.array([True, False]),
    [], [1], [1.0, 2.0], [[1, 2], [3]], [np.ones(2), np.ones(3)], ["a", "b"], [None], [[]],
    (), (1, 2), (1, 2, 3), (np.ones((2, 1)), 0.5), (np.ones(3), None), ("bias", 1, 2), (1, 2, 3, 4),
    {}, {"W": 1}, {1: [2]}, {1, 2}, range(3), iter([1, 2]), lambda: 1, len, Exercise,
]  # fmt: skip


@every_exercise
def test_whatever_an_answer_returns_is_answered(chapter, exercise):
    """A sixth of the strange things each, another one for the next exercise."""
    for thing in STRANGE[FOUND.index((chapter, exercise)) % 6 :: 6]:
        verdict = exercise.verdict(lambda *inputs, thing=thing: thing)
        assert verdict.state in ("incorrect", "raised") and verdict.message
