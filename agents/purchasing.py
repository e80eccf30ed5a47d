"""Purchasing: which seats in measures are ordered, for when, and what the year's budget allows.

Once a month seats are ordered for the month that lies a lead time ahead; in between they are rows of the
offer table (`sim.tables.OFFER`), which `sim.kernels.measures` fills.
"""

from __future__ import annotations

from typing import cast

import mesa
import numpy as np
from numpy.typing import NDArray

from agents.specification import Course
from agents.surroundings import Surroundings
from agents.synthetic.rounding import apportion
from sim.dimensions import MEASURES, State
from sim.kernels.measures import TRAININGS, WITH_A_TRADE

TRADES_A_MONTH = 8
"""Courses are bought for the scarcest trades, this many at a time."""


class Purchasing(mesa.Agent):
    """The buyer of measures. Orders are rows of the world's offer table."""

    def __init__(self, model: mesa.Model) -> None:
        super().__init__(model)
        self.area = cast(Surroundings, model)

    def begin(self) -> None:
        """Put what was ordered before the first day on offer: seats of the months until a lead time has passed."""
        p, shortage = self._parameters, self._shortage()
        for measure in range(len(MEASURES)):
            for ahead in range(self._lead_months(measure)):
                self._order(measure, ahead, float(p.measures.seats_per_month[measure]), shortage)

    def plan_month(self) -> None:
        """Order each measure's seats for the month that lies its lead time ahead, as far as the budget goes."""
        control = self.area.world.control
        today = self.area.clock.day
        offers = self.area.world.arrays.offers
        while control.first_offer < control.n_offers and offers[control.first_offer].decide_by < today:
            control.first_offer += 1  # over: rows stay, participants refer to them
        p, shortage = self._parameters, self._shortage()
        for measure in range(len(MEASURES)):
            wanted = float(p.measures.seats_per_month[measure])
            price = float(p.measures.price_month_eur[measure]) * float(p.measures.mean_months[measure])
            if price > 0.0:  # a year's budget buys a twelfth of its seats each month
                wanted = min(wanted, float(p.measures.budget_year_eur[measure]) / 12.0 / price)
            self._order(measure, self._lead_months(measure), wanted, shortage)

    def _order(self, measure: int, ahead: int, seats: float, shortage: NDArray[np.float64]) -> None:
        """Write offers for the month that begins so many months from now."""
        area, world = self.area, self.area.world
        first = self._first_day(ahead)
        if first is None:
            return
        number = self._whole(seats * area.scale * area.region_size, measure, first)
        if number == 0:
            return
        if measure in WITH_A_TRADE:
            trades, shares = _scarce_trades(shortage, number)
        else:
            trades, shares = np.array([-1]), np.array([number])
        world.ensure_room()
        for trade, group in zip(trades, shares, strict=True):
            if group < self._least_group(measure):
                continue
            row = int(world.control.n_offers)
            price = float(self._parameters.measures.price_month_eur[measure])
            last = area.last_day_of_month(first)
            world.arrays.offers[row] = (measure, trade, first, last, group, 0, price)
            world.control.n_offers = row + 1

    def order_course(self, course: Course) -> None:
        """Put a course on offer that a policy has ordered; it begins today."""
        world, today = self.area.world, self.area.clock.day
        world.ensure_room()
        measure = MEASURES.index(course.measure)
        row = int(world.control.n_offers)
        price = float(self._parameters.measures.price_month_eur[measure])
        seats = round(course.seats * self.area.scale)
        last = self.area.last_day_of_month(today)
        world.arrays.offers[row] = (measure, course.occupation, today, last, seats, 0, price)
        world.control.n_offers = row + 1

    def _shortage(self) -> NDArray[np.float64]:
        """Open vacancies of each trade and what there is of them for an unemployed, shape (2, trades); 0 untaught."""
        arrays, control = self.area.world.arrays, self.area.world.control
        people = arrays.persons[: int(control.n_persons)]
        idle = np.bincount(people.occupation[people.state == State.UNEMPLOYED], minlength=len(arrays.fit))
        open_jobs = arrays.open_cells[:, : self.area.world.n_places].sum(axis=1)
        taught = np.array([o.is_taught for o in self.area.region.occupations])
        index = (open_jobs + 1.0) / (idle + 5.0 * self.area.scale)
        return np.where(taught, np.stack([open_jobs + 1.0, index]), 0.0)

    def _least_group(self, measure: int) -> float:
        """Smallest group that is begun, agents; a joint purchase fills its groups with another area's people."""
        if measure not in TRAININGS:
            return 1.0
        least = float(self._parameters.measures.least_group[measure]) * self.area.scale * self.area.region_size
        return max(1.0, least)

    def _whole(self, seats: float, measure: int, first: int) -> int:
        """Whole seats of a month, so that a year's seats come out right whatever their number."""
        month = int(self.area.world.arrays.days[first].month_index)
        before = np.floor(seats * month + 0.5 * (measure % 2))
        return int(np.floor(seats * (month + 1) + 0.5 * (measure % 2)) - before)

    def _first_day(self, ahead: int) -> int | None:
        """First day of the month that begins so many months from now, or None beyond the horizon."""
        today = self.area.clock.day
        if ahead == 0:
            return today
        month = self.area.world.arrays.days.month_index
        later = np.flatnonzero(month[today : self.area.specification.days] == month[today] + ahead)
        return int(today + later[0]) if len(later) else None

    def _lead_months(self, measure: int) -> int:
        return max(0, round(float(self._parameters.measures.lead_months[measure])))

    @property
    def _parameters(self) -> np.record:
        return cast(np.record, self.area.world.arrays.parameters[0])



def _scarce_trades(shortage: NDArray[np.float64], seats: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Share seats over the taught trades with most open vacancies for each unemployed, by their vacancies."""
    open_jobs, index = shortage
    chosen = np.argsort(-index, kind="stable")[:TRADES_A_MONTH]
    return chosen, apportion(open_jobs[chosen], seats)
