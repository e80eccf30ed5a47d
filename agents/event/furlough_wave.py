"""An employer that furloughs many at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class FurloughWave:
    """An employer that furloughs permanent staff full time and calls them back.

    Attributes
    ----------
    name
        Name of the shock (its YAML file).
    employer
        Identifier of the employer in the region's ``large_employers.csv``.
    jobs
        People who are furloughed; their jobs stay theirs.
    start, end
        First and last day on which furloughs begin: all on ``start`` if they are equal, else evenly by week.
    recall
        Day on which they are called back; a share (`furlough.recall_share`) comes back, the others lose the job.
    marked
        Day on which the staff is marked as a cohort, in every arm; None: the first day.
    """

    name: str
    employer: str
    jobs: int
    start: date
    end: date
    recall: date
    marked: date | None = None

    @property
    def announced(self) -> date:
        """Day on which it becomes known: its first day."""
        return self.start

    @property
    def moments(self) -> tuple[date, ...]:
        """Its days, in the order in which they have to come."""
        return (self.start, self.end, self.recall)

    def identity(self) -> list[Any]:
        """Everything that decides a result, and nothing else (not its name), for the key of a run."""
        return ["furlough_wave", self.employer, self.jobs, str(self.start), str(self.end), str(self.recall)]

    def told(self) -> dict[str, Any]:
        """What a manifest says of it."""
        return {
            "kind": "furlough_wave", "name": self.name, "employer": self.employer, "jobs": self.jobs,
            "start": str(self.start), "end": str(self.end), "recall": str(self.recall),
        }  # fmt: skip
