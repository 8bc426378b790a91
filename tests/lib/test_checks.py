"""Every refusal says which argument, what it got and what it needs."""

import contextlib
import warnings

import h5py
import numpy as np
import pytest
import sklearn.datasets

from lib import BinaryCrossEntropy, Dense, Diverged, GradientDescent, Network, train, zeros
from lib.checks import (
    check_choice,
    check_count,
    check_inputs,
    check_labels,
    check_number,
    check_object,
    check_pair,
    check_random_state,
    scale_hint,
)
from lib.gram import train_gram
from lib.losses import AbsoluteError, SoftmaxCrossEntropy, SquaredError
from lib.optimizers import Adam
from tests.lib.networks import words

nan, inf = np.nan, np.inf


@pytest.mark.parametrize(
    "X, error, message",
    [
        (np.ones(3), ValueError, "X has shape (3,); it needs (n_x, m): one column per example"),
        (np.ones((3, 2, 2)), ValueError, "X has shape (3, 2, 2); it needs (n_x, m)"),
        (5.0, ValueError, "X has shape (); it needs (n_x, m)"),
        (np.ones((3, 0)), ValueError, "X is empty: its shape is (3, 0)"),
        (np.ones((4, 2)), ValueError, "X has 4 rows, the network has 3 inputs"),
        (np.ones((5, 3)), ValueError, "it looks transposed: examples are columns, pass X.T"),
        ([[1, 2], [3, nan], [5, 6]], ValueError, "X[1, 1] is nan in float64; every value needs"),
        ([[1, 2], [3, 4], [-inf, 6]], ValueError, "X[2, 0] is -inf in float64; every value"),
        ([[1, 2], [3]], ValueError, "X is not a full table of numbers: "),
        (np.ones((3, 2), complex), TypeError, "X has dtype complex128; it needs real numbers"),
        ([["a"]], TypeError, "X has dtype <U1; it needs real numbers"),
        (None, TypeError, "X has dtype object; it needs real numbers"),
    ],
)
def test_inputs_refused(X, error, message):
    with pytest.raises(error, match=words(message)):
        check_inputs(X, 3)


def test_a_wrong_number_of_rows_is_not_called_transposed():
    with pytest.raises(ValueError) as caught:
        check_inputs(np.ones((4, 2)), 3)
    assert "transposed" not in str(caught.value)


def test_a_number_too_large_for_float32_is_refused():
    with pytest.raises(ValueError, match=words("X[0, 1] is inf in float32")):
        check_inputs([[1.0, 1e300]], dtype=np.float32)


def test_the_argument_has_the_name_the_caller_gave_it():
    with pytest.raises(ValueError, match="X_dev has shape"):
        check_inputs([1, 2], name="X_dev")


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("given", ["f8", "f4", "f2", "i8", "u1", "?"])
def test_inputs_become_the_dtype_asked_for(given, dtype):
    X = check_inputs(np.array([[1, 0], [0, 1]], given), 2, dtype)
    assert X.dtype == dtype
    np.testing.assert_array_equal(X, np.eye(2))


def test_inputs_that_fit_are_not_copied():
    X = np.asfortranarray(np.ones((3, 4)))
    assert check_inputs(X, 3) is X


def test_huge_inputs_whose_sum_overflows_are_finite_all_the_same():
    X = np.full((2, 2), 1.5e308)
    assert check_inputs(X) is X


@pytest.mark.parametrize(
    "Y, n_outputs, error, message",
    [
        ([0, 1, 1], 1, ValueError, "it needs (1, 3): use np.reshape(Y, (1, -1))"),
        (np.array([0, 1, 1]), 1, ValueError, "it needs (1, 3): use Y.reshape(1, -1)"),
        ([0, 1, 2], 3, ValueError, "Y has shape (3,); it needs (3, 3): use np.eye(3)[:, y]"),
        ([[0], [1], [1]], 1, ValueError, "it looks transposed: pass np.transpose(Y)"),
        (np.array([[0], [1], [1]]), 1, ValueError, "it looks transposed: pass Y.T"),
        ([[0, 1]], 1, ValueError, "Y has shape (1, 2); it needs (1, 3)"),
        ([[0, 2, 1]], 1, ValueError, "Y contains 2; labels are 0 or 1"),
        ([[0, -1, 1]], 1, ValueError, "Y contains -1; labels are 0 or 1"),
        ([[0, 0.5, 1]], 1, ValueError, "Y contains 0.5; labels are 0 or 1"),
        ([[0, nan, 1]], 1, ValueError, "Y contains nan; labels are 0 or 1"),
        ([[1, 1, 0], [0, 1, 1]], 2, ValueError, "Y is not one-hot: column 1 sums to 2"),
        ([[1, 0, 0], [0, 1, 0]], 2, ValueError, "Y is not one-hot: column 2 sums to 0"),
        ([["cat", "dog", "cat"]], 1, TypeError, "Y has dtype <U3; it needs real numbers"),
        (None, 1, TypeError, "Y has dtype object; it needs real numbers"),
    ],
)
def test_labels_refused(Y, n_outputs, error, message):
    with pytest.raises(error, match=words(message)):
        check_labels(Y, n_outputs, 3)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("given", ["f8", "f4", "i8", "u1", "?"])
