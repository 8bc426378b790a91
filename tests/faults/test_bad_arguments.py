"""Bad arguments: every public door refuses them in three parts, and leaves all as it was.

The table holds one row a refusal: the door, the argument that is wrong, its value, the error, and
three pieces of the message: the argument's name, what it got, what it needs. All other arguments
are those of `DOORS`, which the door takes: so it is the one wrong value that is refused.
"""

import inspect
import math
import re
from types import SimpleNamespace
from typing import NamedTuple

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lib
from lib import (
    L1,
    L2,
    Adam,
    BatchNorm,
    BinaryCrossEntropy,
    Dense,
    Dropout,
    EarlyStopping,
    GradientDescent,
    History,
    LeakyReLU,
    Loss,
    Momentum,
    Network,
    Penalty,
    ReLU,
    RMSprop,
    SoftmaxCrossEntropy,
    Tanh,
    augmentation,
    check_gradients,
    datasets,
    glorot_uniform,
    he,
    he_uniform,
    minibatches,
    normal,
    numerical_gradient,
    persistence,
    plots,
    relative_difference,
    train,
    train_gram,
    xavier,
    zeros,
)
from lib.exercises import Exercise, claims
from tests.lib.networks import examples, small

nan, inf = math.nan, math.inf

# --- The doors, and arguments that they take ------------------------------------------------------


def world(folder):
    """What a reader may have at hand in the middle of a session, freshly made."""
    net, (X, Y) = small(), examples()
    made = SimpleNamespace(net=net, X=X, Y=Y, folder=folder, optimizer=Adam(0.01))
    made.random_state, made.stopping = np.random.RandomState(3), EarlyStopping(2)
    made.history = train(net, X, Y, made.optimizer, 2, random_state=0)
    made.stopping.start(net, History())
    # An optimizer that a refused call must not take from the network that it was used with.
    made.used = Adam(0.01)
    made.used.step(np.ones(2), np.ones(2))
    made.pictures = made.random_state.randint(256, size=(2, 8, 8, 3)).astype(np.uint8)
    made.points = made.random_state.randn(6, 2)
    made.costs = {"train": [0.7, 0.5, 0.4], "test": [0.7, 0.6, 0.6]}
    return made


def training(w, **more):
    """The arguments that `train` and `train_gram` share."""
    weights = {"sample_weight": np.ones(7)}
    return dict(net=w.net, X=w.X, Y=w.Y, epochs=1, validation=(w.X, w.Y), **weights, **more)


def parts(w):
    """The arguments of a Network, its layers new."""
    net = dict(layers=[Dense(4), ReLU(), Dense(1)], n_inputs=3, random_state=w.random_state)
    return net | dict(loss=BinaryCrossEntropy(), initializer=he, penalty=L2(0.1), dtype=np.float32)


def assign(net):
    """`net.parameters = parameters` as a call."""
    return lambda parameters: setattr(net, "parameters", parameters)


def stepping(w, kind):
    """A step of an optimizer of this kind on a vector of its own."""
    optimizer = w.stepped = kind(0.1)
    return optimizer.step, dict(parameters=np.ones(3), gradient=np.ones(3))


def drawing(function, **arguments):
    """A door that draws random numbers: its arguments and a random state."""
    return lambda w: (function, {**arguments, "random_state": w.random_state})


def plain(function, **arguments):
    """A door that takes the same arguments in every world."""
    return lambda w: (function, dict(arguments))


