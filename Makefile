# The two commands of the README are `make run` and `make test`; `make help` lists all.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
PYTEST := $(BIN)/pytest
PARALLEL := -n auto --dist loadfile

.PHONY: help
help:  ## What there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: run
run: $(INSTALLED)  ## Load a release if none is loaded, then serve it on http://127.0.0.1:8000
	$(BIN)/skillgap up

.PHONY: secrets
secrets:  ## The passwords of docker-compose.yml's database, random, once: before the first `docker compose up`
	@sh env/secrets.sh

.PHONY: check
check: lint  ## Lint, types, imports, unit and API tests on the sample and SQLite: a minute, what one runs all day
	$(PYTEST) $(PARALLEL) -p no:schemathesis -m quick

.PHONY: test
test: lint  ## All that needs no service but what it starts itself; O*NET's files where ONET_DATA names them
	$(PYTEST) $(PARALLEL) -m "not (mysql or browser or service)"

.PHONY: test-all
test-all: $(VENV)/.installed-dev  ## What make test leaves out: MySQL (TEST_MYSQL_URL, _SERVER, _ROOT), Chromium, nginx, faketime, Docker (TEST_COMPOSE=1)
	$(PYTEST) $(PARALLEL) -m "(mysql or browser) and not service"
	$(PYTEST) -m service

.PHONY: cluster-test
cluster-test: $(VENV)/.installed-ops  ## What ops/ holds: nginx, Kubernetes, three MySQL servers (docs/cluster.md)
	TEST_CLUSTER=full $(BIN)/pytest -s tests/ops

.PHONY: lint
lint: $(VENV)/.installed-dev  ## Everything that reads the code without running it
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: $(VENV)/.installed-dev  ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: bench
bench: $(VENV)/.installed-dev  ## Measure everything against its limit (needs ONET_DATA and wrk; PARTS=answering for a part)
	$(BIN)/python -m bench $(PARTS)

.PHONY: title-coding
title-coding: $(VENV)/.installed-dev  ## Fit the numbers of title coding and write docs/title-coding.md (needs ONET_DATA)
	$(BIN)/python -m bench.title_coding

MINUTES ?= 3
.PHONY: soak
soak: $(VENV)/.installed-dev  ## Answer for MINUTES while releases change; fails when memory grows
	$(BIN)/python -m tests.faults.soak $(MINUTES)

.PHONY: examples
examples: $(VENV)/.installed-dev  ## Write the examples of /openapi.json anew (needs ONET_DATA)
	UPDATE_EXAMPLES=1 $(BIN)/pytest -q tests/api/test_openapi_examples.py

.PHONY: screenshots
screenshots: $(VENV)/.installed-dev  ## Take the pictures of the page in docs/ (needs Chromium; real levels with ONET_DATA)
	$(BIN)/python -m tests.page.screenshots

COMPILE := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header
.PHONY: lock
lock: $(VENV)/.installed-dev  ## Compile the five locks from pyproject.toml
	$(COMPILE) --extra etl --extra mcp pyproject.toml -o requirements.txt
	$(COMPILE) -c requirements.txt pyproject.toml -o requirements-api.txt
	$(COMPILE) --extra etl --extra mcp --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt
	$(COMPILE) --group ops -c requirements-dev.txt -o requirements-ops.txt
	$(COMPILE) --group build -c requirements-dev.txt -o requirements-build.txt

$(INSTALLED): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "skillgap needs Python 3.11 or newer: make PYTHON=python3.13 ...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(INSTALLED)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.txt
	touch $@

$(VENV)/.installed-ops: requirements-ops.txt $(VENV)/.installed-dev
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-ops.txt
	touch $@
