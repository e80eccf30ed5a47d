"""Markets outside the area, how far they are, and the public transport that reaches them and the municipalities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.region.schema import OUTSIDE
from agents.region.table import Table, sums_to_one

DISTANCE_ASYMMETRY_KM, DISTANCE_ASYMMETRY_SHARE = 2.0, 0.1
"""There and back may differ by so much: one-way streets, rounding."""
TRIANGLE_SLACK_KM, TRIANGLE_SLACK_SHARE = 10.0, 0.5
"""A way may be longer than the way over a third place by so much: roads and centres are not exact."""


@dataclass(frozen=True)
class Neighbour:
    """A market outside the area.

    Attributes
    ----------
    code
        Key of the files.
    title
        Name by language.
    out_share, in_share
        Share of the area's out-commuters who work there, and of its in-commuters who live there.
    tightness
        Open vacancies for each unemployed person there.
    """

    code: str
    title: dict[str, str]
    out_share: float
    in_share: float
    tightness: float


def read_neighbours(table: Table, codes: Sequence[str]) -> tuple[Neighbour, ...]:
    """Return the neighbours in the file's order.

    Parameters
    ----------
    table
        ``neighbours.csv``.
    codes
        Municipalities, whose codes no neighbour may have.

    Raises
    ------
    InputError
        If a neighbour is there twice or is a municipality, or shares do not sum to 1.
    """
    table.labels("neighbour")
    for row in table:
        if row["neighbour"] in codes or row["neighbour"] == OUTSIDE:
            raise table.error(row, "neighbour", f"'{row['neighbour']}' is a place already; expected a code of its own")
    out = sums_to_one(table, np.array([row["out_share"] for row in table]), "out_share")
    inward = sums_to_one(table, np.array([row["in_share"] for row in table]), "in_share")
    return tuple(
        Neighbour(
            row["neighbour"],
            {language: row[f"name_{language}"] for language in ("fi", "sv", "en")},
            float(out[k]),
            float(inward[k]),
            row["vacancies"] / row["unemployed"],
        )
        for k, row in enumerate(table)
    )


def read_departures(table: Table, codes: Sequence[str], neighbours: Sequence[str]) -> NDArray[np.float64]:
    """Return departures a weekday from a municipality (row) to a place (column); pairs left out have none.

    Parameters
    ----------
    table
        ``public_transport.csv``; a pair of municipalities stands once, for both ways.

    Returns
    -------
    ndarray
        Shape (M, M + K).

    Raises
    ------
    InputError
        If a place is unknown, or a pair is there twice, in either order.
    """
    places = {code: i for i, code in enumerate((*codes, *neighbours))}
    origins = {code: i for i, code in enumerate(codes)}
    result = np.zeros((len(codes), len(places)))
    lines: dict[tuple[int, int], int] = {}
    for row in table:
        a, b = table.index(row, "origin", origins), table.index(row, "destination", places)
        key = (min(a, b), max(a, b))
        if key in lines:
            raise table.error(
                row, "destination", f"'{row['origin']}, {row['destination']}' is there already, in row {lines[key]}"
            )
        if a == b:
            raise table.error(row, "destination", f"'{row['destination']}' is the origin; expected another place")
        lines[key] = row.line
        result[a, b] = row["departures"]
        if b < len(codes):
            result[b, a] = row["departures"]
    return result


def check_distances(table: Table, km: NDArray[np.float64], codes: Sequence[str]) -> None:
    """Raise InputError unless distances are about the same both ways and no way is grossly longer than a detour.

    ``OUTSIDE`` is no point but the nearest edge of everywhere else: it has no triangles.

    Parameters
    ----------
    table, km
        ``distances.csv``, shape (M + 1, M + 1).
    codes
        Municipalities, in order.
    """
    places = (*codes, OUTSIDE)
    rows = {(row["origin"], row["destination"]): row for row in table}
    for i, j in np.argwhere(np.triu(np.ones(km.shape), 1)):
        there, back = km[i, j], km[j, i]
        if abs(there - back) > max(DISTANCE_ASYMMETRY_KM, DISTANCE_ASYMMETRY_SHARE * min(there, back)):
            row = rows[places[j], places[i]]
            raise table.error(
                row,
                "km",
                f"{back:g} from {places[j]} to {places[i]}, but {there:g} the other way "
                f"(row {rows[places[i], places[j]].line}); expected about the same",
            )
    n = len(codes)
    for i in range(n):
        for j in range(n):
            over = km[i, :n] + km[:n, j]
            over[[i, j]] = np.inf
            if i == j or n < 3:
                continue
            k = int(over.argmin())
            if km[i, j] > over[k] * (1.0 + TRIANGLE_SLACK_SHARE) + TRIANGLE_SLACK_KM:
                raise table.error(
                    rows[places[i], places[j]],
                    "km",
                    f"{km[i, j]:g} from {places[i]} to {places[j]}, but {over[k]:g} over {places[k]}; "
                    f"expected no more than about that",
                )
