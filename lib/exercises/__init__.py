"""Exercises that answer back, and claims that are checked.

An exercise is one object: a solution, inputs drawn at random and in every corner that its task
speaks of, hints in stages, and the mistakes people make, most of them an edit of the solution.
``check`` runs the reader's answer beside the solution on the same inputs. Where they differ it
looks for the mistake that gives exactly the reader's results, and says its sentence; failing that,
for what is generally true of them: m times too large, the transpose, right but for the last batch.

    from lib.exercises import ch01
    ch01.propagate.check(propagate)     # also: ch01.propagate.hint(), ch01.propagate.solution()

``engine`` is the mechanism, and ``compare`` says when two results are the same. What is true of one
that is not is said by ``observe``, with the help of ``relations``, ``coefficients`` and
``variants``; of a number that was to be predicted, by ``prediction``. ``source`` edits a solution,
``solved`` remembers, and ``claiming`` is for the last cell of a chapter.
"""

from lib.exercises.claiming import Claims, claims
from lib.exercises.compare import difference
from lib.exercises.engine import Exercise, Verdict
from lib.exercises.solved import progress
from lib.exercises.source import needs

__all__ = [
    "Claims",
    "Exercise",
    "Verdict",
    "claims",
    "difference",
    "needs",
    "progress",
]
