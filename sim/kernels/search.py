"""Search: who looks for a job today, which vacancy she applies to, and whether she is suitable.

A searcher sees the open vacancies within reach, weighted by how well the trade she looks for (`trades`) fits and
by distance.
She finds something to apply to with probability v / (v + v0), v the weighted number over that of jobs
within her reach: what counts is how many of the jobs there are vacant, not how large the market is
(constant returns; Petrongolo & Pissarides 2001, section 3). She chooses an occupation
and a place in proportion to the weights, and within that cell the vacancy whose keyed number is
least (a race), so that a vacancy more or less elsewhere does not change her choice. In worlds of more
than the real size a cell is divided into bins by the vacancies' identity, a bin is chosen by a race
too, and she looks through that bin alone: a search costs the same at any scale, and no step costs
searchers times vacancies. The employer finds an applicant suitable with a probability that depends on
employability, duration and fit.

Who was referred in a talk today applies to one vacancy more: one that the authority knows of.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import kernel, rule
from sim.dimensions import DAYS_PER_MONTH, Need, VacancyState
from sim.indicators import Counter, Flow
from sim.kernels.calendar import SEARCH, take
from sim.kernels.hazards import accepts, age_band, is_candidate, schedule_search, search_rate
from sim.kernels.measures import KNOWN_TO_EMPLOYER, uses_voucher
from sim.kernels.mobility import LAYERS, is_active, is_outside, viewpoint
from sim.kernels.settling import standing
from sim.kernels.states import is_in_measure, is_unemployed, stops_clock
from sim.kernels.trades import fit_to, trade_sought
from sim.rng import Purpose, bits, mix, uniform
from sim.tables import APPLICANTS_KEPT, NOT_YET


@rule
def bins_of_cell(w):
    """Number of bins that each cell of vacancies is divided into (grows with the scale, `synthetic.build`)."""
    return (w.cell_start.shape[0] - 1) // (2 * w.open_cells.size)


@rule
def bin_of_vacancy(w, v, n_bins):
    """Bin that a vacancy lies in: its cell, then a part of the cell by its identity.

    A trade has two cells a place: jobs done there, and, after those of all places, jobs done from home.
    """
    vacancy = w.vacancies[v]
    cell = (2 * vacancy.occupation + vacancy.is_remote) * w.open_cells.shape[1] + vacancy.place
    if n_bins == 1:
        return int(cell)
    return int(cell * n_bins + int(mix(vacancy.uid) % np.uint64(n_bins)))


@rule
def look_around(w):
    """Lay out what can be seen today: vacancies sorted by cell and bin, weighted for each viewpoint and trade."""
    n_occupations, n_places = w.open_cells.shape
    n_bins = bins_of_cell(w)
    if n_bins == 1:  # the running count of open vacancies saves a walk through the table
        for o in range(n_occupations):
            for m in range(n_places):
                w.cell_start[2 * o * n_places + m] = w.open_cells[o, m] - w.remote_cells[o, m]
                w.cell_start[(2 * o + 1) * n_places + m] = w.remote_cells[o, m]
    else:
        w.cell_start[:] = 0
        for v in range(w.control[0].n_vacancies):
            if w.vacancies[v].state == VacancyState.OPEN:
                w.cell_start[bin_of_vacancy(w, v, n_bins)] += 1
    w.cell_start[2 * n_occupations * n_places * n_bins] = 0
    at = 0
    for k in range(w.cell_start.shape[0]):
        number = w.cell_start[k]
        w.cell_start[k] = at
        at += number
    for v in range(w.control[0].n_vacancies):
        if w.vacancies[v].state == VacancyState.OPEN:
            k = bin_of_vacancy(w, v, n_bins)
            w.cell_vacancies[w.cell_start[k]] = v
            w.cell_uids[w.cell_start[k]] = w.vacancies[v].uid
            w.cell_start[k] += 1
    # the filling moved each start to its bin's end, which is the next bin's start
    weigh(w)


@rule
def weigh(w):
    """Weigh today's vacancies as they are seen from each viewpoint, by occupation and for each trade.

    Innermost loops run along rows of small copies: half of what a day's look costs.
    """
    p = w.parameters[0]
    n_occupations, n_places = w.open_cells.shape
    cells = np.empty((2, n_places, n_occupations))
    fit = np.empty((n_occupations, n_occupations))
    for o in range(n_occupations):
        for m in range(n_places):
            cells[0, m, o] = w.open_cells[o, m] - w.remote_cells[o, m]
            cells[1, m, o] = w.remote_cells[o, m]
        for trade in range(n_occupations):
            fit[o, trade] = w.fit[trade, o]
    for layer in range(LAYERS):
        if not is_active(w, p, layer):
            continue
        homes = n_places if layer == 0 else w.points.shape[0]  # people outside all look from the first layer
        for here in range(layer * n_places, layer * n_places + homes):
            reach, seen = w.reach[here], w.seen[here]
            reach[:] = 0.0
            seen[:] = 0.0
            for m in range(n_places):
                there, home = w.near[here, m], w.near_remote[here, m]
                for o in range(n_occupations):
                    reach[o] += there * cells[0, m, o] + home * cells[1, m, o]
            for o in range(n_occupations):
                number = reach[o]
                if number > 0.0:
                    for trade in range(n_occupations):
                        seen[trade] += fit[o, trade] * number


@rule
def choose_bin(w, cell, key):
    """Choose a bin of a cell in proportion to its vacancies, by a race of exponential times at those rates.

    Parameters
    ----------
    key
        Keyed number of the person and day.
    """
    n_bins = bins_of_cell(w)
    first = cell * n_bins
    if n_bins == 1:
        return first
    chosen, least = first, np.inf
    end = 0 if first == 0 else w.cell_start[first - 1]
    for k in range(first, first + n_bins):
        number = w.cell_start[k] - end
        end = w.cell_start[k]
        if number > 0:
            u = (np.float64(mix(key + np.uint64(k)) >> np.uint64(11)) + 0.5) * 2.0**-53
            arrival = -np.log(u) / number
            if arrival < least:
                chosen, least = k, arrival
    return chosen


@rule
def choose_vacancy(w, i, here, trade, when, k):
    """Choose the vacancy to apply to: occupation, then place, then the vacancy.

    Parameters
    ----------
    here
        Viewpoint of the person (`mobility.viewpoint`).
    trade
        Trade that the search is for; some vacancy for it is seen.
    when, k
        Day and number of the draw; of a referral, number of the search and ordinal of the talk.

    Returns
    -------
    int
        Row of the vacancy.
    """
    seed, person = w.control[0].seed, w.persons[i]
    n_places = w.near.shape[1]
    x = uniform(seed, Purpose.SEARCH_OCCUPATION, person.uid, when, k) * w.seen[here, trade]
    chosen = -1
    for a in range(w.kin.shape[1]):
        o = w.kin[trade, a]
        if o < 0:
            break
        weight = w.fit[trade, o] * w.reach[here, o]
        if weight > 0.0:
            chosen = o
            x -= weight
            if x < 0.0:
                break
    y = uniform(seed, Purpose.SEARCH_PLACE, person.uid, when, k) * w.reach[here, chosen]
    column = -1  # jobs done at a place, then jobs of a place that are done from home
    for m in range(2 * n_places):
        if m < n_places:
            weight = w.near[here, m] * (w.open_cells[chosen, m] - w.remote_cells[chosen, m])
        else:
            weight = w.near_remote[here, m - n_places] * w.remote_cells[chosen, m - n_places]
        if weight > 0.0:
            column = m
            y -= weight
            if y < 0.0:
                break
    # one key for the person and day, mixed with each vacancy's identity: as good as a draw keyed by both
    key = bits(seed, Purpose.SEARCH_VACANCY, person.uid, when, k)
    part = choose_bin(w, (2 * chosen * n_places + column), key)
    begin = 0 if part == 0 else w.cell_start[part - 1]
    best, best_at = np.uint64(0xFFFFFFFFFFFFFFFF), begin
    for at in range(begin, w.cell_start[part]):
        number = mix(key ^ w.cell_uids[at])
        if number < best:
            best = number
            best_at = at
    return int(w.cell_vacancies[best_at])


@rule
def suitability(w, p, i, v, t):
    """Probability that an employer finds an applicant suitable.

    Falls with the duration of unemployment as max(d, half a month) ** -exponent, d in months: true
    dependence only; the rest of the fall of the hazard is sorting on fixed employability, of which education and
    age are the part that can be seen (`hiring.education_factor`, `hiring.age_factor`). What measures have given
    counts as a factor, and so does the promise of a wage subsidy with a private employer. Employers whom employer
    services visit take people of partial work capacity more readily, and so may all
    (`hiring.part_capacity_multiplier`). The language of work and the standing of a foreign qualification count as a
    factor of the whole (`settling.standing`). The appeal of a trade is no part of the fit here.
    """
    person, employer = w.persons[i], w.employers[w.vacancies[v].employer]
    value = p.hiring.suitable_share * person.employability * person.gain
    value *= p.hiring.education_factor[person.education] * p.hiring.age_factor[age_band(person, t)]
    if uses_voucher(w, i, w.vacancies[v].employer, t):
        value *= p.measures.voucher_multiplier
    if person.need == Need.WORK_CAPACITY and employer.visited_until > t:
        value *= p.employer_services.part_capacity_multiplier
    if is_unemployed(person.state) or is_in_measure(person.state):
        until = person.since if stops_clock(person) else t  # the clock stands still in a measure
        months = max(0.5, (until - person.clock) / DAYS_PER_MONTH)
        value *= months ** -p.hiring.duration_exponent
    if person.need == Need.WORK_CAPACITY:
        value *= p.hiring.part_capacity_multiplier
    asked = w.vacancies[v].occupation
    fit = fit_to(w, i, asked) / w.appeal[asked]
    return min(1.0, value * fit**p.hiring.fit_exponent) * standing(w, p, i, v)


@rule
def hand_in(w, i, v, score):
    """Put an acceptable applicant among the best of a vacancy's round; ties go to the smaller uid."""
    score = np.float64(np.float32(score))  # as it is stored: equal scores must not depend on who came first
    w.vacancies[v].n_applicants += 1
    kept = min(w.vacancies[v].n_applicants - 1, APPLICANTS_KEPT)
    at = kept
    uid = w.persons[i].uid
    for k in range(kept):
        if w.vacancies[v].applicant_uid[k] == uid:
            w.vacancies[v].n_applicants -= 1
            return  # applied already in this round
        other = w.vacancies[v].score[k]
        if at == kept and (score > other or (score == other and uid < w.vacancies[v].applicant_uid[k])):
            at = k
    if at >= APPLICANTS_KEPT:
        return
    for k in range(min(kept, APPLICANTS_KEPT - 1), at, -1):
        w.vacancies[v].applicant[k] = w.vacancies[v].applicant[k - 1]
        w.vacancies[v].applicant_uid[k] = w.vacancies[v].applicant_uid[k - 1]
        w.vacancies[v].applicant_since[k] = w.vacancies[v].applicant_since[k - 1]
        w.vacancies[v].score[k] = w.vacancies[v].score[k - 1]
    w.vacancies[v].applicant[at] = i
    w.vacancies[v].applicant_uid[at] = uid
    w.vacancies[v].applicant_since[at] = w.persons[i].since
    w.vacancies[v].score[at] = score


