"""Exercises of chapter 3: any number of layers."""

from itertools import pairwise

import numpy as np

from lib.exercises import Exercise


def _sizes(random_state, layers=2):
    """n[0], n[1], … of a random network, no two alike, so that a transposed matrix shows."""
    return [int(n) for n in random_state.permutation(np.arange(2, 9))[:layers]] + [1]


def _layers(random_state, sizes):
    """A list of random (W, b)."""
    return [(random_state.randn(n, p), random_state.randn(n, 1)) for p, n in pairwise(sizes)]


# --- 3.1 ------------------------------------------------------------------------------------------


def _multiplications(sizes, m):
    """How many multiplications the products of one training step need, a whole number.

    sizes is the list [n[0], …, n[L]], m the number of examples.
    """
    weights = [n * n_prev for n_prev, n in pairwise(sizes)]
    return m * (3 * sum(weights) - weights[0])


multiplications = Exercise(
    "3.1",
    "The work of one step",
    _multiplications,
    inputs=lambda random_state: (
        _sizes(random_state, random_state.randint(2, 5)),
        int(random_state.randint(10, 20)),
    ),
    corners={
        "one layer, so no dA at all": ([5, 1], 7),
        "one example": ([6, 4, 1], 1),
        "several outputs": ([5, 4, 3], 6),
    },
    hints=[
        "W A_prev is (n, n_prev) times (n_prev, m). How many multiplications are that?",
        "n · n_prev · m for Z, as many for dW, and as many for dA_prev, which layer 1 leaves out.",
    ],
    mistakes={
        "You counted dA of layer 0 too: nobody needs the gradient of the pictures.": (
            " - weights[0]",
            "",
        ),
        "You left out dA of every layer: only that of layer 0 is not needed.": (
            "3 * sum(weights) - weights[0]",
            "2 * sum(weights)",
        ),
        "You added the products of layer 1 once more: its dA is to be left out.": (
            "- weights[0]",
            "+ weights[0]",
        ),
        "You added n and n_prev: each of the n rows has n_prev weights.": (
            "n * n_prev",
            "n + n_prev",
        ),
        "You left out two products of layer 1 or one of every layer: dA of layer 0 is the only one"
        " that is not needed.": ("3 * sum", "2 * sum"),
        "That is the way forward alone: dW and dA cost as much each.": (
            "3 * sum(weights) - weights[0]",
            "sum(weights)",
        ),
        "You left out the last layer's dA; it is the first layer that needs none.": (
            "weights[0]",
            "weights[-1]",
        ),
        "You counted a product of every layer too many: Z, dW and dA_prev are three, and layer 1"
        " leaves out the third.": ("3 * sum", "4 * sum"),
        "These are the multiplications for one example: every product has m columns or sums over"
        " m.": ("m * (", "("),
        "You counted biases as multiplications: they are added.": (
            "n * n_prev for",
            "n * (n_prev + 1) for",
        ),
    },
)


# --- 3.2 ------------------------------------------------------------------------------------------


def _shortcut_backward(dA, W, b, A_prev):
    """Back through A = relu(W A_prev + b) + A_prev: dA_prev (n, m), dW (n, n), db (n, 1).

    dA (n, m), which holds the 1/m already, W (n, n), b (n, 1), A_prev (n, m).
    """
    Z = W @ A_prev + b
    dZ = dA * (Z > 0)
    dW = dZ @ A_prev.T
    db = np.sum(dZ, axis=1, keepdims=True)
    dA_prev = W.T @ dZ + dA
    return dA_prev, dW, db


def _shortcut_inputs(random_state, n=None, m=None):
    n = random_state.randint(2, 6) if n is None else n
    m = random_state.randint(6, 10) if m is None else m
    W, b = random_state.randn(n, n), random_state.randn(n, 1)
    return random_state.randn(n, m), W, b, random_state.randn(n, m)


