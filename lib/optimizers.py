"""Optimizers: what to do with a gradient. Read this module with chapter 7.

The contract. ``step(parameters, gradient)`` changes the flat vector ``parameters`` in place and
leaves ``gradient`` alone. It fetches the running averages, asks for the learning rate, and hands
everything to ``update(p, g, rate, *averages)``, the formula, which is all that an optimizer has to
bring along. A learning rate is a number, or a schedule: whatever can be called with the number of
steps already taken.
"""

import math

import numpy as np

from lib.checks import check_number

__all__ = [
    "Adam",
    "ExponentialDecay",
    "GradientDescent",
    "InverseTimeDecay",
    "Momentum",
    "Optimizer",
    "RMSprop",
    "Schedule",
    "SquareRootDecay",
    "StepDecay",
]


# Bytes of a vector that are updated at a time: few enough for the cache, and enough for NumPy to
# write the steps of a formula into the memory of the step before.
BLOCK = 2**18


class Optimizer:
    """What all optimizers share; chapter 7, "The optimizer: one changed line".

    ``n_averages`` says how many running averages ``update`` is given, zero vectors at first.
    ``linear`` says that a step is a linear function of the gradients so far: then descending in
    other coordinates is the same descent, which the Gram form of chapter 3 relies on.
    """

    n_averages = 0
    linear = False

    def __init__(self, learning_rate):
        self.learning_rate = learning_rate
        if not callable(learning_rate):
            check_number(learning_rate, "learning_rate")
        self.steps, self._parameters, self._averages = 0, None, []

    def step(self, parameters, gradient):
        """Move ``parameters`` against ``gradient``, both (n,), in place.

        Raises TypeError or ValueError, and changes nothing, for what cannot be moved so.
        """
        ours = parameters is self._parameters
        if not ours or getattr(gradient, "shape", None) != parameters.shape:
            _check_vectors(parameters, gradient)
        rate = self.rate(self.steps if ours else 0)
        averages = self.state(parameters)
        self.steps += 1
        if parameters.nbytes <= BLOCK:  # nothing to split; slicing slows small networks
            return self.update(parameters, gradient, rate, *averages)
        size = BLOCK // parameters.itemsize
        for start in range(0, len(parameters), size):
            block = slice(start, start + size)
            averages_here = [average[block] for average in averages]
            self.update(parameters[block], gradient[block], rate, *averages_here)

    def update(self, p, g, rate, *averages):
        """The formula: change p and the averages in place. Elements do not affect each other."""
        raise NotImplementedError(f"{type(self).__name__} needs an update method")

    def rate(self, steps):
        """The learning rate after so many steps."""
        rate = self.learning_rate
        if callable(rate):
            rate = check_number(rate(steps), "the learning rate that the schedule returned")
        return rate

    def state(self, parameters):
        """The running averages that belong to ``parameters``; for another vector, new ones."""
        if self._parameters is not parameters:
            self._parameters, self.steps = parameters, 0
            self._averages = [np.zeros_like(parameters) for _ in range(self.n_averages)]
        return self._averages

    def follow(self, parameters):
        """Let the running averages belong to ``parameters``, a copy of the vector they were of."""
        self._parameters = parameters

    def snapshot(self):
        """All that a step changes but the parameters, copied, for ``restore``."""
        return self._parameters, self.steps, [average.copy() for average in self._averages]

    def restore(self, snapshot):
        """Go back to what ``snapshot`` returned."""
        self._parameters, self.steps, averages = snapshot
        self._averages = [average.copy() for average in averages]

    def __repr__(self):
        hidden = ("learning_rate", "steps")
        shown = [f"{k}={v}" for k, v in vars(self).items() if k not in hidden and k[0] != "_"]
        return f"{type(self).__name__}({', '.join([str(self.learning_rate), *shown])})"


def _check_vectors(parameters, gradient):
    for name, array in [("parameters", parameters), ("gradient", gradient)]:
        if not isinstance(array, np.ndarray) or array.dtype.kind not in "fc" or not array.ndim:
            got = getattr(array, "dtype", type(array).__name__)
            raise TypeError(f"{name} is of type {got}; it needs to be a vector of floats")
    if not parameters.flags.writeable:
        raise ValueError("parameters is read-only; it needs to be writeable: a step changes it")
    if gradient.shape != parameters.shape:
        needs = f"it needs {parameters.shape}, as parameters"
        raise ValueError(f"gradient has shape {gradient.shape}; {needs}")


