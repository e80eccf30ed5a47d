"""Battery for the keyed generator: uniform, independent over every part of the key, seeds unrelated.

Tests are of fixed keys, so they pass or fail for good. Thresholds: P-value 1e-4 for each of some 100
statistics, one false alarm in about a hundred choices of the keys.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.compiled import kernel
from sim.rng import (
    LADDER_RUNGS,
    NEVER,
    PERSON_UID,
    RUNG_PROBABILITY,
    STREAM_UID,
    Purpose,
    bits,
    exponential,
    mixed_seed,
    next_candidate,
    normal,
    pair,
    poisson,
    rung_near,
    rung_of,
    uniform,
    uniforms,
)

ALARM = 1e-4
N = 200_000
SEED = mixed_seed(42)


@kernel
def many(seed, purpose, uid, day, k, step_purpose, step_uid, step_day, step_k, n):
    """Draw n numbers with parts of the key rising by their steps."""
    out = np.empty(n)
    for i in range(n):
        j = np.uint64(i)
        out[i] = uniform(
            seed, purpose + i * step_purpose, uid + j * np.uint64(step_uid), day + i * step_day, k + i * step_k
        )
    return out


@kernel
def words(seed, purpose, uid, n):
    """Raw 64 bits of n people on one day."""
    out = np.empty(n, np.uint64)
    for i in range(n):
        out[i] = bits(seed, purpose, uid + np.uint64(i), 0, 0)
    return out


@kernel
def transformed(seed, n):
    """Normal, exponential and Poisson (mean 3.7) numbers of n people."""
    out = np.empty((3, n))
    for i in range(n):
        uid = np.uint64(i)
        out[0, i] = normal(seed, 48, uid, 0, 0)
        out[1, i] = exponential(seed, 11, uid, 0, 0)
        out[2, i] = poisson(3.7, uniform(seed, 42, uid, 0, 0))
    return out


@kernel
def candidates(seed, purpose, uids, rung, days):
    """Mark the candidate days of each uid, i1[uids, days]."""
    out = np.zeros((uids.shape[0], days), np.int8)
    for i in range(uids.shape[0]):
        day = next_candidate(seed, purpose, uids[i], rung, -1)
        while day < days:
            out[i, day] = 1
            day = next_candidate(seed, purpose, uids[i], rung, day)
    return out


@kernel
def entered(seed, purpose, uid, rung, days):
    """Next candidate as seen from every day."""
    out = np.empty(days + 1, np.int64)
    for day in range(days + 1):
        out[day] = next_candidate(seed, purpose, uid, rung, day - 1)
    return out


def along(part: str, n: int = N, purpose: int = Purpose.SEARCH_ACT, uid: np.uint64 = PERSON_UID) -> np.ndarray:
    """Numbers along one part of the key, the others fixed."""
    steps = {name: 0 for name in ("purpose", "uid", "day", "k")} | {part: 1}
    if part == "k":
        n = min(n, 65_000)
    if part == "purpose":
        return np.concatenate([many(SEED, 0, uid + np.uint64(j), 3, 0, 1, 0, 0, 0, 58) for j in range(n // 58)])
    return many(SEED, purpose, uid, 0, 0, 0, steps["uid"], steps["day"], steps["k"], n)


SEQUENCES = ("uid", "day", "k", "purpose")


def looks_uniform(u: np.ndarray) -> None:
    """Chi-square over 256 classes, Kolmogorov–Smirnov, and each of the leading 16 bits fair."""
    counts = np.bincount((u * 256).astype(int), minlength=256)
    assert stats.chisquare(counts).pvalue > ALARM
    assert stats.chisquare(counts).pvalue < 1.0 - ALARM  # nor too even
    assert stats.kstest(u, "uniform").pvalue > ALARM
    for bit in range(1, 17):
        ones = int(np.sum((u * 2.0**bit).astype(np.int64) & 1))
        assert stats.binomtest(ones, len(u)).pvalue > ALARM / 16


def looks_independent(u: np.ndarray, v: np.ndarray) -> None:
    """Rank-free: correlation, and chi-square over a grid of 16 x 16."""
    r = np.corrcoef(u, v)[0, 1] * np.sqrt(len(u))
    assert abs(r) < stats.norm.isf(ALARM / 2)
    grid = np.bincount((u * 16).astype(int) * 16 + (v * 16).astype(int), minlength=256)
    assert stats.chisquare(grid).pvalue > ALARM


@pytest.mark.parametrize("part", SEQUENCES)
def test_uniform_along_each_part_of_the_key(part: str) -> None:
    u = along(part)
    assert u.min() > 0.0
    assert u.max() < 1.0
    looks_uniform(u)


@pytest.mark.parametrize("lag", [1, 2, 3, 7, 12, 57, 58, 60, 365])
@pytest.mark.parametrize("part", SEQUENCES)
def test_serial_independence(part: str, lag: int) -> None:
    u = along(part)
    looks_independent(u[:-lag], u[lag:])


def test_runs_up_and_gaps() -> None:
    """Triples in order: each of the six permutations as often (chi-square), along days of one person."""
    for part in SEQUENCES:
        u = along(part)
        triples = u[: len(u) // 3 * 3].reshape(-1, 3)
        kind = np.argsort(triples, axis=1) @ np.array([9, 3, 1])
        counts = np.unique(kind, return_counts=True)[1]
        assert len(counts) == 6
        assert stats.chisquare(counts).pvalue > ALARM


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"purpose": Purpose.SEARCH_APPLY}),
        ({}, {"purpose": Purpose.SEARCH_ACT + 1, "day": 1}),
        ({}, {"k": 1}),
        ({}, {"day": 1}),
        ({}, {"day": 1 << 16}),
        ({}, {"uid": STREAM_UID}),
        ({}, {"uid": PERSON_UID + np.uint64(1)}),
        ({}, {"uid": PERSON_UID + np.uint64(1 << 32)}),
        ({"k": 1, "day": 0}, {"k": 0, "day": 1}),
        ({"k": 256}, {"day": 1}),
    ],
)
def test_parts_of_the_key_do_not_mix(one: dict, other: dict) -> None:
    """Numbers of many people under one key and under a neighbouring one."""

    def draw(purpose: int = Purpose.SEARCH_ACT, uid: np.uint64 = PERSON_UID, day: int = 0, k: int = 0) -> np.ndarray:
        return many(SEED, purpose, uid, day, k, 0, 1, 0, 0, N)

    looks_independent(draw(**one), draw(**other))


def test_keys_that_differ_give_words_that_differ() -> None:
    """Among 400,000 words of neighbouring keys no two are equal (chance 4e-9)."""
    everything = np.concatenate([words(SEED, p, PERSON_UID, 100_000) for p in (17, 18, 21, 22)])
    assert len(np.unique(everything)) == len(everything)
    pairs = [int(pair(np.uint64(a), np.uint64(b))) for a in range(150) for b in range(150)]
    assert len(set(pairs)) == len(pairs)


@pytest.mark.parametrize("step", [1, 2, 58, 1 << 20, 1 << 32])
def test_neighbouring_seeds_are_unrelated(step: int) -> None:
    """Seeds s and s + 1: independent for the same people, and no shift of one another."""
    for seed in (0, 42, 2**63):
        mine, theirs = mixed_seed(seed), mixed_seed(seed + step)
        u, v = (many(s, Purpose.SEARCH_ACT, PERSON_UID, 0, 0, 0, 1, 0, 0, N) for s in (mine, theirs))
        looks_independent(u, v)
        assert not np.intersect1d(u, v[:2000]).size
        for shift in (1, 2, step % N or 1):
            looks_independent(u[shift:], v[:-shift])
        gap = int(theirs) - int(mine)
        assert abs(gap) > 1 << 40


def test_seeds_unmixed_would_be_caught() -> None:
    """Power: seeds that differ by the generator's own constant are shifts of one another, and are seen."""
    golden = np.uint64(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):
        u, v = (many(s, Purpose.SEARCH_ACT, PERSON_UID, 0, 0, 0, 1, 0, 0, 5000) for s in (SEED, SEED + golden))
    assert np.intersect1d(u, v).size > 4000
    with pytest.raises(AssertionError):
        looks_independent(u[1:], v[:-1])


