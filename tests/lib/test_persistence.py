"""A saved network is whole or it is not there, and what was saved goes on as if never stopped."""

import json
import os
import pickle
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import h5py
import joblib
import numpy as np
import pytest
from sklearn.datasets import load_iris

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
    check_gradients,
    persistence,
    train,
    train_gram,
)
from lib.estimator import NeuralNetworkClassifier
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
    lambda: Momentum(StepDecay(0.1, 0.5, decay_steps=20)),
    lambda: RMSprop(SquareRootDecay(0.01, 0.1), beta=0.95),
    lambda: Adam(ExponentialDecay(0.01, 0.99, decay_steps=5), epsilon=1e-6),
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


class ByTheBook(Adam):
    """Keeps the averages themselves, as Adam did in files of the first schema."""

    def update(self, p, g, rate, v, s):
        v *= self.beta1
        v += (1 - self.beta1) * g
        s *= self.beta2
        s += (1 - self.beta2) * g**2
        v_hat, s_hat = v / (1 - self.beta1**self.steps), s / (1 - self.beta2**self.steps)
        p -= rate * v_hat / (np.sqrt(s_hat) + self.epsilon)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_file_of_the_first_schema_goes_on(tmp_path, monkeypatch, dtype):
    X, Y = examples(23)
    whole, begun = (small(dtype=dtype) for _ in range(2))
    train(whole, X, Y, ByTheBook(0.01), 40, 8, 3)
    by_the_book, optimizer = ByTheBook(0.01), Adam(0.01)
    history = train(begun, X, Y, by_the_book, 20, 8, 3)
    optimizer.restore(by_the_book.snapshot())
    monkeypatch.setattr(persistence, "SCHEMA", persistence.FIRST)
    save(tmp_path / "run.h5", begun, optimizer, history)
    monkeypatch.undo()

    saved = load(tmp_path / "run.h5")
    train(saved.net, X, Y, saved.optimizer, 40, 8, history=saved.history)
    tolerance = 1000 * np.finfo(dtype).eps
    np.testing.assert_allclose(saved.net.parameters, whole.parameters, rtol=0, atol=tolerance)


def test_a_file_with_the_older_name_of_decay_steps_is_read(tmp_path, monkeypatch):
    describe = persistence._describe

    def as_before(thing, name):
        found = describe(thing, name)
        if isinstance(thing, StepDecay):
            found["every"] = found.pop("decay_steps")
        return found

    monkeypatch.setattr(persistence, "_describe", as_before)
    save(tmp_path / "run.h5", small(), Adam(StepDecay(0.1, 0.5, decay_steps=20)))
    assert repr(load(tmp_path / "run.h5").optimizer.learning_rate) == "StepDecay(0.1, 0.5, 20)"


def test_a_damaged_schema_is_noticed(tmp_path):
    """Otherwise the optimizer's averages would be taken for others."""
    path = tmp_path / "run.h5"
    save(path, small(), Adam(0.1))
    with h5py.File(path, "r+") as file:
        file["schema"][()] = persistence.FIRST.encode()
    with pytest.raises(ValueError, match="its checksum does not match its contents"):
        load(path)


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


# --- a model that stays in its file, memory-mapped ------------------------------------------------


def mapped(tmp_path, thing):
    joblib.dump(thing, tmp_path / "model.joblib")
    return joblib.load(tmp_path / "model.joblib", mmap_mode="r")


def test_a_memory_mapped_network_predicts_and_says_that_it_cannot_learn(tmp_path):
    X, Y = examples(9)
    net = small(Dense(4), BatchNorm(), Tanh(), Dense(1))
    net.forward(X, training=True)
    twin = mapped(tmp_path, net)
    assert not twin.parameters.flags.writeable
    np.testing.assert_array_equal(twin.predict_proba(X), net.predict_proba(X))
    assert twin.cost(X, Y) == net.cost(X, Y)
    assert check_gradients(twin, X, Y).relative_difference < 1e-6  # on copies
    optimizer = GradientDescent(0.1)
    for learn in (
        lambda: train(twin, X, Y, optimizer, 3),
        lambda: train(twin, X, Y, optimizer, 3, batch_size=3, checkpoint=tmp_path / "run.h5"),
        lambda: train_gram(twin, X, Y, optimizer, 3),
        lambda: twin.cost_and_gradient(X, Y),
        lambda: twin.restore(net.snapshot()),
        lambda: setattr(twin, "parameters", 0),
    ):
        with pytest.raises(ValueError, match="the network is read-only, as after loading with mma"):
            learn()
    assert optimizer.steps == 0 and not (tmp_path / "run.h5").exists()
    np.testing.assert_array_equal(twin.parameters, net.parameters)

    copy = twin.astype(twin.dtype)  # as the message says
    train(net, X, Y, GradientDescent(0.1), 3)
    train(copy, X, Y, GradientDescent(0.1), 3)
    np.testing.assert_array_equal(copy.parameters, net.parameters)


