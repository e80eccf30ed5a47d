"""Declarations, overrides and the record."""

import copy
import math
import pickle
from typing import Any

import numba
import numpy as np
import pytest
import yaml
from declared import DECLARATIONS, said

from sim.dimensions import AGE_BANDS, LINES
from sim.parameters import ParameterSet


@pytest.fixture(scope="module")
def parameters() -> ParameterSet:
    return ParameterSet.from_declarations(DECLARATIONS)


# --- declarations ----------------------------------------------------------------------------------------


def test_a_declaration_is_read(parameters: ParameterSet) -> None:
    assert parameters.names() == (
        "search.rate_per_month", "search.season", "services.cost_eur", "services.staff_fte",
    )  # fmt: skip
    staff = parameters["services.staff_fte"]
    assert staff.value == (32.0, 16.0, *[32.0] * 5)
    assert (staff.low, staff.high) == ((0.0,) * 7, (200.0,) * 7)
    assert staff.labels == LINES
    assert parameters["search.season"].value == tuple(1.0 + month / 100 for month in range(1, 13))
    assert parameters["services.cost_eur"].meaning.startswith("Price")
    assert parameters.value("services.staff_fte.competence") == 16.0


def test_declarations_go_there_and_back(parameters: ParameterSet) -> None:
    plain = parameters.declarations()
    again = ParameterSet.from_declarations(yaml.safe_load(yaml.safe_dump(plain)))
    assert again == parameters
    assert hash(again) == hash(parameters)
    assert again.identity() == parameters.identity()


def test_the_order_of_declarations_does_not_matter(parameters: ParameterSet) -> None:
    shuffled = {mechanism: dict(reversed(body.items())) for mechanism, body in reversed(DECLARATIONS.items())}
    again = ParameterSet.from_declarations(shuffled)
    assert again == parameters
    assert again.dtype == parameters.dtype


def wrong(path: str, value: Any) -> dict[str, Any]:
    """Return declarations with one thing changed; `value` ... removes it."""
    declarations = copy.deepcopy(DECLARATIONS)
    *parts, last = path.split("/")
    node: Any = declarations
    for part in parts:
        node = node[part]
    if value is ...:
        del node[last]
    else:
        node[last] = value
    return declarations


COST = "services/cost_eur"
STAFF = "services/staff_fte"


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (f"{COST}/unit", ..., "parameters.services.cost_eur: unit missing"),
        (f"{COST}/low", ..., "low missing"),
        (f"{COST}/high", None, "high missing"),
        (f"{COST}/source", ..., "source missing"),
        (f"{COST}/source_kind", ..., "source_kind missing"),
        (f"{COST}/value", ..., "value missing"),
        (
            f"{COST}/value",
            "100 EUR",
            "services.cost_eur.value: expected a finite number (EUR), got '100 EUR'",
        ),
        (f"{COST}/value", True, "got true"),
        (f"{COST}/value", math.nan, "finite"),
        (f"{COST}/high", math.inf, "finite"),
        (f"{COST}/value", [1, 2], "[1, 2]"),
        (f"{COST}/value", {"brokerage": 1}, "over: DIMENSION"),
        (f"{COST}/value", 1001, "parameters.services.cost_eur: 1001 is outside its range 0 to 1000 EUR"),
        (f"{COST}/value", -0.5, "-0.5 is outside its range 0 to 1000 EUR"),
        (f"{COST}/low", 2000, "low 2000 is above high 1000"),
        (f"{COST}/unit", "", "unit: expected text"),
        (f"{COST}/unit", 7, "unit: expected text, got 7"),
        (f"{COST}/source", "  ", "source: expected text"),
        (f"{COST}/source_kind", "asumption", "did you mean 'assumption'?"),
        (f"{COST}/source_kind", ["found"], "source_kind"),
        (f"{COST}/soruce", "x", "unknown key 'soruce'; did you mean 'source'?"),
        (f"{COST}/over", "lines", "no dimension 'lines'; did you mean 'line'?"),
        (f"{COST}/over", ["line"], "no dimension"),
        (f"{STAFF}/value/brokrage", 3, "no label 'brokrage' in 'line'; did you mean 'brokerage'?"),
        (f"{STAFF}/value/competence", ..., "no number for competence of dimension 'line'"),
        (f"{STAFF}/value/competence", 300, "services.staff_fte.competence: 300 is outside"),
        (f"{STAFF}/value/competence", "many", "staff_fte.value.competence: expected a finite number (FTE)"),
        (COST, 3, "services.cost_eur: expected a declaration with value, low, high"),
        (COST, None, "got nothing"),
        ("services", 3, "parameters.services: expected a mechanism's parameters, got 3"),
        ("services/Cost", {}, "expected a name in lower-case letters"),
        ("services/size", DECLARATIONS["services"]["cost_eur"], "the name 'size' is taken"),
        ("services/lambda", DECLARATIONS["services"]["cost_eur"], "expected a name"),
        ("cost_eur", DECLARATIONS["services"]["cost_eur"], "parameters.MECHANISM.cost_eur"),
    ],
)
def test_a_wrong_declaration_is_told(path: str, value: Any, expected: str) -> None:
    message = said(ParameterSet.from_declarations, wrong(path, value))
    assert expected in message
    assert message.startswith("parameters.")


