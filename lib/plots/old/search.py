"""Searches: where trials were placed, what they scored, and what the best of many is worth."""

import numpy as np
from matplotlib.ticker import NullLocator, PercentFormatter

from lib.plots.old.style import COLOURS, CYCLE, ROLES, canvas, figure, label_ends

__all__ = [
    "best_of",
    "explained",
    "halving",
    "nested_splits",
    "parallel",
    "projection",
    "rulers",
    "score_map",
    "trials",
    "winner",
]

MARKERS = ["o", "^", "s", "D"]


@figure
def projection(panels, response, xlabel="learning rate", ylabel="penalty"):
    """What is left of a search when one axis does not matter.

    panels: a dictionary from a title to points (x, y) in the unit square, two vectors. response: a
    function of x alone, the score.
    """
    fig, axes = canvas(
        2, len(panels), height=4.6, sharex=True, sharey="row", height_ratios=[1, 1.6]
    )
    line = np.linspace(0, 1, 201)
    told = []
    for (top, bottom), (title, (x, y)) in zip(axes.T, panels.items(), strict=True):
        seen = np.unique(np.round(x, 9))
        top.plot(line, response(line), color=COLOURS["grey"], linestyle="-")
        top.vlines(seen, 0, response(seen), color=COLOURS["sky"], linewidth=1.5)
        top.plot(seen, response(seen), "o", color=COLOURS["vermillion"])
        best = seen[np.argmax(response(seen))]
        top.plot(best, response(best), "*", color=COLOURS["black"], markersize=16)
        top.set_title(title, loc="center")
        top.set_ylim(0, 1.15)
        bottom.vlines(x, y, 1.05, color=COLOURS["sky"], linewidth=1.5, linestyle=":")
        bottom.plot(x, y, "o", color=COLOURS["blue"], markersize=9)
        bottom.set(xlabel=f"{xlabel} (matters)", xlim=(-0.03, 1.03), ylim=(-0.05, 1.05))
        for ax in (top, bottom):
            ax.set(xticks=[], yticks=[])
        told.append(
            f"{title}: {len(x)} trials, {len(seen)} different values on the axis that matters, the"
            f" best at {100 * response(best) / response(line).max():.0f} % of the highest score."
        )
    axes[0, 0].set_ylabel("score")
    axes[1, 0].set_ylabel(f"{ylabel}\n(does not)")
    return fig, (
        f"Trials in a square (below), and the score as a function of the one axis that matters"
        f" (above), with a star at the best trial. {' '.join(told)}"
    )


@figure
def rulers(panels):
    """Where draws fall, decade by decade.

    panels: a dictionary from a label of the axis to (rows, ticks): rows a dictionary from a name to
    positive numbers, ticks a dictionary from positions to their labels. Axes are logarithmic.
    """
    fig, axes = canvas(len(panels), 1, height=2.3 * len(panels), squeeze=False)
    told = []
    for ax, (label, (rows, ticks)) in zip(axes.flat, panels.items(), strict=True):
        edges = sorted(ticks)
        for row, (name, values) in enumerate(rows.items()):
            ax.plot(values, np.full(len(values), row), "|", color=CYCLE[row][0], markersize=22)
            shares = np.histogram(values, edges)[0] / len(values)
            for low, high, share in zip(edges, edges[1:], shares, strict=False):
                ax.text(
                    np.sqrt(low * high), row + 0.47, f"{share:.0%}", ha="center", va="center",
                    color=CYCLE[row][0],
                )  # fmt: skip
            spans = zip(edges, edges[1:], shares, strict=False)
            listed = ", ".join(f"{s:.0%} from {ticks[a]} to {ticks[b]}" for a, b, s in spans)
            told.append(f"{label}, {name}: {listed}.")
        ax.set_xscale("log")
        ax.set_xticks(edges, [ticks[edge] for edge in edges])
        ax.xaxis.set_minor_locator(NullLocator())
        ax.set_xlim(edges[0] * 0.9, edges[-1] * 1.1)
        ax.vlines(edges, -0.5, len(rows) - 0.2, color="#dddddd", linewidth=1, zorder=0)
        ax.set_yticks(range(len(rows)), list(rows))
        ax.set_ylim(len(rows) - 0.25, -0.5)
        ax.tick_params(axis="y", length=0)
        ax.set_xlabel(label)
        if label.startswith("β"):
            ax.invert_xaxis()  # small 1 - β are large β
    return fig, f"Draws as ticks on logarithmic rulers, with shares. {' '.join(told)}"


