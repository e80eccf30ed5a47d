"""An outcome of a sample analysed: indices, luck, halves, what failed."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from experiments.sensitivity import morris, pawn, sobol
from experiments.sensitivity.band import Band, varies
from experiments.sensitivity.noise import Noise, noise_of
from sim.errors import InputError, near_miss

METHODS: dict[str, ModuleType] = {"morris": morris, "sobol": sobol, "pawn": pawn}
"""Each has ``block``, ``design``, ``analyse``, ``floor``, ``above``, ``RANKING`` and ``LEAST``."""
TOP = 10
"""Factors whose ranks the two halves of the sample are compared on."""


@dataclass(frozen=True)
class Analysis:
    """What moves an outcome.

    Attributes
    ----------
    ranking
        Name of the index that ranks the factors.
    bands
        Indices by name; empty if nothing varies.
    noise
        Luck.
    floor
        What the ranking index reaches by luck.
    above
        Whether each factor is above it; empty if nothing varies.
    agreement
        Spearman's rank correlation of the two halves of the sample on the `TOP` factors; NaN where the factors
        are too few or the sample too small.
    points
        Points that were used.
    left_out
        Points that were not: they, or points that belong to them, have a failed run.
    """

    ranking: str
    bands: dict[str, Band]
    noise: Noise
    floor: float
    above: tuple[bool, ...]
    agreement: float
    points: int
    left_out: int

    @property
    def varies(self) -> bool:
        """Whether the outcome differs between points."""
        return bool(self.bands)

    @property
    def order(self) -> list[int]:
        """Numbers of the factors, the most influential first; equal ones in their own order."""
        return [int(k) for k in np.argsort(-self.bands[self.ranking].value, kind="stable")] if self.bands else []


def method_of(name: str) -> ModuleType:
    """Method by its name; InputError if there is none."""
    if name not in METHODS:
        raise InputError(f"method={name}: expected {', '.join(METHODS)}{near_miss(name, METHODS)}")
    return METHODS[name]


def analyse(method: ModuleType, x: NDArray[np.float64], values: NDArray[np.float64], seed: int) -> Analysis:
    """Analyse an outcome.

    Parameters
    ----------
    method
        From `method_of`.
    x
        Points of the method's design, shape (points, factors).
    values
        Outcome, shape (points, replications); NaN where a run failed. A point that lacks a replication is left
        out with its whole block: means over other seeds could not be compared.
    seed
        Of the bootstrap.

    Raises
    ------
    InputError
        If too few points are whole.
    """
    size = method.block(x.shape[1])
    whole = np.asarray(np.isfinite(values).all(axis=1), bool)
    if len(whole) % size:
        raise InputError(f"the sample has {len(whole)} points, no multiple of {size}: another design than the method's")
    blocks = np.asarray(whole.reshape(-1, size).all(axis=1), bool)
    kept = np.repeat(blocks, size)
    if kept.sum() < method.LEAST * size:
        raise InputError(
            f"{int(blocks.sum())} of {len(blocks)} blocks of {size} points are whole, the method needs {method.LEAST}: "
            f"{int((~whole).sum())} points have failed runs"
        )
    table, at = values[kept], x[kept]
    y, noise = table.mean(axis=1), noise_of(table)
    dropped = int((~kept).sum())
    if not varies(y):
        return Analysis(method.RANKING, {}, noise, 0.0, (), float("nan"), len(y), dropped)
    bands = method.analyse(at, y, seed)
    ranked = np.argsort(-bands[method.RANKING].value, kind="stable")[:TOP]
    agreement = _agreement(method, at, y, ranked, size)
    floor = method.floor(noise.of_a_mean, y, x.shape[1])
    above = tuple(bool(one) for one in method.above(bands[method.RANKING], floor))
    return Analysis(method.RANKING, bands, noise, floor, above, agreement, len(y), dropped)


def _agreement(
    method: ModuleType, x: NDArray[np.float64], y: NDArray[np.float64], ranked: NDArray[np.int64], size: int
) -> float:
    """Rank correlation of the indices from every other block with those from the rest."""
    from scipy.stats import spearmanr

    odd = np.repeat(np.arange(len(y) // size) % 2 == 1, size)
    if len(ranked) < 3 or not varies(y[odd]) or not varies(y[~odd]):
        return float("nan")
    first, second = (method.analyse(x[half], y[half], 0)[method.RANKING].value[ranked] for half in (odd, ~odd))
    if np.ptp(first) == 0.0 or np.ptp(second) == 0.0:
        return float("nan")
    return float(spearmanr(first, second).statistic)
