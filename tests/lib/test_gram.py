"""The Gram form takes the same steps as train, and refuses what it cannot."""

import numpy as np
import pytest

from lib import (
    L1,
    L2,
    Adam,
    Dense,
    Diverged,
    Dropout,
    GradientDescent,
    LeakyReLU,
    Momentum,
    ReLU,
    RMSprop,
    SoftmaxCrossEntropy,
    Tanh,
    he,
    train,
    train_gram,
    zeros,
)
from tests.lib.networks import examples, small, words
from tests.lib.test_training import Sabotage, explode, interrupt

WIDE = 60  # inputs, and far fewer examples


def falling(step):
    return 0.3 / (1 + 0.1 * step)


OPTIMIZERS = {
    "gradient descent": lambda: GradientDescent(0.2),
    "momentum": lambda: Momentum(0.2),
    "schedule": lambda: GradientDescent(falling),
    "momentum with schedule": lambda: Momentum(falling, 0.5),
}
NETWORKS = {
    "one neuron from zero": lambda **options: small(Dense(1), initializer=zeros, **options),
    "one neuron": lambda **options: small(Dense(1), **options),
    "two layers": lambda **options: small(Dense(4), Tanh(), Dense(1), **options),
    "four layers": lambda **options: small(
        Dense(5), ReLU(), Dense(4), LeakyReLU(), Dense(3), Tanh(), Dense(1),
        initializer=he, **options,
    ),
    "softmax": lambda **options: small(
        Dense(4), Tanh(), Dense(3), loss=SoftmaxCrossEntropy(), **options
    ),
}  # fmt: skip


