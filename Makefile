# Everything a developer types. `make help` lists it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= $(shell scripts/find-python)
VENV ?= .venv
BIN := $(VENV)/bin
UV = $(shell command -v uv || echo $(BIN)/uv)
# Most tests do not wait for a processor. Tests of one file share what it has set up; files with few tests
# take long, and should not come last.
PYTEST_OPTIONS = -n 3 --dist loadfile --no-loadscope-reorder
PYTEST = $(BIN)/python -m pytest $(PYTEST_OPTIONS)
FAST = "not (cluster or apiserver or podman or node or browser or slow)"
# uv trusts the certificates that this computer trusts, as pip does: a company's proxy may sign with its own.
export UV_SYSTEM_CERTS ?= true
ifneq (,$(shell uv --help 2>/dev/null | grep -e --native-tls)) # its name in older versions
export UV_NATIVE_TLS ?= true
endif
# Airflow's import takes twice as long without compiled bytecode.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## list the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done

.PHONY: setup
setup: $(VENV)/installed ## .venv with the locked dependencies, airflowkit (editable) and the development tools

$(VENV)/installed: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "airflowkit needs Python 3.11, 3.12 or 3.13 with its venv module; try: apt-get install python3 python3-venv" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@command -v uv >/dev/null || test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(sed -nE 's/^(uv==[0-9.]+).*/\1/p' requirements.lock)"
	$(UV) pip sync --python $(BIN)/python --require-hashes --compile-bytecode requirements.lock
	$(UV) pip install --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

# Each file of the matrix overrides what pyproject.toml allows: a beta is tested before it is supported.
.PHONY: lock
lock: ## resolve the dependencies again
	$(UV) pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --all-extras --group dev --output-file requirements.lock pyproject.toml
	for input in requirements/*.in; do $(UV) pip compile --override $$input --upgrade --python-version 3.11 --generate-hashes --no-header --no-annotate --group pyproject.toml:matrix --output-file $${input%.in}.lock $$input pyproject.toml; done

.PHONY: demo
demo: setup ## new repository, new DAG, check, run with no cluster, and the alert of a failing DAG
	@$(BIN)/python scripts/demo.py

.PHONY: test
test: setup ## all tests that this machine can run
	@$(PYTEST)

.PHONY: test-fast
test-fast: setup ## the tests that need neither a cluster nor a browser nor a whole Airflow
	@$(PYTEST) -m $(FAST) $(TESTS)

.PHONY: coverage
coverage: setup ## the fast tests with their coverage, by package; it has a floor
	@$(BIN)/python -m coverage erase
	@$(BIN)/python -m coverage run -m pytest $(PYTEST_OPTIONS) -m $(FAST) $(TESTS); tests=$$?; \
	$(BIN)/python -m coverage combine --quiet && $(BIN)/python scripts/coverage_by_package.py && exit $$tests

.PHONY: matrix
matrix: setup ## the checks, the pytest plugin and the pods on Airflow 2.11, 3.1 to 3.3, and the newest beta
	@$(BIN)/nox

.PHONY: node
node: setup ## from npm: Microsoft's card renderer, for its tests and airflowkit teams preview; Azurite for tests
	$(BIN)/python hatch_build.py
	cd tests/node/azurite && npm ci

.PHONY: lint
lint: setup ## ruff, the types, the import contracts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: setup ## lay the code out
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

.PHONY: docs
docs: setup ## the site, from docs/ and the code, in site/; it is read from that folder, too
	@$(BIN)/python -m scripts.site

.PHONY: story
story: setup ## a team's first day on a real cluster, to an upgrade: KIND=default, celery, bundle or pgbouncer
	@$(BIN)/python -m scripts.story $(or $(KIND),default) $(if $(KEEP),--keep)

.PHONY: benchmarks
benchmarks: setup ## airflowkit against plain Airflow, as ratios
	@for file in benchmarks/[a-z]*.py; do $(BIN)/python $$file || exit; done

.PHONY: wheel
wheel: setup ## the wheel and the source distribution in dist/, checked
	$(BIN)/python scripts/release.py --untagged

.PHONY: wheel-venv
wheel-venv: wheel ## .venv-wheel, with the wheel instead of the sources: make test VENV=.venv-wheel
	@$(MAKE) --no-print-directory setup VENV=.venv-wheel
	$(UV) pip install --python .venv-wheel/bin/python --no-deps --reinstall dist/*.whl
	@.venv-wheel/bin/python -c 'import airflowkit; assert "site-packages" in airflowkit.__file__, airflowkit.__file__'

.PHONY: release
release: setup ## the same for a tagged commit; publishes nothing (docs/releasing.md)
	$(BIN)/python scripts/release.py

.PHONY: clean
clean: ## remove what the other targets made
	rm -rf .venv .venv-* .demo .site .story .cache dist site .coverage* tests/node/node_modules tests/node/azurite/node_modules src/airflowkit/alerts/teams/renderer
