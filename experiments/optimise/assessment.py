"""Runs splits in worlds; objectives and duties as losses against the baseline of the same world and seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from experiments.composing.arm import BASELINE
from experiments.optimise.candidate import Candidate
from experiments.optimise.objective import DUTIES, OBJECTIVES, Objective
from experiments.optimise.reserve import Reserve
from experiments.sweep.factor import Factor
from experiments.sweep.outcome import OutcomeAsked
from experiments.sweep.point import Point
from experiments.sweep.sample import Sample

MEASURED = {**OBJECTIVES, **DUTIES}
_EVERYWHERE = "employment_days"
"""Something that every run has: where it is not a number, the run failed."""
Evaluate = Callable[[Sequence[Factor], Sequence[OutcomeAsked], Sequence[Point]], Sample]
"""Evaluates points of some factors in a configuration (`experiments.optimise.evaluating`)."""


@dataclass
class Assessed:
    """What came of splits in worlds.

    Attributes
    ----------
    samples
        Losses by name of an objective or duty, shape (candidates, worlds, replications[, places]); NaN where a run
        failed.
    base
        The baseline's own values by name of an objective or duty without places, shape (worlds, replications).
    staff
        Client staff by municipality, mean of the run, FTE, shape (candidates, worlds, replications, places); None if it
        was not asked for.
    failed
        Number of failed runs.
    """

    samples: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    base: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    staff: NDArray[np.float64] | None = None
    failed: int = 0


@dataclass(frozen=True)
class Assessment:
    """Assesses splits.

    Attributes
    ----------
    evaluate
        Simulates points, or finds them stored.
    keys
        Parameters of the parts of a split.
    factor
        Makes the factor of a key: ``factor(key, kind)``.
    places
        Codes of the area's municipalities.
    replications
        Of each point.
    reserve
        How a reserve among the parts is called up, if it is.
    with_staff
        Whether the staff of each municipality is measured too.
    """

    evaluate: Evaluate
    keys: tuple[str, ...]
    factor: Callable[[str, str], Factor]
    places: tuple[str, ...]
    replications: int
    reserve: Reserve | None = None
    with_staff: bool = False

    def __call__(self, candidates: Sequence[Candidate], worlds: Sequence[Mapping[str, float]] = ({},)) -> Assessed:
        """Assess every candidate in every world.

        Parameters
        ----------
        candidates
            Splits. The baseline is in every world anyway: its losses are 0.
        worlds
            Values of uncertain parameters.
        """
        asked = {name: objective.asked(self.places) for name, objective in MEASURED.items()}
        outcomes = [OutcomeAsked.read(text) for texts in (*asked.values(), self._staff_asked) for text in texts]
        found = Assessed()
        shape = (len(candidates), len(worlds), self.replications)
        if self.with_staff:
            found.staff = np.full((*shape, len(self.places)), np.nan)
        base_staff = None
        for name, objective in MEASURED.items():
            places = (len(self.places),) if objective.over_places else ()
            found.samples[name] = np.full((*shape, *places), np.nan)
            found.base[name] = np.full(shape[1:], np.nan)
        groups: dict[tuple[str, ...], list[int]] = {}
        for k, one in enumerate(candidates):
            if one.name != BASELINE:
                groups.setdefault(tuple(key for key, _ in one.others), []).append(k)
        for others, members in groups.items():
            base_staff = self._group(found, candidates, members, others, worlds, asked, outcomes)
        for k, one in enumerate(candidates):
            if one.name == BASELINE:
                if found.staff is not None and base_staff is not None:
                    found.staff[k] = base_staff
                nothing = np.where(np.isfinite(found.base[_EVERYWHERE]), 0.0, np.nan)
                for sample in found.samples.values():
                    sample[k] = nothing[(..., *[None] * (sample.ndim - 3))]
        return found

    def _group(
        self, found: Assessed, candidates: Sequence[Candidate], members: Sequence[int], others: tuple[str, ...],
        worlds: Sequence[Mapping[str, float]], asked: Mapping[str, Sequence[str]], outcomes: Sequence[OutcomeAsked],
    ) -> NDArray[np.float64] | None:  # fmt: skip
        """Evaluate candidates that set the same parameters; give the baseline's staff by municipality, if asked for."""
        uncertain = list(dict.fromkeys(key for world in worlds for key in world))
        factors = [self.factor(key, "uncertainty") for key in uncertain]
        factors += [self.factor(key, "lever") for key in (*self.keys, *others)]
        levers = {
            k: dict(zip(self.keys, candidates[k].amounts, strict=True)) | dict(candidates[k].others) for k in members
        }
        if self.reserve is not None:
            factors.append(self.reserve.lever)
            levers = {k: values | self.reserve.called_up(values) for k, values in levers.items()}
        points = [Point(f"{w}-{k}", {**world, **levers[k]}) for w, world in enumerate(worlds) for k in members]
        sample = self.evaluate(factors, outcomes, points)
        found.failed += sample.failed
        arm = sample.arms[-1]  # of the levers; under an event it is named after both
        for name, texts in asked.items():
            objective: Objective = MEASURED[name]
            shape = (len(worlds), len(members), self.replications)
            differences = [sample.differences(text, arm).reshape(shape) for text in texts]
            losses = objective.samples(differences)
            for place, k in enumerate(members):
                found.samples[name][k] = losses[:, place]
            if not objective.over_places:
                found.base[name] = sample.values(texts[0], BASELINE).reshape(shape)[:, 0]
        if found.staff is None:
            return None
        shape = (len(worlds), len(members), self.replications)
        held, base = (
            np.stack([sample.values(text, of).reshape(shape) for text in self._staff_asked], axis=-1)
            for of in (arm, BASELINE)
        )
        for place, k in enumerate(members):
            found.staff[k] = held[:, place]
        return np.asarray(base[:, 0])

    @property
    def _staff_asked(self) -> list[str]:
        return [f"staff_fte:place={place}@all" for place in self.places] if self.with_staff else []
