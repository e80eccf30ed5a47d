"""Newcomers of the ordinary Mesa model: people who turn 15, move in, come back after studies or come from abroad.

The rules are those of `sim.kernels.demography`, `moving` and `immigration`, written once more.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import mesa
import numpy as np

from benchmarks.mesa_background import DOMESTIC, FAMILY, FOR_DEGREE, FOREIGN, LABOUR, NATIONAL, RECOGNISED
from benchmarks.mesa_employers import Vacancy
from benchmarks.mesa_people import BASIC, MEN, RETIRED, SECONDARY, TERTIARY, WOMEN, Person
from benchmarks.mesa_services import LIFE_SITUATION, NO_NEED, WORK_CAPACITY
from sim.dimensions import DAYS_PER_YEAR
from sim.kernels.moving import MOVING_IN, RETURNING, TURNING_15
from sim.tables import Arrays

if TYPE_CHECKING:
    from benchmarks.mesa_model import AreaModel

YOUNGEST_RETURNER, YEARS_OF_RETURN = 22.0, 12.0
TRIES = 16  # to find a trade that needs no licence


class Newcomers(mesa.Agent):
    """Whoever brings newcomers: their numbers, and who may come back."""

    def __init__(self, model: AreaModel, arrays: Arrays) -> None:
        super().__init__(model)
        self.streams = arrays.streams.copy()  # newcomers a day
        self.away = arrays.away.tolist()  # left for studies and may come back, by municipality
        self.from_abroad = arrays.immigration[:, : model.outside].copy()
        self.men_share = arrays.trades.men_share.tolist()
        self.is_centre = arrays.points.is_centre.tolist()
        # cumulated shares by origin
        self.ages = arrays.immigrant_age.tolist()
        self.educations = arrays.immigrant_education.tolist()
        self.levels = arrays.immigrant_level.tolist()
        self.trades = arrays.immigrant_trades.tolist()
        self.women_share = arrays.immigrant_women.tolist()

    def step(self) -> None:
        """Let the day's newcomers come."""
        self.let_return()
        streams = self.model.rng.poisson(self.streams)
        for stream in (MOVING_IN, TURNING_15, RETURNING):
            for home in np.flatnonzero(streams[stream]).tolist():
                for _ in range(streams[stream, home]):
                    self.bring(home, stream)
        multiplier = np.array(self.model.p.immigration.arrivals_multiplier)
        from_abroad = self.model.rng.poisson(self.from_abroad * multiplier[:, None])
        for origin, home in np.argwhere(from_abroad).tolist():
            for _ in range(from_abroad[origin, home]):
                if origin == LABOUR:
                    self.bring_to_work(home)
                else:
                    self.begin_life_here(self.bring_from_abroad(home, origin, self.draw(self.trades, origin)))

    def let_return(self) -> None:
        """Set how many come back today after studies; who decides, either way, is no longer away."""
        m = self.model.p.moving
        for home, number in enumerate(self.away):
            deciding = number / (m.years_away * DAYS_PER_YEAR)
            self.streams[RETURNING, home] = deciding * m.return_share
            self.away[home] = number - deciding

    # -- from here and elsewhere in Finland -------------------------------------------------------

    def bring(self, home: int, stream: int) -> None:
        """Let somebody turn 15, move in or come back."""
        model, p, random = self.model, self.model.p, self.random
        years, education = 15.0 + random.random() / DAYS_PER_YEAR, BASIC
        if stream == RETURNING:
            years = YOUNGEST_RETURNER + YEARS_OF_RETURN * random.random()
            education = TERTIARY if random.random() < p.moving.returner_degree_share else SECONDARY
        elif stream == MOVING_IN:
            (band,) = random.choices(range(12), p.demography.arrivals_by_age)
            years = 15.0 + 5.0 * (band + random.random())
            if years >= 18.0:
                (education,) = random.choices(range(3), p.demography.arrivals_by_education)
        trade = model.draw_trade(education)
        sex = MEN if random.random() < self.men_share[trade] else WOMEN
        person = self.make(home, years, sex, trade, education)
        if stream != TURNING_15:
            person.background.origin = DOMESTIC
        if years < 19.0:
            person.become_student()
        elif model.today >= person.retires:
            person.enter(RETIRED)
        else:
            person.become_inactive(p.labour_force.attachment_of_arrival)

    def make(self, home: int, years: float, sex: int, trade: int, education: int) -> Person:
        """Make a newcomer; the caller gives her labour state."""
        model, p = self.model, self.model.p
        person = Person(model, home, model.today - int(years * DAYS_PER_YEAR), sex, trade, education)
        spread = p.hiring.employability_spread
        z = self.random.gauss(0.0, 1.0)
        person.employability = math.exp(spread * z - 0.5 * spread * spread)
        person.has_car = self.draws_car(home, z)
        person.client.need = self.need_of(0.5 * (1.0 + math.erf(z / math.sqrt(2.0))))
        person.retires = model.retirement_day(person.born)
        return person

    def draws_car(self, home: int, z: float) -> bool:
        """Whether a newcomer has the use of a car, which goes with employability."""
        p = self.model.p.mobility
        r = p.car_employability
        standing = r * z + math.sqrt(1.0 - r * r) * self.random.gauss(0.0, 1.0)
        share = p.car_share[0 if self.is_centre[home] else 1]
        return 0.5 * (1.0 + math.erf(standing / math.sqrt(2.0))) > 1.0 - share

    def need_of(self, rank: float) -> int:
        """Draw the need of a newcomer by her rank of employability: only in the lower half, most at the bottom."""
        population = self.model.p.population
        if self.random.random() >= population.need_at_bottom_share * max(0.0, 1.0 - rank / 0.5):
            return NO_NEED
        return WORK_CAPACITY if self.random.random() < population.need_work_capacity_share else LIFE_SITUATION

    # -- from abroad ------------------------------------------------------------------------------

    def draw(self, cumulated: list[list[float]], origin: int) -> int:
        """Draw by the shares of an origin."""
        (k,) = self.random.choices(range(len(cumulated[origin])), cum_weights=cumulated[origin])
        return k

    def bring_from_abroad(self, home: int, origin: int, trade: int) -> Person:
        """Let somebody come from abroad; the caller gives her labour state."""
        random = self.random
        years = 15.0 + 5.0 * (self.draw(self.ages, origin) + random.random())
        education = self.draw(self.educations, origin)
        sex = WOMEN if random.random() < self.women_share[origin] else MEN
        person = self.make(home, years, sex, trade, BASIC if years < 18.0 else education)
        person.client.language = 1
        background = person.background
        background.origin = origin
        background.language_level = self.draw(self.levels, origin)
        background.credential = NATIONAL if origin == FOR_DEGREE else FOREIGN
        if background.credential == FOREIGN:  # another trade than a licensed one until it is recognised
            for _ in range(TRIES - 1):
                if not self.model.is_licensed[person.occupation]:
                    break
                person.occupation = self.draw(self.trades, origin)
        return person

    def begin_life_here(self, person: Person) -> None:
        """Give a newcomer without a job her state: the pension, studies, the register, or a look around."""
        model, p, origin = self.model, self.model.p, person.background.origin
        if model.today >= person.retires:
            person.enter(RETIRED)
        elif origin == FOR_DEGREE or model.today - person.born < 18.0 * DAYS_PER_YEAR:
            person.become_student()
        elif self.random.random() < p.immigration.registers_share[origin]:
            person.become_unemployed()
            person.keep_appointment(model.today)
        else:
            person.become_inactive(p.labour_force.attachment_of_arrival)

    def bring_to_work(self, home: int) -> None:
        """Let somebody come to the longest open vacancy of her trade, or to look for one; some bring a spouse."""
        trade = self.draw(self.trades, LABOUR)
        vacancy = self.longest_open(trade)
        person = self.bring_from_abroad(home if vacancy is None else vacancy.place, LABOUR, trade)
        if self.model.is_licensed[trade]:  # recognised before she came
            person.background.credential = RECOGNISED
            person.occupation = trade
        if vacancy is None:
            self.begin_life_here(person)
        else:
            vacancy.hire(person)
        if self.random.random() < self.model.p.immigration.spouse_share:
            spouse = self.bring_from_abroad(person.home, FAMILY, self.draw(self.trades, FAMILY))
            person.background.spouse, spouse.background.spouse = spouse, person
            self.begin_life_here(spouse)

    def longest_open(self, trade: int) -> Vacancy | None:
        """Find the vacancy of a trade in the area that has been open for longest."""
        inside = [v for v in self.model.open_vacancies[trade] if v.place < self.model.outside]
        return min(inside, key=lambda vacancy: vacancy.opened, default=None)
