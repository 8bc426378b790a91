"""`make teacher`: a solutions edition of every chapter, and assignments, in `_teacher/`.

Both are made of the chapters and of `lib/exercises`, so there is nothing to keep in step by hand:

    NN_name.ipynb                        the chapter, each exercise followed by its solution and by
                                         the mistakes that its check knows, with their sentences
    nbgrader/source/NN_name/…ipynb       its exercises alone, as nbgrader wants them
    nbgrader/nbgrader_config.py          the settings that go with them
    nbgrader/jupyter/kernels/confined/   the kernel of submissions, see confined.py

Every solution is tested with its own check on the way. The folder is built aside and moved into its
place when it is complete.
"""

import ast
import importlib
import inspect
import json
import re
import sys
import textwrap
from dataclasses import dataclass

import nbformat
import numpy as np
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from lib.exercises.source import changed_lines, edited, needs, source_of
from workshop import ROOT, aside

CHECK = re.compile(r"^(ch\d\d)\.(\w+)\.check\(", re.MULTILINE)
TASK = re.compile(r"^### Exercise .*", re.MULTILINE | re.DOTALL)
POINTS = 2
COURSE = "neural-networks-by-hand"
SECONDS = 60  # that a cell of a submission may take

CONFIG = f'''\
"""nbgrader's settings for this folder; https://nbgrader.readthedocs.io says what to do with it."""

import os
import sys
from pathlib import Path

c = get_config()  # noqa: F821, nbgrader defines it
c.CourseDirectory.course_id = "{COURSE}"
c.ClearSolutions.code_stub = {{"python": "..."}}  # what the checks take for "not attempted"
c.ExecutePreprocessor.timeout = {SECONDS}  # for a cell; a loop without end is interrupted then
c.OverwriteCells.add_missing_cells = True  # a check that a student deleted is put back
c.OverwriteCells.missing_cell_notification = "# {{cell_id}} was missing; nbgrader put it back.\\n"
if sys.platform == "linux":  # the kernel of workshop/teacher/confined.py
    c.ExecutePreprocessor.kernel_name = "confined"
    os.environ["JUPYTER_PATH"] = str(Path(__file__).resolve().parent / "jupyter")
'''

KERNEL = {
    "argv": ["python", "-m", "workshop.teacher.confined", "-f", "{connection_file}"],
    "display_name": "Python, confined",
    "language": "python",
    "env": {"COURSE_GRADING_SECONDS": "600"},  # for a notebook
}

