"""The report page of services: goals, lines and places, causes, payers, and what their numbers rest on."""

from __future__ import annotations

import fnmatch
import itertools
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from made_up_results import SERVICE, Reader, make_folder, no_effect, steady

from experiments.composing.target import Target, read_targets
from experiments.report import cause, page, service, targets
from experiments.report.folder import ResultsFolder
from experiments.report.notation import DASH, Notation
from experiments.report.terms import LANGUAGES, Terms

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "experiments" / "report"


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


def test_page_leaves_out_goals_lines_and_causes_that_are_not_there(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "r", {"closure_kolmikko": steady})
    reader = Reader(page.write(folder).read_text(encoding="utf-8"))
    for key in ("targets_heading", "service_heading", "causes_heading", "payers_heading"):
        assert Terms("fi").term(key) not in reader.text, key
