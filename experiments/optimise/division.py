"""A fixed total divided over parts: from coordinates of a search to amounts and back.

Amounts lie on a simplex with bounds. The coordinates are those of stick breaking, one fewer than there are parts:
uniform coordinates give amounts that are uniform on the simplex, because each part in turn takes a share of what is
left that is distributed as Beta(1, parts still to come) (Devroye 1986, chapter XI.2). Upper bounds cut the
distribution of each part off; where they are narrow, splits near them are somewhat more frequent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError

TOLERANCE = 1e-9
"""Most by which the amounts of a split may miss the total."""


@dataclass(frozen=True)
class Part:
    """A part of a division.

    Attributes
    ----------
    key
        Parameter or cell that holds the amount, such as ``services.staff_fte.youth``; ``placing.MUNICIPALITY`` of a
        town, whose amount is FTE more, or less, than placing by need gives it.
    least, most
        Bounds, in the unit of the parameter.
    """

    key: str
    least: float
    most: float


@dataclass(frozen=True)
class Division:
    """A total and the parts that it is divided over.

    Attributes
    ----------
    name
        What is divided, as in its file.
    total
        Sum of the amounts.
    parts
        At least two.
    """

    name: str
    total: float
    parts: tuple[Part, ...]

    def check(self, where: str) -> None:
        """Refuse bounds that no split can keep.

        Raises
        ------
        InputError
            Fewer than two parts, a part whose least is above its most, bounds whose sums miss the total.
        """
        if len(self.parts) < 2:
            raise InputError(f"{where}: expected two parts or more for {self.total:g}, got {len(self.parts)}")
        for part in self.parts:
            if part.least > part.most:
                raise InputError(f"{where}.{part.key}: least {part.least:g} is above most {part.most:g}")
        least, most = (math.fsum(getattr(part, name) for part in self.parts) for name in ("least", "most"))
        if least > self.total + TOLERANCE:
            raise InputError(
                f"{where}: the least of all parts sum to {least:g}, more than the {self.total:g} that there are; "
                "lower some of them or set total"
            )
        if most < self.total - TOLERANCE:
            raise InputError(
                f"{where}: the most of all parts sum to {most:g}, less than the {self.total:g} that there are; "
                "raise some of them or set total"
            )

    @property
    def dimensions(self) -> int:
        """Number of coordinates."""
        return len(self.parts) - 1

    def amounts(self, coordinates: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
        """Amounts of the parts, shape (parts,), that sum to the total within `TOLERANCE`.

        Parameters
        ----------
        coordinates
            From 0 to 1, shape (parts − 1,).
        """
        given: list[float] = []
        for k, u in enumerate(coordinates):
            low, high, slack = self._room(given)
            after = len(self.parts) - 1 - k
            if slack <= 0.0:
                given.append(self.parts[k].least)
                continue
            bottom, top = (1.0 - (1.0 - min(end / slack, 1.0)) ** after for end in (low, high))
            quantile = bottom + float(u) * (top - bottom)
            taken = slack * (1.0 - (1.0 - quantile) ** (1.0 / after))
            given.append(self.parts[k].least + min(max(taken, low), high))
        last = self.parts[-1]
        rest = self.total - math.fsum(given)
        return np.array([*given, min(max(rest, last.least), last.most)])

    def coordinates(self, amounts: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
        """Coordinates of a split within the bounds, shape (parts − 1,): the inverse of `amounts`."""
        found = []
        for k in range(self.dimensions):
            low, high, slack = self._room([float(amount) for amount in amounts[:k]])
            after = len(self.parts) - 1 - k
            if slack <= 0.0 or high <= low:
                found.append(0.5)
                continue
            taken = min(max(float(amounts[k]) - self.parts[k].least, low), high)
            bottom, top, at = (1.0 - (1.0 - min(end / slack, 1.0)) ** after for end in (low, high, taken))
            found.append((at - bottom) / (top - bottom))
        return np.clip(np.array(found), 0.0, 1.0)

    def holds(self, amounts: Sequence[float] | NDArray[np.float64]) -> bool:
        """Whether a split keeps the total and the bounds."""
        inside = all(
            part.least - TOLERANCE <= amount <= part.most + TOLERANCE
            for part, amount in zip(self.parts, amounts, strict=True)
        )
        return inside and abs(math.fsum(map(float, amounts)) - self.total) <= TOLERANCE

    def _room(self, given: Sequence[float]) -> tuple[float, float, float]:
        """Least and most that the next part may take beyond its own least, and all that is beyond the leasts."""
        k = len(given)
        rest = self.parts[k:]
        slack = self.total - math.fsum(given) - math.fsum(part.least for part in rest)
        slack = max(slack, 0.0)
        others = math.fsum(part.most - part.least for part in rest[1:])
        return max(0.0, slack - others), min(rest[0].most - rest[0].least, slack), slack
