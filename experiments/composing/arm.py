"""Arms: the worlds that a comparison sets beside the baseline, each some shocks and some policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.errors import InputError, near_miss

BASELINE = "baseline"


@dataclass(frozen=True)
class Arm:
    """Names of the shocks and policies that act together in one world."""

    shocks: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The names joined by ``+``."""
        return "+".join((*self.shocks, *self.policies)) or BASELINE


def read_choice(text: str, key: str) -> list[tuple[str, ...]]:
    """Read ``shock=`` or ``policy=`` as typed: ``a``, ``a+b``, ``[a,b+c]`` or ``null``.

    Parameters
    ----------
    text
        What follows the equals sign.
    key
        ``shock`` or ``policy``, for errors.

    Returns
    -------
    list of tuple of str
        For each item the names that it composes.

    Raises
    ------
    InputError
        If brackets do not match, a name is empty or an item comes twice.
    """
    text = text.strip()
    if text in ("", "null", "[]"):
        return []
    opened, closed = text.startswith("["), text.endswith("]")
    if opened != closed or (not opened and "," in text):
        raise InputError(f"{key}={text}: several arms are written {key}=[a,b], together in one arm {key}=a+b")
    items = [item.strip().strip("'\"") for item in (text[1:-1] if opened else text).split(",")]
    choice = [tuple(name.strip() for name in item.split("+")) for item in items]
    for item, names in zip(items, choice, strict=True):
        if not all(names):
            raise InputError(f"{key}={text}: a name is missing, expected {key}=[a,b] or {key}=a+b")
        if len(set(names)) < len(names):
            raise InputError(f"{key}={text}: '{item}' has a name twice")
    for index, names in enumerate(choice):
        if names in choice[:index]:
            raise InputError(f"{key}={text}: '{'+'.join(names)}' comes twice")
    return choice


def cross(shocks: Sequence[tuple[str, ...]], policies: Sequence[tuple[str, ...]]) -> dict[str, Arm]:
    """Arms of a comparison: each shock, and each policy under each shock (or alone if there is no shock).

    Returns
    -------
    dict
        Arms by name, the baseline first: ``shock=a policy=[b]`` gives baseline, a and a+b.
    """
    arms = [Arm(), *(Arm(shocks=names) for names in shocks)]
    arms += [Arm(shocks=names, policies=more) for names in (shocks or [()]) for more in policies]
    return {arm.label: arm for arm in arms}


def read_arms(given: object, where: str = "arms") -> dict[str, Arm]:
    """Read ``arms: {NAME: {shocks: [..], policies: [..]}}``; the baseline is put first.

    Raises
    ------
    InputError
        If the form is another one.
    """
    if not isinstance(given, Mapping):
        raise InputError(
            f"{where}: expected {{NAME: {{shocks: [..], policies: [..]}}}}, got {str(given)[:60]!r}"
        )
    arms = {BASELINE: Arm()}
    for name, parts in given.items():
        if not isinstance(name, str) or not name or name != name.strip() or not name.isprintable():
            raise InputError(f"{where}: {name!r} is no name for an arm")
        arms[name] = read_arm(parts, f"{where}.{name}")
    if arms[BASELINE] != Arm():
        raise InputError(
            f"{where}.{BASELINE}: the baseline has no shocks or policies; give this arm another name"
        )
    return arms


def read_arm(parts: Any, where: str) -> Arm:
    """Read ``{shocks: [..], policies: [..]}``.

    Raises
    ------
    InputError
        If the form is another one.
    """
    if not isinstance(parts, Mapping):
        raise InputError(f"{where}: expected {{shocks: [..], policies: [..]}}, got {str(parts)[:60]!r}")
    names: dict[str, tuple[str, ...]] = {}
    for key, value in parts.items():
        if key not in ("shocks", "policies"):
            miss = near_miss(str(key), ("shocks", "policies"))
            raise InputError(f"{where}: unknown key {key!r}, expected shocks and policies{miss}")
        listed = [value] if isinstance(value, str) else value or []
        if not isinstance(listed, Sequence) or not all(isinstance(name, str) for name in listed):
            raise InputError(f"{where}.{key}: expected a list of names, got {str(value)[:60]!r}")
        if len(set(listed)) < len(listed):
            raise InputError(f"{where}.{key}: a name comes twice in {list(listed)}")
        names[key] = tuple(listed)
    return Arm(**names)
