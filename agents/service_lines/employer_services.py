"""Employer services: once a month it is chosen which employers are visited, in every municipality.

A visit acts through the employer: some of the jobs that wait are posted, and for some months more of its
vacancies are notified, brokerage knows of them at once, and it takes people of partial work capacity more readily.
It raises nobody's hazard.
"""

from __future__ import annotations

import numpy as np

from agents.service_lines.line import ServiceLine
from agents.service_lines.task import Task
from agents.working_time import client_minutes_a_month
from sim.dimensions import DAYS_PER_MONTH, Line
from sim.kernels.jobs import visit
from sim.rng import Purpose, uniforms


class EmployerServices(ServiceLine):
    """The line that meets employers; each municipality has a named contact, so visits are shared by its employers."""

    name = "employer_services"
    tasks = (Task("visit to an employer, with travel", "employer_services.visit_minutes", "employer_services.visits"),)

    def plan_month(self) -> None:
        """Visit employers: as many as time allows, those first whose keyed number against their size is least."""
        world = self.area.world
        arrays, p = world.arrays, world.arrays.parameters[0]
        today = self.area.clock.day
        line = arrays.lines[Line.EMPLOYER_SERVICES]
        minutes = client_minutes_a_month(p) * float(line.staffed) * self.area.scale
        number = int(minutes / float(p.employer_services.visit_minutes))
        employers = arrays.employers
        free = np.flatnonzero(
            (employers.place < world.n_places) & (employers.target > 0) & (employers.visited_until <= today)
        )
        if today < int(p.trial.employer_days):  # a trial decides who is visited
            draws = uniforms(
                world.control.seed, int(Purpose.TRIAL_ARM), employers.uid[free], np.zeros(len(free), np.int64), 0
            )
            chosen = free[draws < float(p.trial.treated_share)]
        else:
            draws = uniforms(
                world.control.seed, int(Purpose.EMPLOYER_VISIT), employers.uid[free], np.full(len(free), today), 0
            )
            weight = np.sqrt(employers.target[free])  # larger ones more often, not in proportion (assumption)
            chosen = free[np.argsort(-np.log(draws) / weight, kind="stable")[:number]]
        until = today + int(float(p.employer_services.visit_effect_months) * DAYS_PER_MONTH)
        employers.visited_until[chosen] = until
        visit(world.handle, until, today)
        line.visits += len(chosen)
