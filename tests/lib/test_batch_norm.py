"""Batch normalization beside its formulas written out, and in a network."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import (
    L2,
    BatchNorm,
    BinaryCrossEntropy,
    Dense,
    Dropout,
    EarlyStopping,
    GradientDescent,
    Network,
    ReLU,
    SoftmaxCrossEntropy,
    Tanh,
    check_gradients,
    train,
    train_gram,
)
from tests.lib.networks import examples, small, words


def alone(n, **options):
    """A BatchNorm of n units with random gamma and beta, in a network of which it is layers[1]."""
    net = small(Dense(n), BatchNorm(**options), Tanh(), Dense(1))
    layer = net.layers[1]
    random_state = np.random.RandomState(5)
    layer.gamma[...], layer.beta[...] = random_state.randn(2, n, 1)
    return layer


def by_the_book(Z, gamma, beta, epsilon, dA):
    """Output and gradients, one unit after the other, with every intermediate of the graph."""
    output, dZ = np.empty_like(Z), np.empty_like(Z)
    dgamma, dbeta = np.empty_like(gamma), np.empty_like(beta)
    m = Z.shape[1]
    for j, z in enumerate(Z):
        mean = sum(z) / m
        centred = z - mean
        variance = sum(centred**2) / m
        inverse = (variance + epsilon) ** -0.5
        z_hat = centred * inverse
        output[j] = gamma[j] * z_hat + beta[j]
        dgamma[j], dbeta[j] = sum(dA[j] * z_hat), sum(dA[j])
        dz_hat = gamma[j] * dA[j]
        dinverse = sum(dz_hat * centred)
        dvariance = dinverse * -0.5 * (variance + epsilon) ** -1.5
        dcentred = dz_hat * inverse + dvariance * 2 * centred / m
        dmean = -sum(dcentred)
        dZ[j] = dcentred + dmean / m
    return output, dZ, dgamma, dbeta


@given(st.integers(1, 4), st.integers(2, 9), st.sampled_from([1e-8, 1e-5, 0.1]), st.integers(0, 99))
def test_forward_and_backward_by_the_book(n, m, epsilon, seed):
    random_state = np.random.RandomState(seed)
    Z, dA = 3 * random_state.randn(2, n, m) + 1
    layer = alone(n, epsilon=epsilon)
    output, dZ, dgamma, dbeta = by_the_book(Z, layer.gamma, layer.beta, epsilon, dA)
    np.testing.assert_allclose(layer.forward(Z, training=True), output, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(layer.backward(dA), dZ, rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(layer.dgamma, dgamma, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(layer.dbeta, dbeta, rtol=1e-9, atol=1e-9)


def test_it_starts_as_mean_zero_and_deviation_one():
    layer = small(Dense(4), BatchNorm(), Tanh(), Dense(1)).layers[1]
    Z = 7 + 5 * np.random.RandomState(0).randn(4, 50)
    output = layer.forward(Z, training=True)
    np.testing.assert_allclose(output.mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(output.std(axis=1), 1, rtol=1e-5)


def test_running_averages():
    layer = alone(3, momentum=0.8)
    batches = 2 + 3 * np.random.RandomState(0).randn(6, 3, 10)
    mean, variance = np.zeros((3, 1)), np.ones((3, 1))
    for Z in batches:
        layer.forward(Z, training=True)
        mean = 0.8 * mean + 0.2 * Z.mean(axis=1, keepdims=True)
        variance = 0.8 * variance + 0.2 * Z.var(axis=1, keepdims=True)
    np.testing.assert_allclose(layer.running_mean, mean, rtol=1e-12)
    np.testing.assert_allclose(layer.running_variance, variance, rtol=1e-12)
    one = batches[0][:, :1]
    expected = layer.gamma * (one - mean) / np.sqrt(variance + 1e-5) + layer.beta
    np.testing.assert_allclose(layer.forward(one), expected, rtol=1e-12)


def test_prediction_does_not_depend_on_the_company_and_changes_nothing():
    net = small(Dense(4), BatchNorm(), ReLU(), Dense(1))
    X, Y = examples(20)
    train(net, X, Y, GradientDescent(0.1), 5)
    before = net.layers[1].running_mean.copy()
    np.testing.assert_allclose(net.predict_proba(X)[:, 3:4], net.predict_proba(X[:, 3:4]))
    np.testing.assert_array_equal(net.layers[1].running_mean, before)


@given(st.integers(1, 4), st.integers(2, 8), st.integers(2, 4), st.booleans(), st.integers(0, 999))
def test_the_gradients_of_random_networks(width, m, classes, bias, seed):
    layers = [Dense(width, bias), BatchNorm(), Tanh(), Dense(3, bias), BatchNorm(), Dropout(0.7)]
    net = Network(
        [*layers, Dense(1 if classes == 2 else classes)],
        n_inputs=3,
        loss=BinaryCrossEntropy() if classes == 2 else SoftmaxCrossEntropy(),
        penalty=L2(0.3),
        random_state=seed,
    )
    net.parameters = np.random.RandomState(seed).randn(net.parameters.size)
    report = check_gradients(net, *examples(m, 3, classes, seed), method="complex-step")
    assert report.relative_difference < 1e-10, report


@pytest.mark.parametrize("layer", [BatchNorm, lambda: BatchNorm(0.5, 0.1)])
def test_it_may_come_first(layer):
    net = small(layer(), Dense(3), Tanh(), Dense(1))
    assert net.layers[0].is_first
    assert check_gradients(net, *examples(9), method="complex-step").relative_difference < 1e-10


def test_the_bias_before_it_is_of_no_use():
    net = small(Dense(4), BatchNorm(), Tanh(), Dense(1))
    X, Y = examples(30)
    net.cost_and_gradient(X, Y)
    np.testing.assert_allclose(net.layers[0].db, 0, atol=1e-16)
    assert np.abs(net.layers[0].dW).max() > 1e-3
    without = small(Dense(4, bias=False), BatchNorm(), Tanh(), Dense(1))
    assert without.parameters.size == net.parameters.size - 4
    histories = [train(one, X, Y, GradientDescent(0.5), 40) for one in (net, without)]
    np.testing.assert_allclose(histories[0].costs, histories[1].costs, rtol=1e-9)


def test_one_example_has_no_spread():
    net = small(Dense(4), BatchNorm(), Tanh(), Dense(1))
    X, Y = examples(9)
    message = words("batch normalization met a training batch of 1 example; it needs at least 2")
    with pytest.raises(ValueError, match=message):
        net.cost_and_gradient(X[:, :1], Y[:, :1])
    before = net.snapshot()
    for batch_size in (1, 2, 4, 8):  # each leaves one example over
        with pytest.raises(ValueError, match=message):
            train(net, X, Y, GradientDescent(0.1), 1, batch_size=batch_size, random_state=0)
    for now, then in zip(net.snapshot(), before, strict=True):
        np.testing.assert_array_equal(now, then)
    train(net, X, Y, GradientDescent(0.1), 1, batch_size=3, random_state=0)
    assert net.predict_proba(X[:, :1]).shape == (1, 1)


@pytest.mark.parametrize("name, values", [("momentum", [-0.1, 1, np.nan]), ("epsilon", [0, -1])])
def test_arguments_refused(name, values):
    for value in values:
        with pytest.raises(ValueError, match=f"{name} is {value}; it needs to be a finite number"):
            BatchNorm(**{name: value})
    with pytest.raises(TypeError, match=f"{name} is 'big'; it needs to be a number"):
        BatchNorm(**{name: "big"})


def test_float32_stays():
    net = small(Dense(4), BatchNorm(), ReLU(), Dense(1), dtype=np.float32)
    X, Y = examples(12)
    train(net, X, Y, GradientDescent(0.1), 3, batch_size=4, random_state=0)
    layer = net.layers[1]
    assert layer.running_mean.dtype == layer.running_variance.dtype == np.float32
    assert net.forward(X).dtype == net.forward(X, training=True).dtype == np.float32


def test_a_gradient_check_leaves_the_running_averages_alone():
    net = small(Dense(4), BatchNorm(), Tanh(), Dense(1))
    before = net.snapshot()
    check_gradients(net, *examples(9), method="complex-step")
    for now, then in zip(net.snapshot(), before, strict=True):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_a_copy_takes_the_running_averages_along(duplicate):
    net = small(Dense(4), BatchNorm(), Tanh(), Dense(1))
    X, Y = examples(9)
    train(net, X, Y, GradientDescent(0.1), 3)
    twin = duplicate(net)
    np.testing.assert_array_equal(twin.forward(X), net.forward(X))
    train(twin, X, Y, GradientDescent(0.1), 3)
    assert not np.array_equal(twin.layers[1].running_mean, net.layers[1].running_mean)


def test_early_stopping_brings_the_running_averages_of_the_best_epoch_back():
    net, dev = small(Dense(4), BatchNorm(), Tanh(), Dense(1)), examples(9, seed=1)
    stopping = EarlyStopping(3)
    history = train(
        net, *examples(9), GradientDescent(2), 60, validation=dev, early_stopping=stopping
    )
    assert len(history.costs) < 60  # it did stop: random labels cannot be learned
    assert net.cost(*dev) == pytest.approx(min(history.validation_costs), rel=1e-12)


def test_the_gram_form_of_a_net_without_the_first_bias():
    X, Y = examples(9, n_inputs=40)
    nets = [
        small(Dense(4, bias=False), BatchNorm(), Tanh(), Dense(1), n_inputs=40) for _ in range(2)
    ]
    histories = [
        t(net, X, Y, GradientDescent(0.1), 30)
        for t, net in zip([train, train_gram], nets, strict=True)
    ]
    np.testing.assert_allclose(histories[0].costs, histories[1].costs, rtol=1e-9)
    np.testing.assert_allclose(nets[0].forward(X), nets[1].forward(X), rtol=1e-8, atol=1e-9)


def test_it_is_shown_as_it_is_written():
    assert repr(BatchNorm()) == "BatchNorm(momentum=0.9, epsilon=1e-05)"
    assert repr(Dense(3, bias=False)) == "Dense(3, bias=False)"


def test_bias_is_a_yes_or_no():
    with pytest.raises(ValueError, match="bias is 'no'; it needs to be one of True, False"):
        Dense(3, bias="no")
