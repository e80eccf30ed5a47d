"""Trials: their files, the contrasts on made-up runs, displacement, the page, and the command to its files."""

from __future__ import annotations

import json
import shutil
from functools import partial

import numpy as np
import pytest

from experiments.command import main
from experiments.composing import composition
from experiments.composing.composition import CONF, groups
from experiments.running import schema
from experiments.running.plan import make_plan
from experiments.running.store import StoredRun
from experiments.trial import displacement, page, request
from experiments.trial.arm_run import STATES, ArmRun
from experiments.trial.declaration import Outcome, Trial
from experiments.trial.measures import MEASURES, MONTH_DAYS, gain_and_loss, weighted_mean
from experiments.trial.request import configuration_of
from experiments.validation.score import Score
from sim.errors import InputError
from sim.timetable import compose

EMPLOYED = "employed_open_market"
MONTHS = 4
KINDS = ("degree_training", "modular_training", "tailored_training")


def run(
    employed: dict[int, float],
    area: dict[str, float] | None = None,
    starts: float = 0.0,
    jobs=None,
    begun: str = "modular_training",
    months: int = MONTHS,
    subsidised: float | dict[int, float] = 0.0,
) -> ArmRun:
    """A run of some months: in each quarter 100 people, some employed or in subsidised work, the others unemployed."""
    rows = []
    for month in range(months):
        day = np.datetime64("2025-01") + month + 1
        day = day.astype("datetime64[D]") - 1
        for quarter, number in employed.items():
            seats = subsidised[quarter] if isinstance(subsidised, dict) else subsidised
            values = {EMPLOYED: number, "subsidised": seats, "unemployed": 100.0 - number - seats}
            values = dict.fromkeys(STATES, 0.0) | values
            rows += [(day, state, "trial", str(quarter), value, "persons") for state, value in values.items()]
        rows += [(day, name, "", "", value, "x") for name, value in (area or {}).items()]
        rows += [(day, "measure_starts", "measure", kind, starts * (kind == begun), "persons") for kind in KINDS]
    columns = dict(zip(schema.RUN.names, map(list, zip(*rows, strict=True)), strict=True))
    columns["date"] = np.array(columns["date"], "datetime64[D]")
    built = {} if jobs is None else {"trial_jobs": jobs}
    return ArmRun(StoredRun(schema.table(columns, schema.RUN), built, {}, {}, ""))


def outcome(measure: str, **given) -> Outcome:
    body = {
        "measure": measure, "arm": "b", "against": "a", "band": [0, 1], "unit": MEASURES[measure].unit,
        "states": [EMPLOYED], "months": [2, 3], "starts": "modular_training", "meaning": "m", "source": "s",
    }  # fmt: skip
    return Outcome.read("o", body | given, {"a": [], "b": []}, {}, "w")


def measured(o: Outcome, with_it: ArmRun, without: ArmRun) -> float:
    return MEASURES[o.measure].function(o, with_it, without)


def test_days_are_those_of_the_same_people_without_treatment():
    with_it, without = run({1: 30.0, 2: 5.0}), run({1: 20.0, 2: 10.0})
    assert measured(outcome("days"), with_it, without) == pytest.approx(2 * 0.1 * MONTH_DAYS)
    assert measured(outcome("relative_days"), with_it, without) == pytest.approx(50.0)
    # within an arm: the treated quarter against the other beside it
    assert measured(outcome("days", other_quarters=[2]), with_it, with_it) == pytest.approx(2 * 0.25 * MONTH_DAYS)


def test_effect_on_participants_is_that_on_all_over_the_share_that_took_part():
    with_it, without = run({1: 30.0}, starts=10.0), run({1: 20.0}, starts=5.0)  # 20 of 100 began because of the arm
    assert measured(outcome("participation"), with_it, without) == pytest.approx(0.2)
    assert measured(outcome("participant_points"), with_it, without) == pytest.approx(50.0)
    assert measured(outcome("participant_months"), with_it, without) == pytest.approx(1.0)
    assert np.isnan(measured(outcome("participant_points"), without, without))


