"""The results folder: its name, its manifest and its files, moved into place when all are whole."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import unicodedata
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from experiments.composing.arm import BASELINE
from experiments.composing.configuration import Configuration
from experiments.running import schema
from experiments.running.plan import Market, Plan, Run, code_digest
from experiments.running.store import LOGS, StoredRun, plain, storage_error, write_text, write_whole
from experiments.shock import STAFF_FILE, digest_of_staff
from sim.errors import InputError

PARAMETER_SET = "default"
FINISHED, UNFINISHED = "finished", "unfinished"
SCHEMA_VERSION = "1"
"""Of the files of a results folder, in every manifest; the first ones do not say it and are of version 1."""

# Keys that do not change what comes out.
_NOT_HASHED = ("language", "outputs", "engine")
_LONGEST_NAME = 60
_INNERMOST = re.compile(r"\{\n[^{}\[\]]*\n\s*\}")
_PACKAGES = ("mesa", "simpy", "numpy", "numba", "scipy", "hydra-core", "omegaconf", "pyarrow", "holidays")


@dataclass
class RunRecord:
    """A run as the manifest tells it.

    Attributes
    ----------
    run
        The run.
    status
        ``done`` (simulated now), ``reused``, ``failed`` or ``waiting`` (not simulated yet).
    seconds
        Of building and simulating.
    error
        Of a failed run.
    digest
        Of its indicators.
    """

    run: Run
    status: str
    seconds: float = 0.0
    error: str = ""
    digest: str = ""


def configuration_hash(configuration: Configuration) -> str:
    """SHA-256 of what is asked; language, folder and processes have no part in it."""
    content = {key: value for key, value in configuration.plain.items() if key not in _NOT_HASHED}
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def results_folder(configuration: Configuration) -> Path:
    """Folder of the results: ``outputs/<command>/<name>-<hash>``.

    The name is made harmless: letters, digits and ``._+-`` stay, other signs become ``_``, and a long
    name is shortened. Different questions get different folders through the hash.
    """
    arms = configuration.arms.values()
    parts = dict.fromkeys(name for arm in arms for name in (*arm.shocks, *arm.policies))
    name = configuration.name or "_".join(parts or [BASELINE])
    harmless = re.sub(r"[^\w.+-]+", "_", unicodedata.normalize("NFC", name)).strip("._-+")
    short = harmless.encode()[:_LONGEST_NAME].decode(errors="ignore").rstrip("._-+") or "results"
    return configuration.outputs / configuration.command / f"{short}-{configuration_hash(configuration)[:8]}"


def read_manifest(path: Path) -> dict[str, Any]:
    """Read a manifest.

    Raises
    ------
    InputError
        If the file is missing or no manifest.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; expected the manifest.json of a results folder") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: can not be read as JSON ({' '.join(str(error).split())})") from None
    if not isinstance(content, dict) or not isinstance(content.get("configuration"), dict):
        raise InputError(f"{path}: no manifest of a results folder, 'configuration' is missing")
    return content


