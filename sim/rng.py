"""Keyed random draws: every draw is a pure function of (seed, purpose, who, day, k).

The same person meets the same luck in two worlds, whatever else happens around her, so the
difference of two arms is the policy and not noise. Three rules keep it so:

* A `Purpose` names one decision of one kind of entity; it is drawn at most once for an entity and
  day (several draws of one decision are numbered ``k``).
* The key holds the entity's uid, never its row, and never a counter.
* *Candidate days* of a hazard are a fixed random set of each person (`next_candidate`), whatever
  state she was in before: a person who becomes unemployed a week earlier in one arm has the same
  days of search from then on. The set is read, not redrawn.

The generator is two rounds of the splitmix64 finalizer (Steele, Lea & Flood 2014, OOPSLA). The seed
is mixed before use: without that, seeds are shifts of one another.
"""

from __future__ import annotations

import os
from enum import IntEnum

import numpy as np

from sim.compiled import IS_COMPILED, kernel, rule


class Purpose(IntEnum):
    """Named decisions, ``<mechanism>_<decision>``. Append only: a number once given is never reused."""

    BUILD_WORLD = 1  # seed of the NumPy generator that makes the people
    HAZARD_EMPLOYED = 2  # candidate days
    HAZARD_UNEMPLOYED = 3  # candidate days
    HAZARD_INACTIVE = 4  # candidate days
    SEARCH_CANDIDATE = 5  # candidate days
    LIFE_CANDIDATE = 6  # candidate days
    SEPARATION_CAUSE = 7
    SEPARATION_DESTINATION = 8
    FURLOUGH_LENGTH = 9
    FURLOUGH_RECALL = 10
    CONTRACT_LENGTH = 11
    CONTRACT_RENEWAL = 12
    UNEMPLOYED_CAUSE = 13
    INACTIVE_CAUSE = 14
    LIFE_CAUSE = 15
    LIFE_RETIREMENT = 16
    SEARCH_ACT = 17
    SEARCH_APPLY = 18
    SEARCH_OCCUPATION = 19
    SEARCH_PLACE = 20
    SEARCH_SUITABLE = 21
    SEARCH_SCORE = 22
    SEARCH_VACANCY = 23  # keyed by person and vacancy
    JOB_POSTING = 24  # vacancy
    JOB_DORMANCY = 25  # vacancy
    JOB_REGISTERED = 26  # vacancy
    JOB_CONTRACT = 27  # vacancy
    JOB_GIVE_UP = 28  # vacancy
    JOB_EXPANSION = 29  # vacancy
    JOB_EMPLOYER = 30  # vacancy
    SERVICE_TIE = 31
    SERVICE_NO_SHOW = 32
    SERVICE_RECOGNITION = 33
    SERVICE_ROUTE = 34
    SERVICE_EXIT = 35
    SERVICE_TRAINING = 36
    TRAINING_LENGTH = 37
    TRAINING_COMPLETION = 38
    TRAINING_OCCUPATION = 39
    STUDIES_LENGTH = 40
    STUDIES_NEXT = 41
    ARRIVAL_NUMBER = 42  # stream
    ARRIVAL_DAY = 43  # arriving person
    ARRIVAL_AGE = 44
    ARRIVAL_SEX = 45
    ARRIVAL_EDUCATION = 46
    ARRIVAL_OCCUPATION = 47
    ARRIVAL_EMPLOYABILITY = 48
    ARRIVAL_STATE = 49
    ATTACHMENT_LEVEL = 50
    DEMAND_ROUNDING = 51  # employer
    DEMAND_OCCUPATION = 52  # vacancy
    COHORT_ORDER = 53  # lasting rank of a person, read again at every exit of a closure
    SPELL_PRIOR = 54
    STUDIES_REGISTER = 55
    UNEMPLOYED_STUDY = 56
    SEPARATION_REGISTER = 57
    CLOSURE_PART = 58  # leaver or vacancy of an employer that closes a part
    CONTRACT_RECALL = 59
    SERVICE_START = 60
    SERVICE_LENGTH = 61
    REGISTER_KEEPING = 62
    JOB_HOURS = 63  # vacancy
    STUDIES_CONSCRIPTION = 64
    CONSCRIPTION_LENGTH = 65
    BUSINESS_DESTINATION = 66
    HAZARD_SELF_EMPLOYED = 67
    SERVICE_CHANNEL = 68
    SERVICE_HANDOVER = 69
    SERVICE_REFERRAL = 70
    SERVICE_MINUTES = 71
    PLACE_DIGITAL = 72  # lasting
    PLACE_CHANNEL = 73
    TRIAL_ARM = 74  # lasting; person or employer
    MEASURE_CHOICE = 75
    MEASURE_OFFER = 76
    MEASURE_LENGTH = 77
    MEASURE_COMPLETION = 78
    MEASURE_RETENTION = 79
    EMPLOYER_VISIT = 80  # employer
    BENEFIT_FUND = 81  # lasting: member of an unemployment fund
    ARRIVAL_NEED = 82
    JOB_VISIT = 83  # vacancy
    SEARCH_TRADE = 84
    STUDIES_TRADE = 85
    MOVING_DESTINATION = 90
    MOVING_CHILD = 91
    IMMIGRATION_NUMBER = 100  # origin and place
    IMMIGRATION_AGE = 101
    IMMIGRATION_EDUCATION = 102
    IMMIGRATION_OCCUPATION = 103
    IMMIGRATION_SEX = 104
    IMMIGRATION_LEVEL = 105
    IMMIGRATION_REGISTER = 106
    IMMIGRATION_SPOUSE = 107
    IMMIGRATION_CHILDREN = 108
    IMMIGRATION_FOLLOW = 109
    IMMIGRATION_GRADUATE = 110
    LANGUAGE_GAIN = 111
    LANGUAGE_COURSE = 112
    RECOGNITION_STEP = 113
    EMPLOYER_ENGLISH = 114  # lasting; employer
    IMMIGRATION_SERVICE = 115
    MOBILITY_CAR = 120  # lasting
    MOBILITY_TOLD = 121  # lasting
    MOBILITY_HOUSING = 122  # lasting
    JOB_REMOTE = 123  # vacancy
    MOBILITY_REFERRAL = 124
    MEASURE_INVITATION = 130  # lasting for a day: read by courses and cohorts
    OPENING_DEMAND = 140  # vacancy
    RIPPLE_EMPLOYER = 141  # job lost or gained by a ripple, by source and ordinal; read again when it comes back
    STAFF_ORDER = 150  # lasting
    CLOSURE_HAPPENS = 160  # lasting; employer
    CLOSURE_INSIDE = 161
    CLOSURE_EMPLOYER = 162
    CLOSURE_PENSION = 163
    CLOSURE_DESTINATION = 164
    CHANGE_TRAINING = 165


