"""The pictures of a search: what was tried by two objectives, what the splits change of each part, and the regrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap, TwoSlopeNorm
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from experiments.composing.arm import BASELINE
from experiments.optimise.objective import OBJECTIVES
from experiments.optimise.told import Told
from experiments.report import drawing

PARETO, PARTS, REGRET = "optimise_front", "optimise_parts", "optimise_regret"
_SHADES = LinearSegmentedColormap.from_list("better to worse", ["#0072B2", "#d9dee4", "#D55E00"])
_OFFSETS = ((9, 9), (9, -14), (-9, 9), (-9, -14), (0, 16), (0, -20), (26, 0), (-26, 0), (20, 24), (-20, 24))
_MARKS = {"found": "o", "named": "s", "base": "D", "best": "*"}


def draw_front(told: Told, folder: Path) -> str:
    """Draw what was tried, the front, and the splits that were run again with their 80 % intervals.

    Returns
    -------
    str
        SVG for a page.
    """
    x, y, *rest = told.content["objectives"]
    colour = rest[0] if rest else None
    with drawing.figure(9.2, 6.0) as drawn:
        axes = drawn.subplots()
        points = told.content["points"]
        at = {name: [p["differences"][name] for p in points] for name in told.content["objectives"]}
        scale = {name: told.unit(name).factor for name in at}
        axes.grid(True, axis="both")
        axes.axhline(0.0, color=drawing.MUTED, linewidth=0.9, zorder=1)
        axes.axvline(0.0, color=drawing.MUTED, linewidth=0.9, zorder=1)
        front = np.array([p["on_front"] for p in points], bool)
        xs, ys = (np.array(at[name], float) * scale[name] for name in (x, y))
        axes.scatter(xs[~front], ys[~front], s=11, color="#aab3bd", linewidths=0, zorder=2)
        shade = None if colour is None else _norm(told, colour)
        shown = {} if colour is None else {
            "c": np.array(at[colour], float)[front] * scale[colour], "cmap": _shades(colour), "norm": shade
        }  # fmt: skip
        axes.scatter(xs[front], ys[front], s=34, edgecolors=drawing.MUTED, linewidths=0.6, zorder=3, **shown)
        for one in told.candidates:
            _candidate(axes, told, one, x, y, colour, shade)
        _limits(axes, told, x, y, xs, ys)
        _better(axes, told)
        _names(axes, told, x, y)
        for side, name in (("x", x), ("y", y)):
            _axis(axes, told, side, name)
        if colour is not None:
            of = ScalarMappable(norm=shade, cmap=_shades(colour))
            bar = drawn.colorbar(of, ax=axes, shrink=0.7, pad=0.02, aspect=28)
            bar.set_label(_axis_label(told, colour), fontsize=9.5)
            signed = FuncFormatter(lambda value, _: told.notation.signed(value, _places(bar.ax)))
            bar.ax.yaxis.set_major_formatter(signed)
            bar.outline.set_visible(False)  # type: ignore[operator]
        axes.legend(handles=_legend(told), frameon=False, fontsize=9, loc="upper center",
                    bbox_to_anchor=(0.5, -0.13), ncols=3)  # fmt: skip
        return drawing.write(drawn, folder, PARETO, told.word("alt_front"))


def draw_regret(told: Told, folder: Path) -> str:
    """Draw each split's mean and largest regret over the futures, the least first.

    Returns
    -------
    str
        SVG for a page.
    """
    order = in_order(told.candidates)
    with drawing.figure(9.2, 1.3 + 0.42 * len(order)) as drawn:
        axes = drawn.subplots()
        rows = np.arange(len(order))
        for shift, what, colour in ((-0.14, "mean", drawing.COLOURS[0]), (0.14, "largest", drawing.COLOURS[1])):
            entries = [one["regret"][what] for one in order]
            middle = 100.0 * np.array([entry["mean"] for entry in entries])
            around = 100.0 * np.array([[e["low"] for e in entries], [e["high"] for e in entries]])
            away = np.maximum(np.stack([middle - around[0], around[1] - middle]), 0.0)
            axes.errorbar(
                middle, rows + shift, xerr=away, fmt="o" if what == "mean" else "D", markersize=6, color=colour,
                elinewidth=1.4, capsize=2.5, label=told.word(f"regret_{what}"),
            )  # fmt: skip
        axes.set_yticks(rows, [told.name(one) for one in order])
        axes.invert_yaxis()
        axes.set_xlim(left=0.0)
        axes.grid(True, axis="x")
        axes.grid(False, axis="y")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: told.number(value)))
        axes.set_xlabel(told.word("regret_axis"))
        for label, one in zip(axes.get_yticklabels(), order, strict=True):
            if one["name"] in (told.recommended["name"], told.reference["name"]):
                label.set_fontweight("bold")
        drawn.legend(frameon=False, loc="outside lower left", ncols=2, fontsize=9)
        return drawing.write(drawn, folder, REGRET, told.word("alt_regret"))


def draw_parts(told: Told, folder: Path) -> str:
    """Draw what the splits that were run again change of each part against the present one, the best as a bar.

    Returns
    -------
    str
        SVG for a page.
    """
    divisions = [list(division["parts"]) for division in told.content["divisions"]]
    best = told.recommended
    others = [one for one in told.candidates if one["name"] not in (BASELINE, best["name"])]
    with drawing.figure(9.2, 1.5 + 0.36 * sum(map(len, divisions)) + 0.5 * (len(divisions) - 1)) as drawn:
        panels = drawn.subplots(
            len(divisions), 1, squeeze=False, gridspec_kw={"height_ratios": [len(keys) for keys in divisions]}
        )[:, 0]
        for axes, keys in zip(panels, divisions, strict=True):
            rows = np.arange(len(keys))
            changes = [told.change(best, key) for key in keys]
            axes.barh(rows, changes, height=0.56, color=drawing.COLOURS[0], alpha=0.85, zorder=2)
            for kind in ("named", "found"):
                for one in others:
                    if _kind(told, one) == kind:
                        axes.scatter(
                            [told.change(one, key) for key in keys], rows, marker=_MARKS[kind], s=26, zorder=3,
                            facecolors="white", edgecolors=drawing.MUTED, linewidths=1.1,
                        )  # fmt: skip
            axes.axvline(0.0, color=drawing.INK, linewidth=1.0, zorder=1)
            axes.set_yticks(rows, [told.part(key) for key in keys])
            axes.set_ylim(len(keys) - 0.4, -0.6)
            axes.grid(True, axis="x")
            axes.grid(False, axis="y")
            axes.margins(x=0.08)
            # what each part is then, at the right: the numbers that a plan is made of
            right = axes.secondary_yaxis("right")
            right.set_yticks(rows, [told.fte(best, key) for key in keys])
            right.tick_params(length=0)
            right.spines["right"].set_visible(False)
            places = _places(axes, "x")
            axes.xaxis.set_major_formatter(
                FuncFormatter(lambda value, _, places=places: told.notation.signed(value, places))
            )
            axes.set_xlabel(told.word("parts_axis_money" if told.is_money(keys[0]) else "parts_axis"))
        shown = [mark for mark in ("named", "found") if any(_kind(told, one) == mark for one in others)]
        handles = _legend_of_parts(told, shown)
        drawn.legend(handles=handles, frameon=False, loc="outside lower left", ncols=3, fontsize=9)
        return drawing.write(drawn, folder, PARTS, told.word("alt_parts"))


def _legend_of_parts(told: Told, shown: Sequence[str]) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    best = told.word("recommended_name", mark=told.best_mark, name=told.name(told.recommended, True))
    handles: list[Any] = [Patch(color=drawing.COLOURS[0], alpha=0.85, label=best)]
    for kind in shown:
        handles.append(Line2D([], [], marker=_MARKS[kind], linestyle="", markersize=5.5, markerfacecolor="white",
                              markeredgecolor=drawing.MUTED, label=told.word(f"legend_{kind}")))  # fmt: skip
    return handles


def in_order(candidates: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Splits by their largest regret, those that breach a duty last."""
    return sorted(candidates, key=lambda one: (bool(one["breaches"]), one["regret"]["largest"]["mean"]))


