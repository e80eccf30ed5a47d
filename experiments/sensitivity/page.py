"""A sensitivity analysis as text, figures and page: all from ``sensitivity.json``, in any language."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from experiments.report import sample_names as names
from experiments.report.notation import Notation, unit_of
from experiments.report.template import write_page
from experiments.report.terms import Terms

FILE = "sensitivity.json"
SHOWN = 15
"""Factors in the figure and in the table."""
LEAST_AGREEMENT = 0.8
"""Rank correlation of the two halves of a sample, below which the order of the numbers is not told as certain."""
_LABEL = {
    "mu_star": "index_mu_star", "mu": "index_mu", "sigma": "index_sigma", "first": "index_first",
    "total": "index_total", "pawn": "index_pawn",
}  # fmt: skip
_CAPTION = {
    "morris": "sensitivity_caption_morris", "sobol": "sensitivity_caption_sobol", "pawn": "sensitivity_caption_pawn",
}  # fmt: skip
_WIDEST_LABEL = 46
_SHARES = ("first", "total", "pawn")


def what(one: Mapping[str, Any], terms: Terms) -> str:
    """Name of an analysed outcome: a level, or the effect of an arm."""
    name = names.outcome(one, terms)
    if one["is_difference"]:
        return terms.term("sensitivity_change", arm=names.arm(one["arm"], terms), outcome=name)
    return names.first_capital(terms.term("sensitivity_question", outcome=name))


def answers(content: Mapping[str, Any], terms: Terms) -> list[str]:
    """What every outcome rests on, a sentence each; effects of arms first: they are the decision."""
    said = []
    for one in sorted(content["outcomes"], key=lambda one: not one["is_difference"]):
        name = what(one, terms)
        if not one["varies"]:
            said.append(terms.sentence("sensitivity_no_variation", what=name))
        elif one["rests_on"]:
            named = "; ".join(_factor_name(content, key, terms) for key in one["rests_on"])
            said.append(terms.sentence(_certainty(one), what=name, guesses=named))
        elif any(factor["is_guessed"] for factor in content["factors"]):
            said.append(terms.sentence("sensitivity_rests_none", what=name))
        else:
            strongest = content["factors"][one["order"][0]]
            factor = names.parameter(strongest["name"], strongest["meaning"], terms)
            said.append(terms.sentence("sensitivity_strongest", what=name, factor=factor))
    return said


def _certainty(one: Mapping[str, Any]) -> str:
    """The sentence that luck and the two halves of the sample allow."""
    if one["noise"]["share"] is None:
        return "sensitivity_rests_unknown"
    rho = one["halves"]["rank_correlation"]
    return "sensitivity_rests" if rho is None or rho >= LEAST_AGREEMENT else "sensitivity_rests_loose"


def notes(one: Mapping[str, Any], terms: Terms, notation: Notation, replications: int) -> list[str]:
    """Luck, halves, direction and what was left out, of an outcome."""
    unit = unit_of(str(one["unit"]))
    said = []

    def deviation(variance: float) -> str:
        return notation.joined(names.number(variance**0.5 * unit.factor, notation), unit)

    if one["varies"]:
        noise = one["noise"]
        between = deviation(noise["over_points"])
        if noise["share"] is None:
            said.append(terms.sentence("sensitivity_noise_unknown", between=between))
        else:
            said.append(
                terms.sentence(
                    "sensitivity_noise", share=notation.chance(noise["share"]), replications=str(replications),
                    between=between, within=deviation(noise["at_a_point"]),
                )
            )  # fmt: skip
        if one["halves"]["rank_correlation"] is not None:
            rho = notation.number(one["halves"]["rank_correlation"], 2)
            said.append(terms.sentence("sensitivity_halves", count=str(one["halves"]["factors"]), rho=rho))
    if one["is_difference"] and one["varies"]:
        points = one["points"] + one["left_out"]
        said.append(terms.sentence("sensitivity_sign", same=str(one["same_direction"]), points=str(points)))
    if one["left_out"]:
        said.append(terms.sentence("sensitivity_left_out", count=str(one["left_out"])))
    return said


def heads(one: Mapping[str, Any], terms: Terms) -> list[str]:
    """Heads of the columns of an outcome's table."""
    columns = [terms.term(key) for key in ("sensitivity_rank", "sensitivity_factor", "sensitivity_kind")]
    return [*columns, *(terms.term(_LABEL[index]) for index in one["indices"])]


