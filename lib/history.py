"""The record of a training, and the error that it raises when it diverges. For ``training``."""

from dataclasses import dataclass, field

__all__ = ["Diverged", "History"]


@dataclass
class History:
    """The record of a training, one entry per epoch.

    costs: of the parameters before the epoch's update (with minibatches: the mean over all
    examples, each with the parameters at its batch).
    validation_costs, validation_accuracies: after the epoch's last update; empty without
    validation, the second also for a loss of numbers.
    interrupted: True if the reader stopped the training by hand.
    seed: what the minibatches are shuffled with, epoch k by RandomState(seed + k).
    """

    costs: list = field(default_factory=list)
    validation_costs: list = field(default_factory=list)
    validation_accuracies: list = field(default_factory=list)
    interrupted: bool = False
    seed: int | None = None

    def __repr__(self):
        if not self.costs:
            return "History(no epoch finished)"
        first, last = (
            f"{cost:.4f}" if abs(cost) < 1e6 else f"{cost:.3g}"
            for cost in (self.costs[0], self.costs[-1])
        )
        return f"History({len(self.costs)} epochs, cost {first} to {last})"


class Diverged(ArithmeticError):
    """The cost became NaN or infinite.

    It happened in step ``step`` of epoch ``epoch``, both counted from 0. ``history`` holds the
    epochs before. ``last_cost`` is the last finite cost, or None.
    """

    def __init__(self, cost, epoch, step, last_cost, history):
        super().__init__(cost, epoch, step, last_cost, history)
        self.epoch, self.step = epoch, step
        self.last_cost, self.history = last_cost, history

    def __str__(self):
        cost, epoch, step, last_cost, _ = self.args
        before = "it never was finite"
        if last_cost is not None:
            before = f"the last finite cost was {last_cost:.6g}"
        return (
            f"the cost became {cost} in epoch {epoch}, step {step}; {before}. The parameters are"
            " back at their last finite cost. Try a smaller learning rate, or inputs on a smaller"
            " scale."
        )
