"""The employment area as an ordinary Mesa model: one object a person, employer and vacancy.

The rules are the engine's (`sim.kernels`), written the way a user of Mesa writes them: everybody takes a
step every day, chance is drawn on the spot, vacancies stand in lists that a searcher looks through. It
starts from a world that `agents.synthetic.build_world` has made and has its own random numbers, so that
whatever the engine's calendar, candidate days, keyed draws, heaps and compiled code might do wrong shows
up as a difference. Nothing here is used by the product.

It is no straw man: vacancies are kept by occupation, so that a search costs the vacancies of the trades
that fit and not all of them, appointments and ends of contracts are plain days compared with today.

Left out, because neither side does it in a comparison: closures and the recovery of jobs they struck off,
dated changes of parameters, a demand index, logs. Left out, because no one who works or looks for work is
touched: numbers of children and of people of 75 and over (the engine stops turning 15 when a place has no
children left).
"""

from __future__ import annotations

import heapq
import math
from itertools import accumulate
from types import SimpleNamespace
from typing import Any

import mesa
import numpy as np

from agents.purchasing import TRADES_A_MONTH
from agents.region import Region
from agents.synthetic.rounding import apportion
from sim.dimensions import DAYS_PER_MONTH, LINES, Contract, State, VacancyState
from sim.kernels.calendar import KINDS, SERVICE
from sim.tables import NOT_YET
from sim.world import World

DAYS_PER_YEAR = 365.25
BROKERAGE, COMPETENCE, MULTI_SECTOR = 0, 1, 2
BASIC, SECONDARY, TERTIARY = 0, 1, 2
MEN, WOMEN = 0, 1
JUNE, JULY, AUGUST, DECEMBER = 5, 6, 7, 11
MOVING_IN, TURNING_15 = 0, 1
FIRST_YEAR_DAYS = 365
SHORTEST_TERM_DAYS = 14
SHORTEST_SERVICE_DAYS = 14
CHRISTMAS = 23  # of December: first day without work of terms that end with the year
OLDEST_CONSCRIPT_YEARS = 25.0
NEAR_GRADUATION_DAYS = 120
REMEMBERED = 3  # best applicants that an employer remembers in a round
NEVER = 1 << 30

# The enumerations as plain numbers: comparing members costs several times as much
EMPLOYED, FURLOUGHED, UNEMPLOYED, TRAINING = (
    int(s) for s in (State.EMPLOYED, State.FURLOUGHED, State.UNEMPLOYED, State.TRAINING)
)
STUDENT, INACTIVE, DISABILITY, RETIRED, OUTSIDE = (
    int(s) for s in (State.STUDENT, State.INACTIVE, State.DISABILITY, State.RETIRED, State.OUTSIDE)
)
IN_SERVICE, SELF_EMPLOYED, CONSCRIPT = (int(s) for s in (State.IN_SERVICE, State.SELF_EMPLOYED, State.CONSCRIPT))
NEVER_SEARCH = frozenset({SELF_EMPLOYED, CONSCRIPT, DISABILITY, RETIRED})
DATED = frozenset({EMPLOYED, FURLOUGHED, TRAINING, IN_SERVICE, STUDENT, CONSCRIPT})
OPEN_ENDED, FIXED_TERM = int(Contract.OPEN_ENDED), int(Contract.FIXED_TERM)


class Employer(mesa.Agent):
    """An employer: wants ``target`` jobs, of which some are filled and the others are its vacancies."""

    def __init__(self, model: AreaModel, place: int, section: int, target: int) -> None:
        super().__init__(model)
        self.place = place
        self.section = section
        self.target = target
        self.start_target = target
        self.rounding = self.random.random()  # lasting, so that a level that comes back is the same number of jobs
        self.filled = 0
        self.vacancies: set[Vacancy] = set()

    def replace_leaver(self, occupation: int) -> None:
        """Look for somebody else: at once, or after some time."""
        model, jobs = self.model, self.model.p.jobs
        vacancy = Vacancy(model, self, occupation)
        if self.random.random() < jobs.posted_at_once_share * jobs.posting_season[model.month[model.today]]:
            vacancy.post()
        else:
            vacancy.wait(jobs.dormant_days)

    def keep_job(self, person: Person, until: int) -> None:
        """Keep the job of somebody whose term ends today, to call her back when the next season begins."""
        vacancy = Vacancy(self.model, self, person.occupation)
        vacancy.day = until
        vacancy.contract = person.contract
        vacancy.is_part_time = person.is_part_time
        vacancy.kept_for = person
        vacancy.kept_since = self.model.today

    def add_job(self, occupation: int, mean_days: float) -> None:
        """Want one more job, to be posted after some time."""
        self.target += 1
        Vacancy(self.model, self, occupation).wait(mean_days)

    def follow_trend(self, before: float, after: float) -> int:
        """Move the target to another level of demand; say how many jobs in being are left over."""
        model, start = self.model, self.start_target
        more = math.floor(start * (after - 1.0) + self.rounding) - math.floor(start * (before - 1.0) + self.rounding)
        for _ in range(more):
            (trade,) = self.random.choices(model.trades, cum_weights=model.section_trades[self.section])
            self.add_job(trade, model.p.jobs.dormant_days)
        excess = min(max(-more, 0), self.target)
        waiting_first = sorted(self.vacancies, key=lambda vacancy: (vacancy.is_open, vacancy.unique_id))
        for vacancy in waiting_first[:excess]:
            self.target -= 1
            excess -= 1
            vacancy.close()
        return excess

    def move_job(self, occupation: int) -> None:
        """End a job; the demand for it comes back at some employer (outside the area: at the same one)."""
        model = self.model
        self.target -= 1
        if self.place == model.outside:
            self.add_job(occupation, model.p.jobs.creation_days)
            return
        model.add_job_somewhere(model.p.jobs.creation_days)


