"""Nothing is lost: going on equals never having stopped, and a refusal leaves no trace."""

import copy
import os
import sys
import types
import warnings

import h5py
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from lib import (
    Adam,
    BatchNorm,
    Dense,
    Diverged,
    Dropout,
    EarlyStopping,
    GradientDescent,
    History,
    Momentum,
    RMSprop,
    Tanh,
    persistence,
    train,
)
from lib.persistence import load, save
from lib.watching import Undo
from tests.lib.networks import examples, small, words


def restless():
    """A network with running averages and a random stream."""
    return small(Dense(6, bias=False), BatchNorm(), Tanh(), Dropout(0.8), Dense(1))


def state(net, optimizer, history, stopping):
    """All that a training changes, as plain data that can be compared."""
    streams = [stream.get_state()[1].tolist() for stream in net.streams()]
    _, steps, averages = optimizer.snapshot()
    arrays = [a.tolist() for a in [*net.snapshot(), *averages, *stopping.best, *stopping.last]]
    counters = stopping.best_epoch, stopping.best_cost, steps
    return arrays, streams, counters, copy.deepcopy(history)


OPTIMIZERS = [
    lambda: GradientDescent(0.3),
    lambda: Momentum(0.5),
    lambda: RMSprop(0.01),
    lambda: Adam(0.02),
]


@pytest.mark.parametrize("through_a_file", [False, True])
@pytest.mark.parametrize("make_optimizer", OPTIMIZERS)
@pytest.mark.parametrize("batch_size", [None, 8])
def test_twenty_and_twenty_are_forty(tmp_path, make_optimizer, batch_size, through_a_file):
    X, Y = examples(30)
    options = {"batch_size": batch_size, "validation": examples(12, seed=1)}
    net, optimizer, stopping = restless(), make_optimizer(), EarlyStopping(60)
    whole = train(net, X, Y, optimizer, 40, random_state=3, early_stopping=stopping, **options)
    expected = state(net, optimizer, whole, stopping)
    assert len(whole.costs) == 40 and stopping.best_epoch < 39  # the best is not the last

    net, optimizer, stopping = restless(), make_optimizer(), EarlyStopping(60)
    first = train(net, X, Y, optimizer, 20, random_state=3, early_stopping=stopping, **options)
    if through_a_file:
        save(tmp_path / "run.h5", net, optimizer, first, stopping)
        net, optimizer, first, stopping, _ = load(tmp_path / "run.h5")
    both = train(net, X, Y, optimizer, 40, history=first, early_stopping=stopping, **options)
    assert state(net, optimizer, both, stopping) == expected


class Interrupted(Momentum):
    """Presses the stop button in one of its steps, when half of it is done."""

    def __init__(self, at):
        super().__init__(0.5)
        self.at = at

    def step(self, parameters, gradient):
        super().step(parameters, gradient)
        if self.steps == self.at:
            self.at = None
            raise KeyboardInterrupt


@pytest.mark.parametrize("seconds", [0, 1e9])  # a state kept after every epoch, or only the first
@pytest.mark.parametrize("at", [1, 30, 33, 36, 80])
def test_after_the_stop_button_it_goes_on_as_if_never_stopped(monkeypatch, at, seconds):
    monkeypatch.setattr(Undo, "SECONDS", seconds)
    X, Y = examples(30)
    options = {"batch_size": 8, "validation": examples(12, seed=1)}
    net, optimizer, stopping = restless(), Momentum(0.5), EarlyStopping(30)
    whole = train(net, X, Y, optimizer, 40, random_state=3, early_stopping=stopping, **options)
    expected = state(net, optimizer, whole, stopping)

    net, optimizer, stopping = restless(), Interrupted(at), EarlyStopping(30)
    with pytest.warns(UserWarning, match=f"stopped by hand after {(at - 1) // 4} epochs"):
        first = train(net, X, Y, optimizer, 40, random_state=3, early_stopping=stopping, **options)
    assert first.interrupted and len(first.costs) == len(first.validation_costs) == (at - 1) // 4
    both = train(net, X, Y, optimizer, 40, history=first, early_stopping=stopping, **options)
    assert state(net, optimizer, both, stopping) == expected


@pytest.mark.parametrize("seconds", [0, 1e9])
def test_the_steps_taken_again_are_the_same_ones(monkeypatch, seconds):
    monkeypatch.setattr(Undo, "SECONDS", seconds)

    class Exploding(Adam):
        def step(self, parameters, gradient):
            super().step(parameters, gradient)
            if self.steps == 45:
                before.append(expected.pop())
                parameters[:] = np.nan
            else:
                expected.append(parameters.copy())

    X, Y = examples(30)
    net, expected, before = restless(), [], []
    with pytest.raises(Diverged):
        train(net, X, Y, Exploding(0.1), 40, 8, 3)
    np.testing.assert_array_equal(net.parameters, before[0])
    assert np.isfinite(net.cost(X, Y))


