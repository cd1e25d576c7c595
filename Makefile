# Copyright (c) 2026, The otc.elb authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Everything runs in virtual environments, which targets create when they need them. Only Python >= 3.10 and make are required.

PYTHON ?= python3
VENV ?= .venv
ARGS ?=
# How many processes pytest starts for tests that wait: auto is two for each CPU, logical is one (see tests/conftest.py).
WORKERS ?= auto

.DEFAULT_GOAL := help
BIN := $(VENV)/bin
READY := $(VENV)/.ready
KEYSTONE := $(VENV)/keystone/.ready
BENCHMARK := $(VENV)/benchmark/.ready
RELEASE := $(VENV)/release/.ready
COLLECTION := $(VENV)/collections/ansible_collections/otc/elb
VERSION = $(shell sed -n 's/^version: *//p' galaxy.yml)
GENERATED := PYTHONPATH="$(VENV)/collections" $(BIN)/python -m tools.generated

# ansible-lint and others find their tools on the PATH; nothing is written to ~/.ansible.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export ANSIBLE_HOME := $(CURDIR)/$(VENV)/ansible
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/$(VENV)/collections

# Environments are installed uncompiled. Where Python may not keep what it compiles, each process would do it again: a third of the tests' time.
unexport PYTHONDONTWRITEBYTECODE

## help: this list
help:
	@awk -F ': ' '/^## / { printf "  make %-13s %s\n", substr($$1, 4), $$2 }' $(MAKEFILE_LIST)

## demo: runs docs/examples/quickstart.yml against the emulator or, with credentials in the environment, the cloud
demo: $(READY)
	@$(BIN)/python -m tools.demo

## test: all checks of CI
# Each of SHORT uses one CPU at most, or waits often: three at a time keep two CPUs busy. The playbooks take longest, so the others of LONG run
# beside them. What each prints is shown when it has ended.
SHORT := sanity keystone modules molecule lint integration unit
LONG := playbooks emulator hostile
TOGETHER := --no-print-directory $(if $(filter output-sync,$(.FEATURES)),--output-sync=recurse)
test: $(READY)
	@echo "==> three at a time: $(SHORT)"
	@$(MAKE) $(TOGETHER) --jobs=3 $(SHORT:%=timed-%)
	@echo "==> two at a time, for some 8 minutes: $(LONG)"
	@$(MAKE) $(TOGETHER) --jobs=2 $(LONG:%=timed-%)

# It runs beside the playbooks, so it gets one process for each CPU instead of two.
timed-hostile: export WORKERS := logical

timed-%:
	@echo "==> make $*"; start=$$(date +%s); $(MAKE) --no-print-directory $* || exit 1; \
	echo "<== make $*: ok, $$(($$(date +%s) - start)) s"; echo

## check: lint and unit tests
check: lint unit

## lint: every linter - code, types, imports, generated files, YAML, Ansible, workflows, licenses
# One target for each, which is also a hook of pre-commit (.pre-commit-config.yaml).
LINTERS := ruff format mypy imports generated yaml ansible workflows licenses
lint: $(LINTERS:%=lint-%)

lint-ruff: $(READY)
	$(BIN)/ruff check

lint-format: $(READY)
	$(BIN)/ruff format --check

lint-mypy: $(READY)
	MYPYPATH="$(VENV)/collections:." $(BIN)/mypy $(COLLECTION)/plugins tests tools

lint-imports: $(READY)
	PYTHONPATH="$(VENV)/collections" $(BIN)/lint-imports --no-logo --no-cache

lint-generated: $(READY)
	$(GENERATED) --check

lint-yaml: $(READY)
	$(BIN)/yamllint --strict .

lint-ansible: $(READY)
	$(BIN)/ansible-lint --offline