DOORS = {
    "Dense": plain(Dense, n_outputs=3, bias=True),
    "LeakyReLU": plain(LeakyReLU, slope=0.1),
    "Dropout": plain(Dropout, keep_prob=0.5),
    "BatchNorm": plain(BatchNorm, momentum=0.9, epsilon=1e-5),
    "Penalty": plain(Penalty, strength=0.7),
    "L1": plain(L1, strength=0.7),
    "L2": plain(L2, strength=0.7),
    "EarlyStopping": plain(EarlyStopping, patience=3),
    "Loss": plain(Loss, soft_labels=True),
    "BinaryCrossEntropy": plain(BinaryCrossEntropy, soft_labels=True),
    "SoftmaxCrossEntropy": plain(SoftmaxCrossEntropy, soft_labels=True),
    "GradientDescent": plain(GradientDescent, learning_rate=0.1),
    "Optimizer": plain(lib.Optimizer, learning_rate=0.1),
    "Momentum": plain(Momentum, learning_rate=0.1, beta=0.9),
    "RMSprop": plain(RMSprop, learning_rate=0.1, beta=0.9, epsilon=1e-8),
    "Adam": plain(Adam, learning_rate=0.1, beta1=0.9, beta2=0.99, epsilon=1e-8),
    **{
        name: plain(getattr(lib, name), learning_rate=0.1, decay=0.5, decay_steps=2)
        for name in lib.__all__
        if name.endswith(("Decay", "Schedule"))
    },
    **{
        f"{kind.__name__}.step": lambda w, kind=kind: stepping(w, kind)
        for kind in (GradientDescent, Momentum, RMSprop, Adam)
    },
    "zeros": drawing(zeros, shape=(3, 2)),
    "normal": plain(normal, scale=0.01),
    "normal(0.01)": drawing(normal(0.01), shape=(3, 2)),
    "xavier": drawing(xavier, shape=(3, 2)),
    "he": drawing(he, shape=(3, 2)),
    "glorot_uniform": drawing(glorot_uniform, shape=(3, 2)),
    "he_uniform": drawing(he_uniform, shape=(3, 2)),
    "Network": lambda w: (Network, parts(w)),
    "net.forward": lambda w: (w.net.forward, dict(X=w.X)),
    "net.predict": lambda w: (w.net.predict, dict(X=w.X)),
    "net.predict_proba": lambda w: (w.net.predict_proba, dict(X=w.X)),
    "net.cost": lambda w: (w.net.cost, dict(X=w.X, Y=w.Y, w=np.ones(7))),
    "net.cost_and_gradient": lambda w: (
        w.net.cost_and_gradient,
        dict(X=w.X, Y=w.Y, w=np.ones(7)),
    ),
    "net.check": lambda w: (w.net.check, dict(X=w.X, Y=w.Y)),
    "net.parameters": lambda w: (assign(w.net), dict(parameters=np.ones(21))),
    "net.locate": lambda w: (w.net.locate, dict(i=20)),
    "net.restore": lambda w: (w.net.restore, dict(snapshot=w.net.snapshot())),
    "net.astype": lambda w: (w.net.astype, dict(dtype=np.float32)),
    "minibatches": drawing(
        minibatches,
        X=np.ones((3, 7)),
        Y=np.ones((1, 7)),
        batch_size=2,
        sample_weight=np.ones(7),
    ),
    "train": lambda w: (
        train,
        training(
            w,
            optimizer=w.used,
            batch_size=3,
            random_state=w.random_state,
            early_stopping=w.stopping,
            checkpoint=w.folder / "net.h5",
            every=2,
            history=None,
        ),
    ),
    "train_gram": lambda w: (train_gram, training(w, optimizer=GradientDescent(0.1))),
    "check_gradients": lambda w: (
        check_gradients,
        dict(
            net=w.net,
            X=w.X,
            Y=w.Y,
            epsilon=1e-5,
            method="two-sided",
            n_worst=2,
            sample_weight=np.ones(7),
        ),
    ),
    "numerical_gradient": plain(
        numerical_gradient, f=np.sum, theta=[1.0, 2.0], epsilon=1e-5, method="two-sided"
    ),
    "relative_difference": plain(relative_difference, a=[1, 2], b=[1, 3], rounding=1e-9),
    "save": lambda w: (
        persistence.save,
        dict(
            path=w.folder / "net.h5",
            net=w.net,
            optimizer=w.optimizer,
            history=w.history,
            early_stopping=w.stopping,
        ),
    ),
    "load": lambda w: (persistence.load, dict(path=saved(w))),
    "flip": lambda w: (augmentation.flip, dict(pictures=w.pictures)),
    "shift": lambda w: (augmentation.shift, dict(pictures=w.pictures, down=1, right=-1)),
    "recolour": lambda w: (augmentation.recolour, dict(pictures=w.pictures, gains=[1, 1.1, 1])),
    "augment": lambda w: (
        augmentation.augment,
        dict(pictures=w.pictures, random_state=w.random_state, max_shift=2, max_gain=0.1),
    ),
    "columns": lambda w: (datasets.columns, dict(points=w.points, labels=[0, 1, 1, 0, 1, 0])),
    "one_hot": plain(datasets.one_hot, labels=[[0, 2, 1]], n_classes=3),
    "planar_flower": drawing(datasets.planar_flower, m=10),
    "noisy_circles": drawing(datasets.noisy_circles, m=10, noise=0.1, factor=0.5),
    "noisy_moons": drawing(datasets.noisy_moons, m=10, noise=0.1),
    "blobs": drawing(datasets.blobs, m=10),
    "gaussian_quantiles": drawing(datasets.gaussian_quantiles, m=10),
    "football": drawing(datasets.football, m=10, noise=0.1),
    "load_digits": drawing(datasets.load_digits),
    "load_cats": plain(datasets.load_cats, source="small"),
    "pixel_columns": lambda w: (
        datasets.pixel_columns,
        dict(pictures=np.zeros((2, 4, 5, 3), np.uint8)),
    ),
    "load_picture": lambda w: (datasets.load_picture, dict(path=picture(w))),
    "claims": plain(claims, pairs=[("two is more than one", 2 > 1)]),
    "plots.table": plain(plots.table, header=["run", "cost"], rows=[["a", 1]]),
    "plots.lines": lambda w: (plots.lines, dict(lines=w.costs)),
    "plots.pictures": lambda w: (
        plots.pictures,
        dict(pictures=w.pictures, titles=["a", "b"]),
    ),
    "plots.regions": lambda w: (
        plots.regions,
        dict(predict=lambda X: X[:1] > 0, X=w.points.T, Y=np.array([[0, 1, 1, 0, 1, 0]])),
    ),
    "plots.scatter": lambda w: (
        plots.scatter,
        dict(X=w.points.T, Y=np.array([[0, 1, 1, 0, 1, 0]])),
    ),
}

TAKE_NO_ARGUMENTS = {"ReLU", "Sigmoid", "Tanh", "Layer", "SquaredError", "AbsoluteError"}
MADE_BY_THE_LIBRARY = {"Checkpoint", "Diverged", "History", "Cats", "Digits", "Saved"}
ANY_ARRAY = {"leaky_relu", "relu", "sigmoid", "softmax", "tanh"}  # formulas, applied as they are
BEHIND_A_DOOR = {"fit"}  # train checks what it is given
ASKS_NOTHING = {"sealed_digits"}
EXEMPT = BEHIND_A_DOOR | ASKS_NOTHING | TAKE_NO_ARGUMENTS | MADE_BY_THE_LIBRARY | ANY_ARRAY


def saved(w):
    """The path of a saved network."""
    persistence.save(w.folder / "saved.h5", w.net)
    return w.folder / "saved.h5"


def picture(w):
    """The path of a picture."""
    from PIL import Image

    Image.fromarray(w.pictures[0]).save(w.folder / "own.png")
    return w.folder / "own.png"


def on_disk(values, closed=False):
    """An HDF5 data set that holds these values."""
    file = h5py.File.in_memory()
    file["data"] = values
    dataset = file["data"]
    if closed:
        file.close()
    return dataset


class Optimism:
    """An optimizer that is not of the library, and so cannot be saved."""

    def step(self, parameters, gradient):
        parameters -= gradient


class Pessimism(EarlyStopping):
    """One that is not of the library either."""

    def __repr__(self):
        return "Pessimism(2)"


# --- The table ------------------------------------------------------------------------------------


class Row(NamedTuple):
    """One refusal; ``name`` where the message does not call the argument ``argument``."""

    door: str
    argument: str
    value: object
    error: type
    got: str
    needs: str
    name: str = ""
    others: dict = {}

    @property
    def id(self):
        value = self.value
        if isinstance(value, np.ndarray):
            return f"{self.door}-{self.argument}-{value.dtype}{value.shape}"
        return f"{self.door}-{self.argument}-{type(value).__name__}-{self.got}"


def counts(door, argument, low=1, high=None):
    """Rows for an argument that is to be a whole number."""
    needs = f"at least {low}" if high is None else f"between {low} and {high}"
    yield Row(door, argument, low - 1, ValueError, f" is {low - 1};", needs)
    if high is not None:
        yield Row(door, argument, high + 1, ValueError, f" is {high + 1};", needs)
    for value in (2.0, "2", True):
        yield Row(door, argument, value, TypeError, f" is {value!r};", "needs to be a whole number")


def weights_of_examples(door, argument):
    """Rows for an argument that is to be one weight per example, of seven."""
    for value, error, got, needs in [
        (np.ones(6), ValueError, "(6,)", "needs (7,)"),
        (np.ones((7, 1)), ValueError, "(7, 1)", "needs (7,)"),
        (2.0, ValueError, "()", "needs (7,)"),
        ([1, 1, -1, 1, 1, 1, 1], ValueError, "[2] is -1.0", "needs finite numbers from 0 up"),
        ([1, nan, 1, 1, 1, 1, 1], ValueError, "[1] is nan", "needs finite numbers from 0 up"),
        ([0] * 7, ValueError, "sums to 0.0", "needs a finite sum above zero"),
        (["a"] * 7, TypeError, "<U1", "needs real numbers"),
        ([None] * 7, TypeError, "object", "needs real numbers"),
        (np.ma.masked_equal([1, 2] * 3 + [1], 2), ValueError, "3 masked", "needs a number in"),
    ]:
        yield Row(door, argument, value, error, got, needs)


