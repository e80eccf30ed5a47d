"""Fixed terms: in which month and on which day they end, and the job that is kept until the next season."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from people import due, employ, is_whole, offer, open_one, put
from scipy import stats
from worlds import bare_world, specification, with_values

from agents.area import EmploymentAreaModel, build
from sim.dimensions import DAYS_PER_MONTH, MONTHS, Contract, State
from sim.indicators import Flow
from sim.kernels.calendar import DATED, LIFE
from sim.kernels.closure import announce
from sim.kernels.contracts import contract_end, next_season
from sim.kernels.demography import demography
from sim.kernels.hiring import hiring
from sim.kernels.jobs import vacancies
from sim.kernels.separation import leave, separations
from sim.rng import PERSON_UID
from sim.world import World

NEW_YEAR = date(2025, 1, 1)
TRIES, SHORTEST = 8, 14
FLAT = dict.fromkeys(MONTHS, 1.0)


def with_season(season: dict[str, float], **more: float) -> dict[str, Any]:
    """Declarations with a season of contract ends, and other values for whole parameters."""
    declared = with_values({f"contracts.{name}": value for name, value in more.items()})
    declared["contracts"]["end_season"] |= {"value": season, "low": 0.0}
    return declared


def placed(day: date) -> date:
    """First jobless day of a term that ends with its month: the next month's first; in December the 23rd."""
    if day.month == 12:
        return date(day.year, 12, 23) if day.day <= 23 else date(day.year + 1, 1, 1)
    return date(day.year, day.month + 1, 1)


def chances(world: World, begin: int) -> dict[date, float]:
    """Probability of each first jobless day of a term that begins on a day, by the rule as it is written.

    A length is drawn, thinned by the month's season over the highest, at most eight times; the last one stands.
    """
    p = world.arrays.parameters[0].contracts
    mean, season = float(p.mean_months) * DAYS_PER_MONTH, np.asarray(p.end_season)
    lengths = np.arange(3000)
    drawn = np.exp(-lengths / mean) - np.exp(-(lengths + 1) / mean)
    days = [NEW_YEAR + timedelta(days=begin + SHORTEST + int(k)) for k in lengths]
    kept = season[[day.month - 1 for day in days]] / season.max()
    again = 1.0 - (drawn * kept).sum()
    chance = drawn * kept * sum(again**k for k in range(TRIES - 1)) + drawn * again ** (TRIES - 1)
    result: dict[date, float] = {}
    for day, c in zip(days, chance, strict=True):
        for where, share in ((day, 1.0 - p.month_end_share), (placed(day), float(p.month_end_share))):
            result[where] = result.get(where, 0.0) + c * share
    total = sum(result.values())  # 1 but for lengths of nine years and more
    return {day: chance / total for day, chance in result.items()}


def binned(by_day: dict[date, float]) -> np.ndarray:
    """Weights by calendar month, those of the day on which terms are placed apart, shape (24,)."""
    bins = np.zeros(24)
    for day, weight in by_day.items():
        is_placed = day.day == 1 or (day.month == 12 and day.day == 23)
        bins[12 * is_placed + day.month - 1] += weight
    return bins


def ends(world: World, begin: int, n: int) -> dict[date, float]:
    """First jobless days of n terms that begin on a day, counted."""
    drawn = [contract_end(world.handle, PERSON_UID | np.uint64(k + 1), begin) for k in range(n)]
    days, counts = np.unique(drawn, return_counts=True)
    return {NEW_YEAR + timedelta(days=int(d)): float(c) for d, c in zip(days, counts, strict=True)}


@pytest.mark.parametrize("begin", [0, 151, 340])
def test_terms_end_by_the_season_and_with_their_month(begin: int) -> None:
    """20,000 terms each of January, June and December by month, month's end apart (chi-square, P > 1e-4 each).

    Power: the same counts fail against a flat season, and against terms that all end where they fall.
    """
    world = bare_world(specification(days=60))
    counts = binned(ends(world, begin, 20_000))
    assert stats.chisquare(counts, binned(chances(world, begin)) * counts.sum()).pvalue > 1e-4
    p = world.arrays.parameters[0].contracts
    for name, other in (("end_season", 1.0), ("month_end_share", 0.5)):
        was = np.array(p[name])
        p[name] = other
        assert stats.chisquare(counts, binned(chances(world, begin)) * counts.sum()).pvalue < 1e-9
        p[name] = was


