"""Small networks and data for the tests of this folder."""

import re

import numpy as np
from hypothesis import strategies as st

from lib import (
    L1,
    L2,
    BinaryCrossEntropy,
    Dense,
    LeakyReLU,
    Network,
    ReLU,
    Sigmoid,
    SoftmaxCrossEntropy,
    Tanh,
)


def small(*layers, n_inputs=3, seed=0, **options):
    """The given layers on ``n_inputs`` inputs; without layers: 4 tanh units and one neuron."""
    layers = layers or (Dense(4), Tanh(), Dense(1))
    return Network(list(layers), n_inputs, random_state=seed, **options)


def examples(m=7, n_inputs=3, classes=2, seed=0):
    """X (n_inputs, m) and labels: (1, m) of 0 and 1, or one-hot (classes, m) for more than two."""
    random_state = np.random.RandomState(seed)
    X = random_state.randn(n_inputs, m)
    y = random_state.randint(classes, size=m)
    return X, (y[np.newaxis] if classes == 2 else np.eye(classes, dtype=int)[:, y])


@st.composite
def random_networks(draw):
    """net, X, Y: any architecture, activation, loss and penalty, and a drawn number of examples.

    Parameters, biases included, and inputs are continuous random numbers, so no pre-activation
    falls on the kink of a ReLU.
    """
    bends = st.sampled_from([Sigmoid, Tanh, ReLU, LeakyReLU, lambda: LeakyReLU(0.3)])
    layers = []
    for width in draw(st.lists(st.integers(1, 5), max_size=3)):
        layers += [Dense(width), draw(bends)()]
    classes = draw(st.integers(2, 4))
    n_inputs = draw(st.integers(1, 4))
    penalty = draw(st.sampled_from([None, L2(0), L2(0.7), L1(0.7), [L1(0.1), L2(0.7)]]))
    seed = draw(st.integers(0, 10**6))
    loss = BinaryCrossEntropy() if classes == 2 else SoftmaxCrossEntropy()
    last = Dense(1 if classes == 2 else classes)
    net = Network([*layers, last], n_inputs, loss=loss, penalty=penalty, random_state=seed)
    net.parameters = np.random.RandomState(seed).randn(net.parameters.size)
    return net, *examples(draw(st.integers(1, 6)), n_inputs, classes, seed)


def words(message):
    """A pattern for ``pytest.raises(match=...)`` that means ``message`` itself."""
    return re.escape(message)
