"""Augmentation: new pictures of old ones. Read this module with chapter 5."""

import numpy as np

from lib.checks import check_count, check_number, check_numeric, check_random_state

__all__ = ["augment", "flip", "recolour", "shift"]


def _check_pictures(pictures):
    if not isinstance(pictures, np.ndarray) or pictures.dtype != np.uint8:
        got = getattr(pictures, "dtype", type(pictures).__name__)
        raise TypeError(f"pictures is of type {got}; it needs to be an array of uint8, 0 to 255")
    if pictures.ndim != 4 or pictures.shape[3] != 3 or 0 in pictures.shape:
        raise ValueError(f"pictures has shape {pictures.shape}; it needs (m, height, width, 3)")
    return pictures


def flip(pictures):
    """Pictures (m, height, width, 3) mirrored left to right: a view, nothing is copied.

    Chapter 5, "Augmentation: more data from the same data".
    """
    return _check_pictures(pictures)[:, :, ::-1]


def shift(pictures, down, right):
    """Pictures (m, height, width, 3) moved by whole pixels, the edge repeated into the gap.

    Chapter 5, "Augmentation: more data from the same data". Raises TypeError or ValueError for a
    shift that is not a whole number or leaves nothing of the picture.
    """
    height, width = _check_pictures(pictures).shape[1:3]
    check_count(down, "down", 1 - height, height - 1)
    check_count(right, "right", 1 - width, width - 1)
    rows = np.clip(np.arange(height) - down, 0, height - 1)
    columns = np.clip(np.arange(width) - right, 0, width - 1)
    return pictures[:, rows][:, :, columns]


def recolour(pictures, gains):
    """Pictures (m, height, width, 3) uint8 with each colour multiplied by its gain, (3,) or (m, 3).

    Chapter 5, "Augmentation: more data from the same data". Values beyond 255 are cut off
    there. Raises ValueError for gains of another shape, or that are not finite numbers from 0 up.
    """
    m, gains = len(_check_pictures(pictures)), check_numeric(gains, "gains")
    if gains.shape not in ((3,), (m, 3)):
        raise ValueError(f"gains has shape {gains.shape}; it needs (3,) or ({m}, 3)")
    if not np.isfinite(gains).all() or gains.min() < 0:
        raise ValueError("gains holds a negative number, NaN or inf; it needs numbers from 0 up")
    gains = gains.reshape(-1, 1, 1, 3)
    return np.clip(np.rint(pictures * gains), 0, 255).astype(np.uint8)


def augment(pictures, random_state, max_shift=4, max_gain=0.2):
    """Each picture once more: perhaps mirrored, moved a little, its colours changed a little.

    pictures: (m, height, width, 3) uint8. max_shift: in pixels. max_gain: a colour is multiplied by
    1 - max_gain to 1 + max_gain. Chapter 5, "Augmentation: more data from the same data". Raises
    TypeError or ValueError for arguments out of range.
    """
    m, height, width, _ = _check_pictures(pictures).shape
    check_count(max_shift, "max_shift", 0, min(height, width) - 1)
    check_number(max_gain, "max_gain", "[0, 1)")
    random_state = check_random_state(random_state)
    mirrored = random_state.random_sample(m) < 0.5
    moves = random_state.randint(-max_shift, max_shift + 1, size=(m, 2))
    gains = random_state.uniform(1 - max_gain, 1 + max_gain, size=(m, 3))
    new = np.where(mirrored[:, None, None, None], flip(pictures), pictures)
    new = np.concatenate([shift(new[i : i + 1], *moves[i]) for i in range(m)])
    return recolour(new, gains)
