"""Staff that policies move between towns: ``placing`` of a policy, and what can not be moved."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from agents.specification import PlaceChange, Placing
from experiments.composing.horizon import Horizon
from experiments.composing.policy import check_item, read_items
from sim.dimensions import LINES, N_PERSON_LINES
from sim.errors import InputError, near_miss
from sim.timetable import Timetable

if TYPE_CHECKING:
    from agents.region import Region

PLACING = "placing"
MOST_FTE = 250.0
"""Most FTE that an order may move to or from a town: as many as a line may have posts."""
_KEYS = ("fte", "line", "start", "end", "source")
_TOLERANCE = 1e-6  # FTE; amounts of a search sum to 0 but for rounding
_MET = LINES[:N_PERSON_LINES]


def read_placing(name: str, given: Mapping[str, Any], horizon: Horizon, region: Region) -> list[Placing]:
    """Read a policy's ``placing: [{fte: {MUNICIPALITY: FTE, ...}, [line], start, [end], source}, ...]``.

    Raises
    ------
    InputError
        A town outside the area or twice, no number, FTE that do not sum to 0, a line that meets no jobseekers, a date
        outside the horizon.
    """
    orders = []
    for index, item in enumerate(read_items(given, PLACING, f"policies.{name}")):
        where = f"policies.{name}.{PLACING}[{index}]"
        check_item(item, _KEYS, ("fte", "start", "source"), where)
        fte = _amounts(item["fte"], region, f"{where}.fte")
        line = item.get("line")
        if line is not None and line not in _MET:
            of = f"; {line} meets no jobseekers and is not placed over towns" if line in LINES else ""
            raise InputError(f"{where}.line: expected one of {', '.join(_MET)}, got {line!r}"
                             f"{of or near_miss(str(line), _MET)}")  # fmt: skip
        start = horizon.inside(item["start"], f"{where}.start")
        end = None if item.get("end") is None else horizon.resolve(item["end"], f"{where}.end")
        if end is not None and end < start:
            raise InputError(f"{where}.end: {end} is before the start, {start}")
        if fte:
            orders.append(Placing(name, fte, start, end, -1 if line is None else LINES.index(line)))
    return orders


def check_placing(
    orders: Sequence[Placing], places: Sequence[PlaceChange], timetable: Timetable, region: Region
) -> None:
    """Refuse an order of an arm that can not be carried out whatever happens in the run.

    What depends on the run, a town with less staff than it is to give, is cut there and counted.

    Parameters
    ----------
    orders
        All of the arm.
    places
        Places that the arm opens, moves or closes.
    timetable
        Values of the arm's parameters on every day.
    region
        The region.

    Raises
    ------
    InputError
        A town with neither office nor service point when the order begins, or more FTE than the lines have in all.
    """
    for order in orders:
        where = f"policies.{order.name}.{PLACING}"
        for town, _ in order.fte:
            if _kind(town, order, places, region) == "none":
                raise InputError(
                    f"{where}: {region.municipalities[town].name} has neither an office nor a service point on "
                    f"{order.start}, and nobody works there; open one with places:, or name another municipality"
                )
        posts = _most_posts(timetable)[:N_PERSON_LINES]
        most = float(posts.sum() if order.line < 0 else posts[order.line])
        moved = sum(max(amount, 0.0) for _, amount in order.fte)
        if moved > most + _TOLERANCE:
            of = "the lines that meet jobseekers" if order.line < 0 else LINES[order.line]
            raise InputError(f"{where}: moves {moved:g} FTE, but {of} has no more than {most:g} in the whole area")


def _amounts(given: object, region: Region, where: str) -> tuple[tuple[int, float], ...]:
    """FTE by municipality, none of them 0, in the order of the region's list."""
    if not isinstance(given, Mapping):
        raise InputError(f"{where}: expected {{MUNICIPALITY: FTE, MUNICIPALITY: -FTE}}, got {given!r}")
    found: dict[int, float] = {}
    for text, amount in given.items():
        town = town_of(str(text), region, where)
        if town in found:
            raise InputError(f"{where}: {text} comes twice")
        if isinstance(amount, bool) or not isinstance(amount, int | float) or not math.isfinite(amount):
            raise InputError(f"{where}.{text}: expected FTE to add, or with a minus to take away, got {amount!r}")
        if abs(amount) > MOST_FTE:
            raise InputError(f"{where}.{text}: expected {-MOST_FTE:g} to {MOST_FTE:g} FTE, got {amount:g}")
        found[town] = float(amount)
    total = math.fsum(found.values())
    if abs(total) > _TOLERANCE:
        host = region.municipalities[region.host].name
        raise InputError(f"{where}: an order moves staff and hires nobody, so FTE sum to 0; got {total:g}. Say who "
                         f"gives or gets the rest, such as {host}: {-total:g} added to what it has now")  # fmt: skip
    return tuple((town, found[town]) for town in sorted(found) if found[town] != 0.0)


def town_of(text: str, region: Region, where: str) -> int:
    """Position of a municipality; InputError naming `where` if the area has none."""
    try:
        return region.municipality(text)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def _kind(town: int, order: Placing, places: Sequence[PlaceChange], region: Region) -> str:
    """What is in a town when an order begins."""
    until = [change for change in places if change.place == town and change.start <= order.start]
    if until:
        return max(until, key=lambda change: change.start).kind
    return str(region.service_points[town].kind)


def _most_posts(timetable: Timetable) -> NDArray[np.float64]:
    """Most posts and people called up that each line has on any day, FTE, shape (lines,)."""
    most = np.zeros(len(LINES))
    for name in ("services.staff_fte", "staff.called_up_fte"):
        series = timetable.series.get(name)
        held = np.array(timetable.parameter_set.value(name)) if series is None else series.max(axis=0)
        most += held
    return most
