"""What a run is: everything that decides its result, frozen, picklable and hashable.

A specification holds no live object, so it can be sent to a worker process, stored in a manifest
and hashed into a run key. Replications, processes, language, the names of arms and paths are not
part of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from agents.event import Event
from agents.staff_call import StaffCall
from sim.changes import Change

RECORD_LEVELS = ("summary", "monthly", "full")


@dataclass(frozen=True)
class StaffCell:
    """So many of an employer's staff: an occupation, an age, perhaps a home.

    Attributes
    ----------
    occupation
        Position in the region's list.
    low, high
        First and last age, whole years at the start.
    jobs
        Persons.
    home
        Position of the municipality or, beyond these, of the neighbour where they live; -1 for anywhere.
    """

    occupation: int
    low: int
    high: int
    jobs: int
    home: int = -1


@dataclass(frozen=True)
class Cohort:
    """The staff of one employer, or the unemployed of one trade, on one day; marked in every arm and never treated
    differently.

    With ``staff`` the world is built so that the employer has exactly these people; with ``interpreted_share`` so many
    of them manage in no language of the service from the day they are marked. Both in every arm.
    """

    name: str
    employer: str  # empty if they are of a trade
    marked: date
    jobs: int  # persons; the first ones in an order that is the same in every arm; -1: who is in no other cohort
    occupation: int = -1  # trade of the unemployed, position in the region's list
    staff: tuple[StaffCell, ...] = ()  # who they are on the first day, jobs in all; empty: whoever is there
    interpreted_share: float = 0.0  # of them, at least this share manages neither in Finnish nor in Swedish


@dataclass(frozen=True)
class PlaceChange:
    """A place that is opened, moved or closed on a day.

    Attributes
    ----------
    name
        Name of the policy (its YAML file).
    place
        Municipality, position in the region's list.
    kind
        ``office``, ``service_point`` or ``none``.
    start
        Day from which it holds.
    weekdays
        Opening days, 0 Monday to 4 Friday; empty for ``none``.
    period_weeks
        Open on these days in every so many weeks.
    """

    name: str
    place: int
    kind: str
    start: date
    weekdays: tuple[int, ...] = ()
    period_weeks: int = 1


@dataclass(frozen=True)
class Placing:
    """Staff that a policy moves between towns, beside what placing by need gives them.

    Attributes
    ----------
    name
        Name of the policy (its YAML file).
    fte
        ``(municipality, FTE)`` by position in the region's list: added, or where negative taken away. They sum to 0.
    start
        Day from which it holds.
    end
        Last day, or None for good.
    line
        Row of `sim.dimensions.LINES`; -1: every line that meets jobseekers, by its staff where it is taken.
    """

    name: str
    fte: tuple[tuple[int, float], ...]
    start: date
    end: date | None = None
    line: int = -1

    def holds(self, day: date) -> bool:
        """Whether the order is in force on a day."""
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class Course:
    """A course that a policy orders beside the monthly seats.

    Attributes
    ----------
    name
        Name of the policy (its YAML file).
    measure
        One of `sim.dimensions.MEASURES`.
    occupation
        Position of the occupation that it leads to, -1 for none.
    seats
        Seats, persons.
    start
        First day; seats can be taken until the end of its month.
    occupation_from
        Position of the trade that it is meant for, whose unemployed are invited; -1 for all.
    months
        Mean length; 0 for that of the measure.
    """

    name: str
    measure: str
    occupation: int
    seats: float
    start: date
    occupation_from: int = -1
    months: float = 0.0


@dataclass(frozen=True)
class Recruits:
    """People whom a policy orders from abroad for one occupation.

    Attributes
    ----------
    name
        Name of the policy (its YAML file).
    occupation
        Position of the occupation.
    persons
        Persons, at most: never more than employers ask for.
    start
        Day of the order; they come a lead time later.
    """

    name: str
    occupation: int
    persons: float
    start: date


@dataclass(frozen=True)
class RunSpecification:
    """One world to simulate.

    Attributes
    ----------
    region
        Folder of the region.
    start
        Name of a start state in the region's ``start_states.csv`` (or in ``start_file``).
    start_file
        A CSV with start states of the user's own, or None.
    start_date
        First simulated day.
    days
        Length of the run, days.
    scale
        Simulated persons for each real one, 0.01 to 100. Indicators are always in real persons.
    seed
        Seed of the replication: chooses people and their luck. Equal in all arms.
    record
        One of `RECORD_LEVELS`.
    parameters
        Declarations of all parameters (plain nested mapping, see `sim.parameters`).
    changes
        Dated changes of the arm's policies.
    places
        Places that the arm's policies open, move or close.
    placing
        Staff that the arm's policies move between towns.
    courses
        Courses that the arm's policies order.
    recruits
        Recruits from abroad that the arm's policies order.
    calls
        Staff that the arm's policies call when first interviews slip.
    events, cohorts
        Structural events of the arm (`agents.event`); cohorts are the same in all arms.
    demand_file
        CSV (month, index, optionally section) that drives demand, or None (`agents.demand`).
    demand_shift_years
        Years by which the months of ``demand_file`` move: a further market begins in another year.
    record_weekly
        Whether the week record is returned (it is always counted).
    """

    region: Path
    start: str
    start_date: date
    days: int
    seed: int
    scale: float = 1.0
    record: str = "summary"
    parameters: dict[str, Any] = field(default_factory=dict, hash=False)
    changes: tuple[Change, ...] = ()
    places: tuple[PlaceChange, ...] = ()
    courses: tuple[Course, ...] = ()
    events: tuple[Event, ...] = ()
    cohorts: tuple[Cohort, ...] = ()
    start_file: Path | None = None
    demand_file: Path | None = None
    demand_shift_years: int = 0
    recruits: tuple[Recruits, ...] = ()
    calls: tuple[StaffCall, ...] = ()
    record_weekly: bool = False
    placing: tuple[Placing, ...] = ()


@dataclass
class RunResult:
    """What a run returns: tidy columns, ready for a table, and what it cost.

    Attributes
    ----------
    indicators
        Equal-length columns ``date`` (datetime64[D], month-ends), ``indicator``, ``group_kind``,
        ``group`` (empty strings for the area), ``value`` (float64) and ``unit``.
    contacts, spells
        Columns of the logs, empty unless ``record == "full"``.
    built
        Facts of the world as built, before the first day: ``unemployed`` by municipality, ``cohort``
        sizes, ``staff_fte``, ``population`` (all in real persons); ``recruits`` ordered and placed, if any;
        ``placing``: FTE that were to be moved between towns and that were, by the number of times staff was placed;
        ``openings`` by event: who took the jobs, and the chains of vacancies;
        ``cohort_interpreted``, who of each cohort manages neither in Finnish nor in Swedish when it is marked;
        ``calls`` of staff that were made, with their days;
        ``cohort_registered``, who of each employer's cohort has registered by each month-end.
    lives
        Columns ``uid``, ``municipality``, ``workplace``, ``life_hash``, ``unemployed_days``,
        ``employed_days`` of everybody at the end, or None unless asked for.
    weekly
        Columns of the week record (`sim.week_record`), empty unless ``record_weekly``.
    seconds
        ``build``, ``simulate``.
    counters
        Events and candidates of each mechanism (for "candidates per event").
    """

    indicators: dict[str, Any]
    contacts: dict[str, Any]
    spells: dict[str, Any]
    built: dict[str, Any]
    seconds: dict[str, float]
    counters: dict[str, int]
    lives: dict[str, Any] | None = None
    weekly: dict[str, Any] = field(default_factory=dict)
