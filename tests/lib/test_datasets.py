"""The generated sets, and a loader that says what is wrong with a file."""

import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import h5py
import numpy as np
import pytest
import sklearn.datasets
from PIL import Image, features

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
    sealed_digits,
)
from tests.lib.networks import words

ROOT = Path(__file__).resolve().parents[2]

NAMES = {split: f"{split}_catvnoncat.h5" for split in ("train", "test")}

# --- digits and labels ----------------------------------------------------------------------------


def test_every_digit_is_in_one_part_and_each_class_has_its_share():
    digits = load_digits()
    pixels, labels = sklearn.datasets.load_digits(return_X_y=True)
    X_sealed, Y_sealed = sealed_digits()
    X = np.hstack([digits.X_train, digits.X_dev, digits.X_test, X_sealed])
    Y = np.hstack([digits.Y_train, digits.Y_dev, digits.Y_test, Y_sealed])[0]
    assert [part.shape[1] for part in digits[::2]] == [900, 300, 300]
    assert X.min() == 0 and X.max() == 1

    def in_order(rows, y):
        return sorted((label, *row) for row, label in zip(rows.tolist(), y, strict=True))

    assert in_order(16 * X.T, Y) == in_order(pixels, labels)
    for part in [*digits[1::2], Y_sealed]:
        counts = np.bincount(part[0])
        np.testing.assert_allclose(counts / counts.sum(), np.bincount(labels) / 1797, atol=0.003)


def test_no_seed_deals_a_sealed_digit():
    sealed = {tuple(column) for column in sealed_digits()[0].T.tolist()}
    for seed in range(3):
        parts = load_digits(seed)[::2]
        dealt = {tuple(column) for part in parts for column in part.T.tolist()}
        assert not dealt & sealed


def test_the_seed_deals_the_digits():
    first, again, other = load_digits(), load_digits(0), load_digits(1)
    for one, same, another in zip(first, again, other, strict=True):
        np.testing.assert_array_equal(one, same)
        assert not np.array_equal(one, another)
    assert list(first.Y_test[0, :8]) == [6, 5, 7, 9, 7, 1, 0, 3]
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


def test_a_name_that_is_no_text(folder):
    with h5py.File(folder / NAMES["train"], "a") as file:
        del file[X]
        file[b"\xff\xfe"] = np.zeros(3)
    with pytest.raises(ValueError, match="it has no data set 'train_set_x' of its own; it holds"):
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


@pytest.mark.parametrize("name", ["a.png", "a.gif", "a.jpg"])
def test_a_picture_of_any_size_becomes_64_by_64_bytes(tmp_path, name):
    for path in (tmp_path / name, str(tmp_path / name)):
        picture = load_picture(store_picture(path))
        assert picture.shape == (64, 64, 3) and picture.dtype == np.uint8
        assert picture.std() > 5


# --- pictures of every mode, 64 by 64, so that nothing is resized ---------------------------------


def numbers(depth, channels, seed=0):
    """Whole numbers of so many bits, (64, 64, channels)."""
    return np.random.RandomState(seed).randint(2**depth, size=(64, 64, channels))


def seen(numbers, depth=8, alpha=1.0):
    """What numbers of 1 or 3 channels look like on white, (64, 64, 3) from 0 to 255."""
    values = numbers / (2**depth - 1) * np.ones(3)
    return 255 * (values * alpha + 1 - alpha)


def write_png(path, samples, depth, kind, *chunks):
    """A PNG as its standard says, without Pillow; kind: 0 grey, 2 RGB, 3 palette, 4 LA, 6 RGBA."""
    rows = samples.reshape(64, -1)
    if depth == 16:
        packed = rows.astype(">u2").view(np.uint8)
    else:
        bits = rows[:, :, np.newaxis] >> np.arange(depth)[::-1] & 1
        packed = np.packbits(bits.reshape(64, -1).astype(np.uint8), axis=1)
    lines = b"".join(b"\0" + row.tobytes() for row in packed)
    header = struct.pack(">IIBBBBB", 64, 64, depth, kind, 0, 0, 0)
    chunks = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(lines)), (b"IEND", b"")]
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for name, data in chunks:
            check = struct.pack(">I", zlib.crc32(name + data))
            file.write(struct.pack(">I", len(data)) + name + data + check)