def make_manifest(
    plan: Plan, records: list[RunRecord], status: str, built: Mapping[str, Any],
    recruits: Mapping[str, Mapping[str, Mapping[str, float]]], placing: Mapping[str, Mapping[str, Mapping[str, float]]],
) -> dict[str, Any]:
    """Everything needed to know what was done and to do it again.

    Parameters
    ----------
    plan
        What was asked.
    records
        One for each run of the plan.
    status
        `FINISHED` or `UNFINISHED`.
    built
        Facts of the world before the first day, by market.
    recruits
        Recruits ordered and placed, by market and arm (`mean_recruits`).
    placing
        Staff that was to be moved between towns and that was, by market and arm (`mean_placing`).

    Returns
    -------
    dict
        Plain data.
    """
    configuration, region = plan.configuration, plan.region
    main = plan.markets[0]
    return {
        "schema_version": SCHEMA_VERSION,
        "status": status,
        "command": configuration.command,
        "name": configuration.name,
        "configuration_hash": configuration_hash(configuration),
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "start_date": str(main.horizon.start),
        "last_date": str(main.horizon.last),
        "seeds": [configuration.seed + index for index in range(configuration.replications)],
        "region": {"name": region.name, "title": region.title, "digest": region.digest},
        "data_hashes": {
            "region": region.digest,
            **{
                key: hashlib.sha256(file.read_bytes()).hexdigest()
                for key in ("start_file", "demand_file")
                if (file := getattr(configuration, key)) is not None
            },
            **{
                f"shocks.{name}.{STAFF_FILE}": digest
                for name, given in configuration.shocks.items()
                if (digest := digest_of_staff(given)) is not None
            },
        },
        "code": {"version": version_of("kohtaanto"), "digest": code_digest()},
        "packages": package_versions(),
        "markets": {market.name: _told(market) for market in plan.markets},
        "built": plain(dict(built)),
        "recruits": plain(dict(recruits)),
        "placing": plain(dict(placing)),
        "runs": [
            {
                "market": record.run.market,
                "arm": record.run.arm,
                "replication": record.run.replication,
                "seed": record.run.specification.seed,
                "key": record.run.key,
                "status": record.status,
                "seconds": round(record.seconds, 4),
                "digest": record.digest,
                "error": record.error,
            }
            for record in records
        ],
        "configuration": configuration.plain,
    }


def mean_recruits(runs: Mapping[tuple[str, int], StoredRun]) -> dict[str, dict[str, float]]:
    """Recruits that programmes ordered and placed: means over the replications of each arm that has a programme.

    Parameters
    ----------
    runs
        Runs of a market by arm and replication.

    Returns
    -------
    dict
        For each arm ``ordered`` and ``placed``, persons.
    """
    by_arm: dict[str, list[Mapping[str, float]]] = {}
    for (arm, _), stored in runs.items():
        if "recruits" in stored.built:
            by_arm.setdefault(arm, []).append(stored.built["recruits"])
    return {
        arm: {key: sum(float(one[key]) for one in found) / len(found) for key in ("ordered", "placed")}
        for arm, found in by_arm.items()
    }


def mean_placing(runs: Mapping[tuple[str, int], StoredRun]) -> dict[str, dict[str, float]]:
    """Staff that orders were to move between towns, and that they moved: means over placings and replications.

    Parameters
    ----------
    runs
        Runs of a market by arm and replication.

    Returns
    -------
    dict
        For each arm with such orders ``ordered`` and ``moved``, FTE.
    """
    by_arm: dict[str, list[Mapping[str, float]]] = {}
    for (arm, _), stored in runs.items():
        if "placing" in stored.built:
            by_arm.setdefault(arm, []).append(stored.built["placing"])
    return {
        arm: {key: sum(float(one[key]) / float(one["times"]) for one in found) / len(found)
              for key in ("ordered", "moved")}
        for arm, found in by_arm.items()
    }  # fmt: skip


