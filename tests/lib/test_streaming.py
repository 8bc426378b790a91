"""Training from a file: every example once an epoch, the same costs, and never all in memory."""

import contextlib
import io
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lib import (
    Adam,
    BatchNorm,
    Dense,
    EarlyStopping,
    Network,
    ReLU,
    SoftmaxCrossEntropy,
    Tanh,
    streaming,
    train,
)
from lib.persistence import load
from lib.streaming import StoredExamples, is_stored
from tests.lib.networks import examples, small, words

ROOT = Path(__file__).resolve().parents[2]

# Row 0 of the examples numbers them: far from 1, on purpose, and train says so.
pytestmark = pytest.mark.filterwarnings("ignore:X holds numbers from")


def empty_file():
    """An HDF5 file that lives in memory only."""
    return h5py.File(io.BytesIO(), "w")


def stored(m, n_inputs=3, classes=2, chunks=None, dtype="f8", by_columns=False):
    """An HDF5 file with X and Y, and the same as arrays. Row 0 of X numbers the examples."""
    X, Y = examples(m, n_inputs, classes)
    X[0] = np.arange(m)
    file = empty_file()
    file.create_dataset("X", data=X if by_columns else X.T, chunks=chunks, dtype=dtype)
    file.create_dataset("Y", data=Y if by_columns else Y.T)
    return file, X, Y


@settings(deadline=None)
@given(st.data(), st.integers(1, 70), st.integers(1, 9), st.integers(1, 400), st.booleans())
def test_every_example_comes_once_with_its_own_label(data, m, rows, buffer, by_columns):
    assume(not (by_columns and m == 3))  # a square would be read by rows
    batch_size = data.draw(st.integers(1, m))
    chunks = (3, min(rows, m)) if by_columns else (min(rows, m), 3)
    file, X, Y = stored(m, chunks=chunks, by_columns=by_columns)
    original, streaming.BUFFER = streaming.BUFFER, buffer
    try:
        source = StoredExamples(file["X"], file["Y"], small())
        batches = list(source.minibatches(batch_size, np.random.RandomState(m)))
    finally:
        streaming.BUFFER = original
    widths = [x.shape[1] for x, _ in batches]
    assert widths[:-1] == [batch_size] * (len(widths) - 1) and 0 < widths[-1] <= batch_size
    seen = np.hstack([x[0] for x, _ in batches]).astype(int)
    assert sorted(seen) == list(range(m))
    np.testing.assert_array_equal(np.hstack([x for x, _ in batches]), X[:, seen])
    np.testing.assert_array_equal(np.hstack([y for _, y in batches]), Y[:, seen])
    assert all(x.flags.f_contiguous for x, _ in batches)


def test_the_blocks_and_what_is_in_them_are_shuffled_anew_by_every_seed(monkeypatch):
    file, _, _ = stored(400, chunks=(10, 3))
    monkeypatch.setattr(streaming, "BUFFER", 2000)  # some eight blocks at a time
    orders = []
    for seed in (0, 0, 1):
        source = StoredExamples(file["X"], file["Y"], small())
        batches = source.minibatches(32, np.random.RandomState(seed))
        orders.append(np.hstack([x[0] for x, _ in batches]))
    np.testing.assert_array_equal(orders[0], orders[1])
    assert not np.array_equal(orders[0], orders[2])
    steps = np.abs(np.diff(orders[0]))
    assert np.mean(steps < 10) < 0.25  # neighbours in the file are rarely neighbours in a batch
    assert np.corrcoef(orders[0], np.arange(400))[0, 1] < 0.3


