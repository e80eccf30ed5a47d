"""The executor that ``engine.launcher`` means."""

from __future__ import annotations

from typing import Any

from experiments.composing.configuration import Configuration
from experiments.sweep.dask_cluster import DaskCluster
from experiments.sweep.executor import Executor
from experiments.sweep.processes import Processes
from experiments.sweep.slurm import SlurmJobs
from sim.errors import InputError, near_miss

LAUNCHERS = ("processes", "dask", "slurm", "local_jobs")
_KEYS = (
    "processes", "launcher", "scheduler", "partition", "jobs", "job_runs", "job_minutes", "job_memory_gb",
    "timeout_seconds",
)  # fmt: skip
_DEFAULTS = {"launcher": "processes", "jobs": 4, "job_runs": 50, "job_minutes": 120, "job_memory_gb": 2,
             "timeout_seconds": 10}  # fmt: skip


def executor_of(configuration: Configuration) -> Executor:
    """The executor that a configuration asks for.

    Raises
    ------
    InputError
        An unknown launcher or key, or a value of another kind.
    """
    engine = {**_DEFAULTS, **configuration.plain["engine"]}
    for key in engine:
        if key not in _KEYS:
            raise InputError(f"engine.{key}: no such key{near_miss(str(key), _KEYS)}")
    launcher = engine["launcher"]
    if launcher not in LAUNCHERS:
        raise InputError(f"engine.launcher={launcher}: expected {', '.join(LAUNCHERS)}"
                         f"{near_miss(str(launcher), LAUNCHERS)}")  # fmt: skip
    jobs, job_runs, minutes = (_number(engine, key, whole=True) for key in ("jobs", "job_runs", "job_minutes"))
    timeout = _number(engine, "timeout_seconds")
    if launcher == "processes":
        return Processes(configuration.processes)
    if launcher == "dask":
        return DaskCluster(_text(engine, "scheduler"), configuration.processes, int(job_runs), timeout)
    return SlurmJobs(
        local=launcher == "local_jobs",
        partition=_text(engine, "partition"),
        jobs=int(jobs),
        job_runs=int(job_runs),
        minutes=int(minutes),
        memory_gb=_number(engine, "job_memory_gb"),
        timeout_seconds=timeout,
    )


def _number(engine: dict[str, Any], key: str, whole: bool = False) -> float:
    value = engine[key]
    least = 1 if whole else 0
    if (
        isinstance(value, bool) or not isinstance(value, int | float) or value < least or value != value
        or (whole and value != int(value)) or value == 0
    ):  # fmt: skip
        raise InputError(f"engine.{key}: expected a {'whole ' if whole else ''}number above 0, got {value!r}")
    return float(value)


def _text(engine: dict[str, Any], key: str) -> str | None:
    value = engine.get(key)
    if value is not None and not isinstance(value, str):
        raise InputError(f"engine.{key}: expected text, got {value!r}")
    return value
