"""Mutants of a solution that are accepted and are no mistakes: {exercise: {changed line: why}}."""

EQUAL = {}