def reals(door, argument, interval="(0, inf)", *outside):
    """Rows for an argument that is to be a number in an interval."""
    for value in (*outside, -1, nan, inf, 10**400):
        yield Row(
            door, argument, value, ValueError, f" is {value};", f"finite number in {interval}"
        )
    for value in (None, "much", True, [0.1], 1j):
        yield Row(door, argument, value, TypeError, f" is {value!r};", "needs to be a number")


def seeds(door):
    """Rows for a random_state."""
    needs = "between 0 and 4294967295"
    yield Row(door, "random_state", -1, ValueError, " is -1;", needs)
    for value in ("seed", 0.5, np.random.default_rng(0)):
        got = f" is {value!r};"
        yield Row(door, "random_state", value, TypeError, got, "needs to be a whole number")


def inputs(door):
    """Rows for X (3, 7)."""
    spotted = np.ones((3, 7))
    spotted[1, 2] = nan
    hidden = np.ma.masked_array(np.ones((3, 7)), mask=np.eye(3, 7))
    yield Row(door, "X", np.ones(3), ValueError, "(3,)", "needs (n_x, m)")
    yield Row(door, "X", np.float64(3), ValueError, "()", "needs (n_x, m)")
    yield Row(door, "X", np.ones((3, 7, 1)), ValueError, "(3, 7, 1)", "needs (n_x, m)")
    yield Row(
        door, "X", np.ones((3, 0)), ValueError, "empty: its shape is (3, 0)", "needs at least"
    )
    yield Row(door, "X", np.ones((7, 3)), ValueError, "7 rows", "has 3 inputs; it looks transposed")
    yield Row(door, "X", np.ones((4, 7)), ValueError, "4 rows", "the network has 3 inputs")
    if door not in ("net.forward", "net.cost_and_gradient"):  # which look at type and shape only
        yield Row(door, "X", spotted, ValueError, "X[1, 2] is nan", "needs to be finite")
    yield Row(door, "X", 1j * np.ones((3, 7)), TypeError, "complex128", "needs real numbers")
    yield Row(door, "X", [["a"] * 7] * 3, TypeError, "<U1", "needs real numbers")
    yield Row(door, "X", [[1, 2], [3]], ValueError, "not a full table", "needs rows of one length")
    yield Row(door, "X", None, TypeError, "object", "needs real numbers")
    yield Row(door, "X", hidden, ValueError, "3 masked values", "needs a number in every place")


def labels(door):
    """Rows for Y (1, 7)."""
    y = np.array([0, 1, 1, 0, 1, 0, 1])
    yield Row(door, "Y", y, ValueError, "(7,)", "needs (1, 7): use Y.reshape(1, -1)")
    yield Row(door, "Y", y[:, None], ValueError, "(7, 1)", "needs (1, 7); it looks transposed")
    yield Row(door, "Y", y[None, :6], ValueError, "(1, 6)", "needs (1, 7)")
    yield Row(door, "Y", y[None] * 2, ValueError, "contains 2", "labels are 0 or 1")
    if door != "net.cost_and_gradient":  # which looks at type and shape only
        yield Row(door, "Y", y[None] * nan, ValueError, "contains nan", "labels are 0 or 1")
    yield Row(door, "Y", [list("catcats")], TypeError, "<U1", "needs real numbers")
    hidden = np.ma.masked_equal(y[None], 0)
    yield Row(door, "Y", hidden, ValueError, "3 masked values", "needs a number in every place")


def objects(door, argument, example, *values):
    """Rows for an argument that is to be an object with a certain method."""
    for value in values:
        yield Row(
            door,
            argument,
            value,
            TypeError,
            f" is {value!r};",
            f"needs to be one such as {example}",
        )


def rows():
    """The whole table."""
    yield from counts("Dense", "n_outputs")
    for loss in ("Loss", "BinaryCrossEntropy", "SoftmaxCrossEntropy"):
        yield Row(loss, "soft_labels", "no", ValueError, "'no'", "needs to be one of True, False")
    yield Row("Dense", "bias", "no", ValueError, "'no'", "needs to be one of True, False")
    yield Row("Dense", "bias", np.ones(2), ValueError, "array([1., 1.])", "needs to be one of True")
    yield from reals("LeakyReLU", "slope", "[0, 1)", 1)
    yield from reals("Dropout", "keep_prob", "(0, 1]", 0, 1.5)
    yield from reals("BatchNorm", "momentum", "[0, 1)", 1)
    yield from reals("BatchNorm", "epsilon", "(0, inf)", 0)
    for penalty in ("Penalty", "L1", "L2"):
        yield from reals(penalty, "strength", "[0, inf)")
    yield from counts("EarlyStopping", "patience")

    for optimizer in ("Optimizer", "GradientDescent", "Momentum", "RMSprop", "Adam"):
        yield from reals(optimizer, "learning_rate", "(0, inf)", 0)
    for optimizer, name in [("Momentum", "beta"), ("RMSprop", "beta"), ("Adam", "beta1")]:
        yield from reals(optimizer, name, "[0, 1)", 1)
    yield from reals("Adam", "beta2", "[0, 1)", 1)
    for optimizer in ("RMSprop", "Adam"):
        yield from reals(optimizer, "epsilon", "(0, inf)", 0)
    for schedule in ("Schedule", "InverseTimeDecay", "SquareRootDecay"):
        yield from reals(schedule, "decay")
    for schedule in ("ExponentialDecay", "StepDecay"):
        yield from reals(schedule, "decay", "(0, 1]", 1.5)
        yield from reals(schedule, "learning_rate")
        yield from reals(schedule, "decay_steps")
    for kind in ("GradientDescent", "Momentum", "RMSprop", "Adam"):
        door, fixed = f"{kind}.step", np.ones(3)
        fixed.flags.writeable = False
        yield Row(door, "parameters", [1.0, 2, 3], TypeError, "list", "needs to be a vector of flo")
        yield Row(
            door, "parameters", np.ones(3, int), TypeError, "int64", "needs to be a vector of"
        )
        yield Row(
            door, "parameters", np.array(1.0), TypeError, "float64", "needs to be a vector of"
        )
        yield Row(door, "parameters", fixed, ValueError, "read-only", "needs to be writeable")
        yield Row(door, "gradient", np.ones(2), ValueError, "(2,)", "needs (3,), as parameters")
        yield Row(door, "gradient", np.ones((3, 1)), ValueError, "(3, 1)", "needs (3,), as param")
        yield Row(door, "gradient", None, TypeError, "NoneType", "needs to be a vector of floats")

    for initializer in ("zeros", "xavier", "he", "normal(0.01)"):
        yield Row(initializer, "shape", 3, TypeError, "int", "pair (n_l, n_prev)")
        yield Row(
            initializer, "shape", (3,), TypeError, "tuple", "needs to be the pair (n_l, n_pre"
        )
        yield Row(
            initializer, "shape", (3, 0), ValueError, "shape[1] is 0", "needs to be at least 1"
        )
        yield Row(
            initializer, "shape", ("a", 3), TypeError, "shape[0] is 'a'", "needs to be a whole"
        )
    yield from reals("normal", "scale", "(0, inf)", 0)
    for initializer in ("xavier", "he", "glorot_uniform", "he_uniform", "normal(0.01)"):
        yield from seeds(initializer)

    yield from network()
    for door in ("net.forward", "net.predict", "net.predict_proba", "net.cost", "net.check"):
        yield from inputs(door)
    for door in ("net.cost_and_gradient", "train", "train_gram", "check_gradients"):
        yield from inputs(door)
        yield from labels(door)
    for door in ("net.cost", "net.check"):
        yield from labels(door)
    yield Row("net.parameters", "parameters", np.ones(5), ValueError, "(5,)", "needs (21,)")
    yield Row(
        "net.parameters", "parameters", np.ones((21, 1)), ValueError, "(21, 1)", "needs (21,)"
    )
    yield Row("net.locate", "i", 21, IndexError, " is 21;", "needs to be 0 to 20")
    yield Row("net.locate", "i", -1, IndexError, " is -1;", "needs to be 0 to 20")
    yield Row("net.locate", "i", 1.5, TypeError, " is 1.5;", "needs to be a whole number")
    yield Row("net.restore", "snapshot", [np.ones(5)], ValueError, "[(5,)]", "needs [(21,)]")
    yield Row("net.restore", "snapshot", [], ValueError, "[]", "needs [(21,)]")
    for dtype in (int, "float16", None, "large"):
        yield Row("net.astype", "dtype", dtype, ValueError, f" is {dtype!r};", "one of dtype('floa")

    yield from loops()
    yield from files()
    yield from data()
    yield from figures()


