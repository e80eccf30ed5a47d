"""``kohtaanto optimise``: which split is best when the future is not known."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np
import pyarrow as pa
import yaml
from numpy.typing import NDArray

from agents.region import Region
from experiments.composing.arm import BASELINE
from experiments.composing.composition import asked_for, resolve
from experiments.composing.configuration import Configuration
from experiments.composing.words import read_words
from experiments.optimise import page
from experiments.optimise.assessment import Assessed, Assessment
from experiments.optimise.candidate import Candidate, is_within, keys_of, letters, named
from experiments.optimise.division import Division
from experiments.optimise.front import chosen, non_dominated
from experiments.optimise.future import Future, futures
from experiments.optimise.objective import DUTIES, OBJECTIVES, over_seeds
from experiments.optimise.outcome import (
    candidates_told,
    comma_separated,
    front_rows,
    level,
    recommended,
    regret_rows,
)
from experiments.optimise.question import Question
from experiments.optimise.regret import Regret, losses_of, resampled
from experiments.optimise.search import Judged, Search
from experiments.optimise.surrogate import smoothed
from experiments.optimise.told import PLAN
from experiments.running import results
from experiments.running.plan import code_digest, make_plan
from experiments.running.progress import say
from experiments.running.store import plain, write_table, write_text
from sim.errors import InputError

_REFUSED = {
    key: f"optimise makes arms and records of its own; leave {key} out"
    for key in ("policy", "record", "record_weekly", "arms", "markets", "cohorts")
} | {
    "replications": "there are three: optimise.replications, optimise.future_replications, optimise.final_replications",
    "shock": "an event is part of the question: optimise.event=NAME",
}  # fmt: skip
_USUAL = ("horizon_years=3",)
FUTURE_SEEDS, FINAL_SEEDS = 100_000, 200_000
"""Added to the seed: no run of the futures or of the last estimates has a seed that the search has seen."""
SECONDS_A_YEAR = 0.45
"""Of one simulated year of Satakunta at full scale on one core, for the estimate before the start."""


@dataclass(frozen=True)
class Request:
    """A command line of ``optimise``, read.

    Attributes
    ----------
    name
        File of ``conf/optimise/``.
    question
        What is asked.
    overrides
        ``key=value`` for the runs, as typed.
    """

    name: str
    question: Question
    overrides: tuple[str, ...]

    @classmethod
    def read(cls, words: Sequence[str]) -> Request:
        """Read ``optimise=NAME``, ``budget=N``, ``optimise.KEY=VALUE`` and keys of a run.

        Raises
        ------
        InputError
            If the question is wrong, or a key does not belong here.
        """
        typed = read_words(words, {"optimise": "default", "budget": ""}, _REFUSED, "optimise")
        changed = dict(typed.changed)
        if typed.own["budget"]:
            text = typed.own["budget"]
            if not text.isdigit():
                raise InputError(f"budget={text}: expected a whole number of splits")
            changed["budget"] = int(text)
        return cls(typed.own["optimise"], Question.read(typed.own["optimise"], changed), typed.overrides)

    def configuration(
        self, start: str | None = None, seed: int = 0, replications: int | None = None, event: bool = True
    ) -> Configuration:
        """The runs of a stage.

        Parameters
        ----------
        start
            Start state in place of the typed one, at its own date.
        seed
            Added to the seed.
        replications
            Of a point; those of the search if None.
        event
            Whether the event of the question happens, if it has one: in every arm, the baseline too.

        Raises
        ------
        InputError
            As `experiments.composing.composition.resolve`.
        """
        words = asked_for(_USUAL, self.overrides)
        if start is not None:
            words = [word for word in words if word.partition("=")[0] not in ("start", "start_date")]
            words.append(f"start={start}")
        shocks = [self.question.event] if self.question.event and event else []
        base = resolve("optimise", [*words, *(f"shock={name}" for name in shocks)])
        if base.horizon_years < 2:
            raise InputError(f"horizon_years={base.horizon_years}: staff that is moved learns for months; at least 2")
        digest = hashlib.sha256(json.dumps(self.question.plain, sort_keys=True).encode()).hexdigest()[:6]
        return Configuration.from_plain({
            **base.plain, "markets": {}, "arms": {BASELINE: {"shocks": shocks, "policies": []}},
            "record": "summary", "seed": base.seed + seed, "replications": replications or self.question.replications,
            "name": f"{base.name or self.name}-{digest}",
        })  # fmt: skip

    def resolved(self) -> str:
        """The question and the runs of the search, as YAML."""
        asked = yaml.safe_dump({"optimise": self.question.plain}, sort_keys=False, allow_unicode=True)
        return asked + self.configuration().to_yaml()


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

    def assessment(self, configuration: Configuration) -> Assessment:
        """Assesses splits in worlds of a configuration."""
        from experiments.optimise.evaluating import evaluate_with, factor_of

        return Assessment(
            evaluate_with(configuration, self.retry_failed, self._called_up(configuration)),
            tuple(keys_of(self.divisions)), factor_of(configuration.parameters),
            tuple(place.code for place in self.region.municipalities), configuration.replications,
        )  # fmt: skip

    def _called_up(self, configuration: Configuration) -> dict[str, Any]:
        """How the reserve is called up: in worlds with the event."""
        return self.request.question.called_up if configuration.arms[BASELINE].shocks else {}

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


def carry_out(request: Request, retry_failed: bool = False, fresh: bool = False) -> int:
    """Search, try the best in many futures, estimate them anew, print the answer and write the results folder.

    Returns
    -------
    int
        Exit status: 0, or 1 if a run failed.

    Raises
    ------
    InputError
        Wrong input.
    """
    if any(importlib.util.find_spec(library) is None for library in ("optuna", "sklearn")):
        raise InputError("optimise needs the extra 'analysis': .venv/bin/python -m pip install -r requirements.lock")
    if fresh:
        raise InputError("optimise goes on from the stored runs; --fresh belongs to run and compare")
    begun = time.perf_counter()
    question = request.question
    configuration = request.configuration()
    results.check_writable(configuration)
    plan = make_plan(configuration)
    divisions = question.divisions(configuration.parameters)
    candidates = named(question.splits, divisions, configuration, plan.markets[0].horizon)
    parameters, seed = configuration.parameters, configuration.seed
    worlds = futures(question.starts, question.uncertain, question.futures, parameters, seed, bool(question.event))
    stages = Stages(request, divisions, plan.region, retry_failed)
    _told_before(question, configuration, len(candidates))
    tried: Tried = stages.timed("search", lambda: _searched(stages, configuration, candidates))
    candidates = [*candidates, *tried.found]
    names = ", ".join(one.name for one in candidates)
    say(f"{question.futures} futures for {len(candidates)} splits: {names}")
    samples = stages.timed("futures", lambda: _in_futures(stages, candidates, worlds))
    last = request.configuration(seed=FINAL_SEEDS, replications=question.final_replications)
    say(f"{len(candidates)} splits with {question.final_replications} seeds that the search has not seen")
    final: Assessed = stages.timed("final", lambda: stages.assessment(last)(candidates))
    stages.failed += final.failed
    content, tables = _content(stages, configuration, tried, candidates, worlds, samples, final)
    written = _write(stages, configuration, content, tables)
    for line in page.answer(content, configuration.language):
        print(line)
    print(written)
    print(f"{time.perf_counter() - begun:.1f} s")
    if stages.failed:
        say(f"{stages.failed} runs failed; see {written.parent / 'manifest.json'}")
    return 1 if stages.failed else 0


def _told_before(question: Question, configuration: Configuration, n_named: int) -> None:
    """Say how much there is to simulate."""
    candidates = n_named + question.candidates
    runs = (
        (question.budget + n_named) * question.replications
        + candidates * question.futures * question.future_replications
        + candidates * question.final_replications
    )  # fmt: skip
    years, cores = configuration.horizon_years, configuration.processes
    minutes = runs * SECONDS_A_YEAR * years * configuration.scale / cores / 60.0
    say(
        f"At most {runs} runs of {years} years: about {minutes:.0f} min on {cores} cores for 100,000 adults, "
        "less for what is stored"
    )


def _searched(stages: Stages, configuration: Configuration, candidates: Sequence[Candidate]) -> Tried:
    """Try splits, the named ones first; give those that go on."""
    question, divisions = stages.request.question, stages.divisions
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
    keeps = _keeps(search)
    on_front: NDArray[np.bool_] = np.zeros(len(keeps), np.bool_)
    on_front[keeps] = non_dominated(search.judged.losses[keeps])
    rows, surrogate = _going_on(search, keeps, len(known), question, configuration.seed)
    return Tried(search, samples, on_front, letters(search.amounts[rows]), surrogate)


def _keeps(search: Search) -> NDArray[np.bool_]:
    """Whether each split keeps all duties, shape (splits,)."""
    return np.asarray((search.judged.breaches <= 0.0).all(axis=1))


def _going_on(
    search: Search, keeps: NDArray[np.bool_], n_known: int, question: Question, seed: int
) -> tuple[list[int], dict[str, dict[str, float]]]:
    """Rows of the splits that go on: of the front of smoothed losses, or of the losses where nothing can be smoothed.

    Splits that breach a duty go on only if none keeps it; named splits go on anyway and are left out here.
    """
    whole: NDArray[np.bool_] = np.asarray(np.isfinite(search.judged.losses).all(axis=1))
    usable = whole & keeps if (whole & keeps)[n_known:].any() else whole
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


def _in_futures(
    stages: Stages, candidates: Sequence[Candidate], worlds: Sequence[Future]
) -> dict[str, NDArray[np.float64]]:
    """Losses in all futures by name, shape (candidates, futures, seeds[, places])."""
    question, parts = stages.request.question, []
    for start, event in dict.fromkeys((world.start, world.event) for world in worlds):
        configuration = stages.request.configuration(start, FUTURE_SEEDS, question.future_replications, event)
        values = [world.values for world in worlds if (world.start, world.event) == (start, event)]
        assessed = stages.assessment(configuration)(candidates, values)
        stages.failed += assessed.failed
        parts.append(assessed.samples)
    return {name: np.concatenate([part[name] for part in parts], axis=1) for name in parts[0]}


def _content(
    stages: Stages, configuration: Configuration, tried: Tried, candidates: Sequence[Candidate],
    worlds: Sequence[Future], samples: Mapping[str, NDArray[np.float64]], final: Assessed,
) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:  # fmt: skip
    """Everything that the page tells, and the tables of the folder."""
    question = stages.request.question
    finite = [np.isfinite(s.reshape(s.shape[0], s.shape[1], -1)).all(axis=(0, 2)) for s in samples.values()]
    usable: list[int] = np.flatnonzero(np.all(finite, axis=0)).tolist()
    if len(usable) < 2:
        raise InputError(f"only {len(usable)} of {len(worlds)} futures have every split simulated; regret needs two: "
                         "try --retry-failed")  # fmt: skip
    worlds = [worlds[k] for k in usable]
    samples = {name: sample[:, usable] for name, sample in samples.items()}
    searched = [samples[name] for name in question.objectives]
    losses = losses_of(searched)
    regret = Regret.among(losses)
    uncertainty = resampled(searched, configuration.seed)
    falls = np.zeros(losses.shape[:2], bool)
    for name, most in question.duties.items():
        falls |= samples[name].mean(axis=2) > most
    keys = keys_of(stages.divisions)
    told = candidates_told(
        candidates, keys, {name: sample[:, 0] for name, sample in final.samples.items()},
        {name: base[0] for name, base in final.base.items()}, question.duties, regret, uncertainty,
        falls.mean(axis=1), question.objectives, configuration.seed,
    )  # fmt: skip
    reference = next((one["name"] for one in told if PLAN in (one["name"], *one["also"])), BASELINE)
    points = _points(stages, tried)
    content = {
        "title": question.title,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "region": {"name": stages.region.name, "title": stages.region.title},
        "horizon_years": configuration.horizon_years,
        "divisions": [
            {"name": division.name, "total": division.total,
             "parts": {part.key: {"least": part.least, "most": part.most} for part in division.parts}}
            for division in stages.divisions
        ],
        "objectives": list(question.objectives),
        "duties": dict(question.duties),
        "tried": len(tried.search.amounts),
        "search_replications": question.replications,
        "futures": len(worlds),
        "future_replications": question.future_replications,
        "final_replications": question.final_replications,
        "starts": list(question.starts),
        "uncertain": list(question.uncertain),
        "event": question.event,
        "plan_is_baseline": reference == BASELINE,
        "failed": stages.failed,
        "base": {name: level(final.base[name][0]) for name in (*OBJECTIVES, *DUTIES)},
        "candidates": told,
        **recommended(told, reference, uncertainty),
        "scale": dict(zip(question.objectives, map(float, regret.scale), strict=True)),
        "surrogate": tried.surrogate,
        "points": points,
    }  # fmt: skip
    flat = [
        {"split": p["id"], **p["amounts"], **p["differences"], **p["duties"], "keeps_duties": p["keeps"],
         "on_front": p["on_front"]} for p in points
    ]  # fmt: skip
    rows = regret_rows(candidates, worlds, losses, regret, question.objectives)
    return plain(content), {"points": flat, "front": front_rows(told), "regret": rows}


def _points(stages: Stages, tried: Tried) -> list[dict[str, Any]]:
    """The splits of the search with their mean differences to the baseline."""
    keys, search = keys_of(stages.divisions), tried.search
    keeps = _keeps(search)
    return [
        {
            "id": k,
            "amounts": dict(zip(keys, map(float, amounts), strict=True)),
            "differences": {name: _number(tried.samples[name][k] * one.sign) for name, one in OBJECTIVES.items()},
            "duties": {name: _number(tried.samples[name][k] * one.sign) for name, one in DUTIES.items()},
            "keeps": bool(keeps[k]),
            "on_front": bool(tried.on_front[k]),
        }
        for k, amounts in enumerate(search.amounts)
    ]


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _write(
    stages: Stages, configuration: Configuration, content: Mapping[str, Any],
    tables: Mapping[str, list[dict[str, Any]]],
) -> Any:  # fmt: skip
    """Write the results folder, all of it or nothing; give the page."""
    packages = ("optuna", "scikit-learn", "scipy", "numpy", "numba")
    seeds = {
        stage: [configuration.seed + first, configuration.seed + first + n - 1]
        for stage, first, n in (
            ("search", 0, content["search_replications"]), ("futures", FUTURE_SEEDS, content["future_replications"]),
            ("final", FINAL_SEEDS, content["final_replications"]),
        )
    }  # fmt: skip
    manifest = {
        "status": results.FINISHED,
        "schema_version": results.SCHEMA_VERSION,
        "command": "optimise",
        "name": configuration.name,
        "configuration_hash": results.configuration_hash(configuration),
        "written": content["written"],
        "question": stages.request.question.plain,
        "seeds": seeds,
        "seconds": stages.seconds,
        "failed_runs": stages.failed,
        "region": {**content["region"], "digest": stages.region.digest},
        "code": {"version": version("kohtaanto"), "digest": code_digest()},
        "packages": {package: version(package) for package in packages},
        "configuration": configuration.plain,
    }
    with results.folder_in_the_making(configuration) as making:
        for name, rows in tables.items():
            write_text(comma_separated(rows), making / f"{name}.csv")
        write_table(pa.Table.from_pylist(tables["points"]), making / "points.parquet")
        written = page.write(making, content, configuration.language)
        write_text(results.to_json(plain(manifest)), making / "manifest.json")
    return results.results_folder(configuration) / written.name
