"""Every moment on a table small enough to compute by hand, and what happens when something is missing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from agents.region import Region
from experiments.running import schema
from experiments.validation import MEASURES, ModelYear, Moment, Published
from sim.dimensions import AGE_BANDS
from sim.errors import InputError

PROJECT = Path(__file__).resolve().parents[1]
PUBLISHED = Published(
    codes=("A", "B", "C"),
    labour_force=np.array([100.0, 300.0, 600.0]),
    unemployed=np.array([10.0, 30.0, 60.0]),
    commuters_own=np.array([40.0, 2000.0, 300.0]),
    commuters_out=np.array([10.0, 400.0, 100.0]),
    commuters_in=np.array([0.0, 5000.0, 10.0]),
)
# Area stock of January to December: mean 100.
UNEMPLOYED = (107, 100, 100, 100, 100, 100, 105, 96, 94, 96, 92, 110)
NEW = (10, 10, 10, 10, 10, 10, 20, 10, 10, 10, 10, 20)


class Rows:
    """Tidy rows, a value a month from January 2022."""

    def __init__(self) -> None:
        self.rows: list[tuple[Any, ...]] = []

    def add(
        self, indicator: str, values: float | Sequence[float], kind: str = "", group: str = "", after: int = 0
    ) -> None:
        series = [values] * 12 if isinstance(values, int | float) else values
        for number, value in enumerate(series, start=after):
            year, month = divmod(number + 1, 12)
            end = date(2022 + year, month + 1, 1) - timedelta(days=1)
            self.rows.append((end, indicator, kind, group, float(value), "persons"))

    def columns(self, leaving_out: str = "") -> dict[str, Any]:
        kept = [row for row in self.rows if row[1] != leaving_out]
        names = ("date", "indicator", "group_kind", "group", "value", "unit")
        columns: dict[str, Any] = dict(zip(names, map(list, zip(*kept, strict=True)), strict=True))
        columns["date"] = np.array(columns["date"], "datetime64[D]")
        return columns


def made_up() -> Rows:
    rows = Rows()
    rows.add("unemployed", [3 * value for value in UNEMPLOYED], after=-12)  # another year does not count
    rows.add("unemployed", UNEMPLOYED)
    rows.add("unemployed", [106] * 12, after=12)
    rows.add("employed_open_market", 900)
    rows.add("employed_open_market", 884, after=12)
    rows.add("population", 2000)
    rows.add("population", 1990, after=12)
    rows.add("exits_to_job", 18)
    rows.add("furloughed", 4.5)
    rows.add("long_term_unemployed", 31)
    rows.add("registered_jobseekers", 195)
    rows.add("new_unemployment_spells", [new + 3 for new in NEW])
    rows.add("new_furlough_spells", 3)
    # The months with twice as many new spells survive less: weighted mean (10 * .5 + 4 * .3) / 14.
    share = [0.3 if new == 20 else 0.5 for new in NEW]
    for name, seen_after in (("3m", 4), ("6m", 7), ("12m", 13)):
        rows.add(f"spell_survival_{name}", [0.9] * seen_after)  # spells of months before the model year
        rows.add(f"spell_survival_{name}", share, after=seen_after)
    rows.add("vacancies_registered", 60)
    rows.add("new_vacancies_registered", 40)
    rows.add("vacancies_open", [70, 90] * 6)
    rows.add("hires", 50)
    rows.add("hires_from_unemployment", 20)
    rows.add("hires_from_employment", 15)
    rows.add("hires_from_outside_labour_force", 10)
    rows.add("hires_from_outside_area", 5)
    # Rates 11 (near), 10 (near) and 8.5 (1.5 points off): mean gap (1 + 0 + 1.5) / 3.
    for code, unemployed in zip("ABC", (11, 30, 51), strict=True):
        rows.add("unemployed", unemployed, "municipality", code)
    # A is within 150 persons; B within 10 %; C has 161 persons too many on its way in.
    for margin, values in {"own": (150, 2200, 300), "out": (50, 440, 110), "in": (150, 5500, 171)}.items():
        for code, persons in zip("ABC", values, strict=True):
            rows.add(f"commuters_{margin}", persons, "municipality", code)
    for label, persons in {"01": 9, "11": 2, "12": 2, "51": 16, "93": 20, "X": 60}.items():
        rows.add("unemployed", persons, "occupation", label)
    for label, vacancies in {"01": 36, "11": 0, "12": 0, "51": 64, "93": 0}.items():
        rows.add("vacancies_open", vacancies, "occupation", label)
    for code, vacancies in zip("ABC", (0, 50, 0), strict=True):
        rows.add("vacancies_open", vacancies, "municipality", code)
    rows.add("unemployed", 59, "sex", "men")
    rows.add("unemployed", 41, "sex", "women")
    for label, persons in {"15-19": 4, "20-24": 7, "25-29": 49, "50-54": 15, "60-64": 23, "70-74": 2}.items():
        rows.add("unemployed", persons, "age", label)
    for band in AGE_BANDS:
        if band not in ("15-19", "20-24", "25-29", "50-54", "60-64", "70-74"):
            rows.add("unemployed", 0, "age", band)
    for label, persons in {"basic": 33, "secondary": 53, "tertiary": 14}.items():
        rows.add("unemployed", persons, "education", label)
    working = {
        "sex": {"men": 441, "women": 459},
        "age": dict.fromkeys(AGE_BANDS, 0) | {
            "15-19": 6, "20-24": 33, "25-29": 701, "50-54": 100, "60-64": 58, "70-74": 2,
        },
        "education": {"basic": 117, "secondary": 517, "tertiary": 266},
    }  # fmt: skip
    for kind, groups in working.items():
        for label, persons in groups.items():
            rows.add("employed_open_market", persons, kind, label)
    rows.add("hires_into_another_trade", 8)
    rows.add("new_job_searches", 6)
    return rows


ANSWERS = {
    "unemployment_rate": 10.0,
    "unemployment_rate_change": 0.6,
    "population_change": -0.5,
    "active_change": -1.0,
    "furloughed_share": 4.5,
    "new_spells": 14 * 10 / 12 + 3,
    "new_job_searches": 6,
    "new_furlough_spells": 3,
    "spell_survival_3m": 6.2 / 14,
    "spell_survival_6m": 6.2 / 14,
    "spell_survival_12m": 6.2 / 14,
    "long_term_share": 0.31,
    "season_january": 1.07,
    "season_february": 1.0,
    "season_march": 1.0,
    "season_april": 1.0,
    "season_may": 1.0,
    "season_june": 1.0,
    "season_july": 1.05,
    "season_august": 0.96,
    "season_september": 0.94,
    "season_october": 0.96,
    "season_november": 0.92,
    "season_december": 1.10,
    "vacancies_registered": 60,
    "new_vacancies_registered": 40,
    "vacancy_turnover_days": 1.5 * 30.4,
    "vacancies_open": 80,
    "hires": 50,
    "exits_to_job": 18,
    "hires_from_unemployment": 20,
    "hires_from_employment": 15,
    "hires_from_outside_labour_force": 10,
    "hires_from_outside_area": 5,
    "municipal_rates_near": 2,
    "municipal_rate_gap": 2.5 / 3,
    "own_municipality_share": 100 * 2650 / 3250,
    "commuting_margins_near": 2,
    "occupation_1": 10,
    "occupation_2": 0,
    "occupation_3": 0,
    "occupation_4": 0,
    "occupation_5": 40,
    "occupation_6": 0,
    "occupation_7": 0,
    "occupation_8": 0,
    "occupation_9": 50,
    # met: .6 * 3 / 7 + .8 * 4 / 7 = 5 / 7 of the hires, and those of B alone, 30 / 92 of the unemployed
    "mismatch_occupational": 24 / 49,
    "mismatch_occupational_a30": 1 - (0.36**0.3 * (9 / 49) ** 0.7 + 0.64**0.3 * (16 / 49) ** 0.7) ** (1 / 0.7),
    "mismatch_regional": 62 / 92,
    "mismatch_regional_a30": 62 / 92,
    "registered_per_unemployed": 1.95,
    "men_share": 59,
    "under_25_share": 11,
    "over_50_share": 40,
    "basic_education_share": 33,
    "tertiary_education_share": 14,
    # rates of the groups over 100 of 1,000: 59 of 500 men, 11 of 50 under 25, 40 of 200, 33 of 150, 14 of 280
    "men_relative_rate": 1.18,
    "under_25_relative_rate": 2.2,
    "over_50_relative_rate": 2.0,
    "basic_education_relative_rate": 2.2,
    "tertiary_education_relative_rate": 0.5,
    "other_trade_share": 0.4,
}


def test_every_measure_has_an_answer_here():
    assert list(ANSWERS) == list(MEASURES)
    assert sum(UNEMPLOYED) == 1200


@pytest.mark.parametrize("name", MEASURES)
def test_moment_of_a_table_made_by_hand(name):
    columns = made_up().columns()
    assert MEASURES[name].function(ModelYear(columns, 2022, PUBLISHED)) == pytest.approx(ANSWERS[name])
    stored = schema.table(columns, schema.RUN)  # as a run comes back from the store
    assert isinstance(stored, pa.Table)
    assert MEASURES[name].function(ModelYear(stored, 2022, PUBLISHED)) == pytest.approx(ANSWERS[name])


@pytest.mark.parametrize("name", MEASURES)
def test_moment_without_records_is_not_a_number(name):
    empty = {key: values[:0] for key, values in made_up().columns().items()}
    assert math.isnan(MEASURES[name].function(ModelYear(empty, 2022, PUBLISHED)))


@pytest.mark.parametrize(
    ("missing", "names"),
    [
        ("commuters_in", ["commuting_margins_near"]),
        ("commuters_out", ["commuting_margins_near", "own_municipality_share"]),
        ("new_furlough_spells", ["new_furlough_spells", "spell_survival_3m", "spell_survival_12m"]),
        ("spell_survival_6m", ["spell_survival_6m"]),
        ("registered_jobseekers", ["registered_per_unemployed"]),
        ("vacancies_registered", ["vacancies_registered", "vacancy_turnover_days"]),
    ],
)
def test_missing_indicator_leaves_out_what_needs_it_and_nothing_else(missing, names):
    year = ModelYear(made_up().columns(leaving_out=missing), 2022, PUBLISHED)
    absent = [name for name in MEASURES if math.isnan(MEASURES[name].function(year))]
    assert set(names) <= set(absent)
    assert len(absent) <= len(names) + 1


def test_year_that_is_not_simulated_to_its_end_gives_no_means():
    rows = Rows()
    rows.add("unemployed", UNEMPLOYED[:11])
    assert math.isnan(MEASURES["unemployment_rate"].function(ModelYear(rows.columns(), 2022, PUBLISHED)))


def test_survival_waits_for_all_months_and_forgives_a_month_without_spells():
    rows = Rows()
    rows.add("new_unemployment_spells", [4.0] * 11 + [0.0])
    rows.add("new_furlough_spells", 0)
    rows.add("spell_survival_3m", [0.5] * 11, after=4)
    rows.add("spell_survival_6m", [0.5] * 10, after=7)
    year = ModelYear(rows.columns(), 2022, PUBLISHED)
    assert MEASURES["spell_survival_3m"].function(year) == pytest.approx(0.5)
    assert math.isnan(MEASURES["spell_survival_6m"].function(year))


def test_published_figures_of_a_region():
    region = Region.load(PROJECT / "data" / "regions" / "kolmikko")
    published = Published.of(region, region.start_state("boom_2022"))
    assert published.commuters_own.tolist() == [2200, 480, 330]
    assert published.commuters_out.tolist() == [320, 555, 365]
    assert published.commuters_in.tolist() == [900, 220, 90]
    assert published.unemployed.sum() / published.labour_force.sum() == pytest.approx(390 / 4720)


GOOD = {"band": [9.6, 10.2], "unit": "%", "source": "somewhere"}


def test_moment_is_read_with_its_band():
    moment = Moment.read("unemployment_rate", GOOD, "here")
    assert (moment.low, moment.high, moment.has_band) == (9.6, 10.2, True)
    assert not Moment.read("unemployment_rate", {**GOOD, "band": None}, "here").has_band
    year = ModelYear(made_up().columns(), 2022, PUBLISHED)
    assert moment.measure(year) == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("unemployment_rat", GOOD, "did you mean 'unemployment_rate'"),
        ("unemployment_rate", {**GOOD, "band": [10.2, 9.6]}, "low 10.2 is not below high 9.6"),
        ("unemployment_rate", {**GOOD, "band": [9.6]}, "expected [low, high]"),
        ("unemployment_rate", {**GOOD, "band": ["a", 1]}, "expected [low, high]"),
        ("unemployment_rate", {**GOOD, "band": 9.9}, "expected [low, high]"),
        ("unemployment_rate", {**GOOD, "band": [0, math.inf]}, "expected [low, high]"),
        ("unemployment_rate", {**GOOD, "unit": "share"}, "measured in '%'"),
        ("unemployment_rate", {"band": [9.6, 10.2], "unit": "%"}, "'source' is missing"),
        ("unemployment_rate", {**GOOD, "source": " "}, "where the band comes from"),
        ("unemployment_rate", {**GOOD, "bnad": 1}, "did you mean 'band'"),
        ("unemployment_rate", [9.6, 10.2], "expected {band"),
    ],
)
def test_wrong_moment_gets_one_line(name, given, told):
    with pytest.raises(InputError) as error:
        Moment.read(name, given, "conf/board/own.yaml: moments.x")
    text = str(error.value)
    assert told in text
    assert text.startswith("conf/board/own.yaml: moments.x")
    assert "\n" not in text
