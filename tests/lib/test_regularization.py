"""Penalties, dropout, early stopping, and new pictures of old ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import (
    L1,
    L2,
    Adam,
    Dense,
    Diverged,
    Dropout,
    EarlyStopping,
    GradientDescent,
    Layer,
    Tanh,
    check_gradients,
    train,
    zeros,
)
from tests.lib.networks import examples, random_networks, small, words
from tests.lib.test_training import Sabotage, explode, interrupt

# --- penalties ------------------------------------------------------------------------------------

PENALTIES = {  # what the cost of m examples gains by W, and what dW gains
    "L2": (L2(0.7), lambda W, m: 0.7 / (2 * m) * (W**2).sum(), lambda W, m: 0.7 / m * W),
    "L1": (L1(0.7), lambda W, m: 0.7 / m * abs(W).sum(), lambda W, m: 0.7 / m * np.sign(W)),
    "both": (
        [L1(0.1), L2(0.7)],
        lambda W, m: 0.1 / m * abs(W).sum() + 0.7 / (2 * m) * (W**2).sum(),
        lambda W, m: 0.1 / m * np.sign(W) + 0.7 / m * W,
    ),
    "both, as a tuple": (
        (L2(0.7), L1(0.1)),
        lambda W, m: 0.1 / m * abs(W).sum() + 0.7 / (2 * m) * (W**2).sum(),
        lambda W, m: 0.1 / m * np.sign(W) + 0.7 / m * W,
    ),
    "an empty list": ([], lambda W, m: 0, lambda W, m: 0 * W),
}


@pytest.mark.parametrize("penalty, price, slope", PENALTIES.values(), ids=PENALTIES)
def test_a_penalty_adds_to_the_cost_and_to_dW_and_leaves_the_biases_out(penalty, price, slope):
    X, Y = examples()
    plain, punished = small(), small(penalty=penalty)
    plain.parameters = punished.parameters = np.random.RandomState(5).randn(plain.parameters.size)
    expected = plain.cost(X, Y) + sum(price(layer.W, 7) for layer in plain.layers[::2])
    assert punished.cost(X, Y) == pytest.approx(expected, rel=1e-14)
    assert punished.cost_and_gradient(X, Y) == pytest.approx(expected, rel=1e-14)

    plain.cost_and_gradient(X, Y)
    for l in (0, 2):
        ours, theirs = punished.layers[l], plain.layers[l]
        np.testing.assert_allclose(ours.dW, theirs.dW + slope(theirs.W, 7), rtol=1e-12)
        np.testing.assert_array_equal(ours.db, theirs.db)


@pytest.mark.parametrize("penalty", [L1(0.7), [L1(0.1), L2(0.7)]], ids=repr)
@pytest.mark.parametrize("method, tolerance", [("two-sided", 1e-7), ("complex-step", 1e-14)])
def test_the_derivative_of_a_penalty(penalty, method, tolerance):
    report = check_gradients(small(penalty=penalty), *examples(), method=method)
    assert report.relative_difference < tolerance


@pytest.mark.parametrize("kind", [L1, L2])
def test_a_strength_of_zero_is_no_penalty(kind):
    X, Y = examples()
    assert small(penalty=kind(0)).cost(X, Y) == pytest.approx(small().cost(X, Y), rel=1e-14)


def test_l1_does_not_move_a_weight_that_is_zero():
    W, dW = np.array([[0.0, -2.0, 3.0]]), np.zeros((1, 3))
    L1(6).add_gradient(W, dW, 2)
    np.testing.assert_array_equal(dW, [[0, -3, 3]])


@pytest.mark.parametrize("kind", [L1, L2])
def test_penalties_keep_float32(kind):
    W, dW = np.ones((2, 3), np.float32), np.zeros((2, 3), np.float32)
    kind(0.7).add_gradient(W, dW, 5)
    assert dW.dtype == kind(0.7).value(W, 5).dtype == np.float32


@pytest.mark.parametrize("kind", [L1, L2])
@pytest.mark.parametrize("strength", [-0.1, np.nan, np.inf])
def test_strengths_refused(kind, strength):
    message = f"strength is {strength}; it needs to be a finite number in [0, inf)"
    with pytest.raises(ValueError, match=words(message)):
        kind(strength)


@pytest.mark.parametrize("kind", [L1, L2])
def test_strength_is_a_number(kind):
    with pytest.raises(TypeError, match="strength is None; it needs to be a number"):
        kind(None)


@pytest.mark.parametrize("penalty", [[L2(0.7), 3], (L2, L1(0.1)), "L2", [[L2(0.7)]]])
def test_every_penalty_of_a_list_has_to_be_one(penalty):
    with pytest.raises(TypeError, match=words("; it needs to be one such as L2(0.7)")):
        small(penalty=penalty)


def test_one_penalty_is_not_a_kind_of_another():
    assert not isinstance(L1(1), L2) and not isinstance(L2(1), L1)
    assert repr([L1(0.1), L2(0.7)]) == "[L1(0.1), L2(0.7)]"


# --- dropout --------------------------------------------------------------------------------------


@pytest.mark.parametrize("keep_prob", [0.2, 0.5, 0.9])
def test_dropout_keeps_a_share_and_the_mean(keep_prob):
    A = small(Dense(1), Dropout(keep_prob), Dense(1)).layers[1].forward(np.ones((100, 400)), True)
    kept = A != 0
    assert abs(kept.mean() - keep_prob) < 0.01  # five standard errors of 40,000 draws at most
    np.testing.assert_allclose(A[kept], 1 / keep_prob)
    assert abs(A.mean() - 1) < 0.05


def test_dropout_is_passed_through_backwards_where_it_was_forwards():
    layer, (A_prev, dA) = Dropout(0.5), np.random.RandomState(0).randn(2, 6, 5)
    A = layer.forward(A_prev, training=True)
    np.testing.assert_allclose(layer.backward(dA), dA * (A / A_prev))
    assert 0 < np.mean(A == 0) < 1


def test_dropout_rests_when_it_is_not_training():
    net, without = small(Dense(4), Dropout(0.5), Dense(1)), small(Dense(4), Dense(1))
    X, Y = examples()
    np.testing.assert_array_equal(net.forward(X), without.forward(X))
    assert net.cost(X, Y) == without.cost(X, Y) != net.cost_and_gradient(X, Y)


def test_nothing_is_dropped_with_probability_one():
    net, without = small(Dense(4), Dropout(1), Dense(1)), small(Dense(4), Dense(1))
    X, Y = examples()
    assert net.cost_and_gradient(X, Y) == without.cost_and_gradient(X, Y)
    np.testing.assert_array_equal(net.gradient, without.gradient)


def test_every_training_pass_draws_anew_and_a_seed_names_them_all():
    ours, theirs, others = (small(Dense(9), Dropout(0.5), Dense(1), seed=s) for s in (3, 3, 4))
    X, _ = examples(m=20)
    first, second = ours.forward(X, training=True), ours.forward(X, training=True)
    assert (first != second).any()
    np.testing.assert_array_equal(theirs.forward(X, training=True), first)
    np.testing.assert_array_equal(theirs.forward(X, training=True), second)
    masks = [net.layers[1].cache for net in (ours, theirs)]
    others.forward(X, training=True), others.forward(X, training=True)
    np.testing.assert_array_equal(*masks)
    assert (others.layers[1].cache != masks[0]).any()


def test_dropout_does_not_change_the_weights_that_a_seed_names():
    with_dropout, without = small(Dense(4), Dropout(0.5), Dense(1)), small(Dense(4), Dense(1))
    np.testing.assert_array_equal(with_dropout.parameters, without.parameters)


def test_two_dropouts_of_a_network_draw_different_numbers():
    net = small(Dense(30), Dropout(0.5), Dense(30), Dropout(0.5), Dense(1))
    net.forward(examples()[0], training=True)
    assert (net.layers[1].cache != net.layers[3].cache).any()


def test_dropout_stays_in_float32():
    net = small(Dense(4), Dropout(0.5), Dense(1), dtype=np.float32)
    net.cost_and_gradient(*examples())
    assert net.forward(examples()[0], training=True).dtype == net.gradient.dtype == np.float32
    assert net.layers[1].backward(np.ones((4, 7), np.float32)).dtype == np.float32


@given(random_networks(), st.floats(0.5, 1), st.data())
def test_a_network_with_dropout_passes_the_complex_step_check(drawn, keep_prob, data):
    net, X, Y = drawn
    # anywhere but after the last layer, the input included
    place = data.draw(st.integers(0, len(net.layers) - 1))
    layers = [type(layer)(*vars_of(layer)) for layer in net.layers]
    layers.insert(place, Dropout(keep_prob))
    net = small(*layers, n_inputs=net.n_inputs, loss=net.loss, penalty=net.penalty)
    # not too large: of a sure neuron's gradient, A - Y, round-off leaves only a few digits
    net.parameters = np.random.RandomState(place).randn(net.parameters.size) / 2
    state = layers[place].random_state.get_state()[1].copy()
    report = check_gradients(net, X, Y, method="complex-step")
    assert report.relative_difference < 1e-10
    # and it leaves the network's own stream alone
    np.testing.assert_array_equal(layers[place].random_state.get_state()[1], state)


def vars_of(layer):
    """The arguments that a layer was made with."""
    return [vars(layer)[name] for name in ("n_outputs", "slope") if name in vars(layer)]


class RestlessDropout(Dropout):
    """Draws from another stream than the check of its gradient knows."""

    def forward(self, A_prev, training=False):
        self.random_state = restless
        return super().forward(A_prev, training)


restless = np.random.RandomState(0)


class UnscaledDropout(Dropout):
    """Forgets to divide on the way back."""

    def backward(self, dA):
        return dA * self.cache


@pytest.mark.parametrize("kind", [RestlessDropout, UnscaledDropout])
def test_a_wrong_dropout_is_noticed(kind):
    net, right = (small(Dense(9), k(0.5), Tanh(), Dense(1)) for k in (kind, Dropout))
    X, Y = examples()
    assert check_gradients(net, X, Y).relative_difference > 1e-2
    assert check_gradients(right, X, Y).relative_difference < 1e-7


@pytest.mark.parametrize("keep_prob", [0, -0.5, 1.1, np.nan])
def test_keep_probs_refused(keep_prob):
    message = f"keep_prob is {keep_prob}; it needs to be a finite number in (0, 1]"
    with pytest.raises(ValueError, match=words(message)):
        Dropout(keep_prob)


def test_dropout_is_shown_as_it_is_written():
    assert repr(Dropout(0.8)) == "Dropout(0.8)"


# --- early stopping -------------------------------------------------------------------------------


class Scripted(GradientDescent):
    """Goes where it is told, whatever the gradient says."""

    def __init__(self, weights):
        super().__init__(1)
        self.weights = weights

    def step(self, parameters, gradient):
        parameters[:] = [self.weights[self.steps], 0]
        self.steps += 1


def scripted_run(weights, stopping):
    """Train one neuron through these weights: with label 1 at x = 1 a larger one costs less."""
    net, pair = small(Dense(1), n_inputs=1, initializer=zeros), ([[1.0]], [[1]])
    history = train(
        net, *pair, Scripted(weights), len(weights), validation=pair, early_stopping=stopping
    )
    return net.layers[0].W.item(), history.validation_costs


@pytest.mark.parametrize(
    "weights, patience, epochs, best_epoch",
    [
        ([1, 3, 2, 2.5, 2.9, 4], 2, 4, 1),
        ([1, 3, 2, 2.5, 2.9, 4], 1, 3, 1),
        ([1, 3, 2, 2.5, 2.9, 4], 3, 5, 1),
        ([1, 3, 2, 2.5, 2.9, 4], 4, 6, 5),
        ([1, 2, 3], 1, 3, 2),
        ([1, 1, 1], 2, 3, 0),  # to stay where one is, is not to fall
        ([3, 2, 1], 10, 3, 0),
    ],
)
def test_it_stops_when_patience_runs_out_and_goes_back_to_the_best(
    weights, patience, epochs, best_epoch
):
    stopping = EarlyStopping(patience)
    w, costs = scripted_run(weights, stopping)
    assert len(costs) == epochs
    assert w == weights[best_epoch]
    assert stopping.best_epoch == best_epoch and stopping.best_cost == costs[best_epoch]


def test_used_again_it_starts_afresh():
    stopping = EarlyStopping(2)
    scripted_run([5, 4, 3], stopping)
    assert scripted_run([1, 2, 0, 0, 0], stopping)[0] == 2
    assert stopping.best_epoch == 1


def test_without_early_stopping_all_epochs_run():
    w, costs = scripted_run([3, 2, 1, 0], None)
    assert w == 0 and len(costs) == 4


class Counter(Layer):
    """Counts its training passes, as a batch normalization keeps its running means."""

    statistics = ("passes",)

    def __init__(self):
        self.passes = np.zeros(1)

    def forward(self, A_prev, training=False):
        self.passes += training
        return A_prev

    def backward(self, dA):
        return dA


def test_it_goes_back_to_the_statistics_of_the_best_epoch_too():
    net, pair = small(Counter(), Dense(1), n_inputs=1), ([[1.0]], [[1]])
    train(net, *pair, Scripted([1, 3, 2, 1]), 4, validation=pair, early_stopping=EarlyStopping(2))
    assert net.layers[0].passes == 2


def test_divergence_takes_the_statistics_back_with_the_parameters():
    net = small(Counter(), Dense(1))
    with pytest.raises(Diverged):
        train(net, *examples(), Sabotage(2, explode), 9)
    assert net.layers[0].passes == 3  # the fourth gave NaN


def test_stopped_by_hand_it_goes_back_to_the_best_as_well():
    X, Y = examples()
    net, stopping = small(), EarlyStopping(5)
    with pytest.warns(UserWarning, match="stopped by hand after 3 epochs"):
        history = train(
            net, X, Y, Sabotage(3, interrupt), 9, validation=(X, Y), early_stopping=stopping
        )
    assert stopping.best_epoch == 2
    assert net.cost(X, Y) == pytest.approx(min(history.validation_costs))


def test_stopped_by_hand_before_any_epoch_the_network_is_as_it_was():
    X, Y = examples()
    net, untouched = small(), small()
    with pytest.warns(UserWarning, match="stopped by hand after 0 epochs"):
        train(
            net, X, Y, Sabotage(0, interrupt), 9, validation=(X, Y), early_stopping=EarlyStopping(1)
        )
    np.testing.assert_array_equal(net.parameters, untouched.parameters)


@pytest.mark.parametrize(
    "options, error, message",
    [
        (
            {"early_stopping": EarlyStopping(3)},
            ValueError,
            "early_stopping needs validation=(X_dev",
        ),
        ({"early_stopping": 3}, TypeError, "early_stopping is 3; it needs to be one such as Early"),
        ({"early_stopping": EarlyStopping}, TypeError, "add parentheses to make one"),
    ],
)
def test_early_stopping_refused(options, error, message):
    with pytest.raises(error, match=words(message)):
        train(small(), *examples(), Adam(0.1), 2, **options)


@pytest.mark.parametrize("patience, error", [(0, ValueError), (2.0, TypeError)])
def test_patience_is_a_whole_number_from_one(patience, error):
    with pytest.raises(error, match=f"patience is {patience}; it needs to be"):
        EarlyStopping(patience)


def test_snapshot_and_restore():
    net, (X, Y) = small(Counter(), Dense(4), Tanh(), Dense(1)), examples()
    before, cost = net.snapshot(), net.cost(X, Y)
    vector = net.parameters
    train(net, X, Y, GradientDescent(0.5), 3)
    assert net.cost(X, Y) != cost and net.layers[0].passes == 3
    after = net.snapshot()
    net.restore(before)
    assert net.cost(X, Y) == cost and net.layers[0].passes == 0
    assert net.parameters is vector
    net.parameters[:] = 0  # which the snapshot does not feel
    net.restore(before)
    assert net.cost(X, Y) == cost
    net.restore(after)
    assert net.cost(X, Y) != cost


def test_a_snapshot_of_another_network_is_refused():
    with pytest.raises(ValueError):
        small(Counter(), Dense(1)).restore(small(Dense(1)).snapshot())
    with pytest.raises(ValueError):
        small(Dense(1)).restore(small(Dense(4), Dense(1)).snapshot())
