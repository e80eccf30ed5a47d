"""Put a world together: people, employers, jobs, vacancies and calendars, as of the first day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from agents.region import Region, StartState
from agents.specification import Cohort
from agents.synthetic.benefits import write_histories
from agents.synthetic.closeness import (
    appeal_of_trades,
    fit_of_trades,
    jobs_within_reach,
    kin_of_trades,
    major_groups,
    nearness,
    usual_nearness,
)
from agents.synthetic.employers import Employers, assign, commuting, employers
from agents.synthetic.immigrants import (
    describe_foreign_speakers,
    immigration_by_place,
    profile_of_immigrants,
    speaks_english,
    trades_of_immigrants,
)
from agents.synthetic.measures import courses_under_way, describe_participants
from agents.synthetic.moving import balance, remember_losses
from agents.synthetic.people import (
    People,
    add,
    mean_level,
    men_share_of_newcomers,
    newcomer_trades,
    outsiders,
    residents,
    season_factor,
)
from agents.synthetic.rounding import apportion, scaled
from agents.synthetic.staff import seat_staff
from agents.synthetic.states import call_up, make_self_employed, put_in_measures, subsidise_jobs
from sim.changes import Change
from sim.clock import month_index, month_of_year, working_days
from sim.dimensions import (
    DAYS_PER_MONTH,
    DAYS_PER_YEAR,
    LINES,
    MEASURES,
    N_PERSON_LINES,
    PARTNERS,
    SECTIONS,
    Contract,
    Line,
    Measure,
    State,
    VacancyState,
)
from sim.indicators import Counter, Flow, TradeFlow
from sim.kernels.beginning import begin
from sim.kernels.calendar import KINDS
from sim.kernels.chains import LINKS, Entry
from sim.kernels.mobility import IDLE_CENTRE, IDLE_YOUNG, WORKING_CENTRE, WORKING_ELSEWHERE
from sim.kernels.moving import BIRTHS, STREAMS, TURNING_15
from sim.kernels.trial import QUARTERS
from sim.kernels.weekly import Weekly
from sim.ledger import Item, Payer
from sim.parameters import ParameterSet
from sim.rng import EMPLOYER_UID, NEVER, PERSON_UID, VACANCY_UID, Purpose, mixed_seed, uniforms
from sim.tables import (
    CONTACT,
    CONTROL,
    DAY,
    DESK,
    EMPLOYER,
    LINE,
    NO_LOSS,
    NO_TALK,
    NODE,
    NOT_YET,
    OFFER,
    PARTNER,
    PERSON,
    PLACE,
    QUEUED,
    SECTION,
    SPELL,
    TRADE,
    VACANCY,
    Arrays,
    Records,
)
from sim.timetable import compose
from sim.world import World

FIRST_YEAR_SHARE = 0.14
"""Open-ended jobs held for less than a year (labour force survey, tenure under one year, fixed terms apart)."""
MEAN_TENURE_YEARS = 9.0
DAYS_BEYOND = 3000
PUBLIC_SECTIONS = ("O", "P", "Q")
"""Administration, education, health and social work: mostly municipal, of the wellbeing area or the state."""
CONSCRIPTION_DAYS = 255
"""Service left to conscripts at the start, at most (the middle one of the three lengths)."""
WITHOUT_WORK_UNTIL_YEARS = 25.0
"""Students and conscripts younger than this have no occupation that the register knows yet."""
ROUNDS_WITHOUT_HIRE = 0.65
"""Rounds of recruitment that end with nobody hired (for the pool of lost jobs at the start only)."""
DISMISSALS_OVER_RATE = 1.25
"""Mean dismissal hazard over that of long tenures (first-year multiplier on the share of first years)."""
SCALE_OF_A_BIN = 2.0
"""Cells of vacancies (occupation x place) are divided so that a bin holds what a cell holds at about this scale: a
searcher looks through one bin, so the time of a search does not grow with the region."""
OPENINGS_PER_JOB_AND_MONTH = 0.033
"""Jobs that fall open a month over all jobs (evidence: 1,900 hires a month in the area)."""


def build_world(
    region: Region,
    start: StartState,
    parameter_set: ParameterSet,
    start_date: date,
    days: int,
    seed: int,
    scale: float = 1.0,
    keeps_log: bool = False,
    cohorts: Sequence[Cohort] = (),
    rules: Sequence[Change] = (),
) -> World:
    """Build the world of one replication.

    Parameters
    ----------
    region, start
        Published figures and the start state.
    parameter_set
        Baseline; the world's own record is a fresh copy.
    start_date, days
        Day 0 and the length of the run.
    seed
        Seed of the replication, as the user gives it.
    scale
        Agents for each real person.
    keeps_log
        Whether contacts and spells are logged.
    cohorts
        The week record tells them apart; those with known staff are found by it (`agents.synthetic.staff`).
    rules
        Rules of the world in force on day 0, the same in all arms.

    Returns
    -------
    World
        At day 0, nothing simulated yet.
    """
    p = parameter_set.record()[0]
    rng = np.random.default_rng([int(mixed_seed(seed)), int(Purpose.BUILD_WORLD)])
    living = residents(region, start, p, scale, start_date.month, rng)
    flows, inward = commuting(region, living, scale, float(p.search.distance_decay_per_km))
    people = add(living, outsiders(region, inward.sum(axis=1), p, rng))
    filled = flows.sum(axis=0)
    filled[: region.outside] += inward.sum(axis=0)
    known = [cohort.employer for cohort in cohorts if cohort.staff]
    firms = employers(region, filled, scale, rng, known)
    employer = assign(region, people, flows, inward, firms, rng)
    make_self_employed(region, people, employer, firms, p, rng)
    unseated = employer.copy()
    seat_staff(region, people, employer, firms, cohorts, scale, mixed_seed(seed))
    conscripts = call_up(people, p, rng)
    participants, measures = put_in_measures(people, p, scale * _share_of_region(region), rng)
    is_public = np.isin(SECTIONS, PUBLIC_SECTIONS)
    subsidised = subsidise_jobs(people, unseated, firms, is_public, p, scale * _share_of_region(region), rng)
    participants = np.concatenate([participants, subsidised])
    measures = np.concatenate([measures, np.full(len(subsidised), int(Measure.WAGE_SUBSIDY_PRIVATE))])
    n_places, n_trades = region.n_places, len(region.occupations)
    n_inside = region.outside
    n_people, n_firms = len(people), len(firms.size)
    rows = int(n_people * 1.035) + 1000

    persons = _persons(region, people, employer, firms, p, rows, rng)
    persons.has_car[:n_people] = _cars(region, people, persons.uid[:n_people], p, mixed_seed(seed))
    offers = np.zeros(600, OFFER).view(np.recarray)
    persons.ends[conscripts] = rng.integers(1, CONSCRIPTION_DAYS, len(conscripts))
    describe_participants(persons, participants, measures, p, rng)
    persons.contract[subsidised] = Contract.FIXED_TERM
    # draws of its own: the rest of the world is the same whatever has been paid before
    past = np.random.default_rng([int(mixed_seed(seed)), int(Purpose.BENEFIT_FUND)])
    write_histories(persons, n_people, mixed_seed(seed), p, past)
    describe_foreign_speakers(region, persons[:n_people], mixed_seed(seed), p)
    n_offers = courses_under_way(region, persons, participants, offers)
    nodes = np.zeros(rows * KINDS, NODE).view(np.recarray)
    nodes.day = -1
    table = np.zeros(n_firms, EMPLOYER).view(np.recarray)
    table.uid = EMPLOYER_UID | np.arange(1, n_firms + 1, dtype=np.uint64)
    table.place, table.section = firms.place, firms.section
    table.filled = np.bincount(employer[employer >= 0], minlength=n_firms)
    table.speaks_english = speaks_english(table.uid, float(p.immigration.english_employer_share), mixed_seed(seed))
    vacancies, n_vacancies, cells = _vacancies(region, start, people, firms, p, scale, start_date.month, rng)
    used: Records = vacancies[:n_vacancies]
    remote_cells = _remote(region, used, p, mixed_seed(seed), cells)
    for state, column in ((VacancyState.OPEN, "open"), (VacancyState.DORMANT, "dormant")):
        table[column] = np.bincount(used.employer[used.state == state], minlength=n_firms)
    table.target = table.filled + table.open + table.dormant
    table.start_jobs = table.target

    control = np.zeros(1, CONTROL).view(np.recarray)
    control.seed = mixed_seed(seed)
    control.horizon, control.scale, control.keeps_log = days, scale, keeps_log
    control.n_persons, control.n_vacancies = n_people, n_vacancies
    control.n_offers = control.first_offer = n_offers
    control.free_queued = -1
    stocks = np.zeros((len(State), n_places), np.int64)
    np.add.at(stocks, (people.state, people.home), 1)
    inside = np.where(firms.place < region.outside, table.start_jobs, 0).astype(np.float64)
    bins = max(1, round(scale / SCALE_OF_A_BIN))
    fit, (near, near_remote) = fit_of_trades(region, p), nearness(region, p, p)
    jobs_by_cell = np.zeros((n_trades, n_places))
    holds = employer >= 0
    np.add.at(jobs_by_cell, (people.occupation[holds], firms.place[employer[holds]]), 1.0)
    baseline = parameter_set.record()
    world = World(
        Arrays(
            persons=persons,
            nodes=nodes,
            heads=np.full((KINDS + 1, days + 1), -1, np.int32),
            employers=table,
            vacancies=vacancies,
            free_persons=np.zeros(rows, np.int32),
            free_vacancies=np.zeros(len(vacancies), np.int32),
            lines=np.zeros(len(LINES), LINE).view(np.recarray),
            desks=_desks(n_inside),
            servers=np.zeros(1),
            queued=np.zeros(int(n_people * 0.03) + 300, QUEUED).view(np.recarray),
            points=_points(region),
            partners=np.zeros(len(PARTNERS), PARTNER).view(np.recarray),
            distance=_distances(region),
            paths=np.zeros((2, days // 28 + 2)),
            idle_by_trade=np.zeros(n_trades, np.int64),
            open_by_trade=np.zeros(n_trades, np.int64),
            in_measure=_participants_by_place(people, participants, measures, n_places),
            measure_starts=np.zeros((len(MEASURES), n_places)),
            measure_days=np.zeros((len(MEASURES), n_places)),
            trial_jobs=np.zeros((QUARTERS, 2)),
            offers=offers,
            control=control,
            days=_days(start_date, days),
            flows=np.zeros((len(Flow), n_places)),
            trade_flows=np.zeros((len(TradeFlow), n_trades)),
            ledger=np.zeros((len(Item), len(Payer), n_places)),
            stocks=stocks,
            survival=np.zeros((4, days // 28 + 2)),
            weekly=np.zeros((len(Weekly), len(LINES) + len(cohorts), days // 7 + 2)),
            weekly_homes=np.zeros((len(cohorts), n_places, days // 7 + 2)),
            counters=np.zeros(len(Counter), np.int64),
            open_cells=cells,
            remote_cells=remote_cells,
            cell_start=np.zeros(2 * n_trades * n_places * bins + 1, np.int32),
            cell_vacancies=np.zeros(len(vacancies), np.int32),
            cell_uids=np.zeros(len(vacancies), np.uint64),
            reach=np.zeros((len(near), n_trades)),
            seen=np.zeros((len(near), n_trades)),
            jobs_within=jobs_within_reach(jobs_by_cell, fit, usual_nearness(region, p)),
            jobs_by_cell=jobs_by_cell,
            fit=fit,
            appeal=appeal_of_trades(region, p),
            near=near,
            near_remote=near_remote,
            major_group=major_groups(region),
            kin=kin_of_trades(fit),
            deciding=np.zeros(len(vacancies), np.int32),
            parameters=parameter_set.record(),
            baseline=baseline,
            sections=_sections(region, float(p.furlough.mean_months)),
            section_occupation=np.cumsum(region.section_occupation, axis=1),
            trades=_trades(region),
            **profile_of_immigrants(region),
            immigrant_trades=trades_of_immigrants(region),
            immigration=immigration_by_place(region, p, scale),
            recruits=np.zeros((days // 28 + 2, n_trades), np.int64),
            recruited=np.zeros(days // 28 + 2, np.int64),
            streams=_streams(region, p, scale),
            moves=np.zeros((region.outside, region.outside)),
            away=np.zeros(region.outside),
            others=_others(region, scale),
            employer_share=np.cumsum(inside),
            planned_jobs=np.zeros((1, 2, n_trades), np.int64),
            chains=np.zeros((1, LINKS, len(Entry)), np.int64),
            newly_in_work=np.zeros((2, n_places)),
            rippled=np.zeros((len(SECTIONS) + 1, n_places), np.int64),
            contacts=np.zeros(1000 if keeps_log else 1, CONTACT).view(np.recarray),
            spells=np.zeros(1000 if keeps_log else 1, SPELL).view(np.recarray),
        ),
        firms.rows,
    )
    losses = np.random.default_rng([int(mixed_seed(seed)), int(Purpose.MOVING_DESTINATION)])
    remember_losses(persons, n_people, region.outside, table, world.arrays.sections, p, losses)
    balance(world, region, p)
    parameters = world.arrays.parameters
    compose(parameter_set, rules, start_date, days).apply(parameters, 0)  # appointments were made by these
    begin(world.handle)
    parameters[:] = parameter_set.record()  # what holds on day 0 is the clock's to say
    return world


def _points(region: Region) -> Records:
    """Places where the authority will meet people: one a municipality, the host being the centre."""
    table: Records = np.zeros(region.outside, PLACE).view(np.recarray)
    table.is_centre[region.host] = 1
    return table


def _others(region: Region, scale: float) -> NDArray[np.float64]:
    """Children and people of 75 and over by place; of those outside nobody counts them."""
    others = np.zeros((2, region.n_places))
    others[:, : region.outside] = [scaled(count, scale) for count in (region.children, region.elderly)]
    return others


def _cars(
    region: Region, people: People, uids: NDArray[np.uint64], p: np.record, seed: np.uint64
) -> NDArray[np.int8]:
    """Who has the use of a car to get to work: by work, age and home; everybody outside.

    In each group those have one whose employability, with noise (`sim.kernels.mobility.draws_car`), is highest.
    Those outside the labour force are not asked for here: they have cars as people at work, for the time when they
    are.
    """
    idle = np.isin(people.state, (State.UNEMPLOYED, State.TRAINING, State.IN_SERVICE))
    group = np.where(people.home == region.host, WORKING_CENTRE, WORKING_ELSEWHERE)
    group = np.where(idle, group + IDLE_CENTRE - WORKING_CENTRE, group)
    group = np.where(idle & (people.born > -WITHOUT_WORK_UNTIL_YEARS * DAYS_PER_YEAR), IDLE_YOUNG, group)
    spread, r = float(p.hiring.employability_spread), float(p.mobility.car_employability)
    z = np.log(np.maximum(people.employability, 1e-9)) / max(spread, 1e-9) + 0.5 * spread
    never = np.zeros(len(uids), np.int64)
    noise = ndtri(uniforms(seed, int(Purpose.MOBILITY_CAR), np.ascontiguousarray(uids), never, 0))
    standing = r * z + np.sqrt(1.0 - r * r) * noise
    has = people.home >= region.outside
    for number, share in enumerate(np.asarray(p.mobility.car_share)):
        members = np.flatnonzero((group == number) & ~has)
        order = members[np.argsort(-standing[members], kind="stable")]
        has[order[: round(share * len(order))]] = True
    return np.asarray(has, np.int8)


def _remote(
    region: Region, vacancies: Records, p: np.record, seed: np.uint64, cells: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Draw which open vacancies can be done from home (as `sim.kernels.mobility.draws_remote`), and count them."""
    share = np.asarray(p.mobility.remote_feasible_share)[major_groups(region)] * float(p.mobility.remote_offered_share)
    posted = np.flatnonzero(vacancies.state == VacancyState.OPEN)  # the others are drawn when they are
    drawn = uniforms(seed, int(Purpose.JOB_REMOTE), vacancies.uid[posted], np.zeros(len(posted), np.int64), 0)
    remote = posted[drawn < share[vacancies.occupation[posted]]]
    vacancies.is_remote[remote] = 1
    number = np.zeros_like(cells)
    np.add.at(number, (vacancies.occupation[remote], vacancies.place[remote]), 1)
    return number


