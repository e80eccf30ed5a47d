"""Staff files (case C04, and C22 for how people save them): read whole or refused in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agents.region import Region
from experiments.command import main
from experiments.composing.composition import resolve
from experiments.composing.configuration import PROJECT
from experiments.running.plan import make_plan
from experiments.shock.staff_file import read_staff
from sim.errors import InputError

DATA = Path(__file__).parent / "data"
HARJAVALTA = ["shock=closure_harjavalta", "replications=1", "horizon_years=1", "markets=[]"]
WITH_C04 = f"shocks.closure_kolmikko.staff_file={DATA / 'c04_event_450.csv'}"
KOLMIKKO = ["region=kolmikko", "shock=closure_kolmikko", "replications=1", "horizon_years=1", "markets=[]"]


@pytest.fixture(scope="module")
def satakunta() -> Region:
    return Region.load(PROJECT / "data" / "regions" / "satakunta")


@pytest.fixture(scope="module")
def kolmikko() -> Region:
    return Region.load(PROJECT / "data" / "regions" / "kolmikko")


def test_c04_reads_whole(satakunta: Region) -> None:
    expected = json.loads((DATA / "c04_expected.json").read_text(encoding="utf-8"))
    cells = read_staff(DATA / "c04_event_450.csv", 450, satakunta)
    assert sum(cell.jobs for cell in cells) == expected["jobs"]
    for code, number in expected["by_occupation"].items():
        assert sum(cell.jobs for cell in cells if satakunta.occupations[cell.occupation].isco2 == code) == number
    for band, number in expected["by_age"].items():
        assert sum(cell.jobs for cell in cells if f"{cell.low}-{cell.high}" == band) == number


FAULTY = {
    "c04_event_449.csv": ("lines 2 to 22", "sum 449, event says 450"),
    "c04_event_duplicate_row.csv": ("line 23", "repeats line 12 (72, 30-54)"),
    "c04_event_unknown_occupation.csv": ("line 17", "occupation 38 does not exist in ISCO-08 at two digits"),
    "c04_event_negative.csv": ("line 10", "negative jobs (-3), row for 52, 55-74"),
}


@pytest.mark.parametrize("command", ["compare", "drill"])
@pytest.mark.parametrize("name", FAULTY)
def test_c04_faulty_files_exit_2(command: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = HARJAVALTA if command == "compare" else ["shock=closure_harjavalta"]
    assert main([command, *words, f"shocks.closure_harjavalta.staff_file={DATA / name}"]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    for part in (name, *FAULTY[name]):
        assert part in told


def written(tmp_path: Path, content: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "staff.csv"
    path.write_bytes(content.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_a_finnish_spreadsheet(kolmikko: Region, tmp_path: Path, encoding: str) -> None:
    content = (
        "Ammatti;Ikä;Kotikunta;Henkilöä\r\n72;15–29;Keskilä;10\r\n"
        "Kuljetustyöntekijät;30-74;902 Rantala;20\r\n91 Siivoojat;55+;;30\r\n"
    )
    cells = read_staff(written(tmp_path, content, encoding), 60, kolmikko)
    codes = [kolmikko.occupations[cell.occupation].isco2 for cell in cells]
    assert codes == ["72", "83", "91"]
    assert [(c.low, c.high, c.home, c.jobs) for c in cells] == [(15, 29, 0, 10), (30, 74, 1, 20), (55, 74, -1, 30)]


def test_ages_from_and_to(kolmikko: Region, tmp_path: Path) -> None:
    cells = read_staff(written(tmp_path, "isco2,from,to,persons\n72,15,29,10\n72,30,74,50\n"), 60, kolmikko)
    assert [(c.low, c.high) for c in cells] == [(15, 29), (30, 74)]


REFUSED = [
    ("occupation;age;pay;jobs\n72;15-74;1;60\n", "line 1: unknown column 'pay'"),
    ("occupation;jobs\n72;60\n", "line 1: column age missing"),
    ("occupation;age;jobs\nYhteensä;15-74;60\n", "line 2: 'Yhteensä' is a total"),
    ("occupation;age;jobs\nkuljetus;15-74;60\n", "did you mean 83 kuljetustyöntekijät"),
    ("occupation;age;jobs\n25;15-74;60\n", "line 2: occupation 25 is not among those of the region; there are 22, 23"),
    ("occupation;age;jobs\n7212;15-74;60\n", "line 2: occupation '7212': expected two digits"),
    ("occupation;age;jobs\n72;old;60\n", "line 2: age 'old'"),
    ("occupation;age;jobs\n72;10-20;60\n", "line 2: age '10-20': expected ages from 15 to 74"),
    ("occupation;age;jobs\n72;15-30;20\n72;30-74;40\n", "line 3: ages 30-74 overlap 15-30 of line 2"),
    ("occupation;age;jobs\n72;15-74;12,5\n83;15-74;47,5\n", "line 2: 12,5 jobs; expected a whole number"),
    ("occupation;age;jobs\n72;15-74;many\n83;15-74;60\n", "line 2: 'many' is not a number of jobs"),
    ("occupation;age;home;jobs\n72;15-74;Keskila;60\n", "did you mean 'Keskilä'"),
]


@pytest.mark.parametrize(("content", "message"), REFUSED)
def test_what_is_refused(kolmikko: Region, tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_staff(written(tmp_path, content), 60, kolmikko)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_world_of_every_arm_has_the_staff_and_its_own_key(tmp_path: Path) -> None:
    path = written(tmp_path, "occupation;age;jobs\n72;15-74;60\n")
    plain, known = (make_plan(resolve("compare", [*KOLMIKKO, *more])) for more in (
        [], [f"shocks.closure_kolmikko.staff_file={path}"]
    ))  # fmt: skip
    assert not {run.key for run in plain.runs} & {run.key for run in known.runs}
    assert {run.arm for run in known.runs} == {"baseline", "closure_kolmikko"}
    for run in known.runs:
        (cohort,) = run.specification.cohorts
        assert [cell.jobs for cell in cohort.staff] == [60]
        assert cohort.marked == run.specification.start_date
    path.write_text("occupation;age;jobs\n72;15-39;20\n72;40-74;40\n", encoding="utf-8")
    other = make_plan(resolve("compare", [*KOLMIKKO, f"shocks.closure_kolmikko.staff_file={path}"]))
    assert not {run.key for run in other.runs} & {run.key for run in known.runs}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["shocks.closure_kolmikko.staff_file=none.csv"], "shocks.closure_kolmikko.staff_file: no file"),
        (["shocks.closure_kolmiko.staff_file=none.csv"], "no 'closure_kolmiko' in shocks"),
        (["shocks.closure_kolmikko.marked=2025-01-20", WITH_C04], "write marked: start"),
    ],
)
def test_keys_of_the_command_line(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", *KOLMIKKO, *words]) == 2
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1
