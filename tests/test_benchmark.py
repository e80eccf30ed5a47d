"""The engine and an ordinary Mesa model of the same rules agree on the main stocks.

A stock fails by chance once in a thousand tests; six stocks are looked at. What difference would be found
is printed by ``python -m benchmarks.agreement``: at the size of the quick test about a tenth of the
unemployed, in the longer one a twentieth.
"""

from __future__ import annotations

import pytest

from benchmarks.agreement import FALSE_ALARM, compare, show
from benchmarks.mesa_model import AreaModel
from benchmarks.side_by_side import rates


def disagreeing(found) -> list[str]:
    return [name for name, a in found.items() if a.p_value < FALSE_ALARM]


def test_engine_and_mesa_agree() -> None:
    found = compare(0.04, 120, 8)
    assert not disagreeing(found), show(found)


def test_a_broken_rule_is_seen() -> None:
    """The comparison can fail: in the Mesa model hardly anybody suits any vacancy."""

    def choosy(model: AreaModel) -> None:
        model.p.hiring.suitable_share *= 0.2

    assert "unemployed" in disagreeing(compare(0.04, 120, 6, choosy))


@pytest.mark.verify
def test_engine_and_mesa_agree_closely() -> None:
    found = compare(0.1, 150, 12)
    assert not disagreeing(found), show(found)


def test_candidates_for_each_event() -> None:
    assert rates({"search_candidates": 6, "search_events": 3, "hiring_events": 1}) == {"search": 2.0}