def test_a_memory_mapped_estimator_predicts_and_learns_on_a_copy(tmp_path):
    X, y = load_iris(return_X_y=True)
    model = mapped(tmp_path, fitted := NeuralNetworkClassifier(epochs=3, random_state=0).fit(X, y))
    np.testing.assert_array_equal(model.predict_proba(X), fitted.predict_proba(X))
    again = mapped(tmp_path, fitted)
    model.partial_fit(X, y)  # on a copy in memory: the file, and who else has it open, stay
    fitted.partial_fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), fitted.predict_proba(X))
    assert not np.array_equal(model.predict_proba(X), again.predict_proba(X))


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

    monkeypatch.setattr(persistence.os, "fsync", full)
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
    persistence._write(path, arrays)


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
        file["schema"][()] = b"neural-networks-by-hand 3"
    with pytest.raises(ValueError, match="its schema is 'neural-networks-by-hand 3'; this"):
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


# --- several savers, links and permissions --------------------------------------------------------


def numbered(number):
    """A network whose parameters all are ``number``."""
    net = small()
    net.parameters = number
    return net


def number_in(path):
    """The number that the network in a file was made with; the file has to be whole."""
    (number,) = np.unique(load(path).net.parameters)
    return number


def before_the_first(monkeypatch, name, action):
    """Call ``action`` once, when ``save`` calls ``os.name`` for the first time."""
    original, called = getattr(os, name), []

    def call(*arguments):
        if not called:
            called.append(name)
            action()
        return original(*arguments)

    monkeypatch.setattr(persistence.os, name, call)
    return called


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_saver_between_the_steps_of_another(tmp_path, monkeypatch, moment):
    path = tmp_path / "net.h5"
    called = before_the_first(monkeypatch, moment, lambda: save(path, numbered(2)))
    save(path, numbered(1))
    assert called == [moment]
    assert number_in(path) == 1  # which was renamed last
    assert os.listdir(tmp_path) == ["net.h5"]


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_saver_that_has_begun_when_another_ends(tmp_path, monkeypatch, moment):
    path = tmp_path / "net.h5"
    begun, go_on, seen = threading.Event(), threading.Event(), []
    original = os.fsync

    def wait(handle):
        if threading.current_thread() is second:
            begun.set()
            go_on.wait(60)
        original(handle)

    second = threading.Thread(target=save, args=(path, numbered(2)))

    def begin():
        second.start()
        assert begun.wait(60)

    monkeypatch.setattr(persistence.os, "fsync", wait)
    before_the_first(monkeypatch, moment, begin)
    try:
        save(path, numbered(1))
        seen.append(number_in(path))
    finally:
        go_on.set()
        second.join()
    seen.append(number_in(path))
    assert seen == [1, 2]
    assert os.listdir(tmp_path) == ["net.h5"]


def test_a_saver_that_fails_takes_away_its_own_file_only(tmp_path, monkeypatch):
    path = tmp_path / "net.h5"
    save(path, numbered(1))
    theirs = [tmp_path / name for name in ("net.h5.part", "net.h5.0.part", ".part")]
    for other in theirs:
        other.write_text("somebody's")

    def fail(source, target):
        assert str(source) not in map(str, theirs)
        raise PermissionError("in use")

    with monkeypatch.context() as context:
        context.setattr(persistence.os, "replace", fail)
        with pytest.raises(PermissionError, match="in use"):
            save(path, numbered(2))
    assert number_in(path) == 1
    save(path, numbered(3))
    assert number_in(path) == 3
    assert [other.read_text() for other in theirs] == ["somebody's"] * 3
    assert len(os.listdir(tmp_path)) == 4


