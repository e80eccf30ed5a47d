"""The report page: words complete, sentences true to the numbers, every kind of results folder shown."""

from __future__ import annotations

import ast
import fnmatch
import itertools
import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from experiments.composing.horizon import Horizon
from experiments.composing.target import Target, read_targets
from experiments.report import cause, drawing, map, page, sentences, service, table, targets
from experiments.report.cohort import COLOURS, INDICATORS, course
from experiments.report.folder import Estimate, ResultsFolder, Series
from experiments.report.notation import DASH, Notation, unit_of
from experiments.report.template import kept_together
from experiments.report.terms import LANGUAGES, NAMED, Terms, faults, placeholders, read
from experiments.running import schema
from experiments.running.summary import summarise
from sim.errors import InputError
from sim.indicators import INDICATORS as ALL_INDICATORS

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "experiments" / "report"
PACKAGES_WITH_PAGES = ("bridges", "stress", "tabletop", "sensitivity", "discovery", "replications")
KOLMIKKO = {"KU901": 3000, "KU902": 1200, "KU903": 700}  # labour force
CLOSURE = {
    "kind": "closure",
    "name": "closure_kolmikko",
    "employer": "plant_kolmikko",
    "jobs": 60,
    "announced": "2025-02-03",
    "notice": "2025-03-17",
    "exits": [{"date": "2025-04-30", "share": 0.5}, {"date": "2025-06-30", "share": 0.5}],
}
SERVICE = ("staff_fte", "caseload", "queue")
GROUPED = {
    "line": ("brokerage", "multi_sector"),
    "place": ("KU901", "KU902"),
    "line_place": ("brokerage@KU901", "multi_sector@KU901", "brokerage@KU902"),
    "cause": ("occupation", "other", "work_capacity"),
    "payer": ("municipality", "state"),
}
PUBLISHED = ("found", "derived")
Effect = Callable[[str, int], float]


def no_effect(indicator: str, replication: int) -> float:
    return 0.0


def steady(indicator: str, replication: int) -> float:
    sizes = {"unemployed": 30.0, "unemployment_rate": 0.6, "employed_open_market": -28.0, "benefits_eur": 4e4}
    return sizes.get(indicator, 0.0) * (1 + 0.1 * (replication % 4 - 1.5))


def noise(indicator: str, replication: int) -> float:
    return 12.0 * (1 if replication % 2 else -1) + 1 if indicator == "unemployed" else 0.0