class Schedule:
    """A learning rate that falls: learning_rate * factor(t), with t = steps taken / decay_steps.

    It takes the place of the number: ``Adam(ExponentialDecay(0.01, 0.95, decay_steps=5))``, where
    ``decay_steps`` is the number of steps that t counts as one, such as the steps of an epoch.
    Chapter 7, "Learning-rate decay". Raises TypeError or ValueError unless all three are positive
    numbers.
    """

    interval = "(0, inf)"  # of decay

    def __init__(self, learning_rate, decay, decay_steps=1):
        self.learning_rate = check_number(learning_rate, "learning_rate")
        self.decay = check_number(decay, "decay", self.interval)
        self.decay_steps = check_number(decay_steps, "decay_steps")

    def __call__(self, steps):
        return self.learning_rate * self.factor(steps / self.decay_steps)

    def factor(self, t):
        raise NotImplementedError(f"{type(self).__name__} needs a factor method")

    def __repr__(self):
        numbers = (self.learning_rate, self.decay, self.decay_steps)
        return f"{type(self).__name__}({', '.join(f'{number:g}' for number in numbers)})"


class InverseTimeDecay(Schedule):
    """learning_rate / (1 + decay t); chapter 7, "Learning-rate decay"."""

    def factor(self, t):
        return 1 / (1 + self.decay * t)


class SquareRootDecay(Schedule):
    """learning_rate / sqrt(1 + decay t); chapter 7, "Learning-rate decay"."""

    def factor(self, t):
        return 1 / math.sqrt(1 + self.decay * t)


class ExponentialDecay(Schedule):
    """learning_rate * decay**t, with decay in (0, 1]; chapter 7, "Learning-rate decay"."""

    interval = "(0, 1]"

    def factor(self, t):
        return self.decay**t


class StepDecay(ExponentialDecay):
    """The same in steps: learning_rate * decay**floor(t); chapter 7, "Learning-rate decay"."""

    def factor(self, t):
        return self.decay ** math.floor(t)


class GradientDescent(Optimizer):
    """Step downhill: parameters -= rate * gradient.

    Chapter 1, "The learning rate: how large a step". Raises TypeError or ValueError if
    ``learning_rate`` is not a positive number.
    """

    linear = True

    def update(self, p, g, rate):
        p -= rate * g


class Momentum(Optimizer):
    """Descend along a running average: v = beta v + (1 - beta) g; parameters -= rate * v.

    Derived in chapter 7, "Momentum" (Polyak, 1964). Raises TypeError or ValueError
    unless ``learning_rate`` is positive and ``beta`` in [0, 1).
    """

    n_averages = 1
    linear = True

    def __init__(self, learning_rate, beta=0.9):
        super().__init__(learning_rate)
        self.beta = check_number(beta, "beta", "[0, 1)")

    def update(self, p, g, rate, v):
        v *= self.beta
        v += (1 - self.beta) * g
        p -= rate * v


class RMSprop(Optimizer):
    """Divide by the running size of the gradient: s = beta s + (1 - beta) g**2.

    The step is rate * g / (sqrt(s) + epsilon), with epsilon outside the root. Derived in chapter 7,
    "RMSprop" (Tieleman and Hinton, 2012). Raises TypeError or ValueError for
    ``learning_rate`` or ``epsilon`` not positive, or ``beta`` outside [0, 1).
    """

    n_averages = 1

    def __init__(self, learning_rate, beta=0.9, epsilon=1e-8):
        super().__init__(learning_rate)
        self.beta = check_number(beta, "beta", "[0, 1)")
        self.epsilon = check_number(epsilon, "epsilon")

    def update(self, p, g, rate, s):
        s *= self.beta
        s += (1 - self.beta) * g**2
        p -= rate * g / (np.sqrt(s) + self.epsilon)


class Adam(Optimizer):
    """Momentum over RMSprop, both corrected for starting at zero.

    v = beta1 v + (1 - beta1) g and s = beta2 s + (1 - beta2) g**2; the step number t divides them
    by 1 - beta1**t and 1 - beta2**t. Derived in chapter 7, "Adam" (Kingma and Ba, 2015).
    What is kept are the sums v / (1 - beta1) and s / (1 - beta2): two passes fewer.
    Raises TypeError or ValueError for arguments out of range, as RMSprop does.
    """

    n_averages = 2

    def __init__(self, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
        super().__init__(learning_rate)
        self.beta1 = check_number(beta1, "beta1", "[0, 1)")
        self.beta2 = check_number(beta2, "beta2", "[0, 1)")
        self.epsilon = check_number(epsilon, "epsilon")

    def update(self, p, g, rate, v, s):
        v *= self.beta1
        v += g
        s *= self.beta2
        s += g * g
        # What makes these sums averages are numbers, and is put into the rate and epsilon.
        root = math.sqrt((1 - self.beta2**self.steps) / (1 - self.beta2))
        rate *= root * (1 - self.beta1) / (1 - self.beta1**self.steps)
        p -= rate * v / (np.sqrt(s) + root * self.epsilon)
