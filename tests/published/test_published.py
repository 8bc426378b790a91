"""The published results, run again: every printed digit, and both accuracies.

The recipes are those of the sources: frozen ``RandomState`` seeds, float64, full batches unless
said otherwise. The rows on cats need the original photos, which may not be passed on; they are
looked for in the folder that the environment variable COURSE_ORIGINALS names, then in
``data/originals``, then in ``../shared/data/originals``, and skipped where there are none.
"""

import os
import warnings
from pathlib import Path

import numpy as np
import pytest
import sklearn.datasets
from sklearn.linear_model import LogisticRegressionCV
from threadpoolctl import threadpool_limits

from lib import (
    Adam,
    Dense,
    GradientDescent,
    Momentum,
    Network,
    ReLU,
    RMSprop,
    Tanh,
    check_gradients,
    he,
    normal,
    numerical_gradient,
    relative_difference,
    train,
    train_gram,
    xavier,
    zeros,
)
from lib.datasets import columns, load_cats, pixel_columns, planar_flower

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """These matrices are small: more threads only wait for each other."""
    with threadpool_limits(1):
        yield


def numbers(text):
    """The digits of a table row, as printed."""
    return text.split()


def assert_printed(values, printed):
    """Every value equals its published text to the last printed digit (half a unit of it)."""
    assert len(values) == len(printed)
    for value, text in zip(values, printed, strict=True):
        unit = 10.0 ** -len(text.partition(".")[2])
        # 15 decimals are more than rounding in another order of additions leaves alike
        assert abs(value - float(text)) <= max(0.5000001 * unit, 1e-12), f"{value} is not {text}"


def accuracy(net, X, Y):
    """Percentage of right answers."""
    return 100 * np.mean(net.predict(X) == Y)


def deep_relu(*widths, **options):
    """ReLU layers of the given widths and one linear neuron; the first width counts the inputs."""
    layers = [layer for width in widths[1:] for layer in (Dense(width), ReLU())]
    return Network([*layers, Dense(1)], n_inputs=widths[0], **options)


# --- cats, on the original photos -----------------------------------------------------------------


def originals():
    """The folder of the original photos, or None."""
    named = os.environ.get("COURSE_ORIGINALS")
    usual = [ROOT / "data/originals", ROOT.parent / "shared/data/originals"]
    places = [Path(named)] if named else usual
    return next((place for place in places if (place / "train_catvnoncat.h5").is_file()), None)


@pytest.fixture(scope="module")
def cats():
    """X, Y to train on and X, Y to test on; pixels / 255, one picture per column."""
    folder = originals()
    if folder is None:
        pytest.skip(
            "the original photos are not here: put train_catvnoncat.h5 and test_catvnoncat.h5 into"
            " data/originals, or name their folder in the environment variable COURSE_ORIGINALS"
        )
    photos = load_cats(folder)
    X, X_test = pixel_columns(photos.train_set_x), pixel_columns(photos.test_set_x)
    return X, photos.train_set_y, X_test, photos.test_set_y