lint-workflows: $(READY)
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema custom.github-workflows-require-timeout .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/*_*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.renovate renovate.json
	$(BIN)/zizmor --offline --no-progress --quiet .github/workflows

lint-licenses: $(READY)
	$(BIN)/reuse lint --quiet || $(BIN)/reuse lint

## hooks: runs the linters of changed files before each commit, by pre-commit
hooks: $(READY)
	$(BIN)/pre-commit install

## locks: writes the versions and hashes of all *.in files again; ARGS are options of uv, such as ARGS="--upgrade-package ruff"
LOCK := $(BIN)/uv pip compile --quiet --python-version=3.10
LOCKS := requirements-dev tests/benchmark/requirements tests/keystone/requirements tools/release/requirements
locks: $(READY)
	for lock in $(LOCKS); do $(LOCK) $(ARGS) --output-file=$$lock.txt $$lock.in || exit 1; done

## format: formats the code, and fixes lint errors where ruff can
format: $(READY)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

## unit: unit tests; ARGS goes to pytest, here and for emulator, modules, hostile, playbooks and keystone, such as ARGS="-k name"
unit: $(READY)
	$(BIN)/pytest tests/unit $(ARGS)

## emulator: the tests of the emulator, with third-party clients
emulator: $(READY)
	$(BIN)/pytest -n logical tests/emulator_tests $(ARGS)

## modules: the modules in the process of the tests, against the emulator, with generated options and sequences
modules: $(READY)
	$(BIN)/pytest -n $(WORKERS) tests/modules $(ARGS)

## hostile: the modules and the inventory plugin against a server that misbehaves on purpose
hostile: $(READY)
	$(BIN)/pytest -n $(WORKERS) tests/hostile $(ARGS)

## playbooks: the modules through ansible-playbook, against the emulator
playbooks: $(READY)
	$(BIN)/pytest -n $(WORKERS) tests/playbooks $(ARGS)

## molecule: the scenarios of the roles against the emulator; ARGS are options of molecule test, such as ARGS="-s backend"
molecule: $(READY)
	$(BIN)/molecule test $(or $(ARGS),--all)

## keystone: all kinds of credentials, against a real Keystone
keystone: $(KEYSTONE)
	$(BIN)/pytest tests/keystone $(ARGS)

## sanity: ansible-test sanity; ARGS are its options, such as ARGS="--test validate-modules"
sanity: $(READY)
	$(BIN)/python -m tools.ansible_test sanity $(ARGS)

## integration: tests/integration through ansible-test, against the emulator
integration: $(READY)
	$(BIN)/python -m tools.ansible_test integration $(ARGS)

## test-matrix: sanity, units, integration and tasks both ways with the oldest and the newest ansible-core, and the same plays on each; ARGS=cores: only these
test-matrix: $(READY)
	$(BIN)/python -m tools.matrix $(ARGS)

## coverage: the test coverage of plugins/ in all processes (some 15 minutes); fails under 95 %
coverage: $(READY) $(KEYSTONE)
	$(BIN)/python -m tools.coverage $(ARGS)

## benchmark: measures the modules and writes docs/benchmarks.md (some 8 minutes); ARGS=--quick takes one minute
benchmark: $(BENCHMARK) $(KEYSTONE)
	$(BIN)/python -m tests.benchmark $(ARGS)

## generated: writes generated documentation (results, IAM actions, lists of modules) and action plugins (see tools/generated.py)
generated: $(READY)
	$(GENERATED)

## docs: the documentation as a site, in build/docs/html; a warning or a broken link is an error
docs: $(READY) $(RELEASE)
	$(VENV)/release/bin/python -m tools.release.site

## picture: runs the demo and draws its output, docs/demo.svg
picture: $(READY) $(RELEASE)
	$(VENV)/release/bin/python -m tools.release.picture

## artifact: builds the artifact for Galaxy, imports it as Galaxy does, installs it, and runs the demo from it
artifact: $(READY) $(RELEASE)
	$(BIN)/python -m tools.release.artifact

## audit: whether a version in a lock has a known vulnerability; asks the package index's vulnerability service
audit: $(READY) $(RELEASE)
	$(BIN)/python -m tools.release.audit

## release-check: checks whether the checkout can be released (see docs/releasing.md); ARGS is the tag, if there is one
release-check: $(READY) $(RELEASE)
	$(BIN)/python -m tools.release.check $(ARGS)

# What the release workflow does with the artifact that release-check has built.
github-release:
	gh release create "$(VERSION)" build/otc-elb-$(VERSION).tar.gz --verify-tag --title "$(VERSION)" \
		--notes "The changes are in [CHANGELOG.rst](https://github.com/opentelekomcloud/ansible-collection-elb/blob/$(VERSION)/CHANGELOG.rst)."

publish: $(READY)
	@test -n "$$GALAXY_TOKEN" || { echo "publish: set GALAXY_TOKEN to the token of the namespace's owner"; exit 1; }
	$(BIN)/ansible-galaxy collection publish --token "$$GALAXY_TOKEN" build/otc-elb-$(VERSION).tar.gz

## venv: the virtual environment only
venv: $(READY)

## clean: removes all files that the targets created
clean:
	rm -rf $(VENV) build tests/output .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage .ansible
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# uv takes 5 seconds where pip takes a minute. It does not read pip's configuration, so where it fails, pip tries.
# Nothing is compiled here: Python compiles what is imported, and most of what is installed never is.
PIP := -m pip install -qq --disable-pip-version-check --no-compile --require-hashes --requirement
define install
$(BIN)/uv pip install --quiet --require-hashes --python $(1)/bin/python --requirement $(2) || \
	{ echo "uv could not install $(2); now pip tries, which takes a minute or more."; $(1)/bin/python $(PIP) $(2); }
endef

# Created again when the lock changes. uv itself comes by pip, with the lines of the lock that are about it.
# The link is the place where Ansible finds the collection by its name.
$(READY): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python >= 3.10 is needed: make PYTHON=...")'
	@echo "Setting up $(VENV), once: this takes some seconds."
	$(PYTHON) -m venv --clear $(VENV)
	sed -n '/^uv==/,/[^\\]$$/p' $< | $(BIN)/python $(PIP) /dev/stdin
	$(call install,$(VENV),$<)
	mkdir -p $(dir $(COLLECTION))
	ln -s "$(CURDIR)" $(COLLECTION)
	touch $@

# Separate environments for requirements that conflict with the others.
define set_up
@echo "Setting up $(dir $@), once: this takes some seconds."
$(BIN)/python -m venv --clear $(dir $@)
$(call install,$(@D),$<)
touch $@
endef

$(KEYSTONE) $(BENCHMARK): $(VENV)/%/.ready: tests/%/requirements.txt $(READY)
	$(set_up)

$(RELEASE): tools/release/requirements.txt $(READY)
	$(set_up)

.PHONY: help demo test check lint $(LINTERS:%=lint-%) hooks locks format unit modules emulator hostile playbooks molecule keystone sanity integration test-matrix coverage benchmark \
	generated docs picture artifact audit release-check github-release publish venv clean
