"""Lines: costs and scores against iterations, rates and sizes."""

import numpy as np

from lib.plots.style import ROLES, canvas, figure, label_ends

__all__ = ["cost_curves"]


@figure
def cost_curves(costs, every=1, xlabel="iteration", ylabel="cost", top=None, log=False):
    """Costs against iterations, one line a run, labelled at its end; chapter 1, "Going downhill".

    costs: a dictionary from a run's name to its costs, one every ``every`` iterations; a name in
    "train", "dev", "test", "baseline" has that role's colour. top: cut the cost axis here. log: a
    logarithmic cost axis.
    """
    fig, ax = canvas()
    lines, sentences = [], []
    for name, values in costs.items():
        values = np.asarray(values, dtype=float)
        x = every * np.arange(len(values))
        lines += ax.plot(x, values, label=name, **ROLES.get(name, {}))
        sentences.append(_story(name, x, values, xlabel))
    if log:
        ax.set_yscale("log")
    else:
        ax.set_ylim(0, top)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    label_ends(ax, lines)
    return fig, f"{ylabel.capitalize()} against {xlabel}. " + " ".join(sentences)


def _story(name, x, values, xlabel):
    """What one would tell of a curve on the telephone."""
    first, last, high = values[0], values[-1], int(np.argmax(values))
    verb = "falls" if last < first else "rises" if last > first else "stays"
    peak = (
        f" after a peak of {values[high]:.3g} at {xlabel} {x[high]}"
        if high > 0 and values[high] > max(1.2 * first, 1.2 * last)
        else ""
    )
    if verb == "stays":
        return f"{name}: stays at {last:.3f}."
    return f"{name}: {verb} from {first:.3f} to {last:.3f} at {xlabel} {x[-1]}{peak}."
