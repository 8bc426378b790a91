"""A network: layers in a row over one flat vector of parameters. Read this module with chapter 3.

Every W and b is a view into ``parameters``, every dW and db a view into ``gradient``. So an
optimizer needs no loop over layers, a gradient check disturbs ``parameters[i]``, and a saved model
is one array.
"""

import copy
import math

import numpy as np

from lib.checks import (
    check_choice,
    check_count,
    check_inputs,
    check_labels,
    check_object,
    check_random_state,
)
from lib.initializers import xavier
from lib.layers import Layer
from lib.losses import BinaryCrossEntropy

__all__ = ["Network"]


class Network:
    """A stack of layers, a loss, and where they start; chapter 1, "The same neuron from the library".

    layers: Layer objects, first to last; the last one returns logits (no sigmoid of its own).
    n_inputs: n_x, the number of rows of X.
    loss: BinaryCrossEntropy() for labels (1, m), SoftmaxCrossEntropy() for one-hot (C, m).
    initializer: called as initializer(shape, random_state) for every W, layer by layer in order.
    penalty: None, or an object such as L2(0.7) that adds to the cost and to its gradient.
    random_state: a seed, a numpy RandomState, or None for a fresh one.
    dtype: numpy.float64 or numpy.float32; all arithmetic is done in it.

    Raises TypeError or ValueError for arguments that do not fit together.
    """

    def __init__(
        self,
        layers,
        n_inputs,
        loss=BinaryCrossEntropy(),
        initializer=xavier,
        penalty=None,
        random_state=None,
        dtype=np.float64,
    ):
        self.layers = _check_layers(layers)
        self.n_inputs = check_count(n_inputs, "n_inputs")
        self.dtype = np.dtype(check_choice(dtype, "dtype", [np.dtype("f8"), np.dtype("f4")]))
        self.loss = check_object(loss, "loss", "value_and_gradient", "BinaryCrossEntropy()")
        check_object(initializer, "initializer", "__call__", "he")
        if penalty is not None:
            check_object(penalty, "penalty", "add_gradient", "L2(0.7)")
        self.penalty = penalty
        self._shapes = []
        width = self.n_inputs
        for layer in self.layers:
            width, shapes = layer.build(width)
            self._shapes.append(shapes)
        loss.check_outputs(width)
        self.n_outputs = width
        # Everything before the first layer with parameters has nothing to learn from backward.
        self._first = next(i for i, shapes in enumerate(self._shapes) if shapes)
        self.layers[self._first].is_first = True
        size = sum(math.prod(shape) for shapes in self._shapes for shape in shapes.values())
        self._bind(np.zeros(size, self.dtype))
        random_state = check_random_state(random_state)
        for layer in self.layers:
            for name in layer.weights:
                W = getattr(layer, name)
                W[...] = _draw(initializer, W.shape, random_state)
        for layer, shapes in zip(self.layers, self._shapes, strict=True):
            layer.reset(random_state)
            views = {*shapes, *("d" + name for name in shapes)}
            layer.kept = ["kept", *(name for name in vars(layer) if name not in views)]

    def _bind(self, parameters, gradient=None):
        """Give every layer its views into the two flat vectors."""
        self._parameters = parameters
        self.gradient = np.zeros_like(parameters) if gradient is None else gradient
        start = 0
        for layer, shapes in zip(self.layers, self._shapes, strict=True):
            for name, shape in shapes.items():
                stop = start + math.prod(shape)
                setattr(layer, name, self._parameters[start:stop].reshape(shape))
                setattr(layer, "d" + name, self.gradient[start:stop].reshape(shape))
                start = stop

    @property
    def parameters(self):
        """Every weight and bias in one vector; assigning copies values into it."""
        return self._parameters

    @parameters.setter
    def parameters(self, values):
        self._parameters[...] = values

    def locate(self, i):
        """The name of ``parameters[i]``, such as "layers[2].W[3, 1]"; chapter 3, "One flat vector"."""
        if not 0 <= i < self._parameters.size:
            raise IndexError(f"i is {i}; the network has {self._parameters.size} parameters")
        for l, shapes in enumerate(self._shapes):
            for name, shape in shapes.items():
                if i < math.prod(shape):
                    index = ", ".join(str(k) for k in np.unravel_index(i, shape))
                    return f"layers[{l}].{name}[{index}]"
                i -= math.prod(shape)

    # The public doors look at what they are given; the methods behind them, which train() calls in
    # its loop, do not look again.

    def check(self, X, Y=None, suffix=""):
        """X, or X and Y, as arrays that fit this network; chapter 3, "One flat vector".

        ``suffix`` is added to the names X and Y in messages. Raises TypeError or ValueError.
        """
        self._check_views()
        X = check_inputs(X, self.n_inputs, self.dtype, "X" + suffix)
        if Y is None:
            return X
        return X, check_labels(Y, self.n_outputs, X.shape[1], self.dtype, "Y" + suffix)

    def forward(self, X, training=False):
        """Logits (n_out, m) for X (n_x, m)."""
        return self._forward(self.check(X), training)

    def cost(self, X, Y):
        """The cost, penalty included, as a float."""
        return float(self._cost(*self.check(X, Y), training=False))

    def cost_and_gradient(self, X, Y):
        """The cost as a float; its gradient is left in ``gradient`` and in every dW and db."""
        return self._cost_and_gradient(*self.check(X, Y))

    def predict_proba(self, X):
        """Probabilities: (1, m) of label 1, or (C, m) of each class."""
        return self.loss.probabilities(self.forward(X))

    def predict(self, X):
        """Integer labels (1, m): 0 or 1, or the most probable class."""
        return self.loss.labels(self.forward(X))

    def _forward(self, X, training):
        A = X
        for layer in self.layers:
            A = layer.forward(A, training)
        return A

    def _cost(self, X, Y, training):
        cost = self.loss.value(self._forward(X, training), Y)
        if self.penalty is not None:
            cost += sum(self.penalty.value(W, X.shape[1]) for W, _ in self._weights())
        return cost

    def _cost_and_gradient(self, X, Y):
        cost, dA = self.loss.value_and_gradient(self._forward(X, training=True), Y)
        for layer in reversed(self.layers[self._first :]):
            dA = layer.backward(dA)
        if self.penalty is not None:
            for W, dW in self._weights():
                cost += self.penalty.value(W, X.shape[1])
                self.penalty.add_gradient(W, dW, X.shape[1])
        return float(cost)

    def snapshot(self):
        """All that training changes, copied, for ``restore``; chapter 5, "Early stopping"."""
        return [array.copy() for array in self._trained()]

    def restore(self, snapshot):
        """Go back to what ``snapshot`` returned."""
        for array, value in zip(self._trained(), snapshot, strict=True):
            array[...] = value

    def _trained(self):
        statistics = [getattr(layer, name) for layer in self.layers for name in layer.statistics]
        return [self._parameters, *statistics]

    def _weights(self):
        for layer in self.layers:
            for name in layer.weights:
                yield getattr(layer, name), getattr(layer, "d" + name)

    def _check_views(self):
        for l, (layer, shapes) in enumerate(zip(self.layers, self._shapes, strict=True)):
            views = [(name, self._parameters) for name in shapes]
            views += [("d" + name, self.gradient) for name in shapes]
            for name, vector in views:
                # Not ".base is": an unpickled vector does not own its memory.
                if not np.may_share_memory(getattr(layer, name), vector):
                    raise ValueError(
                        f"layers[{l}].{name} was replaced by another array; write into it instead:"
                        f" layers[{l}].{name}[...] = values"
                    )

    def astype(self, dtype):
        """A copy of this network that computes in ``dtype`` (also complex, for gradient checks)."""
        twin = copy.deepcopy(self)
        twin.dtype = np.dtype(dtype)
        twin._bind(self._parameters.astype(dtype))
        return twin

    def __setstate__(self, state):
        # A copied or unpickled vector is new memory: the views must be made again.
        self.__dict__.update(state)
        self._bind(self._parameters, self.gradient)

    def __repr__(self):
        return (
            f"Network({self.layers}, n_inputs={self.n_inputs}, loss={self.loss},"
            f" penalty={self.penalty}): {self._parameters.size} parameters, {self.dtype}"
        )


def _draw(initializer, shape, random_state):
    W = initializer(shape, random_state)
    if np.shape(W) != shape:
        raise ValueError(f"initializer returned shape {np.shape(W)}; it needs to return {shape}")
    return W


def _check_layers(layers):
    if not isinstance(layers, (list, tuple)):
        raise TypeError(f"layers is {layers!r}; it needs to be a list such as [Dense(1)]")
    layers = list(layers)
    for l, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            hint = " (add parentheses to make one)" if isinstance(layer, type) else ""
            raise TypeError(
                f"layers[{l}] is {layer!r}; it needs to be a Layer such as ReLU(){hint}"
            )
        if layer.kept is not None or layer in layers[:l]:
            raise ValueError(f"layers[{l}], {layer!r}, is already in a network; make a new one")
    if not layers or not layers[-1].weights:
        end = f"ends with {layers[-1]!r}" if layers else "is empty"
        raise ValueError(
            f"layers {end}; the last layer needs to be linear, such as Dense(1), because the loss"
            " takes logits and applies its own sigmoid or softmax"
        )
    return layers
