"""Exercises of chapter 10: searching hyperparameters; one hunts three slips of a search."""

from math import comb

import numpy as np

from lib.exercises import Exercise

# --- 10.1 -----------------------------------------------------------------------------------------


def _draw_settings(u):
    """Settings from uniform numbers u (3, k): rates, betas and numbers of layers, (k,) each.

    Rates from 0.0001 to 1, by exponent; betas from 0.9 to 0.999, 1 - beta by exponent; integers
    from 2 to 5, all equally likely. Small u give small results.
    """
    rates = 10 ** (-4 + 4 * u[0])
    betas = 1 - 10 ** (-1 - 2 * u[1])
    layers = np.floor(2 + 4 * u[2]).astype(int)
    return rates, betas, layers


_RATES, _BETAS, _LAYERS = "10 ** (-4 + 4 * u[0])", "1 - 10 ** (-1 - 2 * u[1])", "2 + 4 * u[2]"

draw_settings = Exercise(
    "10.1",
    "Three scales",
    _draw_settings,
    inputs=lambda random_state: (random_state.random_sample((3, random_state.randint(8, 15))),),
    corners={
        "u = 0": (np.zeros((3, 2)),),
        "u just below 1": (np.full((3, 2), 1 - 1e-9),),
        "the quarters of u": (np.tile([0, 0.25, 0.5, 0.75], (3, 1)),),
        "one draw": (np.array([[0.3], [0.6], [0.9]]),),
    },
    results=("rates", "betas", "layers"),
    hints=[
        "An exponent that is uniform from -4 to 0 is -4 + 4 u. Which power of ten is 1 - beta at"
        " beta = 0.9, and which at 0.999?",
        "1 - beta goes from 10**-1, at u = 0, to 10**-3. Four integers are equally likely if each"
        " gets a quarter of u.",
        "`10 ** (-4 + 4 * u[0])`, `1 - 10 ** (-1 - 2 * u[1])`, and"
        " `np.floor(2 + 4 * u[2]).astype(int)`.",
    ],
    mistakes={
        "The rate is drawn evenly here: nine tenths of the draws lie above 0.1. Draw its"
        " exponent.": (_RATES, "1e-4 + (1 - 1e-4) * u[0]"),
        "You raised e to the exponent: exp(-4) is 0.018. Decades want powers of ten.": (
            ("10 ** (-4 + 4 * u[0])", "np.exp(-4 + 4 * u[0])")
        ),
        "Your rates go from 1 down to 0.0001: small u need to give small rates.": (
            (_RATES, "10 ** (-4 * u[0])")
        ),
        "Your rates go from 1 up to 10,000: the exponent begins at -4.": (
            _RATES,
            "10 ** (4 * u[0])",
        ),
        "These are the exponents of the rates: ten needs to be raised to them.": (
            (_RATES, "-4 + 4 * u[0]")
        ),
        "beta is drawn evenly here: from 0.99 to 0.999, where the window grows from 100 to 1,000,"
        " there is a tenth of the draws, not half. Draw 1 - beta by its exponent.": (
            (_BETAS, "0.9 + 0.099 * u[1]")
        ),
        "You drew beta itself by exponent, which on so short a range is nearly even. It is 1 - beta"
        " that acts by factors.": (_BETAS, "0.9 * (0.999 / 0.9) ** u[1]"),
        "These are 1 - beta: subtract them from 1.": ("1 - 10 **", "10 **"),
        "Your betas go from 0.999 down to 0.9: small u need to give small betas.": (
            ("-1 - 2 * u[1]", "-3 + 2 * u[1]")
        ),
        "The exponents of 1 - beta begin at -1 and go up to 1, so your betas fall: they need to go"
        " down to -3.": ("-1 - 2 * u[1]", "-1 + 2 * u[1]"),
        "With rounding, 2 and 5 come half as often as 3 and 4: their intervals are half as long."
        " Cut u into four equal parts.": ("np.floor(2 + 4 * u[2])", "np.rint(2 + 3 * u[2])"),
        "You never draw 5: from 2 to 5 there are four integers, not three.": (
            (_LAYERS, "2 + 3 * u[2]")
        ),
        "You draw 6 and never 2: floor has become ceil, or the integers begin at 3.": (
            (_LAYERS, "3 + 4 * u[2]")
        ),
        "The layers are still floats: a net cannot have 2.0 of anything.": (".astype(int)", ""),
        "The layers are not whole numbers yet: floor them.": (
            (f"np.floor({_LAYERS}).astype(int)", _LAYERS)
        ),
        "The number of layers acts by steps, not by factors: draw it evenly.": (
            (_LAYERS, "2 * 3 ** u[2]")
        ),
        "All three use the first row of u: rates, betas and layers then rise and fall together, and"
        " nothing else is ever tried. Each needs a row of its own.": (
            ("u[1]", "u[0]"),
            ("u[2]", "u[0]"),
        ),
    },
)


