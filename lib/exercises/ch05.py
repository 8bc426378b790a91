"""Exercises of chapter 5: bias, variance, and what to pay."""

import numpy as np

from lib.exercises import exercise


def _numbers(bias, variance):
    return bias, variance, "bias" if bias >= variance else "variance"


@exercise("5.1", "Read the numbers")
class read_the_numbers:
    """Avoidable bias, variance, and which of the two to attack first: "bias" or "variance"."""

    results = ("the avoidable bias", "the variance", "the word")

    def inputs(random_state):
        # In 256ths, so that differences are exact and two of them can be equal. Three cases: equal,
        # in training better than the base, and a base larger than either.
        case = random_state.randint(3)
        base, bias, variance = random_state.randint([40, 4, 4], [60, 36, 36]) / 256
        bias, variance = [(bias, bias), (-bias, variance), (bias, variance)][case]
        return base + bias, base + bias + variance, base

    def solution(train_error, dev_error, base_error):
        bias, variance = train_error - base_error, dev_error - train_error
        return bias, variance, "bias" if bias >= variance else "variance"

    corners = {
        "a bias above 0, and smaller than the variance": (0.3125, 0.5, 0.25),
        "a variance far below 0": (0.3125, 0.125, 0.25),
        "a variance of 0": (0.25, 0.25, 0.125),
        "a negative variance": (0.5, 0.375, 0.25),
        "nearly equal": (0.28125, 0.328125, 0.25),
    }
    hints = [
        "The training error has two parts: what nobody can avoid, and what this model could.",
        "The dev error has a third part on top of the training error. Differences of neighbours.",
    ]
    mistakes = {
        "Your bias is the whole training error: the base error in it can be avoided by nobody.": (
            lambda train, dev, base: _numbers(train, dev - train)
        ),
        "You dropped the sign: a training error below the base makes the first number negative.": (
            lambda train, dev, base: _numbers(abs(train - base), abs(dev - train))
        ),
        "Your two numbers are right. Choose the word by them: the part of the training error that"
        " nobody can avoid is not to be attacked.": lambda train, dev, base: (
            train - base,
            dev - train,
            "bias" if train >= dev - train else "variance",
        ),
        "The first two are the wrong way round: first the avoidable bias, then the variance.": (
            lambda train, dev, base: (
                dev - train,
                train - base,
                _numbers(train - base, dev - train)[2],
            )
        ),
        "Your variance still holds the bias: measure from the training error, not from the base.": (
            lambda train, dev, base: _numbers(train - base, dev - base)
        ),
        "Your variance is the whole dev error: subtract the training error.": (
            lambda train, dev, base: _numbers(train - base, dev)
        ),
        "Your signs are turned: a model is usually worse than the base, and worse on new data.": (
            lambda train, dev, base: _numbers(base - train, train - dev)
        ),
        "Bias is measured in training. You compared the dev error with the base error.": (
            lambda train, dev, base: _numbers(dev - base, dev - train)
        ),
        "Your two numbers are right, and the word belongs to the smaller one.": (
            lambda train, dev, base: (
                train - base,
                dev - train,
                "variance" if train - base >= dev - train else "bias",
            )
        ),
        "Your two numbers are right. Where they are equal, the task says bias.": (
            lambda train, dev, base: (
                train - base,
                dev - train,
                "bias" if train - base > dev - train else "variance",
            )
        ),
    }


def _priced(price, pull):
    """An answer that adds ``price(weights, strength, m)`` and ``pull(W, strength, m)``."""

    def answer(J, weights, gradients, strength, m):
        return (
            float(J + price(weights, strength, m)),
            [dW + pull(W, strength, m) for W, dW in zip(weights, gradients, strict=True)],
        )

    return answer


def _squares(weights):
    return sum(np.sum(W**2) for W in weights)


def _l2_price(weights, strength, m):
    return strength / (2 * m) * _squares(weights)


def _l2_pull(W, strength, m):
    return strength / m * W


def _l2_in_place(J, weights, gradients, strength, m):
    for W, dW in zip(weights, gradients, strict=True):
        dW += strength / m * W
    return float(J + _l2_price(weights, strength, m)), gradients


