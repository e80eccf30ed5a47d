"""Where the rows of a file come from: a source that is listed, a kind, a unit, a range of its own."""

from __future__ import annotations

from collections.abc import Mapping

from agents.region.schema import FileSchema
from agents.region.table import Row, Table
from sim.errors import near_miss
from sim.parameters import SOURCE_KINDS


def check_kind(table: Table, row: Row) -> None:
    """Raise InputError unless the cell ``source_kind`` is one of `SOURCE_KINDS`."""
    if row["source_kind"] not in SOURCE_KINDS:
        told = row["source_kind"]
        raise table.error(
            row,
            "source_kind",
            f"'{told}' is not known{near_miss(told, SOURCE_KINDS)}; expected {', '.join(SOURCE_KINDS)}",
        )


def check_provenance(table: Table, schema: FileSchema, sources: Mapping[str, str]) -> None:
    """Raise InputError unless every row has a listed source, a known unit and a value in its own range."""
    for row in table:
        check_kind(table, row)
        if row["source"] not in sources:
            told = row["source"]
            raise table.error(row, "source", f"'{told}' is not a source of sources.csv{near_miss(told, sources)}")
        if schema.units and row["unit"] not in schema.units:
            raise table.error(
                row, "unit", f"'{row['unit']}' is not expected here; expected {' or '.join(schema.units)}"
            )
        if schema.value is None:
            continue
        value, low, high = row[schema.value], row["low"], row["high"]
        if low > value or high < value:
            raise table.error(row, schema.value, f"{value:g} is outside its own range [{low:g}, {high:g}]")
