"""Scenario discovery: a known region is found, chance is not told as a region, coverage and density by hand."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.discovery.box import FALSE_ALARM, Limit, discover, search, within


def futures(n: int, factors: int = 6, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((n, factors))


def test_a_known_region_is_found() -> None:
    x = futures(400)
    fails = (x[:, 1] > 0.6) & (x[:, 4] < 0.5)
    noisy = fails ^ (np.random.default_rng(1).random(400) < 0.05)
    found = discover(x, noisy)
    assert {limit.factor for limit in found.box.limits} == {1, 4}
    limits = {limit.factor: limit for limit in found.box.limits}
    assert limits[1].low == pytest.approx(0.6, abs=0.04)
    assert limits[1].high is None
    assert limits[4].high == pytest.approx(0.5, abs=0.04)
    assert limits[4].low is None
    assert found.is_better_than_chance
    assert found.box.coverage > 0.75
    assert found.box.density > 0.85
    assert found.density_elsewhere == pytest.approx(found.box.density, abs=0.15)


def test_coverage_and_density_by_hand() -> None:
    x = np.arange(20.0)[:, None] / 19.0
    fails = np.zeros(20, bool)
    fails[12:] = True
    fails[[0, 19]] = [True, False]  # 8 fail: one outside the region, and one future inside it does not
    box = search(x, fails)
    assert box.limits == (Limit(0, 12.0 / 19.0, 18.0 / 19.0),)
    assert (box.coverage, box.density, box.points) == (7 / 8, 1.0, 7)
    assert within(x, box.limits).sum() == 7


def test_levels_of_a_grid_leave_together() -> None:
    x = np.array([[a, b] for a in (0.0, 0.5, 1.0) for b in (0.0, 0.25, 0.5, 0.75, 1.0)] * 3)
    fails = x[:, 0] > 0.7
    box = search(x, fails)
    assert box.limits == (Limit(0, 1.0, None),)
    assert (box.coverage, box.density) == (1.0, 1.0)


def test_chance_is_told_as_a_region_no_oftener_than_stated() -> None:
    # 40 samples with a false alarm of 5 % each: more than 7 with a chance of 1 in 1,000.
    random = np.random.default_rng(11)
    found = (discover(random.random((40, 3)), random.permutation(40) < 15, k) for k in range(40))
    alarms = sum(one.is_better_than_chance for one in found)
    assert alarms <= 7
    assert FALSE_ALARM == 0.05


def test_a_box_has_at_most_three_factors() -> None:
    x = futures(600, 8, seed=3)
    assert len(search(x, x.sum(axis=1) > 4.6).limits) <= 3
