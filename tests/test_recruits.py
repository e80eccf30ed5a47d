"""The section of recruits from small results that are easy to follow, and the warning of unplaced recruits."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiments.compare import warnings
from experiments.composing.composition import resolve
from experiments.composing.horizon import Horizon
from experiments.report import page, recruits
from experiments.report.folder import ResultsFolder
from experiments.report.notation import Notation
from experiments.report.terms import LANGUAGES, Terms
from experiments.running import schema
from experiments.running.execution import Execution
from experiments.running.results import mean_recruits
from experiments.running.store import StoredRun
from experiments.running.summary import summarise
from sim.indicators import INDICATORS

YEARS, REPLICATIONS = 7, 4
PLAIN, FAMILY = "recruit_abroad_200", "recruit_with_family_service"
LABELS = {PLAIN: "A", FAMILY: "B"}
LEVEL = {"population": 5000.0, "employed_open_market": 2000.0, "unemployed": 400.0, "spouses_in_work_share": 0.4}
EFFECT = {
    "baseline": {},
    "nothing": {},
    PLAIN: {"population": 500.0, "employed_open_market": 100.0, "recruits_arrived": 10.0, "recruits_in_work": 300.0,
            "cost_municipal_net_eur": 1000.0, "unemployed": 40.0},
    FAMILY: {"population": 700.0, "employed_open_market": 120.0, "recruits_arrived": 10.0, "recruits_in_work": 310.0,
             "cost_municipal_net_eur": 2000.0, "spouses_in_work_share": 0.1, "unemployed": 60.0},
}  # fmt: skip
WHOLE = (
    "population", "employed_open_market", "unemployed", "recruits_arrived", "recruits_unplaced", "recruits_in_work",
    "spouses_in_work_share", "cost_municipal_net_eur",
)  # fmt: skip
# Shares of the recruits of years 1–4 and 1–2, as the recorder tells them: 36 and 60 months after a year's middle.
STAYING = {36: {42: 0.9, 54: 0.8, 66: 0.7, 78: 0.6}, 60: {66: 0.5, 78: 0.4}}
TRADES = {"22": (3.0, 30.0), "91": (0.4, 1.0), "X": (None, None)}  # index and vacancies open for long
ORDERED = {"main": {PLAIN: {"ordered": 1400.0, "placed": 980.0}, FAMILY: {"ordered": 1400.0, "placed": 1400.0}}}


def run_of(arm: str, replication: int, years: int, noise: float, arrived: bool) -> pa.Table:
    """Level and effect of an arm; chance adds to the differences of odd replications and takes from the others."""
    ends = (np.datetime64("2025-01", "M") + np.arange(1, 12 * years + 1)).astype("datetime64[D]") - 1
    rows: dict[str, list[Any]] = {name: [] for name in schema.RUN.names}

    def add(name: str, kind: str, group: str, value: float, months: range | list[int] = range(12 * years)) -> None:
        for month in months:
            row = (ends[month], name, kind, group, value, INDICATORS[name].unit)
            for column, told in zip(schema.RUN.names, row, strict=True):
                rows[column].append(told)

    for name in WHOLE:
        effect = EFFECT[arm].get(name, 0.0) if arrived or not name.startswith("recruits") else 0.0
        chance = noise * (1 if replication % 2 else -1) if name == "population" and arm == FAMILY else 0.0
        add(name, "", "", LEVEL.get(name, 0.0) + effect + chance)
        if name in ("unemployed", "cost_municipal_net_eur"):
            for share, code in ((0.75, "KU901"), (0.25, "KU902")):
                add(name, "municipality", code, (LEVEL.get(name, 0.0) + effect) * share)
    for trade, (index, long_open) in TRADES.items():
        add("unemployed", "occupation", trade, 100.0 + EFFECT[arm].get("unemployed", 0.0) / 4)
        if index is not None and long_open is not None:
            add("shortage_index", "occupation", trade, index)
            add("vacancies_long_open", "occupation", trade, long_open)
            add("vacancies_open", "occupation", trade, 50.0 - (8.0 if arm != "baseline" else 0.0))
            add("hires", "occupation", trade, 5.0)
    for after, told in STAYING.items() if arm in (PLAIN, FAMILY) and arrived else ():
        for month, share in told.items():
            if month < 12 * years:
                add("recruits_staying_share", "months", str(after), share, [month])
    return schema.table(rows, schema.RUN)


def make_folder(
    path: Path, years: int = YEARS, replications: int = REPLICATIONS, arms: tuple[str, ...] = (PLAIN, FAMILY),
    noise: float = 0.0, markets: tuple[str, ...] = (), arrived: bool = True, ordered: Mapping[str, Any] = ORDERED,
) -> Path:  # fmt: skip
    everyone = ["baseline", *arms]

    def write(folder: Path) -> dict[str, Any]:
        folder.mkdir(parents=True)
        tables = {(a, r): run_of(a, r, years, noise, arrived) for a in everyone for r in range(replications)}
        tagged = []
        for (arm, replication), rows in tables.items():
            columns = {"arm": [arm] * len(rows), "parameter_set": ["default"] * len(rows),
                       "replication": [replication] * len(rows)}  # fmt: skip
            tagged.append(
                pa.table(columns | {name: rows[name] for name in rows.column_names}).cast(schema.INDICATORS)
            )
        pq.write_table(pa.concat_tables(tagged), folder / "indicators.parquet")
        return summarise(tables, everyone, Horizon(date(2025, 1, 1), years))

    summary = write(path)
    summary["markets"] = {market: write(path / "markets" / market) for market in markets}
    manifest = {
        "status": "finished", "start_date": "2025-01-01", "seeds": [42], "region": {"name": "kolmikko"}, "runs": [],
        "markets": {"main": {"state": "start_2025_01"}}, "recruits": ordered,
        "configuration": {
            "region": {"folder": "data/regions/kolmikko"}, "horizon_years": years, "scale": 1.0,
            "arms": {arm: {"shocks": [], "policies": [] if arm == "baseline" else [arm]} for arm in everyone},
        },
    }  # fmt: skip
    (path / "summary.json").write_text(json.dumps(summary, allow_nan=False))
    (path / "manifest.json").write_text(json.dumps(manifest))
    return path


def section_of(folder: Path, language: str = "fi") -> recruits.Section | None:
    shown = page.Page(ResultsFolder(folder), Terms(language)).content()["recruits"]
    assert shown is None or isinstance(shown, recruits.Section)
    return shown


def cells(section: recruits.Section, word: str, **values: str) -> list[str]:
    name = Terms("fi").term(word, **values)
    (row,) = (row for row in section.main.rows if row.name == name)
    return [cell.difference for cell in row.cells]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(tmp_path_factory.mktemp("recruits") / "r", markets=("tight",))


def test_the_answer_stands_in_one_sentence(made: Path) -> None:
    section = section_of(made)
    assert section is not None
    first, crowded, between, short = section.answer
    assert first == (
        "Rekrytoituja tulee 7 vuodessa 840, ja 5 vuoden jälkeen heistä on alueella yhä 40\xa0%; lopussa väkiluku on "
        "perusuraan verrattuna +500 (A), +700 (B) ja työllisten määrä +100 (A), +120 (B)."
    )
    assert "työssä 300 (A), 310 (B)" in crowded
    assert crowded.endswith("−200 (A), −190 (B).")  # 100 − 300, 120 − 310
    assert "puolisoista työssä +10\xa0%-yks." in between
    assert between.endswith("väkiluku +200.")
    assert "Lähtötilanne 980 / 1\xa0400" in short


def test_shares_after_three_and_five_years_are_of_the_same_recruits(made: Path) -> None:
    section = section_of(made)
    assert section is not None
    assert cells(section, "recruits_stay_row", years="3") == ["80,0"] * 4  # month 54, not the latest of 78
    assert cells(section, "recruits_stay_row", years="5") == ["40,0"] * 4


def test_within_five_years_only_three_are_told(tmp_path: Path) -> None:
    section = section_of(make_folder(tmp_path / "r", years=5))
    assert section is not None
    assert "3 vuoden jälkeen heistä on alueella yhä 80" in section.answer[0]
    assert Terms("fi").term("recruits_stay_row", years="5") not in [row.name for row in section.main.rows]


def test_before_three_years_nobody_is_told_to_stay(tmp_path: Path) -> None:
    section = section_of(make_folder(tmp_path / "r", years=1, arms=(PLAIN,)))
    assert section is not None
    assert section.answer[0].startswith("Rekrytoituja tulee 1 vuodessa 120; lopussa väkiluku")
    assert "(A)" not in " ".join(section.answer)


def test_a_difference_within_chance_is_not_claimed(tmp_path: Path) -> None:
    section = section_of(make_folder(tmp_path / "r", noise=2000.0))
    assert section is not None
    assert "+500 (A), ei erotu sattumasta (B)" in section.answer[0]
    assert section.answer[2].endswith("väkiluku ei erotu sattumasta.")
    (row,) = (r for r in section.main.rows if r.name == Terms("fi").term("recruits_population_row"))
    assert [cell.certain for cell in row.cells] == [True, False]


def test_trades_in_shortage_and_those_crowded_out(made: Path) -> None:
    section = section_of(made)
    assert section is not None
    assert section.markets == ["Lähtötilanne", "Kireät työmarkkinat"]
    assert section.arms == ["A", "B"]
    assert cells(section, "recruits_short_vacancies") == ["−8,0"] * 4  # of trade 22 alone
    assert section.by_trade is not None
    names = [row.name.split()[0] for row in section.by_trade.rows]
    assert names == ["22", "91", "Ammatti", "Koko"]  # trade not known, whole area
    assert [cell.difference for cell in section.by_trade.rows[0].cells] == ["+10", "+15"] * 2
    assert [cell.difference for cell in section.by_trade.rows[-1].cells] == ["+40", "+60"] * 2


def test_euros_of_municipalities_add_up_to_the_area(made: Path) -> None:
    section = section_of(made)
    assert section is not None
    assert section.by_place is not None
    assert section.by_place.unit == "tuhatta €"
    told = [[float(cell.difference.replace(",", ".")) for cell in row.cells] for row in section.by_place.rows]
    assert told[-1] == [84.0, 168.0] * 2  # 1 000 and 2 000 euros in each of 84 months
    assert np.sum(told[:-1], axis=0).tolist() == told[-1]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("replications", [1, 4])
def test_page_shows_the_section(tmp_path: Path, language: str, replications: int) -> None:
    folder = make_folder(tmp_path / "r", replications=replications, markets=("tight", "slack"))
    text = page.write(folder, language).read_text(encoding="utf-8")
    terms = Terms(language)
    for word in ("recruits_heading", "recruits_table", "recruits_crowding", "recruits_euros", "recruits_more"):
        assert terms.term(word) in text, word
    part = re.search(r'<section aria-labelledby="recruits">.*?</section>', text, re.DOTALL)
    assert part is not None
    assert not re.search(r"\bnan\b|\bNone\b|\{\w+\}", re.sub(r"<svg.*?</svg>", "", part[0], flags=re.DOTALL))
    assert len(re.findall("<svg", part[0])) == 1
    assert (folder / "figures" / "recruits.png").is_file()


def test_the_sentence_leads_the_page_only_where_every_arm_recruits(made: Path, tmp_path: Path) -> None:
    content = page.Page(ResultsFolder(made), Terms("fi")).content()
    assert content["lead"] == content["recruits"].answer[:1]
    text = page.write(made).read_text(encoding="utf-8")
    assert text.count(content["lead"][0]) == 1
    assert text.index(content["lead"][0]) < text.index('aria-labelledby="recruits"')
    mixed = make_folder(tmp_path / "r", arms=(PLAIN, "nothing"))
    content = page.Page(ResultsFolder(mixed), Terms("fi")).content()
    assert content["lead"] == []
    assert content["recruits"].arms == ["A"]
    assert content["recruits"].answer[0] in page.write(mixed).read_text(encoding="utf-8")


def test_without_recruits_there_is_no_section(tmp_path: Path) -> None:
    assert section_of(make_folder(tmp_path / "r", arrived=False, ordered={})) is None


def test_results_that_do_not_tell_orders_have_the_other_rows(tmp_path: Path) -> None:
    section = section_of(make_folder(tmp_path / "r", ordered={}))
    assert section is not None
    assert Terms("fi").term("recruits_ordered") not in [row.name for row in section.main.rows]
    assert len(section.answer) == 3


# The warning -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "told"),
    [("fi", "enemmän rekrytointeja kuin työnantajat pyytävät"), ("sv", "fler rekryteringar än arbetsgivarna ber om"),
     ("en", "more recruits than employers ask for")],
)  # fmt: skip
def test_orders_beyond_what_employers_ask_for_are_told_in_one_line(made: Path, language: str, told: str) -> None:
    manifest = json.loads((made / "manifest.json").read_text())
    execution = Execution(made, manifest, {}, None, 0.0, 0)
    words = [f"policy=[{PLAIN},{FAMILY}]", "region=kolmikko", f"language={language}"]
    (line,) = warnings(execution, resolve("compare", words))
    assert told in line
    assert "\n" not in line
    assert re.search(r"980 / 1\W400", line)
    assert warnings(Execution(made, {"recruits": {"main": {}}}, {}, None, 0.0, 0), resolve("compare", words)) == []


def test_every_market_that_falls_short_is_named(made: Path) -> None:
    results, terms = ResultsFolder(made), Terms("en")
    results.manifest["recruits"] = {"main": {PLAIN: {"ordered": 10.0, "placed": 10.2}},
                                    "tight": {PLAIN: {"ordered": 10.0, "placed": 4.0}}}  # fmt: skip
    (line,) = recruits.shortfalls(results, LABELS, terms, Notation(terms))
    assert line.endswith("placed / ordered: Tight market 4 / 10.")


def test_orders_are_means_over_the_replications_of_an_arm() -> None:
    def run(built: dict[str, Any]) -> StoredRun:
        return StoredRun(schema.table({name: [] for name in schema.RUN.names}, schema.RUN), built, {}, {}, "")

    runs = {
        ("baseline", 0): run({}),
        (PLAIN, 0): run({"recruits": {"ordered": 100.0, "placed": 80.0}}),
        (PLAIN, 1): run({"recruits": {"ordered": 100.0, "placed": 60.0}}),
    }
    assert mean_recruits(runs) == {PLAIN: {"ordered": 100.0, "placed": 70.0}}


def test_one_command_asks_the_question() -> None:
    configuration = resolve("compare", ["experiment=recruits_200"])
    assert list(configuration.arms) == ["baseline", PLAIN, FAMILY]
    assert configuration.horizon_years == YEARS
    assert configuration.markets == {"tight": "boom_2022", "slack": "slack_2016"}