CANDIDATES = (
    Purpose.HAZARD_EMPLOYED,
    Purpose.HAZARD_UNEMPLOYED,
    Purpose.HAZARD_INACTIVE,
    Purpose.HAZARD_SELF_EMPLOYED,
    Purpose.SEARCH_CANDIDATE,
    Purpose.LIFE_CANDIDATE,
)
"""Purposes whose draws form a fixed set that is read again whenever a state is entered again."""

LASTING = (
    Purpose.COHORT_ORDER,
    Purpose.DEMAND_ROUNDING,
    Purpose.PLACE_DIGITAL,
    Purpose.PLACE_CHANNEL,
    Purpose.TRIAL_ARM,
    Purpose.BENEFIT_FUND,
    Purpose.MOBILITY_CAR,
    Purpose.MOBILITY_TOLD,
    Purpose.MOBILITY_HOUSING,
    Purpose.EMPLOYER_ENGLISH,
    Purpose.MEASURE_INVITATION,
    Purpose.STAFF_ORDER,
    Purpose.CLOSURE_HAPPENS,
    Purpose.RIPPLE_EMPLOYER,
)
"""Purposes of lasting numbers of a person, talk or employer, read again whenever they matter."""

PERSON_UID = np.uint64(1) << np.uint64(60)
ARRIVAL_UID = np.uint64(2) << np.uint64(60)
VACANCY_UID = np.uint64(3) << np.uint64(60)
EMPLOYER_UID = np.uint64(4) << np.uint64(60)
STREAM_UID = np.uint64(5) << np.uint64(60)
UID_MASK = (np.uint64(1) << np.uint64(60)) - np.uint64(1)

