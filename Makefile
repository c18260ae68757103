# Smart Door. `make run` runs it, `make test` tests it; each sets up what it needs. `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
SCAN_VENV := .venv-scan
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
GSTREAMER := gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad \
	gstreamer1.0-plugins-ugly gstreamer1.0-libav
BROWSER := chromium fonts-dejavu-core libatomic1

# What `make run` plays and where: make run SOURCE=/dev/video0 MODE=fragments WEB_PORT=8081 FRESH=1
SOURCE ?= demo
MODE ?= stream-processor
PORT ?= 4566
WEB_PORT ?= 8080
DATA ?= .smart-door
RUN_OPTIONS = --source "$(SOURCE)" --mode "$(MODE)" --port $(PORT) --web-port $(WEB_PORT) --data "$(DATA)" \
	$(if $(FRESH),--fresh) $(if $(ONCE),--once)

.DEFAULT_GOAL := help
.PHONY: help run setup setup-run build test lint scan format bench screenshots audit lock clean

help: ## what there is to make
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 22

run: setup-run ## the whole system on this machine, with the pages open to use
	@exec $(BIN)/python -m scripts.run $(RUN_OPTIONS)

setup-run: $(VENV)/.run
	@scripts/install-debian-packages $(GSTREAMER)

setup: $(VENV)/.test ## all that running and testing needs
	@scripts/install-debian-packages $(GSTREAMER) $(BROWSER)

# The lock files are complete, so pip resolves nothing.
$(VENV)/.run: requirements.txt pyproject.toml
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) || { echo "smart-door: no venv module. Type: sudo apt-get install python3-venv" >&2; exit 1; }
	@test -e $(VENV)/.test || $(PIP) --no-deps --require-hashes --requirement requirements.txt
	@$(PIP) --no-deps --editable .
	@touch $@

$(VENV)/.test: requirements-dev.txt pyproject.toml
	@echo "Setting up $(VENV) with the tools for tests ..."
	@$(PYTHON) -m venv $(VENV) || { echo "smart-door: no venv module. Type: sudo apt-get install python3-venv" >&2; exit 1; }
	@$(PIP) --no-deps --require-hashes --requirement requirements-dev.txt
	@$(PIP) --no-deps --editable .
	@touch $(VENV)/.run $@

# For another processor or Python: make build BUILD_MACHINE=x86_64 BUILD_PYTHON=3.12 BUILD_FOLDER=/tmp/elsewhere/build
BUILD_MACHINE ?= aarch64
BUILD_PYTHON ?= 3.13
BUILD_FOLDER ?= .aws-sam/build

build: $(VENV)/.test ## what goes to Lambda, in .aws-sam/build, with its sizes
	@$(BIN)/python -m scripts.build --machine $(BUILD_MACHINE) --python $(BUILD_PYTHON) --folder "$(BUILD_FOLDER)"

# Fast tests first, a file at a time on each of a few cores; the last ones drive Chromium through the whole system.
PARALLEL ?= -n auto --maxprocesses 4 --dist loadgroup --no-loadscope-reorder

test: setup ## every test
	@$(BIN)/python -m pytest $(PARALLEL) $(TESTS)

TESTS ?= tests/unit tests/properties tests/producer tests/contract tests/emulator tests/doctor tests/permissions tests/deployment tests/e2e

lint: setup scan ## ruff, mypy, import-linter, cfn-lint, sam validate, checkov
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/cfn-lint template.yaml
	@SAM_CLI_TELEMETRY=0 $(BIN)/sam validate --lint

scan: $(SCAN_VENV)/.scan ## checkov over the template, in both modes
	@scripts/scan-template

# checkov pins another boto3 than ours, so it has an environment of its own.
$(SCAN_VENV)/.scan: requirements-scan.txt
	@echo "Setting up $(SCAN_VENV) with the policy scanner ..."
	@$(PYTHON) -m venv $(SCAN_VENV) || { echo "smart-door: no venv module. Type: sudo apt-get install python3-venv" >&2; exit 1; }
	@$(SCAN_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement requirements-scan.txt
	@touch $@

format: setup ## put the code into its form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup ## speed and memory, as ratios
	@$(BIN)/python -m tests.bench

# More of both with ARGS="--help", such as: make screenshots ARGS="--language de 'owner-*'"
screenshots: setup ## every screen of the pages as a picture, in build/screenshots
	@scripts/install-debian-packages fonts-roboto-unhinted
	@exec $(BIN)/python -m tests.screenshots $(ARGS)

audit: setup ## Lighthouse looks at the pages (needs Node)
	@exec $(BIN)/python -m tests.audit $(ARGS)

lock: ## the lock files anew from requirements*.in (needs uv)
	@scripts/lock-requirements

clean: ## remove what was made, but not the state of runs
	@rm -rf build .aws-sam $(VENV) $(SCAN_VENV) .pytest_cache .mypy_cache .ruff_cache *.egg-info
