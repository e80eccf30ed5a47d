"""The results folder of an optimisation: everything that its page tells, tables, manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from experiments.composing.arm import BASELINE
from experiments.composing.configuration import Configuration
from experiments.optimise import page
from experiments.optimise.assessment import Assessed
from experiments.optimise.candidate import Candidate, keys_of
from experiments.optimise.future import Future
from experiments.optimise.objective import DUTIES, OBJECTIVES
from experiments.optimise.outcome import (
    candidates_told,
    comma_separated,
    front_rows,
    level,
    recommended,
    regret_rows,
)
from experiments.optimise.regret import Regret, losses_of, resampled
from experiments.optimise.stages import FINAL_SEEDS, FUTURE_SEEDS, Stages, Tried, keeps
from experiments.optimise.told import PLAN
from experiments.running import results
from experiments.running.plan import code_digest
from experiments.running.store import plain, write_table, write_text
from sim.errors import InputError


def content_of(
    stages: Stages, configuration: Configuration, tried: Tried, candidates: Sequence[Candidate],
    worlds: Sequence[Future], samples: Mapping[str, NDArray[np.float64]], final: Assessed,
) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:  # fmt: skip
    """Everything that the page tells, and the tables of the folder."""
    question = stages.question
    finite = [np.isfinite(s.reshape(s.shape[0], s.shape[1], -1)).all(axis=(0, 2)) for s in samples.values()]
    usable: list[int] = np.flatnonzero(np.all(finite, axis=0)).tolist()
    if len(usable) < 2:
        raise InputError(f"only {len(usable)} of {len(worlds)} futures have every split simulated; regret needs two: "
                         "try --retry-failed")  # fmt: skip
    worlds = [worlds[k] for k in usable]
    samples = {name: sample[:, usable] for name, sample in samples.items()}
    searched = [samples[name] for name in question.objectives]
    losses = losses_of(searched)
    regret = Regret.among(losses)
    uncertainty = resampled(searched, configuration.seed)
    falls = np.zeros(losses.shape[:2], bool)
    for name, most in question.duties.items():
        falls |= samples[name].mean(axis=2) > most
    keys = keys_of(stages.divisions)
    told = candidates_told(
        candidates, keys, {name: sample[:, 0] for name, sample in final.samples.items()},
        {name: base[0] for name, base in final.base.items()}, question.duties, regret, uncertainty,
        falls.mean(axis=1), question.objectives, configuration.seed,
    )  # fmt: skip
    reference = next((one["name"] for one in told if PLAN in (one["name"], *one["also"])), BASELINE)
    if final.staff is not None:
        _add_staff(told, stages, final.staff)
    content = {
        "title": question.title,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "region": {"name": stages.region.name, "title": stages.region.title},
        "horizon_years": configuration.horizon_years,
        "divisions": [
            {"name": division.name, "total": division.total,
             "parts": {part.key: {"least": part.least, "most": part.most} for part in division.parts}}
            for division in stages.divisions
        ],
        "towns": stages.towns,
        "objectives": list(question.objectives),
        "duties": dict(question.duties),
        "tried": len(tried.search.amounts),
        "search_replications": question.replications,
        "futures": len(worlds),
        "future_replications": question.future_replications,
        "final_replications": question.final_replications,
        "starts": list(question.starts),
        "uncertain": list(question.uncertain),
        "event": question.event,
        "plan_is_baseline": any(one["name"] == BASELINE and PLAN in one["also"] for one in told),
        "failed": stages.failed,
        "base": {name: level(final.base[name][0]) for name in (*OBJECTIVES, *DUTIES)},
        "candidates": told,
        **recommended(told, reference, uncertainty),
        "scale": dict(zip(question.objectives, map(float, regret.scale), strict=True)),
        "surrogate": tried.surrogate,
        "points": _points(stages, tried),
    }  # fmt: skip
    flat = [
        {"split": p["id"], **p["amounts"], **p["differences"], **p["duties"], "keeps_duties": p["keeps"],
         "on_front": p["on_front"]} for p in content["points"]
    ]  # fmt: skip
    rows = regret_rows(candidates, worlds, losses, regret, question.objectives)
    return plain(content), {"points": flat, "front": front_rows(told), "regret": rows}


def _add_staff(told: list[dict[str, Any]], stages: Stages, staff: NDArray[np.float64]) -> None:
    """Add to each split the staff of the towns among its parts, FTE: mean of the run and of the replications."""
    codes = [place.code for place in stages.region.municipalities]
    for one, values in zip(told, staff[:, 0], strict=True):
        whole = values[np.isfinite(values).all(axis=1)]
        mean = whole.mean(axis=0) if len(whole) else np.full(len(codes), np.nan)
        one["staff"] = {key: _number(float(mean[codes.index(code)])) for key, code in stages.towns.items()}


def _points(stages: Stages, tried: Tried) -> list[dict[str, Any]]:
    """The splits of the search with their mean differences to the baseline."""
    keys, search = keys_of(stages.divisions), tried.search
    kept = keeps(search)
    return [
        {
            "id": k,
            "amounts": dict(zip(keys, map(float, amounts), strict=True)),
            "differences": {name: _number(tried.samples[name][k] * one.sign) for name, one in OBJECTIVES.items()},
            "duties": {name: _number(tried.samples[name][k] * one.sign) for name, one in DUTIES.items()},
            "keeps": bool(kept[k]),
            "on_front": bool(tried.on_front[k]),
        }
        for k, amounts in enumerate(search.amounts)
    ]


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def write(
    stages: Stages, configuration: Configuration, content: Mapping[str, Any],
    tables: Mapping[str, list[dict[str, Any]]],
) -> Path:  # fmt: skip
    """Write the results folder, all of it or nothing; give the page."""
    packages = ("optuna", "scikit-learn", "scipy", "numpy", "numba")
    seeds = {
        stage: [configuration.seed + first, configuration.seed + first + n - 1]
        for stage, first, n in (
            ("search", 0, content["search_replications"]), ("futures", FUTURE_SEEDS, content["future_replications"]),
            ("final", FINAL_SEEDS, content["final_replications"]),
        )
    }  # fmt: skip
    manifest = {
        "status": results.FINISHED,
        "schema_version": results.SCHEMA_VERSION,
        "command": "optimise",
        "name": configuration.name,
        "configuration_hash": results.configuration_hash(configuration),
        "written": content["written"],
        "question": stages.question.plain,
        "seeds": seeds,
        "seconds": stages.seconds,
        "failed_runs": stages.failed,
        "region": {**content["region"], "digest": stages.region.digest},
        "code": {"version": version("kohtaanto"), "digest": code_digest()},
        "packages": {package: version(package) for package in packages},
        "configuration": configuration.plain,
    }
    with results.folder_in_the_making(configuration) as making:
        for name, rows in tables.items():
            write_text(comma_separated(rows), making / f"{name}.csv")
        write_table(pa.Table.from_pylist(tables["points"]), making / "points.parquet")
        written = page.write(making, content, configuration.language)
        write_text(results.to_json(plain(manifest)), making / "manifest.json")
    return results.results_folder(configuration) / written.name
