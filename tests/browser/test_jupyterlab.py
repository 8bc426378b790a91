"""Every chapter opened in JupyterLab, as a reader opens it.

It is looked at as it is stored; the shortest is also run whole, from cleared outputs, and with
COURSE_BROWSER=all every one is.
"""

import itertools
import os
import re

import pytest

from workshop import markdown
from workshop.browser import checks, chromium
from workshop.browser.lab import CODE, pictures
from workshop.execute import chapter_paths, load

CHAPTERS = chapter_paths()
SHORTEST = [path for path in CHAPTERS if path.stem == "00_notation"]
RUN = CHAPTERS if os.environ.get("COURSE_BROWSER") == "all" else SHORTEST


def stem(path):
    return path.stem


class Opened:
    """A chapter in JupyterLab: its file, what is stored in it, and its cells on the page."""

    def __init__(self, lab, path):
        self.path, self.stored = path, load(path)
        self.cells = lab.open(f"chapters/{path.name}")

    @property
    def outputs(self):
        return [cell.outputs for cell in self.stored.cells if cell.cell_type == "code"]


@pytest.fixture(scope="module", params=CHAPTERS, ids=stem)
def chapter(lab, request):
    return Opened(lab, request.param)


def test_the_contents_open_first_and_lead_to_a_chapter(lab, screenshot):
    """What `make lab` shows, and the first click."""
    lab.wait_for("chapters/README.md")
    first = lab.page.locator(".jp-MarkdownViewer:visible").get_by_role("link").first
    first.wait_for()
    screenshot(lab.page, "lab-contents")
    first.click()
    lab.wait_for(f"chapters/{CHAPTERS[0].name}")


def test_the_formulas_of_a_chapter_are_typeset(chapter):
    due = sum(map(formulas, texts(chapter.stored)))
    assert due > 10
    assert not checks.eventually(checks.untypeset, chapter.cells, due)


def test_the_figures_of_a_chapter_are_decoded(lab, chapter, screenshot):
    due = len(pictures(chapter.outputs)) + len(frames(chapter.outputs))
    due += sum(len(markdown.images(text)) for text in texts(chapter.stored))
    assert due > 5
    assert not checks.eventually(checks.undecoded, chapter.cells, due)
    screenshot(lab.page, f"lab-{chapter.path.stem}")


def test_the_cells_of_a_chapter_are_all_on_the_page(chapter):
    due = {
        ".jp-MarkdownCell .jp-RenderedMarkdown": len(texts(chapter.stored)),
        ".jp-CodeCell": len(chapter.outputs),
    }
    assert not checks.eventually(checks.miscounted, chapter.cells, due)
    assert chapter.cells.locator("[data-mime-type*=stderr], [data-mime-type*=error]").count() == 0


def test_the_link_leads_to_the_next_chapter(lab, chapter):
    """The last chapter leads back to the contents."""
    following = dict(itertools.pairwise(CHAPTERS)).get(chapter.path)
    name, words = (following.name, "next: ") if following else ("README.md", "contents")
    links = chapter.cells.locator(".jp-Cell").get_by_role("link")
    links.filter(has_text=re.compile(f"^{words}")).last.click()
    lab.wait_for(f"chapters/{name}")


@pytest.mark.parametrize("path", RUN, ids=stem)
def test_a_chapter_runs_whole_from_cleared_outputs(lab, path):
    """No error, no word on stderr, and the stored figures with their descriptions."""
    chapter = Opened(lab, path)
    counts, outputs = lab.run()
    assert not list(checks.failed(outputs))
    assert counts == list(range(1, len(counts) + 1))
    assert pictures(outputs) == pictures(chapter.outputs)
    due = len(pictures(outputs)) + len(frames(outputs))
    assert due == len(pictures(chapter.outputs)) + len(frames(chapter.outputs))
    assert not checks.eventually(checks.undecoded, chapter.cells, due)


def test_an_exercise_answers_what_is_typed(lab, screenshot):
    """First wrongly, in a way that many have been wrong before, then rightly."""
    Opened(lab, CHAPTERS[1])
    lab.wait_for_words("ex1-check", "Exercise 1.1 · not attempted")
    centred = "\nreturn X - X.mean(axis=1, keepdims=True)"
    lab.type("ex1-stub", "def to_columns(p):\nX = p.reshape(-1, len(p)) / 255" + centred)
    lab.wait_for_words("ex1-check", "Exercise 1.1 · incorrect")
    lab.wait_for_words("ex1-check", "every column mixes all the pictures")
    screenshot(lab.page, "lab-exercise-wrong")
    lab.type("ex1-stub", "def to_columns(p):\nX = p.reshape(len(p), -1).T / 255" + centred)
    lab.wait_for_words("ex1-check", "Exercise 1.1 · correct")
    screenshot(lab.page, "lab-exercise-right")


def test_an_answer_that_raises_is_not_hidden(lab):
    Opened(lab, CHAPTERS[1])
    lab.type("ex1-stub", "1 / 0")
    lab.page.wait_for_function("document.body.innerText.includes('ZeroDivisionError')")
    outputs = lab.page.evaluate(f"{CODE}.map((cell) => cell.model.outputs.toJSON())")
    assert "ZeroDivisionError: division by zero" in list(checks.failed(outputs))


def test_jupyterlab_says_no_error_and_asks_nothing_of_the_network(lab):
    """The last test: of all that was done above."""
    assert not lab.outside()
    assert not chromium.ours(lab.errors)


def texts(notebook):
    """The Markdown of a notebook, cell by cell."""
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def frames(outputs):
    """The pictures of sliders, which stand in HTML."""
    pages = (o.get("data", {}).get("text/html", "") for cell in outputs for o in cell)
    return re.findall("<img ", "".join("".join(page) for page in pages))


def formulas(text):
    """The number of formulas in Markdown."""
    return len(markdown.formulas(text))
