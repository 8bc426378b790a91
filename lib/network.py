"""A network: layers in a row over one flat vector of parameters. Read this module with chapter 3.

Every W and b is a view into ``parameters``, every dW and db a view into ``gradient``. So an
optimizer needs no loop over layers, a gradient check perturbs ``parameters[i]``, and a saved model
is one array.
"""

import contextlib
import copy
import inspect
import math

import numpy as np

from lib.checks import (
    check_choice,
    check_count,
    check_inputs,
    check_labels,
    check_object,
    check_random_state,
    check_values,
    check_weights,
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
        _check_initializer(initializer)
        self.penalty = penalty
        for one in self._penalties():
            check_object(one, "penalty", "add_gradient", "L2(0.7)")
        random_state = check_random_state(random_state)

        self._shapes = []  # of the parameters by name, one dictionary per layer
        width = self.n_inputs
        for layer in self.layers:
            width, shapes = layer.build(width)
            self._shapes.append(shapes)
        self.n_outputs = width
        loss.check_outputs(width)
        weights = self._draw(initializer, random_state)
        # All arguments are valid past this point.
        first = next(l for l, shapes in enumerate(self._shapes) if shapes)
        for l, layer in enumerate(self.layers):
            layer.is_first = l == first
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
                W = _call(initializer, shape, random_state)
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
        arrays = [{} for _ in self.layers]
        for l, name, place, shape in self._places():
            arrays[l][name] = self._parameters[place].reshape(shape)
            arrays[l]["d" + name] = self.gradient[place].reshape(shape)
        for layer, views in zip(self.layers, arrays, strict=True):
            layer.bind(views)
            for name in layer.statistics:
                setattr(layer, name, getattr(layer, name).astype(parameters.dtype, copy=False))

    @property
    def parameters(self):
        """Every weight and bias in one vector; assigning copies values into it."""
        return self._parameters

    @parameters.setter
    def parameters(self, values):
        values = check_values(values, self._parameters.shape, "parameters")
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

    def check(self, X, Y, suffix=""):
        """X and Y as arrays that fit this network; chapter 3, "One flat vector".

        ``suffix`` is added to the names X and Y in messages. Raises TypeError or ValueError.
        """
        X = check_inputs(X, self.n_inputs, self.dtype, "X" + suffix)
        check = getattr(self.loss, "check_labels", check_labels)  # a user's loss may lack it
        return X, check(Y, self.n_outputs, X.shape[1], self.dtype, "Y" + suffix)

    def forward(self, X, training=False):
        """Logits (n_out, m) for X (n_x, m), or for an HDF5 data set (m, n_x), block by block."""
        if is_stored(X) and not training:
            return np.hstack(
                [self.forward(x) for x, *_ in StoredExamples(X, None, self).in_order()]
            )
        A = X if self._fits(X, self.n_inputs) else check_inputs(X, self.n_inputs, self.dtype)
        for layer in self.layers:
            A = layer.forward(A, training)
        return A

    def cost(self, X, Y, w=None, training=False):
        """The cost, penalty included, as a float; w: None, or weights of the examples, (m,).

        With weights it is the sum of w times loss, divided by the sum of w, and that sum takes the
        place of m in a penalty. ``training``: in the mode of training, so with dropout.
        """
        X, Y = self.check(X, Y)
        w = None if w is None else check_weights(w, X.shape[1], self.dtype, "w")
        cost = self.loss.value(self.forward(X, training), Y, w)
        cost += self.penalty_cost(X.shape[1] if w is None else w.sum())
        return complex(cost) if np.iscomplexobj(cost) else float(cost)

    def cost_and_gradient(self, X, Y, w=None):
        """The cost as a float; its gradient is left in ``gradient`` and in every dW and db.

        Training calls this for every batch. So arrays of the right type and shape are not searched
        for NaN and wrong labels again, as ``train``, ``cost`` and ``predict`` do once.
        """
        if not self.gradient.flags.writeable:
            self.check_writeable()
        if not (self._fits(X, self.n_inputs) and self._fits(Y, self.n_outputs, X.shape[1])):
            X, Y = self.check(X, Y)
        m = X.shape[1]
        if w is not None:
            if not (type(w) is np.ndarray and w.dtype == self.dtype and w.shape == (m,)):
                w = check_weights(w, m, self.dtype, "w")
            m = w.sum()  # an example of weight 2 counts as two
        A = X
        for layer in self.layers:
            A = layer.forward(A, training=True)
        # Without weights it is not passed weights: a loss of one's own need not know them.
        weights = () if w is None else (w,)
        cost, dA = self.loss.value_and_gradient(A, Y, *weights)
        for layer in reversed(self.layers):
            dA = layer.backward(dA)
            if layer.is_first:
                break  # what comes before has no parameters, and so nothing to learn
        if self.penalty is not None:
            cost += self.penalty_cost(m)
            for penalty in self._penalties():
                for W, dW in self._weights():
                    penalty.add_gradient(W, dW, m)
        return float(cost)

    def _fits(self, array, rows, columns=None):
        """Whether this is an array (rows, columns), of any m > 0 columns, in the network's type."""
        return (
            type(array) is np.ndarray
            and array.dtype == self.dtype
            and array.ndim == 2
            and len(array) == rows
            and array.shape[1] == (columns or array.shape[1] or None)
        )

    def penalty_cost(self, m):
        """What the penalties add to the cost of ``m`` examples.

        Chapter 5, "L2 regularization: paying for weights".
        """
        weights = self._weights
        return sum(p.value(W, m) for p in self._penalties() for W, _ in weights())

    def predict_proba(self, X):
        """Probabilities: (1, m) of label 1, or (C, m) of each class."""
        X = X if is_stored(X) else check_inputs(X, self.n_inputs, self.dtype)
        return self.loss.probabilities(self.forward(X))

    def predict(self, X):
        """Integer labels (1, m): 0 or 1, or the most probable class."""
        X = X if is_stored(X) else check_inputs(X, self.n_inputs, self.dtype)
        return self.loss.labels(self.forward(X))

    def state(self):
        """All arrays that training changes, themselves; chapter 5, "Early stopping".

        The flat vector of parameters, then the statistics, layer by layer.
        """
        statistics = [getattr(layer, name) for layer in self.layers for name in layer.statistics]
        return [self._parameters, *statistics]

    def snapshot(self):
        """All that training changes, copied, for ``restore``; chapter 5, "Early stopping"."""
        return [array.copy() for array in self.state()]

    def restore(self, snapshot):
        """Go back to what ``snapshot`` returned; ValueError if it is another network's."""
        ours, theirs = ([np.shape(array) for array in a] for a in (self.state(), snapshot))
        if ours != theirs:
            raise ValueError(f"snapshot has the shapes {theirs}; it needs {ours}, as this network")
        self.check_writeable()
        for array, value in zip(self.state(), snapshot, strict=True):
            array[...] = value

    def streams(self):
        """The random streams of all layers that draw from one; chapter 5, "Dropout"."""
        found = [getattr(layer, "random_state", None) for layer in self.layers]
        return [stream for stream in found if isinstance(stream, np.random.RandomState)]

    def _weights(self):
        for layer in self.layers:
            for name in layer.weights:
                yield getattr(layer, name), getattr(layer, "d" + name)

    def _penalties(self):
        if self.penalty is None:
            return []
        return self.penalty if isinstance(self.penalty, (list, tuple)) else [self.penalty]

    @contextlib.contextmanager
    def with_first_layer(self, first, n_inputs):
        """Within ``with``: this network, with ``first`` on ``n_inputs`` other inputs in front.

        Yields a network whose later layers are this one's own. What they learn stays, and so does
        what ``first`` learns apart from its weights. Excursion 3, "The Gram form of the first
        layer", computes in other coordinates with it.
        """
        own = self.layers[0]
        twin = copy.copy(self)
        twin.layers = [first, *self.layers[1:]]
        twin.n_inputs = n_inputs
        twin._shapes = [first.build(n_inputs)[1], *self._shapes[1:]]
        first.is_first = own.is_first
        size = math.prod(twin._shapes[0]["W"])
        rest = self._parameters[own.W.size :]
        twin._bind(np.concatenate([np.zeros(size, self.dtype), rest]))
        try:
            yield twin
        finally:
            rest[...] = twin.parameters[size:]
            self._bind(self._parameters, self.gradient)

    def check_writeable(self):
        """Raise ValueError if this network can predict but not learn.

        This is so after ``joblib.load(path, mmap_mode="r")``: its numbers stay in the file.
        Chapter 7, "Stopping and going on".
        """
        if not all(array.flags.writeable for array in [self.gradient, *self.state()]):
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


def _check_initializer(initializer):
    check_object(initializer, "initializer", "__call__", "he")
    try:
        inspect.signature(initializer).bind("shape", "random_state")
    except TypeError as error:
        raise TypeError(
            f"initializer is {_name(initializer)}, which cannot be called with (shape,"
            " random_state); it needs to be one such as he or normal(0.01)"
        ) from error
    except ValueError:
        pass  # compiled functions may have no signature to look at


def _call(initializer, shape, random_state):
    try:
        return initializer(shape, random_state)
    except TypeError as error:  # as of np.zeros, which takes two arguments, but other ones
        raise TypeError(
            f"initializer is {_name(initializer)}; called with ({shape}, random_state), it said:"
            f" {error}. It needs to be one such as he or normal(0.01)"
        ) from error


def _name(function):
    return getattr(function, "__name__", repr(function))


def _check_layers(layers):
    if not isinstance(layers, (list, tuple)):
        raise TypeError(f"layers is {layers!r}; it needs to be a list such as [Dense(1)]")
    for l, layer in enumerate(layers):
        check_object(layer, f"layers[{l}]", "build", "ReLU()")
        if layer.views is not None or layer in layers[:l]:
            raise ValueError(f"layers[{l}], {layer!r}, is already in a network; make a new one")
    if not layers or not layers[-1].weights:
        end = f"ends with {layers[-1]!r}" if layers else "is empty"
        raise ValueError(
            f"layers {end}; the last layer needs to be linear, such as Dense(1), because the loss"
            " takes logits and applies its own sigmoid or softmax"
        )
    return list(layers)