# --- 10.2 -----------------------------------------------------------------------------------------


def _times_as_many():
    """How many times as many trials uniform rates need on average until the first is good."""
    by_exponent = 1 / 4  # the share of good rates: one decade of four
    uniform = 0.02 - 0.002  # of a range whose length is nearly 1
    return by_exponent / uniform


times_as_many = Exercise(
    "10.2",
    "Predict: what the wrong scale costs",
    _times_as_many,
    rtol=0.02,
    properties={
        "Good rates are rarer among the uniform draws: they need more trials, more than once as"
        " many.": lambda x: x > 1
    },
    hints=[
        "Which share of the draws falls between 0.002 and 0.02, on each of the two scales?",
        "If each trial is good with the probability p, the first good one comes after 1/p trials in"
        " the mean: so many draws hold one good rate.",
        "By exponent one decade of four is good, so it takes 4 trials. Uniformly 0.018 of the"
        " length is good.",
    ],
    mistakes={
        "That is the number of trials of the uniform draw. How many times as many is it as by"
        " exponent?": ("by_exponent / uniform", "1 / uniform"),
        "That is the number of trials by exponent, 4. How many does the uniform draw need?": (
            ("by_exponent / uniform", "1 / by_exponent")
        ),
        "That is how much sooner the uniform draw would be, turned round: it needs more trials, not"
        " fewer.": ("by_exponent / uniform", "uniform / by_exponent"),
        "Ten times is the ratio of the two ends. What counts is the share of the whole range that"
        " lies between them.": ("by_exponent / uniform", "10"),
        "Between 0.002 and 0.02 lies a fiftieth of the range only if it begins at 0: subtract the"
        " lower end.": ("0.02 - 0.002", "0.02"),
        "From 0.0001 to 1 there are four decades, not five.": ("1 / 4", "1 / 5"),
        "From 0.0001 to 1 there are four decades, not three.": ("1 / 4", "1 / 3"),
        "That is the difference of the two numbers of trials; asked for is how many *times* as"
        " many.": ("by_exponent / uniform", "1 / uniform - 1 / by_exponent"),
        "You divided the 4 trials by the other draw's share. The two numbers of trials are 4 and 1"
        " divided by that share.": ("1 / 4", "4"),
        "That is the uniform draw's share of good rates: how rare are they beside one in four?": (
            ("by_exponent / uniform", "uniform")
        ),
    },
)


# --- 10.3 -----------------------------------------------------------------------------------------


