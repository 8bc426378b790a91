"""Exercises of chapter 5: regularization."""

from math import comb, sqrt

import numpy as np

from lib.exercises import Exercise

# --- 5.1 ------------------------------------------------------------------------------------------


def _read_the_numbers(train_error, dev_error, base_error):
    """Avoidable bias, generalization gap (two floats), and which to attack first, "bias" or "gap":
    the larger one, and the bias if they are equal. A training error below the base error makes the
    first number negative.
    """
    bias, gap = train_error - base_error, dev_error - train_error
    return bias, gap, "bias" if bias >= gap else "gap"


def _three_errors(random_state):
    """In 256ths, so that differences are exact and two of them can be equal.

    Three cases: equal, in training better than the base, and a base larger than either.
    """
    case = random_state.randint(3)
    base, bias, gap = (int(v) for v in random_state.randint([40, 4, 4], [60, 36, 36]))
    bias, gap = [(bias, bias), (-bias, gap), (bias, gap)][case]
    return (base + bias) / 256, (base + bias + gap) / 256, base / 256


read_the_numbers = Exercise(
    "5.1",
    "Read the numbers",
    _read_the_numbers,
    results=("the avoidable bias", "the gap", "the word"),
    inputs=_three_errors,
    corners={
        "a bias above 0, and smaller than the gap": (0.3125, 0.5, 0.25),
        "a gap far below 0": (0.3125, 0.125, 0.25),
        "a gap of 0": (0.25, 0.25, 0.125),
        "a negative gap": (0.5, 0.375, 0.25),
        "nearly equal": (0.28125, 0.328125, 0.25),
    },
    hints=[
        "The training error has two parts: what nobody can avoid, and what this model could.",
        "The dev error has a third part on top of the training error. Differences of neighbours.",
    ],
    mistakes={
        "Your bias is the whole training error: the base error in it can be avoided by nobody.": (
            ("train_error - base_error", "train_error")
        ),
        "You dropped the sign: a training error below the base makes the first number negative.": (
            ("train_error - base_error", "abs(train_error - base_error)"),
            ("dev_error - train_error", "abs(dev_error - train_error)"),
        ),
        "A negative number became 0: leave it as it is, it says that accidents were learned.": (
            ("train_error - base_error", "max(0.0, train_error - base_error)")
        ),
        "Your two numbers are right. Choose the word by them: the part of the training error that"
        " nobody can avoid is not to be attacked.": (("if bias >= gap", "if train_error >= gap")),
        "The first two are the wrong way round: first the avoidable bias, then the gap.": (
            ("return bias, gap", "return gap, bias")
        ),
        "The first two are the wrong way round, and the word with them: avoidable bias is training"
        " minus base error.": (
            (
                "train_error - base_error, dev_error - train_error",
                "dev_error - train_error, train_error - base_error",
            )
        ),
        "Your gap still holds the bias: measure from the training error, not from the base.": (
            ("dev_error - train_error", "dev_error - base_error")
        ),
        "Your gap is the whole dev error: subtract the training error.": (
            ("dev_error - train_error", "dev_error")
        ),
        "Your signs are turned: a model is usually worse than the base, and worse on new data.": (
            ("train_error - base_error", "base_error - train_error"),
            ("dev_error - train_error", "train_error - dev_error"),
        ),
        "Bias is measured in training. You compared the dev error with the base error.": (
            ("train_error - base_error", "dev_error - base_error")
        ),
        "Your two numbers are right. You asked whether there is a bias: compare it with the gap.": (
            ("if bias >= gap", "if bias > 0")
        ),
        "Your two numbers are right, and the word belongs to the smaller one.": (
            ("if bias >= gap", "if bias < gap")
        ),
        "Your two numbers are right. Where they are equal, the task says bias.": (
            ("bias >= gap", "bias > gap")
        ),
        "Your two numbers are right. The word for the second is gap here.": (
            ('else "gap"', 'else "variance"')
        ),
    },
)


# --- 5.2 ------------------------------------------------------------------------------------------