README = """\
# For teachers

Built by `make teacher` from the chapters; do not edit here.

| chapter | exercises | solutions edition | assignment |
|---|---|---|---|
{rows}

**Solutions edition**: the chapter with, after each exercise, a solution, the check's answer to it,
and the mistakes that the check recognizes, each with the sentence it says and the code that makes
it: the lines of the solution that differ, or a whole function.

**Assignments**: `nbgrader/` is a course folder for nbgrader (`python -m pip install -e
'.[teacher]'`, then `nbgrader generate_assignment 01_logistic_regression` inside it). An exercise is
worth {points} points, given by the exercise's own check. Two things to know. The machine that
grades needs the course installed, as students do. And the course is open: `.solution()`
shows a solution to whoever asks, so grade what was understood in another way too.

**From the assignment to the marks**, in `nbgrader/`, with the assignment's name for NAME: `nbgrader
generate_assignment NAME`, `release_assignment`, then, when students have submitted, `collect`,
`autograde`, `generate_feedback`, `release_feedback`, and `nbgrader export`, which writes
`grades.csv`. Students find the assignment in JupyterLab (*Nbgrader → Assignment List*), or fetch
and submit it in a terminal (`nbgrader --help` lists the commands), with `NAME --course={course}`.
Submissions travel through a folder that everyone may write into, made once:
`install -d -m 777 /usr/local/share/nbgrader/exchange`. A submission that cannot be graded (it is
no notebook, or its kernel died) is named at the end of `autograde` and has 0 points; the others are
graded. Who submitted no notebook at all is not in the table. `collect` warns of a submission that
belongs to another account than it says, and takes it.

**What a submission can do.** nbgrader itself runs submissions as the person who grades, and bounds
nothing but the time of a cell: {seconds} seconds here, then the cell is interrupted and counts as
an error. On Linux the settings of this folder add a kernel that bounds more:

| | graded by root | graded by anyone else |
|---|---|---|
| time of a notebook, even if it cannot be interrupted | 10 minutes | 10 minutes |
| memory of a process, size of a file | 4 GiB, 128 MiB | 4 GiB, 128 MiB |
| writes | into its own temporary folder, and wherever everyone may | wherever you may |
| reads | what everyone may; not this folder, nor others' submissions | whatever you may |
| what it leaves running | is ended with its notebook | goes on |
| the network | open | open |

So let root grade, or an account that has nothing else. On other systems only the time of a cell is
bounded. One thing no setting helps against: the check runs beside the answer, and an answer that
changes the course's own functions from within can make it say anything. Read what was handed in.

**Tested**, on Linux, graded by root, with thirty submissions from thirty accounts, of the first two
exercises of chapter 2: right, wrong and empty ones, answers that do not parse, that loop (also
deaf to interrupts), that end the kernel, ask for too much memory or attack the files around them,
checks rewritten or deleted, a file that is no notebook, nothing at all. All marks equal what the
checks say, and nothing but the submission concerned was lost. On two cores that other work used
too, `autograde` took 247 seconds, eight for each submission, and all the other steps together less
than two minutes. Not tested: other systems, and the buttons of nbgrader in JupyterLab.
"""


class BuildError(aside.BuildError):
    """A step of the build failed: which, and what to do."""

    command = "make teacher"


@dataclass
class Task:
    """One exercise of a chapter: where it stands, and all that is known of it.

    statement: its Markdown; stub: the source of the cell to fill in; place: the index of the cell
    that checks it; exercise: the object from lib.exercises; module: the module of that object.
    """

    statement: str
    stub: str
    place: int
    exercise: object
    module: object

    @property
    def slug(self):
        """An id for cells: "exercise-1-3"."""
        return f"exercise-{self.exercise.id.replace('.', '-')}"


# --- Reading -------------------------------------------------------------------------------------


def read(path):
    """The notebook at `path`; BuildError if it is none, or was not run."""
    step = f"reading {path.name}"
    try:
        notebook = nbformat.v4.reads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BuildError(step, f"It is not a notebook: {error}") from None
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None:
            raise BuildError(step, f"Cell {cell.id} has no output: run make refresh.")
    return notebook


def tasks(notebook, name):
    """The exercises of a chapter, in order; BuildError if one is not as it has to be."""
    found, statement, stub = [], "", None
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            match = TASK.search(cell.source)
            statement = match[0] if match else statement
        elif match := CHECK.search(cell.source):
            found.append(task(match, statement, stub, place, f"{name}, cell {cell.id}"))
        else:
            stub = cell.source
    if not found:
        raise BuildError(f"reading {name}", "It has no exercise: no cell checks one.")
    return found


def task(match, statement, stub, place, where):
    """The Task that a check cell belongs to."""
    module_name, name = match.groups()
    try:
        module = importlib.import_module(f"lib.exercises.{module_name}")
        exercise = getattr(module, name)
    except (ImportError, AttributeError) as error:
        raise BuildError(where, f"Its exercise is not in lib/exercises: {error}") from None
    if not statement.startswith(f"### Exercise {exercise.id} "):
        raise BuildError(where, f"No heading 'Exercise {exercise.id} · …' stands before it.")
    if not stub or f"def {name}(" not in stub or stub.count("    ...") != 1:
        raise BuildError(where, f"The code cell before it is not a stub of {name}.")
    return Task(statement, stub, place, exercise, module)


# --- Solutions and mistakes ----------------------------------------------------------------------


def solution(task):
    """The source of a solution that stands on its own: the stub, filled in."""
    return filled(task, body(task))


