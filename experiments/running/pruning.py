"""``kohtaanto store``: how large the run store is, and what of it no question can use any more.

A run is kept by a key that has the digest of the code in it. Runs of earlier code are never read again; they are
removed when they are asked to be, but for those that a results folder refers to.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from experiments.composing.configuration import PROJECT
from experiments.running.plan import code_digest
from experiments.running.results import FINISHED
from experiments.running.store import RunStore
from sim.errors import InputError, near_miss

_ACTIONS = ("prune",)
_KEYS = ("outputs", "referred", "remove")
_LEFT_BEHIND_S = 86_400.0
"""Files half written that nobody has touched for a day are nobody's."""


@dataclass(frozen=True)
class Kept:
    """A stored run with its files.

    Attributes
    ----------
    key
        Of the run.
    files
        The run and its logs.
    size
        Of all its files, bytes.
    current
        Whether the code that made it is the present one; False if it is not noted.
    referred
        Whether a finished results folder has its key.
    """

    key: str
    files: tuple[Path, ...]
    size: int
    current: bool
    referred: bool


def carry_out(words: Sequence[str]) -> int:
    """Tell the size of the run store; with ``prune`` what would be removed, with ``remove=true`` remove it.

    Raises
    ------
    InputError
        If a word is unknown or the folder is no folder of results.
    """
    actions = [word for word in words if "=" not in word]
    keys = dict(word.split("=", 1) for word in words if "=" in word)
    for word in actions:
        if word not in _ACTIONS:
            raise InputError(f"no 'store {word}'{near_miss(word, _ACTIONS)}; kohtaanto store, kohtaanto store prune")
    for key in keys:
        if key not in _KEYS:
            raise InputError(f"store has no key '{key}'{near_miss(key, _KEYS)}")
    outputs = Path(keys.get("outputs") or PROJECT / "outputs")
    if not outputs.is_dir():
        raise InputError(f"outputs={outputs}: no such folder")
    remove, referred = (_true_or_false(keys.get(key, "false"), key) for key in ("remove", "referred"))
    if not actions and (remove or referred):
        raise InputError("store: remove= and referred= are of kohtaanto store prune")
    runs, left = stored(outputs), left_behind(outputs)
    for line in told(runs, left):
        print(line)
    if actions:
        goes = [run for run in runs if not run.current and (referred or not run.referred)]
        files = [file for run in goes for file in run.files] + left
        size = sum(run.size for run in goes) + _size(left)
        if remove:
            for file in files:
                file.unlink(missing_ok=True)
            print(f"removed {len(goes):,} runs and {len(left):,} files left behind, {_megabytes(size)}")
        else:
            print(f"prune would remove {len(goes):,} runs and {len(left):,} files left behind, {_megabytes(size)}; "
                  f"remove=true does it")  # fmt: skip
    return 0


def stored(outputs: Path) -> list[Kept]:
    """The runs of a folder of results, by key."""
    store = RunStore(outputs / "runs")
    wanted = referred_keys(outputs)
    runs = []
    for key in store.keys():
        files = tuple(sorted(store.path(key).parent.glob(f"{key}*.parquet")))
        facts = store.facts(key) or {}
        runs.append(Kept(key, files, _size(files), facts.get("code") == code_digest(), key in wanted))
    return runs


def left_behind(outputs: Path) -> list[Path]:
    """Files that a process which ended had begun to write, untouched for a day."""
    before = time.time() - _LEFT_BEHIND_S
    return [path for path in (outputs / "runs").glob("??/.*.partial") if path.stat().st_mtime < before]


def referred_keys(outputs: Path) -> set[str]:
    """Keys of runs that finished results folders refer to: in manifests, and in the samples of sweeps."""
    found: set[str] = set()
    for manifest in _manifests(outputs):
        try:
            content = json.loads(manifest.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if not isinstance(content, dict) or content.get("status") != FINISHED:
            continue
        found |= set(_keys_of(content.get("runs")))
        sample = manifest.parent / "sample.parquet"
        if sample.is_file():
            try:
                found |= set(pq.ParquetFile(sample).read(columns=["key"])["key"].to_pylist())
            except (OSError, pa.ArrowException, KeyError):
                continue
    return found


def told(runs: Sequence[Kept], left: Sequence[Path]) -> Iterator[str]:
    """Lines on the size of the store."""
    groups = {
        "in all": list(runs),
        "of the present code": [run for run in runs if run.current],
        "of other code, which nothing reads again": [run for run in runs if not run.current],
        "  of these referred to by results folders": [run for run in runs if not run.current and run.referred],
    }
    for name, some in groups.items():
        yield f"{len(some):>8,} runs {_megabytes(sum(run.size for run in some)):>12}  {name}"
    if left:
        yield f"{len(left):>8,} files {_megabytes(_size(left)):>11}  left behind by processes that ended"


def _manifests(outputs: Path) -> Iterator[Path]:
    for folder in sorted(outputs.iterdir()):
        if folder.is_dir() and folder.name != "runs":
            yield from folder.rglob("manifest.json")


def _keys_of(runs: Any) -> Iterator[str]:
    for run in runs if isinstance(runs, list) else ():
        if isinstance(run, dict) and isinstance(run.get("key"), str):
            yield run["key"]


def _size(files: Iterable[Path]) -> int:
    return sum(file.stat().st_size for file in files if file.exists())


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


def _true_or_false(given: str, key: str) -> bool:
    if given not in ("true", "false"):
        raise InputError(f"{key}: expected true or false, got '{given}'")
    return given == "true"
