"""Exercises of chapter 8: batch normalization in training and in prediction, and layer norm."""

import numpy as np

from lib.exercises import Exercise


def _batch(random_state):
    """Scores (n, m) of n units, n != m, each with a mean and a spread of its own."""
    n, m = random_state.permutation([3, 4, 5, 6, 7])[:2]
    spread, mean = random_state.uniform(0.05, 3, size=(n, 1)), random_state.randn(n, 1)
    return mean + spread * random_state.randn(n, m)


# --- 8.1 ------------------------------------------------------------------------------------------


def _late_variance():
    """The running variance after 100 steps, from 1 on, with momentum 0.99: a number.

    In every batch the unit has the variance 4. About 1 % off is near enough.
    """
    left = 0.366  # 0.99**100 of the start, which is 1; the rest is of the batches, which have 4
    return left + (1 - left) * 4


late_variance = Exercise(
    "8.1",
    "Predict: an average that is late",
    _late_variance,
    rtol=0.01,
    properties={
        "A running average lies between where it starts, 1, and what the batches have, 4.": (
            lambda x: 1 <= x <= 4
        )
    },
    hints=[
        "The running variance starts from 1. What share of that start is left after t steps?",
        "0.99 to the power 100 is about 0.37. All that is not the start any more is 4.",
    ],
    mistakes={
        "You gave what it will be in the end: after 100 steps a good third of the start is left.": (
            ("left + (1 - left) * 4", "4")
        ),
        "You added the whole 4 to what is left of the start: only the share 0.634 of it came in.": (
            ("left + (1 - left) * 4", "left + 4")
        ),
        "You gave both the share 0.366: it is that of the start; the batches have the rest.": (
            ("left + (1 - left) * 4", "left + left * 4")
        ),
        "That is the start: the 100 batches have moved it.": ("left + (1 - left) * 4", "1"),
        "You exchanged the shares: 0.366 is what is left of the start, the 1.": (
            ("left + (1 - left) * 4", "left * 4 + (1 - left)")
        ),
        "You let the average start from 0: it starts from 1.": (
            "left + (1 - left) * 4",
            "(1 - left) * 4",
        ),
        "That is the share of the start that is left. The average is made of this share of 1, and"
        " the rest of 4.": ("left + (1 - left) * 4", "left"),
        "That is the share of the batches: multiply it by their variance, 4, and add what is left"
        " of the start.": ("left + (1 - left) * 4", "1 - left"),
        "You averaged standard deviations, 1 and 2: the layer averages variances.": (
            ("left + (1 - left) * 4", "left + (1 - left) * 2")
        ),
        "You averaged standard deviations and took the square: the layer averages variances.": (
            ("left + (1 - left) * 4", "(left + (1 - left) * 2) ** 2")
        ),
        "That is one step, with 0.99 of the start: 100 steps leave 0.366 of it.": (
            ("left + (1 - left) * 4", "0.99 * 1 + 0.01 * 4")
        ),
        "That is one step with the shares exchanged: momentum is the share that stays.": (
            ("left + (1 - left) * 4", "0.01 * 1 + 0.99 * 4")
        ),
        "The whole start is still in your average, beside the share of the batches: only 0.366 of"
        " it is left.": ("left + (1 - left) * 4", "1 + (1 - left) * 4"),
    },
)


# --- 8.2 ------------------------------------------------------------------------------------------


def _running_averages(batches, momentum):
    """The running mean and variance, (n, 1) each, after PyTorch's layer met these batches.

    batches: a list of scores Z (n, m), in the order in which training met them. Start from mean 0
    and variance 1; each batch moves both by running = (1 - momentum) running + momentum new, where
    new is the mean of the batch, and its variance times m / (m - 1).
    """
    n = batches[0].shape[0]
    mean, variance = np.zeros((n, 1)), np.ones((n, 1))
    for Z in batches:
        new_mean = Z.mean(axis=1, keepdims=True)
        new_variance = Z.var(axis=1, keepdims=True, ddof=1)  # divides by m - 1
        mean = (1 - momentum) * mean + momentum * new_mean
        variance = (1 - momentum) * variance + momentum * new_variance
    return mean, variance


def _several_batches(random_state):
    n, m = random_state.permutation([3, 4, 5, 6])[:2]
    k = random_state.randint(3, 6)
    batches = [random_state.uniform(1, 3) + 2 * random_state.randn(n, m) for _ in range(k)]
    return batches, float(random_state.uniform(0.1, 0.4))


