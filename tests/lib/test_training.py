"""The loop around one step: equal to one written by hand, and safe to break off."""

import contextlib
import pickle
import re
import sys
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import (
    L2,
    Adam,
    Dense,
    Diverged,
    GradientDescent,
    History,
    Momentum,
    SoftmaxCrossEntropy,
    minibatches,
    train,
)
from tests.lib.networks import examples, small, words

# --- minibatches ----------------------------------------------------------------------------------


@given(st.integers(1, 40), st.data())
def test_minibatches_hold_every_column_once_beside_its_label(m, data):
    batch_size = data.draw(st.integers(1, m))
    X = np.vstack([np.arange(m), np.arange(m) + 0.5])
    batches = list(minibatches(X, 10 * X[:1], batch_size, data.draw(st.integers(0, 99))))
    widths = [x.shape[1] for x, _ in batches]
    assert widths[:-1] == [batch_size] * (len(widths) - 1) and 0 < widths[-1] <= batch_size
    assert all((10 * x[:1] == y).all() and (x[1] == x[0] + 0.5).all() for x, y in batches)
    assert sorted(np.hstack([x[0] for x, _ in batches])) == list(range(m))


def test_minibatches_follow_the_permutation_of_their_seed():
    X, Y = examples(m=10)
    got = np.hstack([x for x, _ in minibatches(X, Y, 4, 11)])
    np.testing.assert_array_equal(got, X[:, np.random.RandomState(11).permutation(10)])
    other = np.hstack([x for x, _ in minibatches(X, Y, 4, 12)])
    assert (got != other).any()


@pytest.mark.parametrize("x_dtype, y_dtype", [("f4", "f4"), ("f8", "i8"), ("u1", "?")])
def test_minibatches_keep_the_dtypes(x_dtype, y_dtype):
    X, Y = examples()
    for x, y in minibatches(X.astype(x_dtype), Y.astype(y_dtype), 3, 0):
        assert x.dtype == x_dtype and y.dtype == y_dtype


@pytest.mark.parametrize("batch_size, error", [(0, ValueError), (8, ValueError), (2.0, TypeError)])
def test_batch_sizes_refused(batch_size, error):
    X, Y = examples(m=7)
    with pytest.raises(error, match=f"batch_size is {batch_size}; it needs to be"):
        minibatches(X, Y, batch_size, 0)
    with pytest.raises(error, match=f"batch_size is {batch_size}; it needs to be"):
        train(small(), X, Y, Adam(0.1), 2, batch_size=batch_size)


# --- the loop -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [GradientDescent, Momentum, Adam])
def test_full_batches_equal_a_loop_by_hand(kind):
    X, Y = examples()
    ours, theirs = small(penalty=L2(0.3)), small(penalty=L2(0.3))
    history = train(ours, X, Y, kind(0.1), 20)
    optimizer, costs = kind(0.1), []
    for _ in range(20):
        costs.append(theirs.cost_and_gradient(X, Y))
        optimizer.step(theirs.parameters, theirs.gradient)
    np.testing.assert_allclose(ours.parameters, theirs.parameters, rtol=1e-12)
    assert history.costs == pytest.approx(costs, rel=1e-13)


def test_minibatch_training_equals_a_loop_by_hand():
    X, Y = examples(m=10)
    ours, theirs = small(), small()
    history = train(ours, X, Y, Adam(0.1), 5, batch_size=4, random_state=11)
    optimizer, costs = Adam(0.1), []
    for epoch in range(5):
        total = 0
        order = np.random.RandomState(11 + epoch).permutation(10)
        for columns in (order[:4], order[4:8], order[8:]):
            total += len(columns) * theirs.cost_and_gradient(X[:, columns], Y[:, columns])
            optimizer.step(theirs.parameters, theirs.gradient)
        costs.append(total / 10)
    np.testing.assert_allclose(ours.parameters, theirs.parameters, rtol=1e-13)
    assert history.costs == pytest.approx(costs, rel=1e-13)


def test_one_batch_of_everything_is_a_full_batch():
    X, Y = examples(m=10)
    ours, theirs = small(), small()
    train(ours, X, Y, GradientDescent(0.1), 5, batch_size=10, random_state=0)
    train(theirs, X, Y, GradientDescent(0.1), 5)
    np.testing.assert_allclose(ours.parameters, theirs.parameters, rtol=1e-12)


