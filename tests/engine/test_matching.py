"""Applying and hiring: the choice of a vacancy against its weights, shortlists and offers against brute force."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from worlds import bare_world, declared, open_vacancies, specification, with_values

from sim.dimensions import DAYS_PER_YEAR, EDUCATION, Contract, State, VacancyState
from sim.indicators import Flow
from sim.kernels.hiring import hiring
from sim.kernels.search import choose_vacancy, hand_in, look_around, suitability
from sim.kernels.states import become_employed, become_unemployed
from sim.parameters import ParameterSet
from sim.rng import NEVER, PERSON_UID
from sim.tables import APPLICANTS_KEPT
from sim.world import World

Applications = list[tuple[int, int, float]]
"""Person, vacancy, score; in the order of handing in."""


def labour_market(n_people: int, n_vacancies: int) -> World:
    """Unemployed people and open vacancies, each with an employer of its own, in place 0; nothing else moves."""
    quiet = {"jobs.give_up_probability": 0.0}
    world = bare_world(specification(days=60, parameters=with_values(quiet)), n_people)
    for i in range(n_people):
        become_unemployed(world.handle, i, 0)
    open_vacancies(world, list(range(n_vacancies)), [0] * n_vacancies, [0] * n_vacancies)
    return world


def shortlists(applications: Applications, n_vacancies: int) -> list[list[tuple[int, float]]]:
    """Best three applicants of each vacancy, higher score first, equal scores by identity; first come counts once."""
    lists = []
    for v in range(n_vacancies):
        mine: dict[int, float] = {}
        for i, vacancy, score in applications:
            if vacancy == v:
                mine.setdefault(i, float(np.float32(score)))
        lists.append(sorted(mine.items(), key=lambda a: (-a[1], a[0])))
    return lists


def stable_matching(lists: list[list[tuple[int, float]]]) -> dict[int, int]:
    """The stable matching that is best for the vacancies, by trying all; vacancy to person.

    Employers rank applicants as listed; a person prefers the offer with the higher score, equal ones by the
    vacancy's identity.
    """
    kept = [entries[:APPLICANTS_KEPT] for entries in lists]
    value = {(i, v): (score, -v) for v, entries in enumerate(kept) for i, score in entries}
    rank = {(i, v): k for v, entries in enumerate(kept) for k, (i, _) in enumerate(entries)}
    found = []
    for choice in itertools.product(*[[*(i for i, _ in entries), None] for entries in kept]):
        people = [i for i in choice if i is not None]
        if len(people) != len(set(people)):
            continue
        held = {i: v for v, i in enumerate(choice) if i is not None}
        blocked = any(
            rank[i, v] < (99 if choice[v] is None else rank[choice[v], v])
            and (i not in held or value[i, v] > value[i, held[i]])
            for i, v in value
        )
        if not blocked:
            found.append(choice)
    best = min(found, key=lambda choice: sum(99 if i is None else rank[i, v] for v, i in enumerate(choice)))
    for other in found:  # it is best for every vacancy at once
        for v, i in enumerate(best):
            assert other[v] is None or (i is not None and rank[i, v] <= rank[other[v], v])
    return {v: i for v, i in enumerate(best) if i is not None}


def settle(applications: Applications, n_people: int, n_vacancies: int, deciding: list[int]) -> dict[int, int]:
    """Hand in and hire with the kernels; vacancy to person."""
    world = labour_market(n_people, n_vacancies)
    for i, v, score in applications:
        hand_in(world.handle, i, v, score)
    lists = shortlists(applications, n_vacancies)
    for v, entries in enumerate(lists):
        row = world.arrays.vacancies[v]
        assert int(row.n_applicants) == len(entries)
        n = min(len(entries), APPLICANTS_KEPT)
        assert row.applicant[:n].tolist() == [i for i, _ in entries[:n]]
        assert row.applicant_uid[:n].tolist() == [int(PERSON_UID) + i + 1 for i, _ in entries[:n]]
        assert row.score[:n].tolist() == [score for _, score in entries[:n]]
    a = world.arrays
    a.deciding[: len(deciding)] = deciding
    n_hires = hiring(world.handle, len(deciding), 1)
    people = a.persons[:n_people]
    hired = {int(e): int(i) for i, e in enumerate(people.employer) if e >= 0}
    assert n_hires == len(hired) == (people.state == State.EMPLOYED).sum()
    assert np.all(people.offer == -1)
    assert all(a.vacancies.state[v] == VacancyState.FREE for v in hired)
    assert a.employers.filled.sum() == n_hires
    assert a.open_cells.sum() == n_vacancies - n_hires
    return hired


APPLICATIONS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 3), st.sampled_from([0.1, 0.2, 0.3, 0.4, 0.55, 0.7, 0.9])),
    max_size=14, unique_by=lambda a: (a[0], a[1]),
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(applications=APPLICATIONS, order=st.permutations(range(4)))
def test_offers_settle_as_by_brute_force(applications: Applications, order: list[int]) -> None:
    """Five people, four vacancies: the employer-optimal stable matching, in whatever order vacancies decide."""
    expected = stable_matching(shortlists(applications, 4))
    assert settle(applications, 5, 4, order) == expected
    assert settle(applications[::-1], 5, 4, order[::-1]) == expected


def test_three_jobseekers_two_vacancies_by_hand() -> None:
    """Both employers want person 0 most; she takes the better offer, the other employer its second."""
    applications = [(0, 0, 0.9), (0, 1, 0.8), (1, 0, 0.5), (2, 1, 0.3), (1, 1, 0.2)]
    assert settle(applications, 3, 2, [0, 1]) == {0: 0, 1: 2}
    # equal offers: the vacancy with the smaller identity
    assert settle([(0, 0, 0.9), (0, 1, 0.9), (1, 0, 0.5), (2, 1, 0.3)], 3, 2, [1, 0]) == {0: 0, 1: 2}
    # nobody suitable: nobody
    assert settle([], 3, 2, [0, 1]) == {}
    # only who decides today hires
    assert settle(applications, 3, 2, [1]) == {1: 0}


def test_fourth_best_is_forgotten() -> None:
    """Three applicants are kept; when all take other offers the fourth is not asked."""
    applications = [(i, 0, 0.5 - 0.1 * i) for i in range(4)]
    applications += [(i, i + 1, 0.9) for i in range(3)]
    assert settle(applications, 4, 4, [0, 1, 2, 3]) == {1: 0, 2: 1, 3: 2}


def test_an_application_twice_in_a_round_counts_once() -> None:
    assert settle([(0, 0, 0.5), (0, 0, 0.5), (1, 0, 0.4), (1, 0, 0.4)], 2, 1, [0]) == {0: 0}


def test_who_has_moved_on_since_applying_is_not_hired() -> None:
    """A change of state after the application, or another person in the row, makes it void."""
    for change in ("since", "uid"):
        world = labour_market(2, 1)
        hand_in(world.handle, 0, 0, 0.9)
        hand_in(world.handle, 1, 0, 0.4)
        if change == "since":
            world.arrays.persons.since[0] += 1
        else:
            world.arrays.persons.uid[0] += np.uint64(100)
        world.arrays.deciding[0] = 0
        assert hiring(world.handle, 1, 1) == 1
        assert world.arrays.persons.employer[:2].tolist() == [-1, 0]


def test_a_shortlist_in_the_wrong_order_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Power: with lists that put the worst first brute force disagrees."""
    lists = shortlists([(0, 0, 0.9), (1, 0, 0.5), (0, 1, 0.8), (2, 1, 0.3)], 2)
    assert stable_matching([entries[::-1] for entries in lists]) != stable_matching(lists)


