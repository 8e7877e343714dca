# `make help` lists what there is. Each target sets up what it needs and says so; a second run finds it done.
# The tools live in .uv/ and .venv/; only what the system's package manager alone has goes to the system.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory
# The tests start hundreds of interpreters: without bytecode each would compile all of the code anew.
unexport PYTHONDONTWRITEBYTECODE
# Seconds for one file: the largest of the SDKs takes more than uv's minute on a machine that is busy.
export UV_COMPILE_BYTECODE_TIMEOUT := 600

UV_VERSION := 0.13.8
# The user's uv if there is one, else our own in .uv/.
UV := $(or $(shell command -v uv),.uv/bin/uv)
RUN := $(UV) run --frozen --no-sync
SYNCED := .venv/.synced
ENGINE := .venv/.engine
KUBE := .venv/.kube

KEEP ?=
ONLY ?=
SEEDS ?=
ARGS ?=
COVERAGE ?=
# Test files side by side: they wait for engines and servers most of the time.
JOBS ?= 3

# The suites, by the marks that tests/conftest.py gives: the three of them make up `test-all`.
WITHOUT_CLUSTER := not kube and not stand_in
# Files in the order of tests/conftest.py, which puts those with big programs first.
PYTEST = $(RUN) pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder
# Branches count; a run that does not take nine of ten lines and branches of these packages fails.
COVERED = --cov --cov-report=term-missing --cov-fail-under=90
# The properties whose number of examples grows with hypothesis's profile.
PROPERTIES := tests/stacks/plan

.PHONY: help setup engine kube system demo test test-engine test-cluster test-all coverage lint format docs bench campaign clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup: $(SYNCED) engine ## install everything that the other targets use

demo: $(SYNCED) engine ## try TrueNorth on a world of its own, on loopback (KEEP=1 leaves it running)
	@echo "==> demo"
	@$(RUN) truenorth demo $(if $(KEEP),--keep)

test: $(SYNCED) system engine ## units, properties, the real engine on the lab (ARGS="-k name" is passed to pytest)
	@echo "==> tests that need no Kubernetes: units, properties, the real engine on the lab"
	@$(PYTEST) -m "$(WITHOUT_CLUSTER) and not broad" $(ARGS)

test-engine: $(SYNCED) system engine ## more of the engine: features in many situations, the commands of all documents
	@echo "==> tests of features in many situations, with the real engine on the lab"
	@$(PYTEST) -m "$(WITHOUT_CLUSTER) and broad" $(ARGS)

test-cluster: $(SYNCED) system engine kube ## the others: a real API server, external-dns, helm, the lab's own plugins
	@echo "==> tests with a real API server, external-dns and helm, and those of the lab's own plugins"
	@$(PYTEST) -m "not ($(WITHOUT_CLUSTER))" $(ARGS)

test-all: $(SYNCED) system engine kube ## all three (COVERAGE=1 prints which branches they leave out)
	@echo "==> all tests"
	@$(PYTEST) $(if $(COVERAGE),$(COVERED)) $(ARGS)

coverage: ## all tests, and which branches of cli, components and stacks they leave out; fails under 90 %
	@$(MAKE) test-all COVERAGE=1

lint: $(SYNCED) ## check format, style, types and layers
	@echo "==> format"
	@$(RUN) ruff format --check
	@echo "==> style"
	@$(RUN) ruff check
	@echo "==> types"
	@$(RUN) mypy
	@echo "==> layers"
	@$(RUN) lint-imports

format: $(SYNCED) ## rewrite the code in the project's format
	@$(RUN) ruff format
	@$(RUN) ruff check --fix

docs: $(SYNCED) ## build the documentation into site/, strictly
	@echo "==> docs"
	@$(RUN) mkdocs build --strict

bench: $(SYNCED) engine kube ## measure (ONLY=name)
	@echo "==> bench"
	@$(RUN) python -m bench --only "$(ONLY)"

campaign: $(SYNCED) engine kube ## hours: properties with all examples, random faults against the whole (ONLY=main SEEDS=20)
	@echo "==> campaign"
	@case "$(ONLY)" in ""|properties) $(PYTEST) --hypothesis-profile=nightly $(PROPERTIES);; esac
	@test "$(ONLY)" = properties || $(RUN) python -m bench.campaigns --only "$(ONLY)" --seeds "$(SEEDS)"

clean: ## remove what the targets made here; the engine's cache stays
	@echo "==> clean"
	@rm -rf .uv .venv dist site bench.json .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .coverage*
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

system:
	@scripts/system-packages

# The stamp names the folder of the engine: an engine that has gone is installed again.
engine: $(SYNCED)
	@test -x "$$(cat $(ENGINE) 2>/dev/null)/pulumi" -a $(ENGINE) -nt cli/engine/install/versions.py || { \
	  echo "==> Pulumi engine"; \
	  $(RUN) truenorth engine install > $(ENGINE).draft && mv $(ENGINE).draft $(ENGINE); }

kube: $(SYNCED)
	@test -x "$$(cat $(KUBE) 2>/dev/null)/kubeconform-$$(sed -n 's/^KUBECONFORM = "\(.*\)"/\1/p' lab/kube/versions.py)" -a $(KUBE) -nt lab/kube/versions.py || { \
	  echo "==> Kubernetes, for the tests"; \
	  $(RUN) truenorth lab build --external-dns --coredns --deploy-tools > $(KUBE).draft && mv $(KUBE).draft $(KUBE); }

$(SYNCED): pyproject.toml lab/pyproject.toml bench/pyproject.toml uv.lock | $(UV)
	@echo "==> Python packages into .venv"
	@$(UV) sync --frozen --quiet
	@touch $@

.uv/bin/uv:
	@echo "==> uv $(UV_VERSION) into .uv (there is none on PATH)"
	@python3 -m venv .uv
	@.uv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
