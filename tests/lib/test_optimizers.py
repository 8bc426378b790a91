"""A hundred steps of every optimizer beside its textbook formula, written again here."""

import numpy as np
import pytest

from lib import (
    Adam,
    ExponentialDecay,
    GradientDescent,
    InverseTimeDecay,
    Momentum,
    Optimizer,
    RMSprop,
    Schedule,
    SquareRootDecay,
    StepDecay,
)
from lib.optimizers import BLOCK
from tests.lib.networks import words

ALL = [GradientDescent(0.1), Momentum(0.1), RMSprop(0.1), Adam(0.1)]


def textbook_gradient_descent(theta, gradients, rate):
    for g in gradients:
        theta = theta - rate * g
    return theta


def textbook_momentum(theta, gradients, rate, beta):
    past = []
    for g in gradients:
        past.append(g)  # the average written out, oldest gradient last
        theta = theta - rate * (1 - beta) * sum(beta**k * h for k, h in enumerate(past[::-1]))
    return theta


def textbook_rmsprop(theta, gradients, rate, beta, epsilon):
    past = []
    for g in gradients:
        past.append(g**2)
        s = (1 - beta) * sum(beta**k * h for k, h in enumerate(past[::-1]))
        theta = theta - rate * g / (s**0.5 + epsilon)
    return theta


def textbook_adam(theta, gradients, rate, beta1, beta2, epsilon):
    v = s = 0.0
    for t, g in enumerate(gradients, start=1):
        v = beta1 * v + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g * g
        v_hat, s_hat = v / (1 - beta1**t), s / (1 - beta2**t)
        theta = theta - rate * v_hat / (s_hat**0.5 + epsilon)
    return theta


