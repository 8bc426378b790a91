"""The chapters where readers run them: on shared servers, without a home, in odd folders, at once.

Each condition runs in a checkout of its own and in a process of its own, and every output has to be
the stored one. One or two short chapters stand for all; COURSE_STRESS=all runs all of them.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpecManager

from tests.notebooks.fixtures import code, notebook, printed, store
from workshop.execute import chapter_paths, kernel_environment

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("lib", "chapters", "data", "tests")  # of a checkout: what a chapter and its tests need
NOT_COPIED = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
TWO = [p.name for p in chapter_paths() if p.name.startswith(("00_notation", "06_gradient"))]
ONE = TWO[:1]
if os.environ.get("COURSE_STRESS") == "all":
    ONE = TWO = [path.name for path in chapter_paths()]
SECONDS = 1800  # for a process with all its chapters

# Runs chapters and tells, as JSON, how their outputs differ from the stored ones.
RUN = """
import json, os, sys
from pathlib import Path
from unittest import mock
import lib
from workshop import execute
from workshop.outputs import differences

environment = execute.kernel_environment()
environment["IPYTHONDIR"] = os.environ.get("STRESS_IPYTHONDIR", environment["IPYTHONDIR"])
faults = []
for path in map(Path, sys.argv[1:]):
    with mock.patch.object(execute, "kernel_environment", lambda: environment):
        run = execute.execute(path)
    for old, new in zip(execute.load(path).cells, run.cells, strict=True):
        if old.cell_type == "code":
            found = differences(old.outputs, new.outputs)
            faults += [f"{path.name}, {old.id}: {fault}" for fault in found]
print(json.dumps({"lib": str(Path(lib.__file__).parents[1]), "faults": faults}))
"""


@pytest.fixture
def checkout():
    """A function that copies the course into a new folder, which anybody may enter."""
    made = []

    def copy(name="course"):
        made.append(Path(tempfile.mkdtemp()).resolve())
        made[-1].chmod(0o755)
        for part in PARTS:
            shutil.copytree(ROOT / part, made[-1] / name / part, ignore=NOT_COPIED)
        return made[-1] / name

    yield copy
    for folder in made:
        allow(folder, 0o700)
        shutil.rmtree(folder)


def allow(folder, mode):
    """Give this folder and all below a mode, and their files the same without execution."""
    for place, _, files in os.walk(folder):
        os.chmod(place, mode)
        for name in files:
            os.chmod(Path(place, name), mode & 0o666)


def spawn(root, *arguments, wrapper=(), **changes):
    """Python, started in a checkout and importing from it; a variable set to None is not there."""
    environment = {**os.environ, "PYTHONPATH": str(root), **changes}
    return subprocess.Popen(
        [*wrapper, sys.executable, *arguments],
        cwd=root,
        env={name: value for name, value in environment.items() if value is not None},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def start(root, names, **how):
    """Run chapters of a checkout in a process."""
    return spawn(root, "-c", RUN, *(str(root / "chapters" / name) for name in names), **how)


def finish(process, root):
    """The faults that a process found; AssertionError if it failed, or ran another checkout."""
    try:
        out, err = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
    assert process.returncode == 0, err[-3000:]
    found = json.loads(out.splitlines()[-1])
    assert found["lib"] == str(root)
    return found["faults"]


def faults(root, names, **how):
    """How the outputs of chapters of a checkout differ from the stored ones."""
    return finish(start(root, names, **how), root)


def files(root):
    """All files of a checkout with their times, without what Python keeps for itself."""
    paths = (path for path in root.rglob("*") if "__pycache__" not in path.parts)
    return {path: path.stat().st_mtime_ns for path in paths if path.is_file()}


def test_in_any_order(checkout):
    root = checkout()
    before = files(root)
    assert faults(root, TWO[::-1]) == []
    assert files(root) == before  # no chapter leaves anything that another could find


def test_two_kernels_at_once(checkout):
    root = checkout()
    both = [start(root, ONE) for _ in range(2)]
    assert [finish(process, root) for process in both] == [[], []]


def test_a_folder_with_spaces_and_letters_beyond_ascii(checkout):
    assert faults(checkout("Kurs für Kätzchen 고양이 & 猫's"), ONE) == []


def test_a_bare_server(checkout, tmp_path):
    """No home, no display, and nothing that says where settings and caches belong."""
    nowhere = os.path.join(os.devnull, "home")  # cannot be made, not even by root
    gone = ["DISPLAY", "WAYLAND_DISPLAY", "MPLBACKEND"]
    gone += ["XDG_CACHE_HOME", "XDG_CONFIG_HOME", "MPLCONFIGDIR"]
    changes = dict.fromkeys(gone)
    changes |= dict.fromkeys(["HOME", "USERPROFILE", "STRESS_IPYTHONDIR"], nowhere)
    changes["JUPYTER_RUNTIME_DIR"] = str(tmp_path)  # without one Jupyter itself does not start
    assert faults(checkout(), ONE, **changes) == []


def test_the_locale_c(checkout):
    # Python itself turns to UTF-8 in this locale, unless it is told not to.
    changes = {"LC_ALL": None, "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    assert faults(checkout(), ONE, **changes) == []


# A folder's permissions bind everybody but root, who is shown it through a mount that cannot be
# written to, in a namespace that ends with the process.
MOUNT = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && cd "$1" && shift && exec "$@"'


def test_a_read_only_checkout(checkout):
    root = checkout()
    before, how = files(root), {}
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        how = {"wrapper": ["unshare", "--mount", "sh", "-c", MOUNT, "sh", str(root)]}
    allow(root, 0o555)
    try:
        probe = spawn(root, "-c", "open('chapters/new', 'x')", **how)
    except FileNotFoundError as error:
        pytest.skip(f"root may write anywhere, and this system has no {error.filename}")
    _, said = probe.communicate(timeout=SECONDS)
    if "PermissionError" not in said and "Read-only file system" not in said:
        pytest.skip(f"nothing keeps this user from writing: {said or 'the probe was written'}")
    assert faults(root, ONE, **how) == []
    assert files(root) == before


# --- What these tests would find ------------------------------------------------------------------


def test_a_chapter_that_minds_is_found_out(checkout):
    root = checkout()
    show = code("show", "import os; print(os.environ.get('STRESS'))", printed("None\n"))
    path = store(notebook(show), root / "chapters" / "99_minds.ipynb")
    assert faults(root, [path.name], STRESS=None) == []
    (fault,) = faults(root, [path.name], STRESS="1")
    assert fault.startswith("99_minds.ipynb, show: output 1: stdout differs: 'None' is stored, '1'")
    store(notebook(code("write", "open('left', 'x').close()")), path)
    before = files(root)
    assert faults(root, [path.name]) == []
    assert files(root) != before


def test_another_checkout_is_found_out(checkout):
    root = checkout()
    process = start(root, [], PYTHONPATH=None)
    with pytest.raises(AssertionError):
        finish(process, root / "other")


# --- The stop button ------------------------------------------------------------------------------

PREPARE = """
import h5py
import numpy as np
from lib import Adam, Dense, Network, Tanh, train

