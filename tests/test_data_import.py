"""Files of the statistics service come in whole: codes, totals, decimal commas, encodings (cases C20, C22)."""

# ruff: noqa: E501
# Tables of cases are read best with a case a line.
from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from agents.region import Region
from experiments.region_data.importing import HEADER, Imported, import_file, parse_time, run_import
from sim.errors import InputError

REGIONS = Path(__file__).parents[1] / "data" / "regions"
CASES = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def satakunta() -> Region:
    return Region.load(REGIONS / "satakunta")


def bring_in(tmp_path: Path, region: Region, content: str | bytes, name: str = "file.csv") -> Imported:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return import_file(path, region)


# --- C20: codes with and without zeros, totals among the rows ------------------------------------


@pytest.mark.parametrize("name", ["c20_codes.csv", "c20_codes_names.csv"])
def test_c20(satakunta: Region, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    expected = json.loads((CASES / "c20_expected.json").read_text(encoding="utf-8"))
    imported = import_file(CASES / name, satakunta)
    values = {code: value for code, _, _, _, value in imported.rows}
    assert values == {code: value for code, value in expected.items() if code.startswith("KU")}
    assert list(imported.sums().values()) == [expected["sum_of_municipalities"]]
    assert imported.larger_areas
    assert set(imported.larger_areas) <= set(expected["not_municipalities"])
    assert {row[2] for row in imported.rows} == {"2025-01"}

    out = tmp_path / "tidy.csv"
    assert run_import(CASES / name, REGIONS / "satakunta", out) == 0
    text = capsys.readouterr().out
    assert "= 6,200" in text
    for label in imported.larger_areas:
        assert label in text
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert tuple(rows[0]) == HEADER
    assert [row[0] for row in rows[1:]] == ["KU079", "KU214", "KU609", "KU886"]
    assert sum(float(row[4]) for row in rows[1:]) == expected["sum_of_municipalities"]


def test_both_c20_files_name_every_total(satakunta: Region) -> None:
    expected = json.loads((CASES / "c20_expected.json").read_text(encoding="utf-8"))
    seen: set[str] = set()
    for name in ("c20_codes.csv", "c20_codes_names.csv"):
        seen |= set(import_file(CASES / name, satakunta).larger_areas)
    assert seen == set(expected["not_municipalities"])


def test_unknown_codes_are_listed(satakunta: Region, tmp_path: Path) -> None:
    imported = bring_in(
        tmp_path, satakunta, "alue,kuukausi,tyottomat\n999,2025M01,5\n102 Huittinen,2025M01,6\n79,2025M01,7\n"
    )
    assert list(imported.unknown) == ["999", "102 Huittinen"]
    assert any("999, 102 Huittinen" in line for line in imported.account())
    assert imported.read == 3
    assert [row[4] for row in imported.rows] == [7.0]


def test_the_same_place_twice_is_refused(satakunta: Region, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="KU079 Harjavalta, 2025-01 has 'tyottomat' twice"):
        bring_in(tmp_path, satakunta, "alue,kuukausi,tyottomat\n79,2025M01,5\nKU079,2025M01,5\n")


def test_code_and_name_that_disagree_are_refused(satakunta: Region, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"row 3, column Alue: '609 Ulvila': the code is that of Pori"):
        bring_in(tmp_path, satakunta, "Alue;Kuukausi;Määrä\n079 Harjavalta;2025M01;5\n609 Ulvila;2025M01;5\n")


# --- C22: a CSV out of a Finnish spreadsheet -----------------------------------------------------


@pytest.mark.parametrize("name", ["c22_utf8_bom.csv", "c22_cp1252.csv", "c22_sep_line.csv"])
def test_c22_three_encodings_are_one_table(satakunta: Region, name: str) -> None:
    expected = json.loads((CASES / "c22_expected.json").read_text(encoding="utf-8"))
    rows = import_file(CASES / name, satakunta).rows
    assert rows == import_file(CASES / "c22_utf8_bom.csv", satakunta).rows
    for place in ("Pori", "Jämijärvi", "Kokemäki"):
        mine = {indicator: value for _, who, _, indicator, value in rows if who == place}
        assert list(mine.values()) == [expected[place][key] for key in ("unemployed", "rate_percent", "eur")]
        assert {when for _, who, when, _, _ in rows if who == place} == {expected[place]["date"]}


def test_c22_serial_days_and_other_months(satakunta: Region) -> None:
    expected = json.loads((CASES / "c22_expected.json").read_text(encoding="utf-8"))
    rows = import_file(CASES / "c22_excel_serial.csv", satakunta).rows
    assert [row[2] for row in rows] == expected["c22_excel_serial.csv months"]


def test_c22_ambiguous_number_is_refused(satakunta: Region) -> None:
    with pytest.raises(
        InputError, match=r"column Työttömät, row 2: '1\.234' could mean 1234 or 1\.234"
    ) as caught:
        import_file(CASES / "c22_ambiguous.csv", satakunta)
    assert "\n" not in str(caught.value)


NUMBERS: list[tuple[list[str], list[float] | str]] = [
    (["1234,5", "2,25"], [1234.5, 2.25]),
    (["1.234,5", "2.000"], [1234.5, 2000.0]),
    (["1 234", "−5"], [1234.0, -5.0]),
    (["0,123", "7"], [0.123, 7.0]),
    (["12.5", "1.234"], [12.5, 1.234]),
    (["1.234.567", "1.234"], [1234567.0, 1234.0]),
    (["14,4 %", "9,0 %"], [14.4, 9.0]),
    (["1,234", "5"], "could mean"),
    (["1.234", "5"], "could mean"),
    (["1,5", "1.5"], "has a decimal point, other rows a decimal comma"),
    (["12 34", "5"], "is not a number"),
    (["5", "7", "#DIV/0!"], "is not a number"),
    (["5", "7", "9.loka"], "is not a number"),
]


@pytest.mark.parametrize(("cells", "expected"), NUMBERS)
def test_numbers(satakunta: Region, tmp_path: Path, cells: list[str], expected: list[float] | str) -> None:
    places = ["Pori", "Ulvila", "Karvia"]
    content = "Kunta;Määrä\n" + "".join(
        f"{place};{cell}\n" for place, cell in zip(places, cells, strict=False)
    )
    if isinstance(expected, str):
        with pytest.raises(InputError, match=expected):
            bring_in(tmp_path, satakunta, content)
    else:
        assert [row[4] for row in bring_in(tmp_path, satakunta, content).rows] == expected


TIMES: list[tuple[str, str | None]] = [
    ("2025M01", "2025-01"), ("2025-01", "2025-01"), ("1/2025", "2025-01"), ("03.2025", "2025-03"),
    ("31.1.2025", "2025-01-31"), ("2025-01-31", "2025-01-31"), ("45658", "2025-01-01"), ("2025Q4", "2025Q4"),
    ("2025", "2025"), ("31.2.2025", None), ("2025M13", None), ("tammikuu", None), ("", None), ("9.10", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TIMES)
def test_times(text: str, expected: str | None) -> None:
    assert parse_time(text) == expected


# --- real files ---------------------------------------------------------------------------------


def test_real_population_of_2021(satakunta: Region) -> None:
    imported = import_file(CASES / "r5_population_by_municipality_2021.csv", satakunta)
    sums = {indicator: value for (indicator, _), value in imported.sums().items()}
    assert sums["Yhteensä"] == 138_113
    assert sums["Miehet"] + sums["Naiset"] == 138_113
    assert len({row[0] for row in imported.rows}) == 11
    assert len(imported.rows) == 33
    assert len(imported.unknown) == 297
    assert imported.read == 3 * 308


def test_real_json_stat(satakunta: Region) -> None:
    imported = import_file(CASES / "r4_statfin_11rc_sv.json", satakunta)
    assert len(imported.rows) == imported.read == 90
    by_key = {(month, indicator): value for _, _, month, indicator, value in imported.rows}
    assert by_key["2020", "Befolkning 31.12.; Kön=Totalt; Ålder=20 - 24"] == 308_410
    assert by_key["2022", "Befolkning 31.12.; Kön=Kvinnor; Ålder=65 - 69"] == 181_956
    for year in ("2020", "2021", "2022"):
        men, women, both = (
            sum(v for (m, what), v in by_key.items() if m == year and f"Kön={sex};" in what)
            for sex in ("Män", "Kvinnor", "Totalt")
        )
        assert men + women == both
    assert any("no dimension of places" in note for note in imported.notes)


def dataset(**changes: object) -> str:
    data: dict[str, object] = {
        "class": "dataset",
        "label": "Työttömät",
        "id": ["Alue", "Kuukausi", "Tiedot"],
        "size": [4, 2, 1],
        "dimension": {
            "Alue": {
                "label": "Alue",
                "category": {
                    "index": {"SSS": 0, "KU609": 2, "KU079": 1, "KU102": 3},
                    "label": {
                        "SSS": "KOKO MAA",
                        "KU609": "Pori",
                        "KU079": "Harjavalta",
                        "KU102": "Huittinen",
                    },
                },
            },
            "Kuukausi": {"label": "Kuukausi", "category": {"index": ["2025M01", "2025M02"]}},
            "Tiedot": {
                "label": "Tiedot",
                "category": {"label": {"TYOTTOMATLOPUSSA": "Työttömät laskentapäivänä"}},
            },
        },
        "value": [900, 901, 10, 11, 50, None, 7, 8],
        "role": {"time": ["Kuukausi"], "metric": ["Tiedot"]},
    }
    data.update(changes)
    return json.dumps(data)


def test_json_stat_with_places(satakunta: Region, tmp_path: Path) -> None:
    imported = bring_in(tmp_path, satakunta, dataset(), "x.json")
    assert [(row[0], row[2], row[4]) for row in imported.rows] == [
        ("KU079", "2025-01", 10.0), ("KU079", "2025-02", 11.0), ("KU609", "2025-01", 50.0),
    ]  # fmt: skip
    assert (imported.missing, imported.read) == (1, 8)
    assert list(imported.larger_areas) == ["SSS"]
    assert list(imported.unknown) == ["KU102"]
    sparse = dataset(value={"2": 10, "3": 11, "4": 50})
    assert bring_in(tmp_path, satakunta, sparse, "x.json").rows == imported.rows


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (dataset(value=[1, 2, 3]), "3 figures; the sizes"),
        (dataset(size=[4, 3, 1]), "2 categories; its size is 3"),
        (dataset(dimension={}), "not whole as JSON-stat 2"),
        (dataset(**{"class": "collection"}), "not a JSON-stat 2 dataset"),
        (dataset()[:-40], "not JSON"),
        ("[1, 2]", "not a JSON-stat 2 dataset"),
    ],
)
def test_damaged_json(satakunta: Region, tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        bring_in(tmp_path, satakunta, content, "x.json")
    assert "\n" not in str(caught.value)


# --- other shapes and damage --------------------------------------------------------------------


def test_title_line_wide_months_and_missing_cells(satakunta: Region, tmp_path: Path) -> None:
    content = '"Työttömät muuttujina Alue ja Kuukausi"\n\n"Alue";"2025M01 Työttömät";"2025M02 Työttömät"\n"KU609 Pori";100;".."\n"KU079 Harjavalta";5;6\n'
    imported = bring_in(tmp_path, satakunta, content)
    assert [(row[0], row[2], row[3], row[4]) for row in imported.rows] == [
        ("KU609", "2025-01", "Työttömät", 100.0),
        ("KU079", "2025-01", "Työttömät", 5.0),
        ("KU079", "2025-02", "Työttömät", 6.0),
    ]
    assert imported.missing == 1


def test_side_columns_are_kept_in_the_indicator(satakunta: Region, tmp_path: Path) -> None:
    content = "Alue\tSukupuoli\tVuosi\tMäärä\nPori\tMiehet\t2022\t5\nPori\tNaiset\t2022\t6\n"
    imported = bring_in(tmp_path, satakunta, content)
    assert [row[3] for row in imported.rows] == ["Määrä; Sukupuoli=Miehet", "Määrä; Sukupuoli=Naiset"]


def test_utf16(satakunta: Region, tmp_path: Path) -> None:
    imported = bring_in(tmp_path, satakunta, "Kunta\tMäärä\nJämijärvi\t5\nPori\t6\n".encode("utf-16"))
    assert [row[1] for row in imported.rows] == ["Jämijärvi", "Pori"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"file\.csv"),
        (b"\x00\x01\x02", "not a text file"),
        (b"PK\x03\x04\x00\x00", "not a text file"),
        ("Kunta\nPori\n", "one column only"),
        ("Paikka;Määrä\nPori;5\n", "no column of municipalities"),
        ("Kunta;Määrä\nOulu;5\nVantaa;6\n", "no figures of the region's municipalities; found Oulu, Vantaa"),
        ("Kunta;Ryhmä\nPori;a\nUlvila;b\n", "no column of figures"),
        ("Kunta;Määrä\nPori;5\nUlvila;5;7\n", r"row 3: 3 cells; expected 2"),
        (
            "Kunta;Kuukausi;Määrä\nPori;tammi;5\nUlvila;2025M01;7\n",
            "row 2, column Kuukausi: 'tammi' is not a time",
        ),
        ("Kunta;Määrä\n", r"file\.csv"),
    ],
)
def test_damaged_files(satakunta: Region, tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        bring_in(tmp_path, satakunta, content)
    assert "\n" not in str(caught.value)


def test_places_where_nothing_can_be_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        run_import(CASES / "c20_codes.csv", REGIONS / "satakunta", tmp_path / "no" / "out.csv")
    path = tmp_path / "c20.csv"
    path.write_bytes((CASES / "c20_codes.csv").read_bytes())
    with pytest.raises(InputError, match="is the file that is imported"):
        run_import(path, REGIONS / "satakunta", path)
    assert path.read_bytes() == (CASES / "c20_codes.csv").read_bytes()
    assert [item.name for item in tmp_path.iterdir()] == ["c20.csv"]
    with pytest.raises(InputError, match="the file is missing"):
        run_import(tmp_path / "none.csv", REGIONS / "satakunta", None)