def _kind(told: Told, one: Mapping[str, Any]) -> str:
    if one["name"] == told.recommended["name"]:
        return "best"
    if one["name"] == BASELINE:
        return "base"
    return "named" if "/" in one["name"] else "found"


def _place(told: Told, one: Mapping[str, Any], name: str, what: str = "mean") -> float:
    value = one["differences"][name][what]
    return float("nan") if value is None else float(value) * told.unit(name).factor


def _candidate(
    axes: Axes, told: Told, one: Mapping[str, Any], x: str, y: str, colour: str | None, norm: TwoSlopeNorm | None
) -> None:
    at = [_place(told, one, name) for name in (x, y)]
    kind = _kind(told, one)
    away = []
    for name, middle in zip((x, y), at, strict=True):
        low, high = (_place(told, one, name, end) for end in ("low", "high"))
        away.append([[max(0.0, middle - low)], [max(0.0, high - middle)]] if np.isfinite([low, high]).all() else None)
    axes.errorbar(
        at[0], at[1], xerr=away[0], yerr=away[1], fmt="none", ecolor=drawing.INK, elinewidth=1.1, capsize=2, zorder=4
    )
    fill: Any = drawing.INK
    if norm is not None and colour is not None:
        fill = _shades(colour)(norm(_place(told, one, colour)))
    axes.scatter(
        [at[0]], [at[1]], marker=_MARKS[kind], s={"best": 330, "base": 110}.get(kind, 85), color=[fill],
        edgecolors="#8a1c1c" if one["breaches"] else drawing.INK, linewidths=1.8 if one["breaches"] else 1.2, zorder=5,
    )  # fmt: skip


