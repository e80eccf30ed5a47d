"""A results folder as the report reads it: files only, never a live model."""

from __future__ import annotations

import csv
import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import yaml
from scipy.special import stdtrit

from sim.errors import InputError

BASELINE = "baseline"
ENDING_JOBS = ("closure", "downsizing", "bankruptcy")
"""Kinds of events that let staff go for good."""
PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Estimate:
    """A mean with its 80 % interval; low and high are None where there is only one replication."""

    mean: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0

    @property
    def certain(self) -> bool:
        """Whether the interval lies on one side of zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)

    @property
    def told_apart(self) -> bool:
        """Whether it is shown plainly: certain, exactly zero, or without an interval to judge by."""
        return self.certain or self.low is None or (self.mean == 0 and self.low == self.high == 0)


NONE = Estimate(None)


@dataclass(frozen=True)
class Series:
    """Monthly values of one indicator in one arm.

    Attributes
    ----------
    dates
        Month-ends, ``datetime64[D]``, shape (T,).
    replications
        Numbers of the replications, shape (R,).
    values
        Shape (R, T), in the indicator's unit.
    unit
        Unit of the values.
    """

    dates: np.ndarray
    replications: np.ndarray
    values: np.ndarray
    unit: str

    def mean(self) -> np.ndarray:
        """Mean over replications, shape (T,)."""
        return _mean(self.values)

    def band(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Central 80 % of the replications, or None for a single one."""
        if len(self.replications) < 2:
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # months without any value stay empty
            low, high = np.nanquantile(self.values, [0.1, 0.9], axis=0)
        return low, high

    def interval(self) -> tuple[np.ndarray, np.ndarray] | None:
        """80 % t-interval of the mean, or None for a single replication."""
        if len(self.replications) < 2:
            return None
        mean, n = self.mean(), np.isfinite(self.values).sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            deviation = np.sqrt(np.nansum((self.values - mean) ** 2, axis=0) / (n - 1))
            half = stdtrit(np.maximum(n - 1, 1), 0.9) * deviation / np.sqrt(n)
        return mean - half, mean + half

    def minus(self, other: Series) -> Series:
        """Paired difference by replication."""
        _, mine, theirs = np.intersect1d(self.replications, other.replications, return_indices=True)
        length = min(len(self.dates), len(other.dates))
        values = self.values[mine, :length] - other.values[theirs, :length]
        return Series(self.dates[:length], self.replications[mine], values, self.unit)

    def estimate(self, month: int, kind: str = "stock") -> Estimate:
        """Estimate at the end of a month (1 is the first); flows are summed from the start.

        The same rules as in the summary, which tells only some groups and months.
        """
        if not 1 <= month <= len(self.dates):
            return NONE
        values = np.nansum(self.values[:, :month], axis=1) if kind == "flow" else self.values[:, month - 1]
        held = np.isfinite(values)
        n = int(held.sum())
        if not n:
            return NONE
        chosen = Series(self.dates[:1], self.replications[held], values[held, None], self.unit)
        interval = chosen.interval()
        mean = float(chosen.mean()[0])
        if interval is None:
            return Estimate(mean, n=n)
        return Estimate(mean, float(interval[0][0]), float(interval[1][0]), n)


@dataclass(frozen=True)
class Place:
    """A municipality."""

    code: str
    name: str
    name_sv: str


@dataclass(frozen=True)
class ClosureEvent:
    """A closure as the manifest tells it, persons and dates."""

    name: str
    employer: str
    jobs: int
    announced: date | None
    notice: date | None
    exits: tuple[date, ...]
    kind: str = "closure"


