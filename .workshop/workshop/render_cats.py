"""Draw the cat / non-cat pictures again, bit for bit, from the emoji they are made of.

A manifest (cats_small.csv, cats_augmented.csv) has one row per picture: which drawing, in which
pose, on which gradient. No random number is drawn here, so the same manifest and the same nine
npm packages always give the same arrays.

    python -m workshop.render_cats data/cats_small.csv --packages FOLDER --fetch --check
    python -m workshop.render_cats data/cats_small.csv --packages FOLDER --output cats.h5

Besides the course's own packages this script needs Pillow and resvg_py (the extra `data`:
pip install -e '.[data]').
"""

import argparse
import csv
import io
import json
import math
import os
import sys
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from workshop.npm_packages import fetch, read_checksums, read_verified, tarball_name, unpack

HERE = Path(__file__).resolve().parent
SIDE = 64  # of a finished picture, in pixels
CANVAS = 2 * SIDE  # pictures are painted at twice the size, then averaged down
LABELS = (b"non-cat", b"cat")
ARRAYS = ("train_set_x", "train_set_y", "test_set_x", "test_set_y", "list_classes")

# The name a manifest uses for a style, and the npm package that holds it.
PACKAGES = {
    "emojitwo": "@iconify-json/emojione@1.2.3",
    "fluent": "@iconify-json/fluent-emoji@1.2.7",
    "fluentflat": "@iconify-json/fluent-emoji-flat@1.2.6",
    "fluenthc": "@iconify-json/fluent-emoji-high-contrast@1.2.6",
    "fx": "@iconify-json/fxemoji@1.2.2",
    "noto": "@iconify-json/noto@1.2.9",
    "noto1": "@iconify-json/noto-v1@1.2.5",
    "streamline": "@iconify-json/streamline-emojis@1.2.4",
    "twemoji": "@iconify-json/twemoji@1.2.5",
}


# --- The packages ---------------------------------------------------------------------------


def fetch_packages(folder):
    """Fetch every package whose tarball is not in `folder` yet."""
    for package in PACKAGES.values():
        fetch(package, folder)


def load_icon_sets(folder):
    """{style: icon set}, each tarball verified before anything in it is read."""
    checksums = read_checksums()
    icon_sets = {}
    for style, package in PACKAGES.items():
        name = tarball_name(package)
        files = unpack(read_verified(folder / name, checksums[name]), ["icons.json"])
        icon_sets[style] = json.loads(files["icons.json"])
    return icon_sets


# --- One drawing ----------------------------------------------------------------------------


def svg_source(icon_set, name):
    """The drawing `name` as an SVG document of CANVAS × CANVAS pixels."""
    aliases = icon_set.get("aliases", {})
    if name in aliases:
        name = aliases[name]["parent"]
    if name not in icon_set["icons"]:
        raise ValueError(f"{icon_set['prefix']} has no drawing called {name!r}")
    icon = icon_set["icons"][name]

    def size(key, default):
        return icon.get(key, icon_set.get(key, default))

    box = f"{size('left', 0)} {size('top', 0)} {size('width', 16)} {size('height', 16)}"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{box}" width="{CANVAS}" height="{CANVAS}" color="#222">{icon["body"]}</svg>'
    )


def rasterise(svg):
    """(CANVAS, CANVAS, 4) uint8: red, green, blue, opacity."""
    import resvg_py  # here, so that everything else works (and is tested) without it

    png = bytes(resvg_py.svg_to_bytes(svg_string=svg))
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


# --- One picture ----------------------------------------------------------------------------


