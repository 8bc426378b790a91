"""The decks: what each has to be, that the rules for it can fail, and that bad input is told apart.

What needs the npm packages (the pages with all they load) uses those that `make slides` or
`make book` has fetched; where there are none, it is skipped and says so. What needs a browser is
skipped where playwright or Chromium is missing.
"""

import copy
import re
import tarfile
from pathlib import Path

import pytest

from tests.notebooks.fixtures import code, find, notebook, picture, printed, shown, store, text
from workshop import npm_packages
from workshop.browser import chromium
from workshop.execute import chapter_paths, load
from workshop.slides import build as build_slides
from workshop.slides import decks

ROOT = Path(__file__).resolve().parents[2]

HAS_PACKAGES = all(
    (build_slides.CACHE / npm_packages.tarball_name(package)).exists()
    for package in build_slides.PACKAGES
)
needs_packages = pytest.mark.skipif(
    not HAS_PACKAGES, reason="the npm packages are not there: run make slides once"
)


# --- The chapters --------------------------------------------------------------------------------


@pytest.fixture(params=chapter_paths(), ids=lambda path: path.stem, scope="module")
def chapter(request):
    return load(request.param)


@pytest.fixture(scope="module")
def deck(chapter):
    return decks.build(chapter, "chapter")


def test_a_chapter_is_fit_for_a_deck(chapter):
    found = decks.faults(chapter, "chapter")
    assert not found, "\n" + "\n".join(found)


def test_a_deck_has_20_to_40_slides_from_title_to_claims(deck):
    assert 20 <= len(deck.slides) <= 40
    assert [deck.slides[0].kind, deck.slides[-1].kind] == ["title", "claims"]
    assert sum(slide.kind == "exercise" for slide in deck.slides) == 1
    assert deck.slides[-1].pieces[0].count("<li>") >= 4
    assert 30 <= deck.minutes <= 90


def test_a_question_stands_before_its_answer_which_is_a_fragment(deck):
    questions = [slide for slide in deck.slides if slide.kind == "predict"]
    assert len(questions) >= 3
    for slide in questions:
        assert slide.title.endswith("?") and "Predict" not in slide.title
        (answer,) = slide.pieces
        assert answer.startswith('<div class="fragment">')
        page = build_slides.slide_page(slide, 0)
        assert page.index("<h2>") < page.index('class="fragment"')


def test_every_slide_has_notes_with_its_time(deck):
    page = build_slides.deck_page(deck)
    assert page.count('<aside class="notes">') == len(deck.slides)
    assert len(re.findall(r"\d:\d\d – \d:\d\d, about \d+ min", page)) == len(deck.slides)
    times = [int(seconds) for seconds in re.findall(r'data-timing="(\d+)"', page)]
    assert times == [slide.seconds for slide in deck.slides] and min(times) >= 25
    said = sum(len(" ".join(slide.said).split()) for slide in deck.slides)
    assert said > 1000  # the prose, not a placeholder


def test_every_figure_is_there_with_its_description(deck):
    page = build_slides.deck_page(deck)
    figures = re.findall(r'<img src="chapter/([^"]*)" alt="([^"]*)"', page)
    films = len(re.findall(r'<img [^>]*src="data:image/png', page))  # under a slider
    assert len(figures) + films == page.count("<img ") and len(figures) == len(deck.pictures) >= 6
    assert all(len(alt) >= 40 for _, alt in figures)
    assert {file for file, _ in figures} == deck.pictures.keys()


def test_nothing_is_loaded_from_the_network_and_no_link_leads_nowhere(deck):
    page = build_slides.deck_page(deck)
    assert not re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//[^\s"')]+""", page)
    assert set(re.findall(r'href="([^"]*)"', page)) == {"reveal/reveal.css", "deck.css"}
    assert "$$" not in re.sub(r"\$\$.*?\$\$", "", page, flags=re.DOTALL)


# --- A small chapter, and what can be wrong with it ----------------------------------------------


def with_slide(cell, kind, **more):
    cell.metadata["slideshow"] = {"slide_type": kind, **more}
    return cell


PREDICT = "<details><summary><b>Predict</b> · How <code>much</code>?</summary>\n\nHalf.\n</details>"
GOALS = "**You will be able to** count · stop.\n\n[contents](README.md)"
CLAIMED = shown(text_html="<ul>\n<li>It falls</li>\n</ul>", text_plain="✓ It falls")
DESCRIPTION = "The cost against the step: it falls from 0.693 to 0.141."


