"""Ripples of the structural events of an arm: suppliers and local trade follow, month by month.

* Subcontractors: employers of linked industries, near ones above all, lose `ripples.subcontract_share` of a job for
  each job of an event that has gone (gain, for each that somebody was hired for).
* Local demand: trade, food, culture and personal services near home lose `ripples.local_demand_share` of a job for
  each person of a closure's cohort who is out of open-market work, and have it back when she works again; they gain
  as much for each resident who came into work by an opening, for the `ripples.gain_months` that it would have taken
  her to find work without it (as the loss of a closure ends when its people find other work).

Both are targets for the month as a function of what has happened by then, and what has been lost so far stands in
the world (`Arrays.rippled`); the difference is applied. The multiplier of a closure is no parameter: it comes out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import mesa
import numpy as np
from numpy.typing import NDArray

from agents.event import Opening
from agents.surroundings import Surroundings
from sim.dimensions import SECTIONS
from sim.kernels.chains import FIRST_ORIGIN, LAST_ORIGIN
from sim.kernels.demand import dismiss_excess
from sim.kernels.ripples import cancel_jobs, count_out_of_work, ripple
from sim.rng import STREAM_UID

LOCAL = len(SECTIONS)
"""Row of local demand in `Arrays.rippled`, after those of industries."""
MANUFACTURING = SECTIONS.index("C")
_NAMES = 1024
"""Names of streams from here on are sources of ripples."""


class Ripples(mesa.Agent):
    """What suppliers and local trade make of the events of an arm.

    Attributes
    ----------
    openings
        The openings of the arm, the first is number 1.
    """

    def __init__(self, model: mesa.Model, openings: Sequence[Opening]) -> None:
        super().__init__(model)
        self.area = cast(Surroundings, model)
        self.openings = tuple(openings)

    def register(self) -> None:
        """Act on the first day of each month, after the events of that day."""
        day = self.area.last_day_of_month(0) + 1
        while day < self.area.specification.days:
            self.area.clock.at(day, "4 ripples", self.act)
            day = self.area.last_day_of_month(day) + 1

    def act(self) -> None:
        """Move the jobs of suppliers and local trade to where the events put them by now."""
        world = self.area.world
        months = float(world.arrays.parameters[0].ripples.gain_months)
        newly_in_work = world.arrays.newly_in_work
        newly_in_work *= np.exp(-1.0 / months)
        wanted = np.vstack([self._supplied(), self._local()])
        moves = np.argwhere(wanted != world.arrays.rippled)
        if len(moves) == 0:
            return
        world.ensure_room(jobs=int(np.abs(wanted - world.arrays.rippled).sum()))
        today = self.area.clock.day
        excess = np.zeros(len(world.arrays.employers), np.int32)
        for row, place in moves.tolist():
            shares = np.cumsum(self._weights(row, place))
            source = STREAM_UID | np.uint64((_NAMES + row) * 4096 + place)
            if shares[-1] > 0.0:
                world.arrays.rippled[row, place] = ripple(
                    world.handle, shares, source, int(world.arrays.rippled[row, place]), int(wanted[row, place]),
                    row != LOCAL, excess, today,
                )  # fmt: skip
        cancel_jobs(world.handle, excess)
        dismiss_excess(world.handle, excess, today)

    def _supplied(self) -> NDArray[np.int64]:
        """Jobs that suppliers should have lost by now, by industry and place of the events, i8[sections, places]."""
        arrays, n = self.area.world.arrays, self.area.world.n_places
        gone = np.zeros((len(SECTIONS), arrays.stocks.shape[1]))
        firms = arrays.employers
        hit = np.flatnonzero((firms.closed > 0) & (firms.place < n))
        np.add.at(gone, (firms.section[hit], firms.place[hit]), firms.closed[hit])
        hires = arrays.chains[:, 0, FIRST_ORIGIN : LAST_ORIGIN + 1].sum(axis=1)
        for number, plan in enumerate(self.openings, start=1):
            gone[plan.section, plan.municipality] -= hires[number]
        share = np.asarray(arrays.parameters[0].ripples.subcontract_share)[:, None]
        return np.floor(share * gone + 0.5).astype(np.int64)

    def _local(self) -> NDArray[np.int64]:
        """Jobs that local trade should have lost by now by place of residence, i8[places]."""
        arrays = self.area.world.arrays
        out = np.zeros(arrays.stocks.shape[1], np.int64)
        hit = self._cohorts_hit()
        if hit.any():
            count_out_of_work(self.area.world.handle, hit, out)
        # cohorts of closures of the arm are counted while they are out of work: not again when an opening hires them
        came = arrays.newly_in_work[0] + (0 if hit.any() else arrays.newly_in_work[1])
        share = float(arrays.parameters[0].ripples.local_demand_share)
        return np.floor(share * (out - came) + 0.5).astype(np.int64)

    def _cohorts_hit(self) -> NDArray[np.int8]:
        """Whether a cohort is of an employer whose jobs have begun to end in this arm, by number, i1[cohorts + 1]."""
        specification, world = self.area.specification, self.area.world
        closing = {
            event.employer for event in specification.events
            if event.employer in world.listed
            and world.arrays.employers.closed[world.listed[event.employer]] > 0
        }  # fmt: skip
        return np.array([0, *(cohort.employer in closing for cohort in specification.cohorts)], np.int8)

    def _weights(self, row: int, place: int) -> NDArray[np.float64]:
        """How likely each employer is to be the one, f8[employers]: linked industries, then jobs nearby."""
        arrays, p = self.area.world.arrays, self.area.world.arrays.parameters[0].ripples
        firms = arrays.employers
        inside = (firms.place < self.area.world.n_places) & (firms.closed == 0) & (firms.until == 0)
        near = np.exp(-float(p.distance_decay_per_km) * arrays.distance[place, firms.place])
        weights = np.where(inside, firms.start_jobs * near, 0.0)
        links = p.links_local if row == LOCAL else p.links_manufacturing if row == MANUFACTURING else p.links_other
        total = np.bincount(firms.section, weights, minlength=len(SECTIONS))
        share = np.divide(np.asarray(links), total, out=np.zeros(len(SECTIONS)), where=total > 0.0)
        return np.asarray(weights * share[firms.section], np.float64)
