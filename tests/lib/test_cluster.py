"""The same search on one core and on a cluster: a scheduler and two worker processes, here.

joblib sends every array of more than a kilobyte to one worker, from where the others fetch it. If
that worker dies too early, it takes the only copy along, and the search fails. So all arrays that a
trial takes are named in ``scatter``, which gives each worker its copy, once: the pictures, the
labels, and the folds. And ``client.amm.stop()`` keeps Dask from clearing the spare copies away.
"""

import os
from itertools import chain

import joblib
import pytest
from scipy.stats import loguniform
from sklearn.datasets import load_digits
from sklearn.model_selection import RandomizedSearchCV, StratifiedKFold

from lib.estimator import NeuralNetworkClassifier

distributed = pytest.importorskip(
    "distributed", reason='needs the optional extra: pip install -e ".[cluster]"'
)
psutil = pytest.importorskip("psutil")  # which distributed brings

DIGITS = load_digits()
PICTURES = DIGITS.images[:600].repeat(2, axis=1).repeat(2, axis=2) / 16  # twice as large
X, Y = PICTURES.reshape(600, 256), DIGITS.target[:600]
FOLDS = list(StratifiedKFold(3).split(X, Y))
ARRAYS = [X, Y, *chain.from_iterable(FOLDS)]
TRIALS = 8


class Accuracy:
    """What scores a trial; it writes its process into the diary.

    With ``dies_at`` the first process to write that line, or a later one, is killed on the spot.
    """

    def __init__(self, folder, dies_at=None):
        self.diary, self.grave, self.dies_at = folder / "diary", folder / "grave", dies_at

    def __call__(self, model, X, y):
        with self.diary.open("a") as diary:
            diary.write(f"{os.getpid()}\n")
        if self.dies_at is not None and len(self.processes()) >= self.dies_at:
            try:
                self.grave.touch(exist_ok=False)
            except FileExistsError:
                return model.score(X, y)
            psutil.Process().kill()
        return model.score(X, y)

    def processes(self):
        return [int(line) for line in self.diary.read_text().splitlines()]


def search(scoring):
    model = NeuralNetworkClassifier((12,), epochs=4, keep_prob=0.9, random_state=0)
    drawn = {"learning_rate": loguniform(1e-4, 1e-1), "batch_size": [16, 32, 64]}
    return RandomizedSearchCV(
        model, drawn, n_iter=TRIALS, scoring=scoring, cv=FOLDS, random_state=0, refit=False
    ).fit(X, Y)


def scores(search):
    """Of every trial: what it was, and its score on every fold."""
    folds = [search.cv_results_[f"split{k}_test_score"].tolist() for k in range(len(FOLDS))]
    return list(zip(search.cv_results_["params"], *folds, strict=True))


@pytest.fixture(scope="module")
def on_one_core(tmp_path_factory):
    accuracy = Accuracy(tmp_path_factory.mktemp("one"))
    found = scores(search(accuracy))
    assert set(accuracy.processes()) == {os.getpid()}
    assert len({row[1] for row in found}) > TRIALS / 2  # the trials can be told apart
    return found


@pytest.fixture(scope="module")
def the_client(tmp_path_factory):
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",  # any port that is free
            local_directory=tmp_path_factory.mktemp("dask"),
            silence_logs=60,  # above CRITICAL: that a worker dies is no news here
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.fixture
def client(the_client):
    the_client.wait_for_workers(2)
    return the_client


def test_two_processes_find_what_one_core_finds(on_one_core, client, tmp_path):
    accuracy = Accuracy(tmp_path)
    with joblib.parallel_config("dask"):  # where no worker dies, this is all that is needed
        assert scores(search(accuracy)) == on_one_core
    workers = set(client.run(os.getpid).values())
    assert len(workers) == 2 and workers >= set(accuracy.processes())


def test_pictures_travel_once_and_not_with_every_trial(on_one_core, client, tmp_path, monkeypatch):
    scattered, sent = [], []
    scatter, submit = client.scatter, client.submit

    def spy_on_scatter(data, **options):
        scattered.extend(data if isinstance(data, list) else [data])
        return scatter(data, **options)

    def spy_on_submit(task, *args, **options):
        sent.append(len(distributed.protocol.pickle.dumps((task, args, options))))
        return submit(task, *args, **options)

    monkeypatch.setattr(client, "scatter", spy_on_scatter)
    monkeypatch.setattr(client, "submit", spy_on_submit)
    with joblib.parallel_config("dask", scatter=ARRAYS):
        for number in ["first", "second"]:
            (tmp_path / number).mkdir()
            assert scores(search(Accuracy(tmp_path / number))) == on_one_core
    assert list(map(id, scattered)) == list(map(id, ARRAYS))  # each once, for both searches
    # The search itself travels, and so do its folds, but no picture does.
    assert len(sent) > TRIALS and max(sent) < X.nbytes / 5


def test_a_worker_killed_half_way_changes_nothing(on_one_core, client, tmp_path):
    fits = TRIALS * len(FOLDS)
    accuracy = Accuracy(tmp_path, dies_at=fits // 2)
    client.amm.stop()
    with joblib.parallel_config("dask", scatter=ARRAYS):
        assert scores(search(accuracy)) == on_one_core
    assert accuracy.grave.exists()
    assert len(accuracy.processes()) > fits  # what the dead one was working on was done again