def pose(drawing, row):
    """Ink, mirror, rotate and scale: (size, size, 4) float64, colours times opacity.

    Colours are multiplied by opacity first, because a resampled pixel must not take colour
    from neighbours that nobody can see.
    """
    drawing = drawing.copy()
    if row["ink"]:  # single-colour drawings come black; the manifest may ask for another grey
        drawing[..., :3] = int(row["ink"])
    if int(row["flip"]):
        drawing = drawing[:, ::-1]
    layer = drawing.astype(np.float64)
    layer[..., :3] *= layer[..., 3:] / 255

    angle, size = float(row["angle"]), int(row["size"])
    channels = []
    for channel in np.moveaxis(layer, -1, 0):
        image = Image.fromarray(np.ascontiguousarray(channel, dtype=np.float32))
        image = image.rotate(angle, Image.BICUBIC).resize((size, size), Image.BICUBIC)
        channels.append(np.asarray(image, dtype=np.float64))
    return np.clip(np.stack(channels, axis=-1), 0, 255)  # bicubic overshoots at edges


def gradient(row):
    """From colour 0 to colour 1 in the direction theta: (CANVAS, CANVAS, 3) float64."""
    start, end = (np.array([float(row[c + i]) for c in "rgb"]) for i in "01")
    theta = float(row["theta"])
    step = np.arange(CANVAS) / (CANVAS - 1.0) - 0.5
    along = 0.5 + step * math.cos(theta) + step[:, None] * math.sin(theta)
    share = np.clip(along, 0, 1)[..., None]
    return start * (1 - share) + end * share


def lay_over(canvas, layer, left, top):
    """Paint `layer` on `canvas` in place; what hangs over the edge is cut off."""
    height, width = layer.shape[:2]
    x0, x1 = max(left, 0), min(left + width, CANVAS)
    y0, y1 = max(top, 0), min(top + height, CANVAS)
    visible = layer[y0 - top : y1 - top, x0 - left : x1 - left]
    below = canvas[y0:y1, x0:x1]
    canvas[y0:y1, x0:x1] = visible[..., :3] + below * (1 - visible[..., 3:] / 255)


def paint(drawing, row):
    """The picture of one manifest row: (SIDE, SIDE, 3) uint8."""
    canvas = gradient(row)
    lay_over(canvas, pose(drawing, row), int(row["dx"]), int(row["dy"]))
    means = canvas.reshape(SIDE, 2, SIDE, 2, 3).mean(axis=(1, 3))
    return np.clip(np.rint(means), 0, 255).astype(np.uint8)


# --- A whole set ----------------------------------------------------------------------------


def read_manifest(path):
    """The rows of a manifest, as dictionaries of strings."""
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def render(rows, icon_sets):
    """{array name: array} for the rows of a manifest, in their order."""
    drawings = {}
    pictures, labels = {"train": [], "test": []}, {"train": [], "test": []}
    for row in rows:
        key = row["style"], row["icon"]
        if key not in drawings:
            drawings[key] = rasterise(svg_source(icon_sets[row["style"]], row["icon"]))
        pictures[row["split"]].append(paint(drawings[key], row))
        labels[row["split"]].append(int(row["label"]))
    arrays = {"list_classes": np.array(LABELS)}
    for split in pictures:
        arrays[f"{split}_set_x"] = np.stack(pictures[split])
        arrays[f"{split}_set_y"] = np.array(labels[split], dtype=np.int64)
    return arrays


def read_hdf5(path):
    """{array name: array} of a file in the schema of the original photos."""
    with h5py.File(path, "r") as file:
        return {name: file[name][...] for name in ARRAYS}


@contextmanager
def written_aside(path):
    """A path to write to, renamed to `path` at the end: no half-written file is ever seen."""
    aside = path.with_name(f".{path.name}.part{path.suffix}")
    try:
        yield aside
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def write_hdf5(path, arrays):
    """Compressed, one chunk per picture, readable by every HDF5 from 1.8 on."""
    with written_aside(path) as aside, h5py.File(aside, "w", libver=("earliest", "v110")) as file:
        for name in ARRAYS:
            how = {}
            if name.endswith("_x"):
                how = {"chunks": (1, SIDE, SIDE, 3), "compression": "gzip", "compression_opts": 9}
            file.create_dataset(name, data=arrays[name], track_times=False, **how)


