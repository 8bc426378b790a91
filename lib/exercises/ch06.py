"""Exercises of chapter 6: gradient checking. Three of them hunt bugs."""

import numpy as np

from lib.exercises import Exercise

# --- 6.1 ------------------------------------------------------------------------------------------


def _best_step_in_float32():
    """The step of the smallest estimated error of the two-sided difference of theta**3 at 1.5.

    All numbers are float32, so u is 2**-24. A number, right to two per cent.
    """
    return float(1.5 * np.cbrt(2 * 2.0**-24))


best_step_in_float32 = Exercise(
    "6.1",
    "Predict the best step in float32",
    _best_step_in_float32,
    rtol=0.02,
    atol=0,
    properties={
        "A step is positive.": lambda x: x > 0,
        "A step has to be a small part of theta, which is 1.5.": lambda x: x < 0.15,
    },
    hints=[
        "The estimate is the cube root of 3 u (f + theta f') / f'''. Which of these depend on the"
        " type of the numbers?",
        "Only u does. For the cube theta f' is 3 f and f''' is 6, which leaves theta times the cube"
        " root of 2 u.",
        "1.5 times the cube root of 2 * 2**-24, which is 2**-23.",
    ],
    mistakes={
        "This is the best step in float64: u is 2**-24 here, and not 2**-53.": ("-24", "-53"),
        "This is the best one-sided step: its truncation is of order 1, and a square root comes out"
        " where you need a cube root.": ("np.cbrt(2 *", "np.sqrt(5 / 3 *"),
        "You left out that theta + epsilon is rounded too: that adds theta f' to f.": (
            ("(2 *", "(1 / 2 *")
        ),
        "You counted the rounding of theta + epsilon alone: f is rounded as well.": (
            ("(2 *", "(3 / 2 *")
        ),
        "This is the estimate at theta = 1: for the cube it grows with theta.": ("1.5 * ", ""),
        "This is the cube root of u: the function's length is missing.": (
            "1.5 * np.cbrt(2 *",
            "np.cbrt(",
        ),
        "A factor 2 is lost under the root: for the cube, 3 (f + theta f') / f''' is 2 theta**3.": (
            ("(2 *", "(1 *")
        ),
        "You took 2**-23 for u, which is the gap between 1 and the next number (np.finfo calls it"
        " eps). A number is rounded by half a gap at most: 2**-24.": ("-24", "-23"),
        "This is the estimate for f, theta and derivatives of size 1: put in those of the cube.": (
            "1.5 * np.cbrt(2 *",
            "np.cbrt(6 *",
        ),
        "This is the cube root of 3 u alone: its other factor is two thirds of theta**3, for"
        " the cube.": ("1.5 * np.cbrt(2 *", "np.cbrt(3 *"),
        "This is the square root for a cube root.": ("np.cbrt", "np.sqrt"),
        "This is u times something: the cube root is missing.": ("1.5 * np.cbrt(2 *", "(2 *"),
    },
)


# --- 6.2 ------------------------------------------------------------------------------------------


class _Power:
    """The function (c·theta)**5 of a vector, which says what it is when it is shown."""

    def __init__(self, c):
        self.c = c

    def __call__(self, theta):
        return float(self.c @ theta) ** 5

    def __repr__(self):
        return f"the fifth power of c @ theta with c = {np.round(self.c, 2)}"


def _four_points(f, theta, epsilon):
    """The gradient (n,) of f at the vector theta (n,) by four points for each coordinate.

    Each entry is (4 D(epsilon) - D(2 epsilon)) / 3 with D the two-sided difference. f takes a
    vector (n,) and returns a number; epsilon is the step. theta itself is left alone.
    """
    gradient = np.zeros_like(theta)
    for i in range(len(theta)):
        step = np.zeros_like(theta)
        step[i] = epsilon
        near = (f(theta + step) - f(theta - step)) / (2 * epsilon)
        wide = (f(theta + 2 * step) - f(theta - 2 * step)) / (4 * epsilon)
        gradient[i] = (4 * near - wide) / 3
    return gradient


