"""What README.md says about speed is what the last runs of `make bench` stored."""

import copy
import json

from workshop import ROOT
from workshop.benchmarks import bench

STORED = json.loads((bench.HERE / "results.json").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_shows_what_was_measured():
    assert bench.report(STORED) in README
    assert (bench.HERE / "speed.png").stat().st_size > 0


def test_another_measurement_would_be_another_report():
    changed = copy.deepcopy(STORED)
    steps = next(iter(changed["steps"][0]["kernels"].values()))
    steps["a"]["this library"][0] *= 1.5
    assert bench.report(changed) not in README


def test_a_run_replaces_its_own_kernel_and_leaves_those_of_other_processors():
    old, new = {"a": {"this library": [2.0]}}, {"a": {"this library": [1.0]}}
    runs = [{"machine": "one", "kernels": {"Haswell": old, "SkylakeX": old}}]
    newest, other = bench.beside({"Haswell": new}, runs)
    assert newest["kernels"] == {"Haswell": new}
    assert other == {"machine": "one", "kernels": {"SkylakeX": old}}
    assert [run["kernels"] for run in bench.beside({"Haswell": new, "SkylakeX": new}, runs)] == [
        {"Haswell": new, "SkylakeX": new}
    ]
