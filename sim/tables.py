"""The tables of a world: every column declared with unit and owner.

A column is written by its owner (named in the comment): the kernel file in `sim/kernels/` of that name.
``builder`` writes all of them once. Days are numbers from 0, the first simulated day; earlier ones are
negative.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

Records = Any
"""A NumPy record array (`numpy.recarray`), whose columns type checkers do not know."""
NOT_YET = -(1 << 20)
"""A day before all others: of job searches that never ended, or a register that one is not on. Days before
the first simulated one are negative, so that -1 is a day."""
NO_LOSS = -(1 << 15)
"""`lost_job` of somebody who has not lost a job: a day long before all others that two bytes hold."""
NO_TALK = NO_LOSS
"""`met` of somebody who has had no talk: a day long before all others."""
ON_PATH = -1.0
"""`attachment` of somebody unemployed who waits for her pension on additional days and looks for no work."""
APPLICANTS_KEPT = 3
"""Best acceptable applicants that an employer remembers in a round of recruitment."""

PERSON = np.dtype(
    [
        # what every search and most hazards read, 64 bytes, first: two lines of memory instead of three
        ("uid", "u8"),  # identity; not the row. Owner: builder, demography
        ("employer", "i4"),  # row of the employer, or -1. Owner: states
        ("born", "i4"),  # day of birth (negative). Owner: builder, demography
        ("ends", "i4"),  # day on which contract, notice, furlough, course or studies end. Owner: states
        ("since", "i4"),  # day on which the labour state (and job) began. Owner: states
        ("clock", "i4"),  # origin of the duration clock; frozen in services. Owner: states, training
        ("attachment", "f4"),  # multiplier of entry from outside the labour force; ON_PATH. Owner: states, separation
        ("employability", "f4"),  # fixed multiplier of suitability, mean about 1. Owner: builder, demography
        ("gain", "f4"),  # factor of suitability that measures have brought, 1 without. Owner: measures
        ("boost_until", "i2"),  # search is raised before this day. Owner: service, measures, immigration
        ("home", "i2"),  # place of residence; municipalities, then neighbours. Owner: builder, demography
        ("occupation", "i2"),  # trade of the last job or course, index in the region's list. Owner: hiring, measures
        ("qualification", "i2"),  # trade one is qualified in, kept in other jobs. Owner: builder, trades, measures
        ("voucher_until", "i2"),  # promise of a wage subsidy, valid before this day. Owner: measures
        ("state", "i1"),  # sim.dimensions.State. Owner: states
        ("contract", "i1"),  # sim.dimensions.Contract. Owner: states
        ("measure", "i1"),  # sim.dimensions.Measure under way. Owner: measures
        ("is_referred", "i1"),  # is told of a vacancy today. Owner: service, search
        ("education", "i1"),
        ("need", "i1"),  # sim.dimensions.Need. Owner: builder, demography
        ("has_car", "i1"),  # can use a car to get to work. Owner: builder, demography
        ("credential", "i1"),  # sim.dimensions.Credential of the qualification. Owner: immigration
        ("language_level", "i1"),  # sim.dimensions.LANGUAGE_LEVELS of the language of work. Owner: immigration
        ("language", "i1"),
        ("origin", "i1"),  # sim.dimensions.Origin: how she came. Owner: builder, demography, immigration
        ("cohort", "i1"),  # marked cohort, 0 for none. Owner: closure
        ("line", "i1"),  # service line responsible, or -1. Owner: service
        ("is_waiting", "i1"),  # has a place in a queue. Owner: service
        # the rest
        ("life", "u8"),  # hash of everything that happened to the person. Owner: states
        ("retires", "i4"),  # day of old-age retirement, drawn once. Owner: builder, demography
        ("spell", "i4"),  # first day of the unemployment spell under way. Owner: states
        ("registered_since", "i4"),  # day the job search on the register began, or NOT_YET. Owner: states
        ("search_ended", "i4"),  # day the last job search on the register ended, or will end by itself. Owner: states
        ("offer", "i4"),  # vacancy that holds the person today, or -1. Owner: hiring
        ("paid_until", "i4"),  # day before which benefit is paid; NEVER without a right to it. Owner: benefits
        ("spouse", "i4"),  # row of the spouse one came with, or -1. Owner: immigration
        ("permit_until", "i4"),  # last day to find a job before the permit lapses, or NEVER. Owner: immigration
        ("course", "i2"),  # row of the offer taken up, or -1. Owner: measures
        ("token", "i2"),  # number of the place in a queue that is valid now. Owner: service, states
        ("unemployed_days", "i2"),  # days unemployed since day 0 in ended spells. Owner: states
        ("employed_days", "i2"),  # days employed in the open market, ended jobs. Owner: states
        ("benefit_days", "i2"),  # calendar days on benefit since the condition of work was met. Owner: benefits
        ("lost_job", "i2"),  # day the last job was lost to a dismissal or closure, or NO_LOSS. Owner: separation
        ("subsidy_days", "i2"),  # of these paid as labour-market subsidy outside services. Owner: benefits
        ("work_days", "i2"),  # days in ended jobs since the condition of work was last met. Owner: benefits
        ("met", "i2"),  # day of the last talk, or NO_TALK. Owner: service
        ("contacts", "i2"),  # service contacts in this job search. Owner: service
        ("desk", "i2"),  # desk in whose queue she waits. Owner: queue
        ("first_due", "i2"),  # last day in time of the first interview that is awaited. Owner: weekly
        ("benefit", "i1"),  # sim.dimensions.Benefit. Owner: benefits
        ("sex", "i1"),
        ("is_recognised", "i1"),  # the service knows of the need. Owner: service
        ("has_path", "i1"),  # has a path in this job search. Owner: states, service
        ("has_plan", "i1"),  # has a joint plan with the partners of multi-sector services. Owner: service
        ("is_lost", "i1"),  # was lost on the way between two lines. Owner: service
        ("trial", "i1"),  # quarter in a trial, 1 to 4, or 0. Owner: service
        ("is_part_time", "i1"),  # works part time. Owner: states
        ("is_coded", "i1"),  # the register knows an occupation. Owner: builder, states
        ("awaits_first", "i1"),  # group (`sim.kernels.weekly`) that waits for a first interview, 1 more; 0: none
    ]
)

NODE = np.dtype([("next", "i4"), ("previous", "i4"), ("day", "i2"), ("rung", "i2")])
"""A node of the calendar: a person has one for each kind of event. ``rung`` is the rung of the ladder
(`sim.rng.rung_of`) that a candidate day was taken from. Owner: calendar."""

EMPLOYER = np.dtype(
    [
        ("uid", "u8"),
        ("place", "i2"),  # municipalities first, then the neighbours outside
        ("section", "i2"),  # TOL 2008 section
        ("start_jobs", "i4"),  # jobs at the start (agents), reference of the demand index
        ("target", "i4"),  # jobs that the employer wants: filled + open + dormant. Owner: jobs, closure
        ("filled", "i4"),  # held by a person, furloughed included. Owner: states
        ("open", "i4"),  # posted vacancies. Owner: jobs
        ("dormant", "i4"),  # wanted, not yet posted. Owner: jobs
        ("to_close", "i4"),  # jobs that a structural event has still to end. Owner: closure, jobs
        ("struck_off", "i4"),  # of start_jobs, ended for good by structural events: demand does not come back there
        ("closed", "i4"),  # jobs that structural events have ended so far. Owner: jobs
        ("opened", "i4"),  # jobs that openings and their ripples added, to which demand comes back. Owner: opening
        ("rippled", "i4"),  # jobs lost to ripples of structural events, negative if gained. Owner: ripples
        ("until", "i4"),  # day on which all its jobs end (a building site), 0 for none. Owner: agents
        ("visited_until", "i4"),  # a visit of employer services acts before this day. Owner: agents
        ("speaks_english", "i1"),  # English is enough at work. Owner: builder, agents
        ("phase", "i1"),  # of a structural event: 1 rumour, 2 negotiations, 3 notice; 0 none. Owner: closure
        ("notice_day", "i4"),  # day on which it gave notice, in the phase of notice. Owner: closure
        ("at_risk", "i4"),  # jobs that are rumoured to end, not announced yet. Owner: closure
        ("noticed", "i4"),  # staff whom notice has been given, each with a last day of her own. Owner: states
        ("inside_firm_share", "f4"),  # of those who go, stay with the firm elsewhere. Owner: closure
    ]
)

SECTION = np.dtype(
    [
        ("turnover", "f8"),  # separations relative to the mean of all industries
        ("fixed_term_share", "f8"),  # of the stock of employees
        ("is_public", "i1"),  # mostly public: administration, education, health and social work
        ("furlough_per_month", "f8"),  # hazard of furlough of an employee, year's mean
        ("demand", "f8"),  # demand index of today, 1 at the start. Owner: jobs
    ]
)
"""What industries differ in (from the region's data). Owner: builder but for demand."""

TRADE = np.dtype(
    [
        ("share", "f8"),  # of the area's jobs at the start
        ("men_share", "f8"),  # men among newcomers of the trade
        ("skill_level", "i1"),  # ISCO skill level, 1 to 4
        ("is_licensed", "i1"),  # most jobs need a qualification set by law
    ]
)
"""What occupations differ in (from the region's data). Owner: builder."""

VACANCY = np.dtype(
    [
        ("uid", "u8"),  # from who opened it and when
        ("next", "i4"),
        ("previous", "i4"),
        ("day", "i4"),  # day of its next event: opening, or end of a round
        ("employer", "i4"),
        ("opened", "i4"),  # day of posting, to come while dormant
        ("rounds", "i4"),  # rounds of recruitment ended
        ("occupation", "i2"),
        ("place", "i2"),
        ("n_applicants", "i2"),  # acceptable applicants in this round, all of them
        ("state", "i1"),  # sim.dimensions.VacancyState
        ("contract", "i1"),
        ("is_registered", "i1"),
        ("is_part_time", "i1"),
        ("is_remote", "i1"),  # can be done from home
        ("chain", "i1"),  # opening whose chain of vacancies it belongs to, 0 for none. Owner: chains
        ("link", "i1"),  # place in the chain, 0 for a job of the opening itself. Owner: chains
        ("rank", "i1"),  # next applicant to be offered the job today. Owner: hiring
        ("applicant", "i4", (APPLICANTS_KEPT,)),  # rows of persons, best first
        ("applicant_uid", "u8", (APPLICANTS_KEPT,)),
        ("applicant_since", "i4", (APPLICANTS_KEPT,)),  # their `since` when they applied
        ("score", "f4", (APPLICANTS_KEPT,)),
    ]
)
"""A job that nobody holds, dormant or open. Owner: jobs, search (applicants), hiring (rank). A dormant job with
an applicant is kept for that person, who is called back on its day (`jobs.keep_for`)."""

QUEUED = np.dtype(
    [
        ("key", "u8"),  # due day, then a keyed tie-break
        ("person", "i4"),
        ("token", "i4"),
        ("due", "i4"),
        ("joined", "i4"),
        ("left", "i4"),  # heap below, or next free place
        ("right", "i4"),
    ]
)
"""A place in a queue: a node of a desk's skew heap; all queues share one pool of places. Owner: queue."""

DESK = np.dtype(
    [
        ("root", "i4"),  # first place of the queue, or -1. Owner: queue
        ("waiting", "i4"),  # people who wait. Owner: queue
        ("n_servers", "i4"),  # advisers at work on a day when the desk is open, agents. Owner: agents
        ("first_server", "i4"),  # the first one's row in `servers`. Owner: agents
        ("pace", "f8"),  # share of a full day that each of them works there, at most 1. Owner: agents
        ("fte", "f8"),  # staff, FTE (real). Owner: agents
        ("clients", "i4"),  # whom the line is responsible for and the place serves, at the last census. Owner: census
        ("minutes_offered", "f8"),  # this month, agents' minutes. Owner: service
        ("minutes_used", "f8"),
        ("contacts", "f8"),
        ("no_shows", "f8"),
        ("interviews", "f8"),  # first interviews held this month
        ("interviews_in_time", "f8"),
        ("interview_wait", "f8"),  # sum of days
        ("talks_due", "f8"),  # talks other than first interviews, held this month
        ("talks_late", "f8"),  # of these, later after falling due than the rules tolerate
    ]
)
"""A desk: a service line in a municipality, row line x places + place."""

LINE = np.dtype(
    [
        ("posts", "f8"),  # FTE in the budget, as last seen. Owner: agents
        ("staffed", "f8"),  # FTE in post, productive ones and novices. Owner: agents
        ("novices", "f8"),  # of these still learning, FTE. Owner: agents
        ("reserved", "f8"),  # share of their time for registered jobseekers who are not simulated one by one
        ("called_up", "f8"),  # FTE at work beside the posts, of a reserve. Owner: agents
        ("neighbours", "f8"),  # FTE at work beside the posts, lent by neighbouring areas. Owner: agents
        ("state", "f8"),  # FTE at work beside the posts, lent by the state. Owner: agents
        ("redeployed", "f8"),  # of those in post, FTE that came from other lines; below 0: that went. Owner: agents
        ("on_site", "f8"),  # of these and those in post, FTE at workplaces under notice this week. Owner: agents
        ("arriving", "f8", (24,)),  # FTE that begin in so many months. Owner: agents
        ("duplicated", "f8"),  # minutes of municipal staff that repeat what the area does, this month
        ("visits", "f8"),  # employers visited this month, agents
    ]
)
"""A service line: its staff. Owner: agents."""

PLACE = np.dtype(
    [
        ("kind", "i1"),  # 2 office, 1 service point, 0 neither. Owner: agents
        ("weekdays", "i1"),  # bits of the weekdays on which it is open, Monday the lowest
        ("period", "i1"),  # weeks between visits
        ("phase", "i1"),  # week of the period on which it is open
        ("parent", "i2"),  # office whose staff visits
        ("is_centre", "i1"),  # the host municipality. Owner: builder
        ("serves", "i2"),  # place where its residents are served face to face
        ("others", "i4"),  # registered jobseekers served there who are nobody's clients, at the last census
    ]
)
"""Where the authority meets people, one row a municipality. Owner: agents."""

PARTNER = np.dtype([("minutes_left", "f8"), ("minutes_used", "f8")])
"""Partners of joint meetings: the wellbeing area, Kela. Owner: service."""

OFFER = np.dtype(
    [
        ("measure", "i2"),
        ("occupation", "i2"),  # occupation that it leads to, or -1
        ("occupation_from", "i2"),  # trade of those it is meant for, or -1 for all
        ("start", "i4"),  # first and last day on which a seat can be taken
        ("decide_by", "i4"),
        ("seats", "i4"),  # agents
        ("taken", "i4"),
        ("price", "f8"),  # EUR a participant and month
        ("months", "f8"),  # mean length, 0 for that of the measure
    ]
)
"""Courses, budgets and seat pools: one row each. Owner: agents order them, training fills them."""

CONTROL = np.dtype(
    [
        ("seed", "u8"),  # mixed
        ("today", "i8"),  # next day to simulate
        ("horizon", "i8"),
        ("n_persons", "i8"),  # rows in use, free ones among them
        ("n_free_persons", "i8"),
        ("n_vacancies", "i8"),
        ("n_free_vacancies", "i8"),
        ("n_offers", "i8"),
        ("first_offer", "i8"),  # offers before this row are over
        ("n_queued", "i8"),  # places of queues in use, free ones among them
        ("free_queued", "i8"),  # first free place, or -1
        ("n_free_queued", "i8"),
        ("n_contacts", "i8"),  # rows in use of the contact log
        ("n_spells", "i8"),
        ("keeps_log", "i8"),
        ("n_struck", "i8"),  # jobs that structural events struck off and nobody has made up for; below 0: added
        ("n_opened", "i8"),  # jobs of all employers' `opened`
        ("scale", "f8"),  # agents for each real person
    ]
)

DAY = np.dtype(
    [
        ("is_working", "i1"), ("month", "i1"), ("month_index", "i2"), ("working_number", "i4"),
        ("day_of_month", "i1"), ("weekday", "i1"), ("week", "i4"),
    ]
)  # fmt: skip
"""Facts of a day: working day of the services, calendar month 0–11, month since the start, working days up
to and with this day, weekday (0 Monday), number of the week since the year 1."""

CONTACT = np.dtype(
    [
        ("person", "u8"), ("day", "i4"), ("due", "i4"), ("joined", "i4"), ("minutes", "f4"),
        ("line", "i1"), ("place", "i2"), ("kind", "i1"), ("attended", "i1"), ("home", "i2"), ("cohort", "i1"),
    ]
)  # fmt: skip
"""Log of service contacts, one row each (record=full). Owner: service."""

SPELL = np.dtype(
    [
        ("person", "u8"), ("start", "i4"), ("end", "i4"), ("exit", "i1"), ("was_furlough", "i1"),
        ("home", "i2"), ("occupation", "i2"), ("cohort", "i1"),
    ]
)  # fmt: skip
"""Log of ended unemployment spells, one row each (record=full). Owner: states."""


class Arrays(NamedTuple):
    """The arrays of a world, as kernels take them."""

    persons: Records  # PERSON[rows]
    nodes: Records  # NODE[rows * KINDS]
    heads: np.ndarray  # i4[KINDS + 1, horizon + 1]: first node of each kind and day; last kind: vacancies
    employers: Records  # EMPLOYER[employers]
    vacancies: Records  # VACANCY[rows]
    free_persons: np.ndarray  # i4[rows]: stack of free rows
    free_vacancies: np.ndarray  # i4[rows]
    lines: Records  # LINE[lines]
    desks: Records  # DESK[person lines * places]
    servers: np.ndarray  # f8[advisers at desks]: minutes of the next open day that each has borrowed
    queued: Records  # QUEUED[rows]
    points: Records  # PLACE[places]
    partners: Records  # PARTNER[2]
    distance: np.ndarray  # f8[places, places]: kilometres
    paths: np.ndarray  # f8[2, months + 1]: searches begun in a month; of these with a path within three months
    offers: Records  # OFFER[rows]
    control: Records  # CONTROL[1]
    days: Records  # DAY[horizon + 1]
    flows: np.ndarray  # f8[FLOWS, places]: events of this month by place of residence
    trade_flows: np.ndarray  # f8[TRADE_FLOWS, occupations]: events of this month by trade of the job, in the area
    ledger: np.ndarray  # f8[ITEMS, PAYERS, places]: euros of this month (`sim.ledger`)
    stocks: np.ndarray  # i8[STATES, places]: persons by labour state and place of residence
    idle_by_trade: np.ndarray  # i8[occupations]: unemployed at the last census
    open_by_trade: np.ndarray  # i8[occupations]: open vacancies of the area at the last census
    in_measure: np.ndarray  # i8[MEASURES, places]: people in each measure now
    measure_starts: np.ndarray  # f8[MEASURES, places]: begun this month
    measure_days: np.ndarray  # f8[MEASURES, places]: person-days this month
    trial_jobs: np.ndarray  # f8[4, 2]: registered postings and open-ended hires of employers by quarter (`trial`)
    survival: np.ndarray  # f8[4, months + 1]: spells begun in a month; of these ended within 3, 6, 12 months
    weekly: np.ndarray  # f8[WEEKLY, lines + cohorts, weeks]: counts of a week (`sim.kernels.weekly`), agents
    weekly_homes: np.ndarray  # f8[cohorts, places, weeks]: searches begun by people of a cohort, by home, agents
    counters: np.ndarray  # i8[COUNTERS]: events and candidates since the start
    open_cells: np.ndarray  # i4[occupations, places]: open vacancies
    remote_cells: np.ndarray  # i4[occupations, places]: of these, jobs that can be done from home
    cell_start: np.ndarray  # i4[2 * cells * bins + 1]: end of each bin of a cell in `cell_vacancies`, valid for today
    cell_vacancies: np.ndarray  # i4[rows]: open vacancies sorted by cell, valid for today
    cell_uids: np.ndarray  # u8[rows]: their identities
    reach: np.ndarray  # f8[layers * places, occupations]: distance-weighted vacancies, valid for today
    seen: np.ndarray  # f8[layers * places, occupations]: vacancies that a person sees, weighted, valid for today
    jobs_within: np.ndarray  # f8[places, occupations]: jobs of the start, weighted as a person sees vacancies
    jobs_by_cell: np.ndarray  # f8[occupations, places]: jobs held at the start, agents
    fit: np.ndarray  # f8[occupations, occupations]: how well a trade fits another
    appeal: np.ndarray  # f8[occupations]: factor of `fit` that is search alone (`trades.appeal`)
    near: np.ndarray  # f8[layers * places, places]: distance decay, by layer and home (`sim.kernels.mobility`)
    near_remote: np.ndarray  # f8[layers * places, places]: the same of jobs that can be done from home
    major_group: np.ndarray  # i8[occupations]: first digit of ISCO-08
    kin: np.ndarray  # i4[occupations, occupations]: occupations with fit > 0, then -1
    deciding: np.ndarray  # i4[rows]: vacancies that decide today
    parameters: Records  # the values of today, one record
    baseline: Records  # the values of the parameter set, one record, never written
    sections: Records  # SECTION[sections]
    section_occupation: np.ndarray  # f8[sections, occupations]: cumulated shares
    trades: Records  # TRADE[occupations]
    immigrant_age: np.ndarray  # f8[ORIGINS, age bands]: of people from abroad on arrival, cumulated shares
    immigrant_education: np.ndarray  # f8[ORIGINS, EDUCATION]: cumulated shares
    immigrant_level: np.ndarray  # f8[ORIGINS, LANGUAGE_LEVELS]: of the language of work, cumulated shares
    immigrant_trades: np.ndarray  # f8[ORIGINS, occupations]: cumulated shares
    immigrant_women: np.ndarray  # f8[ORIGINS]: share of women
    immigration: np.ndarray  # f8[ORIGINS, places]: newcomers from abroad a day, agents
    recruits: np.ndarray  # i8[months + 1, occupations]: recruits from abroad who come in a month, as ordered
    recruited: np.ndarray  # i8[months + 1]: who came, and stayed to be counted
    streams: np.ndarray  # f8[STREAMS, places]: newcomers a day, agents (`sim.kernels.moving`: which streams)
    moves: np.ndarray  # f8[municipalities, municipalities]: moves a year of who counts 1 by age and state
    away: np.ndarray  # f8[places]: people who left for studies and may come back, agents. Owner: moving
    others: np.ndarray  # f8[2, places]: children under 15 and people of 75 and over, agents
    employer_share: np.ndarray  # f8[employers]: cumulated shares of jobs, for drawing an employer
    planned_jobs: np.ndarray  # i8[openings + 1, 2, occupations]: jobs of an opening, and of these still to be posted
    chains: np.ndarray  # i8[openings + 1, links, entries]: what became of the jobs of a chain (`sim.kernels.chains`)
    newly_in_work: np.ndarray  # f8[2, places]: residents in work by a chain: others, members of a cohort (`ripples`)
    rippled: np.ndarray  # i8[sections + 1, places]: jobs lost to ripples by their source, the last: local demand
    contacts: Records  # CONTACT[rows]
    spells: Records  # SPELL[rows]