def good():
    """A chapter that makes a good deck, as short as the rules let it be."""
    figures = [
        with_slide(
            code(f"figure-{k}", f"plot({k})", shown(image_png=picture(), text_plain=DESCRIPTION)),
            "subslide",
            title=f"Figure {k}",
        )
        for k in range(15)
    ]
    made = notebook(
        with_slide(text("title", f"# 1 · A small chapter\n\nA promise.\n\n{GOALS}"), "slide"),
        with_slide(text("cost", "Before.\n\n## The cost\n\nAdd it up:\n\n$$J = a^{[2](i)}.$$\n\n"
                        "See [there](../lib/x.py)."), "slide"),
        with_slide(code("code", "print(1)", printed("1\n")), "-"),
        with_slide(text("predict", PREDICT), "subslide"),
        *figures,
        with_slide(text("prose", "Said, and not shown."), "notes"),
        with_slide(text("exercises", "## Exercises\n\n### Exercise 1.1 · Double\n\nTwice x."),
                   "slide"),
        with_slide(text("summary", "## Summary\n\n| a | b |\n|---|---|\n| $x$ | 1 |\n"), "slide"),
        with_slide(text("end", "The end."), "skip"),
        with_slide(
            code("claims", "claims([('It falls', True)])", CLAIMED, tags=["claims"]),
            "subslide",
            title="What we claim",
        ),
    )  # fmt: skip
    return made


def test_the_small_chapter_makes_a_good_deck():
    assert decks.faults(good(), "01_good") == []
    slides = decks.build(good(), "01_good").slides
    assert [slides[0].title, slides[1].title] == ["1 · A small chapter", "The cost"]
    assert slides[0].pieces[0].count("<li>") == 2 and "promise" in slides[0].said[0]
    assert "contents" not in slides[0].said[0]
    assert slides[0].said[-1] == "Before."
    formula, lines, came = slides[1].pieces
    assert "Add it up:" in formula and "$$J = a^{[2](i)}.$$" in formula
    assert "highlight" in lines and 'class="printed"' in came
    assert "See there." in slides[1].said[0] and "../lib" not in slides[1].said[0]
    assert slides[2].title == "How `much`?"
    assert slides[-3].title == "1.1 · Double" and "Twice x." in slides[-3].pieces[0]
    assert [slide.title for slide in slides[-2:]] == ["Summary", "What we claim"]
    assert "Said, and not shown." in slides[-4].said


def no_slide_type(made):
    del find(made, "prose").metadata["slideshow"]


def unknown_slide_type(made):
    find(made, "prose").metadata["slideshow"]["slide_type"] = "big"


def unknown_key(made):
    find(made, "prose").metadata["slideshow"]["size"] = "small"


def unknown_show(made):
    find(made, "code").metadata["slideshow"]["show"] = "half"


def long_code(made):
    find(made, "code").source = "x = 1\n" * 13


def wide_code(made):
    find(made, "code").source = f"x = '{'y' * 80}'"


def wide_code_in_prose(made):
    find(made, "cost").source += f"\n\n```python\nx = '{'y' * 80}'\n```"


def much_print(made):
    find(made, "code").outputs = [printed("1\n" * 7)]


def much_together(made):
    find(made, "code").source, find(made, "code").outputs = "x = 1\n" * 11, [printed("1\n" * 5)]


def not_executed(made):
    find(made, "figure-3").execution_count = None


def no_output(made):
    find(made, "claims").outputs = []


def no_description(made):
    del find(made, "figure-3").outputs[0].data["text/plain"]


def no_title(made):
    del find(made, "figure-3").metadata["slideshow"]["title"]


def same_title(made):
    find(made, "figure-3").metadata["slideshow"]["title"] = "Figure 4"


def two_figures(made):
    find(made, "figure-3").metadata["slideshow"] = {"slide_type": "-"}


def figure_behind_an_answer(made):
    find(made, "figure-0").metadata["slideshow"] = {"slide_type": "-"}


def too_few(made):
    made.cells = [cell for cell in made.cells if not cell.id.startswith("figure")]


def too_many(made):
    for k in range(25):
        cell = copy.deepcopy(find(made, "figure-0"))
        cell.id, cell.metadata["slideshow"]["title"] = f"more-{k}", f"More {k}"
        made.cells.insert(4, cell)


def no_chapter_title(made):
    with_slide(find(made, "title"), "skip")


def no_prediction(made):
    with_slide(find(made, "predict"), "skip")


def no_exercise(made):
    with_slide(find(made, "exercises"), "notes")


