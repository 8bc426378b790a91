"""Tables: rows under a header, for the page and as plain text."""

import html
import re

__all__ = ["Table", "table"]


class Table:
    """Rows under a header, for the page and as plain text."""

    def __init__(self, header, rows):
        self.header, self.rows = [str(cell) for cell in header], [[str(c) for c in r] for r in rows]

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self._html(), "text/plain": self.text()}

    def text(self):
        """The table in columns of plain text."""
        lines = [self.header, *self.rows]
        widths = [max(len(line[k]) for line in lines) for k in range(len(self.header))]
        padded = [[c.ljust(w) for c, w in zip(line, widths, strict=True)] for line in lines]
        padded.insert(1, ["-" * w for w in widths])
        return "\n".join("  ".join(line).rstrip() for line in padded)

    def _html(self):
        columns = zip(*self.rows, strict=True)
        numbers = [all(re.match(r"[-+−<]?\d|$", cell) for cell in column) for column in columns]
        sides = ["right" if number else "left" for number in numbers]

        def row(cells, tag):
            cells = "".join(
                f'<{tag} style="text-align: {side}">{html.escape(cell)}</{tag}>'
                for side, cell in zip(sides, cells, strict=True)
            )
            return f"<tr>{cells}</tr>"

        body = "\n".join(row(cells, "td") for cells in self.rows)
        return (
            f"<table>\n<thead>{row(self.header, 'th')}</thead>\n<tbody>\n{body}\n</tbody>\n</table>"
        )


def table(header, rows):
    """A table to be shown as the value of a cell.

    header: the names of the columns; rows: as many values each, already formatted where they are
    numbers. Raises ValueError for a row of another length.
    """
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"row {row!r} has {len(row)} cells; the header has {len(header)}")
    return Table(header, rows)
