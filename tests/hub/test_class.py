"""A class on JupyterHub: all log in at once, open a chapter, run it to its first figure and save.

Three students, or as many as COURSE_CLASS says. They talk to the hub as browsers do; what keeps
them apart is tried at its doors, and from inside a kernel.
"""

import asyncio
import functools
import json
import os
import signal
import time
from pathlib import Path

import httpx
import pytest
import zmq
from jupyter_client.manager import start_new_kernel

from tests.hub.classroom import Hub, Student, has_figure, home, printed
from tests.hub.conftest import SIZE
from tests.hub.machine import memory, processes, seconds, wait_until
from workshop import ROOT
from workshop.execute import load
from workshop.live import tab

NAMES = [f"student-{number:02d}" for number in range(1, SIZE + 1)]
CHAPTER = "chapters/01_logistic_regression.ipynb"
MIB = 2**20
MARK = "written by {}"


class Class:
    """The students of a hub, who have done a first piece of work, and what it took."""

    def __init__(self, machine, hub):
        self.machine, self.hub = machine, hub
        self.students = {name: Student(hub, name) for name in NAMES}
        self.kernels, self.ran = {}, {}

    async def begin(self):
        students = self.students.values()
        began = time.monotonic()
        self.logged_in = await asyncio.gather(*(student.log_in() for student in students))
        self.all_in = time.monotonic() - began
        await asyncio.gather(*map(self.work, students))
        self.all_done = time.monotonic() - began

    async def work(self, student):
        """Run a chapter to its first figure, write something into it and save it."""
        notebook = await student.open(CHAPTER)
        kernel = self.kernels[student.name] = await student.kernel(CHAPTER)
        self.ran[student.name] = []
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell["outputs"] = await kernel.run(cell["source"])
                self.ran[student.name].append(cell)
                if has_figure(cell["outputs"]):
                    break
        notebook["cells"][0]["source"] += "\n\n" + MARK.format(student.name)
        await student.save(CHAPTER, notebook)

    async def end(self):
        for kernel in self.kernels.values():
            kernel.close()
        await asyncio.gather(*(student.close() for student in self.students.values()))

    def uid(self, name):
        return self.machine.accounts()[name]

    def server(self, name):
        """The process of a student's server."""
        (pid,) = [pid for pid, line in processes(self.uid(name)).items() if "singleuser" in line]
        return pid

    def ports(self, name):
        """The TCP ports on which a student's processes listen."""
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        return [int(row[1].partition(":")[2], 16) for row in rows
                if row[3] == "0A" and int(row[7]) == self.uid(name)]  # fmt: skip

    def port(self, name):
        """The port of a student's server."""
        (told,) = (home(self.machine, name) / ".run").glob("jpserver-*.json")
        return json.loads(told.read_text(encoding="utf-8"))["port"]


@pytest.fixture(scope="module")
def class_(machine, installed_proxy, run):
    with Hub(machine, NAMES) as hub:
        made = Class(machine, hub)
        try:
            run(made.begin())
            yield made
        finally:
            run(made.end())


def neighbours():
    """(name, the next one's name), around."""
    return list(zip(NAMES, [*NAMES[1:], NAMES[0]], strict=True))


def test_all_log_in_at_once(class_, record_property):
    assert len(class_.logged_in) == SIZE
    assert len({class_.uid(name) for name in NAMES}) == SIZE
    record_property("seconds until all were in", round(class_.all_in))
    record_property("seconds until all had saved", round(class_.all_done))
    print(f"{SIZE} students: all in after {class_.all_in:.0f} s, "
          f"all with a figure and saved after {class_.all_done:.0f} s")  # fmt: skip


def test_everyone_sees_the_first_figure(class_):
    """And what is printed on the way, as it is stored."""
    stored = [cell for cell in load(ROOT / CHAPTER).cells if cell.cell_type == "code"]
    for ran in class_.ran.values():
        assert has_figure(ran[-1]["outputs"])
        assert not [tab.compare(s.outputs, fresh["outputs"])
                    for s, fresh in zip(stored, ran, strict=False)
                    if tab.compare(s.outputs, fresh["outputs"])]  # fmt: skip


