"""Which executor ``engine.launcher`` means."""

from __future__ import annotations

from experiments.configuration import Configuration
from experiments.sweep.executor import Executor
from experiments.sweep.processes import Processes


def executor_of(configuration: Configuration) -> Executor:
    """The executor that a configuration asks for."""
    return Processes(configuration.processes)
