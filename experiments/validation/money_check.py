"""The municipal share of benefits against the one figure of it that is published for the area.

``python -m experiments.validation.money_check [REPLICATIONS] [KEY=VALUE ...]`` runs January–September 2022
from ``boom_2022`` under the rules of 2022 (``conf/financing/by_date.yaml``) and holds what the city of Pori
pays of its residents' labour-market subsidy against 4,579,264 EUR (council of Pori, 12 December 2022 § 197).
Nothing is fitted to it.
Overrides are those of ``kohtaanto run``.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from agents.specification import RunResult, RunSpecification
from experiments.composing.configuration import PROJECT
from sim.changes import Change
from sim.clock import day_of
from sim.errors import InputError

REPLICATIONS = 5
MUNICIPALITY = "KU609"
PUBLISHED_EUR = 4_579_264.0
TOLERANCE = 0.15
AFTER = date(2022, 10, 1)
RULES = PROJECT / "conf" / "financing" / "by_date.yaml"


def rules_until(after: date, file: Path = RULES) -> tuple[Change, ...]:
    """Read the dated rules of benefits that begin before a day."""
    items = yaml.safe_load(file.read_text(encoding="utf-8"))["changes"]
    changes = [
        Change.from_mapping({k: v for k, v in item.items() if k != "seen_as"}, "rules", f"{file.name}, item {number}")
        for number, item in enumerate(items, start=1)
    ]
    return tuple(change for change in changes if change.start < after)


def specifications(replications: int, words: Iterable[str] = ()) -> list[RunSpecification]:
    """The replications, cut after September 2022; rules that a run brings already are not added again.

    Raises
    ------
    InputError
        From an override that does not hold.
    """
    from experiments.composing.composition import resolve
    from experiments.running.plan import make_plan

    asked = ["start=boom_2022", "horizon_years=1", "record=summary", f"replications={replications}", *words]
    runs = [run.specification for run in make_plan(resolve("run", asked)).runs]
    cut = []
    for run in runs:
        own = tuple(change for change in run.changes if change.start < AFTER)
        brings_rules = any(change.parameter.startswith("finance.") for change in own)
        rules = () if brings_rules else rules_until(AFTER)
        cut.append(dataclasses.replace(run, days=day_of(AFTER, run.start_date), changes=(*own, *rules)))
    return cut


def paid_eur(result: RunResult) -> float:
    """What the municipality paid of benefits in a run, EUR."""
    columns = result.indicators
    rows = (columns["indicator"] == "municipal_benefit_share_eur") & (columns["group"] == MUNICIPALITY)
    return float(columns["value"][rows].sum())


def report(paid: NDArray[np.float64]) -> str:
    """Put model, interval, published figure and verdict into lines."""
    low, high = np.quantile(paid, (0.1, 0.9))
    mean = float(paid.mean())
    ratio = mean / PUBLISHED_EUR
    holds = abs(ratio - 1.0) <= TOLERANCE
    return "\n".join([
        "Pori's share of benefits, January–September 2022, rules of 2022",
        f"model      {mean:>12,.0f} EUR, 80 % of {len(paid)} replications {low:,.0f} to {high:,.0f}",
        f"published  {PUBLISHED_EUR:>12,.0f} EUR",
        f"model / published {ratio:.3f}, allowed {1.0 - TOLERANCE:.2f} to {1.0 + TOLERANCE:.2f}: "
        + ("holds" if holds else "does not hold"),
    ])  # fmt: skip


def main(words: Sequence[str]) -> int:
    """Run and print; exit status 2 for wrong input."""
    from agents.area import simulate

    number = int(words[0]) if words and words[0].isdigit() else REPLICATIONS
    overrides = [word for word in words if not word.isdigit()]
    try:
        paid = np.array([paid_eur(simulate(specification)) for specification in specifications(number, overrides)])
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    print(report(paid))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
