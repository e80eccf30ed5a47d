"""Who simulates: processes of this machine, a Dask cluster, Slurm. What is lost on the way is tried again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from experiments.running.plan import Run
from experiments.running.runner import Outcome, perform
from experiments.running.store import RunStore
from sim.errors import InputError

MOST_LOSSES = 3
"""A run whose worker ended without a word so many times is a failed one: tried, and tried again twice."""
LOST = "its worker process ended without a word, three times; killed, perhaps for want of memory"

Task = Sequence[Run]
"""Runs that share the built world: one replication of points with the same uncertainties."""


class Executor(Protocol):
    """Simulates tasks and stores their runs."""

    def perform(self, tasks: Iterable[Task], folder: Path) -> Iterator[list[Outcome]]:
        """Yield the outcomes of tasks when they are finished, in any order; each run has one in the end.

        Parameters
        ----------
        tasks
            What to simulate.
        folder
            Of the run store; workers write into it.

        Raises
        ------
        InputError
            If results can not be written, or the cluster is not there.
        KeyboardInterrupt
            After Ctrl-C; workers have been ended or told to.
        """
        ...


class Told(NamedTuple):
    """What a worker tells of a run: an `Outcome` without the run itself, which weighs a hundred times more."""

    status: str
    seconds: float
    error: str
    peak_rss_mb: float


def work(tasks: Sequence[Task], folder: Path) -> list[Told] | InputError:
    """Perform tasks one after another, in a worker.

    Returns
    -------
    list of Told or InputError
        One for each run, in order; an error that no other run would escape, such as a full disk, is returned, because
        clusters turn what is raised into text.
    """
    try:
        outcomes = [outcome for task in tasks for outcome in perform(task, folder)]
    except InputError as error:
        return error
    return [Told(one.status, one.seconds, one.error, one.peak_rss_mb) for one in outcomes]


def outcomes_of(tasks: Sequence[Task], told: Sequence[Told] | InputError) -> list[Outcome]:
    """Outcomes of tasks from what `work` returned.

    Raises
    ------
    InputError
        The one that `work` returned.
    """
    if isinstance(told, InputError):
        raise told
    return [Outcome(run, *one) for run, one in zip((run for task in tasks for run in task), told, strict=True)]


def jobs_of(tasks: Iterable[Task], runs: int) -> list[list[Task]]:
    """Group tasks into jobs of about so many runs, at least one task each."""
    jobs: list[list[Task]] = []
    size = runs
    for task in tasks:
        if size >= runs:
            jobs.append([])
            size = 0
        jobs[-1].append(task)
        size += len(task)
    return jobs


class Losses:
    """Counts how often each run was lost with its worker.

    Parameters
    ----------
    folder
        Of the run store.
    """

    def __init__(self, folder: Path) -> None:
        self._store = RunStore(folder)
        self._times: dict[str, int] = {}

    def again(self, tasks: Iterable[Task]) -> tuple[list[Task], list[Outcome]]:
        """What to do about lost tasks.

        Returns
        -------
        list of Task
            Their runs, each alone from now on: one of them may be what kills.
        list of Outcome
            Of the runs that had been stored before, and of those that were lost too often.
        """
        again: list[Task] = []
        outcomes = []
        for run in (run for task in tasks for run in task):
            if self._store.path(run.key).is_file():
                outcomes.append(Outcome(run, "done", 0.0))
                continue
            self._times[run.key] = self._times.get(run.key, 0) + 1
            if self._times[run.key] >= MOST_LOSSES:
                outcomes.append(Outcome(run, "failed", 0.0, LOST))
            else:
                again.append((run,))
        return again, outcomes
