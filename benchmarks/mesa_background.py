"""What people from abroad bring with them, in the ordinary Mesa model: language, qualification, permit, spouse.

The rules are those of `sim.kernels.settling` and `retention`, written once more.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from benchmarks.mesa_services import SUBSIDISED
from sim.dimensions import DAYS_PER_MONTH, DAYS_PER_YEAR, LANGUAGE_LEVELS, Credential, Origin, State

if TYPE_CHECKING:
    from benchmarks.mesa_employers import Vacancy
    from benchmarks.mesa_people import Person

NEVER = 1 << 30
FLUENT = len(LANGUAGE_LEVELS) - 1
ELEMENTARY, EXPERT, SPECIALIST = 1, 3, 4  # skill levels
NATIVE, DOMESTIC, LABOUR, FAMILY, FOR_DEGREE = (
    int(o) for o in (Origin.NATIVE, Origin.DOMESTIC, Origin.LABOUR, Origin.FAMILY, Origin.STUDENT)
)
NATIONAL, FOREIGN, RECOGNISED, UNDER_REVIEW = (
    int(c) for c in (Credential.NATIONAL, Credential.FOREIGN, Credential.RECOGNISED, Credential.UNDER_REVIEW)
)
ABSENT, EMPLOYED, SELF_EMPLOYED = int(State.ABSENT), int(State.EMPLOYED), int(State.SELF_EMPLOYED)
AT_WORK = frozenset({EMPLOYED, SELF_EMPLOYED, SUBSIDISED, int(State.FURLOUGHED)})
NEEDS_NO_JOB = frozenset({int(State.RETIRED), int(State.DISABILITY)})


class Background:
    """Where a person comes from, and how far she has settled."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.origin = NATIVE
        self.language_level = FLUENT
        self.credential = NATIONAL  # standing of her qualification
        self.spouse: Person | None = None  # whom she came with
        self.permit_until = NEVER
        self.worked_days = 0  # in the open market

    @property
    def is_from_abroad(self) -> bool:
        """Whether she came from abroad since the start."""
        return self.origin >= LABOUR

    @property
    def is_qualified_abroad(self) -> bool:
        """Whether her qualification is from abroad and not recognised."""
        return self.credential == FOREIGN or self.credential == UNDER_REVIEW

    def part(self) -> None:
        """Have no spouse any more, on both sides."""
        if self.spouse is not None:
            self.spouse.background.spouse = None
            self.spouse = None

    # -- standing with employers ------------------------------------------------------------------

    def standing(self, vacancy: Vacancy) -> float:
        """Factor of language and qualification on how suitable she is for a vacancy."""
        return self.language_factor(vacancy) * self.credential_factor(vacancy)

    def language_factor(self, vacancy: Vacancy) -> float:
        """Factor of the language; elementary jobs ask for less, and where English is enough hardly anything."""
        if self.language_level >= FLUENT:
            return 1.0
        model = self.person.model
        p = model.p.immigration
        waived = 0.0
        if model.skill_level[vacancy.occupation] == ELEMENTARY:
            waived = p.elementary_waiver_share
        if vacancy.employer.speaks_english:
            waived = max(waived, p.english_waiver_share)
        return float(1.0 - (1.0 - p.language_suitability[self.language_level]) * (1.0 - waived))

    def credential_factor(self, vacancy: Vacancy) -> float:
        """Factor of the qualification: from abroad it opens no licensed job, and counts for less in expert ones."""
        if not self.is_qualified_abroad:
            return 1.0
        model = self.person.model
        if model.is_licensed[vacancy.occupation]:
            return 0.0
        if model.skill_level[vacancy.occupation] >= EXPERT:
            return float(model.p.immigration.foreign_credential_suitability)
        return 1.0

    # -- a month ----------------------------------------------------------------------------------

    def settle_in(self) -> None:
        """Let a month pass: learn the language, get on with the recognition of a qualification."""
        person, random = self.person, self.person.random.random
        p = person.model.p.immigration
        if self.language_level < FLUENT:
            rate = p.learning_per_year
            if person.state in (EMPLOYED, SUBSIDISED):
                rate += p.learning_at_work_per_year * p.language_at_work_multiplier
            self.language_level += random() < 1.0 - math.exp(-rate / 12.0)
        if person.education == 0:
            return  # there is nothing to recognise
        if self.credential == FOREIGN:
            if random() < 1.0 - math.exp(-p.recognition_applied_per_year / 12.0):
                self.credential = UNDER_REVIEW
        elif self.credential == UNDER_REVIEW and random() * p.recognition_lead_months < 1.0:
            self.credential = RECOGNISED
            if person.employer is None:
                person.occupation = person.qualification

    def end_language_course(self) -> None:
        """Complete integration training: reach a level, nobody falls back."""
        p, random = self.person.model.p.immigration, self.person.random
        (reached,) = random.choices(range(FLUENT + 1), p.course_level_share)
        self.language_level = max(self.language_level, reached)
        if random.random() < p.course_extra_level_share:
            self.language_level = min(self.language_level + 1, FLUENT)

    # -- staying ----------------------------------------------------------------------------------

    def keep_permit(self, state: int) -> None:
        """Start or stop the clock of the permit of somebody who came to work, before she enters a state."""
        if self.origin != LABOUR:
            return
        person = self.person
        today, old = person.model.today, person.state
        if old in (EMPLOYED, SELF_EMPLOYED):
            self.worked_days += today - person.since
        if state in AT_WORK or state in NEEDS_NO_JOB:
            self.permit_until = NEVER
        elif self.permit_until == NEVER and (old in AT_WORK or old == ABSENT):
            self.permit_until = today + max(1, int(self.grace_months() * DAYS_PER_MONTH))

    def grace_months(self) -> float:
        """Months that a permit lasts after a job is lost: more for specialists and after years of work here."""
        p = self.person.model.p.immigration
        is_long = self.worked_days >= p.permit_long_after_years * DAYS_PER_YEAR
        if is_long or self.person.model.skill_level[self.person.occupation] == SPECIALIST:
            return float(p.permit_grace_long_months)
        return float(p.permit_grace_months)

    def onward_per_year(self) -> float:
        """Rate at which somebody from abroad moves out of the area."""
        p, state = self.person.model.p.immigration, self.person.state
        rate = p.leaving_per_year[self.origin] * p.leaving_by_level[self.language_level]
        if state not in AT_WORK and state != int(State.STUDENT):
            rate *= p.leaving_without_work_multiplier
        if self.spouse is not None:
            works = self.spouse.state in AT_WORK
            rate *= p.leaving_spouse_works_multiplier if works else p.leaving_spouse_idle_multiplier
        return float(rate)
