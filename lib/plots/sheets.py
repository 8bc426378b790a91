"""Several figures side by side."""

import matplotlib
import numpy as np

from lib.checks import check_named
from lib.plots.style import STYLE, Figure, canvas

__all__ = ["panels"]


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
    rows = -(-k // columns)
    width = 8.0 if columns < 3 else 9.0
    needed = [_height(figure, width / columns) for figure in figures.values()]
    heights = [max(needed[start : start + columns]) for start in range(0, k, columns)]
    heights = [height] * rows if height else heights
    fig, axes = canvas(
        rows, columns, width=width, height=sum(heights), squeeze=False, sharex=sharex,
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
    _once(axes, k, columns)
    return Figure(fig, f"{story or f'{k} panels.'} {_together(list(figures), told)}")


def _together(titles, told):
    """The panels' descriptions in a row; a first sentence that all share is said once."""
    first = {said.partition(". ")[0] for said in told}
    shared = f"{first.pop()}. " if len(first) == 1 and all(". " in said for said in told) else ""
    told = [said.removeprefix(shared) for said in told]
    told = [
        said if title.startswith("_") else f"{title}: {said}"
        for title, said in zip(titles, told, strict=True)
    ]
    return shared + " ".join(told)


def _height(figure, width):
    """Inches for a row: a panel is about as high as wide, and no higher than alone."""
    high, first = figure.fig.get_figheight(), figure.fig.axes[0]
    if first.get_aspect() == 1.0:  # equal units keep their proportions
        proportion = abs(np.ptp(first.get_ylim()) / np.ptp(first.get_xlim()))
        named = 0.15 if not len(first.get_xticks()) or not first.axison else 0.6
        return 0.93 * width * proportion + 0.25 + named
    return min(high, max(2.4, 0.95 * width)) + 0.25


def _once(axes, k, columns):
    """Leave out labels that only repeat those of the panel to the left or below."""
    for i, ax in reversed(list(enumerate(axes.flat[:k]))):
        if i % columns and ax.get_ylabel() == axes.flat[i - 1].get_ylabel():
            ax.set_ylabel("")
        if i + columns < k and ax.get_xlabel() == axes.flat[i + columns].get_xlabel():
            ax.set_xlabel("")
