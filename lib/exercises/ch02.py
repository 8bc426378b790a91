"""Exercises of chapter 2: a shallow network."""

import numpy as np

from lib.exercises import exercise


def _sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


def _net(random_state):
    """W1, b1, W2, b2, X, Y of random sizes, all different, so that a wrong axis shows."""
    n_x, n_h, m = random_state.choice([2, 3, 4, 5, 6, 7], size=3, replace=False)
    W1, b1 = random_state.randn(n_h, n_x), random_state.randn(n_h, 1)
    W2, b2 = random_state.randn(1, n_h), random_state.randn(1, 1)
    X, Y = random_state.randn(n_x, m), (random_state.rand(1, m) > 0.4).astype(int)
    return W1, b1, W2, b2, X, Y


@exercise("2.1", "Count the parameters")
class count_parameters:
    """How many weights and biases a network n_x, n_h, n_y has: a whole number."""

    def inputs(random_state):
        n_x, n_h, n_y = random_state.choice(np.arange(2, 12), size=3, replace=False)
        return int(n_x), int(n_h), int(n_y)

    def solution(n_x, n_h, n_y):
        return n_h * (n_x + 1) + n_y * (n_h + 1)

    hints = [
        "Take it layer by layer: what are the shapes of W1 and b1, and of W2 and b2?",
        "W1 is (n_h, n_x), b1 is (n_h, 1), W2 is (n_y, n_h), b2 is (n_y, 1). Count the entries.",
    ]
    mistakes = {
        "You counted the weights only: every hidden and every output neuron has a bias too.": (
            lambda n_x, n_h, n_y: n_h * n_x + n_y * n_h
        ),
        "You gave the inputs biases too: they are numbers that arrive, not neurons.": (
            lambda n_x, n_h, n_y: n_h * n_x + n_y * n_h + n_x + n_h + n_y
        ),
        "That is the hidden layer alone: the output neurons have parameters too.": (
            lambda n_x, n_h, n_y: n_h * (n_x + 1)
        ),
        "You joined the outputs to the inputs: W2 has a column for each hidden neuron, not for each"
        " input.": lambda n_x, n_h, n_y: n_h * (n_x + 1) + n_y * (n_x + 1),
        "You counted one bias a layer: it is one a neuron, which is why b has n rows.": (
            lambda n_x, n_h, n_y: n_h * n_x + n_y * n_h + 2
        ),
    }


@exercise("2.2", "Forward")
class forward_pass:
    """The hidden outputs A1 (n_h, m) and the probabilities A2 (1, m) of a tanh network."""

    results = ("A1", "A2")

    def inputs(random_state):
        return _net(random_state)[:5]

    def solution(W1, b1, W2, b2, X):
        A1 = np.tanh(W1 @ X + b1)
        A2 = _sigmoid(W2 @ A1 + b2)
        return A1, A2

    hints = [
        "Each layer does the same two things: a matrix product plus a bias, then a bend.",
        "The hidden layer reads X and bends with tanh; the output layer reads A1 and bends with the"
        " sigmoid.",
    ]
    mistakes = {
        "Your hidden layer does not bend: without the tanh the two layers are one, and the boundary"
        " is a straight line.": lambda W1, b1, W2, b2, X: (
            W1 @ X + b1,
            _sigmoid(W2 @ (W1 @ X + b1) + b2),
        ),
        "A2 is right, but in place of A1 you returned its score Z1: apply the tanh to it.": (
            lambda W1, b1, W2, b2, X: (
                W1 @ X + b1,
                _sigmoid(W2 @ np.tanh(W1 @ X + b1) + b2),
            )
        ),
        "Both are right, in the wrong order: A1 first, then A2.": lambda W1, b1, W2, b2, X: (
            _sigmoid(W2 @ np.tanh(W1 @ X + b1) + b2),
            np.tanh(W1 @ X + b1),
        ),
        "A1 is right, but the second layer read Z1 instead of A1: the bend was computed and not"
        " used.": lambda W1, b1, W2, b2, X: (
            np.tanh(W1 @ X + b1),
            _sigmoid(W2 @ (W1 @ X + b1) + b2),
        ),
        "Your A2 goes from -1 to 1, which no probability does: the last bend is the sigmoid.": (
            lambda W1, b1, W2, b2, X: (
                np.tanh(W1 @ X + b1),
                np.tanh(W2 @ np.tanh(W1 @ X + b1) + b2),
            )
        ),
        "Your A2 is the score Z2: a sigmoid turns it into a probability.": (
            lambda W1, b1, W2, b2, X: (np.tanh(W1 @ X + b1), W2 @ np.tanh(W1 @ X + b1) + b2)
        ),
        "You used the sigmoid in the hidden layer: a fine bend, but the task asks for tanh.": (
            lambda W1, b1, W2, b2, X: (
                _sigmoid(W1 @ X + b1),
                _sigmoid(W2 @ _sigmoid(W1 @ X + b1) + b2),
            )
        ),
        "The biases are missing: at X = 0 every hidden answer would be 0.": (
            lambda W1, b1, W2, b2, X: (np.tanh(W1 @ X), _sigmoid(W2 @ np.tanh(W1 @ X)))
        ),
    }