def test_a_weak_generator_would_be_caught() -> None:
    """Power: a Weyl sequence is too even, a coarse one has too few values."""
    weyl = (np.arange(N) * 0.618033988749895) % 1.0
    with pytest.raises(AssertionError):
        looks_uniform(weyl)
    with pytest.raises(AssertionError):
        looks_independent(weyl[:-1], weyl[1:])
    with pytest.raises(AssertionError):
        looks_uniform(np.floor(along("uid") * 300) / 300)


@pytest.mark.parametrize("part", ["seed", "uid", "day", "k", "purpose"])
def test_avalanche(part: str) -> None:
    """One bit of any part of the key flips each bit of the word half the time.

    2,000 keys a bit: a share of flips has standard deviation .0112; bound 5.5 of these over 64 bits and up
    to 64 input bits (false alarm about 1 in 6,000).
    """
    widths = {"seed": 64, "uid": 64, "day": 30, "k": 16, "purpose": 8}
    rng = np.random.default_rng(5)
    n = 2000
    base = {
        "seed": rng.integers(0, 2**64, n, dtype=np.uint64), "uid": rng.integers(0, 2**64, n, dtype=np.uint64),
        "day": rng.integers(0, 1 << 14, n).astype(np.uint64), "k": rng.integers(0, 1 << 15, n).astype(np.uint64),
        "purpose": rng.integers(0, 1 << 7, n).astype(np.uint64),
    }  # fmt: skip
    before = keyed(**base)
    for bit in range(widths[part]):
        flipped = base | {part: base[part] ^ (np.uint64(1) << np.uint64(bit))}
        change = before ^ keyed(**flipped)
        share = np.unpackbits(change.view(np.uint8).reshape(n, 8), axis=1).mean(axis=0)
        assert np.abs(share - 0.5).max() < 5.5 * 0.5 / np.sqrt(n)


