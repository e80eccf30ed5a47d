"""What is counted: flows that kernels add up at the event, and the indicators made of them.

Definitions of the indicators that everyone uses live here and nowhere else: unit, kind, and which
direction is better. Stocks come from the month-end census, flows from increments at the event.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Flow(IntEnum):
    """Events counted by place of residence (of the vacancy's place for vacancies), agents a month."""

    NEW_SPELLS = 0  # unemployment spells begun, furlough included
    NEW_FURLOUGHS = 1
    NEW_SEARCHES = 2  # registered job searches begun
    EXITS_TO_JOB = 3  # unemployed to an open-market job
    EXITS_TO_RECALL = 4  # furloughed back to their own job
    EXITS_TO_SERVICE = 5
    EXITS_OUT = 6  # out of the labour force, retirement and studies included
    HIRES_UNEMPLOYED = 7
    HIRES_EMPLOYED = 8
    HIRES_ENTRANT = 9
    HIRES_OUTSIDE = 10  # people living outside, hired to the area
    SEPARATIONS = 11  # jobs left, moves from job to job included
    VACANCIES_POSTED = 12
    VACANCIES_REGISTERED = 13
    VACANCIES_FILLED = 14
    VACANCY_DAYS = 15  # open days of the filled ones
    JOBS_LOST = 16  # targets lowered because nobody suitable came
    JOBS_ADDED = 17  # targets raised because a second suitable applicant was there
    JOBS_CLOSED = 18  # targets lowered by a structural event
    EMPLOYMENT_DAYS = 19  # person-days in the open market
    UNEMPLOYMENT_DAYS = 20  # person-days registered unemployed
    ARRIVALS = 21
    DEPARTURES = 22
    DEATHS = 23
    TRAINING_STARTS = 24
    TRAINING_DAYS = 25  # person-days
    APPLICATIONS = 26
    BIRTHS = 27
    TURNED_15 = 28
    TURNED_75 = 29
    RECALLS = 30  # called back to a job that was kept between two terms
    EXITS_TO_SELF_EMPLOYMENT = 31
    SERVICE_STARTS = 32  # services other than training
    SERVICE_DAYS = 33  # person-days in them
    REFERRALS = 34  # applications to a vacancy that an adviser told of
    HANDOVERS = 35  # from one line to another
    HANDOVERS_LOST = 36
    NEEDS_RECOGNISED = 37
    NEEDS_MISSED = 38  # at first interviews
    PARTNER_WAITS = 39  # joint meetings put off because a partner had no time
    MOVES_IN = 40  # from the area's other municipalities
    MOVES_OUT = 41  # to them
    STUDY_DEPARTURES = 42  # of the departures, people who left for studies
    RETURNS = 43  # of the arrivals, people who had left for studies
    ARRIVALS_ABROAD = 44  # from abroad; they are among the arrivals
    DEPARTURES_ABROAD = 45  # of people who came from abroad; they are among the departures
    RECRUITS = 46  # arrived from a programme of recruitment abroad
    RECOGNITIONS = 47  # qualifications recognised
    RECRUITS_UNPLACED = 48  # ordered beyond what employers ask for; of the area, at the last place
    HIRES_OTHER_TRADE = 49  # of the hires from unemployment, into another trade than that of the last job
    JOB_SEARCH_LEAVE_DAYS = 50  # working days of paid leave to look for work that people under notice take


class TradeFlow(IntEnum):
    """Events counted by the trade of a job in the area, agents a month."""

    FILLED = 0  # vacancies
    LOST = 1  # targets lowered because nobody suitable came


class Counter(IntEnum):
    """Work done by mechanisms since the start: candidates that were looked at, and events that came of them."""

    SEPARATION_CANDIDATES = 0
    SEPARATION_EVENTS = 1
    LABOUR_FORCE_CANDIDATES = 2
    LABOUR_FORCE_EVENTS = 3
    SEARCH_CANDIDATES = 4
    SEARCH_EVENTS = 5
    LIFE_CANDIDATES = 6
    LIFE_EVENTS = 7
    JOB_EVENTS = 8
    SERVICE_EVENTS = 9
    SERVICE_STALE = 10  # places in a queue whose owner had left it
    HIRING_EVENTS = 11
    TRAINING_EVENTS = 12
    DATED_EVENTS = 13


@dataclass(frozen=True)
class Indicator:
    """An indicator.

    Attributes
    ----------
    name
        Name in files, figures and terms.
    unit
        Unit of the value.
    kind
        ``stock`` (month-end), ``flow`` (sum of the month) or ``rate`` (computed from sums, never averaged).
    better
        ``lower``, ``higher`` or ``none``.
    """

    name: str
    unit: str
    kind: str
    better: str


_ALL = (
    Indicator("unemployed", "persons", "stock", "lower"),
    Indicator("furloughed", "persons", "stock", "lower"),
    Indicator("registered_jobseekers", "persons", "stock", "none"),
    Indicator("unemployment_rate", "%", "rate", "lower"),
    Indicator("long_term_unemployed", "persons", "stock", "lower"),
    Indicator("employed_open_market", "persons", "stock", "higher"),
    Indicator("self_employed", "persons", "stock", "none"),
    Indicator("employed_part_time", "persons", "stock", "none"),
    Indicator("in_training", "persons", "stock", "none"),
    Indicator("in_service", "persons", "stock", "none"),
    Indicator("subsidised", "persons", "stock", "none"),
    Indicator("outside_labour_force", "persons", "stock", "none"),
    Indicator("open_market_employment_days", "person-days", "flow", "higher"),
    Indicator("vacancies_open", "vacancies", "stock", "none"),
    Indicator("vacancies_registered", "vacancies", "stock", "none"),
    Indicator("new_vacancies_registered", "vacancies", "flow", "none"),
    Indicator("vacancy_duration_days", "days", "rate", "lower"),
    Indicator("new_unemployment_spells", "spells", "flow", "lower"),
    Indicator("new_furlough_spells", "spells", "flow", "lower"),
    Indicator("new_job_searches", "searches", "flow", "none"),
    Indicator("exits_to_job", "persons", "flow", "higher"),
    Indicator("exits_to_recall", "persons", "flow", "none"),
    Indicator("exits_to_service", "persons", "flow", "none"),
    Indicator("exits_to_self_employment", "persons", "flow", "none"),
    Indicator("exits_out_of_labour_force", "persons", "flow", "none"),
    Indicator("hires", "persons", "flow", "higher"),
    Indicator("hires_from_unemployment", "persons", "flow", "higher"),
    Indicator("hires_into_another_trade", "persons", "flow", "none"),
    Indicator("hires_from_employment", "persons", "flow", "none"),
    Indicator("hires_from_outside_labour_force", "persons", "flow", "none"),
    Indicator("hires_from_outside_area", "persons", "flow", "none"),
    Indicator("hires_by_origin", "persons", "stock", "none"),
    Indicator("vacancy_chain_length", "hires", "rate", "none"),
    Indicator("separations", "persons", "flow", "none"),
    Indicator("applications", "applications", "flow", "none"),
    Indicator("commuters_own", "persons", "stock", "none"),
    Indicator("commuters_out", "persons", "stock", "none"),
    Indicator("commuters_in", "persons", "stock", "none"),
    Indicator("jobs", "jobs", "stock", "higher"),
    Indicator("jobs_lost_to_unfilled", "jobs", "flow", "lower"),
    Indicator("spell_survival_3m", "share", "rate", "lower"),
    Indicator("spell_survival_6m", "share", "rate", "lower"),
    Indicator("spell_survival_12m", "share", "rate", "lower"),
    Indicator("first_interview_wait_days", "days", "rate", "lower"),
    Indicator("first_interview_in_time_share", "share", "rate", "higher"),
    Indicator("talks_in_time_share", "share", "rate", "higher"),
    Indicator("path_in_3m_share", "share", "rate", "higher"),
    Indicator("no_show_share", "share", "rate", "lower"),
    Indicator("service_contacts", "contacts", "flow", "none"),
    Indicator("queue", "persons", "stock", "lower"),
    Indicator("utilisation", "share", "rate", "none"),
    Indicator("caseload", "registered jobseekers per FTE", "rate", "lower"),
    Indicator("staff_fte", "FTE", "stock", "none"),
    Indicator("referrals", "applications", "flow", "none"),
    Indicator("handovers", "persons", "flow", "none"),
    Indicator("handovers_lost", "persons", "flow", "lower"),
    Indicator("needs_recognised", "persons", "flow", "higher"),
    Indicator("needs_missed", "persons", "flow", "lower"),
    Indicator("joint_meetings_put_off", "meetings", "flow", "lower"),
    Indicator("job_search_leave_days", "days", "flow", "none"),
    Indicator("employer_visits", "visits", "flow", "none"),
    Indicator("duplicated_contact_hours", "hours", "flow", "lower"),
    Indicator("in_measure", "persons", "stock", "none"),
    Indicator("measure_starts", "persons", "flow", "none"),
    Indicator("long_term_by_cause", "persons", "stock", "lower"),
    Indicator("shortage_index", "index", "rate", "none"),
    Indicator("vacancies_long_open", "vacancies", "stock", "lower"),
    Indicator("mismatch_occupational", "share", "rate", "lower"),
    Indicator("mismatch_regional", "share", "rate", "lower"),
    Indicator("population", "persons", "stock", "none"),
    Indicator("net_migration", "persons", "flow", "none"),
    Indicator("net_domestic_migration", "persons", "flow", "none"),
    Indicator("moves_within", "persons", "flow", "none"),
    Indicator("departures_for_studies", "persons", "flow", "none"),
    Indicator("returns_after_studies", "persons", "flow", "none"),
    Indicator("net_migration_abroad", "persons", "flow", "none"),
    Indicator("immigrants", "persons", "stock", "none"),
    Indicator("recruits_arrived", "persons", "flow", "none"),
    Indicator("recruits_unplaced", "persons", "flow", "lower"),
    Indicator("recruits_in_work", "persons", "stock", "higher"),
    Indicator("recruits_staying_share", "share", "rate", "higher"),
    Indicator("spouses_in_work_share", "share", "rate", "higher"),
    Indicator("qualifications_recognised", "persons", "flow", "higher"),
    Indicator("cost_total_eur", "EUR", "flow", "lower"),
    Indicator("cost_municipal_net_eur", "EUR", "flow", "lower"),
    Indicator("benefits_eur", "EUR", "flow", "lower"),
    Indicator("municipal_benefit_share_eur", "EUR", "flow", "lower"),
    Indicator("state_grant_eur", "EUR", "flow", "none"),
    Indicator("tax_memo_eur", "EUR", "flow", "none"),
)

INDICATORS: dict[str, Indicator] = {indicator.name: indicator for indicator in _ALL}
"""All indicators by name, in the order in which tables show them."""
