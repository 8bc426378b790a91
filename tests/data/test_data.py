"""The embedded pictures are what their datasheet says.

A rule is a function that takes a picture set and asserts one thing about it. Every rule is run
on both shipped sets, and on a copy broken on purpose, which it must refuse.
"""

import copy
import hashlib
import os
import re
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from workshop import render_cats

DATA = Path(__file__).resolve().parents[2] / "data"
DATASHEET = DATA / "README.md"
SETS = ("cats_small", "cats_augmented")
POSES = {"cats_small": 1, "cats_augmented": 5}
# Styles drawn by the same hand: their drawings of one code point are siblings.
HANDS = {"fluentflat": "fluent", "fluenthc": "fluent", "noto1": "noto"}
PACKAGES_VARIABLE = "COURSE_NPM_PACKAGES"


def load(name):
    """A picture set: its name, `arrays`, manifest `rows` and the `datasheet`."""
    return SimpleNamespace(
        name=name,
        arrays=render_cats.read_hdf5(DATA / f"{name}.h5"),
        rows=render_cats.read_manifest(DATA / f"{name}.csv"),
        datasheet=DATASHEET.read_text(encoding="utf-8"),
    )


LOADED = {name: load(name) for name in SETS}


def cells(datasheet, first):
    """The datasheet's table rows whose first cell is `first`, as lists of bare cells."""
    rows = re.findall(rf"^\| *`{re.escape(first)}` *\|(.*)\|$", datasheet, flags=re.MULTILINE)
    return [[cell.strip(" `") for cell in row.split("|")] for row in rows]


# --- The rules ------------------------------------------------------------------------------


def schema(cats):
    """The shapes, types and class names of the original photos; counts as promised."""
    m = 209 * POSES[cats.name]
    expected = {
        "train_set_x": ((m, 64, 64, 3), "uint8"),
        "train_set_y": ((m,), "int64"),
        "test_set_x": ((50, 64, 64, 3), "uint8"),
        "test_set_y": ((50,), "int64"),
        "list_classes": ((2,), "S7"),
    }
    assert {k: (a.shape, a.dtype.str[1:]) for k, a in cats.arrays.items()} == {
        k: (shape, np.dtype(kind).str[1:]) for k, (shape, kind) in expected.items()
    }
    assert cats.arrays["list_classes"].tolist() == [b"non-cat", b"cat"]


def counts(cats):
    """70 cats of 209, once per pose, and 25 of 50; no label but 0 and 1."""
    poses = POSES[cats.name]
    assert Counter(cats.arrays["train_set_y"].tolist()) == {1: 70 * poses, 0: 139 * poses}
    assert Counter(cats.arrays["test_set_y"].tolist()) == {1: 25, 0: 25}


def pixels(cats):
    """Dark and bright are both there, and no picture is one flat colour."""
    for name in ("train_set_x", "test_set_x"):
        x = cats.arrays[name]
        assert x.min() < 5 and x.max() > 250
        assert x.reshape(len(x), -1).std(axis=1).min() > 5


def manifest_agrees(cats):
    """Row i of the manifest carries the label of picture i."""
    for split in ("train", "test"):
        labels = [int(row["label"]) for row in cats.rows if row["split"] == split]
        assert labels == cats.arrays[f"{split}_set_y"].tolist()


def extends_small(cats):
    """The first 209 training pictures are the small set; the test set is the same."""
    small = LOADED["cats_small"]
    test_rows = [row for row in cats.rows if row["split"] == "test"]
    assert cats.rows[:209] + test_rows == small.rows
    for name in ("train_set_x", "train_set_y"):
        np.testing.assert_array_equal(cats.arrays[name][:209], small.arrays[name])
    for name in ("test_set_x", "test_set_y"):
        np.testing.assert_array_equal(cats.arrays[name], small.arrays[name])


