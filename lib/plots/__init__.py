"""The figures of the course, each with a description computed from what it shows."""

from lib.plots.boundaries import (
    boundaries,
    boundary,
    layer_diagram,
    neuron_views,
    scatter,
    train_and_new,
    values_and_slopes,
    weight_paths,
)
from lib.plots.curves import cost_curves, curves, strip
from lib.plots.diagrams import bars, building_blocks, folding, layer_shapes, network, xor_tree
from lib.plots.pictures import neuron, picture_grid, weight_picture
from lib.plots.style import COLOURS, Figure, Table, canvas, figure, label_ends, table

__all__ = [
    "COLOURS",
    "Figure",
    "Table",
    "bars",
    "boundaries",
    "boundary",
    "building_blocks",
    "canvas",
    "cost_curves",
    "curves",
    "figure",
    "folding",
    "label_ends",
    "layer_diagram",
    "layer_shapes",
    "network",
    "neuron",
    "neuron_views",
    "picture_grid",
    "scatter",
    "strip",
    "table",
    "train_and_new",
    "values_and_slopes",
    "weight_paths",
    "weight_picture",
    "xor_tree",
]
