"""Drawings of networks: neurons, building blocks, shapes of matrices, and a tree of XORs."""

from itertools import pairwise

import numpy as np
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Rectangle

from lib.plots.old.style import COLOURS, canvas, figure

__all__ = ["bars", "building_blocks", "folding", "layer_shapes", "network", "xor_tree"]

FORWARD, BACKWARD = COLOURS["blue"], COLOURS["vermillion"]


@figure
def network(sizes, activations=(), most=7):
    """A network as columns of neurons.

    sizes: n[0], n[1], … activations: a name for each layer, written under it. most: how many
    neurons of a column are drawn; dots stand for the rest.
    """
    fig, ax = canvas(height=4.4)
    columns = [_column(n, most) for n in sizes]
    for l, (before, here) in enumerate(pairwise(columns)):
        for y in before[0]:
            ends = np.array([(l, y, l + 1, z) for z in here[0]])
            ax.plot(ends[:, ::2].T, ends[:, 1::2].T, "-", color="#bbbbbb", linewidth=0.6, zorder=1)
    names = ["input", *activations, *[""] * len(sizes)]
    for l, (n, (dots, gap)) in enumerate(zip(sizes, columns, strict=True)):
        colour = COLOURS["grey"] if l == 0 else FORWARD
        ax.plot([l] * len(dots), dots, "o", markersize=17, color=colour, markerfacecolor="white")
        if gap is not None:
            ax.text(l, gap, "⋮", ha="center", va="center", fontsize=20)
        ax.text(l, 1.28, f"$n^{{[{l}]}}$ = {n:,}", ha="center", fontsize=13)
        ax.text(l, -1.42, names[l], ha="center", fontsize=12)
    ax.set(xlim=(-0.45, len(sizes) - 0.55), ylim=(-1.55, 1.5))
    ax.axis("off")
    weights = ", ".join(f"{n * before:,}" for before, n in pairwise(sizes))
    return fig, (
        f"A network of {len(sizes) - 1} layers drawn as columns of neurons: {sizes[0]:,} inputs,"
        f" then {', '.join(f'{n:,}' for n in sizes[1:])} neurons. Each neuron is joined to all of"
        f" the column before; the layers have {weights} weights."
    )


def _column(n, most):
    """Heights of the neurons that are drawn, and where the dots for the others go, or None."""
    if n <= most:
        return (np.linspace(1, -1, n) * min(1, n / most) if n > 1 else np.zeros(1)), None
    heights = np.linspace(1, -1, most)
    return np.delete(heights, most - 2), heights[most - 2]


@figure
def building_blocks(activations):
    """Forward and backward blocks of every layer.

    activations: the name of each layer's activation, first to last.
    """
    L = len(activations)
    fig, ax = canvas(width=9.0, height=4.3)
    for l, name in enumerate(activations, start=1):
        _box(ax, l, 1, f"$W^{{[{l}]}}, b^{{[{l}]}}$\n{name}", FORWARD, "-")
        _box(ax, l, 0, f"$W^{{[{l}]}}, dZ^{{[{l}]}}$", BACKWARD, "--")
        _arrow(ax, (l - 0.72, 1), (l - 0.3, 1), FORWARD)
        ax.text(l - 0.5, 1.08, f"$A^{{[{l - 1}]}}$" if l > 1 else "$X$", ha="center")
        _arrow(ax, (l, 0.78), (l, 0.22), COLOURS["grey"], ":")
        ax.text(l + 0.05, 0.5, f"cache\n$A^{{[{l - 1}]}}, Z^{{[{l}]}}$", va="center", fontsize=11)
        _arrow(ax, (l, -0.22), (l, -0.52), BACKWARD)
        ax.text(l, -0.64, f"$dW^{{[{l}]}}, db^{{[{l}]}}$", ha="center")
        _arrow(ax, (l + 0.72, 0), (l + 0.3, 0), BACKWARD)
        ax.text(l + 0.5, 0.08, f"$dA^{{[{l}]}}$" if l < L else f"$dZ^{{[{L}]}}$", ha="center")
    _arrow(ax, (L + 0.3, 1), (L + 0.72, 1), FORWARD)
    ax.text(L + 0.5, 1.08, f"$Z^{{[{L}]}}$", ha="center")
    loss = FancyBboxPatch((L + 0.74, -0.2), 0.42, 1.4, boxstyle="round,pad=0.02", fc="#eeeeee")
    ax.add_patch(loss)
    ax.text(L + 0.95, 0.5, "loss\nagainst\n$Y$", ha="center", va="center")
    ax.text(0.34, 0, "no $dA^{[0]}$:\nnobody\nasks", ha="center", va="center", fontsize=11)
    ax.text(0.42, 1.24, "forward", color=FORWARD, ha="center")
    ax.text(0.42, -0.64, "backward", color=BACKWARD, ha="center")
    ax.set(xlim=(0.05, L + 1.25), ylim=(-0.78, 1.36))
    ax.axis("off")
    return fig, (
        f"{L} forward blocks in a row, each with its W and b, turn X into the logits Z[{L}]; the"
        f" loss compares them with Y. {L} backward blocks return from right to left, each with the"
        " cache (A of the layer before, Z of its own) that its forward block handed down, and each"
        " gives out dW and db. The first gives out no dA[0]."
    )