LOGISTIC = numbers(
    ".693147 .584508 .466949 .376007 .331463 .303273 .279880 .260042 .242941 .228004"
    " .214820 .203078 .192544 .183033 .174399 .166521 .159305 .152667 .146542 .140872"
)
TWO_LAYERS = numbers(
    "0.693049735659989 0.6464320953428849 0.6325140647912677 0.6015024920354665 0.5601966311605747"
)
FIVE_LAYERS = numbers(
    ".771749 .672053 .648263 .611507 .567047 .540138 .527930 .465477 .369126 .391747 .315187"
    " .272700 .237419 .199601 .189263 .161189 .148214 .137775 .129740 .121225 .113821 .107839"
    " .102855 .100897 .092878"
)
RUNS = {
    "logistic": (lambda: deep_relu(12288, initializer=zeros), 0.005, 2000, LOGISTIC, 99.04, 70),
    "two layers": (
        lambda: deep_relu(12288, 7, initializer=normal(0.01), random_state=1),
        0.0075, 2500, TWO_LAYERS, 100, 72,
    ),
    "L layers": (
        lambda: deep_relu(12288, 20, 7, 5, initializer=xavier, random_state=1),
        0.0075, 2500, FIVE_LAYERS, 98.56, 80,
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    "run, trainer",
    [
        ("logistic", train_gram),
        ("logistic", train),
        ("two layers", train_gram),
        ("L layers", train_gram),
    ],
)
def test_cats(cats, run, trainer):
    X, Y, X_test, Y_test = cats
    network, rate, iterations, costs, train_accuracy, test_accuracy = RUNS[run]
    net = network()
    history = trainer(net, X, Y, GradientDescent(rate), iterations)
    assert_printed(history.costs[::100][: len(costs)], costs)
    if run == "two layers":
        assert_printed(history.costs[-1:], ["0.04421498"])
    assert round(accuracy(net, X, Y), 2) == train_accuracy
    assert accuracy(net, X_test, Y_test) == pytest.approx(test_accuracy)


@pytest.mark.parametrize("run", ["two layers", "L layers"])
def test_cats_step_by_step(cats, run):
    """The start of the two long runs without the Gram form, which takes half a minute for each."""
    X, Y, *_ = cats
    network, rate, _, costs, *_ = RUNS[run]
    history = train(network(), X, Y, GradientDescent(rate), 301)
    assert_printed(history.costs[::100], costs[:4])


@pytest.mark.parametrize(
    "initializer, costs_end, train_accuracy, test_accuracy",
    [(normal(0.01), 0.64, 65.6, 34), (he, None, 91.9, 68)],
    ids=["randn * 0.01", "He"],
)
def test_five_layers_from_another_start(
    cats, initializer, costs_end, train_accuracy, test_accuracy
):
    X, Y, X_test, Y_test = cats
    net = deep_relu(12288, 20, 7, 5, initializer=initializer, random_state=1)
    history = train_gram(net, X, Y, GradientDescent(0.0075), 2500)
    if costs_end is not None:
        assert round(history.costs[-1], 2) == costs_end
        assert not net.predict(X).any() and not net.predict(X_test).any()
    assert round(accuracy(net, X, Y), 1) == train_accuracy
    assert accuracy(net, X_test, Y_test) == pytest.approx(test_accuracy)


# Later than that the two-layer net meets a kink of its ReLU, and single and double part.
@pytest.mark.parametrize("run, iterations", [("logistic", 2000), ("two layers", 500)])
def test_the_shallow_runs_in_float32(cats, run, iterations):
    X, Y, *_ = cats
    network, rate, *_ = RUNS[run]
    double, single = network(), network().astype(np.float32)
    expected = train_gram(double, X, Y, GradientDescent(rate), iterations).costs
    got = train_gram(single, X, Y, GradientDescent(rate), iterations).costs
    assert single.parameters.dtype == np.float32
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-5)


# --- the planar flower ----------------------------------------------------------------------------


def test_the_flower():
    X, _ = planar_flower()
    assert X.sum() == pytest.approx(10.087983277441666, abs=1e-10)


def test_a_straight_line_through_the_flower():
    X, Y = planar_flower()
    with warnings.catch_warnings():
        # The recipe is "defaults", and scikit-learn announces that some of them will change.
        warnings.simplefilter("ignore", FutureWarning)
        classifier = LogisticRegressionCV().fit(X.T, Y[0])
    assert round(100 * classifier.score(X.T, Y[0])) == 47


def flower_run(n_h, iterations):
    X, Y = planar_flower()
    net = Network([Dense(n_h), Tanh(), Dense(1)], 2, initializer=normal(0.01), random_state=2)
    history = train(net, X, Y, GradientDescent(1.2), iterations)
    return history.costs, accuracy(net, X, Y)


def test_four_hidden_neurons():
    costs, score = flower_run(4, 10_000)
    assert_printed([costs[0], costs[1000]], ["0.693048", "0.288083"])
    # From iteration 5,000 on the descent wanders: a weight moved by 1e-16 changes the fifth digit.
    assert costs[9000] == pytest.approx(0.218560, abs=2e-4)
    assert score == pytest.approx(90.75, abs=0.5)


@pytest.mark.parametrize("n_h, score", [(1, 67.5), (2, 67.25), (3, 90.75), (4, 90.5), (5, 91.25)])
def test_the_hidden_size_study(n_h, score):
    assert flower_run(n_h, 5000)[1] == pytest.approx(score)


@pytest.mark.parametrize("n_h, score", [(20, 90.0), (50, 90.25)])
def test_many_hidden_neurons_wander(n_h, score):
    assert flower_run(n_h, 5000)[1] == pytest.approx(score, abs=1)


# --- initialization on circles --------------------------------------------------------------------

HE = numbers(
    ".8830537463419761 .6879825919728063 .6751286264523371 .6526117768893807 .6082958970572938"
    " .5304944491717495 .4138645817071794 .3117803464844441 .2369621533032256 .1859728720920684"
    " .1501555628037182 .1232507929227355 .0991774654652594 .0845705595402428 .0735789596267737"
)


def circles(m, seed):
    np.random.seed(seed)
    try:
        return columns(*sklearn.datasets.make_circles(m, noise=0.05))
    finally:
        np.random.seed()


def circles_run(initializer):
    X, Y = circles(300, seed=1)
    net = deep_relu(2, 10, 5, initializer=initializer, random_state=3)
    history = train(net, X, Y, GradientDescent(0.01), 15_000)
    scores = accuracy(net, X, Y), accuracy(net, *circles(100, seed=2))
    return history.costs[::1000], scores


def test_circles_from_zeros():
    costs, scores = circles_run(zeros)
    assert_printed(costs, ["0.693147"] * 15)
    assert scores == (50, 50)


