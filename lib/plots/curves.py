"""Curves: values against an iteration, a rate or a size, one line a name."""

import numpy as np
from matplotlib.ticker import FixedLocator, NullLocator

from lib.checks import check_named, check_numeric, check_shape
from lib.plots.style import COLOURS, key, kind, label_ends, looks, mark, patch, say, tidy

__all__ = ["bands", "lines"]


@kind()
def lines(
    ax, lines, xlabel="iteration", ylabel="cost", *, every=1, logx=False, logy=False, ylim=None,
    markers=False, median=None, best=None, levels=None, marks=None, ticks=None, side="right",
    digits=3,
):  # fmt: skip
    """Values against something, one line a name, the names at the lines' ends.

    lines: a dictionary from a name to y, one value every ``every`` steps from 0 on, or to (x, y);
    NaN leaves a gap. logx, logy: logarithmic axes. ylim: (low, high), either None. markers: mark
    each point. median: draw each line thin, and over it the running median of so many values: for
    curves that oscillate. best: min or max, puts a star where each line is best. levels: a
    dictionary from a name to a height, drawn as a dotted line. marks: a dictionary from a text to a
    point (x, y). ticks: the numbers on the horizontal axis. side: where the names stand, "left" or
    "right". digits: of the numbers in the description. Raises TypeError or ValueError for values
    that make no line.
    """
    series = {
        name: _series(line, name, every) for name, line in check_named(lines, "lines").items()
    }
    drawn, told = [], []
    for (name, (x, y)), (colour, dash, marker) in zip(series.items(), looks(series), strict=True):
        look = {"color": colour, "linestyle": dash, "label": name}
        if markers:
            look |= {"marker": marker, "markersize": 6}
        if median:
            ax.plot(x, y, color=colour, linewidth=0.6, alpha=0.45, linestyle="-")
            x, y = _running_median(x, y, median)
        if _isolated(y):  # a line alone would not show them
            look |= {"marker": marker or "o", "markersize": 6}
        drawn += ax.plot(x, y, **look)
        told.append(f"{name}: {_story(x, y, best, digits, logy)}.")
        if best is not None:
            _star(ax, x, y, best)
    if median:
        key(ax, f"running median of {median}", mark("", color=COLOURS["black"], linestyle="-"))
        key(ax, "each value", mark("", color=COLOURS["black"], linestyle="-", lw=0.6, alpha=0.6))
    told += _levels(ax, levels, series, drawn) + _marks(ax, marks)
    _axes(ax, xlabel, ylabel, logx, logy, ylim, ticks, series)
    label_ends(ax, drawn, side)
    medians = f", running medians of {median} values" if median else ""
    return f"{_against(ylabel, xlabel)}{medians}. {' '.join(told)}"


