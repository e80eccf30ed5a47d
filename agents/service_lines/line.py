"""A service line: a view on its row, its staff and its rare decisions. The daily work is a kernel."""

from __future__ import annotations

from typing import cast

import mesa

from agents.surroundings import Surroundings
from sim.dimensions import LINES


class ServiceLine(mesa.Agent):
    """One of the lines of client-facing work.

    Attributes
    ----------
    name
        Label in `sim.dimensions.LINES`.
    """

    name: str = ""

    def __init__(self, model: mesa.Model) -> None:
        super().__init__(model)
        self.area = cast(Surroundings, model)

    @property
    def row(self) -> int:
        """Row in the line table."""
        return LINES.index(self.name)

    @property
    def staff_fte(self) -> float:
        """Staff with clients in force, FTE."""
        return float(self.area.world.arrays.parameters[0].services.staff_fte[self.row])

    @property
    def waiting(self) -> float:
        """People in the queue, persons."""
        return float(self.area.world.arrays.lines[self.row].waiting) / self.area.scale

    def plan_month(self) -> None:
        """Decide what is decided once a month; most lines have nothing to."""
