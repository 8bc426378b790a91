"""Figures: descriptions to the letter, texts that can be read, pictures that are the same."""

import base64
import functools
import io
import itertools
import re

import numpy as np
import pytest
from matplotlib.testing.compare import compare_images
from matplotlib.text import Text
from PIL import Image

from lib import plots
from lib.plots import several, style

X = np.array([[-1.0, -2.0, 1.0, 2.0], [0.5, 0.0, -0.5, 0.0]])
Y = np.array([[0, 0, 1, 1]])
RUNS = np.array([[1.0, 0.5, 0.25], [2.0, 1.0, 0.5], [3.0, 1.5, 0.125]])
BOWL = np.array([[2.0, 2.0], [1.0, 1.0], [0.5, 0.5]])


def right(points):
    """Label 1 where the first coordinate is positive."""
    return (points[0] > 0).astype(float)


def bowl(w):
    return np.sum(w**2, axis=0)


# name: (kind, arguments, options). Floats in the arguments are moved by a rounding error below.
FIGURES = {
    "lines": (plots.lines, [{"train": [1.0, 0.5, 0.0625], "test": [0.6935, 0.5, 0.7]}], {}),
    "lines with x": (
        plots.lines,
        [{"two-sided": ([1e-3, 1e-2, 1e-1], [1e-4, 1e-6, 1e-2])}, "step ε", "error"],
        {"logx": True, "logy": True, "side": "left", "best": min},
    ),
    "lines on a log axis": (
        plots.lines,
        [{"a": [1.0, 1e-6, 1e-2], "b": [1.0, 3.0, 0.1]}],
        {"logy": True, "median": 1},
    ),
    "lines with levels": (
        plots.lines,
        [{"a": [0.0, 0.5]}, "z", ""],
        {"levels": {"chance": 0.1}, "marks": {"here": (1, 0.5)}, "markers": True, "ylim": (0, 1)},
    ),
    "running median": (plots.lines, [{"a": [3.0, 1.0, 2.0, 0.0, 1.0]}], {"median": 3}),
    "one point": (plots.lines, [{"a": [0.125]}], {}),
    "a theory without markers": (plots.lines, [{"theory": [1.0, 2.0]}], {"markers": True}),
    "a gap": (plots.lines, [{"a": [1.0, np.nan, 0.25], "nothing": [np.nan] * 3}], {}),
    "the same value": (plots.lines, [{"a": [0.5, 0.5], "up and down": [1.0, 4.0, 1.0]}], {}),
    "bands": (plots.bands, [{"without": RUNS, "batch norm": RUNS / 2}, "epoch"], {}),
    "bands with a level": (
        plots.bands,
        [{"with": ([10.0, 20.0, 40.0], RUNS)}, "examples", "error (%)"],
        {
            "middle": "mean",
            "logx": True,
            "markers": True,
            "levels": {"base error": 0.6},
            "guides": {"1/m": ([10, 40], [1, 0.25])},
        },
    ),
    "bands below a level": (plots.bands, [{"dev": RUNS}], {"levels": {"base": 9}}),
    "scatter": (plots.scatter, [X, Y], {}),
    "scatter of groups": (
        plots.scatter,
        [{"coarse": ([0.1, 1.0], [50.0, 90.0]), "fine": ([0.3], [95.0])}],
        {
            "xlabel": "rate",
            "ylabel": "score (%)",
            "logx": True,
            "levels": {"tuned line": 94},
            "ylim": (60, 100),
        },
    ),
    "regions": (plots.regions, [right, X, Y], {}),
    "regions of one class": (plots.regions, [lambda p: np.zeros(p.shape[1]), X, 0 * Y], {}),
    "regions at one half": (plots.regions, [lambda p: np.full(p.shape[1], 0.5), X, Y], {}),
    "regions of three": (
        plots.regions,
        [lambda p: np.rint(p[0]).clip(0, 2), X, np.array([[0, 1, 2, 2]])],
        {},
    ),
    "contours": (plots.contours, [bowl, {"descent": BOWL}, (0, 0)], {"equal": True}),
    "contours of two": (
        plots.contours,
        [bowl, {"momentum": BOWL, "Adam": BOWL[:1]}],
        {"span": ((0, 3), (0, 3))},
    ),
    "grid": (
        plots.grid,
        [np.array([[1, 2], [np.nan, 0.5]])],
        {
            "rows": ["a", "b"],
            "columns": [0.1, 10],
            "xlabel": "rate",
            "ylabel": "start",
            "text": "{:.2f}",
        },
    ),
    "grid of shades": (
        plots.grid,
        [np.array([[-1.0, 2.0]])],
        {"text": None, "colours": "signed", "of": "weights"},
    ),
    "grid of texts": (
        plots.grid,
        [np.eye(2)],
        {"text": np.array([["a", ""], ["", "b"]]), "shade": 1 - np.eye(2)},
    ),
    "a grid of NaN": (plots.grid, [[[np.nan]]], {}),
    "arrays": (
        plots.arrays,
        [
            [
                ("a", np.arange(6).reshape(2, 3), np.eye(2, 3, dtype=bool)),
                "→",
                ("sum", np.array([3, 12])),
            ]
        ],
        {"rows": ["first", "second"]},
    ),
    "arrays in lines": (
        plots.arrays,
        [[[("a", [[0.5, -1]], None, [[True, False]])], ["↓", ("b", 2)]]],
        {},
    ),
    "bars": (plots.bars, [{"long": 1234.5, "short": 1.075}, "million products"], {}),
    "bars with limits": (
        plots.bars,
        [{"rate": 0.525, "l2": -0.03}, "share"],
        {"marked": ("the truth", ["rate"]), "limits": ("chance", {"l2": 0.2}), "text": "{:.2f}"},
    ),
    "strips": (plots.strips, [{"wide, 20": [0.7, 0.7, 0.9], "wide, 50": [0.125]}, "accuracy"], {}),
    "strips joined": (
        plots.strips,
        [{"baseline": [0.96, 0.97], "ours": [0.98, 0.97]}, "accuracy"],
        {"joined": True, "digits": 3},
    ),
    "strips of rates": (
        plots.strips,
        [{"by exponent": [0.001, 0.1, np.nan]}, "rate"],
        {"percent": False},
    ),
    "histograms": (plots.histograms, [np.arange(101.0), "value"], {}),
    "two histograms": (
        plots.histograms,
        [{"a": [1.0, 1.0], "b": [1.0, 10.0, np.nan]}, "v"],
        {"bins": 4},
    ),
    "pictures": (
        plots.pictures,
        [np.zeros((3, 2, 2, 3), np.uint8), ["cat", "dog", "cat"]],
        {"columns": 2, "what": "Three pictures."},
    ),
    "grey pictures": (plots.pictures, [np.ones((1, 4, 4))], {}),
    "signed pictures": (plots.pictures, [np.array([[[-1.0, 2.0]]])], {"signed": True}),
    "graph": (
        plots.graph,
        [
            {"w": (0, 0, "w", 3.0, -1.0), "z": (1, 0, "z = 2 w", 6.0, None), "b": (1, 1, "b")},
            {("w", "z"): 2.0, ("b", "z"): "~shared"},
        ],
        {},
    ),
    "network": (plots.network, [[12288, 20, 1], ["input", "ReLU", "sigmoid"]], {}),
    "a labelled network": (plots.network, [[2, 4, 1]], {"labels": "xaa"}),
}