def make_folder(
    path: Path,
    arms: Mapping[str, Effect],
    replications: int = 4,
    years: int = 1,
    cohort: bool = True,
    municipalities: bool = True,
    markets: tuple[str, ...] = (),
    indicators: tuple[str, ...] = (
        "unemployed", "unemployment_rate", "employed_open_market", "vacancies_open",
        "first_interview_wait_days", "furloughed", "benefits_eur",
    ),
    region: str = "data/regions/kolmikko",
    grouped: bool = False,
    targets: tuple[Target, ...] = (),
) -> Path:  # fmt: skip
    """A results folder with monthly values that are easy to follow: 100 (1 + replication) and an effect."""
    base = {"unemployed": 400.0, "unemployment_rate": 8.2, "furloughed": 0.0, "benefits_eur": 5e5}
    everyone = {"baseline": no_effect, **arms}

    def run(effect: Effect, replication: int, market: str, start: int) -> pa.Table:
        ends = (np.datetime64(f"{start}-01", "M") + np.arange(1, 12 * years + 1)).astype("datetime64[D]") - 1
        rows: dict[str, list[Any]] = {name: [] for name in schema.RUN.names}

        def add(indicator: str, kind: str, group: str, values: np.ndarray) -> None:
            n = len(ends)
            for name, value in zip(
                schema.RUN.names,
                (
                    ends,
                    ["long_term_by_cause" if kind == "cause" else indicator] * n,
                    [kind] * n,
                    [group] * n,
                    values,
                    [ALL_INDICATORS[indicator].unit] * n,
                ),
                strict=True,
            ):
                rows[name].extend(value)

        for name in indicators:
            changed = effect(name, replication) * (2.0 if market == "slack" else 1.0)
            level = np.full(len(ends), base.get(name, 100.0) * (1 + 0.01 * replication))
            add(name, "", "", level + changed)
            for number, code in enumerate(KOLMIKKO if municipalities else ()):
                add(name, "municipality", code, level / 3 + changed * (0.7, 0.2, 0.1)[number])
        if grouped:
            changed = effect("unemployed", replication)
            for kind, groups in GROUPED.items():
                names = ("benefits_eur",) if kind == "payer" else SERVICE
                for number, group in enumerate(groups):
                    for name in ("long_term_unemployed",) if kind == "cause" else names:
                        level = np.full(len(ends), 100.0 * (1 + number) + replication)
                        add(name, kind, group, level + (0.0 if name == "staff_fte" else changed))
        if cohort:
            gone = np.linspace(0, 60, len(ends)) if effect is not no_effect else np.zeros(len(ends))
            states = {"employed_open_market": 60 - gone, "unemployed": 0.7 * gone, "furloughed": 0.1 * gone,
                      "outside_labour_force": 0.2 * gone, "in_training": 0.1 * gone}  # fmt: skip
            for name, values in states.items():
                add(name, "cohort", "closure_kolmikko", values)
        return schema.table(rows, schema.RUN)

    def write(folder: Path, market: str, start: int) -> dict[str, Any]:
        folder.mkdir(parents=True)
        tables = {(a, r): run(e, r, market, start) for a, e in everyone.items() for r in range(replications)}
        tagged = []
        for (arm, replication), rows in tables.items():
            columns = {"arm": [arm] * len(rows), "parameter_set": ["default"] * len(rows),
                       "replication": [replication] * len(rows)}  # fmt: skip
            columns |= {name: rows[name] for name in rows.column_names}
            tagged.append(pa.table(columns).cast(schema.INDICATORS))
        pq.write_table(pa.concat_tables(tagged), folder / "indicators.parquet")
        return summarise(tables, list(everyone), Horizon(date(start, 1, 1), years), targets)

    states = {"main": ("start_2025_01", 2025), "tight": ("boom_2022", 2022), "slack": ("slack_2016", 2016)}
    summary = write(path, "main", 2025)
    summary["markets"] = {m: write(path / "markets" / m, m, states[m][1]) for m in markets}
    closed = {arm: [CLOSURE] if "closure" in arm else [] for arm in everyone}
    cohorts = [{"name": "closure_kolmikko", "jobs": 60}]
    manifest = {
        "status": "finished",
        "start_date": "2025-01-01",
        "seeds": [42 + number for number in range(replications)],
        "region": {"name": "kolmikko", "title": {"fi": "Kolmikko"}},
        "code": {"version": "0.1.0"},
        "packages": {"numpy": "2.0"},
        "runs": [],
        "markets": {
            m: {"state": states[m][0], "events": closed, "cohorts": cohorts}
            for m in ("main", *markets)
        },
        "configuration": {
            "region": {"folder": region},
            "horizon_years": years,
            "scale": 1.0,
            "arms": {
                arm: {"shocks": [p for p in arm.split("+") if "closure" in p],
                      "policies": [p for p in arm.split("+") if "closure" not in p and p != "baseline"]}
                for arm in everyone
            },
            "parameters": {
                "search": {
                    "rate": {"value": 2.5, "low": 0.5, "high": 4.0, "unit": "per month",
                             "meaning": "applications <b>", "source": "x", "source_kind": "assumption"},
                    "known": {"value": 1.0, "low": 0, "high": 2, "unit": "share", "meaning": "KNOWN",
                              "source": "x", "source_kind": "found"},
                }
            },
        },
    }  # fmt: skip
    (path / "summary.json").write_text(json.dumps(summary, allow_nan=False))
    (path / "manifest.json").write_text(json.dumps(manifest))
    return path


class Reader(HTMLParser):
    """Reads a page and keeps what the tests ask for."""

    VOID = ("meta", "link", "br", "img", "input", "hr")

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.heads: list[dict[str, str | None]] = []
        self.svgs: list[dict[str, str | None]] = []
        self.links: list[str] = []
        self.language: str | None = None
        self.words: list[str] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if tag not in self.VOID:
            self.open.append(tag)
        if held.get("id"):
            self.ids.append(str(held["id"]))
        if tag == "html":
            self.language = held.get("lang")
        if tag == "th":
            self.heads.append(held)
        if tag == "svg":
            self.svgs.append(held)
        self.links += [str(held[key]) for key in ("src", "href", "xlink:href") if held.get(key)]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "svg"} & set(self.open):
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"[ \n]+", " ", " ".join(self.words))


