"""Exercises of chapter 4: initialization."""

from itertools import pairwise

import numpy as np

from lib.exercises import exercise


def _two_sets(random_state):
    """Training and test set on wildly different scales, of different sizes and means."""
    n, m, m_test = random_state.choice(np.arange(3, 9), size=3, replace=False)
    scale = 10.0 ** random_state.uniform(-2, 3, size=(n, 1))
    middle = random_state.randn(n, 1)
    X_train = scale * (middle + random_state.randn(n, m))
    X_test = scale * (middle + 0.5 + random_state.randn(n, m_test))
    return X_train, X_test


def _scaled(X_train, X_test, mean, spread):
    return (X_train - mean) / spread, (X_test - mean) / spread


def _along(axis, **options):
    """Mean and standard deviation of the training set along an axis: (mean, spread)."""

    def statistics(X):
        mean = X.mean(axis=axis, keepdims=True)
        return mean, X.std(axis=axis, keepdims=True, **options)

    return statistics


def _own(X):
    mean, spread = _along(1)(X)
    return (X - mean) / spread


def _in_place(X_train, X_test):
    mean, spread = _along(1)(X_train)
    for X in (X_train, X_test):
        X -= mean
        X /= spread
    return X_train, X_test


def _squared(X_train, X_test):
    mean, spread = _along(1)(X_train)
    return _scaled(X_train, X_test, mean, spread**2)


def _by_range(X_train, X_test):
    low, high = X_train.min(axis=1, keepdims=True), X_train.max(axis=1, keepdims=True)
    return _scaled(X_train, X_test, low, high - low)


def _in_place_again(X_train, X_test):
    for statistic, operation in ((np.mean, np.subtract), (np.std, np.divide)):
        for X in (X_train, X_test):
            operation(X, statistic(X_train, axis=1, keepdims=True), out=X)
    return X_train, X_test


@exercise("4.1", "One scale for two sets")
class standardize_both:
    """Training set (n, m) and test set (n, m_test), every feature with the mean 0 and the standard
    deviation 1 on the training set; the arguments stay as they were.
    """

    results = ("the training set", "the test set")

    def inputs(random_state):
        return _two_sets(random_state)

    def solution(X_train, X_test):
        mean = X_train.mean(axis=1, keepdims=True)
        spread = X_train.std(axis=1, keepdims=True)
        return (X_train - mean) / spread, (X_test - mean) / spread

    hints = [
        "A feature is a row. Over which axis do you average, so that one number a row remains?",
        "keepdims=True leaves the mean in shape (n, 1), which NumPy subtracts from every column.",
        "Compute mean and spread from X_train, once, and use the same two for both sets.",
    ]
    mistakes = {
        "The test set was scaled by its own mean and spread. The same patient must become the same"
        " column whoever else is in the set: use those of the training set.": (
            lambda X_train, X_test: (_own(X_train), _own(X_test))
        ),
        "Mean and spread were taken over both sets together: the test set has leaked into the"
        " training set. They come from the training set alone.": lambda X_train, X_test: _scaled(
            X_train, X_test, *_along(1)(np.hstack([X_train, X_test]))
        ),
        "You scaled by the test set's mean and spread: it is there to be asked last, not first.": (
            lambda X_train, X_test: _scaled(X_train, X_test, *_along(1)(X_test))
        ),
        "Both sets are centred, and still on wildly different scales: divide by the standard"
        " deviation too.": lambda X_train, X_test: _scaled(
            X_train, X_test, X_train.mean(axis=1, keepdims=True), 1.0
        ),
        "You divided by the variance; its root, the standard deviation, has the feature's unit.": (
            _squared
        ),
        "The scale is right, and the mean is still there: subtract it before you divide.": (
            lambda X_train, X_test: _scaled(X_train, X_test, 0.0, _along(1)(X_train)[1])
        ),
        "You used one mean and one spread for all features: they differ by orders of magnitude, so"
        " every row needs its own.": lambda X_train, X_test: _scaled(
            X_train, X_test, X_train.mean(), X_train.std()
        ),
        "Your spread was divided by m - 1 (ddof=1). For a scale either will do, but this course and"
        " StandardScaler divide by m.": lambda X_train, X_test: _scaled(
            X_train, X_test, *_along(1, ddof=1)(X_train)
        ),
        "That maps each feature to 0 … 1 by its extremes, so that one odd patient sets the scale:"
        " the task asks for mean and standard deviation.": _by_range,
        "The numbers are right, and you wrote them over the arguments: -= and /= change the"
        " caller's data. Use (X - mean) / spread.": _in_place,
        "The training set is right; the test set came back as it was. Either you did not scale it,"
        " or mean and spread were computed after the training set was, when they are 0 and 1.": (
            lambda X_train, X_test: (_own(X_train), X_test.copy())
        ),
        "You changed the training set in place, and then took the test set's mean or spread from"
        " what it had become. Compute both first, and leave the arguments alone.": _in_place_again,
        "You averaged over the features of each patient. A feature is a row, and each needs its"
        " own mean over the patients: axis=1.": lambda X_train, X_test: tuple(
            (X - X.mean(axis=0)) / X.std(axis=0) for X in (X_train, X_test)
        ),
        "X.mean(axis=1) has the shape (n,), which NumPy lays along the columns, one number a"
        " patient. With keepdims=True it is (n, 1), one a row.": lambda X_train, X_test: _scaled(
            X_train, X_test, X_train.mean(axis=1), X_train.std(axis=1)
        ),
        "A division comes before a minus: (X - mean) / spread needs its brackets.": (
            lambda X_train, X_test: tuple(
                X - X_train.mean(axis=1, keepdims=True) / X_train.std(axis=1, keepdims=True)
                for X in (X_train, X_test)
            )
        ),
    }


