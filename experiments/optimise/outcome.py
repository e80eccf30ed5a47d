"""What came of an optimisation as plain data: for the page, ``optimise.json`` and the tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from experiments.optimise.candidate import Candidate
from experiments.optimise.future import Future
from experiments.optimise.objective import DUTIES, OBJECTIVES, over_seeds
from experiments.optimise.regret import INTERVAL, Regret, Uncertainty

RESAMPLES = 2000


def estimate(samples: NDArray[np.float64], sign: float, seed: int) -> dict[str, Any]:
    """A difference with its 80 % interval from losses of paired replications.

    Parameters
    ----------
    samples
        Losses, shape (replications,), or (replications, places) where the worst place counts; failed ones are NaN.
    sign
        Turns a loss into a difference.
    seed
        Of the resampling that gives the interval of a worst place.

    Returns
    -------
    dict
        ``mean``, ``low``, ``high``, ``n``, and ``clear``: whether the interval leaves zero out.
    """
    held = samples[np.isfinite(samples.reshape(len(samples), -1)).all(axis=1)]
    n = len(held)
    if not n:
        return {"mean": None, "low": None, "high": None, "n": 0, "clear": False}
    mean = float(over_seeds(held[None])[0]) * sign + 0.0  # no minus zero
    if n == 1:
        return {"mean": mean, "low": None, "high": None, "n": 1, "clear": False}
    if held.ndim == 1:
        half = float(stdtrit(n - 1, (1 + INTERVAL) / 2) * held.std(ddof=1) / np.sqrt(n))
        ends = (mean - half, mean + half)
    else:
        drawn = np.random.default_rng(seed).integers(n, size=(RESAMPLES, n))
        worst = held[drawn].mean(axis=1).max(axis=1) * sign
        low, high = np.quantile(worst, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2])
        ends = (float(low), float(high))
    return {"mean": mean, "low": ends[0], "high": ends[1], "n": n, "clear": ends[0] > 0.0 or ends[1] < 0.0}


def level(values: NDArray[np.float64]) -> dict[str, Any]:
    """Mean and central 80 % of replications, shape (replications,)."""
    held = values[np.isfinite(values)]
    if not len(held):
        return {"mean": None, "low": None, "high": None}
    low, high = np.quantile(held, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2])
    return {"mean": float(held.mean()), "low": float(low), "high": float(high)}


def candidates_told(
    candidates: Sequence[Candidate], keys: Sequence[str], samples: Mapping[str, NDArray[np.float64]],
    base: Mapping[str, NDArray[np.float64]], allowed: Mapping[str, float], regret: Regret, uncertainty: Uncertainty,
    future_breaches: NDArray[np.float64], objectives: Sequence[str], seed: int,
) -> list[dict[str, Any]]:  # fmt: skip
    """One record a candidate.

    Parameters
    ----------
    candidates
        Splits that were run again.
    keys
        Parameters of their parts.
    samples
        Losses of objectives and falls of duties by name, shape (candidates, replications[, places]).
    base
        The baseline's own values by name, shape (replications,).
    allowed
        Most that a duty may fall, by name.
    regret, uncertainty
        Over the futures, in the order of the candidates.
    future_breaches
        Share of futures in which a candidate breaches a duty, shape (candidates,).
    objectives
        Those of the search.
    seed
        Of resampling.
    """
    low_mean, high_mean = uncertainty.interval(regret.mean, uncertainty.mean)
    low_most, high_most = uncertainty.interval(regret.largest, uncertainty.largest)
    by_objective = (regret.of / regret.scale).mean(axis=1)
    told = []
    for k, one in enumerate(candidates):
        duties = {name: estimate(samples[name][k], DUTIES[name].sign, seed) for name in allowed}
        breaches = [name for name, most in allowed.items() if _falls(duties[name], most)]
        for name, entry in duties.items():
            own = level(base[name])["mean"]
            entry["level"] = None if own is None or entry["mean"] is None else own + entry["mean"]
        told.append({
            "name": one.name,
            "also": list(one.also),
            "amounts": dict(zip(keys, one.amounts, strict=True)),
            "others": dict(one.others),
            "differences": {
                name: estimate(samples[name][k], objective.sign, seed) for name, objective in OBJECTIVES.items()
            },
            "duties": duties,
            "breaches": breaches,
            "future_breaches": float(future_breaches[k]),
            "regret": {
                "mean": {"mean": float(regret.mean[k]), "low": float(low_mean[k]), "high": float(high_mean[k])},
                "largest": {"mean": float(regret.largest[k]), "low": float(low_most[k]), "high": float(high_most[k])},
                "p_best": float(uncertainty.p_best[k]),
                "p_among": float(uncertainty.p_among[k]),
                "by_objective": dict(zip(objectives, map(float, by_objective[k]), strict=True)),
            },
        })  # fmt: skip
    return told


def _falls(entry: Mapping[str, Any], most: float) -> bool:
    return entry["mean"] is not None and -entry["mean"] > most


def recommended(told: Sequence[Mapping[str, Any]], reference: str, uncertainty: Uncertainty) -> dict[str, Any]:
    """Which splits have the least regrets among those that keep the duties, and whether the first beats the reference.

    Parameters
    ----------
    told
        From `candidates_told`.
    reference
        Name of the split that it is held against.
    uncertainty
        Over the futures, in the same order.

    Returns
    -------
    dict
        ``recommended`` and ``verdict`` of the content.
    """
    keeping = [k for k, one in enumerate(told) if not one["breaches"]] or list(range(len(told)))
    minimax = min(keeping, key=lambda k: told[k]["regret"]["largest"]["mean"])
    mean = min(keeping, key=lambda k: told[k]["regret"]["mean"]["mean"])
    other = next(k for k, one in enumerate(told) if reference == one["name"] or reference in one["also"])
    low, high = uncertainty.difference(minimax, other)
    return {
        "recommended": {"minimax": told[minimax]["name"], "mean": told[mean]["name"]},
        "verdict": {"reference": reference, "low": low, "high": high, "clear": high < 0.0},
    }


def comma_separated(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows with the same columns as CSV, numbers as they are; nothing for what is missing."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(rows[0])
    for row in rows:
        writer.writerow(["" if value is None or value != value else value for value in row.values()])
    return text.getvalue()


def front_rows(told: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """``front.csv``: a row a candidate."""
    rows = []
    for one in told:
        row: dict[str, Any] = {"split": one["name"], "also": " ".join(one["also"]), **one["amounts"]}
        for group in ("differences", "duties"):
            for name, entry in one[group].items():
                row |= {name: entry["mean"], f"{name}_low": entry["low"], f"{name}_high": entry["high"]}
        row["breaches"] = " ".join(one["breaches"])
        row["future_breaches"] = one["future_breaches"]
        for what in ("mean", "largest"):
            entry = one["regret"][what]
            for end, key in (("", "mean"), ("_low", "low"), ("_high", "high")):
                row[f"regret_{what}{end}"] = entry[key]
        rows.append({**row, "p_best": one["regret"]["p_best"], "p_among_3": one["regret"]["p_among"]})
    return rows


def regret_rows(
    candidates: Sequence[Candidate], worlds: Sequence[Future], losses: NDArray[np.float64], regret: Regret,
    objectives: Sequence[str],
) -> list[dict[str, Any]]:  # fmt: skip
    """``regret.csv``: a row a candidate and future, with differences to the baseline and regrets in their units."""
    rows = []
    for f, future in enumerate(worlds):
        for k, one in enumerate(candidates):
            row: dict[str, Any] = {"future": f, "start": future.start, "event": future.event, **future.values}
            row["split"] = one.name
            for j, name in enumerate(objectives):
                row[name] = float(losses[k, f, j]) * OBJECTIVES[name].sign + 0.0
                row[f"regret_{name}"] = float(regret.of[k, f, j])
            rows.append({**row, "score": float(regret.scores[k, f])})
    return rows
