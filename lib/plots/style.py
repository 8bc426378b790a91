"""The style of all figures, and the object that a figure is: a picture with its description.

A kind of figure (``lines``, ``regions``, …) draws into one axes and describes what it drew. What is
drawn only once is drawn where it is used: a function that ends in ``return fig, description``
becomes a figure with ``@figure``. The description is the picture's alt text and its plain text, for
a reader who cannot see the picture and for a test that does not look at pixels.
"""

import functools
import io
import itertools

import matplotlib
import matplotlib.figure
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from matplotlib.text import OffsetFrom
from matplotlib.ticker import FixedLocator, LogLocator, NullFormatter
from PIL import Image  # matplotlib brings Pillow along

__all__ = [
    "COLOURS", "ROLES", "SIGNED", "Canvas", "Figure", "Page", "canvas", "contrast", "figure", "ink",
    "key", "kind", "label_ends", "looks", "mark", "patch",
]  # fmt: skip

#: Okabe and Ito's palette, told apart with any colour vision. The same thing has the same colour
#: throughout the course, and never by colour alone: each also has its line style or marker.
COLOURS = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "vermillion": "#D55E00",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "yellow": "#F0E442",
    "black": "#222222",
    "grey": "#777777",
}
DASHES = ["-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1))]
MARKERS = ["o", "^", "s", "D", "v", "P", "X"]
ORDER = ["blue", "vermillion", "green", "orange", "purple", "sky", "black"]
#: {name: (colour, line style, marker)}. A name that is not here takes the next free colour.
ROLES = {
    name: (colour, DASHES[ORDER.index(colour)], MARKERS[ORDER.index(colour)])
    for colour, names in {
        "blue": ("train", "gradient descent", "two-sided", "without", "tanh"),
        "vermillion": ("test", "momentum", "one-sided", "with", "batch norm", "sigmoid", "L2"),
        "green": ("RMSprop", "complex step", "ReLU", "L1"),
        "orange": ("Adam",),
        "purple": ("AdamW", "leaky ReLU", "dropout"),
    }.items()
    for name in names
}
ROLES |= {"dev": ("orange", "-.", "s"), "baseline": ("grey", ":", "o")}
ROLES |= {"ours": ("green", "-", "^"), "theory": ("black", ":", "")}
#: For numbers with a sign: orange below zero, purple above, white at zero. Printed in grey, the
#: numbers above zero are the dark ones, so that the sign is not lost.
SIGNED = LinearSegmentedColormap.from_list("signed", ["#E8902A", "#FFFFFF", "#2D004B"])
STYLE = {
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 13,
    "axes.labelsize": 12,
    "axes.edgecolor": "#444444",
    "axes.prop_cycle": matplotlib.cycler(color=[COLOURS[name] for name in ORDER], linestyle=DASHES),
    "font.family": "DejaVu Sans",  # ships with matplotlib, so it is the same everywhere
    "font.size": 12,
    "legend.frameon": False,
    "legend.fontsize": 12,
    "lines.linewidth": 2,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "image.cmap": "gray",
}
HALO = [withStroke(linewidth=3.5, foreground="white")]  # keeps a text off the lines behind it
SHOWN, DRAWN = 100, 180  # pixels an inch: as large as it is shown, and as sharp as it is drawn


class Figure:
    """A picture and its description.

    draw: a function that draws the same into other axes, given as ``draw(ax)``; only the figures of
    a kind have one, so that ``panels`` can put several side by side.
    """

    def __init__(self, fig, description, draw=None):
        self.fig, self.description, self.draw = fig, description, draw

    @functools.cached_property
    def png(self):
        """The picture as the bytes of a PNG file."""
        return self.fig.png()

    def _repr_mimebundle_(self, include=None, exclude=None):
        bundle = {"image/png": self.png, "text/plain": self.description}
        width = round(SHOWN * self.fig.get_figwidth())
        return bundle, {"image/png": {"alt": self.description, "width": width}}


class Page:
    """What stands on the page as HTML, and the same as plain text."""

    def __init__(self, html, text):
        self.html, self.text = html, text

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.html, "text/plain": self.text}


