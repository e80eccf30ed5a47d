"""Who simulates: processes of this machine, a Dask cluster, Slurm. What is lost on the way is tried again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from experiments.plan import Run
from experiments.runner import Outcome

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


class Losses:
    """Counts how often each run was lost with its worker."""

    def __init__(self) -> None:
        self._times: dict[str, int] = {}

    def again(self, task: Task) -> tuple[list[Task], list[Outcome]]:
        """What to do about a lost task.

        Returns
        -------
        list of Task
            Its runs, each alone from now on: one of them may be what kills.
        list of Outcome
            Of the runs that were lost too often.
        """
        again: list[Task] = []
        failed = []
        for run in task:
            self._times[run.key] = self._times.get(run.key, 0) + 1
            if self._times[run.key] >= MOST_LOSSES:
                failed.append(Outcome(run, "failed", 0.0, LOST))
            else:
                again.append((run,))
        return again, failed
