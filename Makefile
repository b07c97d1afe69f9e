# Two commands do everything:  make run  and  make test.
# Both make their own virtual environment in .venv; nothing is installed elsewhere.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# The newest python3 on the PATH that is 3.11 or later; override with  make run PYTHON=/path/to/python
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$p; break; }; done)
VENV ?= .venv
OUT ?= xetho-out
SCENARIO ?= dien-bien-phu
ONLY ?=
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help run test lint types pytest bench docs format clean

help: ## Say what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-8s %s\n", $$1, $$2 }'

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "xetho needs Python 3.11 or later: install it, or say  make run PYTHON=/path/to/python" >&2; exit 1; }
	@echo "Making the virtual environment $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) || { echo "python could not make a virtual environment (on Debian: apt-get install python3-venv)" >&2; exit 1; }

# The stamps keep a second make quick: only a change of pyproject.toml installs again. Python compiles a
# module when it is first used; compiling every file of every package beforehand would take a minute more.
$(VENV)/.installed: pyproject.toml | $(BIN)/python
	@echo "Installing xetho ..."
	@$(PIP) install --no-compile --editable .
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(BIN)/python
	@echo "Installing xetho and its test tools ..."
	@$(PIP) install --no-compile --editable '.[test]'
	@touch $(VENV)/.installed $@

$(VENV)/.installed-bench: pyproject.toml | $(BIN)/python
	@echo "Installing xetho and the benchmarks' rivals ..."
	@$(PIP) install --no-compile --editable '.[bench]'
	@touch $(VENV)/.installed $@

run: $(VENV)/.installed ## Install and run the scenario (SCENARIO=dien-bien-phu) into xetho-out/
	@$(BIN)/xetho run $(SCENARIO) --out $(OUT)

test: lint types pytest ## Install the test tools; lint, types, all tests and docs checks

lint: $(VENV)/.installed-test
	$(BIN)/ruff check src tests examples tools benchmarks

types: $(VENV)/.installed-test
	$(BIN)/mypy --strict src

pytest: $(VENV)/.installed-test
	@bash tools/install-chromium.sh
	@echo "Compiling the engine ..."
	$(BIN)/python -c 'from xetho.simulate.warm import compile_engine; compile_engine()'
	$(BIN)/python -m pytest --numprocesses=auto --dist=worksteal

bench: $(VENV)/.installed-bench ## Measure ours against rivals (ONLY=growth or a case's name)
	$(BIN)/python -m benchmarks $(ONLY)

docs: $(VENV)/.installed ## Write the generated pages and the examples' stored output again
	$(BIN)/python tools/write_cli_reference.py
	$(BIN)/python tools/write_judgements.py
	$(BIN)/python tools/write_readme_output.py
	for one in examples/*.py; do $(BIN)/python $$one > $${one%.py}.out; done

format: $(VENV)/.installed-test ## Sort imports and mend what ruff can mend
	$(BIN)/ruff check --fix src tests examples tools benchmarks

clean: ## Remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
