"""``kohtaanto optimise``: the best split of a made-up world and of the model itself, from command to page."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from agents.specification import RunResult, RunSpecification
from experiments.command import main
from experiments.composing.configuration import PROJECT
from experiments.optimise.objective import OBJECTIVES
from experiments.report.terms import read
from sim.clock import month_ends

PLACES = ("KU901", "KU902", "KU903")
TOTAL = 2.0
SMALL = [
    "region=kolmikko", "horizon_years=2", "engine.processes=1", "language=en", "seed=5", "budget=16",
    "optimise.batch=8", "optimise.startup=8", "optimise.replications=2", "optimise.starts=[start_2025_01]",
    "optimise.candidates=3",
    "optimise.uncertain=[services.need_share]", "optimise.futures=3", "optimise.future_replications=2",
    "optimise.final_replications=3", "optimise.splits=[policy/split_40_20_40]",
    "optimise.divide={staff: {parameter: services.staff_fte, parts: {brokerage: {}, youth: {}, integration: {}}}}",
    "parameters.services.staff_fte.brokerage=0.4", "parameters.services.staff_fte.youth=0.9",
    "parameters.services.staff_fte.integration=0.7",
]  # fmt: skip
SPLIT = "optimise.splits=[]"


def every_month(specification: RunSpecification, rows: list[tuple[str, str, str, float]]) -> RunResult:
    """A run with the same values (indicator, kind and name of group, value) at every month-end."""
    ends = month_ends(specification.start_date, specification.days)
    keys = ("indicator", "group_kind", "group", "value")
    columns = {
        "date": np.repeat(np.array(ends, "datetime64[D]"), len(rows)),
        **{key: [row[k] for row in rows] * len(ends) for k, key in enumerate(keys)},
        "unit": ["persons"] * (len(rows) * len(ends)),
    }  # fmt: skip
    return RunResult(columns, {}, {}, {}, {"build": 0.1, "simulate": 0.1}, {})


class ConcaveEngine:
    """A stand-in for the model: the wait falls with brokerage, everything else is best where youth has half a FTE."""

    def __init__(self) -> None:
        self.simulated: list[RunSpecification] = []

    def simulate_arms(self, specifications: Sequence[RunSpecification]) -> list[RunResult]:
        self.simulated += specifications
        return [self.simulate(specification) for specification in specifications]

    def simulate(self, specification: RunSpecification) -> RunResult:
        fte = {"brokerage": 0.4, "youth": 0.9, "integration": 0.7}
        for change in specification.changes:
            if change.parameter.startswith("services.staff_fte."):
                fte[change.parameter.rpartition(".")[2]] = change.amount
        luck = np.random.default_rng(specification.seed).normal(size=3)
        away = (fte["youth"] - 0.5) ** 2
        area = {
            "open_market_employment_days": 1e5 - 1e4 * away + 100 * luck[0],
            "long_term_unemployed": 100 + 20 * away + luck[1],
            "first_interview_wait_days": 10.0 / (fte["brokerage"] + 0.2) + 0.1 * luck[2],
            "cost_municipal_net_eur": 1e6 + 1e4 * away, "first_interview_in_time_share": 0.8 + 0.05 * fte["brokerage"],
            "path_in_3m_share": 0.9 if fte["integration"] > 0.3 else 0.5,
        }  # fmt: skip
        rows = [(name, "", "", value) for name, value in area.items()]
        rows += [("unemployment_rate", "municipality", place, 10.0 + k * away) for k, place in enumerate(PLACES)]
        return every_month(specification, rows)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> ConcaveEngine:
    found = ConcaveEngine()
    monkeypatch.setattr("agents.area.simulate_arms", found.simulate_arms)
    monkeypatch.setattr("agents.warm_up.warm_up", lambda _: 0.0)
    return found


def only_folder(outputs: Path) -> list[Path]:
    return sorted((outputs / "optimise").iterdir())


def test_the_command_finds_the_best_of_a_made_up_world(
    engine: ConcaveEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Youth has 0.5 FTE at best, and integration has to keep 0.3 for a duty; the rest goes to brokerage: 1.2 FTE."""
    assert main(["optimise", *SMALL, SPLIT, f"outputs={tmp_path}", "budget=64"]) == 0
    (folder,) = only_folder(tmp_path)
    content = json.loads((folder / "optimise.json").read_text())
    best = next(one for one in content["candidates"] if one["name"] == content["recommended"]["minimax"])
    amounts = {key.rpartition(".")[2]: amount for key, amount in best["amounts"].items()}
    assert abs(amounts["youth"] - 0.5) < 0.2
    assert 0.3 < amounts["integration"] < 0.6
    assert not best["breaches"]
    assert best["differences"]["first_interview_wait"]["high"] < 0.0
    assert content["verdict"]["clear"]
    with (folder / "points.csv").open() as file:
        points = list(csv.DictReader(file))
    assert len(points) == 64
    for point in points:
        fte = [float(point[f"services.staff_fte.{line}"]) for line in ("brokerage", "youth", "integration")]
        assert abs(math.fsum(fte) - TOTAL) < 1e-9
        assert (point["keeps_duties"] == "True") == (fte[2] > 0.3 and fte[0] > 0.0)
    with (folder / "regret.csv").open() as file:
        regrets = list(csv.DictReader(file))
    assert len(regrets) == 3 * len(content["candidates"])
    assert min(float(row["regret_long_term"]) for row in regrets) == 0.0
    seeds = {specification.seed for specification in engine.simulated}
    assert seeds == {5, 6, 100_005, 100_006, 200_005, 200_006, 200_007}  # of each stage, its own
    told = capsys.readouterr().out
    assert "can be told from chance" in told
    titles = {"fi": "Henkilöstön jako", "sv": "Personalens fördelning", "en": "The split of staff"}
    for language, title in titles.items():
        assert main(["report", str(folder), f"language={language}"]) == 0
        text = (folder / "report.html").read_text(encoding="utf-8")
        assert title in text
        shown = re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", text, flags=re.DOTALL)
        assert not re.search(r"\{\w+\}|\bNone\b|\bnan\b", shown)


