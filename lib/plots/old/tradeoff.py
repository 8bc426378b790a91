"""Bias against variance: learning curves, validation curves, sorted weights, penalties, masks."""

import numpy as np
from matplotlib.ticker import NullLocator

from lib.plots.old.style import COLOURS, CYCLE, ROLES, canvas, figure, label_ends

__all__ = ["constraint", "learning_curves", "masks", "sorted_weights", "validation_curve"]


@figure
def learning_curves(panels, base):
    """Training and dev error against the number of examples.

    panels: a dictionary from a title to (sizes, train, dev) with errors as shares, (runs, sizes).
    base: the error that nobody can avoid.
    """
    fig, axes = canvas(1, len(panels), width=9.0, height=3.8, sharey=True, squeeze=False)
    told = []
    for ax, (title, (sizes, *errors)) in zip(axes.flat, panels.items(), strict=True):
        lines = [_base_line(ax, sizes, base)]
        for role, values in zip(("train", "dev"), errors, strict=True):
            lines.append(_with_spread(ax, sizes, values, role))
            mean = 100 * np.mean(values, axis=0)
            told.append(
                f"{title}, {role}: from {mean[0]:.0f} at {sizes[0]} examples to {mean[-1]:.0f} at"
                f" {sizes[-1]}."
            )
        ax.set_xscale("log", base=2)
        ax.set_xticks(sizes, [str(size) for size in sizes])
        ax.xaxis.set_minor_locator(NullLocator())
        ax.set(xlabel="training examples", title=title)
        ax.set_ylim(bottom=0)
        label_ends(ax, lines)
    axes[0, 0].set_ylabel("error (%)")
    return fig, (
        f"Error in per cent against the number of training examples, means over runs; the base"
        f" error is {100 * base:.0f}. {' '.join(told)}"
    )


@figure
def validation_curve(strengths, train, dev, base, xlabel="strength λ"):
    """Training and dev error against a hyperparameter.

    strengths: positive numbers, drawn on a logarithmic axis. train, dev: errors as shares,
    (runs, strengths). base: the error that nobody can avoid.
    """
    fig, ax = canvas()
    runs = {"train": train, "dev": dev}
    lines = [_base_line(ax, strengths, base)]
    lines += [_with_spread(ax, strengths, errors, role) for role, errors in runs.items()]
    means = {role: 100 * np.mean(errors, axis=0) for role, errors in runs.items()}
    best = int(np.argmin(means["dev"]))
    ax.plot(strengths[best], means["dev"][best], "*", color=COLOURS["black"], markersize=16)
    ax.set_xscale("log")
    ax.set_xticks(strengths, [f"{strength:g}" for strength in strengths])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set(xlabel=xlabel, ylabel="error (%)")
    ax.set_ylim(bottom=0)
    label_ends(ax, lines)
    told = ""
    for role, mean in means.items():
        pairs = zip(mean, strengths, strict=True)
        told += f" {role.capitalize()}: {', '.join(f'{v:.0f} at {s:g}' for v, s in pairs)}."
    return fig, (
        f"Error in per cent against the {xlabel}, means of {len(train)} runs; the base error is"
        f" {100 * base:.0f}.{told} A star marks the lowest dev error, at {strengths[best]:g}."
    )


def _base_line(ax, x, base):
    (line,) = ax.plot(
        [x[0], x[-1]], [100 * base] * 2, **ROLES["baseline"], linewidth=1.5, label="base"
    )
    return line


def _with_spread(ax, x, errors, role):
    """A line at the mean, with its runs' lowest to highest shaded; returns the line."""
    errors = 100 * np.asarray(errors)
    ax.fill_between(
        x, errors.min(axis=0), errors.max(axis=0), color=ROLES[role]["color"], alpha=0.15, lw=0
    )
    marker = {"train": "o", "dev": "s"}[role]
    (line,) = ax.plot(x, errors.mean(axis=0), marker=marker, label=role, **ROLES[role])
    return line


