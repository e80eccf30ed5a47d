"""The employment authority in the ordinary Mesa model: clients and what talks lead to, desks, staff, orders.

`benchmarks.mesa_model` says what is left out. The rules are those of
`sim.kernels.services`, `places`, `measures`, `search` (referrals), `agents.authority`, `agents.purchasing` and
`agents.service_lines.employer_services`, written once more.
"""

from __future__ import annotations

import heapq
import math
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from agents.purchasing import TRADES_A_MONTH
from agents.region import Region
from agents.synthetic.rounding import apportion
from sim.dimensions import DAYS_PER_MONTH, LINES, MEASURES, N_PERSON_LINES, WORKING_DAYS_PER_MONTH, State
from sim.tables import NO_TALK

if TYPE_CHECKING:
    from benchmarks.mesa_employers import Employer
    from benchmarks.mesa_model import AreaModel
    from benchmarks.mesa_people import Person

BROKERAGE, COMPETENCE, MULTI_SECTOR, YOUTH, INTEGRATION, EMPLOYER_SERVICES, _ = range(len(LINES))
_LINES_OFFERING = ("brokerage", "competence", "multi_sector", "youth", "integration")
(
    DEGREE_TRAINING, MODULAR_TRAINING, TAILORED_TRAINING, JOINT_TRAINING, COACHING, CAREER_GUIDANCE, WORK_TRIAL,
    WAGE_SUBSIDY_PRIVATE, WAGE_SUBSIDY_PUBLIC, START_UP_GRANT, APPRENTICESHIP, SELF_MOTIVATED_STUDY,
    WORK_ABILITY_COORDINATION, INTEGRATION_TRAINING, REHABILITATIVE_WORK, _,
) = range(len(MEASURES))  # fmt: skip
TRAININGS = (DEGREE_TRAINING, MODULAR_TRAINING, TAILORED_TRAINING, JOINT_TRAINING)
IN_SEASON = (*TRAININGS, INTEGRATION_TRAINING, COACHING, CAREER_GUIDANCE, WORK_TRIAL, SELF_MOTIVATED_STUDY)
WITH_A_DEGREE = (DEGREE_TRAINING, APPRENTICESHIP)
NO_NEED, WORK_CAPACITY, LIFE_SITUATION = range(3)
NOT_REFERRED, TOLD_OF_VACANCY, KNOWN_TO_EMPLOYER = range(3)
FIRST_INTERVIEW, FOLLOW_UP, JOINT_MEETING = range(3)
UNEMPLOYED, TRAINING, IN_SERVICE, SUBSIDISED = (
    int(s) for s in (State.UNEMPLOYED, State.TRAINING, State.IN_SERVICE, State.SUBSIDISED)
)
IN_MEASURE = frozenset({TRAINING, IN_SERVICE, SUBSIDISED})
SHORTEST_MEASURE_DAYS = 14
YOUNG_DAYS, OLD_DAYS = 25 * 365, 50 * 365
HALF_YEAR, YEAR = 183, 365
WEEK = 5  # working days
LONGEST_LOOK_AHEAD_DAYS = 35


