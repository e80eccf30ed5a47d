"""What is asked, checked: one `Configuration`, from plain data as composed or as a manifest keeps it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from agents.specification import RECORD_LEVELS
from experiments.composing.arm import Arm, read_arm
from experiments.composing.rules import read_rules
from experiments.composing.target import Target, read_targets
from sim.changes import Change
from sim.clock import parse_date
from sim.errors import InputError, near_miss
from sim.parameters import ParameterSet

PROJECT = Path(__file__).resolve().parents[2]
LANGUAGES = ("fi", "sv", "en")
COMMANDS = (
    "run", "compare", "drill", "stress", "tabletop", "validate", "calibrate", "trial", "bridges", "sweep",
    "sensitivity", "optimise",
)  # fmt: skip
"""Commands that simulate."""

_KEYS = (
    "command", "seed", "replications", "horizon_years", "start", "start_date", "start_file", "demand_file",
    "region", "record", "record_weekly", "scale", "engine", "language", "name", "outputs", "markets", "arms", "shocks",
    "policies", "cohorts", "rules", "financing", "staff", "targets", "parameters",
)  # fmt: skip


@dataclass(frozen=True)
class Configuration:
    """One question to the model, checked as far as it can be without the region's data.

    Attributes
    ----------
    command
        One of `COMMANDS`.
    region
        Folder of the region.
    start, start_file, start_date
        Start state, the user's own file of start states, and the first day (None: the state's own).
    demand_file
        The user's demand index, or None.
    horizon_years, seed, replications, record, record_weekly, scale, language
        As in the contract.
    processes
        Worker processes; 1 runs in the calling process.
    name
        What the user calls the results, or None.
    outputs
        Folder of all results.
    markets
        Further start states under which the arms are repeated, by name of the market.
    arms
        By name; in a comparison the first is the baseline.
    shocks, policies, cohorts
        Plain mappings of their files, by name.
    rules
        Dated rules of every arm, with their own dates (`experiments.composing.rules`).
    targets
        Measurable goals that the arms are held against.
    parameters
        The baseline values.
    plain
        The whole as plain data, as it stands in a manifest; `from_plain` reads it back.
    """

    command: str
    region: Path
    start: str
    start_file: Path | None
    start_date: date | None
    demand_file: Path | None
    horizon_years: int
    seed: int
    replications: int
    record: str
    record_weekly: bool
    scale: float
    processes: int
    language: str
    name: str | None
    outputs: Path
    markets: dict[str, str]
    arms: dict[str, Arm]
    shocks: dict[str, Any]
    policies: dict[str, Any]
    cohorts: dict[str, Any]
    rules: tuple[Change, ...]
    targets: tuple[Target, ...]
    parameters: ParameterSet
    plain: dict[str, Any]

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Configuration:
        """Check plain data.

        Parameters
        ----------
        plain
            As `experiments.composing.composition.resolve` makes it or a manifest keeps it.

        Raises
        ------
        InputError
            Unknown or missing keys, wrong types, values out of range.
        """
        for key in plain:
            if key not in _KEYS:
                raise InputError(f"unknown key '{key}'{near_miss(str(key), _KEYS)}")
        missing = [key for key in _KEYS if key not in plain]
        if missing:
            raise InputError(f"the configuration lacks {', '.join(missing)}")
        markets = _mapping(plain["markets"], "markets")
        for market, state in markets.items():
            _name(market, "markets")
            _name(state, f"markets.{market}")
        scale = plain["scale"]
        if isinstance(scale, bool) or not isinstance(scale, int | float) or not 0.01 <= scale <= 100:
            raise InputError(
                f"scale: expected a number from 0.01 to 100, persons for each real one; got {scale!r}"
            )
        processes = (
            plain["engine"].get("processes") if isinstance(plain["engine"], Mapping) else plain["engine"]
        )
        name = plain["name"]
        if name is not None and not isinstance(name, str):
            raise InputError(f"name: expected text, got {name!r}")
        start_date = plain["start_date"]
        return cls(
            command=_one_of(plain["command"], "command", COMMANDS),
            region=_folder(_mapping(plain["region"], "region").get("folder")),
            start=_name(_mapping(plain["start"], "start").get("state"), "start"),
            start_file=_file(plain["start_file"], "start_file"),
            start_date=None if start_date is None else parse_date(start_date, "start_date"),
            demand_file=_file(plain["demand_file"], "demand_file"),
            horizon_years=_whole(plain["horizon_years"], "horizon_years", 1, 15, "years"),
            seed=_whole(plain["seed"], "seed", 0, 2**62),
            replications=_whole(plain["replications"], "replications", 1, 10_000),
            record=_one_of(plain["record"], "record", RECORD_LEVELS),
            record_weekly=_true_or_false(plain["record_weekly"], "record_weekly"),
            scale=float(scale),
            processes=_cores() if processes is None else _whole(processes, "engine.processes", 1, 1024),
            language=_one_of(plain["language"], "language", LANGUAGES),
            name=name,
            outputs=PROJECT / "outputs" if plain["outputs"] is None else Path(plain["outputs"]),
            markets=dict(markets),
            arms={
                name: read_arm(parts, f"arms.{name}")
                for name, parts in _mapping(plain["arms"], "arms").items()
            },
            shocks=_mapping(plain["shocks"], "shocks"),
            policies=_mapping(plain["policies"], "policies"),
            cohorts=_mapping(plain["cohorts"], "cohorts"),
            rules=read_rules(_mapping(plain["rules"], "rules"), "rules")
            + read_rules(_mapping(plain["financing"], "financing"), "financing"),
            targets=read_targets(plain["targets"]),
            parameters=ParameterSet.from_declarations(plain["parameters"]),
            plain=dict(plain),
        )

    def to_yaml(self) -> str:
        """The resolved configuration, for reading."""
        return yaml.safe_dump(self.plain, sort_keys=False, allow_unicode=True, width=110)


def _cores() -> int:
    """Cores that this process may use (a container may allow fewer than there are)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _folder(given: object) -> Path:
    if not isinstance(given, str):
        raise InputError(f"region.folder: expected a path, got {given!r}")
    return PROJECT / given


def _file(given: object, key: str) -> Path | None:
    if given is None:
        return None
    if not isinstance(given, str):
        raise InputError(f"{key}: expected a path, got {given!r}")
    path = PROJECT / given
    if not path.is_file():
        raise InputError(f"{key}: no file {path}")
    return path


def _mapping(given: object, key: str) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise InputError(f"{key}: expected a mapping, got {given!r}")
    return dict(given)


def _name(given: object, key: str) -> str:
    if not isinstance(given, str) or not given:
        raise InputError(f"{key}: expected a name, got {given!r}")
    return given


def _whole(given: object, key: str, low: int, high: int, unit: str = "") -> int:
    number = int(given) if isinstance(given, float) and given.is_integer() else given
    if type(number) is not int or not low <= number <= high:
        of = f" {unit}" if unit else ""
        raise InputError(f"{key}: expected a whole number from {low} to {high}{of}, got {given!r}")
    return number


def _true_or_false(given: object, key: str) -> bool:
    if not isinstance(given, bool):
        raise InputError(f"{key}: expected true or false, got {given!r}")
    return given


def _one_of(given: object, key: str, options: Sequence[str]) -> str:
    if given not in options:
        raise InputError(
            f"{key}: expected {' or '.join(options)}, got {given!r}{near_miss(str(given), options)}"
        )
    return str(given)