def test_circles_from_large_numbers():
    costs, scores = circles_run(normal(10))
    assert np.isfinite(costs).all() and costs[0] > 1  # the original printed inf
    assert costs[-1] == pytest.approx(0.3828, abs=0.005)
    assert scores == (pytest.approx(83, abs=1), pytest.approx(86, abs=1))


def test_circles_from_he():
    costs, (train_accuracy, test_accuracy) = circles_run(he)
    # A last digit is the machine's; over 15,000 iterations it grows.
    np.testing.assert_allclose(costs, [float(text) for text in HE], rtol=0, atol=1e-9)
    assert round(train_accuracy, 2) == 99.33 and test_accuracy == pytest.approx(96)


# --- gradient check -------------------------------------------------------------------------------


def test_the_check_in_one_dimension():
    x, theta, epsilon = 2.0, 4.0, 1e-7
    slope = numerical_gradient(lambda t: float(t[0] * x), [theta], epsilon)
    assert relative_difference([x], slope) == pytest.approx(2.919335883291695e-10, rel=1e-6)


class DoubledWeights(Dense):
    """The first published bug: dW2 times 2."""

    def backward(self, dZ):
        dA_prev = super().backward(dZ)
        self.dW *= 2
        return dA_prev


class FourfoldBias(Dense):
    """The second published bug: db1 with 4/m in place of 1/m."""

    def backward(self, dZ):
        dA_prev = super().backward(dZ)
        self.db *= 4
        return dA_prev


def published_network(first=Dense, second=Dense):
    """4-5-3-1 and its three examples: net, X, Y."""
    random_state = np.random.RandomState(1)
    X, Y = random_state.randn(4, 3), np.array([[1, 1, 0]])
    net = Network([first(5), ReLU(), second(3), ReLU(), Dense(1)], n_inputs=4)
    for layer in net.layers[::2]:
        layer.W[...] = random_state.randn(*layer.W.shape)
        layer.b[...] = random_state.randn(*layer.b.shape)
    return net, X, Y


def published_check(epsilon, **bugs):
    """The relative difference with the sources' cost, which takes the logarithm of A and 1 - A."""
    net, X, Y = published_network(**bugs)
    net.cost_and_gradient(X, Y)
    ours, theta = net.gradient.copy(), net.parameters.copy()

    def cost(parameters):
        net.parameters = parameters
        A = net.predict_proba(X)
        return -np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A))

    return relative_difference(ours, numerical_gradient(cost, theta, epsilon))


def test_both_bugs():
    difference = published_check(1e-7, first=FourfoldBias, second=DoubledWeights)
    assert difference == pytest.approx(0.285093156781, abs=1e-7)


@pytest.mark.parametrize(
    "bugs, difference",
    [({"second": DoubledWeights}, 0.17344), ({"first": FourfoldBias}, 0.25442)],
)
def test_each_bug_alone(bugs, difference):
    assert published_check(1e-7, **bugs) == pytest.approx(difference, abs=5.1e-6)


def test_the_fixed_gradient():
    # What is left is round-off, so only its size is the same on every machine.
    assert published_check(1e-7) == pytest.approx(1.189e-7, rel=0.5)
    assert published_check(1e-4) == pytest.approx(1.9e-10, rel=0.5)


def test_a_cost_from_logits_leaves_less_round_off():
    net, X, Y = published_network()
    two_sided = check_gradients(net, X, Y, epsilon=1e-7).relative_difference
    assert two_sided < 1e-8 < published_check(1e-7)
    complex_step = check_gradients(net, X, Y, method="complex-step")
    assert complex_step.relative_difference <= 2.5e-14


# --- optimizers on moons --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "optimizer, costs, score",
    [
        (GradientDescent(0.0007), ["0.702405", "0.668101", "0.468014"], 79.7),
        (Momentum(0.0007), ["0.702413", "0.668167", "0.468160"], 79.7),
        (Adam(0.0007), ["0.702166", "0.167845", "0.129118"], 94),
        (RMSprop(0.0007, beta=0.999), ["0.697438", "0.152880", "0.129288"], 94),
    ],
    ids=lambda value: type(value).__name__ if hasattr(value, "step") else "",
)
def test_moons(optimizer, costs, score):
    X, Y = columns(*sklearn.datasets.make_moons(300, noise=0.2, random_state=3))
    net = deep_relu(2, 5, 2, initializer=he, random_state=3)
    history = train(net, X, Y, optimizer, 10_000, batch_size=64, random_state=11)
    assert_printed([history.costs[k] for k in (0, 1000, 9000)], costs)
    assert round(accuracy(net, X, Y), 1) == score


# --- and the comparison itself --------------------------------------------------------------------


@pytest.mark.parametrize("value, text", [(0.6931, "0.693147"), (0.0735789, ".0735789596267737")])
def test_a_changed_digit_is_noticed(value, text):
    with pytest.raises(AssertionError, match=f"{value} is not {text}"):
        assert_printed([value], [text])
