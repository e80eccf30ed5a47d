"""Paths are found in the searches that they are counted for: never more paths than searches."""

from __future__ import annotations

from worlds import SATAKUNTA, specification

from agents.area import EmploymentAreaModel


def test_no_month_has_more_paths_than_searches() -> None:
    model = EmploymentAreaModel(specification(region=SATAKUNTA, start="boom_2022", scale=0.2, days=365))
    model.run()
    begun, found = model.world.arrays.paths[:, :12]
    assert begun.min() > 30.0
    assert (found <= begun).all()
    assert found[:8].sum() > 0.3 * begun[:8].sum()
