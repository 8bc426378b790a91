"""nbgrader's whole way, with students who hand in all kinds of things.

Marks equal what the checks say; a submission that breaks, loops or attacks costs only itself.

Each student is an account of the system, the teacher is root. The assignment is the first two
exercises of a chapter. One student hands in each kind of submission; with COURSE_CLASS=30 another
dozen or so hand in what most classes do.
"""

import csv
import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.hub.conftest import SIZE
from tests.hub.machine import processes
from tests.notebooks.fixtures import store
from workshop import ROOT
from workshop.execute import load
from workshop.teacher import build as kit
from workshop.teacher.confined import NOBODY

NAME = "02_shallow_network"
COURSE = "neural-networks-by-hand"
PATIENCE = 600  # seconds that a step may take
CELL, NOTEBOOK = 8, 45  # seconds that a cell and a notebook may take when graded here

# What answers do beside, or instead of, answering.
LOOP = "    while True:\n        pass\n"
DEAF = """    import time
    while True:
        try:
            time.sleep(1)
        except BaseException:
            pass
"""
ATTACK = """    import glob, os, subprocess, sys
    course = os.path.abspath("../../..")
    tried = [course + "/gradebook.db", course + "/nbgrader_config.py", course + "/source/new.txt"]
    tried += glob.glob("/home/*/*/*.ipynb") + ["/etc/passwd", "{root}/lib/__init__.py"]
    tried += ["{home}/{name}/{name}.ipynb", "{canary}", "new.txt", "{name}.ipynb"]
    for path in tried:
        try:
            with open(path, "a") as file:
                file.write("0wned")
        except OSError:
            pass
    code = "import time; time.sleep(500)"
    subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
"""


def hand_in_nothing(cells, known, path):
    path.unlink()


def hand_in_no_notebook(cells, known, path):
    path.write_text("{", encoding="utf-8")


def right(cells, known, path):
    for task, cell in zip(known, answers(cells), strict=True):
        cell.source = kit.solution(task)


def leave_empty(cells, known, path):
    pass


def answer_wrongly(cells, known, path):
    right(cells, known, path)
    first = answers(cells)[0]
    first.source = known[0].stub.replace("    ...", "    return 0")


def break_the_syntax(cells, known, path):
    right(cells, known, path)
    answers(cells)[0].source = known[0].stub.replace("    ...", "    return (")


def put_first(text):
    """A submission that is right, and whose first answer begins with some lines."""

    def change(cells, known, path):
        right(cells, known, path)
        lines = text.format(root=ROOT, name=NAME, home="/home/hands-in-right", canary=CANARY[0])
        answers(cells)[0].source = kit.filled(known[0], lines + kit.body(known[0]))

    return change


def put_instead(text):
    """A submission whose second answer is right, and whose first is some lines."""

    def change(cells, known, path):
        right(cells, known, path)
        answers(cells)[0].source = known[0].stub.replace("    ...\n", "").rstrip() + "\n" + text

    return change


def rewrite_the_check(cells, known, path):
    for cell in cells:
        if cell.metadata.nbgrader.grade:
            cell.source = "assert True"


def delete_the_checks(cells, known, path):
    right(cells, known, path)
    cells[:] = [cell for cell in cells if not cell.metadata.nbgrader.grade]


CANARY = [None]  # a file that everyone can read and only root may write
KINDS = {  # what it is: (what is done, whether it ends in a mark)
    "right": (right, True),
    "wrong": (answer_wrongly, True),
    "empty": (leave_empty, True),
    "syntax": (break_the_syntax, True),
    "rewritten": (rewrite_the_check, True),
    "deleted": (delete_the_checks, True),
    "loops": (put_instead(LOOP), True),
    "attacks": (put_first(ATTACK), True),
    "too-large": (put_instead("    return np.ones(2**40)\n"), True),
    "nothing": (hand_in_nothing, False),
    "no-notebook": (hand_in_no_notebook, False),
    "deaf": (put_instead(DEAF), False),
    "leaves": (put_instead("    import os\n    os._exit(0)\n"), False),
}
NEVER_RUN = {"loops", "deaf", "leaves", "too-large", "attacks"}  # by this test itself
ORDINARY = ["right", "wrong", "empty"]


