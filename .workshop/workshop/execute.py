"""Executing a notebook the way a reader does, but so that the same bytes come out every time."""

import copy
import functools
import os
import tempfile
from pathlib import Path

import nbformat
import traitlets
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient

from workshop import ROOT

CHAPTERS = ROOT / "chapters"
EXCURSIONS = "excursions"  # the folder in that of the chapters
CELL_TIMEOUT = 120  # seconds
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")


def chapter_paths(folder=CHAPTERS):
    """The chapters in a folder, in order."""
    return sorted(folder.glob("[0-9][0-9]_*.ipynb"))


def excursion_paths(folder=CHAPTERS):
    """The optional notebooks beside the chapters, each with the number it branches off from."""
    return chapter_paths(folder / EXCURSIONS)


def notebook_paths(folder=CHAPTERS):
    """The chapters in order, then the excursions."""
    return [*chapter_paths(folder), *excursion_paths(folder)]


def load(path):
    """A notebook exactly as stored: nothing repaired, upgraded or validated on the way."""
    return nbformat.v4.reads(Path(path).read_text(encoding="utf-8"))


@functools.cache
def empty_profile():
    """An empty folder for IPython's settings, so that outputs do not depend on the reader's."""
    return tempfile.TemporaryDirectory(prefix="ipython-")


def kernel_environment():
    """The environment variables of every kernel: ours, plus what makes runs repeatable."""
    environment = {**os.environ, "TQDM_DISABLE": "1", "PYTHONHASHSEED": "0"}
    for name in THREADS:  # see conftest.py; whoever wants more threads sets these variables
        environment.setdefault(name, "1")
    environment["IPYTHONDIR"] = empty_profile().name
    environment.pop("MPLBACKEND", None)  # the kernel then chooses its inline backend
    return environment


class CurrentEnvironment(AsyncKernelManager):
    """Kernels of this interpreter, even if the user has installed a kernelspec of the same name."""

    @traitlets.default("kernel_spec_manager")
    def without_the_users(self):
        """A finder without folders to search, which falls back on the interpreter it runs in."""
        return KernelSpecManager(kernel_dirs=[])


def execute(notebook):
    """Run a notebook, given as a path or as a node, top to bottom on a fresh kernel.

    Returns the executed copy. The kernel works in the notebook's folder. Raises nbclient's
    `CellExecutionError` if a cell raises, or `TimeoutError` if one takes longer than
    `CELL_TIMEOUT`.
    """
    folder = Path.cwd()
    if not isinstance(notebook, nbformat.NotebookNode):
        folder, notebook = Path(notebook).parent, load(notebook)
    client = NotebookClient(
        copy.deepcopy(notebook),
        kernel_name="python3",
        kernel_manager_class=CurrentEnvironment,
        resources={"metadata": {"path": str(folder)}},
        timeout=CELL_TIMEOUT,
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        extra_arguments=["--log-level=ERROR"],  # messages of the kernel itself, not of cells
    )
    return client.execute(env=kernel_environment())
