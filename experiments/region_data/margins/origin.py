"""Where a published figure comes from: the rows of a region's file that hold it."""

from __future__ import annotations

from pathlib import Path

from agents.region import SCHEMA, SOURCE_KINDS, Region
from agents.region.table import Row, Table


class Origin:
    """Sources of the rows of a region's files, and of the start state in use.

    Parameters
    ----------
    region
        The region.
    start, start_file
        Start state, and the user's own file that holds it, or None.
    """

    def __init__(self, region: Region, start: str, start_file: Path | None = None) -> None:
        self._region = region
        self._rows: dict[str, list[Row]] = {}
        self._start = start
        self._start_file = start_file

    def of(self, file: str, **keys: str) -> tuple[str, str]:
        """Return source and source_kind of the rows with these keys; several are joined.

        Parameters
        ----------
        file
            A file of the region.
        **keys
            Columns and their labels; all rows if none is given.
        """
        rows = [row for row in self._of_file(file) if all(row[key] == label for key, label in keys.items())]
        sources = dict.fromkeys(row["source"] for row in rows)
        kinds = {row["source_kind"] for row in rows}
        texts = [self._region.sources.get(source, source) for source in sources]
        return "; ".join([f"{file}: {texts[0]}", *texts[1:]]) if texts else file, ", ".join(
            kind for kind in SOURCE_KINDS if kind in kinds
        )

    def _of_file(self, file: str) -> list[Row]:
        if file not in self._rows:
            path = self._region.path / file
            if file == "start_states.csv" and self._start_file is not None:
                path = self._start_file
            rows = list(Table.read(path, SCHEMA[file]))
            self._rows[file] = [row for row in rows if file != "start_states.csv" or row["state"] == self._start]
        return self._rows[file]
