"""The employment area as an ordinary Mesa model: one object a person, employer and vacancy.

The rules are the engine's (`sim.kernels`), written the way a user of Mesa writes them: everybody takes a
step every day, chance is drawn on the spot, vacancies stand in lists that a searcher looks through. It
starts from a world that `agents.synthetic.build_world` has made and has its own random numbers, so that
whatever the engine's calendar, candidate days, keyed draws, heaps and compiled code might do wrong shows
up as a difference. Nothing here is used by the product.

It is no straw man: vacancies are kept by occupation, so that a search costs the vacancies of the trades
that fit and not all of them, appointments and ends of contracts are plain days compared with today.

People, employers and vacancies are here, the employment authority is in `benchmarks.mesa_services`.

Left out, because neither side does it in a comparison: closures and the recovery of jobs they struck off,
dated changes of parameters, of posts and of places, the re-assessment of offices, a demand index, trials, logs.
Left out, because no one who works or looks for work is touched: benefits and costs, causes of long unemployment,
numbers of children and of people of 75 and over (the engine stops turning 15 when a place has no children left).
"""

from __future__ import annotations

import math
from itertools import accumulate
from types import SimpleNamespace
from typing import Any

import mesa

from agents.region import Region
from agents.synthetic.closeness import usual_nearness
from benchmarks.mesa_services import (
    BROKERAGE,
    IN_MEASURE,
    LIFE_SITUATION,
    NO_NEED,
    NOT_REFERRED,
    SUBSIDISED,
    UNEMPLOYED,
    WAGE_SUBSIDY_PRIVATE,
    WORK_CAPACITY,
    Authority,
    Client,
    Offer,
    Purchasing,
)
from sim.dimensions import DAYS_PER_MONTH, Contract, State, VacancyState
from sim.kernels.calendar import KINDS, SERVICE
from sim.kernels.moving import MOVING_IN, RETURNING, TURNING_15
from sim.tables import NOT_YET
from sim.world import World

DAYS_PER_YEAR = 365.25
BASIC, SECONDARY, TERTIARY = 0, 1, 2
MEN, WOMEN = 0, 1
JUNE, JULY, AUGUST, DECEMBER = 5, 6, 7, 11
FIRST_YEAR_DAYS = 365
SHORTEST_TERM_DAYS = 14
CHRISTMAS = 23  # of December: first day without work of terms that end with the year
OLDEST_CONSCRIPT_YEARS = 25.0
NEAR_GRADUATION_DAYS = 120
REMEMBERED = 3  # best applicants that an employer remembers in a round
NEVER = 1 << 30

