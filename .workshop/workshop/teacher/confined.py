"""A kernel for other people's code: what `nbgrader autograde` runs submissions in.

It works in a copy of the submission, and ends after a time, whatever the code does; a process may
not take all memory nor write files without end. Started by root it runs under a number that no
account has: it can then read and write what everyone can, and its copy. Started by anyone else it
can do what they can.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from workshop import entered

NOBODY = 40000  # the number under which root lets submissions run
SECONDS = "COURSE_GRADING_SECONDS"  # the variable that says how long a notebook may take
LIMITS = {
    "RLIMIT_AS": 4 * 2**30,  # bytes of memory
    "RLIMIT_FSIZE": 2**27,  # bytes of a file
    "RLIMIT_CORE": 0,
}
WORK = "work"  # the copy's name
PROCESSES = 200  # counted for the number, and so only where there is one


def start(arguments, folder, root):
    """Start the kernel in the same group of processes, so that signals reach it."""
    import resource  # which Windows has not

    def prepare():
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for kind, limit in LIMITS.items():
            resource.setrlimit(getattr(resource, kind), (limit, limit))
        if root:
            resource.setrlimit(resource.RLIMIT_NPROC, (PROCESSES, PROCESSES))
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)

    own = dict.fromkeys(["HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR", "JUPYTER_RUNTIME_DIR"])
    environment = {**os.environ, **{name: str(folder) for name in own}}
    command = [sys.executable, "-m", "ipykernel_launcher", *arguments]
    return subprocess.Popen(command, cwd=folder / WORK, env=environment, preexec_fn=prepare)


def end(kernel, root):
    """End the kernel, and under its number whatever it left running."""
    kernel.kill()
    kernel.wait()
    if root:
        entered.end_all(NOBODY)


def main(arguments):
    """Run a kernel with the arguments of one; its exit code, or 1 if its time was over."""
    root = os.geteuid() == 0
    if root and (in_the_way := entered.obstacle()):
        print(f"Root cannot grade safely here: {in_the_way}.", file=sys.stderr)
        return 1
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is meant for the kernel
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    until = time.monotonic() + float(os.environ.get(SECONDS, 600))
    folder = Path(tempfile.mkdtemp(prefix="grading-"))
    kernel = None
    try:
        given = arguments.index("-f") + 1
        connection = folder / "connection.json"
        shutil.copyfile(arguments[given], connection)
        shutil.copytree(Path.cwd(), folder / WORK, symlinks=True)
        if root:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        arguments = [*arguments[:given], str(connection), *arguments[given + 1 :]]
        kernel = start(arguments, folder, root)
        return kernel.wait(until - time.monotonic())
    except subprocess.TimeoutExpired:
        print("The time for this notebook was over.", file=sys.stderr)
        return 1
    finally:
        if kernel is not None:
            end(kernel, root)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
