"""Exercises of chapter 1: one neuron."""

import numpy as np

from lib.exercises import exercise


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _quiet(z):
    """The sigmoid without a warning; z beyond 700 gives the same float."""
    return _sigmoid(np.clip(z, -700, 700))


def _neuron(random_state):
    """w, b, X, Y of a random size, with n_x != m so that a transposed product shows."""
    n_x = random_state.randint(2, 5)
    m = n_x + random_state.randint(2, 5)
    w, X = random_state.randn(n_x, 1), random_state.randn(n_x, m)
    return w, float(random_state.randn()), X, (random_state.rand(1, m) > 0.4).astype(int)


@exercise("1.1", "Columns")
class to_columns:
    """Pictures (m, p, p, 3) uint8 as float columns (3 p p, m) between 0 and 1."""

    def inputs(random_state):
        m, p = random_state.randint(2, 5), random_state.randint(2, 4)
        return (random_state.randint(256, size=(m, p, p, 3)).astype(np.uint8),)

    def solution(pictures):
        return pictures.reshape(len(pictures), -1).T / 255

    hints = [
        "First make one row of each picture:"
        " `reshape` with m as the first axis and -1 as the second.",
        "Rows become columns by `.T`. The reshape alone cannot do that.",
        "Bytes divided by 255 are floats from 0 to 1.",
    ]
    mistakes = {
        "The shape is right, but every column mixes all the pictures: reshape keeps the stored"
        " order, so cut it into m rows first and transpose after.": lambda pictures: (
            pictures.reshape(-1, len(pictures)) / 255
        ),
        "Your pictures are rows: the course keeps examples in columns, so transpose.": (
            lambda pictures: pictures.reshape(len(pictures), -1) / 255
        ),
        "Your columns are right, but still bytes from 0 to 255: divide by 255.": lambda pictures: (
            pictures.reshape(len(pictures), -1).T
        ),
        "Every number is 0 or 1: `//` rounds down to a whole number, and `/` does not.": (
            lambda pictures: pictures.reshape(len(pictures), -1).T // 255
        ),
        "All axes are turned round, colours first: transpose after flattening, not before.": (
            lambda pictures: pictures.T.reshape(-1, len(pictures)) / 255
        ),
    }


@exercise("1.2", "A sigmoid that cannot overflow")
class stable_sigmoid:
    """Logistic sigmoid of any float array, without overflow. Shape in, shape out."""

    def inputs(random_state):
        shape = tuple(random_state.randint(2, 5, size=random_state.randint(1, 3)))
        z = 3 * random_state.randn(*shape)
        z.flat[0], z.flat[1] = -1000.0, 1000.0
        return (z,)

    def solution(z):
        e = np.exp(-np.abs(z))
        return np.where(z >= 0, 1, e) / (1 + e)

    corners = {
        "between -1 and 1": (np.array([-0.9, -0.5, -0.1, 0.0, 0.1, 0.5, 0.9]),),
        "far out": (np.array([[-1e5, -800.0, -40.0, -30.0], [1e5, 800.0, 40.0, 30.0]]),),
        "a single number": (np.array(-2.0),),
    }
    atol = 1e-13
    hints = [
        "For which sign of z is exp(-z) safe, and what is the other form, with exp(z)?",
        "exp(-|z|) is safe for every z. For z >= 0 the answer is 1 / (1 + e); multiply numerator"
        " and denominator by exp(z) to see what it is for z < 0.",
        "np.where(condition, a, b) chooses element by element; compute e once, before choosing.",
    ]
    mistakes = {
        "The values are right, but exp(1000) overflowed on the way and NumPy warned: never give"
        " exp a large positive number.": lambda z: 1 / (1 + np.exp(-z)),
        "This is NaN for large z, because exp(z) / (1 + exp(z)) becomes infinity over infinity.": (
            lambda z: np.exp(z) / (1 + np.exp(z))
        ),
        "np.where computes both branches for all elements before it chooses, so the dangerous one"
        " still overflows: make the exponent safe, not the choice.": lambda z: np.where(
            z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z))
        ),
        "This is 1 - σ(z): with e = exp(-|z|),"
        " the numerator is 1 where z is positive and e where it is negative.": lambda z: (
            np.where(z >= 0, np.exp(-np.abs(z)), 1) / (1 + np.exp(-np.abs(z)))
        ),
        "This is never below one half: exp(-|z|) forgets the sign of z,"
        " which has to come back in the numerator.": lambda z: 1 / (1 + np.exp(-np.abs(z))),
    }


def _propagate(w, b, X, Y):
    A = _sigmoid(w.T @ X + b)
    cost = -np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    return cost, X @ (A - Y).T / X.shape[1], np.mean(A - Y)


