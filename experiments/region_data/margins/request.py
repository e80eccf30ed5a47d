"""``kohtaanto data margins``: published margins against the population that a start state is given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from experiments.composing.composition import resolve
from experiments.region_data.margins import measure
from experiments.region_data.margins.margin import MISSED
from experiments.region_data.margins.table import to_csv, to_lines
from experiments.running.plan import make_plan
from experiments.running.store import write_text
from sim.errors import InputError, near_miss

_ROWS = ("missed", "all")


def run_margins(overrides: Sequence[str], rows: str = "missed", out: Path | None = None) -> int:
    """Build the world of one replication, print its table of margins and write it as CSV.

    Parameters
    ----------
    overrides
        Keys of a run: ``region``, ``start``, ``start_file``, ``start_date``, ``scale``, ``seed``, ``outputs``,
        ``parameters.NAME``.
    rows
        ``missed``: rows that are not met, and a line for each margin; ``all``: every row.
    out
        CSV file; None: in the folder of results.

    Returns
    -------
    int
        0, whatever the verdicts: a miss is a result.

    Raises
    ------
    InputError
        If a key, the region or the start state does not hold.
    """
    from agents.area import build

    if rows not in _ROWS:
        raise InputError(f"rows: expected {' or '.join(_ROWS)}, got {rows!r}{near_miss(rows, _ROWS)}")
    configuration = resolve("run", [*overrides, "horizon_years=1"])
    plan = make_plan(configuration)
    specification = plan.runs[0].specification
    margins = measure(
        build(specification),
        plan.region,
        specification.start,
        configuration.parameters,
        specification.start_date.month,
        specification.start_file,
    )
    name = f"{plan.region.name}-{specification.start}-seed{specification.seed}-scale{specification.scale:g}.csv"
    path = out or configuration.outputs / "margins" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(to_csv(margins), path)
    print(
        f"{plan.region.title['en']}, start {specification.start}, first day {specification.start_date}, "
        f"scale {specification.scale:g}, seed {specification.seed}: " + to_lines(margins, rows == "all")[0]
    )
    for line in to_lines(margins, rows == "all")[1:]:
        print(line)
    missed = sum(margin.verdict == MISSED for margin in margins)
    print(f"\n{missed} missed of {len(margins)}; every row: {path}")
    return 0
