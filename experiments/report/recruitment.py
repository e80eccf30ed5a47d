"""Effects of recruitment abroad, estimated from results: levels, differences from the baseline, and who stays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from experiments.report.folder import BASELINE, NONE, Estimate, ResultsFolder, Series
from experiments.report.trades import LAST_MONTHS
from sim.mismatch import SHORTAGE

STAY_MONTHS = (36, 60)
"""Months after which the share of recruits who are still here is told."""


def recent(series: Series | None, kind: str = "stock") -> Estimate:
    """Mean of the last year, of a flow the sum of all months; with the interval of the mean over replications."""
    if series is None:
        return NONE
    if kind == "flow":
        return series.estimate(len(series.dates), "flow")
    last = series.values[:, -LAST_MONTHS:]
    held = np.isfinite(last).any(axis=1)
    if not held.any():
        return NONE
    means = np.nanmean(last[held], axis=1)
    return Series(series.dates[-1:], series.replications[held], means[:, None], series.unit).estimate(1)


def level(folder: ResultsFolder, name: str, arm: str, market: str | None = None) -> Estimate:
    """Level of an arm at the end, or the sum of a flow."""
    return recent(folder.series(name, arm, market=market), folder.kind(name))


def difference(
    folder: ResultsFolder, name: str, arm: str, market: str | None = None,
    groups: tuple[str, Sequence[str]] = ("", ("",)),
) -> Estimate:  # fmt: skip
    """Difference of an arm from the baseline, summed over groups of a kind."""
    kind, labels = groups
    found = [folder.difference_series(name, arm, kind, label, market) for label in labels]
    held = [series for series in found if series is not None]
    if not held or len({series.values.shape for series in held}) > 1:
        return NONE
    total = Series(held[0].dates, held[0].replications, sum(series.values for series in held), held[0].unit)  # type: ignore[arg-type]
    return recent(total, folder.kind(name))


def paired(one: Series | None, other: Series | None) -> Series | None:
    """Difference of two series, replication by replication; None where they share none."""
    if one is None or other is None:
        return None
    both = one.minus(other)
    return both if len(both.replications) and len(both.dates) else None


def others_in_work(folder: ResultsFolder, arm: str, market: str | None = None) -> Estimate:
    """Change in the employed residents other than recruits; spouses who came along are among them."""
    employed, recruits = (
        folder.difference_series(name, arm, market=market)
        for name in ("employed_open_market", "recruits_in_work")
    )
    return recent(paired(employed, recruits))


def stay_series(folder: ResultsFolder, arm: str, after: int, market: str | None = None) -> Series | None:
    """Share of a year's recruits still here after some months; both shares of the same year where both are told.

    That is the last year that was followed to the end: the first ones have no recruits in their first months.
    """
    by_months = {m: folder.series("recruits_staying_share", arm, "months", str(m), market) for m in STAY_MONTHS}
    chosen = by_months[after]
    if chosen is None:
        return None
    index = len(chosen.dates) - 1
    longest = by_months[STAY_MONTHS[-1]]
    if after != STAY_MONTHS[-1] and longest is not None:
        wanted = longest.dates[-1].astype("datetime64[M]") - (STAY_MONTHS[-1] - after)
        found = np.flatnonzero(chosen.dates.astype("datetime64[M]") == wanted)
        index = int(found[0]) if len(found) else index
    part = slice(index, index + 1)
    return Series(chosen.dates[part], chosen.replications, chosen.values[:, part], chosen.unit)


def stay(folder: ResultsFolder, arm: str, after: int, market: str | None = None) -> Estimate:
    """Share of a year's recruits still here after some months (`stay_series`)."""
    series = stay_series(folder, arm, after, market)
    return NONE if series is None else series.estimate(1)


def in_shortage(folder: ResultsFolder, market: str | None) -> list[str]:
    """Trades that are short of people in the baseline of a market."""
    return [
        code
        for code in folder.groups("occupation")
        if (mean_of(folder.series("shortage_index", BASELINE, "occupation", code, market)) or 0.0) >= SHORTAGE
    ]


def mean_of(series: Series | None) -> float | None:
    """Mean of all values that a series holds, None without any."""
    held = None if series is None else series.values[np.isfinite(series.values)]
    return None if held is None or not len(held) else float(held.mean())
