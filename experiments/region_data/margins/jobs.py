"""Margins of the jobs: by place and industry, trade, contract, size of the employer, listed employers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.region.schema import ISCO1
from agents.synthetic.employers import jobs_by_size_class
from experiments.region_data.margins.built import Built
from experiments.region_data.margins.margin import Margin
from experiments.region_data.margins.origin import Origin
from experiments.region_data.margins.tolerance import (
    EMPLOYER_JOBS,
    EMPLOYER_SHARE,
    OTHER_YEAR_SHARE,
    SIZE_CLASS_SHARE,
    drawn,
    rounded,
    structure,
)
from sim.dimensions import AGE_BANDS, SECTIONS, Contract, State

JOBS = "jobs"
OWN_INDUSTRY_SHARE = 0.05
OWN_ACCOUNT_SHARE = 0.25
"""How far a municipality's self-employed of an industry may differ from their share in the area."""


def margins_of_jobs(built: Built, origin: Origin, p: np.record) -> list[Margin]:
    """Margins of the jobs held in the area.

    Parameters
    ----------
    p
        Baseline parameters (a record). The industry of the self-employed is not held: the share of an
        industry's jobs that they are is taken from them (``self_employment.share_of_jobs``).
    """
    own = np.asarray(p.self_employment.share_of_jobs)
    return [
        *_places_and_sections(built, origin, own),
        *_trades(built, origin, own),
        *_contracts(built, origin, own),
        *_furlough(built, origin, own),
        *_sizes(built, origin, own),
        *_listed(built, origin),
    ]


def _own_account(built: Built, own: NDArray[np.float64]) -> NDArray[np.float64]:
    """Self-employed residents by industry, persons, shape (22,): their number by the shares they were made with."""
    shape = built.region.jobs.sum(axis=0) * own
    number = float(built.count(built.resident & (built.state == State.SELF_EMPLOYED)))
    return shape * number / max(float(shape.sum()), 1e-9)


def _places_and_sections(built: Built, origin: Origin, own: NDArray[np.float64]) -> list[Margin]:
    region, n = built.region, built.region.outside
    inside = built.employer_place < n
    found = np.zeros((n, len(SECTIONS)))
    np.add.at(
        found, (built.employer_place[inside], built.employer_section[inside]), built.employer_size[inside] / built.scale
    )
    employees = found.sum(axis=1)
    alone = built.resident & (built.state == State.SELF_EMPLOYED)
    all_jobs = employees + built.count(alone, (built.home, n))
    # what the commuting table says of a place once each origin has its employed of this start
    origins = built.count((built.place >= 0), (built.home, n + 1))
    origins[n] = all_jobs.sum() - built.count((built.home < n) & (built.place >= 0) & (built.place < n))
    shares = region.commuting.copy()
    shares[n, n] = 0.0
    workers = (shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-9) * origins[:, None]).sum(axis=0)
    margins = [
        Margin(
            "jobs by municipality, at this start's level",
            place.name,
            float(region.jobs[m].sum() * all_jobs.sum() / region.jobs.sum()),
            float(all_jobs[m]),
            max(OTHER_YEAR_SHARE * float(region.jobs[m].sum()), 10.0, rounded(built.scale)),
            JOBS,
            *origin.of("jobs.csv", municipality_code=place.code),
            other=float(workers[m]),
            told_by="commuting.csv",
        )
        for m, place in enumerate(region.municipalities)
    ]
    for m, place in enumerate(region.municipalities):
        for s, section in enumerate(SECTIONS):
            others = region.jobs[m] * (1.0 - own)
            told = float(others[s] * employees[m] / max(others.sum(), 1e-9))
            margins.append(
                Margin(
                    "employees' jobs by municipality and section, at the municipality's level",
                    f"{place.name}, {section}",
                    told,
                    float(found[m, s]),
                    # the self-employed are made where the small establishments are, not evenly
                    structure(told, built.scale) + OWN_ACCOUNT_SHARE * float(own[s] * region.jobs[m, s]),
                    JOBS,
                    *origin.of("jobs.csv", municipality_code=place.code, section=section),
                )
            )
    return margins


def _trades(built: Built, origin: Origin, own: NDArray[np.float64]) -> list[Margin]:
    region = built.region
    held = (built.place >= 0) & (built.place < region.outside)
    major = np.array([int(o.isco1) for o in region.occupations])
    found = built.count(held, (major[built.occupation], len(ISCO1)))
    alone = _own_account(built, own)
    by_section = built.count(held & (built.section >= 0), (built.section, len(SECTIONS))) + alone
    told = np.bincount(major, by_section @ region.section_occupation, minlength=len(ISCO1))
    # the industries of the self-employed are told by their shares, within a few per cent
    doubt = OWN_INDUSTRY_SHARE * np.bincount(major, alone @ region.section_occupation, minlength=len(ISCO1))
    where = origin.of("section_occupation.csv")
    return [
        Margin(
            "jobs by major group of occupations", isco1, float(told[i]), float(found[i]),
            structure(float(told[i]), built.scale) + rounded(built.scale) + float(doubt[i]), JOBS, *where,
        )
        for i, isco1 in enumerate(ISCO1)
    ]  # fmt: skip


