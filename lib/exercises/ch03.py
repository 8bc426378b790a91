"""Exercises of chapter 3: any number of layers."""

from itertools import pairwise

import numpy as np

from lib.exercises import exercise


def _sizes(random_state, least=2):
    """n[0], n[1], … of a random network, no two alike, so that a transposed matrix shows."""
    return [int(n) for n in random_state.permutation(np.arange(2, 9))[: least + 1]] + [1]


def _layers(random_state):
    sizes = _sizes(random_state)
    return [(random_state.randn(n, p), random_state.randn(n, 1)) for p, n in pairwise(sizes)]


def _deep(random_state, depth):
    sizes = [int(n) for n in random_state.permutation(np.arange(2, 9))[:depth]] + [1]
    layers = [(random_state.randn(n, p), random_state.randn(n, 1)) for p, n in pairwise(sizes)]
    return random_state.randn(sizes[0], 9), layers


def _relu(Z):
    return np.maximum(Z, 0)


@exercise("3.1", "Count before you build")
class count_parameters:
    """The number of weights and biases of a network of sizes [n[0], n[1], …, n[L]], an integer."""

    def inputs(random_state):
        return (_sizes(random_state, random_state.randint(2, 4)),)

    def solution(sizes):
        return sum(n * n_prev + n for n_prev, n in pairwise(sizes))

    corners = {
        "one layer": ([5, 1],),
        "five layers": ([4, 3, 6, 2, 5, 1],),
        "several outputs": ([7, 4, 3],),
    }
    hints = [
        "Layer l has a matrix W[l] of n[l] rows and n[l-1] columns, and one bias for each row.",
        "`itertools.pairwise(sizes)` gives the pairs (n[l-1], n[l]), one for each layer.",
    ]
    mistakes = {
        "You counted the weights only: each neuron has a bias too.": lambda sizes: sum(
            n * p for p, n in pairwise(sizes)
        ),
        "Your biases are those of the layer before: b[l] has as many rows as W[l], that is n[l].": (
            lambda sizes: sum(n * p + p for p, n in pairwise(sizes))
        ),
        "You gave each layer one bias: it is one for every neuron, n[l] of them.": lambda sizes: (
            sum(n * p + 1 for p, n in pairwise(sizes))
        ),
        "The last layer is missing: L layers lie between L + 1 sizes.": lambda sizes: sum(
            n * p + n for p, n in pairwise(sizes[:-1])
        ),
        "You gave the inputs biases as well: layer 0 has no parameters.": lambda sizes: (
            sum(n * p for p, n in pairwise(sizes)) + sum(sizes)
        ),
    }


def _forward(X, layers, hidden=_relu, last=lambda Z: Z):
    A = X
    for l, (W, b) in enumerate(layers, start=1):
        A = (hidden if l < len(layers) else last)(W @ A + b)
    return A


@exercise("3.2", "All the way forward")
class forward_logits:
    """The logits (1, m) of a net with ReLU in all layers but the last; layers: a list of (W, b)."""

    def inputs(random_state):
        layers = _layers(random_state)
        return random_state.randn(layers[0][0].shape[1], 9), layers

    def solution(X, layers):
        A = X
        for W, b in layers[:-1]:
            A = np.maximum(W @ A + b, 0)
        W, b = layers[-1]
        return W @ A + b

    corners = {
        "one layer": lambda random_state: _deep(random_state, 1),
        "two layers": lambda random_state: _deep(random_state, 2),
        "five layers": lambda random_state: _deep(random_state, 5),
    }
    hints = [
        "Keep one variable A that starts as X and is replaced by each layer's output.",
        "The last layer is different: treat it after the loop over `layers[:-1]`.",
        "Logits are the scores before any sigmoid, so the last layer is `W @ A + b` and no more.",
    ]
    mistakes = {
        "None of your outputs is negative: you bent the last layer too. Logits need both signs.": (
            lambda X, layers: _forward(X, layers, last=_relu)
        ),
        "These are probabilities: the sigmoid belongs to the loss, and is given the logits.": (
            lambda X, layers: _forward(X, layers, last=lambda Z: 1 / (1 + np.exp(-Z)))
        ),
        "There is no bend anywhere, so all your layers together are one linear map: put a ReLU"
        " after each but the last.": lambda X, layers: _forward(X, layers, hidden=lambda Z: Z),
        "The biases are missing: Z[l] = W[l] A[l-1] + b[l].": lambda X, layers: _forward(
            X, [(W, 0 * b) for W, b in layers]
        ),
        "The last layer is missing: this is A[L-1], and the logits are one step further.": (
            lambda X, layers: _forward(X, layers[:-1], last=_relu)
        ),
    }