@pytest.fixture(scope="module")
def closure(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(
        tmp_path_factory.mktemp("closure") / "r", {"closure_kolmikko": steady}, markets=("tight", "slack")
    )


def said(folder: Path, language: str = "fi") -> list[str]:
    results, terms = ResultsFolder(folder), Terms(language)
    arm = results.arms[0]
    return sentences.answer(results, arm, terms, Notation(terms), course(results, arm, "closure_kolmikko"))


# Words -------------------------------------------------------------------------------------------


def test_terms_are_complete() -> None:
    assert list(faults(read())) == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"terms": {"a": {"fi": "x", "sv": "x"}}}, "terms.a: expected languages fi, sv, en, got fi, sv"),
        ({"terms": {"a": {"fi": "x", "sv": "", "en": "x"}}}, "terms.a.sv"),
        ({"sentences": {"a": {"fi": "{n}", "sv": "{n}", "en": "{m}"}}}, "placeholders differ"),
        ({"places": {"KU1": {language: {"name": "x"} for language in LANGUAGES}}}, "places.KU1.fi"),
        ({"terms": {"a": "x"}}, "terms.a: expected a text for each"),
    ],
)
def test_faulty_terms_are_found(content: dict[str, Any], told: str) -> None:
    assert told in next(iter(faults(content)))


def test_every_key_that_the_code_uses_exists_and_every_term_is_used() -> None:
    terms = read()
    template = "".join(file.read_text(encoding="utf-8") for file in (REPORT / "templates").glob("*.j2"))
    used = set(re.findall(r'terms\.term\("(\w+)"', template))
    literals: set[str] = set()
    others = [file for package in PACKAGES_WITH_PAGES for file in (REPORT.parent / package).glob("*.py")]
    for file in (*REPORT.glob("*.py"), *others):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                literals.add(node.value)
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
                continue
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                if node.func.attr == "term":
                    used.add(first.value)
                if node.func.attr == "sentence":
                    assert first.value in terms["sentences"], first.value
    assert used - set(terms["terms"]) == set()
    families = ("kind_", "market_", "barometer_")  # keys that are put together from a name in the results
    unused = {k for k in terms["terms"] if k not in used | literals and not k.startswith(families)}
    assert unused == set()


def test_everything_counted_has_a_name() -> None:
    terms = read()
    assert set(ALL_INDICATORS) - set(terms["indicators"]) == set()
    for indicator in ALL_INDICATORS.values():
        unit = unit_of(indicator.unit)
        assert {unit.label, unit.difference} <= set(terms["units"]), indicator
        assert indicator.kind in terms["kinds"]
    assert set(COLOURS) <= set(terms["states"])
    for tone in ("more", "fewer", "unclear", "single", "nothing"):
        assert {f"closure_{tone}", f"arm_{tone}"} <= set(terms["sentences"])
    for kind in ("found", "derived", "recalled", "assumption", "fitted"):
        assert f"kind_{kind}" in terms["terms"]


def test_parameters_that_rest_on_assumptions_have_finnish_and_swedish_words() -> None:
    terms = read()
    for file in sorted((ROOT / "conf").glob("*/default.yaml")):
        text = file.read_text(encoding="utf-8")
        if not text.startswith("# @package parameters"):
            continue
        for mechanism, body in yaml.safe_load(text).items():
            for parameter, declared in body.items():
                assert declared["unit"] in terms["parameter_units"] or declared["source_kind"] in PUBLISHED, (
                    f"data/terms.yaml: parameter_units lacks '{declared['unit']}' of {mechanism}.{parameter}"
                )
                name = f"{mechanism}.{parameter}"
                # The page lists published values too, where services rest on them.
                is_told = declared["source_kind"] not in PUBLISHED or service.basis_of(name) is not None
                assert name in terms["parameters"] or not is_told, f"data/terms.yaml: parameters lacks {name} (fi, sv)"