class Canvas(matplotlib.figure.Figure):
    """A matplotlib figure that finishes itself: names at line ends and the key come last."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.ends, self.keys, self.settled = [], {}, False

    def settle(self):
        """Lay out, once: names are placed by the limits of the axes, which are final only now."""
        if self.settled:
            return
        self.settled = True
        with matplotlib.rc_context(STYLE):
            for axis in (axis for ax in self.axes for axis in (ax.xaxis, ax.yaxis)):
                given = isinstance(axis.get_major_locator(), FixedLocator)
                if axis.get_scale() == "log" and not given:
                    _tick(axis)
            if self.keys:
                # Beside a square plane there is room to the right, otherwise above.
                beside = len(self.axes) == 1 and self.axes[0].get_aspect() == 1.0
                place = "outside right upper" if beside else "outside upper left"
                widths = [0.1 * len(name) + 0.55 for name in self.keys]  # a letter: a tenth inch
                fit = sum(widths) < self.get_figwidth()
                columns = len(widths) if fit else max(1, int(self.get_figwidth() / max(widths)))
                self.legend(
                    self.keys.values(), self.keys, loc=place, ncols=1 if beside else columns,
                    handlelength=1.6, columnspacing=1.4, borderpad=0.2, labelcolor=COLOURS["black"],
                )  # fmt: skip
            engine = self.get_layout_engine()
            engine.execute(self)
            for ax, lines, side in self.ends:
                _write_ends(ax, lines, side)
            if self.ends:
                engine.execute(self)
            self.set_dpi(DRAWN)  # where letters are a little wider than as laid out
            drawn, edge = self.get_tightbbox(), 0.02  # inches
            self.set_dpi(STYLE["figure.dpi"])
            near = {"w_pad": drawn.x0 < edge, "h_pad": drawn.y1 > self.get_figheight() - edge}
            if any(near.values()):
                engine.set(**{pad: 0.12 for pad in near if near[pad]})
                engine.execute(self)
            self.set_layout_engine("none")

    def png(self, dpi=DRAWN):
        """The picture as the bytes of a PNG file, in as few colours as it needs."""
        self.settle()
        with matplotlib.rc_context(STYLE):
            self.set_dpi(dpi)
            drawn = FigureCanvasAgg(self)
            drawn.draw()
            self.set_dpi(STYLE["figure.dpi"])
        pixels = np.asarray(drawn.buffer_rgba())
        photographs = any(ax.images for ax in self.axes)  # they keep all their colours
        picture = Image.fromarray(pixels).convert("RGB") if photographs else fewer_colours(pixels)
        file = io.BytesIO()
        picture.save(file, "PNG")
        return file.getvalue()


def fewer_colours(pixels):
    """The RGBA pixels as a picture in at most 256 colours, without a difference to be seen.

    The colours of flat areas and texts stay, those of their edges are rounded: an edge of another
    shade, as another processor may draw it, so changes no other pixel.
    """
    found, places, counts = np.unique(
        np.ascontiguousarray(pixels).view(np.uint32), return_inverse=True, return_counts=True
    )
    colours = found.view(np.uint8).reshape(-1, 4)[:, :3].astype(int)
    flat = counts >= max(100, np.sort(counts)[-120:][0])  # colours that fill so many pixels
    for step in (15, 17, 25.5, 51, 85):
        rounded = np.rint(step * np.rint(colours / step)).astype(int)
        fewer = np.where(flat[:, np.newaxis], colours, rounded)
        palette, index = np.unique(fewer, axis=0, return_inverse=True)
        if len(palette) <= 256:
            break
    index = index.ravel()[places].astype(np.uint8)
    small = Image.frombytes("P", pixels.shape[1::-1], index.tobytes())
    small.putpalette(palette.astype(np.uint8).tobytes())
    return small


def canvas(rows=1, columns=1, width=8.0, height=4.2, **kwargs):
    """An empty matplotlib figure and its axes; width and height in inches, shown 100 pixels each.

    ``kwargs`` go to matplotlib's ``subplots``.
    """
    with matplotlib.rc_context(STYLE):
        fig = Canvas(figsize=(width, height), layout="constrained")
        return fig, fig.subplots(rows, columns, **kwargs)


def figure(draw):
    """Decorate a function that returns ``fig, description`` so that it returns a Figure."""

    @functools.wraps(draw)
    def drawn(*args, **kwargs):
        with matplotlib.rc_context(STYLE):
            fig, description = draw(*args, **kwargs)
        return Figure(fig, description)

    return drawn


def kind(width=8.0, height=4.2):
    """Decorate ``draw(ax, …)``, which returns its description, so that it returns a Figure.

    width, height: of the figure in inches, unless ``draw`` calls ``resize``. The decorated function
    takes three more arguments, by name. ax: draw into these axes, and return the description only.
    size: another (width, height). story: a description computed by the caller, in place of the
    kind's own where that would not hold on another processor.
    """

    def decorate(draw):
        @functools.wraps(draw)
        def drawn(*args, ax=None, size=None, story=None, **kwargs):
            def again(ax):
                with matplotlib.rc_context(STYLE):
                    description = draw(ax, *args, **kwargs)
                return story or description

            if ax is not None:
                return again(ax)
            fig, ax = canvas(width=width, height=height)
            description = again(ax)
            if size is not None:
                fig.set_size_inches(size)
            return Figure(fig, description, again)

        return drawn

    return decorate


def resize(ax, width=None, height=None):
    """Give the figure the size that its content needs, if these axes are its only ones."""
    if len(ax.figure.axes) == 1:
        size = ax.figure.get_size_inches()
        ax.figure.set_size_inches(width or size[0], height or size[1])


def _tick(axis):
    """Numbers such as 0.03 where a logarithmic axis is short, and powers where not."""
    axis.axes.autoscale_view()
    low, high = axis.get_view_interval()
    decades = np.log10(high / low) if low > 0 else 1
    if decades < 6 and low > 5e-5 and high < 5e6:
        subs = (1, 2, 5) if decades < 2 else (1, 3) if decades <= 4 else (1,)
        axis.set_major_locator(LogLocator(subs=subs, numticks=9 if decades > 4 else 12))
        axis.set_major_formatter("{x:,g}")
    axis.set_minor_formatter(NullFormatter())


def key(ax, name, handle):
    """Explain a mark in the figure's key; what several panels explain alike is explained once.

    handle: the artist that is explained, or a ``mark`` or ``patch`` that looks like it.
    """
    ax.figure.keys.setdefault(name, handle)


def centred(ax, x, y, text, **look):
    """Write a text around a point; ``look`` goes to matplotlib's text."""
    return ax.text(x, y, text, ha="center", va="center", **look)


