"""The pages of the site, written as Sphinx reads them: contents, chapters, glossary, datasheet.

They lie as in the checkout (chapters/, lib/, data/), so most links hold as they are. What changes:
a link to a module leads to its page in the reference, a link to the contents to index.html, a name
of the library in the text to its entry, and a block that unfolds becomes a directive, because the
Markdown and the formulas in it are to be rendered.
"""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import nbformat

from workshop import ROOT, library, markdown
from workshop.book import reference
from workshop.execute import EXCURSIONS, chapter_paths, excursion_paths, notebook_paths
from workshop.rules import Chapter

CONTENTS = Path("chapters/README.md")
DATASHEET = Path("data/README.md")
# What a page is made of, as it is written. markdown-it reads Markdown and does not write it back,
# and here everything but some links and code spans has to stay as it is.
FENCE = re.compile(r"^ *(`{3,}|~{3,}).*?^ *\1`*~*$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
CODE_SPAN = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
MATHS = re.compile(r"\$\$.*?\$\$|\$(?!\s)[^$\n]+?(?<!\s)\$|\\begin\{.*?\\end\{\w+\*?\}", re.DOTALL)
# The target may be in angle brackets, hold one pair of parentheses, and be followed by a title.
LINK = re.compile(
    r"(!?)\[((?:[^\[\]]|!\[[^\]]*\]\([^)]*\))*)\]"
    r"\(\s*<?((?:[^\s()<>]|\([^\s()]*\))*)>?(?:\s+[\"'][^\"']*[\"'])?\s*\)"
)
FOLD = re.compile(r"<details>\s*<summary>(.*?)</summary>(.*?)</details>", re.DOTALL)
HEADING = re.compile(r"^#.*$", re.MULTILINE)
WORDS = re.compile(r"^### Words of chapter (\d+)\n(.*?)(?=^#|\Z)", re.MULTILINE | re.DOTALL)


def write(folder, source):
    """Write everything but the reference into `source`; the chapters lie in `folder`."""
    paths = chapter_paths(folder)
    for path in notebook_paths(folder):
        place = Path("chapters", path.relative_to(folder))
        write_notebook(Chapter.read(path), place, source)
    datasheet = Translator(DATASHEET, DATASHEET, source)
    write_text(source / DATASHEET, datasheet((ROOT / DATASHEET).read_text(encoding="utf-8")))
    glossary = glossary_page(map(Chapter.read, paths))
    if glossary:
        write_text(source / "glossary.md", glossary)
    write_text(source / "index.md", contents_page(folder, source, bool(glossary)))


def write_text(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_notebook(chapter, place, source):
    """A notebook with its outputs, and where its text ends the names taken from the library."""
    used = reference.names_used(chapter)
    translate = Translator(place, place, source, used)
    for _, cell in chapter.markdown:
        cell.source = translate(cell.source)
    if used:
        last = chapter.markdown[-1].node
        text, _, navigation = last.source.rpartition("\n\n")
        listed = from_the_library(set(used.values()), chapter)
        last.source = f"{text}\n\n## From the library\n\n{listed}\n\n{navigation}"
    write_text(source / place, nbformat.v4.writes(chapter.notebook))


def from_the_library(used, chapter):
    """Names as Markdown: what a chapter introduces, and what it takes from others."""
    number = None if chapter.is_excursion else chapter.number  # which introduces nothing
    things = reference.entries()
    first = {full for full in used if (library.pointer(things[full]) or [0])[0] == number}
    parts = [("Introduced here", first), ("Used here", used - first)]
    return "\n\n".join(
        f"{title}: {', '.join(map(named, sorted(part, key=by_name)))}."
        for title, part in parts
        if part
    )


def named(full):
    """The name of an entry as chapters write it, leading to it."""
    name = full.rpartition(".")[2]
    return reference.link(f"plots.{name}" if ".plots." in full else name, full)[0]


def by_name(full):
    name = full.rpartition(".")[2]
    return name.casefold(), name  # there are Sigmoid and sigmoid


@dataclass
class Translator:
    """Turns Markdown of the checkout's file `here` into Markdown of the site's `page`.

    Both are relative: to the checkout, and to the folder `source`, into which files are copied that
    the text links to. `names`, {name: full name}, are those that lead to the reference.
    """

    here: Path
    page: Path
    source: Path
    names: dict = None

    def __call__(self, text):
        """Translate what is not code, mathematics or a heading."""
        kinds = [
            (FENCE, lambda found: found[0]),
            (COMMENT, lambda found: ""),
            (FOLD, self.fold),
            (CODE_SPAN, self.name),
            (MATHS, lambda found: found[0]),
            (HEADING, lambda found: found[0]),
            (LINK, self.link),
        ]
        done, place = [], 0
        while True:
            found = [(kind.search(text, place), do) for kind, do in kinds]
            found = [(match, do) for match, do in found if match]
            if not found:
                return "".join([*done, text[place:]])
            match, do = min(found, key=lambda pair: pair[0].start())
            done += [text[place : match.start()], do(match)]
            place = match.end()

    def fold(self, found):
        """A block that unfolds, as sphinx-design's directive."""
        title = " ".join(found[1].split())
        return f"::::{{dropdown}} {title}\n\n{self(found[2].strip())}\n::::\n"

    def name(self, found):
        """A code span; a link to the reference if it names something of the library."""
        name = found[0].strip("` ").partition("(")[0].removeprefix("lib.")
        full = (self.names or {}).get(name)
        return reference.link(found[0].strip("` "), full)[0] if full else found[0]

    def link(self, found):
        """A link or a picture, leading to the same thing in the site."""
        image, text, target = found.groups()
        if re.match(r"[a-z]+:", target):
            return found[0]
        name, _, fragment = unquote(target).partition("#")
        here = os.path.normpath(self.here.parent / name) if name else self.here
        place, fragment = self.place(Path(here)), self.slug(Path(here), fragment)
        url = Path(os.path.relpath(place, self.page.parent)).as_posix() if name else ""
        return f"{image}[{text}](<{url}{'#' if fragment else ''}{fragment}>)"

    def place(self, file):
        """Where a file of the checkout is found in the site; copied there if it is no page."""
        if file in (CONTENTS, Path("README.md"), Path("chapters")):
            return Path("index.md")
        if file.parts[0] == "lib" and (page := reference.page(file)):
            return page
        if file.suffix != ".ipynb" and file != DATASHEET and (ROOT / file).is_file():
            (self.source / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, self.source / file)
        return file

    def slug(self, file, fragment):
        """The site's name for an anchor, which follows JupyterLab; .md files follow GitHub."""
        if fragment and file.suffix == ".md":
            for _, text in markdown.headings((ROOT / file).read_text(encoding="utf-8")):
                if markdown.file_anchor(text) == fragment:
                    return markdown.anchor(text)
        return fragment


def contents_page(folder, source, has_glossary):
    """The opening of the README, the table of chapters, and the site's table of contents."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## ")[0]
    contents = (ROOT / CONTENTS).read_text(encoding="utf-8")
    table = contents[contents.index("\n|") :]
    opening = Translator(Path("README.md"), Path("index.md"), source)(readme)
    chapters = Translator(CONTENTS, Path("index.md"), source)(table)
    glossary = ["glossary"] if has_glossary else []
    excursions = [f"chapters/{EXCURSIONS}/{path.stem}" for path in excursion_paths(folder)]
    also = [
        *(["- [Glossary](glossary.md): the words of the course in three languages"] * has_glossary),
        "- [The library](lib/index.md): every function and class, and the section that derives it",
        "- [The data](data/README.md): what the pictures are, and where they come from",
    ]
    return "\n".join(
        [
            opening,
            f"## The chapters\n{chapters}\n\n## Also here\n",
            *also,
            toctree("Chapters", [f"chapters/{path.stem}" for path in chapter_paths(folder)]),
            *([toctree("Excursions", excursions)] * bool(excursions)),
            toctree("Reference", [*glossary, "lib/index", "data/README"]),
        ]
    )


def toctree(caption, pages):
    """A part of the site's table of contents."""
    return "\n".join(["", ":::{toctree}", ":hidden:", f":caption: {caption}", "", *pages, ":::"])


def glossary_page(chapters):
    """One table of the words that the chapters list under `Words of chapter N`, by the alphabet.

    Empty if there are none.
    """
    header, rows = "", []
    for chapter in chapters:
        for _, node in chapter.markdown:
            for number, body in WORDS.findall(node.source):
                lines = [line for line in body.splitlines() if line.startswith("|")]
                link = f"chapters/{chapter.path.name}#Words-of-chapter-{number}"
                rows += [f"{line} [{number}]({link}) |" for line in lines[2:]]
                header = f"{lines[0]} chapter |\n|{'---|' * lines[0].count('|')}"
    rows.sort(key=lambda row: re.sub(r"[^\w ]", "", row).strip().casefold())
    return "\n".join(["# Glossary", "", header, *rows, ""]) if rows else ""
