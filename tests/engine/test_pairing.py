"""Arms share luck: the effect of a closure varies far less with common luck than with independent seeds."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import lives, specification

from agents.area import simulate
from benchmarks.pairing import Pairing, measure, told, variance_ratio
from sim.rng import mix_plain


@pytest.mark.verify
def test_pairing_pays(capsys: pytest.CaptureFixture[str]) -> None:
    """60 pairs at full scale: the lower 90 % bound of the ratio of variances is above 4.

    At the ratio measured when this was written (7.6) the bound is about 5.6; a true ratio of 4 would pass
    once in ten.
    """
    pairing = measure()
    with capsys.disabled():
        print("\n" + told(pairing))
    assert pairing.lower_bound() > 4.0
    assert pairing.same_share > 0.6
    assert pairing.far > 1000.0


@pytest.mark.verify
def test_a_few_pairs_at_full_scale() -> None:
    """Ten pairs cannot bound the ratio tightly, but lives far away must be mostly the same already."""
    pairing = measure(pairs=10, processes=1)
    assert pairing.ratio > 2.0
    assert 0.6 < pairing.same_share <= 1.0
    assert pairing.same_share_all > 0.6
    assert (pairing.closure - pairing.baseline).mean() > 0.0


def test_the_measure_itself() -> None:
    """Independent arms give a ratio of 1, arms with common luck the ratio put in; the bound lies below."""
    rng = np.random.default_rng(4)
    common, one, other = rng.normal(0.0, 1.0, (3, 4000))
    assert variance_ratio(one, other) == pytest.approx(1.0, rel=0.1)
    near = Pairing(common + 0.2 * one, common + 0.2 * other, 1.0, 1.0, 1.0)
    assert near.ratio == pytest.approx(1.04 / 0.04, rel=0.1)
    few = Pairing(near.baseline[:60], near.closure[:60], 1.0, 1.0, 1.0)
    assert few.lower_bound() < few.ratio


def test_seeds_share_hardly_a_life() -> None:
    """Of people to whom something happened, hardly any has the same life under another seed.

    Some may: all who finish their studies do so on the first of June, some 340 of 700 students of the made-up region
    in these days, and a third of them register (2 % of all to whom something happened).
    """
    one, other = (lives(simulate(specification(seed=seed, days=180), with_lives=True)) for seed in (1, 2))
    lived = [uid for uid in one if uid in other and one[uid][2] != int(mix_plain(np.uint64(uid)))]
    assert len(lived) > 500
    assert np.mean([one[uid][2] == other[uid][2] for uid in lived]) < 0.04
