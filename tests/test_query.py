"""Queries over results folders: views, read-only, refusals, and every documented query."""

from __future__ import annotations

import json
import re
import shutil
import sys
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiments.command import main
from experiments.notebook import compare
from experiments.query import load
from experiments.query.printed import printed
from experiments.query.source import NAMED_CODES, VIEWS
from experiments.running import schema
from experiments.running.results import SCHEMA_VERSION
from sim.errors import InputError

PROJECT = Path(__file__).resolve().parents[1]
DOCUMENT = (PROJECT / "docs" / "queries.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"^```sql\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A comparison of the made-up region with contacts and spells, under one further start state."""
    outputs = tmp_path_factory.mktemp("outputs")
    compare(
        "shock=closure_kolmikko", region="kolmikko", horizon_years=1, replications=2, record="full",
        markets="[tight]", outputs=outputs, **{"engine.processes": 1},
    )  # fmt: skip
    return next((outputs / "compare").iterdir())


@pytest.fixture
def swept(tmp_path: Path) -> Path:
    """A folder as a sweep leaves it: two points, two replications, a run that failed."""
    folder = tmp_path / "sweep" / "staff=1-0a1b2c3d"  # '=' in a name must not be read as a partition
    folder.mkdir(parents=True)
    factor = "services.staff_fte.brokerage"
    rows = [
        {"point": point, "arm": "baseline", "replication": number, "seed": 42 + number, "status": "done", "error": "",
         "key": f"{point}{number}", factor: fte, "unemployed": 400.0 - fte + number}
        for point, fte in (("1", 8.0), ("2", 12.5)) for number in range(2)
    ]  # fmt: skip
    rows.append(dict(rows[-1], replication=2, seed=44, status="failed", error="ValueError: too few", unemployed=None))
    pq.write_table(pa.Table.from_pylist(rows), folder / "sample.parquet")
    months = [
        {"arm": "baseline", "parameter_set": point, "replication": 0, "date": date(2025, 1, 31),
         "indicator": "unemployed", "group_kind": "", "group": "", "value": 400.0, "unit": "persons"}
        for point in "12"
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(months, schema=schema.INDICATORS), folder / "indicators.parquet")
    (folder / "design.csv").write_text(f"id,{factor}\n1,8.0\n2,12.5\n", encoding="utf-8")
    manifest = {"schema_version": SCHEMA_VERSION, "status": "finished", "configuration": {"command": "sweep"}}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: " ".join(query.split())[:40])
def test_documented_queries_give_rows(query: str, compared: Path, swept: Path) -> None:
    assert load(compared, swept).table(query).num_rows > 0


def test_the_document_has_queries_and_names_every_view(compared: Path, swept: Path) -> None:
    assert len(QUERIES) > 10
    assert not [view for view in VIEWS if f"`{view}`" not in DOCUMENT]
    assert set(load(compared, swept).views) == set(VIEWS) - {"weekly"}


def test_views_hold_what_the_files_hold(compared: Path) -> None:
    results = load(compared)
    filed = pq.read_table(compared / "indicators.parquet")
    assert results.table("indicators").drop_columns(["folder"]).cast(filed.schema).equals(filed)
    manifest = json.loads((compared / "manifest.json").read_text(encoding="utf-8"))
    assert results.table("runs")["key"].to_pylist() == [run["key"] for run in manifest["runs"]]
    summary = json.loads((compared / "summary.json").read_text(encoding="utf-8"))
    told = summary["markets"]["tight"]["groups"]["municipality"]["KU901"]["unemployed"]["at"]["12"]
    row = results.table(
        """select mean, difference, n from summary where market = 'tight' and "group" = 'KU901' and "at" = '12'
        and indicator = 'unemployed' and arm = 'closure_kolmikko'"""
    ).to_pylist()
    difference = told["difference"]["closure_kolmikko"]
    assert row == [{"mean": told["arms"]["closure_kolmikko"]["mean"], "difference": difference["mean"], "n": 2}]
    markets = results.table("select distinct market from market_indicators")
    assert markets.to_pylist() == [{"market": "tight"}]


def test_words_of_codes_are_those_of_the_engine() -> None:
    from sim.kernels import services, states

    ends = {
        "job": states.EXIT_JOB, "recall": states.EXIT_RECALL, "service": states.EXIT_SERVICE,
        "out_of_labour_force": states.EXIT_OUT, "self_employment": states.EXIT_SELF_EMPLOYMENT,
    }  # fmt: skip
    exits, kinds = NAMED_CODES["spells"]["exit"], NAMED_CODES["contacts"]["kind"]
    assert {name: exits.index(name) for name in exits[1:]} == ends
    codes = [services.FIRST_INTERVIEW, services.FOLLOW_UP, services.JOINT_MEETING]
    assert [kinds.index(name) for name in ("first_interview", "talk", "joint_meeting")] == codes


def test_a_frame_has_real_dates_and_comes_in_one_line(compared: Path) -> None:
    frame = load(compared).frame("select date, value from indicators where indicator = 'unemployed'")
    assert str(frame["date"].dtype).startswith("datetime64")
    assert frame["date"].max().date() == date(2025, 12, 31)
    assert frame["value"].ge(0).all()


def test_without_pandas_a_line_says_what_is_missing(swept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    assert load(swept).table("sample").num_rows == 5
    with pytest.raises(InputError, match="needs the extra 'notebook'"):
        load(swept).frame("sample")


def test_folders_stand_beside_each_other(compared: Path, swept: Path) -> None:
    other = swept.parents[1] / "other-copy"
    shutil.copytree(swept, other)
    counted = load(compared, swept, other).table("select folder, count(*) as n from runs group by all order by 1")
    assert counted["folder"].to_pylist() == sorted([compared.name, swept.name, other.name])
    same = swept.parents[1] / "elsewhere" / swept.name
    shutil.copytree(swept, same)
    assert len(set(load(swept, same).table("sample")["folder"].to_pylist())) == 2


def test_a_design_with_decimal_commas_is_numbers(swept: Path) -> None:
    before = load(swept).table("design")
    (swept / "design.csv").write_text("id;services.staff_fte.brokerage\n1;8,0\n2;12,5\n", encoding="utf-8")
    assert load(swept).table("design").equals(before)
    assert before["services.staff_fte.brokerage"].to_pylist() == [8.0, 12.5]


def test_the_run_store_is_asked_by_key(compared: Path) -> None:
    from experiments.running.plan import code_digest

    store = load(compared.parents[1] / "runs")
    runs = store.table("select * from runs where bytes > 0 and seconds > 0")
    assert set(runs["code"].to_pylist()) == {code_digest()}
    counted = store.table("select count(distinct key) as n from indicators").to_pylist()
    assert counted == [{"n": runs.num_rows}] == [{"n": 8}]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("sampel", "no view 'sampel'; did you mean 'sample'?; the folders have indicators"),
        ("sample", "which come of kohtaanto sweep"),
        ("select * from sample", "which come of kohtaanto sweep"),
        ("select valu from indicators", "value"),
        ("select 1; select 2", "expected one statement"),
        ("create table mine as select 1", "gives no rows"),
        ("copy indicators to '{out}'", "nothing is written"),
        ("select * from '{other}'", "the views only"),
        ("select * from read_csv('https://example.org/a.csv')", "no network"),
        ("attach '{out}'", "nothing is written"),
        ("install httpfs", "nothing is written"),
        ("selec 1", "syntax error"),
    ],
)  # fmt: skip
def test_what_a_query_must_not_do_is_told_in_a_line(query: str, says: str, compared: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked = query.format(out=out, other=compared / "indicators.parquet")
    with pytest.raises(InputError, match=re.escape(says)) as told:
        load(compared).table(asked)
    assert "\n" not in str(told.value)
    assert not out.exists()


def test_folders_that_do_not_fit_are_refused(compared: Path, swept: Path, tmp_path: Path) -> None:
    manifest = json.loads((swept / "manifest.json").read_text(encoding="utf-8"))

    def told(**changed: object) -> str:
        (swept / "manifest.json").write_text(json.dumps(manifest | changed), encoding="utf-8")
        with pytest.raises(InputError) as error:
            load(swept)
        return str(error.value)

    assert "unfinished; the same command" in told(status="unfinished")
    assert "schema version 2, this program reads 1; run it again" in told(schema_version="2")
    first = {key: value for key, value in manifest.items() if key != "schema_version"}
    (swept / "manifest.json").write_text(json.dumps(first), encoding="utf-8")  # made before versions were written
    assert load(swept).views
    (swept / "manifest.json").write_text(json.dumps(first | {"schema_version": "2"}), encoding="utf-8")
    with pytest.raises(InputError, match="schema version 2"):
        load(swept)
    assert json.loads((compared / "manifest.json").read_text(encoding="utf-8"))["schema_version"] == "1"
    with pytest.raises(InputError, match=r"expected the manifest\.json"):
        load(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        load(tmp_path / "nowhere")
    with pytest.raises(InputError, match="at least one"):
        load()


def test_the_command_prints_writes_and_refuses(
    compared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    query = "select arm, avg(value) as v from indicators where indicator = 'hires' group by all order by 1"
    assert main(["query", str(compared), query]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["arm", "v"]
    assert lines[2].startswith("baseline")
    assert main(["query", str(compared)]) == 0
    assert "contacts: folder, arm, replication" in capsys.readouterr().out
    (tmp_path / "mine.sql").write_text(query, encoding="utf-8")
    out = tmp_path / "hires.csv"
    assert main(["query", str(compared), str(tmp_path / "mine.sql"), f"out={out}"]) == 0
    assert out.read_bytes().startswith(b"\xef\xbb\xbfarm;v\r\nbaseline;")
    assert main(["query", str(compared), query, "rowz=3"]) == 2
    assert "did you mean 'rows'?" in capsys.readouterr().err
    assert main(["query", str(compared), query, f"out={tmp_path / 'x.txt'}"]) == 2
    assert "expected csv or xlsx" in capsys.readouterr().err


def test_a_long_table_is_cut_and_says_so() -> None:
    table = pa.table({"n": list(range(100)), "x": [0.5] * 100})
    lines = printed(table, 10)
    assert len(lines) == 13
    assert lines[-1].startswith("… 90 more rows")
    assert len(printed(table)) == 102
