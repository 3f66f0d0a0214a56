# Two commands do everything on a fresh machine: make reproduce, make test.
PYTHON ?= python3
CORES ?= all
CONFIG ?= config.yaml
INSTANCES ?= 2
EXAMPLES ?= 8
RESULTS ?= results
SIZE ?= default
BIN := .venv/bin

.PHONY: help setup reproduce test test-slurm test-report test-wheel lint docs results-page experiments-page schema report check why stale clean-stale cost rehearse gpu-check benchmark clean
.DEFAULT_GOAL := help

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */|/' | awk -F'|' '{printf "make %-12s %s\n", $$1, $$2}'

setup: .venv/ready  ## the environment: a virtual environment in .venv with pinned versions

.venv/ready: pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name it with make PYTHON=...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --constraint requirements.lock --editable '.[dev,cluster,docs]'
	touch $@

reproduce: setup  ## every figure, table and claim of CONFIG (default: the embedded one)
	@$(BIN)/python -m lossland check --configfile $(CONFIG) && $(BIN)/snakemake --cores $(CORES) --configfile $(CONFIG)

test: setup  ## the tests
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-slurm: setup  ## the tests on a real SLURM cluster that they start; as root
	@$(BIN)/python -m pytest -m slurm -rs tests/test_slurm.py

test-report: setup  ## the tests of the report that need a browser (Debian: apt-get install chromium)
	@$(BIN)/python -m pytest -m browser tests/test_report.py

test-wheel: setup  ## a wheel, installed by itself, draws a network outside the clone
	@rm -rf build/wheel && $(BIN)/python -m pip wheel --disable-pip-version-check --quiet --no-deps --wheel-dir build/wheel .
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --target build/wheel/site build/wheel/*.whl
	@mkdir build/wheel/home && cd build/wheel/home && PYTHONPATH=../site ../../../$(BIN)/python -m lossland look cnn --data digits --minutes 0.1

lint: setup  ## style of Python and of the rules, types of the library
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/snakefmt --check Snakefile rules && $(BIN)/mypy

docs: setup  ## the site of docs/ as build/docs/index.html, all of its links checked
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

results-page: setup  ## the results in docs and the counts of README.md, from the report of the default; RESULTS and SIZE for others
	@$(BIN)/python docs/results.py $(RESULTS) $(SIZE)

experiments-page: setup  ## docs/experiments.md, from the signatures of the experiments
	@$(BIN)/python docs/experiments.py

schema: setup  ## configs/config.schema.json, by which editors complete a config
	@$(BIN)/python -m lossland schema > configs/config.schema.json

report: setup  ## the report of what there is, even if jobs failed; a run that succeeds has written it
	@$(BIN)/python -m lossland report --configfile $(CONFIG)

check: setup  ## read and plan CONFIG, import code of your own: a mistake is told with its line
	@$(BIN)/python -m lossland check --configfile $(CONFIG)

stale: setup  ## name the results in the folder of CONFIG that no job of it makes any more
	@$(BIN)/python -m lossland stale --configfile $(CONFIG)

clean-stale: setup  ## remove them; only files that a run has made
	@$(BIN)/python -m lossland clean-stale --configfile $(CONFIG)

why: setup  ## what would run, and why: which file, which key of the config
	@$(BIN)/python -m lossland why --configfile $(CONFIG)

cost: setup  ## jobs, hours on this machine and disk by rule, before anything runs
	@$(BIN)/python -m lossland cost --configfile $(CONFIG)

rehearse: setup  ## the whole graph of CONFIG with its own networks, a few steps and images of each, in results of its own
	@$(BIN)/snakemake --keep-going --cores $(CORES) --configfile $(CONFIG) --config 'rehearse={instances: $(INSTANCES), examples: $(EXAMPLES)}'

benchmark: setup  ## the engines against plain PyTorch and installed peers, 20,000 jobs through the rules: docs/performance.md; PARTS for some
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python benchmarks $(PARTS)

gpu-check:  ## the library alone on a GPU machine that has torch: PYTHON=python3 make gpu-check
	@PYTHONPATH=. $(PYTHON) benchmarks/gpu_check.py

clean:  ## remove the environment, caches and the results of the embedded default (those of other configs stay)
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache *.egg-info build
	rm -rf results/data results/network results/subspace results/table results/figure results/claim results/verdict results/log results/report results/resolved.yaml
