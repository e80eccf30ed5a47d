"""Runs kept by key: whole or not at all; damage, a full disk and two writers at once."""

from __future__ import annotations

import errno
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import fake_engine
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from agents.specification import RunResult, RunSpecification
from experiments.running import schema
from experiments.running.store import DamagedRunError, RunStore, plain
from sim.errors import InputError

KEY = "ab" + "0" * 62


@pytest.fixture
def result() -> RunResult:
    return fake_engine.simulate(RunSpecification(Path(), "s", date(2025, 1, 1), 365, 3))


def test_run_is_read_back_as_it_was_written(tmp_path: Path, result: RunResult) -> None:
    store = RunStore(tmp_path / "runs")
    assert store.read(KEY) is None
    digest = store.write(KEY, result)
    stored = store.read(KEY)
    assert stored is not None
    assert stored.digest == digest
    assert stored.built == {"unemployed": {"KU901": 50}}
    values = stored.indicators["value"].to_numpy()
    np.testing.assert_array_equal(values, np.array(result.indicators["value"]))
    assert stored.indicators["date"][0].as_py() == date(2025, 1, 31)
    assert [path.suffix for path in (tmp_path / "runs" / "ab").iterdir()] == [".parquet"]


@pytest.mark.parametrize("cut", [0, 10, 0.5, 0.99])
def test_file_cut_short_is_damage(tmp_path: Path, result: RunResult, cut: float) -> None:
    store = RunStore(tmp_path)
    store.write(KEY, result)
    content = store.path(KEY).read_bytes()
    store.path(KEY).write_bytes(content[: int(cut if cut > 1 else cut * len(content))])
    with pytest.raises(DamagedRunError):
        store.read(KEY)


def test_changed_byte_is_damage_unless_it_means_nothing(tmp_path: Path, result: RunResult) -> None:
    store = RunStore(tmp_path)
    store.write(KEY, result)
    content = store.path(KEY).read_bytes()
    damaged = 0
    for place in range(0, len(content), 37):
        changed = bytearray(content)
        changed[place] ^= 0xFF
        store.path(KEY).write_bytes(bytes(changed))
        try:
            stored = store.read(KEY)
        except DamagedRunError:
            damaged += 1
        else:  # such as a byte of a column's statistics
            assert stored is not None
            np.testing.assert_array_equal(
                stored.indicators["value"].to_numpy(), np.array(result.indicators["value"])
            )
    assert damaged > len(range(0, len(content), 37)) / 3


def test_another_runs_file_is_damage(tmp_path: Path, result: RunResult) -> None:
    store = RunStore(tmp_path)
    other = "cd" + "0" * 62
    store.write(KEY, result)
    store.path(other).parent.mkdir()
    store.path(KEY).rename(store.path(other))
    with pytest.raises(DamagedRunError):
        store.read(other)


def test_full_disk_leaves_nothing_behind(
    tmp_path: Path, result: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_table: pa.Table, file: object, **_options: object) -> None:
        file.write(b"PAR1 begun")  # type: ignore[attr-defined]
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pq, "write_table", full)
    with pytest.raises(InputError, match="the disk is full") as caught:
        RunStore(tmp_path).write(KEY, result)
    assert "\n" not in str(caught.value)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_folder_that_is_a_file_can_not_be_written(tmp_path: Path, result: RunResult) -> None:
    (tmp_path / "runs").write_text("in the way", encoding="utf-8")
    with pytest.raises(InputError, match="can not be written"):
        RunStore(tmp_path / "runs").write(KEY, result)


def test_many_writers_of_one_run_leave_one_whole_run(tmp_path: Path, result: RunResult) -> None:
    store = RunStore(tmp_path)

    def write_and_read(_: int) -> str:
        store.write(KEY, result)
        stored = store.read(KEY)
        assert stored is not None
        return stored.digest

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(write_and_read, range(40)))) == 1
    assert len(list(tmp_path.rglob("*.*"))) == 1


def test_empty_columns_keep_their_type() -> None:
    """Case C19: one schema, whether a column has content or not."""
    empty = {name: np.array([]) for name in schema.RUN.names}
    assert schema.table(empty, schema.RUN).schema == schema.RUN
    nothing = schema.log_table(
        {"who": np.array([], "U1"), "day": np.array([], "datetime64[D]"), "n": np.array([], int)}
    )
    assert nothing.schema.types == [pa.string(), pa.date32(), pa.int64()]


def test_plain_data_has_no_nan_and_no_numpy() -> None:
    given = {
        1: np.float64("nan"),
        "a": np.array([1, 2]),
        "b": (float("inf"), np.int64(3)),
        "c": date(2025, 1, 1),
    }
    assert plain(given) == {"1": None, "a": [1, 2], "b": [None, 3], "c": "2025-01-01"}
