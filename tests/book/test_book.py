"""The website of the course: built once from the stored chapters, then read page by page.

A folded question and an animation are added to the last chapter, so that the site holds all that
chapters may hold. Every check is also shown something broken, which it must find.
"""

import base64
import functools
import io
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from PIL import Image

from tests.notebooks import fixtures
from workshop import aside, library
from workshop.book import build, conf
from workshop.book import site as checks
from workshop.execute import CHAPTERS, chapter_paths, load, notebook_paths

ROOT = CHAPTERS.parent
LIVE = "https://there.example/live/"
PACKAGES = ROOT / ".venv" / ".packages"


def copied(folder):
    """The chapters and excursions, copied into a folder."""
    for path in notebook_paths():
        place = folder / path.relative_to(CHAPTERS)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
    return folder


def animation():
    """A GIF of two frames, in base64."""
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "blue")]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=500, loop=0)
    return base64.b64encode(file.getvalue()).decode("ascii")


def extended(path):
    """Add to a chapter, before its summary, an animation and a fold with everything in it."""
    notebook = load(path)
    question = "<details><summary><b>Predict</b> · Is $x^2$ **even**?</summary>\n\n"
    answer = "It *is*: $(-x)^2 = x^2$.\n\n```python\nf(-x)  # $ and ** stay\n```\n</details>"
    count = sum(cell.cell_type == "code" for cell in notebook.cells)
    renumber(notebook.cells[-1], count + 1)
    data = {
        "image/gif": animation(),
        "text/plain": 'A "picture" of 2 frames, 20 × 10: red < blue, again and again.',
    }
    shown = nbformat.v4.new_output("execute_result", data, execution_count=count)
    notebook.cells[-2:-2] = [
        nbformat.v4.new_markdown_cell(question + answer, id="fold"),
        nbformat.v4.new_code_cell("race()", execution_count=count, outputs=[shown], id="race"),
    ]
    path.write_text(nbformat.v4.writes(notebook), encoding="utf-8")


