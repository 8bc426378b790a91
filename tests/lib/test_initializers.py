"""Where the descent starts: scale, order of drawing, refusals."""

import numpy as np
import pytest

from lib import Dense, Network, glorot_uniform, he, he_uniform, normal, xavier, zeros
from tests.lib.networks import words


@pytest.mark.parametrize(
    "initializer, factor",
    [(normal(0.01), 0.01), (normal(10), 10), (xavier, np.sqrt(1 / 5)), (he, np.sqrt(2 / 5))],
)
def test_scaled_normal_numbers(initializer, factor):
    drawn = initializer((3, 5), np.random.RandomState(1))
    np.testing.assert_allclose(drawn, np.random.RandomState(1).randn(3, 5) * factor, rtol=1e-15)


def test_zeros():
    np.testing.assert_array_equal(zeros((3, 5), np.random.RandomState(1)), np.zeros((3, 5)))


def test_weights_are_drawn_layer_by_layer_and_biases_are_zero():
    net = Network([Dense(3), Dense(1)], 2, initializer=normal(0.01), random_state=2)
    random_state = np.random.RandomState(2)
    np.testing.assert_array_equal(net.layers[0].W, random_state.randn(3, 2) * 0.01)
    np.testing.assert_array_equal(net.layers[1].W, random_state.randn(1, 3) * 0.01)
    assert not net.layers[0].b.any() and not net.layers[1].b.any()


def test_a_shared_random_state_goes_on():
    random_state = np.random.RandomState(2)
    first, second = (Network([Dense(1)], 2, random_state=random_state) for _ in range(2))
    assert (first.parameters != second.parameters)[:2].all()


def test_normal_is_shown_with_its_scale():
    assert normal(0.01).__name__ == "normal(0.01)"


@pytest.mark.parametrize("scale", [0, -1, np.inf])
def test_scales_refused(scale):
    message = f"scale is {scale}; it needs to be a finite number in (0, inf)"
    with pytest.raises(ValueError, match=words(message)):
        normal(scale)


@pytest.mark.parametrize("initializer", [zeros, normal(0.01), xavier, he])
@pytest.mark.parametrize(
    "shape, error, message",
    [
        (3, TypeError, "shape is a int; it needs to be the pair (n_l, n_prev)"),
        ((3,), TypeError, "shape is a tuple; it needs to be the pair (n_l, n_prev)"),
        ((3, 0), ValueError, "shape[1] is 0; it needs to be at least 1"),
        ((3.5, 2), TypeError, "shape[0] is 3.5; it needs to be a whole number"),
    ],
)
def test_shapes_refused(initializer, shape, error, message):
    with pytest.raises(error, match=words(message)):
        initializer(shape, np.random.RandomState(0))


@pytest.mark.parametrize("initializer", [normal(0.01), xavier, he])
def test_random_states_refused(initializer):
    with pytest.raises(TypeError, match=words("random_state is 'one'; it needs to be a whole")):
        initializer((3, 2), "one")


@pytest.mark.parametrize("scale", ["0.01", None, True])
def test_scales_that_are_no_numbers_refused(scale):
    with pytest.raises(TypeError, match=words(f"scale is {scale!r}; it needs to be a number")):
        normal(scale)


def test_an_initializer_of_the_wrong_shape_is_refused():
    message = "initializer returned shape (2,); it needs to return (1, 2)"
    with pytest.raises(ValueError, match=words(message)):
        Network([Dense(1)], 2, initializer=lambda shape, random_state: random_state.randn(shape[1]))


@pytest.mark.parametrize(
    "initializer, variance", [(glorot_uniform, 2 / (400 + 100)), (he_uniform, 2 / 400)]
)
def test_the_uniform_versions_have_the_variance_of_their_papers(initializer, variance):
    W = initializer((100, 400), 0)
    assert W.shape == (100, 400)
    assert np.var(W) == pytest.approx(variance, rel=0.02)
    limit = np.sqrt(3 * variance)
    assert 0.999 * limit < W.max() <= limit and -limit <= W.min() < -0.999 * limit


def test_an_initializer_that_cannot_be_called_so_is_refused():
    message = "initializer is normal, which cannot be called with (shape, random_state); it needs"
    with pytest.raises(TypeError, match=words(message)):
        Network([Dense(1)], 2, initializer=normal)
