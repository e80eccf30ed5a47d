"""Services: one kernel for every line. Appointments fall due, people queue, advisers serve, talks act.

Order at the same instant, written down because waits depend on it: all arrivals of the day queue
before anybody serves; desks work in the order of lines and places; a desk serves in the order of due days,
equal days in an order keyed by the person; the adviser who is free first takes the next client. Nothing caps
waiting or utilisation quietly. Capacity is time: each adviser has the minutes of a day for clients; a talk that
overruns the day borrows from the desk's next open day, time that nobody needs is not saved up.

What a talk does is done once, by one channel each: it raises search for some weeks, recognises needs and
routes, tells of a vacancy, proposes a measure, and ends some searches. No caseload elasticity is added.
"""

from __future__ import annotations

from sim.compiled import kernel, rule
from sim.dimensions import N_PERSON_LINES, Line, Measure, Need, State
from sim.indicators import Counter, Flow
from sim.kernels.calendar import SEARCH, SERVICE, link, take
from sim.kernels.hazards import waits_for_pension
from sim.kernels.measures import TOLD_OF_VACANCY, is_eligible, own_minutes, propose, start, take_seat
from sim.kernels.places import desk_for, is_open, is_remote, kilometres, minutes_a_day
from sim.kernels.queue import drop_first, push
from sim.kernels.states import become_inactive, count, find_path
from sim.kernels.trial import enrol, is_treated
from sim.kernels.weekly import begin_to_wait, end_waiting, note_minutes, note_search, note_staff, note_talk
from sim.rng import Purpose, exponential, uniform
from sim.tables import NOT_YET

FIRST_INTERVIEW, FOLLOW_UP, JOINT_MEETING = 0, 1, 2
N_PARTNERS = 2


@rule
def day_after_working_days(w, t, n):
    """Find the day that is n working days after day t (or the horizon)."""
    wanted = w.days[t].working_number + n
    day = t
    last = w.days.shape[0] - 1
    while day < last and w.days[day].working_number < wanted:
        day += 1
    return day


@rule
def search_number(w, i):
    """Number of a registered job search, from the day it began, 0 or more.

    What a talk leads to is drawn by search and ordinal of the talk, not by its day: a queue that is a day
    longer in another arm meets the same luck.
    """
    return int(w.persons[i].registered_since) - NOT_YET


@rule
def begin_search(w, i, t):
    """Open a new job search on the register: nothing is known of her yet, a first interview is due."""
    w.persons[i].registered_since = t
    w.persons[i].contacts = 0
    w.persons[i].line = Line.BROKERAGE
    w.persons[i].has_path = 0
    w.persons[i].has_plan = 0
    w.persons[i].is_recognised = 0
    w.persons[i].is_lost = 0
    w.paths[0, w.days[t].month_index] += 1.0
    count(w, Flow.NEW_SEARCHES, i)
    note_search(w, i, t)


@rule
def last_day_in_time(w, p, t):
    """Last day in time for the first interview of a search that begins on day t."""
    return day_after_working_days(w, t, int(p.rules.first_interview_working_days))


@rule
def call_in(w, i, t):
    """Put a person whose appointment falls due today into the queue of a desk; book new searches."""
    p = w.parameters[0]
    if w.persons[i].state != State.UNEMPLOYED:
        return
    if w.persons[i].registered_since == NOT_YET:
        gap = t - w.persons[i].search_ended
        if gap >= p.rules.new_search_after_days or w.persons[i].contacts == 0:
            begin_search(w, i, t)
            enrol(w, p, i, t)
        else:  # the old search goes on: no new first interview, the next talk in its usual time
            w.persons[i].registered_since = t
            w.persons[i].has_path = 1  # counted with the day on which the search began
            link(w, i, SERVICE, t + interval_days(w, p, i, t))
            return
    if w.persons[i].line < 0:
        w.persons[i].line = Line.BROKERAGE
    if w.persons[i].contacts == 0:
        w.persons[i].line = Line.BROKERAGE
        due = last_day_in_time(w, p, t)
        begin_to_wait(w, i, due, t)
    else:
        due = t + int(p.services.follow_up_slack_days)
    line = int(w.persons[i].line)
    remote = is_remote(w, p, i, line, search_number(w, i), int(w.persons[i].contacts), t)
    push(w, desk_for(w, p, i, line, remote, t, due), i, due, t)


