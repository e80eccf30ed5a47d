"""Comparisons: what is reused, what a summary says, what failures leave behind.

The first part runs with a stand-in for the engine, the second with the engine itself.
"""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import fake_engine
import numpy as np
import pyarrow.parquet as pq
import pytest

import agents
from agents.specification import RunSpecification
from experiments.command import main
from experiments.composing.composition import resolve
from experiments.running import execution, schema, store
from experiments.running.plan import make_plan

PROJECT = Path(__file__).resolve().parents[1]
SMALL = ("region=kolmikko", "horizon_years=1", "engine.processes=1", "markets=[]")
CLOSURE = ("shock=closure_kolmikko", *SMALL)

Engine = Callable[..., fake_engine.FakeEngine]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Put a stand-in in the engine's place."""

    def install(
        broken: Callable[[RunSpecification], Exception | None] | None = None,
    ) -> fake_engine.FakeEngine:
        fake = fake_engine.FakeEngine(broken)
        monkeypatch.setitem(sys.modules, "agents.area", fake)
        monkeypatch.setattr(agents, "area", fake, raising=False)
        monkeypatch.setattr(execution, "_warm_up", lambda _: 0.0)
        monkeypatch.setattr(execution, "_write_report", lambda folder, language: folder / "report.html")
        monkeypatch.setattr("experiments.compare.answer", lambda *_: [])
        return fake

    return install


def compare(outputs: Path, *words: str, command: str = "compare") -> int:
    return main([command, f"outputs={outputs}", *words])


def folders(outputs: Path, command: str = "compare") -> list[Path]:
    found = (outputs / command).iterdir() if (outputs / command).exists() else ()
    return sorted(path for path in found if path.is_dir())


def strict_json(path: Path) -> Any:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} in {path}")

    return json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)


def test_more_replications_run_only_the_new_ones(tmp_path: Path, engine: Engine) -> None:
    fake = engine()
    assert compare(tmp_path, *CLOSURE, "replications=2") == 0
    assert len(fake.simulated) == 4
    assert compare(tmp_path, *CLOSURE, "replications=2") == 0
    assert len(fake.simulated) == 4
    assert compare(tmp_path, *CLOSURE, "replications=5") == 0
    assert len(fake.simulated) == 10
    assert {s.seed for s in fake.simulated[4:]} == {44, 45, 46}
    assert compare(tmp_path, *CLOSURE, "replications=5", "--fresh") == 0
    assert len(fake.simulated) == 20
    statuses = [run["status"] for run in strict_json(folders(tmp_path)[0] / "manifest.json")["runs"]]
    assert set(statuses) <= {"done", "reused"}


def test_baseline_is_shared_between_comparisons_and_with_run(tmp_path: Path, engine: Engine) -> None:
    """The cohort marked by a closure is part of a world; without one the baseline is another run."""
    fake = engine()
    compare(tmp_path, "policy=[nothing]", *SMALL, "replications=1")
    compare(tmp_path, "policy=[six_fte_brokerage]", *SMALL, "replications=1")
    assert len(fake.simulated) == 3
    compare(tmp_path, *SMALL, "replications=1", command="run")
    assert len(fake.simulated) == 3


def test_arms_of_one_world_are_simulated_once(tmp_path: Path, engine: Engine) -> None:
    fake = engine()
    words = ("arms.one.shocks=[closure_kolmikko]", "arms.two.shocks=[closure_kolmikko]")
    assert compare(tmp_path, *words, *SMALL, "replications=1") == 0
    assert len(fake.simulated) == 2
    runs = pq.read_table(folders(tmp_path)[0] / "indicators.parquet")["arm"].unique().to_pylist()
    assert runs == ["baseline", "one", "two"]


