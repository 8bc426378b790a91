"""Rounding noise: a chapter run as if on another machine.

Two processors agree about every operation that IEEE 754 defines, + - * / and the square root. They
do not agree about exp, tanh or log, which NumPy computes by other instructions on each, nor about
the order in which a sum or a matrix product adds up. So their numbers differ in the last bit, and a
printed digit that hangs on the last bit differs with them.

`start(seed)` imitates such a machine, in the process that calls it. From then on these numbers come
out one unit in the last place (ulp) above, one below, or as they were:

- what a `RandomState` draws, if it is real; whole numbers, permutations and choices stay;
- what the functions of `lib.datasets` and the loaders of scikit-learn return;
- the results of NumPy's exp, log, tanh and their kind (`FUNCTIONS`): every pass through a network,
  and with it every step of a training, meets one of them at the latest in the loss.

Which way a number goes is a function of its own bits and of the seed. So numbers that were equal
stay equal, x and -x stay opposite, and whatever is computed twice from the same numbers, in the
same way, comes out twice the same: a cell that says "equal, bit for bit" is right on every machine,
if it is right here. Where it compares two orders of summation it is not, and the noise says so.

Short numbers stay, those whose mantissa ends in 32 zeros (in 15, of a float32): they are exact
everywhere. Labels, counts, the 0 and 1 of a one-hot column, the sixteenths of the digits, tanh
where it has reached 1, infinity.

`pytest --noise 1,2,3 chapters` runs each chapter once more for each seed, with what comes out
compared with what is stored, as strictly as ever: see `strict_nbval`. `stop()` ends it; what was
computed meanwhile keeps its last bits, and a cell that is run after it goes on from there.
"""

import functools
import importlib
import random

import numpy as np
import sklearn.datasets

FUNCTIONS = (
    *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "cbrt", "power"),
    *("sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2"),
    *("sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh", "logaddexp"),
)
# The methods that the others call: randn is standard_normal, rand and random are random_sample.
DRAWS = (
    *("random_sample", "standard_normal", "uniform", "normal", "lognormal", "laplace", "logistic"),
    *("exponential", "standard_exponential", "gamma", "standard_gamma", "beta", "chisquare"),
)
LOADERS = ("load_iris", "load_digits", "load_breast_cancer", "load_wine", "load_diabetes")
SHORT = {64: 32, 32: 15}  # of a float: its bits, and how many trailing zeros make it a short number


def moved(values, seed):
    """`values` with every real number one ulp up, one down (a quarter each), or as it is.

    Arrays keep their dtype and layout, numbers their type; tuples and scikit-learn's bunches are
    gone through. Short numbers stay as they are, and so do objects other than numbers and plain
    arrays.
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
    if values.dtype.char in "FD":
        found = np.empty_like(values)
        found.real, found.imag = _moved_array(values.real, seed), _moved_array(values.imag, seed)
        return found
    if values.dtype.char not in "fd":
        return values
    whole, sign_and_first, factor, all_but_two, one = _constants(values.dtype, seed)
    # A float's neighbour is the float whose bits, read as a whole number, are one more or one less.
    bits = values.view(whole)
    hashed = bits << sign_and_first
    hashed *= factor
    hashed >>= all_but_two  # 0 to 3, and 0 where the rest of the mantissa was empty
    found = (hashed & one) + bits  # 1 goes up,
    hashed >>= one
    found -= hashed  # 2 goes down; 0 and 3 stay
    return found.view(values.dtype)


@functools.cache
def _constants(dtype, seed):
    """For a dtype: whole numbers of its size, two shifts, the factor of a hash, and 1."""
    whole, n_bits = np.dtype(f"u{dtype.itemsize}").type, 8 * dtype.itemsize
    factor = random.Random(seed).getrandbits(n_bits) | 1
    return whole, *map(whole, (n_bits - SHORT[n_bits], factor, n_bits - 2, 1))


_plain = []  # (owner, name, thing): what `stop` puts back


def start(seed):
    """Make this process the machine number `seed`, from now on."""
    _noisy_functions(seed)
    _noisy_draws(seed)
    _noisy_loaders(seed)


def stop():
    """Make this process itself again."""
    while _plain:
        setattr(*_plain.pop())


def _put(owner, name, thing):
    _plain.append((owner, name, getattr(owner, name)))
    setattr(owner, name, thing)


def line(seed):
    """What a kernel runs to become the machine number `seed`, or itself again for None."""
    call = "stop()" if seed is None else f"start({int(seed)})"
    return f"__import__('importlib').import_module({__name__!r}).{call}"


class Function:
    """A function of NumPy whose results are moved; it has all attributes of the original."""

    def __init__(self, ufunc, seed):
        self.ufunc, self.seed = ufunc, seed
        self.__name__, self.__doc__, self.__module__ = ufunc.__name__, ufunc.__doc__, "numpy"

    def __call__(self, *arguments, **options):
        found = self.ufunc(*arguments, **options)
        if not options and len(arguments) == self.ufunc.nin:
            return moved(found, self.seed)
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
        _put(np, name, Function(getattr(np, name), seed))


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
    for owner in (np.random, np.random.mtrand):
        _put(owner, "RandomState", RandomState)


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
            _put(datasets, name, noisy(function))
    for name in LOADERS:
        _put(sklearn.datasets, name, noisy(getattr(sklearn.datasets, name)))