@exercise("2.3", "Back through a leaky ReLU")
class leaky_relu_backward:
    """dZ (n, m) of a leaky ReLU, from dA (n, m), its input Z (n, m) and its slope."""

    def inputs(random_state):
        shape = tuple(random_state.randint(2, 6, size=2))
        dA, Z = random_state.randn(*shape), random_state.randn(*shape)
        Z.flat[0], dA.flat[0] = -1.0, 2.0  # so that the signs of Z and dA differ at least here
        return dA, Z, float(random_state.uniform(0.05, 0.3))

    def solution(dA, Z, slope):
        return np.where(Z > 0, dA, slope * dA)

    hints = [
        "The chain rule: dZ is dA times the derivative of the function at Z.",
        "The derivative is 1 where Z > 0, else `slope`: `np.where` chooses element by element.",
    ]
    mistakes = {
        "Where Z is negative you return the slope itself: the chain rule multiplies it by dA."
        " (A published table of activations has this mistake.)": lambda dA, Z, slope: np.where(
            Z > 0, dA, slope
        ),
        "You return the derivative alone: multiply it by dA, the gradient that arrives.": (
            lambda dA, Z, slope: np.where(Z > 0, 1.0, slope)
        ),
        "You look at the sign of dA: the kink lies where Z is 0.": (
            lambda dA, Z, slope: np.where(dA > 0, dA, slope * dA)
        ),
        "This is the plain ReLU: where Z is negative, `slope` of the gradient gets through.": (
            lambda dA, Z, slope: np.where(Z > 0, dA, 0.0)
        ),
        "This is the function, not its derivative: you multiplied by the leaky ReLU of Z.": (
            lambda dA, Z, slope: dA * np.where(Z > 0, Z, slope * Z)
        ),
    }


def _backward(W2, A1, A2, X, Y):
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = W2.T @ dZ2 * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


def _first_layer(slope):
    """backward with another factor in place of the slope of tanh: a mistake, in one line."""

    def mistaken(W2, A1, A2, X, Y):
        m = X.shape[1]
        dZ1 = W2.T @ (A2 - Y) * slope(A1)
        right = _backward(W2, A1, A2, X, Y)
        db1 = np.sum(dZ1, axis=1, keepdims=True) / m
        return dZ1 @ X.T / m, db1, right["dW2"], right["db2"]

    return mistaken


def _other_axis(W2, A1, A2, X, Y):
    right = _backward(W2, A1, A2, X, Y)
    dZ1 = W2.T @ (A2 - Y) * (1 - A1**2)
    right["db1"] = np.sum(dZ1, axis=0, keepdims=True) / X.shape[1]
    return tuple(right.values())


def _output_slope(W2, A1, A2, X, Y):
    dZ2 = (A2 - Y) * A2 * (1 - A2)
    return tuple(_backward(W2, A1, dZ2, X, 0 * Y).values())


def _changed(**change):
    """backward with some results changed: each change is a function of the result and of m."""

    def mistaken(W2, A1, A2, X, Y):
        right = _backward(W2, A1, A2, X, Y)
        right.update({name: f(right[name], X.shape[1]) for name, f in change.items()})
        return tuple(right.values())

    return mistaken


def _all(f):
    return _changed(dW1=f, db1=f, dW2=f, db2=f)