def _desks(n_places: int) -> Records:
    """Desks without anybody: the authority staffs them before the first day."""
    table: Records = np.zeros(N_PERSON_LINES * n_places, DESK).view(np.recarray)
    table.root = -1
    return table


def _participants_by_place(
    people: People, participants: NDArray[np.int64], measures: NDArray[np.int64], n_places: int
) -> NDArray[np.int64]:
    """Participants by measure and place of residence, shape (MEASURES, places)."""
    number = np.zeros((len(MEASURES), n_places), np.int64)
    np.add.at(number, (measures, people.home[participants]), 1)
    return number


def _persons(
    region: Region, people: People, employer: NDArray[np.int64], firms: Employers, p: np.record, rows: int,
    rng: np.random.Generator,
) -> Records:  # fmt: skip
    """Write the people into the person table."""
    n = len(people)
    table: Records = np.zeros(rows, PERSON).view(np.recarray)
    table.offer = table.course = table.employer = table.boost_until = table.line = table.measure = -1
    table.met = NO_TALK
    table.voucher_until, table.gain = -1, 1.0
    table.spell, table.ends, table.search_ended = -1, NEVER, NOT_YET
    table.registered_since, table.lost_job = NOT_YET, NO_LOSS
    table.spouse, table.permit_until = -1, NEVER
    persons: Records = table[:n]
    persons.uid = PERSON_UID | np.arange(1, n + 1, dtype=np.uint64)
    for column in ("born", "home", "sex", "state", "education", "occupation", "employability", "attachment", "need",
                   "language"):  # fmt: skip
        persons[column] = getattr(people, column)
    persons.qualification = people.occupation
    persons.language_level, persons.has_car = 4, 1
    persons.employer = employer
    persons.is_coded = people.coded
    young = people.born > -WITHOUT_WORK_UNTIL_YEARS * DAYS_PER_YEAR
    persons.is_coded[((people.state == State.STUDENT) | (people.state == State.CONSCRIPT)) & young] = 0
    holds = employer >= 0
    persons.is_part_time = holds & (rng.random(n) < float(p.contracts.part_time_share))
    section = firms.section[employer[holds]]
    by_age = region.fixed_term_share_by_age[people.band[holds]]
    # ages differ between industries; the share of each is as published, of all its jobs, the self-employed included
    number = np.maximum(np.bincount(section, minlength=len(SECTIONS)), 1)
    mean = np.bincount(section, by_age, minlength=len(SECTIONS)) / number
    share = region.fixed_term_share / np.maximum(1.0 - np.asarray(p.self_employment.share_of_jobs), 0.05)
    chance = np.minimum(share[section] * by_age / np.maximum(mean[section], 1e-9), 0.95)
    fixed = (rng.random(len(chance)) < chance) & (people.state[holds] == State.EMPLOYED)
    contract = np.where(fixed, int(Contract.FIXED_TERM), int(Contract.OPEN_ENDED))
    tenure = np.where(
        fixed | (rng.random(len(chance)) < FIRST_YEAR_SHARE),
        rng.random(len(chance)) * DAYS_PER_YEAR,
        DAYS_PER_YEAR * (1.0 + rng.exponential(MEAN_TENURE_YEARS, len(chance))),
    )
    persons.contract[holds] = contract
    persons.since[holds] = -1 - tenure.astype(np.int64)
    furloughed = np.flatnonzero(people.state == State.FURLOUGHED)
    mean_days = float(p.furlough.mean_months) * DAYS_PER_MONTH
    begun = -1 - rng.exponential(mean_days, len(furloughed)).astype(np.int64)
    persons.spell[furloughed] = persons.clock[furloughed] = persons.since[furloughed] = begun
    persons.registered_since[furloughed] = begun
    persons.ends[furloughed] = 1 + rng.exponential(mean_days, len(furloughed)).astype(np.int64)
    idle = np.flatnonzero(people.state == State.UNEMPLOYED)
    persons.spell[idle] = persons.clock[idle] = persons.since[idle] = people.spell[idle]
    persons.registered_since[idle] = people.spell[idle]
    fresh = people.spell[idle] > -10
    persons.contacts[idle] = np.where(fresh, 0, 1)
    persons.registered_since[idle[fresh]] = 0
    chance = 0.5 + 0.4 * np.minimum(-people.spell[idle] / 365.0, 1.0)
    known = (people.need[idle] > 0) & ~fresh & (rng.random(len(idle)) < chance)
    persons.is_recognised[idle] = known
    persons.has_path[idle] = ~fresh
    persons.has_plan[idle] = known & (rng.random(len(idle)) < float(p.population.planned_share))
    # the line that is responsible, as in a first interview (`sim.kernels.services.route`)
    u = rng.random(len(idle))
    line = np.where(u < float(p.services.competence_share), int(Line.COMPETENCE), int(Line.BROKERAGE))
    foreign = (people.language[idle] > 0) & (u < float(p.services.integration_share))
    line = np.where(foreign, int(Line.INTEGRATION), line)
    line = np.where(known, int(Line.MULTI_SECTOR), line)
    line = np.where(people.born[idle] > -float(p.rules.youth_years) * DAYS_PER_YEAR, int(Line.YOUTH), line)
    persons.line[idle] = np.where(fresh, int(Line.BROKERAGE), line)
    in_contact = rng.random(len(idle)) < 0.5
    met = np.where(in_contact & ~fresh, -rng.integers(0, 30, len(idle)), NO_TALK)
    persons.met[idle] = met
    persons.boost_until[idle] = np.where(met > NO_TALK, met + int(p.services.contact_effect_days), -1)
    return table


