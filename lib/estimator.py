"""The network as a scikit-learn estimator. Read this module with chapter 10.

scikit-learn keeps examples in rows, the course in columns: here is the door between the two. A row
layout seen through ``.T`` is the column layout, so nothing is copied on the way. Where scikit-learn
has a word for an argument, an attribute or an error, this module uses its word.
"""

import math
from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, _fit_context
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import LabelEncoder
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import _check_partial_fit_first_call, check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from lib.activations import LeakyReLU, ReLU, Sigmoid, Tanh
from lib.batch_norm import BatchNorm
from lib.initializers import he, xavier
from lib.layers import Dense
from lib.losses import BinaryCrossEntropy, SoftmaxCrossEntropy, sigmoid, softmax
from lib.network import Network
from lib.optimizers import Adam, GradientDescent, Momentum, RMSprop
from lib.regularization import L2, Dropout, EarlyStopping
from lib.training import train

__all__ = ["NeuralNetworkClassifier"]

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
INPUTS = {"dtype": (np.float64, np.float32), "order": "C"}  # so that X.T has contiguous columns


class NeuralNetworkClassifier(ClassifierMixin, BaseEstimator):
    """A Network with scikit-learn's manners; chapter 10, "A network with scikit-learn's manners".

    Examples are rows, labels are any two or more numbers or strings, and everything that
    scikit-learn does with a classifier works: pipelines, cross-validation, searches, on one core,
    on several, or on a cluster. Scale the inputs first: StandardScaler.

    Parameters

    hidden_layer_sizes: units of each hidden layer, such as (20, 7); () is logistic regression.
    activation: "relu", "leaky_relu" (both start from ``he``), "tanh", "sigmoid" (from ``xavier``).
    optimizer: "adam", "rmsprop", "momentum", "gradient_descent", each with its usual constants.
    learning_rate: a number, or a schedule such as ExponentialDecay(0.01, 0.95, every=100).
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
    warm_start: let ``fit`` continue with the network of the last call. Without early stopping two
        fits on the same data are then one of as many epochs together, to the last digit. What was
        changed in between counts, save what shapes the network, its cost, its seed or optimizer.
    verbose: show a progress bar.

    Attributes

    classes_: the labels, sorted. n_features_in_, feature_names_in_: what X had in ``fit``.
    network_: the Network; it computes in float32 if X came so, else in float64.
    loss_curve_: the cost of each epoch. validation_scores_: with early stopping, the accuracy on
        the examples held back after each epoch.

    There is no sample_weight: a column of Y says which class an example has, not how much it
    counts. A training that diverges raises Diverged, which a search counts as a failed fit.

    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> model = NeuralNetworkClassifier((8,), epochs=50, random_state=0).fit(X, y)
    >>> model.predict(X[:3])
    array([0, 0, 0])
    """

    _parameter_constraints = {
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "activation": [StrOptions(set(ACTIVATIONS))],
        "optimizer": [StrOptions(set(OPTIMIZERS))],
        "learning_rate": [Interval(Real, 0, None, closed="neither"), callable],
        "batch_size": [Interval(Integral, 1, None, closed="left"), None],
        "epochs": [Interval(Integral, 1, None, closed="left")],
        "l2": [Interval(Real, 0, None, closed="left")],
        "keep_prob": [Interval(Real, 0, 1, closed="right")],
        "batch_norm": ["boolean"],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "patience": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
        "warm_start": ["boolean"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        hidden_layer_sizes=(32,),
        *,
        activation="relu",
        optimizer="adam",
        learning_rate=0.01,
        batch_size=32,
        epochs=100,
        l2=0.0,
        keep_prob=1.0,
        batch_norm=False,
        early_stopping=False,
        validation_fraction=0.1,
        patience=10,
        random_state=None,
        warm_start=False,
        verbose=False,
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.epochs = epochs
        self.l2 = l2
        self.keep_prob = keep_prob
        self.batch_norm = batch_norm
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.random_state = random_state
        self.warm_start = warm_start
        self.verbose = verbose

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y):
        """Learn from X (m, n_x) and the labels y (m,); returns the estimator.

        Raises ValueError or TypeError in scikit-learn's words for what does not fit, and Diverged,
        an ArithmeticError, when the cost becomes NaN or infinite.
        """
        fresh = not (self.warm_start and hasattr(self, "network_"))
        X, y = self._read(X, y, fresh)
        validation = stopping = None
        if self.early_stopping:
            held_back = max(math.ceil(self.validation_fraction * len(X)), len(self.classes_))
            X, X_dev, y, y_dev = train_test_split(
                X, y, test_size=held_back, stratify=self.classes_[y], random_state=self._seed
            )
            validation, stopping = (X_dev.T, self._columns(y_dev)), EarlyStopping(self.patience)
        return self._train(X, y, self.epochs, validation=validation, early_stopping=stopping)

    def _may_fit_partially(self):
        if self.early_stopping:
            raise AttributeError("partial_fit is not available with early_stopping=True")
        return True

    @available_if(_may_fit_partially)
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y, classes=None):
        """One more pass, over X (m, n_x) and y (m,) alone; k passes are a fit of k epochs.

        ``classes`` are all labels that will ever come; the first call needs them. Returns the
        estimator. Raises what ``fit`` raises. With early stopping there is no such method.
        """
        _check_partial_fit_first_call(self, classes)
        return self._train(*self._read(X, y, not hasattr(self, "network_"), self.classes_), 1)

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

    def predict(self, X):
        """The most probable label of each row of X (m, n_x), as an array (m,)."""
        Z = self._logits(X)
        return self.classes_[self.network_.loss.labels(Z)[0]]

    def _logits(self, X):
        check_is_fitted(self, "network_")
        return self.network_.forward(validate_data(self, X, reset=False, **INPUTS).T)

    def _read(self, X, y, fresh, classes=None):
        """X (m, n_x) and the numbers of its labels (m,), checked; if ``fresh``, a new network."""
        X, y = validate_data(self, X, y, reset=fresh, **INPUTS)
        check_classification_targets(y)
        if fresh:
            encoder = LabelEncoder().fit(y if classes is None else classes)
            if len(encoder.classes_) < 2:
                raise ValueError(
                    f"{type(self).__name__} needs samples of at least 2 classes in the data, but"
                    f" the data contains only one class: {encoder.classes_.tolist()[0]!r}"
                )
            self._encoder, self.classes_ = encoder, encoder.classes_
            self._build(X)
        return X, self._encoder.transform(y)

    def _build(self, X):
        sizes = self.hidden_layer_sizes
        sizes = [sizes] if isinstance(sizes, Integral) else list(sizes)
        if any(size <= 0 for size in sizes):
            raise ValueError(f"hidden_layer_sizes must be > 0, got {sizes}.")
        activation, initializer = ACTIVATIONS[self.activation]
        layers = []
        for size in sizes:
            layers.append(Dense(size, bias=not self.batch_norm))
            if self.batch_norm:
                layers.append(BatchNorm())
            layers.append(activation())
            if self.keep_prob < 1:
                layers.append(Dropout(self.keep_prob))
        binary = len(self.classes_) == 2
        self._seed = self.random_state
        if not isinstance(self._seed, Integral):
            self._seed = check_random_state(self._seed).randint(2**31)
        self.network_ = Network(
            [*layers, Dense(1 if binary else len(self.classes_))],
            n_inputs=X.shape[1],
            loss=BinaryCrossEntropy() if binary else SoftmaxCrossEntropy(),
            initializer=initializer,
            penalty=L2(self.l2) if self.l2 else None,
            random_state=self._seed,
            dtype=X.dtype,
        )
        self._optimizer = OPTIMIZERS[self.optimizer](self.learning_rate)
        self.loss_curve_, self.validation_scores_ = [], []

    def _columns(self, y):
        """Numbers of labels (m,) as the network wants them: (1, m), or one-hot (C, m)."""
        n_outputs = self.network_.n_outputs
        return y[np.newaxis] if n_outputs == 1 else np.eye(n_outputs)[y].T

    def _train(self, X, y, epochs, **options):
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
            **options,
        )
        self.loss_curve_ += history.costs
        self.validation_scores_ += history.validation_accuracies
        return self

    def __setstate__(self, state):
        super().__setstate__(state)
        # joblib writes an array as often as it meets it: make network and optimizer share it again.
        if hasattr(self, "network_") and self._optimizer.steps:
            self._optimizer._parameters = self.network_.parameters