def no_claims(made):
    with_slide(find(made, "claims"), "skip")


FAULTS = {
    no_slide_type: "prose: its slide_type is None",
    unknown_slide_type: "prose: its slide_type is 'big'",
    unknown_key: "prose: slideshow metadata size mean nothing",
    unknown_show: "code: it shows 'half'",
    long_code: "code: 13 lines of code on a slide",
    wide_code: "code: a line of 86 characters",
    wide_code_in_prose: "cost: a line of 86 characters",
    much_print: "code: it prints 7 lines",
    much_together: "code: 16 lines of code and output",
    not_executed: "figure-3: it was not executed, so its output is missing",
    no_output: "claims: it has no output to show",
    no_description: "figure-3: its figure has no description",
    no_title: "figure-3: it begins a slide without a title",
    same_title: "another slide has the title 'Figure 4' too",
    two_figures: "more than one idea",
    figure_behind_an_answer: "something stands behind the answer",
    too_few: "a deck has 20 to 40",
    too_many: "a deck has 20 to 40",
    no_chapter_title: "the first slide is not the chapter's title",
    no_prediction: "no slide asks for a prediction",
    no_exercise: "no slide is an exercise",
    no_claims: "the last slide does not show what the chapter claims",
}


@pytest.mark.parametrize("damage", FAULTS, ids=lambda damage: damage.__name__)
def test_every_rule_catches_what_it_is_for(damage):
    made = good()
    damage(made)
    found = decks.faults(made, "01_good")
    assert any(FAULTS[damage] in fault for fault in found), found


def test_more_formulas_than_fit_go_on_to_a_second_slide():
    made = good()
    find(made, "cost").source = "## The cost\n\n" + "$$a = b$$\n\n" * 5
    titles = [slide.title for slide in decks.build(made, "01_good").slides]
    assert titles[1:3] == ["The cost", "The cost (2)"]


def test_a_long_answer_is_shown_in_part_and_said_in_part():
    made = good()
    long = " ".join(["word"] * 80)
    find(made, "predict").source = PREDICT.replace("Half.", f"Half. {long}\n\nQuarter. {long}")
    slide = decks.build(made, "01_good").slides[2]
    assert "Half." in slide.pieces[0] and "Quarter." not in slide.pieces[0]
    assert "Quarter." in slide.said[0]


# --- The build -----------------------------------------------------------------------------------


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """Packages with the right names and nothing in them, pinned as they are."""
    folder, sums = tmp_path / "packages", {}
    folder.mkdir()
    for package, members in build_slides.PACKAGES.items():
        path = folder / npm_packages.tarball_name(package)
        with tarfile.open(path, "w:gz") as archive:
            for member in members:
                archive.addfile(tarfile.TarInfo(f"package/{member}"))
        sums[path.name] = npm_packages.hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr(npm_packages, "read_checksums", lambda: sums)
    return folder


def test_a_deck_is_a_page_beside_all_that_it_loads(tmp_path, packages):
    path = store(good(), tmp_path / "01_good.ipynb")
    target = tmp_path / "_slides"
    build_slides.build([path], target, packages)
    page = (target / "01_good.html").read_text(encoding="utf-8")
    for address in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert (target / address).is_file(), address
    index = (target / "index.html").read_text(encoding="utf-8")
    assert "1 · A small chapter" in index and "<td>21</td>" in index
    assert not list(tmp_path.glob("._slides-*"))


def refused(tmp_path, made, cache, step, advice):
    """Building stops at a step with advice, and leaves the old decks as they were."""
    path = tmp_path / "01_good.ipynb"
    if isinstance(made, str):
        path.write_text(made)
    else:
        store(made, path)
    target = tmp_path / "_slides"
    target.mkdir()
    (target / "index.html").write_text("the old one")
    with pytest.raises(build_slides.BuildError) as refusal:
        build_slides.build([path], target, cache)
    assert f"make slides stopped at: {step}" in str(refusal.value)
    assert advice in str(refusal.value)
    assert [file.read_text() for file in target.iterdir()] == ["the old one"]
    assert not list(tmp_path.glob("._slides-*"))


def test_a_chapter_with_a_missing_output_is_refused(tmp_path, packages):
    made = good()
    not_executed(made)
    refused(tmp_path, made, packages, "reading 01_good.ipynb", "run make refresh")


def test_what_is_no_notebook_is_refused(tmp_path, packages):
    refused(tmp_path, "{", packages, "reading 01_good.ipynb", "It is not a notebook")