def differing_pictures(arrays, shipped):
    """How many pictures of `arrays` differ from `shipped`, in a pixel or in the label."""
    count = 0
    for split in ("train", "test"):
        x, y = (arrays[f"{split}_set_{part}"] for part in "xy")
        other_x, other_y = (shipped[f"{split}_set_{part}"] for part in "xy")
        if x.shape != other_x.shape or y.shape != other_y.shape:
            raise ValueError(f"{split}: {x.shape} pictures rendered, {other_x.shape} shipped")
        count += int(np.sum(np.any(x != other_x, axis=(1, 2, 3)) | (y != other_y)))
    return count


def contact_sheet(arrays, columns=25, tile=42):
    """All pictures, cats and non-cats of either split under a caption of their own."""
    font = ImageFont.load_default(size=15)
    captions, blocks, height = [], [], 4
    for split in ("train", "test"):
        for label, word in ((1, "cats"), (0, "non-cats")):
            chosen = arrays[f"{split}_set_x"][arrays[f"{split}_set_y"] == label]
            captions.append((height, f"{split}: {len(chosen)} {word}"))
            blocks.append((height + 22, chosen))
            height += 22 + math.ceil(len(chosen) / columns) * tile + 10
    sheet = Image.new("RGB", (columns * tile + 8, height), "white")
    draw = ImageDraw.Draw(sheet)
    for top, caption in captions:
        draw.text((4, top), caption, fill="black", font=font)
    for top, chosen in blocks:
        for i, picture in enumerate(chosen):
            small = Image.fromarray(picture).resize((tile - 2, tile - 2), Image.LANCZOS)
            sheet.paste(small, (4 + i % columns * tile, top + i // columns * tile))
    palette = sheet.quantize(256)  # 256 colours, dithered: less than half the size
    return sheet.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)


def write_sheet(path, arrays):
    with written_aside(path) as aside:
        contact_sheet(arrays).save(aside, format="PNG", optimize=True)


# --- The command line -----------------------------------------------------------------------


def parse_arguments(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("manifest", type=Path, help="cats_small.csv or cats_augmented.csv")
    parser.add_argument(
        "--packages", type=Path, required=True, metavar="FOLDER", help="where the tarballs are"
    )
    parser.add_argument(
        "--fetch", action="store_true", help="first fetch into FOLDER what it lacks"
    )
    parser.add_argument("--output", type=Path, metavar="FILE.h5", help="write the arrays here")
    parser.add_argument("--sheet", type=Path, metavar="FILE.png", help="write a contact sheet")
    parser.add_argument(
        "--check",
        type=Path,
        nargs="?",
        const=Path(),
        metavar="FILE.h5",
        help="compare with this file (without a name: the .h5 beside the manifest)",
    )
    options = parser.parse_args(arguments)
    if options.check == Path():
        options.check = options.manifest.with_suffix(".h5")
    if not (options.output or options.sheet or options.check):
        parser.error("nothing to do: give --output, --sheet or --check")
    return options


def main(arguments=None):
    """Exit code 0; 1 where --check found pictures that differ."""
    options = parse_arguments(arguments)
    if options.fetch:
        fetch_packages(options.packages)
    arrays = render(read_manifest(options.manifest), load_icon_sets(options.packages))
    if options.output:
        write_hdf5(options.output, arrays)
    if options.sheet:
        write_sheet(options.sheet, arrays)
    if options.check:
        count = differing_pictures(arrays, read_hdf5(options.check))
        total = len(arrays["train_set_y"]) + len(arrays["test_set_y"])
        verdict = f"{count} of {total} pictures differ" if count else f"OK, {total} pictures"
        print(f"{options.check.name}: {verdict}")
        return int(count > 0)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, ValueError, ImportError) as error:
        hint = " (pip install -e '.[data]')" if isinstance(error, ImportError) else ""
        sys.exit(f"render_cats.py: {error}{hint}")