def test_an_outcome_may_be_the_weighted_mean_of_others_in_each_replication():
    o = outcome("participant_points", parts={"long": 1, "short": 3})
    assert weighted_mean(o, {"long": [8.0, 0.0], "short": [4.0, 2.0], "other": [9.0, 9.0]}) == [5.0, 1.5]
    trial = Trial.read("training")
    (whole,) = [o for o in trial.outcomes if o.name == "after_12_months"]
    runs = {("main", "without", 0): run({1: 20.0, 2: 20.0}, months=36)}
    for arm, kind, employed in zip(("degree", "modular", "tailored"), KINDS, (10.0, 30.0, 40.0), strict=True):
        runs["main", arm, 0] = run({1: employed, 2: employed}, starts=200 / 36, begun=kind, months=36)
    points = {score.moment.name: score.mean for score in request.score(trial, runs)}
    # all 200 took part: -10, +10 and +20 points with 12, 42 and 18 seats
    assert points["after_12_months"] == pytest.approx((12 * -10 + 42 * 10 + 18 * 20) / 72)
    assert whole.parts == {"after_12_months_degree": 12, "after_12_months_modular": 42, "after_12_months_tailored": 18}


def test_hazard_is_stated_for_ten_points_of_talks():
    stocks = {"unemployed": 110.0, "furloughed": 10.0, "exits_to_recall": 2.0}
    without = run({1: 0.0}, stocks | {"exits_to_job": 12.0, "service_contacts": 20.0})
    with_it = run({1: 0.0}, stocks | {"exits_to_job": 14.1, "service_contacts": 40.0})
    assert measured(outcome("contact_points"), with_it, without) == pytest.approx(20.0)
    assert measured(outcome("hazard_per_ten_points"), with_it, without) == pytest.approx(10.0)  # 21 % for 20 points


def test_employers_are_compared_with_themselves_unvisited():
    jobs, more = [[10, 4], [10, 4], [10, 4], [10, 4]], [[13, 5], [10, 3], [10, 4], [10, 4]]
    with_it, without = run({1: 0.0}, jobs=more), run({1: 0.0}, jobs=jobs)
    assert measured(outcome("notified_vacancies"), with_it, without) == pytest.approx(30.0)
    assert measured(outcome("open_ended_hires", quarters=[1, 2]), with_it, without) == pytest.approx(0.0)
    with pytest.raises(InputError, match="employer_days"):
        measured(outcome("notified_vacancies"), run({1: 0.0}), without)


def test_untreated_lose_part_of_what_the_treated_gain():
    without = run({1: 20.0, 2: 20.0, 3: 20.0, 4: 20.0})
    with_it = run({1: 30.0, 2: 18.0, 3: 18.0, 4: 18.0})
    gain, loss = gain_and_loss(outcome("days", quarters=[1], other_quarters=[2, 3, 4]), with_it, without)
    assert (gain, loss) == pytest.approx((2 * 10 / 400 * MONTH_DAYS, 2 * 6 / 400 * MONTH_DAYS))


def whole_share(of: ArmRun, states, quarters, months):
    return of.stock(states, quarters) / of.enrolled(quarters)


