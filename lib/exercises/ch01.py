"""Exercises of chapter 1: one neuron."""

import numpy as np

from lib.exercises import Exercise


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _neuron(random_state, n_x=None, m=None):
    """w, b, X, Y of a random size, with n_x != m so that a transposed product shows."""
    n_x = n_x or random_state.randint(2, 5)
    m = m or n_x + random_state.randint(2, 5)
    w, X = random_state.randn(n_x, 1), random_state.randn(n_x, m)
    Y = (random_state.rand(1, m) > 0.4).astype(int)
    Y[0, : min(m, 2)] = [0, 1][: min(m, 2)]  # both classes are there
    return w, float(random_state.randn()), X, Y


# --- 1.1 ------------------------------------------------------------------------------------------


def _to_columns(pictures):
    """Pictures (m, p, p, 3) uint8 as float columns (3 p p, m): between 0 and 1, and then centred.

    Centred: the mean over the m pictures is subtracted from each of the 3 p p features.
    """
    X = pictures.reshape(len(pictures), -1).T / 255
    return X - X.mean(axis=1, keepdims=True)


def _pictures(random_state, m=None, p=None):
    m, p = m or random_state.randint(2, 5), p or random_state.randint(2, 4)
    return (random_state.randint(256, size=(m, p, p, 3)).astype(np.uint8),)


to_columns = Exercise(
    "1.1",
    "Columns",
    _to_columns,
    inputs=_pictures,
    corners={
        "one picture": lambda random_state: _pictures(random_state, m=1, p=2),
        "pictures of one pixel": lambda random_state: _pictures(random_state, m=4, p=1),
    },
    hints=[
        "First make one row of each picture:"
        " `reshape` with m as the first axis and -1 as the second.",
        "Rows become columns by `.T`. The reshape alone cannot do that.",
        "Bytes divided by 255 are floats from 0 to 1. The mean over the pictures has the shape"
        " (3 p p, 1): `axis=1, keepdims=True`.",
    ],
    mistakes={
        "The shape is right, but every column mixes all the pictures: reshape reads picture after"
        " picture, so cut it into m rows first and transpose after.": (
            ("reshape(len(pictures), -1).T", "reshape(-1, len(pictures))")
        ),
        "Your pictures are rows: the course keeps examples in columns, so transpose.": (
            ("reshape(len(pictures), -1).T / 255", "reshape(len(pictures), -1) / 255"),
            ("axis=1", "axis=0"),
        ),
        "Your columns are still 255 times too large: divide the bytes by 255.": (".T / 255", ".T"),
        "Every number was rounded down: `//` makes whole numbers, and `/` does not.": (
            (".T / 255", ".T // 255")
        ),
        "All axes are turned round, colours first: transpose after flattening, not before.": (
            ("pictures.reshape(len(pictures), -1).T", "pictures.T.reshape(-1, len(pictures))")
        ),
        "You subtracted one mean of all numbers: each feature has a mean of its own, axis=1.": (
            ("X.mean(axis=1, keepdims=True)", "X.mean()")
        ),
        "You subtracted each picture's own brightness: the mean goes over the pictures, axis=1.": (
            ("axis=1", "axis=0")
        ),
        "0.5 is the middle of the range: each feature has a mean of its own, over the pictures.": (
            ("X.mean(axis=1, keepdims=True)", "0.5")
        ),
        "You subtracted bytes from bytes, which start again at 255 below 0: divide by 255 first.": (
            (
                "pictures.reshape(len(pictures), -1).T / 255",
                "pictures.reshape(len(pictures), -1).T",
            ),
            (
                "X - X.mean(axis=1, keepdims=True)",
                "(X - X.mean(1, np.float64, keepdims=True).astype(np.uint8)) / 255",
            ),
        ),
        "Your pictures are rows, so this is the mean over the numbers of each picture: with `.T`"
        " they are columns.": (".T / 255", " / 255"),
        "This is the mean picture alone: subtract it from each of the columns.": (
            ("X - X.mean", "X.mean")
        ),
        "The scale is right and the centring is missing: subtract the mean over the pictures.": (
            ("return X - X.mean(axis=1, keepdims=True)", "return X")
        ),
    },
)