def test_declarations_must_be_a_mapping() -> None:
    assert "mapping" in said(ParameterSet.from_declarations, ["search"])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("services.staf_fte", "did you mean 'services.staff_fte'?"),
        ("staff_fte", "did you mean 'services.staff_fte'?"),
        ("service.staff_fte.brokerage", "no parameter 'service.staff_fte.brokerage'"),
        ("services.staff_fte.brokrage", "did you mean 'brokerage'?"),
        ("services.staff_fte.x", "known: brokerage, competence, multi_sector"),
        ("services.cost_eur.brokerage", "single number"),
        ("qqq", "mechanisms are search, services"),
        ("", "no parameter ''"),
        ("a\nb", "no parameter"),
    ],
)
def test_unknown_names_get_near_misses(parameters: ParameterSet, name: str, expected: str) -> None:
    assert expected in said(parameters.locate, name)
    assert name not in parameters


def test_lookup_by_a_wrong_name(parameters: ParameterSet) -> None:
    assert "did you mean 'services.cost_eur'?" in said(parameters.__getitem__, "services.cost")


def test_age_bands_keep_their_labels() -> None:
    entry = {
        **DECLARATIONS["services"]["cost_eur"],
        "over": "age_band",
        "value": {b: i for i, b in enumerate(AGE_BANDS)},
    }
    parameters = ParameterSet.from_declarations({"m": {"by_age": entry}})
    assert parameters.value("m.by_age.45-49") == 6.0


# --- overrides -------------------------------------------------------------------------------------------


def test_an_override_makes_another_set(parameters: ParameterSet) -> None:
    new = parameters.override("services.staff_fte.competence", 20)
    assert new.value("services.staff_fte") == (32.0, 20.0, *[32.0] * 5)
    assert parameters.value("services.staff_fte") == (32.0, 16.0, *[32.0] * 5)
    assert parameters.override("services.staff_fte", 5).value("services.staff_fte") == (5.0,) * 7
    season = parameters.override("search.season", {1: 0.5, "12": 0.6}).value("search.season")
    assert isinstance(season, tuple)
    assert (season[0], season[1], season[11]) == (0.5, 1.02, 0.6)
    assert new["services.staff_fte"].source_kind == "assumption"
    assert "annual report" in new["services.staff_fte"].source
    assert new.identity() != parameters.identity()
    assert parameters.override("services.cost_eur", 100) is parameters


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("services.cost_eur", 2000, "parameters.services.cost_eur: 2000 is outside its range 0 to 1000 EUR"),
        ("services.cost_eur", "3", "expected a finite number (EUR), got '3'"),
        ("services.cost_eur", {"brokerage": 3}, "expected one number in EUR"),
        ("services.cost_eurr", 3, "did you mean 'services.cost_eur'?"),
        ("services.staff_fte.brokerage", 201, "parameters.services.staff_fte.brokerage: 201 is outside"),
        ("services.staff_fte", {"brokrage": 3}, "did you mean 'brokerage'?"),
        ("services.staff_fte", None, "got nothing"),
    ],
)
def test_a_wrong_override_is_told(parameters: ParameterSet, name: str, value: Any, expected: str) -> None:
    message = said(parameters.override, name, value)
    assert expected in message
    assert message.startswith(f"parameters.{name}")


# --- record ----------------------------------------------------------------------------------------------


@numba.njit
def kernel(par, line):  # type: ignore[no-untyped-def]
    p = par[0]
    return p.search.rate_per_month * 1000.0 + p.services.staff_fte[line]


def test_the_record_reads_the_same_compiled_and_plain(parameters: ParameterSet) -> None:
    changed = parameters.override("services.staff_fte.brokerage", 7)
    for record, expected in [
        (parameters.record(), 2132.0),
        (changed.record(), 2107.0),
    ]:
        assert kernel(record, 0) == expected
        plain = record[0].search.rate_per_month * 1000.0 + record[0].services.staff_fte[0]
        assert plain == expected
    assert pickle.loads(pickle.dumps(parameters)).record().dtype == parameters.dtype
    kernel(pickle.loads(pickle.dumps(parameters.record())), 0)
    if not numba.config.DISABLE_JIT:
        assert len(kernel.signatures) == 1  # the same type whatever was overridden or sent to a worker


def test_all_fields_are_float64(parameters: ParameterSet) -> None:
    fields = parameters.dtype.fields
    assert fields is not None
    for mechanism, (sub, _) in fields.items():
        for name, (kind, _) in sub.fields.items():
            assert kind.base == np.float64
            assert kind.shape == (() if parameters[f"{mechanism}.{name}"].over is None else (
                parameters[f"{mechanism}.{name}"].n_cells,))  # fmt: skip


def test_the_baseline_cannot_be_written(parameters: ParameterSet) -> None:
    with pytest.raises(ValueError, match="read-only"):
        parameters.baseline["services"]["cost_eur"][0] = 1.0
    again = pickle.loads(pickle.dumps(parameters))
    with pytest.raises(ValueError, match="read-only"):
        again.baseline["services"]["cost_eur"][0] = 1.0


def test_negative_zero_is_zero() -> None:
    declared = ParameterSet.from_declarations(wrong(f"{COST}/value", -0.0))
    assert declared.record().tobytes() == declared.override("services.cost_eur", 0).record().tobytes()
