"""Exercises of chapter 6: gradient checking. Three of them hunt bugs of published programs."""

import numpy as np

from lib.exercises import exercise


class _Cubic:
    """The function (c·theta)**3 of a vector, which says what it is when it is shown."""

    def __init__(self, c):
        self.c = c

    def __call__(self, theta):
        return float(self.c @ theta) ** 3

    def __repr__(self):
        return f"the cube of c @ theta with c = {np.round(self.c, 2)}"


def _nudged(theta, i, by):
    """A copy of ``theta`` with ``by`` added to its entry ``i``."""
    moved = np.array(theta)
    moved[i] += by
    return moved


def _each(slope):
    """The gradient whose entry i is ``slope(f, theta, epsilon, i)``."""

    def measure(f, theta, epsilon):
        return np.array([slope(f, theta, epsilon, i) for i in range(len(theta))])

    return measure


def _never_put_back(f, theta, epsilon):
    """Both nudges stay: each coordinate is measured at another point than the one before."""
    moved, gradient = np.array(theta), np.zeros(len(theta))
    for i in range(len(theta)):
        moved[i] += epsilon
        up = f(moved)
        moved[i] -= 2 * epsilon
        gradient[i] = (up - f(moved)) / (2 * epsilon)
    return gradient


def _never_copied(f, theta, epsilon):
    """The nudges are made in the reader's own vector, and stay there."""
    gradient = np.zeros(len(theta))
    for i in range(len(theta)):
        theta[i] += epsilon
        up = f(theta)
        theta[i] -= 2 * epsilon
        gradient[i] = (up - f(theta)) / (2 * epsilon)
    return gradient


def _never_emptied(f, theta, epsilon):
    """The step keeps its earlier entries: each slope is that along several coordinates."""
    step, gradient = np.zeros_like(theta), np.zeros_like(theta)
    for i in range(len(theta)):
        step[i] = epsilon
        gradient[i] = (f(theta + step) - f(theta - step)) / (2 * epsilon)
    return gradient


@exercise("6.1", "Ten lines")
class measured_gradient:
    """The two-sided numerical gradient of f at the vector theta (n,); theta itself is left alone.

    f takes a vector (n,) and returns a number; epsilon is the step.
    """

    def inputs(random_state):
        n = random_state.randint(3, 7)
        c, theta = random_state.uniform(1, 3, size=n), random_state.uniform(1, 2, size=n)
        return _Cubic(c), theta, 0.01

    def solution(f, theta, epsilon):
        gradient = np.zeros_like(theta)
        for i in range(len(theta)):
            step = np.zeros_like(theta)
            step[i] = epsilon
            gradient[i] = (f(theta + step) - f(theta - step)) / (2 * epsilon)
        return gradient

    hints = [
        "One coordinate at a time: make a vector `step` that is zero but for entry i.",
        "Call f twice, at `theta + step` and at `theta - step`. How far apart are these points?",
        "They are 2 * epsilon apart, and a division by two factors needs brackets.",
    ]
    mistakes = {
        "This is the one-sided difference, f(theta + step) - f(theta) over epsilon: its error"
        " shrinks with epsilon and not with its square.": _each(
            lambda f, t, e, i: (f(_nudged(t, i, e)) - f(t)) / e
        ),
        "This is one-sided too, to the left: use f at theta + step and at theta - step.": _each(
            lambda f, t, e, i: (f(t) - f(_nudged(t, i, -e))) / e
        ),
        "Everything is twice too large: the two points are 2 * epsilon apart.": _each(
            lambda f, t, e, i: (f(_nudged(t, i, e)) - f(_nudged(t, i, -e))) / e
        ),
        "Everything is half of what it needs to be: with f(theta) in the middle the points are one"
        " epsilon apart; divide by 2 * epsilon for the outer two.": _each(
            lambda f, t, e, i: (f(_nudged(t, i, e)) - f(t)) / (2 * e)
        ),
        "You divided by 2 and then multiplied by epsilon: write `/ (2 * epsilon)`.": _each(
            lambda f, t, e, i: (f(_nudged(t, i, e)) - f(_nudged(t, i, -e))) / 2 * e
        ),
        "The signs are turned: the value at theta + step comes first.": _each(
            lambda f, t, e, i: (f(_nudged(t, i, -e)) - f(_nudged(t, i, e))) / (2 * e)
        ),
        "You moved all coordinates at once, so every entry is the sum of all slopes.": _each(
            lambda f, t, e, i: (f(t + e) - f(t - e)) / (2 * e)
        ),
        "A step was not taken back before the next: later entries are slopes at another point.": (
            _never_put_back
        ),
        "The step keeps its earlier entries, so entry i is the sum of all slopes up to i: start"
        " each coordinate with a step of zeros.": _never_emptied,
        "You moved the entries of theta itself and left them there: work on a copy, or put each"
        " entry back.": _never_copied,
    }