class ResultsFolder:
    """Files of ``outputs/compare/<name>-<hash>/``.

    Parameters
    ----------
    path
        The folder.

    Raises
    ------
    InputError
        If a file that a report needs is missing or damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        if not self.path.is_dir():
            raise InputError(f"{self.path}: expected a results folder with manifest.json, found no folder")
        self.manifest = self._json("manifest.json")
        self.summary = self._json("summary.json")

    def _json(self, name: str) -> dict[str, Any]:
        path = self.path / name
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise InputError(f"{path}: missing; expected a results folder made by kohtaanto") from None
        except (OSError, ValueError) as error:
            raise InputError(f"{path}: cannot be read as JSON ({' '.join(str(error).split())})") from None
        if not isinstance(content, dict):
            raise InputError(f"{path}: expected a JSON object, got {type(content).__name__}")
        return content

    @property
    def configuration(self) -> Mapping[str, Any]:
        """Resolved configuration."""
        return self.manifest.get("configuration") or {}

    @cached_property
    def months(self) -> list[int]:
        """Months after the start for which the summary has results."""
        found = {int(key) for entry in self.indicators.values() for key in entry["at"] if key != "all"}
        return sorted(found)

    @property
    def indicators(self) -> Mapping[str, Any]:
        """The summary's indicators of the whole area."""
        return self.summary.get("indicators") or {}

    @property
    def arms(self) -> list[str]:
        """Arms other than the baseline, in the order of the comparison."""
        named = [arm for arm in self.configuration.get("arms") or {} if arm != BASELINE]
        if named:
            return named
        for entry in self.indicators.values():
            for cell in entry["at"].values():
                return [arm for arm in cell["arms"] if arm != BASELINE]
        return []

    @property
    def markets(self) -> list[str]:
        """Other start states under which the arms were compared too."""
        return list(self.summary.get("markets") or {})

    def kind(self, indicator: str) -> str:
        """``stock``, ``flow`` or ``rate``."""
        return str(self.indicators.get(indicator, {}).get("kind", "stock"))

    def unit(self, indicator: str) -> str:
        """Unit as in the results."""
        return str(self.indicators.get(indicator, {}).get("unit", ""))

    def level(self, indicator: str, at: str, arm: str, market: str | None = None) -> Estimate:
        """Level of an arm from the summary."""
        return estimate_of(self._cell(indicator, at, market).get("arms", {}).get(arm))

    def difference(self, indicator: str, at: str, arm: str, market: str | None = None) -> Estimate:
        """Paired difference from the baseline, from the summary."""
        return estimate_of(self._cell(indicator, at, market).get("difference", {}).get(arm))

    def targets(self, market: str | None = None) -> Sequence[Mapping[str, Any]]:
        """Goals with what the summary says of each, under the main start state or a further market."""
        summary = self.summary if market is None else (self.summary.get("markets") or {}).get(market, {})
        return summary.get("targets") or []

    def parameters(self) -> dict[str, Mapping[str, Any]]:
        """Declarations of the parameters in use, by ``mechanism.parameter``, in the order of the names."""
        held = self.configuration.get("parameters") or {}
        return {
            f"{mechanism}.{parameter}": declared
            for mechanism, body in sorted(held.items())
            for parameter, declared in (sorted(body.items()) if isinstance(body, Mapping) else ())
            if isinstance(declared, Mapping)
        }

    def _cell(self, indicator: str, at: str, market: str | None) -> Mapping[str, Any]:
        summary = self.summary if market is None else (self.summary.get("markets") or {}).get(market, {})
        return (summary.get("indicators") or {}).get(indicator, {}).get("at", {}).get(at, {})

    # Monthly values ---------------------------------------------------------------------------

    @cached_property
    def _series(self) -> dict[str, dict[tuple[str, str, str, str], Series]]:
        found = {"": _read_series(self.path / "indicators.parquet")}
        for market in self.markets:
            path = self.path / "markets" / market / "indicators.parquet"
            found[market] = _read_series(path) if path.exists() else {}
        return found

    def series(
        self, indicator: str, arm: str, kind: str = "", group: str = "", market: str | None = None
    ) -> Series | None:
        """Monthly values, or None if the results do not hold them."""
        return self._series.get(market or "", {}).get((arm, indicator, kind, group))

    def difference_series(
        self, indicator: str, arm: str, kind: str = "", group: str = "", market: str | None = None
    ) -> Series | None:
        """Monthly paired differences from the baseline, or None if an arm lacks them."""
        mine = self.series(indicator, arm, kind, group, market)
        base = self.series(indicator, BASELINE, kind, group, market)
        if mine is None or base is None:
            return None
        paired = mine.minus(base)
        return paired if len(paired.replications) else None

    @property
    def length(self) -> int:
        """Number of months that the results hold."""
        return max((len(series.dates) for series in self._series[""].values()), default=0)

    def groups(self, kind: str) -> list[str]:
        """Groups of a kind that the results hold."""
        return sorted({key[3] for key in self._series[""] if key[2] == kind})

    def month_end(self, month: int) -> date | None:
        """Date of the end of a month after the start, the first month being 1."""
        told = (self._main.get("month_ends") or {}).get(str(month))
        if told:
            return date.fromisoformat(told)
        for series in self._series[""].values():
            if len(series.dates) >= month:
                return series.dates[month - 1].astype(date)
        return None

    # Region -----------------------------------------------------------------------------------

    @cached_property
    def region_path(self) -> Path | None:
        """Folder of the region: a copy in the results, or where the configuration says."""
        named = self.configuration.get("region")
        if isinstance(named, Mapping):
            named = named.get("folder")
        named = str(named or "")
        for candidate in (self.path / "region", PROJECT / named):
            if (candidate / "municipalities.csv").is_file():
                return candidate
        return None

    @cached_property
    def region(self) -> Mapping[str, Any]:
        """Content of ``region.yaml``; what the manifest says of the region without the folder."""
        path = self.region_path / "region.yaml" if self.region_path else None
        told = self.manifest.get("region") or {}
        return yaml.safe_load(path.read_text(encoding="utf-8")) if path and path.is_file() else told

    @cached_property
    def places(self) -> list[Place]:
        """Municipalities of the region, or as many as the results name."""
        if self.region_path is None:
            return [Place(code, code, code) for code in self.groups("municipality")]
        rows = _rows(self.region_path / "municipalities.csv")
        return [
            Place(row["municipality_code"], row["name"], row.get("name_sv") or row["name"]) for row in rows
        ]

    def employer_place(self, employer: str) -> tuple[str, str]:
        """Municipality code and industry section of a large employer; empty where unknown."""
        path = self.region_path / "large_employers.csv" if self.region_path else None
        for row in _rows(path) if path and path.is_file() else ():
            if row["id"] == employer:
                return row["municipality_code"], row["section"]
        return "", ""

    @cached_property
    def _map(self) -> Mapping[str, Any]:
        if self.region_path is None:
            return {}
        path = self.region_path / str(self.region.get("map") or "municipalities.geojson")
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    @property
    def attributed(self) -> bool:
        """Whether the borders are those of the National Land Survey."""
        return "National Land Survey" in str(self._map.get("attribution", ""))

    @cached_property
    def borders(self) -> dict[str, list[list[np.ndarray]]]:
        """Municipal borders: for each code its polygons, each a list of rings, shape (n, 2), degrees."""
        borders = {}
        for feature in self._map.get("features") or []:
            geometry = feature["geometry"]
            polygons = geometry["coordinates"]
            if geometry["type"] == "Polygon":
                polygons = [polygons]
            rings = [[np.asarray(ring, dtype=float) for ring in polygon] for polygon in polygons]
            borders[feature["properties"]["municipality_code"]] = rings
        return borders

    # Arms -------------------------------------------------------------------------------------

    def closures(self, arm: str) -> list[ClosureEvent]:
        """Closures, downsizings and bankruptcies of an arm, with their dates under the main start state."""
        events = (self._main.get("events") or {}).get(arm) or []
        return [_closure(event) for event in events if event["kind"] in ENDING_JOBS]

    def policies(self, arm: str) -> list[str]:
        """Names of an arm's policies."""
        return list(((self.configuration.get("arms") or {}).get(arm) or {}).get("policies") or [])

    def cohort_size(self, group: str) -> int | None:
        """Number of people in a cohort."""
        for cohort in self._main.get("cohorts") or []:
            if cohort["name"] == group:
                return int(cohort["jobs"])
        return None

    def recruits(self, arm: str, market: str | None = None) -> Mapping[str, float] | None:
        """Recruits of an arm's programme, ``ordered`` and ``placed``, persons; None where it orders nobody."""
        return ((self.manifest.get("recruits") or {}).get(market or "main") or {}).get(arm)

    def placing(self, arm: str) -> Mapping[str, float] | None:
        """Staff an arm was to move between towns and did, ``ordered`` and ``moved``, FTE; None where it moves none."""
        return ((self.manifest.get("placing") or {}).get("main") or {}).get(arm)

    @property
    def _main(self) -> Mapping[str, Any]:
        """What the manifest tells about the main start state."""
        return (self.manifest.get("markets") or {}).get("main") or {}

    def state(self, market: str | None = None) -> str:
        """Name of a start state: the main one or that of a market."""
        told = self._main if market is None else (self.manifest.get("markets") or {}).get(market) or {}
        return str(told.get("state") or market or "")

    @property
    def start(self) -> date | None:
        """First simulated day."""
        told = self.manifest.get("start_date")
        return date.fromisoformat(told) if told else None

    @property
    def failed(self) -> int:
        """Number of runs that failed."""
        return sum(run.get("status") == "failed" for run in self.manifest.get("runs") or [])


