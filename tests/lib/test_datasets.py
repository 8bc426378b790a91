"""The generated sets, and a loader that says what is wrong with a file."""

import os
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
import sklearn.datasets
from PIL import Image

from lib import datasets
from lib.datasets import (
    blobs,
    columns,
    football,
    gaussian_quantiles,
    load_cats,
    load_digits,
    load_picture,
    noisy_circles,
    noisy_moons,
    one_hot,
    pixel_columns,
    planar_flower,
)
from tests.lib.networks import words

ROOT = Path(__file__).resolve().parents[2]

NAMES = {split: f"{split}_catvnoncat.h5" for split in ("train", "test")}

# --- digits and labels ----------------------------------------------------------------------------


def test_every_digit_is_in_one_part_and_each_class_has_its_share():
    digits = load_digits()
    pixels, labels = sklearn.datasets.load_digits(return_X_y=True)
    X = np.hstack([digits.X_train, digits.X_dev, digits.X_test])
    Y = np.hstack([digits.Y_train, digits.Y_dev, digits.Y_test])[0]
    assert [part.shape[1] for part in digits[::2]] == [1077, 360, 360]
    assert X.min() == 0 and X.max() == 1

    def in_order(rows, y):
        return sorted((label, *row) for row, label in zip(rows.tolist(), y, strict=True))

    assert in_order(16 * X.T, Y) == in_order(pixels, labels)
    for part in digits[1::2]:
        counts = np.bincount(part[0])
        np.testing.assert_allclose(counts / counts.sum(), np.bincount(labels) / 1797, atol=0.002)


def test_the_seed_deals_the_digits():
    first, again, other = load_digits(), load_digits(0), load_digits(1)
    for one, same, another in zip(first, again, other, strict=True):
        np.testing.assert_array_equal(one, same)
        assert not np.array_equal(one, another)
    assert list(first.Y_test[0, :8]) == [7, 6, 3, 7, 7, 3, 2, 8]
    assert all(part.flags.f_contiguous for part in first[::2])
    with pytest.raises(TypeError, match="random_state is 'x'; it needs to be a whole number"):
        load_digits("x")


@pytest.mark.parametrize("shape", [(5,), (1, 5), (5, 1)])
def test_one_hot_columns(shape):
    labels = np.array([2, 0, 1, 2, 2])
    Y = one_hot(labels.reshape(shape), 4)
    assert Y.shape == (4, 5) and Y.dtype == float
    np.testing.assert_array_equal(Y.argmax(axis=0), labels)
    np.testing.assert_array_equal(Y.sum(axis=0), 1)
    np.testing.assert_array_equal(np.unique(Y), [0, 1])


@pytest.mark.parametrize(
    "labels, n_classes, error, message",
    [
        ([0, 3], 3, ValueError, "labels contains 3; it needs 0 to 2"),
        ([0, -1], 3, ValueError, "labels contains -1; it needs 0 to 2"),
        ([0.0, 1.0], 3, TypeError, "labels has dtype float64; it needs whole numbers"),
        (["a"], 3, TypeError, "labels has dtype <U1; it needs whole numbers"),
        ([0, 0], 1, ValueError, "n_classes is 1; it needs to be at least 2"),
        ([0, 1], 2.0, TypeError, "n_classes is 2.0; it needs to be a whole number"),
    ],
)
def test_labels_that_one_hot_refuses(labels, n_classes, error, message):
    with pytest.raises(error, match=words(message)):
        one_hot(labels, n_classes)


# --- generated ------------------------------------------------------------------------------------


def test_the_flower_is_the_published_one():
    X, Y = planar_flower()
    assert X.shape == (2, 400) and Y.shape == (1, 400)
    assert abs(X.sum() - 10.087983277441666) < 1e-10  # its last digits depend on the sine's
    np.testing.assert_array_equal(Y[0], np.arange(400) >= 200)


@pytest.mark.parametrize("m", [2, 10, 1000])
def test_a_flower_of_any_even_size(m):
    X, Y = planar_flower(m, random_state=7)
    assert X.shape == (2, m) and Y.sum() == m / 2


@pytest.mark.parametrize(
    "m, error, message",
    [
        (401, ValueError, "m is 401; it needs to be even, half for each class"),
        (0, ValueError, "m is 0; it needs to be at least 2"),
        (4.0, TypeError, "m is 4.0; it needs to be a whole number"),
    ],
)
def test_flowers_refused(m, error, message):
    with pytest.raises(error, match=words(message)):
        planar_flower(m)


