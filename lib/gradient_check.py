"""Gradient checking: trust, but verify. Read this module with chapter 6.

Three numerical derivatives of f at theta, with e a small step in one coordinate:

    one-sided     (f(theta + e) - f(theta)) / e             error of order e
    two-sided     (f(theta + e) - f(theta - e)) / 2e        error of order e**2
    complex-step  Im f(theta + i e) / e                     no subtraction, so e may be 1e-30

The first two subtract numbers that are nearly equal, each rounded to about u = 1.1e-16 of its size.
So a slope of zero comes out as about u f / e: 0 and 7e-12 then mean the same, though their relative
difference is 1, the largest there is.
"""

from dataclasses import dataclass

import numpy as np

from lib.checks import (
    check_choice,
    check_count,
    check_number,
    check_numeric,
    check_object,
    check_weights,
)

__all__ = ["GradientReport", "check_gradients", "numerical_gradient", "relative_difference"]

EPSILON = {"one-sided": 1e-8, "two-sided": 1e-5, "complex-step": 1e-30}
ROUNDINGS = 32  # of the last digit: what a cost over many layers and examples may be off by


def numerical_gradient(f, theta, epsilon=None, method="two-sided"):
    """The gradient of f at the vector theta, one coordinate at a time; same shape as theta.

    f takes a vector like theta and returns a number (for "complex-step": it must accept complex
    vectors and use only functions that are analytic where they are used). ``epsilon`` defaults to
    1e-8, 1e-5 and 1e-30 for "one-sided", "two-sided" and "complex-step". Used in chapter 2,
    "Checking the gradient numerically", and derived in chapter 6. Raises TypeError or ValueError.
    """
    check_choice(method, "method", EPSILON)
    check_object(f, "f", "__call__", "a function of theta")
    theta = check_numeric(theta, "theta")
    e = EPSILON[method] if epsilon is None else check_number(epsilon, "epsilon")
    theta = np.array(theta, dtype=complex if method == "complex-step" else float)
    here = f(theta) if method == "one-sided" else None
    slope, step = np.empty(theta.shape), np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        step[i] = e
        if method == "one-sided":
            slope[i] = (f(theta + step) - here) / e
        elif method == "two-sided":
            slope[i] = (f(theta + step) - f(theta - step)) / (2 * e)
        else:
            value = f(theta + 1j * step)
            if not np.iscomplexobj(value):
                raise TypeError(
                    f"f returned {value!r} for a complex theta; it needs to return a complex"
                    " number, so no abs, no .real and no float() on the way"
                )
            slope[i] = value.imag / e
        step[i] = 0
    return slope


def relative_difference(a, b, rounding=0.0):
    """||a - b|| / (||a|| + ||b||), between 0 and 1; 0 for two zero vectors, NaN if one holds NaN.

    Below 1e-7 two gradients agree; above 1e-3 one is wrong, or a kink is in reach. ``rounding``:
    two numbers that are both no larger than this are both taken for zero. Chapter 2, "Checking the
    gradient numerically". Raises ValueError if one has more numbers than the other, or ``rounding``
    is negative.
    """
    a, b = np.ravel(a), np.ravel(b)
    if a.shape != b.shape:
        raise ValueError(f"a holds {a.size} numbers, b holds {b.size}; they need as many each")
    if check_number(rounding, "rounding", "[0, inf)"):
        zero = (np.abs(a) <= rounding) & (np.abs(b) <= rounding)
        a, b = np.where(zero, 0, a), np.where(zero, 0, b)
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return float(np.linalg.norm(a - b) / size) if size != 0 else 0.0


@dataclass
class GradientReport:
    """What check_gradients found; chapter 2, "Checking the gradient numerically".

    relative_difference: of the whole gradient. worst: the names of the parameters that differ most,
    as "layers[2].W[3, 1]", with backward's value and the numerical one. analytic, numerical: both
    gradients, in the order of ``net.parameters``. rounding: what rounding alone may make of a slope
    of zero; two values that are both no larger count as equal.
    """

    relative_difference: float
    worst: list
    analytic: np.ndarray
    numerical: np.ndarray
    rounding: float = 0.0

    def __repr__(self):
        rows = [
            f"  {name}: {ours:.6e} by backward, {theirs:.6e} numerically"
            for name, ours, theirs in self.worst
        ]
        return "\n".join(
            [f"relative difference {self.relative_difference:.1e}; largest gaps:", *rows]
        )


def check_gradients(net, X, Y, epsilon=None, method="two-sided", n_worst=5, sample_weight=None):
    """Compare the gradient of ``net`` at X, Y with a numerical one; returns a GradientReport.

    The network is left as it was. The check works on float64 copies, in training mode, with the
    penalty, and with one choice of dropped units. ``n_worst``: how many parameters to name;
    ``sample_weight``: None, or weights of the examples, (m,); ``epsilon`` and ``method`` are those
    of ``numerical_gradient``. First used in chapter 2, "Checking the gradient numerically", and
    explained in chapter 6. Differences that rounding alone can make where the gradient is zero
    count as none. Raises TypeError or ValueError.
    """
    check_object(net, "net", "cost_and_gradient", "Network([Dense(1)], n_inputs=2)")
    check_count(n_worst, "n_worst")
    twin = net.astype(complex if method == "complex-step" else np.float64)
    exact = net.astype(np.float64)
    streams = [(stream, stream.get_state()) for stream in twin.streams()]
    X, Y = exact.check(X, Y)
    if sample_weight is not None:
        sample_weight = check_weights(sample_weight, X.shape[1])
    here = exact.cost_and_gradient(X, Y, sample_weight)

    def cost(parameters):
        for stream, state in streams:
            stream.set_state(state)  # the same units are dropped in every pass
        twin.parameters = parameters
        return twin.cost(X, Y, sample_weight, training=True)

    numerical = numerical_gradient(cost, exact.parameters, epsilon, method)
    rounding = _rounding(here, epsilon or EPSILON[method], method)
    gaps = np.nan_to_num(np.abs(exact.gradient - numerical), nan=np.inf)  # NaN is the worst
    gaps[(np.abs(exact.gradient) <= rounding) & (np.abs(numerical) <= rounding)] = 0
    order = np.argsort(-gaps, kind="stable")[:n_worst]
    worst = [(net.locate(i), float(exact.gradient[i]), float(numerical[i])) for i in order]
    difference = relative_difference(exact.gradient, numerical, rounding)
    return GradientReport(difference, worst, exact.gradient, numerical, rounding)


def _rounding(cost, epsilon, method):
    """How far from zero rounding can bring the numerical slope of a cost that does not change.

    Steps below 1e-8 are allowed no more than that one: rounding then hides real slopes, and a check
    that cannot see them must not pass.
    """
    steps = {"one-sided": epsilon, "two-sided": 2 * epsilon, "complex-step": 1}  # 1: no difference
    return ROUNDINGS * np.finfo(float).eps * abs(cost) / max(steps[method], 1e-8)
