"""Rounding noise: a chapter run as if on another machine.

Two processors agree about every operation that IEEE 754 defines, + - * / and the square root. They
do not agree about exp, tanh or log, which NumPy computes by other instructions on each, nor about
the order in which a sum or a matrix product adds up. So their numbers differ in the last bit, and a
printed digit that hangs on the last bit differs with them.

`start(seed)` plays such a machine, in the process that calls it. From then on these numbers come
out one unit in the last place (ulp) above, one below, or as they were:

- what a `RandomState` draws, if it is real; whole numbers, permutations and choices stay;
- what the functions of `lib.datasets` and the loaders of scikit-learn return;
- the results of NumPy's exp, log, tanh and their kind (`FUNCTIONS`);
- what a `Dense` layer computes, forward and backward.

Which way a number goes is a function of its own bits and of the seed. So numbers that were equal
stay equal, x and -x stay opposite, and whatever is computed twice from the same numbers, in the
same way, comes out twice the same: a cell that says "equal, bit for bit" is right on every machine,
if it is right here. Where it compares two orders of summation it is not, and the noise says so.
Whole numbers are exact everywhere and stay: labels, counts, the 0 and 1 of a one-hot column.

`pytest --noise 1,2,3 chapters` runs each chapter once more for each seed, with what comes out
compared with what is stored, as strictly as ever: see `strict_nbval`. This file imports nothing
from the project until `start` is called, so that a kernel can run it from its path alone.
"""

import functools
import importlib
import sys

import numpy as np
import sklearn.datasets

FUNCTIONS = (
    *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "cbrt", "power"),
    *("sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2"),
    *("sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh", "logaddexp"),
)
# Those that the others go through: randn is standard_normal, rand and random are random_sample.
DRAWS = (
    *("random_sample", "standard_normal", "uniform", "normal", "lognormal", "laplace", "logistic"),
    *("exponential", "standard_exponential", "gamma", "standard_gamma", "beta", "chisquare"),
)
LOADERS = ("load_iris", "load_digits", "load_breast_cancer", "load_wine", "load_diabetes")
GOLDEN = 0x9E3779B97F4A7C15  # 2**64 divided by the golden ratio: its multiples spread evenly


def moved(values, seed):
    """`values` with every real number one ulp up, one down (a quarter each), or as it is.

    Arrays keep their dtype and layout, numbers their type; tuples and scikit-learn's bunches are
    gone through. Whole numbers, infinities, NaN, and what is no number or no plain array stay.
    """
    if type(values) is np.ndarray:
        return _moved_array(values, seed) if values.ndim else _moved_array(values[None], seed)[0]
    if isinstance(values, np.inexact):
        return _moved_array(np.array([values]), seed)[0]
    if isinstance(values, (float, complex)):
        return _moved_array(np.array([values]), seed).item()
    if isinstance(values, tuple):
        parts = [moved(value, seed) for value in values]
        return type(values)(*parts) if hasattr(values, "_fields") else tuple(parts)
    if isinstance(values, dict):
        return type(values)(**{name: moved(value, seed) for name, value in values.items()})
    return values


def _moved_array(values, seed):
    if values.dtype.kind == "c" and values.dtype.itemsize in (8, 16):
        found = np.empty_like(values)
        found.real, found.imag = _moved_array(values.real, seed), _moved_array(values.imag, seed)
        return found
    if values.dtype.kind != "f" or values.dtype.itemsize not in (4, 8):
        return values
    whole, factor, without_sign, half, last_two, least, infinite = _constants(values.dtype, seed)
    # A float's neighbour is the float whose bits, read as a whole number, are one more or one less.
    bits = values.view(whole)
    size = bits & without_sign
    stays = size - least >= infinite - least  # below the least, a number would wrap around
    stays |= np.rint(values) == values
    # Two bits of a hash of the number without its sign: 0 goes down, 1 and 2 stay, 3 goes up.
    size *= factor
    size ^= size >> half
    size *= factor
    size >>= last_two
    size += whole(1)
    size >>= whole(1)
    size -= whole(1)
    np.copyto(size, whole(0), where=stays)
    size += bits
    return size.view(values.dtype)