def test_training_twice_goes_on_where_it_stopped():
    X, Y = examples()
    whole, halves = small(), small()
    train(whole, X, Y, Adam(0.1), 10)
    optimizer = Adam(0.1)
    train(halves, X, Y, optimizer, 4), train(halves, X, Y, optimizer, 6)
    np.testing.assert_allclose(whole.parameters, halves.parameters, rtol=1e-12)


@pytest.mark.parametrize("seed", [7, np.int32(7), np.uint8(7)])
def test_a_seed_of_any_integer_type_names_the_same_shuffles(seed):
    X, Y = examples(m=10)
    ours, theirs = small(), small()
    train(ours, X, Y, Adam(0.1), 300, batch_size=3, random_state=seed)
    train(theirs, X, Y, Adam(0.1), 300, batch_size=3, random_state=7)
    np.testing.assert_allclose(ours.parameters, theirs.parameters, rtol=1e-12)


def test_a_random_state_draws_one_seed_and_goes_on():
    X, Y = examples(m=10)
    random_state = np.random.RandomState(3)
    seed = np.random.RandomState(3).randint(2**31)
    ours, again, theirs = small(), small(), small()
    train(ours, X, Y, Adam(0.1), 3, batch_size=3, random_state=random_state)
    train(again, X, Y, Adam(0.1), 3, batch_size=3, random_state=random_state)
    train(theirs, X, Y, Adam(0.1), 3, batch_size=3, random_state=seed)
    np.testing.assert_allclose(ours.parameters, theirs.parameters, rtol=1e-12)
    assert (ours.parameters != again.parameters).any()


def test_without_a_seed_every_run_shuffles_anew():
    X, Y = examples(m=10)
    one, other = small(), small()
    train(one, X, Y, Adam(0.1), 3, batch_size=3)
    train(other, X, Y, Adam(0.1), 3, batch_size=3)
    assert (one.parameters != other.parameters).any()


def test_the_largest_seed_wraps_round():
    X, Y = examples(m=10)
    train(net := small(), X, Y, Adam(0.1), 3, batch_size=3, random_state=2**32 - 1)
    assert np.isfinite(net.parameters).all()


def test_float32_training_stays_float32():
    X, Y = examples(m=10)
    net = small(dtype=np.float32, penalty=L2(0.1))
    train(net, X, Y, Adam(0.1), 3, batch_size=3, random_state=0, validation=(X, Y))
    assert net.parameters.dtype == net.gradient.dtype == net.forward(X).dtype == np.float32


@pytest.mark.parametrize("classes", [2, 3])
def test_validation_is_measured_after_each_epoch(classes):
    X, Y = examples(m=20, classes=classes)
    X_dev, Y_dev = examples(m=9, classes=classes, seed=1)

    def fresh():
        if classes == 2:
            return small()
        return small(Dense(3), loss=SoftmaxCrossEntropy())

    net, stepped = fresh(), fresh()
    history = train(net, X, Y, GradientDescent(0.5), 5, validation=(X_dev, Y_dev))
    optimizer, costs, accuracies = GradientDescent(0.5), [], []
    truth = Y_dev if classes == 2 else Y_dev.argmax(axis=0)[np.newaxis]
    for _ in range(5):
        stepped.cost_and_gradient(X, Y)
        optimizer.step(stepped.parameters, stepped.gradient)
        costs.append(stepped.cost(X_dev, Y_dev))
        accuracies.append(np.mean(stepped.predict(X_dev) == truth))
    assert history.validation_costs == pytest.approx(costs, rel=1e-13)
    assert history.validation_accuracies == pytest.approx(accuracies)


def test_validation_costs_leave_the_penalty_out():
    X, Y = examples()
    net, plain = small(penalty=L2(5)), small()
    history = train(net, X, Y, GradientDescent(0.1), 1, validation=(X, Y))
    plain.parameters = net.parameters
    assert history.validation_costs == pytest.approx([plain.cost(X, Y)])