PNGS = [  # bits, kind, with a tRNS chunk
    *[(depth, 0, clear) for depth in (1, 2, 4, 8, 16) for clear in (False, True)],
    *[(depth, 3, clear) for depth in (1, 2, 4, 8) for clear in (False, True)],
    *[(8, 2, False), (8, 2, True), (16, 2, False)],
    *[(depth, kind, False) for depth in (8, 16) for kind in (4, 6)],
]


@pytest.mark.parametrize("depth, kind, clear", PNGS)
def test_every_kind_of_png(tmp_path, depth, kind, clear):
    samples = numbers(depth, {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind])
    chunks, alpha = [], 1.0
    if kind in (4, 6):
        alpha = samples[:, :, -1:] / (2**depth - 1)
        expected = seen(samples[:, :, :-1], depth, alpha)
    elif kind == 3:
        palette, alphas = numbers(8, 3)[:4].reshape(256, 3)[: 2**depth], numbers(8, 1)[:4].ravel()
        chunks = [(b"PLTE", palette.astype(np.uint8).tobytes())]
        if clear:
            chunks.append((b"tRNS", alphas[: 2**depth].astype(np.uint8).tobytes()))
            alpha = alphas[samples] / 255
        expected = seen(palette[samples[:, :, 0]], alpha=alpha)
    else:
        if clear:
            samples[20:40] = samples[0, 0]
            chunks = [(b"tRNS", samples[0, 0].astype(">u2").tobytes())]
            alpha = 1.0 - (samples == samples[0, 0]).all(axis=2, keepdims=True)
        expected = seen(samples, depth, alpha)
    write_png(path := tmp_path / "a.png", samples, depth, kind, *chunks)
    # Pillow takes the upper half of the 16 bits of a colour and of an alpha, and then mixes.
    off = (0.5 if depth == 16 and kind else 0) + (1 if kind in (4, 6) or clear else 0)
    np.testing.assert_allclose(load_picture(path), expected, rtol=0, atol=off + 0.5)


def test_a_png_whose_transparent_colour_has_16_bits_is_refused(tmp_path):
    samples = numbers(16, 3)
    clear = (b"tRNS", samples[0, 0].astype(">u2").tobytes())
    write_png(path := tmp_path / "a.png", samples, 16, 2, clear)
    with pytest.raises(ValueError, match="one of its 16-bit colours stands for transparent; save"):
        load_picture(path)


