"""Changes as users write them."""

import pickle
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from declared import START, said

from sim.changes import Change

GOOD = {"parameter": "services.cost_eur", "set": 100, "start": "2026-01-01", "source": "assumption"}


def test_a_change_is_read() -> None:
    read = Change.from_mapping(
        {**GOOD, "end": date(2026, 3, 1), "order": 2, "unit": "EUR"}, "policies.c11_set"
    )
    assert read == Change(
        "services.cost_eur",
        "set",
        100.0,
        START,
        date(2026, 3, 1),
        2,
        "policies.c11_set",
        "assumption",
        None,
        "EUR",
    )
    assert pickle.loads(pickle.dumps(read)) == read
    assert len({read, replace(read)}) == 1


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"parametr": "x"}, "unknown key 'parametr'; did you mean 'parameter'?"),
        ({"scale": 2}, "expected one of set, scale, add, ramp, got set and scale"),
        ({"set": ...}, "expected one of set, scale, add, ramp, got none"),
        ({"set": "100"}, "policies.x.set: expected a finite number, got '100'"),
        ({"set": None}, "got nothing"),
        ({"set": True}, "got true"),
        (
            {"start": "2027-02-29"},
            "policies.x.start: there is no date '2027-02-29': February 2027 has 28 days",
        ),
        ({"start": 2027}, "policies.x.start: expected a date as YYYY-MM-DD, got 2027"),
        ({"start": ...}, "start missing"),
        ({"end": "31.12.2026"}, "policies.x.end: expected a date"),
        ({"end": "2025-12-31"}, "ends on 2025-12-31, before its start on 2026-01-01"),
        ({"source": ...}, "source missing"),
        ({"parameter": 3}, "policies.x.parameter: expected text, got 3"),
        ({"order": 1.5}, "policies.x.order: expected a whole number, got 1.5"),
        ({"ramp_days": 3}, "ramp_days belongs to ramp, not to set"),
        ({"set": ..., "ramp": 3}, "needs ramp_days, or an end"),
        ({"set": ..., "ramp": 3, "ramp_days": 0}, "at least 1 day, got 0"),
        ({"set": ..., "ramp": 3, "ramp_days": 11, "end": "2026-01-10"}, "takes 11 days but ends after 10"),
    ],
)
def test_a_wrong_change_is_told(changed: dict[str, Any], expected: str) -> None:
    mapping = {key: value for key, value in {**GOOD, **changed}.items() if value is not ...}
    message = said(Change.from_mapping, mapping, "policies.x")
    assert expected in message
    assert message.startswith("policies.x")


def test_a_change_must_be_a_mapping() -> None:
    assert "p.yaml: changes[0]: expected a change" in said(
        Change.from_mapping, "set", "policies.p", "p.yaml: changes[0]"
    )