@kind()
def bands(
    ax, runs, xlabel="iteration", ylabel="cost", *, middle="median", every=1, logx=False,
    logy=False, ylim=None, markers=False, levels=None, guides=None, ticks=None, side="right",
    of="runs", digits=2,
):  # fmt: skip
    """Several runs of each name: a line in their middle, a band from lowest to highest.

    runs: a dictionary from a name to values (runs, n), or to (x, values). middle: "median" or
    "mean". guides: a dictionary from a name to (x, y) of a thin line to compare with. levels: as
    for ``lines``; with one level the description says where each middle crosses it. of: what the
    values at a place come from. The others as for ``lines``. Raises TypeError or ValueError for
    what are no runs.
    """
    if middle not in ("median", "mean"):
        raise ValueError(f"middle is {middle!r}; it needs 'median' or 'mean'")
    drawn, told, series, counts = [], [], {}, set()
    for name, given in check_named(runs, "runs").items():
        values = given[1] if isinstance(given, tuple) else given
        values = check_numeric(values, f"runs[{name!r}]")
        check_shape(f"runs[{name!r}]", values, values.ndim == 2, "(runs, n): one row per run")
        x = given[0] if isinstance(given, tuple) else every * np.arange(values.shape[1])
        series[name] = _series((x, getattr(np, middle)(values, axis=0)), name, every)
        counts.add(len(values))
        series[name] += (values.min(axis=0), values.max(axis=0))
    level = next(iter(levels.values())) if levels and len(levels) == 1 else None
    for (name, (x, y, low, high)), look in zip(series.items(), looks(series), strict=True):
        colour, dash, marker = look
        ax.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0)
        look = {"marker": marker, "markersize": 6} if markers else {}
        drawn += ax.plot(x, y, color=colour, linestyle=dash, label=name, **look)
        told.append(f"{name}: {_crossing(x, y, level, digits, logy)}.")
    for name, (x, y) in (guides or {}).items():
        drawn += ax.plot(x, y, color=COLOURS["black"], linestyle=":", linewidth=1.4, label=name)
    number = f"{min(counts)}" if len(counts) == 1 else f"{min(counts)} to {max(counts)}"
    alone = number == "1"
    if not alone:
        key(ax, f"{middle} of {number} {of}", mark("", color=COLOURS["black"], linestyle="-"))
        key(ax, "lowest to highest", patch("#BBBBBB"))
    told += _levels(ax, levels, series, drawn)
    _axes(ax, xlabel, ylabel, logx, logy, ylim, ticks, series)
    label_ends(ax, drawn, side)
    several = "" if alone else f", {middle}s of {number} {of}"
    return f"{_against(ylabel, xlabel)}{several}. {' '.join(told)}"


def _against(ylabel, xlabel):
    return f"{sentence(ylabel)} against {xlabel}" if ylabel else f"Values against {xlabel}"


def sentence(words):
    """The words with a capital at the beginning, and otherwise as they are."""
    return words[:1].upper() + words[1:] if words[:1].isascii() else words  # "β" stays


def _series(line, name, every):
    """x and y of one line, as arrays of floats."""
    x, y = line if isinstance(line, tuple) and len(line) == 2 else (None, line)
    y = check_numeric(y, f"lines[{name!r}]").astype(float)
    x = every * np.arange(y.size) if x is None else check_numeric(x, f"x of {name!r}").astype(float)
    check_shape(f"lines[{name!r}]", y, y.ndim == 1, "(n,), at least one value")
    check_shape(f"x of {name!r}", x, x.shape == y.shape, f"{y.shape}, an x for each y")
    return x, y


def _isolated(y):
    """Whether a value stands alone between gaps."""
    shown = np.r_[False, np.isfinite(y), False]
    return bool(np.any(shown[1:-1] & ~shown[:-2] & ~shown[2:]))


