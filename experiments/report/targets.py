"""The goals of the area as a table: how probable it is that each arm meets each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from experiments.report.folder import ResultsFolder
from experiments.report.notation import DASH, Notation, unit_of
from experiments.report.terms import Terms

FEW = 10
"""With fewer replications the page says that the probabilities are coarse."""

_LIMITS = {
    ("at_most", False): "limit_at_most",
    ("at_least", False): "limit_at_least",
    ("at_most", True): "limit_change_at_most",
    ("at_least", True): "limit_change_at_least",
}
_WITHOUT = {"not_reached": "target_not_reached", "not_recorded": "target_not_recorded"}


@dataclass(frozen=True)
class Chance:
    """How probable it is that one arm meets a goal under one market."""

    probability: str
    interval: str
    count: str
    mean: str


@dataclass(frozen=True)
class Judgement:
    """A goal under one market: a chance for each arm, or why there is none.

    Without a name of the market it holds under all of them.
    """

    market: str
    chances: Sequence[Chance]
    without: str


@dataclass(frozen=True)
class Goal:
    """A goal and how it is met under each market."""

    title: str
    meaning: str
    kind: str
    judgements: Sequence[Judgement]


def goals(
    folder: ResultsFolder, arms: Sequence[str], markets: Mapping[str | None, str], terms: Terms, notation: Notation
) -> list[Goal]:
    """Rows of the table.

    Parameters
    ----------
    folder
        Results.
    arms
        The baseline and the arms, in the order of the columns.
    markets
        Names of the main start state (None) and of the further markets.
    terms, notation
        Words and numbers of the language.

    Returns
    -------
    list of Goal
        In the order of the configuration; empty if the results hold none.
    """
    found = []
    for number, told in enumerate(folder.targets()):
        judgements = [
            _judgement(entry[number], name, arms, terms, notation)
            for market, name in markets.items()
            if number < len(entry := folder.targets(market))
        ]
        if len(markets) == 1:
            judgements = [replace(judgement, market="") for judgement in judgements]
        without = {judgement.without for judgement in judgements}
        if len(without) == 1 and "" not in without:
            judgements = [replace(judgements[0], market="")]
        found.append(
            Goal(
                _title(told, terms),
                _meaning(folder, told, terms, notation),
                terms.term(f"kind_{told['source_kind']}"),
                judgements,
            )
        )
    return found


def fewest(folder: ResultsFolder) -> int | None:
    """Smallest number of replications behind a probability."""
    return min((arm["n"] for told in folder.targets() for arm in told["arms"].values()), default=None)


def _title(told: Mapping[str, Any], terms: Terms) -> str:
    title = told.get("title") or {}
    return str(title.get(terms.language) or next(iter(title.values()), told["name"]))


def _meaning(folder: ResultsFolder, told: Mapping[str, Any], terms: Terms, notation: Notation) -> str:
    """What is counted, up to or from where, and when."""
    is_relative, group = "relative_to_start" in told, told["group"]
    if is_relative:
        value = notation.percent(told["relative_to_start"], signed=True, plain=True)
    else:
        unit = unit_of(told["unit"])
        value = notation.joined(notation.plain(told["value"] * unit.factor), unit)
    name = terms.named("indicators", told["indicator"])
    if told["group_kind"] == "line":
        name = f"{name} ({terms.named('lines', group)})"
    elif group:
        known = next((place.name for place in folder.places if place.code == group), group)
        name = f"{name} ({terms.place(group, 'name', known)})"
    is_flow = folder.kind(told["indicator"]) == "flow"
    if told["at"] == "all":
        when = terms.term("target_over_all" if is_flow else "target_mean_of_all")
    else:
        when = terms.term("target_within" if is_flow else "target_at", months=told["at"])
    limit = terms.term(_LIMITS[told["direction"], is_relative], value=value)
    return terms.term("target_meaning", indicator=name, limit=limit, when=when)


def _judgement(
    told: Mapping[str, Any], market: str, arms: Sequence[str], terms: Terms, notation: Notation
) -> Judgement:
    if told["status"] in _WITHOUT:
        return Judgement(market, [], terms.term(_WITHOUT[told["status"]]))
    return Judgement(market, [_chance(told, arm, terms, notation) for arm in arms], "")


def _chance(told: Mapping[str, Any], arm: str, terms: Terms, notation: Notation) -> Chance:
    held = told["arms"].get(arm) or {}
    if not held.get("n"):
        return Chance(DASH, "", "", "")
    met, n = round(held["probability"] * held["n"]), held["n"]
    if "relative_to_start" in told:
        mean = notation.percent(held["mean"], signed=True)
    else:
        unit = unit_of(told["unit"])
        mean = notation.joined(notation.level(held["mean"], unit), unit)
    return Chance(
        notation.chance(held["probability"]),
        f"{notation.number(100 * held['low'])}\N{NO-BREAK SPACE}… {notation.chance(held['high'])}",
        terms.term("target_count", met=str(met), n=str(n)),
        terms.term("target_mean", mean=mean),
    )
