# Everything runs in .venv and .local; nothing is installed on the machine. `make` alone lists the targets.

MAKEFLAGS += --no-print-directory
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

SERVICES := security backoffice verification payments games reports
# What takes longest begins first: a journey that is last has the machine for itself.
TESTED := tests-e2e/journey benchmarks shared-chassis services gateway shared-contracts tools deploy \
	$(filter-out tests-e2e/journey %__pycache__,$(patsubst %/,%,$(wildcard tests-e2e/*/)))
DISTRIBUTIONS := shared-contracts shared-chassis $(addprefix services/,$(SERVICES)) gateway deploy/local

# The modules that can be run; the others help them.
BENCHMARKS := $(patsubst benchmarks/%.py,%,$(filter-out %/compare.py %/ledger_profile.py,$(shell grep -l '^if __name__' benchmarks/*.py)))

PY := .venv/bin/python
VENV := .venv/installed
EVENT_BUS ?= postgres
ARGS ?=

help: ## List these targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9_%-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# -- The virtual environment -------------------------------------------------------------------------------------------

venv: $(VENV) ## Make the virtual environment .venv (every other target does it when needed)

$(VENV): constraints.txt requirements-dev.txt $(addsuffix /pyproject.toml,$(DISTRIBUTIONS))
	@deploy/make-venv .venv $(DISTRIBUTIONS)

# -- Running -----------------------------------------------------------------------------------------------------------

demo: $(VENV) ## Run everything with two example casinos and live players (ONCE=1: one journey; EVENT_BUS=kafka)
	@EVENT_BUS=$(EVENT_BUS) ONCE=$(ONCE) $(PY) -m pitlocal.demo

up: $(VENV) ## Run the same in the background
	@EVENT_BUS=$(EVENT_BUS) $(PY) -m pitlocal.background up

down: $(VENV) ## Stop what `make up` started
	@$(PY) -m pitlocal.background down

kafka: $(VENV) ## Run a Kafka broker alone, until Ctrl-C
	@$(PY) -m pitlocal.kafka_alone

run: $(VENV) ## Run a service's own command on the running stack: SERVICE=payments ARGS="verify-ledger"
	@$(PY) -m pitlocal.command $(SERVICE) $(ARGS)

migrate: $(VENV) ## Bring the databases of the running stack to the newest revision (SERVICE=payments: one)
	@for service in $(or $(SERVICE),$(SERVICES)); do echo "$$service"; $(PY) -m pitlocal.command $$service migrate; done

rebuild: $(VENV) ## Make a read model anew from events while it is served: SERVICE=payments NAME=withdrawal_list
	@$(PY) -m pitlocal.command $(SERVICE) rebuild $(NAME)

# -- Proving -----------------------------------------------------------------------------------------------------------

fmt: $(VENV) ## Mend what can be mended: format, imports, simple lint
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

lint: $(VENV) ## Format, lint and types
	@$(PY) -m tools.check format lint types

check: $(VENV) ## Everything that can be said about the code without running it (ARGS="types imports": these alone)
	@$(PY) -m tools.check $(ARGS)

# One worker more than the two cores have room for: the journeys of the third mostly wait. What pytest makes of asserts
# is kept, whatever the shell says of bytecode: each worker would make it anew of every file.
test: export PYTHONDONTWRITEBYTECODE :=
test: $(VENV) ## The whole suite, from unit tests to journeys with kills, on PostgreSQL and Kafka (ARGS="-k ledger")
	@.venv/bin/pytest -n 3 --dist loadfile --no-loadscope-reorder --durations=15 $(TESTED) $(ARGS)

test-unit: $(VENV) ## The tests that need neither server nor network (ARGS="-k ledger")
	@.venv/bin/pytest -q shared-contracts $(wildcard services/*/tests/unit) $(ARGS)

e2e: $(VENV) ## tests-e2e only: the journeys through the gateway, and services against simulated partners
	@.venv/bin/pytest --durations=15 tests-e2e $(ARGS)

fuzz: $(VENV) ## Requests nobody thought of, at every route, other ones in every run (EXAMPLES=100)
	@FUZZ_EXAMPLES=$(or $(EXAMPLES),100) .venv/bin/pytest tests-e2e/bad_input/test_bad_input_by_schemathesis.py $(ARGS)

bench: $(addprefix bench-,$(BENCHMARKS)) ## Measure everything; each prints one JSON line last

bench-gateway: bench-gateway_proxy ;

bench-wallet: bench-wallet_latency ;

bench-%: $(VENV) ## Measure one thing: bench-ledger (ARGS="--seconds 30"); bench-compare shows the trend
	@$(PY) benchmarks/$*.py $(ARGS)

contracts: $(VENV) ## Generate what follows from code: schemas, AsyncAPI, catalogues, READMEs' event tables, gateway routes, access matrix, LISTS.md, tables of states
	@$(PY) -m tools.contracts
	@$(PY) -m tools.service_readme
	@$(PY) -m tools.gateway
	@$(PY) -m tools.access_matrix
	@$(PY) -m tools.lists
	@$(PY) -m tools.fraud_rules
	@$(PY) -m tools.states

new-provider: $(VENV) ## Begin a payment provider that fails the suite until it is one: NAME=acme
	@$(PY) -m tools.scaffold $(NAME)

audit: $(VENV) ## Ask an advisory service about known holes in dependencies (needs to reach one; no part of CI)
	@.venv/bin/pip-audit --strict --requirement constraints.txt

.PHONY: help venv demo up down kafka run migrate rebuild fmt lint check test test-unit e2e fuzz bench contracts new-provider audit
