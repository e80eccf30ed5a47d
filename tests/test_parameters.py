"""Declarations, the record, dated changes and explain. Case C11: two changes to one parameter."""

import copy
import math
import pickle
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from experiments.explain import explain_parameter, policy_changes
from sim.dimensions import AGE_BANDS, LINES, MONTHS
from sim.errors import InputError
from sim.parameters import OPERATIONS, Change, ParameterSet, Timetable, compose, write

START = date(2026, 1, 1)
DAYS = 396  # to 2027-01-31

DECLARATIONS: dict[str, dict[str, Any]] = {
    "services": {
        "staff_fte": {
            "over": "line",
            "value": {"brokerage": 32, "competence": 16, "multi_sector": 32},
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


@pytest.fixture(scope="module")
def parameters() -> ParameterSet:
    return ParameterSet.from_declarations(DECLARATIONS)


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


def no_op_free(timetable: Timetable) -> list[tuple[int, str, int | None, float]]:
    """Return the writes that change the record, found by replaying them."""
    record, kept = timetable.parameter_set.record(), []
    for entry in timetable.writes:
        before = record.tobytes()
        write(record, *entry[1:])
        if record.tobytes() != before:
            kept.append(entry)
    return kept


# --- declarations ------------------------------------------------------------------------------------------


def test_a_declaration_is_read(parameters: ParameterSet) -> None:
    assert parameters.names() == (
        "search.rate_per_month", "search.season", "services.cost_eur", "services.staff_fte",
    )  # fmt: skip
    staff = parameters["services.staff_fte"]
    assert staff.value == (32.0, 16.0, 32.0)
    assert (staff.low, staff.high) == ((0.0,) * 3, (200.0,) * 3)
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


# --- overrides ---------------------------------------------------------------------------------------------


def test_an_override_makes_another_set(parameters: ParameterSet) -> None:
    new = parameters.override("services.staff_fte.competence", 20)
    assert new.value("services.staff_fte") == (32.0, 20.0, 32.0)
    assert parameters.value("services.staff_fte") == (32.0, 16.0, 32.0)
    assert parameters.override("services.staff_fte", 5).value("services.staff_fte") == (5.0,) * 3
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


# --- record ------------------------------------------------------------------------------------------------


@numba.njit
def kernel(par, line):  # type: ignore[no-untyped-def]
    p = par[0]
    return p.search.rate_per_month * 1000.0 + p.services.staff_fte[line]


def test_the_record_reads_the_same_compiled_and_plain(parameters: ParameterSet) -> None:
    changed = parameters.override("services.staff_fte.brokerage", 7)
    for record, expected in [
        (parameters.record(), 2132.0),
        (changed.record(), 2107.0),
        (parameters.ceiling(), 4200.0),
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


def test_a_reform_leaves_the_baseline_bit_for_bit(parameters: ParameterSet) -> None:
    before = parameters.record().tobytes()
    reform = compose(parameters, [change("services.staff_fte", "scale", 1.3, "2026-01-01")], START, DAYS)
    record = parameters.record()
    reform.apply(record, 0)
    assert record.tobytes() != before
    assert parameters.record().tobytes() == before
    assert parameters.baseline.tobytes() == before
    baseline = compose(parameters, [], START, DAYS)
    assert baseline.writes == ()
    assert baseline.record(DAYS - 1).tobytes() == before


# --- changes as users write them ---------------------------------------------------------------------------


GOOD = {"parameter": "services.cost_eur", "set": 100, "start": "2026-01-01", "source": "assumption"}


def test_a_change_is_read() -> None:
    read = Change.from_mapping(
        {**GOOD, "end": date(2026, 3, 1), "order": 2, "unit": "EUR"}, "policies.c11_set"
    )
    assert read == Change(
        "services.cost_eur",
        "set",
        100.0,
        START,
        date(2026, 3, 1),
        2,
        "policies.c11_set",
        "assumption",
        None,
        "EUR",
    )
    assert pickle.loads(pickle.dumps(read)) == read
    assert len({read, replace(read)}) == 1


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"parametr": "x"}, "unknown key 'parametr'; did you mean 'parameter'?"),
        ({"scale": 2}, "expected one of set, scale, add, ramp, got set and scale"),
        ({"set": ...}, "expected one of set, scale, add, ramp, got none"),
        ({"set": "100"}, "policies.x.set: expected a finite number, got '100'"),
        ({"set": None}, "got nothing"),
        ({"set": True}, "got true"),
        (
            {"start": "2027-02-29"},
            "policies.x.start: there is no date '2027-02-29': February 2027 has 28 days",
        ),
        ({"start": 2027}, "policies.x.start: expected a date as YYYY-MM-DD, got 2027"),
        ({"start": ...}, "start missing"),
        ({"end": "31.12.2026"}, "policies.x.end: expected a date"),
        ({"end": "2025-12-31"}, "ends on 2025-12-31, before its start on 2026-01-01"),
        ({"source": ...}, "source missing"),
        ({"parameter": 3}, "policies.x.parameter: expected text, got 3"),
        ({"order": 1.5}, "policies.x.order: expected a whole number, got 1.5"),
        ({"ramp_days": 3}, "ramp_days belongs to ramp, not to set"),
        ({"set": ..., "ramp": 3}, "needs ramp_days, or an end"),
        ({"set": ..., "ramp": 3, "ramp_days": 0}, "at least 1 day, got 0"),
        ({"set": ..., "ramp": 3, "ramp_days": 11, "end": "2026-01-10"}, "takes 11 days but ends after 10"),
    ],
)
def test_a_wrong_change_is_told(changed: dict[str, Any], expected: str) -> None:
    mapping = {key: value for key, value in {**GOOD, **changed}.items() if value is not ...}
    message = said(Change.from_mapping, mapping, "policies.x")
    assert expected in message
    assert message.startswith("policies.x")