def test_a_name_that_is_taken_is_nobody_elses(tmp_path, monkeypatch):
    path = tmp_path / "net.h5"
    monkeypatch.setattr(persistence.secrets, "token_hex", lambda n: "0")
    (taken := tmp_path / "net.h5.0.part").write_text("somebody's")
    with pytest.raises(FileExistsError):
        save(path, numbered(1))
    assert taken.read_text() == "somebody's" and os.listdir(tmp_path) == [taken.name]


def test_many_threads_save_to_one_path(tmp_path):
    path, stop, seen = tmp_path / "net.h5", threading.Event(), []
    save(path, numbered(0))

    def keep_saving(number):
        for _ in range(25):
            save(path, numbered(number))

    def keep_loading():
        while not stop.is_set():
            seen.append(number_in(path))

    with ThreadPoolExecutor(5) as pool:
        reader = pool.submit(keep_loading)
        try:
            list(pool.map(keep_saving, [1, 2, 3, 4]))
        finally:
            stop.set()
        reader.result()
    assert set(seen) <= {0, 1, 2, 3, 4} and number_in(path) in {1, 2, 3, 4}
    assert os.listdir(tmp_path) == ["net.h5"]


@pytest.mark.skipif(os.name != "posix", reason="links and permissions of POSIX")
@pytest.mark.parametrize("there", [True, False])
def test_a_link_is_followed(tmp_path, there):
    (tmp_path / "runs").mkdir()
    target, link = tmp_path / "runs" / "best.h5", tmp_path / "net.h5"
    if there:
        save(target, numbered(1))
    second = tmp_path / "second.h5"
    second.symlink_to("net.h5")
    link.symlink_to(Path("runs") / "best.h5")
    save(second, numbered(2))
    assert link.is_symlink() and second.is_symlink() and not target.is_symlink()
    assert number_in(target) == number_in(second) == 2
    assert os.listdir(tmp_path / "runs") == ["best.h5"]