def _folds(m, K, random_state):
    """A list of K pairs (rest, fold) of column numbers, cut out of one random_state.permutation(m).

    The folds stand in the order of the permutation; each example is in one of them, and their
    lengths differ by one at most, the longer ones first. The rest is all that is not in the fold.
    """
    order = random_state.permutation(m)
    parts = np.array_split(order, K)
    return [(np.concatenate(parts[:k] + parts[k + 1 :]), parts[k]) for k in range(K)]


def _sorted_pairs(answer, m, K, random_state):
    """The pairs with their numbers in order: in which order they are listed does not matter."""
    return [tuple(np.sort(part) for part in pair) for pair in answer(m, K, random_state)]


def _uneven(random_state):
    K = int(random_state.randint(3, 7))
    m = K * int(random_state.randint(3, 6)) + int(random_state.randint(1, K))
    return m, K, np.random.RandomState(random_state.randint(1000))


def _folds_as_printed(m, K, random_state):
    order = random_state.permutation(m)
    size = m // K
    rest = order[size:]
    return [(rest, order[k * size : (k + 1) * size]) for k in range(K)]


def _folds_without_the_end(m, K, random_state):
    order = random_state.permutation(m)
    size = m // K
    folds = [order[k * size : (k + 1) * size] for k in range(K)]
    return [(np.setdiff1d(order, fold), fold) for fold in folds]


