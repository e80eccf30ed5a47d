"""Jobs that nobody holds: when they are posted, where lost demand comes back, what is made up for, who sees what."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from people import due, employ, is_whole, put
from scipy import stats
from worlds import SATAKUNTA, area, bare_world, closure, open_vacancies, specification, with_values

from agents.area import EmploymentAreaModel, build, simulate
from agents.synthetic.closeness import jobs_within_reach
from sim.dimensions import DAYS_PER_MONTH, State, VacancyState
from sim.indicators import Counter, Flow
from sim.kernels.calendar import HAZARD, SEARCH
from sim.kernels.closure import announce
from sim.kernels.hiring import hiring
from sim.kernels.jobs import posting_day, vacancies
from sim.kernels.mobility import LAYERS
from sim.kernels.search import search
from sim.kernels.separation import separations
from sim.rng import VACANCY_UID
from sim.world import World

NEW_YEAR = date(2025, 1, 1)
FIRSTS = [(date(2025, month, 1) - NEW_YEAR).days for month in range(1, 13)]
MEAN = 45.0
SURE = 2.0 * DAYS_PER_MONTH  # per month: a hazard that is an event on its candidate day


def with_season(season: float | dict[str, float], **more: float) -> dict[str, Any]:
    """Declarations with a season of postings, and other values for whole parameters."""
    declared = with_values(more)
    declared["jobs"]["posting_season"]["value"] = season
    return declared


# --- the season of postings ---------------------------------------------------------------------------------


def waits(world: World, begin: int, n: int, mean: float = MEAN) -> np.ndarray:
    """Days until n jobs that wait from a day are posted, i8[n]."""
    uids = VACANCY_UID | np.arange(1 + begin * n, 1 + (begin + 1) * n, dtype=np.uint64)
    return np.array([posting_day(world.handle, 0, uid, mean, begin) for uid in uids]) - begin


def expected(season: np.ndarray, begin: int, mean: float = MEAN) -> tuple[float, float]:
    """Mean and standard deviation of the wait from a day: the hazard of day d is the season's over the mean.

    P(wait > k) = exp(-(s(begin + 1) + … + s(begin + k)) / mean), s the season of a day's month.
    """
    months = [(NEW_YEAR + timedelta(days=begin + k)).month - 1 for k in range(1, 3000)]
    beyond = np.append(1.0, np.exp(-np.cumsum(season[months]) / mean))
    k = np.arange(len(beyond))
    first = beyond.sum()
    return float(first), float(np.sqrt((2 * k * beyond).sum() + first - first**2))


def test_jobs_wait_by_the_season() -> None:
    """Mean waits from the first of each month, 4,000 jobs each: within 4 standard errors (false alarm 8 in 10,000).

    Power: theory without a season is left by more than 4 in at least six months.
    """
    world = bare_world(specification(days=60))
    season, n = np.asarray(world.arrays.parameters[0].jobs.posting_season), 4000
    off, flat = [], []
    for begin in FIRSTS:
        mean = waits(world, begin, n).mean()
        for factor, z in ((season, off), (np.ones(12), flat)):
            wanted, spread = expected(factor, begin)
            z.append((mean - wanted) / (spread / np.sqrt(n)))
    print(np.round(off, 2), np.round(flat, 1))
    assert np.max(np.abs(off)) < 4.0
    assert np.count_nonzero(np.abs(flat) > 4.0) >= 6


def test_no_season_no_pattern_of_waits() -> None:
    """Placebo: multipliers of 1: waits are geometric with the declared mean in each month (z < 4, 8 in 10,000).

    Twice the multipliers are half the mean, day by day the same jobs.
    """
    n = 4000
    world = bare_world(specification(days=60, parameters=with_season(1.0)))
    mean, spread = 1.0 / (1.0 - np.exp(-1.0 / MEAN)), MEAN
    off = [(waits(world, begin, n).mean() - mean) / (spread / np.sqrt(n)) for begin in FIRSTS]
    assert np.max(np.abs(off)) < 4.0
    double = bare_world(specification(days=60, parameters=with_season(2.0)))
    np.testing.assert_array_equal(waits(double, 0, n, 2.0 * MEAN), waits(world, 0, n))


def test_demand_shortens_waits_by_its_elasticity() -> None:
    """An index of 2: waits as with the mean divided by 2 ** elasticity; none of it outside the area."""
    world = bare_world(specification(days=60))
    a = world.arrays
    factor = 2.0 ** float(a.parameters[0].demand.posting_elasticity)
    shorter = waits(world, 90, 500, MEAN / factor)
    usual = waits(world, 90, 500)
    a.sections.demand[:] = 2.0
    a.employers.place[0] = 0
    np.testing.assert_array_equal(waits(world, 90, 500), shorter)
    a.employers.place[0] = world.n_places
    np.testing.assert_array_equal(waits(world, 90, 500), usual)


@pytest.mark.parametrize("month", [3, 6, 12])
def test_how_many_are_posted_at_once(month: int) -> None:
    """3,000 leave their jobs on one day: share posted that day is the declared one by the season (P > 1e-4)."""
    n, day = 3000, FIRSTS[month - 1] + 9
    values = {"separation.dismissal_per_month": 0.0, "furlough.start_multiplier": 0.0}
    world = bare_world(specification(parameters=with_values(values)), n)
    world.ensure_room(jobs=n)
    a, p = world.arrays, world.arrays.parameters[0]
    p.separation.leave_per_month, p.separation.leave_by_age[:] = SURE, 1.0
    employ(world, range(n), np.arange(n) % 600)
    due(world, HAZARD, range(n), day)
    separations(world.handle, day)
    assert a.employers.filled.sum() == 0
    assert a.employers.target.sum() == n
    share = float(p.jobs.posted_at_once_share * p.jobs.posting_season[month - 1])
    assert stats.binomtest(int(a.employers.open.sum()), n, share).pvalue > 1e-4
    assert a.flows[Flow.VACANCIES_POSTED].sum() == a.employers.open.sum()
    if month != 6:  # .9: too near to 1 for 3,000
        flat = float(p.jobs.posted_at_once_share)
        assert stats.binomtest(int(a.employers.open.sum()), n, flat).pvalue < 1e-4
    is_whole(world)


def test_a_region_posts_by_the_season() -> None:
    """Four years without other seasons: postings rise and fall with the multipliers (r > .75); without, half as much.

    The correlation of twelve months by chance alone is above .75 once in 400.
    """
    still = {"contracts.end_season": 1.0, "furlough.season": 1.0, "jobs.trend_per_year": 0.0}
    by_season = {}
    for name, season in (("shipped", None), ("flat", 1.0)):
        declared = with_values(still)
        if season is not None:
            declared["jobs"]["posting_season"]["value"] = season
        result = simulate(specification(region=SATAKUNTA, scale=0.4, days=4 * 365 + 1, parameters=declared))
        new = area(result, "new_vacancies_registered").reshape(4, 12)[1:]  # the first year settles
        by_season[name] = (new / new.mean(axis=1, keepdims=True)).mean(axis=0)
    wanted = np.array(list(with_values({})["jobs"]["posting_season"]["value"].values()))
    r = {name: float(np.corrcoef(seen, wanted)[0, 1]) for name, seen in by_season.items()}
    print(r, {name: np.round(seen, 2) for name, seen in by_season.items()})
    assert r["shipped"] > 0.75
    assert by_season["flat"].std() < 0.5 * by_season["shipped"].std()


# --- demand that is lost and comes back ---------------------------------------------------------------------


def given_up(n: int, probability: float, employers: np.ndarray | None = None, seed: int = 7) -> World:
    """Vacancies whose round ends with no applicant on day 30, with no season."""
    values = with_season(1.0, **{"jobs.give_up_probability": probability})
    world = bare_world(specification(days=400, parameters=values, seed=seed))
    world.ensure_room(jobs=2 * n)
    a = world.arrays
    n_firms = int(np.count_nonzero(np.diff(a.employer_share, prepend=0.0) > 0.0))
    where = np.arange(n) % min(n_firms, 200) if employers is None else employers
    places = a.employers.place[where].tolist()
    open_vacancies(world, where.tolist(), [0] * n, places)
    a.deciding[:n] = np.arange(n)
    assert hiring(world.handle, n, 30) == 0
    return world


def test_lost_demand_comes_back_at_another_employer_after_the_declared_time() -> None:
    """4,000 jobs given up: as many wait elsewhere, by the employers' size and for exponential times (P > 1e-4)."""
    n = 4000
    world = given_up(n, 1.0)
    a = world.arrays
    jobs = a.vacancies[: int(world.control.n_vacancies)]
    jobs = jobs[jobs.state != VacancyState.FREE]
    inside = int(a.flows[Flow.JOBS_LOST].sum())
    assert len(jobs) == n
    assert a.employers.target.sum() == n
    assert np.all(jobs.state == VacancyState.DORMANT)
    assert a.open_cells.sum() == 0
    is_whole(world)
    # by size
    size = np.diff(a.employer_share, prepend=0.0)
    mine = jobs[jobs.place < world.n_places]
    assert len(mine) == inside > 0.9 * n
    order = np.argsort(-size, kind="stable")
    counts = np.bincount(mine.employer, minlength=len(size))[order]
    groups = np.minimum((np.cumsum(size[order]) / size.sum() * 20).astype(int), 19)  # of a twentieth of all jobs
    wanted = np.bincount(groups, size[order]) / size.sum() * inside
    seen = np.bincount(groups, counts)
    assert seen[wanted == 0.0].sum() == 0
    assert stats.chisquare(seen[wanted > 0.0], wanted[wanted > 0.0]).pvalue > 1e-4
    # in time: day 31 at the earliest
    mean = float(a.parameters[0].jobs.return_days)
    wait = mine.opened - 30 - 0.5
    assert wait.min() > 0
    assert stats.kstest(wait, stats.expon(scale=mean).cdf).pvalue > 1e-4
    assert stats.kstest(wait, stats.expon(scale=1.15 * mean).cdf).pvalue < 1e-4
    assert len(np.unique(jobs.uid)) == n


