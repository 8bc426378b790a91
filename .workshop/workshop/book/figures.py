"""What MyST-NB lacks: the description that comes with a figure as its alternative text."""

from docutils import nodes


def describe_figures(app, doctree):
    """Make the description of each figure, which is its plain text, its alt text."""
    for bundle in doctree.findall(nodes.container):
        if bundle.get("nb_element") == "mime_bundle":
            parts = {part["mime_type"]: part for part in bundle.children}
            for part in parts.values():
                for image in part.findall(nodes.image):
                    image["alt"] = parts["text/plain"].astext().strip()


def setup(app):
    app.connect("doctree-read", describe_figures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
