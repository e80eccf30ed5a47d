"""The surge: the least staff, and the latest start, that keep the promise on first interviews."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.specification import RunSpecification
from experiments.drill.question import Question
from experiments.drill.search import least
from experiments.drill.weeks import POPULATIONS, WeekRecord, Window
from experiments.running.plan import Plan, Run, run_key
from experiments.running.progress import RunProgress, say
from experiments.running.runner import Outcome, perform_with, tasks_of
from experiments.running.store import DamagedRunError, RunStore
from sim.changes import Change
from sim.dimensions import LINES, N_PERSON_LINES, Line
from sim.errors import InputError

PARAMETER = f"staff.called_up_fte.{LINES[Line.BROKERAGE]}"
"""Experienced staff beside the posts: people who know the work, of a reserve, other lines, or lent by neighbours."""
STEP_WEEKS = 2
"""Starts are tried every so many weeks."""
AS_GOOD = 0.005
"""More staff that raises the share in time by less than this does not help any more."""
WEEKS_AFTER = 2
"""Weeks simulated after the window, so that all that falls due in it has been decided."""
OWNER = "surge"


@dataclass(frozen=True)
class Trial:
    """A surge: so many FTE more in the line of first interviews, from a Monday to the window's end."""

    fte: int
    start: date


@dataclass(frozen=True)
class Shares:
    """What a surge gives: share of first interviews in time by population, and of talks by line, each of shape (R,)."""

    interviews: Mapping[str, NDArray[np.float64]]
    talks: Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Found:
    """What was found for a population and a share.

    Attributes
    ----------
    share
        Share of first interviews that are to be in time.
    fte
        Least FTE that reaches it, None if none does.
    best
        Share that the best surge reaches with the confidence asked for.
    enough_fte
        FTE after which more raises it by less than `AS_GOOD`.
    latest
        Latest Monday from which they have to be at work: of the least FTE to reach the share, or, where none does, of
        `enough_fte` to reach the best; None if no surge is needed or helps, and for the duty, which is not asked for.
    """

    share: float
    fte: int | None
    best: float
    enough_fte: int
    latest: date | None


@dataclass(frozen=True)
class Surge:
    """The whole search.

    Attributes
    ----------
    found
        By population and share.
    tried
        What every trial gave, by trial; the one of 0 FTE is the event without a surge.
    starts
        Mondays that were considered, the earliest first.
    simulated, runs
        Runs simulated for the search, and runs it looked at.
    seconds
        Of the search.
    """

    found: dict[tuple[str, float], Found]
    tried: dict[Trial, Shares]
    starts: tuple[date, ...]
    simulated: int
    runs: int
    seconds: float


class Evaluation:
    """Simulates trials, each with the same replications as the event without a surge, and remembers them.

    Parameters
    ----------
    plan
        Of the drill; its arm ``none`` is what a surge is added to.
    window
        The time of the surge.
    record
        Week records of that arm.
    executor
        Worker processes (`experiments.running.runner.workers`).
    fresh
        Whether stored runs are left aside.
    """

    def __init__(
        self, plan: Plan, window: Window, record: WeekRecord, replications: Sequence[int],
        executor: ProcessPoolExecutor | None, fresh: bool = False,
    ) -> None:  # fmt: skip
        self._plan, self._window, self._executor, self._fresh = plan, window, executor, fresh
        self._cohorts = record.cohorts
        chosen = {run.replication: run for run in plan.runs if run.arm == "none"}
        self._base = [chosen[number] for number in replications]
        monday = record.weeks[window.last].item()
        self._end = monday + timedelta(days=6)
        start = plan.markets[0].horizon.start
        self._days = min((self._end - start).days + 1 + 7 * WEEKS_AFTER, self._base[0].specification.days)
        self._store = RunStore(plan.configuration.outputs / "runs")
        configuration = plan.configuration
        self._digests = {
            file: hashlib.sha256(file.read_bytes()).hexdigest()
            for file in (configuration.start_file, configuration.demand_file)
            if file is not None
        }
        self._without = shares_of(record, window)
        self.tried: dict[Trial, Shares] = {}
        self.simulated = self.runs = 0

    def __call__(self, trial: Trial) -> Shares:
        """What a trial gave; simulated if need be."""
        if trial.fte == 0:
            return self._without
        if trial not in self.tried:
            self.prepare([trial])
        return self.tried[trial]

    def prepare(self, trials: Collection[Trial]) -> None:
        """Simulate trials in one go: those of a replication share the world as built."""
        new = [trial for trial in dict.fromkeys(trials) if trial.fte and trial not in self.tried]
        if not new:
            return
        runs = {trial: [self._run(base, trial) for base in self._base] for trial in new}
        missing = {
            run.key: run for of in runs.values() for run in of if self._fresh or not self._is_stored(run.key)
        }
        told = ", ".join(f"{trial.fte} FTE from {trial.start}" for trial in new)
        say(f"surge: {told}")
        failed: list[Outcome] = []
        with RunProgress(len(missing)) as progress:
            for part in perform_with(self._executor, tasks_of(missing.values()), self._store.folder):
                failed += [outcome for outcome in part if outcome.status != "done"]
                progress.advance(len(part))
        if failed:
            raise InputError(f"surge: a run failed with {failed[0].error}")
        self.simulated += len(missing)
        self.runs += sum(len(of) for of in runs.values())
        for trial, of in runs.items():
            self.tried[trial] = shares_of(WeekRecord(self._read(of), self._cohorts), self._window)

    def _run(self, base: Run, trial: Trial) -> Run:
        change = Change(PARAMETER, "add", float(trial.fte), trial.start, self._end, None, OWNER, "the drill's surge")
        specification = shortened(base.specification, self._days, change)
        key = run_key(specification, self._plan.configuration.parameters, self._plan.region.digest, self._digests)
        return Run(base.market, f"surge_{trial.fte}_{trial.start}", base.replication, key, specification)

    def _is_stored(self, key: str) -> bool:
        try:
            return self._store.read(key) is not None
        except DamagedRunError:
            self._store.remove(key)
            return False

    def _read(self, runs: Sequence[Run]) -> dict[int, Any]:
        tables = {}
        for run in runs:
            tables[run.replication] = self._store.load(run.key).logs["weekly"]
        return tables


