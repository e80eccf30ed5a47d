"""Sweeps: outcomes, points as runs, errors in one line, and what is left after things went wrong.

The first part runs with a stand-in for the engine, the second with the engine itself.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import fake_engine
import numpy as np
import pyarrow.parquet as pq
import pytest
import sweep_worker

import agents
from agents.region import Region
from agents.specification import RunSpecification
from experiments.command import main
from experiments.composing.composition import resolve
from experiments.composing.configuration import Configuration
from experiments.composing.horizon import Horizon
from experiments.running import store
from experiments.running.panel import Panel
from experiments.running.plan import make_plan
from experiments.running.runner import Outcome
from experiments.running.store import RunStore, table_digest
from experiments.sweep.evaluation import Evaluation
from experiments.sweep.executor import LOST, jobs_of
from experiments.sweep.factor import LEVER, UNCERTAINTY, Factor, read_factors
from experiments.sweep.folder import read_sweep
from experiments.sweep.outcome import OutcomeAsked, read_outcomes
from experiments.sweep.point import Point
from experiments.sweep.processes import Processes
from experiments.sweep.sample import Sample
from sim.errors import InputError
from sim.parameters import ParameterSet
from sim.timetable import compose

C15 = Path(__file__).parent / "data" / "c15"
SMALL = ("region=kolmikko", "horizon_years=1", "replications=3")
SHARE, FTE = "hiring.suitable_share", "services.staff_fte.brokerage"


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return resolve("sweep", [*SMALL, "record=summary"])


@pytest.fixture(scope="module")
def parameters(configuration: Configuration) -> ParameterSet:
    return configuration.parameters


Engine = Callable[..., sweep_worker.Engine]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Put a stand-in in the engine's place."""

    def install(broken: Callable[[RunSpecification], Exception | None] | None = None) -> sweep_worker.Engine:
        fake = sweep_worker.Engine(broken)
        monkeypatch.setitem(sys.modules, "agents.area", fake)
        monkeypatch.setattr(agents, "area", fake, raising=False)
        monkeypatch.setattr("agents.warm_up.warm_up", lambda _: 0.0)
        return fake

    return install


def at(configuration: Configuration, folder: Path) -> Configuration:
    """The configuration with another folder of results."""
    return Configuration.from_plain({**configuration.plain, "outputs": str(folder)})


def same(one: Sample, other: Sample) -> bool:
    """Whether two tables are equal, missing numbers too."""
    return bool(table_digest(one.table) == table_digest(other.table) and one.table.schema == other.table.schema)


def share(value: float, name: str | None = None) -> Point:
    return Point(name or f"p{value}", {SHARE: value})


# --- outcomes ------------------------------------------------------------------------------------------------


