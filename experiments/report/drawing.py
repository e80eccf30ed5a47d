"""How figures look and how they are written: arms, colours, lines, SVG and PNG."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.report.notation import Notation

PNG_DPI = 150
INK = "#1d2733"
MUTED = "#5b6673"
GRID = "#dfe4ea"
BASE = "#4a4a4a"
# Okabe and Ito's colours, told apart by colour-blind readers; each arm has its own dash as well, so
# that a grey print can be read too.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8C6D00", "#56B4E9")
DASHES: tuple[tuple[float, ...], ...] = ((), (7, 1.5), (7, 1.5, 1.5, 1.5), (1.5, 1.5), (3, 1), (9, 3))
BASE_DASH = (4.0, 2.0)

STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Segoe UI", "Arial", "sans-serif"],
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": GRID,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
    "svg.fonttype": "none",
    "svg.hashsalt": "kohtaanto",
}


@dataclass(frozen=True)
class Stroke:
    """Colour and dash of an arm's line."""

    colour: str
    dash: tuple[float, ...]


def stroke(index: int) -> Stroke:
    """Line of the arm with a number; the baseline is −1."""
    if index < 0:
        return Stroke(BASE, BASE_DASH)
    return Stroke(COLOURS[index % len(COLOURS)], DASHES[index % len(DASHES)])


@contextmanager
def figure(width: float, height: float) -> Iterator[Figure]:
    """Give an empty figure of the house's style; inches."""
    with matplotlib.rc_context(STYLE):
        drawn = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(drawn)
        yield drawn


def write(drawn: Figure, folder: Path, name: str, alt: str) -> str:
    """Write ``name.svg`` and ``name.png`` and give the SVG for a page.

    Parameters
    ----------
    drawn
        The figure.
    folder
        Folder of figures.
    name
        File name without ending; also makes the SVG's identifiers unique within a page.
    alt
        What the figure shows, for readers who do not see it.

    Returns
    -------
    str
        An ``svg`` element without an XML head.
    """
    folder.mkdir(parents=True, exist_ok=True)
    buffer = io.StringIO()
    drawn.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    drawn.savefig(folder / f"{name}.png", dpi=PNG_DPI, metadata={"Software": None, "Description": alt})
    text = buffer.getvalue()
    (folder / f"{name}.svg").write_text(text, encoding="utf-8")
    return inline(text, name, alt)


def inline(svg: str, name: str, alt: str) -> str:
    """Make an SVG file fit into a page: own identifiers, a text for screen readers, flexible width."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", body)
    body = re.sub(r'href="#([^"]+)"', rf'href="#{name}-\1"', body)
    escaped = alt.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    head = re.match(r"<svg[^>]*>", body)
    assert head is not None
    view = re.search(r'viewBox="[^"]+"', head.group())
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    opening = f'<svg {view.group() if view else ""} role="img" aria-label="{escaped}" {spaces}>'
    return opening + f"<title>{escaped}</title>" + body[head.end() :]


def number_axis(axes: Axes, notation: Notation, signed: bool = False) -> None:
    """Numbers on the y axis as the language writes them."""
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))

    def show(value: float, _: int) -> str:
        low, high = axes.get_ylim()
        step = (high - low) / 6
        places = max(0, int(np.ceil(-np.log10(step) + 0.2))) if step > 0 else 0
        return notation.signed(value, places) if signed else notation.number(value, places)

    axes.yaxis.set_major_formatter(FuncFormatter(show))


def time_axis(axes: Axes, dates: np.ndarray) -> None:
    """Years on the x axis; months too when there are few."""
    first = dates[0].astype("datetime64[M]")
    last = dates[-1].astype("datetime64[M]") + 1
    months = np.arange(first, last + 1).astype("datetime64[M]")
    number = months.astype(int) % 12
    step = 3 if len(months) <= 26 else 12
    ticks = months[number % step == 0]
    years = ticks.astype("datetime64[Y]")
    labels = [
        f"{tick.astype(int) % 12 + 1}/{year}" if step == 3 else str(year)
        for tick, year in zip(ticks, years, strict=True)
    ]
    axes.set_xticks(_days(ticks), labels)
    axes.set_xticks(_days(months[number % (1 if step == 3 else 3) == 0]), minor=True)
    axes.set_xlim(float(_days(first)), float(_days(last)))


def _days(dates: np.ndarray) -> np.ndarray:
    return dates.astype("datetime64[D]").astype(float)


def days(dates: np.ndarray) -> np.ndarray:
    """Dates as the x axis counts them: days since 1970."""
    return _days(dates)


def end_labels(axes: Axes, ends: Sequence[tuple[float, float, str, str]], lines: int = 1) -> None:
    """Name lines at their right ends, moved apart where they would overlap.

    Parameters
    ----------
    axes
        Drawn axes with final limits.
    ends
        (x, y, text, colour) of each line's last point.
    lines
        Rows of text of the longest name.
    """
    low, high = axes.get_ylim()
    height = axes.get_figure().get_figheight() * 72 * 0.72  # type: ignore[union-attr]
    gap = (high - low) * 13 * lines / height
    order = sorted(range(len(ends)), key=lambda index: ends[index][1])
    placed: list[float] = []
    for index in order:
        y = ends[index][1]
        placed.append(y if not placed else max(y, placed[-1] + gap))
    # Too high after spreading: shift the whole back so that the middle stays where the lines are.
    shift = np.mean([placed[k] - ends[order[k]][1] for k in range(len(ends))]) if ends else 0.0
    for k, index in enumerate(order):
        x, _, text, colour = ends[index]
        axes.annotate(
            text, (x, placed[k] - shift), xytext=(6, 0), textcoords="offset points",
            va="center", ha="left", fontsize=9.5, color=colour, fontweight="bold", annotation_clip=False,
        )  # fmt: skip


def swatch(colour: str, label: str) -> Patch:
    """An entry of a legend of areas."""
    return Patch(facecolor=colour, edgecolor=MUTED, linewidth=0.5, label=label)
