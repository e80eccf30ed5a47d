"""Purchasing: which seats in measures are ordered, for when, and what the year's budget allows.

Once a month seats are ordered for the month that lies a lead time ahead; in between they are rows of the
offer table (`sim.tables.OFFER`), which `sim.kernels.measures` fills.
"""

from __future__ import annotations

from typing import NamedTuple, cast

import mesa
import numpy as np
from numpy.typing import NDArray

from agents.specification import Course
from agents.surroundings import Surroundings
from agents.synthetic.rounding import apportion
from sim.dimensions import MEASURES, Measure
from sim.kernels.invitation import invite
from sim.kernels.measures import TRAININGS, WITH_A_DEGREE, WITH_A_TRADE

MONTHS = 12
SEASONAL = frozenset({
    *TRAININGS, Measure.INTEGRATION_TRAINING, Measure.COACHING, Measure.CAREER_GUIDANCE, Measure.WORK_TRIAL,
    Measure.SELF_MOTIVATED_STUDY,
})  # fmt: skip
"""Courses, studies and what is arranged beside them: few begin in summer."""
TRADES_A_MONTH = 8
"""Courses are bought for the scarcest trades, this many at a time."""


class Terms(NamedTuple):
    """What a purchase is made by, arrays of shape (MEASURES,).

    Attributes
    ----------
    seats
        Seats a month, for the reference area.
    lead_months, mean_months
        From the order to the first day; mean length.
    price_month_eur, budget_year_eur
        Price of a seat; most that may be spent in a year.
    start_season
        Seats of courses and studies that begin in a month against the year's mean, shape (12,).
    least_group
        Smallest group of one trade that is begun, for the reference area; a joint purchase fills its groups with
        another area's people.
    """

    seats: NDArray[np.float64]
    lead_months: NDArray[np.float64]
    mean_months: NDArray[np.float64]
    price_month_eur: NDArray[np.float64]
    budget_year_eur: NDArray[np.float64]
    start_season: NDArray[np.float64]
    least_group: NDArray[np.float64]