shortcut_backward = Exercise(
    "3.2",
    "A layer with a shortcut",
    _shortcut_backward,
    inputs=_shortcut_inputs,
    corners={
        "one neuron": lambda random_state: _shortcut_inputs(random_state, n=1),
        "one example": lambda random_state: _shortcut_inputs(random_state, m=1),
        "scores of exactly 0": (
            np.array([[1.0, -2.0, 0.5], [0.3, 1.0, -1.0]]),
            np.array([[1.0, -1.0], [2.0, 0.0]]),
            np.zeros((2, 1)),
            np.array([[1.0, 2.0, 0.0], [1.0, 3.0, 1.0]]),
        ),
    },
    results=("dA_prev", "dW", "db"),
    hints=[
        "A depends on A_prev along two paths. By the chain rule their derivatives are added.",
        "Along the first path it is the ReLU layer of the chapter, with its own Z = W A_prev + b.",
        "Along the second path A changes exactly as A_prev does, so dA arrives unchanged.",
    ],
    mistakes={
        "The shortcut is missing on the way back: A_prev reaches A along two paths, and dA comes"
        " back along both.": (" + dA\n", "\n"),
        "You sent dZ back along the shortcut: it leads around the ReLU, so it carries dA.": (
            "+ dA\n",
            "+ dZ\n",
        ),
        "You looked for the ReLU's slope in A: here A is relu(Z) + A_prev, which can be positive"
        " where Z is not.": ("(Z > 0)", "(np.maximum(Z, 0) + A_prev > 0)"),
        "The gradient went through the ReLU as if it were linear: its slope is 0 where Z is"
        " negative.": (" * (Z > 0)", ""),
        "Your ReLU has the slope 1 where Z is negative: it is 1 where Z is positive.": (
            "(Z > 0)",
            "(Z < 0)",
        ),
        "Your Z has no bias.": (" + b\n", "\n"),
        "You cut the gradient where A_prev is negative; this layer's ReLU cuts where Z is.": (
            "(Z > 0)",
            "(A_prev > 0)",
        ),
        "Your dW and db are m times too small: dA brought the 1/m from the loss.": (
            ("dZ @ A_prev.T", "dZ @ A_prev.T / dA.shape[1]"),
            ("np.sum(", "np.mean("),
        ),
        "Your db is the mean over the examples: dA brought the 1/m, so db is a sum.": (
            "np.sum(",
            "np.mean(",
        ),
        "You multiplied by W where the chain rule needs its transpose.": ("W.T @ dZ", "W @ dZ"),
        "Your dW is transposed: row i belongs to neuron i, so dZ comes first.": (
            "dZ @ A_prev.T",
            "A_prev @ dZ.T",
        ),
        "You sent the shortcut's dA to W and b too: it leads around them, to A_prev alone.": (
            ("dZ @ A_prev.T", "(dZ + dA) @ A_prev.T"),
            ("np.sum(dZ,", "np.sum(dZ + dA,"),
        ),
        "You added A_prev where its derivative belongs: along the shortcut dA comes back.": (
            "+ dA\n",
            "+ A_prev\n",
        ),
        "You gave the ReLU the slope 1 at a score of exactly 0: in the chapter it is 0 there.": (
            "(Z > 0)",
            "(Z >= 0)",
        ),
        "You added 1 to the ReLU's slope: the shortcut does not pass through W and b.": (
            ("(Z > 0)", "((Z > 0) + 1.0)"),
            (" + dA\n", "\n"),
        ),
    },
)


# --- 3.3 ------------------------------------------------------------------------------------------


def _training_step(layers, X, Y, learning_rate):
    """The new pairs (W, b) after one step; X (n_x, m), Y (1, m), the last layer ends in a sigmoid.

    layers is a list of pairs, W (n, n_prev) and b (n, 1), which are left as they are.
    """
    caches, A = [], X
    for W, b in layers:
        caches.append(A)
        Z = W @ A + b
        A = np.maximum(Z, 0)
    dZ = (1 / (1 + np.exp(-Z)) - Y) / Y.shape[1]
    new = []
    for (W, b), A_prev in zip(reversed(layers), reversed(caches), strict=True):
        dW, db = dZ @ A_prev.T, dZ.sum(axis=1, keepdims=True)
        new.append((W - learning_rate * dW, b - learning_rate * db))
        dZ = (W.T @ dZ) * (A_prev > 0)
    return new[::-1]


def _step_inputs(random_state, sizes=None, m=None):
    sizes = _sizes(random_state, 3) if sizes is None else sizes
    m = random_state.randint(9, 13) if m is None else m
    Y = random_state.randint(0, 2, (1, m))
    return (
        _layers(random_state, sizes),
        random_state.randn(sizes[0], m),
        Y,
        0.5 * random_state.rand(),
    )


def _arrays_of_step(answer, layers, X, Y, learning_rate):
    """The new arrays W1, b1, … in a list, and behind them the old ones, which have to stay."""
    mine = [(W.copy(), b.copy()) for W, b in layers]
    new = answer(mine, X, Y, learning_rate)
    if new is None or new is ...:
        return new
    return [array for pair in [*new, *mine] for array in pair]


