"""Exercises of chapter 4: initialization."""

from itertools import pairwise

import numpy as np

from lib.exercises import Exercise

# --- 4.1 ------------------------------------------------------------------------------------------


def _standardize_both(X_train, X_test):
    """Training set (n, m) and test set (n, m_test), every feature with the mean 0 and the standard
    deviation 1 on the training set. A feature that is constant there is divided by 1. The arguments
    stay as they were.

    X_train (n, m), X_test (n, m_test).
    """
    mean = X_train.mean(axis=1, keepdims=True)
    spread = X_train.std(axis=1, keepdims=True)
    divisor = np.where(spread == 0, 1.0, spread)
    return (X_train - mean) / divisor, (X_test - mean) / divisor


def _two_sets(random_state):
    """Training and test set on different scales, of different sizes and means."""
    n, m, m_test = random_state.choice(np.arange(3, 9), size=3, replace=False)
    scale = 10.0 ** random_state.uniform(-2, 3, size=(n, 1))
    middle = random_state.randn(n, 1)
    X_train = scale * (middle + random_state.randn(n, m))
    X_test = scale * (middle + 0.5 + random_state.randn(n, m_test))
    return X_train, X_test


def _one_constant(random_state):
    X_train, X_test = _two_sets(random_state)
    X_train[1] = 4.0
    signs = 1 - 2 * (np.arange(X_test.shape[1]) % 2)  # above and below what it is in training
    X_test[1] = 4.0 + signs * random_state.uniform(0.5, 2, size=X_test.shape[1])
    return X_train, X_test


def _in_place(X_train, X_test):
    mean = X_train.mean(axis=1, keepdims=True)
    spread = X_train.std(axis=1, keepdims=True)
    for X in (X_train, X_test):
        X -= mean
        X /= np.where(spread == 0, 1.0, spread)
    return X_train, X_test


def _zero_in_both(X_train, X_test):
    train, test = _standardize_both(X_train, X_test)
    constant = X_train.std(axis=1, keepdims=True) == 0
    return np.where(constant, 0.0, train), np.where(constant, 0.0, test)


def _over_everything(X_train, X_test):
    mean, spread = X_train.mean(), X_train.std()
    return (X_train - mean) / spread, (X_test - mean) / spread