def _layers(sizes, seed, draw=None, scale=None, bias=None, transposed=False):
    """He's layers with one thing changed: a mistake, in one line."""
    random_state = np.random.RandomState(seed)
    layers = []
    for n_prev, n in pairwise(sizes):
        shape = (n_prev, n) if transposed else (n, n_prev)
        W = draw(random_state, shape) if draw else random_state.randn(*shape)
        factor = scale(n_prev, n) if scale else np.sqrt(2 / n_prev)
        layers.append((W * factor, bias(random_state, n) if bias else np.zeros((n, 1))))
    return layers


def _changed(**change):
    return lambda sizes, seed: _layers(sizes, seed, **change)


def _turned(sizes, seed):
    return [(W.T, b) for W, b in _layers(sizes, seed, transposed=True)]


def _other_stream(sizes, seed):
    generator = np.random.default_rng(seed)
    return _layers(sizes, seed, draw=lambda _, shape: generator.standard_normal(shape))


def _reseeded(sizes, seed):
    return [_layers(pair, seed)[0] for pair in pairwise(sizes)]


@exercise("4.2", "He's start")
class he_layers:
    """[(W1, b1), (W2, b2), …] for the sizes n[0], n[1], …: W drawn as randn from one
    RandomState(seed), layer by layer, at He's scale; b zero.
    """

    def inputs(random_state):
        depth = random_state.randint(3, 6)
        sizes = random_state.choice(np.arange(2, 12), size=depth, replace=False)
        return [int(n) for n in sizes], int(random_state.randint(1000))

    def solution(sizes, seed):
        random_state = np.random.RandomState(seed)
        layers = []
        for n_prev, n in pairwise(sizes):
            W = random_state.randn(n, n_prev) * np.sqrt(2 / n_prev)
            layers.append((W, np.zeros((n, 1))))
        return layers

    hints = [
        "itertools.pairwise(sizes) gives n_prev and n of every layer. What shape has W?",
        "The variance of a weight is 2 / n_prev. By what must randn, of variance 1, be multiplied?",
        "Make the RandomState once, before the loop: its numbers go on from layer to layer.",
    ]
    mistakes = {
        "You multiplied by 2 / n_prev, which is the variance; randn is multiplied by its root.": (
            _changed(scale=lambda n_prev, n: 2 / n_prev)
        ),
        "That is 1 / n_prev, Xavier's variance: it makes no amends for the half that a ReLU cuts"
        " away.": _changed(scale=lambda n_prev, n: np.sqrt(1 / n_prev)),
        "You divided by the number of the layer's own neurons: a score is a sum over the inputs,"
        " of which there are n_prev.": _changed(scale=lambda n_prev, n: np.sqrt(2 / n)),
        "That is the root of 2 / (n_prev + n), Glorot's compromise; He's scale looks at n_prev"
        " alone.": _changed(scale=lambda n_prev, n: np.sqrt(2 / (n_prev + n))),
        "You divided by the root of 2 / n_prev: weights get smaller the more inputs there are.": (
            _changed(scale=lambda n_prev, n: np.sqrt(n_prev / 2))
        ),
        "rand is uniform and never negative; randn is meant, which is as often below zero as"
        " above.": _changed(draw=lambda random_state, shape: random_state.rand(*shape)),
        "Your W are transposed: a layer has a row for each of its neurons, (n, n_prev).": _changed(
            transposed=True
        ),
        "The biases are random and took numbers from the stream: they start at 0, since the"
        " weights have broken the symmetry.": _changed(
            bias=lambda random_state, n: random_state.randn(n, 1)
        ),
        "Your biases are flat, (n,): a column (n, 1) is added to every column of Z, a flat one to"
        " every row.": _changed(bias=lambda random_state, n: np.zeros(n)),
        "You seed inside the loop, so every layer starts with the same numbers: the layers are no"
        " longer independent. Make one RandomState before the loop.": _reseeded,
        "The scale is missing: randn has the variance 1, He's weights have 2 / n_prev.": _changed(
            scale=lambda n_prev, n: 1
        ),
        "That is chapter 2's fixed 0.01, which suits no particular width: the scale depends on"
        " n_prev.": _changed(scale=lambda n_prev, n: 0.01),
        "You multiplied by 1 / n_prev: He's variance is 2 / n_prev, and the scale is its root.": (
            _changed(scale=lambda n_prev, n: 1 / n_prev)
        ),
        "Only the 2 stands under your root: np.sqrt(2 / n_prev), not np.sqrt(2) / n_prev.": (
            _changed(scale=lambda n_prev, n: np.sqrt(2) / n_prev)
        ),
        "You took n[0] for all layers: n_prev is the size of the layer before, another one for each"
        " layer.": lambda sizes, seed: _changed(scale=lambda n_prev, n: np.sqrt(2 / sizes[0]))(
            sizes, seed
        ),
        "The shapes are right, the numbers lie elsewhere: you drew (n_prev, n) and turned it. Draw"
        " randn(n, n_prev).": _turned,
        "default_rng(seed) gives other numbers than RandomState(seed), which the task asks for.": (
            _other_stream
        ),
        "The biases start at 0, not at 1 or another number: the weights break the symmetry.": (
            _changed(bias=lambda random_state, n: np.ones((n, 1)))
        ),
        "That is He's scale without the chance: with constant weights all neurons of a layer are"
        " one.": _changed(draw=lambda random_state, shape: np.ones(shape)),
    }


