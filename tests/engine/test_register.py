"""Who is a registered jobseeker, until when, and when a search is the same one as before."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from people import due, employ, is_whole, next_day_of, offer, open_one, put
from scipy import stats
from worlds import NOTHING_PROPOSED, area, bare_world, lives, rows, specification, staff, with_values

from agents.area import simulate
from sim.dimensions import AGE_BANDS, DAYS_PER_MONTH, DAYS_PER_YEAR, Contract, Line, State
from sim.indicators import Flow
from sim.kernels.calendar import DATED, HAZARD, SERVICE
from sim.kernels.hazards import dismissal_rate, entry_rate, register_factor
from sim.kernels.hiring import hiring
from sim.kernels.separation import separations
from sim.kernels.services import FIRST_INTERVIEW, FOLLOW_UP, services
from sim.kernels.states import is_registered
from sim.recorder import Recorder
from sim.tables import NOT_YET
from sim.world import World

TUESDAY = date(2025, 1, 7)
TIMES = ("kept_in_part_time_months", "kept_in_open_ended_months", "kept_outside_months")
NONE_KEPT = {f"register.{name}": 0.0 for name in ("kept_in_fixed_term_share", *TIMES)}
QUIET = NOTHING_PROPOSED | {
    "services.exit_per_contact": 0.0, "services.no_show_share": 0.0, "services.minutes_variation": 0.0,
    "services.recognition_share": 0.0, "services.later_recognition_share": 0.0, "services.referral_share": 0.0,
    "services.competence_share": 0.0, "contracts.renewal_share": 0.0, "contracts.conversion_share": 0.0,
    "contracts.register_share": 1.0, "contracts.month_end_share": 0.0, "contracts.mean_months": 1.0,
    "labour_force.education_risk": 1.0, "labour_force.registers_by_age": 1.0,
}  # fmt: skip


def test_the_risk_of_unemployment_goes_by_education_and_registering_by_age_too() -> None:
    risk = {"basic": 1.2, "secondary": 1.0, "tertiary": 0.5}
    declarations = with_values({})
    declarations["labour_force"]["education_risk"]["value"] = risk
    declarations["labour_force"]["registers_by_age"]["value"] = {band: 1.0 for band in AGE_BANDS} | {"20-24": 0.4}
    world = bare_world(specification(days=60, parameters=declarations), len(risk))
    p, people = world.arrays.parameters[0], world.arrays.persons
    people.education[: len(risk)] = np.arange(len(risk))
    people.attachment[: len(risk)] = 1.0
    for i in range(len(risk)):
        employ(world, i, 0)
    secondary = dismissal_rate(world.handle, p, 1, 20)
    for i, factor in enumerate(risk.values()):
        assert dismissal_rate(world.handle, p, i, 20) == pytest.approx(factor * secondary)
        for years, age in ((22, 0.4), (40, 1.0)):
            people.born[i] = -int(years * DAYS_PER_YEAR)
            entry = factor * age * p.labour_force.entry_per_month / DAYS_PER_MONTH
            assert entry_rate(world.handle, p, i, 20) == pytest.approx(entry)
            assert register_factor(world.handle, p, i, 20) == pytest.approx(factor * age)


def test_who_is_registered() -> None:
    """All states, on the register or not, with no search left open, one that ends today and one that goes on."""
    world = bare_world(specification(), 1)
    person, t = world.arrays.persons, 50
    for state in State:
        for since, ended in ((10, NOT_YET), (NOT_YET, NOT_YET), (NOT_YET, t - 9), (NOT_YET, t), (NOT_YET, t + 1)):
            person.state[0], person.registered_since[0], person.search_ended[0] = state, since, ended
            works_or_idle = state in (State.EMPLOYED, State.SELF_EMPLOYED, State.INACTIVE)
            wanted = since == 10 or (ended == t + 1 and works_or_idle)
            assert is_registered(world.handle, 0, t) == wanted, (state, since, ended)


# --- until when a search stays open -----------------------------------------------------------------------


def hired(n: int, contract: Contract, part_time: int, day: int, **more: float) -> World:
    """People hired from the register on one day; one more, the last, comes from outside the labour force."""
    world = bare_world(specification(days=100, parameters=with_values(more)), n + 1)
    world.ensure_room(jobs=n + 1)
    put(world, np.arange(n), State.UNEMPLOYED)
    put(world, [n], State.INACTIVE)
    for v in range(n + 1):
        open_one(world, v, v % 600, contract, part_time)
    assert hiring(world.handle, offer(world, range(n + 1), range(n + 1)), day) == n + 1
    is_whole(world)
    return world


@pytest.mark.parametrize(("part_time", "name"), [(1, "kept_in_part_time_months"), (0, "kept_in_open_ended_months")])
def test_a_search_stays_open_for_a_while_in_an_open_ended_job(part_time: int, name: str) -> None:
    """3,000 hired: times kept are exponential with the declared mean (Kolmogorov–Smirnov, P > 1e-4).

    Power: a mean one tenth longer fails.
    """
    world = hired(3000, Contract.OPEN_ENDED, part_time, 40)
    people = world.arrays.persons[:3001]
    assert np.all(people.registered_since == NOT_YET)
    assert people.search_ended[3000] == NOT_YET  # she was not on the register
    kept = people.search_ended[:3000] - 40 + 0.5
    mean = float(world.arrays.parameters[0].register[name]) * DAYS_PER_MONTH
    assert stats.kstest(kept, stats.expon(scale=mean).cdf).pvalue > 1e-4
    assert stats.kstest(kept, stats.expon(scale=1.15 * mean).cdf).pvalue < 1e-4


def test_some_searches_stay_open_to_the_end_of_a_fixed_term() -> None:
    """3,000 hired: to the term's last day or not at all; the share as declared (binomial, P > 1e-4)."""
    for part_time in (0, 1):
        world = hired(3000, Contract.FIXED_TERM, part_time, 40)
        people = world.arrays.persons[:3000]
        kept = people.search_ended == people.ends
        assert np.all(people.search_ended[~kept] == 40)
        share = float(world.arrays.parameters[0].register.kept_in_fixed_term_share)
        assert stats.binomtest(int(kept.sum()), 3000, share).pvalue > 1e-4


