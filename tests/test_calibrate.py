"""``kohtaanto calibrate`` from the command line to the parameter files, on a tiny region."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from experiments.calibration import evaluation
from experiments.command import main
from experiments.composing import composition
from experiments.composing.composition import resolve
from experiments.running import plan

BOARD = """\
# @package board
title: A board for tests
start: boom_2022
start_date: "2022-01-01"
model_year: 2022
horizon_years: 1
replications: 2
moments:
  hires: {band: [60, 80], unit: persons a month, source: made up}
  hires_from_unemployment: {band: [40, 60], unit: persons a month, source: made up}
  furloughed_share: {band: [3.5, 6.5], unit: "%", source: made up}
  spell_survival_12m: {band: [0.09, 0.2], unit: share, source: made up}
"""
TARGET = """\
# @package target
board: tiny
start: boom_2022
start_date: "2022-01-01"
horizon_years: 1
replications: 2
seed: 5
evaluations: 9
moments: [hires, hires_from_unemployment, furloughed_share, spell_survival_12m]
parameters:
  search.rate_unemployed_per_month: {low: 0.42, high: 3.0}
  search.rate_employed_per_month:
"""


@pytest.fixture
def conf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the configuration with a small target."""
    folder = Path(shutil.copytree(composition.CONF, tmp_path / "conf"))
    (folder / "board" / "tiny.yaml").write_text(BOARD, encoding="utf-8")
    (folder / "target" / "tiny.yaml").write_text(TARGET, encoding="utf-8")
    monkeypatch.setattr(composition, "CONF", folder)
    return folder


def calibrate(outputs: Path, *words: str) -> int:
    return main(["calibrate", "target=tiny", "region=kolmikko", "engine.processes=1", f"outputs={outputs}", *words])