class Vacancy(mesa.Agent):
    """A job that nobody holds: waiting to be posted, or open."""

    def __init__(self, model: AreaModel, employer: Employer, occupation: int) -> None:
        super().__init__(model)
        self.employer = employer
        self.occupation = occupation
        self.place = employer.place
        self.is_open = False
        self.day = 0
        self.contract = OPEN_ENDED
        self.is_part_time = False
        self.kept_for: Person | None = None
        self.kept_since = 0
        self.applicants: list[tuple[float, Person, int]] = []  # best first, with their `since` when they applied
        self.n_applicants = 0
        self.rank = 0
        employer.vacancies.add(self)

    def wait(self, mean_days: float) -> None:
        """Wait an exponential time before posting; it passes quickly in months with many postings."""
        model = self.model
        season, month, last = model.p.jobs.posting_season, model.month, len(model.month) - 1
        self.is_open = False
        left = self.random.expovariate(1.0) * mean_days
        day = model.today + 1
        while left > season[month[day]] and day < last:
            left -= season[month[day]]
            day += 1
        self.day = day

    def post(self) -> None:
        """Open the job."""
        model = self.model
        p = model.p
        share = min(0.95, model.fixed_term_share[self.employer.section] * p.contracts.hire_multiplier)
        self.contract = FIXED_TERM if self.random.random() < share else OPEN_ENDED
        self.is_part_time = self.random.random() < p.contracts.part_time_share
        self.is_open = True
        self.clear()
        self.day = model.today + max(1, int(p.hiring.window_days))
        model.open_vacancies[self.occupation].append(self)

    def clear(self) -> None:
        """Begin a round of recruitment."""
        self.applicants = []
        self.n_applicants = 0

    def hide(self) -> None:
        """Take the job out of what searchers see."""
        self.model.open_vacancies[self.occupation].remove(self)
        self.is_open = False

    def close(self) -> None:
        """Take the job off: filled or given up."""
        if self.is_open:
            self.hide()
        self.employer.vacancies.remove(self)
        self.remove()

    def step(self) -> None:
        """End a round, call back whom the job was kept for, or post it, when the day has come."""
        if self.day == self.model.today:
            if self.is_open:
                self.model.deciding.append(self)
            elif not self.call_back():
                self.post()

    def call_back(self) -> bool:
        """Give the job to the person it was kept for, if she has been unemployed ever since."""
        person, self.kept_for = self.kept_for, None
        if person is None or not person.is_here or person.state != UNEMPLOYED or person.since != self.kept_since:
            return False
        self.close()
        person.start_job(self)
        return True

    def receive(self, person: Person, score: float) -> None:
        """Remember an acceptable applicant if she is among the best; nobody applies twice in a round."""
        if any(other is person for _, other, _ in self.applicants):
            return
        self.n_applicants += 1
        self.applicants.append((score, person, person.since))
        self.applicants.sort(key=lambda applicant: -applicant[0])
        del self.applicants[REMEMBERED:]

    def propose(self) -> Vacancy | None:
        """Offer the job to the next applicant who is better off with it; say who lost her for it."""
        while self.rank < len(self.applicants):
            score, person, since = self.applicants[self.rank]
            self.rank += 1
            if person.since != since or not person.is_here:
                continue
            held = person.offer
            if held is None:
                person.offer = self
                return None
            if score > held.applicants[held.rank - 1][0]:
                person.offer = self
                return held
        return None

    def decide(self) -> None:
        """Hire whoever holds the offer, or go on, or give up."""
        person = self.applicants[self.rank - 1][1] if self.rank else None
        if person is not None and person.offer is self:
            person.offer = None
            self.hire(person)
            return
        self.clear()
        jobs = self.model.p.jobs
        if self.random.random() >= jobs.give_up_probability:
            self.day = self.model.today + max(1, int(self.model.p.hiring.window_days))
        elif self.place == self.model.outside:
            self.hide()
            self.wait(jobs.creation_days)
        else:
            self.employer.target -= 1
            self.close()
            self.model.add_job_somewhere(jobs.return_days)

    def hire(self, person: Person) -> None:
        """Hire a person."""
        model = self.model
        model.hires += not (person.home == model.outside and self.place == model.outside)
        person.vacate()
        self.close()
        person.start_job(self)


class Course:
    """Seats on a course of a month."""

    def __init__(self, occupation: int, seats: int, decide_by: int) -> None:
        self.occupation = occupation
        self.seats = seats
        self.decide_by = decide_by