def _key(ax, names, left=0.0):
    """A line above the axes that says which marker is which."""
    for k, name in enumerate(names):
        x = left + k * 0.42
        ax.plot(
            x, 1.05, MARKERS[k], color=CYCLE[k][0], transform=ax.transAxes, clip_on=False,
            markersize=8,
        )  # fmt: skip
        ax.text(
            x + 0.02, 1.05, name, color=CYCLE[k][0], transform=ax.transAxes, va="center",
        )  # fmt: skip


@figure
def trials(groups, xlabel="learning rate", level=None, bottom=0.0):
    """The scores of trials against one of their settings.

    groups: a dictionary from a name to (values, scores); scores are shares. level: None or
    (name, score) of a line to compare with. bottom: where the axis of the scores begins; trials
    below it stand on the edge, because a hopeless one differs from processor to processor.
    """
    fig, ax = canvas()
    told = []
    for k, (name, (values, scores)) in enumerate(groups.items()):
        scores = 100 * np.asarray(scores)
        ax.plot(
            values, np.maximum(scores, bottom), MARKERS[k], color=CYCLE[k][0], markersize=8,
            alpha=0.75, clip_on=False,
        )  # fmt: skip
        best = int(np.argmax(scores))
        told.append(
            f"{name}: {len(scores)} trials, the median {np.median(scores):.0f} %, the best"
            f" {scores[best]:.1f} % at {values[best]:.2g}."
        )
    if level:
        name, share = level
        ax.axhline(100 * share, **ROLES["baseline"])
        ax.annotate(
            name, (1, 100 * share), xycoords=("axes fraction", "data"), xytext=(6, 0),
            textcoords="offset points", va="center", color=COLOURS["grey"], annotation_clip=False,
        )  # fmt: skip
        told.append(f"A line at {100 * share:.1f} %: {name}.")
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter("{x:g}")
    ax.set(xlabel=xlabel, ylabel="mean score (%)")
    ax.set_ylim(bottom, 100 if bottom else None)
    if len(groups) > 1:
        _key(ax, groups)
    return fig, f"Score against {xlabel}, a marker a trial. {' '.join(told)}"