def test_where_no_thread_can_start_the_batches_are_the_same(monkeypatch):
    file, _, _ = stored(90, chunks=(8, 3))
    monkeypatch.setattr(streaming, "BUFFER", 500)
    source = StoredExamples(file["X"], file["Y"], small())
    due = list(source.minibatches(16, np.random.RandomState(0)))
    monkeypatch.setattr(streaming, "NO_THREADS", True)
    monkeypatch.setattr("threading.Thread.start", None)
    for (x, y), batch in zip(source.minibatches(16, np.random.RandomState(0)), due, strict=True):
        np.testing.assert_array_equal(x, batch[0])
        np.testing.assert_array_equal(y, batch[1])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_costs_are_those_of_the_same_batches_in_memory(dtype):
    def start():
        layers = [Dense(6, bias=False), BatchNorm(), ReLU(), Dense(3)]
        return Network(layers, 5, SoftmaxCrossEntropy(), random_state=0, dtype=dtype)

    file, X, Y = stored(90, n_inputs=5, classes=3, chunks=(8, 5))
    dev = examples(20, 5, 3, seed=1)
    net = start()
    history = train(net, file["X"], file["Y"], Adam(0.01), 4, 16, random_state=7, validation=dev)

    by_hand, optimizer, costs = start(), Adam(0.01), []
    for epoch in range(4):
        total = 0
        source = StoredExamples(file["X"], file["Y"], by_hand)
        for x, _ in source.minibatches(16, np.random.RandomState(7 + epoch)):
            order = x[0].astype(int)
            cost = by_hand.cost_and_gradient(X[:, order], Y[:, order])
            optimizer.step(by_hand.parameters, by_hand.gradient)
            total += cost * len(order)
        costs.append(total / 90)
    assert history.costs == costs and len(history.validation_costs) == 4
    np.testing.assert_array_equal(net.parameters, by_hand.parameters)


@pytest.mark.parametrize("shape", [(30,), (30, 1), (1, 30)])
def test_labels_in_any_shape_or_in_memory(shape):
    file, _, Y = stored(30)
    file.create_dataset("labels", data=Y.reshape(shape))
    costs = []
    for labels in (file["labels"], Y, file["Y"]):
        net = small()
        costs.append(train(net, file["X"], labels, Adam(0.01), 2, 8, random_state=0).costs)
    assert costs[0] == costs[1] == costs[2]


def test_it_goes_on_from_a_checkpoint(tmp_path):
    file, _, _ = stored(50, chunks=(8, 3))
    data = file["X"], file["Y"]
    whole = small()
    uninterrupted = train(whole, *data, Adam(0.01), 6, 8, random_state=3)
    train(small(), *data, Adam(0.01), 4, 8, random_state=3, checkpoint=tmp_path / "run.h5")
    saved = load(tmp_path / "run.h5")
    assert train(saved.net, *data, saved.optimizer, 6, 8, history=saved.history) == uninterrupted
    np.testing.assert_array_equal(saved.net.parameters, whole.parameters)


@pytest.mark.parametrize(
    "x_shape, y_shape, message",
    [
        ((30, 4), (30,), "X on disk has shape (30, 4); it needs (m, 3): in a file an example is a"),
        ((30,), (30,), "X on disk has shape (30,); it needs (m, 3)"),
        ((0, 3), (0,), "X on disk has shape (0, 3); it needs (m, 3)"),
        ((30, 3), (29,), "Y on disk has shape (29,); it needs (30, 1)"),
        ((30, 3), (30, 2), "Y on disk has shape (30, 2); it needs (30, 1)"),
    ],
)
def test_shapes_refused(x_shape, y_shape, message):
    file = empty_file()
    data = file.create_dataset("X", x_shape, "f8"), file.create_dataset("Y", y_shape, "f8")
    with pytest.raises(ValueError, match=words(message)):
        train(small(), *data, Adam(0.1), 1, batch_size=8)


@pytest.mark.parametrize("shape", [(30,), (30, 1), (1, 30)])
def test_whole_numbers_as_labels_of_several_classes_are_refused(shape):
    file, _, _ = stored(30, classes=3)
    file["labels"] = np.arange(30).reshape(shape) % 3
    net = small(Dense(3), loss=SoftmaxCrossEntropy())
    before = net.parameters.copy()
    message = f"Y on disk has shape {shape}; it needs (30, 3): rows of 0 and 1, as in np.eye(3)[la"
    with pytest.raises(ValueError, match=words(message)):
        train(net, file["X"], file["labels"], Adam(0.1), 1, batch_size=8)
    np.testing.assert_array_equal(net.parameters, before)
    # What the message says to do is enough:
    file["Y_right"] = np.eye(3)[file["labels"][()].ravel()]
    train(net, file["X"], file["Y_right"], Adam(0.1), 1, batch_size=8)