@exercise("2.4", "Backward")
class backward_pass:
    """The gradients dW1, db1, dW2, db2 of a tanh network with one output, in that order.

    W2 (1, n_h), A1 (n_h, m), A2 (1, m), X (n_x, m), Y (1, m).
    """

    results = ("dW1", "db1", "dW2", "db2")

    def inputs(random_state):
        W1, b1, W2, b2, X, Y = _net(random_state)
        A1 = np.tanh(W1 @ X + b1)
        return W2, A1, _sigmoid(W2 @ A1 + b2), X, Y

    def solution(W2, A1, A2, X, Y):
        m = X.shape[1]
        dZ2 = A2 - Y
        dW2 = dZ2 @ A1.T / m
        db2 = np.sum(dZ2, axis=1, keepdims=True) / m
        dZ1 = W2.T @ dZ2 * (1 - A1**2)
        dW1 = dZ1 @ X.T / m
        db1 = np.sum(dZ1, axis=1, keepdims=True) / m
        return dW1, db1, dW2, db2

    hints = [
        "Start from dZ2 = A2 - Y and walk back one line of the forward pass at a time.",
        "A gradient is shaped like its parameter. What must be transposed to make dW2 (1, n_h)?",
        "dZ1 is W2.T @ dZ2, element by element times the slope of tanh, 1 - A1**2.",
    ]
    mistakes = {
        "All four are m times too large: the cost is a mean over the points, so its gradient is one"
        " too.": _all(lambda d, m: d * m),
        "The weights are right; your biases' gradients are sums: divide by m there too.": (
            _changed(db1=lambda d, m: d * m, db2=lambda d, m: d * m)
        ),
        "The first layer is divided by m twice: dZ2 holds one picture's error, so divide once, in"
        " each gradient.": _changed(dW1=lambda d, m: d / m, db1=lambda d, m: d / m),
        "You summed db1 over the neurons: each neuron has one bias for all points, so sum along"
        " axis 1.": _other_axis,
        "The slope of the sigmoid has cancelled already: dZ2 = A2 - Y, with nothing to multiply.": (
            _output_slope
        ),
        "You squared the whole bracket: the slope of tanh is 1 - A1**2.": (
            _first_layer(lambda A1: (1 - A1) ** 2)
        ),
        "Your db1 is one number without axes: average over the points only, axis=1, and keep the"
        " axes.": _changed(db1=lambda d, m: np.mean(d)),
        "All four have the wrong sign: the error is A2 - Y, predicted minus true.": (
            _all(lambda d, m: -d)
        ),
        "The first layer lacks the slope of tanh: on the way back through A1 = tanh(Z1) the"
        " gradient is multiplied by 1 - A1**2.": _first_layer(np.ones_like),
        "You multiplied by A1 (1 - A1), the slope of the sigmoid: that of tanh is 1 - A1**2.": (
            _first_layer(lambda A1: A1 * (1 - A1))
        ),
        "You took the tanh of A1 once more: A1 is already tanh(Z1), so its slope is 1 - A1**2.": (
            _first_layer(lambda A1: 1 - np.tanh(A1) ** 2)
        ),
        "db1 has lost its second axis: without keepdims, b1 - rate * db1 becomes a square.": (
            _changed(db1=lambda d, m: d[:, 0], db2=lambda d, m: d[:, 0])
        ),
        "Your db1 is one number for all hidden neurons: sum over the points (axis=1), not over the"
        " neurons.": _changed(db1=lambda d, m: np.sum(d, keepdims=True)),
    }


@exercise("2.5", "Exclusive or, by hand")
class xor_by_hand:
    """W1 (2, 2), b1 (2, 1), W2 (1, 2), b2 (1, 1) of a tanh network that answers 1 where exactly one
    of its two inputs is near 1, and 0 where both are near 0 or both near 1. No training.
    """

    results = ("labels",)
    arguments = ("X",)

    def inputs(random_state):
        corners = random_state.permutation(np.array([[0, 0, 1, 1] * 2, [0, 1, 0, 1] * 2]).T).T
        return (corners + random_state.uniform(-0.1, 0.1, size=corners.shape),)

    def use(answer, X):
        W1, b1, W2, b2 = (np.asarray(part, dtype=float) for part in answer())
        shapes = {"W1": (2, 2), "b1": (2, 1), "W2": (1, 2), "b2": (1, 1)}
        for (name, shape), part in zip(shapes.items(), (W1, b1, W2, b2), strict=True):
            if part.shape != shape:
                raise ValueError(f"{name} has shape {part.shape}; it needs {shape}")
        return (W2 @ np.tanh(W1 @ X + b1) + b2 > 0).astype(int)

    def solution():
        W1 = np.array([[10.0, 10.0], [10.0, 10.0]])  # both neurons look at x1 + x2
        b1 = np.array([[-5.0], [-15.0]])  # and change sign at 0.5 and at 1.5
        W2 = np.array([[1.0, -1.0]])  # yes to the first line, no to the second
        b2 = np.array([[-1.0]])
        return W1, b1, W2, b2

    hints = [
        "One straight line cannot do it. Two parallel lines can: draw the four corners and look.",
        "Let both neurons look at x1 + x2, one changing sign at 0.5 and the other at 1.5. Steep"
        " weights (say 10) make tanh nearly -1 or 1.",
        "Write down what the two neurons answer at the sums 0, 1 and 2: (-1, -1), (1, -1), (1, 1)."
        " Which W2 and b2 make the middle case alone positive?",
    ]
    mistakes = {
        "This is OR: it says 1 at (1, 1) too. The second neuron has to take that corner back.": (
            lambda: ([[10, 10], [10, 10]], [[-5], [-15]], [[1, 0]], [[0]])
        ),
        "This is AND: it says 1 at (1, 1) alone. The other neuron, which changes sign at 0.5, is"
        " not heard.": lambda: ([[10, 10], [10, 10]], [[-5], [-15]], [[0, 1]], [[0]]),
        "This is the opposite, 1 where both inputs agree: change the signs of W2 and b2.": (
            lambda: ([[10, 10], [10, 10]], [[-5], [-15]], [[-1, 1]], [[1]])
        ),
        "This says 0 everywhere: your two hidden neurons are the same, so with opposite weights"
        " they cancel.": lambda: ([[10, 10], [10, 10]], [[-5], [-5]], [[1, -1]], [[-1]]),
        "This says 1 everywhere: the difference of the two neurons is never negative, so b2 has to"
        " put the line between 0 and 2.": lambda: (
            [[10, 10], [10, 10]],
            [[-5], [-15]],
            [[1, -1]],
            [[1]],
        ),
    }
