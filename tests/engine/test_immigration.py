"""People from abroad: who comes, language and qualifications, permits, spouses, recruits."""

from __future__ import annotations

import dataclasses
import shutil
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from worlds import FIRST_DAY, KOLMIKKO, PROJECT, area, assert_same, bare_world, declared, open_vacancies, specification
from worlds import with_values as widened

from agents.area import EmploymentAreaModel, build, simulate
from agents.region import Region
from agents.specification import Recruits
from agents.synthetic.immigrants import speaks_english
from experiments.composing.composition import resolve
from experiments.composing.horizon import Horizon
from experiments.composing.policy import read_recruits
from sim.changes import Change
from sim.day import advance
from sim.dimensions import DAYS_PER_MONTH, Contract, Credential, Origin, State
from sim.errors import InputError
from sim.indicators import Flow
from sim.kernels.departure import move_out
from sim.kernels.immigration import welcome_recruits
from sim.kernels.search import suitability
from sim.kernels.settling import FLUENT, settle_in
from sim.kernels.states import become_employed, become_unemployed, leave_job
from sim.parameters import ParameterSet
from sim.rng import NEVER
from sim.world import World

NOBODY_COMES = {"immigration.arrivals_multiplier": 0.0}
NOBODY_LEAVES = {"immigration.leaving_per_year": 0.0, "demography.departures_per_year": 0.0}
ELEMENTARY, METAL, HEALTH = 9, 7, 0
"""Occupations of kolmikko: cleaners (skill level 1), metal workers (2), health professionals (4, licensed)."""


def with_values(values: dict[str, Any]) -> dict[str, Any]:
    return widened(values)


def changed(name: str, amount: float) -> Change:
    return Change(name, "set", amount, FIRST_DAY, owner="test", source="test")


def of_work(world: World, i: int, level: int = FLUENT, credential: Credential = Credential.NATIONAL) -> None:
    """Make a person somebody who came to work."""
    person = world.arrays.persons[i]
    person.origin, person.language = Origin.LABOUR, 1
    person.language_level, person.credential = level, credential
    person.permit_until, person.spouse, person.employed_days, person.born = NEVER, -1, 0, -30 * 366


def seeker(occupation: int, level: int, credential: Credential, english: bool = False) -> float:
    """Suitability of somebody for a vacancy, in a world of one of each."""
    world = bare_world(specification(days=60), 1)
    become_unemployed(world.handle, 0, 0)
    of_work(world, 0, level, credential)
    world.arrays.persons.occupation[0] = world.arrays.persons.qualification[0] = occupation
    open_vacancies(world, [0], [occupation], [0])
    world.arrays.employers.speaks_english[0] = english
    return float(suitability(world.handle, world.arrays.parameters[0], 0, 0, 10))


def test_language_and_qualification_count_as_declared() -> None:
    p = ParameterSet.from_declarations(declared()).baseline[0].immigration
    here = seeker(METAL, FLUENT, Credential.NATIONAL)
    assert seeker(METAL, 1, Credential.NATIONAL) == pytest.approx(here * p.language_suitability[1])
    waived = 1.0 - (1.0 - p.language_suitability[1]) * (1.0 - p.elementary_waiver_share)
    ratio = seeker(ELEMENTARY, 1, Credential.NATIONAL) / seeker(ELEMENTARY, FLUENT, Credential.NATIONAL)
    assert ratio == pytest.approx(waived)
    english = 1.0 - (1.0 - p.language_suitability[0]) * (1.0 - p.english_waiver_share)
    assert seeker(METAL, 0, Credential.NATIONAL, english=True) == pytest.approx(here * english)
    assert seeker(HEALTH, FLUENT, Credential.FOREIGN) == 0.0 == seeker(HEALTH, FLUENT, Credential.UNDER_REVIEW)
    assert seeker(HEALTH, FLUENT, Credential.RECOGNISED) == seeker(HEALTH, FLUENT, Credential.NATIONAL) > 0.0
    assert seeker(METAL, FLUENT, Credential.FOREIGN) == here
    expert = seeker(2, FLUENT, Credential.FOREIGN) / seeker(2, FLUENT, Credential.NATIONAL)
    assert expert == pytest.approx(p.foreign_credential_suitability)


def run(values: dict[str, Any], **given: Any) -> Any:
    return simulate(specification(parameters=with_values(values), **given), with_lives=True)