def _power_at(random_state):
    n = random_state.randint(3, 7)
    return _Power(random_state.uniform(1, 3, size=n)), random_state.uniform(1, 2, size=n), 0.05


def _one_coordinate(random_state):
    return _Power(random_state.uniform(1, 3, size=1)), random_state.uniform(1, 2, size=1), 0.05


def _never_put_back(f, theta, epsilon):
    """The nudges stay: each coordinate is measured at another point than the one before."""
    moved, gradient = np.array(theta), np.zeros(len(theta))
    for i in range(len(theta)):
        values = []
        for move in (2, -1, -2, -1):  # to +2, +1, -1 and -2 steps, and never home
            moved[i] += move * epsilon
            values.append(f(moved))
        gradient[i] = (8 * (values[1] - values[2]) - (values[0] - values[3])) / (12 * epsilon)
    return gradient


def _never_copied(f, theta, epsilon):
    """The nudges are made in the reader's own vector, and stay there."""
    gradient = np.zeros(len(theta))
    for i in range(len(theta)):
        values = []
        for move in (2, -1, -2, -1):
            theta[i] += move * epsilon
            values.append(f(theta))
        gradient[i] = (8 * (values[1] - values[2]) - (values[0] - values[3])) / (12 * epsilon)
    return gradient


four_points = Exercise(
    "6.2",
    "Four points, on paper and in code",
    _four_points,
    inputs=_power_at,
    corners={"one coordinate": _one_coordinate},
    hints=[
        "One coordinate at a time: make a vector `step` that is zero but for entry i.",
        "D(epsilon) uses theta + step and theta - step, D(2 epsilon) uses theta + 2 * step and"
        " theta - 2 * step. How far apart are the points of each?",
        "They are 2 * epsilon and 4 * epsilon apart. The entry is (4 * near - wide) / 3.",
    ],
    mistakes={
        "This is D(epsilon), the two-sided difference with two points.": (
            ("(4 * near - wide) / 3", "near")
        ),
        "This is D(2 epsilon) alone, the less exact of the two.": (
            ("(4 * near - wide) / 3", "wide")
        ),
        "This is a one-sided difference, f(theta + step) - f(theta) over epsilon.": (
            ("gradient[i] = (4 * near - wide) / 3",
             "gradient[i] = (f(theta + step) - f(theta)) / epsilon")
        ),
        "The points of D(2 epsilon) are 4 * epsilon apart, and you divided by 2 * epsilon.": (
            ("(4 * epsilon)", "(2 * epsilon)")
        ),
        "The weights are exchanged: D(epsilon) is the better one and counts four times.": (
            ("4 * near - wide", "4 * wide - near")
        ),
        "The two are added: then the terms with f''' add up, and they should cancel.": (
            ("(4 * near - wide) / 3", "(4 * near + wide) / 5")
        ),
        "The division by 3 is missing: 4 - 1 slopes were added up.": (
            ("(4 * near - wide) / 3", "4 * near - wide")
        ),
        "This is (2 D(epsilon) - D(2 epsilon)), which would cancel an error of order epsilon; that"
        " of D is of order epsilon**2, four times as large at twice the step.": (
            ("(4 * near - wide) / 3", "2 * near - wide")
        ),
        "You divided by 2 and then multiplied by epsilon: write `/ (2 * epsilon)`, and the same for"
        " 4.": (("/ (2 * epsilon)", "/ 2 * epsilon"), ("/ (4 * epsilon)", "/ 4 * epsilon")),
        "The points of D(epsilon) are 2 * epsilon apart, and you divided by epsilon.": (
            ("/ (2 * epsilon)", "/ epsilon")
        ),
        "The points of D(2 epsilon) are 4 * epsilon apart, and you divided by epsilon.": (
            ("/ (4 * epsilon)", "/ epsilon")
        ),
        "D(epsilon) is not divided by the distance of its points, 2 * epsilon.": (
            (" / (2 * epsilon)", "")
        ),
        "D(2 epsilon) is not divided by the distance of its points, 4 * epsilon.": (
            (" / (4 * epsilon)", "")
        ),
        "D(epsilon) is a difference, and yours is a sum.": (
            ("f(theta + step) - f", "f(theta + step) + f")
        ),
        "D(2 epsilon) is a difference, and yours is a sum.": (
            ("f(theta + 2 * step) - f", "f(theta + 2 * step) + f")
        ),
        "D(epsilon) is turned round: f behind the step minus f before it.": (
            ("f(theta + step) - f(theta - step)", "f(theta - step) - f(theta + step)")
        ),
        "D(2 epsilon) has the wrong sign: it is f behind the step minus f before it, and is taken"
        " away.": (
            ("f(theta + 2 * step) - f(theta - 2 * step)",
             "f(theta - 2 * step) - f(theta + 2 * step)")
        ),
        "D(epsilon) is two-sided: the second point is theta - step, not theta.": (
            ("f(theta - step)", "f(theta)")
        ),
        "D(epsilon) is two-sided: the first point is theta + step, not theta.": (
            ("f(theta + step)", "f(theta)")
        ),
        "D(2 epsilon) is two-sided: the second point is theta - 2 * step, not theta.": (
            ("f(theta - 2 * step)", "f(theta)")
        ),
        "D(2 epsilon) is two-sided: the first point is theta + 2 * step, not theta.": (
            ("f(theta + 2 * step)", "f(theta)")
        ),
        "The points of D(2 epsilon) are two steps away on both sides; your first is one step.": (
            ("f(theta + 2 * step)", "f(theta + step)")
        ),
        "The points of D(2 epsilon) are two steps away on both sides; your second is one step.": (
            ("f(theta - 2 * step)", "f(theta - step)")
        ),
        "D(2 epsilon) needs points two steps away: yours are one step from theta.": (
            ("f(theta + 2 * step) - f(theta - 2 * step)", "f(theta + step) - f(theta - step)")
        ),
        "D(epsilon) lacks its second point, theta - step.": (" - f(theta - step)", ""),
        "D(2 epsilon) lacks its second point, theta - 2 * step.": (" - f(theta - 2 * step)", ""),
        "D(epsilon) counts four times: 4 * D(epsilon) - D(2 epsilon).": (
            ("4 * near - wide", "near - wide")
        ),
        "D(2 epsilon) is missing in the end: it is taken away from 4 * D(epsilon).": (
            ("4 * near - wide", "4 * near")
        ),
        "You moved all coordinates at once, so every entry is the sum of all slopes.": (
            ("step[i] = epsilon", "step[:] = epsilon")
        ),
        "The step keeps its earlier entries, so entry i is the sum of all slopes up to i: start"
        " each coordinate with a step of zeros.": (
            ("step[i] = epsilon", "step[: i + 1] = epsilon")
        ),
        "A step was not taken back before the next: later entries are slopes at another point.": (
            _never_put_back
        ),
        "You moved the entries of theta itself and left them there: work on a copy, or put each"
        " entry back.": _never_copied,
    },
)  # fmt: skip