def test_vacancies_are_chosen_by_their_weights() -> None:
    """40,000 choices by people of two trades and places against weights fit x nearness (chi-square, P > 1e-4).

    Within a cell all vacancies are as likely. Power: the same counts fail against weights without distance.
    """
    world = bare_world(specification(days=4100), 20)
    a = world.arrays
    n_trades, n_places = a.open_cells.shape
    rng = np.random.default_rng(2)
    a.fit[:] = rng.choice([0.0, 0.05, 0.3], (n_trades, n_trades))
    np.fill_diagonal(a.fit, 1.0)
    for trade in range(n_trades):
        kin = np.flatnonzero(a.fit[trade] > 0.0)
        a.kin[trade] = -1
        a.kin[trade, : len(kin)] = kin[np.argsort(-a.fit[trade, kin], kind="stable")]
    m = 60
    places = rng.integers(0, n_places, m)
    open_vacancies(world, list(range(m)), rng.integers(0, n_trades, m).tolist(), places.tolist())
    look_around(world.handle)
    vacancies = a.vacancies[:m]
    for trade, home in ((0, 0), (3, 2)):
        a.persons.occupation[:20], a.persons.home[:20] = trade, home
        near = a.near[home, vacancies.place]
        weights = a.fit[trade, vacancies.occupation] * near
        assert float(a.seen[home, trade]) == pytest.approx(weights.sum(), rel=1e-12)
        w = world.handle
        counts = np.zeros(m)
        for i in range(20):
            for t in range(1000):
                counts[choose_vacancy(w, i, home, trade, t, 0)] += 1
        possible = weights > 0.0
        assert counts[~possible].sum() == 0
        expected = weights / weights.sum() * counts.sum()
        large = expected >= 5.0

        def binned(values: np.ndarray, large: np.ndarray = large) -> np.ndarray:
            return np.append(values[large], max(values[~large].sum(), 1e-9))

        if expected[~large].sum() < 5.0:
            observed, wanted = counts[large], expected[large] / expected[large].sum() * counts[large].sum()
        else:
            observed, wanted = binned(counts), binned(expected)
        assert stats.chisquare(observed, wanted).pvalue > 1e-4
        no_distance = a.fit[trade, vacancies.occupation][large]
        assert stats.chisquare(counts[large], no_distance / no_distance.sum() * counts[large].sum()).pvalue < 1e-6