@pytest.mark.skipif(os.name != "posix", reason="links and permissions of POSIX")
@pytest.mark.parametrize("umask, mode", [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_permissions(tmp_path, umask, mode):
    path, before = tmp_path / "net.h5", os.umask(umask)
    try:
        save(path, numbered(1))
        assert stat.S_IMODE(path.stat().st_mode) == mode  # as any new file
        for kept in (0o640, 0o600, 0o666, 0o444):
            path.chmod(kept)
            save(path, numbered(2))
            assert stat.S_IMODE(path.stat().st_mode) == kept
    finally:
        os.umask(before)


@pytest.mark.skipif(os.name != "posix", reason="links and permissions of POSIX")
def test_what_was_for_ones_own_eyes_is_never_open_to_others(tmp_path, monkeypatch):
    path, modes = tmp_path / "net.h5", []
    save(path, numbered(1))
    path.chmod(0o600)
    original = os.fsync

    def note(handle):
        modes.append(stat.S_IMODE(os.fstat(handle).st_mode))
        original(handle)

    monkeypatch.setattr(persistence.os, "fsync", note)
    save(path, numbered(2))
    assert modes[0] == 0o600


# --- where a file can be written ------------------------------------------------------------------


def to_a_folder(folder):
    (folder / "runs").mkdir()
    return folder / "runs"


def to_a_ring(folder):
    (folder / "ring").symlink_to("ring")
    return folder / "ring"


def to_a_pipe(folder):
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


def into_a_file(folder):
    (folder / "file").write_text("")
    return folder / "file" / "net.h5"


CANNOT = [
    (to_a_folder, IsADirectoryError, "needs to be the path of a file, not of a folder"),
    (lambda folder: f"{to_a_folder(folder)}/", IsADirectoryError, "not of a folder"),
    (lambda folder: f"{folder}/runs/", IsADirectoryError, "not of a folder"),
    (lambda folder: "", IsADirectoryError, "is ''; it needs to be the path of a file, not of a"),
    (lambda folder: ".", IsADirectoryError, "is '.'; it needs to be the path of a file, not of a"),
    (lambda folder: folder / "none" / "net.h5", FileNotFoundError, "its folder needs to exist"),
    (into_a_file, FileNotFoundError, "its folder needs to exist"),
    (lambda folder: folder / ("n" * 300), OSError, "it needs to be a path that can be written: "),
    (lambda folder: f"{folder}/n\0.h5", ValueError, "it needs to be a path that can be written: "),
    (lambda folder: "~nobody-of-this-name/n", ValueError, "it needs to be a path that can be writ"),
    *(
        [
            (to_a_ring, ValueError, "it needs to be the path of a plain file, not of a device"),
            (to_a_pipe, ValueError, "it needs to be the path of a plain file, not of a device"),
        ]
        if os.name == "posix"
        else []
    ),
]


@pytest.mark.parametrize("make, error, message", CANNOT)
def test_a_path_that_cannot_be_written_is_refused_before_anything(tmp_path, make, error, message):
    path, net = make(tmp_path), small()
    before, listed = net.parameters.copy(), sorted(tmp_path.rglob("*"))
    with pytest.raises(error, match=words(message)) as caught:
        save(path, net)
    assert str(caught.value).startswith(f"path is {str(path)!r}; ")
    with pytest.raises(error, match=words(message)) as caught:
        train(net, *examples(), Adam(0.1), 3, checkpoint=path)
    assert str(caught.value).startswith(f"checkpoint is {str(path)!r}; ")
    np.testing.assert_array_equal(net.parameters, before)
    assert sorted(tmp_path.rglob("*")) == listed


def test_a_folder_that_takes_no_file(tmp_path, monkeypatch):
    """As a read-only one does; permissions alone would not keep an administrator out."""

    def refuse(file, mode="r", *options):
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr(persistence, "open", refuse, raising=False)
    needs = "it needs to be a path that can be written: Permission denied"
    with pytest.raises(PermissionError, match=needs):
        train(small(), *examples(), Adam(0.1), 3, checkpoint=tmp_path / "net.h5")


def test_the_longest_name_is_long_enough(tmp_path):
    path = tmp_path / ("ä" * 126 + ".h5")  # 255 bytes in UTF-8
    save(path, numbered(1))
    assert number_in(path) == 1 and len(os.listdir(tmp_path)) == 1


def test_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    save("~/net.h5", numbered(1))
    train(numbered(1), *examples(), Adam(0.1), 3, checkpoint="~/run.h5")
    assert sorted(os.listdir(tmp_path)) == ["net.h5", "run.h5"]
    assert number_in("~/net.h5") == 1


# --- a full disk, as the system itself says it ----------------------------------------------------

FULL = """
import resource, sys
from lib import Dense, Network
from lib.persistence import save

save(sys.argv[1], Network([Dense(1)], 3, random_state=0))
large = Network([Dense(100), Dense(1)], 1000, random_state=0)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
try:
    save(sys.argv[1], large)
except OSError as error:
    print(type(error).__name__, error.strerror)
"""


@pytest.mark.skipif(os.name != "posix", reason="limits the size of files")
def test_a_file_that_gets_no_more_room(tmp_path):
    path = tmp_path / "net.h5"
    command = [sys.executable, "-c", FULL, str(path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (run.stdout, run.stderr, run.returncode) == ("OSError File too large\n", "", 0)
    assert load(path).net.n_inputs == 3 and os.listdir(tmp_path) == ["net.h5"]


# --- in use, or no HDF5 at all --------------------------------------------------------------------

HOLD = """
import sys
import h5py

with h5py.File(sys.argv[1], sys.argv[2]) as file:
    print("open", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held(path, mode):
    """``path`` opened by another program."""
    command = [sys.executable, "-c", HOLD, str(path), mode]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline().strip() == b"open"
        yield
        process.stdin.close()


@pytest.mark.skipif(os.name != "posix", reason="Windows refuses to open it by itself")
def test_a_file_that_another_program_has_open_is_in_use(tmp_path):
    path = tmp_path / "net.h5"
    save(path, numbered(1))
    with held(path, "r"):
        assert number_in(path) == 1
    with held(path, "r+"):
        with pytest.raises(BlockingIOError, match=r"net\.h5 is in use: it is open for writing"):
            load(path)
        save(path, numbered(2))  # puts a new file in its place
        assert number_in(path) == 2
    assert number_in(path) == 2


@pytest.mark.skipif(os.name != "posix", reason="Windows refuses to open it by itself")
def test_a_file_that_this_program_has_open_is_in_use(tmp_path):
    path = tmp_path / "net.h5"
    save(path, numbered(1))
    with h5py.File(path, "r+"), pytest.raises(BlockingIOError, match="needs to be closed first"):
        load(path)
    assert number_in(path) == 1


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    path = tmp_path / "net.h5"
    save(path, numbered(1))

    def refuse(file, mode="r", *options):
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr(persistence, "open", refuse, raising=False)
    needs = "it needs to be readable, and not open in another program"
    with pytest.raises(PermissionError, match=words(f"net.h5 cannot be read: {needs}")):
        load(path)


def test_a_file_system_without_locks(tmp_path, monkeypatch):
    fcntl = pytest.importorskip("fcntl")
    path = tmp_path / "net.h5"
    save(path, numbered(1))

    def refuse(file, operation):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", refuse)
    assert number_in(path) == 1


LFS = b"""version https://git-lfs.github.com/spec/v1
oid sha256:4665a5ea423c2713d436b5ee50593a9640e0018c1550b5a0002f74190d6caea8
size 2572022
"""
PAGES = [
    b"<!DOCTYPE html>\n<html><head><title>404</title></head></html>",
    b"\xef\xbb\xbf\r\n  <!doctype HTML>",
    b'<HTML lang="en">',
    b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchKey</Code></Error>',
    b"<title>404</title>",
    b"\n<script>window.location = '/login'</script>",
]
FOREIGN = [
    (LFS, "it is a Git LFS pointer, which only says where the file is kept: run `git lfs pull`"),
    *[(page, "it is a web page, as is left when a download fails: open it in") for page in PAGES],
    (b"", "it is empty: it was not copied or downloaded to its end"),
    (b"PK\x03\x04\x14\x00\x00\x00", "it is a zip archive (as .npz, .keras and .pt files are)"),
    (b"\x1f\x8b\x08\x00\x00", "it is packed by gzip; unpack it first"),
    (b"\x93NUMPY\x01\x00v\x00", "it is a NumPy file; it needs to be HDF5"),
    (pickle.dumps([1]), "it is a pickle; it needs to be HDF5"),
    (b'{"message": "Not Found"}', 'it is text that begins \'{"message": "Not Found"}\'; it needs'),
    ("Größe, 日本".encode(), "it is text that begins 'Größe, 日本'; it needs to be HDF5"),
    (("ab" + "é" * 40).encode(), "it is text that begins 'abé"),  # cut within a letter
    (b"\x89PNG\r\n\x1a\n\x00\x00", "it is a picture; it needs to be HDF5"),
    (b"\xff\xd8\xff\xe0\x00\x10JFIF", "it is a picture; it needs to be HDF5"),
    (b"%PDF-1.4\n%\xe2\xe3", "it is a PDF document; it needs to be HDF5"),
    (b"\xe2\xe3\xcf\xd3 words", "it does not begin as HDF5 does"),  # no text
    (bytes(100), "it does not begin as HDF5 does"),
]


@pytest.mark.parametrize("content, seems", FOREIGN)
def test_what_is_no_hdf5_is_named(tmp_path, content, seems):
    path = tmp_path / "net.h5"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=words(f"net.h5 is not a whole saved network: {seems}")):
        load(path)


def test_hdf5_that_broke_off_is_not_called_something_else(tmp_path):
    path = tmp_path / "net.h5"
    save(path, numbered(1))
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match=r"net\.h5 is not a whole saved network: .*truncated"):
        load(path)


# --- killed while they save -----------------------------------------------------------------------

KILLS = int(os.environ.get("COURSE_KILLS", 40))  # of each number of savers; 200 once a week


def kill(path, savers, kills, *ways):
    command = [sys.executable, "-m", "tests.faults.savers", str(path), str(savers), str(kills)]
    limit = 60 + kills
    run = subprocess.run([*command, *ways], cwd=ROOT, capture_output=True, text=True, timeout=limit)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
@pytest.mark.parametrize("savers", [1, 2, 4])
def test_killed_at_any_moment_the_old_or_the_new_file_is_whole(tmp_path, savers):
    found = kill(tmp_path / "net.h5", savers, KILLS)
    assert found["faults"] == []
    assert found["kills"] == KILLS and found["whole"] == 2 * KILLS // savers
    assert found["while_writing"] > KILLS / 20  # many fell into the middle of a write


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_savers_that_share_an_unfinished_file_are_found_out(tmp_path):
    found = kill(tmp_path / "net.h5", 4, 20, "one-name")
    assert "a saver ended by itself, 256" in found["faults"]
