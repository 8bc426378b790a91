"""Other accounts of the system: whether they reach a folder, and what they run."""

import contextlib
import os
import signal
import sys
from pathlib import Path

from workshop import ROOT

READ = (ROOT, Path(sys.prefix), Path(sys.base_prefix))  # what a process of the course reads


def shut(path):
    """The uppermost folder on the way to a path that other accounts may not enter, or None."""
    path = Path(path).resolve()
    for folder in [*reversed(path.parents), path]:
        if folder.is_dir() and not folder.stat().st_mode & 0o001:
            return folder
    return None


def obstacle(paths=READ):
    """A sentence on the first of some paths that others cannot reach, or None."""
    for path in paths:
        if folder := shut(path):
            return f"other accounts cannot read {path}: only its owner may enter {folder}"
    return None


def processes(uid):
    """The numbers of all processes of an account."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            if process.stat().st_uid == uid:
                yield int(process.name)


def end_all(uid):
    """Kill all processes of an account."""
    for pid in processes(uid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
