"""A box of parameter values in which an arm fails more often than elsewhere.

A box is one sentence; the leaves of a tree would be several. The patient rule induction of scenario discovery (Bryant
and Lempert 2010) peels slices and gets stuck at noise when few futures are left; here the best interval of a factor is
found exactly (Mampaey et al. 2012, Proceedings of the IEEE International Conference on Data Mining, 499–508), and each
of the best boxes is tried with one factor more. Some box is found in pure chance too: `discover` repeats the search
with shuffled futures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST = 5
"""Futures that must fail, and as many not fail, before anything is searched."""
MOST_FACTORS = 3
"""More conditions can not be told in a sentence."""
WORTH = 0.02
"""Least loss of `Box.gain` for which a limit is kept."""
FALSE_ALARM = 0.05
"""Chance that a region is told although failures come by chance."""
_SHUFFLES = 199
_BEAM = 4
"""Boxes that are kept at each number of factors."""


@dataclass(frozen=True)
class Limit:
    """A factor's border of a box: values of at least `low` and at most `high` are inside (None: no border)."""

    factor: int
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Box:
    """A region of futures.

    Attributes
    ----------
    limits
        One for each restricted factor, the most telling first.
    coverage
        Share of failing futures that lie inside.
    density
        Share of futures inside that fail.
    gain
        Coverage less the share of the futures without failure that lie inside (Youden's index): 0 for all
        futures, 1 for a box that holds exactly the failing ones.
    points
        Futures inside.
    """

    limits: tuple[Limit, ...]
    coverage: float
    density: float
    gain: float
    points: int


@dataclass(frozen=True)
class Found:
    """A box, held against chance.

    Attributes
    ----------
    box
        The best one.
    chance
        Share of searches among shuffled futures that find a box at least as good.
    coverage_elsewhere, density_elsewhere
        Of boxes found in one half of the futures, counted in the other: what the box may promise for new futures.
    """

    box: Box
    chance: float
    coverage_elsewhere: float
    density_elsewhere: float

    @property
    def is_better_than_chance(self) -> bool:
        """Whether the region is told."""
        return self.box.gain > 0.0 and self.chance <= FALSE_ALARM


