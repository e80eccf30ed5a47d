"""``kohtaanto trial``: a published trial repeated in the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from experiments.composing.composition import asked_for, groups, resolve
from experiments.composing.configuration import PROJECT, Configuration
from experiments.composing.words import read_words
from experiments.running import results
from experiments.running.execution import Execution, execute, whole_replications
from experiments.running.plan import Plan, make_plan
from experiments.running.progress import say
from experiments.running.store import write_text
from experiments.trial import displacement, page
from experiments.trial.arm_run import ArmRun
from experiments.trial.declaration import Trial
from experiments.trial.measures import MEASURES, weighted_mean
from experiments.validation import page as board_page
from experiments.validation.score import Score
from sim.errors import InputError, near_miss

DOCS = PROJECT / "docs"
PAGE = DOCS / "trials.md"
_ALL = "all"
# What the committed page may be asked with: everything else makes it a page about another trial.
_FREE_IN_DOCS = ("replications", "seed", "scale", "engine.processes", "outputs", "name", "language")
_REFUSED = {
    key: f"a trial has its own arms, markets and records; leave {key} out"
    for key in ("shock", "policy", "record", "arms", "markets")
}

Runs = dict[tuple[str, str, int], ArmRun]
"""By market, arm and replication."""


@dataclass(frozen=True)
class Request:
    """A command line of ``trial``, read.

    Attributes
    ----------
    trials
        What is repeated.
    write_docs
        Whether sections are also written into ``docs/trials.md``.
    overrides
        ``key=value`` for the runs, as typed.
    """

    trials: tuple[Trial, ...]
    write_docs: bool
    overrides: tuple[str, ...]

    @classmethod
    def read(cls, words: Sequence[str]) -> Request:
        """Read ``key=value`` words.

        Raises
        ------
        InputError
            If the trial or ``write_docs`` is wrong, or a key does not belong here.
        """
        typed = read_words(words, {"trial": "", "write_docs": "false"}, _REFUSED)
        name, known, write_docs = typed.own["trial"], groups()["trial"], typed.flag("write_docs")
        if not name:
            raise InputError(f"trial: which one? trial=NAME; there are {', '.join(known)}, or all")
        if write_docs:
            typed.check_docs(_FREE_IN_DOCS, "docs/ shows the trials as they are declared")
        if name != _ALL and name not in known:
            near = near_miss(name, (*known, _ALL)) or f"; there are {', '.join(known)}, or all"
            raise InputError(f"trial={name}: no such file in conf/trial{near}")
        names = known if name == _ALL else (name,)
        return cls(tuple(Trial.read(name) for name in names), write_docs, typed.overrides)

    def resolved(self) -> str:
        """The runs that are asked for, as YAML."""
        return "".join(configuration_of(trial, self.overrides).to_yaml() for trial in self.trials)


def configuration_of(trial: Trial, overrides: Sequence[str] = ()) -> Configuration:
    """The runs of a trial: its own, with what was typed in its place.

    Raises
    ------
    InputError
        As `experiments.composing.composition.resolve`.
    """
    asked = asked_for(("rules=regime_2022", *trial.overrides), overrides)
    base = resolve("trial", [f"name={trial.name}", *asked])
    named = {arm: f"{trial.name}_{arm}" for arm, changes in trial.arms.items() if changes}
    plain = {
        **base.plain,
        "markets": dict(trial.markets),
        "arms": {arm: {"shocks": [], "policies": [named[arm]] if arm in named else []} for arm in trial.arms},
        "policies": {named[arm]: {"changes": trial.arms[arm]} for arm in named},
    }
    return Configuration.from_plain(plain)


def carry_out(request: Request, retry_failed: bool = False, fresh: bool = False) -> int:
    """Repeat the trials, print what came out and write it into the results folders.

    Returns
    -------
    int
        Exit status: 0 whatever the verdicts, 1 if a run failed.

    Raises
    ------
    InputError
        Wrong input.
    experiments.running.execution.UnfinishedError
        Runs ended early.
    """
    status = 0
    for trial in request.trials:
        plan = make_plan(configuration_of(trial, request.overrides))
        execution = execute(plan, retry_failed, fresh, report=False)
        if execution.failed:
            say(f"{execution.failed} of {len(plan.runs)} runs failed; see {execution.folder / 'manifest.json'}")
            status = 1
        runs = runs_of(plan, execution)
        if not runs:
            continue
        _tell(request, trial, plan, execution, runs)
    return status


def runs_of(plan: Plan, execution: Execution) -> Runs:
    """Runs of the replications in which every arm of every market was simulated."""
    return {place: ArmRun(stored) for place, stored in whole_replications(plan, execution).items()}


def score(trial: Trial, runs: Runs) -> list[Score]:
    """Measure all outcomes.

    Returns
    -------
    list of Score
        In the order of the trial.
    """
    replications = sorted({replication for _, _, replication in runs})
    measured: dict[str, list[float]] = {}
    for outcome in trial.outcomes:
        if outcome.parts:
            measured[outcome.name] = weighted_mean(outcome, measured)
            continue
        market, function = outcome.market, MEASURES[outcome.measure].function
        pairs = [(runs[market, outcome.arm, r], runs[market, outcome.against, r]) for r in replications]
        measured[outcome.name] = [function(outcome, *pair) for pair in pairs]
    return [Score.of(outcome, measured[outcome.name]) for outcome in trial.outcomes]


def _tell(request: Request, trial: Trial, plan: Plan, execution: Execution, runs: Runs) -> None:
    scores = score(trial, runs)
    rows = displacement.table(trial, runs) if trial.saturation else []
    content: dict[str, Any] = {
        "trial": trial.name,
        "title": trial.title,
        "written": execution.manifest["written"],
        "replications": scores[0].n,
        "assumes": list(trial.assumes),
        "outcomes": board_page.records(scores),
    }
    if rows:
        content["displacement"] = [row.record for row in rows]
    section = page.section(trial, scores, rows, page.facts(plan, execution.manifest, request.overrides, scores[0].n))
    write_text(results.to_json(content), execution.folder / "trial.json")
    write_text(board_page.comma_separated(scores), execution.folder / "trial.csv")
    write_text(section, execution.folder / "trial.md")
    print(trial.title)
    print(board_page.text(scores, "outcome"))
    if rows:
        print(displacement.text(rows))
        displacement.draw(rows, execution.folder)
    for line in page.missed(trial, scores):
        print(line)
    print(board_page.count(scores, "outcomes"))
    print(execution.folder / "trial.md")
    if request.write_docs:
        before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
        write_text(page.with_section(before, trial.name, section), PAGE)
        if rows:
            displacement.draw(rows, DOCS)
        print(PAGE)
    print(f"{execution.seconds:.1f} s")


