"""Planes: points, the regions of a model's classes, contours of a cost with descents."""

import re

import numpy as np

from lib.checks import check_named, check_numeric, check_object, check_shape
from lib.plots.curves import tell_levels
from lib.plots.style import COLOURS, MARKERS, key, kind, looks, mark, patch, resize
from lib.words import say, sentence, tidy

__all__ = ["contours", "regions", "scatter"]

# Each class: its points' colour and marker, and the pale shade of its region.
CLASSES = [
    (COLOURS["blue"], "o", "#DCEAF5"),
    (COLOURS["vermillion"], "^", "#F6DCCB"),
    (COLOURS["green"], "s", "#D5EFE3"),
    (COLOURS["black"], "D", "#E2E2E2"),
]


@kind()
def scatter(
    ax, X, Y=None, xlabel="$x_1$", ylabel="$x_2$", *, logx=False, levels=None, ylim=None
):  # fmt: skip
    """Points, with a marker and a colour for each group.

    X: points (2, m) with labels Y (1, m), classes 0 to at most 3, or a dictionary from a name to
    (x, y). levels: a dictionary from a name to a height, drawn as a dotted line. ylim: (low, high);
    points beyond stand on the edge. For classes a unit is as long in both directions. Raises
    TypeError or ValueError for other shapes.
    """
    if isinstance(X, dict):
        groups = {}
        for name, pair in check_named(X, "X").items():
            x, y = (check_numeric(v, f"X[{name!r}]").astype(float).ravel() for v in pair)
            if x.shape != y.shape or not x.size:
                got = f"{x.size} x and {y.size} y"
                raise ValueError(f"X[{name!r}] has {got}; it needs as many, at least one")
            groups[name] = x, y
        styles = [(c, marker or MARKERS[k % 7]) for k, (c, _, marker) in enumerate(looks(groups))]
    else:
        X, Y, groups, styles = _classes(X, Y)
        resize(ax, 6.4, 4.8)
        ax.set_aspect("equal", adjustable="datalim")
    told = []
    for (name, (x, y)), (colour, marker) in zip(groups.items(), styles, strict=True):
        shown = y if ylim is None else np.clip(y, *(np.array(ylim, float)))
        look = {"s": 34, "color": colour, "marker": marker, "alpha": 0.8, "zorder": 3}
        ax.scatter(x, shown, edgecolors="white", linewidths=0.5, clip_on=False, **look)
        if len(groups) > 1:
            key(ax, name, mark(marker, color=colour))
        # The middle, geometric on a logarithmic axis. It is rounded with the largest value: near
        # zero it would be noise.
        middles = np.exp(np.mean(np.log(x))) if logx else np.mean(tidy(x)), np.mean(tidy(y))
        a, b = (say(tidy([c, abs(v).max()])[0], 2) for c, v in zip(middles, (x, y), strict=True))
        told.append(f"{name}: {len(x)} around ({a}, {b}).")
    for name, height in (levels or {}).items():
        ax.axhline(height, color=COLOURS["grey"], linestyle=":", linewidth=1.6)
        key(ax, name, mark("", color=COLOURS["grey"], linestyle=":"))
    told += tell_levels(levels)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if logx:
        ax.set_xscale("log")
    if ylim is not None:
        ax.set_ylim(*ylim)
    total = sum(len(x) for x, _ in groups.values())
    axes = re.sub("[${}_]", "", f"{ylabel} against {xlabel}")  # without TeX
    return f"{total} points, {axes}. {' '.join(told)}"


def _classes(X, Y):
    """X (2, m) and Y (1, m), or an error; the points of each class that there are; their looks."""
    X, Y = check_numeric(X, "X"), check_numeric(Y, "Y")
    check_shape("X", X, X.ndim == 2 and len(X) == 2, "(2, m): one point per column, at least one")
    check_shape("Y", Y, Y.shape == (1, X.shape[1]), f"(1, {X.shape[1]}), one label per point")
    wrong = ~np.isin(Y, range(len(CLASSES)))
    if wrong.any():
        raise ValueError(f"Y contains {Y[wrong][0]!s}; it needs whole labels from 0 to 3")
    X, Y = X.astype(float), Y.astype(int)
    found = np.unique(Y)
    return X, Y, {f"class {k}": X[:, Y[0] == k] for k in found}, [CLASSES[k][:2] for k in found]


def _on_a_plane(f, x, y):
    """The values of f, a function of points (2, k), where the axes x and y cross: (y, x)."""
    plane = np.array([axis.ravel() for axis in np.meshgrid(x, y)])
    return np.asarray(f(plane), dtype=float).reshape(len(y), len(x))


