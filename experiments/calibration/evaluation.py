"""Evaluates points: simulates their replications at common seeds, or finds them stored, and measures moments."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from experiments.calibration.least_squares import StoppedError
from experiments.calibration.measured_moments import MeasuredMoments
from experiments.calibration.target import FreeParameter, values_at
from experiments.composing.configuration import Configuration
from experiments.running.plan import Run, code_digest, make_plan
from experiments.running.progress import RunProgress, say
from experiments.running.runner import WorkerKilledError, perform_all
from experiments.running.store import DamagedRunError, RunStore, plain, write_text


@dataclass(frozen=True)
class Evaluation:
    """A point and what came of it.

    Attributes
    ----------
    values
        Of the free parameters, in their units.
    moments
        Shape (replications, moments).
    error
        Of the first failed replication, or empty.
    """

    values: tuple[float, ...]
    moments: np.ndarray
    error: str = ""

    @property
    def means(self) -> np.ndarray:
        """Means over replications, shape (moments,); NaN if a replication failed or lacks the moment."""
        if self.error:
            return np.full(self.moments.shape[1], np.nan)
        return self.moments.mean(axis=0)


@dataclass(frozen=True)
class Part:
    """A board of the target: its runs and what is measured in them.

    Attributes
    ----------
    configuration
        What is simulated but for the free parameters: one arm, as many seeds as every other part.
    measuring
        The moments.
    """

    configuration: Configuration
    measuring: MeasuredMoments


class Evaluator:
    """Simulates points.

    Parameters
    ----------
    parts
        Boards; the moments of a point are those of all parts, in this order.
    free
        The free parameters.
    log
        A line of JSON for each evaluated point is written here, whole after every batch.
    """

    def __init__(self, parts: Sequence[Part], free: Sequence[FreeParameter], log: Path) -> None:
        self.parts, self.free, self.log = tuple(parts), free, log
        self.moments = tuple(moment for part in parts for moment in part.measuring.moments)
        self.known: dict[tuple[float, ...], Evaluation] = {}
        self.simulated = 0
        """Runs that were not stored yet."""
        self._store = RunStore(parts[0].configuration.outputs / "runs")
        self._warm = False
        self._code = code_digest()

    def __call__(self, points: np.ndarray) -> list[Evaluation]:
        """Evaluate points.

        Parameters
        ----------
        points
            Coordinates, shape (points, parameters).

        Returns
        -------
        list of Evaluation
            In the order of the points.

        Raises
        ------
        StoppedError
            After Ctrl-C, if a worker process was killed, or if the model's sources changed; finished runs are
            stored.
        InputError
            If the input is wrong or runs can not be stored.
        """
        asked = [values_at(self.free, point) for point in points]
        new = [values for values in dict.fromkeys(asked) if values not in self.known]
        runs = {values: [self._runs(part, values) for part in self.parts] for values in new}
        wanted = {
            run.key: (part, run)
            for groups in runs.values()
            for part, group in zip(self.parts, groups, strict=True)
            for run in group
        }
        moments: dict[str, np.ndarray] = {}
        for key, (part, run) in wanted.items():
            found = self._measured(part, run)
            if found is not None:
                moments[key] = found
        missing = {key: run for key, (_, run) in wanted.items() if key not in moments}
        errors = self._simulate(list(missing.values())) if missing else {}
        for key in missing:
            found = self._measured(*wanted[key])
            if found is not None:
                moments[key] = found
            else:
                errors.setdefault(key, "the run just written is gone; was outputs/runs emptied meanwhile?")
        nothing = [np.full(len(part.measuring.moments), np.nan) for part in self.parts]
        for values, groups in runs.items():
            error = next((errors[run.key] for group in groups for run in group if run.key in errors), "")
            tables = [
                np.array([moments.get(run.key, missed) for run in group])
                for group, missed in zip(groups, nothing, strict=True)
            ]
            self.known[values] = Evaluation(values, np.concatenate(tables, axis=1), error)
            if error:
                say(f"a point can not be simulated: {error}")
        if new:
            self._write_log()
        return [self.known[values] for values in asked]

    def _runs(self, part: Part, values: Sequence[float]) -> tuple[Run, ...]:
        parameters = part.configuration.parameters
        for parameter, value in zip(self.free, values, strict=True):
            parameters = parameters.override(parameter.name, value, "a point of the calibration")
        declared = {**part.configuration.plain, "parameters": parameters.declarations()}
        return make_plan(dataclasses.replace(part.configuration, parameters=parameters, plain=declared)).runs

    def _measured(self, part: Part, run: Run) -> np.ndarray | None:
        try:
            stored = self._store.read(run.key)
        except DamagedRunError as error:
            say(f"a stored run is damaged and is simulated again: {error}")
            self._store.remove(run.key)
            return None
        return None if stored is None else part.measuring(stored.indicators)

    def _simulate(self, runs: list[Run]) -> dict[str, str]:
        """Simulate and store runs; errors of those that failed, by key."""
        from agents.warm_up import warm_up

        self._check_code(())
        errors = {}
        try:
            if not self._warm:
                say("Compiling the engine, once, or finding it compiled …")
                warm_up(runs[0].specification)
                self._warm = True
            # A task is one run: points differ in parameters, so that they share no built world.
            tasks = [(run,) for run in runs]
            processes = max(1, min(self.parts[0].configuration.processes, len(tasks)))
            with (
                RunProgress(len(tasks)) as progress,
                contextlib.closing(perform_all(tasks, self._store.folder, processes)) as finished,
            ):
                for outcomes in finished:
                    for outcome in outcomes:
                        self.simulated += outcome.status == "done"
                        if outcome.status != "done":
                            errors[outcome.run.key] = outcome.error
                    progress.advance(len(outcomes))
        except KeyboardInterrupt:
            raise StoppedError("interrupted", 130) from None
        except WorkerKilledError:
            raise StoppedError("a worker process was killed, perhaps for want of memory", 1) from None
        self._check_code(runs)
        return errors

    def _check_code(self, runs: Iterable[Run]) -> None:
        """Refuse to go on with other sources: workers read them anew, and points would not be comparable.

        Runs of the batch in which they changed are removed; nobody knows which sources they are of.
        """
        if code_digest.__wrapped__() != self._code:
            for run in runs:
                self._store.remove(run.key)
            raise StoppedError("the sources of sim/ or agents/ changed during the search", 1)

    def _write_log(self) -> None:
        names = [parameter.name for parameter in self.free]
        lines = [
            json.dumps(
                plain(
                    {
                        "parameters": dict(zip(names, evaluation.values, strict=True)),
                        "moments": {moment.name: evaluation.moments[:, k] for k, moment in enumerate(self.moments)},
                        "error": evaluation.error,
                    }
                ),
                allow_nan=False,
            )
            for evaluation in self.known.values()
        ]
        write_text("".join(f"{line}\n" for line in lines), self.log)


class Residuals:
    """Weighted distances from the middles of bands, in half-widths.

    Parameters
    ----------
    evaluator
        Simulates points.
    weights
        Of squared distances, shape (moments,).
    used
        Moments that are fitted, shape (moments,) of bool.
    """

    def __init__(self, evaluator: Evaluator, weights: np.ndarray, used: np.ndarray) -> None:
        moments = evaluator.moments
        self.evaluator, self.used = evaluator, used
        self.root = np.sqrt(weights)
        self.middle = np.array([(moment.low + moment.high) / 2.0 for moment in moments])
        self.half = np.array([(moment.high - moment.low) / 2.0 for moment in moments])

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """Residuals, shape (points, replications, used moments); NaN for a replication that failed."""
        return np.array([self.of(evaluation.moments) for evaluation in self.evaluator(points)])

    def of(self, moments: np.ndarray) -> np.ndarray:
        """Residuals of moments, shape (…, moments) to (…, used moments)."""
        return ((moments - self.middle) / self.half * self.root)[..., self.used]

    def distance(self, moments: np.ndarray) -> np.ndarray:
        """Distances from the middles in half-widths without weights: beyond ±1 is outside the band."""
        return (moments - self.middle) / self.half


def objective(residuals: np.ndarray) -> float:
    """Sum of squared residuals; infinite if one is missing."""
    total = float(residuals @ residuals)
    return total if math.isfinite(total) else math.inf