def test_displacement_by_share_and_market():
    trial = Trial.read("displacement")
    people, days = dict.fromkeys((1, 2, 3, 4), 20.0), {displacement.AREA_DAYS: 1000.0}
    runs = {}
    for market, loss in (("main", 1.0), ("slack", 3.0)):
        for replication in range(3):
            for arm, share in trial.saturation.items():
                change = {q: 5.0 + 0.1 * replication if q <= 4 * share else -loss * 4 * share / 3 for q in people}
                change = dict.fromkeys(people, 0.0) if share == 0.0 else change
                one = run({q: people[q] + change[q] for q in people}, days)
                one.share = partial(whole_share, one)
                runs[market, arm, replication] = one
    rows = displacement.table(trial, runs)
    assert [(row.state, row.treated) for row in rows][:5] == [
        ("boom_2022", 0.25), ("boom_2022", 0.5), ("boom_2022", 0.75), ("boom_2022", 1.0), ("slack_2016", 0.25)
    ]  # fmt: skip
    quarter, half = rows[0], rows[1]
    assert quarter.loss == pytest.approx(np.full(3, MONTHS * MONTH_DAYS / 300.0))
    assert half.gain.mean() == pytest.approx(5.1 / 100.0 * MONTHS * MONTH_DAYS)
    assert half.share_lost[0] == pytest.approx((2.0 / 3.0) / 5.1)
    middle, width = displacement.difference(rows)
    assert middle - width > 0.0
    assert "Share lost under slack_2016 less that under boom_2022" in displacement.text(rows)
    assert rows[3].record["share_lost"]["mean"] is None  # nobody is left untreated


def test_what_is_lost_in_seats_is_not_lost_in_the_open_market():
    """The untreated lose subsidised work alone: a third of what the treated gain, and nothing in the open market."""
    trial = Trial.read("displacement")
    people, days = dict.fromkeys((1, 2, 3, 4), 20.0), {displacement.AREA_DAYS: 1000.0}
    runs = {}
    for market in ("main", "slack"):
        for arm, share in trial.saturation.items():
            treated = {q: q <= 4 * share and share > 0.0 for q in people}
            lost = 2.0 * sum(treated.values()) / max(4 - sum(treated.values()), 1)
            seats = {q: 10.0 if treated[q] or share == 0.0 else 10.0 - lost for q in people}
            one = run({q: 20.0 + 6.0 * treated[q] for q in people}, days, subsidised=seats)
            one.share = partial(whole_share, one)
            runs[market, arm, 0] = one
    row = displacement.table(trial, runs)[1]
    assert row.share_lost[0] == pytest.approx(1.0 / 3.0)
    assert row.open_share_lost[0] == pytest.approx(0.0)


@pytest.mark.parametrize("name", groups()["trial"])
def test_every_trial_is_whole_and_its_arms_differ(name):
    trial = Trial.read(name)
    plan = make_plan(configuration_of(trial, ["replications=1"]))
    keys = {run.key for run in plan.runs if run.market == "main"}
    assert len(keys) == len(trial.arms) > 1
    market = plan.markets[0]
    for arm in trial.arms:
        compose(plan.configuration.parameters, market.changes[arm], market.horizon.start, market.horizon.days)
    for o in trial.outcomes:
        assert o.months[1] <= 12 * trial.horizon_years
        assert o.source
        assert o.meaning


@pytest.mark.parametrize(
    ("name", "band"),
    [
        ("caseload_austria.employed_days", (8, 24)),
        ("caseload_austria.unemployed_days", (-44, -28)),
        ("caseload_austria.outside_days", (12, 28)),
        ("interviews_finland.job_hazard", (1.5, 5)),
        ("meetings_denmark.employment", (3, 12)),
        ("training.after_12_months", (-5, 6)),
        ("training.after_24_months", (5, 10)),
        ("training.after_24_months_modular", (5, 10)),
        ("training.after_24_months_degree", (5, 10)),
        ("wage_subsidy.work_months", (1, 3)),
        ("employer_prospecting.notified_vacancies", (20, 40)),
        ("employer_prospecting.permanent_hires", (4, 14)),
    ],
)
def test_bands_are_the_published_ones(name, band):
    trial, key = name.split(".")
    (found,) = [o for o in Trial.read(trial).outcomes if o.name == key]
    assert (found.low, found.high) == band