standardize_both = Exercise(
    "4.1",
    "One scale for two sets",
    _standardize_both,
    results=("the training set", "the test set"),
    inputs=_two_sets,
    corners={
        "a feature that is constant on the training set": _one_constant,
        "one test example": lambda random_state: (
            random_state.randn(4, 6),
            1 + random_state.randn(4, 1),
        ),
    },
    hints=[
        "A feature is a row. Over which axis do you average, so that one number per row remains?",
        "keepdims=True leaves the mean in shape (n, 1), which NumPy subtracts from every column.",
        "Compute mean and deviation from X_train, once, and use the same two for both sets. Where"
        " the deviation is 0, np.where puts a 1 in its place.",
    ],
    mistakes={
        "The test set was scaled by its own mean and deviation. The same patient must become the"
        " same column whoever else is in the set: use those of the training set.": (
            "(X_test - mean) / divisor",
            "(X_test - X_test.mean(axis=1, keepdims=True)) / np.where("
            "X_test.std(axis=1, keepdims=True) == 0, 1.0, X_test.std(axis=1, keepdims=True))",
        ),
        "Mean and deviation were taken over both sets together: the test set has leaked into the"
        " training set. They come from the training set alone.": (
            ("X_train.mean(", "np.hstack([X_train, X_test]).mean("),
            ("X_train.std(", "np.hstack([X_train, X_test]).std("),
        ),
        "Both sets are centred, and still on different scales: divide by the deviation too.": (
            ("np.where(spread == 0, 1.0, spread)", "1.0")
        ),
        "You divided by the variance; its root, the standard deviation, has the feature's unit.": (
            ("np.where(spread == 0, 1.0, spread)", "np.where(spread == 0, 1.0, spread**2)")
        ),
        "The scale is right, and the mean is still there: subtract it before you divide.": (
            ("(X_train - mean)", "X_train"),
            ("(X_test - mean)", "X_test"),
        ),
        "Your deviation was divided by m - 1 (ddof=1): this course divides by m, always.": (
            ("X_train.std(axis=1, keepdims=True)", "X_train.std(axis=1, keepdims=True, ddof=1)")
        ),
        "A feature that is constant on the training set became NaN or infinite: 0 is no divisor."
        " Divide by 1 there.": ("np.where(spread == 0, 1.0, spread)", "spread"),
        "np.nan_to_num turns NaN into 0, and infinity into the largest float, 1.8e308. The test set"
        " has such numbers, where a feature is constant on the training set: divide by 1 there, so"
        " that there is no infinity.": (
            ("np.where(spread == 0, 1.0, spread)", "spread"),
            ("(X_train - mean) / divisor", "np.nan_to_num((X_train - mean) / divisor)"),
            ("(X_test - mean) / divisor", "np.nan_to_num((X_test - mean) / divisor)"),
        ),
        "The numbers are right, and you wrote them over the arguments: -= and /= change the"
        " caller's data. Use (X - mean) / divisor.": _in_place,
        "The training set is right; the test set came back as it was.": (
            ("(X_test - mean) / divisor", "X_test")
        ),
        "You averaged over the features of each patient. A feature is a row, and each needs its"
        " own mean over the patients: axis=1.": lambda X_train, X_test: tuple(
            (X - X.mean(axis=0)) / X.std(axis=0) for X in (X_train, X_test)
        ),
        "A small number was added to every deviation. It changes all features a little, and a"
        " constant one is divided by almost nothing: put a 1 where the deviation is 0, and only"
        " there.": (("np.where(spread == 0, 1.0, spread)", "(spread + 1e-8)")),
        "A feature that is constant on the training set became 0 in the test set as well. Divided"
        " by 1, it keeps its distance from the training mean there.": _zero_in_both,
        "You took one mean and one deviation for the whole array: every feature, a row, needs its"
        " own (axis=1, keepdims=True).": _over_everything,
        "A division comes before a minus: (X - mean) / divisor needs its brackets.": (
            ("(X_train - mean)", "X_train - mean"),
            ("(X_test - mean)", "X_test - mean"),
        ),
    },
)


# --- 4.2 ------------------------------------------------------------------------------------------


def _he_layers(sizes, seed):
    """[(W1, b1), (W2, b2), …] for the sizes n[0], n[1], …: W (n, n_prev) drawn as randn from one
    RandomState(seed), layer by layer, at He's scale; b (n, 1) zero.
    """
    random_state = np.random.RandomState(seed)
    layers = []
    for n_prev, n in pairwise(sizes):
        W = random_state.randn(n, n_prev) * np.sqrt(2 / n_prev)
        layers.append((W, np.zeros((n, 1))))
    return layers


def _some_sizes(random_state):
    depth = random_state.randint(3, 6)
    sizes = random_state.choice(np.arange(2, 12), size=depth, replace=False)
    return [int(n) for n in sizes], int(random_state.randint(1000))


def _as_printed(sizes, seed):
    layers = []
    for n_prev, n in pairwise(sizes):
        random_state = np.random.RandomState(seed)
        W = random_state.randn(n, n_prev) * 2 / n
        layers.append((W, np.zeros((n, 1))))
    return layers


def _reseeded(sizes, seed):
    layers = []
    for n_prev, n in pairwise(sizes):
        random_state = np.random.RandomState(seed)
        W = random_state.randn(n, n_prev) * np.sqrt(2 / n_prev)
        layers.append((W, np.zeros((n, 1))))
    return layers


def _reseeded_and_rows(sizes, seed):
    layers = []
    for n_prev, n in pairwise(sizes):
        random_state = np.random.RandomState(seed)
        W = random_state.randn(n, n_prev) * np.sqrt(2 / n)
        layers.append((W, np.zeros((n, 1))))
    return layers


