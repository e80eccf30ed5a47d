"""Who lives in the area at the start: residents by place, age, sex and labour state, and outsiders.

Register stocks are met exactly (labour force and unemployed by municipality, rounded jointly);
ages, education and occupations follow the published margins. Heterogeneity that nobody publishes
(employability, needs, attachment) is drawn; for the unemployed conditional on how long they have been.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from agents.region import Region, StartState
from agents.synthetic.rounding import apportion_within, scaled
from sim.dimensions import DAYS_PER_MONTH, EDUCATION, State

DAYS_PER_YEAR = 365.25
JOB_EXIT_PER_MONTH = 0.11
"""Hazard to a job of a newly unemployed person of mean employability, for the prior of employability
given duration (evidence: job_hazard_m1_3 .115)."""
SURVIVAL_KNOTS = ((0.0, 1.0), (3.0, 0.49), (6.0, 0.28), (12.0, 0.13))
"""Months, share of spells still open (evidence: survival_3m, _6m, _12m)."""
LONG_TERM_TAIL_MONTHS = 18.0
"""Mean time beyond a year of the long-term unemployed (evidence: exit_hazard_total_gt12 .055 a month)."""
NEED_BELOW_RANK = 0.5
"""Needs are spread over the lower part of employability, most at the bottom."""


@dataclass
class People:
    """Columns of the people of a world as built, agents; ``home == n_places`` is outside."""

    home: NDArray[np.int64]
    band: NDArray[np.int64]
    sex: NDArray[np.int64]
    state: NDArray[np.int64]
    born: NDArray[np.int64]
    education: NDArray[np.int64]
    occupation: NDArray[np.int64]
    employability: NDArray[np.float64]
    attachment: NDArray[np.float64]
    spell: NDArray[np.int64]
    need: NDArray[np.bool_]
    coded: NDArray[np.bool_]  # whether the register knows an occupation

    def __len__(self) -> int:
        return len(self.home)


def season_factor(region: Region, start: StartState, month: int) -> float:
    """Stock on the first day over the stock in the start state's file.

    Applied once: a month's own stock stands as it is; an annual mean is raised to the level of the
    month-end before the first day.
    """
    if start.kind == "month_stock":
        return 1.0
    return float(region.season[(month - 2) % 12])


def mean_level(region: Region, start: StartState) -> float:
    """Year's mean of the unemployed over the stock in the start state's file."""
    if start.kind == "month_stock" and start.month is not None:
        return float(1.0 / region.season[start.month - 1])
    return 1.0


def residents(
    region: Region, start: StartState, p: np.record, scale: float, month: int, rng: np.random.Generator
) -> People:
    """Make the residents of 15–74.

    Job holders come out as employed (or furloughed) without a job; `agents.synthetic.employers` gives
    them one.

    Parameters
    ----------
    p
        Baseline parameters (a record).
    scale
        Agents for each real person.
    month
        Calendar month of the first day, 1–12.
    rng
        Source of everything random.
    """
    n_places, n_bands = region.population.shape[:2]
    # the folder has the population of one year; a start state of another year brings its own labour
    # force, and people of working age are scaled with it so that participation stays as published
    usual = region.start_state(region.default_start).labour_force
    size = np.where(usual > 0.0, start.labour_force / np.maximum(usual, 1e-9), 1.0)
    population = scaled(region.population * size[:, None, None], scale)
    unemployed = scaled(start.unemployed * season_factor(region, start, month), scale)
    labour_force = np.maximum(scaled(start.labour_force, scale), unemployed)
    cells: list[tuple[int, int, int, int, int]] = []
    group_of_band = _group_of_band(region.unemployed_ages, n_bands)
    by_group = region.unemployed_joint.sum(axis=(1, 2))
    men = float(p.population.men_share_unemployed)
    for m in range(n_places):
        people = population[m]
        in_force = apportion_within(people * region.participation, people, int(labour_force[m]))
        weights = np.zeros_like(in_force, dtype=np.float64)
        for g in range(len(by_group)):
            here = group_of_band == g
            for x, share in ((0, men), (1, 1.0 - men)):
                size = in_force[here, x].sum()
                weights[here, x] = by_group[g] * share * in_force[here, x] / max(size, 1)
        idle = apportion_within(weights, in_force, int(unemployed[m]))
        n_furloughed = round(float(start.furloughed_share[m]) * unemployed[m])
        furloughed = apportion_within(idle * 1.0, idle, n_furloughed)
        for a in range(n_bands):
            for x in range(2):
                out = int(people[a, x] - in_force[a, x])
                pensioners = round(out * float(p.population.retired_share[a]))
                students = min(out - pensioners, round(out * float(p.population.student_share[a])))
                disabled = min(out - pensioners - students, round(out * float(p.population.disability_share[a])))
                for cell_state, number in (
                    (State.EMPLOYED, in_force[a, x] - idle[a, x]),
                    (State.FURLOUGHED, furloughed[a, x]),
                    (State.UNEMPLOYED, idle[a, x] - furloughed[a, x]),
                    (State.STUDENT, students),
                    (State.DISABILITY, disabled),
                    (State.RETIRED, pensioners),
                    (State.INACTIVE, out - pensioners - students - disabled),
                ):
                    if number > 0:
                        cells.append((m, a, x, int(cell_state), int(number)))
    table = np.array(cells, np.int64).reshape(-1, 5)
    home, band, sex, state = (np.repeat(table[:, k], table[:, 4]) for k in range(4))
    n = len(home)
    years = 15.0 + 5.0 * (band + rng.random(n))
    people = People(
        home=home,
        band=band,
        sex=sex,
        state=state,
        born=-np.floor(years * DAYS_PER_YEAR).astype(np.int64) - 1,
        education=_education(region, band, state, years, rng),
        occupation=np.full(n, -1, np.int64),
        employability=np.ones(n),
        attachment=np.where(rng.random(n) < float(p.population.attached_share), 2.0, 0.3),
        spell=np.full(n, -1, np.int64),
        need=np.zeros(n, bool),
        coded=np.ones(n, bool),
    )
    people.occupation = _trade_of_newcomers(region, n, rng)
    _describe_unemployed(region, start, people, group_of_band, p, rng)
    return people


def outsiders(region: Region, n_commuters: int, p: np.record, rng: np.random.Generator) -> People:
    """Make the people who live outside and work in the area, and the pool who might."""
    n_pool = round(n_commuters * float(p.population.outside_pool_ratio))
    n = n_commuters + n_pool
    years = 20.0 + 44.0 * rng.random(n)
    band = ((years - 15.0) // 5.0).astype(np.int64)
    state = np.full(n, int(State.OUTSIDE))
    state[:n_commuters] = State.EMPLOYED
    spread = float(p.hiring.employability_spread)
    return People(
        home=np.full(n, region.outside),
        band=band,
        sex=(rng.random(n) < 0.42).astype(np.int64),
        state=state,
        born=-np.floor(years * DAYS_PER_YEAR).astype(np.int64) - 1,
        education=_draw_rows(region.employed_age_education[band], rng),
        occupation=_trade_of_newcomers(region, n, rng),
        employability=np.exp(spread * rng.standard_normal(n) - 0.5 * spread**2),
        attachment=np.ones(n),
        spell=np.full(n, -1, np.int64),
        need=np.zeros(n, bool),
        coded=np.ones(n, bool),
    )


def newcomer_trades(region: Region) -> NDArray[np.float64]:
    """Shares of occupations among the area's jobs: the trades of those whose trade nobody publishes."""
    shares = region.jobs.sum(axis=0) @ region.section_occupation
    return shares / shares.sum()