def network():
    """Rows for the parts of a Network."""
    ours = Dense(1)
    Network([ours], 2)
    yield Row("Network", "layers", Dense(1), TypeError, "Dense(1)", "needs to be a list")
    yield Row("Network", "layers", [], ValueError, "is empty", "needs to be linear")
    yield Row("Network", "layers", [Dense(1), ReLU()], ValueError, "ReLU()", "needs to be linear")
    yield Row(
        "Network", "layers", [ReLU, Dense(1)], TypeError, "layers[0] is <class", "add parenth"
    )
    yield Row(
        "Network", "layers", ["relu"], TypeError, "layers[0] is 'relu'", "needs to be one such"
    )
    yield Row("Network", "layers", [ours], ValueError, "already in a network", "make a new one")
    yield Row(
        "Network", "layers", [Dense(2)], ValueError, "2 outputs", "needs exactly 1", "last layer"
    )
    yield Row(
        "Network",
        "loss",
        SoftmaxCrossEntropy(),
        ValueError,
        "1 output;",
        "at least 2",
        "last layer",
    )
    yield from counts("Network", "n_inputs")
    for dtype in (int, np.float16, "large", None, complex, [], np.ones(2)):
        yield Row(
            "Network", "dtype", dtype, ValueError, f" is {dtype!r};", "needs to be one of dtyp"
        )
    yield from objects("Network", "loss", "BinaryCrossEntropy()", None, "mse", BinaryCrossEntropy)
    yield from objects("Network", "initializer", "he", None, 0.01, "xavier")
    yield from objects("Network", "penalty", "L2(0.7)", 0.7, L2, "l2")
    for returned, error, got, needs in [
        (np.ones((3, 4)), ValueError, "(3, 4)", "needs to return (4, 3)"),
        (None, ValueError, "()", "needs to return (4, 3)"),
        (np.full((4, 3), nan), ValueError, "[0, 0] is nan", "needs to be finite"),
        (np.full((4, 3), "a"), TypeError, "<U1", "needs real numbers"),
    ]:
        yield Row("Network", "initializer", lambda *_, r=returned: r, error, got, needs)
    for broken in (np.zeros, np.ones):
        needs = "needs to be one such as he or normal(0.01)"
        yield Row("Network", "initializer", broken, TypeError, broken.__name__, needs)
    yield from seeds("Network")