running_averages = Exercise(
    "8.2",
    "Running averages, as PyTorch keeps them",
    _running_averages,
    results=("the running mean", "the running variance"),
    inputs=_several_batches,
    corners={
        "one batch": lambda random_state: ([random_state.randn(3, 5)], 0.1),
        "momentum 1, no memory": lambda random_state: (
            [random_state.randn(3, 4) for _ in range(3)],
            1.0,
        ),
        "a smaller last batch": lambda random_state: (
            [random_state.randn(3, 6), random_state.randn(3, 6), random_state.randn(3, 2)],
            0.3,
        ),
    },
    hints=[
        "Two arrays (n, 1), one of zeros and one of ones, and a loop over the batches.",
        "Here momentum says how much of the *new* batch comes in; 1 - momentum of the old stays.",
        "Z.var(axis=1, keepdims=True, ddof=1) is the variance times m / (m - 1).",
    ],
    mistakes={
        "That is our library's convention: here momentum is the share of the new batch.": (
            ("(1 - momentum) * mean + momentum", "momentum * mean + (1 - momentum)"),
            ("(1 - momentum) * variance + momentum", "momentum * variance + (1 - momentum)"),
        ),
        "The mean is right, but the variance starts from 0: it starts from 1.": (
            "np.ones",
            "np.zeros",
        ),
        "The mean starts from 1: it starts from 0.": ("np.zeros", "np.ones"),
        "The mean is right, but the variance lacks the factor m / (m - 1).": (", ddof=1", ""),
        "The mean is right, but your factor m / (m - 1) multiplies the start, 1, as well: it"
        " belongs to the variance of each batch.": (
            (", ddof=1", ""),
            ("return mean, variance", "return mean, variance * Z.shape[1] / (Z.shape[1] - 1)"),
        ),
        "The mean is right, but the variance is divided by m + 1: m - 1 is due, it has to grow.": (
            "ddof=1",
            "ddof=-1",
        ),
        "These are the statistics of the last batch: an average over all batches is wanted.": (
            ("(1 - momentum) * mean + momentum * new_mean", "new_mean"),
            ("(1 - momentum) * variance + momentum * new_variance", "new_variance"),
        ),
        "The running mean is that of the last batch alone, the running variance is right.": (
            ("(1 - momentum) * mean + momentum * new_mean", "new_mean")
        ),
        "The mean is right, but the running variance is that of the last batch alone.": (
            ("(1 - momentum) * variance + momentum * new_variance", "new_variance")
        ),
        "You averaged over the units: mean and variance belong to a unit and go over the examples,"
        " axis 1.": (
            ("Z.mean(axis=1", "Z.mean(axis=0"),
            ("Z.var(axis=1", "Z.var(axis=0"),
        ),
        "The variance is right; the new mean is that of all units together: each has its own.": (
            ("Z.mean(axis=1, ", "Z.mean(")
        ),
        "The mean is right; the new variance is that of all units together: each has its own.": (
            ("Z.var(axis=1, ", "Z.var(")
        ),
        "The variance is right; your running mean adds up sums: the mean of a batch is due.": (
            ("Z.mean(", "Z.sum(")
        ),
        "The mean is right, but the old variance keeps the share momentum: 1 - momentum is due.": (
            ("(1 - momentum) * variance", "momentum * variance")
        ),
        "The variance is right, but the old mean keeps the share momentum: 1 - momentum is due.": (
            ("(1 - momentum) * mean", "momentum * mean")
        ),
        "The mean is right, but in the variance the new batch does not come in.": (
            (" + momentum * new_variance", "")
        ),
        "The mean is right, but the new variance is subtracted: it is added.": (
            ("+ momentum * new_variance", "- momentum * new_variance")
        ),
        "The mean is right, but you averaged standard deviations: average the variances.": (
            ("Z.var(", "Z.std(")
        ),
        "The old averages are kept whole: each batch replaces a share of them.": (
            ("(1 - momentum) * mean", "mean"),
            ("(1 - momentum) * variance", "variance"),
        ),
        "The old mean is kept whole: each batch replaces a share of it.": (
            ("(1 - momentum) * mean", "mean")
        ),
        "The mean is right, but the old variance is kept whole: each batch replaces a share.": (
            ("(1 - momentum) * variance", "variance")
        ),
        "The mean of the new batch comes in whole: only the share momentum of it does.": (
            ("momentum * new_mean", "new_mean")
        ),
        "The mean is right, but the new variance comes in whole: only the share momentum does.": (
            ("momentum * new_variance", "new_variance")
        ),
        "The new batch never comes in: these are the start, shrunk.": (
            (" + momentum * new_mean", ""),
            (" + momentum * new_variance", ""),
        ),
    },
)


