"""The queue of a desk, client by client, against a SimPy twin, and days worked out by hand.

Order at the same instant (`sim.kernels.services`): all arrivals of a day queue before anybody serves; a desk serves
by due day, equal days by a number keyed by the person; the adviser who is free first takes the next client; a talk
that overruns the day borrows from the desk's next open day.
"""

from __future__ import annotations

import heapq
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pytest
import simpy
from worlds import NOTHING_PROPOSED, bare_world, specification, staff, with_values

from sim.dimensions import Line, State
from sim.kernels.calendar import KINDS, SERVICE
from sim.kernels.services import services
from sim.kernels.states import become_inactive, become_unemployed
from sim.rng import PERSON_UID, Purpose, bits, exponential, uniform
from sim.world import World

TUESDAY = date(2025, 1, 7)
QUIET = NOTHING_PROPOSED | {
    "services.exit_per_contact": 0.0, "services.recognition_share": 0.0, "services.later_recognition_share": 0.0,
    "services.competence_share": 0.0, "services.referral_share": 0.0, "services.minutes_variation": 0.0,
    "services.present_share": 1.0, "services.client_time_share": 1.0, "places.remote_share": 0.0,
    "services.interpreted_minutes_factor": 1.0,
}  # fmt: skip
FORTY_YEARS = 40 * 365
TUESDAYS_AND_THURSDAYS = 0b01010
Contact = tuple[int, int, int, int, int, int, float]
"""Number of the person, day, due, joined, kind, attended, minutes."""


def world_of(n: int, minutes_a_day: float, days: int, seed: int = 3, advisers: int = 1, **more: float) -> World:
    """Adults who wait to register, and a brokerage desk whose advisers have so much time each on an open day."""
    values = QUIET | {"services.workday_minutes": minutes_a_day} | more
    spec = specification(parameters=with_values(values), start_date=TUESDAY, days=days, record="full", seed=seed)
    world = bare_world(spec, n)
    world.arrays.persons.born[:n] = -FORTY_YEARS
    staff(world, Line.BROKERAGE, advisers)
    return world


def open_every_day(world: World) -> None:
    """Let every day be a working day on which every place is open."""
    world.arrays.days.is_working[:] = 1
    world.arrays.points.weekdays[:] = 0b1111111
    world.arrays.days.working_number[:] = np.arange(len(world.arrays.days)) + 1


def contacts(world: World) -> list[Contact]:
    """The log, in the order of service."""
    log = world.arrays.contacts[: int(world.control.n_contacts)]
    return [
        (int(c.person & np.uint64(0xFFFFFFFF)), int(c.day), int(c.due), int(c.joined), int(c.kind), int(c.attended),
         round(float(c.minutes), 2))
        for c in log
    ]  # fmt: skip


def run(
    world: World, registers: dict[int, list[int]], days: int, leaves: dict[int, list[int]] | None = None
) -> list[Contact]:
    """Let people register and leave the register on their days, and the desk work."""
    for t in range(days):
        world.ensure_room()
        for i in (leaves or {}).get(t, []):
            become_inactive(world.handle, i, 1.0, t)
        for i in registers.get(t, []):
            become_unemployed(world.handle, i, t)
        services(world.handle, t)
    return contacts(world)


def test_three_jobseekers_one_adviser_by_hand() -> None:
    """Interviews of 90 minutes in days of 100: two on the first day (one borrows 80), one on the second."""
    world = world_of(3, 100.0, 5, **{"services.no_show_share": 0.0, "services.first_interview_minutes": 90.0})
    done = run(world, {0: [0, 1], 1: [2]}, 5)
    tie = {i: int(bits(world.control.seed, Purpose.SERVICE_TIE, PERSON_UID | np.uint64(i + 1), 0, 0)) for i in (0, 1)}
    first, second = (1, 2) if tie[0] >> 24 < tie[1] >> 24 else (2, 1)
    assert done == [  # due five working days on, over a weekend
        (first, 0, 7, 0, 0, 1, 90.0),  # 10 minutes left: the next one begins
        (second, 0, 7, 0, 0, 1, 90.0),  # 80 borrowed from tomorrow
        (3, 1, 8, 1, 0, 1, 90.0),  # 20 left: begins; 70 borrowed
    ]
    desk = world.arrays.desks[0]
    assert desk.waiting == 0
    # days 2 and 3 bring 200 minutes against 70 owed; time that nobody needs is not saved up
    assert world.arrays.servers[desk.first_server] == 0.0
    assert desk.minutes_offered == 400.0  # Saturday brings none
    assert desk.minutes_used == 270.0
    assert desk.interviews == desk.interviews_in_time == desk.contacts == 3
    assert desk.interview_wait == 0.0
    follow_up = world.arrays.nodes.day[: 3 * KINDS].reshape(-1, KINDS)[:, SERVICE]
    assert set(follow_up) == {-1}  # beyond this horizon


