"""Jobs that nobody holds: posting, waiting, filling, giving up, and employers' targets.

Each employer wants ``target`` jobs: filled + open + dormant, an identity that holds at all times. A
job is *dormant* while the employer has not posted it yet and *open* while it looks for somebody.
Targets fall when nobody suitable comes (growth lost for want of people); the demand comes back about a
year later, somewhere, so that a tight market is short of jobs filled and a slack one is not. Jobs that a
structural event struck off come back only where an employer finds a second suitable applicant: slowly, and
the faster the more people look for work. No curve of tightness is put in.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import kernel, rule
from sim.dimensions import Contract, State, VacancyState
from sim.indicators import Counter, Flow, TradeFlow
from sim.kernels.calendar import VACANCY_KIND, link_vacancy, unlink_vacancy
from sim.kernels.chains import Entry, end_link
from sim.kernels.contracts import contract_end, contract_of
from sim.kernels.hazards import is_under_notice
from sim.kernels.mobility import draws_remote, is_outside
from sim.kernels.states import become_employed, count, leave_job
from sim.kernels.trial import count_job
from sim.rng import NEVER, UID_MASK, VACANCY_UID, Purpose, exponential, pair, uniform

_TRIES = 16


@rule
def vacancy_identity(opener, t):
    """Identity of a vacancy: from who opened it and when, never a counter."""
    return VACANCY_UID | (pair(opener, np.uint64(t)) & UID_MASK)


@rule
def new_row(w, employer, occupation, uid):
    """Take a free row of the vacancy table for a job of an employer; the caller opens it or lets it wait."""
    control = w.control[0]
    if control.n_free_vacancies > 0:
        w.control[0].n_free_vacancies -= 1
        v = int(w.free_vacancies[w.control[0].n_free_vacancies])
    else:
        v = int(control.n_vacancies)
        w.control[0].n_vacancies = v + 1
    w.vacancies[v].uid = uid
    w.vacancies[v].employer = employer
    w.vacancies[v].occupation = occupation
    w.vacancies[v].place = w.employers[employer].place
    w.vacancies[v].day = -1
    w.vacancies[v].state = VacancyState.FREE
    w.vacancies[v].chain = 0
    w.vacancies[v].link = 0
    return v


@rule
def let_wait(w, v, day):
    """Make a job dormant until a day."""
    w.vacancies[v].state = VacancyState.DORMANT
    w.vacancies[v].n_applicants = 0
    w.vacancies[v].opened = day
    w.employers[w.vacancies[v].employer].dormant += 1
    link_vacancy(w, v, day)


@rule
def post(w, v, t):
    """Open a job: it becomes visible, in the register or not, and its first round ends after the window."""
    p = w.parameters[0]
    seed, uid = w.control[0].seed, w.vacancies[v].uid
    employer = w.vacancies[v].employer
    w.vacancies[v].state = VacancyState.OPEN
    w.vacancies[v].opened = t
    w.vacancies[v].rounds = 0
    w.vacancies[v].n_applicants = 0
    w.vacancies[v].contract = contract_of(w, w.employers[employer].section, uid)
    w.vacancies[v].is_part_time = uniform(seed, Purpose.JOB_HOURS, uid, 0, 0) < p.contracts.part_time_share
    notified = p.jobs.notified_share
    if w.employers[employer].visited_until > t:
        notified = min(1.0, notified * p.employer_services.notified_multiplier)
    w.vacancies[v].is_remote = draws_remote(w, p, w.vacancies[v].occupation, uid)
    w.vacancies[v].is_registered = uniform(seed, Purpose.JOB_REGISTERED, uid, 0, 0) < notified
    if w.vacancies[v].is_registered:
        count_job(w, p, employer, 0, t)
    w.employers[employer].open += 1
    place = w.vacancies[v].place
    w.open_cells[w.vacancies[v].occupation, place] += 1
    w.remote_cells[w.vacancies[v].occupation, place] += w.vacancies[v].is_remote
    w.flows[Flow.VACANCIES_POSTED, place] += 1.0
    w.flows[Flow.VACANCIES_REGISTERED, place] += w.vacancies[v].is_registered
    link_vacancy(w, v, t + max(1, int(p.hiring.window_days)))


@rule
def close(w, v):
    """Take a job out of the vacancy table: filled, withdrawn or moved. The target is the caller's."""
    employer = w.vacancies[v].employer
    unlink_vacancy(w, v)
    if w.vacancies[v].state == VacancyState.OPEN:
        w.employers[employer].open -= 1
        w.open_cells[w.vacancies[v].occupation, w.vacancies[v].place] -= 1
        w.remote_cells[w.vacancies[v].occupation, w.vacancies[v].place] -= w.vacancies[v].is_remote
    else:
        w.employers[employer].dormant -= 1
    w.vacancies[v].state = VacancyState.FREE
    n = w.control[0].n_free_vacancies
    w.free_vacancies[n] = v
    w.control[0].n_free_vacancies = n + 1


