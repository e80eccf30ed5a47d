"""Where a person or a vacancy stands in the tables must not matter: keys hold identities, never rows.

The design makes it exact, and it is: with rows reversed everybody has the same life, hash by hash.
"""

from __future__ import annotations

import numpy as np
import pytest
from worlds import closure, cohort, lives, rows, specification

import agents.synthetic.build
from agents.area import build, simulate
from agents.specification import RunResult
from sim.kernels.beginning import begin
from sim.world import World

SPEC = specification(days=365, cohorts=(cohort(30),), events=(closure(),), record="monthly")


def reversed_world(monkeypatch: pytest.MonkeyPatch, persons: bool, vacancies: bool) -> World:
    """Build the world, turn tables round before it begins, then begin."""
    with monkeypatch.context() as patch:
        patch.setattr(agents.synthetic.build, "begin", lambda w: None)
        world = build(SPEC)
    a, control = world.arrays, world.control
    for turned, table, n in (
        (persons, a.persons, int(control.n_persons)),
        (vacancies, a.vacancies, int(control.n_vacancies)),
    ):
        if turned:
            table[:n] = table[:n][::-1].copy()
    begin(world.handle)
    return world


def result(monkeypatch: pytest.MonkeyPatch, persons: bool = False, vacancies: bool = False) -> RunResult:
    return simulate(SPEC, reversed_world(monkeypatch, persons, vacancies), with_lives=True)


def test_beginning_by_hand_is_the_same_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lives(result(monkeypatch)) == lives(simulate(SPEC, with_lives=True))


@pytest.mark.parametrize("turned", ["persons", "vacancies", "both"])
def test_reversed_rows_give_the_same_lives(turned: str, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = result(monkeypatch)
    other = result(monkeypatch, persons=turned != "vacancies", vacancies=turned != "persons")
    mine, theirs = lives(usual), lives(other)
    assert mine.keys() == theirs.keys()
    assert not [uid for uid in mine if mine[uid] != theirs[uid]]
    assert other.counters == usual.counters
    ours = rows(usual)
    for key, value in rows(other).items():  # sums of minutes are added in another order
        assert value == pytest.approx(ours[key], rel=1e-12), key


def test_reversal_reverses(monkeypatch: pytest.MonkeyPatch) -> None:
    usual, other = (reversed_world(monkeypatch, turned, turned).arrays for turned in (False, True))
    n = int(usual.control[0].n_persons)
    np.testing.assert_array_equal(usual.persons.uid[:n], other.persons.uid[:n][::-1])
    assert usual.vacancies.uid[0] != other.vacancies.uid[0]
