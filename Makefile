# The course in a few commands; `make` alone lists them. Whatever a command needs it installs
# itself, in .venv, and finds there the next time. Windows: the plain lines are in README.md.

# `make lab PYTHON=/path/to/python` builds .venv on that one, `make test ARGS="-k flower"` hands on
# options.
PYTHON =
ARGS   =

VENV     := .venv/bin/python
UV       := $(shell command -v uv 2>/dev/null)
INSTALL   = $(if $(UV),uv pip install --python $(VENV),$(VENV) -m pip install)
PYTHONS   = $(if $(PYTHON),"$(PYTHON)",python3 python3.14 python3.13 python3.12 python3.11 python)
OLD_OR_NO = Neural networks by hand needs Python 3.11 or newer with its venv module; none was found in:

.PHONY: help lab test refresh lint clean

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

lab: .venv/.ready  ## read the course: JupyterLab, opened on the contents
	@$(VENV) -m jupyterlab --config=.jupyter/lab.json $(ARGS)

test: .venv/.ready  ## prove every number, figure, claim and exercise
	$(VENV) -m pytest -ra $(ARGS)

refresh: .venv/.ready  ## run the chapters again and store their outputs
	$(VENV) -m tests.notebooks.refresh $(ARGS)

lint: .venv/.ready  ## check style and layout of the code, the notebooks' too
	$(VENV) -m ruff check lib tests chapters data
	$(VENV) -m ruff format --check lib tests chapters data

clean:  ## remove .venv, caches and whatever was built
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis _book _slides *.egg-info
	find . -name .git -prune -o \
	  \( -name __pycache__ -o -name .ipynb_checkpoints \) -type d -prune -exec rm -rf {} +

# .venv/.ready is written last and names the folder it was made in. A set-up that was broken off
# leaves .unfinished behind, and one that was moved names another folder: both start over.
# Pythons are judged by running them, because a pyenv shim can exist and still fail.
ifneq ($(shell $(VENV) --version >/dev/null 2>&1 && cat .venv/.ready 2>/dev/null),$(CURDIR))
.PHONY: .venv/.ready
endif

.venv/.ready: requirements.txt pyproject.toml
	@works() { "$$@" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }; \
	moved() { [ -e .venv/.ready ] && [ "$$(cat .venv/.ready)" != "$$(pwd -P)" ]; }; \
	if [ -e .venv/.unfinished ] || moved || ! works $(VENV); then \
	  rm -rf .venv; \
	fi