def test_without_immigration_nobody_comes_from_abroad() -> None:
    spec = specification(parameters=with_values(NOBODY_COMES), days=400)
    model = EmploymentAreaModel(spec, build(spec))
    model.run()
    persons = model.world.arrays.persons[: int(model.world.control.n_persons)]
    assert np.all(persons.origin < Origin.LABOUR)
    assert np.all(persons.permit_until == NEVER)
    assert np.all(persons.spouse == -1)
    result = model.result({})
    for name in ("net_migration_abroad", "immigrants", "recruits_arrived"):
        assert not area(result, name).any()


def test_at_b2_the_language_has_no_effect_at_all() -> None:
    spec = specification(days=200)
    worlds = []
    for factor in (0.3, 1.0):
        names = [f"immigration.language_suitability.{level}" for level in ("none", "A1", "A2", "B1")]
        changes = tuple(changed(name, factor) for name in names)
        arm = dataclasses.replace(
            spec, changes=(*changes, changed("immigration.arrivals_multiplier", 0.0)),
        )  # fmt: skip
        world = build(arm)
        world.arrays.persons.language_level[:] = FLUENT
        worlds.append(simulate(arm, world, with_lives=True))
    assert_same(*worlds)
    third = dataclasses.replace(spec, changes=(changed("immigration.arrivals_multiplier", 0.0),))
    low = build(third)
    low.arrays.persons.language_level[:] = 0
    other = simulate(third, low, with_lives=True)
    assert (other.lives or {})["life_hash"].tolist() != (worlds[0].lives or {})["life_hash"].tolist()


def test_all_recognised_at_once_is_no_credential_effect() -> None:
    results = []
    for factor in (0.1, 1.0):
        arm = specification(
            days=200,
            changes=(changed("immigration.foreign_credential_suitability", factor),
                     changed("immigration.arrivals_multiplier", 0.0)),
        )  # fmt: skip
        world = build(arm)
        persons = world.arrays.persons
        persons.credential[persons.credential == Credential.FOREIGN] = Credential.RECOGNISED
        results.append(simulate(arm, world, with_lives=True))
    assert_same(*results)


@pytest.mark.parametrize(("worked", "trade", "months"), [(100, METAL, 3), (800, METAL, 6), (100, HEALTH, 6)])
def test_the_permit_lapses_on_the_day_computed_by_hand(worked: int, trade: int, months: int) -> None:
    world = bare_world(specification(days=400, parameters=with_values(NOBODY_COMES)), 2)
    w = world.handle
    become_unemployed(w, 0, 0)
    of_work(world, 0)
    become_employed(w, 0, 0, trade, int(Contract.OPEN_ENDED), 0, NEVER, 0)
    person = world.arrays.persons[0]
    assert person.permit_until == NEVER
    person.employed_days = worked
    leave_job(w, 0)
    become_unemployed(w, 0, 10)
    lapses = 10 + int(months * DAYS_PER_MONTH)
    assert person.permit_until == lapses
    world.arrays.persons.born[:] = -30 * 366
    world.control.today = 11
    advance(world, 11, lapses)
    assert person.state == State.UNEMPLOYED or person.state == State.INACTIVE
    advance(world, lapses, lapses + 1)
    assert person.state == State.ABSENT


def test_a_new_job_in_time_keeps_the_permit() -> None:
    world = bare_world(specification(days=400, parameters=with_values(NOBODY_COMES)), 1)
    w = world.handle
    become_unemployed(w, 0, 0)
    of_work(world, 0)
    become_employed(w, 0, 0, METAL, int(Contract.OPEN_ENDED), 0, NEVER, 0)
    leave_job(w, 0)
    become_unemployed(w, 0, 10)
    until = int(world.arrays.persons.permit_until[0])
    become_employed(w, 0, 1, METAL, int(Contract.OPEN_ENDED), 0, NEVER, until - 1)
    assert world.arrays.persons.permit_until[0] == NEVER


def check_spouses(world: World) -> None:
    """Spouses are pairs of people who are here."""
    persons = world.arrays.persons[: int(world.control.n_persons)]
    rows = np.flatnonzero(persons.spouse >= 0)
    other = persons.spouse[rows]
    assert np.all(persons.spouse[other] == rows)
    assert np.all(persons.state[rows] != State.ABSENT)
    gone = persons.state == State.ABSENT
    assert np.all(persons.spouse[gone] == -1)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 1000), follow=st.sampled_from([0.0, 0.5, 1.0]), deaths=st.sampled_from([0.001, 0.05]))
