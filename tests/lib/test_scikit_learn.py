"""scikit-learn as an oracle: where two libraries do the same, they get the same."""

import warnings

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier

from lib import (
    L2,
    Adam,
    BinaryCrossEntropy,
    Dense,
    GradientDescent,
    Network,
    ReLU,
    SoftmaxCrossEntropy,
    Tanh,
    train,
    zeros,
)
from lib.estimator import NeuralNetworkClassifier, NeuralNetworkRegressor


def standardized(load):
    X, y = load(return_X_y=True)
    return ((X - X.mean(axis=0)) / X.std(axis=0)).T, y


@pytest.mark.parametrize("strength", [3, 10])
@pytest.mark.parametrize("load, classes", [(load_breast_cancer, 2), (load_iris, 3)])
def test_one_linear_layer_converges_to_logistic_regression(load, classes, strength):
    # scikit-learn minimizes C * sum of losses + |w|**2 / 2, we the mean loss + strength/2m |w|**2:
    # the same minimum where C = 1 / strength.
    X, y = standardized(load)
    one_output = classes == 2
    Y = y[np.newaxis] if one_output else np.eye(classes)[:, y]
    net = Network(
        [Dense(1 if one_output else classes)],
        n_inputs=len(X),
        loss=BinaryCrossEntropy() if one_output else SoftmaxCrossEntropy(),
        initializer=zeros,
        penalty=L2(strength),
    )
    train(net, X, Y, GradientDescent(0.5), 8000)
    theirs = LogisticRegression(C=1 / strength, tol=1e-9, max_iter=10_000).fit(X.T, y)
    probabilities = theirs.predict_proba(X.T).T
    expected = probabilities[1:] if one_output else probabilities
    np.testing.assert_allclose(net.predict_proba(X), expected, atol=1e-4)
    np.testing.assert_allclose(net.layers[0].W, theirs.coef_, atol=1e-3)


@pytest.mark.parametrize("class_weight", [None, "balanced", {0: 1, 1: 4}])
@pytest.mark.parametrize("load, classes", [(load_breast_cancer, 2), (load_iris, 3)])
def test_weights_are_those_of_logistic_regression(load, classes, class_weight):
    # With weights scikit-learn minimizes C * sum of w * loss + |w|**2 / 2, and we the weighted mean
    # loss + strength / (2 * sum of w) |w|**2: again the same minimum where C = 1 / strength.
    X, y = standardized(load)
    w = np.random.RandomState(0).exponential(size=len(y))
    ours = NeuralNetworkClassifier(
        (), optimizer="gradient_descent", learning_rate=0.5, batch_size=None, epochs=8000, l2=3,
        class_weight=class_weight, random_state=0,
    ).fit(X.T, y, sample_weight=w)  # fmt: skip
    theirs = LogisticRegression(
        C=1 / 3, tol=1e-9, max_iter=10_000, class_weight=class_weight
    ).fit(X.T, y, sample_weight=w)  # fmt: skip
    np.testing.assert_allclose(ours.predict_proba(X.T), theirs.predict_proba(X.T), atol=1e-4)
    np.testing.assert_allclose(ours.network_.layers[0].W, theirs.coef_, atol=1e-3)


@pytest.mark.parametrize("weights", [None, "drawn"])
def test_a_regressor_without_hidden_layers_converges_to_ridge_regression(weights):
    X, y = standardized(load_diabetes)
    y = (y - y.mean()) / y.std()
    w = None if weights is None else np.random.RandomState(0).exponential(size=len(y))
    ours = NeuralNetworkRegressor(
        (), optimizer="gradient_descent", learning_rate=0.3, batch_size=None, epochs=3000, l2=5,
        random_state=0,
    ).fit(X.T, y, sample_weight=w)  # fmt: skip
    theirs = Ridge(alpha=5, tol=1e-12).fit(X.T, y, sample_weight=w)
    np.testing.assert_allclose(ours.predict(X.T), theirs.predict(X.T), atol=1e-6)


@pytest.mark.parametrize("layer, activation", [(ReLU, "relu"), (Tanh, "tanh")])
@pytest.mark.parametrize(
    "solver, rate, optimizer",
    [
        ("sgd", 0.1, GradientDescent(0.1)),
        # The two libraries put epsilon in different places: make it too small to matter.
        ("adam", 0.01, Adam(0.01, epsilon=1e-30)),
    ],
)
@pytest.mark.parametrize("load, classes", [(load_breast_cancer, 2), (load_iris, 3)])
def test_the_loss_curve_of_a_multilayer_perceptron(
    layer, activation, solver, rate, optimizer, load, classes
):
    X, y = standardized(load)
    X, y = X[:, ::3], y[::3]
    settings = {
        "hidden_layer_sizes": (6, 4), "activation": activation, "solver": solver, "alpha": 0.7,
        "batch_size": len(y), "shuffle": False, "momentum": 0, "epsilon": 1e-30,
        "random_state": 1, "tol": 0, "n_iter_no_change": 1000,
    }  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        # one step of no length leaves its initial weights in it
        start = MLPClassifier(**settings, learning_rate_init=1e-300, max_iter=1).fit(X.T, y)
        theirs = MLPClassifier(**settings, learning_rate_init=rate, max_iter=60).fit(X.T, y)

    last = Dense(1 if classes == 2 else classes)
    loss = BinaryCrossEntropy() if classes == 2 else SoftmaxCrossEntropy()
    net = Network([Dense(6), layer(), Dense(4), layer(), last], len(X), loss, penalty=L2(0.7))
    for dense, W, b in zip(net.layers[::2], start.coefs_, start.intercepts_, strict=True):
        dense.W[...], dense.b[...] = W.T, b.reshape(-1, 1)
    Y = y[np.newaxis] if classes == 2 else np.eye(classes)[:, y]
    history = train(net, X, Y, optimizer, 60)
    np.testing.assert_allclose(history.costs, theirs.loss_curve_, rtol=1e-7)
    np.testing.assert_array_equal(net.predict(X)[0], theirs.predict(X.T))
