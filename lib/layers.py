"""Layers: what a network is made of. Read this module with chapter 1.

The contract. A layer maps ``A_prev`` of shape ``(n_prev, m)``, one column an example, to an array
of shape ``(n_l, m)``:

- ``forward(A_prev, training)`` returns the output and keeps what ``backward`` will need;
- ``backward(dA)`` takes the gradient of the cost with respect to that output, writes the gradients
  of its own parameters, and returns the gradient with respect to ``A_prev``.

A layer with parameters says their names and shapes in ``build`` and is then handed views into the
two flat vectors of its network, one for the values (``W``) and one for the gradients (``dW``).
The first layer of a network has ``is_first`` set: nobody asks what its input should have been.
"""

import numpy as np

from lib.checks import check_choice, check_count

__all__ = ["Dense", "Layer"]


class Layer:
    """A layer without parameters; chapter 3, "Building blocks"."""

    weights = ()  # the parameters that an initializer draws and a penalty shrinks: here, none
    statistics = ()  # arrays that training changes without a gradient: here, none
    is_first = False
    kept = None  # set when the layer joins a network: what a copy of it takes along

    def build(self, n_inputs):
        """Number of outputs, and the shapes of the parameters by name, for ``n_inputs`` inputs.

        A copy of the layer takes along the attributes that it has by now, and no later ones.
        """
        return n_inputs, {}

    def reset(self, random_state):
        """Make ready to train, after all weights are drawn from ``random_state``."""

    def check_batch(self, m):
        """Raise ValueError if a training batch of ``m`` examples is too small for this layer."""

    def freeze(self):
        """Draw the same random numbers in every forward pass from here on, for a gradient check."""

    def forward(self, A_prev, training=False):
        raise NotImplementedError(f"{type(self).__name__} needs a forward method")

    def backward(self, dA):
        raise NotImplementedError(f"{type(self).__name__} needs a backward method")

    def __getstate__(self):
        # A copy or a pickle takes what the layer is, not the data that forward left in it.
        state = vars(self)
        return state if self.kept is None else {name: state[name] for name in self.kept}

    def __repr__(self):
        return f"{type(self).__name__}()"


class Dense(Layer):
    """Z = W A_prev + b, with W (n_l, n_prev) and b (n_l, 1). One neuron is ``Dense(1)``.

    ``bias=False`` leaves b out, where a BatchNorm follows that has its own. Derived for one neuron
    in chapter 1, "The gradient", and for a layer of them in chapter 2.
    Raises TypeError or ValueError if ``n_outputs`` is not a whole number from 1 up.
    """

    weights = ("W",)

    def __init__(self, n_outputs, bias=True):
        self.n_outputs = check_count(n_outputs, "n_outputs")
        self.bias = check_choice(bias, "bias", [True, False])

    def build(self, n_inputs):
        shapes = {"W": (self.n_outputs, n_inputs), "b": (self.n_outputs, 1)}
        if not self.bias:
            del shapes["b"]
        return self.n_outputs, shapes

    def forward(self, A_prev, training=False):
        self.A_prev = A_prev
        Z = self.W @ A_prev
        if self.bias:
            Z += self.b
        return Z

    def backward(self, dZ):
        np.matmul(dZ, self.A_prev.T, out=self.dW)
        if self.bias:
            np.add.reduce(dZ, axis=1, keepdims=True, out=self.db)  # np.sum, called directly
        return None if self.is_first else self.W.T @ dZ

    def __repr__(self):
        return f"Dense({self.n_outputs}{'' if self.bias else ', bias=False'})"