def test_more_budget_of_the_command_pays_for_the_new_points_alone(engine: ConcaveEngine, tmp_path: Path) -> None:
    """C17 through the store: 8 then 16 gives the points of 16 at once, and the first 8 are not simulated again."""
    outputs = [f"outputs={tmp_path / 'a'}", f"outputs={tmp_path / 'b'}"]
    main(["optimise", *SMALL, SPLIT, outputs[0], "budget=8"])
    of_search = [run for run in engine.simulated if run.seed < 100_000]
    assert len(of_search) == 2 * (8 + 1)  # and the baseline
    main(["optimise", *SMALL, SPLIT, outputs[0], "budget=16"])
    assert len([run for run in engine.simulated if run.seed < 100_000]) == 2 * (16 + 1)
    before = len(engine.simulated)
    main(["optimise", *SMALL, SPLIT, outputs[0], "budget=16"])
    assert len(engine.simulated) == before
    main(["optimise", *SMALL, SPLIT, outputs[1], "budget=16"])
    first, again = ({path.name: path for path in only_folder(tmp_path / run)} for run in ("a", "b"))
    (whole,) = again.values()
    for file in ("points.csv", "front.csv", "regret.csv"):
        assert (first[whole.name] / file).read_bytes() == (whole / file).read_bytes()
    (half,) = (path for name, path in first.items() if name != whole.name)
    rows = [path.joinpath("points.csv").read_text().splitlines()[:9] for path in (half, whole)]
    columns = [[row.split(",")[:4] for row in part] for part in rows]
    assert columns[0] == columns[1]