@figure
def score_map(rows, columns, scores, picks, names):
    """A table of scores as a map, with the trials that were picked.

    rows, columns: the settings, increasing. scores: shares (rows, columns). picks: a dictionary
    from a title to (row numbers, column numbers). names: of rows and columns.
    """
    fig, axes = canvas(1, len(picks), height=3.9, sharey=True, squeeze=False)
    told = []
    for ax, (title, (r, c)) in zip(axes.flat, picks.items(), strict=True):
        # Rates run to the right: they are the table's rows.
        shown = ax.imshow(100 * scores.T, cmap="Blues", aspect="auto", origin="lower", vmin=0)
        ax.plot(r, c, "o", color=COLOURS["vermillion"], markersize=8, markeredgecolor="white")
        found = scores[r, c]
        best = int(np.argmax(found))
        ax.plot(r[best], c[best], "*", color=COLOURS["yellow"], markersize=19, markeredgecolor="k")
        ax.set_title(f"{title}: {100 * found[best]:.1f} %", loc="center")
        places = np.arange(0, len(rows), (len(rows) - 1) // 4)
        ax.set_xticks(places, [f"{rows[k]:.1g}" for k in places])
        places = np.arange(0, len(columns), 2)
        ax.set_yticks(places, [f"{columns[k]:.1g}" for k in places])
        ax.set_xlabel(names[0])
        told.append(
            f"{title}: {len(r)} trials, {len(np.unique(r))} different values of the {names[0]}, the"
            f" best {100 * found[best]:.0f} %."
        )
    axes[0, 0].set_ylabel(names[1])
    bar = fig.colorbar(shown, ax=list(axes.flat), format=PercentFormatter(decimals=0))
    bar.outline.set_visible(False)
    means = 100 * scores.mean(axis=1)
    k = int(np.argmax(means))
    return fig, (
        f"Accuracy of {scores.size} trials by {names[0]} and {names[1]}; averaged over the"
        f" {names[1]} it rises from {means[0]:.0f} % at {rows[0]:.1g} to {means[k]:.0f} % and falls"
        f" to {means[-1]:.0f} % at {rows[-1]:.1g}. {' '.join(told)}"
    )


@figure
def best_of(lines, points=None, ylabel="expected best score (%)", bottom=None):
    """Scores against the number of trials, in factors of two.

    lines: a dictionary from a name to (numbers of trials, shares). points: the same, for markers
    joined by a thin line.
    """
    fig, ax = canvas()
    drawn, told = [], []
    series = [(name, pair, "") for name, pair in lines.items()]
    series += [(name, pair, "o") for name, pair in (points or {}).items()]
    for k, (name, (n, shares), marker) in enumerate(series):
        scores = 100 * np.asarray(shares)
        style = ROLES.get(name, {"color": CYCLE[k][0], "linestyle": CYCLE[k][1]})
        drawn += ax.plot(n, scores, marker=marker, label=name, **style)
        told.append(f"{name}: {scores[0]:.1f} at {n[0]}, {scores[-1]:.1f} at {n[-1]}.")
    ax.set_xscale("log", base=2)
    most = max(max(n) for _, (n, _), _ in series)
    ticks = 2 ** np.arange(1 + int(np.log2(most)))
    ax.set_xticks(ticks, [str(tick) for tick in ticks])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set(xlabel="trials", ylabel=ylabel)
    if bottom is not None:
        ax.set_ylim(bottom=bottom)
    label_ends(ax, drawn)
    return fig, f"{ylabel.capitalize()} against the number of trials. {' '.join(told)}"


@figure
def parallel(axes_, scores, best=10):
    """One line a trial through all its settings.

    axes_: a dictionary from a name to (values, ticks, log): one value a trial, the ticks to be
    labelled, the first and last of which end the axis, and whether it is logarithmic. scores: one
    a trial. best: how many of the best trials stand out.
    """
    fig, ax = canvas(height=4.4)
    scores = np.asarray(scores)
    heights, told = [], []
    top = np.argsort(-scores, kind="stable")[:best]
    for k, (name, (values, ticks, log)) in enumerate(axes_.items()):
        scale = np.log if log else np.asarray
        ends = scale(np.array([ticks[0], ticks[-1]], dtype=float))
        values = np.asarray(values, dtype=float)

        def place(v, scale=scale, ends=ends):
            return (scale(np.asarray(v, dtype=float)) - ends[0]) / (ends[1] - ends[0])

        heights.append(place(values))
        ax.plot([k, k], [0, 1], color=COLOURS["black"], linewidth=1, linestyle="-", zorder=3)
        for tick in ticks:
            ax.text(
                k + 0.03, place(tick), f"{tick:g}", fontsize=11, va="center", zorder=4,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.8},
            )  # fmt: skip
        low, high = values[top].min(), values[top].max()
        told.append(f"{name} from {low:.3g} to {high:.3g} (all: {min(values):.3g} to"
                    f" {max(values):.3g})")  # fmt: skip
    heights = np.array(heights)
    rest = np.setdiff1d(np.arange(len(scores)), top)
    ax.plot(heights[:, rest], color="#bbbbbb", linewidth=1, linestyle="-", zorder=1)
    ax.plot(heights[:, top], color=COLOURS["vermillion"], linewidth=2, linestyle="-", zorder=2)
    ax.plot(heights[:, top], "o", color=COLOURS["vermillion"], markersize=4, zorder=2)
    ax.set_xticks(range(len(axes_)), list(axes_))
    ax.set(yticks=[], xlim=(-0.15, len(axes_) - 0.6))
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.tick_params(axis="x", length=0)
    return fig, (
        f"{len(scores)} trials, each a line through its settings; thick the {best} best, with"
        f" {'; '.join(told)}."
    )


