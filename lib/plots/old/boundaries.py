"""Small networks seen in the plane: points, decision boundaries, neurons, activations.

The two classes are told apart by marker as well as by colour: circles are 0, triangles are 1. A
plane is shaded where the answer is 1, and the boundary is a black line.
"""

from itertools import pairwise

import numpy as np

from lib.checks import check_numeric, check_object
from lib.plots.old.style import COLOURS, CYCLE, ROLES, canvas, figure

__all__ = [
    "boundaries",
    "boundary",
    "layer_diagram",
    "neuron_views",
    "scatter",
    "train_and_new",
    "values_and_slopes",
    "weight_paths",
]

CLASSES = [(COLOURS["blue"], "o"), (COLOURS["vermillion"], "^")]
SHADE = "#F3DCCB"  # a pale vermillion, a clear step darker than white


def _check_points(X, Y):
    X, Y = check_numeric(X, "X"), check_numeric(Y, "Y")
    if X.ndim != 2 or len(X) != 2:
        raise ValueError(f"X has shape {X.shape}; it needs (2, m): a point of the plane a column")
    if Y.shape != (1, X.shape[1]):
        raise ValueError(f"Y has shape {Y.shape}; it needs (1, {X.shape[1]}), a label a point")
    return X, Y


@figure
def scatter(X, Y):
    """The points X (2, m) of two classes Y (1, m).

    Raises TypeError or ValueError for what is not of these shapes.
    """
    X, Y = _check_points(X, Y)
    fig, ax = canvas(width=6.4, height=4.8)
    _points(ax, X, Y, size=30)
    _name_classes(ax)
    counts = [int(np.sum(Y[0] == label)) for label in (0, 1)]
    middles = [", ".join(f"{v:.1f}" for v in X[:, Y[0] == label].mean(axis=1)) for label in (0, 1)]
    (left, low), (right, high) = X.min(axis=1), X.max(axis=1)
    return fig, (
        f"{X.shape[1]} points in the plane, x1 from {left:.1f} to {right:.1f} and x2 from {low:.1f}"
        f" to {high:.1f}: {counts[0]} circles of class 0 around ({middles[0]}) and {counts[1]}"
        f" triangles of class 1 around ({middles[1]})."
    )


@figure
def boundary(predict, X, Y):
    """Where a model changes its mind, over its points.

    predict: a function from points (2, k) to k probabilities or labels of class 1. Raises TypeError
    or ValueError for points that are none.
    """
    X, Y = _check_points(X, Y)
    check_object(predict, "predict", "__call__", "net.predict")
    fig, ax = canvas(width=6.4, height=4.8)
    told = _boundary(ax, predict, X, Y, steps=300, size=30)
    _name_classes(ax)
    return fig, f"The plane as a model divides it, shaded where it answers 1: {told}."