# --- 8.3 ------------------------------------------------------------------------------------------


def _resting_length(rate, decay, G):
    """The length r at which a row of weights comes to rest: a number above 0.

    Each step is w - rate * (g + decay * w), with g perpendicular to w and of length G / r.
    rate, decay and G are positive numbers, rate * decay is below 1. No approximation.
    """
    kept = 1 - rate * decay
    return (rate**2 * G**2 / (1 - kept**2)) ** 0.25


def _rate_decay_size(random_state):
    rate, decay = random_state.uniform(0.2, 0.9), random_state.uniform(0.2, 0.9)
    return float(rate), float(decay), float(random_state.uniform(0.5, 4))


resting_length = Exercise(
    "8.3",
    "On paper: weight decay and batch norm",
    _resting_length,
    inputs=_rate_decay_size,
    corners={"usual numbers": (0.1, 5e-4, 1.0), "strong decay": (1.0, 0.9, 2.0)},
    hints=[
        "Split the step into a part along w and one across, and use Pythagoras for the new length.",
        "At rest the new length is the old one, r. The gradient part is rate * G / r.",
        "r**2 = (1 - rate * decay)**2 * r**2 + (rate * G / r)**2. Multiply by r**2.",
    ],
    mistakes={
        "That is the square of the length, or the length for a gradient of size G: it is G / r.": (
            ("** 0.25", "** 0.5")
        ),
        "That is the fourth power of the length: take the fourth root.": (" ** 0.25", ""),
        "That is the approximation for a small rate * decay: square 1 - rate * decay as it is.": (
            ("1 - kept**2", "2 * rate * decay")
        ),
        "The factor of w is 1 - rate * decay in the length, and squared in the squared length.": (
            ("kept**2", "kept")
        ),
        "The rate belongs to the gradient's part as well, squared.": ("rate**2 * G**2", "G**2"),
        "The rate of the gradient's part is squared, as all lengths in Pythagoras are.": (
            ("rate**2", "rate")
        ),
        "G is squared, as all lengths in Pythagoras are.": ("G**2", "G"),
        "The decay is multiplied by the rate: one step keeps 1 - rate * decay of w.": (
            ("1 - rate * decay", "1 - decay")
        ),
        "The decay shrinks the weights: 1 - rate * decay, and not 1 + it. (The result is not even a"
        " number here.)": ("1 - rate * decay", "1 + rate * decay"),
        "G is missing: a larger gradient pushes the row further out.": (" * G**2", ""),
        "You multiplied by 1 - (1 - rate * decay)**2: it divides.": ("/ (1", "* (1"),
        "Upside down: a larger gradient makes the row longer, more decay shorter.": (
            ("rate**2 * G**2 / (1 - kept**2)", "(1 - kept**2) / (rate**2 * G**2)")
        ),
        "Where the equation says 1 - (1 - rate * decay)**2, you have (1 - rate * decay)**2.": (
            ("(1 - kept**2)", "kept**2")
        ),
        "Where the equation says 1 - (1 - rate * decay)**2, you have a plus.": (
            ("1 - kept**2", "1 + kept**2")
        ),
        "You divided nothing: 1 - (1 - rate * decay)**2 is missing.": (" / (1 - kept**2)", ""),
    },
)


# --- 8.4 ------------------------------------------------------------------------------------------


def _forward_both_modes(Z, gamma, beta, running_mean, running_variance, training):
    """The output (n, m), and the running mean and variance (n, 1) after the call.

    In training the batch's own statistics are used, and the running ones moved by a tenth towards
    them. In prediction the running ones are used, and stay as they are. epsilon is 1e-2, under the
    root. Z (n, m); gamma, beta, running_mean and running_variance are (n, 1).
    """
    mean, variance = running_mean, running_variance
    if training:
        mean, variance = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = 0.9 * running_mean + 0.1 * mean
        running_variance = 0.9 * running_variance + 0.1 * variance
    output = gamma * (Z - mean) / np.sqrt(variance + 1e-2) + beta
    return output, running_mean, running_variance


