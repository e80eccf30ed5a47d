"""``kohtaanto drill``: a structural event, and what staff keeps the promise on first interviews."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from experiments.composing.arm import BASELINE
from experiments.composing.composition import resolve
from experiments.composing.configuration import Configuration
from experiments.composing.words import read_words
from experiments.drill import outcome, page
from experiments.drill.arms import arms_of, followed
from experiments.drill.question import GROUPS, Question
from experiments.drill.surge import Evaluation, Surge, search, starts_of
from experiments.drill.weeks import WeekRecord, Window, window_of
from experiments.running.execution import execute, of_main_market, whole_replications
from experiments.running.plan import Plan, make_plan
from experiments.running.progress import say
from experiments.running.runner import workers
from sim.dimensions import LINES, Line
from sim.errors import InputError

_REFUSED = {
    key: f"drill makes arms and records of its own; leave {key} out"
    for key in ("policy", "record", "record_weekly", "arms", "markets", "cohorts", "drill")
}


@dataclass(frozen=True)
class Request:
    """A command line of ``drill``, read.

    Attributes
    ----------
    question
        What is asked.
    overrides
        ``key=value`` for the runs, as typed.
    """

    question: Question
    overrides: tuple[str, ...]

    @classmethod
    def read(cls, words: Sequence[str]) -> Request:
        """Read ``shock=``, ``readiness=``, ``promise.KEY=``, ``surge.KEY=`` and keys of a run.

        Raises
        ------
        InputError
            If a key does not belong here or the question is wrong.
        """
        own, rest = {"shock": "", "readiness": ""}, list(words)
        changed: dict[str, Any] = {}
        for group in GROUPS:
            typed = read_words(rest, own, _REFUSED, group)
            own = typed.own
            changed |= {f"{group}.{key}": value for key, value in typed.changed.items()}
            rest = list(typed.overrides)
        return cls(Question.read("default", own, changed), tuple(rest))

    def configuration(self) -> Configuration:
        """The runs: the baseline, and the event under each level of readiness.

        Raises
        ------
        InputError
            As `experiments.composing.composition.resolve`; no such level; an event that hits nobody.
        """
        q = self.question
        asked = [f"replications={q.replications}", f"horizon_years={q.horizon_years}", *self.overrides]
        base = resolve("drill", [f"shock={'+'.join(q.shocks)}", *asked])
        plain = {**base.plain, "markets": {}, "record": "summary", "record_weekly": True}
        plain["name"] = base.name or "+".join(q.shocks)
        # the event alone, for its dates: those of the levels count from them
        alone = {"none": {"shocks": list(q.shocks), "policies": []}}
        plan = make_plan(Configuration.from_plain({**plain, "arms": alone, "replications": 1}))
        events, horizon = plan.markets[0].events["none"], plan.markets[0].horizon
        if not followed(events):
            raise InputError(f"shock={'+'.join(q.shocks)}: it hits no employer's staff, so there is nobody to follow; "
                             "a drill needs an event with jobs")  # fmt: skip
        arms, policies = arms_of(q.levels, events, horizon, plan.configuration.parameters)
        # what the drill asks for beyond its runs belongs to the question: another promise, another folder
        told = {"share": q.share, "confidence": q.confidence, "most_fte": q.most_fte, "lead_weeks": q.lead_weeks}
        name = plain["name"] if told == _told(Question.read("default", {"shock": "", "readiness": ""}, {})) else (
            f"{plain['name']}-{q.share:g}-{q.confidence:g}-{q.most_fte}-{q.lead_weeks}"
        )  # fmt: skip
        return Configuration.from_plain({**plain, "arms": arms, "policies": policies, "name": name})

    def resolved(self) -> str:
        """The question and the resolved configuration, for reading."""
        q = self.question
        asked = {
            "promise": {"share": q.share, "confidence": q.confidence},
            "surge": {"line": LINES[Line.BROKERAGE], "most_fte": q.most_fte, "lead_weeks": q.lead_weeks},
            "readiness": list(q.levels),
        }
        return yaml.safe_dump(asked, sort_keys=False) + self.configuration().to_yaml()


def _told(question: Question) -> dict[str, Any]:
    return {key: getattr(question, key) for key in ("share", "confidence", "most_fte", "lead_weeks")}


def carry_out(request: Request, retry_failed: bool = False, fresh: bool = False) -> int:
    """Simulate the arms, look for the surge, print the answer and write page, checklist and files.

    Returns
    -------
    int
        Exit status: 0, or 1 if a run failed.

    Raises
    ------
    InputError
        Wrong input.
    experiments.running.execution.UnfinishedError
        Runs ended early.
    """
    configuration = request.configuration()
    plan = make_plan(configuration)
    execution = execute(plan, retry_failed, fresh, report=False)
    runs = of_main_market(whole_replications(plan, execution))
    if not runs:
        say(f"no replication is whole; see {execution.folder / 'manifest.json'}")
        return 1
    cohorts = [cohort.name for cohort in plan.markets[0].cohorts]
    records = {
        arm: WeekRecord({number: run.logs["weekly"] for (a, number), run in runs.items() if a == arm}, cohorts)
        for arm in configuration.arms
    }
    window = window_of(records["none"], records[BASELINE])
    if window is None:
        raise InputError(f"shock={'+'.join(cohorts)}: nobody of the cohort comes to a first interview within the "
                         "horizon; lengthen horizon_years or move the event")  # fmt: skip
    surge = _surge(request.question, plan, records["none"], window, sorted({n for _, n in runs}), fresh)
    content = outcome.content(request.question, plan, execution, runs, records, window, surge)
    pages = page.write(execution.folder, content, configuration.language)
    for line in page.answer(content, configuration.language):
        print(line)
    for path in pages:
        print(path)
    seconds = execution.seconds + surge.seconds
    print(f"{seconds:.1f} s, {surge.runs} runs of the search ({surge.simulated} simulated now)")
    if execution.failed:
        say(f"{execution.failed} of {len(plan.runs)} runs failed; see {execution.folder / 'manifest.json'}")
    return 1 if execution.failed else 0


def _surge(
    question: Question, plan: Plan, record: WeekRecord, window: Window, replications: Sequence[int], fresh: bool
) -> Surge:
    import time

    from agents.warm_up import warm_up

    begun = time.perf_counter()
    first = plan.markets[0].horizon.start
    starts = starts_of(record.weeks[window.first].item(), first, question.lead_weeks)
    specification = plan.runs[0].specification
    warm_up(specification)
    processes = min(plan.configuration.processes, len(replications))
    with workers(plan.configuration.outputs / "runs", processes) as executor:
        evaluation = Evaluation(plan, window, record, replications, executor, fresh)
        found = search(question, starts, evaluation, evaluation.prepare)
    return Surge(found, evaluation.tried, starts, evaluation.simulated, evaluation.runs, time.perf_counter() - begun)
