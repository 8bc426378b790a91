"""Damaged files of both kinds: each is refused in documented words, or read and right."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="bounding the memory of a process needs a POSIX system")

ROOT = Path(__file__).resolve().parents[2]
MUTANTS = int(os.environ.get("COURSE_MUTANTS", 800))  # of each kind; 10,000 once a week


@pytest.mark.parametrize("kind", ["model", "cats"])
def test_damaged_files(kind):
    command = [sys.executable, "-m", "workshop.mutants", kind, "0", str(MUTANTS)]
    limit = 120 + MUTANTS // 10
    worker = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=limit)
    assert worker.returncode == 0, f"the reader died: {worker.returncode}\n{worker.stderr[-2000:]}"
    found = json.loads(worker.stdout)
    assert found["faults"] == []
    assert found["refused"] + found.get("read, and right", 0) == MUTANTS
    assert found["refused"] > 0.4 * MUTANTS  # the damage was real


BROKEN = """
from workshop import mutants


def broken(folder):
    path, read = mutants.cats(folder)
    calls = []

    def worse():
        calls.append(1)
        {body}

    return path, worse


mutants.KINDS["broken"] = broken
mutants.SECONDS = {seconds}
mutants.main("broken", 0, 6)
"""


@pytest.mark.parametrize(
    "body, seconds, fault",
    [
        ("return read() if len(calls) == 1 else 1 / 0", 5, "another error: ZeroDivisionError"),
        ("return [len(calls)]", 5, "read, and wrong"),
        ("return [1] if len(calls) == 1 else int('no number')", 5, "refused in other words"),
        ("return [1]", -1, "took longer than"),
    ],
)
def test_a_worse_reader_is_found_out(body, seconds, fault):
    code = BROKEN.format(body=body, seconds=seconds)
    worker = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert worker.returncode == 0, worker.stderr
    faults = json.loads(worker.stdout)["faults"]
    assert len(faults) == 6 and all(fault in line for line in faults)
