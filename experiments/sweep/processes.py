"""Worker processes of this machine; one that is killed takes only its own task with it."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.process import BaseProcess
from pathlib import Path

from experiments.running.runner import Outcome, interrupts_ignored, perform, prepare_worker
from experiments.running.store import RunStore
from experiments.sweep.executor import Losses, Task, Told, outcomes_of, work
from sim.errors import InputError

TASKS_A_WORKER = 100
"""After so many tasks a worker process is replaced, so that whatever a library keeps does not add up."""

Work = Callable[[Sequence[Task], Path], list[Told] | InputError]


class Processes:
    """Simulates in worker processes of this machine.

    Parameters
    ----------
    processes
        How many; 1 simulates in this process. They stay for further tasks until `close` or the end of this process.
    tasks_a_worker
        After so many tasks a worker process is replaced.
    work
        What a worker does with tasks.
    """

    def __init__(self, processes: int, tasks_a_worker: int = TASKS_A_WORKER, work: Work = work) -> None:
        self.processes, self.tasks_a_worker, self.work = processes, tasks_a_worker, work
        self._places: list[_Place] = []

    def perform(self, tasks: Iterable[Task], folder: Path) -> Iterator[list[Outcome]]:
        """Simulate; see `experiments.sweep.executor.Executor`."""
        if self.processes == 1:
            for task in tasks:
                yield perform(task, folder)
            return
        waiting = deque(tasks)
        losses = Losses(folder)
        # A pool of one process a place: when it breaks, there is no doubt which task it had.
        while len(self._places) < min(self.processes, len(waiting)):
            self._places.append(_Place(self.tasks_a_worker, self.work))
        busy: dict[Future[list[Told] | InputError], tuple[_Place, Task]] = {}
        free = list(self._places)

        def fill() -> None:
            while waiting and free:
                place, task = free.pop(), waiting.popleft()
                busy[place.submit(task, folder)] = place, task

        try:
            fill()
            while busy:
                outcomes: list[Outcome] = []
                for future in wait(busy, return_when=FIRST_COMPLETED).done:
                    place, task = busy.pop(future)
                    free.append(place)
                    try:
                        outcomes += outcomes_of([task], future.result())
                    except BrokenProcessPool:
                        place.close()
                        again, known = losses.again([task])
                        outcomes += known
                        waiting.extend(again)
                fill()  # first: workers need not wait until the caller has looked at the outcomes
                if outcomes:
                    yield outcomes
        except BaseException:  # Ctrl-C and a caller that has seen enough too: nothing goes on behind their backs
            self.close()
            raise

    def close(self) -> None:
        """End the worker processes, which wait for further tasks until then."""
        for place in self._places:
            place.close()
        self._places.clear()


class _Place:
    """Room for one worker process."""

    def __init__(self, tasks_a_worker: int, work: Work) -> None:
        self._tasks_a_worker, self._work = tasks_a_worker, work
        self._folder = Path()
        self._pool: ProcessPoolExecutor | None = None
        self._workers: list[BaseProcess] = []
        self._tasks = 0

    def submit(self, task: Task, folder: Path) -> Future[list[Told] | InputError]:
        """Give a task to the worker, a new one if need be."""
        if self._tasks >= self._tasks_a_worker:
            self.close()
        if self._pool is None:
            context = multiprocessing.get_context("spawn")  # of our own: importing Mesa changes the default one
            self._pool = ProcessPoolExecutor(1, context, initializer=prepare_worker)
        self._tasks += 1
        self._folder = folder
        before = {child.pid for child in multiprocessing.active_children()}
        with interrupts_ignored():  # the worker inherits that: it is this process that tells it to end
            future = self._pool.submit(self._work, [task], folder)
        self._workers += [child for child in multiprocessing.active_children() if child.pid not in before]
        return future

    def close(self) -> None:
        """End the worker, at once if it is at work, and remove what it had begun to write."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        for worker in self._workers:
            worker.terminate()
        for worker in self._workers:
            worker.join(5)
        RunStore(self._folder).clean(worker.pid for worker in self._workers if worker.pid is not None)
        self._pool, self._workers, self._tasks = None, [], 0