def _norm(v):
    return np.sqrt(np.sum(v * v))


@exercise("6.2", "A difference without a unit")
class how_different:
    """The relative difference of two vectors (n,), a number from 0 to 1: the length of a - b over
    the sum of the lengths of a and b.
    """

    def inputs(random_state):
        n = random_state.randint(3, 8)
        a = random_state.randn(n) * 10.0 ** random_state.randint(-3, 4)
        return a, a * (1 + 0.3 * random_state.randn(n))

    def solution(a, b):
        return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))

    hints = [
        "`np.linalg.norm(v)` is the length of v, the root of the sum of its squares.",
        "Three lengths: of a - b, of a and of b. The last two are added in brackets.",
    ]
    mistakes = {
        "This is the length of the difference alone. Is 0.001 much? That depends on how long the"
        " gradients are: divide.": lambda a, b: _norm(a - b),
        "You compared the lengths: two vectors of one length may point in different directions.": (
            lambda a, b: abs(_norm(a) - _norm(b)) / (_norm(a) + _norm(b))
        ),
        "You divided by the first length and added the second: the sum needs brackets.": (
            lambda a, b: _norm(a - b) / _norm(a) + _norm(b)
        ),
        "You divided by the length of a alone: then it matters which of the two comes first.": (
            lambda a, b: _norm(a - b) / _norm(a)
        ),
        "You divided by the length of b alone: then it matters which of the two comes first.": (
            lambda a, b: _norm(a - b) / _norm(b)
        ),
        "You divided by the length of a + b, which is small for opposite vectors: add the lengths,"
        " not the vectors.": lambda a, b: _norm(a - b) / _norm(a + b),
        "The squares are still there: a length is the root of the sum of the squares.": (
            lambda a, b: np.sum((a - b) ** 2) / (np.sum(a**2) + np.sum(b**2))
        ),
        "You took one root of the squares of both: root each length, then add the two.": (
            lambda a, b: np.sqrt(np.sum((a - b) ** 2) / (np.sum(a**2) + np.sum(b**2)))
        ),
        "You divided by the longer one of the two. That is in use too, and up to twice as much; the"
        " borders here are meant for the sum of both lengths.": (
            lambda a, b: _norm(a - b) / max(_norm(a), _norm(b))
        ),
        "You took the sum of the absolute values for a length: square, add, take the root.": (
            lambda a, b: np.sum(np.abs(a - b)) / (np.sum(np.abs(a)) + np.sum(np.abs(b)))
        ),
        "You averaged the relative differences of the entries: then an entry that is nearly 0, and"
        " is all round-off, counts as much as the largest.": (
            lambda a, b: np.mean(np.abs(a - b) / (np.abs(a) + np.abs(b)))
        ),
        "This is twice the relative difference: the mean of the lengths is not their sum.": (
            lambda a, b: 2 * _norm(a - b) / (_norm(a) + _norm(b))
        ),
    }


