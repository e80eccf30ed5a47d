"""What all tests share: kernels compiled once, and the same examples of property tests on every machine."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# A change must not be refused by an example that nobody has seen: `make test` tries the same examples everywhere,
# `make verify` looks for new ones.
settings.register_profile("same", derandomize=True)
settings.register_profile("new", derandomize=False, print_blob=True)
settings.load_profile(os.environ.get("KOHTAANTO_EXAMPLES", "same"))


def pytest_configure(config: pytest.Config) -> None:
    """Compile before the workers start: each would compile the same kernels for itself."""
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        from agents.specification import RunSpecification
        from agents.warm_up import warm_up
        from experiments.composing.composition import resolve
        from experiments.running.plan import make_plan

        specification: RunSpecification = make_plan(resolve("run", ["region=kolmikko"])).runs[0].specification
        warm_up(specification)
