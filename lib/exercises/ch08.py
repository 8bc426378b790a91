"""Exercises of chapter 8: batch normalization, there and back, and what prediction needs."""

import numpy as np

from lib.exercises import exercise


def _batch(random_state):
    """Scores (n, m) of n units, n != m, each with a mean and a spread of its own."""
    n, m = random_state.permutation([3, 4, 5, 6, 7])[:2]
    spread, mean = random_state.uniform(0.05, 3, size=(n, 1)), random_state.randn(n, 1)
    return mean + spread * random_state.randn(n, m)


def _standard(Z, epsilon, axis=1, ddof=0):
    """Z with its mean taken off and its deviation divided out, along an axis."""
    variance = Z.var(axis=axis, keepdims=True, ddof=ddof)
    return (Z - Z.mean(axis=axis, keepdims=True)) / np.sqrt(variance + epsilon)


def _in_place(Z, epsilon):
    Z -= Z.mean(axis=1, keepdims=True)
    Z /= np.sqrt(Z.var(axis=1, keepdims=True) + epsilon)
    return Z


@exercise("8.1", "A batch in its own units")
class normalized:
    """Z_hat (n, m): each unit's scores with mean 0 and, up to epsilon, variance 1 over the batch.

    Z is (n, m), a unit a row and an example a column; Z itself is left alone.
    """

    def inputs(random_state):
        return _batch(random_state), float(random_state.choice([1e-5, 0.01, 0.1]))

    def solution(Z, epsilon):
        centred = Z - Z.mean(axis=1, keepdims=True)
        variance = np.mean(centred**2, axis=1, keepdims=True)
        return centred / np.sqrt(variance + epsilon)

    hints = [
        "The mean is taken over the examples. Along which axis do they lie?",
        "A mean of shape (n,) does not fit (n, m): keepdims=True leaves it as (n, 1).",
        "epsilon is added to the variance, before the root.",
    ]
    mistakes = {
        "You normalized each example over its units, axis 0: here every unit is measured against"
        " the other examples of the batch, axis 1.": lambda Z, epsilon: _standard(Z, epsilon, 0),
        "You took one mean and one variance for all units together: each unit has its own.": (
            lambda Z, epsilon: _standard(Z, epsilon, None)
        ),
        "You divided by the variance: the unit of Z_hat is right only with its square root.": (
            lambda Z, epsilon: (
                (Z - Z.mean(axis=1, keepdims=True)) / (Z.var(axis=1, keepdims=True) + epsilon)
            )
        ),
        "You added epsilon to the deviation; it belongs under the root, beside the variance.": (
            lambda Z, epsilon: (
                (Z - Z.mean(axis=1, keepdims=True)) / (Z.std(axis=1, keepdims=True) + epsilon)
            )
        ),
        "You left epsilon out: a unit that says the same to all examples would divide by 0.": (
            lambda Z, epsilon: _standard(Z, 0)
        ),
        "Your variance divides by m - 1: for the batch itself it is the mean of the squares.": (
            lambda Z, epsilon: _standard(Z, epsilon, ddof=1)
        ),
        "The spread is right and the mean is still in: subtract it first.": lambda Z, epsilon: (
            Z / np.sqrt(Z.var(axis=1, keepdims=True) + epsilon)
        ),
        "You divided by the root of the mean square of Z: centre first, then measure the"
        " spread.": lambda Z, epsilon: (
            (Z - Z.mean(axis=1, keepdims=True))
            / np.sqrt(np.mean(Z**2, axis=1, keepdims=True) + epsilon)
        ),
        "You subtracted the mean, and the spread is still that of Z: divide by the root of the"
        " variance plus epsilon.": lambda Z, epsilon: Z - Z.mean(axis=1, keepdims=True),
        "The numbers are right, but you wrote them into Z: work on a copy.": _in_place,
    }


def _averages(
    swap=False,
    zeros=False,
    last=False,
    ddof=0,
    axis=1,
    correct=False,
    root=False,
    mean_of=False,
    first=False,
):
    """Running averages with a slip: an implementation of exercise 8.2."""

    def implementation(batches, momentum):
        n = len(batches[0])
        mean, variance = np.zeros((n, 1)), np.zeros((n, 1)) if zeros else np.ones((n, 1))
        keep = 1 - momentum if swap else momentum
        if mean_of:
            return tuple(
                np.mean([f(Z, axis=1, keepdims=True) for Z in batches], axis=0)
                for f in (np.mean, np.var)
            )
        if first:
            mean, variance = (f(batches[0], axis=1, keepdims=True) for f in (np.mean, np.var))
        for Z in batches[1 if first else 0 :]:
            here = Z.var(axis=axis, keepdims=True, ddof=ddof)
            mean = keep * mean + (1 - keep) * Z.mean(axis=axis, keepdims=True)
            variance = keep * variance + (1 - keep) * (np.sqrt(here) if root else here)
        if last:
            return Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        if correct:
            right = 1 - momentum ** len(batches)
            return mean / right, variance / right
        return mean, variance

    return implementation


