"""The demand index: what a file may hold, what holds where it is silent, and what it does to a small world."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent / "engine"))
from worlds import declared, specification, with_values

from agents.area import EmploymentAreaModel, build, simulate
from agents.demand import check_separations, read_demand
from agents.specification import RunResult
from experiments.composing.composition import resolve
from experiments.running.plan import make_plan
from sim.changes import Change
from sim.dimensions import SECTIONS, State
from sim.errors import InputError
from sim.headroom import HAZARDS
from sim.parameters import ParameterSet
from sim.timetable import compose

START = date(2025, 1, 1)
YEAR = 365
BOOM_AND_SLUMP = Path(__file__).resolve().parents[1] / "data" / "demand" / "boom_and_slump.csv"


def written(folder: Path, *rows: str, header: str = "month,index,section") -> Path:
    path = folder / "demand.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (["2025-01,1,", "2025-03,1,"], "row 2, column month: no row for 2025-02; a series has every month"),
        (["2025-01,1,", "2025-02,1,", "2025-01,.9,C"], "row 4, column month: no row for 2025-02 for section C"),
        (["2025-02,1,", "2025-01,.9,C", "2025-02,.9,C"], "row 2, column month: no row for 2025-01; a series"),
        (["2024-12,1,", "2025-01,1,"], "row 2, column month: 2024-12 is before the start of the run in 2025-01"),
        (["2025-01,1,", "2025-01,.9,"], "row 3, column month: 2025-01 comes twice, first in row 2"),
        (["2025-01,1,C", "2025-01,.9,C"], "row 3, column month: 2025-01 of section C comes twice, first in row 2"),
        (["2026-01,1,"], "column month: the first month, 2026-01, is after the last of the run, 2025-12"),
        (["2025-13,1,"], "row 2, column month: expected YYYY-MM, found '2025-13'"),
        (["2025-01-01,1,"], "row 2, column month: expected YYYY-MM, found '2025-01-01'"),
        (["2025-01,-0.5,"], "row 2, column index: -0.5 is not between 0 and 10"),
        (["2025-01,0,"], "row 2, column index: 0 is not between 0 and 10"),
        (["2025-01,97,"], "row 2, column index: 97 is not between 0 and 10; 1 is the start"),
        (["2025-01,nan,"], "row 2, column index: nan is not between"),
        (["2025-01,much,"], "row 2, column index: expected a number, found 'much'"),
        (["2025-01"], "row 2, column index: expected a number, found ''"),
        (["2025-01,1,c"], "row 2, column section: 'c' is no TOL 2008 section (A–U, X); did you mean 'C'?"),
        ([], "has a header and no rows"),
    ],
)
def test_a_file_that_does_not_hold_is_told_in_one_line(rows: list[str], told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read_demand(written(tmp_path, *rows), START, YEAR)
    assert told in str(error.value)
    assert str(error.value).startswith("demand.csv")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("month,level", "row 1 has no column 'index'"),
        ("months,index", "row 1 has no column 'month'; did you mean 'months'?"),
        ("month,index,sections", "row 1: unknown column 'sections'; did you mean 'section'?"),
    ],
)
def test_a_wrong_header_is_told(header: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read_demand(written(tmp_path, "2025-01,1,", header=header), START, YEAR)
    assert told in str(error.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"demand file no\.csv cannot be read"):
        read_demand(tmp_path / "no.csv", START, YEAR)


def test_before_the_file_the_index_is_one_and_after_it_the_last_stands(tmp_path: Path) -> None:
    demand = read_demand(written(tmp_path, "2025-03,0.8,", "2025-04,0.7,"), START, YEAR)
    np.testing.assert_allclose(demand.index[:, 0], [1, 1, 0.8, 0.7, *[0.7] * 8])
    assert demand.index.shape == (12, len(SECTIONS))
    assert demand.month(3) == "2025-04"


def test_a_section_has_its_own_rows_in_any_order(tmp_path: Path) -> None:
    demand = read_demand(written(tmp_path, "2025-01,0.5,C", "2025-01,0.9,"), START, YEAR)
    c = SECTIONS.index("C")
    assert (demand.index[:, c] == 0.5).all()
    assert (np.delete(demand.index, c, axis=1) == 0.9).all()
    alone = read_demand(written(tmp_path, "2025-01,0.5,C"), START, YEAR)
    assert (np.delete(alone.index, c, axis=1) == 1.0).all()


def test_a_market_of_another_year_meets_the_same_cycle(tmp_path: Path) -> None:
    path = written(tmp_path, "2025-02,0.8,")
    shifted = read_demand(path, date(2016, 1, 1), 366, shift_years=-9)
    np.testing.assert_array_equal(shifted.index, read_demand(path, START, YEAR).index)


def test_dismissals_above_the_headroom_are_refused(tmp_path: Path) -> None:
    demand = read_demand(written(tmp_path, "2025-03,0.3,"), START, YEAR)
    plain = ParameterSet.from_declarations(with_values({"demand.separation_elasticity": 0.3}))
    check_separations(demand, compose(plain, (), START, YEAR))
    steep = ParameterSet.from_declarations(with_values({"demand.separation_elasticity": 0.6}))
    with pytest.raises(InputError, match=r"demand\.csv, column index: 0\.3 in 2025-03 .* dismissal to 2\.06 times"):
        check_separations(demand, compose(steep, (), START, YEAR))
    # with a policy's change: neither alone would leave the headroom
    for name in HAZARDS["dismissal"]:  # whatever a dismissal is proportional to
        changes = (Change(name, "scale", 1.2, date(2025, 6, 1), source="test"),)
        with pytest.raises(InputError, match=r"dismissal to 1\.72 times"):
            check_separations(demand, compose(plain, changes, START, YEAR))


def mean(result: RunResult, indicator: str) -> float:
    """Mean over the months of the area's indicator."""
    columns = result.indicators
    at = (columns["indicator"] == indicator) & (columns["group_kind"] == "")
    return float(columns["value"][at].mean())


