"""Whether a region holds together: ``kohtaanto data check`` tells its sums and where its numbers come from."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np

from agents.region import SCHEMA, SOURCE_KINDS, Region
from sim.dimensions import SECTIONS

_UNUSUAL_RATE = 0.2


def run_check(region: Path) -> int:
    """Print a region's consistency and provenance; 0 if it holds.

    Raises
    ------
    InputError
        If the region cannot be loaded.
    """
    for line in check(region):
        print(line)
    return 0


def check(region_path: Path) -> list[str]:
    """Tell whether a region's figures agree and where they come from.

    Parameters
    ----------
    region_path
        Folder of the region. Loading it checks headers, types, ranges, units, codes and sums.

    Returns
    -------
    list of str
        Lines: sums, start states, listed employers, provenance by file, warnings.

    Raises
    ------
    InputError
        If the region does not hold.
    """
    region = Region.load(region_path)
    lines = [
        f"{region.title['en']}: {len(region.municipalities)} municipalities, {len(region.occupations)} "
        f"occupations, {len(region.large_employers)} listed employers; digest {region.digest[:12]}",
        "",
        "sums that agree",
    ]
    people = int(region.population.sum() + region.children.sum() + region.elderly.sum())
    start = region.start_states[region.default_start]
    workers = region.commuting[:, :-1].sum(axis=0)
    jobs = region.jobs.sum(axis=1)
    worst = int(np.argmax(np.abs(workers / jobs - 1.0)))
    lines += [
        _agreement("population by age and sex, children and elderly against population", people, people),
        _agreement(
            f"population times participation against the labour force of {start.name}",
            float((region.population * region.participation).sum()),
            float(start.labour_force.sum()),
        ),
        _agreement("own and in-commuting workers against jobs", float(workers.sum()), float(jobs.sum())),
        _agreement(
            f"  widest municipality, {region.municipalities[worst].name}",
            float(workers[worst]),
            float(jobs[worst]),
        ),
        _agreement(
            "jobs in establishments against jobs", float(region.establishment_jobs.sum()), float(jobs.sum())
        ),
        _agreement(
            "employed by age and education against employed residents of the commuting table",
            float(region.employed_age_education.sum()),
            float(region.commuting[:-1].sum()),
        ),
        "",
        "start states",
    ]
    for state in region.start_states.values():
        time = f"{state.year}" if state.month is None else f"{state.year}-{state.month:02d}"
        default = " (default)" if state.name == region.default_start else ""
        lines.append(
            f"  {state.name}{default}: {state.kind} {time}, unemployed {state.unemployed.sum():,.0f} of "
            f"{state.labour_force.sum():,.0f}, rate {100 * state.unemployment_rate:.2f} %, "
            f"vacancies {state.vacancies_registered.sum():,.0f}"
        )
    listed = sum(employer.jobs for employer in region.large_employers)
    scaled = [employer for employer in region.large_employers if employer.jobs < employer.listed_jobs - 1]
    lines += [
        "",
        f"listed employers: {len(region.large_employers)} with {listed:,} jobs, "
        f"{100 * listed / jobs.sum():.0f} % of all; {len(scaled)} scaled down to fit jobs.csv, by "
        f"{sum(employer.listed_jobs - employer.jobs for employer in scaled):,.0f} jobs in all",
        "",
        "provenance, rows by source_kind",
    ]
    total: Counter[str] = Counter()
    for name, counts in region.provenance.items():
        lines.append(f"  {name}: {_kinds(counts)}")
        total.update(counts)
    lines.append(f"  all: {_kinds(total)}")
    warnings = _warnings(region)
    lines += ["", f"warnings: {len(warnings)}", *(f"  {warning}" for warning in warnings)]
    return lines


def _agreement(what: str, left: float, right: float) -> str:
    percent = 100.0 * (left - right) / right if right else 0.0
    return f"  {what}: {left:,.0f} and {right:,.0f}, difference {left - right:+,.0f} ({percent:+.2f} %)"


def _kinds(counts: Counter[str]) -> str:
    return ", ".join(f"{kind} {counts[kind]}" for kind in SOURCE_KINDS if counts[kind])


def _warnings(region: Region) -> list[str]:
    lines = []
    jobs = region.jobs.sum(axis=0) @ region.section_occupation
    unemployed = region.unemployed_joint.sum() * region.unemployed_occupation
    for occupation, n_jobs, n_unemployed in zip(region.occupations, jobs, unemployed, strict=True):
        rate = n_unemployed / (n_unemployed + n_jobs) if n_jobs + n_unemployed > 0 else 0.0
        if rate > _UNUSUAL_RATE:
            lines.append(
                f"occupation {occupation.isco2} {occupation.name_en}: {n_unemployed:.0f} unemployed beside "
                f"{n_jobs:.0f} jobs, {100 * rate:.0f} %: one of the two is weak"
            )
    for i, section in enumerate(SECTIONS):
        listed = sum(e.jobs for e in region.large_employers if e.section == i)
        in_big = region.establishment_jobs[i, -2:].sum()
        if listed > 1.5 * in_big and listed > 500:
            lines.append(
                f"section {section}: listed employers have {listed:,} jobs, "
                f"the two largest size classes {in_big:,.0f}"
            )
    used = set()
    for name, schema in SCHEMA.items():
        if schema.provenance:
            with (region.path / name).open(encoding="utf-8-sig", newline="") as file:
                used |= {row["source"] for row in csv.DictReader(file)}
    unused = sorted(set(region.sources) - used)
    if unused:
        lines.append(f"sources.csv: not used by any row: {', '.join(unused)}")
    return lines
