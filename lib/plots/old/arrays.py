"""Arrays as grids of cells, products as sums, computation graphs, slopes and directions."""

import numpy as np
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

from lib.plots.old.style import COLOURS, CYCLE, canvas, figure

__all__ = [
    "broadcast",
    "cells",
    "computation_graph",
    "directions",
    "gradient_arrows",
    "scores",
    "tangent",
    "weighted_columns",
]

FORWARD, BACKWARD, GREY = COLOURS["blue"], COLOURS["vermillion"], COLOURS["grey"]
WIDTH = 8.0  # inches


@figure
def cells(parts, rows=()):
    """Arrays side by side as grids of cells, their shapes below.

    parts: signs to stand between the arrays, such as "→", and arrays as tuples (title, values) or
    (title, values, marked), where marked is a boolean array of the cells to be shaded. rows: names
    for the rows of the first array.
    """
    panel = _Panel()
    if rows:
        panel.leave(0.16 * max(map(len, rows)))
        for k, name in enumerate(rows):
            y = len(rows) / 2 - k - 0.5
            panel.ax.text(panel.x - 0.15, y, name, ha="right", va="center")
    told = []
    for part in parts:
        if isinstance(part, str):
            panel.sign(part)
            continue
        title, values, *marked = part
        values = np.asarray(values)
        panel.grid(title, values, str(values.shape), marked=marked[0] if marked else None)
        shaded = f", {np.sum(marked[0])} cells shaded" if marked else ""
        told.append(
            f"{title} has shape {values.shape} and values from {values.min():g} to"
            f" {values.max():g}{shaded}."
        )
    return panel.finished(), f"Arrays as grids of cells. {' '.join(told)}"


@figure
def broadcast(a, b, sign, names=("a", "b"), marked=None):
    """a + b or a − b as NumPy sees it, repetitions dotted.

    a, b: arrays with one or two axes whose shapes can be broadcast. sign: "+" or "−". marked: a
    boolean array of the cells of the result to be shaded.
    """
    a, b = np.asarray(a), np.asarray(b)
    result = a + b if sign == "+" else a - b
    panel = _Panel()
    told = []
    for name, array, mark in zip(names, (a, b), (sign, "="), strict=True):
        two = array.reshape((1,) * (2 - array.ndim) + array.shape)
        copied = np.zeros(result.shape, dtype=bool)
        copied[two.shape[0] :] = copied[:, two.shape[1] :] = True
        below = str(array.shape) + (f" → {result.shape}" if copied.any() else "")
        panel.grid(name, np.broadcast_to(array, result.shape), below, copied=copied)
        panel.sign(mark)
        told.append(f"{name} has shape {array.shape}, with {copied.sum()} cells repeated")
    panel.grid(f"{names[0]} {sign} {names[1]}", result, str(result.shape), marked=marked)
    shaded = "" if marked is None else f", {np.sum(marked)} cells shaded"
    return panel.finished(), (
        f"Broadcasting as grids of cells. {'; '.join(told)}. The result has shape {result.shape},"
        f" {result.size} numbers from {result.min():g} to {result.max():g}{shaded}."
    )


@figure
def weighted_columns(W, x):
    """W @ x as the columns of W, weighted and summed.

    W: (n, k) with k up to 4; x: (k, 1).
    """
    panel = _Panel()
    frames = CYCLE[: len(x)]
    panel.grid("W", W, str(W.shape), frames=frames)
    panel.leave(0.3)
    panel.grid("x", x, str(x.shape))
    panel.sign("=")
    for j, (weight, frame) in enumerate(zip(x[:, 0], frames, strict=True)):
        panel.leave(0.35)
        panel.sign(f"{weight:g} ×".replace("-", "−"))
        panel.leave(0.35)
        panel.grid("", W[:, [j]], f"column {j}", frames=[frame])
        panel.sign("=" if j + 1 == len(x) else "+")
    panel.grid("W @ x", W @ x, str((W @ x).shape))
    told = [f"{v:g} times column {j} ({_list(W[:, j])})" for j, v in enumerate(x[:, 0])]
    return panel.finished(), (
        f"A matrix {W.shape} times a column {x.shape} drawn as a sum: {', plus '.join(told)}, is"
        f" ({_list(W @ x)})."
    )


