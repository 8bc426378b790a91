"""The reader's progress: the exercises solved in this checkout, in a small file that git ignores.

Nothing needs the file. Where it cannot be written, the table is empty.
"""

import importlib
import json
import os
import sys
from pathlib import Path

__all__ = ["progress", "record", "say", "solved"]

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / ".exercises-solved.json"


def say(text):
    """Print a text, with ? for letters that the console cannot show."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        plain = text.replace("✓", "[ok]").replace("·", "-").replace("–", "-")
        text = plain.encode(encoding, "replace").decode(encoding)
    print(text)


def solved():
    """The ids of the exercises that were solved in this checkout, a set."""
    try:
        return {str(id) for id in json.loads(FILE.read_text(encoding="utf-8"))}
    except (OSError, ValueError, TypeError):
        return set()


def record(id):
    """Note that an exercise is solved, where there is a checkout to note it in."""
    known = solved()
    if id in known or not (FILE.parent / "chapters").is_dir():
        return
    aside = FILE.with_name(f"{FILE.name}.{os.getpid()}")
    try:
        aside.write_text(json.dumps(sorted(known | {id}), indent=0), encoding="utf-8")
        os.replace(aside, FILE)
    except OSError:
        aside.unlink(missing_ok=True) if os.access(aside.parent, os.W_OK) else None


def progress():
    """Print a table of all exercises, those solved in this checkout marked."""
    done, total, right, lines = solved(), 0, 0, []
    for path in sorted(Path(__file__).parent.glob("ch*.py")):
        module = importlib.import_module(f"lib.exercises.{path.stem}")
        things = [thing for thing in vars(module).values() if not isinstance(thing, type)]
        found = [thing for thing in things if hasattr(thing, "verdict")]
        count = sum(exercise.id in done for exercise in found)
        total, right = total + len(found), right + count
        lines.append(f"Chapter {int(path.stem[2:])}: {count} of {len(found)}")
        for exercise in found:
            mark = "✓" if exercise.id in done else " "
            lines.append(f"  {mark} {exercise.id:<5} {exercise.title}")
    lines.insert(0, f"{right} of {total} exercises solved")
    say("\n".join(lines))
