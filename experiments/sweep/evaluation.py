"""Runs points: parameters of a configuration that was composed once, runs by key, what is stored is not run again."""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.region import Region
from experiments.composing.arm import Arm
from experiments.composing.configuration import Configuration
from experiments.composing.placing import PLACING, town_of
from experiments.composing.rules import check_free
from experiments.running.execution import UnfinishedError
from experiments.running.plan import Run, code_digest, make_plan
from experiments.running.progress import RunProgress, say
from experiments.running.runner import Outcome
from experiments.running.store import DamagedRunError, RunStore, StoredRun
from experiments.sweep.design import check_point
from experiments.sweep.executor import Executor, Task
from experiments.sweep.factor import LEVER, UNCERTAINTY, Factor
from experiments.sweep.failures import Failures
from experiments.sweep.outcome import OutcomeAsked, checked
from experiments.sweep.point import Point
from experiments.sweep.sample import DONE, FAILED, Sample, make_table
from sim.errors import InputError
from sim.parameters import ParameterSet

MOST_RUNS_A_TASK = 12
"""Runs that share a built world stay together up to so many: more would be lost with a worker, and wait for it."""
_World = tuple[tuple[float, ...], int]
"""Values of the uncertainties and number of the replication: what decides a world as it is built."""
_SOURCE = "a point of a design"
_MISSING = "the run just written is gone; was outputs/runs emptied meanwhile?"


@dataclass(frozen=True)
class _Place:
    """Where a run stands in the sample; points with equal worlds share keys."""

    point: int
    arm: str
    replication: int
    seed: int
    key: str