def test_two_advisers_by_hand() -> None:
    """Days of 100 minutes, interviews of 90: two advisers take four on day 0, owing 80 each, and one each on day 1."""
    world = world_of(7, 100.0, 5, advisers=2, **{"services.no_show_share": 0.0})
    done = run(world, {0: list(range(7))}, 2)
    assert [c[1] for c in done] == [0, 0, 0, 0, 1, 1]
    desk = world.arrays.desks[0]
    assert world.arrays.servers[desk.first_server : desk.first_server + 2].tolist() == [70.0, 70.0]
    assert desk.waiting == 1
    assert desk.minutes_offered == 400.0
    assert desk.minutes_used == 540.0


# --- the twin -----------------------------------------------------------------------------------------------------


@dataclass
class Twin:
    """The rules of one desk as SimPy processes: advisers take from a priority store, a gate opens each day.

    Time is in minutes: a day is as long as an adviser's time on it, and passes at the desk only when it is open.
    """

    world: World
    registers: dict[int, list[int]]
    leaves: dict[int, list[int]]
    days: int
    log: list[Contact] = field(default_factory=list)

    def __post_init__(self) -> None:
        a = self.world.arrays
        self.p, self.seed, self.facts = a.parameters[0], a.control[0].seed, a.days
        desk, point = a.desks[0], a.points[0]
        self.full = float(self.p.services.workday_minutes) * float(desk.pace)
        self.is_open = np.array([
            bool(day.is_working) and bool((int(point.weekdays) >> int(day.weekday)) & 1)
            and (int(day.week) - int(point.phase)) % int(point.period) == 0
            for day in self.facts
        ])  # fmt: skip
        self.env = simpy.Environment()
        self.store = simpy.PriorityStore(self.env)
        self.opening = self.env.event()
        self.today = -1
        self.appointment: dict[int, set[int]] = {}
        self.since: dict[int, int] = {}
        self.seen: dict[int, int] = {}
        self.advisers = int(desk.n_servers)

    def uid(self, i: int) -> np.uint64:
        return PERSON_UID | np.uint64(i + 1)

    def run(self) -> list[Contact]:
        for _ in range(self.advisers):
            self.env.process(self.adviser())
        self.env.process(self.gate())
        self.env.run(until=self.days * self.full)
        return self.log

    def gate(self) -> Generator:
        """Put those into the store whose appointment falls due, then open."""
        for t in range(self.days):
            self.today = t
            for i in self.leaves.get(t, []):
                self.since.pop(i)
                self.store.items[:] = [item for item in self.store.items if item.item[0] != i]
                heapq.heapify(self.store.items)
                for day in self.appointment.values():
                    day.discard(i)
            for i in self.registers.get(t, []):
                self.appointment.setdefault(t, set()).add(i)
                self.since[i], self.seen[i] = t, 0
            for i in self.appointment.pop(t, set()):
                due = t + int(self.p.services.follow_up_slack_days)
                if self.seen[i] == 0:
                    wanted = int(self.facts.working_number[t]) + int(self.p.rules.first_interview_working_days)
                    late = np.flatnonzero(self.facts.working_number >= wanted)
                    due = int(late[0]) if len(late) else len(self.facts) - 1
                tie = int(bits(self.seed, Purpose.SERVICE_TIE, self.uid(i), t, 0)) >> 24
                self.store.put(simpy.PriorityItem((due, tie), (i, due, t)))
            if self.is_open[t]:
                opening, self.opening = self.opening, self.env.event()
                opening.succeed()
            yield self.env.timeout(self.full)

    def adviser(self) -> Generator:
        """Take the most urgent client while the desk is open; borrow time of the next open days."""
        yield self.opening
        while True:
            if not self.store.items:
                yield self.opening
                continue
            item = yield self.store.get()
            ends = self.env.now - self.today * self.full + self.talk(*item.item)
            day = self.today
            while ends >= self.full and day < self.days - 1:
                day += 1
                if self.is_open[day]:
                    ends -= self.full
            if ends >= self.full:
                return
            if day == self.today:
                yield self.env.timeout(self.today * self.full + ends - self.env.now)
            else:
                while self.today < day:  # back when the gate has opened on that day
                    yield self.opening
                if ends > 0.0:
                    yield self.env.timeout(ends)

    def talk(self, i: int, due: int, joined: int) -> float:
        """Hold a talk or wait in vain, book the next; minutes that it takes."""
        t, services, rules = self.today, self.p.services, self.p.rules
        first = self.seen[i] == 0
        minutes = float(services.first_interview_minutes if first else services.follow_up_minutes[0])
        varied = float(services.minutes_variation)
        if varied > 0.0:
            drawn = exponential(self.seed, Purpose.SERVICE_MINUTES, self.uid(i), t, 0)
            minutes *= 1.0 - varied + varied * drawn
        attends = uniform(self.seed, Purpose.SERVICE_NO_SHOW, self.uid(i), t, 0) >= services.no_show_share
        if not attends:
            minutes *= float(services.no_show_time_share)
        self.log.append((i + 1, t, due, joined, 0 if first else 1, int(attends), round(float(np.float32(minutes)), 2)))
        gap = int(services.rebook_days)
        if attends:
            self.seen[i] += 1
            later = 1.0 / (1.0 / rules.interval_later_days + rules.intensive_talks / rules.intensive_every_days)
            in_first_phase = t - self.since[i] < rules.first_phase_days
            gap = int(rules.interval_first_days if in_first_phase else later)
        self.appointment.setdefault(t + gap, set()).add(i)
        return minutes


