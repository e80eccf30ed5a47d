"""A region loads whole or says in one line what does not hold; both shipped regions hold."""

# ruff: noqa: E501
# Tables of damage are read best with a case a line.
from __future__ import annotations

import csv
import json
import re
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from agents.region import SCHEMA, Region, ServicePoint
from sim.dimensions import SECTIONS
from sim.errors import InputError

ROOT = Path(__file__).parents[1]
REGIONS = ROOT / "data" / "regions"
CASES = Path(__file__).parent / "data"
NAMES = ("satakunta", "kolmikko")


@pytest.fixture(scope="module")
def satakunta() -> Region:
    return Region.load(REGIONS / "satakunta")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the small region to damage."""
    return Path(shutil.copytree(REGIONS / "kolmikko", tmp_path / "kolmikko"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path.name}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_shipped_regions_hold(name: str) -> None:
    region = Region.load(REGIONS / name)
    m, o, k = len(region.municipalities), len(region.occupations), len(region.size_classes)
    assert region.outside == m
    shapes = {
        "population": (m, 12, 2), "participation": (12, 2), "education": (m, 3), "jobs": (m, 22),
        "employed_age_education": (12, 3), "section_occupation": (22, o), "establishments": (22, k),
        "establishment_jobs": (22, k), "commuting": (m + 1, m + 1), "distance_km": (m + 1, m + 1),
        "unemployed_joint": (len(region.unemployed_ages), 3, 10), "unemployed_occupation": (o,),
        "vacancies_occupation": (o,), "fixed_term_share": (22,), "fixed_term_share_by_age": (12,),
        "hire_rate_per_year": (22,), "furlough_stock_share": (22,), "season": (12,),
        "children": (m,), "elderly": (m,), "neighbour_km": (m, region.n_places - m), "departures": (m, region.n_places),
    }  # fmt: skip
    for attribute, shape in shapes.items():
        array = getattr(region, attribute)
        assert array.shape == shape, attribute
        assert np.isfinite(array).all(), attribute
        assert not array.flags.writeable, attribute
    np.testing.assert_allclose(region.section_occupation.sum(axis=1), 1.0, atol=1e-12)
    assert region.unemployed_occupation.sum() == pytest.approx(1.0, abs=1e-12)
    assert {"start_2025_01", "boom_2022", "slack_2016"} <= set(region.start_states)
    assert region.start_states["boom_2022"].kind == "annual_mean"
    assert region.start_states["start_2025_01"].month == 1


def test_satakunta_meets_published_totals(satakunta: Region) -> None:
    people = satakunta.population.sum() + satakunta.children.sum() + satakunta.elderly.sum()
    assert people == 137_238
    assert satakunta.population[8].sum() + satakunta.children[8] + satakunta.elderly[8] == 83_205
    assert satakunta.population[:, :10].sum() == pytest.approx(79_023, abs=15)
    assert satakunta.jobs.sum() == 55_386
    assert satakunta.commuting[:-1].sum() == pytest.approx(55_220, abs=3)
    assert satakunta.unemployed_joint.sum() == pytest.approx(6_108, abs=1)
    assert satakunta.start_state("boom_2022").unemployment_rate == pytest.approx(6108.0 / 61661, abs=1e-5)
    assert satakunta.start_state("start_2025_01").labour_force.sum() == 61_661
    assert [place.code for place in satakunta.municipalities][:2] == ["KU079", "KU181"]
    assert satakunta.municipalities[8].name_sv == "Björneborg"
    pori = satakunta.municipality("Pori")
    assert satakunta.host == pori
    assert satakunta.commuting[pori, pori] == 26_847
    assert satakunta.distance_km[satakunta.municipality("KU079"), pori] == 31.0


def test_service_points_of_satakunta(satakunta: Region) -> None:
    points = dict(zip((place.name for place in satakunta.municipalities), satakunta.service_points, strict=True))
    days = {name: len(point.weekdays) / point.period_weeks for name, point in points.items()}
    assert {name: days[name] for name, point in points.items() if point.kind == "office"} == {
        "Harjavalta": 4, "Kankaanpää": 5, "Pori": 5, "Ulvila": 3,
    }  # fmt: skip
    visited = {name: days[name] for name, point in points.items() if point.kind == "service_point"}
    assert len(visited) == 7
    assert visited.pop("Kokemäki") == 1
    assert set(visited.values()) == {0.5}
    assert sum(point.municipal_fte for point in points.values()) == pytest.approx(70.0, abs=1e-9)
    assert points["Karvia"].parent == satakunta.municipality("Kankaanpää")
    assert points["Nakkila"].parent == satakunta.municipality("Harjavalta")
    assert points["Siikainen"].parent == points["Pori"].parent == satakunta.host
    visits = [(p.parent, day) for p in points.values() if p.kind == "service_point" for day in p.weekdays]
    assert len(visits) == len(set(visits)), "two points of an office on one weekday"


def test_service_points_are_in_the_order_of_municipalities(copy: Path) -> None:
    expected = (
        ServicePoint("office", (0, 1, 2, 3, 4), 1, 0, 3.0, 60000.0),
        ServicePoint("service_point", (1,), 1, 0, 1.0, 6000.0),
        ServicePoint("none", (), 1, 0, 0.5, 0.0),
    )
    assert Region.load(copy).service_points == expected
    path = copy / "service_points.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    text = "\n".join([header, *reversed(rows)])
    path.write_text(text.replace("mon tue wed thu fri", "fri tue  wed thu mon"), encoding="utf-8")
    assert Region.load(copy).service_points == expected


def test_synthetic_plant(satakunta: Region) -> None:
    plant = satakunta.employer("plant_harjavalta")
    assert (plant.jobs, plant.listed_jobs) == (450, 450)
    assert satakunta.municipalities[plant.municipality].name == "Harjavalta"
    assert SECTIONS[plant.section] == "C"
    with pytest.raises(InputError, match=r"did you mean 'plant_harjavalta'"):
        satakunta.employer("plant_harjavlta")
    assert Region.load(REGIONS / "kolmikko").employer("plant_kolmikko").jobs == 60


@pytest.mark.parametrize("name", NAMES)
def test_listed_employers_fit_their_cell(name: str) -> None:
    region = Region.load(REGIONS / name)
    used = np.zeros_like(region.jobs)
    for employer in region.large_employers:
        used[employer.municipality, employer.section] += employer.jobs
    assert (used <= region.jobs).all()


@pytest.mark.verify
def test_loading_is_fast() -> None:
    seconds = []
    for _ in range(3):
        begin = time.perf_counter()
        Region.load(REGIONS / "satakunta")
        seconds.append(time.perf_counter() - begin)
    assert min(seconds) < 0.15


def test_no_held_out_years() -> None:
    """Start states are of 2006–2016, 2022 to October 2023 or January 2025 only."""
    for name in NAMES:
        for state in Region.load(REGIONS / name).start_states.values():
            assert state.year <= 2016 or state.year == 2022 or (state.year, state.month) == (2025, 1)


def test_digest_follows_the_files(copy: Path) -> None:
    first = Region.load(copy).digest
    assert first == Region.load(REGIONS / "kolmikko").digest
    edit(copy / "sources.csv", "Made up", "Made  up")
    assert Region.load(copy).digest != first


def test_readme_has_every_column() -> None:
    """The README's table is the schema in words; they must not part."""
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    for name, schema in SCHEMA.items():
        row = re.search(rf"^\| {re.escape(name)} \| ([^|]*) \|", text, re.MULTILINE)
        assert row, name
        told = [cell.strip(" *") for cell in row[1].split(",")]
        assert told == list(schema.columns), name


