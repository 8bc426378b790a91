"""Exercises of chapter 2: a shallow network."""

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


# --- 2.1 ------------------------------------------------------------------------------------------


def _count_parameters(n_x, n_h, n_y):
    """How many weights and biases a network n_x, n_h, n_y has: a whole number."""
    return n_h * (n_x + 1) + n_y * (n_h + 1)


def _three_sizes(random_state):
    sizes = random_state.choice(np.arange(2, 12), size=3, replace=False)
    return tuple(int(n) for n in sizes)


count_parameters = Exercise(
    "2.1",
    "Count the parameters",
    _count_parameters,
    inputs=_three_sizes,
    corners={"one output": (4, 3, 1), "one hidden unit": (3, 1, 2), "one input": (1, 5, 2)},
    hints=[
        "Take it layer by layer: what are the shapes of W1 and b1, and of W2 and b2?",
        "W1 is (n_h, n_x), b1 is (n_h, 1), W2 is (n_y, n_h), b2 is (n_y, 1). Count the entries.",
    ],
    mistakes={
        "You counted the weights only: every hidden unit and every output has a bias too.": (
            ("n_x + 1", "n_x"),
            ("n_h + 1", "n_h"),
        ),
        "The hidden units have no biases in your count: n_h of them are missing.": (
            ("n_x + 1", "n_x")
        ),
        "The outputs have no biases in your count: n_y of them are missing.": (("n_h + 1", "n_h")),
        "You gave the inputs biases too: they are numbers that arrive, and compute nothing.": (
            ("n_h * (n_x + 1)", "n_x + n_h * (n_x + 1)")
        ),
        "That is the hidden layer alone: the outputs have parameters too.": (
            (" + n_y * (n_h + 1)", "")
        ),
        "That is the output layer alone: the hidden units have parameters too.": (
            ("n_h * (n_x + 1) + ", "")
        ),
        "You joined the outputs to the inputs: W2 has a column for each hidden unit, not for each"
        " input.": ("n_h + 1", "n_x + 1"),
        "You counted one bias per layer: each unit has one, which is why b has n rows.": (
            ("n_h * (n_x + 1) + n_y * (n_h + 1)", "n_h * n_x + n_y * n_h + 2")
        ),
    },
)


# --- 2.2 ------------------------------------------------------------------------------------------


def _one_step(W1, b1, W2, b2, X, Y, rate):
    """W1, b1, W2, b2 of a tanh network with one sigmoid output, after one step of descent.

    W1 (n_h, n_x), b1 (n_h, 1), W2 (1, n_h), b2 (1, 1), X (n_x, m), Y (1, m). The gradients are all
    taken at the parameters before the step.
    """
    m = X.shape[1]
    A1 = np.tanh(W1 @ X + b1)
    dZ2 = _sigmoid(W2 @ A1 + b2) - Y
    dZ1 = W2.T @ dZ2 * (1 - A1**2)
    dW1 = dZ1 @ X.T / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    dW2 = dZ2 @ A1.T / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    return W1 - rate * dW1, b1 - rate * db1, W2 - rate * dW2, b2 - rate * db2


def _net_and_rate(random_state, sizes=None):
    return *_net(random_state, sizes), float(random_state.uniform(0.5, 1.5))