@figure
def explained(shares, chance):
    """How much of the spread of scores goes with each setting.

    shares: a dictionary from a name to a share. chance: a dictionary from the same names to what a
    setting without any effect would reach in one case of twenty.
    """
    fig, ax = canvas(height=0.8 + 0.55 * len(shares))
    rows = np.arange(len(shares))
    values = np.round(100 * np.array(list(shares.values())))  # as exact as they are anywhere
    limits = np.round(100 * np.array([chance[name] for name in shares]))
    ax.barh(rows, values, height=0.5, color=COLOURS["blue"])
    ax.vlines(limits, rows - 0.42, rows + 0.42, color=COLOURS["vermillion"], linestyle="--")
    ax.annotate(
        "chance", (limits[-1], rows[-1]), xytext=(6, 0), textcoords="offset points",
        color=COLOURS["vermillion"], va="center",
    )  # fmt: skip
    ax.set_yticks(rows, list(shares))
    ax.set_ylim(len(rows) - 0.45, -0.55)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("share of the variance of the scores (%)")
    told = ", ".join(
        f"{name} {v:.0f} % (chance {c:.0f})"
        for name, v, c in zip(shares, values, limits, strict=True)
    )
    return fig, (
        "Share of the variance of the scores that goes with each setting, and what chance alone"
        f" reaches once in twenty: {told}."
    )


@figure
def halving(epochs, scores):
    """Candidates over the rounds of a halving search.

    epochs: of each round. scores: a list with a row of shares a round, NaN for who is out.
    """
    fig, ax = canvas()
    scores = 100 * np.asarray(scores, dtype=float)
    last = np.isfinite(scores).sum(axis=0) - 1
    best = int(np.nanargmax(scores[-1]))
    styles = [("#bbbbbb", 1), (COLOURS["blue"], 1.5), (COLOURS["vermillion"], 2)]
    styles = styles[-len(epochs) :]
    for k in np.argsort(last, kind="stable"):
        colour, width = styles[last[k]]
        ax.plot(
            epochs, scores[:, k], "o-", color=colour, linewidth=width, markersize=5, alpha=0.8,
        )  # fmt: skip
    ax.plot(epochs, scores[:, best], "*", color=COLOURS["black"], markersize=13, zorder=4)
    ax.set_xscale("log")
    ax.set_xticks(epochs, [f"{e} epochs" for e in epochs])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlim(epochs[0] * 0.85, epochs[-1] * 1.15)
    ax.set_ylim(0, None)
    ax.set_ylabel("mean score (%)")
    counts = np.isfinite(scores).sum(axis=1)
    for e, count in zip(epochs, counts, strict=True):
        ax.text(e, 2, f"{count} nets", ha="center", va="bottom", color=COLOURS["black"],
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})  # fmt: skip
    listed = "; ".join(
        f"{e} epochs: {count} nets, the best {np.nanmax(row):.0f} %"
        for e, count, row in zip(epochs, counts, scores, strict=True)
    )
    return fig, (
        f"Scores of candidates over the rounds of a halving search. {listed}. The winner, with"
        f" stars, had {scores[0, best]:.0f} % in the first round."
    )


