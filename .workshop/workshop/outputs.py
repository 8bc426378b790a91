"""Comparing the outputs of a cell: text to the letter, pictures by their pixels."""

import base64
import copy
import io
import re

import numpy as np
from nbval.plugin import coalesce_streams
from PIL import Image, ImageSequence

from workshop import machine

TOLERANCE = 1.0
"""Root-mean-square difference allowed between two pictures, on the scale 0 to 255.

Another CPU may round the last bit of a curve differently and so shift the shade of a few pixels on
its edge; a point that moved, or a label that changed, costs several times as much.
"""

EMBEDDED = re.compile(r"(?<=data:image/png;base64,)[\w+/=]+")
"""A PNG within HTML, such as each picture of a slider: its place stays when it is cut out."""


def differences(stored, fresh, seed=None):
    """What distinguishes the outputs `fresh` from the outputs `stored`: sentences, none if equal.

    Metadata, execution counts and tracebacks (which name files) are left out; order counts. Where
    only digits or pixels differ, the last sentences say what that means and what to do about it;
    with a `seed` the fresh outputs come from a run under rounding noise.
    """
    stored, fresh = (coalesce_streams(copy.deepcopy(outputs)) for outputs in (stored, fresh))
    found, rounded = [], len(stored) == len(fresh)
    if len(stored) != len(fresh):
        found.append(f"{len(stored)} outputs are stored, {len(fresh)} came")
    for number, (old, new) in enumerate(zip(stored, fresh, strict=False), start=1):
        old, new = parts(old), parts(new)
        lost = sorted(old.keys() - new.keys())
        gained = sorted(new.keys() - old.keys())
        found += [f"output {number}: {kind} is stored but did not come" for kind in lost]
        found += [f"output {number}: {kind} came but is not stored" for kind in gained]
        for kind in sorted(old.keys() & new.keys()):
            compare = COMPARE.get(kind, compare_values)
            found += [f"output {number}: {kind} {how}" for how in compare(old[kind], new[kind])]
        rounded = rounded and old.keys() == new.keys() and all(map(alike, old.items(), new.items()))
    return found + (advice(seed) if found and rounded else [])


NUMBER = re.compile(r"[-+−]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?")


def alike(old, new):
    """Whether two parts of outputs differ in digits only, or are pictures of one size."""
    (kind, old), (_, new) = old, new
    if kind == "image/png":
        return pixels(old).shape == pixels(new).shape
    old, new = (NUMBER.sub("0", str(part)).split() for part in (old, new))
    return old == new


def advice(seed):
    """One more sentence, for a reader whose outputs differ in digits or pixels only."""
    if seed is None:
        return [
            "Only digits or pixels differ. If you have changed nothing, nothing is wrong with your"
            " installation: another processor or another version of a library rounds the last bit"
            " of a number differently, and this output hangs on it, which none should.\nPlease"
            " report it where you have the course from: the chapter, the cell, the lines above, and"
            f" this machine: {machine.describe()}."
        ]
    return [
        "Only digits or pixels differ, and all that was changed is the last bit of some numbers: on"
        " another processor, or with another version of a library, a reader will see this.\nPrint"
        " what is stable: a digit fewer, a count or a range over seeds; or choose an experiment"
        f" that is not on an edge. To see it again: pytest --noise {seed} -k noise and the chapter."
    ]


def parts(output):
    """The comparable parts of one output, by name: a stream, an error, or each MIME type."""
    if output.output_type == "stream":
        return {output.name: output.text}
    if output.output_type == "error":
        return {"error": f"{output.ename}: {output.evalue}"}
    return output.data


def compare_values(old, new):
    """Nothing if equal; else one sentence with the first line that differs."""
    if old == new:
        return []
    pairs = zip(str(old).splitlines(), str(new).splitlines(), strict=False)
    before, after = next(((a, b) for a, b in pairs if a != b), (old, new))
    return [f"differs: {before!r} is stored, {after!r} came"]


def compare_html(old, new):
    """No sentence if two pieces of HTML are equal; embedded PNGs are compared by their pixels."""
    found = compare_values(EMBEDDED.sub("", old), EMBEDDED.sub("", new))
    pairs = zip(EMBEDDED.findall(old), EMBEDDED.findall(new), strict=False)
    for number, (before, after) in enumerate(pairs, start=1):
        found += [f"picture {number} {how}" for how in compare_pictures(before, after)]
    return found


def compare_pictures(old, new):
    """Nothing if two base64 PNGs show the same picture, to `TOLERANCE`; else one sentence.

    Of an animated PNG all frames count, and the one that differs most decides.
    """
    if old.split() == new.split():  # line by line: the same file shows the same picture
        return []
    old, new = pixels(old), pixels(new)
    if old.shape[1:] != new.shape[1:]:
        sizes = [f"{frames.shape[2]} x {frames.shape[1]}" for frames in (old, new)]
        return [f"has another size: {sizes[0]} is stored, {sizes[1]} came"]
    if len(old) != len(new):
        return [f"has another length: {len(old)} frames are stored, {len(new)} came"]
    distance = np.sqrt(np.mean((old - new) ** 2, axis=(1, 2, 3))).max()
    if distance > TOLERANCE:
        return [f"shows another picture: {distance:.1f} of 255 away, root mean square"]
    return []


COMPARE = {"image/png": compare_pictures, "text/html": compare_html}


def pixels(encoded):
    """A base64 PNG as a float array (frames, height, width, 4); a still picture is one frame."""
    picture = Image.open(io.BytesIO(base64.b64decode(encoded)))
    frames = (frame.convert("RGBA") for frame in ImageSequence.Iterator(picture))
    return np.array([np.asarray(frame, dtype=float) for frame in frames])


def without_software(encoded):
    """The same base64 PNG, without the text chunk that names the program and version drawing it."""
    png = base64.b64decode(encoded)
    kept = png[:8] + b"".join(chunk for chunk in chunks(png) if not names_software(chunk))
    return base64.b64encode(kept).decode("ascii")


def names_software(chunk):
    """Whether a PNG chunk is a text chunk with the keyword Software."""
    return chunk[4:8] in (b"tEXt", b"zTXt", b"iTXt") and chunk[8:].startswith(b"Software\0")


def chunks(png):
    """The chunks of a PNG, whole: length (4 bytes), type (4), data, checksum (4)."""
    start = 8  # the signature
    while start < len(png):
        end = start + 12 + int.from_bytes(png[start : start + 4], "big")
        yield png[start:end]
        start = end
