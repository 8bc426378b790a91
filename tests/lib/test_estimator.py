"""The estimators do what scikit-learn asks of one, and what the network under them does."""

import ast
import copy
import doctest
import io
import os
import pickle
import re
import subprocess
import sys
import warnings
from pathlib import Path

import joblib
import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.special import log_expit, log_softmax
from scipy.stats import loguniform
from sklearn import config_context
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_iris,
    load_linnerud,
    make_classification,
    make_moons,
)
from sklearn.exceptions import (
    ConvergenceWarning,
    DataConversionWarning,
    FitFailedWarning,
    NotFittedError,
    UnsetMetadataPassedError,
)
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import (
    GridSearchCV,
    HalvingRandomSearchCV,
    RandomizedSearchCV,
    cross_val_score,
    cross_validate,
    train_test_split,
)
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.estimator_checks import (
    check_dataframe_column_names_consistency,
    parametrize_with_checks,
)

import lib.estimator
from lib import (
    L2,
    AbsoluteError,
    Adam,
    BatchNorm,
    Dense,
    Diverged,
    Dropout,
    EarlyStopping,
    ExponentialDecay,
    Momentum,
    Network,
    ReLU,
    SoftmaxCrossEntropy,
    SquaredError,
    Tanh,
    he,
    train,
    xavier,
)
from lib.estimator import NeuralNetworkClassifier, NeuralNetworkRegressor
from tests.lib.networks import words

ROOT = Path(__file__).resolve().parents[2]
IRIS = StandardScaler().fit_transform(load_iris().data), load_iris().target
MOONS = make_moons(70, noise=0.2, random_state=0)
DIABETES = [StandardScaler().fit_transform(part) for part in (
    load_diabetes().data, load_diabetes().target[:, np.newaxis]
)]  # fmt: skip
DIABETES[1] = DIABETES[1][:, 0]
NAMES = np.array(["setosa", "versicolor", "virginica"])
KINDS = [NeuralNetworkClassifier, NeuralNetworkRegressor]

OPTIONS = [
    {},
    {"hidden_layer_sizes": (), "learning_rate": 0.1, "epochs": 50},
    {"hidden_layer_sizes": 7, "batch_norm": True, "keep_prob": 0.9, "epochs": 30},
    {"early_stopping": True, "activation": "tanh", "optimizer": "rmsprop"},
    {
        "hidden_layer_sizes": (9, 5), "activation": "sigmoid", "optimizer": "momentum",
        "learning_rate": 0.5, "epochs": 200,
    },
    {"activation": "leaky_relu", "batch_size": None, "l2": 0.1},
]  # fmt: skip
PLAIN = {"optimizer": "gradient_descent", "learning_rate": 0.1}
CONFIGURATIONS = [
    *(NeuralNetworkClassifier(**options) for options in [*OPTIONS, OPTIONS[-1] | PLAIN]),
    # Without PLAIN: targets in the hundreds, as the checks draw them, diverge at its rate.
    *(NeuralNetworkRegressor(**options) for options in OPTIONS),
    *(
        NeuralNetworkRegressor(**options, loss="absolute_error")
        for options in [OPTIONS[0], OPTIONS[3], OPTIONS[-1] | PLAIN]
    ),
]


def small_regressor(hidden_layer_sizes=(5,), epochs=4, random_state=0, **options):
    """A regressor that is fitted in a few milliseconds."""
    options |= {"epochs": epochs, "random_state": random_state}
    return NeuralNetworkRegressor(hidden_layer_sizes, **options)


def small(hidden_layer_sizes=(5,), epochs=4, random_state=0, **options):
    """An estimator that is fitted in a few milliseconds."""
    options |= {"epochs": epochs, "random_state": random_state}
    return NeuralNetworkClassifier(hidden_layer_sizes, **options)


def same(a, b):
    """Whether two estimators, fitted on some irises, agree to the last digit."""
    probabilities = np.array_equal(a.predict_proba(IRIS[0]), b.predict_proba(IRIS[0]))
    return probabilities and a.loss_curve_ == b.loss_curve_


# What scikit-learn asks of every estimator


def array_api(check):
    """Whether a check of scikit-learn's needs SCIPY_ARRAY_API, and so a process of its own."""
    return getattr(check, "func", check).__name__.startswith("check_array_api")


def per_example(model):
    """Checks that cannot hold for a configuration, with the reason."""
    reasons = []
    if model.keep_prob < 1:
        reasons.append("dropout draws one mask for an example of weight 2, and two for two copies")
    if model.early_stopping:
        reasons.append("the split may put two copies of an example on different sides")
    if model.batch_norm:
        reasons.append("the mean and variance of a batch count an example of weight 2 once")
    return {"check_sample_weight_equivalence_on_dense_data": ", ".join(reasons)} if reasons else {}


