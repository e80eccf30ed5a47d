"""The municipalities, coloured by a difference and labelled with names and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, to_rgb
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.text import Annotation

from experiments.report import drawing
from experiments.report.notation import Notation

Rings = Sequence[np.ndarray]


@dataclass(frozen=True)
class Area:
    """A municipality on the map.

    Attributes
    ----------
    label
        Name and numbers, one a line.
    value
        What the colour shows, or None.
    certain
        Whether the value can be told from chance; if not, the label is lighter.
    polygons
        Polygons of rings, degrees, each ring of shape (n, 2).
    """

    label: str
    value: float | None
    certain: bool
    polygons: Sequence[Rings]


def draw(
    areas: Sequence[Area], limit: float, bar: str, notation: Notation, folder: Path, name: str, alt: str
) -> str:
    """Draw the map.

    Parameters
    ----------
    areas
        Municipalities.
    limit
        Largest size of a value, for maps that share their colours.
    bar
        Title of the colour bar, with its unit.
    notation
        Numbers of the language.
    folder, name, alt
        As in `drawing.write`.

    Returns
    -------
    str
        SVG for the page.
    """
    values = [area.value for area in areas if area.value is not None]
    norm = Normalize(-(limit or 1.0), limit or 1.0)
    # Purple for a fall and orange for a rise stay apart for colour-blind readers; the ends are cut off
    # so that black text can be read everywhere.
    colours = matplotlib.colormaps["PuOr_r"]
    projected = _project([area.polygons for area in areas])
    spots = []
    with drawing.figure(6.6, 7.2) as drawn:
        axes = drawn.subplots()
        axes.set_aspect("equal")
        axes.set_axis_off()
        for area, polygons in zip(areas, projected, strict=True):
            shade = colours(_shade(norm(area.value))) if area.value is not None else "#eeeeee"
            for polygon in polygons:
                axes.add_patch(
                    PathPatch(_outline(polygon), facecolor=shade, edgecolor="white", linewidth=1.4)
                )
                axes.add_patch(
                    PathPatch(_outline(polygon), facecolor="none", edgecolor=drawing.MUTED, linewidth=0.6)
                )
            spots.append(_inside(polygons))
        axes.autoscale_view()
        drawn.draw_without_rendering()
        _label(axes, areas, spots)
        if any(values):
            _bar(axes, values, norm, colours, bar, notation)
        return drawing.write(drawn, folder, name, alt)


def _shade(position: Any) -> Any:
    """Keep to the light middle of the colours: `position` 0 to 1 gives 0.22 to 0.78."""
    return 0.22 + 0.56 * position


def _project(shapes: Sequence[Sequence[Rings]]) -> list[list[list[np.ndarray]]]:
    """Kilometres from the south-west corner: near enough for an area of a hundred kilometres."""
    points = np.concatenate([ring for polygons in shapes for rings in polygons for ring in rings])
    west, south = points.min(axis=0)
    squeeze = np.cos(np.radians(points[:, 1].mean()))
    scale = np.array([111.32 * squeeze, 111.32])
    return [[[(ring - (west, south)) * scale for ring in rings] for rings in polygons] for polygons in shapes]


def _outline(rings: Rings) -> Outline:
    codes = [
        np.r_[Outline.MOVETO, np.full(len(ring) - 2, Outline.LINETO), Outline.CLOSEPOLY] for ring in rings
    ]
    return Outline(np.concatenate(list(rings)), np.concatenate(codes))


def _inside(polygons: Sequence[Rings]) -> tuple[float, float]:
    """The point of the largest polygon that is farthest from its border, on a grid: room for a label."""
    largest = max((rings[0] for rings in polygons), key=_surface)
    low, high = largest.min(axis=0), largest.max(axis=0)
    grid = np.stack(np.meshgrid(*(np.linspace(low[k], high[k], 41) for k in (0, 1))), axis=-1).reshape(-1, 2)
    grid = grid[Outline(largest).contains_points(grid)]
    start, end = largest[:-1], largest[1:]
    along = end - start
    # Distance of each grid point to each side; a wide label needs more room sideways than upwards.
    stretch = np.array([1.0, 1.6])
    offset = (grid[:, None, :] - start) * stretch
    side = along * stretch
    where = np.clip((offset * side).sum(-1) / np.maximum((side**2).sum(-1), 1e-12), 0, 1)
    distance = np.linalg.norm(offset - where[..., None] * side, axis=-1).min(axis=1)
    best = grid[distance.argmax()]
    return float(best[0]), float(best[1])


def _surface(ring: np.ndarray) -> float:
    x, y = ring.T
    return 0.5 * abs(float(x @ np.roll(y, 1) - y @ np.roll(x, 1)))


def _label(axes: Axes, areas: Sequence[Area], spots: Sequence[tuple[float, float]]) -> None:
    """Write the labels and move apart those that overlap, a step at a time."""
    drawn = axes.get_figure()
    assert drawn is not None
    texts: list[Annotation] = []
    for area, spot in zip(areas, spots, strict=True):
        texts.append(
            axes.annotate(
                area.label, spot, xytext=(0, 0), textcoords="offset points", ha="center", va="center",
                fontsize=9.5, linespacing=1.15, color=drawing.INK if area.certain else drawing.MUTED,
                fontweight="bold" if area.certain else "normal",
            )
        )  # fmt: skip
    renderer = drawn.canvas.get_renderer()  # type: ignore[attr-defined]
    point = drawn.dpi / 72
    for _ in range(60):
        boxes = [text.get_window_extent(renderer) for text in texts]
        moved = False
        for a in range(len(texts)):
            for b in range(a):
                dx = min(boxes[a].x1, boxes[b].x1) - max(boxes[a].x0, boxes[b].x0)
                dy = min(boxes[a].y1, boxes[b].y1) - max(boxes[a].y0, boxes[b].y0)
                if dx <= -1 or dy <= -1:
                    continue
                moved = True
                up = 1 if boxes[a].y0 + boxes[a].y1 >= boxes[b].y0 + boxes[b].y1 else -1
                right = 1 if boxes[a].x0 + boxes[a].x1 >= boxes[b].x0 + boxes[b].x1 else -1
                step = (
                    np.array([0.0, up * (dy / 2 + 1)]) if dy <= dx else np.array([right * (dx / 2 + 1), 0.0])
                )
                for text, sign in ((texts[a], 1), (texts[b], -1)):
                    x, y = np.asarray(text.get_position()) + sign * step / point
                    text.set_position((float(x), float(y)))
        if not moved:
            return


def _bar(
    axes: Axes, values: Sequence[float], norm: Normalize, colours: matplotlib.colors.Colormap, title: str,
    notation: Notation,
) -> None:  # fmt: skip
    """A small colour bar over the values that occur."""
    low, high = min(*values, 0.0), max(*values, 0.0)
    drawn = axes.get_figure()
    assert drawn is not None
    inset = axes.inset_axes((0.0, 0.965, 0.36, 0.018))
    ramp = np.linspace(low, high, 120)
    inset.imshow(colours(_shade(norm(ramp)))[None, :, :], aspect="auto", extent=(low, high, 0, 1))
    inset.set_yticks([])
    inset.grid(visible=False)
    # an end close to nought would write over its label
    ticks = [tick for tick in (low, high) if abs(tick) > 0.08 * (high - low)]
    ticks = sorted({0.0, *ticks})
    decimals = 0 if high - low >= 20 else 1 if high - low >= 1 else 2
    inset.set_xticks(ticks, [notation.signed(tick, decimals) for tick in ticks])
    inset.set_title(title, fontsize=9.5, fontweight="normal")


def grey(colour: str) -> float:
    """Lightness of a colour on a grey print, 0 to 255 (weights of Rec. 601)."""
    red, green, blue = to_rgb(colour)
    return 255 * (0.299 * red + 0.587 * green + 0.114 * blue)


def areas_of(
    borders: Mapping[str, Sequence[Rings]], labels: Mapping[str, tuple[str, float | None, bool]]
) -> list[Area]:
    """Join borders with labels by municipality code; a municipality without borders is left out."""
    return [Area(*labels[code], polygons) for code, polygons in borders.items() if code in labels]