class ServiceLine(mesa.Agent):
    """A service line: a queue by due day, worked off while there are minutes."""

    def __init__(self, model: AreaModel, number: int) -> None:
        super().__init__(model)
        self.number = number
        self.minutes_left = 0.0
        self.queue: list[tuple[int, float, int, Person]] = []

    def push(self, person: Person, due: int) -> None:
        """Let a person queue."""
        self.model.tickets += 1
        person.ticket = self.model.tickets
        heapq.heappush(self.queue, (due, self.random.random(), person.ticket, person))

    def step(self) -> None:
        """Work for a day."""
        model, s = self.model, self.model.p.services
        self.minutes_left += (
            s.staff_fte[self.number] * s.workday_minutes * s.present_share * s.client_time_share
            * (1.0 - s.other_clients_share) * model.scale
        )  # fmt: skip
        while self.minutes_left > 0.0 and self.queue:
            _, _, ticket, person = heapq.heappop(self.queue)
            if person.ticket != ticket:
                continue
            person.ticket = -1
            minutes = s.first_interview_minutes if person.contacts == 0 else s.follow_up_minutes[self.number]
            if self.random.random() < s.no_show_share:
                self.minutes_left -= minutes * s.no_show_time_share
                person.appointment = model.today + int(s.rebook_days)
            else:
                self.minutes_left -= minutes
                person.meet(self.number)
        self.minutes_left = min(self.minutes_left, 0.0)


