"""A machine inside this one: its own accounts and processes, and nothing of it stays behind.

The hub makes accounts of the system, and the students' processes must be able to read Python, which
may lie in a folder that only its owner enters. So tests of the hub run in namespaces of Linux: one
of mounts, where /etc, /home and such folders are copies in memory, and one of processes, which all
end when the first one does, whatever becomes of the tests.
"""

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from workshop import entered

TOOLS = ("unshare", "nsenter", "mount", "useradd")
PATIENCE = 60  # seconds


def absent():
    """Why there can be no such machine here, or None."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return "a class needs root on Linux: each student has an account of the system"
    if missing := [tool for tool in TOOLS if shutil.which(tool) is None]:
        return f"a class needs {', '.join(missing)}"
    probe = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "true"]
    if subprocess.run(probe, capture_output=True).returncode:
        return "a class needs namespaces of mounts and processes, which are forbidden here"
    return None


def shut_folders(paths):
    """{folder that others may not enter: the paths below it that they have to read}."""
    found = {}
    for path in paths:
        if folder := entered.shut(path):
            found.setdefault(folder, set()).add(Path(path).resolve())
    return found


def setup(folder):
    """The shell commands that make the machine, in fresh namespaces; `folder` is open to all."""
    quote = shlex.quote
    yield "set -e"
    yield f"cp -a /etc {quote(f'{folder}/etc')}"
    yield f"mount --bind {quote(f'{folder}/etc')} /etc"
    yield f"mkdir {quote(f'{folder}/home')} {quote(f'{folder}/held')}"
    for number, (shut, paths) in enumerate(shut_folders(entered.READ).items()):
        held = [(path, f"{folder}/held/{number}-{index}") for index, path in enumerate(paths)]
        for path, place in held:
            yield f"mkdir {quote(place)}; mount --bind {quote(str(path))} {quote(place)}"
        yield f"mount -t tmpfs -o mode=755 course {quote(str(shut))}"
        for path, place in held:
            yield f"mkdir -p {quote(str(path))}; mount --move {quote(place)} {quote(str(path))}"
    yield f"mount --bind {quote(f'{folder}/home')} /home"
    yield "echo ready; exec cat"  # it ends when the tests do


class Machine:
    """A context. `folder` is a folder that both sides see, and that everyone may enter."""

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="course-class-", dir="/tmp"))
        self.folder.chmod(0o755)
        command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        command += ["sh", "-c", "\n".join(setup(self.folder))]
        pipes = dict.fromkeys(["stdin", "stdout", "stderr"], subprocess.PIPE)
        self.first = subprocess.Popen(command, text=True, **pipes)
        if self.first.stdout.readline() != "ready\n":
            said = self.first.communicate(timeout=PATIENCE)[1]
            self.__exit__()
            raise RuntimeError(said)
        (self.inside,) = children(self.first.pid)
        return self

    def __exit__(self, *error):
        """End every process of the machine, and remove its folder."""
        if self.first.poll() is None:
            self.first.stdin.close()
            try:
                self.first.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.first.kill()
                self.first.wait()
        for pipe in (self.first.stdin, self.first.stdout, self.first.stderr):
            pipe.close()
        shutil.rmtree(self.folder)

    def command(self, arguments, user=None, cwd="/"):
        """The command that runs something inside, as root or as a student."""
        inside = ["nsenter", "--mount", "--pid", "--target", str(self.inside)]
        inside += ["env", f"--chdir={cwd}"]
        become = []
        if user is not None:
            become = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
        return [*inside, *become, *map(str, arguments)]

    def accounts(self):
        """{name: uid} of the accounts that were made inside."""
        theirs, ours = (accounts_in(Path(root) / "etc" / "passwd") for root in (self.root, "/"))
        return {name: uid for name, uid in theirs.items() if name not in ours}

    def descendants(self, pid, uid):
        """All processes of an account that come from a process."""
        found = []
        for child in children(pid):
            found += [child, *self.descendants(child, uid)]
        return [each for each in found if Path(f"/proc/{each}").stat().st_uid == uid]

    def pid_inside(self, pid):
        """The number that a process has inside."""
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return int(next(line.split()[-1] for line in lines if line.startswith("NSpid:")))

    @property
    def root(self):
        """The folder in which this side sees the machine's files."""
        return Path(f"/proc/{self.inside}/root")


def accounts_in(path):
    """{name: uid} of a file like /etc/passwd."""
    rows = (line.split(":") for line in path.read_text(encoding="utf-8").splitlines())
    return {row[0]: int(row[2]) for row in rows}


def children(pid):
    """The processes that a process started."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def processes(uid):
    """{pid: command line} of all processes of an account."""
    found = {}
    for pid in entered.processes(uid):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if line := Path(f"/proc/{pid}/cmdline").read_bytes():
                found[pid] = line.replace(b"\0", b" ").decode("utf-8", "replace")
    return found


def memory(pids):
    """Bytes of some processes; pages that several share are counted once among them all."""
    total = 0
    for pid in pids:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return 1024 * total


def seconds(pids):
    """Seconds that a processor spent on some processes."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def end(process, pid):
    """Ask a process inside to end, and wait for the command that started it."""
    os.kill(pid, signal.SIGTERM)
    return process.wait(PATIENCE)


def wait_until(true, seconds=PATIENCE):
    """Wait until a function says so; AssertionError if it does not in time."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.2)
