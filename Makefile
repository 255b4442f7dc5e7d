# `make` lists what there is. Works with GNU make 3.81 and in folders with spaces: every path below is relative.
# The first fitting Python is taken; `make run PYTHON=/path/to/python3.12` names another.

SHELL := /bin/sh
PYTHON ?=
# A stamp belongs to this place and this PYTHON: a checkout that was moved or copied with its .venv is installed again.
HERE := $(shell (pwd; echo "$(PYTHON)") | cksum | cut -d' ' -f1)
RUNS := .venv/.runs-$(HERE)
TESTS := .venv/.tests-$(HERE)
BIN := .venv/bin

.PHONY: help run test test-all check bench speed evidence sensitivity docs pictures experiments clean constraints

help:
	@echo 'make run          set up .venv and compare the responses to a data breach; writes out/data-breach'
	@echo 'make test         run all tests, on all cores (ARGS: what pytest takes)'
	@echo 'make test-all     run all tests under every Python from 3.11 to 3.14 that is found'
	@echo 'make check        look for faults of style and of types (ruff, mypy)'
	@echo 'make bench        measure the speed on this machine, beside rivals (ARGS=--quick: in a minute)'
	@echo 'make speed        the same, written to docs/speed.md'
	@echo 'make evidence     measure what is known of real behaviour, and write docs/evidence.md'
	@echo 'make experiments  run the experiments (some 15 minutes) and write what they showed to docs/'
	@echo 'make sensitivity  measure what hangs on assumed numbers, and write docs/sensitivity.md'
	@echo 'make docs         write the generated pages and the picture of docs/ anew'
	@echo 'make pictures     take the pictures of the lab for the README and docs/ anew'
	@echo 'make constraints  renew constraints.txt, the exact versions that are installed'
	@echo 'make clean        remove .venv (and those of test-all), out, built files and caches'

run: $(RUNS)
	$(BIN)/ripple compare data-breach --out out/data-breach --force

test: $(TESTS)
	$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

test-all:
	@sh .ci/test-all.sh $(ARGS)

check: $(TESTS)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy

bench: $(TESTS)
	$(BIN)/ripple bench $(ARGS)

speed: $(TESTS)
	$(BIN)/ripple bench --page docs/speed.md $(ARGS)

evidence: $(TESTS)
	$(BIN)/ripple evidence --page docs/evidence.md $(ARGS)

sensitivity: $(TESTS)
	$(BIN)/ripple evidence --sensitivity --page docs/sensitivity.md $(ARGS)

docs: $(RUNS)
	$(BIN)/python -c "from sim.show.pages import write_pages; write_pages('docs')"
	$(BIN)/ripple compare data-breach --out out/docs --force
	cp out/docs/figures/trust.png docs/data-breach.png

pictures: $(TESTS)
	$(BIN)/python -m sim.bench.pictures docs

experiments: $(RUNS)
	$(BIN)/python -c "from sim.show.experiments.pages import write_results; write_results('docs')"

constraints: $(TESTS)
	$(BIN)/python .ci/constraints.py

clean:
	rm -rf .venv .venv-3.* out build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name .git -prune -o -type d -name __pycache__ -prune -exec rm -rf {} +

$(RUNS): pyproject.toml constraints.txt
	@sh .ci/venv.sh '.[all]' "$(PYTHON)"
	@touch $@

$(TESTS): pyproject.toml constraints.txt
	@sh .ci/venv.sh '.[test]' "$(PYTHON)"
	@touch $(RUNS) $@
