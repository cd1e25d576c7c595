# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, The otc.elb authors
#
# Everything runs in a virtual environment of its own, which the first target that needs it sets up. Python >= 3.10
# and make are all that must be there.

PYTHON ?= python3
VENV ?= .venv
ARGS ?=

.DEFAULT_GOAL := help
BIN := $(VENV)/bin
READY := $(VENV)/.ready
KEYSTONE := $(VENV)/keystone/.ready
BENCHMARK := $(VENV)/benchmark/.ready
RELEASE := $(VENV)/release/.ready
COLLECTION := $(VENV)/collections/ansible_collections/otc/elb
GENERATED := PYTHONPATH="$(VENV)/collections" $(BIN)/python -m tools.generated

# ansible-lint and others look for the tools that they start on the PATH; nothing is written to ~/.ansible.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export ANSIBLE_HOME := $(CURDIR)/$(VENV)/ansible
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/$(VENV)/collections

## help: this list
help:
	@awk -F ': ' '/^## / { printf "  make %-13s %s\n", substr($$1, 4), $$2 }' $(MAKEFILE_LIST)

## demo: plays docs/examples/quickstart.yml, against the emulator or, with credentials in the environment, the cloud
demo: $(READY)
	@$(BIN)/python -m tools.demo

## test: everything that CI runs
# Each of the first keeps one CPU busy, so they run two at a time; the others have as many workers as there are CPUs.
ONE_CPU := sanity keystone lint molecule integration unit
ALL_CPUS := modules emulator hostile playbooks
TOGETHER := --jobs=2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=recurse)
test: $(READY)
	@$(MAKE) --no-print-directory $(TOGETHER) $(ONE_CPU:%=timed-%)
	@$(MAKE) --no-print-directory --jobs=1 $(ALL_CPUS:%=timed-%)

# Both work in one copy of the checkout.
timed-integration: timed-sanity

timed-%:
	@echo "==> make $*"; start=$$(date +%s); $(MAKE) --no-print-directory $* || exit 1; \
	echo "<== make $*: ok, $$(($$(date +%s) - start)) s"; echo

## check: the quick loop, lint and unit tests
check: lint unit

## lint: ruff, mypy, import-linter, yamllint, ansible-lint, and whether generated documentation is up to date
lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	MYPYPATH="$(VENV)/collections:." $(BIN)/mypy $(COLLECTION)/plugins tests tools
	PYTHONPATH="$(VENV)/collections" $(BIN)/lint-imports --no-logo --no-cache
	$(GENERATED) --check
	$(BIN)/yamllint --strict .
	$(BIN)/ansible-lint --offline

## format: puts the code into the form that lint wants, and mends what ruff can
format: $(READY)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

## unit: unit tests; ARGS goes to pytest, here and for emulator, modules, hostile, playbooks and keystone, such as ARGS="-k name"
unit: $(READY)
	$(BIN)/pytest tests/unit $(ARGS)

## emulator: the emulator's own tests, with clients that others wrote
emulator: $(READY)
	$(BIN)/pytest -n auto tests/emulator_tests $(ARGS)

## modules: the modules in this process against the emulator, with generated options and sequences
modules: $(READY)
	$(BIN)/pytest -n auto tests/modules $(ARGS)

## hostile: the modules and the inventory plugin against a server that misbehaves on purpose
hostile: $(READY)
	$(BIN)/pytest -n auto tests/hostile $(ARGS)

## playbooks: the modules through ansible-playbook, against the emulator
playbooks: $(READY)
	$(BIN)/pytest -n auto tests/playbooks $(ARGS)

## molecule: the roles' scenarios, against the emulator, with molecule test's options, such as ARGS="-s backend"
molecule: $(READY)
	$(BIN)/molecule test $(or $(ARGS),--all)

## keystone: every way to authenticate, against a real Keystone in a virtual environment of its own
keystone: $(KEYSTONE)
	$(BIN)/pytest tests/keystone $(ARGS)

## sanity: ansible-test sanity, with its options, such as ARGS="--test validate-modules"
sanity: $(READY)
	$(BIN)/python -m tools.ansible_test sanity $(ARGS)

## integration: tests/integration through ansible-test, against the emulator
integration: $(READY)
	$(BIN)/python -m tools.ansible_test integration $(ARGS)

## test-matrix: sanity, units and integration through ansible-test, and tasks both ways, with the oldest and the newest ansible-core that the Pythons here can have
test-matrix: $(READY)
	$(BIN)/python -m tools.matrix $(ARGS)

## coverage: how much of plugins/ the tests run, in whatever process (some 15 minutes); fails under 95 %
coverage: $(READY) $(KEYSTONE)
	$(BIN)/python -m tools.coverage $(ARGS)

## benchmark: measures the modules and writes docs/benchmarks.md (some 15 minutes); ARGS=--quick tries it in one
benchmark: $(BENCHMARK)
	$(BIN)/python -m tests.benchmark $(ARGS)

## generated: writes what the documentation has in several places: results, IAM actions, lists of modules (see tools/generated.py)
generated: $(READY)
	$(GENERATED)

## docs: the documentation as a site, in build/docs/html; a warning or a link that leads nowhere is an error
docs: $(READY) $(RELEASE)
	$(VENV)/release/bin/python -m tools.release.site

## picture: plays the demo and draws its output, docs/demo.svg
picture: $(READY) $(RELEASE)
	$(VENV)/release/bin/python -m tools.release.picture

## artifact: builds what goes to Galaxy, looks at it as Galaxy does, installs it, and plays the demo from it
artifact: $(READY) $(RELEASE)
	$(BIN)/python -m tools.release.artifact

## release-check: whether this can be released as it is; docs/releasing.md tells the rest
release-check: $(READY) $(RELEASE)
	$(BIN)/python -m tools.release.check

## venv: just the virtual environment
venv: $(READY)

## clean: removes all that the targets made
clean:
	rm -rf $(VENV) build tests/output .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage .ansible
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Made anew when the lock changes. The collection is linked to where Ansible looks for it by name.
$(READY): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python >= 3.10 is needed: make PYTHON=...")'
	@echo "Setting up $(VENV), once: this takes a minute or more."
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	mkdir -p $(dir $(COLLECTION))
	ln -s "$(CURDIR)" $(COLLECTION)
	touch $@

# What only one kind of test or a release needs, and must not meet what the others have.
define set_up
@echo "Setting up $(dir $@), once: this takes a minute or more."
$(BIN)/python -m venv --clear $(dir $@)
$(dir $@)bin/python -m pip install -qq --disable-pip-version-check --require-hashes --requirement $<
touch $@
endef

$(KEYSTONE) $(BENCHMARK): $(VENV)/%/.ready: tests/%/requirements.txt $(READY)
	$(set_up)

$(RELEASE): tools/release/requirements.txt $(READY)
	$(set_up)

.PHONY: help demo test check lint format unit modules emulator hostile playbooks molecule keystone sanity integration test-matrix coverage benchmark \
	generated docs picture artifact release-check venv clean
