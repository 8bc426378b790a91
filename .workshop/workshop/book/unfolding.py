"""What Sphinx lacks: blocks that unfold, and alt texts of figures.

A module and not part of conf.py, because Sphinx stores the pages it has read, and Python stores
objects only of classes that it can import again.
"""

from docutils import nodes
from docutils.parsers.rst import Directive


class details(nodes.General, nodes.Element):
    """A block that unfolds."""


class summary(nodes.General, nodes.TextElement):
    """The line of it that is always shown."""


class Fold(Directive):
    """``::::{fold} title`` and a body, both in Markdown."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self):
        block = details()
        title, messages = self.state.inline_text(self.arguments[0], self.lineno)
        block += summary("", "", *title)
        self.state.nested_parse(self.content, self.content_offset, block)
        return [block, *messages]


def visit(tag):
    """The two functions that write an HTML element around a node's children."""
    return (
        lambda writer, node: writer.body.append(writer.starttag(node, tag)),
        lambda writer, node: writer.body.append(f"</{tag}>\n"),
    )


def describe_figures(app, doctree):
    """Make the description of each figure, which is its plain text, its alt text."""
    for bundle in doctree.findall(nodes.container):
        if bundle.get("nb_element") == "mime_bundle":
            parts = {part["mime_type"]: part for part in bundle.children}
            for part in parts.values():
                for image in part.findall(nodes.image):
                    image["alt"] = parts["text/plain"].astext().strip()


def setup(app):
    app.add_node(details, html=visit("details"))
    app.add_node(summary, html=visit("summary"))
    app.add_directive("fold", Fold)
    app.connect("doctree-read", describe_figures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