def test_a_change_must_be_a_mapping() -> None:
    assert "p.yaml: changes[0]: expected a change" in said(
        Change.from_mapping, "set", "policies.p", "p.yaml: changes[0]"
    )


# --- composition -------------------------------------------------------------------------------------------


SET = change("services.cost_eur", "set", 100, "2026-01-01", owner="policies.c11_set")
SAME_DAY = change("services.cost_eur", "scale", 1.2, "2026-01-01", owner="policies.c11_scale_same_day")
LATER = change(
    "services.cost_eur", "scale", 1.2, "2026-07-01", "2026-12-31", owner="policies.c11_scale_later"
)


def test_c11_two_changes_on_one_day_are_an_error(parameters: ParameterSet) -> None:
    for changes in ([SET, SAME_DAY], [SAME_DAY, SET]):
        message = said(compose, parameters, changes, START, DAYS)
        for part in (
            "policies.c11_set",
            "policies.c11_scale_same_day",
            "services.cost_eur",
            "2026-01-01",
            "order",
        ):
            assert part in message


def test_c11_a_later_change_acts_and_ends(parameters: ParameterSet) -> None:
    by_month = compose(parameters, [SET, LATER], START, DAYS).monthly("services.cost_eur")
    expected = {f"2026-{month:02d}": 100.0 if month < 7 else 120.0 for month in range(1, 13)}
    assert by_month == {**expected, "2027-01": 100.0}


def test_c11_setting_to_the_present_value_changes_nothing(parameters: ParameterSet) -> None:
    base = parameters.value("search.rate_per_month")
    assert isinstance(base, float)
    mixed = [
        change("search.rate_per_month", "set", base, "2026-01-01", owner="policies.c11_mixed"),
        replace(LATER, owner="policies.c11_mixed"),
    ]
    one = compose(parameters, mixed, START, DAYS)
    other = compose(parameters, [LATER], START, DAYS)
    assert one.writes == other.writes == (
        (181, "services.cost_eur", None, 120.0), (365, "services.cost_eur", None, 100.0),
    )  # fmt: skip
    assert no_op_free(one) == list(one.writes)
    for day in (0, 180, 181, 364, 365, DAYS - 1):
        assert one.record(day).tobytes() == other.record(day).tobytes()


