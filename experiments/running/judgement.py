"""The probability that an arm meets each of the area's goals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import ndtri

from experiments.composing.horizon import Horizon
from experiments.composing.target import Target
from experiments.running.panel import Panel

INTERVAL = 0.8
"""Coverage of all intervals that are told."""

JUDGED, NOT_REACHED, NOT_RECORDED = "judged", "not_reached", "not_recorded"
"""Whether a goal could be judged: the run may end before its month, or may not count its indicator."""


def judge(panel: Panel, targets: Sequence[Target], horizon: Horizon) -> list[dict[str, Any]]:
    """Say for each goal and arm in which share of the replications it is met.

    Parameters
    ----------
    panel
        Monthly values of all runs of a market.
    targets
        The goals, in the order to tell them.
    horizon
        First and last day.

    Returns
    -------
    list of dict
        Plain data: the goal; ``status`` (`JUDGED`, `NOT_REACHED`, `NOT_RECORDED`); by arm the
        ``mean`` in the goal's unit, the ``probability``, its Wilson interval ``low`` to ``high`` (80 %)
        and the number ``n`` of replications with a value.
    """
    return [{**_told(target), **_judged(panel, target, horizon)} for target in targets]


def _judged(panel: Panel, target: Target, horizon: Horizon) -> dict[str, Any]:
    key = (target.indicator, target.group_kind, target.group)
    if isinstance(target.at, int) and target.at > 12 * horizon.years:
        return {"status": NOT_REACHED, "arms": {}}
    if key not in panel.series:
        return {"status": NOT_RECORDED, "arms": {}}
    row = panel.series.index(key)
    day = horizon.month_end(target.at) if isinstance(target.at, int) else None
    values = panel.at(day)[..., row]
    if target.is_relative:
        start = panel.values[..., row, 0]
        with np.errstate(invalid="ignore", divide="ignore"):
            values = np.where(start == 0, np.nan, 100.0 * (values - start) / start)
    arms = {}
    for arm, found in zip(panel.arms, values, strict=True):
        held = found[np.isfinite(found)]
        n, met = len(held), int(target.met(held).sum())
        low, high = wilson(met, n) if n else (None, None)
        arms[arm] = {
            "mean": float(f"{held.mean():.9g}") if n else None,
            "probability": met / n if n else None,
            "low": low,
            "high": high,
            "n": n,
        }
    return {"status": JUDGED if any(a["n"] for a in arms.values()) else NOT_RECORDED, "arms": arms}


def wilson(met: int, n: int, coverage: float = INTERVAL) -> tuple[float, float]:
    """Interval of a probability from `met` successes in `n` trials.

    With z the normal quantile of the coverage and p = met / n: (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n)
    (Wilson 1927). It stays inside 0 to 1, and four of four are not certainty.
    """
    z = float(ndtri((1 + coverage) / 2))
    share, spread = met / n, z * z / n
    middle = share + spread / 2
    half = z * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    low, high = ((middle + side * half) / (1 + spread) for side in (-1, 1))
    return round(max(low, 0.0), 6), round(min(high, 1.0), 6)


def _told(target: Target) -> dict[str, Any]:
    return {
        "name": target.name,
        "title": dict(target.title),
        "indicator": target.indicator,
        "group_kind": target.group_kind,
        "group": target.group,
        "at": str(target.at),
        "direction": target.direction,
        "relative_to_start" if target.is_relative else "value": target.value,
        "unit": target.unit,
        "source": target.source,
        "source_kind": target.source_kind,
    }