def test_early_stopping_may_join_later():
    X, Y = examples(30)
    validation = examples(12, seed=1)
    net, optimizer = small(), Adam(0.1)
    first = train(net, X, Y, optimizer, 5)
    stopping = EarlyStopping(3)
    options = {"validation": validation, "early_stopping": stopping}
    both = train(net, X, Y, optimizer, 60, history=first, **options)
    assert len(both.costs) == len(both.validation_costs) + 5
    assert both.validation_costs[stopping.best_epoch - 5] == stopping.best_cost
    assert stopping.best_cost == min(both.validation_costs)
    assert net.cost(*validation) == pytest.approx(stopping.best_cost)


def test_where_patience_ran_out_more_epochs_change_nothing():
    X, Y = examples(30)
    net, optimizer, stopping = small(), Adam(0.3), EarlyStopping(3)
    options = {"validation": examples(12, seed=1), "early_stopping": stopping}
    history = train(net, X, Y, optimizer, 200, **options)
    assert len(history.costs) < 200
    before = state(net, optimizer, history, stopping)
    again = train(net, X, Y, optimizer, 400, history=history, **options)
    assert state(net, optimizer, again, stopping) == before


def test_early_stopping_of_another_training_starts_afresh():
    X, Y = examples(30)
    stopping = EarlyStopping(3)
    options = {"validation": examples(12, seed=1), "early_stopping": stopping}
    train(small(Dense(2), Tanh(), Dense(1)), X, Y, Adam(0.3), 20, **options)
    net, optimizer = small(), Adam(0.1)
    first = train(net, X, Y, optimizer, 5, validation=options["validation"])
    train(net, X, Y, optimizer, 10, history=first, **options)
    assert stopping.best_epoch >= 5
    assert net.cost(*options["validation"]) == pytest.approx(stopping.best_cost)


def test_early_stopping_is_whole_after_its_constructor(tmp_path):
    stopping = EarlyStopping(5)
    assert (stopping.best_epoch, stopping.best_cost, stopping.best) == (-1, np.inf, [])
    save(tmp_path / "net.h5", small(), early_stopping=stopping)
    saved = load(tmp_path / "net.h5").early_stopping
    assert vars(saved) == vars(stopping)
    assert repr(stopping) == "EarlyStopping(5)"


@pytest.mark.parametrize("cost", [1e300, -3e8, 1.5e-7])
def test_a_history_of_huge_costs_is_short(cost):
    assert len(repr(History([0.7, cost]))) < 60


# --- checkpoints ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [".", "", "folder", "folder/", "..", "n" * 300, "no/such/run.h5"])
def test_a_checkpoint_that_cannot_be_written_is_refused_before_the_first_step(
    tmp_path, monkeypatch, path
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    net, optimizer = small(), Adam(0.1)
    before = net.parameters.copy()
    with pytest.raises(OSError, match=r"^checkpoint is "):
        train(net, *examples(), optimizer, 3, checkpoint=path, every=2)
    np.testing.assert_array_equal(net.parameters, before)
    assert optimizer.steps == 0 and os.listdir(tmp_path) == ["folder"]
    assert os.listdir(tmp_path / "folder") == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write all")
def test_a_read_only_folder_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OSError, match=r"^checkpoint is .*; it needs to be a file that can"):
        train(small(), *examples(), Adam(0.1), 3, checkpoint=tmp_path / "run.h5")


