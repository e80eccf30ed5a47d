"""The population meets its margins, the table says where it does not, and it can say so."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import agents.synthetic.build
from agents.region import Region
from agents.synthetic.build import build_world
from agents.synthetic.employers import commuting, employers, jobs_by_size_class
from agents.synthetic.evenly import draw, evenly, raked
from agents.synthetic.people import (
    People,
    _employability_given,
    men_share_of_newcomers,
    newcomer_trades,
    pull_of_men,
    residents,
)
from experiments.command import main
from experiments.composing.composition import resolve
from experiments.region_data.margins import Margin, measure
from experiments.region_data.margins.built import Built
from experiments.region_data.margins.margin import DISAGREE, MET, MISSED, NOT_SIMULATED
from experiments.region_data.margins.origin import Origin
from experiments.region_data.margins.people import margins_of_people
from experiments.region_data.margins.request import run_margins
from experiments.region_data.margins.table import COLUMNS, to_csv, to_lines
from sim.dimensions import SECTIONS, SEXES, State
from sim.errors import InputError

REGIONS = Path(__file__).parents[1] / "data" / "regions"
EXACT = (
    "population by municipality, age and sex",
    "labour force by municipality",
    "labour force by age and sex",
    "education by municipality, at the area's level of 20–74",
    "commuting by municipality: own, out, in",
    "students by municipality, conscripts included",
    "disability pensions by municipality",
    "unemployed by municipality, at the season of the start",
    "full-time furloughed by municipality",
    "long-term unemployed by municipality",
    "registered open vacancies by municipality",
    "unemployed by age",
    "unemployed by education",
    "unemployed by major group of occupations",
    "unemployed by sex",
    "jobs by major group of occupations",
    "furloughed by section, at this start's level",
)
"""Margins of which every row is met."""
SHORT_OF_PEOPLE = ("students by municipality, conscripts included", "disability pensions by municipality")
FEWEST_JUDGED = 10.0
"""Cells of fewer persons are chance."""
SMALL_TOWNS = ("Siikainen", "Nakkila")
"""Here the labour force leaves too few people under 65 outside it for the published students and pensioners, since
participation above 64 follows employment statistics: `kohtaanto data margins` tells it."""
NO_FAULT = (
    "employed residents by age, at this start's level",
    "employed residents by education within age",
    "pensioners by municipality, those of 75 and over included",
    "jobs by municipality, at this start's level",
)
"""Margins that other published figures contradict in part."""


@pytest.fixture(scope="module")
def parameters():
    return resolve("run", []).parameters


@pytest.fixture(scope="module")
def satakunta() -> Region:
    return Region.load(REGIONS / "satakunta")


@pytest.fixture
def no_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    """Worlds without their calendars: margins are of people and jobs, and nothing is to be compiled."""
    monkeypatch.setattr(agents.synthetic.build, "begin", lambda w: None)


def people_of(region: Region, parameters, start: str = "boom_2022", scale: float = 1.0, seed: int = 1) -> People:
    state = region.start_state(start)
    return residents(region, state, parameters.record()[0], scale, state.month or 1, np.random.default_rng(seed))


def margin(**given) -> Margin:
    fields = {
        "family": "f", "cell": "c", "published": 100.0, "result": 100.0, "tolerance": 2.0, "unit": "persons",
        "source": "s", "source_kind": "found",
    }  # fmt: skip
    return Margin(**{**fields, **given})


# --- verdicts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ({}, MET),
        ({"result": 102.0}, MET),
        ({"result": 102.1}, MISSED),
        ({"result": 97.9}, MISSED),
        ({"result": 110.0, "other": 109.0}, DISAGREE),
        ({"result": 110.0, "other": 120.0}, MISSED),
        ({"result": 101.0, "other": 120.0}, MET),
        ({"result": None}, NOT_SIMULATED),
    ],
)
def test_verdict(given: dict, verdict: str) -> None:
    assert margin(**given).verdict == verdict


def test_table_tells_what_is_missed_first() -> None:
    rows = [margin(cell="fine"), margin(cell="absent", result=None), margin(cell="bad", result=9.0),
            margin(cell="torn", result=50.0, other=50.0, told_by="other.csv")]  # fmt: skip
    text = "\n".join(to_lines(rows))
    assert text.startswith("4 rows: 1 missed, 1 data disagree, 1 not simulated, 1 met")
    assert text.index("f: bad") < text.index("f: torn") < text.index("f: absent")
    assert "f: fine" not in text
    assert "f: fine" in "\n".join(to_lines(rows, every_row=True))
    written = list(csv.DictReader(to_csv(rows).splitlines()))
    assert tuple(written[0]) == COLUMNS
    assert [row["cell"] for row in written] == ["bad", "torn", "absent", "fine"]
    assert (written[0]["difference"], written[2]["result"]) == ("-91.00", "")


# --- draws --------------------------------------------------------------------------------------


def test_even_draws_meet_shares_in_every_run() -> None:
    rng = np.random.default_rng(1)
    labels = draw(np.tile([0.2, 0.5, 0.3], (1000, 1)), evenly(1000, rng))
    for first, last in ((0, 1000), (100, 200), (333, 777)):
        share = np.bincount(labels[first:last], minlength=3)
        np.testing.assert_allclose(share, (last - first) * np.array([0.2, 0.5, 0.3]), atol=2.5)


def test_raking_meets_sums_and_keeps_association() -> None:
    table = raked(np.array([[8.0, 2.0], [1.0, 4.0]]), np.array([30.0, 70.0]), np.array([40.0, 60.0]))
    np.testing.assert_allclose(table.sum(axis=1), [30.0, 70.0], rtol=1e-9)
    np.testing.assert_allclose(table.sum(axis=0), [40.0, 60.0], rtol=1e-9)
    assert table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0]) == pytest.approx(16.0)


# --- people and employers -----------------------------------------------------------------------


@pytest.mark.parametrize("scale", [0.1, 1.0])
def test_people_by_group(satakunta: Region, parameters, scale: float) -> None:
    people = people_of(satakunta, parameters, scale=scale)
    for state, group in ((State.STUDENT, "student"), (State.DISABILITY, "disability_pension")):
        found = np.bincount(people.home[people.state == state], minlength=satakunta.outside) / scale
        others = [m.name not in SMALL_TOWNS for m in satakunta.municipalities]
        np.testing.assert_allclose(found[others], satakunta.residents[group][others], atol=1.01 / scale)
        np.testing.assert_allclose(found, satakunta.residents[group], atol=30.0 + 1.0 / scale)
    idle = np.isin(people.state, (State.UNEMPLOYED, State.FURLOUGHED))
    assert people.band[idle].max() < 10, "the register counts nobody of 65 or over as unemployed"
    assert people.language[idle].mean() == pytest.approx(satakunta.register_facts["foreign_language_share"], abs=0.002)
    everybody = satakunta.population.sum(axis=(1, 2)) + satakunta.children + satakunta.elderly
    share = np.bincount(people.home, people.language) / np.bincount(people.home)
    np.testing.assert_allclose(
        share, satakunta.residents["foreign_language"] / everybody, atol=0.6 / np.bincount(people.home).min()
    )


def test_long_term_share_is_of_all_unemployed(satakunta: Region, parameters) -> None:
    people = people_of(satakunta, parameters)
    idle = np.isin(people.state, (State.UNEMPLOYED, State.FURLOUGHED))
    long = (people.state == State.UNEMPLOYED) & (people.spell <= -365)
    assert long.sum() / idle.sum() == pytest.approx(0.32, abs=0.003)


def men_of(people: People, satakunta: Region, rows: np.ndarray, fewest: int) -> tuple[np.ndarray, np.ndarray]:
    """Share of men by occupation among some people, and as published, for occupations of at least so many people."""
    trades = people.occupation[rows]
    n = np.bincount(trades, minlength=len(satakunta.occupations))
    men = np.bincount(trades, people.sex[rows] == SEXES.index("men"), minlength=len(n))
    published = np.array([o.men_share for o in satakunta.occupations])
    return men[n >= fewest] / n[n >= fewest], published[n >= fewest]


def test_sex_goes_with_the_trade_of_the_jobless(satakunta: Region, parameters) -> None:
    """Odds of men are the published ones times one number, the larger the more men there are."""
    people = people_of(satakunta, parameters)
    idle = np.flatnonzero(people.state == State.UNEMPLOYED)
    assert (people.sex[idle] == SEXES.index("men")).mean() == pytest.approx(0.59, abs=0.005)
    found, published = men_of(people, satakunta, idle, 100)
    odds = (found / (1.0 - found)) / (published / (1.0 - published))
    assert np.corrcoef(found, published)[0, 1] > 0.97
    assert odds.max() / odds.min() < 6.0
    assert np.median(odds) == pytest.approx(1.4, abs=0.6)


@pytest.mark.usefixtures("no_calendar")
def test_jobs_go_to_men_and_women_by_occupation(satakunta: Region, parameters) -> None:
    start = satakunta.start_state("boom_2022")
    world = build_world(satakunta, start, parameters, date(2022, 1, 1), 31, 5)
    persons = world.arrays.persons[: int(world.control.n_persons)]
    works = np.flatnonzero(np.isin(persons.state, (State.EMPLOYED, State.SELF_EMPLOYED, State.FURLOUGHED)))
    found, published = men_of(persons, satakunta, works, 300)
    assert len(found) > 25
    np.testing.assert_allclose(found, published, atol=0.12)
    away = persons.state == State.FURLOUGHED
    assert (persons.sex[away] == SEXES.index("men")).mean() == pytest.approx(0.6, abs=0.06)


def test_men_are_those_of_the_largest_scores(satakunta: Region) -> None:
    """Chosen by a limit, the odds of two occupations keep their ratio whatever the limit."""
    trades = np.repeat([4, 24], 40_000)
    share = np.array([o.men_share for o in satakunta.occupations])[trades]
    score = pull_of_men(satakunta, trades, np.random.default_rng(3))
    for limit in (-1.0, 0.0, 1.0):
        men = np.array([(score[trades == k] > limit).mean() for k in (4, 24)])
        odds = share[[0, -1]] / (1.0 - share[[0, -1]])
        assert np.ptp(np.log(men / (1.0 - men)) - np.log(odds)) < 0.06


@pytest.mark.parametrize("name", ["satakunta", "kolmikko"])
def test_half_of_newcomers_are_men(name: str) -> None:
    region = Region.load(REGIONS / name)
    share = men_share_of_newcomers(region)
    assert newcomer_trades(region) @ share == pytest.approx(0.5, abs=1e-6)
    published = np.argsort([o.men_share for o in region.occupations], kind="stable")
    assert np.all(np.diff(share[published]) >= -1e-12)


def test_listed_employers_take_their_part_of_a_class(satakunta: Region) -> None:
    section = SECTIONS.index("C")
    jobs = float(satakunta.jobs[:, section].sum())
    none, every = jobs_by_size_class(satakunta, section, jobs, np.zeros(0))
    assert none.sum() == 0.0
    np.testing.assert_allclose(every / every.sum(), satakunta.establishment_jobs[section] / jobs, rtol=0.01)
    listed = np.full(20, 300.0)
    taken, rest = jobs_by_size_class(satakunta, section, jobs, listed)
    assert taken[-1] == 6000.0
    assert taken.sum() + rest.sum() == pytest.approx(jobs)
    assert rest[-1] == 0.0
    np.testing.assert_allclose(rest[:-1] / rest[:-1].sum(), every[:-1] / every[:-1].sum(), rtol=1e-6)


@pytest.mark.parametrize("scale", [0.1, 1.0, 3.0])
@pytest.mark.parametrize("name", ["satakunta", "kolmikko"])
def test_employers_use_up_their_cells(name: str, parameters, scale: float) -> None:
    region = Region.load(REGIONS / name)
    people = people_of(region, parameters, region.default_start, scale)
    flows, inward = commuting(region, people, scale, 0.05)
    filled = flows.sum(axis=0)
    filled[: region.outside] += inward.sum(axis=0)
    firms = employers(region, filled, scale, np.random.default_rng(1))
    found = np.zeros((region.n_places, len(SECTIONS)))
    np.add.at(found, (firms.place, firms.section), firms.size)
    np.testing.assert_array_equal(found.sum(axis=1), filled)
    share = region.jobs / region.jobs.sum(axis=1, keepdims=True) * filled[: region.outside, None]
    largest = region.employer(region.large_employers[0].id).jobs
    assert np.abs(found[: region.outside] - share).max() < 0.12 * largest * scale
    assert (firms.size > 0).all()
    for identifier, row in firms.rows.items():
        listed = region.employer(identifier)
        assert (firms.place[row], firms.section[row]) == (listed.municipality, listed.section)


# --- whole worlds -------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_calendar")
@pytest.mark.parametrize(
    ("name", "start", "scale"),
    [("satakunta", "boom_2022", 1.0), ("satakunta", "start_2025_01", 1.0), ("satakunta", "slack_2016", 1.0),
     ("kolmikko", "start_2025_01", 1.0), ("kolmikko", "boom_2022", 3.0)],
)  # fmt: skip
def test_margins_are_met(name: str, start: str, scale: float, parameters) -> None:
    region = Region.load(REGIONS / name)
    state = region.start_state(start)
    first = date(state.year, state.month or 1, 1)
    world = build_world(region, state, parameters, first, 31, 5, scale)
    margins = measure(world, region, start, parameters, first.month)
    told = {m.family for m in margins}
    assert set(EXACT + NO_FAULT) <= told
    missed = [(m.family, m.cell, m.published, m.result) for m in margins if m.family in EXACT and m.verdict != MET]
    missed = [m for m in missed if max(m[2], m[3]) >= FEWEST_JUDGED]
    assert not [m for m in missed if m[0] not in SHORT_OF_PEOPLE or m[1] not in SMALL_TOWNS]
    missed = [
        (m.family, m.cell, m.published, m.result) for m in margins if m.family in NO_FAULT and m.verdict == MISSED
    ]
    assert not missed
    absent = {m.family for m in margins if m.verdict == NOT_SIMULATED}
    assert "unemployed with part work capacity" in absent
    assert all(m.source and m.source_kind for m in margins)


@pytest.mark.usefixtures("no_calendar")
def test_a_wrong_population_is_told(parameters) -> None:
    region = Region.load(REGIONS / "kolmikko")
    start = region.start_state(region.default_start)
    world = build_world(region, start, parameters, date(2025, 1, 1), 31, 5)
    built, origin = Built.of(world, region, start), Origin(region, start.name)
    older = margins_of_people(replace(built, band=np.minimum(built.band + 1, 11)), origin)
    assert sum(m.verdict == MISSED for m in older if m.family.startswith("population")) > 30
    moved = margins_of_people(replace(built, home=np.where(built.home == 2, 1, built.home)), origin)
    assert {m.cell for m in moved if m.family.startswith("labour force by m") and m.verdict == MISSED} == {
        "Rantala", "Metsälä",
    }  # fmt: skip


def test_sources_are_told_with_their_kind(satakunta: Region) -> None:
    origin = Origin(satakunta, "boom_2022")
    source, kind = origin.of("residents.csv", municipality_code="KU609", group="student")
    assert kind == "found"
    assert source.startswith("residents.csv: Students and pensioners by main activity")
    assert origin.of("commuting.csv", origin="KU609")[1] == "found, derived"
    assert "StatFin 12r5" in origin.of("start_states.csv", municipality_code="KU609")[0]


# --- the command --------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_calendar")
def test_command_prints_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "margins", "kolmikko", "scale=2", "seed=3", f"outputs={tmp_path}"]) == 0
    told = capsys.readouterr().out
    assert "start start_2025_01, first day 2025-01-01, scale 2, seed 3" in told
    (written,) = (tmp_path / "margins").iterdir()
    assert written.name == "kolmikko-start_2025_01-seed3-scale2.csv"
    assert str(written) in told
    rows = list(csv.DictReader(written.read_text(encoding="utf-8").splitlines()))
    assert f"{len(rows)} rows" in told
    assert run_margins(["region=kolmikko"], "all", tmp_path / "own.csv") == 0
    assert (tmp_path / "own.csv").is_file()
    assert "Keskilä, 15-19, men" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["kolmiko"], "did you mean 'kolmikko'"),
        (["kolmikko", "satakunta"], "expected one region"),
        (["kolmikko", "rows=al"], "did you mean 'all'"),
        (["kolmikko", "start=bom_2022"], "did you mean 'boom_2022'"),
        (["kolmikko", "sead=1"], "did you mean 'seed'"),
    ],
)
def test_wrong_words(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "margins", *words]) == 2
    captured = capsys.readouterr()
    assert told in captured.err
    assert captured.err.count("\n") == 1


def test_wrong_rows() -> None:
    with pytest.raises(InputError, match="rows: expected missed or all"):
        run_margins([], "some")


def test_who_is_still_unemployed_for_her_age_is_as_employable_as_others() -> None:
    """After as long, people whom employers take less readily for what they see are less hard to employ beside it.

    20,000 people a group; a standard error of a mean is .006, the difference some .1.
    """
    months, spread = np.full(20_000, 12.0), 0.95
    means = [
        _employability_given(months, np.full(20_000, seen), 0.2, spread, np.random.default_rng(1)).mean()
        for seen in (0.0, 0.5, 1.0)
    ]
    assert means[0] > means[1] + 0.05 > means[2] + 0.1
    assert means[0] == pytest.approx(0.96, abs=0.05)  # whom nobody would hire anyway: as the labour force, tails cut
