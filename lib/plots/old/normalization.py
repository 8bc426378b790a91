"""Batch normalization in pictures: digits, the graph of one layer, rates, starts and spreads."""

from itertools import pairwise

import numpy as np
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from lib.plots.old.style import COLOURS, CYCLE, canvas, figure, label_ends

__all__ = ["clouds", "cost_grid", "digit_grid", "fans", "final_costs", "normalization_graph"]


@figure
def digit_grid(X, captions=None, columns=10, story=""):
    """Grey 8 × 8 pictures in rows, each under its caption.

    X: (64, k), a picture a column, 0 for paper and 1 for ink. captions: k strings, or None. story:
    a sentence, computed by the caller, that says what the sheet shows; the captions follow it.
    """
    k = X.shape[1]
    rows = -(-k // columns)
    caption_space = 0.3 if captions is not None else 0.06
    height = rows * (0.86 * 8.0 / columns + caption_space)
    fig, axes = canvas(rows, columns, height=height, squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    for ax, picture in zip(axes.flat, X.T, strict=False):
        ax.imshow(picture.reshape(8, 8), cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
    if captions is not None:
        for ax, caption in zip(axes.flat, captions, strict=False):
            ax.set_title(caption, fontsize=11, loc="center", pad=3)
    listed = (
        f" Left to right, top to bottom: {'; '.join(captions)}." if captions is not None else ""
    )
    row = f"{rows} row{'s' if rows > 1 else ''}"
    return fig, f"{story or 'A sheet of digits.'} {k} pictures of 8 × 8 pixels in {row}.{listed}"


@figure
def clouds(panels, xlabel="unit 1", ylabel="unit 2"):
    """Two units over the examples of a batch, a panel a stage.

    panels: a dictionary from a title to (2, m). All panels have the same axes; a cross marks the
    mean, and a dashed ellipse one standard deviation along each axis.
    """
    fig, axes = canvas(1, len(panels), height=3.1, sharex=True, sharey=True, squeeze=False)
    told, turn = [], np.linspace(0, 2 * np.pi, 100)
    for ax, (title, points) in zip(axes.flat, panels.items(), strict=True):
        (a, b), (s, t) = points.mean(axis=1), points.std(axis=1)
        ax.axhline(0, color=COLOURS["grey"], linewidth=0.8, linestyle="-")
        ax.axvline(0, color=COLOURS["grey"], linewidth=0.8, linestyle="-")
        ax.plot(*points, "o", color=COLOURS["blue"], markersize=4, alpha=0.5)
        ax.plot(a + s * np.cos(turn), b + t * np.sin(turn), "--", color=COLOURS["vermillion"])
        ax.plot(a, b, "+", color=COLOURS["vermillion"], markersize=12, markeredgewidth=2.5)
        ax.set_title(title, loc="center")
        ax.set_xlabel(xlabel)
        ax.set_aspect("equal", adjustable="box")
        a, b = a + 0.0 if abs(a) > 1e-9 else 0.0, b if abs(b) > 1e-9 else 0.0
        told.append(f"{title}: means {a:.1f} and {b:.1f}, standard deviations {s:.1f} and {t:.1f}.")
    axes[0, 0].set_ylabel(ylabel)
    return fig, f"{points.shape[1]} examples as points, {xlabel} against {ylabel}. {' '.join(told)}"


# The graph of one normalization: where a node stands, and what enters it.
NODES = {
    "Z": (0, 1, "$Z$"),
    "mean": (1.25, 0, "mean\n$\\mu$"),
    "centred": (2.5, 1, "centred\n$C = Z - \\mu$"),
    "variance": (3.4, 0, "variance\n$v$"),
    "deviation": (5.05, 0, "deviation\n$s$"),
    "Z_hat": (6.1, 1, "Z_hat\n$\\hat{Z} = C / s$"),
    "A": (7.6, 1, "output\n$\\gamma \\hat{Z} + \\beta$"),
    "gamma": (7.0, 0, "$\\gamma, \\beta$"),
}
EDGES = [
    ("Z", "centred"),
    ("Z", "mean"),
    ("mean", "centred"),
    ("centred", "Z_hat"),
    ("centred", "variance"),
    ("variance", "deviation"),
    ("deviation", "Z_hat"),
    ("Z_hat", "A"),
    ("gamma", "A"),
]


@figure
def normalization_graph():
    """What is computed from what in one batch normalization.

    Read along the arrows forward, against them backward.
    """
    fig, ax = canvas(width=8.6, height=3.0)
    for start, end in EDGES:
        direct = NODES[start][1] == 1 and NODES[end][1] == 1
        colour, line = (COLOURS["blue"], "-") if direct else (COLOURS["vermillion"], "--")
        arrow = FancyArrowPatch(
            NODES[start][:2],
            NODES[end][:2],
            arrowstyle="-|>",
            mutation_scale=15,
            color=colour,
            linestyle=line,
            lw=1.8,
            shrinkA=28,
            shrinkB=40 if NODES[start][1] == NODES[end][1] else 28,  # boxes are wide
        )
        ax.add_patch(arrow)
    for x, y, text in NODES.values():
        box = {"boxstyle": "round,pad=0.35", "fc": "white", "ec": COLOURS["black"]}
        ax.text(x, y, text, ha="center", va="center", fontsize=12, bbox=box)
    ax.set(xlim=(-0.4, 8.4), ylim=(-0.45, 1.45))
    ax.axis("off")
    ways = _ways("Z", "A")
    return fig, (
        f"A graph of {len(NODES)} boxes joined by {len(EDGES)} arrows. From Z to the output there"
        f" are {len(ways)} ways: {'; '.join(', '.join(way) for way in ways)}. Solid arrows join"
        " each example with itself, dashed ones go through quantities that all examples share."
    )


def _ways(start, end):
    """All paths of the graph from ``start`` to ``end``, the shortest first."""
    if start == end:
        return [[end]]
    found = [[start, *way] for a, b in EDGES if a == start for way in _ways(b, end)]
    return sorted(found, key=len)


@figure
def final_costs(rates, runs, limit, xlabel="learning rate", ylabel="final cost", rough=()):
    """Where runs end, a dot a run, against the learning rate.

    rates: increasing. runs: a dictionary from a name to costs (runs, rates), NaN for a run that
    diverged, drawn at the top. limit: below it a run counts as trained. rough: the rates at which
    the last bit of a number decides where a run ends; there its mark stands at a height that says
    only whether it trained.
    """
    fig, ax = canvas(height=4.4)
    runs = {name: _roughly(rates, costs, limit, rough) for name, costs in runs.items()}
    shown = np.concatenate([np.ravel(costs) for costs in runs.values()])
    top = 2.5 * np.nanmax(shown)
    lines, told = [], []
    for k, ((name, costs), (colour, line)) in enumerate(zip(runs.items(), CYCLE, strict=False)):
        side = 0.93 if k % 2 == 0 else 1.07
        x = np.asarray(rates) * side
        heights = np.where(np.isnan(costs), top, costs)
        for row, height in zip(costs, heights, strict=True):
            ok = ~np.isnan(row)
            ax.plot(x[ok], height[ok], "os"[k % 2], color=colour, markersize=5, alpha=0.7)
            ax.plot(x[~ok], height[~ok], "x", color=colour, markersize=8, markeredgewidth=2)
        lines += ax.plot(
            x, np.median(heights, axis=0), linestyle=line, color=colour, label=name, lw=1.5
        )
        good = [rate for rate, column in zip(rates, heights.T, strict=True) if max(column) < limit]
        where = ", ".join(f"{rate:g}" for rate in good) or "no rate"
        told.append(f"{name}: all {len(costs)} runs end below {limit:g} at {where}.")
    ax.axhline(limit, color=COLOURS["grey"], linestyle=":", linewidth=1.5)
    ax.text(0.8 * rates[0], limit * 0.93, "trained", va="top", color=COLOURS["grey"])
    ax.set(xscale="log", yscale="log", xlabel=xlabel, ylabel=ylabel)
    ax.set_xticks(rates, [f"{rate:g}" for rate in rates])
    ax.minorticks_off()
    low = np.nanmin(shown)
    ticks = [t for t in (0.01, 0.03, 0.1, 0.3, 1, 3) if low / 1.5 < t < top / 1.5]
    ax.set_yticks([*ticks, top], [*(f"{t:g}" for t in ticks), "diverged"])
    ax.set_ylim(low / 1.5, top * 1.3)
    label_ends(ax, lines)
    if rough:
        where = " and ".join(f"{rate:g}" for rate in rough)
        told.append(f"At {where} a mark says only whether its run trained, not where it ended.")
    return fig, f"{ylabel.capitalize()} against {xlabel}, a mark a run. {' '.join(told)}"


def _roughly(rates, costs, limit, rough):
    """The costs, (runs, rates); at the rough rates one height for all that trained, or did not."""
    costs = np.array(costs, dtype=float)
    there = np.isin(rates, rough) & ~np.isnan(costs)
    return np.where(there, np.where(costs < limit, limit / 3, 3 * limit), costs)


@figure
def cost_grid(panels, rows, columns, limit, ylabel, xlabel="learning rate"):
    """Final costs as a sheet of cells, a panel a method.

    panels: a dictionary from a title to costs (rows, columns), NaN where the run diverged. rows,
    columns: the numbers that belong to them. limit: cells below it are dark, and say no more
    than that, because the last digits of a run at a large rate differ between machines.
    """
    fig, axes = canvas(1, len(panels), height=1.3 + 0.48 * len(rows), sharey=True, squeeze=False)
    told = []
    for ax, (title, costs) in zip(axes.flat, panels.items(), strict=True):
        for (i, j), cost in np.ndenumerate(np.asarray(costs, dtype=float)):
            trained = cost < limit
            fill = COLOURS["blue"] if trained else ("white" if np.isnan(cost) else "#DDE6EC")
            ax.add_patch(_cell(j, i, fill))
            text = "×" if np.isnan(cost) else f"< {limit:g}" if trained else f"{cost:.2f}"
            ink = "white" if trained else COLOURS["black"]
            ax.text(j, i, text, ha="center", va="center", fontsize=11, color=ink)
        ax.set_xticks(range(len(columns)), [f"{column:g}" for column in columns])
        ax.set_yticks(range(len(rows)), [f"{row:g}" for row in rows])
        ax.set(xlim=(-0.55, len(columns) - 0.45), ylim=(len(rows) - 0.45, -0.55), xlabel=xlabel)
        ax.set_title(title, loc="center")
        ax.tick_params(length=0)
        for spine in ax.spines.values():
            spine.set_visible(False)
        count = int(np.sum(np.asarray(costs) < limit))
        told.append(f"{title}: {count} of {np.size(costs)} runs end below {limit:g}.")
    axes[0, 0].set_ylabel(ylabel)
    return fig, (
        f"Final costs for {len(rows)} values of {ylabel} and {len(columns)} of {xlabel}, a cross"
        f" where the run diverged. {' '.join(told)}"
    )


def _cell(x, y, fill):
    return FancyBboxPatch(
        (x - 0.42, y - 0.38),
        0.84,
        0.76,
        boxstyle="round,pad=0.02",
        facecolor=fill,
        edgecolor="#999999",
        linewidth=0.8,
    )


@figure
def fans(
    lines, xlabel, ylabel, level=None, logx=False, logy=False, digits=2, guide=None, of="runs"
):
    """Medians of several runs with their range, names at the ends.

    lines: a dictionary from a name to (x, values), values (n,) or (runs, n). level: a height that
    matters, drawn as a dotted line; then the description says where each median crosses it,
    otherwise it gives the first and the last value with ``digits`` digits. guide: None, or (name,
    x, y) of a thin line to compare with. of: what the n values at a place come from.
    """
    fig, ax = canvas()
    drawn, told = [], []
    for (name, (x, values)), (colour, line) in zip(lines.items(), CYCLE, strict=False):
        values = np.atleast_2d(values)
        middle = np.median(values, axis=0)
        ax.fill_between(x, values.min(axis=0), values.max(axis=0), color=colour, alpha=0.18, lw=0)
        drawn += ax.plot(x, middle, color=colour, linestyle=line, label=name)
        told.append(f"{name}: {_crossing(x, middle, level, digits)}.")
    if level is not None:
        ax.axhline(level, color=COLOURS["grey"], linestyle=":", linewidth=1.5)
    if guide is not None:
        name, x, y = guide
        drawn += ax.plot(x, y, color=COLOURS["grey"], linestyle=":", linewidth=1.5, label=name)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.margins(x=0, y=0.08)
    for logarithmic, axis in [(logx, "x"), (logy, "y")]:
        if logarithmic:
            _plain_log(ax, axis)
    label_ends(ax, drawn, gap=0.065)
    runs = f", medians of {len(values)} {of}" if len(values) > 1 else ""
    return fig, f"{ylabel.capitalize()} against {xlabel}{runs}. {' '.join(told)}"


def _plain_log(ax, axis):
    """A logarithmic axis whose numbers are written as 0.03 and not as a power."""
    ax.set(**{f"{axis}scale": "log"})
    ax.autoscale_view()
    low, high = getattr(ax, f"get_{axis}lim")()
    decades = 10.0 ** np.arange(-6, 7)
    ticks = np.sort(np.concatenate([decades, 2 * decades, 5 * decades]))
    if high / low > 50:
        ticks = np.sort(np.concatenate([decades, 3 * decades]))
    ticks = ticks[(ticks > 0.99 * low) & (ticks < 1.01 * high)]
    getattr(ax, f"set_{axis}ticks")(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    ax.set(**{f"{axis}lim": (low, high)})


def _crossing(x, y, level, digits):
    """What one would tell of a line: its ends, or where it crosses the level first."""
    if level is None:
        return f"from {y[0]:.{digits}g} at {x[0]:.3g} to {y[-1]:.{digits}g} at {x[-1]:.3g}"
    side = "below" if y[0] >= level else "above"
    for (_, before), (here, after) in pairwise(zip(x, y, strict=True)):
        if (before >= level) != (after >= level):
            return f"{side} {level:g} from {here:.2g} on"
    return f"{'above' if y[0] >= level else 'below'} {level:g} all along"