def make(name, change=lambda value: value):
    kind, arguments, options = FIGURES[name]
    return kind(*change(arguments), **options)


@functools.cache
def made(name):
    """A figure that several tests look at."""
    return make(name)


def moved(value, way):
    """The same arguments, each float the next one up or down."""
    if isinstance(value, dict):
        return {key: moved(part, way) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(moved(part, way) for part in value)
    if isinstance(value, float) or (isinstance(value, np.ndarray) and value.dtype.kind == "f"):
        signs = np.where(np.arange(np.size(value)).reshape(np.shape(value)) % 2, -way, way)
        found = np.nextafter(value, np.inf * signs)
        return found if isinstance(value, np.ndarray) else float(found)
    return value


TOLD = {
    "lines": (
        "Cost against step. train: falls from 1 at 0 to 0.0625 at 2. test: rises from"
        " 0.694 at 0 to 0.7 at 2 after a low of 0.5 near 1."
    ),
    "lines with x": ("Error against step ε. two-sided: lowest, 1e−06, at 0.01."),
    "lines on a log axis": (
        "Cost against step, running medians of 1 values. a: falls from 1 at 0 to 0.01"
        " at 2 after a low of 1e−06 near 1. b: falls from 1 at 0 to 0.1 at 2."
    ),
    "lines with levels": (
        "Values against z. a: rises from 0 at 0 to 0.5 at 1. Dotted line at 0.1: chance."
        " Marked: here at (1, 0.5)."
    ),
    "running median": (
        "Cost against step, running medians of 3 values. a: falls from 2 at 1 to 1 at 3."
    ),
    "one point": ("Cost against step. a: 0.125 at 0."),
    "a theory without markers": ("Cost against step. theory: rises from 1 at 0 to 2 at 1."),
    "a gap": ("Cost against step. a: falls from 1 at 0 to 0.25 at 2. nothing: no value to show."),
    "the same value": (
        "Cost against step. a: stays at 0.5. up and down: goes from 1 at 0 to the same"
        " at 2 after a peak of 4 near 1."
    ),
    "bands": (
        "Cost against epoch, medians of 3 runs. without: falls from 2 at 0 to 0.25 at 2."
        " batch norm: falls from 1 at 0 to 0.12 at 2."
    ),
    "bands with a level": (
        "Error (%) against examples, means of 3 runs. with: below 0.6 from 40 on. Dotted"
        " line at 0.6: base error."
    ),
    "bands below a level": (
        "Cost against step, medians of 3 runs. dev: below 9 all along. Dotted line at 9: base."
    ),
    "scatter": (
        "4 points, x2 against x1. class 0: 2 around (−1.5, 0.25). class 1: 2 around (1.5, −0.25)."
    ),
    "scatter of groups": (
        "3 points, score (%) against rate. coarse: 2 around (0.32, 70). fine: 1 around (0.3,"
        " 95). Dotted line at 94: tuned line."
    ),
    "regions": (
        "The plane as a model divides it. 0 on about 50 %, 1 on about 50 %; 100 % of the 4"
        " points in the region of their class."
    ),
    "regions of one class": (
        "The plane as a model divides it. 0 on about 100 %, 1 on about 0 %; 100 % of the 4"
        " points in the region of their class."
    ),
    "regions at one half": (
        "The plane as a model divides it. 0 on about 100 %, 1 on about 0 %; 50 % of the 4"
        " points in the region of their class."
    ),
    "regions of three": (
        "The plane as a model divides it. 0 on about 60 %, 1 on about 20 %, 2 on about 15 %;"
        " 50 % of the 4 points in the region of their class."
    ),
    "contours": ("Contours of a cost over two weights. 6 % of the height is left after 2 steps."),
    "contours of two": (
        "Contours of a cost over two weights. momentum: from a cost of 8 to 0.5 in 2 steps."
        " Adam: from a cost of 8 to 8 in 0 steps."
    ),
    "grid": (
        "A grid of 2 × 2 values, 1 not a number; the largest is 2, at start a, rate 10; the"
        " smallest is 0.5, at start b, rate 10."
    ),
    "grid of shades": (
        "A grid of 1 × 2 weights; the largest is 2, at row 0, column 1; the smallest is −1,"
        " at row 0, column 0."
    ),
    "grid of texts": (
        "A grid of 2 × 2 values; the largest is 1, at row 0, column 0; the smallest is 0, at"
        " row 0, column 1."
    ),
    "a grid of NaN": ("A grid of 1 × 1 values, 1 not a number."),
    "arrays": (
        "Arrays as grids of cells. a has shape (2, 3) and values from 0 to 5, 2 of 6 cells"
        " shaded. sum has shape (2,) and values from 3 to 12."
    ),
    "arrays in lines": (
        "Arrays as grids of cells. a has shape (1, 2) and values from −1 to 0.5, 1 of 2"
        " cells repeated. b has shape () and values from 2 to 2."
    ),
    "bars": ("Million products. long: 1,230; short: 1.07."),
    "bars with limits": ("Share, hatched: the truth, rate. rate: 0.53; l2: −0.03 (chance: 0.20)."),
    "strips": (
        "Accuracy, one dot per run. wide, 20: mean 77 %, from 70 to 90 % over 3 runs. wide, 50:"
        " mean 12 %, from 12 to 12 % over 1 run."
    ),
    "strips joined": (
        "Accuracy, one dot per run. baseline: mean 96.5 %, from 96 to 97 % over 2 runs. ours:"
        " mean 97.5 %, from 97 to 98 % over 2 runs. The second is higher in 1 of 2, by 1"
        " points in the mean."
    ),
    "strips of rates": (
        "Rate, one dot per run. by exponent: mean 0.051, from 0.001 to 0.1 over 2 runs."
    ),
    "histograms": (
        "Histogram of value. 101 values from 0 to 100, median 50, the middle half from 25 to 75."
    ),
    "two histograms": (
        "Histograms of v. a: 2 values from 1 to 1, median 1, the middle half from 1 to 1. b:"
        " 2 values from 1 to 10, median 5.5, the middle half from 3.2 to 7.8."
    ),
    "pictures": (
        "Three pictures. 3 pictures in 2 rows. Left to right, top to bottom: cat; dog; cat."
    ),
    "grey pictures": ("A sheet of pictures. 1 picture in 1 row."),
    "signed pictures": ("Numbers from −1 to 2 as pictures. 1 picture in 1 row."),
    "graph": ("A graph of 3 boxes: w: 3 and −1; z: 6; b. Arrows: w to z; b to z."),
    "network": (
        "A network of 2 layers as columns of neurons: 12,288 inputs, then 20 and 1 neurons"
        " (input, ReLU, sigmoid). Each neuron is joined to all of the column before: 245,780"
        " weights and 21 biases."
    ),
    "a labelled network": (
        "A network of 2 layers as columns of neurons: 2 inputs, then 4 and 1 neurons. Each"
        " neuron is joined to all of the column before: 12 weights and 5 biases."
    ),
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_kind_is_described_to_the_letter(name):
    assert made(name).description == TOLD[name]


@pytest.mark.parametrize("name", FIGURES)
def test_a_rounding_error_in_every_input_changes_no_description(name):
    for way in (1, -1):
        changed = moved(FIGURES[name][1], way)
        if repr(changed) != repr(FIGURES[name][1]) or isinstance(changed[0], np.ndarray):
            assert make(name, lambda _, new=changed: new).description == TOLD[name]


def test_without_rounding_a_description_would_change():
    """What the test above is worth: plain formatting of the same values differs."""
    below, above = np.nextafter(0.6935, [0, 1])
    assert f"{below:.3g}" != f"{above:.3g}"
    assert plots.say(below) == plots.say(above) == plots.say(0.6935)
    assert np.argmin([1.0, np.nextafter(1.0, 0)]) == 1
    assert np.argmin(plots.tidy([1.0, np.nextafter(1.0, 0)])) == 0


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0, 3, "0"), (-0.0, 3, "0"), (1e-20, 1, "1e−20"), (1234.5, 3, "1,230"), (12288, 6, "12288"),
        (-2.5, 1, "−2"), (np.nan, 3, "NaN"), (np.inf, 3, "infinity"), (-np.inf, 3, "−infinity"),
        (1e9, 3, "1e+09"),
    ],
)  # fmt: skip
def test_numbers_are_said_in_so_many_digits(value, digits, text):
    assert plots.say(value, digits) == text


