"""``kohtaanto sensitivity``: which parameters an outcome, and the effect of an arm, rest on."""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

from agents.region import Region
from experiments.composing.arm import BASELINE
from experiments.composing.composition import asked_for, resolve
from experiments.composing.configuration import Configuration
from experiments.composing.words import read_words
from experiments.running import results
from experiments.running.progress import say
from experiments.running.store import write_table, write_text
from experiments.sensitivity import page
from experiments.sensitivity.analysis import method_of
from experiments.sensitivity.driver import Driver, factors_of, read_drivers
from experiments.sensitivity.result import Asked, content_of, table_of
from experiments.sweep.design import Design
from experiments.sweep.evaluation import Evaluation
from experiments.sweep.factor import listed
from experiments.sweep.folder import SweepFolder, read_sweep
from experiments.sweep.launcher import executor_of
from experiments.sweep.outcome import OutcomeAsked, check_months, read_outcomes
from experiments.sweep.point import Point
from experiments.sweep.sample import FAILED, Sample
from sim.errors import InputError, near_miss
from sim.parameters import ParameterSet

_OWN = {"method": "", "factors": "", "outcomes": "", "points": "", "sample": ""}
_REFUSED = {
    "markets": "sensitivity looks at one start state; leave markets out",
    "levers": "levers belong to kohtaanto sweep and optimise; here parameters of the whole world vary: factors=[…]",
    "uncertainties": "the parameters that vary are factors=[…] here",
}
_USUAL = ("replications=2", "record=summary")
_DEFAULT_METHOD, _DEFAULT_OUTCOMES = "morris", "[unemployed]"
_OF_A_SAMPLE = ("language", "outputs", "name", "seed")
_MONTHS_PER_YEAR = 12


@dataclass(frozen=True)
class Request:
    """A command line of ``sensitivity``, read.

    Attributes
    ----------
    method
        One of `METHODS`.
    factors
        As typed, item by item; with a sample those of it that are looked at (empty: all).
    outcomes
        As typed; with a sample empty for all of it.
    points
        Most points; None for the usual number of the method.
    sample
        Results folder of a finished sweep, or None.
    overrides
        ``key=value`` for the runs, as typed.
    """

    method: str
    factors: tuple[str, ...]
    outcomes: str
    points: int | None
    sample: Path | None
    overrides: tuple[str, ...]

    @classmethod
    def read(cls, words: Sequence[str]) -> Request:
        """Read ``method=``, ``factors=``, ``outcomes=``, ``points=``, ``sample=`` and keys of a run.

        Raises
        ------
        InputError
            If something is missing or unknown, or a key does not belong here.
        """
        typed = read_words(words, _OWN, _REFUSED)
        own = typed.own
        sample = Path(own["sample"]) if own["sample"] else None
        method = own["method"] or ("pawn" if sample else _DEFAULT_METHOD)
        method_of(method)
        if own["points"] and (not own["points"].isdecimal() or int(own["points"]) < 1):
            raise InputError(f"points={own['points']}: expected a whole number of points")
        if sample is not None:
            if method != "pawn":
                raise InputError(f"method={method}: a sample that is there can be read with pawn alone; {method} needs "
                                 "points of its own design")  # fmt: skip
            if own["points"]:
                raise InputError("points: the sample has its own; leave points out")
            for word in typed.overrides:
                key = word.partition("=")[0]
                if key not in _OF_A_SAMPLE:
                    miss = near_miss(key, (*_OF_A_SAMPLE, *_OWN))
                    raise InputError(f"{word}: with sample= nothing is simulated{miss}")
        elif not own["factors"]:
            raise InputError(
                "sensitivity: say what varies, such as factors=[all_recalled] or [services.*,search.outside_factor]"
            )
        outcomes = own["outcomes"] or ("" if sample else _DEFAULT_OUTCOMES)
        points = int(own["points"]) if own["points"] else None
        return cls(method, tuple(listed(own["factors"])), outcomes, points, sample, typed.overrides)

    def configuration(self) -> Configuration:
        """The runs but for the parameters that vary; of a sample those that it came from.

        Raises
        ------
        InputError
            As `experiments.composing.composition.resolve`.
        """
        if self.sample is None:
            return resolve("sensitivity", asked_for(_USUAL, self.overrides))
        plain = dict(results.read_manifest(self.sample / "manifest.json")["configuration"])
        typed = dict(word.split("=", 1) for word in self.overrides)
        if "outputs" in typed:
            plain["outputs"] = str(Path(typed["outputs"]).resolve())
        for key in ("language", "name"):
            plain[key] = typed.get(key, plain[key])
        plain["seed"] = int(typed["seed"]) if typed.get("seed", "").isdecimal() else plain["seed"]
        return Configuration.from_plain({**plain, "command": "sensitivity"})

    def resolved(self) -> str:
        """The runs that are asked for, as YAML."""
        return self.configuration().to_yaml()

    def told(self) -> dict[str, Any]:
        """What is asked beside the configuration, as plain data."""
        return {
            "method": self.method, "factors": list(self.factors), "outcomes": self.outcomes, "points": self.points,
            "sample": None if self.sample is None else self.sample.resolve().name,
        }  # fmt: skip


