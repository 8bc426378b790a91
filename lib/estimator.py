"""The network as two scikit-learn estimators. Read this module with chapter 10.

scikit-learn keeps examples in rows, the course in columns; this module translates. A row layout
seen through ``.T`` is the column layout, so nothing is copied on the way. Arguments, attributes and
errors in the data are named as in scikit-learn; parameters are checked by ``lib.checks``.

``fit`` and ``partial_fit`` work on a copy of the estimator and take it over at the end, so that a
call that fails changes nothing.
"""

import copy
import math
from dataclasses import KW_ONLY, dataclass
from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import LabelEncoder
from sklearn.utils import check_random_state as numpy_random_state
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from lib.activations import LeakyReLU, ReLU, Sigmoid, Tanh
from lib.batch_norm import BatchNorm
from lib.checks import (
    check_choice,
    check_count,
    check_number,
    check_numeric,
    check_random_state,
    check_weights,
)
from lib.initializers import he, xavier
from lib.layers import Dense
from lib.losses import (
    AbsoluteError,
    BinaryCrossEntropy,
    SoftmaxCrossEntropy,
    SquaredError,
    sigmoid,
    softmax,
)
from lib.network import Network
from lib.optimizers import Adam, GradientDescent, Momentum, RMSprop
from lib.regularization import L2, Dropout, EarlyStopping
from lib.training import train

__all__ = ["NeuralNetworkClassifier", "NeuralNetworkRegressor"]

ACTIVATIONS = {
    "relu": (ReLU, he),
    "leaky_relu": (LeakyReLU, he),
    "tanh": (Tanh, xavier),
    "sigmoid": (Sigmoid, xavier),
}
OPTIMIZERS = {
    "gradient_descent": GradientDescent,
    "momentum": Momentum,
    "rmsprop": RMSprop,
    "adam": Adam,
}
LOSSES = {"squared_error": SquaredError, "absolute_error": AbsoluteError}
INPUTS = {"dtype": (np.float64, np.float32), "order": "C"}  # so that X.T has contiguous columns

# Names that exist under a condition only: {name: the condition}.
CONDITIONS = {
    "partial_fit": (
        "early_stopping=True and partial_fit exclude each other: no part of the data may be held"
        " back from the others. Use fit, or early_stopping=False"
    ),
    "validation_scores_": "it needs a fit with early_stopping=True",
    "best_validation_score_": "it needs a fit with early_stopping=True",
    "feature_names_in_": "it needs a fit to an X whose columns have strings as names, a data frame",
}


class _Scored:
    """In front of scikit-learn's mixins, whose score would use what a mask hides."""

    def score(self, X, y, sample_weight=None):
        """How good the predictions for X (m, n_x) are: accuracy, or for numbers R²."""
        _refuse_masks(X=X, y=y, sample_weight=sample_weight)
        return super().score(X, y, sample_weight)