def test_tidy_keeps_what_is_no_noise():
    assert plots.tidy([1.0, 1e-12, np.nan]).tolist()[:2] == [1.0, 0.0]
    assert plots.tidy([1.0, 1e-12], each=True).tolist() == [1.0, 1e-12]
    assert plots.tidy([0.0, 0.0]).tolist() == [0.0, 0.0]
    assert np.isnan(plots.tidy([np.nan]))[0]


# --- What can be seen -----------------------------------------------------------------------------


@pytest.mark.parametrize("colour", [*style.COLOURS.values(), "#FFFFFF", "#FFFF00"])
def test_ink_can_be_read_on_white(colour):
    assert style.contrast(style.ink(colour)) >= 4.5


def test_the_contrast_is_that_of_the_guidelines():
    assert style.contrast("black") == pytest.approx(21)
    assert style.contrast("#777777") == pytest.approx(4.48, abs=0.005)
    assert style.contrast(style.COLOURS["orange"]) < 4.5  # so ink is needed


def unreadable(fig):
    """The texts of a figure whose contrast with what is behind them is below 4.5 to 1."""
    fig.settle()
    found = []
    for text in fig.findobj(Text):
        if not text.get_text().strip() or not text.get_visible():
            continue
        ground = "white"
        for mesh in text.axes.collections if text.axes else ():
            if type(mesh).__name__ == "QuadMesh" and text in text.axes.texts:
                x, y = text.get_position()
                shape = mesh.get_coordinates().shape
                cells = mesh.get_array().reshape(shape[0] - 1, shape[1] - 1)
                value = np.ma.filled(cells[int(y), int(x)], np.nan)
                ground = mesh.cmap(mesh.norm(value)) if np.isfinite(value) else "white"
        if style.contrast(text.get_color(), ground) < 4.5:
            found.append(text.get_text())
    return found


