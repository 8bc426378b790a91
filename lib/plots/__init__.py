"""The figures of the course, each with a description computed from what it shows."""

import lib.plots.quiet  # noqa: F401 - first, before anything imports matplotlib
from lib.plots.curves import bands, lines
from lib.plots.drawings import graph, network
from lib.plots.grids import arrays, grid, pictures
from lib.plots.planes import contours, regions, scatter
from lib.plots.rows import bars, histograms, strips
from lib.plots.sheets import panels
from lib.plots.sliders import Slider, slider
from lib.plots.style import COLOURS, Figure, canvas, figure, ink, key, looks, mark, say, tidy
from lib.plots.tables import Table, table

__all__ = [
    "COLOURS", "Figure", "Slider", "Table", "arrays", "bands", "bars", "canvas", "contours",
    "figure", "graph", "grid", "histograms", "ink", "key", "lines", "looks", "mark", "network",
    "panels", "pictures", "regions", "say", "scatter", "slider", "strips", "table", "tidy",
]  # fmt: skip

# --- Until the last chapter is converted: the first edition's figures, under their old names. -----
# Remove from here to the end of the file, and lib/plots/old, when no chapter calls them.
import functools

import numpy as np

from lib.plots import old


def _either(new, old, meant):
    @functools.wraps(new)
    def chosen(*args, **kwargs):
        return (old if args and meant(*args, **kwargs) else new)(*args, **kwargs)

    return chosen


def _numbers(first, *_, **__):
    return isinstance(first, dict) and bool(first) and all(map(np.isscalar, first.values()))


regions = _either(regions, old.regions, lambda first, *_, **__: isinstance(first, dict))
histograms = _either(histograms, old.histograms, lambda *_, **named: "columns" in named)
bands = _either(bands, old.bands, _numbers)
network = _either(
    network, old.network, lambda n, names=(), **_: bool(names) and len(names) == len(n) - 1
)
for _name in set(old.__all__) - set(__all__):  # also `curves`, by now the name of a module
    globals()[_name] = getattr(old, _name)
__all__ += [_name for _name in old.__all__ if _name not in __all__]
