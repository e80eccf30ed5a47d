"""Orders of seats in the ordinary Mesa model: the rules of `agents.purchasing`, written once more."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from agents.purchasing import TRADES_A_MONTH
from agents.region import Region
from agents.synthetic.rounding import apportion
from benchmarks.mesa_services import APPRENTICESHIP, IN_SEASON, TRAININGS, WITH_A_DEGREE
from sim.dimensions import MEASURES

if TYPE_CHECKING:
    from benchmarks.mesa_model import AreaModel


class Offer:
    """Seats in a measure that can be taken in a month."""

    def __init__(self, measure: int, occupation: int | None, first: int, last: int, seats: int) -> None:
        self.measure = measure
        self.occupation = occupation  # that it leads to
        self.first = first
        self.last = last
        self.seats = seats  # that are free


class Purchasing(mesa.Agent):
    """The buyer of measures."""

    def __init__(self, model: AreaModel, region: Region) -> None:
        super().__init__(model)
        self.size = model.scale * float(region.population.sum()) / 100_000.0
        self.is_taught = np.array([occupation.is_taught for occupation in region.occupations])
        self.is_taught_to_degree = np.array([occupation.is_taught_to_degree for occupation in region.occupations])
        self.offers: list[Offer] = []

    def begin(self) -> None:
        """Put what was ordered before the first day on offer."""
        m = self.model.p.measures
        for measure in range(len(MEASURES)):
            for ahead in range(self.lead_months(measure)):
                self.order(measure, ahead, m.seats_per_month[measure])

    def plan_month(self) -> None:
        """Order seats for the month that lies a lead time ahead, as far as the budget goes."""
        m = self.model.p.measures
        self.offers = [offer for offer in self.offers if offer.last >= self.model.today]
        for measure in range(len(MEASURES)):
            wanted = m.seats_per_month[measure]
            price = m.price_month_eur[measure] * m.mean_months[measure]
            if price > 0.0:
                wanted = min(wanted, m.budget_year_eur[measure] / 12.0 / price)
            self.order(measure, self.lead_months(measure), wanted)

    def order(self, measure: int, ahead: int, seats: float) -> None:
        """Order seats for a month; those that teach a trade for the scarcest trades."""
        model = self.model
        month = model.month_index[model.today] + ahead
        half = 0.5 * (measure % 2)
        seats *= self.size
        days = [day for day in range(model.today, len(model.month)) if model.month_index[day] == month]
        if not days:
            return
        calendar, season = model.month[days[0]], model.p.measures.start_season
        shares = [season[(calendar - k) % 12] if measure in IN_SEASON else 1.0 for k in range(month + 1)]
        number = math.floor(seats * sum(shares) + half) - math.floor(seats * sum(shares[1:]) + half)
        if number == 0:
            return
        if measure not in TRAININGS and measure != APPRENTICESHIP:
            self.offers.append(Offer(measure, None, days[0], days[-1], number))
            return
        open_jobs, index = self.shortage(measure)
        least = 1.0
        if measure in TRAININGS:
            least = max(1.0, model.p.measures.least_group[measure] * self.size)
        n_trades = min(max(int(number // max(2.0 * least, 1.0)), 1), TRADES_A_MONTH)
        trades = list(np.argsort(-index, kind="stable")[:n_trades])
        groups = apportion(open_jobs[trades], number)
        while len(trades) > 1 and min(groups) < least:
            trades.pop(int(np.argmin(groups)))
            groups = apportion(open_jobs[trades], number)
        for trade, group in zip(trades, groups, strict=True):
            if group >= least:
                self.offers.append(Offer(measure, int(trade), days[0], days[-1], int(group)))

    def shortage(self, measure: int) -> tuple[Any, Any]:
        """Open vacancies of each trade, and what there is of them for an unemployed; 0 for trades not taught so."""
        model = self.model
        open_jobs, idle = np.array(model.openings()), np.array(model.idle_by_trade)
        index = (open_jobs + 1.0) / (idle + 5.0 * model.scale)
        taught = self.is_taught_to_degree if measure in WITH_A_DEGREE else self.is_taught
        return np.where(taught, open_jobs + 1.0, 0.0), np.where(taught, index, 0.0)

    def free_seat(self, measure: int, occupation: int, today: int) -> Offer | None:
        """Draw an offer that has a seat in a measure today, in another trade if it leads to one."""
        free = [
            offer for offer in self.offers
            if offer.measure == measure and offer.seats > 0 and offer.first <= today <= offer.last
            and offer.occupation != occupation
        ]  # fmt: skip
        return self.random.choice(free) if free else None

    def lead_months(self, measure: int) -> int:
        """Months from an order to the first day."""
        return max(0, round(self.model.p.measures.lead_months[measure]))