one_step = Exercise(
    "2.2",
    "A bug hunt: one step",
    _one_step,
    results=("W1", "b1", "W2", "b2"),
    inputs=_net_and_rate,
    corners={
        "one example": lambda random_state: _net_and_rate(random_state, (4, 3, 1)),
        "one hidden unit": lambda random_state: _net_and_rate(random_state, (3, 1, 5)),
        "as many examples as units": lambda random_state: _net_and_rate(random_state, (3, 4, 4)),
    },
    hints=[
        "Take the lines in order, and ask of each name: is it still what it was in the formula?",
        "dZ1 needs the W2 that made A2. Which W2 does the program use there?",
        "Each unit has a bias of its own: what shape must its gradient have?",
    ],
    mistakes={
        "Both bugs are still there: dZ1 uses the W2 that has already been changed, and the"
        " gradient of b1 is one number for all units.": (
            ("W2.T @ dZ2", "(W2 - rate * dZ2 @ A1.T / m).T @ dZ2"),
            ("np.sum(dZ1, axis=1, keepdims=True) / m", "np.mean(dZ1)"),
        ),
        "b1 is mended. The other bug is left: dZ1 uses the W2 that has already been changed."
        " Compute all gradients first.": ("W2.T @ dZ2", "(W2 - rate * dZ2 @ A1.T / m).T @ dZ2"),
        "W1 is mended. The other bug is left: the gradient of b1 is one number for all units;"
        " sum over the points only, axis=1, and divide by m.": (
            ("np.sum(dZ1, axis=1, keepdims=True) / m", "np.mean(dZ1)")
        ),
        "The gradient of b1 is the sum over all units and points: sum over the points only,"
        " axis=1.": ("np.sum(dZ1, axis=1, keepdims=True)", "np.sum(dZ1)"),
        "Your b1 is moved by the sum of its errors: divide by m, as for the weights.": (
            ("np.sum(dZ1, axis=1, keepdims=True) / m", "np.sum(dZ1, axis=1, keepdims=True)")
        ),
        "The step goes uphill in all four: subtract rate times the gradient.": (
            ("W1 - rate * dW1, b1 - rate * db1", "W1 + rate * dW1, b1 + rate * db1"),
            ("W2 - rate * dW2, b2 - rate * db2", "W2 + rate * dW2, b2 + rate * db2"),
        ),
        "The slope of tanh is missing on the way back: it is 1 - A1**2.": (" * (1 - A1**2)", ""),
        "You multiplied by A1 (1 - A1), the slope of the sigmoid: that of tanh is 1 - A1**2.": (
            ("1 - A1**2", "A1 * (1 - A1)")
        ),
        "These are the four gradients, not the parameters after the step.": (
            ("W1 - rate * dW1, b1 - rate * db1", "dW1, db1"),
            ("W2 - rate * dW2, b2 - rate * db2", "dW2, db2"),
        ),
        "Nothing has been divided by m: the cost is a mean over the points.": (
            ("m = X.shape[1]", "m = 1")
        ),
    },
)


# --- 2.3 ------------------------------------------------------------------------------------------


def _shortcut_gradients(W1, W2, V, A1, A2, X, Y):
    """dV (1, n_x), and dX (n_x, m), the derivative of each point's loss by its own inputs.

    W1 (n_h, n_x), W2 (1, n_h), V (1, n_x), A1 (n_h, m), A2 (1, m), X (n_x, m), Y (1, m). The net is
    A1 = tanh(W1 X + b1), A2 = sigmoid(W2 A1 + V X + b2).
    """
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = W2.T @ dZ2 * (1 - A1**2)
    dV = dZ2 @ X.T / m
    dX = W1.T @ dZ1 + V.T @ dZ2
    return dV, dX


def _with_shortcut(random_state, sizes=None):
    W1, b1, W2, b2, X, Y = _net(random_state, sizes)
    V = random_state.randn(1, len(X))
    A1 = np.tanh(W1 @ X + b1)
    return W1, W2, V, A1, _sigmoid(W2 @ A1 + V @ X + b2), X, Y


