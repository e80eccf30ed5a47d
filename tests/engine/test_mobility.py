"""Mobility: markets outside, cars and public transport, work from home, the grant, homes on weekdays, the border."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from people import due, put
from scipy import stats
from worlds import (
    KOLMIKKO,
    SATAKUNTA,
    area,
    assert_same,
    bare_world,
    declared,
    lives,
    open_vacancies,
    specification,
    with_values,
)

from agents.area import EmploymentAreaModel, build, simulate
from agents.region import Region
from agents.synthetic.closeness import commuters_by_neighbour, nearness, usual_nearness
from sim.changes import Change
from sim.dimensions import DAYS_PER_MONTH, State, VacancyState
from sim.errors import InputError
from sim.indicators import Counter, Flow
from sim.kernels.calendar import SEARCH, link_vacancy
from sim.kernels.jobs import vacancies
from sim.kernels.mobility import HOUSED, LAYERS, TOLD, WITHOUT_CAR
from sim.kernels.search import look_around, search
from sim.parameters import ParameterSet
from sim.rng import PERSON_UID, Purpose, uniforms

SURE = 2.0 * DAYS_PER_MONTH
FIRST = date(2025, 1, 1)
ALIKE = {
    "search.distance_decay_per_km": 0.0, "search.own_municipality_factor": 1.0, "search.outside_factor": 1.0,
    "mobility.own_without_car": 1.0, "mobility.car_pool_share": 1.0,
}  # fmt: skip
"""No distance and no factor."""


def parameters(values: dict[str, float] | None = None) -> np.record:
    """Parameters as shipped, but for some."""
    return ParameterSet.from_declarations(with_values(values or {})).record()[0]


@pytest.fixture(scope="module")
def satakunta() -> Region:
    return Region.load(SATAKUNTA)


# --- markets outside -------------------------------------------------------------------------------------


def test_commuters_fall_on_the_neighbours_as_told(satakunta: Region) -> None:
    """Each municipality's shares sum to 1; all together fall as the file says; the nearer takes more."""
    m, r = satakunta.outside, satakunta
    out, inward = commuters_by_neighbour(r, 0.05)
    np.testing.assert_allclose(out.sum(axis=1), 1.0, rtol=1e-12)
    np.testing.assert_allclose(inward.sum(axis=0), 1.0, rtol=1e-12)
    leave, come = r.commuting[:m, m], r.commuting[m, :m]
    np.testing.assert_allclose(leave @ out / leave.sum(), [k.out_share for k in r.neighbours], atol=1e-4)
    np.testing.assert_allclose(inward @ come / come.sum(), [k.in_share for k in r.neighbours], atol=1e-4)
    codes = [k.code for k in r.neighbours]
    south, coast = codes.index("ETELA_POHJANMAA"), codes.index("POHJANMAA")
    assert out[r.municipality("Karvia"), south] > 0.3
    assert out[r.municipality("Merikarvia"), coast] == out[:, coast].max()
    flat = commuters_by_neighbour(r, 0.0)[0]  # no distance: everywhere as all are
    np.testing.assert_allclose(flat, np.tile([k.out_share for k in r.neighbours], (m, 1)), rtol=1e-9)


