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
from lib.losses import BinaryCrossEntropy
from lib.streaming import StoredExamples, is_stored

__all__ = ["Network"]


class Network:
    """A stack of layers over one flat vector; chapter 1, "The same neuron from the library".

    layers: Layer objects, first to last; the last one returns logits (no sigmoid of its own).
    n_inputs: n_x, the number of rows of X.
    loss: BinaryCrossEntropy() for labels (1, m), SoftmaxCrossEntropy() for one-hot (C, m).
    initializer: called as initializer(shape, random_state) for every W, layer by layer in order.
    penalty: None, or what adds to the cost and its gradient: L2(0.7), or a list of such objects.
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
        self.penalty = penalty
        for one in self._penalties():
            check_object(one, "penalty", "add_gradient", "L2(0.7)")
        random_state = check_random_state(random_state)

        self._shapes = []  # of the parameters by name, a dictionary a layer
        width = self.n_inputs
        for layer in self.layers:
            width, shapes = layer.build(width)
            self._shapes.append(shapes)
        self.n_outputs = width
        loss.check_outputs(width)
        weights = self._draw(initializer, random_state)
        first = next(l for l, shapes in enumerate(self._shapes) if shapes)
        for l, layer in enumerate(self.layers):  # from here on nothing is refused
            layer.is_first = l == first
            layer.kept = ["kept", *vars(layer)]  # now that it holds no views and no data yet
        self._bind(np.zeros(sum(math.prod(shape) for *_, shape in self._places()), self.dtype))
        for (W, _), drawn in zip(self._weights(), weights, strict=True):
            W[...] = drawn
        for layer in self.layers:
            layer.reset(random_state)

    def _draw(self, initializer, random_state):
        """The first values of every weight matrix, layer by layer in order."""
        drawn = []
        for layer, shapes in zip(self.layers, self._shapes, strict=True):
            for shape in (shapes[name] for name in layer.weights):
                W = initializer(shape, random_state)
                if (got := np.shape(W)) != shape:
                    needs = f"it needs to return {shape}"
                    raise ValueError(f"initializer returned shape {got}; {needs}")
                drawn.append(check_inputs(W, dtype=self.dtype, name="what initializer returned"))
        return drawn

    def _places(self):
        """Where the parameters lie: (layer's number, name, slice of the flat vector, shape)."""
        start = 0
        for l, shapes in enumerate(self._shapes):
            for name, shape in shapes.items():
                place = slice(start, start + math.prod(shape))
                yield l, name, place, shape
                start = place.stop

    def _bind(self, parameters, gradient=None):
        """Give every layer its views into the two flat vectors, and its statistics their dtype."""
        self._parameters = parameters
        self.gradient = np.zeros_like(parameters) if gradient is None else gradient
        for layer in self.layers:
            for name in layer.statistics:
                setattr(layer, name, getattr(layer, name).astype(parameters.dtype, copy=False))
        for l, name, place, shape in self._places():
            setattr(self.layers[l], name, self._parameters[place].reshape(shape))
            setattr(self.layers[l], "d" + name, self.gradient[place].reshape(shape))

    @property
    def parameters(self):
        """Every weight and bias in one vector; assigning copies values into it."""
        return self._parameters

    @parameters.setter
    def parameters(self, values):
        if np.shape(values) not in [self._parameters.shape, ()]:
            got, needs = np.shape(values), self._parameters.shape
            raise ValueError(f"parameters has shape {got}; it needs {needs}, or one number for all")
        self.check_writeable()
        self._parameters[...] = values

    def locate(self, i):
        """What ``parameters[i]`` is, such as "layers[2].W[3, 1]"; chapter 3, "One flat vector".

        Raises IndexError for an ``i`` that is not there, TypeError for what is no whole number.
        """
        i = check_count(i, "i", -math.inf)
        for l, name, place, shape in self._places():
            if place.start <= i < place.stop:
                index = ", ".join(map(str, np.unravel_index(i - place.start, shape)))
                return f"layers[{l}].{name}[{index}]"
        n = self._parameters.size
        raise IndexError(f"i is {i}; the network has {n} parameters: it needs to be 0 to {n - 1}")

    # The public doors look at what they are given; the methods behind them, which train() calls in
    # its loop, do not look again.

    def check(self, X, Y, suffix=""):
        """X and Y as arrays that fit this network; chapter 3, "One flat vector".

        ``suffix`` is added to the names X and Y in messages. Raises TypeError or ValueError.
        """
        X = self._check_inputs(X, suffix)
        return X, check_labels(Y, self.n_outputs, X.shape[1], self.dtype, "Y" + suffix)

    def _check_inputs(self, X, suffix=""):
        self.check_views()
        return check_inputs(X, self.n_inputs, self.dtype, "X" + suffix)

    def forward(self, X, training=False):
        """Logits (n_out, m) for X (n_x, m), or for an HDF5 data set (m, n_x), block by block."""
        if is_stored(X) and not training:
            self.check_views()
            blocks = StoredExamples(X, None, self).in_order()
            return np.hstack([self._forward(block, training) for block, _ in blocks])
        return self._forward(self._check_inputs(X), training)

    def cost(self, X, Y):
        """The cost, penalty included, as a float."""
        return float(self._cost(*self.check(X, Y), training=False))

    def cost_and_gradient(self, X, Y):
        """The cost as a float; its gradient is left in ``gradient`` and in every dW and db."""
        self.check_writeable()
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
        for penalty in self._penalties():
            cost += sum(penalty.value(W, X.shape[1]) for W, _ in self._weights())
        return cost

    def _cost_and_gradient(self, X, Y):
        cost, dA = self.loss.value_and_gradient(self._forward(X, training=True), Y)
        for layer in reversed(self.layers):
            dA = layer.backward(dA)
            if layer.is_first:
                break  # what comes before has no parameters, and so nothing to learn
        for penalty in self._penalties():
            for W, dW in self._weights():
                cost += penalty.value(W, X.shape[1])
                penalty.add_gradient(W, dW, X.shape[1])
        return float(cost)

    def snapshot(self):
        """All that training changes, copied, for ``restore``; chapter 5, "Early stopping"."""
        return [array.copy() for array in self._trained()]

    def restore(self, snapshot):
        """Go back to what ``snapshot`` returned; ValueError if it is another network's."""
        ours, theirs = ([np.shape(array) for array in a] for a in (self._trained(), snapshot))
        if ours != theirs:
            raise ValueError(f"snapshot has the shapes {theirs}; it needs {ours}, as this network")
        self.check_writeable()
        for array, value in zip(self._trained(), snapshot, strict=True):
            array[...] = value

    def _trained(self):
        statistics = [getattr(layer, name) for layer in self.layers for name in layer.statistics]
        return [self._parameters, *statistics]

    def _weights(self):
        for layer in self.layers:
            for name in layer.weights:
                yield getattr(layer, name), getattr(layer, "d" + name)

    def _penalties(self):
        if self.penalty is None:
            return []
        return self.penalty if isinstance(self.penalty, (list, tuple)) else [self.penalty]

    def check_views(self):
        """Raise ValueError if a W or dW is no longer a view; chapter 3, "One flat vector"."""
        for l, name, place, _ in self._places():
            for view, vector in [(name, self._parameters), ("d" + name, self.gradient)]:
                # Not ".base is": an unpickled vector does not own its memory.
                if not np.may_share_memory(getattr(self.layers[l], view), vector[place]):
                    array = f"layers[{l}].{view}"
                    raise ValueError(
                        f"{array} was replaced; write into it instead: {array}[...] = values"
                    )

    def check_writeable(self):
        """Raise ValueError if this network can predict but not learn.

        So it is after ``joblib.load(path, mmap_mode="r")``: its numbers stay in the file.
        Chapter 7, "Stopping and going on".
        """
        if not all(array.flags.writeable for array in [self.gradient, *self._trained()]):
            raise ValueError(
                "the network is read-only, as after loading with mmap_mode='r': it can predict; to"
                " learn it needs to be loaded without mmap_mode, or copied: net.astype(net.dtype)"
            )

    def astype(self, dtype):
        """A copy of this network that computes in ``dtype`` (also complex, for gradient checks).

        Raises ValueError for a ``dtype`` that is neither a float nor complex, of 4 or 8 bytes.
        """
        check_choice(dtype, "dtype", [np.dtype(kind) for kind in ("f8", "f4", "c16", "c8")])
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


def _check_layers(layers):
    if not isinstance(layers, (list, tuple)):
        raise TypeError(f"layers is {layers!r}; it needs to be a list such as [Dense(1)]")
    for l, layer in enumerate(layers):
        check_object(layer, f"layers[{l}]", "build", "ReLU()")
        if layer.kept is not None or layer in layers[:l]:
            raise ValueError(f"layers[{l}], {layer!r}, is already in a network; make a new one")
    if not layers or not layers[-1].weights:
        end = f"ends with {layers[-1]!r}" if layers else "is empty"
        raise ValueError(
            f"layers {end}; the last layer needs to be linear, such as Dense(1), because the loss"
            " takes logits and applies its own sigmoid or softmax"
        )
    return list(layers)