shortcut_gradients = Exercise(
    "2.3",
    "A shortcut past the hidden layer",
    _shortcut_gradients,
    results=("dV", "dX"),
    inputs=_with_shortcut,
    corners={
        "one example": lambda random_state: _with_shortcut(random_state, (4, 3, 1)),
        "one hidden unit": lambda random_state: _with_shortcut(random_state, (3, 1, 5)),
        "one input": lambda random_state: _with_shortcut(random_state, (1, 4, 6)),
    },
    hints=[
        "V meets X as W2 meets A1. What does dW2 look like?",
        "X reaches the score Z2 through the hidden layer and through V. A change of X makes both"
        " change, so the two derivatives are added.",
        "Through the hidden layer the error arrives at Z1 as dZ1; from there to X it goes back"
        " through W1, as it went from Z2 to A1 through W2.",
    ],
    mistakes={
        "dV is right. dX holds the way through the hidden layer only: add what reaches X through"
        " V.": (" + V.T @ dZ2", ""),
        "dV is right. dX holds the shortcut only: add what reaches X through the hidden layer.": (
            ("W1.T @ dZ1 + V.T", "V.T")
        ),
        "dV is right. The way through the hidden layer lacks the slope of tanh, 1 - A1**2.": (
            (" * (1 - A1**2)", "")
        ),
        "dX is right. Your dV is a sum over the points: the cost is their mean, divide by m.": (
            ("X.T / m", "X.T")
        ),
        "dV is right. The slope of tanh is 1 - A1**2; you left out the square.": ("A1**2", "A1"),
        "dV is right. You multiplied by A1 (1 - A1), the slope of the sigmoid: that of tanh is"
        " 1 - A1**2.": ("(1 - A1**2)", "A1 * (1 - A1)"),
        "dV is right. tanh is taken twice: A1 is tanh(Z1) already, so its slope is 1 - A1**2.": (
            ("A1**2", "np.tanh(A1) ** 2")
        ),
        "dV is right. In dX V stands alone: what reaches X through V is V.T times the error dZ2.": (
            ("+ V.T @ dZ2", "+ V.T")
        ),
        "dZ1 has to go back through W1 before it is a derivative by X: W1.T @ dZ1.": (
            ("W1.T @ dZ1", "dZ1")
        ),
        "W1 leads from X (n_x, m) to Z1 (n_h, m). The way back needs it transposed, W1.T @ dZ1.": (
            ("W1.T @ dZ1", "W1 @ dZ1")
        ),
        "W2 leads from A1 (n_h, m) to Z2 (1, m). The way back needs it transposed, W2.T @ dZ2.": (
            ("W2.T @ dZ2", "W2 @ dZ2")
        ),
        "V leads from X (n_x, m) to Z2 (1, m). The way back needs it transposed, V.T @ dZ2.": (
            ("V.T @ dZ2", "V @ dZ2")
        ),
        "dZ2 (1, m) and X (n_x, m): the sum over the points needs X transposed, dZ2 @ X.T.": (
            ("dZ2 @ X.T", "dZ2 @ X")
        ),
        "The two factors of dV are exchanged: dZ2 (1, m) comes first, then X.T (m, n_x).": (
            ("dZ2 @ X.T", "X.T @ dZ2")
        ),
        "dV is right. dX belongs to the loss of each point, which has no mean to take: do not"
        " divide by m.": ("W1.T @ dZ1 + V.T @ dZ2", "(W1.T @ dZ1 + V.T @ dZ2) / m"),
        "dV is right. In dX one of the two ways is divided by m: neither is, because dX belongs"
        " to the loss of each point.": ("+ V.T @ dZ2", "+ V.T @ dZ2 / m"),
        "dV is right. The two ways are added, not subtracted: both are changes of the same Z2.": (
            ("+ V.T", "- V.T")
        ),
        "Both have the wrong sign: the error is A2 - Y, predicted minus true.": (
            ("A2 - Y", "Y - A2")
        ),
        "The slope of the sigmoid has cancelled already: dZ2 = A2 - Y, with nothing to multiply.": (
            ("A2 - Y", "(A2 - Y) * A2 * (1 - A2)")
        ),
        "Both are right, in the wrong order: dV first, then dX.": ("dV, dX", "dX, dV"),
    },
)


# --- 2.4 ------------------------------------------------------------------------------------------


def _equal_networks(n_h):
    """How many settings of the parameters of a tanh network with n_h hidden units, no two of them
    equal or opposite, give the same function: a whole number. Units may change places and signs.
    """
    from math import factorial

    return factorial(n_h) * 2**n_h