# --- places by name and code --------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["KU886", "ku886", "886", "0886", "886 Ulvila", "KU886 Ulvila", "Ulvila", "Ulvsby", " ulvila "]
)
def test_municipality_is_found(satakunta: Region, text: str) -> None:
    assert satakunta.municipalities[satakunta.municipality(text)].code == "KU886"


@pytest.mark.parametrize("text", ["KU079", "79", "079", "0079"])
def test_zeros_in_front_do_not_matter(satakunta: Region, text: str) -> None:
    assert satakunta.municipalities[satakunta.municipality(text)].name == "Harjavalta"


@pytest.mark.parametrize("text", ["8860", "SSS", "MK04", "KOKO MAA", "88", "XX886", "", "102 Huittinen"])
def test_other_places_are_refused(satakunta: Region, text: str) -> None:
    with pytest.raises(InputError, match="is not a municipality"):
        satakunta.municipality(text)


def test_code_and_name_must_agree(satakunta: Region) -> None:
    with pytest.raises(InputError, match="the code is that of Harjavalta"):
        satakunta.municipality("079 Pori")


def test_near_miss_of_a_municipality(satakunta: Region) -> None:
    with pytest.raises(InputError, match="did you mean 'Kankaanpää'"):
        satakunta.municipality("Kankanpää")


