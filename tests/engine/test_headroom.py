"""Headroom of hazards: changes beyond it are refused in one line; what is near it is still exact. Memory."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from worlds import SATAKUNTA, area, specification, with_values

from agents.area import EmploymentAreaModel, build, simulate
from sim.changes import Change
from sim.errors import InputError
from sim.headroom import HAZARDS
from sim.parameters import ParameterSet


def change(parameter: str, operation: str, amount: float, start: date = date(2025, 2, 1), **more) -> Change:
    return Change(parameter, operation, amount, start, source="test", **more)


def test_hazards_name_parameters_that_exist() -> None:
    names = ParameterSet.from_declarations(specification().parameters).names()
    assert {name for group in HAZARDS.values() for name in group} <= set(names)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ((change("separation.dismissal_per_month", "scale", 1.6),), "dismissal_per_month would raise dismissal to 1.6"),
        ((change("demography.deaths_per_year.60-64", "scale", 2.0),), "death to 2 times its baseline on 2025-02-01"),
        (
            (
                change("separation.leave_per_month", "scale", 1.3),
                change("separation.leave_by_age.20-24", "scale", 1.3, date(2025, 3, 1)),
            ),
            "would raise leaving a job to 1.69 times its baseline on 2025-03-01",
        ),
    ],
)
def test_a_change_above_the_headroom_is_refused(changes: tuple[Change, ...], says: str) -> None:
    with pytest.raises(InputError) as told:
        EmploymentAreaModel(specification(changes=changes))
    assert says in str(told.value)
    assert "engine.hazard_headroom" in str(told.value)
    assert "\n" not in str(told.value)


def test_within_the_headroom_is_accepted_and_more_headroom_takes_more() -> None:
    EmploymentAreaModel(specification(changes=(change("separation.dismissal_per_month", "scale", 1.5),)))
    wide = with_values({"engine.hazard_headroom": 3.0})
    EmploymentAreaModel(
        specification(parameters=wide, changes=(change("separation.dismissal_per_month", "scale", 1.8),))
    )


def test_a_hazard_at_its_headroom_still_has_its_rate() -> None:
    """Leaving the labour force raised by half through a change, or declared so: as many exits.

    Exits of unemployed without services over 12 replications of half a year; difference within 4 standard
    errors of Poisson counts (false alarm 6e-5); what the change does is above four.
    """
    rate = 0.02
    quiet = {"services.staff_fte": 0.0, "labour_force.study_per_month": 0.0}

    def exits(value: float, *changes: Change) -> float:
        declared = with_values(quiet | {"labour_force.exit_per_month": value})
        spec = (specification(seed=s, days=181, parameters=declared, changes=changes) for s in range(12))
        return sum(area(simulate(one), "exits_out_of_labour_force").sum() for one in spec)

    raised = exits(rate, change("labour_force.exit_per_month", "scale", 1.5, date(2025, 1, 1)))
    declared, before = exits(1.5 * rate), exits(rate)
    assert abs(raised - declared) < 4.0 * np.sqrt(raised + declared)
    assert raised - before > 4.0 * np.sqrt(raised + before)


@pytest.mark.parametrize("scale", [0.3, 1.0])
def test_bytes_of_state_a_person(scale: float) -> None:
    """At most 250, all tables that grow with the people counted, now and after a year."""
    spec = specification(region=SATAKUNTA, scale=scale, days=365, record="summary")
    model = EmploymentAreaModel(spec, build(spec))
    assert model.built["state_bytes_per_person"] <= 250.0
    model.run()
    assert model.world.state_bytes() / int(model.world.control.n_persons) <= 250.0