@figure
def winner(dev, test, chance):
    """Dev and test scores of many models, the best on dev marked.

    dev, test: shares, one a model. chance: the share that guessing reaches.
    """
    fig, ax = canvas(height=4.0)
    dev, test, chance = 100 * np.asarray(dev), 100 * np.asarray(test), 100 * chance
    best = int(np.argmax(dev))
    ax.axhline(chance, **ROLES["baseline"])
    ax.axvline(chance, **ROLES["baseline"])
    ax.plot(dev, test, "o", color=COLOURS["blue"], alpha=0.6)
    ax.plot(dev[best], test[best], "*", color=COLOURS["vermillion"], markersize=18)
    ax.annotate(
        f"the winner: {dev[best]:.1f} % on dev,\n{test[best]:.1f} % on test",
        (dev[best], test[best]), xytext=(0, 80), textcoords="offset points", ha="right",
        color=COLOURS["vermillion"],
        arrowprops={"arrowstyle": "-", "color": COLOURS["vermillion"], "shrinkB": 8},
    )  # fmt: skip
    ax.set(xlabel="dev accuracy (%)", ylabel="test accuracy (%)")
    return fig, (
        f"Test against dev accuracy of {len(dev)} models; dotted lines at {chance:.0f} %. On dev"
        f" they reach {dev.min():.1f} to {dev.max():.1f} %, on test {test.min():.1f} to"
        f" {test.max():.1f} %. The best on dev has {dev[best]:.1f} % there and"
        f" {test[best]:.1f} % on test."
    )


@figure
def nested_splits(outer, inner, m):
    """Which part of the examples does what.

    outer, inner: numbers of folds. m: number of examples.
    """
    fig, ax = canvas(height=0.9 + 0.95 * outer)
    block = m / outer
    for fold in range(outer):
        y = -fold * (inner + 1.3)
        for k in range(outer):
            judge = k == fold
            _block(ax, k * block, y, block, "judge" if judge else "search")
        rest = [k for k in range(outer) if k != fold]
        piece = block * len(rest) / inner
        for row in range(inner):
            for part in range(inner):
                # The pieces of the inner split lie where the outer training blocks lie.
                start, end = part * piece, (part + 1) * piece
                for low, high in _around(start, end, fold * block, block):
                    kind = "choose" if part == row else "train"
                    _block(ax, low, y - row - 1, high - low, kind, 0.62)
        ax.text(-0.01 * m, y, f"outer fold {fold + 1}", ha="right", va="center")
        ax.text(-0.01 * m, y - (inner + 1) / 2, "its inner splits", ha="right", va="center",
                color=COLOURS["grey"])  # fmt: skip
    for k, (kind, text) in enumerate(
        {"search": "for the search", "judge": "judges the winner", "train": "trains a trial",
         "choose": "scores a trial"}.items()
    ):  # fmt: skip
        x = m * (0, 0.25, 0.53, 0.77)[k]
        _block(ax, x, 1.6, m / 30, kind, 0.8)
        ax.text(x + m / 26, 1.6, text, va="center")
    ax.set(xlim=(-0.18 * m, 1.01 * m), ylim=(-outer * (inner + 1.3) + 0.6, 2.3))
    ax.axis("off")
    return fig, (
        f"Nested splits of {m:,} examples: each of {outer} outer folds of {block:.0f} judges once,"
        f" while the other {m - block:.0f} are split {inner} times again, into {piece:.0f} that"
        f" score the trials and {m - block - piece:.0f} that train them."
    )


def _around(start, end, gap, width):
    """The interval from start to end, laid out around a gap of this width."""
    parts = []
    if start < gap:
        parts.append((start, min(end, gap)))
    if end > gap + 1e-9:
        parts.append((max(start, gap) + width, end + width))
    return parts


def _block(ax, x, y, width, kind, height=0.85):
    face, hatch = {
        "search": (COLOURS["sky"], ""),
        "judge": (COLOURS["vermillion"], "//"),
        "train": ("#dddddd", ""),
        "choose": (COLOURS["orange"], ".."),
    }[kind]
    ax.barh(y, width, height, left=x, color=face, hatch=hatch, edgecolor="white", linewidth=1)