equal_networks = Exercise(
    "2.4",
    "On paper: how many networks are the same network?",
    _equal_networks,
    inputs=lambda random_state: (int(random_state.randint(3, 8)),),
    corners={"one unit": (1,), "two units": (2,), "four units": (4,), "ten units": (10,)},
    hints=[
        "In how many orders can n_h units stand? And what else leaves W2 tanh(W1 X + b1) as it is?",
        "tanh(-z) = -tanh z: a unit may change the sign of all its weights, in front and behind."
        " How many choices does each unit have?",
        "The choices of the signs are independent of each other and of the order: multiply.",
    ],
    mistakes={
        "These are the orders alone: each unit may also change its sign.": (" * 2**n_h", ""),
        "These are the signs alone: the units may also change places.": (("factorial(n_h) * ", "")),
        "The orders and the signs are chosen independently: multiply the two numbers, do not add"
        " them.": ("* 2", "+ 2"),
        "You let all units change their signs together: each may do so for itself, which makes a"
        " factor of 2 for each.": ("2**n_h", "2"),
        "Two signs for each of n_h units are 2 to the power n_h, not n_h squared.": (
            ("2**n_h", "n_h**2")
        ),
        "Two choices for each unit: that is 2 · 2 · 2 …, a power, and not 2 n_h.": (
            ("2**n_h", "2 * n_h")
        ),
        "n_h to the power n_h would let several units take the same place: count the orders.": (
            ("factorial(n_h)", "n_h**n_h")
        ),
    },
)


# --- 2.5 ------------------------------------------------------------------------------------------


def _xor_by_hand():
    """W1 (2, 2), b1 (2, 1), W2 (1, 2), b2 (1, 1) of a tanh network that says 1 where exactly one
    of its two inputs is near 1, and 0 where both are near 0 or both near 1. No training.
    """
    W1 = np.array([[10.0, 10.0], [10.0, 10.0]])  # both units look at x1 + x2
    b1 = np.array([[-5.0], [-15.0]])  # and change sign at 0.5 and at 1.5
    W2 = np.array([[1.0, -1.0]])  # yes to the first line, no to the second
    b2 = np.array([[-1.0]])
    return W1, b1, W2, b2


def _near_the_corners(random_state):
    corners = random_state.permutation(np.array([[0, 0, 1, 1] * 2, [0, 1, 0, 1] * 2]).T).T
    return (corners + random_state.uniform(-0.1, 0.1, size=corners.shape),)


def _layers(answer):
    W1, b1, W2, b2 = (np.asarray(part, dtype=float) for part in answer())
    shapes = {"W1": (2, 2), "b1": (2, 1), "W2": (1, 2), "b2": (1, 1)}
    for (name, shape), part in zip(shapes.items(), (W1, b1, W2, b2), strict=True):
        if part.shape != shape:
            raise ValueError(f"{name} has shape {part.shape}; it needs {shape}")
    return W1, b1, W2, b2


def _labels(answer, X):
    W1, b1, W2, b2 = _layers(answer)
    return (W2 @ np.tanh(W1 @ X + b1) + b2 > 0).astype(int)


xor_by_hand = Exercise(
    "2.5",
    "Exclusive or, by hand",
    _xor_by_hand,
    results=("labels",),
    arguments=("X",),
    use=_labels,
    inputs=_near_the_corners,
    corners={
        "exactly the four corners": (np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]]),),
        "a tenth away from the corners": (
            np.array([[0.1, -0.1, 0.9, 1.1, 0.1, 0.9], [0.1, 1.1, -0.1, 1.1, 0.9, 0.9]]),
        ),
    },
    hints=[
        "One straight line cannot do it. Two parallel lines can: draw the four corners and look.",
        "Let both units look at x1 + x2, one changing sign at 0.5 and the other at 1.5. Steep"
        " weights (say 10) make tanh nearly -1 or 1.",
        "Write down the outputs of the two units at the sums 0, 1 and 2: (-1, -1), (1, -1), (1, 1)."
        " Which W2 and b2 make the middle case alone positive?",
    ],
    # Labels say little, so a sentence here claims no more than what the labels show.
    mistakes={
        "This is OR: it says 1 at (1, 1) too. The second unit has to take that corner back.": (
            ("[[1.0, -1.0]]", "[[1.0, 0.0]]"),
            ("[[-1.0]]", "[[0.0]]"),
        ),
        "This is AND: it says 1 at (1, 1) alone, where it should say 0, and 0 where it should say"
        " 1.": (("[[1.0, -1.0]]", "[[0.0, 1.0]]"), ("[[-1.0]]", "[[0.0]]")),
        "This is the opposite, 1 where both inputs agree: change the signs of W2 and b2.": (
            ("[[1.0, -1.0]]", "[[-1.0, 1.0]]"),
            ("[[-1.0]]", "[[1.0]]"),
        ),
        "This says 0 everywhere: the score W2 A1 + b2 is above 0 at no corner. Compute it by hand"
        " at the sums 0, 1 and 2.": ("[[-1.0]]", "[[-9.0]]"),
        "This says 1 everywhere: the score W2 A1 + b2 is above 0 at every corner. Compute it by"
        " hand at the sums 0, 1 and 2.": ("[[-1.0]]", "[[9.0]]"),
        "This says 1 at (0, 0) as well: it is NAND, 0 at (1, 1) alone.": (
            ("[[1.0, -1.0]]", "[[0.0, -1.0]]"),
            ("[[-1.0]]", "[[0.0]]"),
        ),
    },
)


