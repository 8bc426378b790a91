"""The record that a training leaves. ``training`` writes it, ``persistence`` stores it."""

from dataclasses import dataclass, field

__all__ = ["History"]


@dataclass
class History:
    """What happened, one entry an epoch; chapter 1, "The same neuron from the library".

    costs: of the parameters before the epoch's update (with minibatches: the mean over all
    examples, each with the parameters that met it).
    validation_costs, validation_accuracies: after the epoch's last update; empty without
    validation.
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
        first, last = self.costs[0], self.costs[-1]
        return f"History({len(self.costs)} epochs, cost {first:.4f} to {last:.4f})"