class Client:
    """A person as the authority knows her."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.line = BROKERAGE  # responsible for her
        self.contacts = 0  # talks in this job search
        self.appointment = -1
        self.desk: Desk | None = None  # where she waits
        self.ticket = -1  # number of her place in its queue
        self.language = 0
        self.need = NO_NEED
        self.is_recognised = False  # the authority knows of the need
        self.has_plan = False  # with the partners of multi-sector services
        self.has_path = True  # only a new search looks for one
        self.digital = person.random.random()  # lasting
        self.channel = person.random.random()  # of the next talk
        self.boost_until = -1
        self.met = NO_TALK  # day of the last talk
        self.promise_until = -1  # of a wage subsidy
        self.gain = 1.0
        self.referral = NOT_REFERRED
        self.measure = -1
        self.offer: Offer | None = None

    # -- appointments and queues ------------------------------------------------------------------

    def leave_queue(self) -> None:
        """Give up the place in a queue and the next appointment."""
        if self.desk is not None:
            self.desk.waiting -= 1
            self.desk = None
        self.ticket = -1
        self.appointment = -1

    def end_search(self) -> None:
        """Be no client any more."""
        self.has_path = True  # a path found later is not one of that search
        self.leave_queue()

    def call_in(self, today: int) -> None:
        """Queue for the appointment that falls due, or register first."""
        person, model = self.person, self.person.model
        p = model.p
        if person.registered_since is None:
            person.registered_since = today
            if today - person.search_ended < p.rules.new_search_after_days and self.contacts > 0:
                self.appointment = today + self.interval_days(today)
                return
            self.begin_search(today)
        if self.contacts == 0:
            self.line = BROKERAGE
            due = model.day_after_working_days(today, int(p.rules.first_interview_working_days))
        else:
            due = today + int(p.services.follow_up_slack_days)
        model.authority.desk_for(self, due).push(self, due)

    def begin_search(self, today: int) -> None:
        """Begin a new job search: nothing is known of her."""
        self.contacts = 0
        self.line = BROKERAGE
        self.is_recognised = self.has_plan = False
        self.has_path = False
        self.channel = self.person.random.random()
        self.person.model.count_search(today)

    def interval_days(self, today: int) -> int:
        """Days to the next talk by the rules in force."""
        p = self.person.model.p
        began = today if self.person.registered_since is None else self.person.registered_since
        if self.line == MULTI_SECTOR:
            days = p.services.interval_multi_sector_days
        elif today - began < p.rules.first_phase_days:
            days = p.rules.interval_first_days
        else:
            a_day = 1.0 / p.rules.interval_later_days + p.rules.intensive_talks / p.rules.intensive_every_days
            days = 1.0 / a_day
        return max(1, int(days))

    def is_remote(self, line: int, today: int) -> bool:
        """Say whether the next talk is held by telephone or video."""
        p = self.person.model.p
        if self.contacts == 0 and p.rules.remote_first_interview < 0.5:
            return False
        share = p.places.digital_by_age[self.person.age_band(today)]
        can = self.digital < share + (1.0 - share) * p.places.digital_support_share
        return can and self.channel < p.places.remote_share[line]

    def kind_of_talk(self, line: int) -> int:
        """Say what the next talk is."""
        if self.contacts == 0:
            return FIRST_INTERVIEW
        if line != MULTI_SECTOR:
            return FOLLOW_UP
        every = max(1, int(self.person.model.p.partners.meeting_every))
        return FOLLOW_UP if self.has_plan and (self.contacts - 1) % every else JOINT_MEETING

    # -- a talk -----------------------------------------------------------------------------------

    def meet(self, line: int, kind: int, today: int) -> float:
        """Meet an adviser; say how many minutes more than the talk that takes."""
        person, random = self.person, self.person.random.random
        p = person.model.p
        s = p.services
        first = self.contacts == 0
        since = np.inf if first else today - self.met
        news, review = min(1.0, since / s.referral_days), min(1.0, since / s.plan_review_days)
        self.met = today
        self.boost_until = max(self.boost_until, today + int(s.contact_effect_days))
        if kind == JOINT_MEETING:
            self.has_plan = True
            self.gain = max(self.gain, p.partners.plan_gain)
        self.recognise(first)
        responsible = self.route(first, today)
        self.contacts += 1
        self.channel = random()
        if random() < s.exit_per_contact[line]:
            person.become_inactive(p.labour_force.attachment_after_exit)
            return 0.0
        if responsible != line:
            return self.hand_over(responsible, today)
        if (self.need == NO_NEED or self.is_recognised) and (line != MULTI_SECTOR or self.has_plan):
            self.find_path(today)
        measure = self.proposed(line, review)
        if measure >= 0 and self.is_eligible(measure, today):
            offer = person.model.purchasing.free_seat(measure, person.occupation, today)
            if offer is not None:
                offer.seats -= 1
                if not self.start(measure, offer, today):
                    self.appointment = today + self.interval_days(today)
                return float(s.decision_minutes) + self.own_minutes(measure)
        if random() < news * s.referral_share[line]:
            self.referral = TOLD_OF_VACANCY
        self.appointment = today + self.interval_days(today)
        return 0.0

    def recognise(self, first: bool) -> None:
        """Let the adviser find out what stands in the way, or miss it."""
        if self.need == NO_NEED or self.is_recognised:
            return
        s = self.person.model.p.services
        chance = s.later_recognition_share
        if first:
            time_given = s.first_interview_minutes / s.first_interview_usual_minutes
            chance = min(0.98, s.recognition_share * time_given**s.recognition_time_exponent)
        self.is_recognised = self.person.random.random() < chance

    def route(self, first: bool, today: int) -> int:
        """Choose the line that is to be responsible."""
        s = self.person.model.p.services
        if today - self.person.born < self.person.model.p.rules.youth_years * 365.0:
            return YOUTH
        if self.is_recognised:
            return MULTI_SECTOR
        if not first:
            return BROKERAGE if self.line == YOUTH else self.line
        u = self.person.random.random()
        if self.language != 0 and u < s.integration_share:
            return INTEGRATION
        return COMPETENCE if u < s.competence_share else BROKERAGE

    def hand_over(self, line: int, today: int) -> float:
        """Go to another line, escorted or not; some are lost for a while. Say how many minutes an escort takes."""
        s = self.person.model.p.services
        self.line = line
        days, minutes = s.handover_days, 0.0
        if self.person.random.random() < s.escorted_share:
            days, minutes = s.handover_escorted_days, s.handover_minutes
        elif self.person.random.random() < s.handover_loss_share:
            days = s.handover_lost_days
        self.appointment = today + max(1, int(days))
        return float(minutes)

    def find_path(self, today: int) -> None:
        """Have a path from now on: work, a measure, studies, or a talk in the right line."""
        begun = self.person.registered_since
        if not self.has_path and begun is not None:
            self.has_path = True
            self.person.model.count_path(begun, today)

    # -- referrals --------------------------------------------------------------------------------

    def follow_referral(self, today: int) -> None:
        """Apply to the vacancy that the adviser told of, or to the employer whom one was trained with."""
        person, p = self.person, self.person.model.p
        how, self.referral = self.referral, NOT_REFERRED
        _, seen, weights = person.vacancies_sought()
        if not sum(weights):
            return
        (vacancy,) = person.random.choices(seen, weights)
        is_outside = vacancy.place >= person.model.outside
        if is_outside and person.random.random() >= p.mobility.cross_border_share:
            return
        if how == KNOWN_TO_EMPLOYER:
            person.apply(vacancy, 1.0)
        elif vacancy.is_registered:
            known_after = 0 if vacancy.employer.visited_until > today else p.employer_services.information_days
            if today - vacancy.opened >= known_after:
                chance = person.suitability(vacancy, today) * p.services.referral_multiplier
                person.apply(vacancy, min(1.0, chance))

    # -- measures ---------------------------------------------------------------------------------

    def proposed(self, line: int, review: float) -> int:
        """Draw the measure that a talk proposes, -1 for none; `review` is the share of the plan that it weighs anew."""
        shares = getattr(self.person.model.p.measures, f"offered_{_LINES_OFFERING[line]}")
        u = self.person.random.random()
        for measure, share in enumerate(shares):
            if u < review * share:
                return measure
            u -= review * share
        return -1

    def is_eligible(self, measure: int, today: int) -> bool:
        """Say whether a measure is meant for her."""
        person = self.person
        unemployed_days = today - person.clock
        if measure in (WAGE_SUBSIDY_PRIVATE, WAGE_SUBSIDY_PUBLIC):
            age = today - person.born
            is_meant = (
                age < YOUNG_DAYS or age >= OLD_DAYS or person.education == 0 or self.language != 0
                or unemployed_days >= HALF_YEAR or self.is_recognised
            )  # fmt: skip
            return is_meant and self.promise_until <= today
        if measure == REHABILITATIVE_WORK:
            return unemployed_days >= YEAR or self.has_plan
        if measure == WORK_ABILITY_COORDINATION:
            return self.has_plan and self.need == WORK_CAPACITY
        if measure == INTEGRATION_TRAINING:
            return self.language != 0
        return True

    def start(self, measure: int, offer: Offer, today: int) -> bool:
        """Start a measure; say whether that ends the unemployment."""
        person, m = self.person, self.person.model.p.measures
        if measure == WAGE_SUBSIDY_PRIVATE:
            self.promise_until = today + int(m.voucher_days)
            self.find_path(today)
            return False
        if measure == START_UP_GRANT:
            person.become_self_employed()
            return True
        self.offer = offer
        state = IN_SERVICE
        if measure in TRAININGS or measure == INTEGRATION_TRAINING:
            state = TRAINING
        elif measure in (WAGE_SUBSIDY_PUBLIC, APPRENTICESHIP):
            state = SUBSIDISED
        days = int(m.mean_months[measure] * DAYS_PER_MONTH * (0.4 + 1.2 * person.random.random()))
        self.take_part(state, measure, today + max(SHORTEST_MEASURE_DAYS, days), today)
        return True

    def own_minutes(self, measure: int) -> float:
        """Minutes of advisers that the part of a measure takes which the authority makes itself."""
        p = self.person.model.p
        m = p.measures
        worth = m.own_share[measure] * m.price_month_eur[measure] * m.mean_months[measure]
        year = client_minutes_a_month(p) * 12.0
        return float(worth * year / p.costs.fte_year_eur)

    def take_part(self, state: int, measure: int, ends: int, today: int) -> None:
        """Take part in a measure until a day; the registered search goes on."""
        self.find_path(today)
        self.leave_queue()
        self.person.enter(state)
        self.person.ends = ends
        self.measure = measure

    def stops_clock(self) -> bool:
        """Say whether the duration clock stands still: in every measure but a subsidised job with an employer."""
        return self.person.state in IN_MEASURE and self.measure != WAGE_SUBSIDY_PRIVATE

    def has_promise(self, employer: Employer, today: int) -> bool:
        """Say whether an employer would get a wage subsidy for her."""
        model = self.person.model
        is_private = not model.is_public[employer.section]
        return self.promise_until > today and self.person.state == UNEMPLOYED and is_private

    def end_measure(self, today: int) -> None:
        """End a measure: who completes it has what it gives."""
        person, m, measure = self.person, self.person.model.p.measures, self.measure
        completes = person.random.random() < m.completion_share[measure]
        stays = person.random.random() < m.retention_share[measure]
        offer, self.offer = self.offer, None
        if completes:
            self.gain = max(self.gain, m.gain[measure])
        if person.employer is not None:
            if stays:
                person.stay_on()
                return
            person.vacate()
        elif measure == CAREER_GUIDANCE and stays:
            person.clock += today - person.since
            days = int(m.mean_months[SELF_MOTIVATED_STUDY] * DAYS_PER_MONTH)
            self.take_part(IN_SERVICE, SELF_MOTIVATED_STUDY, today + days, today)
            return
        elif completes and offer is not None and offer.occupation is not None:
            person.learn(offer.occupation)
        elif completes and measure == SELF_MOTIVATED_STUDY:
            person.learn(person.model.draw_trade(person.education, person.sex))
        elif completes and measure == INTEGRATION_TRAINING:
            person.background.end_language_course()
        person.become_unemployed()
        if measure == COACHING and completes:
            self.boost_until = today + int(m.coaching_effect_days)
        if completes and stays and measure in (TAILORED_TRAINING, APPRENTICESHIP):
            self.referral = KNOWN_TO_EMPLOYER


class Place:
    """A municipality: whether the authority has an office or service point there, and when it is open."""

    def __init__(self, number: int, is_open_at_all: bool, weekdays: tuple[int, ...], period: int, parent: int) -> None:
        self.number = number
        self.is_open_at_all = is_open_at_all
        self.weekdays = weekdays
        self.period = max(period, 1)
        self.phase = number % self.period
        self.parent = parent  # office whose staff visits
        self.serves = number  # where residents are served

    def is_open(self, model: AreaModel, day: int) -> bool:
        """Say whether it is open on a day."""
        is_its_day = model.is_working[day] and model.weekday[day] in self.weekdays
        return bool(is_its_day) and (model.week[day] - self.phase) % self.period == 0

    def days_a_week(self) -> float:
        """Opening days a week, on average."""
        return len(self.weekdays) / self.period


class Desk(mesa.Agent):
    """A service line at a place: a queue by due day, and advisers, each with minutes borrowed from the next day."""

    def __init__(self, model: AreaModel, line: int, place: Place) -> None:
        super().__init__(model)
        self.line = line
        self.place = place
        self.queue: list[tuple[int, float, int, int, Client]] = []
        self.waiting = 0
        self.fte = 0.0
        self.advisers: list[float] = []
        self.pace = 0.0  # share of a day that each adviser works here

    def push(self, client: Client, due: int) -> None:
        """Let somebody queue."""
        model = self.model
        model.tickets += 1
        client.ticket = model.tickets
        client.desk = self
        self.waiting += 1
        heapq.heappush(self.queue, (due, self.random.random(), client.ticket, model.today, client))

    def has_time(self, due: int) -> bool:
        """Say whether it can serve one more first interview by a day, beside everybody who waits."""
        model = self.model
        last = min(due, model.today + LONGEST_LOOK_AHEAD_DAYS)
        days = sum(self.place.is_open(model, day) for day in range(model.today, last + 1))
        offered = days * len(self.advisers) * self.pace * model.authority.minutes_a_day(self.line)
        return days > 0 and (self.waiting + 1) * model.p.services.first_interview_minutes <= offered

    def step(self) -> None:
        """Work for a day: the most urgent first, each with the adviser who is free first."""
        if not self.advisers:
            return
        full = self.model.authority.minutes_a_day(self.line) * self.pace
        while self.queue:
            adviser = self.advisers.index(min(self.advisers))
            if self.advisers[adviser] >= full:
                break
            _, _, ticket, joined, client = heapq.heappop(self.queue)
            if client.ticket == ticket:
                client.leave_queue()
                self.advisers[adviser] += self.serve(client, joined)
        self.advisers = [max(minutes - full, 0.0) for minutes in self.advisers]

    def language_factor(self, client: Client) -> float:
        """Interpreted talks take longer, all others so much less that the usual mix takes what is declared."""
        s = self.model.p.services
        if self.line == INTEGRATION:
            return 1.0
        usual = 1.0 + (s.interpreted_minutes_factor - 1.0) * s.interpreted_usual_share
        interpreted = client.person.background.language_level < s.interpreted_below_level
        return float((s.interpreted_minutes_factor if interpreted else 1.0) / usual)

    def serve(self, client: Client, joined: int) -> float:
        """Meet a client, or not; say how many minutes that takes."""
        model = self.model
        p, today = model.p, model.today
        s = p.services
        kind = client.kind_of_talk(self.line)
        attends = self.random.random() >= self.no_show_chance(client)
        if attends and kind == JOINT_MEETING and min(model.authority.partners_left) <= 0.0:
            kind = FOLLOW_UP  # the adviser talks alone
        mean = (s.first_interview_minutes, s.follow_up_minutes[self.line], s.joint_meeting_minutes)[kind]
        mean *= self.language_factor(client)
        minutes = mean * (1.0 - s.minutes_variation + s.minutes_variation * self.random.expovariate(1.0))
        if not attends:
            client.appointment = today + int(s.rebook_days)
            return float(minutes * s.no_show_time_share)
        if kind == JOINT_MEETING:
            model.authority.take_partners(minutes)
        model.contacts += 1
        if kind == FIRST_INTERVIEW:
            begun = client.person.registered_since
            assert begun is not None
            waited = model.working_number[today] - model.working_number[begun]
            model.interviews += 1
            model.interviews_in_time += waited <= p.rules.first_interview_working_days
        else:
            model.talks_late += today - joined > p.rules.late_after_days
        return float(minutes + client.meet(self.line, kind, today))

    def no_show_chance(self, client: Client) -> float:
        """Probability that a client does not come."""
        p, home = self.model.p, client.person.home
        if client.is_remote(self.line, self.model.today):
            return float(p.services.no_show_share * p.places.remote_no_show_multiplier)
        way = 0.0 if home == self.place.number else self.model.distance[home][self.place.number]
        return min(0.9, p.services.no_show_share + p.places.no_show_per_km * way)


class Staff:
    """Posts and people of a line, FTE: who has arrived, who learns, who is to come."""

    def __init__(self, posts: float, s: Any) -> None:
        leavers = posts * s.turnover_per_year / 12.0
        self.lead = max(0, min(round(s.hiring_lead_months), 23))
        self.posts = posts
        self.staffed = max(posts - leavers * self.lead, 0.0)
        self.novices = min(leavers * s.learning_months, self.staffed)
        self.arriving = [leavers] * self.lead  # next month first

    def plan_month(self, s: Any) -> None:
        """Let staff come, go and learn; recruit for the posts that are vacant."""
        left = self.staffed * s.turnover_per_year / 12.0
        gone = left * self.novices / self.staffed if self.staffed > 0.0 else 0.0
        learned = self.novices / max(s.learning_months, 1.0)
        vacant = self.posts - (self.staffed - left) - sum(self.arriving)
        self.arriving.append(max(vacant, 0.0))  # a lead time from now, since as many months are on their way
        came = self.arriving.pop(0)
        self.staffed = max(self.staffed - left, 0.0) + came
        self.novices = max(self.novices - gone - learned, 0.0) + came

    def effective(self, s: Any) -> float:
        """Count novices by what they get done."""
        return max(self.staffed - self.novices * (1.0 - s.novice_productivity), 0.0)


class Authority(mesa.Agent):
    """The authority: its places, desks, staff and partners. Offices are not re-assessed and posts do not change."""

    def __init__(self, model: AreaModel, region: Region) -> None:
        super().__init__(model)
        p = model.p
        self.host = region.host
        self.municipal_fte = [point.municipal_fte for point in region.service_points]
        self.places = [
            Place(k, point.kind != "none", point.weekdays, point.period_weeks, point.parent)
            for k, point in enumerate(region.service_points)
        ]
        for place in self.places:
            if not place.is_open_at_all:
                away = model.distance[place.number]
                place.serves = min((q.number for q in self.places if q.is_open_at_all), key=lambda k: away[k])
        self.desks = [[Desk(model, line, place) for place in self.places] for line in range(N_PERSON_LINES)]
        self.staff = [Staff(float(posts), p.staff) for posts in p.services.staff_fte]
        self.partners_left = [0.0 for _ in p.partners.fte]
        self.reserved = 0.0  # share of brokerage's time for registered jobseekers who are not unemployed

    def plan_month(self) -> None:
        """Renew the staff and place it."""
        for staff in self.staff:
            staff.plan_month(self.model.p.staff)
        self.place_staff()

    def step(self) -> None:
        """Work for a day."""
        model = self.model
        for k, fte in enumerate(model.p.partners.fte):
            minutes = fte * self.minutes_a_day(MULTI_SECTOR) * model.scale
            self.partners_left[k] = min(self.partners_left[k], 0.0) + minutes
        for desks in self.desks:
            for desk in desks:
                if desk.place.is_open(model, model.today):
                    desk.step()

    def take_partners(self, minutes: float) -> None:
        """Take every partner's time for a joint meeting."""
        self.partners_left = [left - minutes for left in self.partners_left]

    def minutes_a_day(self, line: int) -> float:
        """Minutes for clients that a full-time adviser has on a day."""
        s = self.model.p.services
        reserved = self.reserved if line == BROKERAGE else 0.0
        return float(s.workday_minutes * s.present_share * s.client_time_share * (1.0 - reserved))

    # -- where somebody is served -----------------------------------------------------------------

    def staffed_desk(self, line: int, place: int) -> Desk:
        """Find the desk of a line at a place, at the office that visits it, or wherever the line has staff."""
        desks = self.desks[line]
        for k in (place, self.places[place].parent, *range(len(desks))):
            if desks[k].advisers:
                return desks[k]
        return desks[place]

    def desk_for(self, client: Client, due: int) -> Desk:
        """Choose the desk: remote talks at the office, a first interview where there is time before its deadline."""
        place = self.places[client.person.home].serves
        desk = self.staffed_desk(client.line, place)
        office = self.staffed_desk(client.line, self.places[place].parent)
        if client.is_remote(client.line, self.model.today):
            return office
        if client.contacts == 0 and not desk.has_time(due) and office.has_time(due):
            return office
        return desk

    # -- where the staff works --------------------------------------------------------------------

    def place_staff(self) -> None:
        """Place each line's staff by its clients, and give desks their advisers."""
        model = self.model
        p = model.p
        clients = [[0 for _ in self.places] for _ in self.desks]
        others = 0
        for person in model.persons:
            if person.state == UNEMPLOYED or person.state in IN_MEASURE:
                clients[person.client.line][self.places[person.home].serves] += 1
            elif person.home < model.outside:
                others += person.is_registered(model.today)
        everybody = [sum(column) for column in zip(*clients, strict=True)]
        helping = p.municipal.authority_transferred * p.municipal.statutory_share
        for line, desks in enumerate(self.desks):
            remote = p.places.remote_share[line]
            need = [(1.0 - remote) * n for n in clients[line]]
            for place, n in zip(self.places, clients[line], strict=True):
                need[place.parent] += remote * n
            for k, desk in enumerate(desks):
                if line == BROKERAGE:
                    need[k] += p.staff.first_interview_weight * everybody[k]
                need[k] += p.staff.queue_weight * desk.waiting
            total, effective, wish = sum(need), self.staff[line].effective(p.staff), p.staff.wish_share
            for k, desk in enumerate(desks):
                share = need[k] / total if total > 0.0 else float(k == self.host)
                desk.fte = effective * ((1.0 - wish) * share + wish * (k == self.host))
                if line in (BROKERAGE, MULTI_SECTOR) and everybody[k] > 0:
                    desk.fte += 0.5 * helping * self.municipal_fte[k]
            for k, desk in enumerate(desks):
                parent = self.places[k].parent
                if desk.fte < p.staff.least_desk_fte and parent != k:
                    desks[parent].fte += desk.fte
                    desk.fte = 0.0
            for desk in desks:
                self.give_advisers(desk)
        for desk in (desk for desks in self.desks for desk in desks):
            if desk.waiting > 0 and not desk.advisers:
                self.move_queue(desk, self.staffed_desk(desk.line, desk.place.number))
        self.reserve_time(others)

    def give_advisers(self, desk: Desk) -> None:
        """Give a desk its advisers on an opening day; who had borrowed most minutes stays."""
        model, place = self.model, desk.place
        days = place.days_a_week()
        on_a_day = desk.fte * model.scale * WEEK / days if days > 0.0 else 0.0
        number = math.ceil(round(on_a_day, 9))
        away = 0.0 if place.parent == place.number else model.distance[place.parent][place.number]
        travel = 2.0 * away / model.p.staff.travel_km_per_hour * 60.0 / model.p.services.workday_minutes
        desk.pace = on_a_day / number * (1.0 - min(travel, model.p.staff.most_travel_share)) if number > 0 else 0.0
        kept = sorted(desk.advisers, reverse=True)[:number]
        desk.advisers = kept + [0.0] * (number - len(kept))

    def move_queue(self, desk: Desk, other: Desk) -> None:
        """Let everybody who waits at a desk wait at another one."""
        if other is desk:
            return
        for place in desk.queue:
            client = place[-1]
            if client.desk is desk and client.ticket == place[2]:
                client.desk = other
                heapq.heappush(other.queue, place)
        other.waiting += desk.waiting
        desk.waiting, desk.queue = 0, []

    def reserve_time(self, others: int) -> None:
        """Set aside brokerage's time for registered jobseekers who are not unemployed."""
        p = self.model.p
        s = p.services
        offered = self.staff[BROKERAGE].effective(p.staff) * self.model.scale * client_minutes_a_month(p)
        wanted = others * s.other_contacts_per_month * s.other_contact_minutes
        self.reserved = min(wanted / offered, s.other_most_share) if offered > 0.0 else 0.0

    def visit_employers(self) -> None:
        """Visit employers whom no visit acts on now, larger ones sooner."""
        model, p = self.model, self.model.p
        minutes = client_minutes_a_month(p) * self.staff[EMPLOYER_SERVICES].staffed * model.scale
        free = [e for e in model.employers if e.place < model.outside and e.target > 0]
        free = [e for e in free if e.visited_until <= model.today]
        draws = [self.random.expovariate(math.sqrt(e.target)) for e in free]
        first = sorted(range(len(free)), key=lambda k: draws[k])
        for k in first[: int(minutes / p.employer_services.visit_minutes)]:
            free[k].be_visited(model.today + int(p.employer_services.visit_effect_months * DAYS_PER_MONTH))


