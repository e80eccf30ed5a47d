"""The runs that a configuration asks for, each with its specification and key."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from agents.event import Event, Opening, Slump
from agents.specification import Cohort, Course, PlaceChange, Placing, Recruits, RunSpecification
from agents.staff_call import StaffCall, check_calls
from experiments.composing.arm import Arm
from experiments.composing.configuration import PROJECT, Configuration
from experiments.composing.horizon import Horizon, years_shifted
from experiments.composing.placing import check_placing, read_placing
from experiments.composing.policy import read_calls, read_courses, read_places, read_policy, read_recruits
from experiments.composing.rules import in_force
from experiments.composing.target import Target, placed
from experiments.shock import check_one_staff, cohort_of, read_cohort, read_shock, with_languages, with_staff
from sim.changes import Change
from sim.errors import InputError
from sim.headroom import check_headroom
from sim.parameters import ParameterSet
from sim.sums import check_sums
from sim.timetable import compose

if TYPE_CHECKING:
    from agents.region import Region

MAIN = "main"
"""Name of the market that the question is about; the others stand beside it."""

_PARAMETERS = "<the identity of the parameters>"
"""Stands for them while the rest of a key is written."""


@dataclass(frozen=True)
class Run:
    """One world of the plan."""

    market: str
    arm: str
    replication: int
    key: str
    specification: RunSpecification


@dataclass(frozen=True)
class Market:
    """A start state with its horizon, and the events of each arm under it.

    Attributes
    ----------
    name
        `MAIN` or the name of a further market.
    state
        Start state.
    horizon
        First day and length.
    cohorts
        The same in all arms.
    changes, places, placing, courses, recruits, calls, events
        By arm, with absolute dates; the rules of the world are among the changes of every arm.
    """

    name: str
    state: str
    horizon: Horizon
    cohorts: tuple[Cohort, ...]
    changes: dict[str, tuple[Change, ...]]
    places: dict[str, tuple[PlaceChange, ...]]
    placing: dict[str, tuple[Placing, ...]]
    courses: dict[str, tuple[Course, ...]]
    recruits: dict[str, tuple[Recruits, ...]]
    calls: dict[str, tuple[StaffCall, ...]]
    events: dict[str, tuple[Event, ...]]


@dataclass(frozen=True)
class Plan:
    """Everything to run, checked before the first run starts."""

    configuration: Configuration
    region: Region
    markets: tuple[Market, ...]
    targets: tuple[Target, ...]
    runs: tuple[Run, ...]


def make_plan(configuration: Configuration, region: Region | None = None) -> Plan:
    """Load the region, resolve the dates of every market and check every arm.

    Parameters
    ----------
    configuration
        What is asked.
    region
        Its region, if it has been loaded already: most of the time of a plan.

    Raises
    ------
    InputError
        Whatever does not fit the region, the horizon or the parameters' ranges.
    """
    from agents.region import Region

    if region is None:
        region = Region.load(configuration.region)
    targets = placed(configuration.targets, region)
    main = _market(MAIN, configuration.start, configuration, region)
    markets = [main]
    for name, state in configuration.markets.items():
        if name == MAIN:
            raise InputError(f"markets: '{MAIN}' is the name of the start state itself; choose another")
        markets.append(_market(name, state, configuration, region, main.horizon))
    digests = {
        file: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in (configuration.start_file, configuration.demand_file)
        if file is not None
    }
    runs = []
    parameters = _encoded(configuration.parameters)
    for market in markets:
        for arm in configuration.arms:
            for replication in range(configuration.replications):
                specification = _specification(configuration, market, arm, replication)
                key = _key(specification, parameters, region.digest, digests)
                runs.append(Run(market.name, arm, replication, key, specification))
    return Plan(configuration, region, tuple(markets), targets, tuple(runs))


def run_key(
    specification: RunSpecification,
    parameters: ParameterSet,
    region_digest: str,
    digests: Mapping[Path, str],
) -> str:
    """Key under which a run is kept: SHA-256 of everything that decides its result, and of nothing else.

    Parameters
    ----------
    specification
        The run.
    parameters
        The specification's parameters, read.
    region_digest
        Of the files of the region's folder.
    digests
        Of the user's own files, by path.

    Returns
    -------
    str
        64 hexadecimal digits. The name of the arm, of shocks and policies, paths, and the texts of
        parameters have no part in it.
    """
    return _key(specification, _encoded(parameters), region_digest, digests)


def _encoded(parameters: ParameterSet) -> str:
    """What parameters add to a key, as JSON: the same for all runs of a plan, and most of the work of a key."""
    return json.dumps(parameters.identity())


def _key(
    specification: RunSpecification, parameters: str, region_digest: str, digests: Mapping[Path, str]
) -> str:
    changes = sorted(specification.changes, key=lambda c: (c.parameter, c.start, c.order or 0, c.owner))
    content = {
        "region": region_digest,
        "start": specification.start,
        "start_file": digests.get(specification.start_file) if specification.start_file else None,
        "demand_file": digests.get(specification.demand_file) if specification.demand_file else None,
        "demand_shift_years": specification.demand_shift_years,
        "start_date": specification.start_date.isoformat(),
        "days": specification.days,
        "scale": specification.scale,
        "seed": specification.seed,
        "record": specification.record,
        "record_weekly": specification.record_weekly,
        "parameters": _PARAMETERS,
        "changes": [
            [c.parameter, c.operation, c.amount, str(c.start), str(c.end), c.order, c.ramp_days]
            for c in changes
        ],
        "places": sorted(
            [p.place, p.kind, str(p.start), list(p.weekdays), p.period_weeks] for p in specification.places
        ),
        "placing": sorted([list(o.fte), o.line, str(o.start), str(o.end)] for o in specification.placing),
        "courses": sorted(
            [c.measure, c.occupation, c.seats, str(c.start), c.occupation_from, c.months]
            for c in specification.courses
        ),
        "recruits": sorted([r.occupation, r.persons, str(r.start)] for r in specification.recruits),
        "calls": sorted(
            [c.parameter, c.fte, c.when, c.above, c.lag_days, str(c.first), str(c.last)] for c in specification.calls
        ),
        "events": sorted((event.identity() for event in specification.events), key=str),
        "cohorts": sorted(_identity(cohort) for cohort in specification.cohorts),
        "code": code_digest(),
    }
    text = json.dumps(content, sort_keys=True).replace(f'"{_PARAMETERS}"', parameters, 1)
    return hashlib.sha256(text.encode()).hexdigest()


def _identity(cohort: Cohort) -> list[object]:
    """What decides a result of a cohort; its name decides the order in which cohorts are marked."""
    who = [cohort.name, cohort.employer, cohort.jobs, str(cohort.marked), cohort.occupation, cohort.interpreted_share]
    return [*who, *sorted(map(astuple, cohort.staff))]


@functools.cache
def code_digest() -> str:
    """SHA-256 of the sources that decide a result, and of the versions of the numeric libraries."""
    digest = hashlib.sha256()
    for folder in ("sim", "agents"):
        for file in sorted((PROJECT / folder).rglob("*.py")):
            digest.update(f"{file.relative_to(PROJECT).as_posix()}\0".encode())
            digest.update(file.read_bytes())
    for library in ("numpy", "numba"):
        digest.update(f"{library} {version(library)}\0".encode())
    return digest.hexdigest()


def read_all_policies(configuration: Configuration) -> tuple[Change, ...]:
    """The dated changes of all policies of a configuration, under its main start state.

    Raises
    ------
    InputError
        If the region, the start state or a policy is wrong.
    """
    from agents.region import Region

    horizon = _horizon(configuration.start, configuration, Region.load(configuration.region))
    every = Arm(policies=tuple(configuration.policies))
    return _changes(every, configuration, horizon)


def _horizon(
    state: str, configuration: Configuration, region: Region, main: Horizon | None = None
) -> Horizon:
    """Horizon under a start state; absolute dates move by whole years from the main start to this one."""
    start_state = region.start_state(state, configuration.start_file if main is None else None)
    start = date(start_state.year, start_state.month or 1, 1)
    if main is None:
        return Horizon(configuration.start_date or start, configuration.horizon_years)
    shift = start.year - main.start.year
    return Horizon(years_shifted(main.start, shift), configuration.horizon_years, shift)


def _market(
    name: str, state: str, configuration: Configuration, region: Region, main: Horizon | None = None
) -> Market:
    """Resolve the events of every arm under a start state, and check them."""
    horizon = _horizon(state, configuration, region, main)
    events = {
        arm: _events(parts, configuration, horizon, region) for arm, parts in configuration.arms.items()
    }
    rules = in_force(configuration.rules, horizon)
    changes = {
        arm: (*rules, *_changes(parts, configuration, horizon)) for arm, parts in configuration.arms.items()
    }
    places, placing, courses, recruits, calls = {}, {}, {}, {}, {}
    for arm, parts in configuration.arms.items():
        given = {name: configuration.policies[name] for name in parts.policies}
        places[arm] = tuple(p for name in given for p in read_places(name, given[name], horizon, region))
        placing[arm] = tuple(o for name in given for o in read_placing(name, given[name], horizon, region))
        courses[arm] = tuple(
            c for name in given for c in read_courses(name, given[name], horizon, region, configuration.parameters)
        )
        recruits[arm] = tuple(r for name in given for r in read_recruits(name, given[name], horizon, region))
        calls[arm] = tuple(
            c for name in given for c in read_calls(name, given[name], horizon, configuration.parameters)
        )
    cohorts = {
        event.name: with_staff(
            with_languages(cohort_of(event), configuration.shocks[event.name]),
            configuration.shocks[event.name], horizon, region,
        )
        for group in events.values()
        for event in group
        if not isinstance(event, Slump | Opening)  # they hit nobody in particular
    }
    check_one_staff(cohorts.values())
    for cohort, given in configuration.cohorts.items():
        cohorts[cohort] = read_cohort(cohort, given, horizon, region)
    for followed in cohorts.values():
        if followed.jobs > 0 and round(followed.jobs * configuration.scale) == 0:
            raise InputError(f"cohorts.{followed.name}: {followed.jobs} persons at scale={configuration.scale:g} are "
                             f"an empty cohort; use a larger scale")  # fmt: skip
    for arm in configuration.arms:
        timetable = compose(configuration.parameters, changes[arm], horizon.start, horizon.days)
        check_headroom(timetable)
        check_sums(timetable)
        check_placing(placing[arm], places[arm], timetable, region)
        check_calls(calls[arm], timetable)
    return Market(
        name, state, horizon, tuple(cohorts.values()), changes, places, placing, courses, recruits, calls, events
    )


def _events(arm: Arm, configuration: Configuration, horizon: Horizon, region: Region) -> tuple[Event, ...]:
    events = [read_shock(name, configuration.shocks[name], horizon, region) for name in arm.shocks]
    by_employer: dict[str, str] = {}
    sites: dict[str, str] = {}
    for opening in events:
        if isinstance(opening, Opening):
            same = sites.setdefault(opening.site, opening.name)
            if same != opening.name:
                raise InputError(f"shocks {same} and {opening.name}: both open {opening.site} in one arm")
    for event in events:
        if isinstance(event, Slump | Opening):
            continue
        other = by_employer.setdefault(event.employer, event.name)
        if other != event.name:
            raise InputError(f"shocks {other} and {event.name}: both close {event.employer} in one arm")
    return tuple(events)


def _changes(arm: Arm, configuration: Configuration, horizon: Horizon) -> tuple[Change, ...]:
    return tuple(
        change for name in arm.policies for change in read_policy(name, configuration.policies[name], horizon)
    )


def _specification(
    configuration: Configuration, market: Market, arm: str, replication: int
) -> RunSpecification:
    return RunSpecification(
        region=configuration.region,
        start=market.state,
        start_file=configuration.start_file if market.name == MAIN else None,
        start_date=market.horizon.start,
        days=market.horizon.days,
        scale=configuration.scale,
        seed=configuration.seed + replication,
        record=configuration.record,
        record_weekly=configuration.record_weekly,
        parameters=configuration.plain["parameters"],
        changes=market.changes[arm],
        places=market.places[arm],
        placing=market.placing[arm],
        courses=market.courses[arm],
        recruits=market.recruits[arm],
        calls=market.calls[arm],
        events=market.events[arm],
        cohorts=market.cohorts,
        demand_file=configuration.demand_file,
        demand_shift_years=0 if configuration.demand_file is None else market.horizon.shift_years,
    )