def test_damaged_stored_run_is_told_and_run_again(
    tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = engine()
    compare(tmp_path, *CLOSURE, "replications=2")
    before = (folders(tmp_path)[0] / "indicators.parquet").read_bytes()
    stored = sorted((tmp_path / "runs").rglob("*.parquet"))
    stored[0].write_bytes(stored[0].read_bytes()[:200])
    assert compare(tmp_path, *CLOSURE, "replications=2") == 0
    assert "damaged" in capsys.readouterr().err
    assert len(fake.simulated) == 5
    assert (folders(tmp_path)[0] / "indicators.parquet").read_bytes() == before


def test_failed_run_is_a_row_and_the_others_go_on(
    tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = engine(lambda s: RuntimeError("a\nfault") if s.seed == 43 and s.events else None)
    assert compare(tmp_path, *CLOSURE, "replications=3") == 1
    assert capsys.readouterr().err.strip().splitlines()[-1].startswith("1 of 6 runs failed")
    (folder,) = folders(tmp_path)
    manifest = strict_json(folder / "manifest.json")
    failed = [run for run in manifest["runs"] if run["status"] == "failed"]
    assert [(run["arm"], run["replication"]) for run in failed] == [("closure_kolmikko", 1)]
    assert failed[0]["error"].startswith("RuntimeError: a fault")
    assert len(fake.simulated) == 5
    at = strict_json(folder / "summary.json")["indicators"]["unemployed"]["at"]["12"]
    assert at["difference"]["closure_kolmikko"]["n"] == 2
    assert at["difference"]["closure_kolmikko"]["mean"] == pytest.approx(6.0)

    fake = engine()
    assert compare(tmp_path, *CLOSURE, "replications=3") == 1  # not tried again unless asked
    assert fake.simulated == []
    assert compare(tmp_path, *CLOSURE, "replications=3", "--retry-failed") == 0
    assert [s.seed for s in fake.simulated] == [43]


def test_all_runs_failed(tmp_path: Path, engine: Engine) -> None:
    engine(lambda _: RuntimeError("no"))
    assert compare(tmp_path, *CLOSURE, "replications=1") == 1
    assert strict_json(folders(tmp_path)[0] / "summary.json")["indicators"] == {}


def test_interrupted_comparison_keeps_finished_runs(
    tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(specification: RunSpecification) -> Exception | None:
        if specification.seed == 44:
            raise KeyboardInterrupt
        return None

    engine(stop)
    assert compare(tmp_path, *CLOSURE, "replications=4") == 130
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert "4 of 8 runs are kept" in last
    (folder,) = folders(tmp_path)
    assert [path.name for path in folder.iterdir()] == ["manifest.json"]
    assert strict_json(folder / "manifest.json")["status"] == "unfinished"
    assert main(["report", str(folder)]) == 2
    fake = engine()
    assert compare(tmp_path, *CLOSURE, "replications=4") == 0
    assert {s.seed for s in fake.simulated} == {44, 45}
    assert strict_json(folder / "manifest.json")["status"] == "finished"


def test_rerun_of_a_manifest_is_equal_and_says_if_not(
    tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = engine()
    compare(tmp_path / "one", *CLOSURE, "replications=2", "name=x y")
    manifest = folders(tmp_path / "one")[0] / "manifest.json"
    assert main(["compare", "--rerun", str(manifest), f"outputs={tmp_path / 'two'}"]) == 0
    assert "4 of 4 runs equal" in capsys.readouterr().out
    assert len(fake.simulated) == 8
    one, two = (folders(tmp_path / name)[0] for name in ("one", "two"))
    assert (one / "indicators.parquet").read_bytes() == (two / "indicators.parquet").read_bytes()
    assert one.name == two.name
    content = json.loads(manifest.read_text(encoding="utf-8"))
    content["runs"][0]["digest"] = "0" * 64
    manifest.write_text(json.dumps(content), encoding="utf-8")
    assert main(["compare", "--rerun", str(manifest)]) == 1
    assert "3 of 4 runs equal" in capsys.readouterr().out
    assert main(["compare", "--rerun", str(manifest), "seed=3"]) == 2
    assert main(["run", "--rerun", str(manifest)]) == 2
    assert main(["compare", "--rerun", str(tmp_path / "none.json")]) == 2


def test_full_disk_and_folder_that_can_not_be_written(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine()
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    assert compare(tmp_path / "file", *CLOSURE) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store.pq, "write_table", full)
    assert compare(tmp_path / "out", *CLOSURE) == 2
    assert "disk is full" in capsys.readouterr().err.strip().splitlines()[-1]
    assert folders(tmp_path / "out") == []
    assert not list((tmp_path / "out").rglob("*.parquet"))


def test_disk_that_fills_up_while_results_are_written(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine()

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("experiments.running.results.pq.ParquetWriter", full)
    assert compare(tmp_path, *CLOSURE, "replications=1") == 2
    assert "disk is full" in capsys.readouterr().err.strip().splitlines()[-1]
    assert folders(tmp_path) == []
    assert not (tmp_path / "runs" / ".partial").exists()


def test_relative_change_with_nothing_to_divide_by(tmp_path: Path, engine: Engine) -> None:
    """Case C14."""
    engine()
    compare(tmp_path, *CLOSURE, "replications=2")
    (folder,) = folders(tmp_path)
    strict_json(folder / "manifest.json")
    indicators = strict_json(folder / "summary.json")["indicators"]
    from_zero = indicators["furloughed"]["at"]["12"]["difference"]["closure_kolmikko"]
    assert (from_zero["mean"], from_zero["relative_percent"]) == (2.0, None)
    to_zero = indicators["queue"]["at"]["12"]["difference"]["closure_kolmikko"]
    assert (to_zero["mean"], to_zero["relative_percent"]) == (-4.0, -100.0)
    assert (to_zero["low"], to_zero["high"]) == (-4.0, -4.0)
    assert indicators["vacancy_duration_days"]["at"]["12"]["arms"]["baseline"]["mean"] is None


def test_one_replication_has_no_interval(tmp_path: Path, engine: Engine) -> None:
    """Case C14: absent, not zero wide."""
    engine()
    compare(tmp_path, *CLOSURE, "replications=1")
    at = strict_json(folders(tmp_path)[0] / "summary.json")["indicators"]["unemployed"]["at"]["12"]
    difference = at["difference"]["closure_kolmikko"]
    assert (difference["mean"], difference["n"]) == (6.0, 1)
    assert difference["low"] is difference["high"] is None
    assert at["arms"]["baseline"]["low"] is None


def test_summary_says_what_its_definitions_say(tmp_path: Path, engine: Engine) -> None:
    fake = engine()
    compare(tmp_path, *CLOSURE, "policy=[six_fte_brokerage]", "replications=4")
    (folder,) = folders(tmp_path)
    summary = strict_json(folder / "summary.json")
    assert summary["arms"] == ["baseline", "closure_kolmikko", "closure_kolmikko+six_fte_brokerage"]
    unemployed = summary["indicators"]["unemployed"]
    assert {key: unemployed[key] for key in ("unit", "kind", "better")} == {
        "unit": "persons", "kind": "stock", "better": "lower",
    }  # fmt: skip
    assert list(unemployed["at"]) == ["3", "12", "all"]
    rows = duckdb.sql(
        f"SELECT replication, date, value FROM read_parquet('{folder}/indicators.parquet') "
        "WHERE arm = 'baseline' AND indicator = 'unemployed' AND group_kind = '' ORDER BY ALL"
    ).fetchall()
    march = [value for _, day, value in rows if day == date(2025, 3, 31)]
    level = unemployed["at"]["3"]["arms"]["baseline"]
    assert level["mean"] == pytest.approx(np.mean(march))
    assert level["low"] == pytest.approx(np.quantile(march, 0.1))
    assert unemployed["at"]["all"]["arms"]["baseline"]["mean"] == pytest.approx(
        np.mean([row[2] for row in rows])
    )
    # Flows are sums since the start.
    hires = summary["indicators"]["hires"]["at"]
    assert [hires[at]["arms"]["baseline"]["mean"] for at in ("3", "12", "all")] == [15.0, 60.0, 60.0]
    assert hires["12"]["difference"]["closure_kolmikko+six_fte_brokerage"]["p_better"] == 1.0
    assert hires["12"]["difference"]["closure_kolmikko"]["p_better"] == 0.5
    assert summary["groups"]["municipality"]["KU901"]["unemployed"]["at"]["12"]["difference"][
        "closure_kolmikko"
    ]["mean"] == pytest.approx(6.0)
    assert list(summary["groups"]["cohort"]) == ["closure_kolmikko"]
    assert set(summary["performance"]) == {
        "compile_s", "build_s", "simulate_s", "wall_s", "processes", "peak_rss_mb",
    }  # fmt: skip
    assert fake.simulated


def test_interval_of_a_difference_is_the_t_interval_of_its_mean() -> None:
    from experiments.running.summary import _differences

    pairs = np.array([1.0, 2.0, 4.0, 5.0])
    row = _differences((10.0 + pairs)[:, None], np.full((4, 1), 10.0), np.array([1]))
    half = 1.637744 * pairs.std(ddof=1) / 2.0  # Student's t, 3 degrees of freedom, 90 %
    assert row["low"][0] == pytest.approx(3.0 - half, rel=1e-6)
    assert row["high"][0] == pytest.approx(3.0 + half, rel=1e-6)


def test_results_of_different_questions_are_read_together(tmp_path: Path, engine: Engine) -> None:
    """Case C19: one schema in every folder, and the query needs no union by name."""
    engine()
    compare(tmp_path, *CLOSURE, "replications=2")
    compare(tmp_path, *CLOSURE, "replications=1", "record=full")
    compare(tmp_path, *SMALL, "replications=1", "record=summary", command="run")
    files = sorted(tmp_path.glob("*/*/indicators.parquet"))
    assert len(files) == 3
    assert {str(pq.read_schema(file).remove_metadata()) for file in files} == {str(schema.INDICATORS)}
    (count,) = duckdb.sql(
        f"SELECT count(*) FROM read_parquet('{tmp_path}/*/*/indicators.parquet')"
    ).fetchall()[0]
    assert count == sum(pq.read_metadata(file).num_rows for file in files)


def test_markets_stand_beside_the_main_one(tmp_path: Path, engine: Engine) -> None:
    engine()
    words = [word for word in CLOSURE if not word.startswith("markets")]
    assert compare(tmp_path, *words, "replications=2") == 0
    (folder,) = folders(tmp_path)
    summary = strict_json(folder / "summary.json")
    assert list(summary["markets"]) == ["tight", "slack"]
    assert summary["markets"]["tight"]["indicators"]["unemployed"]["at"]["12"]["difference"]
    for market, year in (("tight", 2022), ("slack", 2016)):
        rows = pq.read_table(folder / "markets" / market / "indicators.parquet")
        assert rows["date"][0].as_py() == date(year, 1, 31)
    manifest = strict_json(folder / "manifest.json")
    (closure,) = manifest["markets"]["tight"]["events"]["closure_kolmikko"]
    assert closure["announced"] == "2022-02-03"


@pytest.mark.parametrize(
    ("name", "harmless"),
    [
        ("Testi, Å=1 (luonnos)", "Testi_Å_1_luonnos"),
        ("rakenne muutos ä", "rakenne_muutos_ä"),
        ("../ulos", "ulos"),
        ("C:\\Users\\testi\\tulos", "C_Users_testi_tulos"),
        ("x" + "y" * 299, "x" + "y" * 59),
        ("ä" * 300, "ä" * 30),
        ("..", "results"),
        ('it\'s "quoted"\\', "it_s_quoted"),
        ("${oc.env:HOME}", "oc.env_HOME"),
        ("a\nb", "a_b"),
    ],
)
def test_awkward_names(tmp_path: Path, engine: Engine, name: str, harmless: str) -> None:
    """Case C18."""
    engine()
    outputs = tmp_path / "in"
    assert compare(outputs, *SMALL, f"name={name}", "replications=1", command="run") == 0
    (folder,) = folders(outputs, "run")
    assert folder.name[:-9] == harmless
    assert strict_json(folder / "manifest.json")["name"] == name
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in"]
    assert sorted(path.name for path in outputs.iterdir()) == ["run", "runs"]


# --- with the engine ---------------------------------------------------------------------------------------

pytest_engine = pytest.mark.skipif(not (PROJECT / "agents" / "area.py").exists(), reason="no engine yet")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A comparison in two worker processes."""
    outputs = tmp_path_factory.mktemp("outputs")
    words = [
        "shock=closure_kolmikko",
        "policy=[nothing]",
        "region=kolmikko",
        "horizon_years=1",
        "replications=3",
    ]
    assert main(["compare", *words, "markets=[tight]", "engine.processes=2", f"outputs={outputs}"]) == 0
    return folders(outputs)[0]


@pytest_engine
def test_engine_results_keep_the_contract(real: Path) -> None:
    strict_json(real / "manifest.json")
    summary = strict_json(real / "summary.json")
    assert {"unemployed", "unemployment_rate", "hires", "vacancies_open"} <= set(summary["indicators"])
    assert summary["performance"]["processes"] == 2
    assert summary["performance"]["simulate_s"] > 0
    assert summary["performance"]["peak_rss_mb"] > 0
    table = pq.read_table(real / "indicators.parquet")
    assert table.schema.remove_metadata() == schema.INDICATORS
    assert table["date"].unique().to_pylist()[0] == date(2025, 1, 31)
    assert len(table["date"].unique()) == 12
    assert (real / "report.html").stat().st_size > 10_000


@pytest_engine
def test_policy_that_changes_nothing_gives_exactly_zero(real: Path) -> None:
    rows = duckdb.sql(
        f"SELECT count(*), count(*) FILTER (a.value IS DISTINCT FROM b.value) "
        f"FROM read_parquet('{real}/indicators.parquet') a JOIN read_parquet('{real}/indicators.parquet') b "
        'USING (replication, date, indicator, group_kind, "group") '
        "WHERE a.arm = 'closure_kolmikko' AND b.arm = 'closure_kolmikko+nothing'"
    ).fetchall()[0]
    assert rows[0] > 1000
    assert rows[1] == 0


@pytest_engine
def test_closure_costs_jobs_and_its_cohort_is_in_every_arm(real: Path) -> None:
    summary = strict_json(real / "summary.json")
    assert summary["indicators"]["jobs"]["at"]["12"]["difference"]["closure_kolmikko"]["mean"] < 0
    manifest = strict_json(real / "manifest.json")
    assert [(c["name"], c["jobs"]) for c in manifest["markets"]["main"]["cohorts"]] == [
        ("closure_kolmikko", 60)
    ]
    arms = duckdb.sql(
        f"SELECT DISTINCT arm FROM read_parquet('{real}/indicators.parquet') WHERE group_kind = 'cohort'"
    ).fetchall()
    assert len(arms) == 3


@pytest_engine
def test_area_rate_is_computed_from_sums(real: Path) -> None:
    """Case C09 in the files: the identity holds for every date, arm and replication."""
    from agents.region import Region

    state = Region.load(PROJECT / "data" / "regions" / "kolmikko").start_state("start_2025_01")
    worst = duckdb.sql(
        f"SELECT max(abs(r.value - 100 * u.value / {float(state.labour_force.sum())!r})), count(*) "
        f"FROM read_parquet('{real}/indicators.parquet') r JOIN read_parquet('{real}/indicators.parquet') u "
        'USING (arm, replication, date, group_kind, "group") '
        "WHERE r.indicator = 'unemployment_rate' AND u.indicator = 'unemployed' AND group_kind = ''"
    ).fetchall()[0]
    assert worst[1] == 3 * 3 * 12
    assert worst[0] < 1e-9


@pytest_engine
def test_one_process_gives_the_same_file_as_two(real: Path, tmp_path: Path) -> None:
    words = [
        "shock=closure_kolmikko",
        "policy=[nothing]",
        "region=kolmikko",
        "horizon_years=1",
        "replications=3",
    ]
    assert main(["compare", *words, "markets=[tight]", "engine.processes=1", f"outputs={tmp_path}"]) == 0
    (folder,) = folders(tmp_path)
    for file in ("indicators.parquet", "markets/tight/indicators.parquet"):
        assert (folder / file).read_bytes() == (real / file).read_bytes()


def _built(scale: float) -> dict[str, Any]:
    start = PROJECT / "tests" / "data" / "c09_start_uneven.csv"
    words = [f"start_file={start}", "start=c09_uneven", f"scale={scale}", "horizon_years=1", "markets=[]"]
    plan = make_plan(resolve("compare", ["shock=closure_harjavalta", *words, "replications=1"]))
    from agents import area

    return area.simulate(plan.runs[0].specification).built


@pytest_engine
@pytest.mark.parametrize(
    ("scale", "unemployed_off", "cohort_off"),
    [(0.1, 5, 15), (1, 0, 5), pytest.param(10, 0, 5, marks=pytest.mark.verify)],
)
def test_scale_changes_no_number_of_the_world_as_built(
    scale: float, unemployed_off: float, cohort_off: float
) -> None:
    """Case C08: in persons, not agents. The cohort is who is still there on the day of the announcement."""
    built = _built(scale)
    assert sum(built["unemployed"].values()) == pytest.approx(7323, abs=unemployed_off)
    assert built["cohort"]["closure_harjavalta"] == pytest.approx(450, abs=cohort_off)
    plan = {"brokerage": 32.12, "competence": 16.06, "multi_sector": 12.045, "youth": 16.06, "integration": 4.015}
    assert built["staff_fte"] == plan | {"employer_services": 9.9, "administration": 19.8}


@pytest_engine
@pytest.mark.verify
def test_scale_changes_no_mean_beyond_chance(tmp_path: Path) -> None:
    """Case C08: means at 12 months agree within 3 standard errors."""
    means, errors = [], []
    for scale in (1, 10):
        outputs = tmp_path / str(scale)
        words = [
            "region=kolmikko",
            "horizon_years=1",
            "replications=8",
            f"scale={scale}",
            f"outputs={outputs}",
        ]
        assert main(["run", *words]) == 0
        (folder,) = folders(outputs, "run")
        values = duckdb.sql(
            f"SELECT value FROM read_parquet('{folder}/indicators.parquet') WHERE indicator = 'unemployed' "
            "AND group_kind = '' AND date = DATE '2025-12-31'"
        ).fetchnumpy()["value"]
        means.append(values.mean())
        errors.append(values.std(ddof=1) / np.sqrt(len(values)))
    assert abs(means[0] - means[1]) < 3 * np.hypot(*errors)


@pytest_engine
def test_run_with_a_leap_day_start(tmp_path: Path) -> None:
    """Case C24."""
    words = ["region=kolmikko", "horizon_years=1", "replications=1", f"outputs={tmp_path}"]
    assert main(["run", *words, "start_date=2028-02-29"]) == 0
    (folder,) = folders(tmp_path, "run")
    assert strict_json(folder / "manifest.json")["last_date"] == "2029-02-28"
    ends = pq.read_table(folder / "indicators.parquet")["date"].unique().to_pylist()
    assert max(ends) == date(2029, 2, 28)
    assert main(["run", *words, "start_date=2027-02-29"]) == 2


@pytest_engine
@pytest.mark.verify
def test_same_comparison_twice_at_once(tmp_path: Path) -> None:
    """Case C18: both finish with whole, equal results; another one gets another folder."""
    words = [
        sys.executable, "-m", "experiments.command", "compare", "shock=closure_kolmikko", "region=kolmikko",
        "horizon_years=1", "replications=2", "markets=[]", "engine.processes=1", f"outputs={tmp_path}",
    ]  # fmt: skip
    processes = [
        subprocess.Popen(
            [*words, *more], cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        for more in ([], [], ["seed=7"])
    ]
    for process in processes:
        _, told = process.communicate(timeout=300)
        assert process.returncode == 0, told
    assert len(folders(tmp_path)) == 2
    for folder in folders(tmp_path):
        assert strict_json(folder / "manifest.json")["status"] == "finished"
        assert pq.read_table(folder / "indicators.parquet").num_rows
        assert (folder / "report.html").exists()
    assert not [path for path in tmp_path.rglob("*partial*")]


@pytest_engine
def test_no_contact_on_a_closed_day(tmp_path: Path) -> None:
    """Case C24: nobody works on Midsummer Eve and Christmas Eve, though they are no official holidays."""
    words = ["region=kolmikko", "start_date=2026-06-01", "horizon_years=1", "replications=1", "record=full"]
    assert main(["run", *words, f"outputs={tmp_path}"]) == 0
    (folder,) = folders(tmp_path, "run")
    days = set(pq.read_table(folder / "contacts.parquet")["day"].to_pylist())
    assert {date(2026, 6, 18), date(2026, 12, 23)} <= days
    assert not {date(2026, 6, 19), date(2026, 12, 24), date(2026, 12, 25), date(2026, 12, 6)} & days
    assert not [day for day in days if day.weekday() > 4]