def test_a_split_that_fails_is_told(engine: ConcaveEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = engine.simulate

    def failing(specification: RunSpecification) -> RunResult:
        youth = [c.amount for c in specification.changes if c.parameter == "services.staff_fte.youth"]
        if youth and youth[0] > 1.5:
            raise ZeroDivisionError("too many")
        return plain(specification)

    monkeypatch.setattr(engine, "simulate", failing)
    assert main(["optimise", *SMALL, SPLIT, f"outputs={tmp_path}"]) == 1
    (folder,) = only_folder(tmp_path)
    content = json.loads((folder / "optimise.json").read_text())
    assert content["failed"] > 0
    assert any(point["differences"]["long_term"] is None for point in content["points"])
    assert all(point["differences"]["long_term"] is not None for point in content["points"] if point["on_front"])


def test_a_reserve_is_called_up_in_the_event_alone(engine: ConcaveEngine, tmp_path: Path) -> None:
    words = [word for word in SMALL if not word.startswith("optimise.divide")]
    parts = "{brokerage: {}, youth: {}, integration: {}, staff.reserve_fte: {most: 0.5}}"
    words += [f"optimise.divide={{staff: {{parameter: services.staff_fte, parts: {parts}}}}}",
              "optimise.event=closure_kolmikko", "optimise.futures=4",
              "optimise.called_up={part: staff.reserve_fte, line: brokerage, from_month: 2, to_month: 14}"]  # fmt: skip
    assert main(["optimise", *words, SPLIT, f"outputs={tmp_path}"]) == 0
    for run in engine.simulated:
        held = {change.parameter: change for change in run.changes}
        reserve = held.get("staff.reserve_fte")
        called = held.get("staff.called_up_fte.brokerage")
        if reserve is None:
            assert called is None  # the baseline
        elif run.events:
            assert called is not None
            assert called.amount == reserve.amount
            assert (called.start, called.end) == (date(2025, 3, 1), date(2026, 3, 1))
        else:
            assert called is None
    assert {bool(run.events) for run in engine.simulated if run.seed >= 200_000} == {True}
    assert {bool(run.events) for run in engine.simulated if 100_000 <= run.seed < 200_000} == {True, False}
    assert all(run.events for run in engine.simulated if run.seed < 100_000)


class TownsEngine(ConcaveEngine):
    """A stand-in for the model: everything is best with 0.6 FTE more at the second town, the wait with 0.7."""

    def simulate(self, specification: RunSpecification) -> RunResult:
        moved = dict.fromkeys(range(len(PLACES)), 0.0)
        for order in specification.placing:
            assert (order.line, order.end) == (-1, None)
            moved |= dict(order.fte)
        luck = np.random.default_rng(specification.seed).normal(size=2)
        away = (moved[1] - 0.6) ** 2
        area = {
            "open_market_employment_days": 1e5 - 1e4 * away + 50 * luck[0], "long_term_unemployed": 100 + 20 * away,
            "first_interview_wait_days": 10.0 + 4 * (moved[1] - 0.7) ** 2 + 0.1 * luck[1],
            "cost_municipal_net_eur": 1e6, "first_interview_in_time_share": 0.8, "path_in_3m_share": 0.9,
        }  # fmt: skip
        rows = [(name, "", "", value) for name, value in area.items()]
        rows += [("unemployment_rate", "municipality", place, 10.0 + away) for place in PLACES]
        rows += [("staff_fte", "place", place, (6.0, 2.0, 0.0)[k] + moved[k]) for k, place in enumerate(PLACES)]
        return every_month(specification, rows)


TOWNS = [
    *(word for word in SMALL if "staff_fte" not in word),
    "optimise.divide={towns: {parameter: placing, parts: {KU901: {least: -1.5, most: 1}, "
    "KU902: {least: -1, most: 1.5}}}}", SPLIT,
]  # fmt: skip


def test_the_command_finds_the_best_towns_of_a_made_up_world(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The best is known: Rantala has 0.6 to 0.7 FTE more than need gives it, and Keskilä as many fewer."""
    engine = TownsEngine()
    monkeypatch.setattr("agents.area.simulate_arms", engine.simulate_arms)
    monkeypatch.setattr("agents.warm_up.warm_up", lambda _: 0.0)
    assert main(["optimise", *TOWNS, f"outputs={tmp_path}", "budget=32", "optimise.replications=1"]) == 0
    (folder,) = only_folder(tmp_path)
    content = json.loads((folder / "optimise.json").read_text())
    best = next(one for one in content["candidates"] if one["name"] == content["recommended"]["minimax"])
    moved = best["amounts"]["placing.Rantala"]
    assert abs(moved - 0.65) < 0.15
    assert best["amounts"]["placing.Keskilä"] == pytest.approx(-moved)
    assert best["staff"] == pytest.approx({"placing.Keskilä": 6.0 - moved, "placing.Rantala": 2.0 + moved})
    base = next(one for one in content["candidates"] if one["name"] == "baseline")
    assert base["staff"] == {"placing.Keskilä": 6.0, "placing.Rantala": 2.0}
    assert content["verdict"]["clear"]
    with (folder / "points.csv").open() as file:
        points = list(csv.DictReader(file))
    assert all(abs(float(p["placing.Keskilä"]) + float(p["placing.Rantala"])) < 1e-9 for p in points)
    assert all(-1.0 <= float(p["placing.Rantala"]) <= 1.5 for p in points)
    assert f"(+{moved:.1f})" in capsys.readouterr().out
    for language, words in {"fi": "Kunnan luku on siellä", "sv": "Kommunens tal", "en": "The number of a m"}.items():
        assert main(["report", str(folder), f"language={language}"]) == 0
        text = (folder / "report.html").read_text(encoding="utf-8")
        assert words in text
        assert "optimise_parts" in "".join(path.name for path in (folder / "figures").iterdir())


@pytest.mark.verify
def test_towns_in_the_model_itself(tmp_path: Path) -> None:
    """A small run of kolmikko: what a split moves is what the staff of the towns changes by, novices and need aside."""
    words = [*TOWNS, "budget=8", "optimise.futures=2", "optimise.candidates=2", f"outputs={tmp_path}"]
    assert main(["optimise", *words]) == 0
    (folder,) = only_folder(tmp_path)
    base, *found = json.loads((folder / "optimise.json").read_text())["candidates"]
    assert found
    for one in found:
        for key, moved in one["amounts"].items():
            assert one["staff"][key] - base["staff"][key] == pytest.approx(moved, abs=0.4)
        assert sum(one["staff"].values()) == pytest.approx(sum(base["staff"].values()), abs=0.05)


def test_a_starving_line_is_fed(tmp_path: Path) -> None:
    """In the model itself: brokerage holds the first interviews; with hardly anybody there, more is given to it."""
    words = [word for word in SMALL if "staff_fte" not in word or word.startswith("optimise.")]
    words += ["parameters.services.staff_fte.brokerage=0.15", "parameters.services.staff_fte.youth=1.2",
              "parameters.services.staff_fte.integration=0.65", "optimise.objectives=[first_interview_wait,long_term]",
              "budget=8", "optimise.futures=2", "optimise.candidates=2"]  # fmt: skip
    assert main(["optimise", *words, SPLIT, f"outputs={tmp_path}"]) == 0
    (folder,) = only_folder(tmp_path)
    content = json.loads((folder / "optimise.json").read_text())
    best = next(one for one in content["candidates"] if one["name"] == content["recommended"]["minimax"])
    assert best["amounts"]["services.staff_fte.brokerage"] > 0.3
    assert best["differences"]["first_interview_wait"]["high"] < 0.0


def test_every_word_of_an_optimisation_exists_and_is_used() -> None:
    package = PROJECT / "experiments" / "optimise"
    page = PROJECT / "experiments" / "report" / "templates" / "optimise.html.j2"
    text = page.read_text(encoding="utf-8") + "".join(file.read_text("utf-8") for file in package.glob("*.py"))
    words = set(read()["optimise"])
    assert set(re.findall(r'word\(\s*"(\w+)"', text)) <= words
    families = ("objective_", "split_policy_", "split_staff_", "part_", "regret_")  # put together from a name
    unused = {word for word in words if f'"{word}"' not in text and not word.startswith(families)}
    assert unused == set()
    assert {f"objective_{name}" for name in OBJECTIVES} <= words