def _limits(axes: Axes, told: Told, x: str, y: str, xs: NDArray[np.float64], ys: NDArray[np.float64]) -> None:
    """Show the splits that were run again and most of what was tried: a few starved lines would hide the rest."""
    for name, tried, put in ((x, xs, axes.set_xlim), (y, ys, axes.set_ylim)):
        held = [_place(told, one, name, end) for one in told.candidates for end in ("mean", "low", "high")]
        held = [value for value in held if np.isfinite(value)]
        tried = tried[np.isfinite(tried)]
        side = OBJECTIVES[name].sign
        ends = [*held, 0.0]
        if len(tried):  # the better half whole, of the worse half what lies nearest
            ends += [float(np.quantile(tried * side, 0.0)) * side, float(np.quantile(tried * side, 0.6)) * side]
        low, high = min(ends), max(ends)
        room = 0.08 * (high - low or 1.0)
        ends = [low - room, high + room]
        put(*(ends[::-1] if side > 0 else ends))  # better is always to the right and up


def _better(axes: Axes, told: Told) -> None:
    """Shade where both axes are better than now, and say so above the shade, where no split is named."""
    right, top = axes.get_xlim()[1], axes.get_ylim()[1]
    axes.fill_between([0.0, right], 0.0, top, color="#e8f3ee", linewidth=0, zorder=0)
    axes.annotate(told.word("better_both"), (1.0, 1.0), xycoords="axes fraction", xytext=(0, 3),
                  textcoords="offset points", ha="right", va="bottom", fontsize=9, color="#2f6b4f")  # fmt: skip