class Person(mesa.Agent):
    """Somebody of 15–74 who lives in the area, or lives outside and works in it or might."""

    def __init__(self, model: AreaModel, home: int, born: int, sex: int, occupation: int, education: int) -> None:
        super().__init__(model)
        self.home = home
        self.born = born
        self.sex = sex
        self.occupation = occupation
        self.education = education
        self.retires = NEVER
        self.employability = 1.0
        self.attachment = 1.0
        self.need = False
        self.is_here = True
        self.state = INACTIVE
        self.since = model.today
        self.employer: Employer | None = None
        self.contract = 0
        self.is_part_time = False
        self.ends = NEVER
        self.spell = -1  # first day of the unemployment spell
        self.clock = 0  # origin of the duration of unemployment
        self.registered_since: int | None = None
        self.search_ended = -NEVER
        self.line = BROKERAGE
        self.contacts = 0
        self.appointment = -1
        self.ticket = -1  # number of the place in a queue
        self.boost_until = -1
        self.course: Course | None = None
        self.offer: Vacancy | None = None

    # -- changes of state -------------------------------------------------------------------------

    def enter(self, state: int) -> None:
        """Be in another state from today."""
        self.state = state
        self.since = self.model.today

    def leave_register(self, open_until: int = -NEVER) -> None:
        """Be no client of the services any more; the job search may stay open until a day."""
        if self.registered_since is not None:
            self.registered_since = None
            self.search_ended = max(open_until, self.model.today)
        self.leave_queue()

    def is_registered(self, today: int) -> bool:
        """Say whether a person is a registered jobseeker: as a client, or by a search that is still open."""
        if self.registered_since is not None:
            return True
        return self.search_ended > today and self.state in (EMPLOYED, SELF_EMPLOYED, INACTIVE)

    def leave_queue(self) -> None:
        """Give up the place in a queue and the next appointment."""
        self.ticket = -1
        self.appointment = -1

    def leave_job(self) -> None:
        """Be nobody's employee."""
        assert self.employer is not None
        self.employer.filled -= 1
        self.employer = None
        self.contract = 0
        self.is_part_time = False

    def vacate(self) -> None:
        """Leave the job to somebody else."""
        if self.employer is not None:
            self.employer.replace_leaver(self.occupation)
            self.leave_job()

    def start_job(self, job: Vacancy) -> None:
        """Start a job."""
        model = self.model
        kept, today = model.p.register, model.today
        self.contract = job.contract
        self.is_part_time = job.is_part_time
        if job.contract == FIXED_TERM:
            self.ends = model.contract_end()
            open_until = self.ends if self.random.random() < kept.kept_in_fixed_term_share else today
        else:
            self.ends = NEVER
            months = kept.kept_in_part_time_months if job.is_part_time else kept.kept_in_open_ended_months
            open_until = today + int(self.random.expovariate(1.0) * months * DAYS_PER_MONTH)
        self.leave_register(open_until)
        self.employer = job.employer
        self.occupation = job.occupation
        job.employer.filled += 1
        self.enter(EMPLOYED)

    def lose_job(self, registers: bool) -> None:
        """Go where somebody goes whose job has ended."""
        if self.home == self.model.outside:
            self.enter(OUTSIDE)
        elif registers:
            self.become_unemployed()
        else:
            self.become_inactive(self.model.p.labour_force.attachment_after_job)

    def become_unemployed(self) -> None:
        """Begin unemployment, or go on with it after a course, another service or a furlough."""
        today = self.model.today
        if self.state in (TRAINING, IN_SERVICE):
            self.clock += today - self.since  # the duration stood still
        elif self.state == FURLOUGHED:
            self.registered_since = None
        else:
            self.clock = today
        if self.state != FURLOUGHED:
            self.spell = today
        self.enter(UNEMPLOYED)
        self.ends = NEVER
        self.appointment = today

    def become_inactive(self, attachment: float) -> None:
        """Leave the labour force; a job search is taken off the register after a while."""
        model = self.model
        days = self.random.expovariate(1.0) * model.p.register.kept_outside_months * DAYS_PER_MONTH
        self.leave_register(model.today + int(days))
        self.enter(INACTIVE)
        self.attachment = attachment

    def become_student(self) -> None:
        """Begin studies."""
        self.leave_register()
        self.enter(STUDENT)
        self.ends = self.model.study_end()

    def become_self_employed(self) -> None:
        """Start a business."""
        self.leave_register()
        self.enter(SELF_EMPLOYED)

    def become_conscript(self) -> None:
        """Wait for the contingent of July and serve: 165, 255 or 347 days."""
        (days,) = self.random.choices((165, 255, 347), (0.43, 0.15, 0.42))
        self.leave_register()
        self.enter(CONSCRIPT)
        self.ends = self.model.today + 38 + days

    def retire(self, state: int) -> None:
        """Be a pensioner from today."""
        self.vacate()
        self.leave_register()
        self.enter(state)

    def depart(self) -> None:
        """Die, move away or turn 75."""
        self.vacate()
        self.leave_register()
        self.is_here = False
        self.remove()

    # -- a day ------------------------------------------------------------------------------------

    def step(self) -> None:
        """Age, then whatever ends or happens in the labour state, then the appointment that falls due."""
        today = self.model.today
        if not self.live(today):
            self.work(today)
        if self.appointment == today and self.is_here:
            self.appointment = -1
            if self.state == UNEMPLOYED:
                self.call_in(today)

    def live(self, today: int) -> bool:
        """Get older; say whether that changed the state."""
        model = self.model
        if self.home == model.outside:
            if today < self.retires:
                return False
            self.be_replaced(today)
            return True
        age = today - self.born
        if age >= 75.0 * DAYS_PER_YEAR:
            self.depart()
            return True
        if today >= self.retires and self.state != RETIRED:
            self.retire(RETIRED)
            return True
        d = model.p.demography
        band = max(0, min(int(age / (5.0 * DAYS_PER_YEAR)) - 3, 11))
        u = self.random.random() * DAYS_PER_YEAR
        u -= d.deaths_per_year[band] + d.departures_per_year[band]
        if u < 0.0:
            self.depart()
            return True
        if self.state != DISABILITY and self.state != RETIRED and u < d.disability_per_year[band]:
            self.retire(DISABILITY)
            return True
        return False

    def be_replaced(self, today: int) -> None:
        """Retire outside the area: somebody younger takes the place in the pool."""
        self.vacate()
        born = today - int((20.0 + 25.0 * self.random.random()) * DAYS_PER_YEAR)
        other = Person(self.model, self.home, born, self.sex, self.occupation, self.education)
        other.employability = self.employability
        other.retires = self.model.retirement_day(born)
        other.state = OUTSIDE
        self.is_here = False
        self.remove()

    def work(self, today: int) -> None:
        """Let what is dated end, or else draw whether something happens."""
        state = self.state
        if self.ends == today and state in DATED:
            if state == EMPLOYED:
                self.end_contract(today)
            elif state == FURLOUGHED:
                self.end_furlough()
            elif state == TRAINING:
                self.end_course()
            elif state == IN_SERVICE:
                self.become_unemployed()
            elif state == STUDENT:
                self.graduate(today)
            else:
                self.go_on_from_school()
        elif state == EMPLOYED:
            self.stay_in_job(today)
        elif state == UNEMPLOYED:
            p = self.model.p
            season = p.studies.start_season[self.model.month[today]]
            u = self.random.random() * DAYS_PER_MONTH - p.labour_force.study_per_month * season
            if u < 0.0:
                self.become_student()
            elif u < p.labour_force.exit_per_month:
                self.become_inactive(p.labour_force.attachment_after_exit)
            elif u < p.labour_force.exit_per_month + p.self_employment.start_unemployed_per_month:
                self.become_self_employed()
        elif state == INACTIVE:
            if self.random.random() * DAYS_PER_MONTH < self.model.p.labour_force.entry_per_month * self.attachment:
                self.become_unemployed()
        elif state == SELF_EMPLOYED:
            business = self.model.p.self_employment
            if self.random.random() * DAYS_PER_MONTH < business.end_per_month:
                self.lose_job(self.random.random() < business.end_register_share)

    def stay_in_job(self, today: int) -> None:
        """Stay in the job unless dismissed, tired of it, furloughed or starting a business."""
        assert self.employer is not None
        model, p = self.model, self.model.p
        section = self.employer.section
        dismissal = p.separation.dismissal_per_month * model.turnover[section]
        if model.is_public[section]:
            dismissal *= p.separation.public_multiplier
        if today - self.since < FIRST_YEAR_DAYS:
            dismissal *= p.separation.first_year_multiplier
        u = self.random.random() * DAYS_PER_MONTH - dismissal
        if u < 0.0:
            self.dismiss()
            return
        band = max(0, min(int((today - self.born) / (5.0 * DAYS_PER_YEAR)) - 3, 11))
        u -= p.separation.leave_per_month * p.separation.leave_by_age[band]
        if u < 0.0:
            registers = self.random.random() < p.separation.leave_to_unemployment_share
            self.vacate()
            self.lose_job(registers)
            return
        if self.home == model.outside:
            return
        if self.contract == OPEN_ENDED:
            f = p.furlough
            u -= f.start_multiplier * model.furlough_per_month[section] * f.season[model.month[today]]
            if u < 0.0:
                self.enter(FURLOUGHED)
                self.spell = self.clock = self.registered_since = today
                self.ends = today + 1 + int(self.random.expovariate(1.0) * f.mean_months * DAYS_PER_MONTH)
                return
        if u < p.self_employment.start_employed_per_month:
            self.vacate()
            self.become_self_employed()

    def dismiss(self) -> None:
        """Lose the job for good."""
        assert self.employer is not None
        self.employer.move_job(self.occupation)
        self.leave_job()
        self.lose_job(True)

    def be_made_redundant(self) -> None:
        """Lose a job that the employer does not want any more."""
        assert self.employer is not None
        self.employer.target -= 1
        self.leave_job()
        self.lose_job(True)

    def end_contract(self, today: int) -> None:
        """End a fixed term: renewed at once or from the next season on, made open-ended, or over."""
        assert self.employer is not None
        model, c = self.model, self.model.p.contracts
        registers = self.random.random() < c.register_share
        renewal = c.renewal_share_public if model.is_public[self.employer.section] else c.renewal_share
        u = self.random.random()
        if u < renewal:
            again = model.next_season(today)
            waits = again is not None and registers and self.home != model.outside
            if again is not None and waits and self.random.random() < c.recall_share:
                self.employer.keep_job(self, again)
                self.leave_job()
                self.become_unemployed()
            else:
                self.ends = model.contract_end()
        elif u < renewal + c.conversion_share:
            self.contract = OPEN_ENDED
            self.ends = NEVER
        else:
            self.vacate()
            self.lose_job(registers)

    def end_furlough(self) -> None:
        """End a furlough: back to the job, or dismissed."""
        if self.random.random() < self.model.p.furlough.recall_share:
            self.leave_register()
            self.enter(EMPLOYED)
            self.contract = OPEN_ENDED
            self.ends = NEVER
        else:
            self.dismiss()

    def end_course(self) -> None:
        """End a course, most with a new trade."""
        if self.course is not None and self.random.random() < self.model.p.training.completion_share:
            self.occupation = self.course.occupation
        self.course = None
        self.become_unemployed()

    def graduate(self, today: int) -> None:
        """End studies; young men may have to serve first."""
        had = self.education
        self.education = min(had + 1, TERTIARY)
        may_serve = had == BASIC and self.sex == MEN and today - self.born < OLDEST_CONSCRIPT_YEARS * DAYS_PER_YEAR
        if may_serve and self.random.random() < self.model.p.studies.conscript_share:
            self.become_conscript()
        else:
            self.go_on_from_school()

    def go_on_from_school(self) -> None:
        """Go on after school or service: study, register, or look for work on one's own."""
        p = self.model.p
        if self.education == SECONDARY and self.random.random() < p.studies.continue_share:
            if self.state == CONSCRIPT:
                self.become_student()
            else:
                self.ends = self.model.study_end()
        elif self.random.random() < p.studies.register_share:
            self.become_unemployed()
        else:
            self.become_inactive(p.labour_force.attachment_of_graduate)

    # -- services ---------------------------------------------------------------------------------

    def call_in(self, today: int) -> None:
        """Queue for the appointment that falls due, or register first."""
        model, s = self.model, self.model.p.services
        if self.registered_since is None:
            self.registered_since = today
            if today - self.search_ended < s.new_search_after_days and self.contacts > 0:
                self.appointment = today + int(s.interval_first_days)
                return
            self.contacts = 0
        if self.contacts == 0:
            self.line = BROKERAGE
            due = model.day_after_working_days(today, int(s.first_interview_working_days))
        else:
            due = today + int(s.follow_up_slack_days)
        model.lines[self.line].push(self, due)

    def meet(self, line: int) -> None:
        """Meet an adviser."""
        p, s, random = self.model.p, self.model.p.services, self.random.random
        today = self.model.today
        self.boost_until = today + int(s.contact_effect_days)
        if line == BROKERAGE:
            is_first = self.contacts == 0
            if self.need and random() < (s.recognition_share if is_first else s.later_recognition_share):
                self.line = MULTI_SECTOR
            elif is_first and random() < s.competence_share:
                self.line = COMPETENCE
        self.contacts += 1
        if random() < s.exit_per_contact:
            self.become_inactive(p.labour_force.attachment_after_exit)
        elif line == COMPETENCE and random() < p.training.start_share and self.take_seat(today):
            pass
        elif random() < s.other_start_share[line]:
            self.leave_queue()
            self.enter(IN_SERVICE)
            days = self.random.expovariate(1.0) * s.other_mean_months * DAYS_PER_MONTH
            self.ends = today + SHORTEST_SERVICE_DAYS + int(days)
        else:
            if self.line == MULTI_SECTOR:
                interval = s.interval_multi_sector_days
            elif today - self.spell < s.first_phase_days:
                interval = s.interval_first_days
            else:
                interval = s.interval_later_days
            self.appointment = today + max(1, int(interval))

    def take_seat(self, today: int) -> bool:
        """Start a course that leads to another trade, if there is a seat."""
        courses = [
            c for c in self.model.courses if c.seats > 0 and today <= c.decide_by and c.occupation != self.occupation
        ]
        if not courses:
            return False
        self.course = self.random.choice(courses)
        self.course.seats -= 1
        self.leave_queue()
        self.enter(TRAINING)
        months = self.model.p.training.mean_months * (0.4 + 1.2 * self.random.random())
        self.ends = today + max(14, int(months * DAYS_PER_MONTH))
        return True

    # -- search -----------------------------------------------------------------------------------

    def applications_per_month(self, today: int) -> float:
        """How often a person looks for a job."""
        state, p = self.state, self.model.p
        if state == EMPLOYED:
            if self.home == self.model.outside:
                return 0.0
            band = max(0, min(int((today - self.born) / (5.0 * DAYS_PER_YEAR)) - 3, 11))
            return p.search.rate_employed_per_month * p.search.employed_by_age[band]
        if state == UNEMPLOYED:
            boost = p.services.contact_search_multiplier if self.boost_until > today else 1.0
            return p.search.rate_unemployed_per_month * boost
        if state == INACTIVE:
            return p.search.rate_inactive_per_month * self.attachment
        if state == OUTSIDE:
            return p.search.rate_outside_per_month
        if state == FURLOUGHED:
            return p.search.rate_furloughed_per_month
        if state == TRAINING:
            return p.search.rate_unemployed_per_month * p.training.lock_in_multiplier
        if state == IN_SERVICE:
            return p.search.rate_unemployed_per_month * p.services.other_lock_in_multiplier
        if state == STUDENT and today > self.ends - NEAR_GRADUATION_DAYS:
            return p.search.rate_graduating_per_month
        return 0.0

    def search(self) -> None:
        """Maybe look for a job today; who changed state today looks from tomorrow."""
        if self.state in NEVER_SEARCH:
            return
        today = self.model.today
        rate = self.applications_per_month(today)
        if rate > 0.0 and self.since < today and self.random.random() * DAYS_PER_MONTH < rate:
            self.look_around(today)

    def look_around(self, today: int) -> None:
        """Look through the vacancies of trades that fit, and apply to one if enough is to be seen."""
        model = self.model
        near = model.near[self.home]
        seen: list[Vacancy] = []
        weights: list[float] = []
        for occupation, fit in model.kin[self.occupation]:
            vacancies = model.open_vacancies[occupation]
            seen += vacancies
            weights += [fit * near[vacancy.place] for vacancy in vacancies]
        total = sum(weights)
        if total <= 0.0 or self.random.random() * (total + model.half_visible[self.home][self.occupation]) >= total:
            return
        (vacancy,) = self.random.choices(seen, weights)
        if vacancy.employer is self.employer:
            return
        hiring = model.p.hiring
        suitable = hiring.suitable_share * self.employability
        if self.state in (UNEMPLOYED, FURLOUGHED, TRAINING, IN_SERVICE):
            until = self.since if self.state in (TRAINING, IN_SERVICE) else today
            suitable *= max(0.5, (until - self.clock) / DAYS_PER_MONTH) ** -hiring.duration_exponent
        suitable *= model.fit[self.occupation][vacancy.occupation] ** hiring.fit_exponent
        suitable = min(1.0, suitable)
        if self.random.random() < suitable:
            luck = hiring.luck_share
            vacancy.receive(self, suitable * (1.0 - luck + 2.0 * luck * self.random.random()))


