"""The report: one self-contained page from the files of a results folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from markupsafe import Markup

from experiments.report import (
    bridge,
    cause,
    cohort,
    map,
    recruits,
    sentences,
    service,
    table,
    targets,
    timeseries,
    trades,
)
from experiments.report.folder import BASELINE, ResultsFolder
from experiments.report.notation import Notation, scaled_euros, unit_of
from experiments.report.template import write_page
from experiments.report.terms import Terms

LEVELS = ("unemployed", "vacancies_open", "employed_open_market", "first_interview_wait_days")
"""Indicators whose monthly levels are drawn."""
CARDS = ("unemployed", "employed_open_market", "first_interview_wait_days", "benefits_eur", "cost_total_eur")
"""Indicators of the key figures under the answer; at most four are shown."""
MOST_ARMS_DRAWN = 6


def write(folder: Path, language: str = "fi") -> Path:
    """Write ``report.html`` and ``figures/`` of a results folder.

    Parameters
    ----------
    folder
        A results folder with manifest.json, summary.json and indicators.parquet.
    language
        ``fi``, ``sv`` or ``en``.

    Returns
    -------
    Path
        The page. It needs no network and no other file.

    Raises
    ------
    InputError
        If the language is unknown or a file is missing or damaged.
    """
    if (folder / "stress.json").is_file():
        from experiments.stress import page as stress

        return stress.write(folder, language)
    if (folder / "tabletop.json").is_file():
        from experiments.tabletop import page as tabletop

        return tabletop.write(folder, language)
    return Page(ResultsFolder(folder), Terms(language)).write()


class Page:
    """What the page shows, section by section; what the results lack is left out.

    Parameters
    ----------
    results
        The results.
    terms
        Words of the language.
    """

    def __init__(self, results: ResultsFolder, terms: Terms) -> None:
        self.results = results
        self.terms = terms
        self.notation = Notation(terms)
        self.figures = results.path / "figures"
        self.arms = results.arms
        # Names of several arms are long: a letter leads from the answer to the figures and tables.
        self.letters = {arm: chr(ord("A") + number % 26) for number, arm in enumerate(self.arms)}
        names = {arm: sentences.arm_label(results, arm, terms) for arm in self.arms}
        several = len(self.arms) > 1
        self.labels = {
            arm: f"{self.letters[arm]}: {names[arm]}" if several else names[arm] for arm in self.arms
        }
        self.courses = self._courses()

    def write(self) -> Path:
        """Render the template into the results folder."""
        path = self.results.path / "report.html"
        return write_page(path, "report.html.j2", terms=self.terms, notation=self.notation, **self.content())

    def content(self) -> dict[str, Any]:
        """Everything that the template shows."""
        results, terms, notation = self.results, self.terms, self.notation
        main = self.arms[0] if self.arms else None
        month = sentences.headline_month(results)
        day = results.month_end(month) if month else None
        recruited = self._recruits()
        bridged = bridge.answer(results, terms, notation)
        return {
            "language": terms.language,
            "region": sentences.region_forms(results, terms)[0],
            "title": self._title(),
            # Unemployment of the area is not what bridges are tried for: a table tells it further down.
            "answers": [] if bridged else sentences.answers(results, terms, notation, self._followed()),
            "letters": list(self.letters.values()) if len(self.arms) > 1 else [""],
            "market_answer": sentences.markets(results, main, terms, notation) if main else None,
            "unfinished": results.manifest.get("status", "finished") != "finished",
            "cards": self._cards(main) if main and not bridged else [],
            "headline": notation.month(day) if day else "",
            "attribution": terms.term("map_attribution") if results.attributed else "",
            "effect": self._effect(),
            "peak": sentences.peak(results, main, terms, notation) if main else None,
            "maps": self._maps(),
            "cohorts": self._cohorts(),
            "levels": self._levels(),
            "marked": bool(self._marks()),
            "months": [terms.term("months_head", months=str(month)) for month in results.months],
            "month_ends": [
                notation.month_name(day) for month in results.months if (day := results.month_end(month))
            ],
            "tables": [
                (self.labels[arm], table.indicator_rows(results, arm, terms, notation)) for arm in self.arms
            ],
            "places": self._places(),
            "money": self._money(),
            "payers": self._payers(),
            "goals": targets.goals(results, list(self._arm_names()), self._market_names(), terms, notation),
            "goal_notes": self._goal_notes(),
            "arm_names": list(self._arm_names().values()),
            "goal_arms": [
                (name, sentences.arm_label(results, arm, terms) if name != terms.named("arms", arm) else "")
                for arm, name in self._arm_names().items()
            ],
            "market_count": len(self._market_names()),
            "causes": self._causes(),
            "recruits": recruited,
            # Where every arm recruits, that is the question, and the unemployed come second.
            "lead": bridged or (recruited.answer[:1] if recruited and len(recruited.arms) == len(self.arms) else []),
            "trades": trades.section(results, terms, notation),
            "bridges": trades.bridges(results, terms, notation),
            "service": self._service(month),
            "markets": self._markets(main) if main else None,
            "facts": self._facts(),
            "guesses": table.guesses(results, terms, notation),
            "single": self._replications() == 1,
        }

    def _followed(self) -> dict[str, cohort.Course]:
        """The course of an arm's people, where only one group is followed."""
        return next(iter(self.courses.values())) if len(self.courses) == 1 else {}

    # Parts --------------------------------------------------------------------------------------

    def _title(self) -> str:
        if bridge.read(self.results):
            return self.terms.term("bridges_heading")
        if len(self.arms) == 1:
            return self.labels[self.arms[0]]
        return (
            self.terms.term("comparison", count=str(len(self.arms)))
            if self.arms
            else self.terms.term("baseline")
        )

    def _marks(self) -> list[timeseries.Mark]:
        """Dates of the closures of all arms, each once."""
        marks: dict[tuple[Any, ...], timeseries.Mark] = {}
        for arm in self.arms:
            for closure in self.results.closures(arm):
                told = (("announced", closure.announced), ("notice", closure.notice))
                for key, day in told if closure.kind != "bankruptcy" else (("bankruptcy", closure.announced),):
                    if day:
                        marks[key, day] = timeseries.Mark(self._mark(key, day), day)
                if closure.exits:
                    first, last = closure.exits[0], closure.exits[-1]
                    text = self._mark("exits", first, last)
                    marks["exits", first, last] = timeseries.Mark(text, first, last)
        return list(marks.values())

    def _mark(self, key: str, start: date, end: date | None = None) -> str:
        told = self.notation.day(start) + (f"–{self.notation.day(end)}" if end and end != start else "")
        return f"{self.terms.term(key)} {told}"

    def _cards(self, arm: str) -> list[dict[str, Any]]:
        month = sentences.headline_month(self.results)
        cards = []
        for name in CARDS:
            difference = self.results.difference(name, str(month), arm)
            base, level = (self.results.level(name, str(month), a) for a in (BASELINE, arm))
            if difference.mean is None:
                continue
            unit = unit_of(self.results.unit(name))
            unit = scaled_euros([difference.mean], unit)
            cards.append(
                {
                    "name": self.terms.named("indicators", name),
                    "unit": self.notation.unit(unit, difference=True),
                    "when": self.terms.named("kinds", self.results.kind(name)),
                    "cell": table.cell(difference, base, level, unit, self.notation),
                }
            )
        return cards[:4]

    def _effect(self) -> Markup | None:
        lines = self._difference_lines()
        if not lines:
            return None
        return Markup(
            timeseries.differences(
                lines, self._marks(), unit_of(lines[0].series.unit), self.notation, self.figures,
                "effect_unemployed", self.terms.term("alt_effect"), self.terms.term("effect_axis"),
            )
        )  # fmt: skip

    def _difference_lines(self) -> list[timeseries.Line]:
        lines = []
        for number, arm in enumerate(self.arms[:MOST_ARMS_DRAWN]):
            series = self.results.difference_series(sentences.HEADLINE, arm)
            if series is not None:
                lines.append(timeseries.Line(self.labels[arm], series, number))
        return lines

    def _short(self, arm: str) -> str:
        """Short name of an arm, as at the end of a line: its letter, or what it is if there is only one."""
        if len(self.arms) > 1:
            return self.letters[arm]
        closures = self.results.closures(arm)
        closed = any(c.kind == "closure" for c in closures) and not self.results.policies(arm)
        return self.terms.term("closure" if closed else "alternative")

    def _levels(self) -> list[Markup]:
        drawn = []
        marks = self._marks()
        for name in LEVELS:
            lines = []
            for number, arm in enumerate([BASELINE, *self.arms[:MOST_ARMS_DRAWN]], start=-1):
                series = self.results.series(name, arm)
                if series is not None:
                    label = self.terms.term("baseline") if arm == BASELINE else self._short(arm)
                    lines.append(timeseries.Line(label, series, number))
            if lines:
                title = self.terms.named("indicators", name)
                unit = unit_of(lines[0].series.unit)
                alt = self.terms.term("alt_level", indicator=title)
                drawn.append(
                    Markup(
                        timeseries.levels(
                            lines, marks, title, unit, self.notation, self.figures, f"level_{name}", alt
                        )
                    )
                )
        return drawn

    def _maps(self) -> list[dict[str, Any]]:
        """A map for each arm at the month of the answer, all with the same colours."""
        results, terms = self.results, self.terms
        month = sentences.headline_month(results)
        day = results.month_end(month) if month else None
        if not results.borders or not month or not day:
            return []
        shares = any(results.series("unemployment_rate", a, "municipality", p.code)
                     for a in self.arms for p in results.places)  # fmt: skip
        labels = {arm: self._map_labels(arm, month, shares) for arm in self.arms[:MOST_ARMS_DRAWN]}
        values = [
            value for by_code in labels.values() for _, value, _ in by_code.values() if value is not None
        ]
        limit = max((abs(value) for value in values), default=0.0)
        bar = terms.term("map_bar" if shares else "map_bar_persons")
        caption = terms.term(
            "map_caption" if shares else "map_caption_persons", month=self.notation.month(day)
        )
        drawn = []
        for number, (arm, by_code) in enumerate(labels.items(), start=1):
            areas = map.areas_of(results.borders, by_code)
            if areas:
                name = "map" if len(self.arms) == 1 else f"map_{number}"
                svg = map.draw(areas, limit, bar, self.notation, self.figures, name, terms.term("alt_map"))
                drawn.append({"svg": Markup(svg), "label": self.labels[arm], "caption": caption})
        return drawn

    def _map_labels(self, arm: str, month: int, shares: bool) -> dict[str, tuple[str, float | None, bool]]:
        """For each municipality what is written on it, what its colour shows, and whether that is certain."""
        unit, rate_unit = (unit_of(self.results.unit(n)) for n in ("unemployed", "unemployment_rate"))
        labels = {}
        for place in self.results.places:
            persons = table.place_difference(self.results, "unemployed", arm, place.code, month)[0]
            rate = table.place_difference(self.results, "unemployment_rate", arm, place.code, month)[0]
            if persons.mean is None:
                continue
            lines = [
                self.terms.place(place.code, "name", place.name),
                self.notation.difference(persons.mean, unit),
            ]
            value: float | None = persons.mean
            if shares:
                value = None if rate.mean is None else rate.mean * rate_unit.factor
                lines.append(self.notation.percent(value, signed=True))
            labels[place.code] = ("\n".join(lines), value, persons.told_apart)
        return labels

    def _courses(self) -> dict[str, dict[str, cohort.Course]]:
        """For each cohort its course in the baseline and in the arms where its event happens."""
        found: dict[str, dict[str, cohort.Course]] = {}
        drawn = self.arms[:MOST_ARMS_DRAWN]
        for group in self.results.groups("cohort"):
            hit = [
                arm for arm in drawn if any(closure.name == group for closure in self.results.closures(arm))
            ]
            by_arm = {arm: cohort.course(self.results, arm, group) for arm in (BASELINE, *(hit or drawn))}
            kept = {arm: course for arm, course in by_arm.items() if course is not None}
            if BASELINE in kept and len(kept) > 1:
                found[group] = kept
        return found

    def _cohorts(self) -> list[dict[str, Any]]:
        names = {state: self.terms.named("states", state) for state in cohort.STATES}
        drawn = []
        for number, (group, courses) in enumerate(self.courses.items()):
            titles = {arm: _capital(self._short(arm)) for arm in self.arms}
            titles[BASELINE] = self.terms.named("arms", BASELINE)
            svgs = []
            for k, arm in enumerate(arm for arm in courses if arm != BASELINE):
                shown = [(titles[BASELINE], courses[BASELINE]), (titles[arm], courses[arm])]
                name = f"cohort_{number + 1}" + (f"_{k + 1}" if len(self.arms) > 1 else "")
                axis, alt = self.terms.term("cohort_axis"), self.terms.term("alt_cohort")
                svgs.append(Markup(cohort.draw(shown, names, axis, self.notation, self.figures, name, alt)))
            heads, rows = table.cohort_rows(self.results, courses, self.terms, self.notation)
            size = self.notation.number(courses[BASELINE].size)
            drawn.append(
                {
                    "heading": self._cohort_heading(group),
                    "svgs": svgs,
                    "caption": self.terms.term("cohort_caption", size=size),
                    "heads": heads,
                    "rows": rows,
                    "arms": [titles[arm] for arm in courses],
                }
            )
        return drawn

    def _cohort_heading(self, group: str) -> str:
        closed = any(c.name == group for arm in self.arms for c in self.results.closures(arm))
        return self.terms.term("cohort_heading" if closed else "followed_heading")

    def _places(self) -> list[dict[str, Any]]:
        first = sentences.headline_month(self.results)
        months = [m for m in self.results.months if first and m >= first][:4]
        if not months:
            return []
        heads = [self.terms.term("difference_months", months=str(month)) for month in months]
        found = []
        for arm in self.arms:
            rows = table.place_rows(self.results, arm, self.terms, self.notation, months)
            if len(rows) > 1:
                found.append({"label": self.labels[arm], "heads": heads, "rows": rows})
        return found

    def _arm_names(self) -> dict[str, str]:
        """The baseline and the arms by their short names, for rows and columns of tables."""
        names = {arm: _capital(self._short(arm)) for arm in self.arms}
        return {BASELINE: self.terms.named("arms", BASELINE), **names}

    def _goal_notes(self) -> list[str]:
        """What is to be known about the probabilities: how many replications, whose values."""
        told, terms = self.results.targets(), self.terms
        fewest = targets.fewest(self.results)
        notes = [terms.term("targets_caption")]
        if fewest is not None and fewest < targets.FEW:
            notes.append(terms.term("targets_few", n=str(fewest)))
        if any(goal["source_kind"] == "assumption" for goal in told):
            notes.append(terms.term("targets_assumed"))
        return notes

    def _service(self, month: int | None) -> dict[str, Any] | None:
        """Service lines and places at the month of the answer."""
        if not month:
            return None
        asked = (self.results, self._arm_names(), self.terms, self.notation, month)
        parts = [part for part in (service.by_line(*asked), service.by_place(*asked)) if part]
        if not parts:
            return None
        return {
            "parts": parts,
            "desks": service.by_desk(*asked),
            "bases": service.bases(self.results, self.terms),
        }

    def _causes(self) -> dict[str, Any] | None:
        """Root causes of long-term unemployment at the last month that results are told for."""
        held, month = cause.causes(self.results, self.terms), max(self.results.months, default=0)
        day = self.results.month_end(month) if month else None
        if not held or day is None:
            return None
        names = self._arm_names()
        drawn = [BASELINE, *self.arms[:MOST_ARMS_DRAWN]]
        shown = [
            one
            for number, arm in enumerate(drawn, start=-1)
            if (one := cause.bars(self.results, arm, names[arm], number, held, month)) is not None
        ]
        if not shown:
            return None
        svg = cause.draw(
            shown, [_capital(self.terms.named("causes", name)) for name in held], cause.by_size(held, shown[0]),
            self.terms.term("causes_axis"), self.notation, self.figures, "causes", self.terms.term("alt_causes"),
        )  # fmt: skip
        caption = [self.terms.term("causes_caption", month=self.notation.month(day))]
        if len(shown) > 1:
            caption.append(self.terms.term("causes_differences"))
        if self._replications() > 1:
            caption.append(self.terms.term("causes_bands"))
        return {"svg": Markup(svg), "caption": " ".join(caption)}

    def _recruits(self) -> recruits.Section | None:
        """What a programme of recruitment abroad does, in the arms that have one."""
        drawn = recruiting[:MOST_ARMS_DRAWN] if (recruiting := recruits.recruiting(self.results)) else []
        names = {arm: _capital(self._short(arm)) for arm in drawn}
        asked = recruits.Asked(self.results, names, self._market_names(), self.terms, self.notation)
        return recruits.section(asked, [self.labels[arm] for arm in drawn], self.figures)

    def _payers(self) -> dict[str, Any] | None:
        columns, groups = table.payer_table(self.results, self._arm_names(), self.terms, self.notation)
        return {"columns": columns, "groups": groups} if groups else None

    def _money(self) -> list[dict[str, Any]]:
        found = []
        for arm in self.arms:
            heads, rows = table.money_rows(self.results, arm, self.terms, self.notation)
            if rows:
                found.append({"label": self.labels[arm], "heads": heads, "rows": rows})
        return found

    def _markets(self, arm: str) -> dict[str, Any] | None:
        """The first arm under each market."""
        if not self.results.markets:
            return None
        month = sentences.headline_month(self.results)
        names = self._market_names()
        lines = []
        for number, (market, label) in enumerate(names.items()):
            series = self.results.difference_series(sentences.HEADLINE, arm, market=market)
            if series is not None:
                lines.append(timeseries.Line(label, series, number))
        svg = None
        if lines:
            svg = timeseries.by_month(
                lines, unit_of(lines[0].series.unit), self.notation, self.figures, "markets",
                self.terms.term("alt_markets"), self.terms.term("effect_axis"),
                self.terms.term("months_word"),
            )  # fmt: skip
        return {
            "svg": Markup(svg) if svg else None,
            "label": self.labels[arm],
            "head": self.terms.term("difference_months", months=str(month)),
            "names": [(names[m], self._start_name(m)) for m in names],
            "rows": table.market_rows(self.results, arm, self.terms, self.notation, month) if month else [],
        }

    def _market_names(self) -> dict[str | None, str]:
        names: dict[str | None, str] = {None: self._market_name("default")}
        return names | {market: self._market_name(market) for market in self.results.markets}

    def _market_name(self, market: str) -> str:
        key = f"market_{market}"
        return self.terms.term(key) if self.terms.has("terms", key) else market

    def _start_name(self, market: str | None = None) -> str:
        return self.terms.named("starts", self.results.state(market))

    def _replications(self) -> int:
        """Replications that the answer rests on."""
        for arm in (*self.arms, BASELINE):
            series = self.results.series(sentences.HEADLINE, arm)
            if series is not None:
                return len(series.replications)
        return 0

    def _facts(self) -> list[tuple[str, str]]:
        """What the run was: names and values."""
        results, terms, notation = self.results, self.terms, self.notation
        configuration, manifest = results.configuration, results.manifest
        years, seeds = configuration.get("horizon_years"), manifest.get("seeds") or []
        scale = float(configuration.get("scale") or 1)
        count, written = notation.number(self._replications()), str(manifest.get("written") or "")
        if results.failed:
            count += f" ({terms.term('failed', count=str(results.failed))})"
        packages = ((name, number) for name, number in (manifest.get("packages") or {}).items() if number)
        facts = {
            "region": sentences.region_forms(results, terms)[0],
            "start_state": self._start_name(),
            "start_date": notation.day(results.start) if results.start else "",
            "horizon": terms.term("horizon_one_year" if years == 1 else "horizon_years", years=years),
            "replications": count,
            "seeds": f"{seeds[0]}–{seeds[-1]}" if len(seeds) > 1 else "".join(str(seed) for seed in seeds),
            "scale": notation.number(scale, 0 if scale == int(scale) else 2),
            "made": notation.day(date.fromisoformat(written[:10])) if written else "",
            "version": str((manifest.get("code") or {}).get("version") or ""),
            "configuration_hash": str(manifest.get("configuration_hash") or ""),
            "packages": ", ".join(f"{name} {number}" for name, number in packages),
        }
        return [(terms.term(name), value) for name, value in facts.items() if value]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