@pytest.mark.parametrize("region", ["satakunta", "kolmikko"])
def test_municipalities_have_finnish_local_cases(region: str) -> None:
    terms = read()
    assert region in terms["regions"]
    for line in (ROOT / "data/regions" / region / "municipalities.csv").read_text("utf-8").splitlines()[1:]:
        code, name, name_sv = line.split(",")[:3]
        assert terms["places"][code]["fi"]["name"] == name
        assert terms["places"][code]["sv"]["name"] == name_sv
        assert re.search(r"(ssa|ssä|lla|llä)$", terms["places"][code]["fi"]["in"]), code
        assert re.search(r"(sta|stä|lta|ltä)$", terms["places"][code]["fi"]["from"]), code
        assert set(NAMED["places"]) == set(terms["places"][code]["fi"])


def test_local_cases_of_harjavalta_and_of_an_unknown_place() -> None:
    terms = Terms("fi")
    assert [terms.place("KU079", case) for case in ("in", "from", "to")] == [
        "Harjavallassa", "Harjavallasta", "Harjavaltaan",
    ]  # fmt: skip
    assert terms.place("KU999", "in", "Muualla") == "kunnassa Muualla"


def test_unknown_language_is_told_with_a_near_miss(closure: Path) -> None:
    with pytest.raises(InputError, match=r"language: expected fi, sv, en, got 'fin'; did you mean 'fi'\?"):
        page.write(closure, "fin")


# Numbers -----------------------------------------------------------------------------------------


def test_numbers_stay_on_a_line_with_their_sign_and_intervals_with_their_ends() -> None:
    told = kept_together("ero +29 (80 %:n väli −1,5 … +42), 3 € … ja")
    assert told.split(" ") == ["ero", "+29", "(80\xa0%:n", "väli", "−1,5\xa0…\xa0+42),", "3\xa0€", "…", "ja"]
    assert kept_together(5) == 5


def test_numbers_as_each_language_writes_them() -> None:
    notations = {language: Notation(Terms(language)) for language in LANGUAGES}
    assert notations["fi"].number(1234567.89, 2) == "1\xa0234\xa0567,89"
    assert notations["sv"].number(1234567.89, 2) == "1\xa0234\xa0567,89"
    assert notations["en"].number(1234567.89, 2) == "1,234,567.89"
    for notation in notations.values():
        assert notation.number(-3) == "−3"
        assert notation.signed(3) == "+3"
        assert notation.signed(-0.2) == "0"
        assert notation.number(None) == DASH
        assert notation.number(float("nan")) == DASH
    assert notations["fi"].month(date(2025, 12, 31)) == "joulukuun 2025"
    assert notations["fi"].day(date(2025, 2, 3)) == "3.2.2025"


def test_per_cent_of_nothing_is_a_dash_and_a_fall_to_zero_minus_hundred() -> None:
    notation = Notation(Terms("fi"))
    assert notation.relative(5.0, 0.0) == DASH
    assert notation.relative(-7.0, 7.0) == "−100\xa0%"
    assert notation.relative(None, 7.0) == DASH
    assert notation.interval(None, None, unit_of("persons")) == DASH


def test_shares_are_shown_in_per_cent_and_their_differences_in_points() -> None:
    notation, unit = Notation(Terms("fi")), unit_of("share")
    assert notation.level(0.785, unit) == "78,5"
    assert notation.difference(-0.125, unit) == "−12,5"
    assert (notation.unit(unit), notation.unit(unit, difference=True)) == ("%", "%-yks.")


def test_months_and_intervals_equal_those_of_the_summary(closure: Path) -> None:
    results = ResultsFolder(closure)
    for indicator in ("unemployed", "benefits_eur"):
        series = results.difference_series(indicator, "closure_kolmikko", "municipality", "KU901")
        assert series is not None
        for month in (3, 12):
            told = results.summary["groups"]["municipality"]["KU901"][indicator]["at"][str(month)]
            mine = series.estimate(month, results.kind(indicator))
            want = told["difference"]["closure_kolmikko"]
            assert (mine.mean, mine.low, mine.high) == pytest.approx(
                (want["mean"], want["low"], want["high"])
            )


