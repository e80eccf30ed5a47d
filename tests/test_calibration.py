"""Calibration: the optimiser on toy models, bounds, errors, what is written into the parameter files."""

from __future__ import annotations

import difflib
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

from experiments.calibration.declaration import Fitted, plain_number, write_values
from experiments.calibration.identification import identify
from experiments.calibration.least_squares import Settings, Slopes, StoppedError, _Search, fit, needed
from experiments.calibration.measured_moments import moments_of
from experiments.calibration.target import FreeParameter, coordinates, target_from, values_at
from experiments.composing.composition import CONF, resolve
from experiments.validation.board import Board
from sim.errors import InputError
from sim.parameters import ParameterSet

SHIPPED = yaml.safe_load((CONF / "target" / "baseline.yaml").read_text(encoding="utf-8"))


# --- the optimiser ---------------------------------------------------------------------------------------------------


class Toy:
    """Five moments of three parameters, curved, with a roughness that depends on the point alone."""

    def __init__(self, answer: tuple[float, ...], roughness: float = 0.0) -> None:
        self.answer, self.roughness, self.points = np.array(answer), roughness, 0
        self.batches: list[int] = []

    def moments(self, x: np.ndarray) -> np.ndarray:
        a, b, c = x
        return np.array([4.0 * a + b, 3.0 * b * b, 5.0 * np.exp(c) + a, a - 2.0 * c, 2.0 * a * b])

    def __call__(self, points: np.ndarray) -> np.ndarray:
        self.points += len(points)
        self.batches.append(len(points))
        rows = []
        for x in points:
            seed = np.abs(np.round(x * 1e6)).astype(np.uint64)
            rough = np.random.default_rng(seed).normal(0.0, self.roughness, 5)
            rows.append(self.moments(x) - self.moments(self.answer) + rough)
        return np.array(rows)[:, None, :]


def test_the_answer_of_a_smooth_toy_is_found() -> None:
    toy = Toy((0.3, 0.7, 0.5))
    found = fit(toy, np.array([0.8, 0.3, 0.2]), Settings(step=0.02, pull=0.0, tolerance=1e-6))
    assert found.point == pytest.approx(toy.answer, abs=1e-3)
    assert found.objective < 1e-5 < found.first_objective
    assert found.code == 0


@pytest.mark.parametrize("start", [(0.8, 0.3, 0.2), (0.1, 0.9, 0.9), (0.5, 0.5, 0.05)])
def test_the_answer_of_a_rough_toy_is_found_within_its_error(start: tuple[float, ...]) -> None:
    roughness = 0.05
    toy = Toy((0.3, 0.7, 0.5), roughness)
    found = fit(toy, np.array(start), Settings(evaluations=60))
    assert found.evaluations == toy.points <= 60
    assert found.slopes is not None
    error = roughness * np.sqrt(np.diag(np.linalg.inv(found.slopes.seen.T @ found.slopes.seen)))
    assert np.all(np.abs(found.point - toy.answer) < 4.0 * error + 0.02), (found.point, error)


def test_a_jacobian_is_one_batch_so_that_it_is_simulated_in_parallel() -> None:
    toy = Toy((0.3, 0.7, 0.5))
    fit(toy, np.array([0.5, 0.5, 0.5]), Settings())
    assert toy.batches[:2] == [1, 3]


def test_an_answer_outside_the_bounds_ends_at_the_bound() -> None:
    toy = Toy((0.3, 1.4, 0.5))
    found = fit(toy, np.array([0.4, 0.6, 0.4]), Settings(step=0.02, pull=0.0))
    assert found.point[1] == 1.0
    assert np.all((found.point >= 0.0) & (found.point <= 1.0))


def test_constants_near_their_bounds_do_not_hold_up_the_others() -> None:
    """Twelve parameters that moments pull out of the box, from .01 to .12 away from their bounds, beside one that has
    .6 to go: it goes so far in two steps, where a step that ends at the first bound needs one for each.
    """
    near = np.linspace(0.01, 0.12, 12)

    def residuals(points: np.ndarray) -> np.ndarray:
        return np.column_stack([5.0 * (points[:, 0] - 0.9), points[:, 1:] + 1.0])[:, None, :]

    found = fit(residuals, np.array([0.3, *near]), Settings(pull=0.0, evaluations=45))
    assert found.point[0] == pytest.approx(0.9, abs=1e-6)
    assert found.point[1:] == pytest.approx(0.0, abs=1e-9)


