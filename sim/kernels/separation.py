"""Separation: jobs end by dismissal, by leaving, by the end of a contract, or pause in a furlough.

What becomes of the job is decided here too (`jobs`): an employee who leaves is replaced, a dismissal
destroys the job and the demand comes back at some other employer; a structural event ends it for good.
"""

from __future__ import annotations

from sim.compiled import kernel, rule
from sim.dimensions import DAYS_PER_MONTH, Contract, State
from sim.indicators import Counter
from sim.kernels.calendar import DATED, HAZARD, link, take
from sim.kernels.change_security import begin_change_training, charge_leave, grant_change_security
from sim.kernels.contracts import contract_end, next_season, spring_after
from sim.kernels.departure import move_out
from sim.kernels.destinations import goes_elsewhere
from sim.kernels.hazards import (
    accepts,
    close_down_rate,
    dismissal_rate,
    furlough_rate,
    is_under_notice,
    leaving_rate,
    register_factor,
    schedule_hazard,
    schedule_search,
    slump_factor,
    start_up_rate,
)
from sim.kernels.jobs import end_closing_job, holds_closing_job, keep_for, move_job, refill, replace_leaver
from sim.kernels.labour_force import leave_or_enter
from sim.kernels.measures import end_measure
from sim.kernels.mobility import is_outside
from sim.kernels.states import (
    become_furloughed,
    become_inactive,
    become_outsider,
    become_self_employed,
    become_unemployed,
    is_in_measure,
    leave_job,
    leave_register,
    return_from_furlough,
)
from sim.kernels.studies import go_on_from_school, goes_after_degree, graduate
from sim.rng import NEVER, Purpose, exponential, uniform
from sim.tables import NOT_YET


@rule
def lose_job(w, i, t, registers):
    """Put somebody whose job has ended where she goes.

    Parameters
    ----------
    registers
        Whether a resident registers as unemployed at once; else she is outside the labour force, close to it.
    """
    if is_outside(w, w.persons[i].home):
        become_outsider(w, i, t)
    elif registers:
        become_unemployed(w, i, t)
    else:
        become_inactive(w, i, w.parameters[0].labour_force.attachment_after_job, t)


@rule
def displace(w, i, t):
    """Put somebody whose job was ended by the employer's decision on the register, and remember the loss."""
    w.persons[i].lost_job = t
    lose_job(w, i, t, True)


@rule
def dismiss(w, i, t):
    """End a job for good: its holder is unemployed, the demand for it moves to another employer."""
    move_job(w, i, t)
    leave_job(w, i)
    displace(w, i, t)


@rule
def let_go(w, i, t):
    """End one of the jobs of a closing part: its holder goes where she goes (`destinations`), most to the register."""
    employer, tenure = int(w.persons[i].employer), t - int(w.persons[i].since)
    charge_leave(w, i, employer, tenure, t)
    end_closing_job(w, employer)
    leave_job(w, i)
    if not goes_elsewhere(w, i, employer, t):
        displace(w, i, t)
        grant_change_security(w, i, employer, tenure, t)


@rule
def end_notice(w, i, t):
    """End a period of notice: the job goes, or stays if enough others have left meanwhile."""
    if w.employers[w.persons[i].employer].to_close > 0:
        let_go(w, i, t)
    else:
        w.employers[w.persons[i].employer].noticed -= 1
        w.persons[i].ends = NEVER
        if w.persons[i].registered_since > NOT_YET:
            leave_register(w, i, t, t)  # met on site, and stays
        schedule_hazard(w, i, t)
        schedule_search(w, i, t)


@rule
def leave(w, i, t):
    """Leave a job by one's own will with no other job in hand; the employer looks for somebody else."""
    p = w.parameters[0]
    seed, uid = w.control[0].seed, w.persons[i].uid
    share = p.separation.leave_to_unemployment_share * register_factor(w, p, i, t)
    registers = uniform(seed, Purpose.SEPARATION_DESTINATION, uid, t, 0) < share
    replace_leaver(w, i, t)
    leave_job(w, i)
    lose_job(w, i, t, registers)


@rule
def start_business(w, i, t):
    """Give up a job to be self-employed; the employer looks for somebody else."""
    replace_leaver(w, i, t)
    leave_job(w, i)
    become_self_employed(w, i, t)


@rule
def close_down(w, i, t):
    """Give up a business: some register as unemployed, the others look for work on their own."""
    share = w.parameters[0].self_employment.end_register_share
    u = uniform(w.control[0].seed, Purpose.BUSINESS_DESTINATION, w.persons[i].uid, t, 0)
    lose_job(w, i, t, u < share)


@rule
def furlough(w, i, t):
    """Furlough an employee; the length is exponential."""
    p = w.parameters[0]
    draw = exponential(w.control[0].seed, Purpose.FURLOUGH_LENGTH, w.persons[i].uid, t, 0)
    become_furloughed(w, i, t + 1 + int(draw * p.furlough.mean_months * DAYS_PER_MONTH), t)


@rule
def end_furlough(w, i, t):
    """End a furlough: most are called back, for some the job has gone."""
    p = w.parameters[0]
    if uniform(w.control[0].seed, Purpose.FURLOUGH_RECALL, w.persons[i].uid, t, 0) < p.furlough.recall_share:
        return_from_furlough(w, i, t)
    else:
        dismiss(w, i, t)