def test_differences_are_paired_by_replication_and_skip_what_is_missing() -> None:
    days = np.array(["2025-01-31", "2025-02-28"], "datetime64[D]")
    arm = Series(days, np.array([0, 2, 3]), np.array([[11.0, 12], [31, np.nan], [41, 42]]), "persons")
    base = Series(
        days, np.array([0, 1, 2, 3]), np.array([[10.0, 10], [20, 20], [30, 30], [40, 40]]), "persons"
    )
    paired = arm.minus(base)
    assert paired.replications.tolist() == [0, 2, 3]
    assert paired.mean().tolist() == [1.0, 2.0]
    assert paired.estimate(2) == Estimate(2.0, 2.0, 2.0, 2)
    assert paired.estimate(3).mean is None


# Sentences ---------------------------------------------------------------------------------------


def test_a_clear_effect_is_said_with_place_and_fate(closure: Path) -> None:
    first, second = said(closure)
    assert first.startswith("Jos 60 työpaikan tehdas Keskilässä suljetaan, työttömiä olisi Kolmikon alueella")
    assert "joulukuun 2025 lopussa noin 30 enemmän" in first
    assert "80 %:n väli" in first
    assert second.startswith("Eniten työttömyys kasvaisi Keskilässä (noin 21) ja Rantalassa (noin 6)")
    assert "menettäneistä 60 ihmisestä silloin noin 0 olisi työssä ja 35 työttömänä" in second


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("effect", "replications", "key"),
    [
        (steady, 4, "more"),
        (lambda i, r: -steady(i, r), 4, "fewer"),
        (noise, 4, "unclear"),
        (steady, 1, "single"),
        (no_effect, 4, "nothing"),
        (no_effect, 1, "nothing"),
    ],
)
@pytest.mark.parametrize("arm", ["closure_kolmikko", "double_modular_training"])
def test_what_the_numbers_allow_is_what_is_said(
    tmp_path: Path, effect: Effect, replications: int, key: str, language: str, arm: str
) -> None:
    folder = make_folder(tmp_path / "r", {arm: lambda i, r: effect(i, r)}, replications, cohort=False)
    template = read()["sentences"][f"{'closure' if 'closure' in arm else 'arm'}_{key}"][language]
    pattern = re.escape(template)
    for name in placeholders(template):
        pattern = pattern.replace(re.escape("{" + name + "}"), ".+")
    answers = said(folder, language)
    assert re.fullmatch(pattern, answers[0]), answers[0]
    assert key != "nothing" or len(answers) == 1


def small(indicator: str, replication: int) -> float:
    return steady(indicator, replication) - (12.0 if indicator == "unemployed" else 0.0)


def wavering(indicator: str, replication: int) -> float:
    return steady(indicator, replication) + (40.0 * (-1.0) ** replication if indicator == "unemployed" else 0.0)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("other", "replications", "key"),
    [(small, 4, "fewer"), (wavering, 4, "unclear"), (steady, 4, "nothing"), (small, 1, "single")],
)
def test_what_measures_add_to_an_event_is_said(
    tmp_path: Path, other: Effect, replications: int, key: str, language: str
) -> None:
    """Against the same event alone, by replication; the event's own answer says nothing of it."""
    arms = {"closure_kolmikko": steady, "closure_kolmikko+my_policy": other}
    folder = make_folder(tmp_path / "r", arms, replications)
    told, terms = ResultsFolder(folder), Terms(language)
    said = sentences.answer(told, "closure_kolmikko+my_policy", terms, Notation(terms))
    start = read()["sentences"][f"added_{key}"][language].split("{")[0]
    assert said[-1].startswith(start), said
    assert sentences.event_alone(told, "closure_kolmikko") is None
    alone = sentences.answer(told, "closure_kolmikko", terms, Notation(terms))
    assert not any(text.startswith(start) for text in alone)


def test_an_effect_within_chance_names_no_place(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "r", {"closure_kolmikko": noise}, cohort=False)
    (only,) = said(folder)
    assert "ei voi erottaa sattumasta" in only


def test_markets_agree_or_not(closure: Path, tmp_path: Path) -> None:
    terms = Terms("fi")
    told = sentences.markets(ResultsFolder(closure), "closure_kolmikko", terms, Notation(terms))
    assert told is not None
    assert told.startswith("Suunta on sama")
    assert "+30 kireillä ja +60 löysillä" in told
    unclear = make_folder(tmp_path / "r", {"closure_kolmikko": noise}, markets=("tight", "slack"))
    told = sentences.markets(ResultsFolder(unclear), "closure_kolmikko", terms, Notation(terms))
    assert told is not None
    assert "ei voi erottaa" in told


