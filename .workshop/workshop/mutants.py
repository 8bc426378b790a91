"""Opens damaged files, one after the other, in a process of its own, so that a crash is noticed.

    python -m workshop.mutants KIND FIRST LAST     (KIND is "model" or "cats")

Prints a JSON object: how many files were refused, how many were read although they were touched
(every such answer has to be the right one), and what went wrong. The parent process judges it.
"""

import collections
import json
import resource
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import h5py
import numpy as np

from lib import Adam, BatchNorm, Dense, Dropout, Network, ReLU, train
from lib.datasets import load_cats
from lib.persistence import load

MEMORY = 2**30  # more than is in use now
SECONDS = 5


def model(folder):
    """A whole file of a saved network, and its reader."""
    net = Network([Dense(4), BatchNorm(), ReLU(), Dropout(0.9), Dense(1)], 3, random_state=0)
    X = np.random.RandomState(0).randn(3, 8)
    train(net, X, X[:1] > 0, Adam(0.01), 2, random_state=0, checkpoint=folder / "net.h5")

    def read():
        saved = load(folder / "net.h5")
        return [*saved.net.snapshot(), np.array(saved.history.costs)]

    return folder / "net.h5", read


def cats(folder):
    """A whole file of pictures, and its reader; damage in a pixel cannot be told from a picture."""
    random_state = np.random.RandomState(0)
    for split in ("train", "test"):
        with h5py.File(folder / f"{split}_catvnoncat.h5", "w") as file:
            file[f"{split}_set_x"] = random_state.randint(256, size=(2, 64, 64, 3)).astype("u1")
            file[f"{split}_set_y"] = np.array([0, 1])
            file["list_classes"] = np.array([b"non-cat", b"cat"])

    def read():
        found = load_cats(folder)
        return [found.train_set_x[:0], found.test_set_x, found.test_set_y]

    return folder / "train_catvnoncat.h5", read


KINDS = {"model": model, "cats": cats}

# --- ways to damage a file ------------------------------------------------------------------------


def flip_bits(data, random_state, path):
    for at in random_state.randint(len(data), size=random_state.randint(1, 9)):
        data[at] ^= 1 << random_state.randint(8)


def truncate(data, random_state, path):
    del data[random_state.randint(len(data)) :]


def blank(data, random_state, path):
    start = random_state.randint(len(data))
    length = min(random_state.randint(1, 200), len(data) - start)
    data[start : start + length] = bytes(length)


def insert(data, random_state, path):
    at = random_state.randint(len(data))
    data[at:at] = random_state.bytes(random_state.randint(1, 40))


def huge_number(data, random_state, path):
    at = random_state.randint(max(1, min(len(data) - 8, 4000)))
    data[at : at + 8] = [b"\xff" * 8, b"\xff" * 7 + b"\x7f", b"\0\0\0\0\1\0\0\0"][at % 3]


def repeat(data, random_state, path):
    start, length = random_state.randint(len(data)), random_state.randint(1, 400)
    data[start:start] = data[start : start + length]


def rewrite(data, random_state, path):
    """A well-formed file that is not as the schema says."""
    path.write_bytes(data)
    with h5py.File(path, "r+") as file:
        key = sorted(file)[random_state.randint(len(file))]
        array, way = np.asarray(file[key][()]), random_state.randint(8)
        del file[key]
        if way == 0:
            kinds = ["S5"] if array.dtype.kind == "S" else ["f4", "i8", "S5", "c16"]
            file[key] = array.astype(kinds[random_state.randint(len(kinds))])
        elif way == 1:
            file[key] = array[..., np.newaxis]
        elif way == 2:
            file[key] = array.ravel()[: array.size // 2]
        elif way == 3:
            file[key] = h5py.ExternalLink("elsewhere.h5", key)
        elif way == 4:
            file[key] = h5py.SoftLink("/" + sorted(file)[0])
        elif way == 5:
            file.create_dataset(key, (2**40,), "f8", chunks=(2**20,))  # declared, not written
        elif way == 6:
            file.create_group(key)
        # else: it is missing
    data[:] = path.read_bytes()


def foreign(data, random_state, path):
    way = random_state.randint(4)
    if way == 0:
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("parameters.npy", bytes(data[:500]))
        data[:] = path.read_bytes()
    else:
        data[:] = [b"", b'{"parameters": [1, 2]}', b"\x89PNG\r\n\x1a\n" + bytes(data[:99])][way - 1]


DAMAGE = [flip_bits, truncate, blank, insert, huge_number, repeat, rewrite, foreign]


def main(kind, first, last):
    with tempfile.TemporaryDirectory() as folder:
        path, read = KINDS[kind](Path(folder))
        whole, expected = path.read_bytes(), read()
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (used + MEMORY, hard))
        found, faults = collections.Counter(), []
        for number in range(first, last):
            damage = DAMAGE[number % len(DAMAGE)]
            data = bytearray(whole)
            damage(data, np.random.RandomState(number), path)
            path.write_bytes(data)
            start, answer = time.perf_counter(), "refused"
            try:
                arrays = read()
                same = all(map(np.array_equal, arrays, expected))
                answer = "read, and right" if same else "read, and wrong"
            except ValueError as error:
                if not str(error).startswith(path.name) or len(str(error)) < len(path.name) + 10:
                    answer = f"refused in other words: {error}"
            except Exception as error:
                answer = f"another error: {error!r}"
            if time.perf_counter() - start > SECONDS:
                answer = f"took longer than {SECONDS} s"
            found[answer if answer in ("refused", "read, and right") else "fault"] += 1
            if answer not in ("refused", "read, and right"):
                faults.append(f"{kind} {number}, {damage.__name__}: {answer}")
    print(json.dumps({**found, "faults": faults}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
