"""Claims that are checked: the last cell of a chapter."""

import html

import numpy as np

__all__ = ["Claims", "claims"]


def claims(pairs):
    """Check all claims of a chapter, pairs (sentence, holds), and return them to be shown.

    ``holds`` is a boolean or an array of them, all of which must be true. It is the last cell of
    every chapter. Raises AssertionError that names every claim which does not hold, and TypeError
    where ``holds`` is anything else, because most objects are truthy.
    """
    pairs = list(pairs)
    if not pairs:
        raise ValueError("pairs is empty; claims needs pairs (sentence, holds)")
    failing = [sentence for sentence, holds in pairs if not _is_true(holds)]
    if failing:
        count = "this claim does" if len(failing) == 1 else f"these {len(failing)} claims do"
        raise AssertionError("\n  ".join([f"{count} not hold:", *failing]))
    return Claims([sentence for sentence, _ in pairs])


class Claims:
    """Claims that hold: a line with their number, over the list of them, folded in a browser.

    Made by ``claims``.
    """

    def __init__(self, sentences):
        self.sentences = sentences

    @property
    def title(self):
        """The line over the list."""
        count = len(self.sentences)
        return f"{count} claims of this chapter, checked" if count != 1 else "1 claim, checked"

    def __repr__(self):
        return "\n".join([self.title, *(f"✓ {sentence}" for sentence in self.sentences)])

    def _repr_html_(self):
        items = "\n".join(f"<li>{html.escape(sentence)}</li>" for sentence in self.sentences)
        return f"<details><summary>{self.title}</summary>\n<ul>\n{items}\n</ul>\n</details>"


def _is_true(holds):
    if np.size(holds) and np.asarray(holds).dtype != bool:
        raise TypeError(f"holds is {holds!r}; it needs to be True or False, or an array of them")
    return bool(np.size(holds) and np.all(holds))