def renumber(cell, count):
    """Give a code cell and its result another execution count."""
    for numbered in [cell, *cell.outputs]:
        if "execution_count" in numbered:
            numbered.execution_count = count


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The built site: its folder, its pages, the style sheets, and the notebooks by page."""
    if build.absent():
        pytest.skip(build.NO_SPHINX)
    folder = tmp_path_factory.mktemp("book")
    chapters, output = copied(folder / "chapters"), folder / "site"
    extended(chapter_paths(chapters)[-1])
    made = fixtures.notebook(fixtures.text("title", EXCURSION))
    fixtures.store(made, chapters / "excursions" / "02_width.ipynb")
    command = [sys.executable, "-m", "workshop.book.build"]
    command += ["--chapters", chapters, "--output", output]
    command += ["--packages", PACKAGES, "--repository", "OWNER/REPOSITORY", "--live", LIVE]
    told = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    if told.returncode and "fetching" in told.stderr and "could not" in told.stderr:
        pytest.skip(f"MathJax cannot be had: {told.stderr}")
    assert told.returncode == 0, told.stderr
    return SimpleNamespace(
        folder=output,
        left=sorted(path.name for path in folder.iterdir()),
        pages=checks.read(output),
        sheets={p.name: p.read_text(encoding="utf-8") for p in output.rglob("*.css")},
        notebooks={page_of(path): load(path) for path in chapter_paths(chapters)},
    )


EXCURSION = "# How wide?\n\n[← back](../02_shallow_network.ipynb) · [contents](../README.md)"


GRAM = Path("lib/gram.html")


def page_of(path):
    return Path("chapters", path.name).with_suffix(".html")


# --- The site -------------------------------------------------------------------------------


def test_every_chapter_has_its_page(book):
    assert book.notebooks.keys() <= book.pages.keys()
    assert {Path("index.html"), Path("lib/index.html"), Path("search.html")} <= book.pages.keys()


def test_an_excursion_has_its_page_after_the_chapters(book):
    place, index = Path("chapters/excursions/02_width.html"), Path("index.html")
    assert "How wide?" in book.pages[place].titles.values()
    targets = {checks.resolved(place, url)[0] for url, _ in book.pages[place].links}
    assert {Path("chapters/02_shallow_network.html"), index} <= targets
    listed = [checks.resolved(index, url)[0] for url, _ in book.pages[index].links]
    assert listed.index(place) > max(map(listed.index, book.notebooks))


def test_every_chapter_can_be_opened_in_binder_and_colab(book):
    for page, there in book.pages.items():
        away = [url for url, _ in there.links if "OWNER/REPOSITORY" in url]
        name = page.with_suffix(".ipynb").as_posix()
        assert len(away) == (2 if page.parts[0] == "chapters" else 0), page
        assert all(url.endswith(f"/{name}") for url in away)


def test_every_chapter_and_the_front_page_lead_to_the_live_site(book):
    for page, there in book.pages.items():
        found = [(url, text) for url, text in there.links if url.startswith(LIVE)]
        notebook = f"{LIVE}lab/index.html?path={page.with_suffix('.ipynb').as_posix()}"
        due = {Path("index.html"): [(f"{LIVE}index.html", "Run the course in the browser")]}
        if page.parts[0] == "chapters":
            due[page] = [(notebook, "Run this page in the browser")]
        assert found == due.get(page, []), page


@pytest.mark.parametrize(
    "live, page, address",
    [
        ("live/", "chapters/01_a", "../live/lab/index.html?path=chapters/01_a.ipynb"),
        (
            "live",
            "chapters/excursions/b",
            "../../live/lab/index.html?path=chapters/excursions/b.ipynb",
        ),
        ("/live", "chapters/01_a", "/live/lab/index.html?path=chapters/01_a.ipynb"),
        ("live", "index", "live/index.html"),
        ("live", "glossary", None),
        ("", "chapters/01_a", None),
    ],
)
def test_the_address_of_a_page_in_the_live_site(live, page, address):
    assert conf.live_address(live, page) == address


def test_nothing_is_left_beside_the_site(book):
    assert book.left == ["chapters", "site"]
    assert not list(book.folder.rglob("*.ipynb"))


def test_every_page_has_one_title(book):
    assert not {path: f for path, page in book.pages.items() if (f := checks.titled(page))}


def test_every_figure_has_its_description(book):
    for path, notebook in book.notebooks.items():
        assert not checks.described(book.pages[path], notebook), path


def test_every_block_unfolds_and_is_rendered(book):
    for path, notebook in book.notebooks.items():
        assert not checks.folded(book.pages[path], notebook), path


def test_no_link_is_dead(book):
    assert not checks.dead_links(book.pages, book.folder)


def test_no_request_leaves_the_pages(book):
    assert not checks.requests(book.pages, book.sheets)


def test_formulas_are_there_and_their_script(book):
    assert all(book.pages[path].formulas > 10 for path in book.notebooks)
    for path in book.notebooks:
        scripts = [url for url in book.pages[path].loads if "mathjax" in url]
        assert len(scripts) == 1
        assert (
            book.folder / checks.resolved(path, scripts[0])[0].as_posix().split("?")[0]
        ).is_file()


def test_the_reference_is_whole_and_leads_to_the_chapters(book):
    places = [page.with_suffix(".ipynb") for page in book.pages if page.parts[0] == "chapters"]
    assert len(places) == len(notebook_paths()) + 1
    assert not checks.documented(book.pages, library.modules_of("lib"))


def test_a_docstring_leads_to_chapters_to_headings_and_to_excursions(book):
    links = {text: checks.resolved(GRAM, url) for url, text in book.pages[GRAM].links}
    place, anchor = links["“The Gram form of the first layer”"]
    assert place == Path("chapters/excursions/03_gram_form.html")
    assert book.pages[place].titles[anchor] == "The Gram form of the first layer"
    assert links["excursion 3"] == (place, "")
    assert links["chapter 3"] == (Path("chapters/03_deep_network.html"), "")
    assert links["train"] == (Path("lib/training.html"), "lib.training.train")


def test_the_chapters_lead_to_the_reference(book):
    for path in book.notebooks:
        titles = book.pages[path].titles.values()
        links = [checks.resolved(path, url) for url, _ in book.pages[path].links]
        entries = {target for target in links if target[0].parts[0] == "lib" and target[1]}
        assert "From the library" in titles
        assert len(entries) > 3


def test_the_search_knows_every_chapter(book):
    index = (book.folder / "searchindex.js").read_text(encoding="utf-8")
    for path in book.notebooks:
        assert f'"{path.with_suffix("").as_posix()}"' in index
    assert '"gradient"' in index


def test_the_contents_list_chapters_library_and_glossary(book):
    index = Path("index.html")
    targets = {checks.resolved(index, url)[0] for url, _ in book.pages[index].links}
    assert book.notebooks.keys() <= targets
    assert {Path("lib/index.html"), Path("data/README.html")} <= targets
    assert Path("glossary.html") in targets or Path("glossary.html") not in book.pages


# --- The checks find what is broken -----------------------------------------------------------


def notebook_with(*outputs, markdown=""):
    code = nbformat.v4.new_code_cell("", outputs=list(outputs))
    return nbformat.v4.new_notebook(cells=[code, nbformat.v4.new_markdown_cell(markdown)])


def test_two_titles_are_found():
    assert not checks.titled(checks.Page("<h1>a</h1>"))
    assert checks.titled(checks.Page("<h1>a</h1><h1>b</h1>"))
    assert checks.titled(checks.Page("<h2>a</h2>"))


@pytest.mark.parametrize("alt", ["", ' alt=""', ' alt="A line."'])
def test_another_description_is_found(alt):
    data = {"image/gif": animation(), "text/plain": "Two frames."}
    notebook = notebook_with(nbformat.v4.new_output("display_data", data))
    digest = checks.hashlib.sha256(base64.b64decode(data["image/gif"])).hexdigest()
    right = checks.Page(f'<img src="_images/{digest}.gif" alt="Two frames.">')
    assert not checks.described(right, notebook)
    assert checks.described(checks.Page(f'<img src="_images/{digest}.gif"{alt}>'), notebook)
    assert checks.described(checks.Page("no figure"), notebook)


@pytest.mark.parametrize("text", ["a **b**", "a $x$", "a <b>"])
def test_a_fold_that_is_not_rendered_is_found(text):
    notebook = notebook_with(markdown="<details>")
    right = '<details>a <code>**</code> <span class="math">$</span></details> $'
    assert not checks.folded(checks.Page(right), notebook)
    assert checks.folded(checks.Page(f"<details>{text.replace('<', '&lt;')}</details>"), notebook)
    assert checks.folded(checks.Page("<p>lost</p>"), notebook)


def test_dead_links_are_found(tmp_path):
    (tmp_path / "a").mkdir()
    source = '<p id="x"><a href="#x">1</a><a href="../a/p.html#x">2</a><a href="https://a.b">3</a>'
    (tmp_path / "a" / "p.html").write_text(source, encoding="utf-8")
    assert not checks.dead_links(checks.read(tmp_path), tmp_path)
    source += '<a href="#y">4</a><a href="q.html">5</a><a href="../a/p.html#z">6</a>'
    (tmp_path / "a" / "p.html").write_text(source, encoding="utf-8")
    assert len(checks.dead_links(checks.read(tmp_path), tmp_path)) == 3


@pytest.mark.parametrize(
    "source",
    [
        '<script src="https://a.b/c.js"></script>',
        '<link rel="stylesheet" href="//a.b/c.css">',
        '<img src="HTTP://a.b/c.png">',
    ],
)
def test_requests_are_found(source):
    right = checks.Page('<img src="a.png"><a href="https://a.b">cited</a>')
    assert not checks.requests({"p": right}, {"s": "a { background: url(b.png) }"})
    assert checks.requests({"p": checks.Page(source)}, {})


@pytest.mark.parametrize("sheet", ["a{b:url(https://c.d)}", "@import '//a.b/c.css';"])
def test_requests_of_style_sheets_are_found(sheet):
    assert checks.requests({}, {"s": sheet})


@pytest.fixture
def reference():
    """Pages as they should be: the reference of lib.layers, and what it leads to."""
    ids = "".join(f'<dt id="lib.layers.{name}"></dt>' for name in ("Dense", "Layer", "NotReady"))
    links = (
        '<a href="../chapters/01.html#g">“The gradient”</a>'
        '<a href="../chapters/03.html#b">“Building blocks”</a>'
        '<a href="../chapters/03.html#c">“What the cache holds”</a>'
    )
    blocks = '<section id="b"><h2>Building blocks</h2></section>'
    cache = '<section id="c"><h2>What the cache holds</h2></section>'
    return {
        Path("chapters/01.html"): checks.Page('<section id="g"><h2>The gradient</h2></section>'),
        Path("chapters/03.html"): checks.Page(blocks + cache),
        Path("lib/layers.html"): checks.Page(ids + links),
    }


@pytest.mark.parametrize(
    "page, source, faults",
    [
        ("chapters/01.html", '<section id="g"><h2>Other</h2></section>', ["Dense has no link"]),
        (
            "lib/layers.html",
            "",
            [f"{name} has no entry" for name in ("Dense", "Layer", "NotReady")],
        ),
        (
            "lib/layers.html",
            "".join(f'<dt id="lib.layers.{name}"></dt>' for name in ("Dense", "Layer", "NotReady")),
            [f"{name} has no link" for name in ("Dense", "Layer", "NotReady")],
        ),
    ],
)
def test_gaps_in_the_reference_are_found(reference, page, source, faults):
    from lib import layers

    assert checks.documented(reference, [layers]) == []
    found = checks.documented({**reference, Path(page): checks.Page(source)}, [layers])
    assert len(found) == len(faults)
    for fault, start in zip(found, faults, strict=True):
        assert fault.startswith(f"lib.layers.{start}")


# --- Bad input --------------------------------------------------------------------------------


@pytest.fixture
def earlier(tmp_path):
    """A site built before, which failures must not touch."""
    site = tmp_path / "_book"
    site.mkdir()
    (site / ".buildinfo").write_text("", encoding="utf-8")
    (site / "index.html").write_text("earlier", encoding="utf-8")
    yield site
    assert [path.name for path in sorted(site.iterdir())] == [".buildinfo", "index.html"]
    assert (site / "index.html").read_text(encoding="utf-8") == "earlier"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("._book-")]


def without_outputs(cell):
    cell.outputs, cell.execution_count = [], None


def without_text(cell):
    cell.outputs = []


def without_description(cell):
    cell.outputs[0].data.pop("text/plain")


@pytest.mark.parametrize(
    "breaks, choose, words",
    [
        (without_outputs, lambda cell: True, "was never executed"),
        (without_text, lambda cell: "claims(" in cell.source, "stores no output"),
        (without_description, lambda cell: "image/png" in str(cell.outputs), "description"),
    ],
)
def test_a_chapter_with_a_missing_output(tmp_path, earlier, breaks, choose, words, monkeypatch):
    path = chapter_paths(copied(tmp_path / "chapters"))[0]
    notebook = load(path)
    breaks(next(c for c in notebook.cells if c.cell_type == "code" and c.outputs and choose(c)))
    path.write_text(nbformat.v4.writes(notebook), encoding="utf-8")
    monkeyed = build_without_network(build, monkeypatch)
    with pytest.raises(build.Stopped, match=rf"reading {path.name}: .*{words}(.|\n)*make refresh"):
        monkeyed(path.parent, earlier, tmp_path / "packages")


def build_without_network(build, monkeypatch):
    """`build`, with nothing asked of the network or of Sphinx's being there."""
    monkeypatch.setattr(build, "NEEDED", [])
    monkeypatch.setattr(build, "mathjax", lambda folder: {})
    return build.build


