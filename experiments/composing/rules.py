"""Dated rules that hold in every arm: the regime of the service process and of financing, from a list of dates.

A rule is like a change of a policy, but it belongs to the world and not to an arm, and its date may lie before
the first day or after the last: what is in force at the start is written on the first day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from experiments.composing.horizon import Horizon
from sim.changes import RULES, Change
from sim.errors import InputError, near_miss

SEEN_AS = ("act", "bill")


def read_rules(given: Mapping[str, Any], node: str) -> tuple[Change, ...]:
    """Read ``{changes: [{parameter, set, start, [end], source, seen_as}, ...]}``.

    Parameters
    ----------
    given
        Node of the configuration.
    node
        Its name, for errors.

    Returns
    -------
    tuple of Change
        As listed, with their own dates.

    Raises
    ------
    InputError
        Unknown keys, another operation than ``set``, dates of one parameter that are equal or overlap.
    """
    for key in given:
        if key != "changes":
            raise InputError(f"{node}: unknown key '{key}', expected changes{near_miss(str(key), ['changes'])}")
    items = given.get("changes")
    if not isinstance(items, list):
        raise InputError(f"{node}.changes: expected a list of rules, got {items!r}")
    rules = []
    for index, item in enumerate(items):
        place = f"{node}.changes[{index}]"
        if not isinstance(item, Mapping) or item.get("seen_as") not in SEEN_AS:
            got = item.get("seen_as") if isinstance(item, Mapping) else item
            raise InputError(f"{place}.seen_as: expected {' or '.join(SEEN_AS)}, got {got!r}")
        if "set" not in item:
            raise InputError(f"{place}: a rule sets a value; expected set, got {', '.join(map(str, item))}")
        plain = {key: value for key, value in item.items() if key != "seen_as"}
        rules.append(Change.from_mapping(plain, RULES, place))
    _check_dates(rules, node)
    return tuple(rules)


def in_force(rules: tuple[Change, ...], horizon: Horizon) -> tuple[Change, ...]:
    """Rules as changes within a horizon: those in force on the first day start there, later ones on their dates."""
    last = horizon.last
    changes: list[Change] = []
    at_start: dict[str, Change] = {}
    for rule in sorted(rules, key=lambda r: r.start):
        if rule.end is not None and rule.end < horizon.start:
            continue
        if rule.start <= horizon.start:
            at_start[rule.parameter] = replace(rule, start=horizon.start)
        elif rule.start <= last:
            changes.append(rule)
    within = [*at_start.values(), *changes]
    return tuple(
        replace(rule, end=None) if rule.end is not None and rule.end > last else rule for rule in within
    )


def ruled_by(rules: Iterable[Change]) -> frozenset[str]:
    """Parameters and cells that rules set, whatever the baseline says."""
    return frozenset(rule.parameter for rule in rules)


def is_ruled(key: str, ruled: Collection[str]) -> bool:
    """Whether rules set a parameter or cell: it, or the whole table that it is a cell of."""
    return key in ruled or key.rpartition(".")[0] in ruled


def check_free(keys: Iterable[str], rules: Iterable[Change], where: str) -> None:
    """Refuse to vary in the baseline what a rule sets in every run: points would differ in name alone.

    A lever is free, since policies are composed after rules.

    Raises
    ------
    InputError
        Naming `where` and the first such key.
    """
    ruled = ruled_by(rules)
    for key in keys:
        if is_ruled(key, ruled):
            raise InputError(f"{where}: {key} is set by dated rules (rules=, financing=), whatever its value: it can "
                             "not vary")  # fmt: skip


def _check_dates(rules: list[Change], node: str) -> None:
    """Refuse two rules for one parameter whose times overlap; one without an end is ended by the next."""
    latest: dict[str, Change] = {}
    for rule in sorted(rules, key=lambda r: (r.parameter, r.start)):
        before = latest.get(rule.parameter)
        if before is not None and before.start == rule.start:
            raise InputError(f"{node}: two rules for {rule.parameter} start on {rule.start}; leave one out")
        if before is not None and before.end is not None and before.end >= rule.start:
            raise InputError(
                f"{node}: {rule.parameter} is {before.amount:g} until {before.end}, but another rule starts on "
                f"{rule.start}; end the first on {_day_before(rule.start)}"
            )
        latest[rule.parameter] = rule


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)