def only_result(outputs: Path) -> dict[str, Any]:
    (folder,) = (outputs / "calibrate").iterdir()
    assert folder.name.startswith("tiny-")
    content: dict[str, Any] = json.loads((folder / "calibration.json").read_text(encoding="utf-8"))
    points = (folder / "evaluations.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(points) >= content["result"]["evaluations"] - 1  # a point that was asked twice has one line
    assert content["status"] in (folder / "calibration.md").read_text(encoding="utf-8")
    return content


def test_a_fit_from_the_command_line_to_the_parameter_files(
    conf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for path in conf.rglob("*.yaml")}
    start = resolve("run", []).parameters
    outputs = tmp_path / "outputs"
    assert calibrate(outputs, "write=true") == 0
    told = capsys.readouterr()
    assert "step 0: objective" in told.err
    assert "worst (half-widths from the band's middle): " in told.err
    assert "spell_survival_12m is not available in these runs and is left out" in told.err
    content = only_result(outputs)
    result = content["result"]
    assert result["evaluations"] <= 9
    assert content["runs_simulated"] <= 18
    assert content["seeds"] == [5, 6]
    assert result["objective"]["fitted"] < result["objective"]["start"]
    assert result["moments"]["spell_survival_12m"]["used"] is False
    assert not result["moments"]["spell_survival_12m"]["fitted"]["inside"]
    for name, found in result["parameters"].items():
        assert found["start"] == start.value(name)
        assert found["low"] <= found["fitted"] <= found["high"]
        assert (found["at_bound"] is not None) == (found["fitted"] in (found["low"], found["high"]))
    assert "hires" in result["slopes"]

    changed = {name: found for name, found in result["parameters"].items() if found["fitted"] != found["start"]}
    assert changed
    after = {path: path.read_bytes() for path in conf.rglob("*.yaml")}
    assert [path for path in before if after[path] != before[path]] == [conf / "labour_market" / "default.yaml"]
    now = resolve("run", []).parameters
    for parameter in now:
        if parameter.name not in changed:
            assert parameter == start[parameter.name]
            continue
        assert parameter.value == changed[parameter.name]["fitted"]
        assert parameter.source_kind == "fitted"
        assert parameter.source.startswith("kohtaanto calibrate target=tiny")
        assert (parameter.low, parameter.high) == (start[parameter.name].low, start[parameter.name].high)

    # What has been written is what was simulated: the same values start where this search ended.
    assert calibrate(outputs, "name=again", "target.evaluations=6") == 0
    (again,) = (outputs / "calibrate").glob("again-*")
    begun = json.loads((again / "calibration.json").read_text(encoding="utf-8"))["result"]
    assert begun["objective"]["start"] == pytest.approx(result["objective"]["fitted"], rel=1e-12)


def test_moments_of_another_board_are_met_in_its_own_runs(conf: Path, tmp_path: Path) -> None:
    """The other board stands in another start state: its runs, and so its moments, differ; both count."""
    other = BOARD.replace("boom_2022", "slack_2016").replace("2022-01-01", "2016-01-01").replace(": 2022", ": 2016")
    (conf / "board" / "lean.yaml").write_text(other, encoding="utf-8")
    text = TARGET.replace("parameters:", "beside: {lean: {hires: 2, furloughed_share: 1}}\nparameters:")
    (conf / "target" / "tiny.yaml").write_text(text, encoding="utf-8")
    assert calibrate(tmp_path) == 0
    moments = only_result(tmp_path)["result"]["moments"]
    assert list(moments)[-2:] == ["lean.hires", "lean.furloughed_share"]
    assert moments["lean.hires"]["weight"] == 2
    assert moments["lean.hires"]["start"]["mean"] != moments["hires"]["start"]["mean"]
    direct = tmp_path / "direct"
    words = ["validate", "board=lean", "region=kolmikko", "seed=5", "engine.processes=1", f"outputs={direct}"]
    assert main(words) == 0
    (judged,) = (direct / "validate").glob("lean-*/board.json")
    by_name = {row["moment"]: row["mean"] for row in json.loads(judged.read_text(encoding="utf-8"))["moments"]}
    for name in ("hires", "furloughed_share"):
        assert moments[f"lean.{name}"]["start"]["mean"] == pytest.approx(by_name[name], rel=1e-6)


def test_ctrl_c_keeps_the_best_point_and_the_same_command_goes_on(
    conf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    perform_all, runs = evaluation.perform_all, 0

    def interrupted(*given: Any) -> Any:
        nonlocal runs
        for outcomes in perform_all(*given):
            runs += len(outcomes)
            yield outcomes
            if runs == 4:
                raise KeyboardInterrupt

    monkeypatch.setattr(evaluation, "perform_all", interrupted)
    outputs = tmp_path / "outputs"
    before = {path: path.read_bytes() for path in conf.rglob("*.yaml")}
    assert calibrate(outputs, "write=true") == 130
    told = capsys.readouterr().err.splitlines()[-1]
    assert told.startswith("kohtaanto: interrupted: the best of 1 points is kept, nothing was written into conf/")
    assert {path: path.read_bytes() for path in conf.rglob("*.yaml")} == before
    content = only_result(outputs)
    assert content["status"] == "interrupted"
    assert content["runs_simulated"] == 4
    assert content["result"]["slopes"] == {}
    assert all(found["identified"] is None for found in content["result"]["parameters"].values())

    assert calibrate(outputs) == 0
    content = only_result(outputs)
    assert content["status"] == "finished"
    assert content["runs_simulated"] <= 18 - 4


def test_ctrl_c_before_the_first_point_is_one_line(
    conf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*given: Any) -> Any:
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(evaluation, "perform_all", interrupted)
    assert calibrate(tmp_path / "outputs") == 130
    assert capsys.readouterr().err.splitlines()[-1].startswith("kohtaanto: interrupted before the first point")


def test_other_sources_in_the_middle_of_a_search_end_it(
    conf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = plan.code_digest()
    digests = iter([digest, digest, digest, "other"])  # before and after a batch
    monkeypatch.setattr(evaluation, "code_digest", Digest(digest, digests))
    outputs = tmp_path / "outputs"
    assert calibrate(outputs) == 1
    assert "the sources of sim/ or agents/ changed during the search: the best of" in capsys.readouterr().err
    assert only_result(outputs)["runs_simulated"] == 6
    assert len(list((outputs / "runs").rglob("*.parquet"))) == 2  # those of the second batch are gone


class Digest:
    """Of sources: what was read first, and what stands in the files now."""

    def __init__(self, first: str, now: Iterator[str]) -> None:
        self.first, self.now = first, now

    def __call__(self) -> str:
        return self.first

    def __wrapped__(self) -> str:
        return next(self.now)


def test_a_start_that_can_not_be_simulated_is_one_line(
    conf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from agents import area

    def broken(_: Any) -> Any:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(area, "simulate_arms", broken)
    assert calibrate(tmp_path / "outputs") == 1
    told = capsys.readouterr().err.splitlines()[-1]
    assert told.startswith("kohtaanto: the start values can not be simulated: ZeroDivisionError: by zero")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["target=tny"], "target=tny: no such file in conf/target; did you mean 'tiny'?"),
        (["target.evaluation=3"], "target.evaluation: no such key; did you mean 'evaluations'?"),
        (["target.evaluations=5"], "evaluations: 5 are too few for a step with 2 parameters; at least 6"),
        (["target.board=tinny"], "board=tinny: no such file in conf/board; did you mean 'tiny'?"),
        (["write=yes"], "write=yes: expected true or false"),
        (["write=true", "parameters.hiring.window_days=10"], "would not hold for conf/ as it stands"),
        (["parameters.search.rate_unemployed_per_month=0.41"], "outside the bounds 0.42 to 3"),
        (["parameters.search.rate_unemployed_per_mont=1"], "did you mean 'search.rate_unemployed_per_month'?"),
        (["shock=closure_kolmikko"], "calibrate runs the baseline alone"),
        (["record=full"], "calibrate records what its moments need"),
        (["horizon_year=2"], "did you mean 'horizon_years'?"),
        (["start_date=2022-02-01"], "model year 2022 must be simulated as a whole"),
        (["--fresh"], "calibrate has no flag --fresh"),
        (["baseline"], "'baseline': expected KEY=VALUE"),
    ],
)
def test_wrong_input_is_one_line(
    conf: Path, tmp_path: Path, words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert calibrate(tmp_path / "outputs", *words) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert told in said[0]
    assert not list((tmp_path / "outputs").rglob("*.parquet"))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("moments: [hires,", "moments: [hirse,", "moments.hirse: no such moment in conf/board/tiny.yaml; did you mean"),
        ("  search.rate_employed_per_month:", "  search.rate_employd_per_month:", "did you mean 'search.rate_employed"),
        ("high: 3.0", "high: 30", "high: 30 is outside the declared range"),
        ("low: 0.42", "low: 2.5", "the value in conf/, which is outside the bounds 2.5 to 3"),
        ("board: tiny\n", "", "conf/target/tiny.yaml: board missing"),
    ],
)
def test_a_wrong_file_is_one_line(
    conf: Path, tmp_path: Path, old: str, new: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert old in TARGET
    (conf / "target" / "tiny.yaml").write_text(TARGET.replace(old, new), encoding="utf-8")
    assert calibrate(tmp_path / "outputs") == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert told in said[0]


def test_the_runs_can_be_printed(conf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert calibrate(tmp_path / "outputs", "--cfg", "replications=3") == 0
    printed = yaml.safe_load(capsys.readouterr().out)
    assert (printed["command"], printed["seed"], printed["replications"]) == ("calibrate", 5, 3)
    assert printed["start"] == {"state": "boom_2022"}


def test_other_commands_say_whose_key_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "target=baseline"]) == 2
    assert "it belongs to kohtaanto calibrate" in capsys.readouterr().err
