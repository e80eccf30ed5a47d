"""Municipalities: views on a place of the world. They hold no state and decide nothing yet."""

from __future__ import annotations

from typing import cast

import mesa

from agents.surroundings import Surroundings
from sim.dimensions import State


class Municipality(mesa.Agent):
    """A municipality of the area.

    Attributes
    ----------
    code, name
        As in the region's ``municipalities.csv``.
    """

    def __init__(self, model: mesa.Model, place: int) -> None:
        super().__init__(model)
        self.area = cast(Surroundings, model)
        self.place = place
        self.code = self.area.region.municipalities[place].code
        self.name = self.area.region.municipalities[place].name

    @property
    def unemployed(self) -> float:
        """Register unemployed, persons, the full-time furloughed included."""
        stocks = self.area.world.arrays.stocks[:, self.place]
        return float(stocks[State.UNEMPLOYED] + stocks[State.FURLOUGHED]) / self.area.scale

    @property
    def unemployment_rate(self) -> float:
        """Unemployed over the register labour force of the start state, per cent."""
        return 100.0 * self.unemployed / float(self.area.start.labour_force[self.place])

    @property
    def vacancies(self) -> float:
        """Open vacancies, true ones."""
        return float(self.area.world.arrays.open_cells[:, self.place].sum()) / self.area.scale