def _exhibit(Z, gamma, beta, running_mean, running_variance, training):
    mean, variance = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
    if training:
        running_mean = 0.1 * running_mean + 0.9 * mean
        running_variance = 0.1 * running_variance + 0.9 * variance
    Z_hat = (Z - mean) / (np.sqrt(variance) + 1e-2)
    return gamma * Z_hat + beta, running_mean, running_variance


def _both_modes(mode):
    """Ordinary inputs in one of the two modes."""

    def draw(random_state):
        Z = _batch(random_state)
        n = len(Z)
        gamma, beta = random_state.uniform(0.5, 2, size=(n, 1)), random_state.randn(n, 1)
        running = random_state.randn(n, 1), random_state.uniform(0.5, 2, size=(n, 1))
        return Z, gamma, beta, *running, mode

    return draw


def _either_mode(random_state):
    return _both_modes(bool(random_state.permutation([True, False])[0]))(random_state)


def _between(new, old, batch):
    return np.all((new >= np.minimum(old, batch) - 1e-9) & (new <= np.maximum(old, batch) + 1e-9))


def _mean_between(result, Z, gamma, beta, running_mean, *rest):
    return _between(result[1], running_mean, Z.mean(axis=1, keepdims=True))


def _variance_between(result, Z, gamma, beta, running_mean, running_variance, *rest):
    return _between(result[2], running_variance, Z.var(axis=1, keepdims=True))


# What several of the mistakes below share: the exhibit's slips, one by one.
_OUTSIDE = ("np.sqrt(variance + 1e-2)", "(np.sqrt(variance) + 1e-2)")
_JUMPS = (
    ("0.9 * running_mean + 0.1 * mean", "0.1 * running_mean + 0.9 * mean"),
    ("0.9 * running_variance + 0.1 * variance", "0.1 * running_variance + 0.9 * variance"),
)
_BATCH = (
    "mean, variance = running_mean, running_variance\n",
    "mean, variance = Z.mean(1, keepdims=True), Z.var(1, keepdims=True)\n",
)