# A dataclass, so that every parameter is written once. Its __init__ stores its arguments and does
# nothing else, which is what scikit-learn requires.
@dataclass(eq=False, repr=False)
class _NeuralNetwork(BaseEstimator):
    """What classifier and regressor share; each adds how to read y, the loss, and predict."""

    hidden_layer_sizes: object = (32,)
    _: KW_ONLY
    activation: str = "relu"
    optimizer: str = "adam"
    learning_rate: object = 0.01
    batch_size: int | None = 32
    epochs: int = 100
    l2: float = 0.0
    keep_prob: float = 1.0
    batch_norm: bool = False
    early_stopping: bool = False
    validation_fraction: float = 0.1
    patience: int = 10
    random_state: object = None
    warm_start: bool = False
    verbose: bool = False

    def fit(self, X, y, sample_weight=None):
        """Learn from X (m, n_x) and y (m,); returns the estimator.

        sample_weight: None, or (m,), how much each example counts, from 0 up. An example of weight
        2 counts as two of weight 1, and one of weight 0 is left out.
        Raises ValueError or TypeError for what does not fit, and Diverged, an ArithmeticError, when
        the cost becomes NaN or infinite; then the estimator is as it was before.
        """
        go_on = self.warm_start and hasattr(self, "network_")
        return self._learn(X, y, sample_weight, self.epochs, go_on)

    def _learn(self, X, y, w, epochs, go_on, classes=None):
        self._check_parameters()
        new = self._copy(go_on)
        X, y, w = new._read(X, y, w, go_on, classes)
        if not go_on:
            new._build(X)
        new._train(X, y, w, epochs)
        if not go_on and not isinstance(self.random_state, Integral):
            numpy_random_state(self.random_state).randint(2**31)  # what _build took from a copy
        self.__dict__ = vars(new)
        return self

    def _copy(self, go_on):
        """An estimator to work on, with these parameters; to ``go_on``, with what was fitted."""
        new = object.__new__(type(self))
        kept = {name: value for name, value in vars(self).items() if go_on or name[-1] != "_"}
        vars(new).update(kept)
        if go_on:  # both in one call: the optimizer knows the network's vector
            new.network_, new._optimizer = copy.deepcopy((self.network_, self._optimizer))
        return new

    def _check_parameters(self):
        sizes = self.hidden_layer_sizes
        if isinstance(sizes, Integral):
            check_count(sizes, "hidden_layer_sizes")
        elif isinstance(sizes, str) or not hasattr(sizes, "__iter__"):
            raise TypeError(f"hidden_layer_sizes is {sizes!r}; it needs to be such as (20, 7)")
        else:
            for l, size in enumerate(sizes):
                check_count(size, f"hidden_layer_sizes[{l}]")
        check_choice(self.activation, "activation", ACTIVATIONS)
        check_choice(self.optimizer, "optimizer", OPTIMIZERS)
        OPTIMIZERS[self.optimizer](self.learning_rate)  # which checks it
        if self.batch_size is not None:
            check_count(self.batch_size, "batch_size")
        check_count(self.epochs, "epochs")
        check_number(self.l2, "l2", "[0, inf)")
        check_number(self.keep_prob, "keep_prob", "(0, 1]")
        check_number(self.validation_fraction, "validation_fraction", "(0, 1)")
        check_count(self.patience, "patience")
        check_random_state(self.random_state)
        for name in ["batch_norm", "early_stopping", "warm_start"]:
            check_choice(getattr(self, name), name, [False, True])
        if self.verbose not in [False, True]:
            check_count(self.verbose, "verbose", 0)

    def _read(self, X, y, w, go_on, classes):
        """X (m, n_x), y as ``_columns`` takes it, and the weights (m,) or None, checked."""
        _refuse_masks(X=X, y=y)
        least = 2 if self.batch_norm or self.early_stopping else 1  # each needs one more
        X, y = validate_data(
            self, X, y, reset=not go_on, ensure_min_samples=least, **INPUTS, **self._targets
        )
        if w is not None:
            w = check_weights(w, len(X), X.dtype)
        X, y, w = _that_count(X, y, w)  # before classes and a validation set are made of them
        y = self._read_targets(y, go_on, classes)
        return _that_count(X, y, self._weights(y, w, X.dtype))

    def _build(self, X):
        sizes = self.hidden_layer_sizes
        activation, initializer = ACTIVATIONS[self.activation]
        layers = []
        for size in [sizes] if isinstance(sizes, Integral) else sizes:
            layers.append(Dense(size, bias=not self.batch_norm))
            if self.batch_norm:
                layers.append(BatchNorm())
            layers.append(activation())
            if self.keep_prob < 1:
                layers.append(Dropout(self.keep_prob))
        if isinstance(self.random_state, Integral):
            self._seed = int(self.random_state)
        else:  # for None, the stream that np.random.seed sets
            self._seed = copy.deepcopy(numpy_random_state(self.random_state)).randint(2**31)
        loss, n_outputs = self._loss_and_outputs()
        self.network_ = Network(
            [*layers, Dense(n_outputs)],
            n_inputs=X.shape[1],
            loss=loss,
            initializer=initializer,
            penalty=L2(self.l2) if self.l2 else None,
            random_state=self._seed,
            dtype=X.dtype,
        )
        self._optimizer = OPTIMIZERS[self.optimizer](self.learning_rate)
        self.loss_curve_ = []

    def _train(self, X, y, w, epochs):
        validation = stopping = None
        if self.early_stopping:
            stratify, at_least = self._strata(y)
            parts = train_test_split(
                *[X, y] if w is None else [X, y, w],
                test_size=max(math.ceil(self.validation_fraction * len(X)), at_least),
                stratify=stratify,
                random_state=self._seed,
            )
            X, X_dev, y, y_dev, *weights = parts
            w, *w_dev = weights or [None]
            validation = X_dev.T, self._columns(y_dev), *w_dev
            stopping = EarlyStopping(self.patience)
        m = len(X)
        batch_size = min(self.batch_size or m, m)
        while self.batch_norm and m % batch_size == 1:
            batch_size += 1
        self._optimizer.learning_rate = self.learning_rate  # it may have been changed meanwhile
        history = train(
            self.network_,
            X.T,
            self._columns(y),
            self._optimizer,
            epochs,
            batch_size,
            random_state=(self._seed + len(self.loss_curve_)) % 2**32,  # epoch k: seed + k
            progress=bool(self.verbose),
            validation=validation,
            early_stopping=stopping,
            sample_weight=w,
        )
        self.loss_curve_ = self.loss_curve_ + history.costs
        if self.early_stopping:
            scores = self._validation_scores(history)
            self.validation_scores_ = getattr(self, "validation_scores_", []) + scores
            if scores:
                self.best_validation_score_ = scores[stopping.best_epoch]

    def _weights(self, y, w, dtype):
        return w

    def _logits(self, X):
        check_is_fitted(self, "network_")
        _refuse_masks(X=X)
        return self.network_.forward(validate_data(self, X, reset=False, **INPUTS).T)

    @property
    def n_iter_(self):
        """How many epochs were run, in all calls."""
        return len(self.loss_curve_)

    @property
    def loss_(self):
        """The cost of the last epoch."""
        return self.loss_curve_[-1] if self.loss_curve_ else math.nan

    @property
    def best_loss_(self):
        """The least cost of an epoch."""
        return min(self.loss_curve_, default=math.nan)

    def __getattr__(self, name):  # called only for names that are not found
        if name in CONDITIONS and (name == "partial_fit" or "network_" in vars(self)):
            raise AttributeError(f"{type(self).__name__} has no {name} here: {CONDITIONS[name]}.")
        return super().__getattribute__(name)  # the usual error

    def __setstate__(self, state):
        super().__setstate__(state)
        # joblib stores a shared array twice: make network and optimizer share it again.
        if hasattr(self, "network_") and self._optimizer.steps:
            self._optimizer.follow(self.network_.parameters)

    def _has_partial_fit(self):
        return not self.early_stopping