def drawings_unseen(cats):
    """What one hand drew for one name is all in training or all in test."""
    sides = {}
    for row in cats.rows:
        drawing = HANDS.get(row["style"], row["style"]), row["icon"]
        sides.setdefault(drawing, set()).add(row["split"])
    assert [drawing for drawing, splits in sides.items() if len(splits) > 1] == []


def drawn_once_per_pose(cats):
    """Every drawing appears as often as there are poses (once in the test set)."""
    uses = Counter((row["split"], row["style"], row["icon"]) for row in cats.rows)
    wanted = {"train": POSES[cats.name], "test": 1}
    assert {use: n for use, n in uses.items() if n != wanted[use[0]]} == {}


def style_tells_nothing(cats):
    """In every style, two non-cats a cat in training (209 = 3 × 70 - 1), one in test."""
    number = Counter((row["split"], row["style"], row["label"]) for row in cats.rows)
    styles = sorted({row["style"] for row in cats.rows})
    missing = {s: 2 * number["train", s, "1"] - number["train", s, "0"] for s in styles}
    assert {s: n for s, n in missing.items() if n} == {"fluentflat": POSES[cats.name]}
    assert all(number["test", s, "1"] == number["test", s, "0"] > 0 for s in styles)


def datasheet_counts(cats):
    """The datasheet's table of styles counts what the small manifest counts."""
    rows = LOADED["cats_small"].rows
    number = Counter((row["style"], row["split"], row["label"]) for row in rows)
    for style in {row["style"] for row in cats.rows}:
        wanted = [str(number[style, split, k]) for split in ("train", "test") for k in "10"]
        assert [row[-4:] for row in cells(cats.datasheet, style)] == [wanted], style


def datasheet_checksums(cats):
    """The datasheet's table holds the sha256 of every array's bytes."""
    found = {}
    for name in ("train_set_x", "train_set_y", "test_set_x", "test_set_y"):
        array = cats.arrays[name]
        little_endian = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        found[name] = hashlib.sha256(little_endian.tobytes()).hexdigest()
    assert dict(cells(cats.datasheet, f"{cats.name}.h5")) == found


# --- Every rule holds, and can fail ---------------------------------------------------------


def swap_labels(cats):
    y = cats.arrays["train_set_y"]
    y[[0, 1]] = y[[1, 0]]


def relabel(cats):
    cats.arrays["test_set_y"][0] ^= 1


def narrow_labels(cats):
    cats.arrays["train_set_y"] = cats.arrays["train_set_y"].astype(np.int32)


def blank_one(cats):
    cats.arrays["test_set_x"][7] = 128


def nudge_a_pixel(cats):
    cats.arrays["train_set_x"][5, 32, 32, 1] ^= 1


def leak_a_sibling(cats):
    test = next(r for r in cats.rows if r["split"] == "test" and r["style"] == "fluent")
    train = next(r for r in cats.rows if r["split"] == "train" and r["style"] == "fluenthc")
    train["icon"] = test["icon"]


def draw_twice(cats):
    cats.rows[1]["style"], cats.rows[1]["icon"] = cats.rows[0]["style"], cats.rows[0]["icon"]


def move_to_another_style(cats):
    cats.rows[0]["style"] = "twemoji"


def miscount(cats):
    cats.datasheet = re.sub(r"^(\| `noto` .*\| *)3 \|$", r"\g<1>4 |", cats.datasheet, flags=re.M)


BREAKAGES = {
    schema: narrow_labels,
    counts: relabel,
    pixels: blank_one,
    manifest_agrees: swap_labels,
    extends_small: nudge_a_pixel,
    drawings_unseen: leak_a_sibling,
    drawn_once_per_pose: draw_twice,
    style_tells_nothing: move_to_another_style,
    datasheet_counts: miscount,
    datasheet_checksums: nudge_a_pixel,
}
each_rule = pytest.mark.parametrize("rule", BREAKAGES, ids=lambda rule: rule.__name__)
each_set = pytest.mark.parametrize("name", SETS)


@each_rule
@each_set
def test_rule_holds(rule, name):
    rule(LOADED[name])


