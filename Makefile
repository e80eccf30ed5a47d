# Kohtaanto: everything a newcomer needs. Only python3 (3.11 or later), pip and make are assumed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
CORE := $(VENV)/.core_installed
IMPORTED := agents.area, agents.warm_up, experiments.compare, experiments.report.page, experiments.running.runner, matplotlib.pyplot

.PHONY: install run test verify bench lint lock clean

install: $(STAMP)

$(CORE): requirements-core.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] < (3, 14) else "Kohtaanto needs Python 3.11, 3.12 or 3.13; this is %d.%d" % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r requirements-core.lock
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check --no-build-isolation --no-deps -e .
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -c "import $(IMPORTED)"  # byte code of these, not of all that is installed
	@touch $(CORE)

$(STAMP): requirements.lock $(CORE)  # with the extras: tests, clusters, analysis, export, notebooks
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $(STAMP)

run: $(CORE)  ## what the closure of a 450-job plant does to eleven municipalities
	$(BIN)/kohtaanto compare shock=closure_harjavalta

test: install
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not verify" tests

verify: install  ## the longer suites: statistics, full scale, timings, new examples of property tests
	KOHTAANTO_EXAMPLES=new $(BIN)/python -m pytest tests

bench: install  ## the engine beside an ordinary Mesa model of the same rules
	$(BIN)/python -m benchmarks.side_by_side

lint: install
	$(BIN)/ruff check .
	$(BIN)/mypy

LOCKED := --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra build
lock:  ## needs uv; no registry addresses may enter the file
	uv pip compile $(LOCKED) --extra test --extra cluster --extra analysis --extra export --extra notebook -o requirements.lock pyproject.toml
	uv pip compile $(LOCKED) --constraint requirements.lock -o requirements-core.lock pyproject.toml

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