def loops():
    """Rows for what goes round: minibatches, train, train_gram and the gradient checks."""
    yield from counts("minibatches", "batch_size", 1, 7)
    yield from seeds("minibatches")
    yield Row("minibatches", "X", np.ones(7), ValueError, "(7,)", "need one column per example")
    yield Row("minibatches", "Y", np.ones(7), ValueError, "(7,)", "need one column per example")
    yield Row(
        "minibatches", "Y", np.ones((1, 6)), ValueError, "(1, 6)", "need one column per example"
    )
    yield Row("minibatches", "X", [["a"]], TypeError, "<U1", "needs real numbers")
    for door in ["minibatches", "train", "train_gram", "check_gradients"]:
        yield from weights_of_examples(door, "sample_weight")
    for door in ["net.cost", "net.cost_and_gradient"]:
        yield from weights_of_examples(door, "w")

    yield from counts("train", "epochs")
    yield from counts("train", "batch_size", 1, 7)
    yield from counts("train", "every")
    yield from seeds("train")
    yield from objects("train", "optimizer", "Adam(0.001)", None, "adam", Adam, 0.1)
    yield from objects("train", "early_stopping", "EarlyStopping(10)", 3, EarlyStopping, True)
    needs = "needs to be a History that train returned"
    for value in ([0.7, 0.6], "before", History):
        yield Row("train", "history", value, TypeError, f" is {value!r};", needs)
    begun = History([0.7], seed=5)
    yield Row(
        "train",
        "history",
        begun,
        ValueError,
        "is 6",
        "needs to be 5",
        "random_state",
        {"random_state": 6},
    )
    yield Row(
        "train",
        "early_stopping",
        EarlyStopping(2),
        ValueError,
        "None",
        "needs validation=(X_dev",
        "",
        {"validation": None},
    )
    yield Row("train", "checkpoint", 3, TypeError, " is 3;", "needs to be the path of a file")
    yield Row(
        "train",
        "checkpoint",
        "nowhere/net.h5",
        FileNotFoundError,
        "'nowhere/net.h5'",
        "its folder needs to exist",
    )
    yield Row(
        "train", "optimizer", Optimism(), TypeError, "Optimism", "needs to be of a class of this"
    )
    normed = small(Dense(2), BatchNorm(), Dense(1))
    yield Row(
        "train",
        "batch_size",
        6,
        ValueError,
        "batch of 1 example",
        "needs at least 2",
        "",
        {"net": normed},
    )
    disk = on_disk(np.ones((7, 3)))
    yield Row(
        "train",
        "batch_size",
        None,
        ValueError,
        " is None;",
        "needs a number such as 128",
        "",
        {"X": disk},
    )
    for X, error, got, needs in [
        (np.ones((7, 4)), ValueError, "(7, 4)", "needs (m, 3)"),
        (np.ones(7), ValueError, "(7,)", "needs (m, 3)"),
        (1j * np.ones((7, 3)), TypeError, "complex128", "needs real numbers"),
    ]:
        yield Row("train", "X", on_disk(X), error, got, needs)
    yield Row(
        "train",
        "X",
        on_disk(np.ones((7, 3)), closed=True),
        ValueError,
        "of a closed file",
        "needs it open",
    )
    yield Row(
        "train",
        "Y",
        np.ones((1, 6)),
        ValueError,
        "(1, 6)",
        "it needs (1, 7)",
        "",
        {"X": disk},
    )
    for Y in (np.ones(6), np.ones((6, 1)), np.ones((7, 2))):
        shape, others = str(Y.shape), {"X": disk}
        yield Row("train", "Y", on_disk(Y), ValueError, shape, "it needs (7, 1)", "", others)
    for X, error, got, needs in [
        (np.ones((7, 4)), ValueError, "(7, 4)", "needs (m, 3)"),
        (1j * np.ones((7, 3)), TypeError, "complex128", "needs real numbers"),
        (np.full((7, 3), nan), ValueError, "nan", "needs to be finite"),
    ]:
        for door in ("net.forward", "net.predict", "net.predict_proba"):
            yield Row(door, "X", on_disk(X), error, got, needs)
    for pair, name, got, needs in [
        ((on_disk(np.ones((7, 4))), on_disk(np.ones(7))), "X_dev", "(7, 4)", "needs (m, 3)"),
        ((disk, on_disk(np.ones(6))), "Y_dev", "(6,)", "needs (7, 1)"),
        ((disk, np.ones((7, 1))), "Y_dev", "(7, 1)", "pass Y_dev.T"),
    ]:
        yield Row("train", "validation", pair, ValueError, got, needs, name)
    for door in ("train", "train_gram"):
        for value in (3, np.ones((3, 7)), ([], [], [], [])):
            got = f"is a {type(value).__name__};"
            yield Row(
                door, "validation", value, TypeError, got, "needs to be the pair (X_dev, Y_dev)"
            )
        wrong = np.ones((3, 7)), np.ones((1, 6))
        yield Row(door, "validation", wrong, ValueError, "(1, 6)", "needs (1, 7)", "Y_dev")
        yield Row(
            door, "validation", wrong[::-1], ValueError, "1 rows", "network has 3 inp", "X_dev"
        )
    for door in ("train", "train_gram", "check_gradients"):
        yield from objects(
            door, "net", "Network([Dense(1)], n_inputs=2)", None, [Dense(1)], Network
        )

    yield from counts("train_gram", "epochs")
    yield from objects("train_gram", "optimizer", "GradientDescent(0.005)", None, GradientDescent)
    yield Row(
        "train_gram", "optimizer", Adam(0.1), ValueError, "Adam(0.1", "needs one whose steps are"
    )
    squeezed = small(Tanh(), Dense(1))
    yield Row(
        "train_gram", "net", squeezed, ValueError, "Tanh()", "needs a Dense layer", "layers[0]"
    )
    lasso = small(penalty=L1(0.1))
    yield Row("train_gram", "net", lasso, ValueError, "L1(0.1)", "needs None or one L2", "penalty")

    for door in ("check_gradients", "numerical_gradient"):
        yield from epsilons(door)
        for value in ("both", ["two-sided"], 2):
            yield Row(
                door, "method", value, ValueError, f" is {value!r};", "needs to be one of 'one-s"
            )
    yield from counts("check_gradients", "n_worst")
    yield from objects("numerical_gradient", "f", "a function of theta", None, 3)
    yield Row("numerical_gradient", "theta", ["a"], TypeError, "<U1", "needs real numbers")
    yield Row(
        "numerical_gradient", "theta", [[1], [1, 2]], ValueError, "not a full table", "needs ro"
    )
    loses = dict(method="complex-step")
    yield Row(
        "numerical_gradient",
        "f",
        lambda t: np.abs(t).sum(),
        TypeError,
        "returned",
        "needs to return a complex",
        "",
        loses,
    )
    yield Row("relative_difference", "b", [1, 2, 3], ValueError, "b holds 3", "need as many each")
    yield Row("relative_difference", "a", [1], ValueError, "a holds 1", "need as many each")
    yield from reals("relative_difference", "rounding", "[0, inf)")


def epsilons(door):
    """Rows for a step size, of which None means the usual one."""
    return (row for row in reals(door, "epsilon", "(0, inf)", 0) if row.value is not None)


def files():
    """Rows for what is on the disk."""
    for door in ("save", "load"):
        yield Row(door, "path", 3, TypeError, " is 3;", "needs to be the path of a file")
        yield Row(door, "path", None, TypeError, " is None;", "needs to be the path of a file")
    yield Row(
        "save", "path", "nowhere/a.h5", FileNotFoundError, "'nowhere/a.h5'", "folder needs to exist"
    )
    yield Row("save", "path", ".", IsADirectoryError, " is '.';", "of a file, not of a folder")
    yield Row("save", "path", "a/", IsADirectoryError, " is 'a/';", "of a file, not of a folder")
    yield Row("save", "path", "a\0", ValueError, r" is 'a\x00';", "a path that can be written")
    yield Row("save", "path", "a" * 300, OSError, "aaa';", "a path that can be written: ")
    yield Row(
        "load", "path", "none.h5", FileNotFoundError, "'none.h5'", "needs to be a file that save"
    )
    yield Row("save", "net", None, TypeError, " is None;", "needs to be one such as Network(")
    yield Row(
        "save", "optimizer", Optimism(), TypeError, "Optimism", "needs to be of a class of this"
    )
    yield from objects("save", "optimizer", "Adam(0.001)", "adam", Adam, 0.1, True)
    yield from objects("save", "early_stopping", "EarlyStopping(10)", 3, EarlyStopping, True)
    for door in ("save", "train"):  # where train would find out after an epoch
        needs = "needs to be of a class of this"
        yield Row(door, "early_stopping", Pessimism(2), TypeError, "Pessimism", needs)
    for value in ([0.7, 0.6], "before", History):
        needs = "needs to be a History that train returned"
        yield Row("save", "history", value, TypeError, f" is {value!r};", needs)
    yield Row("load_cats", "source", "tiny", FileNotFoundError, "'tiny'", 'needs to be "small"')
    yield Row("load_cats", "source", 3, TypeError, " is 3;", "needs to be the path")
    yield Row("load_picture", "path", 3, TypeError, " is 3;", "needs to be the path of a file")
    yield Row(
        "load_picture", "path", "no.png", FileNotFoundError, "'no.png'", "needs to be the path"
    )
    yield Row(
        "load_picture", "path", __file__, ValueError, "test_bad_arguments.py", "needs to be a whole"
    )


