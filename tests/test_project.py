"""The files that tools read agree with one another."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def required(lines):
    """The requirements among some lines, without comments, sorted."""
    bare = (line.partition("#")[0].strip() for line in lines)
    return sorted(line for line in bare if line and not line.startswith("-e"))


def differences(requirements, project):
    """What the package needs and requirements.txt lacks, or gives another bound."""
    listed = required(requirements.splitlines())
    return [need for need in project["project"]["dependencies"] if need not in listed]


def files():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return (ROOT / "requirements.txt").read_text(encoding="utf-8"), project


def test_requirements_and_package_agree():
    requirements, project = files()
    assert not differences(requirements, project)
    assert "-e ." in requirements.splitlines()


def test_a_bound_that_differs_is_found():
    requirements, project = files()
    changed = requirements.replace("numpy>=2.0", "numpy>=1.9")
    assert changed != requirements
    assert differences(changed, project) == ["numpy>=2.0"]
