"""How each moment is measured in a run: one number, NaN when the run did not record what it needs.

Stocks are means of the model year's twelve month-ends; shares are ratios of such means, never means of
ratios. Flows are means a month.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from experiments.validation.model_year import MONTHS, ModelYear
from sim.dimensions import AGE_BANDS, EDUCATION, SEXES
from sim.mismatch import mismatch_share

MEAN_MONTH_DAYS = 30.4
RATE_NEAR_POINTS = 1.0
"""A municipality's unemployment rate is near the published one within this many percentage points."""
MARGIN_NEAR_SHARE, MARGIN_NEAR_PERSONS = 0.10, 150.0
"""A commuting margin is near the published one within this share of it or this many persons."""
_BAND_OF_25, _BAND_OF_50 = 2, 7
_MAJOR_GROUPS = "123456789"
_UNCODED = "X"
_LABOUR_FORCE = ("unemployed", "employed_open_market")
_SEASON = {
    "january": 0, "february": 1, "march": 2, "april": 3, "may": 4, "june": 5, "july": 6, "august": 7,
    "september": 8, "october": 9, "november": 10, "december": 11,
}  # fmt: skip
_SEEN_AFTER = {"3m": 4, "6m": 7, "12m": 13}
"""Months after which `sim.recorder` tells the survival of the spells begun in a month."""


@dataclass(frozen=True)
class Measure:
    """A way to get one number out of a model year.

    Attributes
    ----------
    unit
        Unit of the number.
    meaning
        What it is, in words.
    function
        The computation; NaN if the run lacks an indicator.
    """

    unit: str
    meaning: str
    function: Callable[[ModelYear], float]


def _ratio(above: float, below: float, factor: float = 1.0) -> float:
    return factor * above / below if below > 0.0 else float("nan")


def _mean(indicator: str, year: ModelYear) -> float:
    return year.mean(indicator)


def _share(indicator: str, of: str, factor: float, year: ModelYear) -> float:
    return _ratio(year.mean(indicator), year.mean(of), factor)


def _unemployment_rate(year: ModelYear) -> float:
    return _ratio(year.mean("unemployed"), float(year.published.labour_force.sum()), 100.0)


def _next_year(indicator: str, year: ModelYear) -> float:
    return float(year.monthly(indicator, after=MONTHS).mean())


def _rate_change(year: ModelYear) -> float:
    change = _next_year("unemployed", year) - year.mean("unemployed")
    return _ratio(change, float(year.published.labour_force.sum()), 100.0)


def _population_change(year: ModelYear) -> float:
    return _ratio(_next_year("population", year) - year.mean("population"), year.mean("population"), 100.0)


def _active_change(year: ModelYear) -> float:
    """Change of the employed and unemployed together to the year after, %."""
    now = year.mean("employed_open_market") + year.mean("unemployed")
    later = _next_year("employed_open_market", year) + _next_year("unemployed", year)
    return _ratio(later - now, now, 100.0)


def _net_moves(indicator: str, group: str, year: ModelYear) -> float:
    """Net of moves a year, mean of the model year and the next, persons."""
    kind = "municipality" if group else ""
    months = [year.monthly(indicator, kind, group, after) for after in (0, MONTHS)]
    return float(np.concatenate(months).sum()) / len(months)


def _group_share(kind: str, labels: tuple[str, ...], year: ModelYear) -> float:
    """Groups of a kind among the unemployed, %."""
    persons = sum(year.mean("unemployed", kind, label) for label in labels)
    return _ratio(persons, year.mean("unemployed"), 100.0)


def _relative_rate(kind: str, labels: tuple[str, ...], year: ModelYear) -> float:
    """Unemployment rate of groups over that of everybody; the employed are those of the open market."""
    idle, working = (sum(year.mean(name, kind, label) for label in labels) for name in _LABOUR_FORCE)
    everybody = _ratio(year.mean(_LABOUR_FORCE[0]), sum(year.mean(name) for name in _LABOUR_FORCE))
    return _ratio(_ratio(idle, idle + working), everybody)


def _season(month: int, year: ModelYear) -> float:
    return _ratio(float(year.monthly("unemployed")[month]), year.mean("unemployed"))


def _survival(after: str, year: ModelYear) -> float:
    """Survival of the spells begun in the year: the months' shares weighted by their new non-furlough spells."""
    begun = year.monthly("new_unemployment_spells") - year.monthly("new_furlough_spells")
    open_share = year.monthly(f"spell_survival_{after}", after=_SEEN_AFTER[after])
    if not np.isfinite(begun).all():
        return float("nan")
    counted = begun > 0.0  # a month without new spells has no share, and no weight
    return _ratio(float((begun * open_share)[counted].sum()), float(begun[counted].sum()))


def _vacancy_turnover_days(year: ModelYear) -> float:
    return _ratio(year.mean("vacancies_registered"), year.mean("new_vacancies_registered"), MEAN_MONTH_DAYS)


