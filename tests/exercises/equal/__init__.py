"""Edits of a solution that its check accepts because they are no mistakes, with the reason.

One file a chapter: ``EQUAL = {exercise: {changed line, or kind of edit: why it is no mistake}}``.
"""

import importlib
from pathlib import Path

EQUAL = {}
for path in sorted(Path(__file__).parent.glob("ch*.py")):
    EQUAL |= importlib.import_module(f"{__name__}.{path.stem}").EQUAL