def _all_three(layers, X, Y, learning_rate):
    caches, A = [], X
    for W, b in layers:
        caches.append(A)
        A = np.maximum(W @ A + b, 0)
    dZ, new = (1 / (1 + np.exp(-A)) - Y) / Y.shape[1], []
    for (W, b), A_prev in zip(reversed(layers), reversed(caches), strict=True):
        W = W - learning_rate * dZ @ A_prev.T
        new.append((W, b - learning_rate * dZ.mean(axis=1, keepdims=True)))
        dZ = (W.T @ dZ) * (A_prev > 0)
    return new[::-1]


def _in_place(layers, X, Y, learning_rate):
    new = _training_step(layers, X, Y, learning_rate)
    for old_pair, new_pair in zip(layers, new, strict=True):
        for old, fresh in zip(old_pair, new_pair, strict=True):
            old[...] = fresh
    return layers


training_step = Exercise(
    "3.3",
    "Three faults in ten lines",
    _training_step,
    inputs=_step_inputs,
    use=_arrays_of_step,
    arguments=("layers", "X", "Y", "learning_rate"),
    corners={
        "one layer": lambda random_state: _step_inputs(random_state, [4, 1]),
        "one example": lambda random_state: _step_inputs(random_state, [4, 3, 2, 1], 1),
        "five layers": lambda random_state: _step_inputs(random_state, [4, 3, 6, 2, 5, 1]),
        "equal widths": lambda random_state: _step_inputs(random_state, [3, 3, 3, 1]),
    },
    hints=[
        "One fault is in the way forward: what does the sigmoid of the last layer get?",
        "One is in the bias: what does dZ hold already?",
        "One is in the order: with which W does dZ have to travel back?",
    ],
    mistakes={
        "All three faults are still there.": _all_three,
        "The sigmoid gets relu(Z): the last layer has no ReLU, its logits need both signs.": (
            "np.exp(-Z)",
            "np.exp(-A)",
        ),
        "Your biases move m times too slowly: dZ holds the 1/m, so db is a sum.": (
            "dZ.sum(",
            "dZ.mean(",
        ),
        "dZ travels back through the new weights: all gradients belong to the old ones.": (
            "(W.T @ dZ)",
            "((W - learning_rate * dW).T @ dZ)",
        ),
        "The values are right, but the old arrays were changed; return new ones.": _in_place,
        "Your weights move uphill: subtract.": ("W - learning_rate", "W + learning_rate"),
        "Your biases move uphill: subtract.": ("b - learning_rate", "b + learning_rate"),
        "Your weights do not move.": ("W - learning_rate * dW", "W"),
        "The learning rate is missing in the step of the weights.": ("learning_rate * dW", "dW"),
        "The learning rate is missing in the step of the biases.": ("learning_rate * db", "db"),
        "That is sigmoid(-z), the probability of label 0.": ("np.exp(-Z)", "np.exp(Z)"),
        "Your scores have no bias.": ("W @ A + b", "W @ A"),
        "You subtract the bias in the scores: Z = W A_prev + b.": ("W @ A + b", "W @ A - b"),
        "You added the biases' gradients over the neurons: each has its own, the sum of its row.": (
            "axis=1",
            "axis=0",
        ),
        "dZ at the end is A - Y: the labels alone, or the outputs alone, are not enough.": (
            "1 / (1 + np.exp(-Z)) - Y",
            "1 / (1 + np.exp(-Z))",
        ),
        "You step uphill: subtract.": (
            ("W - learning_rate", "W + learning_rate"),
            ("b - learning_rate", "b + learning_rate"),
        ),
        "Your steps are m times too large: the cost is a mean over the examples.": (
            " / Y.shape[1]",
            "",
        ),
        "The gradient passes every ReLU as if it were linear.": (" * (A_prev > 0)", ""),
        "The list is in the order of the way back: layer 1 comes first.": ("new[::-1]", "new"),
        "In each pair W comes first, then b.": (
            "new.append((W - learning_rate * dW, b - learning_rate * db))",
            "new.append((b - learning_rate * db, W - learning_rate * dW))",
        ),
        "The sigmoid is missing: dZ at the end is its output minus the label, not the score minus"
        " the label.": ("1 / (1 + np.exp(-Z)) - Y", "Z - Y"),
        "dZ (n, m) and A_prev (n_prev, m): the sum over the examples needs A_prev transposed.": (
            "dZ @ A_prev.T",
            "dZ @ A_prev",
        ),
        "The way back through W needs it transposed: W.T @ dZ.": ("(W.T @ dZ)", "(W @ dZ)"),
        "dZ is not carried back through W: what reaches the layer before is W.T @ dZ.": (
            "(W.T @ dZ)",
            "dZ",
        ),
        "Your biases do not move.": ("b - learning_rate * db", "b"),
    },
)