def test_what_a_student_uses_of_the_memory(class_, record_property):
    """With a server and a kernel that has shown a figure; shared pages are counted once."""
    used = sorted(memory(processes(class_.uid(name))) / MIB for name in NAMES)
    spent = sum(seconds(processes(class_.uid(name))) for name in NAMES) / SIZE
    hub = memory([class_.hub.pid, *class_.machine.descendants(class_.hub.pid, os.getuid())]) / MIB
    mean = sum(used) / SIZE
    record_property("MiB per student", round(mean))
    record_property("seconds of a processor per student", round(spent, 1))
    print(f"a student uses {mean:.0f} MiB ({used[0]:.0f} to {used[-1]:.0f}), the hub {hub:.0f} MiB")
    print(f"a student took {spent:.1f} s of a processor so far")
    assert used[-1] < 1024


def test_the_work_is_saved_as_the_students_own(class_):
    for name in NAMES:
        path = home(class_.machine, name) / CHAPTER
        assert MARK.format(name) in path.read_text(encoding="utf-8")
        told = path.stat()
        assert (told.st_uid, told.st_mode & 0o077) == (class_.uid(name), 0)
        assert home(class_.machine, name).stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("name", "password"),
    [(NAMES[0], "wrong"), ("nobody-of-them", "wrong"), ("root", "wrong"), ("root", "")],
)
def test_who_is_not_in_the_list_is_not_let_in(class_, run, name, password):
    async def refused():
        student = Student(class_.hub, name)
        try:
            with pytest.raises(PermissionError, match="403"):
                await student.log_in(password or "\0")
        finally:
            await student.close()

    run(refused())


# --- Nobody reads another's files ----------------------------------------------------------------

DOORS = [
    ("GET", f"api/contents/{CHAPTER}", None),
    ("GET", f"files/{CHAPTER}", None),
    ("GET", "api/sessions", None),
    ("PUT", "api/contents/mine.txt", {"type": "file", "format": "text", "content": "x"}),
    ("POST", "api/kernels", {"name": "python3"}),
]


@pytest.mark.parametrize(("method", "path", "body"), DOORS, ids=lambda value: str(value)[:30])
def test_no_door_of_a_server_opens_to_another(class_, run, method, path, body):
    """Each opens to its owner; to the next student it is forbidden, and nothing is told."""

    async def knock(name, whose):
        return await class_.students[name].ask(method, path, user=whose, json=body)

    async def knocked(pairs):
        return await asyncio.gather(*(knock(*pair) for pair in pairs))

    for answer in run(knocked((name, name) for name in NAMES)):
        assert answer.status_code in (200, 201), answer.text
    for answer, (_, whose) in zip(run(knocked(neighbours())), neighbours(), strict=True):
        assert answer.status_code == 403, answer.text
        assert MARK.format(whose) not in answer.text
    if method == "PUT":
        made = [home(class_.machine, name) / "mine.txt" for name in NAMES]
        assert [path.stat().st_uid for path in made] == [class_.uid(name) for name in NAMES]


def test_no_server_opens_to_who_goes_around_the_hub(class_):
    """Straight to the port, with no cookie: what a student's own program could do."""
    for name in NAMES:
        url = f"http://127.0.0.1:{class_.port(name)}/user/{name}/api/contents/{CHAPTER}"
        answer = httpx.get(url, trust_env=False)
        assert answer.status_code == 403 and MARK.format(name) not in answer.text


def overheard(ports, speak):
    """How many messages come from some ports to whoever connects and asks for all of them."""
    with zmq.Context() as context, context.socket(zmq.SUB) as ears:
        ears.linger = 0
        ears.subscribe(b"")
        for port in ports:
            ears.connect(f"tcp://127.0.0.1:{port}")
        time.sleep(1)  # until it is connected
        speak()
        heard = 0
        while ears.poll(1000):
            ears.recv_multipart()
            heard += 1
        return heard


def test_no_port_tells_what_a_kernel_prints(class_, run):
    for name in NAMES[:3]:
        ports = set(class_.ports(name)) - {class_.port(name)}
        assert not overheard(ports, lambda name=name: run(class_.kernels[name].run("print(1)")))


def test_a_kernel_on_a_port_is_overheard():
    """As Jupyter starts it elsewhere: why the hub's kernels talk through files."""
    manager, client = start_new_kernel()
    try:
        speak = functools.partial(client.execute_interactive, "1", output_hook=lambda message: None)
        assert overheard([manager.iopub_port], speak)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