def _box(ax, x, y, text, colour, line):
    box = FancyBboxPatch(
        (x - 0.28, y - 0.2),
        0.56,
        0.4,
        boxstyle="round,pad=0.02",
        facecolor="white",
        edgecolor=colour,
        linestyle=line,
        linewidth=1.8,
    )
    ax.add_patch(box)
    ax.text(x, y, text, ha="center", va="center", fontsize=12)


def _arrow(ax, start, end, colour, line="-"):
    ax.add_patch(
        FancyArrowPatch(
            start, end, arrowstyle="-|>", mutation_scale=14, color=colour, linestyle=line, lw=1.6
        )
    )


@figure
def layer_shapes(layers):
    """The product Z = W A_prev + b of some layers as rectangles.

    layers: rows (l, n_l, n_prev, m). The sides are drawn on a logarithmic scale.
    """
    fig, ax = canvas(height=0.5 + 2.2 * len(layers))
    told = []
    for row, (l, n, n_prev, m) in enumerate(layers):
        names = f"Z^{{[{l}]}}", f"W^{{[{l}]}}", f"A^{{[{l - 1}]}}", f"b^{{[{l}]}}"
        x = 0.0
        shapes = (n, m), (n, n_prev), (n_prev, m), (n, 1)
        for name, shape, sign in zip(names, shapes, ("=", "", "+", ""), strict=True):
            height, width = 0.32 * np.log10(np.array(shape) * 2)
            y = -2 * row - height / 2
            colour = FORWARD if name[0] in "Wb" else COLOURS["grey"]
            ax.add_patch(Rectangle((x, y), width, height, fc="white", ec=colour, lw=1.8))
            ax.text(x + width / 2, y + height + 0.08, f"${name}$", ha="center")
            label = f"{shape[0]:,} × {shape[1]:,}"
            ax.text(x + width / 2, y - 0.08, label, ha="center", va="top", fontsize=11)
            x += max(width, 0.75)
            ax.text(x + 0.27, -2 * row, sign, ha="center", va="center", fontsize=16)
            x += 0.54 if sign else 0.2
        told.append(f"layer {l}: Z {n:,} × {m} = W {n:,} × {n_prev:,} times A {n_prev:,} × {m}")
    ax.set(xlim=(-0.3, 5.9), ylim=(-2 * len(layers) + 1.1, 1.2))
    ax.set_aspect("equal")
    ax.axis("off")
    return fig, (
        f"Rectangles with the shapes of the matrices. {'; '.join(told)}; b is a column of the"
        " height of Z. The inner sides, columns of W and rows of A, are always the same."
    )