def _contracts(built: Built, origin: Origin, own: NDArray[np.float64]) -> list[Margin]:
    """Fixed terms: of all jobs of an industry, and of the employees of an age."""
    region = built.region
    held = (built.section >= 0) & (built.place < region.outside)
    fixed = held & (built.contract == Contract.FIXED_TERM)
    margins = []
    total = float(built.count(fixed))
    by_section, of_section = (built.count(who, (built.section, len(SECTIONS))) for who in (fixed, held))
    by_age, of_age = (built.count(who, (built.band, len(AGE_BANDS))) for who in (fixed, held))
    shape = of_age * region.fixed_term_share_by_age
    for dimension, labels, told, found in (
        ("section", SECTIONS, (of_section + _own_account(built, own)) * region.fixed_term_share, by_section),
        ("age_band", AGE_BANDS, shape * total / max(shape.sum(), 1e-9), by_age),
    ):
        for i, label in enumerate(labels):
            margins.append(
                Margin(
                    f"fixed-term jobs by {'section' if dimension == 'section' else 'age, at the total by section'}",
                    label,
                    float(told[i]),
                    float(found[i]),
                    drawn(float(told[i]), built.scale, OTHER_YEAR_SHARE),
                    JOBS,
                    *origin.of("fixed_term.csv", dimension=dimension, label=label),
                )
            )
    return margins


def _furlough(built: Built, origin: Origin, own: NDArray[np.float64]) -> list[Margin]:
    """Furloughed by industry, per job of it, the self-employed included."""
    region = built.region
    held = (built.section >= 0) & (built.place < region.outside)
    away = held & (built.state == State.FURLOUGHED)
    found = built.count(away, (built.section, len(SECTIONS)))
    jobs = built.count(held, (built.section, len(SECTIONS))) + _own_account(built, own)
    shape = jobs * region.furlough_stock_share
    told = shape * found.sum() / max(shape.sum(), 1e-9)
    return [
        Margin(
            "furloughed by section, at this start's level", section, float(told[s]), float(found[s]),
            drawn(float(told[s]), built.scale), "persons", *origin.of("furlough.csv", section=section),
        )
        for s, section in enumerate(SECTIONS)
    ]  # fmt: skip


def _sizes(built: Built, origin: Origin, own: NDArray[np.float64]) -> list[Margin]:
    """Establishments and jobs by size class, at the number of jobs there are; the self-employed are one each."""
    region = built.region
    inside = (built.employer_place < region.outside) & (built.employer_size > 0)
    # listed employers grow with the scale; of the others there are more, each of its real size
    weight = np.full(len(built.employer_size), built.scale)
    weight[list(built.listed.values())] = 1.0
    size, weight = built.employer_size[inside], weight[inside]
    real = np.maximum(size * weight / built.scale, 1.0)
    classes = np.searchsorted([c.smallest for c in region.size_classes], real, side="right") - 1
    k = len(region.size_classes)
    number = np.bincount(classes, 1.0 / weight, minlength=k)
    jobs = np.bincount(classes, size, minlength=k) / built.scale
    alone = float(built.count(built.resident & (built.state == State.SELF_EMPLOYED)))
    number[0] += alone
    jobs[0] += alone
    level = jobs.sum() / max(region.establishment_jobs.sum(), 1e-9)
    jobs_left, number_left = _beside_listed(built, _own_account(built, own))
    margins = []
    for family, told, found, left, unit in (
        (
            "establishments by size class",
            region.establishments.sum(axis=0) * level,
            number,
            number_left,
            "establishments",
        ),
        ("jobs by size class", region.establishment_jobs.sum(axis=0) * level, jobs, jobs_left, JOBS),
    ):
        for i, size_class in enumerate(region.size_classes):
            margins.append(
                Margin(
                    family, size_class.label, float(told[i]), float(found[i]),
                    drawn(float(told[i]), built.scale, SIZE_CLASS_SHARE) if unit != JOBS
                    else max(SIZE_CLASS_SHARE * float(told[i]), size_class.mean / built.scale),
                    unit, *origin.of("establishments.csv", size_class=size_class.label),
                    other=float(left[i]), told_by="large_employers.csv",
                )
            )  # fmt: skip
    return margins


def _beside_listed(built: Built, alone: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Jobs and establishments by size class that listed employers and the jobs of each industry leave room for.

    Parameters
    ----------
    alone
        Self-employed by industry, persons, shape (22,).
    """
    region = built.region
    rows = list(built.listed.values())
    inside = built.employer_place < region.outside
    jobs, number = np.zeros(len(region.size_classes)), np.zeros(len(region.size_classes))
    mean = np.array([c.mean for c in region.size_classes])
    smallest = [c.smallest for c in region.size_classes]
    for s in range(len(SECTIONS)):
        listed = np.array([built.employer_size[row] for row in rows if built.employer_section[row] == s]) / built.scale
        total = float(built.employer_size[inside & (built.employer_section == s)].sum()) / built.scale
        total += float(alone[s])
        of_listed, rest = jobs_by_size_class(region, s, total, listed)
        own = region.establishments[s]
        size = np.divide(region.establishment_jobs[s], own, out=mean.copy(), where=own > 1.0)
        jobs += of_listed + rest
        number += rest / size
        np.add.at(number, np.searchsorted(smallest, np.maximum(listed, 1.0), side="right") - 1, 1.0)
    return jobs, number


def _listed(built: Built, origin: Origin) -> list[Margin]:
    margins = []
    for employer in built.region.large_employers:
        row = built.listed.get(employer.id)
        found = float(built.employer_size[row] / built.scale) if row is not None else 0.0
        margins.append(
            Margin(
                "listed employers",
                employer.id,
                float(employer.jobs),
                found,
                max(EMPLOYER_SHARE * employer.jobs, EMPLOYER_JOBS, rounded(built.scale)),
                JOBS,
                *origin.of("large_employers.csv", id=employer.id),
            )
        )
    return margins