# --- 6.3 ------------------------------------------------------------------------------------------


def _error_of_logits(A, Y):
    """dZ (1, m), the 1/m included, of the mean cross-entropy, from A and Y (1, m).

    Some A are exactly 0 or 1, with either label. No NaN, no warning, and no gradient lost.
    """
    return (A - Y) / Y.shape[1]


def _some_certain(random_state):
    m = random_state.randint(7, 12)
    A, Y = random_state.uniform(0.05, 0.95, size=(1, m)), np.zeros((1, m))
    A[0, :4] = [0, 0, 1, 1]
    Y[0, :4] = [1, 0, 0, 1]
    Y[0, 4:] = random_state.rand(m - 4) > 0.5
    order = random_state.permutation(m)
    return A[:, order], Y[:, order]


def _two_factors(A, Y):
    """The slope of the loss times that of the sigmoid: NaN where A is 0 or 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return -(Y / A - (1 - Y) / (1 - A)) * A * (1 - A)


def _nan_to_zero(A, Y):
    """The NaN is replaced, and what it stood for is lost."""
    return np.nan_to_num(_two_factors(A, Y)) / Y.shape[1]


def _clipped(A, Y):
    """A is moved away from 0 and 1."""
    return _two_factors(np.clip(A, 1e-8, 1 - 1e-8), Y) / Y.shape[1]


error_of_logits = Exercise(
    "6.3",
    "Bug hunt: the answer that was too sure",
    _error_of_logits,
    inputs=_some_certain,
    corners={
        "one example, exactly wrong": (np.array([[0.0]]), np.array([[1.0]])),
        "exactly right": (np.array([[0.0, 1.0, 0.5]]), np.array([[0.0, 1.0, 1.0]])),
    },
    hints=[
        "Where does the NaN come from? Look at one entry with A = 0 and Y = 1, factor by factor.",
        "One factor is infinite and the other is 0. Multiply them on paper, before the computer has"
        " to.",
        "A (1 - A) times -Y/A is -Y (1 - A), and so on. Chapter 1 has done it: what is left is the"
        " error itself.",
    ],
    mistakes={
        "This is the exhibit as it was: 0 divided by 0 where A is exactly right, and infinity times"
        " 0 where it is exactly wrong.": (
            ("(A - Y)", "-(Y / A - (1 - Y) / (1 - A)) * A * (1 - A)")
        ),
        "The NaN is gone and the gradient with it, replaced or kept out by a small number in the"
        " denominators: the answers that were surely wrong now have the error 0, and learn nothing."
        " Cancel the factors in place of hiding the NaN.": _nan_to_zero,
        "You hid the NaN, and the warnings are still there: cancel the factors, then nothing is"
        " divided by 0.": (
            ("(A - Y)", "np.nan_to_num(-(Y / A - (1 - Y) / (1 - A)) * A * (1 - A))")
        ),
        "A was moved away from 0 and 1, and now it is nearly right: by as much as A was moved."
        " Multiply the factors on paper, and nothing has to be moved.": _clipped,
        "A - Y is right for one example; the cost is the mean of m losses, so divide by m.": (
            (" / Y.shape[1]", "")
        ),
        "The sign is turned: the error is A - Y, what was said minus what is true.": (
            ("A - Y", "Y - A")
        ),
        "A - Y holds the slope of the sigmoid already: multiplied by A (1 - A) once more, it is 0"
        " for the answers that were surely wrong.": (("(A - Y)", "(A - Y) * A * (1 - A)")),
        "This is dA with its infinities cut off: dZ is one factor further.": (
            ("(A - Y)", "(np.clip(A, 1e-12, 1 - 1e-12) - Y) / np.clip(A * (1 - A), 1e-12, 1)")
        ),
    },
)


# --- 6.4 ------------------------------------------------------------------------------------------


def _tanh_layer_backward(dA, A_prev, W, A, strength):
    """dA_prev, dW and db of A = tanh(W A_prev + b), with the L2 penalty strength / 2m * sum W**2.

    dA is that of the mean cost: it holds the 1/m. W (n, n_prev), A_prev (n_prev, m), A and dA
    (n, m).
    """
    m = A.shape[1]
    dZ = dA * (1 - A**2)
    dW = dZ @ A_prev.T + strength / m * W
    db = np.sum(dZ, axis=1, keepdims=True)
    return W.T @ dZ, dW, db


def _tanh_layer(random_state, sizes=None, strength=None):
    n, n_prev, m = random_state.permutation([2, 3, 4, 5, 6])[:3] if sizes is None else sizes
    W, A_prev = random_state.randn(n, n_prev), random_state.randn(n_prev, m)
    A = np.tanh(W @ A_prev + random_state.randn(n, 1))
    if strength is None:
        strength = float(random_state.uniform(0.5, 2))
    return random_state.randn(n, m) / m, A_prev, W, A, strength


_SLOPE = ("dA * (1 - A**2)", "1 - A**2")
_MEAN = ("dZ @ A_prev.T", "dZ @ A_prev.T / m")
_SUM = ("strength / m * W", "strength * W")

tanh_layer_backward = Exercise(
    "6.4",
    "Bug hunt: a tanh layer with three slips",
    _tanh_layer_backward,
    results=("dA_prev", "dW", "db"),
    inputs=_tanh_layer,
    corners={
        "no penalty": lambda random_state: _tanh_layer(random_state, strength=0.0),
        "one unit": lambda random_state: _tanh_layer(random_state, (1, 3, 4)),
        "one example": lambda random_state: _tanh_layer(random_state, (3, 2, 1)),
    },
    hints=[
        "Go line by line. In the first, what does the chain rule multiply the slope of tanh by?",
        "How often has the sum over the examples been divided by m, when dA holds the 1/m already?",
        "The penalty is strength / 2m * sum of W**2. What is its derivative by one weight?",
    ],
    mistakes={
        "This is the exhibit as it was, all three slips in place.": (_SLOPE, _MEAN, _SUM),
        "One mended, two to go: dZ now has its dA. Count the divisions by m, and look at the"
        " penalty.": (_MEAN, _SUM),
        "Two mended, one to go: the penalty is strength / 2m times the squares, so its share of dW"
        " is strength / m * W.": _SUM,
        "Two mended, one to go: dA holds the 1/m already, so dW is not divided by m again.": _MEAN,
        "Two mended, one to go: dZ is the slope of tanh times dA.": _SLOPE,
        "One mended, the 1/m; dZ still lacks dA, and the penalty its 1/m.": (_SLOPE, _SUM),
        "One mended, the penalty; dZ still lacks dA, and dW is divided by m once too often.": (
            _SLOPE,
            _MEAN,
        ),
        "The penalty is gone altogether: it adds strength / m * W to dW.": (
            (" + strength / m * W", "")
        ),
        "The derivative of a square brings a factor 2, and the 1/2 was there to meet it: strength /"
        " m * W, not strength / 2m * W.": (("strength / m * W", "strength / (2 * m) * W")),
        "The derivative of a square brings a factor 2, and the 1/2 takes it away again: strength /"
        " m * W, not 2 strength / m * W.": (("strength / m * W", "2 * strength / m * W")),
        "The penalty's slope points away from zero: add it, do not subtract it.": (
            ("+ strength", "- strength")
        ),
        "You divided all of dW by m, and the data's share has its 1/m already.": (
            ("dZ @ A_prev.T + strength / m * W", "(dZ @ A_prev.T + strength / m * W) / m")
        ),
        "dW is right, and db is now divided by m twice: dA holds the 1/m already.": (
            ("np.sum(dZ, axis=1, keepdims=True)", "np.mean(dZ, axis=1, keepdims=True)")
        ),
        "1 - A is not the slope of tanh: 1 - A**2 is.": (("1 - A**2", "1 - A")),
        "You took tanh of A, which has been through tanh already: the slope is 1 - A**2.": (
            ("1 - A**2", "1 - np.tanh(A) ** 2")
        ),
        "You handed dA back instead of dZ: the activation lies between dA and W.": (
            ("W.T @ dZ", "W.T @ dA")
        ),
    },
)


# --- 6.5 ------------------------------------------------------------------------------------------


def _dropout_both_ways(A, dA, keep_prob, random_state):
    """Inverted dropout of A (n, m), and dA (n, m) on its way back through it: two arrays.

    A and dA are float32, and so is what is returned. The mask is drawn once, from random_state, as
    `random_state.rand(*A.shape) < keep_prob`.
    """
    mask = random_state.rand(*A.shape) < keep_prob
    return A * mask / keep_prob, dA * mask / keep_prob


def _activations(random_state, sizes=None, keep_prob=None):
    n, m = random_state.permutation([3, 4, 5, 6])[:2] if sizes is None else sizes
    A, dA = (random_state.randn(n, m).astype(np.float32) for _ in range(2))
    seed = random_state.randint(100, 1000)
    if keep_prob is None:
        keep_prob = float(random_state.uniform(0.4, 0.7))
    return A, dA, keep_prob, np.random.RandomState(seed)


_SEEDED = ("random_state.rand(*A.shape)", "np.random.RandomState(1).rand(*A.shape)")
_WHOLE = ("return A * mask", "mask = np.int64(mask)\n    return A * mask")
_BACK = ("dA * mask / keep_prob", "dA * mask")
_AHEAD = ("A * mask / keep_prob, ", "A * mask, ")

dropout_both_ways = Exercise(
    "6.5",
    "Bug hunt: dropout that forgets nothing",
    _dropout_both_ways,
    results=("the output", "the gradient"),
    inputs=_activations,
    corners={
        "nothing is dropped": lambda random_state: _activations(random_state, keep_prob=1.0),
        "one example": lambda random_state: _activations(random_state, (8, 1)),
    },
    hints=[
        "Call the exhibit twice with two different random states. Are the masks different?",
        "What goes forward as A * mask / keep_prob has the slope mask / keep_prob.",
        "Which dtype has np.float32 times np.int64, as arrays? And times booleans?",
    ],
    mistakes={
        "Two mended, one to go: the generator is seeded inside, so the same units are dropped at"
        " every call. That is a thinner net, not dropout.": _SEEDED,
        "Two mended, one to go: forward divides by keep_prob, so the slope does too.": _BACK,
        "One mended, the dtype; the mask is still the same at every call, and the gradient lacks"
        " the 1/keep_prob.": (_SEEDED, _BACK),
        "Two mended, one to go: float32 has become float64. A mask of 64-bit numbers does that,"
        " whole or not; a boolean mask does not.": _WHOLE,
        "One mended, the stream; the gradient lacks the 1/keep_prob, and whole numbers make float64"
        " of float32.": (_WHOLE, _BACK),
        "One mended, the 1/keep_prob; the mask is still the same at every call, and float64.": (
            _SEEDED,
            _WHOLE,
        ),
        "This is the exhibit as it was, all three slips in place.": (_SEEDED, _WHOLE, _BACK),
        "You draw a second mask on the way back: the gradient goes through the units that were"
        " kept, and no others.": (("dA * mask", "dA * (random_state.rand(*A.shape) < keep_prob)")),
        "You keep what is to be dropped: a unit is kept where its number is below keep_prob.": (
            ("< keep_prob", ">= keep_prob")
        ),
        "`rand`, uniform from 0 to 1, is below keep_prob with just that probability; `randn` is"
        " not.": (("random_state.rand(", "random_state.randn(")),
        "You dropped whole units, the same for all examples: the mask has a number for each entry"
        " of A.": (("rand(*A.shape)", "rand(len(A), 1)")),
        "Neither way divides by keep_prob: the outputs are too small on average.": (
            ("A * mask / keep_prob, dA * mask / keep_prob", "A * mask, dA * mask")
        ),
        "The gradient is divided by keep_prob and the output is not: they belong together.": (
            _AHEAD
        ),
    },
)


# --- 6.6 ------------------------------------------------------------------------------------------


def _suspects(shapes, analytic, numerical):
    """The names of the arrays whose own relative difference exceeds 1e-5: a list, in order.

    shapes: a dictionary from an array's name to its shape, in the order in which the arrays lie in
    the flat vectors analytic and numerical. Two arrays of zeros agree.
    """
    found, start = [], 0
    for name, shape in shapes.items():
        stop = start + int(np.prod(shape))
        a, b = analytic[start:stop], numerical[start:stop]
        size = np.linalg.norm(a) + np.linalg.norm(b)
        if size > 0 and np.linalg.norm(a - b) / size > 1e-5:
            found.append(name)
        start = stop
    return found


def _two_gradients(random_state):
    widths = random_state.permutation([2, 3, 4, 5, 6])[:4]
    shapes = {}
    for l in (1, 2, 3):
        shapes[f"W{l}"] = (int(widths[l]), int(widths[l - 1]))
        shapes[f"b{l}"] = (int(widths[l]), 1)
    names = random_state.permutation(list(shapes))
    # Large and right, turned, wrong by a little, small and right, small and wrong, and zero.
    sizes = dict(zip(names, [1e3, 1.0, 1.0, 1e-5, 1e-5, 0.0], strict=True))
    off = dict(zip(names, [1.4e-5, 2.0, 1e-4, 1e-6, 1e-2, 0.0], strict=True))
    parts = {name: sizes[name] * random_state.randn(np.prod(s)) for name, s in shapes.items()}
    ours = {name: part * (1 - off[name]) for name, part in parts.items()}
    parts[names[3]][0], ours[names[3]][0] = 0, 1e-14  # round-off where the slope is zero
    return shapes, np.concatenate([*ours.values()]), np.concatenate([*parts.values()])


_TEST = "size > 0 and np.linalg.norm(a - b) / size > 1e-5"

suspects = Exercise(
    "6.6",
    "Which arrays are wrong",
    _suspects,
    inputs=_two_gradients,
    corners={
        "all zeros": ({"W1": (2, 3), "b1": (2, 1)}, np.zeros(8), np.zeros(8)),
        "backward gives zeros": ({"W1": (1, 2), "b1": (1, 1)}, np.zeros(3), np.array([0, 0, 0.5])),
        "all agree": ({"W1": (1, 2)}, np.array([1.0, 2.0]), np.array([1.0, 2.0])),
    },
    hints=[
        "How many entries of the vectors belong to an array of shape (3, 4)? Where does the next"
        " array start?",
        "Cut both vectors from `start` to `start + np.prod(shape)`, compare, move `start` on.",
        "Compare with `relative_difference` of lib.gradient_check; mind the array of zeros.",
    ],
    mistakes={
        "You divided by the length of the whole gradient: a small array that is wrong hides behind"
        " the large ones. Give each array its own relative difference.": (
            ("np.linalg.norm(a) + np.linalg.norm(b)",
             "np.linalg.norm(analytic) + np.linalg.norm(numerical)")
        ),
        "You looked at the absolute difference: a large array that is right differs by more than a"
        " small one that is wrong.": (_TEST, "np.linalg.norm(a - b) > 1e-5"),
        "You cut every array from the beginning of the vectors: the next starts where this one"
        " ends.": ("start = stop", "start = 0"),
        "These are the arrays that agree: the others are wanted.": (
            (_TEST, "size == 0 or np.linalg.norm(a - b) / size <= 1e-5")
        ),
        "You compared lengths: an array whose signs are turned would pass.": (
            ("np.linalg.norm(a - b)", "abs(np.linalg.norm(a) - np.linalg.norm(b))")
        ),
        "You stopped at the first: name all of them.": ("return found", "return found[:1]"),
        "You judged entry by entry: where a slope is nearly 0, its measurement is all round-off."
        " Compare the lengths of whole arrays.": (
            (_TEST, "np.any(np.abs(a - b) > 1e-5 * (np.abs(a) + np.abs(b)))")
        ),
        "You divided by one length: the relative difference divides by the sum of both.": (
            (_TEST, "np.linalg.norm(a - b) > 1e-5 * np.linalg.norm(b)")
        ),
        "You took a difference of 1e-7 for the border: up to 1e-5 it may be round-off.": (
            ("1e-5", "1e-7")
        ),
        "You took a difference of 1e-3 for the border: between 1e-5 and 1e-3 something may be"
        " wrong, too.": ("1e-5", "1e-3"),
    },
)  # fmt: skip
