"""A pytest plugin that makes `pytest --nbval` strict.

On its own nbval accepts a notebook whose outputs were all cleared, a picture with other pixels or
none, outputs in another order, and a cell that was to raise and no longer does. Here each fails.
Every cell is run two times in a row, as a reader may run it, unless pytest is given `--once`.

With `--noise 1,2,3` each notebook is run again for each of these seeds, every cell once, under
rounding noise: the stored outputs have to come also on a machine that rounds differently. Such a
cell is named "Cell 5, noise 2", so `-k noise` chooses them alone, and `-k "not noise"` the others.

`--again-under-noise 1` takes both together, and half the time: the second run in a row of each cell
is the one under noise, and what it computed is what the cells after it go on with.
"""

import functools
import json
import os
from importlib.util import find_spec
from pathlib import Path
from unittest import mock

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

from workshop import noise
from workshop.execute import kernel_environment, load
from workshop.outputs import differences

MEASURED = Path(__file__).resolve().parent / "benchmarks" / "results.json"


def markers(cell):
    """The tags and comments in a cell that make nbval skip or ignore it."""
    comments = [line.strip() for line in cell.source.splitlines() if line.strip().startswith("#")]
    names = [*cell.metadata.get("tags", []), *(comment.lstrip("# ") for comment in comments)]
    prefixes = ("nbval-", "pytest-validate-")
    return [name for name in names if name.lower().replace("_", "-").startswith(prefixes)]


def unexplained_markers(cell):
    """The nbval markers of a cell whose metadata give no `reason` for them."""
    reason = cell.metadata.get("reason")
    return [] if isinstance(reason, str) and reason.strip() else markers(cell)


REQUIRES = "requires-"  # begins the tag of a cell that imports what the course itself does not need


def required(path):
    """The packages that a notebook asks for by its tags: "requires-torch" is torch."""
    tags = (tag for cell in load(path).cells for tag in cell.metadata.get("tags", []))
    return [tag.removeprefix(REQUIRES) for tag in tags if tag.startswith(REQUIRES)]


class StrictFile(IPyNbFile):
    """A notebook whose cells are `StrictCell`s; with a `seed`, run under rounding noise."""

    def __init__(self, *, seed=None, **arguments):
        super().__init__(**arguments)
        self.seed = seed

    def collect(self):
        """nbval's own cells, one for one; none where a package that they need is absent."""
        if missing := [name for name in required(self.path) if find_spec(name) is None]:
            needs = f"{self.path.stem} needs {', '.join(missing)}, which is not installed"
            pytest.skip(f"{needs} (an extra of pyproject.toml)", allow_module_level=True)
        noisy = "" if self.seed is None else f", noise {self.seed}"
        for cell in super().collect():
            yield StrictCell.from_parent(
                self,
                name=cell.name + noisy,
                cell_num=cell.cell_num,
                cell=cell.cell,
                options=cell.options,
            )

    def setup(self):
        """Start the kernel in our environment, and let it keep its history.

        nbval offers no way to pass variables to the kernel, which inherits those of pytest. It
        also executes without history, where `Out` stays empty and a trailing `;` hides nothing.
        """
        with mock.patch.dict(os.environ, kernel_environment(), clear=True):
            super().setup()
        if self.seed is not None:
            self.make_noise(self.seed)
        self.kernel.execute_cell_input = functools.partial(
            self.kernel.kc.execute, store_history=True, stop_on_error=False
        )

    def make_noise(self, seed):
        """The kernel becomes another machine, itself for None; the notebook sees no trace of it."""
        reply = self.kernel.kc.execute_interactive(
            noise.line(seed), silent=True, store_history=False, timeout=60
        )
        if reply["content"]["status"] != "ok":
            raise RuntimeError("\n".join(reply["content"]["traceback"]))


class StrictCell(IPyNbCell):
    """A cell that must have been run, and whose outputs must come again, all and in order."""

    aside, seed = "", None  # which run it is, and its noise

    def runtest(self):
        """Run nbval's test, then check what it does not: was the cell run, does it still raise?"""
        self.seed, again = self.parent.seed, self.config.option.again_under_noise
        if self.seed is None and again is not None:
            self.aside = f" (after cells that ran under rounding noise, seed {again})"
        if unexplained := unexplained_markers(self.cell):
            self.raise_cell_error(f"{unexplained} without a reason in the cell's metadata")
        super().runtest()
        if self.cell.source.strip() and self.cell.execution_count is None:
            self.raise_cell_error("The stored notebook never executed this cell")
        raised = any(output.output_type == "error" for output in self.test_outputs)
        if self.options["check_exception"] and not raised:
            self.raise_cell_error("The cell is tagged as raising an exception, and raised none")
        if not self.config.option.once and self.parent.seed is None:
            self.run_again(again)

    def run_again(self, seed):
        """A second time in a row, under rounding noise if there is a seed."""
        self.aside = " (when it was run a second time in a row)"
        if seed is None:
            super().runtest()
            return
        self.seed = seed
        self.parent.make_noise(seed)  # until the cell has run
        try:
            super().runtest()
        finally:
            self.parent.make_noise(None)

    def reportinfo(self):
        """nbval's, with the cell's name, which says whether there was noise."""
        path, line, _ = super().reportinfo()
        return path, line, f"{self.path.name}::{self.name}"

    def raise_cell_error(self, message, *details, **options):
        """nbval's, which says on which run it was."""
        noisy = "" if self.seed is None else f" (under rounding noise, seed {self.seed})"
        super().raise_cell_error(message + self.aside + noisy, *details, **options)

    def compare_outputs(self, test, ref, skip_compare=None):
        """Our own comparison: nbval's skips pictures and the order of unlike outputs."""
        self.comparison_traceback = differences(stored=ref, fresh=test, seed=self.seed)
        return not self.comparison_traceback


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(parent):
    """Put our class in the place of nbval's, which has no hook for that."""
    found = []
    for collector in (yield):
        if type(collector) is IPyNbFile:
            seeds = [None, *parent.config.option.noise]
            found += [StrictFile.from_parent(parent, path=collector.path, seed=s) for s in seeds]
        else:
            found.append(collector)
    return found


def seeds(text):
    """The seeds of `--noise`, whole numbers separated by commas."""
    return [int(seed) for seed in text.split(",")]


def pytest_collection_modifyitems(config, items):
    """Put the longest chapters first, so that no worker of xdist starts one at the end."""
    if hasattr(config, "workerinput"):
        seconds = json.loads(MEASURED.read_text(encoding="utf-8"))["chapters"]
        items.sort(key=lambda item: -seconds.get(item.path.stem, 0))


def pytest_addoption(parser):
    """Add `--once`, to measure how long a chapter takes, or to save time, and `--noise`."""
    parser.addoption("--once", action="store_true", help="run the cells of notebooks once only")
    about = (
        "run the notebooks again under rounding noise, once for each of these seeds, as in 1,2,3"
    )
    parser.addoption("--noise", type=seeds, default=[], metavar="SEEDS", help=about)
    about = "run each cell for the second time in a row under the rounding noise of this seed"
    parser.addoption("--again-under-noise", type=int, metavar="SEED", help=about)


def pytest_configure(config):
    """There is no lax mode, and the kernel is always that of this environment."""
    if config.option.nbval_lax or config.option.nbval_sanitize_with:
        raise pytest.UsageError("the notebooks are validated strictly: use --nbval alone")
    config.option.nbval_current_env = True
