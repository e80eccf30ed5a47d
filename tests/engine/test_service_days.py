"""Case C24 in the engine: month-ends, service days, the first and the last day."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from worlds import NOTHING_PROPOSED, area, rows, specification, with_values

from agents.area import simulate
from sim.changes import Change

EXPECTED = {
    2025: [21, 20, 21, 20, 20, 20, 23, 21, 22, 23, 20, 20],
    2026: [20, 20, 22, 20, 19, 21, 23, 21, 22, 22, 21, 21],
}
"""Working days by month (the case's own file)."""
SHORT_STAFFED = with_values(NOTHING_PROPOSED | {"services.staff_fte": 0.4, "staff.wish_share": 1.0})


def month_ends(start: date, days: int) -> list[str]:
    result = simulate(specification(start_date=start, days=days))
    return sorted({key[0] for key in rows(result)})


def test_twelve_month_ends_of_a_year() -> None:
    assert month_ends(date(2025, 1, 1), 365) == [
        "2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30", "2025-05-31", "2025-06-30",
        "2025-07-31", "2025-08-31", "2025-09-30", "2025-10-31", "2025-11-30", "2025-12-31",
    ]  # fmt: skip


def test_leap_years_and_starts_within_a_month() -> None:
    leap = month_ends(date(2028, 1, 1), 366)
    assert leap[1] == "2028-02-29"
    assert len(leap) == 12
    assert month_ends(date(2028, 2, 29), 366)[:2] == ["2028-02-29", "2028-03-31"]
    assert month_ends(date(2025, 1, 15), 45) == ["2025-01-31", "2025-02-28"]
    assert month_ends(date(2025, 1, 1), 58) == ["2025-01-31"]  # a month that is cut has no end


@pytest.mark.parametrize("year", [2025, 2026])
def test_contacts_on_service_days_only(year: int) -> None:
    """With a queue that never empties each service day has contacts and no other day has any."""
    spec = specification(start_date=date(year, 1, 1), days=365, record="full", parameters=SHORT_STAFFED)
    result = simulate(spec)
    days = np.unique(result.contacts["day"])
    months = days.astype("datetime64[M]").astype(int) % 12
    assert np.bincount(months, minlength=12).tolist() == EXPECTED[year]
    assert len(days) == {2025: 251, 2026: 252}[year]
    closed = {
        np.datetime64(f"{year}-{day}") for day in ("06-19" if year == 2026 else "06-20", "12-24", "01-01", "12-25")
    }
    assert not closed & set(days)


def test_no_contact_on_midsummer_eve_or_christmas_eve_2026() -> None:
    """As the case asks: with the staff as shipped, in June and in December."""
    result = simulate(specification(start_date=date(2026, 1, 1), days=365, record="full"))
    days = set(np.unique(result.contacts["day"]).astype(str))
    assert not {"2026-06-19", "2026-06-20", "2026-12-24", "2026-12-25", "2026-12-26"} & days
    assert {"2026-06-18", "2026-06-22", "2026-12-23", "2026-12-28"} <= days


def test_a_change_on_the_first_day_acts_that_day() -> None:
    """Contacts of the first service day follow the staff set on the first day of all."""
    first = date(2025, 1, 2)
    none = (Change("services.staff_fte", "set", 0.0, first, source="test"),)
    result = simulate(specification(start_date=first, days=40, record="full", changes=none))
    assert len(result.contacts["day"]) == 0
    later = (Change("services.staff_fte", "set", 0.0, date(2025, 1, 3), source="test"),)
    result = simulate(specification(start_date=first, days=40, record="full", changes=later))
    assert np.unique(result.contacts["day"]).astype(str).tolist() == ["2025-01-02"]


def test_the_last_day_is_simulated() -> None:
    """A horizon of 59 days ends with 28 February, and that day counts."""
    result = simulate(specification(days=59, record="full", parameters=SHORT_STAFFED))
    assert str(result.contacts["day"].max()) == "2025-02-28"
    days = area(result, "open_market_employment_days")
    assert days[1] / area(result, "employed_open_market")[1] == pytest.approx(28.0, rel=0.02)
