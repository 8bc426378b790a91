"""Exercises on which the tests try answers: kept apart from the chapters', which may change."""

import numpy as np

from lib.exercises import Exercise


def _sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


def _net(random_state, sizes=None):
    """W1, b1, W2, b2, X, Y of random sizes, all different, so that a wrong axis shows."""
    choice = random_state.choice([2, 3, 4, 5, 6, 7], size=3, replace=False)
    n_x, n_h, m = choice if sizes is None else sizes
    W1, b1 = random_state.randn(n_h, n_x), random_state.randn(n_h, 1)
    W2, b2 = random_state.randn(1, n_h), random_state.randn(1, 1)
    X, Y = random_state.randn(n_x, m), (random_state.rand(1, m) > 0.4).astype(int)
    return W1, b1, W2, b2, X, Y


# --- 0.2 ------------------------------------------------------------------------------------------


def _forward_pass(W1, b1, W2, b2, X):
    """The hidden outputs A1 (n_h, m) and the probabilities A2 (1, m) of a tanh network.

    W1 (n_h, n_x), b1 (n_h, 1), W2 (1, n_h), b2 (1, 1), X (n_x, m).
    """
    A1 = np.tanh(W1 @ X + b1)
    A2 = _sigmoid(W2 @ A1 + b2)
    return A1, A2


forward_pass = Exercise(
    "0.2",
    "Forward",
    _forward_pass,
    results=("A1", "A2"),
    inputs=lambda random_state: _net(random_state)[:5],
    corners={
        "one example": lambda random_state: _net(random_state, (4, 3, 1))[:5],
        "as many examples as neurons": lambda random_state: _net(random_state, (3, 4, 4))[:5],
    },
    hints=[
        "Each layer does the same two things: a matrix product plus a bias, then an activation.",
        "The hidden layer reads X and applies tanh; the output layer reads A1 and applies the"
        " sigmoid.",
    ],
    mistakes={
        "Your hidden layer is linear: without the tanh the two layers are one, and the boundary is"
        " a straight line.": ("np.tanh(W1 @ X + b1)", "W1 @ X + b1"),
        "A2 is right, but in place of A1 you returned its score Z1: apply the tanh to it.": (
            ("return A1, A2", "return W1 @ X + b1, A2")
        ),
        "Both are right, in the wrong order: A1 first, then A2.": ("A1, A2", "A2, A1"),
        "A1 is right, but the second layer read Z1 instead of A1: the tanh was computed and not"
        " used.": ("W2 @ A1", "W2 @ (W1 @ X + b1)"),
        "Your A2 goes from -1 to 1, which no probability does: the last layer has the sigmoid.": (
            ("_sigmoid(W2", "np.tanh(W2")
        ),
        "Your A2 is the score Z2: a sigmoid turns it into a probability.": (
            ("_sigmoid(W2 @ A1 + b2)", "W2 @ A1 + b2")
        ),
        "You used the sigmoid in the hidden layer: it works too, but the task asks for tanh.": (
            ("np.tanh", "_sigmoid")
        ),
        "The biases are missing: at X = 0 every hidden answer would be 0.": (
            (" + b1", ""),
            (" + b2", ""),
        ),
        "The bias of the hidden layer is missing: add b1 before the tanh.": (" + b1", ""),
        "A1 is right. The bias of the output layer is missing in A2: add b2 before the sigmoid.": (
            (" + b2", "")
        ),
    },
)


# --- 0.3 ------------------------------------------------------------------------------------------


def _leaky_relu_backward(dA, Z, slope):
    """dZ (n, m) of a leaky ReLU, from dA (n, m), its input Z (n, m) and its slope.

    Where Z is 0 the slope counts, as for negative Z.
    """
    return np.where(Z > 0, dA, slope * dA)


def _gradient_and_score(random_state):
    shape = tuple(random_state.randint(2, 6, size=2))
    dA, Z = random_state.randn(*shape), random_state.randn(*shape)
    Z.flat[0], dA.flat[0] = -1.0, 2.0  # so that the signs of Z and dA differ at least here
    return dA, Z, float(random_state.uniform(0.05, 0.3))


def _some_zeros(random_state):
    dA, Z, slope = _gradient_and_score(random_state)
    Z.flat[1] = Z.flat[-1] = 0.0
    return dA, Z, slope


leaky_relu_backward = Exercise(
    "0.3",
    "Back through a leaky ReLU",
    _leaky_relu_backward,
    inputs=_gradient_and_score,
    corners={
        "Z = 0 in two places": _some_zeros,
        "one example": lambda random_state: (random_state.randn(5, 1), np.eye(5)[:, :1] - 0.5, 0.1),
    },
    hints=[
        "The chain rule: dZ is dA times the derivative of the function at Z.",
        "The derivative is 1 where Z > 0, else `slope`: `np.where` chooses element by element.",
    ],
    mistakes={
        "Where Z is negative you return the slope itself: the chain rule multiplies it by dA."
        " (A published table of activations has this mistake.)": ("slope * dA", "slope"),
        "You return the derivative alone: multiply it by dA, the gradient that arrives.": (
            ("dA, slope * dA", "1.0, slope")
        ),
        "You look at the sign of dA: the kink lies where Z is 0.": ("Z > 0", "dA > 0"),
        "Where Z is negative nothing gets through, as in the plain ReLU: `slope` of the gradient"
        " does. (An array of whole numbers turns a slope of 0.1 into 0.)": ("slope * dA", "0.0"),
        "This is the function, not its derivative: you multiplied by the leaky ReLU of Z.": (
            ("dA, slope * dA", "dA * Z, slope * Z * dA")
        ),
        "The two slopes are exchanged: 1 belongs to positive Z, `slope` to negative.": (
            ("dA, slope * dA", "slope * dA, dA")
        ),
        "Right, but where Z is 0: there the derivative is `slope`.": ("Z > 0", "Z >= 0"),
    },
)


