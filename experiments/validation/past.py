"""2006–2016 driven by the vacancies of those years: a conditional fit, beside an autoregression.

``python -m experiments.validation.past [REPLICATIONS] [KEY=VALUE ...]`` starts the model in January
2006 from the published stocks (``data/past/start_2006_01.csv``), gives it the area's registered vacancies as demand
(``data/past/demand_2006_2016.csv``) and compares its unemployed with the published ones, month by month. Nothing is
fitted to them. Written are ``past.csv`` and a figure into ``outputs/past/`` and the page
``docs/validation_past.md``. Overrides are those of ``kohtaanto run``.

Beside it stands what a time series alone makes of the same vacancies,

    ln u(t) = a(month) + b₁ ln u(t−1) + b₂ ln u(t−2) + c ln I(t),

with u the unemployed and I the demand index, by ordinary least squares (Hamilton 1994, ch. 8). Its *path* is fed with
its own values from the third month on, as the model is from the first; its one-step values know last month's
unemployed. It is fitted to the very series that it is judged on; a second one is fitted to the first five years
and judged on the others.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from experiments.composing.configuration import PROJECT
from sim.errors import InputError

Series = NDArray[np.float64]

REPLICATIONS = 20
YEARS = 11
FIRST_YEAR = 2006
FITTED_YEARS = 5
"""Years that the second autoregression is fitted to."""
INTERVAL = (0.1, 0.9)
FOLDER = PROJECT / "data" / "past"
PUBLISHED_FILE = FOLDER / "satakunta.csv"
DEMAND_FILE = FOLDER / "demand_2006_2016.csv"
START_FILE = FOLDER / "start_2006_01.csv"
PAGE = PROJECT / "docs" / "validation_past.md"
FIGURE = "validation_past"


_HEAD = """# 2006–2016, driven by vacancies

Made by `python -m experiments.validation.past`; the same command makes it anew.

The model starts in January 2006 from the published stocks of the eleven municipalities and is given one series, the
area's registered vacancies (StatFin 12r5, end of month), seasonally adjusted and averaged over thirteen months, as
demand. Everything else has the values that were found or fitted for about 2022. **No number was fitted to the
level or the path of the area's unemployment in these years.** They are not unseen either: the bands of the season's
months are means of 2006–2016 and 2022, and two elasticities of demand rest on Finland's employment and Satakunta's new
vacancies of 2006–2016. It is a conditional fit, not a forecast: vacancies are known, half a year ahead even.

An autoregression is given the same vacancies (two lags, a constant for each calendar month, the logarithm of the
index). Its fifteen coefficients are fitted to the line that it is drawn beside; its path has its own values as
lags, the model's way. How the two compare says what the mechanisms add to a time series, or lose against it.

![Unemployed 2006–2016](validation_past.svg)
"""
_FOOT = """What the model does not know, by rule: the labour force shrank by 5 % and aged (its people follow the flows
of about 2022); the register's coverage of vacancies changed in 2013; rules of the register and of measures
changed; the start state's long-term and furloughed shares are recalled. Structure (ages, industries, commuting)
is that of about 2022, and with it the level that the model goes to when demand stands at 1.

## Every month
| month | published | model | 80 % | autoregression, path |
|---|---:|---:|---:|---:|"""


@dataclass(frozen=True)
class Published:
    """The area's published series, month-ends in order.

    Attributes
    ----------
    months
        ``2006-01`` ….
    unemployed
        Register unemployed, persons, shape (months,).
    vacancies
        Registered open vacancies, shape (months,).
    """

    months: tuple[str, ...]
    unemployed: Series
    vacancies: Series


def read_published(path: Path = PUBLISHED_FILE) -> Published:
    """Read the published series.

    Raises
    ------
    InputError
        If a month is missing or out of order, or a cell is no number.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for k, row in enumerate(rows):
        expected = f"{FIRST_YEAR + k // 12}-{k % 12 + 1:02d}"
        if row["month"] != expected:
            raise InputError(f"{path.name} row {k + 2}, column month: expected {expected}, found '{row['month']}'")
    try:
        columns = [np.array([float(row[name]) for row in rows]) for name in ("unemployed", "vacancies_registered")]
    except ValueError as error:
        raise InputError(f"{path.name}: {error}") from None
    return Published(tuple(row["month"] for row in rows), *columns)


