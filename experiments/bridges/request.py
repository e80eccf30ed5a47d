"""``kohtaanto bridges``: which bridges from a surplus trade to a shortage trade pay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from experiments.bridges import page
from experiments.bridges.barometer import compare
from experiments.bridges.outcome import Outcome, cohorts_of, in_order, measure
from experiments.bridges.pair import Pair, Trade, promising, trades_of
from experiments.bridges.question import Question
from experiments.composing.arm import BASELINE
from experiments.composing.composition import asked_for, resolve
from experiments.composing.configuration import Configuration
from experiments.composing.words import read_words
from experiments.running import results
from experiments.running.execution import Execution, execute
from experiments.running.plan import MAIN, Plan, make_plan
from experiments.running.progress import say
from experiments.running.store import write_table, write_text
from experiments.trial.arm_run import ArmRun
from experiments.trial.request import runs_of
from sim.errors import InputError

_REFUSED = {
    key: f"bridges makes arms and cohorts of its own; leave {key} out"
    for key in ("shock", "policy", "record", "arms", "markets", "cohorts")
}
_BY_TRADE = ("shortage_index", "unemployed", "vacancies_open", "vacancies_long_open", "jobs_lost_to_unfilled")
_YEAR_MONTHS = 12


@dataclass(frozen=True)
class Request:
    """A command line of ``bridges``, read.

    Attributes
    ----------
    question
        What is tried.
    overrides
        ``key=value`` for the runs, as typed.
    """

    question: Question
    overrides: tuple[str, ...]

    @classmethod
    def read(cls, words: Sequence[str]) -> Request:
        """Read ``bridges=NAME``, ``bridges.KEY=VALUE`` and keys of a run.

        Raises
        ------
        InputError
            If the question is wrong, or a key does not belong here.
        """
        typed = read_words(words, {"bridges": "default"}, _REFUSED, "bridges")
        return cls(Question.read(typed.own["bridges"], typed.changed), typed.overrides)

    def search_configuration(self) -> Configuration:
        """The year in which the index of every trade is taken.

        Raises
        ------
        InputError
            As `experiments.composing.composition.resolve`.
        """
        asked = asked_for(("name=index", "horizon_years=1"), self.overrides)
        base = resolve("bridges", [word for word in asked if word.partition("=")[0] != "horizon_years"])
        replications = min(base.replications, self.question.search_replications)
        plain = {**base.plain, "horizon_years": 1, "replications": replications, "markets": {}, "name": "index"}
        return Configuration.from_plain({**plain, "arms": {BASELINE: {"shocks": [], "policies": []}}})

    def configuration(self, pairs: Sequence[Pair]) -> Configuration:
        """The runs of all bridges and of none.

        Raises
        ------
        InputError
            If the run is too short for the follow-up.
        """
        q = self.question
        last = q.start_months + q.follow_months
        asked = asked_for((f"horizon_years={-(-last // _YEAR_MONTHS)}",), self.overrides)
        base = resolve("bridges", asked)
        if base.horizon_years * _YEAR_MONTHS < last:
            raise InputError(
                f"horizon_years={base.horizon_years}: people are followed to month {last}; lengthen it, or shorten "
                "bridges.follow_months"
            )
        begins = {"months_after_start": q.start_months, "day": 1}
        cohorts: dict[str, Any] = {}
        for pair in pairs:
            invited, left, trade = cohorts_of(pair)
            cohorts[invited] = {"occupation": pair.origin.code, "marked": begins, "persons": q.seats}
            cohorts[left] = {"occupation": pair.origin.code, "marked": begins}
            cohorts[trade] = {"occupation": pair.goal.code, "marked": begins}
        arms: dict[str, Any] = {BASELINE: {"shocks": [], "policies": []}}
        arms |= {pair.name: {"shocks": [], "policies": [pair.name]} for pair in pairs}
        policies = {pair.name: {"courses": [course_of(pair, q.seats, begins)]} for pair in pairs}
        return Configuration.from_plain(
            {
                **base.plain, "markets": {}, "arms": arms, "policies": policies,
                "cohorts": dict(sorted(cohorts.items())), "name": base.name or "bridges", "record": "monthly",
            }
        )  # fmt: skip

    def resolved(self) -> str:
        """The runs that are asked for, as YAML."""
        return self.configuration([]).to_yaml()


def course_of(pair: Pair, seats: int, begins: Mapping[str, int]) -> dict[str, Any]:
    """The course of a bridge as a policy orders it."""
    return {
        "measure": pair.course.measure, "occupation": pair.goal.code, "occupation_from": pair.origin.code,
        "months": pair.course.months, "seats": seats, "start": dict(begins), "source": pair.course.source,
    }  # fmt: skip


def carry_out(request: Request, retry_failed: bool = False, fresh: bool = False) -> int:
    """Find the candidates, try them, print what came out and write it into the results folder.

    Returns
    -------
    int
        Exit status: 0, or 1 if a run failed or the page could not be written.

    Raises
    ------
    InputError
        Wrong input.
    experiments.running.execution.UnfinishedError
        Runs ended early.
    """
    question = request.question
    request.configuration([])  # too short a run is told before anything is simulated
    trades = _trades(request, retry_failed, fresh)
    pairs = promising(trades, question)
    configuration = request.configuration(pairs)
    plan = make_plan(configuration)
    if not pairs:
        print(page.none_found(trades, question, configuration.language))
        return 0
    say(f"{len(pairs)} bridges are tried: {', '.join(pair.name.removeprefix('bridge_') for pair in pairs)}")
    execution = execute(plan, retry_failed, fresh, report=False)
    runs = runs_of(plan, execution)
    if not runs:
        say(f"no replication is whole; see {execution.folder / 'manifest.json'}")
        return 1
    replications = sorted({replication for _, _, replication in runs})
    outcomes = in_order([_measured(pair, plan, runs, replications, question) for pair in pairs])
    written = _write(execution, question, trades, outcomes, configuration)
    if written:
        print(*_answer(execution, configuration.language), sep="\n")
    print(page.text(outcomes, question, configuration.language))
    compared = compare(trades, configuration.region.name)
    if compared:
        print(page.barometer_text(compared, configuration.language))
    print(written or execution.folder)
    print(f"{execution.seconds:.1f} s")
    if execution.failed:
        say(f"{execution.failed} of {len(plan.runs)} runs failed; see {execution.folder / 'manifest.json'}")
    return 1 if execution.failed or written is None else 0


def _trades(request: Request, retry_failed: bool, fresh: bool) -> list[Trade]:
    plan = make_plan(request.search_configuration())
    execution = execute(plan, retry_failed, fresh, report=False)
    runs = runs_of(plan, execution)
    if not runs:
        raise InputError(f"no run of the year of the search was finished; see {execution.folder / 'manifest.json'}")
    found = [run for (market, _, _), run in runs.items() if market == MAIN]
    codes = [occupation.isco2 for occupation in plan.region.occupations]
    means = {name: {code: _mean(found, name, code) for code in codes} for name in _BY_TRADE}
    return trades_of(plan.region.occupations, means)


def _mean(runs: Sequence[ArmRun], name: str, code: str) -> float:
    """Mean over months and replications; NaN if it was never recorded."""
    values = []
    for run in runs:
        if run.has(name, "occupation", code):
            values.append(float(run.monthly(name, "occupation", code).mean()))
    return float(np.mean(values)) if values else float("nan")


def _measured(pair: Pair, plan: Plan, runs: Any, replications: Sequence[int], question: Question) -> Outcome:
    price = plan.configuration.parameters.value(f"measures.price_month_eur.{pair.course.measure}")
    both = [(runs[MAIN, pair.name, r], runs[MAIN, BASELINE, r]) for r in replications]
    return measure(pair, both, float(price), question.start_months, question.follow_months)  # type: ignore[arg-type]


def _write(
    execution: Execution, question: Question, trades: Sequence[Trade], outcomes: Sequence[Outcome],
    configuration: Configuration,
) -> Any:  # fmt: skip
    """Write bridges.json, .parquet and .md, the figure and the report; give the report, or None."""
    folder, language = execution.folder, configuration.language
    compared = compare(trades, configuration.region.name)
    content = {
        "title": question.title,
        "written": execution.manifest["written"],
        "replications": configuration.replications,
        "seats": question.seats,
        "start_months": question.start_months,
        "follow_months": question.follow_months,
        "drawn": question.best,
        "best": [outcome.pair.name for outcome in outcomes if outcome.is_clear][: question.best],
        "names": {trade.code: page.names(trade) for trade in trades},
        "barometer": [{**vars(one), "label": one.label, "agrees": one.agrees} for one in compared],
        "bridges": [outcome.record for outcome in outcomes],
        "trades": [
            {
                "code": t.code, "index": t.index, "unemployed": t.unemployed, "vacancies": t.vacancies,
                "long_open": t.long_open, "lost": t.lost,
            }
            for t in trades
        ],
    }  # fmt: skip
    write_text(results.to_json(content), folder / "bridges.json")
    write_table(pa.Table.from_pylist([_flat(outcome.record) for outcome in outcomes]), folder / "bridges.parquet")
    write_text(page.markdown(outcomes, trades, compared, question, language), folder / "bridges.md")
    from experiments.report.page import write

    return write(folder, language)


def _answer(execution: Execution, language: str) -> list[str]:
    from experiments.report import bridge
    from experiments.report.folder import ResultsFolder
    from experiments.report.notation import Notation
    from experiments.report.terms import Terms

    terms = Terms(language)
    return bridge.answer(ResultsFolder(execution.folder), terms, Notation(terms))


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, Mapping):
            flat |= {key if part == "mean" else f"{key}_{part}": number for part, number in value.items()}
        else:
            flat[key] = value
    return flat
