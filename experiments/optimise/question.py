"""What is asked: what is divided, within which bounds, for which objectives, in which futures, with how many runs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from experiments.composing.composition import groups, read_option
from experiments.composing.placing import MOST_FTE, PLACING, town_of
from experiments.optimise.division import Division, Part
from experiments.optimise.objective import DUTIES, OBJECTIVES
from sim.dimensions import LINES
from sim.errors import InputError, near_miss
from sim.parameters import ParameterSet

if TYPE_CHECKING:
    from agents.region import Region

STAFF = "services.staff_fte"
_WHOLE = {
    "budget": (1, 100_000), "batch": (1, 256), "startup": (2, 4096), "replications": (1, 1000),
    "candidates": (1, 40), "futures": (2, 1000), "future_replications": (1, 1000), "final_replications": (2, 1000),
}  # fmt: skip
_PART = ("least", "most")


@dataclass(frozen=True)
class Question:
    """A file of ``conf/optimise/``; the fields are its keys, explained there."""

    title: str
    divide: dict[str, Any]
    objectives: tuple[str, ...]
    duties: dict[str, float]
    splits: tuple[str, ...]
    budget: int
    batch: int
    startup: int
    replications: int
    candidates: int
    starts: tuple[str, ...]
    uncertain: tuple[str, ...]
    event: str
    called_up: dict[str, Any]
    futures: int
    future_replications: int
    final_replications: int

    @classmethod
    def read(cls, name: str, changed: Mapping[str, Any]) -> Question:
        """Read ``conf/optimise/NAME.yaml`` with some values changed.

        Parameters
        ----------
        name
            Name of the file.
        changed
            ``KEY``, or ``divide.NAME.parts.PART`` and the like, and its value.

        Raises
        ------
        InputError
            An unknown or missing key, an objective that is none, a number out of range.
        """
        where = f"conf/optimise/{name}.yaml"
        known = [field.name for field in fields(cls)]
        given = _with(dict(read_option("optimise", name)), changed, known)
        for key in given:
            if key not in known:
                raise InputError(f"{where}: unknown key '{key}'{near_miss(str(key), known)}")
        missing = [key for key in known if key not in given]
        if missing:
            raise InputError(f"{where}: {', '.join(missing)} missing")
        values: dict[str, Any] = {"title": str(given["title"]), "divide": _divide(given["divide"], where)}
        for key, (low, high) in _WHOLE.items():
            values[key] = _whole(given[key], f"optimise.{key}", low, high)
        values["objectives"] = _listed(given["objectives"], "optimise.objectives", tuple(OBJECTIVES))
        if len(values["objectives"]) < 2:
            raise InputError("optimise.objectives: a front needs at least two of " + ", ".join(OBJECTIVES))
        values["duties"] = _duties(given["duties"])
        known_groups = groups()
        policies = tuple(f"policy/{option}" for option in known_groups["policy"])
        staffs = tuple(f"staff/{option}" for option in known_groups["staff"])
        values["splits"] = _listed(given["splits"], "optimise.splits", (*policies, *staffs))
        values["starts"] = _listed(given["starts"], "optimise.starts", known_groups["start"])
        values["uncertain"] = _texts(given["uncertain"], "optimise.uncertain")
        values["event"] = given["event"] or ""
        if values["event"] and values["event"] not in known_groups["shock"]:
            miss = near_miss(str(given["event"]), known_groups["shock"])
            raise InputError(f"optimise.event: no file '{given['event']}' in conf/shock{miss}")
        values["called_up"] = _called_up(given["called_up"], values["event"])
        question = cls(**values)
        question._check_numbers()
        return question

    def _check_numbers(self) -> None:
        if not self.starts:
            raise InputError("optimise.starts: expected at least one start state for the futures")
        kinds = len(self.starts) * (2 if self.event else 1)
        if self.futures % kinds:
            each = "start state, with and without the event" if self.event else "start state"
            raise InputError(
                f"optimise.futures: expected a multiple of {kinds}, as many under each {each}; got {self.futures}"
            )
        least = len(self.objectives) + 1
        if self.budget < least:
            raise InputError(
                f"budget={self.budget}: too few splits for {len(self.objectives)} objectives; at least {least}, better "
                f"some more than {self.startup}, the first of which are spread evenly"
            )

    def divisions(self, parameters: ParameterSet, region: Region) -> tuple[Division, ...]:
        """The divisions, with totals of the baseline where none are given.

        Raises
        ------
        InputError
            An unknown part, bounds outside the declared range or that can not sum to the total.
        """
        found = tuple(
            _towns(name, body, region) if body["parameter"] == PLACING else _division(name, body, parameters)
            for name, body in self.divide.items()
        )
        keys = [part.key for division in found for part in division.parts]
        for key in keys:
            if keys.count(key) > 1 or key in self.uncertain:
                raise InputError(f"optimise: {key} is divided; it can be neither divided twice nor uncertain")
        if self.called_up and self.called_up["part"] not in keys:
            part = self.called_up["part"]
            raise InputError(f"optimise.called_up.part: '{part}' is no part of what is divided{near_miss(part, keys)}")
        return found

    @property
    def plain(self) -> dict[str, Any]:
        """As plain data, for the manifest and for the name of the results folder."""
        return {
            field.name: list(value) if isinstance(value := getattr(self, field.name), tuple) else value
            for field in fields(self)
        }


def _division(name: str, body: Mapping[str, Any], parameters: ParameterSet) -> Division:
    where = f"optimise.divide.{name}"
    holder = body["parameter"]
    parts = []
    amounts = []
    for label, bounds in body["parts"].items():
        key = label if "." in label else f"{holder}.{label}"
        if holder == STAFF and "." not in label and label not in LINES:
            miss = near_miss(label, LINES) or f"; lines are {', '.join(LINES)}"
            raise InputError(f"{where}.parts: no line '{label}'{miss}")
        parameter, cell = parameters.locate(key, f"{where}.parts")
        low, high = (_scalar(bound, cell) for bound in (parameter.low, parameter.high))
        part = Part(key, float(bounds.get("least", low)), float(bounds.get("most", high)))
        if part.least < low or part.most > high:
            raise InputError(
                f"{where}.parts.{label}: {part.least:g} to {part.most:g} leaves the declared range {low:g} to {high:g}"
            )
        parts.append(part)
        amounts.append(_scalar(parameter.value, cell))
    total = math.fsum(amounts) if body.get("total") is None else float(body["total"])
    division = Division(name, total, tuple(parts))
    division.check(where)
    return division


def _towns(name: str, body: Mapping[str, Any], region: Region) -> Division:
    """Staff over towns: each has what placing by need gives it and some FTE more or fewer, which sum to 0."""
    where = f"optimise.divide.{name}"
    if body.get("total"):
        raise InputError(f"{where}.total: towns get what other towns give, so it is 0, not {body['total']:g}; how many "
                         f"FTE there are in all is {STAFF}")  # fmt: skip
    parts = []
    for label, bounds in body["parts"].items():
        place = town_of(label, region, f"{where}.parts")
        if set(bounds) != set(_PART):
            raise InputError(f"{where}.parts.{label}: expected least and most, FTE against what placing by need gives, "
                             f"such as {{least: -1, most: 2}}; got {bounds or 'neither'}")  # fmt: skip
        if region.service_points[place].kind == "none" and any(bounds.values()):
            raise InputError(f"{where}.parts.{label}: nobody works there, it has neither an office nor a service point")
        if not -MOST_FTE <= bounds["least"] <= bounds["most"] <= MOST_FTE:
            raise InputError(f"{where}.parts.{label}: expected least up to most within {-MOST_FTE:g} to {MOST_FTE:g} "
                             f"FTE, got {bounds['least']:g} and {bounds['most']:g}")  # fmt: skip
        parts.append(Part(f"{PLACING}.{region.municipalities[place].name}", bounds["least"], bounds["most"]))
    division = Division(name, 0.0, tuple(parts))
    division.check(where)
    return division


def _scalar(value: Any, cell: int | None) -> float:
    return float(value[cell] if isinstance(value, tuple) and cell is not None else value)


def _with(given: dict[str, Any], changed: Mapping[str, Any], known: list[str]) -> dict[str, Any]:
    for key, value in changed.items():
        first, *path = key.split(".")
        if first not in known:
            raise InputError(f"optimise.{key}: no such key{near_miss(first, known)}")
        if not path:
            given[first] = value
            continue
        node = given[first] = dict(given[first]) if isinstance(given[first], Mapping) else {}
        # a part may be a parameter with dots of its own: what follows `parts` is one key and a bound
        if first == "divide" and len(path) > 3 and path[1] == "parts":
            if path[-1] not in _PART:
                miss = near_miss(path[-1], _PART) or ", expected least or most"
                raise InputError(f"optimise.{key}: no such key{miss}")
            path = [path[0], "parts", ".".join(path[2:-1]), path[-1]]
        for step in path[:-1]:
            node[step] = dict(node.get(step) or {})
            node = node[step]
        node[path[-1]] = value
    return given


def _divide(given: Any, where: str) -> dict[str, Any]:
    if not isinstance(given, Mapping) or not given:
        raise InputError(f"{where}: divide: expected divisions by name, got {given!r}")
    found: dict[str, Any] = {}
    for name, body in given.items():
        place = f"optimise.divide.{name}"
        keys = ("parameter", "total", "parts")
        if not isinstance(body, Mapping):
            raise InputError(f"{place}: expected {{{', '.join(keys)}}}, got {body!r}")
        for key in body:
            if key not in keys:
                raise InputError(f"{place}: unknown key '{key}'{near_miss(str(key), keys)}")
        if not isinstance(body.get("parameter"), str) or not isinstance(body.get("parts"), Mapping):
            raise InputError(f"{place}: expected parameter and parts, got {dict(body)!r}")
        total = body.get("total")
        if total is not None:
            total = _number(total, f"{place}.total")
        parts = {}
        for label, bounds in body["parts"].items():
            if bounds is not None and not isinstance(bounds, Mapping):
                raise InputError(f"{place}.parts.{label}: expected {{least, most}}, got {bounds!r}")
            for key in bounds or {}:
                if key not in _PART:
                    raise InputError(f"{place}.parts.{label}: unknown key '{key}', expected least and most")
            parts[str(label)] = {
                key: _bound(value, f"{place}.parts.{label}.{key}") for key, value in (bounds or {}).items()
            }
        found[str(name)] = {"parameter": body["parameter"], "total": total, "parts": parts}
    return found


def _called_up(given: Any, event: str) -> dict[str, Any]:
    """Read ``{part, line, from_month, to_month}``: a part that is staff of a line in the months of the event."""
    if given is None:
        return {}
    keys = ("part", "line", "from_month", "to_month")
    if not isinstance(given, Mapping) or set(given) != set(keys):
        raise InputError(f"optimise.called_up: expected {{{', '.join(keys)}}}, got {given!r}")
    if not event:
        raise InputError("optimise.called_up: nothing calls the reserve up; say optimise.event too")
    if given["line"] not in LINES:
        raise InputError(f"optimise.called_up.line: no line '{given['line']}'{near_miss(str(given['line']), LINES)}")
    first, last = (_whole(given[key], f"optimise.called_up.{key}", 0, 180) for key in keys[2:])
    if last <= first:
        raise InputError(f"optimise.called_up: to_month {last} is not after from_month {first}")
    return dict(given)


def _duties(given: Any) -> dict[str, float]:
    if not isinstance(given, Mapping):
        raise InputError(f"optimise.duties: expected duties with the most they may fall, got {given!r}")
    for name in given:
        if name not in DUTIES:
            raise InputError(f"optimise.duties: no duty '{name}'{near_miss(str(name), DUTIES)}; {', '.join(DUTIES)}")
    return {str(name): _number(value, f"optimise.duties.{name}") for name, value in given.items()}


def _listed(given: Any, where: str, options: tuple[str, ...]) -> tuple[str, ...]:
    texts = _texts(given, where)
    for text in texts:
        if text not in options:
            raise InputError(f"{where}: no '{text}'{near_miss(text, options) or '; there are ' + ', '.join(options)}")
    return tuple(dict.fromkeys(texts))


def _texts(given: Any, where: str) -> tuple[str, ...]:
    listed = [given] if isinstance(given, str) else given
    if not isinstance(listed, list) or not all(isinstance(text, str) and text for text in listed):
        raise InputError(f"{where}: expected a list of names, got {given!r}")
    return tuple(listed)


def _bound(given: Any, where: str) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        raise InputError(f"{where}: expected a number, got {given!r}")
    return float(given)


def _number(given: Any, where: str) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0.0 <= given < math.inf:
        raise InputError(f"{where}: expected a number from 0, got {given!r}")
    return float(given)


def _whole(given: Any, where: str, low: int, high: int) -> int:
    if type(given) is not int or not low <= given <= high:
        raise InputError(f"{where}: expected a whole number from {low} to {high}, got {given!r}")
    return given