@exercise("8.2", "What prediction will know")
class running_averages:
    """The running mean and variance, (n, 1) each, after batch normalization met these batches.

    batches: a list of scores Z (n, m), in the order in which training met them. Start from mean 0
    and variance 1; each batch moves both by running = momentum running + (1 - momentum) batch.
    """

    results = ("the running mean", "the running variance")

    def inputs(random_state):
        n, m = random_state.permutation([3, 4, 5, 6])[:2]
        k = random_state.randint(3, 6)
        batches = [random_state.uniform(1, 3) + 2 * random_state.randn(n, m) for _ in range(k)]
        return batches, float(random_state.uniform(0.6, 0.9))

    def solution(batches, momentum):
        n = batches[0].shape[0]
        mean, variance = np.zeros((n, 1)), np.ones((n, 1))
        for Z in batches:
            mean = momentum * mean + (1 - momentum) * Z.mean(axis=1, keepdims=True)
            variance = momentum * variance + (1 - momentum) * Z.var(axis=1, keepdims=True)
        return mean, variance

    corners = {
        "one batch": lambda random_state: ([random_state.randn(3, 5)], 0.9),
        "momentum 0": lambda random_state: ([random_state.randn(3, 4) for _ in range(3)], 0.0),
    }
    hints = [
        "Two arrays (n, 1), one of zeros and one of ones, and a loop over the batches.",
        "momentum says how much of the old value stays.",
        "The average is of variances. Its root is taken once, at prediction.",
    ]
    mistakes = {
        "The two weights are exchanged: momentum is the share of the old value that stays, so a"
        " momentum near 1 means a long memory.": _averages(swap=True),
        "Your variance starts from 0: until many batches have passed it would be too small, and"
        " prediction would divide by nearly nothing. It starts from 1.": _averages(zeros=True),
        "These are the statistics of the last batch: an average over all batches is wanted, the"
        " older ones counting less.": _averages(last=True),
        "Your variance divides by m - 1. Some libraries do that here; ours averages what the"
        " training itself divides by, the mean of the squares.": _averages(ddof=1),
        "You averaged over the units: mean and variance belong to a unit and go over the examples,"
        " axis 1.": _averages(axis=0),
        "You divided by 1 - momentum**t, as Adam does. That is right for an average that starts"
        " from 0 and is not what is asked: the variance here starts from 1.": (
            _averages(correct=True)
        ),
        "You averaged standard deviations: average the variances.": _averages(root=True),
        "All batches count the same in your average: newer ones are to count for more.": (
            _averages(mean_of=True)
        ),
        "Your averages start from the first batch: they start from mean 0 and variance 1, and the"
        " first batch moves them like any other.": _averages(first=True),
    }


def _back(mean=True, spread=True, scale=True, over=True, parameters="right", raw=False):
    """The backward pass of exercise 8.3 with a slip: an implementation."""

    def implementation(dA, Z_hat, gamma, deviation):
        m = dA.shape[1]
        dgamma = np.sum(dA * Z_hat, axis=1, keepdims=True)
        dbeta = np.sum(dA, axis=1, keepdims=True)
        inner = dA - (dbeta / (m if mean != "sum" else 1) if mean else 0)
        if spread:
            inner = inner - Z_hat * (dgamma / (m if spread != "sum" else 1))
        if spread == "plus":
            inner = dA - dbeta / m + Z_hat * dgamma / m
        dZ = inner * (gamma if scale else 1) / (deviation if over else 1)
        if over == "variance":
            dZ = inner * gamma / deviation**2
        if parameters == "mean":
            dgamma, dbeta = dgamma / m, dbeta / m
        elif parameters == "exchanged":
            dgamma, dbeta = dbeta, dgamma
        elif parameters == "no Z_hat":
            dgamma = np.sum(dA, axis=1, keepdims=True) * gamma
        elif parameters == "flat":
            dgamma, dbeta = dgamma.ravel(), dbeta.ravel()
        if raw:
            dZ = dA * gamma
        return dZ, dgamma, dbeta

    return implementation


