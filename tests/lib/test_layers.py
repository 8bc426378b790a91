"""The layers one by one."""

import numpy as np
import pytest

from lib import BatchNorm, Dense, Dropout, Layer, LeakyReLU, ReLU, Sigmoid, Tanh
from lib.gradient_check import numerical_gradient
from lib.layers import NotReady
from tests.lib.networks import small, words


def test_dense_is_a_matrix_product_plus_a_column():
    net = small(Dense(2), n_inputs=3, loss=TwoOutputs())
    layer = net.layers[0]
    layer.b[...] = [[1], [2]]
    X = np.arange(12.0).reshape(3, 4)
    Z = layer.forward(X)
    assert Z.shape == (2, 4)
    for i in range(4):
        np.testing.assert_allclose(Z[:, i], layer.W @ X[:, i] + [1, 2])


def test_dense_backward_writes_in_place_and_returns_the_gradient_of_its_input():
    net = small(Dense(3), Tanh(), Dense(2), loss=TwoOutputs())
    layer = net.layers[2]
    views = layer.dW, layer.db
    A_prev, dZ = np.random.RandomState(0).randn(3, 5), np.random.RandomState(1).randn(2, 5)
    layer.forward(A_prev)
    dA_prev = layer.backward(dZ)
    assert (layer.dW is views[0]) and (layer.db is views[1])
    np.testing.assert_allclose(layer.dW, sum(np.outer(dZ[:, i], A_prev[:, i]) for i in range(5)))
    np.testing.assert_allclose(layer.db, dZ.sum(axis=1).reshape(2, 1))
    np.testing.assert_allclose(dA_prev, layer.W.T @ dZ)


def test_the_first_dense_layer_computes_no_gradient_of_the_input():
    first = small().layers[0]
    first.forward(np.ones((3, 2)))
    assert first.backward(np.ones((4, 2))) is None


def test_the_first_layer_with_parameters_counts_as_first():
    net = small(Tanh(), Dense(1))
    assert net.layers[1].is_first and not net.layers[0].is_first


@pytest.mark.parametrize("n", [0, -1])
def test_dense_needs_an_output(n):
    with pytest.raises(ValueError, match=f"n_outputs is {n}; it needs to be at least 1"):
        Dense(n)


@pytest.mark.parametrize("n", [2.0, "2", None])
def test_dense_counts_its_outputs(n):
    with pytest.raises(TypeError, match=r"n_outputs is .* it needs to be a whole number"):
        Dense(n)


@pytest.mark.parametrize("layer", [Sigmoid(), Tanh(), ReLU(), LeakyReLU(), LeakyReLU(0.3)])
def test_the_derivative_of_a_bend(layer):
    Z, dA = np.random.RandomState(0).randn(2, 3, 4)
    layer.forward(Z.copy())
    numerical = numerical_gradient(lambda z: (layer.forward(z) * dA).sum(), Z, 1e-6)
    layer.forward(Z)
    np.testing.assert_allclose(layer.backward(dA), numerical, atol=1e-8)


@pytest.mark.parametrize("layer", [Layer(), Layer])
def test_a_new_layer_has_to_bring_its_two_methods(layer):
    layer = layer if isinstance(layer, Layer) else type("Square", (layer,), {})()
    name = type(layer).__name__
    with pytest.raises(NotImplementedError, match=f"{name} needs a forward method"):
        layer.forward(np.ones((1, 1)))
    with pytest.raises(NotImplementedError, match=f"{name} needs a backward method"):
        layer.backward(np.ones((1, 1)))


@pytest.mark.parametrize(
    "layer, shown",
    [(Dense(3), "Dense(3)"), (ReLU(), "ReLU()"), (LeakyReLU(0.2), "LeakyReLU(0.2)")],
)
def test_a_layer_is_shown_as_it_is_written(layer, shown):
    assert repr(layer) == shown


class TwoOutputs:
    """Stands in for a loss where only a layer is looked at."""

    def check_outputs(self, n_outputs):
        assert n_outputs == 2

    def value_and_gradient(self, Z, Y):
        raise NotImplementedError


# --- used too early -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: Dense(4).forward(np.ones((2, 1))), "Dense has no W; parameters are made by a net"),
        (lambda: Dense(4).W, "Dense has no W; parameters are made by a network: Network([Dense("),
        (lambda: BatchNorm().forward(np.ones((2, 2))), "BatchNorm has no gamma; parameters are"),
        (lambda: Tanh().backward(np.ones((2, 1))), "Tanh has no cache; it needs forward(..., tra"),
        (lambda: Dropout(0.5).backward(np.ones((2, 1))), "Dropout has no cache; it needs forward"),
        (lambda: small().layers[0].backward(np.ones((4, 1))), "Dense has no cache; it needs"),
    ],
)
def test_a_layer_used_too_early_says_what_to_do(call, message):
    with pytest.raises(NotReady, match=words(message)):
        call()


def test_other_attributes_are_missing_as_usual():
    layer = small().layers[0]
    assert not hasattr(layer, "V") and not hasattr(Dense(1), "V")
    with pytest.raises(AttributeError, match="Dense has no attribute 'V'"):
        layer.V  # noqa: B018
