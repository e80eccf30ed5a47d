"""A Dask cluster: one that is there, by the address of its scheduler, or one of this machine."""

from __future__ import annotations

import contextlib
import math
import uuid
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from experiments.running.execution import UnfinishedError
from experiments.running.runner import Outcome
from experiments.sweep.executor import Losses, Task, jobs_of, outcomes_of, work
from sim.errors import InputError

JOBS_A_WORKER = 4
"""At least so many jobs for each worker, so that none waits long for the last one."""
_IN_FLIGHT = 3  # jobs a worker that are with the scheduler: the others stay here


class DaskCluster:
    """Simulates on the workers of a Dask cluster; they share this machine's file system.

    Parameters
    ----------
    scheduler
        Address such as ``tcp://127.0.0.1:8786``; None begins a cluster of this machine.
    processes
        Workers of a cluster of this machine.
    job_runs
        Runs of a job, at most.
    timeout_seconds
        How long a scheduler and its first worker are waited for.
    """

    def __init__(self, scheduler: str | None, processes: int, job_runs: int, timeout_seconds: float) -> None:
        self.scheduler, self.processes = scheduler, processes
        self.job_runs, self.timeout_seconds = job_runs, timeout_seconds

    def perform(self, tasks: Iterable[Task], folder: Path) -> Iterator[list[Outcome]]:
        """Simulate; see `experiments.sweep.executor.Executor`."""
        tasks = list(tasks)
        with self._client() as client:
            yield from self._performed(client, tasks, folder.resolve())

    def _performed(self, client: Any, tasks: list[Task], folder: Path) -> Iterator[list[Outcome]]:
        from distributed import KilledWorker, wait

        workers = max(len(client.scheduler_info(n_workers=-1)["workers"]), 1)
        runs = sum(len(task) for task in tasks)
        size = min(self.job_runs, math.ceil(runs / (JOBS_A_WORKER * workers)))
        waiting = deque(jobs_of(tasks, size))
        losses = Losses(folder)
        busy: dict[Any, list[Task]] = {}
        try:
            while waiting or busy:
                while waiting and len(busy) < _IN_FLIGHT * workers:
                    job = waiting.popleft()
                    name = f"kohtaanto-{uuid.uuid4().hex}"
                    busy[client.submit(work, job, folder, key=name, pure=False)] = job
                with client.as_current():
                    finished = wait(list(busy), return_when="FIRST_COMPLETED").done
                for future in finished:
                    job = busy.pop(future)
                    error = future.exception() if future.status == "error" else None
                    if future.status == "finished":
                        outcomes = outcomes_of(job, future.result())
                    elif isinstance(error, KilledWorker):
                        again, outcomes = losses.again(job)
                        waiting.extend([task] for task in again)
                    elif error is None:
                        raise UnfinishedError(_gone(self.scheduler), 1)
                    else:
                        text = " ".join(str(error).split())[:300]
                        raise InputError(f"a Dask worker can not work: {type(error).__name__}: {text}; "
                                         f"has it the same version installed?")  # fmt: skip
                    if outcomes:
                        yield outcomes
        except (OSError, TimeoutError) as error:
            raise UnfinishedError(f"{_gone(self.scheduler)} ({' '.join(str(error).split())[:100]})", 1) from None
        finally:
            with contextlib.suppress(Exception):  # the scheduler may be gone
                client.cancel(list(busy))

    @contextlib.contextmanager
    def _client(self) -> Iterator[Any]:
        try:
            from distributed import Client, LocalCluster
        except ImportError:
            raise InputError(
                "engine.launcher=dask needs the extra 'cluster': .venv/bin/python -m pip install -r requirements.lock"
            ) from None
        with contextlib.ExitStack() as stack:
            if self.scheduler is None:
                cluster = LocalCluster(
                    n_workers=self.processes, threads_per_worker=1, dashboard_address=None, memory_limit=0,
                    silence_logs="ERROR",
                )  # fmt: skip
                address = stack.enter_context(cluster).scheduler_address
            else:
                address = self.scheduler
            try:
                client = Client(address, timeout=self.timeout_seconds, set_as_default=False)
            except (OSError, TimeoutError, ValueError):
                raise InputError(f"engine.scheduler={address}: no Dask scheduler answers there within "
                                 f"{self.timeout_seconds:g} s") from None  # fmt: skip
            stack.enter_context(client)
            try:
                client.wait_for_workers(1, timeout=max(self.timeout_seconds, 60 if self.scheduler is None else 0))
            except TimeoutError:
                raise InputError(f"engine.scheduler={address}: the scheduler has no worker; start one with: "
                                 f"dask worker {address}") from None  # fmt: skip
            yield client


def _gone(scheduler: str | None) -> str:
    return f"the Dask scheduler {scheduler or 'of this machine'} is gone; the same command goes on with what is stored"