def a_year_of_clients(n: int, seed: int) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """Who registers when over eight months, and who of them leaves the register again after some time."""
    rng = np.random.default_rng(seed)
    registers: dict[int, list[int]] = {}
    leaves: dict[int, list[int]] = {}
    for i, t in enumerate(rng.integers(0, 240, n).tolist()):
        registers.setdefault(t, []).append(i)
        if rng.random() < 0.5:
            leaves.setdefault(t + 1 + int(rng.exponential(60.0)), []).append(i)
    return registers, leaves


@pytest.mark.parametrize(
    ("advisers", "minutes", "weekdays", "period", "variation", "seed"),
    [
        (1, 400.0, 0b11111, 1, 0.0, 1), (1, 1300.0, 0b11111, 1, 0.3, 2), (3, 400.0, 0b11111, 1, 0.0, 3),
        (3, 300.0, TUESDAYS_AND_THURSDAYS, 1, 0.3, 4), (4, 350.0, 0b11111, 1, 1.0, 5),
        (8, 410.0, TUESDAYS_AND_THURSDAYS, 2, 0.5, 6), (20, 435.0, 0b11111, 1, 0.3, 7), (1, 0.0, 0b11111, 1, 0.0, 8),
    ],
)  # fmt: skip
def test_client_by_client_as_the_simpy_twin(
    advisers: int, minutes: float, weekdays: int, period: int, variation: float, seed: int
) -> None:
    """400 clients in a year with its holidays, some of whom go away: every talk on the same day in the same order.

    With too little time, enough and none; one adviser and many; daily, on two days a week, on two in a fortnight.
    """
    days, n = 365, 400
    registers, leaves = a_year_of_clients(n, seed)
    world = world_of(n, minutes, days, seed, advisers, **{"services.minutes_variation": variation})
    point = world.arrays.points[0]
    point.weekdays, point.period = weekdays, period
    expected = Twin(world, registers, leaves, days).run() if minutes > 0.0 else []
    done = run(world, registers, days, leaves)
    assert len(done) == len(expected)
    assert [c[:6] for c in done] == [c[:6] for c in expected]
    np.testing.assert_allclose([c[6] for c in done], [c[6] for c in expected], atol=0.02)
    assert (len(done) > 500) == (minutes > 0.0)
    served = {c[1] for c in done}
    assert all(world.arrays.days.is_working[sorted(served)])
    waits = np.array([t - joined for _, t, _, joined, *_ in done])
    if advisers * minutes <= 400.0 and minutes > 0.0:
        assert waits.max() > 30  # overloaded: by due day, not by joining
    if advisers == 20:
        assert np.median(waits) == 0


def test_the_twin_sees_another_order() -> None:
    """Power: a twin whose advisers are one fewer, or whose clients come in the order of joining, disagrees."""
    registers, leaves = a_year_of_clients(300, 11)
    world = world_of(300, 350.0, 365, 11, advisers=3)
    one_fewer, by_joining = Twin(world, registers, leaves, 365), Twin(world, registers, leaves, 365)
    one_fewer.advisers = 2
    by_joining.p = by_joining.p.copy()
    by_joining.p.services.follow_up_slack_days = 7.0
    same = Twin(world, registers, leaves, 365).run()
    done = run(world, registers, 365, leaves)
    assert done == same
    assert one_fewer.run() != done
    assert by_joining.run() != done


