"""What a calibration found, as plain data: the content of ``calibration.json``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from experiments.calibration.declaration import Fitted
from experiments.calibration.evaluation import Evaluation, Residuals
from experiments.calibration.identification import Identification, identify
from experiments.calibration.least_squares import AT_BOUND, Fit
from experiments.calibration.target import FreeParameter, Target
from experiments.validation import Moment
from experiments.validation.score import Score

PINS_AT_MOST, PINS_AT_LEAST = 3, 0.1
"""Moments named as those that pin a parameter: so many, each with this share of its squared slopes."""


def make_result(
    target: Target,
    free: Sequence[FreeParameter],
    residuals: Residuals,
    fit: Fit,
    start: Evaluation,
    best: Evaluation,
) -> dict[str, Any]:
    """Put together what was found.

    Parameters
    ----------
    target
        What was aimed at.
    free
        The parameters that were fitted.
    residuals
        Knows the moments and which of them were used.
    fit
        The end of the search.
    start, best
        The first and the best point.

    Returns
    -------
    dict
        ``objective``, ``parameters``, ``moments``, ``correlation``, ``alike``, ``slopes``; numbers that do
        not exist are NaN (null in a file).
    """
    moments = residuals.evaluator.moments
    used = [moment for moment, is_used in zip(moments, residuals.used, strict=True) if is_used]
    known = _identification(fit, residuals, best)
    return {
        "objective": {
            "start": fit.first_objective,
            "fitted": fit.objective,
            "steps": fit.objectives,
            "chance": _chance(residuals.of(best.moments)),
            "moments": len(used),
        },
        "ended": fit.ended,
        "evaluations": fit.evaluations,
        "parameters": {
            parameter.name: _parameter(k, parameter, start.values[k], best.values[k], fit, known, used)
            for k, parameter in enumerate(free)
        },
        "moments": {
            moment.name: {
                "unit": moment.unit,
                "low": moment.low,
                "high": moment.high,
                "weight": target.weights[moment.name],
                "used": bool(residuals.used[k]),
                "start": _scored(moment, start.moments[:, k]),
                "fitted": _scored(moment, best.moments[:, k]),
            }
            for k, moment in enumerate(moments)
        },
        "correlation": _correlation(free, known),
        "alike": []
        if known is None
        else [{"parameters": [free[i].name, free[j].name], "correlation": rho} for i, j, rho in known.alike()],
        # Half-widths of the band (times the root of the weight) for the whole width of the bounds.
        "slopes": {}
        if fit.slopes is None
        else {
            moment.name: dict(zip([p.name for p in free], fit.slopes.seen[k].tolist(), strict=True))
            for k, moment in enumerate(used)
        },
    }


def to_write(result: dict[str, Any], target: str) -> dict[str, Fitted]:
    """Values that differ from the start, each with the source that is written beside it.

    Parameters
    ----------
    result
        From `make_result`.
    target
        Name of the target.
    """
    fitted = {}
    for name, found in result["parameters"].items():
        if found["fitted"] == found["start"]:
            continue
        source = f"kohtaanto calibrate target={target}"
        if found["at_bound"]:
            source += f", at its {found['at_bound']} bound"
        elif not found["identified"]:
            source += ", hardly pinned"
        if found["pinned_by"]:
            source += f", moments {', '.join(found['pinned_by'])}"
        fitted[name] = Fitted(found["fitted"], source)
    return fitted


def _chance(residuals: np.ndarray) -> float:
    """What the chance of the replications adds to the objective on average; NaN with one replication."""
    if len(residuals) < 2:
        return float("nan")
    return float((residuals.var(axis=0, ddof=1) / len(residuals)).sum())


def _identification(fit: Fit, residuals: Residuals, best: Evaluation) -> Identification | None:
    if fit.slopes is None:
        return None
    weights = residuals.root[residuals.used] ** 2
    return identify(fit.slopes, weights, _at_low(fit) | _at_high(fit), residuals.of(best.moments))


def _at_low(fit: Fit) -> np.ndarray:
    return fit.point <= AT_BOUND


def _at_high(fit: Fit) -> np.ndarray:
    return fit.point >= 1.0 - AT_BOUND


def _parameter(
    k: int,
    parameter: FreeParameter,
    start: float,
    value: float,
    fit: Fit,
    known: Identification | None,
    used: Sequence[Any],
) -> dict[str, Any]:
    slope = parameter.slope(float(fit.point[k]))
    pins: list[str] = []
    if known is not None:
        order = np.argsort(-known.pins[:, k], kind="stable")[:PINS_AT_MOST]
        pins = [used[m].name for m in order if known.pins[m, k] >= PINS_AT_LEAST]
    identified = None if known is None else bool(known.identified[k])
    has_error = known is not None and identified
    return {
        "unit": parameter.unit,
        "start": start,
        "fitted": value,
        "low": parameter.low,
        "high": parameter.high,
        "at_bound": "lower" if _at_low(fit)[k] else "upper" if _at_high(fit)[k] else None,
        "identified": identified,
        "standard_error": float(known.standard_error[k]) * slope if has_error and known else None,
        "simulation_error": float(known.simulation_error[k]) * slope if has_error and known else None,
        "pinned_by": pins,
    }


def _correlation(free: Sequence[FreeParameter], known: Identification | None) -> dict[str, dict[str, float]]:
    if known is None:
        return {}
    rows = [i for i in range(len(free)) if known.identified[i]]
    return {free[i].name: {free[j].name: float(known.correlation[i, j]) for j in rows if j != i} for i in rows}


def _scored(moment: Moment, values: np.ndarray) -> dict[str, Any]:
    score = Score.of(moment, values.tolist())
    return {
        "mean": score.mean,
        "standard_error": score.standard_error,
        "inside": bool(moment.low <= score.mean <= moment.high),
        "half_widths": (score.mean - (moment.low + moment.high) / 2.0) / ((moment.high - moment.low) / 2.0),
    }
