"""Shares of the variance: first and total order from Saltelli's design.

Saltelli et al. (2010), Computer Physics Communications 181(2), 259–270; intervals by bootstrap of the blocks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from experiments.sensitivity.band import INTERVAL, MISSING, Band, clear_of, needs
from sim.errors import InputError

RANKING = "total"
LEAST = 16
"""Base points: fewer tell nothing."""
USUAL = 128
_RESAMPLES = 400


def block(n_factors: int) -> int:
    """Points that share a base point: A, a point for each factor, B."""
    return n_factors + 2


def design(n_factors: int, points: int | None, seed: int) -> NDArray[np.float64]:
    """Blocks in the unit cube, shape (points, factors), one below the other.

    Parameters
    ----------
    n_factors
        Number of factors.
    points
        At most so many (the number of blocks is a power of two); None for the usual number.
    seed
        Of the scrambling.

    Raises
    ------
    InputError
        If the points are too few.
    """
    try:
        from SALib.sample import sobol
    except ImportError:
        raise InputError(f"method=sobol {MISSING}") from None
    blocks = USUAL if points is None else points // block(n_factors)
    if blocks < LEAST:
        raise needs("sobol", LEAST * block(n_factors), points or 0, f"{LEAST} blocks of {n_factors} factors + 2")
    base = 1 << (blocks.bit_length() - 1)
    # Numbers that are not on a border: a scrambled sequence, of which none is left out, stays balanced.
    sampled = sobol.sample(_problem(n_factors), base, calc_second_order=False, scramble=True, seed=seed)
    return np.asarray(sampled, np.float64)


def analyse(x: NDArray[np.float64], y: NDArray[np.float64], seed: int) -> dict[str, Band]:
    """Indices as they are estimated: chance may put a first order a little below 0 or above 1.

    Parameters
    ----------
    x
        Whole blocks in the unit cube, shape (points, factors).
    y
        Outcome that varies, shape (points,).
    seed
        Of the bootstrap.

    Returns
    -------
    dict
        ``first`` and ``total``.
    """
    from SALib.analyze import sobol

    # A seed of 0 would be taken for none.
    found = sobol.analyze(
        _problem(x.shape[1]), y, calc_second_order=False, num_resamples=_RESAMPLES, conf_level=INTERVAL, seed=seed + 1
    )
    columns = {key: np.nan_to_num(np.asarray(found[key], np.float64)) for key in ("S1", "S1_conf", "ST", "ST_conf")}
    return {
        "first": Band.around(columns["S1"], columns["S1_conf"]),
        "total": Band.around(columns["ST"], columns["ST_conf"]),
    }


def floor(noise_variance: float, y: NDArray[np.float64], n_factors: int) -> float:
    """What chance alone adds to a total order: the noise of a point's mean as a share of the variance."""
    variance = float(np.var(y))
    return min(1.0, noise_variance / variance) if variance > 0.0 else 0.0


above = clear_of


def _problem(n_factors: int) -> dict[str, object]:
    names = [f"x{k}" for k in range(n_factors)]
    return {"num_vars": n_factors, "names": names, "bounds": [[0.0, 1.0]] * n_factors}
