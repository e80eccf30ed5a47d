"""What a closure does to the area: how deep, how long, where, and who pays."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from experiments.bridges.outcome import Number
from experiments.composing.arm import BASELINE
from experiments.running.panel import Panel
from experiments.stress.employer import Target

MONEY = ("cost_total_eur", "benefits_eur")
_READ = ("unemployed", *MONEY)
RANKINGS = ("depth", "length", "euros")


@dataclass(frozen=True)
class Impact:
    """A closure against the baseline, over the paired replications.

    Attributes
    ----------
    target
        Who closed.
    depth
        More unemployed at the month-end where their mean is highest, persons.
    peak_month
        That month-end, months after the start.
    half_gone
        Months from there until half of them are gone; NaN if that does not happen within the run.
    euros
        More euros over the run, services and benefits, all payers.
    payers
        The same by payer.
    towns
        More unemployed at the same month-end by municipality.
    series
        Mean difference in unemployed at the month-ends, shape (T,).
    """

    target: Target
    depth: Number
    peak_month: int
    half_gone: float
    euros: Number
    payers: dict[str, Number]
    towns: dict[str, Number]
    series: NDArray[np.float64]

    @property
    def record(self) -> dict[str, Any]:
        """Plain data."""
        return {
            **vars(self.target),
            "depth": self.depth.record,
            "peak_month": self.peak_month,
            "half_gone_months": self.half_gone if math.isfinite(self.half_gone) else None,
            "euros": self.euros.record,
            "payers": {payer: number.record for payer, number in self.payers.items()},
            "towns": {code: number.record for code, number in self.towns.items()},
            "unemployed": [round(float(value), 2) for value in self.series],
        }


def measure(targets: Sequence[Target], tables: Mapping[tuple[str, int], pa.Table]) -> list[Impact]:
    """Hold every closure against the baseline.

    Parameters
    ----------
    targets
        Their arms have their identifiers.
    tables
        Indicators of the runs by arm and replication.

    Returns
    -------
    list of Impact
        In the order of the targets.
    """
    kept = {run: table.filter(pc.is_in(table["indicator"], pa.array(_READ))) for run, table in tables.items()}
    panel = Panel(kept, [BASELINE, *(target.id for target in targets)])
    place = {series: number for number, series in enumerate(panel.series)}
    towns = [group for name, kind, group in panel.series if name == "unemployed" and kind == "municipality"]
    payers = [group for name, kind, group in panel.series if name == MONEY[0] and kind == "payer"]
    impacts = []
    for target in targets:
        difference = panel.values[panel.arms.index(target.id)] - panel.values[0]  # (R, series, T)
        unemployed = difference[:, place["unemployed", "", ""]]
        series = unemployed.mean(axis=0)
        peak = int(np.argmax(series))
        by_payer = {
            payer: sum(difference[:, place[name, "payer", payer]].sum(axis=-1) for name in MONEY) for payer in payers
        }
        impacts.append(
            Impact(
                target=target,
                depth=Number.of(unemployed[:, peak].tolist()),
                peak_month=peak + 1,
                half_gone=half_gone(series, peak),
                euros=Number.of(np.sum(list(by_payer.values()), axis=0).tolist()),
                payers={payer: Number.of(np.asarray(value).tolist()) for payer, value in by_payer.items()},
                towns={
                    code: Number.of(difference[:, place["unemployed", "municipality", code], peak].tolist())
                    for code in towns
                },
                series=series,
            )
        )
    return impacts


def half_gone(series: NDArray[np.float64], peak: int) -> float:
    """Months from the peak to the first month-end at which at most half of it is left; NaN if there is none."""
    below = np.flatnonzero(series[peak:] <= 0.5 * series[peak])
    return float(below[0]) if len(below) and series[peak] > 0.0 else math.nan
