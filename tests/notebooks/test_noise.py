"""Rounding noise moves what it should by no more than one ulp, and finds what hangs on that."""

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.notebooks.fixtures import code, notebook, printed, shown, store
from workshop import machine, matrix, noise
from workshop.execute import execute
from workshop.outputs import differences

ROOT = Path(__file__).resolve().parents[2]
SEEDS = "1,2,3"

# --- One number -----------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["f8", "f4"])
def test_a_quarter_goes_up_and_a_quarter_down(dtype):
    old = np.random.RandomState(0).randn(100, 400).astype(dtype)
    new = noise.moved(old, 1)
    integers = f"i{old.itemsize}"
    steps = new.view(integers).astype(int) - old.view(integers).astype(int)
    assert new.dtype == old.dtype and new.shape == old.shape
    assert set(np.unique(steps)) == {-1, 0, 1}
    assert [np.mean(steps == step) for step in (-1, 0, 1)] == pytest.approx([0.25, 0.5, 0.25], 0.05)


def test_equal_numbers_stay_equal_and_opposite_ones_opposite():
    values = np.random.RandomState(0).randn(50, 20)
    new = noise.moved(values, 1)
    assert np.array_equal(noise.moved(values[::3].copy(), 1), new[::3])
    assert np.array_equal(noise.moved(-values, 1), -new)
    assert noise.moved(values[2, 3], 1) == noise.moved(float(values[2, 3]), 1) == new[2, 3]


def test_seeds_are_different_machines():
    values = np.random.RandomState(0).randn(10_000)
    moves = np.array([noise.moved(values, seed) - values for seed in range(8)])
    correlations = np.corrcoef(np.sign(moves))
    assert np.abs(correlations - np.eye(8)).max() < 0.05


@pytest.mark.parametrize(
    "values",
    [
        np.array([0.0, -0.0, 1, -7, 0.5, 15 / 16, 2.0**-1000, np.inf, -np.inf, np.nan]),
        np.arange(200, dtype=np.float32) / 16,
        np.arange(1000),
        np.arange(1000) % 2 == 0,
        np.ma.masked_less([0.1, 0.2, 0.3], 0.2),
        "0.1",
        None,
        7,
    ],
    ids=repr,
)
def test_what_is_exact_everywhere_stays(values):
    new = noise.moved(values, 1)
    assert type(new) is type(values)
    np.testing.assert_array_equal(new, values)


def test_types_and_layouts_stay():
    values = np.random.RandomState(0).randn(3, 5).T
    assert noise.moved(values, 1).strides == values.strides
    for number in (0.1, 0.1 + 0.3j, np.float32(0.1), np.float64(0.1), np.complex128(0.1 + 0.3j)):
        assert type(noise.moved(number, 1)) is type(number)
    z = np.random.RandomState(0).randn(2, 50) @ np.diag([1.0] * 50) + 0j
    new = noise.moved(z + 1j * z[::-1], 1)
    assert np.array_equal(new.real, noise.moved(z.real, 1))
    assert np.array_equal(new.imag, noise.moved(z.real[::-1], 1))


# --- A process ------------------------------------------------------------------------------------