class Purchasing(mesa.Agent):
    """The buyer of measures. Orders are rows of the world's offer table."""

    def __init__(self, model: mesa.Model) -> None:
        super().__init__(model)
        self.area = cast(Surroundings, model)

    def begin(self) -> None:
        """Put what was ordered before the first day on offer: seats of the months until a lead time has passed."""
        terms = self._terms()
        orders = [
            (measure, ahead, float(terms.seats[measure]))
            for measure in range(len(MEASURES))
            for ahead in range(int(terms.lead_months[measure]))
        ]
        self._order(orders, terms)

    def plan_month(self) -> None:
        """Order each measure's seats for the month that lies its lead time ahead, as far as the budget goes."""
        control = self.area.world.control
        last_days = self.area.world.arrays.offers.decide_by[int(control.first_offer) : int(control.n_offers)]
        ahead = np.flatnonzero(last_days >= self.area.clock.day)
        control.first_offer += int(ahead[0]) if len(ahead) else len(last_days)  # over: participants refer to the rows
        terms = self._terms()
        full = terms.price_month_eur * terms.mean_months
        with np.errstate(divide="ignore", invalid="ignore"):  # a year's budget buys a twelfth of its seats each month
            bought = np.where(full > 0.0, terms.budget_year_eur / 12.0 / full, np.inf)
        wanted = np.minimum(terms.seats, bought)
        self._order([(m, int(terms.lead_months[m]), float(wanted[m])) for m in range(len(MEASURES))], terms)

    def _order(self, orders: list[tuple[int, int, float]], terms: Terms) -> None:
        """Write offers: for each order its measure, the months until they begin, and seats for the reference area."""
        area, world = self.area, self.area.world
        size = area.scale * area.region_size
        shortage = self._shortage()
        first_days = {ahead: self._first_day(ahead) for ahead in {order[1] for order in orders}}
        rows: list[tuple[int, int, int, int, int, int, int, float, float]] = []
        for measure, ahead, seats in orders:
            first = first_days[ahead]
            if first is None:
                continue
            number = self._whole(seats * size, measure, first, terms)
            if number == 0:
                continue
            trades, groups = np.array([-1]), np.array([number])
            least = max(1.0, float(terms.least_group[measure]) * size) if measure in TRAININGS else 1.0
            if measure in WITH_A_TRADE:
                trades, groups = groups_of_trades(shortage[int(measure in WITH_A_DEGREE)], number, least)
            last, price = area.last_day_of_month(first), float(terms.price_month_eur[measure])
            rows += [
                (measure, int(trade), -1, first, last, int(group), 0, price, 0.0)
                for trade, group in zip(trades, groups, strict=True)
                if group >= least
            ]
        world.ensure_room()
        begin = int(world.control.n_offers)
        world.arrays.offers[begin : begin + len(rows)] = np.array(rows, world.arrays.offers.dtype)
        world.control.n_offers = begin + len(rows)

    def order_course(self, course: Course) -> None:
        """Put a course on offer that a policy has ordered; it begins today, with people who are invited if it is meant
        for one trade.
        """
        world, today = self.area.world, self.area.clock.day
        world.ensure_room(people=round(course.seats * self.area.scale))
        measure = MEASURES.index(course.measure)
        row = int(world.control.n_offers)
        price = float(self._parameters.measures.price_month_eur[measure])
        seats = round(course.seats * self.area.scale)
        last = self.area.last_day_of_month(today)
        whom = course.occupation_from
        world.arrays.offers[row] = (measure, course.occupation, whom, today, last, seats, 0, price, course.months)
        world.control.n_offers = row + 1
        if whom >= 0:
            invite(world.handle, row, today)

    def _shortage(self) -> NDArray[np.float64]:
        """Open vacancies of each trade and what there is of them for an unemployed, shape (2, 2, trades).

        First by trades that courses lead to, then by those that degrees lead to; 0 for the others.
        """
        arrays = self.area.world.arrays
        open_jobs = arrays.open_cells[:, : self.area.world.n_places].sum(axis=1)
        index = (open_jobs + 1.0) / (arrays.idle_by_trade + 5.0 * self.area.scale)
        trades = self.area.region.occupations
        taught = np.array([[o.is_taught for o in trades], [o.is_taught_to_degree for o in trades]])
        return np.where(taught[:, None, :], np.stack([open_jobs + 1.0, index]), 0.0)

    def _whole(self, seats: float, measure: int, first: int, terms: Terms) -> int:
        """Whole seats of a month, so that a year's seats come out right whatever their number.

        Parameters
        ----------
        seats
            Mean of a month.
        measure
            Those of `SEASONAL` follow the school year.
        first
            Day of the month that the seats begin in.
        """
        day = self.area.world.arrays.days[first]
        month, calendar = int(day.month_index), int(day.month)
        share = terms.start_season if measure in SEASONAL else np.ones(MONTHS)
        since = np.concatenate([[0.0], np.cumsum(np.roll(share, month - calendar))])  # from the first month of the run
        months = np.array([month, month + 1])
        upto = since[-1] * (months // MONTHS) + since[months % MONTHS]
        before, after = np.floor(seats * upto + 0.5 * (measure % 2))
        return int(after - before)

    def _first_day(self, ahead: int) -> int | None:
        """First day of the month that begins so many months from now, or None beyond the horizon."""
        today = self.area.clock.day
        if ahead == 0:
            return today
        month = self.area.world.arrays.days.month_index
        later = np.flatnonzero(month[today : self.area.specification.days] == month[today] + ahead)
        return int(today + later[0]) if len(later) else None

    def _terms(self) -> Terms:
        """Terms of purchases in force."""
        m = self._parameters.measures
        return Terms(
            seats=np.array(m.seats_per_month),
            lead_months=np.maximum(np.round(m.lead_months), 0.0),
            mean_months=np.array(m.mean_months),
            price_month_eur=np.array(m.price_month_eur),
            budget_year_eur=np.array(m.budget_year_eur),
            start_season=np.array(m.start_season),
            least_group=np.array(m.least_group),
        )

    @property
    def _parameters(self) -> np.record:
        return cast(np.record, self.area.world.arrays.parameters[0])


def groups_of_trades(
    shortage: NDArray[np.float64], seats: int, least: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Share a month's seats over the taught trades with most open vacancies for each unemployed.

    Over so few trades that groups of the least size are formed, by the trades' vacancies. A group that would be too
    small is not formed, and its seats go to the others.

    Parameters
    ----------
    shortage
        Open vacancies by trade and what there is of them for an unemployed, shape (2, trades).
    seats
        Of the month.
    least
        Smallest group that a course begins with, seats.

    Returns
    -------
    tuple
        Trades, and the seats of each.
    """
    open_jobs, index = shortage
    n_trades = int(np.clip(seats // max(2.0 * least, 1.0), 1, TRADES_A_MONTH))
    chosen = np.argsort(-index, kind="stable")[:n_trades]
    groups = apportion(open_jobs[chosen], seats)
    while len(chosen) > 1 and groups.min() < least:
        kept = np.arange(len(chosen)) != groups.argmin()
        chosen = chosen[kept]
        groups = apportion(open_jobs[chosen], seats)
    return chosen, groups