@each_rule
@each_set
def test_rule_refuses_a_broken_set(rule, name):
    broken = copy.deepcopy(LOADED[name])
    BREAKAGES[rule](broken)
    with pytest.raises(AssertionError):
        rule(broken)


@each_set
def test_any_hdf5_can_read_the_file(name):
    """Superblock version 0: a file in the newest format shuts out the oldest allowed h5py."""
    assert (DATA / f"{name}.h5").read_bytes()[:9] == b"\x89HDF\r\n\x1a\n\x00"


# --- The script that drew them --------------------------------------------------------------


def test_every_package_is_pinned():
    names = {render_cats.tarball_name(package) for package in render_cats.PACKAGES.values()}
    assert set(render_cats.read_checksums()) >= names


def test_a_changed_package_is_refused_by_name(tmp_path):
    for name in render_cats.read_checksums():
        (tmp_path / name).write_bytes(b"not the package")
    with pytest.raises(ValueError, match=r"iconify-json-emojione-1\.2\.3\.tgz is not the pinned"):
        render_cats.load_icon_sets(tmp_path)


def test_writing_keeps_the_arrays_and_leaves_nothing_beside_them(tmp_path):
    arrays = LOADED["cats_small"].arrays
    render_cats.write_hdf5(tmp_path / "cats.h5", arrays)
    again = render_cats.read_hdf5(tmp_path / "cats.h5")
    assert all(np.array_equal(again[name], arrays[name]) for name in arrays)
    assert [path.name for path in tmp_path.iterdir()] == ["cats.h5"]


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "cats.h5"
    path.write_bytes(b"old")
    with pytest.raises(KeyError):
        render_cats.write_hdf5(path, {"train_set_x": LOADED["cats_small"].arrays["train_set_x"]})
    assert path.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["cats.h5"]


def test_differing_pictures_are_counted_once_each():
    shipped = LOADED["cats_small"].arrays
    changed = copy.deepcopy(shipped)
    assert render_cats.differing_pictures(changed, shipped) == 0
    changed["train_set_x"][3] ^= 1
    changed["train_set_y"][3] ^= 1
    changed["test_set_y"][0] ^= 1
    assert render_cats.differing_pictures(changed, shipped) == 2


def test_painting_places_the_drawing_and_leaves_the_background():
    """A red square on blue, two canvas pixels further right: one pixel further in the picture."""
    square = np.zeros((128, 128, 4), np.uint8)
    square[40:80, 40:80] = 255, 0, 0, 255
    row = dict.fromkeys(("ink", "r0", "g0", "r1", "g1", "angle", "theta", "flip", "dx", "dy"), "0")
    row |= {"ink": "", "b0": "200", "b1": "200", "size": "128"}
    picture = render_cats.paint(square, row)
    assert picture[30, 30].tolist() == [255, 0, 0]
    assert picture[5, 5].tolist() == [0, 0, 200]
    moved = render_cats.paint(square, row | {"dx": "2"})
    np.testing.assert_array_equal(moved[:, 1:], picture[:, :-1])
    mirrored = render_cats.paint(square, row | {"flip": "1"})
    np.testing.assert_array_equal(mirrored, picture[:, ::-1])


@pytest.fixture(scope="module")
def icon_sets():
    folder = os.environ.get(PACKAGES_VARIABLE)
    if not folder:
        pytest.skip(
            f"set {PACKAGES_VARIABLE} to a folder with the nine npm packages to draw the pictures "
            "again (workshop.render_cats --packages FOLDER --fetch fills it)"
        )
    pytest.importorskip("resvg_py", reason="drawing again needs: pip install -e '.[data]'")
    return render_cats.load_icon_sets(Path(folder))


@each_set
def test_rendering_the_manifest_gives_the_shipped_arrays(name, icon_sets):
    drawn = render_cats.render(LOADED[name].rows, icon_sets)
    for array, shipped in LOADED[name].arrays.items():
        np.testing.assert_array_equal(drawn[array], shipped, err_msg=array)
