"""Small notebooks for the tests of the machinery: written in code, so that a mutation is a line."""

import base64
import io

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from workshop.rules import NOTEBOOK_METADATA

FIGURE = '''\
import io
from PIL import Image

class Figure:
    """A picture and its description, like the figures of the course."""

    def _repr_mimebundle_(self, include=None, exclude=None):
        file = io.BytesIO()
        Image.linear_gradient("L").resize((60, 40)).save(file, "PNG")
        return {"image/png": file.getvalue(), "text/plain": "Black above, white below, 60 wide."}'''


def code(name, source, *outputs, tags=()):
    """A code cell with an id and outputs; `number_cells` gives it its execution count."""
    metadata = {"tags": list(tags)} if tags else {}
    return new_code_cell(source, id=name, outputs=list(outputs), metadata=metadata)


def text(name, source):
    """A Markdown cell with an id."""
    return new_markdown_cell(source, id=name)


def printed(words, name="stdout"):
    """A stream output."""
    return new_output("stream", name=name, text=words)


def shown(**data):
    """An output with a MIME bundle: `text_plain="…"`, `image_png=picture()`."""
    return new_output("display_data", {k.replace("_", "/", 1): v for k, v in data.items()})


def picture(shade="white", size=(8, 8), software=None):
    """A base64 PNG of one shade."""
    info = PngInfo()
    if software:
        info.add_text("Software", software)
    file = io.BytesIO()
    Image.new("RGB", size, shade).save(file, "PNG", pnginfo=info)
    return base64.b64encode(file.getvalue()).decode()


def film(*shades):
    """A base64 animated PNG, one frame a shade."""
    frames = [Image.new("RGB", (8, 8), shade) for shade in shades]
    file = io.BytesIO()
    frames[0].save(file, "PNG", save_all=True, append_images=frames[1:], duration=100)
    return base64.b64encode(file.getvalue()).decode()


def notebook(*cells):
    """A notebook with the metadata of a chapter, its code cells counted from 1."""
    made = new_notebook(cells=list(cells), metadata=nbformat.from_dict(NOTEBOOK_METADATA))
    number_cells(made)
    return made


def number_cells(made):
    """Give the code cells their execution counts, as one run from top to bottom would."""
    for count, cell in enumerate((c for c in made.cells if c.cell_type == "code"), start=1):
        cell.execution_count = count


def find(made, name):
    """The cell with an id."""
    return next(cell for cell in made.cells if cell.get("id") == name)


def store(made, path):
    """Write a notebook as it is, valid or not; returns the path."""
    path.write_text(nbformat.v4.writes(made) + "\n", encoding="utf-8")
    return path
