"""The drill: the search on constructed answers, backlogs by hand, dates, wrong input, page and checklist."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from agents.area import simulate
from agents.event import Closure
from agents.specification import RunSpecification
from agents.staff_call import WATCHED
from experiments.command import main
from experiments.composing.composition import resolve
from experiments.composing.configuration import PROJECT
from experiments.composing.horizon import Horizon
from experiments.drill.arms import arms_of
from experiments.drill.checklist import items, levels
from experiments.drill.outcome import open_posts_by
from experiments.drill.page import SOURCES, rewrite
from experiments.drill.question import Question
from experiments.drill.request import Request
from experiments.drill.search import least
from experiments.drill.surge import Shares, Trial, reached, search, shortened, starts_of
from experiments.drill.told import Told
from experiments.drill.weeks import COHORT, OTHERS, Window, cleared
from experiments.report.terms import LANGUAGES
from experiments.running.plan import make_plan
from sim.changes import Change

SMALL = ("region=kolmikko", "shock=closure_kolmikko", "replications=2", "horizon_years=1", "engine.processes=1",
         "parameters.services.staff_fte.brokerage=2", "readiness=[none,plan]", "surge.most_fte=4")  # fmt: skip
EVENT = Closure("closing", "plant", 60, date(2025, 2, 3), date(2025, 3, 17), ((date(2025, 4, 30), 1.0),))
HORIZON = Horizon(date(2025, 1, 1), 2)
PARAMETERS = resolve("run", ["region=kolmikko"]).parameters
STARTS = tuple(date(2025, month, 27) for month in (1, 2, 3, 4))


def question(**changed: Any) -> Question:
    values = {key.replace("_", ".", 1): value for key, value in changed.items()}
    return Question.read("default", {"shock": "", "readiness": ""}, values)


# -- the search ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [2, 3, 10, 17])
def test_least_step_is_found_with_few_trials(size: int) -> None:
    """Every threshold of every grid, several at once; bisection tries no more than log2 steps beside the ends."""
    for threshold in range(size + 1):
        tried: set[int] = set()

        def prepare(steps: Collection[int], tried: set[int] = tried) -> None:
            tried.update(steps)

        def reaches(step: int, threshold: int = threshold, tried: set[int] = tried) -> bool:
            assert step in tried, "asked before it was prepared"
            return step >= threshold

        found = least(size, {"one": reaches, "never": lambda step: False, "always": lambda step: True}, prepare)
        assert found == {"one": threshold if threshold < size else None, "never": None, "always": 0}
        assert len(tried) <= 2 + int(np.ceil(np.log2(size)))


def constructed(trial: Trial) -> Shares:
    """Cohort: .7 and .04 for each FTE, .1 less if it begins in April. Everybody else: .6, .8 from 4 FTE on."""
    late = 0.1 if trial.fte and trial.start >= STARTS[3] else 0.0
    cohort, others = min(0.7 + 0.04 * trial.fte - late, 1.0), 0.8 if trial.fte >= 4 else 0.6
    noise = np.array([-0.01, 0.0, 0.0, 0.0, 0.0])  # one of five falls short: the confidence of .8 allows it
    return Shares({COHORT: cohort + noise, OTHERS: others + noise}, {})


def test_known_surge_is_found() -> None:
    tried: list[Trial] = []
    found = search(question(promise_share=0.9), STARTS, constructed, tried.extend)
    cohort = found[COHORT, 0.9]
    assert (cohort.fte, cohort.latest) == (6, STARTS[2])  # 5 would be enough; the grid has 4 and 6
    assert found[COHORT, 1.0].fte == 8
    assert found[COHORT, 1.0].latest is None  # the latest start is told for the promise
    assert len(set(tried)) < len(question().grid) + len(STARTS)


def test_no_surge_reaches_it() -> None:
    found = search(question(promise_share=0.9), STARTS, constructed, lambda trials: None)
    for share, latest in ((0.9, STARTS[3]), (1.0, None)):  # of what reaches the best
        others = found[OTHERS, share]
        assert (others.fte, others.latest, others.best, others.enough_fte) == (None, latest, pytest.approx(0.8), 4)


def test_none_is_needed() -> None:
    found = search(question(promise_share=0.6), STARTS, constructed, lambda trials: None)
    assert (found[OTHERS, 0.6].fte, found[OTHERS, 0.6].latest) == (0, None)


@pytest.mark.parametrize(
    ("shares", "confidence", "level"),
    [([0.5, 0.9, 0.7, 0.8, 0.6], 0.8, 0.6), ([0.5, 0.9], 0.8, 0.5), ([0.5, 0.9], 0.5, 0.9), ([0.7, np.nan], 1.0, 0.7)],
)
def test_share_reached_with_confidence(shares: list[float], confidence: float, level: float) -> None:
    assert reached(np.array(shares), confidence) == level


def test_starts_are_every_other_monday_back_from_the_surge() -> None:
    starts = starts_of(date(2025, 5, 5), date(2025, 1, 1), 5)
    assert starts == (date(2025, 4, 7), date(2025, 4, 21), date(2025, 5, 5))
    assert starts_of(date(2025, 2, 3), date(2025, 1, 15), 26) == (date(2025, 1, 20), date(2025, 2, 3))
    assert starts_of(date(2025, 1, 6), date(2025, 1, 8), 1) == (date(2025, 1, 6),)
    assert open_posts_by(date(2025, 6, 2), 3) == date(2025, 3, 1)
    assert open_posts_by(date(2025, 2, 17), 3) == date(2024, 11, 1)


@pytest.fixture(scope="module")
def event_alone() -> RunSpecification:
    """The run of the small drill with the event and no preparation."""
    return next(run for run in make_plan(Request.read(SMALL).configuration()).runs if run.arm == "none").specification


def test_experienced_staff_is_at_work_from_its_monday(event_alone: RunSpecification) -> None:
    change = Change("staff.called_up_fte.brokerage", "add", 8.0, date(2025, 2, 24), None, None, "test", "test")
    told = simulate(shortened(event_alone, 120, change)).weekly
    mask = (told["indicator"] == "staff_fte") & (told["group"] == "brokerage")
    jump = told["week"][mask][1:][np.diff(told["value"][mask]) > 4.0]
    assert jump.tolist() == [date(2025, 2, 24)]


# -- weeks --------------------------------------------------------------------------------------------


def test_backlog_clears_by_hand() -> None:
    high = np.full(12, 2.0)
    window = Window(1, 6)
    #                   0  1  2  3  4  5  6  7  8  9 10 11
    waiting = np.array([0, 3, 1, 1, 9, 5, 1, 3, 2, 2, 1, 0], float)
    assert cleared(waiting, high, window) == 8  # week 6 is below the band, but not for four weeks
    assert cleared(np.zeros(12), high, window) == 1
    assert cleared(np.full(12, 5.0), high, window) is None
    assert cleared(np.where(np.arange(12) < 10, 5.0, 0.0), high, window) is None  # two weeks are not four


# -- levels of readiness ------------------------------------------------------------------------------


def test_the_shipped_levels_are_arms() -> None:
    arms, policies = arms_of(("none", "plan", "plan_and_reserve"), [EVENT], HORIZON, PARAMETERS)
    assert list(arms) == ["baseline", "none", "plan", "plan_and_reserve"]
    assert all(arm["shocks"] == ["closing"] for name, arm in arms.items() if name != "baseline")
    assert set(policies) <= {"readiness_none", "readiness_plan", "readiness_plan_and_reserve"}
    dates = [change["start"] for change in policies["readiness_plan"]["changes"]]
    assert all(date.fromisoformat(day) >= EVENT.announced for day in dates)


# -- wrong input --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["readiness=[none,plam]"], "readiness=plam: no such file in conf/readiness; did you mean 'plan'?"),
        (["promise.share=1.2"], "promise.share: expected a share above 0 and up to 1, got 1.2; 90 % is written 0.9"),
        (["promise.share=90"], "promise.share: expected a share"),
        (["promise.shar=0.9"], "no key 'promise.shar'; did you mean 'promise.share'?"),
        (["surge.line=youth"], "surge.line=youth: first interviews are held in brokerage"),
        (["surge.line=brokrage"], "no such line; did you mean 'brokerage'?"),
        (["surge.most_fte=0"], "surge.most_fte: expected a whole number from 1 to 100, got 0"),
        (["shock=closure_kolmiko"], "shock=closure_kolmiko: no such file in conf/shock; did you mean"),
        (["shock=[closure_kolmikko,closure_harjavalta]"], "a drill is about one event"),
        (["shocks.closure_kolmikko.jobs=0"], "nobody to follow"),
        (["shock=slump_industry"], "nobody to follow"),
        (["shocks.closure_kolmikko.announced=2029-01-01"], "outside the horizon"),
        (["policy=six_fte_brokerage"], "drill makes arms and records of its own"),
        (["record_weekly=false"], "drill makes arms and records of its own"),
        (["--frsh"], "drill has no flag --frsh; did you mean '--fresh'?"),
    ],
)  # fmt: skip
def test_wrong_input_gets_a_line(words: list[str], text: str, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    base = [word for word in SMALL if word.partition("=")[0] not in {w.partition("=")[0] for w in words}]
    assert main(["drill", f"outputs={tmp_path}", *base, *words]) == 2
    told = capsys.readouterr().err
    assert text in told
    assert told.count("\n") == 1


def test_what_is_asked_is_printed(capsys: pytest.CaptureFixture) -> None:
    assert main(["drill", *SMALL, "promise.share=0.95", "--cfg"]) == 0
    printed = yaml.safe_load(capsys.readouterr().out)
    assert printed["promise"] == {"share": 0.95, "confidence": 0.8}
    assert list(printed["arms"]) == ["baseline", "none", "plan"]
    assert printed["record_weekly"] is True
    assert main(["drill", "--help"]) == 0
    assert "kohtaanto drill shock=" in capsys.readouterr().out


# -- a small drill with the engine ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def drilled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results folder of a drill in the region of three places with two in brokerage, so that people wait."""
    outputs = tmp_path_factory.mktemp("drill")
    assert main(["drill", f"outputs={outputs}", *SMALL]) == 0
    (folder,) = (outputs / "drill").iterdir()
    return folder


