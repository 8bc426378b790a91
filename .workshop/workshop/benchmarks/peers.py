"""The same training, written for every library that is compared.

A peer is a function ``peer(workload)`` that prepares everything and returns ``run(steps)``, which
takes that many further optimizer steps. All start from the same numbers, compute the cost at every
step, as a History needs it, and read minibatches in an order shuffled beforehand.
"""

import dataclasses
import warnings

import numpy as np


@dataclasses.dataclass(frozen=True)
class Workload:
    """Widths with the input first, m examples, and how they are trained."""

    widths: tuple
    m: int
    batch_size: int | None = None  # None: all at once
    optimizer: str = "gradient descent"
    dtype: str = "float64"
    batch_norm: bool = False

    @property
    def batch(self):
        return self.batch_size or self.m

    def data(self):
        """X (n_x, m), its columns contiguous, and labels: (1, m) or one-hot (C, m)."""
        random_state = np.random.RandomState(0)
        n_x, n_y = self.widths[0], self.widths[-1]
        X = random_state.rand(self.m, n_x).astype(self.dtype).T
        y = random_state.randint(max(2, n_y), size=self.m)
        Y = y[np.newaxis] if n_y == 1 else np.eye(n_y)[y].T
        return X, Y.astype(self.dtype)

    def weights(self):
        random_state = np.random.RandomState(1)
        shapes = zip(self.widths[1:], self.widths[:-1], strict=True)
        return [(random_state.randn(*s) * np.sqrt(2 / s[1])).astype(self.dtype) for s in shapes]

    def batches(self):
        """Index arrays, for ever: an epoch in shuffled order, then the next."""
        random_state = np.random.RandomState(2)
        while True:
            order = random_state.permutation(self.m)
            for start in range(0, self.m - self.batch + 1, self.batch):
                yield order[start : start + self.batch]


RATE = 1e-4  # small, so that no run diverges


def products(workload):
    """Only the matrix products of a step: no library with this BLAS can be faster."""
    Ws = workload.weights()
    A0 = np.asfortranarray(workload.data()[0][:, : workload.batch])

    def run(steps):
        for _ in range(steps):
            inputs = [A0]
            for W in Ws:
                inputs.append(W @ inputs[-1])
            d = inputs.pop()
            for l in reversed(range(len(Ws))):
                d @ inputs[l].T
                d = Ws[l].T @ d if l else None

    return run


def this_library(workload):
    from lib import (
        Adam,
        BatchNorm,
        BinaryCrossEntropy,
        Dense,
        GradientDescent,
        Network,
        ReLU,
        SoftmaxCrossEntropy,
        train,
    )

    n_x, *hidden, n_y = workload.widths
    layers = []
    for n in hidden:
        layers += [Dense(n, bias=not workload.batch_norm)]
        layers += [BatchNorm(), ReLU()] if workload.batch_norm else [ReLU()]
    loss = BinaryCrossEntropy() if n_y == 1 else SoftmaxCrossEntropy()
    net = Network([*layers, Dense(n_y)], n_x, loss, random_state=0, dtype=np.dtype(workload.dtype))
    weighty = [layer for layer in net.layers if isinstance(layer, Dense)]
    for layer, W in zip(weighty, workload.weights(), strict=True):
        layer.W[...] = W
    optimizer = Adam(RATE) if workload.optimizer == "adam" else GradientDescent(RATE)
    X, Y = workload.data()

    def run(steps):
        if workload.batch_size is None:
            train(net, X, Y, optimizer, steps)
        else:  # a part of an epoch, with the same call that users make
            m = steps * workload.batch_size
            train(net, X[:, :m], Y[:, :m], optimizer, 1, workload.batch_size, random_state=0)

    return run


def torch_eager(workload, fused=False):
    import torch

    torch.set_num_threads(1)
    layers = []
    for l, W in enumerate(workload.weights()):
        last = l == len(workload.widths) - 2
        linear = torch.nn.Linear(*W.shape[::-1], bias=last or not workload.batch_norm)
        linear = linear.to(getattr(torch, workload.dtype))
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(W))
            if linear.bias is not None:
                linear.bias.zero_()
        layers.append(linear)
        if not last and workload.batch_norm:
            layers.append(torch.nn.BatchNorm1d(W.shape[0]).to(linear.weight.dtype))
        if not last:
            layers.append(torch.nn.ReLU())
    net = torch.nn.Sequential(*layers)
    X, Y = (torch.from_numpy(np.ascontiguousarray(array.T)) for array in workload.data())
    one = workload.widths[-1] == 1
    loss = torch.nn.BCEWithLogitsLoss() if one else torch.nn.CrossEntropyLoss()
    Y = Y if one else Y.argmax(dim=1)
    kind = torch.optim.Adam if workload.optimizer == "adam" else torch.optim.SGD
    optimizer = kind(net.parameters(), lr=RATE, **({"fused": True} if fused else {}))
    batches = workload.batches()

    def run(steps):
        total = 0.0
        for _ in range(steps):
            x, y = X, Y
            if workload.batch_size is not None:
                batch = torch.from_numpy(next(batches))
                x, y = X[batch], Y[batch]
            optimizer.zero_grad()
            cost = loss(net(x), y)
            cost.backward()
            optimizer.step()
            total += cost.item()

    return run


def torch_fused(workload):
    return torch_eager(workload, fused=True)