@rule
def apply_to(w, p, i, v, chance, when, k):
    """Apply to a vacancy: with some chance she is acceptable, and is remembered with a score.

    Parameters
    ----------
    chance
        Probability that the employer finds her suitable.
    when, k
        As in `choose_vacancy`.
    """
    seed, person = w.control[0].seed, w.persons[i]
    w.flows[Flow.APPLICATIONS, person.home] += 1.0
    own = w.vacancies[v].employer == person.employer
    if not own and uniform(seed, Purpose.SEARCH_SUITABLE, person.uid, when, k) < chance:
        luck = uniform(seed, Purpose.SEARCH_SCORE, person.uid, when, k)
        hand_in(w, i, v, chance * (1.0 - p.hiring.luck_share + 2.0 * p.hiring.luck_share * luck))


@rule
def follow_referral(w, p, i, t):
    """Apply to the vacancy that the adviser told of, or to the employer whom one was trained with.

    Of vacancies outside the area she is told as far as brokerage crosses the border (`mobility.cross_border_share`).
    The adviser knows of registered vacancies, of those of visited employers at once and of others after the
    news has come through (`employer_services.information_days`).
    """
    person = w.persons[i]
    how = person.is_referred
    w.persons[i].is_referred = 0
    when, k = int(person.registered_since) - NOT_YET, 1 + int(person.contacts)
    here = viewpoint(w, p, i, t)
    trade = trade_sought(w, i, here, when, k)
    if w.seen[here, trade] <= 0.0:
        return
    v = choose_vacancy(w, i, here, trade, when, k)
    if how == KNOWN_TO_EMPLOYER:
        apply_to(w, p, i, v, 1.0, when, k)
        return
    vacancy = w.vacancies[v]
    if is_outside(w, vacancy.place):
        u = uniform(w.control[0].seed, Purpose.MOBILITY_REFERRAL, person.uid, when, k)
        if u >= p.mobility.cross_border_share:
            return
    known = w.employers[vacancy.employer].visited_until > t
    if vacancy.is_registered and (known or t - vacancy.opened >= p.employer_services.information_days):
        w.flows[Flow.REFERRALS, person.home] += 1.0
        chance = min(1.0, suitability(w, p, i, v, t) * p.services.referral_multiplier)
        apply_to(w, p, i, v, chance, when, k)


