"""Labels that are probabilities: where they are asked for, and nowhere else."""

import h5py
import numpy as np
import pytest

from lib import (
    Adam,
    BinaryCrossEntropy,
    Dense,
    GradientDescent,
    SoftmaxCrossEntropy,
    Tanh,
    check_gradients,
    train,
)
from lib.persistence import load, save
from tests.lib.networks import examples, small, words


def soft(classes, m=7, seed=0):
    """A network that takes soft labels, X, and distributions as columns of Y."""
    X, _ = examples(m=m)
    Y = np.random.RandomState(seed).rand(classes, m)
    if classes == 1:
        return small(loss=BinaryCrossEntropy(soft_labels=True)), X, Y
    net = small(Dense(4), Tanh(), Dense(classes), loss=SoftmaxCrossEntropy(soft_labels=True))
    return net, X, Y / Y.sum(axis=0)


@pytest.mark.parametrize("classes", [1, 3])
def test_the_cost_is_the_mean_over_the_labels_that_a_distribution_may_draw(classes):
    net, X, Y = soft(classes)
    hard = np.vstack([1 - Y, Y]) if classes == 1 else Y
    labels = np.array([[[0]], [[1]]]) if classes == 1 else np.eye(3)[:, :, np.newaxis]
    costs = [[net.cost(X[:, [i]], label) for label in labels] for i in range(7)]
    assert net.cost(X, Y) == pytest.approx(np.mean(np.sum(costs * hard.T, axis=1)), rel=1e-12)


@pytest.mark.parametrize("classes", [1, 3])
def test_the_gradient_is_the_complex_step_derivative(classes):
    net, X, Y = soft(classes)
    assert check_gradients(net, X, Y, method="complex-step").relative_difference < 1e-10


@pytest.mark.parametrize("classes", [1, 3])
def test_trained_on_distributions_it_learns_them(classes):
    net, X, Y = soft(classes)
    wide = small(*net.layers[:0], Dense(30), Tanh(), Dense(classes), loss=net.loss)
    history = train(wide, X, Y, Adam(0.02), 2000, validation=(X, Y))
    np.testing.assert_allclose(wide.predict_proba(X), Y, atol=0.01)
    assert history.validation_accuracies[-1] == 1


def test_validation_of_soft_labels_counts_the_likelier_class():
    net, X, _ = soft(1)
    Y = np.full((1, 7), 0.3)
    net.layers[-1].b = -10.0
    net.layers[-1].W = 0.0
    history = train(net, X, Y, GradientDescent(1e-9), 1, validation=(X, Y))
    assert history.validation_accuracies == [1]


def test_files_on_disk_may_hold_them(tmp_path):
    net, X, Y = soft(3, m=40)
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["X"], file["Y"] = X.T, Y.T
        history = train(net, file["X"], file["Y"], GradientDescent(1e-9), 1, 7, 0)
    assert history.costs == pytest.approx([net.cost(X, Y)], rel=1e-6)


def test_a_saved_network_still_takes_them(tmp_path):
    net, X, Y = soft(3)
    save(tmp_path / "net.h5", net)
    saved = load(tmp_path / "net.h5").net
    assert saved.cost(X, Y) == net.cost(X, Y)
    assert repr(saved.loss) == "SoftmaxCrossEntropy(soft_labels=True)"
    assert repr(BinaryCrossEntropy()) == "BinaryCrossEntropy()"


@pytest.mark.parametrize("classes", [1, 3])
def test_without_asking_they_are_refused(classes):
    net, X, Y = soft(classes)
    net.loss = type(net.loss)()
    for call in (net.cost, lambda X, Y: train(net, X, Y, Adam(0.1), 1)):
        with pytest.raises(ValueError, match=words(f"Y contains {Y[0, 0]}; labels are 0 or 1")):
            call(X, Y)


@pytest.mark.parametrize(
    "classes, value, message",
    [
        (1, 1.2, "Y contains 1.2; soft labels are between 0 and 1"),
        (1, -0.2, "Y contains -0.2; soft labels are between 0 and 1"),
        (1, np.nan, "Y contains nan; soft labels are between 0 and 1"),
        (3, 0.999, "Y is not a distribution in each column: column 0 sums to 1"),
    ],
)
def test_what_is_no_probability_is_refused(classes, value, message):
    net, X, Y = soft(classes)
    Y[0, 0] = value
    with pytest.raises(ValueError, match=words(message)):
        net.cost(X, Y)


@pytest.mark.parametrize("loss", [BinaryCrossEntropy, SoftmaxCrossEntropy])
def test_soft_labels_is_yes_or_no(loss):
    with pytest.raises(ValueError, match="soft_labels is 'yes'; it needs to be one of True, False"):
        loss(soft_labels="yes")
