"""What a folder holds as tables: files of a results folder, its manifest and summary, or the runs of the run store."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow.fs import LocalFileSystem

from experiments.csv_file import read_csv
from experiments.csv_number import MISSING, decimal_mark, looks_like_number, number
from experiments.running import schema
from experiments.running.plan import MAIN
from experiments.running.results import FINISHED, SCHEMA_VERSION, read_manifest
from experiments.running.store import RunStore
from sim.dimensions import LINES
from sim.errors import InputError

Rows: TypeAlias = pa.Table | ds.Dataset
"""A table, or Parquet files that are read when they are asked for."""

VIEWS: Mapping[str, str] = {
    "indicators": "kohtaanto run, compare or sweep",
    "runs": "every command that simulates",
    "summary": "kohtaanto run or compare",
    "sample": "kohtaanto sweep",
    "design": "kohtaanto sweep",
    "contacts": "record=full",
    "spells": "record=full",
    "weekly": "record_weekly=true",
    "market_indicators": "kohtaanto compare with markets=",
}
"""Every view, and what makes the folders that have it."""

NAMED_CODES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "contacts": {"line": LINES, "kind": ("first_interview", "talk", "joint_meeting")},
    "spells": {"exit": ("", "job", "recall", "service", "out_of_labour_force", "self_employment")},
}
"""Columns of codes that a view also has as words, ``<column>_name``; the position of a word is its code."""

_RUNS = pa.schema(
    [
        ("market", pa.string()), ("arm", pa.string()), ("parameter_set", pa.string()), ("replication", pa.int32()),
        ("seed", pa.int64()), ("key", pa.string()), ("status", pa.string()), ("seconds", pa.float64()),
        ("digest", pa.string()), ("error", pa.string()),
    ]
)  # fmt: skip
_SUMMARY = pa.schema(
    [
        ("market", pa.string()), ("indicator", pa.string()), ("unit", pa.string()), ("kind", pa.string()),
        ("group_kind", pa.string()), ("group", pa.string()), ("at", pa.string()), ("arm", pa.string()),
        ("mean", pa.float64()), ("low", pa.float64()), ("high", pa.float64()), ("difference", pa.float64()),
        ("difference_low", pa.float64()), ("difference_high", pa.float64()), ("p_better", pa.float64()),
        ("n", pa.int64()),
    ]
)  # fmt: skip
_STORED = pa.schema([("key", pa.string()), ("code", pa.string()), ("seconds", pa.float64()), ("bytes", pa.int64())])


@dataclass(frozen=True)
class Source:
    """A folder and its tables.

    Attributes
    ----------
    path
        The folder.
    tables
        By name of the view; what the folder does not have is left out.
    """

    path: Path
    tables: Mapping[str, Rows]


def read_source(path: Path) -> Source:
    """Open a results folder, or the run store ``outputs/runs``.

    Raises
    ------
    InputError
        If it is neither, is unfinished, damaged or of another schema version.
    """
    if not path.is_dir():
        raise InputError(f"{path}: no such folder; expected a results folder, or outputs/runs")
    if not (path / "manifest.json").exists() and any(path.glob("??/*.parquet")):
        return Source(path, _stored(RunStore(path)))
    manifest = read_manifest(path / "manifest.json")
    version = str(manifest.get("schema_version", "1"))
    if version != SCHEMA_VERSION:
        command = manifest["configuration"].get("command", "compare")
        raise InputError(
            f"{path}: its files are of schema version {version}, this program reads {SCHEMA_VERSION}; run it again, "
            f"such as kohtaanto {command} --rerun {path / 'manifest.json'}"
        )
    if manifest.get("status") != FINISHED:
        raise InputError(f"{path}: the runs are unfinished; the same command as before goes on with them")
    tables: dict[str, Rows] = {}
    for view in ("indicators", "sample", "contacts", "spells", "weekly"):
        if (path / f"{view}.parquet").is_file():
            tables[view] = _parquet(path / f"{view}.parquet")
    markets = sorted((path / "markets").glob("*/indicators.parquet"))
    if markets:
        tables["market_indicators"] = _labelled(markets, "market", lambda file: file.parent.name, schema.INDICATORS)
    if (path / "design.csv").is_file():
        tables["design"] = _design(path / "design.csv")
    runs = manifest.get("runs")
    if isinstance(runs, list):
        tables["runs"] = pa.Table.from_pylist([_run(run) for run in runs], schema=_RUNS)
    elif isinstance(sample := tables.get("sample"), ds.Dataset):  # a sweep has thousands: its sample tells them
        held = [name for name in (*_RUNS.names, "point") if name in sample.schema.names]
        rows = sample.to_table(columns=held).to_pylist()
        tables["runs"] = pa.Table.from_pylist([_run({"market": MAIN, **row}) for row in rows], schema=_RUNS)
    if (path / "summary.json").is_file():
        tables["summary"] = _summary(path / "summary.json")
    return Source(path, tables)


def _parquet(path: Path) -> ds.Dataset:
    """A Parquet file by its name alone: signs such as '=' in a folder's name are no partition."""
    try:
        return ds.dataset([str(path)], format="parquet", filesystem=LocalFileSystem())
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path}: can not be read ({_first_line(error)}); the same command makes it again") from None


