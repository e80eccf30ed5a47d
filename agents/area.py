"""The employment area as a model: a world, its clock, and the agents that decide in tens and hundreds.

`EmploymentAreaModel` is what a Mesa user expects: ``step()`` simulates a day, ``agents`` hold the
municipalities, the service lines and the employers in scripted events, ``datacollector`` the monthly
series. `simulate` and `simulate_arms` are what experiments call.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import mesa
import numpy as np

from agents.actors import (
    ClosingEmployer,
    FurloughingEmployer,
    OnSiteService,
    OpeningEmployer,
    Ripples,
    StaffCalls,
)
from agents.authority import KINDS, Authority
from agents.demand import check_separations, deepened, read_demand
from agents.event import Closure, Event, FurloughWave, Opening, Slump
from agents.municipalities import Municipality
from agents.purchasing import Purchasing
from agents.recruitment import Recruitment
from agents.region import Region, StartState
from agents.service_lines import SERVICE_LINES
from agents.specification import Cohort, Placing, RunResult, RunSpecification
from agents.staff_call import check_calls
from agents.synthetic import build_world
from agents.synthetic.closeness import (
    appeal_of_trades,
    fit_of_trades,
    jobs_within_reach,
    kin_of_trades,
    nearness,
    usual_nearness,
)
from agents.synthetic.immigrants import speaks_english
from agents.synthetic.staff import by_key, chosen_staff
from sim import week_record
from sim.changes import RULES
from sim.clock import Clock, day_of, is_month_end
from sim.day import advance
from sim.dimensions import LANGUAGE_LEVELS, LANGUAGES, LINES, SECTIONS, State
from sim.errors import InputError
from sim.headroom import check_headroom
from sim.indicators import Counter
from sim.kernels.benefits import settle_all
from sim.kernels.closure import mark_cohort
from sim.kernels.demand import dismiss_excess, shift_targets
from sim.kernels.invitation import REST, mark_unemployed
from sim.parameters import ParameterSet
from sim.recorder import PointsOfTheStart, Recorder
from sim.sums import check_sums
from sim.timetable import Timetable, compose
from sim.world import World

REFERENCE_POPULATION = 100_000.0
"""People of 15–74 for whom amounts of a whole area (seats of training) are stated."""
_REGISTERED = (State.UNEMPLOYED, State.FURLOUGHED, State.TRAINING, State.IN_SERVICE, State.SUBSIDISED)
"""States of people who have registered."""
FOREIGN, LOW_LEVEL = LANGUAGES.index("foreign"), LANGUAGE_LEVELS.index("A1")
"""Language of the people of whom an event says that they manage neither in Finnish nor in Swedish."""
_FIT_AND_DISTANCE = (
    "fit.", "trades.appeal", "search.distance_decay_per_km", "search.own_municipality_factor", "search.outside_factor",
    "mobility.",
)  # fmt: skip


class EmploymentAreaModel(mesa.Model):
    """A regional employment area.

    Parameters
    ----------
    specification
        What to simulate.
    world
        A world to go on from (of the same specification up to its day); built if not given.

    Attributes
    ----------
    world
        All state.
    clock
        The master clock; ``clock.day`` is the next day.
    """

    def __init__(self, specification: RunSpecification, world: World | None = None) -> None:
        super().__init__(rng=int(specification.seed))
        self.specification = specification
        self.region = _region(specification.region)
        self.start: StartState = self.region.start_state(specification.start, specification.start_file)
        self.parameter_set = _parameter_set(specification)
        self.timetable: Timetable = compose(
            self.parameter_set, specification.changes, specification.start_date, specification.days
        )
        check_headroom(self.timetable)
        check_sums(self.timetable)
        check_calls(specification.calls, self.timetable)
        self.demand = None
        if specification.demand_file is not None:
            self.demand = read_demand(
                specification.demand_file, specification.start_date, specification.days,
                specification.demand_shift_years,
            )  # fmt: skip
        slumps = [event for event in specification.events if isinstance(event, Slump)]
        self.demand = deepened(self.demand, slumps, specification.start_date, specification.days)
        if self.demand is not None:
            check_separations(self.demand, self.timetable)
        self.scale = float(specification.scale)
        self.region_size = float(self.region.population.sum()) / REFERENCE_POPULATION
        self._openings = [event for event in specification.events if isinstance(event, Opening)]
        self._check_events()
        self.world = world if world is not None else build(specification)
        self._month_end = is_month_end(specification.start_date, specification.days)
        self.recorder = Recorder(
            [m.code for m in self.region.municipalities],
            self.start.labour_force,
            [o.isco2 for o in self.region.occupations],
            [cohort.name for cohort in specification.cohorts],
            specification.start_date,
            specification.record != "summary",
            self.region.residents["foreign_language"],
            _points_of_the_start(self.region),
            self.region_size,
            [opening.name for opening in self._openings],
        )
        self.built: dict[str, Any] = {}
        self.municipalities = [Municipality(self, place) for place in range(self.region.outside)]
        self.authority = Authority(self)
        self.purchasing = Purchasing(self)
        self.recruitment = Recruitment(self)
        self.service_lines = [line(self) for line in SERVICE_LINES]
        self._make_room_for_openings()
        self.actors = [
            self._actor(event)
            for event in specification.events
            if not isinstance(event, Slump) and event.jobs > 0  # of no jobs: nothing
        ]
        self.on_site = OnSiteService(self, self.authority, [a for a in self.actors if isinstance(a, ClosingEmployer)])
        self.calls = StaffCalls(self, specification.calls, self._follow)
        self.ripples = Ripples(self, self._openings) if self.actors else None
        self.datacollector = mesa.DataCollector(
            model_reporters={"unemployed": _unemployed, "vacancies_open": _vacancies},
            agenttype_reporters={Municipality: {"unemployed": "unemployed"}},
        )
        self.clock = Clock(specification.start_date, self.world.today)
        if self.world.today == 0:
            self.authority.begin()
            self.purchasing.begin()
        self._set_clock()
        if self.world.today == 0:
            self._describe_world()

    # -- what a Mesa user calls -------------------------------------------------------------------

    def step(self) -> None:
        """Simulate a day; collect the series after the last day of a month."""
        self.run(self.clock.day + 1)

    def run(self, until: int | None = None) -> None:
        """Simulate to before a day, or to the end of the horizon."""
        until = self.specification.days if until is None else min(until, self.specification.days)
        if self.clock.day >= until:
            return  # a month is closed once
        self.clock.run(until, partial(advance, self.world))
        if until == self.specification.days and self._month_end[-1]:
            self._close_month(until)
        self.running = until < self.specification.days

    def release(self) -> None:
        """Let go of all that is large: Mesa 3.3 keeps every model alive (4 MB a run of five years)."""
        del self.world, self.recorder, self.datacollector, self.clock
        self.remove_all_agents()
        del self.municipalities, self.service_lines, self.actors, self.on_site, self.ripples, self.calls
        del self.authority, self.purchasing, self.recruitment

    # -- facts ------------------------------------------------------------------------------------

    def employer_row(self, identifier: str) -> int:
        """Row of a listed employer in the world, by its identifier in the region's list.

        Raises
        ------
        InputError
            If the employer is unknown, or too small to have a place in a world of this scale.
        """
        employer = self.region.employer(identifier)
        row = self.world.listed.get(employer.id)
        if row is None:
            raise InputError(f"employer {employer.id} has no jobs at scale={self.scale:g}; use a larger scale")
        return row

    def last_day_of_month(self, day: int) -> int:
        """Last day of a day's month within the horizon."""
        ahead = np.flatnonzero(self._month_end[day:])
        return int(day + ahead[0]) if len(ahead) else self.specification.days - 1

    def result(self, seconds: dict[str, float], with_lives: bool = False) -> RunResult:
        """What the run returns."""
        arrays, control = self.world.arrays, self.world.control
        if float(arrays.parameters[0].trial.employer_days) > 0.0:
            self.built["trial_jobs"] = arrays.trial_jobs.tolist()
        for actor in self.actors:
            if isinstance(actor, OpeningEmployer):
                self.built.setdefault("openings", {})[actor.plan.name] = actor.told()
        start = np.datetime64(self.specification.start_date)
        contacts, spells = _log(arrays.contacts, int(control.n_contacts)), _log(arrays.spells, int(control.n_spells))
        for columns, names in ((contacts, ("day", "due", "joined")), (spells, ("start", "end"))):
            for name in names:
                columns[name] = start + columns[name].astype("timedelta64[D]")
        return RunResult(
            indicators=self.recorder.columns(),
            contacts=contacts if control.keeps_log else {},
            spells=spells if control.keeps_log else {},
            built=self.built,
            seconds=seconds,
            counters={counter.name.lower(): int(arrays.counters[counter]) for counter in Counter},
            lives=_lives(self.world) if with_lives else None,
            weekly=self._weekly() if self.specification.record_weekly else {},
        )

    def _weekly(self) -> dict[str, Any]:
        codes = [m.code for m in self.region.municipalities]
        names = [cohort.name for cohort in self.specification.cohorts]
        return week_record.columns(self.world, names, codes, self.specification.start_date)

    # -- the clock --------------------------------------------------------------------------------

    def _set_clock(self) -> None:
        """Register everything that is dated. Names order what falls on one day: the month is closed first,
        then parameters change, cohorts are marked, events happen, lines plan.
        """
        s, clock = self.specification, self.clock
        for day in (np.flatnonzero(self._month_end[:-1]) + 1).tolist():
            clock.at(day, "1 close month", partial(self._close_month, day))
            clock.at(day, "5 plan month", self._plan_month)
        if self.world.today == 0:
            clock.at(0, "5 plan month", self._plan_lines)
        for change in s.places:
            clock.at(
                max(0, day_of(change.start, s.start_date)), f"4 place {change.place:02d}",
                partial(self.authority.change_place, change),
            )  # fmt: skip
        for day in sorted({day for order in s.placing for day in self._placing_days(order) if 0 < day < s.days}):
            clock.at(day, "4 placing", self.authority.place_staff)
        for number, course in enumerate(s.courses):
            clock.at(
                day_of(course.start, s.start_date), f"6 course {number:03d}",
                partial(self.purchasing.order_course, course),
            )  # fmt: skip
        for number, recruits in enumerate(s.recruits):
            clock.at(
                day_of(recruits.start, s.start_date), f"6 recruits {number:03d}",
                partial(self.recruitment.order, recruits),
            )  # fmt: skip
        for day in self.timetable.by_day:
            clock.at(day, "2 parameters", partial(self._change_parameters, day))
        for number, cohort in enumerate(s.cohorts, start=1):
            row = self.employer_row(cohort.employer) if cohort.occupation < 0 else -1
            clock.at(
                day_of(cohort.marked, s.start_date), f"3 cohort {cohort.name}",
                partial(self._mark, number, row, cohort),
            )  # fmt: skip
        for actor in self.actors:
            actor.register()
        self.on_site.register()
        self.calls.register()
        if self.ripples is not None:
            self.ripples.register()
        self._set_demand()

    def _placing_days(self, order: Placing) -> tuple[int, ...]:
        """First day of an order, and the day after its last."""
        first = self.specification.start_date
        start = day_of(order.start, first)
        return (start,) if order.end is None else (start, day_of(order.end, first) + 1)

    def _set_demand(self) -> None:
        """Register the monthly moves of demand: the level of targets, by index and trend, and the index itself."""
        p = self.parameter_set.baseline[0]
        trend = float(p.jobs.trend_per_year)
        if self.demand is None and trend == 0.0:
            return
        level, index = np.ones(len(SECTIONS)), np.ones(len(SECTIONS))
        for month, day in enumerate([0, *(np.flatnonzero(self._month_end[:-1]) + 1).tolist()]):
            now = index if self.demand is None else self.demand.index[month]
            goal = now ** float(p.demand.target_elasticity) * (1.0 + trend) ** (month / 12.0)
            if np.any(goal != level) or np.any(now != index):
                self.clock.at(day, "4 demand", partial(self._shift_demand, level, goal, now.copy()))
            level, index = goal, now

    def _close_month(self, day: int) -> None:
        self.recorder.record(self.world, day - 1)
        self.datacollector.collect(self)
        self._count_registered()

    def _count_registered(self) -> None:
        """Note how many of each employer's cohort have registered as unemployed by the month-end, real persons."""
        if all(cohort.occupation >= 0 for cohort in self.specification.cohorts):
            return
        people = self.world.arrays.persons[: int(self.world.control.n_persons)]
        people = people[people.cohort > 0]
        came = (people.unemployed_days > 0) | np.isin(people.state, _REGISTERED)
        number = np.bincount(people.cohort[came], minlength=len(self.specification.cohorts) + 1)
        told = self.built.setdefault("cohort_registered", {})
        for k, cohort in enumerate(self.specification.cohorts, start=1):
            if cohort.occupation < 0:
                told.setdefault(cohort.name, []).append(float(number[k]) / self.scale)

    def _plan_month(self) -> None:
        self.authority.plan_month()
        self._plan_lines()

    def _plan_lines(self) -> None:
        self.purchasing.plan_month()
        self.recruitment.plan_month()
        for line in self.service_lines:
            line.plan_month()

    def _change_parameters(self, day: int) -> None:
        if any(name.startswith("finance.") for name, _, _ in self.timetable.by_day[day]):
            settle_all(self.world.handle, day)  # days before the change are paid by the rules before it
        names = self.timetable.apply(self.world.arrays.parameters, day)
        self.calls.rewrite(names)
        self._follow(names)

    def _follow(self, names: Collection[str]) -> None:
        """Do what a change of parameters asks for beside their new values."""
        if "services.staff_fte" in names:
            self.authority.change_posts()
        if {"staff.called_up_fte", "staff.lent_by_neighbours_fte", "staff.lent_by_state_fte"} & set(names):
            self.authority.call_up()
        if "immigration.english_employer_share" in names:
            arrays = self.world.arrays
            share = float(arrays.parameters[0].immigration.english_employer_share)
            arrays.employers.speaks_english = speaks_english(arrays.employers.uid, share, self.world.control.seed)
        if any(name.startswith(_FIT_AND_DISTANCE) for name in names):
            arrays, p = self.world.arrays, self.world.arrays.parameters[0]
            arrays.fit[:] = fit_of_trades(self.region, p)
            arrays.appeal[:] = appeal_of_trades(self.region, p)
            arrays.kin[:] = kin_of_trades(arrays.fit)
            arrays.near[:], arrays.near_remote[:] = nearness(self.region, p, arrays.baseline[0])
            usual = usual_nearness(self.region, p)
            arrays.jobs_within[:] = jobs_within_reach(arrays.jobs_by_cell, arrays.fit, usual)

    def _mark(self, number: int, row: int, cohort: Cohort) -> None:
        jobs = REST if cohort.jobs == REST else round(cohort.jobs * self.scale)
        if cohort.staff:
            persons = self.world.arrays.persons[: int(self.world.control.n_persons)]
            rows = chosen_staff(persons, row, cohort, self.scale, self.world.control.seed)
            persons.cohort[rows] = number
            marked = len(rows)
        elif cohort.occupation < 0:
            marked = mark_cohort(self.world.handle, row, jobs, number)
        else:
            marked = mark_unemployed(self.world.handle, cohort.occupation, jobs, number, self.clock.day)
        interpreted = self._settle_languages(number, cohort)
        self.built.setdefault("cohort_interpreted", {})[cohort.name] = float(interpreted) / self.scale
        self.built.setdefault("cohort", {})[cohort.name] = float(marked) / self.scale

    def _settle_languages(self, number: int, cohort: Cohort) -> int:
        """Let as large a share of a cohort as it says manage neither in Finnish nor in Swedish.

        Returns
        -------
        int
            How many do not, agents.
        """
        persons = self.world.arrays.persons[: int(self.world.control.n_persons)]
        rows = np.flatnonzero(persons.cohort == number)
        needs = persons.language_level[rows] < float(self.world.arrays.parameters[0].services.interpreted_below_level)
        missing = round(cohort.interpreted_share * len(rows)) - int(needs.sum())
        if missing > 0:
            others = by_key(persons.uid, rows[~needs], self.world.control.seed)[:missing]
            persons.language[others], persons.language_level[others] = FOREIGN, LOW_LEVEL
        return int(needs.sum()) + max(missing, 0)

    def _shift_demand(self, before: Any, after: Any, index: Any) -> None:
        start_jobs = self.world.arrays.employers.start_jobs
        growth = max(float((after - before).max()), 0.0)
        if growth > 0.0:  # rounding may give each employer one job more than its share
            self.world.ensure_room(jobs=len(start_jobs) + int(start_jobs.sum() * growth))
        excess = shift_targets(self.world.handle, before, after, index, self.clock.day)
        if excess.any():  # jobs that nobody holds were enough in most months
            dismiss_excess(self.world.handle, excess, self.clock.day)

    def _actor(
        self, event: Closure | FurloughWave | Opening
    ) -> ClosingEmployer | FurloughingEmployer | OpeningEmployer:
        """The agent that acts on an event."""
        if isinstance(event, Opening):
            number = 1 + self._openings.index(event)
            return OpeningEmployer(self, event, number, self.employer_row, self.purchasing.order_course)
        row, cohort = self.employer_row(event.employer), self._cohort_hit(event)
        if isinstance(event, FurloughWave):
            return FurloughingEmployer(self, event, row, cohort)
        return ClosingEmployer(self, event, row, cohort)

    def _cohort_hit(self, event: Event) -> int:
        """Number of the first cohort at an event's employer, 0 if nobody is marked there."""
        numbers = [n for n, c in enumerate(self.specification.cohorts, start=1) if c.employer == event.employer]
        return min(numbers, default=0)

    def _make_room_for_openings(self) -> None:
        """Lengthen the books of openings to those of the arm; the world as built is that of all arms."""
        n = 1 + len(self._openings)
        books = {name: getattr(self.world.arrays, name) for name in ("planned_jobs", "chains")}
        if n > len(books["chains"]):
            grown = {name: np.zeros((n, *book.shape[1:]), book.dtype) for name, book in books.items()}
            self.world.replace(**grown)

    # -- checks -----------------------------------------------------------------------------------

    def _check_events(self) -> None:
        """Refuse events that are larger than their employer."""
        for event in self.specification.events:
            if isinstance(event, Slump | Opening):
                continue
            employer = self.region.employer(event.employer)
            if event.jobs > employer.jobs:
                raise InputError(f"shocks.{event.name}: jobs is {event.jobs}, but {employer.id} has {employer.jobs}")

    def _describe_world(self) -> None:
        """Note facts of the world as built, in real persons."""
        stocks = self.world.arrays.stocks[:, : self.region.outside] / self.scale
        codes = [m.code for m in self.region.municipalities]
        unemployed = stocks[State.UNEMPLOYED] + stocks[State.FURLOUGHED]
        everybody = stocks.sum(axis=0) + self.world.arrays.others.sum(axis=0)[: self.region.outside] / self.scale
        fte = np.asarray(self.world.arrays.parameters[0].services.staff_fte).reshape(-1)
        self.built |= {
            "unemployed": dict(zip(codes, unemployed.tolist(), strict=True)),
            "population": dict(zip(codes, everybody.tolist(), strict=True)),
            "staff_fte": dict(zip(LINES, fte.tolist(), strict=True)),
            "cohort": {},
            "state_bytes_per_person": self.world.state_bytes() / max(int(self.world.control.n_persons), 1),
        }