# --- leaving and overload -----------------------------------------------------------------------------------------


def test_who_leaves_the_register_leaves_the_queue() -> None:
    """Places of people who went away are passed over, at no cost of time."""
    world = world_of(20, 90.0, 60, **{"services.no_show_share": 0.0, "services.first_interview_minutes": 90.0})
    for i in range(20):
        become_unemployed(world.handle, i, 0)
    services(world.handle, 0)
    served_first = contacts(world)[0][0] - 1
    gone = [i for i in range(20) if i != served_first][:15]
    for i in gone:
        become_inactive(world.handle, i, 1.0, 1)
    assert world.arrays.desks[0].waiting == 4
    for t in range(1, 12):
        services(world.handle, t)
    served = {c[0] - 1 for c in contacts(world)}
    assert served == set(range(20)) - set(gone)
    days = [c[1] for c in contacts(world)]
    assert days == [0, 1, 2, 3, 6]  # one each working day
    assert world.arrays.persons.state[gone[0]] == State.INACTIVE
    # places in the common pool are used again
    assert int(world.control.n_queued) == 20
    assert int(world.control.n_free_queued) == 20


@pytest.mark.parametrize("advisers", [1, 3])
def test_overload_grows_the_backlog_as_arithmetic_says(advisers: int) -> None:
    """Interviews of 100 minutes, 200 a day for each adviser, three more clients a day than that: three a day more wait.

    Nobody is lost: who has registered has been met or waits, and every one has her place.
    """
    days, a_day = 240, 2 * advisers
    n = days * (a_day + 3)
    world = world_of(
        n, 200.0, days, advisers=advisers,
        **{"services.no_show_share": 0.0, "services.first_interview_minutes": 100.0,
           "rules.interval_first_days": 10_000.0, "rules.first_phase_days": 10_000.0},
    )  # fmt: skip
    open_every_day(world)
    for t in range(days):
        for i in range(t * (a_day + 3), (t + 1) * (a_day + 3)):
            become_unemployed(world.handle, i, t)
        world.ensure_room(people=n)
        services(world.handle, t)
        assert world.arrays.desks.waiting[0] == 3 * (t + 1)
    met = {c[0] for c in contacts(world)}
    people = world.arrays.persons[:n]
    waits = set((np.flatnonzero(people.is_waiting) + 1).tolist())
    assert len(met) == a_day * days
    assert met | waits == set(range(1, n + 1))
    assert not met & waits
    desk = world.arrays.desks[0]
    assert desk.minutes_used == desk.minutes_offered == 200.0 * advisers * days
    # in the order of joining, so the last one served joined a_day / (a_day + 3) of the way
    assert max(c[3] for c in contacts(world)) == int(np.ceil(days * a_day / (a_day + 3))) - 1


@pytest.mark.parametrize("rho", [0.6, 0.9])
def test_waits_follow_the_theory_of_one_desk(rho: float) -> None:
    """One talk a day and Poisson registrations: Q(t) = max(Q(t - 1) + A(t) - 1, 0), exactly.

    In the long run its mean is rho ** 2 / (2 (1 - rho)) (M/D/1 in discrete time); tolerance 4 standard errors
    by batches of 200 days.
    """
    days, rng = 2400, np.random.default_rng(int(100 * rho))
    world = world_of(
        2400, 90.0, days,
        **{"services.no_show_share": 0.0, "services.first_interview_minutes": 90.0,
           "rules.interval_first_days": 10_000.0},
    )  # fmt: skip
    open_every_day(world)
    arrivals = rng.poisson(rho, days)
    lengths, i = np.zeros(days), 0
    for t in range(days):
        for _ in range(arrivals[t]):
            become_unemployed(world.handle, i, t)
            i += 1
        world.ensure_room()
        services(world.handle, t)
        lengths[t] = world.arrays.desks.waiting[0]
    queue, recursion = 0, np.zeros(days)
    for t in range(days):
        queue = max(queue + arrivals[t] - 1, 0)
        recursion[t] = queue
    np.testing.assert_array_equal(lengths, recursion)
    batches = lengths[200:].reshape(-1, 200).mean(axis=1)
    error = batches.std(ddof=1) / np.sqrt(len(batches))
    assert abs(batches.mean() - rho**2 / (2.0 * (1.0 - rho))) < 4.0 * error
