"""A published closure simulated: its replications under the conditions of its time, and what comes out."""

from __future__ import annotations

import csv
import multiprocessing
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.composing.configuration import PROJECT
from experiments.validation.cases.declaration import Case
from experiments.validation.score import Score
from sim.errors import InputError

if TYPE_CHECKING:
    from agents.specification import RunSpecification

PROCESSES = 2
ARM = "closure"


def rebased(file: Path, month: str, folder: Path) -> Path:
    """Write an index of demand anew, from a month on whose level is 1.

    Raises
    ------
    InputError
        If the file has no such month.
    """
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    base = next((float(row["index"]) for row in rows if row["month"] == month), None)
    if base is None:
        raise InputError(f"{file.name}: no month {month}")
    lines = [f"{row['month']},{float(row['index']) / base:.4f}" for row in rows if row["month"] >= month]
    path = folder / f"{file.stem}_{month}.csv"
    path.write_text("\n".join(["month,index", *lines]) + "\n", encoding="utf-8")
    return path


def specifications(case: Case, replications: int, folder: Path) -> list[RunSpecification]:
    """The replications of a case.

    Parameters
    ----------
    case
        The closure.
    replications
        How many.
    folder
        Where a rebased demand index is put.
    """
    from experiments.composing.composition import resolve
    from experiments.composing.configuration import Configuration
    from experiments.running.plan import make_plan

    asked = [
        f"start={case.start}", f"start_date={case.start_date}", f"horizon_years={case.horizon_years}",
        f"replications={replications}", "record=summary", "markets=[]",
    ]  # fmt: skip
    if case.start_file:
        asked.append(f"start_file={PROJECT / case.start_file}")
    if case.demand:
        asked.append(f"demand_file={rebased(PROJECT / case.demand['file'], case.demand['from'], folder)}")
    asked += [f"parameters.{name}={value}" for name, value in case.parameters.items()]
    plain = dict(resolve("run", asked).plain)
    shock = dict(case.shock)
    if shock.get("staff_file"):
        shock["staff_file"] = str(PROJECT / shock["staff_file"])
    plain["shocks"] = {case.name: shock}
    plain["arms"] = {ARM: {"shocks": [case.name], "policies": []}}
    return [run.specification for run in make_plan(Configuration.from_plain(plain)).runs]


def measure(case: Case, specification: RunSpecification) -> list[float]:
    """All outcomes of a case in one replication."""
    from experiments.validation.cases.followed import GROUPS, MEASURES, follow

    followed = follow(specification)
    return [
        MEASURES[outcome.measure](followed, followed.month(outcome.day), GROUPS[outcome.of](followed))
        for outcome in case.outcomes
    ]


def score(cases: Sequence[Case], replications: int) -> list[Score]:
    """Simulate the cases and score their outcomes."""
    from agents.warm_up import warm_up

    scores: list[Score] = []
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(PROCESSES, mp_context=context) as pool:
        for case in cases:
            runs = specifications(case, replications, Path(folder))
            warm_up(runs[0])
            values = list(pool.map(partial(measure, case), runs))
            for outcome, column in zip(case.outcomes, zip(*values, strict=True), strict=True):
                scores.append(Score.of(outcome, column))
    return scores