class AreaModel(mesa.Model):
    """The area.

    Parameters
    ----------
    world
        A world as built (`agents.area.build`), day 0; it is read and not changed.
    region
        Its region.
    seed
        Seed of the model's own random numbers.
    """

    def __init__(self, world: World, region: Region, seed: int) -> None:
        super().__init__(rng=seed)
        a = world.arrays
        self.p = _plain(a.parameters[0])
        self.scale = float(world.control.scale)
        self.region_size = float(region.population.sum()) / 100_000.0
        self.today = 0
        self.level = 1.0  # of employers' targets against the start, by their trend
        self.hires = 0  # of residents, or to jobs in the area, since the start
        self.tickets = 0
        self.outside = region.outside
        self.is_working = a.days.is_working.tolist()
        self.month = a.days.month.tolist()
        self.day_of_month = a.days.day_of_month.tolist()
        self.turnover = a.sections.turnover.tolist()
        self.is_public = a.sections.is_public.tolist()
        self.fixed_term_share = a.sections.fixed_term_share.tolist()
        self.furlough_per_month = a.sections.furlough_per_month.tolist()
        self.near = a.near.tolist()
        self.fit = a.fit.tolist()
        self.kin = [[(o, fit) for o, fit in enumerate(row) if fit > 0.0] for row in self.fit]
        self.trades = range(len(self.fit))
        self.section_trades = a.section_occupation.tolist()
        self.entrant_trades = a.entrant_occupation.tolist()
        self.men_share = a.men_share.tolist()
        self.streams = a.streams.tolist()
        self.can_train = [o.is_taught for o in region.occupations]
        self.courses: list[Course] = []
        self.deciding: list[Vacancy] = []
        self.open_vacancies: list[list[Vacancy]] = [[] for _ in self.trades]
        self.lines = [ServiceLine(self, number) for number in range(len(LINES))]
        self.employers = [Employer(self, int(e.place), int(e.section), int(e.target)) for e in a.employers]
        inside = [(e, float(r.start_jobs)) for e, r in zip(self.employers, a.employers, strict=True)]
        inside = [(e, jobs) for e, jobs in inside if e.place != self.outside and jobs > 0.0]
        self.employers_inside = [e for e, _ in inside]
        self.employer_shares = list(accumulate(jobs for _, jobs in inside))
        for row in a.vacancies[: int(world.control.n_vacancies)]:
            self._copy_vacancy(row)
        under_way = [Course(int(offer.occupation), 0, -1) for offer in a.offers[: int(world.control.n_offers)]]
        first_days = _first_appointments(world)
        for row, day in zip(a.persons[: int(world.control.n_persons)], first_days, strict=True):
            person = self._copy_person(row, day)
            if row.course >= 0:
                person.course = under_way[row.course]
        self.half_visible = self._half_visible()
        self.persons = self.agents_by_type[Person]
        self.datacollector = mesa.DataCollector(
            model_reporters={
                "unemployed": _unemployed,
                "employed": _employed,
                "registered": _registered,
                "in_service": _in_service,
                "self_employed": _self_employed,
                "open_vacancies": _open_vacancies,
                "hires": "hires",
            }
        )

    def _copy_vacancy(self, row: Any) -> None:
        vacancy = Vacancy(self, self.employers[row.employer], int(row.occupation))
        vacancy.day = int(row.day)
        vacancy.contract = int(row.contract)
        vacancy.is_part_time = bool(row.is_part_time)
        if row.state == VacancyState.OPEN:
            vacancy.is_open = True
            self.open_vacancies[vacancy.occupation].append(vacancy)

    def _copy_person(self, row: Any, appointment: int) -> Person:
        person = Person(self, int(row.home), int(row.born), int(row.sex), int(row.occupation), int(row.education))
        copied = ("retires", "state", "contract", "spell", "clock", "ends", "search_ended", "contacts", "boost_until")
        for name in copied:
            setattr(person, name, int(row[name]))
        person.since = min(int(row.since), -1)  # the built state did not begin today
        person.employability, person.attachment = float(row.employability), float(row.attachment)
        person.need, person.is_part_time = bool(row.need), bool(row.is_part_time)
        person.line = max(int(row.line), BROKERAGE)
        person.appointment = appointment
        if row.registered_since > NOT_YET:
            person.registered_since = int(row.registered_since)
        if row.employer >= 0:
            person.employer = self.employers[row.employer]
            person.employer.filled += 1
        return person

    def _half_visible(self) -> list[list[float]]:
        """Weighted vacancies at which half of searches find something, by home and trade: a share of the jobs there."""
        places = range(self.outside + 1)
        jobs = [[0.0 for _ in places] for _ in self.trades]
        for person in self.agents_by_type[Person]:
            if person.employer is not None:
                jobs[person.occupation][person.employer.place] += 1.0
        rate = self.p.search.half_visible_rate
        return [
            [rate * sum(fit * near[place] * jobs[o][place] for o, fit in kin for place in places) for kin in self.kin]
            for near in self.near
        ]

    # -- a day ------------------------------------------------------------------------------------

    def step(self) -> None:
        """Simulate a day."""
        if self.day_of_month[self.today] == 1 or self.today == 0:
            if self.today > 0:
                self.follow_trend()
            self.plan_month()
        self.persons.shuffle_do("step")
        self.welcome()
        self.deciding = []
        self.agents_by_type[Vacancy].do("step")
        if self.is_working[self.today]:
            for line in self.lines:
                line.step()
        self.persons.shuffle_do("search")
        self.fill_vacancies()
        self.today += 1
        if self.day_of_month[self.today] == 1:
            self.datacollector.collect(self)

    def follow_trend(self) -> None:
        """Move demand a month along its trend; the newest staff lose the jobs that are left over."""
        before, self.level = self.level, self.level * (1.0 + self.p.jobs.trend_per_year) ** (1.0 / 12.0)
        if self.level == before:
            return
        excess = {}
        for employer in self.employers:
            if employer.place != self.outside:
                number = employer.follow_trend(before, self.level)
                if number > 0:
                    excess[employer] = number
        staff = [person for person in self.persons if person.employer in excess]
        for person in sorted(staff, key=lambda person: -person.since):
            employer = person.employer
            if employer is not None and excess[employer] > 0:
                excess[employer] -= 1
                person.be_made_redundant()

    def plan_month(self) -> None:
        """Order the month's seats on courses for the trades with most vacancies for each unemployed."""
        seats = round(self.p.training.seats * self.scale * self.region_size)
        idle = np.zeros(len(self.trades))
        for person in self.persons:
            idle[person.occupation] += person.state == UNEMPLOYED
        open_jobs = np.array([sum(v.place != self.outside for v in vacancies) for vacancies in self.open_vacancies])
        shortage = np.where(self.can_train, (open_jobs + 1.0) / (idle + 5.0 * self.scale), 0.0)
        chosen = np.argsort(-shortage, kind="stable")[:TRADES_A_MONTH]
        shares = apportion((open_jobs[chosen] + 1.0) * np.array(self.can_train)[chosen], seats)
        last = self.today
        while self.day_of_month[last + 1] != 1:
            last += 1
        self.courses = [
            Course(int(trade), int(n), last) for trade, n in zip(chosen, shares, strict=True) if n > 0
        ]  # fmt: skip

    def welcome(self) -> None:
        """Let people move in and turn 15."""
        for home in range(self.outside):
            for stream in (MOVING_IN, TURNING_15):
                for _ in range(int(self.rng.poisson(self.streams[stream][home]))):
                    self.newcomer(home, stream)

    def newcomer(self, home: int, stream: int) -> None:
        """Make a newcomer."""
        p, random = self.p, self.random
        years, education = 15.0 + random.random() / DAYS_PER_YEAR, BASIC
        if stream == MOVING_IN:
            (band,) = random.choices(range(12), p.demography.arrivals_by_age)
            years = 15.0 + 5.0 * (band + random.random())
            if years >= 18.0:
                (education,) = random.choices(range(3), p.demography.arrivals_by_education)
        (trade,) = random.choices(self.trades, cum_weights=self.entrant_trades)
        born = self.today - int(years * DAYS_PER_YEAR)
        sex = MEN if random.random() < self.men_share[trade] else WOMEN
        person = Person(self, home, born, sex, trade, education)
        spread = p.hiring.employability_spread
        person.employability = math.exp(spread * random.gauss(0.0, 1.0) - 0.5 * spread * spread)
        person.retires = self.retirement_day(person.born)
        if years < 19.0:
            person.become_student()
        elif self.today >= person.retires:
            person.enter(RETIRED)
        else:
            person.become_inactive(p.labour_force.attachment_of_arrival)

    def fill_vacancies(self) -> None:
        """Settle the offers of the day by deferred acceptance, then hire."""
        for vacancy in self.deciding:
            vacancy.rank = 0
        for vacancy in self.deciding:
            proposing: Vacancy | None = vacancy
            while proposing is not None:
                proposing = proposing.propose()
        for vacancy in self.deciding:
            vacancy.decide()

    # -- draws ------------------------------------------------------------------------------------

    def contract_end(self) -> int:
        """Draw the end of a fixed term that begins today: an exponential length, but ends come in their season."""
        c = self.p.contracts
        month, last = self.month, len(self.month) - 1
        most = max(c.end_season)
        while True:
            length = self.random.expovariate(1.0) * c.mean_months * DAYS_PER_MONTH
            day = min(last, self.today + SHORTEST_TERM_DAYS + int(length))
            if day == last or self.random.random() * most < c.end_season[month[day]]:
                break
        if self.random.random() < c.month_end_share:
            if month[day] == DECEMBER and self.day_of_month[day] <= CHRISTMAS:
                return min(last, day + CHRISTMAS - self.day_of_month[day])
            day += 1
            while day < last and self.day_of_month[day] != 1:
                day += 1
        return min(last, day)

    def next_season(self, day: int) -> int | None:
        """Find the day on which those are called back whose season ends with a day; None if no season does."""
        date = (self.month[day], self.day_of_month[day])
        if date in ((JUNE, 1), (JULY, 1)):
            wanted = (AUGUST, 11)
        elif date == (DECEMBER, CHRISTMAS):
            wanted = (0, 7)
        else:
            return None
        while day < len(self.month) - 1 and (self.month[day], self.day_of_month[day]) != wanted:
            day += 1
        return day

    def study_end(self) -> int:
        """Draw the first of June on which studies end that begin today."""
        s = self.p.studies
        years = s.shortest_years + s.spread_years * self.random.random()
        day = self.today + int((years - 0.5) * DAYS_PER_YEAR)
        last = len(self.month) - 1
        while day < last and not (self.day_of_month[day] == 1 and self.month[day] == 5):
            day += 1
        return day

    def add_job_somewhere(self, mean_days: float) -> None:
        """Let the demand for a job come back at an employer of the area, drawn by size."""
        (employer,) = self.random.choices(self.employers_inside, cum_weights=self.employer_shares)
        (trade,) = self.random.choices(self.trades, cum_weights=self.section_trades[employer.section])
        employer.add_job(trade, mean_days)

    def retirement_day(self, born: int) -> int:
        """Draw the day of old-age retirement."""
        d = self.p.demography
        first, second = d.retired_in_3_months_share, d.retired_in_1_year_share
        shares = (first, second, d.retired_in_2_years_share, 1.0 - first - second - d.retired_in_2_years_share)
        ((begin, length),) = self.random.choices(((0.0, 0.25), (0.25, 0.75), (1.0, 1.0), (2.0, 7.0)), shares)
        return born + int((d.retirement_age_years + begin + length * self.random.random()) * DAYS_PER_YEAR)

    def day_after_working_days(self, day: int, n: int) -> int:
        """Find the day n working days later."""
        while n > 0 and day < len(self.is_working) - 1:
            day += 1
            n -= self.is_working[day]
        return day


