"""Employers and vacancies of the ordinary Mesa model (`benchmarks.mesa_model`): jobs that nobody holds.

The rules are those of `sim.kernels.jobs`, `contracts`, `hiring` and `demand`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import mesa

from benchmarks.mesa_services import UNEMPLOYED
from sim.dimensions import Contract

if TYPE_CHECKING:
    from benchmarks.mesa_model import AreaModel
    from benchmarks.mesa_people import Person

REMEMBERED = 3  # best applicants that an employer remembers in a round
OPEN_ENDED, FIXED_TERM = int(Contract.OPEN_ENDED), int(Contract.FIXED_TERM)


class Employer(mesa.Agent):
    """An employer: wants ``target`` jobs, of which some are filled and the others are its vacancies."""

    def __init__(self, model: AreaModel, place: int, section: int, target: int, speaks_english: bool) -> None:
        super().__init__(model)
        self.place = place
        self.section = section
        self.target = target
        self.speaks_english = speaks_english  # English is enough at work
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
