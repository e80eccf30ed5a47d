"""``kohtaanto optimise``: which split is best when the future is not known."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from experiments.composing.arm import BASELINE
from experiments.composing.composition import asked_for, resolve
from experiments.composing.configuration import Configuration
from experiments.composing.rules import check_free
from experiments.composing.words import read_words
from experiments.optimise import folder, page
from experiments.optimise.assessment import Assessed
from experiments.optimise.candidate import named
from experiments.optimise.future import futures
from experiments.optimise.question import Question
from experiments.optimise.stages import FINAL_SEEDS, Stages, Tried, in_futures, searched
from experiments.running import results
from experiments.running.plan import make_plan
from experiments.running.progress import say
from sim.errors import InputError

_REFUSED = {
    key: f"optimise makes arms and records of its own; leave {key} out"
    for key in ("policy", "record", "record_weekly", "arms", "markets", "cohorts")
} | {
    "replications": "there are three: optimise.replications, optimise.future_replications, optimise.final_replications",
    "shock": "an event is part of the question: optimise.event=NAME",
}  # fmt: skip
_USUAL = ("horizon_years=3",)
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
    check_free(question.uncertain, configuration.rules, "optimise.uncertain")
    plan = make_plan(configuration)
    divisions = question.divisions(configuration.parameters, plan.region)
    candidates = named(question.splits, divisions, configuration, plan.markets[0].horizon, plan.region)
    parameters, seed = configuration.parameters, configuration.seed
    worlds = futures(question.starts, question.uncertain, question.futures, parameters, seed, bool(question.event))
    stages = Stages(request, divisions, plan.region, retry_failed)
    _told_before(question, configuration, len(candidates))
    tried: Tried = stages.timed("search", lambda: searched(stages, configuration, candidates))
    candidates = [*candidates, *tried.found]
    names = ", ".join(one.name for one in candidates)
    say(f"{question.futures} futures for {len(candidates)} splits: {names}")
    samples = stages.timed("futures", lambda: in_futures(stages, candidates, worlds))
    last = request.configuration(seed=FINAL_SEEDS, replications=question.final_replications)
    say(f"{len(candidates)} splits with {question.final_replications} seeds that the search has not seen")
    final: Assessed = stages.timed("final", lambda: stages.assessment(last)(candidates))
    stages.failed += final.failed
    content, tables = folder.content_of(stages, configuration, tried, candidates, worlds, samples, final)
    written = folder.write(stages, configuration, content, tables)
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
