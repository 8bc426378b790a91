"""Who is in the class: a file with a name and a password on each line, which only its owner reads.

A line that holds a name alone gets a password when the hub starts. Empty lines and lines that begin
with # are left alone.
"""

import os
import re
import secrets
import tempfile
from pathlib import Path

NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")  # what every Linux takes as the name of an account
LENGTH = 9  # random bytes of a password: 72 bits, written as twelve letters


def entries(text):
    """[(line, name or None, password or None)] of a class list; ValueError names a bad line."""
    found, seen = [], set()
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            found.append((line, None, None))
            continue
        name, *rest = words
        if not NAME.fullmatch(name) or len(rest) > 1:
            raise ValueError(
                f"line {number} is not a name and a password: a name has small letters, digits "
                f"and hyphens, and begins with a letter: {line!r}"
            )
        if name in seen:
            raise ValueError(f"line {number} names {name} a second time")
        seen.add(name)
        found.append((line, name, rest[0] if rest else None))
    return found


def passwords(path):
    """{name: password} of those who have one."""
    listed = entries(Path(path).read_text(encoding="utf-8"))
    return {name: password for _, name, password in listed if password}


def complete(path):
    """Give a password to each name without one; the file is then its owner's alone."""
    path = Path(path)
    lines = [
        f"{name} {secrets.token_urlsafe(LENGTH)}" if name and not password else line
        for line, name, password in entries(path.read_text(encoding="utf-8"))
    ]
    handle, aside = tempfile.mkstemp(dir=path.parent)  # readable by its owner only
    with os.fdopen(handle, "w", encoding="utf-8") as new:
        new.write("\n".join([*lines, ""]))
    os.replace(aside, path)