def test_a_start_on_a_bound_looks_into_the_box() -> None:
    toy = Toy((0.3, 0.7, 0.5))
    found = fit(toy, np.array([1.0, 1.0, 0.0]), Settings(step=0.05, pull=0.0, tolerance=1e-5))
    assert found.point == pytest.approx(toy.answer, abs=0.02)


def test_slopes_are_known_where_the_optimiser_has_moved_a_point_onto_its_bound() -> None:
    """The point that slopes are asked for may differ in the last digits from the one that was evaluated."""
    search = _Search(Toy((0.3, 0.6, 1.0)), np.array([0.5, 0.5, 0.5]), Settings(evaluations=50), None)
    search.residuals(np.array([0.5, 0.5, 0.5]))
    search.residuals(np.array([0.4, 0.5, 1.0 - 1e-16]))
    assert search.jacobian(np.array([0.4, 0.5, 1.0])).shape == (5 + 3, 3)


def test_a_parameter_without_moments_stays_where_it_was() -> None:
    found = fit(lambda points: 3.0 * (points[:, None, :1] - 0.2), np.array([0.9, 0.65]), Settings(pull=0.1))
    assert found.point[0] == pytest.approx(0.2, abs=0.01)
    assert found.point[1] == pytest.approx(0.65, abs=1e-9)


def test_chance_does_not_pass_for_a_slope() -> None:
    """Six moments of two parameters, a third without effect, and chance larger than the step between points."""
    effect = np.array([[8.0, 0, 0], [0, 8, 0], [4, 4, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]])
    answer = np.array([0.3, 0.6, 0.5])
    for seed in range(10):
        chance = np.random.default_rng(seed)

        def residuals(points: np.ndarray, chance: np.random.Generator = chance) -> np.ndarray:
            means = (points - answer) @ effect.T
            return means[:, None, :] + chance.normal(0.0, 0.3, (len(points), 8, 6))

        found = fit(residuals, np.array([0.7, 0.2, 0.5]), Settings(evaluations=40))
        assert found.point[:2] == pytest.approx(answer[:2], abs=0.1)
        assert abs(found.point[2] - 0.5) < 0.3
        assert found.slopes is not None
        assert (found.slopes.seen[effect == 0.0] == 0.0).mean() > 0.7
        assert (found.slopes.seen[effect == 8.0] != 0.0).all()  # five standard errors; 4 is not always seen


def test_evaluations_are_not_exceeded_and_the_last_slopes_are_known() -> None:
    for most in range(8, 30):
        toy = Toy((0.3, 0.7, 0.5), 0.3)
        found = fit(toy, np.array([0.9, 0.1, 0.9]), Settings(evaluations=most, tolerance=1e-6))
        assert toy.points <= most
        assert found.slopes is not None
    with pytest.raises(ValueError, match="fewer than 8"):
        fit(Toy((0.3, 0.7, 0.5)), np.array([0.5, 0.5, 0.5]), Settings(evaluations=7))


def test_a_loss_gives_an_impossible_moment_less_say() -> None:
    def residuals(points: np.ndarray) -> np.ndarray:
        return 10.0 * (points[:, :1, None] - np.array([0.3, 0.3, 3.0]))

    plain = fit(residuals, np.array([0.2]), Settings(pull=0.0)).point[0]
    robust = fit(residuals, np.array([0.2]), Settings(pull=0.0, loss="soft_l1")).point[0]
    assert plain == pytest.approx(1.0)
    assert robust < 0.5


def test_an_interruption_keeps_the_best_point() -> None:
    toy = Toy((0.3, 0.7, 0.5))

    def batch(points: np.ndarray) -> np.ndarray:
        if toy.points > 10:
            raise StoppedError("interrupted", 130)
        return toy(points)

    found = fit(batch, np.array([0.9, 0.1, 0.9]), Settings(step=0.02, pull=0.0, tolerance=1e-6))
    assert (found.code, found.ended) == (130, "interrupted")
    assert found.objective < found.first_objective
    with pytest.raises(StoppedError):
        fit(batch, np.array([0.9, 0.1, 0.9]), Settings())


def test_a_point_that_can_not_be_simulated_is_no_answer() -> None:
    toy = Toy((0.3, 0.7, 0.5))

    def batch(points: np.ndarray) -> np.ndarray:
        values = toy(points)
        values[points[:, 0] < 0.4] = np.nan
        return values

    found = fit(batch, np.array([0.9, 0.1, 0.9]), Settings(pull=0.0))
    assert found.point[0] >= 0.4
    assert np.all(np.isfinite(found.residuals))


