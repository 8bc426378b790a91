"""More than two classes: regions, distributions, confusion, calibration, and what is behind them.

Four classes in the plane are told apart by marker and number as well as by colour.
"""

import numpy as np
from matplotlib.patheffects import withStroke
from matplotlib.ticker import NullLocator

from lib.plots.old.style import COLOURS, CYCLE, ROLES, SIGNED, canvas, figure, label_ends

__all__ = [
    "class_weights",
    "confusion",
    "distributions",
    "growth",
    "opinions",
    "pairs",
    "parade",
    "regions",
    "reliability",
]

# Each class: its points' colour and marker, and the pale shade of its region.
CLASSES = [
    (COLOURS["blue"], "o", "#D3E5F3"),
    (COLOURS["vermillion"], "^", "#F6DCCB"),
    (COLOURS["green"], "s", "#D9F0E3"),
    (COLOURS["black"], "D", "#E4E4E4"),
]


@figure
def opinions(X, A, truth):
    """8 × 8 pictures, and under each the probabilities of all classes.

    X: (64, k) pixels from 0 to 1. A: (C, k) probabilities. truth: k labels, whose bars are hatched.
    """
    k, classes = X.shape[1], np.arange(len(A))
    fig, axes = canvas(2, k, height=3.9, height_ratios=[1, 2.1])
    told = []
    for column, (above, below) in enumerate(axes.T):
        picture, chances, label = X[:, column], A[:, column], int(truth[column])
        above.imshow(picture.reshape(8, 8), cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
        above.set(xticks=[], yticks=[])
        above.spines[["top", "right"]].set_visible(True)
        others = classes != label
        below.barh(classes[others], chances[others], height=0.75, color=COLOURS["sky"])
        hatched = {"color": COLOURS["orange"], "edgecolor": COLOURS["black"], "hatch": "////"}
        below.barh(label, chances[label], height=0.75, **hatched)
        best = int(np.argmax(chances))
        below.set(xlim=(0, 1.05), ylim=(len(A) - 0.5, -0.5), xticks=[0, 1], yticks=classes)
        below.tick_params(axis="y", length=0)
        sure = f"{100 * chances[best]:.0f} %"
        below.set_title(f"“{best}”, {sure}", loc="center", fontsize=12)
        told.append(f"{_a(label)} is taken for {best} with {sure}")
    axes[1, 0].set_ylabel("class")
    return fig, (
        f"{k} pictures, and under each the probabilities of {len(A)} classes, the bar of the truth"
        f" hatched: {'; '.join(told)}."
    )


def _a(digit):
    """A digit with its article."""
    return f"an {digit}" if digit == 8 else f"a {digit}"


@figure
def distributions(panels, names=None):
    """Probabilities of a few classes as bars, a panel each.

    panels: a dictionary from a title to C probabilities. names: of the classes, or None for 0, 1, …
    """
    fig, axes = canvas(1, len(panels), height=2.9, sharey=True, squeeze=False)
    told = []
    for ax, (title, chances) in zip(axes.flat, panels.items(), strict=True):
        at = np.arange(len(chances))
        ax.bar(at, chances, width=0.7, color=COLOURS["blue"])
        for x, chance in zip(at, chances, strict=True):
            ax.annotate(
                f"{chance:.2f}", (x, chance), xytext=(0, 3), textcoords="offset points",
                ha="center", fontsize=11,
            )  # fmt: skip
        ax.set_xticks(at, names or [str(x) for x in at])
        ax.set_title(title, loc="center")
        ax.set_ylim(0, 1.12)
        ax.tick_params(axis="x", length=0)
        told.append(f"{title}: {', '.join(f'{chance:.2f}' for chance in chances)}.")
    axes[0, 0].set_ylabel("probability")
    return fig, f"Probabilities of {len(at)} classes. {' '.join(told)}"


@figure
def regions(panels, columns=3, size=14):
    """The plane as models of several classes divide it.

    panels: a dictionary from a title to (predict, X, Y): a function from points (2, k) to labels,
    points (2, m), labels (1, m) from 0 to at most 3. Each region bears its class's number.
    """
    rows = -(-len(panels) // columns)
    fig, axes = canvas(rows, columns, height=rows * (8 / columns + 0.3), squeeze=False)
    told = []
    for ax in axes.flat[len(panels) :]:
        ax.axis("off")
    for ax, (title, (predict, X, Y)) in zip(axes.flat, panels.items(), strict=False):
        classes = np.unique(Y)
        middle, half = (X.max(axis=1) + X.min(axis=1)) / 2, 0.55 * np.ptp(X, axis=1).max()
        x, y = (np.linspace(c - half, c + half, 200) for c in middle)
        grid = np.array([a.ravel() for a in np.meshgrid(x, y)])
        answers = np.ravel(predict(grid)).reshape(len(y), len(x))
        for k in classes:
            colour, marker, shade = CLASSES[k]
            own = (answers == k).astype(float)
            ax.contourf(x, y, own, [0.5, 2], colors=[shade])
            if 0 < own.mean() < 1:
                ax.contour(x, y, own, [0.5], colors=COLOURS["black"], linewidths=1.2)
            points = X[:, Y[0] == k]
            ax.scatter(*points, s=size, c=colour, marker=marker, edgecolors="white", lw=0.4)
            if own.any():
                _number(ax, k, answers, x, y, X)
        ax.set(xlim=x[[0, -1]], ylim=y[[0, -1]], xticks=[], yticks=[])
        ax.set_aspect("equal")
        ax.set_title(title, fontsize=12, loc="center")
        right = np.sum(np.ravel(predict(X)) == Y[0])
        shares = ", ".join(f"{5 * round(20 * np.mean(answers == k))} %" for k in classes)
        told.append(
            f"{title}: about {shares} of the plane for the classes {classes[0]} to {classes[-1]},"
            f" {100 * right // Y.size} % of the points in their own region."
        )
    return fig, f"{len(panels)} planes, divided into one region a class. {' '.join(told)}"


def _number(ax, k, answers, x, y, X):
    """Write the number of class k where its region has most room between points and borders."""
    inner = slice(12, -12, 8)
    places = np.array(np.meshgrid(x[inner], y[inner])).reshape(2, -1)
    coarse = answers[inner, inner].ravel()
    own, foreign = places[:, coarse == k], places[:, coarse != k]
    if own.shape[1] == 0:
        return
    obstacles = np.hstack([X, foreign])
    room = np.min(np.sum((own[:, :, None] - obstacles[:, None]) ** 2, axis=0), axis=1)
    ax.text(
        *own[:, np.argmax(room)], str(k), fontsize=16, weight="bold", ha="center", va="center",
        color=CLASSES[k][0], path_effects=[withStroke(linewidth=4, foreground="white")],
    )  # fmt: skip


@figure
def class_weights(W, titles, columns=5):
    """The weights of each class as an 8 × 8 picture.

    W: (C, 64). Purple (darker where it is stronger) speaks for the class, orange against it.
    """
    rows = -(-len(W) // columns)
    fig, axes = canvas(rows, columns, height=rows * 1.75, squeeze=False)
    limit = np.abs(W).max()
    told = []
    for ax in axes.flat:
        ax.axis("off")
    for ax, weights, title in zip(axes.flat, W, titles, strict=False):
        picture = weights.reshape(8, 8)
        image = ax.imshow(picture, cmap=SIGNED, vmin=-limit, vmax=limit, interpolation="nearest")
        for (row, column), weight in np.ndenumerate(picture):
            if abs(weight) > 0.3 * limit:
                sign = "+" if weight > 0 else "−"
                colour = "white" if weight > 0.5 * limit else COLOURS["black"]
                ax.text(column, row, sign, ha="center", va="center", fontsize=11, color=colour)
        ax.set_title(title, loc="center")
        row, column = np.unravel_index(np.argmax(picture), picture.shape)
        told.append(f"{title}: most for it in row {row}, column {column}")
    fig.colorbar(image, ax=axes, label="weight", shrink=0.8)
    return fig, (
        f"{W.size} weights as {len(W)} pictures, from {W.min():.1f} to {W.max():.1f}, strong ones"
        f" marked + or −. {'; '.join(told)}."
    )


@figure
def parade(costs, xlabel="pass over the data", ylabel="training cost"):
    """Costs of runs of different lengths, named where each ends.

    costs: a dictionary from a run's name to its costs, drawn on a logarithmic axis.
    """
    fig, ax = canvas()
    longest, told = max(map(len, costs.values())), []
    for (name, values), (colour, line) in zip(costs.items(), CYCLE, strict=False):
        end = len(values) - 1
        ax.plot(np.arange(len(values)), values, color=colour, linestyle=line)
        ax.plot(end, values[end], "o", color=colour)
        # A name makes room for that of a run which ends close by, above or below.
        ratios = [c[-1] / values[end] for c in costs.values() if len(c) == len(values)]
        below, above = (any(x < r < y for r in ratios) for x, y in [(0.6, 1), (1, 1 / 0.6)])
        va = "center" if below == above else "bottom" if below else "top"
        ax.annotate(
            name, (end, values[end]), xytext=(9, 0), textcoords="offset points", va=va,
            color=colour, annotation_clip=False,
        )  # fmt: skip
        told.append(f"{name}: from {values[0]:.2g} to {values[end]:.1g} after {end + 1}.")
    ax.set_yscale("log")
    ax.set(xlabel=xlabel, ylabel=ylabel, xlim=(0, longest))
    return fig, f"{ylabel.capitalize()} against {xlabel}, logarithmic. {' '.join(told)}"


@figure
def growth(sizes, scores, xlabel="training pictures", ylabel="dev accuracy (%)"):
    """Scores against the number of examples, with their spread.

    scores: a dictionary from a model's name to shares, (runs, sizes).
    """
    fig, ax = canvas()
    lines, told = [], []
    markers = ["o", "^", "s", "D"]
    for (name, values), (colour, line), marker in zip(scores.items(), CYCLE, markers, strict=False):
        style = ROLES.get(name, {"color": colour, "linestyle": line})
        values = 100 * np.asarray(values)
        low, high, mean = values.min(axis=0), values.max(axis=0), values.mean(axis=0)
        ax.fill_between(sizes, low, high, color=style["color"], alpha=0.15, lw=0)
        lines += ax.plot(sizes, mean, marker=marker, label=name, **style)
        listed = ", ".join(f"{v:.0f} at {size}" for v, size in zip(mean, sizes, strict=True))
        told.append(f"{name}: {listed}.")
    ax.set_xscale("log", base=2)
    ax.set_xticks(sizes, [f"{size:,}" for size in sizes])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set(xlabel=xlabel, ylabel=ylabel)
    label_ends(ax, lines)
    return fig, f"{ylabel} against {xlabel}, means of {len(values)} runs. {' '.join(told)}"


@figure
def pairs(before, after, names, xlabel="split", ylabel="test accuracy (%)"):
    """Two scores on each of several splits, joined.

    before, after: shares, one a split. names: of the two models.
    """
    before, after = 100 * np.asarray(before), 100 * np.asarray(after)
    fig, ax = canvas(height=3.6)
    at = np.arange(len(before))
    ax.vlines(at, before, after, color=COLOURS["grey"], linewidth=1.5)
    styles = [("o", ROLES["baseline"]["color"]), ("^", ROLES["ours"]["color"])]
    for values, name, (marker, colour) in zip((before, after), names, styles, strict=True):
        ax.plot(at, values, marker, color=colour, markersize=9, linestyle="none")
        ax.annotate(
            name, (at[-1], values[-1]), xytext=(12, 0), textcoords="offset points", va="center",
            color=colour, annotation_clip=False,
        )  # fmt: skip
    ax.set_xticks(at, at + 1)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    gain = after - before
    return fig, (
        f"{ylabel} on {len(at)} splits, joined in pairs. {names[0]}: from {before.min():.0f} to"
        f" {before.max():.0f}; {names[1]}: from {after.min():.0f} to {after.max():.0f}. The second"
        f" is higher on {np.sum(gain > 0)} of them, by {gain.mean():.1f} points in the mean."
    )


@figure
def confusion(panels):
    """Which class was taken for which.

    panels: a dictionary from a title to counts (C, C), a row a true class, a column an answer.
    """
    fig, axes = canvas(1, len(panels), height=4.2, squeeze=False)
    most = max(_mistakes(counts).max() for counts in panels.values())
    told = []
    for ax, (title, counts) in zip(axes.flat, panels.items(), strict=True):
        wrong = _mistakes(counts)
        ax.imshow(wrong, cmap="Oranges", vmin=0, vmax=1.4 * max(1, most))
        for (row, column), count in np.ndenumerate(counts):
            if count:
                weight = "normal" if row == column else "bold"
                colour = COLOURS["grey"] if row == column else COLOURS["black"]
                ax.text(
                    column, row, str(count), ha="center", va="center", weight=weight,
                    color=colour, fontsize=9 if row == column else 11,
                )  # fmt: skip
        ticks = np.arange(len(counts))
        ax.set(xticks=ticks, yticks=ticks, xlabel="answer", ylabel="truth")
        ax.tick_params(length=0)
        ax.set_title(f"{title}: {wrong.sum()} of {counts.sum():,} wrong", fontsize=12)
        order = np.argsort(-wrong, axis=None, kind="stable")[:2]
        worst = [np.unravel_index(i, wrong.shape) for i in order]
        listed = " and ".join(f"{wrong[r, c]} times {_a(r)} for {_a(c)}" for r, c in worst)
        told.append(f"{title}: {wrong.sum()} of {counts.sum()} wrong, most often {listed}.")
    return fig, f"Counts of true classes (rows) and answers (columns). {' '.join(told)}"


def _mistakes(counts):
    return counts - np.diag(np.diag(counts))


@figure
def reliability(panels):
    """How often a model is right when it is this sure.

    panels: a dictionary from a title to (mean confidence, share right, number of answers), three
    vectors with one entry a bin. Bars are two standard errors either way.
    """
    fig, axes = canvas(1, len(panels), height=3.7, sharey=True, squeeze=False)
    told = []
    for ax, (title, (sure, right, n)) in zip(axes.flat, panels.items(), strict=True):
        ax.plot([0, 1], [0, 1], **ROLES["baseline"], linewidth=1.5)
        # Agresti and Coull's two extra successes and failures: no bar of length 0 where all agree.
        share = (right * n + 2) / (n + 4)
        half = 2 * np.sqrt(share * (1 - share) / (n + 4))
        low, high = np.maximum(share - half, 0), np.minimum(share + half, 1)
        ax.vlines(sure, low, high, color=COLOURS["sky"], linewidth=3)
        ax.plot(sure, right, "o", color=COLOURS["blue"])
        for x, count in zip(sure, n, strict=True):
            ax.text(x, -0.05, f"{count:,}", rotation=90, ha="center", va="top", fontsize=10)
        ax.set(xlim=(0.2, 1.04), ylim=(-0.28, 1.04), xlabel="confidence")
        ax.set_yticks(np.arange(0, 1.1, 0.2))
        ax.set_title(title, loc="center", fontsize=12)
        promised, kept = (100 * np.average(shares, weights=n) for shares in (sure, right))
        told.append(
            f"{title}: {np.sum(n):,} answers, mean confidence {promised:.0f} %, right {kept:.1f} %."
        )
    axes[0, 0].set_ylabel("share right")
    return fig, (
        f"Share of right answers against confidence, {len(panels)} models, the numbers of answers"
        f" at the foot. {' '.join(told)}"
    )