@kernel
def search(w, t):
    """Let everybody whose candidate day it is look for a job."""
    p = w.parameters[0]
    seed = w.control[0].seed
    look_around(w)
    while True:
        i = take(w, SEARCH, t)
        if i < 0:
            break
        person = w.persons[i]
        if person.is_referred:
            follow_referral(w, p, i, t)
            if not is_candidate(w, i, SEARCH, Purpose.SEARCH_CANDIDATE, t):
                schedule_search(w, i, t)
                continue
        w.counters[Counter.SEARCH_CANDIDATES] += 1
        boost = p.services.contact_search_multiplier if person.boost_until > t else 1.0
        u = uniform(seed, Purpose.SEARCH_ACT, person.uid, t, 0)
        if accepts(w, i, SEARCH, search_rate(w, p, i, t, boost), u):
            w.counters[Counter.SEARCH_EVENTS] += 1
            here = viewpoint(w, p, i, t)
            trade = trade_sought(w, i, here, t, 0)
            total = w.seen[here, trade]
            half = p.search.half_visible_rate * w.jobs_within[person.home, trade]
            sees = uniform(seed, Purpose.SEARCH_APPLY, person.uid, t, 0) * (total + half) < total
            if sees and total > 0.0:
                v = choose_vacancy(w, i, here, trade, t, 0)
                apply_to(w, p, i, v, suitability(w, p, i, v, t), t, 0)
        schedule_search(w, i, t)