@exercise("5.2", "The price of weights")
class with_l2:
    """The cost with its L2 penalty, and the list of gradients with theirs."""

    results = ("the cost", "the gradients")

    def inputs(random_state):
        sizes = random_state.permutation(np.arange(2, 7))[:4]
        shapes = list(zip(sizes[1:], sizes[:-1], strict=True))
        weights = [random_state.randn(*shape) for shape in shapes]
        gradients = [random_state.randn(*shape) for shape in shapes]
        m, strength = int(random_state.randint(7, 20)), float(random_state.uniform(0.5, 3))
        return float(random_state.uniform(0.3, 1)), weights, gradients, strength, m

    def solution(J, weights, gradients, strength, m):
        penalty = strength / (2 * m) * sum(np.sum(W**2) for W in weights)
        pairs = zip(weights, gradients, strict=True)
        return float(J + penalty), [dW + strength / m * W for W, dW in pairs]

    hints = [
        "The penalty is one number: square all entries of all matrices and add up.",
        "λ/2m before the sum in the cost; the 2 of the derivative cancels the ½.",
        "Build a new list: `[dW + … * W for W, dW in zip(weights, gradients)]`.",
    ]
    mistakes = {
        "Your penalty lacks the ½, which your gradient presupposes.": _priced(
            lambda weights, s, m: s / m * _squares(weights), _l2_pull
        ),
        "Your cost is right. The gradient is half of what it should be: the derivative of a square"
        " brings a 2 that cancels the ½.": _priced(_l2_price, lambda W, s, m: s / (2 * m) * W),
        "Your cost is right. The gradient is twice what it should be: the 2 of the square has"
        " already been cancelled by the ½.": _priced(_l2_price, lambda W, s, m: 2 * s / m * W),
        "The 1/m is missing everywhere: your penalty is m times too strong.": _priced(
            lambda weights, s, m: s / 2 * _squares(weights), lambda W, s, m: s * W
        ),
        "The ½ is missing everywhere: right for a penalty of twice the strength.": _priced(
            lambda weights, s, m: s / m * _squares(weights), lambda W, s, m: 2 * s / m * W
        ),
        "This is L1: absolute values and signs. L2 charges for squares.": _priced(
            lambda weights, s, m: s / m * sum(np.sum(np.abs(W)) for W in weights),
            lambda W, s, m: s / m * np.sign(W),
        ),
        "You returned the penalty alone: add J to it, and the gradients to its derivatives.": (
            lambda J, weights, gradients, s, m: (
                float(_l2_price(weights, s, m)),
                [_l2_pull(W, s, m) for W in weights],
            )
        ),
        "Your cost is right, and the 1/m is missing in the gradients.": _priced(
            _l2_price, lambda W, s, m: s * W
        ),
        "Your gradients are right, and the 1/m is missing in the cost.": _priced(
            lambda weights, s, m: s / 2 * _squares(weights), _l2_pull
        ),
        "You added up the weights themselves, where plus and minus cancel: square them first.": (
            _priced(lambda weights, s, m: s / (2 * m) * sum(map(np.sum, weights)), _l2_pull)
        ),
        "You averaged the squares in each matrix: the penalty is on their sum.": _priced(
            lambda weights, s, m: s / (2 * m) * sum(np.mean(W**2) for W in weights), _l2_pull
        ),
        "You took the norm of each matrix: the penalty has its square, so drop the root.": _priced(
            lambda weights, s, m: s / (2 * m) * sum(np.linalg.norm(W) for W in weights), _l2_pull
        ),
        "The cost is right, but the gradients came back as they were.": _priced(
            _l2_price, lambda W, s, m: 0
        ),
        "The gradients are right, but the cost came back as it was.": _priced(
            lambda weights, s, m: 0, _l2_pull
        ),
        "Only the last layer pays in your cost: add up over all matrices.": _priced(
            lambda weights, s, m: _l2_price(weights[-1:], s, m), _l2_pull
        ),
        "Your gradients are pushed away from zero: the penalty's derivative is added.": _priced(
            _l2_price, lambda W, s, m: -s / m * W
        ),
        "The values are right, but `+=` wrote them into the gradients you were given: make new"
        " arrays.": _l2_in_place,
    }


