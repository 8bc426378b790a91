"""Derivatives that are measured: chords, errors, and who disagrees with backward."""

import math

import numpy as np
from matplotlib.patches import Rectangle

from lib.plots.old.style import COLOURS, CYCLE, canvas, figure, label_ends

__all__ = ["bands", "chords", "disagreement", "error_curves"]

FLOOR = 1e-17  # where an error of exactly 0 is drawn on a logarithmic axis
WRONG = 1e-3  # a parameter disagrees when its two derivatives differ by this share


@figure
def chords(f, theta, epsilon, slope, xlabel="θ", ylabel="f(θ)"):
    """A curve, its slope at one point, and the two chords that measure it.

    f: a function of one number. slope: what the derivative is said to be at ``theta``.
    """
    fig, ax = canvas()
    x = np.linspace(theta - 1.6 * epsilon, theta + 1.6 * epsilon, 161)
    low, here, high = f(theta - epsilon), f(theta), f(theta + epsilon)
    one_sided, two_sided = (high - here) / epsilon, (high - low) / (2 * epsilon)
    lines = [
        ("the curve", [f(t) for t in x], COLOURS["black"], "-"),
        ("slope at θ", here + slope * (x - theta), COLOURS["grey"], ":"),
        ("one-sided", here + one_sided * (x - theta), COLOURS["vermillion"], "--"),
        ("two-sided", low + two_sided * (x - theta + epsilon), COLOURS["blue"], "-."),
    ]
    drawn = [ax.plot(x, y, label=name, color=c, linestyle=s)[0] for name, y, c, s in lines]
    points = [theta - epsilon, theta, theta + epsilon]
    ax.plot(points, [low, here, high], "o", color=COLOURS["black"])
    ax.set_xticks(points, ["θ − ε", "θ", "θ + ε"])
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.margins(x=0)
    ax.locator_params(axis="y", nbins=5)
    label_ends(ax, drawn, gap=0.075)
    return fig, (
        f"{ylabel} around θ = {theta:.3g} with ε = {epsilon:.2g}. The slope at θ is {slope:.3g};"
        f" the chord from θ to θ + ε has {one_sided:.3g}, the chord from θ − ε to θ + ε has"
        f" {two_sided:.3g}."
    )


@figure
def error_curves(
    lines, theory=None, xlabel="step ε", ylabel="relative error", labels="end", bands=False
):
    """Errors of numerical derivatives against their step, both axes logarithmic.

    lines: a dictionary from a name to (steps, errors). theory: where the lowest error of some of
    them is expected, a dictionary from the name to a step; marked by a triangle below. labels:
    "end", or "start" for lines that meet on the right. bands: where round-off counts, draw a band
    in place of the errors, which hang on the last bit of every number.
    """
    fig, ax = canvas(height=4.8)
    drawn, told, written = [], [], []
    for (name, (x, y)), (colour, style) in zip(lines.items(), CYCLE, strict=False):
        x, y = np.asarray(x, dtype=float), np.maximum(y, FLOOR)
        branches, story = _branches(x, y)
        told.append(f"{name}: {story}.")
        y = _with_band(ax, x, y, colour) if bands else y
        drawn += ax.loglog(x, y, color=colour, linestyle=style, label=name)
        for slope, k, share, side in branches:
            near = [s for s, other in written if s == slope and abs(other - share) < 0.5]
            if not near:  # lines that run together are labelled once
                text = f"slope {slope}".replace("-", "−")
                _beside(ax, (x[k], y[k]), text, colour, side)
                written.append((slope, share))
        if labels == "start":
            _beside(ax, (x[0], y[0]), name, colour, 1, up=11)
        if theory and name in theory:
            below = ax.get_xaxis_transform()
            ax.plot(theory[name], 0.03, "^", color=colour, markersize=10, transform=below)
            ax.text(theory[name] * 1.6, 0.015, "theory", color=colour, transform=below)
            told.append(f"Theory puts its lowest point at {theory[name]:.1e}.")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.margins(x=0.002)  # not 0: a tick exactly at the edge is drawn or not by the last bit
    low, high = ax.get_ylim()
    ax.set_ylim(low / 5 if theory else low, high * (10 if labels == "start" else 1))
    if labels == "end":
        label_ends(ax, drawn)
    return fig, f"{ylabel.capitalize()} against {xlabel}. {' '.join(told)}"