# --- 3.4 ------------------------------------------------------------------------------------------


def _windows(flat, sizes):
    """The list [W1, b1, W2, b2, …] of views into the vector flat, W (n, n_prev) and b (n, 1)."""
    found, start = [], 0
    for n_prev, n in pairwise(sizes):
        for shape in ((n, n_prev), (n, 1)):
            stop = start + shape[0] * shape[1]
            found.append(flat[start:stop].reshape(shape))
            start = stop
    return found


def _flat_inputs(random_state, sizes=None):
    sizes = _sizes(random_state, random_state.randint(3, 5)) if sizes is None else sizes
    return random_state.randn(sum(n * p + n for p, n in pairwise(sizes))), sizes


def _write_zeros(answer, flat, sizes):
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


def _weights_first(flat, sizes):
    """All weights, then all biases."""
    pairs, start, weights, biases = list(pairwise(sizes)), 0, [], []
    for n_prev, n in pairs:
        weights.append(flat[start : start + n * n_prev].reshape(n, n_prev))
        start += n * n_prev
    for _, n in pairs:
        biases.append(flat[start : start + n].reshape(n, 1))
        start += n
    return [array for pair in zip(weights, biases, strict=True) for array in pair]


windows = Exercise(
    "3.4",
    "Views into one vector",
    _windows,
    inputs=_flat_inputs,
    use=_write_zeros,
    arguments=("flat", "sizes"),
    corners={
        "one layer": lambda random_state: _flat_inputs(random_state, [4, 1]),
        "five layers": lambda random_state: _flat_inputs(random_state, [4, 3, 6, 2, 5, 1]),
        "layers of one neuron": lambda random_state: _flat_inputs(random_state, [3, 1, 2, 1]),
    },
    results=("the list", "sum of |flat| after 0 is written into every array"),
    hints=[
        "Walk along the vector with one number, `start`. The next array ends at start + its size.",
        "A slice of an array is a view, and so is its reshape: neither copies anything.",
        "In each layer the n · n_prev numbers of W come first, then the n of b.",
    ],
    mistakes={
        "The values are right, but they are copies: whoever writes into them does not reach the"
        " flat vector. Leave out the copy; a slice is a view.": (
            "flat[start:stop].reshape",
            "flat[start:stop].copy().reshape",
        ),
        "A slice is as long as its array has entries, and that is the product of its two sizes; you"
        " added them.": ("shape[0] * shape[1]", "shape[0] + shape[1]"),
        "Your slices are as long as their arrays have rows: an array has rows times columns"
        " entries.": ("shape[0] * shape[1]", "shape[0]"),
        "Your slices are as long as their arrays have columns: an array has rows times columns"
        " entries.": ("shape[0] * shape[1]", "shape[1]"),
        "A slice ends at start plus its length; yours ends at its length, as if it always began at"
        " 0.": ("start + shape[0] * shape[1]", "shape[0] * shape[1]"),
        "Your slices have no end: flat[start:] holds all that is left.": (
            ("flat[start:stop]", "flat[start:]")
        ),
        "Your slices all begin at the front: flat[:stop] holds the arrays before as well.": (
            ("flat[start:stop]", "flat[:stop]")
        ),
        "Every array is taken from the front of the vector: start has to move on to where the last"
        " one ended.": ("            start = stop\n", ""),
        "The first layer is right. Every layer is taken from the front of the vector: the next one"
        " begins where the last one ended.": (
            "            start = stop\n",
            "            start = stop\n        start = 0\n",
        ),
        "The first two layers are right. From then on start is too small: it grows by the length of"
        " a layer, start + n * n_prev + n, and you set it to that length.": (
            "            start = stop\n",
            "            start = stop\n        start = n * n_prev + n\n",
        ),
        "You begin at the second number: Python counts from 0.": ("[], 0", "[], 1"),
        "You read b before W and return it before W: in each layer W comes first.": (
            ("((n, n_prev), (n, 1))", "((n, 1), (n, n_prev))")
        ),
        "You return pairs: the task wants one flat list, W1, b1, W2, b2, …": (
            "return found",
            "return list(zip(found[::2], found[1::2]))",
        ),
        "You laid all the weights first and all the biases after them: each b follows its own W.": (
            _weights_first
        ),
        "Your start does not move past b: the next W has to begin n numbers later.": (
            "            start = stop\n",
            "            start = stop\n        start = start - n\n",
        ),
        "Your weights have the shape (n_prev, n): a row of W belongs to a neuron, so it is"
        " (n, n_prev).": ("((n, n_prev),", "((n_prev, n),"),
        "You read b before W: in the vector, a layer's weights come first.": (
            ("((n, n_prev), (n, 1))", "((n, 1), (n, n_prev))"),
            ("return found", "return [found[k ^ 1] for k in range(len(found))]"),
        ),
        "Your weights are filled column by column; reshape goes row by row unless told not to.": (
            "reshape(shape)",
            'reshape(shape, order="F")',
        ),
        "Your biases have the shape (n,); as (n, 1) they are added to every column of Z.": (
            "return found",
            "return [array if k % 2 == 0 else array.reshape(-1) for k, array in enumerate(found)]",
        ),
        "Only the weights are there: after each W come its n biases.": (
            "return found",
            "return found[::2]",
        ),
    },
)


