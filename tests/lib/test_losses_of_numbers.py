"""The losses for numbers: what they are, how they are derived, and which Y they take."""

import h5py
import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.linear_model import QuantileRegressor, Ridge

from lib import (
    L2,
    AbsoluteError,
    Adam,
    Dense,
    EarlyStopping,
    ExponentialDecay,
    GradientDescent,
    Network,
    SquaredError,
    Tanh,
    check_gradients,
    train,
    zeros,
)
from lib.gradient_check import numerical_gradient
from lib.persistence import load, save
from tests.lib.networks import words

LOSSES = [SquaredError(), AbsoluteError()]


def numbers(rows=2, m=7, dtype=np.float64):
    """Predictions and true numbers, (rows, m) each."""
    random_state = np.random.RandomState(0)
    return [random_state.randn(rows, m).astype(dtype) for _ in range(2)]


def test_the_formulas():
    Z, Y = numbers()
    np.testing.assert_allclose(SquaredError().value(Z, Y), ((Z - Y) ** 2).sum() / 2 / 7)
    np.testing.assert_allclose(AbsoluteError().value(Z, Y), np.abs(Z - Y).sum() / 7)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_gradient_is_the_derivative_of_the_value(loss):
    Z, Y = numbers()
    numerical = numerical_gradient(lambda z: loss.value(z, Y), Z, method="complex-step")
    np.testing.assert_allclose(loss.value_and_gradient(Z, Y)[1], numerical, atol=1e-15)


@pytest.mark.parametrize("loss", LOSSES)
def test_through_a_network(loss):
    X, Y = np.random.RandomState(1).randn(3, 9), numbers(2, 9)[1]
    net = Network([Dense(4), Tanh(), Dense(2)], 3, loss, penalty=L2(0.3), random_state=0)
    assert check_gradients(net, X, Y, method="complex-step").relative_difference < 1e-13


@pytest.mark.parametrize("loss", LOSSES)
def test_with_weights(loss):
    Z, Y = numbers()
    w = np.array([2.0, 0, 1, 3, 1, 0, 2])
    repeated = [array.repeat(w.astype(int), axis=1) for array in (Z, Y)]
    np.testing.assert_allclose(loss.value(Z, Y, w), loss.value(*repeated), rtol=1e-14)
    numerical = numerical_gradient(lambda z: loss.value(z, Y, w), Z, method="complex-step")
    np.testing.assert_allclose(loss.value_and_gradient(Z, Y, w)[1], numerical, atol=1e-15)


def test_a_validation_measures_the_cost_and_no_accuracy():
    X, Y = np.random.RandomState(1).randn(3, 9), numbers(2, 9)[1]
    net = Network([Dense(2)], 3, SquaredError(), random_state=0)
    stopping, w = EarlyStopping(50), np.arange(1.0, 10)
    history = train(
        net, X, Y, Adam(0.1), 30, validation=(X, Y, w), early_stopping=stopping
    )  # fmt: skip
    assert history.validation_accuracies == [] and len(history.validation_costs) == 30
    assert min(history.validation_costs) == pytest.approx(net.cost(X, Y, w))


@pytest.mark.parametrize("loss", LOSSES)
def test_numbers_on_disk_are_numbers_in_memory(loss, tmp_path):
    X, Y = np.random.RandomState(1).randn(3, 50), numbers(2, 50)[1]
    nets = [Network([Dense(2)], 3, loss, random_state=0) for _ in range(2)]
    with h5py.File(tmp_path / "numbers.h5", "w") as file:
        file["X"], file["Y"] = X.T, Y.T
        stored = train(nets[0], file["X"], file["Y"], Adam(0.01), 3, 50, random_state=0)
    kept = train(nets[1], X, Y, Adam(0.01), 3)
    np.testing.assert_allclose(stored.costs, kept.costs, rtol=1e-12)


def test_an_error_of_exactly_nothing_pulls_nowhere():
    Z, Y = np.array([[1.0, 2.0]]), np.array([[1.0, 5.0]])
    for loss in LOSSES:
        assert loss.value_and_gradient(Z, Y)[1][0, 0] == 0


@pytest.mark.parametrize("loss", LOSSES)
def test_float32_stays_and_the_arguments_are_left_alone(loss):
    Z, Y = numbers(dtype=np.float32)
    kept = Z.copy(), Y.copy()
    cost, dZ = loss.value_and_gradient(Z, Y)
    assert cost.dtype == dZ.dtype == np.float32
    np.testing.assert_array_equal(Z, kept[0])
    np.testing.assert_array_equal(Y, kept[1])


@pytest.mark.parametrize("loss", LOSSES)
def test_what_is_predicted_is_z(loss):
    Z, _ = numbers()
    np.testing.assert_array_equal(loss.labels(Z), Z)
    net = Network([Dense(2)], 3, loss)
    X = np.ones((3, 5))
    np.testing.assert_array_equal(net.predict(X), net.forward(X))
    with pytest.raises(TypeError, match=r"predicts numbers and has no probabilities; use predict"):
        net.predict_proba(X)


def test_one_linear_layer_and_squared_errors_are_ridge_regression():
    # scikit-learn minimizes |Xw - y|² + alpha |w|², we half of its mean + strength/2m |w|².
    X, y = load_diabetes(return_X_y=True)
    X, y = X / X.std(axis=0), (y - y.mean()) / y.std()
    net = Network([Dense(1)], 10, SquaredError(), zeros, penalty=L2(5))
    train(net, X.T, y[np.newaxis], GradientDescent(0.3), 3000)
    theirs = Ridge(alpha=5, tol=1e-12).fit(X, y)
    np.testing.assert_allclose(net.layers[0].W[0], theirs.coef_, atol=1e-8)
    np.testing.assert_allclose(net.predict(X.T)[0], theirs.predict(X), atol=1e-8)


def test_one_linear_layer_and_absolute_errors_are_median_regression():
    X, y = load_diabetes(return_X_y=True)
    X, y = X / X.std(axis=0), (y - y.mean()) / y.std()
    net = Network([Dense(1)], 10, AbsoluteError(), zeros)
    train(net, X.T, y[np.newaxis], Adam(ExponentialDecay(0.02, 0.998)), 4000)
    theirs = QuantileRegressor(quantile=0.5, alpha=0, solver="highs").fit(X, y)
    least = np.abs(theirs.predict(X) - y).mean()
    assert least <= net.cost(X.T, y[np.newaxis]) < least * 1.0001


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(
    "Y, error, message",
    [
        ([1.0, 2.0, 3.0], ValueError, "Y has shape (3,); it needs (2, 3)"),
        (np.ones((3, 2)), ValueError, "Y has shape (3, 2); it needs (2, 3): it looks transposed"),
        ([[1.0, np.nan, 2], [0, 0, 0]], ValueError, "Y[0, 1] is nan"),
        ([["a", "b", "c"]] * 2, TypeError, "Y has dtype"),
    ],
)
def test_a_y_that_does_not_fit_is_refused(loss, Y, error, message):
    net = Network([Dense(2)], 3, loss)
    with pytest.raises(error, match=words(message)):
        net.cost(np.ones((3, 3)), Y)


@pytest.mark.parametrize("loss", LOSSES)
def test_saved_and_loaded(loss, tmp_path):
    net = Network([Dense(2)], 3, loss, random_state=0)
    save(tmp_path / "net.h5", net)
    twin = load(tmp_path / "net.h5").net
    np.testing.assert_array_equal(twin.predict(np.eye(3)), net.predict(np.eye(3)))
    assert repr(twin.loss) == repr(loss) == f"{type(loss).__name__}()"
