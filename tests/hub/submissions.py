"""What students hand in, and how: `python -m tests.hub.submissions`, run as root in a machine.

One process loads nbgrader, and becomes each student in turn in a child: the student fetches the
assignment with nbgrader, works on it and submits it, all under the student's own account.
"""

import json
import os
import pwd
import sys
from textwrap import dedent

from tests.notebooks.fixtures import store
from workshop import ROOT
from workshop.execute import load
from workshop.teacher import build as kit

NAME = "02_shallow_network"
COURSE = "neural-networks-by-hand"

# What answers do beside, or instead of, answering.
LOOP = "    while True:\n        pass\n"
DEAF = """    import time
    while True:
        try:
            time.sleep(1)
        except BaseException:
            pass
"""
LEAVE = "    import os\n    os._exit(0)\n"
TOO_LARGE = "    return np.ones(2**40)\n"
ATTACK = f"""    import glob, os, subprocess, sys
    others = ["submitted", "autograded"]
    others = [f"COURSE/{{folder}}/hands-in-right/{NAME}/{NAME}.ipynb" for folder in others]
    others += ["../../hands-in-right/{NAME}/{NAME}.ipynb", "/home/hands-in-right/answers.json"]
    others += [*glob.glob("/home/*/*/*.ipynb"), "COURSE/gradebook.db", "COURSE/source"]
    kept = ["COURSE/nbgrader_config.py", "COURSE/source/new.txt", "COURSE/../canary.txt"]
    kept += ["/etc/passwd", "{ROOT}/lib/__init__.py"]
    own = ["new.txt", "{NAME}.ipynb"]
    done = []
    for what, mode in [(others, "r"), (others, "a"), (kept, "a"), (own, "a")]:
        for path in what if not hasattr(os, "attacked") else []:
            try:
                with open(path, mode) as file:
                    file.write("0wned") if mode == "a" else file.read()
                done.append(f"{{mode}} {{os.path.basename(path)}}")
            except OSError:
                pass
    if not hasattr(os, "attacked"):
        print("done:", done, os.getuid())
        command = [sys.executable, "-c", "import time; time.sleep(500)"]
        os.attacked = subprocess.Popen(command, start_new_session=True)
"""


def known():
    """The exercises of the assignment: the first two of a chapter."""
    return kit.tasks(load(ROOT / "chapters" / f"{NAME}.ipynb"), NAME)[:2]


def answers(cells):
    """The cells in which students write."""
    return [cell for cell in cells if cell.metadata.nbgrader.solution]


def right(cells):
    for task, cell in zip(known(), answers(cells), strict=True):
        cell.source = kit.solution(task)


def leave_empty(cells):
    pass


def put_first(text):
    """A submission that is right, and whose first answer begins with some lines."""

    def change(cells):
        right(cells)
        answers(cells)[0].source = kit.filled(known()[0], dedent(text) + kit.body(known()[0]))

    return change


def put_instead(text):
    """A submission whose second answer is right, and whose first is some lines."""

    def change(cells):
        right(cells)
        answers(cells)[0].source = known()[0].stub.replace("    ...", text.rstrip(), 1)

    return change


def rewrite_the_checks(cells):
    for cell in cells:
        if cell.metadata.nbgrader.grade:
            cell.source = "assert True"


def delete_the_checks(cells):
    right(cells)
    cells[:] = [cell for cell in cells if not cell.metadata.nbgrader.grade]


KINDS = {  # what is done with the notebook; None: see `work`
    "right": right,
    "wrong": put_instead("    return 0"),
    "empty": leave_empty,
    "loops": put_instead(LOOP),
    "attacks": put_first(ATTACK),
    "leaves": put_instead(LEAVE),
    "no-notebook": None,
    "syntax": put_instead("    return ("),
    "nothing": None,
    "rewritten": rewrite_the_checks,
    "deleted": delete_the_checks,
    "too-large": put_instead(TOO_LARGE),
    "deaf": put_instead(DEAF),
}
NOT_GRADED = {"leaves", "no-notebook", "nothing", "deaf"}
ORDINARY = ["right", "wrong", "empty"]


def work(kind, path, course):
    """Change the fetched notebook as a student of some kind does; the sources of the answers.

    `course` is the teacher's folder, which attacks are told.
    """
    notebook = load(path)
    if kind == "nothing":
        path.unlink()
    elif kind == "no-notebook":
        path.write_text("{", encoding="utf-8")
    else:
        KINDS[kind](notebook.cells)
        for cell in answers(notebook.cells):
            cell.source = cell.source.replace("COURSE", course)
        store(notebook, path)
    return [cell.source for cell in answers(notebook.cells)]


def nbgrader(app, exchange):
    """Run a command of nbgrader; SystemExit if it fails."""
    try:
        app.launch_instance([NAME, f"--course={COURSE}", f"--Exchange.root={exchange}"])
    except SystemExit as exit:
        if exit.code:
            raise
    app.clear_instance()


def be(name, kind, exchange):
    """Be a student until the work is submitted."""
    from pathlib import Path

    from nbgrader.apps import FetchAssignmentApp, SubmitApp

    account = pwd.getpwnam(name)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    os.environ["HOME"] = account.pw_dir
    os.chdir(account.pw_dir)
    nbgrader(FetchAssignmentApp, exchange)
    course = str(Path(exchange).parent / "nbgrader")
    sources = work(kind, Path(NAME) / f"{NAME}.ipynb", course)
    nbgrader(SubmitApp, exchange)
    Path("answers.json").write_text(json.dumps(sources), encoding="utf-8")


def main(exchange, students):
    """Be all students, one after the other; how many failed."""
    import nbgrader.apps  # noqa: F401, so that it is loaded once

    failed = 0
    for name, kind in json.loads(students).items():
        child = os.fork()
        if child == 0:
            code = 1
            try:
                be(name, kind, exchange)
                code = 0
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        failed += os.waitpid(child, 0)[1] != 0
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
