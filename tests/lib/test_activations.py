"""The bends as plain functions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import LeakyReLU, ReLU, Sigmoid, Tanh, leaky_relu, relu, sigmoid, tanh
from tests.lib.networks import words

FUNCTIONS = [sigmoid, tanh, relu, leaky_relu]


@pytest.mark.parametrize(
    "function, formula",
    [
        (sigmoid, lambda Z: 1 / (1 + np.exp(-Z))),
        (tanh, lambda Z: (np.exp(Z) - np.exp(-Z)) / (np.exp(Z) + np.exp(-Z))),
        (relu, lambda Z: np.where(Z > 0, Z, 0)),
        (leaky_relu, lambda Z: np.where(Z > 0, Z, 0.01 * Z)),
        (lambda Z: leaky_relu(Z, 0.3), lambda Z: np.where(Z > 0, Z, 0.3 * Z)),
    ],
)
def test_against_the_formula(function, formula):
    Z = np.linspace(-5, 5, 101).reshape(1, 101)
    np.testing.assert_allclose(function(Z), formula(Z), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 3, 4)])
def test_shape_and_dtype_stay(function, dtype, shape):
    A = function(np.ones(shape, dtype))
    assert A.shape == shape and A.dtype == dtype


@pytest.mark.parametrize("layer", [Sigmoid(), Tanh(), ReLU(), LeakyReLU()])
def test_layers_keep_float32(layer):
    Z = np.array([[-1, 2]], np.float32)
    assert layer.forward(Z).dtype == np.float32
    assert layer.backward(Z).dtype == np.float32


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_sigmoid_is_a_probability_of_any_number(z):
    a = float(sigmoid(np.float64(z)))
    assert 0 <= a <= 1
    assert abs(a + float(sigmoid(np.float64(-z))) - 1) < 1e-15


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_sigmoid_does_not_overflow(dtype):
    largest = np.finfo(dtype).max
    with np.errstate(all="raise", under="ignore"):
        A = sigmoid(np.array([-largest, -1000, 0, 1000, largest], dtype))
    np.testing.assert_array_equal(A, [0, 0, 0.5, 1, 1])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_argument_is_left_alone(function):
    Z = np.array([-1.0, 2.0])
    function(Z)
    np.testing.assert_array_equal(Z, [-1, 2])


@pytest.mark.parametrize("slope", [-0.1, 1, np.nan])
def test_slopes_refused(slope):
    message = f"slope is {slope}; it needs to be a finite number in [0, 1)"
    with pytest.raises(ValueError, match=words(message)):
        LeakyReLU(slope)
    with pytest.raises(TypeError, match=words("slope is '0.1'; it needs to be a number")):
        LeakyReLU("0.1")
