"""Points that fill a space: Latin hypercube and Sobol sequences (scipy.stats.qmc), each from its own seed."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from experiments.running.progress import say
from experiments.sweep.design import Design, named
from experiments.sweep.factor import Factor
from sim.errors import InputError


def latin_hypercube(factors: Sequence[Factor], points: int, seed: int) -> Design:
    """Latin hypercube: each factor's range in as many slices as there are points, one point in each.

    Raises
    ------
    InputError
        Less than two points, or a factor without a range.
    """
    from scipy.stats import qmc

    _check(factors, points, "lhs")
    return _scaled(factors, qmc.LatinHypercube(len(factors), seed=np.random.default_rng(seed)).random(points))


def sobol(factors: Sequence[Factor], points: int, seed: int) -> Design:
    """Scrambled Sobol sequence; its balance needs a power of two, to which the number is rounded up and that is said.

    Raises
    ------
    InputError
        Less than two points, or a factor without a range.
    """
    from scipy.stats import qmc

    _check(factors, points, "sobol")
    power = math.ceil(math.log2(points))
    if 2**power != points:
        say(f"design=sobol: {points} points are rounded up to {2**power}, a power of two")
    sequence = qmc.Sobol(len(factors), scramble=True, seed=np.random.default_rng(seed))
    return _scaled(factors, sequence.random_base2(power))


def _check(factors: Sequence[Factor], points: int, method: str) -> None:
    if points < 2:
        raise InputError(f"points={points}: design={method} needs 2 points or more")
    for factor in factors:
        if factor.values:
            raise InputError(f"{factor.key}: levels belong to design=grid; design={method} samples a range LOW..HIGH")
        if not factor.low < factor.high:
            raise InputError(f"{factor.key}: the range has one value only, {factor.low:g}; nothing to sample")


def _scaled(factors: Sequence[Factor], unit: np.ndarray) -> Design:
    """Coordinates in [0, 1), shape (points, factors), as values of the factors."""
    low = np.array([factor.low for factor in factors])
    high = np.array([factor.high for factor in factors])
    return named(factors, (low + unit * (high - low)).tolist())
