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
from lib.plots.gradients import bands, chords, disagreement, error_curves
from lib.plots.pictures import neuron, picture_grid, weight_picture
from lib.plots.scales import boundaries_and_costs, bowls, histograms, ranges, sizes_per_layer
from lib.plots.style import COLOURS, Figure, Table, canvas, figure, label_ends, table
from lib.plots.tradeoff import (
    constraint,
    learning_curves,
    masks,
    sorted_weights,
    validation_curve,
)

__all__ = [
    "COLOURS",
    "Figure",
    "Table",
    "bands",
    "bars",
    "boundaries",
    "boundaries_and_costs",
    "boundary",
    "bowls",
    "building_blocks",
    "canvas",
    "chords",
    "constraint",
    "cost_curves",
    "curves",
    "disagreement",
    "error_curves",
    "figure",
    "folding",
    "histograms",
    "label_ends",
    "layer_diagram",
    "layer_shapes",
    "learning_curves",
    "masks",
    "network",
    "neuron",
    "neuron_views",
    "picture_grid",
    "ranges",
    "scatter",
    "sizes_per_layer",
    "sorted_weights",
    "strip",
    "table",
    "train_and_new",
    "validation_curve",
    "values_and_slopes",
    "weight_paths",
    "weight_picture",
    "xor_tree",
]