@pytest.mark.parametrize(
    "labels, message",
    [
        (np.zeros((30, 1)), "Y has shape (30, 1); it needs (1, 30); it looks transposed: pass Y.T"),
        (np.zeros(30), "Y has shape (30,); it needs (1, 30): use Y.reshape(1, -1)"),
        ([0] * 30, "Y has shape (30,); it needs (1, 30): use np.reshape(Y, (1, -1))"),
        (np.zeros((1, 29)), "Y has shape (1, 29); it needs (1, 30)"),
        (np.full((1, 30), 2), "Y contains 2; labels are 0 or 1"),
        (np.full((1, 30), np.nan), "Y contains nan; labels are 0 or 1"),
    ],
)
def test_labels_in_memory_are_refused_as_with_inputs_in_memory(labels, message):
    file, X, _ = stored(30)
    for inputs in (file["X"], X):
        net = small()
        before = net.parameters.copy()
        with pytest.raises(ValueError, match=words(message)):
            train(net, inputs, labels, Adam(0.1), 1, batch_size=8)
        np.testing.assert_array_equal(net.parameters, before)


def test_labels_in_memory_of_every_make():
    file, _, Y = stored(30)
    costs = {
        tuple(train(small(), file["X"], labels, Adam(0.01), 2, 8, random_state=0).costs)
        for labels in (Y, Y.tolist(), Y.astype(bool), np.ma.masked_array(Y))
    }
    assert len(costs) == 1


