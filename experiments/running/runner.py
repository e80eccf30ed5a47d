"""Simulates what is missing, in worker processes: a task is a replication in a market, with all its arms."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.connection import wait as wait_for
from pathlib import Path

from experiments.running.plan import Run
from experiments.running.store import RunStore
from sim.errors import InputError

_MMAP_THRESHOLD = -3
"""Of `mallopt`: M_MMAP_THRESHOLD in malloc.h."""


class WorkerKilledError(Exception):
    """A worker process ended without a word: killed, most often for want of memory."""


@dataclass(frozen=True)
class Outcome:
    """What became of a run: ``done`` or ``failed`` with its error."""

    run: Run
    status: str
    seconds: float
    error: str = ""
    peak_rss_mb: float = 0.0


def tasks_of(runs: Iterable[Run]) -> list[tuple[Run, ...]]:
    """Group runs by market and replication: the arms of one replication share the built world."""
    tasks: dict[tuple[str, int], list[Run]] = {}
    for run in runs:
        tasks.setdefault((run.market, run.replication), []).append(run)
    return [tuple(task) for task in tasks.values()]


def perform(task: Sequence[Run], folder: Path) -> list[Outcome]:
    """Simulate the arms of a task and store each of them.

    Parameters
    ----------
    task
        Arms of one replication.
    folder
        Of the run store.

    Returns
    -------
    list of Outcome
        One for each run. A run that raises is a failed one and does not touch the others.

    Raises
    ------
    InputError
        If the input is wrong or results can not be written: no other run would do better.
    """
    from agents import area

    store = RunStore(folder)
    try:
        results = list(area.simulate_arms([run.specification for run in task]))
    except InputError:
        raise
    except Exception as error:
        if len(task) == 1:
            return [Outcome(task[0], "failed", 0.0, _told(error), _peak_rss_mb())]
        # One arm is at fault: alone, each gives the same result as in company.
        return [outcome for run in task for outcome in perform([run], folder)]
    outcomes = []
    for run, result in zip(task, results, strict=True):
        store.write(run.key, result, full=run.specification.record == "full")
        outcomes.append(Outcome(run, "done", sum(result.seconds.values()), "", _peak_rss_mb()))
    return outcomes


def perform_all(
    tasks: Sequence[Sequence[Run]], folder: Path, processes: int
) -> Generator[list[Outcome], None, None]:
    """Perform tasks and yield the outcomes of each when it is finished.

    Parameters
    ----------
    tasks
        From `tasks_of`.
    folder
        Of the run store.
    processes
        Worker processes; 1 simulates in this process.

    Raises
    ------
    InputError
        From `perform`.
    WorkerKilledError
        If a worker process was killed.
    KeyboardInterrupt
        After Ctrl-C; workers have been ended.
    """
    with workers(folder, 1 if len(tasks) <= 1 else min(processes, len(tasks))) as executor:
        yield from perform_with(executor, tasks, folder)


def perform_with(
    executor: ProcessPoolExecutor | None, tasks: Sequence[Sequence[Run]], folder: Path
) -> Generator[list[Outcome], None, None]:
    """Perform tasks with workers that stay for further ones (`workers`); see `perform_all`."""
    if executor is None:
        for task in tasks:
            yield perform(task, folder)
        return
    try:
        with interrupts_ignored():
            # Workers inherit that Ctrl-C is ignored: it is this process that tells them to end.
            waiting: set[Future[list[Outcome]]] = {executor.submit(perform, task, folder) for task in tasks}
        while waiting:
            finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in finished:
                yield future.result()
    except BrokenProcessPool:
        raise WorkerKilledError from None


@contextlib.contextmanager
def workers(folder: Path, processes: int) -> Iterator[ProcessPoolExecutor | None]:
    """Worker processes; with one process none, and everything is simulated in this one."""
    if processes == 1:
        yield None
        return
    others = {child.pid for child in multiprocessing.active_children()}
    # A context of our own: importing Mesa changes the default one.
    executor = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), initializer=prepare_worker)
    try:
        yield executor
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        ours = [child for child in multiprocessing.active_children() if child.pid not in others]
        for worker in ours:
            worker.terminate()
        for worker in ours:
            worker.join(5)
        RunStore(folder).clean(worker.pid for worker in ours if worker.pid is not None)


def prepare_worker() -> None:
    """Ignore Ctrl-C, give freed memory back, and end when the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _give_memory_back()
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel

        def watch() -> None:
            wait_for([sentinel])
            os._exit(1)

        threading.Thread(target=watch, daemon=True).start()


def _give_memory_back() -> None:
    """Let glibc return every array of over a megabyte when it is freed, where there is glibc.

    Otherwise it keeps more and more of a world for later: 15 MB of a worker's peak.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, 1 << 20)


@contextlib.contextmanager
def interrupts_ignored() -> Iterator[None]:
    """Ignore Ctrl-C for a moment: a process that is started meanwhile goes on ignoring it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _told(error: BaseException) -> str:
    """The error in one line with the place where it arose."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:300]}{place}"


def _peak_rss_mb() -> float:
    """Peak resident memory of this process, MB. Linux counts the parent's into `getrusage`: its own mark is asked."""
    status = Path("/proc/self/status")
    if status.exists():
        marks = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        if marks:
            return float(marks[0]) / 1024.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024.0 * 1024.0) if sys.platform == "darwin" else peak / 1024.0