@exercise("5.3", "There and back through dropout")
class dropout_both_ways:
    """The layer's output for A, and the gradient that it hands back for dA; all arrays (n, m)."""

    results = ("the output", "the gradient")

    def inputs(random_state):
        n, m = random_state.permutation(np.arange(3, 8))[:2]
        A, dA = random_state.randn(2, n, m)
        u = random_state.random_sample((n, m))
        # With at least one unit of each kind, whatever chance says.
        u[0, 0], u[1, 1] = 0.01, 0.99
        A[0, 0] = 0  # on, and yet 0, as a ReLU makes them
        return A, dA, u, float(random_state.uniform(0.55, 0.9))

    def solution(A, dA, uniform, keep_prob):
        D = uniform < keep_prob
        return A * D / keep_prob, dA * D / keep_prob

    hints = [
        "The mask is `uniform < keep_prob`: True with probability keep_prob.",
        "Divide, so that the mean of an output stays what it was.",
        "The way back has the same two factors as the way forward: the mask, and 1/keep_prob.",
    ]
    mistakes = {
        "Nothing makes up for the units that are off: divide by keep_prob, both ways.": (
            lambda A, dA, u, p: (A * (u < p), dA * (u < p))
        ),
        "Forward is right. The factor 1/keep_prob is a factor backward too.": lambda A, dA, u, p: (
            A * (u < p) / p,
            dA * (u < p),
        ),
        "Backward is right. Forward lacks the division by keep_prob.": lambda A, dA, u, p: (
            A * (u < p),
            dA * (u < p) / p,
        ),
        "Forward is right. Backward let the gradient through units that were off: they had no"
        " influence on the cost.": lambda A, dA, u, p: (A * (u < p) / p, dA / p),
        "Forward is right. Backward returned dA as it came: it needs the mask and the 1/keep_prob"
        " of the way forward.": lambda A, dA, u, p: (A * (u < p) / p, dA),
        "Forward is right. A unit that is on may answer 0, so the output does not tell who was on:"
        " use the mask.": lambda A, dA, u, p: (A * (u < p) / p, dA * (A * (u < p) != 0) / p),
        "Forward is right. Backward multiplies by keep_prob where it has to divide.": (
            lambda A, dA, u, p: (A * (u < p) / p, dA * (u < p) * p)
        ),
        "Nothing was dropped: so the layer behaves at prediction time. Here it is training.": (
            lambda A, dA, u, p: (A, dA)
        ),
        "Your mask is turned round: it keeps what it should drop.": lambda A, dA, u, p: (
            A * (u >= p) / p,
            dA * (u >= p) / p,
        ),
        "Your mask drops with probability keep_prob, and you divided by 1 - keep_prob: a right"
        " dropout layer for the other probability.": lambda A, dA, u, p: (
            A * (u >= p) / (1 - p),
            dA * (u >= p) / (1 - p),
        ),
        "You divided by the share that is dropped: it is the share that is kept.": (
            lambda A, dA, u, p: (A * (u < p) / (1 - p), dA * (u < p) / (1 - p))
        ),
        "You multiplied by keep_prob: the units that are on have to become louder, not softer.": (
            lambda A, dA, u, p: (A * (u < p) * p, dA * (u < p) * p)
        ),
        "Forward is right. Your backward mask looks at dA: the units that were off are those of"
        " the forward mask.": lambda A, dA, u, p: (A * (u < p) / p, dA * (dA < p) / p),
        "A unit is on or off: you used the random numbers, not their comparison with keep_prob.": (
            lambda A, dA, u, p: (A * u / p, dA * u / p)
        ),
    }


def _stop(dev_costs, patience, better=lambda new, old: new < old, late=0):
    best = 0
    for epoch, cost in enumerate(dev_costs):
        if better(cost, dev_costs[best]):
            best = epoch
        if epoch - best >= patience + late:
            break
    return best, epoch


def _stop_at_rises(dev_costs, patience):
    """Counts epochs since the cost last fell below the one before, not below the best."""
    best = waited = 0
    for epoch in range(1, len(dev_costs)):
        fell = dev_costs[epoch] < dev_costs[epoch - 1]
        waited = 0 if fell else waited + 1
        if dev_costs[epoch] < dev_costs[best]:
            best = epoch
        if waited >= patience:
            break
    return best, epoch


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


