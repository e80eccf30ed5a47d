"""Benefits of single people by hand: thresholds, waiting, work condition, who pays; start values; dated rules."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from people import employ, put
from worlds import SATAKUNTA, bare_world, specification, with_values

from agents.area import build, simulate
from experiments.validation.money_check import rules_until
from sim.compiled import kernel
from sim.dimensions import Benefit, State
from sim.kernels.benefits import settle, settle_all
from sim.kernels.states import become_inactive, become_unemployed, leave_job
from sim.ledger import Item, Payer
from sim.rng import NEVER
from sim.world import World

A_DAY = 5.0 / 7.0
BASIC = 37.21
EVERYBODY = {"finance.paid_share": 1.0}
MEMBERS = EVERYBODY | {"finance.fund_member_share": 1.0}


def person_on(kind: Benefit, days: int, subsidy: int = 0, state: State = State.UNEMPLOYED, **more: float) -> World:
    """A world with one person who has been on a benefit for so many calendar days."""
    world = bare_world(specification(days=2000, parameters=with_values(EVERYBODY | more)), 1)
    put(world, [0], state)
    person = world.arrays.persons[0]
    person.benefit, person.benefit_days, person.subsidy_days, person.paid_until = kind, days, subsidy, 0
    return world


def paid(world: World, payer: Payer | None = None) -> float:
    ledger = world.arrays.ledger
    return float(ledger.sum() if payer is None else ledger[:, payer].sum())


@kernel
def settle_one(w, i, t):
    settle(w, i, t)


def pay_until(world: World, day: int) -> None:
    settle_all(world.handle, day)


# --- the new rules: all benefits, by paid days ---------------------------------------------------------------


def test_five_sevenths_of_the_days_are_paid() -> None:
    world = person_on(Benefit.BASIC_ALLOWANCE, 0)
    pay_until(world, 140)
    assert paid(world) == pytest.approx(100 * BASIC, abs=1e-9)
    assert paid(world, Payer.MUNICIPALITY) == 0.0
    assert world.arrays.persons.benefit_days[0] == 140


@pytest.mark.parametrize(
    ("before", "share"),
    [(99, 0.0), (100, 0.1), (200, 0.2), (300, 0.3), (400, 0.4), (699, 0.4), (700, 0.5), (1500, 0.5)],
)
def test_municipal_share_by_paid_days(before: int, share: float) -> None:
    """Seven calendar days, five paid ones, that begin after so many paid days; those of 99 cross the step."""
    world = person_on(Benefit.LABOUR_MARKET_SUBSIDY, before * 7 // 5)
    pay_until(world, 7)
    crossing = {99: 0.1 * BASIC * (138 + 7 - 140) * A_DAY, 699: (0.4 * 2 + 0.5 * 5) * A_DAY * BASIC}
    assert paid(world, Payer.MUNICIPALITY) == pytest.approx(crossing.get(before, share * 5 * BASIC), abs=1e-9)
    assert paid(world) == pytest.approx(5 * BASIC, abs=1e-9)


def test_services_and_furlough_are_paid_and_shared() -> None:
    for state in (State.TRAINING, State.IN_SERVICE, State.FURLOUGHED):
        world = person_on(Benefit.BASIC_ALLOWANCE, 140, state=state)
        pay_until(world, 14)
        assert paid(world) == pytest.approx(10 * BASIC, abs=1e-9)
        assert paid(world, Payer.MUNICIPALITY) == pytest.approx(BASIC, abs=1e-9)
    for state in (State.EMPLOYED, State.INACTIVE, State.STUDENT, State.SUBSIDISED):
        world = person_on(Benefit.BASIC_ALLOWANCE, 140, state=state)
        pay_until(world, 14)
        assert paid(world) == 0.0


def test_earnings_related_steps_and_payers() -> None:
    world = person_on(Benefit.EARNINGS_RELATED, 0)
    pay_until(world, 280)  # 40 paid days in full, 130 at 80 %, 30 at 75 %
    full = 74.42
    total = full * (40 + 0.8 * 130 + 0.75 * 30)
    assert paid(world) == pytest.approx(total, abs=1e-9)
    assert paid(world, Payer.MUNICIPALITY) == pytest.approx(0.1 * 100 * BASIC, abs=1e-9)  # the second hundred days
    assert paid(world, Payer.EMPLOYMENT_FUND) == pytest.approx(total - 200 * BASIC, abs=1e-9)
    assert world.arrays.ledger[Item.EARNINGS_RELATED].sum() == pytest.approx(total, abs=1e-9)


def test_allowance_runs_out_into_the_labour_market_subsidy() -> None:
    world = person_on(Benefit.EARNINGS_RELATED, 553)
    pay_until(world, 14)  # seven days of allowance, seven of subsidy
    assert world.arrays.ledger[Item.EARNINGS_RELATED].sum() == pytest.approx(5 * 0.75 * 74.42, abs=1e-9)
    assert world.arrays.ledger[Item.LABOUR_MARKET_SUBSIDY].sum() == pytest.approx(5 * BASIC, abs=1e-9)
    person = world.arrays.persons[0]
    assert (person.benefit, person.benefit_days, person.subsidy_days) == (Benefit.LABOUR_MARKET_SUBSIDY, 567, 7)


def test_it_does_not_matter_how_often_a_person_is_settled() -> None:
    once, often = person_on(Benefit.EARNINGS_RELATED, -10), person_on(Benefit.EARNINGS_RELATED, -10)
    pay_until(once, 1500)
    for day in range(0, 1501, 13):
        settle_one(often.handle, 0, day)
    pay_until(often, 1500)
    np.testing.assert_allclose(once.arrays.ledger, often.arrays.ledger, atol=1e-6)
    assert once.arrays.persons[0].benefit_days == often.arrays.persons[0].benefit_days == 1490
    before = often.arrays.ledger.copy()
    pay_until(often, 1500)
    np.testing.assert_array_equal(before, often.arrays.ledger)


# --- the old rules: labour-market subsidy, by its own days, not in services -----------------------------------

OLD_STEPS = {"1": 300, "2": 700, "3": 1000, "4": 1000, "5": 1000}
OLD_SHARES = {"1": 0.5, "2": 0.6, "3": 0.7, "4": 0.7, "5": 0.7}


def old_rules() -> dict[str, Any]:
    changed = with_values(EVERYBODY | {"finance.share_of_all_benefits": 0.0, "finance.share_in_services": 0.0})
    changed["finance"]["municipal_step_days"]["value"] = OLD_STEPS
    changed["finance"]["municipal_step_share"]["value"] = OLD_SHARES
    return changed


@pytest.mark.parametrize(
    ("kind", "subsidy", "state", "share"),
    [
        (Benefit.LABOUR_MARKET_SUBSIDY, 413, State.UNEMPLOYED, 0.0),
        (Benefit.LABOUR_MARKET_SUBSIDY, 420, State.UNEMPLOYED, 0.5),
        (Benefit.LABOUR_MARKET_SUBSIDY, 980, State.UNEMPLOYED, 0.6),
        (Benefit.LABOUR_MARKET_SUBSIDY, 1400, State.UNEMPLOYED, 0.7),
        (Benefit.LABOUR_MARKET_SUBSIDY, 1400, State.IN_SERVICE, 0.0),
        (Benefit.BASIC_ALLOWANCE, 0, State.UNEMPLOYED, 0.0),
    ],
)
def test_old_municipal_share(kind: Benefit, subsidy: int, state: State, share: float) -> None:
    world = bare_world(specification(days=400, parameters=old_rules()), 1)
    put(world, [0], state)
    person = world.arrays.persons[0]
    person.benefit, person.benefit_days, person.subsidy_days, person.paid_until = kind, 300, subsidy, 0
    pay_until(world, 7)
    assert paid(world, Payer.MUNICIPALITY) == pytest.approx(share * 5 * BASIC, abs=1e-9)
    assert person.subsidy_days == subsidy + 7 * (kind == Benefit.LABOUR_MARKET_SUBSIDY and state == State.UNEMPLOYED)


def test_dated_rules_are_those_of_their_days() -> None:
    """A run across New Year 2025: what is paid for December follows the old shares, January the new ones."""
    changes = rules_until(date(2025, 2, 1))
    spec = specification(start_date=date(2024, 12, 1), days=62, changes=changes)
    columns = simulate(spec).indicators
    grant = columns["value"][(columns["indicator"] == "state_grant_eur") & (columns["group_kind"] == "")]
    assert grant[0] == 0.0
    assert grant[1] > 0.0
    payer = (columns["indicator"] == "cost_total_eur") & (columns["group"] == "state")
    december, january = columns["value"][payer]
    assert january < 0.1 * december  # staff is the municipalities'; the state still pays for some measures


# --- work condition -------------------------------------------------------------------------------------------


def test_a_year_of_work_begins_a_new_entitlement_after_a_waiting_period() -> None:
    world = bare_world(specification(days=400, parameters=with_values(MEMBERS)), 2)
    employ(world, [0, 1], [0, 0], since=10)
    people = world.arrays.persons
    people.since[:2] = -354, -356  # 364 and 366 days of work on day 10: the condition is 365.25
    people.benefit[:2], people.benefit_days[:2], people.subsidy_days[:2] = Benefit.LABOUR_MARKET_SUBSIDY, 900, 900
    for i in range(2):
        leave_job(world.handle, i)
        become_unemployed(world.handle, i, 10)
    assert people.benefit[:2].tolist() == [Benefit.LABOUR_MARKET_SUBSIDY, Benefit.EARNINGS_RELATED]
    assert people.benefit_days[:2].tolist() == [900, -10]  # seven paid days of waiting are ten calendar days
    assert people.work_days[:2].tolist() == [364, 0]
    pay_until(world, 20)
    assert world.arrays.ledger[Item.EARNINGS_RELATED].sum() == 0.0
    pay_until(world, 27)
    assert world.arrays.ledger[Item.EARNINGS_RELATED].sum() == pytest.approx(5 * 74.42, abs=1e-9)


def test_paid_days_accumulate_over_spells_until_then() -> None:
    world = bare_world(specification(days=900, parameters=with_values(MEMBERS)), 1)
    put(world, [0], State.UNEMPLOYED)
    person = world.arrays.persons[0]
    person.benefit, person.benefit_days, person.paid_until = Benefit.EARNINGS_RELATED, 0, 0
    become_inactive(world.handle, 0, 1.0, 100)
    assert person.benefit_days == 100
    become_unemployed(world.handle, 0, 300)
    assert (person.benefit, person.benefit_days, person.paid_until) == (Benefit.EARNINGS_RELATED, 100, 300)
    pay_until(world, 350)
    assert person.benefit_days == 150
    assert paid(world, Payer.MUNICIPALITY) == pytest.approx(0.1 * 10 * A_DAY * BASIC, abs=1e-9)


def test_who_never_worked_has_the_subsidy_and_some_have_nothing() -> None:
    world = bare_world(specification(days=100, parameters=with_values(EVERYBODY)), 1)
    become_unemployed(world.handle, 0, 5)
    person = world.arrays.persons[0]
    assert (person.benefit, person.benefit_days) == (Benefit.LABOUR_MARKET_SUBSIDY, -10)
    world = bare_world(specification(days=100, parameters=with_values({"finance.paid_share": 0.0})), 1)
    become_unemployed(world.handle, 0, 5)
    pay_until(world, 80)
    assert world.arrays.persons.paid_until[0] == NEVER
    assert paid(world) == 0.0


# --- the start ------------------------------------------------------------------------------------------------


def test_start_values_follow_the_evidence() -> None:
    spec = specification(region=SATAKUNTA, start="boom_2022", scale=0.5)
    world = build(spec)
    people = world.arrays.persons[: int(world.control.n_persons)]
    idle = people[people.state == State.UNEMPLOYED]
    kinds = np.bincount(idle.benefit, minlength=4) / len(idle)
    assert kinds[Benefit.EARNINGS_RELATED] == pytest.approx(0.40, abs=0.02)
    assert kinds[Benefit.NONE] == 0.0
    days = idle.benefit_days.astype(int)
    assert np.all(days >= np.minimum(-idle.spell, 5479))  # a long spell stays long
    assert np.all(idle.subsidy_days <= days)
    on_allowance = np.isin(idle.benefit, (Benefit.EARNINGS_RELATED, Benefit.BASIC_ALLOWANCE))
    assert np.all(days[on_allowance] < 560)
    unpaid = np.mean(idle.paid_until == NEVER)
    assert unpaid == pytest.approx(0.10, abs=0.02)
    employed = people[people.state == State.EMPLOYED]
    assert np.all(employed.paid_until == NEVER)


def test_mean_unemployment_of_five_years() -> None:
    from agents.synthetic.benefits import histories

    rng = np.random.default_rng(3)
    parameters = build(specification()).arrays.parameters[0]
    spell = np.minimum(rng.exponential(400, 4000), 3000).astype(np.int64)
    past = histories(spell, rng.random(4000) < 0.73, parameters, rng)
    assert past.recent.mean() == pytest.approx(801, abs=25)
    assert np.all(past.recent <= 1826)
