"""The language of talks: interpreted ones take longer, the usual mix takes what is declared; whose staff needs them."""

from __future__ import annotations

import dataclasses
from datetime import date

import numpy as np
import pytest
from test_routing import talked
from worlds import cohort, specification

from agents.area import EmploymentAreaModel
from agents.specification import RunSpecification
from sim.dimensions import Line

LANGUAGE = {"services.interpreted_minutes_factor": 1.5, "services.interpreted_usual_share": 0.2}
USUAL = 1.0 + 0.5 * 0.2


def minutes(level: int, line: Line = Line.BROKERAGE, contacts: int = 0) -> float:
    """Mean length of the talks of a day with ten people of a level."""
    world = talked(10, line, contacts=contacts, special={"language_level": level, "born": -40 * 365}, **LANGUAGE)
    log = world.arrays.contacts[: int(world.control.n_contacts)]
    assert len(log) == 10
    return float(log.minutes.mean())


def test_interpreted_talks_take_longer_and_the_usual_mix_takes_what_is_declared() -> None:
    """A first interview of 90 minutes: 122.7 below B1, 81.8 from B1 on; one of five interpreted makes 90."""
    low, high = minutes(2), minutes(3)
    assert (low, high) == pytest.approx((90.0 * 1.5 / USUAL, 90.0 / USUAL))
    assert 0.2 * low + 0.8 * high == pytest.approx(90.0)
    assert minutes(0, contacts=3) == pytest.approx(40.0 * 1.5 / USUAL)


def test_talks_of_integration_services_are_declared_with_an_interpreter() -> None:
    assert minutes(0, Line.INTEGRATION, 3) == minutes(4, Line.INTEGRATION, 3) == pytest.approx(60.0)


def model_of(share: float) -> EmploymentAreaModel:
    told = dataclasses.replace(cohort(marked=date(2025, 1, 1)), interpreted_share=share)
    spec: RunSpecification = specification(days=31, cohorts=(told,))
    model = EmploymentAreaModel(spec)
    model.run(1)
    return model


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_share_of_the_staff_needs_an_interpreter(share: float) -> None:
    model = model_of(share)
    people = model.world.arrays.persons[: int(model.world.control.n_persons)]
    levels = people.language_level[people.cohort == 1]
    needs = int(np.count_nonzero(levels < 3))
    told = model.built["cohort_interpreted"]["closing"]
    assert told == needs
    assert len(levels) == 60
    if share:
        assert needs == round(60 * share)
    others = people.language_level[people.cohort == 0]
    plain = model_of(0.0).world.arrays.persons[: int(model.world.control.n_persons)]
    assert np.array_equal(others, plain.language_level[plain.cohort == 0])
