"""Property tests draw the same examples at every run, and are not timed."""

from hypothesis import settings

settings.register_profile("course", derandomize=True, deadline=None, max_examples=50, database=None)
settings.load_profile("course")
