"""The table-top: the file and its lock, decisions as changes, observations by hand, and a game played for real."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from experiments.command import main
from experiments.composing.composition import resolve
from experiments.composing.horizon import Horizon
from experiments.tabletop.decision import policies_of
from experiments.tabletop.forecast import DISPERSION, PRIOR_PERSONS, at, forecast, spread, update
from experiments.tabletop.game import Game, begin
from experiments.tabletop.request import prepare
from sim.errors import InputError

WORDS = ("region=kolmikko", "shock=closure_kolmikko", "replications=2", "horizon_years=1")
REGISTERED = np.array([[0.0, 10.0, 20.0, 40.0], [0.0, 20.0, 40.0, 60.0], [0.0, 30.0, 60.0, 80.0]])


def written(tmp_path: Path, **changed: str) -> Path:
    """A file with some of its lines replaced."""
    path = begin(str(tmp_path / "game"), WORDS)
    text = path.read_text(encoding="utf-8")
    for key, value in changed.items():
        lines = [line for line in text.splitlines() if line.startswith(f"{key}:")]
        assert len(lines) == 1
        text = text.replace(lines[0], f"{key}: {value}")
    path.write_text(text, encoding="utf-8")
    return path


# --- observations ---------------------------------------------------------------------------------


def test_with_nothing_observed_the_forecast_is_the_prior() -> None:
    known = update(REGISTERED, [], 100.0)
    values, weights = forecast(REGISTERED, known, 100.0)
    assert np.array_equal(values, REGISTERED)
    assert weights.tolist() == [1 / 3] * 3
    assert (known.effective, known.factors.tolist()) == (pytest.approx(3.0), [1.0])


def test_weights_and_factor_by_hand() -> None:
    """Forty had registered by the end of month 3, as in the middle replication."""
    known = update(REGISTERED, [(3.0, 40)], 100.0)
    mean = np.array([20.0, 40.0, 60.0])
    chance = (DISPERSION / (DISPERSION + mean)) ** DISPERSION * (mean / (DISPERSION + mean)) ** 40
    assert known.weights == pytest.approx(chance / chance.sum())
    assert known.weights.argmax() == 1
    assert known.effective == pytest.approx(1.0 / np.sum(known.weights**2))
    share = float(known.weights @ REGISTERED[:, -1]) / 100.0
    due = 100.0 * float(known.weights @ mean) / (share * 100.0)
    posterior = (PRIOR_PERSONS * share + 40) / (PRIOR_PERSONS + due)
    assert known.factors.mean() == pytest.approx(posterior / share, rel=0.01)  # 21 quantiles stand for the whole


def test_fewer_than_expected_lowers_the_rest_and_more_raises_it() -> None:
    ends = []
    for count in (20, 40, 60):
        known = update(REGISTERED, [(3.0, count)], 100.0)
        values, weights = forecast(REGISTERED, known, 100.0)
        assert np.allclose(values[:, 2], count)  # the day of the observation
        assert values.max() <= 100.0
        ends.append(spread(values[:, -1], weights))
        assert ends[-1][1] < ends[-1][0] < ends[-1][2]
    assert ends[0][0] < ends[1][0] < ends[2][0]


def test_several_observations_count_by_what_came_between() -> None:
    once, twice = (update(REGISTERED, seen, 100.0) for seen in ([(3.0, 40)], [(2.0, 20), (3.0, 40)]))
    assert twice.weights[1] > once.weights[1]


def test_between_month_ends_in_a_straight_line() -> None:
    assert at(REGISTERED, 2.5).tolist() == [15.0, 30.0, 45.0]
    assert at(REGISTERED, 0.0).tolist() == [0.0, 0.0, 0.0]
    assert at(REGISTERED, 9.0).tolist() == [40.0, 60.0, 80.0]


# --- the file -------------------------------------------------------------------------------------


def test_a_game_is_locked_as_it_is_played(tmp_path: Path) -> None:
    path = written(tmp_path, decisions="[{month: 0, fte: {brokerage: +2}}]")
    comments = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    game = Game.read(path).next().next()
    assert (game.month, len(game.played)) == (2, 2)
    text = path.read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.startswith("#")] == comments
    later = text.replace("decisions: [", "decisions: [{month: 2, fte: {youth: -1}}, ")
    path.write_text(later, encoding="utf-8")
    assert len(Game.read(path).decisions) == 2  # of the present month
    for changed in (
        text.replace("+2", "+3"),
        text.replace("horizon_years=1", "horizon_years=2"),
        later.replace("month: 2, fte", "month: 1, fte"),
        text.replace("month: 2\n", "month: 1\n"),
    ):
        path.write_text(changed, encoding="utf-8")
        with pytest.raises(InputError) as caught:
            Game.read(path)
        assert "\n" not in str(caught.value)
        assert "played" in str(caught.value)


REFUSED = [
    ({"month": "-1"}, "month: expected a whole number"),
    ({"decisions": "3"}, "decisions: expected a list"),
    ({"decisions": "[{fte: {brokerage: 1}}]"}, r"decisions\[0\].month: expected a whole number"),
    ({"decisions": "[{month: 4, fte: {brokerage: 1}}]"}, "4 is still to come; 0 months have been played"),
    ({"decisions": "[{month: 0}]"}, r"decisions\[0\]: decides nothing"),
    ({"decisions": "[{month: 0, fte: {brokerag: 1}}]"}, "no line 'brokerag'; did you mean 'brokerage'"),
    ({"decisions": "[{month: 0, fte: {brokerage: many}}]"}, "expected posts more or less"),
    ({"decisions": "[{month: 0, ftes: {brokerage: 1}}]"}, "unknown key 'ftes'; did you mean 'fte'"),
    ({"decisions": "[{month: 0, courses: [{measure: coching, seats: 5}]}]"}, "did you mean 'coaching'"),
    ({"decisions": "[{month: 0, courses: [{measure: coaching, seats: 5, starts_month: 1}]}]"}, "can begin in month 2"),
    ({"observed": "[{until: 2025-01-31}]"}, r"observed\[0\]: registrations missing"),
    ({"observed": "[{until: 2025-01-31, registrations: -3}]"}, "expected a whole number of persons"),
    ({"scenario": "[seed=1]"}, "no event; expected shock=NAME"),
    ({"scenario": "[shock=closure_kolmikko, markets=null]"}, "a table-top makes these itself"),
]


@pytest.mark.parametrize(("changed", "message"), REFUSED)
def test_what_is_refused(tmp_path: Path, changed: dict[str, str], message: str) -> None:
    path = written(tmp_path, **changed)
    text = path.read_text(encoding="utf-8")
    if "scenario" in changed:  # the list below the key goes with it
        kept = [line for line in text.splitlines(keepends=True) if not line.startswith("  - ")]
        path.write_text("".join(kept), encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        prepare(Game.read(path))
    assert "\n" not in str(caught.value)


def test_decisions_become_dated_changes() -> None:
    horizon, parameters = Horizon(date(2025, 1, 1), 1), resolve("run", ["region=kolmikko"]).parameters
    decisions = [
        {"month": 3, "fte": {"brokerage": 4, "competence": -4}, "until_month": 9},
        {"month": 3, "courses": [{"measure": "modular_training", "occupation": "83", "seats": 5}]},
    ]
    policies = policies_of(decisions, 3, horizon, parameters, "game.yaml")
    first, second = policies.values()
    assert [(c["parameter"], c["add"]) for c in first["changes"]] == [
        ("services.staff_fte.brokerage", 4.0), ("services.staff_fte.competence", -4.0),
    ]  # fmt: skip
    days = [horizon.resolve(first["changes"][0][key], "") for key in ("start", "end")]
    assert days == [date(2025, 4, 1), date(2025, 9, 30)]  # three months have been played; for six more
    assert horizon.resolve(second["courses"][0]["start"], "") == date(2025, 7, 1)  # after three months of lead time


# --- played ---------------------------------------------------------------------------------------


def test_a_game_is_replayed_bit_for_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    free = [f"outputs={tmp_path / 'outputs'}", "engine.processes=1", "language=en"]
    assert main(["tabletop", "new", "game", *WORDS]) == 0
    assert main(["tabletop", "new", "game", *WORDS]) == 2
    assert "is there already" in capsys.readouterr().err
    for _ in range(5):
        Game.read(tmp_path / "game.yaml").next()
    assert main(["tabletop", "game.yaml", *free]) == 0
    told = capsys.readouterr().out
    assert "5 months played" in told
    path = tmp_path / "game.yaml"
    text = path.read_text(encoding="utf-8").replace("decisions: []", "decisions: [{month: 5, fte: {brokerage: +3}}]")
    text = text.replace("observed: []", "observed: [{until: 2025-05-31, registrations: 12}]")
    path.write_text(text, encoding="utf-8")
    contents = []
    for fresh in ([], ["--fresh"]):
        assert main(["tabletop", "game.yaml", *free, *fresh]) == 0
        told = capsys.readouterr().out
        assert "12 had registered by 31 May 2025" in told
        folder = Path(told.splitlines()[-2]).parent
        contents.append((folder / "tabletop.json").read_bytes())
        page = (folder / "report.html").read_text(encoding="utf-8")
        assert "<svg" in page
        assert "Month 5" in page
    assert contents[0] == contents[1]
    content = json.loads(contents[0])
    (one,) = content["registrations"]
    assert one["now"][0][0] == 12.0
    assert one["people"] == 60.0
    assert 1.0 <= one["effective"] <= 2.0
    path.write_text(path.read_text(encoding="utf-8").replace("2025-05-31", "2025-06-30"), encoding="utf-8")
    assert main(["tabletop", "game.yaml", *free]) == 2
    assert "is not in the months played" in capsys.readouterr().err
    assert main(["tabletop", "game.yaml", "seed=3"]) == 2
    assert main(["tabletop", "none.yaml"]) == 2
    assert main(["tabletop"]) == 2
    assert capsys.readouterr().err.count("\n") == 3