def _halving_cost(n, factor, epochs, most):
    """The rounds of a halving search: candidates (list), epochs of each (list), all epochs (int).

    Each round keeps n / factor of its n candidates, rounded up, and trains them anew, ``factor``
    times as long. The last round is the last one of at most ``most`` epochs for each candidate.
    """
    candidates, lengths = [], []
    while epochs <= most:
        candidates.append(n)
        lengths.append(epochs)
        n = -(-n // factor)  # rounded up
        epochs = epochs * factor
    total = sum(c * e for c, e in zip(candidates, lengths, strict=True))
    return candidates, lengths, total


def _a_halving(random_state):
    factor = int(random_state.choice([2, 3, 4]))
    n, epochs = int(random_state.randint(20, 70)), int(random_state.randint(1, 4))
    longest = epochs * factor ** int(random_state.randint(2, 4))
    return n, factor, epochs, longest + int(random_state.choice([0, 1]))


_KEPT, _TOTAL = "-(-n // factor)", "sum(c * e for c, e in zip(candidates, lengths, strict=True))"

halving_cost = Exercise(
    "10.3",
    "What halving costs",
    _halving_cost,
    inputs=_a_halving,
    corners={
        "most is on the ladder": (60, 2, 3, 48),
        "most is not on the ladder": (60, 2, 3, 40),
        "most is one short of a round": (40, 3, 2, 17),
        "most below the first round": (30, 3, 5, 4),
        "one round": (30, 3, 5, 5),
        "n can be divided every time": (81, 3, 1, 27),
        "n down to 1": (5, 3, 1, 81),
        "one candidate": (1, 2, 1, 4),
    },
    results=("candidates", "epochs", "total"),
    hints=[
        "A loop that runs while the epochs are at most `most`, and two lists that grow.",
        "Rounded up in integers: `-(-n // factor)`; or `math.ceil(n / factor)`.",
        "All are trained anew in each round: the total is the sum of candidates times epochs.",
    ],
    mistakes={
        "The candidates are rounded down here; they are to be rounded up, so that someone is always"
        " left.": (_KEPT, "n // factor"),
        "The candidates are rounded to the nearest integer; they are to be rounded up.": (
            (_KEPT, "round(n / factor)")
        ),
        "The candidates are not rounded: half a candidate cannot be trained.": (
            (_KEPT, "n / factor")
        ),
        "Where n can be divided by the factor, nothing is left to round up: n // factor + 1 is one"
        " too many there.": (_KEPT, "n // factor + 1"),
        "You kept half in each round, whatever the factor.": (_KEPT, "-(-n // 2)"),
        "You doubled the epochs in each round, whatever the factor.": (
            ("epochs * factor", "2 * epochs")
        ),
        "You halved and doubled, whatever the factor.": (
            (_KEPT, "-(-n // 2)"),
            ("epochs * factor", "2 * epochs"),
        ),
        "You threw out n / factor of the candidates; that many are kept.": (
            (_KEPT, "n - n // factor")
        ),
        "The candidates never become fewer.": (_KEPT, "n"),
        "The epochs need to be multiplied by the factor, not added to.": (
            ("epochs * factor", "epochs + factor")
        ),
        "The last round is missing: `most` epochs are still allowed.": ("<= most", "< most"),
        "There is a round too many: it trains for more than `most` epochs.": (
            ("<= most", "< most * factor")
        ),
        "You train one more round of exactly `most` epochs where the ladder does not reach it: the"
        " last round is the last one of at most `most`.": (
            ("    total =", "    if lengths and lengths[-1] < most:\n        candidates.append(n)\n"
             "        lengths.append(most)\n    total =")
        ),
        "You stop when one candidate is left; the last round is the last one that `most` epochs"
        " allow.": ("<= most", "<= most and n > 1"),
        "The total is of nets that go on where they stopped; here all are trained anew in each"
        " round.": (
            (_TOTAL, "int(np.dot(candidates, np.diff(lengths, prepend=0)))")
        ),
        "The total is what all candidates would have cost, trained to the end.": (
            (_TOTAL, "candidates[0] * lengths[-1] if lengths else 0")
        ),
        "The total is the first number of candidates times `most`: add up the rounds.": (
            (_TOTAL, "candidates[0] * most if lengths else 0")
        ),
        "Your total adds the epochs up without the candidates.": (_TOTAL, "sum(lengths)"),
        "Your total counts the candidates: count the epochs of each of them.": (
            (_TOTAL, "sum(candidates)")
        ),
        "Your total multiplies two sums: multiply within each round, and add up then.": (
            (_TOTAL, "sum(candidates) * sum(lengths)")
        ),
        "Your total is that of the last round: add up all of them.": (
            (_TOTAL, "candidates[-1] * lengths[-1] if lengths else 0")
        ),
        "Your total is that of the first round: add up all of them.": (
            (_TOTAL, "candidates[0] * lengths[0] if lengths else 0")
        ),
    },
)  # fmt: skip


# --- 10.4 -----------------------------------------------------------------------------------------


class _Scores:
    """A hill over the rate's exponent with bumps; says what it is when it is shown."""

    def __init__(self, name, peak, phases, bumps=0.15):
        self.name, self.peak, self.phases, self.bumps = name, peak, np.asarray(phases), bumps

    def __call__(self, rate):
        exponent = np.log10(rate)
        hill = 0.25 + 0.55 * np.exp(-(((exponent - self.peak) / 1.2) ** 2))
        scores = hill + self.bumps * np.sin(40 * exponent + self.phases)
        return scores if scores.size > 1 else float(scores[0])

    def __repr__(self):
        return f"{self.name}, highest near a rate of {10**self.peak:.2g}"


def _search(u, low, high, folds, test):
    """The rate chosen, its mean score on the folds, and its test score: three floats.

    u (k,): uniform from 0 to 1, for rates from low to high. folds(rate) returns the scores on three
    folds, test(rate) that on the test set.
    """
    rates = low * (high / low) ** u
    scores = [np.mean(folds(rate)) for rate in rates]
    best = np.argmax(scores)
    return rates[best], scores[best], test(rates[best])


def _a_search(random_state, low=1e-4, high=1.0, peak=None, u=None):
    peak = random_state.uniform(-3, -0.3) if peak is None else peak
    folds = _Scores("three folds", peak, random_state.uniform(0, 6, 3))
    test = _Scores("test", peak, random_state.uniform(0, 6, 1))
    u = random_state.random_sample(random_state.randint(30, 45)) if u is None else np.array(u)
    return u, low, high, folds, test


def _at_an_end(peak):
    """A search whose scores only rise, or only fall, between the bounds, and that tries both."""

    def inputs(random_state):
        u, low, high, folds, test = _a_search(random_state, 0.003, 0.3, peak, [0.6, 0.0, 1.0, 0.4])
        folds.bumps = test.bumps = 0.0
        return u, low, high, folds, test

    return inputs


_RATE, _MEAN = "low * (high / low) ** u", "np.mean(folds(rate))"
_EVEN, _HIGHEST = (_RATE, "low + (high - low) * u"), (_MEAN, "np.max(folds(rate))")
_BY_TEST = ("np.argmax(scores)", "np.argmax([test(rate) for rate in rates])")

search = Exercise(
    "10.4",
    "Bug hunt: a search with three slips",
    _search,
    inputs=_a_search,
    corners={
        "other bounds": lambda random_state: _a_search(random_state, 0.01, 0.5),
        "the best rate is the lower bound": _at_an_end(-4.5),
        "the best rate is the upper bound": _at_an_end(1.0),
        "one trial": lambda random_state: _a_search(random_state, 0.002, 0.2, u=[0.35]),
    },
    results=("rate", "score", "test score"),
    hints=[
        "Three lines, three slips: the scale, what three folds are good for, and who may choose.",
        "`low * (high / low) ** u` is drawn by exponent. Which of the functions has to be called"
        " once only?",
        "The score of a trial is the *mean* over the folds; the best is where that mean is highest;"
        " the test set is asked about the winner alone.",
    ],
    mistakes={
        "This is the exhibit as it was, all three slips in place.": (_EVEN, _HIGHEST, _BY_TEST),
        "One mended, the scale. What is the mean of three folds for, and who chooses?": (
            _HIGHEST,
            _BY_TEST,
        ),
        "One mended, the folds' mean. How are the rates drawn, and who chooses?": (_EVEN, _BY_TEST),
        "One mended: the test set no longer chooses. How are the rates drawn, and what is the"
        " highest of three folds worth?": (_EVEN, _HIGHEST),
        "Two mended, one to go: the test set still chooses, so its score is no test any more.": (
            _BY_TEST
        ),
        "Two mended, one to go: the highest of three folds is a small winner's curse of its own."
        " Take their mean.": _HIGHEST,
        "Two mended, one to go: on this scale the upper decade gets nine tenths of the draws. Draw"
        " the exponent.": _EVEN,
        "You chose by the mean and report the highest fold: report the mean.": (
            ("scores[best]", "np.max(folds(rates[best]))")
        ),
        "You report the mean, but the highest fold has chosen: choose by the mean as well.": (
            ("np.argmax(scores)", "np.argmax([np.max(folds(rate)) for rate in rates])")
        ),
        "The *lowest* score has won.": ("np.argmax", "np.argmin"),
        "You took the median of the folds; a score is their mean.": ("np.mean", "np.median"),
        "You took the lowest fold, which is as unfair as the highest: take the mean.": (
            ("np.mean", "np.min")
        ),
        "You added the folds up: a score is their mean.": ("np.mean", "np.sum"),
        "This is the highest test score of all trials, and not the winner's: the test set has"
        " chosen after all.": ("test(rates[best])", "max(test(rate) for rate in rates)"),
        "This is the mean test score of all trials: ask for the winner's.": (
            ("test(rates[best])", "np.mean([test(rate) for rate in rates])")
        ),
        "low and high are the rates and not their exponents: take their logarithms first, or write"
        " low * (high / low) ** u.": (_RATE, "10 ** (low + (high - low) * u)"),
        "Your rates always go from 0.0001 to 1: low and high say from where to where.": (
            (_RATE, "10 ** (-4 + 4 * u)")
        ),
        "Your rates begin at low and always end at 1: high says where.": (_RATE, "low ** (1 - u)"),
        "Your rates fall as u rises, from high to low: low is what u = 0 stands for.": (
            (_RATE, "high * (low / high) ** u")
        ),
        "You return the number of the winner: asked for is its rate.": (
            ("return rates[best]", "return best")
        ),
    },
)


# --- 10.5 -----------------------------------------------------------------------------------------


def _nested_score(inner, outer):
    """The nested estimate, a float: what the search's winners score where nothing was chosen.

    inner (I, T, J): trial t on inner fold j within outer fold i. outer (I, T): trial t on outer
    fold i, trained on the rest.
    """
    winners = inner.mean(axis=2).argmax(axis=1)  # (I,): each outer fold has its own
    return float(np.mean(outer[np.arange(len(outer)), winners]))


def _all_scores(random_state, sizes=None):
    n_outer, n_trials, n_inner = sizes or random_state.permutation([3, 4, 5, 6])[:3]
    merit = 0.9 + 0.02 * random_state.randn(n_trials)
    inner = merit[:, None] + 0.03 * random_state.randn(n_outer, n_trials, n_inner)
    return inner, merit + 0.03 * random_state.randn(n_outer, n_trials)


_WINNERS = "inner.mean(axis=2).argmax(axis=1)"
_OUTER = "np.mean(outer[np.arange(len(outer)), winners])"

nested_score = Exercise(
    "10.5",
    "Nested, by hand",
    _nested_score,
    inputs=_all_scores,
    corners={
        "one inner fold": lambda random_state: _all_scores(random_state, (4, 5, 1)),
        "one outer fold": lambda random_state: _all_scores(random_state, (1, 5, 3)),
        "one trial": lambda random_state: _all_scores(random_state, (3, 1, 4)),
        "three of everything": lambda random_state: _all_scores(random_state, (3, 3, 3)),
    },
    hints=[
        "Within one outer fold: which trial would the search have chosen there, from `inner[i]`?",
        "The mean over the inner folds is `inner.mean(axis=2)`, (I, T); its winners are argmax"
        " along axis 1. What does each winner score on *its* outer fold?",
        "`outer[np.arange(I), winners]` are I numbers; the estimate is their mean.",
    ],
    mistakes={
        "This is the mean of the best *inner* scores, the numbers that chose: they are too good."
        " Ask the outer folds.": (_OUTER, "np.mean(inner.mean(axis=2).max(axis=1))"),
        "The outer folds have chosen their own winners and cannot judge them. Choose by inner.": (
            (_WINNERS, "outer.argmax(axis=1)")
        ),
        "You chose one trial by its mean outer score and report that same score.": (
            (_WINNERS, "outer.mean(axis=0).argmax()")
        ),
        "You chose one trial for all outer folds by all inner scores together. But what is inner to"
        " one outer fold is another one's judge: each outer fold makes its own choice.": (
            (_WINNERS, "inner.mean(axis=(0, 2)).argmax()")
        ),
        "This is the mean outer score of all trials: only the winners count.": (
            (_OUTER, "np.mean(outer)")
        ),
        "This is the best of the winners' outer scores, one more winner's curse: take the mean.": (
            ("np.mean(outer[", "np.max(outer[")
        ),
        "This is the sum of the winners' outer scores: take their mean.": (
            ("np.mean(outer[", "np.sum(outer[")
        ),
        "These are the winners' outer scores, one for each outer fold: the estimate is their"
        " mean.": (f"float({_OUTER})", "outer[np.arange(len(outer)), winners]"),
        "You took each trial's highest inner fold: its score is the mean over them.": (
            ("inner.mean(axis=2)", "inner.max(axis=2)")
        ),
        "You chose by the first inner fold alone.": ("inner.mean(axis=2)", "inner[:, :, 0]"),
        "The *worst* inner score has won.": ("argmax", "argmin"),
        "outer[:, winners] is a table of I x I scores, every winner on every outer fold: you need"
        " each on its own, outer[np.arange(I), winners].": (
            ("outer[np.arange(len(outer)), winners]", "outer[:, winners]")
        ),
        "The trials were averaged in place of the inner folds: the folds are axis 2.": (
            ("mean(axis=2)", "mean(axis=1)")
        ),
        "The outer folds were averaged in place of the inner ones: the inner ones are axis 2.": (
            ("mean(axis=2)", "mean(axis=0)")
        ),
        "argmax without an axis counts through the whole table: the winner is wanted of each row,"
        " axis 1.": ("argmax(axis=1)", "argmax()"),
        "argmax went along the outer folds: each of them chooses among its trials, axis 1.": (
            ("argmax(axis=1)", "argmax(axis=0)")
        ),
        "You averaged inner and outer scores: the outer ones alone are honest.": (
            (_OUTER, f"({_OUTER} + inner.mean(axis=2).max(axis=1).mean()) / 2")
        ),
    },
)


# --- 10.6 -----------------------------------------------------------------------------------------


def _best_of_different(scores, k):
    """Mean of the best of k different trials, drawn from scores (n,): a float."""
    n = len(scores)
    ways = [comb(i - 1, k - 1) for i in range(1, n + 1)]  # place i is the best of the k
    return float(np.dot(np.sort(scores), ways) / comb(n, k))


def _some_scores(random_state, n=None, k=None):
    n = n or random_state.randint(8, 15)
    k = k or int(random_state.randint(3, 6))
    return random_state.uniform(0.1, 0.98, size=n), k


_WAYS, _BEST = "comb(i - 1, k - 1)", "np.dot(np.sort(scores), ways) / comb(n, k)"

best_of_different = Exercise(
    "10.6",
    "The best of k, without putting back",
    _best_of_different,
    inputs=_some_scores,
    corners={
        "k = 1": lambda random_state: _some_scores(random_state, k=1),
        "k = n": lambda random_state: _some_scores(random_state, n=6, k=6),
        "two equal scores": (np.array([0.5, 0.9, 0.3, 0.9, 0.4]), 2),
        "one score": (np.array([0.7]), 1),
    },
    hints=[
        "Sort the scores. If place i is the best of the k, where do the other k - 1 come from?",
        "From the i - 1 places below: that can be done in `math.comb(i - 1, k - 1)` ways, of"
        " `math.comb(n, k)` in all.",
        "The sum of sorted score times ways, divided by comb(n, k). (For i < k, comb gives 0.)",
    ],
    mistakes={
        "This is the chapter's formula, with replacement: here all k trials are different.": (
            (_WAYS, "(i / n) ** k - ((i - 1) / n) ** k"),
            (" / comb(n, k)", ""),
        ),
        "The scores need to be sorted first: the weights belong to places.": (
            ("np.sort(scores)", "scores")
        ),
        "They are sorted from the best to the worst: this is the expected *worst* of k.": (
            ("np.sort(scores)", "np.sort(scores)[::-1]")
        ),
        "comb(i, k) counts the ways to take all k from the first i places, with the best anywhere"
        " among them: place i has to be one of the k.": (_WAYS, "comb(i, k)"),
        "One of the k is place i itself: only k - 1 others are chosen from below.": (
            (_WAYS, "comb(i - 1, k)")
        ),
        "Place i cannot be among the others: they come from the i - 1 places below it.": (
            (_WAYS, "comb(i, k - 1)")
        ),
        "The places were counted from 0: below the first one there is none, and range(n) begins one"
        " too early for i - 1.": ("range(1, n + 1)", "range(n)"),
        "The last place is missing: it is the best whenever it is drawn.": (
            ("range(1, n + 1)", "range(1, n)")
        ),
        "There is one place too many: n scores have the places 1 to n.": (
            ("range(1, n + 1)", "range(1, n + 2)")
        ),
        "comb takes the many first and the few second: comb(i - 1, k - 1).": (
            (_WAYS, "comb(k - 1, i - 1)")
        ),
        "comb takes the many first and the few second: comb(n, k), which is 0 your way round if k"
        " < n.": ("comb(n, k)", "comb(k, n)"),
        "The number of ways in all is comb(n, k): k trials are drawn, not k - 1.": (
            ("/ comb(n, k)", "/ comb(n, k - 1)")
        ),
        "The ways are still to be divided by all of them, comb(n, k).": (" / comb(n, k)", ""),
        "You divided by the number of scores: divide by the number of ways, comb(n, k).": (
            ("/ comb(n, k)", "/ n")
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
        "These are the numbers of ways, without the scores: weigh each score with its own.": (
            (_BEST, "sum(ways) / comb(n, k)")
        ),
    },
)


# --- 10.7 -----------------------------------------------------------------------------------------


def _draws_needed(share, probability):
    """The smallest number of independent draws, an integer, of which with this probability, or a
    larger one, at least one is among the best ``share`` of all trials. Both are from 0 to 1.
    """
    return int(np.ceil(np.log(1 - probability) / np.log(1 - share)))


_QUOTIENT = "np.log(1 - probability) / np.log(1 - share)"

draws_needed = Exercise(
    "10.7",
    "On paper: how many draws?",
    _draws_needed,
    inputs=lambda random_state: (
        float(random_state.uniform(0.02, 0.4)),
        float(random_state.uniform(0.6, 0.99)),
    ),
    corners={
        "the best 5 %, with 95 %": (0.05, 0.95),
        "one draw is enough": (0.9, 0.5),
        "exactly two draws": (0.5, 0.75),
        "exactly one draw": (0.25, 0.25),
    },
    hints=[
        "What is the probability that one draw misses the best share? That all k miss it?",
        "All k independent draws miss with (1 - share)**k. That may be at most 1 - probability.",
        "Count k up until it is; or divide two logarithms and round up, and look at the corner in"
        " which nothing is left to round.",
    ],
    mistakes={
        "The number of draws is rounded down: with that many the probability is not reached.": (
            ("np.ceil", "np.floor")
        ),
        "The number of draws is not yet a whole number: round up.": (
            (f"int(np.ceil({_QUOTIENT}))", _QUOTIENT)
        ),
        "The number of draws is rounded to the nearest whole number: round up.": (
            ("np.ceil", "np.round")
        ),
        "Where the quotient is a whole number, nothing is left to round up: int(…) + 1 is one draw"
        " too many there.": (f"int(np.ceil({_QUOTIENT}))", f"int({_QUOTIENT}) + 1"),
        "That is one draw too many: with one fewer the probability is reached.": (
            ("int(np.ceil(", "1 + int(np.ceil(")
        ),
        "share**k is the probability that all k hit. At least one is to hit: begin with the"
        " probability that all miss.": ("np.log(1 - share)", "np.log(share)"),
        "1 / share is the number of draws until the first hit on average. With that many, one hits"
        " with a probability of about 63 %.": (_QUOTIENT, "1 / share"),
        "The probabilities of k draws do not add up to k · share: two of them may hit. Multiply the"
        " probabilities of missing.": (_QUOTIENT, "probability / share"),
        "You asked for all to miss with this probability: 1 minus it is what may be left.": (
            ("np.log(1 - probability)", "np.log(probability)")
        ),
        "The quotient is turned round: the logarithm of what may be left stands above, that of one"
        " miss below. Or share and probability have changed places.": (
            (_QUOTIENT, "np.log(1 - share) / np.log(1 - probability)")
        ),
        "A logarithm is missing: k stands in an exponent, so both sides need one.": (
            ("np.log(1 - share)", "(1 - share)")
        ),
    },
)