def _two_factors(A, Y):
    """The slope of the loss and that of the sigmoid, as published: NaN where A is 0 or 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return -(Y / A - (1 - Y) / (1 - A)) * A * (1 - A)


@exercise("6.3", "Bug hunt: the answer that was too sure")
class error_of_logits:
    """dZ (1, m) of the mean cross-entropy, from probabilities A (1, m) and labels Y (1, m).

    Some entries of A are exactly 0 or exactly 1, some of them for the wrong label; dZ is finite
    everywhere, and holds the 1/m of the mean.
    """

    def inputs(random_state):
        m = random_state.randint(6, 10)
        A, Y = random_state.uniform(0.05, 0.95, size=(1, m)), np.zeros((1, m))
        A[0, :4] = [0, 0, 1, 1]
        Y[0, :4] = [1, 0, 0, 1]
        Y[0, 4:] = random_state.rand(m - 4) > 0.5
        order = random_state.permutation(m)
        return A[:, order], Y[:, order]

    def solution(A, Y):
        return (A - Y) / Y.shape[1]

    hints = [
        "Where does the NaN come from? Look at one entry with A = 0 and Y = 1, factor by factor.",
        "One factor is infinite and the other is 0. Multiply them on paper, before the computer has"
        " to.",
        "A (1 - A) times -Y/A is -Y (1 - A), and so on. Chapter 1 has done it: what is left is the"
        " error itself.",
    ]
    mistakes = {
        "This is the exhibit as it was: 0 divided by 0 where A is exactly right, and infinity times"
        " 0 where it is exactly wrong.": lambda A, Y: (
            -(Y / A - (1 - Y) / (1 - A)) * A * (1 - A) / Y.shape[1]
        ),
        "The NaN is gone and the gradient with it: the answers that were surely wrong now have the"
        " error 0, and learn nothing. Cancel the factors in place of hiding the NaN.": (
            lambda A, Y: np.nan_to_num(_two_factors(A, Y)) / Y.shape[1]
        ),
        "You hid the NaN, and the warnings are still there: cancel the factors, then nothing is"
        " divided by 0.": lambda A, Y: (
            np.nan_to_num(-(Y / A - (1 - Y) / (1 - A)) * A * (1 - A)) / Y.shape[1]
        ),
        "A small number in the denominators, and A (1 - A) is still exactly 0 beside it: the"
        " answers that were surely wrong learn nothing.": lambda A, Y: (
            -(Y / (A + 1e-8) - (1 - Y) / (1 - A + 1e-8)) * A * (1 - A) / Y.shape[1]
        ),
        "A was moved away from 0 and 1, and now it is nearly right: by as much as A was moved."
        " Multiply the factors on paper, and nothing has to be moved.": lambda A, Y: (
            _two_factors(np.clip(A, 1e-8, 1 - 1e-8), Y) / Y.shape[1]
        ),
        "A - Y is right for one example; the cost is the mean of m losses, so divide by m.": (
            lambda A, Y: A - Y
        ),
        "The sign is turned: the error is A - Y, what was said minus what is true.": (
            lambda A, Y: (Y - A) / Y.shape[1]
        ),
        "A - Y holds the slope of the sigmoid already: multiplied by A (1 - A) once more, it is 0"
        " for the answers that were surely wrong.": lambda A, Y: (A - Y) * A * (1 - A) / Y.shape[1],
        "This is dA with its infinities cut off: dZ is one factor further.": lambda A, Y: (
            -(Y / np.clip(A, 1e-12, 1 - 1e-12) - (1 - Y) / (1 - np.clip(A, 1e-12, 1 - 1e-12)))
            / Y.shape[1]
        ),
    }


def _tanh_layer(gate=True, mean=False, decay="right", bias_mean=False, hand_on=False):
    """The backward pass of exercise 6.4 with some of its slips: an implementation."""

    def backward(dA, A_prev, W, A, strength):
        m = A.shape[1]
        dZ = dA * (1 - A * A) if gate is True else gate(dA, A)
        shares = {"right": strength / m, "sum": strength, "half": strength / (2 * m)}
        shares |= {"none": 0, "minus": -strength / m, "mean of it": strength / m**2}
        shares |= {"double": 2 * strength / m}
        dW = dZ @ A_prev.T / (m if mean else 1) + shares[decay] * W
        db = np.sum(dZ, axis=1, keepdims=True) / (m if bias_mean else 1)
        return W.T @ (dA if hand_on else dZ), dW, db

    return backward


def _slope_alone(dA, A):
    return 1 - A * A


@exercise("6.4", "Bug hunt: a tanh layer with three slips")
class tanh_layer_backward:
    """dA_prev, dW and db of A = tanh(W A_prev + b), with the L2 penalty strength / 2m * sum W**2.

    dA is that of the mean cost: it holds the 1/m. W (n, n_prev), A_prev (n_prev, m), A and dA
    (n, m).
    """

    results = ("dA_prev", "dW", "db")

    def inputs(random_state):
        n, n_prev, m = random_state.permutation([2, 3, 4, 5, 6])[:3]
        W, A_prev = random_state.randn(n, n_prev), random_state.randn(n_prev, m)
        A = np.tanh(W @ A_prev + random_state.randn(n, 1))
        return random_state.randn(n, m) / m, A_prev, W, A, float(random_state.uniform(0.5, 2))

    def solution(dA, A_prev, W, A, strength):
        m = A.shape[1]
        dZ = dA * (1 - A**2)
        dW = dZ @ A_prev.T + strength / m * W
        db = np.sum(dZ, axis=1, keepdims=True)
        return W.T @ dZ, dW, db

    hints = [
        "Go line by line. In the first, what does the chain rule multiply the slope of tanh by?",
        "How often has the sum over the examples been divided by m, when dA holds the 1/m already?",
        "The penalty is strength / 2m * sum of W**2. What is its derivative by one weight?",
    ]
    mistakes = {
        "This is the exhibit as it was, all three slips in place.": _tanh_layer(
            _slope_alone, True, "sum"
        ),
        "One mended, two to go: dZ now has its dA. Count the divisions by m, and look at the"
        " penalty.": _tanh_layer(True, True, "sum"),
        "Two mended, one to go: the penalty is strength / 2m times the squares, so its share of dW"
        " is strength / m * W.": _tanh_layer(True, False, "sum"),
        "Two mended, one to go: dA holds the 1/m already, so dW is not divided by m again.": (
            _tanh_layer(True, True)
        ),
        "Two mended, and the one left is the published one: dZ is the slope of tanh times dA.": (
            _tanh_layer(_slope_alone)
        ),
        "One mended, the 1/m; dZ still lacks dA, and the penalty its 1/m.": _tanh_layer(
            _slope_alone, False, "sum"
        ),
        "One mended, the penalty; dZ still lacks dA, and dW is divided by m once too often.": (
            _tanh_layer(_slope_alone, True)
        ),
        "The penalty is gone altogether: it adds strength / m * W to dW.": _tanh_layer(
            decay="none"
        ),
        "The derivative of a square brings a factor 2, and the 1/2 was there to meet it: strength /"
        " m * W, not strength / 2m * W.": _tanh_layer(decay="half"),
        "The derivative of a square brings a factor 2, and the 1/2 takes it away again: strength /"
        " m * W, not 2 strength / m * W.": _tanh_layer(decay="double"),
        "The penalty pushes weights away from zero: add it, do not subtract it.": _tanh_layer(
            decay="minus"
        ),
        "You divided all of dW by m, and the data's share has its 1/m already.": _tanh_layer(
            True, True, "mean of it"
        ),
        "dW is right, and db is now divided by m twice: dA holds the 1/m already.": _tanh_layer(
            bias_mean=True
        ),
        "1 - A is not the slope of tanh: 1 - A**2 is.": _tanh_layer(lambda dA, A: dA * (1 - A)),
        "You took tanh of A, which has been through tanh already: the slope is 1 - A**2.": (
            _tanh_layer(lambda dA, A: dA * (1 - np.tanh(A) ** 2))
        ),
        "You handed dA back instead of dZ: the bend lies between dA and W.": _tanh_layer(
            hand_on=True
        ),
    }


def _dropout(stream=None, draw=None, whole=False, forward=True, backward=True, again=False):
    """Dropout with some of the slips of exercise 6.5: an implementation."""

    def implementation(A, dA, keep_prob, random_state):
        random_state = stream() if stream else random_state
        kept = draw or (lambda rs: rs.rand(*A.shape) < keep_prob)
        mask = kept(random_state) if draw is None else kept(random_state, A, keep_prob)
        second = random_state.rand(*A.shape) < keep_prob if again else mask
        if whole:
            mask, second = np.int64(mask), np.int64(second)
        ahead = A * mask / keep_prob if forward else A * mask
        back = dA * second / keep_prob if backward else dA * second
        return ahead, back

    return implementation


def _seeded():
    return np.random.RandomState(1)


@exercise("6.5", "Bug hunt: dropout that forgets nothing")
class dropout_both_ways:
    """Inverted dropout of A (n, m), and dA (n, m) on its way back through it: two arrays.

    A and dA are float32, and so is what is returned. The mask is drawn once, from random_state, as
    `random_state.rand(*A.shape) < keep_prob`.
    """

    results = ("the output", "the gradient")

    def inputs(random_state):
        n, m = random_state.permutation([3, 4, 5, 6])[:2]
        A, dA = (random_state.randn(n, m).astype(np.float32) for _ in range(2))
        seed = random_state.randint(100, 1000)
        return A, dA, float(random_state.uniform(0.4, 0.7)), np.random.RandomState(seed)

    def solution(A, dA, keep_prob, random_state):
        mask = random_state.rand(*A.shape) < keep_prob
        return A * mask / keep_prob, dA * mask / keep_prob

    hints = [
        "Call the exhibit twice with two different random states. Are the masks different?",
        "What goes forward as A * mask / keep_prob has the slope mask / keep_prob.",
        "Which dtype has np.float32 times np.int64, as arrays? And times booleans?",
    ]
    mistakes = {
        "Two mended, one to go: the generator is seeded inside, so the same units are dropped at"
        " every call. That is a thinner net, not dropout.": _dropout(_seeded),
        "Two mended, one to go: forward divides by keep_prob, so the slope does too.": _dropout(
            backward=False
        ),
        "One mended, the dtype; the mask is still the same at every call, and the gradient lacks"
        " the 1/keep_prob.": _dropout(_seeded, backward=False),
        "Two mended, one to go: float32 has become float64. A mask of 64-bit numbers does that,"
        " whole or not; a boolean mask does not.": _dropout(whole=True),
        "One mended, the stream; the gradient lacks the 1/keep_prob, and whole numbers make float64"
        " of float32.": _dropout(whole=True, backward=False),
        "One mended, the 1/keep_prob; the mask is still the same at every call, and float64.": (
            _dropout(_seeded, whole=True)
        ),
        "This is the exhibit as it was, all three slips in place.": _dropout(
            _seeded, whole=True, backward=False
        ),
        "You draw a second mask on the way back: the gradient goes through the units that were"
        " kept, and no others.": _dropout(again=True),
        "You keep what is to be dropped: a unit is kept where its number is below keep_prob.": (
            _dropout(draw=lambda rs, A, keep_prob: rs.rand(*A.shape) >= keep_prob)
        ),
        "`rand`, uniform from 0 to 1, is below keep_prob with just that probability; `randn` is"
        " not.": _dropout(draw=lambda rs, A, keep_prob: rs.randn(*A.shape) < keep_prob),
        "You dropped whole units, the same for all examples: the mask has a number for each entry"
        " of A.": _dropout(draw=lambda rs, A, keep_prob: rs.rand(len(A), 1) < keep_prob),
        "Neither way divides by keep_prob: the outputs are too small in the mean.": _dropout(
            forward=False, backward=False
        ),
        "The gradient is divided by keep_prob and the output is not: they belong together.": (
            _dropout(forward=False)
        ),
    }


def _pieces(shapes, *vectors):
    """(name, pieces of the vectors) for each array, in order."""
    start = 0
    for name, shape in shapes.items():
        stop = start + int(np.prod(shape))
        yield name, [v[start:stop] for v in vectors]
        start = stop


def _suspects(alarm):
    """The names whose pieces ``alarm(a, b)`` finds wrong."""

    def find(shapes, analytic, numerical):
        return [name for name, (a, b) in _pieces(shapes, analytic, numerical) if alarm(a, b)]

    return find


def _relative(a, b):
    size = _norm(a) + _norm(b)
    return _norm(a - b) / size if size else 0.0


def _restart(shapes, analytic, numerical):
    """Each piece is cut from the beginning of the vector."""
    sizes = {name: int(np.prod(shape)) for name, shape in shapes.items()}
    return [n for n, k in sizes.items() if _relative(analytic[:k], numerical[:k]) > 1e-5]


def _of_the_whole(shapes, analytic, numerical):
    """An array's difference is compared with the length of the whole gradient."""
    whole = _norm(analytic) + _norm(numerical)
    pieces = _pieces(shapes, analytic, numerical)
    return [name for name, (a, b) in pieces if _norm(a - b) / whole > 1e-5]


