"""What a drill found, as plain data: ``drill.json``, from which page and checklist are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.bridges.outcome import Number
from experiments.composing.arm import BASELINE
from experiments.drill.arms import announced, followed
from experiments.drill.question import Question
from experiments.drill.surge import PARAMETER, Found, Surge, Trial, reached
from experiments.drill.weeks import ALL, BAND, COHORT, OTHERS, POPULATIONS, WeekRecord, Window, cleared
from experiments.running.execution import Execution
from experiments.running.plan import Plan
from experiments.running.store import StoredRun, plain
from experiments.trial.arm_run import ArmRun
from sim.clock import month_ends
from sim.dimensions import LINES, N_PERSON_LINES, PAYERS, SECTIONS
from sim.week_record import OUTSIDE

STATES = ("employed_open_market", "unemployed", "in_training", "in_service", "subsidised", "outside_labour_force")
REDEPLOYED = "redeployed"
BESIDE = (REDEPLOYED, "called_up", "neighbours", "state")
"""Where staff comes from beside usual posts and recruits: other lines; and beside the posts: the reserve, others."""
EUROS = ("cost_total_eur", "benefits_eur")


def content(
    question: Question, plan: Plan, execution: Execution, runs: Mapping[tuple[str, int], StoredRun],
    records: Mapping[str, WeekRecord], window: Window, surge: Surge,
) -> dict[str, Any]:  # fmt: skip
    """All of a drill.

    Parameters
    ----------
    question, plan, execution
        What was asked and simulated.
    runs
        By arm and replication, whole replications only.
    records
        Week records by arm.
    window
        The time of the surge.
    surge
        What the search found.

    Returns
    -------
    dict
        Plain data for strict JSON.
    """
    weeks = [week.item() for week in records[BASELINE].weeks]
    market = plan.markets[0]
    monthly = {key: ArmRun(run) for key, run in runs.items()}
    replications = sorted({number for _, number in runs})
    cohorts = records[BASELINE].cohorts
    backlog = _backlogs(records, window)
    euros = _euros(monthly, list(records), replications)
    events = followed(market.events["none"])
    return dict(
        plain(
            {
                "language": plan.configuration.language,
                "written": execution.manifest["written"],
                "replications": len(replications),
                "scale": plan.configuration.scale,
                "region": execution.manifest["region"],
                "start_date": str(market.horizon.start),
                "last_date": str(market.horizon.last),
                "state": market.state,
                "arms": list(records),
                "events": [_event(event, plan) for event in events],
                "jobs": sum(event.jobs for event in events),
                "announced": str(min(announced(event) for event in events)),
                "assumed": {
                    "no_show": _value(plan, "services.no_show_share"),
                    "novice_productivity": _value(plan, "staff.novice_productivity"),
                    "first_interview_days": _deadline(plan, weeks[window.first]),
                },
                "month_ends": [str(day) for day in month_ends(market.horizon.start, market.horizon.days)],
                "promise": {"share": question.share, "confidence": question.confidence},
                "weeks": [str(week) for week in weeks],
                "window": {"first": str(weeks[window.first]), "last": str(weeks[window.last] + timedelta(days=6))},
                "inflow": _inflow(records, weeks, plan),
                "interviews": {arm: _interviews(record, window, question) for arm, record in records.items()},
                "backlog": backlog,
                "staff": {arm: _staff(record) for arm, record in records.items()},
                "sources": _sources(records),
                "calls": _calls(plan, runs, replications),
                "interpreted": _interpreted(runs, replications, cohorts),
                "leave_days": _leave_days(monthly, replications),
                "surge": _surge(question, surge, plan),
                "talks": _talks(records, window, surge),
                "reemployment": {arm: _people(monthly, arm, replications, cohorts) for arm in records},
                "euros": euros,
                "policies": _policies(plan),
                "courses": _courses(plan),
                "reserves": _reserves(plan),
                "prevention": _prevention(plan, sum(event.jobs for event in events), euros),
            }
        )
    )


def _value(plan: Plan, name: str) -> float:
    """Baseline value of a parameter that is one number."""
    return float(np.asarray(plan.configuration.parameters.value(name)))


def _deadline(plan: Plan, day: date) -> float:
    """Working days within which a first interview has to be held, by the rules of a day."""
    name = "rules.first_interview_working_days"
    rules = [c for c in plan.markets[0].changes[BASELINE] if c.parameter == name and c.start <= day]
    return max(rules, key=lambda c: c.start).amount if rules else _value(plan, name)


def level(values: NDArray[np.float64]) -> dict[str, float | None]:
    """Mean and central 80 % of the replications."""
    held = values[np.isfinite(values)]
    if not len(held):
        return {"mean": None, "low": None, "high": None}
    low, high = np.quantile(held, BAND) if len(held) > 1 else (None, None)
    return {"mean": float(held.mean()), "low": _number(low), "high": _number(high)}


def weekly(values: NDArray[np.float64]) -> dict[str, list[float]]:
    """Mean and central 80 % of the replications by week; `values` has shape (R, W)."""
    low, high = np.quantile(values, BAND, axis=0)
    return {"mean": values.mean(axis=0).tolist(), "low": low.tolist(), "high": high.tolist()}


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _event(event: Any, plan: Plan) -> dict[str, Any]:
    employer = plan.region.employer(event.employer)
    codes = [m.code for m in plan.region.municipalities]
    return {**event.told(), "place": codes[employer.municipality], "section": SECTIONS[employer.section]}


def _inflow(records: Mapping[str, WeekRecord], weeks: Sequence[date], plan: Plan) -> dict[str, Any]:
    """Registered searches of the cohort by week, by month and by home."""
    record, base = records["none"], records[BASELINE]
    searches = record.people("new_job_searches", COHORT)
    months = sorted({(week + timedelta(days=3)).replace(day=1) for week in weeks})
    by_month = []
    for month in months:
        inside = [k for k, week in enumerate(weeks) if (week + timedelta(days=3)).replace(day=1) == month]
        by_month.append({"month": str(month), **level(searches[:, inside].sum(axis=1))})
    homes = record.homes()
    order = [m.code for m in plan.region.municipalities] + [OUTSIDE]
    told = [{"place": place, "weekly": homes[place].mean(axis=0).tolist(), **level(homes[place].sum(axis=1))}
            for place in order if place in homes]  # fmt: skip
    more = searches.mean(axis=0) - base.people("new_job_searches", COHORT).mean(axis=0)
    return {
        "weekly": weekly(searches),
        "baseline": base.people("new_job_searches", COHORT).mean(axis=0).tolist(),
        "everybody": weekly(record.people("new_job_searches", OTHERS)),
        "months": by_month,
        "total": level(searches.sum(axis=1)),
        "largest": {"week": str(weeks[int(more.argmax())]), "mean": float(searches.mean(axis=0)[int(more.argmax())])},
        "homes": sorted(told, key=lambda row: (row["place"] == OUTSIDE, -(row["mean"] or 0.0))),
    }


def _interviews(record: WeekRecord, window: Window, question: Question) -> dict[str, Any]:
    """First interviews by week, and what they were like in the time of the surge, by population."""
    told: dict[str, Any] = {}
    for population in (*POPULATIONS, ALL):
        due = record.people("first_interviews_due", population) - record.people("first_interviews_due_left", population)
        in_time = record.people("first_interviews_due_held", population)
        shares = record.in_time(population, window)
        told[population] = {
            "due": due.mean(axis=0).tolist(),
            "in_time": in_time.mean(axis=0).tolist(),
            "late": (due - in_time).mean(axis=0).tolist(),
            "held": record.people("first_interviews_held", population).mean(axis=0).tolist(),
            "waiting": record.people("first_interviews_waiting", population).mean(axis=0).tolist(),
            "due_in_window": level(window.sum(due)),
            "share": level(shares),
            "reached": reached(shares, question.confidence),
            "wait_days": level(record.days("wait", population, window)),
            "late_days": level(record.days("late", population, window)),
        }
    return told


def _backlogs(records: Mapping[str, WeekRecord], window: Window) -> dict[str, Any]:
    """People who wait too long for a first interview: by week, the most, and when the backlog clears."""
    waiting = {arm: record.people("first_interviews_waiting_late", ALL) for arm, record in records.items()}
    weeks = records[BASELINE].weeks
    high = np.quantile(waiting[BASELINE], BAND[1], axis=0)
    told: dict[str, Any] = {}
    for arm, values in waiting.items():
        inside = values[:, window.first : window.last + 1]
        entry: dict[str, Any] = {"weekly": weekly(values), "peak": level(inside.max(axis=1))}
        entry["peak"]["week"] = str(weeks[window.first + int(inside.mean(axis=0).argmax())])
        if arm != BASELINE:
            at = cleared(values.mean(axis=0), high, window)
            each = [cleared(row, high, window) for row in values]
            entry["clears"] = None if at is None else str(weeks[at])
            entry["is_above"] = bool((values.mean(axis=0) > high)[window.first : window.last + 1].any())
            entry["weeks"] = level(np.array([np.nan if e is None else e - window.first for e in each], np.float64))
            entry["never"] = sum(e is None for e in each)
        told[arm] = entry
    return told


def _staff(record: WeekRecord) -> dict[str, Any]:
    """Staff in post and how much of its time was used, by line and week."""
    told = {}
    for line in LINES:
        entry: dict[str, Any] = {"fte": record.of("staff_fte", "line", line).mean(axis=0).tolist()}
        if line in LINES[:N_PERSON_LINES]:
            offered = record.of("minutes_offered", "line", line).mean(axis=0)
            used = record.of("minutes_used", "line", line).mean(axis=0)
            entry["used"] = [u / o if o > 0.0 else None for u, o in zip(used.tolist(), offered.tolist(), strict=True)]
        told[line] = entry
    return told


def _sources(records: Mapping[str, WeekRecord]) -> dict[str, Any]:
    """Where the staff of the line of first interviews comes from, FTE by arm, source and week.

    Posts are those of the baseline; ``recruited`` is what stands in post beyond them and came from no other line (below
    0: posts that are not filled yet, or given up).
    """
    line = PARAMETER.rpartition(".")[2]
    told: dict[str, Any] = {}
    usual: NDArray[np.float64] | None = None
    for arm, record in {BASELINE: records[BASELINE], **records}.items():
        beside = {source: record.of(f"staff_{source}_fte", "line", line).mean(axis=0) for source in BESIDE}
        in_post = record.of("staff_fte", "line", line).mean(axis=0) - sum(beside[source] for source in BESIDE[1:])
        if usual is None:
            usual = in_post - beside[REDEPLOYED]
        recruited = in_post - beside[REDEPLOYED] - usual
        told[arm] = {"posts": usual.tolist(), "recruited": recruited.tolist()} | {
            source: values.tolist() for source, values in beside.items()
        }
    return told


def _calls(plan: Plan, runs: Mapping[tuple[str, int], StoredRun], replications: Sequence[int]) -> dict[str, Any]:
    """Staff that a level calls when something slips, by arm: on what, in how many replications, its usual first day."""
    told: dict[str, Any] = {}
    for arm, calls in plan.markets[0].calls.items():
        made = [run for r in replications for run in runs[arm, r].built.get("calls", [])]
        for call in calls:
            begun = sorted(m["begins"] for m in made if (m["call"], m["parameter"]) == (call.name, call.parameter))
            told.setdefault(arm, []).append({
                "parameter": call.parameter, "fte": call.fte, "when": call.when, "above": call.above,
                "lag_days": call.lag_days, "watched_from": str(call.first),
                "end": None if call.last is None else str(call.last), "replications": len(begun),
                "begins": begun[len(begun) // 2] if begun else None,
            })  # fmt: skip
    return told


def _interpreted(
    runs: Mapping[tuple[str, int], StoredRun], replications: Sequence[int], cohorts: Sequence[str]
) -> dict[str, float]:
    """Who of the event's people manages neither in Finnish nor in Swedish when marked: persons, of how many."""
    built = [runs[BASELINE, r].built for r in replications]
    of, people = (
        float(np.mean([sum(b[key].get(name, 0.0) for name in cohorts) for b in built]))
        for key in ("cohort_interpreted", "cohort")
    )
    return {"people": of, "of": people}


