"""Jobs of Slurm through submitit; the same jobs as processes of this machine, for trying it out."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
import uuid
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.running.execution import UnfinishedError
from experiments.running.progress import say
from experiments.running.runner import Outcome
from experiments.sweep.executor import Losses, Task, jobs_of, outcomes_of, work
from sim.errors import InputError, near_miss

_LOOK_SECONDS = 0.5
_QUEUE_SECONDS = 10.0
"""How often the queue is asked for jobs that ended without a result."""


@dataclass(frozen=True)
class SlurmJobs:
    """Simulates in jobs that share this machine's file system.

    Attributes
    ----------
    local
        Jobs are processes of this machine; no Slurm is needed.
    partition
        Of Slurm; None for the default one.
    jobs
        Jobs at once.
    job_runs
        Runs of a job, about.
    minutes, memory_gb
        Limits of a job.
    timeout_seconds
        How long Slurm is waited for.
    """

    local: bool
    partition: str | None
    jobs: int
    job_runs: int
    minutes: int
    memory_gb: float
    timeout_seconds: float

    def perform(self, tasks: Iterable[Task], folder: Path) -> Iterator[list[Outcome]]:
        """Simulate; see `experiments.sweep.executor.Executor`."""
        tasks = list(tasks)
        if not self.local:
            self._check_slurm()
        runs = sum(len(task) for task in tasks)
        size = max(1, min(self.job_runs, -(-runs // self.jobs)))
        logs = folder.resolve() / ".jobs" / uuid.uuid4().hex[:8]
        executor = self._executor(logs)
        waiting = deque(jobs_of(tasks, size))
        losses = Losses(folder)
        busy: dict[Any, list[Task]] = {}
        lost = False
        asked = time.monotonic()
        try:
            while waiting or busy:
                # Slurm gets everything at once, in arrays; on this machine nobody else keeps the limit.
                room = self.jobs - len(busy) if self.local else len(waiting)
                batch = [waiting.popleft() for _ in range(min(room, len(waiting)))]
                for job, share in zip(self._submit(executor, batch, folder.resolve()), batch, strict=True):
                    busy[job] = share
                time.sleep(_LOOK_SECONDS)
                queued = None
                if not self.local and time.monotonic() - asked > _QUEUE_SECONDS:
                    queued, asked = self._queue(), time.monotonic()
                for job in [job for job in busy if self._ended(job, queued)]:
                    share = busy.pop(job)
                    told = _result(job)
                    if told is None:
                        lost = True
                        again, outcomes = losses.again(share)
                        waiting.extend([task] for task in again)
                    else:
                        outcomes = outcomes_of(share, told)
                    if outcomes:
                        yield outcomes
        finally:
            for job in busy:
                with contextlib.suppress(Exception):
                    job.cancel(check=False)
            if lost:
                say(f"some jobs ended without a result; their logs are in {logs}")
            else:
                shutil.rmtree(logs, ignore_errors=True)
            with contextlib.suppress(OSError):
                logs.parent.rmdir()

    def _executor(self, logs: Path) -> Any:
        try:
            import submitit
        except ImportError:
            raise InputError(
                "engine.launcher=slurm needs the extra 'cluster': .venv/bin/python -m pip install -r requirements.lock"
            ) from None
        executor = submitit.AutoExecutor(folder=logs, cluster="local" if self.local else "slurm")
        executor.update_parameters(name="kohtaanto", timeout_min=self.minutes, cpus_per_task=1)
        if not self.local:
            executor.update_parameters(mem_gb=self.memory_gb, slurm_array_parallelism=self.jobs)
            if self.partition is not None:
                executor.update_parameters(slurm_partition=self.partition)
        return executor

    def _submit(self, executor: Any, batch: list[list[Task]], folder: Path) -> list[Any]:
        if not batch:
            return []
        try:
            if self.local:
                return [executor.submit(work, job, folder) for job in batch]
            return list(executor.map_array(work, batch, [folder] * len(batch)))
        except Exception as error:  # submitit raises what sbatch wrote, in its own types
            raise InputError(f"engine.launcher=slurm: sbatch refused: {' '.join(str(error).split())[:300]}") from None

    def _ended(self, job: Any, queued: set[str] | None) -> bool:
        """Whether a job has left a result, or left the queue without one. Accounting may be off: the queue is asked."""
        if self.local:
            return bool(job.done())
        return job.paths.result_pickle.exists() or (queued is not None and job.job_id not in queued)

    def _check_slurm(self) -> None:
        """Find out in some seconds whether there is a Slurm that takes jobs.

        Raises
        ------
        InputError
            If not, or it has no such partition.
        """
        if shutil.which("sbatch") is None:
            raise InputError("engine.launcher=slurm: no sbatch on this machine; log in to a cluster, or try "
                             "engine.launcher=local_jobs")  # fmt: skip
        partitions = {name.rstrip("*") for name in self._asked("sinfo", "-h", "-o", "%P").split()}
        if self.partition is not None and self.partition not in partitions:
            known = near_miss(self.partition, partitions) or f"; there are {', '.join(sorted(partitions))}"
            raise InputError(f"engine.partition={self.partition}: Slurm has no such partition{known}")

    def _queue(self) -> set[str]:
        """Numbers of the jobs that wait or run."""
        try:
            return set(self._asked("squeue", "-h", "-r", "--me", "-o", "%i").split())
        except InputError as error:
            raise UnfinishedError(f"{error}; the same command goes on with what is stored", 1) from None

    def _asked(self, *command: str) -> str:
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, check=True, timeout=self.timeout_seconds
            )
        except (OSError, subprocess.SubprocessError) as error:
            told = getattr(error, "stderr", None) or str(error)
            text = " ".join((told if isinstance(told, str) else told.decode(errors="replace")).split())[:200]
            raise InputError(f"engine.launcher=slurm: Slurm does not answer {command[0]}: {text}") from None
        return done.stdout


def _result(job: Any) -> Any:
    """What the job returned; None if it ended without a result."""
    for _ in range(5):  # the file may come a moment after the job on a shared disk
        try:
            return job.result()
        except Exception:  # submitit tells every end, a kill or an import that failed, in types of its own
            if job.paths.result_pickle.exists():
                return None
            time.sleep(0.2)
    return None