def filled(task, lines):
    """The stub with some lines, indented, in the place of its `...`."""
    return task.stub.replace("    ...", textwrap.indent(lines, "    "), 1)


def body(task):
    """The lines of the solution below its `def`, after the imports and helpers that they use."""
    answer = task.exercise.answer
    source = source_of(answer)
    first = ast.parse(source).body[0].body[0].lineno - 1
    lines = source.splitlines()[first:]
    return "\n".join([*needs(answer), textwrap.dedent("\n".join(lines))])


def checked(task, source):
    """What the exercise's check prints on some source; BuildError if it is not "correct"."""
    space = {"np": np}
    exec(compile(source, f"<solution {task.exercise.id}>", "exec"), space)
    answer = space[task.exercise.name]
    verdict = task.exercise.verdict(answer)
    if verdict.state != "correct":
        raise BuildError(
            f"checking the solution of exercise {task.exercise.id}",
            f"Its own check calls it {verdict.state}: {verdict.message}",
        )
    return task.exercise.reply(verdict) + "\n"


def mistakes(task):
    """(sentence, language, text) of every known mistake: lines that differ, or a whole function."""
    module = inspect.getsource(task.module)
    dictionaries = [node for node in ast.walk(ast.parse(module)) if isinstance(node, ast.Dict)]
    written = {
        text(key): segment(module, value)
        for node in dictionaries
        for key, value in zip(node.keys, node.values, strict=True)
    }
    answer = task.exercise.answer
    found = []
    for sentence, mistake in task.exercise.mistakes.items():
        if not callable(mistake):
            lines = changed_lines(source_of(answer), edited(answer, mistake)[1])
            found.append((sentence, "diff", lines))
        elif getattr(task.module, mistake.__name__, None) is mistake:
            whole = textwrap.dedent(inspect.getsource(mistake))
            found.append((sentence, "python", "\n".join([*needs(mistake), whole.rstrip()])))
        else:
            found.append((sentence, "python", written[sentence]))
    return found


def text(node):
    """The string that a node of a syntax tree holds, or None."""
    return node.value if isinstance(node, ast.Constant) else None


def segment(module, node):
    """The source of an expression, its further lines without common indentation."""
    first, *others = ast.get_source_segment(module, node).splitlines()
    return "\n".join([first, *textwrap.dedent("\n".join(others)).splitlines()])


# --- The solutions edition -----------------------------------------------------------------------


def solutions_edition(notebook, found):
    """The chapter with three cells after each check: solution, check, mistakes."""
    cells = list(notebook.cells)
    for task in reversed(found):
        cells[task.place + 1 : task.place + 1] = answer_cells(task)
    edition = new_notebook(cells=cells, metadata=notebook.metadata)
    count = 0
    for cell in edition.cells:
        if cell.cell_type == "code" and cell.source.strip():
            count += 1
            cell.execution_count = count
            for output in cell.outputs:
                if "execution_count" in output:
                    output.execution_count = count
    return edition


def answer_cells(task):
    """A solution with what its check says to it, and the known mistakes."""
    source = solution(task)
    said = checked(task, source)
    fenced = [
        f"{number}. {sentence}\n\n" + textwrap.indent(f"```{language}\n{code}\n```", "   ")
        for number, (sentence, language, code) in enumerate(mistakes(task), start=1)
    ]
    known = "\n\n".join(fenced)
    title = f"{task.exercise.id} · {task.exercise.title}"
    return [
        new_markdown_cell(f"**Solution {title}**", id=f"{task.slug}-solution-title"),
        new_code_cell(
            f"{source.rstrip()}\n\n\n{task.exercise.place}.check({task.exercise.name})",
            id=f"{task.slug}-solution",
            outputs=[new_output("stream", name="stdout", text=said)],
        ),
        new_markdown_cell(
            f"**Known mistakes {title}**. The check recognizes each by its results and says:\n\n"
            f"{known}",
            id=f"{task.slug}-mistakes",
        ),
    ]