INTRUDE = """
import json, os, socket
def tried(what, *arguments):
    try:
        what(*arguments)
    except OSError as error:
        return type(error).__name__
    return "done"
HOME, PID, UID, HUB, ROOT = json.loads({facts!r})
print(json.dumps({{
    "list the home": tried(os.listdir, HOME),
    "read a chapter": tried(open, HOME + "/{chapter}"),
    "write a chapter": tried(open, HOME + "/{chapter}", "a"),
    "list the kernels": tried(os.listdir, HOME + "/.run"),
    "enter the server's folder": tried(os.listdir, f"/proc/{{PID}}/cwd/"),
    "read the server's secrets": tried(open, f"/proc/{{PID}}/environ"),
    "end the server": tried(os.kill, PID, 0),
    "become the other": tried(os.setuid, UID),
    "read the passwords": tried(open, HUB + "/class.txt"),
    "read the database": tried(open, HUB + "/jupyterhub.sqlite"),
    "read the hub's secret": tried(open, HUB + "/cookie_secret"),
    "change the library": tried(open, ROOT + "/lib/__init__.py", "a"),
}}))
"""
OF_NOBODY = {
    "read the passwords",
    "read the database",
    "read the hub's secret",
    "change the library",
}


def intruded(class_, run, pairs):
    """What each first of the pairs got when trying to get at the second's, from a kernel."""

    async def tried(name, whose):
        pid = class_.machine.pid_inside(class_.server(whose))
        facts = [f"/home/{whose}", pid, class_.uid(whose), str(class_.hub.folder), str(ROOT)]
        code = INTRUDE.format(facts=json.dumps(facts), chapter=CHAPTER)
        return json.loads(printed(await class_.kernels[name].run(code)))

    async def all_tried():
        return await asyncio.gather(*(tried(*pair) for pair in pairs))

    return run(all_tried())


def test_the_file_system_keeps_students_apart(class_, run):
    for got in intruded(class_, run, neighbours()):
        assert set(got.values()) == {"PermissionError"}, got


def test_what_is_tried_on_others_is_possible_at_home(class_, run):
    """So that a door that nobody could open, not even its owner, does not count as locked."""
    for got in intruded(class_, run, [(name, name) for name in NAMES]):
        assert {what for what, how in got.items() if how != "done"} == OF_NOBODY, got


def test_a_link_to_anothers_home_leads_nowhere(class_, run):
    async def followed(name, whose):
        code = f"import os; os.symlink('/home/{whose}/chapters', '/home/{name}/peek')"
        assert not await class_.kernels[name].run(code)
        path = f"api/contents/peek/{Path(CHAPTER).name}"
        return await class_.students[name].ask("GET", path)

    async def all_followed():
        return await asyncio.gather(*(followed(*pair) for pair in neighbours()))

    for answer, (_, whose) in zip(run(all_followed()), neighbours(), strict=True):
        assert answer.status_code in (403, 404, 500)
        assert MARK.format(whose) not in answer.text


# --- What goes wrong -----------------------------------------------------------------------------


def test_too_large_an_array_costs_its_own_cell(class_, run):
    kernel = class_.kernels[NAMES[0]]
    (error,) = run(kernel.run("import numpy as np\nnp.ones(2**33)"))
    assert error["ename"] in ("MemoryError", "_ArrayMemoryError")
    assert printed(run(kernel.run("print(np.ones(3))"))) == "[1. 1. 1.]\n"


def test_a_killed_server_comes_back_with_the_work(class_, run, record_property):
    """And with a chapter that was deleted, whole; its old kernel is gone, others go on."""
    name, deleted = NAMES[-1], "chapters/00_notation.ipynb"
    student, before = class_.students[name], processes(class_.uid(name))
    others = {other: class_.server(other) for other in NAMES[:-1]}
    (home(class_.machine, name) / deleted).unlink()
    os.kill(class_.server(name), signal.SIGKILL)
    took = run(student.start())
    record_property("seconds until a killed server was back", round(took))
    print(f"a killed server was back after {took:.0f} s")
    notebook = run(student.open(CHAPTER))
    assert MARK.format(name) in notebook["cells"][0]["source"]
    assert any(has_figure(c["outputs"]) for c in notebook["cells"] if c["cell_type"] == "code")
    assert (home(class_.machine, name) / deleted).read_bytes() == (ROOT / deleted).read_bytes()
    assert not before.keys() & processes(class_.uid(name)).keys(), "its kernel was left behind"
    assert others == {other: class_.server(other) for other in others}


def test_the_hub_ends_all_that_it_started(class_):
    """The last test: what students left running in the background ends too."""
    uids = [class_.uid(name) for name in NAMES]
    assert all(processes(uid) for uid in uids)
    class_.hub.__exit__()
    wait_until(lambda: not any(processes(uid) for uid in uids))