def test_each_neighbour_has_employers_vacancies_and_seekers(satakunta: Region) -> None:
    """As built: jobs of out-commuters and homes of in-commuters as the commuting table and the shares say."""
    world = build(specification(region=SATAKUNTA, days=30))
    a, m, n = world.arrays, satakunta.outside, satakunta.n_places
    assert (world.n_places, a.near.shape, a.stocks.shape[1]) == (11, (LAYERS * n, n), n)
    people = a.persons[: int(world.control.n_persons)]
    work = np.where(people.employer >= 0, a.employers.place[people.employer], -1)
    out = np.bincount(work[(work >= m) & (people.home < m)] - m, minlength=n - m)
    inward = np.bincount(people.home[(work >= 0) & (work < m) & (people.home >= m)] - m, minlength=n - m)
    np.testing.assert_allclose(out / out.sum(), [k.out_share for k in satakunta.neighbours], atol=0.01)
    np.testing.assert_allclose(inward / inward.sum(), [k.in_share for k in satakunta.neighbours], atol=0.01)
    assert not np.any((work >= m) & (people.home >= m))
    np.testing.assert_array_equal(np.bincount(a.employers.place, a.employers.filled, minlength=n)[m:], out)
    assert np.all(a.open_cells[:, m:].sum(axis=0) > 0)
    assert np.all(a.stocks[State.OUTSIDE, m:] > 0)
    assert a.stocks[State.OUTSIDE, :m].sum() == 0


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("distances.csv", "KU902,KU901,30", "KU902,KU901,45", r"distances\.csv row 6, column km: 45 from KU902 .* 30 "),
        ("distances.csv", "KU901,OUTSIDE,60", "KU901,OUTSIDE,90", r"row 14, column km: 60 from OUTSIDE"),
        ("neighbours.csv", "Neighbouring area,1,1", "Neighbouring area,0.9,1", r"neighbours\.csv.*shares sum to 0\.9"),
        ("neighbours.csv", "NAAPURI,", "KU901,", r"neighbours\.csv row 2, column neighbour: 'KU901' is a place"),
        ("neighbour_distances.csv", "NAAPURI,KU901,60", "NAPURI,KU901,60", r"'NAPURI' is not known.*'NAAPURI'"),
        ("public_transport.csv", "KU901,KU903,4", "KU902,KU901,4", r"row 3, column destination.*already, in row 2"),
        ("public_transport.csv", "KU901,NAAPURI", "KU901,KU999", r"public_transport\.csv row 4.*'KU999' is not known"),
    ],
)
def test_wrong_files_are_refused_in_a_line(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    folder = Path(shutil.copytree(KOLMIKKO, tmp_path / "kolmikko"))
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        Region.load(folder)
    assert "\n" not in str(caught.value)


def test_a_way_longer_than_a_detour_is_refused(tmp_path: Path) -> None:
    """45 km straight, 80 over the third place: 130 (1.5 x 80 + 10) holds, 131 does not."""
    folder = Path(shutil.copytree(KOLMIKKO, tmp_path / "kolmikko"))
    usual = (folder / "distances.csv").read_text(encoding="utf-8")
    for km, holds in ((130, True), (131, False)):
        text = usual.replace("KU901,KU903,45", f"KU901,KU903,{km}").replace("KU903,KU901,45", f"KU903,KU901,{km}")
        (folder / "distances.csv").write_text(text, encoding="utf-8")
        if holds:
            Region.load(folder)
            continue
        with pytest.raises(InputError, match=r"distances\.csv row 4, column km: 131 from KU901 to KU903, but 80 over"):
            Region.load(folder)


# --- who reaches what ------------------------------------------------------------------------------------


def test_no_distance_and_no_factor_leaves_the_vacancies_shares() -> None:
    """Hires by place fall as the vacancies do, here 40, 30, 20 and 10 of 100 (chi-square, P > 1e-4), from any home.

    All weights are 1 exactly. Power: with the distances as shipped the same counts fail.
    """
    found = {}
    for name, values in (("alike", ALIKE), ("shipped", {})):
        world = bare_world(specification(days=40, parameters=with_values(values)), 3000)
        a, p = world.arrays, world.arrays.parameters[0]
        if values:
            near = a.near.reshape(LAYERS, 4, 4)
            assert np.all(near[:2, :3] == 1.0)
            assert np.all(a.near_remote.reshape(LAYERS, 4, 4)[:2, :3] == 1.0)
        p.search.rate_unemployed_per_month, p.hiring.suitable_share, p.search.half_visible_rate = SURE, 1.0, 0.0
        a.persons.home[:3000] = np.arange(3000) % 3
        a.persons.has_car[:3000] = np.arange(3000) % 2
        a.stocks[State.RETIRED, :3] = 1000
        put(world, range(3000), State.UNEMPLOYED)
        places = np.repeat(np.arange(4), [40, 30, 20, 10])
        open_vacancies(world, list(range(100)), [0] * 100, places.tolist())
        due(world, SEARCH, range(3000), 1)
        search(world.handle, 1)
        assert a.counters[Counter.SEARCH_EVENTS] == 3000
        found[name] = np.bincount(places, a.vacancies.n_applicants[:100], minlength=4)
    expected = np.array([0.4, 0.3, 0.2, 0.1]) * 3000
    assert stats.chisquare(found["alike"], expected).pvalue > 1e-4
    assert stats.chisquare(found["shipped"], expected * found["shipped"].sum() / 3000).pvalue < 1e-10


def test_cars_and_remote_work_do_not_move_the_mean(satakunta: Region) -> None:
    """Over people with a car and without, and jobs there and from home, nearness is the usual one."""
    p = parameters()
    n, m = satakunta.n_places, satakunta.outside
    near, remote = (x.reshape(LAYERS, n, n) for x in nearness(satakunta, p, p))
    usual = usual_nearness(satakunta, p)
    share = np.asarray(p.mobility.car_share)
    cars = np.full((m, 1), 0.5 * (share[1] + share[3]))
    cars[satakunta.host] = 0.5 * (share[0] + share[2])
    at_place = cars * near[0, :m] + (1.0 - cars) * near[WITHOUT_CAR, :m]
    ratio = remote[0, :m] / near[0, :m]
    s = (usual[:m] / at_place - 1.0) / (ratio - 1.0)  # the share of remote vacancies at which the mean is kept
    assert np.ptp(s) < 1e-9
    assert 0.04 < s.mean() < 0.09
    assert np.all(remote >= near)
    assert np.all(near[WITHOUT_CAR, :m] <= near[0, :m])
    assert np.all(near[WITHOUT_CAR, m:] == 0.0)  # people outside look from the first layer


def test_a_market_computed_by_hand() -> None:
    """Two vacancies 30 km from home and one at home, one of the far ones from home: what each of four people sees.

    kolmikko: 10 departures KU901 to KU902, so r = .1 + .9 * .7 * 10/18 = .45 and at home .8.
    """
    values = {"search.distance_decay_per_km": 0.04, "search.own_municipality_factor": 2.0,
              "mobility.remote_offered_share": 0.0, "mobility.remote_distance_off": 0.5}  # fmt: skip
    world = bare_world(specification(days=40, parameters=with_values(values)), 4)
    a = world.arrays
    open_vacancies(world, [0, 1, 2], [0, 0, 0], [0, 1, 1])
    a.vacancies.is_remote[2] = 1
    a.remote_cells[0, 1] = 1
    look_around(world.handle)
    share = np.asarray(a.parameters[0].mobility.car_share)
    c = 0.5 * (share[0] + share[2])  # KU901 is the host
    own, far, n = 2.0 * np.exp(-0.16), np.exp(-1.2), len(a.near) // LAYERS
    own, far = own / (c + (1.0 - c) * 0.8), far / (c + (1.0 - c) * 0.45)
    gain = np.exp(0.6)
    assert a.seen[0, 0] == pytest.approx(own + far + far * gain, rel=1e-12)
    off = 0.5 + 0.5 * 0.45
    assert a.seen[n * WITHOUT_CAR, 0] == pytest.approx(0.8 * own + 0.45 * far + off * far * gain, rel=1e-12)


def test_those_without_a_car_apply_less_and_nearer() -> None:
    """Two people of a pair differ in the car alone: the car brings applications, and most of them farther off."""
    world = bare_world(specification(days=40), 4000)
    a, p = world.arrays, world.arrays.parameters[0]
    p.search.rate_unemployed_per_month, p.hiring.suitable_share = SURE, 1.0
    a.persons.home[:4000] = 2  # KU903: 45 km and 4 departures from the centre
    a.stocks[State.RETIRED] = 0
    a.stocks[State.RETIRED, 2] = 4000
    a.persons.has_car[:4000] = np.arange(4000) % 2
    put(world, range(4000), State.UNEMPLOYED)
    places = np.repeat([0, 2], [60, 20])
    open_vacancies(world, list(range(80)), [0] * 80, places.tolist())
    by = {}
    for day, car in ((1, 0), (2, 1)):
        a.vacancies.n_applicants[:80] = 0
        due(world, SEARCH, np.flatnonzero(a.persons.has_car[:4000] == car), day)
        search(world.handle, day)
        by[car] = np.bincount(places, a.vacancies.n_applicants[:80], minlength=3)[[0, 2]]
    with_car, without = by[1], by[0]
    assert with_car.sum() > without.sum()
    table = np.array([with_car, without])
    assert stats.chi2_contingency(table).pvalue < 1e-6
    assert with_car[0] / with_car.sum() > 1.5 * without[0] / without.sum()


def test_more_departures_help_those_without_a_car_alone(satakunta: Region) -> None:
    b = parameters()
    n = satakunta.n_places
    before = nearness(satakunta, b, b)[0].reshape(LAYERS, n, n)
    after = nearness(satakunta, parameters({"mobility.public_transport_multiplier": 2.0}), b)[0].reshape(LAYERS, n, n)
    np.testing.assert_array_equal(after[0], before[0])
    assert np.all(after[WITHOUT_CAR] >= before[WITHOUT_CAR])
    kankaanpaa, pori = satakunta.municipality("Kankaanpää"), satakunta.host
    served = satakunta.departures[kankaanpaa] > 0.0
    assert np.all(after[WITHOUT_CAR, kankaanpaa, served] > 1.05 * before[WITHOUT_CAR, kankaanpaa, served])
    # 6 departures: .1 + .63 * 6/14 = .37; 12: .1 + .63 * 12/20 = .478
    gained = after[WITHOUT_CAR, kankaanpaa, pori] / before[WITHOUT_CAR, kankaanpaa, pori]
    assert gained == pytest.approx(0.478 / 0.37, rel=1e-9)


def test_the_grant_and_homes_on_weekdays_reach_far_jobs(satakunta: Region) -> None:
    """Told: far weights x 1.3, near ones x .97. Housed: far jobs as from 35 km, a car or not; nothing else moves."""
    p = parameters()
    m, n, d = satakunta.outside, satakunta.n_places, float(p.search.distance_decay_per_km)
    near = nearness(satakunta, p, p)[0].reshape(LAYERS, n, n)[:, :m]
    km = np.hstack([satakunta.distance_km[:m, :m], satakunta.neighbour_km])
    far = km >= 50.0
    np.testing.assert_allclose(near[TOLD], near[0] * np.where(far, 1.3, 0.97), rtol=1e-12)
    np.testing.assert_array_equal(near[HOUSED][~far], near[0][~far])
    np.testing.assert_allclose(near[HOUSED][far], (near[0] * np.exp(d * (km - 35.0)))[far], rtol=1e-12)
    np.testing.assert_allclose(near[HOUSED + WITHOUT_CAR][far], near[HOUSED][far], rtol=1e-12)


def test_the_use_of_a_car_is_as_told_and_goes_with_employability() -> None:
    """At the start to one person a group; newcomers as people at work (binomial, P > 1e-4)."""
    world = build(specification(region=SATAKUNTA, days=730))
    a, host = world.arrays, Region.load(SATAKUNTA).host
    people = a.persons[: int(world.control.n_persons)]
    share = np.asarray(a.parameters[0].mobility.car_share)
    idle = people.state == State.UNEMPLOYED
    inside, grown = people.home < 11, people.born <= -25 * 365.25
    for at_host, k in ((True, 2), (False, 3)):
        here = idle & grown & inside & ((people.home == host) == at_host)
        assert people.has_car[here].mean() == pytest.approx(share[k], abs=0.03)  # people in measures are of the group
    at_work = (people.state == State.EMPLOYED) & inside & (people.home != host)
    assert people.has_car[at_work].mean() == pytest.approx(share[1], abs=0.005)
    with_car = people.employability[at_work & (people.has_car == 1)].mean()
    assert with_car > 1.3 * people.employability[at_work & (people.has_car == 0)].mean()
    assert np.all(people.has_car[people.home >= 11] == 1)
    first = set(people.uid.tolist())
    model = EmploymentAreaModel(specification(region=SATAKUNTA, days=730), world)
    model.run()
    people = model.world.arrays.persons[: int(model.world.control.n_persons)]
    people = people[(people.state != State.ABSENT) & (people.home < 11) & (people.home != host)]
    came = people[~np.isin(people.uid, list(first))]
    assert stats.binomtest(int(came.has_car.sum()), len(came), share[1]).pvalue > 1e-4


# --- work from home --------------------------------------------------------------------------------------


def test_posted_jobs_are_remote_as_their_trade_allows() -> None:
    """4,000 postings in two trades (binomial, P > 1e-4), and the count by cell is that of the vacancies."""
    values = {"mobility.remote_offered_share": 0.5}
    world = bare_world(specification(days=400, parameters=with_values(values)), 1)
    world.ensure_room(jobs=4000)
    a = world.arrays
    feasible = np.asarray(a.parameters[0].mobility.remote_feasible_share)[a.major_group]
    most, least = int(feasible.argmax()), int(feasible.argmin())
    open_vacancies(world, list(range(40)) * 100, [most, least] * 2000, [0] * 4000)
    jobs = a.vacancies[:4000]
    jobs.state = VacancyState.DORMANT
    a.open_cells[:] = 0
    a.employers.dormant[:], a.employers.open[:] = a.employers.open, 0
    jobs.day = -1
    for v in range(4000):
        link_vacancy(world.handle, v, 1)
    vacancies(world.handle, 1)
    for trade in (most, least):
        mine = jobs.occupation == trade
        chance = 0.5 * feasible[trade]
        assert stats.binomtest(int(jobs.is_remote[mine].sum()), 2000, chance).pvalue > 1e-4
    count_remote(a)


def count_remote(a) -> None:
    """The count of open vacancies done from home is theirs."""
    cells = np.zeros_like(a.remote_cells)
    held = (a.vacancies.state == VacancyState.OPEN) & (a.vacancies.is_remote == 1)
    np.add.at(cells, (a.vacancies.occupation[held], a.vacancies.place[held]), 1)
    np.testing.assert_array_equal(cells, a.remote_cells)
    assert np.all(a.remote_cells <= a.open_cells)


def test_remote_cells_hold_in_a_run() -> None:
    spec = specification(region=SATAKUNTA, scale=0.1, days=200)
    model = EmploymentAreaModel(spec, build(spec))
    for day in (0, 50, 120, 200):
        model.run(day)
        count_remote(model.world.arrays)
        assert model.world.arrays.remote_cells.sum() > 0


# --- policies --------------------------------------------------------------------------------------------


def with_changes(*changes: tuple[str, str, float], **given) -> object:
    """A specification with changes from February on."""
    made = tuple(Change(name, how, amount, date(2025, 2, 1), source="test") for name, how, amount in changes)
    return specification(**({"changes": made, "days": 300} | given))


def test_a_policy_that_changes_nothing_changes_nothing() -> None:
    """Placebo: every lever set to what it is."""
    p = declared()["mobility"]
    names = ("grant_known_share", "public_transport_multiplier", "remote_offered_share", "cross_border_share",
             "weekday_housing_share", "grant_far_multiplier")  # fmt: skip
    same = with_changes(*((f"mobility.{name}", "set", p[name]["value"]) for name in names))
    assert_same(simulate(specification(days=300), with_lives=True), simulate(same, with_lives=True))


def test_only_those_told_live_otherwise_at_once() -> None:
    """Until their first search after the change lives are the same; more told contain those told of a smaller share."""
    uids = PERSON_UID | np.arange(1, 5001, dtype=np.uint64)
    u = uniforms(np.uint64(5), int(Purpose.MOBILITY_TOLD), uids, np.zeros(5000, np.int64), 0)
    assert set(np.flatnonzero((u >= 0.3) & (u < 0.5))) < set(np.flatnonzero((u >= 0.3) & (u < 0.7)))
    base = lives(simulate(specification(days=300), with_lives=True))
    told = lives(simulate(with_changes(("mobility.grant_known_share", "set", 0.4)), with_lives=True))
    changed = sum(base[uid] != told.get(uid) for uid in base)
    assert 0 < changed < 0.2 * len(base)


def test_referrals_cross_the_border_as_far_as_told() -> None:
    """An adviser who comes upon a vacancy outside tells of it always, never, or in half of the cases (binomial)."""
    for share, low, high in ((0.0, 0, 0), (0.5, 430, 570), (1.0, 1000, 1000)):
        values = {"mobility.cross_border_share": share, "search.rate_unemployed_per_month": 0.0}
        world = bare_world(specification(days=60, parameters=with_values(values)), 1000)
        a, p = world.arrays, world.arrays.parameters[0]
        p.hiring.suitable_share = 1.0
        p.employer_services.information_days = 0.0
        put(world, range(1000), State.UNEMPLOYED)
        open_vacancies(world, [0], [0], [world.n_places])
        a.vacancies.is_registered[0] = 1
        a.persons.is_referred[:1000] = 1
        due(world, SEARCH, range(1000), 1)
        search(world.handle, 1)
        assert low <= a.flows[Flow.REFERRALS].sum() <= high


def test_what_programmes_cost_is_charged_to_their_payer() -> None:
    """1.2 million euros a year of municipalities from February: 100,000 a month times the region's size."""
    change = ("mobility.cost_year_eur.municipality", "add", 1_200_000.0)
    base, more = simulate(specification(days=120)), simulate(with_changes(change, days=120))
    size = Region.load(KOLMIKKO).population.sum() / 100_000.0
    difference = area(more, "cost_total_eur") - area(base, "cost_total_eur")
    np.testing.assert_allclose(difference, [0.0, *[100_000.0 * size] * (len(difference) - 1)], atol=1e-4)
    net = area(more, "cost_municipal_net_eur") - area(base, "cost_municipal_net_eur")
    np.testing.assert_allclose(net, difference, atol=1e-4)


@pytest.mark.verify
def test_policies_do_what_they_should() -> None:
    """Ten paired years of Satakunta: out-commuters and people at work against the baseline.

    Remote work brings out-commuters, homes on weekdays applications; nothing moves many people into work or out of it.
    """
    levers = {
        "remote": ("mobility.remote_offered_share", "set", 0.7),
        "housing": ("mobility.weekday_housing_share", "set", 0.30),  # three times the policy, so that ten pairs tell
        "transport": ("mobility.public_transport_multiplier", "set", 2.0),
        "grant": ("mobility.grant_known_share", "set", 0.7),
    }
    effect: dict[str, list[tuple[float, ...]]] = {name: [] for name in levers}
    for seed in range(10):
        given = {"region": SATAKUNTA, "days": 365, "seed": seed, "scale": 0.5}
        base = simulate(specification(**given))
        for name, lever in levers.items():
            run = simulate(with_changes(lever, **given))
            effect[name].append(tuple(
                float((area(run, what) - area(base, what))[-6:].mean())
                for what in ("commuters_out", "employed_open_market", "applications")
            ))  # fmt: skip
    for name, found in effect.items():
        mean = np.mean(found, axis=0)
        error = np.std(found, axis=0, ddof=1) / np.sqrt(len(found))
        if name == "remote":
            assert mean[0] > 2.0 * error[0]
        if name == "housing":
            assert mean[2] > 2.0 * error[2]
        assert abs(mean[1]) < 500.0, name
        if name == "transport":
            assert mean[1] > -2.0 * error[1]


def test_distances_reach_every_place(satakunta: Region) -> None:
    """Kilometres between a home and any place of work, neighbours included: rules read them by place."""
    a = build(specification(region=SATAKUNTA, days=30, scale=0.05)).arrays
    m, n = satakunta.outside, satakunta.n_places
    assert a.distance.shape == (n, n)
    np.testing.assert_array_equal(a.distance[:m, m:], satakunta.neighbour_km)
    np.testing.assert_array_equal(a.distance[:m, :m], satakunta.distance_km[:m, :m])