def _vacancies(
    region: Region, start: StartState, people: People, firms: Employers, p: np.record, scale: float, month: int,
    rng: np.random.Generator,
) -> tuple[Records, int, NDArray[np.int32]]:  # fmt: skip
    """Make the jobs that nobody holds: open ones by the registered stock, dormant ones by the flow.

    A seasonal excess of unemployed over the year's mean is a seasonal lack of posted jobs: these are
    dormant too and come back over the spring.
    """
    true_open = start.vacancies_registered / (float(p.jobs.notified_share) * float(p.jobs.register_inflation))
    n_open = scaled(true_open, scale)
    holders = people.state == State.EMPLOYED
    jobs_by_place = np.bincount(firms.place, firms.size, minlength=region.n_places)
    outside_jobs = jobs_by_place[region.outside :]
    level = n_open.sum() / max(holders.sum(), 1)
    tightness = np.array([neighbour.tightness for neighbour in region.neighbours])
    open_outside = apportion(outside_jobs * tightness, round(outside_jobs.sum() * level))
    open_by_place = np.append(n_open, open_outside)
    # jobs that wait are of three kinds, each as many as begin to wait in a month times the time they wait
    jobs = firms.size.sum()
    waits = np.array([float(p.jobs.dormant_days), float(p.jobs.creation_days), float(p.jobs.return_days)])
    begun = np.array([
        jobs * OPENINGS_PER_JOB_AND_MONTH * (1.0 - float(p.jobs.posted_at_once_share)),
        jobs * float(p.separation.dismissal_per_month) * DISMISSALS_OVER_RATE,
        n_open.sum() * float(p.jobs.give_up_probability) * ROUNDS_WITHOUT_HIRE
        * DAYS_PER_MONTH / max(1, int(p.hiring.window_days)),
    ])  # fmt: skip
    pools = begun * waits / DAYS_PER_MONTH
    n_dormant = pools.sum()
    excess = start.unemployed.sum() * scale * (season_factor(region, start, month) - mean_level(region, start))
    seasonal = np.where(np.arange(region.n_places) < region.outside, jobs_by_place, 0.0)
    usual = n_dormant * jobs_by_place / max(jobs_by_place.sum(), 1)
    coming_back = float(p.population.seasonal_jobs_share) * max(excess, 0.0)
    dormant_by_place = scaled(usual + coming_back * seasonal / max(seasonal.sum(), 1), 1.0)
    mix = newcomer_trades(region)
    tilt = np.divide(region.vacancies_occupation, mix, out=np.zeros_like(mix), where=mix > 0.0)
    open_trades = region.section_occupation * tilt
    n = int(open_by_place.sum() + dormant_by_place.sum())
    table: Records = np.zeros(2 * n + int(0.08 * len(people)) + 700, VACANCY).view(np.recarray)
    cells = np.zeros((len(region.occupations), region.n_places), np.int32)
    made = 0
    for state, numbers in ((VacancyState.OPEN, open_by_place), (VacancyState.DORMANT, dormant_by_place)):
        for place, number in enumerate(numbers):
            there = np.flatnonzero(firms.place == place)
            if number == 0 or len(there) == 0:
                continue
            weights = open_trades if state == VacancyState.OPEN else region.section_occupation
            pull = firms.size[there] * weights.sum(axis=1)[firms.section[there]]
            chosen = rng.choice(there, int(number), p=pull / pull.sum())
            part: Records = table[made : made + int(number)]
            rows = np.cumsum(weights[firms.section[chosen]], axis=1)
            trades = (rng.random(len(chosen))[:, None] * rows[:, -1:] >= rows).sum(axis=1)
            part.employer, part.place, part.state = chosen, place, state
            part.occupation = np.minimum(trades, len(region.occupations) - 1)
            made += int(number)
    used: Records = table[:made]
    used.uid = VACANCY_UID | np.arange(1, made + 1, dtype=np.uint64)
    is_open = used.state == VacancyState.OPEN
    window = max(1, int(p.hiring.window_days))
    used.opened = -rng.integers(0, 3 * window, made)
    wait = waits[rng.choice(3, made, p=pools / max(pools.sum(), 1e-9))]
    used.day = np.where(is_open, rng.integers(0, window, made), rng.exponential(wait))
    used.is_part_time = rng.random(made) < float(p.contracts.part_time_share)
    used.opened = np.where(is_open, used.opened, used.day)
    used.is_registered = rng.random(made) < float(p.jobs.notified_share)
    share = np.minimum(region.fixed_term_share[firms.section[used.employer]] * float(p.contracts.hire_multiplier), 0.95)
    used.contract = np.where(rng.random(made) < share, int(Contract.FIXED_TERM), int(Contract.OPEN_ENDED))
    np.add.at(cells, (used.occupation[is_open], used.place[is_open]), 1)
    return table, made, cells


