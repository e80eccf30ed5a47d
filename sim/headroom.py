"""Changes must stay within the headroom that candidate days were drawn with.

Candidate days of a hazard are drawn against its baseline times ``engine.hazard_headroom``, equal in all
arms, so that lives are the same in all arms until something differs. A hazard raised above that could
not happen often enough; such a change is refused when it is loaded.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.timetable import Timetable

HAZARDS: dict[str, tuple[str, ...]] = {
    "dismissal": (
        "separation.dismissal_per_month", "separation.public_multiplier", "separation.first_year_multiplier",
        "labour_force.education_risk",
    ),
    "leaving a job": ("separation.leave_per_month", "separation.leave_by_age"),
    "furlough": ("furlough.start_multiplier", "furlough.season"),
    "leaving the labour force": ("labour_force.exit_per_month",),
    "beginning studies": ("labour_force.study_per_month", "studies.start_season"),
    "starting a business while employed": ("self_employment.start_employed_per_month",),
    "starting a business while unemployed": ("self_employment.start_unemployed_per_month",),
    "giving up a business": ("self_employment.end_per_month",),
    "entering the labour force": (
        "labour_force.entry_per_month", "labour_force.education_risk", "labour_force.registers_by_age",
    ),
    "search of the unemployed": ("search.rate_unemployed_per_month", "services.contact_search_multiplier"),
    "search in measures": ("search.rate_unemployed_per_month", "measures.search_multiplier"),
    "search of the furloughed": ("search.rate_furloughed_per_month",),
    "search on the job": ("search.rate_employed_per_month", "search.employed_by_age"),
    "search under notice": ("search.rate_under_notice_per_month", "structural.phase_risk"),
    "search from outside the labour force": ("search.rate_inactive_per_month",),
    "search of graduates": ("search.rate_graduating_per_month",),
    "search from outside the area": ("search.rate_outside_per_month",),
    "death": ("demography.deaths_per_year",),
    "moving out": (
        "demography.departures_per_year", "moving.study_multiplier", "moving.graduate_multiplier",
        "moving.job_loss_multiplier",
    ),
    "moving within the area": (
        "moving.within_by_age", "moving.within_multiplier", "moving.job_loss_multiplier", "moving.workplace_pull",
    ),
    "leaving of people from abroad": (
        "immigration.leaving_per_year", "immigration.leaving_by_level", "immigration.leaving_without_work_multiplier",
        "immigration.leaving_spouse_idle_multiplier",
    ),
    "disability": ("demography.disability_per_year",),
}
"""Hazards, and the parameters whose product each is proportional to."""


def factor_of(hazard: str, timetable: Timetable) -> NDArray[np.float64]:
    """Factor by which changes raise a hazard above its baseline, at most over the cells, day by day.

    Parameters
    ----------
    hazard
        Key of `HAZARDS`.

    Returns
    -------
    ndarray
        Shape (days,), 1 where nothing is changed.
    """
    factor = np.ones(timetable.days)
    for name in HAZARDS[hazard]:
        if name not in timetable.series:
            continue
        base = np.atleast_1d(np.asarray(timetable.parameter_set.value(name), np.float64))
        series = timetable.series[name]
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(base > 0.0, series / base, np.where(series > 0.0, np.inf, 1.0))
        factor *= ratio.max(axis=1)
    return factor


def check_headroom(timetable: Timetable) -> None:
    """Refuse changes that raise a hazard above its headroom.

    Raises
    ------
    InputError
        Naming the parameter, the day, the factor and what to do.
    """
    limit = float(timetable.parameter_set.baseline[0].engine.hazard_headroom)
    for hazard, names in HAZARDS.items():
        changed = [name for name in names if name in timetable.series]
        if not changed:
            continue
        factor = factor_of(hazard, timetable)
        day = int(np.argmax(factor))
        if factor[day] > limit * (1.0 + 1e-9):
            moment = np.datetime64(timetable.start_date) + day
            raise InputError(
                f"{' and '.join(changed)} would raise {hazard} to {factor[day]:.3g} times its baseline on {moment}; "
                f"at most {limit:g} times is simulated: set parameters.engine.hazard_headroom higher for all arms"
            )