def test_steps_are_told() -> None:
    told: list[tuple[int, float]] = []
    fit(Toy((0.3, 0.7, 0.5)), np.array([0.9, 0.1, 0.9]), Settings(pull=0.0),
        lambda step, point, residuals, evaluations: told.append((step, float(residuals @ residuals))))  # fmt: skip
    assert [step for step, _ in told] == list(range(len(told)))
    assert told[-1][1] < told[0][1]


# --- identification --------------------------------------------------------------------------------------------------


def exactly(slopes: list[list[float]]) -> Slopes:
    """Slopes without chance."""
    measured = np.array(slopes)
    return Slopes(measured, measured, np.zeros((measured.shape[1], measured.shape[1])))


def test_errors_are_those_of_linear_least_squares() -> None:
    slopes = exactly([[4.0, 0.0], [0.0, 2.0], [0.0, 0.0]])
    chance = np.random.default_rng(1).normal(0.0, 1.0, (400, 3))
    known = identify(slopes, np.ones(3), np.array([False, False]), chance)
    assert known.standard_error == pytest.approx([0.5 / 4.0, 0.5 / 2.0])  # a half-width is two standard errors
    assert known.simulation_error == pytest.approx([1.0 / 4.0 / 20.0, 1.0 / 2.0 / 20.0], rel=0.1)
    assert known.identified.tolist() == [True, True]
    assert known.pins.tolist() == [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]


def test_parameters_that_moments_leave_open_or_can_not_tell_apart_are_named() -> None:
    flat = identify(exactly([[4.0, 0.0], [3.0, 0.0]]), np.ones(2), np.array([False, False]), np.zeros((1, 2)))
    assert flat.identified.tolist() == [True, False]
    assert np.isnan(flat.simulation_error).all()
    few = identify(exactly([[4.0, 3.0]]), np.ones(1), np.array([False, False]), np.zeros((2, 1)))
    assert few.identified.tolist() == [False, False]
    near = identify(exactly([[20.0, 20.0], [20.0, 25.0]]), np.ones(2), np.array([False, False]), np.zeros((2, 2)))
    assert [(i, j) for i, j, _ in near.alike()] == [(0, 1)]
    assert near.alike()[0][2] < -0.9
    bound = identify(exactly([[4.0, 3.0]]), np.ones(1), np.array([False, True]), np.zeros((2, 1)))
    assert bound.identified.tolist() == [True, False]
    assert np.isnan(bound.standard_error[1])