@rule
def interval_days(w, p, i, t):
    """Days to the next talk by the rules in force: close in the first months of the job search, wider after.

    After the first months the quarterly talks and those of the intensive months together come once in
    1 / (1 / quarter + talks / half a year) days.
    """
    if w.persons[i].line == Line.MULTI_SECTOR:
        days = p.services.interval_multi_sector_days
    elif t - w.persons[i].registered_since < p.rules.first_phase_days:
        days = p.rules.interval_first_days
    else:
        rate = 1.0 / p.rules.interval_later_days + p.rules.intensive_talks / p.rules.intensive_every_days
        days = 1.0 / rate
    if is_treated(w, p, i):
        days *= p.trial.interval_multiplier
    return max(1, int(days))


@rule
def recognise(w, p, i, first):
    """Recognise a need, or miss it: sooner in a first interview, and the sooner the more time it is given."""
    person = w.persons[i]
    if person.need == Need.NONE or person.is_recognised:
        return
    if first:
        time_given = p.services.first_interview_minutes / p.services.first_interview_usual_minutes
        chance = min(0.98, p.services.recognition_share * time_given**p.services.recognition_time_exponent)
    else:
        chance = p.services.later_recognition_share
    u = uniform(
        w.control[0].seed, Purpose.SERVICE_RECOGNITION, person.uid, search_number(w, i), int(person.contacts)
    )
    if u < chance:
        w.persons[i].is_recognised = 1
        count(w, Flow.NEEDS_RECOGNISED, i)
    elif first:
        count(w, Flow.NEEDS_MISSED, i)


@rule
def route(w, p, i, first, t):
    """Choose the line that is to be responsible, after a talk.

    Known needs lead adults to multi-sector services; the young (`rules.youth_years`) have a line, needs included;
    most immigrants the integration line; some of the others competence development, by what the first
    interview finds.
    """
    person = w.persons[i]
    if t - person.born < p.rules.youth_years * 365.0:
        return Line.YOUTH.value
    if person.is_recognised:
        return Line.MULTI_SECTOR.value
    if not first:
        return Line.BROKERAGE.value if person.line == Line.YOUTH else int(person.line)
    u = uniform(w.control[0].seed, Purpose.SERVICE_ROUTE, person.uid, search_number(w, i), 0)
    if person.language != 0 and u < p.services.integration_share:
        return Line.INTEGRATION.value
    if u < p.services.competence_share:
        return Line.COMPETENCE.value
    return Line.BROKERAGE.value


@rule
def hand_over(w, p, i, line):
    """Hand a client over to another line.

    Escorted, the two advisers and the client meet and nobody is lost; else some never arrive until they are
    called again.

    Returns
    -------
    tuple
        Days until the talk with the new line, and minutes that an escort takes.
    """
    seed, uid, search = w.control[0].seed, w.persons[i].uid, search_number(w, i)
    w.persons[i].line = line
    count(w, Flow.HANDOVERS, i)
    u = uniform(seed, Purpose.SERVICE_HANDOVER, uid, search, int(w.persons[i].contacts))
    if u < p.services.escorted_share:
        return p.services.handover_escorted_days, p.services.handover_minutes
    if u > 1.0 - (1.0 - p.services.escorted_share) * p.services.handover_loss_share:
        w.persons[i].is_lost = 1
        count(w, Flow.HANDOVERS_LOST, i)
        return p.services.handover_lost_days, 0.0
    return p.services.handover_days, 0.0