@pytest.mark.parametrize("name", FIGURES)
def test_every_text_can_be_read(name):
    assert unreadable(made(name).fig) == []


def test_a_pale_text_is_found():
    fig, ax = plots.canvas()
    ax.text(0.5, 0.5, "pale", color=style.COLOURS["orange"])
    assert unreadable(fig) == ["pale"]


def test_in_every_shade_of_a_grid_the_numbers_can_be_read():
    for colours in ("Blues", "Oranges", "Greys", "signed"):
        figure = plots.grid(np.linspace(-1, 1, 40).reshape(4, 10), colours=colours)
        assert unreadable(figure.fig) == []


def test_one_thing_has_one_colour_in_every_kind():
    blue = style.COLOURS["blue"]
    assert plots.lines({"b": [1], "train": [1]}).fig.axes[0].lines[1].get_color() == blue
    assert plots.bands({"b": RUNS, "train": RUNS}).fig.axes[0].lines[1].get_color() == blue
    assert plots.looks(["test", "train"])[1][0] == blue
    assert len({look[0] for look in plots.looks(["train", "a", "b", "c", "d"])}) == 5


def test_a_family_shares_a_colour_and_not_its_line():
    first, second, other = plots.looks(["batch norm, 0.1", "batch norm, 0.3", "without, 0.1"])
    assert first[0] == second[0] == style.COLOURS["vermillion"]
    assert first[1:] != second[1:]
    assert other[0] == style.COLOURS["blue"]