@rule
def end_contract(w, i, t):
    """End a fixed term: the contract is renewed, becomes open-ended, or the person has to go.

    A renewal that falls between two seasons may wait for the next one, and seasonal work for the spring; the person is
    unemployed meanwhile.
    """
    p = w.parameters[0]
    person = w.persons[i]
    seed = w.control[0].seed
    u = uniform(seed, Purpose.CONTRACT_RENEWAL, person.uid, t, 0)
    closing = holds_closing_job(w, i, t, 1)
    share = p.contracts.register_share * register_factor(w, p, i, t)
    registers = uniform(seed, Purpose.SEPARATION_REGISTER, person.uid, t, 0) < share
    section = w.employers[person.employer].section
    renewal = p.contracts.renewal_share_public if w.sections[section].is_public else p.contracts.renewal_share
    again = next_season(w, t) if u < renewal else -1
    waits = p.contracts.recall_share
    if again < 0:
        again, waits = spring_after(w, person.uid, t), p.contracts.winter_break_share[section]
    may_wait = again > 0 and registers and not closing and not is_outside(w, person.home)
    if may_wait and uniform(seed, Purpose.CONTRACT_RECALL, person.uid, t, 0) < waits:
        keep_for(w, i, again, t)
        leave_job(w, i)
        lose_job(w, i, t, True)
        return
    if u < renewal and not closing:
        w.persons[i].ends = contract_end(w, person.uid, t)
        link(w, i, DATED, w.persons[i].ends)
        schedule_hazard(w, i, t)
    elif u < renewal + p.contracts.conversion_share and not closing:
        w.persons[i].contract = Contract.OPEN_ENDED
        w.persons[i].ends = NEVER
        schedule_hazard(w, i, t)
    else:
        if closing:
            end_closing_job(w, int(person.employer))
        else:
            refill(w, int(person.employer), int(person.occupation), person.uid, t)
        leave_job(w, i)
        lose_job(w, i, t, registers)


@kernel
def separations(w, t):
    """Handle the day's candidates of leaving a state by chance that are employed, and all dated ends.

    Order: dated ends first (they were known), then hazards.
    """
    p = w.parameters[0]
    seed = w.control[0].seed
    while True:
        i = take(w, DATED, t)
        if i < 0:
            break
        w.counters[Counter.DATED_EVENTS] += 1
        state = w.persons[i].state
        if state == State.EMPLOYED:
            if w.persons[i].contract == Contract.OPEN_ENDED:
                end_notice(w, i, t)
            else:
                end_contract(w, i, t)
        elif state == State.UNEMPLOYED:
            begin_change_training(w, i, t)
        elif state == State.FURLOUGHED:
            end_furlough(w, i, t)
        elif is_in_measure(state):
            end_measure(w, i, t)
        elif state == State.CONSCRIPT:
            go_on_from_school(w, i, t)
        elif state == State.STUDENT:
            if goes_after_degree(w, p, i, t):
                move_out(w, i, False, t)
            else:
                graduate(w, i, t)
    season = p.furlough.season[w.days[t].month]
    while True:
        i = take(w, HAZARD, t)
        if i < 0:
            break
        state = w.persons[i].state
        if state == State.EMPLOYED:
            w.counters[Counter.SEPARATION_CANDIDATES] += 1
            u = uniform(seed, Purpose.SEPARATION_CAUSE, w.persons[i].uid, t, 0)
            dismissal = dismissal_rate(w, p, i, t) * slump_factor(w, p, i)
            leaving = leaving_rate(w, p, i, t)
            furloughing = 0.0
            in_notice = is_under_notice(w.persons[i])
            if w.persons[i].contract == Contract.OPEN_ENDED and not in_notice and not is_outside(w, w.persons[i].home):
                furloughing = furlough_rate(w, p, i, season)
            w.counters[Counter.SEPARATION_EVENTS] += 1
            if accepts(w, i, HAZARD, dismissal, u):
                dismiss(w, i, t)
            elif accepts(w, i, HAZARD, dismissal + leaving, u):
                leave(w, i, t)
            elif accepts(w, i, HAZARD, dismissal + leaving + furloughing, u):
                furlough(w, i, t)
            elif not is_outside(w, w.persons[i].home) and accepts(
                w, i, HAZARD, dismissal + leaving + furloughing + start_up_rate(w, p, i), u
            ):
                start_business(w, i, t)
            else:
                w.counters[Counter.SEPARATION_EVENTS] -= 1
                schedule_hazard(w, i, t)
        elif state == State.SELF_EMPLOYED:
            w.counters[Counter.SEPARATION_CANDIDATES] += 1
            u = uniform(seed, Purpose.SEPARATION_CAUSE, w.persons[i].uid, t, 0)
            if accepts(w, i, HAZARD, close_down_rate(w, p, i), u):
                w.counters[Counter.SEPARATION_EVENTS] += 1
                close_down(w, i, t)
            else:
                schedule_hazard(w, i, t)
        else:
            leave_or_enter(w, i, t)
