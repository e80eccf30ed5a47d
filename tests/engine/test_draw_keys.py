"""Keys of draws: none repeats in a run, purposes are never renumbered, kinds of identity never meet."""

from __future__ import annotations

import json

import numpy as np
import pytest
from worlds import in_another_process

from sim import rng
from sim.rng import CANDIDATES, Purpose

# A purpose's number is part of every key: renumbering one changes all results, and so does reusing the
# number of one that is gone. New purposes are appended here and there.
GOLDEN = """
BUILD_WORLD HAZARD_EMPLOYED HAZARD_UNEMPLOYED HAZARD_INACTIVE SEARCH_CANDIDATE LIFE_CANDIDATE SEPARATION_CAUSE
SEPARATION_DESTINATION FURLOUGH_LENGTH FURLOUGH_RECALL CONTRACT_LENGTH CONTRACT_RENEWAL UNEMPLOYED_CAUSE
INACTIVE_CAUSE LIFE_CAUSE LIFE_RETIREMENT SEARCH_ACT SEARCH_APPLY SEARCH_OCCUPATION SEARCH_PLACE SEARCH_SUITABLE
SEARCH_SCORE SEARCH_VACANCY JOB_POSTING JOB_DORMANCY JOB_REGISTERED JOB_CONTRACT JOB_GIVE_UP JOB_EXPANSION
JOB_EMPLOYER SERVICE_TIE SERVICE_NO_SHOW SERVICE_RECOGNITION SERVICE_ROUTE SERVICE_EXIT SERVICE_TRAINING
TRAINING_LENGTH TRAINING_COMPLETION TRAINING_OCCUPATION STUDIES_LENGTH STUDIES_NEXT ARRIVAL_NUMBER ARRIVAL_DAY
ARRIVAL_AGE ARRIVAL_SEX ARRIVAL_EDUCATION ARRIVAL_OCCUPATION ARRIVAL_EMPLOYABILITY ARRIVAL_STATE ATTACHMENT_LEVEL
DEMAND_ROUNDING DEMAND_OCCUPATION COHORT_ORDER SPELL_PRIOR STUDIES_REGISTER UNEMPLOYED_STUDY SEPARATION_REGISTER
CLOSURE_PART CONTRACT_RECALL SERVICE_START SERVICE_LENGTH REGISTER_KEEPING JOB_HOURS STUDIES_CONSCRIPTION
CONSCRIPTION_LENGTH BUSINESS_DESTINATION HAZARD_SELF_EMPLOYED SERVICE_CHANNEL SERVICE_HANDOVER SERVICE_REFERRAL
SERVICE_MINUTES PLACE_DIGITAL PLACE_CHANNEL TRIAL_ARM MEASURE_CHOICE MEASURE_OFFER MEASURE_LENGTH MEASURE_COMPLETION
MEASURE_RETENTION EMPLOYER_VISIT BENEFIT_FUND ARRIVAL_NEED JOB_VISIT
SEARCH_TRADE STUDIES_TRADE MOVING_DESTINATION MOVING_CHILD
IMMIGRATION_NUMBER IMMIGRATION_AGE IMMIGRATION_EDUCATION IMMIGRATION_OCCUPATION IMMIGRATION_SEX IMMIGRATION_LEVEL
IMMIGRATION_REGISTER IMMIGRATION_SPOUSE IMMIGRATION_CHILDREN IMMIGRATION_FOLLOW IMMIGRATION_GRADUATE LANGUAGE_GAIN
LANGUAGE_COURSE RECOGNITION_STEP EMPLOYER_ENGLISH IMMIGRATION_SERVICE
MOBILITY_CAR MOBILITY_TOLD MOBILITY_HOUSING JOB_REMOTE MOBILITY_REFERRAL
MEASURE_INVITATION OPENING_DEMAND RIPPLE_EMPLOYER STAFF_ORDER
CLOSURE_HAPPENS CLOSURE_INSIDE CLOSURE_EMPLOYER CLOSURE_PENSION CLOSURE_DESTINATION CHANGE_TRAINING
""".split()

GONE = ("SERVICE_TRAINING", "TRAINING_LENGTH", "TRAINING_COMPLETION", "TRAINING_OCCUPATION", "SERVICE_START",
        "SERVICE_LENGTH", "SERVICE_CHANNEL", "ARRIVAL_OCCUPATION")  # fmt: skip
"""Decisions that are not made any more; their numbers stay theirs."""