@pytest.mark.parametrize("count", [1, 2, 7, 12])
def test_names_at_line_ends_do_not_cover_each_other(count):
    figure = plots.lines({f"line {k}": [0.0, 1e-3 * k] for k in range(count)})
    figure.fig.settle()
    figure.fig.canvas.draw()
    names = [t for t in figure.fig.axes[0].texts if t.get_text()]
    boxes = sorted(t.get_window_extent().extents[[1, 3]].tolist() for t in names)
    assert len(boxes) == count
    overlaps = [below[1] - above[0] for below, above in itertools.pairwise(boxes)]
    assert max(overlaps, default=0) < 4  # pixels of 16: letters without a descender


def test_a_figure_is_drawn_sharper_than_it_is_shown():
    figure = plots.lines({"a": [1, 2]}, size=(5, 3))
    data, metadata = figure._repr_mimebundle_()
    assert data.keys() == {"image/png", "text/plain"}
    assert metadata == {"image/png": {"alt": figure.description, "width": 500}}
    assert Image.open(io.BytesIO(data["image/png"])).size == (900, 540)


def test_a_chart_needs_a_palette_only_and_photographs_keep_their_colours():
    many = {f"line {k}": np.sin(np.arange(50) + k) for k in range(9)}
    png = Image.open(io.BytesIO(plots.lines(many, median=3).png))
    assert png.mode == "P"
    photograph = np.random.RandomState(0).randint(256, size=(1, 20, 20, 3)).astype(np.uint8)
    assert Image.open(io.BytesIO(plots.pictures(photograph).png)).mode == "RGB"


def test_fewer_colours_are_not_seen(tmp_path):
    figure = plots.bands({"train": RUNS, "dev": RUNS / 3, "test": RUNS / 5})
    figure.fig.settle()
    figure.fig.savefig(tmp_path / "all.png", dpi=style.DRAWN)
    (tmp_path / "fewer.png").write_bytes(figure.png)
    assert compare_images(tmp_path / "all.png", tmp_path / "fewer.png", tol=2) is None


@pytest.mark.parametrize("name", ["lines with levels", "regions", "grid", "signed pictures"])
def test_the_same_figure_gives_the_same_bytes(name):
    assert make(name).png == make(name).png


@pytest.mark.parametrize("kind", [plots.strips, plots.bars])
def test_the_name_of_a_row_is_not_cut(kind):
    for name in ("one neuron, training pictures", "four layers, test", "illi", "MMM"):
        values = [0.5, 0.7] if kind is plots.strips else 0.5
        picture = Image.open(io.BytesIO(kind({name: values}, "accuracy").png)).convert("L")
        ink = np.flatnonzero(np.asarray(picture).min(axis=0) < 250)
        assert ink[0] >= 2