def test_history_says_what_happened():
    X, Y = examples()
    history = train(small(), X, Y, GradientDescent(0.1), 3)
    assert len(history.costs) == 3 and all(type(cost) is float for cost in history.costs)
    assert not history.interrupted
    assert history.validation_costs == history.validation_accuracies == []
    first, last = history.costs[0], history.costs[-1]
    assert repr(history) == f"History(3 epochs, cost {first:.4f} to {last:.4f})"
    assert repr(History()) == "History(no epoch finished)"


@pytest.mark.parametrize(
    "changed, error, message",
    [
        ({"epochs": 0}, ValueError, "epochs is 0; it needs to be at least 1"),
        ({"epochs": 2.0}, TypeError, "epochs is 2.0; it needs to be a whole number"),
        ({"optimizer": 0.1}, TypeError, "optimizer is 0.1; it needs to be one such as Adam("),
        ({"optimizer": Adam}, TypeError, "it needs to be one such as Adam(0.001)"),
        ({"random_state": -1}, ValueError, "random_state is -1; it needs to be between 0"),
        ({"random_state": "one"}, TypeError, "random_state is 'one'; it needs to be a whole"),
        ({"X": np.ones((7, 3))}, ValueError, "it looks transposed: examples are columns, pass X.T"),
        ({"Y": [[2] * 7]}, ValueError, "Y contains 2; labels are 0 or 1"),
        ({"validation": (np.ones((2, 3)), [[1] * 3])}, ValueError, "X_dev has 2 rows, the network"),
        ({"validation": (np.ones((3, 2)), [[1] * 3])}, ValueError, "Y_dev has shape (1, 3); it"),
        ({"validation": np.ones((2, 3))}, TypeError, "validation is a ndarray; it needs to be the"),
        ({"validation": (np.ones((3, 7)),)}, TypeError, "it needs to be the pair (X_dev, Y_dev)"),
        ({"Y": None}, TypeError, "Y has dtype object; it needs real numbers"),
    ],
)
def test_arguments_refused(changed, error, message):
    X, Y = examples()
    net = small()
    before = net.parameters.copy()
    arguments = {"X": X, "Y": Y, "optimizer": Adam(0.1), "epochs": 2, **changed}
    with pytest.raises(error, match=words(message)):
        train(net, **arguments)
    np.testing.assert_array_equal(net.parameters, before)


# --- broken off -----------------------------------------------------------------------------------


class Sabotage(GradientDescent):
    """Gradient descent that does something else in one of its steps."""

    def __init__(self, at, sabotage):
        super().__init__(0.1)
        self.at, self.sabotage = at, sabotage

    def step(self, parameters, gradient):
        if self.steps == self.at:
            self.sabotage(parameters)
        super().step(parameters, gradient)


def interrupt(parameters):
    raise KeyboardInterrupt


def explode(parameters):
    parameters[:] = np.nan


@pytest.mark.parametrize("batch_size, at", [(None, 3), (4, 7), (4, 9)])
def test_divergence_is_reported_and_the_last_finite_parameters_come_back(batch_size, at):
    X, Y = examples(m=10)
    net, stepped = small(), small()
    with pytest.raises(Diverged) as caught:
        train(net, X, Y, Sabotage(at, explode), 10, batch_size=batch_size, random_state=5)
    # The cost of the next step is NaN: what step `at` started from had the last finite cost.
    per_epoch = 1 if batch_size is None else 3
    epoch, step = divmod(at + 1, per_epoch)
    error = caught.value
    assert len(error.history.costs) == epoch and np.isfinite(error.history.costs).all()
    optimizer, costs = GradientDescent(0.1), []
    for k in range(10):
        order = np.random.RandomState(5 + k).permutation(10)
        batches = [order[:4], order[4:8], order[8:]] if batch_size else [np.arange(10)]
        for columns in batches:
            if len(costs) <= at:
                costs.append(stepped.cost_and_gradient(X[:, columns], Y[:, columns]))
            if len(costs) <= at:
                optimizer.step(stepped.parameters, stepped.gradient)
    assert str(error) == (
        f"the cost became nan in epoch {epoch}, step {step};"
        f" the last finite cost was {costs[-1]:.6g}."
        " The parameters are back at their last finite cost."
        " Try a smaller learning rate, or inputs on a smaller scale."
    )
    assert error.last_cost == pytest.approx(costs[-1])
    np.testing.assert_allclose(net.parameters, stepped.parameters, rtol=1e-12)
    assert np.isfinite(net.cost(X, Y))