def carry_out(request: Request, retry_failed: bool = False, fresh: bool = False) -> int:
    """Simulate the design, analyse it, print the answer and write the results folder.

    Returns
    -------
    int
        Exit status: 0, or 1 if a run failed.

    Raises
    ------
    InputError
        Wrong input.
    experiments.running.execution.UnfinishedError
        Runs ended early.
    """
    if fresh:
        raise InputError("sensitivity has no flag --fresh; stored runs of the same key are equal to new ones")
    started = time.perf_counter()
    configuration = request.configuration()
    sweep: SweepFolder | None = None
    if request.sample is None:
        drivers, x, sample, sweep = _simulated(request, configuration, retry_failed)
        folder, manifest = sweep.path, sweep.manifest
    else:
        drivers, x, sample = _read(request, configuration.parameters)
        folder = _folder_of(request, configuration)
        manifest = {**results.read_manifest(request.sample / "manifest.json"), "command": "sensitivity"}
    asked = _asked(sample, request, configuration.horizon_years * _MONTHS_PER_YEAR)
    failed = failures(sample)
    if failed:
        named = ", ".join(dict.fromkeys(f"{run['point']}/{run['arm']}/{run['replication']}" for run in failed[:10]))
        more = " …" if len(failed) > 10 else ""
        say(f"{len(failed)} runs failed ({named}{more}), the first with {failed[0]['error']}; their points are left "
            "out, with --retry-failed they are run again")  # fmt: skip
    content = content_of(request.method, drivers, x, asked, configuration.seed)
    region = Region.load(configuration.region)
    content |= {"failed": failed, "region": {"name": region.name, "title": dict(region.title)}}
    indices = table_of(content)
    write_table(indices, folder / "indices.parquet")
    write_text(_comma_separated(indices), folder / "indices.csv")
    write_text(results.to_json(content), folder / page.FILE)
    print(page.text(content, configuration.language))
    print(page.write(folder, configuration.language))
    if sweep is None:
        write_text(results.to_json({**manifest, "asked": request.told()}), folder / "manifest.json")
    else:
        sweep.finish(sample, time.perf_counter() - started)
    return 1 if failed else 0


def _simulated(
    request: Request, configuration: Configuration, retry_failed: bool
) -> tuple[list[Driver], NDArray[np.float64], Sample, SweepFolder]:
    """Drivers, points in the unit cube, what came of them, and the folder that has them."""
    drivers, left_out = read_drivers(request.factors, configuration.parameters, configuration.rules)
    outcomes = read_outcomes(request.outcomes)
    check_months(outcomes, configuration.horizon_years)
    x = method_of(request.method).design(len(drivers), request.points, configuration.seed)
    for reason, names in left_out.items():
        say(f"left out, {reason}: {', '.join(names)}")
    executor = executor_of(configuration)
    results.check_writable(configuration)
    design = Design(tuple(factors_of(drivers)), tuple(points_of(drivers, x)))
    design.check()
    evaluation = Evaluation(configuration, design.factors, outcomes, executor, retry_failed)
    runs = len(x) * len(evaluation.arms) * configuration.replications
    say(f"{request.method}: {len(drivers)} factors, {len(x)} points, {len(evaluation.arms)} arms, "
        f"{configuration.replications} replications: {runs} runs")  # fmt: skip
    folder = SweepFolder.of(configuration, design, evaluation)
    folder.manifest["asked"] = request.told()
    folder.begin()
    sample = evaluation(design.points)
    folder.write_sample(sample)
    return drivers, x, sample, folder


