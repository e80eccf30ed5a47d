"""``summary.json``: means, intervals and paired differences at the months that results are told for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.special import stdtrit

from experiments.composing.arm import BASELINE
from experiments.composing.horizon import Horizon
from experiments.composing.target import Target
from experiments.running.judgement import INTERVAL, judge
from experiments.running.panel import Panel, kind_of
from sim.indicators import INDICATORS

GROUP_KINDS = ("municipality", "cohort", "line", "place", "cause", "payer")
"""Groups that the summary tells beside the whole area; ``indicators.parquet`` holds all."""

_DIGITS = 9  # significant ones in the file; the full values are in indicators.parquet


def summarise(
    tables: Mapping[tuple[str, int], pa.Table],
    arms: Sequence[str],
    horizon: Horizon,
    targets: Sequence[Target] = (),
) -> dict[str, Any]:
    """Summarise the runs of one market.

    Parameters
    ----------
    tables
        Indicators by arm and replication; a failed run is absent.
    arms
        Names in the order of the comparison.
    horizon
        First and last day.
    targets
        Goals to hold the arms against.

    Returns
    -------
    dict
        ``indicators``, ``groups`` and ``targets`` as the contract and ``outputs/README.md`` state them: plain data
        without NaN.
    """
    panel = Panel(tables, arms)
    indicators: dict[str, Any] = {}
    groups: dict[str, dict[str, dict[str, Any]]] = {}
    entries: list[dict[str, Any] | None] = []
    for (name, kind, group), unit in zip(panel.series, panel.units, strict=True):
        if kind and kind not in GROUP_KINDS:
            entries.append(None)
            continue
        told: dict[str, Any] = {"unit": unit, "kind": kind_of(name), "better": _better(name), "at": {}}
        place = groups.setdefault(kind, {}).setdefault(group, {}) if kind else indicators
        place[name] = told
        entries.append(told)
    times: list[tuple[str, date | None]] = [
        (str(month), horizon.month_end(month)) for month in horizon.months
    ]
    for label, day in [*times, ("all", None)]:
        values = panel.at(day)
        levels = [_levels(values[index]) for index in range(len(panel.arms))]
        differences = {}
        if BASELINE in panel.arms:
            base = values[panel.arms.index(BASELINE)]
            better = np.array(
                [{"higher": 1, "lower": -1}.get(_better(name), 0) for name, _, _ in panel.series]
            )
            differences = {
                arm: _differences(values[index], base, better)
                for index, arm in enumerate(panel.arms)
                if arm != BASELINE
            }
        for number, entry in enumerate(entries):
            if entry is not None:
                entry["at"][label] = {
                    "arms": {arm: _row(levels[index], number) for index, arm in enumerate(panel.arms)},
                    "difference": {arm: _row(columns, number) for arm, columns in differences.items()},
                }
    order = {name: place for place, name in enumerate(INDICATORS)}
    return {
        "indicators": dict(sorted(indicators.items(), key=lambda item: order.get(item[0], len(order)))),
        "groups": groups,
        "targets": judge(panel, targets, horizon),
    }


def _levels(values: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
    """Mean and central 80 % of the replications; `values` has shape (R, series)."""
    n = np.isfinite(values).sum(axis=0)
    mean = _mean(values, n)
    low, high = np.full_like(mean, np.nan), np.full_like(mean, np.nan)
    several = n > 1
    if several.any():
        tail = (1 - INTERVAL) / 2
        low[several], high[several] = np.nanquantile(values[:, several], [tail, 1 - tail], axis=0)
    return {"mean": mean, "low": low, "high": high}


def _differences(
    values: NDArray[np.float64], base: NDArray[np.float64], better: NDArray[np.int64]
) -> dict[str, NDArray[Any]]:
    """Paired differences with the t-interval of their mean; arrays have shape (R, series)."""
    difference = values - base
    paired = np.isfinite(difference)
    n = paired.sum(axis=0)
    mean = _mean(difference, n)
    several = n > 1
    half = np.full_like(mean, np.nan)
    if several.any():
        deviation = np.nanstd(difference[:, several], axis=0, ddof=1)
        half[several] = stdtrit(n[several] - 1, (1 + INTERVAL) / 2) * deviation / np.sqrt(n[several])
    signed = np.where(paired, difference * better, np.nan)
    base_mean = _mean(np.where(paired, base, np.nan), n)
    with np.errstate(invalid="ignore", divide="ignore"):
        p_better = ((signed > 0).sum(axis=0) + 0.5 * (signed == 0).sum(axis=0)) / n
        relative = 100.0 * mean / base_mean
    return {
        "mean": mean,
        "low": mean - half,
        "high": mean + half,
        "p_better": np.where(better == 0, np.nan, p_better),
        "n": n,
        "relative_percent": np.where(base_mean == 0, np.nan, relative),
    }


def _mean(values: NDArray[np.float64], n: NDArray[np.int64]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(n > 0, np.nansum(values, axis=0) / n, np.nan)


def _row(columns: Mapping[str, NDArray[Any]], number: int) -> dict[str, Any]:
    """One series of some columns as plain numbers; what is not finite is null."""
    row: dict[str, Any] = {}
    for name, column in columns.items():
        value = column[number]
        if name == "n":
            row[name] = int(value)
        else:
            row[name] = float(f"{value:.{_DIGITS}g}") if np.isfinite(value) else None
    return row


def _better(name: str) -> str:
    return INDICATORS[name].better if name in INDICATORS else "none"
