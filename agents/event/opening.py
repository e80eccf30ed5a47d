"""Jobs that begin, with the building and the courses that go before them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar


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
