"""Designs of a sweep: factors in every form, grids and samples by hand, a design of one's own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from experiments.composing.composition import resolve
from experiments.composing.configuration import Configuration
from experiments.sweep.design import Design, crossed
from experiments.sweep.factor import LEVER, UNCERTAINTY, read_factors
from experiments.sweep.grid import grid
from experiments.sweep.own import read_own
from experiments.sweep.point import Point
from experiments.sweep.sampling import latin_hypercube, sobol
from sim.errors import InputError
from sim.parameters import ParameterSet

C15 = Path(__file__).parent / "data" / "c15"
SMALL = ("region=kolmikko", "horizon_years=1", "replications=3")
SHARE, DECAY, FTE = "hiring.suitable_share", "search.distance_decay_per_km", "services.staff_fte.brokerage"


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return resolve("sweep", [*SMALL, "record=summary"])


@pytest.fixture(scope="module")
def parameters(configuration: Configuration) -> ParameterSet:
    return configuration.parameters


def share(value: float, name: str | None = None) -> Point:
    return Point(name or f"p{value}", {SHARE: value})


def test_factors_are_read_in_every_form(parameters: ParameterSet) -> None:
    one, two = read_factors(f"[parameters.{SHARE}, '{FTE}=10..20']", UNCERTAINTY, parameters)
    assert (one.key, one.low, one.high, one.unit, one.source_kind) == (SHARE, 0.1, 1.0, "share", "fitted")
    assert (two.key, two.low, two.high) == (FTE, 10.0, 20.0)
    three, four = read_factors(f"{{{SHARE}: [0.6, 0.2], {FTE}: {{low: 5}}}}", LEVER, parameters)
    assert (three.values, three.low, three.high, three.kind) == ((0.6, 0.2), 0.2, 0.6, LEVER)
    assert (four.low, four.high) == (5.0, 250.0)
    assert read_factors("", LEVER, parameters) == ()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("[hiring.suitable_shar]", "did you mean 'hiring.suitable_share'"),
        (f"[{SHARE}=0.05..0.2]", "0.05 is outside the declared range"),
        (f"[{SHARE}=0.3..0.2]", "low 0.3 is above high 0.2"),
        (f"[{SHARE}=a..b]", "expected LOW..HIGH"),
        (f"[{SHARE},parameters.{SHARE}]", "comes twice"),
        ("[services.staff_fte]", "name a cell of it, such as services.staff_fte.brokerage"),
        (f"{{{SHARE}: {{lo: 0.2}}}}", "unknown key 'lo'; did you mean 'low'?"),
        (f"{{{SHARE}: [0.2, 0.2]}}", "different levels"),
        (f"{{{SHARE}: {{start: 2026-01-01}}}}", "start belongs to levers"),
        (f"{{{SHARE}: {{end: 2026-01-01}}}}", "end belongs to levers"),
        ("{placing.KU902: [0.2, 1]}", "placing.KU902 is staff that somebody moves, no uncertainty"),
        ("[placing.KU902]", "placing.KU902 has no declared range; say how many FTE"),
        (f"{{{SHARE}: [0.2, x]}}", "expected a finite number"),
    ],
)
def test_wrong_factors(parameters: ParameterSet, typed: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        read_factors(typed, UNCERTAINTY, parameters)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_grid_by_hand(parameters: ParameterSet) -> None:
    design = grid(read_factors(f"{{{SHARE}: [0.2,0.6], {FTE}: 10..20}}", UNCERTAINTY, parameters), 3)
    assert [tuple(point.values.values()) for point in design.points] == [
        (0.2, 10.0), (0.2, 15.0), (0.2, 20.0), (0.6, 10.0), (0.6, 15.0), (0.6, 20.0)
    ]  # fmt: skip
    assert [point.id for point in design.points] == ["u1", "u2", "u3", "u4", "u5", "u6"]


def test_latin_hypercube_has_a_point_in_every_slice(parameters: ParameterSet) -> None:
    factors = read_factors(f"[{SHARE},{DECAY}]", UNCERTAINTY, parameters)
    design = latin_hypercube(factors, 20, 1)
    for factor in factors:
        unit = np.array([point.values[factor.key] for point in design.points])
        slices = np.floor((unit - factor.low) / (factor.high - factor.low) * 20)
        assert sorted(slices) == list(range(20))
    assert design == latin_hypercube(factors, 20, 1)
    assert design != latin_hypercube(factors, 20, 2)


def test_sobol_is_rounded_up_and_says_so(parameters: ParameterSet, capsys: pytest.CaptureFixture[str]) -> None:
    factors = read_factors(f"[{SHARE},{DECAY}]", UNCERTAINTY, parameters)
    design = sobol(factors, 10, 1)
    assert len(design.points) == 16
    assert "10 points are rounded up to 16" in capsys.readouterr().err
    for factor in factors:  # balance of a net: as many points in every sixteenth
        unit = np.array([point.values[factor.key] for point in design.points])
        assert sorted(np.floor((unit - factor.low) / (factor.high - factor.low) * 16)) == list(range(16))


def test_methods_refuse_what_they_can_not_do(parameters: ParameterSet) -> None:
    [one] = read_factors(f"[{SHARE}]", UNCERTAINTY, parameters)
    levels = read_factors(f"{{{SHARE}: [0.2,0.6]}}", UNCERTAINTY, parameters)
    for make, told in (
        (lambda: latin_hypercube([one], 1, 1), "needs 2 points or more"),
        (lambda: sobol(levels, 8, 1), "levels belong to design=grid"),
        (lambda: grid([one], 1), "needs 2 levels"),
    ):
        with pytest.raises(InputError, match=told):
            make()


def test_designs_are_crossed(parameters: ParameterSet) -> None:
    worlds = grid(read_factors(f"{{{SHARE}: [0.2,0.6]}}", UNCERTAINTY, parameters), 2)
    splits = grid(read_factors(f"{{{FTE}: [10,20,30]}}", LEVER, parameters), 2)
    design = crossed(worlds, splits)
    assert [point.id for point in design.points] == [f"u{u}-l{s}" for u in (1, 2) for s in (1, 2, 3)]
    assert design.points[4].values == {SHARE: 0.6, FTE: 20.0}
    assert crossed(worlds, Design((), ())) is worlds
    with pytest.raises(InputError, match="an uncertainty or a lever, not both"):
        crossed(worlds, grid(read_factors(f"{{{SHARE}: [0.2,0.6]}}", LEVER, parameters), 2)).check()


# --- a design of one's own: case C15 -------------------------------------------------------------------------


def test_c15_own_design_keeps_the_order_of_the_file(parameters: ParameterSet) -> None:
    expected = json.loads((C15 / "expected.json").read_text())
    design = read_own(C15 / "design.csv", {}, parameters)
    assert [point.id for point in design.points] == expected["order_in_file"]
    assert len(design.points) == expected["rows"]
    assert design.points[0].values == {"search.rate_unemployed_per_month": 1.1, FTE: 37.0}


def test_c15_decimal_commas(parameters: ParameterSet) -> None:
    design = read_own(C15 / "design_comma.csv", {}, parameters)
    assert [point.values["search.rate_unemployed_per_month"] for point in design.points] == [0.8, 0.9]


def test_own_design_may_hold_levers_and_any_number(tmp_path: Path, parameters: ParameterSet) -> None:
    (tmp_path / "own.csv").write_text(f"{FTE},tunnus,{SHARE}\n1.234,a,5e-1\n20,b,0.25\n")
    [lever] = read_factors(f"[{FTE}]", LEVER, parameters)
    design = read_own(tmp_path / "own.csv", {lever.key: lever}, parameters)
    assert [factor.kind for factor in design.factors] == [LEVER, UNCERTAINTY]
    assert [dict(point.values) for point in design.points] == [{FTE: 1.234, SHARE: 0.5}, {FTE: 20.0, SHARE: 0.25}]
    (tmp_path / "again.csv").write_text(design.to_csv())
    assert read_own(tmp_path / "again.csv", {lever.key: lever}, parameters) == design


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"name,{SHARE}\na,0.2\n", "row 1: no column 'id'"),
        ("id,hiring.suitable_shar\na,0.2\n", "did you mean 'hiring.suitable_share'"),
        (f"id,{SHARE}\na,0.2\na,0.3\n", "row 3: the id 'a' stands in row 2 already"),
        (f"id,{SHARE}\na,0.2\nb,many\n", "row 3 (b): hiring.suitable_share: 'many' is not a number"),
        (f"id;{SHARE}\na;0,2\nb;nan\n", "row 3 (b): hiring.suitable_share: 'nan' is not a number"),
        (f"id,{SHARE},{SHARE}\na,0.2,0.2\n", "two columns are"),
        (f"id,{SHARE}\n,0.2\n", "the id is empty"),
    ],
)
def test_wrong_own_designs(tmp_path: Path, parameters: ParameterSet, text: str, told: str) -> None:
    (tmp_path / "own.csv").write_text(text)
    with pytest.raises(InputError) as caught:
        read_own(tmp_path / "own.csv", {}, parameters)
    assert told in str(caught.value)
    assert "own.csv" in str(caught.value) or "parameter" in str(caught.value)
