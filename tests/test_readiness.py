"""Levels of readiness: dates that count from the event, levels that build on others, wrong files."""

from __future__ import annotations

import dataclasses
import shutil
from datetime import date
from pathlib import Path

import pytest

from agents.event import Closure
from agents.staff_call import check_calls
from experiments.composing import composition
from experiments.composing.composition import resolve
from experiments.composing.horizon import Horizon
from experiments.composing.policy import read_calls, read_courses, read_policy
from experiments.composing.readiness import levels, policy_of
from sim.errors import InputError
from sim.timetable import compose

HORIZON = Horizon(date(2025, 1, 1), 2)
PARAMETERS = resolve("run", ["region=kolmikko"]).parameters
EVENT = Closure(
    "closing", "plant_harjavalta", 450, date(2025, 2, 3), date(2025, 3, 17),
    ((date(2025, 4, 30), 0.5), (date(2025, 9, 30), 0.5)),
)  # fmt: skip


def test_the_levels_that_ship_are_policies_for_an_event() -> None:
    from agents.region import Region

    configuration = resolve("compare", ["shock=closure_harjavalta"])
    region = Region.load(configuration.region)
    assert levels() == ("none", "plan", "plan_and_reserve")
    numbers = {}
    called = {}
    for level in levels():
        policy = policy_of(level, EVENT, HORIZON, configuration.parameters)
        changes = read_policy(level, policy, HORIZON)
        courses = read_courses(level, policy, HORIZON, region, configuration.parameters)
        numbers[level] = (len(changes), sum(course.seats for course in courses))
        called[level] = read_calls(level, policy, HORIZON, configuration.parameters)
    assert numbers["none"][0] == 0
    assert [call.parameter for call in called["none"]] == ["staff.lent_by_neighbours_fte.brokerage"]
    assert called["none"][0].first == EVENT.announced
    assert called["plan"] == [dataclasses.replace(call, name="plan") for call in called["plan_and_reserve"]]
    assert min(c.above for c in called["plan"]) < called["none"][0].above
    assert max(c.lag_days for c in called["plan"]) < called["none"][0].lag_days
    assert numbers["plan"][1] == 27.0  # six seats for each hundred of 450 jobs
    assert numbers["plan_and_reserve"] == (numbers["plan"][0] + 2, 27.0)


def test_dates_count_from_the_event() -> None:
    policy = policy_of("plan", EVENT, HORIZON, PARAMETERS)
    changes = {f"{c.parameter} {c.amount:+g}": c for c in read_policy("p", policy, HORIZON)}
    on_site = changes["services.on_site_fte +1.5"]
    assert (on_site.start, on_site.end) == (date(2025, 3, 17), date(2025, 10, 7))
    assert changes["services.staff_fte.brokerage +3"].start == date(2025, 2, 17)  # redeployed, as two lines shrink
    assert changes["services.staff_fte.brokerage +1"].start == date(2025, 2, 24)  # recruited, as none does


def test_a_course_starts_by_the_lead_time_of_its_measure() -> None:
    """Modular training takes 3 months from the order; half of them from 17 March is 46 days later."""
    (course,) = policy_of("plan", EVENT, HORIZON, PARAMETERS)["courses"]
    assert course["start"] == "2025-05-02"
    longer = resolve("run", ["region=kolmikko", "parameters.measures.lead_months.modular_training=6"]).parameters
    (course,) = policy_of("plan", EVENT, HORIZON, longer)["courses"]
    assert course["start"] == "2025-06-16"


