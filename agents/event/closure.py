"""A closing employer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any


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
        Day on which notices are given, the end of the change negotiations.
    exits
        Dated shares of ``jobs`` that leave, ``((date, share), ...)``, dates rising, shares summing to 1. Empty if
        notice is given by tenure.
    marked
        Day on which the staff is marked as a cohort, in every arm; None: the day of the announcement.
    by_tenure
        Last days of the notice periods by class of tenure, the shortest first, rising; empty if ``exits`` are dated.
    kind
        ``closure``, ``downsizing`` or ``bankruptcy``.
    rumour
        Day from which staff fear for their jobs, before the announcement; None for no rumour.
    closing
        Last day of work: whose notice ends earlier stays until then. None: nobody stays longer than her notice.
    inside_firm_share
        Share of those who leave that goes on in the firm's staff outside the area.
    restart, restart_jobs
        Day on which the employer, or who bought it, takes up so many jobs again; None for never.
    probability
        That it happens in a replication; arms share the draw.
    """

    name: str
    employer: str
    jobs: int
    announced: date
    notice: date
    exits: tuple[tuple[date, float], ...]
    marked: date | None = None
    by_tenure: tuple[date, ...] = ()
    kind: str = "closure"
    rumour: date | None = None
    closing: date | None = None
    inside_firm_share: float = 0.0
    restart: date | None = None
    restart_jobs: int = 0
    probability: float = 1.0

    @property
    def first(self) -> date:
        """Its first day: that of the rumour, or of the announcement."""
        return self.rumour or self.announced

    @property
    def last_days(self) -> tuple[date, ...]:
        """Last days by class of tenure, with those who stay until the closing; empty if ``exits`` are dated."""
        return tuple(max(day, self.closing or day) for day in self.by_tenure)

    @property
    def moments(self) -> tuple[date, ...]:
        """Its days from the announcement to the last exit, in the order in which they have to come."""
        return (self.announced, self.notice, *(self.last_days or tuple(day for day, _ in self.exits)))

    def identity(self) -> list[Any]:
        """Everything that decides a result, and nothing else (not its name), for the key of a run."""
        exits = [[str(day), share] for day, share in self.exits]
        return [
            "closure", self.employer, self.jobs, str(self.announced), str(self.notice), exits,
            [str(day) for day in self.last_days], str(self.rumour), self.inside_firm_share, str(self.restart),
            self.restart_jobs, self.probability,
        ]  # fmt: skip

    def told(self) -> dict[str, Any]:
        """What a manifest says of it; exits by tenure have dates and no shares, which the staff decides."""
        exits: list[dict[str, Any]] = [{"date": str(day), "share": share} for day, share in self.exits]
        exits += [{"date": str(day)} for day in sorted(set(self.last_days))]
        told: dict[str, Any] = {
            "kind": self.kind, "name": self.name, "employer": self.employer, "jobs": self.jobs,
            "announced": str(self.announced), "notice": str(self.notice), "exits": exits,
        }  # fmt: skip
        if self.rumour is not None:
            told["rumour"] = str(self.rumour)
        if self.restart is not None:
            told["restart"] = {"date": str(self.restart), "jobs": self.restart_jobs}
        if self.inside_firm_share > 0.0:
            told["inside_firm_share"] = self.inside_firm_share
        if self.probability < 1.0:
            told["probability"] = self.probability
        return told
