"""A slider in a real browser: on a page of its own, in JupyterLab, and where no script runs."""

import re

import pytest

from lib import plots
from tests.notebooks.fixtures import code, notebook, store
from workshop.browser.lab import CODE, CURRENT

SOURCE = """\
import sys; sys.path.insert(0, "..")
from lib import plots
plots.slider(lambda k: plots.lines({"average": [1.0, k]}), [0, 0.5, 0.75], "β", start=1)"""


def slider():
    """The HTML of a slider of three pictures, the second of which is seen first."""
    return plots.slider(
        lambda k: plots.lines({"average": [1.0, k]}), [0, 0.5, 0.75], "β", start=1
    ).html


def seen(place):
    """The alternative texts of the pictures that are seen."""
    found = place.locator("figure.slider img").all()
    return [picture.get_attribute("alt") for picture in found if picture.is_visible()]


def starts(place, value):
    """Whether only the picture of this value is seen."""
    return [alt.partition(":")[0] for alt in seen(place)] == [f"β = {value}"]


@pytest.fixture
def shown(page, tmp_path):
    """A page with the slider alone, and what it says to the console."""
    path = tmp_path / "page.html"
    path.write_text(f"<!doctype html><meta charset=utf-8>{slider()}", encoding="utf-8")
    page.goto(path.as_uri())
    return page


def test_the_first_picture_is_the_chosen_one(shown, screenshot):
    assert starts(shown, "0.5")
    assert shown.locator("figure.slider output").inner_text() == "0.5"
    assert shown.get_by_label("β").get_attribute("aria-valuetext") == "0.5"
    screenshot(shown, "slider-page")


def test_the_keyboard_moves_it(shown):
    shown.keyboard.press("Tab")
    for key, value in (("ArrowRight", "0.75"), ("ArrowRight", "0.75"), ("ArrowLeft", "0.5"),
                       ("Home", "0"), ("End", "0.75")):  # fmt: skip
        shown.keyboard.press(key)
        assert starts(shown, value), key


def test_the_mouse_moves_it(shown):
    box = shown.locator("input").bounding_box()
    shown.mouse.click(box["x"] + 3, box["y"] + box["height"] / 2)
    assert starts(shown, "0")


def test_two_sliders_do_not_meet(page, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(f"<!doctype html><meta charset=utf-8>{slider()}{slider()}", encoding="utf-8")
    page.goto(path.as_uri())
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    assert [alt.partition(":")[0] for alt in seen(page)] == ["β = 0.75", "β = 0.5"]


def test_without_its_script_the_pictures_unfold(page, tmp_path):
    path = tmp_path / "page.html"
    html = re.sub("<script>.*</script>", "", slider(), flags=re.DOTALL)
    path.write_text(f"<!doctype html><meta charset=utf-8>{html}", encoding="utf-8")
    page.goto(path.as_uri())
    assert starts(page, "0.5")
    page.locator("summary").first.click()
    assert len(seen(page)) == 2


def test_in_jupyterlab_it_moves_once_it_is_run_and_unfolds_before(lab, screenshot):
    stored = notebook(code("slider", SOURCE))
    store(stored, lab.folder / "chapters" / "slider.ipynb")
    cells = lab.open("chapters/slider.ipynb")
    lab.run()
    cells.locator("figure.slider input").wait_for()
    assert starts(cells, "0.5")
    screenshot(lab.page, "lab-slider")
    cells.locator("figure.slider input").focus()
    for key, value in (("ArrowRight", "0.75"), ("ArrowLeft", "0.5"), ("ArrowLeft", "0")):
        lab.page.keyboard.press(key)
        assert starts(cells, value), key
    html = lab.page.evaluate(f"{CODE}[0].model.outputs.toJSON()")[0]["data"]["text/html"]
    lab.page.evaluate(
        f"""(html) => {{
          const cell = {CURRENT}.content.widgets[0].model;
          cell.trusted = false;
          cell.outputs.fromJSON([{{output_type: "display_data", metadata: {{}},
            data: {{"text/html": html, "text/plain": "x"}}}}]);
        }}""",
        "".join(html),
    )
    cells.locator("figure.slider summary").first.wait_for()
    assert cells.locator("figure.slider input").count() == 0
    assert starts(cells, "0.5")
