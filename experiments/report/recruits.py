"""Recruits from abroad: who comes and stays, what they fill, whom they crowd out, and euros by municipality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from experiments.report import drawing, recruitment
from experiments.report.folder import BASELINE, NONE, Estimate, ResultsFolder
from experiments.report.notation import DASH, Notation, Unit, scaled_euros, unit_of
from experiments.report.recruitment import STAY_MONTHS, stay_series
from experiments.report.table import Cell, Row
from experiments.report.terms import Terms
from experiments.report.trades import titles
from sim.mismatch import SHORTAGE

NO_TRADE = "X"
"""Label of the people whose trade the register does not know."""
TRADES_SHOWN = 10
"""Trades with the most vacancies open for long in the baseline: what a programme follows."""

MORE = ("vacancies_open", "hires")
"""Indicators by trade that are folded away."""

MARKET_WORDS: Mapping[str | None, str] = {None: "market_default", "tight": "market_tight", "slack": "market_slack"}


@dataclass(frozen=True)
class Asked:
    """What the section is made from.

    Attributes
    ----------
    folder
        Results.
    arms
        Short names of the arms that recruit, as in columns and sentences.
    markets
        Names of the start states; None is the main one.
    terms, notation
        Words and numbers of the language.
    """

    folder: ResultsFolder
    arms: Mapping[str, str]
    markets: Mapping[str | None, str]
    terms: Terms
    notation: Notation

    @property
    def columns(self) -> list[tuple[str | None, str]]:
        """Market and arm of each column."""
        return [(market, arm) for market in self.markets for arm in self.arms]


@dataclass(frozen=True)
class Sheet:
    """A table whose columns are the arms under each market."""

    heading: str
    rows: Sequence[Row]
    unit: str = ""  # of all rows, where it is one


@dataclass(frozen=True)
class Section:
    """What the page shows of recruits.

    Attributes
    ----------
    answer
        Whole sentences, the answer first.
    svg
        Population and who stays; empty where neither was recorded.
    shortage
        Index from which on a trade is short of people.
    arms, markets
        Heads of the columns: arms under each market.
    main
        The table of what the programme does.
    by_trade
        The unemployed by trade, whom recruits may crowd out.
    by_place
        Euros by municipality.
    more
        Hires and open vacancies by trade.
    """

    answer: Sequence[str]
    svg: str
    shortage: str
    arms: Sequence[str]
    markets: Sequence[str]
    main: Sheet
    by_trade: Sheet | None
    by_place: Sheet | None
    more: Sequence[Sheet]


def recruiting(folder: ResultsFolder) -> list[str]:
    """Arms with recruits, come or ordered in vain, under any market."""

    def held(arm: str, name: str, market: str | None) -> bool:
        series = folder.series(name, arm, market=market)
        return series is not None and float(np.nansum(series.values)) > 0.0

    return [
        arm
        for arm in folder.arms
        if any(
            held(arm, name, market)
            for name in ("recruits_arrived", "recruits_unplaced")
            for market in (None, *folder.markets)
        )
    ]


def section(asked: Asked, labels: Sequence[str], figures: Path) -> Section | None:
    """The section; None where nobody is recruited.

    Parameters
    ----------
    asked
        Results, arms and words.
    labels
        Full names of the arms.
    figures
        Folder of figures.
    """
    if not asked.arms:
        return None
    trades, others = _trades(asked)
    main = [
        _ordered(asked), *_programme(asked), *_stays(asked), *_area(asked), _others(asked), *_shortage(asked),
        *_money(asked),
    ]
    by_trade = {name: _by_trade(asked, name, trades, others) for name in ("unemployed", *MORE)}
    places = _by_place(asked)
    told = asked.terms.term
    return Section(
        answer=[
            *_answer(asked), *_crowded(asked), *_between(asked),
            *shortfalls(asked.folder, asked.arms, asked.terms, asked.notation),
        ],
        svg=_draw(asked, labels, figures),
        shortage=asked.notation.number(SHORTAGE, 1),
        arms=list(asked.arms.values()),
        markets=list(asked.markets.values()),
        main=Sheet(told("recruits_table"), [row for row in main if row is not None]),
        by_trade=_sheet(told("recruits_crowding"), by_trade["unemployed"]),
        by_place=_sheet(told("recruits_euros"), places),
        more=[
            sheet for name in MORE if (sheet := _sheet(asked.terms.named("indicators", name), by_trade[name]))
        ],
    )


def _sheet(heading: str, rows: Sequence[Row]) -> Sheet | None:
    """A table whose rows have one unit, told once; None without rows."""
    if not rows:
        return None
    return Sheet(heading, [replace(row, unit="") for row in rows], rows[0].unit)


def shortfalls(folder: ResultsFolder, arms: Mapping[str, str], terms: Terms, notation: Notation) -> list[str]:
    """Say of each arm whose programme orders more than employers ask for how many were placed."""
    lines = []
    for arm, name in arms.items():
        placed = []
        for market in (None, *folder.markets):
            told = folder.recruits(arm, market)
            if told is None or round(told["ordered"]) <= round(told["placed"]):
                continue
            label = market_name(market, terms)
            placed.append(f"{label} {notation.number(told['placed'])} / {notation.number(told['ordered'])}")
        if placed:
            lines.append(terms.sentence("recruits_shortfall", arm=name, placed=", ".join(placed)))
    return lines


def market_name(market: str | None, terms: Terms) -> str:
    """Name of a market for readers."""
    word = MARKET_WORDS.get(market)
    return terms.term(word) if word else str(market)


# Sentences ---------------------------------------------------------------------------------------


def _answer(asked: Asked) -> list[str]:
    """How many come, how many stay, and what changes in the area: one sentence for all arms."""
    notation = asked.notation
    arrived = [recruitment.level(asked.folder, "recruits_arrived", arm) for arm in asked.arms]
    if any(estimate.mean is None for estimate in arrived):
        return []
    changes = {
        key: _listed(asked, [_told(asked, recruitment.difference(asked.folder, name, arm)) for arm in asked.arms])
        for key, name in (("population", "population"), ("employed", "employed_open_market"))
    }
    values = {
        "years": notation.plain(asked.folder.length / 12),
        "arrived": _listed(asked, [notation.about(estimate.mean or 0.0) for estimate in arrived]),
        **changes,
    }
    for after in reversed(STAY_MONTHS):
        stay = [recruitment.stay(asked.folder, arm, after) for arm in asked.arms]
        if all(estimate.mean is not None for estimate in stay):
            shares = [notation.chance(estimate.mean or 0.0) for estimate in stay]
            return [
                asked.terms.sentence("recruits_answer", after=str(after // 12), stay=_listed(asked, shares), **values)
            ]
    return [asked.terms.sentence("recruits_answer_early", **values)]


def _crowded(asked: Asked) -> list[str]:
    """Recruits in work beside the change in work of everybody else."""
    in_work = [recruitment.level(asked.folder, "recruits_in_work", arm) for arm in asked.arms]
    others = [recruitment.others_in_work(asked.folder, arm) for arm in asked.arms]
    if any(estimate.mean is None for estimate in (*in_work, *others)):
        return []
    return [
        asked.terms.sentence(
            "recruits_crowded",
            in_work=_listed(asked, [asked.notation.about(estimate.mean or 0.0) for estimate in in_work]),
            others=_listed(asked, [_told(asked, estimate) for estimate in others]),
        )
    ]


def _between(asked: Asked) -> list[str]:
    """The second of two arms against the first: what help for families adds where that is the question."""
    if len(asked.arms) != 2:
        return []
    first, second = asked.arms
    stay = next(
        (
            paired
            for after in reversed(STAY_MONTHS)
            if (paired := recruitment.paired(*(stay_series(asked.folder, arm, after) for arm in (second, first))))
        ),
        None,
    )
    spouses = recruitment.paired(*(asked.folder.series("spouses_in_work_share", arm) for arm in (second, first)))
    population = recruitment.paired(*(asked.folder.series("population", arm) for arm in (second, first)))
    if stay is None or spouses is None or population is None:
        return []
    return [
        asked.terms.sentence(
            "recruits_between",
            first=asked.arms[first],
            second=asked.arms[second],
            stay=_told(asked, stay.estimate(1), shares=True),
            population=_told(asked, recruitment.recent(population)),
            spouses=_told(asked, recruitment.recent(spouses), shares=True),
        )
    ]


def _listed(asked: Asked, texts: Sequence[str]) -> str:
    """Values of the arms in their order, each with its arm where they differ."""
    if len(set(texts)) == 1:
        return texts[0]
    return ", ".join(f"{text} ({name})" for text, name in zip(texts, asked.arms.values(), strict=True))


def _told(asked: Asked, estimate: Estimate, shares: bool = False) -> str:
    """A difference for a sentence; one within chance is called that."""
    if estimate.mean is None:
        return DASH
    if not estimate.told_apart:
        return asked.terms.term("recruits_unclear")
    if shares:
        points = asked.notation.unit(unit_of("share"), difference=True)
        return f"{asked.notation.signed(100.0 * estimate.mean)}\N{NO-BREAK SPACE}{points}"
    return asked.notation.about_signed(estimate.mean)


# Estimates ---------------------------------------------------------------------------------------


# Rows --------------------------------------------------------------------------------------------


def _row(asked: Asked, name: str, found: Sequence[Estimate], unit: Unit, signed: bool) -> Row | None:
    """A row of a table; None where nothing was recorded."""
    if all(estimate.mean is None for estimate in found):
        return None
    label = asked.notation.unit(unit, difference=signed)
    return Row(name, label, [_cell(asked.notation, estimate, unit, signed) for estimate in found])


def _cell(notation: Notation, estimate: Estimate, unit: Unit, signed: bool) -> Cell:
    show = notation.difference if signed else notation.level
    ends = [show(end, unit) for end in (estimate.low, estimate.high)]
    mean = show(estimate.mean, unit)
    # What is the same in every replication has no interval to show.
    interval = "" if DASH in ends or set(ends) == {mean} else "\N{NO-BREAK SPACE}… ".join(ends)
    return Cell(mean, interval, "", "", estimate.told_apart if signed else True)


def _ordered(asked: Asked) -> Row | None:
    found = []
    for market, arm in asked.columns:
        told = asked.folder.recruits(arm, market)
        found.append(NONE if told is None else Estimate(told["ordered"]))
    return _row(asked, asked.terms.term("recruits_ordered"), found, unit_of("persons"), signed=False)


def _programme(asked: Asked) -> list[Row | None]:
    names = {
        "recruits_unplaced": "recruits_unplaced_row", "recruits_arrived": "recruits_arrived_row",
        "recruits_in_work": "recruits_in_work_row", "spouses_in_work_share": "recruits_spouses_row",
    }  # fmt: skip
    rows = []
    for name, word in names.items():
        found = [recruitment.level(asked.folder, name, arm, market) for market, arm in asked.columns]
        rows.append(_row(asked, asked.terms.term(word), found, unit_of(asked.folder.unit(name)), signed=False))
    return rows


def _stays(asked: Asked) -> list[Row | None]:
    rows = []
    for after in STAY_MONTHS:
        found = [recruitment.stay(asked.folder, arm, after, market) for market, arm in asked.columns]
        name = asked.terms.term("recruits_stay_row", years=str(after // 12))
        rows.append(_row(asked, name, found, unit_of("share"), signed=False))
    return rows


def _area(asked: Asked) -> list[Row | None]:
    return _changes(
        asked,
        {
            "population": "recruits_population_row",
            "unemployed": "recruits_unemployed_row",
            "employed_open_market": "recruits_employed_row",
        },
    )


def _others(asked: Asked) -> Row | None:
    found = [recruitment.others_in_work(asked.folder, arm, market) for market, arm in asked.columns]
    return _row(asked, asked.terms.term("recruits_others_row"), found, unit_of("persons"), signed=True)


def _money(asked: Asked) -> list[Row | None]:
    return _changes(asked, {"cost_municipal_net_eur": "recruits_net_row", "tax_memo_eur": "recruits_tax_row"})


def _changes(asked: Asked, names: Mapping[str, str]) -> list[Row | None]:
    """Differences from the baseline in the whole area, a row for each indicator under its word."""
    rows = []
    for name, word in names.items():
        found = [recruitment.difference(asked.folder, name, arm, market) for market, arm in asked.columns]
        unit = scaled_euros([e.mean for e in found if e.mean is not None], unit_of(asked.folder.unit(name)))
        rows.append(_row(asked, asked.terms.term(word), found, unit, signed=True))
    return rows


def _shortage(asked: Asked) -> list[Row | None]:
    """Employed, hires, open vacancies and unemployed of the trades that are short of people in each baseline."""
    short = {market: recruitment.in_shortage(asked.folder, market) for market in asked.markets}
    names = {
        "employed_open_market": "recruits_short_employed", "vacancies_open": "recruits_short_vacancies",
        "unemployed": "recruits_short_unemployed", "hires": "recruits_short_hires",
    }  # fmt: skip
    rows = []
    for name, word in names.items():
        found = [
            recruitment.difference(asked.folder, name, arm, market, ("occupation", short[market]))
            for market, arm in asked.columns
        ]
        rows.append(_row(asked, asked.terms.term(word), found, unit_of(asked.folder.unit(name)), signed=True))
    return rows


def _trades(asked: Asked) -> tuple[list[str], list[str]]:
    """Trades with the most vacancies that stay open, from the most down, and all others."""
    folder = asked.folder
    long_open = {
        code: recruitment.mean_of(folder.series("vacancies_long_open", BASELINE, "occupation", code)) or 0.0
        for code in folder.groups("occupation")
        if code != NO_TRADE
    }
    chosen = sorted(long_open, key=lambda code: -long_open[code])[:TRADES_SHOWN]
    return chosen, [code for code in long_open if code not in chosen]


def _by_trade(asked: Asked, name: str, trades: Sequence[str], others: Sequence[str]) -> list[Row]:
    held = titles(asked.folder, asked.terms.language)
    groups: list[tuple[str, tuple[str, Sequence[str]]]]
    groups = [(f"{code} {held.get(code, '')}".strip(), ("occupation", [code])) for code in trades]
    groups += [(asked.terms.term("recruits_other_trades"), ("occupation", others))] if others else []
    groups.append((asked.terms.term("recruits_no_trade"), ("occupation", [NO_TRADE])))
    groups.append((asked.terms.term("whole_area"), ("", [""])))
    unit, rows = unit_of(asked.folder.unit(name)), []
    for label, group in groups:
        found = [recruitment.difference(asked.folder, name, arm, market, group) for market, arm in asked.columns]
        rows.append(_row(asked, label, found, unit, signed=True))
    kept = [row for row in rows if row is not None]
    return kept if len(kept) > 1 else []


def _by_place(asked: Asked) -> list[Row]:
    """Net cost of each municipality over the whole period, the area last."""
    name, folder = "cost_municipal_net_eur", asked.folder
    groups = [(asked.terms.place(p.code, "name", p.name), ("municipality", [p.code])) for p in folder.places]
    groups.append((asked.terms.term("whole_area"), ("", [""])))
    by_group = [
        (label, [recruitment.difference(asked.folder, name, arm, market, group) for market, arm in asked.columns])
        for label, group in groups
    ]
    means = [e.mean for _, found in by_group for e in found if e.mean is not None]
    unit = scaled_euros(means, unit_of("eur"), millions_from=1e7)
    rows = [_row(asked, label, found, unit, signed=True) for label, found in by_group]
    kept = [row for row in rows if row is not None]
    return kept if len(kept) > 1 else []


# The figure --------------------------------------------------------------------------------------


def _draw(asked: Asked, labels: Sequence[str], figures: Path) -> str:
    """Population against the baseline, and who of the recruits is still here; empty if neither was recorded."""
    lines = [asked.folder.difference_series("population", arm) for arm in asked.arms]
    stays = [[recruitment.stay(asked.folder, arm, after) for after in STAY_MONTHS] for arm in asked.arms]
    drawn_stays = any(estimate.mean is not None for found in stays for estimate in found)
    if not any(line is not None for line in lines):
        return ""
    terms, notation = asked.terms, asked.notation
    with drawing.figure(8.6, 3.7 + 0.22 * len(labels)) as drawn:
        columns = {"width_ratios": (3, 2)} if drawn_stays else {}
        panels = drawn.subplots(1, 2 if drawn_stays else 1, gridspec_kw=columns, squeeze=False)[0]
        left = panels[0]
        for number, (label, line) in enumerate(zip(labels, lines, strict=True)):
            if line is None:
                continue
            stroke, x = drawing.stroke(number), drawing.days(line.dates)
            interval = line.interval()
            if interval is not None:
                left.fill_between(x, *interval, color=stroke.colour, alpha=0.15, linewidth=0)
            left.plot(x, line.mean(), color=stroke.colour, linewidth=1.9, dashes=stroke.dash, label=label)
            drawing.time_axis(left, line.dates)
        left.axhline(0, color=drawing.INK, linewidth=1)
        drawing.number_axis(left, notation, signed=True)
        left.set_title(terms.term("recruits_population_title"))
        left.set_ylabel(notation.unit(unit_of("persons"), difference=True))
        if drawn_stays:
            right = panels[1]
            right.set_axisbelow(True)
            for number, found in enumerate(stays):
                stroke = drawing.stroke(number)
                for k, estimate in enumerate(found):
                    if estimate.mean is None:
                        continue
                    x_at = k + (number - (len(stays) - 1) / 2) * 0.8 / len(stays)
                    height = 100.0 * estimate.mean
                    right.bar(x_at, height, width=0.72 / len(stays), color=stroke.colour)
                    top = height
                    if estimate.low is not None and estimate.high is not None:
                        low, top = 100.0 * estimate.low, 100.0 * estimate.high
                        ends = np.maximum([[height - low], [top - height]], 0.0)
                        right.errorbar(x_at, height, yerr=ends, color=drawing.INK, elinewidth=1, capsize=2)
                    right.annotate(
                        notation.chance(estimate.mean), (x_at, max(top, height)), xytext=(0, 3),
                        textcoords="offset points", ha="center", fontsize=9,
                    )  # fmt: skip
            right.set_xticks(
                range(len(STAY_MONTHS)), [terms.term("recruits_after", years=str(m // 12)) for m in STAY_MONTHS]
            )
            right.set_xlim(-0.6, len(STAY_MONTHS) - 0.4)
            right.set_ylim(0, 100)
            right.set_title(terms.term("recruits_stay_title"))
            right.set_ylabel("%")
        drawn.legend(frameon=False, handlelength=4, loc="outside lower left", ncols=1, fontsize=9.5)
        return drawing.write(drawn, figures, "recruits", terms.term("alt_recruits"))
