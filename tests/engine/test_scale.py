"""Case C08: a tenth of the people, the same numbers. Everything shown is in persons, never in agents."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pytest
from worlds import DATA, SATAKUNTA, area, closure, cohort, rows, specification, with_values

from agents.area import EmploymentAreaModel, build, simulate
from agents.specification import RunSpecification

EXPECTED = json.loads((DATA / "c09_expected.json").read_text(encoding="utf-8"))
FIRST_DAY = date(2025, 1, 1)
PLANT = "plant_harjavalta"
STAFF = with_values({})["services"]["staff_fte"]["value"]
VACANT = 1.0 - 3.0 * 0.1 / 12.0
"""Three months to fill a post, a tenth leaves in a year."""


def uneven(scale: float, days: int, seed: int = 11, with_closure: bool = True) -> RunSpecification:
    """Satakunta with nearly all unemployed in one town, and the closure of 450 jobs in another."""
    return specification(
        region=SATAKUNTA, start="c09_uneven", start_file=DATA / "c09_start_uneven.csv", scale=scale, days=days,
        seed=seed, cohorts=(cohort(450, PLANT, FIRST_DAY),),
        events=(closure(450, PLANT),) if with_closure else (),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("scale", "off"),
    [(0.01, 50.0), (0.1, 5.0), (0.37, 2.0), (1.0, 0.0), pytest.param(10.0, 0.0, marks=pytest.mark.verify)],
)
def test_world_as_built_has_the_same_numbers(scale: float, off: float) -> None:
    """Unemployed 7,323 exactly at 1 and 10, within half an agent below; each town within an agent of its figure."""
    spec = uneven(scale, days=1)
    model = EmploymentAreaModel(spec, build(spec))
    built = model.built
    assert abs(sum(built["unemployed"].values()) - EXPECTED["unemployed"]) <= off
    names = {m.code: m.name for m in model.region.municipalities}
    for code, unemployed in built["unemployed"].items():
        figure = EXPECTED["unemployed_by_municipality"][names[code]]
        assert abs(unemployed - figure) <= (0.0 if scale >= 1.0 else 1.0 / scale)
    assert built["staff_fte"] == STAFF
    published = model.region.population.sum() + model.region.children.sum() + model.region.elderly.sum()
    assert sum(built["population"].values()) == pytest.approx(published, rel=0.01, abs=2.0 / scale)
    model.run()
    marked = built["cohort"]["closing"]
    assert abs(marked - 450.0) <= (0.0 if scale in (0.1, 1.0, 10.0) else 0.5001 / scale)


def test_indicators_are_in_persons() -> None:
    """Every indicator that adds up stays at its size when a tenth of the people is simulated."""
    results = {scale: simulate(uneven(scale, 59)) for scale in (0.1, 1.0)}
    small, large = (rows(results[scale], kinds=("",)) for scale in (0.1, 1.0))
    seen = 0
    for key, value in large.items():
        if value > 400.0 or key[1] in ("utilisation", "unemployment_rate", "caseload"):
            seen += 1
            assert 0.6 < small[key] / value < 1.6, key
    assert seen > 30
    staff = sum(STAFF.values()) * VACANT
    for result in results.values():
        np.testing.assert_allclose(area(result, "staff_fte"), staff, rtol=1e-3)
        by_line = {key[3]: value for key, value in rows(result, kinds=("line",)).items() if key[1] == "staff_fte"}
        assert by_line == pytest.approx({line: posts * VACANT for line, posts in STAFF.items()}, rel=1e-3)


def test_the_rate_is_that_of_the_area() -> None:
    """Case C09: sums over sums, at every month-end; the plain mean of the towns' rates is another number."""
    result = simulate(uneven(1.0, 90))
    force, table = EXPECTED["labour_force"], rows(result)
    for moment in ("2025-01-31", "2025-02-28", "2025-03-31"):
        unemployed, rate = table[moment, "unemployed", "", ""], table[moment, "unemployment_rate", "", ""]
        assert rate == pytest.approx(100.0 * unemployed / force, rel=1e-12)
        towns = [v for k, v in table.items() if k[:3] == (moment, "unemployment_rate", "municipality")]
        assert len(towns) == 11
        assert abs(np.mean(towns) - rate) > 3.0


@pytest.mark.verify
def test_means_after_a_year_agree() -> None:
    """Eight replications at 0.1, 1 and 10: each mean within 3 standard errors of the difference.

    Two-sided false alarm .27 % a comparison for normal means, about 1 % with errors from 8 replications;
    five indicators at two scales: 10 % in all, so at most one may be off, and none by 5.
    """
    names = ("unemployed", "employed_open_market", "long_term_unemployed", "vacancies_open", "service_contacts")
    seen: dict[float, np.ndarray] = {}
    for scale in (0.1, 1.0, 10.0):
        runs = [simulate(uneven(scale, 365, seed)) for seed in range(100, 108)]
        seen[scale] = np.array([[area(run, name)[-1] for name in names] for run in runs])
    off = []
    for scale in (0.1, 10.0):
        one, other = seen[scale], seen[1.0]
        error = np.sqrt(one.var(axis=0, ddof=1) / 8 + other.var(axis=0, ddof=1) / 8)
        z = (one.mean(axis=0) - other.mean(axis=0)) / error
        print(scale, dict(zip(names, np.round(z, 2).tolist(), strict=True)), one.mean(axis=0), other.mean(axis=0))
        off.append(np.abs(z))
    assert (np.array(off) > 3.0).sum() <= 1
    assert np.max(off) < 5.0
