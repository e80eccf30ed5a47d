"""The baseline is of the right order: levels and flows of a year like 2022, for ten years.

The bands are wider than those of the baseline's own board: this is a smoke test. At a third of the
population the standard error of the unemployment rate is about 0.15 points, so a model whose mean lies
a point inside the band fails by chance less than once in a million.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from worlds import SATAKUNTA, specification

from agents.area import simulate

BANDS_PER_MONTH = {
    "unemployment_rate": (8.0, 12.0),
    "vacancies_open": (1200.0, 2400.0),
    "vacancies_registered": (1300.0, 2600.0),
    "new_unemployment_spells": (870.0, 1350.0),
    "new_furlough_spells": (100.0, 260.0),
    "hires": (1400.0, 2400.0),
    "hires_from_unemployment": (330.0, 560.0),
    "vacancy_duration_days": (15.0, 50.0),
    "spell_survival_3m": (0.44, 0.58),
    "spell_survival_6m": (0.22, 0.40),
    "spell_survival_12m": (0.09, 0.23),
}


def ten_years(scale: float) -> dict[str, np.ndarray]:
    """Area series of ten years from boom_2022."""
    columns = simulate(
        specification(region=SATAKUNTA, start="boom_2022", start_date=date(2022, 1, 1), days=3652, scale=scale)
    ).indicators
    whole = columns["group_kind"] == ""
    return {
        name: columns["value"][whole & (columns["indicator"] == name)]
        for name in (*BANDS_PER_MONTH, "unemployed", "long_term_unemployed")
    }


def check(series: dict[str, np.ndarray]) -> None:
    """Unemployment stays inside its band at every month-end, yearly means of the rest inside theirs."""
    for name, (low, high) in BANDS_PER_MONTH.items():
        values = series[name]
        yearly = [values[k : k + 12].mean() for k in range(0, len(values) - 11, 12)]
        assert low <= min(yearly), f"{name}: a year's mean is {min(yearly):.3g}, expected {low:g} or more"
        assert max(yearly) <= high, f"{name}: a year's mean is {max(yearly):.3g}, expected {high:g} or less"
    rate = series["unemployment_rate"]
    assert 8.0 <= rate.min() <= rate.max() <= 12.0, (rate.min(), rate.max())
    share = series["long_term_unemployed"] / series["unemployed"]
    assert 0.24 <= share.mean() <= 0.40, share.mean()


@pytest.mark.verify
def test_ten_years_of_a_third_of_the_area() -> None:
    check(ten_years(0.33))


@pytest.mark.verify
def test_ten_years_at_full_scale() -> None:
    check(ten_years(1.0))
