"""Do the engine and the Mesa model agree on the same months of worlds that were built alike?

Student's two-sample t test with a pooled variance: if the rules are the same, so is the spread. The engine
is quick, so it runs many more worlds, whose noise then hardly counts. The chance of a false alarm is shared
over all quantities (Bonferroni).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from agents.area import build, simulate
from agents.region import Region
from agents.specification import RunResult, RunSpecification
from benchmarks.mesa_model import AreaModel
from sim.clock import is_month_end

QUANTITIES = {
    "unemployed": ("unemployed",),
    "registered": ("registered_jobseekers",),
    "in_measures": ("in_training", "in_service", "subsidised"),
    "subsidised": ("subsidised",),
    "employed": ("employed_open_market",),
    "self_employed": ("self_employed",),
    "outside_labour_force": ("outside_labour_force",),
    "immigrants": ("immigrants",),
    "commuters_out": ("commuters_out",),
    "mismatch": ("mismatch_occupational",),
    "open_vacancies": ("vacancies_open",),
    "hires": ("hires",),
    "study_departures": ("departures_for_studies",),
    "service_contacts": ("service_contacts",),
    "interviews_in_time": ("first_interview_in_time_share",),
    "paths_in_time": ("path_in_3m_share",),
}
"""What is compared, and the indicators whose sum it is in the engine's results. Stocks and shares (in per cent) are
means of the last three month-ends or months; flows are all since the start."""
FLOWS = ("hires", "study_departures", "service_contacts")
SHARES = ("interviews_in_time", "paths_in_time", "mismatch")
MONTHS_OF_PATHS = 4
"""Months after which every search of a month has been seen for as long as a path may take."""
LAST_MONTHS = 3
FALSE_ALARM = 0.01
"""Chance that any of the quantities differs by chance alone."""
POWER = 0.80


@dataclasses.dataclass(frozen=True)
class Agreement:
    """One quantity on both sides, in real persons (vacancies, hires, talks) or per cent.

    Attributes
    ----------
    name
        Key of `QUANTITIES`.
    engine, mesa
        A value for each world.
    """

    name: str
    engine: NDArray[np.float64]
    mesa: NDArray[np.float64]

    @property
    def difference(self) -> float:
        """Mean of Mesa less mean of the engine."""
        return float(self.mesa.mean() - self.engine.mean())

    @property
    def freedom(self) -> int:
        """Degrees of freedom."""
        return len(self.mesa) + len(self.engine) - 2

    @property
    def standard_error(self) -> float:
        """Standard error of the difference, from the pooled variance."""
        squares = sum(((side - side.mean()) ** 2).sum() for side in (self.engine, self.mesa))
        return float(np.sqrt(squares / self.freedom * (1.0 / len(self.mesa) + 1.0 / len(self.engine))))

    @property
    def tolerance(self) -> float:
        """Largest difference that passes as luck."""
        return float(stats.t.isf(FALSE_ALARM / len(QUANTITIES) / 2.0, self.freedom)) * self.standard_error

    @property
    def detectable(self) -> float:
        """True difference that the test would find with probability `POWER`, as a share of the engine's mean."""
        return (self.tolerance + float(stats.norm.ppf(POWER)) * self.standard_error) / float(self.engine.mean())

    @property
    def z(self) -> float:
        """The difference in standard errors."""
        return self.difference / self.standard_error

    @property
    def holds(self) -> bool:
        """Whether the two sides agree."""
        return abs(self.difference) <= self.tolerance


def specification(days: int, scale: float, seed: int = 1, parameters: dict | None = None) -> RunSpecification:
    """Satakunta from 2022, with the parameters as shipped if none are given."""
    from experiments.composing.composition import resolve

    resolved = resolve("run", ["region=satakunta", "start=boom_2022"])
    return RunSpecification(
        region=resolved.region, start="boom_2022", start_date=date(2022, 1, 1), days=days, seed=seed, scale=scale,
        parameters=resolved.plain["parameters"] if parameters is None else parameters,
    )  # fmt: skip


def run_engine(spec: RunSpecification, seeds: Iterable[int]) -> NDArray[np.float64]:
    """Run worlds with the engine.

    Returns
    -------
    ndarray
        Quantities of each world, shape (worlds, quantities).
    """
    return np.array([of_engine(simulate(dataclasses.replace(spec, seed=seed))) for seed in seeds])


