"""Recruitment abroad: a programme that follows what employers ask for, by occupation and year.

What employers ask for is read from vacancies of the area that have been open for some weeks, less the recruits
who are on their way. Once a month the programme orders its share of a year's recruits, and whatever a policy
orders by occupation (`agents.specification.Recruits`); never more than employers ask for. Recruits come a lead
time later, each to a vacancy of her occupation if one is open then (`sim.kernels.immigration`). Orders are rows of
the world (`Arrays.recruits`).
"""

from __future__ import annotations

from typing import cast

import mesa
import numpy as np
from numpy.typing import NDArray

from agents.region.occupation import ARMED_FORCES
from agents.specification import Recruits
from agents.surroundings import Surroundings
from agents.synthetic.rounding import apportion_within
from sim.dimensions import VacancyState
from sim.indicators import Flow
from sim.kernels.immigration import welcome_recruits

DAYS_PER_WEEK = 7
EVERYWHERE = -1
"""Place of flows that belong to the area and to no municipality: the last one, *outside*."""


class Recruitment(mesa.Agent):
    """The programme of recruitment abroad."""

    def __init__(self, model: mesa.Model) -> None:
        super().__init__(model)
        self.area = cast(Surroundings, model)
        self._military = np.array([o.isco1 == ARMED_FORCES for o in self.area.region.occupations])

    def plan_month(self) -> None:
        """Let the recruits of this month arrive, then order the programme's part of a year's recruits."""
        arrays, month = self.area.world.arrays, self._month
        arriving = arrays.recruits[month].copy()
        if arriving.any():
            self.area.world.ensure_room(people=int(2 * arriving.sum()), jobs=int(arriving.sum()))
            for occupation in np.flatnonzero(arriving):
                welcome_recruits(
                    self.area.world.handle, int(occupation), int(arriving[occupation]), self.area.region.host,
                    self.area.clock.day,
                )  # fmt: skip
        a_month = float(self._parameters.recruits_year) * self.area.scale * self.area.region_size / 12.0
        wanted = int(np.floor(a_month * (month + 1)) - np.floor(a_month * month))
        if wanted > 0:
            self._order(wanted, self.asked_for())

    def order(self, recruits: Recruits) -> None:
        """Order the recruits of a policy: those of one occupation, as far as employers ask for them."""
        asked = self.asked_for()
        only = np.zeros_like(asked)
        only[recruits.occupation] = asked[recruits.occupation]
        self._order(round(recruits.persons * self.area.scale), only)

    def asked_for(self) -> NDArray[np.int64]:
        """What employers would fill from abroad by occupation, agents: vacancies open for long, less those on the way.

        The armed forces take nobody from abroad.

        Returns
        -------
        ndarray
            Shape (occupations,).
        """
        world = self.area.world
        vacancies = world.arrays.vacancies[: int(world.control.n_vacancies)]
        least_days = float(self._parameters.recruits_weeks_open) * DAYS_PER_WEEK
        is_long = (vacancies.state == VacancyState.OPEN) & (self.area.clock.day - vacancies.opened >= least_days)
        is_long &= vacancies.place < world.n_places
        is_long &= ~self._military[vacancies.occupation]
        asked = np.bincount(vacancies.occupation[is_long], minlength=world.arrays.recruits.shape[1])
        on_the_way = world.arrays.recruits[self._month + 1 :].sum(axis=0)
        return np.maximum(asked - on_the_way, 0).astype(np.int64)

    def _order(self, wanted: int, asked: NDArray[np.int64]) -> None:
        """Order as many as employers ask for, and count the others as unplaced."""
        world, month = self.area.world, self._month
        taken = apportion_within(asked.astype(np.float64), asked, wanted)
        later = month + max(1, round(float(self._parameters.recruits_lead_months)))
        if later < len(world.arrays.recruits):  # who would come after the horizon is ordered, and never seen
            world.arrays.recruits[later] += taken
        unplaced = wanted - int(taken.sum())
        world.arrays.flows[Flow.RECRUITS_UNPLACED, EVERYWHERE] += unplaced
        record = self.area.built.setdefault("recruits", {"ordered": 0.0, "placed": 0.0})
        record["ordered"] += wanted / self.area.scale
        record["placed"] += int(taken.sum()) / self.area.scale

    @property
    def _month(self) -> int:
        return int(self.area.world.arrays.days[self.area.clock.day].month_index)

    @property
    def _parameters(self) -> np.record:
        return cast(np.record, self.area.world.arrays.parameters[0].immigration)