def discover(x: NDArray[np.float64], fails: NDArray[np.bool_], seed: int = 0) -> Found:
    """Find the box and hold it against chance.

    Parameters
    ----------
    x
        Values of the factors, shape (points, factors).
    fails
        Shape (points,); at least `LEAST` fail and as many do not.
    seed
        Of the shuffling.
    """
    box, random = search(x, fails), np.random.default_rng(seed)
    by_chance = tried = 0
    # Once that many are as good, the box is not told whatever the others are (Besag and Clifford 1991).
    while tried < _SHUFFLES and 1 + by_chance <= FALSE_ALARM * (1 + _SHUFFLES):
        by_chance += search(x, random.permutation(fails)).gain >= box.gain
        tried += 1
    half = np.zeros(len(x), bool)
    half[random.permutation(len(x))[: len(x) // 2]] = True
    inside = np.zeros(len(x), bool)
    for part in (half, ~half):
        if 0 < fails[part].sum() < part.sum():
            inside[~part] = within(x[~part], search(x[part], fails[part]).limits)
    hits = int(fails[inside].sum())
    return Found(box, (1 + by_chance) / (1 + tried), hits / int(fails.sum()), hits / max(1, int(inside.sum())))


def search(x: NDArray[np.float64], fails: NDArray[np.bool_]) -> Box:
    """The box of the highest gain among those that were tried, without limits that do not help."""
    weight = np.where(fails, 1.0 / fails.sum(), -1.0 / (~fails).sum())
    order = np.argsort(x, axis=0, kind="stable")
    best: tuple[float, Limits] = (0.0, {})
    beam = [best]
    for _ in range(min(MOST_FACTORS, x.shape[1])):
        tried: dict[tuple[int, ...], tuple[float, Limits]] = {}
        for _, limits in beam:
            for factor in range(x.shape[1]):
                if factor not in limits:
                    found = _widened(x, order, weight, limits, factor)
                    tried.setdefault(tuple(sorted(found[1])), found)
        beam = sorted(tried.values(), key=lambda one: -one[0])[:_BEAM]
        if not beam or beam[0][0] < best[0] + WORTH:
            break
        best = beam[0]
    return _box(x, fails, _pruned(x, weight, best[1]))


Limits = dict[int, tuple[float, float]]
"""Lowest and highest value inside, by factor; infinite where there is no border."""


def _widened(
    x: NDArray[np.float64], order: NDArray[np.int64], weight: NDArray[np.float64], limits: Limits, factor: int
) -> tuple[float, Limits]:
    """Add a factor's best interval, then find those of the others anew."""
    found, gain = dict(limits), 0.0
    for k in (factor, *limits):
        rows = _inside(x, {j: limit for j, limit in found.items() if j != k})[order[:, k]]
        gain, found[k] = _interval(x[order[:, k], k][rows], weight[order[:, k]][rows])
    return gain, found


def _interval(values: NDArray[np.float64], weight: NDArray[np.float64]) -> tuple[float, tuple[float, float]]:
    """Interval of sorted values with the largest sum of weights; equal values are inside together."""
    if not len(values):
        return 0.0, (-np.inf, np.inf)
    first = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
    level, total = values[first], np.cumsum(np.r_[0.0, np.add.reduceat(weight, first)])
    gains = total[1:] - np.minimum.accumulate(total[:-1])
    end = int(np.argmax(gains))
    start = int(np.argmin(total[: end + 1]))
    low = -np.inf if start == 0 else float(level[start])
    return float(gains[end]), (low, np.inf if end == len(level) - 1 else float(level[end]))


def _pruned(x: NDArray[np.float64], weight: NDArray[np.float64], limits: Limits) -> tuple[Limit, ...]:
    """Drop borders that are not worth their words; the factor that is missed most comes first."""
    kept = dict(limits)
    while kept:
        without = [(k, (-np.inf, high)) for k, (low, high) in kept.items() if np.isfinite(low)]
        without += [(k, (low, np.inf)) for k, (low, high) in kept.items() if np.isfinite(high)]
        now = float(weight[_inside(x, kept)].sum())
        losses = [now - float(weight[_inside(x, {**kept, k: limit})].sum()) for k, limit in without]
        least = int(np.argmin(losses))
        if losses[least] >= WORTH:
            break
        k, limit = without[least]
        kept[k] = limit
        if not np.isfinite(limit).any():
            del kept[k]
    rest = {k: float(weight[_inside(x, {j: one for j, one in kept.items() if j != k})].sum()) for k in kept}
    ranked = sorted(rest, key=lambda k: (rest[k], k))
    return tuple(Limit(k, *(value if np.isfinite(value) else None for value in kept[k])) for k in ranked)


def _inside(x: NDArray[np.float64], limits: Limits) -> NDArray[np.bool_]:
    inside = np.ones(len(x), bool)
    for factor, (low, high) in limits.items():
        inside &= (x[:, factor] >= low) & (x[:, factor] <= high)
    return inside


def within(x: NDArray[np.float64], limits: tuple[Limit, ...]) -> NDArray[np.bool_]:
    """Which points lie inside, shape (points,)."""
    return _inside(
        x,
        {
            one.factor: (-np.inf if one.low is None else one.low, np.inf if one.high is None else one.high)
            for one in limits
        },
    )


def _box(x: NDArray[np.float64], fails: NDArray[np.bool_], limits: tuple[Limit, ...]) -> Box:
    inside = within(x, limits)
    points, hits = int(inside.sum()), int((inside & fails).sum())
    coverage = hits / int(fails.sum())
    return Box(limits, coverage, hits / points, coverage - (points - hits) / int((~fails).sum()), points)
