"""The figures of the course, each with a description computed from what it shows."""

from lib.plots.curves import cost_curves, curves, strip
from lib.plots.pictures import neuron, picture_grid, weight_picture
from lib.plots.style import COLOURS, Figure, Table, canvas, figure, label_ends, table

__all__ = [
    "COLOURS",
    "Figure",
    "Table",
    "canvas",
    "cost_curves",
    "curves",
    "figure",
    "label_ends",
    "neuron",
    "picture_grid",
    "strip",
    "table",
    "weight_picture",
]