def _reseeded_without_root(sizes, seed):
    layers = []
    for n_prev, n in pairwise(sizes):
        random_state = np.random.RandomState(seed)
        W = random_state.randn(n, n_prev) * 2 / n_prev
        layers.append((W, np.zeros((n, 1))))
    return layers


def _other_stream(sizes, seed):
    generator = np.random.default_rng(seed)
    return [
        (generator.standard_normal((n, n_prev)) * np.sqrt(2 / n_prev), np.zeros((n, 1)))
        for n_prev, n in pairwise(sizes)
    ]


_SCALE = "np.sqrt(2 / n_prev)"

he_layers = Exercise(
    "4.2",
    "Bug hunt",
    _he_layers,
    inputs=_some_sizes,
    corners={
        "all layers of one size": ([5, 5, 5, 5], 3),
        "one layer": ([7, 3], 1),
        "one output": ([6, 4, 1], 2),
    },
    hints=[
        "Run it for sizes [5, 5, 5] and compare W1 with W2.",
        "The variance of a weight is 2 / n_prev. By what must randn, of variance 1, be multiplied?",
        "Which of n and n_prev is the number of terms in a score?",
    ],
    mistakes={
        "That is the function as printed, with its three bugs.": _as_printed,
        "You multiplied by 2 / n_prev, which is the variance; randn is multiplied by its root.": (
            (_SCALE, "2 / n_prev")
        ),
        "You multiplied by 2 / n: the root is missing, and a score is a sum over the n_prev"
        " inputs.": (_SCALE, "2 / n"),
        "That is 1 / n_prev, LeCun's variance: the half that a ReLU cuts away is not made good.": (
            (_SCALE, "np.sqrt(1 / n_prev)")
        ),
        "You divided by the number of the layer's own neurons: a score is a sum over the inputs,"
        " of which there are n_prev.": (_SCALE, "np.sqrt(2 / n)"),
        "That is the root of 2 / (n_prev + n), Glorot's compromise; He's scale looks at n_prev"
        " alone.": (_SCALE, "np.sqrt(2 / (n_prev + n))"),
        "You divided by the root of 2 / n_prev: weights get smaller the more inputs there are.": (
            (_SCALE, "np.sqrt(n_prev / 2)")
        ),
        "Only the 2 stands under your root: np.sqrt(2 / n_prev), not np.sqrt(2) / n_prev.": (
            (_SCALE, "np.sqrt(2) / n_prev")
        ),
        "rand is uniform and never negative; randn is meant.": ("state.randn(", "state.rand("),
        "The scale is missing: randn has the variance 1, He's weights have 2 / n_prev.": (
            (" * np.sqrt(2 / n_prev)", "")
        ),
        "You multiplied by the root of 2 * n_prev: more inputs need smaller weights.": (
            ("2 / n_prev", "2 * n_prev")
        ),
        "The number of inputs is missing: He's variance is 2 / n_prev.": ("2 / n_prev", "2"),
        "You multiplied by the square of 2 / n_prev: the scale is its root.": (
            ("np.sqrt", "np.square")
        ),
        "Each pair is the wrong way round: W first, then b.": (
            ("(W, np.zeros((n, 1)))", "(np.zeros((n, 1)), W)")
        ),
        "Your biases lie flat, (1, n): b is a column with one row per neuron.": (
            ("np.zeros((n, 1))", "np.zeros((1, n))")
        ),
        "The biases start at 0, not at 1: the weights break the symmetry.": ("zeros", "ones"),
        "Your biases are random and took numbers from the stream: they start at 0.": (
            ("np.zeros((n, 1))", "random_state.randn(n, 1)")
        ),
        "Your biases are flat, (n,): a column (n, 1) is added to every column of Z, a flat one to"
        " every row.": ("np.zeros((n, 1))", "np.zeros(n)"),
        "The scale is right. You still seed inside the loop, so every layer starts with the same"
        " numbers: make one RandomState before the loop.": _reseeded,
        "One bug of three is mended, the root. Two are left: the number of terms in a score, and"
        " where the seed is set.": _reseeded_and_rows,
        "One bug of three is mended, the number of inputs. Two are left: what randn is multiplied"
        " by, and where the seed is set.": _reseeded_without_root,
        "The shapes are right, the numbers lie elsewhere: you drew (n_prev, n) and transposed. Draw"
        " randn(n, n_prev).": ("randn(n, n_prev)", "randn(n_prev, n).T"),
        "default_rng(seed) gives other numbers than RandomState(seed), which the task asks for.": (
            _other_stream
        ),
    },
)