def test_terms_begun_all_the_year_round_end_by_the_season() -> None:
    """Of terms begun evenly over a year, every month has its share of `contracts.end_season`, to 2 points.

    The rule thins by the months that a term may end in, and lets a length stand after some tries, so that it meets
    the season nearly: how nearly is exact. 21,900 terms follow the rule (chi-square, P > 1e-4).
    """
    world = bare_world(specification(days=60, parameters=with_values({"contracts.month_end_share": 0.0})))
    begins = range(0, 365, 5)
    seen, rule = np.zeros(12), np.zeros(12)
    for begin in begins:
        for day, chance in chances(world, begin).items():
            rule[day.month - 1] += chance / len(begins)
        for k in range(300):
            end = contract_end(world.handle, PERSON_UID | np.uint64(1 + k), begin)
            seen[(NEW_YEAR + timedelta(days=int(end))).month - 1] += 1
    assert stats.chisquare(seen, rule * seen.sum()).pvalue > 1e-4
    season = np.asarray(world.arrays.parameters[0].contracts.end_season)
    print(np.round(rule, 3), np.round(season / season.sum(), 3))
    assert np.all(np.abs(rule - season / season.sum()) < 0.02)
    assert np.max(np.abs(rule - 1.0 / 12.0)) > 0.1  # far from no season at all