forward_both_modes = Exercise(
    "8.4",
    "Bug hunt: one layer, two modes",
    _forward_both_modes,
    results=("the output", "the running mean", "the running variance"),
    properties={
        f"The new running {name} does not lie between the old one and that of the batch.": holds
        for name, holds in {"mean": _mean_between, "variance": _variance_between}.items()
    },
    inputs=_either_mode,
    corners={"training": _both_modes(True), "prediction": _both_modes(False)},
    hints=[
        "Call the exhibit in prediction with one column of Z. What is Z minus the mean of itself?",
        "Call it in training ten times with the same Z. Do the running averages come near Z's own"
        " slowly, by a tenth of the gap each time?",
        "Where does epsilon stand in the formula, and where in the code?",
    ],
    mistakes={
        "This is the exhibit as it was, all three slips in place.": _exhibit,
        "Two mended, one to go: in prediction the answer for an example still depends on the"
        " others. Use the running averages there.": _BATCH,
        "Two mended, one to go: the running averages jump nine tenths of the way to each batch."
        " The old value keeps 0.9.": _JUMPS,
        "Two mended, one to go: epsilon stands beside the deviation and not under the root.": (
            _OUTSIDE
        ),
        "One mended, epsilon; prediction still uses the batch, and the running averages keep only"
        " a tenth of the old value.": (_BATCH, *_JUMPS),
        "One mended, the running averages; prediction still uses the batch, and epsilon stands"
        " outside the root.": (_BATCH, _OUTSIDE),
        "One mended, prediction; the running averages keep only a tenth of the old value, and"
        " epsilon stands outside the root.": (*_JUMPS, _OUTSIDE),
        "The running variance is right; the running mean keeps only a tenth of its old value.": (
            _JUMPS[0]
        ),
        "The running mean is right; the running variance keeps only a tenth of its old value.": (
            _JUMPS[1]
        ),
        "Prediction moves the running averages: then whoever asks changes the answers for the"
        " next.": lambda Z, gamma, beta, running_mean, running_variance, training: (
            _forward_both_modes(Z, gamma, beta, running_mean, running_variance, training)[0],
            *_forward_both_modes(Z, gamma, beta, running_mean, running_variance, True)[1:],
        ),
        "The running averages never move, so prediction would know nothing of the training.": (
            ("running_mean = 0.9 * running_mean + 0.1 * mean", "pass"),
            ("running_variance = 0.9 * running_variance + 0.1 * variance", "pass"),
        ),
        "The running mean never moves; the running variance does.": (
            ("running_mean = 0.9 * running_mean + 0.1 * mean", "pass")
        ),
        "The running variance never moves; the running mean does.": (
            ("running_variance = 0.9 * running_variance + 0.1 * variance", "pass")
        ),
        "The two modes are exchanged: this is what prediction does when training is True, and the"
        " other way round.": ("if training:", "if not training:"),
        "Both modes do what training does: in prediction the running averages are used and stay.": (
            ("if training:", "if True:")
        ),
        "In training you normalized by the running averages: there the batch's own statistics are"
        " used, and the gradient goes through them.": (
            ("variance = running_mean, running_variance", "variance = 0, 1"),
            ("output = ", "mean, variance = running_mean, running_variance\n    output = "),
        ),
        "The output is right. The old averages are kept whole: nine tenths of them stay.": (
            ("0.9 * running_mean", "running_mean"),
            ("0.9 * running_variance", "running_variance"),
        ),
        "The output and the running variance are right. The old mean is kept whole: 0.9 of it"
        " stays.": ("0.9 * running_mean", "running_mean"),
        "The output and the running mean are right. The old variance is kept whole: 0.9 of it"
        " stays.": ("0.9 * running_variance", "running_variance"),
        "The running mean takes in the whole mean of the batch: a tenth of it is due.": (
            ("0.1 * mean", "mean")
        ),
        "The running variance takes in the whole variance of the batch: a tenth of it is due.": (
            ("0.1 * variance", "variance")
        ),
        "Epsilon is missing under the root.": (" + 1e-2", ""),
        "You divided by the variance and epsilon: their root is due.": (
            ("np.sqrt(variance + 1e-2)", "(variance + 1e-2)")
        ),
        "The division by the deviation is missing.": (" / np.sqrt(variance + 1e-2)", ""),
        "You multiplied by the deviation: Z_hat is divided by it.": (
            ("/ np.sqrt(variance", "* np.sqrt(variance")
        ),
        "The mean is not subtracted from Z.": ("(Z - mean)", "Z"),
        "The mean is added to Z: subtract it.": ("Z - mean", "Z + mean"),
        "gamma is missing: it multiplies Z_hat.": ("gamma * (Z", "(Z"),
        "beta is missing: it is added to the output.": (" + beta", ""),
        "Your standard deviation stands where the variance belongs: .std is its root.": (
            ("Z.var(", "Z.std(")
        ),
        "The running mean moves by a tenth of the batch's sum, or is compared with a sum: the mean"
        " is due.": ("Z.mean(axis=1", "Z.sum(axis=1"),
        "The batch's variance goes over all units together: each unit has its own, axis=1.": (
            ("Z.var(axis=1, ", "Z.var(")
        ),
        "The batch's mean goes over all units together: each unit has its own, axis=1.": (
            ("Z.mean(axis=1, ", "Z.mean(")
        ),
    },
)


# --- 8.5 ------------------------------------------------------------------------------------------


def _folded(W, gamma, beta, running_mean, running_variance, epsilon):
    """W and b of one Dense layer that answers as Dense(bias=False) and BatchNorm do in prediction.

    W is (n, n_prev); gamma, beta, running_mean and running_variance are (n, 1). Returns an array
    (n, n_prev) and one (n, 1); the arguments are left alone.
    """
    scale = gamma / np.sqrt(running_variance + epsilon)
    return scale * W, beta - scale * running_mean


def _trained_layers(random_state):
    n, n_prev = random_state.permutation([2, 3, 4, 5])[:2]
    gamma, beta = random_state.uniform(0.5, 2, size=(n, 1)), random_state.randn(n, 1)
    running = random_state.randn(n, 1), random_state.uniform(0.2, 4, size=(n, 1))
    return random_state.randn(n, n_prev), gamma, beta, *running, 0.01


