# Heatshield. `make help` lists every target in words.
PYTHON ?= python3
PORT ?= 8000
ROOT := $(CURDIR)
BIN := $(ROOT)/.venv/bin
TOOLS := $(ROOT)/.heatshield/tools
STAMP := $(ROOT)/.venv/.ready
RESULTS := $(ROOT)/.heatshield/results
export UV_PYTHON_DOWNLOADS = never

.DEFAULT_GOAL := help
.PHONY: help env demo demo-reset up test test-slow lint format bench check contracts release-contracts mission proven migration clean
.PHONY: alerts-check drills e2e-containers image-check sbom

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

env: $(STAMP) ## Make the environment in .venv from the locked, hashed dependencies

$(STAMP): pyproject.toml uv.lock deploy/uv-requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "Making the environment in .venv …"
	@command -v uv >/dev/null || [ -x $(TOOLS)/bin/uv ] || { $(PYTHON) -m venv $(TOOLS) && \
		$(TOOLS)/bin/pip install --quiet --require-hashes -r deploy/uv-requirements.txt; } || \
		{ echo "Python's venv and pip are needed (Debian: apt install python3-venv)"; exit 1; }
	@PATH="$(TOOLS)/bin:$$PATH" uv sync --frozen --quiet --python $(PYTHON)
	@touch $(STAMP)

demo: env ## Play one working day on an embedded PostgreSQL, then stay up (ONCE=1 JSON=1 FAULT=1 AGAINST=url PORT=8000)
	@$(BIN)/python -m demo --port $(PORT) $(if $(ONCE),--once) $(if $(JSON),--json) $(if $(FAULT),--fault) $(if $(AGAINST),--against $(AGAINST)) \
		$(if $(COUNCIL_HOST),--council-host $(COUNCIL_HOST))

demo-reset: env ## Forget the data of the demo and of make up
	@$(BIN)/python -m demo --reset

up: env ## Run each service as a process of its own over RabbitMQ (docker compose where there is an engine)
	@if docker info >/dev/null 2>&1 && docker compose version >/dev/null 2>&1; then mkdir -p -m 700 secrets && \
		docker compose run --rm --build --user "$$(id -u):$$(id -g)" secrets && \
		HEATSHIELD_SETTINGS=deploy/compose/demo.env docker compose --profile demo up --build; else \
		$(BIN)/python -m demo.servers.rabbit && $(BIN)/python -m demo.up --port $(PORT); fi

# What is compiled is kept, wherever a machine says otherwise: each of their many processes starts in half the time.
test test-slow drills mission bench lint: export PYTHONDONTWRITEBYTECODE =

test: env ## Run the tests, on servers of their own
	@$(BIN)/python -m demo.servers.rabbit
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not slow and not containers" --junitxml=$(RESULTS)/fast.xml $(ARGS)

test-slow: env ## Run the tests that kill processes or start many, then examples by the thousand
	@$(BIN)/python -m demo.servers.rabbit
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "slow and not many and not containers" --junitxml=$(RESULTS)/slow.xml $(ARGS); slow=$$?; \
	$(BIN)/python -m pytest -n 2 -m many --junitxml=$(RESULTS)/many.xml $(ARGS); many=$$?; \
	[ $$slow -eq 0 ] && { [ $$many -eq 0 ] || [ $$many -eq 5 ]; }

lint: env ## Check style, types and imports
	@echo "ruff" && $(BIN)/ruff check . && $(BIN)/ruff format --check --quiet . && echo "mypy --strict" && $(BIN)/mypy

format: env ## Put the code in its form
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

check: lint test test-slow proven ## Everything that must be green before a change is handed on

drills: env ## Drill what must never go wrong, and print what was measured: restarts, restores, failovers, rotations
	@$(BIN)/python -m demo.servers.rabbit
	@$(BIN)/python -m pytest -q -m slow tests/drills tests/faults/test_cluster.py $(ARGS)

contracts: env ## Write docs/contracts from the code
	@$(BIN)/python -m demo.contracts

release-contracts: env ## Keep the contracts of a new version on file, which later versions may only add to
	@$(BIN)/python -m demo.release

bench: env ## Measure beside a baseline: NAME=events ARGS="--quick --json"
	@$(BIN)/python -m demo.servers.rabbit
	@$(BIN)/python -m benchmarks.$(NAME) $(ARGS)

mission: env ## Count the mission rows that work, and run the tests that prove them
	@$(BIN)/python -m tests.mission

proven: env ## Count the mission rows by the tests that have just been run
	@$(BIN)/python -m tests.mission $(RESULTS)/fast.xml $(RESULTS)/slow.xml $(RESULTS)/many.xml

alerts-check: env ## Try each alert on series that are just enough and just short, and with each of its figures changed
	@$(BIN)/python -m tests.alerts

migration: env ## Write the migration a changed model needs: SERVICE=hr MESSAGE='Add a column'
	@$(BIN)/python -m demo.migration $(SERVICE) "$(MESSAGE)"

.PHONY: k8s-check k8s-written
k8s-check: env ## Render deploy/k8s, ask everything about it, and see each check refuse a planted fault
	@$(BIN)/python -m tests.deploy

k8s-written: env ## Write deploy/k8s's broker and secrets from the code
	@$(BIN)/python -m demo.kubernetes

e2e-containers: env ## Bring the compose file up, play the day, kill one container of each kind, take it down (needs an engine, or root and apt)
	@mkdir -p .heatshield/containers
	@$(BIN)/python -m pytest --confcutdir=tests/containers -m containers --durations=5 --basetemp=.heatshield/containers/tmp \
		--junitxml=$(RESULTS)/containers.xml tests/containers $(ARGS)

image-check: env ## Lint the Dockerfiles, the shell scripts and the compose file
	@$(BIN)/python -m tests.containers.check

sbom: env ## Write the bill of materials of the image to .heatshield/sbom.json (CycloneDX)
	@$(BIN)/python -m tests.containers.sbom

clean: ## Remove the environment and everything that was made
	@rm -rf .venv .heatshield .mypy_cache .ruff_cache .pytest_cache .hypothesis