def vacancy_index(vacancies: Series) -> Series:
    """Make a demand index of monthly vacancies: without season and noise, 1 in the first month.

    The seasonal factor of a calendar month is the geometric mean of the ratios to the centred 2 × 12 moving average;
    factors are scaled to a product of 1. The adjusted series is averaged over the thirteen months around each (over
    those there are at the ends). Vacancies of half a year ahead are in it: a description of the past, no forecast.

    Parameters
    ----------
    vacancies
        Positive, from a January on, shape (months,).
    """
    logs = np.log(vacancies)
    n = len(logs)
    weights = np.array([0.5, *[1.0] * 11, 0.5]) / 12.0
    trend = np.convolve(logs, weights, mode="valid")
    ratios = logs[6 : n - 6] - trend
    calendar = np.arange(6, n - 6) % 12
    season = np.array([ratios[calendar == month].mean() for month in range(12)])
    season -= season.mean()
    adjusted = np.exp(logs - season[np.arange(n) % 12])
    smooth = np.array([adjusted[max(0, t - 6) : t + 7].mean() for t in range(n)])
    return smooth / smooth[0]


def demand_text(published: Published) -> str:
    """The demand file of the published vacancies."""
    index = vacancy_index(published.vacancies)
    rows = [f"{month},{value:.4f}" for month, value in zip(published.months, index, strict=True)]
    return "\n".join(["month,index", *rows, ""])


@dataclass(frozen=True)
class Autoregression:
    """Coefficients of the autoregression with vacancies.

    Attributes
    ----------
    season
        Constant of each calendar month, shape (12,).
    lags
        Coefficients of ln u one and two months before.
    demand
        Coefficient of the logarithm of the index.
    """

    season: Series
    lags: tuple[float, float]
    demand: float

    @classmethod
    def fitted(cls, unemployed: Series, index: Series) -> Autoregression:
        """Fit by ordinary least squares; both series from a January on."""
        u, x = np.log(unemployed), np.log(index)
        t = np.arange(2, len(u))
        design = np.column_stack([np.eye(12)[t % 12], u[t - 1], u[t - 2], x[t]])
        b = np.linalg.lstsq(design, u[t], rcond=None)[0]
        return cls(b[:12], (float(b[12]), float(b[13])), float(b[14]))

    def path(self, unemployed: Series, index: Series, known: int = 2) -> Series:
        """Go on from the first months of unemployed with nothing but the index.

        Parameters
        ----------
        unemployed
            Published unemployed, persons; those of the first ``known`` months are used.
        index
            Demand index, from a January on, shape (months,).
        known
            Months that stand as published, at least 2.

        Returns
        -------
        ndarray
            Persons, shape (months,).
        """
        u = np.empty(len(index))
        u[:known] = np.log(unemployed[:known])
        for t in range(known, len(u)):
            u[t] = self._step(t, u[t - 1], u[t - 2], index[t])
        return np.exp(u)

    def one_step(self, unemployed: Series, index: Series) -> Series:
        """Each month from the published two before it; the first two months are the published ones."""
        u = np.log(unemployed)
        steps = [self._step(t, u[t - 1], u[t - 2], index[t]) for t in range(2, len(u))]
        return np.exp(np.concatenate([u[:2], steps]))

    def _step(self, t: int, one: float, two: float, index: float) -> float:
        return float(self.season[t % 12] + self.lags[0] * one + self.lags[1] * two + self.demand * np.log(index))


@dataclass(frozen=True)
class Comparison:
    """The published series beside the model and the autoregressions, persons, shape (months,).

    Attributes
    ----------
    published
        What happened.
    index
        The demand index.
    model
        Unemployed of each replication, shape (replications, months).
    path, one_step
        Of the autoregression fitted to all years.
    early_path
        Of the autoregression fitted to the first `FITTED_YEARS` years.
    """

    published: Published
    index: Series
    model: Series
    path: Series
    one_step: Series
    early_path: Series

    @property
    def mean(self) -> Series:
        """Mean of the replications."""
        return self.model.mean(axis=0)

    @property
    def interval(self) -> tuple[Series, Series]:
        """80 % of the replications."""
        low, high = np.quantile(self.model, INTERVAL, axis=0)
        return low, high


