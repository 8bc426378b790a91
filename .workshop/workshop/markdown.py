"""Reading Markdown cells: headings, anchors, links, and the prose without what is not prose."""

import re

FENCE = re.compile(r"^ *(`{3,}|~{3,}).*?^ *\1`*~*$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
CODE_SPAN = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
MATHS = re.compile(r"\$\$.*?\$\$|\$(?!\s)[^$\n]+?(?<!\s)\$|\\begin\{.*?\\end\{\w+\*?\}", re.DOTALL)
HEADING = re.compile(r"^(#{1,6})[ \t]+(.*?)[ \t]*#*$", re.MULTILINE)
# The target may be in angle brackets, hold one pair of parentheses, and be followed by a title.
LINK = re.compile(
    r"(!?)\[((?:[^\[\]]|!\[[^\]]*\]\([^)]*\))*)\]"
    r"\(\s*<?((?:[^\s()<>]|\([^\s()]*\))*)>?(?:\s+[\"'][^\"']*[\"'])?\s*\)"
)
TAG = re.compile(r"<(/?)(\w+)((?:\s[^<>]*)?)>")
URL = re.compile(r"https?://\S+|\b[\w.-]+\.(?:ipynb|py|md|h5)\b")


def attribute(attributes, name):
    """The value of an HTML attribute, or None."""
    found = re.search(rf"\b{name}\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", attributes)
    return found and (found[1] or found[2] or "")


def without_code(source):
    """Markdown without fenced code, code spans, comments and maths."""
    for pattern in (FENCE, COMMENT, CODE_SPAN, MATHS):
        source = pattern.sub(" ", source)
    return source


def headings(source):
    """(level, text) of every heading, the text as it is written."""
    source = COMMENT.sub("", FENCE.sub("", source))
    return [(len(marks), text) for marks, text in HEADING.findall(source)]


def anchor(heading):
    """The anchor JupyterLab gives a heading: its text as shown, with hyphens for spaces."""
    shown = LINK.sub(r"\2", heading)
    shown = re.sub(r"[`*]|(?<!\w)_|_(?!\w)", "", shown)
    return shown.replace(" ", "-")


def file_anchor(heading):
    """The anchor GitHub gives a heading of a Markdown file: lower case, without punctuation."""
    return re.sub(r"[^\w\- ]", "", LINK.sub(r"\2", heading).lower()).replace(" ", "-")


def links(source):
    """(text, target) of every link that is not an image, in Markdown or in HTML."""
    source = without_code(source)
    found = [(text, target) for image, text, target in LINK.findall(source) if not image]
    for _, tag, attributes in TAG.findall(source):
        if tag == "a" and (target := attribute(attributes, "href")) is not None:
            found.append(("", target))
    return found


def images(source):
    """(alternative text, target) of every image, in Markdown or in HTML."""
    source = without_code(source)
    nested = "".join(text for _, text, _ in LINK.findall(source))  # pictures that are links
    found = [(text, url) for image, text, url in LINK.findall(source + nested) if image]
    for _, tag, attributes in TAG.findall(source):
        if tag == "img":
            found.append((attribute(attributes, "alt") or "", attribute(attributes, "src") or ""))
    return found


def prose(source):
    """What a reader reads aloud: no code, maths, markup, addresses or file names."""
    source = without_code(source)
    for _ in range(2):  # pictures may stand inside links
        source = LINK.sub(r"\2", source)
    return URL.sub(" ", TAG.sub(" ", source))
