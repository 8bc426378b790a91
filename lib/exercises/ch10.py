"""Exercises of chapter 10: searching hyperparameters; one hunts three slips of a search."""

from math import comb

import numpy as np

from lib.exercises import exercise


def _three(rate, beta, layers):
    """A wrong answer to 10.1 from one function for each of its parts."""

    def draw(u):
        return rate(u[0]), beta(u[1]), layers(u[2])

    return draw


def _rate(u):
    return 10 ** (-4 + 4 * u)


def _beta(u):
    return 1 - 10 ** (-1 - 2 * u)


def _layers(u):
    return np.floor(2 + 4 * u).astype(int)


@exercise("10.1", "Three scales")
class draw_settings:
    """Settings from uniform numbers u (3, k): rates, betas and numbers of layers, (k,) each.

    Rates from 0.0001 to 1, by exponent; betas from 0.9 to 0.999, 1 - beta by exponent; integers
    from 2 to 5, all equally likely. Small u give small results.
    """

    results = ("rates", "betas", "layers")

    def inputs(random_state):
        return (random_state.random_sample((3, random_state.randint(8, 15))),)

    def solution(u):
        rates = 10 ** (-4 + 4 * u[0])
        betas = 1 - 10 ** (-1 - 2 * u[1])
        layers = np.floor(2 + 4 * u[2]).astype(int)
        return rates, betas, layers

    hints = [
        "An exponent that is uniform from -4 to 0 is -4 + 4 u. Which power of ten is 1 - beta at"
        " beta = 0.9, and which at 0.999?",
        "1 - beta goes from 10**-1, at u = 0, to 10**-3. Four integers are equally likely if each"
        " gets a quarter of u.",
        "`10 ** (-4 + 4 * u[0])`, `1 - 10 ** (-1 - 2 * u[1])`, and"
        " `np.floor(2 + 4 * u[2]).astype(int)`.",
    ]
    mistakes = {
        "The rate is drawn evenly here: nine tenths of the draws lie above 0.1. Draw its"
        " exponent.": _three(lambda u: 1e-4 + (1 - 1e-4) * u, _beta, _layers),
        "You raised e to the exponent: exp(-4) is 0.018. Decades want powers of ten.": _three(
            lambda u: np.exp(-4 + 4 * u), _beta, _layers
        ),
        "Your rates go from 1 down to 0.0001: small u need to give small rates.": _three(
            lambda u: 10 ** (-4 * u), _beta, _layers
        ),
        "These are the exponents of the rates: ten needs to be raised to them.": _three(
            lambda u: -4 + 4 * u, _beta, _layers
        ),
        "beta is drawn evenly here: from 0.99 to 0.999, where the window grows from 100 to 1,000,"
        " there is a tenth of the draws, not half. Draw 1 - beta by its exponent.": _three(
            _rate, lambda u: 0.9 + 0.099 * u, _layers
        ),
        "You drew beta itself by exponent, which on so short a range is nearly even. It is 1 - beta"
        " that acts by factors.": _three(_rate, lambda u: 0.9 * (0.999 / 0.9) ** u, _layers),
        "These are 1 - beta: subtract them from 1.": _three(
            _rate, lambda u: 10 ** (-1 - 2 * u), _layers
        ),
        "Your betas go from 0.999 down to 0.9: small u need to give small betas.": _three(
            _rate, lambda u: 1 - 10 ** (-3 + 2 * u), _layers
        ),
        "With rounding, 2 and 5 come half as often as 3 and 4: their intervals are half as long."
        " Cut u into four equal parts.": _three(
            _rate, _beta, lambda u: np.rint(2 + 3 * u).astype(int)
        ),
        "You never draw 5: from 2 to 5 there are four integers, not three.": _three(
            _rate, _beta, lambda u: np.floor(2 + 3 * u).astype(int)
        ),
        "You draw 6 and never 2: floor has become ceil, or the integers begin at 3.": _three(
            _rate, _beta, lambda u: _layers(u) + 1
        ),
        "The layers are still floats: a net cannot have 2.0 of anything.": _three(
            _rate, _beta, lambda u: np.floor(2 + 4 * u)
        ),
        "The layers are not whole numbers yet: floor them.": _three(
            _rate, _beta, lambda u: 2 + 4 * u
        ),
        "The number of layers acts by steps, not by factors: draw it evenly.": _three(
            _rate, _beta, lambda u: np.floor(2 * 3**u).astype(int)
        ),
    }