def test_a_damaged_and_an_absent_chapter(tmp_path, earlier, monkeypatch):
    function = build_without_network(build, monkeypatch)
    with pytest.raises(build.Stopped, match="reading the chapters: there are none"):
        function(tmp_path, earlier, tmp_path)
    path = chapter_paths(copied(tmp_path / "chapters"))[0]
    path.write_text("{", encoding="utf-8")
    with pytest.raises(build.Stopped, match=f"reading {path.name}"):
        function(path.parent, earlier, tmp_path)


def test_a_repository_that_is_none(tmp_path, earlier):
    with pytest.raises(build.Stopped, match=r"'a course' is no name at GitHub\n.*OWNER/NAME"):
        build.build(CHAPTERS, earlier, tmp_path, "a course")


def test_sphinx_is_missing(tmp_path, earlier, monkeypatch):
    monkeypatch.setattr(build, "NEEDED", ["no_such_package"])
    with pytest.raises(build.Stopped, match=r"no_such_package not installed\n.*make book"):
        build.build(CHAPTERS, earlier, tmp_path)


def test_sphinx_breaks_off(tmp_path, earlier, monkeypatch):
    function = build_without_network(build, monkeypatch)

    def run_sphinx(source, site, scratch, repository, live):
        (site / "index.html").write_text("half", encoding="utf-8")
        raise build.Stopped("running Sphinx: a warning", "mend it")

    monkeypatch.setattr(build, "run_sphinx", run_sphinx)
    monkeypatch.setattr(build, "check_chapters", lambda paths: None)
    with pytest.raises(build.Stopped, match="running Sphinx: a warning"):
        function(CHAPTERS, earlier, tmp_path / "packages")


