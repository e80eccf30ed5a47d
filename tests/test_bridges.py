"""Bridges: distances of trades, candidates and what is measured, by hand; wrong input in one line."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agents.region import Region
from agents.region.occupation import Occupation
from experiments.bridges import request
from experiments.bridges.barometer import compare
from experiments.bridges.outcome import Number, in_order, measure
from experiments.bridges.pair import Pair, Trade, promising, step_between, trades_of
from experiments.bridges.question import Question
from experiments.bridges.request import Request
from experiments.command import main
from experiments.composing.composition import resolve
from experiments.composing.configuration import PROJECT
from experiments.composing.horizon import Horizon
from experiments.composing.policy import read_courses
from experiments.report import bridge
from experiments.report.folder import ResultsFolder
from experiments.report.notation import Notation
from experiments.report.terms import LANGUAGES, Terms, read
from sim.errors import InputError


def occupation(code: str, level: int, field: str, licensed: bool = False) -> Occupation:
    return Occupation(code, code[0], code, code, code, level, field, licensed, 0.5)


SMITH, WELDER = occupation("72", 2, "metal"), occupation("82", 2, "metal")
CARER, NURSE = occupation("53", 2, "care", True), occupation("32", 3, "health", True)
CLEANER, DRIVER = occupation("91", 1, "cleaning"), occupation("83", 2, "transport")
TECHNICIAN, CLERK = occupation("31", 3, "metal"), occupation("33", 3, "business")
ENGINEER = occupation("21", 4, "metal")
QUESTION = Question.read("default", {"seats": 10, "vacancies_at_least": 5})


@pytest.mark.parametrize(
    ("origin", "goal", "step"),
    [
        (SMITH, SMITH, None), (SMITH, WELDER, "same_field"), (SMITH, DRIVER, "other_field"),
        (CLEANER, DRIVER, "from_elementary"), (SMITH, CLEANER, "elementary"), (SMITH, CARER, "licensed"),
        (SMITH, NURSE, None), (SMITH, ENGINEER, None), (SMITH, TECHNICIAN, "next_level"),
        (DRIVER, TECHNICIAN, None), (CLERK, TECHNICIAN, "other_technician"), (ENGINEER, TECHNICIAN, "same_field"),
    ],
)  # fmt: skip
def test_steps(origin: Occupation, goal: Occupation, step: str | None) -> None:
    assert step_between(origin, goal) == step


def test_candidates_by_hand() -> None:
    trades = [
        Trade(SMITH, 0.5, 40.0, 4.0, 0.0, 0.0), Trade(DRIVER, 1.5, 10.0, 8.0, 2.0, 1.0),
        Trade(CARER, 2.5, 10.0, 30.0, 9.0, 3.0), Trade(CLEANER, 0.4, 15.0, 1.0, 0.0, 0.0),
    ]  # fmt: skip
    pairs = promising(trades, QUESTION)  # of cleaners there are too few for ten seats
    assert [(p.origin.code, p.goal.code, p.step) for p in pairs] == [
        ("72", "53", "licensed"), ("72", "83", "other_field")
    ]  # fmt: skip
    months = [QUESTION.courses[step].months for step in ("licensed", "other_field")]  # type: ignore[union-attr]
    assert [p.promise for p in pairs] == [math.log(5.0) / (months[0] + 12.0), math.log(3.0) / (months[1] + 12.0)]
    assert promising(trades, replace(QUESTION, most_pairs=1)) == pairs[:1]
    assert promising(trades, replace(QUESTION, vacancies_at_least=9.0)) == pairs[:1]


def test_one_trade_has_no_bridges() -> None:
    means = {name: {"72": 1.0} for name in ("shortage_index", "unemployed", "vacancies_open", "vacancies_long_open",
                                            "jobs_lost_to_unfilled")}  # fmt: skip
    (trade,) = trades_of([SMITH], means)
    assert promising([trade], replace(QUESTION, surplus_at_most=1.0, ratio_at_least=0.0)) == []


class Run:
    """A run made by hand: what is not given is nought."""

    def __init__(self, **given: list[float]) -> None:
        self._given = {key: np.array(values) for key, values in given.items()}

    def monthly(self, indicator: str, kind: str = "", group: str = "") -> np.ndarray:
        return self._given.get("_".join(filter(None, (indicator, group))), np.zeros(6))


def test_outcome_by_hand() -> None:
    """Course from month 1; ten begin, train three months; five more are in work at the last three month-ends."""
    pair = Pair(Trade(SMITH, 0.5, 40.0, 4.0, 0.0, 0.0), Trade(DRIVER, 1.5, 10.0, 8.0, 2.0, 1.0), "other_field",
                QUESTION.courses["other_field"])  # type: ignore[arg-type]  # fmt: skip
    base = Run(employed_open_market=[100.0] * 6, hires_83=[4.0] * 6)
    arm = Run(
        employed_open_market=[100, 100, 98, 103, 103, 103], hires_83=[4, 4, 4, 6, 6, 5],
        in_training_bridge_72=[0, 10, 10, 8, 0, 0], employed_open_market_bridge_72=[0, 0, 0, 5, 5, 5],
        employed_open_market_left_72=[0, 0, 1, 1, 1, 1], employed_open_market_trade_83=[0, 0, 0, -3, -3, -3],
    )  # fmt: skip
    told = measure(pair, [(arm, base), (arm, base)], 1000.0, 1, 5)  # type: ignore[list-item]
    assert (told.moved.mean, told.in_work.mean, told.left.mean, told.others.mean) == (10.0, 5.0, 1.0, -3.0)
    assert (told.area.mean, told.filled.mean, told.euros.mean) == (3.0, 5.0, 28_000.0)
    assert (told.euros_per_person, told.euros_per_hire, told.is_clear) == (5_600.0, 5_600.0, True)
    unclear = replace(told, in_work=Number(9.0, -1.0, 19.0))
    assert in_order([unclear, told]) == [told, unclear]
    assert replace(told, in_work=Number(-1.0, -2.0, 0.0)).euros_per_person == math.inf


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["bridges.seat=3"], ["bridges.seat", "did you mean 'seats'"]),
        (["bridges.seats=0"], ["seats", "expected a number from 1"]),
        (["bridges.courses.licensed.months=-2"], ["courses.licensed.months", "-2"]),
        (["bridges.courses.licensed.measure=coaching"], ["coaching", "leads to no trade"]),
        (["policy=nothing"], ["policy", "leave policy out"]),
        (["bridges=defalt"], ["conf/bridges", "did you mean 'default'"]),
    ],
)
def test_wrong_input_is_one_line(words: list[str], parts: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bridges", *words]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert all(part in said for part in parts), said


def test_a_run_that_is_too_short_is_refused_before_any_is_simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request, "execute", lambda *_, **__: pytest.fail("simulated"))
    with pytest.raises(InputError, match="followed to month 30"):
        request.carry_out(Request.read(["horizon_years=2"]))


COURSE = {
    "measure": "modular_training", "occupation": "71", "occupation_from": "61", "months": 6, "seats": 5,
    "start": {"months_after_start": 6, "day": 1}, "source": "test",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "parts"),
    [
        ({"occupation_from": "16"}, ["occupation_from", "no occupation '16'"]),
        ({"occupation": "sales"}, ["courses[0].occupation", "did you mean 52 Sales workers"]),
        ({"occupation": "61"}, ["from trade 61 to itself"]),
        ({"occupation": None}, ["needs the occupation it leads to"]),
        ({"measure": "coaching"}, ["coaching leads to no trade"]),
        ({"months": -1}, ["months", "expected 0 to 36", "-1"]),
        ({"every_months": 0}, ["every_months", "expected a whole number"]),
    ],
)
def test_wrong_courses_are_refused(changed: dict, parts: list[str]) -> None:
    with pytest.raises(InputError) as refused:
        _courses(changed)
    assert all(part in str(refused.value) for part in parts), refused.value


def test_a_course_is_repeated_to_the_end() -> None:
    days = [(c.start.isoformat(), c.occupation_from, c.months) for c in _courses({"every_months": 3})]
    assert days == [("2025-07-01", 5, 6.0), ("2025-10-01", 5, 6.0)]
    assert len(_courses({"every_months": 3, "end": "2025-08-01"})) == 1


def _courses(changed: dict) -> list:
    region = Region.load(PROJECT / "data" / "regions" / "kolmikko")
    parameters = resolve("run", ["region=kolmikko"]).parameters
    given = {"courses": [{**COURSE, **changed}]}
    return read_courses("mine", given, Horizon(date(2025, 1, 1), 1), region, parameters)


def test_the_index_beside_labels() -> None:
    carers, clerks = Trade(CARER, 2.5, 1.0, 1.0, 0.0, 0.0), Trade(occupation("41", 2, "business"), 1.2, 1, 1, 0, 0)
    told = {one.code: (one.label, one.agrees) for one in compare([carers, clerks], "satakunta")}
    assert told == {"53": ("shortage", True), "41": ("surplus", False)}
    assert compare([carers], "kolmikko") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_answers_what_bridges_are_tried_for(tmp_path: Path, language: str) -> None:
    names = {code: {name: f"{code}-{name}" for name in LANGUAGES} for code in ("41", "81", "53")}

    def tried(goal: str, mean: float, low: float) -> dict[str, Any]:
        return {
            "from": "41", "to": goal, "is_clear": low > 0.0, "moved": {"mean": 30.0},
            "in_work": {"mean": mean, "low": low, "high": 2 * mean - low},
        }  # fmt: skip

    def told(*bridges: dict[str, Any]) -> tuple[ResultsFolder, str]:
        content = {"follow_months": 24, "names": names, "bridges": bridges}
        for file, written in (("bridges.json", content), ("manifest.json", {}), ("summary.json", {})):
            (tmp_path / file).write_text(json.dumps(written), encoding="utf-8")
        folder, terms = ResultsFolder(tmp_path), Terms(language)
        (sentence,) = bridge.answer(folder, terms, Notation(terms))
        return folder, sentence

    folder, sentence = told(tried("81", 1.0, -2.0), tried("53", 4.0, -1.0))
    assert f"41-{language} → 53-{language}" in sentence
    assert sentence.startswith(read()["sentences"]["bridge_unclear"][language].split("{")[0])
    assert bridge.label(folder, "bridge_41_81", language) == f"41-{language} → 81-{language}"
    assert bridge.label(folder, "other", language) is None
    _, sentence = told(tried("81", 3.0, 1.0), tried("53", 4.0, -1.0))
    assert f"41-{language} → 81-{language}" in sentence
    assert sentence.startswith(read()["sentences"]["bridge_best"][language].split("{")[0])
    numbers = {key: {"mean": 1.0, "low": None, "high": None} for key in ("left", "others")}
    content = {"follow_months": 24, "names": names, "bridges": [tried("81", 3.0, 1.0) | numbers]}
    terms = Terms(language)
    assert f"→ 81-{language}" in bridge.draw(content, tmp_path / "figures", terms, Notation(terms))