def _sections(region: Region, mean_months: float) -> Records:
    """What industries differ in; furloughs begun are the stock over their mean length."""
    table = np.zeros(len(SECTIONS), SECTION).view(np.recarray)
    jobs = region.jobs.sum(axis=0)
    mean = float((region.hire_rate_per_year * jobs).sum() / max(jobs.sum(), 1))
    table.turnover = region.hire_rate_per_year / mean
    table.fixed_term_share = region.fixed_term_share
    table.furlough_per_month = region.furlough_stock_share / mean_months
    table.demand = 1.0
    table.is_public = np.isin(SECTIONS, PUBLIC_SECTIONS)
    return table


def _streams(region: Region, p: np.record, scale: float) -> NDArray[np.float64]:
    """Births, and people who turn 15, a day by place; who moves in is written by `synthetic.moving`."""
    n = region.outside
    streams = np.zeros((STREAMS, region.n_places))
    streams[TURNING_15, :n] = region.children * scale / 15.0 / DAYS_PER_YEAR
    everybody = region.population.sum(axis=(1, 2)) + region.children + region.elderly
    streams[BIRTHS, :n] = everybody * scale * float(p.demography.births_per_year) / DAYS_PER_YEAR
    return streams


def _trades(region: Region) -> Records:
    """Write what occupations differ in."""
    table: Records = np.zeros(len(region.occupations), TRADE).view(np.recarray)
    table.share, table.men_share = newcomer_trades(region), men_share_of_newcomers(region)
    table.skill_level = [occupation.skill_level for occupation in region.occupations]
    table.is_licensed = [occupation.licensed for occupation in region.occupations]
    return table