def _narrow(pick=None, widen="factor", cut=True, order=None):
    """An answer to 10.2, right or with one thing changed."""

    def narrow(values, scores, best, factor, searched):
        ranked = np.argsort(-scores, kind="stable")
        chosen = values[ranked[:best]] if pick is None else pick(values, ranked, best)
        low, high = chosen.min(), chosen.max()
        if widen == "factor":
            low, high = low / factor, high * factor
        elif widen == "inwards":
            low, high = low * factor, high / factor
        elif widen == "root":
            low, high = low / factor**0.5, high * factor**0.5
        if cut:
            low, high = max(low, searched[0]), min(high, searched[1])
        return (float(low), float(high)) if order is None else order(float(low), float(high))

    return narrow


def _first_and_last(values, scores, best, factor, searched):
    chosen = values[np.argsort(-scores, kind="stable")[:best]]
    low, high = sorted((chosen[0], chosen[-1]))
    return float(max(low / factor, searched[0])), float(min(high * factor, searched[1]))


def _cut_outwards(values, scores, best, factor, searched):
    chosen = values[np.argsort(-scores, kind="stable")[:best]]
    low, high = chosen.min() / factor, chosen.max() * factor
    return float(min(low, searched[0])), float(max(high, searched[1]))


def _around_the_best(values, scores, best, factor, searched):
    top = values[np.argmax(scores)]
    return float(max(top / factor, searched[0])), float(min(top * factor, searched[1]))


@exercise("10.2", "From coarse to fine")
class narrow:
    """The range (low, high), two floats, of the next round of a logarithmic search.

    From the smallest to the largest of the values (k,) of the ``best`` trials with the highest
    scores (k,), widened by ``factor`` on both sides, and cut to ``searched``, (low, high).
    """

    results = ("low", "high")

    def inputs(random_state):
        k = random_state.randint(20, 30)
        exponents = random_state.uniform(-4, 0, size=k)
        # Half of the inputs have their hill near an end of the range.
        centre = random_state.choice([-3.95, -2.0, -0.05])
        scores = np.exp(-((exponents - centre) ** 2)) + 0.05 * random_state.randn(k)
        return 10**exponents, scores, int(random_state.randint(4, 8)), 3.0, (1e-4, 1.0)

    def solution(values, scores, best, factor, searched):
        chosen = values[np.argsort(-scores)[:best]]
        low = max(chosen.min() / factor, searched[0])
        high = min(chosen.max() * factor, searched[1])
        return float(low), float(high)

    hints = [
        "`np.argsort(-scores)` puts the best trial first. Which of the values do you keep?",
        "On a logarithmic scale one widens by a factor: divide the lower end, multiply the upper.",
        "Then cut: the lower end is at least searched[0], the upper at most searched[1].",
    ]
    mistakes = {
        "These are the trials with the *lowest* scores: argsort puts the smallest first.": _narrow(
            lambda values, ranked, best: values[ranked[-best:]]
        ),
        "You kept the first trials, not the best ones: sort by score.": _narrow(
            lambda values, ranked, best: values[:best]
        ),
        "You kept the largest values, not those with the highest scores.": _narrow(
            lambda values, ranked, best: np.sort(values)[-best:]
        ),
        "This is all that was searched: keep only the best trials, and widen by dividing and"
        " multiplying, not by adding.": _narrow(lambda values, ranked, best: values),
        "You kept one trial too many.": _narrow(
            lambda values, ranked, best: values[ranked[: best + 1]]
        ),
        "You kept one trial too few.": _narrow(
            lambda values, ranked, best: values[ranked[: best - 1]]
        ),
        "This is the range around the single best trial: one score is too noisy for that.": (
            _around_the_best
        ),
        "You took the values of the best and of the last trial kept: the smallest and the largest"
        " may be others.": _first_and_last,
        "The range is not widened by the factor.": _narrow(widen="none"),
        "You narrowed the range by the factor on both sides: divide the lower end, multiply the"
        " upper.": _narrow(widen="inwards"),
        "The factor is meant for each side: you gave each its root.": _narrow(widen="root"),
        "The range leaves what was searched: cut it there.": _narrow(cut=False),
        "min and max have changed places in your cut: this is never narrower than what was searched"
        " before. Of two lower ends take the larger one.": _cut_outwards,
        "High and low have changed places.": _narrow(order=lambda low, high: (high, low)),
    }