# --- 2.6 ------------------------------------------------------------------------------------------


def _stuck_cost():
    """The cost at which a network that starts from zeros ends if 3 of 4 points are of class 1."""
    share = 0.75
    return -share * np.log(share) - (1 - share) * np.log(1 - share)


stuck_cost = Exercise(
    "2.6",
    "Predict: zeros and unequal classes",
    _stuck_cost,
    rtol=0.01,
    properties={
        "The cost begins at log 2 and does not rise, and no loss is below 0: it is between 0 and"
        " 0.694.": lambda x: 0 <= x <= 0.694
    },
    hints=[
        "Which of the four gradients is not zero at the start?",
        "Only b2 can move, so all points get the same probability. Which probability is best?",
        "The best common probability is the share of class 1, 0.75. Put it into the cross-entropy:"
        " three of four points cost -log 0.75, one costs -log 0.25.",
    ],
    mistakes={
        "That is log 2, the cost at the start. With unequal classes the last bias can move.": (
            ("share = 0.75", "share = 0.5")
        ),
        "That is the cost of the points of class 1 alone: one in four is of class 0, and costs"
        " -log 0.25.": (
            ("-share * np.log(share) - (1 - share) * np.log(1 - share)", "-np.log(share)")
        ),
        "That is the mean of the two losses without their shares: three of four points are of class"
        " 1.": (
            (
                "-share * np.log(share) - (1 - share) * np.log(1 - share)",
                "-(np.log(share) + np.log(1 - share)) / 2",
            )
        ),
        "The shares are exchanged: a point of class 1 costs -log 0.75, and there are three of them"
        " for each of class 0.": (
            (
                "-share * np.log(share) - (1 - share) * np.log(1 - share)",
                "-(1 - share) * np.log(share) - share * np.log(1 - share)",
            )
        ),
        "That is the right number in bits: the course's logarithm is the natural one.": (
            (
                "-share * np.log(share) - (1 - share) * np.log(1 - share)",
                "-share * np.log2(share) - (1 - share) * np.log2(1 - share)",
            )
        ),
        "That is the part of class 1 alone: the one point in four of class 0 costs -log 0.25.": (
            (" - (1 - share) * np.log(1 - share)", "")
        ),
        "That is the part of class 0 alone: the three points in four of class 1 cost -log 0.75.": (
            ("-share * np.log(share) - (1", "-(1")
        ),
        "The point of class 0 costs -log 0.25, and it is one in four: the second loss has the share"
        " 0.25.": (" - (1 - share) * np.log", " - np.log"),
        "You added the two losses: the cost is a mean, in which they have the shares 0.75 and"
        " 0.25.": (
            (
                "-share * np.log(share) - (1 - share) * np.log(1 - share)",
                "-np.log(share) - np.log(1 - share)",
            )
        ),
        "Both losses have the share 0.75 here; that of class 0 is 0.25.": (
            (" - (1 - share) * np.log", " - share * np.log")
        ),
        "The sign of the first loss is turned: the logarithm of 0.75 is negative.": (
            ("-share * np.log(share) -", "share * np.log(share) -")
        ),
        "The sign of the second loss is turned: the logarithm of 0.25 is negative.": (
            (" - (1 - share) * np.log", " + (1 - share) * np.log")
        ),
        "The sign is wrong: the logarithm of a probability is negative, a cost is not.": (
            ("-share * np.log(share) - (1", "share * np.log(share) + (1")
        ),
        "A cost of 0 would need the right label with certainty for every point, and all points get"
        " the same probability here.": (
            ("-share * np.log(share) - (1 - share) * np.log(1 - share)", "0.0")
        ),
    },
)
