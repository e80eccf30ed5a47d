"""What a sensitivity analysis says, as plain data: ``sensitivity.json`` and ``indices.csv`` come from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from experiments.sensitivity.analysis import TOP, Analysis, analyse, method_of
from experiments.sensitivity.driver import Driver

MOST_NAMED = 5
"""Guessed numbers that the sentence "rests on" names."""
WORTH = 0.1
"""Of the strongest factor's index: weaker numbers are not named."""

INDICES = pa.schema(
    [
        ("arm", pa.string()), ("outcome", pa.string()), ("is_difference", pa.bool_()), ("factor", pa.string()),
        ("source_kind", pa.string()), ("rank", pa.int32()), ("index", pa.string()), ("value", pa.float64()),
        ("low", pa.float64()), ("high", pa.float64()), ("luck", pa.float64()), ("is_above_luck", pa.bool_()),
    ]
)  # fmt: skip
"""``indices.parquet`` and ``indices.csv``: a row an outcome, arm, factor and index; nothing for what does not vary."""


@dataclass(frozen=True)
class Asked:
    """An outcome of an arm that is analysed.

    Attributes
    ----------
    arm
        The arm.
    outcome
        As it was asked for.
    told
        What it is, for the page: ``indicator``, ``group_kind``, ``group``, ``month``, ``unit``.
    is_difference
        Whether `values` are differences from the baseline of the same point and seed.
    values
        Shape (points, replications); NaN where a run failed.
    """

    arm: str
    outcome: str
    told: Mapping[str, Any]
    is_difference: bool
    values: NDArray[np.float64]


def content_of(
    method: str, drivers: Sequence[Driver], x: NDArray[np.float64], asked: Sequence[Asked], seed: int
) -> dict[str, Any]:
    """Analyse all outcomes.

    Parameters
    ----------
    method
        Name of the method.
    drivers
        Columns of `x`.
    x
        Points in the unit cube, shape (points, drivers).
    asked
        Outcomes of arms.
    seed
        Of the bootstraps.

    Raises
    ------
    InputError
        If too few points are whole.
    """
    return {
        "method": method,
        "points": len(x),
        "replications": int(asked[0].values.shape[1]),
        "factors": [
            {
                "name": driver.name, "source_kind": driver.source_kind, "is_guessed": driver.is_guessed,
                "unit": driver.unit, "meaning": driver.meaning, "low": min(f.low for f in driver.factors),
                "high": max(f.high for f in driver.factors), "cells": len(driver.factors),
            }
            for driver in drivers
        ],
        "outcomes": [_record(method, drivers, one, analyse(method_of(method), x, one.values, seed)) for one in asked],
    }  # fmt: skip


def _record(method: str, drivers: Sequence[Driver], asked: Asked, analysis: Analysis) -> dict[str, Any]:
    order = analysis.order
    means = asked.values[np.isfinite(asked.values).all(axis=1)].mean(axis=1)
    direction = np.sign(means.mean()) if len(means) else 0.0
    strongest = float(analysis.bands[analysis.ranking].value.max()) if analysis.varies else 0.0
    above = [k for k in order if analysis.above[k]]
    rests = [
        drivers[k].name
        for k in above
        if drivers[k].is_guessed and analysis.bands[analysis.ranking].value[k] >= WORTH * strongest
    ]
    noise = analysis.noise
    return {
        "arm": asked.arm,
        "outcome": asked.outcome,
        **asked.told,
        "is_difference": asked.is_difference,
        "mean": float(means.mean()) if len(means) else None,
        "same_direction": int((np.sign(means) == direction).sum()),
        "varies": analysis.varies,
        "points": analysis.points,
        "left_out": analysis.left_out,
        "ranking": analysis.ranking,
        "indices": {
            name: {key: getattr(band, key).tolist() for key in band._fields} for name, band in analysis.bands.items()
        },
        "order": order,
        "luck": analysis.floor,
        "above_luck": above,
        "rests_on": rests[:MOST_NAMED],
        "noise": {
            "over_points": noise.over_points, "at_a_point": _finite(noise.at_a_point), "own": _finite(noise.own),
            "share": _finite(noise.share),
        },
        "halves": {"rank_correlation": _finite(analysis.agreement), "factors": min(TOP, len(drivers))},
    }  # fmt: skip


def table_of(content: Mapping[str, Any]) -> pa.Table:
    """All indices as a table (`INDICES`)."""
    rows: list[dict[str, Any]] = []
    for one in content["outcomes"]:
        for rank, k in enumerate(one["order"], start=1):
            factor = content["factors"][k]
            for index, band in one["indices"].items():
                rows.append(
                    {
                        **{key: one[key] for key in ("arm", "outcome", "is_difference", "luck")},
                        "factor": factor["name"], "source_kind": factor["source_kind"], "rank": rank, "index": index,
                        **{key: band[key][k] for key in ("value", "low", "high")},
                        "is_above_luck": k in one["above_luck"],
                    }
                )  # fmt: skip
    return pa.Table.from_pylist(rows, schema=INDICES)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