def _distances(region: Region) -> NDArray[np.float64]:
    """Kilometres between all places, neighbours included; nobody asks how far two neighbours are from each other."""
    m, n = region.outside, region.n_places
    distance = np.zeros((n, n))
    distance[:m, :m] = region.distance_km[:m, :m]
    distance[:m, m:] = region.neighbour_km
    distance[m:, :m] = region.neighbour_km.T
    return distance


def _share_of_region(region: Region) -> float:
    """Amounts of a whole area are stated for 100,000 people of 15–74; other regions get their share."""
    return float(region.population.sum()) / 100_000.0


def _days(start_date: date, days: int) -> Records:
    """Facts of each day, and of days after the horizon that terms begun before it may end on: what happens
    before the horizon must not depend on where it lies.
    """
    n = days + DAYS_BEYOND
    table: Records = np.zeros(n, DAY).view(np.recarray)
    table.is_working = working_days(start_date, n)
    table.month = month_of_year(start_date, n)
    table.month_index = month_index(start_date, n)
    table.working_number = np.cumsum(table.is_working)
    dates = np.datetime64(start_date) + np.arange(n)
    since_monday = (dates - np.datetime64("0001-01-01")).astype(np.int64)  # a Monday
    table.weekday, table.week = since_monday % 7, since_monday // 7
    table.day_of_month = (dates - dates.astype("datetime64[M]")).astype(np.int64) + 1
    return table