def test_page_keeps_the_sections_of_other_trials_and_says_why_it_misses():
    trial = Trial.read("wage_subsidy")
    scores = [Score.of(o, [0.5, 0.5]) for o in trial.outcomes]
    section = page.section(trial, scores, [], {"code": "abc"})
    assert "Where it misses, and why" in section
    assert "| code | abc |" in section
    both = page.with_section(page.with_section("", "wage_subsidy", section), "caseload_austria", "other\n")
    again = page.with_section(both, "wage_subsidy", "anew\n")
    assert again.index("other") < again.index("anew")
    assert "abc" not in again


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["trial"], "trial=NAME"),
        (["trial", "trial=caseload"], "no such file in conf/trial"),
        (["trial", "trial=wage_subsidi"], "did you mean 'wage_subsidy'"),
        (["trial", "trial=wage_subsidy", "policy=nothing"], "its own arms"),
        (["trial", "trial=wage_subsidy", "record=full"], "its own arms"),
        (["trial", "trial=wage_subsidy", "write_docs=yes"], "expected true or false"),
        (["trial", "trial=wage_subsidy", "write_docs=true", "start=boom_2022"], "as they are declared"),
        (["trial", "trial=wage_subsidy", "--frehs"], "did you mean '--fresh'"),
        (["run", "trial=wage_subsidy"], "belongs to kohtaanto trial"),
    ],
)
def test_wrong_words_get_one_line_and_exit_2(words, told, capsys):
    assert main(words) == 2
    captured = capsys.readouterr().err
    assert told in captured
    assert captured.count("\n") == 1


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("measure: participant_months", "measure: participant_month", "did you mean 'participant_months'"),
        ("states: [employed_open_market,", "states: [employed,", "no 'employed'"),
        ("against: without", "against: nobody", "no 'nobody'"),
        ("unit: months", "unit: days", "is in 'months'"),
        ("band: [1, 3]", "band: [3, 1]", "low 3 is not below high 1"),
        ("months: [20, 31]", "months: [31, 20]", "expected [first, last]"),
        ("assumes:", "asumes:", "unknown key 'asumes'; did you mean 'assumes'"),
        ("without: []", "without: null", "[] for none"),
        ("starts: wage_subsidy_private", "begins: x", "unknown key 'begins'"),
        ("unit: months", "parts: {work_month: 1}\n    unit: months", "no 'work_month'"),
        ("unit: months", "parts: {work_months: 0}\n    unit: months", "expected a weight above 0"),
    ],
)
def test_wrong_trial_file_gets_one_line(old, new, told, tmp_path, monkeypatch, capsys):
    copy = tmp_path / "conf"
    shutil.copytree(CONF, copy)
    monkeypatch.setattr(composition, "CONF", copy)
    text = (copy / "trial" / "wage_subsidy.yaml").read_text(encoding="utf-8")
    assert old in text
    (copy / "trial" / "own.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    assert main(["trial", "trial=own", f"outputs={tmp_path}"]) == 2
    captured = capsys.readouterr().err
    assert told in captured
    assert captured.count("\n") == 1


def test_command_from_words_to_files(tmp_path, capsys):
    words = ["region=kolmikko", "replications=2", "engine.processes=1", "horizon_years=3", f"outputs={tmp_path}"]
    assert main(["trial", "trial=caseload_austria", *words]) == 0
    assert "employed_days" in capsys.readouterr().out
    (folder,) = (tmp_path / "trial").iterdir()
    content = json.loads((folder / "trial.json").read_text(encoding="utf-8"))
    assert content["replications"] == 2
    assert {row["moment"] for row in content["outcomes"]} >= {"employed_days", "unemployed_days", "outside_days"}
    # the three kinds of days are all there are: what one gains the others lose
    means = {row["moment"]: row["mean"] for row in content["outcomes"]}
    assert abs(means["employed_days"] + means["unemployed_days"] + means["outside_days"]) < 10.0
    assert "Taken for granted" in (folder / "trial.md").read_text(encoding="utf-8")