@figure
def xor_tree(bits):
    """The parity of some bits as a tree of XORs.

    bits: 2, 4, 8, … of 0 and 1.
    """
    fig, ax = canvas(height=3.6)
    x, values, level, inner = np.arange(len(bits), dtype=float), list(bits), 0, 0
    _bits(ax, x, level, values)
    while len(values) > 1:
        above = x.reshape(-1, 2).mean(axis=1)
        for pair, top in zip(x.reshape(-1, 2), above, strict=True):
            for leg in pair:
                ax.plot([leg, top], [level, level + 1], "-", color="#999999", lw=1.2, zorder=1)
        values = [a ^ b for a, b in zip(values[::2], values[1::2], strict=True)]
        x, level, inner = above, level + 1, inner + len(above)
        _bits(ax, x, level, values, label="XOR")
    ax.text(-0.6, 0, "input", ha="right", va="center")
    ax.text(-0.6, level, "parity", ha="right", va="center")
    ax.set(xlim=(-2.1, len(bits) - 0.2), ylim=(-0.5, level + 0.5))
    ax.axis("off")
    return fig, (
        f"A tree over the {len(bits)} bits {' '.join(map(str, bits))}: {inner} XOR nodes in {level}"
        f" levels, each over two nodes below. The top, the parity, is {values[0]}."
    )


def _bits(ax, x, level, values, label=""):
    for at, value in zip(x, values, strict=True):
        fill, ink = (COLOURS["blue"], "white") if value else ("white", COLOURS["black"])
        ax.add_patch(Circle((at, level), 0.22, fc=fill, ec=COLOURS["blue"], lw=1.5, zorder=2))
        ax.text(at, level, str(value), color=ink, ha="center", va="center", zorder=3)
        ax.text(at + 0.3, level + 0.02, label, fontsize=11, va="center", color=COLOURS["grey"])
    ax.set_aspect("equal")


@figure
def folding(n):
    """The sum of n bits, folded until one tooth is left.

    n: 2, 4, 8, … Filled dots stand for odd sums, hollow ones for even sums.
    """
    depth = int(np.log2(n))
    fig, axes = canvas(1, depth + 1, width=9.0, height=2.9, sharey=True)
    line, sums = np.linspace(0, n, 40 * n + 1), np.arange(n + 1)
    values = sums.astype(float)
    for k, ax in enumerate(axes):
        if k:
            line, values = np.abs(line - n / 2**k), np.abs(values - n / 2**k)
        ax.plot(np.linspace(0, n, len(line)), line, "-", color=COLOURS["grey"], lw=1.5)
        for odd, fill in ((0, "white"), (1, COLOURS["blue"])):
            ax.plot(sums[odd::2], values[odd::2], "o", color=COLOURS["blue"], markerfacecolor=fill)
        ax.set_title(("the sum s", "1 fold")[k] if k < 2 else f"{k} folds", loc="center")
        ax.set_xticks(range(0, n + 1, max(1, n // 4)))
        ax.set_xlabel("s")
    listed = " ".join(f"{value:.0f}" for value in values)
    return fig, (
        f"The sum s of {n} bits, from 0 to {n}, and its value after each of {depth} folds. Every"
        f" fold halves the range and doubles the number of teeth; after the last one the values"
        f" are {listed}, which is 1 for even sums and 0 for odd ones."
    )


@figure
def bars(values, xlabel):
    """Quantities as bars with their numbers.

    values: a dictionary from a name to a number.
    """
    fig, ax = canvas(height=0.8 + 0.55 * len(values))
    rows = np.arange(len(values))
    ax.barh(rows, list(values.values()), height=0.55, color=COLOURS["blue"])
    for row, value in zip(rows, values.values(), strict=True):
        ax.annotate(
            f"{value:,.3g}" if value < 1000 else f"{value:,.0f}",
            (value, row),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
        )
    ax.set_yticks(rows, list(values))
    ax.set_ylim(len(values) - 0.5, -0.5)
    ax.set_xlim(0, 1.15 * max(values.values()))
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(xlabel)
    listed = "; ".join(f"{name}: {value:,.3g}" for name, value in values.items())
    return fig, f"{xlabel.capitalize()}. {listed}."
