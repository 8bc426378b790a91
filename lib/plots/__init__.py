"""The figures of the course, each with a description computed from what it shows."""

import lib.plots.quiet  # noqa: F401 - first, before anything imports matplotlib
from lib.plots.curves import bands, lines
from lib.plots.drawings import graph, network
from lib.plots.grids import arrays, grid, pictures
from lib.plots.planes import contours, regions, scatter
from lib.plots.rows import bars, histograms, strips
from lib.plots.several import panels, slider
from lib.plots.style import COLOURS, Figure, Page, canvas, figure, ink, key, looks, mark, patch
from lib.plots.tables import table
from lib.words import say, tidy

__all__ = [
    "COLOURS", "Figure", "Page", "arrays", "bands", "bars", "canvas", "contours", "figure", "graph",
    "grid", "histograms", "ink", "key", "lines", "looks", "mark", "network", "panels", "patch",
    "pictures", "regions", "say", "scatter", "slider", "strips", "table", "tidy",
]  # fmt: skip
