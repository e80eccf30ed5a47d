"""Export for spreadsheets: numbers survive the round trip, names are in the language, text is never a formula."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import fake_engine
import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import agents
from experiments.command import main
from experiments.csv_file import read_csv
from experiments.csv_number import decimal_mark, number
from experiments.export.finnish_csv import finnish_number, write_csv
from experiments.export.safe_text import FORMULA_SIGNS, safe
from experiments.export.worded import Worded
from experiments.export.workbook import MOST_ROWS, check_size, write_xlsx
from experiments.query import load
from experiments.report.terms import LANGUAGES, Terms, read
from experiments.running import execution
from experiments.running.store import write_table
from sim.errors import InputError
from sim.indicators import INDICATORS

EVIL = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "-")


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A comparison made with the stand-in for the engine."""
    outputs = tmp_path_factory.mktemp("outputs")
    with pytest.MonkeyPatch.context() as patch:
        fake = fake_engine.FakeEngine()
        patch.setitem(sys.modules, "agents.area", fake)
        patch.setattr(agents, "area", fake, raising=False)
        patch.setattr(execution, "_warm_up", lambda _: 0.0)
        patch.setattr(execution, "_write_report", lambda folder, language: folder / "report.html")
        patch.setattr("experiments.compare.answer", lambda *_: [])
        words = ("shock=closure_kolmikko", "region=kolmikko", "horizon_years=1", "replications=3", "markets=[]")
        assert main(["compare", f"outputs={outputs}", *words, "engine.processes=1"]) == 0
    return next((outputs / "compare").iterdir())


def exported(*words: object) -> int:
    return main(["export", *map(str, words)])


def column(path: Path, header: str) -> list[str]:
    table = read_csv(path)
    position = table.header.index(header)
    return [cells[position] for _, cells in table.rows]


def numbers(path: Path, header: str) -> list[float]:
    """A column as `kohtaanto data import` and the like would read it."""
    cells = [(line, cell) for line, cell in enumerate(column(path, header), start=2)]
    mark = decimal_mark([(line, cell) for line, cell in cells if cell], True, path.name)
    return [number(cell, mark, f"{path.name} row {line}") if cell else float("nan") for line, cell in cells]


def test_the_csv_gives_the_same_numbers_back(compared: Path, tmp_path: Path) -> None:
    out = tmp_path / "indicators.csv"
    assert exported(compared, "table=indicators", f"out={out}") == 0
    values = load(compared).table("indicators")["value"].to_pylist()
    again = numbers(out, "Arvo")
    assert [value for value in again if value == value] == [value for value in values if value == value]
    assert [value != value for value in again] == [value is None or value != value for value in values]
    text = out.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in text
    assert column(out, "Päivä")[0] == "31.1.2025"


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=64), min_size=1, max_size=6))
def test_any_numbers_survive_the_house_reader(values: list[float]) -> None:
    cells = list(enumerate(map(finnish_number, values)))
    mark = decimal_mark(cells, True, "column")
    assert [number(cell, mark, "column") for _, cell in cells] == values


def test_three_decimals_are_not_thousands() -> None:
    assert finnish_number(1.234) == "1,2340"
    assert finnish_number(-0.5) == "-0,5"
    assert finnish_number(1e-7) == "0,0000001"
    assert finnish_number(1234567.0) == "1234567"
    assert finnish_number(float("nan")) == ""


@pytest.mark.parametrize(
    ("language", "indicator", "place", "baseline"),
    [("fi", "Työttömät", "Keskilä", "Perusura"), ("sv", "Arbetslösa", "Mittby", "Basalternativ"),
     ("en", "Unemployed", "Keskilä", "Baseline")],
)  # fmt: skip
def test_names_are_in_the_language_and_codes_beside_them(
    language: str, indicator: str, place: str, baseline: str, compared: Path, tmp_path: Path
) -> None:
    out = tmp_path / "summary.csv"
    assert exported(compared, f"language={language}", f"out={out}") == 0
    terms = Terms(language)
    keys = ("indicator", "indicator_code", "group", "group_code", "arm")
    header = {name: terms.named("columns", name) for name in keys}
    assert indicator in column(out, header["indicator"])
    assert "unemployed" in column(out, header["indicator_code"])
    assert place in column(out, header["group"])
    assert "KU901" in column(out, header["group_code"])
    assert column(out, header["arm"])[0] == baseline


def test_every_word_that_an_export_needs_is_there() -> None:
    cells = read()["cells"]
    assert not {indicator.unit for indicator in INDICATORS.values()} - set(cells)
    for language in LANGUAGES:
        names = [read()["columns"][key][language] for key in read()["columns"]]
        assert len(names) == len(set(names)), f"{language}: two columns have one header"


def test_text_that_looks_like_a_formula_is_disarmed_in_csv(tmp_path: Path) -> None:
    table = pa.table({"text": list(EVIL), "value": [-1.5] * len(EVIL)})
    write_csv(table, ["=header", "arvo"], tmp_path / "evil.csv")
    text = (tmp_path / "evil.csv").read_text(encoding="utf-8-sig")
    assert text.startswith("'=header;arvo")
    for cell in column(tmp_path / "evil.csv", "'=header"):
        assert cell.startswith("'")
    assert set(numbers(tmp_path / "evil.csv", "arvo")) == {-1.5}  # a negative number is a number
    assert safe("Työttömät") == "Työttömät"
    assert all(safe(f"{sign}x") == f"'{sign}x" for sign in FORMULA_SIGNS)