@pytest.mark.parametrize(
    "generate", [planar_flower, noisy_circles, noisy_moons, blobs, gaussian_quantiles, football]
)
def test_generated_sets(generate):
    X, Y = generate(m=60, random_state=4)
    assert X.shape == (2, 60) and Y.shape == (1, 60)
    assert Y.dtype.kind == "i" and set(Y[0]) == {0, 1}
    np.testing.assert_array_equal(X, generate(m=60, random_state=4)[0])
    assert not np.array_equal(X, generate(m=60, random_state=5)[0])


def test_football_noise_flips_its_share_of_the_labels_and_moves_no_point():
    X, Y = football(10_000, random_state=3)
    X_clean, Y_clean = football(10_000, noise=0, random_state=3)
    np.testing.assert_array_equal(X, X_clean)
    assert abs(np.mean(Y_clean != Y) - 0.1) < 4 * 0.003  # four standard errors
    x1, x2 = X
    np.testing.assert_array_equal(Y_clean[0], x2 > 0.2 * x1**2 + 0.3 * x1 - 2)
    assert np.abs(x1).max() <= 5.25 and np.abs(x2).max() <= 3.4


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        ({"m": 0}, ValueError, "m is 0; it needs to be at least 1"),
        ({"noise": 0.5}, ValueError, "noise is 0.5; it needs to be a finite number in [0, 0.5)"),
        ({"noise": "some"}, TypeError, "noise is 'some'; it needs to be a number"),
    ],
)
def test_football_refused(arguments, error, message):
    with pytest.raises(error, match=words(message)):
        football(**arguments)


@pytest.mark.parametrize(
    "ours, theirs",
    [
        (
            noisy_circles(50),
            sklearn.datasets.make_circles(50, noise=0.3, factor=0.5, random_state=0),
        ),
        (noisy_moons(50), sklearn.datasets.make_moons(50, noise=0.2, random_state=0)),
        (blobs(50), sklearn.datasets.make_blobs(50, centers=6, random_state=5)),
        (
            gaussian_quantiles(50),
            sklearn.datasets.make_gaussian_quantiles(
                cov=0.5, n_samples=50, n_features=2, n_classes=2, random_state=0
            ),
        ),
    ],
)
def test_scikit_learns_sets_as_columns(ours, theirs):
    np.testing.assert_array_equal(ours[0], theirs[0].T)
    np.testing.assert_array_equal(ours[1], theirs[1][np.newaxis] % 2)


def test_a_picture_is_a_column_pixel_by_pixel():
    pictures = np.arange(2 * 3 * 4 * 3, dtype=np.uint8).reshape(2, 3, 4, 3)
    X = pixel_columns(pictures)
    assert X.shape == (36, 2) and X.dtype == float
    np.testing.assert_array_equal(X[:, 1].reshape(3, 4, 3) * 255, pictures[1])
    assert pixel_columns(np.full((1, 1, 1, 3), 255, np.uint8)).max() == 1


def test_columns_copies_nothing():
    points = np.ones((5, 2))
    X, Y = columns(points, [0, 1, 1, 0, 1])
    assert np.shares_memory(X, points) and X.shape == (2, 5) and Y.shape == (1, 5)


# --- read from a file -----------------------------------------------------------------------------


@pytest.mark.parametrize("source, m_train", [("small", 209), ("augmented", 1045)])
def test_embedded_cats(source, m_train):
    cats = load_cats(source)
    assert cats.train_set_x.shape == (m_train, 64, 64, 3) and cats.train_set_x.dtype == np.uint8
    assert cats.test_set_x.shape == (50, 64, 64, 3) and cats.test_set_x.dtype == np.uint8
    assert cats.train_set_y.shape == (1, m_train) and cats.test_set_y.shape == (1, 50)
    assert set(np.unique(cats.train_set_y)) == {0, 1} and cats.train_set_y.dtype == np.int64
    assert cats.list_classes == ["non-cat", "cat"]


@pytest.fixture
def folder(tmp_path):
    """A folder like the one of the original photos, with four pictures a file."""
    for seed, (split, name) in enumerate(NAMES.items()):
        with h5py.File(tmp_path / name, "w") as file:
            file[f"{split}_set_x"] = pictures(seed)
            file[f"{split}_set_y"] = np.array([0, 1, 1, 0])
            file["list_classes"] = np.array([b"non-cat", b"cat"])
    return tmp_path


def pictures(seed=0, shape=(4, 64, 64, 3), dtype=np.uint8):
    return np.random.RandomState(seed).randint(256, size=shape).astype(dtype)