@kernel
def keyed(seed, uid, day, k, purpose):
    """Words for arrays of keys."""
    out = np.empty(seed.shape[0], np.uint64)
    for i in range(seed.shape[0]):
        out[i] = bits(seed[i], purpose[i], uid[i], day[i], k[i])
    return out


def test_transformed_numbers_have_their_distributions() -> None:
    z, e, count = transformed(SEED, N)
    assert stats.kstest(z, "norm").pvalue > ALARM
    assert stats.kstest(e, "expon").pvalue > ALARM
    seen = np.bincount(count.astype(int), minlength=15)
    expected = stats.poisson(3.7).pmf(np.arange(15)) * N
    assert stats.chisquare(np.append(seen[:14], seen[14:].sum()),
                           np.append(expected[:14], N - expected[:14].sum())).pvalue > ALARM  # fmt: skip


def test_array_draws_are_the_same_draws() -> None:
    uids = PERSON_UID + np.arange(100, dtype=np.uint64)
    days = np.arange(100)
    listed = uniforms(SEED, Purpose.SEARCH_ACT, uids, days, 0)
    assert listed[5] == many(SEED, Purpose.SEARCH_ACT, uids[5], 5, 0, 0, 0, 0, 0, 1)[0]


# -- candidate days ---------------------------------------------------------------------------------------


def rung_below(probability: float) -> int:
    return int(rung_of(probability))


@pytest.mark.parametrize("probability", [1.0, 0.81, 0.8, 0.5, 0.1, 0.0123, 1e-3, 2e-5, 1e-8])
def test_rungs_cover_and_are_close(probability: float) -> None:
    rung = rung_below(probability)
    assert RUNG_PROBABILITY[rung] >= probability
    assert RUNG_PROBABILITY[rung] < 1.25 * probability * (1 + 1e-12)
    assert rung_below(0.0) == LADDER_RUNGS


def test_a_likely_rung_never_changes_the_rung() -> None:
    edges = np.concatenate([RUNG_PROBABILITY * (1.0 + shift) for shift in (-2e-9, -1e-15, 0.0, 1e-15, 2e-9)])
    inside = np.random.default_rng(5).random(400) ** 8
    for probability in np.minimum(np.concatenate([edges, inside, [0.0, 1.0]]), 1.0):
        right = rung_below(probability)
        for likely in {0, max(right - 1, 0), right, min(right + 1, LADDER_RUNGS), LADDER_RUNGS - 1, LADDER_RUNGS}:
            assert int(rung_near(probability, likely)) == right


