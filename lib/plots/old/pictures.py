"""Pictures: sheets of them, what a neuron makes of one, and weights seen as a picture."""

import numpy as np

from lib.checks import check_numeric
from lib.plots.old.style import COLOURS, SIGNED, canvas, figure

__all__ = ["neuron", "picture_grid", "weight_picture"]


@figure
def picture_grid(pictures, titles=None, columns=8, story=""):
    """Pictures in rows, each under its title.

    pictures: (k, height, width, 3), uint8 or floats in 0..1. titles: k strings, or None. story: a
    sentence, computed by the caller, that says what the sheet shows; the titles follow it. Raises
    TypeError or ValueError for pictures of another shape, or not as many titles.
    """
    shape = check_numeric(pictures, "pictures").shape
    if len(shape) != 4 or shape[3] != 3 or 0 in shape:
        raise ValueError(f"pictures has shape {shape}; it needs (k, height, width, 3)")
    if titles is not None and len(titles) != len(pictures):
        raise ValueError(f"titles holds {len(titles)}; it needs {len(pictures)}, one a picture")
    k = len(pictures)
    rows = -(-k // columns)
    size = 14 if columns <= 4 else 11  # of the letters; large pictures are looked at from afar
    title_space = 0.32 * size / 11 if titles is not None else 0.08
    height = rows * (8.0 / columns + title_space)
    fig, axes = canvas(rows, columns, height=height, squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    for ax, picture in zip(axes.flat, pictures, strict=False):
        ax.imshow(picture, interpolation="nearest")
    if titles is not None:
        for ax, title in zip(axes.flat, titles, strict=False):
            ax.set_title(title, fontsize=size, loc="center", pad=3)
    listed = f" Left to right, top to bottom: {'; '.join(titles)}." if titles is not None else ""
    return fig, f"{story or 'A sheet of pictures.'} {k} pictures in {rows} rows.{listed}"


@figure
def neuron(picture, weights, z, probability):
    """One neuron at work: picture times weights, summed to a score, squashed to a probability.

    picture and weights are (height, width, 3); z and probability are numbers.
    """
    fig, axes = canvas(1, 3, height=2.6, width_ratios=[1, 1, 1.5])
    axes[0].imshow(picture, interpolation="nearest")
    axes[0].set_title(f"x: {picture.size:,} numbers", loc="center")
    limit = np.abs(weights).max() or 1
    axes[1].imshow(weights.sum(axis=2), cmap=SIGNED, vmin=-2 * limit, vmax=2 * limit)
    axes[1].set_title("w: a weight for each", loc="center")
    for ax, sign in zip(axes, ("×", "→"), strict=False):
        ax.axis("off")
        ax.text(1.09, 0.5, sign, transform=ax.transAxes, fontsize=22, va="center", ha="center")
    axes[2].axis("off")
    axes[2].text(0.12, 0.68, f"z = w·x + b = {z:.2f}", fontsize=15)
    axes[2].text(0.12, 0.42, f"a = σ(z) = {probability:.2f}", fontsize=15)
    verdict = "cat" if probability > 0.5 else "not a cat"
    axes[2].text(0.12, 0.14, f"“{verdict}”", fontsize=18, color=COLOURS["vermillion"])
    return fig, (
        f"A picture of {picture.size:,} numbers, times as many weights, summed to the score"
        f" z = {z:.2f} and squashed to the probability {probability:.2f}: the neuron says"
        f" “{verdict}”."
    )


@figure
def weight_picture(weights):
    """Weights seen as a picture, a panel a channel.

    weights: (height, width, 3). Orange speaks against label 1, purple for it, white is silent.
    Raises TypeError or ValueError for weights of another shape.
    """
    weights = check_numeric(weights, "weights")
    if weights.ndim != 3 or weights.shape[2] != 3:
        raise ValueError(f"weights has shape {weights.shape}; it needs (height, width, 3)")
    fig, axes = canvas(1, 3, height=2.9)
    limit = np.abs(weights).max()
    for k, (ax, name) in enumerate(zip(axes, ("red", "green", "blue"), strict=True)):
        image = ax.imshow(weights[..., k], cmap=SIGNED, vmin=-limit, vmax=limit)
        ax.set_title(name, loc="center")
        ax.axis("off")
    fig.colorbar(image, ax=axes, label="weight", shrink=0.8)
    # How alike are neighbours? A picture of something has smooth patches, noise has none.
    rough = np.mean(np.diff(weights, axis=1) ** 2) / (2 * weights.var())
    middle = weights[24:40, 24:40].mean()
    border = (weights.sum() - weights[24:40, 24:40].sum()) / (weights.size - 16 * 16 * 3)
    return fig, (
        f"{weights.size:,} weights as three pictures, from {weights.min():.2f} to"
        f" {weights.max():.2f}; neighbours differ by {rough:.2f} of what strangers would;"
        f" the mean weight is {middle:.4f} in the middle and {border:.4f} elsewhere."
    )
