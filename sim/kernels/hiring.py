"""Hiring: employers whose round of recruitment ends offer the job to the best acceptable applicant.

Offers of one day are settled by deferred acceptance (Gale & Shapley 1962, employers propose): each
person holds the best offer, the others go on to their next applicant. The outcome does not depend on
the order in which vacancies are looked at. An applicant counts only if nothing has changed for her
since she applied.
"""

from __future__ import annotations

from sim.compiled import kernel, rule
from sim.dimensions import DAYS_PER_MONTH, Contract, Measure, State
from sim.indicators import Counter, Flow, TradeFlow
from sim.kernels.calendar import KINDS, SEARCH
from sim.kernels.chains import count_hire, pass_on
from sim.kernels.contracts import contract_end
from sim.kernels.jobs import add_job, close, give_up_or_go_on, replace_leaver, vacancy_identity
from sim.kernels.measures import uses_voucher
from sim.kernels.mobility import is_outside
from sim.kernels.states import (
    become_employed,
    become_subsidised,
    count,
    is_in_measure,
    is_unemployed,
    leave_job,
    works,
)
from sim.kernels.trial import count_job
from sim.prefetch import prefetch
from sim.rng import NEVER, Purpose, uniform
from sim.tables import APPLICANTS_KEPT


@rule
def is_available(w, v, k):
    """Whether the k-th applicant of a vacancy is still the same person in the same state."""
    i = int(w.vacancies[v].applicant[k])
    same = w.persons[i].uid == w.vacancies[v].applicant_uid[k]
    return same and w.persons[i].since == w.vacancies[v].applicant_since[k]


@rule
def propose(w, v):
    """Offer a job down its list until somebody holds it.

    Returns
    -------
    int
        The vacancy whose offer was given up for this one, or -1.
    """
    while w.vacancies[v].rank < min(w.vacancies[v].n_applicants, APPLICANTS_KEPT):
        k = w.vacancies[v].rank
        w.vacancies[v].rank += 1
        if not is_available(w, v, k):
            continue
        i = int(w.vacancies[v].applicant[k])
        held = int(w.persons[i].offer)
        if held < 0:
            w.persons[i].offer = v
            return -1
        k_held = w.vacancies[held].rank - 1
        score, other = w.vacancies[v].score[k], w.vacancies[held].score[k_held]
        if score > other or (score == other and w.vacancies[v].uid < w.vacancies[held].uid):
            w.persons[i].offer = v
            return held
    return -1


@rule
def hire(w, i, v, t):
    """Hire a person for a vacancy; the job she leaves, if any, is to be filled by somebody else."""
    p = w.parameters[0]
    vacancy = w.vacancies[v]
    state, home = w.persons[i].state, w.persons[i].home
    if is_outside(w, home):
        w.flows[Flow.HIRES_OUTSIDE, vacancy.place] += 1.0
    elif works(state) or state == State.FURLOUGHED:
        count(w, Flow.HIRES_EMPLOYED, i)
    elif is_unemployed(state) or is_in_measure(state):
        count(w, Flow.HIRES_UNEMPLOYED, i)
        if w.persons[i].occupation != vacancy.occupation:
            count(w, Flow.HIRES_OTHER_TRADE, i)
    else:
        count(w, Flow.HIRES_ENTRANT, i)
    chain = int(vacancy.chain)
    if chain > 0:
        count_hire(w, i, v)
    if w.persons[i].employer >= 0:
        place = w.employers[w.persons[i].employer].place
        left = replace_leaver(w, i, t)
        if chain > 0 and not is_outside(w, place):
            pass_on(w, v, left)
        leave_job(w, i)
    w.flows[Flow.VACANCIES_FILLED, vacancy.place] += 1.0
    w.flows[Flow.VACANCY_DAYS, vacancy.place] += t - vacancy.opened
    if not is_outside(w, vacancy.place):
        w.trade_flows[TradeFlow.FILLED, vacancy.occupation] += 1.0
    employer, occupation = int(vacancy.employer), int(vacancy.occupation)
    contract, part_time, uid = int(vacancy.contract), vacancy.is_part_time, vacancy.uid
    rivals = vacancy.n_applicants - vacancy.rank
    close(w, v)
    until = int(w.employers[employer].until)
    if until > t:
        contract = Contract.FIXED_TERM.value
    if uses_voucher(w, i, employer, t):
        months = p.measures.mean_months[Measure.WAGE_SUBSIDY_PRIVATE]
        ends = t + int(months * DAYS_PER_MONTH)
        become_subsidised(w, i, employer, occupation, Measure.WAGE_SUBSIDY_PRIVATE, ends, t)
        return
    # keyed by the vacancy: an old contract of the person may have been renewed today, with a draw of its own
    if contract == Contract.OPEN_ENDED:
        count_job(w, p, employer, 1, t)
    ends = contract_end(w, uid, t) if contract == Contract.FIXED_TERM else NEVER
    if until > t:
        ends = until
    become_employed(w, i, employer, occupation, contract, part_time, ends, t)
    inside = not is_outside(w, home) and not is_outside(w, w.employers[employer].place)
    if rivals > 0 and inside and w.control[0].n_struck > 0 and until == 0:
        # a second suitable applicant was there: jobs that structural events struck off are made up for
        u = uniform(w.control[0].seed, Purpose.JOB_EXPANSION, uid, t, 0)
        missing = w.control[0].n_struck / w.employer_share[-1]
        if u < p.jobs.recovery_per_hire * missing and w.employers[employer].to_close == 0:
            w.control[0].n_struck -= 1
            w.flows[Flow.JOBS_ADDED, w.employers[employer].place] += 1.0
            add_job(w, employer, occupation, vacancy_identity(uid, t), t, p.jobs.dormant_days)


@kernel
def hiring(w, n, t):
    """Settle the offers of the day.

    Parameters
    ----------
    n
        Number of vacancies in ``w.deciding`` whose round ends today.

    Returns
    -------
    int
        Number of hires.
    """
    for a in range(n):
        v = int(w.deciding[a])
        w.vacancies[v].rank = 0
        if w.vacancies[v].n_applicants > 0:
            i = int(w.vacancies[v].applicant[0])  # the first to be offered the job
            prefetch(w.persons, i)
            prefetch(w.nodes, i * KINDS + SEARCH)
    for a in range(n):
        v = int(w.deciding[a])
        while v >= 0:
            v = propose(w, v)
    n_hires = 0
    for a in range(n):
        v = int(w.deciding[a])
        k = w.vacancies[v].rank - 1
        hired = False
        if k >= 0 and k < w.vacancies[v].n_applicants:
            i = int(w.vacancies[v].applicant[k])
            if w.persons[i].offer == v and w.persons[i].uid == w.vacancies[v].applicant_uid[k]:
                hired = True
                w.persons[i].offer = -1
                w.counters[Counter.HIRING_EVENTS] += 1
                hire(w, i, v, t)
                n_hires += 1
        if not hired:
            give_up_or_go_on(w, v, t)
    return n_hires