def test_lost_demand_is_posted_when_it_is_back() -> None:
    """Day by day: those whose day has come are open, the others wait, and no employer wants more or fewer."""
    world = given_up(500, 1.0)
    a = world.arrays
    days = a.vacancies[: int(world.control.n_vacancies)].opened.copy()
    target = a.employers.target.copy()
    a.parameters[0].hiring.window_days = 10_000.0
    for t in range(31, 200):
        vacancies(world.handle, t)
        jobs = a.vacancies[: len(days)]
        dormant = jobs.state == VacancyState.DORMANT
        assert np.all(days[dormant] > t)
        assert np.count_nonzero(jobs.state == VacancyState.OPEN) == a.employers.open.sum()
    np.testing.assert_array_equal(a.employers.target, target)
    assert 0 < a.employers.open.sum() < 500
    is_whole(world)


def test_how_many_give_up() -> None:
    """3,000 rounds with nobody: lost by the declared probability (binomial, P > 1e-4), none at 0."""
    n = 3000
    share = float(with_values({})["jobs"]["give_up_probability"]["value"])
    world = given_up(n, share)
    a = world.arrays
    inside = int(np.count_nonzero(a.employers.place[np.arange(n) % 200] < world.n_places))
    assert inside == n  # the first employers are of the area
    assert stats.binomtest(int(a.flows[Flow.JOBS_LOST].sum()), inside, share).pvalue > 1e-4
    assert a.employers.target.sum() == n
    none = given_up(n, 0.0)
    assert none.arrays.flows[Flow.JOBS_LOST].sum() == none.arrays.employers.dormant.sum() == 0
    assert none.arrays.employers.open.sum() == n


