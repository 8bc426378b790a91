"""Scales: features side by side, bowls and the way down, signals on their way through layers."""

import numpy as np

from lib.plots.old.boundaries import _boundary
from lib.plots.old.style import COLOURS, CYCLE, canvas, figure, label_ends

__all__ = ["boundaries_and_costs", "bowls", "histograms", "ranges", "sizes_per_layer"]


@figure
def ranges(spans, xlabel):
    """What each feature ranges over, on one logarithmic axis.

    spans: a dictionary from a name to (low, middle, high), all positive.
    """
    fig, ax = canvas(height=0.9 + 0.23 * len(spans))
    for row, (low, middle, high) in enumerate(spans.values()):
        ax.plot([low, high], [row, row], "-", color=COLOURS["blue"], linewidth=4, alpha=0.45)
        ax.plot(middle, row, "o", color=COLOURS["blue"], markersize=5)
    ax.set_xscale("log")
    ax.set_yticks(range(len(spans)), list(spans))
    ax.set_ylim(len(spans) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(xlabel)
    order = sorted(spans, key=lambda name: spans[name][1])
    least, most = order[0], order[-1]
    told = [
        f"{name}, from {spans[name][0]:.2g} to {spans[name][2]:.3g} around {spans[name][1]:.2g}"
        for name in (least, most)
    ]
    return fig, (
        f"{len(spans)} features as bars on a logarithmic axis, a dot in the middle of each. The"
        f" smallest is {told[0]}; the largest is {told[1]}: "
        f"{spans[most][1] / spans[least][1]:,.2g} times as large."
    )


@figure
def bowls(panels, xlabel, ylabel):
    """Contours of a cost over two weights, and paths on it.

    panels: a dictionary from a title to (cost, path, floor): a function from weights (2, k) to k
    costs, the weights along a descent, (steps + 1, 2), and those of the lowest point, (2,). A unit
    is as long in one direction as in the other, so a bowl looks as round as it is.
    """
    fig, axes = canvas(1, len(panels), width=9.0, height=5.0, squeeze=False)
    told = []
    for ax, (title, (cost, path, floor)) in zip(axes.flat, panels.items(), strict=True):
        seen = np.vstack([path, floor])
        middle = (seen.max(axis=0) + seen.min(axis=0)) / 2
        half = 0.6 * np.ptp(seen, axis=0).max()
        x, y = (np.linspace(c - half, c + half, 121) for c in middle)
        plane = np.array([a.ravel() for a in np.meshgrid(x, y)])
        heights = cost(plane).reshape(len(y), len(x))
        along = cost(seen.T)
        levels = along[-1] + np.ptp(along) * np.array([0.01, 0.05, 0.15, 0.35, 0.65, 1, 1.5])
        ax.contour(x, y, heights, levels, colors=COLOURS["grey"], linewidths=1)
        ax.plot(*path.T, "o-", color=COLOURS["blue"], linewidth=1.2, markersize=3.5)
        ax.plot(*path[0], "x", color=COLOURS["black"], markersize=9, markeredgewidth=2.5)
        ax.plot(*floor, "+", color=COLOURS["vermillion"], markersize=12, markeredgewidth=2.5)
        ax.set_aspect("equal", adjustable="box")
        ax.set_title(title, loc="center")
        ax.set(xlabel=xlabel, ylabel=ylabel)
        ax.locator_params(nbins=5)
        left = np.linalg.norm(path[-1] - floor) / np.linalg.norm(path[0] - floor)
        told.append(
            f"{title}: from a cost of {along[0]:.3f} to {along[-2]:.3f} in {len(path) - 1} steps;"
            f" the lowest is {along[-1]:.3f}, and {100 * left:.0f} % of the way to it is left."
        )
    return fig, (
        "Contours of a cost over two weights; a cross at the start, a plus at the lowest point, a"
        f" dot after every step. {' '.join(told)}"
    )


@figure
def sizes_per_layer(panels, ylabel="size", backwards=(), shared=False):
    """Sizes of signals layer by layer, measured and expected.

    panels: a dictionary from a title to a dictionary from a name to (measured, expected): measured
    is (runs, layers), drawn as a line at the median with the range of the runs around it; expected
    is a value for each layer, drawn as black dots, or None. backwards: the titles of panels that
    run from the last layer to the first. shared: one vertical axis for all panels.
    """
    width = 8.0 if len(panels) < 2 else 9.5
    fig, axes = canvas(1, len(panels), width=width, squeeze=False, sharey=shared)
    told, ends = [], []
    for ax, (title, lines) in zip(axes.flat, panels.items(), strict=True):
        drawn, way = [], slice(None, None, -1 if title in backwards else 1)
        for (name, (measured, expected)), style in zip(lines.items(), CYCLE, strict=False):
            runs = np.atleast_2d(measured)[:, way]
            at, middle = np.arange(1, runs.shape[1] + 1)[way], np.median(runs, axis=0)
            ax.fill_between(at, runs.min(axis=0), runs.max(axis=0), color=style[0], alpha=0.2)
            drawn += ax.plot(at, middle, color=style[0], linestyle=style[1], label=name)
            sentence = f"{name}: from {middle[0]:.1e} in layer {at[0]} to {middle[-1]:.0e} in layer"
            sentence = f"{title + ': ' if title else ''}{sentence} {at[-1]}"
            if expected is not None:
                dots = np.asarray(expected)[way]
                ax.plot(at[4::5], dots[4::5], ".", color=COLOURS["black"], zorder=3)
                sentence += f", where {dots[-1]:.0e} is expected"
            told.append(sentence)
        ax.set_yscale("log")
        ax.set_xlim(at[0], at[-1])
        ax.set(xlabel="layer", ylabel=ylabel if ax is axes[0, 0] else "")
        if title:
            ax.set_title(title, loc="center")
        ends.append((ax, drawn))
    for ax, drawn in ends:  # when the axes have their final ranges
        label_ends(ax, drawn)
    return fig, f"{ylabel.capitalize()} against layer. {'. '.join(told)}."


@figure
def histograms(panels, columns, xlabel, limit=1.0):
    """How values are spread, a small histogram each.

    panels: a dictionary from a title to values between -limit and limit, any shape.
    """
    rows = -(-len(panels) // columns)
    fig, axes = canvas(rows, columns, height=1.75 * rows + 0.3, squeeze=False, sharex=True)
    edges = np.linspace(-limit, limit, 41)
    told = []
    for ax, (title, values) in zip(axes.flat, panels.items(), strict=False):
        counts, _ = np.histogram(values, edges)
        ax.stairs(counts / counts.max(), edges, fill=True, color=COLOURS["blue"])
        ax.set_title(title, fontsize=12, loc="center")
        ax.set(yticks=[], xlim=(-limit, limit))
        ax.spines["left"].set_visible(False)
        near = np.mean(np.abs(values) < 0.1 * limit)
        edge = np.mean(np.abs(values) > 0.9 * limit)
        told.append(f"{title}: {100 * near:.0f} % near 0, {100 * edge:.0f} % near the ends.")
    for ax in axes[-1]:
        ax.set_xlabel(xlabel)
    return fig, f"Histograms of values between {-limit:g} and {limit:g}. {' '.join(told)}"


@figure
def boundaries_and_costs(panels, every=1, top=1.0):
    """Boundaries above, costs below, a column a run.

    panels: a dictionary from a title to (predict, X, Y, costs), the first three as for
    ``boundary``, and a cost every ``every`` iterations. top: cut the cost axes here.
    """
    fig, axes = canvas(2, len(panels), width=9.0, height=5.4, height_ratios=[1.5, 1], squeeze=False)
    told = []
    for (plane, line), (title, (predict, X, Y, costs)) in zip(axes.T, panels.items(), strict=True):
        # A hair less, so that exactly one half, a net's answer from zeros, does not count as 1.
        seen = _boundary(plane, _less(predict, 1e-12), X, Y, steps=160, size=12)
        plane.set_title(title, loc="center")
        plane.set(xlabel="", ylabel="", xticks=[], yticks=[])
        x = every * np.arange(len(costs))
        line.plot(x, costs, color=COLOURS["blue"])
        line.set(ylim=(0, top), xlabel="iteration", ylabel="cost" if plane is axes[0, 0] else "")
        line.set_xticks([0, x[-1]], ["0", f"{x[-1]:,}"])
        line.margins(x=0.02)
        end = f"{costs[-1]:.2f}"
        line.annotate(
            end, (x[-1], costs[-1]), xytext=(-2, 8), textcoords="offset points", ha="right"
        )
        if costs[0] > top:
            start = f"from {costs[0]:,.0f}"
            line.annotate(start, (0, top), xytext=(18, -14), textcoords="offset points")
        told.append(f"{title}: {seen}; the cost goes from {costs[0]:.3g} to {end}.")
    return fig, f"{len(panels)} boundaries, and below each the cost of its run. {' '.join(told)}"


def _less(predict, hair):
    return lambda points: np.asarray(predict(points), dtype=float) - hair