@pytest.mark.parametrize("penalty", [None, L2(0.8)], ids=["plain", "L2"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_the_same_descent(network, optimizer, penalty):
    classes = 3 if network is NETWORKS["softmax"] else 2
    X, Y = examples(m=9, n_inputs=WIDE, classes=classes)
    X, X_dev = X / 8, examples(m=5, n_inputs=WIDE, seed=1)[0] / 8
    validation = X_dev, Y[:, :5]
    ours = network(n_inputs=WIDE, penalty=penalty)
    theirs = network(n_inputs=WIDE, penalty=penalty)
    vector, views = ours.parameters, [layer.W for layer in ours.layers if layer.weights]

    got = train_gram(ours, X, Y, optimizer(), 40, validation=validation)
    expected = train(theirs, X, Y, optimizer(), 40, validation=validation)

    np.testing.assert_allclose(ours.parameters, theirs.parameters, rtol=0, atol=1e-12)
    np.testing.assert_allclose(got.costs, expected.costs, rtol=1e-12)
    np.testing.assert_allclose(got.validation_costs, expected.validation_costs, rtol=1e-12)
    assert got.validation_accuracies == expected.validation_accuracies
    # and the network is its old self: same vector, same layers, new values
    assert ours.parameters is vector
    assert all(np.shares_memory(view, vector) for view in views)
    assert ours.cost_and_gradient(X, Y) == pytest.approx(theirs.cost_and_gradient(X, Y))


def test_train_goes_on_after_train_gram():
    X, Y = examples(m=9, n_inputs=WIDE)
    mixed, whole = small(n_inputs=WIDE), small(n_inputs=WIDE)
    train_gram(mixed, X, Y, GradientDescent(0.1), 10)
    train(mixed, X, Y, GradientDescent(0.1), 10)
    train(whole, X, Y, GradientDescent(0.1), 20)
    np.testing.assert_allclose(mixed.parameters, whole.parameters, atol=1e-12)


def test_float32_stays_float32():
    X, Y = examples(m=9, n_inputs=WIDE)
    net, twin = (small(n_inputs=WIDE, dtype=np.float32, penalty=L2(0.1)) for _ in range(2))
    history = train_gram(net, X, Y, Momentum(0.1), 10)
    assert net.parameters.dtype == net.forward(X).dtype == np.float32
    np.testing.assert_allclose(history.costs, train(twin, X, Y, Momentum(0.1), 10).costs, rtol=1e-4)


def test_more_examples_than_inputs_are_slower_and_right():
    X, Y = examples(m=30, n_inputs=3)
    ours, theirs = small(), small()
    train_gram(ours, X, Y, GradientDescent(0.1), 10)
    train(theirs, X, Y, GradientDescent(0.1), 10)
    np.testing.assert_allclose(ours.parameters, theirs.parameters, atol=1e-12)


@pytest.mark.parametrize(
    "net, optimizer, error, message",
    [
        (small(), Adam(0.1), ValueError, "train_gram needs one whose steps are linear in the grad"),
        (small(), RMSprop(0.1), ValueError, "optimizer is RMSprop(0.1, "),
        (small(), 0.1, TypeError, "optimizer is 0.1; it needs to be one such as GradientDescent("),
        (
            small(Tanh(), Dense(1)),
            GradientDescent(0.1),
            ValueError,
            "layers[0] is Tanh(); train_gram needs a Dense layer on the inputs",
        ),
        (
            small(penalty=type("AnotherPenalty", (L2,), {})(0.1)),
            GradientDescent(0.1),
            ValueError,
            "; train_gram needs None or one L2: use train",
        ),
        (
            small(penalty=[L2(0.1)]),
            GradientDescent(0.1),
            ValueError,
            "penalty is [L2(0.1)]; train_gram needs None or one L2: use train",
        ),
        (
            small(penalty=L1(0.1)),
            GradientDescent(0.1),
            ValueError,
            "penalty is L1(0.1); train_gram needs None or one L2: use train",
        ),
        (
            small(Dropout(0.5), Dense(1)),
            GradientDescent(0.1),
            ValueError,
            "layers[0] is Dropout(0.5); train_gram needs a Dense layer on the inputs",
        ),
    ],
)
def test_refused_where_it_would_not_be_exact(net, optimizer, error, message):
    before = net.parameters.copy()
    with pytest.raises(error, match=words(message)):
        train_gram(net, *examples(), optimizer, 3)
    np.testing.assert_array_equal(net.parameters, before)


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"X": np.ones((4, 7))}, "X has 4 rows, the network has 3 inputs"),
        ({"epochs": 0}, "epochs is 0; it needs to be at least 1"),
        ({"validation": (np.ones((2, 7)), [[0] * 7])}, "X_dev has 2 rows, the network has 3"),
    ],
)
def test_bad_arguments_leave_the_network_as_it_was(changed, message):
    net, (X, Y) = small(), examples()
    before, cost = net.parameters.copy(), net.cost(X, Y)
    arguments = {"X": X, "Y": Y, "optimizer": GradientDescent(0.1), "epochs": 3, **changed}
    with pytest.raises(ValueError, match=words(message)):
        train_gram(net, **arguments)
    np.testing.assert_array_equal(net.parameters, before)
    assert net.cost(X, Y) == pytest.approx(cost, rel=1e-13)


def test_there_are_no_minibatches():
    with pytest.raises(TypeError, match="batch_size"):
        train_gram(small(), *examples(), GradientDescent(0.1), 3, batch_size=2)


def test_stopped_by_hand_it_ends_where_train_would_have():
    X, Y = examples(m=9, n_inputs=WIDE)
    net, stepped = small(n_inputs=WIDE), small(n_inputs=WIDE)
    with pytest.warns(UserWarning, match="training stopped by hand after 4 epochs"):
        history = train_gram(net, X, Y, Sabotage(4, interrupt), 10)
    train(stepped, X, Y, GradientDescent(0.1), 4)
    assert history.interrupted and len(history.costs) == 4
    np.testing.assert_allclose(net.parameters, stepped.parameters, atol=1e-12)


def test_diverged_it_ends_where_train_would_have():
    X, Y = examples(m=9, n_inputs=WIDE)
    net, stepped = small(n_inputs=WIDE), small(n_inputs=WIDE)
    with pytest.raises(Diverged, match="in epoch 5, step 0") as caught:
        train_gram(net, X, Y, Sabotage(4, explode), 10)
    train(stepped, X, Y, GradientDescent(0.1), 4)
    assert len(caught.value.history.costs) == 5
    np.testing.assert_allclose(net.parameters, stepped.parameters, atol=1e-12)
    assert np.isfinite(net.cost(X, Y))