def answers(cells):
    """The cells in which students write."""
    return [cell for cell in cells if cell.metadata.nbgrader.solution]


def students():
    """{name: kind}: each kind once, then ordinary ones until the class is full."""
    found = {f"hands-in-{kind}": kind for kind in KINDS}
    for number in range(SIZE - len(found)):
        found[f"student-{number + 50}"] = ORDINARY[number % len(ORDINARY)]
    return found


class School:
    """A teacher's course folder, students with homes, and the commands of nbgrader for both."""

    def __init__(self, machine):
        self.machine, self.students = machine, students()
        self.folder = machine.folder / "school"
        self.course, self.exchange = self.folder / "nbgrader", self.folder / "exchange"
        self.seconds = {}

    def prepare(self):
        chapter = load(ROOT / "chapters" / f"{NAME}.ipynb")
        self.known = kit.tasks(chapter, NAME)[:2]
        self.folder.mkdir()
        kit.write([ROOT / "chapters" / f"{NAME}.ipynb"], self.folder)
        source = self.course / "source" / NAME / f"{NAME}.ipynb"
        store(kit.assignment(chapter, self.known), source)
        kernel = self.course / "jupyter" / "kernels" / "confined" / "kernel.json"
        settings = json.loads(kernel.read_text(encoding="utf-8"))
        settings["env"] = {"COURSE_GRADING_SECONDS": str(NOTEBOOK)}
        kernel.write_text(json.dumps(settings), encoding="utf-8")
        self.exchange.mkdir()
        self.exchange.chmod(0o777)
        CANARY[0] = self.folder / "canary.txt"
        CANARY[0].write_text("sings", encoding="utf-8")
        for name in self.students:
            command = ["useradd", "--create-home", "-K", "HOME_MODE=0700", "--user-group", name]
            self.run(self.machine.command(command))

    def run(self, command, folder=None, must=True):
        """Run a command with `folder` as its home; the finished process."""
        binaries = str(Path(sys.executable).parent)  # nbgrader starts jupyter by its name
        environment = {**os.environ, "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"}
        environment["HOME"] = str(folder or self.folder)
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=PATIENCE,
        )  # fmt: skip
        assert done.returncode == 0 or not must, (done.stdout + done.stderr)[-3000:]
        return done

    def teacher(self, step, *arguments, must=True):
        """nbgrader in the course folder, as root."""
        command = [sys.executable, "-m", "nbgrader", step, *arguments]
        command += [f"--Exchange.root={self.exchange}", f"--ExecutePreprocessor.timeout={CELL}"]
        began = time.monotonic()
        done = self.run(self.machine.command(command, cwd=self.course), must=must)
        self.seconds[step] = time.monotonic() - began
        return done

    def student(self, name, step, *arguments):
        """nbgrader in a student's home, under the student's account."""
        command = [sys.executable, "-m", "nbgrader", step, *arguments]
        command += [f"--course={COURSE}", f"--Exchange.root={self.exchange}"]
        home = f"/home/{name}"
        return self.run(self.machine.command(command, user=name, cwd=home), home)

    def home(self, name):
        return self.machine.folder / "home" / name

    def work(self, name):
        """Change the fetched notebook as this student does; it stays the student's file."""
        path = self.home(name) / NAME / f"{NAME}.ipynb"
        told, notebook = path.stat(), load(path)
        change = KINDS[self.students[name]][0]
        change(notebook.cells, self.known, path)
        if path.exists() and change is not hand_in_no_notebook:
            store(notebook, path)
        if path.exists():
            os.chown(path, told.st_uid, told.st_gid)
        return [cell.source for cell in answers(notebook.cells)]

    def term(self):
        """From the assignment to the marks."""
        self.prepare()
        self.teacher("generate_assignment", NAME)
        self.teacher("release_assignment", NAME)
        began, self.answered = time.monotonic(), {}
        for name in self.students:
            self.student(name, "fetch_assignment", NAME)
            self.answered[name] = self.work(name)
            self.student(name, "submit", NAME)
        self.seconds["fetch and submit"] = time.monotonic() - began
        self.collected = self.teacher("collect", NAME)
        self.before = self.contents()
        self.graded = self.teacher("autograde", NAME, must=False)
        self.after = self.contents()
        self.left = processes(NOBODY)
        self.teacher("generate_feedback", NAME)
        self.teacher("release_feedback", NAME)
        self.teacher("export")
        with (self.course / "grades.csv").open(encoding="utf-8") as file:
            self.marks = {row["student_id"]: row for row in csv.DictReader(file)}

    def contents(self):
        """{path: bytes} of what a submission could want to change."""
        kept = [self.course / "submitted", self.course / "source", self.course / "jupyter"]
        kept += [self.machine.folder / "home", self.machine.folder / "etc" / "passwd"]
        kept += [self.course / "nbgrader_config.py", CANARY[0], ROOT / "lib" / "__init__.py"]
        files = [path for top in kept for path in [top, *top.rglob("*")]]
        return {path: path.read_bytes() for path in files if path.is_file()}

    def by_the_checks(self, name):
        """The points that a student deserves, by the checks themselves."""
        kind, sources = self.students[name], self.answered[name]
        if kind in NEVER_RUN:  # only an attack comes with an answer, which is right
            first = kit.solution(self.known[0]) if kind == "attacks" else ""
            sources = [first, *sources[1:]]
        return kit.POINTS * sum(map(self.is_correct, self.known, sources))

    def is_correct(self, task, source):
        space = {"np": np}
        try:
            exec(source, space)
        except SyntaxError:
            return False
        answer = space.get(task.exercise.name)
        return answer is not None and task.exercise.verdict(answer).state == "correct"


