"""The pages around the chapters: README, contents and datasheet agree with what they point to."""

import re
import shutil
from pathlib import Path

import pytest

from tests.notebooks.fixtures import notebook, store, text
from workshop import cover, markdown
from workshop.execute import CHAPTERS, chapter_paths, load, notebook_paths

ROOT = CHAPTERS.parent
PAGES = [ROOT / "README.md", CHAPTERS / "README.md", ROOT / "data" / "README.md"]


def dead_links(page, text=None):
    """The links and pictures of a Markdown page that lead nowhere."""
    text = page.read_text(encoding="utf-8") if text is None else text
    targets = [url for _, url in [*markdown.links(text), *markdown.images(text)]]
    dead = []
    for url in targets:
        if re.match(r"[a-z]+:", url):
            continue
        name, _, anchor = url.partition("#")
        file = (page.parent / name) if name else page
        known = [markdown.file_anchor(h) for _, h in markdown.headings(text)] if not name else []
        if not file.exists() or (anchor and not name and anchor not in known):
            dead.append(url)
    return dead


def missing_chapters(page, text=None, folder=CHAPTERS):
    """The chapters and excursions that a page does not list under their own titles."""
    text = page.read_text(encoding="utf-8") if text is None else text
    listed = {Path(url).name: title for title, url in markdown.links(text)}
    return [p.name for p in notebook_paths(folder) if listed.get(p.name) != title_of(p)]


def title_of(path):
    """The chapter's first heading."""
    return markdown.headings(load(path).cells[0].source)[0][1]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    assert not dead_links(page)


@pytest.mark.parametrize("page", PAGES[:2], ids=lambda page: str(page.relative_to(ROOT)))
def test_every_chapter_is_listed_under_its_title(page):
    assert not missing_chapters(page)


def test_the_cover_is_the_figure_of_the_chapter():
    png, description = cover.figure()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert (CHAPTERS / "cover.png").read_bytes() == png, "run make refresh"
    assert f"![{description}](chapters/cover.png)" in readme, "run make refresh"


def test_a_dead_link_and_a_dead_anchor_are_found():
    text = "# A\n[x](nowhere.md) [y](#b) [z](#a) ![p](no.png) [w](https://example.org)"
    assert dead_links(ROOT / "README.md", text) == ["nowhere.md", "#b", "no.png"]


def test_a_chapter_under_another_title_is_found():
    name = chapter_paths()[0].name
    text = f"[Another title](chapters/{name})"
    assert missing_chapters(ROOT / "README.md", text) == [p.name for p in notebook_paths()]


def test_an_excursion_that_is_not_listed_is_found(tmp_path):
    (tmp_path / "excursions").mkdir()
    store(notebook(text("title", "# One")), tmp_path / "01_one.ipynb")
    store(notebook(text("title", "# Why?")), tmp_path / "excursions" / "01_why.ipynb")
    listed = "[One](01_one.ipynb) [Why?](excursions/01_why.ipynb)"
    assert missing_chapters(CHAPTERS / "README.md", listed, tmp_path) == []
    assert missing_chapters(CHAPTERS / "README.md", listed[:20], tmp_path) == ["01_why.ipynb"]


def test_a_stale_cover_is_mended(tmp_path):
    folder = tmp_path / "chapters"
    folder.mkdir()
    shutil.copy(CHAPTERS / cover.CHAPTER, folder)
    (folder / "cover.png").write_bytes(b"old")
    (tmp_path / "README.md").write_text("![old](chapters/cover.png)", encoding="utf-8")
    cover.refresh(folder)
    png, description = cover.figure()
    assert (folder / "cover.png").read_bytes() == png
    assert f"![{description}]" in (tmp_path / "README.md").read_text(encoding="utf-8")
