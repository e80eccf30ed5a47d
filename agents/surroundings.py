"""What an agent may see and use of the area it lives in."""

from __future__ import annotations

from typing import Any, Protocol

from agents.region import Region, StartState
from agents.specification import RunSpecification
from sim.clock import Clock
from sim.timetable import Timetable
from sim.world import World


class Surroundings(Protocol):
    """The part of `agents.area.EmploymentAreaModel` that agents rely on.

    Attributes
    ----------
    specification
        What is simulated.
    world
        All state; agents are views on its rows.
    region, start
        Published figures and the start state.
    scale
        Agents for each real person.
    region_size
        Size of the region against the one that amounts of a whole area are stated for.
    clock
        The master clock.
    timetable
        Values of parameters on every day.
    built
        Facts of the run beside its indicators (`agents.specification.RunResult`).
    """

    specification: RunSpecification
    world: World
    region: Region
    start: StartState
    scale: float
    region_size: float
    clock: Clock
    timetable: Timetable
    built: dict[str, Any]

    def last_day_of_month(self, day: int) -> int:
        """Last day of a day's month within the horizon."""
