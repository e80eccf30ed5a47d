"""A stand-in for the engine whose outcomes follow from the parameters, and workers that die with it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import fake_engine
import numpy as np

import agents
from agents.specification import RunResult, RunSpecification
from experiments.sweep.executor import Task, Told, work
from sim.errors import InputError

DEADLY_SEED = 44
DEADLY_SHARE = 0.6


class Engine(fake_engine.FakeEngine):
    """Unemployment is higher by 100 × `hiring.suitable_share`, and by what a policy sets."""

    def simulate_arms(self, specifications: Sequence[RunSpecification]) -> list[RunResult]:
        results = super().simulate_arms(specifications)
        for specification, result in zip(specifications, results, strict=True):
            more = 100.0 * float(specification.parameters["hiring"]["suitable_share"]["value"])
            more += sum(change.amount for change in specification.changes if change.operation == "set")
            is_unemployed = np.array(result.indicators["indicator"]) == "unemployed"
            result.indicators["value"] = np.array(result.indicators["value"]) + more * is_unemployed
        return results


def install(engine: fake_engine.FakeEngine) -> None:
    """Put a stand-in in the engine's place, in this process."""
    sys.modules["agents.area"] = engine  # type: ignore[assignment]
    agents.area = engine  # type: ignore[attr-defined]


def work_well(tasks: Sequence[Task], folder: Path) -> list[Told] | InputError:
    """What a worker does, with the stand-in."""
    install(Engine())
    return work(tasks, folder)


def work_and_die_once(tasks: Sequence[Task], folder: Path) -> list[Told] | InputError:
    """The first worker that gets the deadly seed is killed when it has stored its first run."""
    return _work_and_die(tasks, folder, lambda: not _marked(folder))


def work_and_die(tasks: Sequence[Task], folder: Path) -> list[Told] | InputError:
    """Every worker that gets the deadly seed at the deadly share is killed."""
    return _work_and_die(tasks, folder, lambda: True)


def _work_and_die(tasks: Sequence[Task], folder: Path, now: Callable[[], bool]) -> list[Told] | InputError:
    for run in (run for task in tasks for run in task):
        share = run.specification.parameters["hiring"]["suitable_share"]["value"]
        if run.specification.seed == DEADLY_SEED and share == DEADLY_SHARE and now():
            work_well([[task[0]] for task in tasks if task[0].key != run.key], folder)
            os.kill(os.getpid(), signal.SIGKILL)
    return work_well(tasks, folder)


def _marked(folder: Path) -> bool:
    """Whether somebody has been here before; from now on somebody has."""
    mark = folder / "died"
    if mark.exists():
        return True
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
    return False