@dataclass(eq=False, repr=False, kw_only=True)
class NeuralNetworkClassifier(_Scored, ClassifierMixin, _NeuralNetwork):
    """A Network as a scikit-learn classifier; chapter 10, "A scikit-learn estimator".

    Examples are rows, labels are any two or more numbers or strings, and everything that
    scikit-learn does with a classifier works: pipelines, cross-validation, searches, on one core,
    on several, or on a cluster. Scale the inputs first: StandardScaler. X may be an array, a list
    or a data frame; sparse X is refused.

    Parameters

    hidden_layer_sizes: units of each hidden layer, such as (20, 7); () is logistic regression.
    activation: "relu", "leaky_relu" (both start from ``he``), "tanh", "sigmoid" (from ``xavier``).
    optimizer: "adam", "rmsprop", "momentum", "gradient_descent", each with its usual constants.
    learning_rate: a number, or a schedule such as ExponentialDecay(0.01, 0.95, decay_steps=100).
    batch_size: examples a step, at most all there are; None for all at once. With batch_norm, where
        a single example would be left over, the batches are made a little larger.
    epochs: passes over the data; with early_stopping the most there may be.
    l2: strength of the L2 penalty, from 0 up.
    keep_prob: above 0; below 1, each hidden layer is followed by Dropout(keep_prob).
    batch_norm: put BatchNorm between each hidden layer and its activation.
    early_stopping: hold back ``validation_fraction`` of the examples, of each class its share and
        at least one in all for each, stop when their cost has not fallen for ``patience`` epochs,
        and go back to the best one.
    random_state: a whole number for the same result at every fit, whatever runs beside it.
    class_weight: None, or {label: weight} for what every example of a class counts; labels that are
        not named count 1. "balanced" gives all classes the same total. With sample_weight, an
        example counts the product. Examples of a class of weight 0 are left out; the class stays.
    warm_start: let ``fit`` continue with the network of the last call. Without early stopping two
        fits on the same data are then one of as many epochs together, to the last digit. What was
        changed in between counts, save what shapes the network, its cost, its seed or optimizer.
        The labels must be the same.
    verbose: show a progress bar.

    Attributes

    classes_: the labels, sorted. n_features_in_, feature_names_in_: what X had in ``fit``.
    network_: the Network; it computes in float32 if X came so, else in float64.
    loss_curve_: the cost of each epoch. loss_, best_loss_: its last and its least. n_iter_: how
        many epochs. validation_scores_: with early stopping, the accuracy on the examples held back
        after each epoch. best_validation_score_: that of the epoch it went back to.

    A training that diverges raises Diverged, which a search counts as a failed fit. ``fit`` and
    ``partial_fit`` take sample_weight; in a search, ``set_fit_request(sample_weight=True)`` asks
    for it. Weights act on the cost: batch normalization, dropout and the choice of examples to hold
    back see an example of weight 2 once.

    Beside scikit-learn's MLPClassifier, what is not here, or is here under another name:

        activation              the same, but "sigmoid" for "logistic", and no "identity"
        solver                  optimizer; there is no "lbfgs"
        alpha                   l2, with the same meaning
        batch_size              the same, but 32 and None for "auto"
        learning_rate_init      learning_rate
        learning_rate           learning_rate: a number is "constant", a schedule may fall
        power_t                 learning_rate=InverseTimeDecay(...) or another schedule
        max_iter                epochs
        n_iter_no_change        patience, which early_stopping needs
        tol                     nothing: with early_stopping any fall of the cost counts
        shuffle                 nothing: minibatches are always drawn anew
        momentum                nothing: optimizer="momentum" has 0.9, as an average of gradients
        nesterovs_momentum      nothing
        beta_1                  nothing: "adam" has 0.9
        beta_2                  nothing: "adam" has 0.999
        epsilon                 nothing: "adam" has 1e-8
        max_fun                 nothing: it belongs to "lbfgs"
        best_loss_              the same, also with early_stopping
        validation_scores_      the same, but absent without early_stopping, not None
        best_validation_score_  that of the epoch with the least cost, to which it went back
        coefs_                  [layer.W.T for layer in network_.layers if layer.weights]
        intercepts_             [layer.b[:, 0] for layer in network_.layers if hasattr(layer, "b")]
        loss                    network_.loss
        n_layers_               len(network_.layers), which counts activations too and no inputs
        n_outputs_              network_.n_outputs
        out_activation_         network_.loss, which holds the sigmoid or softmax
        t_                      n_iter_ times the examples of one epoch

    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> model = NeuralNetworkClassifier((8,), epochs=50, random_state=0).fit(X, y)
    >>> model.predict(X[:3])
    array([0, 0, 0])
    """

    class_weight: dict | str | None = None

    _targets = {}

    @available_if(_NeuralNetwork._has_partial_fit)
    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """One more pass, over X (m, n_x) and y (m,) alone; k passes are a fit of k epochs.

        ``classes``: all labels that can occur; the first call needs them. Weights as for ``fit``,
        but for class_weight="balanced", which would have to know all data. Returns the estimator.
        Raises what ``fit`` raises. With early stopping there is no such method.
        """
        go_on = hasattr(self, "network_")
        if classes is None:
            if not go_on:
                raise ValueError("classes must be passed on the first call to partial_fit.")
            classes = self.classes_
        _refuse_masks(classes=classes)
        classes = LabelEncoder().fit(classes).classes_
        if go_on and _kinds(classes) != _kinds(self.classes_):
            raise ValueError(
                f"`classes={classes!r}` is not the same as on last call to partial_fit, was:"
                f" {self.classes_!r}"
            )
        if isinstance(self.class_weight, str) and self.class_weight == "balanced":
            raise ValueError(
                "class_weight is 'balanced'; partial_fit needs None or a dictionary, because it"
                " never sees all data at once"
            )
        return self._learn(X, y, sample_weight, 1, go_on, classes)

    def decision_function(self, X):
        """Logits for X (m, n_x): of the second class, (m,), or of each of several, (m, C)."""
        Z = self._logits(X)
        return Z[0] if len(Z) == 1 else Z.T

    def predict_proba(self, X):
        """Probabilities of each class, (m, C), for X (m, n_x)."""
        Z = self._logits(X)
        if len(Z) == 1:
            return sigmoid(np.vstack([-Z, Z])).T  # 1 - sigmoid(Z) would lose small probabilities
        return softmax(Z).T

    def predict_log_proba(self, X):
        """Their logarithms, (m, C), finite also where the probability itself is rounded to 0."""
        Z = self._logits(X)
        if len(Z) == 1:
            return -np.logaddexp(0, np.vstack([Z, -Z])).T
        Z = Z - Z.max(axis=0)
        return (Z - np.log(np.exp(Z).sum(axis=0))).T

    def predict(self, X):
        """The most probable label of each row of X (m, n_x), as an array (m,)."""
        Z = self._logits(X)
        return self.classes_[self.network_.loss.labels(Z)[0]]

    def _read_targets(self, y, go_on, classes):
        """The labels (m,) as numbers of their classes."""
        check_classification_targets(y)
        found = LabelEncoder().fit(y).classes_
        if not go_on:
            self._encoder = LabelEncoder().fit(found if classes is None else classes)
            self.classes_ = self._encoder.classes_
            if len(self.classes_) < 2:
                raise ValueError(
                    f"{type(self).__name__} needs samples of at least 2 classes in the data, but"
                    f" the data contains only one class: {self.classes_.tolist()[0]!r}"
                )
        elif classes is None and _kinds(found) != _kinds(self.classes_):
            raise ValueError(
                "warm_start can only be used where `y` has the same classes as in the previous"
                f" call to fit. Previously got {self.classes_}, `y` has {found}"
            )
        if not _kinds(found) <= _kinds(self.classes_):
            raise ValueError(
                "`y` has classes not in `self.classes_`. `self.classes_` has"
                f" {self.classes_}. 'y' has {found}."
            )
        return self._encoder.transform(y)

    def _check_parameters(self):
        super()._check_parameters()
        if isinstance(self.class_weight, dict):
            for label, weight in self.class_weight.items():
                check_number(weight, f"class_weight[{label!r}]", "[0, inf)")
        elif self.class_weight is not None and not (
            isinstance(self.class_weight, str) and self.class_weight == "balanced"
        ):
            raise ValueError(
                f"class_weight is {self.class_weight!r}; it needs to be None, 'balanced' or a"
                " dictionary such as {0: 1, 1: 10}"
            )

    def _weights(self, y, w, dtype):
        if self.class_weight is None:
            return w
        if self.class_weight == "balanced":
            totals = np.bincount(y, w, minlength=len(self.classes_))
            of_classes = totals.sum() / (len(totals) * totals)
        else:
            labels = self.classes_.tolist()
            unknown = [label for label in self.class_weight if label not in labels]
            unnamed = [label for label in labels if label not in self.class_weight]
            if unknown and unnamed:  # perhaps a typing error
                raise ValueError(
                    f"class_weight names {unknown}, which are no labels, and not {unnamed}"
                )
            of_classes = np.array([self.class_weight.get(label, 1.0) for label in labels])
        name = "class_weight" if w is None else "class_weight times sample_weight"
        with np.errstate(over="ignore"):  # what is too large is refused as infinite
            of_examples = of_classes[y] if w is None else of_classes[y] * w
        return check_weights(of_examples, len(y), dtype, f"{name}, by example,")

    def _loss_and_outputs(self):
        if len(self.classes_) == 2:
            return BinaryCrossEntropy(), 1
        return SoftmaxCrossEntropy(), len(self.classes_)

    def _columns(self, y):
        """Numbers of labels (m,) as the network wants them: (1, m), or one-hot (C, m)."""
        n_outputs = self.network_.n_outputs
        return y[np.newaxis] if n_outputs == 1 else np.eye(n_outputs)[y].T

    def _strata(self, y):
        """Groups of which early stopping holds back equal shares, and the least number in all."""
        return self.classes_[y], len(self.classes_)

    def _validation_scores(self, history):
        return history.validation_accuracies


