"""``kohtaanto export FOLDER``: a table of a results folder for a spreadsheet, in the user's language."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from experiments.export.finnish_csv import write_csv
from experiments.export.worded import Worded
from experiments.export.workbook import MOST_ROWS, check_size, write_xlsx
from experiments.query.loaded import load
from experiments.query.source import VIEWS
from experiments.report.terms import LANGUAGES, Terms
from experiments.running.progress import say
from experiments.running.results import read_manifest
from sim.errors import InputError, near_miss

FORMATS = ("csv", "xlsx")
_KEYS = ("format", "language", "out", "table")


def carry_out(words: Sequence[str]) -> int:
    """Export a table and print the path of its file.

    Raises
    ------
    InputError
        If the folder, a key or the number of rows does not fit.
    """
    folders, keys = [], {}
    for word in words:
        name, equals, value = word.partition("=")
        if Path(word).is_dir() or not equals:
            folders.append(Path(word))
        elif name not in _KEYS:
            raise InputError(f"export has no key '{name}'{near_miss(name, _KEYS)}")
        else:
            keys[name] = value
    if len(folders) != 1:
        raise InputError(
            f"export: expected one results folder, got {len(folders)}; kohtaanto export FOLDER table=summary"
        )
    folder = folders[0]
    results = load(folder)
    view = keys.get("table", "summary" if "summary" in results.views else "sample")
    if view not in VIEWS:
        raise InputError(
            f"table: no table '{view}'{near_miss(view, results.views)}; the folder has {', '.join(results.views)}"
        )
    table = results.table(view)
    out = Path(keys["out"]) if "out" in keys else None
    suffix = format_of(out, keys.get("format", ""))
    path = out if out is not None else folder / f"{view}.{suffix}"
    configuration = read_manifest(folder / "manifest.json")["configuration"]
    language = keys.get("language") or configuration.get("language", "fi")
    if language not in LANGUAGES:
        raise InputError(f"language: expected {', '.join(LANGUAGES)}, got '{language}'{near_miss(language, LANGUAGES)}")
    if suffix == "xlsx":
        check_size(table.num_rows)
    elif table.num_rows >= MOST_ROWS:
        say(f"{table.num_rows:,} rows: a spreadsheet shows the first {MOST_ROWS - 1:,} only")
    worded, headers = Worded(Terms(language), configuration).table(table.drop_columns(["folder"]))
    write(worded, path, suffix, headers, view)
    print(path)
    return 0


def format_of(path: Path | None, asked: str) -> str:
    """Format of a file, by what was asked or its ending.

    Raises
    ------
    InputError
        If it is neither CSV nor XLSX, or the two do not agree.
    """
    ending = path.suffix.lstrip(".").lower() if path is not None else ""
    for what, given in (("format", asked), ("out", ending)):
        if given and given not in FORMATS:
            raise InputError(f"{what}: expected csv or xlsx, got '{given}'{near_miss(given, FORMATS)}")
    if asked and ending and asked != ending:
        raise InputError(f"format={asked} and out={path}: the ending says {ending}")
    if path is not None and not ending and not asked:
        raise InputError(f"out={path}: expected a file that ends in .csv or .xlsx")
    return asked or ending or "csv"


def write(
    table: pa.Table, path: Path, suffix: str, headers: list[str] | None = None, title: str = "kohtaanto"
) -> None:
    """Write a table as CSV or XLSX.

    Parameters
    ----------
    table
        What to write.
    path
        Where to.
    suffix
        One of `FORMATS`.
    headers
        Names of the columns for readers; the columns' own if None.
    title
        Name of the sheet.

    Raises
    ------
    InputError
        If it can not be written.
    """
    names = list(table.column_names) if headers is None else headers
    if suffix == "xlsx":
        write_xlsx(table, names, path, title)
    else:
        write_csv(table, names, path)
