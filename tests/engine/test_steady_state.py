"""Two states at constant rates: unemployment goes to s / (s + f) within its own standard error."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import specification, with_values

import agents.synthetic.build
from agents.area import EmploymentAreaModel, build
from sim.dimensions import DAYS_PER_MONTH, Contract, State, VacancyState
from sim.indicators import Flow
from sim.kernels.beginning import begin
from sim.parameters import ParameterSet
from sim.tables import NOT_YET
from sim.world import World

S_PER_MONTH, F_PER_MONTH = 0.06, 0.54
PEOPLE = 4000
JOBS_OVER = 5000  # open vacancies to spare, so that two want the same one so rarely that f is less by under 1 in 1,000
WARM_UP, DAYS = 400, 3600

CONSTANT = {
    "separation.dismissal_per_month": S_PER_MONTH, "separation.first_year_multiplier": 1.0,
    "separation.leave_per_month": 0.0, "furlough.start_multiplier": 0.0,
    "search.rate_unemployed_per_month": F_PER_MONTH, "search.rate_employed_per_month": 0.0,
    "search.rate_inactive_per_month": 0.0, "search.rate_graduating_per_month": 0.0,
    "search.rate_outside_per_month": 0.0, "search.half_visible_rate": 0.0,
    "hiring.window_days": 1.0, "hiring.suitable_share": 1.0, "hiring.duration_exponent": 0.0,
    "hiring.age_factor": 1.0, "hiring.education_factor": 1.0, "labour_force.education_risk": 1.0,
    "labour_force.registers_by_age": 1.0,
    "jobs.give_up_probability": 0.0, "jobs.creation_days": 0.0,
    "labour_force.exit_per_month": 0.0, "labour_force.study_per_month": 0.0, "labour_force.entry_per_month": 0.0,
    "self_employment.start_employed_per_month": 0.0, "self_employment.start_unemployed_per_month": 0.0,
    "search.own_municipality_factor": 1.0,
    "services.staff_fte": 0.0, "services.contact_search_multiplier": 1.0,
    "demography.deaths_per_year": 0.0, "demography.departures_per_year": 0.0, "demography.disability_per_year": 0.0,
    "demography.deaths_75_per_year": 0.0, "engine.hazard_headroom": 1.0,
}  # fmt: skip


def constant_world(seed: int, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, World]:
    """Kolmikko's people made alike: one trade, one place, one industry's turnover, no end of a life."""
    spec = specification(seed=seed, days=DAYS, parameters=with_values(CONSTANT))
    monkeypatch.setattr(agents.synthetic.build, "begin", lambda w: None)
    world = build(spec)
    a, n = world.arrays, int(world.control.n_persons)
    people = a.persons[:n]
    people.state = State.RETIRED
    people.employer, people.contract = -1, Contract.NONE
    people.home = people.occupation = 0
    people.has_car, people.qualification, people.language, people.language_level, people.credential = 1, 0, 0, 4, 0
    people.born, people.employability, people.registered_since = -25 * 365, 1.0, NOT_YET
    firm = 0
    people.state[:PEOPLE] = State.EMPLOYED
    people.employer[:PEOPLE], people.contract[:PEOPLE] = firm, Contract.OPEN_ENDED
    people.since[:PEOPLE] = -1
    a.employers.filled = a.employers.open = a.employers.dormant = a.employers.target = 0
    a.sections.turnover, a.sections.fixed_term_share = 1.0, 0.0
    a.streams[:], a.others[:], a.moves[:], a.away[:], a.immigration[:] = 0.0, 0.0, 0.0, 0.0, 0.0
    world.ensure_room(jobs=JOBS_OVER)
    a = world.arrays
    a.vacancies[:JOBS_OVER] = np.zeros(1, a.vacancies.dtype)
    jobs = a.vacancies[:JOBS_OVER]
    jobs.uid, jobs.employer, jobs.state = (3 << 60) + 1 + np.arange(JOBS_OVER, dtype=np.uint64), firm, VacancyState.OPEN
    jobs.contract = Contract.OPEN_ENDED
    world.control.n_vacancies = JOBS_OVER
    a.open_cells[:] = a.remote_cells[:] = 0
    a.open_cells[0, 0] = JOBS_OVER
    a.employers.open[firm], a.employers.filled[firm] = JOBS_OVER, PEOPLE
    a.employers.target[firm] = JOBS_OVER + PEOPLE
    a.employer_share[:], a.section_occupation[:] = 1.0, 1.0  # every new job is at this employer and in this trade
    a.stocks[:] = 0
    np.add.at(a.stocks, (people.state, people.home), 1)
    begin(world.handle)
    # nobody may apply to her own employer: those without a job have none, so one employer will do
    a.persons.retires[:n] = 10**6
    return spec, world


def unemployment(seed: int, monkeypatch: pytest.MonkeyPatch) -> float:
    """Mean share of the unemployed over all days after the warm-up."""
    spec, world = constant_world(seed, monkeypatch)
    model = EmploymentAreaModel(spec, world)
    model._close_month = lambda day: None  # keeps the person-days of the whole run
    model.clock._due.clear()  # no month is closed or planned
    model.run(WARM_UP)
    begun = world.arrays.flows[[Flow.UNEMPLOYMENT_DAYS, Flow.EMPLOYMENT_DAYS]].sum(axis=1)
    model.run(DAYS)
    ended = model.world.arrays.flows[[Flow.UNEMPLOYMENT_DAYS, Flow.EMPLOYMENT_DAYS]].sum(axis=1)
    idle, working = ended - begun
    assert idle + working == PEOPLE * (DAYS - WARM_UP)
    return float(idle / (idle + working))


def theory() -> tuple[float, float]:
    """Share of the unemployed in the long run, and the standard error of its mean over the days of a run.

    Days of one person are a two-state Markov chain with correlation (1 - s - f) ** lag; people are independent.
    """
    s, f = S_PER_MONTH / DAYS_PER_MONTH, F_PER_MONTH / DAYS_PER_MONTH
    u, r = s / (s + f), 1.0 - s - f
    return u, float(np.sqrt(u * (1.0 - u) * (1.0 + r) / (1.0 - r) / (PEOPLE * (DAYS - WARM_UP))))


def test_unemployment_goes_to_s_over_s_plus_f(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three seeds: mean within 3.3 standard errors (false alarm 1 in 1,000), spread as large as theory says.

    Sum of squares of three standard normal numbers is above 16.3 once in 1,000.
    """
    u, error = theory()
    z = np.array([(unemployment(seed, monkeypatch) - u) / error for seed in (1, 2, 3)])
    print(f"u {u:.4%}, standard error {error:.4%}, deviations {np.round(z, 2)}")
    assert abs(z.sum()) / np.sqrt(3.0) < 3.3
    assert (z**2).sum() < 16.3


def test_a_rate_two_per_cent_off_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Power: f lowered by 4 % moves u by some 3.6 %, above six standard errors."""
    u, error = theory()
    monkeypatch.setitem(CONSTANT, "search.rate_unemployed_per_month", 0.96 * F_PER_MONTH)
    assert (unemployment(1, monkeypatch) - u) / error > 3.3


def test_parameters_are_constant() -> None:
    """The declared names exist; a renamed parameter must not quietly leave a mechanism on."""
    names = ParameterSet.from_declarations(with_values(CONSTANT)).names()
    assert set(CONSTANT) <= set(names)