def mark(marker="o", **look):
    """A marker for the key; ``look`` goes to matplotlib's Line2D."""
    return Line2D([], [], **{"linestyle": "none", "marker": marker, "markersize": 8} | look)


def patch(colour, **look):
    """A filled box for the key; ``look`` goes to matplotlib's Patch."""
    return Patch(**{"facecolor": colour, "linewidth": 0} | look)


def label_ends(ax, lines, side="right"):
    """Write each line's label at its "right" or "left" end, none over another: no legend needed."""
    ax.figure.ends.append((ax, lines, side))


def _write_ends(ax, lines, side):
    ax.autoscale_view()
    right = side == "right"
    ends = {}
    for line in lines:
        x, y = (np.asarray(values, dtype=float) for values in line.get_data())
        if (shown := np.flatnonzero(np.isfinite(y))).size:
            ends[line] = x[shown[-right]], y[shown[-right]]
    if not ends:
        return
    to_axes = ax.transData + ax.transAxes.inverted()
    start = np.clip(to_axes.transform(list(ends.values())), 0, 1)
    inches = max(0.1, ax.get_window_extent().height / ax.figure.dpi)
    gap = 1.25 * matplotlib.rcParams["font.size"] / 72 / inches
    heights = _apart(start[:, 1], gap)
    for line, (x, y), height in zip(ends, start, heights, strict=True):
        place, offset, look = (1, height), (11, 0), {"va": "center"}
        if not right:  # within the axes, over the beginning of the line
            place, offset, look = (x, height), (8, 8), {"path_effects": HALO}
        elif abs(height - y) > 0.4 * gap or x < 0.98:  # lead the eye to the line's end
            arrow = {"arrowstyle": "-", "color": line.get_color(), "shrinkA": 0, "shrinkB": 0}
            if x < 0.98:  # the line ends early: what leads on is no data
                arrow |= {"color": COLOURS["grey"], "linestyle": (0, (1, 4))}
            ax.annotate(
                "", (x, y), xycoords="axes fraction", xytext=(8, 0),
                textcoords=OffsetFrom(ax.patch, place, "points"), annotation_clip=False,
                arrowprops=arrow | {"lw": 0.8},
            )  # fmt: skip
        ax.annotate(
            line.get_label(), place, xycoords="axes fraction", xytext=offset, **look,
            textcoords="offset points", color=ink(line.get_color()), annotation_clip=False,
        )  # fmt: skip


