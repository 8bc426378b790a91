"""The house has three floors and no stairs going up; read from the source, not from memory."""

import ast
import importlib
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from workshop.library import carries_an_idea

ROOT = Path(__file__).resolve().parents[2]
GROUND = {"checks", "words", "layers", "losses", "initializers", "optimizers", "history"}
ABOVE = {"network", "activations", "regularization", "augmentation", "batch_norm", "streaming"}
ABOVE |= {"watching", "training", "gram", "persistence"}
LATE = {("training", "persistence")}  # imported by the function that needs it, when it is called
APART = {"plots", "estimator", "exercises"}  # nothing below may know them


def imports_of(source):
    """The modules of lib that a source imports, by their first name; ``lib`` itself counts."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.level:
            found.add("a relative import")
        elif isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "lib":
            parts = node.module.split(".")[1:]
            found |= {parts[0]} if parts else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
            found |= {name[1] if len(name) > 1 else "lib" for name in names if name[0] == "lib"}
    return found


def house(folder):
    """What every module imports, files of a package taken together: {module: imports}."""
    found = {}
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder).parts[0].removesuffix(".py")
        if name != "__init__":
            found.setdefault(name, set()).update(imports_of(path.read_text(encoding="utf-8")))
    return {name: imported - {name} for name, imported in found.items()}


def stairs_up(modules):
    """Sentences on every import that the plan of the house forbids."""
    faults = []
    for name, imported in modules.items():
        faults += [f"{name} imports {other}" for other in sorted(imported & APART)]
        if name in GROUND:
            faults += [f"{name} imports {other}" for other in sorted(imported - GROUND - APART)]
        if name in ABOVE:
            allowed = GROUND | ABOVE | APART
            above = [other for other in imported - allowed if (name, other) not in LATE]
            faults += [f"{name} imports {other}" for other in sorted(above)]
    try:
        TopologicalSorter(modules).prepare()
    except CycleError as error:
        faults.append(f"cycle: {' -> '.join(error.args[1])}")
    return faults


MODULES = house(ROOT / "lib")


def test_no_stairs_go_up():
    assert set(MODULES) >= GROUND | {"network", "training", "gram", "datasets"}
    assert stairs_up(MODULES) == []


@pytest.mark.parametrize(
    "module, line, fault",
    [
        ("losses", "from lib.activations import sigmoid", "losses imports activations"),
        ("network", "import lib.plots", "network imports plots"),
        ("gram", "from lib import exercises", "gram imports exercises"),
        ("datasets", "def f():\n    from lib.plots import show", "datasets imports plots"),
        ("training", "from lib.datasets import blobs", "training imports datasets"),
        ("layers", "from lib import ReLU", "layers imports ReLU"),
        ("checks", "from .layers import Dense", "checks imports a relative import"),
        ("checks", "from lib.layers import Dense", "cycle: "),
    ],
)
def test_a_stair_going_up_is_noticed(module, line, fault):
    broken = {**MODULES, module: MODULES[module] | imports_of(line)}
    assert any(found.startswith(fault) for found in stairs_up(broken))


LISTINGS = [
    (ROOT / "lib" / "__init__.py", "What supports them", "``{}``"),
    (ROOT / "README.md", "The other modules support these", "[{}](lib/{}"),
]


@pytest.mark.parametrize("path, heading, link", LISTINGS)
def test_a_listing_tells_the_modules_of_ideas_from_those_that_support_them(path, heading, link):
    ideas, found, support = path.read_text(encoding="utf-8").partition(heading)
    assert found
    for name in MODULES:
        idea = carries_an_idea(importlib.import_module(f"lib.{name}"))
        listed = link.format(name, name)
        assert (listed in ideas, listed in support) == (idea, not idea), name


@pytest.mark.parametrize("package", ["matplotlib", "sklearn", "h5py", "tqdm", "IPython"])
def test_import_lib_brings_nothing_but_numpy(package):
    code = f"import sys, lib; sys.exit({package!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_that_check_can_fail():
    code = "import sys, lib.datasets; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 1


def test_every_name_that_a_module_offers_is_there():
    code = "import lib; [getattr(lib, name) for name in lib.__all__]"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