def test_outcomes_are_those_of_the_summary(tmp_path: Path) -> None:
    horizon = Horizon(date(2025, 1, 1), 1)
    result = fake_engine.simulate(RunSpecification(Path(), "s", horizon.start, horizon.days, 3))
    runs = RunStore(tmp_path)
    runs.write("ab", result)
    stored = runs.load("ab")
    panel = Panel({("baseline", 0): stored.indicators}, ["baseline"])
    for series, text in (
        (("unemployed", "", ""), "unemployed"), (("hires", "", ""), "hires"),
        (("unemployed", "municipality", "KU902"), "unemployed:municipality=KU902"),
    ):  # fmt: skip
        row = panel.series.index(series)
        for month in (3, 12):
            told = panel.at(horizon.month_end(month))[0, 0, row]
            assert OutcomeAsked.read(f"{text}@{month}").of(stored) == told
        assert OutcomeAsked.read(text).of(stored) == panel.at(horizon.month_end(12))[0, 0, row]
        assert OutcomeAsked.read(f"{text}@all").of(stored) == pytest.approx(panel.at(None)[0, 0, row], rel=1e-12)
    assert np.isnan(OutcomeAsked.read("vacancy_duration_days").of(stored))
    with pytest.raises(InputError, match="did you mean 'KU902'"):
        OutcomeAsked.read("unemployed:municipality=KU92").of(stored)
    with pytest.raises(InputError, match=r"no such series|none by"):
        OutcomeAsked.read("caseload:line=brokerage").of(stored)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("[unemploied]", "did you mean 'unemployed'"), ("[unemployed@0]", "a month from 1"), ("[]", "none asked"),
        ("[hires,hires]", "comes twice"), ("[unemployed:municipality]", "expected INDICATOR"),
    ],
)  # fmt: skip
def test_wrong_outcomes(typed: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_outcomes(typed)


# --- points as runs ------------------------------------------------------------------------------------------


def evaluation(
    configuration: Configuration,
    factors: Sequence[Factor],
    folder: Path,
    retry_failed: bool = False,
    executor: Processes | None = None,
) -> Evaluation:
    outcomes = read_outcomes("[unemployed,hires]")
    return Evaluation(at(configuration, folder), factors, outcomes, executor or Processes(1), retry_failed)


def test_uncertainty_is_a_parameter_of_the_run(tmp_path: Path, configuration: Configuration) -> None:
    """A point has the very run of the same value typed for a run: what is stored is shared."""
    factors = read_factors(f"[{SHARE},{FTE}]", UNCERTAINTY, configuration.parameters)
    runs = evaluation(configuration, factors, tmp_path).runs_of(Point("a", {SHARE: 0.4, FTE: 20.0}))
    typed = resolve("run", [*SMALL, "record=summary", f"parameters.{SHARE}=0.4", f"parameters.{FTE}=20"])
    assert [run.key for run in runs] == [run.key for run in make_plan(typed).runs]
    assert [run.specification.seed for run in runs] == [42, 43, 44]


def test_levers_act_beside_a_shared_baseline(tmp_path: Path, configuration: Configuration, engine: Engine) -> None:
    fake = engine()
    parameters = configuration.parameters
    factors = (*read_factors(f"[{SHARE}]", UNCERTAINTY, parameters), *read_factors(f"[{FTE}]", LEVER, parameters))
    points = [Point(f"{s}-{f}", {SHARE: s, FTE: f}) for s in (0.2, 0.5) for f in (10.0, 20.0)]
    run = evaluation(configuration, factors, tmp_path)
    sample = run(points)
    assert sample.arms == ["baseline", "lever"]
    assert len(fake.simulated) == 2 * 3 + 4 * 3  # the baseline of equal uncertainties once
    effect = sample.differences("unemployed", "lever")
    np.testing.assert_array_equal(effect, np.repeat([10, 20, 10, 20], 3).reshape(4, 3))
    baseline = sample.means("unemployed")
    np.testing.assert_array_equal(baseline[0], baseline[1])
    np.testing.assert_allclose(baseline[2] - baseline[0], 30.0)  # 100 × (0.5 − 0.2), the same luck
    np.testing.assert_array_equal(sample.inputs()[:, 1], [10, 20, 10, 20])
    starts = {change.start for specification in fake.simulated for change in specification.changes}
    assert min(starts) <= fake.simulated[0].start_date
    assert run(points).table.equals(sample.table)
    assert (run.simulated, run.reused, len(fake.simulated)) == (18, 0, 18)
    assert evaluation(configuration, factors, tmp_path)(points).table.equals(sample.table)
    assert len(fake.simulated) == 18


def test_a_lever_may_begin_later(tmp_path: Path, configuration: Configuration) -> None:
    typed = f"{{{FTE}: {{values: [10], start: {{months_after_start: 3}}}}}}"
    factors = read_factors(typed, LEVER, configuration.parameters)
    runs = evaluation(configuration, factors, tmp_path).runs_of(Point("a", {FTE: 10.0}))
    [change] = [c for run in runs[-1:] for c in run.specification.changes if c.owner == "policies.lever"]
    assert (change.amount, (change.start - runs[0].specification.start_date).days) == (10.0, 90)


def test_a_lever_may_end(tmp_path: Path, configuration: Configuration) -> None:
    typed = f"{{{FTE}: {{values: [10], start: {{months_after_start: 3}}, end: {{months_after_start: 6, day: 31}}}}}}"
    factors = read_factors(typed, LEVER, configuration.parameters)
    runs = evaluation(configuration, factors, tmp_path).runs_of(Point("a", {FTE: 10.0}))
    [change] = [c for run in runs[-1:] for c in run.specification.changes if c.owner == "policies.lever"]
    start = runs[0].specification.start_date
    assert change.end is not None
    assert ((change.start - start).days, (change.end - start).days) == (90, 211)
    assert [factor.told()["end"] for factor in factors] == [{"months_after_start": 6, "day": 31}]


def test_levers_move_staff_between_towns(tmp_path: Path, configuration: Configuration) -> None:
    """What towns get comes from the host, unless it is a lever too; levers with the same dates are one order."""
    factors = read_factors("[placing.Rantala=-1..2]", LEVER, configuration.parameters)
    run = evaluation(configuration, factors, tmp_path)
    [order] = run.runs_of(Point("a", {"placing.Rantala": 1.5}))[-1].specification.placing
    assert (order.fte, order.line, order.end) == (((0, -1.5), (1, 1.5)), -1, None)
    assert run.runs_of(Point("b", {"placing.Rantala": 0.0}))[-1].specification.placing == ()
    both = read_factors("{placing.KU901: -1..1, placing.KU902: -1..1}", LEVER, configuration.parameters)
    run = evaluation(configuration, both, tmp_path)
    with pytest.raises(InputError, match=r"point c: .*FTE sum to 0; got 0.5"):
        run.runs_of(Point("c", {"placing.KU901": -0.5, "placing.KU902": 1.0}))
    with pytest.raises(InputError, match="Rantla"):
        evaluation(
            configuration, read_factors("[placing.Rantla=0..1]", LEVER, configuration.parameters), tmp_path
        ).runs_of(Point("d", {"placing.Rantla": 1.0}))


def test_what_a_rule_sets_varies_as_a_lever_alone(tmp_path: Path) -> None:
    """An uncertainty would be overwritten by the rule; a lever is composed after it and holds."""
    configuration = resolve("sweep", [*SMALL, "rules=by_date"])
    key = "rules.intensive_talks"
    with pytest.raises(InputError, match=r"uncertainties: rules\.intensive_talks is set by dated rules"):
        evaluation(configuration, read_factors(f"[{key}]", UNCERTAINTY, configuration.parameters), tmp_path)
    lever = read_factors(f"[{key}]", LEVER, configuration.parameters)
    run = evaluation(configuration, lever, tmp_path).runs_of(Point("a", {key: 2.0}))[-1].specification
    timetable = compose(configuration.parameters, run.changes, run.start_date, run.days)
    assert {timetable.value(key, day) for day in range(0, run.days, 30)} == {2.0}


def test_levers_act_under_every_shock(tmp_path: Path) -> None:
    configuration = resolve("sweep", [*SMALL, "shock=closure_kolmikko"])
    factors = read_factors(f"[{FTE}]", LEVER, configuration.parameters)
    assert evaluation(configuration, factors, tmp_path).arms == (
        "baseline", "closure_kolmikko", "closure_kolmikko+lever"
    )  # fmt: skip


def test_region_is_read_once(tmp_path: Path, configuration: Configuration, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[Path] = []
    load = Region.load

    def counted(folder: Path) -> Region:
        loaded.append(folder)
        return load(folder)

    monkeypatch.setattr(Region, "load", counted)
    run = evaluation(configuration, read_factors(f"[{SHARE}]", UNCERTAINTY, configuration.parameters), tmp_path)
    for value in (0.2, 0.3, 0.4):
        run.runs_of(share(value))
    assert len(loaded) == 1


def test_failed_run_is_a_row_until_it_is_tried_again(
    tmp_path: Path, configuration: Configuration, engine: Engine
) -> None:
    def broken(specification: RunSpecification) -> Exception | None:
        value = specification.parameters["hiring"]["suitable_share"]["value"]
        tried.append(value)
        return ValueError("no luck") if specification.seed == 43 and value == 0.5 else None

    factors = read_factors(f"[{SHARE}]", UNCERTAINTY, configuration.parameters)
    points = [share(0.2), share(0.5)]
    tried: list[float] = []
    engine(broken)
    sample = evaluation(configuration, factors, tmp_path)(points)
    assert sample.failed == 1
    assert np.isnan(sample.means("unemployed")).tolist() == [[False] * 3, [False, True, False]]
    assert list(sample.errors()) == [sample.table["error"].to_pylist()[4]]
    assert sample.table["error"].to_pylist()[4].startswith("ValueError: no luck")
    tried.clear()
    assert same(evaluation(configuration, factors, tmp_path)(points), sample)
    assert not tried  # not by itself
    engine()
    again = evaluation(configuration, factors, tmp_path, retry_failed=True)(points)
    assert again.failed == 0
    assert evaluation(configuration, factors, tmp_path)(points).table.equals(again.table)


def test_a_point_that_leaves_the_range_is_named(tmp_path: Path, configuration: Configuration) -> None:
    run = evaluation(configuration, read_factors(f"[{SHARE}]", UNCERTAINTY, configuration.parameters), tmp_path)
    for point, told in (
        (share(7.0, "p3"), "point p3: 7 is outside the declared range"),
        (Point("p4", {}), "point p4: no value for hiring.suitable_share"),
        (Point("p5", {SHARE: 0.4, "x": 1.0}), "point p5: x is no factor"),
    ):
        with pytest.raises(InputError, match=told):
            run([point])


def test_c15_bad_row_ends_before_any_run(
    tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = engine()
    assert main(["sweep", f"design={C15 / 'design_bad_row.csv'}", *SMALL, f"outputs={tmp_path}"]) == 2
    told = capsys.readouterr().err
    assert "design_bad_row.csv row 3 (p01): 99999 is outside the declared range" in told
    assert told.count("\n") == 1
    assert not fake.simulated


def test_c15_twins_share_their_runs(tmp_path: Path, engine: Engine) -> None:
    fake = engine()
    words = ["sweep", f"design={C15 / 'design_duplicate.csv'}", *SMALL, f"outputs={tmp_path}", "engine.processes=1"]
    assert main([*words, "outcomes=[unemployed]"]) == 0
    assert len(fake.simulated) == 2 * 3  # two distinct points of three
    [folder] = (tmp_path / "sweep").iterdir()
    manifest, sample = read_sweep(folder)
    assert sample.points == ["p00", "p01", "p02"]
    assert sample.shape == (3, 1, 3)
    np.testing.assert_array_equal(sample.means("unemployed")[0], sample.means("unemployed")[2])
    assert manifest["counted"]["simulated"] == 6


# --- what goes wrong on the way ------------------------------------------------------------------------------

WORDS = ("sweep", "design=grid", f"uncertainties={{{SHARE}: [0.2,0.4,0.6]}}", "outcomes=[unemployed,hires]", *SMALL,
         "engine.processes=1")  # fmt: skip


def table_of(outputs: Path) -> bytes:
    """Bytes of the only sample under a folder of results."""
    [folder] = (outputs / "sweep").iterdir()
    return (folder / "sample.parquet").read_bytes()


def test_results_folder(tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine()
    assert main([*WORDS, f"outputs={tmp_path}"]) == 0
    [folder] = (tmp_path / "sweep").iterdir()
    assert sorted(file.name for file in folder.iterdir()) == [
        "design.csv", "indicators.parquet", "manifest.json", "sample.parquet"
    ]  # fmt: skip
    with (folder / "indicators.parquet").open("rb") as file:
        indicators = pq.read_table(file)
    assert indicators.num_rows == 9 * 2 * 12  # runs, series, months
    assert set(indicators["parameter_set"].to_pylist()) == {"u1", "u2", "u3"}
    manifest, sample = read_sweep(folder)
    assert manifest["counted"] == {**manifest["counted"], "runs": 9, "simulated": 9, "reused": 0, "failed": 0}
    assert sample.table.column_names == [
        "point", "arm", "replication", "seed", "status", "error", "key", SHARE, "unemployed", "hires"
    ]  # fmt: skip
    path = folder / "manifest.json"
    path.write_text(json.dumps({**manifest, "schema_version": "0"}))
    capsys.readouterr()
    assert main([*WORDS, f"outputs={tmp_path}"]) == 2
    told = capsys.readouterr().err
    assert "version 0" in told
    assert "run it again" in told
    assert "convert" in told


def test_interrupted_sweep_goes_on_to_the_same_table(tmp_path: Path, engine: Engine) -> None:
    engine()
    assert main([*WORDS, f"outputs={tmp_path / 'whole'}"]) == 0
    fake: sweep_worker.Engine

    def interrupt(_: RunSpecification) -> Exception | None:
        if len(fake.simulated) == 4:
            raise KeyboardInterrupt
        return None

    fake = engine(interrupt)
    assert main([*WORDS, f"outputs={tmp_path / 'cut'}"]) == 130
    fake = engine()
    assert main([*WORDS, f"outputs={tmp_path / 'cut'}"]) == 0
    assert len(fake.simulated) == 9 - 4
    assert table_of(tmp_path / "cut") == table_of(tmp_path / "whole")


def test_full_disk_is_one_line_and_what_finished_is_kept(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine()
    assert main([*WORDS, f"outputs={tmp_path / 'whole'}"]) == 0
    write, written = store.pq.write_table, []

    def full(*given: Any, **how: Any) -> None:
        written.append(1)
        if len(written) > 4:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(*given, **how)

    monkeypatch.setattr(store.pq, "write_table", full)
    capsys.readouterr()
    assert main([*WORDS, f"outputs={tmp_path / 'cut'}"]) == 2
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("kohtaanto:")]
    assert len(told) == 1
    assert "the disk is full" in told[0]
    monkeypatch.setattr(store.pq, "write_table", write)
    fake = engine()
    assert main([*WORDS, f"outputs={tmp_path / 'cut'}"]) == 0
    assert len(fake.simulated) == 9 - 4
    assert table_of(tmp_path / "cut") == table_of(tmp_path / "whole")


def test_killed_worker_loses_nothing(tmp_path: Path, configuration: Configuration, engine: Engine) -> None:
    """Real worker processes, the stand-in in them: what one that is killed had is run again by another."""
    engine()
    factors = read_factors(f"[{SHARE}]", UNCERTAINTY, configuration.parameters)
    points = [share(value) for value in (0.2, 0.4, 0.6)]

    def swept(folder: str, executor: Processes) -> Sample:
        try:
            return evaluation(configuration, factors, tmp_path / folder, executor=executor)(points)
        finally:
            executor.close()

    whole = swept("whole", Processes(1))
    killed = swept("killed", Processes(2, work=sweep_worker.work_and_die_once))
    assert (tmp_path / "killed" / "runs" / "died").exists()
    assert same(killed, whole)
    deadly = swept("deadly", Processes(2, work=sweep_worker.work_and_die))
    assert list(deadly.errors().items()) == [(LOST, 1)]  # the run that kills whoever takes it, and no other
    assert deadly.table["seed"].to_pylist()[deadly.table["status"].to_pylist().index("failed")] == 44


def test_runs_are_grouped_into_jobs() -> None:
    run: Any = object()
    jobs = jobs_of([(run,) * 3, (run,) * 4, (run,), (run,) * 9, (run,)], 5)
    assert [[len(task) for task in job] for job in jobs] == [[3, 4], [1, 9], [1]]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["uncertainties=[hiring.suitable_shar]"], "did you mean"),
        ([], "the design has no factor"),
        ([f"uncertainties=[{SHARE}]", "design=lsh"], "did you mean 'lhs'"),
        ([f"uncertainties=[{SHARE}]", "points=x"], "points=x: expected a whole number"),
        ([f"uncertainties=[{SHARE}]", "outcomes=[hires@13]"], "runs end after 12 months"),
        ([f"uncertainties=[{SHARE}]", "indicators=al"], "did you mean 'all'"),
        ([f"uncertainties=[{SHARE}]", "engine.launcher=dusk"], "did you mean 'dask'"),
        ([f"uncertainties=[{SHARE}]", "engine.jobs=0"], "engine.jobs"),
        ([f"uncertainties=[{SHARE}]", "markets=[tight]"], "leave markets out"),
        (["uncertainties=[rules.intensive_talks]", "rules=by_date"], "is set by dated rules"),
        ([f"design={C15 / 'design.csv'}", f"uncertainties=[{SHARE}]"], "leave uncertainties= out"),
        ([f"design={C15 / 'design.csv'}", f"levers=[{SHARE}]"], "has no column"),
    ],
)
def test_wrong_sweeps(
    tmp_path: Path, engine: Engine, words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = engine()
    assert main(["sweep", *SMALL, f"outputs={tmp_path}", *words]) == 2
    line = capsys.readouterr().err
    assert told in line
    assert line.count("\n") == 1
    assert not fake.simulated


def test_a_cluster_that_is_not_there(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine()
    monkeypatch.setenv("PATH", str(tmp_path))
    words = [*WORDS, f"outputs={tmp_path}"]
    assert main([*words, "engine.launcher=slurm"]) == 2
    assert "no sbatch on this machine" in capsys.readouterr().err
    begun = time.monotonic()
    address = "tcp://127.0.0.1:9"
    assert main([*words, "engine.launcher=dask", f"engine.scheduler={address}", "engine.timeout_seconds=0.5"]) == 2
    assert f"engine.scheduler={address}: no Dask scheduler answers" in capsys.readouterr().err
    assert time.monotonic() - begun < 20


# --- with the engine itself ----------------------------------------------------------------------------------

REAL = ("region=kolmikko", "horizon_years=1", "replications=4", "outcomes=[unemployed,first_interview_wait_days]")


class Killing(Processes):
    """Kills one of its workers when some tasks are done."""

    def perform(self, tasks: Any, folder: Path) -> Iterator[list[Outcome]]:
        for number, outcomes in enumerate(super().perform(tasks, folder)):
            yield outcomes
            if number == 18:
                os.kill(next(w.pid for place in self._places for w in place._workers if w.pid), signal.SIGKILL)


def kohtaanto(outputs: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "experiments.command", "sweep", f"outputs={outputs}", *REAL, *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The table of the 40 runs of case C15, nobody killed."""
    outputs = tmp_path_factory.mktemp("undisturbed")
    assert main(["sweep", f"design={C15 / 'design.csv'}", *REAL, f"outputs={outputs}", "engine.processes=2"]) == 0
    return table_of(outputs)


@pytest.mark.verify
def test_c15_forty_runs(undisturbed: bytes, tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "sample.parquet").write_bytes(undisturbed)
    with (tmp_path / "s" / "sample.parquet").open("rb") as file:
        table = pq.read_table(file)
    rows = list(zip(*(table[name].to_pylist() for name in ("point", "arm", "replication")), strict=True))
    assert len(rows) == len(set(rows)) == 40
    p07 = table.filter([point == "p07" for point in table["point"].to_pylist()])
    assert set(p07["search.rate_unemployed_per_month"].to_pylist()) == {1.1}
    assert set(p07[FTE].to_pylist()) == {37.0}
    assert table["point"][0].as_py() == "p07"


@pytest.mark.verify
def test_c15_a_worker_is_killed(undisturbed: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.sweep.request.executor_of", lambda _: Killing(2))
    assert main(["sweep", f"design={C15 / 'design.csv'}", *REAL, f"outputs={tmp_path}"]) == 0
    assert table_of(tmp_path) == undisturbed


@pytest.mark.verify
@pytest.mark.parametrize("launcher", ["processes", "dask", "local_jobs"])
def test_c15_the_parent_is_killed(undisturbed: bytes, tmp_path: Path, launcher: str) -> None:
    words = (f"design={C15 / 'design.csv'}", f"engine.launcher={launcher}", "engine.jobs=2", "engine.job_runs=5")
    first = kohtaanto(tmp_path, *words)
    while first.poll() is None and len(list((tmp_path / "runs").glob("??/*.parquet"))) < 18:
        time.sleep(0.05)
    first.kill()
    first.wait()
    kept = {file: file.stat().st_mtime_ns for file in (tmp_path / "runs").glob("??/*.parquet")}
    assert 18 <= len(kept) < 40
    second = kohtaanto(tmp_path, *words)
    told, _ = second.communicate(timeout=300)
    assert second.returncode == 0, told
    assert table_of(tmp_path) == undisturbed
    if launcher == "processes":  # workers of a killed parent end with it; jobs of a cluster go on
        again = [file for file, written in kept.items() if file.stat().st_mtime_ns != written]
        assert len(again) <= 2


@pytest.mark.verify
def test_c15_on_a_dask_cluster_of_which_a_worker_dies(undisturbed: bytes, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, memory_limit=0, silence_logs="CRITICAL"
    ) as cluster:
        sweep = kohtaanto(
            tmp_path, f"design={C15 / 'design.csv'}", "engine.launcher=dask", "engine.job_runs=2",
            f"engine.scheduler={cluster.scheduler_address}",
        )  # fmt: skip
        while sweep.poll() is None and len(list((tmp_path / "runs").glob("??/*.parquet"))) < 10:
            time.sleep(0.05)
        os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
        told, _ = sweep.communicate(timeout=300)
    assert sweep.returncode == 0, told
    assert table_of(tmp_path) == undisturbed


@pytest.mark.verify
@pytest.mark.parametrize("launcher", ["joblib", "submitit_local"])
def test_hydra_application_with_launchers(tmp_path: Path, launcher: str) -> None:
    got = subprocess.run(
        [sys.executable, "-m", "experiments.sweep", "-m", "seed=1,2", "region=kolmikko", "horizon_years=1",
         "replications=1", "design=grid", "levels=2", f"uncertainties=[{SHARE}]", "outcomes=[unemployed]",
         f"outputs={tmp_path / 'o'}", f"hydra.sweep.dir={tmp_path / 'o' / 'multirun'}", f"hydra/launcher={launcher}",
         "engine.processes=1"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert got.returncode == 0, got.stderr
    assert len(list((tmp_path / "o" / "sweep").glob("*/sample.parquet"))) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["o"]