@pytest.fixture
def content(drilled: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((drilled / "drill.json").read_text(encoding="utf-8"))
    return read


def test_files_of_a_drill(drilled: Path, content: dict[str, Any]) -> None:
    for name in ("manifest.json", "summary.json", "weekly.parquet", "drill_weeks.csv", "drill.html", "checklist.html"):
        assert (drilled / name).is_file(), name
    rows = (drilled / "drill_weeks.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + len(content["arms"]) * len(content["weeks"])
    assert {row.count(",") for row in rows} == {rows[0].count(",")}


def test_numbers_of_a_drill_agree(content: dict[str, Any]) -> None:
    inflow = content["inflow"]
    inside = sum(row["mean"] for row in inflow["homes"] if row["place"] != "outside")
    assert inside == pytest.approx(inflow["total"]["mean"])
    assert sum(row["mean"] for row in inflow["months"]) == pytest.approx(inflow["total"]["mean"])
    assert inflow["total"]["mean"] > 20
    for arm in content["arms"]:
        for entry in content["interviews"][arm].values():
            assert np.allclose(np.add(entry["in_time"], entry["late"]), entry["due"])
    for arm, entry in content["euros"].items():
        parts = [cell["mean"] for kind in ("cost_total_eur", "benefits_eur") for cell in entry[kind].values()]
        assert sum(parts) == pytest.approx(entry["total"]["mean"]), arm
    assert content["window"]["first"] in content["weeks"]
    for found in content["surge"]["found"]:
        assert found["fte"] is None or found["fte"] in content["surge"]["grid"]


def test_staff_is_told_by_where_it_comes_from(content: dict[str, Any]) -> None:
    """Sources sum to the staff of the line, week by week; without preparation there are posts, and neighbours."""
    for arm in content["arms"]:
        sources = content["sources"][arm]
        total = np.sum([sources[source] for source in SOURCES], axis=0)
        assert np.allclose(total, content["staff"][arm]["brokerage"]["fte"], atol=1e-9), arm
    assert max(content["sources"]["plan"]["redeployed"]) > 0.1
    assert not any(np.any(content["sources"]["baseline"][source]) for source in SOURCES if source != "posts")


def test_a_call_is_told_as_an_if(content: dict[str, Any]) -> None:
    """The region's two advisers are late with nearly all, so neighbours are asked in every replication."""
    (call,) = content["calls"]["none"]
    assert (call["replications"], call["fte"], call["lag_days"]) == (2, 1.0, 60)
    told = Told(content, "fi")
    (row,) = [row for row in levels(told) if "jos neljän viikon" in row.what and "60 päivän" in row.what]
    assert row.day == date(2025, 2, 3)
    assert row.figure == f"näin kävi 2/2 toistossa, yleensä {told.day(call['begins'])} alkaen"
    never = {**content, "calls": {"none": [{**call, "replications": 0, "begins": None, "when": "waiting_weeks"}]}}
    assert [row.figure for row in levels(Told(never, "en")) if "weeks of work" in row.what] == [
        "happened in none of 2 replications"
    ]


def test_languages_and_leave_are_told_where_there_are_any(content: dict[str, Any]) -> None:
    some = {**content, "interpreted": {"people": 15.0, "of": 60.0}}
    assert "25" in Told(some, "sv").languages()
    word = Told(some, "fi").word("check_interpreters")
    assert [row.figure for row in items(Told(some, "fi")) if row.what == word] == ["noin 15 ihmistä"]
    none = {**content, "interpreted": {"people": 0.0, "of": 60.0}, "leave_days": {"mean": 0.0}}
    assert (Told(none, "en").languages(), Told(none, "en").leave()) == ("", "")
    assert content["leave_days"]["mean"] > 0
    assert Told(content, "fi").leave()


def test_the_same_drill_simulates_nothing(drilled: Path, capsys: pytest.CaptureFixture) -> None:
    before = (drilled / "drill.json").read_text(encoding="utf-8")
    assert main(["drill", f"outputs={drilled.parents[1]}", *SMALL]) == 0
    assert "(0 simulated now)" in capsys.readouterr().out
    now = json.loads((drilled / "drill.json").read_text(encoding="utf-8"))
    then = json.loads(before)
    for text in (now, then):
        del text["written"], text["surge"]["simulated"]
    assert now == then


def test_a_shortened_run_is_the_beginning_of_the_long_one(event_alone: RunSpecification) -> None:
    """The surge is looked for in runs that end after its time; without a surge they give the weeks of the arm."""
    long, short = simulate(event_alone).weekly, simulate(shortened(event_alone, 245)).weekly
    kept = np.isin(long["week"], short["week"])
    assert 30 * 50 < kept.sum() < len(kept)
    due = "first_interviews_due"
    for name in np.unique(short["indicator"].astype(str)):
        mine, theirs = (
            c["value"][c["indicator"] == name].reshape(-1, len(np.unique(c["week"]))) for c in (short, long)
        )
        last = -1 if name.startswith(due) else None  # of the last week a deadline may lie after the end
        assert np.array_equal(mine[:, :last], theirs[:, : mine.shape[1]][:, :last]), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_and_checklist_are_whole(drilled: Path, content: dict[str, Any], language: str) -> None:
    told = Told(content, language)
    page = rewrite(drilled, language).read_text(encoding="utf-8")
    checklist = (drilled / "checklist.html").read_text(encoding="utf-8")
    sections = ("readiness", "surge", "inflow", "interviews", "backlog", "staff", "talks", "people", "euros", "reading")
    for key in sections:
        heading = told.word(f"{key}_heading")
        assert f">{heading}</h" in page, key
    assert page.count("<svg") == 5
    for text in (page, checklist):
        assert f'<html lang="{language}">' in text
        words = re.sub(r"<svg.*?</svg>|<style>.*?</style>", "", text, flags=re.DOTALL)
        assert not re.search(r"\{\w+\}|\bnan\b|\bNone\b", words)
        assert "http" not in re.sub(r"http://www\.w3\.org/[\w/]+", "", text)  # opens without a network
    for sentence in told.answer():
        assert sentence.split("“")[0][:40] in page.replace("&#39;", "'")
    assert len(told.answer()) == 6


def test_checklist_has_the_days_of_the_event(content: dict[str, Any]) -> None:
    rows = items(Told(content, "fi"))
    days = [row.day for row in rows]
    assert days == sorted(days)
    by_day = {row.day: row for row in rows}
    assert date(2025, 2, 3) in by_day  # the announcement
    assert date(2025, 3, 17) in by_day  # the notice
    assert date.fromisoformat(content["window"]["first"]) in by_day
    assert date.fromisoformat(content["window"]["last"]) in by_day


def test_shares_of_the_checklist_are_in_per_cent(content: dict[str, Any]) -> None:
    changes = [change for made in content["policies"].values() for change in made]
    shares = [change["set"] for change in changes if change["unit"] == "share" and "set" in change]
    assert shares
    told = [row.what.replace("\N{NO-BREAK SPACE}", " ") for row in levels(Told(content, "fi"))]
    for value in shares:
        assert any(text.endswith(f" {100 * value:.0f} %") for text in told), told


def test_every_word_of_the_drill_is_used() -> None:
    folder = PROJECT / "experiments" / "drill"
    code = "".join(file.read_text(encoding="utf-8") for file in folder.glob("*.py"))
    code += "".join(
        (PROJECT / "experiments" / "report" / "templates" / f"{name}.html.j2").read_text(encoding="utf-8")
        for name in ("drill", "checklist")
    )
    words = yaml.safe_load((PROJECT / "data" / "terms.yaml").read_text(encoding="utf-8"))["drill"]
    kinds = ("none", "some", "never", "rising", "useless")
    put_together = {f"surge_{kind}_{population}" for kind in kinds for population in (COHORT, OTHERS)}
    put_together |= {COHORT, OTHERS, *(f"source_{source}" for source in SOURCES)}
    put_together |= {f"call_{when}" for when in WATCHED}
    assert put_together <= set(words)
    unused = [w for w in words if f'"{w}"' not in code and f"'{w}'" not in code and w not in put_together]
    assert unused == []