def _running_median(x, y, width):
    """The medians of ``width`` neighbouring values, each at the place of the middle one."""
    width = min(width, len(y))
    windows = np.lib.stride_tricks.sliding_window_view(y, width)
    return x[(width - 1) // 2 :][: len(windows)], np.median(windows, axis=1)


def _star(ax, x, y, best):
    if not np.isfinite(y).any():
        return
    k = np.nanargmin(tidy(y)) if best is min else np.nanargmax(tidy(y))
    ax.plot(x[k], y[k], "*", color=COLOURS["black"], markersize=14, zorder=5)
    key(ax, "lowest" if best is min else "highest", mark("*", color=COLOURS["black"], ms=13))


def _story(x, y, best, digits, log):
    """A curve in words: where it begins and ends, and what it does between."""
    shown = np.isfinite(y)
    x, y = x[shown], tidy(y[shown], each=log)
    if not len(y):
        return "no value to show"
    first, last = say(y[0], digits), say(y[-1], digits)
    if best is not None:
        k = np.argmin(y) if best is min else np.argmax(y)
        name = "lowest" if best is min else "highest"
        return f"{name}, {say(y[k], digits)}, at {say(x[k])}"
    if len(y) == 1:
        return f"{first} at {say(x[0])}"
    if np.ptp(y) == 0:
        return f"stays at {first}"
    verb = "falls" if y[-1] < y[0] else "rises"
    verb, last = ("goes", "the same") if first == last else (verb, last)
    way = f"{verb} from {first} at {say(x[0])} to {last} at {say(x[-1])}"
    return way + _aside(x, y, log)


def _aside(x, y, log):
    """A peak or a low between, in two digits: rounding noise moves the place of a flat one."""
    high, low = np.argmax(y), np.argmin(y)
    seen = tidy(np.log10(np.maximum(y, 1e-300))) if log else y
    ends, much = seen[[0, -1]], 1.0 if log else 0.2 * np.abs(seen[[0, -1]]).max()
    if seen[high] - ends.max() > much:
        return f" after a peak of {say(y[high], 2)} near {say(x[high], 2)}"
    if ends.min() - seen[low] > (much if log else 0.1 * much):
        return f" after a low of {say(y[low], 2)} near {say(x[low], 2)}"
    return ""


def _crossing(x, y, level, digits, log):
    """Where a line crosses the level; without a level, its story."""
    if level is None or len(x) < 2:
        return _story(x, y, None, digits, log)
    shown = np.isfinite(y)
    x, above = x[shown], (tidy(np.r_[y[shown], level])[:-1] >= tidy(level)).astype(int)
    words, changes = ("below", "above"), np.flatnonzero(np.diff(above))
    if not len(above):
        return "no value to show"
    if not len(changes):
        return f"{words[above[0]]} {say(level)} all along"
    if len(changes) == 1:
        return f"{words[above[-1]]} {say(level)} from {say(x[changes[0] + 1])} on"
    first, last = x[changes[0] + 1], x[changes[1]]
    where = f"at {say(first)}" if first == last else f"from {say(first)} to {say(last)}"
    again = "" if len(changes) == 2 else f", and crosses it {len(changes)} times"
    return f"{words[1 - above[0]]} {say(level)} {where}{again}"


def _levels(ax, levels, series, drawn):
    ends = [x[[0, -1]] for x, *_ in series.values()]
    for name, height in (levels or {}).items():
        look = {"color": COLOURS["grey"], "linestyle": ":", "linewidth": 1.6}
        drawn += ax.plot([np.min(ends), np.max(ends)], [height, height], label=name, **look)
    return tell_levels(levels)


def tell_levels(levels):
    """A sentence on each level."""
    return [f"Dotted line at {say(y)}: {name}." for name, y in (levels or {}).items()]


def _marks(ax, marks):
    points = []
    for text, (x, y) in (marks or {}).items():
        ax.plot(x, y, "o", color=COLOURS["black"], markersize=7, zorder=5)
        ax.annotate(text, (x, y), xytext=(9, -11), textcoords="offset points")
        points.append(f"{text} at ({say(x)}, {say(y)})")
    return [f"Marked: {', '.join(points)}."] if marks else []


def _axes(ax, xlabel, ylabel, logx, logy, ylim, ticks, series):
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.margins(x=0.01, y=0.06)
    for log, axis in ((logx, ax.xaxis), (logy, ax.yaxis)):
        if log:
            plain_log(axis)
    if ylim is not None:
        ax.set_ylim(*ylim)
    if ticks is None and not logx and all(len(x) < 10 for x, *_ in series.values()):
        places = np.unique(np.concatenate([x for x, *_ in series.values()]))
        ticks = places if len(places) < 12 else None  # a few points, such as numbers of layers
    if ticks is not None:
        ax.figure.log_axes = [axis for axis in ax.figure.log_axes if axis is not ax.xaxis]
        ax.xaxis.set_major_locator(FixedLocator(list(ticks)))
        ax.xaxis.set_minor_locator(NullLocator())
        ax.xaxis.set_major_formatter("{x:,g}")


def plain_log(axis):
    """Make an axis logarithmic; its numbers are chosen when its limits are final."""
    getattr(axis.axes, f"set_{axis.axis_name}scale")("log")
    axis.axes.figure.log_axes.append(axis)
