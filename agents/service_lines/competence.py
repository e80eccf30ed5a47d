"""Competence development: once a month seats on labour-market training are ordered for scarce trades."""

from __future__ import annotations

import numpy as np

from agents.service_lines.line import ServiceLine
from agents.synthetic.rounding import apportion
from sim.dimensions import State
from sim.tables import LABOUR_MARKET_TRAINING

TRADES_A_MONTH = 8
"""Courses are bought for the scarcest trades, this many at a time."""


class Competence(ServiceLine):
    """The line of training; it decides where courses lead."""

    name = "competence"

    def plan_month(self) -> None:
        """Order the month's seats, shared over the trades with most open vacancies for each unemployed.

        Writes rows of the offer table; `sim.kernels.training` fills the seats.
        """
        world = self.area.world
        world.ensure_room()
        arrays, control = world.arrays, world.control
        p = arrays.parameters[0]
        seats = round(float(p.training.seats) * self.area.scale * self.area.region_size)
        people = arrays.persons[: int(control.n_persons)]
        idle = np.bincount(people.occupation[people.state == State.UNEMPLOYED], minlength=len(arrays.fit))
        open_jobs = arrays.open_cells[:, : world.n_places].sum(axis=1)
        eligible = np.array([o.is_taught for o in self.area.region.occupations])
        shortage = np.where(eligible, (open_jobs + 1.0) / (idle + 5.0 * self.area.scale), 0.0)
        chosen = np.argsort(-shortage, kind="stable")[:TRADES_A_MONTH]
        shares = apportion((open_jobs[chosen] + 1.0) * eligible[chosen], seats)
        today = self.area.clock.day
        control.first_offer = control.n_offers  # last month's are over; rows stay, trainees refer to them
        for trade, number in zip(chosen, shares, strict=True):
            if number > 0:
                row = int(control.n_offers)
                arrays.offers[row] = (
                    LABOUR_MARKET_TRAINING, trade, today, self.area.last_day_of_month(today), number, 0,
                    float(p.costs.training_month_eur),
                )  # fmt: skip
                control.n_offers = row + 1
