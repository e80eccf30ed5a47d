"""Where people go whose job a structural event has ended: the one place where it is drawn, on the day they leave.

In this order: to another site of the firm; old-age pension that is near; the path of additional days to it; a business
of one's own; studies; everybody else to the register (`separation.let_go`). People who live outside the area work in it
no more, or stay with the firm.
"""

from __future__ import annotations

from sim.compiled import rule
from sim.dimensions import DAYS_PER_YEAR, Contract, State
from sim.kernels.hazards import age_band, schedule_life
from sim.kernels.mobility import is_outside
from sim.kernels.states import become_employed, become_pensioner, become_self_employed, become_student
from sim.kernels.studies import study_end
from sim.rng import NEVER, Purpose, uniform
from sim.tables import ON_PATH

_DAYS_A_WEEK = 7


@rule
def born_before(w, i, year, t):
    """Whether a person was born before the first day of a year, by the calendar."""
    today = w.days[t].week * _DAYS_A_WEEK + w.days[t].weekday  # days since the first of the year 1
    y = int(year) - 1
    return today - (t - w.persons[i].born) < 365 * y + y // 4 - y // 100 + y // 400


@rule
def outside_employer(w, i, section, t):
    """Draw the employer outside the area whose staff a person joins who stays with the firm: one of the industry if
    there is any, in proportion to its jobs; -1 without any outside.
    """
    u = uniform(w.control[0].seed, Purpose.CLOSURE_EMPLOYER, w.persons[i].uid, t, 0)
    for same in range(2):
        jobs = 0.0
        for e in range(w.employers.shape[0]):
            if is_outside(w, w.employers[e].place) and (same == 1 or w.employers[e].section == section):
                jobs += w.employers[e].start_jobs
        if jobs == 0.0:
            continue
        left = u * jobs
        for e in range(w.employers.shape[0]):
            if is_outside(w, w.employers[e].place) and (same == 1 or w.employers[e].section == section):
                left -= w.employers[e].start_jobs
                if left < 0.0:
                    return e
    return -1


@rule
def stay_with_firm(w, i, employer, t):
    """Go on in the firm's staff outside the area: the job moves with its holder, who has left the old one.

    Returns
    -------
    bool
        Whether there is anywhere to go.
    """
    other = outside_employer(w, i, w.employers[employer].section, t)
    if other < 0:
        return False
    w.employers[other].target += 1
    become_employed(w, i, other, int(w.persons[i].occupation), Contract.OPEN_ENDED, 0, NEVER, t)
    return True


@rule
def takes_path(w, i, t):
    """Whether a dismissed person waits for her pension on additional days of unemployment benefit: born before the
    year of the law, old enough to reach them, and willing.
    """
    p = w.parameters[0].structural
    if t - w.persons[i].born < p.path_age_years * DAYS_PER_YEAR or not born_before(w, i, p.path_born_before_year, t):
        return False
    return uniform(w.control[0].seed, Purpose.CLOSURE_PENSION, w.persons[i].uid, t, 0) < p.path_share


@rule
def goes_elsewhere(w, i, employer, t):
    """Put somebody whose job has ended where she goes, if that is not the register.

    Parameters
    ----------
    employer
        Row of the employer that she has left.

    Returns
    -------
    bool
        Whether she has been put somewhere; else the caller puts her on the register.
    """
    p = w.parameters[0].structural
    seed, uid = w.control[0].seed, w.persons[i].uid
    share = w.employers[employer].inside_firm_share
    if share > 0.0 and uniform(seed, Purpose.CLOSURE_INSIDE, uid, t, 0) < share and stay_with_firm(w, i, employer, t):
        return True
    if is_outside(w, w.persons[i].home):
        return False
    if w.persons[i].retires - t <= p.near_pension_days:
        become_pensioner(w, i, State.RETIRED, t)
        schedule_life(w, i, t)
        return True
    if takes_path(w, i, t):
        w.persons[i].attachment = ON_PATH
        return False
    u = uniform(seed, Purpose.CLOSURE_DESTINATION, uid, t, 0)
    own = p.self_employment_share[w.persons[i].education]
    if u < own:
        become_self_employed(w, i, t)
        return True
    if u < own + p.study_share[age_band(w.persons[i], t)]:
        become_student(w, i, study_end(w, uid, t), t)
        return True
    return False