def rows(content: Mapping[str, Any], one: Mapping[str, Any], terms: Terms, notation: Notation) -> list[list[str]]:
    """Rows of an outcome's table, the most influential first."""
    factor_unit = unit_of(str(one["unit"])).factor
    table = []
    for rank, k in enumerate(one["order"][:SHOWN], start=1):
        factor = content["factors"][k]
        cells = [str(rank), names.parameter(factor["name"], factor["meaning"], terms)]
        cells.append(terms.term(f"kind_{factor['source_kind']}"))
        for index, band in one["indices"].items():
            scale = 1.0 if index in _SHARES else factor_unit
            value, low, high = (band[key][k] * scale for key in ("value", "low", "high"))
            told = _number(value, index, notation)
            if index != "sigma":
                told += f" ({_number(low, index, notation)} … {_number(high, index, notation)})"
            cells.append(told)
        table.append(cells)
    return table


def text(content: Mapping[str, Any], language: str) -> str:
    """The answer for the terminal: tables, then luck and halves, then the sentences."""
    terms = Terms(language)
    notation = Notation(terms)
    lines: list[str] = []
    for one in content["outcomes"]:
        lines += ["", what(one, terms)]
        if one["varies"]:
            table = [heads(one, terms), *rows(content, one, terms, notation)]
            table = [[textwrap.shorten(cell, 70, placeholder="…") for cell in row] for row in table]
            widths = [max(len(row[k]) for row in table) for k in range(len(table[0]))]
            lines += ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in table]
            lines.append(f"{terms.term('sensitivity_luck')}: {_number(_luck(one), one['ranking'], notation)}")
        lines += notes(one, terms, notation, content["replications"])
    return "\n".join([*lines[1:], "", *answers(content, terms)])


def write(folder: Path, language: str = "fi") -> Path:
    """Write ``report.html`` and the figures of a results folder.

    Raises
    ------
    InputError
        If the language is unknown or the page can not be written.
    """
    terms = Terms(language)
    notation = Notation(terms)
    content = json.loads((folder / FILE).read_text(encoding="utf-8"))
    parts = []
    for number, one in enumerate(content["outcomes"], start=1):
        name = f"sensitivity_{number}"
        drawn = draw(content, one, folder / "figures", name, terms, notation) if one["varies"] else ""
        parts.append(
            {
                "heading": what(one, terms), "figure": Markup(drawn),
                "heads": heads(one, terms) if one["varies"] else [], "rows": rows(content, one, terms, notation),
                "notes": notes(one, terms, notation, content["replications"]),
            }
        )  # fmt: skip
    failed = content["failed"]
    count = len(content["factors"])
    return write_page(
        folder / "report.html", "sensitivity.html.j2", terms=terms, language=language,
        region=terms.region(content["region"]["name"], title=content["region"]["title"].get(language, "")),
        answers=answers(content, terms), parts=parts, caption=terms.term(_CAPTION[content["method"]]),
        more=terms.term("sensitivity_more_factors", shown=str(SHOWN), count=str(count)) if count > SHOWN else "",
        run=terms.term(
            "sensitivity_run", method=content["method"], points=notation.number(content["points"]),
            replications=str(content["replications"]),
        ),
        failed=failures(content, terms) if failed else "",
        factors=[_factor_row(factor, terms, notation) for factor in content["factors"]],
        factor_heads=[terms.term(key) for key in ("sensitivity_factor", "sensitivity_range", "sensitivity_kind")],
    )  # fmt: skip


def failures(content: Mapping[str, Any], terms: Terms) -> str:
    """Which runs failed, in a sentence."""
    failed = content["failed"]
    points = list(dict.fromkeys(run["point"] for run in failed))
    named = ", ".join(points[:10]) + (" …" if len(points) > 10 else "")
    return terms.sentence("sensitivity_failed", count=str(len(failed)), points=named, error=failed[0]["error"])