def rmse(series: Series, published: Series) -> float:
    """Root mean squared error, persons."""
    return float(np.sqrt(np.mean((series - published) ** 2)))


def annual(series: Series) -> Series:
    """Means of calendar years, last axis."""
    return series.reshape(*series.shape[:-1], -1, 12).mean(axis=-1)


def simulate_past(replications: int, words: Sequence[str] = ()) -> Series:
    """Unemployed at month-ends in each replication, persons, shape (replications, months).

    Raises
    ------
    InputError
        From an override that does not hold.
    """
    from agents.area import simulate
    from experiments.composing.composition import resolve
    from experiments.running.plan import make_plan

    asked = [
        "region=satakunta", f"start_file={START_FILE}", "start=start_2006_01", f"demand_file={DEMAND_FILE}",
        f"horizon_years={YEARS}", "record=summary", f"replications={replications}", *words,
    ]  # fmt: skip
    rows = []
    for run in make_plan(resolve("run", asked)).runs:
        columns = simulate(run.specification).indicators
        rows.append(columns["value"][(columns["indicator"] == "unemployed") & (columns["group_kind"] == "")])
    return np.array(rows, np.float64)


def compared(published: Published, model: Series) -> Comparison:
    """Put the autoregressions beside the model."""
    index = vacancy_index(published.vacancies)
    unemployed, n = published.unemployed, 12 * FITTED_YEARS
    whole = Autoregression.fitted(unemployed, index)
    early = Autoregression.fitted(unemployed[:n], index[:n])
    return Comparison(
        published, index, model, whole.path(unemployed, index), whole.one_step(unemployed, index),
        early.path(unemployed, index, n),
    )  # fmt: skip