def test_outside_a_lost_job_comes_back_where_it_was() -> None:
    """The outside market does not drift into the area: same employer, nothing counted as lost, another identity."""
    world = build(specification())
    outside = np.flatnonzero(world.arrays.employers.place == world.n_places)[:1]
    world = given_up(200, 1.0, np.repeat(outside, 200))
    a = world.arrays
    jobs = a.vacancies[:200]
    assert np.all(jobs.employer == outside[0])
    assert np.all(jobs.state == VacancyState.DORMANT)
    assert a.employers.dormant[outside[0]] == a.employers.target[outside[0]] == 200
    assert a.flows[Flow.JOBS_LOST].sum() == 0
    assert np.all(jobs.uid > (VACANCY_UID | np.uint64(200)))
    assert len(np.unique(jobs.uid)) == 200


# --- jobs that were struck off --------------------------------------------------------------------------------


def two_suitable(n: int, n_struck: int, jobs: float, second: bool = True, seed: int = 7) -> World:
    """Vacancies that each hire the better of two applicants on day 30, while jobs are missing in the area.

    Parameters
    ----------
    jobs
        Jobs of the area at the start.
    second
        Whether there is a second suitable applicant.
    """
    world = bare_world(specification(days=400, seed=seed), 2 * n)
    world.ensure_room(jobs=2 * n)
    put(world, range(2 * n), State.UNEMPLOYED)
    a = world.arrays
    a.employer_share[:] = jobs
    world.control.n_struck = n_struck
    open_vacancies(world, (np.arange(n) % 200).tolist(), [0] * n, [0] * n)
    rows = a.vacancies[:n]
    for k in range(1 + second):
        people = 2 * np.arange(n) + k
        rows.applicant[:, k], rows.applicant_uid[:, k] = people, a.persons.uid[people]
        rows.applicant_since[:, k], rows.score[:, k] = a.persons.since[people], 0.9 - 0.5 * k
    rows.n_applicants = 1 + second
    a.deciding[:n] = np.arange(n)
    return world


