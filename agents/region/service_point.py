"""Where the employment authority can be met in each municipality, and the municipality's own employment staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agents.region.schema import POINT_KINDS, POINT_PERIODS, WEEKDAYS
from agents.region.table import Row, Table
from sim.errors import near_miss


@dataclass(frozen=True)
class ServicePoint:
    """Service of the authority in a municipality.

    Attributes
    ----------
    kind
        One of `POINT_KINDS`: ``office`` (permanent staff), ``service_point`` (visited by the staff of `parent`)
        or ``none`` (clients go elsewhere).
    weekdays
        Opening days, rising, 0 (Monday) to 4 (Friday); none for ``none``.
    period_weeks
        It is open on `weekdays` in every so-many-th week: 1, 2 or 4.
    parent
        Position in `Region.municipalities` of the office whose staff visits, or that clients belong to where there
        is no service; an office is its own.
    municipal_fte
        The municipality's own employment staff, FTE.
    premises_year_eur
        Premises, euros a year.
    """

    kind: str
    weekdays: tuple[int, ...]
    period_weeks: int
    parent: int
    municipal_fte: float
    premises_year_eur: float


def read_service_points(table: Table, codes: Sequence[str]) -> tuple[ServicePoint, ...]:
    """Return the service point of each municipality, in the municipalities' order.

    Parameters
    ----------
    table
        ``service_points.csv``.
    codes
        Codes of the municipalities, in order.

    Raises
    ------
    InputError
        If a municipality is unknown, missing or there twice, a kind, weekday or period is not known, weekdays do not
        fit the kind, or a parent is no office.
    """
    code_index = {code: i for i, code in enumerate(codes)}
    kind_index = {kind: i for i, kind in enumerate(POINT_KINDS)}
    table.labels("municipality_code")
    rows: dict[int, Row] = {}
    for row in table:
        rows[table.index(row, "municipality_code", code_index)] = row
        table.index(row, "kind", kind_index)
    absent = [code for i, code in enumerate(codes) if i not in rows]
    if absent:
        raise table.error(None, "municipality_code", f"no row for {', '.join(absent)}; expected one a municipality")
    result = []
    for place in range(len(codes)):
        row = rows[place]
        parent = table.index(row, "parent", code_index)
        if row["kind"] == "office" and parent != place:
            raise table.error(row, "parent", f"'{codes[parent]}' for an office; expected its own code '{codes[place]}'")
        if rows[parent]["kind"] != "office":
            offices = [codes[i] for i in range(len(codes)) if rows[i]["kind"] == "office"]
            raise table.error(
                row,
                "parent",
                f"'{codes[parent]}' is no office but {rows[parent]['kind']} (row {rows[parent].line}); "
                f"expected {', '.join(offices) or 'an office, of which there is none'}",
            )
        if row["kind"] == "none" and row["premises_year_eur"] > 0:
            raise table.error(row, "premises_year_eur", f"{row['premises_year_eur']:g} where kind is none; expected 0")
        result.append(
            ServicePoint(
                row["kind"],
                _weekdays(table, row),
                _period_weeks(table, row),
                parent,
                row["municipal_fte"],
                row["premises_year_eur"],
            )
        )
    return tuple(result)


def _weekdays(table: Table, row: Row) -> tuple[int, ...]:
    """Return the opening days of a row, rising."""
    days: list[int] = []
    for word in row["weekdays"].split():
        if word not in WEEKDAYS:
            raise table.error(
                row,
                "weekdays",
                f"'{word}' is not an opening day{near_miss(word, WEEKDAYS)}; expected {' '.join(WEEKDAYS)}",
            )
        if WEEKDAYS.index(word) in days:
            raise table.error(row, "weekdays", f"'{word}' is there twice")
        days.append(WEEKDAYS.index(word))
    if row["kind"] == "none" and days:
        raise table.error(row, "weekdays", f"'{row['weekdays']}' where kind is none; expected an empty cell")
    if row["kind"] != "none" and not days:
        raise table.error(row, "weekdays", f"empty where kind is {row['kind']}; expected days like mon tue")
    return tuple(sorted(days))


def _period_weeks(table: Table, row: Row) -> int:
    """Return the period of a row's opening weeks."""
    period = int(row["period_weeks"])
    if period not in POINT_PERIODS:
        raise table.error(row, "period_weeks", f"{period} is not known; expected 1, 2 or 4")
    if row["kind"] == "office" and period != 1:
        raise table.error(row, "period_weeks", f"{period} for an office, which is open every week; expected 1")
    return period