def _leave_days(runs: Mapping[tuple[str, int], ArmRun], replications: Sequence[int]) -> dict[str, float | None]:
    """Working days of leave to look for work that people under notice take, without preparation."""
    return level(np.array([_sum(runs["none", r], "job_search_leave_days") for r in replications]))


def _surge(question: Question, surge: Surge, plan: Plan) -> dict[str, Any]:
    lead = round(_value(plan, "staff.hiring_lead_months"))
    found = [_found(population, found, lead) for (population, _), found in surge.found.items()]
    curve = [
        {"fte": trial.fte, "start": str(trial.start),
         **{name: {**level(shares.interviews[name]), "reached": reached(shares.interviews[name], question.confidence)}
            for name in POPULATIONS}}
        for trial, shares in sorted(surge.tried.items(), key=lambda item: (item[0].start, item[0].fte))
    ]  # fmt: skip
    return {
        "line": PARAMETER.rpartition(".")[2], "grid": list(question.grid), "starts": [str(s) for s in surge.starts],
        "lead_months": lead, "found": found, "curve": curve, "runs": surge.runs, "simulated": surge.simulated,
    }  # fmt: skip


def _found(population: str, found: Found, lead: int) -> dict[str, Any]:
    return {
        "population": population, "share": found.share, "fte": found.fte, "best": found.best,
        "enough_fte": found.enough_fte, "at_work": None if found.latest is None else str(found.latest),
        "open_posts_by": None if found.latest is None else str(open_posts_by(found.latest, lead)),
    }  # fmt: skip