def test_a_cost_that_never_was_finite():
    net, (X, Y) = small(Dense(1)), examples()
    net.parameters[:] = 1e308
    before = net.parameters.copy()
    with pytest.raises(Diverged, match="in epoch 0, step 0; it never was finite") as caught:
        train(net, X, Y, GradientDescent(0.1), 10)
    assert caught.value.history.costs == []
    np.testing.assert_array_equal(net.parameters, before)


@pytest.mark.parametrize("batch_size", [None, 4])
def test_divergence_in_the_very_last_step_is_told_as_one_more_epoch_would(batch_size):
    X, Y = examples(m=10)
    at = 2 if batch_size is None else 8  # the last step of the third epoch
    nets, errors = (small(), small()), []
    for net, epochs in zip(nets, (3, 4), strict=True):
        with pytest.raises(Diverged) as caught:
            train(net, X, Y, Sabotage(at, explode), epochs, batch_size, random_state=5)
        errors.append(caught.value)
    assert str(errors[0]) == str(errors[1])
    assert errors[0].history == errors[1].history and len(errors[0].history.costs) == 3
    assert np.isfinite(nets[0].parameters).all()
    np.testing.assert_array_equal(nets[0].parameters, nets[1].parameters)


def test_divergence_survives_a_process_boundary():
    X, Y = examples()
    with pytest.raises(Diverged) as caught:
        train(small(), X, Y, Sabotage(1, explode), 3)
    twin = pickle.loads(pickle.dumps(caught.value))
    assert str(twin) == str(caught.value) and twin.history == caught.value.history


def test_too_large_a_rate_diverges_without_a_warning():
    X, Y = examples()
    net = small(penalty=L2(1))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(Diverged, match="Try a smaller learning rate"):
            train(net, X, Y, GradientDescent(1e80), 100)
    assert np.isfinite(net.cost(X, Y))


def test_diverged_is_an_arithmetic_error():
    assert issubclass(Diverged, ArithmeticError)


def test_stopped_by_hand_it_warns_and_keeps_what_there_is():
    X, Y = examples(m=10)
    net, stepped = small(), small()
    with pytest.warns(UserWarning, match="training stopped by hand after 4 epochs"):
        history = train(net, X, Y, Sabotage(4, interrupt), 10, validation=(X, Y))
    assert history.interrupted and len(history.costs) == len(history.validation_costs) == 4
    train(stepped, X, Y, GradientDescent(0.1), 4)
    np.testing.assert_allclose(net.parameters, stepped.parameters, rtol=1e-12)
    assert len(train(net, X, Y, GradientDescent(0.1), 2).costs) == 2


@pytest.mark.parametrize("sabotage", [interrupt, explode, lambda parameters: None])
def test_the_progress_bar_is_wiped_however_training_ends(sabotage, monkeypatch, capsys):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    with warnings.catch_warnings(), contextlib.suppress(Diverged):
        warnings.simplefilter("ignore")
        train(small(), *examples(), Sabotage(2, sabotage), 5, progress=True)
    shown = capsys.readouterr().err
    assert "0/5" in shown and "\n" not in shown
    assert re.search(r"\r *\r$", shown)


def test_the_progress_bar_leaves_nothing_behind(monkeypatch, capsys):
    X, Y = examples()
    monkeypatch.setenv("TQDM_DISABLE", "1")
    monkeypatch.delitem(sys.modules, "tqdm", raising=False)
    for name in [name for name in sys.modules if name.startswith("tqdm.")]:
        monkeypatch.delitem(sys.modules, name)
    shown, silent = small(), small()
    train(shown, X, Y, Adam(0.1), 3, progress=True)
    train(silent, X, Y, Adam(0.1), 3)
    assert capsys.readouterr() == ("", "")
    np.testing.assert_allclose(shown.parameters, silent.parameters, rtol=1e-12)