# --- 1.2 ------------------------------------------------------------------------------------------


def _stable_sigmoid(z):
    """Logistic sigmoid of any float array, without overflow. Shape in, shape out."""
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


def _scores(random_state):
    shape = tuple(random_state.randint(2, 5, size=random_state.randint(1, 3)))
    z = 3 * random_state.randn(*shape)
    z.flat[0], z.flat[1] = -1000.0, 1000.0
    return (z,)


stable_sigmoid = Exercise(
    "1.2",
    "A sigmoid that cannot overflow",
    _stable_sigmoid,
    inputs=_scores,
    corners={
        "z = 0": (np.zeros((2, 1)),),
        "scores near 0": (np.array([-0.9, -0.1, 0.1, 0.9]),),
        "scores of ±30, where the sigmoid is not yet 0 or 1": (np.array([[-30.0, 30.0, -36.0]]),),
        "a single huge score": (np.array([-1e6]),),
    },
    atol=1e-15,  # a sigmoid clipped at ±30 is 9e-14 away, rounding 1e-16
    hints=[
        "For which sign of z is exp(-z) safe, and what is the other form, with exp(z)?",
        "exp(-|z|) is safe for every z. For z >= 0 the answer is 1 / (1 + e); multiply numerator"
        " and denominator by exp(z) to see what it is for z < 0.",
        "np.where(condition, a, b) chooses element by element; compute e once, before choosing.",
    ],
    mistakes={
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
        " the numerator is 1 where z is positive and e where it is negative.": (
            ("np.where(z >= 0, 1, e)", "np.where(z >= 0, e, 1)")
        ),
        "This is never below one half: exp(-|z|) forgets the sign of z,"
        " which has to come back in the numerator.": ("np.where(z >= 0, 1, e)", "1"),
        "Clipping changes small probabilities: σ(-36) is not σ of your limit.": lambda z: (
            1 / (1 + np.exp(-np.clip(z, -30, 30)))
        ),
    },
)


# --- 1.3 ------------------------------------------------------------------------------------------


def _repaired(w, b, X, Y):
    """Cost and gradients of one neuron: returns cost, dw (n_x, 1), db (a number).

    w (n_x, 1), b a number, X (n_x, m), Y (1, m).
    """
    m = X.shape[1]
    A = 1 / (1 + np.exp(-(w.T @ X + b)))
    cost = -np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    dZ = A - Y
    return cost, X @ dZ.T / m, np.sum(dZ) / m


repaired = Exercise(
    "1.3",
    "Bug hunt",
    _repaired,
    inputs=_neuron,
    corners={
        "as many features as examples": lambda random_state: _neuron(random_state, 3, 3),
        "two examples": lambda random_state: _neuron(random_state, 4, 2),
    },
    results=("cost", "dw", "db"),
    hints=[
        "Print the shapes for n_x = 3 and m = 5. Which of the two numbers is `m` in the function?",
        "One bug hides when n_x equals m. The other does not change any shape: at w = 0 and b = 0,"
        " with one cat among four pictures, what must the cost be?",
        "m is the number of columns of X. The cost of a picture that is no cat is -log(1 - A).",
    ],
    mistakes={
        "One bug is left: m is the number of examples, and the examples are the columns of X.": (
            ("X.shape[1]", "X.shape[0]")
        ),
        "One bug is left: where Y is 0 the loss is -log(1 - A), and yours has the factor Y there"
        " too, so it never counts.": ("(1 - Y) * np.log", "Y * np.log"),
        "Both bugs are still there.": (
            ("X.shape[1]", "X.shape[0]"),
            ("(1 - Y) * np.log", "Y * np.log"),
        ),
        "Your dw and db have the wrong sign: the error is A - Y, predicted minus true.": (
            ("A - Y", "Y - A")
        ),
        "The slope of the sigmoid has cancelled already: dZ is A - Y, not (A - Y) A (1 - A).": (
            ("dZ = A - Y", "dZ = (A - Y) * A * (1 - A)")
        ),
        "Your dw lies on its side: dZ Xᵀ is a row (1, n_x), and w is a column; use X dZᵀ.": (
            ("X @ dZ.T / m", "dZ @ X.T / m")
        ),
        "Your db is m times too large: the cost is a mean over the pictures, so its derivative is"
        " one too.": ("np.sum(dZ) / m", "np.sum(dZ)"),
        "Your dw is m times too large: the cost is a mean over the pictures, so its gradient is one"
        " too.": ("X @ dZ.T / m", "X @ dZ.T"),
        "Your db is an array of m numbers: all pictures share one b, so their errors are added"
        " up.": ("np.sum(dZ) / m", "dZ / m"),
        "Your cost is a sum over the pictures: divide by m.": ("-np.mean(", "-np.sum("),
        "Your cost is negative: the logarithm of a probability is below zero, so the mean needs a"
        " minus sign.": ("-np.mean(", "np.mean("),
    },
)


