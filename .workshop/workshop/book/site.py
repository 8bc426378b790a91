"""The checks that a built site has to pass: each returns the faults it finds, as sentences."""

import base64
import hashlib
import inspect
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

from workshop import library
from workshop.execute import EXCURSIONS

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
LOADED = {"src", "srcset", "poster", "data"}  # attributes whose address a browser fetches
AWAY = re.compile(r"\s*(?:https?:)?//", re.IGNORECASE)
CSS_AWAY = re.compile(r"(?:url\(|@import)\s*['\"]?\s*(?:https?:)?//[^)\"'\s]*", re.IGNORECASE)
RAW = re.compile(r"\$|\*\*|<[a-z]+>")


class Page(HTMLParser):
    """What a page holds: anchors, titles, links, figures, folded text, addresses it loads."""

    def __init__(self, source):
        super().__init__()
        self.ids, self.titles, self.links, self.loads = set(), {}, [], []
        self.figures, self.folds, self.formulas, self.h1 = [], [], 0, 0
        self._open = []  # (tag, attributes) of the elements around the current place
        self.feed(source)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag not in VOID:
            self._open.append((tag, values))
        if "id" in values:
            self.ids.add(values["id"])
        self.loads += [values[name] for name in LOADED & values.keys() if values[name]]
        if tag == "link" and values.get("rel") != "canonical":
            self.loads.append(values.get("href", ""))
        if tag == "a" and "href" in values:
            self.links.append([values["href"], ""])
        if tag == "img":
            self.figures.append((values.get("src", ""), values.get("alt")))
        if tag == "details":
            self.folds.append("")
        self.h1 += tag == "h1"
        self.formulas += "math" in (values.get("class") or "").split()

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, text):
        tags = [tag for tag, _ in self._open]
        classes = {c for _, values in self._open for c in (values.get("class") or "").split()}
        if "a" in tags and self.links:
            self.links[-1][1] += text
        if re.fullmatch("h[1-6]", tags[-1] if tags else ""):
            sections = [values["id"] for tag, values in self._open if tag == "section"]
            self.titles.update({sections[-1]: text} if sections else {})
        if "details" in tags and not classes & {"math"} and not {"code", "pre"} & set(tags):
            self.folds[-1] += text


def read(site):
    """{path relative to the site: Page} of all pages."""
    paths = (path for path in site.rglob("*.html") if "_static" not in path.parts)
    return {p.relative_to(site): Page(p.read_text(encoding="utf-8")) for p in paths}


def titled(page):
    """A page has one title of the first rank."""
    return [] if page.h1 == 1 else [f"{page.h1} titles of the first rank"]


def described(page, notebook):
    """Each figure of the notebook is on the page, in order, with its description."""
    due = [
        (hashlib.sha256(base64.b64decode(data[kind])).hexdigest(), data.get("text/plain"))
        for cell in notebook.cells
        for data in (output.get("data", {}) for output in cell.get("outputs", []))
        for kind in data
        if kind.startswith("image/")
    ]
    found = [(Path(url).stem, alt) for url, alt in page.figures]
    found = [figure for figure in found if re.fullmatch("[0-9a-f]{64}", figure[0])]
    if len(found) != len(due):
        return [f"{len(found)} figures for {len(due)}"]
    return [f"a figure says {f[1]!r}" for f, d in zip(found, due, strict=True) if f != d]


def folded(page, notebook):
    """Each block that unfolds does so on the page too, and nothing in it is left unrendered."""
    due = 0
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            due += cell.source.count("<details>")
            continue
        due += "hide-input" in cell.metadata.get("tags", [])
        shown = (output.get("data", {}).get("text/html", "") for output in cell.outputs)
        due += sum(html.count("<details") for html in shown)
    faults = [] if len(page.folds) == due else [f"{len(page.folds)} blocks unfold for {due}"]
    found = ((text, RAW.search(text)) for text in page.folds)
    return faults + [f"{raw[0]!r} in a folded block: {text[:80]!r}" for text, raw in found if raw]


def dead_links(pages, site):
    """Links that lead to no file, or to no anchor in it."""
    faults = []
    for path, page in pages.items():
        for url, _ in page.links:
            if re.match("[a-z]+:", url):
                continue
            target, fragment = resolved(path, url)
            if not (site / target).is_file():
                faults.append(f"{path}: no file at {url}")
            elif fragment and target in pages and fragment not in pages[target].ids:
                faults.append(f"{path}: no anchor at {url}")
    return faults


def resolved(path, url):
    """(page, fragment) that an address on the page at `path` leads to, relative to the site."""
    name, _, fragment = unquote(url).partition("#")
    parts = []
    for part in (path.parent / name.partition("?")[0] if name else path).parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return Path(*parts), fragment


def requests(pages, sheets):
    """Scripts, styles, pictures and fonts that would be fetched from elsewhere.

    `sheets` is {name: text} of the style sheets.
    """
    faults = [
        f"{path} loads {url}"
        for path, page in pages.items()
        for url in page.loads
        if AWAY.match(url)
    ]
    return faults + [f"{n} loads {u}" for n, text in sheets.items() for u in CSS_AWAY.findall(text)]


def documented(pages, modules):
    """Each public name of the library has an entry, which links to the section that derives it."""
    faults = []
    for module in modules:
        for name in getattr(module, "__all__", []):
            thing = getattr(module, name)
            home = module.__name__
            if inspect.isclass(thing) or inspect.isroutine(thing):
                home = thing.__module__
            elif module.__name__ == "lib.plots":
                continue  # handed on from the submodule where it stands
            path = Path(*home.split(".")).with_suffix(".html")
            if path not in pages or f"{home}.{name}" not in pages[path].ids:
                faults.append(f"{home}.{name} has no entry")
                continue
            found = library.pointer(thing) if callable(thing) else None
            if found and not derived(pages, path, *found):
                faults.append(f"{home}.{name} has no link to {found[1]!r} of {found[0]}")
    return faults


def derived(pages, path, number, heading, in_excursion):
    """Whether a page links to that very heading, of the chapter or an excursion of this number."""
    folder = Path("chapters", EXCURSIONS) if in_excursion else Path("chapters")
    for url, text in pages[path].links:
        target, fragment = resolved(path, url)
        there = target.parent == folder and target.name.startswith(f"{number:02}")
        if there and text == f"“{heading}”":
            return pages[target].titles.get(fragment) == heading
    return False
