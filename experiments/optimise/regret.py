"""Regret: how much worse a candidate is than the best one of a future, over many futures.

Savage (1951). Losses are compared with the least loss in the same future; objectives are made comparable by the mean
spread of the candidates over the futures, and the score of a candidate in a future is the mean of its scaled regrets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

INTERVAL = 0.8
AMONG = 3
"""A candidate is among the best of a future if its score is one of so many lowest."""


@dataclass(frozen=True)
class Regret:
    """Regrets of candidates.

    Attributes
    ----------
    of
        In the units of the objectives, shape (candidates, futures, objectives).
    scale
        Mean spread of the candidates, shape (objectives,); 1 where there is none.
    scores
        Mean scaled regret, shape (candidates, futures).
    """

    of: NDArray[np.float64]
    scale: NDArray[np.float64]
    scores: NDArray[np.float64]

    @classmethod
    def among(cls, losses: NDArray[np.float64], scale: NDArray[np.float64] | None = None) -> Regret:
        """Regrets from losses.

        Parameters
        ----------
        losses
            Shape (candidates, futures, objectives), lower is better, all finite.
        scale
            Shape (objectives,); None: from the losses.
        """
        of = losses - losses.min(axis=0)
        if scale is None:
            spread = of.max(axis=0).mean(axis=0)
            scale = np.where(spread > 0.0, spread, 1.0)
        return cls(of, scale, np.asarray((of / scale).mean(axis=2)))

    @property
    def mean(self) -> NDArray[np.float64]:
        """Mean score over futures, shape (candidates,)."""
        return np.asarray(self.scores.mean(axis=1))

    @property
    def largest(self) -> NDArray[np.float64]:
        """Largest score over futures, shape (candidates,): minimax picks the least of it."""
        return np.asarray(self.scores.max(axis=1))


@dataclass(frozen=True)
class Uncertainty:
    """What resampling of futures and seeds says about regrets.

    Attributes
    ----------
    mean, largest
        Scores in each resample, shape (resamples, candidates).
    p_best, p_among
        Probability over futures and seeds that a candidate has the lowest score, or one of the `AMONG` lowest; ties
        share it. Shape (candidates,).
    """

    mean: NDArray[np.float64]
    largest: NDArray[np.float64]
    p_best: NDArray[np.float64]
    p_among: NDArray[np.float64]

    @staticmethod
    def interval(
        estimates: NDArray[np.float64], resamples: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """80 % intervals of scores, each of shape (candidates,).

        The least of noisy losses is too low, the more so in resamples, and raises all regrets alike: the resamples
        are shifted to the estimates. Differences between candidates are free of it.

        Parameters
        ----------
        estimates
            Shape (candidates,).
        resamples
            `mean` or `largest`.
        """
        centred = resamples - resamples.mean(axis=0) + estimates
        low, high = np.quantile(centred, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2], axis=0)
        return np.maximum(low, 0.0), np.asarray(high)

    def difference(self, one: int, other: int) -> tuple[float, float]:
        """Central 80 % of the difference of two candidates' mean scores, paired by resample."""
        low, high = np.quantile(self.mean[:, one] - self.mean[:, other], [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2])
        return float(low), float(high)


def resampled(samples: list[NDArray[np.float64]], seed: int, resamples: int = 1000) -> Uncertainty:
    """Resample futures, and seeds within each future, together for all candidates.

    Parameters
    ----------
    samples
        Losses of each objective, shape (candidates, futures, seeds) or (candidates, futures, seeds, places) where the
        loss is the largest over places of the mean over seeds.
    seed
        Of the resampling.
    resamples
        Number of resamples.
    """
    chance = np.random.default_rng(seed)
    candidates, futures, seeds = samples[0].shape[:3]
    scale = Regret.among(losses_of(samples)).scale
    mean, largest = (np.empty((resamples, candidates)) for _ in range(2))
    best, among = np.zeros(candidates), np.zeros(candidates)
    rows = np.arange(futures)[:, None]
    for k in range(resamples):
        which = chance.integers(futures, size=futures)
        drawn = chance.integers(seeds, size=(futures, seeds))
        part = [sample[:, which][:, rows, drawn] for sample in samples]
        regret = Regret.among(losses_of(part), scale)
        mean[k], largest[k] = regret.mean, regret.largest
        best += _share(regret.scores, 1)
        among += _share(regret.scores, min(AMONG, candidates))
    return Uncertainty(mean, largest, best / resamples, among / resamples)


def losses_of(samples: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Losses over seeds: means, and the largest over places where there are any; shape (…, objectives)."""
    means = [sample.mean(axis=2) for sample in samples]
    return np.stack([mean if mean.ndim == 2 else mean.max(axis=2) for mean in means], axis=-1)


def _share(scores: NDArray[np.float64], places: int) -> NDArray[np.float64]:
    """Share of futures in which each candidate has one of the lowest `places` scores, ties shared."""
    total = np.zeros(len(scores))
    for column in scores.T:
        below = (column[:, None] > column[None, :] + 1e-12).sum(axis=1)
        tied = (np.abs(column[:, None] - column[None, :]) <= 1e-12).sum(axis=1)
        total += np.clip((places - below) / tied, 0.0, 1.0)
    return total / scores.shape[1]