@figure
def sorted_weights(weights, threshold):
    """Sizes of weights, the largest first.

    weights: a dictionary from a name to an array. threshold: what counts as zero, drawn as a line.
    """
    fig, ax = canvas()
    lines, told = [], []
    for (name, values), (colour, line) in zip(weights.items(), CYCLE, strict=False):
        sizes = np.sort(np.abs(np.ravel(values)))[::-1]
        shown = np.maximum(sizes, threshold / 100)
        label = f"{name}: {np.mean(sizes < threshold):.0%} below"
        lines += ax.plot(np.arange(len(sizes)), shown, color=colour, linestyle=line, label=label)
        told.append(
            f"{name}: the largest {sizes[0]:.1f}, and {np.mean(sizes < threshold):.0%} of"
            f" {len(sizes)} below {threshold:g}."
        )
    ax.axhline(threshold, color=COLOURS["grey"], linestyle=":", linewidth=1.5)
    ax.set_yscale("log")
    ax.set_ylim(bottom=threshold / 100)
    ax.set(xlabel="weights, the largest first", ylabel="size of the weight")
    ax.margins(x=0)
    label_ends(ax, lines, gap=0.07)
    return fig, f"Sizes of the weights of {len(weights)} nets, sorted. {' '.join(told)}"


@figure
def constraint(w1, w2, cost, panels):
    """Where a penalty holds back two weights.

    w1, w2: axes of a grid. cost: (len(w2), len(w1)). panels: a dictionary from a title to
    (the penalized optimum (w1, w2), the exponent of the penalty: 1 or 2).
    """
    fig, axes = canvas(1, len(panels), height=4.2, sharey=True, squeeze=False)
    row, column = np.unravel_index(np.argmin(cost), cost.shape)
    bottom = w1[column], w2[row]
    told = []
    for ax, (title, (best, exponent)) in zip(axes.flat, panels.items(), strict=True):
        here = cost[np.argmin(np.abs(w2 - best[1])), np.argmin(np.abs(w1 - best[0]))]
        levels = cost.min() + (here - cost.min()) * np.array([0.05, 0.3, 1, 2, 4, 8])
        ax.contour(w1, w2, cost, levels, colors=COLOURS["blue"], linewidths=1.2)
        grid = np.abs(w1[np.newaxis]) ** exponent + np.abs(w2[:, np.newaxis]) ** exponent
        budget = sum(abs(w) ** exponent for w in best)
        ax.contourf(w1, w2, grid, [0, budget], colors=["#F3DCCB"])
        ax.contour(w1, w2, grid, [budget], colors=COLOURS["vermillion"], linestyles="--")
        ax.axhline(0, color=COLOURS["grey"], linewidth=0.8, linestyle="-")
        ax.axvline(0, color=COLOURS["grey"], linewidth=0.8, linestyle="-")
        ax.plot(*bottom, "x", color=COLOURS["blue"], markersize=9, markeredgewidth=2.5)
        ax.plot(*best, "o", color=COLOURS["black"], markersize=8, zorder=4)
        ax.set(title=title, xlabel="$w_1$")
        ax.set_aspect("equal")
        told.append(f"{title}: the optimum is at ({best[0]:.2f}, {best[1]:.2f}).")
    axes[0, 0].set_ylabel("$w_2$")
    return fig, (
        f"Contours of a cost over two weights, its bottom (a cross) at ({bottom[0]:.2f},"
        f" {bottom[1]:.2f}), and the weights that cost no more penalty than the optimum (a dot on"
        f" their edge). {' '.join(told)}"
    )


@figure
def masks(rows):
    """Dropout masks, a black cell for each dropped unit.

    rows: a dictionary from a name to a list of masks (units, examples), one a forward pass.
    """
    columns = max(len(passes) for passes in rows.values())
    fig, axes = canvas(len(rows), columns, height=0.5 + 1.75 * len(rows), squeeze=False)
    told = []
    for r, (name, passes) in enumerate(rows.items()):
        for k, mask in enumerate(passes):
            ax = axes[r, k]
            ax.imshow(~mask, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
            ax.set(xticks=[], yticks=[])
            for spine in ax.spines.values():
                spine.set_visible(True)
            if r == 0:
                ax.set_title(f"pass {k + 1}", loc="center")
        axes[r, 0].set_ylabel(name)
        changed = np.mean(passes[0] != passes[-1])
        told.append(
            f"{name}: {np.mean(~passes[0]):.0%} dropped in the first pass, and {changed:.0%} of"
            " the cells differ between the first and the last."
        )
    units, examples = mask.shape
    return fig, (
        f"Masks of {units} units (rows) and {examples} examples (columns), black where dropped."
        f" {' '.join(told)}"
    )