def _beside(ax, point, text, colour, side, up=0):
    """Write to the right (side 1) or to the left (side -1) of a point, ``up`` above it."""
    offset, place = (9 * side, up), {1: "left", -1: "right"}[side]
    ax.annotate(
        text, point, color=colour, xytext=offset, textcoords="offset points", va="center", ha=place
    )


def _branches(x, y):
    """The branches of one curve, and their story.

    A branch is (slope, the index of its middle, the logarithm of its factor, side of its label).
    Slopes are rounded to whole numbers, and the lowest point is where the two fitted branches
    meet, to the nearest power of ten: so the words are the same on any machine.
    """
    (order, trunc), (slope, noise) = _fits(x, y)
    meet = _power_of_ten((noise / trunc) ** (1 / (order - slope)))
    # The middle of a branch, from where they meet and not from the lowest error, which jumps.
    left, right = (
        int(np.argmin(np.abs(np.log(x / np.sqrt(end * float(meet)))))) for end in (x[0], x[-1])
    )
    found = [(order, right, math.log10(trunc), -1)]
    grows = f"ε^{order}" if order > 1 else "ε"
    if slope == 0:  # no round-off branch: the error stays at the bottom
        return found, f"grows as {grows} above about {meet}; below that it stays under 1e-14"
    found.append((slope, left, math.log10(noise), 1))
    falls = "1/ε" if slope == -1 else f"ε^{slope}"
    return found, f"lowest near ε = {meet}; above that it grows as {grows}, below it as {falls}"


def _fits(x, y):
    """Truncation and round-off, the errors right and left of the lowest, as c * x**p.

    Each as (p, c). Round-off that stays under 1e-14 is (0, 1e-16).
    """
    lowest = int(np.argmin(y))
    right = np.flatnonzero((x > 4 * x[lowest]) & (y < 0.1) & (y > 1e-14))
    left = np.flatnonzero((x < x[lowest] / 4) & (y < 0.1))
    flat = y[left].max(initial=0) < 1e-14
    roundoff = (0, 1e-16) if flat else _power_law(x[left], y[left])
    return _power_law(x[right], y[right]), roundoff


def _with_band(ax, x, y, colour):
    """y with a law in place of its errors where round-off counts, and a band drawn around it.

    The band is a factor of 3 wide to either side. The law's factor is rounded to a third of a power
    of ten, and a decade above the lowest point the errors are those of the truncation alone: so the
    picture, too, is the same on any machine.
    """
    (order, trunc), (slope, noise) = _fits(x, y)
    noise = 10 ** (round(3 * math.log10(noise)) / 3)
    counts = x < 10 * (noise / trunc) ** (1 / (order - slope))
    low, law, high = (factor * noise * x**slope + trunc * x**order for factor in (1 / 3, 1, 3))
    ax.fill_between(x[counts], low[counts], high[counts], color=colour, alpha=0.2, linewidth=0)
    return np.where(counts, law, y)


def _power_law(x, y):
    """The whole number p and the c for which y is nearest to c * x**p."""
    slope = round(np.polyfit(np.log(x), np.log(y), 1)[0])
    return slope, np.exp(np.mean(np.log(y) - slope * np.log(x)))


def _power_of_ten(value):
    return f"1e{round(math.log10(value))}"


