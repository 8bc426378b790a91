"""Do the stored outputs hold on other machines? Runs the chapters and the published results again
as if on each, and prints one table. A row is named by the machine that it imitates:

- **numpy** X86_V3: NumPy's own exp, tanh and sums by the instructions of that level, the stronger
  ones disabled (NPY_DISABLE_CPU_FEATURES), down to its baseline;
- **blas** Haswell: the matrix products by OpenBLAS's kernels for that processor
  (OPENBLAS_CORETYPE), with one thread, or with two;
- **noise** 1: every number drawn or loaded, and every exp, log or tanh, one unit in the last place
  away, or not (`workshop.noise`);
- **Python** 3.14: with the newest packages, or, under the oldest Python, the oldest ones.

    make test-matrix                               all of it: three to fifteen minutes per row
    make test-matrix ARGS="--quick"                the weakest processor, two seeds of noise
    make test-matrix ARGS="--rows noise"           the rows whose name contains a word
    make test-matrix ARGS="--list"                 the names of the rows
    make test-matrix ARGS="chapters/04_initialization.ipynb"      of these tests only

What a row really ran on is asked of the running libraries, not taken for granted.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from workshop import ROOT, machine

# OpenBLAS's names, and the instruction set without which the kernels would crash.
PROCESSORS = {
    "Nehalem": "sse4_2",
    "Sandybridge": "avx",
    "Haswell": "avx2",
    "Zen": "avx2",
    "SkylakeX": "avx512f",
}
SEEDS = range(1, 9)
WHAT = ["chapters", "tests/published"]
ASK = "from workshop import machine; print(machine.levels(), machine.blas(), sep='; ')"


class Row(NamedTuple):
    """One machine: its name, the variables that imitate it, and what its libraries report."""

    name: str
    environment: dict
    expected: tuple = ()
    noise: tuple = ()


def flags():
    """The instruction sets of this machine, or None where the system does not list them."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return None
    return next((set(line.split()) for line in lines if line.startswith("flags")), None)


def rows():
    """Every row that this machine can imitate, without the environments."""
    found, levels, known = [], machine.levels(), flags()
    kernels = [name for name, needs in PROCESSORS.items() if known is None or needs in known]
    for kept in range(len(levels) + 1):
        level = levels[kept - 1] if kept else "baseline"
        disabled = {"NPY_DISABLE_CPU_FEATURES": " ".join(levels[kept:])}
        for kernel in kernels:
            played = {**disabled, "OPENBLAS_CORETYPE": kernel}
            expected = (str(levels[:kept]), kernel)
            name = f"numpy {level}, blas {kernel}"
            found.append(Row(f"{name}, 1 thread", threads(1) | played, expected))
            if kept in (0, len(levels)):  # threads split matrix products, not NumPy's sums
                found.append(Row(f"{name}, 2 threads", threads(2) | played, expected))
    found += [Row(f"noise {seed}", threads(1), noise=(seed,)) for seed in SEEDS]
    return found


def threads(n):
    """The variables that give each library so many threads."""
    return {"OPENBLAS_NUM_THREADS": str(n), "OMP_NUM_THREADS": str(n)}


def run(row, what, python=sys.executable):
    """One row of the table: whether everything passed, and pytest's last line."""
    environment = {**os.environ, **row.environment}
    asked = subprocess.run([python, "-c", ASK], cwd=ROOT, env=environment, capture_output=True)
    ran_on = tuple(asked.stdout.decode().strip().split("; "))
    if asked.returncode or (row.expected and ran_on != row.expected):
        got = asked.stderr.decode()[-300:] or ran_on
        return "not run", f"asked for {row.expected}, got {got}"
    start = time.perf_counter()
    command = [python, "-m", "pytest", "-q", "--once", "-p", "no:cacheprovider", *what]
    command += ["--nbval-cell-timeout=900"]  # the kernels for old processors are slow
    if row.noise:
        command += ["--noise", ",".join(map(str, row.noise)), "-k", "noise"]
    tests = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    last = tests.stdout.strip().splitlines()[-1] if tests.stdout.strip() else tests.stderr[-300:]
    if tests.returncode:
        print(tests.stdout[-3000:], file=sys.stderr)
    seconds = time.perf_counter() - start
    return ("passed" if tests.returncode == 0 else "FAILED"), f"{last} [{seconds:.0f} s]"


def environments(folder, words):
    """Pythons with the oldest and the newest allowed packages: (row, python or None) pairs."""
    wanted = []
    for version in ("3.11", "3.12", "3.13", "3.14"):
        # The oldest packages have no builds for newer Pythons.
        for resolution in ("lowest-direct", "highest") if version == "3.11" else ("highest",):
            row = Row(f"Python {version}, {resolution}", threads(1))
            if chosen(row, words):
                wanted.append((row, version, resolution))
    if wanted and not shutil.which("uv"):
        print("without uv (https://docs.astral.sh/uv/) only these packages are tried")
        return
    for row, version, resolution in wanted:
        home = folder / f"{version}-{resolution}"
        python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        pip = ["uv", "pip", "install", "-q", "--python", python, "--resolution", resolution]
        steps = [
            ["uv", "venv", "-q", "--clear", "--python", version, home],
            [*pip, "-r", "requirements.txt", "-e", ".[test]"],
        ]
        made = all(subprocess.run(step, cwd=ROOT).returncode == 0 for step in steps)
        yield row, str(python) if made else None


def chosen(row, words):
    """Whether a row is asked for: its name contains one of the words, or there are none."""
    return not words or any(word.lower() in row.name.lower() for word in words)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="the weakest processor, two seeds")
    parser.add_argument("--rows", action="append", default=[], metavar="WORD", help="only these")
    parser.add_argument("--list", action="store_true", help="name the rows, and run none")
    parser.add_argument("what", nargs="*", default=WHAT, help="tests, as pytest takes them")
    options = parser.parse_args()
    words = options.rows
    if options.quick:
        words = [*words, "numpy baseline, blas Nehalem, 1 thread", "noise 1", "noise 2"]
    results = []
    pairs = [(row, sys.executable) for row in rows() if chosen(row, words)]
    if options.list:
        print(*(row.name for row, _ in pairs), sep="\n")
        return 0
    print(f"on {machine.describe()}")
    for row, python in chain(pairs, environments(ROOT / ".venv" / "matrix", words)):
        result = run(row, options.what, python) if python else ("not run", "not to be had")
        results.append((row.name, *result))
        print(*results[-1], sep=" | ", flush=True)
    passed = sum(result == "passed" for _, result, _ in results)
    failed = [name for name, result, _ in results if result == "FAILED"]
    print(f"\n{passed} passed, {len(failed)} failed, {len(results) - passed - len(failed)} not run")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