def test_no_spouse_is_left_behind(seed: int, follow: float, deaths: float) -> None:
    values = {
        "immigration.recruits_spouse_share": 1.0, "immigration.follow_share": follow,
        "demography.deaths_per_year": deaths, "immigration.leaving_per_year": 0.8,
    }  # fmt: skip
    spec = specification(parameters=with_values(values), days=300, seed=seed)
    spec = dataclasses.replace(spec, recruits=(Recruits("test", METAL, 20.0, FIRST_DAY),))
    model = EmploymentAreaModel(spec, build(spec))
    for day in range(0, spec.days, 20):
        model.run(day + 20)
        check_spouses(model.world)


def test_the_check_of_spouses_meets_couples() -> None:
    spec = specification(parameters=with_values({"immigration.recruits_spouse_share": 1.0}), days=200, seed=1)
    spec = dataclasses.replace(spec, recruits=(Recruits("test", METAL, 20.0, FIRST_DAY),))
    model = EmploymentAreaModel(spec, build(spec))
    model.run(spec.days)
    assert np.count_nonzero(model.world.arrays.persons.spouse >= 0) > 0


def test_the_spouse_goes_along_when_all_do() -> None:
    values = {"immigration.recruits_spouse_share": 1.0, "immigration.follow_share": 1.0, **NOBODY_COMES}
    world = bare_world(specification(parameters=with_values(values), days=60), 1)
    welcome_recruits(world.handle, METAL, 1, 0, 0)
    persons = world.arrays.persons
    assert persons.spouse[1] == 2
    assert persons.spouse[2] == 1
    before = world.arrays.stocks[:, 0].sum()
    move_out(world.handle, 1, False, 5)
    assert persons.state[1] == persons.state[2] == State.ABSENT
    assert world.arrays.stocks[:, 0].sum() == before - 2
    assert world.arrays.flows[Flow.DEPARTURES_ABROAD, 0] == 2


def test_family_service_helps_the_spouses_of_recruits_and_nobody_else() -> None:
    """The same spouses, a level of the language higher and on the register from the first day, at the service's price;
    spouses of other people who come to work are as they would be without it.
    """
    seen: dict[float, tuple[np.ndarray, np.ndarray, float]] = {}
    for helped in (0.0, 1.0):
        values = {
            "immigration.recruits_spouse_share": 1.0, "immigration.family_service_share": helped,
            "immigration.recruit_price_eur": 0.0, **NOBODY_COMES,
        }  # fmt: skip
        world = bare_world(specification(parameters=with_values(values), days=60), 1)
        welcome_recruits(world.handle, METAL, 40, 0, 0)
        spouses = world.arrays.persons[1:81]
        spouses = spouses[spouses.origin == Origin.FAMILY]
        seen[helped] = spouses.language_level.copy(), spouses.state.copy(), float(world.arrays.ledger.sum())
    (level, state, euros), (with_help, registered, paid) = seen[0.0], seen[1.0]
    assert len(level) == len(with_help) == 40
    np.testing.assert_array_equal(with_help, np.minimum(level + 1, FLUENT))
    assert (registered == State.UNEMPLOYED).all()
    assert (state != State.UNEMPLOYED).any()
    assert euros == 0.0
    assert paid == pytest.approx(40 * declared()["immigration"]["family_service_price_eur"]["value"])
    arrivals = {"immigration.arrivals_multiplier": 5.0, "immigration.spouse_share": 1.0}
    parameters = [with_values(arrivals | {"immigration.family_service_share": share}) for share in (0.0, 1.0)]
    one, other = (simulate(specification(days=120, parameters=values), with_lives=True) for values in parameters)
    assert_same(one, other)


