"""Initializers: where the descent starts. Read this module with chapter 4.

An initializer is called as ``initializer(shape, random_state)`` with the shape ``(n_l, n_prev)`` of
one weight matrix and the network's one ``RandomState``, and returns the matrix. Biases start at 0.
All of them raise TypeError or ValueError for other arguments.
"""

import numpy as np

from lib.checks import check_count, check_number, check_pair, check_random_state

__all__ = ["glorot_uniform", "he", "he_uniform", "normal", "xavier", "zeros"]


def zeros(shape, random_state=None):
    """All zeros: right for one neuron; two would stay equal.

    Chapter 1, "The same neuron from the library".
    """
    return np.zeros(_checked(shape))


def normal(scale):
    """An initializer that returns ``scale * randn(shape)``; chapter 2, "Random initialization".

    Raises TypeError or ValueError if ``scale`` is not a positive finite number.
    """
    scale = check_number(scale, "scale")

    def scaled_normal(shape, random_state):
        return _randn(shape, random_state) * scale

    scaled_normal.__name__ = f"normal({scale:g})"
    return scaled_normal


def xavier(shape, random_state):
    """randn * sqrt(1 / n_prev): keeps the variance of linear or tanh units.

    The name is the course's. The scale is that of LeCun (1998), which keeps the variance on the way
    forward; Xavier Glorot and Bengio (2010) take 2 / (n_prev + n_l), a compromise between the
    forward and the backward pass: that is ``glorot_uniform``. Used in chapter 3, "The scale of the
    first weights", and derived in chapter 4, "The variance of a sum: Xavier's scale".
    """
    return _randn(shape, random_state) / np.sqrt(shape[1])


def glorot_uniform(shape, random_state):
    """Uniform between +-sqrt(6 / (n_prev + n_l)): its variance is 2 / (n_prev + n_l).

    What other libraries call Xavier or Glorot (Glorot and Bengio, 2010). Chapter 4, "Two meanings
    of the name Xavier".
    """
    return _uniform(shape, random_state, lambda n_l, n_prev: 2 / (n_prev + n_l))


def he(shape, random_state):
    """randn * sqrt(2 / n_prev): makes up for the half that a ReLU sets to zero.

    He et al., 2015. Used in chapter 3, "The scale of the first weights", and derived in chapter
    4, "Half of the mean square: He's scale for ReLU".
    """
    return _randn(shape, random_state) * np.sqrt(2 / shape[1])


def he_uniform(shape, random_state):
    """Uniform between +-sqrt(6 / n_prev): the variance of ``he``, 2 / n_prev, without its tails.

    He et al., 2015. Chapter 4, "Half of the mean square: He's scale for ReLU".
    """
    return _uniform(shape, random_state, lambda n_l, n_prev: 2 / n_prev)


def _uniform(shape, random_state, variance):
    random_state, shape = check_random_state(random_state), _checked(shape)
    c = np.sqrt(3 * variance(*shape))  # between -c and c the variance is c**2 / 3
    return random_state.uniform(-c, c, shape)


def _randn(shape, random_state):
    return check_random_state(random_state).randn(*_checked(shape))


def _checked(shape):
    pair = check_pair(shape, "shape", "(n_l, n_prev)")
    return [check_count(n, f"shape[{k}]") for k, n in enumerate(pair)]