def _closure(event: Mapping[str, Any]) -> ClosureEvent:
    def day(value: Any) -> date | None:
        return date.fromisoformat(value) if value else None

    exits = tuple(found for item in event.get("exits") or [] if (found := day(item.get("date"))))
    return ClosureEvent(
        str(event["name"]), str(event["employer"]), int(event["jobs"]),
        day(event.get("announced")), day(event.get("notice")), exits, str(event.get("kind", "closure")),
    )  # fmt: skip


def estimate_of(entry: Mapping[str, Any] | None) -> Estimate:
    """An estimate as the summary writes it."""
    if not entry or entry.get("mean") is None:
        return NONE
    return Estimate(entry["mean"], entry.get("low"), entry.get("high"), int(entry.get("n") or 0))


def _rows(path: Path) -> Sequence[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


READ_KINDS = ("", "municipality", "cohort", "line", "place", "line_place", "cause", "payer", "occupation", "months")


def _read_series(path: Path) -> dict[tuple[str, str, str, str], Series]:
    """Monthly values by (arm, indicator, group kind, group)."""
    columns = ["arm", "replication", "date", "indicator", "group_kind", "group", "value", "unit"]
    try:
        table = pq.read_table(
            path, columns=columns, filters=[("group_kind", "in", READ_KINDS)], partitioning=None
        )
    except FileNotFoundError:
        raise InputError(f"{path}: missing; expected a results folder made by kohtaanto") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as Parquet ({' '.join(str(error).split())})") from None
    if not table.num_rows:
        return {}
    names = ("arm", "indicator", "group_kind", "group")
    encoded = [table[name].combine_chunks().dictionary_encode() for name in names]
    labels = [column.dictionary.to_pylist() for column in encoded]
    code = np.zeros(table.num_rows, dtype=np.int64)
    for column, label in zip(encoded, labels, strict=True):
        code = code * len(label) + column.indices.to_numpy()
    days = table["date"].to_numpy().astype("datetime64[D]")
    replication = table["replication"].to_numpy()
    value = table["value"].to_numpy()
    units = table["unit"].combine_chunks().dictionary_encode()
    order = np.lexsort((days, replication, code))
    code, days, replication, value = code[order], days[order], replication[order], value[order]
    unit = units.indices.to_numpy()[order]
    starts = np.flatnonzero(np.r_[True, code[1:] != code[:-1]])
    found = {}
    for start, end in zip(starts, np.r_[starts[1:], len(code)], strict=True):
        key: list[str] = []
        rest = int(code[start])
        for label in reversed(labels):
            rest, index = divmod(rest, len(label))
            key.append(label[index])
        part = slice(start, end)
        told = units.dictionary[int(unit[start])].as_py()
        arm, indicator, kind, group = reversed(key)
        found[arm, indicator, kind, group] = _matrix(days[part], replication[part], value[part], told)
    return found


def _mean(values: np.ndarray) -> np.ndarray:
    """Mean over the first axis of what is there."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nansum(values, axis=0) / np.isfinite(values).sum(axis=0)


def _matrix(days: np.ndarray, replication: np.ndarray, value: np.ndarray, unit: str) -> Series:
    """Rows of a table as a series; what a replication lacks is not a number."""
    dates, column = np.unique(days, return_inverse=True)
    replications, row = np.unique(replication, return_inverse=True)
    values = np.full((len(replications), len(dates)), np.nan)
    values[row, column] = value
    return Series(dates, replications, values, unit)