def _list(values):
    return ", ".join(f"{value:g}" for value in np.ravel(values))


class _Panel:
    """One row of grids, signs and words, drawn from left to right around the height 0."""

    def __init__(self):
        self.fig, self.ax = canvas(width=WIDTH)
        self.x, self.height = 0.0, 1

    def leave(self, width):
        """Empty space."""
        self.x += width

    def sign(self, text):
        """A sign or a short text between two grids."""
        self.ax.text(self.x + 0.4, 0, text, ha="center", va="center", fontsize=14)
        self.x += 0.8

    def grid(self, title, values, below, marked=None, copied=None, frames=None):
        """An array (rows, columns), or (columns,), with words above and below."""
        values = np.atleast_2d(values)
        rows, columns = values.shape
        marked = np.zeros(values.shape, bool) if marked is None else np.atleast_2d(marked)
        copied = np.zeros(values.shape, bool) if copied is None else copied
        digits = ".0f" if np.all(values == np.round(values)) else ".1f"
        for (i, j), value in np.ndenumerate(values):
            corner, copy = (self.x + j, rows / 2 - i - 1), copied[i, j]
            box = Rectangle(
                corner,
                1,
                1,
                facecolor="#cfe4f2" if marked[i, j] else "white",
                edgecolor="#aaaaaa" if copy or frames else COLOURS["black"],
                linestyle=":" if copy else "-",
                linewidth=1.1,
                zorder=1 if copy else 2,
            )
            self.ax.add_patch(box)
            self.ax.text(
                corner[0] + 0.5,
                corner[1] + 0.5,
                f"{value:{digits}}".replace("-", "−"),
                ha="center",
                va="center",
                color=GREY if copy else COLOURS["black"],
                style="italic" if copy else "normal",
                weight="bold" if marked[i, j] else "normal",
                zorder=3,
            )
        for j, (colour, line) in enumerate(frames or ()):
            corner = self.x + j + 0.07, -rows / 2 - 0.07
            box = Rectangle(
                corner, 0.86, rows + 0.14, fc="none", ec=colour, ls=line, lw=2.2, zorder=4
            )
            self.ax.add_patch(box)
        middle = self.x + columns / 2
        self.ax.text(middle, rows / 2 + 0.2, title, ha="center", va="bottom", fontsize=13)
        self.ax.text(middle, -rows / 2 - 0.2, below, ha="center", va="top", color=GREY)
        self.x, self.height = self.x + columns, max(self.height, rows)

    def finished(self):
        """The matplotlib figure, as high as its grids need, cells 0.55 inches wide at most."""
        span = max(self.x + 0.2, WIDTH / 0.55)
        middle = self.x / 2
        self.ax.set_xlim(middle - span / 2, middle + span / 2)
        self.ax.set_ylim(-self.height / 2 - 1, self.height / 2 + 1)
        self.ax.axis("off")
        self.fig.set_size_inches(WIDTH, 0.4 * (self.height + 2))
        return self.fig


@figure
def scores(Z, Y, names):
    """Scores on a line, one row a class, mistakes as crosses.

    Z and Y (1, m); a score above 0 is an answer 1. names: of the classes 0 and 1.
    """
    fig, ax = canvas(height=2.4)
    told = []
    for k, (name, colour) in enumerate(zip(names, ("blue", "vermillion"), strict=True)):
        z = Z[k == Y]
        wrong = (z > 0) != k
        row = np.where(np.arange(len(z)) % 2, 0.09, -0.09) + k  # two lines, so that few dots meet
        ax.plot(z[~wrong], row[~wrong], "os"[k], color=COLOURS[colour], alpha=0.7)
        ax.plot(z[wrong], row[wrong], "x", color=COLOURS["black"], ms=10, mew=2.5)
        told.append(
            f"{name}: scores from {z.min():.1f} to {z.max():.1f}, {wrong.sum()} of {len(z)} on"
            " the wrong side of 0"
        )
    ax.axvline(0, color=GREY, linestyle="--", linewidth=1.2)
    ax.set_yticks([0, 1], names)
    ax.set_ylim(-0.5, 1.5)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("score z")
    return fig, f"Scores, a dot each. {'; '.join(told)}."


