"""Penalties."""

import numpy as np
import pytest

from lib import L2
from tests.lib.networks import examples, small, words


def test_l2_adds_the_squared_weights_and_leaves_the_biases_out():
    X, Y = examples()
    plain, punished = small(), small(penalty=L2(0.7))
    plain.parameters = punished.parameters = np.random.RandomState(5).randn(plain.parameters.size)
    weights = sum((layer.W**2).sum() for layer in plain.layers if layer.weights)
    expected = plain.cost(X, Y) + 0.7 / (2 * 7) * weights
    assert punished.cost(X, Y) == pytest.approx(expected, rel=1e-14)
    assert punished.cost_and_gradient(X, Y) == pytest.approx(expected, rel=1e-14)

    plain.cost_and_gradient(X, Y)
    for l in (0, 2):
        ours, theirs = punished.layers[l], plain.layers[l]
        np.testing.assert_allclose(ours.dW, theirs.dW + 0.7 / 7 * theirs.W, rtol=1e-12)
        np.testing.assert_array_equal(ours.db, theirs.db)


def test_l2_of_strength_zero_is_no_penalty():
    X, Y = examples()
    assert small(penalty=L2(0)).cost(X, Y) == pytest.approx(small().cost(X, Y), rel=1e-14)


@pytest.mark.parametrize("strength", [-0.1, np.nan, np.inf])
def test_strengths_refused(strength):
    message = f"strength is {strength}; it needs to be a finite number in [0, inf)"
    with pytest.raises(ValueError, match=words(message)):
        L2(strength)


def test_strength_is_a_number():
    with pytest.raises(TypeError, match="strength is None; it needs to be a number"):
        L2(None)
