"""Staff moved between towns by order: what an order takes from one town, other towns get, line by line.

An order is a list of FTE by municipality that sums to 0, not a parameter over municipalities: towns differ by region
while the cells of a parameter are the same everywhere, a planner says "two advisers from Pori to Harjavalta", and what
is moved can not change the total. Need goes on deciding the rest, month by month.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.specification import Placing


class Moved(NamedTuple):
    """Staff after the orders.

    Attributes
    ----------
    fte
        Staff by line and town, FTE, shape (lines, towns).
    ordered, moved
        FTE that were to leave towns, and that did: less where a town had not so many.
    """

    fte: NDArray[np.float64]
    ordered: float
    moved: float


def move(fte: NDArray[np.float64], orders: Iterable[Placing], serves: NDArray[np.int64]) -> Moved:
    """Carry out orders.

    Orders of one line act together, so that nothing depends on which was given first; those of single lines come
    before those of all lines. A town gives no more than it has, in proportion to its staff of each line; what is given
    is shared by what the towns that get were to get. The total of every line stays.

    Parameters
    ----------
    fte
        Staff by line and town, FTE, shape (lines, towns), none negative.
    orders
        Those in force.
    serves
        Town where the residents of each town are served, shape (towns,): staff of a town without a service point is
        there.
    """
    found, ordered, moved = fte.copy(), 0.0, 0.0
    changes: dict[int, NDArray[np.float64]] = {}
    for order in sorted(orders, key=lambda one: (one.line, one.fte)):
        change = changes.setdefault(order.line, np.zeros(fte.shape[1]))
        for town, amount in order.fte:
            change[serves[town]] += amount
    for line in sorted(changes, key=lambda line: (line < 0, line)):
        rows = slice(None) if line < 0 else slice(line, line + 1)
        asked, given = np.maximum(-changes[line], 0.0), np.maximum(changes[line], 0.0)
        there = found[rows]
        have = there.sum(axis=0)
        taken = there * np.divide(np.minimum(asked, have), have, out=np.zeros(len(have)), where=have > 0.0)
        ordered += float(asked.sum())
        if given.sum() <= 0.0 or taken.sum() <= 0.0:
            continue
        moved += float(taken.sum())
        found[rows] = there - taken + taken.sum(axis=1)[:, None] * (given / given.sum())
    return Moved(found, ordered, moved)