@pytest.mark.parametrize(
    "optimizer, textbook, settings",
    [
        (GradientDescent(0.3), textbook_gradient_descent, [0.3]),
        (Momentum(0.3), textbook_momentum, [0.3, 0.9]),
        (Momentum(0.3, beta=0), textbook_momentum, [0.3, 0.0]),
        (Momentum(0.3, 0.5), textbook_momentum, [0.3, 0.5]),
        (RMSprop(0.3), textbook_rmsprop, [0.3, 0.9, 1e-8]),
        (RMSprop(0.3, 0.99, 0.1), textbook_rmsprop, [0.3, 0.99, 0.1]),
        (Adam(0.3), textbook_adam, [0.3, 0.9, 0.999, 1e-8]),
        (Adam(0.3, 0.5, 0.8, 0.1), textbook_adam, [0.3, 0.5, 0.8, 0.1]),
    ],
)
def test_a_hundred_steps_by_the_book(optimizer, textbook, settings):
    theta, gradients = np.random.RandomState(0).randn(6), np.random.RandomState(1).randn(100, 6)
    expected = textbook(theta.copy(), gradients, *settings)
    for g in gradients:
        optimizer.step(theta, g)
    np.testing.assert_allclose(theta, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("optimizer", ALL)
def test_a_step_changes_the_parameters_in_place_and_leaves_the_gradient_alone(optimizer):
    theta, g = np.ones(3), np.array([1.0, -2, 3])
    assert optimizer.step(theta, g) is None
    assert (theta != 1).all()
    np.testing.assert_array_equal(g, [1, -2, 3])


@pytest.mark.parametrize("kind", [GradientDescent, Momentum, RMSprop, Adam])
def test_another_vector_starts_afresh(kind):
    used, fresh = (kind(lambda step: 0.1 / (1 + step)) for _ in range(2))
    another = np.ones(4)
    for _ in range(5):
        used.step(another, np.ones(4))
    theirs, ours = np.ones(3), np.ones(3)
    for _ in range(2):
        used.step(ours, np.ones(3))
        fresh.step(theirs, np.ones(3))
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("kind", [GradientDescent, Momentum, RMSprop, Adam])
def test_a_schedule_is_asked_with_the_steps_taken(kind):
    asked = []
    optimizer, theta = kind(lambda step: asked.append(step) or 0.1), np.ones(2)
    for _ in range(3):
        optimizer.step(theta, np.ones(2))
    assert asked == [0, 1, 2]


def test_a_falling_rate():
    theta = np.zeros(1)
    optimizer = GradientDescent(lambda step: 1 / (1 + step))
    for _ in range(3):
        optimizer.step(theta, np.ones(1))
    np.testing.assert_allclose(theta, -(1 + 1 / 2 + 1 / 3))


@pytest.mark.parametrize("returned, error", [(0, ValueError), (-1, ValueError), (None, TypeError)])
def test_a_schedule_has_to_return_a_positive_number(returned, error):
    message = f"the learning rate that the schedule returned is {returned}; it needs to be a"
    with pytest.raises(error, match=message):
        GradientDescent(lambda step: returned).step(np.ones(1), np.ones(1))


@pytest.mark.parametrize("optimizer", ALL)
def test_a_refused_rate_leaves_everything_as_it_was(optimizer):
    kind = type(optimizer)
    rates = iter([0.1, np.nan, 0.1])
    stumbling, steady = kind(lambda steps: next(rates)), kind(0.1)
    ours, theirs, g = np.ones(2), np.ones(2), np.array([1.0, -2])
    stumbling.step(ours, g)
    with pytest.raises(ValueError, match="the learning rate that the schedule returned is nan"):
        stumbling.step(ours, 100 * g)
    stumbling.step(ours, g)
    for _ in range(2):
        steady.step(theirs, g)
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("optimizer", ALL)
def test_a_rate_refused_for_another_vector_leaves_the_first_ones_averages(optimizer):
    kind = type(optimizer)
    ours, theirs, g = np.ones(2), np.ones(2), np.array([1.0, -2])
    stumbling, steady = kind(0.1), kind(0.1)
    stumbling.step(ours, g)
    stumbling.learning_rate = lambda steps: -1
    with pytest.raises(ValueError, match="the learning rate that the schedule returned is -1"):
        stumbling.step(np.ones(3), np.ones(3))
    stumbling.learning_rate = 0.1
    stumbling.step(ours, g)
    for _ in range(2):
        steady.step(theirs, g)
    np.testing.assert_array_equal(ours, theirs)
    assert stumbling.steps == 2


@pytest.mark.parametrize("optimizer", ALL)
@pytest.mark.parametrize("gradient", [[1.0, 2.0], None])
def test_what_is_no_gradient_is_refused_at_any_step(optimizer, gradient):
    theta = np.ones(2)
    for _ in range(2):
        with pytest.raises(TypeError, match=r"gradient is of type .*; it needs to be a vec"):
            optimizer.step(theta, gradient)
        optimizer.step(theta, np.ones(2))


@pytest.mark.parametrize(
    "schedule, expected",
    [
        (InverseTimeDecay(0.5, 0.2), lambda t: 0.5 / (1 + 0.2 * t)),
        (SquareRootDecay(0.5, 3), lambda t: 0.5 / (1 + 3 * t) ** 0.5),
        (ExponentialDecay(0.5, 0.95), lambda t: 0.5 * np.exp(t * np.log(0.95))),
        (StepDecay(0.5, 0.1), lambda t: 0.5 * 0.1 ** (t // 1)),
    ],
)
@pytest.mark.parametrize("decay_steps", [1, 5, 2.5])
def test_schedules_by_the_book(schedule, expected, decay_steps):
    schedule = type(schedule)(schedule.learning_rate, schedule.decay, decay_steps)
    steps = range(40)
    rates = [schedule(k) for k in steps]
    np.testing.assert_allclose(rates, [expected(k / decay_steps) for k in steps], rtol=1e-12)
    assert rates[0] == 0.5 and rates[-1] < 0.45


def test_the_steps_of_a_staircase():
    schedule = StepDecay(0.8, 0.5, decay_steps=3)
    assert [schedule(k) for k in range(7)] == [0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.2]


@pytest.mark.parametrize("kind", [GradientDescent, Momentum, RMSprop, Adam])
@pytest.mark.parametrize("schedule", [InverseTimeDecay, SquareRootDecay, ExponentialDecay])
def test_every_optimizer_takes_every_schedule(kind, schedule):
    falling, steady = kind(schedule(0.1, 0.5)), kind(0.1)
    ours, theirs = np.ones(2), np.ones(2)
    for k in range(5):
        falling.step(ours, np.ones(2))
        steady.step(theirs, np.ones(2))
        assert np.array_equal(ours, theirs) == (k == 0)


@pytest.mark.parametrize("kind", [InverseTimeDecay, SquareRootDecay, ExponentialDecay, StepDecay])
def test_schedules_refused(kind):
    interval = "(0, 1]" if issubclass(kind, ExponentialDecay) else "(0, inf)"
    for arguments, name, value, needs in [
        ((0, 0.5), "learning_rate", 0, "(0, inf)"),
        ((0.1, -0.5), "decay", -0.5, interval),
        ((0.1, 0), "decay", 0, interval),
        ((0.1, 0.5, 0), "decay_steps", 0, "(0, inf)"),
    ]:
        message = f"{name} is {value}; it needs to be a finite number in {needs}"
        with pytest.raises(ValueError, match=words(message)):
            kind(*arguments)


@pytest.mark.parametrize("kind", [ExponentialDecay, StepDecay])
def test_a_decay_above_one_would_grow(kind):
    with pytest.raises(ValueError, match=words("decay is 1.5; it needs to be a finite number in")):
        kind(0.1, 1.5)


def test_a_rate_that_has_shrunk_to_nothing_is_reported():
    optimizer, theta = GradientDescent(ExponentialDecay(0.1, 1e-200)), np.ones(1)
    optimizer.step(theta, theta)
    optimizer.step(theta, theta)
    with pytest.raises(ValueError, match=words("schedule returned is 0.0; it needs to be")):
        optimizer.step(theta, theta)


def test_a_new_schedule_has_to_bring_its_factor():
    with pytest.raises(NotImplementedError, match="Lazy needs a factor method"):
        type("Lazy", (Schedule,), {})(0.1, 0.5)(0)


@pytest.mark.parametrize("kind", [GradientDescent, Momentum, RMSprop, Adam])
@pytest.mark.parametrize("rate", [0, -0.1, np.nan, np.inf])
def test_rates_refused(kind, rate):
    with pytest.raises(ValueError, match=words(f"learning_rate is {rate}; it needs to be a")):
        kind(rate)


@pytest.mark.parametrize("kind", [GradientDescent, Momentum, RMSprop, Adam])
def test_a_rate_is_a_number(kind):
    with pytest.raises(TypeError, match="learning_rate is 'fast'; it needs to be a number"):
        kind("fast")


@pytest.mark.parametrize(
    "kind, name",
    [(Momentum, "beta"), (RMSprop, "beta"), (Adam, "beta1"), (Adam, "beta2")],
)
@pytest.mark.parametrize("value", [-0.1, 1, 1.5])
def test_betas_refused(kind, name, value):
    message = f"{name} is {value}; it needs to be a finite number in [0, 1)"
    with pytest.raises(ValueError, match=words(message)):
        kind(0.1, **{name: value})


@pytest.mark.parametrize("kind", [RMSprop, Adam])
def test_epsilon_refused(kind):
    message = "epsilon is 0; it needs to be a finite number in (0, inf)"
    with pytest.raises(ValueError, match=words(message)):
        kind(0.1, epsilon=0)


@pytest.mark.parametrize("optimizer", ALL)
def test_float32_stays(optimizer):
    theta = np.ones(3, np.float32)
    optimizer.step(theta, np.ones(3, np.float32))
    assert theta.dtype == np.float32
    assert all(average.dtype == np.float32 for average in optimizer.state(theta))


def test_only_steps_linear_in_the_gradient_say_so():
    assert [optimizer.linear for optimizer in ALL] == [True, True, False, False]


def test_a_new_optimizer_has_to_bring_its_step():
    with pytest.raises(NotImplementedError, match="Lazy needs an update method"):
        type("Lazy", (Optimizer,), {})(0.1).step(np.ones(1), np.ones(1))


def test_optimizers_are_shown_as_they_are_written():
    assert repr(Adam(0.1)) == "Adam(0.1, beta1=0.9, beta2=0.999, epsilon=1e-08)"
    optimizer = Momentum(0.1)
    optimizer.step(np.ones(2), np.ones(2))
    assert repr(optimizer) == "Momentum(0.1, beta=0.9)"
    shown = "GradientDescent(ExponentialDecay(0.1, 0.95, 5))"
    assert repr(GradientDescent(ExponentialDecay(0.1, 0.95, decay_steps=5))) == shown


@pytest.mark.parametrize("dtype", ["f8", "f4"])
@pytest.mark.parametrize("beta1, beta2", [(0.9, 0.999), (0.0, 0.5), (0.99, 0.9)])
def test_a_step_of_adam_is_the_textbooks_to_a_few_roundings(dtype, beta1, beta2):
    """One step at a time, from the same averages, so that no rounding can hide among others."""
    epsilon, rate, ulp = 1e-3, 0.5, np.finfo(dtype).eps
    optimizer, gradients = Adam(rate, beta1, beta2, epsilon), np.random.RandomState(0).randn(9, 50)
    theta = np.zeros(50, dtype)
    for t, g in enumerate(gradients.astype(dtype), start=1):
        v, s = ((1 - beta) * kept.astype(float) for beta, kept in zip(
            (beta1, beta2), optimizer.state(theta), strict=True
        ))  # fmt: skip
        v = beta1 * v + (1 - beta1) * g.astype(float)
        s = beta2 * s + (1 - beta2) * g.astype(float) ** 2
        step = rate * v / (1 - beta1**t) / ((s / (1 - beta2**t)) ** 0.5 + epsilon)
        theta[:] = 0
        optimizer.step(theta, g)
        np.testing.assert_allclose(-theta, step, rtol=8 * ulp, atol=8 * ulp * rate)


@pytest.mark.parametrize("dtype", ["f8", "f4"])
@pytest.mark.parametrize("kind", [GradientDescent, Momentum, RMSprop, Adam])
def test_a_vector_of_several_blocks_moves_as_its_parts_do(kind, dtype):
    n = BLOCK // np.dtype(dtype).itemsize
    random_state = np.random.RandomState(0)
    start = random_state.randn(2 * n + 3).astype(dtype)
    gradients = random_state.randn(3, 2 * n + 3).astype(dtype)

    def moved(part):
        parameters, optimizer = start[part].copy(), kind(0.1)
        for gradient in gradients:
            optimizer.step(parameters, gradient[part])
        return parameters

    whole = moved(slice(None))
    for part in (slice(0, 4), slice(n - 2, n + 2), slice(2 * n - 1, None)):
        np.testing.assert_allclose(whole[part], moved(part), rtol=100 * np.finfo(dtype).eps)