@rule
def withdraw(w, v, how):
    """Take a job out of the vacancy table and lower the employer's target.

    Parameters
    ----------
    how
        Why, for the chain of vacancies that it belongs to, if any (`chains.Entry`).
    """
    end_link(w, v, how)
    w.employers[w.vacancies[v].employer].target -= 1
    close(w, v)


@rule
def closing_share(w, employer):
    """Share of an employer's jobs that a structural event has still to end, of those whose holder has not been given
    notice; 1 if it closes down.
    """
    firm = w.employers[employer]
    return (firm.to_close - firm.noticed) / max(firm.target - firm.noticed, 1)


@rule
def belongs_to_closing(w, employer, uid, t, k):
    """Say whether a job without notice that somebody leaves or would take is one of those that are to end.

    Parameters
    ----------
    uid
        Identity of the leaver or the vacancy.
    k
        0 for a job that is left or a vacancy, 1 for a term that ends.
    """
    if w.employers[employer].to_close <= 0:
        return False
    return uniform(w.control[0].seed, Purpose.CLOSURE_PART, uid, t, k) < closing_share(w, employer)


@rule
def holds_closing_job(w, i, t, k):
    """Say whether the job that a person leaves is one of those that are to end: surely if she has been given notice."""
    employer = int(w.persons[i].employer)
    if w.employers[employer].to_close > 0 and is_under_notice(w.persons[i]):
        return True
    return belongs_to_closing(w, employer, w.persons[i].uid, t, k)


@rule
def end_closing_job(w, employer):
    """End one of the jobs of the closing part."""
    w.employers[employer].target -= 1
    w.employers[employer].to_close -= 1
    w.employers[employer].closed += 1
    w.flows[Flow.JOBS_CLOSED, w.employers[employer].place] += 1.0


@rule
def posting_pace(w, section, place):
    """Factor of the demand index on the hazard with which waiting jobs are posted, index ** elasticity.

    1 outside the area: the index is one of the area's employers.
    """
    index = w.sections[section].demand
    if index == 1.0 or is_outside(w, place):
        return 1.0
    return index ** w.parameters[0].demand.posting_elasticity


@rule
def posting_day(w, employer, uid, mean_days, t):
    """Draw the day on which a job that waits from day t is posted.

    An exponential time, divided by demand, on a clock that runs with the season of postings.
    """
    pace = posting_pace(w, w.employers[employer].section, w.employers[employer].place)
    left = exponential(w.control[0].seed, Purpose.JOB_DORMANCY, uid, 0, 0) * mean_days / pace
    last = w.days.shape[0] - 1
    day = min(t + 1, last)
    season = w.parameters[0].jobs.posting_season
    while day < last and left > season[w.days[day].month]:
        left -= season[w.days[day].month]
        day += 1
    return day


@rule
def replace_leaver(w, i, t):
    """Decide what becomes of a job whose holder leaves: somebody is looked for, or it was in the part that closes.

    Returns
    -------
    int
        Row of the vacancy, or -1 if nobody is looked for.
    """
    employer = int(w.persons[i].employer)
    if holds_closing_job(w, i, t, 0):
        w.counters[Counter.JOB_EVENTS] += 1
        end_closing_job(w, employer)
        return -1
    return refill(w, employer, int(w.persons[i].occupation), w.persons[i].uid, t)


@rule
def refill(w, employer, occupation, leaver, t):
    """Look for somebody for a left job: it is posted at once, or after some time.

    Returns
    -------
    int
        Row of the vacancy.
    """
    w.counters[Counter.JOB_EVENTS] += 1
    p = w.parameters[0]
    seed = w.control[0].seed
    uid = vacancy_identity(leaver, t)
    v = new_row(w, employer, occupation, uid)
    at_once = p.jobs.posted_at_once_share * p.jobs.posting_season[w.days[t].month]
    if uniform(seed, Purpose.JOB_POSTING, uid, 0, 0) < at_once:
        post(w, v, t)
    else:
        let_wait(w, v, posting_day(w, employer, uid, p.jobs.dormant_days, t))
    return v