def open_posts_by(at_work: date, lead_months: int) -> date:
    """Day by which posts have to be opened for recruits to begin on a day; they come on the first of a month."""
    year, month = divmod(at_work.year * 12 + at_work.month - 1 - lead_months, 12)
    return date(year, month + 1, 1)


def chosen_trial(question: Question, surge: Surge) -> Trial | None:
    """The surge that is shown: the least that keeps the promise for both, or the one after which more does not help."""
    told = [surge.found[population, question.share] for population in POPULATIONS]
    fte = max(f.enough_fte if f.fte is None else f.fte for f in told)
    return Trial(fte, surge.starts[0]) if fte else None


def _talks(records: Mapping[str, WeekRecord], window: Window, surge: Surge) -> dict[str, Any]:
    """Share of other talks in time by line: in the arms, and under the largest surge from the earliest start."""
    told = {arm: {line: level(record.talks_in_time(line, window)) for line in LINES[:N_PERSON_LINES]}
            for arm, record in records.items()}  # fmt: skip
    largest = max((trial for trial in surge.tried if trial.start == surge.starts[0]), key=lambda t: t.fte, default=None)
    if largest is not None:
        told["surge"] = {line: level(values) for line, values in surge.tried[largest].talks.items()}
        told["surge"]["fte"] = largest.fte  # type: ignore[assignment]
    return told