def test_struck_off_jobs_are_made_up_for_in_proportion() -> None:
    """1,000 hires while 300 of 3,000 jobs are missing: each adds a job by the share still missing.

    Missing after m hires has mean 300 (1 - 1 / 3000) ** m; the variance by the same recursion. Ten worlds: the mean
    within 4 standard errors (false alarm 6e-5); a rule that did not count down is 4 away.
    """
    n, struck, jobs, n_worlds = 1000, 300, 3000.0, 10
    mean, variance = float(struck), 0.0
    for _ in range(n):  # missing is lowered by one with probability missing / jobs
        second = variance + mean**2
        second += -2.0 * second / jobs + mean / jobs
        mean -= mean / jobs
        variance = second - mean**2
    added = []
    for seed in range(n_worlds):
        world = two_suitable(n, struck, jobs, seed=seed)
        assert hiring(world.handle, n, 30) == n
        a = world.arrays
        added.append(struck - int(world.control.n_struck))
        assert a.flows[Flow.JOBS_ADDED].sum() == a.employers.dormant.sum() == added[-1]
        assert a.employers.target.sum() == n + added[-1]
        is_whole(world)
    error = np.sqrt(variance / n_worlds)
    print(np.mean(added), struck - mean, error)
    assert abs(np.mean(added) - (struck - mean)) < 4.0 * error
    assert n * struck / jobs - (struck - mean) > 4.0 * error


def test_never_more_come_back_than_were_struck_off() -> None:
    """However eager employers are: seven jobs missing, a thousand hires, seven jobs added."""
    world = two_suitable(1000, 7, 3000.0)
    world.arrays.parameters[0].jobs.recovery_per_hire = 1e6
    hiring(world.handle, 1000, 30)
    assert world.control.n_struck == 0
    assert world.arrays.flows[Flow.JOBS_ADDED].sum() == world.arrays.employers.dormant.sum() == 7
    is_whole(world)


@pytest.mark.parametrize("case", ["nothing missing", "one applicant", "rate 0", "closing", "outside"])
def test_nothing_is_made_up_for(case: str) -> None:
    world = two_suitable(200, 0 if case == "nothing missing" else 50, 100.0, case != "one applicant")
    a = world.arrays
    a.parameters[0].jobs.recovery_per_hire = 0.0 if case == "rate 0" else 1e6
    if case == "closing":
        a.employers.to_close[:] = 1
    elif case == "outside":
        a.stocks[:, world.n_places] += a.stocks[:, 0]
        a.stocks[:, 0] = 0
        a.persons.home[:400] = world.n_places
    assert hiring(world.handle, 200, 30) == 200
    assert a.flows[Flow.JOBS_ADDED].sum() == a.employers.dormant.sum() == 0
    assert a.employers.target.sum() == 200
    assert world.control.n_struck == (0 if case == "nothing missing" else 50)


