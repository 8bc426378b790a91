"""The data sets: embedded, generated, or supplied by the reader. Examples are columns.

Nothing is fetched. What is read from a file is checked before it is used, and nothing in a file is
ever executed. ``data/README.md`` is the datasheet.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import sklearn.datasets
from sklearn.model_selection import train_test_split

from lib.checks import (
    check_count,
    check_number,
    check_numeric,
    check_path_like,
    check_random_state,
)
from lib.persistence import open_hdf5, read_array, what_it_seems

__all__ = [
    "Cats",
    "Digits",
    "blobs",
    "columns",
    "football",
    "gaussian_quantiles",
    "load_cats",
    "load_digits",
    "load_picture",
    "noisy_circles",
    "noisy_moons",
    "one_hot",
    "pixel_columns",
    "planar_flower",
    "sealed_digits",
]

DATA = Path(__file__).resolve().parent.parent / "data"


class Cats(NamedTuple):
    """Pictures and labels as the file holds them; chapter 1, "The data: look before you model".

    train_set_x, test_set_x: (m, 64, 64, 3) uint8, one picture per row. train_set_y, test_set_y:
    (1, m) integers, 1 for a cat. list_classes: the names of the labels 0 and 1.
    """

    train_set_x: np.ndarray
    train_set_y: np.ndarray
    test_set_x: np.ndarray
    test_set_y: np.ndarray
    list_classes: list


def load_cats(source="small"):
    """Load cat and non-cat pictures, 64 × 64 × 3; chapter 1, "The data: look before you model".

    source: "small", 209 drawings to train on and 50 to test; "augmented", the same 209 in five
    poses each and the same 50; or a folder that holds ``train_catvnoncat.h5`` and
    ``test_catvnoncat.h5``, the original photographs. Raises FileNotFoundError or ValueError that
    says what is wrong with a missing, damaged or foreign file, and BlockingIOError or
    PermissionError for one that another program has open.
    """
    if source in ("small", "augmented"):
        parts = [_read_cats(DATA / f"cats_{source}.h5", ("train", "test"))]
    else:
        folder = check_path_like(source, "source").expanduser()
        if not folder.is_dir():
            needs = '"small", "augmented" or an existing folder'
            raise FileNotFoundError(f"source is {str(source)!r}; it needs to be {needs}")
        parts = [
            _read_cats(folder / f"{name}_catvnoncat.h5", (name,)) for name in ("train", "test")
        ]
    found = {key: value for part in parts for key, value in part.items()}
    found.setdefault("list_classes", ["non-cat", "cat"])
    return Cats(**found)


def _read_cats(path, splits):
    if not path.is_file():
        raise FileNotFoundError(f"{path.name} is not in the folder {path.parent}")
    try:
        with open_hdf5(path) as file:
            found = {}
            for split in splits:
                x = _read(file, f"{split}_set_x", np.dtype("uint8"))
                y = _read(file, f"{split}_set_y", None)
                if x.ndim != 4 or x.shape[1:] != (64, 64, 3) or len(x) == 0:
                    raise ValueError(f"{split}_set_x has shape {x.shape}; it needs (m, 64, 64, 3)")
                if y.dtype.kind not in "iu" or y.size != len(x) or y.ndim > 2:
                    raise ValueError(
                        f"{split}_set_y has shape {y.shape} and dtype {y.dtype};"
                        f" it needs {len(x)} integers"
                    )
                if not np.isin(y, (0, 1)).all():
                    raise ValueError(
                        f"{split}_set_y holds {y.min()} to {y.max()}; labels are 0 or 1"
                    )
                found[f"{split}_set_x"] = x
                found[f"{split}_set_y"] = y.reshape(1, -1).astype(np.int64)
            if "list_classes" in file:  # some copies of the original test file lack it
                names = _read(file, "list_classes", None)
                if names.dtype.kind != "S" or names.shape != (2,):
                    raise ValueError(
                        f"list_classes has shape {names.shape}; it needs two byte strings"
                    )
                found["list_classes"] = [name.decode("ascii") for name in names]
            return found
    except (BlockingIOError, PermissionError):
        raise
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        raise ValueError(f"{path.name} is not a whole HDF5 file of cats: {error}") from error


def _read(file, key, dtype):
    """The data set ``key``, refused if it is not what the schema says."""
    array = read_array(file, key, kinds="iuS" if dtype is None else "iufS")
    if dtype is not None and array.dtype != dtype:
        raise ValueError(f"{key!r} has dtype {array.dtype}; it needs {dtype}")
    return array


def pixel_columns(pictures):
    """Pictures (m, height, width, 3), bytes, as columns (n_x, m) of numbers from 0 to 1.

    A column lists the pixels row by row, and of each pixel its three channels. Chapter 1,
    "Flattening: a picture becomes a column". Raises TypeError or ValueError for anything but bytes,
    or another number of axes.
    """
    pictures = check_numeric(pictures, "pictures")
    if pictures.dtype != np.uint8:
        raise TypeError(f"pictures has dtype {pictures.dtype}; it needs uint8, bytes from 0 to 255")
    if pictures.ndim != 4 or 0 in pictures.shape:
        raise ValueError(f"pictures has shape {pictures.shape}; it needs (m, height, width, 3)")
    return pictures.reshape(len(pictures), -1).T / 255


def columns(points, labels):
    """Rows as scikit-learn has them, turned into our columns: X (n_x, m) and Y (1, m).

    No copy is made of ``points``. Chapter 2, "The data: a flower". Raises ValueError
    unless there is one label per row.
    """
    points, labels = np.asarray(points), np.asarray(labels)
    if points.ndim != 2 or labels.size != len(points):
        needs = "they need one row and one label per example"
        raise ValueError(f"points has shape {points.shape}, labels has {labels.shape}; {needs}")
    return points.T, labels.reshape(1, -1)


def planar_flower(m=400, random_state=1):
    """Two classes woven into a flower of eight petals; chapter 2, "The data: a flower".

    Returns X (2, m) and Y (1, m), half 0 and half 1. Class j is traced at m/2 angles t from 3.12 j
    to 3.12 (j + 1), at radius 4 sin(4 t), with noise on both. With m = 400 and seed 1 it is the set
    that the published planar results were computed on. Raises ValueError for an odd or small m.
    """
    check_count(m, "m", 2)
    if m % 2:
        raise ValueError(f"m is {m}; it needs to be even, half for each class")
    random_state = check_random_state(random_state)
    halves = []
    for j in (0, 1):
        t = np.linspace(3.12 * j, 3.12 * (j + 1), m // 2) + 0.2 * random_state.randn(m // 2)
        r = 4 * np.sin(4 * t) + 0.2 * random_state.randn(m // 2)
        halves.append([r * np.sin(t), r * np.cos(t)])
    return np.hstack(halves), np.repeat([[0, 1]], m // 2, axis=1)


def noisy_circles(m=200, noise=0.3, factor=0.5, random_state=0):
    """A circle inside another, X (2, m) and Y (1, m); chapter 2, "Four other data sets".

    scikit-learn's ``make_circles``: label 1 is the inner circle, ``factor`` times as wide. Raises
    TypeError or ValueError for arguments out of range.
    """
    check_number(factor, "factor", "[0, 1)")
    return columns(*sklearn.datasets.make_circles(factor=factor, **_asked(m, random_state, noise)))


def noisy_moons(m=200, noise=0.2, random_state=0):
    """Two interleaved half circles, X (2, m) and Y (1, m); chapter 2, "Four other data sets".

    scikit-learn's ``make_moons``. Raises TypeError or ValueError for arguments out of range.
    """
    return columns(*sklearn.datasets.make_moons(**_asked(m, random_state, noise)))


def blobs(m=200, random_state=5):
    """Six round clouds, 0 and 1 in turn, X (2, m) and Y (1, m); chapter 2, "Four other data sets".

    scikit-learn's ``make_blobs``, its six labels taken modulo 2. Raises TypeError or ValueError for
    arguments out of range.
    """
    points, labels = sklearn.datasets.make_blobs(centers=6, **_asked(m, random_state))
    return columns(points, labels % 2)


def gaussian_quantiles(m=200, random_state=0):
    """A round cloud, its inner half one class; chapter 2, "Four other data sets".

    X (2, m) and Y (1, m): scikit-learn's ``make_gaussian_quantiles`` with variance 0.5. Raises
    TypeError or ValueError for arguments out of range.
    """
    asked = _asked(m, random_state)
    return columns(
        *sklearn.datasets.make_gaussian_quantiles(cov=0.5, n_features=2, n_classes=2, **asked)
    )


def _asked(m, random_state, noise=None):
    """Arguments for scikit-learn, checked before it sees them, so that the messages are ours."""
    asked = {"n_samples": check_count(m, "m"), "random_state": check_random_state(random_state)}
    return asked if noise is None else asked | {"noise": check_number(noise, "noise", "[0, inf)")}


def football(m=200, noise=0.1, random_state=1):
    """Where a keeper's long kicks come down, and whose player gets the ball: X (2, m), Y (1, m).

    Two coordinates on a pitch of 105 by 68 metres, in units of ten metres from its centre. Label 1,
    the keeper's own team, holds the points above the curve 0.2 x1**2 + 0.3 x1 - 2; but with
    probability ``noise`` a ball goes to the other team, so no model is right about more than
    1 - noise of new points, in the long run. The same seed gives the same points whatever the
    noise. Drawn by rules of this course, in the manner of the football set of the published one.
    Chapter 5, "The data: kicks on a football pitch". Raises TypeError or ValueError unless ``m`` is
    a whole number from 1 up and ``noise`` in [0, 0.5).
    """
    check_count(m, "m")
    check_number(noise, "noise", "[0, 0.5)")
    random_state = check_random_state(random_state)
    x1 = random_state.uniform(-5.25, 5.25, m)
    x2 = random_state.uniform(-3.4, 3.4, m)
    astray = random_state.random_sample(m) < noise
    ours = (x2 > 0.2 * x1**2 + 0.3 * x1 - 2) ^ astray
    return np.array([x1, x2]), ours.astype(int).reshape(1, -1)


class Digits(NamedTuple):
    """Handwritten digits in three parts; chapter 8, "A network of ten layers".

    X_train, X_dev, X_test: (64, m) floats from 0 to 1, an 8 × 8 picture a column. Y_train, Y_dev,
    Y_test: (1, m), the digit itself, 0 to 9.
    """

    X_train: np.ndarray
    Y_train: np.ndarray
    X_dev: np.ndarray
    Y_dev: np.ndarray
    X_test: np.ndarray
    Y_test: np.ndarray


def load_digits(random_state=0):
    """1,500 of scikit-learn's digits as 900 to train on, 300 to choose by and 300 to test on.

    Each digit has its share of every part; the seed decides which picture goes where. The other 297
    are in no part, whatever the seed: see ``sealed_digits``. Chapter 8, "A network of ten layers".
    Raises TypeError or ValueError for an invalid ``random_state``.
    """
    random_state = check_random_state(random_state)
    pixels, digits = _open_and_sealed()[0]
    parts = []
    for size in (300, 300):
        pixels, part, digits, labels = train_test_split(
            pixels, digits, test_size=size, stratify=digits, random_state=random_state
        )
        parts = [*columns(part / 16, labels), *parts]
    return Digits(*columns(pixels / 16, digits), *parts)


def sealed_digits():
    """X (64, 297) and Y (1, 297) of the digits that are kept for one last test, in chapter 10.

    No chapter before it touches them, so no choice in this course was made with their help.
    """
    pixels, digits = _open_and_sealed()[1]
    return columns(pixels / 16, digits)


def _open_and_sealed():
    """scikit-learn's 1,797 digits as two pairs of pixels and labels: 1,500, and 297."""
    pixels, digits = sklearn.datasets.load_digits(return_X_y=True)
    pixels, sealed, digits, labels = train_test_split(
        pixels, digits, test_size=297, stratify=digits, random_state=np.random.RandomState(0)
    )
    return (pixels, digits), (sealed, labels)


