"""The commands sensitivity, discover and replications: from words to files with a stand-in engine, and C16 for real."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow.csv as pa_csv
import pytest

import agents
from agents.specification import RunResult, RunSpecification
from experiments.command import main
from experiments.composing.composition import resolve
from experiments.discovery import page as discovery_page
from experiments.discovery.criterion import Criterion
from experiments.replications.request import Wanted
from experiments.report.terms import LANGUAGES
from experiments.sensitivity import page
from experiments.sensitivity.driver import factors_of, read_drivers
from experiments.sensitivity.request import points_of
from experiments.sweep.sample import read_sample
from sim.clock import month_ends
from sim.errors import InputError
from sim.parameters import ParameterSet

BASE = ["region=kolmikko", "horizon_years=1", "engine.processes=1", "language=en"]
SEARCH, INERT = "search.rate_unemployed_per_month", "finance.earnings_related_day_eur"
NO_SHOW, PRESENT = "services.no_show_share", "services.present_share"


@pytest.fixture(scope="module")
def parameters() -> ParameterSet:
    return resolve("run", ["region=kolmikko"]).parameters


def simulate(specification: RunSpecification) -> RunResult:
    """Unemployed by search and no-shows, euros by a price that nothing else knows, a closure's effect by presence."""

    def place(name: str) -> float:
        mechanism, field = name.split(".")
        declared = specification.parameters[mechanism][field]
        return float((declared["value"] - declared["low"]) / (declared["high"] - declared["low"]))

    luck = np.random.default_rng(specification.seed).normal()
    own = np.random.default_rng([specification.seed, int(1e6 * place(PRESENT))]).normal()
    closed = sum(event.jobs for event in specification.events)
    unemployed = 200.0 - 60.0 * place(SEARCH) + 30.0 * place(NO_SHOW) + 10.0 * luck
    unemployed += (closed / 2.0) * place(PRESENT) + bool(closed) * own
    euros = 1000.0 * place(INERT) + 100.0 * luck
    ends = list(month_ends(specification.start_date, specification.days))
    told = (("unemployed", unemployed, "persons"), ("benefits_eur", euros, "EUR"))
    rows = [(end, name, "", "", value, unit) for end in ends for name, value, unit in told]
    names = ("date", "indicator", "group_kind", "group", "value", "unit")
    columns: dict[str, Any] = dict(zip(names, zip(*rows, strict=True), strict=True))
    columns["date"] = np.array(columns["date"], dtype="datetime64[D]")
    return RunResult(columns, {}, {}, {"unemployed": {}}, {"build": 0.1, "simulate": 0.2}, {})