def test_recruits_take_the_vacancies_of_their_trade_and_the_others_look_for_work() -> None:
    world = bare_world(specification(parameters=with_values({"immigration.recruits_spouse_share": 0.0}), days=60), 1)
    open_vacancies(world, [0, 1], [METAL, METAL], [0, 1])
    world.arrays.vacancies.opened[:2] = (-5, -9)
    welcome_recruits(world.handle, METAL, 3, 0, 0)
    persons = world.arrays.persons[1:4]
    assert np.count_nonzero(persons.state == State.EMPLOYED) == 2
    assert persons.home[0] == 1  # the vacancy that has been open for longest is in place 1
    assert persons.state[2] in (State.UNEMPLOYED, State.INACTIVE, State.STUDENT)
    assert np.all(persons.origin == Origin.LABOUR)
    assert np.all(persons.cohort == -1)
    assert world.arrays.flows[Flow.RECRUITS].sum() == 3
    price = float(world.arrays.parameters[0].immigration.recruit_price_eur)
    assert world.arrays.ledger.sum() == pytest.approx(3 * price)


def test_no_more_are_recruited_than_employers_ask_for() -> None:
    lead = changed("immigration.recruits_lead_months", 1.0)
    spec = specification(days=120, changes=(lead,))
    spec = dataclasses.replace(spec, recruits=(Recruits("test", METAL, 100_000.0, date(2025, 2, 1)),))
    model = EmploymentAreaModel(spec, build(spec))
    model.run(31)
    asked = int(model.recruitment.asked_for()[METAL])
    model.run()
    result = model.result({})
    assert result.built["recruits"] == {"ordered": 100_000.0, "placed": float(asked)}
    assert area(result, "recruits_unplaced").sum() == 100_000 - asked
    assert area(result, "recruits_arrived").sum() == asked


def test_levels_rise_at_the_declared_pace_and_faster_with_teaching_at_work() -> None:
    n, months = 2000, 12
    gained = {}
    for multiplier in (1.0, 3.0):
        values = {"immigration.language_at_work_multiplier": multiplier, **NOBODY_COMES}
        spec = specification(region=PROJECT / "data" / "regions" / "satakunta", days=400,
                             parameters=widened(values, satakunta()), scale=0.1)  # fmt: skip
        world = bare_world(spec, n)
        for i in range(n):
            of_work(world, i, 0)
        world.arrays.persons.state[:n] = State.EMPLOYED
        first_days = np.flatnonzero(world.arrays.days.day_of_month[:400] == 1)[:months]
        for day in first_days:
            settle_in(world.handle, int(day))
        p = world.arrays.parameters[0].immigration
        rate = p.learning_per_year + p.learning_at_work_per_year * multiplier
        gained[multiplier] = float(world.arrays.persons.language_level[:n].mean())
        expected = months * (1.0 - np.exp(-rate / 12.0))
        assert gained[multiplier] == pytest.approx(expected, abs=4 * np.sqrt(expected / n))
    assert gained[3.0] > gained[1.0]


def satakunta() -> dict[str, Any]:
    return resolve("run", ["region=satakunta"]).plain["parameters"]


def test_recognition_takes_its_time() -> None:
    world = bare_world(specification(days=400, parameters=with_values(NOBODY_COMES)), 20)
    for i in range(20):
        of_work(world, i, FLUENT, Credential.FOREIGN)
    persons = world.arrays.persons
    persons.education[:20] = np.arange(20) % 2
    world.arrays.parameters.immigration.recognition_applied_per_year = 1e6
    world.arrays.parameters.immigration.recognition_lead_months = 1.0
    first_days = np.flatnonzero(world.arrays.days.day_of_month[:100] == 1)
    settle_in(world.handle, int(first_days[0]))
    assert np.all(persons.credential[:20:2] == Credential.FOREIGN)  # basic education: nothing to recognise
    assert np.all(persons.credential[1:20:2] == Credential.UNDER_REVIEW)
    settle_in(world.handle, int(first_days[1]) + 1)  # not the first day of a month
    assert np.all(persons.credential[1:20:2] == Credential.UNDER_REVIEW)
    settle_in(world.handle, int(first_days[1]))
    assert np.all(persons.credential[1:20:2] == Credential.RECOGNISED)


def test_employers_where_english_is_enough_are_nested() -> None:
    uids = np.arange(1, 20_001, dtype=np.uint64)
    few, many = (speaks_english(uids, share, np.uint64(5)) for share in (0.05, 0.3))
    assert np.all(many[few])
    assert few.mean() == pytest.approx(0.05, abs=0.007)
    assert many.mean() == pytest.approx(0.3, abs=0.015)