# --- start states of one's own (case C09) -------------------------------------------------------


def test_c09_uneven_start(satakunta: Region) -> None:
    expected = json.loads((CASES / "c09_expected.json").read_text(encoding="utf-8"))
    state = satakunta.start_state("c09_uneven", CASES / "c09_start_uneven.csv")
    assert state.kind == "month_stock"
    assert state.unemployed.sum() == expected["unemployed"]
    assert state.unemployment_rate == pytest.approx(expected["area_rate_right"], rel=1e-12)
    mean_of_rates = float((state.unemployed / state.labour_force).mean())
    assert mean_of_rates == pytest.approx(expected["mean_of_rates_wrong"], rel=1e-9)
    for place, persons in zip(satakunta.municipalities, state.unemployed, strict=True):
        assert persons == expected["unemployed_by_municipality"][place.name]


START_DAMAGE: list[tuple[str, str, str]] = [
    ("Kokemäki,KU271,3001,60", "Kokemäki,KU271,3001,6O", r"row 6, column unemployed: '6O' is not a number"),
    ("Kokemäki,KU271,3001,60", "Kokemäki,KU271,3001,3002", r"row 6, column unemployed: 3002 is more than"),
    ("Kokemäki,KU271", "Kokemäki,KU079", r"row 6, column municipality: 'Kokemäki' is not Harjavalta"),
    ("Kokemäki,KU271", "Kokemäki,KU272", r"row 6, column municipality_code: 'KU272' is not a municipality"),
    (",2025-01,Harjavalta", ",2025-13,Harjavalta", r"row 3, column date: '2025-01' differs from '2025-13'"),
    ("long_term_share", "longterm_share", r"row 1: column 'longterm_share' is not known; did you mean 'long_term_share'"),
    ("86.7,0.3", "86.7,30", r"row 2, column long_term_share: 30 is out of range; expected a number from 0 to 1"),
    ("made up for a test,assumption", "made up for a test,asumption", r"did you mean 'assumption'"),
    ("Kokemäki,KU271,3001,60", "Kokemäki,KU271,3001,-60", r"row 6, column unemployed: -60 is out of range; expected a number of at least 0"),
    ("Kokemäki,KU271,3001,60", "Kokemäki,KU271,3001,", r"row 6, column unemployed: empty; expected a number"),
    ("Kokemäki,KU271,3001,60", "Kokemäki,KU271,0,0", r"row 6, column labour_force: 0 is out of range; expected a number of at least 1"),
    ("Kokemäki,KU271,3001,60,55.8", "Kokemäki,KU271,3001,60,-5", r"row 6, column vacancies_registered: -5 is out of range"),
    ("Kokemäki,KU271,3001,60,55.8", "Kokemäki,KU271,3001,60,many", r"row 6, column vacancies_registered: 'many' is not a number"),
    ("86.7,0.3,0.0", "86.7,0.3,1.2", r"row 2, column furloughed_share: 1.2 is out of range; expected a number from 0 to 1"),
    ("86.7,0.3,0.0", "86.7,-0.3,0.0", r"row 2, column long_term_share: -0.3 is out of range"),
    ("86.7,0.3,0.0", "86.7,0.7,0.4", r"row 2, column long_term_share: 0\.7 and furloughed_share 0\.4 sum to more than 1"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), START_DAMAGE)