def replace(folder, key, value, split="train"):
    with h5py.File(folder / NAMES[split], "a") as file:
        if key in file:
            del file[key]
        if value is not None:
            file[key] = value


def test_a_readers_folder(folder):
    for source in (folder, str(folder)):
        cats = load_cats(source)
        np.testing.assert_array_equal(cats.train_set_x, pictures(0))
        np.testing.assert_array_equal(cats.test_set_x, pictures(1))
        np.testing.assert_array_equal(cats.train_set_y, [[0, 1, 1, 0]])
        assert cats.list_classes == ["non-cat", "cat"]


@pytest.mark.parametrize("shape", [(4,), (4, 1), (1, 4)])
@pytest.mark.parametrize("dtype", ["i8", "i4", "u1"])
def test_labels_in_any_of_the_shapes_of_the_known_copies(folder, shape, dtype):
    replace(folder, "train_set_y", np.array([0, 1, 1, 0], dtype).reshape(shape))
    np.testing.assert_array_equal(load_cats(folder).train_set_y, [[0, 1, 1, 0]])


@pytest.mark.parametrize("without", [["train"], ["test"], ["train", "test"]])
def test_list_classes_may_be_missing(folder, without):
    for split in without:
        replace(folder, "list_classes", None, split)
    assert load_cats(folder).list_classes == ["non-cat", "cat"]


def test_nothing_that_was_read_hangs_on_the_file(folder):
    cats = load_cats(folder)
    for name in NAMES.values():
        (folder / name).unlink()
    assert cats.train_set_x.sum() > 0


@pytest.mark.parametrize("source", ["no-such-folder", "Small"])
def test_a_source_that_is_not_there(source):
    message = f'source is \'{source}\'; it needs to be "small", "augmented" or an existing folder'
    with pytest.raises(FileNotFoundError, match=words(message)):
        load_cats(source)


@pytest.mark.parametrize("split", NAMES)
def test_a_file_that_is_not_there(folder, split):
    (folder / NAMES[split]).unlink()
    with pytest.raises(FileNotFoundError, match=words(f"{NAMES[split]} is not in the folder")):
        load_cats(folder)


def cut_short(path):
    path.write_bytes(path.read_bytes()[:20_000])


def emptied(path):
    path.write_bytes(b"")


def foreign(path):
    path.write_text("not a picture in sight\n" * 1000)


def scratched(path):
    data = bytearray(path.read_bytes())
    data[600:1600] = b"\xff" * 1000
    path.write_bytes(data)


@pytest.mark.parametrize("damage", [cut_short, emptied, foreign, scratched])
@pytest.mark.parametrize("split", NAMES)
def test_a_damaged_file_is_named(folder, split, damage):
    damage(folder / NAMES[split])
    with pytest.raises(ValueError, match=words(f"{NAMES[split]} is not a whole HDF5 file of cats")):
        load_cats(folder)


LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4665a5ea\nsize 2572022\n"


@pytest.mark.parametrize(
    "content, seems",
    [
        (LFS, "it is a Git LFS pointer, which only says where the file is kept: run `git lfs pull"),
        (b"\n<!DOCTYPE html>\n<html lang=en>", "it is a web page, as is left when a download fail"),
        (b"", "it is empty: it was not copied or downloaded to its end"),
    ],
)
@pytest.mark.parametrize("split", NAMES)
def test_what_is_left_of_a_failed_download_is_named(folder, split, content, seems):
    (folder / NAMES[split]).write_bytes(content)
    start = f"{NAMES[split]} is not a whole HDF5 file of cats: "
    with pytest.raises(ValueError, match=words(start + seems)):
        load_cats(folder)


@pytest.mark.skipif(os.name != "posix", reason="Windows refuses to open it by itself")
@pytest.mark.parametrize("split", NAMES)
def test_a_file_in_use(folder, split):
    with h5py.File(folder / NAMES[split], "a") as file:
        with pytest.raises(BlockingIOError, match="is in use: it is open for writing, here or in"):
            load_cats(folder)
        file.flush()
    assert len(load_cats(folder).train_set_x) == 4


def test_a_folder_in_ones_home(folder, monkeypatch):
    monkeypatch.setenv("HOME", str(folder.parent))
    monkeypatch.setenv("USERPROFILE", str(folder.parent))
    cats = load_cats(f"~/{folder.name}")
    np.testing.assert_array_equal(cats.train_set_x, load_cats(folder).train_set_x)


