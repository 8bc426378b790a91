"""Reading Markdown cells: headings, anchors, links, formulas, and the prose without all of these.

The parser is markdown-it, with the rules for formulas with which the book is built.
"""

import html
import re
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

URL = re.compile(r"https?://\S+|\b[\w.-]+\.(?:ipynb|py|md|h5)\b")
BREAKS = ("softbreak", "hardbreak")

PARSER = MarkdownIt("commonmark").enable("table")
PARSER.use(dollarmath_plugin, double_inline=True).use(amsmath_plugin)
PARSER.normalizeLink = str  # addresses stay as they are written,
PARSER.validateLink = bool  # and bad ones are links too, to be found


def _as_written(renderer, tokens, place, options, env):
    formula = html.escape(written(tokens[place]), quote=False)
    return f"<p>{formula}</p>\n" if tokens[place].block else formula


for _kind in ("math_inline", "math_inline_double", "math_block", "amsmath"):
    PARSER.add_render_rule(_kind, _as_written)  # what typesets them reads the dollar signs


class Html(HTMLParser):
    """A piece of HTML: its opening `tags`, (name, {attribute: value}), and its `text`."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, {name: value or "" for name, value in attributes}))

    def handle_data(self, data):
        self.text += data


def rendered(source, code):
    """Markdown as HTML, its formulas as they are written; ``code`` makes HTML of fenced code."""
    tokens = PARSER.parse(source)
    for token in tokens:
        if token.type == "fence":
            token.type, token.content = "html_block", code(token.content)
    return PARSER.renderer.render(tokens, PARSER.options, {})


def blocks(source):
    """The outermost blocks of some Markdown: (first token, its lines as written)."""
    lines = source.splitlines()
    for token in PARSER.parse(source):
        if token.level == 0 and token.map and token.nesting >= 0:
            yield token, "\n".join(lines[slice(*token.map)])


def leaves(source):
    """All tokens with text, in order: the inline tokens of a block, or the block if it has none.

    A block of HTML is followed by the tokens in it, because formulas are typeset there too.
    """
    for token in PARSER.parse(source):
        yield from [token] if token.children is None else token.children
        if token.type == "html_block":
            yield from leaves(Html(token.content).text)


def written(token):
    """A token as Markdown."""
    if token.type.startswith("math"):
        fence = token.markup or "$"
        return f"{fence}{token.content}{fence}"
    if token.type in BREAKS:
        return "\n"
    return f"{token.markup}{token.content}{token.markup if token.content else ''}"


def tags(source):
    """The opening tags of the HTML in some Markdown: (name, {attribute: value})."""
    for token in leaves(source):
        if token.type in ("html_block", "html_inline"):
            yield from Html(token.content).tags


def headings(source):
    """(level, text) of every heading, the text as it is written."""
    tokens = PARSER.parse(source)
    return [
        (int(token.tag[1]), tokens[place + 1].content)
        for place, token in enumerate(tokens)
        if token.type == "heading_open"
    ]


def anchor(heading):
    """The anchor JupyterLab gives a heading: its text as shown, with hyphens for spaces."""
    return shown(heading, written).replace(" ", "-")


def file_anchor(heading):
    """The anchor GitHub gives a heading of a Markdown file: lower case, without punctuation."""
    return re.sub(r"[^\w\- ]", "", shown(heading, written).lower()).replace(" ", "-")


def shown(source, formula=lambda token: " "):
    """The text that a line of Markdown shows."""
    tokens = PARSER.parseInline(source)[0].children
    return "".join(formula(t) if t.type.startswith("math") else t.content for t in tokens)


def links(source):
    """(text, target) of every link that is not an image, in Markdown or in HTML."""
    found, inside = [], False
    for token in leaves(source):
        if token.type == "link_open":
            found.append(["", token.attrs["href"]])
            inside = True
        elif token.type == "link_close":
            inside = False
        elif inside:
            found[-1][0] += written(token)
    found += [["", there["href"]] for tag, there in tags(source) if tag == "a" and "href" in there]
    return [tuple(pair) for pair in found]


def images(source):
    """(alternative text, target) of every image, in Markdown or in HTML."""
    found = [(t.content, t.attrs["src"]) for t in leaves(source) if t.type == "image"]
    embedded = [there for tag, there in tags(source) if tag == "img"]
    return found + [(there.get("alt", ""), there.get("src", "")) for there in embedded]


def formulas(source):
    """Every formula, with its dollar signs."""
    kinds = ("math", "amsmath")
    return [written(token) for token in leaves(source) if token.type.startswith(kinds)]


def bold(source):
    """Every text in bold type, as it is written."""
    found, inside = [], False
    for token in leaves(source):
        if token.type == "strong_open":
            found.append("")
            inside = True
        elif token.type == "strong_close":
            inside = False
        elif inside:
            found[-1] += written(token)
    return found


def prose(source):
    """What a reader reads aloud: no code, maths, markup, addresses or file names."""
    spoken = []
    for token in leaves(source):
        if token.type in ("text", "image", *BREAKS):
            spoken.append(" " if token.type in BREAKS else token.content)
        elif token.block or not token.markup:
            spoken.append("\n" if token.block else " ")
    return URL.sub(" ", "".join(spoken))