def test_text_that_looks_like_a_formula_is_text_in_xlsx(tmp_path: Path) -> None:
    evil = [text for text in EVIL if text not in ("\r=1",)]  # a carriage return is a line break in XML
    table = pa.table({"text": evil, "value": [-1.5] * len(evil), "day": [date(2025, 1, 31)] * len(evil)})
    write_xlsx(table, ["=header", "Arvo", "Päivä"], tmp_path / "evil.xlsx", "evil")
    sheet = openpyxl.load_workbook(tmp_path / "evil.xlsx").active
    assert sheet["A1"].value == "'=header"
    assert sheet.freeze_panes == "A2"
    for row, text in enumerate(evil, start=2):
        cell, value, day = sheet.cell(row, 1), sheet.cell(row, 2), sheet.cell(row, 3)
        assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)
        assert (value.value, value.data_type) == (-1.5, "n")
        assert (day.value.date(), day.number_format) == (date(2025, 1, 31), "d.m.yyyy")


def test_the_workbook_has_real_numbers_and_a_header_in_the_language(compared: Path, tmp_path: Path) -> None:
    out = tmp_path / "indicators.xlsx"
    assert exported(compared, "table=indicators", f"out={out}", "language=sv") == 0
    sheet = openpyxl.load_workbook(out).active
    header = [cell.value for cell in sheet[1]]
    assert header[:3] == ["Alternativ", "Parametrar", "Upprepning"]
    position = header.index("Värde") + 1
    values = [sheet.cell(row, position).value for row in range(2, sheet.max_row + 1)]
    filed = load(compared).table("indicators")["value"].to_pylist()
    pairs = list(zip(values, filed, strict=True))
    assert [value for value, of in pairs if of == of] == pytest.approx([of for of in filed if of == of], rel=1e-14)
    assert {value for value, of in pairs if of != of} == {None}  # a spreadsheet keeps fifteen digits, and no NaN
    whole = next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, position).value == 5.0)
    assert sheet.cell(whole, position).number_format == "#,##0"
    assert sheet.column_dimensions["A"].width > 8


def test_without_openpyxl_a_line_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(InputError, match="needs the extra 'export'"):
        write_xlsx(pa.table({"x": [1]}), ["x"], tmp_path / "x.xlsx", "x")
    assert not list(tmp_path.iterdir())


def test_too_many_rows_are_refused_with_advice(tmp_path: Path) -> None:
    check_size(MOST_ROWS - 1)
    with pytest.raises(InputError, match=r"1,048,576 rows are more .* format=csv, table=summary"):
        check_size(MOST_ROWS)
    many = pa.table({"x": pa.array([0] * MOST_ROWS, pa.int8())})
    with pytest.raises(InputError, match="rows are more"):
        write_xlsx(many, ["x"], tmp_path / "many.xlsx", "many")
    assert not list(tmp_path.iterdir())


def test_a_sample_is_exported_with_its_errors_harmless(compared: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "manifest.json").write_bytes((compared / "manifest.json").read_bytes())
    sample = pa.table(
        {"point": ["1"], "arm": ["baseline+nothing"], "replication": [0], "seed": [2**61], "status": ["failed"],
         "error": ["=HYPERLINK(1)"], "key": ["ab"], "services.staff_fte.brokerage": [8.25], "unemployed": [None]}
    )  # fmt: skip
    write_table(sample, folder / "sample.parquet")
    assert exported(folder, "language=fi") == 0
    out = folder / "sample.csv"
    assert column(out, "Virhe") == ["'=HYPERLINK(1)"]
    assert column(out, "Vaihtoehto") == ["Perusura + Ei muutosta"]
    assert column(out, "Tila") == ["epäonnistui"]
    assert column(out, "services.staff_fte.brokerage") == ["8,25"]
    assert exported(folder, "language=fi", "format=xlsx") == 0
    sheet = openpyxl.load_workbook(folder / "sample.xlsx").active
    assert sheet.cell(2, 4).value == str(2**61)  # a spreadsheet would round it
    assert sheet.cell(2, 6).data_type == "s"


def test_a_region_of_ones_own_has_its_names(compared: Path) -> None:
    configuration = json.loads((compared / "manifest.json").read_text(encoding="utf-8"))["configuration"]
    worded = Worded(Terms("fi"), configuration | {"region": {"folder": "no/such/folder"}})
    groups = {"group_kind": ["municipality", "line_place", "cohort"], "group": ["KU999", "youth@KU901", "=mine"]}
    table = pa.table(groups)
    assert worded.table(table)[0]["group"].to_pylist() == ["KU999", "nuorten palvelut, Keskilä", "=mine"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["table=summery"], "did you mean 'summary'?"),
        (["table=sample"], "which come of kohtaanto sweep"),
        (["format=xls"], "expected csv or xlsx, got 'xls'"),
        (["format=csv", "out=x.xlsx"], "the ending says xlsx"),
        (["out=x"], "ends in .csv or .xlsx"),
        (["language=se"], "expected fi, sv, en, got 'se'"),
        (["lang=fi"], "did you mean 'language'?"),
        (["nowhere"], "expected one results folder, got 2"),
    ],
)
def test_wrong_input_gets_a_line(
    words: list[str], says: str, compared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert exported(compared, *words) == 2
    told = capsys.readouterr().err
    assert says in told
    assert told.count("\n") == 1
    assert not list(tmp_path.iterdir())