@rule
def vacate(w, i, t):
    """Give up the job that a person holds, to be filled by somebody else."""
    if w.persons[i].employer >= 0:
        replace_leaver(w, i, t)
        leave_job(w, i)


@rule
def keep_for(w, i, day, t):
    """Keep the job that a person leaves today for her until a day: she is called back if she is still free then.

    The caller moves her out of the job; that she is the same and free is seen by her `since`.
    """
    employer = int(w.persons[i].employer)
    v = new_row(w, employer, int(w.persons[i].occupation), vacancy_identity(w.persons[i].uid, t))
    w.vacancies[v].contract = w.persons[i].contract
    w.vacancies[v].is_part_time = w.persons[i].is_part_time
    let_wait(w, v, day)
    w.vacancies[v].n_applicants = 1
    w.vacancies[v].applicant[0] = i
    w.vacancies[v].applicant_uid[0] = w.persons[i].uid
    w.vacancies[v].applicant_since[0] = t


@rule
def is_kept_for(w, v):
    """Row of the person whom a dormant job is kept for, if she has been unemployed ever since, or -1."""
    if w.vacancies[v].n_applicants == 0:
        return -1
    i = int(w.vacancies[v].applicant[0])
    same = w.persons[i].uid == w.vacancies[v].applicant_uid[0]
    if same and w.persons[i].since == w.vacancies[v].applicant_since[0] and w.persons[i].state == State.UNEMPLOYED:
        return i
    return -1


@rule
def call_back(w, i, v, t):
    """Fill a job with the person it was kept for."""
    employer, occupation = int(w.vacancies[v].employer), int(w.vacancies[v].occupation)
    contract, part_time, uid = int(w.vacancies[v].contract), w.vacancies[v].is_part_time, w.vacancies[v].uid
    close(w, v)
    count(w, Flow.RECALLS, i)
    ends = contract_end(w, uid, t) if contract == Contract.FIXED_TERM else NEVER
    become_employed(w, i, employer, occupation, contract, part_time, ends, t)


@rule
def draw_opened(w, uid):
    """Draw an employer in proportion to the jobs that openings added to it, or -1: one of the jobs of the start.

    A draw of its own, so that the others fall as they do without an opening.
    """
    u = uniform(w.control[0].seed, Purpose.OPENING_DEMAND, uid, 0, 0)
    u *= w.control[0].n_opened + w.employer_share[-1]
    if u >= w.control[0].n_opened:
        return -1
    for e in range(w.employers.shape[0]):
        u -= w.employers[e].opened
        if u < 0.0:
            return e if w.employers[e].to_close == 0 else -1
    return -1


@rule
def draw_employer(w, uid):
    """Draw an employer of the area in proportion to its jobs at the start, less what structural events struck off,
    and what openings added; -1 if none.
    """
    if w.control[0].n_opened > 0:
        e = draw_opened(w, uid)
        if e >= 0:
            return e
    for k in range(_TRIES):
        u = uniform(w.control[0].seed, Purpose.JOB_EMPLOYER, uid, 0, k)
        employer = np.searchsorted(w.employer_share, u * w.employer_share[-1], side="right")
        jobs = w.employers[employer]
        u = uniform(w.control[0].seed, Purpose.JOB_EMPLOYER, uid, 0, _TRIES + k)
        if jobs.struck_off == 0 or u * jobs.start_jobs >= jobs.struck_off:
            return employer
    return -1


@rule
def draw_occupation(w, employer, uid):
    """Draw the occupation of a new job from the mix of the employer's industry."""
    shares = w.section_occupation[w.employers[employer].section]
    u = uniform(w.control[0].seed, Purpose.DEMAND_OCCUPATION, uid, 0, 0) * shares[-1]
    return min(np.searchsorted(shares, u, side="right"), shares.shape[0] - 1)


@rule
def add_job(w, employer, occupation, uid, t, mean_days):
    """Raise an employer's target by one job that will be posted after an exponential time."""
    v = new_row(w, employer, occupation, uid)
    w.employers[employer].target += 1
    let_wait(w, v, posting_day(w, employer, uid, mean_days, t))