def test_an_interval_is_not_rounded_away() -> None:
    amounts = sentences._amounts(Estimate(197.0, 191.0, 204.0, 10), Notation(Terms("fi")))
    assert (amounts["amount"], amounts["low"], amounts["high"]) == ("195", "190", "205")
    amounts = sentences._amounts(Estimate(213.0, 152.0, 268.0, 10), Notation(Terms("fi")))
    assert (amounts["amount"], amounts["low"], amounts["high"]) == ("210", "150", "270")


# The page ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_is_whole_self_contained_and_accessible(closure: Path, language: str) -> None:
    path = page.write(closure, language)
    assert path == closure / "report.html"
    text = path.read_text(encoding="utf-8")
    reader = Reader(text)
    assert reader.language == language
    assert all(link.startswith(("#", "data:image/png;base64,")) for link in reader.links)
    assert not re.search(r"url\((?!#)|@import|<script", text)
    assert len(reader.ids) == len(set(reader.ids))
    assert reader.heads
    assert all(head.get("scope") in ("col", "row", "rowgroup") for head in reader.heads)
    assert len(reader.svgs) == 8  # effect, map, cohort, four levels, markets
    assert all(svg.get("role") == "img" and svg.get("aria-label") for svg in reader.svgs)
    assert "&lt;b&gt;" in text  # text of the results is escaped
    assert "KNOWN" not in text
    assert not re.search(r"\bnan\b|\bNone\b|\{\w+\}", reader.text)
    assert {p.stem for p in (closure / "figures").glob("*.svg")} == {
        p.stem for p in (closure / "figures").glob("*.png")
    }


@pytest.mark.parametrize(
    "options",
    [
        {"replications": 1},
        {"cohort": False},
        {"municipalities": False},
        {"indicators": ("vacancies_open",), "cohort": False, "municipalities": False},
        {"indicators": ("unemployed",)},
        {"region": "data/regions/gone"},
        {"years": 2},
    ],
    ids=lambda options: ",".join(options),
)
def test_page_does_without_what_is_missing(tmp_path: Path, options: dict[str, Any]) -> None:
    folder = make_folder(tmp_path / "r", {"closure_kolmikko": steady}, **options)
    reader = Reader(page.write(folder).read_text(encoding="utf-8"))
    assert reader.svgs
    assert not re.search(r"\bnan\b|\bNone\b", reader.text)
    if options.get("replications") == 1:
        assert Terms("fi").term("reading_single") in reader.text
        assert ResultsFolder(folder).series("unemployed", "baseline").band() is None  # type: ignore[union-attr]


def test_several_arms_and_an_arm_that_changes_nothing(tmp_path: Path) -> None:
    arms = {"closure_kolmikko": steady, "closure_kolmikko+my_policy": noise, "nothing": no_effect}
    folder = make_folder(tmp_path / "r", arms)
    text = Reader(page.write(folder).read_text(encoding="utf-8")).text
    assert "Vertailussa 3 vaihtoehtoa" in text
    assert "my_policy" in text
    assert "ei muuta mitään" in text
    assert len(list((folder / "figures").glob("map_*.svg"))) == 3


def test_nothing_to_divide_by_is_a_dash_in_the_table(closure: Path) -> None:
    terms = Terms("fi")
    (row,) = table.indicator_rows(
        ResultsFolder(closure), "closure_kolmikko", terms, Notation(terms), ["furloughed"]
    )
    assert {cell.relative for cell in row.cells} == {DASH}


def test_cohort_stands_in_one_state_each(closure: Path) -> None:
    found = course(ResultsFolder(closure), "closure_kolmikko", "closure_kolmikko")
    assert found is not None
    assert found.size == 60
    assert np.sum(list(found.persons.values()), axis=0) == pytest.approx(60.0)
    # The register counts the furloughed among the unemployed; here they stand apart.
    assert found.persons["unemployed"][-1] == pytest.approx(36.0)
    assert found.persons["furloughed"][-1] == pytest.approx(6.0)
    assert set(INDICATORS.values()) <= set(ALL_INDICATORS)


