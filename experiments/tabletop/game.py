"""The file of a table-top: scenario, months played, decisions and observations; the played past is locked."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from experiments.running.store import write_text
from experiments.shock.reading import check_keys
from sim.clock import parse_date
from sim.errors import InputError

_KEYS = ("name", "scenario", "month", "decisions", "observed", "played")
_USUAL = ("replications=20", "horizon_years=2")
_STAMP = 12  # signs of a digest that the file keeps
_HEAD = """\
# A table-top of Kohtaanto. Look at it: kohtaanto tabletop {file}; play a month: kohtaanto tabletop {file} next
#
# Decisions act from the day after the month in which they are made; those of months that have been played are locked:
# decisions:
#   - {{month: 1, fte: {{brokerage: +4, competence: -4}}}}  # posts by line, for good or until_month: 9
#   - {{month: 2, courses: [{{measure: modular_training, occupation: "83", seats: 20}}]}}  # after its lead time
# What has been seen outside the model, people of the event who have registered so far:
# observed:
#   - {{until: 2025-06-30, registrations: 83}}
"""


@dataclass(frozen=True)
class Observation:
    """People of an event who had registered as jobseekers by a day.

    Attributes
    ----------
    until
        The day, included.
    registrations
        Persons since the start.
    event
        Name of the shock; empty if there is one only.
    """

    until: date
    registrations: int
    event: str = ""


@dataclass(frozen=True)
class Game:
    """A file, read.

    Attributes
    ----------
    path
        The file.
    name
        Of the results.
    scenario
        ``key=value`` of the runs.
    month
        Months that have been played.
    decisions
        Plain mappings, read by `experiments.tabletop.decision`.
    observed
        In order of their days.
    played
        A digest for each month that has been played, of the scenario and of all decisions up to it.
    """

    path: Path
    name: str
    scenario: tuple[str, ...]
    month: int
    decisions: tuple[Mapping[str, Any], ...]
    observed: tuple[Observation, ...]
    played: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> Game:
        """Read a file and check that its past is what was played.

        Raises
        ------
        InputError
            If it is no such file, or something of a month that has been played was changed.
        """
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise InputError(
                f"{path}: no such file; begin with kohtaanto tabletop new NAME shock=closure_harjavalta"
            ) from None
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise InputError(f"{path}: cannot be read as YAML ({' '.join(str(error).split())[:160]})") from None
        if not isinstance(content, Mapping):
            raise InputError(f"{path}: expected keys {', '.join(_KEYS)}")
        check_keys(content, (), str(path), _KEYS)
        scenario = content.get("scenario")
        if not isinstance(scenario, list) or not all(isinstance(word, str) and "=" in word for word in scenario):
            raise InputError(f"{path}, scenario: expected a list of KEY=VALUE, got {scenario!r}")
        month = content.get("month", 0)
        if type(month) is not int or month < 0:
            raise InputError(f"{path}, month: expected a whole number of months played, got {month!r}")
        played = tuple(str(stamp) for stamp in _list(content, "played", path))
        listed = _list(content, "decisions", path)
        decided = [_mapping(item, f"{path}, decisions[{k}]") for k, item in enumerate(listed)]
        observed = _observed(_list(content, "observed", path), path)
        name = str(content.get("name") or path.stem)
        game = cls(path, name, tuple(scenario), month, tuple(decided), observed, played)
        game.check_past()
        return game

    @property
    def stamps(self) -> tuple[str, ...]:
        """Digests of the months up to the present one, as the content stands."""
        return tuple(self._stamp(month) for month in range(1, self.month + 1))

    def check_past(self) -> None:
        """Refuse a past that is not the one played.

        Raises
        ------
        InputError
            Naming the month.
        """
        for index, item in enumerate(self.decisions):
            _month_of(item, f"{self.path}, decisions[{index}]")
        for month, (now, then) in enumerate(zip(self.stamps, self.played, strict=False), start=1):
            if now != then:
                raise InputError(
                    f"{self.path}: the scenario or a decision made before the end of month {month} is not what was "
                    "played; put it back, or begin anew with kohtaanto tabletop new"
                )
        if len(self.played) != self.month:
            raise InputError(
                f"{self.path}: month is {self.month}, but {len(self.played)} months were played; "
                f"kohtaanto tabletop {self.path} next plays one"
            )

    def next(self) -> Game:
        """Play a month: what was decided so far is locked, in the file too.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        after = Game(self.path, self.name, self.scenario, self.month + 1, self.decisions, self.observed, ())
        text = self.path.read_text(encoding="utf-8")
        text = _with_line(text, "month", str(after.month))
        text = _with_line(text, "played", f"[{', '.join(json.dumps(stamp) for stamp in after.stamps)}]")
        write_text(text, self.path)
        return Game.read(self.path)

    def _stamp(self, month: int) -> str:
        """Digest of what had been settled when a month was played to its end."""
        past = [dict(item) for item in self.decisions if item["month"] < month]
        content = json.dumps([list(self.scenario), past], sort_keys=True, default=str)
        return hashlib.sha256(content.encode()).hexdigest()[:_STAMP]


