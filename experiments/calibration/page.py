"""``calibration.md``: what a calibration found, for reading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def number(value: float | None) -> str:
    """Four significant digits, a dash for what does not exist."""
    return "–" if value is None or value != value else f"{value:.4g}"


def parameter_rows(result: Mapping[str, Any]) -> list[list[str]]:
    """Head and rows of the table of parameters."""
    rows = [["parameter", "start", "fitted", "± band", "± chance", "bounds", "unit", "note"]]
    for name, found in result["parameters"].items():
        if found["at_bound"]:
            note = f"at its {found['at_bound']} bound"
        elif found["identified"] is False:
            note = "not identified"
        else:
            note = ", ".join(found["pinned_by"])
        rows.append([
            name, number(found["start"]), number(found["fitted"]), number(found["standard_error"]),
            number(found["simulation_error"]), f"{number(found['low'])}–{number(found['high'])}", found["unit"], note,
        ])  # fmt: skip
    return rows


def moment_rows(result: Mapping[str, Any]) -> list[list[str]]:
    """Head and rows of the table of moments, the farthest from its band first."""
    rows = [["moment", "band", "start", "fitted", "± chance", "half-widths", "verdict"]]

    def far(item: tuple[str, Mapping[str, Any]]) -> float:
        distance = item[1]["fitted"]["half_widths"]
        return float("-inf") if distance is None or distance != distance else -abs(distance)

    for name, moment in sorted(result["moments"].items(), key=far):
        after = moment["fitted"]
        verdict = "inside" if after["inside"] else "outside"
        rows.append([
            name, f"{number(moment['low'])}–{number(moment['high'])}", number(moment["start"]["mean"]),
            number(after["mean"]), number(after["standard_error"]),
            "–" if not moment["used"] else f"{after['half_widths']:+.2f}",
            verdict if moment["used"] else "not available, not fitted",
        ])  # fmt: skip
    return rows


def markdown(content: Mapping[str, Any]) -> str:
    """The page.

    Parameters
    ----------
    content
        Of ``calibration.json``.
    """
    result, objective = content["result"], content["result"]["objective"]
    inside = [sum(m[when]["inside"] for m in result["moments"].values() if m["used"]) for when in ("start", "fitted")]
    parts = [
        f"# Calibration {content['target']}",
        f"`kohtaanto calibrate target={content['target']}`, {content['written']}, {content['status']}: "
        f"{result['ended']}. Start state {content['start']}, {content['replications']} replications a point at common "
        f"seeds, {result['evaluations']} points, {content['runs_simulated']} runs simulated, "
        f"{content['seconds']:.0f} s. Code {content['code']['digest'][:12]}, data {content['region']['digest'][:12]}.",
        f"Objective (sum of squared distances from the bands' middles in half-widths, weighted): "
        f"{number(objective['start'])} at the start, {number(objective['fitted'])} fitted, of which chance is about "
        f"{number(objective['chance'])}; inside their bands "
        f"{inside[0]} and {inside[1]} of {objective['moments']} moments.",
        "## Parameters",
        _table(parameter_rows(result)),
        "± band: standard error if each band is two standard errors to each side of an independent observation. "
        "± chance: standard error from the replications alone. A parameter is *not identified* if the first fills "
        "more than half of its bounds; then its value means little beside those of the others. The errors allow for "
        "the chance in measured slopes: more replications or a wider step (`target.step`) tell whether the moments "
        "or the replications leave it open.",
    ]
    if result["alike"]:
        parts += [
            "Pairs that the moments hardly tell apart:",
            "\n".join(
                f"- {pair['parameters'][0]} and {pair['parameters'][1]}: correlation {pair['correlation']:+.2f}"
                for pair in result["alike"]
            ),
        ]
    parts += ["## Moments", _table(moment_rows(result))]
    if result["slopes"]:
        names = list(result["parameters"])
        rows = [["moment", *(name.partition(".")[2] for name in names)]]
        rows += [
            [moment, *(f"{slopes[name]:+.1f}" for name in names)] for moment, slopes in result["slopes"].items()
        ]
        parts += [
            "## Slopes",
            "Half-widths of its band by which a moment moves when a parameter moves through the whole of its bounds; "
            "0 where the chance of the replications hides it:",
            _table(rows),
        ]
    return "\n\n".join(parts) + "\n"


def _table(rows: list[list[str]]) -> str:
    head, *body = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([head, "|" + "---|" * len(rows[0]), *body])
