# One command each; every one of them makes the environment it needs.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEV := $(VENV)/.dev-installed
USE := $(VENV)/.installed

.PHONY: help demo test test-slow test-heavy check docs diagrams bench format clean
.DEFAULT_GOAL := help

help:            ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "no $(PYTHON) found; set PYTHON= to a Python 3.11 or newer" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(USE): pyproject.toml requirements-dev.txt | $(BIN)/python
	@echo "installing jobstates and Google's clients into $(VENV): a minute or two, once ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements-dev.txt -e ".[emulator,vertex,dataflow,diagrams]"
	@touch $@

$(DEV): pyproject.toml requirements-dev.txt | $(BIN)/python
	@echo "installing jobstates and the tools of its developers into $(VENV): some minutes, once ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt -e .
	@touch $@ $(USE)

demo: $(USE)     ## launch, watch and command emulated jobs with Google's clients; draw what happened
	@$(BIN)/jobstates demo

test: $(DEV)     ## the tests
	$(BIN)/python -m pytest --cov --cov-report= -q -n auto --dist loadfile
	$(BIN)/python -m coverage report --include='jobstates/spec/*,jobstates/machine/*,jobstates/platforms/*,jobstates/tracking/*' --fail-under=100

test-slow: $(DEV) ## the long property runs
	$(BIN)/python -m pytest -m slow -q

test-heavy: $(DEV) ## Beam and Airflow against the emulator; installs 3 GB beside the project
	$(BIN)/python -m pytest -m heavy -q

check: $(DEV)    ## lint, formatting, types, layers, drifted diagrams
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/jobstates diagrams diagrams --check

docs: $(DEV)     ## build the documentation site; a warning is an error
	$(BIN)/python -m sphinx -W --keep-going -n -b html docs docs/_build/html
	@echo "open docs/_build/html/index.html"

diagrams: $(DEV) ## draw the committed gallery again
	$(BIN)/jobstates diagrams diagrams

bench: $(DEV)    ## measure speed and memory beside other libraries, as ratios
	$(BIN)/python -m tests.benchmarks

format: $(DEV)   ## rewrite the code in the house format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:           ## remove everything that was made
	rm -rf $(VENV) build dist docs/_build docs/platforms htmlcov .coverage .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