def test_an_order_decides_between_equal_dates(parameters: ParameterSet) -> None:
    first = [replace(SET, amount=200.0, order=1), replace(SAME_DAY, order=2)]
    assert compose(parameters, first, START, DAYS).value("services.cost_eur", 0) == 240.0
    swapped = [replace(SET, amount=200.0, order=2), replace(SAME_DAY, order=1)]
    assert compose(parameters, swapped, START, DAYS).value("services.cost_eur", 0) == 200.0
    assert "same order 1" in said(
        compose, parameters, [replace(SET, order=1), replace(SAME_DAY, order=1)], START, DAYS
    )
    assert "order" in said(compose, parameters, [replace(SET, order=1), SAME_DAY], START, DAYS)


@pytest.mark.parametrize(
    ("one", "two", "clash"),
    [
        ("services.staff_fte", "services.staff_fte.brokerage", True),
        ("services.staff_fte.brokerage", "services.staff_fte", True),
        ("services.staff_fte.brokerage", "services.staff_fte.brokerage", True),
        ("services.staff_fte.brokerage", "services.staff_fte.competence", False),
        ("services.staff_fte", "services.cost_eur", False),
    ],
)
@pytest.mark.parametrize("owner", ["policies.x", "policies.y"])
def test_clashes_of_cells(parameters: ParameterSet, one: str, two: str, clash: bool, owner: str) -> None:
    changes = [change(one, "add", 1, "2026-02-01"), change(two, "add", 2, "2026-02-01", owner=owner)]
    if clash:
        message = said(compose, parameters, changes, START, DAYS)
        assert one in message
        assert two in message
        assert owner in message
    else:
        assert compose(parameters, changes, START, DAYS).writes


def test_operations_on_cells(parameters: ParameterSet) -> None:
    changes = [
        change("services.staff_fte", "scale", 2, "2026-02-01"),
        change("services.staff_fte.competence", "set", 10, "2026-02-10", "2026-02-19"),
        change("services.staff_fte", "add", -1, "2026-02-15"),
    ]
    timetable = compose(parameters, changes, START, DAYS)
    values = {
        f"{date(2026, 2, day)}": timetable.value("services.staff_fte", 30 + day) for day in (1, 10, 15, 20)
    }
    assert values == {
        "2026-02-01": (64.0, 32.0, 64.0),
        "2026-02-10": (64.0, 10.0, 64.0),
        "2026-02-15": (63.0, 9.0, 63.0),
        "2026-02-20": (63.0, 31.0, 63.0),
    }
    assert timetable.value("services.staff_fte", 30) == (32.0, 16.0, 32.0)
    assert timetable.value("services.staff_fte.competence", 40) == 10.0
    assert [w for w in timetable.writes if w[0] == 40] == [(40, "services.staff_fte", 1, 10.0)]
    assert list(timetable.writes) == sorted(timetable.writes, key=lambda w: w[:3])


def test_a_ramp_takes_equal_steps_and_stays(parameters: ParameterSet) -> None:
    ramp = change("services.cost_eur", "ramp", 200, "2026-01-11", ramp_days=4)
    timetable = compose(parameters, [ramp], START, DAYS)
    values = [timetable.value("services.cost_eur", day) for day in range(9, 16)]
    assert values == [100.0, 125.0, 150.0, 175.0, 200.0, 200.0, 200.0]
    assert timetable.value("services.cost_eur", DAYS - 1) == 200.0
    assert len(timetable.writes) == 4


def test_a_ramp_by_its_end_is_gone_after_it(parameters: ParameterSet) -> None:
    ramp = change("services.cost_eur", "ramp", 200, "2026-01-11", "2026-01-14")
    timetable = compose(parameters, [ramp], START, DAYS)
    values = [timetable.value("services.cost_eur", day) for day in range(9, 15)]
    assert values == [100.0, 125.0, 150.0, 175.0, 200.0, 100.0]


def test_a_ramp_starts_from_earlier_changes_and_ends_exactly(parameters: ParameterSet) -> None:
    changes = [
        change("search.rate_per_month", "scale", 0.7, "2026-01-01"),
        change("search.rate_per_month", "ramp", 1.1, "2026-01-02", ramp_days=3),
        change("search.rate_per_month", "add", 0.25, "2026-02-01", "2026-02-01"),
    ]
    timetable = compose(parameters, changes, START, DAYS)
    assert timetable.value("search.rate_per_month", 1) == pytest.approx(1.47 + (1.1 - 1.47) / 3)
    assert timetable.value("search.rate_per_month", 3) == 1.1
    assert timetable.value("search.rate_per_month", 31) == 1.1 + 0.25


