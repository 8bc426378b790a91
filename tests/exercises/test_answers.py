"""Answers of readers: wrong ones that were once accepted or accused falsely, right ones refused."""

import itertools
import math

import numpy as np
import pytest

from lib.exercises import ch00, ch01, ch02, ch03, ch04, ch05, ch06, ch07, ch08, ch09, ch10
from tests.exercises import samples

# --- Wrong answers that inputs too tame let pass --------------------------------------------------


def first_word(condition):
    """An answer to 5.1 whose numbers are right and whose word hangs on a condition."""

    def read_the_numbers(t, d, b):
        return t - b, d - t, "bias" if condition(t, d, b) else "gap"

    return read_the_numbers


def never_the_last_epoch(costs, patience):
    best = epoch = 0
    for epoch in range(len(costs) - 1):
        if costs[epoch] < costs[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return best, epoch


def best_of_all(costs, patience):
    best = int(np.argmin(costs))
    return best, min(best + patience, len(costs) - 1)


def nearly_nothing(W, dW, rate, strength, m):
    V = W - rate * dW
    return np.sign(V) * np.maximum(np.abs(V) - rate * strength / m, 1e-11)


def judged_by_what_was_learned(m, K, random_state):
    order = random_state.permutation(m)
    return [(order, fold) for fold in np.array_split(order, K)]


def folds_of_one_length(m, K, random_state):
    order, size = random_state.permutation(m), -(-m // K)
    parts = [order[k * size : (k + 1) * size] for k in range(K)]
    return [(np.setdiff1d(order, fold), fold) for fold in parts]


def one_too_many(m, B, random_state):
    o = random_state.permutation(m)
    return [o[k * B : (k + 1) * B] for k in range(m // B + 1)]


def by_remainder(m, B, random_state):
    o, r = random_state.permutation(m), m % B
    return [*np.split(o[:-r], m // B), o[-r:]]


def whole_batches_only(m, B, random_state):
    o = random_state.permutation(m)
    return [o[k * B : (k + 1) * B] for k in range(m // B)]


def last_size_is_one(sizes, m):
    products = [n * p for p, n in itertools.pairwise([*sizes[:-1], 1])]
    return m * (3 * sum(products) - products[0])


def three_layers(layers, X, Y, learning_rate):
    return ch03.training_step.answer(layers[-3:], X, Y, learning_rate)


def three_windows(flat, sizes):
    found, start = [], 0
    for p, n in itertools.pairwise(sizes[:4]):
        found += [flat[start : start + n * p].reshape(n, p)]
        found += [flat[start + n * p : start + n * p + n].reshape(n, 1)]
        start += n * p + n
    return found


def bounds_ignored(u, low, high, folds, test):
    rates = 10 ** (-4 + 4 * u)
    scores = [np.mean(folds(rate)) for rate in rates]
    best = int(np.argmax(scores))
    return rates[best], scores[best], test(rates[best])


def until_most(n, factor, epochs, most):
    candidates, lengths = [], []
    while True:
        candidates.append(n)
        lengths.append(epochs)
        if epochs >= most:
            break
        n, epochs = -(-n // factor), epochs * factor
    return candidates, lengths, sum(c * e for c, e in zip(candidates, lengths, strict=True))


def too_few_only(answers, Y):
    if np.size(answers) < np.size(Y):
        raise ValueError("answers and Y need the same number of entries")
    return np.mean(np.ravel(answers)[: np.size(Y)] == np.ravel(Y))


def never_all_classes(Z, labels, k):
    if k >= len(Z):
        return 0.0
    return float(np.mean(np.any(np.argsort(-Z, axis=0)[:k] == labels, axis=0)))


def too_many_only(answers, Y):
    if np.size(answers) > np.size(Y):
        raise ValueError("answers and Y need the same number of entries")
    m = np.size(answers)
    return np.mean(np.ravel(answers) == np.resize(np.ravel(Y), m))


def lower_bound_only(u, low, high, folds, test):
    rates = low ** (1 - u)
    scores = [np.mean(folds(rate)) for rate in rates]
    best = int(np.argmax(scores))
    return rates[best], scores[best], test(rates[best])


def never_the_ends(u, low, high, folds, test):
    rates = low * (high / low) ** np.clip(u, 1e-3, 1 - 1e-3)
    scores = [np.mean(folds(rate)) for rate in rates]
    best = int(np.argmax(scores))
    return rates[best], scores[best], test(rates[best])


def rounds_counted_up(n, factor, epochs, most):
    """Right if ``most`` is on the ladder; else the number of rounds is rounded up."""
    count = max(0, 1 + int(np.ceil(round(np.log(most / epochs) / np.log(factor), 9))))
    lengths = [epochs * factor**k for k in range(count)]
    candidates = [n := n if not k else -(-n // factor) for k in range(count)]
    return candidates, lengths, int(np.dot(candidates, lengths))


def line_if_x_is_centred(x, y):
    return np.sum(x * y) / np.sum(x**2), y.mean()


WRONG = [
    (ch05.read_the_numbers, first_word(lambda t, d, b: t - b > 0)),
    (ch05.read_the_numbers, first_word(lambda t, d, b: t - b > 0.03)),
    (ch05.read_the_numbers, first_word(lambda t, d, b: t - b > 0.05)),
    (ch05.read_the_numbers, first_word(lambda t, d, b: t > b)),
    (ch05.read_the_numbers, first_word(lambda t, d, b: t - b > d - t)),
    (ch05.read_the_numbers, first_word(lambda t, d, b: t - b >= abs(d - t))),
    (ch05.read_the_numbers, first_word(lambda t, d, b: True)),
    (ch05.when_to_stop, never_the_last_epoch),
    (ch05.when_to_stop, best_of_all),
    (ch05.proximal_step, nearly_nothing),
    (ch05.folds, judged_by_what_was_learned),
    (ch05.folds, folds_of_one_length),
    (ch05.ensemble_variance, lambda K, rho: 1 / K),
    (ch05.ensemble_variance, lambda K, rho: rho + (1 - rho) / max(K, 2)),
    (ch05.lowest_of_twenty, lambda: 0.08),
    (ch07.batch_indices, one_too_many),
    (ch07.batch_indices, by_remainder),
    (ch07.batch_indices, whole_batches_only),
    (ch03.multiplications, last_size_is_one),
    (ch03.training_step, three_layers),
    (ch03.windows, three_windows),
    (ch10.search, bounds_ignored),
    (ch10.halving_cost, until_most),
    (ch00.accuracy, too_few_only),
    (ch10.search, lower_bound_only),
    (ch10.search, never_the_ends),
    (ch10.halving_cost, rounds_counted_up),
    (ch10.draws_needed, lambda q, p: 1 + int(np.log(1 - p) / np.log(1 - q))),
    (ch10.draw_settings, lambda u: (
        10 ** (4 * (u[0] - 1)), 1 - 10 ** (-1 - 2 * u[1]), np.rint(4 * u[2] + 1.51))),
    (ch10.nested_score, lambda inner, outer: outer.max(axis=1).mean()),
    (ch10.best_of_different, lambda s, k: np.mean(
        [max(s[i : i + k]) for i in range(len(s) - k + 1)])),
    (ch00.accuracy, too_many_only),
    (ch00.accuracy, lambda a, Y: np.mean(np.ravel(a) == np.ravel(Y))),
    (ch00.best_line, line_if_x_is_centred),
    (ch00.best_line, lambda x, y: np.polyfit(y[0], x[0], 1)),
    (ch00.standardized, lambda X: (X.T - X.mean(axis=1)).T / X.std(axis=1)),
    (ch00.distances, lambda A, B: np.abs(A[:, :, None] - B[:, None]).sum(axis=0)),
    (ch09.top_k_accuracy, never_all_classes),
    (ch01.stable_sigmoid, lambda z: 1 / (1 + np.exp(-np.clip(z, -24, 24)))),
    (ch01.stable_sigmoid, lambda z: np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z))),
    (ch03.shortcut_backward, lambda dA, W, b, A: shortcut_by_einsum(dA, W, b, A, np.greater_equal)),
    (samples.leaky_relu_backward, lambda dA, Z, slope: np.where(Z < 0, slope * dA, dA)),
    (ch02.count_parameters, lambda n_x, n_h, n_y: n_h * n_x + n_h + n_h * n_y + 1),
]  # fmt: skip


@pytest.mark.parametrize("exercise, answer", WRONG)
def test_a_wrong_answer_is_not_accepted(exercise, answer):
    verdict = exercise.verdict(answer)
    assert verdict.state in ("incorrect", "raised"), verdict.message


# --- Accusations that would not be true -----------------------------------------------------------

G, B = [[10, 10], [10, 10]], [[-5], [-15]]


@pytest.mark.parametrize(
    "net, said",
    [
        ((G, B, [[5, -5]], [[-20]]), "0 everywhere"),
        ((G, B, [[-5, 5]], [[-5]]), "0 everywhere"),
        ((G, B, [[-5, -5]], [[-15]]), "0 everywhere"),
        (([[10, -10], [-10, 10]], [[-5], [-5]], [[5, 5]], [[0]]), "0 everywhere"),
        ((G, B, [[5, 5]], [[-5]]), "This is AND"),
        ((G, B, [[5, -5]], [[20]]), "1 everywhere"),
    ],
)
def test_labels_accuse_of_no_more_than_they_show(net, said):
    message = ch02.xor_by_hand.verdict(lambda: net).message
    assert said in message
    for cause in ("hidden neurons are the same", "not heard", "between 0 and 2"):
        assert cause not in message


def test_a_slope_that_became_0_is_not_called_a_plain_relu_alone():
    def truncated(dA, Z, slope):
        mask = (Z > 0).astype(int)
        mask[Z <= 0] = slope
        return dA * mask

    assert "whole numbers" in samples.leaky_relu_backward.verdict(truncated).message


def test_a_word_of_numpy_is_not_told_that_it_is_another():
    wrong = first_word(lambda t, d, b: np.True_)
    message = ch05.read_the_numbers.verdict(wrong).message
    assert "expected 'bias', got 'bias'" not in message
    clipped = ch05.read_the_numbers.verdict(
        lambda t, d, b: (max(0, t - b), d - t, "bias" if t - b >= d - t else "gap")
    )
    assert "A negative number became 0" in clipped.message and "dtype" not in clipped.message


# --- Right answers in another style ---------------------------------------------------------------


def backward_by_einsum(W2, A1, A2, X, Y):
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = np.einsum("oh,om,hm->hm", W2, dZ2, 1 - A1**2)
    return [
        np.einsum("hm,xm->hx", dZ1, X) / m,
        dZ1.mean(axis=1).reshape(-1, 1),
        np.einsum("om,hm->oh", dZ2, A1) / m,
        np.array([[dZ2.mean()]]),
    ]


def leaky_by_loops(dA, Z, slope):
    rows = []
    for some, scores in zip(dA.tolist(), Z.tolist(), strict=True):
        rows.append([d if z > 0 else slope * d for d, z in zip(some, scores, strict=True)])
    return rows


def batches_by_generator(m, batch_size, random_state):
    order = random_state.permutation(m)
    return (order[start : start + batch_size] for start in range(0, m, batch_size))


def stopped_by_while(costs, patience):
    epoch = best = 0
    while epoch < len(costs) - 1 and epoch - best < patience:
        epoch += 1
        best = epoch if costs[epoch] < costs[best] else best
    return np.int64(best), epoch


def folds_by_masks(m, K, random_state):
    order, start, found = random_state.permutation(m).tolist(), 0, []
    for k in range(K):
        length = m // K + (k < m % K)
        fold = order[start : start + length]
        found.append([[i for i in range(m) if i not in fold], fold])
        start += length
    return found


def sigmoid_by_tanh(z):
    return (1 + np.tanh(np.asarray(z) / 2)) / 2


def shortcut_by_einsum(dA, W, b, A, above=np.greater):
    dZ = np.where(above(np.einsum("ij,jk->ik", W, A) + b, 0), dA, 0)
    return dA + np.einsum("ij,ik->jk", W, dZ), np.einsum("ik,jk->ij", dZ, A), dZ.sum(1)[:, None]


def another_message(answers, Y):
    if np.size(answers) != np.size(Y):
        raise ValueError("answers and Y need the same number of entries")
    return np.float64(sum(a == y for a, y in zip(np.ravel(answers), np.ravel(Y), strict=True))) / (
        np.size(Y)
    )


def halving_by_ceil(n, factor, epochs, most):
    rounds = []
    while epochs <= most:
        rounds.append((n, epochs))
        n, epochs = math.ceil(n / factor), epochs * factor
    return [c for c, _ in rounds], (e for _, e in rounds), sum(c * e for c, e in rounds)


def draws_by_counting(share, probability):
    draws = 1
    while 1 - (1 - share) ** draws < probability:
        draws += 1
    return draws


def nested_by_loops(inner, outer):
    best = [max(range(len(trials)), key=lambda t: sum(trials[t])) for trials in inner.tolist()]
    return sum(outer[i, t] for i, t in enumerate(best)) / len(best)


def graph_by_nudges(w, b, x, y):
    def J(w, b):
        return ((w * x + b) ** 2 - y) ** 2 + w**2

    h = 1e-30j
    return J(w, b), J(w + h, b).imag / 1e-30, J(w, b + h).imag / 1e-30


RIGHT = [
    (ch00.standardized, lambda X: ((X.T - X.mean(axis=1)) / X.std(axis=1)).T),
    (ch00.score_of_the_trap, lambda: np.mean((Y := np.arange(1000) < 300) == Y[:, None])),
    (ch00.graph_gradients, graph_by_nudges),
    (ch00.best_line, lambda x, y: np.polyfit(x[0], y[0], 1)),
    (ch00.best_line, lambda x, y: (
        w := np.cov(x[0], y[0])[0, 1] / x.var(ddof=1), np.mean(y - w * x))),
    (ch00.distances, lambda A, B: [[np.linalg.norm(a - b) for b in B.T] for a in A.T]),
    (ch10.draw_settings, lambda u: (
        0.0001 ** (1 - u[0]), 1 - 0.1 * 0.01 ** u[1], (4 * u[2]).astype(np.int64) + 2)),
    (ch10.times_as_many, lambda: 14),
    (ch10.halving_cost, halving_by_ceil),
    (ch10.search, lambda u, low, high, folds, test: max(
        (r := math.exp(math.log(low) + v * math.log(high / low)), np.mean(folds(r)), test(r))
        for v in [u[np.argmax([np.mean(folds(low * (high / low) ** v)) for v in u])]])),
    (ch10.nested_score, nested_by_loops),
    (ch10.best_of_different, lambda s, k: np.mean(
        [max(some) for some in itertools.combinations(s, k)])),
    (ch10.draws_needed, draws_by_counting),
    (ch05.read_the_numbers, lambda t, d, b: (
        t - b, d - t, np.where(t - b >= d - t, "bias", "gap"))),
    (ch05.read_the_numbers, lambda t, d, b: (
        t - b, d - t, np.str_("bias" if t - b >= d - t else "gap"))),
    (ch05.read_the_numbers, lambda t, d, b: [
        np.float64(t - b), np.array(d - t), ["gap", "bias"][int(t - b >= d - t)]]),
    (ch05.folds, folds_by_masks),
    (ch05.folds, lambda m, K, r: (
        (np.setdiff1d(range(m), fold), fold) for fold in np.array_split(r.permutation(m), K))),
    (ch05.ensemble_variance, lambda K, rho: np.full((K, K), rho + 0.0).sum() / K**2
        + (1 - rho) / K),
    (ch05.ensemble_variance, lambda K, rho: ((1 - rho) * np.eye(K) + rho).mean()),
    (ch05.lowest_of_twenty, lambda: np.mean(
        np.random.RandomState(1).binomial(40, 0.15, size=(2000, 20)).min(axis=1)) / 40),
    (ch05.when_to_stop, stopped_by_while),
    (ch05.proximal_step, lambda W, dW, rate, strength, m: (
        (V := W - rate * dW) - np.clip(V, -rate * strength / m, rate * strength / m))),
    (ch07.batch_indices, batches_by_generator),
    (ch07.batch_indices, lambda m, B, r: tuple(
        np.split(r.permutation(m), range(B, m, B)))),
    (ch02.count_parameters, lambda *n: sum((p + 1) * q for p, q in itertools.pairwise(n))),
    (ch02.count_parameters, lambda a, b, c: np.int64(b * a + b + c * b + c)),
    (samples.forward_pass, lambda W1, b1, W2, b2, X: (
        (A := np.tanh(b1 + W1.dot(X))), 0.5 * (1 + np.tanh((W2.dot(A) + b2) / 2)))),
    (samples.leaky_relu_backward, leaky_by_loops),
    (samples.leaky_relu_backward, lambda dA, Z, s: dA * ((Z > 0) + s * (Z <= 0))),
    (samples.backward_pass, backward_by_einsum),
    (ch02.xor_by_hand, lambda: ([[20, 20], [20, 20]], [[-10], [-30]], [[3, -3]], [[-3]])),
    (ch02.xor_by_hand, lambda: ([[9, -9], [-9, 9]], [[-4], [-4]], [[5, 5]], [[5]])),
    (ch03.multiplications, lambda s, m: m * (3 * int(np.dot(s[1:], s[:-1])) - s[0] * s[1])),
    (ch03.shortcut_backward, shortcut_by_einsum),
    (ch01.stable_sigmoid, sigmoid_by_tanh),
    (ch00.accuracy, another_message),
    (ch09.top_k_accuracy, lambda Z, labels, k: np.mean(
        (Z[labels[0], np.arange(Z.shape[1])] < Z).sum(axis=0) < k)),
]  # fmt: skip


@pytest.mark.parametrize("exercise, answer", RIGHT)
def test_a_right_answer_in_another_style_passes(exercise, answer):
    verdict = exercise.verdict(answer)
    assert verdict.state == "correct", verdict.message


# --- What is seen beside the known mistakes -------------------------------------------------------


def of_backward(**change):
    """The right answer to 2.4 with some of its results changed by a function of (result, X)."""

    def answer(W2, A1, A2, X, Y):
        right = dict(zip(("dW1", "db1", "dW2", "db2"),
                         samples.backward_pass.answer(W2, A1, A2, X, Y), strict=True))  # fmt: skip
        return [change.get(name, lambda d, X: d)(d, X) for name, d in right.items()]

    return answer


def of_step(change):
    """The right answer to 2.2 with its first result changed by a function of (W1, step, rate)."""

    def answer(W1, b1, W2, b2, X, Y, rate):
        first, *others = ch02.one_step.answer(W1, b1, W2, b2, X, Y, rate)
        return change(W1, first - W1, rate), *others

    return answer


SEEN_OF_A_STEP = [
    (of_step(lambda W, step, rate: step), "W1: W1 is missing in it"),
    (of_step(lambda W, step, rate: -step), "what should be subtracted from W1, without W1"),
    (of_step(lambda W, step, rate: W - rate), "W1: it is W1 minus rate"),
    (of_step(lambda W, step, rate: W - rate + step / rate),
     "what is added to W1: rate is added or subtracted where it should be a factor"),
    (of_step(lambda W, step, rate: W + 0.1 / step), "is 0.1 divided by what it should be"),
    (of_step(lambda W, step, rate: np.sin(W) + rate), "does not change with b1, W2, b2, X or Y"),
    (of_step(lambda W, step, rate: np.sin(W) * step), "Right: b1, W2 and b2."),
]  # fmt: skip


@pytest.mark.parametrize("answer, said", SEEN_OF_A_STEP)
def test_an_observation_is_made_of_a_step(answer, said):
    assert said in ch02.one_step.verdict(answer).message


def _resting(change):
    return lambda rate, decay, G: change(ch08.resting_length.answer(rate, decay, G), rate, decay, G)


@pytest.mark.parametrize(
    "answer, said",
    [
        (_resting(lambda r, *inputs: r**5), "it is the right result to the power 5"),
        (_resting(lambda r, *inputs: r**-3), "it is the right result to the power -3"),
        (_resting(lambda r, rate, decay, G: G / r), "it is G divided by what it should be"),
        (lambda rate, decay, G: (G - 9) ** 0.25, "it is a complex number"),
        (lambda rate, decay, G: rate + np.sin(G), "it does not change with decay, and should"),
    ],
)
def test_an_observation_is_made_of_numbers(answer, said):
    assert said in ch08.resting_length.verdict(answer).message


def balanced_by_class(A, X, Y):
    """Shares that are wrong and leave the exchange of the labels without effect on db."""
    share = np.where(Y == 1, 1.7 / Y.sum(), 1.7 / (1 - Y).sum())
    dZ = share * (A - Y) * (1 + A)
    return X @ dZ.T, dZ.sum()


def huge(f, theta, epsilon):
    return 1e3 * ch06.four_points.answer(f, theta, 3 * epsilon)


UNTRUE = [
    (ch06.four_points, huge, "logarithm"),  # exp of what is large is inf, and so is nothing like it
    (ch06.four_points, lambda f, theta, epsilon: theta - 9, "never is"),  # a gradient may be
    (ch01.balanced, balanced_by_class, "should not"),
    (ch03.windows, lambda flat, sizes: [flat[:1] + k for k in sizes], "divided by"),
    (ch05.read_the_numbers, first_word(lambda t, d, b: False), "does not change"),
    (ch05.read_the_numbers, first_word(lambda t, d, b: t - b > 0), "dev_error / 2"),
]


@pytest.mark.parametrize("exercise, answer, cause", UNTRUE)
def test_a_cause_that_is_not_true_is_not_given(exercise, answer, cause):
    verdict = exercise.verdict(answer)
    assert verdict.state == "incorrect" and cause not in verdict.message


SEEN = [
    (of_backward(dW1=lambda d, X: d * X.shape[1]), "dW1: it is m times what it should be"),
    (of_backward(dW1=lambda d, X: d / X.shape[0]), "dW1: it is 1 / n_x times"),
    (of_backward(dW2=lambda d, X: -d), "dW2: the sign is turned.\nRight: dW1, db1 and db2."),
    (of_backward(dW1=lambda d, X: d.T), "dW1: the transpose of what it should be"),
    (of_backward(db1=lambda d, X: d[:, 0]), "db1: right in value, but its shape is another"),
    (of_backward(db1=lambda d, X: d + 3), "db1: it is 3 too large"),
    (of_backward(dW1=lambda d, X: d * X.sum()), "dW1: it is right up to a factor"),
    (of_backward(dW1=lambda d, X: np.where(np.arange(X.shape[0]) == 0, 0, d)), "the first column"),
    (of_backward(dW2=lambda d, X: 0 * d), "dW2: it is 0 everywhere"),
    (of_backward(dW2=lambda d, X: d + np.nan), "dW2: there is nan everywhere"),
    (lambda *a: samples.backward_pass.answer(*a)[0], "You return only dW1"),
    (lambda *a: samples.backward_pass.answer(*a)[::-1], "in another order: yours is db2, dW2"),
]


@pytest.mark.parametrize("answer, said", SEEN)
def test_an_observation_is_made(answer, said):
    verdict = samples.backward_pass.verdict(answer)
    assert verdict.kind == "observed" and said in verdict.message
    assert verdict.replay.splitlines()[1].startswith(
        "  W2, A1, A2, X, Y = samples.backward_pass.case"
    )


def by_hand(change):
    """An answer to 4.1 whose sets are changed."""

    def standardize_both(X_train, X_test):
        mean, spread = X_train.mean(1, keepdims=True), X_train.std(1, keepdims=True)
        with np.errstate(all="ignore"):
            return change(X_train, mean, spread), change(X_test, mean, spread)

    return standardize_both


def starts_set(flat, sizes):
    found, start = [], 0
    for p, n in itertools.pairwise(sizes):
        found.append(flat[start : start + n * p].reshape(n, p))
        found.append(flat[start + n * p : start + n * p + n].reshape(n, 1))
        start = n * p + n
    return found


def starts_late(flat, sizes):
    found, start = [], 0
    for p, n in itertools.pairwise(sizes):
        found.append(flat[start : start + n * p].reshape(n, p))
        start += n * p
        found.append(flat[start : start + n].reshape(n, 1))
    return found


def always_from_the_front(flat, sizes):
    found = []
    for p, n in itertools.pairwise(sizes):
        found.append(flat[: n * p].reshape(n, p))
        found.append(flat[n * p : n * p + n].reshape(n, 1))
    return found


def flat_biases(flat, sizes):
    found = ch03.windows.answer(flat, sizes)
    return [array if k % 2 == 0 else array.ravel() for k, array in enumerate(found)]


NAMED = [
    (ch04.standardize_both, by_hand(lambda X, mean, s: np.nan_to_num((X - mean) / s)),
     "np.nan_to_num turns NaN into 0"),
    (ch03.windows, starts_set, "From then on start is too small"),
    (ch03.windows, starts_late, "Your start does not move past b"),
    (ch03.windows, always_from_the_front, "The first layer is right."),
    (ch03.windows, flat_biases, "Your biases have the shape (n,)"),
    (ch07.batch_indices, one_too_many, "m // batch_size + 1 counts one batch too many"),
    (ch09.cost_of_labels, lambda Z, labels: float(np.mean(Z[labels[0], np.arange(Z.shape[1])])),
     "This is the true class's score alone"),
]  # fmt: skip


@pytest.mark.parametrize("exercise, answer, said", NAMED)
def test_a_mistake_is_named_however_it_is_written(exercise, answer, said):
    verdict = exercise.verdict(answer)
    assert verdict.kind == "known" and said in verdict.message


ROWS = [
    (ch04.standardize_both, by_hand(lambda X, mean, s: 3 * X - mean),
     "each row is right but for a factor and a constant of its own"),
    (ch04.standardize_both, by_hand(lambda X, mean, s: (X + mean) / np.where(s > 0, s, 1)),
     "each row is right but for a constant of its own"),
    (ch04.standardize_both, by_hand(lambda X, mean, s: (X - mean) * np.where(s > 0, s, 1)),
     "each row is right but for a factor of its own"),
    (ch04.standardize_both, by_hand(lambda X, mean, s: np.nan_to_num((X - mean) / s) + 0.5),
     "there is 1.8e308, the largest float, which np.nan_to_num makes of inf, in places"),
    (ch09.cost_of_labels, lambda Z, labels: (
        ch09.cost_of_labels.answer(Z, labels) - math.log(len(Z))), "it is log C too small"),
    (ch07.adam_over_epochs, lambda w, gradients, epochs, rate: (
        w + (ch07.adam_over_epochs.answer(w, gradients, epochs, rate) - w) / 9),
     "what is added to w is 1/9 times what it should be"),
    (ch07.adam_over_epochs, lambda w, gradients, epochs, rate: (
        ch07.adam_over_epochs.answer(w, gradients, epochs, rate) + np.sin(1 + np.arange(len(w)))),
     "The first step is as long as the rate in each coordinate"),
    (ch07.warm_up_rate, lambda k, highest, warm_up: highest * (k + 1) / warm_up,
     "A rate is never above `highest`"),
    (ch05.folds, lambda m, K, r: [(np.arange(m), f) for f in np.array_split(r.permutation(m), K)],
     "The rest holds the fold as well"),
    (ch05.folds, lambda m, K, r: [(np.arange(m - 1), f)
                                  for f in np.array_split(r.permutation(m), K)],
     "In some pair a number is in the rest and in the fold"),
]  # fmt: skip


@pytest.mark.parametrize("exercise, answer, said", ROWS)
def test_rows_and_properties_are_observed(exercise, answer, said):
    verdict = exercise.verdict(answer)
    assert verdict.kind in ("observed", "known") and said in verdict.message


def test_a_region_of_which_little_is_wrong_is_not_named():
    doubled = by_hand(lambda X, mean, s: (X - mean) / np.where(s == 0, 2.0, s))
    message = ch04.standardize_both.verdict(doubled).message
    assert "it is right but where" not in message
    assert "The test set: each row is right but for a factor of its own." in message


def test_two_wrong_answers_that_are_right_in_one_epoch_differ_after_more():
    verdict = ch07.adam_over_epochs.verdict(
        lambda w, gradients, epochs, rate: ch07.adam_over_epochs.answer(w, gradients, 1, rate)
    )
    assert "Right: w after one step and w after two steps." in verdict.message


def test_a_case_can_be_had_again():
    space = {"samples": samples}
    verdict = samples.backward_pass.verdict(of_backward(dW1=lambda d, X: 2 * d))
    exec(verdict.replay.splitlines()[1].strip(), space)
    again = samples.backward_pass.case(1)
    assert np.array_equal(space["X"], again[3]) and space["X"] is not again[3]
    assert ch02.xor_by_hand.case(1).shape == (2, 8)


def test_a_cause_that_does_not_hold_in_all_cases_is_not_given():
    def sometimes(W2, A1, A2, X, Y):
        right = samples.backward_pass.answer(W2, A1, A2, X, Y)
        return [d * (X.shape[1] if X[0, 0] > 0 else 3) for d in right]

    verdict = samples.backward_pass.verdict(sometimes)
    assert "m times" not in verdict.message and " 3 times" not in verdict.message


def test_each_check_answers_for_its_own_exercise(capsys):
    samples.leaky_relu_backward._hints_given = ch02.xor_by_hand._hints_given = 0
    samples.leaky_relu_backward.hint()
    ch02.xor_by_hand.hint()
    samples.leaky_relu_backward.hint()
    said = capsys.readouterr().out.splitlines()
    assert said[2] == f"Hint 2 of 2: {samples.leaky_relu_backward.hints[1]}"
    assert "0.3 · not" in samples.leaky_relu_backward.reply(
        samples.leaky_relu_backward.verdict(...)
    )
