"""Words, numbers and the answer of a drill in one language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from experiments.composing.arm import BASELINE
from experiments.drill.weeks import COHORT, OTHERS
from experiments.report.notation import unit_of
from experiments.report.section import Section

SECTION = "drill"
FIRST_LINE = "brokerage"
NONE = "none"


class Told(Section):
    """How the content of a drill is told.

    Parameters
    ----------
    content
        As `experiments.drill.outcome.content` makes it, or ``drill.json`` keeps it.
    language
        ``fi``, ``sv`` or ``en``.
    """

    def __init__(self, content: Mapping[str, Any], language: str) -> None:
        super().__init__(SECTION, language)
        self.content = content

    def day(self, text: str | None) -> str:
        """A date."""
        return "–" if text is None else self.notation.day(date.fromisoformat(text))

    def share(self, value: float | None) -> str:
        """A share in per cent; whole ones without decimals."""
        if value is None:
            return "–"
        whole = abs(100.0 * value - round(100.0 * value)) < 0.05
        return self.notation.chance(value) if whole else self.notation.percent(100.0 * value)

    def about(self, value: float | None) -> str:
        """A share in whole per cent, for a sentence; not all while something is missing."""
        if value is None:
            return "–"
        return self.notation.chance(min(value, 0.99) if value < 1.0 else value)

    def number(self, value: float | None, decimals: int = 0) -> str:
        """A number; a dash for none."""
        return self.notation.number(value, decimals)

    def spread(self, entry: Mapping[str, Any], decimals: int = 0, factor: float = 1.0) -> tuple[str, str]:
        """A mean, and its interval in brackets (empty without one)."""
        mean, low, high = (None if entry[k] is None else entry[k] * factor for k in ("mean", "low", "high"))
        if low is None or high is None:
            return self.number(mean, decimals), ""
        return self.number(mean, decimals), f"({self.number(low, decimals)} … {self.number(high, decimals)})"

    def euros(self, entry: Mapping[str, Any]) -> tuple[str, str]:
        """A difference in thousands of euros, and its interval."""
        mean, low, high = (None if entry[k] is None else entry[k] / 1000.0 for k in ("mean", "low", "high"))
        shown = self.notation.signed(mean)
        if low is None or high is None:
            return shown, ""
        return shown, f"({self.notation.signed(low)} … {self.notation.signed(high)})"

    @property
    def thousands(self) -> str:
        """Name of the unit of `euros`."""
        return self.terms.named("units", "thousand_eur")

    def level(self, arm: str) -> str:
        """Name of an arm: a level of readiness, or the baseline."""
        return self.word("without") if arm == BASELINE else self.terms.named("readiness", arm)

    def line(self, name: str) -> str:
        """Name of a service line."""
        return self.terms.named("lines", name)

    def place(self, code: str, form: str = "name") -> str:
        """Name of a municipality, or of what is outside."""
        return self.word("outside") if code == "outside" else self.terms.place(code, form)

    @property
    def levels(self) -> list[str]:
        """Arms of the event, without the baseline."""
        return [arm for arm in self.content["arms"] if arm != BASELINE]

    def heading(self, key: str) -> str:
        """Title of a page: the event in short."""
        place = self.content["events"][0]["place"]
        return self.word(key, jobs=self.number(self.content["jobs"]), place_in=self.place(place, "in"))

    def region(self, form: str = "name") -> str:
        """Name of the region."""
        region = self.content["region"]
        title = str((region.get("title") or {}).get(self.terms.language, ""))
        return self.terms.region(str(region["name"]), form, title)

    def answer(self) -> list[str]:
        """The answer in whole sentences: who comes, what slips, what readiness and a surge do, what it rests on."""
        surge = [self._surge(name) for name in (COHORT, OTHERS)]
        return [self._inflow(), self._slip(), *self._with_levels(), *surge, self._basis()]

    def _with_levels(self) -> list[str]:
        """What is in time under the levels of readiness, if there are any beside none."""
        told = []
        for arm in self.levels:
            if arm != NONE:
                share, others = (self.content["interviews"][arm][name]["share"]["mean"] for name in (COHORT, OTHERS))
                told.append(self.word(
                    "answer_level", level=self.level(arm), share=self.about(share), others=self.about(others)
                ))  # fmt: skip
        return [self.word("answer_levels", levels="; ".join(told))] if told else []

    def _inflow(self) -> str:
        inflow = self.content["inflow"]
        most = max(inflow["months"], key=lambda row: row["mean"])
        outside = sum(row["mean"] for row in inflow["homes"] if row["place"] == "outside")
        total = inflow["total"]
        return self.word(
            "answer_inflow", announced=self.day(self.content["announced"]), region_in=self.region("in"),
            total=self.notation.about(total["mean"]), low=self._rounded(total["low"], total["mean"]),
            high=self._rounded(total["high"], total["mean"]),
            month=self.notation.month(date.fromisoformat(most["month"])), most=self.notation.about(most["mean"]),
            outside=self.notation.about(outside),
        )  # fmt: skip

    def _rounded(self, value: float | None, scale: float) -> str:
        return "–" if value is None else self.notation.about(value, scale)

    def _slip(self) -> str:
        none, base = (self.content["interviews"][arm] for arm in (NONE, BASELINE))
        backlog = self.content["backlog"][NONE]
        values = {
            "share": self.about(none[COHORT]["share"]["mean"]), "others": self.about(none[OTHERS]["share"]["mean"]),
            "base": self.about(base[OTHERS]["share"]["mean"]),
            "days": self.number(none["all"]["wait_days"]["mean"] - base["all"]["wait_days"]["mean"], 1),
        }  # fmt: skip
        if not backlog["is_above"]:
            return self.word("answer_slip_calm", **values)
        if backlog["clears"] is None:
            return self.word("answer_slip_open", last=self.day(self.content["last_date"]), **values)
        return self.word("answer_slip", clears=self.day(backlog["clears"]), **values)

    def found(self, population: str) -> Mapping[str, Any]:
        """What the search found for the promise."""
        share = self.content["promise"]["share"]
        return next(f for f in self.content["surge"]["found"] if f["population"] == population and f["share"] == share)

    def _surge(self, population: str) -> str:
        found, promise = self.found(population), self.content["promise"]
        share, confidence = self.share(promise["share"]), self.share(promise["confidence"])
        if found["fte"] == 0:
            return self.word(f"surge_none_{population}", share=share)
        if found["fte"] is None:
            most = self.content["surge"]["grid"][-1]
            kind = {0: "useless", most: "rising"}.get(found["enough_fte"], "never")
            return self.word(
                f"surge_{kind}_{population}", share=share, confidence=confidence, best=self.about(found["best"]),
                most=self.number(most), enough=self.number(found["enough_fte"]), at_work=self.day(found["at_work"]),
            )  # fmt: skip
        return self.word(
            f"surge_some_{population}", share=share, confidence=confidence, fte=self.number(found["fte"]),
            at_work=self.day(found["at_work"]), opened=self.day(found["open_posts_by"]),
        )  # fmt: skip

    def _basis(self) -> str:
        return self.word(
            "answer_basis", n=self.number(self.content["replications"]),
            lead=self.number(self.content["surge"]["lead_months"]),
            novice=self.share(self.content["assumed"]["novice_productivity"]),
        )  # fmt: skip

    def languages(self) -> str:
        """How many of the event's people need an interpreter; empty if nobody does."""
        told = self.content["interpreted"]
        if told["people"] < 0.5:
            return ""
        return self.word(
            "languages", number=self.notation.about(told["people"]), share=self.about(told["people"] / told["of"])
        )

    def leave(self) -> str:
        """How much of the leave to look for work is taken; empty if nobody was given notice."""
        days = self.content["leave_days"]["mean"]
        return "" if not days else self.word("leave", days=self.notation.about(days))

    def prevention(self) -> str:
        """At which chance of saving the jobs joint retraining pays; empty if the event costs nothing."""
        told = self.content["prevention"]
        if told is None:
            return ""
        kind = "prevention_share" if told["share"] < 1.0 else "prevention_never"
        return self.word(kind, eur=self.number(told["eur"] / 1000), share=self.about(told["share"]))

    def cards(self) -> list[tuple[str, str, str]]:
        """Key figures: name, number and note."""
        none, base = (self.content["interviews"][arm] for arm in (NONE, BASELINE))
        most = max(self.content["inflow"]["months"], key=lambda row: row["mean"])
        in_time = [self.about(none[name]["share"]["mean"]) for name in (COHORT, OTHERS)]
        wait = none["all"]["wait_days"]["mean"] - base["all"]["wait_days"]["mean"]
        return [
            (
                self.word("card_inflow"), self.notation.about(self.content["inflow"]["total"]["mean"]),
                self.word("card_inflow_note", month=self.notation.month(date.fromisoformat(most["month"])),
                          most=self.notation.about(most["mean"])),
            ),
            (
                self.word("card_in_time"), " / ".join(in_time),
                self.word("card_in_time_note", base=self.about(base[OTHERS]["share"]["mean"])),
            ),
            (self.word("card_wait"), f"{self.number(wait, 1)} {self.word('card_wait_unit')}", self._clears()),
            self._surge_card(),
        ]  # fmt: skip

    def _clears(self) -> str:
        backlog = self.content["backlog"][NONE]
        if not backlog["is_above"]:
            return self.word("card_wait_calm")
        return self.word("card_wait_clears", day=self.day(backlog["clears"])) if backlog["clears"] else (
            self.word("card_wait_open")
        )  # fmt: skip

    def _surge_card(self) -> tuple[str, str, str]:
        both = [self.found(name) for name in (COHORT, OTHERS)]
        name = self.word("card_surge", share=self.share(self.content["promise"]["share"]))
        unit = self.unit("fte")
        if any(found["fte"] is None for found in both):
            most = f"> {self.number(self.content['surge']['grid'][-1])} {unit}"
            best = [self.about(found["best"]) for found in both]
            return name, most, self.word("card_surge_never", best=best[0], others=best[1])
        least = max(found["fte"] for found in both)
        if least == 0:
            return name, f"0 {unit}", self.word("card_surge_none")
        first = min(found["at_work"] for found in both if found["at_work"])
        return name, f"{self.number(least)} {unit}", self.word("card_surge_note", at_work=self.day(first))

    def base_gap(self) -> str:
        """Why the promise is not kept even without the event; empty if it is."""
        entry, assumed = self.content["interviews"][BASELINE][OTHERS], self.content["assumed"]
        share = entry["share"]["mean"]
        if share is None or share >= self.content["promise"]["share"]:
            return ""
        weeks, window = self.content["weeks"], self.content["window"]
        first, after = weeks.index(window["first"]), sum(week <= window["last"] for week in weeks)
        used = [u for u in self.content["staff"][BASELINE][FIRST_LINE]["used"][first:after] if u is not None]
        before = slice(1, max(first, 2))  # the first week has what the start left over
        return self.word(
            "base_gap", base=self.about(share), used=self.about(sum(used) / max(len(used), 1)),
            calm=self.about(sum(entry["in_time"][before]) / max(sum(entry["due"][before]), 1e-9)),
            no_show=self.share(assumed["no_show"]), days=self.number(assumed["first_interview_days"]),
        )  # fmt: skip

    def unit(self, name: str) -> str:
        """Name of a unit."""
        return self.notation.unit(unit_of(name))