def test_one_vacancy_more_elsewhere_changes_few_choices() -> None:
    """The race within a cell is keyed by person and vacancy: a rival vacancy takes only those who prefer it."""
    chosen = []
    for m in (40, 41):
        world = bare_world(specification(days=800), 40)
        open_vacancies(world, list(range(m)), [0] * m, [0] * m)
        look_around(world.handle)
        w = world.handle
        chosen.append(np.array([[choose_vacancy(w, i, 0, 0, t, 0) for t in range(50)] for i in range(40)]))
    moved = chosen[0] != chosen[1]
    assert np.all(chosen[1][moved] == 40)
    assert stats.binomtest(int(moved.sum()), moved.size, 1.0 / 41.0).pvalue > 1e-4


SUITABLE = 0.3


def chance(born_years: float, education: int) -> float:
    """Suitability of somebody for a vacancy in her trade, unemployed for ten days."""
    world = labour_market(1, 1)
    person = world.arrays.persons[0]
    person.born, person.education = -int(born_years * DAYS_PER_YEAR), education
    world.arrays.parameters[0].hiring.suitable_share = SUITABLE  # far from certain, whatever the factors
    return float(suitability(world.handle, world.arrays.parameters[0], 0, 0, 10))


def test_age_and_education_count_as_declared() -> None:
    p = ParameterSet.from_declarations(declared()).baseline[0].hiring
    middle = chance(47.0, EDUCATION.index("secondary"))
    assert middle == pytest.approx(SUITABLE * 0.5**-p.duration_exponent, rel=1e-6)
    for band in (0, 4, 9):
        aged = chance(17.0 + 5.0 * band, EDUCATION.index("secondary"))
        assert aged == pytest.approx(middle * p.age_factor[band], rel=1e-6)
    for education in range(len(EDUCATION)):
        assert chance(47.0, education) == pytest.approx(middle * p.education_factor[education], rel=1e-6)


def test_a_hire_from_unemployment_into_another_trade_is_counted() -> None:
    world = labour_market(4, 4)
    world.arrays.persons.occupation[:2] = 1  # the vacancies are of trade 0
    become_employed(world.handle, 3, 3, 5, Contract.OPEN_ENDED, 0, NEVER, 0)  # at work: no hire from unemployment
    for i in range(4):
        hand_in(world.handle, i, i, 0.5)
        world.arrays.deciding[i] = i
    assert hiring(world.handle, 4, 1) == 4
    assert world.arrays.flows[Flow.HIRES_UNEMPLOYED].sum() == 3
    assert world.arrays.flows[Flow.HIRES_OTHER_TRADE].sum() == 2