def _changed_stop(change):
    return lambda dev_costs, patience: change(*_stop(dev_costs, patience), dev_costs, patience)


@exercise("5.4", "When to stop")
class when_to_stop:
    """The best epoch and the last epoch that is run, counted from 0: two integers."""

    results = ("the best epoch", "the last epoch")

    def inputs(random_state):
        # Falling, then rising, in few steps, so that ties and small ups and downs are frequent.
        n = 22
        valley = 0.05 * np.abs(np.arange(n) - random_state.randint(6, 18)) ** 1.5
        costs = np.round(4 * (valley + random_state.randint(0, 5, n) / 4)) / 4
        if random_state.random_sample() < 0.5:
            # Down in steps of two equal costs, to the end: patience never runs out.
            costs = (n - np.arange(n) // 2) / 4
        return [float(cost) for cost in costs], int(random_state.randint(2, 5))

    def solution(dev_costs, patience):
        best = 0
        for epoch, cost in enumerate(dev_costs):
            if cost < dev_costs[best]:
                best = epoch
            if epoch - best >= patience:
                break
        return best, epoch

    corners = {
        "best at the first epoch": ([1.0, 2.0, 3.0, 4.0, 5.0], 2),
        "best at the last epoch": ([5.0, 4.0, 3.0, 2.0, 1.0], 2),
        "best in the middle, and better beyond the end": ([3.0, 1.0, 2.0, 2.0, 2.0, 0.5], 3),
        "patience ends at the last epoch": ([3.0, 1.0, 2.0, 2.0], 2),
        "one epoch": ([1.0], 3),
    }
    hints = [
        "Walk through the epochs as training would: at each, you know only the costs so far.",
        "Remember the index of the lowest cost so far. How far back does it lie?",
        "After the update of `best`: `if epoch - best >= patience: break`.",
    ]
    mistakes = {
        "You stop one epoch late: at `patience` epochs after the best it is over, not after one"
        " more.": lambda costs, patience: _stop(costs, patience, late=1),
        "You stop one epoch early.": lambda costs, patience: _stop(costs, patience, late=-1),
        "You return inside the loop only: where patience never runs out, nothing comes back.": (
            lambda costs, patience: (
                _stop(costs + [np.inf] * 9, patience)
                if _stop(costs, patience)[1] < len(costs) - 1
                else None
            )
        ),
        "The best epoch is right. The last one is not always `patience` after it: training may end"
        " before that.": lambda costs, patience: (
            _stop(costs, patience)[0],
            _stop(costs, patience)[0] + patience,
        ),
        "You looked at the whole curve and never stopped: patience is asked for.": (
            lambda costs, patience: (int(np.argmin(costs)), len(costs) - 1)
        ),
        "You test the patience before you look at the epoch's own cost, which may be a new best.": (
            _test_first
        ),
        "Your count of waiting epochs is never set back: a new best starts it at 0 again.": (
            _never_set_back
        ),
        "You took an equal cost for a better one: only a lower cost resets the patience.": (
            lambda costs, patience: _stop(costs, patience, better=lambda new, old: new <= old)
        ),
        "You compare each cost with the one before. Small falls on the way up then look like"
        " progress: compare with the best.": _stop_at_rises,
        "You looked for the lowest cost of all, also in epochs that were never run: training"
        " cannot see the future.": lambda costs, patience: (
            int(np.argmin(costs)),
            min(int(np.argmin(costs)) + patience, len(costs) - 1),
        ),
        "The stop is right. The best epoch is asked for, not its cost.": _changed_stop(
            lambda best, last, costs, patience: (costs[best], last)
        ),
        "You returned the last epoch twice: the best one is what training goes back to.": (
            _changed_stop(lambda best, last, costs, patience: (last, last))
        ),
        "The best epoch is right. You returned how many epochs are run: the last one has a number"
        " one lower.": _changed_stop(lambda best, last, costs, patience: (best, last + 1)),
        "You count epochs from 1; here the first is 0.": _changed_stop(
            lambda best, last, costs, patience: (best + 1, last + 1)
        ),
        "The two are the wrong way round: first the best epoch, then the last.": _changed_stop(
            lambda best, last, costs, patience: (last, best)
        ),
    }


def _soft(V, t):
    return np.sign(V) * np.maximum(np.abs(V) - t, 0)


def _old_side(W, dW, a, s, m):
    """The subgradient step, and 0 where it ends on another side of zero than it began."""
    new = W - a * (dW + s / m * np.sign(W))
    return np.where(np.sign(new) == np.sign(W), new, 0)


@exercise("5.5", "Zeros that are zero")
class proximal_step:
    """The weights after one proximal step with an L1 penalty, in the shape of W."""

    def inputs(random_state):
        shape = tuple(random_state.permutation(np.arange(3, 7))[:2])
        W, dW = random_state.randn(2, *shape)
        m = int(random_state.randint(3, 9))
        # Strong enough to make zeros of some weights, and not of all.
        return W, dW, float(random_state.uniform(0.3, 0.6)), float(1.2 * m), m

    def solution(W, dW, learning_rate, strength, m):
        V = W - learning_rate * dW
        return np.sign(V) * np.maximum(np.abs(V) - learning_rate * strength / m, 0)

    corners = {
        "weights and gradients of 0": lambda random_state: (
            np.array([[0.0, 1.0], [0.0, -0.25]]),
            np.array([[0.0, 0.5], [1.0, 0.0]]),
            0.5,
            2.0,
            4,
        ),
    }
    atol = 0
    hints = [
        "First the step that you know: V = W - learning_rate * dW.",
        "Then shrink the size of V by αλ/m, but not below 0. Sizes are np.abs.",
        "Give the sizes back their signs: np.sign(V) times what is left.",
    ]
    mistakes = {
        "You shrink by λ/m: a step pulls for the length of the learning rate, by αλ/m.": (
            lambda W, dW, a, s, m: _soft(W - a * dW, s / m)
        ),
        "You shrink by αλ: the 1/m is missing.": lambda W, dW, a, s, m: _soft(W - a * dW, a * s),
        "You set the small weights to zero and left the others as they were: all weights move"
        " towards zero by the same amount.": lambda W, dW, a, s, m: np.where(
            np.abs(W - a * dW) < a * s / m, 0, W - a * dW
        ),
        "All your weights are positive: give the sizes back their signs.": lambda W, dW, a, s, m: (
            np.maximum(np.abs(W - a * dW) - a * s / m, 0)
        ),
        "You cut off the negative weights as a ReLU would: shrink the size, keep the sign.": (
            lambda W, dW, a, s, m: np.maximum(W - a * dW - a * s / m, 0)
        ),
        "You shrank first and stepped afterwards: whatever landed on zero was moved off again.": (
            lambda W, dW, a, s, m: _soft(W, a * s / m) - a * dW
        ),
        "This is the subgradient step, which hops across zero: weights that would cross have to"
        " stay there.": lambda W, dW, a, s, m: W - a * (dW + s / m * np.sign(W)),
        "You held every weight on the side where it was: the data may carry it across zero, only"
        " the pull may not.": _old_side,
        "Nothing was pulled: after the step of the cross-entropy comes the one towards zero.": (
            lambda W, dW, a, s, m: W - a * dW
        ),
        "This is weight decay, L2's way: L1 subtracts, the same from every size.": (
            lambda W, dW, a, s, m: (1 - a * s / m) * W - a * dW
        ),
        "You stepped and then pulled, but let the weights cross zero: stop them there.": (
            lambda W, dW, a, s, m: W - a * dW - a * s / m * np.sign(W - a * dW)
        ),
        "You returned what is taken away: the weights cut off at ±αλ/m instead of shrunk by it.": (
            lambda W, dW, a, s, m: np.clip(W - a * dW, -a * s / m, a * s / m)
        ),
        "You shrank by a factor, which is L2's way: nothing ever reaches zero.": (
            lambda W, dW, a, s, m: (1 - a * s / m) * (W - a * dW)
        ),
        "Your step goes uphill: subtract learning_rate * dW.": lambda W, dW, a, s, m: _soft(
            W + a * dW, a * s / m
        ),
        "The data are missing: before shrinking, take the step against dW.": (
            lambda W, dW, a, s, m: _soft(W, a * s / m)
        ),
        "dW takes its step without the learning rate.": lambda W, dW, a, s, m: _soft(
            W - dW, a * s / m
        ),
    }