# The enumerations as plain numbers: comparing members costs several times as much
EMPLOYED, FURLOUGHED = int(State.EMPLOYED), int(State.FURLOUGHED)
STUDENT, INACTIVE, DISABILITY, RETIRED, OUTSIDE = (
    int(s) for s in (State.STUDENT, State.INACTIVE, State.DISABILITY, State.RETIRED, State.OUTSIDE)
)
SELF_EMPLOYED, CONSCRIPT = int(State.SELF_EMPLOYED), int(State.CONSCRIPT)
NEVER_SEARCH = frozenset({SELF_EMPLOYED, CONSCRIPT, DISABILITY, RETIRED})
DATED = frozenset({EMPLOYED, FURLOUGHED, STUDENT, CONSCRIPT}) | IN_MEASURE
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
        self.visited_until = 0  # a visit of employer services acts before this day
        self.vacancies: set[Vacancy] = set()

    def be_visited(self, until: int) -> None:
        """Be visited by employer services, which acts until a day: some of the jobs that wait are posted."""
        self.visited_until = until
        waiting = [vacancy for vacancy in self.vacancies if not vacancy.is_open and vacancy.kept_for is None]
        for vacancy in sorted(waiting, key=lambda vacancy: vacancy.unique_id):
            if self.random.random() < self.model.p.employer_services.wake_share:
                vacancy.post()

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
        if self.place >= model.outside:
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
        self.is_registered = False
        self.is_remote = False
        self.opened = 0
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
        self.is_remote = self.random.random() < model.remote_share[self.occupation]
        notified = p.jobs.notified_share
        if self.employer.visited_until > model.today:
            notified *= p.employer_services.notified_multiplier
        self.is_registered = self.random.random() < notified
        self.is_open = True
        self.opened = model.today
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
        elif self.place >= self.model.outside:
            self.hide()
            self.wait(jobs.creation_days)
        else:
            self.employer.target -= 1
            self.close()
            self.model.add_job_somewhere(jobs.return_days)

    def hire(self, person: Person) -> None:
        """Hire a person."""
        model = self.model
        model.hires += not (person.home >= model.outside and self.place >= model.outside)
        has_promise = person.client.has_promise(self.employer, model.today)
        person.vacate()
        self.close()
        if has_promise:
            person.start_subsidised_job(self)
        else:
            person.start_job(self)


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
        self.has_car = True
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
        self.offer: Vacancy | None = None
        self.client = Client(self)

    # -- changes of state -------------------------------------------------------------------------

    def enter(self, state: int) -> None:
        """Be in another state from today."""
        self.state = state
        self.since = self.model.today
        self.client.measure = -1
        self.client.referral = NOT_REFERRED

    def leave_register(self, open_until: int = -NEVER) -> None:
        """Be no client of the services any more; the job search may stay open until a day."""
        if self.registered_since is not None:
            self.registered_since = None
            self.search_ended = max(open_until, self.model.today)
        self.client.end_search()

    def is_registered(self, today: int) -> bool:
        """Say whether a person is a registered jobseeker: as a client, or by a search that is still open."""
        if self.registered_since is not None:
            return True
        return self.search_ended > today and self.state in (EMPLOYED, SELF_EMPLOYED, INACTIVE)

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
        self.client.find_path(today)
        self.leave_register(open_until)
        self.client.promise_until = today
        self.employer = job.employer
        self.occupation = job.occupation
        job.employer.filled += 1
        self.enter(EMPLOYED)

    def start_subsidised_job(self, job: Vacancy) -> None:
        """Start a job with a wage subsidy, for a term; she stays on the register."""
        model = self.model
        self.employer = job.employer
        self.occupation = job.occupation
        self.contract = FIXED_TERM
        job.employer.filled += 1
        days = int(model.p.measures.mean_months[WAGE_SUBSIDY_PRIVATE] * DAYS_PER_MONTH)
        self.client.take_part(SUBSIDISED, WAGE_SUBSIDY_PRIVATE, model.today + days, model.today)
        self.client.promise_until = model.today

    def stay_on(self) -> None:
        """Go on in the same job when the wage subsidy ends."""
        self.leave_register()
        self.enter(EMPLOYED)
        self.contract = OPEN_ENDED
        self.ends = NEVER

    def lose_job(self, registers: bool) -> None:
        """Go where somebody goes whose job has ended."""
        if self.home >= self.model.outside:
            self.enter(OUTSIDE)
        elif registers:
            self.become_unemployed()
        else:
            self.become_inactive(self.model.p.labour_force.attachment_after_job)

    def become_unemployed(self) -> None:
        """Begin unemployment, or go on with it after a measure or a furlough."""
        today = self.model.today
        if self.client.stops_clock():
            self.clock += today - self.since  # the duration stood still
        elif self.state == FURLOUGHED:
            self.registered_since = None
        else:
            self.clock = today
        if self.state != FURLOUGHED:
            self.spell = today
        self.enter(UNEMPLOYED)
        self.ends = NEVER
        self.client.appointment = today

    def become_inactive(self, attachment: float) -> None:
        """Leave the labour force; a job search is taken off the register after a while."""
        model = self.model
        days = self.random.expovariate(1.0) * model.p.register.kept_outside_months * DAYS_PER_MONTH
        self.leave_register(model.today + int(days))
        self.enter(INACTIVE)
        self.attachment = attachment

    def become_student(self) -> None:
        """Begin studies."""
        self.client.find_path(self.model.today)
        self.leave_register()
        self.enter(STUDENT)
        self.ends = self.model.study_end()

    def become_self_employed(self) -> None:
        """Start a business; no search stays open."""
        self.client.find_path(self.model.today)
        self.leave_register()
        self.search_ended = min(self.search_ended, self.model.today)
        self.enter(SELF_EMPLOYED)

    def become_conscript(self) -> None:
        """Wait for the contingent of July and serve: 165, 255 or 347 days."""
        s = self.model.p.studies
        short, middle = s.conscript_165_days_share, s.conscript_255_days_share
        (days,) = self.random.choices((165, 255, 347), (short, middle, 1.0 - short - middle))
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
        if self.client.appointment == today and self.is_here:
            self.client.appointment = -1
            if self.state == UNEMPLOYED:
                self.client.call_in(today)

    def age_band(self, today: int) -> int:
        """Five-year age band, 15–19 is 0."""
        return max(0, min(int((today - self.born) / (5.0 * DAYS_PER_YEAR)) - 3, 11))

    def live(self, today: int) -> bool:
        """Get older; say whether that changed the state."""
        model = self.model
        if self.home >= model.outside:
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
        band = self.age_band(today)
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
            elif state in IN_MEASURE:
                self.client.end_measure(today)
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
        band = self.age_band(today)
        u -= p.separation.leave_per_month * p.separation.leave_by_age[band]
        if u < 0.0:
            registers = self.random.random() < p.separation.leave_to_unemployment_share
            self.vacate()
            self.lose_job(registers)
            return
        if self.home >= model.outside:
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
            waits = again is not None and registers and self.home < model.outside
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

    # -- search -----------------------------------------------------------------------------------

    def applications_per_month(self, today: int) -> float:
        """How often a person looks for a job."""
        state, p = self.state, self.model.p
        if state == EMPLOYED:
            if self.home >= self.model.outside:
                return 0.0
            return p.search.rate_employed_per_month * p.search.employed_by_age[self.age_band(today)]
        if state == UNEMPLOYED:
            boost = p.services.contact_search_multiplier if self.client.boost_until > today else 1.0
            return p.search.rate_unemployed_per_month * boost
        if state == INACTIVE:
            return p.search.rate_inactive_per_month * self.attachment
        if state == OUTSIDE:
            return p.search.rate_outside_per_month
        if state == FURLOUGHED:
            return p.search.rate_furloughed_per_month
        if state in IN_MEASURE:
            return p.search.rate_unemployed_per_month * p.measures.search_multiplier[self.client.measure]
        if state == STUDENT and today > self.ends - NEAR_GRADUATION_DAYS:
            return p.search.rate_graduating_per_month
        return 0.0

    def search(self) -> None:
        """Maybe look for a job today; who changed state today looks from tomorrow."""
        if self.state in NEVER_SEARCH:
            return
        today = self.model.today
        if self.client.referral != NOT_REFERRED:
            self.client.follow_referral(today)
        rate = self.applications_per_month(today)
        if rate > 0.0 and self.since < today and self.random.random() * DAYS_PER_MONTH < rate:
            self.look_around(today)

    def vacancies_in_sight(self) -> tuple[list[Vacancy], list[float]]:
        """Find the vacancies of trades that fit, and how likely she is to choose each."""
        model = self.model
        near, near_remote = model.near[self.has_car][self.home], model.near_remote[self.has_car][self.home]
        seen: list[Vacancy] = []
        weights: list[float] = []
        for occupation, fit in model.kin[self.occupation]:
            vacancies = model.open_vacancies[occupation]
            seen += vacancies
            weights += [fit * (near_remote if v.is_remote else near)[v.place] for v in vacancies]
        return seen, weights

    def look_around(self, today: int) -> None:
        """Look through the vacancies, and apply to one if enough is to be seen."""
        seen, weights = self.vacancies_in_sight()
        total = sum(weights)
        half = self.model.half_visible[self.home][self.occupation]
        if total > 0.0 and self.random.random() * (total + half) < total:
            (vacancy,) = self.random.choices(seen, weights)
            self.apply(vacancy, self.suitability(vacancy, today))

    def suitability(self, vacancy: Vacancy, today: int) -> float:
        """Probability that an employer finds her suitable."""
        model, client = self.model, self.client
        hiring, employer = model.p.hiring, vacancy.employer
        suitable = hiring.suitable_share * self.employability * client.gain
        if client.has_promise(employer, today):
            suitable *= model.p.measures.voucher_multiplier
        if client.need == WORK_CAPACITY and employer.visited_until > today:
            suitable *= model.p.employer_services.part_capacity_multiplier
        if self.state in (UNEMPLOYED, FURLOUGHED) or self.state in IN_MEASURE:
            until = self.since if client.stops_clock() else today
            suitable *= max(0.5, (until - self.clock) / DAYS_PER_MONTH) ** -hiring.duration_exponent
        suitable *= model.fit[self.occupation][vacancy.occupation] ** hiring.fit_exponent
        return float(min(1.0, suitable))

    def apply(self, vacancy: Vacancy, suitable: float) -> None:
        """Apply to a vacancy: with some probability she is acceptable, and is remembered with a score."""
        if vacancy.employer is not self.employer and self.random.random() < suitable:
            luck = self.model.p.hiring.luck_share
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
        self.today = 0
        self.level = 1.0  # of employers' targets against the start, by their trend
        self.hires = 0  # of residents, or to jobs in the area, since the start
        self.tickets = 0
        self.contacts = self.talks_late = 0  # talks held, and of these later than tolerated
        self.interviews = self.interviews_in_time = 0
        self.outside = region.outside
        self.is_working = a.days.is_working.tolist()
        self.month = a.days.month.tolist()
        self.month_index = a.days.month_index.tolist()
        self.day_of_month = a.days.day_of_month.tolist()
        self.weekday, self.week = a.days.weekday.tolist(), a.days.week.tolist()
        self.working_number = a.days.working_number.tolist()
        self.searches = [0 for _ in range(self.month_index[-1] + 1)]  # begun in each month
        self.paths = [0 for _ in self.searches]  # of these with a path in time
        self.turnover = a.sections.turnover.tolist()
        self.is_public = a.sections.is_public.tolist()
        self.fixed_term_share = a.sections.fixed_term_share.tolist()
        self.furlough_per_month = a.sections.furlough_per_month.tolist()
        self.distance = a.distance.tolist()
        n = region.n_places  # layers of those with a car and of those without; no policy has others
        self.near, self.near_remote = ([x[n : 2 * n].tolist(), x[:n].tolist()] for x in (a.near, a.near_remote))
        for near in (self.near, self.near_remote):
            near[False][region.outside :] = near[True][region.outside :]
        self.usual = usual_nearness(region, a.parameters[0]).tolist()
        self.remote_share = [
            self.p.mobility.remote_feasible_share[group] * self.p.mobility.remote_offered_share
            for group in a.major_group
        ]
        self.is_centre = a.points.is_centre.tolist()
        self.fit = a.fit.tolist()
        self.kin = [[(o, fit) for o, fit in enumerate(row) if fit > 0.0] for row in self.fit]
        self.trades = range(len(self.fit))
        self.section_trades = a.section_occupation.tolist()
        self.entrant_trades = list(accumulate(a.trades.share.tolist()))
        self.men_share = a.trades.men_share.tolist()
        self.streams = a.streams.tolist()
        for stream in (RETURNING,):  # all who move in are alike here, and nobody moves within the area
            self.streams[MOVING_IN] = [sum(two) for two in zip(self.streams[MOVING_IN], a.streams[stream], strict=True)]
        self.deciding: list[Vacancy] = []
        self.open_vacancies: list[list[Vacancy]] = [[] for _ in self.trades]
        self.employers = [Employer(self, int(e.place), int(e.section), int(e.target)) for e in a.employers]
        inside = [(e, float(r.start_jobs)) for e, r in zip(self.employers, a.employers, strict=True)]
        inside = [(e, jobs) for e, jobs in inside if e.place < self.outside and jobs > 0.0]
        self.employers_inside = [e for e, _ in inside]
        self.employer_shares = list(accumulate(jobs for _, jobs in inside))
        for row in a.vacancies[: int(world.control.n_vacancies)]:
            self._copy_vacancy(row)
        under_way = [
            Offer(int(offer.measure), int(offer.occupation), -1, -1, 0)
            for offer in a.offers[: int(world.control.n_offers)]
        ]
        first_days = _first_appointments(world)
        for row, day in zip(a.persons[: int(world.control.n_persons)], first_days, strict=True):
            person = self._copy_person(row, day)
            if row.course >= 0:
                person.client.offer = under_way[row.course]
        self.half_visible = self._half_visible()
        self.persons = self.agents_by_type[Person]
        self.authority = Authority(self, region)
        self.authority.place_staff()
        self.purchasing = Purchasing(self, region)
        self.purchasing.begin()
        self.datacollector = mesa.DataCollector(
            model_reporters={
                "unemployed": _unemployed,
                "employed": _employed,
                "registered": _registered,
                "in_measures": _in_measures,
                "subsidised": _subsidised,
                "self_employed": _self_employed,
                "open_vacancies": _open_vacancies,
                "hires": "hires",
                "service_contacts": "contacts",
                "interviews": "interviews",
                "interviews_in_time": "interviews_in_time",
                "talks_late": "talks_late",
            }
        )

    def _copy_vacancy(self, row: Any) -> None:
        vacancy = Vacancy(self, self.employers[row.employer], int(row.occupation))
        vacancy.day = int(row.day)
        vacancy.contract = int(row.contract)
        vacancy.is_part_time, vacancy.is_remote = bool(row.is_part_time), bool(row.is_remote)
        vacancy.is_registered, vacancy.opened = bool(row.is_registered), int(row.opened)
        if row.state == VacancyState.OPEN:
            vacancy.is_open = True
            self.open_vacancies[vacancy.occupation].append(vacancy)

    def _copy_person(self, row: Any, appointment: int) -> Person:
        person = Person(self, int(row.home), int(row.born), int(row.sex), int(row.occupation), int(row.education))
        for name in ("retires", "state", "contract", "spell", "clock", "ends", "search_ended"):
            setattr(person, name, int(row[name]))
        person.since = min(int(row.since), -1)  # the built state did not begin today
        person.employability, person.attachment = float(row.employability), float(row.attachment)
        person.is_part_time, person.has_car = bool(row.is_part_time), bool(row.has_car)
        client = person.client
        for name in ("contacts", "language", "need", "measure", "boost_until"):
            setattr(client, name, int(row[name]))
        client.line = max(int(row.line), BROKERAGE)
        client.is_recognised, client.has_plan = bool(row.is_recognised), bool(row.has_plan)
        client.appointment = appointment
        if row.registered_since > NOT_YET:
            person.registered_since = int(row.registered_since)
            if row.state == UNEMPLOYED and row.contacts == 0:
                client.has_path = False
                self.count_search(0)
        if row.employer >= 0:
            person.employer = self.employers[row.employer]
            person.employer.filled += 1
        return person

    def _half_visible(self) -> list[list[float]]:
        """Weighted vacancies at which half of searches find something, by home and trade: a share of the jobs there."""
        places = range(len(self.usual))
        jobs = [[0.0 for _ in places] for _ in self.trades]
        for person in self.agents_by_type[Person]:
            if person.employer is not None:
                jobs[person.occupation][person.employer.place] += 1.0
        rate = self.p.search.half_visible_rate
        return [
            [rate * sum(fit * near[place] * jobs[o][place] for o, fit in kin for place in places) for kin in self.kin]
            for near in self.usual
        ]

    # -- a day ------------------------------------------------------------------------------------

    def step(self) -> None:
        """Simulate a day."""
        if self.day_of_month[self.today] == 1 or self.today == 0:
            if self.today > 0:
                self.follow_trend()
                self.authority.plan_month()
            self.purchasing.plan_month()
            self.authority.visit_employers()
        self.persons.shuffle_do("step")
        self.welcome()
        self.deciding = []
        self.agents_by_type[Vacancy].do("step")
        if self.is_working[self.today]:
            self.authority.step()
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
            if employer.place < self.outside:
                number = employer.follow_trend(before, self.level)
                if number > 0:
                    excess[employer] = number
        staff = [person for person in self.persons if person.employer in excess]
        for person in sorted(staff, key=lambda person: -person.since):
            employer = person.employer
            if employer is not None and excess[employer] > 0:
                excess[employer] -= 1
                person.be_made_redundant()

    def count_search(self, day: int) -> None:
        """Count a job search that begins on a day."""
        self.searches[self.month_index[day]] += 1

    def count_path(self, begun: int, today: int) -> None:
        """Count a path found today in a search that began on a day, if that is in time."""
        self.paths[self.month_index[begun]] += today - begun <= self.p.rules.path_days

    def welcome(self) -> None:
        """Let people move in and turn 15."""
        for home in range(self.outside):
            for stream in (MOVING_IN, TURNING_15):
                for _ in range(int(self.rng.poisson(self.streams[stream][home]))):
                    self.newcomer(home, stream)

    def draws_car(self, home: int, z: float) -> bool:
        """Whether a newcomer has the use of a car, which goes with employability."""
        r = self.p.mobility.car_employability
        standing = r * z + math.sqrt(1.0 - r * r) * self.random.gauss(0.0, 1.0)
        share = self.p.mobility.car_share[0 if self.is_centre[home] else 1]
        return 0.5 * (1.0 + math.erf(standing / math.sqrt(2.0))) > 1.0 - share

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
        z = random.gauss(0.0, 1.0)
        person.employability = math.exp(spread * z - 0.5 * spread * spread)
        person.has_car = self.draws_car(home, z)
        person.client.need = self.need_of(0.5 * (1.0 + math.erf(z / math.sqrt(2.0))))
        person.retires = self.retirement_day(person.born)
        if years < 19.0:
            person.become_student()
        elif self.today >= person.retires:
            person.enter(RETIRED)
        else:
            person.become_inactive(p.labour_force.attachment_of_arrival)

    def need_of(self, rank: float) -> int:
        """Draw the need of a newcomer by her rank of employability: only in the lower half, most at the bottom."""
        population = self.p.population
        if self.random.random() >= population.need_at_bottom_share * max(0.0, 1.0 - rank / 0.5):
            return NO_NEED
        return WORK_CAPACITY if self.random.random() < population.need_work_capacity_share else LIFE_SITUATION

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
    return sum(person.state in works and person.home < model.outside for person in model.persons)


def _registered(model: AreaModel) -> int:
    last_day = model.today - 1
    return sum(person.is_registered(last_day) and person.home < model.outside for person in model.persons)


def _in_measures(model: AreaModel) -> int:
    return sum(person.state in IN_MEASURE for person in model.persons)


def _subsidised(model: AreaModel) -> int:
    return sum(person.state == SUBSIDISED for person in model.persons)


def _self_employed(model: AreaModel) -> int:
    return sum(person.state == SELF_EMPLOYED for person in model.persons)


def _open_vacancies(model: AreaModel) -> int:
    return sum(v.place < model.outside for vacancies in model.open_vacancies for v in vacancies)
