"""Curves: values against a step, a rate or a size, one line per name."""

import numpy as np
from matplotlib.ticker import FixedLocator, NullLocator

from lib.checks import check_choice, check_named, check_numeric, check_shape
from lib.plots.style import COLOURS, key, kind, label_ends, looks, mark, patch
from lib.words import say, sentence, tidy

__all__ = ["bands", "lines"]


@kind()
def lines(
    ax, lines, xlabel="step", ylabel="cost", *, logx=False, logy=False, ylim=None,
    markers=False, median=None, best=None, levels=None, marks=None, ticks=None, side="right",
    digits=3,
):  # fmt: skip
    """Values against something, one line per name, the names at the lines' ends.

    lines: a dictionary from a name to y, against 0, 1, …, or to (x, y); NaN leaves a gap. logx,
    logy: logarithmic axes. ylim: (low, high), either None. markers: mark each point. median: draw
    each line thin, and over it the running median of so many values: for curves that oscillate.
    best: min or max, puts a star where each line is best. levels: a dictionary from a name to a
    height, drawn as a dotted line. marks: a dictionary from a text to a point (x, y). ticks: the
    numbers on the horizontal axis. side: where the names stand, "left" or "right". digits: of the
    numbers in the description. Raises TypeError or ValueError for values that make no line.
    """
    series = {name: _series(line, name) for name, line in check_named(lines, "lines").items()}
    drawn, told = [], []
    for (name, (x, y)), (colour, dash, marker) in zip(series.items(), looks(series), strict=True):
        if median:
            ax.plot(x, y, color=colour, linewidth=0.6, alpha=0.45, linestyle="-")
            width = min(median, len(y))
            y = np.median(np.lib.stride_tricks.sliding_window_view(y, width), axis=1)
            x = x[(width - 1) // 2 :][: len(y)]  # the place of the middle value
        gaps = np.r_[True, ~np.isfinite(y), True]
        alone = np.any(~gaps[1:-1] & gaps[:-2] & gaps[2:])  # a value that a line would not show
        dot = marker or ("o" if alone else "")
        look = {"marker": dot, "markersize": 6} if markers or alone else {}
        drawn += ax.plot(x, y, color=colour, linestyle=dash, label=name, **look)
        told.append(f"{name}: {_story(x, y, best, digits, logy)}.")
        if best is not None and np.isfinite(y).any():
            place, word = _best(tidy(y), best)
            ax.plot(x[place], y[place], "*", color=COLOURS["black"], markersize=14, zorder=5)
            key(ax, word, mark("*", color=COLOURS["black"], markersize=13))
    if median:
        key(ax, f"running median of {median}", mark("", color=COLOURS["black"], linestyle="-"))
        key(ax, "each value", mark("", color=COLOURS["black"], linestyle="-", lw=0.6, alpha=0.6))
    medians = f", running medians of {median} values" if median else ""
    return _finish(ax, series, drawn, told, medians, xlabel, ylabel, logx, logy, ylim, ticks, side,
                   levels, marks)  # fmt: skip


@kind()
def bands(
    ax, runs, xlabel="step", ylabel="cost", *, middle="median", logx=False, logy=False,
    ylim=None, markers=False, levels=None, guides=None, ticks=None, side="right", of="runs",
    digits=2,
):  # fmt: skip
    """Several runs of each name: a line in their middle, a band from lowest to highest.

    runs: a dictionary from a name to values (runs, n), or to (x, values). middle: "median" or
    "mean". guides: a dictionary from a name to (x, y) of a thin line to compare with. levels: as
    for ``lines``; with one level the description says where each middle crosses it. of: what the
    values at a place come from. The others as for ``lines``. Raises TypeError or ValueError for
    what are no runs.
    """
    centre = getattr(np, check_choice(middle, "middle", ("median", "mean")))
    drawn, told, series, counts = [], [], {}, set()
    level = next(iter(levels.values())) if levels and len(levels) == 1 else None
    for (name, given), look in zip(check_named(runs, "runs").items(), looks(runs), strict=True):
        colour, dash, marker = look
        x, values = given if isinstance(given, tuple) else (None, given)
        values = check_numeric(values, f"runs[{name!r}]")
        check_shape(f"runs[{name!r}]", values, values.ndim == 2, "(runs, n): one row per run")
        middles = centre(values, axis=0)
        series[name] = x, y = _series(middles if x is None else (x, middles), name)
        counts.add(len(values))
        low, high = values.min(axis=0), values.max(axis=0)
        ax.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0)
        look = {"marker": marker, "markersize": 6} if markers else {}
        drawn += ax.plot(x, y, color=colour, linestyle=dash, label=name, **look)
        told.append(f"{name}: {_crossing(x, y, level, digits, logy)}.")
    for name, (x, y) in (guides or {}).items():
        drawn += ax.plot(x, y, color=COLOURS["black"], linestyle=":", linewidth=1.4, label=name)
    number = " to ".join(str(count) for count in sorted({min(counts), max(counts)}))
    if number != "1":
        key(ax, f"{middle} of {number} {of}", mark("", color=COLOURS["black"], linestyle="-"))
        key(ax, "lowest to highest", patch("#BBBBBB"))
    several = "" if number == "1" else f", {middle}s of {number} {of}"
    return _finish(ax, series, drawn, told, several, xlabel, ylabel, logx, logy, ylim, ticks, side,
                   levels)  # fmt: skip