@exercise("6.6", "Which arrays are wrong")
class suspects:
    """The names of the arrays whose own relative difference exceeds 1e-5: a list, in order.

    shapes: a dictionary from an array's name to its shape, in the order in which the arrays lie in
    the flat vectors analytic and numerical. Two arrays of zeros agree.
    """

    arguments = ("shapes", "analytic", "numerical")

    def inputs(random_state):
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

    def solution(shapes, analytic, numerical):
        found, start = [], 0
        for name, shape in shapes.items():
            stop = start + int(np.prod(shape))
            a, b = analytic[start:stop], numerical[start:stop]
            size = np.linalg.norm(a) + np.linalg.norm(b)
            if size > 0 and np.linalg.norm(a - b) / size > 1e-5:
                found.append(name)
            start = stop
        return found

    hints = [
        "How many entries of the vectors belong to an array of shape (3, 4)? Where does the next"
        " array start?",
        "Cut both vectors from `start` to `start + np.prod(shape)`, compare, move `start` on.",
        "Compare with `relative_difference` of lib.gradient_check, or with your exercise 6.2; mind"
        " the array of zeros.",
    ]
    mistakes = {
        "You divided by the length of the whole gradient: a small array that is wrong hides behind"
        " the large ones. Give each array its own relative difference.": _of_the_whole,
        "You looked at the absolute difference: a large array that is right differs by more than a"
        " small one that is wrong.": _suspects(lambda a, b: _norm(a - b) > 1e-5),
        "You cut every array from the beginning of the vectors: the next starts where this one"
        " ends.": _restart,
        "These are the arrays that agree: the others are wanted.": _suspects(
            lambda a, b: _relative(a, b) <= 1e-5
        ),
        "You compared lengths: an array whose signs are turned would pass.": _suspects(
            lambda a, b: (
                _norm(a) + _norm(b) > 0 and abs(_norm(a) - _norm(b)) / (_norm(a) + _norm(b)) > 1e-5
            )
        ),
        "You stopped at the first: name all of them.": lambda shapes, analytic, numerical: (
            _suspects(lambda a, b: _relative(a, b) > 1e-5)(shapes, analytic, numerical)[:1]
        ),
        "You judged entry by entry: where a slope is nearly 0, its measurement is all round-off."
        " Compare the lengths of whole arrays.": _suspects(
            lambda a, b: np.any(np.abs(a - b) > 1e-5 * (np.abs(a) + np.abs(b)))
        ),
        "You divided by one length: the relative difference divides by the sum of both.": _suspects(
            lambda a, b: _norm(a - b) > 1e-5 * _norm(b)
        ),
        "You took a difference of 1e-7 for the border: up to 1e-5 it may be round-off.": _suspects(
            lambda a, b: _relative(a, b) > 1e-7
        ),
        "You took a difference of 1e-3 for the border: between 1e-5 and 1e-3 something is wrong"
        " too.": _suspects(lambda a, b: _relative(a, b) > 1e-3),
    }
