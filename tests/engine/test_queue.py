"""The queues of the service lines, client by client, against plain Python, and a day worked out by hand.

Order at the same instant: all arrivals of a day queue before any desk serves; a line serves by due day,
equal days by a number keyed by the person; capacity is time, a task that overruns borrows from tomorrow.
"""

from __future__ import annotations

import heapq
from datetime import date
from typing import Any

import numpy as np
import pytest
from worlds import bare_world, specification, with_values

from sim.dimensions import State
from sim.kernels.calendar import KINDS, SERVICE
from sim.kernels.services import services
from sim.kernels.states import become_inactive, become_unemployed
from sim.rng import PERSON_UID, Purpose, bits, uniform
from sim.world import World

TUESDAY = date(2025, 1, 7)
QUIET = {
    "services.exit_per_contact": 0.0, "services.other_start_share": 0.0,
    "training.start_share": 0.0, "services.recognition_share": 0.0,
    "services.later_recognition_share": 0.0, "services.competence_share": 0.0, "services.other_clients_share": 0.0,
    "services.present_share": 1.0, "services.client_time_share": 1.0,
}  # fmt: skip


def world_of(n: int, minutes_a_day: float, days: int, seed: int = 3, **more: float) -> World:
    """People who wait to register, and a brokerage with so much time each working day."""
    values = QUIET | {"services.workday_minutes": minutes_a_day} | more
    declared = with_values(values | {"services.staff_fte": 1.0})
    return bare_world(specification(parameters=declared, start_date=TUESDAY, days=days, record="full", seed=seed), n)


def contacts(world: World) -> list[tuple[int, ...]]:
    """Person (number), day, due, joined, first interview or not, attended, minutes: in the order of service."""
    log = world.arrays.contacts[: int(world.control.n_contacts)]
    return [
        (int(c.person & np.uint64(0xFFFFFFFF)), int(c.day), int(c.due), int(c.joined), int(c.kind), int(c.attended),
         round(float(c.minutes), 3))
        for c in log
    ]  # fmt: skip


def run(world: World, registers: dict[int, list[int]], days: int) -> list[tuple[int, ...]]:
    """Let people register on their days and the lines work."""
    for t in range(days):
        world.ensure_room()
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
        (first, 0, 7, 0, 0, 1, 90.0),  # 100 - 90 = 10 minutes left: the next one begins
        (second, 0, 7, 0, 0, 1, 90.0),  # 10 - 90 = -80: borrowed from tomorrow
        (3, 1, 8, 1, 0, 1, 90.0),  # 100 - 80 = 20 left: begins; -70
    ]
    assert world.arrays.lines[0].waiting == 0
    # days 2 and 3 bring 200 minutes against 70 owed; time that nobody needs is not saved up
    assert world.arrays.lines[0].minutes_left == 0.0
    assert world.arrays.lines[0].minutes_offered == 400.0  # Saturday brings none
    assert world.arrays.lines[0].minutes_used == 270.0
    follow_up = world.arrays.nodes.day[: 3 * KINDS].reshape(-1, KINDS)[:, SERVICE]
    assert set(follow_up) == {-1}  # beyond this horizon