def test_a_ramp_reaches_its_amount_to_the_last_bit(parameters: ParameterSet) -> None:
    assert 2.1 + (0.57 - 2.1) != 0.57  # what a plain last step would give
    ramp = change("search.rate_per_month", "ramp", 0.57, "2026-01-01", ramp_days=7)
    assert compose(parameters, [ramp], START, DAYS).value("search.rate_per_month", 6) == 0.57


def test_a_change_under_way_acts_from_the_first_day(parameters: ParameterSet) -> None:
    changes = [
        change("services.cost_eur", "scale", 3, "2020-05-01", "2026-01-31"),
        change("services.staff_fte.brokerage", "ramp", 42, "2025-12-28", ramp_days=10),
    ]
    timetable = compose(parameters, changes, START, DAYS)
    assert timetable.writes[:2] == (
        (0, "services.cost_eur", None, 300.0), (0, "services.staff_fte", 0, 37.0),
    )  # fmt: skip
    assert timetable.value("services.cost_eur", 31) == 100.0


def test_a_change_on_the_first_and_on_the_last_day(parameters: ParameterSet) -> None:
    last = date(2027, 1, 31)
    changes = [change("services.cost_eur", "set", 1, f"{day}", f"{day}") for day in (START, last)]
    timetable = compose(parameters, changes, START, DAYS)
    assert [(day, value) for day, _, _, value in timetable.writes] == [(0, 1.0), (1, 100.0), (DAYS - 1, 1.0)]


@pytest.mark.parametrize(
    ("wrong_change", "expected"),
    [
        (
            change("services.cost_eur", "set", 1, "2027-02-01"),
            "starts on 2027-02-01, after the last day of the run",
        ),
        (
            change("services.cost_eur", "set", 1, "2025-01-01", "2025-12-31"),
            "before the first day of the run",
        ),
        (change("services.cost_eur", "set", 1, "2026-02-02", "2026-02-01"), "before its start on 2026-02-02"),
        (change("services.costs_eur", "set", 1, "2026-02-02"), "did you mean 'services.cost_eur'?"),
        (change("services.cost_eur", "sett", 1, "2026-02-02"), "did you mean 'set'?"),
        (change("services.cost_eur", "set", math.nan, "2026-02-02"), "finite"),
        (change("services.cost_eur", "set", 1, "2026-02-02", unit="k€"), "in 'EUR', got 'k€'"),
        (change("services.cost_eur", "ramp", 1, "2026-02-02"), "needs ramp_days"),
        (
            change("services.cost_eur", "scale", 11, "2026-02-02"),
            "services.cost_eur is 1100 on 2026-02-02, outside its range 0 to 1000 EUR",
        ),
        (
            change("services.staff_fte.competence", "ramp", -15, "2026-01-01", ramp_days=31),
            "services.staff_fte.competence is -1 on 2026-01-17, outside its range 0 to 200 FTE",
        ),
        (change("services.cost_eur", "scale", 1e308, "2026-02-02"), "outside its range"),
    ],
)
def test_a_wrong_timetable_is_told(parameters: ParameterSet, wrong_change: Change, expected: str) -> None:
    message = said(compose, parameters, [wrong_change], START, DAYS)
    assert expected in message
    assert message.startswith("policies.x: ")


def test_leaving_the_range_together_names_both_owners(parameters: ParameterSet) -> None:
    changes = [
        change("services.cost_eur", "scale", 9, "2026-01-01", owner="policies.one"),
        change("services.cost_eur", "add", 200, "2026-03-01", "2026-03-31", owner="policies.two"),
        change("services.cost_eur", "add", 1, "2026-02-01", "2026-02-02", owner="policies.gone"),
    ]
    message = said(compose, parameters, changes, START, DAYS)
    assert message.startswith("policies.one and policies.two: services.cost_eur is 1100 on 2026-03-01")
    # Passing through a value outside the range within a day is no error: only the composed value counts.
    back = change("services.cost_eur", "scale", 0.5, "2026-03-01", owner="policies.three", order=2)
    changes[1] = replace(changes[1], order=1)
    assert compose(parameters, [*changes, back], START, DAYS).value("services.cost_eur", 59) == 550.0