def _people(
    runs: Mapping[tuple[str, int], ArmRun], arm: str, replications: Sequence[int], cohorts: Sequence[str]
) -> dict[str, Any]:
    """Where the cohort is at month-ends."""
    told: dict[str, Any] = {}
    for state in STATES:
        values = np.array([sum(runs[arm, r].monthly(state, "cohort", c) for c in cohorts) for r in replications])
        told[state] = weekly(values)
    return told


def _euros(runs: Mapping[tuple[str, int], ArmRun], arms: Sequence[str], replications: Sequence[int]) -> dict[str, Any]:
    """Costs of services and benefits by payer over the whole run against the baseline, paired by replication."""
    told: dict[str, Any] = {}
    for arm in arms:
        if arm == BASELINE:
            continue
        entry: dict[str, Any] = {}
        whole = np.zeros(len(replications))
        for kind in EUROS:
            entry[kind] = {}
            for payer in PAYERS:
                values = [_sum(runs[arm, r], kind, payer) - _sum(runs[BASELINE, r], kind, payer) for r in replications]
                whole += values
                if any(values):
                    entry[kind][payer] = Number.of(values).record
        net = [_sum(runs[arm, r], "cost_municipal_net_eur") - _sum(runs[BASELINE, r], "cost_municipal_net_eur")
               for r in replications]  # fmt: skip
        entry["total"] = Number.of(whole.tolist()).record
        entry["municipal_net"] = Number.of(net).record
        told[arm] = entry
    return told


def _sum(run: ArmRun, indicator: str, payer: str = "") -> float:
    if not run.has(indicator, "payer" if payer else "", payer):
        return 0.0
    return float(run.monthly(indicator, "payer" if payer else "", payer).sum())


def _policies(plan: Plan) -> dict[str, Any]:
    """What each level of readiness changes, with dates and units."""
    told = {}
    for arm, parts in plan.configuration.arms.items():
        changes = [change for name in parts.policies for change in plan.configuration.policies[name].get("changes", [])]
        told[arm] = [
            {
                **{key: str(value) if key in ("start", "end") else value for key, value in change.items()},
                "unit": plan.configuration.parameters.locate(str(change["parameter"]))[0].unit,
            }
            for change in changes
        ]
    return told


def _courses(plan: Plan) -> dict[str, Any]:
    """Courses that each level of readiness orders: measure, seats, first day."""
    return {
        arm: [{"measure": c.measure, "seats": c.seats, "start": str(c.start)} for c in courses]
        for arm, courses in plan.markets[0].courses.items()
    }


def _reserves(plan: Plan) -> dict[str, Any]:
    """What the reserve of a level costs in a year in which nothing happens, by arm: FTE and euros."""
    told = {}
    for arm, changes in plan.markets[0].changes.items():
        fte = max((change.amount for change in changes if change.parameter == "staff.reserve_fte"), default=0.0)
        if fte > 0.0:
            told[arm] = {"fte": fte, "eur_year": fte * _value(plan, "costs.fte_year_eur")}
    return told


def _prevention(plan: Plan, jobs: int, euros: Mapping[str, Any]) -> dict[str, float] | None:
    """What joint retraining before the notice would cost, and the chance of saving the jobs at which it breaks even.

    Services and benefits of the event without preparation, all payers, against the price for the whole staff; None if
    the event costs nothing.
    """
    cost = jobs * _value(plan, "measures.price_month_eur.joint_training") * _value(
        plan, "measures.mean_months.joint_training"
    )  # fmt: skip
    saved = euros["none"]["total"]["mean"]
    return {"eur": cost, "share": cost / saved} if saved > 0.0 else None