@exercise("3.3", "One block backward")
class relu_backward:
    """dA_prev, dW and db of a layer A = relu(W A_prev + b), given dA; dA already holds the 1/m."""

    def inputs(random_state):
        n, p = random_state.permutation(np.arange(2, 7))[:2]
        m = 8
        W, A_prev = random_state.randn(n, p), random_state.randn(p, m)
        return random_state.randn(n, m), W, A_prev, W @ A_prev + random_state.randn(n, 1)

    def solution(dA, W, A_prev, Z):
        dZ = dA * (Z > 0)
        dW = dZ @ A_prev.T
        db = np.sum(dZ, axis=1, keepdims=True)
        return W.T @ dZ, dW, db

    results = ("dA_prev", "dW", "db")
    corners = {
        "Z = 0 in two places": lambda random_state: (
            random_state.randn(2, 3),
            random_state.randn(2, 4),
            random_state.randn(4, 3),
            np.array([[0.0, 1.0, -1.0], [2.0, 0.0, -3.0]]),
        ),
    }
    hints = [
        "Begin with dZ. What is the slope of a ReLU where Z is positive, and where it is not?",
        "dW needs the shape of W: (n, m) times (m, n_prev). Which of the two needs the transpose?",
        "db has the shape (n, 1): sum dZ over the examples and keep the axis.",
    ]
    mistakes = {
        "Your dZ is the slope alone: the chain rule multiplies it by what came from above, dA.": (
            lambda dA, W, A_prev, Z: _backward((Z > 0) * 1.0, W, A_prev)
        ),
        "The gradient went through as if the layer were linear: where Z was cut to 0, nothing that"
        " came from above can pass.": lambda dA, W, A_prev, Z: _backward(dA, W, A_prev),
        "You cut dA where dA is negative; the ReLU cuts where Z is.": lambda dA, W, A_prev, Z: (
            _backward(_relu(dA), W, A_prev)
        ),
        "Your dW and db are m times too small: dA brought the 1/m from the loss, so no layer"
        " divides again.": lambda dA, W, A_prev, Z: (
            W.T @ (dA * (Z > 0)),
            (dA * (Z > 0)) @ A_prev.T / Z.shape[1],
            np.mean(dA * (Z > 0), axis=1, keepdims=True),
        ),
        "You sent dA on to the layer before, and not dZ: what the ReLU has cut goes no further"
        " back.": lambda dA, W, A_prev, Z: (
            W.T @ dA,
            *_backward(dA * (Z > 0), W, A_prev)[1:],
        ),
        "You multiplied by the ReLU of Z; the chain rule wants its slope, 0 or 1.": (
            lambda dA, W, A_prev, Z: _backward(dA * _relu(Z), W, A_prev)
        ),
        "You summed db over the neurons: each has a bias of its own, so sum along axis 1.": (
            lambda dA, W, A_prev, Z: (
                *_backward(dA * (Z > 0), W, A_prev)[:2],
                np.sum(dA * (Z > 0), axis=0, keepdims=True),
            )
        ),
        "Your dW is m times too small: dA brought the 1/m from the loss, so no layer divides"
        " again.": lambda dA, W, A_prev, Z: (
            W.T @ (dA * (Z > 0)),
            (dA * (Z > 0)) @ A_prev.T / Z.shape[1],
            np.sum(dA * (Z > 0), axis=1, keepdims=True),
        ),
        "Your dW lies on its side: it needs the shape of W, (n, n_prev), so dZ comes first.": (
            lambda dA, W, A_prev, Z: (
                W.T @ (dA * (Z > 0)),
                A_prev @ (dA * (Z > 0)).T,
                np.sum(dA * (Z > 0), axis=1, keepdims=True),
            )
        ),
        "Your db has lost an axis: (n,) would be added along the examples next time. keepdims=True"
        " keeps it (n, 1).": lambda dA, W, A_prev, Z: (
            W.T @ (dA * (Z > 0)),
            (dA * (Z > 0)) @ A_prev.T,
            np.sum(dA * (Z > 0), axis=1),
        ),
    }