@pytest.mark.parametrize("npm", ["npm fails", "no npm"])
def test_without_a_network_the_step_and_the_remedy_are_named(tmp_path, monkeypatch, npm):
    def no_network(*arguments, **options):
        raise OSError("the network is unreachable")

    monkeypatch.setattr(npm_packages.shutil, "which", lambda name: npm == "npm fails" and name)
    monkeypatch.setattr(npm_packages.subprocess, "run", no_network)
    monkeypatch.setattr(npm_packages.urllib.request, "urlopen", no_network)
    refused(tmp_path, good(), tmp_path / "none", "fetching reveal.js", "connect to the network")


def test_a_package_that_is_not_the_pinned_one_is_refused(tmp_path, packages, monkeypatch):
    monkeypatch.setattr(npm_packages, "read_checksums", lambda: dict.fromkeys(
        map(npm_packages.tarball_name, build_slides.PACKAGES), "0" * 64))  # fmt: skip
    genuine = {path.name: path.read_bytes() for path in packages.iterdir()}
    monkeypatch.setattr(
        npm_packages, "download", lambda package, path: path.write_bytes(genuine[path.name])
    )
    refused(tmp_path, good(), packages, "fetching reveal.js", "ask who alters your downloads")


def test_a_folder_without_chapters_is_refused(tmp_path):
    with pytest.raises(build_slides.BuildError, match="There is no notebook"):
        build_slides.build([], tmp_path / "_slides")


def test_the_command_names_the_step_and_returns_1(tmp_path, capsys):
    path = tmp_path / "01_broken.ipynb"
    path.write_text("{")
    assert build_slides.main([str(path)]) == 1
    assert "make slides stopped at: reading 01_broken.ipynb" in capsys.readouterr().err


# --- In a browser --------------------------------------------------------------------------------

STICKS_OUT = """() => {
  const slide = Reveal.getCurrentSlide(), found = [];
  const paper = slide.querySelector('.slide').getBoundingClientRect();
  for (const element of slide.querySelectorAll('.slide *')) {
    if (element.closest('svg, mjx-assistive-mml')) continue;
    if (element.closest('details:not([open])') && !element.closest('summary')) continue;
    const box = element.getBoundingClientRect();
    if (box.right > paper.right - 10 || box.bottom > paper.bottom - 5)
      found.push(`${element.tagName} sticks out`);
    if (element.scrollWidth > element.clientWidth + 2 && element.tagName == 'PRE')
      found.push('a line of code is cut off');
    const size = parseFloat(getComputedStyle(element).fontSize);
    if (!element.children.length && element.textContent.trim() && size < 24)
      found.push(`${element.tagName} has ${size} px: ${element.textContent.slice(0, 30)}`);
  }
  const figures = [...slide.querySelectorAll('img')];  // of a slider all but one are hidden
  const tallest = Math.max(...figures.map((figure) => figure.getBoundingClientRect().height));
  if (figures.some((figure) => !figure.naturalWidth) || (figures.length && tallest < 180))
    found.push('a figure is missing or small');
  if (slide.querySelector('mjx-merror') || /\\$\\$/.test(slide.textContent))
    found.push('a formula is not typeset');
  return [...new Set(found)].map(fault => `${slide.querySelector('h1, h2').textContent}: ${fault}`);
}"""


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason=chromium.NO_PLAYWRIGHT)
    with playwright.sync_playwright() as driver:
        program = chromium.find(driver.chromium.executable_path)
        if program is None:
            pytest.skip(chromium.NO_CHROMIUM)
        running = driver.chromium.launch(executable_path=program, args=chromium.QUIET)
        yield running
        running.close()


@needs_packages
def test_every_slide_fits_in_a_browser_without_a_network(browser, chapter, tmp_path):
    """Stepped through from the first slide to the last, all formulas typeset, nothing cut off."""
    build_slides.build([store(chapter, tmp_path / "01_deck.ipynb")], tmp_path / "_slides")
    page = browser.new_page(viewport={"width": 1280, "height": 720}, offline=True)
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((tmp_path / "_slides" / "01_deck.html").as_uri())
    page.wait_for_selector("html[data-ready]", timeout=60_000)
    found, steps = [], 0
    while not page.evaluate("Reveal.isLastSlide()") and steps < 150:
        page.keyboard.press("Space")
        found += page.evaluate(STICKS_OUT)
        steps += 1
    assert page.evaluate("Reveal.isLastSlide()")
    assert page.inner_text("section.present:not(:has(section)) h2") == decks.CLAIMS
    page.close()
    assert not found and not errors
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
