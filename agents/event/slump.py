"""Demand that falls for a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sim.dimensions import SECTIONS


@dataclass(frozen=True)
class Slump:
    """Demand that falls in some industries for a time and comes back.

    Attributes
    ----------
    name
        Name of the shock (its YAML file).
    sections
        Industries, positions in `sim.dimensions.SECTIONS`.
    depth
        By what share the demand index falls.
    start
        Day of the first month in which it is down.
    months, recovery_months
        Months down, and then of a straight way back.
    employer, jobs
        It hits no single employer and no fixed number of jobs.
    """

    name: str
    sections: tuple[int, ...]
    depth: float
    start: date
    months: int
    recovery_months: int = 0
    employer: str = ""
    jobs: int = 0

    @property
    def moments(self) -> tuple[date, ...]:
        """Its days, in the order in which they have to come."""
        return (self.start,)

    def factor(self, month: int) -> float:
        """Factor on the index so many months after the first."""
        if not 0 <= month < self.months + self.recovery_months:
            return 1.0
        back = max(0, month - self.months + 1) / (self.recovery_months + 1)
        return 1.0 - self.depth * (1.0 - back)

    def identity(self) -> list[Any]:
        """Everything that decides a result, and nothing else (not its name), for the key of a run."""
        return ["slump", list(self.sections), self.depth, str(self.start), self.months, self.recovery_months]

    def told(self) -> dict[str, Any]:
        """What a manifest says of it."""
        return {
            "kind": "slump", "name": self.name, "employer": "", "jobs": 0,
            "sections": [SECTIONS[section] for section in self.sections], "depth": self.depth,
            "start": str(self.start), "months": self.months, "recovery_months": self.recovery_months,
        }  # fmt: skip