def test_labels_become_the_dtype_asked_for(given, dtype):
    Y = check_labels(np.array([[0, 1, 1]], given), 1, 3, dtype)
    assert Y.dtype == dtype
    np.testing.assert_array_equal(Y, [[0, 1, 1]])


@pytest.mark.parametrize(
    "value, interval",
    [
        (0, "(0, 1)"),
        (1, "(0, 1)"),
        (1, "[0, 1)"),
        (0, "(0, 1]"),
        (-0.1, "[0, 1]"),
        (1.1, "[0, 1]"),
        (nan, "[0, 1]"),
        (inf, "[0, 1]"),
        (-inf, "(-inf, inf)"),
    ],
)
def test_numbers_outside_their_interval(value, interval):
    message = f"beta is {value}; it needs to be a finite number in {interval}"
    with pytest.raises(ValueError, match=words(message)):
        check_number(value, "beta", interval)


@pytest.mark.parametrize("value", [inf, nan])
def test_unbounded_numbers_are_finite(value):
    with pytest.raises(ValueError, match=words("a finite number in (0, inf)")):
        check_number(value, "rate")


@pytest.mark.parametrize("value", [True, "0.1", None, 1j, [0.1], np.True_, np.array([0.1])])
def test_what_is_not_a_number(value):
    with pytest.raises(TypeError, match=words(f"rate is {value!r}; it needs to be a number")):
        check_number(value, "rate")


@pytest.mark.parametrize(
    "value, interval", [(0, "[0, 1)"), (1, "(0, 1]"), (0, "[0, 1]"), (1, "[0, 1]"), (0.5, "(0, 1)")]
)
def test_a_square_bracket_takes_its_bound_in(value, interval):
    assert check_number(value, "beta", interval) == value


@pytest.mark.parametrize("value", [1, 0.5, np.float32(0.5), np.int64(3)])
def test_numbers_become_floats(value):
    assert type(check_number(value, "rate")) is float


@pytest.mark.parametrize(
    "value, high, message",
    [
        (0, None, "epochs is 0; it needs to be at least 1"),
        (-3, None, "epochs is -3; it needs to be at least 1"),
        (9, 8, "epochs is 9; it needs to be between 1 and 8"),
    ],
)
def test_counts_out_of_bounds(value, high, message):
    with pytest.raises(ValueError, match=words(message)):
        check_count(value, "epochs", 1, high)


@pytest.mark.parametrize("value", [1.0, "3", None, True, np.float64(2)])
def test_what_is_not_a_count(value):
    with pytest.raises(TypeError, match=words(f"epochs is {value!r}; it needs to be a whole")):
        check_count(value, "epochs")


@pytest.mark.parametrize("value", [1, np.int32(8), np.uint8(3)])
def test_counts_become_integers(value):
    assert type(check_count(value, "epochs", 1, 8)) is int


def test_choices_are_listed():
    assert check_choice("b", "method", ("a", "b")) == "b"
    with pytest.raises(ValueError, match="method is 'c'; it needs to be one of 'a', 'b'"):
        check_choice("c", "method", ("a", "b"))


def test_objects_have_the_method_asked_for():
    optimizer = Adam(0.1)
    assert check_object(optimizer, "optimizer", "step", "Adam(0.001)") is optimizer
    with pytest.raises(TypeError, match=words("optimizer is 3; it needs to be one such as Adam(")):
        check_object(3, "optimizer", "step", "Adam(0.001)")
    with pytest.raises(TypeError, match="add parentheses to make one"):
        check_object(Adam, "optimizer", "step", "Adam(0.001)")


