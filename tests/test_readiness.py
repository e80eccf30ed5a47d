"""Levels of readiness: dates that count from the event, levels that build on others, wrong files."""

from __future__ import annotations

import dataclasses
import shutil
from datetime import date
from pathlib import Path

import pytest

from agents.event import Closure
from experiments.composing import composition
from experiments.composing.composition import resolve
from experiments.composing.horizon import Horizon
from experiments.composing.policy import read_courses, read_policy
from experiments.composing.readiness import levels, policy_of
from sim.errors import InputError

HORIZON = Horizon(date(2025, 1, 1), 2)
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
    for level in levels():
        policy = policy_of(level, EVENT, HORIZON)
        changes = read_policy(level, policy, HORIZON)
        courses = read_courses(level, policy, HORIZON, region, configuration.parameters)
        numbers[level] = (len(changes), sum(course.seats for course in courses))
    assert numbers["none"][0] == 1
    assert numbers["plan"][1] == 27.0  # six seats for each hundred of 450 jobs
    assert numbers["plan_and_reserve"] == (numbers["plan"][0] + 2, 27.0)


def test_dates_count_from_the_event() -> None:
    changes = {change.parameter: change for change in read_policy("p", policy_of("plan", EVENT, HORIZON), HORIZON)}
    on_site = changes["services.on_site_fte"]
    assert (on_site.start, on_site.end) == (date(2025, 3, 17), date(2025, 10, 7))
    assert changes["services.staff_fte.brokerage"].start == date(2025, 2, 17)


def test_what_begins_after_the_horizon_is_left_out_and_ends_are_cut() -> None:
    short = Horizon(date(2025, 1, 1), 1)
    changes = read_policy("p", policy_of("plan", EVENT, short), short)
    assert next(c for c in changes if c.parameter == "services.staff_fte.competence").end == date(2025, 12, 29)
    assert next(c for c in changes if c.parameter == "services.escorted_share").end is None
    late = dataclasses.replace(EVENT, announced=date(2025, 12, 20), notice=date(2026, 2, 2))
    begun = [c.parameter for c in read_policy("p", policy_of("plan_and_reserve", late, short), short)]
    assert begun == ["staff.reserve_fte", "staff.called_up_fte.brokerage"]  # the reserve's week; the plan needs two


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("like: missing\n", "readiness=missing: no such file in conf/readiness"),
        ("like: wrong\n", "like: leads back to itself"),
        ("change: []\n", "unknown key 'change'; did you mean 'changes'?"),
        ("changes: [{parameter: x, set: 1, start: {after: notce, days: 1}, source: s}]\n", "did you mean 'notice'?"),
        ("changes: [{parameter: x, set: 1, start: {after: notice, days: a}, source: s}]\n", "expected a whole number"),
    ],
)
def test_wrong_levels_are_told(text: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "conf"
    shutil.copytree(composition.CONF, copy)
    (copy / "readiness" / "wrong.yaml").write_text(f"# @package readiness\n{text}", encoding="utf-8")
    monkeypatch.setattr(composition, "CONF", copy)
    with pytest.raises(InputError, match=r"wrong\.yaml|readiness=") as error:
        policy_of("wrong", EVENT, HORIZON)
    assert expected in str(error.value)
    assert "\n" not in str(error.value)
