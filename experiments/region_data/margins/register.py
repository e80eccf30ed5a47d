"""Margins of the register: the unemployed by place, age, education and trade, the furloughed, jobseekers."""

from __future__ import annotations

from math import sqrt

import numpy as np

from agents.region.schema import ISCO1
from agents.synthetic.people import group_of_band, more_furloughed, season_factor
from experiments.region_data.margins.built import Built
from experiments.region_data.margins.margin import Margin
from experiments.region_data.margins.origin import Origin
from experiments.region_data.margins.tolerance import DEVIATIONS, UNEMPLOYED_SHARE, drawn, rounded
from sim.dimensions import AGE_BANDS, EDUCATION, SEXES, State

PERSONS = "persons"
_NOT_SIMULATED = {
    "disability_registered_share": "unemployed with a registered disability or illness",
    "part_capacity_share": "unemployed with part work capacity",
    "foreign_citizen_share": "unemployed foreign citizens",
    "subsidised_per_unemployed": "registered jobseekers in subsidised work",
    "shortened_week_per_unemployed": "registered jobseekers on a shortened week",
}
"""Ratios of the register to the unemployed that no column of a person tells."""
_MEASURES = ("outside_in_services_per_unemployed", "outside_in_training_per_unemployed")


def margins_of_register(built: Built, origin: Origin, p: np.record, month: int) -> list[Margin]:
    """Margins of the register.

    Parameters
    ----------
    p
        Baseline parameters (a record).
    month
        Calendar month of the first day, 1–12.
    """
    region, start = built.region, built.start
    n, scale = region.outside, built.scale
    season = season_factor(region, start, month)
    furloughed_share = start.furloughed_share * more_furloughed(region, start, p, month)
    unemployed = built.resident & built.unemployed
    total = float(built.count(unemployed))
    margins = []
    places = list(enumerate(region.municipalities))
    level = start.unemployed * season
    by_place = built.count(unemployed, (built.home, n))
    furloughed = built.count(built.resident & (built.state == State.FURLOUGHED), (built.home, n))
    long_term = built.count(built.resident & built.long_term, (built.home, n))
    for m, place in places:
        where = origin.of("start_states.csv", municipality_code=place.code)
        for family, told, found, tolerance in (
            ("unemployed by municipality, at the season of the start", level[m], by_place[m], rounded(scale)),
            (
                "full-time furloughed by municipality",
                furloughed_share[m] * by_place[m],
                furloughed[m],
                rounded(scale),
            ),
            (
                "long-term unemployed by municipality",
                start.long_term_share[m] * by_place[m],
                long_term[m],
                max(UNEMPLOYED_SHARE * by_place[m], rounded(scale)),
            ),
            (
                "registered open vacancies by municipality",
                start.vacancies_registered[m],
                built.vacancies[m] * float(p.jobs.register_inflation) / scale,
                drawn(start.vacancies_registered[m], scale / float(p.jobs.register_inflation), 0.05),
            ),
        ):
            unit = "vacancies" if "vacancies" in family else PERSONS
            margins.append(Margin(family, place.name, float(told), float(found), float(tolerance), unit, *where))

    joint = region.unemployed_joint
    majors = (*ISCO1[:10], "X")[: joint.shape[2]]  # X: the register knows no occupation
    group = group_of_band(region.unemployed_ages, len(AGE_BANDS))
    labels = [f"{first}-{last}" for first, last in region.unemployed_ages]
    beyond = len(labels)
    of_age = np.where(group < 0, beyond, group)[built.band]
    major = np.array([int(o.isco1) for o in region.occupations])[built.occupation]
    coded = unemployed & built.coded
    if len(majors) > 10:
        major, coded = np.where(built.coded, major, 10), unemployed
    tolerance = max(UNEMPLOYED_SHARE * total, rounded(scale, n))
    for family, told, found, names, key in (
        (
            "unemployed by age",
            np.append(joint.sum(axis=(1, 2)), 0.0),
            built.count(unemployed, (of_age, beyond + 1)),
            [*labels, "older"],
            "age_group",
        ),
        (
            "unemployed by education",
            joint.sum(axis=(0, 2)),
            built.count(unemployed, (built.education, len(EDUCATION))),
            list(EDUCATION),
            "education",
        ),
        (
            "unemployed by major group of occupations",
            joint.sum(axis=(0, 1)),
            built.count(coded, (major, len(majors))),
            list(majors),
            "isco1",
        ),
    ):
        for name, published, result in zip(names, told / told.sum() * found.sum(), found, strict=True):
            keys = {} if name == "older" else {key: name}
            # the furloughed have the trade of their job: chance of theirs comes on top
            chance = DEVIATIONS * sqrt(float(furloughed.sum()) * float(published) / max(total, 1.0) / scale)
            margins.append(
                Margin(
                    family, name, float(published), float(result), tolerance + chance, PERSONS,
                    *origin.of("unemployed_structure.csv", **keys),
                )
            )  # fmt: skip
    by_sex = built.count(unemployed, (built.sex, len(SEXES)))
    facts = region.register_facts
    foreign = float(built.count(unemployed & (built.language == 1)))
    registered = built.resident & built.registered
    works = registered & np.isin(built.state, (State.EMPLOYED, State.SELF_EMPLOYED))
    in_measure = registered & np.isin(built.state, (State.TRAINING, State.IN_SERVICE))
    facts = {**facts, "outside_in_measure": facts[_MEASURES[0]] + facts[_MEASURES[1]]}
    for fact, family, cell, result in (
        ("men_share", "unemployed by sex", SEXES[0], float(by_sex[0])),
        ("foreign_language_share", "unemployed of a foreign language", "area", foreign),
        ("registered_per_unemployed", "registered jobseekers", "area", float(built.count(registered))),
        (
            "employed_full_time_per_unemployed",
            "registered jobseekers",
            "employed full-time",
            float(built.count(works & ~built.part_time)),
        ),
        (
            "employed_part_time_per_unemployed",
            "registered jobseekers",
            "employed part-time",
            float(built.count(works & built.part_time)),
        ),
        (
            "outside_in_measure",
            "registered jobseekers",
            "outside the labour force, in services or training",
            float(built.count(in_measure)),
        ),
        (
            "outside_other_per_unemployed",
            "registered jobseekers",
            "outside the labour force, others",
            float(built.count(registered & (built.state == State.INACTIVE))),
        ),
    ):
        told_here = facts[fact] * total
        margins.append(
            Margin(family, cell, told_here, result, max(tolerance, 0.02 * told_here), PERSONS,
                   *origin.of("register_facts.csv", fact=fact if fact in region.register_facts else _MEASURES[1]))
        )  # fmt: skip
    for fact, family in _NOT_SIMULATED.items():
        margins.append(
            Margin(family, "area", facts[fact] * total, None, tolerance, PERSONS,
                   *origin.of("register_facts.csv", fact=fact))
        )  # fmt: skip
    return margins
