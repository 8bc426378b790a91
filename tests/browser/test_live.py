"""The live site in a browser: chapters run in the page, and a reader's work is kept there.

The shortest chapter is run; with COURSE_LIVE=all every one is, the excursions too.
"""

import base64
import io
import json
import os

import pytest
from PIL import Image

from tests.live.site import STOOD_IN
from workshop.browser import checks, chromium
from workshop.browser.lab import CODE, CURRENT
from workshop.execute import CHAPTERS, load, notebook_paths
from workshop.live import tab
from workshop.strict_nbval import required

PATHS = notebook_paths()
SHORTEST = [path for path in PATHS if path.stem == "00_notation"]
RUN = PATHS if os.environ.get("COURSE_LIVE") == "all" else SHORTEST
PROGRESS = """from lib.activations import ReLU
from lib.datasets import noisy_moons
from lib.layers import Dense
from lib.network import Network
from lib.optimizers import Adam
from lib.training import train
X, Y = noisy_moons()
train(Network([Dense(5), ReLU(), Dense(1)], 2), X, Y, Adam(0.01), 50, progress=True)"""


def place(path):
    """The address of a chapter in the site's file browser."""
    return path.relative_to(CHAPTERS.parent).as_posix()


def replace(live, cell, text):
    """Put a text into the cell with an id, and run it; returns its outputs."""
    live.page.evaluate(
        f"""async ([id, text]) => {{
          const cell = {CURRENT}.content.widgets.find((cell) => cell.model.id == id);
          {CURRENT}.content.activeCellIndex = {CURRENT}.content.widgets.indexOf(cell);
          cell.model.sharedModel.setSource(text);
          await jupyterapp.commands.execute("notebook:run-cell");
        }}""",
        [cell, text],
    )
    cells = live.page.evaluate(f"{CODE}.map((c) => [c.model.id, c.model.outputs.toJSON()])")
    return dict(cells)[cell]


def text_of(outputs):
    """All text in the outputs of a cell."""
    return json.dumps(outputs, ensure_ascii=False)


def without_wiped(outputs):
    """The outputs of cells, without what finished progress bars leave."""
    return [[o for o in cell if not tab.is_wiped(tab.nodes([o])[0])] for cell in outputs]


@pytest.mark.parametrize("path", RUN, ids=lambda path: path.stem)
def test_a_chapter_runs_whole(live, path, screenshot, record_property):
    """No error; every text as stored, every figure with its description; see tab.LEFT_OUT."""
    if needs := required(path):
        pytest.skip(f"{path.stem} needs {', '.join(needs)}, which Pyodide does not have")
    stored = [cell for cell in load(path).cells if cell.cell_type == "code"]
    live.open(place(path))
    counts, outputs, seconds, ready = live.run_timed()
    record_property("seconds", round(seconds))
    record_property("seconds until the kernel was ready", round(ready))
    screenshot(live.page, f"live-{path.stem}")
    assert not list(checks.failed(without_wiped(outputs)))
    assert counts == list(range(1, len(counts) + 1))
    faults = {
        cell.id: found
        for cell, fresh in zip(stored, outputs, strict=True)
        if (found := tab.compare(cell.outputs, fresh))
    }
    assert not faults


def test_the_contents_lead_to_every_chapter(live, screenshot):
    """The site's address shows them at once; a click opens a chapter in JupyterLab."""
    live.page.goto(live.address("/"))
    assert "in a browser tab" in live.page.inner_text("body")
    links = live.page.get_by_role("link")
    due = [f"lab/index.html?path={place(path)}" for path in PATHS]
    assert set(due) <= {link.get_attribute("href") for link in links.all()}
    screenshot(live.page, "live-contents")
    links.first.click()
    live.page.wait_for_function("window.jupyterapp")
    live.wait_for(place(PATHS[0]))


def test_an_address_opens_a_chapter(live):
    """What a page of the book links to."""
    live.visit(f"/lab/index.html?path={place(PATHS[1])}")
    live.wait_for(place(PATHS[1]))


def test_stored_text_is_shown_as_it_is_stored(live):
    """JupyterLite joins lines of text with commas if they come as a list."""
    live.open(place(PATHS[1]))
    (due,) = (cell.outputs for cell in load(PATHS[1]).cells if cell.get("id") == "ex1-check")
    shown = live.page.evaluate(f"{CODE}.map((c) => [c.model.id, c.model.outputs.toJSON()])")
    assert not tab.compare(due, dict(shown)["ex1-check"])
    lines = due[0].text.splitlines()
    shown = live.page.evaluate(
        f"{CODE}.find((cell) => cell.model.id == 'ex1-check').outputArea.node.textContent"
    )
    assert len(lines) > 1 and all(line in shown.split("\n") for line in lines)


