"""The stages of an optimisation: a search in one world, the best splits in many futures."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from agents.region import Region
from experiments.composing.arm import BASELINE
from experiments.composing.configuration import Configuration
from experiments.composing.placing import PLACING
from experiments.optimise.assessment import Assessment
from experiments.optimise.candidate import Candidate, is_within, keys_of, letters
from experiments.optimise.division import Division
from experiments.optimise.front import chosen, non_dominated
from experiments.optimise.future import Future
from experiments.optimise.objective import over_seeds
from experiments.optimise.question import Question
from experiments.optimise.reserve import Reserve
from experiments.optimise.search import Judged, Search
from experiments.optimise.surrogate import smoothed
from experiments.running.progress import say

if TYPE_CHECKING:
    from experiments.optimise.request import Request

FUTURE_SEEDS, FINAL_SEEDS = 100_000, 200_000
"""Added to the seed: no run of the futures or of the last estimates has a seed that the search has seen."""


@dataclass
class Stages:
    """What the three stages share: the question, its divisions, and how points are evaluated.

    Attributes
    ----------
    request
        The command line.
    divisions
        What is divided.
    region
        Of all stages.
    retry_failed
        Whether failed runs are tried again.
    seconds
        By stage.
    failed
        Runs.
    """

    request: Request
    divisions: tuple[Division, ...]
    region: Region
    retry_failed: bool = False
    seconds: dict[str, float] = field(default_factory=dict)
    failed: int = 0

    @property
    def question(self) -> Question:
        """What is asked."""
        return self.request.question

    @property
    def towns(self) -> dict[str, str]:
        """Codes of the municipalities among the parts, by part."""
        parts = [key for key in keys_of(self.divisions) if key.partition(".")[0] == PLACING]
        places = self.region.municipalities
        return {key: places[self.region.municipality(key.partition(".")[2])].code for key in parts}

    def assessment(self, configuration: Configuration) -> Assessment:
        """Assesses splits in worlds of a configuration; a reserve is called up in those with the event."""
        from experiments.optimise.evaluating import evaluate_with, factor_of

        asked = self.question.called_up if configuration.arms[BASELINE].shocks else {}
        return Assessment(
            evaluate_with(configuration, self.retry_failed), tuple(keys_of(self.divisions)),
            factor_of(configuration.parameters), tuple(place.code for place in self.region.municipalities),
            configuration.replications, Reserve.of(asked, configuration.parameters) if asked else None,
            bool(self.towns),
        )  # fmt: skip

    def timed(self, stage: str, action: Callable[[], Any]) -> Any:
        """Carry out a stage and note how long it took."""
        begun = time.perf_counter()
        result = action()
        self.seconds[stage] = round(time.perf_counter() - begun, 1)
        return result


@dataclass(frozen=True)
class Tried:
    """What the search tried.

    Attributes
    ----------
    search
        The splits and what came of them.
    samples
        Means over replications by name of an objective or duty, shape (splits,).
    on_front
        Whether no split that keeps the duties beats it, shape (splits,).
    found
        The splits that go on, by letter.
    surrogate
        Cross-validated share of variance explained, by objective.
    """

    search: Search
    samples: dict[str, NDArray[np.float64]]
    on_front: NDArray[np.bool_]
    found: list[Candidate]
    surrogate: dict[str, dict[str, float]]


def searched(stages: Stages, configuration: Configuration, candidates: Sequence[Candidate]) -> Tried:
    """Try splits, the named ones first; give those that go on."""
    question, divisions = stages.question, stages.divisions
    assessment = stages.assessment(configuration)
    means: dict[str, list[NDArray[np.float64]]] = {}

    def judge(amounts: NDArray[np.float64]) -> Judged:
        assessed = assessment(letters(amounts))
        stages.failed += assessed.failed
        held = {name: over_seeds(sample[:, 0]) for name, sample in assessed.samples.items()}
        for name, values in held.items():
            means.setdefault(name, []).append(values)
        breaches = [held[name] - most for name, most in question.duties.items()] or [np.full(len(amounts), -1.0)]
        return Judged(np.stack([held[name] for name in question.objectives], axis=1), np.stack(breaches, axis=1))

    search = Search(divisions, judge, configuration.seed, question.batch, question.startup)
    known = [one.amounts for one in candidates if one.name != BASELINE and is_within(one, divisions)]
    search.begin(np.array(known).reshape(-1, len(keys_of(divisions))))
    clock = [time.perf_counter(), 0.0]  # when the last batch ended, and how many splits there were then

    def told(n: int) -> None:
        now = time.perf_counter()
        left = (now - clock[0]) / (n - clock[1]) * (question.budget - n) / 60.0
        clock[:] = now, n
        if n < question.budget:
            say(f"{n} of {question.budget} splits tried, about {left:.1f} min left of the search")

    search.run(question.budget, told)
    samples = {name: np.concatenate(parts) for name, parts in means.items()}
    kept = keeps(search)
    on_front: NDArray[np.bool_] = np.zeros(len(kept), np.bool_)
    on_front[kept] = non_dominated(search.judged.losses[kept])
    rows, surrogate = _going_on(search, kept, len(known), question, configuration.seed)
    return Tried(search, samples, on_front, letters(search.amounts[rows]), surrogate)


def keeps(search: Search) -> NDArray[np.bool_]:
    """Whether each split keeps all duties, shape (splits,)."""
    return np.asarray((search.judged.breaches <= 0.0).all(axis=1))


def _going_on(
    search: Search, kept: NDArray[np.bool_], n_known: int, question: Question, seed: int
) -> tuple[list[int], dict[str, dict[str, float]]]:
    """Rows of the splits that go on: of the front of smoothed losses, or of the losses where nothing can be smoothed.

    Splits that breach a duty go on only if none keeps it; named splits go on anyway and are left out here.
    """
    whole: NDArray[np.bool_] = np.asarray(np.isfinite(search.judged.losses).all(axis=1))
    usable = whole & kept if (whole & kept)[n_known:].any() else whole
    losses, told = search.judged.losses.copy(), {}
    for k, name in enumerate(question.objectives):
        fitted = smoothed(search.points[whole], losses[whole, k], seed)
        if fitted is not None:
            told[name] = {"r2": fitted.r2}
            if fitted.r2 > 0.0:
                losses[whole, k] = fitted.losses
    rows = np.flatnonzero(usable & (np.arange(len(whole)) >= n_known))
    front = rows[non_dominated(losses[rows])]
    return [int(front[k]) for k in chosen(losses[front], question.candidates)], told


def in_futures(
    stages: Stages, candidates: Sequence[Candidate], worlds: Sequence[Future]
) -> dict[str, NDArray[np.float64]]:
    """Losses in all futures by name, shape (candidates, futures, seeds[, places])."""
    question, parts = stages.question, []
    for start, event in dict.fromkeys((world.start, world.event) for world in worlds):
        configuration = stages.request.configuration(start, FUTURE_SEEDS, question.future_replications, event)
        values = [world.values for world in worlds if (world.start, world.event) == (start, event)]
        assessed = stages.assessment(configuration)(candidates, values)
        stages.failed += assessed.failed
        parts.append(assessed.samples)
    return {name: np.concatenate([part[name] for part in parts], axis=1) for name in parts[0]}
