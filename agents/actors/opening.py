"""An employer that opens: a new site, or a listed employer that grows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import cast

import mesa
import numpy as np
from numpy.typing import NDArray

from agents.event import Building, Opening, Training
from agents.specification import Course
from agents.surroundings import Surroundings
from agents.synthetic.immigrants import speaks_english
from agents.synthetic.rounding import apportion, apportion_within
from sim.clock import day_of
from sim.dimensions import DAYS_PER_MONTH, MEASURES, SECTIONS, State
from sim.errors import InputError
from sim.kernels.chains import FIRST_ORIGIN, LAST_ORIGIN, Entry
from sim.kernels.opening import finish, open_jobs
from sim.rng import EMPLOYER_UID
from sim.tables import Records

PLANNED, LEFT = 0, 1
"""Rows of `Arrays.planned_jobs` of an opening: its jobs, and those still to be posted."""
TRADES_TRAINED = 8
"""Courses are for the unemployed of so many trades at most: those with the most of them."""
LEAST_ASKED = 0.05
"""A site asks for a trade if it has this share of the jobs: the mix of an industry has a little of everything."""
_BUILDING_TRADES = SECTIONS.index("F")
_OF_A_SITE = 1 << 59
"""Set in the identity of a site, so that it is that of no employer of the start."""


class OpeningEmployer(mesa.Agent):
    """An employer that opens: announces, builds, trains and recruits in waves.

    What is left to post stands in the world (`Arrays.planned_jobs`), its row is found by its identity, so that it
    can be rebuilt on any day.

    Attributes
    ----------
    plan
        The opening.
    number
        Its number among the openings of the arm, from 1: that of its chain of vacancies.
    """

    def __init__(
        self, model: mesa.Model, plan: Opening, number: int, listed: Callable[[str], int],
        order: Callable[[Course], None],
    ) -> None:  # fmt: skip
        super().__init__(model)
        self.area = cast(Surroundings, model)
        self.plan = plan
        self.number = number
        self._listed = listed
        self._order = order
        _check(plan)

    def register(self) -> None:
        """Put what is to happen on the clock."""
        clock, plan = self.area.clock, self.plan
        name = f"4 opening {plan.name}"
        clock.at(self._day(plan.announced), f"{name} 0 announced", self.announce)
        for stage, (moment, _) in enumerate(plan.recruitment):
            clock.at(self._day(moment), f"{name} 2 recruits {stage:02d}", partial(self.recruit, stage))
        if plan.building:
            clock.at(self._day(plan.building.begin), f"{name} 1 builds", partial(self.build, plan.building))
            clock.at(self._day(plan.building.end), f"{name} 3 built", self.finish_building)
        if plan.training:
            clock.at(self._training_day(plan.training), f"6 training {plan.name}", partial(self.train, plan.training))

    def announce(self) -> None:
        """Make the opening known: a new site has a row from here, and it is settled which trades it asks for."""
        if not self.plan.grows:
            self._found(_identity(self.plan.site), self.plan.section)
        jobs = apportion(self._trades(), round(self.plan.jobs * self.area.scale))
        self.area.world.arrays.planned_jobs[self.number] = jobs

    def recruit(self, stage: int) -> None:
        """Post the jobs of a wave, the trades mixed as in what is left."""
        planned = self.area.world.arrays.planned_jobs[self.number]
        total, left = int(planned[PLANNED].sum()), planned[LEFT].copy()
        share = sum(share for _, share in self.plan.recruitment[: stage + 1])
        wave = apportion_within(left.astype(np.float64), left, round(total * share) - total + int(left.sum()))
        planned[LEFT] -= wave
        brought = apportion_within(wave.astype(np.float64), wave, round(int(wave.sum()) * self.plan.from_outside))
        self._post(self.row, wave, brought, self.number)

    def build(self, building: Building) -> None:
        """Post the jobs of the building site, which end on its last day."""
        row = self._found(_identity(self.plan.site, "building"), _BUILDING_TRADES, self._day(building.end))
        trades = self.area.region.section_occupation[_BUILDING_TRADES]
        jobs = apportion(trades, round(building.jobs * self.area.scale))
        self._post(row, jobs, np.zeros_like(jobs), 0)

    def finish_building(self) -> None:
        """End the building site."""
        finish(self.area.world.handle, self._row_of(_identity(self.plan.site, "building")), self.area.clock.day)

    def train(self, training: Training) -> None:
        """Order courses for unemployed people whose trade the site does not ask for, to trades that it asks for."""
        whom, where = self._surplus(), self._taught()
        seats = round(training.seats * self.area.scale)
        groups = apportion(where[:, None] * whom[None, :], seats)
        for trade, origin in np.argwhere(groups > 0).tolist():
            persons = float(groups[trade, origin]) / self.area.scale
            day = self.area.clock.date
            self._order(Course(self.plan.name, training.measure, trade, persons, day, origin, training.months))

    @property
    def row(self) -> int:
        """Row of the employer; a new site has one from its announcement."""
        return self._listed(self.plan.site) if self.plan.grows else self._row_of(_identity(self.plan.site))

    def told(self) -> dict[str, object]:
        """Who took the jobs and how far the chains of vacancies went, in real persons."""
        chains = self.area.world.arrays.chains[self.number] / self.area.scale
        hires = chains[:, FIRST_ORIGIN : LAST_ORIGIN + 1]
        ends = chains[:, Entry.LOST : Entry.STRUCK_OFF + 1]
        posted = chains[:, Entry.POSTED]
        own = float(hires[0].sum())
        names = [entry.name.lower() for entry in Entry]
        return {
            "jobs": float(self.plan.jobs),
            "posted": float(posted[0]),
            "hires": dict(zip(names[FIRST_ORIGIN : LAST_ORIGIN + 1], hires[0].tolist(), strict=True)),
            "open": float(posted[0] - own - ends[0].sum()),
            "lost": float(ends[0].sum()),
            "chain_length": float(hires.sum()) / own if own > 0.0 else 0.0,
            "links": [dict(zip(names, link.tolist(), strict=True)) for link in chains],
        }

    def _day(self, moment: date) -> int:
        return day_of(moment, self.area.specification.start_date)

    def _found(self, uid: np.uint64, section: int, until: int = 0) -> int:
        """Give a site its row."""
        world = self.area.world
        row = world.add_employer(uid, self.plan.municipality, section, until)
        share = float(world.arrays.parameters[0].immigration.english_employer_share)
        world.arrays.employers.speaks_english[row] = speaks_english(np.array([uid]), share, world.control.seed)[0]
        return row

    def _row_of(self, uid: np.uint64) -> int:
        return int(np.flatnonzero(self.area.world.arrays.employers.uid == uid)[0])

    def _post(self, row: int, jobs: NDArray[np.int64], brought: NDArray[np.int64], chain: int) -> None:
        """Post jobs by occupation, some of them filled at once with people who move in."""
        self.area.world.ensure_room(jobs=int(jobs.sum()), people=int(jobs.sum()))
        open_jobs(self.area.world.handle, row, jobs, brought, chain, self.area.clock.day)

    def _trades(self) -> NDArray[np.float64]:
        """Weights of the trades that it asks for, shape (occupations,)."""
        weights = np.zeros(len(self.area.region.occupations))
        for trade, share in self.plan.occupations:
            weights[trade] = share
        if self.plan.like:
            weights = self._staff_of(self.plan.like)
        return weights if weights.sum() > 0.0 else self.area.region.section_occupation[self.plan.section]

    def _staff_of(self, identifier: str) -> NDArray[np.float64]:
        """Staff of a listed employer by trade, and its former staff as far as it is followed as a cohort."""
        world = self.area.world
        people: Records = world.arrays.persons[: int(world.control.n_persons)]
        numbers = [n for n, c in enumerate(self.area.specification.cohorts, 1) if c.employer == identifier]
        stays = people.employer == self._listed(identifier)
        was = np.isin(people.cohort, numbers) & (people.state != State.ABSENT) & ~stays
        trade = np.where(was & (people.employer >= 0), people.qualification, people.occupation)[stays | was]
        return np.bincount(trade, minlength=len(self.area.region.occupations)).astype(np.float64)

    def _training_day(self, training: Training) -> int:
        """First day of the courses: so that they end by the start, but no sooner than they can be bought."""
        measures, row = self.area.world.arrays.parameters[0].measures, MEASURES.index(training.measure)
        months = training.months or float(measures.mean_months[row])
        lead = timedelta(days=int(float(measures.lead_months[row]) * DAYS_PER_MONTH))
        ideal = self.plan.start - timedelta(days=int(months * DAYS_PER_MONTH))
        day = max(ideal, self.plan.announced + lead)
        return min(self._day(day), self.area.specification.days - 1)

    def _asked_for(self) -> NDArray[np.float64]:
        """Jobs of the site by trade, of the trades that it asks for, shape (occupations,)."""
        planned = self.area.world.arrays.planned_jobs[self.number, PLANNED].astype(np.float64)
        return np.where(planned >= LEAST_ASKED * planned.sum(), planned, 0.0)

    def _taught(self) -> NDArray[np.float64]:
        """Jobs of the site by trades that it asks for and courses lead to, shape (occupations,)."""
        return np.where([o.is_taught for o in self.area.region.occupations], self._asked_for(), 0.0)

    def _surplus(self) -> NDArray[np.float64]:
        """Unemployed by trade, of the trades with the most of them that the site does not ask for."""
        idle = np.where(self._asked_for() > 0.0, 0, self.area.world.arrays.idle_by_trade).astype(np.float64)
        idle[np.argsort(-idle, kind="stable")[TRADES_TRAINED:]] = 0.0
        return idle


def _identity(site: str, part: str = "") -> np.uint64:
    """Identity of a site as an employer, from its name."""
    digest = hashlib.sha256(f"{site}\0{part}".encode()).digest()
    return np.uint64(int(EMPLOYER_UID) | _OF_A_SITE | (int.from_bytes(digest[:7], "big")))


def _check(plan: Opening) -> None:
    """Refuse dates in the wrong order and shares that do not sum to 1."""
    days = [day for day, _ in plan.recruitment]
    if days != sorted(days) or days[0] < plan.announced or plan.start < plan.announced:
        raise InputError(f"shocks.{plan.name}: announced, recruitment and start must not go back in time: {days}")
    total = sum(share for _, share in plan.recruitment)
    if abs(total - 1.0) > 1e-6:
        raise InputError(f"shocks.{plan.name}: the shares of recruitment sum to {total:g}, expected 1")
