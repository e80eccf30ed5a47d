"""Results in one line: ``load(FOLDER)`` gives the tables of results folders as views for SQL, Arrow and pandas."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from experiments.query.source import NAMED_CODES, VIEWS, Source, read_source
from sim.errors import InputError, near_miss

if TYPE_CHECKING:
    import pandas as pd

_LOCKED = (
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)
"""A query reads the folders that were named and nothing else: no other file, no network, nothing written."""

_READING = ("SELECT", "EXPLAIN", "MULTI")
"""Kinds of statements that give rows; a PIVOT is a MULTI."""


class Loaded:
    """Views over results folders.

    Each view has a first column ``folder``; columns that one folder has and another does not are empty there.

    Parameters
    ----------
    sources
        At least one folder.

    Attributes
    ----------
    folders
        Paths of the folders.
    views
        Names of the views that the folders have.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self.folders = tuple(source.path for source in sources)
        self._connection = duckdb.connect(":memory:")
        names = [source.path.resolve().name for source in sources]
        labels = [
            name if names.count(name) == 1 else str(source.path) for name, source in zip(names, sources, strict=True)
        ]
        parts: dict[str, list[str]] = {}
        for position, (label, source) in enumerate(zip(labels, sources, strict=True)):
            for view, rows in source.tables.items():
                held = f"{view}_of_{position}"
                self._connection.register(held, rows)
                quoted = label.replace("'", "''")
                parts.setdefault(view, []).append(f"SELECT '{quoted}' AS folder, *{_names(view)} FROM {held}")
        for view, selects in parts.items():
            self._connection.execute(f"CREATE VIEW {view} AS {' UNION ALL BY NAME '.join(selects)}")
        for statement in _LOCKED:
            self._connection.execute(statement)
        self.views = tuple(view for view in VIEWS if view in parts)

    def table(self, what: str) -> pa.Table:
        """Rows of a view or of a query.

        Parameters
        ----------
        what
            Name of a view, such as ``indicators``, or one SQL statement that gives rows.

        Raises
        ------
        InputError
            If the folders have no such view, or the statement is none.
        """
        word = what.strip()
        if word.isidentifier():
            if word not in self.views:
                raise InputError(self._no_view(word))
            word = f"SELECT * FROM {word}"
        return self._asked(word)

    def frame(self, what: str) -> pd.DataFrame:
        """Like `table`, as a pandas data frame with dates as ``datetime64``.

        Raises
        ------
        InputError
            As `table`; or if pandas is not installed.
        """
        try:
            import pandas as pd  # noqa: F401
        except ImportError:
            raise InputError(
                "pandas is missing: needs the extra 'notebook': .venv/bin/python -m pip install -r requirements.lock"
            ) from None
        return self.table(what).to_pandas(date_as_object=False)

    def columns(self, view: str) -> list[str]:
        """Names of the columns of a view."""
        return [str(name) for name in self._asked(f"SELECT * FROM {view} LIMIT 0").column_names]

    def _asked(self, sql: str) -> pa.Table:
        try:
            statements = self._connection.extract_statements(sql)
            if len(statements) != 1:
                raise InputError("the query: expected one statement, such as select * from indicators limit 5")
            kind = statements[0].type.name
            if not kind.startswith(_READING):
                raise InputError(f"the query: {kind} gives no rows; expected a select, and nothing is written")
            return self._connection.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            raise InputError(self._told(error)) from None

    def _told(self, error: duckdb.Error) -> str:
        """DuckDB's own words without the picture of the place; a missing view gets the command that makes it."""
        text = str(error)
        for view in VIEWS:
            if view not in self.views and f"name {view} does not exist" in text:
                return self._no_view(view)
        if "disabled by configuration" in text:
            return "the query: it can read the views only, no other file and no network, and it writes nothing"
        lines = [line.strip() for line in text.partition("\nLINE ")[0].splitlines() if line.strip()]
        return f"the query: {' '.join(lines)}"

    def _no_view(self, name: str) -> str:
        held = ", ".join(self.views)
        if name in VIEWS:
            return f"the folders have no {name}, which come of {VIEWS[name]}; they have {held}"
        return f"no view '{name}'{near_miss(name, VIEWS)}; the folders have {held}"


def _names(view: str) -> str:
    """Further columns with the words of a view's codes."""
    return "".join(
        f", {list(words)}[{column} + 1] AS {column}_name" for column, words in NAMED_CODES.get(view, {}).items()
    )


def load(*folders: str | Path) -> Loaded:
    """Open results folders; nothing is read before it is asked for.

    Parameters
    ----------
    folders
        Results folders, ``outputs/<command>/<name>-<hash>``, or the run store ``outputs/runs``.

    Raises
    ------
    InputError
        If a folder is no results folder, is unfinished, or is of another schema version.

    Examples
    --------
    >>> load("outputs/compare/closure_harjavalta-1a2b3c4d").frame("indicators")  # doctest: +SKIP
    """
    if not folders:
        raise InputError("expected at least one results folder, such as outputs/compare/closure_harjavalta-1a2b3c4d")
    paths = list(dict.fromkeys(Path(folder) for folder in folders))
    return Loaded([read_source(path) for path in paths])
