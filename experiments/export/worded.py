"""A table in the user's words: headers, indicators, municipalities, lines and units by name, codes beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from experiments.composing.configuration import Configuration
from experiments.report.terms import Terms
from sim.errors import InputError

_CODES = {"indicator": "indicator_code", "group": "group_code"}
"""Columns whose codes stay beside the names, and the keys of the headers of the codes."""
_SECTIONS = {"line": "lines", "payer": "payers", "cause": "causes"}
"""Group kinds whose groups have a section of their own in the terms."""


class Worded:
    """Names of codes in one language.

    Parameters
    ----------
    terms
        Words of the language.
    configuration
        Of the folder, plain: for the names of its municipalities.
    """

    def __init__(self, terms: Terms, configuration: Mapping[str, Any]) -> None:
        self.terms = terms
        self._places = _places(configuration, terms.language)

    def table(self, table: pa.Table) -> tuple[pa.Table, list[str]]:
        """The table with names in place of codes, and its headers.

        Returns
        -------
        tuple
            A table with columns of the same names (and those of the codes), and a header for each.
        """
        columns: dict[str, Any] = {}
        for name, column in zip(table.column_names, table.columns, strict=True):
            if name == "indicator":
                columns[name] = self._mapped(column, lambda code: self.terms.named("indicators", code))
            elif name == "arm":
                columns[name] = self._mapped(column, self._arm)
            elif name == "kind":
                columns[name] = self._mapped(column, lambda code: self.terms.named("kinds", code))
            elif name in ("unit", "group_kind", "market", "status", "at"):
                columns[name] = self._mapped(column, lambda code: self.terms.named("cells", code))
            elif name == "group":
                kinds = table["group_kind"] if "group_kind" in table.column_names else None
                columns[name] = self._groups(kinds, column)
            else:
                columns[name] = column
            if name in _CODES:
                columns[_CODES[name]] = _as_text(column)
        return pa.table(columns), [self.header(name) for name in columns]

    def header(self, column: str) -> str:
        """Header of a column; a factor or an outcome is shown by its own name or its indicator's."""
        if self.terms.has("columns", column):
            return self.terms.named("columns", column)
        return self.terms.named("indicators", column)

    def _arm(self, arm: str) -> str:
        return " + ".join(self.terms.named("arms", part) for part in arm.split("+"))

    def _groups(self, kinds: Any, groups: Any) -> Any:
        if kinds is None:
            return groups
        kind_of, group_of = _as_text(kinds).to_pylist(), _as_text(groups).to_pylist()
        named: dict[tuple[str, str], str] = {}
        for pair in set(zip(kind_of, group_of, strict=True)):
            named[pair] = self._group(*pair)
        return pa.array([named[pair] for pair in zip(kind_of, group_of, strict=True)], pa.string())

    def _group(self, kind: str, group: str) -> str:
        if kind in ("municipality", "place"):
            return self._place(group)
        if kind == "line_place" and "@" in group:
            line, _, place = group.partition("@")
            return f"{self.terms.named('lines', line)}, {self._place(place)}"
        if kind in _SECTIONS:
            return self.terms.named(_SECTIONS[kind], group)
        return self.terms.named("labels", group, self.terms.named("arms", group))

    def _place(self, code: str) -> str:
        return self._places.get(code) or self.terms.place(code)

    def _mapped(self, column: Any, name: Callable[[str], str]) -> Any:
        """Names of a column's words; each word is looked up once."""
        text = _as_text(column)
        encoded = text.combine_chunks().dictionary_encode() if isinstance(text, pa.ChunkedArray) else text
        words = encoded.dictionary.to_pylist()
        return pc.take(pa.array([name(word) for word in words], pa.string()), encoded.indices)


def _as_text(column: Any) -> Any:
    return column.cast(pa.string())


def _places(configuration: Mapping[str, Any], language: str) -> dict[str, str]:
    """Names of the region's municipalities that the terms do not know, where the region's folder is still there."""
    from agents.region import Region

    try:
        region = Region.load(Configuration.from_plain(configuration).region)
    except (InputError, KeyError):
        return {}
    terms = Terms(language)
    return {
        place.code: place.name_sv if language == "sv" and place.name_sv else place.name
        for place in region.municipalities
        if not terms.has("places", place.code)
    }