def test_negative_zero_is_zero() -> None:
    declared = ParameterSet.from_declarations(wrong(f"{COST}/value", -0.0))
    assert declared.record().tobytes() == declared.override("services.cost_eur", 0).record().tobytes()
    scaled = compose(declared, [change("services.cost_eur", "scale", -1, "2026-02-01")], START, DAYS)
    assert scaled.writes == ()
    assert scaled.record(40).tobytes() == declared.baseline.tobytes()


@pytest.mark.filterwarnings("error")
def test_an_overflow_is_told_as_any_value_outside_its_range(parameters: ParameterSet) -> None:
    huge = change("services.cost_eur", "scale", 1e308, "2026-02-02")
    assert "services.cost_eur is inf on 2026-02-02" in said(compose, parameters, [huge], START, DAYS)


# --- properties of composition ---------------------------------------------------------------------------


WIDE = ParameterSet.from_declarations(
    {
        "m": {
            "number": {**DECLARATIONS["services"]["cost_eur"], "low": -1e30, "high": 1e30},
            "table": {**DECLARATIONS["services"]["staff_fte"], "low": -1e30, "high": 1e30},
        }
    }
)
NAMES = ("m.number", "m.table", *(f"m.table.{label}" for label in LINES))


@st.composite
def some_changes(draw: st.DrawFn, forever: bool = True) -> list[Change]:
    """Draw up to eight changes on different starts, or on equal ones with different orders."""
    drawn = []
    for i in range(draw(st.integers(0, 8))):
        start = draw(st.integers(-20, 59))
        length = draw(st.integers(max(0, -start), 40))
        operation = draw(st.sampled_from(OPERATIONS))
        ends = not forever or draw(st.booleans())
        drawn.append(
            Change(
                draw(st.sampled_from(NAMES)),
                operation,
                draw(st.floats(-3, 3, allow_nan=False)),
                START + timedelta(days=start),
                START + timedelta(days=start + length) if ends else None,
                order=i,
                owner=draw(st.sampled_from(["policies.a", "policies.b"])),
                ramp_days=draw(st.integers(1, length + 1)) if operation == "ramp" else None,
            )
        )
    return drawn


@settings(max_examples=150, deadline=None)
@given(some_changes(), st.randoms(use_true_random=False))
def test_the_order_of_the_list_does_not_matter(changes: list[Change], random: Any) -> None:
    shuffled = list(changes)
    random.shuffle(shuffled)
    one, other = (compose(WIDE, listed, START, 60) for listed in (changes, shuffled))
    assert repr(one.writes) == repr(other.writes)


@settings(max_examples=150, deadline=None)
@given(some_changes(forever=False))
def test_ends_restore_the_baseline_exactly(changes: list[Change]) -> None:
    days = 120  # all drawn changes have ended by then
    timetable = compose(WIDE, changes, START, days)
    record = WIDE.record()
    for day in range(days):
        timetable.apply(record, day)
    assert record.tobytes() == WIDE.baseline.tobytes()


@settings(max_examples=150, deadline=None)
@given(some_changes(), st.integers(0, 59))
def test_writes_and_resumed_records_agree(changes: list[Change], day: int) -> None:
    timetable = compose(WIDE, changes, START, 60)
    record = WIDE.record()
    for today in range(day + 1):
        names = timetable.apply(record, today)
        assert len(set(names)) == len(names)
    assert timetable.record(day).tobytes() == record.tobytes()
    assert no_op_free(timetable) == list(timetable.writes)