def test_damaged_start_file(satakunta: Region, tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "own.csv"
    shutil.copy(CASES / "c09_start_uneven.csv", path)
    edit(path, old, new)
    with pytest.raises(InputError, match=r"own\.csv.*" + message) as caught:
        satakunta.start_state("c09_uneven", path)
    assert "\n" not in str(caught.value)


def test_start_file_must_be_whole(satakunta: Region, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    lines = (CASES / "c09_start_uneven.csv").read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[:-1]), encoding="utf-8")
    with pytest.raises(InputError, match="c09_uneven has no row for KU886"):
        satakunta.start_state("c09_uneven", path)
    path.write_text("\n".join([*lines, lines[-1]]), encoding="utf-8")
    with pytest.raises(InputError, match="KU886 twice, first in row 12"):
        satakunta.start_state("c09_uneven", path)
    with pytest.raises(InputError, match=r"own\.csv: the file is missing"):
        satakunta.start_state("c09_uneven", path.with_name("no") / "own.csv")


def test_unemployed_of_a_start_file_must_fit_their_age(satakunta: Region, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    with (CASES / "c09_start_uneven.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    unemployed, force = header.index("unemployed"), header.index("labour_force")
    for row in rows:
        row[unemployed] = f"{0.95 * float(row[force]):.1f}"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    message = r"unemployed_structure\.csv, column persons, age_group \d+-\d+: \d+ unemployed .*own\.csv.* labour force of \d+"
    with pytest.raises(InputError, match=message):
        satakunta.start_state("c09_uneven", path)


def test_unknown_start_state(satakunta: Region) -> None:
    with pytest.raises(InputError, match="did you mean 'boom_2022'"):
        satakunta.start_state("bom_2022")


def test_user_codes_without_zeros(satakunta: Region, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    shutil.copy(CASES / "c09_start_uneven.csv", path)
    edit(path, "KU079", "79")
    edit(path, "KU886", "0886")
    assert satakunta.start_state("c09_uneven", path).unemployed[0] == 56


# --- damaged regions ----------------------------------------------------------------------------

DAMAGE: list[tuple[str, str, str, str]] = [
    ("jobs.csv", "section,jobs", "section,job", r"jobs\.csv row 1: column 'job' is not known; did you mean 'jobs'"),
    ("jobs.csv", "KU901,C,700,", "KU901,C,7oo,", r"jobs\.csv row 4, column jobs: '7oo' is not a number"),
    ("jobs.csv", "KU901,C,700,", 'KU901,C,"700,5",', r"row 4, column jobs: '700,5' is not a number; write a decimal point"),
    ("jobs.csv", "KU901,C,700,", "KU901,C,700.5,", r"row 4, column jobs: 700.5 is not whole"),
    ("jobs.csv", "KU901,C,700,", "KU901,C,-1,", r"row 4, column jobs: -1 is out of range"),
    ("jobs.csv", "KU901,C,700,", "KU901,C,1e999,", r"row 4, column jobs: 1e999 is out of range"),
    ("jobs.csv", "KU901,C,700,", "KU901,C,,", r"row 4, column jobs: empty; expected a whole number of at least 0"),
    ("jobs.csv", "KU901,C,700,", "KU901,B,700,", r"row 4, column municipality_code: 'KU901, B' is there twice, first in row 3"),
    ("jobs.csv", "KU901,C,700,", "KU910,C,700,", r"row 4, column municipality_code: 'KU910' is not known; did you mean 'KU90[13]'"),
    ("jobs.csv", "KU901,C,700,", "KU901,Å,700,", r"row 4, column section: 'Å' is not known"),
    ("jobs.csv", "KU901,C,700,,,jobs", "KU901,C,700,,,persons", r"row 4, column unit: 'persons' is not expected here; expected jobs"),
    ("jobs.csv", "KU901,C,700,,,jobs,made_up", "KU901,C,700,,,jobs,madeup", r"row 4, column source: 'madeup'.*did you mean 'made_up'"),
    ("jobs.csv", "made_up,assumption", "made_up,guess", r"row 2, column source_kind: 'guess' is not known"),
    ("jobs.csv", "KU901,C,700,,", "KU901,C,700,701,", r"row 4, column jobs: 700 is outside its own range"),
    ("jobs.csv", "KU901,C,700,,,", "KU901,C,700,,", r"row 4: 7 cells; expected 8"),
    ("jobs.csv", "KU901,C,700,", "KU901,C,1700,", r"establishments\.csv, column jobs: section C sums to 900\.0; jobs\.csv has 1900"),
    ("population.csv", "KU902,15-19,men,54", "KU902,15-19,men,55", r"municipalities\.csv row 3, column population: 2500 but .* sum to 2501"),
    ("participation.csv", "15-19,men,0.3,", "15-19,men,3,", r"row 2, column share: 3 is out of range; expected a number from 0 to 1"),
    ("section_occupation.csv", "C,72,0.8", "C,72,0.7", r"column share: shares of C sum to 0\.9; expected 1"),
    ("section_occupation.csv", "C,72,0.8", "C,27,0.8", r"row 5, column isco2: '27' is not known; expected 22, 23"),
    ("unemployed_occupation.csv", "91,0.15", "91,0.25", r"column share: shares sum to 1\.1; expected 1"),
    ("occupations.csv", "22,2,Health", "2,2,Health", r"row 2, column isco2: '2' is not two digits"),
    ("occupations.csv", "22,2,Health", "22,3,Health", r"row 2, column isco1: '3' is not the first digit of 22"),
    ("occupations.csv", ",health,1", ",healht,1", r"row 2, column field: 'healht' is not known; did you mean 'health'"),
    ("occupations.csv", ",health,1,0.20", ",health,1,20", r"occupations\.csv row 2, column men_share: 20 is out of range; expected a number from 0 to 1"),
    ("occupations.csv", "licensed,men_share", "licensed,men", r"occupations\.csv row 1: column 'men' is not known"),
    ("large_employers.csv", "C,60,60", "C,701,701", r"row 2, column jobs: the employers listed in KU901, section C have 701"),
    ("large_employers.csv", "plant_kolmikko", "Plant Kolmikko", r"row 2, column id: 'Plant Kolmikko' is not a slug"),
    ("commuting.csv", "KU902,KU902,480", "KU902,KU902,280", r"commuting\.csv row 7, column persons: 500 work in KU902, .*; jobs\.csv, column jobs has 700"),
    ("commuting.csv", "KU903,OUTSIDE,45", "KU903,OUTSIDE,2000", r"commuting\.csv row 10, column persons: \d+ employed with origin KU903 .*; population\.csv, column persons has 1200"),
    ("residents.csv", "KU901,student,420", "KU901,student,7000", r"residents\.csv row 2, column persons: 7000 of student in KU901; municipalities\.csv, column population has 6000"),
    ("residents.csv", "KU901,disability_pension,210", "KU901,disability_pension,1800", r"row 4, column persons: 1800 of disability_pension in KU901; pensioner, which holds them, is 1760"),
    ("residents.csv", "KU901,student,420", "KU901,student,1500", r"row 2, column persons: 1500 of student and 210 of disability_pension in KU901; 4400 .* less 2800 in start_states\.csv row 2, column labour_force leave 1600"),
    ("residents.csv", "KU901,student,", "KU901,students,", r"row 2, column group: 'students' is not known; did you mean 'student'"),
    ("employed_age_education.csv", "15-19,basic,17.9", "15-19,basic,400", r"row 2, column persons: 502 employed of 15-19 .*; population\.csv, column persons has 444 residents"),
    ("unemployed_structure.csv", "50-64,tertiary,9,4.5", "50-64,tertiary,9,104.5", r"unemployed_occupation\.csv row 11, column share: occupations of major group 9 sum to 0\.150; unemployed_structure\.csv, column persons has 0\.292"),
    ("register_facts.csv", "foreign_language_share,0.1", "foreign_language_share,0.9", r"register_facts\.csv row 6, column value: 0\.9 .* are 441; residents\.csv, column persons has 400 of foreign_language"),
    ("start_states.csv", "KU901,2800,300", "KU901,2800,2800", r"unemployed_structure\.csv, column persons, age_group 15-24: 449 unemployed .*; population\.csv times participation\.csv has a labour force of \d+ of that age"),
    ("start_states.csv", "KU901,2800,240", "KU901,2800,2700", r"start_states\.csv row 5, column unemployed: 2700 as the mean of the year are 2970\.0 in month 12 \(seasonality\.csv, column ratio: 1\.1\); the labour force is 2800"),
    ("commuting.csv", "OUTSIDE,OUTSIDE,0", "OUTSIDE,OUTSIDE,5", r"OUTSIDE to OUTSIDE is 5; expected 0"),
    ("commuting.csv", "KU902,KU902,480", "KU902,ULKO,480", r"row 7, column destination: 'ULKO' is not known"),
    ("distances.csv", "KU901,KU902,30", "KU901,KU902,0", r"row 3, column km: 0 is out of range"),
    ("moves.csv", "KU902,KU901,50", "KU902,KU902,50", r"moves\.csv row 4, column destination: a move within KU902 is not one between municipalities"),
    ("moves.csv", "KU902,KU901,50,,,persons a year,made_up,assumption\n", "", r"moves\.csv, column origin, destination: no row for 'KU902, KU901'"),
    ("moves.csv", "KU901,KU902,40", "KU901,KU902,1400", r"moves\.csv row 2, column persons: 1420 a year move out of KU901; municipalities\.csv, column population has 6000"),
    ("moves.csv", "KU901,KU902,40", "KU901,KU912,40", r"row 2, column destination: 'KU912' is not known; did you mean 'KU90[12]'"),
    ("net_moves.csv", "KU902,2023,5", "KU902,2023,-900", r"net_moves\.csv row 7, column persons: -900 in KU902; municipalities\.csv, column population has 2500"),
    ("net_moves.csv", "KU902,2023,5", "KU902,2024,5", r"net_moves\.csv, column year, municipality_code: no row for '2023, KU902'"),
    ("net_moves.csv", "ABROAD,2022", "ABROD,2022", r"row 5, column municipality_code: 'ABROD' is not known; did you mean 'ABROAD'"),
    ("service_points.csv", "KU902,service_point", "KU912,service_point", r"service_points\.csv row 3, column municipality_code: 'KU912' is not known; did you mean 'KU90[12]'"),
    ("service_points.csv", "KU902,service_point", "KU901,service_point", r"row 3, column municipality_code: 'KU901' is there twice, first in row 2"),
    ("service_points.csv", "KU902,service_point,tue,1,KU901,1,6000,,,FTE,made_up,assumption\n", "", r"service_points\.csv, column municipality_code: no row for KU902; expected one a municipality"),
    ("service_points.csv", "KU902,service_point", "KU902,service_pont", r"row 3, column kind: 'service_pont' is not known; did you mean 'service_point'"),
    ("service_points.csv", "tue,1,KU901", "tue,1,KU903", r"row 3, column parent: 'KU903' is no office but none \(row 4\); expected KU901"),
    ("service_points.csv", "tue,1,KU901", "tue,1,KU902", r"row 3, column parent: 'KU902' is no office but service_point \(row 3\)"),
    ("service_points.csv", "tue,1,KU901", "tue,1,KU910", r"row 3, column parent: 'KU910' is not known; did you mean"),
    ("service_points.csv", "fri,1,KU901", "fri,1,KU902", r"row 2, column parent: 'KU902' for an office; expected its own code 'KU901'"),
    ("service_points.csv", "KU901,office", "KU901,service_point", r"row 2, column parent: 'KU901' is no office .*; expected an office, of which there is none"),
    ("service_points.csv", "service_point,tue", "service_point,", r"row 3, column weekdays: empty where kind is service_point; expected days"),
    ("service_points.csv", "service_point,tue", "service_point,tue sat", r"row 3, column weekdays: 'sat' is not an opening day.*; expected mon tue wed thu fri"),
    ("service_points.csv", "service_point,tue", "service_point,tues", r"row 3, column weekdays: 'tues' is not an opening day; did you mean 'tue'"),
    ("service_points.csv", "service_point,tue", "service_point,tue tue", r"row 3, column weekdays: 'tue' is there twice"),
    ("service_points.csv", "none,,", "none,mon,", r"row 4, column weekdays: 'mon' where kind is none; expected an empty cell"),
    ("service_points.csv", "tue,1,", "tue,3,", r"row 3, column period_weeks: 3 is not known; expected 1, 2 or 4"),
    ("service_points.csv", "tue,1,", "tue,0.5,", r"row 3, column period_weeks: 0\.5 is out of range"),
    ("service_points.csv", "fri,1,", "fri,2,", r"row 2, column period_weeks: 2 for an office, which is open every week; expected 1"),
    ("service_points.csv", "KU901,1,6000", "KU901,-1,6000", r"row 3, column municipal_fte: -1 is out of range; expected a number of at least 0"),
    ("service_points.csv", "KU901,1,6000", "KU901,1,-6000", r"row 3, column premises_year_eur: -6000 is out of range"),
    ("service_points.csv", "KU901,0.5,0", "KU901,0.5,600", r"row 4, column premises_year_eur: 600 where kind is none; expected 0"),
    ("service_points.csv", "6000,,,FTE", "6000,,,persons", r"row 3, column unit: 'persons' is not expected here; expected FTE"),
    ("seasonality.csv", "1,1.06", "1,1.46", r"column ratio: mean of the months is 1\.033; expected 1"),
    ("seasonality.csv", "12,1.1", "13,1.1", r"row 13, column month: '13' is not known"),
    ("unemployed_structure.csv", "15-24,basic,0,0", "15-24,basic,0,9", r"column isco1: 9\.0 persons in 0, of which occupations\.csv has no"),
    ("unemployed_structure.csv", "25-34,basic,0,", "25-33,basic,0,", r"unemployed_structure\.csv"),
    ("start_states.csv", "month_stock,2025-01", "annual_mean,2025-01", r"row 2, column kind: 'annual_mean' does not fit the date"),
    ("fixed_term.csv", "age_band,15-19", "age_bnad,15-19", r"column dimension: 'age_bnad' is not known; did you mean 'age_band'"),
    ("size_classes.csv", "5-19,5,19,10", "5-19,4,19,10", r"row 3, column smallest: 4 overlaps the class before"),
    ("establishments.csv", "A,1-4,100,200", "A,1-4,30,200", r"row 2, column establishments: mean size 6\.7 is not in the class 1-4"),
    ("region.yaml", "host: KU901", "host: KU991", r"region\.yaml: key 'host' is 'KU991'; did you mean 'KU901'"),
    ("region.yaml", "default_start: start_2025_01", "default_start: start_2025", r"key 'default_start' is 'start_2025'; did you mean"),
    ("region.yaml", "host: KU901", "hots: KU901", r"key 'hots' is not known; did you mean 'host'"),
    ("region.yaml", "name: kolmikko", "name: [kolmikko", r"region\.yaml: not YAML"),
    ("municipalities.geojson", "KU902", "KU909", r"municipalities\.geojson: KU902 is there 0 times"),
    ("municipalities.geojson", '"features"', '"faetures"', r"municipalities\.geojson: not GeoJSON"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "message"), DAMAGE)
def test_damage_is_told_with_its_place(copy: Path, file: str, old: str, new: str, message: str) -> None:
    edit(copy / file, old, new)
    with pytest.raises(InputError, match=message) as caught:
        Region.load(copy)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_labour_force_must_be_residents(copy: Path) -> None:
    edit(copy / "start_states.csv", "KU901,2800", "KU901,2500")
    edit(copy / "start_states.csv", "KU903,770", "KU903,1210")
    message = r"start_states\.csv row 4, column labour_force: 1210 in KU903; population\.csv, column persons has 1200"
    with pytest.raises(InputError, match=message):
        Region.load(copy)


@pytest.mark.parametrize("name", [*SCHEMA, "region.yaml", "municipalities.geojson"])
def test_missing_file(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(InputError, match=rf"^{re.escape(name)}: the file is missing"):
        Region.load(copy)


@pytest.mark.parametrize("name", SCHEMA)
def test_missing_column_and_missing_row(copy: Path, name: str) -> None:
    path = copy / name
    whole = path.read_text(encoding="utf-8")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    column = next(column for column, spec in SCHEMA[name].columns.items() if not spec.optional)
    i = rows[0].index(column)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([cell for j, cell in enumerate(row) if j != i] for row in rows)
    with pytest.raises(InputError, match=rf"^{re.escape(name)} row 1: column '{column}' is missing"):
        Region.load(copy)
    path.write_text("".join(line + "\n" for line in whole.splitlines()[:-1]), encoding="utf-8")
    if name == "large_employers.csv":  # these two lists may be of any length
        assert len(Region.load(copy).large_employers) == len(rows) - 2
        return
    if name == "public_transport.csv":
        assert np.count_nonzero(Region.load(copy).departures) == 4  # two pairs of municipalities, both ways
        return
    with pytest.raises(InputError):
        Region.load(copy)


@pytest.mark.parametrize("name", SCHEMA)
@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"\x00\x00", "å\n".encode("latin-1")])
def test_damaged_bytes(copy: Path, name: str, content: bytes) -> None:
    (copy / name).write_bytes(content)
    with pytest.raises(InputError, match=re.escape(name)) as caught:
        Region.load(copy)
    assert "\n" not in str(caught.value)


def test_cut_file(copy: Path) -> None:
    """A file that ends in the middle of a row is not read as a shorter one."""
    path = copy / "commuting.csv"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(InputError, match=r"commuting\.csv"):
        Region.load(copy)


def test_participation_must_meet_the_labour_force(copy: Path) -> None:
    for sex in ("men", "women"):
        edit(copy / "participation.csv", f"40-44,{sex},0.9,0.81,", f"40-44,{sex},0.3,0.3,")
    with pytest.raises(
        InputError,
        match=r"participation\.csv, column share: population times participation is 4380; labour force of start_2025_01 is 4720",
    ):
        Region.load(copy)


def test_missing_folder_suggests_another() -> None:
    with pytest.raises(InputError, match="did you mean 'satakunta'"):
        Region.load(REGIONS / "satakuna")


def test_spreadsheet_marks_do_no_harm(copy: Path) -> None:
    """Byte-order mark, CRLF and quoted cells are the same data."""
    for name in SCHEMA:
        text = (copy / name).read_text(encoding="utf-8").replace("\n", "\r\n")
        (copy / name).write_bytes(b"\xef\xbb\xbf" + text.encode())
    np.testing.assert_array_equal(Region.load(copy).jobs, Region.load(REGIONS / "kolmikko").jobs)
