"""From a chapter to its deck: which cells are shown, what is said beside them, and for how long.

A chapter is written to be read. Its deck is drawn from the same cells, by their metadata
`slideshow`:

    slide_type   "slide" begins a slide with which a section begins, "subslide" another slide,
                 "-" adds to the slide, "fragment" does so at a keypress;
                 "notes" is said and not shown, "skip" is neither
    title        the slide's title, where no heading of the cell gives one
    show         "code" or "output", where a code cell is not to be shown as is usual: a figure or
                 a table without the code that made it, other code with what it printed

Of a Markdown cell that is shown, a slide takes the heading, the displayed formulas with the
sentences that lead to them, short lists, tables and code. Each prediction becomes a slide of its
own, the answer a fragment. Everything else of the prose is what a lecturer says: it stands in the
speaker notes, with the time it takes. An exercise is shown with its whole task.

nbconvert's own slides show every cell whole: they cannot take a formula out of a paragraph, leave
the words to the notes and say how long that takes.
"""

import base64
import html
import itertools
import math
import re
import struct
from dataclasses import dataclass, field

from nbconvert.filters.highlight import Highlight2HTML

from workshop import markdown

SLIDE_TYPES = ("slide", "subslide", "-", "fragment", "notes", "skip")
BEGINS = ("slide", "subslide")
SHOWN = (*BEGINS, "-", "fragment")
CLAIMS = "What we claim"

FEWEST_SLIDES, MOST_SLIDES = 20, 40
MOST_LINES = 12  # of code: what the last row can read
MOST_COLUMNS = 82
MOST_PRINTED = 6  # lines below a code cell
MOST_TOGETHER = 15  # lines of both
LONG_TITLE = 150  # characters: a question of that length is written smaller
MOST_CLAIMS = 12
MOST_FORMULAS = 3
MOST_ROWS = 9  # of a table, below its head
MOST_CODE = 8  # lines below a formula
MOST_ASKED = 60  # words of an exercise in large letters
LONGEST_LEAD = 160  # characters of the sentence that leads to a formula
MOST_LISTED = 110  # words of a list that is shown
MOST_ANSWER = 110  # words of an answer that are shown; the others are said

WORDS_A_MINUTE = 130
SECONDS = {"title": 30, "plain": 25, "predict": 60, "exercise": 8 * 60, "claims": 60}

HEADING = re.compile(r"^(#{1,3})[ \t]+(.*?)[ \t]*$", re.MULTILINE)
PREDICTION = re.compile(r"<details>\s*<summary>(.*?)</summary>\s*(.*?)\s*</details>", re.DOTALL)
PREDICT = re.compile(r"^\s*(?:<b>|\*\*)Predict(?:</b>|\*\*)\s*·\s*")
FORMULA = re.compile(r"\$\$.*?\$\$", re.DOTALL)
TAKEN = ("fence", "math_block", "table_open", "bullet_list_open", "ordered_list_open")
MATHS = re.compile(r"\$\$.*?\$\$|\$[^$\n]+?\$|`[^`\n]+`", re.DOTALL)
IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
LINK = re.compile(r"\[((?:[^\[\]]|\[[^\]]*\])+)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)")
NAVIGATION = re.compile(r"^.*\[[^\]]*contents\]\(.*$", re.MULTILINE | re.IGNORECASE)
GOALS = re.compile(r"^\*\*You will be able to\*\*\s*(.*)$", re.MULTILINE)
EXERCISE = re.compile(r"^Exercise (\d+\.\d+) · (.*)$")


TALL = re.compile(r"\\(?:frac|sqrt|sum)")
FORMULA_BOX = '<div class="formula">'
HIGHLIGHTED = '<div class=" highlight '