@figure
def tangent(f, slope, at, nudge):
    """A curve, its tangent, and a chord from at to at + nudge.

    f: a function of an array; slope: its derivative at ``at``, a number.
    """
    fig, ax = canvas()
    reach = 1.6 * abs(nudge)
    x = np.linspace(at - reach, at + reach, 121)
    y, end = f(at), f(at + nudge)
    ax.plot(x, f(x), "-", color=FORWARD)
    ax.plot(x, y + slope * (x - at), "--", color=BACKWARD)
    ax.plot([at, at + nudge], [y, end], "-.", color=GREY)
    ax.plot([at, at + nudge, at + nudge], [y, y, end], ":", color=GREY, linewidth=1.5)
    ax.plot([at, at + nudge], [y, end], "o", color=COLOURS["black"])
    chord = (end - y) / nudge
    ax.annotate(f"{nudge:g}", (at + nudge / 2, y), xytext=(0, -6), ha="center", va="top",
                textcoords="offset points")  # fmt: skip
    ax.text(at + nudge * 1.03, (y + end) / 2, f"{end - y:g}", va="center")
    low = at - 0.8 * reach
    ax.annotate(f"tangent, slope {slope:g}", (low, y + slope * (low - at)), color=BACKWARD,
                xytext=(14, -10), textcoords="offset points", va="top")  # fmt: skip
    ax.annotate(f"chord, slope {chord:g}", (at + nudge / 2, (y + end) / 2), color="#555555",
                xytext=(-14, 10), textcoords="offset points", ha="right")  # fmt: skip
    ax.set(xlabel="x", ylabel="f(x)")
    ax.margins(x=0)
    return fig, (
        f"A curve through ({at:g}, {y:g}). The chord to ({at + nudge:g}, {end:g}) rises"
        f" {end - y:g} over {nudge:g}, a slope of {chord:g}; the tangent has slope {slope:g}."
    )


@figure
def computation_graph(nodes, edges):
    """What is computed from what, values ahead and derivatives back.

    nodes: a dictionary from a name to (x, y, formula, value, derivative), with x and y counted in
    boxes; a derivative of None is not shown. edges: a dictionary from (from, to) to the slope that
    the edge multiplies by on the way back.
    """
    xs, ys = zip(*[(x, y) for x, y, *_ in nodes.values()], strict=True)
    fig, ax = canvas(height=1.15 * (max(ys) - min(ys)) + 1.5)
    for (start, end), slope in edges.items():
        (x0, y0), (x1, y1) = nodes[start][:2], nodes[end][:2]
        ends = (x0 + 0.32, y0), (x1 - 0.33, y1)
        arrow = {"arrowstyle": "-|>", "mutation_scale": 14, "shrinkA": 0, "shrinkB": 0}
        ax.add_patch(FancyArrowPatch(*ends, color=FORWARD, **arrow))
        x, y = np.mean(ends, axis=0)
        y += 0.13 if y0 == y1 else 0  # above a level arrow, on a slanting one
        ax.text(x, y, f"×{slope:g}".replace("-", "−"), color=BACKWARD, ha="center", va="center",
                bbox={"fc": "white", "ec": "none", "pad": 1.5})  # fmt: skip
    told = []
    for name, (x, y, formula, value, derivative) in nodes.items():
        box = FancyBboxPatch((x - 0.3, y - 0.17), 0.6, 0.34, boxstyle="round,pad=0.02",
                             fc="white", ec=COLOURS["black"], lw=1.2, zorder=2)  # fmt: skip
        ax.add_patch(box)
        ax.text(x, y, formula, ha="center", va="center", zorder=3)
        ax.text(x, y + 0.23, f"{value:g}".replace("-", "−"), ha="center", va="bottom",
                color=FORWARD, weight="bold")  # fmt: skip
        told.append(f"{name} is {value:g}")
        if derivative is not None:
            ax.text(x, y - 0.24, f"d{name} = {derivative:g}".replace("-", "−"), ha="center",
                    va="top", color=BACKWARD, style="italic")  # fmt: skip
            told[-1] += f" with derivative {derivative:g}"
    ax.set(xlim=(min(xs) - 0.5, max(xs) + 0.5), ylim=(min(ys) - 0.6, max(ys) + 0.6))
    ax.axis("off")
    return fig, (
        f"A graph of {len(nodes)} boxes, values above and derivatives below: {'; '.join(told)}."
    )