def run_mesa(
    spec: RunSpecification, seeds: Iterable[int], change: Callable[[AreaModel], None] | None = None
) -> NDArray[np.float64]:
    """Run worlds with the Mesa model.

    Parameters
    ----------
    spec
        What to run; whole months.
    seeds
        Seeds of the worlds and, apart from these, of the model's luck.
    change
        Done to each model before its first day, for tests of the test.

    Returns
    -------
    ndarray
        Quantities of each world, shape (worlds, quantities).
    """
    region = Region.load(spec.region)
    rows = []
    for seed in seeds:
        model = AreaModel(build(dataclasses.replace(spec, seed=seed)), region, seed)
        if change is not None:
            change(model)
        for _ in range(spec.days):
            model.step()
        rows.append(of_mesa(model))
        model.remove_all_agents()
    return np.array(rows)


def agreement(engine: NDArray[np.float64], mesa: NDArray[np.float64]) -> list[Agreement]:
    """Compare what `run_engine` and `run_mesa` returned."""
    return [Agreement(name, engine[:, k], mesa[:, k]) for k, name in enumerate(QUANTITIES)]


def of_engine(result: RunResult) -> list[float]:
    """Read the quantities off a result."""
    columns = result.indicators
    of_area = columns["group_kind"] == ""
    values = []
    for name, indicators in QUANTITIES.items():
        monthly = [columns["value"][(columns["indicator"] == k) & of_area] for k in indicators]
        values.append(_of_series(name, np.sum(monthly, axis=0)))
    return values


def of_mesa(model: AreaModel) -> list[float]:
    """Read the quantities off a Mesa model's collected series."""
    table = model.datacollector.get_model_vars_dataframe()
    monthly = {name: np.diff(table[name].to_numpy(np.float64), prepend=0.0) for name in table if name in _SINCE_START}
    months = len(table) - MONTHS_OF_PATHS
    values = []
    for name in QUANTITIES:
        if name == "interviews_in_time":
            series = _shares(monthly["interviews_in_time"], monthly["interviews"])
        elif name == "mismatch":
            series = table[name].to_numpy(np.float64)
        elif name == "paths_in_time":
            series = _shares(np.array(model.paths[:months]), np.array(model.searches[:months]))
        else:
            series = monthly.get(name, table[name].to_numpy(np.float64)) / model.scale
        values.append(_of_series(name, series))
    return values


_SINCE_START = ("hires", "study_departures", "service_contacts", "interviews", "interviews_in_time")


def _shares(above: NDArray[np.floating], below: NDArray[np.floating]) -> NDArray[np.float64]:
    """Shares by month, months with nothing to divide by left out."""
    return np.asarray(above[below > 0] / below[below > 0], np.float64)


def _of_series(name: str, series: NDArray[np.float64]) -> float:
    """Make one number of a quantity's months."""
    if name in FLOWS:
        return float(series.sum())
    return float(series[-LAST_MONTHS:].mean()) * (100.0 if name in SHARES else 1.0)


def whole_months(start: date, months: int) -> int:
    """Days of so many whole months from the first of a month."""
    ends = np.flatnonzero(is_month_end(start, 31 * months + 1))
    return int(ends[months - 1]) + 1


def told(agreements: Sequence[Agreement]) -> str:
    """Write the comparison as a table."""
    first = agreements[0]
    lines = [
        f"{len(first.engine)} worlds of the engine, {len(first.mesa)} of the Mesa model; real persons, or per cent; "
        f"chance of a false alarm in the whole table {FALSE_ALARM:.0%}",
        f"{'':20}{'engine':>9}{'Mesa':>9}{'difference':>12}{'s.e.':>7}{'z':>6}{'tolerance':>11}{'found with 80 %':>17}",
    ]
    for a in agreements:
        digits = 1 if a.name in SHARES else 0
        lines.append(
            f"{a.name:20}{a.engine.mean():9.{digits}f}{a.mesa.mean():9.{digits}f}{a.difference:12.1f}"
            f"{a.standard_error:7.1f}{a.z:6.1f}{a.tolerance:11.1f}{a.detectable:16.1%}  "
            f"{'agree' if a.holds else 'DIFFER'}"
        )
    return "\n".join(lines)