_G1 = np.uint64(0x9E3779B97F4A7C15)
_G2 = np.uint64(0xD1B54A32D192ED03)
_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_S8, _S24 = np.uint64(8), np.uint64(24)
_SCALE = 2.0**-53
LADDER_RUNGS = 90
LADDER_RATIO = 1.25
"""Daily probabilities of candidate sets form a ladder, LADDER_RATIO**-rung, rung below LADDER_RUNGS."""
RUNG_PROBABILITY = LADDER_RATIO ** -np.arange(float(LADDER_RUNGS))
_RUNG_ROOF = RUNG_PROBABILITY * (1.0 - 1e-9)
_RUNG_FLOOR = RUNG_PROBABILITY / LADDER_RATIO * (1.0 + 1e-9)
_RUNG_LOG_Q = np.log1p(-np.minimum(RUNG_PROBABILITY, 1.0 - 1e-12))
_RUNG_LENGTH = np.minimum(np.ceil(1.0 / RUNG_PROBABILITY), 1 << 24).astype(np.int64)
_LOG_RATIO = float(np.log(LADDER_RATIO))
NEVER = 1 << 30
"""A day that does not come."""


@rule
def mix(z):
    """Scramble 64 bits (splitmix64 finalizer); a bijection."""
    z = (z ^ (z >> _S30)) * _M1
    z = (z ^ (z >> _S27)) * _M2
    return z ^ (z >> _S31)


@rule
def bits(seed, purpose, uid, day, k):
    """Return 64 random bits for a key.

    Parameters
    ----------
    seed
        Mixed seed (`mixed_seed`), uint64.
    purpose
        A `Purpose`.
    uid
        Identity of the entity, uint64.
    day
        Day number, 0 or more.
    k
        Number of the draw within one decision, below 65,536.
    """
    z = mix(seed + np.uint64(uid) * _G1)
    word = (np.uint64(day) << _S24) | (np.uint64(k) << _S8) | np.uint64(purpose)
    return mix(z + word * _G2)


@rule
def uniform(seed, purpose, uid, day, k):
    """Return a uniform number strictly between 0 and 1 for a key (see `bits`)."""
    return (np.float64(bits(seed, purpose, uid, day, k) >> _S11) + 0.5) * _SCALE


@rule
def pair(uid, other):
    """Identity of a pair of entities, for draws keyed by both."""
    return mix(np.uint64(uid) * _G1 + mix(np.uint64(other)))


def mixed_seed(seed: int) -> np.uint64:
    """Scramble a user's seed so that neighbouring seeds have nothing in common."""
    with np.errstate(over="ignore"):
        z = mix_plain(np.uint64(seed & 0xFFFFFFFFFFFFFFFF) + _G1)
        return mix_plain(z + _G2)


def mix_plain(z: np.uint64) -> np.uint64:
    """Scramble 64 bits outside compiled code (the same function as `mix`)."""
    with np.errstate(over="ignore"):
        z = (z ^ (z >> _S30)) * _M1
        z = (z ^ (z >> _S27)) * _M2
        return z ^ (z >> _S31)