PROCESS = """
import copy, pickle, runpy
import numpy as np
from sklearn.base import clone
from sklearn.neural_network import MLPClassifier

plain = np.random.RandomState
x = plain(0).randn(10_000)
before = {name: getattr(np, name)(np.abs(x) / 5) for name in ("exp", "tanh", "log")}
names = ("uniform", "normal", "random_sample")
drawn = {name: getattr(plain(5), name)(size=1000) for name in names}
LINE


def ulps(new, old):
    return set(np.unique(np.asarray(new).view("i8") - np.asarray(old).view("i8")).tolist())


for name, old in before.items():
    assert ulps(getattr(np, name)(np.abs(x) / 5), old) == {-1, 0, 1}, name
    out = np.empty_like(x)
    assert getattr(np, name)(np.abs(x) / 5, out=out) is out
    assert np.array_equal(out, getattr(np, name)(np.abs(x) / 5)), name
assert np.exp.nin == 1 and np.exp(0) == 1
assert pickle.loads(pickle.dumps(np.exp)) is np.exp

noisy = np.random.RandomState
for name, old in drawn.items():
    assert ulps(getattr(noisy(5), name)(size=1000), old) == {-1, 0, 1}, name
assert ulps(noisy(0).randn(10_000), x) == {-1, 0, 1}  # not twice: randn goes by standard_normal
assert ulps(noisy(0).rand(1000), plain(0).rand(1000)) == {-1, 0, 1}
for name, arguments in {"permutation": [50], "randint": [9, None, 50], "choice": [9, 50]}.items():
    assert np.array_equal(getattr(noisy(5), name)(*arguments), getattr(plain(5), name)(*arguments))

generator = noisy(3)
generator.randn(7)
twins = [copy.deepcopy(generator), pickle.loads(pickle.dumps(generator))]
expected = generator.randn()
assert all(type(twin) is noisy and twin.randn() == expected for twin in twins)
assert isinstance(generator, plain) and isinstance(plain(0), noisy)
peer = clone(MLPClassifier((3,), solver="lbfgs", max_iter=500, random_state=generator))
peer.fit(x[:60].reshape(20, 3), [0, 1] * 10)

from lib import Dense, Network, Tanh, datasets

pixels = datasets.load_digits().X_train
assert np.array_equal(pixels, np.rint(pixels * 16) / 16)  # sixteenths are exact everywhere
X, Y = datasets.planar_flower()
assert ulps(datasets.columns(X.T, Y)[0], X) <= {-1, 0, 1}
assert set(Y.ravel()) == {0, 1}
net = Network([Dense(2), Tanh(), Dense(1)], n_inputs=2, random_state=0)
net.cost_and_gradient(X, Y)
again = net.gradient.copy()
net.cost_and_gradient(X, Y)
assert np.array_equal(net.gradient, again)

STOP
assert np.random.RandomState is np.random.mtrand.RandomState is plain
assert np.array_equal(np.exp(np.abs(x) / 5), before["exp"]) and type(np.exp) is np.ufunc
assert not np.array_equal(datasets.planar_flower()[0], X)
print("all of it")
"""


def test_what_a_process_meets():
    source = PROCESS.replace("LINE", noise.line(1)).replace("STOP", noise.line(None))
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", source], capture_output=True, cwd=ROOT
    )
    assert run.stdout.decode() == "all of it\n", run.stderr.decode()


# --- A notebook -----------------------------------------------------------------------------------

DIGIT = """\
for h in (1e-6, 1e-7, 1e-8, 1e-9):
    print(f"step {h}: error {abs((np.exp(1 + h) - np.exp(1)) / h - np.exp(1)):.0e}")"""
SHADES = '''\
import io
from PIL import Image

class Figure:
    """The sign of a round-off error, as white and black; its description is right."""

    def _repr_mimebundle_(self, include=None, exclude=None):
        error = np.exp(points) * np.exp(-points) - 1
        file = io.BytesIO()
        Image.fromarray(np.uint8(error > 0) * 255).save(file, "PNG")
        return {"image/png": file.getvalue(), "text/plain": "Round-off, 40 by 40."}

Figure()'''


def on_the_edge():
    """A notebook: what holds on every machine, and what hangs on the last bit. Not yet run."""
    return notebook(
        code("import", "import numpy as np\npoints = np.random.RandomState(0).randn(40, 40)"),
        code("stable", "print(f'{points.mean():.4f}, {np.exp(points).sum():.6g}')"),
        code("same", "print(np.array_equal(np.tanh(points[:3]), np.tanh(points)[:3]))"),
        code("whole", "print(np.random.RandomState(1).permutation(9), np.exp(points) > 1e-9)"),
        code("digit", DIGIT),
        code("picture", SHADES),
        code("order", "print(np.mean(points[0] + (points[1] + points[2]) == sum(points[:3])))"),
        code("claim", "assert np.exp(0.3) * np.exp(-0.3) == " + repr(np.exp(0.3) * np.exp(-0.3))),
    )


EDGES = {"digit", "picture", "order", "claim"}


