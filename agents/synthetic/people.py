"""Who lives in the area at the start: residents by place, age, sex and labour state, and outsiders.

Register stocks are met exactly (labour force and unemployed by municipality, rounded jointly);
ages, education and occupations follow the published margins, and sex goes with the occupation. Heterogeneity
that nobody publishes (employability, needs, attachment) is drawn; for the unemployed conditional on how long
they have been.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit, ndtr

from agents.region import Region, StartState
from agents.synthetic.evenly import draw, evenly, raked
from agents.synthetic.rounding import apportion, apportion_within, scaled
from sim.dimensions import DAYS_PER_MONTH, DAYS_PER_YEAR, EDUCATION, Need, State

SURVIVAL_KNOTS = ((0.0, 1.0), (3.0, 0.49), (6.0, 0.28), (12.0, 0.13))
"""Months, share of spells still open (evidence: survival_3m, _6m, _12m)."""
LONG_TERM_TAIL_MONTHS = 18.0
"""Mean time beyond a year of the long-term unemployed (evidence: exit_hazard_total_gt12 .055 a month)."""
YEARS_OF_SECONDARY = 18.5
"""Age at which secondary education is completed at the earliest."""
FEWEST_OF_A_SEX = 0.005
"""A trade of only men or only women counts as one with so many of the other sex, so that its odds are finite."""
OLDEST_IN_MEASURES_YEARS = 62.0
"""Older people outside the labour force are in no measure and wait for a pension."""
NEED_BELOW_RANK = 0.5
"""Needs are spread over the lower part of employability, most at the bottom."""


@dataclass
class People:
    """Columns of the people of a world as built, agents; ``home >= n_places`` is outside."""

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
    need: NDArray[np.int64]  # sim.dimensions.Need
    language: NDArray[np.int64]  # position in sim.dimensions.LANGUAGES
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


def more_furloughed(region: Region, start: StartState, p: np.record, month: int) -> float:
    """Share of the furloughed among the unemployed on the first day over the share that the start state's file gives.

    The file of a month's stock gives its own share. In an annual mean both are raised to the month-end before the first
    day: the unemployed by their season, the furloughed by that of the furloughs begun, of which e^−1/mean length are
    left a month later.
    """
    if start.kind == "month_stock":
        return 1.0
    season, left = np.asarray(p.furlough.season), np.exp(-1.0 / float(p.furlough.mean_months))
    ago = left ** np.arange(24)
    stocks = np.array([(season[(k - np.arange(24)) % 12] * ago).sum() for k in range(12)])
    return float(stocks[(month - 2) % 12] / stocks.mean()) / season_factor(region, start, month)


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
    them one. Labels are spread evenly over places and ages (`agents.synthetic.evenly`), so that margins
    are met within a few people and not only on average.

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
    # students are as many as published whatever the start: the figure is of 2017, between slack and boom
    students_here = scaled(region.residents["student"], scale)
    disabled_here = scaled(region.residents["disability_pension"] * size, scale)
    retired_share, student_share, disability_share = (
        np.asarray(share)[:, None]
        for share in (p.population.retired_share, p.population.student_share, p.population.disability_share)
    )
    cells: list[tuple[int, int, int, int, int]] = []
    groups = group_of_band(region.unemployed_ages, n_bands)
    by_group = region.unemployed_joint.sum(axis=(1, 2))
    men = float(p.population.men_share_unemployed)
    more = more_furloughed(region, start, p, month)
    for m in range(n_places):
        people = population[m]
        in_force = apportion_within(people * region.participation, people, int(labour_force[m]))
        weights = np.zeros_like(in_force, dtype=np.float64)
        for g in range(len(by_group)):
            here = groups == g
            for x, share in ((0, men), (1, 1.0 - men)):
                inside = in_force[here, x].sum()
                weights[here, x] = by_group[g] * share * in_force[here, x] / max(inside, 1)
        idle = apportion_within(weights, in_force, int(unemployed[m]))
        share = min(float(start.furloughed_share[m]) * more, 1.0)
        n_furloughed = round(share * unemployed[m])
        furloughed = apportion_within(idle * 1.0, idle, n_furloughed)
        # students and disability pensions are as many as published; the shares by age give their ages
        out = people - in_force
        pensioners = np.rint(out * retired_share).astype(np.int64)
        room = np.where(student_share > 0.0, out - pensioners, 0)
        students = apportion_within(out * student_share, room, int(students_here[m]))
        room = np.where(disability_share > 0.0, out - pensioners - students, 0)
        disabled = apportion_within(out * disability_share, room, int(disabled_here[m]))
        for a in range(n_bands):
            for x in range(2):
                for cell_state, number in (
                    (State.EMPLOYED, in_force[a, x] - idle[a, x]),
                    (State.FURLOUGHED, furloughed[a, x]),
                    (State.UNEMPLOYED, idle[a, x] - furloughed[a, x]),
                    (State.STUDENT, students[a, x]),
                    (State.DISABILITY, disabled[a, x]),
                    (State.RETIRED, pensioners[a, x]),
                    (State.INACTIVE, (out - pensioners - students - disabled)[a, x]),
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
        education=np.zeros(n, np.int64),
        occupation=np.full(n, -1, np.int64),
        employability=np.ones(n),
        attachment=np.where(
            rng.random(n) < float(p.population.attached_share) * np.asarray(p.labour_force.registers_by_age)[band],
            float(p.population.attachment_close),
            float(p.population.attachment_far),
        ),
        spell=np.full(n, -1, np.int64),
        need=np.zeros(n, np.int64),
        language=_language(region, home, state, size, scale, rng),
        coded=np.ones(n, bool),
    )
    people.occupation = _trade_of_newcomers(region, n, rng)
    _educate(region, people, years, rng)
    _describe_unemployed(region, start, people, groups, p, rng)
    jobless = ~np.isin(people.state, (State.EMPLOYED, State.FURLOUGHED))
    _sexes_by_trade(region, people, np.flatnonzero(jobless), rng)
    return people


def outsiders(region: Region, commuters: NDArray[np.int64], p: np.record, rng: np.random.Generator) -> People:
    """Make the people who live outside and work in the area, and the pool who might.

    Parameters
    ----------
    commuters
        In-commuters by neighbour, agents. The pool is shared out as these are, the more the slacker a market is.
    """
    n_commuters = int(commuters.sum())
    n_pool = round(n_commuters * float(p.population.outside_pool_ratio))
    n = n_commuters + n_pool
    slack = np.array([1.0 / neighbour.tightness for neighbour in region.neighbours])
    order, pool = np.arange(len(slack)), apportion(commuters * slack, n_pool)
    years = 20.0 + 44.0 * rng.random(n)
    band = ((years - 15.0) // 5.0).astype(np.int64)
    state = np.full(n, int(State.OUTSIDE))
    state[:n_commuters] = State.EMPLOYED
    spread = float(p.hiring.employability_spread)
    people = People(
        home=region.outside + np.concatenate([np.repeat(order, commuters), np.repeat(order, pool)]),
        band=band,
        sex=(rng.random(n) < 0.42).astype(np.int64),
        state=state,
        born=-np.floor(years * DAYS_PER_YEAR).astype(np.int64) - 1,
        education=draw(region.employed_age_education[band], rng.random(n)),
        occupation=_trade_of_newcomers(region, n, rng),
        employability=np.exp(spread * rng.standard_normal(n) - 0.5 * spread**2),
        attachment=np.ones(n),
        spell=np.full(n, -1, np.int64),
        need=np.zeros(n, np.int64),
        language=np.zeros(n, np.int64),
        coded=np.ones(n, bool),
    )
    _sexes_by_trade(region, people, np.flatnonzero(state == State.OUTSIDE), rng)
    return people


def newcomer_trades(region: Region) -> NDArray[np.float64]:
    """Shares of occupations among the area's jobs: the trades of those whose trade nobody publishes."""
    shares = region.jobs.sum(axis=0) @ region.section_occupation
    return shares / shares.sum()


