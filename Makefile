# Works with the make of macOS (3.81) and of Debian. `make help` lists what there is.

PYTHON ?= python3
BIN := .venv/bin

# Some hundreds of processes are started for the tests: without bytecode each of them would compile the house anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test servers test-domain test-quick read-tests lint format lock clean prepare prepare-dev

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: prepare ## Start the provider, its worker and three demo businesses; Ctrl-C stops them all
	@$(BIN)/sluis demo

test: prepare-dev ## Run every check and every test, after installing what they need (PostgreSQL, Chromium)
	@$(BIN)/python setup/servers.py --ahead
	@$(MAKE) --no-print-directory -j 3 servers lint test-domain read-tests
	$(BIN)/pytest --ignore=tests/domain --numprocesses=auto --maxprocesses=4 --dist=loadscope --no-loadscope-reorder

servers: prepare-dev # While the rules are tested: most of the time it waits for the network.
	@$(BIN)/python setup/servers.py

test-domain: prepare-dev ## Run the tests of the rules, which leave no branch of them untried
	$(BIN)/pytest -q tests/domain --cov=app/domain --cov-report=term-missing --cov-fail-under=100

# While the types are checked: else each process of the run compiles all tests anew. What cannot be read, the run tells.
read-tests: prepare-dev
	-@$(BIN)/pytest --collect-only --quiet --ignore=tests/domain >/dev/null 2>&1

test-quick: prepare-dev ## Run the tests that need neither PostgreSQL nor a browser
	$(BIN)/pytest -q -k "not postgresql" --ignore=tests/browser --ignore=tests/servers --numprocesses=auto --maxprocesses=4

lint: prepare-dev ## Run the checks that read the code without running it
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: prepare-dev ## Let ruff lay out the code and mend what it can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: prepare-dev ## Lock what pyproject.toml asks for; UPGRADE=--upgrade takes the newest versions
	$(BIN)/uv pip compile $(COMPILE) -o requirements.lock
	$(BIN)/uv pip compile $(COMPILE) --extra dev -c requirements.lock -o requirements-dev.lock

COMPILE = pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --quiet \
	--no-config --custom-compile-command "make lock" $(UPGRADE)

clean: ## Remove the environment and all that was built; data in var/ stays
	rm -rf .venv *.egg-info build .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	rm -rf tests/browser/screenshots
	find app config setup tests \( -name __pycache__ -o -name '*.mo' \) -prune -exec rm -rf {} +

prepare: LOCK = requirements.lock ## Prepare .venv and start nothing: for running Sluis for real
prepare-dev: LOCK = requirements-dev.lock
prepare prepare-dev:
	@command -v $(PYTHON) >/dev/null || \
	  { echo "Sluis needs Python 3.11 or newer, and there is no $(PYTHON). Install it and run the command again." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 7))' || \
	  { echo "Sluis needs Python 3.11 or newer, and $(PYTHON) is older. Name a newer one: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) setup/environment.py $(LOCK)
