"""A saved network is whole or it is not there, and what was saved goes on as if never stopped."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

from lib import (
    L1,
    L2,
    Adam,
    BatchNorm,
    Dense,
    Dropout,
    EarlyStopping,
    ExponentialDecay,
    GradientDescent,
    InverseTimeDecay,
    LeakyReLU,
    Momentum,
    Network,
    ReLU,
    RMSprop,
    Sigmoid,
    SoftmaxCrossEntropy,
    SquareRootDecay,
    StepDecay,
    Tanh,
    storage,
    train,
)
from lib.persistence import load, save
from tests.lib.networks import examples, small, words

ROOT = Path(__file__).resolve().parents[2]


def everything(dtype=np.float64, seed=0):
    """A network with a state in every corner: running averages, two streams, two penalties."""
    return Network(
        [
            *(
                Dense(6, bias=False),
                BatchNorm(0.8),
                LeakyReLU(0.02),
                Dropout(0.8),
                Dense(5),
                Tanh(),
            ),
            *(Dropout(0.9), Dense(4), ReLU(), Dense(3), Sigmoid(), Dense(3)),
        ],
        n_inputs=3,
        loss=SoftmaxCrossEntropy(),
        penalty=[L1(0.01), L2(0.1)],
        random_state=seed,
        dtype=dtype,
    )


OPTIMIZERS = [
    lambda: GradientDescent(InverseTimeDecay(0.1, 0.01)),
    lambda: Momentum(StepDecay(0.1, 0.5, every=20)),
    lambda: RMSprop(SquareRootDecay(0.01, 0.1), beta=0.95),
    lambda: Adam(ExponentialDecay(0.01, 0.99, every=5), epsilon=1e-6),
]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("make_optimizer", OPTIMIZERS)
def test_going_on_from_a_file_is_going_on(tmp_path, make_optimizer, dtype):
    X, Y = examples(23, classes=3)
    options = {"batch_size": 5, "validation": examples(11, classes=3, seed=1)}
    whole = everything(dtype)
    uninterrupted = train(whole, X, Y, make_optimizer(), 9, random_state=4, **options)

    path = tmp_path / "run.h5"
    first = everything(dtype)
    train(first, X, Y, make_optimizer(), 5, random_state=4, checkpoint=path, every=2, **options)
    del first
    saved = load(path)
    resumed = train(saved.net, X, Y, saved.optimizer, 9, history=saved.history, **options)

    assert resumed == uninterrupted and len(resumed.costs) == 9
    assert saved.net.dtype == dtype
    for ours, theirs in zip(saved.net.snapshot(), whole.snapshot(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(saved.net.predict_proba(X), whole.predict_proba(X))


def test_early_stopping_goes_on_too(tmp_path):
    def run(epochs, net, optimizer, stopping, **options):
        options["validation"] = examples(9, seed=1)
        return train(net, *examples(9), optimizer, epochs, early_stopping=stopping, **options)

    whole = EarlyStopping(6)
    net = small(Dense(4), BatchNorm(), Tanh(), Dense(1))
    uninterrupted = run(60, net, GradientDescent(2), whole, random_state=1)
    epochs = len(uninterrupted.costs)
    assert whole.best_epoch + 2 < epochs < 60  # it did stop, and can be cut in its last stretch

    path = tmp_path / "run.h5"
    begun = small(Dense(4), BatchNorm(), Tanh(), Dense(1))
    run(epochs - 2, begun, GradientDescent(2), EarlyStopping(6), random_state=1, checkpoint=path)
    saved = load(path)
    resumed = run(60, saved.net, saved.optimizer, saved.early_stopping, history=saved.history)
    assert resumed == uninterrupted
    assert saved.early_stopping.best_epoch == whole.best_epoch
    np.testing.assert_array_equal(saved.net.parameters, net.parameters)


@pytest.mark.parametrize("every, kept", [(1, 5), (2, 5), (3, 5), (9, 5)])
def test_the_last_epoch_is_always_kept(tmp_path, every, kept):
    path = tmp_path / "run.h5"
    train(small(), *examples(), Adam(0.1), 5, checkpoint=path, every=every)
    assert len(load(path).history.costs) == kept


def test_a_checkpoint_between_is_that_of_its_epoch(tmp_path, monkeypatch):
    path, seen = tmp_path / "run.h5", []
    monkeypatch.setattr(
        "lib.persistence.save", lambda *arguments: (save(*arguments), seen.append(load(path)))
    )
    train(small(), *examples(), Adam(0.1), 7, checkpoint=path, every=3)
    assert [len(saved.history.costs) for saved in seen] == [3, 6, 7]


def test_a_network_alone(tmp_path):
    net = everything()
    save(tmp_path / "net.h5", net)
    saved = load(str(tmp_path / "net.h5"))
    assert saved.optimizer is saved.history is saved.early_stopping is None
    assert repr(saved.net) == repr(net)
    assert saved.versions["numpy"] == np.__version__
    X, _ = examples()
    np.testing.assert_array_equal(saved.net.forward(X), net.forward(X))
    np.testing.assert_array_equal(
        saved.net.forward(X, training=True),
        net.forward(X, training=True),  # the same masks
    )


@pytest.mark.parametrize("make_optimizer", OPTIMIZERS)
def test_an_optimizer_that_never_stepped(tmp_path, make_optimizer):
    net, optimizer = small(), make_optimizer()
    save(tmp_path / "net.h5", net, optimizer)
    saved = load(tmp_path / "net.h5")
    assert repr(saved.optimizer) == repr(optimizer) and saved.optimizer.steps == 0


def test_saving_leaves_everything_as_it_was(tmp_path):
    X, Y = examples(23, classes=3)
    nets, histories = [everything(), everything()], []
    for net, options in zip(nets, [{}, {"checkpoint": tmp_path / "run.h5"}], strict=True):
        histories.append(train(net, X, Y, Adam(0.01), 4, 5, random_state=1, **options))
    assert histories[0] == histories[1]
    np.testing.assert_array_equal(nets[0].parameters, nets[1].parameters)
    assert [path.name for path in tmp_path.iterdir()] == ["run.h5"]


# --- what is refused before anything is trained or written ----------------------------------------


class Foreign(GradientDescent):
    pass


@pytest.mark.parametrize(
    "optimizer, options, error, message",
    [
        (Adam(0.1), {"checkpoint": "no-such-folder/run.h5"}, FileNotFoundError, "its folder needs"),
        (Adam(lambda steps: 0.1), {}, TypeError, "optimizer.learning_rate is <function"),
        (Foreign(0.1), {}, TypeError, "optimizer is Foreign(0.1); to be saved it needs to be of a"),
        (Adam(0.1), {"every": 0}, ValueError, "every is 0; it needs to be at least 1"),
        (Adam(0.1), {"history": [1, 2]}, TypeError, "history is [1, 2]; it needs to be a History"),
    ],
)
def test_arguments_refused(tmp_path, optimizer, options, error, message):
    net = small()
    before = net.parameters.copy()
    with pytest.raises(error, match=words(message)):
        train(net, *examples(), optimizer, 3, **{"checkpoint": tmp_path / "run.h5", **options})
    np.testing.assert_array_equal(net.parameters, before)
    assert not list(tmp_path.iterdir())


def test_another_seed_would_not_be_the_same_run(tmp_path):
    history = train(small(), *examples(), Adam(0.1), 2, 3, random_state=5)
    with pytest.raises(ValueError, match="random_state is 6; it needs to be 5, with which the"):
        train(small(), *examples(), Adam(0.1), 4, 3, random_state=6, history=history)
    assert len(history.costs) == 2
    longer = train(small(), *examples(), Adam(0.1), 4, 3, random_state=5, history=history)
    assert len(longer.costs) == 4 and len(history.costs) == 2


def test_nothing_is_left_to_do():
    net = small()
    history = train(net, *examples(), Adam(0.1), 3)
    before = net.parameters.copy()
    assert train(net, *examples(), Adam(0.1), 3, history=history) == history
    np.testing.assert_array_equal(net.parameters, before)


def test_a_disk_that_takes_nothing_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "net.h5"
    save(path, small())
    old = path.read_bytes()

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save(path, everything())
    assert path.read_bytes() == old
    assert [left.name for left in tmp_path.iterdir()] == ["net.h5"]


# --- what is refused on the way back --------------------------------------------------------------


def doctored(path, change):
    """The file at ``path`` with ``change(arrays, header)`` made and a right checksum again."""
    with h5py.File(path, "r") as file:
        names = [name for name in file if name not in ("schema", "checksum")]
        arrays = {name: file[name][()] for name in names}
    header = json.loads(arrays["header"].tobytes())
    change(arrays, header)
    arrays["header"] = np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)
    storage._write(path, arrays)


def with_nan(arrays, header):
    arrays["parameters"][3] = np.nan


def too_short(arrays, header):
    arrays["parameters"] = arrays["parameters"][:-1]


def single(arrays, header):
    arrays["parameters"] = arrays["parameters"].astype(np.float32)


def without_parameters(arrays, header):
    del arrays["parameters"]


def one_too_many(arrays, header):
    arrays["more"] = np.zeros(3)


def unknown_class(arrays, header):
    header["network"]["layers"][1]["class"] = "Popen"


def unknown_argument(arrays, header):
    header["network"]["layers"][0]["shell"] = True


def gigantic(arrays, header):
    header["network"]["layers"][0]["n_outputs"] = 10**15


def other_statistics(arrays, header):
    arrays["statistics.0"] = np.zeros((2, 1))


def no_stream(arrays, header):
    header["streams"].pop()


def short_stream(arrays, header):
    arrays["random.0"] = arrays["random.0"][:7]


def loss_of_another_kind(arrays, header):
    header["network"]["loss"]["class"] = "BinaryCrossEntropy"


def no_average(arrays, header):
    del arrays["averages.1"]


@pytest.mark.parametrize(
    "change, message",
    [
        (with_nan, "'parameters' holds NaN or infinity"),
        (too_short, "its layers need (116,) float64"),
        (single, "'parameters' is (116,) float32; its layers need (116,) float64"),
        (without_parameters, "parameters"),
        (one_too_many, "it holds ['more'], of which its header says nothing"),
        (unknown_class, "it needs the class 'Popen', which this library does not have"),
        (unknown_argument, "shell"),
        (gigantic, "it has 116 parameters, too few for 1000000000000000 inputs"),
        (other_statistics, "'statistics.0' is (2, 1) float64; it needs to be (6, 1) float64"),
        (no_stream, "argument 2 is shorter"),
        (short_stream, "index 7 is out of bounds"),
        (loss_of_another_kind, "BinaryCrossEntropy needs exactly 1"),
        (no_average, "averages.1"),
    ],
)
def test_a_file_that_contradicts_itself(tmp_path, change, message):
    path, net, optimizer = tmp_path / "net.h5", everything(), Adam(0.1)
    train(net, *examples(9, classes=3), optimizer, 2, checkpoint=path)
    doctored(path, lambda arrays, header: None)
    load(path)
    doctored(path, change)
    with pytest.raises(ValueError, match=words("net.h5 is not a whole saved network")) as caught:
        load(path)
    assert message in str(caught.value)


def test_a_changed_number_is_noticed(tmp_path):
    path = tmp_path / "net.h5"
    save(path, small())
    with h5py.File(path, "r+") as file:
        file["parameters"][0] += 1e-12
    with pytest.raises(ValueError, match="its checksum does not match its contents"):
        load(path)


def test_files_of_other_kinds(tmp_path):
    path = tmp_path / "net.h5"
    with pytest.raises(FileNotFoundError, match="it needs to be a file that save wrote"):
        load(path)
    path.write_bytes(b"")
    with pytest.raises(ValueError, match="not a whole saved network"):
        load(path)
    with h5py.File(path, "w") as file:
        file["parameters"] = np.zeros(3)
    with pytest.raises(ValueError, match="it has no data set 'schema' of its own"):
        load(path)
    save(path, small())
    with h5py.File(path, "r+") as file:
        file["schema"][()] = b"neural-networks-by-hand 2"
    with pytest.raises(ValueError, match="its schema is 'neural-networks-by-hand 2'; this"):
        load(path)


def test_links_out_of_the_file_are_not_followed(tmp_path):
    path, other = tmp_path / "net.h5", tmp_path / "other.h5"
    save(path, small())
    save(other, small())
    with h5py.File(path, "r+") as file:
        del file["parameters"]
        file["parameters"] = h5py.ExternalLink(str(other), "parameters")
    with pytest.raises(ValueError, match="it has no data set 'parameters' of its own"):
        load(path)


# --- killed while it saves ------------------------------------------------------------------------

KILLS = int(os.environ.get("COURSE_KILLS", 20))
SAVER = """
import itertools, sys
import numpy as np
from lib import Adam, Dense, Network, ReLU
from lib.persistence import save

net = Network([Dense(60), ReLU(), Dense(1)], 500, random_state=0)
optimizer = Adam(0.1)
for k in itertools.count():
    net.parameters = k
    save(sys.argv[1], net, optimizer)
    if k == 0:
        print("saved", flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_killed_at_any_moment_the_old_or_the_new_file_is_whole(tmp_path):
    path, random_state = tmp_path / "net.h5", np.random.RandomState(0)
    while_writing = kills = 0
    for delay in random_state.uniform(0, 0.03, size=KILLS):
        process = subprocess.Popen(
            [sys.executable, "-c", SAVER, str(path)], cwd=ROOT, stdout=subprocess.PIPE
        )
        assert process.stdout.readline() == b"saved\n"
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        values = np.unique(load(path).net.parameters)
        assert len(values) == 1  # all of one save, none of the next
        kills += 1
        while_writing += (tmp_path / "net.h5.part").exists()
    assert kills == KILLS and while_writing > KILLS / 20  # many fell into the middle of a write
