"""`pytest --nbval` passes a good notebook and fails every mutation of it, at the mutated cell."""

import base64
import copy
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from PIL import Image, ImageDraw

from tests.notebooks.fixtures import (
    FIGURE,
    code,
    film,
    find,
    notebook,
    picture,
    printed,
    shown,
    store,
    text,
)
from workshop import strict_nbval
from workshop.execute import execute
from workshop.outputs import chunks, differences, names_software, without_software

ROOT = Path(__file__).resolve().parents[2]

ENVIRONMENT = """\
from os import environ
print(environ["TQDM_DISABLE"], environ["PYTHONHASHSEED"], "inline" in environ["MPLBACKEND"])"""

SLIDER = """\
import base64
from IPython.display import HTML
png = [base64.b64encode(Figure()._repr_mimebundle_()["image/png"]).decode() for _ in range(2)]
HTML("\\n".join(f'<img alt="{k}" src="data:image/png;base64,{p}">' for k, p in enumerate(png)))"""


def good():
    """Not yet run: each kind of output that the plugin judges, and what needs a history."""
    ignored = code("ignored", "print(id(object()))", tags=["nbval-ignore-output"])
    ignored.metadata["reason"] = "An address is never the same twice."
    return notebook(
        text("title", "# Title"),
        code("figure-class", FIGURE),
        code("figure", "Figure()"),
        code("slider", SLIDER),
        code("print", "print('cost 0.693')"),
        code("two", "display('first')\nprint('second')"),
        code("history", "6 * 7"),
        code("recall", "print(Out[max(Out)]); _;"),
        code("raise", "1 / 0", tags=["raises-exception"]),
        code("environment", ENVIRONMENT),
        ignored,
    )


MUTATIONS = {}


def caught(cell, sentence):
    """Register a mutation, with the cell that must fail and a part of what is then said."""

    def register(mutate):
        MUTATIONS[mutate.__name__] = (cell, sentence, mutate)
        return mutate

    return register


def repainted(encoded):
    """The same base64 PNG with a small white square in it."""
    image = Image.open(io.BytesIO(base64.b64decode(encoded)))
    ImageDraw.Draw(image).rectangle([5, 5, 8, 8], fill=255)
    file = io.BytesIO()
    image.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


@caught("print", "The stored notebook never executed this cell")
def never_run(made):
    find(made, "print").execution_count = None
    find(made, "print").outputs = []


@caught("raise", "The stored notebook never executed this cell")
def all_cleared(made):
    for cell in (cell for cell in made.cells if cell.cell_type == "code"):
        cell.execution_count, cell.outputs = None, []


@caught("print", "0 outputs are stored, 1 came")
def outputs_cleared(made):
    find(made, "print").outputs = []


@caught("print", "'cost 0.692' is stored, 'cost 0.693' came")
def digit_changed(made):
    find(made, "print").outputs[0].text = "cost 0.692\n"


@caught("print", "Cell outputs differ (when it was run a second time in a row)")
def another_digit_on_the_second_run(made):
    find(made, "print").source = "n = globals().get('n', 692) + 1\nprint(f'cost 0.{n}')"


@caught("figure", "output 1: image/png shows another picture")
def figure_repainted_in_part(made):
    data = find(made, "figure").outputs[0].data
    data["image/png"] = repainted(data["image/png"])


@caught("slider", "output 1: text/html picture 2 shows another picture")
def picture_of_a_slider_repainted(made):
    data = find(made, "slider").outputs[0].data
    pictures = re.findall('base64,([^"]*)', data["text/html"])
    data["text/html"] = data["text/html"].replace(pictures[0], "FIRST", 1)
    data["text/html"] = data["text/html"].replace(pictures[1], repainted(pictures[1]))
    data["text/html"] = data["text/html"].replace("FIRST", pictures[0])


@caught("slider", 'output 1: text/html differs: \'<img alt="one" src="data:image/png;base64,">\'')
def description_in_a_slider_replaced(made):
    data = find(made, "slider").outputs[0].data
    data["text/html"] = data["text/html"].replace('alt="1"', 'alt="one"')


@caught("slider", "output 1: text/html differs")
def picture_of_a_slider_dropped(made):
    data = find(made, "slider").outputs[0].data
    data["text/html"] = data["text/html"].splitlines()[0]


@caught("figure", "has another size: 8 x 8 is stored, 60 x 40 came")
def figure_resized(made):
    find(made, "figure").outputs[0].data["image/png"] = picture()


@caught("figure", "output 1: image/png came but is not stored")
def figure_deleted(made):
    del find(made, "figure").outputs[0].data["image/png"]


@caught("print", "output 1: image/png is stored but did not come")
def figure_invented(made):
    find(made, "print").outputs = find(made, "figure").outputs


@caught("figure", "output 1: text/plain differs: 'A gradient.' is stored")
def description_replaced(made):
    find(made, "figure").outputs[0].data["text/plain"] = "A gradient."


@caught("two", "1 outputs are stored, 2 came")
def output_dropped(made):
    find(made, "two").outputs.pop()


@caught("two", "output 1: stdout is stored but did not come")
def outputs_in_another_order(made):
    find(made, "two").outputs.reverse()


@caught("print", "2 outputs are stored, 1 came")
def output_added(made):
    find(made, "print").outputs.append(printed("Hm.", "stderr"))


@caught("raise", "tagged as raising an exception, and raised none")
def no_longer_raises(made):
    find(made, "raise").source = "1 / 1;"
    find(made, "raise").outputs = []


