"""Several figures: side by side, or one at a time, chosen with a slider."""

import base64
import html
from pathlib import Path

import matplotlib
import numpy as np

from lib.checks import check_named
from lib.plots.style import SHOWN, STYLE, Figure, Page, canvas
from lib.words import say

__all__ = ["panels", "slider"]

DRAWN = 120  # pixels an inch of a slider's pictures: fewer than a single one's, they are many
LARGEST = 400_000  # bytes, of a slider's HTML

# Turns the pictures, which stand under each other and unfold by themselves where no script runs,
# into one picture with HTML's own range input over it. It asks for nothing from anywhere.
SCRIPT = "\n" + Path(__file__).with_name("slider.js").read_text(encoding="utf-8")


def panels(
    figures, columns=None, *, height=None, sharex=False, sharey=False, widths=None, story=None
):  # fmt: skip
    """Several figures side by side, each under its title.

    figures: a dictionary from a title to the figure of a kind, such as ``plots.lines(…)``; a title
    that begins with "_" is not written. columns: how many stand in a row; up to four without it.
    height: of a row, in inches. sharex, sharey: one axis for all. widths: how wide the columns are,
    in shares. story: a first sentence for the description. Raises TypeError for other figures,
    ValueError without any.
    """
    for title, figure in check_named(figures, "figures", "a figure").items():
        if not isinstance(figure, Figure) or figure.draw is None:
            needs = "it needs the figure of a kind, such as plots.lines(…)"
            raise TypeError(f"figures[{title!r}] is {type(figure).__name__}; {needs}")
    k = len(figures)
    columns = min(k, columns or (k if k <= 4 else 3 if k % 3 == 0 else 4))
    width = 8.0 if columns < 3 else 9.0
    needed = [_height(figure, width / columns) for figure in figures.values()]
    heights = [height or max(needed[i : i + columns]) for i in range(0, k, columns)]
    fig, axes = canvas(
        len(heights), columns, width=width, height=sum(heights), squeeze=False, sharex=sharex,
        sharey=sharey, width_ratios=widths, height_ratios=heights,
    )  # fmt: skip
    told = []
    with matplotlib.rc_context(STYLE | {"font.size": 11, "axes.labelsize": 11}):
        for ax in axes.flat[k:]:
            ax.axis("off")
        for ax, (title, figure) in zip(axes.flat, figures.items(), strict=False):
            told.append(figure.draw(ax))
            if not title.startswith("_"):
                ax.set_title(title, fontsize=12 if columns < 4 else 11)
    # Labels that only repeat those of the panel to the left or below are left out.
    for i, ax in reversed(list(enumerate(axes.flat[:k]))):
        if i % columns and ax.get_ylabel() == axes.flat[i - 1].get_ylabel():
            ax.set_ylabel("")
        if i + columns < k and ax.get_xlabel() == axes.flat[i + columns].get_xlabel():
            ax.set_xlabel("")
    # A first sentence that all descriptions share is said once.
    first = {said.partition(". ")[0] for said in told}
    shared = f"{first.pop()}. " if len(first) == 1 and all(". " in said for said in told) else ""
    for i, title in enumerate(figures):
        name = "" if title.startswith("_") else f"{title}: "
        told[i] = f"{name}{told[i].removeprefix(shared)}"
    return Figure(fig, f"{story or f'{k} panels.'} {shared}{' '.join(told)}")


def _height(figure, width):
    """Inches for a row: a panel is about as high as wide, and no higher than alone."""
    high, first = figure.fig.get_figheight(), figure.fig.axes[0]
    if first.get_aspect() == 1.0:  # equal units keep their proportions
        proportion = abs(np.ptp(first.get_ylim()) / np.ptp(first.get_xlim()))
        named = 0.15 if not len(first.get_xticks()) or not first.axison else 0.6
        return 0.93 * width * proportion + 0.25 + named
    return min(high, max(2.4, 0.95 * width)) + 0.25


def slider(draw, values, name, *, start=0):
    """One figure for each of several values, and a slider to choose one.

    draw: a function of a value that returns a figure, with as many axes for each. values: numbers
    or texts, at least two. name: what they are. start: the number of the value that is seen first.
    All pictures have the same axes with the same limits, so that only what changes moves. Raises
    TypeError or ValueError for what cannot be drawn, and for pictures of more than 400 kB.
    """
    values = list(values)
    if len(values) < 2:
        raise ValueError(f"values holds {len(values)}; it needs at least two")
    if not 0 <= start < len(values):
        raise ValueError(f"start is {start}; it needs 0 to {len(values) - 1}, a place in values")
    figures = [draw(value) for value in values]
    for figure, value in zip(figures, values, strict=True):
        if not isinstance(figure, Figure):
            needs = "it needs a figure, such as plots.lines(…)"
            raise TypeError(f"draw({value!r}) is {type(figure).__name__}; {needs}")
    _align([figure.fig for figure in figures])
    page = ['<figure class="slider">', f"<figcaption>{html.escape(name)}</figcaption>"]
    told = [f"A slider over {name}, {len(values)} pictures."]
    width = round(SHOWN * figures[0].fig.get_figwidth())
    for k, (value, figure) in enumerate(zip(values, figures, strict=True)):
        words = value if isinstance(value, str) else say(value, 4)
        told.append(f"{name} = {words}: {figure.description}")
        picture = base64.b64encode(figure.fig.png(DRAWN)).decode("ascii")
        page.append(
            f"<details{' open' if k == start else ''}><summary>{html.escape(words)}</summary>"
            f'<img alt="{html.escape(told[-1])}" width="{width}"'
            f' src="data:image/png;base64,{picture}"><br>'
            f"<small>{html.escape(figure.description)}</small></details>"
        )
    page = "\n".join([*page, "</figure>", f"<script>{SCRIPT}</script>"])
    if len(page) > LARGEST:
        needs = f"it needs {LARGEST // 1000} at most: fewer values or smaller pictures"
        raise ValueError(f"draw makes {len(page) // 1000} kB of pictures; {needs}")
    return Page(page, "\n".join(told))


def _align(figures):
    """Give all figures one size, one layout and, axes by axes, the same limits."""
    counts = {len(fig.axes) for fig in figures}
    if len(counts) > 1:
        raise ValueError(f"draw makes {sorted(counts)} axes; it needs as many for each value")
    size = np.max([fig.get_size_inches() for fig in figures], axis=0)
    for fig in figures:
        fig.set_size_inches(size)
    for same in zip(*(fig.axes for fig in figures), strict=True):
        for axis in ("x", "y"):
            limits = np.array([getattr(ax, f"get_{axis}lim")() for ax in same])
            ends = limits.min(), limits.max()
            if limits[0, 0] > limits[0, 1]:  # the axis runs the other way
                ends = ends[::-1]
            for ax in same:
                getattr(ax, f"set_{axis}lim")(ends)
    for fig in figures:
        fig.settle()
    for same in zip(*(fig.axes for fig in figures), strict=True):
        for ax in same[1:]:
            ax.set_position(same[0].get_position())
