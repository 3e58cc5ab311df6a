# Everything a person or a machine starts here: `make help` lists it. A bare machine needs python3, make, git and
# a package index; the first target makes .venv, the next ones find it ready.

VENV := .venv
READY := $(VENV)/.ready
WORKERS ?= 2
DATASET ?= lastfm-2k
BASE ?= origin/main
PORT ?= 5000

export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export DO_NOT_TRACK := 1
export DVC_NO_ANALYTICS := 1
export GX_ANALYTICS_ENABLED := false
export MLFLOW_DISABLE_TELEMETRY := true
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export OPENBLAS_NUM_THREADS := 1
# A notice about the years to come, printed at every build.
export NO_MKDOCS_2_WARNING := 1
# Byte code written once saves seconds at every start; variables of another Python would lead astray.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONHOME
unexport PYTHONPATH

.DEFAULT_GOAL := help
.PHONY: help setup demo run retrain compare ui report-pdf docs docs-site test tests lint types lock audit fresh clean

help:  ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'

setup: $(READY)  ## Make .venv with the locked packages and the project
	@:

demo: $(READY)  ## Set up, then run the whole pipeline on generated data
	@fairtune run demo

run: $(READY)  ## Set up, then run the whole pipeline on lastfm-2k
	@fairtune run lastfm-2k

retrain: $(READY)  ## Run the Prefect flow on DATASET (lastfm-2k), fetching its sources anew
	@python flows/retrain.py --refresh --dataset $(DATASET)

compare: $(READY)  ## Compare the figures of demo with those of Git revision BASE (origin/main)
	@fairtune compare $(BASE) --dataset demo --markdown

ui: $(READY)  ## Show versions, runs and trials in MLflow's pages, on this machine alone, at PORT (5000)
	@[ -f mlflow.db ] || { echo 'there is no mlflow.db here yet: run `make demo` first' >&2; exit 1; }
	@echo "http://127.0.0.1:$(PORT), until Ctrl-C"
	@mlflow server --backend-store-uri sqlite:///mlflow.db --artifacts-destination mlartifacts \
		--host 127.0.0.1 --port $(PORT) --workers 1

report-pdf: $(READY)  ## Print the report of DATASET (lastfm-2k) as PDF, by the browser that there is
	@python scripts/report_pdf.py $(DATASET)

docs: $(READY)  ## Write figures and output of commands into README.md and docs anew
	@python scripts/readme.py

docs-site: $(READY)  ## Build the documentation site in site/, with links and anchors checked
	@mkdocs build
	@echo "Open site/index.html"

test: lint types tests  ## Set up, then run every check: style, contracts, types, tests

tests: $(READY)  ## Run the tests alone; WORKERS=1 for one after the other
	pytest -n $(WORKERS) --dist loadfile

lint: $(READY)  ## Check style, layout, docstrings, import contracts and workflow files
	ruff check
	ruff format --check
	pydoclint --quiet src/fairtune
	lint-imports --no-logo
	check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	check-jsonschema --builtin-schema vendor.github-actions .github/actions/*/action.yml
	check-jsonschema --builtin-schema vendor.compose-spec compose.yaml

types: $(READY)  ## Check types
	mypy

lock: $(READY)  ## Write requirements.lock anew, keeping the versions that still fit
	@python scripts/packages.py lock

audit: $(READY)  ## Look up known vulnerabilities of the locked packages; needs the network
	@uv tool run --from 'pip-audit>=2.9,<3' pip-audit --requirement requirements.lock --require-hashes --disable-pip

fresh: $(READY)  ## Check that dvc.lock describes the code and parameters of this revision
	@python scripts/fresh.py

clean:  ## Remove .venv and caches; data, models and reports stay
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# A virtual environment knows its own absolute path: in a folder that was moved it is made again.
ifneq ($(shell cat $(READY) 2>/dev/null),$(CURDIR))
.PHONY: $(READY)
endif

$(READY): requirements.lock pyproject.toml scripts/packages.py
	@for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11); do \
	    found=`$$python -c 'import sys; (3, 11) <= sys.version_info[:2] <= (3, 13) or sys.exit(1); print(getattr(sys, "_base_executable", sys.executable))' 2>/dev/null` \
	        && exec "$$found" scripts/packages.py install $(VENV); \
	done; \
	echo "fairtune needs Python 3.11, 3.12 or 3.13 and finds none ($(or $(PYTHON),python3) is: `$(or $(PYTHON),python3) --version 2>&1`): install one, or name it with make PYTHON=/path/to/python3.12" >&2; exit 2