class Evaluation:
    """Runs points and measures outcomes; the same points again cost nothing.

    Parameters
    ----------
    configuration
        What is simulated but for the factors, composed once. Its arms are run at every point.
    factors
        What varies. With levers there is an arm ``lever`` beside the baseline, or under each shock ``shock+lever``.
    outcomes
        What is measured of every run.
    executor
        Who simulates.
    retry_failed
        Run again what failed at an earlier time.

    Raises
    ------
    InputError
        No outcome, an arm that is called as that of the levers, an uncertainty that a dated rule sets anyway.

    Attributes
    ----------
    arms
        Names of the arms of every point, the baseline first.
    simulated, reused
        Runs that were simulated, and runs that were found stored, so far.
    peak_rss_mb
        Largest memory of a worker, MB.
    region, store
        Where it happens, and where runs are kept.
    """

    def __init__(
        self,
        configuration: Configuration,
        factors: Sequence[Factor],
        outcomes: Sequence[OutcomeAsked],
        executor: Executor,
        retry_failed: bool = False,
    ) -> None:
        self.factors, self.outcomes = tuple(factors), checked(outcomes)
        check_free([one.key for one in factors if one.kind == UNCERTAINTY], configuration.rules, "uncertainties")
        self.configuration = _with_levers(configuration, self.factors)
        self.executor, self.retry_failed = executor, retry_failed
        self.arms = tuple(self.configuration.arms)
        self.simulated = self.reused = 0
        self.peak_rss_mb = 0.0
        self.store = RunStore(configuration.outputs / "runs")
        self._failures = Failures(self.store.folder)
        self.region = Region.load(configuration.region)
        self._values: dict[str, tuple[float, ...]] = {}  # outcomes by key
        self._errors: dict[str, str] = {}  # of failed runs by key
        self._found: set[str] = set()  # outcomes whose series some run has
        self._code = code_digest()
        self._warm = False

    def __call__(self, points: Sequence[Point]) -> Sample:
        """Run points.

        Parameters
        ----------
        points
            Ids must differ.

        Returns
        -------
        Sample
            A row for each point, arm and replication; failed runs are rows with their error.

        Raises
        ------
        InputError
            A point that leaves a range or does not fit the policies, an outcome that the runs do not have, results
            that can not be written.
        experiments.running.execution.UnfinishedError
            After Ctrl-C; finished runs are stored.
        """
        if len({point.id for point in points}) < len(points):
            raise InputError("points: every point needs an id of its own")
        places, missing = self._planned(points)
        if missing:
            self._simulate(tasks_of(missing))
        rows = []
        for place in places:
            error = self._errors.get(place.key, "")
            values = self._values.get(place.key)
            if values is None:
                error = error or _MISSING
                values = (float("nan"),) * len(self.outcomes)
            point = points[place.point]
            rows.append(
                (point.id, place.arm, place.replication, place.seed, FAILED if error else DONE, error, place.key,
                 *(float(point.values[factor.key]) for factor in self.factors), *values)
            )  # fmt: skip
        return Sample(make_table(rows, self.factors, self.outcomes), self.factors, self.outcomes)

    def runs_of(self, point: Point) -> tuple[Run, ...]:
        """The runs of a point: of every arm and replication.

        Raises
        ------
        InputError
            If the point leaves a range, or policies do not fit it.
        """
        check_point(point, self.factors, f"point {point.id}")
        try:
            return make_plan(self._configured(point), self.region).runs
        except InputError as error:
            raise InputError(f"point {point.id}: {error}") from None

    def _configured(self, point: Point) -> Configuration:
        """The configuration with the values of a point."""
        base = self.configuration
        parameters, declared = base.parameters, base.plain["parameters"]
        policies = base.policies
        for factor in self.factors:
            value = float(point.values[factor.key])
            if factor.kind == LEVER:
                continue
            parameters = parameters.override(factor.key, value, "a point of a design")
            parameter, _ = parameters.locate(factor.key)
            # The rest is shared by all points: a thousand of them weigh what ten do.
            entry = ParameterSet([parameter]).declarations()[parameter.mechanism]
            declared = {**declared, parameter.mechanism: {**declared[parameter.mechanism], **entry}}
        levers = [factor for factor in self.factors if factor.kind == LEVER]
        if levers:
            changes = [
                {"parameter": factor.key, "set": float(point.values[factor.key]), **_dates(factor), "source": _SOURCE}
                for factor in levers
                if not factor.town
            ]
            policies = {**policies, LEVER: {"changes": changes, PLACING: self._orders(levers, point)}}
        plain = {**base.plain, "parameters": declared}
        return dataclasses.replace(base, parameters=parameters, policies=policies, plain=plain)

    def _orders(self, levers: Sequence[Factor], point: Point) -> list[dict[str, Any]]:
        """Staff that the levers move between towns: an order for each pair of dates.

        What the towns get or give in all comes from the host municipality or goes there, unless it is a lever too.
        """
        orders: dict[str, dict[str, Any]] = {}
        for factor in levers:
            if factor.town:
                dates = _dates(factor)
                order = orders.setdefault(str(dates), {"fte": {}, **dates, "source": _SOURCE})
                order["fte"][factor.town] = float(point.values[factor.key])
        for order in orders.values():
            towns = {town_of(text, self.region, f"levers: {PLACING}") for text in order["fte"]}
            if self.region.host not in towns:
                host = self.region.municipalities[self.region.host].name
                order["fte"][host] = -math.fsum(order["fte"].values())
        return list(orders.values())

    def _planned(self, points: Sequence[Point]) -> tuple[list[_Place], dict[_World, list[Run]]]:
        """Places of all rows, and by world the runs that are neither stored nor known to fail."""
        places: list[_Place] = []
        missing: dict[_World, list[Run]] = {}
        uncertain = [factor.key for factor in self.factors if factor.kind == UNCERTAINTY]
        seen: set[str] = set()
        for number, point in enumerate(points):
            future = tuple(float(point.values[key]) for key in uncertain if key in point.values)
            for run in self.runs_of(point):
                places.append(_Place(number, run.arm, run.replication, run.specification.seed, run.key))
                if run.key in seen or run.key in self._values:
                    continue
                seen.add(run.key)
                if run.key in self._errors and not self.retry_failed:
                    continue
                if self._measured(run.key):
                    self.reused += 1
                    continue
                error = None if self.retry_failed else self._failures.read(run.key)
                if error is not None:
                    self._errors[run.key] = error
                else:
                    missing.setdefault((future, run.replication), []).append(run)
        return places, missing

    def _measured(self, key: str) -> bool:
        """Measure the outcomes of a stored run; false if it is not stored."""
        try:
            run = self.store.read(key)
        except DamagedRunError as error:
            say(f"a stored run is damaged and is simulated again: {error}")
            self.store.remove(key)
            return False
        if run is None:
            return False
        self._values[key] = tuple(self._value(asked, run) for asked in self.outcomes)
        self._errors.pop(key, None)
        return True

    def _value(self, asked: OutcomeAsked, run: StoredRun) -> float:
        """An outcome of a run. The first run must have the series; a later one may have no row of it (NaN)."""
        try:
            value = asked.of(run)
        except InputError:
            if asked.name not in self._found:
                raise
            return float("nan")
        self._found.add(asked.name)
        return value

    def _simulate(self, tasks: list[Task]) -> None:
        """Simulate and store runs, and measure each when it is there."""
        from agents.warm_up import warm_up

        self._check_code(())
        runs = [run for task in tasks for run in task]
        try:
            if not self._warm:
                say("Compiling the engine, once, or finding it compiled …")
                warm_up(runs[0].specification)
                self._warm = True
            with (
                RunProgress(len(runs)) as progress,
                contextlib.closing(self.executor.perform(tasks, self.store.folder)) as finished,  # type: ignore[type-var]
            ):
                for outcomes in finished:
                    for outcome in outcomes:
                        self._note(outcome)
                    progress.advance(len(outcomes))
        except KeyboardInterrupt:
            kept = sum(run.key in self._values for run in runs)
            message = f"interrupted: {kept} of {len(runs)} new runs are kept; the same command goes on from there"
            raise UnfinishedError(message, 130) from None
        self._check_code(runs)

    def _note(self, outcome: Outcome) -> None:
        key = outcome.run.key
        self.peak_rss_mb = max(self.peak_rss_mb, outcome.peak_rss_mb)
        self.simulated += 1
        if outcome.status == "failed":
            self._errors[key] = outcome.error
            self._failures.write(key, outcome.error)
        elif self._measured(key):
            self._failures.remove(key)
        else:
            self._errors[key] = _MISSING

    def _check_code(self, runs: Iterable[Run]) -> None:
        """Refuse to go on with other sources: workers read them anew, and points would not be comparable.

        Runs of the batch in which they changed are removed; nobody knows which sources they are of.
        """
        if code_digest.__wrapped__() != self._code:
            for run in runs:
                self.store.remove(run.key)
            raise UnfinishedError("the sources of sim/ or agents/ changed meanwhile; start again", 1)