def to_json(content: Mapping[str, Any]) -> str:
    """Strict JSON: no NaN, text as it is, innermost objects on one line."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1)
    # Line breaks stand between parts only, never inside a text: joining lines can not change a value.
    return _INNERMOST.sub(lambda found: re.sub(r"\n *", " ", found[0]), text) + "\n"


@contextlib.contextmanager
def folder_in_the_making(configuration: Configuration) -> Iterator[Path]:
    """A folder to fill; its files are moved into the results folder if nothing goes wrong.

    Files replace those of an equal earlier run one by one, each of them whole, the manifest last: two
    equal comparisons at once end with whole, equal results.

    Yields
    ------
    Path
        Folder beside the results, on the same disk.

    Raises
    ------
    InputError
        If the disk is full or the folder can not be written.
    """
    folder = results_folder(configuration)
    making = configuration.outputs / "runs" / ".partial" / f"{folder.name[-8:]}-{uuid.uuid4().hex[:8]}"
    try:
        making.mkdir(parents=True)
        yield making
        files = sorted(file.relative_to(making) for file in making.rglob("*") if file.is_file())
        for file in sorted(files, key=lambda file: file.name == "manifest.json"):
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (making / file).replace(folder / file)
    except OSError as error:
        raise storage_error(error, folder / "manifest.json") from None
    finally:
        shutil.rmtree(making, ignore_errors=True)
        with contextlib.suppress(OSError):
            making.parent.rmdir()


def check_writable(configuration: Configuration) -> None:
    """Find out before anything is simulated whether results can be written.

    Raises
    ------
    InputError
        If not.
    """
    for folder in (configuration.outputs / "runs", results_folder(configuration).parent):
        probe = folder / f".probe-{uuid.uuid4().hex}"
        write_text("probe\n", probe)
        with contextlib.suppress(OSError):
            os.unlink(probe)


def write_indicators(runs: Mapping[tuple[str, int], StoredRun], path: Path) -> None:
    """Write ``indicators.parquet``: the runs by arm and replication, one below the other.

    Raises
    ------
    InputError
        If it can not be written.
    """

    def write(file: Any) -> None:
        with pq.ParquetWriter(file, schema.INDICATORS, compression="zstd") as writer:
            for (arm, replication), stored in runs.items():
                writer.write_table(with_run(stored.indicators, arm, replication, PARAMETER_SET))

    write_whole(path, write)


def write_logs(runs: Mapping[tuple[str, int], StoredRun], folder: Path) -> None:
    """Write ``contacts.parquet`` and ``spells.parquet`` of runs recorded in full, ``weekly.parquet`` if it was asked.

    Raises
    ------
    InputError
        If they can not be written.
    """
    for log in LOGS:
        logs = [(run, stored.logs[log]) for run, stored in runs.items() if log in stored.logs]
        if not logs:
            continue

        def write(file: Any, logs: list[tuple[tuple[str, int], pa.Table]] = logs) -> None:
            first = with_run(logs[0][1], *logs[0][0])
            with pq.ParquetWriter(file, first.schema, compression="zstd") as writer:
                for (arm, replication), rows in logs:
                    writer.write_table(with_run(rows, arm, replication).cast(first.schema))

        write_whole(folder / f"{log}.parquet", write)


def with_run(table: pa.Table, arm: str, replication: int, parameter_set: str | None = None) -> pa.Table:
    """Put the columns that tell runs apart before those of a run."""
    n = table.num_rows
    columns = {"arm": pa.repeat(pa.scalar(arm, pa.string()), n)}
    if parameter_set is not None:
        columns["parameter_set"] = pa.repeat(pa.scalar(parameter_set, pa.string()), n)
    columns["replication"] = pa.repeat(pa.scalar(replication, pa.int32()), n)
    columns |= dict(zip(table.column_names, table.columns, strict=True))
    joined = pa.table(columns)
    return joined.cast(schema.INDICATORS) if parameter_set is not None else joined


def _told(market: Market) -> dict[str, Any]:
    return {
        "state": market.state,
        "start_date": str(market.horizon.start),
        "last_date": str(market.horizon.last),
        "month_ends": {str(month): str(market.horizon.month_end(month)) for month in market.horizon.months},
        "events": {arm: [event.told() for event in events] for arm, events in market.events.items()},
        "changes": {
            arm: [
                {"owner": change.owner, "parameter": change.parameter, "what": str(change)}
                for change in changes
            ]
            for arm, changes in market.changes.items()
        },
        "cohorts": [
            {"name": c.name, "employer": c.employer, "marked": str(c.marked), "jobs": c.jobs}
            for c in market.cohorts
        ],
    }


def package_versions() -> dict[str, str | None]:
    """Versions of the libraries that a result rests on."""
    return {package: version_of(package) for package in _PACKAGES}


def version_of(package: str) -> str | None:
    """Version of an installed package; None if it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