def test_pairs():
    pair = np.ones((2, 3)), [[0, 1, 1]]
    assert check_pair(pair, "validation", "(X_dev, Y_dev)") is pair
    for wrong, kind in [(pair[0], "ndarray"), (pair[:1], "tuple"), ([*pair, 3], "list")]:
        message = f"validation is a {kind}; it needs to be the pair (X_dev, Y_dev)"
        with pytest.raises(TypeError, match=words(message)):
            check_pair(wrong, "validation", "(X_dev, Y_dev)")


def test_random_states():
    given = np.random.RandomState(3)
    assert check_random_state(given) is given
    assert check_random_state(3).randn() == np.random.RandomState(3).randn()
    assert check_random_state(np.int64(3)).randn() == np.random.RandomState(3).randn()
    assert check_random_state(None).randn() != check_random_state(None).randn()


@pytest.mark.parametrize(
    "value, error, message",
    [
        (-1, ValueError, "random_state is -1; it needs to be between 0 and 4294967295"),
        (2**32, ValueError, "random_state is 4294967296; it needs to be between 0 and"),
        ("seed", TypeError, "random_state is 'seed'; it needs to be a whole number"),
        (np.random.default_rng(0), TypeError, "it needs to be a whole number"),
    ],
)
def test_random_states_refused(value, error, message):
    with pytest.raises(error, match=words(message)):
        check_random_state(value)


def test_nothing_that_is_passed_in_is_changed():
    X, Y = np.arange(6).reshape(2, 3), np.array([[True, False, True]])
    X_before, Y_before = X.copy(), Y.copy()
    check_inputs(X, 2), check_labels(Y, 1, 3)
    np.testing.assert_array_equal(X, X_before)
    np.testing.assert_array_equal(Y, Y_before)


# --- a hint about the scale of the inputs ---------------------------------------------------------

HALF = np.arange(40)[np.newaxis] % 2
THREE = np.eye(3)[:, np.arange(39) % 3]


def loss_of(Y):
    return BinaryCrossEntropy() if len(Y) == 1 else SoftmaxCrossEntropy()


PIXELS = np.random.RandomState(0).randint(256, size=(12, 40)).astype(float)


@pytest.mark.parametrize(
    "X, Y, costs, words_of_it",
    [
        (PIXELS, HALF, [0.7, 9.5], ["from 0 to 255", "cost was 9.5", "costs 0.693", "X by 255"]),
        (PIXELS, HALF, [0.69], ["the last cost was 0.69"]),
        (PIXELS, HALF, [nan], ["the last cost was nan"]),
        (PIXELS, HALF, [0.7, inf], ["the last cost was inf"]),
        (PIXELS[:, :39], THREE, [1.1], ["costs 1.1", "divide X by 255"]),
        (PIXELS - 128, HALF, [0.7], ["each input mean 0 and standard deviation 1 over the exam"]),
        (PIXELS * 1e3, HALF, [0.7], ["each input mean 0"]),
        (PIXELS / 255**2, HALF, [0.69], ["from 0 to 0.00392", "each input mean 0"]),
        (PIXELS.astype(np.float32), HALF, [0.7], ["divide X by 255"]),
    ],
)
def test_inputs_far_from_1_that_led_nowhere(X, Y, costs, words_of_it):
    hint = scale_hint(loss_of(Y), X, Y, costs)
    assert all(part in hint for part in words_of_it), hint


@pytest.mark.parametrize(
    "X, Y, costs",
    [
        (PIXELS / 255, HALF, [0.7]),  # the scale is right, whatever the cost
        (PIXELS / 255, HALF, [nan]),
        (PIXELS / 25, HALF, [0.7]),
        ((PIXELS - 128) / 74, HALF, [9.9]),
        (np.eye(40), HALF, [0.7]),  # rows of zeros and ones
        (PIXELS, HALF, [9.5, 0.6]),  # it learns all the same
        (PIXELS[:, :39], THREE, [0.9]),
    ],
)
def test_no_hint_where_it_would_not_help(X, Y, costs):
    assert scale_hint(loss_of(Y), X, Y, costs) is None


