"""Full-batch descent on wide inputs: the same steps, sooner. Read it with chapter 3's excursion.

The gradient of the first layer is dZ Xᵀ: every step moves W within the span of the pictures. So
after any number of steps W = C Xᵀ + D W0 for some small C (n_1, m) and D (n_1, n_1), and instead of
W (20 × 12,288) descent can move C and D (20 × 229):

    W X  =  [C D] [XᵀX; W0 X]               the pictures are needed only through XᵀX and W0 X
    W -= rate dZ Xᵀ   is   C -= rate dZ     a step on W is a step on C, without any product

The two are equal in exact arithmetic, and differ by rounding in floating point.
"""

import numpy as np

from lib.checks import check_object, check_weights
from lib.layers import Dense
from lib.regularization import L2
from lib.training import train
from lib.watching import HintOfScale, Validation

__all__ = ["train_gram"]


def train_gram(net, X, Y, optimizer, epochs, validation=None, progress=False, sample_weight=None):
    """Do what ``train(net, X, Y, optimizer, epochs)`` does, through the Gram matrix XᵀX.

    Pays when the inputs are many more than the examples: a step costs m² instead of n_x m. Takes
    full batches only, a Dense first layer, an optimizer whose steps are linear in the gradient
    (GradientDescent, Momentum), and no penalty but L2. Returns the History; the network ends with
    the weights that ``train`` would have given it, even when stopped by hand or diverged. The
    optimizer starts afresh at each call: its running average is kept in other coordinates.
    Derived in excursion 3, "The Gram form of the first layer". Raises TypeError or ValueError where
    the equality would not be exact.
    """
    check_object(net, "net", "cost_and_gradient", "Network([Dense(1)], n_inputs=2)")
    net.check_writeable()
    X, Y = net.check(X, Y)
    first = net.layers[0]
    if type(first) is not Dense:
        raise ValueError(f"layers[0] is {first!r}; train_gram needs a Dense layer on the inputs")
    check_object(optimizer, "optimizer", "step", "GradientDescent(0.005)")
    if not getattr(optimizer, "linear", False):
        raise ValueError(
            f"optimizer is {optimizer!r}; train_gram needs one whose steps are linear in the"
            " gradient (GradientDescent, Momentum): others scale each weight on its own, which"
            " moves W out of the span of the pictures; use train"
        )
    if net.penalty is not None and type(net.penalty) is not L2:
        raise ValueError(f"penalty is {net.penalty!r}; train_gram needs None or one L2: use train")

    if sample_weight is not None:
        w = check_weights(sample_weight, X.shape[1], net.dtype)
        X, Y, sample_weight = X[:, w > 0], Y[:, w > 0], w[w > 0]
    arrays = (X, Y) if sample_weight is None else (X, Y, sample_weight)
    m = X.shape[1]
    W0 = first.W.copy()
    G = np.vstack([X.T @ X, W0 @ X])
    if validation is not None:
        dev = Validation(validation, net)
        if dev.X is None:
            raise ValueError("X_dev is an HDF5 data set; train_gram needs an array: X_dev[()].T")
        w_dev = () if dev.w is None else (dev.w,)
        validation = np.vstack([X.T @ dev.X, W0 @ dev.X]), dev.Y, *w_dev
    span = _SpanDense(first.n_outputs, first.bias)
    with (
        HintOfScale(net, lambda: [arrays]) as hint,
        net.with_first_layer(span, n_inputs=len(G)) as twin,
    ):
        C, D = np.split(span.W, [m], axis=1)
        D[...] = np.eye(len(D))
        if net.penalty is not None:
            basis_norms = np.hstack([G, np.vstack([G[m:].T, W0 @ W0.T])])
            twin.penalty = _L2InSpan(net.penalty, span.W, basis_norms)
        try:
            options = {"validation": validation, "sample_weight": sample_weight}
            hint.history = train(twin, G, Y, optimizer, epochs, progress=progress, **options)
        finally:
            first_W = C @ X.T + D @ W0
            net.parameters[: first_W.size] = first_W.ravel()
    return hint.history


class _SpanDense(Dense):
    """Dense in the coordinates [C D]: what stands for the gradient of C is dZ itself, of D zero."""

    inputs_are_products = True  # of examples: their size says nothing of the examples'

    def backward(self, dZ):
        m = dZ.shape[1]
        self.dW[:, :m] = dZ
        self.dW[:, m:] = 0
        if self.bias:
            np.add.reduce(dZ, axis=1, keepdims=True, out=self.db)


class _L2InSpan(L2):
    """L2 whose value for the first layer is that of the W which [C D] stands for.

    Its gradient needs no change: strength / m * W is strength / m * [C D] in these coordinates.
    """

    def __init__(self, penalty, coordinates, basis_norms):
        super().__init__(penalty.strength)
        self.coordinates, self.basis_norms = coordinates, basis_norms

    def value(self, W, m):
        if W is not self.coordinates:
            return super().value(W, m)
        return self.strength / (2 * m) * np.sum((W @ self.basis_norms) * W)
