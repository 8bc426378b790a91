"""Regularization: paying for complexity. Read this module with chapter 5."""

import numpy as np

from lib.checks import check_number

__all__ = ["L2"]


class L2:
    """Adds strength / (2m) * sum of W**2 to the cost; biases are left out.

    First used in chapter 1, "The same optimum as scikit-learn", and derived in chapter 5.
    Raises TypeError or ValueError if ``strength`` is not a number from 0 up.
    """

    elementwise = False  # its gradient is a multiple of W itself

    def __init__(self, strength):
        self.strength = check_number(strength, "strength", closed="left")

    def value(self, W, m):
        """What W adds to the cost of m examples."""
        return self.strength / (2 * m) * np.sum(W * W)

    def add_gradient(self, W, dW, m):
        """Add strength / m * W to dW in place."""
        dW += (self.strength / m) * W

    def __repr__(self):
        return f"L2({self.strength:g})"
