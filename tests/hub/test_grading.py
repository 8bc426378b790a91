"""nbgrader's whole way, with students who hand in all kinds of things.

Marks equal what the checks say; a submission that breaks, loops or attacks costs only itself.

Each student is an account of the system, the teacher is root. The assignment is the first two
exercises of a chapter. With COURSE_CLASS=30 there are all kinds of submissions, each once, and the
rest of the class hands in what most classes do; otherwise there are some of the kinds.
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

from tests.hub import submissions
from tests.hub.conftest import SIZE
from tests.hub.machine import processes
from tests.hub.submissions import COURSE, KINDS, NAME, NOT_GRADED, ORDINARY, known
from tests.notebooks.fixtures import store
from workshop import ROOT
from workshop.execute import load
from workshop.teacher import build as kit
from workshop.teacher.confined import NOBODY

PATIENCE = 1800  # seconds that a step may take
CELL, NOTEBOOK = 6, 60  # seconds that a cell and a notebook may take when graded here
FEW = 7  # kinds of submissions, if the class is a small one
NEVER_RUN = {"loops", "deaf", "leaves", "too-large", "attacks"}  # by this test itself


def students():
    """{name: kind}: each kind once, then ordinary ones until the class is full."""
    kinds = list(KINDS) if len(KINDS) <= SIZE else list(KINDS)[:FEW]
    found = {f"hands-in-{kind}": kind for kind in kinds}
    for number in range(SIZE - len(found)):
        found[f"pupil-{number + 1}"] = ORDINARY[number % len(ORDINARY)]
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
        self.known = known()
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
        self.canary = self.folder / "canary.txt"
        self.canary.write_text("sings", encoding="utf-8")
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

    def hand_in(self):
        """Let every student fetch, work and submit."""
        began = time.monotonic()
        command = [sys.executable, "-m", submissions.__name__, self.exchange]
        command += [json.dumps(self.students)]
        self.run(self.machine.command(command, cwd=ROOT))
        self.seconds["fetch and submit"] = time.monotonic() - began
        paths = {name: self.home(name) / "answers.json" for name in self.students}
        self.answered = {name: json.loads(path.read_text()) for name, path in paths.items()}

    def term(self):
        """From the assignment to the marks."""
        self.prepare()
        self.teacher("generate_assignment", NAME)
        self.teacher("release_assignment", NAME)
        self.hand_in()
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
        kept += [self.course / "nbgrader_config.py", self.canary, ROOT / "lib" / "__init__.py"]
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
    kinds = school.students.items()
    return [name for name, kind in kinds if (kind not in NOT_GRADED) is wanted]


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
        if school.students[name] == "nothing":
            assert name not in school.marks  # nbgrader lists those who handed in a notebook
        else:
            assert float(school.marks[name]["raw_score"]) == 0
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


def test_an_attack_got_at_nothing_but_its_own_copy(school):
    """It says itself what it could do, and under which number: twice its own, nothing else."""
    path = school.course / "autograded" / "hands-in-attacks" / NAME / f"{NAME}.ipynb"
    outputs = [output for cell in load(path).cells for output in cell.get("outputs", [])]
    lines = [line for output in outputs for line in output.get("text", "").splitlines()]
    said = {line for line in lines if line.startswith("done:")}
    assert said == {f"done: {['a new.txt', f'a {NAME}.ipynb']} {NOBODY}"}


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
