"""The stress library: who closes, depth and length by hand, made-up employers, and a small library for real."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from agents.region import Region
from experiments.command import main
from experiments.composing.configuration import PROJECT
from experiments.report import page as report
from experiments.report.terms import Terms
from experiments.running import schema
from experiments.stress import page
from experiments.stress.employer import Target, made_up, targets_of, with_employers
from experiments.stress.impact import half_gone, measure
from experiments.stress.question import Question
from experiments.stress.request import Request

DAYS = [date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31), date(2025, 4, 30)]


@pytest.fixture(scope="module")
def satakunta() -> Region:
    return Region.load(PROJECT / "data" / "regions" / "satakunta")


@pytest.fixture(scope="module")
def kolmikko() -> Region:
    return Region.load(PROJECT / "data" / "regions" / "kolmikko")


def question(**changed: Any) -> Question:
    return Question.read("default", changed)


def test_public_employers_are_left_out_unless_asked_for(satakunta: Region) -> None:
    close, left_out = targets_of(satakunta, question())
    assert {target.section for target in left_out} <= {"O", "P", "Q"}
    assert not {target.section for target in close} & {"O", "P", "Q"}
    assert [target.jobs for target in close] == sorted((target.jobs for target in close), reverse=True)
    assert min(target.jobs for target in close) >= 50
    everybody, nobody = targets_of(satakunta, question(public=True))
    assert (len(everybody), nobody) == (len(close) + len(left_out), [])
    assert {target.section for target in targets_of(satakunta, question(sections=["D", "H"]))[0]} == {"D", "H"}


def test_made_up_employers_stand_where_nobody_is_named(satakunta: Region, tmp_path: Path) -> None:
    added = made_up(satakunta, question())
    named = {(satakunta.municipalities[e.municipality].code, satakunta.sections[e.section])
             for e in satakunta.large_employers}  # fmt: skip
    assert added
    assert not {(target.municipality, target.section) for target in added} & named
    folder = with_employers(satakunta, added, tmp_path)
    assert folder == with_employers(satakunta, added, tmp_path)
    larger = Region.load(folder)
    assert len(larger.large_employers) == len(satakunta.large_employers) + len(added)
    for target in added:
        assert larger.employer(target.id).jobs == target.jobs
    assert with_employers(satakunta, [], tmp_path) == satakunta.path
    assert made_up(satakunta, question(synthetic=False)) == []


def table(unemployed: list[float], euros: list[float]) -> pa.Table:
    """A run by hand: one town, one payer."""
    columns: dict[str, list[Any]] = {name: [] for name in schema.RUN.names}
    series = [("unemployed", "", "", unemployed), ("unemployed", "municipality", "KU901", unemployed),
              ("cost_total_eur", "payer", "state", euros), ("benefits_eur", "payer", "state", euros)]  # fmt: skip
    for name, kind, group, values in series:
        for day, value in zip(DAYS, values, strict=True):
            for key, item in zip(columns, (day, name, kind, group, value, "persons"), strict=True):
                columns[key].append(item)
    return pa.table(columns, schema=schema.RUN)


def test_an_impact_by_hand() -> None:
    target = Target("mill", "Mill", "KU901", "C", 50)
    nothing = [0.0] * 4
    tables = {
        ("baseline", 0): table([100.0] * 4, nothing), ("mill", 0): table([100, 130, 120, 110], [0, 1, 2, 3]),
        ("baseline", 1): table([90.0] * 4, nothing), ("mill", 1): table([90, 100, 100, 100], [0, 1, 2, 5]),
    }  # fmt: skip
    (impact,) = measure([target], tables)
    assert impact.series.tolist() == [0.0, 20.0, 15.0, 10.0]
    assert (impact.depth.mean, impact.peak_month, impact.half_gone) == (20.0, 2, 2.0)
    assert impact.depth.low < 20.0 < impact.depth.high
    assert impact.euros.mean == impact.payers["state"].mean == 14.0  # services and benefits of both: 12 and 16
    assert impact.towns["KU901"].mean == 20.0


def test_length_counts_from_the_peak() -> None:
    assert half_gone(np.array([0.0, 10.0, 8.0, 5.0, 9.0]), 1) == 2.0
    assert math.isnan(half_gone(np.array([0.0, 10.0, 8.0, 6.0]), 1))
    assert math.isnan(half_gone(np.array([0.0, 0.0]), 0))


def test_what_has_not_gone_within_the_run_is_longest() -> None:
    def one(name: str, half: float | None, depth: float, euros: float) -> dict[str, Any]:
        return {"id": name, "half_gone_months": half, "depth": {"mean": depth}, "euros": {"mean": euros}}

    employers = [one("a", 3, 9, 1), one("b", None, 5, 2), one("c", 7, 7, 3)]
    content: Mapping[str, Any] = {"rank": "depth", "employers": employers}
    assert [x["id"] for x in page.ranked(content)] == ["a", "c", "b"]
    assert [x["id"] for x in page.ranked(content, "length")] == ["b", "c", "a"]
    assert [x["id"] for x in page.ranked(content, "euros")] == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["stress.least_job=5"], "stress.least_job: no such key; did you mean 'least_jobs'"),
        (["stress.sections=[Z]"], "no industry 'Z'"),
        (["stress.synthetic_share=2"], "expected a number from 0.01 to 1"),
        (["stress.public=maybe"], "expected true or false"),
        (["rank=size"], "rank=size: expected depth, length, euros"),
        (["shock=closure_kolmikko"], "stress makes arms of its own"),
        (["region=kolmikko", "stress.least_jobs=5000"], "no employer of kolmikko has 5000 jobs"),
    ],
)
def test_wrong_input_is_one_line(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stress", *words]) == 2
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1


def test_a_small_library_for_real(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["region=kolmikko", "replications=2", "horizon_years=1", f"outputs={tmp_path}", "engine.processes=1",
             "language=en", "stress.synthetic_sections=[H]"]  # fmt: skip
    assert Request.read(words).rank == "depth"
    assert main(["stress", *words]) == 0
    told = capsys.readouterr().out.splitlines()
    folder = Path(told[-2]).parent
    content = json.loads((folder / "stress.json").read_text(encoding="utf-8"))
    with (folder / "stress.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["employer"] for row in rows] == [one["id"] for one in page.ranked(content)]
    assert {"plant_kolmikko", "plant_ku901_h"} == {row["employer"] for row in rows}
    assert len(content["left_out"]) == 2
    for row in rows:
        assert 0.0 < float(row["depth"]) < 2.0 * float(row["jobs"])
    assert "Keskilän koulu" in (folder / "report.html").read_text(encoding="utf-8")
    for language in ("fi", "sv"):
        text = report.write(folder, language).read_text(encoding="utf-8")
        assert Terms(language).term("stress_heading") in text
        assert "<svg" in text