@caught("raise", "'ZeroDivisionError: division by nought' is stored")
def another_error(made):
    find(made, "raise").outputs[0].evalue = "division by nought"


@caught("ignored", "['nbval-ignore-output'] without a reason")
def unexplained_tag(made):
    del find(made, "ignored").metadata["reason"]


@caught("print", "['NBVAL_SKIP'] without a reason")
def unexplained_comment(made):
    find(made, "print").source = "# NBVAL_SKIP"


@pytest.fixture(scope="module")
def executed():
    """The good notebook with its outputs."""
    return execute(good())


@pytest.fixture(scope="module")
def results(executed, tmp_path_factory):
    """{notebook: {cell id: what pytest said, None if it passed}}, from one run over all."""
    folder = tmp_path_factory.mktemp("notebooks")
    stored = {"good": executed}
    for name, (cell, _, mutate) in MUTATIONS.items():
        stored[name] = copy.deepcopy(executed)
        mutate(stored[name])
        # Kernels are quick to start but imports are not: keep what the mutated cell needs.
        keep = {cell, "figure-class"} if cell in ("figure", "slider") else {cell}
        stored[name].cells = [c for c in stored[name].cells if c.id in keep]
    for name, made in stored.items():
        store(made, folder / f"{name}.ipynb")

    (folder / "conftest.py").write_text((ROOT / "conftest.py").read_text())
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-cell-timeout=30", "."]
    options = ["-p", "no:cacheprovider", "--rootdir=.", "--junit-xml=report.xml", "--color=no"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"}
    subprocess.run([*command, *options], cwd=folder, env=environment, stdout=subprocess.DEVNULL)

    said = {name: {} for name in stored}
    for case in ElementTree.parse(folder / "report.xml").iter("testcase"):
        name = case.get("classname").split(".")[0]
        cells = [cell for cell in stored[name].cells if cell.cell_type == "code"]
        failure = case.find("failure")
        cell = cells[int(case.get("name").removeprefix("Cell "))]
        said[name][cell.id] = None if failure is None else failure.text
    return said


def test_the_good_notebook_passes(results):
    cells = [cell.id for cell in good().cells if cell.cell_type == "code"]
    assert results["good"] == dict.fromkeys(cells)


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_mutated_notebook_fails(results, mutation):
    cell, sentence, _ = MUTATIONS[mutation]
    failed = {name: said for name, said in results[mutation].items() if said}
    assert failed.keys() == {cell}
    assert sentence in failed[cell]


def test_the_environment_of_the_kernel(executed):
    """nbval's kernel has the same one, or the good notebook would not pass."""
    (output,) = find(executed, "environment").outputs
    assert output.text == "1 0 True\n"


def test_a_notebook_that_needs_an_absent_package_is_skipped_and_says_so(tmp_path):
    asks = code("imports", "import no_such_package", tags=["requires-no_such_package"])
    store(notebook(text("title", "# Title"), asks), tmp_path / "needy.ipynb")
    store(notebook(text("title", "# Title")), tmp_path / "other.ipynb")
    options = ["-c", os.devnull, "--rootdir", tmp_path, "-p", "workshop.strict_nbval", "-rs"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", *options, tmp_path],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert "needy needs no_such_package, which is not installed" in run.stdout
    assert "1 skipped" in run.stdout and "failed" not in run.stdout


def test_there_is_no_lax_mode(tmp_path):
    command = [sys.executable, "-m", "pytest", "-p", "workshop.strict_nbval", "--nbval-lax"]
    run = subprocess.run([*command, str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert "the notebooks are validated strictly" in run.stderr


@pytest.mark.parametrize(("shade", "allowed"), [(200, True), (201, True), (202, False)])
def test_pictures_may_differ_by_one_shade(shade, allowed):
    old, new = (shown(image_png=picture((grey, grey, grey))) for grey in (200, shade))
    assert (differences([old], [new]) == []) == allowed


@pytest.mark.parametrize(
    ("stored", "sentence"),
    [
        (("white", "red", "blue"), None),
        (("white", "black", "blue"), "shows another picture"),  # neither the first nor the last
        (("white", "red"), "2 frames are stored, 3 came"),
    ],
)
def test_every_frame_of_an_animation_counts(stored, sentence):
    found = differences(
        [shown(image_png=film(*stored))], [shown(image_png=film("white", "red", "blue"))]
    )
    assert (found == []) if sentence is None else (sentence in found[0])


def test_the_software_chunk_goes_and_the_picture_stays():
    named, plain = picture(software="Painter 1.0"), picture()
    assert named != plain
    assert without_software(named) == plain
    assert not any(map(names_software, chunks(base64.b64decode(without_software(named)))))


@pytest.mark.parametrize(
    ("config", "order"),
    [
        (SimpleNamespace(workerinput={}), ["long 1", "long 2", "middle", "short", "test", "new"]),
        (SimpleNamespace(), ["test", "short", "long 1", "new", "long 2", "middle"]),
    ],
)
def test_workers_begin_with_the_longest_chapters(config, order, monkeypatch, tmp_path):
    (tmp_path / "results.json").write_text('{"chapters": {"short": 5, "long": 30, "middle": 20}}')
    monkeypatch.setattr(strict_nbval, "MEASURED", tmp_path / "results.json")
    items = [
        SimpleNamespace(name=name, path=Path(f"chapters/{name.split()[0]}.ipynb"))
        for name in ["test", "short", "long 1", "new", "long 2", "middle"]
    ]
    strict_nbval.pytest_collection_modifyitems(config, items)
    assert [item.name for item in items] == order