CHECKS = parametrize_with_checks(CONFIGURATIONS, expected_failed_checks=per_example)
PAIRS = [
    pair for pair in CHECKS.args[1]
    if not array_api(pair.values[1] if hasattr(pair, "values") else pair[1])
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:X holds numbers from")  # some checks scale nothing, on purpose
@pytest.mark.parametrize(CHECKS.args[0], PAIRS, **CHECKS.kwargs)
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_data_frames_in_scikit_learns_own_check(kind, options):
    pytest.importorskip("pandas", reason="scikit-learn's check of data frames needs pandas")
    check_dataframe_column_names_consistency(kind.__name__, kind(**options))


def test_scikit_learns_own_check_of_the_array_api():
    # SciPy reads the variable when it is imported: hence a process of its own.
    code = """
from sklearn.utils.estimator_checks import estimator_checks_generator
from tests.lib.test_estimator import CONFIGURATIONS, array_api
for model in CONFIGURATIONS:
    checks = [check for _, check in estimator_checks_generator(model) if array_api(check)]
    for check in checks:
        check(model)
    print(len(checks))
"""
    environment = {**os.environ, "SCIPY_ARRAY_API": "1"}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    counts = run.stdout.split()
    if set(counts) == {"0"}:
        pytest.skip("this scikit-learn checks the array API only where an estimator claims it")
    assert len(counts) == len(CONFIGURATIONS) and "0" not in counts


@pytest.mark.parametrize("kind", KINDS)
def test_arrays_of_another_library_are_read_as_numpys(kind):
    strict = pytest.importorskip("array_api_strict", reason="needs array-api-strict")
    X, y = IRIS
    model = kind(epochs=3, random_state=0).fit(strict.asarray(X), strict.asarray(y))
    plain = kind(epochs=3, random_state=0).fit(X, y)
    np.testing.assert_array_equal(model.predict(strict.asarray(X)), plain.predict(X))


def test_the_example_in_the_docstring():
    result = doctest.testmod(lib.estimator)
    assert result.attempted > 0 and result.failed == 0


# The network under it


def test_two_classes_are_the_network_with_one_output():
    X, y = MOONS
    model = NeuralNetworkClassifier(
        (6, 4), activation="tanh", optimizer="momentum", learning_rate=0.3, batch_size=16,
        epochs=7, l2=0.2, random_state=3,
    ).fit(X, y)  # fmt: skip
    layers = [Dense(6), Tanh(), Dense(4), Tanh(), Dense(1)]
    net = Network(layers, n_inputs=2, initializer=xavier, penalty=L2(0.2), random_state=3)
    history = train(net, X.T, y[np.newaxis], Momentum(0.3), 7, batch_size=16, random_state=3)
    assert model.loss_curve_ == history.costs
    np.testing.assert_array_equal(model.decision_function(X), net.forward(X.T)[0])
    np.testing.assert_array_equal(model.predict_proba(X)[:, 1], net.predict_proba(X.T)[0])
    np.testing.assert_array_equal(model.predict(X), net.predict(X.T)[0])


def test_more_classes_are_the_network_with_softmax():
    X, y = IRIS
    rate = ExponentialDecay(0.02, 0.9, decay_steps=5)
    model = NeuralNetworkClassifier(
        (6, 4), learning_rate=rate, batch_norm=True, keep_prob=0.8, epochs=7, random_state=3
    ).fit(X, y)
    hidden = [[Dense(n, bias=False), BatchNorm(), ReLU(), Dropout(0.8)] for n in (6, 4)]
    net = Network([*hidden[0], *hidden[1], Dense(3)], 4, SoftmaxCrossEntropy(), he, random_state=3)
    history = train(net, X.T, np.eye(3)[:, y], Adam(rate), 7, batch_size=32, random_state=3)
    assert model.loss_curve_ == history.costs
    np.testing.assert_array_equal(model.decision_function(X), net.forward(X.T).T)
    np.testing.assert_array_equal(model.predict_proba(X), net.predict_proba(X.T).T)
    np.testing.assert_array_equal(model.predict(X), net.predict(X.T)[0])


def test_early_stopping_is_that_of_the_network():
    X, y = MOONS
    model = NeuralNetworkClassifier(
        early_stopping=True, patience=3, validation_fraction=0.3, epochs=500, random_state=1
    ).fit(X, y)
    X_train, X_dev, y_train, y_dev = train_test_split(
        X, y, test_size=0.3, stratify=y, random_state=1
    )
    net = Network([Dense(32), ReLU(), Dense(1)], 2, initializer=he, random_state=1)
    stopping, dev = EarlyStopping(3), (X_dev.T, y_dev[np.newaxis])
    history = train(
        net, X_train.T, y_train[np.newaxis], Adam(0.01), 500, 32, 1, dev, early_stopping=stopping
    )
    assert len(model.loss_curve_) == stopping.best_epoch + 1 + 3 < 500
    assert model.loss_curve_ == history.costs
    assert model.validation_scores_ == history.validation_accuracies
    assert model.score(X_dev, y_dev) == model.validation_scores_[stopping.best_epoch]
    np.testing.assert_array_equal(model.decision_function(X), net.forward(X.T)[0])


def test_early_stopping_holds_back_one_example_of_each_class_at_least(monkeypatch):
    seen = {}
    monkeypatch.setattr(lib.estimator, "train", lambda *_, **options: seen.update(options) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        small(early_stopping=True, validation_fraction=0.01).fit(*IRIS)
    np.testing.assert_array_equal(seen["validation"][1].sum(axis=1), [1, 1, 1])


def test_rows_reach_the_network_as_columns_without_a_copy(monkeypatch):
    X, seen = IRIS[0].copy(), []

    def spy(net, X, *args, **options):
        seen.append(X)
        return train(net, X, *args, **options)

    monkeypatch.setattr(lib.estimator, "train", spy)
    model = small().fit(X, IRIS[1])
    assert seen[0].shape == (4, 150) and np.shares_memory(seen[0], X)
    model.predict(X)
    assert np.shares_memory(model.network_.layers[0].cache, X)


@pytest.mark.parametrize(
    "form", [np.asfortranarray, np.ndarray.tolist, lambda X: X[:, ::-1][:, ::-1]]
)
def test_the_same_numbers_in_another_form_give_the_same_model(form):
    X, y = IRIS
    model = small().fit(form(X), list(y))
    assert same(model, small().fit(X, y))
    np.testing.assert_array_equal(model.predict_proba(form(X)), model.predict_proba(X))
    model.predict(form(X))
    assert model.network_.layers[0].cache.flags.f_contiguous  # columns in one piece


@pytest.mark.parametrize("given, used", [("f4", "f4"), ("f8", "f8"), ("i4", "f8"), ("?", "f8")])
@pytest.mark.parametrize("classes", [2, 3])
def test_float32_is_kept_and_all_else_is_float64(given, used, classes):
    X, y = IRIS[0].astype(given), IRIS[1] % classes
    model = small().fit(X, y)
    assert model.network_.dtype == model.predict_proba(X).dtype == np.dtype(used)


# Learning


@pytest.mark.parametrize(
    "load, at_least", [(load_iris, 0.93), (load_breast_cancer, 0.96), (load_digits, 0.92)]
)
def test_it_learns_out_of_the_box(load, at_least):
    model = make_pipeline(StandardScaler(), NeuralNetworkClassifier(random_state=0))
    assert cross_val_score(model, *load(return_X_y=True), cv=3).mean() > at_least


@pytest.mark.parametrize("labels", [NAMES, NAMES.astype(object), [-1, 5, 7], [0.0, 1.0, 2.0]])
def test_any_labels(labels):
    X, y = IRIS
    labels = np.asarray(labels)
    model, plain = small().fit(X, labels[y]), small().fit(X, y)
    assert same(model, plain)
    np.testing.assert_array_equal(model.classes_, labels)
    np.testing.assert_array_equal(model.predict(X), labels[plain.predict(X)])
    assert model.score(X, labels[y]) == plain.score(X, y)


def test_small_probabilities_are_not_lost():
    X, y = MOONS
    model = small(()).fit(X, y)
    model.network_.parameters = [0, 60, 0]
    probabilities = model.predict_proba([[0.0, 1.0], [0.0, -1.0]])
    np.testing.assert_allclose(probabilities, [[np.exp(-60), 1], [1, np.exp(-60)]], rtol=1e-12)


def test_log_probabilities():
    for X, y in [MOONS, IRIS]:
        model = small((6,)).fit(X, y)
        np.testing.assert_allclose(
            model.predict_log_proba(X), np.log(model.predict_proba(X)), atol=1e-12
        )


def test_log_probabilities_where_the_probability_is_rounded_to_nothing():
    scores = np.array([-1e6, -800, -40.0, 0, 3, 40, 800, 1e6])
    model = small(()).fit(*MOONS)
    model.network_.parameters = [0, 1, 0]
    found = model.predict_log_proba(np.column_stack([0 * scores, scores]))
    np.testing.assert_allclose(found, log_expit([-scores, scores]).T, rtol=1e-15)
    model = small(()).fit(*IRIS)
    model.network_.parameters = 0
    model.network_.parameters[[0, 5, 10]] = 1  # the scores are the first three inputs
    points = np.array([[1000.0, -1000, 0, 0], [40, 0, 0, 0], [1, 2, 3, 0]])
    expected = log_softmax(points[:, :3], axis=1)
    np.testing.assert_allclose(model.predict_log_proba(points), expected, rtol=1e-15, atol=1e-16)


@pytest.mark.parametrize("batch_size", [33, 10**6, None])
def test_a_batch_holds_at_most_all_examples(batch_size):
    X, y = IRIS[0][::5], IRIS[1][::5]
    assert same(small(batch_size=batch_size).fit(X, y), small(batch_size=30).fit(X, y))


@pytest.mark.parametrize(
    "m, batch_size, used", [(65, 32, 32), (33, 32, 33), (31, 6, 7), (61, 5, 7)]
)
def test_batch_norm_never_meets_a_single_example_left_over(m, batch_size, used):
    X, y = IRIS[0][:m], IRIS[1][:m] % 2 + (np.arange(m) < 9)
    model = small(batch_norm=True, batch_size=batch_size).fit(X, y)
    assert same(model, small(batch_norm=True, batch_size=used).fit(X, y))


# The same result at every fit


@pytest.mark.parametrize("options", [{}, {"keep_prob": 0.5, "batch_norm": True}])
def test_a_seed_gives_the_same_result_at_every_fit(options):
    model = small(**options).fit(*IRIS)
    before = copy.deepcopy(model)
    np.random.rand(3)  # what others draw makes no difference
    assert same(model.fit(*IRIS), before)
    assert not same(small(**options, random_state=1).fit(*IRIS), before)


def test_a_random_state_goes_on_and_none_draws_from_numpys():
    stream = np.random.RandomState(0)
    first, second = [copy.deepcopy(small(random_state=stream).fit(*IRIS)) for _ in range(2)]
    assert same(first, small(random_state=np.random.RandomState(0)).fit(*IRIS))
    assert not same(first, second)
    models = []
    for seed in [5, 5, 6]:
        np.random.seed(seed)
        models.append(small(random_state=None).fit(*IRIS))
    assert same(*models[:2]) and not same(*models[1:])


@pytest.mark.parametrize("optimizer", ["gradient_descent", "momentum", "rmsprop", "adam"])
def test_a_warm_start_and_partial_fits_are_one_longer_fit(optimizer):
    options = {"optimizer": optimizer, "keep_prob": 0.8, "batch_norm": True, "l2": 0.1}
    once = small(**options, epochs=5).fit(*IRIS)
    warm = small(**options, epochs=2, warm_start=True).fit(*IRIS)
    assert not same(warm, once)
    warm.set_params(epochs=3).fit(*IRIS)
    parts = small(**options)
    for _ in range(5):
        parts.partial_fit(*IRIS, classes=[2, 1, 0])
    assert same(warm, once) and same(parts, once)
    assert same(once.fit(*IRIS), warm)  # without a warm start, fit begins afresh


@pytest.mark.parametrize("copied", ["pickle", "joblib", "deepcopy"])
def test_a_copy_is_the_same_and_continues_the_same(copied):
    model = small(warm_start=True, keep_prob=0.8, batch_norm=True).fit(*IRIS)
    if copied == "joblib":
        file = io.BytesIO()
        joblib.dump(model, file)
        twin = joblib.load(file)
    else:
        twin = copy.deepcopy(model) if copied == "deepcopy" else pickle.loads(pickle.dumps(model))
    assert same(twin, model)
    assert same(twin.fit(*IRIS), model.fit(*IRIS))


def test_a_clone_is_not_fitted():
    model = small((6, 4), learning_rate=ExponentialDecay(0.01, 0.9), l2=0.3).fit(*IRIS)
    twin = clone(model)
    with pytest.raises(NotFittedError):
        twin.predict(IRIS[0])
    assert same(twin.fit(*IRIS), model)


def test_a_learning_rate_changed_in_between_takes_effect():
    model = small(warm_start=True).fit(*IRIS)
    slow, fast = copy.deepcopy(model), copy.deepcopy(model)
    before = model.network_.parameters
    for one, rate in [(slow, 1e-9), (fast, 0.1)]:
        one.set_params(learning_rate=rate).fit(*IRIS)
    assert np.abs(slow.network_.parameters - before).max() < 1e-6
    assert np.abs(fast.network_.parameters - before).max() > 1e-2


def test_partial_fit_takes_classes_that_are_yet_to_come():
    X, y = IRIS
    model = small().partial_fit(X[:50], NAMES[y[:50]], classes=NAMES)
    assert model.predict_proba(X).shape == (150, 3)
    for start in [50, 100] * 30:
        part = slice(start - 50, start + 50)
        model.partial_fit(X[part], NAMES[y[part]])
    assert model.score(X, NAMES[y]) > 0.9 and len(model.loss_curve_) == 61


# In the company of scikit-learn's tools


def in_a_pipeline(**options):
    return make_pipeline(StandardScaler(), small(**options))


def scores(search):
    return {
        name: list(column) for name, column in search.cv_results_.items() if "test_score" in name
    }


def test_a_grid_search_gives_the_same_on_one_core_and_on_two():
    grid = {
        "neuralnetworkclassifier__hidden_layer_sizes": [(), (4,), (8, 4)],
        "neuralnetworkclassifier__keep_prob": [0.8, 1],
    }
    one, two = [
        GridSearchCV(in_a_pipeline(), grid, cv=3, n_jobs=n_jobs).fit(*IRIS) for n_jobs in (1, 2)
    ]
    assert scores(one) == scores(two) and len(one.cv_results_["params"]) == 6
    assert one.best_params_ == two.best_params_
    np.testing.assert_array_equal(one.predict_proba(IRIS[0]), two.predict_proba(IRIS[0]))


def test_a_random_search_draws_what_the_network_takes():
    drawn = {
        "learning_rate": loguniform(1e-4, 1e-1),
        "hidden_layer_sizes": np.arange(3, 9),  # numbers and truth values of NumPy, too
        "batch_norm": np.array([True, False]),
        "activation": np.array(["relu", "tanh"]),
    }
    search = RandomizedSearchCV(small(), drawn, n_iter=6, cv=3, random_state=0).fit(*IRIS)
    again = RandomizedSearchCV(small(), drawn, n_iter=6, cv=3, random_state=0).fit(*IRIS)
    assert scores(search) == scores(again)
    assert len(set(search.cv_results_["param_learning_rate"])) == 6
    assert search.best_score_ > 0.8


def test_epochs_can_be_what_a_halving_search_spends():
    search = HalvingRandomSearchCV(
        small(), {"learning_rate": loguniform(1e-4, 1e-1)}, resource="epochs", min_resources=2,
        max_resources=18, n_candidates=9, cv=3, random_state=0,
    ).fit(*IRIS)  # fmt: skip
    assert search.n_resources_ == [2, 6, 18] and search.best_params_["epochs"] == 18


def frames_of(library):
    """The library, if it is there and scikit-learn reads the names of its columns."""
    frames = pytest.importorskip(library, reason=f"data frames need {library}")
    scaler = StandardScaler().fit(frames.DataFrame({"a": [0.0, 1.0]}))
    if not hasattr(scaler, "feature_names_in_"):
        pytest.skip(f"this scikit-learn does not know this version of {library}")
    return frames


@pytest.mark.parametrize("library", ["pandas", "polars"])
@pytest.mark.parametrize("kind", KINDS)
def test_data_frames(library, kind):
    frames = frames_of(library)
    X = frames.DataFrame(dict(zip("abcd", IRIS[0].T, strict=True)))
    model = kind(epochs=3, random_state=0).fit(X, frames.Series(IRIS[1]))
    assert list(model.feature_names_in_) == ["a", "b", "c", "d"] and model.n_features_in_ == 4
    plain = kind(epochs=3, random_state=0).fit(*IRIS)
    np.testing.assert_array_equal(model.predict(X), plain.predict(IRIS[0]))
    with pytest.raises(ValueError, match="feature names should match those that were passed"):
        model.predict(X[["b", "a", "c", "d"]])
    assert not hasattr(model.fit(*IRIS), "feature_names_in_")


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_frames_from_a_step_before(library):
    frames_of(library)
    model = in_a_pipeline().set_output(transform=library).fit(*IRIS)
    assert list(model[-1].feature_names_in_) == ["x0", "x1", "x2", "x3"]
    plain = in_a_pipeline().fit(*IRIS)
    np.testing.assert_array_equal(model.predict_proba(IRIS[0]), plain.predict_proba(IRIS[0]))


def test_a_column_of_labels_is_taken_with_scikit_learns_warning():
    X, y = IRIS
    with pytest.warns(DataConversionWarning, match="A column-vector y was passed when a 1d array"):
        model = small().fit(X, y[:, np.newaxis])
    assert same(model, small().fit(X, y))


# What it shows


def test_its_repr_names_what_is_not_as_usual():
    assert repr(NeuralNetworkClassifier()) == "NeuralNetworkClassifier()"
    model = NeuralNetworkClassifier((20, 7), learning_rate=ExponentialDecay(0.01, 0.9))
    assert repr(model) == (
        "NeuralNetworkClassifier(hidden_layer_sizes=(20, 7),\n"
        "                        learning_rate=ExponentialDecay(0.01, 0.9, 1))"
    )


@pytest.mark.parametrize("fitted", [False, True])
def test_its_diagram_shows_every_parameter(fitted):
    model = small(learning_rate=ExponentialDecay(0.01, 0.9))
    page = (model.fit(*IRIS) if fitted else model)._repr_mimebundle_()["text/html"]
    for name in model.get_params():
        assert f">{name}<" in page.replace(" ", "")
    assert ("<span>Fitted</span>" in page) == fitted
    assert "ExponentialDecay(0.01, 0.9, 1)" in page
    assert "at 0x" not in page and "NeuralNetworkClassifier.html" not in page


@pytest.mark.parametrize("verbose", [False, True])
def test_a_progress_bar_for_who_wants_one(verbose, capsys, monkeypatch):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    small(verbose=verbose).fit(*IRIS)
    assert ("epoch" in capsys.readouterr().err) == verbose


# What does not fit


def test_a_fit_that_diverges_says_so_and_a_search_goes_on():
    wild = {"optimizer": "gradient_descent", "learning_rate": 1e200}
    with pytest.raises(Diverged, match="Try a smaller learning rate"):
        small(**wild).fit(*IRIS)
    search = GridSearchCV(small(**wild), {"learning_rate": [1e200, 0.1]}, cv=3)
    with pytest.warns(FitFailedWarning, match="Diverged"), pytest.warns(match="non-finite"):
        search.fit(*IRIS)
    assert np.isnan(search.cv_results_["mean_test_score"][0])
    assert search.best_params_ == {"learning_rate": 0.1}


X, Y = IRIS
WITH_NAN = np.where(np.arange(600).reshape(150, 4) == 6, np.nan, X)


@pytest.mark.parametrize(
    "options, X, y, error, message",
    [
        ({}, WITH_NAN, Y, ValueError, "Input X contains NaN"),
        ({}, np.where(X > 2, np.inf, X), Y, ValueError, "Input X contains infinity"),
        ({}, X[0], Y[:4], ValueError, "Expected 2D array, got 1D array instead"),
        ({}, csr_array(X), Y, TypeError, "Sparse data was passed for X, but dense data is"),
        ({}, X[:0], Y[:0], ValueError, "Found array with 0 sample(s)"),
        ({}, X, Y[1:], ValueError, "Found input variables with inconsistent numbers of samples"),
        ({}, X, None, ValueError, "requires y to be passed, but the target y is None"),
        ({}, X, X[:, 0], ValueError, "Unknown label type: continuous"),
        ({}, X, np.eye(3)[Y], ValueError, "y should be a 1d array, got an array of shape (150, 3)"),
        ({}, X[:50], NAMES[Y[:50]], ValueError, "the data contains only one class: 'setosa'"),
        ({}, np.ma.masked_greater(X, 2), Y, ValueError, "X has 10 masked values; it needs a num"),
        ({}, X, np.ma.masked_equal(Y, 1), ValueError, "y has 50 masked values; it needs a number"),
        ({"learning_rate": lambda step: -1}, X, Y, ValueError, "that the schedule returned is -1"),
        ({"batch_norm": True, "batch_size": 1}, X, Y, ValueError, "a training batch of 1 example"),
        ({"early_stopping": True}, X[49:], Y[49:], ValueError, "The least populated class"),
        ({"early_stopping": True}, X[:1], Y[:1], ValueError, "Found array with 1 sample(s)"),
    ],
)  # fmt: skip
def test_bad_data_are_answered_in_scikit_learns_words(options, X, y, error, message):
    with pytest.raises(error, match=words(message)):
        small(**options).fit(X, y)


PARAMETERS = [
    ("hidden_layer_sizes", (5, 0), ValueError, "hidden_layer_sizes[1] is 0; it needs to be at le"),
    ("hidden_layer_sizes", 0, ValueError, "hidden_layer_sizes is 0; it needs to be at least 1"),
    ("hidden_layer_sizes", (2.5,), TypeError, "hidden_layer_sizes[0] is 2.5; it needs to be a wh"),
    ("hidden_layer_sizes", "20", TypeError, "hidden_layer_sizes is '20'; it needs to be such as"),
    ("activation", "elu", ValueError, "activation is 'elu'; it needs to be one of 'relu', 'leaky"),
    ("optimizer", Adam(0.1), ValueError, "it needs to be one of 'gradient_descent', 'momentum',"),
    ("learning_rate", 0, ValueError, "learning_rate is 0; it needs to be a finite number in (0,"),
    ("learning_rate", "adaptive", TypeError, "learning_rate is 'adaptive'; it needs to be a numb"),
    ("batch_size", "auto", TypeError, "batch_size is 'auto'; it needs to be a whole number"),
    ("batch_size", 0, ValueError, "batch_size is 0; it needs to be at least 1"),
    ("epochs", 0, ValueError, "epochs is 0; it needs to be at least 1"),
    ("l2", -1, ValueError, "l2 is -1; it needs to be a finite number in [0, inf)"),
    ("keep_prob", 0, ValueError, "keep_prob is 0; it needs to be a finite number in (0, 1]"),
    ("batch_norm", "yes", ValueError, "batch_norm is 'yes'; it needs to be one of False, True"),
    ("early_stopping", None, ValueError, "early_stopping is None; it needs to be one of False"),
    ("validation_fraction", 1.0, ValueError, "validation_fraction is 1.0; it needs to be a finit"),
    ("patience", 0, ValueError, "patience is 0; it needs to be at least 1"),
    ("random_state", -1, ValueError, "random_state is -1; it needs to be between 0 and"),
    ("warm_start", 2, ValueError, "warm_start is 2; it needs to be one of False, True"),
    ("verbose", "yes", TypeError, "verbose is 'yes'; it needs to be a whole number"),
]
OF_ONE = {
    NeuralNetworkClassifier: [
        ("class_weight", "even", ValueError, "class_weight is 'even'; it needs to be None, 'balan"),
        ("class_weight", {1: -1}, ValueError, "class_weight[1] is -1; it needs to be a finite num"),
        ("class_weight", {1: "a"}, TypeError, "class_weight[1] is 'a'; it needs to be a number"),
        ("class_weight", {7: 2}, ValueError, "class_weight names [7], which are no labels, and no"),
    ],
    NeuralNetworkRegressor: [
        (
            "loss",
            "huber",
            ValueError,
            "loss is 'huber'; it needs to be one of 'squared_error', 'ab",
        ),
    ],
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_bad_parameter_is_answered_in_the_librarys_words(kind):
    tried = PARAMETERS + OF_ONE[kind]
    for name, value, error, message in tried:
        for door in ["fit", "partial_fit"]:
            model = kind(**{name: value})
            first = {"classes": [0, 1, 2]} if door != "fit" and is_classifier(model) else {}
            with pytest.raises(error, match=words(message)):
                getattr(model, door)(X, Y, **first)
    assert {name for name, *_ in tried} == set(kind().get_params())


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_and_truth_values_of_numpy_are_taken(kind):
    options = {"batch_norm": np.True_, "verbose": np.False_, "random_state": np.int32(3)}
    options |= {"epochs": np.int64(2), "l2": np.float32(1), "keep_prob": 1, "activation": "tanh"}
    model = kind(np.array([3, 2]), **options).fit(X, Y)
    options |= {"batch_norm": True, "verbose": 0, "random_state": 3, "epochs": 2, "l2": 1.0}
    assert kind((3, 2), **options).fit(X, Y).loss_curve_ == model.loss_curve_


def test_bad_input_after_the_first_call():
    fresh, fitted = small(), small(warm_start=True).fit(X, NAMES[Y])
    with pytest.raises(NotFittedError, match="not fitted yet"):
        fresh.predict(X)
    with pytest.raises(ValueError, match="X has 3 features, but NeuralNetworkClassifier is expec"):
        fitted.predict_proba(X[:, :3])
    with pytest.raises(ValueError, match="X has 3 features, but NeuralNetworkClassifier is expec"):
        fitted.fit(X[:, :3], NAMES[Y])
    with pytest.raises(ValueError, match="X has 10 masked values"):
        fitted.predict(np.ma.masked_greater(X, 2))
    with pytest.raises(ValueError, match="classes must be passed on the first call to partial_fit"):
        fresh.partial_fit(X, Y)
    with pytest.raises(ValueError, match="is not the same as on last call to partial_fit"):
        fitted.partial_fit(X, NAMES[Y], classes=NAMES[:2])
    with pytest.raises(ValueError, match=words("`y` has classes not in `self.classes_`. `self.cl")):
        fitted.partial_fit(X, np.char.upper(NAMES)[Y])
    with pytest.raises(ValueError, match=words("`y` has classes not in `self.classes_`. `self.cl")):
        small().partial_fit(X, Y, classes=[0, 1])


@pytest.mark.parametrize(
    "labels",
    [
        ["p", "q", "r"],  # of another kind
        [1, 2, 3],
        ["0", "1", "2"],
        [0, 1, 1],  # fewer
        [True, True, False],
    ],
)
def test_a_warm_start_with_other_labels_names_old_and_new(labels):
    model, labels = small(warm_start=True).fit(X, Y), np.array(labels)
    message = f"Previously got {model.classes_}, `y` has {np.unique(labels)}"
    with pytest.raises(ValueError, match=words(message)):
        model.fit(X, labels[Y])
    assert same(model, small().fit(X, Y))


@pytest.mark.parametrize("labels", [[0.0, 1.0, 2.0], np.array([0, 1, 2], np.int8)])
def test_a_warm_start_with_the_same_labels_in_another_form_goes_on(labels):
    model = small(warm_start=True).fit(X, Y).fit(X, np.array(labels)[Y])
    assert same(model, small(epochs=8).fit(X, Y))


# What depends on a parameter


@pytest.mark.parametrize("kind", KINDS)
def test_partial_fit_and_early_stopping_exclude_each_other_and_it_is_said(kind):
    model = kind(early_stopping=True)
    with pytest.raises(AttributeError, match="early_stopping=True and partial_fit exclude each"):
        model.partial_fit(X, Y)
    assert not hasattr(model, "partial_fit")
    assert hasattr(model.set_params(early_stopping=False), "partial_fit")


@pytest.mark.parametrize("name", ["validation_scores_", "best_validation_score_"])
def test_what_only_early_stopping_has_says_so(name):
    model = small().fit(X, Y)
    with pytest.raises(AttributeError, match=f"no {name} here: it needs a fit with early_stopping"):
        getattr(model, name)
    assert hasattr(model.set_params(early_stopping=True).fit(X, Y), name)
    assert not hasattr(model.set_params(early_stopping=False).fit(X, Y), name)


def test_an_array_has_no_feature_names_and_it_is_said():
    with pytest.raises(AttributeError, match="no feature_names_in_ here: it needs a fit to an X "):
        _ = small().fit(X, Y).feature_names_in_


def test_what_is_not_there_at_all_gets_pythons_words():
    for model in [small(), small().fit(X, Y)]:
        with pytest.raises(AttributeError, match="'NeuralNetworkClassifier' object has no attrib"):
            _ = model.coefs
    with pytest.raises(AttributeError, match="no attribute 'validation_scores_'"):
        _ = small().validation_scores_  # not fitted: there is nothing to say yet


# A refusal changes nothing


def state(model):
    """A hash of all that an estimator holds, attribute by attribute."""
    return {name: joblib.hash(value) for name, value in vars(model).items()}


def stateful(kind, **options):
    """An estimator with running averages, dropped units and a stream of its own."""
    options = {"keep_prob": 0.8, "batch_norm": True, "epochs": 2} | options
    return kind((5,), random_state=np.random.RandomState(0), **options)


def wild(step):
    """A schedule that ends in numbers that no float can hold, after some good steps."""
    return 0.01 if step < 2 else 1e308


def falling(step):
    """A schedule that falls below 0."""
    return 3 - step


BAD_DATA = {
    "X with NaN": (WITH_NAN, Y),
    "X in one row": (X[0], Y[:4]),
    "sparse X": (csr_array(X), Y),
    "masked X": (np.ma.masked_greater(X, 2), Y),
    "X of words": (np.full(X.shape, "a"), Y),
    "another number of y": (X, Y[1:]),
    "no y": (X, None),
    "y with NaN": (X, np.where(Y == 1, np.nan, Y)),
    "y in three dimensions": (X, np.ones((150, 2, 2))),
}
REFUSALS = {
    **{name: (data, labels, {}) for name, (data, labels) in BAD_DATA.items()},
    **{f"{name}={value}": (X, Y, {name: value}) for name, value, *_ in PARAMETERS},
    "a single example of batch norm": (X, Y, {"batch_size": 1}),
    "a schedule that is wrong later": (X, Y, {"learning_rate": falling}),
    "a rate that diverges": (X, Y, {"learning_rate": wild, "optimizer": "gradient_descent"}),
}
DOORS = {
    "first fit": lambda kind: stateful(kind).fit,
    "fit again": lambda kind: stateful(kind).fit(X, Y).fit,
    "warm fit": lambda kind: stateful(kind, warm_start=True).fit(X, Y).fit,
    "fit with early stopping": lambda kind: stateful(kind, early_stopping=True).fit(X, Y).fit,
    "first partial_fit": lambda kind: stateful(kind).partial_fit,
    "partial_fit": lambda kind: stateful(kind).fit(X, Y).partial_fit,
}


def refused(kind, door, X, y, options):
    """Knock; the estimator, and what it held before."""
    knock = DOORS[door](kind)
    model = knock.__self__.set_params(**options)
    before = state(model)
    first = {"classes": [0, 1, 2]} if "partial" in door and is_classifier(model) else {}
    with np.errstate(all="ignore"), pytest.raises((ArithmeticError, TypeError, ValueError)):
        knock(X, y, **first)
    return model, before


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_changes_nothing(kind, door):
    for name, arguments in REFUSALS.items():
        model, before = refused(kind, door, *arguments)
        assert state(model) == before, name


def test_nor_does_the_refusal_of_labels():
    for door in ["warm fit", "partial_fit", "first partial_fit"]:
        for labels in [[0, 1, 7], ["a", "b", "c"]]:
            model, before = refused(NeuralNetworkClassifier, door, X, np.array(labels)[Y], {})
            assert state(model) == before


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", KINDS)
def test_that_check_can_fail(kind, door, monkeypatch):
    monkeypatch.setattr(lib.estimator._NeuralNetwork, "_copy", lambda self, go_on: self)
    model, before = refused(kind, door, *REFUSALS["a rate that diverges"])
    assert state(model) != before


@pytest.mark.parametrize("kind", KINDS)
def test_after_a_refusal_it_goes_on_as_if_nothing_had_been(kind):
    model, twin = stateful(kind).fit(X, Y), stateful(kind).fit(X, Y)
    for data, labels in BAD_DATA.values():
        with pytest.raises((TypeError, ValueError)):
            model.partial_fit(data, labels)
    model.partial_fit(X, Y)
    twin.partial_fit(X, Y)
    np.testing.assert_array_equal(model.predict(X), twin.predict(X))
    assert model.loss_curve_ == twin.loss_curve_


def test_a_refused_first_partial_fit_leaves_it_unfitted():
    model = small()
    with pytest.raises(ValueError, match="has classes not in"):
        model.partial_fit(X[:5], [0, 1, 2, 3, 1], classes=[0, 1, 2])
    with pytest.raises(NotFittedError):
        model.predict(X)
    assert same(model.fit(X, Y), small().fit(X, Y))


# What users of scikit-learn's perceptron look for


def differences(text):
    """The names in the first column of the docstring's table, and what stands beside each."""
    table = text.split("Beside scikit-learn's MLP")[1].split(">>>")[0]
    rows = re.findall(r"^        (\w+)  +(\S.*)$", table, re.MULTILINE)
    return dict(rows)


def perceptron(**options):
    model = MLPClassifier(random_state=0, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, Y)


def test_the_table_of_differences_is_complete():
    theirs, ours = perceptron(max_iter=2), small(early_stopping=True).fit(X, Y)
    looked_for = {*theirs.get_params(), *vars(theirs), *dir(theirs)}
    missing = {name for name in looked_for if name[0] != "_" and not hasattr(ours, name)}
    # Names that are here too, and mean or take something else.
    other = {"activation", "batch_size", "learning_rate"}
    other |= {"best_loss_", "best_validation_score_", "validation_scores_"}
    assert len(missing) > 15
    assert set(differences(NeuralNetworkClassifier.__doc__)) == missing - {"partial_fit"} | other


def test_the_table_says_where_the_perceptrons_numbers_are():
    theirs, ours = perceptron(hidden_layer_sizes=(5, 3), max_iter=4), small((5, 3)).fit(X, Y)
    table, names = differences(NeuralNetworkClassifier.__doc__), {"network_": ours.network_}
    for name in ["coefs_", "intercepts_"]:
        found = [array.shape for array in eval(table[name], names)]
        assert found == [array.shape for array in getattr(theirs, name)]
    assert eval(table["n_outputs_"], names) == theirs.n_outputs_ == 3
    assert ours.n_iter_ * len(X) == theirs.t_


def test_the_costs_by_the_perceptrons_names():
    model = small(warm_start=True).fit(X, Y)
    assert model.n_iter_ == 4 and model.loss_ == model.loss_curve_[-1]
    model.set_params(learning_rate=0.3).fit(X, Y)
    assert model.n_iter_ == len(model.loss_curve_) == 8
    assert model.best_loss_ == min(model.loss_curve_)
    stopped = small(early_stopping=True, epochs=60, patience=5, learning_rate=0.1).fit(X, Y)
    assert stopped.best_validation_score_ in stopped.validation_scores_
    assert stopped.n_iter_ == len(stopped.validation_scores_)


# Only public names of scikit-learn's


def private(source):
    """The names with an underscore that a source takes from scikit-learn."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "sklearn":
            names = [*node.module.split("."), *(alias.name for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [part for alias in node.names for part in alias.name.split(".")]
        elif isinstance(node, (ast.Attribute, ast.Name)):  # what a base class would look at
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            looked_at = {"_parameter_constraints", "_validate_params", *vars(BaseEstimator)}
            names = [name] if name in looked_at else []
        else:
            continue
        found += [name for name in names if name[0] == "_" and name[:2] != "__"]
    return found


def test_the_estimators_take_only_public_names():
    source = (ROOT / "lib/estimator.py").read_text(encoding="utf-8")
    assert private(source) == []


@pytest.mark.parametrize(
    "line, name",
    [
        ("from sklearn.base import BaseEstimator, _fit_context", "_fit_context"),
        ("from sklearn.utils._param_validation import Interval", "_param_validation"),
        ("import sklearn.utils._tags", "_tags"),
        ("class A:\n    _parameter_constraints = {}", "_parameter_constraints"),
        ("self._validate_params()", "_validate_params"),
    ],
)
def test_a_private_name_is_noticed(line, name):
    assert private(line) == [name]


# Weights


WEIGHTS = np.random.RandomState(0).randint(5, size=150)


@pytest.mark.parametrize("kind", KINDS)
def test_whole_weights_are_repeated_examples(kind):
    model, repeated = [kind((5,), batch_size=None, epochs=20, random_state=0, activation="tanh")
                       for _ in range(2)]  # fmt: skip
    model.fit(X, Y, sample_weight=WEIGHTS)
    repeated.fit(X.repeat(WEIGHTS, axis=0), Y.repeat(WEIGHTS))
    np.testing.assert_allclose(model.loss_curve_, repeated.loss_curve_, rtol=1e-12)
    model.set_params(warm_start=True).fit(X, Y, sample_weight=WEIGHTS)
    repeated.partial_fit(X.repeat(WEIGHTS, axis=0), Y.repeat(WEIGHTS))
    np.testing.assert_allclose(model.loss_curve_[20], repeated.loss_curve_[20], rtol=1e-12)


@pytest.mark.parametrize("options", [{}, {"early_stopping": True}, {"batch_norm": True}])
@pytest.mark.parametrize("kind", KINDS)
def test_an_example_of_weight_0_is_not_there(kind, options):
    model, without = [kind((5,), epochs=5, random_state=0, **options) for _ in range(2)]
    w = np.where(WEIGHTS > 1, WEIGHTS / 7, 0)
    model.fit(X, Y, sample_weight=w)
    without.fit(X[w > 0], Y[w > 0], sample_weight=w[w > 0])
    assert model.loss_curve_ == without.loss_curve_
    np.testing.assert_array_equal(model.predict(X), without.predict(X))


@pytest.mark.parametrize("scale", [1, 3.5])
@pytest.mark.parametrize("kind", KINDS)
def test_weights_that_are_all_the_same_change_nothing(kind, scale):
    model, plain = kind((5,), epochs=5, random_state=0), kind((5,), epochs=5, random_state=0)
    model.fit(X, Y, sample_weight=np.full(150, scale))
    np.testing.assert_allclose(model.loss_curve_, plain.fit(X, Y).loss_curve_, rtol=1e-9)


def test_a_class_of_weight_0_only_is_no_class():
    assert small().fit(X, Y, sample_weight=Y > 0).classes_.tolist() == [1, 2]
    with pytest.raises(ValueError, match="the data contains only one class: 2"):
        small().fit(X, Y, sample_weight=Y > 1)


@pytest.mark.parametrize("early", [False, True])
@pytest.mark.parametrize("weights", [None, WEIGHTS + 1])
@pytest.mark.parametrize("labels", [[0, 1, 2], NAMES])
def test_weights_of_classes_are_weights_of_their_examples(labels, weights, early):
    labels = np.asarray(labels)
    y = labels[Y]
    by_class = dict(zip(labels.tolist(), [1, 0.5, 20], strict=True))
    balanced = compute_class_weight("balanced", classes=labels, y=y, sample_weight=weights)
    for given, used in [(by_class, [1, 0.5, 20]), ("balanced", balanced)]:
        model = small(class_weight=given, early_stopping=early).fit(X, y, weights)
        used = np.array(used)[Y] * (1 if weights is None else weights)
        plain = small(early_stopping=early).fit(X, y, used)
        np.testing.assert_allclose(model.loss_curve_, plain.loss_curve_, rtol=1e-12)
        if early:
            assert model.validation_scores_ == plain.validation_scores_


def test_a_label_that_is_not_named_counts_1():
    model = small(class_weight={1: 3}).fit(X, Y)
    assert same(model, small(class_weight={0: 1, 1: 3, 2: 1}).fit(X, Y))
    assert same(model, small().fit(X, Y, sample_weight=np.where(Y == 1, 3, 1)))
    two = small(class_weight={0: 1, 1: 3, 2: 9}).fit(X[:100], Y[:100])  # a part of the data
    assert two.classes_.tolist() == [0, 1]


@pytest.mark.parametrize("weights", [{0: 0}, {0: 0, 1: 0}])
@pytest.mark.parametrize("options", [{}, {"batch_norm": True, "batch_size": 7}])
@pytest.mark.parametrize("m", [20, 52, 101, 150])  # fewer left than a batch, one left over, ...
def test_a_class_of_weight_0_is_left_out_and_stays_a_class(m, weights, options):
    order = np.random.RandomState(0).permutation(150)[:m]
    model = small(class_weight=weights, **options).fit(X[order], Y[order])
    assert model.n_iter_ == 4 and model.classes_.tolist() == [0, 1, 2]


@pytest.mark.parametrize("batch_size", [16, 100, 150, None])
@pytest.mark.parametrize("w", [None, WEIGHTS + 1])
def test_a_class_of_weight_0_teaches_nothing(batch_size, w):
    model = small(class_weight={1: 0}, batch_size=batch_size).fit(X, Y, w)
    others, without = Y != 1, small(batch_size=batch_size)
    for _ in range(model.epochs):
        w_others = None if w is None else w[others]
        without.partial_fit(X[others], Y[others], [0, 1, 2], sample_weight=w_others)
    np.testing.assert_allclose(model.loss_curve_, without.loss_curve_, rtol=1e-9)
    np.testing.assert_allclose(model.predict_proba(X), without.predict_proba(X), rtol=1e-9)


def test_a_class_of_weight_0_and_early_stopping():
    model = small(class_weight={1: 0}, early_stopping=True, epochs=30).fit(X, Y)
    assert model.classes_.tolist() == [0, 1, 2] and set(model.predict(X)) == {0, 2}
    assert model.best_validation_score_ == 1


@pytest.mark.parametrize(
    "weights, w, dtype, message",
    [
        ({0: 0, 1: 0, 2: 0}, None, float, "class_weight, by example, sums to 0.0; it needs a fin"),
        ({0: 1e308, 1: 1e308}, None, float, "class_weight, by example, sums to inf; it needs a"),
        ({0: 1e308}, WEIGHTS, float, "class_weight times sample_weight, by example,[0] is inf"),
        ({0: 1e39}, None, np.float32, "class_weight, by example,[0] is inf; it needs finite numb"),
    ],
)
def test_weights_of_classes_that_cannot_be_used(weights, w, dtype, message):
    if w is not None:
        w = w + 2
    with pytest.raises(ValueError, match=words(message)):
        small(class_weight=weights).fit(X.astype(dtype), Y, w)


@pytest.mark.parametrize("kind", KINDS)
def test_a_score_uses_nothing_that_a_mask_hides(kind):
    model = kind((5,), epochs=2, random_state=0).fit(X, Y)
    for arguments, name in [
        ((np.ma.masked_greater(X, 2), Y), "X has 10"),
        ((X, np.ma.masked_equal(Y, 1)), "y has 50"),
        ((X, Y, np.ma.masked_equal(WEIGHTS, 1)), "sample_weight has 24"),
    ]:
        with pytest.raises(ValueError, match=f"{name} masked values; it needs a number in every"):
            model.score(*arguments)
    assert model.score(X, np.ma.array(Y), WEIGHTS) == model.score(X, Y, WEIGHTS)
    with pytest.raises(ValueError, match="classes has 1 masked values"):
        small().partial_fit(X, Y, classes=np.ma.masked_equal([0, 1, 2], 2))


def test_weights_of_classes_in_partial_fit():
    model, plain = small(class_weight={1: 3}), small()
    for _ in range(2):
        model.partial_fit(X[40:], Y[40:], [0, 1, 2], sample_weight=WEIGHTS[40:])
        w = WEIGHTS[40:] * np.where(Y[40:] == 1, 3, 1)
        plain.partial_fit(X[40:], Y[40:], [0, 1, 2], sample_weight=w)
    assert same(model, plain)
    with pytest.raises(ValueError, match="'balanced'; partial_fit needs None or a dictionary"):
        small(class_weight="balanced").partial_fit(X, Y, [0, 1, 2])


def test_balanced_classes_find_the_rare_one():
    X, y = make_classification(2000, weights=[0.97], class_sep=0.8, random_state=0)
    plain, balanced = [
        cross_val_score(small((8,), 30, class_weight=weight), X, y, cv=3, scoring="recall").mean()
        for weight in (None, "balanced")
    ]
    assert balanced > plain + 0.05  # of the rare class it finds more


@pytest.mark.parametrize(
    "w, message",
    [
        (np.ones(149), "sample_weight has shape (149,); it needs (150,)"),
        (np.ones((150, 2)), "sample_weight has shape (150, 2); it needs (150,)"),
        (np.where(np.arange(150) == 7, -1, 1), "sample_weight[7] is -1"),
        (np.where(np.arange(150) == 7, np.nan, 1), "sample_weight[7] is nan"),
        (np.zeros(150), "sample_weight sums to 0.0; it needs a finite sum above zero"),
        (np.ma.masked_equal(WEIGHTS, 1), "sample_weight has 24 masked values"),
    ],
)
def test_bad_weights_are_refused_and_change_nothing(w, message):
    for kind in KINDS:
        for door in DOORS:
            model = DOORS[door](kind).__self__
            before = state(model)
            first = {"classes": [0, 1, 2]} if "partial" in door and is_classifier(model) else {}
            method = model.partial_fit if "partial" in door else model.fit
            with pytest.raises(ValueError, match=words(message)):
                method(X, Y, sample_weight=w, **first)
            assert state(model) == before


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_weights_in_a_series(library):
    frames = pytest.importorskip(library, reason=f"a series needs {library}")
    model = small().fit(X, Y, sample_weight=frames.Series(WEIGHTS))
    assert same(model, small().fit(X, Y, sample_weight=WEIGHTS.tolist()))


def test_a_search_hands_weights_on_where_they_are_asked_for():
    w = WEIGHTS + 0.5
    with config_context(enable_metadata_routing=True):
        asking = small().set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        weighted = GridSearchCV(asking, {"l2": [0, 1]}, cv=3).fit(X, Y, sample_weight=w)
        pipe = make_pipeline(StandardScaler().set_fit_request(sample_weight=False), asking)
        through = cross_validate(pipe, X, Y, cv=3, params={"sample_weight": w})
        deaf = small().set_fit_request(sample_weight=False).set_score_request(sample_weight=False)
        unweighted = GridSearchCV(deaf, {"l2": [0, 1]}, cv=3).fit(X, Y)
        with pytest.raises(UnsetMetadataPassedError, match="sample_weight"):
            GridSearchCV(small(), {"l2": [0, 1]}, cv=3).fit(X, Y, sample_weight=w)
        streaming = small().set_partial_fit_request(classes=True, sample_weight=True)
        assert streaming.get_metadata_routing().partial_fit.requests == {
            "classes": True, "sample_weight": True
        }  # fmt: skip
    assert same(weighted.best_estimator_, small(l2=weighted.best_params_["l2"]).fit(X, Y, w))
    assert not same(weighted.best_estimator_, unweighted.best_estimator_)
    assert len(through["test_score"]) == 3


# Numbers instead of classes


def test_a_regressor_is_the_network_with_squared_errors():
    X, y = DIABETES
    model = small_regressor(
        (6, 4), activation="tanh", optimizer="momentum", learning_rate=0.1, batch_size=64, l2=0.2
    ).fit(X, y)
    layers = [Dense(6), Tanh(), Dense(4), Tanh(), Dense(1)]
    net = Network(layers, 10, SquaredError(), xavier, L2(0.2), random_state=0)
    history = train(net, X.T, y[np.newaxis], Momentum(0.1), 4, batch_size=64, random_state=0)
    assert model.loss_curve_ == history.costs
    np.testing.assert_array_equal(model.predict(X), net.predict(X.T)[0])


def test_early_stopping_of_a_regressor():
    X, y = DIABETES
    options = {"early_stopping": True, "patience": 4, "loss": "absolute_error"}
    model = small_regressor((20,), epochs=300, **options).fit(X, y)
    X_train, X_dev, y_train, y_dev = train_test_split(X, y, test_size=45, random_state=0)
    net = Network([Dense(20), ReLU(), Dense(1)], 10, AbsoluteError(), he, random_state=0)
    stopping, dev = EarlyStopping(4), (X_dev.T, y_dev[np.newaxis])
    history = train(
        net, X_train.T, y_train[np.newaxis], Adam(0.01), 300, 32, 0, dev, early_stopping=stopping
    )
    assert model.loss_curve_ == history.costs and len(model.loss_curve_) < 300
    assert model.validation_scores_ == [-cost for cost in history.validation_costs]
    assert model.best_validation_score_ == max(model.validation_scores_)
    np.testing.assert_array_equal(model.predict(X), net.predict(X.T)[0])


def test_several_numbers_an_example():
    X, Y = [StandardScaler().fit_transform(part) for part in load_linnerud(return_X_y=True)]
    model = small_regressor(20, epochs=300, batch_size=None).fit(X, Y)
    assert model.predict(X).shape == Y.shape == (20, 3)
    assert model.score(X, Y) > 0.4
    one, column = small_regressor().fit(X, Y[:, 0]), small_regressor().fit(X, Y[:, :1])
    np.testing.assert_array_equal(one.predict(X), column.predict(X)[:, 0])
    with pytest.raises(ValueError, match="y has 2 numbers an example; the network was built for 1"):
        one.partial_fit(X, Y[:, :2])
    with pytest.raises(ValueError, match="y has 1 numbers an example; the network was built for 3"):
        model.set_params(warm_start=True).fit(X, Y[:, 0])


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error"])
def test_a_regressor_goes_on_as_one_longer_fit(loss):
    X, y = DIABETES
    options = {"loss": loss, "keep_prob": 0.8, "batch_norm": True, "l2": 0.1}
    once = small_regressor(**options, epochs=5).fit(X, y)
    warm = small_regressor(**options, epochs=2, warm_start=True).fit(X, y)
    warm.set_params(epochs=3).fit(X, y)
    parts = small_regressor(**options)
    for _ in range(5):
        parts.partial_fit(X, y)
    for model in [warm, parts, pickle.loads(pickle.dumps(once))]:
        np.testing.assert_array_equal(model.predict(X), once.predict(X))


@pytest.mark.parametrize("given, used", [("f4", "f4"), ("f8", "f8"), ("i4", "f8")])
def test_a_regressor_keeps_float32(given, used):
    X, y = DIABETES
    model = small_regressor().fit(X.astype(given), y)
    assert model.predict(X.astype(given)).dtype == np.dtype(used)


def test_targets_are_scaled_in_the_open():
    X, y = load_diabetes(return_X_y=True)
    net = NeuralNetworkRegressor((8,), epochs=30, random_state=0)
    scaled = TransformedTargetRegressor(
        make_pipeline(StandardScaler(), net), transformer=StandardScaler()
    )
    grid = {"regressor__neuralnetworkregressor__l2": [0, 10]}
    assert GridSearchCV(scaled, grid, cv=3).fit(X, y).best_score_ > 0.4


@pytest.mark.parametrize(
    "X, y, error, message",
    [
        (DIABETES[0], np.full(442, "a"), ValueError, "dtype='numeric' is not compatible wi"),
        (DIABETES[0], DIABETES[1][1:], ValueError, "inconsistent numbers of samples"),
        (DIABETES[0], np.where(DIABETES[1] > 1, np.inf, 0), ValueError, "Input y contains infin"),
        (csr_array(DIABETES[0]), DIABETES[1], TypeError, "Sparse data was passed for X, but dens"),
    ],
)
def test_bad_data_of_a_regressor_are_answered_in_scikit_learns_words(X, y, error, message):
    with pytest.raises(error, match=words(message)):
        small_regressor().fit(X, y)