def test_an_announcement_says_how_many_are_missing() -> None:
    world = build(specification())
    row = world.listed["plant_kolmikko"]
    assert world.control.n_struck == 0
    announce(world.handle, row, 25, 3)
    assert world.control.n_struck == 25
    announce(world.handle, row, 10_000, 4)  # and then the rest
    plant = world.arrays.employers[row]
    assert plant.struck_off == plant.start_jobs


def test_after_a_closure_the_area_makes_up_for_some() -> None:
    """Four years after a plant's end fewer jobs are missing, week by week never more; without a closure none.

    The plant ends all that it wants: its staff of sixty, and vacancies. Suppliers and local trade lose jobs with its
    last exits, so weeks count from its end.
    """
    steady = with_values({"jobs.trend_per_year": 0.0})
    model = EmploymentAreaModel(
        specification(days=4 * 365, events=(closure(),), start="slack_2016", parameters=steady)
    )
    missing, after = [], []
    plant = model.world.arrays.employers[model.world.listed["plant_kolmikko"]]
    for t in range(0, 4 * 365, 7):
        model.run(t)
        missing.append(int(model.world.control.n_struck))
        if plant.target == 0:
            after.append(missing[-1])
    most = max(missing)
    assert 50 <= most < 80  # a target may have drifted by some jobs before the announcement
    assert np.all(np.diff(after) <= 0)
    assert 0 <= after[-1] < most
    still = EmploymentAreaModel(specification(days=400, start="slack_2016", parameters=steady))
    still.run(399)
    assert still.world.control.n_struck == still.world.arrays.flows[Flow.JOBS_ADDED].sum() == 0


# --- who sees what -----------------------------------------------------------------------------------------------


def seen_share(
    near: np.ndarray, jobs: np.ndarray, n_vacant: list[int], home: int = 0, n: int = 2000
) -> tuple[float, float]:
    """Share of searches on one day that find something to apply to, and the share of these that stay at home.

    Parameters
    ----------
    near
        Weights from home to place, f8[places, places].
    jobs, n_vacant
        Jobs and vacancies by place, of one trade.
    """
    world = bare_world(specification(days=60), n)
    world.ensure_room(jobs=sum(n_vacant))
    a, p = world.arrays, world.arrays.parameters[0]
    p.search.rate_unemployed_per_month, p.hiring.suitable_share = SURE, 1.0
    p.hiring.duration_exponent = p.hiring.luck_share = 0.0
    p.hiring.age_factor[:] = p.hiring.education_factor[:] = 1.0
    a.fit[:], a.kin[:] = 0.0, -1
    np.fill_diagonal(a.fit, 1.0)
    a.kin[:, 0] = np.arange(len(a.fit))
    a.near[:] = a.near_remote[:] = np.tile(near, (LAYERS, 1))
    a.jobs_by_cell[:] = 0.0
    a.jobs_by_cell[0] = jobs
    a.jobs_within[:] = jobs_within_reach(a.jobs_by_cell, a.fit, near)
    a.persons.home[:n] = home
    a.stocks[:, home] = a.stocks[:, 0]
    put(world, range(n), State.UNEMPLOYED)
    places = np.repeat(np.arange(len(n_vacant)), n_vacant)
    open_vacancies(world, list(range(len(places))), [0] * len(places), places.tolist())
    due(world, SEARCH, range(n), 1)
    search(world.handle, 1)
    assert a.counters[Counter.SEARCH_EVENTS] == n
    applied = a.vacancies[: len(places)].n_applicants
    assert applied.sum() == a.flows[Flow.APPLICATIONS].sum()
    return applied.sum() / n, applied[places == home].sum() / max(applied.sum(), 1)


NEAR = np.array([[3.0, 0.3, 0.1, 0.5], [0.3, 3.0, 0.1, 0.4], [0.1, 0.1, 3.0, 0.2], [0.1, 0.1, 0.1, 0.0]])
JOBS = np.array([1000.0, 500.0, 300.0, 2000.0])
VACANT = [20, 40, 5, 50]


