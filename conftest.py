"""Makes `pytest --nbval` strict and skips short, wherever in the project pytest is started."""

import os

# Before NumPy is loaded: one thread for each library. Several thread pools that fight over a busy
# machine's cores are many times slower, and no test here is large enough to gain from them.
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")

pytest_plugins = ["workshop.strict_nbval", "workshop.skips"]
