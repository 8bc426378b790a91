"""Grids: matrices as cells with numbers, arrays beside each other, and sheets of pictures."""

import matplotlib
import numpy as np
from matplotlib.patches import Rectangle

from lib.checks import check_numeric, check_shape
from lib.plots.style import COLOURS, SIGNED, centred, contrast, kind, resize
from lib.words import say, sentence, tidy

__all__ = ["arrays", "grid", "pictures"]

CELL = 0.55  # inches, at most


@kind()
def grid(
    ax, values, *, rows=None, columns=None, xlabel="", ylabel="", text="{:.3g}", shade=None,
    colours="Blues", limits=None, of="values",
):  # fmt: skip
    """A matrix as cells with numbers, darker where they are larger.

    values: (r, c); NaN leaves a cell white. rows, columns: a name for each. text: a format such as
    "{:.2f}", an array of strings (r, c), or None to write nothing. shade: the numbers that the
    shades show, if others than values. colours: a colour map's name, or "signed" for numbers of
    both signs. limits: (low, high) of the shades. of: what the numbers are, for the description.
    Raises TypeError or ValueError if values is not a matrix.
    """
    values = check_numeric(values, "values").astype(float)
    check_shape("values", values, values.ndim == 2, "(rows, columns), none of 0")
    r, c = values.shape
    for argument, names, count in (("rows", rows, r), ("columns", columns, c)):
        if names is not None and len(names) != count:
            raise ValueError(f"{argument} holds {len(names)} names; it needs {count}")
    shade = values if shade is None else check_numeric(shade, "shade").astype(float)
    check_shape("shade", shade, shade.shape == values.shape, f"{values.shape}, as values")
    height = max(1.8, min(CELL, 6.5 / c) * r + 1.1)
    resize(ax, height=height if text is not None else None)
    finite = shade[np.isfinite(shade)]
    if limits is None:
        most = np.abs(finite).max(initial=0) or 1.0
        limits = (-most, most) if colours == "signed" else (finite.min(initial=0), most)
    cmap = SIGNED if colours == "signed" else matplotlib.colormaps[colours]
    image = ax.pcolormesh(shade, cmap=cmap, vmin=limits[0], vmax=limits[1], edgecolors="white",
                          linewidth=0.8 if values.size < 1000 else 0)  # fmt: skip
    inches = ax.get_window_extent().width / ax.figure.dpi
    if text is not None:
        words = np.asarray(values if isinstance(text, str) else text, dtype=object)
        check_shape("text", words, words.shape == values.shape, f"{values.shape}, as values")
        size = max(7, min(11, 13.75 * inches / c))
        for (i, j), word in np.ndenumerate(words):
            if isinstance(text, str):
                word = "×" if np.isnan(word) else text.format(word).replace("-", "−")
            ground = image.cmap(image.norm(shade[i, j])) if np.isfinite(shade[i, j]) else "white"
            light = contrast("white", ground) > contrast("black", ground)
            centred(ax, j + 0.5, i + 0.5, word, fontsize=size, color="white" if light else "black")
    ax.set(xlabel=xlabel, ylabel=ylabel, xlim=(0, c), ylim=(r, 0))
    for axis, names in ((ax.xaxis, columns), (ax.yaxis, rows)):
        names = [] if names is None else [_name(name) for name in names]
        letters = max(map(len, names), default=1)  # of the longest name; each a tenth of an inch
        room = 12 if axis is ax.yaxis else max(2, int(inches / (0.09 * letters + 0.1)))
        few = slice(None, None, -(-len(names) // room) or 1)  # on a long axis only some names fit
        axis.set_ticks((np.arange(len(names)) + 0.5)[few], names[few])
    ax.tick_params(length=0)
    ax.spines[:].set(visible=True, color="#999999")
    return _told(values, rows, columns, xlabel, ylabel, of)


def _name(name):
    if isinstance(name, str):
        return name
    return f"{int(name):,}" if float(name).is_integer() else say(name, 2)


def _told(values, rows, columns, xlabel, ylabel, of):
    """Shape, range, and where the largest and the smallest number stand."""
    r, c = values.shape
    finite = np.isfinite(values)
    crosses = f", {int(np.sum(~finite))} not a number" if not finite.all() else ""
    if not finite.any():
        return f"A grid of {r} × {c} {of}{crosses}."
    found = np.where(finite, tidy(values), np.nan)
    places = []
    for word, k in (("largest", np.nanargmax(found)), ("smallest", np.nanargmin(found))):
        i, j = np.unravel_index(k, values.shape)
        row = i if rows is None else _name(rows[i])
        column = j if columns is None else _name(columns[j])
        where = f"{ylabel or 'row'} {row}, {xlabel or 'column'} {column}"
        places.append(f"the {word} is {say(found[i, j])}, at {where}")
    return f"A grid of {r} × {c} {of}{crosses}; {'; '.join(places)}."


@kind(8.0, 3.0)
def arrays(ax, parts, *, rows=()):
    """Arrays side by side as grids of cells, their shapes below.

    parts: signs to stand between the arrays, such as "→", and arrays as tuples (title, values),
    (title, values, marked) or (title, values, marked, copied): boolean arrays, or None, of the
    cells to be shaded, and of the cells that NumPy only repeats, drawn dotted. A list of such lists
    is drawn in as many lines. rows: names for the rows of the first array. Raises ValueError for
    arrays with more than two axes.
    """
    sheet = parts if parts and isinstance(parts[0], list) else [parts]
    left = 0.17 * max(map(len, rows), default=0) + (0.3 if len(rows) else 0)
    y, widest, told = 0.0, 0.0, []
    for line in sheet:
        grids = [part for part in line if not isinstance(part, str)]
        tallest = max((np.atleast_2d(part[1]).shape[0] for part in grids), default=1)
        middle, x, beside = y + 0.8 + tallest / 2, left, False
        if rows and line is sheet[0]:
            for k, name in enumerate(rows):
                ax.text(x - 0.2, middle - len(rows) / 2 + k + 0.5, name, ha="right", va="center")
        for part in line:
            if isinstance(part, str):
                wide = max(1.0, 0.27 * len(part) + 0.5)
                centred(ax, x + wide / 2, middle, part, fontsize=14)
                x, beside = x + wide, False
                continue
            x += 0.4 * beside  # no sign between this array and the last
            told.append(_cells(ax, x, middle, *part))
            x, beside = x + np.atleast_2d(part[1]).shape[1], True
        y, widest = middle + tallest / 2 + 0.8, max(widest, x)
    span = max(widest + 0.2, ax.figure.get_figwidth() / CELL)
    ax.set_xlim((widest - span) / 2, (widest + span) / 2)
    ax.set_ylim(y, 0)
    ax.axis("off")
    resize(ax, height=0.42 * y)
    return f"Arrays as grids of cells. {' '.join(told)}"


def _cells(ax, x, middle, title, values, marked=None, copied=None):
    """Draw one array, and describe it."""
    given = np.asarray(values)
    check_shape(title, given, given.ndim < 3, "at most two axes")
    values = np.atleast_2d(given)
    r, c = values.shape
    top = middle - r / 2
    whole = np.all(values == np.round(values))
    low, high = say(tidy(values).min()), say(tidy(values).max())
    told = f"{title or 'It'} has shape {given.shape} and values from {low} to {high}"
    flags = []
    for flag, word in ((marked, "shaded"), (copied, "repeated")):
        told += "" if flag is None else f", {np.sum(flag)} of {values.size} cells {word}"
        flags.append(np.zeros((r, c), bool) if flag is None else np.atleast_2d(flag))
    for (i, j), value in np.ndenumerate(values):
        shaded, repeated = (flag[i, j] for flag in flags)
        ax.add_patch(Rectangle(
            (x + j, top + i), 1, 1, facecolor="#CFE4F2" if shaded else "white",
            edgecolor="#999999" if repeated else COLOURS["black"], zorder=1 if repeated else 2,
            linestyle=":" if repeated else "-", linewidth=1.1,
        ))  # fmt: skip
        word = f"{value:.0f}" if whole else f"{value:.1f}"
        look = {"color": "#666666", "style": "italic"} if repeated else {"color": COLOURS["black"]}
        centred(ax, x + j + 0.5, top + i + 0.5, word.replace("-", "−"), zorder=3,
                weight="bold" if shaded else "normal", **look)  # fmt: skip
    ax.text(x + c / 2, top - 0.2, title, ha="center", va="bottom", fontsize=13)
    ax.text(x + c / 2, top + r + 0.2, str(given.shape), ha="center", va="top", color="#666666")
    return f"{told}."


@kind()
def pictures(ax, pictures, titles=None, *, columns=8, signed=False, what=None):
    """Pictures in rows, each under its title.

    pictures: (k, height, width, 3), uint8 or floats from 0 to 1, or grey ones (k, height, width), 0
    for paper and 1 for ink. titles: k strings, or None. signed: numbers of either sign as
    pictures (k, height, width), orange below 0 and purple above, with a bar of shades. what: a
    sentence, computed by the caller, that says what the sheet shows; the titles follow it. Raises
    TypeError or ValueError for pictures of another shape, or not as many titles.
    """
    pictures = check_numeric(pictures, "pictures")
    shape = pictures.shape
    fits = len(shape) == 3 or (len(shape) == 4 and shape[3] == 3)
    check_shape("pictures", pictures, fits, "(k, height, width, 3) or (k, height, width)")
    if titles is not None and len(titles) != len(pictures):
        raise ValueError(f"titles holds {len(titles)}; it needs {len(pictures)}, one a picture")
    k, high, wide = shape[:3]
    columns = min(columns, k)
    lines = -(-k // columns)
    inches = ax.figure.get_figwidth() - (1.0 if signed else 0)
    each = min(inches / columns, 2.0)  # of a picture with the room around it
    size = 13 if each > 1.6 else 11
    room = size * 1.7 / 72 / each * wide if titles is not None else 0  # in pixels, for a title
    gap = 0.08 * wide
    limit = np.abs(pictures).max() or 1.0
    look = {"cmap": SIGNED, "vmin": -limit, "vmax": limit} if signed else {
        "cmap": "gray_r", "vmin": 0, "vmax": 1}  # fmt: skip
    for i, picture in enumerate(pictures):
        row, column = divmod(i, columns)
        x, y = column * (wide + gap), row * (high + room + gap) + room
        image = ax.imshow(picture, extent=(x, x + wide, y + high, y), interpolation="nearest",
                          interpolation_stage="data", **look)  # fmt: skip
        if signed or len(shape) == 3:
            ax.add_patch(Rectangle((x, y), wide, high, fill=False, ec="#AAAAAA", lw=0.7))
        if titles is not None:
            ax.text(x + wide / 2, y - 0.15 * room, titles[i], ha="center", va="bottom",
                    fontsize=size)  # fmt: skip
    ax.set(xlim=(0, columns * (wide + gap) - gap), ylim=(lines * (high + room + gap) - gap, 0))
    ax.set_aspect("equal")
    ax.axis("off")
    resize(ax, height=lines * (high + room + gap) / (wide + gap) * each + 0.15)
    if signed:
        ax.figure.colorbar(image, ax=ax, label="weight", shrink=0.8).outline.set_visible(False)
    names = "; ".join(map(str, () if titles is None else titles))
    listed = f" Left to right, top to bottom: {names}." if names else ""
    if signed:
        found = tidy(pictures)
        what = what or f"Numbers from {say(found.min(), 2)} to {say(found.max(), 2)} as pictures."
    count = f"{k} picture{'s' * (k > 1)} in {lines} row{'s' * (lines > 1)}"
    return f"{sentence(what or 'A sheet of pictures.')} {count}.{listed}"
