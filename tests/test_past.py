"""The past and the cycle: series, index and autoregression; the long runs only with `make verify`."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from agents.demand import read_demand
from agents.region import Region
from agents.region.start_state import read_start_states
from experiments.composing.configuration import PROJECT
from experiments.validation import cycle, past
from sim.errors import InputError

SATAKUNTA = PROJECT / "data" / "regions" / "satakunta"


def test_the_shipped_demand_file_is_that_of_the_published_vacancies() -> None:
    assert past.DEMAND_FILE.read_text(encoding="utf-8") == past.demand_text(past.read_published())
    demand = read_demand(past.DEMAND_FILE, date(2006, 1, 1), 4018)
    assert demand.index.shape[0] == 132
    assert demand.index[0, 0] == 1.0


def test_the_start_state_is_january_of_the_published_series() -> None:
    state = read_start_states(past.START_FILE, Region.load(SATAKUNTA).municipalities)["start_2006_01"]
    published = past.read_published()
    assert state.unemployed.sum() == published.unemployed[0]
    assert state.vacancies_registered.sum() == pytest.approx(published.vacancies[0], abs=1.0)
    assert state.labour_force.sum() == 70_099


def test_the_index_takes_the_season_out_and_leaves_the_cycle() -> None:
    t = np.arange(120)
    season = np.tile(np.exp(np.sin(2.0 * np.pi * np.arange(12) / 12.0)), 10)
    flat = past.vacancy_index(1_000.0 * season)
    np.testing.assert_allclose(flat, 1.0, rtol=1e-10)
    slow = past.vacancy_index(1_000.0 * season * np.exp(0.5 * np.sin(2.0 * np.pi * t / 96.0)))
    assert slow.max() > 1.4
    assert abs(int(slow.argmax()) - 24) <= 2


def test_a_month_out_of_order_is_told(tmp_path) -> None:
    path = tmp_path / "series.csv"
    path.write_text("month,unemployed,vacancies_registered\n2006-01,1,1\n2006-03,1,1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"series\.csv row 3, column month: expected 2006-02, found '2006-03'"):
        past.read_published(path)


def test_the_autoregression_finds_its_own_coefficients() -> None:
    rng = np.random.default_rng(1)
    index = np.exp(0.3 * np.sin(np.arange(600) / 17.0))
    true = past.Autoregression(1.0 + 0.05 * np.arange(12), (0.6, 0.2), -0.3)
    u = true.path(np.array([150.0, 150.0]), index) * np.exp(0.0 * rng.normal(size=600))
    found = past.Autoregression.fitted(u, index)
    np.testing.assert_allclose(found.lags, true.lags, atol=1e-6)
    assert found.demand == pytest.approx(true.demand, abs=1e-6)
    np.testing.assert_allclose(found.season, true.season, atol=1e-5)
    np.testing.assert_allclose(found.path(u, index), u, rtol=1e-6)
    np.testing.assert_allclose(found.one_step(u, index), u, rtol=1e-6)


def test_the_page_and_the_table_hold_every_month() -> None:
    published = past.read_published()
    model = np.array([published.unemployed * 0.9, published.unemployed * 1.1])
    result = past.compared(published, model)
    assert past.table(result).count("\n") == 133
    assert past.page(result).count("\n| 20") == 11 + 132
    assert past.errors(result)[0][1] == pytest.approx((0.0, 0.0, 0.0), abs=1e-6)


def test_the_figure_is_drawn(tmp_path) -> None:
    published = past.read_published()
    past.draw(past.compared(published, published.unemployed[None, :]), tmp_path)
    assert (tmp_path / "validation_past.svg").stat().st_size > 1_000
    assert (tmp_path / "validation_past.png").stat().st_size > 1_000


def test_a_circle_goes_round_the_way_it_is_drawn() -> None:
    angle = np.linspace(0.0, 2.0 * np.pi, 12, endpoint=False)
    left = cycle.Cycle(6_000.0 + 500.0 * np.cos(angle), 1_800.0 + 300.0 * np.sin(angle))
    assert left.area == pytest.approx(12 / 2 * np.sin(2.0 * np.pi / 12) * 500.0 * 300.0)
    right = cycle.Cycle(left.unemployed, left.vacancies[::-1])
    assert right.area < 0.0


def test_the_slope_is_the_exponent_of_a_power() -> None:
    u = np.linspace(5_000.0, 8_000.0, 12)
    assert cycle.Cycle(u, 1e7 * u**-0.9).slope == pytest.approx(-0.9)


@pytest.mark.verify
def test_the_model_goes_round_the_beveridge_curve() -> None:
    """Full scale, twelve years, 20 replications: slope and way round of annual means."""
    cycles = [cycle.simulate_cycle(s) for s in cycle.specifications(cycle.REPLICATIONS)]
    assert sum(c.area > 0.0 for c in cycles) >= 18
    assert cycle.SLOPE[0] <= np.mean([c.slope for c in cycles]) <= cycle.SLOPE[1]