random_state = np.random.RandomState(0)
X = random_state.randn(3, 64)
Y = (X[:1] > 0).astype(int)
net = Network([Dense(4), Tanh(), Dense(1)], n_inputs=3, random_state=0)
file = h5py.File.in_memory()
file["X"], file["Y"] = X.T, Y.T


def rate(steps):
    if steps == 100:
        print("ready", flush=True)
    return 0.01
"""
FOREVER = "history = train(net, {}, Adam(rate), epochs=10**9, {})"
GO_ON = """
before = net.cost(X, Y)
print(history.interrupted, len(history.costs) > 10, bool(np.isfinite(before)))
again = train(net, X, Y, Adam(0.001), epochs=len(history.costs) + 20, history=history)
print(again.interrupted, len(again.costs) - len(history.costs), net.cost(X, Y) < before)
"""


@pytest.fixture
def kernel():
    """A kernel manager and its client."""
    manager = KernelManager(kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
    manager.start_kernel(env=kernel_environment(), cwd=str(ROOT / "chapters"))
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=120)
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def run(kernel, source):
    """Run a cell, and press the stop button when it prints "ready": what it wrote, by stream."""
    manager, client = kernel
    cell, written = client.execute(source), {"stdout": "", "stderr": "", "error": ""}
    while True:
        message = client.get_iopub_msg(timeout=120)
        content, kind = message["content"], message["msg_type"]
        if message["parent_header"].get("msg_id") != cell:
            continue
        if kind == "stream":
            # Once: the steps that are taken back and repeated say it a second time.
            if "ready" in content["text"] and "ready" not in written["stdout"]:
                manager.interrupt_kernel()
            written[content["name"]] += content["text"]
        elif kind == "error":
            written["error"] = content["ename"]
        elif kind == "status" and content["execution_state"] == "idle":
            return written


@pytest.mark.parametrize(
    "data, how",
    [("X, Y", ""), ("X, Y", "batch_size=16"), ("file['X'], file['Y']", "batch_size=16")],
    ids=["whole", "minibatches", "from a file"],
)
def test_the_stop_button(kernel, data, how):
    assert run(kernel, PREPARE)["error"] == ""
    stopped = run(kernel, FOREVER.format(data, how))
    assert stopped["error"] == ""
    assert "UserWarning: training stopped by hand after" in stopped["stderr"]
    went_on = run(kernel, GO_ON)
    assert went_on["stdout"] == "True True True\nFalse 20 True\n", went_on


def test_a_loop_that_minds_the_button_is_found_out(kernel):
    stopped = run(kernel, "print('ready', flush=True)\nwhile True:\n    pass")
    assert stopped["error"] == "KeyboardInterrupt"