def _folds_long_at_the_end(m, K, random_state):
    order = random_state.permutation(m)
    parts = np.split(order, [k * (m // K) for k in range(1, K)])
    return [(np.setdiff1d(order, fold), fold) for fold in parts]


def _folds_drawn_anew(m, K, random_state):
    parts = [np.array_split(random_state.permutation(m), K)[k] for k in range(K)]
    return [(np.setdiff1d(np.arange(m), fold), fold) for fold in parts]


_PARTS = "np.array_split(order, K)"
_REST = "np.concatenate(parts[:k] + parts[k + 1 :])"

folds = Exercise(
    "5.2",
    "Bug hunt: five folds",
    _folds,
    inputs=_uneven,
    use=_sorted_pairs,
    arguments=("m", "K", "random_state"),
    properties={
        "In some pair a number is in the rest and in the fold: a model judges what it learned.": (
            lambda pairs, *inputs: not any(np.intersect1d(*pair).size for pair in pairs)
        ),
        "The rest and the fold of a pair do not hold every number from 0 to m - 1.": (
            lambda pairs, m, *inputs: all(np.union1d(*pair).size == m for pair in pairs)
        ),
        "A number comes twice in the rest of a pair.": (
            lambda pairs, *inputs: all(np.unique(rest).size == len(rest) for rest, _ in pairs)
        ),
    },
    corners={
        "K divides m": lambda random_state: (12, 4, random_state),
        "K equals m, one example a fold": lambda random_state: (5, 5, random_state),
        "two folds": lambda random_state: (7, 2, random_state),
    },
    hints=[
        "Run it for m = 7 and K = 3. Which numbers are in no fold?",
        "Look at the second pair: which numbers are in the rest and in the fold?",
        "`np.array_split(order, K)` cuts into K nearly equal parts, the longer ones first.",
    ],
    mistakes={
        "That is the function as printed, with both bugs.": _folds_as_printed,
        "One mended, one to go: no model judges what it has learned any more. When K does not"
        " divide m, the last examples are still in no fold.": _folds_without_the_end,
        "One mended, one to go: every example is in a fold now. The rest is still the same for all"
        " of them, so most models judge what they have learned.": (
            (_REST, "np.concatenate(parts[1:])")
        ),
        "All that is left over went into the last fold: the lengths differ by one at most, the"
        " longer ones first.": _folds_long_at_the_end,
        "The rest holds the fold as well: the model judges what it has learned.": (
            (_REST, "np.concatenate(parts)")
        ),
        "The rest is only what comes before the fold: what comes after belongs to it too.": (
            (_REST, "np.concatenate([parts[k][:0]] + parts[:k])")
        ),
        "The rest is only what comes after the fold: what comes before belongs to it too.": (
            (_REST, "np.concatenate([parts[k][:0]] + parts[k + 1 :])")
        ),
        "The examples come in the order of the file: shuffle them first.": (
            ("random_state.permutation(m)", "np.arange(m)")
        ),
        "There is a permutation for each fold: some examples judge twice and others never. Draw one"
        " and cut it.": _folds_drawn_anew,
        "The examples are dealt out in turn. As a partition it is right, but cut the order into"
        " pieces, so that your folds and ours agree.": (
            (_PARTS, "[order[k::K] for k in range(K)]")
        ),
        "The pairs are the wrong way round: first the rest, then the fold.": (
            (f"({_REST}, parts[k])", f"(parts[k], {_REST})")
        ),
        "The numbers go from 1 to m: columns are counted from 0.": (
            ("random_state.permutation(m)", "random_state.permutation(m) + 1")
        ),
        "The first fold is missing: K pairs are asked for.": ("in range(K)", "in range(1, K)"),
        "The last fold is missing: K pairs are asked for.": ("in range(K)", "in range(K - 1)"),
    },
)


# --- 5.3 ------------------------------------------------------------------------------------------


def _ensemble_variance(K, rho):
    """The variance of the mean of K outputs, divided by the variance of one; a number.

    Any two of the outputs have the correlation rho.
    """
    return (K + K * (K - 1) * rho) / K**2


ensemble_variance = Exercise(
    "5.3",
    "On paper: what an ensemble saves",
    _ensemble_variance,
    inputs=lambda random_state: (
        int(random_state.randint(2, 30)),
        float(random_state.uniform(0.05, 0.95)),
    ),
    corners={
        "one network": (1, 0.4),
        "independent outputs, rho = 0": (10, 0.0),
        "equal outputs, rho = 1": (10, 1.0),
        "opposite outputs, rho = -1": (2, -1.0),
    },
    hints=[
        "Square the sum of the K deviations: how many products are there, and of which two kinds?",
        "K squares have the mean σ² each, K(K - 1) mixed products the mean ρσ² each.",
        "The mean is the sum divided by K, so its variance is divided by K².",
    ],
    mistakes={
        "That is 1 / K, right for independent outputs. Here any two share the part rho.": (
            (" + K * (K - 1) * rho", "")
        ),
        "That is the variance of the sum: the mean is K times smaller, its variance K² times.": (
            (" / K**2", "")
        ),
        "You divided by K: a factor comes out of a variance squared.": ("K**2", "K"),
        "There are K(K - 1) mixed products: each pair comes twice in the square of the sum.": (
            ("K * (K - 1) * rho", "K * (K - 1) / 2 * rho")
        ),
        "You counted K² mixed products: K of them are squares and already counted.": (
            ("K * (K - 1) * rho", "K * K * rho")
        ),
        "The shares are turned: the part rho stays, and 1 - rho is divided by K.": (
            lambda K, rho: (1 - rho) + rho / K
        ),
        "That is the standard deviation: its square is asked for.": (
            lambda K, rho: np.sqrt(max(0.0, rho + (1 - rho) / K))
        ),
        "That is the part that stays however many networks there are. For K of them, (1 - rho) / K"
        " comes on top.": lambda K, rho: rho,
        "That is what is saved: what is left is 1 minus it.": (
            lambda K, rho: (1 - rho) * (1 - 1 / K)
        ),
        "There are K - 1 others for each of the K outputs: K(K - 1) mixed products.": (
            ("K * (K - 1) * rho", "(K - 1) * rho")
        ),
    },
)


# --- 5.4 ------------------------------------------------------------------------------------------


def _when_to_stop(dev_costs, patience):
    """The best epoch and the last epoch that is run, counted from 0: two integers.

    Training stops at the first epoch that lies ``patience`` epochs or more after the best one so
    far; only a lower cost is better, an equal one is not. If that never happens, it ends with the
    last epoch.
    """
    best = 0
    for epoch, cost in enumerate(dev_costs):
        if cost < dev_costs[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return best, epoch


def _ups_and_downs(random_state):
    """Falling, then rising, in few steps, so that ties and small ups and downs are frequent.

    In every second case the costs go down in pairs to the end, and patience never runs out.
    """
    n = 22
    valley = 0.05 * np.abs(np.arange(n) - random_state.randint(6, 18)) ** 1.5
    costs = np.round(4 * (valley + random_state.randint(0, 5, n) / 4)) / 4
    if random_state.random_sample() < 0.3:
        costs = (n - np.arange(n) // 2) / 4
    return [float(cost) for cost in costs], int(random_state.randint(2, 5))


def _inside_the_loop(dev_costs, patience):
    best = 0
    for epoch, cost in enumerate(dev_costs):
        if cost < dev_costs[best]:
            best = epoch
        if epoch - best >= patience:
            return best, epoch
    return None


def _whole_curve(dev_costs, patience):
    return int(np.argmin(dev_costs)), len(dev_costs) - 1


def _sees_the_future(dev_costs, patience):
    best = int(np.argmin(dev_costs))
    return best, min(best + patience, len(dev_costs) - 1)


def _test_first(dev_costs, patience):
    best = 0
    for epoch, cost in enumerate(dev_costs):
        if epoch - best >= patience:
            break
        if cost < dev_costs[best]:
            best = epoch
    return best, epoch


def _never_set_back(dev_costs, patience):
    best = waited = 0
    for epoch in range(1, len(dev_costs)):
        if dev_costs[epoch] < dev_costs[best]:
            best = epoch
        else:
            waited += 1
        if waited >= patience:
            break
    return best, epoch


def _against_the_last(dev_costs, patience):
    best = waited = 0
    for epoch in range(1, len(dev_costs)):
        waited = 0 if dev_costs[epoch] < dev_costs[epoch - 1] else waited + 1
        if dev_costs[epoch] < dev_costs[best]:
            best = epoch
        if waited >= patience:
            break
    return best, epoch


when_to_stop = Exercise(
    "5.4",
    "When to stop",
    _when_to_stop,
    results=("the best epoch", "the last epoch"),
    inputs=_ups_and_downs,
    corners={
        "best at the first epoch": ([1.0, 2.0, 3.0, 4.0, 5.0], 2),
        "best at the last epoch": ([5.0, 4.0, 3.0, 2.0, 1.0], 2),
        "best in the middle, and better beyond the end": ([3.0, 1.0, 2.0, 2.0, 2.0, 0.5], 3),
        "patience ends at the last epoch": ([3.0, 1.0, 2.0, 2.0], 2),
        "one epoch": ([1.0], 3),
    },
    hints=[
        "Walk through the epochs as training would: at each, you know only the costs so far.",
        "Remember the index of the lowest cost so far. How far back does it lie?",
        "After the update of `best`: `if epoch - best >= patience: break`.",
    ],
    mistakes={
        "You stop one epoch late: at `patience` epochs after the best it is over, not after one"
        " more.": (">= patience", "> patience"),
        "You stop one epoch early.": (">= patience", ">= patience - 1"),
        "You return inside the loop only: where patience never runs out, nothing comes back.": (
            _inside_the_loop
        ),
        "The best epoch is right. The last one is not always `patience` after it: training may end"
        " before that.": ("return best, epoch", "return best, best + patience"),
        "You looked at the whole curve and never stopped: patience is asked for.": _whole_curve,
        "You test the patience before you look at the epoch's own cost, which may be a new best.": (
            _test_first
        ),
        "Your count of waiting epochs is never set back: a new best starts it at 0 again.": (
            _never_set_back
        ),
        "You took an equal cost for a better one: only a lower cost resets the patience.": (
            ("cost < dev_costs[best]", "cost <= dev_costs[best]")
        ),
        "You compare each cost with the one before. Small falls on the way up then look like"
        " progress: compare with the best.": _against_the_last,
        "You looked for the lowest cost of all, also in epochs that were never run: training"
        " cannot see the future.": _sees_the_future,
        "The stop is right. The best epoch is asked for, not its cost.": (
            ("return best, epoch", "return dev_costs[best], epoch")
        ),
        "You returned the last epoch twice: the best one is what training goes back to.": (
            ("return best, epoch", "return epoch, epoch")
        ),
        "The best epoch is right. You returned how many epochs are run: the last one has a number"
        " one lower.": ("return best, epoch", "return best, epoch + 1"),
        "You count epochs from 1; here the first is 0.": (
            ("return best, epoch", "return best + 1, epoch + 1")
        ),
        "The two are the wrong way round: first the best epoch, then the last.": (
            ("return best, epoch", "return epoch, best")
        ),
        "You looked for the highest cost: the best epoch has the lowest.": (
            ("cost < dev_costs[best]", "cost > dev_costs[best]")
        ),
        "The best epoch is the lowest of those that were run; you never moved on from the first.": (
            ("best = epoch", "best = 0")
        ),
    },
)


# --- 5.5 ------------------------------------------------------------------------------------------


def _proximal_step(W, dW, learning_rate, strength, m):
    """The weights after one proximal step with an L1 penalty, in the shape of W.

    First the step against dW; then every weight moves towards zero by
    learning_rate * strength / m, and one that would cross zero is exactly 0.
    """
    V = W - learning_rate * dW
    pull = learning_rate * strength / m
    return np.sign(V) * np.maximum(np.abs(V) - pull, 0)


def _some_to_zero(random_state):
    """Strong enough to make zeros of some weights, and not of all."""
    shape = tuple(random_state.permutation(np.arange(3, 7))[:2])
    W, dW = random_state.randn(2, *shape)
    m = int(random_state.randint(3, 9))
    return W, dW, float(random_state.uniform(0.3, 0.6)), float(1.2 * m), m


def _old_side(W, dW, learning_rate, strength, m):
    """The subgradient step, and 0 where it ends on another side of zero than it began."""
    new = W - learning_rate * (dW + strength / m * np.sign(W))
    return np.where(np.sign(new) == np.sign(W), new, 0)


def _shrunk_first(W, dW, learning_rate, strength, m):
    pull = learning_rate * strength / m
    return np.sign(W) * np.maximum(np.abs(W) - pull, 0) - learning_rate * dW


def _subgradient_step(W, dW, learning_rate, strength, m):
    return W - learning_rate * (dW + strength / m * np.sign(W))


def _decayed(W, dW, learning_rate, strength, m):
    return (1 - learning_rate * strength / m) * W - learning_rate * dW


_SHRUNK = "np.sign(V) * np.maximum(np.abs(V) - pull, 0)"

proximal_step = Exercise(
    "5.5",
    "Zeros that are zero",
    _proximal_step,
    inputs=_some_to_zero,
    corners={
        "weights and gradients of 0": (
            np.array([[0.0, 1.0], [0.0, -0.25]]),
            np.array([[0.0, 0.5], [1.0, 0.0]]),
            0.5,
            2.0,
            4,
        ),
        "strength 0": (np.array([[0.0, -2.0, 0.5]]), np.array([[1.0, 1.0, -1.0]]), 0.5, 0.0, 4),
    },
    atol=0,
    hints=[
        "First the step that you know: V = W - learning_rate * dW.",
        "Then shrink the size of V by αλ/m, but not below 0. Sizes are np.abs.",
        "Give the sizes back their signs: np.sign(V) times what is left.",
    ],
    mistakes={
        "You shrink by λ/m: a step pulls for the length of the learning rate, by αλ/m.": (
            ("pull = learning_rate * strength / m", "pull = strength / m")
        ),
        "You shrink by αλ: the 1/m is missing.": (
            ("pull = learning_rate * strength / m", "pull = learning_rate * strength")
        ),
        "You set the small weights to zero and left the others as they were: all weights move"
        " towards zero by the same amount.": (_SHRUNK, "np.where(np.abs(V) < pull, 0, V)"),
        "All your weights are positive: give the sizes back their signs.": ("np.sign(V) * ", ""),
        "You cut off the negative weights as a ReLU would: shrink the size, keep the sign.": (
            (_SHRUNK, "np.maximum(V - pull, 0)")
        ),
        "You shrank first and stepped afterwards: whatever landed on zero was moved off again.": (
            _shrunk_first
        ),
        "This is the subgradient step, which hops across zero: weights that would cross have to"
        " stay there.": _subgradient_step,
        "You held every weight on the side where it was: the data may carry it across zero, only"
        " the pull may not.": _old_side,
        "Nothing was pulled: after the step of the cross-entropy comes the one towards zero.": (
            (_SHRUNK, "V")
        ),
        "This is weight decay, L2's way: L1 subtracts, the same from every size.": _decayed,
        "You stepped and then pulled, but let the weights cross zero: stop them there.": (
            (_SHRUNK, "V - pull * np.sign(V)")
        ),
        "You returned what is taken away: the weights cut off at ±αλ/m instead of shrunk by it.": (
            (_SHRUNK, "np.clip(V, -pull, pull)")
        ),
        "You shrank by a factor, which is L2's way: nothing ever reaches zero.": (
            (_SHRUNK, "(1 - pull) * V")
        ),
        "Your step goes uphill: subtract learning_rate * dW.": (
            "W - learning_rate",
            "W + learning_rate",
        ),
        "The data are missing: before shrinking, take the step against dW.": (
            ("W - learning_rate * dW", "W")
        ),
        "dW takes its step without the learning rate.": ("W - learning_rate * dW", "W - dW"),
        "That pushes the weights away from zero: subtract the pull from their sizes.": (
            ("np.abs(V) - pull", "np.abs(V) + pull")
        ),
        "The zeros are not 0: what is left of a size is at least 0, exactly.": (
            ("- pull, 0)", "- pull, 1e-11)")
        ),
    },
)


# --- 5.6 ------------------------------------------------------------------------------------------


def _mean_of_the_lowest(models, kicks, p):
    """The mean of the lowest of so many errors, each the share of mistakes on so many kicks."""
    mistakes, chance = 0.0, 1.0  # chance: that one model makes k mistakes or more
    for k in range(kicks):
        chance -= comb(kicks, k) * p**k * (1 - p) ** (kicks - k)
        mistakes += chance**models  # all of them make more than k
    return mistakes / kicks


def _lowest_of_twenty():
    """The lowest of twenty errors, each measured on 40 new kicks of its own, on average.

    In truth each of the twenty models is wrong with probability 0.15. One point, 0.01, is near
    enough.
    """
    return _mean_of_the_lowest(20, 40, 0.15)


lowest_of_twenty = Exercise(
    "5.6",
    "Predict: the luckiest of twenty",
    _lowest_of_twenty,
    rtol=0,
    atol=0.01,
    properties={
        "One of them alone shows 0.15 on average. The lowest of twenty is below that, and not below"
        " 0.": lambda x: 0 <= x <= 0.15
    },
    hints=[
        "How many mistakes does one model make in 40 kicks, and how far do they spread?",
        "np.random.RandomState(0).binomial(40, 0.15, size=(10_000, 20)) are the mistakes of twenty"
        " models, ten thousand times.",
        "Take the lowest of each row, then the mean, then divide by 40.",
    ],
    mistakes={
        "That is the true error, which a single model shows on average. The lowest of twenty is the"
        " luckiest one.": lambda: 0.15,
        "None of twenty models need be without a mistake: 40 right answers in a row have a chance"
        " of 0.85**40, which is 0.0015.": lambda: 0.0,
        "That is one standard error below the truth, which a single model undercuts now and then."
        " The luckiest of twenty gets further.": lambda: 0.15 - sqrt(0.15 * 0.85 / 40),
        "That is two standard errors below the truth, a good guess for the luckiest of about"
        " forty: simulate it.": lambda: 0.15 - 2 * sqrt(0.15 * 0.85 / 40) + 0.0,
        "That is the highest of the twenty: the lowest is reported.": lambda: 0.26,
        "That is the lowest of forty models with 20 kicks each: there are twenty, with 40 kicks.": (
            ("20, 40", "40, 20")
        ),
        "That is the number of mistakes: divide by 40 for the error.": lambda: 2.19,
        "The twenty errors do not share one error of 15 %: each has it.": lambda: 0.15 / 20,
    },
)