def test_the_home_folder_may_be_abbreviated(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    train(small(), *examples(), Adam(0.1), 3, checkpoint="~/run.h5")
    assert os.listdir(tmp_path) == ["run.h5"]


@pytest.mark.parametrize("full", [{2}, {2, 4, 6}])
def test_a_write_that_fails_later_does_not_lose_the_training(tmp_path, monkeypatch, full):
    path, tried = tmp_path / "run.h5", []

    def failing(path, net, optimizer, history, early_stopping):
        tried.append(len(history.costs))
        if tried[-1] in full:
            raise OSError(28, "No space left on device")
        save(path, net, optimizer, history, early_stopping)

    monkeypatch.setattr(persistence, "save", failing)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        history = train(small(), *examples(), Adam(0.1), 6, checkpoint=path, every=2)
    assert len(history.costs) == 6
    if 6 in full:
        assert tried == [2, 4, 6, 6]  # once more at the end
        assert "could not be written: [Errno 28] No space left" in str(caught[0].message)
    else:
        assert caught == [] and len(load(path).history.costs) == 6


def test_after_the_stop_button_the_checkpoint_is_that_of_the_last_whole_epoch(
    tmp_path, monkeypatch
):
    path, update = tmp_path / "run.h5", Momentum.update
    net, stepped, optimizer, updates = small(), small(), Momentum(0.5), []
    train(stepped, *examples(), Momentum(0.5), 4)

    def interrupted(self, *arguments):
        updates.append(update(self, *arguments))
        if len(updates) == 5:
            raise KeyboardInterrupt

    monkeypatch.setattr(Momentum, "update", interrupted)
    with pytest.warns(UserWarning, match="stopped by hand after 4 epochs"):
        train(net, *examples(), optimizer, 10, checkpoint=path, every=3)
    saved = load(path)
    assert len(saved.history.costs) == saved.optimizer.steps == 4
    np.testing.assert_array_equal(saved.net.parameters, stepped.parameters)


# --- a refusal leaves no trace --------------------------------------------------------------------

REFUSED = {
    "X": np.ones((2, 30)),
    "Y": np.full((1, 30), 2),
    "optimizer": "adam",
    "epochs": 0,
    "batch_size": 31,
    "random_state": 4,
    "validation": (np.ones((2, 3)), [[1] * 3]),
    "early_stopping": 3,
    "checkpoint": ".",
    "every": 0,
    "history": [1],
    "sample_weight": -np.ones(30),
}


@pytest.mark.parametrize("argument", REFUSED)
def test_a_refusal_of_train_leaves_no_trace(tmp_path, argument):
    X, Y = examples(30)
    net, optimizer, stopping = restless(), Momentum(0.5), EarlyStopping(30)
    arguments = {
        **{"X": X, "Y": Y, "optimizer": optimizer, "epochs": 12, "batch_size": 8},
        **{"validation": examples(12, seed=1), "early_stopping": stopping},
    }
    history = train(net, random_state=3, **arguments)
    before = state(net, optimizer, history, stopping)
    arguments |= {"history": history, "checkpoint": tmp_path / "run.h5", "epochs": 24}
    with pytest.raises((TypeError, ValueError, OSError)):
        train(net, **{**arguments, argument: REFUSED[argument]})
    assert state(net, optimizer, history, stopping) == before
    assert os.listdir(tmp_path) == []
    train(net, **arguments)
    assert state(net, optimizer, history, stopping) != before  # and without it there is one


@pytest.mark.parametrize("used", [False, True])
def test_bad_values_found_on_the_disk_leave_no_trace(tmp_path, used):
    X, Y = examples(300)
    net, optimizer, stopping = restless(), Momentum(0.5), EarlyStopping(30)
    validation, history = examples(12, seed=1), None
    if used:
        options = {"validation": validation, "early_stopping": stopping}
        history = train(net, X, Y, optimizer, 6, 8, 3, **options)
    before = state(net, optimizer, history, stopping)
    X[0, 77] = np.nan
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file.create_dataset("X", data=X.T, chunks=(5, 3))
        file["y"] = Y[0]
        with pytest.raises(ValueError, match=words("X on disk")):
            train(
                net, file["X"], file["y"], optimizer, 12, 8, validation=validation,
                early_stopping=stopping, history=history,
            )  # fmt: skip
    assert state(net, optimizer, history, stopping) == before


# --- the progress bar -----------------------------------------------------------------------------

CELL = """
from lib import *
net = Network([Dense(1)], 2, random_state=0)
history = train(net, [[1, 2], [3, 4]], [[0, 1]], GradientDescent(0.1), 3000, progress=True)
print(len(history.costs))
"""


@pytest.mark.parametrize("disabled", [None, "1"])
def test_a_notebook_that_a_program_executes_stores_no_bar(monkeypatch, disabled):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    if disabled:
        monkeypatch.setenv("TQDM_DISABLE", disabled)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    assert [output.get("text") for output in notebook.cells[0].outputs] == ["3000\n"]


def test_in_a_browser_tab_the_bar_is_shown_and_the_kernel_not_asked(monkeypatch, capsys):
    """Pyodide's kernel has a method of that name, and another signature."""

    class Kernel:
        def get_parent(self):
            raise AssertionError("not to be asked")

    shell = types.SimpleNamespace(kernel=Kernel())
    ipython = types.SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setattr(sys, "platform", "emscripten")
    train(small(), *examples(), Adam(0.1), 3, progress=True)
    assert "0/3" in capsys.readouterr().err


def test_the_bar_starts_no_thread(monkeypatch):
    import threading

    monkeypatch.delenv("TQDM_DISABLE", raising=False)

    def no_threads(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", no_threads)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        train(small(), *examples(), Adam(0.1), 3, progress=True)