def _first_appointments(world: World) -> list[int]:
    """Day of each person's first appointment, as the built world has it; -1 for none within the horizon."""
    n = int(world.control.n_persons)
    days: list[int] = world.arrays.nodes.day[: n * KINDS].reshape(n, KINDS)[:, SERVICE].tolist()
    return days


def _plain(record: Any) -> Any:
    """Turn a parameter record into plain attributes: mechanisms, numbers, lists by dimension."""
    if getattr(record.dtype, "names", None):
        return SimpleNamespace(**{name: _plain(record[name]) for name in record.dtype.names})
    return record.tolist()


def _unemployed(model: AreaModel) -> int:
    return sum(person.state in (UNEMPLOYED, FURLOUGHED) for person in model.persons)


def _employed(model: AreaModel) -> int:
    works = (EMPLOYED, SELF_EMPLOYED)
    return sum(person.state in works and person.home != model.outside for person in model.persons)


def _registered(model: AreaModel) -> int:
    last_day = model.today - 1
    return sum(person.is_registered(last_day) and person.home != model.outside for person in model.persons)


def _in_service(model: AreaModel) -> int:
    return sum(person.state == IN_SERVICE for person in model.persons)


def _self_employed(model: AreaModel) -> int:
    return sum(person.state == SELF_EMPLOYED for person in model.persons)


def _open_vacancies(model: AreaModel) -> int:
    return sum(v.place != model.outside for vacancies in model.open_vacancies for v in vacancies)