@rule
def share_passed(w, i, first, days, t):
    """Share of a period that has passed since the last talk, at most 1; the first talk of a search comes after a whole.

    What a talk brings beside the talk itself comes up with time: an adviser has no more to tell after a fortnight
    because the client was met in between.
    """
    if first:
        return 1.0
    return min(1.0, (t - int(w.persons[i].met)) / days)  # int: two bytes would overflow where nothing is compiled


@rule
def meet(w, line, kind, i, t):
    """Hold a talk and do what it leads to.

    Returns
    -------
    float
        Further minutes that it takes: an escorted handover, a decision on a measure.
    """
    p = w.parameters[0]
    seed, uid = w.control[0].seed, w.persons[i].uid
    first = w.persons[i].contacts == 0
    news = share_passed(w, i, first, p.services.referral_days, t)
    review = share_passed(w, i, first, p.services.plan_review_days, t)
    w.persons[i].met = t
    w.persons[i].boost_until = max(w.persons[i].boost_until, t + int(p.services.contact_effect_days))
    if kind == JOINT_MEETING:
        w.persons[i].has_plan = 1
        w.persons[i].gain = max(w.persons[i].gain, p.partners.plan_gain)
    recognise(w, p, i, first)
    responsible = route(w, p, i, first, t)
    search, talk = search_number(w, i), int(w.persons[i].contacts) + 1
    w.persons[i].contacts = min(talk, 30000)
    if waits_for_pension(w.persons[i]):  # nothing more is offered or asked
        find_path(w, i, t)
        link(w, i, SERVICE, t + interval_days(w, p, i, t))
        return 0.0
    if uniform(seed, Purpose.SERVICE_EXIT, uid, search, talk) < p.services.exit_per_contact[line]:
        become_inactive(w, i, p.labour_force.attachment_after_exit, t)
        return 0.0
    if responsible != line:
        days, minutes = hand_over(w, p, i, responsible)
        link(w, i, SERVICE, t + max(1, int(days)))
        return minutes
    w.persons[i].is_lost = 0
    is_right = w.persons[i].need == Need.NONE or w.persons[i].is_recognised
    if is_right and (line != Line.MULTI_SECTOR or w.persons[i].has_plan):
        find_path(w, i, t)
    measure = propose(w, p, i, line, review, search, talk, t)
    is_trial = p.trial.measure >= 0.0 and w.persons[i].trial > 0 and is_treated(w, p, i) and talk <= p.trial.talk
    if is_trial and is_eligible(w, i, int(p.trial.measure), t):
        measure = int(p.trial.measure)
    if measure != Measure.NONE:
        course = take_seat(w, i, measure, search, talk, t)
        if course >= 0:
            if not start(w, i, measure, course, search, talk, t):
                link(w, i, SERVICE, t + interval_days(w, p, i, t))
            return p.services.decision_minutes + own_minutes(p, measure)
    if uniform(seed, Purpose.SERVICE_REFERRAL, uid, search, talk) < news * p.services.referral_share[line]:
        w.persons[i].is_referred = TOLD_OF_VACANCY
        link(w, i, SEARCH, t)
    link(w, i, SERVICE, t + interval_days(w, p, i, t))
    return 0.0


@rule
def log_contact(w, desk, i, due, joined, t, minutes, kind, attended):
    """Write a contact into the log (record=full)."""
    if w.control[0].keeps_log:
        n = w.control[0].n_contacts
        n_places = w.points.shape[0]
        w.contacts[n].person = w.persons[i].uid
        w.contacts[n].day = t
        w.contacts[n].due = due
        w.contacts[n].joined = joined
        w.contacts[n].minutes = minutes
        w.contacts[n].line = desk // n_places
        w.contacts[n].place = desk % n_places
        w.contacts[n].kind = kind
        w.contacts[n].attended = attended
        w.contacts[n].home = w.persons[i].home
        w.contacts[n].cohort = w.persons[i].cohort
        w.control[0].n_contacts = n + 1