# --- 4.3 ------------------------------------------------------------------------------------------


def _expected_sizes(sizes, scale):
    """The expected sizes of A[1], …, A[L] of a ReLU chain, an array of L numbers.

    sizes: [n[0], …, n[L]]. scale: every weight is scale * randn. The input has the size 1.
    """
    widths = np.array(sizes[:-1])
    factors = scale * np.sqrt(widths / 2)
    return np.cumprod(factors)


def _a_chain(random_state):
    depth = random_state.randint(3, 7)
    sizes = random_state.choice(np.arange(5, 60), size=depth, replace=False)
    return [int(n) for n in sizes], float(random_state.uniform(0.05, 0.6))


expected_sizes = Exercise(
    "4.3",
    "Predict the size",
    _expected_sizes,
    inputs=_a_chain,
    corners={
        "one layer": ([30, 4], 0.3),
        "He's scale for 50 inputs": ([50, 20, 50, 10], 0.2),
        "sixty layers": ([100] * 61, 0.1),
    },
    strict=("array",),
    atol=0,
    hints=[
        "By what factor does one layer change the mean square? Do the sum first, then the ReLU.",
        "The mean square is multiplied by n_prev * scale**2 / 2. The size is its root, and the"
        " factors of the layers multiply: np.cumprod.",
    ],
    mistakes={
        "The ½ is missing: a ReLU cuts away half of the mean square.": ("widths / 2", "widths"),
        "Those are the mean squares: the size is their root.": (
            ("scale * np.sqrt(widths / 2)", "scale**2 * widths / 2")
        ),
        "You halved the size. The ReLU halves the mean square, so the size is divided by √2.": (
            ("np.sqrt(widths / 2)", "np.sqrt(widths) / 2")
        ),
        "You counted each layer's own neurons: a score is a sum over the neurons before it.": (
            ("sizes[:-1]", "sizes[1:]")
        ),
        "Those are the factors of the single layers: a signal passes through all of them in turn,"
        " so they multiply up.": ("np.cumprod(factors)", "factors"),
        "You added the factors up: each layer multiplies what it is given.": (
            ("np.cumprod", "np.cumsum")
        ),
        "scale is the standard deviation of a weight; its variance is scale squared.": (
            ("scale * np.sqrt(widths / 2)", "np.sqrt(scale * widths / 2)")
        ),
        "You took n for its root: in a sum of n independent products the squares add up, so the"
        " size grows like √n.": ("np.sqrt(widths / 2)", "widths / np.sqrt(2)"),
        "The numbers are right, in a list: the task asks for an array, as np.cumprod returns it.": (
            ("np.cumprod(factors)", "list(np.cumprod(factors))")
        ),
        "You took n[0] for all layers: these have different widths, and each its own factor.": (
            ("np.array(sizes[:-1])", "np.full(len(sizes) - 1, sizes[0])")
        ),
        "scale * n / 2 is neither: the mean square grows n * scale**2 / 2 times, the size by the"
        " root of that.": ("np.sqrt(widths / 2)", "(widths / 2)"),
        "You doubled what a ReLU halves: the 2 belongs below n.": ("widths / 2", "widths * 2"),
        "You multiplied the scale by He's: the question is what this scale does, whatever it is.": (
            ("widths / 2", "2 / widths")
        ),
        "Only the last size came back: the task asks for one after every layer.": (
            ("np.cumprod", "np.prod")
        ),
        "The input's own size came along: L layers have L sizes.": (
            ("np.cumprod(factors)", "np.append(1.0, np.cumprod(factors))")
        ),
    },
)


