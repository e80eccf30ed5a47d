"""Employer services: once a month it is chosen which employers are visited, in every municipality.

A visit acts through the employer for some months: more of its vacancies are notified, brokerage knows of
them at once, and it takes people of partial work capacity more readily. It raises nobody's hazard.
"""

from __future__ import annotations

import numpy as np

from agents.service_lines.line import ServiceLine
from agents.service_lines.task import Task
from agents.working_time import client_minutes_a_month
from sim.dimensions import DAYS_PER_MONTH, Line
from sim.rng import Purpose, uniforms

SMALL_EMPLOYER_JOBS = 10.0
"""Size at which an employer is visited half as often again as a tiny one would be (square root, assumption)."""


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
        inside = np.flatnonzero((arrays.employers.place < world.n_places) & (arrays.employers.target > 0))
        if today < int(p.trial.employer_days):  # a trial decides who is visited
            quarter = uniforms(
                world.control.seed, int(Purpose.TRIAL_ARM), arrays.employers.uid[inside], np.zeros(len(inside), np.int64), 0
            )
            chosen = inside[quarter < float(p.trial.treated_share)]
        else:
            free = inside[arrays.employers.visited_until[inside] <= today]
            draws = uniforms(
                world.control.seed, int(Purpose.EMPLOYER_VISIT), arrays.employers.uid[free], np.full(len(free), today), 0
            )
            weight = np.sqrt(arrays.employers.target[free] / SMALL_EMPLOYER_JOBS)
            chosen = free[np.argsort(-np.log(draws) / weight, kind="stable")[:number]]
        until = today + int(float(p.employer_services.visit_effect_months) * DAYS_PER_MONTH)
        arrays.employers.visited_until[chosen] = until
        line.visits += len(chosen)
