"""Weights of examples: how often each one counts, in every place where a cost is computed."""

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from lib import (
    L1,
    L2,
    Adam,
    BatchNorm,
    BinaryCrossEntropy,
    Dense,
    EarlyStopping,
    GradientDescent,
    Momentum,
    SoftmaxCrossEntropy,
    Tanh,
    check_gradients,
    minibatches,
    train,
    train_gram,
)
from lib.checks import check_weights
from tests.lib.networks import examples, random_networks, small, words


def weights(m, seed=0):
    return np.random.RandomState(seed).rand(m) + 0.01


def softmax_net(**options):
    return small(Dense(4), Tanh(), Dense(3), loss=SoftmaxCrossEntropy(), **options)


# --- the cost and its gradient --------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(7,), (1, 7)])
@pytest.mark.parametrize("classes", [2, 3])
def test_the_cost_is_the_weighted_mean_of_the_losses(classes, shape):
    (X, Y), w = examples(classes=classes), weights(7)
    net = small() if classes == 2 else softmax_net()
    alone = [net.cost(X[:, [i]], Y[:, [i]]) for i in range(7)]
    expected = pytest.approx(np.average(alone, weights=w), rel=1e-13)
    assert net.cost(X, Y, w.reshape(shape)) == expected
    assert net.cost_and_gradient(X, Y, w.reshape(shape)) == expected
    loss = net.loss.value_and_gradient(net.forward(X), Y, w.reshape(shape))[0]
    assert loss == expected


@given(random_networks(), st.integers(0, 10**6))
def test_the_weighted_gradient_is_the_complex_step_derivative(drawn, seed):
    net, X, Y = drawn
    # not too large: of a sure neuron's gradient, A - Y, round-off leaves only a few digits
    net.parameters = net.parameters / 2
    w = np.random.RandomState(seed).rand(X.shape[1]) * 3 + 1e-3
    report = check_gradients(net, X, Y, method="complex-step", sample_weight=w)
    assert report.relative_difference < 1e-10


class Unweighted(BinaryCrossEntropy):
    """Forgets the weights on the way back."""

    def value_and_gradient(self, Z, Y, w=None):
        return super().value_and_gradient(Z, Y, w)[0], super().value_and_gradient(Z, Y)[1]


def test_a_gradient_without_the_weights_is_noticed():
    (X, Y), w = examples(), weights(7)
    assert check_gradients(small(), X, Y, sample_weight=w).relative_difference < 1e-7
    wrong = check_gradients(small(loss=Unweighted()), X, Y, sample_weight=w)
    assert wrong.relative_difference > 1e-2


@given(random_networks(), st.data())
def test_whole_weights_are_repeated_examples(drawn, data):
    net, X, Y = drawn
    m = X.shape[1]
    w = np.array(data.draw(st.lists(st.integers(0, 3), min_size=m, max_size=m)))
    if not w.any():
        w[0] = 1
    repeated = X.repeat(w, axis=1), Y.repeat(w, axis=1)
    assert net.cost(X, Y, w) == pytest.approx(net.cost(*repeated), rel=1e-11)
    net.cost_and_gradient(X, Y, w)
    gradient = net.gradient.copy()
    net.cost_and_gradient(*repeated)
    np.testing.assert_allclose(gradient, net.gradient, rtol=1e-9, atol=1e-13)


def test_equal_weights_change_nothing():
    X, Y = examples()
    net = small(penalty=L2(0.7))
    assert net.cost(X, Y, np.ones(7)) == pytest.approx(net.cost(X, Y), rel=1e-14)


def test_float32_stays_float32():
    X, Y = examples()
    net = small(dtype=np.float32, penalty=L2(0.1))
    train(net, X, Y, Adam(0.1), 3, 3, random_state=0, sample_weight=weights(7))
    assert net.parameters.dtype == net.gradient.dtype == np.float32
    dZ = net.loss.value_and_gradient(net.forward(X), Y.astype("f4"), weights(7).astype("f4"))[1]
    assert dZ.dtype == np.float32


# --- training -------------------------------------------------------------------------------------