# --- validation and prediction from the disk ------------------------------------------------------


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("by_columns", [False, True])
@pytest.mark.parametrize("buffer", [1, 700, 2**23])
def test_predictions_from_the_disk(monkeypatch, classes, by_columns, buffer):
    monkeypatch.setattr(streaming, "BUFFER", buffer)  # a block, a few blocks, all at a time
    file, X, _ = stored(50, classes=classes, chunks=None if by_columns else (8, 3))
    if by_columns:
        file, X, _ = stored(50, classes=classes, by_columns=True, chunks=(3, 8))
    layers = Dense(4), BatchNorm(), Tanh(), Dense(1 if classes == 2 else classes)
    net = small(*layers, **({} if classes == 2 else {"loss": SoftmaxCrossEntropy()}))
    before = net.snapshot()
    for answer in (net.forward, net.predict_proba, net.predict):
        np.testing.assert_allclose(answer(file["X"]), answer(X), rtol=1e-12, atol=1e-15)
        assert answer(file["X"]).shape == answer(X).shape
        assert answer(file["X"]).dtype == answer(X).dtype
    for ours, theirs in zip(net.snapshot(), before, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("x_on_disk", [True, False])
@pytest.mark.parametrize("shape", [(50,), (50, 1), (1, 50)])
def test_validation_from_the_disk(monkeypatch, x_on_disk, shape):
    monkeypatch.setattr(streaming, "BUFFER", 700)
    file, X, Y = stored(50, chunks=(8, 3))
    file["y"] = Y.reshape(shape)
    in_memory = train(small(), X, Y, Adam(0.1), 5, validation=(X, Y))
    data = (file["X"], Y) if x_on_disk else (X, Y)
    stopping = EarlyStopping(5)
    on_disk = train(
        *(small(), *data, Adam(0.1), 5),
        batch_size=50 if x_on_disk else None,
        random_state=0,
        validation=(file["X"], file["y"]),
        early_stopping=stopping,
    )
    for name in ("validation_costs", "validation_accuracies"):
        np.testing.assert_allclose(getattr(on_disk, name), getattr(in_memory, name), rtol=1e-9)
    assert stopping.best_epoch == np.argmin(in_memory.validation_costs)


@pytest.mark.parametrize(
    "validation, message",
    [
        (lambda f: (f["wide"], f["y"]), "X_dev on disk has shape (30, 4); it needs (m, 3): in a f"),
        (lambda f: (f["X"], f["short"]), "Y_dev on disk has shape (29,); it needs (30, 1)"),
        (lambda f: (f["X"], f["y"][()]), "Y_dev has shape (30,); it needs (1, 30): use Y_dev.resh"),
        (lambda f: (f["X"][()].T, f["y"]), "needs (1, 30): use np.reshape(Y_dev, (1, -1))"),
        (lambda f: (f["X"][()].T, f["Y"]), "it looks transposed: pass Y_dev[()].T"),
        (lambda f: (f["X"][()], f["Y"]), "examples are columns, pass X_dev.T"),
    ],
)
def test_validation_refused_before_the_first_step(validation, message):
    file, X, Y = stored(30)
    file["wide"], file["y"], file["short"] = np.ones((30, 4)), Y[0], Y[0, 1:]
    net = small()
    before = net.parameters.copy()
    with pytest.raises(ValueError, match=words(message)):
        train(net, X, Y, Adam(0.1), 1, validation=validation(file))
    np.testing.assert_array_equal(net.parameters, before)


def test_predictions_refused():
    file, _, _ = stored(30)
    file["wide"], file["text"] = np.ones((30, 4)), np.array([b"a"] * 30)
    with pytest.raises(ValueError, match=words("X on disk has shape (30, 4); it needs (m, 3): in")):
        small().predict(file["wide"])
    with pytest.raises(TypeError, match=words("X on disk has dtype |S1; it needs real")):
        small().predict(file["text"])
    file["X"][7, 2] = np.nan
    with pytest.raises(ValueError, match=words("X on disk[7, 2] is nan")):
        small().predict(file["X"])
    X = file["X"]
    file.close()
    with pytest.raises(ValueError, match="X on disk is an HDF5 data set of a closed file"):
        small().predict(X)


def test_where_a_data_set_is_read_whole_the_hint_works_for_it():
    file, X, Y = stored(30)
    for refuse in (small().cost, small().cost_and_gradient):
        with pytest.raises(ValueError, match=words("it looks transposed: examples are columns, p")):
            refuse(file["X"], Y)
        with pytest.raises(ValueError, match=words("it looks transposed: pass Y[()].T")):
            refuse(X, file["Y"])
        assert refuse(file["X"][()].T, file["Y"][()].T) == refuse(X, Y)
    with pytest.raises(ValueError, match=words("examples are columns, pass X[()].T")):
        small().cost(file["X"], Y)
    with pytest.raises(ValueError, match=words("examples are columns, pass np.transpose(X)")):
        small().cost(X.T.tolist(), Y)


@pytest.mark.parametrize(
    "batch_size, message",
    [
        (None, "batch_size is None; X on disk is not read whole"),
        (0, "batch_size is 0; it needs to be between 1 and 30"),
        (31, "batch_size is 31; it needs to be between 1 and 30"),
    ],
)
def test_batch_sizes_refused(batch_size, message):
    file, _, _ = stored(30)
    with pytest.raises(ValueError, match=message):
        train(small(), file["X"], file["Y"], Adam(0.1), 1, batch_size=batch_size)


def test_a_single_example_left_over_is_known_before_the_first_step():
    file, _, _ = stored(33)
    net = small(Dense(4), BatchNorm(), Tanh(), Dense(1))
    before = net.parameters.copy()
    with pytest.raises(ValueError, match="a training batch of 1 example"):
        train(net, file["X"], file["Y"], Adam(0.1), 1, batch_size=8)
    np.testing.assert_array_equal(net.parameters, before)


@pytest.mark.parametrize(
    "m, away, batch_size, message",
    [
        (45, 4, 22, None),  # of 45 one would be left over, of the 41 that count none
        (45, 4, 20, "a training batch of 1 example"),
        (45, 4, 44, "batch_size is 44; it needs to be between 1 and 41"),
        (45, 4, 41, None),
    ],
)
def test_batches_are_of_the_examples_that_count(m, away, batch_size, message):
    file, X, Y = stored(m, chunks=(7, 3))
    w = np.r_[np.zeros(away), np.ones(m - away)]
    for where in [(file["X"], file["Y"]), (X, Y)]:
        net = small(Dense(4), BatchNorm(), Tanh(), Dense(1))
        if message is None:
            history = train(net, *where, Adam(0.1), 2, batch_size, sample_weight=w)
            assert len(history.costs) == 2
            continue
        before = net.snapshot()
        with monkeypatch_reading(StoredExamples), pytest.raises(ValueError, match=message):
            train(net, *where, Adam(0.1), 2, batch_size, sample_weight=w)
        assert all(map(np.array_equal, before, net.snapshot()))


@contextlib.contextmanager
def monkeypatch_reading(kind):
    """Within ``with``, reading any example is a fault: a refusal has to come before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kind, "_read", lambda self, blocks: pytest.fail("it was read"))
        yield


@pytest.mark.parametrize("by_columns", [False, True])
def test_a_value_that_is_not_finite_is_named_by_its_place_in_the_file(by_columns):
    file, _, _ = stored(30, chunks=(3, 4) if by_columns else (4, 3), by_columns=by_columns)
    place = (1, 21) if by_columns else (21, 1)
    file["X"][place] = np.inf
    message = words(f"X on disk[{place[0]}, {place[1]}] is inf in float64; every value needs")
    for call in [
        lambda: train(small(), file["X"], file["Y"], Adam(0.1), 1, batch_size=8),
        lambda: small().predict(file["X"]),
    ]:
        with pytest.raises(ValueError, match=message):
            call()


def test_what_float32_cannot_hold_is_refused_without_a_warning():
    file, _, _ = stored(30)
    file["X"][3, 2] = 1e39
    net = small(dtype=np.float32)
    for call in [
        lambda: train(net, file["X"], file["Y"], Adam(0.1), 1, batch_size=8),
        lambda: net.predict(file["X"]),
    ]:
        with pytest.raises(ValueError, match=words("X on disk[3, 2] is inf in float32; every")):
            call()


def test_values_are_looked_at_when_they_are_read():
    found = [("X", np.nan, "X on disk[17, 2] is nan"), ("Y", 3, "Y on disk contains 3")]
    for key, value, message in found:
        file, _, _ = stored(30)
        file[key][17, -1] = value
        with pytest.raises(ValueError, match=words(message)):
            train(small(), file["X"], file["Y"], Adam(0.1), 1, batch_size=8)


def test_a_reader_that_fails_is_heard(monkeypatch):
    file, _, _ = stored(30, chunks=(8, 3))

    def broken(self, blocks):
        raise OSError("the disk has gone")

    monkeypatch.setattr(StoredExamples, "_read", broken)
    with pytest.raises(OSError, match="the disk has gone"):
        train(small(), file["X"], file["Y"], Adam(0.1), 1, batch_size=8)


def test_an_array_is_no_data_set():
    file, X, _ = stored(5)
    assert is_stored(file["X"]) and not is_stored(X) and not is_stored([[1]])


# Not ru_maxrss: it also remembers the process that this one was forked from.
MEASURE = """
import sys
import h5py
from lib import Adam, Dense, Network, ReLU, train

with h5py.File(sys.argv[1]) as file:
    net = Network([Dense(8), ReLU(), Dense(1)], 512, random_state=0, dtype="f4")
    train(net, file["X"], file["Y"], Adam(0.001), 1, batch_size=256, random_state=0)
    net.predict(file["X"])
    train(net, file["X"], file["Y"], Adam(0.001), 1, 256, validation=(file["X"], file["Y"]))
    if len(sys.argv) > 2:
        whole = file["X"][()]  # what must not happen, to show that it would be seen
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for its peak memory")
def test_memory_does_not_grow_with_the_file(tmp_path):
    peaks = []
    for m in (8_192, 81_920):  # 16 and 160 MiB
        path = tmp_path / f"{m}.h5"
        with h5py.File(path, "w") as file:
            X = file.create_dataset("X", (m, 512), "f4", chunks=(256, 512))
            file["Y"] = np.arange(m) % 2
            block = np.random.RandomState(0).rand(256, 512)
            for start in range(0, m, 256):
                X[start : start + 256] = block
        command = [sys.executable, "-c", MEASURE, str(path)]
        peaks.append(int(subprocess.check_output(command, cwd=ROOT)))
    assert peaks[1] - peaks[0] < 32 * 1024  # the larger file is 144 MiB larger
    whole = int(subprocess.check_output([*command, "read it whole"], cwd=ROOT))
    assert whole - peaks[0] > 128 * 1024