@pytest.mark.parametrize(
    ("name", "more", "fewer"),
    [
        ("target_elasticity", (), ("jobs",)),
        ("posting_elasticity", ("unemployed",), ("vacancies_open",)),
        ("separation_elasticity", ("unemployed", "separations"), ()),
    ],
)
def test_each_elasticity_acts_alone(
    name: str, more: tuple[str, ...], fewer: tuple[str, ...], tmp_path: Path
) -> None:
    none = {f"demand.{other}_elasticity": 0.0 for other in ("target", "posting", "separation")}
    none |= {"separation.dismissal_per_month": 0.006}  # enough of them to see in a small world
    value = {"target_elasticity": 0.2, "posting_elasticity": 1.0, "separation_elasticity": 0.5}[name]
    path = written(tmp_path, "2025-02,0.5,")
    without = simulate(specification(parameters=with_values(none), demand_file=path))
    plain = simulate(specification(parameters=with_values(none)))
    assert mean(without, "unemployed") == mean(plain, "unemployed")  # an index that acts on nothing is nothing
    slump = simulate(specification(parameters=with_values(none | {f"demand.{name}": value}), demand_file=path))
    for indicator in more:
        assert mean(slump, indicator) > mean(plain, indicator)
    for indicator in fewer:
        assert mean(slump, indicator) < mean(plain, indicator)


def test_a_level_that_falls_and_rises_leaves_no_trace_in_targets(tmp_path: Path) -> None:
    """Rounding is lasting: the sum of the moves of a cycle is nothing for every employer."""
    values = {"demand.target_elasticity": 1.0, "demand.separation_elasticity": 0.0, "demand.posting_elasticity": 0.0}
    values |= {"jobs.give_up_probability": 0.0, "jobs.recovery_per_hire": 0.0}
    values |= {"separation.dismissal_per_month": 0.0, "furlough.recall_share": 1.0, "jobs.trend_per_year": 0.0}
    path = written(tmp_path, "2025-01,1,", "2025-02,0.9,", "2025-03,0.8,", "2025-04,0.9,", "2025-05,1,")
    spec = specification(parameters=with_values(values), demand_file=path, days=150)
    model = EmploymentAreaModel(spec, build(spec))
    before = model.world.arrays.employers.target.copy()
    model.run(80)
    local = model.world.arrays.employers.place < model.region.outside
    during = model.world.arrays.employers.target[local]
    assert during.sum() == pytest.approx(0.8 * before[local].sum(), rel=0.03)
    model.run()
    np.testing.assert_array_equal(model.world.arrays.employers.target[local], before[local])


def test_a_slump_ends_jobs_of_the_newest_staff(tmp_path: Path) -> None:
    values = {"demand.target_elasticity": 1.0, "demand.separation_elasticity": 0.0}
    spec = specification(
        parameters=with_values(values), demand_file=written(tmp_path, "2025-01,1,", "2025-02,0.6,"), days=32
    )
    model = EmploymentAreaModel(spec, build(spec))
    model.run(31)
    people = model.world.arrays.persons[: int(model.world.control.n_persons)].copy()
    model.run(32)
    now = model.world.arrays.persons[: len(people)]
    lost = (people.state == State.EMPLOYED) & (people.employer >= 0) & (now.employer < 0)
    stayed = (people.state == State.EMPLOYED) & (now.employer == people.employer) & (people.employer >= 0)
    biggest = int(np.bincount(people.employer[lost]).argmax())
    assert people.since[lost & (people.employer == biggest)].min() >= np.quantile(
        people.since[stayed & (people.employer == biggest)], 0.5
    )


def test_the_shipped_cycle_is_within_the_headroom_of_the_shipped_parameters() -> None:
    start, days = date(2022, 1, 1), 4383
    demand = read_demand(BOOM_AND_SLUMP, start, days)
    assert demand.index.shape[0] == 144
    assert demand.index[0, 0] == 1.0
    assert demand.index.max() > 1.2
    assert demand.index.min() < 0.6
    check_separations(demand, compose(ParameterSet.from_declarations(declared()), (), start, days))


def test_further_markets_move_the_file_to_their_own_years() -> None:
    words = ["start=boom_2022", f"demand_file={BOOM_AND_SLUMP}", "policy=double_modular_training", "replications=1"]
    runs = make_plan(resolve("compare", words)).runs
    shifts = {run.market: run.specification.demand_shift_years for run in runs}
    assert shifts == {"main": 0, "tight": 0, "slack": -6}
    keys = {run.market: run.key for run in runs if run.arm == "baseline"}
    assert len(set(keys.values())) >= 2
