"""The estimator does what scikit-learn asks of one, and what the network under it does."""

import copy
import doctest
import io
import pickle

import joblib
import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.stats import loguniform
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, make_moons
from sklearn.exceptions import FitFailedWarning, NotFittedError
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import (
    GridSearchCV,
    HalvingRandomSearchCV,
    RandomizedSearchCV,
    cross_val_score,
    train_test_split,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_param_validation, parametrize_with_checks

import lib.estimator
from lib import (
    L2,
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
    Tanh,
    he,
    train,
    xavier,
)
from lib.estimator import NeuralNetworkClassifier
from tests.lib.networks import words

IRIS = StandardScaler().fit_transform(load_iris().data), load_iris().target
MOONS = make_moons(70, noise=0.2, random_state=0)
NAMES = np.array(["setosa", "versicolor", "virginica"])

CONFIGURATIONS = [
    NeuralNetworkClassifier(),
    NeuralNetworkClassifier((), learning_rate=0.1, epochs=50),
    NeuralNetworkClassifier(7, batch_norm=True, keep_prob=0.9, epochs=30),
    NeuralNetworkClassifier(early_stopping=True, activation="tanh", optimizer="rmsprop"),
    NeuralNetworkClassifier((9, 5), activation="sigmoid", optimizer="momentum", learning_rate=1),
    NeuralNetworkClassifier(
        activation="leaky_relu", optimizer="gradient_descent", learning_rate=0.3, batch_size=None,
        l2=0.1,
    ),
]  # fmt: skip


def small(hidden_layer_sizes=(5,), epochs=4, random_state=0, **options):
    """An estimator that is fitted in a few milliseconds."""
    options |= {"epochs": epochs, "random_state": random_state}
    return NeuralNetworkClassifier(hidden_layer_sizes, **options)


def same(a, b):
    """Whether two estimators, fitted on some irises, agree to the last digit."""
    probabilities = np.array_equal(a.predict_proba(IRIS[0]), b.predict_proba(IRIS[0]))
    return probabilities and a.loss_curve_ == b.loss_curve_


# What scikit-learn asks of every estimator


CHECKS = parametrize_with_checks(CONFIGURATIONS)  # of scikit-learn 1.8 a generator, not a list


@pytest.mark.parametrize(CHECKS.args[0], list(CHECKS.args[1]), **CHECKS.kwargs)
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


def test_every_parameter_is_checked_in_scikit_learns_words():
    check_param_validation("NeuralNetworkClassifier", NeuralNetworkClassifier())


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
    rate = ExponentialDecay(0.02, 0.9, every=5)
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


def test_feature_names():
    pandas = pytest.importorskip("pandas", reason="feature names come with data frames: no pandas")
    X = pandas.DataFrame(IRIS[0], columns=["a", "b", "c", "d"])
    model = small().fit(X, pandas.Series(NAMES[IRIS[1]]))
    assert list(model.feature_names_in_) == ["a", "b", "c", "d"] and model.n_features_in_ == 4
    np.testing.assert_array_equal(model.predict_proba(X), small().fit(*IRIS).predict_proba(IRIS[0]))
    with pytest.raises(ValueError, match="feature names should match those that were passed"):
        model.predict(X[["b", "a", "c", "d"]])


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
        ({"hidden_layer_sizes": (5, 0)}, X, Y, ValueError, "must be > 0, got [5, 0]."),
        ({"hidden_layer_sizes": (2.5,)}, X, Y, TypeError, "it needs to be a whole number"),
        ({"learning_rate": lambda step: -1}, X, Y, ValueError, "that the schedule returned is -1"),
        ({"batch_norm": True, "batch_size": 1}, X, Y, ValueError, "a training batch of 1 example"),
        ({"early_stopping": True}, X[49:], Y[49:], ValueError, "The least populated class"),
        ({"epochs": 0}, X, Y, ValueError, "must be an int in the range [1, inf). Got 0 instead."),
    ],
)  # fmt: skip
def test_bad_input_is_answered_in_scikit_learns_words(options, X, y, error, message):
    with pytest.raises(error, match=words(message)):
        small(**options).fit(X, y)


def test_bad_input_after_the_first_call():
    fresh, fitted = small(), small(warm_start=True).fit(X, NAMES[Y])
    with pytest.raises(NotFittedError, match="not fitted yet"):
        fresh.predict(X)
    with pytest.raises(ValueError, match="X has 3 features, but NeuralNetworkClassifier is expec"):
        fitted.predict_proba(X[:, :3])
    with pytest.raises(ValueError, match="X has 3 features, but NeuralNetworkClassifier is expec"):
        fitted.fit(X[:, :3], NAMES[Y])
    with pytest.raises(ValueError, match="y contains previously unseen labels"):
        fitted.fit(X, np.char.upper(NAMES)[Y])
    with pytest.raises(ValueError, match="classes must be passed on the first call to partial_fit"):
        fresh.partial_fit(X, Y)
    with pytest.raises(ValueError, match="is not the same as on last call to partial_fit"):
        fitted.partial_fit(X, NAMES[Y], classes=NAMES[:2])
    with pytest.raises(AttributeError, match="has no attribute 'partial_fit'"):
        small(early_stopping=True).partial_fit(X, Y, classes=[0, 1, 2])