PLAIN_READING_ONLY = """
import mmap, os, sys
import h5py
from lib import Dense, Network
from lib.datasets import load_cats
from lib.persistence import load, save

def refuse(*arguments, **options):
    raise OSError(95, "Operation not supported")

mmap.mmap = refuse
try:
    import fcntl
    fcntl.flock = fcntl.lockf = refuse
except ImportError:
    pass
original = h5py.File.__init__

def by_python_only(self, name, *arguments, **options):
    if isinstance(name, (str, bytes, os.PathLike)):
        refuse()
    original(self, name, *arguments, **options)

h5py.File.__init__ = by_python_only
print(load_cats().train_set_x.shape, load_cats("augmented").train_set_x.shape)
save(sys.argv[1], Network([Dense(1)], 3, random_state=0))
print(load(sys.argv[1]).net.n_inputs)
"""


def test_a_drive_without_locks_and_memory_maps_is_enough(tmp_path):
    """HDF5's own way to a file needs more than a browser's drive can do."""
    command = [sys.executable, "-c", PLAIN_READING_ONLY, str(tmp_path / "net.h5")]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (run.stdout, run.stderr) == ("(209, 64, 64, 3) (1045, 64, 64, 3)\n3\n", "")


X, Y = "train_set_x", "train_set_y"


@pytest.mark.parametrize(
    "key, value, message",
    [
        (X, None, "it has no data set 'train_set_x' of its own; it holds ['list_classes', 'train_"),
        (Y, None, "it has no data set 'train_set_y' of its own"),
        (X, pictures(dtype=np.float64), "'train_set_x' has dtype float64; it needs uint8"),
        (X, pictures(dtype=np.int64), "'train_set_x' has dtype int64; it needs uint8"),
        (X, pictures(shape=(4, 32, 32, 3)), "has shape (4, 32, 32, 3); it needs (m, 64, 64, 3)"),
        (X, pictures(shape=(4, 64 * 64 * 3)), "has shape (4, 12288); it needs (m, 64, 64, 3)"),
        (X, pictures(shape=(0, 64, 64, 3)), "has shape (0, 64, 64, 3); it needs (m, 64, 64, 3)"),
        (Y, np.array([0, 1, 1]), "train_set_y has shape (3,) and dtype int64; it needs 4 integers"),
        (
            Y,
            np.zeros((4, 1, 1), int),
            "train_set_y has shape (4, 1, 1) and dtype int64; it needs 4",
        ),
        (Y, np.zeros(4), "'train_set_y' has dtype float64 and 32 bytes; refused"),
        (
            Y,
            np.array([b"a", b"b", b"c", b"d"]),
            "has shape (4,) and dtype |S1; it needs 4 integers",
        ),
        (Y, np.array([0, 1, 2, 0]), "train_set_y holds 0 to 2; labels are 0 or 1"),
        (Y, np.array([0, 1, -1, 0]), "train_set_y holds -1 to 1; labels are 0 or 1"),
        ("list_classes", np.array([b"cat"]), "list_classes has shape (1,); it needs two byte str"),
        ("list_classes", np.array([0, 1]), "list_classes has shape (2,); it needs two byte str"),
        ("list_classes", np.array([b"\xff", b"cat"]), "is not a whole HDF5 file of cats"),
        (X, h5py.SoftLink("/train_set_y"), "it has no data set 'train_set_x' of its own"),
        (X, h5py.SoftLink("/nowhere"), "it has no data set 'train_set_x' of its own"),
        (X, h5py.ExternalLink("test_catvnoncat.h5", "/test_set_x"), "no data set 'train_set_x' of"),
    ],
)
def test_what_is_not_as_the_schema_says(folder, key, value, message):
    replace(folder, key, value)
    with pytest.raises(ValueError, match=words(message)) as caught:
        load_cats(folder)
    assert str(caught.value).startswith(NAMES["train"])


def test_a_group_in_place_of_a_data_set(folder):
    with h5py.File(folder / NAMES["train"], "a") as file:
        del file[X]
        file.create_group(X)
    with pytest.raises(ValueError, match="'train_set_x' is a group; it needs to be a data set"):
        load_cats(folder)


def test_objects_are_not_read(folder):
    with h5py.File(folder / NAMES["train"], "a") as file:
        del file[Y]
        file.create_dataset(Y, data=["a"] * 4, dtype=h5py.string_dtype())
    with pytest.raises(ValueError, match=r"'train_set_y' has dtype object and .* refused"):
        load_cats(folder)


