"""Rows: bars with their numbers, dots of several runs with their mean, histograms."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from lib.checks import check_named, check_numeric
from lib.plots.style import COLOURS, HALO, key, kind, looks, mark, patch, resize
from lib.words import say, sentence, tidy

__all__ = ["bars", "histograms", "strips"]


@kind()
def bars(ax, values, xlabel, *, marked=None, limits=None, log=False, xlim=None, text=None):
    """Quantities as bars with their numbers.

    values: a dictionary from a name to a number. marked: (text, names) of bars that are hatched,
    and what the hatching means. limits: (text, a dictionary from a name to a number), drawn as
    dashed lines across the bars. log: a logarithmic axis. xlim: (low, high). text: a format of the
    numbers, such as "{:.2f}"; three digits without it. Raises TypeError or ValueError for other
    values.
    """
    numbers = {
        name: check_numeric(value, f"values[{name!r}]").item()
        for name, value in check_named(values, "values", "its number").items()
    }
    resize(ax, height=0.9 + 0.5 * len(numbers))
    marks, chosen = marked or ("", ())
    for name in (name for name in chosen if name not in values):
        raise ValueError(f"marked names {name!r}; it needs names of {list(values)}")
    drawn = ax.barh(
        range(len(numbers)), numbers.values(), height=0.6, linewidth=0.8,
        edgecolor=COLOURS["black"],
        color=[COLOURS["orange" if name in chosen else "sky"] for name in numbers],
        hatch=["///" if name in chosen else "" for name in numbers],
    )  # fmt: skip
    words = [_word(value, text) for value in numbers.values()]
    told = [f"{name}: {word}" for name, word in zip(numbers, words, strict=True)]
    if chosen:
        key(ax, marks, patch(COLOURS["orange"], hatch="///", edgecolor=COLOURS["black"]))
    if limits:
        means, heights = limits
        for row, name in enumerate(numbers):
            if name in heights:
                ax.vlines(heights[name], row - 0.42, row + 0.42, color=COLOURS["vermillion"],
                          linestyle="--", linewidth=2)  # fmt: skip
                told[row] += f" ({means}: {_word(heights[name], text)})"
        key(ax, means, mark("", color=COLOURS["vermillion"], linestyle="--"))
    if log:
        ax.set_xscale("log")
    if xlim is not None:
        ax.set_xlim(*xlim)
    elif not log:
        ax.margins(x=0.12)
    ax.bar_label(drawn, words, padding=5, fontsize=11, path_effects=HALO, annotation_clip=False)
    _name_rows(ax, list(numbers), xlabel)
    also = f", hatched: {marks}, {', '.join(map(str, chosen))}" if chosen else ""
    return f"{sentence(xlabel)}{also}. {'; '.join(told)}."


def _word(value, text):
    """A number as text, rounded first so that noise in its last digits changes nothing."""
    return say(value) if text is None else text.format(float(f"{value:.9g}")).replace("-", "−")


def _name_rows(ax, names, xlabel):
    """Name the rows; alone with room to spare, for letters are drawn wider than laid out."""
    if len(ax.figure.axes) == 1:
        ax.figure.get_layout_engine().set(w_pad=0.12)
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.45, -0.55)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(xlabel)


def _samples(groups):
    """The numbers of each group as floats, or an error."""
    found = {}
    for name, values in check_named(groups, "groups").items():
        argument = f"groups[{name!r}]" if name else "groups"
        found[name] = check_numeric(values, argument).astype(float)
        if not np.isfinite(found[name]).any():
            raise ValueError(f"{argument} holds no finite number; it needs at least one")
    return found


@kind()
def strips(ax, groups, xlabel, *, percent=True, joined=False, digits=None):
    """A row of dots for each group, one dot per run, and a bar at the mean.

    groups: a dictionary from a name to its values; names that differ after a last comma only, such
    as "wide, 20" and "wide, 50", share a colour. percent: values are shares. joined: join the
    values of one run, which stand at the same place in each group. digits: of the means; whole per
    cents otherwise. Raises TypeError or ValueError for other values.
    """
    scale, unit = (100, " %") if percent else (1, "")
    rows = {name: scale * values.ravel() for name, values in _samples(groups).items()}
    resize(ax, height=1.2 + 0.55 * len(rows))
    if joined:
        counts = [len(values) for values in rows.values()]
        if len(set(counts)) > 1:
            raise ValueError(f"groups hold {counts} values; joined needs as many in each")
        for run in zip(*rows.values(), strict=True):
            ax.plot(run, range(len(rows)), "-", color="#AAAAAA", linewidth=1, zorder=1)
        key(ax, "the same run", mark("", color="#AAAAAA", linestyle="-", linewidth=1))
    told = []
    for row, ((name, values), look) in enumerate(zip(rows.items(), looks(rows), strict=True)):
        colour, _, marker = look
        shown = tidy(values)
        # Equal values are stacked, within their own row, so that every run can be counted.
        stack = np.array([np.sum(shown[:k] == v) for k, v in enumerate(shown)])
        shift = 0 * stack if joined else stack * min(0.13, 0.65 / max(1, stack.max(initial=0)))
        ax.plot(values, row - shift, marker or "o", linestyle="none", color=colour, alpha=0.75)
        mean = np.nanmean(shown)
        ax.plot([mean] * 2, [row - 0.3, row + 0.3], "-", color=COLOURS["black"], linewidth=2.2)
        runs = int(np.isfinite(shown).sum())
        found = tidy([mean, np.nanmin(shown), np.nanmax(shown)])
        whole = digits is None and percent
        middle, low, high = (f"{v:.0f}" if whole else say(v, digits or 2) for v in found)
        told.append(
            f"{name}: mean {middle}{unit}, from {low} to {high}{unit} over {runs}"
            f" run{'s' if runs != 1 else ''}."
        )
    key(ax, "one run", mark("o", color=COLOURS["grey"]))
    key(ax, "mean", mark("|", color=COLOURS["black"], markersize=14, markeredgewidth=2.2))
    _name_rows(ax, list(rows), f"{xlabel}{' (%)' if percent else ''}")
    if percent:
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    if joined and len(rows) == 2:
        first, second = rows.values()
        gain = tidy(tidy(second) - tidy(first))
        told.append(f"The second is higher in {np.sum(gain > 0)} of {len(gain)}, by"
                    f" {say(gain.mean(), 2)}{' points' * percent} in the mean.")  # fmt: skip
    return f"{sentence(xlabel)}, one dot per run. {' '.join(told)}"


@kind(8.0, 3.4)
def histograms(ax, groups, xlabel, *, bins=40, span=None):
    """How values are spread: a filled histogram, or the outlines of several.

    groups: values of any shape, or a dictionary from a name to values. bins: how many. span: (low,
    high) of the axis, as far as the values go without it. Raises TypeError or ValueError for other
    values.
    """
    alone = not isinstance(groups, dict)
    found = _samples({"": groups} if alone else groups)
    found = {name: values[np.isfinite(values)] for name, values in found.items()}
    edges = np.histogram_bin_edges(np.concatenate(list(found.values())), bins, span)
    told = []
    for (name, values), (colour, dash, _) in zip(found.items(), looks(found), strict=True):
        heights = np.histogram(values, edges)[0] / len(values)
        look = {"color": colour, "linestyle": dash}
        ax.stairs(heights, edges, fill=alone, linewidth=0 if alone else 2, **look)
        if not alone:
            key(ax, name, mark("", **look))
        # Where the whole and the middle half lie, in two digits.
        lowest, low, middle, high, highest = (
            say(v, 2) for v in tidy(np.quantile(values, [0, 0.25, 0.5, 0.75, 1]))
        )
        told.append(
            f"{name + ': ' if name else ''}{len(values):,} values from {lowest} to {highest},"
            f" median {middle}, the middle half from {low} to {high}"
        )
    ax.set(yticks=[], xlim=edges[[0, -1]], xlabel=xlabel)
    ax.set_ylim(bottom=0)
    ax.spines["left"].set_visible(False)
    return f"{'Histogram' if alone else 'Histograms'} of {xlabel}. {'. '.join(told)}."