def build(specification: RunSpecification) -> World:
    """Build the world of a specification; arms of a replication share it."""
    region = _region(specification.region)
    return build_world(
        region,
        region.start_state(specification.start, specification.start_file),
        _parameter_set(specification),
        specification.start_date,
        specification.days,
        specification.seed,
        specification.scale,
        specification.record == "full",
        specification.cohorts,
        [c for c in specification.changes if c.owner == RULES and c.start <= specification.start_date],
    )


def simulate(specification: RunSpecification, world: World | None = None, with_lives: bool = False) -> RunResult:
    """Simulate one world to its horizon.

    Parameters
    ----------
    specification
        What to simulate.
    world
        World as built, or a snapshot to resume from; it is used up.
    with_lives
        Whether to return everybody's end state.
    """
    begin = time.perf_counter()
    if world is None:
        world = build(specification)
    built = time.perf_counter()
    model = EmploymentAreaModel(specification, world)
    model.run()
    result = model.result({"build": built - begin, "simulate": time.perf_counter() - built}, with_lives)
    model.release()
    return result


def simulate_arms(specifications: Sequence[RunSpecification], with_lives: bool = False) -> list[RunResult]:
    """Simulate the arms of one replication; they share the world as built.

    Parameters
    ----------
    specifications
        Equal but for changes and events.
    with_lives
        Whether to return everybody's end state.
    """
    if not specifications:
        return []
    begin = time.perf_counter()
    world = build(specifications[0])
    seconds = time.perf_counter() - begin
    results = []
    for k, specification in enumerate(specifications):
        last = k == len(specifications) - 1
        result = simulate(specification, world if last else world.copy(), with_lives)
        result.seconds["build"] = seconds / len(specifications)
        results.append(result)
    return results


