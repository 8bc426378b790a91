"""The check of the gradients: right where the derivative is known, alarmed where it is wrong."""

import numpy as np
import pytest

from lib import (
    L2,
    BatchNorm,
    Dense,
    Dropout,
    Network,
    ReLU,
    SoftmaxCrossEntropy,
    Tanh,
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


# --- where the gradient is zero, and only rounding is left ----------------------------------------


class BiasOff(Dense):
    """Adds ``off`` to the gradient of its first bias."""

    def __init__(self, n_outputs, off=0.0):
        super().__init__(n_outputs)
        self.off = off

    def backward(self, dZ):
        dA_prev = super().backward(dZ)
        self.db[0] += self.off
        return dA_prev


class NoGradient(Dense):
    """Forgets to hand on the gradient of its weights."""

    def backward(self, dZ):
        dA_prev = super().backward(dZ)
        self.dW[...] = 0
        return dA_prev


def zeros_on_zeros(*layers, m=51, dtype=np.float64):
    """A network of zeros, inputs of zeros, and labels half and half: nothing has a slope."""
    net = small(*layers, dtype=dtype)
    net.parameters = 0
    return net, np.zeros((3, 2 * m)), np.repeat([[0, 1]], m, axis=1)


DTYPES = pytest.mark.parametrize("dtype", [np.float64, np.float32])


@DTYPES
@pytest.mark.parametrize("method, epsilon", [*((m, None) for m in METHODS), ("two-sided", 1e-7)])
@pytest.mark.parametrize("m", [1, 51, 500])
def test_two_zeros_agree(dtype, method, epsilon, m):
    net, X, Y = zeros_on_zeros(m=m, dtype=dtype)
    report = check_gradients(net, X, Y, epsilon, method)
    assert report.relative_difference < 1e-7
    assert np.abs(report.numerical).max() <= report.rounding


def test_it_was_rounding_that_made_the_difference():
    net, X, Y = zeros_on_zeros()
    report = check_gradients(net, X, Y)
    assert report.numerical.any()  # or the tests beside this one would show nothing
    assert relative_difference(report.analytic, report.numerical) == 1
    assert relative_difference(report.analytic, report.numerical, report.rounding) == 0


@DTYPES
@pytest.mark.parametrize("method", METHODS)
def test_a_real_slope_beside_many_zeros_is_still_compared(dtype, method):
    for off, low, high in [(0, 0, 1e-5), (1e-4, 1e-3, 1)]:
        net, X, Y = zeros_on_zeros(BiasOff(1, off), dtype=dtype)
        Y[0, 0] = 1  # now the bias has a slope
        report = check_gradients(net, X, Y, method=method)
        assert low <= report.relative_difference < high
        assert report.worst[0][0] == "layers[0].b[0, 0]"


@DTYPES
@pytest.mark.parametrize("off", [1e-9, 1e-6, 1e-3])
def test_a_gradient_where_there_is_none_is_found(dtype, off):
    net, X, Y = zeros_on_zeros(BiasOff(1, off), dtype=dtype)
    report = check_gradients(net, X, Y)
    assert report.relative_difference > 0.9
    assert report.worst[0][:2] == ("layers[0].b[0, 0]", pytest.approx(off))


@DTYPES
def test_what_rounding_allows_follows_the_cost(dtype):
    """Where the cost is tiny, a difference as small as rounding made above is a fault."""
    for off, low, high in [(0, 0, 1e-6), (5e-12, 1e-3, 1)]:
        net = small(BiasOff(1, off), dtype=dtype)
        net.parameters = 6
        report = check_gradients(net, np.ones((3, 4)), np.ones((1, 4)))
        assert np.abs(report.numerical).max() < 1e-10
        assert low <= report.relative_difference < high


@DTYPES
def test_biases_that_normalization_takes_out_again(dtype):
    """Their slope is zero, by a sum of numbers that are not; the others' is not."""
    for seed in range(5):
        layers = [Dense(6), BatchNorm(), Tanh(), Dense(4), BatchNorm(), ReLU(), Dense(3)]
        net = small(*layers, seed=seed, dtype=dtype, loss=SoftmaxCrossEntropy())
        report = check_gradients(net, *examples(40, classes=3, seed=seed))
        biases = slice(18, 24)
        assert net.locate(18) == "layers[0].b[0, 0]" and net.locate(23) == "layers[0].b[5, 0]"
        pair = report.analytic[biases], report.numerical[biases]
        assert relative_difference(*pair, report.rounding) == 0
        assert report.relative_difference < 1e-7


def test_a_gradient_that_was_forgotten_is_no_zero():
    for method in METHODS:
        net = small(NoGradient(4), Tanh(), Dense(1))
        report = check_gradients(net, *examples(), method=method)
        assert report.relative_difference > 1e-2
        assert report.worst[0][0].startswith("layers[0].W[")


@pytest.mark.parametrize("epsilon", [1e-12, 1e-14])
@pytest.mark.parametrize("method", ["one-sided", "two-sided"])
def test_a_step_that_shows_nothing_but_rounding_is_no_agreement(method, epsilon):
    net = small(NoGradient(4), Tanh(), Dense(1))
    assert check_gradients(net, *examples(), epsilon, method).relative_difference > 1e-3


def test_the_worst_are_not_those_of_rounding():
    net, X, Y = zeros_on_zeros(BiasOff(3, off=1e-9), Tanh(), BiasOff(1))
    names = [name for name, *_ in check_gradients(net, X, Y).worst]
    assert names == ["layers[0].b[0, 0]", *(f"layers[0].W[0, {i}]" for i in range(3)), names[4]]


@pytest.mark.parametrize("rounding", [-1e-9, np.nan, np.inf])
def test_a_rounding_that_is_none_is_refused(rounding):
    with pytest.raises(ValueError, match=r"rounding is .*; it needs to be a finite number in"):
        relative_difference([1.0], [1.0], rounding)


# --- nothing is left disturbed --------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_a_cost_that_fails_halfway_disturbs_nothing(method):
    theta, calls = np.array([0.3, -0.7, 0.2]), []

    def f(t):
        calls.append(t)
        if len(calls) == 3:
            raise ArithmeticError("no")
        return np.sum(t * t)

    with pytest.raises(ArithmeticError):
        numerical_gradient(f, theta, method=method)
    np.testing.assert_array_equal(theta, [0.3, -0.7, 0.2])


class Breaks(Tanh):
    """Fails at the third forward pass of all copies."""

    passes = 0

    def forward(self, A_prev, training=False):
        Breaks.passes += 1
        if Breaks.passes == 3:
            raise ArithmeticError("no")
        return super().forward(A_prev, training)


@pytest.mark.parametrize("method", METHODS)
def test_a_network_whose_check_fails_halfway_is_left_as_it_was(method):
    Breaks.passes = 0
    net = small(Dense(4), BatchNorm(), Breaks(), Dropout(0.5), Dense(1))
    net.gradient[:] = 3
    before = [*net.snapshot(), net.layers[3].random_state.get_state()[1]]
    with pytest.raises(ArithmeticError):
        check_gradients(net, *examples(), method=method)
    after = [*net.snapshot(), net.layers[3].random_state.get_state()[1]]
    for ours, theirs in zip(after, before, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(net.gradient, 3)


@pytest.mark.parametrize("kind", [BatchNorm, lambda: Dropout(0.5)])
def test_gradient_and_costs_are_of_one_mode(kind):
    """In training: where the two modes differ, a check across them would find a fault."""
    X, Y = examples(12)
    net = small(Dense(4), kind(), Tanh(), Dense(1))
    report = check_gradients(net, X, Y)
    assert report.relative_difference < 1e-7

    def predicting(parameters):
        twin = net.astype(np.float64)
        twin.parameters = parameters
        return twin.cost(X, Y)

    mixed = numerical_gradient(predicting, net.parameters)
    assert relative_difference(report.analytic, mixed) > 1e-3
