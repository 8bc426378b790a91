"""`make slides`: every chapter as a deck in `_slides/`, to be opened from the disk, offline.

The folder is built in a temporary place and moved when it is complete: an error leaves the last
good one as it was.
"""

import html
import shutil
import sys
from pathlib import Path

import nbformat

from workshop import ROOT, aside
from workshop.npm_packages import CACHE, MATHJAX, MATHJAX_SCRIPT
from workshop.slides import decks

HERE = Path(__file__).resolve().parent

PACKAGES = {  # what a deck loads: of each package, {member: where it goes}
    "reveal.js@5.2.1": {
        "dist/reveal.js": "reveal/reveal.js",
        "dist/reveal.css": "reveal/reveal.css",
        "plugin/notes/notes.js": "reveal/notes.js",
        "LICENSE": "reveal/LICENSE",
    },
    MATHJAX: {
        f"es5/{MATHJAX_SCRIPT}": "mathjax/tex-svg-full.js",
        "LICENSE": "mathjax/LICENSE",
    },
}

DECK = """\
<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="reveal/reveal.css">
<link rel="stylesheet" href="deck.css">
<script>
  MathJax = {{
    tex: {{ inlineMath: [["$", "$"]], processEscapes: true }},
    svg: {{ fontCache: "none" }},  // so that a formula also shows in the speaker's window
    options: {{ enableMenu: false }},
    startup: {{ typeset: false }}
  }};
</script>
<script src="mathjax/tex-svg-full.js"></script>
<script src="reveal/reveal.js"></script>
<script src="reveal/notes.js"></script>
</head>
<body>
<div class="reveal"><div class="slides">
{slides}
</div></div>
<script>
  const options = {{
    width: 1280, height: 720, margin: 0, center: false, hash: true,
    slideNumber: "c/t", controls: false,
    navigationMode: "linear", transition: "none", pdfSeparateFragments: false,
    totalTime: {seconds}, plugins: [RevealNotes]
  }};
  // Formulas first: their size decides where things stand.
  MathJax.startup.promise
    .then(() => MathJax.typesetPromise())
    .then(() => Reveal.initialize(options))
    .then(() => {{ document.documentElement.dataset.ready = "yes"; }});
</script>
</body>
</html>
"""

INDEX = """\
<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Neural networks by hand: the slides</title>
<link rel="stylesheet" href="deck.css">
</head>
<body class="index">
<h1>Neural networks by hand: the slides</h1>
<table>
<thead><tr><th>deck</th><th>slides</th><th>minutes</th><th>to print</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
<p>The minutes are those of the speaker notes read aloud, with time to think at each prediction and
eight minutes for the exercise.</p>
<p><kbd>Space</kbd> or <kbd>→</kbd> next, <kbd>←</kbd> back, <kbd>S</kbd> the speaker's window with
notes and clock, <kbd>F</kbd> full screen, <kbd>Esc</kbd> all slides at once, <kbd>B</kbd> a black
screen. To print or make a PDF, follow the link in the last column and let the browser print it,
without margins and with background graphics.</p>
</body>
</html>
"""


class BuildError(aside.BuildError):
    """A step of the build failed: which, and what to do."""

    command = "make slides"


CHECKED = '<p class="checked">In the chapter, with hints and an instant check.</p>'

# --- Pages ---------------------------------------------------------------------------------------


def clock(seconds):
    """Seconds as 0:07 or 1:12, hours and minutes."""
    minutes = round(seconds / 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


def slide_page(slide, start):
    """A slide as an HTML section; `start` is the second at which it begins."""
    tag = "h1" if slide.kind == "title" else "h2"
    kicker = {
        "predict": "Predict",
        "exercise": f"Exercise break · {decks.SECONDS['exercise'] // 60} minutes",
    }.get(slide.kind, "" if slide.section == slide.title else slide.section)
    minutes = max(1, round(slide.seconds / 60))
    timing = f"{clock(start)} – {clock(start + slide.seconds)}, about {minutes} min"
    notes = decks.rendered("\n\n".join([f"**{timing}**", *slide.said]))
    code, table = decks.code_size(slide.pieces), decks.table_size(slide.pieces)
    style = f'class="slide {slide.style}"'
    style += f' style="--code: {code}px; --table: {table}px"'
    return "\n".join(
        [
            f'<section data-timing="{slide.seconds}">',
            f"<div {style}>",
            f'<p class="kicker">{html.escape(kicker)}</p>',
            f"<{tag}>{decks.inline(slide.title)}</{tag}>",
            *slide.pieces,
            *([CHECKED] if slide.kind == "exercise" else []),
            "</div>",
            f'<aside class="notes">{notes}</aside>',
            "</section>",
        ]
    )


def deck_page(deck):
    """A deck as an HTML page: a column of slides for each section of the chapter."""
    columns, start = [], 0
    for slide in deck.slides:
        if slide.begins_section or not columns:
            columns.append([])
        columns[-1].append(slide_page(slide, start))
        start += slide.seconds
    slides = "\n".join("<section>\n" + "\n".join(column) + "\n</section>" for column in columns)
    return DECK.format(title=html.escape(deck.title), slides=slides, seconds=start)


def index_page(built):
    """The page that lists the decks."""
    rows = "\n".join(
        f'<tr><td><a href="{deck.name}.html">{html.escape(deck.title)}</a></td>'
        f"<td>{len(deck.slides)}</td><td>{deck.minutes}</td>"
        f'<td><a href="{deck.name}.html?print-pdf">PDF</a></td></tr>'
        for deck in built
    )
    return INDEX.format(rows=rows)


# --- The build -----------------------------------------------------------------------------------


def read_deck(path):
    """The Deck of the chapter at `path`; BuildError if it is not fit to be one."""
    step = f"reading {path.name}"
    try:
        notebook = nbformat.v4.reads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BuildError(step, f"It is not a notebook: {error}") from None
    if found := decks.faults(notebook, path.stem):
        more = [f"and {len(found) - 5} more"] if len(found) > 5 else []
        raise BuildError(step, "\n".join(f"  {fault}" for fault in [*found[:5], *more]))
    return decks.build(notebook, path.stem)


def write(built, folder, cache):
    """Write the pages of decks and all that they load into an empty folder."""
    for package, members in PACKAGES.items():
        for member, content in aside.fetched(package, members, cache, BuildError).items():
            path = folder / members[member]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    shutil.copy(HERE / "deck.css", folder / "deck.css")
    for deck in built:
        (folder / f"{deck.name}.html").write_text(deck_page(deck), encoding="utf-8")
        (folder / deck.name).mkdir()
        for file, png in deck.pictures.items():
            (folder / deck.name / file).write_bytes(png)
    (folder / "index.html").write_text(index_page(built), encoding="utf-8")


def build(chapters, target, cache=CACHE):
    """Build decks of the chapters at some paths in the folder `target`; returns them.

    `cache` is the folder where npm's packages are kept. Raises BuildError; `target` is then as it
    was.
    """
    if not chapters:
        raise BuildError("looking for chapters", "There is no notebook to make slides of.")
    built = [read_deck(path) for path in chapters]
    aside.build_aside(target, lambda folder: write(built, folder, cache))
    return built


def main(arguments=None):
    """Build the decks of the chapters named, or of all; returns 1 if one failed."""

    def lines(built):
        for deck in built:
            yield f"{deck.name:<32} {len(deck.slides):3d} slides, about {deck.minutes} minutes"
        yield "open _slides/index.html"

    return aside.run(build, ROOT / "_slides", "make slides", __doc__, lines, arguments)


if __name__ == "__main__":
    sys.exit(main())