@pytest.mark.parametrize("name", ["manifest.json", "summary.json", "indicators.parquet"])
@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_missing_and_damaged_files_are_told_in_one_line(tmp_path: Path, name: str, damage: str) -> None:
    folder = make_folder(tmp_path / "r", {"closure_kolmikko": steady})
    file = folder / name
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(InputError) as caught:
        page.write(folder)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (folder / "report.html").exists()


def test_same_results_give_the_same_figures(tmp_path: Path) -> None:
    texts = []
    for name in ("a", "b"):
        folder = make_folder(tmp_path / name, {"closure_kolmikko": steady})
        page.write(folder)
        texts.append(
            [(folder / "figures" / f"{f}.svg").read_text("utf-8") for f in ("map", "effect_unemployed")]
        )
    assert texts[0] == texts[1]


def test_lines_and_areas_can_be_told_apart_in_grey() -> None:
    dashes = [drawing.BASE_DASH, *drawing.DASHES]
    assert len(set(dashes)) == len(dashes)
    order = ["employed", "training", "furloughed", "unemployed", "outside_labour_force", "other"]
    levels = [map.grey(COLOURS[state]) for state in order]
    assert all(abs(a - b) >= 40 for a, b in itertools.pairwise(levels))
    assert abs(levels[0] - levels[3]) >= 40


# Goals, service lines and places -----------------------------------------------------------------


def goals_of(**bodies: dict[str, Any]) -> tuple[Target, ...]:
    common = {"indicator": "unemployed", "at_months": 12, "direction": "at_most", "unit": "persons",
              "source": "x", "source_kind": "assumption"}  # fmt: skip
    return read_targets({name: {**common, **body} for name, body in bodies.items()})


GOALS = goals_of(
    fewer={"value": 410, "title": {"fi": "Työttömiä on vähän", "sv": "Få arbetslösa", "en": "Few unemployed"}},
    late={"value": 410, "at_months": 36, "title": "Later"},
    elsewhere={"value": 410, "group": "youth_not_there", "title": "Elsewhere"},
    change={"relative_to_start": -2.5, "unit": "%", "source_kind": "found"},
)


@pytest.fixture(scope="module")
def grouped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(
        tmp_path_factory.mktemp("grouped") / "r", {"closure_kolmikko": steady, "nothing": no_effect},
        markets=("tight",), grouped=True, targets=GOALS,
    )  # fmt: skip


def test_goals_are_told_by_arm_and_market(grouped: Path) -> None:
    terms = Terms("fi")
    markets: dict[str | None, str] = {None: "Lähtötilanne", "tight": "Kireät"}
    fewer, late, elsewhere, change = targets.goals(
        ResultsFolder(grouped), ["baseline", "closure_kolmikko"], markets, terms, Notation(terms)
    )
    assert fewer.title == "Työttömiä on vähän"
    assert fewer.meaning == "Työttömät: enintään 410\xa0henkilöä, 12 kk kohdalla"
    assert [judgement.market for judgement in fewer.judgements] == ["Lähtötilanne", "Kireät"]
    base, closure = fewer.judgements[0].chances
    assert (base.probability, base.count, base.mean) == ("75\xa0%", "3/4", "keskimäärin 406\xa0henkilöä")
    assert (closure.probability, closure.interval) == ("0\xa0%", "0\xa0… 29\xa0%")
    # What can not be judged under any market is said once.
    assert [j.without for j in late.judgements] == [terms.term("target_not_reached")]
    assert [(j.market, j.without) for j in elsewhere.judgements] == [("", terms.term("target_not_recorded"))]
    assert change.title == "change"
    assert "enintään −2,5\xa0%" in change.meaning
    assert change.kind == "julkaistu"


def test_page_warns_of_few_replications_and_of_assumed_goals(grouped: Path) -> None:
    text = Reader(page.write(grouped).read_text(encoding="utf-8")).text
    assert Terms("fi").term("targets_few", n="4") in text
    assert Terms("fi").term("targets_assumed") in text