@exercise("8.3", "One line back")
class batch_norm_backward:
    """dZ (n, m), dgamma (n, 1) and dbeta (n, 1) of A = gamma * Z_hat + beta, from dA (n, m).

    Z_hat (n, m) = (Z - mean) / deviation; gamma and deviation are (n, 1). dA holds the 1/m of the
    mean cost, as everywhere in lib.
    """

    results = ("dZ", "dgamma", "dbeta")

    def inputs(random_state):
        Z, epsilon = _batch(random_state), 1e-5
        n, m = Z.shape
        deviation = np.sqrt(Z.var(axis=1, keepdims=True) + epsilon)
        gamma = random_state.uniform(0.5, 2, size=(n, 1))
        return random_state.randn(n, m) / m, _standard(Z, epsilon), gamma, deviation

    def solution(dA, Z_hat, gamma, deviation):
        m = dA.shape[1]
        dgamma = np.sum(dA * Z_hat, axis=1, keepdims=True)
        dbeta = np.sum(dA, axis=1, keepdims=True)
        dZ = gamma / deviation * (dA - dbeta / m - Z_hat * dgamma / m)
        return dZ, dgamma, dbeta

    hints = [
        "gamma and beta first: A = gamma * Z_hat + beta, so each is met by all m examples.",
        "From dA three things happen: its mean over the batch is taken off, its share along Z_hat"
        " is taken off, and what is left is multiplied by gamma / deviation.",
        "The mean of dA is dbeta / m; its share along Z_hat is Z_hat * dgamma / m.",
    ]
    mistakes = {
        "You took mean and deviation for constants, dZ = gamma / deviation * dA. They were computed"
        " from Z, and the cost reaches Z through them too.": _back(mean=False, spread=False),
        "You took the deviation for a constant: the share along Z_hat is still in.": (
            _back(spread=False)
        ),
        "You took the mean for a constant: the sum of dZ over the batch needs to be 0.": (
            _back(mean=False)
        ),
        "The factor gamma is missing: Z_hat reaches the output through it.": _back(scale=False),
        "The division by the deviation is missing: Z reaches Z_hat through it.": _back(over=False),
        "You divided by the variance: Z_hat is divided by its root.": _back(over="variance"),
        "You subtracted the sum of dA where its mean belongs: dbeta / m.": _back(mean="sum"),
        "You subtracted Z_hat times dgamma, m times too much: its mean, dgamma / m, is due.": (
            _back(spread="sum")
        ),
        "You subtracted two sums where means are due: dbeta / m and Z_hat times dgamma / m.": (
            _back(mean="sum", spread="sum")
        ),
        "The share along Z_hat is added: it needs to be taken off.": _back(spread="plus"),
        "dZ is right; dgamma and dbeta are divided by m once too often: dA holds the 1/m"
        " already.": _back(parameters="mean"),
        "dgamma and dbeta are exchanged, or Z_hat went to the wrong one.": (
            _back(parameters="exchanged")
        ),
        "dgamma lacks Z_hat, which is what gamma multiplies.": _back(parameters="no Z_hat"),
        "dgamma and dbeta are (n,) and need to be (n, 1): keepdims=True.": (
            _back(parameters="flat")
        ),
        "This is dZ_hat, gamma times dA. From there it is still a way to Z: through the deviation"
        " and the mean.": _back(raw=True),
    }


def _two_modes(outside=False, swapped=False, batch=False, always=False, never=False, axis=1):
    """The forward pass of exercise 8.4 with some of its slips: an implementation."""

    def implementation(Z, gamma, beta, running_mean, running_variance, training):
        mean, variance = Z.mean(axis=axis, keepdims=True), Z.var(axis=axis, keepdims=True)
        keep = 0.1 if swapped else 0.9
        old = running_mean, running_variance
        if (training or always) and not never:
            running_mean = keep * running_mean + (1 - keep) * mean
            running_variance = keep * running_variance + (1 - keep) * variance
        if not training and not batch:
            mean, variance = (running_mean, running_variance) if always else old
        deviation = np.sqrt(variance) + 1e-2 if outside else np.sqrt(variance + 1e-2)
        return gamma * (Z - mean) / deviation + beta, running_mean, running_variance

    return implementation


def _exchanged(Z, gamma, beta, running_mean, running_variance, training):
    return _two_modes()(Z, gamma, beta, running_mean, running_variance, not training)


def _running_in_training(Z, gamma, beta, running_mean, running_variance, training):
    if training:
        running_mean = 0.9 * running_mean + 0.1 * Z.mean(axis=1, keepdims=True)
        running_variance = 0.9 * running_variance + 0.1 * Z.var(axis=1, keepdims=True)
    Z_hat = (Z - running_mean) / np.sqrt(running_variance + 1e-2)
    return gamma * Z_hat + beta, running_mean, running_variance


