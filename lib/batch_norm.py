"""Batch normalization: the same mean and spread for every unit. Read this module with chapter 8.

Forward, for each unit (a row of Z) over the m examples of the minibatch:

    mean      = average of Z                                 (n, 1)
    variance  = average of (Z - mean)**2                     (n, 1)
    Z_hat     = (Z - mean) / sqrt(variance + epsilon)        (n, m)
    output    = gamma Z_hat + beta                           (n, m)

Backward, with every path from Z to the cost collapsed into one line (the mean and the variance
depend on all m examples, and so each example's gradient on all of them):

    dgamma = sum of dA Z_hat        dbeta = sum of dA        (n, 1)
    dZ     = gamma / sqrt(variance + epsilon) (dA - dbeta / m - Z_hat dgamma / m)

Kept is Z - mean: what divides it to make Z_hat is one number for a row, and goes into the others.
"""

import numpy as np

from lib.checks import check_number
from lib.layers import Layer

__all__ = ["BatchNorm"]


def _row_products(A, B):
    """The sum of A * B over each row, (n, 1), without an array for the products."""
    return np.einsum("ij,ij->i", A, B)[:, np.newaxis]


class BatchNorm(Layer):
    """Give each unit the mean beta and the standard deviation gamma over the minibatch.

    It stands between a layer's Z and its activation; the layer before needs no b of its own
    (``Dense(n, bias=False)``). In training the minibatch's own mean and variance are used, and
    running averages of them kept: running = momentum running + (1 - momentum) batch, from 0 and 1.
    Prediction uses the running averages. gamma and beta, (n, 1), start at 1 and 0 and are learned;
    no penalty shrinks them. Derived in chapter 8, "The forward pass of batch normalization" and
    "Backpropagation through the batch" (Ioffe and Szegedy, 2015).
    Raises TypeError or ValueError unless ``momentum`` is in [0, 1) and ``epsilon`` positive, and
    ValueError for training with one example, whose spread is not defined.
    """

    statistics = ("running_mean", "running_variance")

    def __init__(self, momentum=0.9, epsilon=1e-5):
        self.momentum = check_number(momentum, "momentum", "[0, 1)")
        self.epsilon = check_number(epsilon, "epsilon")

    def build(self, n_inputs):
        self.running_mean, self.running_variance = np.zeros((n_inputs, 1)), np.ones((n_inputs, 1))
        return n_inputs, {"gamma": (n_inputs, 1), "beta": (n_inputs, 1)}

    def reset(self, random_state):
        self.gamma[...] = 1

    def check_batch(self, m):
        if m < 2:
            raise ValueError(
                "batch normalization met a training batch of 1 example; it needs at least 2 to"
                " have a spread: choose a batch_size that leaves no single example over"
            )

    def forward(self, Z, training=False):
        if not training:
            scale = self.gamma / np.sqrt(self.running_variance + self.epsilon)
            return scale * Z + (self.beta - scale * self.running_mean)
        m = Z.shape[1]
        self.check_batch(m)
        mean = np.add.reduce(Z, axis=1, keepdims=True) / m  # np.mean, without its overhead
        centred = Z - mean
        # Not Z.var(): of complex numbers, as in chapter 6, it would take the absolute value.
        variance = _row_products(centred, centred) / m
        for running, batch in [(self.running_mean, mean), (self.running_variance, variance)]:
            running *= self.momentum
            running += (1 - self.momentum) * batch
        deviation = np.sqrt(variance + self.epsilon)
        self.cache = centred, deviation
        output = (self.gamma / deviation) * centred
        output += self.beta
        return output

    def backward(self, dA):
        m, (centred, deviation) = dA.shape[1], self.cache
        self.dgamma[...] = _row_products(dA, centred) / deviation
        np.add.reduce(dA, axis=1, keepdims=True, out=self.dbeta)
        if self.is_first:
            return None
        dZ = centred * (-self.dgamma / m / deviation)  # the formula above, term by term in place
        dZ += dA
        dZ -= self.dbeta / m
        dZ *= self.gamma / deviation
        return dZ

    def __repr__(self):
        return f"BatchNorm(momentum={self.momentum:g}, epsilon={self.epsilon:g})"