def test_a_hint_with_weights_counts_as_they_do():
    few = np.where(HALF[0] == 1, 19, 1)  # 95 of 100: then chance is 0.199
    half = scale_hint(BinaryCrossEntropy(), PIXELS, HALF, [0.3])
    assert half is None and "costs 0.199" in scale_hint(
        BinaryCrossEntropy(), PIXELS, HALF, [0.3], few
    )


def test_where_all_examples_are_alike_there_is_nothing_to_say():
    for cost in [0.4, nan]:
        assert scale_hint(BinaryCrossEntropy(), PIXELS, np.zeros((1, 40)), [cost]) is None


@pytest.mark.parametrize("loss", [SquaredError(), AbsoluteError()])
@pytest.mark.parametrize("w", [None, np.arange(40) % 5 + 0.5])
def test_the_cost_of_the_best_constant(loss, w):
    Y = np.random.RandomState(0).randn(1, 40) ** 3
    guesses = [*Y[0], np.average(Y[0], weights=w), *np.linspace(-9, 9)]
    costs = [loss.value(np.full((1, 40), z), Y, w) for z in guesses]
    np.testing.assert_allclose(loss.constant_cost(Y, w), min(costs), rtol=1e-12)
    two = loss.constant_cost(np.vstack([Y, 10 * Y]), w)  # outputs are added up
    np.testing.assert_allclose(two, min(costs) * (101 if isinstance(loss, SquaredError) else 11))


def digits_as_bytes():
    """Digits of 16 shades, stretched to bytes: is it a 3?"""
    pixels, digits = sklearn.datasets.load_digits(return_X_y=True)
    return pixels.T * (255 / 16), (digits == 3)[np.newaxis]


def hints_of(loss=BinaryCrossEntropy(), *, X, Y, rate=0.5, epochs=300, door=train, **options):
    """What `train` warns of; a logistic regression as in chapter 1."""
    net = Network([Dense(1)], 64, loss=loss, initializer=zeros, random_state=0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with contextlib.suppress(Diverged):
            door(net, X, Y, GradientDescent(rate), epochs, **options)
    assert all(warning.filename == __file__ for warning in caught)  # the caller's line, not ours
    return [str(warning.message) for warning in caught]


def test_train_hints_at_pixels_as_they_are_and_not_at_scaled_ones():
    X, Y = digits_as_bytes()
    assert not hints_of(X=X / 255, Y=Y)
    (hint,) = hints_of(X=X, Y=Y)
    assert "if they are pixels, divide X by 255" in hint
    assert not hints_of(X=X, Y=Y, rate=1e-6)  # slow, and it learns


def test_train_hints_after_divergence_and_in_minibatches():
    X, Y = digits_as_bytes()
    (hint,) = hints_of(X=1e160 * X, Y=Y, rate=1e160)
    assert "the last cost was nan" in hint
    (hint,) = hints_of(X=X, Y=Y, epochs=3, batch_size=100, random_state=0)
    assert "divide X by 255" in hint


def test_train_hints_at_examples_on_disk(tmp_path):
    X, Y = digits_as_bytes()
    with h5py.File(tmp_path / "digits.h5", "w") as file:
        file["X"], file["Y"] = X.T, Y.T
        (hint,) = hints_of(X=file["X"], Y=file["Y"], epochs=3, batch_size=100, random_state=0)
    assert "divide X by 255" in hint


def test_a_regression_gets_a_hint_too():
    X, Y = digits_as_bytes()
    (hint,) = hints_of(SquaredError(), X=X, Y=100.0 * Y, rate=1e-12, epochs=3)
    assert "where the best number that is the same for every example costs 457" in hint
    assert not hints_of(SquaredError(), X=X / 255, Y=100.0 * Y, rate=1e-12, epochs=3)
    assert not hints_of(SquaredError(), X=X, Y=100.0 * Y, rate=1e-7)  # it learns


def test_the_gram_form_gets_a_hint_for_its_examples_and_none_for_its_products():
    X, Y = digits_as_bytes()
    assert not hints_of(X=X / 255, Y=Y, rate=1e-9, epochs=3, door=train_gram)
    (hint,) = hints_of(X=X, Y=Y, door=train_gram)
    assert "divide X by 255" in hint
    (hint,) = hints_of(X=1e70 * X, Y=Y, rate=1e170, door=train_gram)
    assert "the last cost was nan" in hint