@exercise("4.3", "Predict the size")
class expected_sizes:
    """The expected sizes of A[1], …, A[L] of a ReLU chain, an array of L numbers.

    sizes: [n[0], …, n[L]]. scale: every weight is scale * randn. The input has the size 1.
    """

    strict = ("array",)

    def inputs(random_state):
        depth = random_state.randint(3, 7)
        sizes = random_state.choice(np.arange(5, 60), size=depth, replace=False)
        return [int(n) for n in sizes], float(random_state.uniform(0.05, 0.6))

    def solution(sizes, scale):
        factors = [scale * np.sqrt(n_prev / 2) for n_prev in sizes[:-1]]
        return np.cumprod(factors)

    hints = [
        "By what factor does one layer change the mean square? Do the sum first, then the ReLU.",
        "The mean square grows n_prev * scale**2 / 2 times. The size is its root, and the factors"
        " of the layers multiply: np.cumprod.",
    ]
    mistakes = {
        "The ½ is missing: a ReLU cuts away half of the mean square.": (
            lambda sizes, scale: np.cumprod([scale * np.sqrt(n) for n in sizes[:-1]])
        ),
        "Those are the mean squares: the size is their root.": (
            lambda sizes, scale: np.cumprod([scale**2 * n / 2 for n in sizes[:-1]])
        ),
        "You halved the size. The ReLU halves the mean square, so the size is divided by √2.": (
            lambda sizes, scale: np.cumprod([scale * np.sqrt(n) / 2 for n in sizes[:-1]])
        ),
        "You counted each layer's own neurons: a score is a sum over the neurons before it.": (
            lambda sizes, scale: np.cumprod([scale * np.sqrt(n / 2) for n in sizes[1:]])
        ),
        "Those are the factors of the single layers: a signal passes through all of them in turn,"
        " so they multiply up.": lambda sizes, scale: np.array(
            [scale * np.sqrt(n / 2) for n in sizes[:-1]]
        ),
        "You added the factors up: each layer multiplies what it is given.": (
            lambda sizes, scale: np.cumsum([scale * np.sqrt(n / 2) for n in sizes[:-1]])
        ),
        "scale is the standard deviation of a weight; its variance is scale squared.": (
            lambda sizes, scale: np.cumprod([np.sqrt(scale * n / 2) for n in sizes[:-1]])
        ),
        "You took n for its root: in a sum of n independent products the squares add up, so the"
        " size grows like √n.": lambda sizes, scale: np.cumprod(
            [scale * n / np.sqrt(2) for n in sizes[:-1]]
        ),
        "The numbers are right, in a list: the task asks for an array, as np.cumprod returns it.": (
            lambda sizes, scale: list(np.cumprod([scale * np.sqrt(n / 2) for n in sizes[:-1]]))
        ),
        "You took n[0] for all layers: these have different widths, and each its own factor.": (
            lambda sizes, scale: (scale * np.sqrt(sizes[0] / 2)) ** np.arange(1, len(sizes))
        ),
        "scale * n / 2 is neither: the mean square grows n * scale**2 / 2 times, the size by the"
        " root of that.": lambda sizes, scale: np.cumprod([scale * n / 2 for n in sizes[:-1]]),
        "You doubled what a ReLU halves: the 2 belongs below n.": (
            lambda sizes, scale: np.cumprod([scale * np.sqrt(2 * n) for n in sizes[:-1]])
        ),
        "You multiplied the scale by He's: the question is what this scale does, whatever it is.": (
            lambda sizes, scale: np.cumprod([scale * np.sqrt(2 / n) for n in sizes[:-1]])
        ),
        "Only the last size came back: the task asks for one after every layer.": (
            lambda sizes, scale: np.prod([scale * np.sqrt(n / 2) for n in sizes[:-1]])
        ),
        "The input's own size came along: L layers have L sizes.": lambda sizes, scale: np.append(
            1.0, np.cumprod([scale * np.sqrt(n / 2) for n in sizes[:-1]])
        ),
    }