def judged(folder, *options):
    """{(cell's id, seed or None): what pytest said of a notebook with edges, None if it passed}."""
    made = execute(on_the_edge())
    store(made, folder / "edge.ipynb")
    (folder / "conftest.py").write_text((ROOT / "conftest.py").read_text())
    command = [sys.executable, "-m", "pytest", "--nbval", *options, "."]
    command += ["-p", "no:cacheprovider", "--rootdir=.", "--junit-xml=report.xml", "--color=no"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    found = {}
    for case in ElementTree.parse(folder / "report.xml").iter("testcase"):
        cell, _, seed = case.get("name").removeprefix("Cell ").partition(", noise ")
        failure = case.find("failure")
        found[made.cells[int(cell)].id, seed or None] = None if failure is None else failure.text
    return found


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What pytest says of the plain run and of each seed."""
    return judged(tmp_path_factory.mktemp("noise"), "--noise", SEEDS)


def test_every_cell_is_run_plain_and_for_each_seed(said):
    ids = [cell.id for cell in on_the_edge().cells]
    assert list(said) == [(name, seed) for seed in (None, *SEEDS.split(",")) for name in ids]


def test_here_the_notebook_passes(said):
    assert [name for (name, seed), failure in said.items() if failure and seed is None] == []


def test_under_noise_the_edges_fail_and_nothing_else(said):
    assert {name for (name, seed), failure in said.items() if failure} == EDGES


def test_the_second_run_in_a_row_finds_the_edges_too(tmp_path):
    """Each of them under one seed at least, with words that tell which run it was."""
    found = {}
    for seed in SEEDS.split(","):
        (tmp_path / seed).mkdir()
        said = judged(tmp_path / seed, "--again-under-noise", seed)
        found |= {name: (seed, failure) for (name, _), failure in said.items() if failure}
    assert set(found) == EDGES
    for seed, failure in found.values():
        noisy = f"rounding noise, seed {seed})"
        assert (
            f"a second time in a row) (under {noisy}" in failure or f"ran under {noisy}" in failure
        )


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("digit", "output 1: stdout differs: '"),
        ("digit", "Print what is stable: a digit fewer"),
        ("digit", "To see it again: pytest --noise"),
        ("picture", "output 1: image/png shows another picture"),
        ("picture", "Only digits or pixels differ"),
        ("order", "output 1: stdout differs: '"),
        ("claim", "under rounding noise"),
    ],
)
def test_the_message(said, cell, sentence):
    assert sentence in next(f for (name, _), f in said.items() if name == cell and f)


def test_a_plain_run_tells_what_to_report():
    old, new = (
        [shown(text_plain=text), printed("3 mistakes\n")] for text in ("0.71 of 5", "-0.7e-05 of 5")
    )
    text, told = differences(old, new)
    assert text == "output 1: text/plain differs: '0.71 of 5' is stored, '-0.7e-05 of 5' came"
    assert "nothing is wrong with your installation" in told
    assert machine.describe() in told


def test_other_words_are_no_rounding():
    for words in ("0.71 of six", "0.71 of 5 and more"):
        assert len(differences([shown(text_plain="0.71 of 5")], [shown(text_plain=words)])) == 1


# --- The matrix -----------------------------------------------------------------------------------


def test_the_matrix_plays_every_level_kernel_and_seed():
    rows = matrix.rows()
    assert len({row.name for row in rows}) == len(rows)
    assert sum(bool(row.noise) for row in rows) >= 8
    disabled = {row.environment.get("NPY_DISABLE_CPU_FEATURES") for row in rows if row.expected}
    levels = machine.levels()
    assert disabled == {" ".join(levels[kept:]) for kept in range(len(levels) + 1)}
    for row in rows:
        assert matrix.chosen(row, []) and matrix.chosen(row, [row.name.upper()])
        assert not matrix.chosen(row, ["no such row"])


def test_a_machine_that_cannot_be_played_is_not_passed():
    row = matrix.Row("elsewhere", {}, ("['NO_SUCH_LEVEL']", "NoSuchKernel"))
    result, told = matrix.run(row, ["tests/notebooks/test_noise.py"])
    assert result == "not run" and "NO_SUCH_LEVEL" in told
