"""The losses: the textbook formula where that is finite, and finite where it is not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss

from lib import BinaryCrossEntropy, SoftmaxCrossEntropy, sigmoid, softmax
from lib.gradient_check import numerical_gradient
from tests.lib.networks import words

LOSSES = [(BinaryCrossEntropy(), 1), (SoftmaxCrossEntropy(), 3)]


def scores(rows, m=6, scale=3.0, seed=0, dtype=np.float64):
    """Logits (rows, m) and labels that fit them."""
    random_state = np.random.RandomState(seed)
    Z = (scale * random_state.randn(rows, m)).astype(dtype)
    y = random_state.randint(max(rows, 2), size=m)
    return Z, (y[np.newaxis] if rows == 1 else np.eye(rows)[:, y]).astype(dtype)


@given(st.integers(1, 8), st.integers(0, 10**6))
def test_binary_cost_is_the_naive_formula(m, seed):
    Z, Y = scores(1, m, seed=seed)
    A = 1 / (1 + np.exp(-Z))
    naive = -np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    cost, dZ = BinaryCrossEntropy().value_and_gradient(Z, Y)
    np.testing.assert_allclose(cost, naive, rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(dZ, (A - Y) / m, rtol=0, atol=1e-14)


@given(st.integers(2, 5), st.integers(1, 8), st.integers(0, 10**6))
def test_softmax_cost_is_the_naive_formula(classes, m, seed):
    Z, Y = scores(classes, m, seed=seed)
    A = np.exp(Z) / np.exp(Z).sum(axis=0)
    cost, dZ = SoftmaxCrossEntropy().value_and_gradient(Z, Y)
    np.testing.assert_allclose(cost, -np.sum(Y * np.log(A)) / m, rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(dZ, (A - Y) / m, rtol=0, atol=1e-14)


def test_costs_agree_with_scikit_learn():
    Z, Y = scores(1, m=20)
    assert BinaryCrossEntropy().value(Z, Y) == pytest.approx(log_loss(Y[0], sigmoid(Z)[0]))
    Z, Y = scores(4, m=20)
    expected = log_loss(Y.argmax(axis=0), softmax(Z).T, labels=range(4))
    assert SoftmaxCrossEntropy().value(Z, Y) == pytest.approx(expected)


@pytest.mark.parametrize("loss, rows", LOSSES)
def test_the_gradient_is_the_derivative_of_the_value(loss, rows):
    Z, Y = scores(rows)
    numerical = numerical_gradient(lambda z: loss.value(z, Y), Z, method="complex-step")
    np.testing.assert_allclose(loss.value_and_gradient(Z, Y)[1], numerical, atol=1e-14)


@pytest.mark.parametrize("loss, rows", LOSSES)
@pytest.mark.parametrize(
    "dtype, huge",
    [
        (np.float64, 1e300),
        (np.float64, np.finfo(np.float64).max),
        (np.float32, np.finfo(np.float32).max),
    ],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_finite_for_any_finite_logit(loss, rows, dtype, huge, sign):
    Z = np.full((rows, 2), -sign * huge, dtype)
    Z[0] *= -1
    Y = np.zeros((rows, 2), dtype)
    Y[0, 0] = 1  # column 0 belongs to the first row, column 1 does not
    if rows > 1:
        Y[-1, 1] = 1
    with np.errstate(all="raise", under="ignore"):
        cost, dZ = loss.value_and_gradient(Z, Y)
        A = loss.probabilities(Z)
    assert np.isfinite(cost) and cost >= 0
    assert np.isfinite(dZ).all() and np.isfinite(A).all()


@pytest.mark.parametrize("loss, rows", LOSSES)
def test_float32_stays(loss, rows):
    Z, Y = scores(rows, dtype=np.float32)
    cost, dZ = loss.value_and_gradient(Z, Y)
    assert cost.dtype == dZ.dtype == loss.probabilities(Z).dtype == np.float32


@pytest.mark.parametrize("loss, rows", LOSSES)
def test_the_arguments_are_left_alone(loss, rows):
    Z, Y = scores(rows)
    kept = Z.copy(), Y.copy()
    loss.value_and_gradient(Z, Y), loss.probabilities(Z), loss.labels(Z)
    np.testing.assert_array_equal(Z, kept[0])
    np.testing.assert_array_equal(Y, kept[1])


def test_a_tiny_cost_is_not_rounded_to_nothing():
    cost = BinaryCrossEntropy().value(np.array([[40.0]]), np.array([[1.0]]))
    assert cost == pytest.approx(np.exp(-40), rel=1e-12, abs=0)


def test_labels_are_integers_of_the_likelier_class():
    labels = BinaryCrossEntropy().labels(np.array([[-0.1, 0.0, 0.1]]))
    np.testing.assert_array_equal(labels, [[0, 0, 1]])
    assert labels.dtype.kind == "i"
    labels = SoftmaxCrossEntropy().labels(np.array([[1.0, 0], [3, -1], [2, 5]]))
    np.testing.assert_array_equal(labels, [[1, 2]])
    assert labels.dtype.kind == "i"


def test_softmax_is_a_distribution_that_a_shift_does_not_change():
    Z, _ = scores(4)
    A = softmax(Z)
    np.testing.assert_allclose(A.sum(axis=0), 1)
    np.testing.assert_allclose(softmax(Z + 1000), A)


def test_two_softmax_outputs_are_one_sigmoid():
    Z, Y = scores(1)
    Z2, Y2 = np.vstack([0 * Z, Z]), np.vstack([1 - Y, Y])
    np.testing.assert_allclose(softmax(Z2)[1:], sigmoid(Z))
    assert SoftmaxCrossEntropy().value(Z2, Y2) == pytest.approx(BinaryCrossEntropy().value(Z, Y))


@pytest.mark.parametrize(
    "loss, n_outputs, message",
    [
        (BinaryCrossEntropy(), 3, "has 3 outputs; BinaryCrossEntropy needs exactly 1 (for more"),
        (SoftmaxCrossEntropy(), 1, "has 1 output; SoftmaxCrossEntropy needs at least 2"),
    ],
)
def test_a_loss_refuses_a_last_layer_that_it_cannot_read(loss, n_outputs, message):
    with pytest.raises(ValueError, match=words(f"the last layer {message}")):
        loss.check_outputs(n_outputs)


def test_losses_are_shown_as_they_are_written():
    assert [repr(loss) for loss, _ in LOSSES] == ["BinaryCrossEntropy()", "SoftmaxCrossEntropy()"]
