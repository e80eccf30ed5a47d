"""A service line: a view on its row, its desks, its task table and its rare decisions. The daily work is a kernel."""

from __future__ import annotations

from typing import ClassVar, cast

import mesa
import numpy as np

from agents.service_lines.task import Task
from agents.surroundings import Surroundings
from sim.dimensions import LINES, N_PERSON_LINES


class ServiceLine(mesa.Agent):
    """One of the lines of the authority.

    Attributes
    ----------
    name
        Label in `sim.dimensions.LINES`.
    tasks
        Its task table.
    """

    name: str = ""
    tasks: ClassVar[tuple[Task, ...]] = ()

    def __init__(self, model: mesa.Model) -> None:
        super().__init__(model)
        self.area = cast(Surroundings, model)

    @property
    def row(self) -> int:
        """Row in the line table."""
        return LINES.index(self.name)

    @property
    def staff_fte(self) -> float:
        """Posts in force, FTE."""
        return float(self.area.world.arrays.parameters[0].services.staff_fte[self.row])

    @property
    def staffed_fte(self) -> float:
        """Staff in post, FTE."""
        return float(self.area.world.arrays.lines[self.row].staffed)

    @property
    def waiting(self) -> float:
        """People in its queues, persons; none in lines that meet no jobseekers."""
        if self.row >= N_PERSON_LINES:
            return 0.0
        arrays = self.area.world.arrays
        n_places = len(arrays.points)
        desks = arrays.desks[self.row * n_places : (self.row + 1) * n_places]
        return float(np.sum(desks.waiting)) / self.area.scale

    def plan_month(self) -> None:
        """Decide what is decided once a month; most lines have nothing to."""


FOLLOW_UP = Task("follow-up talk", "services.follow_up_minutes", "rules.interval_first_days, rules.interval_later_days")
DECISION = Task("decision on a measure", "services.decision_minutes", "a measure is proposed and a seat is free")
HANDOVER = Task("escorted handover", "services.handover_minutes", "another line becomes responsible")