def test_a_search_stays_open_for_a_while_outside_the_labour_force() -> None:
    """3,000 give up their search on one day: kept for exponential times with the declared mean (P > 1e-4)."""
    n, t = 3000, 40
    leaving = {"labour_force.exit_per_month": 2.0 * DAYS_PER_MONTH, "labour_force.study_per_month": 0.0}
    world = bare_world(specification(days=100, parameters=with_values(leaving)), n)
    put(world, np.arange(n), State.UNEMPLOYED)
    due(world, HAZARD, range(n), t)
    separations(world.handle, t)
    people = world.arrays.persons[:n]
    assert np.all(people.state == State.INACTIVE)
    mean = float(world.arrays.parameters[0].register.kept_outside_months) * DAYS_PER_MONTH
    kept = people.search_ended - t
    # whole days: 0 for a time below one day
    bins = np.append(np.arange(0, 150, 10), np.inf)
    seen, _ = np.histogram(kept, bins)
    assert stats.chisquare(seen, n * -np.diff(np.exp(-bins / mean))).pvalue > 1e-4
    assert stats.chisquare(seen, n * -np.diff(np.exp(-bins / (1.15 * mean)))).pvalue < 1e-4
    assert people.registered_since.max() == NOT_YET


# --- the same search or a new one ---------------------------------------------------------------------------