@rule
def rung_of(probability):
    """Find the rung of the ladder whose daily probability is the least that covers one.

    Parameters
    ----------
    probability
        Largest daily probability that the hazard can have, 0 to 1.

    Returns
    -------
    int
        The rung, or `LADDER_RUNGS` for "practically never".
    """
    if probability <= RUNG_PROBABILITY[LADDER_RUNGS - 1]:
        return LADDER_RUNGS
    if probability >= 1.0:
        return 0
    rung = int(-np.log(probability) / _LOG_RATIO)
    return rung if RUNG_PROBABILITY[rung] >= probability else rung - 1


@rule
def rung_near(probability, rung):
    """Find the rung as `rung_of` does, trying a likely one first: most people have the rung they had.

    Strictly inside a rung's span there is no rounding to ask the logarithm about, which is a twentieth of a search.

    Parameters
    ----------
    probability
        As of `rung_of`.
    rung
        The likely one, 0 to `LADDER_RUNGS`.
    """
    if rung < LADDER_RUNGS - 1 and _RUNG_FLOOR[rung] < probability < _RUNG_ROOF[rung]:
        return rung
    return rung_of(probability)


@rule
def next_candidate(seed, purpose, uid, rung, day):
    """Find the first candidate day after a day.

    The days of a person and rung form a Bernoulli set with the rung's probability p, laid out by
    geometric gaps within blocks of about 1 / p days; memorylessness makes it exact at the joints. It
    depends on nothing that happened to the person.

    Parameters
    ----------
    seed, purpose, uid
        As in `bits`.
    rung
        From `rung_of`.
    day
        Last day that no longer counts, -1 or more.

    Returns
    -------
    int
        A day greater than ``day``, or `NEVER`.
    """
    if rung >= LADDER_RUNGS:
        return NEVER
    if rung == 0:
        return day + 1
    length = _RUNG_LENGTH[rung]
    log_q = _RUNG_LOG_Q[rung]
    start = (day + 1) // length * length
    while start < NEVER:
        at = start - 1
        k = rung << 8
        while True:
            gap = np.log(uniform(seed, purpose, uid, start, k)) / log_q
            if gap >= length:
                break
            at += 1 + int(gap)
            if at >= start + length:
                break
            if at > day:
                return at
            k += 1
        start += length
    return NEVER


@rule
def exponential(seed, purpose, uid, day, k):
    """Return a standard exponential number for a key."""
    return -np.log(uniform(seed, purpose, uid, day, k))


@rule
def normal(seed, purpose, uid, day, k):
    """Return a standard normal number for a key (Box and Muller 1958; uses draws k and k + 1)."""
    radius = np.sqrt(-2.0 * np.log(uniform(seed, purpose, uid, day, k)))
    return radius * np.cos(2.0 * np.pi * uniform(seed, purpose, uid, day, k + 1))


@rule
def poisson(mean, u):
    """Invert the Poisson distribution function at ``u``; for means up to about 500."""
    count = 0
    if mean > 500.0:
        return int(mean + 0.5)
    term = np.exp(-mean)
    total = term
    while u > total and count < 5000:
        count += 1
        term *= mean / count
        total += term
    return count


@kernel
def uniforms(seed, purpose, uids, days, k):
    """Draw for arrays of uids and days (tests and the builder of worlds)."""
    out = np.empty(uids.shape[0])
    for i in range(uids.shape[0]):
        out[i] = uniform(seed, purpose, uids[i], days[i], k)
    return out


DRAW_LOG: list[tuple[int, int, int, int]] = []
"""Keys of all draws of a debug run (``KOHTAANTO_DRAW_LOG=1 NUMBA_DISABLE_JIT=1``); else empty."""

if os.environ.get("KOHTAANTO_DRAW_LOG") == "1" and not IS_COMPILED:
    _silent_bits = bits

    def bits(seed, purpose, uid, day, k):
        """Return 64 random bits for a key and note the key."""
        if purpose not in CANDIDATES:
            DRAW_LOG.append((int(purpose), int(uid), int(day), int(k)))
        return _silent_bits(seed, purpose, uid, day, k)