def _labelled(files: list[Path], column: str, label: Callable[[Path], str], columns: pa.Schema) -> ds.Dataset:
    """Files of one schema below each other, with a column that says which file a row is of."""
    parquet, local = ds.ParquetFileFormat(), LocalFileSystem()
    fragments = [
        parquet.make_fragment(str(file), local, partition_expression=ds.field(column) == label(file)) for file in files
    ]
    whole = pa.schema([(column, pa.string()), *columns])
    return ds.FileSystemDataset(fragments, whole, parquet, local)


def _stored(store: RunStore) -> dict[str, Rows]:
    """The runs of the store by key, and what is noted of each."""
    keys = store.keys()
    noted = [(key, store.facts(key)) for key in keys]
    rows = [
        {
            "key": key,
            "code": facts.get("code"),
            "seconds": sum(facts.get("seconds", {}).values()),
            "bytes": store.path(key).stat().st_size,
        }
        for key, facts in noted
        if facts is not None
    ]
    files = [store.path(row["key"]) for row in rows]
    return {
        "runs": pa.Table.from_pylist(rows, schema=_STORED),
        "indicators": _labelled(files, "key", lambda file: file.stem, schema.RUN),
    }


def _run(run: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: run.get(name) for name in _RUNS.names}
    told["parameter_set"] = run.get("parameter_set", run.get("point", "default"))
    return told


def _design(path: Path) -> pa.Table:
    """A design: ids of the points as ``point``, text; every other column numbers, or text where it has other cells."""
    given = read_csv(path)
    columns: dict[str, Any] = {}
    for position, header in enumerate(given.header):
        name = "point" if header == "id" else header
        cells = [(line, cells[position]) for line, cells in given.rows]
        columns[name] = [cell for _, cell in cells] if name == "point" else _values(cells, f"{path.name} {name}")
    return pa.table(columns)


def _values(cells: list[tuple[int, str]], where: str) -> list[Any]:
    """A column as numbers: with points as a sweep writes them, or as people write them; else as text."""
    filled = [(line, cell) for line, cell in cells if cell not in MISSING]
    try:
        return [None if cell in MISSING else float(cell) for _, cell in cells]
    except ValueError:
        if not all(looks_like_number(cell) for _, cell in filled):
            return [cell for _, cell in cells]
    mark = decimal_mark(filled, True, where)
    return [None if cell in MISSING else number(cell, mark, f"{where} row {line}") for line, cell in cells]


def _summary(path: Path) -> pa.Table:
    """``summary.json`` as rows: an indicator, a group, a month and an arm each."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        rows = [
            row
            for market, part in {MAIN: content, **content.get("markets", {})}.items()
            for row in _summary_rows(market, part)
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: can not be read as a summary ({_first_line(error)})") from None
    return pa.Table.from_pylist(rows, schema=_SUMMARY)


def _summary_rows(market: str, part: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    held = [("", "", part["indicators"])]
    held += [(kind, group, found) for kind, groups in part.get("groups", {}).items() for group, found in groups.items()]
    for group_kind, group, indicators in held:
        for indicator, entry in indicators.items():
            for at, cell in entry["at"].items():
                for arm, level in cell["arms"].items():
                    difference = cell.get("difference", {}).get(arm) or {}
                    yield {
                        "market": market, "indicator": indicator, "unit": entry.get("unit"), "kind": entry.get("kind"),
                        "group_kind": group_kind, "group": group, "at": at, "arm": arm,
                        **{name: level.get(name) for name in ("mean", "low", "high")},
                        "difference": difference.get("mean"), "difference_low": difference.get("low"),
                        "difference_high": difference.get("high"), "p_better": difference.get("p_better"),
                        "n": difference.get("n"),
                    }  # fmt: skip


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