def draw(
    content: Mapping[str, Any], one: Mapping[str, Any], folder: Path, name: str, terms: Terms, notation: Notation
) -> str:
    """Draw the ranking index as bars with intervals, guessed numbers apart from grounded ones, and the level of luck.

    Returns
    -------
    str
        The SVG.
    """
    from experiments.report import drawing

    shown = one["order"][:SHOWN]
    scale = 1.0 if one["ranking"] in _SHARES else unit_of(str(one["unit"])).factor
    band = {key: [values[k] * scale for k in shown] for key, values in one["indices"][one["ranking"]].items()}
    guessed = [content["factors"][k]["is_guessed"] for k in shown]
    told = [content["factors"][k] for k in shown]
    labels = [_wrapped(names.first_capital(names.parameter(f["name"], f["meaning"], terms))) for f in told]
    colours = {True: drawing.stroke(1).colour, False: drawing.stroke(0).colour}
    legend = {True: "sensitivity_guessed", False: "sensitivity_grounded"}
    with drawing.figure(8.6, 1.6 + 0.42 * len(shown)) as drawn:
        axes = drawn.subplots()
        for kind in (True, False):
            at = [y for y, one_kind in enumerate(guessed) if one_kind is kind]
            if not at:
                continue
            values = [band["value"][y] for y in at]
            around = [
                [max(0.0, band["value"][y] - band["low"][y]) for y in at],
                [max(0.0, band["high"][y] - band["value"][y]) for y in at],
            ]
            axes.barh(
                at, values, height=0.62, color=colours[kind], hatch="///" if kind else "", edgecolor="white",
                linewidth=0, label=terms.term(legend[kind]), xerr=around,
                error_kw={"ecolor": drawing.INK, "elinewidth": 1.2, "capsize": 2.5},
            )  # fmt: skip
        first = [one["indices"]["first"]["value"][k] for k in shown] if one["ranking"] == "total" else []
        if first:
            label = terms.term("index_first")
            axes.plot(first, range(len(shown)), "o", color="white", markeredgecolor=drawing.INK, ms=5, label=label)
        if _luck(one) > 0.0:
            luck = terms.term("sensitivity_luck")
            axes.axvline(_luck(one), color=drawing.INK, linestyle=(0, (4, 2)), linewidth=1.2, label=luck)
        axes.set_yticks(range(len(shown)), labels)
        axes.invert_yaxis()
        axes.grid(False, axis="y")
        axes.grid(True, axis="x")
        axes.set_axisbelow(True)
        axes.set_xlim(left=min([0.0, *band["low"], *first]))
        axes.xaxis.set_major_formatter(lambda value, _: notation.plain(float(f"{value:.6g}")))
        unit = "" if one["ranking"] in _SHARES else f", {notation.unit(unit_of(str(one['unit'])), True)}"
        axes.set_xlabel(f"{terms.term(_LABEL[one['ranking']])}{unit}")
        drawn.legend(frameon=False, loc="outside lower left", ncols=2, fontsize=9)
        return drawing.write(drawn, folder, name, f"{terms.term('sensitivity_alt')}: {what(one, terms)}")


def _wrapped(label: str) -> str:
    """At most two lines."""
    lines = textwrap.wrap(label, _WIDEST_LABEL)
    if len(lines) > 2:
        lines[1:] = [textwrap.shorten(" ".join(lines[1:]), _WIDEST_LABEL - 2, placeholder="…")]
    return "\n".join(lines)


def _luck(one: Mapping[str, Any]) -> float:
    scale = 1.0 if one["ranking"] in _SHARES else unit_of(str(one["unit"])).factor
    return float(one["luck"]) * scale


def _number(value: float, index: str, notation: Notation) -> str:
    return notation.number(value, 2) if index in _SHARES else names.number(value, notation)


def _factor_name(content: Mapping[str, Any], name: str, terms: Terms) -> str:
    meaning = next(factor["meaning"] for factor in content["factors"] if factor["name"] == name)
    return names.parameter(name, meaning, terms)


def _factor_row(factor: Mapping[str, Any], terms: Terms, notation: Notation) -> list[str]:
    unit = terms.named("parameter_units", factor["unit"])
    span = f"{notation.plain(factor['low'])} … {notation.plain(factor['high'])} {unit}"
    kind = terms.term(f"kind_{factor['source_kind']}")
    return [names.parameter(factor["name"], factor["meaning"], terms), span, kind]