@pytest.mark.parametrize("rung", [1, 2, 4, 9, 14, 20, 27])
def test_candidate_days_are_independent_coins(rung: int) -> None:
    """Share of days, variance over people, gaps, and days across joints of the blocks: a Bernoulli set.

    Bounds of 4 standard errors (false alarm 6e-5 each) and chi-square P-values above 1e-4.
    """
    p = float(RUNG_PROBABILITY[rung])
    length = int(np.ceil(1.0 / p))
    people, days = 4000, max(40 * length, 60)
    uids = PERSON_UID + np.arange(1, people + 1, dtype=np.uint64)
    marks = candidates(SEED, Purpose.HAZARD_EMPLOYED, uids, rung, days)
    total = marks.sum()
    assert abs(total - p * marks.size) < 4.0 * np.sqrt(marks.size * p * (1 - p))
    by_person = marks.sum(axis=1)
    spread = by_person.var(ddof=1) / (days * p * (1 - p))
    assert abs(spread - 1.0) < 4.0 * np.sqrt(2.0 / people + (1 - 6 * p * (1 - p)) / (days * p * (1 - p) * people))
    # by day in the block: each position as often, the first and the last too
    position = marks.sum(axis=0).reshape(-1, length).sum(axis=0) if days % length == 0 else marks.sum(axis=0)
    if len(position) > 1:
        assert stats.chisquare(position).pvalue > ALARM / 10
    # neighbouring days are independent, inside blocks and over a joint
    for inside in (True, False):
        left = np.arange(days - 1)
        joint = (left + 1) % length == 0
        left = left[~joint] if inside else left[joint]
        if len(left) == 0:
            continue
        both = int((marks[:, left] & marks[:, left + 1]).sum())
        n = people * len(left)
        assert stats.binomtest(both, n, p * p).pvalue > ALARM
    # gaps between candidates of one person: geometric, most of them reach over a joint
    top = 6 * length  # gaps that begin before the last `top` days are seen whole if shorter than that
    found = [np.flatnonzero(row) for row in marks[:1500]]
    gaps = np.concatenate([np.diff(f)[f[:-1] < days - top] for f in found if len(f) > 1])
    gaps = gaps[gaps < top]
    q = 1.0 - p
    edges = np.unique(np.ceil(np.log(1 - np.linspace(0, 1 - q ** (top - 1), 13)) / np.log(q)).astype(int))
    law = np.diff(1 - q ** edges.astype(float))
    seen = np.histogram(gaps, bins=edges + 0.5)[0]
    if len(law) > 1:
        assert stats.chisquare(seen, law / law.sum() * seen.sum()).pvalue > ALARM


def test_candidate_days_do_not_depend_on_where_one_enters() -> None:
    for rung in (0, 1, 3, 8, 15, 25, 40):
        for uid in (PERSON_UID + np.uint64(5), STREAM_UID + np.uint64(77)):
            seen = entered(SEED, Purpose.SEARCH_CANDIDATE, uid, rung, 3000)
            days = np.flatnonzero(seen == np.arange(3001))  # candidates: next as seen from the day before
            expected = np.append(days, NEVER)[np.searchsorted(days, np.arange(3001))]
            inside = expected < NEVER
            np.testing.assert_array_equal(seen[inside], expected[inside])
            assert np.all(seen[~inside] > 3000)
            assert np.all(np.diff(seen) >= 0)


def test_never_and_always() -> None:
    for day in (-1, 0, 5000):
        assert entered(SEED, Purpose.LIFE_CANDIDATE, PERSON_UID, LADDER_RUNGS, 5)[0] == NEVER
        assert next_candidate(SEED, Purpose.LIFE_CANDIDATE, PERSON_UID, 0, day) == day + 1


def test_candidates_of_people_purposes_and_rungs_are_unrelated() -> None:
    rung, days = 10, 4000
    p = float(RUNG_PROBABILITY[rung])
    uids = PERSON_UID + np.arange(1, 501, dtype=np.uint64)
    base = candidates(SEED, Purpose.HAZARD_EMPLOYED, uids, rung, days)
    others = {
        "neighbour": (np.roll(base, 1, axis=0), p),
        "purpose": (candidates(SEED, Purpose.HAZARD_UNEMPLOYED, uids, rung, days), p),
        "seed": (candidates(mixed_seed(43), Purpose.HAZARD_EMPLOYED, uids, rung, days), p),
        "rung": (candidates(SEED, Purpose.HAZARD_EMPLOYED, uids, rung + 1, days), float(RUNG_PROBABILITY[rung + 1])),
    }
    for other, share in others.values():
        both = int((base & other).sum())
        assert stats.binomtest(both, base.size, p * share).pvalue > ALARM
