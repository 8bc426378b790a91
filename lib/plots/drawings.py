"""Drawings: computation graphs, and networks as columns of neurons."""

from itertools import pairwise

import numpy as np
from matplotlib.patches import FancyArrowPatch

from lib.plots.style import COLOURS, centred, ink, kind, resize
from lib.words import listed, say

__all__ = ["graph", "network"]

FORWARD, BACKWARD = COLOURS["blue"], COLOURS["vermillion"]
SIDES = {1: {"va": "bottom", "color": ink("blue"), "weight": "bold"},
         -1: {"va": "top", "color": ink("vermillion"), "style": "italic"}}  # fmt: skip
MOST = 7  # neurons of a column that are drawn


@kind(8.0, 3.0)
def graph(ax, nodes, edges, *, scale=None):
    """A computation graph: boxes joined by arrows.

    nodes: a dictionary from a name to (x, y, text), or to (x, y, text, above, below) with a number
    or a text above the box, blue, and one below it, orange; None leaves a place empty. x and y are
    counted in boxes, y upwards. edges: a dictionary from (from, to) to a text on the arrow, a
    number, which is written as a factor, or None; a text that begins with "~" makes the arrow
    dashed. scale: inches per unit, (across, up). Raises ValueError for an edge of a node that is
    not there.
    """
    for end in (end for edge in edges for end in edge if end not in nodes):
        raise ValueError(f"edges names {end!r}; it needs names of nodes: {list(nodes)}")
    if not nodes:
        raise ValueError("nodes is empty; it needs at least one box")
    xs, ys = zip(*[(x, y) for x, y, *_ in nodes.values()], strict=True)
    across, up = scale or ((ax.figure.get_figwidth() - 1.2) / max(1, np.ptp(xs)), 1.15)
    resize(ax, height=up * np.ptp(ys) + 1.3)
    ax.set(xlim=(min(xs) - 0.6 / across, max(xs) + 0.6 / across),
           ylim=(min(ys) - 0.6 / up, max(ys) + 0.6 / up))  # fmt: skip
    ax.axis("off")
    drawn, told = {}, []
    for name, (x, y, text, *values) in nodes.items():
        box = {"boxstyle": "round,pad=0.35", "fc": "white", "ec": COLOURS["black"], "lw": 1.2}
        drawn[name] = centred(ax, x, y, text, bbox=box, zorder=3)
        height = (0.17 + 0.09 * text.count("\n")) * 1.35 / up
        said = []
        for value, (side, look) in zip(values, SIDES.items(), strict=False):
            if value is not None:
                said.append(value if isinstance(value, str) else say(value))
                ax.text(x, y + side * height, said[-1], ha="center", **look)
        told.append(f"{name}: {' and '.join(said)}" if said else name)
    for (start, end), given in edges.items():
        dashed = isinstance(given, str) and given.startswith("~")
        word = given[1:] if dashed else given
        if word is not None and not isinstance(word, str):
            word = f"×{say(word)}"
        ax.add_patch(FancyArrowPatch(
            nodes[start][:2], nodes[end][:2], patchA=drawn[start].get_bbox_patch(),
            patchB=drawn[end].get_bbox_patch(), arrowstyle="-|>", mutation_scale=14, lw=1.5,
            color=BACKWARD if dashed else FORWARD, linestyle="--" if dashed else "-",
            shrinkA=1, shrinkB=1, zorder=3.5,  # after the boxes, which are placed when drawn
        ))  # fmt: skip
        if word:
            (x0, y0), (x1, y1) = nodes[start][:2], nodes[end][:2]
            box = {"fc": "white", "ec": "none", "pad": 1}
            centred(ax, (x0 + x1) / 2, (y0 + y1) / 2 + (0.16 / up if y0 == y1 else 0), word,
                    zorder=4, color=ink(BACKWARD), fontsize=11, bbox=box)  # fmt: skip
    joined = "; ".join(f"{start} to {end}" for start, end in edges)
    return f"A graph of {len(nodes)} boxes: {'; '.join(told)}. Arrows: {joined or 'none'}."


@kind(8.0, 4.0)
def network(ax, sizes, names=(), *, labels=None):
    """A network as columns of neurons.

    sizes: n[0], n[1], … names: a text under each column, from the input on. labels: the letters in
    the circles, a column each, such as ["x", "a", "a"], numbered in TeX; or None. Of a column of
    more than seven neurons dots stand for the rest. Raises ValueError for sizes below 1.
    """
    sizes = [int(n) for n in sizes]
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"sizes is {sizes}; it needs at least two numbers, none below 1")
    tallest = min(MOST, max(sizes))
    resize(ax, height=0.42 * tallest + 1.1)
    gap = MOST - 2  # the place of the dots in a column that is too tall
    heights = [(min(n, MOST) - 1) / 2 - np.arange(min(n, MOST)) for n in sizes]
    columns = [np.delete(y, gap) if n > MOST else y for n, y in zip(sizes, heights, strict=True)]
    for l, (before, here) in enumerate(pairwise(columns)):
        ends = np.array([(l, y, l + 1, z) for y in before for z in here])
        ax.plot(ends[:, ::2].T, ends[:, 1::2].T, "-", color="#BBBBBB", linewidth=0.7, zorder=1)
    for l, (n, dots) in enumerate(zip(sizes, columns, strict=True)):
        look = {"markerfacecolor": "white" if l == 0 else "#DCEAF5", "markersize": 21}
        ax.plot([l] * len(dots), dots, "o", color=COLOURS["black"], markeredgewidth=1, **look)
        if n > MOST:
            centred(ax, l, heights[l][gap], "⋮", fontsize=18)
        if labels is not None:
            raised = rf"^{{[{l}]}}" if l else ""
            for k, y in enumerate(sorted(dots, reverse=True)):
                centred(ax, l, y, rf"${labels[l]}{raised}_{{{k + 1}}}$", fontsize=10)
        ax.text(l, tallest / 2 + 0.25, f"$n^{{[{l}]}}$ = {n:,}", ha="center", fontsize=13)
        if l < len(names):
            centred(ax, l, -tallest / 2 - 0.45, names[l])
    ax.set(xlim=(-0.45, len(sizes) - 0.55), ylim=(-tallest / 2 - 0.8, tallest / 2 + 0.8))
    ax.axis("off")
    after = listed([f"{n:,}" for n in sizes[1:]])
    weights, biases = sum(a * b for a, b in pairwise(sizes)), sum(sizes[1:])
    said = f" ({', '.join(str(n).replace('$', '').replace('_', '') for n in names)})" * bool(names)
    return (
        f"A network of {len(sizes) - 1} layers as columns of neurons: {sizes[0]:,} inputs, then"
        f" {after} neurons{said}. Each neuron is joined to all of the column before:"
        f" {weights:,} weights and {biases:,} biases."
    )