def _municipal_gaps(year: ModelYear) -> np.ndarray:
    """Unemployment rates less those of the start state, percentage points, shape (M,)."""
    published = year.published
    return 100.0 * (year.means("unemployed") - published.unemployed) / published.labour_force


def _municipal_rates_near(year: ModelYear) -> float:
    gaps = _municipal_gaps(year)
    return float((np.abs(gaps) <= RATE_NEAR_POINTS).sum()) if np.isfinite(gaps).all() else float("nan")


def _municipal_rate_gap(year: ModelYear) -> float:
    return float(np.abs(_municipal_gaps(year)).mean())


def _own_municipality_share(year: ModelYear) -> float:
    own = float(year.means("commuters_own").sum())
    return _ratio(own, own + float(year.means("commuters_out").sum()), 100.0)


def _commuting_margins_near(year: ModelYear) -> float:
    near = np.ones(len(year.published.codes), bool)
    for margin in ("commuters_own", "commuters_out", "commuters_in"):
        result, figure = year.means(margin), getattr(year.published, margin)
        if not np.isfinite(result).all():
            return float("nan")
        near &= np.abs(result - figure) <= np.maximum(MARGIN_NEAR_SHARE * figure, MARGIN_NEAR_PERSONS)
    return float(near.sum())


def _mismatch(kind: str, elasticity: float, year: ModelYear) -> float:
    """Share of unemployment due to mismatch, of the year's mean stocks by occupation (coded) or municipality."""
    if kind == "municipality":
        return mismatch_share(year.means("vacancies_open"), year.means("unemployed"), elasticity)
    labels = [label for label in year.groups("vacancies_open", kind)]
    stocks = [[year.mean(name, kind, label) for label in labels] for name in ("vacancies_open", "unemployed")]
    return mismatch_share(np.array(stocks[0]), np.nan_to_num(np.array(stocks[1])), elasticity)


def _occupation_share(major: str, year: ModelYear) -> float:
    """Share of a major group (first digit of ISCO-08) among the unemployed coded in groups 1–9, %."""
    labels = [label for label in year.groups("unemployed", "occupation") if label != _UNCODED]
    persons = {
        digit: sum(year.mean("unemployed", "occupation", label) for label in labels if label[0] == digit)
        for digit in _MAJOR_GROUPS
    }
    return _ratio(persons[major], sum(persons.values()), 100.0)


_ISCO_TITLES = (
    "managers", "professionals", "technicians and associate professionals", "clerical support workers",
    "service and sales workers", "agricultural, forestry and fishery workers", "craft and related trades workers",
    "plant and machine operators, assemblers", "elementary occupations",
)  # fmt: skip

_GROUPS = (
    ("men", "men", "sex", SEXES[:1]),
    ("under_25", "people under 25", "age", AGE_BANDS[:_BAND_OF_25]),
    ("over_50", "people of 50 and over", "age", AGE_BANDS[_BAND_OF_50:]),
    ("basic_education", "people with basic education alone", "education", EDUCATION[:1]),
    ("tertiary_education", "people with tertiary education", "education", EDUCATION[-1:]),
)

