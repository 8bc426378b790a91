"""Layers: what a network is made of. Read this module with chapter 1.

The contract. A layer maps ``A_prev`` of shape ``(n_prev, m)``, one column per example, to an array
of shape ``(n_l, m)``:

- ``forward(A_prev, training)`` returns the output and keeps in ``cache`` what ``backward`` needs;
- ``backward(dA)`` takes the gradient of the cost with respect to that output, writes the gradients
  of the layer's own parameters, and returns the gradient with respect to ``A_prev``.

A layer with parameters says their names and shapes in ``build``. Its network then gives it views
into two flat vectors, one for the values (``W``) and one for the gradients (``dW``). A layer that
needs random numbers draws them from an attribute ``random_state``. The first layer with parameters
has ``is_first`` set: no gradient is computed for its input.
"""

from operator import attrgetter

import numpy as np

from lib.checks import check_choice, check_count, check_values

__all__ = ["Dense", "Layer", "NotReady"]


class NotReady(RuntimeError, AttributeError):
    """A layer was used too early; chapter 3, "What the cache holds"."""


class Layer:
    """A layer without parameters; chapter 3, "Building blocks"."""

    weights = ()  # the parameters that an initializer draws and a penalty shrinks: here, none
    statistics = ()  # arrays that training changes without a gradient: here, none
    views = None  # once it is in a network: where it keeps the views into the network's vectors
    is_first = False

    def build(self, n_inputs):
        """Number of outputs, and the shapes of the parameters by name, for ``n_inputs`` inputs."""
        return n_inputs, {}

    def reset(self, random_state):
        """Make ready to train, after all weights are drawn from ``random_state``."""

    def check_batch(self, m):
        """Raise ValueError if a training batch of ``m`` examples is too small for this layer."""

    def forward(self, A_prev, training=False):
        raise NotImplementedError(f"{type(self).__name__} needs a forward method")

    def backward(self, dA):
        raise NotImplementedError(f"{type(self).__name__} needs a backward method")

    def bind(self, arrays):
        """Take these arrays, by their names, as views into the vectors of a network."""
        for name, array in arrays.items():
            if not hasattr(type(self), name):
                setattr(type(self), name, _view(name))
            setattr(self, "_" + name, array)
        self.views = tuple("_" + name for name in arrays)

    def __getattr__(self, name):
        # Called only for attributes that are not found.
        kind = type(self).__name__
        if name == "cache":
            raise NotReady(f"{kind} has no cache; it needs forward(..., training=True) before this")
        if self.views is None and not name.startswith("__"):
            needs = f"parameters are made by a network: Network([{kind}(...), ...], n_inputs)"
            raise NotReady(f"{kind} has no {name}; {needs}")
        raise AttributeError(f"{kind} has no attribute {name!r}")

    def __getstate__(self):
        # A copy or a pickle takes neither the data that forward left behind nor the views, which
        # the network of the copy makes anew.
        left_behind = {"cache", "views", *(self.views or ())}
        return {name: value for name, value in vars(self).items() if name not in left_behind}

    def __repr__(self):
        return f"{type(self).__name__}()"


def _view(name):
    """Reading ``layer.W`` gives the view, and ``layer.W = values`` writes into it.

    A new array in its place would lie outside the network's vector and never be trained.
    """

    def write(layer, values):
        view = getattr(layer, name)
        view[...] = check_values(values, view.shape, name)

    return property(attrgetter("_" + name), write)


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
        self.cache = A_prev
        Z = self.W @ A_prev
        if self.bias:
            Z += self.b
        return Z

    def backward(self, dZ):
        np.matmul(dZ, self.cache.T, out=self.dW)
        if self.bias:
            np.add.reduce(dZ, axis=1, keepdims=True, out=self.db)  # np.sum, called directly
        return None if self.is_first else self.W.T @ dZ

    def __repr__(self):
        return f"Dense({self.n_outputs}{'' if self.bias else ', bias=False'})"