@dataclass
class Slide:
    """One slide: a title, what is shown as pieces of HTML, what is said as Markdown."""

    title: str = ""
    section: str = ""
    kind: str = "plain"  # or title, predict, exercise, claims
    begins_section: bool = False
    pieces: list = field(default_factory=list)
    said: list = field(default_factory=list)
    cells: list = field(default_factory=list)

    @property
    def style(self):
        """The kind, and what else decides how large the words of the slide may be."""
        lines = sum(piece.count("$$") // 2 for piece in self.pieces)
        few = 0 < lines <= 3 and len(self.pieces) <= 2
        few = few and all(FORMULA_BOX in piece for piece in self.pieces)
        asked = self.kind == "exercise" and sum(map(count_words, self.pieces)) > MOST_ASKED
        return f"{self.kind}{' few' * few}{' long' * (asked or len(self.title) > LONG_TITLE)}"

    def fits(self, piece):
        """Whether one piece of HTML more, of a code cell, finds room."""
        above = "".join(self.pieces)
        if 'class="slider"' in piece:
            return not above
        if "<table" in piece or 'class="picture"' in piece:
            return above.count(FORMULA_BOX) < 2 and not re.search("<[ou]l|<table", above)
        return not (FORMULA_BOX in above and "highlight" in piece and piece.count("\n") > MOST_CODE)

    @property
    def seconds(self):
        """How long it takes to show the slide and say its notes."""
        words = len(re.findall(r"\w+", FORMULA.sub(" ", " ".join(self.said))))
        shown = sum(map(count_words, self.pieces))
        read = shown if self.kind in ("predict", "claims", "title") else 0
        return SECONDS[self.kind] + round(60 * (words + read) / WORDS_A_MINUTE)


@dataclass
class Deck:
    """A chapter's slides, and the pictures in them: {file name: PNG bytes}."""

    name: str
    title: str
    slides: list
    pictures: dict

    @property
    def minutes(self):
        """How long the deck takes, the exercise included."""
        return round(sum(slide.seconds for slide in self.slides) / 60)


# --- Building ------------------------------------------------------------------------------------


class Builder:
    """Reads the cells of a chapter in order and collects slides."""

    def __init__(self, name):
        self.name, self.section, self.slides, self.pictures = name, "", [], {}

    def begin(self, kind="plain", title="", begins_section=False):
        """Start a slide; the notes of an empty slide before it are moved to this one."""
        said = []
        if self.slides and not self.slides[-1].pieces:
            empty = self.slides.pop()
            said, begins_section = empty.said, begins_section or empty.begins_section
        slide = Slide(title, self.section, kind, begins_section, said=said)
        self.slides.append(slide)
        return slide

    @property
    def slide(self):
        """The slide that is being filled."""
        return self.slides[-1] if self.slides else self.begin()

    def show(self, piece, fragment=False):
        """Put a piece of HTML on the slide."""
        self.slide.pieces.append(f'<div class="fragment">{piece}</div>' if fragment else piece)

    def say(self, source):
        """Put prose into the notes."""
        if said := spoken(source):
            self.slide.said.append(said)

    def markdown(self, cell, settings):
        """A Markdown cell, divided at its headings; each part begins a slide if the cell does."""
        kind = settings["slide_type"]
        parts = parted(cell.source)
        for part in parts:
            heading = HEADING.match(part)
            if heading is None:
                shows = PREDICTION.search(part) or any(shown_of(part))
                if kind in BEGINS and ("title" in settings or (shows and len(parts) == 1)):
                    self.begin(title=settings.get("title", ""))
                    self.part(part, kind, settings.get("title", ""))
                elif kind in ("-", "fragment"):
                    self.part(part, kind)
                else:
                    self.say(part)
                continue
            level, title = len(heading[1]), heading[2]
            body = part[heading.end() :]
            if level < 3:
                self.section = "" if level == 1 else unnumbered(title)
            if kind not in BEGINS:
                self.say(body)
                continue
            if level == 1:
                self.opening(title, body)
            elif found := EXERCISE.match(title):
                self.begin("exercise", f"{found[1]} · {found[2]}", begins_section=level < 3)
                self.show(rendered(body))
            else:
                self.begin(title=title, begins_section=level < 3)
                self.part(body, kind, title)
        self.slide.cells.append(cell.id)

    def opening(self, title, body):
        """The first slide: the chapter's title and what one will be able to do."""
        self.begin("title", title, begins_section=True)
        if goals := GOALS.search(body):
            items = map(inline, goals[1].rstrip(".").split(" · "))
            self.show(f"<p>You will be able to</p>{bullets(items)}")
        self.say(GOALS.sub("", body))

    def part(self, source, kind, title=""):
        """Formulas, tables and code of some prose are shown; the rest is said.

        What stands behind a prediction gets a slide of its own, with `title` again.
        """
        before = PREDICTION.split(source)
        for place in range(0, len(before), 3):
            prose = before[place]
            pieces = list(shown_of(prose))
            if place and pieces:
                used = any(slide.title == title for slide in self.slides)
                self.begin(title=f"{title} (2)" if used else title)
            self.pieces(pieces, fragment=kind == "fragment")
            self.say(prose)
            if place + 2 < len(before):
                self.prediction(before[place + 1], before[place + 2])

    def pieces(self, pieces, fragment):
        """Show formulas, tables and code; more than fit on a slide go on to the next ones."""
        formulas = sum(FORMULA_BOX in piece for piece in pieces)
        each = math.ceil(formulas / math.ceil(formulas / MOST_FORMULAS)) if formulas else 0
        shown = 0
        for piece in itertools.chain(*map(parts_of_table, pieces)):
            size = 1 + ("Longrightarrow" in piece) if FORMULA_BOX in piece else 0
            full = shown and (shown + size > each or "<pre" in piece)
            if full or ("<table" in piece and "<table" in "".join(self.slide.pieces)):
                shown = 0
                self.go_on()
            self.show(piece, fragment)
            shown += size

    def go_on(self):
        """A slide more under the same title, numbered."""
        title, part = re.fullmatch(r"(.*?)(?: \((\d+)\))?", self.slide.title).groups()
        self.begin(title=f"{title} ({int(part or 1) + 1})")

    def prediction(self, question, answer):
        """A slide with a question, whose answer appears at a keypress."""
        self.begin("predict", tagless(PREDICT.sub("", question)))
        shown, held = [], []
        for paragraph in re.split(r"\n\s*\n", answer):
            words = sum(len(p.split()) for p in [*shown, paragraph])
            fits = not held and (words <= MOST_ANSWER or not shown)
            (shown if fits else held).append(paragraph)
        self.show(rendered("\n\n".join(shown)), fragment=True)
        self.say("\n\n".join(held))

    def code(self, cell, settings):
        """A code cell: its figure or table, or else its lines and what they printed."""
        kind, begun, title = settings["slide_type"], "plain", settings.get("title", "")
        if self.section == CLAIMS:
            begun, title = "claims", CLAIMS
        if kind in BEGINS:
            self.begin(begun, title, begins_section=kind == "slide")
        show = what_to_show(cell, self.section)
        pieces = [highlighted(cell.source)] if show in ("code", "both") else []
        if show in ("output", "both"):
            pieces += self.outputs(cell)
        for piece in itertools.chain(*map(parts_of_table, pieces)):
            if not self.slide.fits(piece):
                self.go_on()
            self.show(piece, fragment=kind == "fragment")
        self.slide.cells.append(cell.id)

    def outputs(self, cell):
        """The pieces of HTML of a cell's outputs."""
        for output in cell.outputs:
            data = output.get("data", {})
            if "image/png" in data:
                yield self.picture(cell, "".join(data["image/png"]), "".join(data["text/plain"]))
            elif "text/html" in data and self.section == CLAIMS:
                items = re.findall(r"<li>(.*?)</li>", "".join(data["text/html"]), re.DOTALL)
                yield bullets(items[:MOST_CLAIMS], "claims")  # the list is folded: its beginning
            elif "text/html" in data:
                yield f'<div class="table">{"".join(data["text/html"])}</div>'
            else:
                yield f'<pre class="printed">{html.escape(printed(output))}</pre>'

    def picture(self, cell, encoded, description):
        """A figure, in a file of its own, with its description as alternative text."""
        png = base64.b64decode(encoded)
        number = sum(file.startswith(f"{cell.id}-") for file in self.pictures)
        file = f"{cell.id}-{number}.png"
        self.pictures[file] = png
        width = struct.unpack(">I", png[16:20])[0]
        alt = html.escape(" ".join(description.split()), quote=True)
        source = f"{self.name}/{file}"
        size = f"max-width: {round(1.7 * width)}px"  # beyond that it would be blurred
        return f'<div class="picture"><img src="{source}" alt="{alt}" style="{size}"></div>'


def what_to_show(cell, section):
    """Of a code cell "code", "output" or "both"."""
    bundles = [output.get("data", {}) for output in cell.outputs]
    rich = any("image/png" in bundle or "text/html" in bundle for bundle in bundles)
    usual = "output" if rich or section == CLAIMS else "both"
    return cell.metadata.get("slideshow", {}).get("show", usual)


def count_words(piece):
    """The words of a piece of HTML."""
    return len(re.findall(r"\w+", re.sub("<.*?>", " ", piece)))


def parts_of_table(piece):
    """A piece of HTML, a long table in several, each with its head."""
    found = re.fullmatch(r"(.*?<tbody>)(.*)(</tbody>.*)", piece, re.DOTALL)
    rows = re.findall(r"<tr>.*?</tr>", found[2], re.DOTALL) if found else []
    tall = sum(bool(TALL.search(row)) for row in rows) / 2  # rows more that these are worth
    if len(rows) + tall <= MOST_ROWS or piece.count("<table") > 1:
        return [piece]
    each = math.ceil(len(rows) / math.ceil((len(rows) + tall) / MOST_ROWS))
    return [
        f"{found[1]}{''.join(rows[start : start + each])}{found[3]}"
        for start in range(0, len(rows), each)
    ]


def section_after(cell, section):
    """The section that the cell after this one is in, if this one is in `section`.

    The cell of claims, the last one, is a section of its own without a heading.
    """
    if "claims" in cell.metadata.get("tags", []):
        return CLAIMS
    if cell.cell_type == "markdown":
        for level, title in markdown.headings(cell.source):
            section = unnumbered(title) if level == 2 else section
    return section


def build(notebook, name):
    """The Deck of a chapter, given as a notebook node; `name` is that of its file."""
    builder = Builder(name)
    for cell in notebook.cells:
        settings = cell.metadata.get("slideshow", {})
        kind = settings.get("slide_type")
        if kind == "skip":
            builder.section = section_after(cell, builder.section)
        elif cell.cell_type == "markdown":
            builder.markdown(cell, settings)
        elif kind in SHOWN:
            builder.section = section_after(cell, builder.section)
            builder.code(cell, settings)
    slides = [slide for slide in builder.slides if slide.pieces]
    title = next((t for _, t in markdown.headings(notebook.cells[0].source)), name)
    return Deck(name, title, slides, builder.pictures)


# --- Text ----------------------------------------------------------------------------------------


def parted(source):
    """Markdown in parts, each but perhaps the first beginning with a heading of level 1 to 3."""
    tokens = markdown.PARSER.parse(source)
    places = [
        t.map[0] for t in tokens if t.type == "heading_open" and t.tag <= "h3" and not t.level
    ]
    lines = source.splitlines(keepends=True)
    return ["".join(lines[a:b]) for a, b in itertools.pairwise([0, *places, len(lines)])]


def unnumbered(title):
    """A heading without a number before it."""
    return re.sub(r"^[\d.]+\s*[·:]?\s*", "", title)


def unlinked(source):
    """Markdown without its links, which lead to pages that are not beside a deck."""
    formulas = []  # put aside, for a^{[2](i)} looks like a link

    def put_aside(match):
        formulas.append(match[0])
        return f"\1{len(formulas) - 1}\1"

    source = MATHS.sub(put_aside, NAVIGATION.sub("", source))
    source = LINK.sub(r"\1", IMAGE.sub(r"\1", source))
    return re.sub("\1(\\d+)\1", lambda match: formulas[int(match[1])], source)


def spoken(source):
    """The prose of some Markdown: without what a slide shows, and with predictions in words."""
    source = PREDICTION.sub(lambda m: f"{tagless(m[1])} {m[2]}", source)
    for token, block in markdown.blocks(source):
        if token.type in ("fence", "table_open"):
            source = source.replace(block, "")
    return re.sub(r"\n{3,}", "\n\n", unlinked(source)).strip()


def shown_of(prose):
    """The pieces of HTML that a slide takes from prose, in order."""
    before = ""
    for token, block in markdown.blocks(prose):
        if token.type == "math_block":
            lead = sentence_before(before)
            yield f"{FORMULA_BOX}{rendered(lead)}{rendered(stacked(block))}</div>"
        elif token.type in TAKEN and not (
            token.type.endswith("list_open") and len(block.split()) > MOST_LISTED
        ):
            yield rendered(block)
        before = "" if token.type in TAKEN else f"{before}{block}\n\n"


def stacked(formula):
    """A long row of formulas, one under the other, so that it is not shrunk to fit."""
    row = re.split(r"\s*\\q?quad\s*", formula.strip("$").strip())
    is_long = len(row) > 3 or (len(row) == 3 and len(formula) > 100 and "\\text" not in formula)
    return "\n\n".join(f"$${part}$$" for part in row) if is_long else formula


def sentence_before(prose):
    """The sentence that a formula completes, if it is short enough to be read beside it."""
    paragraph = re.split(r"\n\s*\n", prose.rstrip())[-1]
    sentence = re.split(r"[.?!:]\)?\s+(?=[A-Z“*`(])", paragraph.strip())[-1]
    return sentence if " " in sentence and len(sentence) <= LONGEST_LEAD else ""


def rendered(source):
    """Markdown as HTML, formulas left for MathJax."""
    return markdown.rendered(unlinked(source), highlighted)


def inline(source):
    """One line of Markdown as HTML without a paragraph around it."""
    return re.sub(r"^\s*<p>|</p>\s*$", "", rendered(source).strip())


def tagless(source):
    """HTML in a summary as Markdown."""
    source = re.sub(r"</?code>", "`", source)
    return html.unescape(re.sub(r"</?\w+[^>]*>", "", source)).strip()


def bullets(items, kind=""):
    """A list of items that are HTML already."""
    return f'<ul class="{kind}">{"".join(f"<li>{item}</li>" for item in items)}</ul>'


def printed(output):
    """What an output says without markup; of an error its last line."""
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}"
    return "".join(output.get("text", output.get("data", {}).get("text/plain", ""))).rstrip()