def margins(figure):
    """How many pixels are white at the left edge of a figure, and at its upper edge."""
    pixels = np.asarray(Image.open(io.BytesIO(figure.png)).convert("L"))
    return [np.flatnonzero(pixels.min(axis=axis) < 250)[0] for axis in (0, 1)]


@pytest.mark.parametrize("name", ["versicolor", "four layers, test", "illi"])
def test_no_text_of_a_figure_of_ones_own_touches_an_edge(name):
    fig, ax = plots.canvas(height=2.4)
    ax.set(yticks=[0, 1], yticklabels=[name, "a"], xlabel="score")
    assert min(margins(style.Figure(fig, name))) >= 2
    fig, (left, right) = plots.canvas(1, 2, height=2.6)
    for ax in (left, right):
        ax.imshow(np.zeros((64, 64)))
        ax.set_title(name)
        ax.axis("off")
    assert min(margins(style.Figure(fig, name))) >= 2


def test_a_text_that_is_laid_out_only_would_touch_an_edge():
    """What the test above is worth: without a second look at the layout a letter is cut."""
    fig, ax = plots.canvas(height=2.4)
    ax.set(yticks=[0, 1], yticklabels=["versicolor", "a"], xlabel="score")
    fig.get_layout_engine().execute(fig)
    fig.set_layout_engine("none")
    fig.settled = True
    assert margins(style.Figure(fig, "versicolor"))[0] < 2


def test_another_value_gives_another_picture(tmp_path):
    for name, value in (("a", 0.5), ("b", 0.51)):
        (tmp_path / f"{name}.png").write_bytes(plots.lines({"train": [1, value, 0]}).png)
    assert compare_images(tmp_path / "a.png", tmp_path / "b.png", tol=1, in_decorator=True)


# --- Panels, figures of one's own -----------------------------------------------------------------


def mixed():
    return plots.panels(
        {
            "flower": plots.regions(right, X, Y),
            "_cost": plots.lines({"train": [1.0, 0.5]}),
            "counts": plots.grid(np.eye(2)),
        },
        columns=2,
    )


def test_panels_of_several_kinds_say_what_each_shows():
    figure = mixed()
    assert figure.description == (
        "3 panels. flower: The plane as a model divides it. 0 on about 50 %, 1 on about 50 %; 100 %"
        " of the 4 points in the region of their class. Cost against step. train: falls from"
        " 1 at 0 to 0.5 at 1. counts: A grid of 2 × 2 values; the largest is 1, at row 0,"
        " column 0; the smallest is 0, at row 0, column 1."
    )
    assert [ax.get_title() for ax in figure.fig.axes] == ["flower", "", "counts", ""]
    assert unreadable(figure.fig) == []
    assert list(figure.fig.keys) == ["class 0", "class 1", "shade: the model's answer"]


def test_panels_of_one_kind_say_once_what_they_share():
    bars = {k: plots.bars({"a": k}, "count") for k in (1, 2)}
    figure = plots.panels({"first": bars[1], "second": bars[2]}, story="Two bars.", sharey=True)
    assert figure.description == "Two bars. Count. first: a: 1. second: a: 2."


def test_a_story_takes_the_place_of_the_description():
    assert plots.lines({"a": [1, 2]}, story="It rises by 1.").description == "It rises by 1."


def test_a_figure_of_ones_own():
    @plots.figure
    def two(values):
        """Two things in one picture."""
        fig, ax = plots.canvas(height=3)
        said = plots.lines({"a": values}, ax=ax)
        line = ax.plot([0, 1], [1, 1], color=plots.COLOURS["orange"], label="one")[0]
        style.label_ends(ax, [line])
        plots.key(ax, "a star", plots.mark("*"))
        return fig, f"{said} And a line at 1."

    figure = two([2.0, 1.0])
    assert figure.description.endswith("to 1 at 1. And a line at 1.")
    assert two.__doc__ == "Two things in one picture."
    assert unreadable(figure.fig) == []
    assert Image.open(io.BytesIO(figure.png)).size == (1440, 540)


# --- Sliders --------------------------------------------------------------------------------------


def slid(**options):
    return plots.slider(
        lambda beta: plots.lines({"average": [1.0, beta]}), [0, 0.5, 0.875], "β", **options
    )


def test_a_slider_tells_every_picture():
    assert (
        slid().text
        == """\
A slider over β, 3 pictures.
β = 0: Cost against step. average: falls from 1 at 0 to 0 at 1.
β = 0.5: Cost against step. average: falls from 1 at 0 to 0.5 at 1.
β = 0.875: Cost against step. average: falls from 1 at 0 to 0.875 at 1."""
    )