def one_hot(labels, n_classes):
    """Whole numbers 0 to C - 1, (1, m) or (m,), as columns of C numbers, (C, m), all 0 but one 1.

    Chapter 9, "One-hot labels: classes as columns". Raises TypeError or ValueError for labels out
    of range.
    """
    check_count(n_classes, "n_classes", 2)
    labels = np.ravel(labels)
    if labels.dtype.kind not in "iu":
        raise TypeError(f"labels has dtype {labels.dtype}; it needs whole numbers")
    wrong = (labels < 0) | (labels >= n_classes)
    if wrong.any():
        raise ValueError(f"labels contains {labels[wrong][0]}; it needs 0 to {n_classes - 1}")
    return (np.arange(n_classes)[:, np.newaxis] == labels).astype(float)


def load_picture(path):
    """Your own picture as (64, 64, 3) uint8: its middle square, upright, made small.

    Grey becomes three equal colours, 16 bits are scaled to 8, transparent parts become white; of
    several pictures in a file the first is taken. Chapter 1, "Your own picture". Raises
    FileNotFoundError, or ValueError if the file is not a picture, or if its numbers have no known
    scale, as in pictures of floating point.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError  # matplotlib brings Pillow along

    given, path = path, check_path_like(path).expanduser()
    try:
        with Image.open(path) as picture:
            return np.asarray(ImageOps.fit(_in_colour(picture), (64, 64)))
    except FileNotFoundError as error:
        needs = "it needs to be the path of a picture that is there"
        raise FileNotFoundError(f"path is {str(given)!r}; {needs}") from error
    # What Pillow raises for a damaged file depends on its format: SyntaxError for some PNGs.
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        reason = error
        if isinstance(error, UnidentifiedImageError):
            reason = what_it_seems(path.read_bytes()[:1024], "JPEG or PNG")
        raise ValueError(
            f"path is {str(given)!r}; it needs to be a whole picture such as JPEG or PNG: {reason}"
        ) from error


EIGHT_BITS = {"1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr"}
SIXTEEN_BITS = {"I;16", "I;16B", "I;16L", "I;16N"}


def _in_colour(picture):
    """An open picture of any mode of Pillow as RGB, upright, on white."""
    from PIL import Image, ImageOps

    packed = _packed(picture)
    full_scale = _full_scale(picture, packed)
    upright = ImageOps.exif_transpose(picture)  # phones store a photograph rotated, and say so
    clear = upright.info.get("transparency")  # which grey, colour or entry of the palette
    if full_scale != 255:
        grey = np.asarray(upright)
        upright = Image.fromarray(np.rint(grey * (255 / full_scale)).astype(np.uint8))
        if clear is not None:
            upright.putalpha(Image.fromarray(np.where(grey == clear, 0, 255).astype(np.uint8)))
    elif clear is not None and packed in ("L;2", "L;4"):  # Pillow scales only the pixels
        upright.info["transparency"] = clear * {"L;2": 85, "L;4": 17}[packed]
    if upright.mode == "La":
        upright = upright.convert("LA")
    if (
        "transparency" in upright.info
        or upright.mode in ("LA", "PA", "RGBA", "RGBa")
        or (upright.mode == "P" and upright.palette.mode == "RGBA")
    ):
        upright = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright)
    return upright.convert("RGB")


def _packed(picture):
    """How the file stores the numbers of an open picture, in Pillow's words: "L;4", "RGB;16B"."""
    packed = picture.tile[0][3] if picture.tile else ""
    return packed[0] if isinstance(packed, tuple) and packed else packed


def _full_scale(picture, packed):
    """The number that stands for white; ValueError where that cannot be known."""
    mode, form = picture.mode, picture.format
    if mode in EIGHT_BITS:
        if "16" in str(packed) and "transparency" in picture.info:
            raise ValueError("one of its 16-bit colours stands for transparent; save it as 8-bit")
        return 255
    black_is_zero = form != "TIFF" or picture.tag_v2.get(262) == 1
    if mode in SIXTEEN_BITS and form in ("JPEG2000", "PNG", "TIFF") and black_is_zero:
        return 4095 if packed == "I;12" else 65535
    if mode == "I" and form in ("PNG", "PPM"):  # 16 bits, whatever the name says
        return 65535
    needs = "save it with 8 bits a colour"
    raise ValueError(f"its mode is {mode!r} in {form}, and what its numbers mean is open; {needs}")
