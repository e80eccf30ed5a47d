"""Structural events as a run is told of them: frozen, with absolute dates.

Who acts on an event is in `agents.events`, how one is read from a file in `experiments.shock`. A further kind is a
class here, an agent there and a reader there; each class has ``name``, ``employer`` (whom it hits), ``identity``
(its part of the key of a run) and ``told`` (what a manifest says of it).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Closure:
    """A closing employer: who, how many, and when.

    Attributes
    ----------
    name
        Name of the shock (its YAML file).
    employer
        Identifier of the employer in the region's ``large_employers.csv``.
    jobs
        Jobs that end, persons; all of the employer's staff if equal to its headcount.
    announced
        Day on which the closure becomes known; hiring stops and leavers are not replaced.
    notice
        Day on which notices are given; staff begin to search.
    exits
        Dated shares of ``jobs`` that leave, ``((date, share), ...)``, dates rising, shares summing to 1.
    marked
        Day on which the staff is marked as a cohort, in every arm; None: the day of the announcement.
    """

    name: str
    employer: str
    jobs: int
    announced: date
    notice: date
    exits: tuple[tuple[date, float], ...]
    marked: date | None = None

    @property
    def moments(self) -> tuple[date, ...]:
        """Its days, in the order in which they have to come."""
        return (self.announced, self.notice, *(day for day, _ in self.exits))

    def identity(self) -> list[Any]:
        """Everything that decides a result, and nothing else (not its name), for the key of a run."""
        exits = [[str(day), share] for day, share in self.exits]
        return ["closure", self.employer, self.jobs, str(self.announced), str(self.notice), exits]

    def told(self) -> dict[str, Any]:
        """What a manifest says of it."""
        return {
            "kind": "closure", "name": self.name, "employer": self.employer, "jobs": self.jobs,
            "announced": str(self.announced), "notice": str(self.notice),
            "exits": [{"date": str(day), "share": share} for day, share in self.exits],
        }  # fmt: skip


Event: TypeAlias = Closure
"""Any of them."""