# --- 1.4 ------------------------------------------------------------------------------------------


def _balanced(A, X, Y):
    """dw (n_x, 1) and db (a number) of the balanced cost, from A (1, m), X (n_x, m), Y (1, m).

    The balanced cost is ½ (mean loss of the cats) + ½ (mean loss of the others); both are there.
    """
    cats = Y.sum()
    others = Y.size - cats
    share = np.where(Y == 1, 0.5 / cats, 0.5 / others)
    dZ = share * (A - Y)
    return X @ dZ.T, np.sum(dZ)


def _answers(random_state, cats=None, m=None):
    _, _, X, Y = _neuron(random_state, m=m)
    if cats is not None:
        Y = (np.arange(Y.size) < cats).astype(int)[np.newaxis]
    return random_state.uniform(0.1, 0.9, size=Y.shape), X, Y


balanced = Exercise(
    "1.4",
    "Cats count as much as the others",
    _balanced,
    inputs=lambda random_state: _answers(random_state, cats=1 + random_state.randint(2), m=7),
    corners={
        "one cat only": lambda random_state: _answers(random_state, cats=1, m=5),
        "one other only": lambda random_state: _answers(random_state, cats=4, m=5),
        "as many cats as others": lambda random_state: _answers(random_state, cats=3, m=6),
    },
    results=("dw", "db"),
    hints=[
        "The loss of a single picture has the derivative A - Y with respect to its score, as"
        " before. What changes is the share that each picture has in the cost.",
        "In the plain cost each picture's share is 1/m. Here a cat's share is ½ divided by the"
        " number of cats.",
        "np.where(Y == 1, a, b) gives each picture its share, (1, m). The shares add up to 1.",
    ],
    mistakes={
        "This is the plain gradient: every picture has the share 1/m, so cats, being fewer, count"
        " less.": ("share = np.where(Y == 1, 0.5 / cats, 0.5 / others)", "share = 1 / Y.size"),
        "Both are twice too large: each class has half of the cost, so its share is ½ divided by"
        " its number.": (("0.5 / cats", "1 / cats"), ("0.5 / others", "1 / others")),
        "The shares are swapped: a cat's is ½ divided by the number of cats.": (
            ("0.5 / cats, 0.5 / others", "0.5 / others, 0.5 / cats")
        ),
        "The shares add up to 1 already: you divided dw by m once more.": (
            ("return X @ dZ.T,", "return X @ dZ.T / Y.size,")
        ),
        "The shares add up to 1 already: you divided dw and db by m once more.": (
            ("share * (A - Y)", "share * (A - Y) / Y.size")
        ),
        "db is the sum of the weighted errors, not their mean: the shares add up to 1 already.": (
            ("np.sum(dZ)", "np.mean(dZ)")
        ),
        "The sign is flipped: the error is A - Y.": ("A - Y", "Y - A"),
        "The shares are left out, or 1 for every picture: multiply each error by its own share.": (
            ("share * (A - Y)", "A - Y")
        ),
        "You took all pictures for the others: they are m minus the cats.": (
            ("Y.size - cats", "Y.size")
        ),
        "You multiplied ½ by the numbers: the more pictures a class has, the less of its half falls"
        " on each.": (("0.5 / cats", "0.5 * cats"), ("0.5 / others", "0.5 * others")),
        "X (n_x, m) and dZ (1, m) have the same inner length only if dZ is transposed: X @ dZ.T.": (
            ("X @ dZ.T", "X @ dZ")
        ),
        "The star multiplies entry by entry; the sum over the pictures is made by X @ dZ.T.": (
            ("X @ dZ.T", "X * dZ.T")
        ),
        "The two factors are exchanged: X (n_x, m) comes first, then dZ.T (m, 1).": (
            ("X @ dZ.T", "dZ.T @ X")
        ),
        "The cats' part alone: where Y is 0 the error counts too.": (
            ("0.5 / cats, 0.5 / others", "0.5 / cats, 0")
        ),
        "The others' part alone: the cats have a half of the cost too.": (
            ("0.5 / cats, 0.5 / others", "0, 0.5 / others")
        ),
    },
)


