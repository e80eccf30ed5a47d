"""Do the engine and the Mesa model agree? ``python -m benchmarks.agreement [SCALE DAYS SEEDS]``.

Both go on from the same built world, each with its own luck; for each main stock the mean difference over
seeds is set against its standard error. With a false alarm once in a thousand for each stock, the test
finds with a chance of 80 % a difference of about ``power_factor`` standard errors, which is printed.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from agents.area import EmploymentAreaModel, build
from agents.region import Region
from benchmarks.mesa_model import AreaModel
from benchmarks.side_by_side import specification
from sim.dimensions import State

FALSE_ALARM = 0.001
STOCKS: dict[str, tuple[State, ...]] = {
    "unemployed": (State.UNEMPLOYED, State.FURLOUGHED),
    "employed": (State.EMPLOYED,),
    "in training": (State.TRAINING,),
    "students": (State.STUDENT,),
    "outside the labour force": (State.INACTIVE,),
}


@dataclasses.dataclass(frozen=True)
class Agreement:
    """Engine less Mesa for one stock.

    Attributes
    ----------
    mesa, engine
        Mean stocks, agents.
    difference, error
        Mean difference and its standard error, agents.
    p_value
        Two-sided, of no difference.
    detectable
        Difference found with a chance of 80 %, agents.
    """

    mesa: float
    engine: float
    difference: float
    error: float
    p_value: float
    detectable: float


def compare(
    scale: float, days: int, seeds: int, disturb: Callable[[AreaModel], None] | None = None
) -> dict[str, Agreement]:
    """Run both from the same worlds and compare their stocks on the last day.

    Parameters
    ----------
    scale, days, seeds
        Size, length and number of the worlds.
    disturb
        Changes a rule of the Mesa model, to see the comparison fail.
    """
    pairs: list[tuple[list[float], list[float]]] = []
    for seed in range(1, seeds + 1):
        spec = specification(scale, days + 40, seed)
        world = build(spec)
        model = AreaModel(world, Region.load(spec.region), 1000 + seed)
        if disturb is not None:
            disturb(model)
        for _ in range(days):
            model.step()
        engine = EmploymentAreaModel(spec, world)
        engine.run(days)
        pairs.append((_of_mesa(model), _of_engine(engine)))
        engine.release()
    table = np.array(pairs)
    return {
        name: _agreement(table[:, 0, k], table[:, 1, k]) for k, name in enumerate((*STOCKS, "open vacancies"))
    }


def _of_mesa(model: AreaModel) -> list[float]:
    numbers = np.bincount([p.state for p in model.persons if p.home != model.outside], minlength=len(State))
    return [float(numbers[list(states)].sum()) for states in STOCKS.values()] + [
        float(sum(len(vacancies) for vacancies in model.open_vacancies))
    ]


def _of_engine(engine: EmploymentAreaModel) -> list[float]:
    arrays = engine.world.arrays
    stocks = arrays.stocks[:, : engine.region.outside].sum(axis=1)
    return [float(stocks[list(states)].sum()) for states in STOCKS.values()] + [float(arrays.open_cells.sum())]


def _agreement(mesa: NDArray[np.float64], engine: NDArray[np.float64]) -> Agreement:
    n = len(mesa)
    difference = engine - mesa
    error = float(difference.std(ddof=1) / np.sqrt(n))
    p_value = float(2.0 * stats.t.sf(abs(difference.mean()) / max(error, 1e-12), n - 1))
    power_factor = float(stats.t.isf(FALSE_ALARM / 2.0, n - 1) + stats.t.isf(0.2, n - 1))
    return Agreement(
        float(mesa.mean()), float(engine.mean()), float(difference.mean()), error, p_value, power_factor * error
    )


def show(found: Mapping[str, Agreement]) -> str:
    """The comparison as a table."""
    lines = [f"{'stock':<26}{'Mesa':>9}{'engine':>9}{'differ':>8}{'s.e.':>7}{'p':>7}  found with 80 %"]
    for name, a in found.items():
        lines.append(
            f"{name:<26}{a.mesa:>9.1f}{a.engine:>9.1f}{a.difference:>8.1f}{a.error:>7.1f}{a.p_value:>7.2f}"
            f"  {a.detectable:.1f} ({100.0 * a.detectable / max(a.mesa, 1e-9):.0f} %)"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    given = sys.argv[1:]
    print(show(compare(*(f(x) for f, x in zip((float, int, int), given or ("0.05", "200", "12"), strict=True)))))
