"""The website, opened from the disk: searched, turned over, read on a phone and in the dark."""

from pathlib import Path

import pytest

from workshop.browser import checks, chromium
from workshop.execute import chapter_paths

CHAPTERS = [f"chapters/{path.stem}" for path in chapter_paths()]
PAGES = ["index", "glossary", "lib/optimizers", *CHAPTERS]
PHONE = {"width": 390, "height": 844}


def opened(page, book, name):
    """Open a page of the book, and wait for its formulas; returns what it then asked for."""
    asked, errors = chromium.watched(page)
    page.goto((book / name).with_suffix(".html").as_uri())
    page.evaluate("async () => { await window.MathJax?.startup?.promise; }")
    return asked, errors


def name_of(page, book):
    """The page of the book that is open, as in PAGES."""
    path = Path(page.evaluate("decodeURIComponent(location.pathname)"))
    return path.relative_to(book).with_suffix("").as_posix()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_on_a_desk_and_on_a_phone(page, book, name, axe, screenshot):
    """Also for readers who see badly or have it read aloud: no serious violation."""
    asked, errors = opened(page, book, name)
    article = page.locator("article")
    assert not checks.undecoded(article)
    assert not checks.untypeset(article, due=10 if name in CHAPTERS else 0)
    assert not checks.inaccessible(page, axe)
    screenshot(page, f"book-{name}", full_page=True)
    page.set_viewport_size(PHONE)
    assert not checks.too_wide(page)
    screenshot(page, f"book-{name}-phone", full_page=True)
    assert not chromium.left_the_disk(asked)
    assert not errors


def test_a_word_is_searched_and_a_result_opened(page, book, screenshot):
    opened(page, book, "index")
    page.locator(".search-button-field").click()
    page.keyboard.type("dropout")
    page.keyboard.press("Enter")
    page.locator("#search-results li").first.wait_for()
    screenshot(page, "book-search")
    results = page.locator("#search-results").get_by_role("link")
    results.filter(has_text="trading variance for bias").first.click()
    page.wait_for_url("**/05_regularization.html*")
    assert "dropout" in page.locator("article").inner_text().lower()


def test_the_whole_book_can_be_turned_over_and_back(page, book):
    page.route("**/mathjax/**", lambda route: route.abort())  # who turns pages reads no formulas
    page.goto((book / "index.html").as_uri())
    seen = ["index"]
    while seen[-1] != CHAPTERS[-1]:
        page.locator(".right-next").click()
        page.wait_for_load_state()
        seen.append(name_of(page, book))
        assert len(seen) <= len(CHAPTERS) + 1
    assert seen == ["index", *CHAPTERS]
    page.locator(".left-prev").click()
    page.wait_for_url(f"**/{CHAPTERS[-2]}.html")


def test_an_answer_unfolds(page, book):
    opened(page, book, CHAPTERS[1])
    fold = page.locator("article details").first
    answer = fold.locator("p").last
    assert not answer.is_visible()
    fold.locator("summary").click()
    assert answer.is_visible()


LIGHTNESS = """() => {
  const colour = (node, name) => getComputedStyle(node)[name].match(/[0-9.]+/g).slice(0, 3)
    .reduce((sum, part) => sum + Number(part), 0) / 765;
  return [colour(document.body, "backgroundColor"),
          colour(document.querySelector("article p"), "color")];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_as_dark_as_the_system_until_the_reader_chooses(
    page, book, scheme, axe, screenshot
):
    page.emulate_media(color_scheme=scheme)
    opened(page, book, CHAPTERS[1])
    ground, ink = page.evaluate(LIGHTNESS)
    assert (ground < 0.2 and ink > 0.7) if scheme == "dark" else (ground > 0.9 and ink < 0.4)
    assert not checks.inaccessible(page, axe)
    screenshot(page, f"book-{scheme}", full_page=True)
    other = "light" if scheme == "dark" else "dark"
    page.locator(".theme-switch-button:visible").click()
    page.locator(f".theme-change-button[data-mode={other}]:visible").click()
    chosen, _ = page.evaluate(LIGHTNESS)
    assert (chosen > 0.9) == (other == "light")
