"""One dated change of a parameter: set, scale, add or ramp, from a day to a day.

Policies are lists of changes. What several make of a parameter together is composed in `sim.timetable`.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sim.clock import parse_date
from sim.errors import InputError
from sim.parameters import check_keys, near_or_known, read_number, read_text, require_keys, show_value

OPERATIONS = ("set", "scale", "add", "ramp")

RULES = "rules"
"""Owner of changes that are rules of the world: they are composed before those of policies, whatever the dates."""

_CHANGE_KEYS = ("parameter", *OPERATIONS, "start", "end", "order", "ramp_days", "unit", "source")


@dataclass(frozen=True)
class Change:
    """A dated change of a parameter.

    Attributes
    ----------
    parameter
        ``mechanism.parameter`` (all cells) or ``mechanism.parameter.label``.
    operation
        One of `OPERATIONS`.
    amount
        The value to set, to multiply by, to add, or to reach.
    start, end
        First and last day on which the change acts, both inclusive; `end` None is for good.
    order
        Decides between changes of the same parameter that start on the same day, lowest first.
    owner
        Who asks for it, such as ``policies.more_staff``.
    source
        Where the amount comes from.
    ramp_days
        Only with ``ramp``: days until `amount` is reached.
    unit
        Unit of the parameter, if the author states it; compared with the declaration.
    """

    parameter: str
    operation: str
    amount: float
    start: date
    end: date | None = None
    order: int | None = None
    owner: str = ""
    source: str = ""
    ramp_days: int | None = None
    unit: str | None = None

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any], owner: str, where: str | None = None) -> Change:
        """Read an item of a policy's ``changes``.

        Parameters
        ----------
        mapping
            ``{parameter: NAME, set|scale|add|ramp: number, start: date, [end], [order], [ramp_days],
            [unit], source: text}``.
        owner
            ``policies.<name>``.
        where
            File and item, for errors; the owner if not given.

        Raises
        ------
        InputError
            Unknown or missing keys, no or two operations, no number, no date, dates in the wrong order.
        """
        place = where or owner
        if not isinstance(mapping, Mapping):
            raise InputError(f"{place}: expected a change such as {{parameter: NAME, set: 1, "
                             f"start: 2026-01-01, source: text}}, got {show_value(mapping)}")  # fmt: skip
        check_keys(mapping, _CHANGE_KEYS, place)
        require_keys(mapping, ("parameter", "start", "source"), place)
        operations = [key for key in OPERATIONS if key in mapping]
        if len(operations) != 1:
            raise InputError(f"{place}: expected one of {', '.join(OPERATIONS)}, "
                             f"got {' and '.join(operations) or 'none'}")  # fmt: skip
        operation = operations[0]
        change = cls(
            parameter=read_text(mapping["parameter"], f"{place}.parameter"),
            operation=operation,
            amount=read_number(mapping[operation], f"{place}.{operation}"),
            start=parse_date(mapping["start"], f"{place}.start"),
            end=None if mapping.get("end") is None else parse_date(mapping["end"], f"{place}.end"),
            order=_whole(mapping.get("order"), f"{place}.order"),
            owner=owner,
            source=read_text(mapping["source"], f"{place}.source"),
            ramp_days=_whole(mapping.get("ramp_days"), f"{place}.ramp_days"),
            unit=None if mapping.get("unit") is None else read_text(mapping["unit"], f"{place}.unit"),
        )
        check_change(change, place)
        return change

    def __str__(self) -> str:
        """Say it as a user would write it."""
        until = "" if self.end is None else f" to {self.end}"
        over = "" if self.ramp_days is None else f" in {self.ramp_days} days"
        return f"{self.operation} {show_value(self.amount)}{over} from {self.start}{until}"


def check_change(change: Change, place: str) -> None:
    """Check what can be known of a change without parameters and horizon.

    Parameters
    ----------
    change
        Any change; `Change.from_mapping` has checked its own.
    place
        Owner, or file and item, for the error.

    Raises
    ------
    InputError
        Unknown operation, no finite amount, an end before the start, `ramp_days` missing, misplaced,
        below 1 or longer than the change.
    """
    if change.operation not in OPERATIONS:
        raise InputError(f"{place}: no operation '{change.operation}'{near_or_known(change.operation, OPERATIONS)}")
    if not math.isfinite(change.amount):
        raise InputError(f"{place}: {change.operation} of {change.parameter} expects a finite number, "
                         f"got {change.amount}")  # fmt: skip
    if change.end is not None and change.end < change.start:
        raise InputError(f"{place}: change of {change.parameter} ends on {change.end}, "
                         f"before its start on {change.start}")  # fmt: skip
    if change.operation != "ramp":
        if change.ramp_days is not None:
            raise InputError(f"{place}: ramp_days belongs to ramp, not to {change.operation}")
        return
    if change.ramp_days is None:
        if change.end is None:
            raise InputError(f"{place}: ramp of {change.parameter} needs ramp_days, or an end to reach it by")
    elif change.ramp_days < 1:
        raise InputError(f"{place}: ramp_days expects at least 1 day, got {change.ramp_days}")
    elif change.end is not None and change.ramp_days > (change.end - change.start).days + 1:
        raise InputError(f"{place}: ramp of {change.parameter} takes {change.ramp_days} days but "
                         f"ends after {(change.end - change.start).days + 1}")  # fmt: skip


def _whole(given: object, where: str) -> int | None:
    if given is None:
        return None
    if isinstance(given, numbers.Integral) and not isinstance(given, bool):
        return int(given)
    raise InputError(f"{where}: expected a whole number, got {show_value(given)}")