def _series(line, name):
    """x and y of one line, as arrays of floats."""
    x, y = line if isinstance(line, tuple) and len(line) == 2 else (None, line)
    y = check_numeric(y, f"lines[{name!r}]").astype(float)
    x = np.arange(y.size) if x is None else check_numeric(x, f"x of {name!r}")
    check_shape(f"lines[{name!r}]", y, y.ndim == 1, "(n,), at least one value")
    check_shape(f"x of {name!r}", x, x.shape == y.shape, f"{y.shape}, an x for each y")
    return x.astype(float), y


def _best(y, best):
    """Where a curve is lowest or highest, for ``min`` or ``max``, and which of the two it is."""
    return (np.nanargmin(y), "lowest") if best is min else (np.nanargmax(y), "highest")


def _story(x, y, best, digits, log):
    """A curve in words: where it begins and ends, and what it does between."""
    shown = np.isfinite(y)
    x, y = x[shown], tidy(y[shown], each=log)
    if not len(y):
        return "no value to show"
    first, last = say(y[0], digits), say(y[-1], digits)
    if best is not None:
        place, word = _best(y, best)
        return f"{word}, {say(y[place], digits)}, at {say(x[place])}"
    if len(y) == 1:
        return f"{first} at {say(x[0])}"
    if np.ptp(y) == 0:
        return f"stays at {first}"
    verb = "falls" if y[-1] < y[0] else "rises"
    verb, last = ("goes", "the same") if first == last else (verb, last)
    way = f"{verb} from {first} at {say(x[0])} to {last} at {say(x[-1])}"
    # A peak or a low between, in two digits: rounding noise moves the place of a flat one.
    high, low = np.argmax(y), np.argmin(y)
    seen = tidy(np.log10(np.maximum(y, 1e-300))) if log else y
    ends, much = seen[[0, -1]], 1.0 if log else 0.2 * np.abs(seen[[0, -1]]).max()
    if seen[high] - ends.max() > much:
        return f"{way} after a peak of {say(y[high], 2)} near {say(x[high], 2)}"
    if ends.min() - seen[low] > (much if log else 0.1 * much):
        return f"{way} after a low of {say(y[low], 2)} near {say(x[low], 2)}"
    return way


def _crossing(x, y, level, digits, log):
    """Where a line crosses the level; without a level, its story."""
    shown = np.isfinite(y)
    if level is None or shown.sum() < 2:
        return _story(x, y, None, digits, log)
    x, above = x[shown], (tidy(np.r_[y[shown], level])[:-1] >= tidy(level)).astype(int)
    words, changes = ("below", "above"), np.flatnonzero(np.diff(above))
    if not len(changes):
        return f"{words[above[0]]} {say(level)} all along"
    if len(changes) == 1:
        return f"{words[above[-1]]} {say(level)} from {say(x[changes[0] + 1])} on"
    first, last = x[changes[0] + 1], x[changes[1]]
    where = f"at {say(first)}" if first == last else f"from {say(first)} to {say(last)}"
    again = "" if len(changes) == 2 else f", and crosses it {len(changes)} times"
    return f"{words[1 - above[0]]} {say(level)} {where}{again}"


def _finish(
    ax, series, drawn, told, of, xlabel, ylabel, logx, logy, ylim, ticks, side, levels, marks=None
):  # fmt: skip
    """Draw levels and marks, set up the axes, name the lines; return the whole description."""
    places = np.unique(np.concatenate([x for x, _ in series.values()]))
    for name, height in (levels or {}).items():
        look = {"color": COLOURS["grey"], "linestyle": ":", "linewidth": 1.6}
        drawn += ax.plot(places[[0, -1]], [height, height], label=name, **look)
    points = []
    for text, (x, y) in (marks or {}).items():
        ax.plot(x, y, "o", color=COLOURS["black"], markersize=7, zorder=5)
        ax.annotate(text, (x, y), xytext=(9, -11), textcoords="offset points")
        points.append(f"{text} at ({say(x)}, {say(y)})")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.margins(x=0.01, y=0.06)
    if logx:
        ax.set_xscale("log")
    if logy:
        ax.set_yscale("log")
    if ylim is not None:
        ax.set_ylim(*ylim)
    few = len(places) < 12 and all(len(x) < 10 for x, _ in series.values())
    if ticks is None and few and not logx:
        ticks = places  # a few points, such as numbers of layers
    if ticks is not None:
        ax.xaxis.set_major_locator(FixedLocator(list(ticks)))
        ax.xaxis.set_minor_locator(NullLocator())
        ax.xaxis.set_major_formatter("{x:,g}")
    label_ends(ax, drawn, side)
    told += tell_levels(levels) + [f"Marked: {', '.join(points)}."] * bool(points)
    return f"{sentence(ylabel or 'values')} against {xlabel}{of}. {' '.join(told)}"


def tell_levels(levels):
    """A sentence on each level."""
    return [f"Dotted line at {say(y)}: {name}." for name, y in (levels or {}).items()]