def _sloped(w, b, X, Y):
    A = _sigmoid(w.T @ X + b)
    return (A - Y) * A * (1 - A)


def _changed(**change):
    """propagate with some of its results changed: a mistake, in one line."""

    def mistaken(w, b, X, Y):
        right = dict(zip(("cost", "dw", "db"), _propagate(w, b, X, Y), strict=True))
        right.update({name: wrong(w, b, X, Y, **right) for name, wrong in change.items()})
        return tuple(right.values())

    return mistaken


@exercise("1.3", "The gradient")
class propagate_again:
    """Cost and gradients of one neuron: returns cost, dw (n_x, 1), db (a number)."""

    results = ("cost", "dw", "db")
    inputs = _neuron

    def solution(w, b, X, Y):
        A = 1 / (1 + np.exp(-(w.T @ X + b)))
        cost = -np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A))
        dZ = A - Y
        return cost, X @ dZ.T / X.shape[1], np.mean(dZ)

    hints = [
        "Start from A. Which shape must dw have to be subtracted from w?",
        "dZ = A - Y has shape (1, m). Which product of X (n_x, m) with it, or with its transpose,"
        " is (n_x, 1)?",
        "The cost is a mean over the pictures, so both gradients are means too: divide by m,"
        " which is X.shape[1].",
    ]
    mistakes = {
        "Your dw is m times too large: the cost is a mean over the pictures, so its gradient is one"
        " too.": _changed(dw=lambda w, b, X, Y, dw, **_: dw * X.shape[1]),
        "All three are m times too large: the cost is the mean of the losses, and its gradients are"
        " means too.": _changed(
            cost=lambda w, b, X, Y, cost, **_: cost * X.shape[1],
            dw=lambda w, b, X, Y, dw, **_: dw * X.shape[1],
            db=lambda w, b, X, Y, db, **_: db * X.shape[1],
        ),
        "The slope of the sigmoid has cancelled already: dZ is A - Y,"
        " not (A - Y) A (1 - A).": _changed(
            dw=lambda w, b, X, Y, **_: X @ _sloped(w, b, X, Y).T / X.shape[1],
            db=lambda w, b, X, Y, **_: np.mean(_sloped(w, b, X, Y)),
        ),
        "Your cost has one half only: where Y is 0, the loss is -log(1 - A).": _changed(
            cost=lambda w, b, X, Y, **_: -np.mean(Y * np.log(_sigmoid(w.T @ X + b)))
        ),
        "The right number, in a (1, 1) array: one neuron has one b, so return a number. (From"
        " chapter 2 on, b and db are columns.)": _changed(
            db=lambda w, b, X, Y, db, **_: np.array([[db]])
        ),
        "Your dw and db are m times too large: the cost is a mean over the pictures,"
        " so its gradient is one too.": _changed(
            dw=lambda w, b, X, Y, dw, **_: dw * X.shape[1],
            db=lambda w, b, X, Y, db, **_: db * X.shape[1],
        ),
        "Your db is m times too large: it is the mean of dZ, not the sum.": _changed(
            db=lambda w, b, X, Y, db, **_: db * X.shape[1]
        ),
        "Your signs are flipped: the derivative is A - Y,"
        " what you predicted minus what is true.": _changed(
            dw=lambda w, b, X, Y, dw, **_: -dw, db=lambda w, b, X, Y, db, **_: -db
        ),
        "Your db is an array of m numbers: all pictures share one b,"
        " so their errors are averaged.": _changed(
            db=lambda w, b, X, Y, **_: _sigmoid(w.T @ X + b) - Y
        ),
        "Your dw lies on its side: dZ Xᵀ is a row (1, n_x), and w is a column;"
        " use X dZᵀ.": _changed(dw=lambda w, b, X, Y, dw, **_: dw.T),
        "You divided dw by n_x, the number of rows of X; the pictures are its columns,"
        " X.shape[1].": _changed(dw=lambda w, b, X, Y, dw, **_: dw * X.shape[1] / X.shape[0]),
        "You used the score Z where the probability A is meant: dZ = A - Y.": _changed(
            dw=lambda w, b, X, Y, **_: X @ (w.T @ X + b - Y).T / X.shape[1],
            db=lambda w, b, X, Y, **_: np.mean(w.T @ X + b - Y),
        ),
        "Your cost is a sum over the pictures: divide by m.": _changed(
            cost=lambda w, b, X, Y, cost, **_: cost * X.shape[1]
        ),
        "Your cost is negative: the logarithm of a probability is below zero,"
        " so the sum needs a minus sign.": _changed(cost=lambda w, b, X, Y, cost, **_: -cost),
    }


def _step_in_place(w, b, dw, db, learning_rate):
    w -= learning_rate * dw
    return w, b - learning_rate * db