RUN = """
import collections, json, pathlib, tempfile
import dataclasses
from datetime import date
from sim import rng
from worlds import cohort, opening, specification, tenured
from agents.area import EmploymentAreaModel, build
from agents.specification import Course
from sim.changes import Change
{patch}
folder = pathlib.Path(tempfile.mkdtemp())
months = "".join(f"2025-{{m:02d}},{{1.0 + 0.05 * (-1) ** m}}\\n" for m in range(1, 13))
(folder / "demand.csv").write_text("month,index\\n" + months)
changes = (
    Change("measures.offered_brokerage", "scale", 3.0, date(2025, 2, 1), source="test"),
    Change("trial.treated_share", "set", 0.5, date(2025, 2, 1), source="test"),
    Change("mobility.grant_known_share", "set", 0.7, date(2025, 2, 1), source="test"),
    Change("mobility.weekday_housing_share", "set", 0.1, date(2025, 2, 1), source="test"),
)
spec = specification(days={days}, scale=0.3, events=(tenured(inside_firm_share=0.3), opening()), cohorts=(cohort(),),
                     changes=changes,
                     courses=(Course("bridge", "modular_training", 9, 20.0, date(2025, 2, 1), 8),),
                     demand_file=folder / "demand.csv")
EmploymentAreaModel(spec, build(spec)).run()
repeated = [key for key, n in collections.Counter(rng.DRAW_LOG).items() if n > 1
            and key[0] not in rng.LASTING]
per_purpose = collections.Counter(rng.Purpose(key[0]).name for key in rng.DRAW_LOG)
print(json.dumps([len(rng.DRAW_LOG), [[rng.Purpose(k[0]).name, *k[1:]] for k in repeated], per_purpose,
                  max(key[3] for key in rng.DRAW_LOG)]))
"""


def keys_of_a_run(days: int = 365, patch: str = "") -> list:
    """Number of draws, keys drawn more than once, draws by purpose and the largest k of a debug run."""
    variables = {"NUMBA_DISABLE_JIT": "1", "KOHTAANTO_DRAW_LOG": "1", "PYTHONWARNINGS": "ignore"}
    return json.loads(in_another_process(RUN.format(patch=patch, days=days), **variables))


def test_no_key_repeats_in_a_run_with_everything() -> None:
    """A year with a closure, swings of demand and many courses; all purposes in use are met.

    Candidate days are read, not drawn, and not in the log (`sim.rng.CANDIDATES`).
    """
    n_draws, repeated, per_purpose, largest_k = keys_of_a_run()
    assert n_draws > 30_000
    assert repeated == []
    assert largest_k < 1 << 16
    unused = {"BUILD_WORLD", "ARRIVAL_DAY", "ARRIVAL_STATE", "ATTACHMENT_LEVEL", "UNEMPLOYED_STUDY", *GONE}
    unused |= {"IMMIGRATION_FOLLOW", "IMMIGRATION_GRADUATE", "IMMIGRATION_SERVICE", "IMMIGRATION_SPOUSE"}  # too rare
    unused |= {"CLOSURE_PENSION"}  # few of the staff are old enough
    unused |= {"STAFF_ORDER"}  # no staff is known by occupation and age
    expected = {p.name for p in Purpose} - {p.name for p in CANDIDATES} - unused
    assert expected <= set(per_purpose), expected - set(per_purpose)


@pytest.mark.verify
def test_a_repeated_key_is_seen() -> None:
    """With two purposes merged into one number the battery must find repetitions."""
    _, repeated, _, _ = keys_of_a_run(
        50,
        "import sim.kernels.search as s\n"
        "class Merged:\n"
        "    def __getattr__(self, name):\n"
        "        return rng.Purpose['SEARCH_ACT' if name == 'SEARCH_APPLY' else name]\n"
        "s.Purpose = Merged()\n",
    )
    assert {key[0] for key in repeated} == {"SEARCH_ACT"}


def test_purposes_are_append_only() -> None:
    names = [purpose.name for purpose in Purpose]
    assert names[: len(GOLDEN)] == GOLDEN
    numbers = [int(purpose) for purpose in Purpose]
    assert numbers[:85] == list(range(1, 86))
    assert numbers == sorted(numbers)  # some numbers are kept for mechanisms to come
    assert len(Purpose.__members__) == len(set(Purpose))  # no alias
    assert max(Purpose) < 256  # eight bits of the key's word


def test_kinds_of_identity_are_disjoint() -> None:
    kinds = [rng.PERSON_UID, rng.ARRIVAL_UID, rng.VACANCY_UID, rng.EMPLOYER_UID, rng.STREAM_UID]
    tops = [int(kind) >> 60 for kind in kinds]
    assert len(set(tops)) == len(kinds)
    assert all(int(kind) & int(rng.UID_MASK) == 0 for kind in kinds)
    # rungs of candidates are told apart by k, above the largest number of gaps drawn in a block
    assert rng.LADDER_RUNGS << 8 < 1 << 16
    assert np.uint64(rng.UID_MASK) == np.uint64((1 << 60) - 1)