def _backward(dZ, W, A_prev):
    return W.T @ dZ, dZ @ A_prev.T, np.sum(dZ, axis=1, keepdims=True)


def _cut(flat, sizes, order="C", bias_first=False, column=True, copy=False):
    """Views or copies of a flat vector, in the right way and in the wrong ones."""
    found, start = [], 0
    for n_prev, n in pairwise(sizes):
        shapes = [(n, n_prev), (n, 1) if column else (n,)]
        parts = []
        for shape in shapes[::-1] if bias_first else shapes:
            piece = flat[start : start + int(np.prod(shape))]
            parts.append((piece.copy() if copy else piece).reshape(shape, order=order))
            start += piece.size
        found += parts[::-1] if bias_first else parts
    return found


def _weights_first(flat, sizes):
    shapes = [(n, n_prev) for n_prev, n in pairwise(sizes)]
    biases = flat[sum(rows * columns for rows, columns in shapes) :]
    weights, start = [], 0
    for rows, columns in shapes:
        weights.append(flat[start : start + rows * columns].reshape(rows, columns))
        start += rows * columns
    pieces = np.split(biases, np.cumsum([rows for rows, _ in shapes])[:-1])
    pairs = zip(weights, pieces, strict=True)
    return [part for W, b in pairs for part in (W, b.reshape(-1, 1))]


def _stuck(flat, sizes):
    found, start = [], 0
    for n_prev, n in pairwise(sizes):
        stop = start + n * n_prev
        found += [flat[start:stop].reshape(n, n_prev), flat[stop : stop + n].reshape(n, 1)]
        start = stop
    return found


@exercise("3.4", "Windows on one vector")
class windows:
    """The list [W1, b1, W2, b2, …] of views into a flat vector, W (n, n_prev) and b (n, 1)."""

    arguments = ("flat", "sizes")
    results = ("the list", "sum of |flat| after 0 is written into every array")

    def inputs(random_state):
        sizes = _sizes(random_state)
        return random_state.randn(count_parameters.answer(sizes)), sizes

    def use(answer, flat, sizes):
        """The arrays, and then what is left in the flat vector when each of them is set to 0."""
        found = answer(flat, sizes)
        arrays = isinstance(found, (list, tuple)) and all(isinstance(a, np.ndarray) for a in found)
        if not arrays:
            return found if found is None or found is ... else (found, np.abs(flat).sum())
        values = [array.copy() for array in found]
        flat = flat.copy()
        for array in answer(flat, sizes):
            array[...] = 0
        return values, np.abs(flat).sum()

    def solution(flat, sizes):
        found, start = [], 0
        for n_prev, n in pairwise(sizes):
            for shape in ((n, n_prev), (n, 1)):
                stop = start + shape[0] * shape[1]
                found.append(flat[start:stop].reshape(shape))
                start = stop
        return found

    corners = {
        "one layer": lambda random_state: (random_state.randn(6), [5, 1]),
        "four layers, several outputs": lambda random_state: (
            random_state.randn(count_parameters.answer([3, 5, 4, 6, 2])),
            [3, 5, 4, 6, 2],
        ),
    }
    hints = [
        "Walk along the vector with one number, `start`. The next array ends at start + its size.",
        "A slice of an array is a view, and so is its reshape: neither copies anything.",
        "In each layer the n · n_prev numbers of W come first, then the n of b.",
    ]
    mistakes = {
        "The values are right, but they are copies: whoever writes into them does not reach the"
        " flat vector. Leave out the copy; a slice is a view.": lambda flat, sizes: _cut(
            flat, sizes, copy=True
        ),
        "You return pairs: the task wants one flat list, W1, b1, W2, b2, …": lambda flat, sizes: [
            *zip(_cut(flat, sizes)[::2], _cut(flat, sizes)[1::2], strict=True)
        ],
        "The values are right, but the weights are copies (a transpose that is undone, or a fancy"
        " index, copies): a write into them does not reach the vector.": lambda flat, sizes: [
            part.copy() if k % 2 == 0 else part for k, part in enumerate(_cut(flat, sizes))
        ],
        "You laid all the weights first and all the biases after them: each b follows its own W.": (
            lambda flat, sizes: _weights_first(flat, sizes)
        ),
        "Your start does not move past b: the next W has to begin n numbers later.": (
            lambda flat, sizes: _stuck(flat, sizes)
        ),
        "Your weights have the shape (n_prev, n): a row of W belongs to a neuron, so it is"
        " (n, n_prev).": lambda flat, sizes: [
            part.reshape(part.shape[::-1]) if k % 2 == 0 else part
            for k, part in enumerate(_cut(flat, sizes))
        ],
        "You read b before W: in the vector, a layer's weights come first.": lambda flat, sizes: (
            _cut(flat, sizes, bias_first=True)
        ),
        "Your weights are filled column by column; reshape goes row by row unless told not to.": (
            lambda flat, sizes: _cut(flat, sizes, order="F")
        ),
        "Your biases have the shape (n,); as (n, 1) they are added to every column of Z.": (
            lambda flat, sizes: _cut(flat, sizes, column=False)
        ),
        "Only the weights are there: after each W come its n biases.": lambda flat, sizes: _cut(
            flat, sizes
        )[::2],
    }


