"""``kohtaanto query FOLDER… "select …"``: prints a table, or writes it for a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from experiments.export.request import format_of, write
from experiments.query.loaded import load
from experiments.query.printed import printed
from sim.errors import InputError, near_miss

_KEYS = ("out", "rows")
_SHOWN = 40
"""Rows that are printed unless ``rows=`` says otherwise."""


def carry_out(words: Sequence[str]) -> int:
    """Answer a query; without one, list views and columns.

    Raises
    ------
    InputError
        If a folder, the query or a key is wrong.
    """
    folders: list[Path] = []
    sql: list[str] = []
    keys: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if Path(word).is_dir():
            folders.append(Path(word))
        elif word.endswith(".sql"):
            sql.append(_sql_file(Path(word)))
        elif any(sign.isspace() for sign in word.strip()):
            sql.append(word)
        elif equals and name.isidentifier():
            if name not in _KEYS:
                raise InputError(f"query has no key '{name}'{near_miss(name, _KEYS)}")
            keys[name] = value
        else:
            folders.append(Path(word))  # `load` says that it is none
    if len(sql) > 1:
        raise InputError(f"query: expected one query in quotes, got {len(sql)}")
    results = load(*folders)
    if not sql:
        for view in results.views:
            print(f"{view}: {', '.join(results.columns(view))}")
        return 0
    table = results.table(sql[0])
    if "out" in keys:
        out = Path(keys["out"])
        write(table, out, format_of(out, ""))
        print(out)
        return 0
    rows = keys.get("rows", str(_SHOWN))
    if rows != "all" and not rows.isdecimal():
        raise InputError(f"rows: expected a whole number or all, got '{rows}'")
    for line in printed(table, None if rows == "all" else int(rows)):
        print(line)
    return 0


def _sql_file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: can not be read ({error.strerror})") from None