# --- 3.5 ------------------------------------------------------------------------------------------


def _gram_neuron(G, Y, learning_rate, steps):
    """c (1, m) and b, a float, after gradient descent of one neuron W = c Xᵀ, from zeros.

    G (m, m) is XᵀX, Y (1, m), and the cost is the mean cross-entropy.
    """
    m = Y.shape[1]
    c, b = np.zeros((1, m)), 0.0
    for _ in range(steps):
        Z = c @ G + b
        dZ = (1 / (1 + np.exp(-Z)) - Y) / m
        c = c - learning_rate * dZ
        b = b - learning_rate * dZ.sum()
    return c, float(b)


def _gram_inputs(random_state, m=None, steps=None):
    n_x, m = random_state.randint(6, 9), random_state.randint(3, 6) if m is None else m
    X = random_state.randn(n_x, m) / 2
    Y = (np.arange(m) % 3 > 0).reshape(1, -1).astype(float)
    steps = random_state.randint(3, 8) if steps is None else steps
    return X.T @ X, Y, 0.3 + random_state.rand(), int(steps)


gram_neuron = Exercise(
    "3.5",
    "A neuron that never sees the pictures",
    _gram_neuron,
    inputs=_gram_inputs,
    corners={
        "one step": lambda random_state: _gram_inputs(random_state, steps=1),
        "no step": lambda random_state: _gram_inputs(random_state, steps=0),
        "one picture": lambda random_state: _gram_inputs(random_state, m=1),
    },
    results=("c", "b"),
    hints=[
        "The neuron starts with W = 0, so c starts as a row of m zeros. What is W X, if W = c Xᵀ?",
        "Z = c G + b, and dZ = (A - Y) / m. Write dW = dZ Xᵀ; which change of c does it ask for?",
        "dW = dZ Xᵀ is a step dZ on c: no further product. b is moved by the sum of dZ, as always.",
    ],
    mistakes={
        "You multiplied the step by G: dW = dZ Xᵀ already is dZ in the coordinates c, and a second"
        " product makes another descent of it.": (
            "c - learning_rate * dZ",
            "c - learning_rate * dZ @ G",
        ),
        "Your b moves m times too slowly: dZ already holds the 1/m, so db is its sum.": (
            "dZ.sum()",
            "dZ.mean()",
        ),
        "b never moves: its gradient is the sum of dZ, in these coordinates as in any others.": (
            "b - learning_rate * dZ.sum()",
            "b",
        ),
        "c moves uphill: subtract the step, as for weights.": (
            "c - learning_rate",
            "c + learning_rate",
        ),
        "Your steps are m times too large: the cost is a mean, so dZ = (A - Y) / m.": (
            " / m\n",
            "\n",
        ),
        "You divided by m twice: dZ brings the 1/m, and c takes dZ as it is.": (
            "c - learning_rate * dZ",
            "c - learning_rate * dZ / m",
        ),
        "You started b at 1: the neuron starts at zeros.": (", 0.0", ", 1.0"),
        "You started c at ones: W = 0 means c = 0.": ("np.zeros", "np.ones"),
        "Your score has no bias: Z = c G + b.": ("c @ G + b", "c @ G"),
    },
)