def test_no_season_no_pattern() -> None:
    """Placebo: multipliers of 1, terms begun evenly over a year: ends fall by the days of the months (P > 1e-4)."""
    world = bare_world(specification(days=60, parameters=with_season(FLAT, month_end_share=0.0)))
    n = 24_000
    days = [contract_end(world.handle, PERSON_UID | np.uint64(k + 1), k * 365 // n) for k in range(n)]
    months = np.array([(NEW_YEAR + timedelta(days=int(d))).month - 1 for d in days])
    of_month = np.diff([date(2025 + m // 12, m % 12 + 1, 1).toordinal() for m in range(13)])
    assert stats.chisquare(np.bincount(months, minlength=12), of_month / 365.0 * n).pvalue > 1e-4


def test_the_level_of_a_season_says_nothing() -> None:
    """Multipliers twice as high are the same season: the same days, term by term."""
    worlds = []
    for factor in (1.0, 2.0):
        season = {m: factor * (0.3 + 0.1 * k) for k, m in enumerate(MONTHS)}
        worlds.append(ends(bare_world(specification(days=60, parameters=with_season(season))), 40, 2000))
    assert worlds[0] == worlds[1]


def test_a_month_without_ends_has_a_few() -> None:
    """Season 0 in July: a length stands only after eight tries, for fewer than 1 in 1,000 of terms begun in January."""
    season = FLAT | {"7": 0.0}
    world = bare_world(specification(days=60, parameters=with_season(season, month_end_share=0.0)))
    in_july = sum(n for day, n in ends(world, 0, 4000).items() if day.month == 7)
    assert in_july <= 4


def test_all_with_the_month_end_on_its_first_or_before_christmas() -> None:
    """Month-end share 1: no other day than the first of a month and 23 December; share 0: a day like others.

    With share 0 the same terms, day by day, are those that the calendar moves to these dates.
    """
    found = {}
    for share in (0.0, 1.0):
        world = bare_world(specification(days=60, parameters=with_values({"contracts.month_end_share": share})))
        found[share] = [
            NEW_YEAR + timedelta(days=int(contract_end(world.handle, PERSON_UID | np.uint64(k), 5)))
            for k in range(1, 3001)
        ]
    assert found[1.0] == [placed(day) for day in found[0.0]]
    assert {(d.month, d.day) for d in found[1.0]} == {(m, 1) for m in range(1, 13)} | {(12, 23)}
    assert len({d.day for d in found[0.0]}) == 31
    # what a term that ends on 23, 24 and 31 December, and on 29 February 2028 becomes
    assert [placed(d) for d in (date(2025, 12, 23), date(2025, 12, 24), date(2027, 12, 31), date(2028, 2, 29))] == [
        date(2025, 12, 23), date(2026, 1, 1), date(2028, 1, 1), date(2028, 3, 1),
    ]  # fmt: skip


def test_seasons_begin_on_two_dates() -> None:
    """Terms that end on 1 June and 1 July go on on 11 August, those of 23 December on 7 January; no others wait.

    Every day of four years, a leap year among them.
    """
    first = date(2025, 1, 1)
    world = bare_world(specification(start_date=first, days=60))
    expected = {(6, 1): (0, 8, 11), (7, 1): (0, 8, 11), (12, 23): (1, 1, 7)}
    for t in range(4 * 365 + 1):
        day = first + timedelta(days=t)
        again = expected.get((day.month, day.day))
        wanted = -1 if again is None else (date(day.year + again[0], again[1], again[2]) - first).days
        assert next_season(world.handle, t) == wanted, day


# --- renewals that wait -----------------------------------------------------------------------------------

FIRST, JUNE, AUGUST = date(2025, 5, 20), 12, 83  # days of 1 June and 11 August
ALL_WAIT = {
    "contracts.renewal_share": 1.0, "contracts.recall_share": 1.0, "contracts.register_share": 1.0,
    "contracts.part_time_share": 0.0, "jobs.posted_at_once_share": 0.0,
    "labour_force.education_risk": 1.0, "labour_force.registers_by_age": 1.0,
}  # fmt: skip


def ending(n: int = 1, day: int = JUNE, seed: int = 7, **more: float) -> World:
    """People whose fixed terms end on a day, each at an employer of her own, part time for every second."""
    spec = specification(start_date=FIRST, days=240, seed=seed, parameters=with_values(ALL_WAIT | more))
    world = bare_world(spec, n + 1)
    world.arrays.sections.is_public = 0
    rows = np.arange(n)
    employ(world, rows, rows % 600, Contract.FIXED_TERM, rows % 2)
    world.arrays.persons.occupation[rows] = rows % 7
    world.arrays.persons.ends[rows] = day
    due(world, DATED, rows, day)
    return world


def wait(world: World, since: int, until: int) -> None:
    """Let vacancies have their days."""
    for t in range(since, until):
        assert vacancies(world.handle, t) == 0


def test_she_is_called_back_to_her_job_on_the_day() -> None:
    world = ending(2)
    a = world.arrays
    separations(world.handle, JUNE)
    assert a.persons.state[:2].tolist() == [State.UNEMPLOYED] * 2
    assert a.persons.employer[:2].tolist() == [-1, -1]
    assert a.persons.is_part_time[:2].tolist() == [0, 0]
    assert a.employers.dormant[:2].tolist() == [1, 1]
    is_whole(world)
    flows = a.flows.sum(axis=1)
    assert (flows[Flow.SEPARATIONS], flows[Flow.NEW_SPELLS], flows[Flow.RECALLS]) == (2, 2, 0)
    wait(world, JUNE, AUGUST)
    assert a.persons.state[:2].tolist() == [State.UNEMPLOYED] * 2
    assert a.flows[Flow.VACANCIES_POSTED].sum() == 0  # nobody else may apply
    wait(world, AUGUST, AUGUST + 1)
    assert a.persons.state[:2].tolist() == [State.EMPLOYED] * 2
    assert a.persons.employer[:2].tolist() == [0, 1]
    assert a.persons.occupation[:2].tolist() == [0, 1]
    assert a.persons.is_part_time[:2].tolist() == [0, 1]
    assert a.persons.contract[:2].tolist() == [Contract.FIXED_TERM] * 2
    assert np.all(a.persons.ends[:2] >= AUGUST + SHORTEST)
    assert a.persons.since[:2].tolist() == [AUGUST] * 2
    assert a.employers.dormant.sum() == a.employers.open.sum() == 0
    flows = a.flows.sum(axis=1)
    assert (flows[Flow.RECALLS], flows[Flow.EXITS_TO_JOB], flows[Flow.VACANCIES_POSTED]) == (2, 2, 0)
    assert flows[[Flow.HIRES_UNEMPLOYED, Flow.VACANCIES_FILLED]].sum() == 0  # a recall is no hire
    is_whole(world)


def otherwise(world: World, what: str) -> None:
    """Let person 0 not be free in August: another job, a move away, a pension, a service, another in her row.

    Who leaves the labour force at a talk on the day her term ends has the same day in `since`.
    """
    a, t = world.arrays, JUNE + 20
    if what == "job":
        open_one(world, 1, 9)
        assert hiring(world.handle, offer(world, [1], [0]), t) == 1
    elif what in ("moves", "retires"):
        a.streams[:] = a.others[:] = 0.0
        if what == "retires":
            a.persons.retires[0] = t
        due(world, LIFE, [0], t)
        demography(world.handle, t)
        assert a.persons.state[0] == (State.RETIRED if what == "retires" else State.ABSENT)
    elif what == "service":  # unemployed again, but by another spell
        a.persons.since[0] = t
    elif what == "same day":
        put(world, [0], State.INACTIVE, JUNE)
    else:
        a.persons.uid[0] += np.uint64(1000)


@pytest.mark.parametrize("what", ["job", "moves", "retires", "service", "same day", "uid"])
def test_who_is_not_free_is_not_called_back(what: str) -> None:
    """The job that was kept is posted then, for everybody; the employer wants as many as before."""
    world = ending(1, **{"demography.departures_per_year": 366.0, "demography.deaths_per_year": 0.0})
    a = world.arrays
    separations(world.handle, JUNE)
    otherwise(world, what)
    state, employer = int(a.persons.state[0]), int(a.persons.employer[0])
    assert (employer == 9) == (what == "job")
    wait(world, JUNE, AUGUST + 1)
    assert (int(a.persons.state[0]), int(a.persons.employer[0])) == (state, employer)
    assert (a.employers.open[0], a.employers.dormant[0], a.employers.target[0]) == (1, 0, 1)
    flows = a.flows.sum(axis=1)
    assert (flows[Flow.RECALLS], flows[Flow.VACANCIES_POSTED]) == (0, 1)
    is_whole(world)


def test_a_closed_employer_calls_nobody_back() -> None:
    """The job that was kept is one of those that end: she stays unemployed and nothing is posted."""
    world = ending(1)
    separations(world.handle, JUNE)
    announce(world.handle, 0, 1, JUNE + 20)
    wait(world, JUNE, AUGUST + 60)
    a = world.arrays
    assert a.persons.state[0] == State.UNEMPLOYED
    assert a.employers.target.sum() == a.flows[Flow.RECALLS].sum() == a.flows[Flow.VACANCIES_POSTED].sum() == 0
    is_whole(world)


@pytest.mark.parametrize("case", ["day", "outside", "share", "unregistered"])
def test_other_renewals_do_not_wait(case: str) -> None:
    """On another day, for people who live outside, with a recall share of 0, or for who would not register."""
    more = {"share": {"contracts.recall_share": 0.0}, "unregistered": {"contracts.register_share": 0.0}}
    day = JUNE + 1 if case == "day" else JUNE
    world = ending(1, day, **more.get(case, {}))
    a = world.arrays
    if case == "outside":
        a.stocks[State.EMPLOYED, [0, world.n_places]] += -1, 1
        a.persons.home[0] = world.n_places
    separations(world.handle, day)
    assert a.persons.state[0] == State.EMPLOYED
    assert a.persons.since[0] == -1000  # an old job goes on
    assert a.persons.ends[0] >= day + SHORTEST
    assert a.flows.sum() == a.employers.dormant.sum() == 0
    is_whole(world)


@pytest.mark.parametrize(("month", "waits"), [(9, False), (10, True), (11, True), (12, True), (1, False)])
def test_seasonal_work_rests_until_spring(month: int, waits: bool) -> None:
    """Terms of an industry with a winter break that end on the tenth of a month wait until a day of April or May."""
    begins = date(2025, 9, 1)
    rests = {"contracts.winter_break_share": 1.0, "contracts.renewal_share": 0.0, "contracts.conversion_share": 0.0}
    world = bare_world(specification(start_date=begins, days=400, parameters=with_values(ALL_WAIT | rests)), 201)
    world.arrays.sections.is_public = 0
    rows = np.arange(200)
    employ(world, rows, rows, Contract.FIXED_TERM)
    day = (date(2025 + (month < 9), month, 10) - begins).days
    world.arrays.persons.ends[rows] = day
    due(world, DATED, rows, day)
    separations(world.handle, day)
    a = world.arrays
    kept = a.vacancies[: int(world.control.n_vacancies)]
    assert np.all(a.persons.state[rows] == State.UNEMPLOYED)
    assert np.count_nonzero(kept.n_applicants) == (200 if waits else 0)
    if waits:
        back = [(begins + timedelta(days=int(d))) for d in kept.day]
        assert {d.month for d in back} == {4, 5}  # 200 days over 61: a month without any has a chance of 1e-60
        assert min(back) >= date(2026, 4, 1)
        assert len({*back}) > 30


def test_industries_without_a_winter_break_do_not_rest() -> None:
    rests = {"contracts.winter_break_share": 0.0, "contracts.renewal_share": 0.0, "contracts.conversion_share": 0.0}
    declared = with_values(ALL_WAIT | rests)
    world = bare_world(specification(start_date=date(2025, 10, 1), days=300, parameters=declared), 2)
    employ(world, [0], [0], Contract.FIXED_TERM)
    world.arrays.persons.ends[0] = 9
    due(world, DATED, [0], 9)
    separations(world.handle, 9)
    vacancy = world.arrays.vacancies[0]
    assert (int(vacancy.n_applicants), int(world.arrays.employers.target[0])) == (0, 1)  # to be filled by anybody


@pytest.mark.parametrize("way", ["term", "leave"])
def test_who_registers_goes_by_age(way: str) -> None:
    """2,000 people whose term ends, or who give up a job: a share of .8, times .25 for their age (binomial, 1e-4)."""
    shares = {
        "contracts.renewal_share": 0.0, "contracts.conversion_share": 0.0, "contracts.winter_break_share": 0.0,
        "contracts.register_share": 0.8, "separation.leave_to_unemployment_share": 0.8,
        "labour_force.registers_by_age": 0.25,
    }  # fmt: skip
    n = 2000
    world = ending(n, JUNE + 3, **shares)
    world.ensure_room(jobs=n)
    a = world.arrays
    if way == "term":
        separations(world.handle, JUNE + 3)
    else:
        for i in range(n):
            leave(world.handle, i, JUNE + 3)
    states = a.persons.state[:n]
    assert set(np.unique(states)) == {State.UNEMPLOYED, State.INACTIVE}
    registered = int(np.count_nonzero(states == State.UNEMPLOYED))
    assert stats.binomtest(registered, n, 0.8 * 0.25).pvalue > 1e-4


def test_how_many_wait() -> None:
    """4,000 terms that end on 1 June: kept by renewal x recall x register, each end by its share (chi-square, 1e-4)."""
    shares = {"contracts.renewal_share": 0.55, "contracts.recall_share": 0.7, "contracts.register_share": 0.75}
    world = ending(4000, **shares)
    world.ensure_room(jobs=4000)
    separations(world.handle, JUNE)
    a = world.arrays
    people, n_vacancies = a.persons[:4000], int(world.control.n_vacancies)
    kept = np.count_nonzero(a.vacancies[:n_vacancies].n_applicants)
    renewed = np.count_nonzero((people.state == State.EMPLOYED) & (people.contract == Contract.FIXED_TERM))
    converted = np.count_nonzero(people.contract == Contract.OPEN_ENDED)
    idle = np.count_nonzero(people.state == State.UNEMPLOYED) - kept
    out = np.count_nonzero(people.state == State.INACTIVE)
    p = a.parameters[0].contracts
    waits = 0.55 * 0.75 * 0.7
    over = 1.0 - 0.55 - float(p.conversion_share)
    wanted = np.array([waits, 0.55 - waits, float(p.conversion_share), over * 0.75, over * 0.25])
    assert stats.chisquare([kept, renewed, converted, idle, out], 4000 * wanted).pvalue > 1e-4
    is_whole(world)


def test_public_employers_renew_by_a_share_of_their_own() -> None:
    """2,000 terms that end on a day without a season, at employers of each kind (binomial, P > 1e-4)."""
    n = 2000
    shares = {"contracts.renewal_share": 0.4, "contracts.renewal_share_public": 0.7, "contracts.conversion_share": 0.0}
    for is_public, share in ((0, 0.4), (1, 0.7)):
        world = ending(n, JUNE + 1, **shares)
        world.ensure_room(jobs=n)
        world.arrays.sections.is_public = is_public
        separations(world.handle, JUNE + 1)
        renewed = np.count_nonzero(world.arrays.persons[:n].state == State.EMPLOYED)
        assert stats.binomtest(renewed, n, share).pvalue > 1e-4
        assert stats.binomtest(renewed, n, 1.1 - share).pvalue < 1e-4


def test_recalls_of_a_year_fall_on_two_days() -> None:
    """In the region as shipped somebody is called back on 11 August and 7 January, and on no other day."""
    first = date(2025, 4, 1)
    spec = specification(start_date=first, days=300)
    model = EmploymentAreaModel(spec, build(spec))
    flows, seen = model.world.arrays.flows, {}
    for t in range(spec.days):
        before = flows[Flow.RECALLS].sum()
        model.run(t + 1)
        day = first + timedelta(days=t)
        flows = model.world.arrays.flows
        recalls = flows[Flow.RECALLS].sum() - (0.0 if day.day == 1 else before)
        if recalls:
            seen[day.month, day.day] = recalls
    assert set(seen) == {(8, 11), (1, 7)}
    print(seen)
