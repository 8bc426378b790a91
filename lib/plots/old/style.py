"""One style for all figures, and the object that a figure is: a picture with its description.

A function that draws is written between ``@figure`` and ``return fig, description``. The decorator
draws it in the course's style and returns a Figure, which a notebook shows as the value of a cell.
The description is computed from what is plotted. It is the picture's alt text and its plain text,
so a reader who cannot see the picture, and a test that does not look at pixels, both have it.
"""

import functools
import html
import io
import itertools
import re

import matplotlib
import matplotlib.figure
import numpy as np
from matplotlib.colors import LinearSegmentedColormap

__all__ = ["COLOURS", "Figure", "Table", "canvas", "figure", "label_ends", "settle", "table"]

# Okabe and Ito's palette, told apart with any colour vision. The same thing has the same colour
# throughout the course, and never by colour alone: each also has its line style or marker.
COLOURS = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "vermillion": "#D55E00",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "yellow": "#F0E442",
    "black": "#222222",
    "grey": "#777777",
}
ROLES = {
    "train": {"color": COLOURS["blue"], "linestyle": "-"},
    "dev": {"color": COLOURS["orange"], "linestyle": "-."},
    "test": {"color": COLOURS["vermillion"], "linestyle": "--"},
    "baseline": {"color": COLOURS["grey"], "linestyle": ":"},
    "ours": {"color": COLOURS["green"], "linestyle": "-"},
    "Adam": {"color": COLOURS["orange"], "linestyle": ":"},  # its place when all four race
}
# For numbers with a sign: orange below zero, purple above, white at zero. In grey, what is above
# zero is the dark part, so that the sign is not lost on paper.
SIGNED = LinearSegmentedColormap.from_list("signed", ["#E8902A", "#FFFFFF", "#2D004B"])
CYCLE = [
    (COLOURS[name], line)
    for name, line in zip(
        ["blue", "vermillion", "green", "orange", "purple", "sky", "black"],
        ["-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1))],
        strict=True,
    )
]
STYLE = {
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 13,
    "axes.titlelocation": "left",
    "axes.labelsize": 12,
    "axes.edgecolor": "#444444",
    "axes.prop_cycle": matplotlib.cycler(
        color=[colour for colour, _ in CYCLE], linestyle=[line for _, line in CYCLE]
    ),
    "font.family": "DejaVu Sans",  # ships with matplotlib, so it is the same everywhere
    "font.size": 12,
    "lines.linewidth": 2,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "image.cmap": "gray",
    "mathtext.fontset": "dejavusans",
}


class Figure:
    """A picture (PNG bytes) and its description."""

    def __init__(self, png, description):
        self.png, self.description = png, description

    def _repr_mimebundle_(self, include=None, exclude=None):
        bundle = {"image/png": self.png, "text/plain": self.description}
        return bundle, {"image/png": {"alt": self.description}}


def figure(draw):
    """Decorate a function that returns ``fig, description`` so that it returns a Figure."""

    @functools.wraps(draw)
    def drawn(*args, **kwargs):
        with matplotlib.rc_context(STYLE):
            fig, description = draw(*args, **kwargs)
            settle(fig)
            png = io.BytesIO()
            fig.savefig(png, format="png", metadata={"Software": None})
        return Figure(png.getvalue(), description)

    return drawn


def canvas(rows=1, columns=1, width=8.0, height=4.2, **kwargs):
    """An empty matplotlib figure and its axes; width and height in inches, 100 pixels each."""
    fig = matplotlib.figure.Figure(figsize=(width, height), layout="constrained")
    return fig, fig.subplots(rows, columns, **kwargs)


def settle(fig):
    """Lay the figure out now and for good: drawing it would do so each time."""
    fig.get_layout_engine().execute(fig)
    fig.set_layout_engine("none")


def label_ends(ax, lines, gap=0.055):
    """Write each line's label at its right end, in its colour, none over another: no legend needed.

    ``gap`` is the least distance between labels, as a share of the axis.
    """
    ax.autoscale_view()  # the limits that the labels' heights are taken from
    ends = []
    for line in lines:
        x, y = line.get_data()
        shown = np.flatnonzero(np.isfinite(y))
        ends.append((x[shown[-1]], y[shown[-1]]))
    to_axes = ax.transData + ax.transAxes.inverted()
    heights = np.clip([to_axes.transform(end)[1] for end in ends], 0, 1)
    order = np.argsort(heights, kind="stable")
    for below, above in itertools.pairwise(order):
        heights[above] = max(heights[above], heights[below] + gap)
    heights -= max(0, heights.max(initial=0) - 1)
    for line, height in zip(lines, heights, strict=True):
        ax.annotate(
            line.get_label(),
            (1, height),
            xycoords="axes fraction",
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=line.get_color(),
            annotation_clip=False,
        )


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