def test_a_slider_holds_its_pictures_and_asks_for_nothing():
    page = slid(start=1).html
    found = re.findall(r'alt="(.*?)" width="800" src="data:image/png;base64,([\w+/=]+)"', page)
    assert [alt for alt, _ in found] == slid().text.splitlines()[1:]
    sizes = {Image.open(io.BytesIO(base64.b64decode(png))).size for _, png in found}
    assert sizes == {(960, 504)}
    assert re.findall("<details( open)?>", page) == ["", " open", ""]
    assert page.count("<script>") == 1
    assert page.endswith(f"<script>{several.SCRIPT}</script>")
    assert not re.search("https?:|//|url", re.sub('base64,[^"]*', "", page))


def test_the_pictures_of_a_slider_have_the_same_limits_and_places():
    kept = []

    def draw(high):
        kept.append(plots.lines({f"up to {high}": [0, high]}))
        return kept[-1]

    plots.slider(draw, [1, 1000], "height")
    first, second = (figure.fig.axes[0] for figure in kept)
    assert first.get_ylim() == second.get_ylim()
    assert first.get_position().bounds == second.get_position().bounds
    assert second.get_ylim()[1] > 1000


def test_ticks_that_are_given_stay_on_a_log_axis():
    figure = plots.lines({"a": ([4, 256], [1, 2])}, logx=True, ticks=[4, 32, 256])
    figure.fig.settle()
    ticks = [tick.get_text() for tick in figure.fig.axes[0].get_xticklabels()]
    assert ticks == ["4", "32", "256"]


def test_the_pictures_of_a_slider_have_the_same_ticks_on_a_log_axis():
    kept = []

    def draw(low):
        kept.append(plots.lines({"cost": [1.0, low]}, logy=True, ylim=(None, 3)))
        return kept[-1]

    plots.slider(draw, [0.5, 0.02, 3e-7], "cost")
    first, *others = ([t.get_text() for t in f.fig.axes[0].get_yticklabels()] for f in kept)
    assert len(first) > 3
    assert others == [first, first]


def test_what_is_written_in_a_slider_stays_text():
    made = plots.slider(
        lambda name: plots.bars({"a": 1}, "<b>"), ["<i>", "&"], '"><script>go()</script>'
    )
    assert made.html.count("<script>") == 1
    assert "<i>" not in made.html


# --- Refusals -------------------------------------------------------------------------------------

