"""The verdict of a moment, the board's file, the page, and the command from its words to its files."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from datetime import date

import fake_engine
import pytest

import agents
from experiments.calibration.target import read_target
from experiments.command import main
from experiments.composing import composition
from experiments.composing.composition import CONF
from experiments.running import execution
from experiments.validation import MEASURES, Moment
from experiments.validation import page as board_page
from experiments.validation import request as validate
from experiments.validation.board import Board
from experiments.validation.page import Origin
from experiments.validation.request import Request
from experiments.validation.score import Score, Verdict, in_order
from sim.errors import InputError

KOLMIKKO = ("region=kolmikko", "replications=2", "engine.processes=1")


def moment(low: float = 10.0, high: float = 20.0, name: str = "hires") -> Moment:
    return Moment(name, MEASURES[name].unit, low, high, "made up")


# Two replications at m - d and m + d have the standard error d: judged by m - 2d to m + 2d.
@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ((14.0, 16.0), Verdict.PASS),
        ((11.0, 13.0), Verdict.PASS),  # 10 to 14: the edge is inside
        ((10.9, 13.0), Verdict.CANNOT_TELL),
        ((8.0, 10.0), Verdict.CANNOT_TELL),  # mean outside, 7 to 11
        ((7.0, 9.0), Verdict.CANNOT_TELL),  # 6 to 10: touches the edge
        ((6.9, 8.9), Verdict.FAIL),
        ((21.9, 24.1), Verdict.FAIL),
        ((19.0, 21.0), Verdict.CANNOT_TELL),
        ((0.0, 40.0), Verdict.CANNOT_TELL),  # wider than the band
        ((15.0,), Verdict.CANNOT_TELL),  # nothing known of its error
        ((3.0,), Verdict.CANNOT_TELL),
        ((20.0, 20.0, 20.0), Verdict.PASS),
        ((20.1, 20.1, 20.1), Verdict.FAIL),
        ((15.0, float("nan")), Verdict.NOT_AVAILABLE),
    ],
)
def test_verdict(values, verdict):
    assert Score.of(moment(), values).verdict == verdict


def test_moment_without_band_is_shown_and_not_judged():
    score = Score.of(moment(-float("inf"), float("inf")), [1.0, 2.0])
    assert score.verdict == Verdict.NO_BAND
    assert board_page.count([score]) == "0 moments with a band: none"


def test_score_over_replications():
    score = Score.of(moment(), [10.0, 12.0, 14.0, 16.0, 18.0])
    assert (score.mean, score.n) == (14.0, 5)
    assert (score.low, score.high) == pytest.approx((10.8, 17.2))
    assert score.standard_error == pytest.approx(2.0**0.5)


def scores() -> list[Score]:
    return [
        Score.of(moment(name="vacancies_open"), [15.0, 15.0]),
        Score.of(moment(name="new_spells"), [9.0, 9.0]),
        Score.of(moment(name="hires_from_unemployment"), [9.0, 11.0]),
        Score.of(moment(-float("inf"), float("inf"), "hires_from_employment"), [1.0, 2.0]),
        Score.of(moment(name="own_municipality_share"), [float("nan")] * 2),
        Score.of(moment(name="hires"), [2500.0, 2500.0]),
    ]


def test_failures_come_first_the_farthest_before_the_nearest():
    names = ["hires", "new_spells", "own_municipality_share", "hires_from_unemployment", "vacancies_open",
             "hires_from_employment"]  # fmt: skip
    assert [score.moment.name for score in in_order(scores())] == names
    assert [row["moment"] for row in board_page.records(scores())] == names
    assert [line.split()[0] for line in board_page.text(scores()).splitlines()[2:]] == names
    assert board_page.count(scores()) == (
        "5 moments with a band: 2 fail, 1 not available, 1 cannot tell, 1 pass"
    )


def test_page_says_when_with_what_and_what_verdicts_mean():
    origin = Origin("2026-01-02", "kohtaanto validate board=baseline scale=0.1", ("scale=0.1",), {"code": "abc"})
    page = board_page.markdown(Board.read("baseline"), scores(), origin)
    said = ("2026-01-02", "2 replications", "scale=0.1", "| code | abc |", "Not as the board asks", "2 fail")
    row = "| hires | 10.00 to 20.00 | 2,500 |"
    for part in (*said, row, "misses this figure", "made up", "nothing is put in its place"):
        assert part in page
    for row in (line for line in page.splitlines() if line.startswith("| hires")):
        assert row.count("|") in (4, 8)
    assert "nan" not in page.lower().split()


def test_baseline_board_holds_every_measure_and_its_bands():
    board = Board.read("baseline")
    assert {moment.name for moment in board.moments} == set(MEASURES)
    bands = {moment.name: (moment.low, moment.high) for moment in board.moments if moment.has_band}
    assert bands["unemployment_rate"] == (9.6, 10.2)
    assert bands["vacancies_registered"] == pytest.approx((1803 * 0.85, 1803 * 1.15))
    middles = [sum(bands[f"occupation_{digit}"]) / 2 for digit in range(1, 10)]
    assert middles == pytest.approx([1.1, 10.0, 10.6, 6.0, 21.9, 3.1, 24.7, 12.9, 9.8])
    assert all(bands[f"occupation_{n}"][1] - bands[f"occupation_{n}"][0] == pytest.approx(5) for n in range(1, 10))
    assert (board.start, board.start_date, board.model_year, board.replications) == (
        "boom_2022",
        date(2022, 1, 1),
        2022,
        20,
    )
    assert set(MEASURES) - set(bands) == {
        "hires_from_unemployment", "hires_from_employment", "hires_from_outside_labour_force",
        "hires_from_outside_area", "mismatch_occupational_a30", "mismatch_regional_a30", "other_trade_share",
        *(f"{group}_relative_rate" for group in GROUPS_OF_RATES),  # judged as shares
    }  # fmt: skip


def test_a_board_stands_under_the_rules_that_it_names():
    assert "rules=regime_2022" in Board.read("baseline").overrides
    assert "rules=by_date" in Board.read("ten_years").overrides
    assert "rules=regime_2022" in read_target("baseline", {}).overrides  # fitted to what is judged


GROUPS_OF_RATES = ("men", "under_25", "over_50", "basic_education", "tertiary_education")
HEAD = """# @package board
title: T
start: boom_2022
start_date: "2022-01-01"
model_year: 2022
horizon_years: 1
replications: 2
"""
HIRES = "moments:\n  hires: {band: [1, 2], unit: persons a month, source: s}\n"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (HEAD + HIRES.replace("hires:", "hirse:"), "did you mean 'hires'"),
        (HEAD + HIRES.replace("[1, 2]", "[2, 1]"), "low 2 is not below high 1"),
        (HEAD + HIRES.replace(", source: s", ""), "'source' is missing"),
        (HEAD + HIRES.replace("persons a month", "persons"), "measured in 'persons a month'"),
        (HEAD, "'moments' is missing"),
        (HEAD + "moments: {}\n", "moments"),
        (HEAD.replace("model_year", "modelyear") + HIRES, "did you mean 'model_year'"),
        (HEAD.replace("model_year: 2022\n", "") + HIRES, "'model_year' is missing"),
        (HEAD.replace("replications: 2", "replications: two") + HIRES, "replications: expected a whole number"),
        (HEAD.replace("2022-01-01", "2022-13-01") + HIRES, "2022-13-01"),
        (HEAD.replace("title: T", "title:") + HIRES, "title: expected text"),
        (HEAD.replace("# @package board", "# @package bored") + HIRES, "first line must be '# @package board'"),
        (HEAD + HIRES + HIRES.splitlines()[1] + "\n", "line 10: found duplicate key hires"),
        (HEAD + "moments: [", "own.yaml, line"),
    ],
)
def test_wrong_board_file_gets_one_line(content, told, tmp_path, monkeypatch, capsys):
    copy = tmp_path / "conf"
    shutil.copytree(CONF, copy)
    monkeypatch.setattr(composition, "CONF", copy)
    (copy / "board" / "own.yaml").write_text(content, encoding="utf-8")
    assert main(["validate", "board=own", f"outputs={tmp_path}"]) == 2
    captured = capsys.readouterr().err
    assert told in captured
    assert captured.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["validate", "board=baselin"], "did you mean 'baseline'"),
        (["validate", "bord=baseline"], "bord"),
        (["validate", "shock=closure_harjavalta"], "belong to compare"),
        (["validate", "policy=[nothing]"], "belong to compare"),
        (["validate", "record=summary"], "leave it out"),
        (["validate", "write_docs=yes"], "expected true or false"),
        (["validate", "write_docs=true", "scale=0.1"], "the board's own question"),
        (["validate", "write_docs=true", "parameters.measures.voucher_days=100"], "the board's own question"),
        (["validate", "--rerun"], "no flag --rerun"),
        (["validate", "--frehs"], "did you mean '--fresh'"),
        (["validate", "start_date=2022-02-01"], "model year 2022 must be simulated as a whole"),
        (["validate", "parameters.measures.voucher_dys=3"], "did you mean 'measures.voucher_days'"),
        (["validate", "arms.a.shocks=[closure_harjavalta]"], "validate simulates one world"),
        (["run", "board=baseline"], "belongs to kohtaanto validate"),
    ],
)
def test_wrong_words_get_one_line_and_exit_2(words, told, capsys):
    assert main(words) == 2
    captured = capsys.readouterr().err
    assert told in captured
    assert captured.count("\n") == 1


def test_words_take_the_place_of_what_the_board_asks():
    configuration = Request.read(["board=baseline"]).configuration()
    assert (configuration.replications, configuration.horizon_years, configuration.record) == (20, 3, "monthly")
    assert (configuration.start, configuration.start_date, configuration.name) == (
        "boom_2022",
        date(2022, 1, 1),
        "baseline",
    )
    configuration = Request.read(["replications=2", "start=slack_2016", "name=mine"]).configuration()
    assert (configuration.replications, configuration.start, configuration.start_date) == (2, "slack_2016", None)
    assert configuration.name == "mine"


def test_resolved_configuration_is_printed(capsys):
    assert main(["validate", "board=baseline", "seed=7", "--cfg"]) == 0
    told = capsys.readouterr().out
    assert "seed: 7" in told
    assert "command: validate" in told


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> fake_engine.FakeEngine:
    fake = fake_engine.FakeEngine(lambda s: RuntimeError("no") if s.seed == 99 else None)
    monkeypatch.setitem(sys.modules, "agents.area", fake)
    monkeypatch.setattr(agents, "area", fake, raising=False)
    monkeypatch.setattr(execution, "_warm_up", lambda _: 0.0)
    return fake


def test_runs_are_reused_and_only_new_ones_simulated(tmp_path, engine, capsys):
    words = ["validate", f"outputs={tmp_path}", "region=kolmikko", "engine.processes=1"]
    assert main([*words, "replications=2"]) == 0
    assert main([*words, "replications=3"]) == 0
    assert [s.seed for s in engine.simulated] == [42, 43, 44]
    assert "not available" in capsys.readouterr().out


def test_failed_run_is_told_and_the_others_are_scored(tmp_path, engine, capsys):
    words = ["validate", f"outputs={tmp_path}", "region=kolmikko", "engine.processes=1", "seed=97"]
    assert main([*words, "replications=3"]) == 1
    captured = capsys.readouterr()
    assert "1 of 3 runs failed" in captured.err
    (folder,) = (tmp_path / "validate").iterdir()
    assert "2 replications instead of 20" in (folder / "board.md").read_text(encoding="utf-8")
    assert main([*words[:-1], "seed=99", "replications=1"]) == 1  # nothing to score


def test_another_start_begins_at_its_own_date(tmp_path, engine):
    words = ["validate", f"outputs={tmp_path}", *KOLMIKKO, "start=slack_2016"]
    assert main(words) == 0
    (folder,) = (tmp_path / "validate").iterdir()
    assert json.loads((folder / "board.json").read_text(encoding="utf-8"))["model_year"] == 2016


def test_page_for_the_documents_is_written_on_request_only(tmp_path, engine, monkeypatch, capsys):
    monkeypatch.setattr(validate, "DOCS", tmp_path / "docs")
    words = ["validate", f"outputs={tmp_path}", "replications=2", "engine.processes=1"]
    assert main(words) == 0
    assert not (tmp_path / "docs").exists()
    assert main([*words, "write_docs=true"]) == 0
    page = (tmp_path / "docs" / "validation_baseline.md").read_text(encoding="utf-8")
    assert "`kohtaanto validate board=baseline replications=2 write_docs=true`" in page
    assert str(tmp_path) not in page
    assert "validation_baseline.md" in capsys.readouterr().out


def test_paths_of_this_machine_stay_out_of_the_page(tmp_path, engine):
    shutil.copytree(composition.PROJECT / "data" / "regions" / "kolmikko", tmp_path / "own_region")
    words = [f"outputs={tmp_path}", f"region={tmp_path / 'own_region'}", "replications=2", "engine.processes=1"]
    assert main(["validate", *words]) == 0
    (folder,) = (tmp_path / "validate").iterdir()
    page = (folder / "board.md").read_text(encoding="utf-8")
    assert "region=own_region" in page
    assert str(tmp_path) not in page


def test_command_from_words_to_files(tmp_path, capsys):
    assert main(["validate", "board=baseline", f"outputs={tmp_path}", *KOLMIKKO, "scale=0.5"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("moment ")
    (folder,) = (tmp_path / "validate").iterdir()
    assert folder.name.startswith("baseline-")
    content = json.loads((folder / "board.json").read_text(encoding="utf-8"))
    assert content["replications"] == 2
    assert [row["moment"] for row in content["moments"]] != []
    assert {row["moment"] for row in content["moments"]} == set(MEASURES)
    by_name = {row["moment"]: row for row in content["moments"]}
    # A town of 4,720 in the labour force can not have 1,400 hires a month: the board can say no.
    assert by_name["hires"]["verdict"] == "fail"
    assert 2.0 < by_name["unemployment_rate"]["mean"] < 20.0
    for name in ("spell_survival_3m", "spell_survival_12m"):
        assert 0.0 < by_name[name]["mean"] < 1.0
    with (folder / "board.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["moment"] for row in rows] == [row["moment"] for row in content["moments"]]
    assert float(rows[0]["mean"]) == content["moments"][0]["mean"]
    page = (folder / "board.md").read_text(encoding="utf-8")
    assert all(f"| {name} |" in page for name in MEASURES)
    assert "region=kolmikko" in page
    assert not (folder / "report.html").exists()


def test_board_that_is_no_mapping():
    with pytest.raises(InputError, match="expected title"):
        Board.from_plain("own", ["a"])
