"""All margins of a world as built."""

from __future__ import annotations

from pathlib import Path

from agents.region import Region
from experiments.region_data.margins.built import Built
from experiments.region_data.margins.jobs import margins_of_jobs
from experiments.region_data.margins.margin import Margin
from experiments.region_data.margins.origin import Origin
from experiments.region_data.margins.people import margins_of_people
from experiments.region_data.margins.register import margins_of_register
from sim.parameters import ParameterSet
from sim.world import World


def measure(
    world: World,
    region: Region,
    start: str,
    parameters: ParameterSet,
    month: int,
    start_file: Path | None = None,
) -> list[Margin]:
    """Set every published margin beside what a world has.

    Parameters
    ----------
    world
        As built, nothing simulated yet.
    region
        Published figures.
    start, start_file
        Start state, and the user's own file that holds it, or None.
    parameters
        The baseline that the world was built with.
    month
        Calendar month of the first day, 1–12.

    Returns
    -------
    list of Margin
        In the order of people, register, jobs.
    """
    state = region.start_state(start, start_file)
    built = Built.of(world, region, state)
    origin = Origin(region, start, start_file)
    p = parameters.record()[0]
    return [
        *margins_of_people(built, origin),
        *margins_of_register(built, origin, p, month),
        *margins_of_jobs(built, origin, p),
    ]
