"""What pairing is worth: the closure's effect with common luck against independent seeds.

``python -m benchmarks.pairing [PAIRS]`` runs pairs of arms of one replication at full scale for thirteen
months and prints the ratio of variances of the effect on unemployment after twelve months, with its lower
90 % bound, and the share of people far away whose lives are the same in both arms, event by event.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from functools import partial
from multiprocessing import get_context
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.specification import RunResult, RunSpecification

PAIRS = 60
DAYS = 396  # January to January of the year after: thirteen months
MONTHS = 12
FAR_KM = 40.0
RESAMPLES = 20_000


@dataclasses.dataclass(frozen=True)
class Pairing:
    """What came out.

    Attributes
    ----------
    baseline, closure
        Unemployed after twelve months in each arm, persons, one for each pair.
    far
        People who live over `FAR_KM` away and work elsewhere, persons, mean of the pairs.
    same_share
        Share of these with the same life in both arms.
    same_share_all
        The same of all residents.
    """

    baseline: NDArray[np.float64]
    closure: NDArray[np.float64]
    far: float
    same_share: float
    same_share_all: float

    @property
    def ratio(self) -> float:
        """Variance of the effect with independent seeds over that with common luck."""
        return variance_ratio(self.baseline, self.closure)

    def lower_bound(self, level: float = 0.90) -> float:
        """One-sided lower bound of the ratio: percentile bootstrap over the pairs."""
        rng = np.random.default_rng(1)
        n = len(self.baseline)
        rows = rng.integers(0, n, (RESAMPLES, n))
        return float(np.quantile(variance_ratio(self.baseline[rows], self.closure[rows]), 1.0 - level))


def variance_ratio(baseline: NDArray[np.float64], closure: NDArray[np.float64]) -> Any:
    """Ratio of (variance of one arm + variance of the other) to the variance of their difference, last axis."""
    apart = baseline.var(axis=-1, ddof=1) + closure.var(axis=-1, ddof=1)
    return apart / (closure - baseline).var(axis=-1, ddof=1)


def specifications() -> tuple[RunSpecification, RunSpecification]:
    """The two arms of ``kohtaanto compare shock=closure_harjavalta``, cut after thirteen months."""
    from experiments.composing.composition import resolve
    from experiments.running.plan import make_plan

    words = ["shock=closure_harjavalta", "horizon_years=2", "replications=1", "record=summary", "markets=[]"]
    first, second = (cut(run.specification) for run in make_plan(resolve("compare", words)).runs)
    assert not first.events
    assert second.events
    return first, second


def cut(specification: RunSpecification) -> RunSpecification:
    """End a run after `DAYS`, without the rules that come into force later; nobody is followed."""
    last = specification.start_date + timedelta(days=DAYS - 1)
    changes = tuple(change for change in specification.changes if change.start <= last)
    return dataclasses.replace(specification, days=DAYS, cohorts=(), changes=changes)


def _unemployed(result: RunResult) -> float:
    """Unemployed in the area at the end of the twelfth month, persons."""
    columns = result.indicators
    series = columns["value"][(columns["indicator"] == "unemployed") & (columns["group_kind"] == "")]
    return float(series[MONTHS - 1])


def _same_lives(arms: Sequence[RunResult], far: NDArray[np.bool_], plant_place: int) -> tuple[float, float, float]:
    """People far away who work elsewhere, and how many of them, and of all residents in per cent, live alike."""
    one, other = (arm.lives or {} for arm in arms)
    life = dict(zip(other["uid"].tolist(), other["life_hash"].tolist(), strict=True))
    hashes = zip(one["uid"].tolist(), one["life_hash"].tolist(), strict=True)
    same = np.array([life.get(uid) == mine for uid, mine in hashes])
    resident = one["municipality"] < len(far)
    home_is_far = np.zeros(len(same), bool)
    home_is_far[resident] = far[one["municipality"][resident]]
    chosen = home_is_far & (one["workplace"] >= 0) & (one["workplace"] != plant_place)
    return float(chosen.sum()), float(same[chosen].sum()), float(same[resident].mean())


def one_pair(arms: tuple[RunSpecification, RunSpecification], seed: int) -> tuple[float, ...]:
    """Simulate both arms of a replication."""
    from agents.area import simulate_arms
    from agents.region import Region

    region = Region.load(arms[0].region)
    place = region.employer(arms[1].events[0].employer).municipality
    far = region.distance_km[: region.outside, place] > FAR_KM
    results = simulate_arms([dataclasses.replace(arm, seed=seed) for arm in arms], with_lives=True)
    return _unemployed(results[0]), _unemployed(results[1]), *_same_lives(results, far, place)


def measure(pairs: int = PAIRS, processes: int = 2, seeds: Iterable[int] | None = None) -> Pairing:
    """Run the pairs.

    Parameters
    ----------
    pairs
        How many.
    processes
        Worker processes.
    seeds
        Seeds of the pairs; 1, 2, … if not given.
    """
    arms = specifications()
    chosen = list(seeds) if seeds is not None else list(range(1, pairs + 1))
    if processes > 1:
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            rows = list(pool.map(partial(one_pair, arms), chosen, chunksize=4))
    else:
        rows = [one_pair(arms, seed) for seed in chosen]
    table = np.array(rows)
    return Pairing(
        baseline=table[:, 0],
        closure=table[:, 1],
        far=float(table[:, 2].mean()),
        same_share=float(table[:, 3].sum() / table[:, 2].sum()),
        same_share_all=float(table[:, 4].mean()),
    )


def told(pairing: Pairing) -> str:
    """The result in words."""
    effect = pairing.closure - pairing.baseline
    apart = np.sqrt(pairing.baseline.var(ddof=1) + pairing.closure.var(ddof=1))
    return "\n".join(
        (
            f"pairs                                      {len(effect)}",
            f"effect on unemployed after 12 months       {effect.mean():.0f} persons",
            f"standard deviation, common luck            {effect.std(ddof=1):.1f} persons",
            f"standard deviation, independent seeds      {apart:.1f} persons",
            f"ratio of variances                         {pairing.ratio:.1f}",
            f"its lower 90 % bound                       {pairing.lower_bound():.1f}",
            f"live over {FAR_KM:.0f} km away and work elsewhere    {pairing.far:.0f} persons",
            f"of these with the same life in both arms   {100.0 * pairing.same_share:.1f} %",
            f"of all residents                           {100.0 * pairing.same_share_all:.1f} %",
        )
    )


def main() -> None:
    """Measure and print."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else PAIRS
    print(told(measure(pairs)))


if __name__ == "__main__":
    main()
