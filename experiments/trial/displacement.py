"""Displacement: what the treated gain and the untreated lose, by the share treated, under each start state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from experiments.running.plan import MAIN
from experiments.trial.arm_run import QUARTERS, ArmRun
from experiments.trial.declaration import Outcome, Trial
from experiments.trial.measures import gain_and_loss
from experiments.validation.page import row as table_row

FIGURE = "trial_displacement"
CONFIDENCE = 0.9
_HEAD = (
    "start state", "treated", "gain of a treated", "loss of an untreated", "share lost", "share lost, open market",
    "net of everybody enrolled", "net of the area",
)  # fmt: skip
OPEN_MARKET = ("employed_open_market",)
"""Work that no seat of a measure's budget limits: what is lost there is lost in competition for vacancies."""
AREA_DAYS = "open_market_employment_days"


@dataclass(frozen=True)
class Row:
    """A start state and a share treated; arrays have a value for each replication.

    Attributes
    ----------
    state
        Start state; of a difference, which less which.
    treated
        Share treated.
    gain, loss
        Days for each treated, and lost by each untreated, against the same people when nobody is treated.
    total_gain, total_loss
        The same for each person enrolled, treated or not.
    open_gain, open_loss
        As `total_gain` and `total_loss`, of the days in the open market alone.
    area
        Open-market employment days of the whole area, more than when nobody is treated, for each person enrolled.
    """

    state: str
    treated: float
    gain: NDArray[np.float64]
    loss: NDArray[np.float64]
    total_gain: NDArray[np.float64]
    total_loss: NDArray[np.float64]
    open_gain: NDArray[np.float64]
    open_loss: NDArray[np.float64]
    area: NDArray[np.float64]

    @property
    def share_lost(self) -> tuple[float, float]:
        """What the untreated lose of what the treated gain, and its half width at `CONFIDENCE`."""
        return _ratio(self.total_loss, self.total_gain)

    @property
    def open_share_lost(self) -> tuple[float, float]:
        """As `share_lost`, of the days in the open market."""
        return _ratio(self.open_loss, self.open_gain)

    @property
    def record(self) -> dict[str, Any]:
        """Plain data."""
        inner, nothing = 0.0 < self.treated < 1.0, (float("nan"), float("nan"))
        parts: Mapping[str, tuple[float, float]] = {
            "gain_days": _mean(self.gain),
            "loss_days": _mean(self.loss),
            "share_lost": self.share_lost if inner else nothing,
            "open_market_share_lost": self.open_share_lost if inner else nothing,
            "net_days": _mean(self.total_gain - self.total_loss),
            "area_net_days": _mean(self.area),
        }
        plain = {
            name: {"mean": _plain(middle), "low": _plain(middle - width), "high": _plain(middle + width)}
            for name, (middle, width) in parts.items()
        }
        return {"state": self.state, "treated": self.treated, **plain}


def table(trial: Trial, runs: Mapping[tuple[str, str, int], ArmRun]) -> list[Row]:
    """Gains and losses of every share treated under every start state.

    Parameters
    ----------
    trial
        With ``saturation``: the share treated in each arm, the first 0. Its first outcome says states and months.
    runs
        By market, arm and replication.
    """
    replications = sorted({replication for _, _, replication in runs})
    without, *arms = trial.saturation
    states = {MAIN: trial.start, **trial.markets}
    rows = []
    for market, state in states.items():
        for arm in arms:
            share = trial.saturation[arm]
            treated = tuple(q for q in QUARTERS if q <= round(share * len(QUARTERS)))
            outcome = replace(
                trial.outcomes[0], quarters=treated, other_quarters=tuple(q for q in QUARTERS if q not in treated)
            )
            pairs = [(runs[market, arm, r], runs[market, without, r]) for r in replications]
            gain, loss = np.array([gain_and_loss(outcome, *pair) for pair in pairs]).T
            in_market = replace(outcome, states=OPEN_MARKET)
            open_gain, open_loss = np.array([gain_and_loss(in_market, *pair) for pair in pairs]).T
            rows.append(
                Row(
                    state=state,
                    treated=share,
                    gain=gain / share,
                    loss=loss / (1.0 - share) if share < 1.0 else loss * 0.0,
                    total_gain=gain,
                    total_loss=loss,
                    open_gain=open_gain,
                    open_loss=open_loss,
                    area=np.array([_area(outcome, *pair) for pair in pairs]),
                )
            )
    return rows


def difference(rows: Sequence[Row], in_market: bool = False) -> tuple[float, float] | None:
    """Share lost under the last start state less the first, all shares between 0 and 1 together, and its half width.

    Parameters
    ----------
    rows
        Of `table`.
    in_market
        Of the days in the open market alone.

    Returns
    -------
    tuple or None
        Mean and half width at `CONFIDENCE`; None if there are not two start states.
    """
    states = list(dict.fromkeys(row.state for row in rows))
    if len(states) < 2:
        return None
    ratios = []
    for state in (states[0], states[-1]):
        inner = [row for row in rows if row.state == state and 0.0 < row.treated < 1.0]
        gains = [row.open_gain if in_market else row.total_gain for row in inner]
        losses = [row.open_loss if in_market else row.total_loss for row in inner]
        ratios.append(_ratio(np.sum(losses, axis=0), np.sum(gains, axis=0)))
    # replications of two start states share seeds but hardly any luck: taken as independent
    return ratios[1][0] - ratios[0][0], float(np.hypot(ratios[0][1], ratios[1][1]))