# --- 4.4 ------------------------------------------------------------------------------------------


def _leaky_scale(n_prev, slope):
    """The scale of the weights (a number) that keeps the size of a signal through a leaky ReLU.

    n_prev: the number of inputs. slope: from 0 to 1, what negative scores are multiplied by.
    """
    kept = (1 + slope**2) / 2
    return np.sqrt(1 / (kept * n_prev))


leaky_scale = Exercise(
    "4.4",
    "He's scale for a leaky ReLU",
    _leaky_scale,
    inputs=lambda random_state: (
        int(random_state.randint(3, 500)),
        float(random_state.uniform(0.05, 0.9)),
    ),
    corners={
        "slope 0, a plain ReLU": (100, 0.0),
        "slope 1, linear": (64, 1.0),
        "one input": (1, 0.2),
    },
    hints=[
        "Split the mean of a² into the part from positive and the part from negative z.",
        "For negative z the output is slope · z, and its square slope² · z². The two halves of the"
        " mean square of z are equal.",
        "A share (1 + slope²) / 2 of Var(z) = n s² · (mean square of a) is kept. Set the factor to"
        " 1 and solve for s.",
    ],
    mistakes={
        "That is He's scale for the plain ReLU: the negative half is not lost here, it is"
        " multiplied by slope.": ("1 + slope**2", "1"),
        "Squares add up: the negative half contributes slope², not slope.": (
            ("1 + slope**2", "1 + slope")
        ),
        "You squared the sum. The two halves are squared before they are added: 1 + slope².": (
            ("1 + slope**2", "(1 + slope) ** 2")
        ),
        "That is the variance of a weight; the scale is its root.": (
            ("np.sqrt(1 / (kept * n_prev))", "1 / (kept * n_prev)")
        ),
        "The ½ is missing: each of the two halves holds half of the mean square.": (
            ("(1 + slope**2) / 2", "1 + slope**2")
        ),
        "You multiplied by what is kept: the more is kept, the smaller the weights.": (
            ("1 / (kept * n_prev)", "kept / n_prev")
        ),
        "The number of inputs is missing: a score is a sum of n_prev terms.": (
            ("kept * n_prev", "kept")
        ),
        "That is what the size is divided by, not the scale: take one over it.": (
            ("1 / (kept * n_prev)", "kept * n_prev")
        ),
        "You subtracted: both halves contribute, 1 + slope².": ("1 + slope**2", "1 - slope**2"),
        "The 1 + slope² stands above the line: the more is kept, the smaller the weights, so it"
        " belongs below.": ("(1 + slope**2) / 2", "1 / (2 * (1 + slope**2))"),
    },
)


# --- 4.5 ------------------------------------------------------------------------------------------


def _level_start(weights, X):
    """Each W divided by one number, so that with X as input every A[l] = relu(W A[l-1]) has the
    size 1, the root of its mean square. Returns the new matrices, a list; no biases.

    weights: a list of W (n, n_prev), X (n[0], m). The arguments stay as they were.
    """
    A, levelled = X, []
    for W in weights:
        A_next = np.maximum(W @ A, 0)
        size = np.sqrt(np.mean(A_next**2))
        levelled.append(W / size)
        A = A_next / size
    return levelled


def _any_scales(random_state, depth=3, m=None):
    m = m or random_state.randint(30, 40)
    sizes = random_state.choice(np.arange(6, 20), size=depth + 1, replace=False)
    scales = 10.0 ** random_state.uniform(-2, 1, size=depth)
    weights = [
        scale * random_state.randn(n, n_prev)
        for scale, n_prev, n in zip(scales, sizes[:-1], sizes[1:], strict=True)
    ]
    return weights, 1 + random_state.randn(sizes[0], m)


