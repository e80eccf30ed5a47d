"""Openings as files say them: what is read, and what is refused with what to do."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from agents.region import Region
from experiments.composing.composition import resolve
from experiments.composing.configuration import PROJECT
from experiments.composing.horizon import Horizon
from experiments.running.plan import make_plan, run_key
from experiments.shock import read_shock
from sim.errors import InputError

KOLMIKKO = Region.load(PROJECT / "data" / "regions" / "kolmikko")
HORIZON = Horizon(date(2025, 1, 1), 2)
GIVEN: dict[str, Any] = {
    "kind": "opening", "site": "mill", "municipality": KOLMIKKO.municipalities[1].name, "section": "C", "jobs": 40,
    "announced": "2025-03-01", "start": "2025-12-01",
}  # fmt: skip
GROWS = {"kind": "opening", "employer": "plant_kolmikko", "jobs": 10, "announced": "2025-03-01", "start": "2025-06-01"}


def read(**changes: Any) -> Any:
    """Read the opening with other values; None leaves a key out."""
    given = {key: value for key, value in (GIVEN | changes).items() if value is not None}
    return read_shock("new", given, HORIZON, KOLMIKKO)


def test_what_a_file_leaves_open_is_usual() -> None:
    plan = read()
    assert (plan.site, plan.grows, plan.municipality, plan.section, plan.jobs) == ("mill", False, 1, 2, 40)
    assert [str(day) for day, _ in plan.recruitment] == ["2025-08-03", "2025-09-02", "2025-10-02", "2025-11-01"]
    assert sum(share for _, share in plan.recruitment) == pytest.approx(1.0)
    assert (plan.occupations, plan.like, plan.building, plan.training, plan.from_outside) == ((), "", None, None, 0.0)
    assert plan.employer == ""
    soon = read(start="2025-03-20")
    assert [str(day) for day, _ in soon.recruitment] == ["2025-03-01"]


def test_everything_that_may_be_said() -> None:
    plan = read(
        occupations={"72": 0.75, "83": 0.25}, building={"jobs": 9, "from": "2025-04-01", "to": "2025-11-01"},
        training={"seats": 6, "months": 3}, recruitment=[{"date": {"months_after_start": 7, "day": 1}, "share": 1.0}],
        from_outside=0.2,
    )  # fmt: skip
    codes = [KOLMIKKO.occupations[trade].isco2 for trade, _ in plan.occupations]
    assert dict(zip(codes, (share for _, share in plan.occupations), strict=True)) == {"72": 0.75, "83": 0.25}
    assert (plan.building.jobs, plan.building.end) == (9, date(2025, 11, 1))
    assert (plan.training.seats, plan.training.measure, plan.training.months) == (6, "joint_training", 3.0)
    assert plan.recruitment == ((date(2025, 8, 1), 1.0),)
    told = plan.told()
    assert told["kind"] == "opening"
    assert told["building"] == {"jobs": 9, "from": "2025-04-01", "to": "2025-11-01"}


def test_a_listed_employer_that_grows() -> None:
    plan = read_shock("new", GROWS, HORIZON, KOLMIKKO)
    assert (plan.site, plan.grows, plan.municipality, plan.section) == ("plant_kolmikko", True, 0, 2)
    assert plan.employer == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"jobs": 0}, ["shocks.new.jobs", "from 1, got 0"]),
        ({"jobs": 2.5}, ["shocks.new.jobs", "2.5"]),
        ({"site": None}, ["shocks.new: site missing", "employer"]),
        ({"section": "C1"}, ["shocks.new.section", "'C1'", "TOL 2008"]),
        ({"section": "c"}, ["shocks.new.section", "did you mean 'C'"]),
        ({"municipality": "Keskilla"}, ["shocks.new.municipality", "Keskilä"]),
        ({"employer": "plant_kolmikko"}, ["shocks.new: employer", "site, municipality, section"]),
        ({"start": "2025-02-01"}, ["start on 2025-02-01 is before announced on 2025-03-01"]),
        ({"start": "2028-01-01"}, ["shocks.new.start", "outside the horizon"]),
        ({"announced": "2024-01-01"}, ["shocks.new.announced", "outside the horizon"]),
        ({"occupations": {"72": 0.5, "83": 0.4}}, ["shocks.new.occupations", "sum to 0.9"]),
        ({"occupations": {"728": 1.0}}, ["shocks.new.occupations", "'728'"]),
        ({"occupations": {"welders": 1.0}}, ["shocks.new.occupations", "no occupation 'welders'"]),
        ({"occupations": {"72": 1.5}}, ["shocks.new.occupations.72", "1.5"]),
        ({"occupations": {"72": 1.0}, "like": "plant_kolmikko"}, ["occupations and like"]),
        ({"like": "plant_kolmiko"}, ["shocks.new.like", "did you mean 'plant_kolmikko'"]),
        ({"recruitment": [{"date": "2025-05-01", "share": 0.5}]}, ["shocks.new.recruitment", "sum to 0.5"]),
        ({"recruitment": [{"date": "2025-02-01", "share": 1.0}]}, ["recruitment[0].date", "before the announcement"]),
        ({"recruitment": [{"date": "2025-06-01", "share": 0.5}, {"date": "2025-05-01", "share": 0.5}]},
         ["recruitment[1].date", "not after 2025-06-01"]),
        ({"recruitment": []}, ["shocks.new.recruitment", "list of {date, share}"]),
        ({"recruitment": [{"date": "2025-06-01", "share": 0.5, "jobs": 3}]}, ["recruitment[0]", "'jobs'"]),
        ({"building": {"jobs": 5, "from": "2025-05-01", "to": "2025-05-01"}}, ["building.to", "not after 2025-05-01"]),
        ({"building": {"jobs": 5, "from": "2025-02-01", "to": "2025-05-01"}}, ["building.from", "before the announ"]),
        ({"building": {"jobs": 0, "from": "2025-05-01", "to": "2025-06-01"}}, ["building.jobs", "got 0"]),
        ({"building": 5}, ["shocks.new.building", "{jobs, from, to}"]),
        ({"training": {"seats": 5, "measure": "joint_traning"}}, ["training.measure", "'joint_training'"]),
        ({"training": {"seats": 5, "measure": "coaching"}}, ["training.measure", "leads to no trade"]),
        ({"training": {"seats": 5, "months": 12}}, ["training.months", "before the announcement"]),
        ({"training": {"seats": 0}}, ["training.seats", "got 0"]),
        ({"from_outside": 1.5}, ["from_outside", "1.5"]),
        ({"sektion": "C"}, ["unknown key 'sektion'", "section"]),
        ({"kind": "openning"}, ["shocks.new.kind", "did you mean 'opening'"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(changes: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(InputError) as error:
        read(**changes)
    said = str(error.value)
    assert "\n" not in said
    for word in words:
        assert word in said, said


def test_an_unknown_employer_that_grows() -> None:
    with pytest.raises(InputError, match="did you mean 'plant_kolmikko'"):
        read_shock("new", GROWS | {"employer": "plant_kolmiko"}, HORIZON, KOLMIKKO)


def planned(*words: str) -> Any:
    small = ("region=satakunta", "replications=1", "markets=[]", "horizon_years=2")
    return make_plan(resolve("compare", [*small, *words]))


def test_openings_are_read_with_closures_and_mark_nobody() -> None:
    plan = planned("shock=[opening_harjavalta,closure_harjavalta+opening_nakkila]")
    market = plan.markets[0]
    assert [cohort.name for cohort in market.cohorts] == ["closure_harjavalta"]
    kinds = [[type(event).__name__ for event in events] for events in market.events.values()]
    assert kinds == [[], ["Opening"], ["Closure", "Opening"]]


def test_two_openings_need_two_sites() -> None:
    twice = "arms={twice: {shocks: [opening_harjavalta, opening_nakkila]}}"
    with pytest.raises(InputError, match="both open harjavalta_plant in one arm"):
        planned("shock=[opening_harjavalta+opening_nakkila]", "shocks.opening_nakkila.site=harjavalta_plant")
    assert twice


def test_the_key_of_a_run_knows_the_site_and_not_the_shock() -> None:
    run = planned("shock=opening_harjavalta").runs[1]
    other = planned("shock=opening_harjavalta", "shocks.opening_harjavalta.site=elsewhere").runs[1]
    again = planned("shock=opening_harjavalta").runs[1]
    assert run.key == again.key != other.key
    assert run_key is not None
