"""A region of one's own, as `docs/your_region.en.md` tells it: copy, change, check, compare, export, query."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import openpyxl
import pytest

from agents.region import Region
from experiments.command import main
from experiments.query import load

PROJECT = Path(__file__).resolve().parents[1]
DOCUMENT = (PROJECT / "docs" / "your_region.en.md").read_text(encoding="utf-8")
CHANGES = re.findall(r"^\| `([\w.]+)` \| `([^`]+)` \| `([^`]+)` \|$", DOCUMENT, re.MULTILINE)
ERRORS = re.findall(r"^\| [^|`]+ \| `([^`]+)` \|$", DOCUMENT, re.MULTILINE)
COMMANDS = [shlex.split(line) for line in re.findall(r"^kohtaanto (.*)$", DOCUMENT, re.MULTILINE)]


@pytest.fixture
def region(tmp_path: Path) -> Path:
    """The made-up region under another name with the numbers that the page changes."""
    folder = tmp_path / "my_region"
    shutil.copytree(PROJECT / "data" / "regions" / "kolmikko", folder)
    for name, before, after in CHANGES:
        replace(folder / name, before, after)
    return folder


def replace(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{path.name}: {before}"
    path.write_text(text.replace(before, after), encoding="utf-8")


@pytest.mark.verify
def test_the_page_from_beginning_to_end(
    region: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(CHANGES) == 5
    assert [words[0] for words in COMMANDS] == ["data", "data", "compare", "sweep", "export", "query"]
    folder = ""
    for words in COMMANDS:
        asked = [word.replace("FOLDER", folder) for word in words]
        if words[0] in ("compare", "sweep"):
            asked += ["outputs=results", "horizon_years=1", "replications=2", "engine.processes=1"]
            asked += ["markets=[]"] if words[0] == "compare" else []
        assert main(asked) == 0, words
        told = capsys.readouterr().out
        if words[0] == "compare":
            folder = str(next((tmp_path / "results" / "compare").iterdir()))
            assert folder in told
    assert "closure_kolmikko" in told  # the query's answer
    swept = load(next((tmp_path / "results" / "sweep").iterdir()))
    sample = swept.table("select * from sample join design using (point)")
    assert sample.num_rows == 8 * 2 * 2
    sheet = openpyxl.load_workbook(Path(folder) / "summary.xlsx").active
    assert "Keskilä" in {cell.value for cell in sheet["G"]}
    names = load(folder).table("select distinct \"group\" from indicators where group_kind = 'municipality' order by 1")
    assert names["group"].to_pylist() == ["KU901", "KU902", "KU903"]
    page = (Path(folder) / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?:https?:)?//""", page)  # opens without a network


def test_what_was_changed_is_what_is_loaded(region: Path) -> None:
    before, after = Region.load(PROJECT / "data" / "regions" / "kolmikko"), Region.load(region)
    assert after.name == "my_region"
    assert after.title["en"] == "My region"
    assert before.digest != after.digest
    start = "start_2025_01"
    assert float(after.start_states[start].unemployed.sum() - before.start_states[start].unemployed.sum()) == 60.0
    assert after.service_points[0].municipal_fte == 4.0


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [("start_states.csv", "KU901,2800,360,", "KU901,2800,36O,"),
     ("municipalities.csv", "62.1,23.5,2500,", "62.1,23.5,2600,")],
)  # fmt: skip
def test_errors_read_as_the_page_says(
    file: str, before: str, after: str, region: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replace(region / file, before, after)
    assert main(["data", "check", str(region)]) == 2
    told = capsys.readouterr().err
    assert told.removeprefix("kohtaanto: ").strip() in ERRORS


def test_the_finnish_page_has_the_same_commands() -> None:
    finnish = (PROJECT / "docs" / "your_region.fi.md").read_text(encoding="utf-8")
    told = re.findall(r"^ *kohtaanto (.*)$", finnish, re.MULTILINE)
    assert set(told) <= {" ".join(words) for words in COMMANDS}
    assert {line.split()[0] for line in told} == {"data", "compare", "export"}
