"""What is skipped is said in one line a reason."""

import os
import subprocess
import sys

TESTS = """
import pytest


@pytest.mark.skip(reason="no moon")
def test_a():
    pass


def test_b():
    pytest.skip("no moon")


def test_c():
    pytest.skip("no sun")


def test_d():
    pass
"""


def test_a_reason_takes_one_line(tmp_path):
    (tmp_path / "test_sky.py").write_text(TESTS)
    options = ["-p", "workshop.skips", "-p", "no:cacheprovider", "-c", os.devnull]
    command = [sys.executable, "-m", "pytest", *options, tmp_path / "test_sky.py"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout
    lines = [line for line in told.splitlines() if "no moon" in line or "no sun" in line]
    assert lines == ["2 skipped: no moon", "1 skipped: no sun"]
    assert "1 passed, 3 skipped" in told