REFUSED = [
    (lambda: plots.lines([1, 2]), TypeError, "lines is list; it needs a dictionary"),
    (lambda: plots.lines({}), ValueError, "lines is empty; it needs at least one name"),
    (lambda: plots.lines({"a": []}), ValueError, "lines['a'] has shape (0,); it needs (n,)"),
    (lambda: plots.lines({"a": RUNS}), ValueError, "lines['a'] has shape (3, 3); it needs (n,)"),
    (lambda: plots.lines({"a": "b"}), TypeError, "lines['a']"),
    (lambda: plots.lines({"a": ([1], [1, 2])}), ValueError, "x of 'a' has shape (1,); it needs"),
    (lambda: plots.bands({"a": [1, 2]}), ValueError, "runs['a'] has shape (2,); it needs"),
    (lambda: plots.bands({"a": np.ones((0, 2))}), ValueError, "runs['a'] has shape (0, 2)"),
    (lambda: plots.bands({}, middle="mean"), ValueError, "runs is empty; it needs"),
    (lambda: plots.bands({"a": RUNS}, middle="mode"), ValueError, "middle is 'mode'; it needs"),
    (lambda: plots.scatter({}), ValueError, "X is empty; it needs at least one name"),
    (lambda: plots.scatter({"a": ([], [])}), ValueError, "X['a'] has 0 x and 0 y; it needs"),
    (lambda: plots.scatter(X.T, Y), ValueError, "X has shape (4, 2); it needs (2, m)"),
    (lambda: plots.scatter(X, Y.T), ValueError, "Y has shape (4, 1); it needs (1, 4)"),
    (lambda: plots.scatter(X[:, :0], Y[:, :0]), ValueError, "X has shape (2, 0); it needs (2, m)"),
    (lambda: plots.scatter(X, Y + 3), ValueError, "Y contains 4; it needs whole labels"),
    (lambda: plots.regions(3, X, Y), TypeError, "predict is 3; it needs"),
    (lambda: plots.contours(bowl, {"a": [1, 2]}), ValueError, "paths['a'] has shape (2,); it"),
    (lambda: plots.contours(None, {}), TypeError, "cost is None; it needs"),
    (lambda: plots.contours(bowl, {}), ValueError, "paths is empty; it needs"),
    (lambda: plots.grid([1, 2]), ValueError, "values has shape (2,); it needs (rows, columns)"),
    (lambda: plots.grid(np.eye(2), rows=["a"]), ValueError, "rows holds 1 names; it needs 2"),
    (lambda: plots.grid(np.eye(2), shade=[1]), ValueError, "shade has shape (1,); it needs (2, 2)"),
    (lambda: plots.grid(np.eye(2), text=["a"]), ValueError, "text has shape (1,); it needs (2, 2)"),
    (lambda: plots.arrays([("a", np.ones((1, 1, 1)))]), ValueError, "a has shape (1, 1, 1); it"),
    (lambda: plots.bars([1], "n"), TypeError, "values is list; it needs a dictionary"),
    (lambda: plots.bars({}, "n"), ValueError, "values is empty; it needs at least one name"),
    (lambda: plots.bars({"a": 1}, "n", marked=("b", ["b"])), ValueError, "marked names 'b'; it"),
    (lambda: plots.strips([1], "n"), TypeError, "groups is list; it needs a dictionary"),
    (lambda: plots.strips({}, "n"), ValueError, "groups is empty; it needs at least one name"),
    (lambda: plots.strips({"a": []}, "n"), ValueError, "groups['a'] holds no finite number; it"),
    (lambda: plots.strips({"a": [1], "b": [1, 2]}, "n", joined=True), ValueError, "joined needs"),
    (lambda: plots.histograms({}, "n"), ValueError, "groups is empty; it needs at least one name"),
    (lambda: plots.histograms([np.nan], "n"), ValueError, "groups holds no finite number; it"),
    (lambda: plots.pictures(np.ones((2, 2))), ValueError, "pictures has shape (2, 2); it needs"),
    (lambda: plots.pictures(np.ones((0, 2, 2))), ValueError, "pictures has shape (0, 2, 2); it"),
    (lambda: plots.pictures(np.ones((2, 2, 2)), ["a"]), ValueError, "titles holds 1; it needs 2"),
    (lambda: plots.graph({}, {}), ValueError, "nodes is empty; it needs at least one box"),
    (lambda: plots.graph({"a": (0, 0, "a")}, {("a", "b"): 1}), ValueError, "edges names 'b'; it"),
    (lambda: plots.network([3]), ValueError, "sizes is [3]; it needs at least two numbers"),
    (lambda: plots.network([3, 0]), ValueError, "sizes is [3, 0]; it needs at least two numbers"),
    (lambda: plots.panels([]), TypeError, "figures is list; it needs a dictionary"),
    (lambda: plots.panels({}), ValueError, "figures is empty; it needs at least one name"),
    (lambda: plots.panels({"a": 1}), TypeError, "figures['a'] is int; it needs the figure of"),
    (lambda: plots.slider(right, [1], "n"), ValueError, "values holds 1; it needs at least two"),
    (lambda: plots.slider(str, [1, 2], "n"), TypeError, "draw(1) is str; it needs a figure"),
    (lambda: slid(start=3), ValueError, "start is 3; it needs 0 to 2"),
    (lambda: plots.slider(axes, [1, 2], "n"), ValueError, "draw makes [1, 2] axes; it needs as"),
    (lambda: plots.slider(noise, [1, 2], "n"), ValueError, "kB of pictures; it needs 400 at most"),
    (lambda: plots.table(["a"], [["a", 1]]), ValueError, "row ['a', 1] has 2 cells; the header"),
]  # fmt: skip


def axes(count):
    return plots.panels({f"{k}": plots.lines({"a": [1, 2]}) for k in range(count)})


def noise(seed):
    values = np.random.RandomState(seed).randint(256, size=(1, 300, 300, 3)).astype(np.uint8)
    return plots.pictures(values, size=(6, 6))


@pytest.mark.parametrize(("call", "error", "words"), REFUSED, ids=[words for *_, words in REFUSED])
def test_what_cannot_be_drawn_is_refused(call, error, words):
    with pytest.raises(error, match=re.escape(words)):
        call()
