"""People of the ordinary Mesa model (`benchmarks.mesa_model`): work, studies, moves and search, one object a person.

The rules are those of `sim.kernels.hazards`, `separation`, `labour_force`, `studies`, `demography`, `moving`,
`departure`, `trades` and `search`. What the authority knows of a person is her `Client`, what she has brought from
abroad her `Background`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from benchmarks.mesa_background import (
    ABSENT,
    EMPLOYED,
    FOR_DEGREE,
    NATIONAL,
    NEVER,
    SELF_EMPLOYED,
    Background,
)
from benchmarks.mesa_employers import FIXED_TERM, OPEN_ENDED, Employer, Vacancy
from benchmarks.mesa_services import (
    IN_MEASURE,
    NOT_REFERRED,
    SUBSIDISED,
    UNEMPLOYED,
    WAGE_SUBSIDY_PRIVATE,
    WORK_CAPACITY,
    Client,
)
from sim.dimensions import DAYS_PER_MONTH, DAYS_PER_YEAR, State
from sim.tables import NO_LOSS

if TYPE_CHECKING:
    from benchmarks.mesa_model import AreaModel

BASIC, SECONDARY, TERTIARY = 0, 1, 2
MEN, WOMEN = 0, 1
FIRST_YEAR_DAYS = 365
OLDEST_CONSCRIPT_YEARS = 25.0
YOUNG_GRADUATE_YEARS = 30.0
NEAR_GRADUATION_DAYS = 120

# The enumerations as plain numbers: comparing members costs several times as much
FURLOUGHED, CONSCRIPT = int(State.FURLOUGHED), int(State.CONSCRIPT)
STUDENT, INACTIVE, DISABILITY, RETIRED, OUTSIDE = (
    int(s) for s in (State.STUDENT, State.INACTIVE, State.DISABILITY, State.RETIRED, State.OUTSIDE)
)
NEVER_SEARCH = frozenset({SELF_EMPLOYED, CONSCRIPT, DISABILITY, RETIRED})
DATED = frozenset({EMPLOYED, FURLOUGHED, STUDENT, CONSCRIPT}) | IN_MEASURE


class Person(mesa.Agent):
    """Somebody of 15–74 who lives in the area, or lives outside and works in it or might."""

    def __init__(self, model: AreaModel, home: int, born: int, sex: int, occupation: int, education: int) -> None:
        super().__init__(model)
        self.home = home
        self.born = born
        self.sex = sex
        self.occupation = occupation  # of the last job or course
        self.qualification = occupation  # trade she has learnt
        self.education = education
        self.retires = NEVER
        self.employability = 1.0
        self.attachment = 1.0
        self.has_car = True
        self.is_here = True
        self.state = ABSENT
        self.since = model.today
        self.employer: Employer | None = None
        self.contract = 0
        self.is_part_time = False
        self.ends = NEVER
        self.lost_job = NO_LOSS  # day on which the last job was lost to the employer's decision
        self.spell = -1  # first day of the unemployment spell
        self.clock = 0  # origin of the duration of unemployment
        self.registered_since: int | None = None
        self.search_ended = -NEVER
        self.offer: Vacancy | None = None
        self.client = Client(self)
        self.background = Background(self)

    # -- changes of state -------------------------------------------------------------------------

    def enter(self, state: int) -> None:
        """Be in another state from today."""
        self.background.keep_permit(state)
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

    def be_displaced(self) -> None:
        """Lose the job by the employer's decision, and remember it."""
        self.lost_job = self.model.today
        self.lose_job(True)

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
        self.background.part()
        self.is_here = False
        self.remove()

    def learn(self, trade: int) -> None:
        """Qualify in a trade, here."""
        self.occupation = self.qualification = trade
        self.background.credential = NATIONAL

    # -- a day ------------------------------------------------------------------------------------

    def step(self) -> None:
        """Age, then whatever ends or happens in the labour state, then the appointment that falls due."""
        if not self.is_here:
            return  # gone today with the spouse
        today = self.model.today
        if not self.live(today):
            self.work(today)
        self.keep_appointment(today)

    def keep_appointment(self, today: int) -> None:
        """Come to the appointment that falls due today."""
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
        if today >= self.background.permit_until:  # no job was found in time
            self.move_out(False)
            return True
        d = model.p.demography
        band = self.age_band(today)
        u = self.random.random() * DAYS_PER_YEAR - d.deaths_per_year[band]
        if u < 0.0:
            self.depart()
            return True
        studies, others = self.departures_per_year(band, today)
        if u < studies + others:
            self.move_out(u < studies)
            return True
        u -= studies + others
        if self.state != DISABILITY and self.state != RETIRED:
            u -= d.disability_per_year[band]
            if u < 0.0:
                self.retire(DISABILITY)
                return True
        if u < self.moves_per_year(band, today):
            self.relocate(today)
            return self.since == today
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

    # -- moving -----------------------------------------------------------------------------------

    def departures_per_year(self, band: int, today: int) -> tuple[float, float]:
        """Rates of leaving the area for studies and for anything else."""
        if self.background.is_from_abroad:
            return 0.0, self.background.onward_per_year()
        p = self.model.p
        rate, for_studies = p.demography.departures_per_year[band], p.moving.study_share[band]
        if today - self.lost_job < p.moving.job_loss_days:
            rate *= p.moving.job_loss_multiplier
        others = rate * (1.0 - for_studies)
        is_young = today - self.born < YOUNG_GRADUATE_YEARS * DAYS_PER_YEAR
        if is_young and self.education == TERTIARY and self.state != STUDENT:
            others *= p.moving.graduate_multiplier
        return rate * for_studies * p.moving.study_multiplier, others

    def moves_per_year(self, band: int, today: int) -> float:
        """Rate of moving to another municipality of the area; the one where she works draws her."""
        model, m = self.model, self.model.p.moving
        rate = model.all_moves[self.home]
        if self.employer is not None and self.employer.place < model.outside:
            rate += (m.workplace_pull - 1.0) * model.moves[self.home][self.employer.place]
        if today - self.lost_job < m.job_loss_days:
            rate *= m.job_loss_multiplier
        return float(rate * m.within_by_age[band] * m.within_multiplier)

    def move_out(self, for_studies: bool) -> None:
        """Leave the area; who leaves for studies may come back, and a spouse from abroad goes along, as a rule."""
        if for_studies:
            self.model.study_departures += 1
            self.model.newcomers.away[self.home] += 1.0
        spouse = self.background.spouse
        self.depart()
        if spouse is not None and self.random.random() < self.model.p.immigration.follow_share:
            spouse.depart()

    def relocate(self, today: int) -> None:
        """Move to another municipality of the area; a spouse who lives in the same one comes along."""
        model, home, spouse = self.model, self.home, self.background.spouse
        weights = list(model.moves[home])
        if self.employer is not None and self.employer.place < model.outside:
            weights[self.employer.place] *= model.p.moving.workplace_pull
        (place,) = self.random.choices(range(model.outside), weights)
        self.move_home(place, today)
        if spouse is not None and spouse.home == home:
            spouse.move_home(place, today)

    def move_home(self, place: int, today: int) -> None:
        """Live in another municipality; a job that is out of reach from there is given up."""
        model, old = self.model, self.home
        self.home = place
        places = model.authority.places
        if self.client.desk is not None and places[old].serves != places[place].serves:
            self.client.leave_queue()
            self.client.appointment = today
        if self.employer is not None:
            away = model.distance[place][self.employer.place]
            if away > model.p.moving.longest_commute_km and away > model.distance[old][self.employer.place]:
                self.leave_for_nothing(today)
        self.keep_appointment(today)  # a spouse may have had her day

    # -- work and studies -------------------------------------------------------------------------

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
            entry = self.model.p.labour_force.entry_per_month * self.attachment * self.register_factor(today)
            if self.random.random() * DAYS_PER_MONTH < entry:
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
        dismissal *= p.labour_force.education_risk[self.education]
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
            self.leave_for_nothing(today)
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

    def register_factor(self, today: int) -> float:
        """How readily she registers when she has no job and was not dismissed: by education and age."""
        p = self.model.p.labour_force
        return float(p.education_risk[self.education] * p.registers_by_age[self.age_band(today)])

    def leave_for_nothing(self, today: int) -> None:
        """Give up the job with no other job in hand."""
        share = self.model.p.separation.leave_to_unemployment_share * self.register_factor(today)
        registers = self.random.random() < share
        self.vacate()
        self.lose_job(registers)

    def dismiss(self) -> None:
        """Lose the job for good."""
        assert self.employer is not None
        self.employer.move_job(self.occupation)
        self.leave_job()
        self.be_displaced()

    def be_made_redundant(self) -> None:
        """Lose a job that the employer does not want any more."""
        assert self.employer is not None
        self.employer.target -= 1
        self.leave_job()
        self.be_displaced()

    def end_contract(self, today: int) -> None:
        """End a fixed term: renewed at once or from the next season on, resting in winter, made open-ended, or over."""
        assert self.employer is not None
        model, c = self.model, self.model.p.contracts
        registers = self.random.random() < c.register_share * self.register_factor(today)
        renewal = c.renewal_share_public if model.is_public[self.employer.section] else c.renewal_share
        u = self.random.random()
        again, waits = (model.next_season(today) if u < renewal else None), c.recall_share
        if again is None:
            again, waits = model.spring_after(today), c.winter_break_share[self.employer.section]
        may_wait = registers and self.home < model.outside
        if again is not None and may_wait and self.random.random() < waits:
            self.employer.keep_job(self, again)
            self.leave_job()
            self.become_unemployed()
        elif u < renewal:
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
        """End studies with a trade; young men may have to serve first, some who came for a degree move on."""
        model = self.model
        if self.background.origin == FOR_DEGREE and self.random.random() >= model.p.immigration.student_stay_share:
            self.move_out(False)
            return
        had = self.education
        self.education = min(had + 1, TERTIARY)
        self.learn(model.draw_trade(self.education, self.sex))
        may_serve = had == BASIC and self.sex == MEN and today - self.born < OLDEST_CONSCRIPT_YEARS * DAYS_PER_YEAR
        if may_serve and self.random.random() < model.p.studies.conscript_share:
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
        if not self.is_here or self.state in NEVER_SEARCH:
            return
        today = self.model.today
        if self.client.referral != NOT_REFERRED:
            self.client.follow_referral(today)
        rate = self.applications_per_month(today)
        if rate > 0.0 and self.since < today and self.random.random() * DAYS_PER_MONTH < rate:
            self.look_around(today)

    def vacancies_in_sight(self, trade: int) -> tuple[list[Vacancy], list[float]]:
        """Find the vacancies that a trade fits, and how likely she is to choose each."""
        model = self.model
        near, near_remote = model.near[self.has_car][self.home], model.near_remote[self.has_car][self.home]
        seen: list[Vacancy] = []
        weights: list[float] = []
        for occupation, fit in model.kin[trade]:
            vacancies = model.open_vacancies[occupation]
            seen += vacancies
            weights += [fit * (near_remote if v.is_remote else near)[v.place] for v in vacancies]
        return seen, weights

    def vacancies_sought(self) -> tuple[int, list[Vacancy], list[float]]:
        """Look for work in the trade of the last job or in that learnt, as more is to be seen in each."""
        last, learnt = self.occupation, self.qualification
        seen, weights = self.vacancies_in_sight(last)
        if last == learnt or (self.background.is_qualified_abroad and self.model.is_licensed[learnt]):
            return last, seen, weights
        seen_other, weights_other = self.vacancies_in_sight(learnt)
        total = sum(weights)
        if self.random.random() * (total + sum(weights_other)) < total:
            return last, seen, weights
        return learnt, seen_other, weights_other

    def look_around(self, today: int) -> None:
        """Look through the vacancies, and apply to one if enough is to be seen."""
        trade, seen, weights = self.vacancies_sought()
        total = sum(weights)
        half = self.model.half_visible[self.home][trade]
        if total > 0.0 and self.random.random() * (total + half) < total:
            (vacancy,) = self.random.choices(seen, weights)
            self.apply(vacancy, self.suitability(vacancy, today))

    def suitability(self, vacancy: Vacancy, today: int) -> float:
        """Probability that an employer finds her suitable."""
        model, client = self.model, self.client
        hiring, employer = model.p.hiring, vacancy.employer
        suitable = hiring.suitable_share * self.employability * client.gain
        suitable *= hiring.education_factor[self.education] * hiring.age_factor[self.age_band(today)]
        if client.has_promise(employer, today):
            suitable *= model.p.measures.voucher_multiplier
        if client.need == WORK_CAPACITY:
            suitable *= hiring.part_capacity_multiplier
            if employer.visited_until > today:
                suitable *= model.p.employer_services.part_capacity_multiplier
        if self.state in (UNEMPLOYED, FURLOUGHED) or self.state in IN_MEASURE:
            until = self.since if client.stops_clock() else today
            suitable *= max(0.5, (until - self.clock) / DAYS_PER_MONTH) ** -hiring.duration_exponent
        asked = vacancy.occupation
        fit = max(model.fit[self.occupation][asked], model.fit[self.qualification][asked]) / model.appeal[asked]
        return float(min(1.0, suitable * fit**hiring.fit_exponent) * self.background.standing(vacancy))

    def apply(self, vacancy: Vacancy, suitable: float) -> None:
        """Apply to a vacancy: with some probability she is acceptable, and is remembered with a score."""
        if vacancy.employer is not self.employer and self.random.random() < suitable:
            luck = self.model.p.hiring.luck_share
            vacancy.receive(self, suitable * (1.0 - luck + 2.0 * luck * self.random.random()))
