"""Clients of the employment authority in the ordinary Mesa model: talks and what they lead to, measures.

`benchmarks.mesa_model` says what is left out. The rules are those of `sim.kernels.services`, `measures` and `search`
(referrals), written once more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.dimensions import DAYS_PER_MONTH, LINES, MEASURES, WORKING_DAYS_PER_MONTH, State
from sim.tables import NO_TALK

if TYPE_CHECKING:
    from benchmarks.mesa_authority import Desk
    from benchmarks.mesa_employers import Employer
    from benchmarks.mesa_people import Person
    from benchmarks.mesa_purchasing import Offer

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


def client_minutes_a_month(p: Any) -> float:
    """Minutes for clients or employers that one FTE has in a month."""
    s = p.services
    return float(s.workday_minutes * s.present_share * s.client_time_share * WORKING_DAYS_PER_MONTH)