def test_errors_know_that_slopes_hold_chance() -> None:
    """A parameter whose slopes are chance alone is open; without the correction chance would pin it."""
    effect = np.array([[8.0, 0.0], [4.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    told = {"corrected": 0, "not": 0}
    for seed in range(20):
        chance = np.random.default_rng(seed)

        def residuals(points: np.ndarray, chance: np.random.Generator = chance) -> np.ndarray:
            return ((points - 0.5) @ effect.T)[:, None, :] + chance.normal(0.0, 0.3, (len(points), 8, 6))

        found = fit(residuals, np.array([0.7, 0.5]), Settings(evaluations=20))
        assert found.slopes is not None
        asked = (np.ones(6), np.array([False, False]), np.zeros((2, 6)))
        told["corrected"] += identify(found.slopes, *asked).identified[1]
        told["not"] += identify(exactly(found.slopes.measured.tolist()), *asked).identified[1]
        assert identify(found.slopes, *asked).identified[0]
    assert told["not"] > 15
    assert told["corrected"] < 10


# --- targets ---------------------------------------------------------------------------------------------------------


def test_coordinates_run_between_the_bounds_and_points_have_four_digits() -> None:
    rate = FreeParameter("a.b", "per month", 0.4, 4.0, 0.9)
    share = FreeParameter("a.c", "share", 0.6, 0.9, 0.7)
    assert rate.is_logarithmic
    assert not share.is_logarithmic
    point = coordinates([rate, share], [0.9, 0.7])
    assert values_at([rate, share], point) == (0.9, 0.7)
    assert values_at([rate, share], np.array([0.0, 1.0])) == (0.4, 0.9)
    assert rate.value(0.123456) == float(f"{rate.value(0.123456):.4g}")
    for parameter in (rate, share):
        slope = (parameter.value(0.55) - parameter.value(0.45)) / 0.1
        assert parameter.slope(0.5) == pytest.approx(slope, rel=0.02)


def test_the_shipped_target_holds() -> None:
    target = target_from("baseline", SHIPPED)
    free = target.free_parameters(resolve("run", []).parameters)
    assert {parameter.name for parameter in free} == set(SHIPPED["parameters"])
    for board, weights in {target.board: SHIPPED["moments"], **SHIPPED["beside"]}.items():
        assert len(moments_of(target, Board.read(board))) == len(weights)
    assert target.settings.evaluations >= needed(len(free))


def check(given: dict[str, object]) -> None:
    target = target_from("baseline", given)
    for board in target.boards:
        moments_of(target, Board.read(board))
    target.free_parameters(resolve("run", []).parameters)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"moments": {"unemployment_rat": 1}}, "no such moment in .*did you mean 'unemployment_rate'"),
        ({"moments": {"hires_from_employment": 1}}, "states no band for it"),
        ({"moments": {"hires": 0}}, "moments.hires: expected a weight above 0, got 0"),
        ({"moments": {"hires": "much"}}, "moments.hires: expected a finite number"),
        ({"moments": {}}, "moments: expected names of moments"),
        ({"beside": {"ten_yers": {"hires": 1}}}, "ten_yers"),
        ({"beside": {"ten_years": {"hirs": 1}}}, "beside.ten_years.hirs: no such moment in conf/board/ten_years.yaml"),
        ({"beside": {"slack_2016": {"exits_to_job": 1}}}, "beside.slack_2016.exits_to_job: .* states no band"),
        ({"beside": {"baseline": {"hires": 1}}}, "beside.baseline: the target's own board"),
        ({"beside": ["ten_years"]}, "beside: expected names of boards"),
        ({"beside": {"ten_years": {"unemployment_rate": 0}}}, "expected a weight above 0"),
        ({"parameters": {"hiring.suitable_shar": None}}, "did you mean 'hiring.suitable_share'"),
        ({"parameters": {"furlough.season": None}}, "a table over month; expected a constant of the whole area"),
        ({"parameters": {"separation.leave_by_age.15-19": None}}, "a table over age_band"),
        ({"parameters": {"hiring.suitable_share": {"low": 0.01}}}, "low: 0.01 is outside the declared range 0.1 to 1"),
        ({"parameters": {"hiring.suitable_share": {"high": 1.5}}}, "high: 1.5 is outside the declared range"),
        ({"parameters": {"hiring.suitable_share": {"low": 0.8, "high": 0.7}}}, "low 0.8 is not below high 0.7"),
        ({"parameters": {"hiring.suitable_share": {"low": 0.99}}}, "the search starts at .* outside the bounds"),
        ({"parameters": {"hiring.suitable_share": {"lo": 0.2}}}, "unknown key 'lo'; did you mean 'low'"),
        ({"parameters": {"hiring.suitable_share": 0.2}}, "expected {low: …, high: …} or nothing, got 0.2"),
        ({"evaluation": 3}, "unknown key 'evaluation'; did you mean 'evaluations'"),
        ({"evaluations": 2.5}, "evaluations: expected a whole number from 1"),
        ({"step": 0.9}, "step: expected 0.001 to 0.5, got 0.9"),
        ({"loss": "hubber"}, "no loss 'hubber'; did you mean 'huber'"),
        ({"start": None}, "start missing"),
    ],
)
def test_a_wrong_target_is_told_in_one_line(change: dict[str, object], told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        check({**SHIPPED, **change})
    assert "\n" not in str(caught.value)
    assert "conf/target/baseline.yaml" in str(caught.value) or "conf/board" in str(caught.value)


# --- writing ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    """A copy of the shipped configuration."""
    return Path(shutil.copytree(CONF, tmp_path / "conf"))


def contents(conf: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in conf.rglob("*.yaml")}


def test_writing_changes_the_lines_of_the_values_and_nothing_else(conf: Path) -> None:
    before = contents(conf)
    fitted = {
        "search.rate_unemployed_per_month": Fitted(1.234, "kohtaanto calibrate target=baseline, moments hires"),
        "separation.dismissal_per_month": Fitted(0.00234, "a: b # c"),
    }
    changed = write_values(fitted, conf)
    assert [path.name for path in changed] == ["default.yaml"]
    after = contents(conf)
    assert {path for path in before if before[path] != after[path]} == set(changed)
    old, new = before[changed[0]].decode().splitlines(True), after[changed[0]].decode().splitlines(True)
    assert len(old) == len(new)
    lines = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
    assert 4 <= len(lines) <= 6
    assert all(a.split(":")[0] == b.split(":")[0] for a, b in lines)
    assert {a.split(":")[0].strip() for a, _ in lines} <= {"value", "source", "source_kind"}

    declared = yaml.safe_load(after[changed[0]])
    for name, new_value in fitted.items():
        mechanism, parameter = name.split(".")
        entry = declared[mechanism][parameter]
        assert (entry["value"], entry["source"], entry["source_kind"]) == (new_value.value, new_value.source, "fitted")
    assert len(ParameterSet.from_declarations(declared)) > 20


def test_months_of_a_season_are_written_into_their_table(conf: Path) -> None:
    """Two cells of one table: their values, and one source for both."""
    before = contents(conf)
    fitted = {
        "contracts.end_season.12": Fitted(2.222, "one"),
        "contracts.end_season.1": Fitted(1.111, "other"),
    }
    (changed,) = write_values(fitted, conf)
    old = yaml.safe_load(before[changed])["contracts"]["end_season"]
    new = yaml.safe_load(contents(conf)[changed])["contracts"]["end_season"]
    assert new["value"] == {**old["value"], "1": 1.111, "12": 2.222}
    assert new["source"] in ("one", "other")
    with pytest.raises(InputError, match=r"contracts.end_season.13.value: expected a single value"):
        write_values({"contracts.end_season.13": Fitted(1.0, "x")}, conf)


def test_writing_what_is_there_changes_no_byte(conf: Path) -> None:
    before = contents(conf)
    parameters = resolve("run", []).parameters
    texts = {name: parameters[name] for name in SHIPPED["parameters"] if name in parameters}
    write_values({name: Fitted(p.value, p.source, p.source_kind) for name, p in texts.items()}, conf)  # type: ignore[arg-type]
    for path, content in contents(conf).items():
        lines = list(difflib.ndiff(before[path].decode().splitlines(), content.decode().splitlines()))
        # Only how a number is spelt may differ: 0.40 becomes 0.4.
        assert all("value:" in line or line.startswith(("  ", "? ")) for line in lines)


def test_comments_line_ends_and_long_texts_survive(tmp_path: Path) -> None:
    file = tmp_path / "conf" / "labour_market" / "own.yaml"
    file.parent.mkdir(parents=True)
    text = (
        "# @package parameters\r\n# ä – comment\r\nm:\r\n  p:   # here\r\n    value: 3.0  # three\r\n    low: 1\r\n"
        "    source: >-\r\n      long\r\n      text\r\n    unit: share\r\n    source_kind: 'derived'   # kind\r\n"
    )
    file.write_bytes(text.encode())
    write_values({"m.p": Fitted(2.5, "new")}, tmp_path / "conf")
    after = file.read_bytes().decode()
    assert yaml.safe_load(after) == {
        "m": {"p": {"value": 2.5, "low": 1, "source": "new", "unit": "share", "source_kind": "fitted"}}
    }
    assert after.startswith(text[: text.index("3.0")])
    assert "value: 2.5  # three\r\n    low: 1\r\n" in after
    assert "source_kind: fitted   # kind\r\n" in after
    assert "    unit: share\r\n" in after


def test_a_parameter_that_no_file_or_two_files_declare_is_not_written(conf: Path) -> None:
    before = contents(conf)
    good = {"hiring.suitable_share": Fitted(0.5, "x")}
    with pytest.raises(InputError, match=r"'hiring.nothing' is declared in no file"):
        write_values({**good, "hiring.nothing": Fitted(0.5, "x")}, conf)
    with pytest.raises(InputError, match=r"furlough.season.value: expected a single value"):
        write_values({**good, "furlough.season": Fitted(0.5, "x")}, conf)
    assert contents(conf) == before
    shutil.copy(conf / "labour_market" / "default.yaml", conf / "labour_market" / "other.yaml")
    with pytest.raises(InputError, match=r"declared in .*default.yaml and .*other.yaml; write it by hand"):
        write_values(good, conf)


def test_numbers_are_written_without_an_exponent() -> None:
    assert [plain_number(v) for v in (0.00001234, 1234.0, 0.4, 3.0)] == ["0.00001234", "1234", "0.4", "3"]
