"""Structural events as a run is told of them: frozen, with absolute dates.

Who acts on an event is in `agents.events`, how one is read from a file in `experiments.shock`. A further kind is a
class here, an agent there and a reader there; each class has ``name``, ``employer`` (whom it hits), ``identity``
(its part of the key of a run) and ``told`` (what a manifest says of it).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, TypeAlias

from sim.dimensions import SECTIONS


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


@dataclass(frozen=True)
class Building:
    """The building of a site: fixed-term jobs of construction there, from a day until they all end on another."""

    jobs: int
    begin: date
    end: date


@dataclass(frozen=True)
class Training:
    """Courses before an opening, for unemployed people whose trade it does not ask for.

    Attributes
    ----------
    seats
        Seats, persons.
    measure
        One of `sim.dimensions.MEASURES` that leads to a trade.
    months
        Mean length; 0 for that of the measure.
    """

    seats: int
    measure: str
    months: float = 0.0


@dataclass(frozen=True)
class Opening:
    """Jobs that begin: a new site, or a listed employer that grows.

    Attributes
    ----------
    name
        Name of the shock (its YAML file).
    site
        Name of the new site; the identifier of the employer if it grows. Luck at the site is keyed by it.
    grows
        Whether the site is a listed employer.
    municipality, section
        Where and in which industry, positions in the region's lists.
    jobs
        Jobs that begin, persons.
    announced
        Day on which the opening becomes known.
    start
        Day on which the site begins to work.
    recruitment
        Dated shares of ``jobs`` that are posted, dates rising, shares summing to 1.
    occupations
        Shares of trades by position in the region's list; empty: those of the industry.
    like
        Listed employer whose staff on the day of the announcement gives the trades, or empty.
    building, training
        What goes before it, or None.
    from_outside
        Share of each wave that is filled at once with the employer's own people, who move to the municipality.
    """

    name: str
    site: str
    grows: bool
    municipality: int
    section: int
    jobs: int
    announced: date
    start: date
    recruitment: tuple[tuple[date, float], ...]
    occupations: tuple[tuple[int, float], ...] = ()
    like: str = ""
    building: Building | None = None
    training: Training | None = None
    from_outside: float = 0.0
    marked: ClassVar[date | None] = None

    @property
    def moments(self) -> tuple[date, ...]:
        """Its days, in the order in which they have to come."""
        return (self.announced, self.start)

    @property
    def employer(self) -> str:
        """Whom it hits: nobody, so nobody is marked as a cohort."""
        return ""

    def identity(self) -> list[Any]:
        """Everything that decides a result, for the key of a run: the site too, which draws are keyed by."""
        b, t = self.building, self.training
        return [
            "opening", self.site, self.grows, self.municipality, self.section, self.jobs, str(self.announced),
            str(self.start), [[str(day), share] for day, share in self.recruitment],
            [list(pair) for pair in self.occupations], self.like,
            [b.jobs, str(b.begin), str(b.end)] if b else None, [t.seats, t.measure, t.months] if t else None,
            self.from_outside,
        ]  # fmt: skip

    def told(self) -> dict[str, Any]:
        """What a manifest says of it."""
        told: dict[str, Any] = {
            "kind": "opening", "name": self.name, "site": self.site, "jobs": self.jobs,
            "announced": str(self.announced), "start": str(self.start),
            "recruitment": [{"date": str(day), "share": share} for day, share in self.recruitment],
        }  # fmt: skip
        if self.building:
            told["building"] = {
                "jobs": self.building.jobs, "from": str(self.building.begin), "to": str(self.building.end)
            }  # fmt: skip
        if self.training:
            told["training"] = {"seats": self.training.seats, "measure": self.training.measure}
        return told


Event: TypeAlias = Closure | FurloughWave | Slump | Opening
"""Any of them."""