@rule
def kind_of(w, p, line, i):
    """Kind of the talk that is next: the first interview, a meeting with the partners, or a follow-up.

    In multi-sector services the partners are met until there is a joint plan, and then at every so manieth talk of
    the search; without one who has time the adviser talks alone.
    """
    contacts = w.persons[i].contacts
    if contacts == 0:
        return FIRST_INTERVIEW
    if line != Line.MULTI_SECTOR:
        return FOLLOW_UP
    wanted = not w.persons[i].has_plan or (contacts - 1) % max(1, int(p.partners.meeting_every)) == 0
    return JOINT_MEETING if wanted else FOLLOW_UP


@rule
def mean_minutes(w, p, line, kind):
    """Mean length of a talk with its records, minutes."""
    if kind == FIRST_INTERVIEW:
        return p.services.first_interview_minutes
    if kind == JOINT_MEETING:
        return p.services.joint_meeting_minutes
    return p.services.follow_up_minutes[line]


@rule
def needs_interpreter(w, p, i):
    """Whether somebody manages neither in Finnish nor in Swedish, so that a talk with her is interpreted."""
    return w.persons[i].language_level < p.services.interpreted_below_level


@rule
def language_factor(w, p, i, line):
    """Factor of the language on the length of a talk.

    An interpreted talk takes longer, with its records and its booking. The lengths that are declared are means over the
    clients that a line usually has, so what these talks take more is taken off all others by the share of them that is
    usual: in the baseline the work of the lines is as declared, and only a group that differs from the usual one, or an
    interpretation that is better prepared, moves it. The talks of integration services are declared with an
    interpreter.
    """
    if line == Line.INTEGRATION:
        return 1.0
    usual = 1.0 + (w.baseline[0].services.interpreted_minutes_factor - 1.0) * p.services.interpreted_usual_share
    own = p.services.interpreted_minutes_factor if needs_interpreter(w, p, i) else 1.0
    return own / usual


@rule
def talk_minutes(w, p, i, line, kind, t):
    """Draw the length of a talk with its records, minutes."""
    minutes = mean_minutes(w, p, line, kind) * language_factor(w, p, i, line)
    varied = p.services.minutes_variation
    if varied > 0.0:
        minutes *= 1.0 - varied + varied * exponential(
            w.control[0].seed, Purpose.SERVICE_MINUTES, w.persons[i].uid, t, 0
        )  # fmt: skip
    return minutes


@rule
def count_interview(w, desk, is_in_time, wait_days):
    """Count a first interview that has been held, for the month of a desk."""
    w.desks[desk].interviews += 1.0
    w.desks[desk].interviews_in_time += is_in_time
    w.desks[desk].interview_wait += wait_days


@rule
def partners_have_time(w):
    """Whether every partner still has time for a joint meeting today: the slowest sets the pace."""
    for k in range(N_PARTNERS):
        if w.partners[k].minutes_left <= 0.0:
            return False
    return True


@rule
def take_partners(w, minutes):
    """Take every partner's time for a joint meeting."""
    for k in range(N_PARTNERS):
        w.partners[k].minutes_left -= minutes
        w.partners[k].minutes_used += minutes


@rule
def first_free(w, desk):
    """Row of the adviser at a desk who is free first today."""
    begin = w.desks[desk].first_server
    best = begin
    for s in range(begin + 1, begin + w.desks[desk].n_servers):
        if w.servers[s] < w.servers[best]:
            best = s
    return best


@rule
def no_show_chance(w, p, i, desk, remote):
    """Probability that a client does not come: more the longer the way; remote talks are missed less."""
    if remote:
        return p.services.no_show_share * p.places.remote_no_show_multiplier
    return min(0.9, p.services.no_show_share + p.places.no_show_per_km * kilometres(w, i, desk))