def _trade_of_newcomers(region: Region, n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    return rng.choice(len(region.occupations), n, p=newcomer_trades(region))


def pull_of_men(region: Region, trades: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Score jobs or people of given trades: whatever the number of men, they are those of the largest scores.

    A trade's log-odds of men plus logistic noise: the odds of a man among those above any limit are the trade's
    published odds times one number for all, so that men differ between trades as published.

    Parameters
    ----------
    trades
        Occupations, shape (N,).

    Returns
    -------
    ndarray
        Scores, shape (N,).
    """
    return _log_odds_of_men(region)[trades] + rng.logistic(size=len(trades))


def men_share_of_newcomers(region: Region) -> NDArray[np.float64]:
    """Share of men in each occupation, its odds scaled so that half of all newcomers are men, shape (O,)."""
    trades, log_odds = newcomer_trades(region), _log_odds_of_men(region)
    shift = brentq(lambda by: float(trades @ expit(log_odds + by)) - 0.5, -20.0, 20.0)
    return np.asarray(expit(log_odds + shift), np.float64)


def _log_odds_of_men(region: Region) -> NDArray[np.float64]:
    share = np.array([occupation.men_share for occupation in region.occupations])
    return np.asarray(logit(np.clip(share, FEWEST_OF_A_SEX, 1.0 - FEWEST_OF_A_SEX)), np.float64)


def _sexes_by_trade(region: Region, people: People, rows: NDArray[np.int64], rng: np.random.Generator) -> None:
    """Let sex go with the trade: people alike in home, age band and state change sexes among themselves.

    Parameters
    ----------
    rows
        People without a job; job holders get jobs by their sex (`agents.synthetic.employers`).
    """
    cell = (people.home[rows] * (people.band.max() + 1) + people.band[rows]) * len(State) + people.state[rows]
    most_men_first = np.lexsort((-pull_of_men(region, people.occupation[rows], rng), cell))
    men_first = np.lexsort((people.sex[rows], cell))
    people.sex[rows[most_men_first]] = people.sex[rows[men_first]]


def group_of_band(ages: NDArray[np.int64], n_bands: int) -> NDArray[np.int64]:
    """Age group of the register statistics that a five-year band lies in; -1 for bands that it does not count."""
    middle = 17.0 + 5.0 * np.arange(n_bands)
    groups = np.full(n_bands, -1)
    for g, (first, last) in enumerate(ages):
        groups[(middle >= first) & (middle <= last)] = g
    return groups


def _language(
    region: Region,
    home: NDArray[np.int64],
    state: NDArray[np.int64],
    size: NDArray[np.float64],
    scale: float,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Choose foreign-language residents: as many as published in each municipality, more of the unemployed.

    The published number is of residents of all ages; its share is taken to hold for 15–74.

    Parameters
    ----------
    size
        People of working age at this start over those of the region's files, shape (M,).
    """
    n_places = region.outside
    everybody = region.population.sum(axis=(1, 2)) + region.children + region.elderly
    of_working_age = region.population.sum(axis=(1, 2)) / np.maximum(everybody, 1)
    foreign = scaled(region.residents["foreign_language"] * of_working_age * size, scale)
    idle = np.isin(state, (State.UNEMPLOYED, State.FURLOUGHED))
    residents_here = np.bincount(home, minlength=n_places)
    unemployed_here = np.bincount(home[idle], minlength=n_places)
    wanted = round(region.register_facts["foreign_language_share"] * int(unemployed_here.sum()))
    weights = unemployed_here * foreign / np.maximum(residents_here, 1)
    unemployed_foreign = apportion_within(weights, np.minimum(unemployed_here, foreign), wanted)
    language = np.zeros(len(home), np.int64)
    for m in range(n_places):
        here = home == m
        for who, number in (
            (np.flatnonzero(here & idle), unemployed_foreign[m]),
            (np.flatnonzero(here & ~idle), foreign[m] - unemployed_foreign[m]),
        ):
            language[rng.permutation(who)[: int(number)]] = 1
    return language


def _educate(region: Region, people: People, years: NDArray[np.float64], rng: np.random.Generator) -> None:
    """Give residents an education: that of the employed by age as published, and towns as they differ.

    Outside the labour force it is lower, so that adults of all states together have the published mix. Who is
    younger than 18½ has basic education whatever the table of the employed says: its association of age and
    education is assumed. The unemployed get theirs with their trade.
    """
    worker = np.maximum(region.employed_age_education, 1e-9)
    worker = worker / worker.sum(axis=1, keepdims=True)
    adults = region.education.sum(axis=0) / region.education.sum()
    others = worker * (adults / (region.employed_age_education.sum(axis=0) / region.employed_age_education.sum()))
    others = others / others.sum(axis=1, keepdims=True)
    works = np.isin(people.state, (State.EMPLOYED, State.FURLOUGHED))
    young = years < YEARS_OF_SECONDARY
    for group, shares in ((works, worker), (~works, others)):
        for band in range(len(shares)):
            who = np.flatnonzero(group & (people.band == band) & ~young)
            people.education[who] = _spread(region.education, people.home[who], shares[band], rng)
    people.education[young] = EDUCATION.index("basic")


def _spread(
    towns: NDArray[np.float64], home: NDArray[np.int64], shares: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draw labels with given shares in all, which differ between towns as a table of towns by label does.

    Parameters
    ----------
    towns
        Town by label, shape (M, K): only its association counts.
    home
        Town of each person, shape (N,).
    shares
        Of all persons together, shape (K,).
    """
    if len(home) == 0:
        return np.zeros(0, np.int64)
    number = np.bincount(home, minlength=len(towns)).astype(np.float64)
    table = raked(towns, number, shares / shares.sum() * len(home))
    order = np.lexsort((rng.random(len(home)), home))
    labels = np.zeros(len(home), np.int64)
    labels[order] = draw(table[home[order]], evenly(len(home), rng))
    return labels


def _education_and_trade(
    region: Region,
    people: People,
    groups: NDArray[np.int64],
    idle: NDArray[np.int64],
    major: NDArray[np.int64],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Draw education and major group of the unemployed, so that with the furloughed they are as published.

    Parameters
    ----------
    groups
        Age group of each five-year band (`group_of_band`).
    idle
        Rows of the unemployed who are not furloughed.
    major
        Major group of each occupation.

    Returns
    -------
    ndarray
        Education times the number of columns of the published table, plus its column, for each of `idle`.
    """
    joint = region.unemployed_joint
    columns = joint.shape[2]
    away = np.flatnonzero(people.state == State.FURLOUGHED)
    # the furloughed have the trades of the industries that furlough
    by_trade = (region.jobs.sum(axis=0) * region.furlough_stock_share) @ region.section_occupation
    mix = np.bincount(major, by_trade, minlength=columns) / max(by_trade.sum(), 1e-9)
    towns = np.repeat(region.education, columns, axis=1)
    choice = np.zeros(len(idle), np.int64)
    of_idle, of_away = (np.where(groups < 0, len(joint) - 1, groups)[people.band[rows]] for rows in (idle, away))
    for g in range(len(joint)):
        here, gone = np.flatnonzero(of_idle == g), away[of_away == g]
        known = np.bincount(people.education[gone], minlength=len(EDUCATION))
        target = joint[g] / max(joint[g].sum(), 1e-9) * (len(here) + len(gone)) - known[:, None] * mix
        shares = np.maximum(target, 0.0).ravel() + 1e-12
        choice[here] = _spread(towns, people.home[idle[here]], shares, rng)
    return choice


def _describe_unemployed(
    region: Region,
    start: StartState,
    people: People,
    groups: NDArray[np.int64],
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
    choice = _education_and_trade(region, people, groups, idle, major, rng)
    people.education[idle] = choice // joint.shape[2]
    wanted = choice % joint.shape[2]
    trade = people.occupation[idle]
    people.coded[idle] = wanted < 10
    for code in range(10):
        here = np.flatnonzero(wanted == code)
        options = np.flatnonzero(major == code)
        if len(here) and len(options):
            share = np.maximum(region.unemployed_occupation[options], 1e-9)
            cells = np.tile(share, (len(here), 1))
            trade[here] = options[draw(cells, rng.permutation(evenly(len(here), rng)))]
    people.occupation[idle] = trade
    # the share above a year is of all unemployed; the furloughed among them have not been away that long
    searching = np.bincount(people.home[idle], minlength=len(start.unemployed))[: len(start.unemployed)]
    furloughed = np.bincount(people.home[people.state == State.FURLOUGHED], minlength=len(searching))[: len(searching)]
    share = np.minimum(start.long_term_share * (searching + furloughed) / np.maximum(searching, 1), 1.0)
    months = np.zeros(len(idle))
    order = np.lexsort((rng.random(len(idle)), people.home[idle]))
    months[order] = _months_unemployed(share[people.home[idle[order]]], rng)
    people.spell[idle] = -1 - np.floor(months * DAYS_PER_MONTH).astype(np.int64)
    working_age = people.born > -OLDEST_IN_MEASURES_YEARS * DAYS_PER_YEAR
    outside = np.flatnonzero((people.state == State.INACTIVE) & working_age)
    away = np.full(len(outside), float(p.population.months_outside))
    for rows, since in ((idle, months), (outside, away)):
        seen = p.hiring.education_factor[people.education[rows]] * p.hiring.age_factor[people.band[rows]]
        job_exit = float(p.population.job_exit_per_month)
        people.employability[rows] = _employability_given(since, seen, job_exit, spread, rng)
    # needs: more often the lower employability, so that the share of the unemployed is as stated
    weight = np.maximum(0.0, 1.0 - _rank(people.employability, spread) / NEED_BELOW_RANK)
    mean = weight[idle].mean() if len(idle) else 1.0
    chance = np.minimum(weight * float(p.services.need_share) / max(mean, 1e-9), 0.95)
    kind = np.where(
        rng.random(n) < float(p.population.need_work_capacity_share), int(Need.WORK_CAPACITY), int(Need.LIFE_SITUATION)
    )
    people.need = np.where(rng.random(n) < chance, kind, int(Need.NONE))


def _months_unemployed(long_term_share: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw elapsed durations: the stock's density is proportional to survival; the share above a year is given."""
    n = len(long_term_share)
    grid = np.linspace(0.0, 12.0, 241)
    times, shares = np.array(SURVIVAL_KNOTS).T
    density = np.exp(np.interp(grid, times, np.log(shares)))
    cumulated = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2.0)])
    short = np.interp(rng.random(n) * cumulated[-1], cumulated, grid)
    long = 12.0 + rng.exponential(LONG_TERM_TAIL_MONTHS, n)
    return np.where(evenly(n, rng) < long_term_share, long, np.minimum(short, 11.9))


def _employability_given(
    months: NDArray[np.float64], seen: NDArray[np.float64], job_exit: float, spread: float, rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Draw employability of people still unemployed after some months.

    Prior log-normal with mean 1; the likelihood of still being there is exp(-h e f integral of the true
    duration dependence), approximated by h e f d ** .8.

    Parameters
    ----------
    months
        Time unemployed.
    seen
        Factor f of education and age: who is old is still there for that, and need not be hard to employ beside it.
    job_exit
        Hazard h of somebody newly unemployed of mean employability, a month.
    """
    z = np.linspace(-2.4, 2.4, 25)
    points = np.exp(spread * z - 0.5 * spread**2)
    prior = np.exp(-0.5 * z**2)
    exposure = job_exit * seen * np.minimum(months, 36.0) ** 0.8
    weights = prior[None, :] * np.exp(-exposure[:, None] * points[None, :])
    chosen = draw(weights, rng.random(len(weights)))
    jitter = np.exp(spread * (rng.random(len(months)) - 0.5) * 0.2)
    return points[chosen] * jitter


def _rank(employability: NDArray[np.float64], spread: float) -> NDArray[np.float64]:
    """Rank of employability in the prior distribution, 0 the lowest."""
    return ndtr((np.log(employability) + 0.5 * spread**2) / spread)


def add(one: People, other: People) -> People:
    """Join two sets of people."""
    return People(*(np.concatenate([getattr(one, f), getattr(other, f)]) for f in one.__dataclass_fields__))