# --- Assignments ---------------------------------------------------------------------------------


def assignment(notebook, found):
    """The exercises of a chapter as a source notebook of nbgrader."""
    title = notebook.cells[0].source.partition("\n")[0]
    intro = (
        f"{title}: exercises\n\nFill in each function where it says `...`, and run the cell. The "
        f"cell below it checks what you wrote, for {POINTS} points an exercise."
    )
    cells = [
        new_markdown_cell(intro, id="title", metadata=nbgrader("title", locked=True)),
        new_code_cell(
            "import numpy as np", id="imports", metadata=nbgrader("imports", locked=True)
        ),
    ]
    for task in found:
        name = task.exercise.name
        region = f"### BEGIN SOLUTION\n{body(task)}\n### END SOLUTION"
        checked(task, filled(task, region))
        test = (
            f"from lib.exercises import {task.module.__name__.rpartition('.')[2]}\n\n"
            f"verdict = {task.exercise.place}.verdict({name})\n"
            f'assert verdict.state == "correct", f"{{verdict.state}}: {{verdict.message}}"'
        )
        for part, make, source, kind in (
            ("task", new_markdown_cell, task.statement, {"locked": True}),
            ("answer", new_code_cell, filled(task, region), {"solution": True}),
            ("check", new_code_cell, test, {"locked": True, "grade": True, "points": POINTS}),
        ):
            identity = f"{task.slug}-{part}"
            cells.append(make(source, id=identity, metadata=nbgrader(identity, **kind)))
    return new_notebook(cells=cells, metadata=notebook.metadata)


def nbgrader(identity, **kind):
    """The metadata by which nbgrader knows a cell (its schema, version 3)."""
    plain = {"grade": False, "locked": False, "solution": False, "task": False}
    return {"nbgrader": {"schema_version": 3, "grade_id": identity, **plain, **kind}}


# --- The build -----------------------------------------------------------------------------------


def write(chapters, folder):
    """Write everything into an empty folder; returns {chapter's name: number of exercises}."""
    counts = {}
    for path in chapters:
        notebook = read(path)
        found = tasks(notebook, path.name)
        source = folder / "nbgrader" / "source" / path.stem / path.name
        source.parent.mkdir(parents=True)
        store(assignment(notebook, found), source)
        store(solutions_edition(notebook, found), folder / path.name)
        counts[path.stem] = len(found)
    course = folder / "nbgrader"
    course.chmod(0o700)  # no submission reads another, nor the marks
    (course / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    kernel = course / "jupyter" / "kernels" / "confined" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    kernel.write_text(json.dumps(KERNEL, indent=1) + "\n", encoding="utf-8")
    rows = "\n".join(
        f"| {name} | {count} | [{name}.ipynb]({name}.ipynb) "
        f"| [source](nbgrader/source/{name}/{name}.ipynb) |"
        for name, count in counts.items()
    )
    readme = README.format(rows=rows, points=POINTS, course=COURSE, seconds=SECONDS)
    (folder / "README.md").write_text(readme, encoding="utf-8")
    return counts


def store(notebook, path):
    """Write a valid notebook."""
    nbformat.validate(notebook)
    path.write_text(nbformat.v4.writes(notebook).rstrip("\n") + "\n", encoding="utf-8")


def build(chapters, target):
    """Build the kit of the chapters at some paths in the folder `target`; {name: exercises}.

    Raises BuildError; `target` is then as it was.
    """
    if not chapters:
        raise BuildError("looking for chapters", "There is no notebook to make a kit of.")
    return aside.build_aside(target, lambda folder: write(chapters, folder))


def main(arguments=None):
    """Build the kit of the chapters named, or of all; 1 if something was in the way."""

    def lines(counts):
        for name, count in counts.items():
            yield f"{name:<32} {count} exercises, each solution checked"
        yield "read _teacher/README.md"

    return aside.run(build, ROOT / "_teacher", "make teacher", __doc__, lines, arguments)


if __name__ == "__main__":
    sys.exit(main())
