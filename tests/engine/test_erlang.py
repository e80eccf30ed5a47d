"""Desks as M/M/c against Erlang C, through the real kernel: mean wait, share that waits, utilisation.

Talks are exponential, registrations Poisson, every day is open, nobody misses a talk and nothing follows from one.
A talk takes many days' minutes, so that what happens within a day does not matter; waits are counted in whole days
begun, and theory's exponential waits are cut in the same way (`theory`; a change of at most 3 %). 48 desks, each at
a place of its own, are as many independent replications; the standard error is that of their means.
(Erlang 1917; e.g. Gross et al. 2008, Fundamentals of Queueing Theory, section 2.3.)

A comparison beyond two standard errors comes about by chance with P = 5.1 % (47 degrees of freedom), so that of the
45 comparisons of all cases about two are: seven or more with P = .7 %. Every single one must be within four
(P = .02 % each, 1 % for all). At loads above .9 mean waits of desks are skewed, so that the studentised mean leans to
the left: a plain Lindley recursion of as many talks gives -.9 on average at a load of .97.
"""

from __future__ import annotations

from functools import cache

import numba
import numpy as np
import pytest
from test_queue import FORTY_YEARS, QUIET
from worlds import bare_world, open_offices, specification, staff, with_values

from sim.dimensions import Line, State
from sim.kernels.calendar import KINDS, SERVICE, link
from sim.kernels.services import services
from sim.rng import PERSON_UID
from sim.tables import NOT_YET
from sim.world import World

DESKS = 48
LEAST_TALK_DAYS, LEAST_WAIT_DAYS = 20.0, 30.0
ROWS = 60_000
"""People who take turns in registering."""
ADVISERS, LOADS = (1, 3, 8), (0.5, 0.7, 0.85, 0.95, 0.97)
FAST = [(1, 0.5), (3, 0.7)]
NEVER_AGAIN = 2.0e9
LONG_NODE = np.dtype([("next", "i4"), ("previous", "i4"), ("day", "i4"), ("rung", "i2")])
"""Nodes of the calendar (`sim.tables.NODE`) for days beyond the fifteen years that two bytes hold."""
QUANTITIES = ("mean wait", "share that waits", "utilisation")


def erlang_c(c: int, rho: float) -> float:
    """Probability that a client has to wait, M/M/c (by the recursion of Erlang B)."""
    blocked = 1.0
    for k in range(1, c + 1):
        blocked = c * rho * blocked / (k + c * rho * blocked)
    return blocked / (1.0 - rho * (1.0 - blocked))


def theory(c: int, rho: float, talk_days: float) -> np.ndarray:
    """Mean wait in whole days, share that waits a day or more, utilisation.

    Who has to wait waits an exponential time W of rate r = c (1 - rho) / talk: E[floor W] = 1 / (e^r - 1), P(W > 1) =
    e^-r.
    """
    waits, rate = erlang_c(c, rho), c * (1.0 - rho) / talk_days
    return np.array([waits / np.expm1(rate), waits * np.exp(-rate), rho])


@numba.njit
def simulate_days(w, start, stop, days, places, first, n_rows):
    """Let people register on their days at their places and the desks work; who registers is a row in turn.

    Returns
    -------
    int
        Registrations so far; -1 if a row is needed that still waits.
    """
    k = first
    for t in range(start, stop):
        while k < len(days) and days[k] == t:
            i = k % n_rows
            if w.persons[i].is_waiting:
                return -1
            w.persons[i].home = places[k]
            w.persons[i].registered_since = NOT_YET
            w.persons[i].search_ended = NOT_YET
            w.persons[i].contacts = 0
            link(w, i, SERVICE, t)
            k += 1
        services(w, t)
    return k


