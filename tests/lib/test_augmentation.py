"""New pictures of old ones: mirrored, moved, recoloured, and what is refused."""

import numpy as np
import pytest

from lib.augmentation import augment, flip, recolour, shift
from tests.lib.networks import words


def pictures(m=5, height=6, width=8):
    return np.random.RandomState(0).randint(256, size=(m, height, width, 3)).astype(np.uint8)


def test_flip():
    X = pictures()
    flipped = flip(X)
    for column in range(8):
        np.testing.assert_array_equal(flipped[:, :, column], X[:, :, 7 - column])
    assert np.shares_memory(flipped, X)


@pytest.mark.parametrize("down, right", [(2, 3), (-2, 3), (2, -3), (0, 0), (5, -7), (-5, 7)])
def test_shift_moves_the_picture_and_repeats_its_edge(down, right):
    X = pictures()
    moved = shift(X, down, right)
    assert moved.shape == X.shape and moved.dtype == np.uint8
    for row in range(6):
        for column in range(8):
            source = min(max(row - down, 0), 5), min(max(column - right, 0), 7)
            np.testing.assert_array_equal(moved[:, row, column], X[:, source[0], source[1]])
    assert not np.shares_memory(moved, X)


@pytest.mark.parametrize("gains", [(0.5, 1, 2), np.linspace(0, 1.5, 15).reshape(5, 3)])
def test_recolour_rounds_and_cuts_off(gains):
    X = pictures()
    new, by_picture = recolour(X, gains), np.broadcast_to(gains, (5, 3))
    assert new.dtype == np.uint8
    for i in range(5):
        for k in range(3):
            expected = [
                min(round(v * by_picture[i, k]), 255) for v in X[i, :, :, k].ravel().tolist()
            ]
            assert new[i, :, :, k].ravel().tolist() == expected
    assert new.max() == 255 or np.max(gains) < 1


def test_augment_is_repeatable_and_leaves_its_argument_alone():
    X = pictures()
    kept = X.copy()
    new = augment(X, 3)
    assert new.shape == X.shape and new.dtype == np.uint8
    np.testing.assert_array_equal(new, augment(X, np.random.RandomState(3)))
    assert (new != augment(X, 4)).any()
    np.testing.assert_array_equal(X, kept)
    assert not np.shares_memory(new, X)


def test_augment_without_moves_and_colours_only_mirrors():
    X = pictures(m=40)
    new = augment(X, 0, max_shift=0, max_gain=0)
    same = (new == X).all(axis=(1, 2, 3))
    mirrored = (new == flip(X)).all(axis=(1, 2, 3))
    assert (same ^ mirrored).all() and 10 < same.sum() < 30


def test_augment_moves_within_its_limits():
    X = np.zeros((60, 11, 11, 3), np.uint8)
    X[:, 5, 5] = 100  # a dot in the middle
    new = augment(X, 0, max_shift=2, max_gain=0.1)
    places = [np.argwhere(picture.any(axis=2)) for picture in new]
    assert all(len(place) == 1 for place in places)
    moves = np.concatenate(places) - 5
    assert set(moves[:, 0]) == set(moves[:, 1]) == {-2, -1, 0, 1, 2}
    colours = new[new > 0]
    assert 90 <= colours.min() < 92 and 108 < colours.max() <= 110


@pytest.mark.parametrize(
    "call",
    [flip, lambda X: shift(X, 1, 1), lambda X: recolour(X, (1, 1, 1)), lambda X: augment(X, 0)],
    ids=["flip", "shift", "recolour", "augment"],
)
@pytest.mark.parametrize(
    "X, error, message",
    [
        (
            pictures() / 255,
            TypeError,
            "pictures is of type float64; it needs to be an array of uint8",
        ),
        ([[1, 2]], TypeError, "pictures is of type list; it needs to be an array of uint8"),
        (pictures()[0], ValueError, "pictures has shape (6, 8, 3); it needs (m, height, width, 3)"),
        (pictures()[..., :1], ValueError, "pictures has shape (5, 6, 8, 1); it needs (m, height,"),
        (pictures()[:0], ValueError, "pictures has shape (0, 6, 8, 3); it needs (m, height,"),
    ],
)
def test_pictures_refused(call, X, error, message):
    with pytest.raises(error, match=words(message)):
        call(X)


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda X: shift(X, 6, 0), ValueError, "down is 6; it needs to be between -5 and 5"),
        (lambda X: shift(X, 0, -8), ValueError, "right is -8; it needs to be between -7 and 7"),
        (lambda X: shift(X, 0.5, 0), TypeError, "down is 0.5; it needs to be a whole number"),
        (
            lambda X: augment(X, 0, max_shift=6),
            ValueError,
            "max_shift is 6; it needs to be between",
        ),
        (lambda X: augment(X, 0, max_shift=-1), ValueError, "max_shift is -1; it needs to be"),
        (lambda X: augment(X, 0, max_gain=1), ValueError, "max_gain is 1; it needs to be a finite"),
        (lambda X: augment(X, "0"), TypeError, "random_state is '0'; it needs to be a whole"),
        (
            lambda X: recolour(X, (1, 1)),
            ValueError,
            "gains has shape (2,); it needs (3,) or (5, 3)",
        ),
        (
            lambda X: recolour(X, np.ones((4, 3))),
            ValueError,
            "gains has shape (4, 3); it needs (3,) or (5, 3)",
        ),
        (lambda X: recolour(X, (1, -1, 1)), ValueError, "gains holds a negative number, NaN or"),
        (lambda X: recolour(X, (1, np.nan, 1)), ValueError, "gains holds a negative number, NaN"),
    ],
)
def test_shifts_and_gains_refused(call, error, message):
    with pytest.raises(error, match=words(message)):
        call(pictures())
