"""A student's server, in the student's home and under the student's account.

The home gets what the course has and it lacks, so a chapter that was deleted comes back whole, and
one that was changed stays as it is.
"""

import os
import sys
from pathlib import Path

from workshop import ROOT

COPIED = ["chapters"]
LINKED = ["lib", "data", "README.md"]  # which the chapters link to


def lay_out(home, course=ROOT):
    """Bring the course into a home."""
    for source in sorted(path for name in COPIED for path in (course / name).rglob("*")):
        target = home / source.relative_to(course)
        if source.is_dir() or any(part.startswith(".") for part in target.relative_to(home).parts):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if not os.path.lexists(target):
            target.write_bytes(source.read_bytes())
    for name in LINKED:
        if not os.path.lexists(home / name):
            (home / name).symlink_to(course / name)


def main():
    """Lay out the home and become the server."""
    lay_out(Path.home())
    command = [sys.executable, "-m", "jupyterhub.singleuser", *sys.argv[1:]]
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