@settings(max_examples=150, deadline=None)
@given(some_changes(), st.integers(0, 59))
def test_values_follow_the_stated_rule(changes: list[Change], day: int) -> None:
    """A second, naive reading of the rule: one cell, one day, change after change."""
    moment = START + timedelta(days=day)
    timetable = compose(WIDE, changes, START, 60)
    for name in ("m.number", "m.table.competence"):
        value = WIDE.value(name)
        assert isinstance(value, float)
        active = [
            c for c in changes if name in (c.parameter, f"{c.parameter}.competence") and c.start <= moment
            and (c.end is None or moment <= c.end)
        ]  # fmt: skip
        for c in sorted(active, key=lambda c: (c.start, c.order)):
            if c.operation == "set":
                value = c.amount
            elif c.operation == "scale":
                value *= c.amount
            elif c.operation == "add":
                value += c.amount
            else:
                assert c.ramp_days is not None
                share = min(1.0, ((moment - c.start).days + 1) / c.ramp_days)
                value += (c.amount - value) * share
        assert timetable.value(name, day) == pytest.approx(value, rel=1e-12, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(some_changes(), st.integers(1, 19))
def test_a_run_that_starts_later_has_the_same_values(changes: list[Change], later: int) -> None:
    start = START + timedelta(days=later)
    assume(all(c.end is None or c.end >= start for c in changes))
    whole = compose(WIDE, changes, START, 60)
    part = compose(WIDE, changes, start, 60 - later)
    for day in range(60 - later):
        assert part.record(day).tobytes() == whole.record(day + later).tobytes()


# --- explain -----------------------------------------------------------------------------------------------


def test_explain_says_where_a_number_comes_from(parameters: ParameterSet) -> None:
    text = explain_parameter(parameters, "services.cost_eur", [SET, LATER])
    for part in ("100", "0 to 1000", "EUR", "Price of a service day", "assumed", "assumption",
                 "policies.c11_set: set 100 from 2026-01-01",
                 "policies.c11_scale_later: scale 1.2 from 2026-07-01 to 2026-12-31"):  # fmt: skip
        assert part in text
    assert "changed by   no policy" in explain_parameter(parameters, "search.rate_per_month", [SET, LATER])


def test_explain_shows_cells(parameters: ParameterSet) -> None:
    changes = [
        change("services.staff_fte", "add", 6, "2026-02-01", owner="policies.all"),
        change("services.staff_fte.brokerage", "add", 6, "2026-03-01", owner="policies.one"),
    ]
    text = explain_parameter(parameters, "services.staff_fte", changes)
    assert re.search(r"competence +16 +0 +200", text)
    assert "policies.all" in text
    assert "policies.one" in text
    cell = explain_parameter(parameters, "services.staff_fte.competence", changes)
    assert "policies.all" in cell
    assert "policies.one" not in cell
    assert len(explain_parameter(parameters, "search.season").splitlines()) >= len(MONTHS)


def test_explain_lists_and_misses(parameters: ParameterSet) -> None:
    text = explain_parameter(parameters)
    for name in parameters.names():
        assert name.split(".")[1] in text
    assert text.startswith("search\n")
    assert explain_parameter(parameters, "search") in text
    assert "did you mean 'services.cost_eur'?" in said(explain_parameter, parameters, "services.cost_er")
    assert "did you mean 'search'?" in said(explain_parameter, parameters, "serch")


def test_policy_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "# @package policies.a\nchanges:\n"
        "  - {parameter: services.cost_eur, set: 1e2, start: 2026-01-01, source: assumption}\n"
    )
    (tmp_path / "b.yaml").write_text("# @package policies.b\n")
    (read,) = policy_changes(tmp_path)
    assert read == Change("services.cost_eur", "set", 100.0, START, owner="policies.a", source="assumption")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "changes: [{parameter: x, set: 1, start: 2027-02-29, source: s}]",
            "c.yaml: changes[0].start: there is no",
        ),
        ("changes: 3", "c.yaml: changes: expected a list"),
        ("changes: [", "c.yaml: cannot be read"),
        ("changes: [3]", "c.yaml: changes[0]: expected a change"),
    ],
)
def test_a_wrong_policy_file_is_told(tmp_path: Path, text: str, expected: str) -> None:
    (tmp_path / "c.yaml").write_text(text)
    assert expected in said(policy_changes, tmp_path)


def test_age_bands_keep_their_labels() -> None:
    entry = {
        **DECLARATIONS["services"]["cost_eur"],
        "over": "age_band",
        "value": {b: i for i, b in enumerate(AGE_BANDS)},
    }
    parameters = ParameterSet.from_declarations({"m": {"by_age": entry}})
    assert parameters.value("m.by_age.45-49") == 6.0