def jax_jit(workload):
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", workload.dtype == "float64")
    one, dtype = workload.widths[-1] == 1, workload.dtype

    def start(W, last):  # examples in rows, as is usual there
        parameters = {"W": jnp.asarray(W.T), "b": jnp.zeros(len(W), dtype)}
        if workload.batch_norm and not last:
            parameters["gamma"] = jnp.ones(len(W), dtype)
        return parameters

    Ws = workload.weights()
    parameters = [start(W, l == len(Ws) - 1) for l, W in enumerate(Ws)]

    def cost(parameters, x, y):
        A = x
        for l, p in enumerate(parameters):
            Z = A @ p["W"]
            if "gamma" in p:
                Z = p["gamma"] * (Z - Z.mean(axis=0)) / jnp.sqrt(Z.var(axis=0) + 1e-5)
            A = Z + p["b"]
            if l < len(parameters) - 1:
                A = jnp.maximum(A, 0)
        if one:
            return jnp.mean(jnp.logaddexp(0, A) - y * A)
        return jnp.mean(jax.nn.logsumexp(A, axis=1) - (y * A).sum(axis=1))

    @jax.jit
    def step(state, x, y):
        p, v, s, t = state
        value, g = jax.value_and_grad(cost)(p, x, y)
        if workload.optimizer != "adam":
            return (jax.tree.map(lambda p, g: p - RATE * g, p, g), v, s, t), value
        t = t + 1
        v = jax.tree.map(lambda v, g: 0.9 * v + 0.1 * g, v, g)
        s = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, s, g)
        scale = RATE * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        p = jax.tree.map(lambda p, v, s: p - scale * v / (jnp.sqrt(s) + 1e-8), p, v, s)
        return (p, v, s, t), value

    zeros = jax.tree.map(jnp.zeros_like, parameters)
    state = [(parameters, zeros, zeros, jnp.zeros((), dtype))]
    X, Y = (np.ascontiguousarray(array.T) for array in workload.data())
    whole = jnp.asarray(X), jnp.asarray(Y)
    batches = workload.batches()

    def run(steps):
        total = 0.0
        for _ in range(steps):
            x, y = whole
            if workload.batch_size is not None:
                batch = next(batches)
                x, y = X[batch], Y[batch]
            state[0], value = step(state[0], x, y)
            total += float(value)

    return run


def scikit_learn(workload):
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    if workload.batch_norm:
        raise NotImplementedError("MLPClassifier has no batch normalization")
    X, Y = workload.data()
    y = Y[0] if len(Y) == 1 else Y.argmax(axis=0)
    options = {
        "hidden_layer_sizes": workload.widths[1:-1], "alpha": 0, "learning_rate_init": RATE,
        "solver": "adam" if workload.optimizer == "adam" else "sgd", "momentum": 0,
        "batch_size": workload.batch, "n_iter_no_change": 10**6, "tol": 0, "random_state": 0,
    }  # fmt: skip

    def run(steps):
        m = workload.m if workload.batch_size is None else steps * workload.batch_size
        epochs = steps if workload.batch_size is None else 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            MLPClassifier(**options, max_iter=epochs).fit(X.T[:m], y[:m])

    return run


def textbook(workload):
    """The style of the published courses, plainly: dictionaries, caches, a loop over the layers."""
    if workload.batch_norm:
        raise NotImplementedError("the published courses have no batch normalization in NumPy")
    X, Y = workload.data()
    L = len(workload.widths) - 1
    parameters, v, s, count = {}, {}, {}, [0]
    for l, W in enumerate(workload.weights(), start=1):
        parameters[f"W{l}"], parameters[f"b{l}"] = W, np.zeros((len(W), 1), W.dtype)
    for key, value in parameters.items():
        v[key], s[key] = np.zeros_like(value), np.zeros_like(value)
    batches = workload.batches()

    def one_step(x, y):
        m, A, caches = x.shape[1], x, []
        for l in range(1, L + 1):
            Z = np.dot(parameters[f"W{l}"], A) + parameters[f"b{l}"]
            caches.append((A, Z))
            if l < L:
                A = np.maximum(0, Z)
            elif len(Z) == 1:
                A = 1 / (1 + np.exp(-Z))
            else:
                A = np.exp(Z) / np.sum(np.exp(Z), axis=0)
        if len(A) == 1:
            cost = -np.sum(y * np.log(A) + (1 - y) * np.log(1 - A)) / m
        else:
            cost = -np.sum(y * np.log(A)) / m
        grads, dA = {}, None
        for l in range(L, 0, -1):
            A_prev, Z = caches[l - 1]
            if l == L:
                dZ = A - y
            else:
                dZ = np.array(dA, copy=True)
                dZ[Z <= 0] = 0
            grads[f"W{l}"] = np.dot(dZ, A_prev.T) / m
            grads[f"b{l}"] = np.sum(dZ, axis=1, keepdims=True) / m
            dA = np.dot(parameters[f"W{l}"].T, dZ)
        count[0] += 1
        t = count[0]
        for key, g in grads.items():
            if workload.optimizer == "adam":
                v[key] = 0.9 * v[key] + 0.1 * g
                s[key] = 0.999 * s[key] + 0.001 * g**2
                v_hat, s_hat = v[key] / (1 - 0.9**t), s[key] / (1 - 0.999**t)
                parameters[key] = parameters[key] - RATE * v_hat / (np.sqrt(s_hat) + 1e-8)
            else:
                parameters[key] = parameters[key] - RATE * g
        return cost

    def run(steps):
        total = 0.0
        for _ in range(steps):
            x, y = X, Y
            if workload.batch_size is not None:
                batch = next(batches)
                x, y = X[:, batch], Y[:, batch]
            total += one_step(x, y)

    return run


PEERS = {
    "the products alone": products,
    "this library": this_library,
    "jax.jit": jax_jit,
    "PyTorch": torch_eager,
    "PyTorch, fused optimizer": torch_fused,
    "scikit-learn": scikit_learn,
    "textbook code": textbook,
}