@dataclass(eq=False, repr=False, kw_only=True)
class NeuralNetworkRegressor(_Scored, RegressorMixin, _NeuralNetwork):
    """A Network that predicts numbers; excursion 10, "A network that predicts numbers".

    It works like the classifier of chapter 10, "A scikit-learn estimator". y is (m,), or (m, n_out)
    for several numbers per example. The parameters and attributes are those of
    NeuralNetworkClassifier, but for the classes, and with:

    loss: "squared_error", best for the mean; "absolute_error", best for the median, which a few
        outliers in y hardly move. See SquaredError and AbsoluteError.
    validation_scores_: minus the cost on the examples held back, so that more is better.

    Scale the inputs, and the targets too: the learning rates and initial weights suit numbers of
    about unit size. Nothing is scaled automatically; scikit-learn's TransformedTargetRegressor
    scales the targets and gives predictions in the units of y:

    >>> from sklearn.compose import TransformedTargetRegressor
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> X, y = load_diabetes(return_X_y=True)
    >>> net = NeuralNetworkRegressor((8,), epochs=50, random_state=0)
    >>> model = TransformedTargetRegressor(
    ...     make_pipeline(StandardScaler(), net), transformer=StandardScaler()
    ... ).fit(X, y)
    >>> bool(model.score(X, y) > 0.5)
    True
    """

    loss: str = "squared_error"

    _targets = {"y_numeric": True, "multi_output": True}

    @available_if(_NeuralNetwork._has_partial_fit)
    def partial_fit(self, X, y, sample_weight=None):
        """One more pass, over X (m, n_x) and y (m,) alone; k passes are a fit of k epochs.

        Weights as for ``fit``. Returns the estimator. Raises what ``fit`` raises. With early
        stopping there is no such method.
        """
        return self._learn(X, y, sample_weight, 1, hasattr(self, "network_"))

    def predict(self, X):
        """The number for each row of X (m, n_x): (m,), or (m, n_out) if y was so."""
        Z = self._logits(X)
        return Z[0] if self._one_number else Z.T

    def _check_parameters(self):
        super()._check_parameters()
        check_choice(self.loss, "loss", LOSSES)

    def _read_targets(self, y, go_on, classes):
        y = check_array(y, ensure_2d=False, input_name="y")
        self._one_number = y.ndim == 1
        n_outputs = 1 if self._one_number else y.shape[1]
        if go_on and n_outputs != self._n_outputs:
            raise ValueError(
                f"y has {n_outputs} numbers an example; the network was built for {self._n_outputs}"
            )
        self._n_outputs = n_outputs
        return y

    def _loss_and_outputs(self):
        return LOSSES[self.loss](), self._n_outputs

    def _columns(self, y):
        return y[np.newaxis] if y.ndim == 1 else y.T

    def _strata(self, y):
        return None, 1

    def _validation_scores(self, history):
        return [-cost for cost in history.validation_costs]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def _refuse_masks(**arrays):
    for name, array in arrays.items():
        if np.ma.is_masked(array):  # NumPy would return the masked values
            check_numeric(array, name)  # which says so


def _that_count(X, y, w):
    """The examples without those of weight 0."""
    if w is None or w.all():
        return X, y, w
    return X[w > 0], y[w > 0], w[w > 0]


def _kinds(labels):
    """Labels as a set: 1 and 1.0 are the same, 1 and "1" are not."""
    return set(labels.tolist())