def _rounds(keep=None, longer=None, until=None):
    """The rounds of exercise 10.3, right or with one rule changed."""

    def halving(n, factor, epochs, most):
        counts, lengths = [], []
        while epochs <= most if until is None else until(n, epochs, most):
            counts.append(int(n))
            lengths.append(int(epochs))
            n = -(-n // factor) if keep is None else keep(n, factor)
            epochs = epochs * factor if longer is None else longer(epochs, factor)
        return counts, lengths

    return halving


def _total(rounds, add=None):
    """An answer to 10.3 from its rounds and a rule for the total."""

    def cost(n, factor, epochs, most):
        counts, lengths = rounds(n, factor, epochs, most)
        if add is not None:
            return counts, lengths, int(add(counts, lengths))
        return counts, lengths, int(np.dot(counts, lengths))

    return cost


@exercise("10.3", "What halving costs")
class halving_cost:
    """The rounds of a halving search: candidates (list), epochs of each (list), all epochs (int).

    Each round keeps n / factor of its n candidates, rounded up, and trains them anew, ``factor``
    times as long. The last round is the last one of at most ``most`` epochs for each candidate.
    """

    results = ("candidates", "epochs", "total")

    def inputs(random_state):
        factor = int(random_state.choice([2, 3, 4]))
        n, epochs = int(random_state.randint(20, 70)), int(random_state.randint(1, 4))
        return n, factor, epochs, epochs * factor ** int(random_state.randint(2, 4))

    def solution(n, factor, epochs, most):
        candidates, lengths = [], []
        while epochs <= most:
            candidates.append(n)
            lengths.append(epochs)
            n = -(-n // factor)  # rounded up
            epochs = epochs * factor
        total = sum(c * e for c, e in zip(candidates, lengths, strict=True))
        return candidates, lengths, total

    corners = {
        "most is not on the ladder": (60, 2, 3, 40),
        "most below the first round": (30, 3, 5, 4),
        "one round": (30, 3, 5, 5),
        "n down to 1": (5, 3, 1, 81),
    }
    hints = [
        "A loop that runs while the epochs are at most `most`, and two lists that grow.",
        "Rounded up in integers: `-(-n // factor)`; or `math.ceil(n / factor)`.",
        "All are trained anew in each round: the total is the sum of candidates times epochs.",
    ]
    mistakes = {
        "The candidates are rounded down here; they are to be rounded up, so that someone is always"
        " left.": _total(_rounds(keep=lambda n, factor: n // factor)),
        "The candidates are rounded to the nearest integer; they are to be rounded up.": _total(
            _rounds(keep=lambda n, factor: round(n / factor))
        ),
        "Where n can be divided by the factor, nothing is left to round up: n // factor + 1 is one"
        " too many there.": _total(_rounds(keep=lambda n, factor: n // factor + 1)),
        "You kept half in each round, whatever the factor.": _total(
            _rounds(keep=lambda n, factor: -(-n // 2))
        ),
        "You doubled the epochs in each round, whatever the factor.": _total(
            _rounds(longer=lambda epochs, factor: 2 * epochs)
        ),
        "You halved and doubled, whatever the factor.": _total(
            _rounds(lambda n, factor: -(-n // 2), lambda epochs, factor: 2 * epochs)
        ),
        "You threw out n / factor of the candidates; that many are kept.": _total(
            _rounds(keep=lambda n, factor: n - n // factor)
        ),
        "The candidates never become fewer.": _total(_rounds(keep=lambda n, factor: n)),
        "The epochs need to be multiplied by the factor, not added to.": _total(
            _rounds(longer=lambda epochs, factor: epochs + factor)
        ),
        "The last round is missing: `most` epochs are still allowed.": _total(
            _rounds(until=lambda n, epochs, most: epochs < most)
        ),
        "You stop when one candidate is left; the last round is the last one that `most` epochs"
        " allow.": _total(_rounds(until=lambda n, epochs, most: epochs <= most and n > 1)),
        "The total is of nets that go on where they stopped; here all are trained anew in each"
        " round.": _total(
            _rounds(), lambda n, e: n[0] * e[0] + np.dot(n[1:], np.diff(e))
        ),
        "The total is what all candidates would have cost, trained to the end.": _total(
            _rounds(), lambda n, e: n[0] * e[-1]
        ),
        "Your total adds the epochs up without the candidates.": _total(
            _rounds(), lambda n, e: sum(e)
        ),
        "Your total counts the candidates: count the epochs of each of them.": _total(
            _rounds(), lambda n, e: sum(n)
        ),
        "Your total is that of the last round: add up all of them.": _total(
            _rounds(), lambda n, e: n[-1] * e[-1]
        ),
        "Your total is that of the first round: add up all of them.": _total(
            _rounds(), lambda n, e: n[0] * e[0]
        ),
    }  # fmt: skip


class _Scores:
    """A hill over the rate's exponent with bumps; says what it is when it is shown."""

    def __init__(self, name, peak, phases):
        self.name, self.peak, self.phases = name, peak, np.asarray(phases)

    def __call__(self, rate):
        exponent = np.log10(rate)
        hill = 0.25 + 0.55 * np.exp(-(((exponent - self.peak) / 1.2) ** 2))
        scores = hill + 0.15 * np.sin(40 * exponent + self.phases)
        return scores if scores.size > 1 else float(scores[0])

    def __repr__(self):
        return f"{self.name}, highest near a rate of {10**self.peak:.2g}"


def _search(ruler="log", over=np.mean, choose="folds", pick=np.argmax, report="test"):
    """The search of exercise 10.4 with some of its slips."""

    def search(u, low, high, folds, test):
        rates = low + (high - low) * u
        if ruler == "log":
            rates = low * (high / low) ** u
        elif ruler == "exponents":
            rates = 10 ** (low + (high - low) * u)
        scores = [float(over(folds(rate))) for rate in rates]
        tests = [test(rate) for rate in rates]
        best = pick(tests if choose == "test" else scores)
        reported = {"test": tests[best], "highest": max(tests), "mean": float(np.mean(tests))}
        return float(rates[best]), scores[best], reported[report]

    return search


def _by_mean_told_by_max(u, low, high, folds, test):
    rates = low * (high / low) ** u
    best = np.argmax([np.mean(folds(rate)) for rate in rates])
    return float(rates[best]), float(np.max(folds(rates[best]))), test(rates[best])


def _by_max_told_by_mean(u, low, high, folds, test):
    rates = low * (high / low) ** u
    best = np.argmax([np.max(folds(rate)) for rate in rates])
    return float(rates[best]), float(np.mean(folds(rates[best]))), test(rates[best])


@exercise("10.4", "Bug hunt: a search with three slips")
class search:
    """The rate chosen, its mean score on the folds, and its test score: three floats.

    u (k,): uniform from 0 to 1, for rates from low to high. folds(rate) returns the scores on three
    folds, test(rate) that on the test set.
    """

    results = ("rate", "score", "test score")

    def inputs(random_state):
        peak = random_state.uniform(-3, -0.3)
        folds = _Scores("three folds", peak, random_state.uniform(0, 6, 3))
        test = _Scores("test", peak, random_state.uniform(0, 6, 1))
        return random_state.random_sample(random_state.randint(30, 45)), 1e-4, 1.0, folds, test

    def solution(u, low, high, folds, test):
        rates = low * (high / low) ** u
        scores = [np.mean(folds(rate)) for rate in rates]
        best = np.argmax(scores)
        return rates[best], scores[best], test(rates[best])

    corners = {
        "other bounds": lambda random_state: (
            random_state.random_sample(30),
            0.01,
            0.5,
            _Scores("three folds", -1.0, random_state.uniform(0, 6, 3)),
            _Scores("test", -1.0, random_state.uniform(0, 6, 1)),
        ),
    }
    hints = [
        "Three lines, three slips: the scale, what three folds are good for, and who may choose.",
        "`low * (high / low) ** u` is drawn by exponent. Which of the functions has to be called"
        " once only?",
        "The score of a trial is the *mean* over the folds; the best is where that mean is highest;"
        " the test set is asked about the winner alone.",
    ]
    mistakes = {
        "This is the exhibit as it was, all three slips in place.": _search("even", np.max, "test"),
        "One mended, the scale. What is the mean of three folds for, and who chooses?": _search(
            "log", np.max, "test"
        ),
        "One mended, the folds' mean. How are the rates drawn, and who chooses?": _search(
            "even", np.mean, "test"
        ),
        "One mended: the test set no longer chooses. How are the rates drawn, and what is the"
        " highest of three folds worth?": _search("even", np.max),
        "Two mended, one to go: the test set still chooses, so its score is no test any more.": (
            _search(choose="test")
        ),
        "Two mended, one to go: the highest of three folds is a small winner's curse of its own."
        " Take their mean.": _search(over=np.max),
        "Two mended, one to go: nine tenths of these rates lie above 0.1. Draw the exponent.": (
            _search("even")
        ),
        "You chose by the mean and report the highest fold: report the mean.": _by_mean_told_by_max,
        "You report the mean, but the highest fold has chosen: choose by the mean as well.": (
            _by_max_told_by_mean
        ),
        "The *lowest* score has won.": _search(pick=np.argmin),
        "You took the median of the folds; a score is their mean.": _search(over=np.median),
        "You took the lowest fold, which is as unfair as the highest: take the mean.": _search(
            over=np.min
        ),
        "This is the highest test score of all trials, and not the winner's: the test set has"
        " chosen after all.": _search(report="highest"),
        "This is the mean test score of all trials: ask for the winner's.": _search(report="mean"),
        "low and high are the rates and not their exponents: take their logarithms first, or write"
        " low * (high / low) ** u.": _search("exponents"),
    }


def _nested(choose, judge):
    """An answer to 10.5: which trial each outer fold takes, and what is made of it."""

    def score(inner, outer):
        return float(judge(inner, outer, choose(inner, outer)))

    return score


def _by_inner(inner, outer):
    return inner.mean(axis=2).argmax(axis=1)


def _outer_of(inner, outer, trial):
    return np.mean(outer[np.arange(len(outer)), trial])


@exercise("10.5", "Nested, by hand")
class nested_score:
    """The nested estimate, a float: what the search's winners score where nothing was chosen.

    inner (I, T, J): trial t on inner fold j within outer fold i. outer (I, T): trial t on outer
    fold i, trained on the rest.
    """

    def inputs(random_state):
        n_outer, n_trials, n_inner = random_state.permutation([3, 4, 5, 6])[:3]
        merit = 0.9 + 0.02 * random_state.randn(n_trials)
        inner = merit[:, None] + 0.03 * random_state.randn(n_outer, n_trials, n_inner)
        return inner, merit + 0.03 * random_state.randn(n_outer, n_trials)

    def solution(inner, outer):
        winners = inner.mean(axis=2).argmax(axis=1)  # (I,): each outer fold has its own
        return float(np.mean(outer[np.arange(len(outer)), winners]))

    hints = [
        "Within one outer fold: which trial would the search have chosen there, from `inner[i]`?",
        "The mean over the inner folds is `inner.mean(axis=2)`, (I, T); its winners are argmax"
        " along axis 1. What does each winner score on *its* outer fold?",
        "`outer[np.arange(I), winners]` are I numbers; the estimate is their mean.",
    ]
    mistakes = {
        "This is the mean of the best *inner* scores, the numbers that chose: they are too good."
        " Ask the outer folds.": _nested(
            _by_inner, lambda inner, outer, t: np.mean(inner.mean(axis=2).max(axis=1))
        ),
        "The outer folds have chosen their own winners: the test set was eaten. Choose by inner.": (
            _nested(lambda inner, outer: outer.argmax(axis=1), _outer_of)
        ),
        "You chose one trial by its mean outer score and report that same score.": _nested(
            lambda inner, outer: outer.mean(axis=0).argmax(), _outer_of
        ),
        "You chose one trial for all outer folds by all inner scores together. But what is inner to"
        " one outer fold is another one's judge: each outer fold makes its own choice.": _nested(
            lambda inner, outer: inner.mean(axis=(0, 2)).argmax(), _outer_of
        ),
        "This is the mean outer score of all trials: only the winners count.": _nested(
            _by_inner, lambda inner, outer, t: np.mean(outer)
        ),
        "This is the best of the winners' outer scores, one more winner's curse: take the mean.": (
            _nested(_by_inner, lambda inner, outer, t: outer[np.arange(len(outer)), t].max())
        ),
        "You took each trial's highest inner fold: its score is the mean over them.": _nested(
            lambda inner, outer: inner.max(axis=2).argmax(axis=1), _outer_of
        ),
        "You chose by the first inner fold alone.": _nested(
            lambda inner, outer: inner[:, :, 0].argmax(axis=1), _outer_of
        ),
        "The *worst* inner score has won.": _nested(
            lambda inner, outer: inner.mean(axis=2).argmin(axis=1), _outer_of
        ),
        "outer[:, winners] is a table of I x I scores, every winner on every outer fold: you need"
        " each on its own, outer[np.arange(I), winners].": _nested(
            _by_inner, lambda inner, outer, t: outer[:, t].mean()
        ),
        "You averaged inner and outer scores: the outer ones alone are honest.": _nested(
            _by_inner,
            lambda inner, outer, t: (
                (_outer_of(inner, outer, t) + inner.mean(axis=2).max(axis=1).mean()) / 2
            ),
        ),
    }


def _ranked(weigh, order=np.sort):
    """An answer to 10.6 from the weight of place i of n, counted from 1."""

    def best(scores, k):
        scores, n = order(scores), len(scores)
        return float(sum(weigh(i, n, k) * s for i, s in enumerate(scores, start=1)))

    return best


@exercise("10.6", "The best of k, without putting back")
class best_of_different:
    """Mean of the best of k different trials, drawn from scores (n,): a float."""

    def inputs(random_state):
        n = random_state.randint(8, 15)
        return random_state.uniform(0.1, 0.98, size=n), int(random_state.randint(3, 6))

    def solution(scores, k):
        n = len(scores)
        ways = [comb(i - 1, k - 1) for i in range(1, n + 1)]  # place i is the best of the k
        return float(np.dot(np.sort(scores), ways) / comb(n, k))

    hints = [
        "Sort the scores. If place i is the best of the k, where do the other k - 1 come from?",
        "From the i - 1 places below: that can be done in `math.comb(i - 1, k - 1)` ways, of"
        " `math.comb(n, k)` in all.",
        "The sum of sorted score times ways, divided by comb(n, k). (For i < k, comb gives 0.)",
    ]
    mistakes = {
        "This is the chapter's formula, with replacement: here all k trials are different.": (
            _ranked(lambda i, n, k: (i / n) ** k - ((i - 1) / n) ** k)
        ),
        "The scores need to be sorted first: the weights belong to places.": _ranked(
            lambda i, n, k: comb(i - 1, k - 1) / comb(n, k), order=np.asarray
        ),
        "They are sorted from the best to the worst: this is the expected *worst* of k.": _ranked(
            lambda i, n, k: comb(i - 1, k - 1) / comb(n, k), order=lambda s: np.sort(s)[::-1]
        ),
        "comb(i, k) counts the ways to take all k from the first i places, with the best anywhere"
        " among them: place i has to be one of the k.": _ranked(
            lambda i, n, k: comb(i, k) / comb(n, k)
        ),
        "One of the k is place i itself: only k - 1 others are chosen from below.": _ranked(
            lambda i, n, k: comb(i - 1, k) / comb(n, k)
        ),
        "Place i cannot be among the others: they come from the i - 1 places below it.": _ranked(
            lambda i, n, k: comb(i, k - 1) / comb(n, k)
        ),
        "The number of ways in all is comb(n, k): k trials are drawn, not k - 1.": _ranked(
            lambda i, n, k: comb(i - 1, k - 1) / comb(n, k - 1)
        ),
        "The ways are still to be divided by all of them, comb(n, k).": _ranked(
            lambda i, n, k: comb(i - 1, k - 1)
        ),
        "This is the mean of the scores: the best of one.": lambda scores, k: float(
            np.mean(scores)
        ),
        "This is the best of all n: only k are drawn.": lambda scores, k: float(np.max(scores)),
        "This is the mean of the k best: which k are drawn is left to chance.": lambda scores, k: (
            float(np.sort(scores)[-k:].mean())
        ),
        "This is the best of the first k in the list: take the mean over all choices.": (
            lambda scores, k: float(np.max(scores[:k]))
        ),
    }
