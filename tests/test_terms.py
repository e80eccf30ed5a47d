"""Words of the pages: terms complete in every language, numbers as each language writes them."""

from __future__ import annotations

import ast
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from experiments.report import service
from experiments.report.cohort import COLOURS
from experiments.report.notation import DASH, Notation, unit_of
from experiments.report.template import kept_together
from experiments.report.terms import LANGUAGES, NAMED, Terms, faults, read
from sim.indicators import INDICATORS as ALL_INDICATORS

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "experiments" / "report"
PACKAGES_WITH_PAGES = ("bridges", "stress", "tabletop", "sensitivity", "discovery", "replications")
PUBLISHED = ("found", "derived")


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