def shortened(specification: RunSpecification, days: int, *more: Change) -> RunSpecification:
    """A run that ends earlier, with some changes more; what was to change after its end is left out."""
    last = specification.start_date + timedelta(days=days - 1)
    changes = tuple(
        dataclasses.replace(change, end=None) if change.end is not None and change.end > last else change
        for change in (*specification.changes, *more)
        if change.start <= last
    )
    return dataclasses.replace(specification, changes=changes, days=days)


def shares_of(record: WeekRecord, window: Window) -> Shares:
    """Shares in time in a window."""
    return Shares(
        {population: record.in_time(population, window) for population in POPULATIONS},
        {line: record.talks_in_time(line, window) for line in LINES[:N_PERSON_LINES]},
    )


def reached(shares: NDArray[np.float64], confidence: float) -> float:
    """Highest share that at least so many of the replications reach; 1 where nothing was due."""
    told = np.sort(np.where(np.isfinite(shares), shares, 1.0))[::-1]
    return float(told[math.ceil(confidence * len(told) - 1e-9) - 1])


def starts_of(window_start: date, first: date, lead_weeks: int) -> tuple[date, ...]:
    """Mondays on which a surge may begin, the earliest first.

    Parameters
    ----------
    window_start
        Monday of the first week of the surge: the latest start.
    first
        First day of the run.
    lead_weeks
        Weeks before it that are tried at most.
    """
    mondays = [window_start - timedelta(weeks=k) for k in range(0, lead_weeks + 1, STEP_WEEKS)]
    return tuple(sorted(monday for monday in mondays if monday >= first)) or (window_start,)


def search(
    question: Question, starts: Sequence[date], evaluate: Callable[[Trial], Shares],
    prepare: Callable[[Collection[Trial]], None],
) -> dict[tuple[str, float], Found]:  # fmt: skip
    """Find the least FTE from the earliest start, then the latest start of that.

    Parameters
    ----------
    question
        The promise and the grid.
    starts
        Mondays, the earliest first.
    evaluate, prepare
        An `Evaluation`, or what stands for one.

    Returns
    -------
    dict
        By population and share. A surge that never does worse with more staff or an earlier start is taken for granted.
    """
    grid, confidence = question.grid, question.confidence
    earliest = starts[0]

    def level(population: str, trial: Trial) -> float:
        return reached(evaluate(trial).interviews[population], confidence)

    def told(steps: Collection[int]) -> None:
        prepare([Trial(grid[step], earliest) for step in steps])

    def reaches(population: str, share: float) -> Callable[[int], bool]:
        return lambda step: level(population, Trial(grid[step], earliest)) >= share - 1e-12

    pairs = [(population, share) for population in POPULATIONS for share in question.shares]
    told((len(grid) - 1,))
    best = {population: level(population, Trial(grid[-1], earliest)) for population in POPULATIONS}
    goals = {pair: reaches(*pair) for pair in pairs}
    goals |= {(population, -1.0): reaches(population, best[population] - AS_GOOD) for population in POPULATIONS}
    steps = least(len(grid), goals, told)

    last = len(starts) - 1  # steps from the latest start back
    with_start: dict[str, tuple[int, float]] = {}
    for population in POPULATIONS:
        step, goal = steps[population, question.share], question.share
        if step is None:
            step, goal = steps[population, -1.0], best[population] - AS_GOOD
        if step:
            with_start[population] = grid[step], goal

    def in_time(population: str) -> Callable[[int], bool]:
        fte, goal = with_start[population]
        return lambda back: level(population, Trial(fte, starts[last - back])) >= goal - 1e-12

    def asked(backs: Collection[int]) -> None:
        prepare([Trial(fte, starts[last - back]) for fte in {fte for fte, _ in with_start.values()} for back in backs])

    back = least(len(starts), {name: in_time(name) for name in with_start}, asked) if with_start else {}
    found = {}
    for population, share in pairs:
        step, enough = steps[population, share], steps[population, -1.0]
        late = back.get(population) if share == question.share else None
        found[population, share] = Found(
            share=share,
            fte=None if step is None else grid[step],
            best=best[population],
            enough_fte=grid[enough] if enough is not None else grid[-1],
            latest=None if late is None else starts[last - late],
        )
    return found
