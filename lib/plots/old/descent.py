"""Ways down: paths over contours, a race that moves, averages, and what a landscape is made of.

Each optimizer keeps its colour, line and marker: they go by place, in the order of ``MARKERS``.
"""

import io

import matplotlib
import matplotlib.colors
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.ticker import LogLocator, NullFormatter
from PIL import Image  # matplotlib brings Pillow along

from lib.plots.old.style import COLOURS, CYCLE, STYLE, Figure, canvas, figure, label_ends, settle

__all__ = ["averages", "descents", "landscape", "log_curves", "race"]

MARKERS = ["o", "^", "s", "D", "v"]


@figure
def descents(cost, paths, xlabel="$w_1$", ylabel="$w_2$", columns=2, equal=False, floor=(0, 0)):
    """Contours of one cost and a path over them, a panel each.

    cost: a function from weights (2, k) to k costs. paths: a dictionary from a title to weights
    (steps + 1, 2). floor: the lowest point, (2,). equal: a unit is as long in both directions;
    otherwise the panels are stretched to show the paths.
    """
    rows = -(-len(paths) // columns)
    height = rows * (8.0 / columns + 0.2 if equal else 2.15) + 0.2
    fig, axes = canvas(rows, columns, height=height, squeeze=False, sharex=True, sharey=True)
    plane = _plane(cost, np.vstack([*paths.values(), [floor]]), equal)
    told = []
    for k, (ax, (title, path)) in enumerate(zip(axes.flat, paths.items(), strict=True)):
        _contours(ax, plane, floor)
        colour = CYCLE[k][0]
        dots = {"marker": MARKERS[k], "markersize": 3.5} if len(path) < 130 else {}
        ax.plot(*path.T, "-", color=colour, linewidth=1.1, **dots)
        ax.plot(*path[0], "x", color=COLOURS["black"], markersize=8, markeredgewidth=2.5)
        ax.set_title(title, loc="center", fontsize=12)
        if equal:
            ax.set_aspect("equal", adjustable="box")
        told.append(f"{title}: {_story(cost, path, floor)}.")
    for ax in axes[-1]:
        ax.set_xlabel(xlabel)
    for ax in axes[:, 0]:
        ax.set_ylabel(ylabel)
    return fig, (
        f"{len(paths)} paths over the contours of one cost, each with a cross at the start, a plus"
        f" at the lowest point. {' '.join(told)}"
    )


def race(cost, paths, every=2, times=3, floor=(0, 0)):
    """Several descents at once, as an animation.

    paths: a dictionary from a name to weights (steps + 1, 2), all of one length; a frame shows
    every ``every``-th step, and the film runs ``times`` times. The picture is an animated PNG,
    which shows its last frame wherever it cannot move, on paper for instance.
    """
    with matplotlib.rc_context(STYLE):
        fig, ax = canvas(width=6.4, height=3.6)
        FigureCanvasAgg(fig)
        _contours(ax, _plane(cost, np.vstack([*paths.values(), [floor]]), False), floor)
        trails = []
        for k, name in enumerate(paths):
            colour, y = CYCLE[k][0], 0.95 - 0.1 * k
            trails += ax.plot([], [], "-", color=colour, linewidth=1.2)
            trails += ax.plot([], [], MARKERS[k], color=colour, markersize=8)
            key = {"transform": ax.transAxes, "color": colour, "clip_on": False}
            ax.plot(1.04, y, MARKERS[k], **key)
            ax.text(1.07, y, name, va="center", **key)
        counter = ax.text(1.02, 0.05, "", transform=ax.transAxes)
        ax.set(xlabel="$w_1$", ylabel="$w_2$")
        settle(fig)
        frames = []
        last = len(next(iter(paths.values()))) - 1
        for step in [*range(0, last, every), last]:
            for path, line, mark in zip(paths.values(), trails[::2], trails[1::2], strict=True):
                line.set_data(*path[: step + 1].T)
                mark.set_data(*path[step : step + 1].T)
            counter.set_text(f"step {step}")
            fig.canvas.draw()
            frames.append(Image.fromarray(np.asarray(fig.canvas.buffer_rgba())).convert("RGB"))
    png = _film(frames, times, [CYCLE[k][0] for k in range(len(paths))])
    told = " ".join(f"{name}: {_story(cost, path, floor)}." for name, path in paths.items())
    return Figure(png, f"A race of {len(paths)} descents, an animation of {last} steps. {told}")


def _film(frames, times, colours):
    """An animated PNG of RGB pictures, in few colours; the last frame is also the still picture."""
    palette = Image.new("P", (1, 1))
    palette.putpalette(_shades(["#000000", *colours]).astype(np.uint8).tobytes())
    frames = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    durations = [120] * (len(frames) - 1) + [2000]  # milliseconds
    file = io.BytesIO()
    frames[-1].save(
        file, "PNG", save_all=True, default_image=True, append_images=frames, duration=durations,
        loop=times, optimize=True,
    )  # fmt: skip
    return file.getvalue()


def _shades(colours, steps=16):
    """Each colour and its mixtures with white, (k, 3). Fixed, unlike colours counted in a picture:
    those would all change with a single pixel."""
    full = np.array([matplotlib.colors.to_rgb(colour) for colour in colours])
    share = np.linspace(0, 1, steps)[:, np.newaxis, np.newaxis]
    return np.rint(255 * (share + (1 - share) * full)).reshape(-1, 3)


def _plane(cost, seen, equal):
    """The part of the plane that holds the points ``seen``: two axes, and the costs over them."""
    middle, half = (seen.max(axis=0) + seen.min(axis=0)) / 2, 0.58 * np.ptp(seen, axis=0)
    if equal:
        half[:] = half.max()
    x, y = (np.linspace(c - h, c + h, 161) for c, h in zip(middle, half, strict=True))
    grid = np.array([a.ravel() for a in np.meshgrid(x, y)])
    return x, y, cost(grid).reshape(len(y), len(x))


def _contours(ax, plane, floor):
    x, y, heights = plane
    low, high = heights.min(), heights.max()
    levels = low + (high - low) * np.array([0.004, 0.02, 0.06, 0.13, 0.25, 0.42, 0.65])
    ax.contour(x, y, heights, levels, colors="#aaaaaa", linewidths=0.9)
    ax.plot(*floor, "+", color=COLOURS["black"], markersize=11, markeredgewidth=2)
    ax.set(xlim=x[[0, -1]], ylim=y[[0, -1]])
    ax.locator_params(nbins=5)


def _story(cost, path, floor):
    """How far a path came, in two digits."""
    lowest = cost(np.reshape(floor, (2, 1)))[0]
    first, last = cost(path[[0, -1]].T) - lowest
    left = 100 * last / first
    share = f"{left:.0f}" if left >= 10 else f"{left:.1g}"
    return f"{share} % of the height is left after {len(path) - 1} steps"


@figure
def log_curves(lines, xlabel, ylabel, best="lowest"):
    """Lines over an axis of factors, both axes logarithmic.

    lines: a dictionary from a name to (x, y); NaN leaves a gap. A name in "theory" is drawn as a
    thin black line. best: "lowest" tells where each line is lowest; None tells its ends.
    """
    fig, ax = canvas()
    drawn, told = [], []
    for k, (name, (x, y)) in enumerate(lines.items()):
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        style = {"color": CYCLE[k][0], "linestyle": CYCLE[k][1], "marker": MARKERS[k % 5]}
        if name == "theory":
            style = {"color": COLOURS["black"], "linestyle": ":", "linewidth": 1.5}
        drawn += ax.loglog(x, y, label=name, markersize=6, **style)
        shown = np.flatnonzero(np.isfinite(y))
        if best:
            k = np.nanargmin(y)
            told.append(f"{name}: lowest, {y[k]:.2g}, at {x[k]:.2g}.")
        else:
            a, b = shown[[0, -1]]
            told.append(f"{name}: from {y[a]:.2g} at {x[a]:.3g} to {y[b]:.2g} at {x[b]:.3g}.")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    for axis in (ax.xaxis, ax.yaxis):
        low, high = axis.get_view_interval()
        subs = (1, 2, 5) if high / low < 100 else (1,)
        axis.set_major_locator(LogLocator(subs=subs))
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter(NullFormatter())
    ax.grid(which="major", color="#dddddd", linewidth=0.7)
    if best:
        ax.set_xlim(right=1.5 * ax.get_xlim()[1])  # room for the names
        for line in drawn:
            _name_end(ax, line)
    else:
        label_ends(ax, drawn)
    return fig, f"{_sentence(ylabel)} against {xlabel}, both in factors. {' '.join(told)}"


def _name_end(ax, line):
    """Write a line's name beside its last point, in its colour."""
    x, y = (values[np.isfinite(line.get_ydata())] for values in line.get_data())
    ax.annotate(
        line.get_label(), (x[-1], y[-1]), xytext=(7, 2), textcoords="offset points",
        color=line.get_color(), va="center", fontsize=11,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
    )  # fmt: skip


def _sentence(words):
    """The words with a capital at the beginning, and otherwise as they are."""
    return words[0].upper() + words[1:]


@figure
def averages(t, values, lines, xlabel, ylabel):
    """A noisy series as dots, and running averages of it.

    lines: a dictionary from a name to an average, as long as ``t``.
    """
    fig, ax = canvas()
    ax.plot(t, values, ".", color=COLOURS["grey"], markersize=4)
    drawn = [ax.plot(t, line, label=name)[0] for name, line in lines.items()]
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.margins(x=0)
    label_ends(ax, drawn)
    told = " ".join(
        f"{name}: from {line[0]:.1f} to {line[-1]:.1f}, highest, {line.max():.1f}, at"
        f" {xlabel} {t[np.argmax(line)]}."
        for name, line in lines.items()
    )
    return fig, (
        f"{_sentence(ylabel)} against {xlabel}: {len(t)} dots between {values.min():.0f} and"
        f" {values.max():.0f}. {told}"
    )


@figure
def landscape(heights, kinds):
    """A surface seen from above, with its level places marked.

    heights: (size, size), shaded from low (dark) to high. kinds: a dictionary from "minimum",
    "saddle" and "maximum" to places (k, 2), as rows and columns.
    """
    fig, ax = canvas(width=7.4, height=4.6)
    size = len(heights)
    ax.contourf(heights, 14, cmap="Greys_r", vmin=heights.min() - 2.5)
    styles = {
        "minimum": ("v", COLOURS["blue"]),
        "saddle": ("X", COLOURS["orange"]),
        "maximum": ("^", COLOURS["vermillion"]),
    }
    told = []
    for k, (name, places) in enumerate(kinds.items()):
        marker, colour = styles[name]
        look = {"color": colour, "markeredgecolor": "white", "markersize": 11}
        ax.plot(places[:, 1], places[:, 0], marker, linestyle="none", **look)
        y = 0.93 - 0.1 * k
        ax.plot(1.05, y, marker, transform=ax.transAxes, clip_on=False, **look)
        ax.text(1.09, y, f"{len(places)} × {name}", va="center", transform=ax.transAxes)
        mean = heights[places[:, 0], places[:, 1]].mean()
        told.append(f"{len(places)} of the kind {name}, at a mean height of {mean:.1f}")
    ax.set(xlim=(0, size - 1), ylim=(0, size - 1), xticks=[], yticks=[])
    ax.set_aspect("equal", adjustable="box")
    return fig, f"A random surface from above, its level places marked: {'; '.join(told)}."