SMOOTH = np.stack(np.broadcast_arrays(*np.ogrid[0:253:4, 0:253:4], 128), axis=2).astype(np.uint8)
ALPHA = np.rot90(SMOOTH[:, :, 0])
GREY, BITS = SMOOTH[:, :, 1], np.where(SMOOTH[:, :, 1] > 99, 255, 0).astype(np.uint8)
DEEP = (GREY * np.uint16(257)).astype(np.uint16)
CMYK = np.dstack([SMOOTH, ALPHA // 2])
INKS = 255 * (1 - CMYK[:, :, :3] / 255) * (1 - CMYK[:, :, 3:] / 255)


def image(array, mode=None):
    """A picture of Pillow whose bands are those of ``array``."""
    array = np.ascontiguousarray(array)
    if array.ndim == 2:
        return Image.fromarray(array) if mode is None else Image.fromarray(array).convert(mode)
    return Image.merge(mode, [Image.fromarray(band) for band in np.moveaxis(array, 2, 0)])


def indexed(mode="P"):
    """A picture with a palette of 64 colours and, for "PA", alpha."""
    picture = Image.fromarray(np.tile(np.arange(64, dtype=np.uint8), (64, 1)))
    picture.putpalette(SMOOTH[np.arange(64), np.arange(64)].tobytes())
    if mode == "PA":
        picture = picture.convert("PA")
        picture.putalpha(Image.fromarray(ALPHA))
    return picture


PALETTE = np.broadcast_to(SMOOTH[np.arange(64), np.arange(64)], (64, 64, 3))
HOLE = np.where(np.arange(64) == 7, 0.0, 1.0)[:, np.newaxis]
OVER = ALPHA[:, :, np.newaxis] / 255
RGBA = np.dstack([SMOOTH, ALPHA])

# The file, the mode that Pillow opens it in, the picture, what it looks like, how far off it may be
# where the format loses something, and options for saving it.
MODES = [
    ("a.tif", "1", image(BITS, "1"), seen(BITS[..., None]), 0, {}),
    ("a.bmp", "1", image(BITS, "1"), seen(BITS[..., None]), 0, {}),
    ("a.tif", "L", image(GREY), seen(GREY[..., None]), 0, {}),
    ("a.bmp", "L", image(GREY), seen(GREY[..., None]), 0, {}),
    ("a.jpg", "L", image(GREY), seen(GREY[..., None]), 2, {"quality": 100}),
    ("a.pgm", "L", image(GREY), seen(GREY[..., None]), 0, {}),
    ("a.jp2", "L", image(GREY), seen(GREY[..., None]), 0, {}),
    ("a.tif", "LA", image(np.dstack([GREY, ALPHA]), "LA"), seen(GREY[..., None], 8, OVER), 1, {}),
    ("a.jp2", "LA", image(np.dstack([GREY, ALPHA]), "LA"), seen(GREY[..., None], 8, OVER), 1, {}),
    ("a.tif", "P", indexed(), seen(PALETTE), 0, {}),
    ("a.gif", "P", indexed(), seen(PALETTE), 0, {}),
    ("a.bmp", "P", indexed(), seen(PALETTE), 0, {}),
    ("a.gif", "P", indexed(), seen(PALETTE, 8, HOLE), 0, {"transparency": 7}),
    ("a.tif", "PA", indexed("PA"), seen(PALETTE, 8, OVER), 1, {}),
    ("a.tif", "RGB", image(SMOOTH, "RGB"), seen(SMOOTH), 0, {}),
    ("a.bmp", "RGB", image(SMOOTH, "RGB"), seen(SMOOTH), 0, {}),
    ("a.ppm", "RGB", image(SMOOTH, "RGB"), seen(SMOOTH), 0, {}),
    ("a.jpg", "RGB", image(SMOOTH, "RGB"), seen(SMOOTH), 4, {"quality": 100, "subsampling": 0}),
    ("a.webp", "RGB", image(SMOOTH, "RGB"), seen(SMOOTH), 0, {"lossless": True}),
    ("a.jp2", "RGB", image(SMOOTH, "RGB"), seen(SMOOTH), 0, {}),
    ("a.tif", "RGBA", image(RGBA, "RGBA"), seen(SMOOTH, 8, OVER), 1, {}),
    ("a.tga", "RGBA", image(RGBA, "RGBA"), seen(SMOOTH, 8, OVER), 1, {}),
    ("a.ico", "RGBA", image(RGBA, "RGBA"), seen(SMOOTH, 8, OVER), 1, {"sizes": [(64, 64)]}),
    ("a.webp", "RGBA", image(RGBA, "RGBA"), seen(SMOOTH, 8, OVER), 1, {"lossless": True}),
    ("a.tif", "RGB", image(RGBA, "RGBX"), seen(SMOOTH), 0, {}),
    ("a.tif", "CMYK", image(CMYK, "CMYK"), INKS, 1.5, {}),
    ("a.jpg", "CMYK", image(CMYK, "CMYK"), INKS, 4, {"quality": 100, "subsampling": 0}),
    ("a.tif", "YCbCr", image(SMOOTH, "RGB").convert("YCbCr"), seen(SMOOTH), 3, {}),
    ("a.tif", "I;16", image(DEEP), seen(GREY[..., None]), 0, {}),
    ("b.tif", "I;16", image(DEEP), seen(GREY[..., None]), 0, {"compression": "tiff_lzw"}),
    ("a.tif", "I;16B", image(DEEP.astype(">u2")), seen(GREY[..., None]), 0, {}),
    ("a.jp2", "I;16", image(DEEP), seen(GREY[..., None]), 0, {}),
    ("a.pgm", "I", image(DEEP), seen(GREY[..., None]), 0, {}),
]


@pytest.mark.parametrize("name, mode, picture, looks, off, options", MODES)
def test_every_mode_looks_as_it_is(tmp_path, name, mode, picture, looks, off, options):
    if not features.check({"jp2": "jpg_2000", "webp": "webp"}.get(name[2:], "pil")):
        pytest.skip(f"this Pillow writes no {name}")
    picture.save(path := tmp_path / name, **options)
    with Image.open(path) as opened:
        assert opened.mode == mode
    np.testing.assert_allclose(load_picture(path), looks, rtol=0, atol=off + 0.5)


def test_a_ramp_of_16_bits_is_a_ramp(tmp_path):
    ramp = np.linspace(0, 65535, 64 * 64).round().astype(np.uint16).reshape(64, 64)
    for name in ("a.png", "a.tif", "a.pgm"):
        Image.fromarray(ramp).save(tmp_path / name)
        picture = load_picture(tmp_path / name)
        assert picture.mean() == pytest.approx(127.5, abs=0.1)
        assert (picture.min(), picture.max()) == (0, 255)


def test_what_lies_hidden_under_nothing_is_not_seen(tmp_path):
    hidden = [RGBA.copy(), RGBA.copy()]
    for picture, colour in zip(hidden, [0, 200], strict=True):
        picture[:32, :, 3] = 0
        picture[:32, :, :3] = colour
    found = []
    for picture in hidden:
        image(picture, "RGBA").save(tmp_path / "a.png")
        found.append(load_picture(tmp_path / "a.png"))
    np.testing.assert_array_equal(*found)
    assert (found[0][:32] == 255).all()


def test_a_palette_with_alpha(tmp_path, monkeypatch):
    """As in some JPEG 2000 files; Pillow writes no file with one."""
    indexed().save(path := tmp_path / "a.png")
    picture = Image.open(path)
    picture.load()
    picture.putpalette(RGBA[np.arange(64), np.arange(64)].tobytes(), "RGBA")
    monkeypatch.setattr(Image, "open", lambda path: picture)
    over = np.broadcast_to(OVER[np.arange(64), np.arange(64)], (64, 64, 1))
    np.testing.assert_allclose(load_picture(path), seen(PALETTE, 8, over), rtol=0, atol=1.5)


def write_tiff(path, array, *, bits, sign=1, black=1, alpha=None):
    """A grey TIFF of one strip, without Pillow.

    sign: 1 unsigned, 2 signed, 3 floating point. alpha: None, or 1 if grey is multiplied by it.
    """
    data = array.tobytes()
    entries = [(256, 64), (257, 64), (258, bits), (259, 1), (262, black), (273, 8)]
    entries += [(277, 1 if alpha is None else 2), (278, 64), (279, len(data))]
    entries += [(339, sign)] if alpha is None else [(338, alpha)]
    directory = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    if alpha is not None:
        directory = directory.replace(  # as many bits for alpha
            struct.pack("<HHII", 258, 4, 1, bits), struct.pack("<HHIHH", 258, 3, 2, bits, bits)
        )
    head = b"II*\0" + struct.pack("<I", 8 + len(data))
    path.write_bytes(head + data + struct.pack("<H", len(entries)) + directory + bytes(4))


def test_12_bits(tmp_path):
    values = numbers(12, 1)[:, :, 0]
    low, high = values[:, ::2], values[:, 1::2]
    packed = np.dstack([low >> 4, (low & 15) << 4 | high >> 8, high & 255]).astype(np.uint8)
    write_tiff(path := tmp_path / "a.tif", packed, bits=12)
    np.testing.assert_allclose(load_picture(path), seen(values[..., None], 12), rtol=0, atol=0.5)


def test_grey_that_is_multiplied_by_its_alpha(tmp_path):
    grey = GREY * (ALPHA / 255)
    both = np.rint(np.dstack([grey, ALPHA])).astype(np.uint8)
    write_tiff(path := tmp_path / "a.tif", both, bits=8, alpha=1)
    with Image.open(path) as opened:
        assert opened.mode == "La"
    expected = np.repeat((grey + 255 - ALPHA)[:, :, np.newaxis], 3, axis=2)
    np.testing.assert_allclose(load_picture(path), expected, rtol=0, atol=2)


@pytest.mark.parametrize("name", ["F", "F of TIFF", "I", "I of 16 bits", "I;16 from white", "LAB"])
def test_a_mode_whose_numbers_mean_no_brightness_is_refused_by_name(tmp_path, name):
    path = tmp_path / "a.tif"
    if name == "F":
        Image.fromarray(np.float32(GREY / 255)).save(path := tmp_path / "a.pfm")
    elif name == "F of TIFF":
        write_tiff(path, np.float32(GREY / 255), bits=32, sign=3)
    elif name == "I":
        write_tiff(path, np.int32(DEEP), bits=32, sign=2)
    elif name == "I of 16 bits":
        write_tiff(path, np.int16(DEEP // 2), bits=16, sign=2)
    elif name == "I;16 from white":
        write_tiff(path, DEEP, bits=16, black=0)
    else:
        image(SMOOTH, "LAB").save(path)
    message = f"its mode is '{name.split()[0]}' in "
    with pytest.raises(ValueError, match=words(message)) as caught:
        load_picture(path)
    assert str(caught.value).endswith("; save it with 8 bits a colour")


# Pillow reads no file so, but into another mode.
NEVER_IN_A_FILE = {"HSV", "RGBX", "RGBa", "I;16L", "I;16N"}


def test_no_mode_of_pillow_is_forgotten():
    read = {"La", *(mode for _, mode, *_ in MODES)}
    assert read | {"F", "LAB"} | NEVER_IN_A_FILE >= set(Image.MODES) | {"I;16", "I;16B"}
    assert read | NEVER_IN_A_FILE >= datasets.EIGHT_BITS | datasets.SIXTEEN_BITS


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_way_of_holding_the_telephone(tmp_path, name, orientation):
    if not features.check("webp"):
        pytest.skip("this Pillow writes no WebP")
    upright = np.zeros((64, 64, 3), np.uint8)
    upright[:32], upright[32:, :32] = 255, 120  # no two of the eight ways look alike
    turns = {1: 0, 2: 0, 3: 2, 4: 2, 5: 1, 6: 1, 7: 3, 8: 3}[orientation]
    stored = np.rot90(upright, turns)
    if orientation in (2, 4, 5, 7):
        stored = stored[:, ::-1] if orientation in (2, 4) else stored[::-1]
    exif = Image.Exif()
    exif[0x0112] = orientation
    quality = {"lossless": True} if name == "a.webp" else {}
    store_picture(tmp_path / name, np.ascontiguousarray(stored), exif=exif, **quality)
    np.testing.assert_allclose(load_picture(tmp_path / name), upright, rtol=0, atol=3)


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
    """A PNG whose second piece of pixels has an invalid name: Pillow's SyntaxError."""
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


@pytest.mark.parametrize(
    "content, seems",
    [
        (b"<!DOCTYPE html><html>", "it is a web page, as is left when a download fails: open it"),
        (b"version https://git-lfs.github.com/spec/v1\n", "it is a Git LFS pointer, which only"),
        (b"", "it is empty: it was not copied or downloaded to its end"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "it is a drawing in SVG; it needs to be"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1", "it is a film, or a photograph of a telephone in HEIC"),
        (b"\x93NUMPY\x01\x00v\x00", "it is a NumPy file; it needs to be JPEG or PNG"),
        (bytes(100), "it does not begin as JPEG or PNG does"),
    ],
)
def test_what_is_no_picture_is_named(tmp_path, content, seems):
    path = tmp_path / "own.png"
    path.write_bytes(content)
    needs = "it needs to be a whole picture such as JPEG or PNG"
    with pytest.raises(ValueError, match=words(f"path is {str(path)!r}; {needs}: {seems}")):
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