def data():
    """Rows for generated sets, for labels and for pictures."""
    sets = ("noisy_circles", "noisy_moons", "blobs", "gaussian_quantiles", "football")
    for door in sets:
        yield from counts(door, "m")
        yield from seeds(door)
    yield from counts("planar_flower", "m", 2)
    yield Row("planar_flower", "m", 7, ValueError, " is 7;", "needs to be even")
    yield from seeds("planar_flower")
    yield from seeds("load_digits")
    for door in ("noisy_circles", "noisy_moons"):
        yield Row(door, "noise", -1, ValueError, " is -1;", "finite number in [0, inf)")
        yield Row(door, "noise", "much", TypeError, " is 'much';", "needs to be a number")
    yield from reals("noisy_circles", "factor", "[0, 1)", 1)
    yield from reals("football", "noise", "[0, 0.5)", 0.5)
    flat = np.zeros((2, 60), np.uint8)
    yield Row("pixel_columns", "pictures", flat, ValueError, "(2, 60)", "needs (m, height, width")
    yield Row("pixel_columns", "pictures", flat / 255, TypeError, "float64", "needs uint8")
    yield Row("pixel_columns", "pictures", "cat", TypeError, "<U3", "needs")
    none = np.zeros((0, 4, 5, 3), np.uint8)
    yield Row("pixel_columns", "pictures", none, ValueError, "(0, 4, 5, 3)", "needs (m, height")
    yield Row("columns", "points", np.ones(6), ValueError, "(6,)", "need one row and one label")
    yield Row("columns", "points", [[1, 2]], ValueError, "(1, 2)", "need one row and one label")
    yield Row("columns", "labels", [0, 1], ValueError, "(2,)", "need one row and one label")
    yield from counts("one_hot", "n_classes", 2)
    yield Row("one_hot", "labels", [[0, 3]], ValueError, "contains 3", "needs 0 to 2")
    yield Row("one_hot", "labels", [-1], ValueError, "contains -1", "needs 0 to 2")
    yield Row("one_hot", "labels", [0.5], TypeError, "float64", "needs whole numbers")
    yield Row("one_hot", "labels", ["cat"], TypeError, "<U3", "needs whole numbers")
    for door in ("flip", "shift", "recolour", "augment"):
        floats, one, empty = (
            np.ones((2, 8, 8, 3)),
            np.ones((8, 8, 3), "u1"),
            np.ones((0, 8, 8, 3), "u1"),
        )
        yield Row(door, "pictures", floats, TypeError, "float64", "needs to be an array of uint8")
        yield Row(door, "pictures", [[1]], TypeError, "list", "needs to be an array of uint8")
        yield Row(door, "pictures", one, ValueError, "(8, 8, 3)", "needs (m, height, width, 3)")
        yield Row(
            door, "pictures", empty, ValueError, "(0, 8, 8, 3)", "needs (m, height, width, 3)"
        )
    for name in ("down", "right"):
        yield from counts("shift", name, -7, 7)
    yield Row("recolour", "gains", [1, 1], ValueError, "(2,)", "needs (3,) or (2, 3)")
    yield Row("recolour", "gains", [1, 1, -1], ValueError, "negative", "needs numbers from 0 up")
    yield Row("recolour", "gains", [1, 1, nan], ValueError, "NaN", "needs numbers from 0 up")
    yield Row("recolour", "gains", "red", TypeError, "<U3", "needs real numbers")
    yield from counts("augment", "max_shift", 0, 7)
    yield from reals("augment", "max_gain", "[0, 1)", 1)
    yield from seeds("augment")


def figures():
    """Rows for figures, tables and claims."""
    for holds in (0.7, "yes"):
        pairs = [("two is more than one", holds)]
        yield Row(
            "claims", "pairs", pairs, TypeError, repr(holds), "needs to be True or False", "holds"
        )
    for door in ("plots.scatter", "plots.regions"):
        yield Row(door, "X", np.ones((6, 2)), ValueError, "(6, 2)", "needs (2, m)")
        yield Row(door, "X", np.ones(6), ValueError, "(6,)", "needs (2, m)")
        yield Row(door, "Y", np.ones(6), ValueError, "(6,)", "needs (1, 6)")
        yield Row(door, "Y", np.ones((1, 5)), ValueError, "(1, 5)", "needs (1, 6)")
        yield Row(door, "Y", [["a"] * 6], TypeError, "<U1", "needs real numbers")
    yield from objects("plots.regions", "predict", "net.predict", None, 3)
    for runs in ([0.7, 0.6], None):
        needs = "needs a dictionary from a name to its values"
        yield Row("plots.lines", "lines", runs, TypeError, type(runs).__name__, needs)
    yield Row("plots.lines", "lines", {}, ValueError, "empty", "needs at least one name")
    needs, name = "needs (n,), at least one value", "lines['a']"
    for run, got in [([], "(0,)"), (0.7, "()"), (np.ones((3, 1)), "(3, 1)")]:
        yield Row("plots.lines", "lines", {"a": run}, ValueError, got, needs, name)
    needs = "needs (k, height, width, 3) or (k, height, width)"
    for shape in ((192, 2), (192,), (0, 8, 8, 3), (2, 8, 8, 4)):
        bad = np.ones(shape)
        yield Row("plots.pictures", "pictures", bad, ValueError, str(shape), needs)
    needs = "needs 2, one a picture"
    yield Row("plots.pictures", "titles", ["a"], ValueError, "holds 1;", needs)
    yield Row(
        "plots.table", "rows", [["a", 1], ["b"]], ValueError, "1 cells", "the header has 2", "row"
    )


TABLE = list(rows())


# --- The check ------------------------------------------------------------------------------------


