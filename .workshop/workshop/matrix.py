"""Do the stored outputs hold on other machines? Runs the chapters and the published results again
under every kind of processor that OpenBLAS knows how to play here, with one thread and with two,
and with the oldest and the newest packages that are allowed, and prints one table.

    make test-matrix                     all of it: about two minutes a row
    make test-matrix ARGS="--quick"      the oldest and the newest processor only, these packages
    make test-matrix ARGS="chapters/04_initialization.ipynb"      of these tests only

A processor is played by OPENBLAS_CORETYPE, which chooses the kernels, and with them the order of
the additions. What a row really ran on is asked of the running library, not taken for granted.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from workshop import ROOT

# OpenBLAS's names, and the instruction set without which the kernels would crash.
PROCESSORS = {
    "Nehalem": "sse4_2",
    "Sandybridge": "avx",
    "Haswell": "avx2",
    "Zen": "avx2",
    "SkylakeX": "avx512f",
}
WHAT = ["chapters", "tests/published"]
ASK = """
import numpy, sklearn, threadpoolctl
blas = [p for p in threadpoolctl.threadpool_info() if p.get("internal_api") == "openblas"]
print(blas[0]["architecture"] if blas else "no OpenBLAS", numpy.__version__, sklearn.__version__)
"""


def flags():
    """The instruction sets of this machine, or None where nobody says."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return None
    return next((set(line.split()) for line in lines if line.startswith("flags")), None)


def run(python, processor, threads, what):
    """One row of the table: what it ran on, and whether everything passed."""
    environment = dict(os.environ, OPENBLAS_NUM_THREADS=str(threads), OMP_NUM_THREADS=str(threads))
    if processor:
        environment["OPENBLAS_CORETYPE"] = processor
    asked = subprocess.run([python, "-c", ASK], cwd=ROOT, env=environment, capture_output=True)
    ran_on = asked.stdout.decode().split()
    if asked.returncode or (processor and ran_on[0].lower() != processor.lower()):
        return "not run", f"asked for {processor}, got {ran_on or asked.stderr.decode()[-300:]}"
    start = time.perf_counter()
    command = [python, "-m", "pytest", "-q", "--once", "-p", "no:cacheprovider", *what]
    tests = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    last = tests.stdout.strip().splitlines()[-1] if tests.stdout.strip() else tests.stderr[-300:]
    if tests.returncode:
        print(tests.stdout[-3000:], file=sys.stderr)
    seconds = time.perf_counter() - start
    return ("passed" if tests.returncode == 0 else "FAILED"), f"{last} [{seconds:.0f} s]"


def environments(folder):
    """Pythons with the oldest and the newest allowed packages: (name, python) pairs."""
    if not shutil.which("uv"):
        print("without uv (https://docs.astral.sh/uv/) only these packages are tried")
        return
    for version in ("3.11", "3.12", "3.13", "3.14"):
        for resolution in ("lowest-direct", "highest"):
            if resolution == "lowest-direct" and version != "3.11":
                continue  # the oldest packages have no builds for newer Pythons
            name = f"Python {version}, {resolution}"
            home = folder / f"{version}-{resolution}"
            python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
            pip = ["uv", "pip", "install", "-q", "--python", python, "--resolution", resolution]
            steps = [
                ["uv", "venv", "-q", "--clear", "--python", version, home],
                [*pip, "-r", "requirements.txt", "-e", ".[test]"],
            ]
            if all(subprocess.run(step, cwd=ROOT).returncode == 0 for step in steps):
                yield name, str(python)
            else:
                yield name, None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two processors, these packages")
    parser.add_argument("what", nargs="*", default=WHAT, help="tests, as pytest takes them")
    options = parser.parse_args()
    rows, known = [], flags()
    for processor, needs in PROCESSORS.items():
        if options.quick and processor not in ("Nehalem", "Haswell"):
            continue
        for threads in (1, 2):
            name = f"{processor}, {threads} thread{'s' if threads > 1 else ''}"
            if known is not None and needs not in known:
                rows.append((name, "not run", f"this machine has no {needs}"))
            else:
                rows.append((name, *run(sys.executable, processor, threads, options.what)))
            print(*rows[-1], sep=" | ", flush=True)
    if not options.quick:
        for name, python in environments(ROOT / ".venv" / "matrix"):
            result = run(python, None, 1, options.what) if python else ("not run", "not to be had")
            rows.append((name, *result))
            print(*rows[-1], sep=" | ", flush=True)
    passed = sum(result == "passed" for _, result, _ in rows)
    failed = [name for name, result, _ in rows if result == "FAILED"]
    print(f"\n{passed} passed, {len(failed)} failed, {len(rows) - passed - len(failed)} not run")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
