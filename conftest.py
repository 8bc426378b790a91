"""Makes `pytest --nbval` strict, wherever in the project pytest is started."""

pytest_plugins = ["tests.notebooks.strict_nbval"]
