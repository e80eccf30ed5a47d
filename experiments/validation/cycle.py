"""The Beveridge curve of the model through a boom and a slump.

``python -m experiments.validation.cycle [REPLICATIONS] [KEY=VALUE ...]`` runs the made-up cycle of
``data/demand/boom_and_slump.csv`` from ``boom_2022`` and prints, for each replication, how vacancies go with
unemployment over the years and which way round. Overrides are those of ``kohtaanto run``.

Two things are held against the published curve (12r5, the area 2006–2016): annual means slope down, ln v on ln u
between −.4 and −1.4 by ordinary least squares; and the loop, unemployment to the right and vacancies upward,
goes counter-clockwise, since vacancies turn before unemployment does (Pissarides 2000, ch. 1).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.specification import RunResult, RunSpecification
from experiments.composing.configuration import PROJECT
from sim.errors import InputError

REPLICATIONS = 20
YEARS = 12
SLOPE = (-1.4, -0.4)
"""Band of d ln v / d ln u of annual means."""
LEAST_COUNTER_CLOCKWISE = 0.9
"""Share of replications whose loop must be counter-clockwise: 18 of 20."""
DEMAND_FILE = PROJECT / "data" / "demand" / "boom_and_slump.csv"


@dataclass(frozen=True)
class Cycle:
    """Annual means of one replication.

    Attributes
    ----------
    unemployed, vacancies
        Register unemployed, persons, and registered open vacancies, means of twelve month-ends, shape (years,).
    """

    unemployed: NDArray[np.float64]
    vacancies: NDArray[np.float64]

    @property
    def slope(self) -> float:
        """Least-squares slope of ln v on ln u."""
        return float(np.polyfit(np.log(self.unemployed), np.log(self.vacancies), 1)[0])

    @property
    def area(self) -> float:
        """Signed area that the years go round, persons × vacancies: above 0 counter-clockwise.

        The shoelace formula over the polygon of the annual means in order, closed from the last to the first.
        """
        u, v = self.unemployed, self.vacancies
        return float(0.5 * np.sum(u * np.roll(v, -1) - np.roll(u, -1) * v))


def annual(result: RunResult, indicator: str) -> NDArray[np.float64]:
    """Means by calendar year of an area indicator, from January of the first year on, shape (years,)."""
    columns = result.indicators
    values = columns["value"][(columns["indicator"] == indicator) & (columns["group_kind"] == "")]
    return np.asarray(values, np.float64)[: len(values) // 12 * 12].reshape(-1, 12).mean(axis=1)


def specifications(replications: int, words: Iterable[str] = ()) -> list[RunSpecification]:
    """The replications of ``kohtaanto run start=boom_2022 demand_file=… horizon_years=12``.

    Raises
    ------
    InputError
        From an override that does not hold.
    """
    from experiments.composing.composition import resolve
    from experiments.running.plan import make_plan

    asked = [
        "start=boom_2022", f"horizon_years={YEARS}", f"demand_file={DEMAND_FILE}", "record=summary",
        f"replications={replications}", *words,
    ]  # fmt: skip
    return [run.specification for run in make_plan(resolve("run", asked)).runs]


def simulate_cycle(specification: RunSpecification) -> Cycle:
    """Run one replication."""
    from agents.area import simulate

    result = simulate(specification)
    return Cycle(annual(result, "unemployed"), annual(result, "vacancies_registered"))


def report(cycles: Sequence[Cycle]) -> str:
    """Put what came out into lines: the mean years, slopes, ways round, and whether both hold."""
    u = np.mean([c.unemployed for c in cycles], axis=0)
    v = np.mean([c.vacancies for c in cycles], axis=0)
    lines = ["year  unemployed  registered vacancies"]
    lines += [f"{k + 1:>4}  {a:>10,.0f}  {b:>20,.0f}" for k, (a, b) in enumerate(zip(u, v, strict=True))]
    slopes = np.array([c.slope for c in cycles])
    areas = np.array([c.area for c in cycles])
    low, high = np.quantile(slopes, (0.1, 0.9))
    inside = int(((slopes >= SLOPE[0]) & (slopes <= SLOPE[1])).sum())
    around = int((areas > 0).sum())
    enough = int(np.ceil(LEAST_COUNTER_CLOCKWISE * len(cycles)))
    lines += [
        f"slope of ln v on ln u: mean {slopes.mean():.2f}, 80 % of replications {low:.2f} to {high:.2f}; "
        f"{inside} of {len(cycles)} between {SLOPE[0]} and {SLOPE[1]}: {told(SLOPE[0] <= slopes.mean() <= SLOPE[1])}",
        f"loop: {around} of {len(cycles)} counter-clockwise, at least {enough} expected: {told(around >= enough)}",
    ]
    return "\n".join(lines)


def told(holds: bool) -> str:
    """Say whether something holds."""
    return "holds" if holds else "does not hold"


def main(words: Sequence[str]) -> int:
    """Run and print; exit status 2 for wrong input."""
    number = int(words[0]) if words and words[0].isdigit() else REPLICATIONS
    overrides = [word for word in words if not word.isdigit()]
    try:
        cycles = [simulate_cycle(specification) for specification in specifications(number, overrides)]
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    print(report(cycles))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