@pytest.fixture(scope="module")
def school(machine):
    if importlib.util.find_spec("nbgrader") is None:
        pytest.skip("nbgrader is not installed: python -m pip install -e '.[hub]'")
    made = School(machine)
    made.term()
    return made


def of_kind(school, wanted):
    """Those who handed in what ends in a mark, or what does not."""
    return [name for name, kind in school.students.items() if KINDS[kind][1] is wanted]


def test_marks_are_what_the_checks_say(school, record_property):
    due = {name: school.by_the_checks(name) for name in of_kind(school, True)}
    got = {name: float(school.marks[name]["raw_score"]) for name in due}
    assert got == due
    assert set(due.values()) == {0, kit.POINTS, 2 * kit.POINTS}
    assert {float(row["max_score"]) for row in school.marks.values()} == {2 * kit.POINTS}
    for step, seconds in school.seconds.items():
        record_property(f"seconds to {step}", round(seconds))
    told = ", ".join(f"{step} {seconds:.0f} s" for step, seconds in school.seconds.items())
    print(f"{len(school.students)} submissions: {told}")


def test_what_cannot_be_graded_is_named_and_costs_only_itself(school):
    """It has no marks; nbgrader says whose it is, and went on to the next."""
    for name in of_kind(school, False):
        assert float(school.marks[name]["raw_score"] or 0) == 0
        if school.students[name] != "nothing":
            assert f"for student '{name}'" in school.graded.stderr
    for name in of_kind(school, True):
        assert f"for student '{name}'" not in school.graded.stderr
    assert school.graded.returncode != 0


def test_a_submission_changes_nothing_but_its_own(school):
    """Neither the marks, nor another's work, nor a file of the course; and nothing runs on."""
    changed = {path for path in school.before if school.before[path] != school.after.get(path)}
    assert not changed and school.before.keys() == school.after.keys()
    assert not school.left
    assert len(school.before) > 2 * len(school.students)


def test_feedback_reaches_its_student_alone(school):
    """With the sentence of the check, in a folder that nobody else can read."""
    name = "hands-in-wrong"
    school.student(name, "fetch_feedback", NAME)
    (page,) = (school.home(name) / NAME / "feedback").rglob("*.html")
    verdict = school.known[0].exercise.verdict(lambda *arguments: 0)
    words = verdict.message.split(".")[0][:40]
    assert words in page.read_text(encoding="utf-8")
    assert page.stat().st_uid == school.machine.accounts()[name]


def test_nobody_reads_what_others_handed_in(school):
    """Who knows no name in the folder of submissions cannot list them."""
    inbound = school.exchange / COURSE / "inbound"
    assert len(list(inbound.iterdir())) == len(school.students)
    listed = school.run(school.machine.command(["ls", inbound], user="hands-in-right"), must=False)
    assert listed.returncode and "Permission denied" in listed.stderr
    assert "cheating" not in school.collected.stderr
