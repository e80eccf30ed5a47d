"""The report page: sentences true to the numbers, every kind of results folder shown."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_up_results import Effect, Reader, make_folder, no_effect, noise, steady

from experiments.report import drawing, map, page, sentences, table
from experiments.report.cohort import COLOURS, INDICATORS, course
from experiments.report.folder import Estimate, ResultsFolder, Series
from experiments.report.notation import DASH, Notation
from experiments.report.terms import LANGUAGES, Terms, placeholders, read
from sim.errors import InputError
from sim.indicators import INDICATORS as ALL_INDICATORS

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "experiments" / "report"


@pytest.fixture(scope="module")
def closure(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(
        tmp_path_factory.mktemp("closure") / "r", {"closure_kolmikko": steady}, markets=("tight", "slack")
    )


def said(folder: Path, language: str = "fi") -> list[str]:
    results, terms = ResultsFolder(folder), Terms(language)
    arm = results.arms[0]
    return sentences.answer(results, arm, terms, Notation(terms), course(results, arm, "closure_kolmikko"))


# Figures of the summary -------------------------------------------------------------------------


def test_months_and_intervals_equal_those_of_the_summary(closure: Path) -> None:
    results = ResultsFolder(closure)
    for indicator in ("unemployed", "benefits_eur"):
        series = results.difference_series(indicator, "closure_kolmikko", "municipality", "KU901")
        assert series is not None
        for month in (3, 12):
            told = results.summary["groups"]["municipality"]["KU901"][indicator]["at"][str(month)]
            mine = series.estimate(month, results.kind(indicator))
            want = told["difference"]["closure_kolmikko"]
            assert (mine.mean, mine.low, mine.high) == pytest.approx((want["mean"], want["low"], want["high"]))


def test_differences_are_paired_by_replication_and_skip_what_is_missing() -> None:
    days = np.array(["2025-01-31", "2025-02-28"], "datetime64[D]")
    arm = Series(days, np.array([0, 2, 3]), np.array([[11.0, 12], [31, np.nan], [41, 42]]), "persons")
    base = Series(days, np.array([0, 1, 2, 3]), np.array([[10.0, 10], [20, 20], [30, 30], [40, 40]]), "persons")
    paired = arm.minus(base)
    assert paired.replications.tolist() == [0, 2, 3]
    assert paired.mean().tolist() == [1.0, 2.0]
    assert paired.estimate(2) == Estimate(2.0, 2.0, 2.0, 2)
    assert paired.estimate(3).mean is None


def test_unknown_language_is_told_with_a_near_miss(closure: Path) -> None:
    with pytest.raises(InputError, match=r"language: expected fi, sv, en, got 'fin'; did you mean 'fi'\?"):
        page.write(closure, "fin")


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
    (row,) = table.indicator_rows(ResultsFolder(closure), "closure_kolmikko", terms, Notation(terms), ["furloughed"])
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
        texts.append([(folder / "figures" / f"{f}.svg").read_text("utf-8") for f in ("map", "effect_unemployed")])
    assert texts[0] == texts[1]


def test_lines_and_areas_can_be_told_apart_in_grey() -> None:
    dashes = [drawing.BASE_DASH, *drawing.DASHES]
    assert len(set(dashes)) == len(dashes)
    order = ["employed", "training", "furloughed", "unemployed", "outside_labour_force", "other"]
    levels = [map.grey(COLOURS[state]) for state in order]
    assert all(abs(a - b) >= 40 for a, b in itertools.pairwise(levels))
    assert abs(levels[0] - levels[3]) >= 40