def test_what_begins_after_the_horizon_is_left_out_and_ends_are_cut() -> None:
    short = Horizon(date(2025, 1, 1), 1)
    changes = read_policy("p", policy_of("plan", EVENT, short, PARAMETERS), short)
    assert next(c for c in changes if c.parameter == "services.staff_fte.competence").end == date(2025, 12, 29)
    assert next(c for c in changes if c.parameter == "services.escorted_share").end is None
    late = dataclasses.replace(EVENT, announced=date(2025, 12, 20), notice=date(2026, 2, 2))
    begun = [c.parameter for c in read_policy("p", policy_of("plan_and_reserve", late, short, PARAMETERS), short)]
    assert begun == ["staff.reserve_fte", "staff.called_up_fte.brokerage"]  # the reserve's week; the plan needs two


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("like: missing\n", "readiness=missing: no such file in conf/readiness"),
        ("like: wrong\n", "like: leads back to itself"),
        ("change: []\n", "unknown key 'change'; did you mean 'changes'?"),
        ("changes: [{parameter: x, set: 1, start: {after: notce, days: 1}, source: s}]\n", "did you mean 'notice'?"),
        ("changes: [{parameter: x, set: 1, start: {after: notice, days: a}, source: s}]\n", "expected a whole number"),
        ("changes: [{parameter: x, set: 1, start: {when: y}, source: s}]\n", "a change with start.when has no 'set'"),
        ("changes: [{parameter: x, add: 1, start: {when: y, over: 2}, source: s}]\n", "unknown key 'over'"),
        ("courses: [{measure: modular_trainig, seats: 1, start: {after: notice, lead_times: 1}, source: s}]\n",
         "no measure 'modular_trainig'; did you mean 'modular_training'?"),
        ("courses: [{measure: coaching, seats: 1, start: {after: notice, lead_times: 3}, source: s}]\n",
         "start.lead_times: expected 0 to 2 lead times, got 3"),
        ("courses: [{measure: coaching, seats: 1, start: {after: notice, days: 9, lead_times: 1}, source: s}]\n",
         "days and lead_times; give one of them"),
    ],
)
def test_wrong_levels_are_told(text: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "conf"
    shutil.copytree(composition.CONF, copy)
    (copy / "readiness" / "wrong.yaml").write_text(f"# @package readiness\n{text}", encoding="utf-8")
    monkeypatch.setattr(composition, "CONF", copy)
    with pytest.raises(InputError, match=r"wrong\.yaml|readiness=") as error:
        policy_of("wrong", EVENT, HORIZON, PARAMETERS)
    assert expected in str(error.value)
    assert "\n" not in str(error.value)


def checked(policy: dict) -> None:
    """Read the calls of a policy and check them against the ranges of staff."""
    calls = read_calls("p", policy, HORIZON, PARAMETERS)
    check_calls(calls, compose(PARAMETERS, (), HORIZON.start, HORIZON.days))


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"parameter": "services.escorted_share"}, "services.escorted_share can not be called; staff is"),
        ({"parameter": "staff.called_up_fte"}, "staff.called_up_fte of which line?"),
        ({"parameter": "staff.called_up_fte.brokrage"}, "did you mean 'brokerage'?"),
        ({"add": 0}, "add: expected FTE above 0, got 0"),
        ({"when": "waiting_week"}, "nothing watched is 'waiting_week'; did you mean 'waiting_weeks'?"),
        ({"above": 1.2}, "above: expected a threshold from 0 and below 1, got 1.2"),
        ({"lag_days": 1.5}, "lag_days: expected a whole number of days from 0, got 1.5"),
        ({"end": "2025-01-15"}, "ends on 2025-01-15, before it is watched from 2025-02-03"),
        ({"add": 61}, "staff.called_up_fte.brokerage may become 61, outside its range to 60"),
    ],
)
def test_wrong_calls_are_told(changed: dict, expected: str) -> None:
    call = {"parameter": "staff.called_up_fte.brokerage", "add": 1, "when": "first_interviews_late_share", "above": 0.2,
            "lag_days": 7, "start": "2025-02-03", "source": "s"}  # fmt: skip
    with pytest.raises(InputError) as error:
        checked({"calls": [call | changed]})
    assert expected in str(error.value)
    assert "\n" not in str(error.value)
