"""Goals: read with errors that teach, judged by replication, told with how sure the share is."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from experiments.composing.composition import groups, resolve
from experiments.composing.horizon import Horizon
from experiments.composing.target import Target, read_targets
from experiments.report.terms import LANGUAGES
from experiments.running import schema
from experiments.running.judgement import JUDGED, NOT_REACHED, NOT_RECORDED, wilson
from experiments.running.plan import make_plan
from experiments.running.summary import summarise
from sim.errors import InputError
from sim.indicators import INDICATORS

HORIZON = Horizon(date(2025, 1, 1), 1)
GOAL = {
    "indicator": "unemployed", "at_months": 12, "direction": "at_most", "value": 405, "unit": "persons",
    "source": "made up", "source_kind": "assumption",
}  # fmt: skip


def goal(**changed: Any) -> Target:
    body = {**GOAL, **changed}
    return Target.read("goal", {key: value for key, value in body.items() if value is not None})


def summary_of(
    targets: list[Target], replications: int = 4, indicator: str = "unemployed", kind: str = "", group: str = ""
) -> dict[str, Any]:
    """Two arms: 400, 401, … by replication in every month; the other arm falls by one a month."""
    ends = (np.datetime64("2025-01", "M") + np.arange(1, 13)).astype("datetime64[D]") - 1
    tables = {}
    for arm, slope in (("baseline", 0.0), ("policy", -1.0)):
        for r in range(replications):
            values = 400.0 + r + slope * np.arange(12)
            columns = {
                "date": ends, "indicator": [indicator] * 12, "group_kind": [kind] * 12, "group": [group] * 12,
                "value": values, "unit": [INDICATORS[indicator].unit] * 12,
            }  # fmt: skip
            tables[arm, r] = schema.table(columns, schema.RUN)
    return summarise(tables, ["baseline", "policy"], HORIZON, targets)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"indicator": "unemployd"}, "targets.goal.indicator: no indicator 'unemployd'; did you mean 'unemployed'"),
        ({"indicator": None}, "'indicator' is missing"),
        ({"valeu": 3}, "unknown key 'valeu'; did you mean 'value'"),
        ({"value": None}, "expected value or relative_to_start, got neither"),
        ({"relative_to_start": -10}, "got value and relative_to_start"),
        ({"value": "many"}, "targets.goal.value: expected a number, got 'many'"),
        ({"value": float("nan")}, "expected a number"),
        ({"direction": "at_mots"}, "expected at_most or at_least, got 'at_mots'; did you mean 'at_most'"),
        ({"at_months": 0}, "1 to 180, or all; got 0"),
        ({"at_months": "al"}, "or all; got 'al'"),
        ({"unit": "share"}, "expected 'persons', the unit of unemployed; got 'share'"),
        ({"source_kind": "guess"}, "targets.goal.source_kind"),
        ({"source": " "}, "targets.goal.source: expected text"),
        ({"title": {"fin": "x"}}, "got 'fin'; did you mean 'fi'"),
        ({"group": 79}, "expected a municipality or a line, got 79"),
        (
            {"indicator": "hires", "value": None, "relative_to_start": 5, "unit": "%"},
            "hires is summed from the start",
        ),
        ({"indicator": "utilisation", "value": 90, "unit": "share"}, "a share from 0 to 1, got 90"),
    ],
)
def test_a_wrong_goal_is_told_in_one_line(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError) as caught:
        goal(**changed)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_goals_are_a_mapping() -> None:
    with pytest.raises(InputError, match="targets: expected goals by name"):
        read_targets([GOAL])


def test_a_group_is_a_line_or_a_municipality_by_code_or_name() -> None:
    words = ["region=kolmikko", "policy=nothing", "replications=1", "markets=[]"]

    def placed(group: str) -> Target:
        plan = make_plan(resolve("compare", [*words, f"targets.time_for_clients.group={group}"]))
        return next(target for target in plan.targets if target.name == "time_for_clients")

    assert (placed("Rantala").group_kind, placed("Rantala").group) == ("municipality", "KU902")
    assert placed("ku902").group == "KU902"
    assert placed("multi_sector").group_kind == "line"
    with pytest.raises(InputError, match=r"targets.time_for_clients.group: .*brokrage.*did you mean 'brokerage'"):
        placed("brokrage")


def test_a_goal_is_judged_by_replication_and_the_threshold_meets_it() -> None:
    (told,) = summary_of([goal(value=401)])["targets"]
    assert told["status"] == JUDGED
    assert (told["at"], told["value"], told["group_kind"]) == ("12", 401.0, "")
    base, policy = told["arms"]["baseline"], told["arms"]["policy"]
    assert (base["probability"], base["n"], base["mean"]) == (0.5, 4, 401.5)
    assert (policy["probability"], policy["mean"]) == (1.0, 390.5)
    assert policy["low"] < 0.75
    assert policy["high"] == 1.0


def test_a_change_is_against_the_first_month_end_of_the_same_run() -> None:
    relative = goal(value=None, relative_to_start=-2.5, unit="%")
    (told,) = summary_of([relative])["targets"]
    assert told["relative_to_start"] == -2.5
    assert told["arms"]["baseline"]["mean"] == 0.0
    assert told["arms"]["baseline"]["probability"] == 0.0
    assert told["arms"]["policy"]["mean"] == pytest.approx(np.mean([-1100 / (400 + r) for r in range(4)]))
    assert told["arms"]["policy"]["probability"] == 1.0


def test_all_is_the_mean_of_stocks_and_the_sum_of_flows() -> None:
    (stock,) = summary_of([goal(at_months="all")])["targets"]
    assert stock["arms"]["policy"]["mean"] == pytest.approx(401.5 - 5.5)
    (flow,) = summary_of([goal(indicator="hires", at_months="all")], indicator="hires")["targets"]
    assert flow["arms"]["baseline"]["mean"] == pytest.approx(12 * 401.5)


def test_beyond_the_horizon_is_not_reached_and_what_is_not_counted_is_said() -> None:
    late, other = goal(at_months=36), goal(group="multi_sector")
    told = summary_of([late, other])["targets"]
    assert [entry["status"] for entry in told] == [NOT_REACHED, NOT_RECORDED]
    assert all(entry["arms"] == {} for entry in told)
    (by_line,) = summary_of([other], kind="line", group="multi_sector")["targets"]
    assert by_line["status"] == JUDGED


def test_wilson_interval() -> None:
    # 8 of 10 with z = 1.281552: (.882119 ± .181719) / 1.164238.
    assert wilson(8, 10) == pytest.approx((0.60160, 0.91376), abs=1e-5)
    assert wilson(4, 4) == pytest.approx((4 / (4 + 1.281552**2), 1.0), abs=1e-5)
    assert wilson(0, 4)[0] == 0.0


@pytest.mark.parametrize("name", groups()["targets"])
def test_goals_that_ship_are_read_and_named_in_every_language(name: str) -> None:
    targets = resolve("run", [f"targets={name}"]).targets
    assert 5 <= len(targets) <= 7
    for target in targets:
        assert set(target.title) == set(LANGUAGES)
        assert target.source_kind == "assumption"
        assert "to be set by the area" in target.source