class Offer:
    """Seats in a measure that can be taken in a month."""

    def __init__(self, measure: int, occupation: int | None, first: int, last: int, seats: int) -> None:
        self.measure = measure
        self.occupation = occupation  # that it leads to
        self.first = first
        self.last = last
        self.seats = seats  # that are free


class Purchasing(mesa.Agent):
    """The buyer of measures."""

    def __init__(self, model: AreaModel, region: Region) -> None:
        super().__init__(model)
        self.size = model.scale * float(region.population.sum()) / 100_000.0
        self.is_taught = np.array([occupation.is_taught for occupation in region.occupations])
        self.is_taught_to_degree = np.array([occupation.is_taught_to_degree for occupation in region.occupations])
        self.offers: list[Offer] = []

    def begin(self) -> None:
        """Put what was ordered before the first day on offer."""
        m = self.model.p.measures
        for measure in range(len(MEASURES)):
            for ahead in range(self.lead_months(measure)):
                self.order(measure, ahead, m.seats_per_month[measure])

    def plan_month(self) -> None:
        """Order seats for the month that lies a lead time ahead, as far as the budget goes."""
        m = self.model.p.measures
        self.offers = [offer for offer in self.offers if offer.last >= self.model.today]
        for measure in range(len(MEASURES)):
            wanted = m.seats_per_month[measure]
            price = m.price_month_eur[measure] * m.mean_months[measure]
            if price > 0.0:
                wanted = min(wanted, m.budget_year_eur[measure] / 12.0 / price)
            self.order(measure, self.lead_months(measure), wanted)

    def order(self, measure: int, ahead: int, seats: float) -> None:
        """Order seats for a month; those that teach a trade for the scarcest trades."""
        model = self.model
        month = model.month_index[model.today] + ahead
        half = 0.5 * (measure % 2)
        seats *= self.size
        days = [day for day in range(model.today, len(model.month)) if model.month_index[day] == month]
        if not days:
            return
        calendar, season = model.month[days[0]], model.p.measures.start_season
        shares = [season[(calendar - k) % 12] if measure in IN_SEASON else 1.0 for k in range(month + 1)]
        number = math.floor(seats * sum(shares) + half) - math.floor(seats * sum(shares[1:]) + half)
        if number == 0:
            return
        if measure not in TRAININGS and measure != APPRENTICESHIP:
            self.offers.append(Offer(measure, None, days[0], days[-1], number))
            return
        open_jobs, index = self.shortage(measure)
        least = 1.0
        if measure in TRAININGS:
            least = max(1.0, model.p.measures.least_group[measure] * self.size)
        n_trades = min(max(int(number // max(2.0 * least, 1.0)), 1), TRADES_A_MONTH)
        trades = np.argsort(-index, kind="stable")[:n_trades]
        for trade, group in zip(trades, apportion(open_jobs[trades], number), strict=True):
            if group >= least:
                self.offers.append(Offer(measure, int(trade), days[0], days[-1], int(group)))

    def shortage(self, measure: int) -> tuple[Any, Any]:
        """Open vacancies of each trade, and what there is of them for an unemployed; 0 for trades not taught so."""
        model = self.model
        open_jobs, idle = np.array(model.openings()), np.array(model.idle_by_trade)
        index = (open_jobs + 1.0) / (idle + 5.0 * model.scale)
        taught = self.is_taught_to_degree if measure in WITH_A_DEGREE else self.is_taught
        return np.where(taught, open_jobs + 1.0, 0.0), np.where(taught, index, 0.0)

    def free_seat(self, measure: int, occupation: int, today: int) -> Offer | None:
        """Draw an offer that has a seat in a measure today, in another trade if it leads to one."""
        free = [
            offer for offer in self.offers
            if offer.measure == measure and offer.seats > 0 and offer.first <= today <= offer.last
            and offer.occupation != occupation
        ]  # fmt: skip
        return self.random.choice(free) if free else None

    def lead_months(self, measure: int) -> int:
        """Months from an order to the first day."""
        return max(0, round(self.model.p.measures.lead_months[measure]))


def client_minutes_a_month(p: Any) -> float:
    """Minutes for clients or employers that one FTE has in a month."""
    s = p.services
    return float(s.workday_minutes * s.present_share * s.client_time_share * WORKING_DAYS_PER_MONTH)