@kind(7.2, 4.8)
def regions(ax, predict, X, Y):
    """The plane as a model divides it, over its points.

    predict: a function from points (2, k) to k outputs: labels, or for two classes also
    probabilities of class 1. X, Y: points (2, m) and labels (1, m), classes 0 to at most 3. Raises
    TypeError or ValueError for other shapes.
    """
    X, Y, groups, styles = _classes(X, Y)
    check_object(predict, "predict", "__call__", "net.predict")
    middle, half = (X.max(axis=1) + X.min(axis=1)) / 2, 0.55 * np.ptp(X, axis=1).max() or 1.0
    x, y = (np.linspace(c - half, c + half, 200) for c in middle)
    given = _on_a_plane(predict, x, y)
    seen = np.ravel(np.asarray(predict(X), dtype=float))
    classes = np.unique(np.r_[0, 1, Y[0]])
    # A little more than one half, so that rounding does not decide where the output is one half.
    answers, own = ((v > 0.5 + 1e-9) if len(classes) == 2 else np.rint(v) for v in (given, seen))
    shares, borders = [], []
    for k in classes:
        inside = (answers == k).astype(float)
        ax.contourf(x, y, inside, [0.5, 2], colors=[CLASSES[k][2]])
        shares.append(f"{5 * round(20 * float(tidy(inside.mean())))} %")
        if len(classes) > 2 and 0 < inside.mean() < 1:
            borders.append((inside, 0.5, 1.2))
    if len(classes) == 2 and given.min() < 0.5 + 1e-9 < given.max():
        borders.append((given - 0.5 - 1e-9, 0, 1.6))
    for heights, level, width in borders:
        ax.contour(x, y, heights, [level], colors=COLOURS["black"], linewidths=width)
    width = ax.get_window_extent().width / ax.figure.dpi
    for (name, (a, b)), (colour, marker) in zip(groups.items(), styles, strict=True):
        s = 30 if width > 3.5 else 14
        ax.scatter(a, b, s=s, color=colour, marker=marker, edgecolors="white", lw=0.4, zorder=3)
        key(ax, name, mark(marker, color=colour))
    key(ax, "shade: the model's answer", patch("#D5D5D5"))
    ax.set(xlabel="$x_1$", ylabel="$x_2$", xlim=x[[0, -1]], ylim=y[[0, -1]])
    if width < 3.5:
        ax.set(xticks=[], yticks=[], xlabel="", ylabel="")
    ax.set_aspect("equal", adjustable="box")
    right = int(np.sum(own == Y[0]))
    listed = ", ".join(f"{k} on about {share}" for k, share in zip(classes, shares, strict=True))
    return (
        f"The plane as a model divides it. {listed}; {100 * right // Y.size} % of the"
        f" {Y.size} points in the region of their class."
    )


@kind(7.0, 4.8)
def contours(
    ax, cost, paths, lowest=None, *, xlabel="$w_1$", ylabel="$w_2$", equal=False, span=None
):  # fmt: skip
    """Contours of a cost over two weights, and the paths of descents.

    cost: a function from weights (2, k) to k costs. paths: a dictionary from a name to weights
    (steps + 1, 2). lowest: the lowest point, (2,). equal: a unit is as long in both directions, so
    that a bowl looks as round as it is. span: the two ranges to be drawn, as pairs; without it, as
    much as the paths need. Raises TypeError or ValueError for paths of another shape.
    """
    check_object(cost, "cost", "__call__", "a function of weights (2, k)")
    if not paths and (lowest is None or span is None):
        raise ValueError("paths is empty; it needs a path, or lowest and span")
    paths = {k: check_numeric(path, f"paths[{k!r}]").astype(float) for k, path in paths.items()}
    for k, path in paths.items():
        check_shape(f"paths[{k!r}]", path, path.shape[1:] == (2,), "(steps + 1, 2)")
    if span is None:
        ends = [np.reshape(lowest, (1, 2))] if lowest is not None else []
        seen = np.vstack([*paths.values(), *ends])
        middle = (seen.max(axis=0) + seen.min(axis=0)) / 2
        half = 0.58 * np.maximum(np.ptp(seen, axis=0), 1e-9)
        half[:] = half.max() if equal else half
        span = np.stack([middle - half, middle + half], axis=1)
    x, y = (np.linspace(*ends, 161) for ends in span)
    heights = _on_a_plane(cost, x, y)
    levels = heights.min() + np.ptp(heights) * np.array([0.004, 0.02, 0.06, 0.13, 0.25, 0.42, 0.65])
    ax.contour(x, y, heights, levels, colors="#999999", linewidths=0.9)
    told = []
    for (name, path), (colour, dash, marker) in zip(paths.items(), looks(paths), strict=True):
        dots = {"marker": marker, "markersize": 4} if len(path) < 130 else {}
        ax.plot(*path.T, linestyle=dash if len(path) >= 130 else "-", color=colour, lw=1.3, **dots)
        ax.plot(*path[0], "x", color=COLOURS["black"], markersize=9, markeredgewidth=2.5, zorder=5)
        key(ax, "start", mark("x", color=COLOURS["black"], markeredgewidth=2.5))
        if len(paths) > 1:
            key(ax, name, mark(marker, color=colour, linestyle="-"))
        found = _descent(cost, path, lowest)
        told.append(f"{sentence(found) if len(paths) == 1 else f'{name}: {found}'}.")
    if lowest is not None:
        ax.plot(*lowest, "+", color=COLOURS["black"], markersize=13, markeredgewidth=2.5, zorder=4)
        key(ax, "lowest point", mark("+", color=COLOURS["black"], ms=12, markeredgewidth=2.5))
    if equal:
        ax.set_aspect("equal", adjustable="box")
    ax.set(xlabel=xlabel, ylabel=ylabel, xlim=span[0], ylim=span[1])
    ax.locator_params(nbins=5)
    return f"Contours of a cost over two weights. {' '.join(told)}"


def _descent(cost, path, lowest):
    """How far a path came, in two digits."""
    floor = 0.0 if lowest is None else np.asarray(cost(np.reshape(lowest, (2, 1))))[0]
    first, last = (float(v) for v in tidy(np.asarray(cost(path[[0, -1]].T)) - floor))
    if lowest is None or first <= 0:
        return f"from a cost of {say(first)} to {say(last)} in {len(path) - 1} steps"
    left = 100 * last / first
    share = f"{left:.0f}" if left >= 9.5 else say(left, 1)
    return f"{share} % of the height is left after {len(path) - 1} steps"