Engine = Callable[..., SimpleNamespace]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Put the stand-in in place; `broken` says which runs raise."""

    def put(broken: Callable[[RunSpecification], bool] = lambda _: False) -> SimpleNamespace:
        fake = SimpleNamespace(simulated=[])

        def simulate_arms(specifications: Sequence[RunSpecification]) -> list[RunResult]:
            if any(broken(specification) for specification in specifications):
                raise ZeroDivisionError("broken on purpose")
            fake.simulated += specifications
            return [simulate(specification) for specification in specifications]

        fake.simulate_arms = simulate_arms
        monkeypatch.setitem(sys.modules, "agents.area", fake)
        monkeypatch.setattr(agents, "area", fake, raising=False)
        monkeypatch.setattr("agents.warm_up.warm_up", lambda _: 0.0)
        return fake

    return put


def only(folder: Path) -> Path:
    (found,) = list(folder.iterdir())
    return found


def read(folder: Path, file: str) -> Mapping[str, Any]:
    content: Mapping[str, Any] = json.loads((folder / file).read_text(encoding="utf-8"))
    return content


# What varies --------------------------------------------------------------------------------------


def test_words_for_many_leave_out_what_is_no_uncertainty(parameters: ParameterSet) -> None:
    drivers, left_out = read_drivers(["all_assumption"], parameters)
    names = {driver.name for driver in drivers}
    assert {driver.source_kind for driver in drivers} == {"assumption"}
    assert "staff.reserve_fte" in left_out["off in the baseline"]
    assert "engine.hazard_headroom" in left_out["technical"]
    assert "immigration.recruitment_payer_share" in left_out["bound to a sum"]
    assert not names & {name for many in left_out.values() for name in many}
    assert len(names) + sum(map(len, left_out.values())) == sum(p.source_kind == "assumption" for p in parameters)
    assert read_drivers(["services.*", NO_SHOW], parameters)[0].count(read_drivers([NO_SHOW], parameters)[0][0]) == 1


def test_a_table_moves_as_a_whole(parameters: ParameterSet) -> None:
    (table,), _ = read_drivers(["services.follow_up_minutes"], parameters)
    assert len(table.factors) == 7
    assert table.values(0.0) == {factor.key: factor.low for factor in table.factors}
    assert table.values(1.0) == {factor.key: factor.high for factor in table.factors}
    drivers, _ = read_drivers(["services.follow_up_minutes.brokerage=40..50", f"parameters.{NO_SHOW}"], parameters)
    points = points_of(drivers, np.array([[0.5, 1.0]]))
    assert points[0].values == {"services.follow_up_minutes.brokerage": 45.0, NO_SHOW: 0.2}
    assert [factor.key for factor in factors_of(drivers)] == list(points[0].values)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["all_assumptions"], "no 'all_assumptions'; there are .*did you mean 'all_assumption'"),
        (["service.*"], "no mechanism 'service' in service.*; did you mean 'services'"),
        (["services.no_show_shar"], "no parameter 'services.no_show_shar'; did you mean"),
        (["services.no_show_share=0.1..0.9"], "0.9 is outside the declared range"),
        (["services.follow_up_minutes=1..2"], "is a table; say the range of a cell"),
        (["structural.coaching_staff"], "the range has one value only"),
        (["engine.*"], "nothing of it can be varied"),
        (["*"], "expected a parameter, MECHANISM"),
    ],
)
def test_what_can_not_be_varied_is_refused(words: list[str], message: str, parameters: ParameterSet) -> None:
    with pytest.raises(InputError, match=message):
        read_drivers(words, parameters)


# sensitivity --------------------------------------------------------------------------------------


def test_from_words_to_files(tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    fake = engine()
    words = [
        "sensitivity", *BASE, "method=sobol", f"factors=[{SEARCH},{NO_SHOW},{PRESENT},{INERT}]", "points=96",
        "outcomes=[unemployed@12]", "shock=closure_kolmikko", "replications=2", f"outputs={tmp_path}",
    ]  # fmt: skip
    assert main(words) == 0
    told = capsys.readouterr().out
    folder = only(tmp_path / "sensitivity")
    content = read(folder, "sensitivity.json")
    level, effect = content["outcomes"]
    names = [factor["name"] for factor in content["factors"]]
    assert [names[k] for k in level["order"][:2]] == [SEARCH, NO_SHOW]
    assert level["indices"]["total"]["value"][names.index(INERT)] == 0.0
    assert names[effect["order"][0]] == PRESENT
    assert level["rests_on"] == [NO_SHOW]  # search is fitted: no assumption
    assert effect["rests_on"] == [PRESENT]
    assert level["noise"]["share"] == pytest.approx(0.0, abs=1e-6)  # the luck is the same at all points
    assert 0.0 < effect["noise"]["share"] < 0.2
    assert "this result rests on these assumed or recalled numbers" in told
    assert "The two halves of the sample rank the 4 most important numbers" in told
    table = pa_csv.read_csv(folder / "indices.csv")
    assert table.num_rows == 2 * 4 * 2
    assert read(folder, "manifest.json")["seeds"] == [42, 43]
    assert (folder / "figures" / "sensitivity_2.png").is_file()
    capsys.readouterr()
    assert main(["report", str(folder), "language=sv"]) == 0
    html = (folder / "report.html").read_text(encoding="utf-8")
    assert 'lang="sv"' in html
    capsys.readouterr()
    assert "None" not in html
    for language in LANGUAGES:
        assert len(page.text(content, language)) > 500
    before = len(fake.simulated)
    assert main(words) == 0  # the same command again simulates nothing
    assert len(fake.simulated) == before
    capsys.readouterr()
    # the finished sample can be read once more with PAWN, all factors or one
    assert main(["sensitivity", f"sample={folder}", f"outputs={tmp_path / 'again'}", "language=en"]) == 0
    again = read(only(tmp_path / "again" / "sensitivity"), "sensitivity.json")
    assert (again["method"], again["points"]) == ("pawn", content["points"])
    assert again["factors"][again["outcomes"][0]["order"][0]]["name"] == SEARCH
    assert main(["sensitivity", f"sample={folder}", "factors=[services.no_show_sha]"]) == 2
    assert "the sample has no factor 'services.no_show_sha'; did you mean" in capsys.readouterr().err


def test_failed_runs_are_named_and_left_out(
    tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    low = resolve("run", ["region=kolmikko"]).parameters[NO_SHOW].low
    words = ["sensitivity", *BASE, f"factors=[{SEARCH},{NO_SHOW}]", "points=30", f"outputs={tmp_path}"]
    seen: set[float] = set()

    def broken(specification: RunSpecification) -> bool:
        seen.add(specification.parameters["services"]["no_show_share"]["value"])
        rate = specification.parameters["search"]["rate_unemployed_per_month"]
        return specification.seed == 43 and rate["value"] == rate["low"] and len(seen) > 0 and (
            specification.parameters["services"]["no_show_share"]["value"] == low
        )  # fmt: skip

    engine(broken)
    assert main(words) == 1
    captured = capsys.readouterr()
    assert "runs failed (s" in captured.err
    assert "/baseline/1" in captured.err
    assert "ZeroDivisionError: broken on purpose" in captured.err
    assert "points are left out because they, or points that belong to them, lack runs" in captured.out
    folder = only(tmp_path / "sensitivity")
    content = read(folder, "sensitivity.json")
    assert content["failed"]
    assert content["outcomes"][0]["left_out"] % 3 == 0
    assert (folder / "failed.csv").is_file()
    engine()
    assert main([*words, "--retry-failed"]) == 0
    assert not read(folder, "sensitivity.json")["failed"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "say what varies"),
        (["factors=[x]", "method=saltelli"], "method=saltelli: expected morris, sobol, pawn"),
        (["factors=[services.*]", "points=20"], "points=20: morris needs at least"),
        (["factors=[services.*]", "points=many"], "points=many: expected a whole number"),
        ([f"factors=[{NO_SHOW}]", "outcomes=[unemploied]"], "no indicator 'unemploied'; did you mean 'unemployed'"),
        ([f"factors=[{NO_SHOW}]", "markets=[tight]"], "leave markets out"),
        (["factors=[finance.basic_day_eur]"], "finance.basic_day_eur is set by dated rules"),
        (["sample=nowhere"], "nowhere/manifest.json: no such file"),
        (["sample=nowhere", "method=sobol"], "can be read with pawn alone"),
        (["sample=nowhere", "horizon_years=2"], "with sample= nothing is simulated"),
    ],
)
def test_wrong_words_get_one_line(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sensitivity", *words]) == 2
    line = capsys.readouterr().err
    assert message in line
    assert line.count("\n") == 1


# discover -----------------------------------------------------------------------------------------


def test_failing_futures_of_a_sweep(tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine()
    assert main([
        "sweep", *BASE, f"uncertainties=[{PRESENT},{NO_SHOW},{INERT}]", "points=60", "outcomes=[unemployed]",
        "shock=closure_kolmikko", "replications=1", f"outputs={tmp_path}",
    ]) == 0  # fmt: skip
    sweep = only(tmp_path / "sweep")
    sample = read_sample(sweep / "sample.parquet")
    effect = sample.differences("unemployed", sample.arms[1]).mean(axis=1)
    limit = float(np.quantile(effect, 0.7))
    capsys.readouterr()
    assert main(["discover", str(sweep), f"fails=unemployed>{limit}", "against=baseline", "language=en"]) == 0
    told = capsys.readouterr().out
    assert "fails (difference from the baseline: Unemployed > " in told
    assert "of the failing futures" in told
    content = read(only(tmp_path / "discover"), "discover.json")
    found = content["region_found"]
    assert content["factors"][found["limits"][0]["factor"]]["name"] == PRESENT
    assert found["coverage"] > 0.85
    assert found["density"] > 0.85
    for language in LANGUAGES:
        assert len(discovery_page.answers(content, language)) == 2
    page = only(tmp_path / "discover") / "report.html"
    assert "<svg" in page.read_text(encoding="utf-8")
    assert main(["report", str(page.parent), "language=sv"]) == 0
    assert '<html lang="sv">' in page.read_text(encoding="utf-8")
    assert main(["discover", str(sweep), "fails=unemployed>100000", "language=en"]) == 0
    assert "does not fail" in capsys.readouterr().out
    assert main(["discover", str(sweep), "fails=unemployed<100000", "language=en"]) == 0
    assert "in all of 60 futures" in capsys.readouterr().out
    assert main(["discover", str(sweep), "fails=benefits_eur>1"]) == 2
    assert "no outcome 'benefits_eur' in the sample" in capsys.readouterr().err
    assert main(["discover", str(sweep), "fails=unemployed>1", "arm=closur_kolmikko"]) == 2
    assert "did you mean 'closure_kolmikko'" in capsys.readouterr().err


GOALS = (
    "targets.few={indicator: unemployed, at_months: 12, direction: at_most, value: 195, unit: persons, source: a test, "
    "source_kind: assumption, title: {fi: 'Harva on työtön', en: 'Few are unemployed'}}",
    'targets.fewer={indicator: unemployed, at_months: all, direction: at_most, relative_to_start: -5, unit: "%", '
    "source: a test, source_kind: assumption}",
    "targets.later={indicator: unemployed, at_months: 24, direction: at_most, value: 195, unit: persons, "
    "source: a test, source_kind: assumption}",
    "targets.dear={indicator: benefits_eur, at_months: 12, direction: at_least, value: 9000, unit: EUR, "
    "source: a test, source_kind: assumption}",
)


def test_a_goal_of_the_area_that_is_missed(tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    """By the goal's name the same futures fail as by its limit; a change from the start is judged against month 1."""
    engine()
    sweep_words = ["sweep", *BASE, f"uncertainties=[{SEARCH},{INERT}]", "points=40", "replications=1", *GOALS,
                   f"outputs={tmp_path}"]  # fmt: skip
    assert main([*sweep_words, "outcomes=[unemployed]"]) == 0
    sweep = only(tmp_path / "sweep")
    for words in (["fails=few"], ["fails=unemployed>195"]):
        assert main(["discover", str(sweep), *words, "language=en"]) == 0
    by_name, by_limit = (
        sorted((read(folder, "discover.json") for folder in (tmp_path / "discover").iterdir()),
               key=lambda content: content["goal"] is None)
    )  # fmt: skip
    assert 0 < by_name["failing"] < 40
    for key in ("fails", "values", "region_found", "limit", "sign"):
        assert by_name[key] == by_limit[key]
    assert by_name["goal"]["name"] == "few"
    told = capsys.readouterr().out
    assert "fails (“Few are unemployed”: Unemployed" in told
    assert "”Harva on työtön”" in discovery_page.answers(by_name, "fi")[0]
    for words, message in {
        ("fails=fewr",): "the sweep has no such goal; did you mean 'fewer'?",
        ("fails=fewer",): "did not ask for unemployed@all and unemployed@1",
        ("fails=later",): "the goal is about month 24, and the runs of the sweep end after 12",
        ("fails=dear",): "did not ask for benefits_eur@12",
        ("fails=few", "against=baseline"): "a goal is met or missed by an arm itself",
    }.items():
        assert main(["discover", str(sweep), *words]) == 2
        line = capsys.readouterr().err
        assert message in line
        assert line.count("\n") == 1
    assert main([*sweep_words, "outcomes=[unemployed@all,unemployed@1]", "name=more"]) == 0
    more = next(folder for folder in (tmp_path / "sweep").iterdir() if folder.name.startswith("more"))
    capsys.readouterr()
    assert main(["discover", str(more), "fails=fewer", "language=en"]) == 0
    assert "change from the start > −5%" in capsys.readouterr().out  # nothing changes in these runs: missed everywhere


