"""Neural networks by hand: the library of the course.

One module per idea, in the order of the chapters: ``layers`` and ``losses`` in chapter 1,
``activations`` in 2, ``network``, ``training`` and ``gram`` in 3, ``initializers`` in 4,
``regularization`` and ``augmentation`` in 5, ``gradient_check`` in 6, ``optimizers`` in 7,
``batch_norm`` in 8, ``estimator`` in 10.

What supports them: ``checks`` of arguments; ``watching`` and ``history`` for training;
``persistence`` and ``streaming`` for files; ``datasets``, ``plots`` and ``exercises``; ``words``
for numbers and names in a text.

The names of the core can be imported from here. The others are imported by the name of their
module, because they bring more than NumPy.
"""

from lib.activations import LeakyReLU, ReLU, Sigmoid, Tanh, leaky_relu, relu, sigmoid, tanh
from lib.batch_norm import BatchNorm
from lib.gradient_check import check_gradients, numerical_gradient, relative_difference
from lib.gram import train_gram
from lib.history import Diverged, History
from lib.initializers import glorot_uniform, he, he_uniform, normal, xavier, zeros
from lib.layers import Dense, Layer
from lib.losses import (
    AbsoluteError,
    BinaryCrossEntropy,
    Loss,
    SoftmaxCrossEntropy,
    SquaredError,
    softmax,
)
from lib.network import Network
from lib.optimizers import (
    Adam,
    ExponentialDecay,
    GradientDescent,
    InverseTimeDecay,
    Momentum,
    Optimizer,
    RMSprop,
    Schedule,
    SquareRootDecay,
    StepDecay,
)
from lib.regularization import L1, L2, Dropout, EarlyStopping, Penalty
from lib.training import fit, minibatches, train

__all__ = [
    "L1",
    "L2",
    "AbsoluteError",
    "Adam",
    "BatchNorm",
    "BinaryCrossEntropy",
    "Dense",
    "Diverged",
    "Dropout",
    "EarlyStopping",
    "ExponentialDecay",
    "GradientDescent",
    "History",
    "InverseTimeDecay",
    "Layer",
    "LeakyReLU",
    "Loss",
    "Momentum",
    "Network",
    "Optimizer",
    "Penalty",
    "RMSprop",
    "ReLU",
    "Schedule",
    "Sigmoid",
    "SoftmaxCrossEntropy",
    "SquareRootDecay",
    "SquaredError",
    "StepDecay",
    "Tanh",
    "check_gradients",
    "fit",
    "glorot_uniform",
    "he",
    "he_uniform",
    "leaky_relu",
    "minibatches",
    "normal",
    "numerical_gradient",
    "relative_difference",
    "relu",
    "sigmoid",
    "softmax",
    "tanh",
    "train",
    "train_gram",
    "xavier",
    "zeros",
]