def test_an_exercise_answers(live, screenshot):
    """A known mistake is named; a hint and the solution come; the right answer is right."""
    live.open(place(PATHS[1]))
    check = "from lib.exercises import ch01\nch01.to_columns.check(to_columns)"
    wrong = "def to_columns(p):\n    return p.reshape(len(p), -1).T / 255"
    replace(live, "ex1-stub", wrong)
    said = text_of(replace(live, "ex1-check", check))
    assert "Exercise 1.1 · incorrect" in said and "the centring is missing" in said
    assert "Hint 1 of" in text_of(replace(live, "ex1-check", "ch01.to_columns.hint()"))
    (shown,) = tab.nodes(replace(live, "ex1-check", "ch01.to_columns.solution()"))
    replace(live, "ex1-stub", shown.text)
    assert "Exercise 1.1 · correct" in text_of(replace(live, "ex1-check", check))
    screenshot(live.page, "live-exercise")


def test_a_progress_bar_leaves_nothing_behind(live):
    """No error, and no warning of a thread that could not start."""
    live.open(place(PATHS[1]))
    (outputs,) = without_wiped([replace(live, "ex1-stub", f"{PROGRESS};")])
    assert not outputs


def test_a_readers_own_picture_is_read(live, tmp_path):
    """Uploaded with the file browser's button, and read by a chapter's own function."""
    live.visit(f"/lab/index.html?path={place(PATHS[1])}")  # the file browser shows its folder
    live.open(place(PATHS[1]))
    file = tmp_path / "mine.png"
    Image.new("RGB", (90, 70), (200, 30, 60)).save(file)
    with live.page.expect_file_chooser() as chooser:
        live.page.locator("[data-jp-item-name=uploader] jp-button").first.click()
    chooser.value.set_files(file)
    live.page.locator(".jp-DirListing-itemText", has_text="mine.png").wait_for()
    code = "from lib.datasets import load_picture\npixels = load_picture('mine.png')\n"
    code += "print(pixels.shape, pixels[9, 9])"
    assert "(64, 64, 3) [200  30  60]" in text_of(replace(live, "ex1-stub", code))


def test_edits_are_kept_and_can_be_downloaded(live, tmp_path):
    """Saved, they are there when the page is loaded anew, and in the file that is downloaded."""
    live.open(place(PATHS[1]))
    replace(live, "ex1-stub", "kept = 'by this browser'")
    live.page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    live.visit(f"/lab/index.html?path={place(PATHS[1])}")
    live.open(place(PATHS[1]))
    sources = live.page.evaluate(f"{CODE}.map((cell) => cell.model.sharedModel.getSource())")
    assert "kept = 'by this browser'" in sources
    with live.page.expect_download() as download:
        live.page.evaluate("jupyterapp.commands.execute('docmanager:download')")
    download.value.save_as(tmp_path / "mine.ipynb")
    assert "kept = 'by this browser'" in (tmp_path / "mine.ipynb").read_text(encoding="utf-8")


def test_the_comparison_finds_what_differs():
    """Another text, a missing figure, another description: each is told; other pixels are not."""

    def figure(color, words):
        png = io.BytesIO()
        Image.new("RGB", (4, 4), color).save(png, "PNG")
        data = {"image/png": base64.b64encode(png.getvalue()).decode(), "text/plain": words}
        return {"output_type": "display_data", "data": data, "metadata": {}}

    def slider(*frames):
        pictures = [figure(*frame)["data"] for frame in frames]
        html = "".join(
            f'<img alt="{data["text/plain"]}" src="data:image/png;base64,{data["image/png"]}">'
            for data in pictures
        )
        return {"output_type": "display_data", "data": {"text/html": html}, "metadata": {}}

    def printed(text, name="stdout"):
        return {"output_type": "stream", "name": name, "text": text}

    def compared(stored, fresh):
        return tab.compare(tab.nodes(stored), fresh)

    assert not compared([figure("red", "a curve")], [figure("blue", ["a cur", "ve"])])
    two = slider(("red", "a curve"), ("red", "a line"))
    assert not compared([two], [slider(("blue", "a curve"), ("green", "a line"))])
    assert compared([two], [slider(("red", "a curve"), ("red", "another"))])
    assert compared([two], [slider(("red", "a curve"))])
    assert not compared([printed("a\nb\n")], [printed(["a\n", "b\n"])])
    assert compared([figure("red", "a curve")], [figure("red", "another")])
    assert compared([figure("red", "a curve")], [])
    assert not compared([], [printed("\r      \r", "stderr")])
    assert compared([], [printed("\r a warning", "stderr")])
    assert compared([], [printed("  ")])
    assert compared([printed("0.5")], [printed("0.6")])


def test_the_page_asked_nothing_of_the_network(live):
    """The last test: of all that was done above."""
    assert not live.outside()
    assert set(live.missing) <= {"/favicon.ico"}  # what browsers ask every site for
    # A file that is not there yet is JupyterLite's own question; `missing` has the site's.
    assert not [error for error in chromium.ours(live.errors) if "status of 404" not in error]


def test_h5py_is_the_real_one(live):
    """Where it is not, the chapters above were tried with a stand-in, and this says so."""
    if live.stood_in:
        pytest.skip(STOOD_IN)
