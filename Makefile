# The course in a few commands; `make` alone lists them. What a command needs it installs itself, in
# .venv, and finds there the next time. Without make, as on Windows: the plain lines in README.md.
#
#   make lab PYTHON=/path/to/python3.12     build .venv on this Python
#   make test ARGS="-k flower"              hand options on

PYTHON =
ARGS   =

VENV    := .venv/bin/python
UV      := $(shell command -v uv 2>/dev/null)
INSTALL  = $(if $(UV),uv pip install --python $(VENV),$(VENV) -m pip install --no-compile)
CODE     = lib tests chapters data .workshop

# One thread for each numerical library, unless the caller wants more: the arrays here are small, and
# thread pools that fight over the cores make a chapter many times slower.
export OPENBLAS_NUM_THREADS ?= 1
export OMP_NUM_THREADS ?= 1
# Where Python is told to keep no compiled files, as in some containers, every kernel would compile
# all packages again, which takes seconds. What is compiled here stays in this folder.
export PYTHONDONTWRITEBYTECODE =

.PHONY: help lab test refresh lint slides teacher clean book live hub bench test-matrix

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

lab: .venv/.ready  ## read the course: JupyterLab, opened on the contents
	@$(VENV) -m jupyterlab --config=.jupyter/lab.json $(ARGS)

test: .venv/.test  ## prove every number, figure, claim and exercise
	$(VENV) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile \
	  --no-loadscope-reorder --again-under-noise 1 $(ARGS)

refresh: .venv/.test  ## run the chapters again and store their outputs
	$(VENV) -m workshop.refresh $(ARGS)

lint: .venv/.test  ## check the style and layout of the code, the notebooks' too
	$(VENV) -m ruff check $(CODE)
	$(VENV) -m ruff format --check $(CODE)

bench: .venv/.test  ## measure the speed beside the peers that are installed, as ratios
	$(VENV) -m workshop.benchmarks.bench $(ARGS)

test-matrix: .venv/.test  ## prove the stored outputs on other processors, under noise, with other packages
	$(VENV) -m workshop.matrix $(ARGS)

book: .venv/.test .venv/.book  ## build the course as a website, in _book
	@$(VENV) -m workshop.book.build $(ARGS)

live: .venv/.test .venv/.live  ## build the course as a site that runs in a browser tab, in _live
	@$(VENV) -m workshop.live.build $(ARGS)

slides: .venv/.test  ## build a deck of slides of every chapter, _slides/index.html
	@$(VENV) -m workshop.slides.build $(ARGS)

hub: .venv/.hub .venv/.proxy  ## serve the course to a class, as root: JupyterHub on this machine
	@$(VENV) -m jupyterhub --config=.workshop/workshop/hub/jupyterhub_config.py $(ARGS)

teacher: .venv/.ready  ## build solutions and assignments for classes, _teacher/README.md
	@$(VENV) -m workshop.teacher.build $(ARGS)

clean:  ## remove .venv, the caches and whatever was built
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis _book _live _slides _teacher ._*-* _screenshots *.egg-info
	find . -name .git -prune -o -type d \
	  \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +

# The set-up. `.ready` is written last and names the folder it was made in; `.unfinished` stands
# while packages are being installed. A .venv that was broken off, moved with its folder or lost its
# Python is built anew. Pythons are judged by running them: a pyenv shim can exist and still fail.

FIRST      = $(or $(PYTHON),python3)
PYTHONS    = "$(FIRST)" $(if $(PYTHON),,python3.14 python3.13 python3.12 python3.11 python)
NEW_ENOUGH = import sys; sys.exit(sys.version_info < (3, 11))
IS_VENV    = import sys; sys.exit(sys.version_info < (3, 11) or sys.prefix == sys.base_prefix)
NO_PYTHON  = \
  'The course needs Python 3.11 or newer, with its modules venv and ensurepip. Get it from' \
  'https://www.python.org/downloads/ (Debian, Ubuntu: apt install python3 python3-venv), or' \
  'get uv from https://docs.astral.sh/uv/, or name yours: make lab PYTHON=/path/to/python3'

ifneq ($(shell $(VENV) --version >/dev/null 2>&1 && cat .venv/.ready 2>/dev/null),$(CURDIR))
.PHONY: .venv/.ready
endif

.venv/.ready: requirements.txt pyproject.toml
	@set -e; \
	works() { "$$@" >/dev/null 2>&1 </dev/null; }; \
	moved() { [ -e .venv/.ready ] && [ "$$(cat .venv/.ready)" != "$$(pwd -P)" ]; }; \
	sound() { works $(VENV) -c '$(IS_VENV)' && works $(INSTALL) --help; }; \
	if [ -e .venv/.unfinished ] || moved || ! sound; then rm -rf .venv; fi; \
	if [ ! -e .venv ] && [ -n "$(UV)" ]; then \
	  uv venv --quiet --python "$(or $(PYTHON),>=3.11)" .venv; \
	elif [ ! -e .venv ]; then \
	  found=; \
	  for python in $(PYTHONS); do \
	    if works "$$python" -c 'import ensurepip, venv; $(NEW_ENOUGH)'; then \
	      found=$$python; break; \
	    fi; \
	  done; \
	  if [ -z "$$found" ]; then \
	    echo "$(FIRST): $$("$(FIRST)" --version 2>&1 | head -n 1)" >&2; \
	    printf '%s\n' $(NO_PYTHON) >&2; \
	    exit 1; \
	  fi; \
	  "$$found" -m venv .venv; \
	fi; \
	echo "Installing the packages of requirements.txt in .venv (once; it takes a minute) ..."; \
	touch .venv/.unfinished; \
	$(INSTALL) --quiet -r requirements.txt; \
	rm .venv/.unfinished; \
	pwd -P > .venv/.ready

# What only some commands need, each with a stamp of its own.

.venv/.test .venv/.book .venv/.browser .venv/.live .venv/.hub: .venv/.%: .venv/.ready
	@echo "Installing the packages of the extra '$*' in .venv (once; it takes a minute) ..."
	@$(INSTALL) --quiet -e '.[$*]'
	@touch $@

# The hub's proxy comes from npm. What students import is compiled before: they could not keep it.
.venv/.proxy: .venv/.hub .workshop/workshop/hub/package-lock.json
	@$(VENV) -m workshop.hub.proxy
	@$(VENV) -m compileall -qq .venv/lib lib .workshop || true
	@touch $@
