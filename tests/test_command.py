"""The console command: help, errors in one line, exit statuses, Ctrl-C, another folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments.command import COMMANDS, main
from experiments.composing.composition import groups

PROJECT = Path(__file__).resolve().parents[1]
CONSOLE = Path(sys.executable).parent / "kohtaanto"

with_engine = pytest.mark.skipif(not (PROJECT / "agents" / "area.py").exists(), reason="no engine yet")


def test_help_lists_groups_levers_and_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    told = capsys.readouterr().out
    assert "kohtaanto compare shock=closure_harjavalta" in told
    for group, options in groups().items():
        assert f"{group}=" in told
        assert all(option in told for option in options if option != "custom")
    assert main([]) == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_with_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert f"  kohtaanto {command} " in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("kohtaanto ")


def test_resolved_configuration_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "shock=closure_harjavalta", "seed=7", "--cfg"]) == 0
    told = capsys.readouterr().out
    assert "seed: 7" in told
    assert "plant_harjavalta" in told
    assert "tight: boom_2022" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["copare"], "did you mean 'compare'"),
        (["panel"], "no command 'panel'"),
        (["compare", "--cgf"], "did you mean '--cfg'"),
        (["compare", "--rerun"], "--rerun"),
        (["run", "--rerun", "/nowhere/manifest.json"], "no such file"),
        (["run", "start_date=2027-02-29"], "2027-02-29"),
        (["run", "seed"], "KEY=VALUE"),
        (["report"], "one results folder"),
        (["report", "/nowhere"], "manifest.json"),
        (["report", "/nowhere", "languag=en"], "did you mean 'language'"),
        (["report", "--fast"], "--fast"),
        (["explain", "measures.voucher_dys"], "did you mean 'measures.voucher_days'"),
        (["explain", "a", "b"], "one parameter"),
        (["data"], "data check"),
        (["data", "chek"], "did you mean 'check'"),
        (["data", "check", "kolmiko"], "did you mean 'kolmikko'"),
        (["data", "import"], "one file"),
        (["data", "import", "/nowhere.csv"], "/nowhere.csv"),
    ],
)
def test_wrong_words_get_one_line_and_exit_2(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    captured = capsys.readouterr()
    assert told in captured.err
    assert captured.err.startswith("kohtaanto: ")
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_damaged_manifest_is_wrong_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for content in ("{", "[]", '{"configuration": 3}', '{"configuration": {"command": "compare"}}'):
        (tmp_path / "manifest.json").write_text(content, encoding="utf-8")
        assert main(["compare", "--rerun", str(tmp_path / "manifest.json")]) == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_explain_says_where_a_number_comes_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "measures.seats_per_month"]) == 0
    told = capsys.readouterr().out
    assert "source" in told
    assert "policies.double_modular_training" in told
    assert main(["explain"]) == 0
    assert "staff_fte" in capsys.readouterr().out


def test_data_check_of_both_regions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "check"]) == 0
    assert main(["data", "check", "kolmikko"]) == 0
    assert main(["data", "check", str(PROJECT / "data" / "regions" / "kolmikko")]) == 0
    assert capsys.readouterr().out


def test_console_command_from_another_folder(tmp_path: Path) -> None:
    """`agents` is also a module of another distribution: which one the command got must not depend on cwd."""
    folder = tmp_path / "työ kansio (1)"
    (folder / "agents").mkdir(parents=True)
    (folder / "agents" / "__init__.py").write_text("raise SystemExit('the wrong agents')", encoding="utf-8")
    got = subprocess.run([CONSOLE, "explain", "measures.seats_per_month"], cwd=folder, capture_output=True, text=True)
    assert got.returncode == 0, got.stderr
    assert sorted(path.name for path in folder.rglob("*")) == ["__init__.py", "agents"]


def _of_group(group: int) -> list[tuple[int, bytes]]:
    """Living processes of a process group with their command lines."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, its_group = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[:3]
            if int(its_group) == group and state not in "ZX":
                found.append((int(folder.name), (folder / "cmdline").read_bytes()))
        except (OSError, ValueError):  # it has ended meanwhile
            continue
    return found


def _left_of(group: int) -> list[tuple[int, bytes]]:
    """Who of a group still lives after a moment."""
    deadline = time.monotonic() + 10
    while (left := _of_group(group)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")


def _heeds_ctrl_c() -> None:
    """A suite that a shell started in the background ignores Ctrl-C, and its children would too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@needs_proc
@with_engine
def test_ctrl_c_ends_workers_and_keeps_finished_runs(tmp_path: Path) -> None:
    words = ["compare", "shock=closure_kolmikko", "region=kolmikko", "horizon_years=5", "markets=[]"]
    more = ["replications=400", "engine.processes=2", f"outputs={tmp_path}"]
    process = subprocess.Popen(
        [CONSOLE, *words, *more],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_heeds_ctrl_c,
    )
    deadline = time.monotonic() + 240
    while not list((tmp_path / "runs").glob("??/*.parquet")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.2)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers too
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in told
    assert "are kept" in told.strip().splitlines()[-1]
    assert not _left_of(process.pid)
    assert not list(tmp_path.rglob("*.partial"))
    assert not list(tmp_path.rglob("summary.json"))


@needs_proc
@with_engine
def test_killed_worker_is_told_in_one_line(tmp_path: Path) -> None:
    words = ["compare", "shock=closure_kolmikko", "region=kolmikko", "horizon_years=5", "markets=[]"]
    more = ["replications=400", "engine.processes=2", f"outputs={tmp_path}"]
    process = subprocess.Popen(
        [CONSOLE, *words, *more],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 240
    while not list((tmp_path / "runs").glob("??/*.parquet")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.2)
    workers = [pid for pid, words in _of_group(process.pid) if b"spawn_main" in words]
    os.kill(workers[0], signal.SIGKILL)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Traceback" not in told
    assert "a worker process was killed" in told.strip().splitlines()[-1]
    assert not _left_of(process.pid)


@with_engine
@pytest.mark.verify
def test_hydra_application_with_multirun(tmp_path: Path) -> None:
    words = [
        "region=kolmikko",
        "horizon_years=1",
        "replications=1",
        "engine.processes=1",
        f"outputs={tmp_path / 'o'}",
    ]
    got = subprocess.run(
        [sys.executable, "-m", "experiments.run", "-m", *words, "seed=1,2", "shock=closure_kolmikko",
         f"hydra.sweep.dir={tmp_path / 'o' / 'multirun'}"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert got.returncode == 0, got.stderr
    assert len(list((tmp_path / "o" / "run").iterdir())) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["o"]
    wrong = subprocess.run(
        [sys.executable, "-m", "experiments.run", *words, "scale=1000"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("kohtaanto: scale")
    assert wrong.stderr.count("\n") == 1
