"""A few declarations that tests of parameters, changes and timetables share, and what errors say."""

from datetime import date
from typing import Any

import pytest

from sim.changes import Change
from sim.dimensions import LINES
from sim.errors import InputError

START = date(2026, 1, 1)

DECLARATIONS: dict[str, dict[str, Any]] = {
    "services": {
        "staff_fte": {
            "over": "line",
            "value": {line: {"competence": 16}.get(line, 32) for line in LINES},
            "low": 0,
            "high": 200,
            "unit": "FTE",
            "source": "annual report",
            "source_kind": "found",
        },
        "cost_eur": {
            "value": 100,
            "low": 0,
            "high": 1000,
            "unit": "EUR",
            "meaning": "Price of a service day, which no behaviour depends on.",
            "source": "assumed",
            "source_kind": "assumption",
        },
    },
    "search": {
        "rate_per_month": {
            "value": 2.1,
            "low": 0.5,
            "high": 4.0,
            "unit": "per month",
            "source": "assumed",
            "source_kind": "assumption",
        },
        "season": {
            "over": "month",
            "value": {month: 1.0 + month / 100 for month in range(1, 13)},
            "low": 0.2,
            "high": {month: 2.0 + month for month in range(1, 13)},
            "unit": "ratio",
            "source": "vacancy statistics",
            "source_kind": "derived",
        },
    },
}


def change(
    parameter: str, operation: str, amount: float, start: str, end: str | None = None, **more: Any
) -> Change:
    last = None if end is None else date.fromisoformat(end)
    more.setdefault("owner", "policies.x")
    return Change(parameter, operation, amount, date.fromisoformat(start), last, **more)


def said(function: Any, *arguments: Any, **more: Any) -> str:
    """Return what the input error says, and check that it is one line."""
    with pytest.raises(InputError) as caught:
        function(*arguments, **more)
    message = str(caught.value)
    assert "\n" not in message
    return message