def state(thing, seen=()):
    """All that can be changed in a thing, bit for bit, as nested tuples that can be compared."""
    if id(thing) in seen:
        return "again"
    seen = (*seen, id(thing))
    if isinstance(thing, np.ndarray):
        mask = state(np.ma.getmaskarray(thing)) if isinstance(thing, np.ma.MaskedArray) else None
        flags = thing.flags.writeable, thing.dtype.str, thing.shape, thing.strides
        return flags, np.asarray(thing).tobytes(), mask
    if isinstance(thing, np.random.RandomState):
        return state(thing.get_state())
    if isinstance(thing, h5py.Dataset):
        return state(thing[()]) if thing else "closed"
    if isinstance(thing, dict):
        return [(key, state(value, seen)) for key, value in thing.items()]
    if isinstance(thing, (list, tuple)):
        return type(thing), [state(part, seen) for part in thing]
    if hasattr(thing, "__dict__") and not isinstance(thing, type):
        return type(thing), id(thing), state(vars(thing), seen)
    return repr(thing)


def faults(call, arguments, around, row):
    """What is wrong with how ``call`` refuses ``arguments``: sentences, none if all is right."""

    def watched():
        return state(arguments), state(vars(around)), state(np.random.get_state())

    before = watched()
    try:
        call(**arguments)
    except row.error as error:
        found = [] if type(error) is row.error else [f"raised a {type(error).__name__}"]
        message = str(error)
    except Exception as error:
        return [f"raised another error: {error!r}"]
    else:
        return ["was not refused"]
    name = re.escape(row.name or row.argument)
    if not re.search(rf"(?<!\w){name}(?!\w)", message):
        found.append("does not name the argument")
    if row.got not in message:
        found.append(f"does not say what it got, {row.got!r}")
    if row.needs not in message:
        found.append(f"does not say what it needs, {row.needs!r}")
    if watched() != before:
        found.append("changed something")
    return [f"{fault}: {message}" for fault in found]