def test_the_finished_site_takes_the_place_of_the_earlier(tmp_path):
    output = tmp_path / "_book"
    for text in ("old", "new"):
        write = functools.partial(lambda text, site: (site / "index.html").write_text(text), text)
        aside.build_aside(output, write)
        assert (output / "index.html").read_text(encoding="utf-8") == text
    assert list(tmp_path.iterdir()) == [output]


def test_what_cannot_be_moved_leaves_the_earlier_in_its_place(tmp_path, earlier):
    with pytest.raises(FileNotFoundError):
        aside.build_aside(earlier, Path.rmdir)  # there is nothing to move


def test_a_folder_with_something_else_is_not_replaced(tmp_path, monkeypatch):
    (tmp_path / "letters.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(build.Stopped, match="holds something else"):
        build_without_network(build, monkeypatch)(CHAPTERS, tmp_path, tmp_path)
    assert (tmp_path / "letters.txt").exists()


def test_no_network(tmp_path, earlier, monkeypatch):
    def download(package, path):
        raise OSError(f"{package} could not be fetched: no route to host")

    monkeypatch.setattr("workshop.npm_packages.download", download)
    monkeypatch.setattr(build, "NEEDED", [])
    monkeypatch.setattr(build, "check_chapters", lambda paths: None)
    with pytest.raises(build.Stopped, match=r"fetching mathjax@3.*no route to host\n.*network"):
        build.build(CHAPTERS, earlier, tmp_path / "packages")


def test_another_package_than_the_pinned_one(tmp_path, earlier, monkeypatch):
    monkeypatch.setattr(
        "workshop.npm_packages.download", lambda package, path: path.write_bytes(b"evil")
    )
    monkeypatch.setattr(build, "NEEDED", [])
    monkeypatch.setattr(build, "check_chapters", lambda paths: None)
    with pytest.raises(build.Stopped, match=r"fetching .* is not the pinned package(.|\n)*removed"):
        build.build(CHAPTERS, earlier, tmp_path / "packages")
    assert not list((tmp_path / "packages").iterdir())


def test_the_command_says_what_stopped_it(tmp_path, monkeypatch):
    monkeypatch.setattr(build, "NEEDED", ["no_such_package"])
    with pytest.raises(SystemExit, match="make book stopped at: looking for Sphinx"):
        build.main(["--output", str(tmp_path / "site")])
    assert not (tmp_path / "site").exists()