def test_lines_and_places_tell_levels_and_differences(grouped: Path) -> None:
    terms = Terms("fi")
    names = {"baseline": "Perusura", "closure_kolmikko": "A", "nothing": "B"}
    asked = (ResultsFolder(grouped), names, terms, Notation(terms), 12)
    part = service.by_line(*asked)
    assert part is not None
    assert [column.indicator for column in part.columns] == list(SERVICE)
    brokerage = part.groups[0]
    assert brokerage.label == "alkupalvelut ja työnvälitys"
    cells = {label: [cell.difference for cell in row] for label, row in brokerage.rows}
    assert cells["Perusura"] == ["101,5", "101,5", "102"]
    assert cells["A"] == ["0", "+30,0", "+30"]
    assert cells["B"] == ["0", "0", "0"]
    by_place = service.by_place(*asked)
    assert by_place is not None
    assert [group.label for group in by_place.groups] == ["Keskilä", "Rantala"]
    desks = service.by_desk(*asked)
    assert [part.heading for part in desks] == [terms.named("indicators", n) for n in SERVICE]
    assert [column.head for column in desks[0].columns] == ["alkupalvelut ja työnvälitys", "monialaiset palvelut"]
    rantala = desks[0].groups[1]
    assert [cell.difference for cell in rantala.rows[0][1]] == ["301,5", DASH]


def test_what_numbers_rest_on_is_found_or_guessed(grouped: Path) -> None:
    results, terms = ResultsFolder(grouped), Terms("en")
    kinds = {"staff_fte": "derived", "need_share": "recalled", "no_show_share": "assumption", "other": "found"}
    results.manifest["configuration"]["parameters"] = {
        "services": {name: {"meaning": name, "source_kind": kind} for name, kind in kinds.items()}
    }
    assert service.weakest(results, "staff_fte", terms) == "derived"
    assert service.weakest(results, "caseload", terms) == "recalled"
    assert service.weakest(results, "queue", terms) == "assumption"
    staff, time, needs = service.bases(results, terms)
    assert [(n.meaning, n.kind) for n in staff.found] == [("staff_fte", "derived")]
    assert (time.found, [n.meaning for n in time.guessed]) == ([], ["no_show_share"])
    assert [n.meaning for n in needs.guessed] == ["need_share"]


def test_bases_name_parameters_that_exist() -> None:
    """A pattern without a parameter would leave a guess untold."""
    names = [
        f"{mechanism}.{parameter}"
        for file in (ROOT / "conf").glob("*/default.yaml")
        if (text := file.read_text(encoding="utf-8")).startswith("# @package parameters")
        for mechanism, body in yaml.safe_load(text).items()
        for parameter in body
    ]
    for pattern in itertools.chain.from_iterable(service.BASES.values()):
        assert fnmatch.filter(names, pattern), pattern
    assert service.basis_of("services.staff_fte") == "staff"
    assert service.basis_of("search.rate_unemployed_per_month") is None
    assert set(service.RESTS_ON) == set(service.INDICATORS)


def test_causes_from_the_largest_with_the_rest_last(grouped: Path) -> None:
    results, terms = ResultsFolder(grouped), Terms("fi")
    held = cause.causes(results, terms)
    assert held == ["work_capacity", "occupation", "other"]  # in the order of the terms
    base = cause.bars(results, "baseline", "Perusura", -1, held, 12)
    arm = cause.bars(results, "closure_kolmikko", "A", 0, held, 12)
    assert base is not None
    assert arm is not None
    assert [held[k] for k in cause.by_size(held, base)] == ["work_capacity", "occupation", "other"]
    assert not base.differences
    assert [difference.mean for difference in arm.differences] == pytest.approx([30.0] * 3)
    assert cause.bars(results, "gone", "", 1, held, 12) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_shows_goals_lines_causes_and_payers(grouped: Path, language: str) -> None:
    reader = Reader(page.write(grouped, language).read_text(encoding="utf-8"))
    terms = Terms(language)
    for key in ("targets_heading", "service_heading", "service_by_place", "service_by_desk", "causes_heading",
                "payers_heading", "target_not_reached", "target_not_recorded"):  # fmt: skip
        assert terms.term(key) in reader.text, key
    assert terms.named("payers", "state") in reader.text
    assert len(reader.ids) == len(set(reader.ids))
    assert not re.search(r"\bnan\b|\bNone\b|\{\w+\}", reader.text)
    assert (grouped / "figures" / "causes.svg").is_file()


def test_page_leaves_out_goals_lines_and_causes_that_are_not_there(closure: Path) -> None:
    reader = Reader(page.write(closure).read_text(encoding="utf-8"))
    for key in ("targets_heading", "service_heading", "causes_heading", "payers_heading"):
        assert Terms("fi").term(key) not in reader.text, key
