"""Staff moved between towns by a policy: what is read, what is refused in one line, what is told of the rest."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from agents.region import Region
from agents.specification import Placing
from experiments.command import main
from experiments.composing.composition import groups, resolve
from experiments.composing.horizon import Horizon
from experiments.composing.placing import read_placing
from experiments.composing.policy import ORDERED
from experiments.running.plan import make_plan
from sim.dimensions import Line
from sim.errors import InputError

HORIZON = Horizon(date(2025, 1, 1), 1)
BASE = ["region=kolmikko", "horizon_years=1", "markets=[]", "engine.processes=1", "replications=1"]
OWN = "policies.two_fte_to_harjavalta.placing"


@pytest.fixture(scope="module")
def region() -> Region:
    return Region.load(resolve("run", ["region=kolmikko"]).region)


def order(**changed: Any) -> dict[str, Any]:
    given = {"fte": {"Keskilä": -2, "KU902": 2}, "start": {"months_after_start": 1, "day": 1}, "source": "a test"}
    return {"placing": [{key: value for key, value in {**given, **changed}.items() if value is not None}]}


def test_an_order_is_read(region: Region) -> None:
    (read,) = read_placing("p", order(line="youth", end="2025-06-30"), HORIZON, region)
    assert read == Placing("p", ((0, -2.0), (1, 2.0)), date(2025, 2, 1), date(2025, 6, 30), Line.YOUTH)
    assert read.holds(date(2025, 2, 1))
    assert read.holds(date(2025, 6, 30))
    assert not read.holds(date(2025, 7, 1))
    assert read_placing("p", order(fte={"KU901": 0, "KU902": 0}), HORIZON, region) == []  # moves nobody


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"fte": {"Keskilä": -2, "Rantla": 2}}, "did you mean"),
        ({"fte": {"Keskilä": -2, "KU901": 2}}, "KU901 comes twice"),
        ({"fte": {"Rantala": 2}}, "an order moves staff and hires nobody, so FTE sum to 0; got 2. Say who"),
        ({"fte": {"Keskilä": "two", "Rantala": 2}}, "fte.Keskilä: expected FTE to add"),
        ({"fte": {"Keskilä": -300, "Rantala": 300}}, "expected -250 to 250 FTE"),
        ({"fte": 2}, "expected {MUNICIPALITY: FTE"),
        ({"line": "yuth"}, "did you mean 'youth'"),
        ({"line": "employer_services"}, "employer_services meets no jobseekers and is not placed over towns"),
        ({"start": "2027-01-01"}, "outside the horizon"),
        ({"end": "2025-01-15"}, "2025-01-15 is before the start, 2025-02-01"),
        ({"source": None}, "source missing"),
        ({"from": "Pori"}, "unknown key 'from'"),
    ],
)
def test_wrong_orders(region: Region, changed: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError) as caught:
        read_placing("p", order(**changed), HORIZON, region)
    assert told in str(caught.value)
    assert str(caught.value).startswith("policies.p.placing[0]")


@pytest.mark.parametrize(
    ("fte", "told"),
    [
        ("{KU901: -1, KU903: 1}", "Metsälä has neither an office nor a service point on 2025-01-01"),
        ("{KU901: -90, KU902: 90}", "moves 90 FTE, but brokerage has no more than 32.12 in the whole area"),
    ],
)
def test_what_no_run_can_carry_out(fte: str, told: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    own = f"{OWN}=[{{fte: {fte}, line: brokerage, start: {{months_after_start: 0, day: 1}}, source: a test}}]"
    assert main(["compare", *BASE, "policy=two_fte_to_harjavalta", own, f"outputs={tmp_path}"]) == 2
    line = capsys.readouterr().err
    assert told in line
    assert line.count("\n") == 1


def test_policies_that_ship_can_be_carried_out() -> None:
    """Every policy with an order is planned for the region whose towns it names, and has a run key of its own."""
    moving = [name for name in groups()["policy"] if "fte_to_" in name]
    assert moving
    plan = make_plan(resolve("compare", [f"policy=[{','.join(moving)}]", "markets=[]", "replications=1"]))
    assert len({run.key for run in plan.runs}) == len(moving) + 1
    for run in plan.runs:
        assert bool(run.specification.placing) == (run.arm != "baseline")
        assert run.specification.changes == plan.runs[0].specification.changes
    assert "placing" in ORDERED


def test_staff_that_could_not_be_moved_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The service point of kolmikko has some ten FTE; thirty are to leave it."""
    own = f"{OWN}=[{{fte: {{KU901: 30, KU902: -30}}, start: {{months_after_start: 0, day: 1}}, source: a test}}]"
    assert main(["compare", *BASE, "policy=two_fte_to_harjavalta", own, "language=en", f"outputs={tmp_path}"]) == 0
    assert "30.0 FTE were to be moved between municipalities, but" in capsys.readouterr().out
    (folder,) = (tmp_path / "compare").iterdir()
    told = json.loads((folder / "manifest.json").read_text())["placing"]["main"]
    assert list(told) == ["two_fte_to_harjavalta"]
    assert told["two_fte_to_harjavalta"]["ordered"] == 30.0
    assert 5.0 < told["two_fte_to_harjavalta"]["moved"] < 20.0
    assert "30.0 FTE were to be moved" in (folder / "report.html").read_text(encoding="utf-8")
