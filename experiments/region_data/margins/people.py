"""Margins of the residents: population, labour force, education, commuting, students, pensions, language."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.synthetic.evenly import raked
from agents.synthetic.people import YEARS_OF_SECONDARY
from experiments.region_data.margins.built import Built
from experiments.region_data.margins.margin import Margin
from experiments.region_data.margins.origin import Origin
from experiments.region_data.margins.tolerance import (
    COMMUTING_PERSONS,
    COMMUTING_SHARE,
    OTHER_AGES_SHARE,
    OTHER_YEAR_SHARE,
    drawn,
    rounded,
    structure,
)
from sim.dimensions import AGE_BANDS, EDUCATION, SEXES, State

PERSONS = "persons"
BIRTHDAY_SHARE = 0.002
_WORKS = (State.EMPLOYED, State.SELF_EMPLOYED, State.FURLOUGHED)


def margins_of_people(built: Built, origin: Origin) -> list[Margin]:
    """Margins of the residents of 15–74, and of all ages where children and elderly are counts."""
    return [
        *_population(built, origin),
        *_labour_force(built, origin),
        *_employed(built, origin),
        *_education(built, origin),
        *_commuting(built, origin),
        *_groups(built, origin),
    ]


def _works(built: Built) -> NDArray[np.bool_]:
    """Who has a job or a business: subsidised jobs with an employer are jobs in the statistics too."""
    return np.isin(built.state, _WORKS) | ((built.state == State.SUBSIDISED) & (built.place >= 0))


def growth(built: Built) -> NDArray[np.float64]:
    """People of working age at this start over those of the region's files, shape (M,).

    The files hold the population of one year; people follow the labour force of the start state.
    """
    usual = built.region.start_state(built.region.default_start).labour_force
    return built.start.labour_force / np.maximum(usual, 1e-9)


def labour_force_by_age(built: Built) -> NDArray[np.float64]:
    """Labour force by municipality, age band and sex: participation raked to the start state, (M, 12, 2)."""
    shape = built.region.population * built.region.participation
    total = np.maximum(shape.sum(axis=(1, 2)), 1e-9)
    return shape * (built.start.labour_force / total)[:, None, None]


def _population(built: Built, origin: Origin) -> list[Margin]:
    region = built.region
    published = region.population * growth(built)[:, None, None]
    found = built.count(
        built.resident, (built.home, region.outside), (built.band, len(AGE_BANDS)), (built.sex, len(SEXES))
    )
    return [
        Margin(
            "population by municipality, age and sex",
            f"{place.name}, {band}, {sex}",
            float(published[m, a, x]),
            float(found[m, a, x]),
            # a birth date is a day, and ages at the edge of a band may round into the next one
            rounded(built.scale) + BIRTHDAY_SHARE * float(published[m, a, x]),
            PERSONS,
            *origin.of("population.csv", municipality_code=place.code, age_band=band, sex=sex),
        )
        for m, place in enumerate(region.municipalities)
        for a, band in enumerate(AGE_BANDS)
        for x, sex in enumerate(SEXES)
    ]


def _labour_force(built: Built, origin: Origin) -> list[Margin]:
    region, n = built.region, built.region.outside
    inside = built.resident & (_works(built) | (built.state == State.UNEMPLOYED))
    found = built.count(inside, (built.home, n))
    margins = [
        Margin(
            "labour force by municipality",
            place.name,
            float(built.start.labour_force[m]),
            float(found[m]),
            rounded(built.scale),
            PERSONS,
            *origin.of("start_states.csv", municipality_code=place.code),
        )
        for m, place in enumerate(region.municipalities)
    ]
    published = labour_force_by_age(built).sum(axis=0)
    by_age = built.count(inside, (built.band, len(AGE_BANDS)), (built.sex, len(SEXES)))
    for a, band in enumerate(AGE_BANDS):
        for x, sex in enumerate(SEXES):
            margins.append(
                Margin(
                    "labour force by age and sex",
                    f"{band}, {sex}",
                    float(published[a, x]),
                    float(by_age[a, x]),
                    structure(float(published[a, x]), built.scale) + rounded(built.scale, 0.5 * n),
                    PERSONS,
                    *origin.of("participation.csv", age_band=band, sex=sex),
                )
            )
    return margins


def _employed(built: Built, origin: Origin) -> list[Margin]:
    """Employed residents: their age in the year of the file, and education within each age."""
    region = built.region
    joint = region.unemployed_joint.sum(axis=(1, 2))
    works = built.resident & _works(built)
    found = built.count(works, (built.band, len(AGE_BANDS)), (built.education, len(EDUCATION)))
    published = region.employed_age_education
    level = found.sum() / max(published.sum(), 1e-9)
    unemployed = built.count(built.resident & (built.state == State.UNEMPLOYED), (built.band, len(AGE_BANDS)))
    other = labour_force_by_age(built).sum(axis=(0, 2)) - unemployed
    margins = []
    for a, band in enumerate(AGE_BANDS):
        told = float(published[a].sum() * level)
        margins.append(
            Margin(
                "employed residents by age, at this start's level",
                band,
                told,
                float(found[a].sum()),
                OTHER_YEAR_SHARE * told + rounded(built.scale, len(joint)),
                PERSONS,
                *origin.of("employed_age_education.csv", age_band=band),
                other=float(other[a]),
                told_by="population.csv, participation.csv, unemployed_structure.csv",
            )
        )
    young = float(built.count(works & built.young))
    for a, band in enumerate(AGE_BANDS):
        for e, education in enumerate(EDUCATION):
            share = float(published[a, e] / max(published[a].sum(), 1e-9))
            cell = share * float(found[a].sum())
            # the table of the employed gives people of 16 a degree; those younger than 18½ have basic education
            adult = share * (float(found[a].sum()) - young) + (young if education == "basic" else 0.0)
            margins.append(
                Margin(
                    "employed residents by education within age",
                    f"{band}, {education}",
                    cell,
                    float(found[a, e]),
                    drawn(cell, built.scale),
                    PERSONS,
                    *origin.of("employed_age_education.csv", age_band=band, education=education),
                    other=adult if a == 0 else None,
                    told_by=f"no secondary education before the age of {YEARS_OF_SECONDARY:g}" if a == 0 else "",
                )
            )
    return margins


def _education(built: Built, origin: Origin) -> list[Margin]:
    """Education by municipality, raked to the adults of 20–74: the file counts those of 75 and over too."""
    region, n = built.region, built.region.outside
    adults = built.resident & (built.band > 0)
    found = built.count(adults, (built.home, n), (built.education, len(EDUCATION)))
    published = raked(region.education, found.sum(axis=1), found.sum(axis=0))
    return [
        Margin(
            "education by municipality, at the area's level of 20–74",
            f"{place.name}, {education}",
            float(published[m, e]),
            float(found[m, e]),
            drawn(float(published[m, e]), built.scale, OTHER_AGES_SHARE),
            PERSONS,
            *origin.of("education.csv", municipality_code=place.code, education=education),
        )
        for m, place in enumerate(region.municipalities)
        for e, education in enumerate(EDUCATION)
    ]


def _commuting(built: Built, origin: Origin) -> list[Margin]:
    region, n = built.region, built.region.outside
    od = built.count(built.place >= 0, (built.home, n + 1), (built.place, n + 1))
    margins = []
    for m, place in enumerate(region.municipalities):
        for direction, told, found, keys in (
            ("own", region.commuting[m, m], od[m, m], {"origin": place.code, "destination": place.code}),
            ("out", region.commuting[m].sum() - region.commuting[m, m], od[m].sum() - od[m, m], {"origin": place.code}),
            (
                "in",
                region.commuting[:, m].sum() - region.commuting[m, m],
                od[:, m].sum() - od[m, m],
                {"destination": place.code},
            ),
        ):
            margins.append(
                Margin(
                    "commuting by municipality: own, out, in",
                    f"{place.name}, {direction}",
                    float(told),
                    float(found),
                    max(COMMUTING_SHARE * float(told), COMMUTING_PERSONS),
                    PERSONS,
                    *origin.of("commuting.csv", **keys),
                )
            )
    return margins


def _groups(built: Built, origin: Origin) -> list[Margin]:
    region, n = built.region, built.region.outside
    size = growth(built)
    everybody = region.population.sum(axis=(1, 2)) + region.children + region.elderly
    by_state = {
        state: built.count(built.resident & (built.state == state), (built.home, n))
        for state in (State.STUDENT, State.CONSCRIPT, State.DISABILITY, State.RETIRED)
    }
    foreign = built.count(built.resident & (built.language == 1), (built.home, n))
    of_working_age = region.population.sum(axis=(1, 2)) / np.maximum(everybody, 1)
    families = (
        (
            "students by municipality, conscripts included",
            "student",
            np.ones(n),
            by_state[State.STUDENT] + by_state[State.CONSCRIPT],
            0.0,
        ),
        (
            "pensioners by municipality, those of 75 and over included",
            "pensioner",
            np.ones(n),
            by_state[State.DISABILITY] + by_state[State.RETIRED] + region.elderly,
            OTHER_YEAR_SHARE,
        ),
        ("disability pensions by municipality", "disability_pension", size, by_state[State.DISABILITY], 0.0),
        (
            "foreign-language residents of 15–74 by municipality",
            "foreign_language",
            size * of_working_age,
            foreign,
            0.0,
        ),
    )
    margins = []
    for family, group, level, found, other_year in families:
        for m, place in enumerate(region.municipalities):
            told = float(region.residents[group][m] * level[m])
            margins.append(
                Margin(
                    family,
                    place.name,
                    told,
                    float(found[m]),
                    max(structure(told, built.scale), other_year * told),
                    PERSONS,
                    *origin.of("residents.csv", municipality_code=place.code, group=group),
                    other=_other_pensioners(built, m) if group == "pensioner" else None,
                    told_by="population.csv, participation.csv, municipalities.csv" if group == "pensioner" else "",
                )
            )
    return margins


def _other_pensioners(built: Built, m: int) -> float:
    """What population and participation leave: all of 65–74 outside the labour force, and the elderly."""
    region = built.region
    out = region.population * growth(built)[:, None, None] - labour_force_by_age(built)
    later = sum(out[m, a].sum() for a, band in enumerate(AGE_BANDS) if band in ("65-69", "70-74"))
    early = built.count(
        built.resident & (built.home == m) & (built.state == State.RETIRED) & (built.band < AGE_BANDS.index("65-69"))
    )
    disabled = region.residents["disability_pension"][m] * growth(built)[m]
    return float(later + region.elderly[m] + disabled + early)
