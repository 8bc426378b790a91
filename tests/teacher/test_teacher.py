"""The teacher's kit: every solution passes its own check, every known mistake is told, and nbgrader
takes the assignments. What is not a chapter is refused, and nothing half-built is left behind.
"""

import copy
import importlib.util
import io
import os
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

import nbformat
import numpy as np
import pytest

from lib.exercises import solved
from lib.exercises.source import needs
from tests.notebooks.fixtures import find, store
from workshop.execute import chapter_paths, load
from workshop.teacher import build as kit

ROOT = Path(__file__).resolve().parents[2]
CHAPTER = chapter_paths()[0]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The whole kit, and the number of exercises of each chapter."""
    folder = tmp_path_factory.mktemp("kit") / "_teacher"
    return folder, kit.build(chapter_paths(), folder)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


# --- The solutions edition -----------------------------------------------------------------------


@pytest.mark.parametrize("path", chapter_paths(), ids=lambda path: path.stem)
def test_every_solution_in_the_edition_passes_its_own_check(built, path, tmp_path, monkeypatch):
    monkeypatch.setattr(solved, "FILE", tmp_path / "solved.json")  # nothing of it is a reader's
    edition = load(built[0] / path.name)
    answers = [cell for cell in code(edition) if cell.id.endswith("-solution")]
    assert len(answers) == built[1][path.stem] >= 4
    for cell in answers:
        check = next(c for c in reversed(edition.cells[: edition.cells.index(cell)])
                     if c.cell_type == "code" and kit.CHECK.search(c.source))  # fmt: skip
        space, said = {"np": np}, io.StringIO()
        exec(check.source.partition("\n")[0], space)
        with redirect_stdout(said):
            exec(cell.source, space)
        assert "· correct\n" in said.getvalue()
        assert cell.outputs[0].text == said.getvalue()


@pytest.mark.parametrize("path", chapter_paths(), ids=lambda path: path.stem)
def test_every_known_mistake_is_listed_with_its_sentence_and_its_code(built, path):
    edition = load(built[0] / path.name)
    for task in kit.tasks(load(path), path.name):
        told = find(edition, f"{task.slug}-mistakes").source
        assert all(sentence in told for sentence in task.exercise.mistakes)
        assert told.count("```python") + told.count("```diff") == len(task.exercise.mistakes) >= 2
        assert "..." not in find(edition, f"{task.slug}-solution").source


def test_the_edition_is_the_chapter_and_only_adds_to_it(built):
    edition, chapter = load(built[0] / CHAPTER.name), load(CHAPTER)
    kept = [cell.source for cell in edition.cells if not cell.id.startswith("exercise-")]
    theirs = [cell.source for cell in chapter.cells if not cell.id.startswith("exercise-")]
    assert kept == theirs
    counts = [cell.execution_count for cell in code(edition) if cell.source.strip()]
    assert counts == list(range(1, len(counts) + 1))


def test_a_helper_of_a_solution_comes_along():
    path = next(path for path in chapter_paths() if path.name.startswith("02"))
    task = next(t for t in kit.tasks(load(path), path.name) if t.exercise.name == "one_step")
    assert needs(task.exercise.answer) and "def _sigmoid" in kit.solution(task)


def test_a_solution_that_fails_its_own_check_stops_the_build():
    task = kit.tasks(load(CHAPTER), CHAPTER.name)[0]
    with pytest.raises(kit.BuildError, match="Its own check calls it not attempted"):
        kit.checked(task, task.stub)


# --- Assignments ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", chapter_paths(), ids=lambda path: path.stem)
def test_an_assignment_has_an_answer_and_a_graded_check_for_each_exercise(built, path):
    source = load(built[0] / "nbgrader" / "source" / path.stem / path.name)
    settings = [cell.metadata.nbgrader for cell in source.cells]
    assert len({each.grade_id for each in settings}) == len(settings)
    graded = [cell for cell in source.cells if cell.metadata.nbgrader.grade]
    answers = [cell for cell in source.cells if cell.metadata.nbgrader.solution]
    assert len(graded) == len(answers) == built[1][path.stem]
    assert all(cell.metadata.nbgrader.points == kit.POINTS for cell in graded)
    assert all(cell.source.count("SOLUTION") == 2 for cell in answers)


def run_nbgrader(folder, *arguments):
    """Run nbgrader in a course folder; its standard error if it failed."""
    binaries = str(Path(sys.executable).parent)  # nbgrader starts jupyter by its name
    environment = {**os.environ, "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"}
    environment["PYTHONPATH"] = str(ROOT)
    environment["JUPYTER_CONFIG_DIR"] = environment["JUPYTER_DATA_DIR"] = str(folder / ".jupyter")
    environment["HOME"] = str(folder)
    command = [sys.executable, "-m", "nbgrader", *arguments]
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-3000:]


@pytest.mark.skipif(
    importlib.util.find_spec("nbgrader") is None,
    reason="nbgrader, the optional extra [teacher], is not installed",
)
def test_nbgrader_generates_and_grades_an_assignment(built, tmp_path):
    """Generated for students, filled in (two right, one wrong, the others left), autograded."""
    from nbgrader.api import Gradebook

    name = "02_shallow_network"
    course = tmp_path / "course"
    source = course / "source" / name
    source.mkdir(parents=True)
    kept = built[0] / "nbgrader"
    store(load(kept / "source" / name / f"{name}.ipynb"), source / f"{name}.ipynb")
    (course / "nbgrader_config.py").write_text((kept / "nbgrader_config.py").read_text())

    run_nbgrader(course, "generate_assignment", name)
    released = load(course / "release" / name / f"{name}.ipynb")
    stubs = [cell for cell in released.cells if cell.metadata.nbgrader.solution]
    assert all("SOLUTION" not in cell.source and "    ..." in cell.source for cell in stubs)

    known = kit.tasks(load(ROOT / "chapters" / f"{name}.ipynb"), name)
    for task, cell in list(zip(known, stubs, strict=True))[:2]:
        cell.source = kit.solution(task)
    stubs[2].source = stubs[2].source.replace("    ...", "    return 0")
    handed_in = course / "submitted" / "a-student" / name
    handed_in.mkdir(parents=True)
    store(released, handed_in / f"{name}.ipynb")

    # Confined it is graded by tests/hub, where there are accounts to confine it to.
    run_nbgrader(course, "autograde", name, "--ExecutePreprocessor.kernel_name=python3")
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        graded = book.find_submission(name, "a-student")
        assert (graded.score, graded.max_score) == (2 * kit.POINTS, len(known) * kit.POINTS)


# --- Bad input -----------------------------------------------------------------------------------


def without_an_output(notebook):
    next(cell for cell in code(notebook) if cell.source.strip()).execution_count = None


def without_a_stub(notebook):
    for cell in code(notebook):
        cell.source = cell.source.replace("    ...", "    pass")


def with_an_unknown_exercise(notebook):
    cell = next(cell for cell in code(notebook) if kit.CHECK.search(cell.source))
    cell.source = kit.CHECK.sub(r"\1.nobody.check(", cell.source)


def without_its_heading(notebook):
    for cell in notebook.cells:
        cell.source = cell.source.replace("### Exercise", "### Task")


def without_exercises(notebook):
    notebook.cells = [cell for cell in notebook.cells if not kit.CHECK.search(cell.source)]


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (without_an_output, "has no output: run make refresh"),
        (without_a_stub, "is not a stub of"),
        (with_an_unknown_exercise, "Its exercise is not in lib/exercises"),
        (without_its_heading, "stands before it"),
        (without_exercises, "It has no exercise"),
    ],
)
def test_a_damaged_chapter_is_refused_and_the_old_kit_stays(tmp_path, damage, sentence):
    notebook = copy.deepcopy(load(CHAPTER))
    damage(notebook)
    target = tmp_path / "_teacher"
    target.mkdir()
    (target / "old").write_text("kept")
    with pytest.raises(kit.BuildError, match="make teacher stopped at") as refusal:
        kit.build([store(notebook, tmp_path / CHAPTER.name)], target)
    assert sentence in str(refusal.value)
    assert [path.name for path in target.iterdir()] == ["old"]
    assert not list(tmp_path.glob("._teacher-*"))


def test_no_chapter_and_no_notebook_are_refused(tmp_path):
    with pytest.raises(kit.BuildError, match="There is no notebook"):
        kit.build([], tmp_path / "_teacher")
    path = tmp_path / "00_broken.ipynb"
    path.write_text("{")
    with pytest.raises(kit.BuildError, match="It is not a notebook"):
        kit.build([path], tmp_path / "_teacher")


def test_the_notebooks_are_valid(built):
    for path in built[0].rglob("*.ipynb"):
        nbformat.validate(load(path))