folded = Exercise(
    "8.5",
    "Folding it away",
    _folded,
    results=("W", "b"),
    inputs=_trained_layers,
    hints=[
        "Write the output of both layers for one example, with z = W a: a factor times (z - mean),"
        " and a shift. Multiply out.",
        "The factor of unit k belongs to row k of W: an array (n, 1) times one (n, n_prev).",
        "What does not multiply W a is the new b.",
    ],
    mistakes={
        "b is beta minus the running mean: the mean is scaled too, by gamma / deviation.": (
            ("beta - scale * running_mean", "beta - running_mean")
        ),
        "W is right; in b the running mean is divided by the deviation, and gamma is forgotten.": (
            ("beta - scale * running_mean", "beta - scale / gamma * running_mean")
        ),
        "The running mean is added: it was subtracted from Z.": ("beta - scale", "beta + scale"),
        "beta is missing from b.": ("beta - scale", "-scale"),
        "gamma is missing: Z_hat is multiplied by it.": ("gamma / np", "1 / np"),
        "The running mean is missing from b: the layer subtracts it from every score.": (
            (" - scale * running_mean", "")
        ),
        "You divided by the variance: its root is due.": (
            ("np.sqrt(running_variance + epsilon)", "(running_variance + epsilon)")
        ),
        "You left epsilon out: prediction divides by the same root as the layer does.": (
            (" + epsilon", "")
        ),
        "You added epsilon to the deviation; it belongs under the root, beside the variance.": (
            ("np.sqrt(running_variance + epsilon)", "(np.sqrt(running_variance) + epsilon)")
        ),
        "W is as it was: the factor gamma / deviation belongs to its rows.": ("scale * W", "W"),
        "You multiplied by the deviation: Z_hat is divided by it.": ("gamma / np", "gamma * np"),
        "The division by the deviation is missing: your factor is gamma alone.": (
            (" / np.sqrt(running_variance + epsilon)", "")
        ),
    },
)


# --- 8.6 ------------------------------------------------------------------------------------------


def _layer_norm_backward(dZ_hat, Z, epsilon):
    """dZ (n, m) of *layer* normalization, which normalizes every column of Z (n, m) by itself.

    Z_hat = (Z - mean) / sqrt(variance + epsilon), with one mean and one variance per example,
    (1, m), over its n units. dZ_hat (n, m) is what comes back from behind; there is no gamma and no
    beta.
    """
    centred = Z - Z.mean(axis=0, keepdims=True)
    deviation = np.sqrt(np.mean(centred**2, axis=0, keepdims=True) + epsilon)
    Z_hat = centred / deviation
    mean = dZ_hat.mean(axis=0, keepdims=True)
    along = np.mean(dZ_hat * Z_hat, axis=0, keepdims=True)
    return (dZ_hat - mean - Z_hat * along) / deviation


def _gradient_and_scores(random_state):
    Z = _batch(random_state)
    return random_state.randn(*Z.shape), Z, 0.01