@rule
def serve(w, desk, t):
    """Let a desk work for a day: the most urgent first, each with the adviser who is free first."""
    p = w.parameters[0]
    seed = w.control[0].seed
    line = desk // w.points.shape[0]
    full = minutes_a_day(w, p, line) * w.desks[desk].pace
    begin, end = w.desks[desk].first_server, w.desks[desk].first_server + w.desks[desk].n_servers
    w.desks[desk].minutes_offered += full * (end - begin)
    used_before = w.desks[desk].minutes_used
    while w.desks[desk].root >= 0:
        server = first_free(w, desk)
        if w.servers[server] >= full:
            break
        place = w.queued[w.desks[desk].root]
        i, token, due, joined = int(place.person), int(place.token), int(place.due), int(place.joined)
        drop_first(w, desk)
        w.counters[Counter.SERVICE_EVENTS] += 1
        if w.persons[i].token != token:
            w.counters[Counter.SERVICE_STALE] += 1
            continue
        w.persons[i].token += 1
        w.persons[i].is_waiting = 0
        w.desks[desk].waiting -= 1
        uid, search, talk = w.persons[i].uid, search_number(w, i), int(w.persons[i].contacts)
        remote = is_remote(w, p, i, line, search, talk, t)
        attended = uniform(seed, Purpose.SERVICE_NO_SHOW, uid, t, 0) >= no_show_chance(w, p, i, desk, remote)
        kind = kind_of(w, p, line, i)
        if attended and kind == JOINT_MEETING and not partners_have_time(w):
            count(w, Flow.PARTNER_WAITS, i)
            kind = FOLLOW_UP
        minutes = talk_minutes(w, p, i, line, kind, t)
        if attended and kind == JOINT_MEETING:
            take_partners(w, minutes)
        if not attended:
            minutes *= p.services.no_show_time_share
            w.desks[desk].no_shows += 1.0
            w.servers[server] += minutes
            w.desks[desk].minutes_used += minutes
            log_contact(w, desk, i, due, joined, t, minutes, kind, attended)
            link(w, i, SERVICE, t + int(p.services.rebook_days))
            continue
        log_contact(w, desk, i, due, joined, t, minutes, kind, attended)
        w.desks[desk].contacts += 1.0
        if kind == FIRST_INTERVIEW:
            waited = w.days[t].working_number - w.days[w.persons[i].registered_since].working_number
            is_in_time = waited <= p.rules.first_interview_working_days
            count_interview(w, desk, is_in_time, t - w.persons[i].registered_since)
            end_waiting(w, i, t, True)
        else:
            w.desks[desk].talks_due += 1.0
            w.desks[desk].talks_late += t - joined > p.rules.late_after_days
            note_talk(w, i, line, t - joined > p.rules.late_after_days, t)
        minutes += meet(w, line, kind, i, t)
        w.servers[server] += minutes
        w.desks[desk].minutes_used += minutes
    for server in range(begin, end):
        w.servers[server] = max(w.servers[server] - full, 0.0)
    note_minutes(w, line, full * (end - begin), w.desks[desk].minutes_used - used_before, t)


@rule
def let_partners_work(w, p):
    """Give the partners of joint meetings their time of a day; what nobody needs is not saved up."""
    for k in range(N_PARTNERS):
        minutes = p.partners.fte[k] * minutes_a_day(w, p, Line.MULTI_SECTOR) * w.control[0].scale
        w.partners[k].minutes_left = min(w.partners[k].minutes_left, 0.0) + minutes


@kernel
def services(w, t):
    """Call in whose appointment is due, then let every desk work that is open."""
    while True:
        i = take(w, SERVICE, t)
        if i < 0:
            break
        call_in(w, i, t)
    if w.days[t].is_working:
        let_partners_work(w, w.parameters[0])
        note_staff(w, t)
        n_places = w.points.shape[0]
        for desk in range(N_PERSON_LINES * n_places):
            if w.desks[desk].root >= 0 or w.desks[desk].n_servers > 0:
                if is_open(w, desk % n_places, t):
                    serve(w, desk, t)
