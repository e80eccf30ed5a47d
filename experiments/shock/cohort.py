"""Cohorts: people who are followed in every arm."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from agents.event import Closure, FurloughWave
from agents.specification import Cohort
from experiments.composing.horizon import Horizon
from experiments.shock.reading import check_keys, read_employer, read_share
from sim.errors import InputError

if TYPE_CHECKING:
    from agents.region import Region

LANGUAGES = "interpreted_share"
"""Key of a shock file: of the people whom it hits, at least this share manages neither in Finnish nor in Swedish."""
_COHORT = ("employer", "marked", "jobs")
REST = -1
"""Number of persons of a cohort: all of the trade who are in no other one."""


def read_cohort(name: str, given: Mapping[str, Any], horizon: Horizon, region: Region) -> Cohort:
    """Read an entry of ``cohorts``: ``{employer, marked, jobs}``, or ``{occupation, marked, [persons]}``: unemployed
    people of a trade, all those in no other cohort without a number.

    Raises
    ------
    InputError
        As `read_closure`.
    """
    where = f"cohorts.{name}"
    if not isinstance(given, Mapping):
        raise InputError(f"{where}: expected {{employer, marked, jobs}}, got {given!r}")
    if "occupation" in given:
        check_keys(given, ("occupation", "marked"), where, ("persons",))
        trade = region.trade(str(given["occupation"]), f"{where}.occupation")
        persons = given.get("persons", REST)
        if type(persons) is not int or persons < REST:
            raise InputError(f"{where}.persons: expected a whole number of persons from 0, got {persons!r}")
        return Cohort(name, "", horizon.inside(given["marked"], f"{where}.marked"), persons, trade)
    check_keys(given, _COHORT, where)
    employer, jobs = read_employer(given, where, region)
    if jobs == 0:
        raise InputError(f"{where}.jobs: an empty cohort; expected 1 to {region.employer(employer).jobs} persons")
    return Cohort(name, employer, horizon.inside(given["marked"], f"{where}.marked"), jobs)


def cohort_of(event: Closure | FurloughWave) -> Cohort:
    """The people whom an event hits: the staff on its marking day, by default that of the announcement."""
    return Cohort(event.name, event.employer, event.marked or event.announced, event.jobs)


def with_languages(cohort: Cohort, given: Mapping[str, Any]) -> Cohort:
    """Give a cohort the languages that its shock's file says; unchanged if it says none.

    Raises
    ------
    InputError
        A share that is none.
    """
    if given.get(LANGUAGES) is None:
        return cohort
    return dataclasses.replace(
        cohort, interpreted_share=read_share(given[LANGUAGES], f"shocks.{cohort.name}.{LANGUAGES}")
    )
