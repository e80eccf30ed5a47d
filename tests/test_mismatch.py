"""Indices of shortage and mismatch against arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from agents.region import Region
from experiments.composing.configuration import PROJECT
from sim.mismatch import SHORTAGE, SURPLUS, lost_hires_share, mismatch_share, shortage_index


def test_one_market_has_no_mismatch_and_is_neither_short_nor_in_surplus() -> None:
    for v, u in ((3.0, 17.0), (400.0, 7.0), (1.0, 1.0)):
        for elasticity in (0.3, 0.5):
            assert lost_hires_share(np.array([v]), np.array([u]), elasticity) == 0.0
            assert mismatch_share(np.array([v]), np.array([u]), elasticity) == 0.0
        assert shortage_index(np.array([v]), np.array([u])) == pytest.approx([1.0], rel=1e-15)


def test_two_markets_by_hand() -> None:
    """Unemployed 90 and 10, vacancies 10 and 90: M = 1 - 2 * sqrt(.09) = .4, and 1 - .6 ** 2 = .64."""
    v, u = np.array([10.0, 90.0]), np.array([90.0, 10.0])
    assert lost_hires_share(v, u) == pytest.approx(0.4)
    assert mismatch_share(v, u) == pytest.approx(0.64)
    met = 0.1**0.3 * 0.9**0.7 + 0.9**0.3 * 0.1**0.7
    assert mismatch_share(v, u, 0.3) == pytest.approx(1.0 - met ** (1.0 / 0.7))
    assert shortage_index(v, u) == pytest.approx([15.0 / 95.0, 95.0 / 15.0])


def test_shares_that_agree_have_no_mismatch_whatever_the_tightness() -> None:
    u = np.array([10.0, 20.0, 70.0])
    assert mismatch_share(0.3 * u, u) == pytest.approx(0.0, abs=1e-12)
    assert shortage_index(0.3 * u, u) == pytest.approx(np.ones(3))


def test_nothing_to_match_is_no_number() -> None:
    none = np.zeros(2)
    assert np.isnan(mismatch_share(none, np.ones(2)))
    assert np.isnan(shortage_index(np.ones(2), none)).all()


def test_the_published_series_gives_nine_per_cent() -> None:
    """Satakunta 2022, mean stocks by two digits: .088 with elasticity .5 and .055 with .3; five trades are short."""
    region = Region.load(PROJECT / "data" / "regions" / "satakunta")
    v, u = region.vacancies_occupation, region.unemployed_occupation
    assert mismatch_share(v, u) == pytest.approx(0.088, abs=0.001)
    assert mismatch_share(v, u, 0.3) == pytest.approx(0.055, abs=0.001)
    index = shortage_index(2868.0 * v, 7026.0 * u)
    codes = np.array([occupation.isco2 for occupation in region.occupations])
    assert {"22", "32", "81"} <= set(codes[index >= SHORTAGE])
    assert {"25", "35", "41", "73", "75", "83"} <= set(codes[index <= SURPLUS])
