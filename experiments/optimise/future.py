"""Futures: start states, and values of parameters that nobody has measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import qmc

from sim.errors import InputError
from sim.parameters import ParameterSet


@dataclass(frozen=True)
class Future:
    """A world in which every candidate is tried.

    Attributes
    ----------
    start
        Start state.
    event
        Whether the event of the question happens.
    values
        Of the uncertain parameters, by name.
    """

    start: str
    event: bool
    values: dict[str, float]


def futures(
    starts: Sequence[str], uncertain: Sequence[str], number: int, parameters: ParameterSet, seed: int,
    with_event: bool = False,
) -> list[Future]:  # fmt: skip
    """As many futures under each start state: the first with the declared values, the others drawn.

    The draws of all start states together are one Latin hypercube over the declared ranges (McKay et al. 1979).

    Parameters
    ----------
    starts
        Start states.
    uncertain
        Parameters or cells.
    number
        Of futures; a multiple of the number of start states, twice that with an event.
    parameters
        The baseline.
    seed
        Of the draws.
    with_event
        Whether as many futures again have the event.

    Raises
    ------
    InputError
        A parameter that is unknown, is no single number or has no range.
    """
    ranges = np.array([_range(key, parameters) for key in uncertain]).reshape(-1, 3)
    kinds = [(start, event) for start in starts for event in ((False, True) if with_event else (False,))]
    each = number // len(kinds)
    drawn = (each - 1) * len(kinds)
    unit = np.empty((0, len(uncertain)))
    if drawn and len(uncertain):
        unit = qmc.LatinHypercube(len(uncertain), rng=np.random.default_rng(seed)).random(drawn)
    found = []
    for k, (start, event) in enumerate(kinds):
        for place in range(each):
            values = ranges[:, 1]
            if place and len(uncertain):
                u = unit[k * (each - 1) + place - 1]
                values = ranges[:, 0] + u * (ranges[:, 2] - ranges[:, 0])
            found.append(Future(start, event, dict(zip(uncertain, map(float, values), strict=True))))
    return found


def _range(key: str, parameters: ParameterSet) -> tuple[float, float, float]:
    """Low, declared value and high of a parameter."""
    parameter, cell = parameters.locate(key, "optimise.uncertain")
    if cell is None and parameter.over is not None:
        example = f"{key}.{parameter.labels[0]}"
        raise InputError(f"optimise.uncertain: {key} is a table by {parameter.over}; name a cell, such as {example}")
    low, value, high = (
        float(bound[cell] if isinstance(bound, tuple) and cell is not None else bound)  # type: ignore[arg-type]
        for bound in (parameter.low, parameter.value, parameter.high)
    )
    if not low < high:
        raise InputError(f"optimise.uncertain: {key} has no range to draw from ({low:g} to {high:g})")
    return low, value, high
