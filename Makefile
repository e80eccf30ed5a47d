# Kohtaanto: everything a newcomer needs. Only python3 (3.11 or later), pip and make are assumed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: install run test verify bench lint lock clean

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] < (3, 14) else "Kohtaanto needs Python 3.11, 3.12 or 3.13; this is %d.%d" % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $(STAMP)

run: install  ## what the closure of a 450-job plant does to eleven municipalities
	$(BIN)/kohtaanto compare shock=closure_harjavalta

test: install
	$(BIN)/python -m pytest -n 2 -m "not verify" tests

verify: install  ## the longer suites: statistics, full scale, timings, new examples of property tests
	KOHTAANTO_EXAMPLES=new $(BIN)/python -m pytest tests

bench: install  ## the engine beside an ordinary Mesa model of the same rules
	$(BIN)/python -m benchmarks.side_by_side

lint: install
	$(BIN)/ruff check .
	$(BIN)/mypy

lock:  ## needs uv; no registry addresses may enter the file
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra test --extra build -o requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
