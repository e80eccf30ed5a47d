"""Staff by line: from the total, the shares of functions and the split of personal-customer work."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from sim.dimensions import LINES, N_PERSON_LINES
from sim.errors import InputError, near_miss

FUNCTIONS = ("personal", *LINES[N_PERSON_LINES:])
_KEYS = ("total_fte", "function_share", "split")
_TOLERANCE = 1e-6


def read_staff(given: Mapping[str, Any]) -> dict[str, float]:
    """Read ``{total_fte, function_share: {personal, employer_services, administration}, split: {LINE: share}}``.

    Returns
    -------
    dict
        FTE by line, in the order of `sim.dimensions.LINES`.

    Raises
    ------
    InputError
        Unknown or missing keys, negative numbers, shares that do not sum to 1.
    """
    for key in given:
        if key not in _KEYS:
            raise InputError(f"staff: unknown key '{key}', expected {', '.join(_KEYS)}{near_miss(str(key), _KEYS)}")
    total = _number(given.get("total_fte"), "staff.total_fte")
    functions = _shares(given.get("function_share"), "staff.function_share", FUNCTIONS)
    split = _shares(given.get("split"), "staff.split", LINES[:N_PERSON_LINES])
    personal = total * functions["personal"]
    fte = {line: personal * share for line, share in split.items()}
    fte |= {line: total * functions[line] for line in LINES[N_PERSON_LINES:]}
    return {line: round(fte[line], 6) for line in LINES}


def _shares(given: object, where: str, names: tuple[str, ...]) -> dict[str, float]:
    """Read shares of all names, none negative, that sum to 1."""
    if not isinstance(given, Mapping):
        raise InputError(f"{where}: expected {{{', '.join(names)}}}, got {given!r}")
    for name in given:
        if name not in names:
            raise InputError(f"{where}: unknown '{name}', expected {', '.join(names)}{near_miss(str(name), names)}")
    missing = [name for name in names if name not in given]
    if missing:
        raise InputError(f"{where}: {', '.join(missing)} missing")
    shares = {name: _number(given[name], f"{where}.{name}") for name in names}
    total = math.fsum(shares.values())
    if abs(total - 1.0) > _TOLERANCE:
        raise InputError(f"{where}: the shares sum to {total:.6g}, expected 1")
    return shares


def _number(given: object, where: str) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0.0 <= given < math.inf:
        raise InputError(f"{where}: expected a number from 0, got {given!r}")
    return float(given)