def highlighted(source):
    """Python as HTML."""
    return Highlight2HTML(pygments_lexer="ipython3")(source.strip("\n"))


def code_size(pieces):
    """The size in pixels in which all the code and printed text of a slide fits, at least 24."""
    lines = [line for piece in pieces if "<pre" in piece for line in plain(piece).splitlines()]
    longest = max(map(len, lines), default=1)
    return max(24, min(34, 1920 // longest, 400 // max(1, len(lines))))


def table_size(pieces):
    """The size in pixels in which the tables of a slide fit, at least 24."""
    rows = [
        [plain(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
        for piece in pieces
        for row in re.findall(r"<tr>.*?</tr>", piece, re.DOTALL)
    ]
    widths = [max(map(len, column)) for column in itertools.zip_longest(*rows, fillvalue="")]
    across = 1180 / (0.56 * sum(widths) + 0.65 * len(widths) + 1)
    return round(max(24, min(34, across, 400 / max(1, len(rows)))))


def plain(page):
    """The text of some HTML."""
    return html.unescape(re.sub(r"<[^>]*>", "", page))


# --- What a deck has to be -----------------------------------------------------------------------


def faults(notebook, name):
    """Sentences on what is wrong with a chapter as a deck, each naming the cell or the slide."""
    found = [*cell_faults(notebook)]
    return found or [*deck_faults(build(notebook, name))]


def cell_faults(notebook):
    """What is wrong with single cells: metadata, size, a missing output."""
    section = ""
    for cell in notebook.cells:
        settings = cell.metadata.get("slideshow", {})
        kind, show = settings.get("slide_type"), settings.get("show")
        section = section_after(cell, section)
        if kind not in SLIDE_TYPES:
            yield f"{cell.id}: its slide_type is {kind!r}; it needs one of {', '.join(SLIDE_TYPES)}"
        if extra := settings.keys() - {"slide_type", "title", "show"}:
            yield f"{cell.id}: slideshow metadata {', '.join(sorted(extra))} mean nothing"
        if show not in (None, "code", "output", "both"):
            yield f"{cell.id}: it shows {show!r}; it needs code, output or both"
        if kind in BEGINS and not (settings.get("title") or entitles(cell)):
            yield f"{cell.id}: it begins a slide without a title; put one in its slideshow metadata"
        if kind in SHOWN and cell.cell_type == "markdown":
            for token in markdown.leaves(cell.source):
                if token.type == "fence":
                    yield from code_faults(cell.id, token.content.splitlines())
        elif kind in SHOWN:
            yield from shown_faults(cell, what_to_show(cell, section), section)


def shown_faults(cell, show, section):
    """What is wrong with a code cell of which "code", "output" or "both" is shown."""
    if cell.execution_count is None:
        yield f"{cell.id}: it was not executed, so its output is missing; run make refresh"
        return
    if show == "output" and not cell.outputs:
        yield f"{cell.id}: it has no output to show; run make refresh"
    if show != "output":
        yield from code_faults(cell.id, cell.source.splitlines())
    if show != "code":
        bundles = [output.get("data", {}) for output in cell.outputs]
        if any("image/png" in data and not data.get("text/plain") for data in bundles):
            yield f"{cell.id}: its figure has no description"
        streams = [printed(output) for output in cell.outputs if "text" in output]
        lines = sum(len(text.splitlines()) for text in streams)
        if lines > MOST_PRINTED and section != CLAIMS:
            yield f"{cell.id}: it prints {lines} lines, more than {MOST_PRINTED}"
        if show == "both" and (both := lines + len(cell.source.splitlines())) > MOST_TOGETHER:
            yield f"{cell.id}: {both} lines of code and output, more than {MOST_TOGETHER}"


def entitles(cell):
    """Whether a cell gives its slide a title: by a heading, or by a question."""
    found = markdown.headings(cell.source) or PREDICTION.search(cell.source)
    return cell.cell_type == "markdown" and bool(found)


def code_faults(name, lines):
    """What makes code too long for a slide."""
    if len(lines) > MOST_LINES:
        yield f"{name}: {len(lines)} lines of code on a slide, more than {MOST_LINES}"
    if (longest := max(map(len, lines), default=0)) > MOST_COLUMNS:
        yield f"{name}: a line of {longest} characters on a slide, more than {MOST_COLUMNS}"


def deck_faults(deck):
    """What is wrong with the slides as a whole."""
    slides = deck.slides
    if not FEWEST_SLIDES <= len(slides) <= MOST_SLIDES:
        yield f"{len(slides)} slides; a deck has {FEWEST_SLIDES} to {MOST_SLIDES}"
    titles = [slide.title for slide in slides]
    for slide in slides:
        where = ", ".join(slide.cells) or f"the prediction {slide.title!r}"
        if not slide.title:
            yield f"{where}: a slide without a title"
        elif titles.count(slide.title) > 1:
            yield f"{where}: another slide has the title {slide.title!r} too"
        shown = "".join(slide.pieces)
        code = shown.count(HIGHLIGHTED)
        figures = sum("<img" in piece for piece in slide.pieces)  # a slider's pictures are one
        if shown.count("<pre") > 2 or code + figures > 1:
            yield f"{where}: more than one idea, several figures or pieces of code"
        if slide.kind == "predict" and len(slide.pieces) > 1:
            yield f"{where}: something stands behind the answer of a prediction"
    kinds = [slide.kind for slide in slides]
    if kinds[:1] != ["title"]:
        yield "the first slide is not the chapter's title"
    if "predict" not in kinds:
        yield "no slide asks for a prediction"
    if "exercise" not in kinds:
        yield "no slide is an exercise, the break"
    claims = [p.count("<li>") for s in slides if s.kind == "claims" for p in s.pieces]
    if kinds[-1:] != ["claims"] or not sum(claims):
        yield "the last slide does not show what the chapter claims"
