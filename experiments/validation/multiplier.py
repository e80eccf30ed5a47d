"""What a closure, an opening and both do to the jobs of the area: the multiplier, who is hired, what is left.

``python -m experiments.validation.multiplier [REPLICATIONS] [KEY=VALUE ...]`` runs, paired with the baseline, the
closure of ``conf/shock/closure_harjavalta.yaml``, the opening of ``opening_harjavalta.yaml``, and that
closure with an opening of the same jobs next door (``opening_nakkila.yaml``), and prints

* jobs lost in the area at the end of the layoff year for each job of the closure, held against 1.1 to 1.8 (Nurmi 2018,
  Finnish commuting zones 1989–2013). No multiplier is put in; subcontracts and local demand are
  (`conf/ripples/default.yaml`), and what growing employers add;
* who took the jobs of the opening, which sum to its jobs, and hires of a chain of vacancies for each;
* what is left of the closure's effect on unemployment when the same jobs open at once: less than a tenth is expected
  twelve months after the last exits.

Overrides are those of ``kohtaanto compare``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from agents.specification import RunResult, RunSpecification
from sim.errors import InputError

REPLICATIONS = 10
BAND = (1.1, 1.8)
"""Jobs lost in the area in the layoff year for each job of a mass layoff."""
MOST_LEFT = 0.1
"""Of the closure's effect on unemployment, when the same jobs open."""
CLOSURE, OPENING, BOTH = "closure_harjavalta", "opening_harjavalta", "closure_harjavalta+opening_nakkila"
ARMS = ("baseline", CLOSURE, OPENING, BOTH)
MONTHS = (6, 9, 12, 18, 24)
YEAR = 12
CLOSED = 450.0
LAST_EXITS = 9
"""Month at whose end the last of the closure's staff leave."""


def specifications(replications: int, words: Iterable[str] = ()) -> list[list[RunSpecification]]:
    """The arms of each replication, two years of each.

    Raises
    ------
    InputError
        From an override that does not hold.
    """
    from experiments.composing.composition import resolve
    from experiments.running.plan import make_plan

    asked = [
        f"shock=[{CLOSURE},{OPENING},{BOTH}]", "horizon_years=2", "record=summary", "markets=[]",
        f"replications={replications}", *words,
    ]  # fmt: skip
    runs = make_plan(resolve("compare", asked)).runs
    names = sorted({run.arm for run in runs}, key=[run.arm for run in runs].index)
    return [
        [next(r.specification for r in runs if r.arm == name and r.replication == k) for name in names]
        for k in range(replications)
    ]


def series(result: RunResult, indicator: str) -> NDArray[np.float64]:
    """Month-ends of an area indicator, shape (months,)."""
    columns = result.indicators
    values = columns["value"][(columns["indicator"] == indicator) & (columns["group_kind"] == "")]
    return np.asarray(values, np.float64)


def interval(values: NDArray[np.float64]) -> tuple[float, float, float]:
    """Mean and the ends of its 95 % interval, from the spread of the pairs."""
    mean = float(values.mean())
    spread = values.std(ddof=1) if len(values) > 1 else 0.0
    half = float(stats.t.ppf(0.975, max(len(values) - 1, 1)) * spread / np.sqrt(len(values)))
    return mean, mean - half, mean + half


def report(pairs: Sequence[Sequence[RunResult]]) -> str:
    """Put what came out into lines.

    Parameters
    ----------
    pairs
        For each replication the results of `ARMS`, in their order.
    """
    difference = {
        name: np.array([[series(arms[k], name) - series(arms[0], name) for k in range(1, len(ARMS))] for arms in pairs])
        for name in ("jobs", "unemployed", "employed_open_market")
    }
    lines = []
    for name, values in difference.items():
        lines.append(f"{name} against the baseline at the end of month {', '.join(map(str, MONTHS))}")
        for k, arm in enumerate(ARMS[1:]):
            told = ["{:.0f} ({:.0f} to {:.0f})".format(*interval(values[:, k, month - 1])) for month in MONTHS]
            lines.append(f"  {arm}: {', '.join(told)}")
    mean, low, high = interval(-difference["jobs"][:, 0, YEAR - 1] / CLOSED)
    lines.append(
        f"multiplier of the closure in the layoff year: {mean:.2f} ({low:.2f} to {high:.2f}), expected "
        f"{BAND[0]} to {BAND[1]}: {judged(low, high, *BAND)}"
    )
    for k in (2, 3):
        for name in pairs[0][k].built["openings"]:
            lines += opening_lines(name, [arms[k].built["openings"][name] for arms in pairs])
    for month in range(YEAR, 2 * YEAR + 1, 3):
        effect, left = (difference["unemployed"][:, k, month - 1] for k in (0, 2))
        share = left.mean() / effect.mean()
        mean, low, high = interval(left)
        limits = (-MOST_LEFT * float(effect.mean()), MOST_LEFT * float(effect.mean()))
        lines.append(
            f"left of the closure's {effect.mean():.0f} more unemployed when the same jobs open, month {month}: "
            f"{mean:.0f} ({low:.0f} to {high:.0f}), {100 * share:.0f} %"
            + (f": {judged(low, high, *limits)}" if month == LAST_EXITS + YEAR else "")
        )
    return "\n".join(lines)


def opening_lines(name: str, told: Sequence[dict]) -> list[str]:
    """Say who took the jobs of an opening, means over replications, and whether the books balance in each."""
    hires = {key: float(np.mean([one["hires"][key] for one in told])) for key in told[0]["hires"]}
    rest = {key: float(np.mean([one[key] for one in told])) for key in ("open", "lost")}
    whole = all(sum(one["hires"].values()) + one["open"] + one["lost"] == one["jobs"] == one["posted"] for one in told)
    mean, low, high = interval(np.array([one["chain_length"] for one in told]))
    shown = ", ".join(f"{key} {value:.1f}" for key, value in {**hires, **rest}.items())
    return [
        f"{name}: {shown}; they sum to {told[0]['jobs']:.0f}: {told_as(whole)}",
        f"{name}: hires of a chain of vacancies for each of its own: {mean:.2f} ({low:.2f} to {high:.2f})",
    ]


def judged(low: float, high: float, least: float, most: float) -> str:
    """Say whether an interval lies between two limits, outside them, or across one."""
    if least <= low and high <= most:
        return "holds"
    return "does not hold" if high < least or low > most else "cannot tell"


def told_as(holds: bool) -> str:
    """Say whether something holds."""
    return "holds" if holds else "does not hold"


def main(words: Sequence[str]) -> int:
    """Run and print; exit status 2 for wrong input."""
    from agents.area import simulate_arms

    number = int(words[0]) if words and words[0].isdigit() else REPLICATIONS
    overrides = [word for word in words if not word.isdigit()]
    try:
        pairs = [simulate_arms(arms) for arms in specifications(number, overrides)]
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    print(report(pairs))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