@figure
def disagreement(arrays):
    """Which parameters backward and the measurement disagree on, and by what factor.

    arrays: a dictionary from a name to (backward, numerical), two matrices of one shape. A pale
    cell agrees; a dark one does not, and holds the ratio of backward to numerical (a cross where
    that says nothing).
    """
    shapes = [np.shape(ours) for ours, _ in arrays.values()]
    tallest, gap = max(rows for rows, _ in shapes), 0.8
    total = sum(columns for _, columns in shapes) + gap * len(shapes)
    cell = min(0.62, 7.9 / total)  # inches
    fig, ax = canvas(height=cell * (tallest + 0.3) + 0.45)
    values = np.concatenate([np.ravel(both) for both in arrays.values()])
    largest = np.abs(values[np.isfinite(values)]).max(initial=0)
    told, left = [], gap / 2
    for name, (ours, theirs) in arrays.items():
        # A parameter far below the others is known only as well as the others' round-off allows.
        close = WRONG * (np.abs(ours) + np.abs(theirs)) + 1e-7 * largest
        wrong = ~(np.abs(ours - theirs) <= close)  # also where there is a NaN
        ax.text(left + ours.shape[1] / 2, -0.15, name, ha="center", va="bottom", fontsize=13)
        for (i, j), bad in np.ndenumerate(wrong):
            shade = COLOURS["vermillion"] if bad else "#DDE6EC"
            ax.add_patch(Rectangle((left + j, i), 0.94, 0.94, color=shade, linewidth=0))
            if bad:
                text = _ratio(ours[i, j], theirs[i, j])
                middle = left + j + 0.47, i + 0.47
                ax.text(*middle, text, ha="center", va="center", color="white", fontsize=11)
        told.append(_disagreeing(name, ours, theirs, wrong))
        left += ours.shape[1] + gap
    ax.set(xlim=(0, 8.0 / cell), ylim=(tallest, -0.7), aspect="equal")
    ax.axis("off")
    return fig, f"Where backward and the measurement disagree. {' '.join(told)}"


def _ratio(ours, theirs):
    """Backward over numerical in at most five characters; a cross where that says nothing."""
    if not (math.isfinite(ours) and theirs) or not 0.01 <= abs(ours / theirs) < 100:
        return "×"
    ratio = ours / theirs
    text = f"{ratio:.3f}" if 0.9 < ratio < 1.1 else f"{ratio:.2g}"
    return text.replace("-", "−")


def _disagreeing(name, ours, theirs, wrong):
    count = f"{wrong.sum()} of {wrong.size}" if 0 < wrong.sum() < wrong.size else "all"
    if not wrong.any():
        return f"{name} agrees."
    ratios = {_ratio(a, b) for a, b in zip(ours[wrong], theirs[wrong], strict=True)}
    factor = f", by the factor {ratios.pop()}" if len(ratios) == 1 and "×" not in ratios else ""
    return f"{name}: {count} disagree{factor}."


@figure
def bands(differences):
    """Relative differences on a logarithmic axis, between the borders 1e-7, 1e-5 and 1e-3.

    differences: a dictionary from a name to a number; NaN is written at the far right, and what is
    below 1e-9 stands there.
    """
    fig, ax = canvas(height=1.5 + 0.4 * len(differences))
    ax.set_xscale("log")
    ax.set_xlim(1e-12, 10)
    borders = [1e-12, 1e-7, 1e-5, 1e-3, 10]
    shades = ["#E3EFEA", "#F7F7F7", "#FBF1DC", "#F6DDD0"]
    words = ["agrees", "look", "suspicious", "wrong"]
    for left, right, shade, word in zip(borders, borders[1:], shades, words, strict=False):
        ax.axvspan(left, right, color=shade, zorder=0)
        ax.text(math.sqrt(left * right), len(differences) - 0.3, word, ha="center", va="bottom")
    told = []
    for row, (name, value) in enumerate(reversed(differences.items())):
        if math.isnan(value):
            ax.text(1, row, "NaN", ha="center", va="center", fontweight="bold")
            told.insert(0, f"{name}: NaN.")
            continue
        colour, marker = (COLOURS["vermillion"], "^") if value > WRONG else (COLOURS["blue"], "o")
        # Far below the border lies only round-off, which differs between processors.
        ax.plot(max(value, 1e-9), row, marker, color=colour, markersize=9)
        if value < 1e-9:
            ax.text(6e-10, row, "or less", ha="right", va="center")
        told.insert(0, f"{name}: {'below 1e-7' if value < 1e-7 else f'{value:.1e}'}.")
    ax.set_yticks(range(len(differences)), [*differences][::-1])
    ax.set_ylim(-0.6, len(differences) + 0.2)
    ax.set_xticks([1e-11, 1e-9, 1e-7, 1e-5, 1e-3, 1e-1])
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("relative difference")
    return (
        fig,
        f"Relative differences, in the bands that 1e-7, 1e-5 and 1e-3 part. {' '.join(told)}",
    )