MEASURES: dict[str, Measure] = {
    "unemployment_rate": Measure(
        "%", "unemployed of the register, full-time furloughed included, over the start state's labour force",
        _unemployment_rate),
    "unemployment_rate_change": Measure(
        "percentage points", "unemployment rate of the year after the model year less that of the model year",
        _rate_change),
    "population_change": Measure(
        "%", "inhabitants, change to the year after the model year", _population_change),
    "active_change": Measure(
        "%", "employed and unemployed residents, change to the year after the model year", _active_change),
    "furloughed_share": Measure(
        "%", "full-time furloughed among the unemployed", partial(_share, "furloughed", "unemployed", 100.0)),
    "new_spells": Measure(
        "spells a month", "new unemployment spells, furlough included", partial(_mean, "new_unemployment_spells")),
    "new_job_searches": Measure(
        "searches a month", "job searches begun on the register, each with a first interview",
        partial(_mean, "new_job_searches")),
    "new_furlough_spells": Measure(
        "spells a month", "new furlough spells", partial(_mean, "new_furlough_spells")),
    **{
        f"spell_survival_{after}": Measure(
            "share", f"spells begun in the model year, without furlough, still open after {after[:-1]} months",
            partial(_survival, after))
        for after in _SEEN_AFTER
    },
    "long_term_share": Measure(
        "share", "unemployed for a year or longer among the unemployed",
        partial(_share, "long_term_unemployed", "unemployed", 1.0)),
    **{
        f"season_{month}": Measure(
            "ratio", f"unemployed at the end of {month.capitalize()} over the mean of the year's {MONTHS} month-ends",
            partial(_season, number))
        for month, number in _SEASON.items()
    },
    "vacancies_registered": Measure(
        "vacancies", "open vacancies in the register", partial(_mean, "vacancies_registered")),
    "new_vacancies_registered": Measure(
        "vacancies a month", "new vacancies in the register", partial(_mean, "new_vacancies_registered")),
    "vacancy_turnover_days": Measure(
        "days", f"open registered vacancies over new ones a month, times {MEAN_MONTH_DAYS}", _vacancy_turnover_days),
    "vacancies_open": Measure(
        "vacancies", "truly open vacancies, registered or not", partial(_mean, "vacancies_open")),
    "hires": Measure("persons a month", "all hires to jobs of the area", partial(_mean, "hires")),
    "exits_to_job": Measure(
        "persons a month", "unemployed people who start a job in the open market (calls back from furlough apart)",
        partial(_mean, "exits_to_job")),
    "hires_from_unemployment": Measure(
        "persons a month",
        "hires of unemployed people (furloughed left out, people in training and other services counted)",
        partial(_mean, "hires_from_unemployment")),
    "hires_from_employment": Measure(
        "persons a month", "moves from job to job, of furloughed people too", partial(_mean, "hires_from_employment")),
    "hires_from_outside_labour_force": Measure(
        "persons a month", "hires of entrants: students and others outside the labour force",
        partial(_mean, "hires_from_outside_labour_force")),
    "hires_from_outside_area": Measure(
        "persons a month", "hires of people who live outside the area", partial(_mean, "hires_from_outside_area")),
    "municipal_rates_near": Measure(
        "municipalities",
        f"municipalities whose unemployment rate is within {RATE_NEAR_POINTS} point of the start state's",
        _municipal_rates_near),
    "municipal_rate_gap": Measure(
        "percentage points", "mean over municipalities of the absolute difference of the unemployment rate",
        _municipal_rate_gap),
    "own_municipality_share": Measure(
        "%", "employed residents who work in the municipality where they live", _own_municipality_share),
    "commuting_margins_near": Measure(
        "municipalities",
        "municipalities whose in-, out- and own-commuters are each within "
        f"{100.0 * MARGIN_NEAR_SHARE:.0f} % or {MARGIN_NEAR_PERSONS:.0f} persons of 2017",
        _commuting_margins_near),
    **{
        f"occupation_{digit}": Measure(
            "%", f"{title} (ISCO-08 major group {digit}) among the unemployed with a coded occupation",
            partial(_occupation_share, digit))
        for digit, title in zip(_MAJOR_GROUPS, _ISCO_TITLES, strict=True)
    },
    **{
        f"mismatch_{name}": Measure(
            "share",
            f"unemployment due to mismatch between {what}, elasticity {elasticity:g}, of the year's mean stocks",
            partial(_mismatch, kind, elasticity))
        for name, what, kind, elasticity in (
            ("occupational", "occupations of two digits", "occupation", 0.5),
            ("occupational_a30", "occupations of two digits", "occupation", 0.3),
            ("regional", "municipalities", "municipality", 0.5),
            ("regional_a30", "municipalities", "municipality", 0.3),
        )
    },
    "registered_per_unemployed": Measure(
        "ratio", "registered jobseekers for each unemployed person",
        partial(_share, "registered_jobseekers", "unemployed", 1.0)),
    **{
        f"{name}_share": Measure("%", f"{title} among the unemployed", partial(_group_share, kind, labels))
        for name, title, kind, labels in _GROUPS
    },
    **{
        f"{name}_relative_rate": Measure(
            "ratio", f"unemployment rate of {title} over that of everybody", partial(_relative_rate, kind, labels))
        for name, title, kind, labels in _GROUPS
    },
    "other_trade_share": Measure(
        "share", "hires from unemployment into another occupation of two digits than that of the last job",
        partial(_share, "hires_into_another_trade", "hires_from_unemployment", 1.0)),
}  # fmt: skip
"""All measures by the name of their moment, in the order of the table that they came from."""

NET_MOVES = "net_moves_"
"""Beginning of the moments of moves: ``net_moves_CODE`` of a municipality, ``net_moves_area``, ``net_moves_abroad``."""


def measure_of(name: str) -> Measure | None:
    """How a moment is measured, None if nothing measures it.

    Parameters
    ----------
    name
        Key of `MEASURES`, or `NET_MOVES` and a municipality's code, ``area`` or ``abroad``.
    """
    if not name.startswith(NET_MOVES):
        return MEASURES.get(name)
    place = name.removeprefix(NET_MOVES)
    years = "mean of the model year and the year after"
    if place == "abroad":
        return Measure("persons a year", f"net from abroad, {years}", partial(_net_moves, "net_migration_abroad", ""))
    group = "" if place == "area" else place
    measured = partial(_net_moves, "net_domestic_migration", group)
    return Measure("persons a year", f"net of moves inside Finland, {place}, {years}", measured)