def test_numbers_kept_in_another_file(folder):
    elsewhere = folder / "numbers.bin"
    elsewhere.write_bytes(bytes(4 * 64 * 64 * 3))
    size = 4 * 64 * 64 * 3
    with h5py.File(folder / NAMES["train"], "a") as file:
        del file[X]
        external = [(str(elsewhere), 0, size)]
        file.create_dataset(X, (4, 64, 64, 3), "u1", external=external)
    with pytest.raises(ValueError, match="'train_set_x' keeps its numbers in another file"):
        load_cats(folder)


def test_a_virtual_data_set(folder):
    layout = h5py.VirtualLayout((4, 64, 64, 3), "u1")
    layout[...] = h5py.VirtualSource(NAMES["test"], "test_set_x", (4, 64, 64, 3))
    with h5py.File(folder / NAMES["train"], "a") as file:
        del file[X]
        file.create_virtual_dataset(X, layout)
    with pytest.raises(ValueError, match="'train_set_x' keeps its numbers in another file"):
        load_cats(folder)


def test_a_size_beyond_reason_is_refused_before_it_is_read(folder):
    with h5py.File(folder / NAMES["train"], "a") as file:
        del file[X]
        file.create_dataset(X, (10**6, 64, 64, 3), "u1", chunks=(1, 64, 64, 3))
    with pytest.raises(ValueError, match="'train_set_x' has dtype uint8 and 12288000000 bytes"):
        load_cats(folder)


# --- the reader's own picture ---------------------------------------------------------------------


def store_picture(path, array=None, mode="RGB", **options):
    """Write an array, or noise 90 wide and 120 high, as a picture; returns its path."""
    array = pictures(shape=(120, 90, 3)) if array is None else array
    Image.fromarray(array).convert(mode).save(path, **options)
    return path


@pytest.mark.parametrize(
    "name, mode",
    [("a.png", "RGB"), ("a.png", "L"), ("a.png", "RGBA"), ("a.gif", "P"), ("a.jpg", "L")],
)
def test_a_picture_of_any_kind_becomes_64_by_64_bytes(tmp_path, name, mode):
    for path in (tmp_path / name, str(tmp_path / name)):
        store_picture(path, mode=mode)
        picture = load_picture(path)
        assert picture.shape == (64, 64, 3) and picture.dtype == np.uint8
        assert picture.std() > 5


def test_the_middle_square_is_taken(tmp_path):
    wide = np.zeros((64, 192, 3), np.uint8)
    wide[:, 64:128] = pictures(shape=(64, 64, 3))
    middle = load_picture(store_picture(tmp_path / "wide.png", wide))
    np.testing.assert_array_equal(middle, wide[:, 64:128])


def test_a_photograph_stored_lying_is_set_upright(tmp_path):
    upright = np.zeros((64, 64, 3), np.uint8)
    upright[:32] = 255  # light above
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned a quarter to the right
    lying = np.rot90(upright).copy()
    picture = load_picture(store_picture(tmp_path / "lying.png", lying, exif=exif))
    np.testing.assert_array_equal(picture, upright)


def test_a_picture_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=words("nowhere.png")):
        load_picture(tmp_path / "nowhere.png")


def scrambled(path):
    """A PNG whose second piece of pixels has a name that is none: Pillow's SyntaxError."""
    data = bytearray(path.read_bytes())
    start = data.index(b"IDAT", data.index(b"IDAT") + 4)
    data[start : start + 4] = b"\x00\xff\x01\xfe"
    path.write_bytes(data)


def halved(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("damage", [emptied, foreign, halved, scrambled])
def test_a_damaged_picture_is_named(tmp_path, damage):
    noise = pictures(shape=(300, 300, 3))  # enough for several pieces
    damage(path := store_picture(tmp_path / "own.png", noise))
    message = f"path is {str(path)!r}; it needs to be a whole picture such as JPEG or PNG: "
    with pytest.raises(ValueError, match=words(message)):
        load_picture(path)


def test_a_folder_is_no_picture(tmp_path):
    with pytest.raises(ValueError, match="it needs to be a whole picture such as JPEG or PNG"):
        load_picture(tmp_path)


def test_a_picture_beyond_reason_is_refused(tmp_path, monkeypatch):
    path = store_picture(tmp_path / "bomb.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(ValueError, match=r"it needs to be a whole picture .* decompression bomb"):
        load_picture(path)


@pytest.mark.parametrize("path", [None, 3])
def test_what_is_no_path(path):
    with pytest.raises(TypeError):
        load_picture(path)


def test_every_public_name_is_there():
    assert all(hasattr(datasets, name) for name in datasets.__all__)