@pytest.fixture
def around(tmp_path, monkeypatch):
    """The world of a door, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return world(tmp_path)


@pytest.mark.parametrize("door", DOORS)
def test_the_other_arguments_are_good(door, around):
    call, arguments = DOORS[door](around)
    call(**arguments)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: re.sub(r" at 0x\w+", "", row.id))
def test_refused(row, around):
    call, arguments = DOORS[row.door](around)
    assert row.argument in arguments
    arguments |= {**row.others, row.argument: row.value}
    assert faults(call, arguments, around, row) == []


def test_how_many_refusals_there_are():
    doors = {row.door for row in TABLE}
    print(f"{len(TABLE)} refusals at {len(doors)} doors")
    assert len(TABLE) >= 150
    assert doors == set(DOORS)
    assert all(row.got and row.needs for row in TABLE)


# --- No door is forgotten -------------------------------------------------------------------------


def unwatched(names, doors):
    """The names that are neither a door of the table nor exempt."""
    return [name for name in names if name not in doors and name not in EXEMPT]


def test_every_public_name_is_a_door():
    modules = lib, datasets, persistence, augmentation
    names = {name for module in modules for name in module.__all__}
    assert unwatched(names, {row.door for row in TABLE}) == []
    assert names >= EXEMPT
    for name in TAKE_NO_ARGUMENTS:
        assert not inspect.signature(getattr(lib, name)).parameters
    assert unwatched(names, {row.door for row in TABLE if row.door != "L2"}) == ["L2"]


FLAGS = {"progress", "training", "suffix"}  # true or false, or a part of a message


def test_every_argument_is_given_by_its_door(around):
    for door in DOORS.keys() - {"net.parameters"} - {d for d in DOORS if d.startswith("plots.")}:
        call, arguments = DOORS[door](around)
        assert set(inspect.signature(call).parameters) - FLAGS - {*arguments} == set(), door


WITHOUT_ARGUMENTS = {"snapshot", "state", "streams", "check_writeable"}
GIVEN_BY_THE_LIBRARY = {"penalty_cost", "with_first_layer"}


def test_every_method_of_a_network_is_a_door():
    methods = {f"net.{name}" for name in vars(Network) if not name.startswith("_")}
    exempt = {f"net.{name}" for name in WITHOUT_ARGUMENTS | GIVEN_BY_THE_LIBRARY}
    assert methods - exempt == {row.door for row in TABLE if row.door.startswith("net.")}


# --- A worse door is found out --------------------------------------------------------------------

GOOD_ROW = Row("half", "count", "x", TypeError, "'x'", "needs to be a number")
GOOD_WORDS = "count is 'x'; it needs to be a number"


class Other(TypeError):
    """An error that no docstring announces."""


def refusing(error, *, spoil=None):
    """A door that spoils something, and then raises."""

    def door(count, others):
        if spoil is not None:
            spoil(others)
        if error is not None:
            raise error

    return door


def learn(others):
    W = others["net"].layers[0].W
    W[0, 0] = np.nextafter(W[0, 0], 1)


def transpose(others):
    others["X"].shape = others["X"].shape[::-1]


def draw(others):
    others["random_state"].rand()


@pytest.mark.parametrize(
    "door, fault",
    [
        (refusing(TypeError(GOOD_WORDS)), None),
        (refusing(None), "was not refused"),
        (refusing(ValueError(GOOD_WORDS)), "raised another error"),
        (refusing(Other(GOOD_WORDS)), "raised a Other"),
        (refusing(TypeError("counts are 'x'; it needs to be a number")), "does not name the arg"),
        (
            refusing(TypeError("count is wrong; it needs to be a number")),
            "does not say what it got",
        ),
        (refusing(TypeError("count is 'x'; bad operand")), "does not say what it needs"),
        (refusing(TypeError(GOOD_WORDS), spoil=learn), "changed something"),
        (refusing(TypeError(GOOD_WORDS), spoil=transpose), "changed something"),
        (refusing(TypeError(GOOD_WORDS), spoil=draw), "changed something"),
        (refusing(TypeError(GOOD_WORDS), spoil=lambda _: np.random.rand()), "changed something"),
        (refusing(TypeError(GOOD_WORDS), spoil=lambda others: others.clear()), "changed something"),
    ],
)
def test_a_worse_door_is_found_out(door, fault, around):
    others = {"net": around.net, "X": around.X.copy(), "random_state": around.random_state}
    found = faults(door, {"count": "x", "others": others}, around, GOOD_ROW)
    assert [line[: len(fault)] for line in found] == [fault] if fault else found == []


# --- What is no function is answered too, and not with an error -----------------------------------


def _twice(x):
    """Returns 2 x."""
    return 2 * x


twice = Exercise(
    "0.0",
    "Twice",
    _twice,
    inputs=lambda random_state: (random_state.randn(),),
    hints=["Add."],
    mistakes={"That is the square.": ("2 * x", "x * x")},
)


@pytest.mark.parametrize("answer", [None, 3, "2 x", np.ones(2), [twice], twice])
def test_an_exercise_answers_whatever_it_is_handed(answer, capsys):
    before = state(answer)
    twice.check(answer)
    assert twice.verdict(answer).state == "incorrect"
    said = capsys.readouterr().out
    assert said.startswith("Exercise 0.0 · incorrect\ncheck wants the function itself")
    assert state(answer) == before


# --- Inputs of every make -------------------------------------------------------------------------

# Numbers of which every type of float holds a few exactly, so that only the order of summation
# can differ from the same call with a plain float64 array.
EXACT = {"f2", "f4", "f8", "g", ">f8", ">f4"}
WHOLE = {"i1", "i2", "i8", ">i4", "u1", "u8", "?"}


def strided(array):
    wide = np.zeros((array.shape[0], 3 * array.shape[1]))
    wide[:, ::3] = array
    return wide[:, ::3]


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


LAYOUTS = {
    "plain": lambda array: array,
    "columns": np.asfortranarray,
    "strided": strided,
    "backwards": lambda array: array[::-1, ::-1].copy()[::-1, ::-1],
    "read-only": read_only,
    "lists": lambda array: array.tolist(),
    "tuples": lambda array: tuple(map(tuple, array)),
    "list of arrays": list,
    "broadcast": lambda array: np.broadcast_to(array[None], (2, *array.shape))[1],
    "masked, nothing hidden": np.ma.masked_array,
    "memory": lambda array: memoryview(np.ascontiguousarray(array)),
}
try:
    import pandas
except ImportError:
    pass
else:
    LAYOUTS["pandas"] = pandas.DataFrame

REFUSED = {
    "objects": lambda array: array.astype(object),
    "complex": lambda array: array.astype(complex),
    "text": lambda array: array.astype(str),
    "bytes": lambda array: array.astype("S3"),
    "dates": lambda array: array.astype(int).astype("datetime64[s]"),
    "records": lambda array: array.astype([("a", float)]),
    "a hidden value": lambda array: np.ma.masked_where(np.eye(*array.shape) == 1, array),
    "one axis": np.ravel,
    "three axes": lambda array: array[..., None],
    "no axis": lambda array: array[0, 0],
    "no rows": lambda array: array[:0],
    "no columns": lambda array: array[:, :0],
    "a row more": lambda array: np.vstack([array, array[:1]]),
    "ragged": lambda array: [*array.tolist(), [1]],
    "a NaN": lambda array: np.where(np.arange(array.shape[1]) == 0, nan, array),
    "an infinity": lambda array: np.where(np.arange(array.shape[1]) == 0, -inf, array),
    "beyond float64": lambda array: array.astype("g") + np.longdouble("1e4000"),
    "a set": lambda array: set(array.ravel().tolist()),
    "a generator": lambda array: (row for row in array),
    "nothing": lambda array: None,
}
if np.finfo("g").max == np.finfo("f8").max:  # where a long double is a double
    del REFUSED["beyond float64"]


@st.composite
def made(draw, low, high):
    """(how a reader holds some numbers of 3 rows, the same as plain float64)."""
    dtype = draw(st.sampled_from(sorted(EXACT | WHOLE)))
    m = draw(st.integers(1, 6))
    numbers = np.array(draw(st.lists(st.integers(low, high), min_size=3 * m, max_size=3 * m)))
    array = numbers.reshape(3, m) / (4 if dtype in EXACT else 1)
    array = (array > 0 if dtype == "?" else abs(array) if dtype[0] == "u" else array).astype(dtype)
    if draw(st.booleans()):
        layout = draw(st.sampled_from(sorted(LAYOUTS)))
        if layout == "memory" and dtype == "g":
            layout = "plain"
        return LAYOUTS[layout](array), array.astype("f8")
    return REFUSED[draw(st.sampled_from(sorted(REFUSED)))](array), None


def answers(net, X, Y):
    """All that a network says of X and Y, and where it is after a step of training."""
    twin = net.astype(net.dtype)
    said = [net.forward(X), net.predict_proba(X), net.predict(X), net.cost(X, Y)]
    said += [net.cost_and_gradient(X, Y), net.gradient.copy()]
    said += [train(twin, X, Y, GradientDescent(0.1), 2, batch_size=1, random_state=0).costs]
    return [*said, twin.parameters]


@settings(max_examples=200)
@given(made(-8, 8), st.sampled_from([np.float64, np.float32]))
def test_inputs_of_every_make(held, dtype):
    X, same = held
    net = small(dtype=dtype)
    parameters, before = net.parameters.copy(), state(X)
    if same is None:
        Y = np.zeros((1, np.shape(X)[-1] if isinstance(X, np.ndarray) and X.ndim else 1))
        for refuse in (net.predict_proba, net.predict):
            with pytest.raises((TypeError, ValueError), match=r"^X\b.* (needs|the network has) "):
                refuse(X)
        with pytest.raises((TypeError, ValueError), match=r"^X\b"):
            net.cost(X, Y)
        with pytest.raises((TypeError, ValueError), match=r"^X\b"):
            train(net, X, Y, GradientDescent(0.1), 1)
    else:
        Y = (np.arange(same.shape[1]) % 2)[None]
        tolerance = 1e-12 if dtype == np.float64 else 1e-5
        for got, wanted in zip(answers(net, X, Y), answers(net, same, Y), strict=True):
            np.testing.assert_allclose(got, wanted, rtol=tolerance, atol=tolerance)
    assert state(X) == before
    np.testing.assert_array_equal(net.parameters, parameters)


@settings(max_examples=200)
@given(made(0, 1), st.booleans())
def test_labels_of_every_make(held, several):
    Y, same = held
    X = np.ones((3, 6))
    if same is not None:
        m = same.shape[1]
        X = np.ones((3, m))
        right = np.isin(same, (0, 1)).all() and (same.sum(axis=0) == 1).all()
    net = small(Dense(3), loss=SoftmaxCrossEntropy())
    before = state(Y)
    if same is None or not right:
        with pytest.raises((TypeError, ValueError), match=r"^Y\b"):
            net.cost(X, Y)
    else:
        assert net.cost(X, Y) == net.cost(X, same)
        assert net.cost_and_gradient(X, Y) == net.cost_and_gradient(X, same)
    assert state(Y) == before


@given(st.lists(st.integers(0, 4), max_size=4).map(tuple))
def test_inputs_of_every_shape(shape):
    net, X = small(), np.ones(shape)
    if len(shape) == 2 and shape[0] == 3 and shape[1] > 0:
        assert net.forward(X).shape == net.predict(X).shape == (1, shape[1])
    else:
        with pytest.raises(ValueError, match=r"^X (has shape|is empty|has \d rows)"):
            net.forward(X)