def test_a_level_of_nobody_changes_nobody() -> None:
    """Keyed placebo: what counts for recruits alone leaves a world without recruits as it is."""
    spec = specification(days=250)
    other = dataclasses.replace(spec, changes=(changed("immigration.recruits_language_level", 4.0),
                                               changed("immigration.recruit_price_eur", 1.0)))  # fmt: skip
    assert_same(simulate(spec, with_lives=True), simulate(other, with_lives=True))


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"occupation": "metal machinery and related", "persons": 5}, "did you mean '72'?"),
        ({"occupation": "79", "persons": 5}, "there are 71, 72"),
        ({"occupation": "72", "persons": 0}, "expected a number above 0"),
        ({"occupation": "72", "persons": 5, "start": "2031-01-01"}, "start"),
        ({"occupation": "72"}, "persons missing"),
        ({"occupation": "72", "persons": 5, "level": "C1"}, "unknown key 'level'"),
    ],
)
def test_wrong_recruits_are_told(item: dict[str, Any], expected: str) -> None:
    given = {"start": "2025-03-01", "source": "test", **item}
    with pytest.raises(InputError) as error:
        read_recruits("own", {"recruits": [given]}, Horizon(FIRST_DAY, 3), Region.load(KOLMIKKO))
    assert expected in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("immigration.recruits_lead_months", -2.0, "recruits_lead_months: -2 is outside its range"),
        ("immigration.recruits_language_level", 5.0, "recruits_language_level: 5 is outside its range"),
        ("immigration.language_suitability.C1", 0.5, "C1"),
        ("immigration.recruits_yaer", 0.5, "did you mean 'immigration.recruits_year'?"),
    ],
)
def test_wrong_parameters_are_told(name: str, value: float, expected: str) -> None:
    with pytest.raises(InputError) as error:
        ParameterSet.from_declarations(declared()).override(name, value)
    assert expected in str(error.value)


def test_a_region_is_told_what_is_wrong_with_its_immigration(tmp_path: Any) -> None:
    folder = tmp_path / "own"
    shutil.copytree(KOLMIKKO, folder)
    file = folder / "immigration.csv"
    text = file.read_text(encoding="utf-8")
    for before, after, expected in (
        ("labour,language_level,A1", "labour,language_level,A3", "'A3' is not known; expected none, A1, A2, B1, B2"),
        ("labour,women", "labuor,women", "did you mean 'labour'?"),
        ("labour,education,secondary,0.5", "labour,education,secondary,0.4", "shares of labour sum to 0.9"),
        ("labour,persons_per_year,all,12,", "labour,persons_per_year,all,-12,", "out of range"),
    ):
        assert before in text
        file.write_text(text.replace(before, after, 1), encoding="utf-8")
        with pytest.raises(InputError) as error:
            Region.load(folder)
        assert expected in str(error.value), str(error.value)


def test_shares_of_payers_sum_to_one() -> None:
    spec = specification(days=40, changes=(changed("immigration.recruitment_payer_share.state", 0.5),))
    with pytest.raises(InputError, match=r"payers' shares of recruitment sum to 1\.5"):
        EmploymentAreaModel(spec, build(spec))



def test_foreign_speakers_of_the_start_have_levels_by_state() -> None:
    world = build(specification(region=PROJECT / "data" / "regions" / "satakunta", parameters=satakunta(), days=40))
    persons = world.arrays.persons[: int(world.control.n_persons)]
    foreign = persons[(persons.language != 0) & (persons.home < world.n_places)]
    natives = persons[persons.language == 0]
    assert np.all(natives.language_level == FLUENT)
    assert np.all(natives.credential == Credential.NATIONAL)
    p = world.arrays.parameters[0].immigration
    idle = foreign.state == State.UNEMPLOYED
    at_work = foreign.state == State.EMPLOYED
    for group, shares in ((foreign[idle], p.start_level_unemployed), (foreign[at_work], p.start_level)):
        found = np.bincount(group.language_level, minlength=5) / len(group)
        np.testing.assert_allclose(found, np.array(shares) / np.sum(shares), atol=4 * 0.5 / np.sqrt(len(group)))
    licensed = np.array(world.arrays.trades.is_licensed) == 1
    at_work = foreign[(foreign.employer >= 0) & licensed[foreign.occupation]]
    assert np.all(at_work.credential == Credential.NATIONAL)