@figure
def gradient_arrows(cost, points, gradients, lowest, spans, names=("w", "b")):
    """Contours of a cost and some gradients on it.

    cost: a function from (2, k) to k costs. points, gradients: (2, p). lowest: the lowest point,
    (2,). spans: the two ranges to be drawn, as pairs. A unit is as long in one direction as in the
    other, so right angles look right. Dotted lines lead from the points the other way, downhill.
    """
    fig, ax = canvas(height=4.8)
    x, y = (np.linspace(*span, 161) for span in spans)
    plane = np.array([grid.ravel() for grid in np.meshgrid(x, y)])
    heights = cost(plane).reshape(len(y), len(x))
    levels = heights.min() + np.ptp(heights) * np.array([0.01, 0.04, 0.1, 0.2, 0.35, 0.55, 0.8])
    lines = ax.contour(x, y, heights, levels, colors=GREY, linewidths=1)
    ax.clabel(lines, fmt="%.2g", fontsize=11)
    unit = np.ptp(spans[1]) / 5 / np.linalg.norm(gradients, axis=0).max()
    ax.plot(*lowest, "+", color=FORWARD, markersize=13, markeredgewidth=2.5)
    told, missed = [], []
    for point, slope in zip(points.T, gradients.T, strict=True):
        tip = point + unit * slope
        downhill, way = -slope / np.linalg.norm(slope), lowest - point
        far = point + downhill * np.linalg.norm(way)
        missed.append(abs(downhill[0] * way[1] - downhill[1] * way[0]))
        ax.plot(*np.array([point, far]).T, ":", color=BACKWARD, linewidth=1.5)
        ax.annotate("", tip, point, arrowprops={"arrowstyle": "-|>", "color": BACKWARD, "lw": 2})
        ax.plot(*point, "o", color=COLOURS["black"], markersize=5)
        told.append(f"at ({_two(point)}) it is ({_two(slope)})")
    ax.set_aspect("equal", adjustable="box")
    ax.set(xlabel=names[0], ylabel=names[1], xlim=spans[0], ylim=spans[1])
    return fig, (
        f"Contours of a cost over {names[0]} and {names[1]}, from {levels[0]:.2g} to"
        f" {levels[-1]:.2g}; the lowest point, ({_two(lowest)}), is a plus. Arrows along the"
        f" gradient: {'; '.join(told)}. Each stands at a right angle to the contour and points"
        f" uphill; the dotted lines the other way miss the lowest point by {min(missed):.1f} to"
        f" {max(missed):.1f}."
    )


def _two(pair):
    return ", ".join(f"{value:.2f}" for value in pair)


@figure
def directions(angles, changes, gradient_angle):
    """A cost's change for a short step, by direction.

    angles: in degrees, (k,); changes: of the cost, (k,); gradient_angle: where the gradient points.
    """
    fig, ax = canvas(height=3.6)
    ax.plot(angles, changes, "-", color=FORWARD)
    ax.axhline(0, color=GREY, linewidth=1)
    marks = {"along the gradient": 0, "across": 90, "against it": 180, "across ": 270}
    for name, turn in marks.items():
        angle = (gradient_angle + turn) % 360
        change = np.interp(angle, angles, changes)
        ax.plot(angle, change, "o", color=BACKWARD)
        centred = turn in (0, 180)
        below = turn in (180, 270)
        ax.annotate(name, (angle, change), xytext=(0 if centred else 10, -9 if below else 8),
                    ha="center" if centred else "left", va="top" if below else "bottom",
                    textcoords="offset points")  # fmt: skip
    ax.set(xlabel="direction of the step (degrees)", ylabel="change of the cost")
    ax.set_xticks(range(0, 361, 45))
    ax.margins(x=0, y=0.2)
    high, low = angles[np.argmax(changes)], angles[np.argmin(changes)]
    return fig, (
        f"Change of a cost for a short step against its direction. It is largest, "
        f"{np.max(changes):.2g}, at {high:.0f} degrees, and lowest, {np.min(changes):.2g}, at"
        f" {low:.0f}; the gradient points to {gradient_angle:.0f} degrees."
    )
