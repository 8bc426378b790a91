"""The README's picture: a figure of a chapter, with its description as alternative text."""

import base64
import re
from pathlib import Path

from workshop.execute import CHAPTERS, load

CHAPTER, CELL = "02_shallow_network.ipynb", "views"
IMAGE = re.compile(r"!\[[^\]]*\]\(chapters/cover\.png\)")


def figure(folder=CHAPTERS):
    """The PNG and the description that the chapter stores."""
    cell = next(cell for cell in load(folder / CHAPTER).cells if cell.id == CELL)
    data = cell.outputs[-1].data
    return base64.b64decode(data["image/png"]), data["text/plain"].replace("\n", " ")


def readme_with(description, readme):
    """The README's text with ``description`` as the picture's alternative text."""
    return IMAGE.sub(lambda _: f"![{description}](chapters/cover.png)", readme)


def refresh(folder=CHAPTERS):
    """Make the picture and its alternative text those of the chapter, where they are not."""
    png, description = figure(folder)
    readme: Path = folder.parent / "README.md"
    old = readme.read_text(encoding="utf-8")
    if readme_with(description, old) != old:
        readme.write_text(readme_with(description, old), encoding="utf-8")
    cover = folder / "cover.png"
    if not cover.exists() or cover.read_bytes() != png:
        cover.write_bytes(png)