# --- 1.5 ------------------------------------------------------------------------------------------


def _second_derivative(w, b, X, v):
    """The second derivative of the cost at w, b in the direction v: a number.

    It is d²J / dt² of J(w + t v, b) at t = 0. w (n_x, 1), b a number, X (n_x, m), v (n_x, 1).
    """
    A = 1 / (1 + np.exp(-(w.T @ X + b)))
    return np.mean(A * (1 - A) * (v.T @ X) ** 2)


def _direction(random_state, m=None):
    w, b, X, _ = _neuron(random_state, m=m)
    return w, b, X, random_state.randn(*w.shape)


second_derivative = Exercise(
    "1.5",
    "The cost is convex",
    _second_derivative,
    inputs=_direction,
    corners={
        "one example": lambda random_state: _direction(random_state, m=1),
        "v = 0": (
            np.ones((2, 1)),
            0.5,
            np.array([[1.0, -2.0, 3.0], [0.5, 0.0, 1.0]]),
            np.zeros((2, 1)),
        ),
    },
    hints=[
        "The score moves along the line as z + t vᵀx. What is dz/dt?",
        "The first derivative of one loss is (a - y) vᵀx. Only a depends on t; da/dz = a (1 - a).",
        "v.T @ X is (1, m): one number per example. Square it, weight it, and take the mean.",
    ],
    mistakes={
        "This is the mean of a (1 - a) alone: the chain rule gives the factor vᵀx twice.": (
            "np.mean(A * (1 - A) * (v.T @ X) ** 2)",
            "np.mean(A * (1 - A))",
        ),
        "The factor vᵀx comes twice, once for each derivative: it is squared.": (
            ("(v.T @ X) ** 2", "(v.T @ X)")
        ),
        "This is the sum over the examples: the cost is a mean, and so are its derivatives.": (
            ("np.mean(", "np.sum(")
        ),
        "The slope of the sigmoid is missing: the derivative of a is a (1 - a).": (
            ("A * (1 - A) * ", "")
        ),
        "The mean comes last: multiply and square for each example first.": (
            (
                "np.mean(A * (1 - A) * (v.T @ X) ** 2)",
                "np.mean(A * (1 - A)) * np.mean(v.T @ X) ** 2",
            )
        ),
        "The derivative of a is a (1 - a); yours lacks the factor 1 - a.": ("A * (1 - A)", "A"),
        "The derivative of a is a (1 - a); yours lacks the factor a.": ("A * (1 - A)", "(1 - A)"),
        "The direction is v, and you used the weights w.": ("v.T @ X", "w.T @ X"),
    },
)
