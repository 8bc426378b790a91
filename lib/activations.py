"""Activations: the nonlinear functions between linear layers. Read this module with chapter 2.

Each is a plain function and, with its derivative, a layer. All keep shape and dtype.
"""

import numpy as np

from lib.checks import check_number
from lib.layers import Layer
from lib.losses import sigmoid

__all__ = ["LeakyReLU", "ReLU", "Sigmoid", "Tanh", "leaky_relu", "relu", "sigmoid", "tanh"]


def tanh(Z):
    """(exp(Z) - exp(-Z)) / (exp(Z) + exp(-Z)), any shape; chapter 2, "Activation functions"."""
    return np.tanh(Z)


def relu(Z):
    """max(Z, 0), any shape; chapter 2, "Activation functions"."""
    return np.maximum(Z, 0)


def leaky_relu(Z, slope=0.01):
    """Z where positive, slope * Z elsewhere (0 <= slope < 1); chapter 2, "Activation functions"."""
    return np.maximum(Z, slope * Z)


class Sigmoid(Layer):
    """A = sigmoid(Z), dZ = dA * A * (1 - A); chapter 2, "Activation functions"."""

    def forward(self, Z, training=False):
        self.cache = A = sigmoid(Z)
        return A

    def backward(self, dA):
        A = self.cache
        return dA * A * (1 - A)


class Tanh(Layer):
    """A = tanh(Z), dZ = dA * (1 - A**2); chapter 2, "Activation functions"."""

    def forward(self, Z, training=False):
        self.cache = A = tanh(Z)
        return A

    def backward(self, dA):
        A = self.cache
        return dA * (1 - A * A)


class ReLU(Layer):
    """A = max(Z, 0), dZ = dA where Z > 0, else 0; chapter 2, "Activation functions"."""

    def forward(self, Z, training=False):
        self.cache = A = relu(Z)
        return A

    def backward(self, dA):
        return dA * (self.cache > 0)


class LeakyReLU(Layer):
    """A = max(Z, slope Z), dZ = dA where Z > 0, else slope dA; chapter 2, "Activation functions".

    Raises TypeError or ValueError if ``slope`` is not a number in [0, 1).
    """

    def __init__(self, slope=0.01):
        self.slope = check_number(slope, "slope", "[0, 1)")

    def forward(self, Z, training=False):
        self.cache = Z
        return leaky_relu(Z, self.slope)

    def backward(self, dA):
        return np.where(self.cache > 0, dA, self.slope * dA)

    def __repr__(self):
        return f"LeakyReLU({self.slope:g})"