@exercise("8.4", "Bug hunt: one layer, two modes")
class forward_both_modes:
    """The output (n, m), and the running mean and variance (n, 1) after the call.

    In training the batch's own statistics are used, and the running ones moved by a tenth towards
    them. In prediction the running ones are used, and stay as they are. epsilon is 1e-2, under the
    root.
    """

    results = ("the output", "the running mean", "the running variance")

    def inputs(random_state):
        Z = _batch(random_state)
        n = len(Z)
        gamma, beta = random_state.uniform(0.5, 2, size=(n, 1)), random_state.randn(n, 1)
        running = random_state.randn(n, 1), random_state.uniform(0.5, 2, size=(n, 1))
        return Z, gamma, beta, *running, bool(random_state.permutation([True, False])[0])

    def solution(Z, gamma, beta, running_mean, running_variance, training):
        mean, variance = running_mean, running_variance
        if training:
            mean, variance = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
            running_mean = 0.9 * running_mean + 0.1 * mean
            running_variance = 0.9 * running_variance + 0.1 * variance
        output = gamma * (Z - mean) / np.sqrt(variance + 1e-2) + beta
        return output, running_mean, running_variance

    hints = [
        "Call the exhibit in prediction with one column of Z. What is Z minus the mean of itself?",
        "Call it in training ten times with the same Z. Do the running averages come near Z's own"
        " slowly, by a tenth of the gap each time?",
        "Where does epsilon stand in the formula, and where in the code?",
    ]
    mistakes = {
        "This is the exhibit as it was, all three slips in place.": (
            _two_modes(outside=True, swapped=True, batch=True)
        ),
        "Two mended, one to go: in prediction the answer for an example still depends on its"
        " company. Use the running averages there.": _two_modes(batch=True),
        "Two mended, one to go: the running averages jump nine tenths of the way to each batch."
        " The old value keeps 0.9.": _two_modes(swapped=True),
        "Two mended, one to go: epsilon stands beside the deviation and not under the root.": (
            _two_modes(outside=True)
        ),
        "One mended, epsilon; prediction still uses the batch, and the running averages keep only"
        " a tenth of the old value.": _two_modes(swapped=True, batch=True),
        "One mended, the running averages; prediction still uses the batch, and epsilon stands"
        " outside the root.": _two_modes(outside=True, batch=True),
        "One mended, prediction; the running averages keep only a tenth of the old value, and"
        " epsilon stands outside the root.": _two_modes(outside=True, swapped=True),
        "Prediction moves the running averages: then whoever asks changes the answers for the"
        " next.": _two_modes(always=True),
        "The running averages never move, so prediction would know nothing of the training.": (
            _two_modes(never=True)
        ),
        "The two modes are exchanged: this is what prediction does when training is True, and the"
        " other way round.": _exchanged,
        "In training you normalized by the running averages: there the batch's own statistics are"
        " used, and the gradient goes through them.": _running_in_training,
    }


def _fold(
    root=True, epsilon=True, bias=True, beta=True, sign=-1, side="rows", gamma=True, outside=False
):
    """Folding with a slip: an implementation of exercise 8.5."""

    def implementation(W, gamma_, beta_, running_mean, running_variance, epsilon_):
        variance = running_variance + (epsilon_ if epsilon else 0)
        deviation = np.sqrt(variance) if root else variance
        if outside:
            deviation = np.sqrt(running_variance) + epsilon_
        scale = (gamma_ if gamma else 1) / deviation
        factor = {True: scale, False: 1, "no gamma": 1 / deviation}[bias]
        shift = (beta_ if beta else 0) + sign * factor * running_mean
        return (scale * W if side == "rows" else W), shift

    return implementation


