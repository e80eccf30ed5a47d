"""Words, numbers and the answer of an optimisation in one language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from experiments.composing.arm import BASELINE
from experiments.optimise.objective import DUTIES, OBJECTIVES
from experiments.report.notation import DASH, Unit, scaled_euros, unit_of
from experiments.report.section import Section
from sim.dimensions import LINES

SECTION = "optimise"
_MONEY = 10_000.0
"""Amounts from here on are euros: no area has so many FTE."""
PLAN = "policy/split_40_20_40"
Cell = tuple[str, str, bool]
"""A number, its interval, and whether the interval leaves zero out."""


class Told(Section):
    """How the content of an optimisation is told.

    Parameters
    ----------
    content
        As `experiments.optimise.outcome.content` makes it, or ``optimise.json`` keeps it.
    language
        ``fi``, ``sv`` or ``en``.
    """

    def __init__(self, content: Mapping[str, Any], language: str) -> None:
        super().__init__(SECTION, language)
        self.content = content
        self.candidates: Sequence[Mapping[str, Any]] = content["candidates"]
        self.towns: Mapping[str, str] = content.get("towns", {})
        self._units = {name: self._unit(name) for name in OBJECTIVES}

    def number(self, value: float | None, decimals: int = 0) -> str:
        """A number; a dash for none."""
        return self.notation.number(value, decimals)

    def chance(self, value: float | None) -> str:
        """A probability in whole per cent."""
        return DASH if value is None else self.notation.chance(value)

    def unit(self, objective: str) -> Unit:
        """Unit of an objective's differences; of euros the one that suits their size."""
        return self._units[objective]

    def unit_name(self, objective: str) -> str:
        """Name of that unit."""
        return self.notation.unit(self._units[objective], difference=True)

    def objective(self, name: str) -> str:
        """Name of an objective."""
        return self.word(f"objective_{name}")

    def head(self, name: str) -> str:
        """Name of an objective at the head of a column or beside an axis."""
        text = self.objective(name)
        return text[:1].upper() + text[1:]

    def duty(self, name: str) -> str:
        """Name of a duty."""
        return self.terms.named("indicators", DUTIES[name].indicator)

    def part(self, key: str) -> str:
        """Name of a part of a division."""
        label = key.rpartition(".")[2]
        if key in self.towns:
            return self.terms.place(self.towns[key], "name", label)
        if label in LINES:
            return self.terms.named("lines", label)
        if f"part_{label}" in self._words:
            return self.word(f"part_{label}")
        return self.terms.named("labels", label)

    def name(self, candidate: Mapping[str, Any], short: bool = False) -> str:
        """Name of a split: found ones by letter, others by what they are; one that is the baseline too says so."""
        if candidate["name"] == BASELINE:
            others = [self._named(name, True) for name in candidate["also"]]
            return self.word("baseline_also", name=others[0]) if others else self.word("baseline")
        return self._named(candidate["name"], short)

    def _named(self, name: str, short: bool) -> str:
        group, _, option = name.partition("/")
        if not option:
            return self.word("found", letter=name)
        key = f"split_{group}_{option}"
        if key in self._words:
            return self.word(key)
        if short:
            return option
        return self.terms.named("arms", option) if group == "policy" else option

    def candidate(self, name: str) -> Mapping[str, Any]:
        """A split by its name, or by another name that it has."""
        return next(one for one in self.candidates if name == one["name"] or name in one["also"])

    @property
    def recommended(self) -> Mapping[str, Any]:
        """The split whose largest regret is least among those that keep the duties."""
        return self.candidate(self.content["recommended"]["minimax"])

    @property
    def best_mark(self) -> str:
        """What it is called: recommended only where it can be told from the reference."""
        clear = self.content["verdict"]["clear"] or self.recommended["name"] == self.reference["name"]
        return self.word("recommended" if clear else "closest")

    @property
    def reference(self) -> Mapping[str, Any]:
        """The plan's split, or the baseline where it is not among the splits."""
        return self.candidate(self.content["verdict"]["reference"])

    def cell(self, candidate: Mapping[str, Any], objective: str) -> Cell:
        """Difference to the baseline with its interval."""
        entry = candidate["differences"][objective]
        unit = self._units[objective]
        if candidate["name"] == BASELINE:
            return self.word("zero"), "", False
        if entry["mean"] is None:
            return DASH, "", False
        interval = "" if entry["low"] is None else f"({self.notation.interval(entry['low'], entry['high'], unit)})"
        return self.notation.difference(entry["mean"], unit), interval, bool(entry["clear"])

    def level(self, objective: str) -> str:
        """The baseline's own value with the interval of its replications."""
        entry, unit = self.content["base"][objective], self._units[objective]
        if entry["mean"] is None:
            return DASH
        low, high = (self.notation.level(entry[end], unit) for end in ("low", "high"))
        return f"{self.notation.level(entry['mean'], unit)} ({low} … {high})"

    def duty_cell(self, candidate: Mapping[str, Any], duty: str) -> Cell:
        """Level of a duty in per cent, its difference to the baseline, and whether it is breached."""
        entry = candidate["duties"][duty]
        shown = self.number(None if entry["level"] is None else 100.0 * entry["level"], 1)
        if candidate["name"] == BASELINE:
            return shown, "", False
        return shown, f"({self.notation.difference(entry['mean'], unit_of('share'))})", duty in candidate["breaches"]

    def regret_cell(self, candidate: Mapping[str, Any], what: str) -> Cell:
        """A regret in per cent of the spread of the candidates, with its interval."""
        entry = candidate["regret"][what]
        low, high = (self.number(100.0 * entry[end]) for end in ("low", "high"))
        return self.number(100.0 * entry["mean"]), f"({low} … {high})", False

    def fte(self, candidate: Mapping[str, Any], key: str) -> str:
        """Amount of a part; thousands where it is euros; of a town the staff that it had."""
        amount = candidate["staff"][key] if key in self.towns else candidate["amounts"][key]
        return self.number(amount / 1000.0) if self.is_money(key) else self.number(amount, 1)

    def amount_cell(self, candidate: Mapping[str, Any], key: str) -> Cell:
        """Amount of a part; of a town also how many FTE were moved there."""
        moved = candidate["amounts"][key] if key in self.towns else 0.0
        return self.fte(candidate, key), f"({self.notation.signed(moved, 1)})" if moved else "", False

    def is_money(self, key: str) -> bool:
        """Whether a part is euros, by the size of its amounts."""
        return any(abs(one["amounts"][key]) >= _MONEY for one in self.candidates)

    def change(self, candidate: Mapping[str, Any], key: str) -> float:
        """Change of a part from the present split, FTE or thousands of euros."""
        change = float(candidate["amounts"][key]) - float(self.candidate(BASELINE)["amounts"][key])
        return change / 1000.0 if self.is_money(key) else change

    def region(self, form: str = "name") -> str:
        """Name of the region."""
        region = self.content["region"]
        title = str((region.get("title") or {}).get(self.terms.language, ""))
        return self.terms.region(str(region["name"]), form, title)

    def answer(self) -> list[str]:
        """The answer in whole sentences: what to choose, what it changes, what can not be told, what it rests on."""
        best, reference = self.recommended, self.reference
        said = [self._verdict(best, reference)]
        if best["name"] != BASELINE:
            said.append(self._split(best))
            said.append(self._effects(best))
        said.append(self._breaches(best))
        said.append(self.word(
            "basis", tried=self.number(self.content["tried"]), futures=self.number(self.content["futures"]),
            candidates=self.number(len(self.candidates)), replications=self.number(self.content["final_replications"]),
        ))  # fmt: skip
        return [sentence[:1].upper() + sentence[1:] for sentence in said]

    def _verdict(self, best: Mapping[str, Any], reference: Mapping[str, Any]) -> str:
        verdict = self.content["verdict"]
        if best["name"] == reference["name"]:
            return self.word("verdict_same", name=self.name(best))
        low, high = (self.number(-100.0 * verdict[end]) for end in ("high", "low"))
        key = "verdict_better" if verdict["clear"] else "verdict_unclear"
        return self.word(
            key, name=self.name(best), reference=self.name(reference), low=low, high=high,
            mine=self.number(100.0 * best["regret"]["mean"]["mean"]),
            theirs=self.number(100.0 * reference["regret"]["mean"]["mean"]),
        )  # fmt: skip

    def _split(self, best: Mapping[str, Any]) -> str:
        parts = [
            self.word(
                "split_item", part=self.part(key), amount=self.fte(best, key),
                change=self.notation.signed(self.change(best, key), 1),
            )
            for key in best["amounts"]
            if key not in self.towns or abs(self.change(best, key)) >= 0.05  # what is shown as 0.0 says nothing
        ]  # fmt: skip
        return self.word("split", parts="; ".join(parts))

    def _effects(self, best: Mapping[str, Any]) -> str:
        told = []
        for name in self.content["objectives"]:
            number, interval, clear = self.cell(best, name)
            entry = best["differences"][name]
            if not clear:
                told.append(self.word("effect_unclear", objective=self.objective(name)))
                continue
            better = entry["mean"] * OBJECTIVES[name].sign < 0
            told.append(self.word(
                "effect_better" if better else "effect_worse", objective=self.objective(name),
                change=f"{number} {self.unit_name(name)}", interval=interval,
            ))  # fmt: skip
        return self.word("effects", effects="; ".join(told))

    def _breaches(self, best: Mapping[str, Any]) -> str:
        broken = [one for one in self.candidates if one["breaches"] and one["name"] != best["name"]]
        if best["breaches"]:
            return self.word("breach_best", duties=", ".join(map(self.duty, best["breaches"])))
        if not broken:
            return self.word("breach_none")
        return self.word("breach_others", names=", ".join(self.name(one, True) for one in broken))

    def _unit(self, name: str) -> Unit:
        unit = unit_of(OBJECTIVES[name].unit)
        values = [one["differences"][name]["mean"] or 0.0 for one in self.content["candidates"]]
        return scaled_euros(values, unit)