@rule
def move_job(w, i, t):
    """Destroy the job that a person holds; the demand for it comes back later at an employer drawn by size.

    A job held outside the area comes back outside, at the same employer, so that the outside market
    does not drift; a job of a closing part or of a building site is gone.
    """
    w.counters[Counter.JOB_EVENTS] += 1
    employer, occupation = int(w.persons[i].employer), int(w.persons[i].occupation)
    if holds_closing_job(w, i, t, 0):
        end_closing_job(w, employer)
        return
    w.employers[employer].target -= 1
    if w.employers[employer].until > 0:
        return
    place = w.employers[employer].place
    p = w.parameters[0]
    uid = vacancy_identity(w.persons[i].uid, t)
    if is_outside(w, place):
        add_job(w, employer, occupation, uid, t, p.jobs.creation_days)
        return
    other = draw_employer(w, uid)
    if other >= 0:
        add_job(w, other, draw_occupation(w, other, uid), uid, t, p.jobs.creation_days)


@kernel
def vacancies(w, t):
    """Handle the vacancies whose day has come: dormant jobs are posted, or filled with the person they were kept
    for; rounds that end go to `hiring`.

    Returns
    -------
    int
        Number of vacancies that decide today; their rows stand in ``w.deciding``.
    """
    n = 0
    while True:
        v = int(w.heads[VACANCY_KIND, t])
        if v < 0:
            break
        unlink_vacancy(w, v)
        w.counters[Counter.JOB_EVENTS] += 1
        if w.vacancies[v].state == VacancyState.DORMANT:
            i = is_kept_for(w, v)
            if i >= 0:
                call_back(w, i, v, t)
            else:
                w.employers[w.vacancies[v].employer].dormant -= 1
                post(w, v, t)
        else:
            w.deciding[n] = v
            n += 1
    return n


@kernel
def visit(w, until, t):
    """Let employers who are visited today post jobs that wait: a visit finds vacancies that nobody has notified yet.

    Parameters
    ----------
    until
        Their ``visited_until``: who has another one was not visited today.
    """
    share = w.parameters[0].employer_services.wake_share
    for v in range(w.control[0].n_vacancies):
        if w.vacancies[v].state != VacancyState.DORMANT or w.vacancies[v].n_applicants > 0:
            continue
        if w.employers[w.vacancies[v].employer].visited_until != until:
            continue
        if uniform(w.control[0].seed, Purpose.JOB_VISIT, w.vacancies[v].uid, t, 0) < share:
            unlink_vacancy(w, v)
            w.employers[w.vacancies[v].employer].dormant -= 1
            post(w, v, t)


@rule
def give_up_or_go_on(w, v, t):
    """End a round in which nobody was hired: another round, or the employer gives the job up."""
    p = w.parameters[0]
    rounds = w.vacancies[v].rounds + 1
    w.vacancies[v].rounds = rounds
    w.vacancies[v].n_applicants = 0
    u = uniform(w.control[0].seed, Purpose.JOB_GIVE_UP, w.vacancies[v].uid, 0, rounds)
    if u < p.jobs.give_up_probability:
        place = w.vacancies[v].place
        if is_outside(w, place):
            # jobs outside come back outside: the outside market must not drift
            w.employers[w.vacancies[v].employer].open -= 1
            w.open_cells[w.vacancies[v].occupation, place] -= 1
            w.remote_cells[w.vacancies[v].occupation, place] -= w.vacancies[v].is_remote
            # it is another vacancy then, with luck of its own
            w.vacancies[v].uid = vacancy_identity(w.vacancies[v].uid, t)
            employer = int(w.vacancies[v].employer)
            let_wait(w, v, posting_day(w, employer, w.vacancies[v].uid, p.jobs.creation_days, t))
            return
        w.flows[Flow.JOBS_LOST, place] += 1.0
        w.trade_flows[TradeFlow.LOST, w.vacancies[v].occupation] += 1.0
        uid = vacancy_identity(w.vacancies[v].uid, t)
        is_lasting = w.employers[w.vacancies[v].employer].until == 0
        withdraw(w, v, Entry.LOST)
        other = draw_employer(w, uid) if is_lasting else -1
        if other >= 0:
            add_job(w, other, draw_occupation(w, other, uid), uid, t, p.jobs.return_days)
    else:
        link_vacancy(w, v, t + max(1, int(p.hiring.window_days)))