def twin(world: World, registers: dict[int, list[int]], days: int) -> list[tuple[int, ...]]:
    """The same rules in plain Python: a heap for the queue, dictionaries for the people."""
    a = world.arrays
    p, seed = a.parameters[0].services, a.control[0].seed
    uid = {i: PERSON_UID | np.uint64(i + 1) for i in range(int(world.control.n_persons))}
    appointment: dict[int, list[int]] = {}
    seen: dict[int, int] = {}
    since: dict[int, int] = {}
    queue: list[tuple[int, int, int, int]] = []
    left, log = 0.0, []
    for t in range(days):
        for i in registers.get(t, []):
            appointment.setdefault(t, []).append(i)
            since[i], seen[i] = t, 0
        for i in appointment.pop(t, []):
            due = t + int(p.follow_up_slack_days)
            if seen[i] == 0:
                wanted = int(a.days.working_number[t]) + int(p.first_interview_working_days)
                due = int(np.argmax(a.days.working_number >= wanted))
            heapq.heappush(queue, (due, int(bits(seed, Purpose.SERVICE_TIE, uid[i], t, 0)) >> 24, i, t))
        if not a.days.is_working[t]:
            continue
        left += float(p.staff_fte[0]) * float(p.workday_minutes)
        while left > 0.0 and queue:
            due, _, i, joined = heapq.heappop(queue)
            first = seen[i] == 0
            minutes = float(p.first_interview_minutes if first else p.follow_up_minutes[0])
            attends = uniform(seed, Purpose.SERVICE_NO_SHOW, uid[i], t, 0) >= p.no_show_share
            if not attends:
                minutes *= float(p.no_show_time_share)
            left -= minutes
            log.append((i + 1, t, due, joined, 0 if first else 1, int(attends), round(minutes, 3)))
            if attends:
                seen[i] += 1
                recent = t - since[i] < p.first_phase_days
                gap = int(p.interval_first_days if recent else p.interval_later_days)
            else:
                gap = int(p.rebook_days)
            appointment.setdefault(t + gap, []).append(i)
        left = min(left, 0.0)
    return log


@pytest.mark.parametrize(("minutes", "seed"), [(300.0, 1), (900.0, 2), (4000.0, 3), (0.0, 4)])
def test_client_by_client_as_a_plain_queue(minutes: float, seed: int) -> None:
    """400 people over 200 days with far too little, too little, enough and no time."""
    days, rng = 200, np.random.default_rng(seed)
    registers: dict[int, list[int]] = {}
    for i, t in enumerate(rng.integers(0, 120, 400)):
        registers.setdefault(int(t), []).append(i)
    world = world_of(400, minutes, days, seed)
    expected = twin(world, registers, days)
    done = run(world, registers, days)
    assert done == expected
    assert (len(done) > 100) == (minutes > 0.0)
    waits = [t - joined for _, t, _, joined, *_ in done]
    assert minutes != 300.0 or max(waits) > 30  # there was a queue, not served in the order of joining
    a = world.arrays
    assert a.lines[0].waiting + len(done) >= 400 or minutes == 4000.0


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
    assert world.arrays.lines[0].waiting == 4
    for t in range(1, 12):
        services(world.handle, t)
    served = {c[0] - 1 for c in contacts(world)}
    assert served == set(range(20)) - set(gone)
    days = [c[1] for c in contacts(world)]
    assert days == [0, 1, 2, 3, 6]  # one each working day
    assert world.arrays.persons.state[gone[0]] == State.INACTIVE


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
           "services.interval_first_days": 10_000.0},
    )  # fmt: skip
    world.arrays.days.is_working[:] = 1
    world.arrays.days.working_number[:] = np.arange(len(world.arrays.days)) + 1
    arrivals = rng.poisson(rho, days)
    lengths, i = np.zeros(days), 0
    for t in range(days):
        for _ in range(arrivals[t]):
            become_unemployed(world.handle, i, t)
            i += 1
        world.ensure_room()
        services(world.handle, t)
        lengths[t] = world.arrays.lines[0].waiting
    queue, recursion = 0, np.zeros(days)
    for t in range(days):
        queue = max(queue + arrivals[t] - 1, 0)
        recursion[t] = queue
    np.testing.assert_array_equal(lengths, recursion)
    batches = lengths[200:].reshape(-1, 200).mean(axis=1)
    error = batches.std(ddof=1) / np.sqrt(len(batches))
    assert abs(batches.mean() - rho**2 / (2.0 * (1.0 - rho))) < 4.0 * error


def test_the_twin_sees_another_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Power: a twin that serves who joined last first disagrees."""
    registers = {t: [3 * t, 3 * t + 1, 3 * t + 2] for t in range(10)}
    world = world_of(30, 90.0, 40, 5)
    expected: Any = twin(world, registers, 40)
    done = run(world, registers, 40)
    assert done == expected
    monkeypatch.setattr(heapq, "heappop", lambda queue: queue.pop(max(range(len(queue)), key=queue.__getitem__)))
    assert twin(world, registers, 40) != done