def a_term_between(n_days_new: float, **more: float) -> tuple[World, int]:
    """Somebody registers on day 0, is hired for a term on day 10 and out of work again at its end; 60 days more.

    Returns
    -------
    World
        With the log of contacts.
    int
        Day on which the term ended.
    """
    values = QUIET | {"rules.new_search_after_days": n_days_new} | more
    spec = specification(start_date=TUESDAY, days=500, record="full", parameters=with_values(values))
    world = bare_world(spec, 1)
    staff(world, Line.BROKERAGE, 32)
    world.arrays.sections.is_public = 0
    people = world.arrays.persons
    put(world, [0], State.UNEMPLOYED, 0)
    people.registered_since[0] = NOT_YET
    due(world, SERVICE, [0], 0)
    open_one(world, 0, 0, Contract.FIXED_TERM)
    end = 500
    for t in range(500):
        world.ensure_room()
        separations(world.handle, t)
        services(world.handle, t)
        if t == 10:
            assert hiring(world.handle, offer(world, [0], [0]), t) == 1
            end = int(people.ends[0])
            assert next_day_of(world, SERVICE, 1)[0] == -1
        if t == end + 60:
            break
    assert 10 < end < 430
    assert people.state[0] == State.UNEMPLOYED
    return world, end


def talks(world: World) -> list[tuple[int, int]]:
    """Day and kind of each contact."""
    log = world.arrays.contacts[: int(world.control.n_contacts)]
    return [(int(c.day), int(c.kind)) for c in log]


def test_a_search_kept_open_goes_on_when_the_term_ends() -> None:
    """No new search and no new first interview, however soon a search counts as new; the next talk in its time."""
    world, end = a_term_between(1.0, **{"register.kept_in_fixed_term_share": 1.0})
    assert world.arrays.flows[Flow.NEW_SEARCHES].sum() == 1
    assert world.arrays.flows[Flow.NEW_SPELLS].sum() == 1  # counted when the term ended; the first was made by hand
    later = talks(world)
    assert later[0] == (0, FIRST_INTERVIEW)
    assert {kind for _, kind in later[1:]} == {FOLLOW_UP}
    interval = int(world.arrays.parameters[0].rules.interval_first_days)
    assert end + interval <= later[1][0] <= end + interval + 4  # the next service day
    assert world.arrays.persons.registered_since[0] == end


def test_a_search_not_kept_is_new_after_long_enough() -> None:
    """The same life with the search ended on the day of the hire: new when the term was long enough, else the old."""
    world, end = a_term_between(1.0, **{"register.kept_in_fixed_term_share": 0.0})
    assert world.arrays.flows[Flow.NEW_SEARCHES].sum() == 2
    assert [kind for _, kind in talks(world)][:2] == [FIRST_INTERVIEW, FIRST_INTERVIEW]
    assert end <= talks(world)[1][0] <= end + 4
    for days, n_searches in ((end - 10, 2), (end - 9, 1)):  # it ended on day 10
        world, _ = a_term_between(float(days), **{"register.kept_in_fixed_term_share": 0.0})
        assert world.arrays.flows[Flow.NEW_SEARCHES].sum() == n_searches


@pytest.mark.parametrize("way", ["job", "outside"])
def test_a_search_open_beyond_today_goes_on(way: str) -> None:
    """Out of work, or back in the labour force, before the open search would have ended: it is the same search."""
    soon = with_values(QUIET | {"rules.new_search_after_days": 1.0})
    for search_ended, n_new in ((60, 0), (40, 0), (39, 1), (NOT_YET, 1)):
        world = bare_world(specification(start_date=TUESDAY, days=100, parameters=soon), 1)
        world.arrays.sections.is_public = 0
        p = world.arrays.parameters[0]  # from here on: as declared they would make a world of job losses
        p.labour_force.entry_per_month = p.separation.dismissal_per_month = 2.0 * DAYS_PER_MONTH
        if way == "job":
            employ(world, [0], 0)
        else:
            put(world, [0], State.INACTIVE)
            world.arrays.persons.attachment[0] = 1.0
        world.arrays.persons.search_ended[0], world.arrays.persons.contacts[0] = search_ended, 2
        due(world, HAZARD, [0], 40)
        separations(world.handle, 40)
        assert world.arrays.persons.state[0] == State.UNEMPLOYED
        services(world.handle, 40)
        assert world.arrays.flows[Flow.NEW_SEARCHES].sum() == n_new, search_ended
        assert world.arrays.persons.contacts[0] == (0 if n_new else 2)  # no desk is open on this Sunday
        assert is_registered(world.handle, 0, 40)