def _trade_of_newcomers(region: Region, n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    return rng.choice(len(region.occupations), n, p=newcomer_trades(region))


def _group_of_band(ages: NDArray[np.int64], n_bands: int) -> NDArray[np.int64]:
    """Age group of the register statistics that a five-year band lies in (the last one for older bands)."""
    middle = 17.0 + 5.0 * np.arange(n_bands)
    groups = np.full(n_bands, len(ages) - 1)
    for g, (first, last) in enumerate(ages):
        groups[(middle >= first) & (middle <= last)] = g
    return groups


def _draw_rows(weights: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw one column for each row in proportion to the row's weights."""
    cumulated = np.cumsum(np.maximum(weights, 1e-12), axis=1)
    return (rng.random(len(weights))[:, None] * cumulated[:, -1:] >= cumulated).sum(axis=1)


def _education(
    region: Region,
    band: NDArray[np.int64],
    state: NDArray[np.int64],
    years: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Draw education by age; outside the labour force it is lower (adults of all states together)."""
    worker = np.maximum(region.employed_age_education, 1e-9)
    worker = worker / worker.sum(axis=1, keepdims=True)
    adults = region.education.sum(axis=0) / region.education.sum()
    others = worker * (adults / (region.employed_age_education.sum(axis=0) / region.employed_age_education.sum()))
    education = np.where(
        (state == State.EMPLOYED) | (state == State.FURLOUGHED),
        _draw_rows(worker[band], rng),
        _draw_rows(others[band], rng),
    )
    education[years < 18.5] = EDUCATION.index("basic")
    return education


def _describe_unemployed(
    region: Region,
    start: StartState,
    people: People,
    group_of_band: NDArray[np.int64],
    p: np.record,
    rng: np.random.Generator,
) -> None:
    """Give the unemployed education, trade, the time they have been unemployed, employability and needs."""
    spread = float(p.hiring.employability_spread)
    n = len(people)
    people.employability = np.exp(spread * rng.standard_normal(n) - 0.5 * spread**2)
    idle = np.flatnonzero(people.state == State.UNEMPLOYED)
    major = np.array([int(o.isco1) for o in region.occupations])
    joint = region.unemployed_joint
    group = group_of_band[people.band[idle]]
    flat = joint.reshape(len(joint), -1)
    choice = _draw_rows(flat[group], rng)
    people.education[idle] = choice // joint.shape[2]
    wanted = choice % joint.shape[2]
    trade = people.occupation[idle]
    people.coded[idle] = wanted < 10
    for code in range(10):
        here = np.flatnonzero(wanted == code)
        options = np.flatnonzero(major == code)
        if len(here) and len(options):
            share = np.maximum(region.unemployed_occupation[options], 1e-9)
            trade[here] = rng.choice(options, len(here), p=share / share.sum())
    people.occupation[idle] = trade
    months = _months_unemployed(start.long_term_share[people.home[idle]], rng)
    people.spell[idle] = -1 - np.floor(months * DAYS_PER_MONTH).astype(np.int64)
    people.employability[idle] = _employability_given(months, spread, rng)
    # needs: more often the lower employability, so that the share of the unemployed is as stated
    weight = np.maximum(0.0, 1.0 - _rank(people.employability, spread) / NEED_BELOW_RANK)
    mean = weight[idle].mean() if len(idle) else 1.0
    people.need = rng.random(n) < np.minimum(weight * float(p.services.need_share) / max(mean, 1e-9), 0.95)


def _months_unemployed(long_term_share: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw elapsed durations: the stock's density is proportional to survival; the share above a year is given."""
    n = len(long_term_share)
    grid = np.linspace(0.0, 12.0, 241)
    times, shares = np.array(SURVIVAL_KNOTS).T
    density = np.exp(np.interp(grid, times, np.log(shares)))
    cumulated = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2.0)])
    short = np.interp(rng.random(n) * cumulated[-1], cumulated, grid)
    long = 12.0 + rng.exponential(LONG_TERM_TAIL_MONTHS, n)
    return np.where(rng.random(n) < long_term_share, long, np.minimum(short, 11.9))


def _employability_given(months: NDArray[np.float64], spread: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw employability of people still unemployed after some months.

    Prior log-normal with mean 1; the likelihood of still being there is exp(-h e integral of the true
    duration dependence), approximated by h e d ** .8.
    """
    z = np.linspace(-2.4, 2.4, 25)
    points = np.exp(spread * z - 0.5 * spread**2)
    prior = np.exp(-0.5 * z**2)
    exposure = JOB_EXIT_PER_MONTH * np.minimum(months, 36.0) ** 0.8
    weights = prior[None, :] * np.exp(-exposure[:, None] * points[None, :])
    chosen = _draw_rows(weights, rng)
    jitter = np.exp(spread * (rng.random(len(months)) - 0.5) * 0.2)
    return points[chosen] * jitter


def _rank(employability: NDArray[np.float64], spread: float) -> NDArray[np.float64]:
    """Rank of employability in the prior distribution, 0 the lowest."""
    return ndtr((np.log(employability) + 0.5 * spread**2) / spread)


def add(one: People, other: People) -> People:
    """Join two sets of people."""
    return People(*(np.concatenate([getattr(one, f), getattr(other, f)]) for f in one.__dataclass_fields__))

