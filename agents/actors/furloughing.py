"""An employer that furloughs many at once."""

from __future__ import annotations

from functools import partial
from typing import cast

import mesa

from agents.event import FurloughWave
from agents.surroundings import Surroundings
from sim.clock import day_of
from sim.kernels.closure import furlough_staff

_WEEK = 7


class FurloughingEmployer(mesa.Agent):
    """An employer that furloughs staff in a wave; their jobs stay theirs until they are called back.

    Attributes
    ----------
    plan
        The wave.
    row
        Row of the employer.
    cohort
        Number of the cohort that the event hits, 0 for none.
    """

    def __init__(self, model: mesa.Model, plan: FurloughWave, row: int, cohort: int = 0) -> None:
        super().__init__(model)
        self.area = cast(Surroundings, model)
        self.cohort = cohort
        self.plan = plan
        self.row = row

    def register(self) -> None:
        """Put what is to happen on the clock: a stage a week from the first day on which furloughs begin."""
        start, plan = self.area.specification.start_date, self.plan
        first, last = day_of(plan.start, start), day_of(plan.end, start)
        stages = (last - first) // _WEEK + 1
        jobs = round(plan.jobs * self.area.scale)
        for stage in range(stages):
            number = jobs * (stage + 1) // stages - jobs * stage // stages
            day = first + _WEEK * stage
            if day < self.area.specification.days:
                name = f"4 furlough {plan.name} {stage:03d}"
                self.area.clock.at(day, name, partial(self.furlough, number))

    def furlough(self, number: int) -> int:
        """Furlough so many of the staff until the day of recall.

        Returns
        -------
        int
            How many were furloughed, agents.
        """
        recall = day_of(self.plan.recall, self.area.specification.start_date)
        world = self.area.world
        return int(furlough_staff(world.handle, self.row, number, self.cohort, recall, self.area.clock.day))
