"""Lines: costs and scores against iterations, rates and sizes."""

import itertools

import numpy as np
from matplotlib.ticker import MaxNLocator

from lib.checks import check_numeric
from lib.plots.old.style import COLOURS, CYCLE, ROLES, canvas, figure, label_ends

__all__ = ["cost_curves", "curves", "strip"]


@figure
def curves(lines, xlabel, ylabel, top=None, marks=(), log=False):
    """Functions of one variable, their names at their ends.

    lines: a dictionary from a name to (x, y). top: cut the vertical axis here. marks: points (x, y)
    to be drawn as dots with their coordinates beside them. log: a logarithmic vertical axis.
    """
    fig, ax = canvas()
    drawn = [ax.plot(x, y, label=name, **ROLES.get(name, {}))[0] for name, (x, y) in lines.items()]
    for x, y in marks:
        ax.plot(x, y, "o", color=COLOURS["black"])
        ax.annotate(f"({x:g}, {y:.2g})", (x, y), xytext=(10, -12), textcoords="offset points")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.margins(x=0)
    if log:
        ax.set_yscale("log")
    if len(x := next(iter(lines.values()))[0]) < 10:
        ax.set_xticks(x)  # a few points, such as the numbers of layers
    if top is not None:
        ax.set_ylim(top=top)
    label_ends(ax, drawn)
    told = [
        f"{name}: from {y[0]:.3g} at {x[0]:.3g} to {y[-1]:.3g} at {x[-1]:.3g}."
        for name, (x, y) in lines.items()
    ]
    points = f" Marked: {', '.join(f'({x:g}, {y:.2g})' for x, y in marks)}." if marks else ""
    return fig, f"{ylabel} against {xlabel}. {' '.join(told)}{points}"


@figure
def strip(groups, xlabel, percent=True):
    """One row of dots a group, a bar at the mean.

    groups: a dictionary from a name to its values, one a run; names that differ after a last comma
    only, such as "wide, 20" and "wide, 50", share a colour. percent: values are shares.
    """
    families = [name.rpartition(", ")[0] or name for name in groups]
    colours = dict(zip(dict.fromkeys(families), itertools.cycle(c for c, _ in CYCLE), strict=False))
    fig, ax = canvas(height=0.9 + 0.6 * len(groups))
    scale, unit = (100, " %") if percent else (1, "")
    told = []
    for row, (family, (name, values)) in enumerate(zip(families, groups.items(), strict=True)):
        values = scale * np.asarray(values, dtype=float)
        role = ROLES.get(name, {"color": colours[family]})
        # Equal values are stacked, within their own row, so that every run can be counted.
        stack = np.array([np.sum(np.isclose(values[:k], v)) for k, v in enumerate(values)])
        shift = stack * min(0.13, 0.65 / max(1, stack.max()))
        ax.plot(values, row - shift, "o", color=role["color"], alpha=0.75)
        ax.plot([values.mean()] * 2, [row - 0.3, row + 0.3], "-", color=role["color"])
        told.append(
            f"{name}: mean {values.mean():.0f}{unit}, from {values.min():.0f} to"
            f" {values.max():.0f}{unit} over {len(values)} runs."
        )
    ax.set_yticks(range(len(groups)), list(groups))
    ax.set_ylim(len(groups) - 0.5, -0.5)
    ax.set_xlabel(f"{xlabel}{' (%)' if percent else ''}")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.tick_params(axis="y", length=0)
    return fig, f"{xlabel.capitalize()}, a dot a run. {' '.join(told)}"


@figure
def cost_curves(costs, every=1, xlabel="iteration", ylabel="cost", top=None, log=False):
    """Costs against iterations, one line a run, labelled at its end.

    costs: a dictionary from a run's name to its costs, one every ``every`` iterations; a name in
    "train", "dev", "test", "baseline" has that role's colour. top: cut the cost axis here. log: a
    logarithmic cost axis. Raises TypeError or ValueError for costs of which there are none.
    """
    if not isinstance(costs, dict) or not costs:
        raise TypeError(f"costs is {costs!r}; it needs to be a dictionary of runs by their names")
    for name, values in costs.items():
        shape = check_numeric(values, f"costs[{name!r}]").shape
        if len(shape) != 1 or shape == (0,):
            raise ValueError(f"costs[{name!r}] has shape {shape}; it needs to be a list of numbers")
    fig, ax = canvas()
    lines, sentences = [], []
    for name, values in costs.items():
        values = np.asarray(values, dtype=float)
        x = every * np.arange(len(values))
        lines += ax.plot(x, values, label=name, **ROLES.get(name, {}))
        sentences.append(_story(name, x, values, xlabel))
    if log:
        ax.set_yscale("log")
    else:
        ax.set_ylim(0, top)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.margins(x=0)
    label_ends(ax, lines)
    return fig, f"{ylabel.capitalize()} against {xlabel}. " + " ".join(sentences)


def _story(name, x, values, xlabel):
    """What one would tell of a curve on the telephone."""
    first, last = values[0], values[-1]
    if first == last:
        return f"{name}: stays at {last:.3f}."
    high, low = int(np.argmax(values)), int(np.argmin(values))
    aside = ""
    if values[high] > 1.2 * max(first, last):
        aside = f" after a peak of {values[high]:.3g} at {xlabel} {x[high]}"
    elif values[low] < 0.98 * min(first, last):
        # Where a flat valley is lowest depends on the last digits, so two of them are told.
        aside = f" after a low of {values[low]:.3f} near {xlabel} {float(f'{x[low]:.2g}'):.0f}"
    verb = "falls" if last < first else "rises"
    return f"{name}: {verb} from {first:.3f} to {last:.3f} at {xlabel} {x[-1]}{aside}."