@figure
def boundaries(panels, columns=4, size=7):
    """Several decision boundaries side by side.

    panels: a dictionary from a title to (predict, X, Y), each as for ``boundary``. size: of
    a point.
    """
    rows = -(-len(panels) // columns)
    fig, axes = canvas(rows, columns, height=rows * (8 / columns + 0.25), squeeze=False)
    told = []
    for ax in axes.flat[len(panels) :]:
        ax.axis("off")
    for ax, (title, (predict, X, Y)) in zip(axes.flat, panels.items(), strict=False):
        told.append(f"{title}: {_boundary(ax, predict, X, Y, steps=160, size=size)}.")
        ax.set_title(title, fontsize=12, loc="center")
        ax.set(xlabel="", ylabel="", xticks=[], yticks=[])
    return fig, f"{len(panels)} planes, shaded where the answer is 1. {' '.join(told)}"


@figure
def neuron_views(activations, X, Y, titles=None):
    """What hidden neurons answer over the plane.

    activations: a function from points (2, k) to the neurons' outputs (n_h, k). titles: one a
    neuron. Grey, marked +, is where the output is positive, white, marked −, where it is negative;
    thin lines join points of the outputs 0.75 and −0.75.
    """
    n_h = len(activations(X))
    titles = titles or [f"neuron {k + 1}" for k in range(n_h)]
    columns = min(n_h, 2)
    rows = -(-n_h // columns)
    fig, axes = canvas(rows, columns, height=rows * 3.6, squeeze=False)
    x, y, grid = _grid(X, 160)
    corners = [(row, column) for row in (12, -13) for column in (12, -13)]
    told = []
    for ax in axes.flat[n_h:]:
        ax.axis("off")
    for k, (ax, title) in enumerate(zip(axes.flat, titles, strict=False)):
        seen = activations(grid)[k].reshape(len(y), len(x))
        ax.contourf(x, y, seen, [-np.inf, 0, np.inf], colors=["white", "#d4d4d4"])
        ax.contour(x, y, seen, [-0.75, 0.75], colors=COLOURS["black"], linewidths=0.7)
        ax.contour(x, y, seen, [0], colors=COLOURS["black"], linewidths=2)
        _points(ax, X, Y, size=14)
        for sign, best in (("+", max), ("−", min)):
            row, column = best(corners, key=lambda corner: seen[corner])
            ax.text(x[column], y[row], sign, fontsize=20, ha="center", va="center")
        _frame(ax, x, y)
        ax.set_title(title, fontsize=12, loc="center")
        ax.set(xlabel="", ylabel="", xticks=[], yticks=[])
        positive = activations(X)[k] > 0
        told.append(
            f"{title}: positive at {_about(positive.mean())} of the points, namely at"
            f" {_about(positive[Y[0] == 0].mean())} of class 0 and"
            f" {_about(positive[Y[0] == 1].mean())} of class 1."
        )
    return fig, f"The output of {n_h} hidden neurons over the plane. {' '.join(told)}"


@figure
def layer_diagram(sizes, names=None):
    """A network as circles and lines, (n_x, n_h, …, n_y).

    names: what stands under each column of circles, or None.
    """
    fig, ax = canvas(height=3.6)
    names = names or [f"layer {l}" for l in range(len(sizes))]
    said = [name.replace("$", "").replace("_", "") for name in names]
    tallest = max(sizes)
    places = [[(2.0 * l, n / 2 - 0.5 - k) for k in range(n)] for l, n in enumerate(sizes)]
    for left, right in pairwise(places):
        for a in left:
            for b in right:
                ax.plot(*zip(a, b, strict=True), "-", color=COLOURS["grey"], linewidth=1, zorder=1)
    for l, (column, name) in enumerate(zip(places, names, strict=True)):
        for k, (x, y) in enumerate(column):
            face = "white" if l == 0 else "#DCEAF5"
            ax.plot(x, y, "o", markersize=34, color=face, markeredgecolor=COLOURS["black"])
            letter = "x" if l == 0 else "a"
            raised = "" if l == 0 else rf"^{{[{l}]}}"
            ax.text(x, y, rf"${letter}{raised}_{{{k + 1}}}$", ha="center", va="center")
        ax.text(2.0 * l, -tallest / 2 - 0.35, name, ha="center", va="center")
    ax.set(xlim=(-0.8, 2.0 * len(sizes) - 1.2), ylim=(-tallest / 2 - 0.7, tallest / 2 + 0.1))
    ax.axis("off")
    weights = sum(a * b for a, b in pairwise(sizes))
    biases = sum(sizes[1:])
    return fig, (
        f"A network drawn as {len(sizes)} columns of circles, {', '.join(map(str, sizes))} of them:"
        f" {'; '.join(said)}. Every circle is joined to all of"
        f" the column before it, {weights} lines, one a weight; with {biases} biases that makes"
        f" {weights + biases} parameters."
    )


@figure
def weight_paths(panels):
    """How hidden neurons' two weights move in training.

    panels: a dictionary from a title to an array (steps, n_h, 2) of rows of W1. Neurons that share
    one path share one label.
    """
    fig, axes = canvas(1, len(panels), height=4.0, squeeze=False)
    told = []
    for ax, (title, paths) in zip(axes.flat, panels.items(), strict=True):
        groups = {}
        for k in range(paths.shape[1]):
            same = [g for g in groups if np.allclose(paths[:, g], paths[:, k], atol=1e-9)]
            groups.setdefault(same[0] if same else k, []).append(k + 1)
        for (first, members), (colour, line) in zip(groups.items(), CYCLE, strict=False):
            x, y = paths[:, first].T
            ax.plot(x, y, color=colour, linestyle=line)
            ax.plot(x[-1], y[-1], "o", color=colour)
            ax.plot(x[0], y[0], "x", color=COLOURS["black"], markersize=7, markeredgewidth=2)
            name = ", ".join(map(str, members))
            side = 1 if x[-1] >= x[0] - 0.1 else -1  # beyond the end, where no path runs
            ax.annotate(
                name, (x[-1], y[-1]), xytext=(8 * side, 0), textcoords="offset points",
                color=colour, va="center", ha="left" if side > 0 else "right",
            )  # fmt: skip
            told.append(
                f"{title}: neuron{'s' * (len(members) > 1)} {name} from ({x[0]:.2f}, {y[0]:.2f})"
                f" to ({x[-1]:.1f}, {y[-1]:.1f})."
            )
        ax.set_title(title)
        ax.set(xlabel="weight of $x_1$", ylabel="weight of $x_2$")
        ax.margins(0.15)
    return fig, (
        "Paths of the hidden neurons' weights, a cross at the start and a dot at the end. "
        + " ".join(told)
    )


@figure
def values_and_slopes(panels):
    """Activation functions (solid) and their slopes (dashed).

    panels: a dictionary from a name to (z, values, slopes).
    """
    fig, axes = canvas(1, len(panels), height=3.0, sharey=True, squeeze=False)
    told = []
    low, high = -1.2, 2.2
    for ax, (name, (z, values, slopes)) in zip(axes.flat, panels.items(), strict=True):
        ax.axhline(0, color=COLOURS["grey"], linewidth=0.8, linestyle="-")
        ax.plot(z, values, color=COLOURS["blue"], linestyle="-")
        ax.plot(z, slopes, color=COLOURS["vermillion"], linestyle="--")
        ax.set_title(name, loc="center")
        ax.set(xlabel="z", ylim=(low, high), xlim=(z[0], z[-1]), xticks=[-3, 0, 3])
        told.append(
            f"{name}: from {values[0]:.2f} at z = {z[0]:g} to {values[-1]:.2f} at z = {z[-1]:g};"
            f" slope from {slopes[0]:.2f} to {slopes[-1]:.2f}, at most {slopes.max():.2f}."
        )
    axes[0, 0].text(0.05, 0.93, "value", color=COLOURS["blue"], transform=axes[0, 0].transAxes)
    axes[0, 0].text(
        0.05, 0.84, "slope (dashed)", color=COLOURS["vermillion"], transform=axes[0, 0].transAxes
    )
    return fig, f"Functions and their slopes. {' '.join(told)}"


@figure
def train_and_new(scores, xlabel, ylabel="accuracy (%)"):
    """Scores on the training points and on new ones, a dot a run.

    scores: a dictionary from a setting to (training scores, new scores) as shares, one a run.
    """
    fig, ax = canvas()
    at = np.arange(len(scores))
    told = []
    for side, (role, name, marker) in enumerate(
        [("train", "training points", "o"), ("test", "new points", "^")]
    ):
        runs = 100 * np.array([score[side] for score in scores.values()])
        x = at + (-0.06, 0.06)[side]
        ax.plot(x, runs, marker, color=ROLES[role]["color"], alpha=0.55, linestyle="none")
        ax.plot(x, runs.mean(axis=1), **ROLES[role])
        ax.annotate(
            name, (x[-1], runs[-1].mean()), xytext=(14, 0), textcoords="offset points",
            va="center", color=ROLES[role]["color"], annotation_clip=False,
        )  # fmt: skip
        means = ", ".join(
            f"{mean:.0f} at {setting}" for setting, mean in zip(scores, runs.mean(1), strict=True)
        )
        told.append(f"{name.capitalize()}, mean of {runs.shape[1]} runs: {means}.")
    ax.set_xticks(at, [str(setting) for setting in scores])
    ax.set(xlabel=xlabel, ylabel=ylabel)
    return fig, f"{ylabel.capitalize()} against {xlabel}. {' '.join(told)}"


def _points(ax, X, Y, size):
    for label, (colour, marker) in enumerate(CLASSES):
        x, y = X[:, Y[0] == label]
        edge = {"edgecolors": "white", "linewidths": 0.3 if size < 20 else 0.6}
        ax.scatter(x, y, s=size, c=colour, marker=marker, zorder=3, **edge)
    ax.set_aspect("equal", adjustable="datalim")
    ax.set(xlabel="$x_1$", ylabel="$x_2$")


def _name_classes(ax):
    for label, (colour, marker) in enumerate(CLASSES):
        y = 0.95 - 0.08 * label
        ax.plot(1.05, y, marker, color=colour, transform=ax.transAxes, clip_on=False)
        ax.text(1.09, y, f"class {label}", color=colour, transform=ax.transAxes, va="center")


def _grid(X, steps):
    """Two axes a little longer than the points need, and all their crossings as (2, steps**2)."""
    middle, half = (X.max(axis=1) + X.min(axis=1)) / 2, 0.55 * np.ptp(X, axis=1).max()
    x, y = (np.linspace(c - half, c + half, steps) for c in middle)
    return x, y, np.array([a.ravel() for a in np.meshgrid(x, y)])


def _frame(ax, x, y):
    """Show the plane to the ends of its grid, a unit as high as it is wide."""
    ax.set(xlim=x[[0, -1]], ylim=y[[0, -1]])
    ax.set_aspect("equal", adjustable="box")


def _boundary(ax, predict, X, Y, steps, size):
    """Draw one plane, and return what there is to tell of it."""
    x, y, grid = _grid(X, steps)
    answers = np.asarray(predict(grid), dtype=float).reshape(len(y), len(x))
    ax.contourf(x, y, answers, [0.5, np.inf], colors=[SHADE])
    if answers.min() < 0.5 < answers.max():
        ax.contour(x, y, answers, [0.5], colors=COLOURS["black"], linewidths=1.5)
    _points(ax, X, Y, size)
    _frame(ax, x, y)
    right = np.sum((np.ravel(predict(X)) > 0.5) == Y[0])
    return (
        f"1 on {_about((answers > 0.5).mean(), 10)} of the plane,"
        f" {100 * right // X.shape[1]} % of the points on their own side"
    )


def _about(share, to=5):
    """A share in words that hold on any machine: rounded to ``to`` per cent."""
    return f"about {to * round(100 * share / to)} %"