layer_norm_backward = Exercise(
    "8.6",
    "Back through layer normalization",
    _layer_norm_backward,
    inputs=_gradient_and_scores,
    corners={
        "one example": lambda random_state: (
            random_state.randn(4, 1),
            random_state.randn(4, 1),
            0.01,
        ),
        "a column without spread": lambda random_state: (
            random_state.randn(3, 4),
            np.hstack([np.full((3, 1), 2.0), random_state.randn(3, 3)]),
            0.01,
        ),
    },
    hints=[
        "The derivation of the chapter nowhere asked what the entries of a row are. What changes"
        " when the entries of a column take their place?",
        "All means are over axis 0, and m becomes n.",
        "Recompute Z_hat and the deviation from Z, then subtract from dZ_hat its mean and its share"
        " along Z_hat, and divide.",
    ],
    mistakes={
        "This is batch normalization: the means go over the units of each example here, axis 0.": (
            ("Z.mean(axis=0, keepdims=True)\n    dev", "Z.mean(axis=1, keepdims=True)\n    dev"),
            ("np.mean(centred**2, axis=0", "np.mean(centred**2, axis=1"),
            ("dZ_hat.mean(axis=0", "dZ_hat.mean(axis=1"),
            ("np.mean(dZ_hat * Z_hat, axis=0", "np.mean(dZ_hat * Z_hat, axis=1"),
        ),
        "You took the deviation for a constant: the share along Z_hat is still in.": (
            (" - Z_hat * along", "")
        ),
        "You took the mean for a constant: every column of dZ needs to sum to 0.": (" - mean", ""),
        "You took both for constants: the cost reaches Z through mean and variance too.": (
            (" - mean - Z_hat * along", "")
        ),
        "The division by the deviation is missing.": (") / deviation", ")"),
        "You multiplied by the deviation at the end: the chain rule divides by it.": (
            (") / deviation", ") * deviation")
        ),
        "You subtracted Z_hat times a sum, n times too much: the mean is due.": (
            ("np.mean(dZ_hat * Z_hat", "np.sum(dZ_hat * Z_hat")
        ),
        "You subtracted the sum of dZ_hat, n times too much: its mean is due.": (
            ("dZ_hat.mean(", "dZ_hat.sum(")
        ),
        "You divided by m: the sums are over the n units of an example, so n is due.": (
            ("dZ_hat.mean(axis=0, keepdims=True)",
             "dZ_hat.sum(axis=0, keepdims=True) / Z.shape[1]"),
            ("np.mean(dZ_hat * Z_hat, axis=0, keepdims=True)",
             "np.sum(dZ_hat * Z_hat, axis=0, keepdims=True) / Z.shape[1]"),
        ),
        "You subtracted two sums where means are due.": (
            ("dZ_hat.mean(", "dZ_hat.sum("),
            ("np.mean(dZ_hat * Z_hat", "np.sum(dZ_hat * Z_hat"),
        ),
        "The share along Z_hat is added: it needs to be taken off.": ("- Z_hat", "+ Z_hat"),
        "The mean is added: it needs to be taken off.": ("- mean", "+ mean"),
        "This is Z_hat, the way forward: the way back starts from dZ_hat.": (
            ("return (dZ_hat - mean - Z_hat * along) / deviation", "return Z_hat")
        ),
        "The share along Z_hat is subtracted without Z_hat: as a vector it points along Z_hat.": (
            ("- Z_hat * along", "- along")
        ),
        "You subtracted Z_hat itself: the factor, the mean of dZ_hat * Z_hat, is missing.": (
            ("- Z_hat * along", "- Z_hat")
        ),
        "Your deviation is that of the batch, axis 1: it belongs to an example, over its units.": (
            ("np.mean(centred**2, axis=0", "np.mean(centred**2, axis=1")
        ),
        "Z is centred over the batch, axis 1: each example is centred over its own units.": (
            ("Z.mean(axis=0, keepdims=True)\n    dev", "Z.mean(axis=1, keepdims=True)\n    dev")
        ),
        "The mean of dZ_hat goes over the batch, axis 1: here it goes over the units.": (
            ("dZ_hat.mean(axis=0", "dZ_hat.mean(axis=1")
        ),
        "The share along Z_hat is averaged over the batch, axis 1: here over the units.": (
            ("np.mean(dZ_hat * Z_hat, axis=0", "np.mean(dZ_hat * Z_hat, axis=1")
        ),
        "The mean of dZ_hat goes over all its numbers: each example has its own, axis 0.": (
            ("dZ_hat.mean(axis=0, ", "dZ_hat.mean(")
        ),
        "The share along Z_hat is averaged over all numbers: each example has its own, axis 0.": (
            ("np.mean(dZ_hat * Z_hat, axis=0, ", "np.mean(dZ_hat * Z_hat, ")
        ),
        "Z is centred by the mean of all its numbers: each example has its own, axis 0.": (
            ("Z.mean(axis=0, keepdims=True)\n    dev", "Z.mean(keepdims=True)\n    dev")
        ),
        "Your deviation is one number for the whole batch: each example has its own, axis 0.": (
            ("np.mean(centred**2, axis=0, ", "np.mean(centred**2, ")
        ),
        "You divided by the variance: the root is missing in your deviation.": (
            ("np.sqrt(np.mean(centred**2, axis=0, keepdims=True) + epsilon)",
             "np.mean(centred**2, axis=0, keepdims=True) + epsilon")
        ),
        "Z is not centred: subtract each example's mean first.": (
            ("Z - Z.mean(axis=0, keepdims=True)", "Z")
        ),
        "Your sums of squares lack the 1/n: the variance is a mean.": (
            ("np.mean(centred**2", "np.sum(centred**2")
        ),
        "Z_hat lacks the division by the deviation.": ("centred / deviation", "centred"),
        "Epsilon is missing under the root: a column without spread is divided by 0.": (
            (" + epsilon", "")
        ),
        "You have the sign of the mean's part right, but dZ_hat itself is missing.": (
            ("(dZ_hat - mean", "(-mean")
        ),
        "The sign is flipped in dZ_hat - mean only: what comes back is dZ_hat, minus its mean.": (
            ("dZ_hat - mean - Z", "mean - dZ_hat - Z")
        ),
    },
)  # fmt: skip