def text(rows: Sequence[Row]) -> str:
    """For a terminal."""
    cells = [_HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(_HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    return "\n".join([*lines, *_sentence(rows)])


def markdown(rows: Sequence[Row]) -> list[str]:
    """Table and figure of a page."""
    return [
        table_row(_HEAD), table_row(["---" for _ in _HEAD]), *(table_row(_cells(row)) for row in rows), "",
        "Days in work over the months followed, mean and 90 % interval of the mean. Net of the area holds everybody,",
        "also those who were unemployed before or in work; it is told for each person enrolled.", "",
        *_sentence(rows), "", f"![Gain and loss by the share treated]({FIGURE}.png)",
    ]  # fmt: skip


def draw(rows: Sequence[Row], folder: Path) -> None:
    """Draw gain, loss and net over the share treated, a panel for each start state."""
    from experiments.report import drawing

    states = list(dict.fromkeys(row.state for row in rows))
    alt = "Days in work gained by the treated and lost by the untreated, by the share treated"
    with drawing.figure(8.6, 3.8) as drawn:
        panels = np.atleast_1d(drawn.subplots(1, len(states), sharey=True))
        for axes, state in zip(panels, states, strict=True):
            mine = [row for row in rows if row.state == state]
            for index, (label, values) in enumerate(
                (
                    ("a treated gains", [row.gain for row in mine]),
                    ("an untreated loses", [row.loss for row in mine if row.treated < 1.0]),
                    ("net, for each person", [row.total_gain - row.total_loss for row in mine]),
                )
            ):
                line = drawing.stroke(index)
                x = np.array([100.0 * row.treated for row in mine][: len(values)])
                middle, half = np.array([_mean(value) for value in values]).T
                axes.plot(x, middle, "o", color=line.colour, markersize=4)
                axes.plot(x, middle, color=line.colour, dashes=line.dash, linewidth=1.8, label=label)
                axes.fill_between(x, middle - half, middle + half, color=line.colour, alpha=0.15, linewidth=0)
            axes.axhline(0.0, color=drawing.MUTED, linewidth=0.8)
            axes.set_title(state)
            axes.set_xlabel("share treated, %")
            axes.set_xticks([25, 50, 75, 100])
        panels[0].set_ylabel("days in work")
        panels[0].legend(frameon=False, fontsize=9)
        drawing.write(drawn, folder, FIGURE, alt)


def _ratio(loss: NDArray[np.float64], gain: NDArray[np.float64]) -> tuple[float, float]:
    """Ratio of the means of loss and gain, and its half width at `CONFIDENCE` (delta method)."""
    n, mean = len(gain), float(gain.mean())
    ratio = float(loss.mean()) / mean
    if n < 2:
        return ratio, float("nan")
    spread = float((loss - ratio * gain).std(ddof=1)) / abs(mean)
    return ratio, float(stdtrit(n - 1, 0.5 + CONFIDENCE / 2.0)) * spread / float(np.sqrt(n))


def _area(outcome: Outcome, run: ArmRun, other: ArmRun) -> float:
    change = run.sum_of(AREA_DAYS, outcome.months) - other.sum_of(AREA_DAYS, outcome.months)
    return change / run.enrolled(QUARTERS)


def _sentence(rows: Sequence[Row]) -> list[str]:
    states = list(dict.fromkeys(row.state for row in rows))
    told = []
    for in_market, what in ((False, "Share lost"), (True, "In the open market alone, share lost")):
        found = difference(rows, in_market)
        if found is not None:
            middle, half = found
            told.append(
                f"{what} under {states[-1]} less that under {states[0]}, 25 to 75 % treated together: "
                f"{middle:+.2f}, 90 % interval {middle - half:+.2f} to {middle + half:+.2f}."
            )
    return told


def _cells(row: Row) -> tuple[str, ...]:
    inner = 0.0 < row.treated < 1.0
    return (
        row.state,
        f"{100.0 * row.treated:.0f} %",
        _said(*_mean(row.gain), 1),
        _said(*_mean(row.loss), 1) if row.treated < 1.0 else "–",
        _said(*row.share_lost, 2) if inner else "–",
        _said(*row.open_share_lost, 2) if inner else "–",
        _said(*_mean(row.total_gain - row.total_loss), 1),
        _said(*_mean(row.area), 1),
    )


def _said(middle: float, half: float, places: int) -> str:
    return f"{middle:.{places}f} ± {half:.{places}f}"


def _mean(values: NDArray[np.float64]) -> tuple[float, float]:
    """Mean and half width of its interval at `CONFIDENCE`."""
    n = len(values)
    if n < 2:
        return float(values.mean()), float("nan")
    half = float(stdtrit(n - 1, 0.5 + CONFIDENCE / 2.0)) * float(values.std(ddof=1)) / float(np.sqrt(n))
    return float(values.mean()), half


def _plain(value: float) -> float | None:
    return float(f"{value:.9g}") if np.isfinite(value) else None