def _gram_neuron(G, Y, learning_rate, steps, gradient, bias=np.sum):
    m = Y.shape[1]
    c, b = np.zeros((1, m)), 0.0
    for _ in range(steps):
        dZ = (1 / (1 + np.exp(-(c @ G + b))) - Y) / m
        c = c - learning_rate * gradient(dZ, G)
        b = b - learning_rate * bias(dZ)
    return c, float(b)


@exercise("3.5", "A neuron that never sees the pictures")
class gram_neuron:
    """c (1, m) and b after gradient descent of one neuron W = c Xᵀ, from G = XᵀX alone."""

    def inputs(random_state):
        n_x, m = random_state.randint(6, 9), random_state.randint(3, 6)
        X = random_state.randn(n_x, m) / 2
        Y = (np.arange(m) % 2).reshape(1, -1).astype(float)
        return X.T @ X, Y, 0.3 + random_state.rand(), int(random_state.randint(3, 8))

    def solution(G, Y, learning_rate, steps):
        m = Y.shape[1]
        c, b = np.zeros((1, m)), 0.0
        for _ in range(steps):
            Z = c @ G + b
            dZ = (1 / (1 + np.exp(-Z)) - Y) / m
            c = c - learning_rate * dZ
            b = b - learning_rate * dZ.sum()
        return c, float(b)

    results = ("c", "b")
    hints = [
        "The neuron starts with W = 0, so c starts as a row of m zeros. What is W X, if W = c Xᵀ?",
        "Z = c G + b, and dZ = (A - Y) / m. Write dW = dZ Xᵀ; which change of c does it ask for?",
        "dW = dZ Xᵀ is a step dZ on c: no further product. b is moved by the sum of dZ, as always.",
    ]
    mistakes = {
        "You multiplied the step by G: dW = dZ Xᵀ already is dZ in the coordinates c, and a second"
        " product makes another descent of it.": lambda G, Y, learning_rate, steps: _gram_neuron(
            G, Y, learning_rate, steps, lambda dZ, G: dZ @ G
        ),
        "Your b moves m times too slowly: dZ already holds the 1/m, so db is its sum.": (
            lambda G, Y, learning_rate, steps: _gram_neuron(
                G, Y, learning_rate, steps, lambda dZ, G: dZ, bias=np.mean
            )
        ),
        "b never moves: its gradient is the sum of dZ, in these coordinates as in any others.": (
            lambda G, Y, learning_rate, steps: _gram_neuron(
                G, Y, learning_rate, steps, lambda dZ, G: dZ, bias=lambda dZ: 0.0
            )
        ),
        "c moves uphill: subtract the step, as for weights.": lambda G, Y, learning_rate, steps: (
            _gram_neuron(G, Y, learning_rate, steps, lambda dZ, G: -dZ)
        ),
        "Your steps are m times too large: the cost is a mean, so dZ = (A - Y) / m.": (
            lambda G, Y, learning_rate, steps: _gram_neuron(
                G, Y, learning_rate * Y.shape[1], steps, lambda dZ, G: dZ
            )
        ),
        "You divided by m twice: dZ brings the 1/m, and c takes dZ as it is.": (
            lambda G, Y, learning_rate, steps: _gram_neuron(
                G, Y, learning_rate, steps, lambda dZ, G: dZ / Y.shape[1]
            )
        ),
    }
