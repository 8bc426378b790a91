"""Every rule over every chapter."""

import pytest

from workshop.execute import CHAPTERS, chapter_paths, notebook_paths
from workshop.rules import RULES, Chapter, library_pointers


def test_there_are_chapters():
    """Without this, a folder that moved would leave the rules nothing to judge."""
    assert chapter_paths(), "no notebook in the folder of chapters"


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("path", notebook_paths(), ids=lambda path: path.stem)
def test_rule(path, rule):
    faults = RULES[rule](Chapter.read(path))
    assert not faults, "\n" + "\n".join(faults)


def test_library_names_point_at_chapters():
    faults = library_pointers("lib", CHAPTERS)
    assert not faults, "\n" + "\n".join(faults)
