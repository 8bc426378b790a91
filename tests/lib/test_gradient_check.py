"""The check of the gradients: right where the derivative is known, alarmed where it is wrong."""

import numpy as np
import pytest

from lib import (
    L2,
    Dense,
    Network,
    ReLU,
    check_gradients,
    numerical_gradient,
    relative_difference,
)
from tests.lib.networks import examples, small, words

METHODS = {"one-sided": 1e-6, "two-sided": 1e-9, "complex-step": 1e-15}


@pytest.mark.parametrize("method, tolerance", METHODS.items())
@pytest.mark.parametrize(
    "f, slope",
    [
        (lambda t: np.sum(t**3), lambda t: 3 * t**2),
        (lambda t: np.exp(t[0]) * np.sin(t[1]), None),
        (lambda t: np.sum(np.tanh(t)), lambda t: 1 - np.tanh(t) ** 2),
    ],
)
def test_known_derivatives(f, slope, method, tolerance):
    theta = np.array([0.3, -0.7])
    if slope is None:
        expected = np.exp(0.3) * np.array([np.sin(-0.7), np.cos(-0.7)])
    else:
        expected = slope(theta)
    got = numerical_gradient(f, theta, method=method)
    np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("method", METHODS)
def test_the_point_is_left_alone_and_its_shape_kept(method):
    theta = np.arange(6).reshape(2, 3)
    slope = numerical_gradient(lambda t: np.sum(t * t), theta, method=method)
    np.testing.assert_array_equal(theta, np.arange(6).reshape(2, 3))
    np.testing.assert_allclose(slope, 2 * theta, rtol=1e-6, atol=1e-7)


def test_a_smaller_step_helps_until_round_off():
    def error(method, epsilon):
        slope = numerical_gradient(lambda t: np.exp(t[0]), [1.0], epsilon, method)
        return abs(slope[0] - np.e)

    # errors of order e and e**2: a tenth of the step, a tenth and a hundredth of the error
    assert error("one-sided", 1e-3) / error("one-sided", 1e-4) == pytest.approx(10, rel=0.01)
    assert error("two-sided", 1e-3) / error("two-sided", 1e-4) == pytest.approx(100, rel=0.01)
    assert error("two-sided", 1e-12) > error("two-sided", 1e-5)
    assert error("complex-step", 1e-200) < 1e-15


@pytest.mark.parametrize(
    "a, b, expected",
    [
        ([1, 2], [1, 2], 0),
        ([0, 0], [0, 0], 0),
        ([3, 4], [0, 0], 1),
        ([1, 0], [-1, 0], 1),
        ([[3.0], [4]], [[3], [0]], 4 / 8),
        (5, 3, 2 / 8),
    ],
)
def test_relative_difference(a, b, expected):
    assert relative_difference(a, b) == pytest.approx(expected)


@pytest.mark.parametrize("method", METHODS)
def test_a_right_gradient_agrees(method):
    X, Y = examples()
    report = check_gradients(small(penalty=L2(0.7)), X, Y, method=method)
    assert report.relative_difference < 1e-6
    assert report.analytic.shape == report.numerical.shape == (21,)


class WrongDense(Dense):
    """Doubles the gradient of one weight."""

    def backward(self, dZ):
        dA_prev = super().backward(dZ)
        self.dW[0, 1] *= 2
        return dA_prev


def test_a_wrong_parameter_is_named():
    X, Y = examples()
    net = small(Dense(2), ReLU(), WrongDense(2), ReLU(), Dense(1))
    report = check_gradients(net, X, Y, n_worst=3)
    assert report.relative_difference > 1e-3
    assert len(report.worst) == 3
    name, ours, theirs = report.worst[0]
    assert name == "layers[2].W[0, 1]" and ours == pytest.approx(2 * theirs)
    shown = repr(report)
    assert shown.startswith(f"relative difference {report.relative_difference:.1e}; largest gaps:")
    assert f"layers[2].W[0, 1]: {ours:.6e} by backward, {theirs:.6e} numerically" in shown


def test_the_network_is_left_as_it_was():
    X, Y = examples()
    net = small(dtype=np.float32)
    net.gradient[:] = 3
    before = net.parameters.copy()
    report = check_gradients(net, X, Y)
    np.testing.assert_array_equal(net.parameters, before)
    np.testing.assert_array_equal(net.gradient, 3)
    assert net.parameters.dtype == np.float32
    assert report.relative_difference < 1e-7  # checked in float64 all the same


def test_arguments_refused():
    X, Y = examples()
    message = "method is 'both'; it needs to be one of 'one-sided', 'two-sided', 'complex-step'"
    with pytest.raises(ValueError, match=words(message)):
        check_gradients(small(), X, Y, method="both")
    with pytest.raises(ValueError, match=words(message)):
        numerical_gradient(np.sum, [1.0], method="both")
    with pytest.raises(ValueError, match=words("epsilon is 0; it needs to be a finite number in")):
        check_gradients(small(), X, Y, epsilon=0)
    with pytest.raises(ValueError, match=words("epsilon is -1e-05; it needs to be")):
        numerical_gradient(np.sum, [1.0], epsilon=-1e-5)
    with pytest.raises(ValueError, match="it looks transposed"):
        check_gradients(small(), X.T, Y)
    with pytest.raises(TypeError, match="net is None; it needs to be one such as Network"):
        check_gradients(None, X, Y)
    with pytest.raises(ValueError, match="n_worst is 0; it needs to be at least 1"):
        check_gradients(small(), X, Y, n_worst=0)


def test_a_function_that_loses_the_imaginary_part_is_refused():
    with pytest.raises(TypeError, match="for a complex theta; it needs to return a complex number"):
        numerical_gradient(lambda t: np.sum(np.abs(t)), [1.0, -2.0], method="complex-step")


@pytest.mark.parametrize("method", METHODS)
def test_every_point_is_an_array_of_its_own(method):
    """A function may keep what it is given, or write into it."""
    seen = []

    def f(t):
        seen.append(t)
        return np.sum(t * t)

    numerical_gradient(f, [1.0, 2.0], 1e-3, method)
    assert len({point.tobytes() for point in seen}) == len(seen)

    def greedy(t):
        value = np.sum(t * t)
        t[:] = 0
        return value

    if method != "one-sided":  # which looks at theta itself first
        slope = numerical_gradient(greedy, [1.0, 2.0], 1e-3, method)
        np.testing.assert_allclose(slope, [2, 4])


def test_nan_never_agrees():
    assert np.isnan(relative_difference([1.0, np.nan], [1.0, 2.0]))
    assert np.isnan(relative_difference([1.0, 2.0], [np.nan, 2.0]))


class NaNBackward(ReLU):
    """A ReLU whose gradient is NaN for its first unit."""

    def backward(self, dA):
        dZ = super().backward(dA)
        dZ[0] = np.nan
        return dZ


def test_a_nan_gradient_is_reported_first():
    net = Network([Dense(2), NaNBackward(), Dense(1)], 3, random_state=0)
    report = check_gradients(net, np.random.RandomState(0).randn(3, 4), [[0, 1, 1, 0]])
    assert np.isnan(report.relative_difference)
    assert [name for name, *_ in report.worst[:4]] == [
        "layers[0].W[0, 0]",
        "layers[0].W[0, 1]",
        "layers[0].W[0, 2]",
        "layers[0].b[0, 0]",
    ]
