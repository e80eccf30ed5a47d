"""Compilation changes nothing: the same world as plain Python gives the same result bit for bit."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import pytest
from worlds import SATAKUNTA, closure, cohort, in_another_process, lives, rows, specification

from agents.area import simulate
from sim.changes import Change

SPECIFICATIONS: dict[str, dict[str, Any]] = {
    "kolmikko": {
        "days": 121, "scale": 0.3, "record": "full", "cohorts": (cohort(),), "events": (closure(),),
        "changes": (Change("measures.seats_per_month", "scale", 0.5, date(2025, 2, 1), source="test"),),
    },
    "satakunta": {"region": SATAKUNTA, "scale": 0.02, "days": 60, "start": "boom_2022"},
}  # fmt: skip


def digest(name: str) -> str:
    """Everything that a run returns, in one line."""
    result = simulate(specification(**SPECIFICATIONS[name]), with_lives=True)
    logs = [column.tolist() for log in (result.contacts, result.spells) for column in log.values()]
    parts = (list(rows(result).items()), sorted(lives(result).items()), result.counters, result.built, logs)
    return " ".join([str(result.counters), *(hashlib.sha256(repr(part).encode()).hexdigest() for part in parts)])


@pytest.mark.parametrize("name", ["kolmikko", pytest.param("satakunta", marks=pytest.mark.verify)])
def test_uncompiled_equals_compiled(name: str) -> None:
    code = (
        "from sim.compiled import IS_COMPILED\n"
        "assert not IS_COMPILED\n"
        "import test_uncompiled\n"
        f"print(test_uncompiled.digest({name!r}))\n"
    )
    assert in_another_process(code, NUMBA_DISABLE_JIT="1", PYTHONWARNINGS="ignore").strip() == digest(name)
