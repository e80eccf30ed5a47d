"""``kohtaanto stress``: which employer's closure would hit the area hardest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agents.region import Region
from experiments.composing.arm import BASELINE
from experiments.composing.composition import asked_for, resolve
from experiments.composing.configuration import Configuration
from experiments.composing.words import read_words
from experiments.running import results
from experiments.running.execution import execute, of_main_market, whole_replications
from experiments.running.plan import make_plan
from experiments.running.progress import say
from experiments.running.store import write_text
from experiments.stress import page
from experiments.stress.employer import Target, made_up, targets_of, with_employers
from experiments.stress.impact import RANKINGS, measure
from experiments.stress.question import Question
from sim.errors import InputError

_REFUSED = {
    key: f"stress makes arms of its own; leave {key} out"
    for key in ("shock", "policy", "record", "arms", "markets", "cohorts", "shocks")
}
_USUAL = ("replications=5", "horizon_years=2")


@dataclass(frozen=True)
class Request:
    """A command line of ``stress``, read.

    Attributes
    ----------
    question
        Which employers close, and when.
    overrides
        ``key=value`` for the runs, as typed.
    rank
        One of `RANKINGS`.
    """

    question: Question
    overrides: tuple[str, ...]
    rank: str = "depth"

    @classmethod
    def read(cls, words: Sequence[str]) -> Request:
        """Read ``stress=NAME``, ``stress.KEY=VALUE``, ``rank=`` and keys of a run.

        Raises
        ------
        InputError
            If the question is wrong, or a key does not belong here.
        """
        typed = read_words(words, {"stress": "default", "rank": "depth"}, _REFUSED, "stress")
        if typed.own["rank"] not in RANKINGS:
            raise InputError(f"rank={typed.own['rank']}: expected {', '.join(RANKINGS)}")
        return cls(Question.read(typed.own["stress"], typed.changed), typed.overrides, typed.own["rank"])

    def base(self) -> Configuration:
        """The configuration without closures."""
        return resolve("stress", asked_for(_USUAL, self.overrides))

    def configuration(self, base: Configuration, region: Region, targets: Sequence[Target]) -> Configuration:
        """The runs of all closures and of none.

        Parameters
        ----------
        base
            From `base`.
        region
            That lists all targets.
        targets
            Who closes.
        """
        q = self.question
        shocks = {
            target.id: {
                "kind": "closure", "employer": target.id, "jobs": target.jobs, "announced": q.announced,
                "notice": q.notice, "exits": q.exits,
            }
            for target in targets
        }  # fmt: skip
        arms: dict[str, Any] = {BASELINE: {"shocks": [], "policies": []}}
        arms |= {target.id: {"shocks": [target.id], "policies": []} for target in targets}
        return Configuration.from_plain(
            {
                **base.plain, "markets": {}, "arms": arms, "shocks": shocks, "name": base.name or "stress",
                "record": "monthly", "region": {"folder": str(region.path)},
            }
        )  # fmt: skip

    def resolved(self) -> str:
        """The runs that are asked for, as YAML."""
        return prepare(self)[0].to_yaml()


def prepare(request: Request) -> tuple[Configuration, list[Target], list[Target]]:
    """Configuration of the runs, who closes, and who is left out as public.

    Raises
    ------
    InputError
        Wrong input.
    """
    base = request.base()
    region = Region.load(base.region)
    folder = with_employers(region, made_up(region, request.question), base.outputs)
    region = region if folder == region.path else Region.load(folder)
    targets, left_out = targets_of(region, request.question)
    return request.configuration(base, region, targets), targets, left_out


def carry_out(request: Request, retry_failed: bool = False, fresh: bool = False) -> int:
    """Close every employer in turn, print the ranking and write it into the results folder.

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
    configuration, targets, left_out = prepare(request)
    plan = make_plan(configuration)
    say(f"{len(targets)} employers close in turn, {len(left_out)} public ones are left out")
    execution = execute(plan, retry_failed, fresh, report=False)
    runs = of_main_market(whole_replications(plan, execution))
    if not runs:
        say(f"no replication is whole; see {execution.folder / 'manifest.json'}")
        return 1
    impacts = measure(targets, {place: run.indicators for place, run in runs.items()})
    content = {
        "title": request.question.title,
        "written": execution.manifest["written"],
        "start_date": execution.manifest["start_date"],
        "months": len(impacts[0].series),
        "replications": configuration.replications,
        "rank": request.rank,
        "left_out": [vars(target) for target in left_out],
        "employers": [impact.record for impact in impacts],
    }
    write_text(results.to_json(content), execution.folder / "stress.json")
    write_text(page.comma_separated(content), execution.folder / "stress.csv")
    print(page.text(content, configuration.language))
    print(page.write(execution.folder, configuration.language))
    print(f"{execution.seconds:.1f} s")
    if execution.failed:
        say(f"{execution.failed} of {len(plan.runs)} runs failed; see {execution.folder / 'manifest.json'}")
    return 1 if execution.failed else 0
