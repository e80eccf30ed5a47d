"""What no other split beats: the Pareto front, and the few of its points that are looked at closely."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def non_dominated(losses: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether no other point is as good in every objective and better in one.

    Parameters
    ----------
    losses
        Shape (points, objectives), lower is better; a point with a value that is not a number is never on the front.

    Returns
    -------
    ndarray
        Shape (points,).
    """
    whole: NDArray[np.bool_] = np.asarray(np.isfinite(losses).all(axis=1))
    found = whole.copy()
    for k in np.flatnonzero(whole):
        others = losses[whole]
        found[k] = not bool(((others <= losses[k]).all(axis=1) & (others < losses[k]).any(axis=1)).any())
    return found


def scaled(losses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Losses from 0 (least of the points) to 1 (most), objective by objective; 0 where all are equal."""
    low, high = losses.min(axis=0), losses.max(axis=0)
    span = np.where(high > low, high - low, 1.0)
    return np.asarray((losses - low) / span)


def chosen(losses: NDArray[np.float64], most: int) -> list[int]:
    """The points of a front that stand for it.

    First the best in each objective, then the one with the least mean scaled loss, then those farthest from what has
    been chosen, so that the whole front is covered.

    Parameters
    ----------
    losses
        Of the points of the front, shape (points, objectives).
    most
        Number of points.

    Returns
    -------
    list of int
        Rows of `losses`, in the order of choice.
    """
    if not len(losses):
        return []
    unit = scaled(losses)
    mean = unit.mean(axis=1)
    # a tie in one objective goes to the point that is better in the others
    first = [int(np.lexsort((mean, unit[:, k]))[0]) for k in range(losses.shape[1])]
    found = list(dict.fromkeys([*first, int(np.argmin(mean))]))[:most]
    while len(found) < min(most, len(losses)):
        distance = np.linalg.norm(unit[:, None, :] - unit[None, found, :], axis=2).min(axis=1)
        distance[found] = -1.0
        found.append(int(np.argmax(distance)))
    return found
