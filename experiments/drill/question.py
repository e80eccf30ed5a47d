"""What a drill asks: the event, the levels of readiness, the promise, and the surge that is looked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.composing.arm import read_choice
from experiments.composing.composition import read_option
from experiments.shock.reading import known
from sim.dimensions import LINES, Line
from sim.errors import InputError

FTE_GRID = (0, 1, 2, 3, 4, 6, 8, 12, 16, 24)
"""FTE that are tried, as far as ``surge.most_fte``."""
DUTY = 1.0
"""The statutory duty: every first interview in time."""
_KEYS = ("promise.share", "promise.confidence", "surge.line", "surge.most_fte", "surge.lead_weeks")
GROUPS = ("promise", "surge")


@dataclass(frozen=True)
class Question:
    """A drill, checked.

    Attributes
    ----------
    shocks
        Events that happen together.
    levels
        Levels of readiness, ``none`` among them.
    share, confidence
        The promise: share of first interviews in time, and of replications that reach it.
    most_fte, lead_weeks
        How large and how early a surge is tried.
    replications, horizon_years
        Of the runs, unless typed.
    """

    shocks: tuple[str, ...]
    levels: tuple[str, ...]
    share: float
    confidence: float
    most_fte: int
    lead_weeks: int
    replications: int
    horizon_years: int

    @classmethod
    def read(cls, name: str, own: Mapping[str, str], changed: Mapping[str, Any]) -> Question:
        """Read ``conf/drill/NAME.yaml`` with some values changed.

        Parameters
        ----------
        name
            Name of the file.
        own
            ``shock`` and ``readiness`` as typed; empty for those of the file.
        changed
            ``promise.KEY`` and ``surge.KEY``.

        Raises
        ------
        InputError
            An unknown key, a share over 1, a line without first interviews.
        """
        given = read_option("drill", name)
        values = {f"{group}.{key}": value for group in GROUPS for key, value in given[group].items()}
        for key, value in changed.items():
            if key not in _KEYS:
                raise InputError(f"drill has no key '{key}'{known(key, _KEYS)}")
            values[key] = value
        line = values["surge.line"]
        if line not in LINES:
            raise InputError(f"surge.line={line}: no such line{known(str(line), LINES)}")
        if line != LINES[Line.BROKERAGE]:
            raise InputError(f"surge.line={line}: first interviews are held in {LINES[Line.BROKERAGE]}, so a surge in "
                             f"another line keeps no promise; surge.line={LINES[Line.BROKERAGE]}")  # fmt: skip
        return cls(
            shocks=_shocks(own["shock"] or str(given["shock"])),
            levels=_levels(own["readiness"] or f"[{','.join(given['readiness'])}]"),
            share=_share(values["promise.share"], "promise.share"),
            confidence=_share(values["promise.confidence"], "promise.confidence"),
            most_fte=_whole(values["surge.most_fte"], "surge.most_fte", 1, 100),
            lead_weeks=_whole(values["surge.lead_weeks"], "surge.lead_weeks", 0, 104),
            replications=int(given["replications"]),
            horizon_years=int(given["horizon_years"]),
        )

    @property
    def grid(self) -> tuple[int, ...]:
        """FTE that are tried, rising from 0 to the most."""
        return (*(fte for fte in FTE_GRID if fte < self.most_fte), self.most_fte)

    @property
    def shares(self) -> tuple[float, ...]:
        """Shares that a surge is looked for: the promise, and the duty beside it."""
        return tuple(dict.fromkeys((self.share, DUTY)))


def _shocks(typed: str) -> tuple[str, ...]:
    choice = read_choice(typed, "shock")
    if len(choice) != 1:
        raise InputError(f"shock={typed}: a drill is about one event (shock=a), or about several at once (shock=a+b)")
    return choice[0]


def _levels(typed: str) -> tuple[str, ...]:
    levels = [name for item in read_choice(typed, "readiness") for name in item]
    if any("+" in item for item in typed.split(",")):
        raise InputError(f"readiness={typed}: levels are arms of their own, readiness=[none,plan]")
    return tuple(dict.fromkeys(("none", *levels)))


def _share(given: Any, key: str) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given <= 1:
        hint = "; 90 % is written 0.9" if isinstance(given, int | float) and given > 1 else ""
        raise InputError(f"{key}: expected a share above 0 and up to 1, got {given!r}{hint}")
    return float(given)


def _whole(given: Any, key: str, low: int, high: int) -> int:
    if type(given) is not int or not low <= given <= high:
        raise InputError(f"{key}: expected a whole number from {low} to {high}, got {given!r}")
    return given