def _dates(factor: Factor) -> dict[str, Any]:
    """When a lever is set, as a policy says it."""
    return {"start": factor.start} if factor.end is None else {"start": factor.start, "end": factor.end}


def tasks_of(worlds: Mapping[_World, Sequence[Run]]) -> list[Task]:
    """Cut the runs of each world into tasks of at most `MOST_RUNS_A_TASK`.

    A world is one seed under one set of uncertainties: levers and arms share it as it was built.
    """
    return [
        tuple(runs[first : first + MOST_RUNS_A_TASK])
        for runs in worlds.values()
        for first in range(0, len(runs), MOST_RUNS_A_TASK)
    ]


def _with_levers(configuration: Configuration, factors: Sequence[Factor]) -> Configuration:
    """Put an arm for the levers under every shock, or beside the baseline if there is none: as a policy would have."""
    if not any(factor.kind == LEVER for factor in factors):
        return configuration
    if LEVER in configuration.policies or LEVER in configuration.arms:
        raise InputError(f"'{LEVER}' is the name of the arm of the levers; give the policy or arm another one")
    shocks = [arm for name, arm in configuration.arms.items() if arm.shocks and not arm.policies]
    added = [Arm(arm.shocks, (LEVER,)) for arm in shocks] or [Arm((), (LEVER,))]
    return dataclasses.replace(configuration, arms={**configuration.arms, **{arm.label: arm for arm in added}})