def in_theory(near: np.ndarray, jobs: np.ndarray, n_vacant: list[int], home: int = 0) -> float:
    """Share that finds something: v / (v + half_visible_rate x jobs), both weighted by nearness from home."""
    half = float(with_values({})["search"]["half_visible_rate"]["value"])
    v = near[home] @ np.array(n_vacant)
    return float(v / (v + half * (near[home] @ jobs)))


def test_what_counts_is_vacancies_over_jobs() -> None:
    """2,000 searches in each of four markets by the formula (binomial, P > 1e-4), applications at home by weight."""
    for home in range(3):
        share, at_home = seen_share(NEAR, JOBS, VACANT, home)
        assert stats.binomtest(round(share * 2000), 2000, in_theory(NEAR, JOBS, VACANT, home)).pvalue > 1e-4
        weight = NEAR[home, home] * VACANT[home] / (NEAR[home] @ np.array(VACANT))
        n = round(share * 2000)
        assert stats.binomtest(round(at_home * n), n, weight).pvalue > 1e-4


def test_constant_returns() -> None:
    """Twice the people, jobs and vacancies, or twice the distances' weights: the same people see something, exactly.

    Power: twice the vacancies alone raise the share as the formula says, by more than ten standard errors.
    """
    share, at_home = seen_share(NEAR, JOBS, VACANT)
    twice = [2 * v for v in VACANT]
    assert seen_share(NEAR, 2.0 * JOBS, twice)[0] == share
    assert seen_share(2.0 * NEAR, JOBS, VACANT) == (share, at_home)
    more_people = seen_share(NEAR, 2.0 * JOBS, twice, n=4000)[0]
    assert stats.binomtest(round(more_people * 4000), 4000, in_theory(NEAR, JOBS, VACANT)).pvalue > 1e-4
    tight, _ = seen_share(NEAR, JOBS, twice)
    wanted = in_theory(NEAR, JOBS, twice)
    assert stats.binomtest(round(tight * 2000), 2000, wanted).pvalue > 1e-4
    assert (tight - share) / np.sqrt(0.5 / 2000) > 5.0


@pytest.mark.parametrize("factor", [0.25, 4.0])
def test_a_home_far_from_everything_sees_its_own_market(factor: float) -> None:
    """Three hundred kilometres off: what others have or lack changes nobody's search; own vacancies all of it."""
    far = NEAR.copy()
    far[0, 1:] = np.exp(-0.05 * 300.0)
    share, at_home = seen_share(far, JOBS, VACANT)
    alone = 20 / (20 + float(with_values({})["search"]["half_visible_rate"]["value"]) * 1000)
    assert stats.binomtest(round(share * 2000), 2000, alone).pvalue > 1e-4
    assert at_home == 1.0
    elsewhere = [20, *(int(factor * v) for v in VACANT[1:])]
    assert seen_share(far, JOBS, elsewhere) == (share, 1.0)
    # twice as many at home: seen at once; and near the others they count
    assert seen_share(far, JOBS, [40, *VACANT[1:]])[0] > share + 0.1
    assert seen_share(NEAR, JOBS, elsewhere)[0] != seen_share(NEAR, JOBS, VACANT)[0]
    # a home that is as well placed but whose weights are all a thousandth sees as much
    remote = NEAR.copy()
    remote[0] /= 1024.0
    assert seen_share(remote, JOBS, VACANT) == seen_share(NEAR, JOBS, VACANT)


def test_an_empty_market_shows_nothing() -> None:
    assert seen_share(NEAR, JOBS, [0, 0, 0, 0])[0] == 0.0
    # and vacancies where nobody has a job are all seen
    assert seen_share(NEAR, 0.0 * JOBS, VACANT)[0] == 1.0


def test_a_region_of_twice_the_size_has_twice_the_jobs_within_reach() -> None:
    """As built: jobs within reach double with the scale, to 3 % in the mean over homes and trades."""
    one, two = (build(specification(region=SATAKUNTA, scale=s, days=35)).arrays.jobs_within for s in (0.25, 0.5))
    large = one > 50.0
    assert np.median(two[large] / one[large]) == pytest.approx(2.0, rel=0.03)
