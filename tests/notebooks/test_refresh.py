"""A run can be repeated to the byte, and one that fails changes nothing."""

import json
import sys

import pytest
from jupyter_client.kernelspec import KernelSpecManager

from tests.notebooks.fixtures import FIGURE, code, find, notebook, store, text
from workshop import refresh
from workshop.execute import execute, load


@pytest.fixture
def small(tmp_path):
    """A notebook with a figure, not yet run, its last cell with a random id."""
    cells = [text("title", "# Title"), code("figure", FIGURE), code("show", "Figure()")]
    cells.append(code("3f2a9c1e", "print(_.__class__.__name__); Out[2];"))
    return store(notebook(*cells), tmp_path / "small.ipynb")


def test_refresh_is_stable_to_the_byte(small, capsys):
    assert refresh.main([str(small)]) == 0
    assert capsys.readouterr().out.strip().endswith("changed")
    once = small.read_bytes()
    assert refresh.main([str(small)]) == 0
    assert capsys.readouterr().out.strip().endswith("unchanged")
    assert small.read_bytes() == once
    assert refresh.main(["--check", str(small)]) == 0

    stored = load(small)
    assert [cell.id for cell in stored.cells][-1] == "print-class-name-out-2"
    assert find(stored, "show").outputs[0].data.keys() == {"image/png", "text/plain"}
    assert find(stored, "print-class-name-out-2").outputs[0].text == "Figure\n"


def test_check_reports_and_does_not_write(small):
    before = small.read_bytes()
    assert refresh.main(["--check", str(small)]) == 1
    assert small.read_bytes() == before


def test_a_raising_cell_leaves_the_file_alone(tmp_path, capsys):
    path = store(notebook(code("fine", "print(1)"), code("fail", "1 / 0")), tmp_path / "r.ipynb")
    before = path.read_bytes()
    assert refresh.main([str(path)]) == 1
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    message = capsys.readouterr().err
    assert "1 / 0" in message and "ZeroDivisionError" in message


def test_another_kernel_of_the_same_name_is_not_used(tmp_path, monkeypatch):
    spec = {"argv": ["false"], "display_name": "Python 3", "language": "python"}
    (tmp_path / "kernels" / "python3").mkdir(parents=True)
    (tmp_path / "kernels" / "python3" / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    assert KernelSpecManager().get_kernel_spec("python3").argv == ["false"]

    (cell,) = execute(notebook(code("who", "import sys; print(sys.prefix)"))).cells
    assert cell.outputs[0].text == f"{sys.prefix}\n"