def points_of(drivers: Sequence[Driver], x: NDArray[np.float64]) -> list[Point]:
    """Points of a design in the unit cube, shape (points, drivers), with values of all factors."""
    width = len(str(len(x)))
    points = []
    for number, row in enumerate(x, start=1):
        values: dict[str, float] = {}
        for driver, place in zip(drivers, row, strict=True):
            values |= driver.values(float(place))
        points.append(Point(f"s{number:0{width}d}", values))
    return points


def _read(request: Request, parameters: ParameterSet) -> tuple[list[Driver], NDArray[np.float64], Sample]:
    """Drivers, points and outcomes of a sample that is there."""
    assert request.sample is not None
    _, sample = read_sweep(request.sample)
    keys = [factor.key for factor in sample.factors]
    wanted = [word.removeprefix("parameters.") for word in request.factors] or keys
    for word in wanted:
        if word not in keys:
            known = near_miss(word, keys) or f"; it has {', '.join(keys)}"
            raise InputError(f"factors: the sample has no factor '{word}'{known}")
    inputs = sample.inputs()
    drivers, columns = [], []
    for word in dict.fromkeys(wanted):
        column = inputs[:, keys.index(word)]
        if np.ptp(column) == 0.0:
            say(f"left out, the same at all points of the sample: {word}")
            continue
        factor = sample.factors[keys.index(word)]
        drivers.append(Driver(word, (factor,), *factor.described(parameters)))
        columns.append(column)
    if not drivers:
        raise InputError(f"{request.sample}: no factor varies in the sample")
    return drivers, np.column_stack(columns), sample


def _asked(sample: Sample, request: Request, months: int) -> list[Asked]:
    """Levels in the baseline, and differences of every other arm from it."""
    wanted: Sequence[OutcomeAsked] = read_outcomes(request.outcomes) if request.outcomes else sample.outcomes
    asked = []
    for outcome in wanted:
        told = {
            "indicator": outcome.indicator, "group_kind": outcome.group_kind, "group": outcome.group,
            "month": months if outcome.month is None else outcome.month, "unit": outcome.unit,
        }  # fmt: skip
        asked.append(Asked(BASELINE, outcome.name, told, False, sample.values(outcome.name, BASELINE)))
        asked += [
            Asked(arm, outcome.name, told, True, sample.differences(outcome.name, arm))
            for arm in sample.arms
            if arm != BASELINE
        ]
    return asked


def failures(sample: Sample) -> list[dict[str, Any]]:
    """Failed runs of a sample: point, arm, replication, seed, error."""
    columns = ("point", "arm", "replication", "seed", "error")
    rows = sample.table.select([*columns, "status"]).to_pylist()
    return [{key: row[key] for key in columns} for row in rows if row["status"] == FAILED]


def _folder_of(request: Request, configuration: Configuration) -> Path:
    """``outputs/sensitivity/<name>-<hash>`` for a sample that is there; the hash is of what is asked of it."""
    assert request.sample is not None
    content = [results.configuration_hash(configuration), request.told()]
    stamp = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]
    named = results.results_folder(configuration)
    return named.with_name(f"{named.name.rpartition('-')[0]}-{stamp}")


def _comma_separated(table: pa.Table) -> str:
    buffer = io.BytesIO()
    pa_csv.write_csv(table, buffer)
    return buffer.getvalue().decode()


