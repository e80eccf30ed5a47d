"""Every level of every factor with every other."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np

from experiments.sweep.design import Design, named
from experiments.sweep.factor import Factor
from sim.errors import InputError

MOST_POINTS = 1_000_000


def grid(factors: Sequence[Factor], levels: int) -> Design:
    """Full factorial design.

    Parameters
    ----------
    factors
        With levels of their own, or a range that is divided.
    levels
        Equally spaced levels of a range, both ends among them.

    Raises
    ------
    InputError
        Less than two levels of a range, or more points than anybody simulates.
    """
    axes = []
    for factor in factors:
        if factor.values or factor.low == factor.high:
            axes.append(list(factor.values) or [factor.low])
            continue
        if levels < 2:
            raise InputError(f"levels={levels}: design=grid needs 2 levels of a range or more")
        axes.append(np.linspace(factor.low, factor.high, levels).tolist())
    points = math.prod(len(axis) for axis in axes)
    if points > MOST_POINTS:
        raise InputError(f"design=grid: {points} points of {len(axes)} factors; sample them with design=sobol instead")
    return named(factors, list(itertools.product(*axes)))