def _apart(heights, gap):
    """The heights moved as little as needed for a gap between any two, within 0 and 1."""
    order = np.argsort(heights, kind="stable")
    gap = min(gap, 1 / max(1, len(heights) - 1))
    placed = np.array(heights, dtype=float)
    for _ in range(100):
        for below, above in itertools.pairwise(order):
            lack = gap - (placed[above] - placed[below])
            if lack > 1e-6:
                placed[below], placed[above] = placed[below] - lack / 2, placed[above] + lack / 2
        placed -= max(0, placed.max(initial=0) - 1)
        placed += max(0, -placed.min(initial=1))
    return placed


def looks(names):
    """(colour, line style, marker) of each name: its role's, else the next that is free.

    Names that differ after a last comma only, such as "wide, 20" and "wide, 50", share their colour
    and have different lines.
    """
    names = [str(name) for name in names]
    families = [n if n in ROLES or "," not in n else n.rpartition(",")[0] for n in names]
    taken = {ROLES[family][0] for family in families if family in ROLES}
    free = itertools.cycle([colour for colour in ORDER if colour not in taken] or ORDER)
    chosen, found = {}, []
    for i, family in enumerate(families):
        if family not in chosen:
            colour = next(free) if family not in ROLES else ROLES[family][0]
            place = ORDER.index(colour) if colour in ORDER else 3
            chosen[family] = place, ROLES.get(family, (colour, DASHES[place], MARKERS[place]))
        place, (colour, dash, marker) = chosen[family]
        if before := families[:i].count(family):  # not the first of its family
            dash, marker = DASHES[(place + before) % 7], MARKERS[(place + before) % 7]
        found.append((COLOURS[colour], dash, marker))
    return found


def contrast(colour, ground="white"):
    """The contrast of two colours after the web's accessibility guidelines, from 1 to 21."""
    rgb = np.array([to_rgb(colour), to_rgb(ground)])
    linear = np.where(rgb <= 0.03928, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    dark, light = sorted(linear @ [0.2126, 0.7152, 0.0722])
    return (light + 0.05) / (dark + 0.05)


@functools.cache
def ink(colour):
    """The colour, darkened until a text in it can be read on white: a contrast of 4.5 to 1."""
    shade = np.array(to_rgb(COLOURS.get(colour, colour)))
    while contrast(tuple(shade)) < 4.5:
        shade = 0.97 * shade
    return tuple(float(level) for level in shade)