def test_what_it_means_to_fail_is_read() -> None:
    read_one = Criterion.read("unemployed:municipality=KU902@12>=-3.5")
    assert (read_one.outcome.group, read_one.outcome.month, read_one.sign, read_one.limit) == ("KU902", 12, ">=", -3.5)
    assert read_one.fails(np.array([-4.0, -3.5, 0.0])).tolist() == [False, True, True]
    for text in ("unemployed=3", "unemployed>", ">3", "unemployed>3 persons"):
        with pytest.raises(InputError, match="expected OUTCOME and a limit"):
            Criterion.read(text)


# replications -------------------------------------------------------------------------------------


def test_replications_until_the_difference_is_known(
    tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = engine()
    words = ["replications", *BASE, "shock=closure_kolmikko", f"outputs={tmp_path}", f"parameters.{PRESENT}=0.85"]
    assert main([*words, "until=unemployed:0.25"]) == 0
    captured = capsys.readouterr()
    content = read(only(tmp_path / "replications"), "replications.json")
    (one,) = content["differences"]
    assert one["n"] == content["replications"] > 10
    assert len(fake.simulated) == 2 * one["n"]
    assert one["half_width"] <= 0.25
    assert one["is_enough"]
    assert 0.9 < one["saved_share"] < 1.0  # the common luck has a variance of 100, the arm's own of 1
    assert one["worth"] > 5 * one["n"]
    assert "paired replications are as good as" in captured.out
    assert "80% interval" in captured.out
    # a comparison with so many replications finds the runs stored
    before = len(fake.simulated)
    assert main(["compare", *words[1:], f"replications={one['n']}", "markets=[]"]) in (0, 1)
    assert len(fake.simulated) == before
    capsys.readouterr()
    assert main([*words, "until=unemployed:0.01", "most=12"]) == 0
    assert "would need" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "say how closely"),
        (["until=unemployed"], "expected OUTCOME:HALF_WIDTH"),
        (["until=unemployed:-1"], "expected OUTCOME:HALF_WIDTH"),
        (["until=unemployed:5", "replications=3"], "their number is what is looked for"),
        (["until=unemployed:5", "first=2"], "a variance needs 5 replications"),
        (["until=unemployed:5", "most=8"], "most=8 is below first=10"),
        (["until=unemployed:5", "region=kolmikko"], "compare needs an arm beside the baseline"),
    ],
)
def test_wrong_words_of_replications(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replications", *words]) == 2
    assert message in capsys.readouterr().err


def test_a_relative_width_is_one_of_the_difference() -> None:
    wanted = Wanted.read("unemployed:municipality=KU902@12:20%")
    assert (wanted.outcome.group, wanted.is_relative, wanted.half_width) == ("KU902", True, 0.2)
    assert wanted.asked(np.array([-10.0, -30.0])) == pytest.approx(4.0)


# C16: a parameter that can not matter, in the engine ------------------------------------------------


def outcomes_of(tmp_path: Path, *words: str) -> tuple[list[str], dict[str, Mapping[str, Any]]]:
    assert main(["sensitivity", *BASE, "scale=0.05", "replications=1", f"outputs={tmp_path}", *words]) == 0
    content = read(only(tmp_path / "sensitivity"), "sensitivity.json")
    return [f["name"] for f in content["factors"]], {one["outcome"]: one for one in content["outcomes"]}


def test_c16_a_price_does_not_move_people(tmp_path: Path) -> None:
    _, found = outcomes_of(
        tmp_path, "method=morris", "points=8", f"factors=[{INERT}]", "outcomes=[unemployed,benefits_eur]"
    )
    assert not found["unemployed"]["varies"]
    assert found["unemployed"]["indices"] == {}
    assert found["benefits_eur"]["indices"]["mu"]["value"][0] > 0.0
    assert found["benefits_eur"]["indices"]["sigma"]["value"][0] == pytest.approx(0.0, abs=1e-6)  # euros by days


@pytest.mark.verify
def test_c16_with_sobol(tmp_path: Path) -> None:
    _, alone = outcomes_of(
        tmp_path / "one", "method=sobol", "points=96", f"factors=[{INERT}]", "outcomes=[unemployed,benefits_eur]"
    )
    assert not alone["unemployed"]["varies"]
    for index in ("first", "total"):
        band = alone["benefits_eur"]["indices"][index]
        assert band["low"][0] <= 1.0 <= band["high"][0]
    names, both = outcomes_of(
        tmp_path / "two", "method=sobol", "points=64", f"factors=[{INERT},{SEARCH}]", "outcomes=[unemployed]"
    )
    one = both["unemployed"]
    assert one["indices"]["total"]["value"][names.index(INERT)] == 0.0
    assert names[one["order"][-1]] == INERT
