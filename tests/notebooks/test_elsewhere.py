"""Binder and Colab: what can be known of them without asking them."""

import re
import shutil
import subprocess
import tomllib

import pytest

from tests.notebooks.fixtures import code, notebook
from workshop.execute import CHAPTERS, execute, load

ROOT = CHAPTERS.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ADDRESS = "https://github.com/OWNER/REPOSITORY"
PLACES = {  # the address of a file in each service, by its own documentation
    "Binder": r"https://mybinder\.org/v2/gh/OWNER/REPOSITORY/main\?urlpath=lab/tree/([^)\s]+)",
    "Colab": r"https://colab\.research\.google\.com/github/OWNER/REPOSITORY/blob/main/([^)\s]+)",
}


def nowhere(text):
    """The services whose badge is missing, and the files that a badge opens in vain."""
    for service, pattern in PLACES.items():
        names = re.findall(rf"\]\({pattern}\)", text)
        yield from [] if names else [service]
        yield from (name for name in names if not (ROOT / name).is_file())


def test_the_badges_open_what_exists():
    assert not list(nowhere(README))


def test_a_badge_that_opens_nothing_is_found():
    assert list(nowhere(README.replace("blob/main/chapters/01_", "blob/main/chapters/1_"))) == [
        "chapters/1_logistic_regression.ipynb"
    ]
    assert list(nowhere(README.replace("mybinder.org/v2/gh", "mybinder.org/gh"))) == ["Binder"]


def test_binder_installs_the_packages_under_a_python_that_is_new_enough():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    runtime = (ROOT / ".binder" / "runtime.txt").read_text(encoding="utf-8").strip()
    major, minor = re.fullmatch(r"python-(\d+)\.(\d+)", runtime).groups()
    least = re.fullmatch(r">=(\d+)\.(\d+)", project["requires-python"]).groups()
    assert (int(major), int(minor)) >= tuple(map(int, least))
    lines = (ROOT / ".binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["-r ../requirements.txt"]


def lines_for_colab():
    """The first cell that README gives."""
    (cell,) = re.findall(rf"^```\n(!git clone [^`]*{ADDRESS} [^`]*)```$", README, re.MULTILINE)
    return cell


def test_the_lines_for_colab_make_a_chapter_find_the_course(tmp_path):
    """Run in an empty folder, but for the installation: the packages are here already."""
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("git is not here, or this folder is no clone")
    cell = lines_for_colab()
    assert cell.splitlines()[-1] == "%pip install --quiet -e ."
    source = tmp_path / "source"
    subprocess.run(["git", "clone", "--quiet", "--bare", ROOT, source], check=True)
    cell = cell.replace(ADDRESS, source.as_uri()).rpartition("%pip")[0]
    first = next(
        c for c in load(CHAPTERS / "01_logistic_regression.ipynb").cells if c.cell_type == "code"
    )
    home = f"import os\nos.chdir({str(tmp_path)!r})"
    where = "import lib\nprint(lib.__file__)"
    told = execute(notebook(code("home", home), code("set-up", cell), first, code("where", where)))
    assert told.cells[-1].outputs[0].text.startswith(str(tmp_path / "course"))