@exercise("1.4", "A step that leaves no traces")
class step:
    """One step of gradient descent: returns the new w and b; the arguments stay as they were."""

    results = ("w", "b")

    def inputs(random_state):
        n_x = random_state.randint(2, 5)
        w, dw = random_state.randn(n_x, 1), random_state.randn(n_x, 1)
        return w, float(random_state.randn()), dw, float(random_state.randn()), 0.3

    def solution(w, b, dw, db, learning_rate):
        return w - learning_rate * dw, b - learning_rate * db

    hints = [
        "Downhill is against the derivative: what is the sign of the step?",
        "`w = w - something` makes a new array. What does `w -= something` do?",
    ]
    mistakes = {
        "The numbers are right, but `w -= …` changed the caller's own w: an array is not copied"
        " when it is passed. Write w = w - …, which makes a new one.": _step_in_place,
        "You walked uphill: the gradient points where the cost grows, so subtract it.": (
            lambda w, b, dw, db, learning_rate: (w + learning_rate * dw, b + learning_rate * db)
        ),
        "You stepped by the whole gradient: multiply it by the learning rate.": (
            lambda w, b, dw, db, learning_rate: (w - dw, b - db)
        ),
        "Only w moved: b has its own derivative db and steps with the same rate.": (
            lambda w, b, dw, db, learning_rate: (w - learning_rate * dw, b)
        ),
        "You returned the steps, not the places they lead to: subtract them from w and b.": (
            lambda w, b, dw, db, learning_rate: (learning_rate * dw, learning_rate * db)
        ),
    }


@exercise("1.5", "The cost from scores")
class cost_from_scores:
    """Mean cross-entropy of scores Z (1, m) against labels Y (1, m), finite for any finite Z."""

    def inputs(random_state):
        m = random_state.randint(4, 8)
        Z = 3 * random_state.randn(1, m)
        Y = (random_state.rand(1, m) > 0.5).astype(int)
        Z[0, :3], Y[0, :3] = (
            (-1000.0, 1000.0, 1000.0),
            (1, 0, 1),
        )  # very wrong, twice, and very right
        return Z, Y

    def solution(Z, Y):
        return np.mean(np.maximum(Z, 0) - Y * Z + np.log1p(np.exp(-np.abs(Z))))

    hints = [
        "Write the loss for y = 1 and for y = 0 as functions of z alone."
        " Both contain log(1 + exp(…)).",
        "log(1 + exp(z)) = z + log(1 + exp(-z)). Which of the two forms is safe for z > 0?",
        "max(z, 0) + log(1 + exp(-|z|)) covers both signs; what remains is the term with y.",
    ]
    mistakes = {
        "Infinite or NaN: the sigmoid rounds to exactly 0 or 1, and then log sees a zero. Do not go"
        " through the probability at all.": lambda Z, Y: (
            -np.mean(Y * np.log(_sigmoid(Z)) + (1 - Y) * np.log(1 - _sigmoid(Z)))
        ),
        "Clipping the probability hides the overflow and changes the cost: a very wrong score of"
        " 1000 should cost 1000, not 34 or so.": lambda Z, Y: (
            -np.mean(
                Y * np.log(np.clip(_quiet(Z), 1e-15, 1 - 1e-15))
                + (1 - Y) * np.log(1 - np.clip(_quiet(Z), 1e-15, 1 - 1e-15))
            )
        ),
        "A small number inside the logarithm keeps it finite and makes it wrong: at a very wrong"
        " score of 1000 the loss is 1000, and this stops near 35.": lambda Z, Y: (
            -np.mean(Y * np.log(_quiet(Z) + 1e-15) + (1 - Y) * np.log(1 - _quiet(Z) + 1e-15))
        ),
        "You wrote |Z| where max(Z, 0) is meant: a very right score should cost nothing.": (
            lambda Z, Y: np.mean(np.abs(Z) - Y * Z + np.log1p(np.exp(-np.abs(Z))))
        ),
        "log(1 + exp(Z)) overflows for large Z; only exp(-|Z|) is safe.": lambda Z, Y: np.mean(
            np.log(1 + np.exp(Z)) - Y * Z
        ),
        "The term with Y is missing: for y = 1 the loss is log(1 + exp(-z)), which is z less.": (
            lambda Z, Y: np.mean(np.maximum(Z, 0) + np.log1p(np.exp(-np.abs(Z))))
        ),
        "This is a sum over the examples: the cost is their mean.": lambda Z, Y: np.sum(
            np.maximum(Z, 0) - Y * Z + np.log1p(np.exp(-np.abs(Z)))
        ),
        "You gave the examples one number each: the cost is their mean.": lambda Z, Y: (
            np.maximum(Z, 0) - Y * Z + np.log1p(np.exp(-np.abs(Z)))
        ),
    }
