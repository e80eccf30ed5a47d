"""Looks for good splits: batches of a fixed size, proposed from the seed and the points evaluated so far.

The first points are a scrambled Sobol sequence over the simplex; later ones are proposed by the multivariate
tree-structured Parzen estimator for several objectives (Ozaki et al. 2022, as in Optuna), with constraints. Nothing but
seed and points enters a proposal: for each batch a study is made anew, in memory, from the points evaluated before it,
and the sampler is seeded by the seed and their number. A search that is stopped, or that is given more budget later,
therefore goes on as if it had never stopped; what has been simulated is found in the store.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from experiments.optimise.division import Division
from sim.errors import InputError


@dataclass(frozen=True)
class Judged:
    """What came of points.

    Attributes
    ----------
    losses
        Shape (points, objectives), lower is better; NaN where runs failed.
    breaches
        Shape (points, duties): by how much a duty is missed, 0 or less where it is kept.
    """

    losses: NDArray[np.float64]
    breaches: NDArray[np.float64]


Judge = Callable[[NDArray[np.float64]], Judged]
"""Judges amounts of shape (points, parts), parts of all divisions one after the other."""


class Search:
    """A search over the splits of some divisions.

    Parameters
    ----------
    divisions
        What is divided.
    judge
        Evaluates splits.
    seed
        Decides what is tried.
    batch
        Points that are proposed together: they do not know of each other's results.
    startup
        Points of the Sobol sequence before proposals are made.

    Attributes
    ----------
    points, amounts
        Shape (points, dimensions) and (points, parts): what has been tried, known splits first.
    judged
        What came of it.
    """

    def __init__(
        self, divisions: Sequence[Division], judge: Judge, seed: int, batch: int = 8, startup: int = 32
    ) -> None:
        self.divisions, self.judge, self.seed, self.batch, self.startup = tuple(divisions), judge, seed, batch, startup
        self.dimensions = sum(division.dimensions for division in divisions)
        n = sum(len(division.parts) for division in divisions)
        self.amounts = np.empty((0, n))
        self.points = np.empty((0, self.dimensions))
        self.judged = Judged(np.empty((0, 0)), np.empty((0, 0)))

    def begin(self, known: NDArray[np.float64]) -> None:
        """Judge splits that are known before, shape (splits, parts); the search learns from them too."""
        if len(known):
            points = np.array([self._coordinates(amounts) for amounts in known])
            self._add(points, known, self.judge(known))

    def run(self, budget: int, told: Callable[[int], None] = lambda _: None) -> None:
        """Try so many splits beside the known ones; called once.

        Parameters
        ----------
        budget
            Number of splits. The last batch may be cut short by it: what is left of it is tried first when there is
            more budget, because a batch is proposed whole.
        told
            Called with the number of splits tried after each batch.

        Raises
        ------
        InputError
            If nothing of the first batch could be simulated: no proposal can be made from it.
        """
        known = len(self.amounts)
        while (tried := len(self.amounts) - known) < budget:
            points = self._proposed(tried)[: budget - tried]
            amounts = np.array([self._amounts(point) for point in points])
            self._add(points, amounts, self.judge(amounts))
            if not np.isfinite(self.judged.losses).all(axis=1).any():
                raise InputError("optimise: every run of the first splits failed; try the configuration with run")
            told(len(self.amounts) - known)

    def _proposed(self, tried: int) -> NDArray[np.float64]:
        """The batch after so many points, whole; shape (batch, dimensions)."""
        if tried < self.startup:
            size = 1 << (self.startup - 1).bit_length()
            start = qmc.Sobol(self.dimensions, rng=np.random.default_rng(self.seed)).random(size)
            # a batch ends with the start, so that the next one begins with proposals whatever the sizes
            return np.asarray(start[tried : min(tried + self.batch, self.startup)])
        return self._asked()

    def _asked(self) -> NDArray[np.float64]:
        import optuna

        names = [f"u{k}" for k in range(self.dimensions)]
        spaces: dict[str, optuna.distributions.BaseDistribution] = {
            name: optuna.distributions.FloatDistribution(0.0, 1.0) for name in names
        }
        state = np.random.SeedSequence([self.seed, len(self.points)]).generate_state(1)[0]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # experimental options of the sampler: pinned by the lock
            sampler = optuna.samplers.TPESampler(
                seed=int(state), multivariate=True, n_startup_trials=0, constant_liar=True,
                constraints_func=lambda trial: trial.user_attrs["breaches"],
            )  # fmt: skip
            optuna.logging.set_verbosity(optuna.logging.WARNING)
            directions = [optuna.study.StudyDirection.MINIMIZE] * self.judged.losses.shape[1]
            study = optuna.create_study(directions=directions, sampler=sampler)
            for point, losses, breaches in zip(self.points, self.judged.losses, self.judged.breaches, strict=True):
                if np.isfinite(losses).all() and np.isfinite(breaches).all():
                    held = breaches.tolist()
                    study.add_trial(optuna.trial.create_trial(
                        params=dict(zip(names, point.tolist(), strict=True)), distributions=spaces,
                        values=losses.tolist(), user_attrs={"breaches": held}, system_attrs={"constraints": held},
                    ))  # fmt: skip
            asked = [study.ask(spaces).params for _ in range(self.batch)]
        return np.array([[params[name] for name in names] for params in asked])

    def _amounts(self, point: NDArray[np.float64]) -> NDArray[np.float64]:
        parts, first = [], 0
        for division in self.divisions:
            parts.append(division.amounts(point[first : first + division.dimensions]))
            first += division.dimensions
        return np.concatenate(parts)

    def _coordinates(self, amounts: NDArray[np.float64]) -> NDArray[np.float64]:
        parts, first = [], 0
        for division in self.divisions:
            parts.append(division.coordinates(amounts[first : first + len(division.parts)]))
            first += len(division.parts)
        return np.concatenate(parts)

    def _add(self, points: NDArray[np.float64], amounts: NDArray[np.float64], judged: Judged) -> None:
        if not len(self.amounts):
            self.points, self.amounts, self.judged = points, amounts, judged
            return
        self.points = np.concatenate([self.points, points])
        self.amounts = np.concatenate([self.amounts, amounts])
        self.judged = Judged(
            np.concatenate([self.judged.losses, judged.losses]),
            np.concatenate([self.judged.breaches, judged.breaches]),
        )