@lru_cache(maxsize=8)
def _region(path: Path) -> Region:
    return Region.load(path)


def _points_of_the_start(region: Region) -> PointsOfTheStart:
    points = region.service_points
    return PointsOfTheStart(
        np.array([KINDS[point.kind] for point in points]),
        np.array([point.municipal_fte for point in points]),
        np.array([point.premises_year_eur for point in points]),
    )


def _parameter_set(specification: RunSpecification) -> ParameterSet:
    return ParameterSet.from_declarations(specification.parameters)


def _log(table: np.recarray, n: int) -> dict[str, Any]:
    return {name: table[name][:n].copy() for name in table.dtype.names or ()}


def _lives(world: World) -> dict[str, Any]:
    """Everybody who is in the area, or works in it, at the end."""
    arrays = world.arrays
    people = arrays.persons[: int(world.control.n_persons)]
    people = people[people.state != State.ABSENT]
    workplace = np.where(people.employer >= 0, arrays.employers.place[people.employer], -1)
    return {
        "uid": people.uid.copy(),
        "municipality": people.home.copy(),
        "workplace": workplace,
        "life_hash": people.life.copy(),
        "state": people.state.copy(),
        "cohort": people.cohort.copy(),
        "unemployed_days": people.unemployed_days.copy(),
        "employed_days": people.employed_days.copy(),
    }


def _unemployed(model: EmploymentAreaModel) -> float:
    return sum(municipality.unemployed for municipality in model.municipalities)


def _vacancies(model: EmploymentAreaModel) -> float:
    return float(model.world.arrays.open_cells[:, : model.region.outside].sum()) / model.scale