def _level_in_place(weights, X):
    A = X
    for W in weights:
        W /= np.sqrt(np.mean(np.maximum(W @ A, 0) ** 2))
        A = np.maximum(W @ A, 0)
    return weights


def _each_neuron(weights, X):
    A, levelled = X, []
    for W in weights:
        A_next = np.maximum(W @ A, 0)
        sizes = np.sqrt(np.mean(A_next**2, axis=1, keepdims=True))  # (n, 1)
        levelled.append(W / sizes)
        A = A_next / sizes
    return levelled


level_start = Exercise(
    "4.5",
    "A start that needs no theory",
    _level_start,
    inputs=_any_scales,
    corners={
        "one example": lambda random_state: _any_scales(random_state, m=1),
        "one layer": lambda random_state: _any_scales(random_state, depth=1),
    },
    hints=[
        "Work from the first layer to the last: the size of a layer's output depends on what the"
        " layers before it pass on.",
        "relu(W A / s) is relu(W A) / s for positive s. So measure the size of relu(W A) and divide"
        " W by it.",
        "Pass the output of the scaled layer on to the next one, not that of the old layer.",
    ],
    mistakes={
        "You measured the scores Z: the size asked for is that of A, after the ReLU, and that is"
        " smaller.": ("np.mean(A_next**2)", "np.mean((W @ A) ** 2)"),
        "You measured the standard deviation of the scores Z: the size asked for is that of A,"
        " after the ReLU.": ("np.sqrt(np.mean(A_next**2))", "np.std(W @ A)"),
        "You passed the unscaled output on: every layer after the first then sees a signal of"
        " another size than it will get.": ("A = A_next / size", "A = A_next"),
        "You divided by the mean square; its root is the size.": (
            ("np.sqrt(np.mean(A_next**2))", "np.mean(A_next**2)")
        ),
        "You used the standard deviation of A. After a ReLU the mean is not 0, and the next layer's"
        " sum takes the whole mean square.": ("np.sqrt(np.mean(A_next**2))", "np.std(A_next)"),
        "You divided by the root of the sum of squares: the size is the root of their mean.": (
            ("np.sqrt(np.mean(A_next**2))", "np.linalg.norm(A_next)")
        ),
        "You averaged over the positive entries only: the zeros of a ReLU belong to the signal"
        " too.": ("np.mean(A_next**2)", "np.mean(A_next[A_next > 0] ** 2)"),
        "You measured Z and divided by √2. That half is cut away is true in the mean over many"
        " draws; these weights and this X are given, so measure A.": (
            ("np.mean(A_next**2)", "np.mean((W @ A) ** 2) / 2")
        ),
        "Your weights are right for the first layer; then Z was passed on instead of A.": (
            ("A = A_next / size", "A = W @ A / size")
        ),
        "You divided by the mean of A; the size is the root of the mean square.": (
            ("np.sqrt(np.mean(A_next**2))", "np.mean(A_next)")
        ),
        "You multiplied by the size: what comes out too large must be made smaller.": (
            ("levelled.append(W / size)", "levelled.append(W * size)")
        ),
        "There is no ReLU between your layers: A is max(Z, 0).": (
            ("np.maximum(W @ A, 0)", "W @ A")
        ),
        "That gives the weights the size 1, and not the signal.": lambda weights, X: [
            W / np.sqrt(np.mean(W**2)) for W in weights
        ],
        "You multiplied each W by He's factor, which is meant for randn: these weights have scales"
        " of their own, so measure.": lambda weights, X: [
            W * np.sqrt(2 / W.shape[1]) for W in weights
        ],
        "You divided each row by a size of its own. One number per layer is asked for; and a neuron"
        " that is 0 for every column has the size 0.": _each_neuron,
        "The new weights are right, and you wrote them over the old ones: W /= changes the caller's"
        " arrays.": _level_in_place,
    },
)