@functools.cache
def _constants(dtype, seed):
    """For a dtype: whole numbers of its size, a hash's factor, masks, and two floats' bits."""
    whole, n_bits = np.dtype(f"u{dtype.itemsize}").type, 8 * dtype.itemsize
    product = (2 * seed + 1) * GOLDEN % 2**64
    least, infinite = (
        np.array(value, dtype).view(whole)[()] for value in (np.finfo(dtype).tiny, np.inf)
    )
    numbers = (product >> (64 - n_bits) | 1, 2 ** (n_bits - 1) - 1, n_bits // 2, n_bits - 2)
    return whole, *map(whole, numbers), least, infinite


def start(seed):
    """Make this process the machine number `seed`, from now on."""
    _noisy_functions(seed)
    _noisy_draws(seed)
    _noisy_loaders(seed)
    _noisy_layers(seed)


def line(seed):
    """The line of code that a kernel runs to become the machine number `seed`."""
    return f"__import__('runpy').run_path({__file__!r})['start']({int(seed)})"


class Function:
    """A function of NumPy, all of whose results are moved; what else is asked of it, it answers."""

    def __init__(self, ufunc, seed):
        self.ufunc, self.seed = ufunc, seed
        self.__name__, self.__doc__, self.__module__ = ufunc.__name__, ufunc.__doc__, "numpy"

    def __call__(self, *arguments, **options):
        found = self.ufunc(*arguments, **options)
        given = options.get("out") is not None or len(arguments) > self.ufunc.nin
        if not given:
            return moved(found, self.seed)
        np.copyto(found, moved(found, self.seed), where=options.get("where", True))
        return found

    def __getattr__(self, name):
        return getattr(self.ufunc, name)

    def __reduce__(self):
        return self.__name__  # looked up in `numpy`: in a process without noise, NumPy's own


def _noisy_functions(seed):
    for name in FUNCTIONS:
        setattr(np, name, Function(getattr(np, name), seed))


def _noisy_draws(seed):
    """Put a subclass in the place of `RandomState`, which is written in C and cannot be changed."""
    plain = np.random.RandomState

    class Kind(type):
        """So that `isinstance` accepts the generators made before: scikit-learn keeps one."""

        def __instancecheck__(cls, thing):
            return isinstance(thing, plain)

    class RandomState(plain, metaclass=Kind):
        __doc__ = plain.__doc__

        def __reduce__(self):
            return RandomState, (), self.get_state(legacy=False)

    def noisy(method):
        @functools.wraps(method)
        def draw(self, *arguments, **options):
            return moved(method(self, *arguments, **options), seed)

        return draw

    for name in DRAWS:
        setattr(RandomState, name, noisy(getattr(plain, name)))
    # The name of the original: in a process without noise, a copy is unpickled without.
    RandomState.__module__, RandomState.__qualname__ = "numpy.random", "RandomState"
    np.random.RandomState = np.random.mtrand.RandomState = RandomState


def _noisy_loaders(seed):
    datasets = importlib.import_module("lib.datasets")
    inside = []  # a loader that calls another is moved once

    def noisy(load):
        @functools.wraps(load)
        def loaded(*arguments, **options):
            inside.append(load)
            try:
                found = load(*arguments, **options)
            finally:
                inside.pop()
            return found if inside else moved(found, seed)

        return loaded

    for name in datasets.__all__:
        function = getattr(datasets, name)
        if not isinstance(function, type):
            setattr(datasets, name, noisy(function))
    for name in LOADERS:
        setattr(sklearn.datasets, name, noisy(getattr(sklearn.datasets, name)))


def _noisy_layers(seed):
    layer = importlib.import_module("lib.layers").Dense
    forward, backward = layer.forward, layer.backward

    @functools.wraps(forward)
    def noisy_forward(self, *arguments, **options):
        return moved(forward(self, *arguments, **options), seed)

    @functools.wraps(backward)
    def noisy_backward(self, *arguments, **options):
        found = backward(self, *arguments, **options)
        self.dW[...] = moved(self.dW, seed)
        return moved(found, seed)

    layer.forward, layer.backward = noisy_forward, noisy_backward


if __name__ == "__main__":
    sys.exit("a kernel runs this file, when pytest is given --noise")