def errors(result: Comparison) -> list[tuple[str, tuple[float, float, float]]]:
    """Root mean squared errors, persons: of all months, of the first `FITTED_YEARS` years, of the others.

    The autoregression that is fitted to the first years has an error in the others only, else not a number.
    """
    published, n = result.published.unemployed, 12 * FITTED_YEARS
    again = np.tile(published[:12], len(published) // 12)
    rows: tuple[tuple[str, Series], ...] = (
        ("model, mean of the replications", result.mean),
        ("autoregression, path, fitted to all years", result.path),
        ("autoregression, one month ahead, fitted to all years", result.one_step),
        (f"autoregression, path, fitted to the first {FITTED_YEARS} years", result.early_path),
        (f"the months of {FIRST_YEAR} again every year", again),
    )
    told = []
    for name, series in rows:
        whole, first = rmse(series, published), rmse(series[:n], published[:n])
        if series is result.early_path:
            whole = first = float("nan")
        told.append((name, (whole, first, rmse(series[n:], published[n:]))))
    return told


def turning(result: Comparison) -> tuple[int, int, float]:
    """Say in how many years, of how many, the model's annual mean moves the published way; correlate the moves."""
    model, published = np.diff(annual(result.mean)), np.diff(annual(result.published.unemployed))
    same = int((np.sign(model) == np.sign(published)).sum())
    return same, len(model), float(np.corrcoef(model, published)[0, 1])


def summary(result: Comparison) -> str:
    """Put errors and years into lines, as a Markdown table each."""
    low, high = result.interval
    inside = int(((result.published.unemployed >= low) & (result.published.unemployed <= high)).sum())
    same, years, correlation = turning(result)
    last, split = FIRST_YEAR + YEARS - 1, FIRST_YEAR + FITTED_YEARS
    lines = [
        f"| root mean squared error, persons | {FIRST_YEAR}–{last} | {FIRST_YEAR}–{split - 1} | {split}–{last} |",
        "|---|---:|---:|---:|",
        *(f"| {name} | {' | '.join(_whole(value) for value in values)} |" for name, values in errors(result)),
        "",
        f"The published value lies in the band of 80 % of {len(result.model)} replications in {inside} of "
        f"{len(low)} months. The model's annual mean moves the published way in {same} of {years} years; the "
        f"moves correlate by {correlation:.2f}.",
        "",
        "| mean of the year | published | model | 80 % | autoregression, path | demand index |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    columns = [annual(x) for x in (result.published.unemployed, result.mean, result.path, result.index)]
    lows, highs = np.quantile(annual(result.model), INTERVAL, axis=0)
    for k, (u, mean, path, index) in enumerate(zip(*columns, strict=True)):
        band = f"{_whole(lows[k])}–{_whole(highs[k])}"
        lines.append(f"| {FIRST_YEAR + k} | {_whole(u)} | {_whole(mean)} | {band} | {_whole(path)} | {index:.2f} |")
    return "\n".join(lines)


def table(result: Comparison) -> str:
    """Every month as CSV, persons."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    names = ("month", "published", "model_mean", "model_low", "model_high", "ar_path", "ar_one_step", "index")
    writer.writerow(names)
    low, high = result.interval
    columns = (result.published.unemployed, result.mean, low, high, result.path, result.one_step)
    for k, month in enumerate(result.published.months):
        writer.writerow([month, *(f"{column[k]:.0f}" for column in columns), f"{result.index[k]:.4f}"])
    return buffer.getvalue()


def draw(result: Comparison, folder: Path) -> None:
    """Draw the lines over months and the demand index under them."""
    from experiments.report import drawing

    dates = np.array(result.published.months, "datetime64[M]")
    days = drawing.days(dates)
    low, high = result.interval
    model, autoregression = drawing.stroke(0), drawing.stroke(1)
    alt = f"Unemployed in the area {FIRST_YEAR}–{FIRST_YEAR + YEARS - 1}: published, model, autoregression"
    with drawing.figure(8.6, 5.4) as drawn:
        upper, lower = drawn.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        upper.fill_between(days, low, high, color=model.colour, alpha=0.18, linewidth=0)
        upper.plot(days, result.published.unemployed, color=drawing.INK, linewidth=1.6, label="published")
        upper.plot(days, result.mean, color=model.colour, linewidth=1.8, label="model, mean and 80 % of replications")
        upper.plot(
            days, result.path, color=autoregression.colour, dashes=autoregression.dash, linewidth=1.3,
            label="autoregression, path, fitted to these years",
        )  # fmt: skip
        upper.set_ylim(bottom=0)
        upper.set_title("Unemployed at the month-end, persons")
        upper.legend(frameon=False, fontsize=9, loc="lower right")
        lower.plot(days, result.index, color=drawing.BASE, linewidth=1.5)
        lower.set_ylim(bottom=0)
        lower.set_title("Demand index: registered vacancies without season, January 2006 = 1")
        drawing.time_axis(lower, dates)
        drawing.write(drawn, folder, FIGURE, alt)


def page(result: Comparison) -> str:
    """The page of the comparison: what was asked, errors, years, months."""
    low, high = result.interval
    months = [
        f"| {month} | {_whole(result.published.unemployed[k])} | {_whole(result.mean[k])} | "
        f"{_whole(low[k])}–{_whole(high[k])} | {_whole(result.path[k])} |"
        for k, month in enumerate(result.published.months)
    ]
    return "\n".join([_HEAD, summary(result), "", _FOOT, *months, ""])


def _whole(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:,.0f}"


def main(words: Sequence[str]) -> int:
    """Run, print and write; exit status 2 for wrong input."""
    number = int(words[0]) if words and words[0].isdigit() else REPLICATIONS
    overrides = [word for word in words if not word.isdigit()]
    folder = PROJECT / "outputs" / "past"
    try:
        published = read_published()
        result = compared(published, simulate_past(number, overrides))
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    print(summary(result))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "past.csv").write_text(table(result), encoding="utf-8")
    draw(result, folder)
    if not overrides:  # the page tells of the parameters as shipped
        PAGE.write_text(page(result), encoding="utf-8")
        for ending in ("svg", "png"):
            (PAGE.parent / f"{FIGURE}.{ending}").write_bytes((folder / f"{FIGURE}.{ending}").read_bytes())
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
