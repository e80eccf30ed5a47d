"""The question: values, arms, dates and runs; wrong ones get one line with a near miss."""

from __future__ import annotations

from datetime import date

import pytest

from experiments.composing.arm import Arm, cross, read_arms, read_choice
from experiments.composing.composition import resolve
from experiments.composing.configuration import Configuration
from experiments.composing.horizon import Horizon
from experiments.running.plan import make_plan
from sim.errors import InputError

CLOSURE = "shock=closure_harjavalta"
FURLOUGH, WAVE = "shock=furlough_wave_harjavalta", "shocks.furlough_wave_harjavalta"
SHOCK = "shocks.closure_harjavalta"
KOLMIKKO = ("region=kolmikko", "shock=closure_kolmikko")


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        (["seed="], ["seed"]),
        (["seed=-1"], ["seed", "whole number from 0"]),
        (["seed=true"], ["seed", "True"]),
        (["replications=0"], ["replications", "1"]),
        (["replications=2.5"], ["replications", "2.5"]),
        (["scale=abc"], ["scale", "0.01 to 100", "abc"]),
        (["scale=10%"], ["scale", "10%"]),
        (["scale=0.001"], ["scale"]),
        (["scale=nan"], ["scale"]),
        (["horizon_years=0"], ["horizon_years", "1 to 15"]),
        (["horizon_years=16"], ["horizon_years", "1 to 15"]),
        (["horizon_years=5y"], ["horizon_years", "5y"]),
        (["record=ful"], ["record", "did you mean 'full'"]),
        (["language=suomi"], ["language", "fi or sv or en"]),
        (["start_date=2027-02-29"], ["start_date", "2027-02-29"]),
        (["start_date=tomorrow"], ["start_date", "YYYY-MM-DD"]),
        (["start_file=nowhere.csv"], ["start_file", "nowhere.csv"]),
        (["engine.processes=0"], ["engine.processes"]),
    ],
)
def test_wrong_value_is_told_in_one_line(overrides: list[str], told: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        resolve("run", overrides)
    text = str(caught.value)
    assert "\n" not in text
    for part in told:
        assert part in text


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        ([CLOSURE, f"{SHOCK}.jobs=451"], ["shocks.closure_harjavalta.jobs", "has 450"]),
        ([CLOSURE, f"{SHOCK}.jobs=-1"], ["jobs", "-1"]),
        ([CLOSURE, f"{SHOCK}.jobs=many"], ["jobs", "many"]),
        ([CLOSURE, f"{SHOCK}.employer=plant_harjavata"], ["did you mean 'plant_harjavalta'"]),
        ([CLOSURE, f"{SHOCK}.kind=closur"], ["did you mean 'closure'"]),
        ([CLOSURE, f"{SHOCK}.announced=2031-01-01"], ["announced", "outside the horizon"]),
        ([CLOSURE, f"{SHOCK}.announced=2025-03-20", f"{SHOCK}.notice=2025-03-17"], ["notice", "before announced"]),
        ([CLOSURE, SHOCK + ".exits=[{date: 2025-03-30, share: 1}]"], ["before notice can end", "2025-03-31"]),
        ([CLOSURE, f"{SHOCK}.rumour=2025-03-01"], ["announced", "before rumour"]),
        ([CLOSURE, f"{SHOCK}.closing=2025-03-01"], ["closing", "before notice"]),
        ([CLOSURE, f"{SHOCK}.closing=2025-05-31", SHOCK + ".exits=[{date: 2025-04-30, share: 1}]"], ["closing"]),
        ([CLOSURE, f"{SHOCK}.inside_firm_share=1.5"], ["inside_firm_share", "1.5"]),
        ([CLOSURE, f"{SHOCK}.probability=-0.1"], ["probability", "-0.1"]),
        ([CLOSURE, SHOCK + ".restart={date: 2025-06-01, jobs: 100}"], ["restart", "before the last exit"]),
        ([CLOSURE, SHOCK + ".restart={date: 2025-12-01, jobs: 451}"], ["restart.jobs", "1 to 450"]),
        ([CLOSURE, f"{SHOCK}.rumor=2025-02-01"], ["did you mean 'rumour'"]),
        (["shock=downsizing_harjavalta", "shocks.downsizing_harjavalta.jobs=450"], ["leaves some"]),
        ([FURLOUGH, f"{WAVE}.share=1.2"], ["share", "1.2"]),
        ([FURLOUGH, f"{WAVE}.recall=2025-03-01"], ["recall", "not after"]),
        ([FURLOUGH, f"{WAVE}.jobs=5"], ["jobs or share", "both"]),
        (["shock=slump_industry", "shocks.slump_industry.sections=[C, 5]"], ["sections", "5"]),
        (["shock=slump_industry", "shocks.slump_industry.depth=1"], ["depth", "below 1"]),
        (["shock=slump_industry", "shocks.slump_industry.months=0"], ["months", "from 1"]),
        (["shock=closure_harjavalta+furlough_wave_harjavalta"], ["both", "plant_harjavalta"]),
        ([CLOSURE, "cohorts.c={employer: plant_harjavalta, jobs: 0, marked: 2025-02-01}"], ["empty cohort"]),
        ([CLOSURE, "scale=0.01", f"{SHOCK}.jobs=10"], ["empty cohort", "scale=0.01"]),
        ([CLOSURE, f"{SHOCK}.notice=2025-02-30"], ["notice", "2025-02-30"]),
        (
            [CLOSURE, "shocks.closure_harjavalta.notice={months_after_strat: 1}"],
            ["did you mean 'months_after_start'"],
        ),
        ([CLOSURE, SHOCK + ".exits=[{date: 2025-06-01, share: 0.9}]"], ["sum to 0.9"]),
        (
            [CLOSURE, SHOCK + ".exits=[{date: 2025-06-01, share: 0.5}, {date: 2025-05-01, share: 0.5}]"],
            ["exits[1]", "rising"],
        ),
        ([CLOSURE, "cohorts.c={employer: plant_harjavalta, jobs: 3}"], ["cohorts.c", "marked missing"]),
        ([CLOSURE, "start=buum_2022"], ["did you mean 'boom_2022'"]),
        ([CLOSURE, "market_states.tight=bom"], ["bom"]),
        (["shock=closure_kolmikko"], ["plant_kolmikko", "satakunta"]),
        (["policy=[double_modular_training]", "policies.double_modular_training.changes=3"], ["changes", "list"]),
        (["policy=[nothing]",
          "policies.nothing.changes=[{parameter: measures.voucher_days, set: 999, start: 2026-01-01, source: x}]"],
         ["measures.voucher_days", "range"]),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_region_is_told_in_one_line(overrides: list[str], told: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        make_plan(resolve("compare", overrides))
    text = str(caught.value)
    assert "\n" not in text
    for part in told:
        assert part in text


def test_items_are_arms_and_plus_composes() -> None:
    assert read_choice("[a,b+c]", "policy") == [("a",), ("b", "c")]
    assert read_choice("a", "shock") == read_choice("[a]", "shock") == [("a",)]
    assert read_choice("null", "shock") == read_choice("[]", "shock") == []
    assert list(cross([("a",)], [("b",)])) == ["baseline", "a", "a+b"]
    assert list(cross([], [("b",), ("c", "d")])) == ["baseline", "b", "c+d"]
    assert list(cross([("a",), ("b",)], [])) == ["baseline", "a", "b"]
    assert read_arms({"x": {"shocks": ["a"], "policies": "b"}}) == {
        "baseline": Arm(),
        "x": Arm(("a",), ("b",)),
    }


def test_plain_configuration_is_read_back_equal() -> None:
    configuration = resolve("compare", [CLOSURE, "policy=[nothing]", "name=Å=1, 'x'"])
    again = Configuration.from_plain(configuration.plain)
    assert again == configuration
    assert [run.key for run in make_plan(again).runs] == [run.key for run in make_plan(configuration).runs]


def test_default_start_dates_follow_the_start_state() -> None:
    starts = {}
    for start in ("start_2025_01", "boom_2022", "slack_2016"):
        plan = make_plan(resolve("compare", [CLOSURE, f"start={start}", "replications=1", "markets=[]"]))
        starts[start] = plan.markets[0].horizon.start
    assert starts == {
        "start_2025_01": date(2025, 1, 1),
        "boom_2022": date(2022, 1, 1),
        "slack_2016": date(2016, 1, 1),
    }


def test_default_closure_has_the_dates_of_the_brief_and_moves_with_the_market() -> None:
    plan = make_plan(resolve("compare", [CLOSURE, "replications=1"]))
    dates = {}
    for market in plan.markets:
        (closure,) = market.events["closure_harjavalta"]
        dates[market.name] = [closure.announced, closure.notice, *closure.last_days]
        assert [(cohort.name, cohort.jobs) for cohort in market.cohorts] == [("closure_harjavalta", 450)]
    months = [(2, 3), (3, 17), (3, 31), (4, 17), (5, 17), (7, 17), (9, 17)]  # six weeks; 14 days, 1, 2, 4, 6 months
    assert dates == {
        "main": [date(2025, *day) for day in months],
        "tight": [date(2022, *day) for day in months],
        "slack": [date(2016, 2, 3), *(date(2016, month, day - 1) for month, day in months[1:])],  # a leap year
    }


def test_absolute_dates_move_by_whole_years_under_another_market() -> None:
    plan = make_plan(resolve("compare", [
        CLOSURE, "replications=1", "start_date=2025-02-01", f"{SHOCK}.announced=2025-03-01",
        f"{SHOCK}.notice=2025-04-01",
    ]))  # fmt: skip
    tight = next(market for market in plan.markets if market.name == "tight")
    assert tight.horizon.start == date(2022, 2, 1)
    assert tight.events["closure_harjavalta"][0].announced == date(2022, 3, 1)


def test_cohort_is_the_same_in_all_arms() -> None:
    plan = make_plan(resolve("compare", [*KOLMIKKO, "policy=[nothing]", "replications=1"]))
    assert len({run.specification.cohorts for run in plan.runs if run.market == "main"}) == 1
    assert plan.runs[0].specification.cohorts[0].employer == "plant_kolmikko"


def _keys(*overrides: str) -> set[str]:
    return {run.key for run in make_plan(resolve("compare", [*KOLMIKKO, "replications=2", *overrides])).runs}


@pytest.mark.verify
def test_run_key_depends_on_what_decides_a_result_and_on_nothing_else() -> None:
    keys = _keys()
    assert len(keys) == 2 * 2 * 3
    for same in ("engine.processes=1", "language=en", "name=x", "outputs=/tmp/x"):
        assert _keys(same) == keys
    assert _keys("replications=3") > keys
    assert _keys("markets=[]") < keys
    assert _keys("policy=[six_fte_brokerage]") > keys
    for other in (
        "seed=7", "scale=0.5", "record=full", "horizon_years=4", "start_date=2025-01-02",
        "parameters.measures.voucher_days=96", "shocks.closure_kolmikko.jobs=59",
    ):  # fmt: skip
        assert not _keys(other) & keys, other
    renamed = make_plan(resolve("compare", [
        "region=kolmikko", "replications=2", "arms.other_name.shocks=[closure_kolmikko]",
    ]))  # fmt: skip
    assert {run.key for run in renamed.runs} == keys


def test_horizon_over_a_leap_day() -> None:
    year = Horizon(date(2028, 2, 29), 1)
    assert year.last == date(2029, 2, 28)
    assert year.month_end(12) == date(2029, 2, 28)
    assert Horizon(date(2025, 1, 1), 5).months == (3, 12, 24, 36, 60)
    assert Horizon(date(2025, 1, 1), 2).months == (3, 12, 24)
    assert Horizon(date(2025, 1, 1), 1).month_end(3) == date(2025, 3, 31)
    assert Horizon(date(2025, 3, 15), 1).month_end(12) == date(2026, 2, 28)
    assert Horizon(date(2025, 1, 1), 1).resolve({"months_after_start": 1, "day": 31}, "x") == date(
        2025, 2, 28
    )
