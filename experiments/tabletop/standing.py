"""Where things stand in a table-top, and what is expected: numbers at the present month-end and at later ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from experiments.composing.arm import BASELINE
from experiments.composing.horizon import Horizon
from experiments.running.panel import Panel
from experiments.running.store import StoredRun
from experiments.tabletop.forecast import Update, forecast, spread, update
from experiments.tabletop.game import Game, Observation
from sim.errors import InputError

EVENT, PLAYED = "event", "tabletop"
"""Arms beside the baseline: the event without decisions, and with them."""
AHEAD = (0, 1, 2, 3, 6, 12)
"""Months from the present one that are shown."""
IN_COURSES = ("in_training", "in_service")
_AREA = ("unemployed", "first_interview_wait_days", "queue")
_MONEY = ("cost_total_eur", "benefits_eur")
_READ = (*_AREA, "staff_fte", *_MONEY, "employed_open_market", "self_employed", *IN_COURSES)


@dataclass(frozen=True)
class Row:
    """A number at the month-ends shown: mean and 80 % of the replications, by arm.

    Attributes
    ----------
    key
        What it is; a key of the terms.
    group
        Line of the staff, or cohort.
    played
        With decisions: mean, low and high at each month-end.
    without
        Mean without decisions, and without the event.
    """

    key: str
    group: str
    played: tuple[tuple[float, float, float], ...]
    without_decisions: tuple[float, ...]
    without_event: tuple[float, ...]

    @property
    def record(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "key": self.key, "group": self.group, "played": [list(map(_plain, one)) for one in self.played],
            "without_decisions": list(map(_plain, self.without_decisions)),
            "without_event": list(map(_plain, self.without_event)),
        }  # fmt: skip


def stand(
    game: Game, horizon: Horizon, sizes: Mapping[str, int], runs: Mapping[tuple[str, int], StoredRun]
) -> dict[str, Any]:
    """Everything that the text and the page show.

    Parameters
    ----------
    game
        The file.
    horizon
        Of the runs.
    sizes
        People of each event, by name of the shock.
    runs
        By arm and replication.

    Returns
    -------
    dict
        Plain data.

    Raises
    ------
    InputError
        If an observation is of no event, of a time to come, or above the number of people.
    """
    arms = (BASELINE, EVENT, PLAYED)
    tables = {run: _kept(stored.indicators) for run, stored in runs.items()}
    panel = Panel(tables, arms)
    replications = panel.replications
    months = [game.month + ahead for ahead in AHEAD if game.month + ahead <= len(panel.dates)]
    updates, told = _registrations(game, horizon, sizes, runs, replications, months)
    level = {one["event"]: np.array(one.pop("level")) for one in told}
    weights = np.prod([known.weights for known in updates.values()], axis=0) if updates else np.ones(len(replications))
    weights = weights / weights.sum()
    first = runs[PLAYED, replications[0]].built
    rows = _rows(panel, level, months, weights, first)
    return {
        "name": game.name,
        "month": game.month,
        "date": str(horizon.month_end(game.month) if game.month else horizon.start),
        "start_date": str(horizon.start),
        "last_month": len(panel.dates),
        "months": months,
        "dates": [str(horizon.month_end(month) if month else horizon.start) for month in months],
        "replications": len(replications),
        "effective": _plain(float(1.0 / np.sum(weights**2))),
        "rows": [row.record for row in rows],
        "registrations": told,
        "decisions": [dict(item) for item in game.decisions],
        "series": _series(panel, weights),
    }


def _kept(table: pa.Table) -> pa.Table:
    return table.filter(pc.is_in(table["indicator"], pa.array(_READ)))


def _rows(
    panel: Panel, level: Mapping[str, NDArray[np.float64]], months: Sequence[int], weights: NDArray[np.float64],
    built: Mapping[str, Any],
) -> list[Row]:  # fmt: skip
    """The rows; people of an event who are unemployed or in courses follow the level of its registrations."""
    place = {series: number for number, series in enumerate(panel.series)}
    start = float(sum(built["unemployed"].values()))

    def values(name: str, kind: str = "", group: str = "") -> NDArray[np.float64]:
        """Shape (arms, R, T)."""
        number = place.get((name, kind, group))
        return panel.values[:, :, number] if number is not None else np.zeros(panel.values[:, :, 0].shape)

    def row(key: str, group: str, series: NDArray[np.float64], first: float) -> Row:
        whole = np.concatenate([np.full((*series.shape[:2], 1), first), series], axis=-1)
        shown = [whole[:, :, month] for month in months]
        means = [[spread(one[arm], weights)[0] for one in shown] for arm in (1, 0)]
        return Row(key, group, tuple(spread(one[2], weights) for one in shown), tuple(means[0]), tuple(means[1]))

    money = sum(np.cumsum(values(name), axis=-1) for name in _MONEY)
    rows = [row("unemployed", "", values("unemployed"), start)]
    for cohort, scale in level.items():
        size = float(built["cohort"].get(cohort, 0.0))
        at_work, idle = (values(name, "cohort", cohort).copy() for name in ("employed_open_market", "unemployed"))
        courses = np.sum([values(name, "cohort", cohort) for name in IN_COURSES], axis=0)
        at_work[2] += (1.0 - scale) * (idle[2] + courses[2])
        idle[2] *= scale
        courses[2] *= scale
        rows.append(row("in_work", cohort, at_work, size))
        rows.append(row("unemployed", cohort, idle, 0.0))
        rows.append(row("in_courses", cohort, courses, 0.0))
    rows += [row("wait", "", values("first_interview_wait_days"), float("nan"))]
    rows += [row("queue", "", values("queue"), float("nan"))]
    lines = [group for name, kind, group in panel.series if name == "staff_fte" and kind == "line"]
    rows += [row("staff", line, values("staff_fte", "line", line), float("nan")) for line in lines]
    extra = np.asarray(money) - np.asarray(money)[:1]
    rows.append(row("money", "", extra, 0.0))
    return rows


def _registrations(
    game: Game, horizon: Horizon, sizes: Mapping[str, int], runs: Mapping[tuple[str, int], StoredRun],
    replications: Sequence[int], months: Sequence[int],
) -> tuple[dict[str, Update], list[dict[str, Any]]]:  # fmt: skip
    """For each event what is expected of its registrations, before and after the observations."""
    observed = _observed(game, horizon, sizes)
    updates, told = {}, []
    for event in sizes:
        registered = np.array([runs[PLAYED, r].built["cohort_registered"][event] for r in replications])
        registered = np.maximum.accumulate(registered, axis=1)
        size = float(runs[PLAYED, replications[0]].built["cohort"][event])
        known = update(registered, [(_months(one.until, horizon), one.registrations) for one in observed[event]], size)
        values, weights = forecast(registered, known, size)
        even = np.full(len(registered), 1.0 / len(registered))
        whole = [np.hstack([np.zeros((len(x), 1)), x]) for x in (registered, values)]
        updates[event] = known
        usual = known.weights @ registered
        expected = weights @ values / weights.sum()
        told.append(
            {
                "event": event,
                "people": size,
                "level": np.divide(expected, usual, out=np.ones_like(usual), where=usual > 0.0).tolist(),
                "observed": [{"until": str(one.until), "registrations": one.registrations} for one in observed[event]],
                "effective": _plain(known.effective),
                "factor": _plain(float(known.factors.mean())),
                "prior": [list(map(_plain, spread(whole[0][:, month], even))) for month in months],
                "now": [list(map(_plain, spread(whole[1][:, month], weights))) for month in months],
                "end": [list(map(_plain, spread(x[:, -1], w))) for x, w in ((registered, even), (values, weights))],
                "curves": [
                    [list(map(_plain, spread(x[:, t], w))) for t in range(x.shape[1])]
                    for x, w in ((whole[0], even), (whole[1], weights))
                ],
            }
        )  # fmt: skip
    return updates, told


def _observed(game: Game, horizon: Horizon, sizes: Mapping[str, int]) -> dict[str, list[Observation]]:
    by_event: dict[str, list[Observation]] = {event: [] for event in sizes}
    today = horizon.month_end(game.month) if game.month else horizon.start
    for index, one in enumerate(game.observed):
        where = f"{game.path}, observed[{index}]"
        event = one.event or (next(iter(sizes)) if len(sizes) == 1 else "")
        if event not in sizes:
            raise InputError(f"{where}.event: {one.event!r} is none of the events, {', '.join(sizes)}")
        if not horizon.start <= one.until <= today:
            raise InputError(f"{where}.until: {one.until} is not in the months played, {horizon.start} to {today}")
        if one.registrations > sizes[event]:
            raise InputError(f"{where}.registrations: {one.registrations}, but the event hits {sizes[event]} people")
        by_event[event].append(one)
    return by_event


def _months(day: date, horizon: Horizon) -> float:
    """Months from the start to the end of a day."""
    months = 12 * (day.year - horizon.start.year) + day.month - horizon.start.month
    last = horizon.month_end(months + 1)
    return months + day.day / last.day


def _series(panel: Panel, weights: NDArray[np.float64]) -> dict[str, list[list[float | None]]]:
    """Unemployed at all month-ends by arm: mean, low and high."""
    number = panel.series.index(("unemployed", "", ""))
    return {
        arm: [list(map(_plain, spread(panel.values[k, :, number, t], weights))) for t in range(len(panel.dates))]
        for k, arm in enumerate(panel.arms)
    }


def _plain(value: float) -> float | None:
    return round(value, 6) if np.isfinite(value) else None