# --- 0.4 ------------------------------------------------------------------------------------------


def _backward_pass(W2, A1, A2, X, Y):
    """The gradients dW1, db1, dW2, db2 of a tanh network with one output, in that order.

    W2 (1, n_h), A1 (n_h, m), A2 (1, m), X (n_x, m), Y (1, m).
    """
    m = X.shape[1]
    dZ2 = A2 - Y
    dW2 = dZ2 @ A1.T / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = W2.T @ dZ2 * (1 - A1**2)
    dW1 = dZ1 @ X.T / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return dW1, db1, dW2, db2


def _forward_results(random_state, sizes=None):
    W1, b1, W2, b2, X, Y = _net(random_state, sizes)
    A1 = np.tanh(W1 @ X + b1)
    return W2, A1, _sigmoid(W2 @ A1 + b2), X, Y


backward_pass = Exercise(
    "0.4",
    "Backward",
    _backward_pass,
    results=("dW1", "db1", "dW2", "db2"),
    inputs=_forward_results,
    corners={
        "one example": lambda random_state: _forward_results(random_state, (4, 3, 1)),
        "one hidden neuron": lambda random_state: _forward_results(random_state, (3, 1, 5)),
    },
    hints=[
        "Start from dZ2 = A2 - Y and walk back one line of the forward pass at a time.",
        "A gradient is shaped like its parameter. What must be transposed to make dW2 (1, n_h)?",
        "dZ1 is W2.T @ dZ2, element by element times the slope of tanh, 1 - A1**2.",
    ],
    mistakes={
        "All four are m times too large: the cost is a mean over the points, so its gradient is one"
        " too.": ("m = X.shape[1]", "m = 1"),
        "The weights are right; your biases' gradients are sums: divide by m there too.": (
            ("np.sum(dZ2, axis=1, keepdims=True) / m", "np.sum(dZ2, axis=1, keepdims=True)"),
            ("np.sum(dZ1, axis=1, keepdims=True) / m", "np.sum(dZ1, axis=1, keepdims=True)"),
        ),
        "The first layer is divided by m twice: dZ2 holds one point's error, so divide once, in"
        " each gradient.": ("(1 - A1**2)", "(1 - A1**2) / m"),
        "Everything is divided by m twice: once in dZ2, and once more in each gradient.": (
            ("A2 - Y", "(A2 - Y) / m")
        ),
        "You summed db1 over the neurons: each neuron has one bias for all points, so sum along"
        " axis 1.": ("np.sum(dZ1, axis=1", "np.sum(dZ1, axis=0"),
        "The slope of the sigmoid has cancelled already: dZ2 = A2 - Y, with nothing to multiply.": (
            ("A2 - Y", "(A2 - Y) * A2 * (1 - A2)")
        ),
        "You squared the whole bracket: the slope of tanh is 1 - A1**2.": (
            ("1 - A1**2", "(1 - A1) ** 2")
        ),
        "Your db1 is one number without axes: average over the points only, axis=1, and keep the"
        " axes.": ("np.sum(dZ1, axis=1, keepdims=True) / m", "np.sum(dZ1) / dZ1.size"),
        "All four have the wrong sign: the error is A2 - Y, predicted minus true.": (
            ("A2 - Y", "Y - A2")
        ),
        "The first layer lacks the slope of tanh: on the way back through A1 = tanh(Z1) the"
        " gradient is multiplied by 1 - A1**2.": (" * (1 - A1**2)", ""),
        "dW1 is right. Your db1 lacks the slope of tanh: sum dZ1, not W2.T @ dZ2.": (
            ("np.sum(dZ1", "np.sum(W2.T @ dZ2")
        ),
        "You multiplied by A1 (1 - A1), the slope of the sigmoid: that of tanh is 1 - A1**2.": (
            ("1 - A1**2", "A1 * (1 - A1)")
        ),
        "You took the tanh of A1 once more: A1 is already tanh(Z1), so its slope is 1 - A1**2.": (
            ("1 - A1**2", "1 - np.tanh(A1) ** 2")
        ),
        "db1 and db2 have lost their second axis: without keepdims, b1 - rate * db1 becomes a"
        " square.": (
            ("np.sum(dZ2, axis=1, keepdims=True)", "np.sum(dZ2, axis=1)"),
            ("np.sum(dZ1, axis=1, keepdims=True)", "np.sum(dZ1, axis=1)"),
        ),
        "Your db1 is one number for all hidden neurons: sum over the points (axis=1), not over the"
        " neurons.": ("np.sum(dZ1, axis=1, keepdims=True)", "np.sum(dZ1, keepdims=True)"),
    },
)