@exercise("8.5", "Folding it away")
class folded:
    """W and b of one Dense layer that answers as Dense(bias=False) and BatchNorm do in prediction.

    W is (n, n_prev); gamma, beta, running_mean and running_variance are (n, 1). Returns an array
    (n, n_prev) and one (n, 1); the arguments are left alone.
    """

    results = ("W", "b")

    def inputs(random_state):
        n, n_prev = random_state.permutation([2, 3, 4, 5])[:2]
        gamma, beta = random_state.uniform(0.5, 2, size=(n, 1)), random_state.randn(n, 1)
        running = random_state.randn(n, 1), random_state.uniform(0.2, 4, size=(n, 1))
        return random_state.randn(n, n_prev), gamma, beta, *running, 0.01

    def solution(W, gamma, beta, running_mean, running_variance, epsilon):
        scale = gamma / np.sqrt(running_variance + epsilon)
        return scale * W, beta - scale * running_mean

    hints = [
        "Write the output of both layers for one example, with z = W a: a factor times (z - mean),"
        " and a shift. Multiply out.",
        "The factor of unit k belongs to row k of W: an array (n, 1) times one (n, n_prev).",
        "What does not multiply W a is the new b.",
    ]
    mistakes = {
        "b is beta minus the running mean: the mean is scaled too, by gamma / deviation.": (
            _fold(bias=False)
        ),
        "W is right; in b the running mean is divided by the deviation, and gamma is forgotten.": (
            _fold(bias="no gamma")
        ),
        "The running mean is added: it was subtracted from Z.": _fold(sign=1),
        "beta is missing from b.": _fold(beta=False),
        "gamma is missing: Z_hat is multiplied by it.": _fold(gamma=False),
        "The running mean is missing from b: the layer subtracts it from every score.": (
            _fold(sign=0)
        ),
        "You divided by the variance: its root is due.": _fold(root=False),
        "You left epsilon out: prediction divides by the same root as the layer does.": (
            _fold(epsilon=False)
        ),
        "You added epsilon to the deviation; it belongs under the root, beside the variance.": (
            _fold(outside=True)
        ),
        "W is as it was: the factor gamma / deviation belongs to its rows.": _fold(side="none"),
    }


def _layer_norm(axis=0, mean=True, spread=True, over=True, ones=False):
    """The backward pass of exercise 8.6 with a slip: an implementation."""

    def implementation(dZ_hat, Z, epsilon):
        deviation = np.sqrt(Z.var(axis=axis, keepdims=True) + epsilon)
        Z_hat = (Z - Z.mean(axis=axis, keepdims=True)) / deviation
        if ones:
            return Z_hat
        along = Z_hat * np.mean(dZ_hat * Z_hat, axis=axis, keepdims=True)
        if spread == "sum":
            along = Z_hat * np.sum(dZ_hat * Z_hat, axis=axis, keepdims=True)
        elif spread == "plus":
            along = -along
        across = dZ_hat.mean(axis=axis, keepdims=True)
        if mean == "m":
            across = across * len(Z) / Z.shape[1]
            along = along * len(Z) / Z.shape[1]
        dZ = dZ_hat - (across if mean else 0) - (along if spread else 0)
        return dZ / deviation if over else dZ

    return implementation


@exercise("8.6", "The other axis")
class layer_norm_backward:
    """dZ (n, m) of *layer* normalization, which normalizes every column of Z (n, m) by itself.

    Z_hat = (Z - mean) / sqrt(variance + epsilon) with one mean and one variance an example, (1, m),
    over its n units. dZ_hat (n, m) is what comes back from behind; there is no gamma and no beta.
    """

    def inputs(random_state):
        Z = _batch(random_state)
        return random_state.randn(*Z.shape), Z, 0.01

    def solution(dZ_hat, Z, epsilon):
        deviation = np.sqrt(Z.var(axis=0, keepdims=True) + epsilon)
        Z_hat = (Z - Z.mean(axis=0, keepdims=True)) / deviation
        mean = dZ_hat.mean(axis=0, keepdims=True)
        along = np.mean(dZ_hat * Z_hat, axis=0, keepdims=True)
        return (dZ_hat - mean - Z_hat * along) / deviation

    hints = [
        "The derivation of the chapter nowhere asked what the entries of a row are. What changes"
        " when the entries of a column take their place?",
        "All means are over axis 0, and m becomes n.",
        "Recompute Z_hat and the deviation from Z, then subtract from dZ_hat its mean and its share"
        " along Z_hat, and divide.",
    ]
    mistakes = {
        "This is batch normalization: the means go over the units of each example here, axis 0.": (
            _layer_norm(axis=1)
        ),
        "You took the deviation for a constant: the share along Z_hat is still in.": (
            _layer_norm(spread=False)
        ),
        "You took the mean for a constant: every column of dZ needs to sum to 0.": (
            _layer_norm(mean=False)
        ),
        "You took both for constants: the cost reaches Z through mean and variance too.": (
            _layer_norm(mean=False, spread=False)
        ),
        "The division by the deviation is missing.": _layer_norm(over=False),
        "The sums are divided by m, and there are n units in a column.": _layer_norm(mean="m"),
        "You subtracted Z_hat times a sum, n times too much: the mean is due.": (
            _layer_norm(spread="sum")
        ),
        "The share along Z_hat is added: it needs to be taken off.": _layer_norm(spread="plus"),
        "This is Z_hat, the way forward: the way back starts from dZ_hat.": _layer_norm(ones=True),
    }