def _names(axes: Axes, told: Told, x: str, y: str) -> None:
    """Name the splits that were run again, each where it covers no other name or mark."""
    figure = axes.get_figure()
    assert figure is not None
    figure.canvas.draw()
    marks = [axes.transData.transform((_place(told, one, x), _place(told, one, y))) for one in told.candidates]
    frame = axes.get_window_extent()
    taken: list[Any] = []
    order = sorted(range(len(marks)), key=lambda k: _kind(told, told.candidates[k]) not in ("best", "base"))
    for k in order:
        one = told.candidates[k]
        if not np.isfinite(marks[k]).all():
            continue
        kind = _kind(told, one)
        text = told.name(one, True)
        if kind == "best":
            text = told.word("recommended_name", mark=told.best_mark, name=text)
        best, fewest = None, float("inf")
        for dx, dy in _OFFSETS:
            label = axes.annotate(
                text, (_place(told, one, x), _place(told, one, y)), xytext=(dx, dy), textcoords="offset points",
                ha="left" if dx > 0 else "right" if dx < 0 else "center", va="center", fontsize=9.5,
                fontweight="bold" if kind in ("best", "base") else "normal", color=drawing.INK, zorder=6,
                bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.8},
            )  # fmt: skip
            box = label.get_window_extent()
            clashes = 3.0 * sum(box.overlaps(other) for other in taken)
            clashes += sum(box.x0 - 4 < mark[0] < box.x1 + 4 and box.y0 - 4 < mark[1] < box.y1 + 4 for mark in marks)
            clashes += 2.0 * (box.x0 < frame.x0 or box.x1 > frame.x1 or box.y0 < frame.y0 or box.y1 > frame.y1)
            if clashes < fewest:
                if best is not None:
                    best.remove()
                best, fewest, kept = label, clashes, box
            else:
                label.remove()
            if fewest == 0:
                break
        taken.append(kept)


def _axis(axes: Axes, told: Told, side: str, name: str) -> None:
    axis = axes.xaxis if side == "x" else axes.yaxis
    axis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: told.notation.signed(value, _places(axes, side))))
    (axes.set_xlabel if side == "x" else axes.set_ylabel)(_axis_label(told, name))


def _axis_label(told: Told, name: str) -> str:
    """Name, unit, and which way is better."""
    key = "axis_less" if OBJECTIVES[name].sign > 0 else "axis_more"
    return told.word(key, objective=told.head(name), unit=told.unit_name(name))


def _places(axes: Axes, side: str = "y") -> int:
    low, high = axes.get_xlim() if side == "x" else axes.get_ylim()
    step = abs(high - low) / 7
    return max(0, int(np.ceil(-np.log10(step) + 0.1))) if step > 0 else 0


def _shades(name: str) -> Colormap:
    """Blue where an objective is better than in the baseline, orange where it is worse."""
    return _SHADES if OBJECTIVES[name].sign > 0 else _SHADES.reversed()


def _norm(told: Told, name: str) -> TwoSlopeNorm:
    """Colours about zero, the baseline."""
    values = [abs(_place(told, one, name)) for one in told.candidates]
    values += [abs(p["differences"][name]) * told.unit(name).factor for p in told.content["points"] if p["on_front"]]
    most = max((value for value in values if np.isfinite(value)), default=1.0) or 1.0
    return TwoSlopeNorm(0.0, -most, most)


def _legend(told: Told) -> list[Any]:
    from matplotlib.lines import Line2D

    def mark(shape: str, size: float, label: str, face: str = "white") -> Line2D:
        return Line2D([], [], marker=shape, linestyle="", markersize=size, markerfacecolor=face,
                      markeredgecolor=drawing.INK if shape != "." else face, label=label)  # fmt: skip

    return [
        mark("*", 14, told.best_mark), mark("D", 7, told.word("legend_base")), mark("s", 7, told.word("legend_named")),
        mark("o", 8, told.word("legend_found")), mark("o", 5, told.word("legend_front")),
        mark(".", 7, told.word("legend_tried"), "#aab3bd"),
    ]  # fmt: skip
