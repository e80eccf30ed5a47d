"""The run store: its size, and what is removed of it."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import fake_engine
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import agents
from experiments.command import main
from experiments.running import execution, pruning, store
from experiments.running.store import RunStore


@pytest.fixture
def outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two comparisons by earlier code, of which one folder was deleted, and one by the present code."""
    fake = fake_engine.FakeEngine()
    monkeypatch.setitem(sys.modules, "agents.area", fake)
    monkeypatch.setattr(agents, "area", fake, raising=False)
    monkeypatch.setattr(execution, "_warm_up", lambda _: 0.0)
    monkeypatch.setattr(execution, "_write_report", lambda folder, language: folder / "report.html")
    monkeypatch.setattr("experiments.compare.answer", lambda *_: [])

    def compared(seed: int, name: str, code: str) -> None:
        with pytest.MonkeyPatch.context() as patch:
            if code:
                patch.setattr(store, "code_digest", lambda: code)
            words = ["region=kolmikko", "horizon_years=1", "replications=2", "markets=[]", "engine.processes=1"]
            asked = ["compare", "policy=[nothing]", f"seed={seed}", f"name={name}", f"outputs={tmp_path}", *words]
            assert main(asked) == 0

    compared(100, "kept", "earlier")
    compared(200, "deleted", "earlier")
    compared(300, "present", "")
    for folder in (tmp_path / "compare").glob("deleted-*"):
        for file in folder.rglob("*"):
            if file.is_file():
                file.unlink()
    return tmp_path


def keys(outputs: Path) -> set[str]:
    return set(RunStore(outputs / "runs").keys())


def of_folder(outputs: Path, name: str) -> set[str]:
    manifest = json.loads(next((outputs / "compare").glob(f"{name}-*/manifest.json")).read_text(encoding="utf-8"))
    return {run["key"] for run in manifest["runs"]}


def asked(outputs: Path, *words: str) -> int:
    return main(["store", *words, f"outputs={outputs}"])


def test_the_size_is_told_and_nothing_is_removed(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = keys(outputs)
    capsys.readouterr()
    for words in ((), ("prune",)):
        assert asked(outputs, *words) == 0
        lines = capsys.readouterr().out.splitlines()
        counted = [int(line.split()[0]) for line in lines[:4]]
        n = len(before) // 3
        assert counted == [3 * n, n, 2 * n, n]
    assert f"would remove {n} runs" in lines[-1]
    assert keys(outputs) == before


def test_runs_that_folders_refer_to_stay_unless_asked(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept, present = of_folder(outputs, "kept"), of_folder(outputs, "present")
    assert asked(outputs, "prune", "remove=true") == 0
    assert keys(outputs) == kept | present
    assert asked(outputs, "prune", "remove=true", "referred=true") == 0
    assert keys(outputs) == present
    assert "removed" in capsys.readouterr().out


def test_an_unfinished_folder_keeps_nothing_and_a_sweep_keeps_its_sample(outputs: Path) -> None:
    kept = of_folder(outputs, "kept")
    path = next((outputs / "compare").glob("kept-*/manifest.json"))
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(manifest | {"status": "unfinished"}), encoding="utf-8")
    assert not kept & pruning.referred_keys(outputs)
    sweep = outputs / "sweep" / "mine-01234567"
    sweep.mkdir(parents=True)
    (sweep / "manifest.json").write_text(json.dumps({"status": "finished", "configuration": {}}), encoding="utf-8")
    pq.write_table(pa.table({"key": sorted(kept)}), sweep / "sample.parquet")
    assert kept <= pruning.referred_keys(outputs)


def test_runs_without_a_note_and_damaged_ones_are_of_other_code(outputs: Path) -> None:
    runs = RunStore(outputs / "runs")
    damaged = sorted(of_folder(outputs, "present"))[0]
    runs.path(damaged).write_bytes(b"PAR1")
    by_key = {run.key: run for run in pruning.stored(outputs)}
    assert not by_key[damaged].current
    assert by_key[damaged].referred


def test_files_left_behind_are_removed_after_a_day(outputs: Path) -> None:
    folder = next((outputs / "runs").glob("??"))
    old, new = folder / ".old.1-a.partial", folder / ".new.2-b.partial"
    for file in (old, new):
        file.write_bytes(b"x")
    os.utime(old, (time.time() - 100_000, time.time() - 100_000))
    assert asked(outputs, "prune", "remove=true") == 0
    assert not old.exists()
    assert new.exists()


def test_logs_go_with_their_run(outputs: Path) -> None:
    runs = RunStore(outputs / "runs")
    key = next(run.key for run in pruning.stored(outputs) if not run.current and not run.referred)
    log = runs.path(key, "contacts")
    log.write_bytes(b"x")
    assert asked(outputs, "prune", "remove=true") == 0
    assert not log.exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [(["pruned"], "did you mean 'prune'?"), (["prune", "remove=yes"], "expected true or false"),
     (["remove=true"], "of kohtaanto store prune"), (["prune", "removed=true"], "did you mean 'remove'?")],
)  # fmt: skip
def test_wrong_words_get_a_line(
    words: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(tmp_path, *words) == 2
    told = capsys.readouterr().err
    assert says in told
    assert told.count("\n") == 1