def test_a_furlough_is_on_the_register_while_it_lasts() -> None:
    """Furloughed: registered from the day on; called back: no more from that day."""
    back = {"furlough.recall_share": 1.0, "furlough.start_multiplier": 1e6, "separation.dismissal_per_month": 0.0}
    quiet = {"separation.leave_per_month": 0.0, "self_employment.start_employed_per_month": 0.0}
    world = bare_world(specification(days=365, parameters=with_values(back | quiet)), 1)
    employ(world, [0], 0)
    world.arrays.sections.furlough_per_month[:] = 1.0
    due(world, HAZARD, [0], 5)
    separations(world.handle, 5)
    person = world.arrays.persons
    assert person.state[0] == State.FURLOUGHED
    end = int(person.ends[0])
    assert [is_registered(world.handle, 0, t) for t in (5, end - 1)] == [True, True]
    assert next_day_of(world, DATED, 1)[0] == end
    separations(world.handle, end)
    assert person.state[0] == State.EMPLOYED
    assert not is_registered(world.handle, 0, end)
    is_whole(world)


# --- what the recorder says -----------------------------------------------------------------------------------


def recounted(world: World, month_end: int) -> np.ndarray:
    """Registered jobseekers by municipality from the table of persons, in plain NumPy."""
    people = world.arrays.persons[: int(world.control.n_persons)]
    kinds = (State.UNEMPLOYED, State.FURLOUGHED, State.TRAINING, State.IN_SERVICE, State.SUBSIDISED)
    open_search = people.search_ended > month_end
    keeps = np.isin(people.state, (State.EMPLOYED, State.SELF_EMPLOYED, State.INACTIVE)) & open_search
    mine = np.isin(people.state, kinds) | keeps
    return np.bincount(people.home[mine], minlength=world.n_places + 1)[: world.n_places]


def test_the_recorder_counts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every month-end of a year, by municipality and for the area, against a recount; there are many who work."""
    counts: list[np.ndarray] = []
    record = Recorder.record

    def recount_first(self: Recorder, world: World, month_end: int) -> None:
        counts.append(recounted(world, month_end))
        record(self, world, month_end)

    monkeypatch.setattr(Recorder, "record", recount_first)
    result = simulate(specification())
    table = rows(result, ("municipality",))
    written = [value for key, value in table.items() if key[1] == "registered_jobseekers"]
    np.testing.assert_array_equal(np.reshape(written, (12, -1)), counts)
    np.testing.assert_array_equal(area(result, "registered_jobseekers"), np.sum(counts, axis=1))
    others = ("unemployed", "in_training", "in_service", "subsidised")
    assert np.all(area(result, "registered_jobseekers") > 1.2 * sum(area(result, name) for name in others))


def test_with_nothing_kept_the_register_is_who_is_unemployed_or_served() -> None:
    """Every month-end and place, exactly."""
    result = simulate(specification(parameters=with_values(NONE_KEPT)))
    table = rows(result, ("", "municipality"))
    keys = [key for key in table if key[1] == "registered_jobseekers"]
    assert len(keys) == 12 * 4
    for moment, _, kind, group in keys:
        parts_of_it = ("unemployed", "in_training", "in_service", "subsidised")
        parts = [table[moment, name, kind, group] for name in parts_of_it]
        assert table[moment, "registered_jobseekers", kind, group] == sum(parts)


def test_what_is_kept_changes_only_the_register_where_nobody_is_served() -> None:
    """With no staff the register says nothing to anybody: longer times give the same lives and more registered."""
    results = []
    for months in (0.0, 1.0, 12.0):
        values = NONE_KEPT | {f"register.{name}": months for name in TIMES} | {"services.staff_fte": 0.0}
        results.append(simulate(specification(parameters=with_values(values)), with_lives=True))
    assert lives(results[0]) == lives(results[1]) == lives(results[2])
    none, some, more = (area(result, "registered_jobseekers") for result in results)
    assert np.all(none < some)
    assert np.all(some < more)
    # more searches go on, fewer are new
    new = [area(result, "new_job_searches").sum() for result in results]
    assert new[0] >= new[1] >= new[2]