@pytest.mark.parametrize("penalty", [None, L2(0.7), [L1(0.1), L2(0.7)]])
def test_training_with_whole_weights_is_training_with_repeated_examples(penalty):
    X, Y = examples(9)
    w = np.array([1, 0, 3, 2, 1, 0, 1, 4, 1])
    ours, theirs = small(penalty=penalty), small(penalty=penalty)
    got = train(ours, X, Y, Momentum(0.3), 30, sample_weight=w)
    expected = train(theirs, X.repeat(w, 1), Y.repeat(w, 1), Momentum(0.3), 30)
    np.testing.assert_allclose(ours.parameters, theirs.parameters, rtol=1e-11)
    assert got.costs == pytest.approx(expected.costs, rel=1e-12)


@pytest.mark.parametrize("batch_size", [None, 3])
def test_a_weight_of_zero_leaves_the_example_out_also_of_batch_norm(batch_size):
    X, Y = examples(12)
    w = np.ones(12)
    w[[2, 5, 6]] = 0
    X_odd = X.copy()
    X_odd[:, w == 0] = 1e6
    nets = [small(Dense(4, bias=False), BatchNorm(), Tanh(), Dense(1)) for _ in range(2)]
    got = train(nets[0], X_odd, Y, Adam(0.1), 5, batch_size, 3, sample_weight=w)
    expected = train(nets[1], X[:, w > 0], Y[:, w > 0], Adam(0.1), 5, batch_size, 3)
    np.testing.assert_allclose(got.costs, expected.costs, rtol=1e-12)
    for ours, theirs in zip(nets[0].snapshot(), nets[1].snapshot(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-10)


def test_minibatches_equal_a_loop_by_hand():
    (X, Y), w = examples(m=10), weights(10)
    ours, theirs = small(), small()
    history = train(ours, X, Y, Adam(0.1), 5, 4, 11, sample_weight=w)
    optimizer, costs = Adam(0.1), []
    for epoch in range(5):
        total = 0
        order = np.random.RandomState(11 + epoch).permutation(10)
        for batch in (order[:4], order[4:8], order[8:]):
            total += w[batch].sum() * theirs.cost_and_gradient(X[:, batch], Y[:, batch], w[batch])
            optimizer.step(theirs.parameters, theirs.gradient)
        costs.append(total / w.sum())
    np.testing.assert_allclose(ours.parameters, theirs.parameters, rtol=1e-12)
    assert history.costs == pytest.approx(costs, rel=1e-13)
    assert all(type(cost) is float for cost in history.costs)


def test_minibatches_take_the_weights_along():
    X, Y = examples(m=10)
    X = abs(X)
    for X_batch, _, w_batch in minibatches(X, Y, 3, 0, X[0]):
        np.testing.assert_array_equal(X_batch[0], w_batch)


@pytest.mark.parametrize("classes", [2, 3])
def test_validation_is_weighted_by_its_own_weights(classes):
    X, Y = examples(20, classes=classes)
    X_dev, Y_dev = examples(9, classes=classes, seed=1)
    w_dev = np.arange(9)
    net = small() if classes == 2 else softmax_net()
    history = train(net, X, Y, Adam(0.1), 3, validation=(X_dev, Y_dev, w_dev))
    truth = Y_dev if classes == 2 else Y_dev.argmax(axis=0)[np.newaxis]
    right = (net.predict(X_dev) == truth)[0]
    assert history.validation_costs[-1] == pytest.approx(net.cost(X_dev, Y_dev, w_dev))
    assert history.validation_accuracies[-1] == pytest.approx(np.average(right, weights=w_dev))


def test_early_stopping_watches_the_weighted_cost():
    X, Y = examples(20)
    stopping = EarlyStopping(50)
    options = {"validation": (*examples(9, seed=1), np.arange(9)), "early_stopping": stopping}
    history = train(small(), X, Y, Adam(0.2), 60, **options)
    assert stopping.best_cost == min(history.validation_costs)


def test_the_gram_form_takes_weights():
    X, Y = examples(9, n_inputs=60)
    w = np.array([1, 0, 0.5, 2, 1, 0, 1, 4, 1])
    validation = (*examples(5, n_inputs=60, seed=1), np.arange(5))
    ours, theirs = (small(n_inputs=60, penalty=L2(0.3)) for _ in range(2))
    options = {"validation": validation, "sample_weight": w}
    got = train_gram(ours, X / 8, Y, GradientDescent(0.2), 20, **options)
    expected = train(theirs, X / 8, Y, GradientDescent(0.2), 20, **options)
    np.testing.assert_allclose(ours.parameters, theirs.parameters, atol=1e-12)
    np.testing.assert_allclose(got.costs, expected.costs, rtol=1e-12)
    np.testing.assert_allclose(got.validation_costs, expected.validation_costs, rtol=1e-12)


@pytest.mark.parametrize("stored", [False, True])
def test_files_on_disk_take_weights(tmp_path, stored):
    (X, Y), w = examples(50), weights(50)
    w[::3] = 0
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file.create_dataset("X", data=X.T, chunks=(5, 3))
        file["y"], file["w"] = Y[0], w
        net = small()
        options = {"sample_weight": file["w"] if stored else w}
        history = train(net, file["X"], file["y"], GradientDescent(1e-9), 2, 7, 0, **options)
    # the steps are so small that every batch meets the same parameters
    assert history.costs == pytest.approx([net.cost(X, Y, w)] * 2, rel=1e-6)


@pytest.mark.parametrize("classes", [2, 3])
def test_at_convergence_it_is_scikit_learns_weighted_logistic_regression(classes):
    X, Y = examples(60, classes=classes)
    y = Y[0] if classes == 2 else Y.argmax(axis=0)
    w = weights(60)
    net = small(
        Dense(1 if classes == 2 else 3),
        loss=BinaryCrossEntropy() if classes == 2 else SoftmaxCrossEntropy(),
        penalty=L2(2.0),
    )
    train(net, X, Y, GradientDescent(0.5), 4000, sample_weight=w)
    theirs = LogisticRegression(C=0.5, tol=1e-12, max_iter=10_000).fit(X.T, y, w)
    np.testing.assert_allclose(net.layers[0].W, theirs.coef_, atol=1e-6)


# --- refusals -------------------------------------------------------------------------------------

BAD = [
    ([1] * 6, ValueError, "has shape (6,); it needs (7,): one weight per example"),
    (np.ones((7, 1)), ValueError, "has shape (7, 1); it needs (7,): one weight per example"),
    (1, ValueError, "has shape (); it needs (7,): one weight per example"),
    ([1, 1, -1, 1, 1, 1, 1], ValueError, "[2] is -1.0; it needs finite numbers from 0 up"),
    ([1, 1, np.nan, 1, 1, 1, 1], ValueError, "[2] is nan; it needs finite numbers from 0 up"),
    ([1, 1, np.inf, 1, 1, 1, 1], ValueError, "[2] is inf; it needs finite numbers from 0 up"),
    ([0] * 7, ValueError, "sums to 0.0; it needs a finite sum above zero"),
    ([1e308] * 7, ValueError, "sums to inf; it needs a finite sum above zero"),
    (["a"] * 7, TypeError, "has dtype <U1; it needs real numbers"),
    (1j * np.ones(7), TypeError, "has dtype complex128; it needs real numbers"),
]


@pytest.mark.parametrize("w, error, message", BAD)
def test_weights_refused(w, error, message):
    (X, Y), net = examples(), small()
    before = net.parameters.copy()
    doors = {
        "sample_weight": [
            lambda: train(net, X, Y, Adam(0.1), 2, sample_weight=w),
            lambda: train_gram(net, X, Y, GradientDescent(0.1), 2, sample_weight=w),
            lambda: check_gradients(net, X, Y, sample_weight=w),
        ],
        "w": [lambda: net.cost(X, Y, w), lambda: net.cost_and_gradient(X, Y, w)],
        "w_dev": [lambda: train(net, X, Y, Adam(0.1), 2, validation=(X, Y, w))],
    }
    for name, calls in doors.items():
        for call in calls:
            with pytest.raises(error, match="^" + words(f"{name}{' ' * (message[0] != '[')}")):
                call()
            with pytest.raises(error, match=words(message)):
                call()
    np.testing.assert_array_equal(net.parameters, before)


def test_weights_are_looked_at_and_not_changed():
    w = np.arange(7)
    assert check_weights(w[np.newaxis], 7).shape == (7,)
    assert check_weights(w, 7, np.float32).dtype == np.float32
    np.testing.assert_array_equal(w, np.arange(7))