@exercise("4.4", "Count the dead")
class dead_share:
    """The share of a ReLU layer's neurons that answer 0 to every one of the examples: a float.

    W (n, n_prev), b (n, 1), A_prev (n_prev, m).
    """

    def inputs(random_state):
        n, n_prev, m = random_state.choice(np.arange(4, 10), size=3, replace=False)
        W, b = random_state.randn(n, n_prev), -0.5 * np.abs(random_state.randn(n, 1))
        A_prev = np.abs(random_state.randn(n_prev, m))
        A_prev[:, 0] = 0.0  # an example that nobody answers
        b[:2] = -100.0  # two dead by their biases
        W[2], b[2] = 0.0, 0.0  # one from zeros: dead with scores of exactly 0
        W[3], b[3] = 1.0, -1.5 * n_prev  # silent on average, and alive by one example
        A_prev[:, 1] = 2.0
        return W, b, A_prev

    def solution(W, b, A_prev):
        Z = W @ A_prev + b
        return float(np.mean(np.all(Z <= 0, axis=1)))

    hints = [
        "A neuron is a row of Z. When does a whole row answer nothing but 0?",
        "np.all(Z <= 0, axis=1) is one True or False a neuron; the mean of those is a share.",
    ]
    mistakes = {
        "That is the share of zeros among all answers. A live neuron answers 0 too, about half of"
        " the time; a dead one does so to every example.": lambda W, b, A_prev: float(
            np.mean(W @ A_prev + b <= 0)
        ),
        "You looked along the columns: those are examples that no neuron answers to. A neuron is a"
        " row: axis=1.": lambda W, b, A_prev: float(np.mean(np.all(W @ A_prev + b <= 0, axis=0))),
        "np.all without axis asks whether the whole layer is dead. A neuron is a row: axis=1 gives"
        " an answer for each.": lambda W, b, A_prev: float(np.all(W @ A_prev + b <= 0)),
        "A score of exactly 0 is answered with 0 as well, as in a net from zeros: Z <= 0.": (
            lambda W, b, A_prev: float(np.mean(np.all(W @ A_prev + b < 0, axis=1)))
        ),
        "That is in per cent: a share is a number from 0 to 1.": lambda W, b, A_prev: float(
            100 * np.mean(np.all(W @ A_prev + b <= 0, axis=1))
        ),
        "One silent example is enough for your count: dead means silent for all, np.all.": (
            lambda W, b, A_prev: float(np.mean(np.any(W @ A_prev + b <= 0, axis=1)))
        ),
        "That is how many there are: divide by the number of neurons to get the share.": (
            lambda W, b, A_prev: np.sum(np.all(W @ A_prev + b <= 0, axis=1))
        ),
        "That is the share of the living.": lambda W, b, A_prev: float(
            np.mean(~np.all(W @ A_prev + b <= 0, axis=1))
        ),
        "The biases are missing: they decide about life and death of some of these neurons.": (
            lambda W, b, A_prev: float(np.mean(np.all(W @ A_prev <= 0, axis=1)))
        ),
        "You asked whether a neuron is silent on average: a single positive score keeps it alive,"
        " whatever the mean.": lambda W, b, A_prev: float(
            np.mean(np.mean(W @ A_prev + b, axis=1) <= 0)
        ),
        "You divided by the number of examples; the share is one of neurons.": (
            lambda W, b, A_prev: np.sum(np.all(W @ A_prev + b <= 0, axis=1)) / A_prev.shape[1]
        ),
        "You gave one True or False a neuron: the mean of them is the share.": (
            lambda W, b, A_prev: np.all(W @ A_prev + b <= 0, axis=1)
        ),
    }


