"""Do the engine and the Mesa model agree? The same built worlds, each side with luck of its own.

A world is built for each seed; both sides start from it and run the same months, so that what they differ
in is luck, and what the differences have in common is a difference of rules. Tested with Student's t on
the paired differences, the chance of a false alarm shared over all quantities (Bonferroni).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
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
    "unemployed": "unemployed",
    "employed": "employed_open_market",
    "open_vacancies": "vacancies_open",
    "hires": "hires",
}
"""What is compared, and the indicator that it is in the engine's results. Stocks are means of the last
three month-ends; hires are all since the start."""
LAST_MONTHS = 3
FALSE_ALARM = 0.01
"""Chance that any of the quantities differs by chance alone."""
POWER = 0.80
_OTHER_LUCK = 1_000_003


@dataclasses.dataclass(frozen=True)
class Agreement:
    """One quantity on both sides, real persons (vacancies, hires), one number for each world.

    Attributes
    ----------
    name
        Key of `QUANTITIES`.
    engine, mesa
        Values, shape (worlds,).
    """

    name: str
    engine: NDArray[np.float64]
    mesa: NDArray[np.float64]

    @property
    def difference(self) -> float:
        """Mean of Mesa less engine."""
        return float((self.mesa - self.engine).mean())

    @property
    def standard_error(self) -> float:
        """Standard error of the mean difference."""
        return float((self.mesa - self.engine).std(ddof=1) / np.sqrt(len(self.mesa)))

    @property
    def tolerance(self) -> float:
        """Largest mean difference that passes as luck."""
        return float(stats.t.isf(FALSE_ALARM / len(QUANTITIES) / 2.0, len(self.mesa) - 1)) * self.standard_error

    @property
    def detectable(self) -> float:
        """True difference that the test would find with probability `POWER`."""
        return self.tolerance + float(stats.t.ppf(POWER, len(self.mesa) - 1)) * self.standard_error

    @property
    def holds(self) -> bool:
        """Whether the two sides agree."""
        return abs(self.difference) <= self.tolerance


def specification(days: int, scale: float, seed: int = 1, parameters: dict | None = None) -> RunSpecification:
    """Satakunta from 2022, with the parameters as shipped if none are given."""
    from experiments.configuration import resolve

    resolved = resolve("run", ["region=satakunta", "start=boom_2022"])
    return RunSpecification(
        region=resolved.region, start="boom_2022", start_date=date(2022, 1, 1), days=days, seed=seed, scale=scale,
        parameters=resolved.plain["parameters"] if parameters is None else parameters,
    )  # fmt: skip


def compare(
    spec: RunSpecification, seeds: Iterable[int], change: Callable[[AreaModel], None] | None = None
) -> list[Agreement]:
    """Run both sides on one world for each seed.

    Parameters
    ----------
    spec
        What to run; whole months.
    seeds
        Seeds of the worlds.
    change
        Done to each Mesa model before its first day, for tests of the test.
    """
    region = Region.load(spec.region)
    engine, mesa = [], []
    for seed in seeds:
        one = dataclasses.replace(spec, seed=seed)
        world = build(one)
        model = AreaModel(world, region, seed + _OTHER_LUCK)
        if change is not None:
            change(model)
        for _ in range(spec.days):
            model.step()
        mesa.append(of_mesa(model))
        engine.append(of_engine(simulate(one, world)))
        model.remove_all_agents()
    ours, theirs = np.array(engine), np.array(mesa)
    return [Agreement(name, ours[:, k], theirs[:, k]) for k, name in enumerate(QUANTITIES)]


def of_engine(result: RunResult) -> list[float]:
    """Read the quantities off a result."""
    columns = result.indicators
    values = []
    for name, indicator in QUANTITIES.items():
        series = columns["value"][(columns["indicator"] == indicator) & (columns["group_kind"] == "")]
        values.append(float(series.sum() if name == "hires" else series[-LAST_MONTHS:].mean()))
    return values


def of_mesa(model: AreaModel) -> list[float]:
    """Read the quantities off a Mesa model's collected series."""
    table = model.datacollector.get_model_vars_dataframe()
    values = []
    for name in QUANTITIES:
        series = table[name].to_numpy(np.float64) / model.scale
        values.append(float(series[-1] if name == "hires" else series[-LAST_MONTHS:].mean()))
    return values


def whole_months(start: date, months: int) -> int:
    """Days of so many whole months from the first of a month."""
    ends = np.flatnonzero(is_month_end(start, 31 * months + 1))
    return int(ends[months - 1]) + 1


def told(agreements: list[Agreement]) -> str:
    """Write the comparison as a table."""
    n = len(agreements[0].mesa)
    lines = [f"{n} worlds; all as real persons; false alarm of the whole table {FALSE_ALARM:.0%}"]
    lines.append(
        f"{'':16}{'engine':>9}{'Mesa':>9}{'difference':>12}{'s.e.':>8}{'tolerance':>11}{'found with 80 %':>17}"
    )
    for a in agreements:
        level = float(a.engine.mean())
        lines.append(
            f"{a.name:16}{level:9.0f}{a.mesa.mean():9.0f}{a.difference:12.1f}{a.standard_error:8.1f}{a.tolerance:11.1f}"
            f"{a.detectable:9.1f} = {a.detectable / level:4.1%}  {'agree' if a.holds else 'DIFFER'}"
        )
    return "\n".join(lines)