def world_of_desks(c: int, talk_days: float, days: int, seed: int) -> World:
    """Brokerage desks at so many places; an adviser has one minute a day."""
    values = QUIET | {
        "services.minutes_variation": 1.0, "services.no_show_share": 0.0, "services.workday_minutes": 1.0,
        "services.first_interview_minutes": talk_days, "rules.first_interview_working_days": 0.0,
        "rules.interval_first_days": NEVER_AGAIN, "rules.first_phase_days": NEVER_AGAIN,
    }  # fmt: skip
    spec = specification(days=30, seed=seed, parameters=with_values(values))
    world = bare_world(spec, 1)
    a = world.arrays
    world.control.n_persons = ROWS
    persons = np.repeat(a.persons[:1], ROWS).view(np.recarray)
    persons.uid = PERSON_UID | np.arange(1, ROWS + 1, dtype=np.uint64)
    persons.born, persons.state = -FORTY_YEARS, State.UNEMPLOYED
    nodes = np.zeros(ROWS * KINDS, LONG_NODE).view(np.recarray)
    nodes.day = -1
    facts = np.zeros(days + 2, a.days.dtype).view(np.recarray)
    facts.is_working, facts.working_number = 1, np.arange(days + 2)
    queued = np.zeros(ROWS, a.queued.dtype).view(np.recarray)
    table = np.zeros(len(a.desks) // len(a.points) * DESKS, a.desks.dtype).view(np.recarray)
    table.root = -1
    world.replace(
        persons=persons, nodes=nodes, days=facts, desks=table, queued=queued,
        points=np.zeros(DESKS, a.points.dtype).view(np.recarray),
        heads=np.full((a.heads.shape[0], days + 2), -1, a.heads.dtype), distance=np.zeros((DESKS + 1, DESKS + 1)),
        flows=np.zeros((a.flows.shape[0], DESKS + 1)), servers=np.zeros(c * DESKS),
    )  # fmt: skip
    open_offices(world)
    world.arrays.points.weekdays[:] = 0b1111111
    for place in range(DESKS):
        staff(world, Line.BROKERAGE, c, place)
    return world


def measured(
    c: int, rho: float, talks_a_desk: int, seed: int = 1, load: float | None = None
) -> tuple[float, np.ndarray]:
    """Length of a talk, and by desk: mean wait, share that waits, utilisation; after a warm-up as long as the rest.

    Parameters
    ----------
    load
        Load that clients come at, if it is to be another one than theory is asked about.
    """
    load = rho if load is None else load
    talk_days = max(LEAST_TALK_DAYS * c, LEAST_WAIT_DAYS * c * (1.0 - rho) / erlang_c(c, rho))
    days = int(2 * talks_a_desk * talk_days / (c * load))
    rng = np.random.default_rng([seed, c, int(100 * rho)])
    n = rng.poisson(DESKS * c * load / talk_days * days)
    moments = np.sort(rng.integers(0, days, n))
    places = rng.integers(0, DESKS, n)
    world = world_of_desks(c, talk_days, days, seed)
    half = days // 2
    k = simulate_days(world.handle, 0, half, moments, places, 0, ROWS)
    desks = world.arrays.desks[:DESKS]
    for column in ("interviews", "interviews_in_time", "interview_wait", "minutes_used", "minutes_offered"):
        desks[column] = 0.0
    assert k >= 0
    assert simulate_days(world.handle, half, days, moments, places, k, ROWS) == n
    return talk_days, np.array([
        desks.interview_wait / desks.interviews, 1.0 - desks.interviews_in_time / desks.interviews,
        desks.minutes_used / desks.minutes_offered,
    ])  # fmt: skip


@cache
def off(c: int, rho: float, talks: int) -> tuple[float, ...]:
    """Standard errors between what is measured and theory, for the three quantities."""
    talk_days, found = measured(c, rho, talks)
    error = found.std(axis=1, ddof=1) / np.sqrt(DESKS)
    z = (found.mean(axis=1) - theory(c, rho, talk_days)) / error
    print(c, rho, f"talk {talk_days:.0f} days", np.round(theory(c, rho, talk_days), 4), np.round(found.mean(axis=1), 4),
          "error %", np.round(100 * error / theory(c, rho, talk_days), 2), "z", np.round(z, 2))  # fmt: skip
    return tuple(z)


def talks_for(rho: float) -> int:
    """Talks a desk: many where waits depend on each other for long."""
    return int(np.clip(100.0 / (1.0 - rho) ** 2, 3000, 60_000))


def test_erlang_c_itself() -> None:
    """Against values worked out by hand: M/M/1 waits with probability rho; two advisers 2 rho² / (1 + rho)."""
    for rho in LOADS:
        assert erlang_c(1, rho) == pytest.approx(rho, rel=1e-12)
        assert erlang_c(2, rho) == pytest.approx(2.0 * rho**2 / (1.0 + rho), rel=1e-12)
    assert erlang_c(3, 0.5) == pytest.approx(0.236842, rel=1e-5)  # 9/38


@pytest.mark.verify
@pytest.mark.parametrize(("c", "rho"), FAST)
def test_a_desk_is_an_erlang_queue(c: int, rho: float) -> None:
    """Six comparisons, each beyond 2.6 standard errors by chance with P = 1.2 %."""
    assert max(abs(z) for z in off(c, rho, talks_for(rho))) < 2.6


@pytest.mark.verify
def test_all_desks_are_erlang_queues() -> None:
    """All loads and numbers of advisers: within two standard errors but for a few, and none beyond four."""
    z = np.abs([off(c, rho, talks_for(rho)) for c in ADVISERS for rho in LOADS])
    assert z.shape == (15, len(QUANTITIES))
    assert (z > 2.0).sum() <= 6
    assert z.max() < 4.0


@pytest.mark.verify
@pytest.mark.parametrize("wrong", ["one adviser more", "load three points higher"])
def test_another_queue_is_seen(wrong: str) -> None:
    """Power: what three advisers at a load of .7 do is not what theory says of four, or of a load of .73."""
    c, rho = 3, 0.7
    talk_days, found = measured(c, rho, talks_for(rho))
    error = found.std(axis=1, ddof=1) / np.sqrt(DESKS)
    others = theory(4, rho * 3.0 / 4.0, talk_days) if wrong == "one adviser more" else theory(c, rho + 0.03, talk_days)
    assert np.abs((found.mean(axis=1) - others) / error).max() > 4.0


@pytest.mark.verify
@pytest.mark.parametrize(("c", "rho"), [(c, rho) for c in ADVISERS for rho in LOADS])
def test_another_load_is_seen_everywhere(c: int, rho: float) -> None:
    """Power in each case: clients who come at a load a tenth of what is free lower are not taken for those of `rho`."""
    talk_days, found = measured(c, rho, talks_for(rho), load=rho - 0.1 * (1.0 - rho))
    error = found.std(axis=1, ddof=1) / np.sqrt(DESKS)
    assert np.abs((found.mean(axis=1) - theory(c, rho, talk_days)) / error).max() > 2.0