def _levelled(weights, X, measure, hand_on=None):
    """Weights divided layer by layer by what ``measure`` finds in the scores Z."""
    A, levelled = X, []
    for W in weights:
        Z = W @ A
        W = W / measure(Z)
        levelled.append(W)
        A = hand_on(Z, W @ A) if hand_on else np.maximum(W @ A, 0)
    return levelled


def _size(Z):
    return np.sqrt(np.mean(Z**2))


def _level_in_place(weights, X):
    A = X
    for W in weights:
        W /= _size(np.maximum(W @ A, 0))
        A = np.maximum(W @ A, 0)
    return weights


@exercise("4.5", "A start that needs no theory")
class level_start:
    """Each W divided by one number, so that with X as input every A[l] = relu(W A[l-1]) has the
    size 1, the root of its mean square. Returns the new matrices, a list; no biases.

    weights: a list of W (n, n_prev), X (n[0], m). The arguments stay as they were.
    """

    def inputs(random_state):
        m = random_state.randint(30, 40)
        sizes = random_state.choice(np.arange(6, 20), size=4, replace=False)
        scales = 10.0 ** random_state.uniform(-2, 1, size=3)
        weights = [
            scale * random_state.randn(n, n_prev)
            for scale, n_prev, n in zip(scales, sizes[:-1], sizes[1:], strict=True)
        ]
        return weights, 1 + random_state.randn(sizes[0], m)

    def solution(weights, X):
        A, levelled = X, []
        for W in weights:
            A_next = np.maximum(W @ A, 0)
            size = np.sqrt(np.mean(A_next**2))
            levelled.append(W / size)
            A = A_next / size
        return levelled

    hints = [
        "Work from the first layer to the last: the size of a layer's output depends on what the"
        " layers before it hand on.",
        "relu(W A / s) is relu(W A) / s for positive s. So measure the size of relu(W A) and divide"
        " W by it.",
        "Hand the output of the scaled layer on to the next one, not that of the old layer.",
    ]
    mistakes = {
        "You measured the scores Z: the size asked for is that of A, after the ReLU, and that is"
        " smaller.": lambda weights, X: _levelled(weights, X, _size),
        "You handed the unscaled output on: every layer after the first then sees a signal of"
        " another size than it will get.": lambda weights, X: _levelled(
            weights, X, lambda Z: _size(np.maximum(Z, 0)), lambda Z, _: np.maximum(Z, 0)
        ),
        "You divided by the mean square; its root is the size.": lambda weights, X: _levelled(
            weights, X, lambda Z: np.mean(np.maximum(Z, 0) ** 2)
        ),
        "You used the standard deviation of A. After a ReLU the mean is not 0, and the next layer's"
        " sum takes the whole mean square.": lambda weights, X: _levelled(
            weights, X, lambda Z: np.std(np.maximum(Z, 0))
        ),
        "You divided by the root of the sum of squares: the size is the root of their mean.": (
            lambda weights, X: _levelled(weights, X, lambda Z: np.linalg.norm(np.maximum(Z, 0)))
        ),
        "You averaged over the positive entries only: the zeros of a ReLU belong to the signal"
        " too.": lambda weights, X: _levelled(weights, X, lambda Z: _size(Z[Z > 0])),
        "You measured Z and divided by √2. That half is cut away is true in the mean over many"
        " draws; these weights and this X are given, so measure A.": (
            lambda weights, X: _levelled(weights, X, lambda Z: _size(Z) / np.sqrt(2))
        ),
        "Your weights are right for the first layer; then Z was handed on instead of A.": (
            lambda weights, X: _levelled(
                weights, X, lambda Z: _size(np.maximum(Z, 0)), lambda Z, scaled: scaled
            )
        ),
        "You divided by the mean of A; the size is the root of the mean square.": (
            lambda weights, X: _levelled(weights, X, lambda Z: np.mean(np.maximum(Z, 0)))
        ),
        "You multiplied by the size: what comes out too large must be made smaller.": (
            lambda weights, X: _levelled(weights, X, lambda Z: 1 / _size(np.maximum(Z, 0)))
        ),
        "Each neuron got a number of its own; the task divides a whole W by one number.": (
            lambda weights, X: _levelled(
                weights,
                X,
                lambda Z: np.sqrt(np.mean(np.maximum(Z, 0) ** 2, axis=1, keepdims=True)),
            )
        ),
        "There is no ReLU between your layers: A is max(Z, 0).": lambda weights, X: _levelled(
            weights, X, _size, lambda Z, scaled: scaled
        ),
        "That gives the weights the size 1, and not the signal.": lambda weights, X: [
            W / _size(W) for W in weights
        ],
        "You multiplied each W by He's factor, which is meant for randn: these weights have scales"
        " of their own, so measure.": lambda weights, X: [
            W * np.sqrt(2 / W.shape[1]) for W in weights
        ],
        "The new weights are right, and you wrote them over the old ones: W /= changes the caller's"
        " arrays.": _level_in_place,
    }
