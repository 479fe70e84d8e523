# Each target sets up what it needs, from a bare machine that has make and Python 3.11 or later.
#   PYTHON=/path/to/python3   the interpreter to make .venv with
#   ARGS="..."                more arguments for what is run: make test ARGS="-k rollback"
#   CROSSFADE_APT=no          install no Debian package

.DEFAULT_GOAL := help
.PHONY: help setup demo test check style format types floors documents soak test-camunda kill-drafts bench docs

READY := .venv/.ready
STAGE := sh scripts/stage.sh

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1\t/' | expand -t 19

setup: $(READY) ## make .venv

$(READY): pyproject.toml constraints.txt scripts/setup.sh
	@PYTHON="$(PYTHON)" sh scripts/setup.sh

demo: $(READY) ## a schema changes under live traffic, on a private PostgreSQL (about a minute)
	@.venv/bin/crossfade demo $(ARGS)

test: $(READY) ## the tests, on every core, on the PostgreSQL from PyPI and on Debian's, and on MariaDB
	@sh scripts/debian.sh
	@sh scripts/mariadb_plugin.sh
	@.venv/bin/python -m pytest -n logical --dist worksteal $(ARGS)

check: $(READY) ## style, types, floors, documents: everything that needs no database
	@$(MAKE) --keep-going --no-print-directory style format types floors documents

style: $(READY)
	@$(STAGE) "ruff check" .venv/bin/ruff check .

format: $(READY)
	@$(STAGE) "ruff format" .venv/bin/ruff format --diff .

types: $(READY)
	@$(STAGE) "mypy" .venv/bin/mypy

floors: $(READY)
	@$(STAGE) "import-linter" .venv/bin/lint-imports

documents: $(READY)
	@$(STAGE) "documents" .venv/bin/python -m scripts.check_docs

soak: $(READY) ## ten minutes of laws, crashes, traffic and mutants; ARGS="--minutes 60 --seed 7"
	@.venv/bin/python -m tests.laws.soak $(ARGS)

test-camunda: $(READY) ## the drafts' orchestrator against the real Camunda 7 and HAPI; wants Java and Maven
	@.venv/bin/python -m tests.casebook.benefit_drafts.servers $(ARGS)

kill-drafts: $(READY) ## the drafts' orchestrator killed 100 times in 1,000 submissions, PostgreSQL 10 times; ARGS="--seed 7"
	@.venv/bin/python -m tests.casebook.benefit_drafts.killing $(ARGS)

bench: $(READY) ## the benchmarks: one table, eight that become two, many rows at once; ARGS are for the first alone
	@.venv/bin/python -m benchmarks $(ARGS)
	@$(if $(ARGS),:,.venv/bin/python -m benchmarks.ledger && .venv/bin/python -m benchmarks.bulk)

docs: $(READY) ## write docs/cli.md and docs/conformance.md anew from what they tell of
	@.venv/bin/python -m scripts.make_cli_docs
	@.venv/bin/python -m scripts.make_conformance_docs
