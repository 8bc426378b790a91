"""Tables: rows under a header, for the page and as plain text."""

import html
import re

from lib.plots.style import Page

__all__ = ["table"]


def table(header, rows):
    """A table to be shown as the value of a cell.

    header: the names of the columns; rows: as many values each, already formatted where they are
    numbers. Raises ValueError for a row of another length.
    """
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"row {row!r} has {len(row)} cells; the header has {len(header)}")
    header, *rows = [[str(cell) for cell in row] for row in (header, *rows)]
    columns = list(zip(*rows, strict=True))
    numbers = [all(re.match(r"[-+−<]?\d|$", cell) for cell in column) for column in columns]
    sides = ["right" if number else "left" for number in numbers]

    def line(cells, tag):
        cells = "".join(
            f'<{tag} style="text-align: {side}">{html.escape(cell)}</{tag}>'
            for side, cell in zip(sides, cells, strict=True)
        )
        return f"<tr>{cells}</tr>"

    body = "\n".join(line(row, "td") for row in rows)
    head = f"<thead>{line(header, 'th')}</thead>"
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    text = "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (header, ["-" * width for width in widths], *rows)
    )
    return Page(f"<table>\n{head}\n<tbody>\n{body}\n</tbody>\n</table>", text)