def begin(name: str, words: Sequence[str]) -> Path:
    """Write a new file.

    Parameters
    ----------
    name
        Of the file, with or without ``.yaml``.
    words
        ``key=value`` of the scenario.

    Raises
    ------
    InputError
        If the file is there already or cannot be written.
    """
    path = Path(name if name.endswith((".yaml", ".yml")) else f"{name}.yaml")
    if path.exists():
        raise InputError(f"{path}: is there already; choose another name")
    given = {word.partition("=")[0] for word in words}
    scenario = [*words, *(word for word in _USUAL if word.partition("=")[0] not in given)]
    lines = [f"name: {json.dumps(path.stem, ensure_ascii=False)}", "scenario:"]
    lines += [f"  - {json.dumps(word, ensure_ascii=False)}" for word in scenario]
    lines += ["month: 0", "decisions: []", "observed: []", "played: []", ""]
    write_text(_HEAD.format(file=path.name) + "\n".join(lines), path)
    return path


def _with_line(text: str, key: str, value: str) -> str:
    """Replace the line of a key at the left margin; comments and everything else stay."""
    line = f"{key}: {value}"
    if not re.search(rf"^{key}:", text, re.MULTILINE):
        return text.rstrip("\n") + f"\n{line}\n"
    return re.sub(rf"^{key}:.*(?:\n[ \t]*-.*)*", line, text, count=1, flags=re.MULTILINE)


def _list(content: Mapping[str, Any], key: str, path: Path) -> list[Any]:
    given = content.get(key) or []
    if not isinstance(given, list):
        raise InputError(f"{path}, {key}: expected a list, got {given!r}")
    return given


def _mapping(given: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise InputError(f"{where}: expected a mapping such as {{month: 3, fte: {{brokerage: +4}}}}, got {given!r}")
    return dict(given)


def _month_of(item: Mapping[str, Any], where: str) -> int:
    month = item.get("month")
    if type(month) is not int or month < 0:
        raise InputError(f"{where}.month: expected a whole number of months since the start, got {month!r}")
    return month


def _observed(given: Sequence[Any], path: Path) -> tuple[Observation, ...]:
    observed: list[Observation] = []
    for index, item in enumerate(given):
        where = f"{path}, observed[{index}]"
        if not isinstance(item, Mapping):
            raise InputError(f"{where}: expected {{until: DATE, registrations: N}}, got {item!r}")
        check_keys(item, ("until", "registrations"), where, ("event",))
        count = item.get("registrations")
        if type(count) is not int or count < 0:
            raise InputError(f"{where}.registrations: expected a whole number of persons from 0, got {count!r}")
        one = Observation(parse_date(item.get("until"), f"{where}.until"), count, str(item.get("event") or ""))
        before = [other for other in observed if other.event == one.event]
        if before and (one.until <= before[-1].until or one.registrations < before[-1].registrations):
            raise InputError(
                f"{where}: {one.registrations} until {one.until} is not after and above the one before it; "
                "registrations count from the start"
            )
        observed.append(one)
    return tuple(observed)
