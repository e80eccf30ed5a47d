"""The results folder of a sweep: what was asked, the design, the sample, indicators of every run."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from experiments.composing.configuration import Configuration
from experiments.running import results, schema
from experiments.running.plan import code_digest
from experiments.running.results import FINISHED, SCHEMA_VERSION, UNFINISHED
from experiments.running.store import write_text, write_whole
from experiments.sweep.design import Design
from experiments.sweep.evaluation import Evaluation
from experiments.sweep.sample import FAILED, Sample, read_sample
from sim.errors import InputError

INDICATORS = ("outcomes", "all", "none")
"""What ``indicators.parquet`` holds: the series of the outcomes, month by month, everything, or it is not written."""
_FAILED_COLUMNS = ("point", "arm", "replication", "seed", "error", "key")


@dataclass(frozen=True)
class SweepFolder:
    """Files of a sweep, each of them whole; the manifest says finished when all are there.

    Attributes
    ----------
    path
        ``outputs/sweep/<name>-<hash>``; the hash is that of the question, the design and the outcomes.
    design
        The points.
    evaluation
        What runs them.
    manifest
        What was asked.
    """

    path: Path
    design: Design
    evaluation: Evaluation
    manifest: dict[str, Any]

    @classmethod
    def of(cls, configuration: Configuration, design: Design, evaluation: Evaluation) -> SweepFolder:
        """Folder of a question.

        Parameters
        ----------
        configuration
            What is simulated but for the factors, as composed.
        design
            The points.
        evaluation
            With the arms and outcomes.

        Raises
        ------
        InputError
            If another version of the program wrote a sweep there.
        """
        outcomes = [
            {"name": asked.name, "unit": asked.unit, "better": asked.better} for asked in evaluation.outcomes
        ]
        factors = [factor.told() for factor in design.factors]
        question = json.dumps([results.configuration_hash(configuration), factors, design.to_csv(), outcomes])
        plain = results.results_folder(configuration)
        path = plain.with_name(f"{plain.name[:-9]}-{hashlib.sha256(question.encode()).hexdigest()[:8]}")
        if (path / "manifest.json").is_file():
            check_version(results.read_manifest(path / "manifest.json"), path)
        manifest = {
            "schema_version": SCHEMA_VERSION,
            "command": configuration.command,
            "name": configuration.name,
            "configuration_hash": results.configuration_hash(configuration),
            "written": datetime.now(UTC).isoformat(timespec="seconds"),
            "seeds": [configuration.seed + index for index in range(configuration.replications)],
            "arms": list(evaluation.arms),
            "factors": factors,
            "points": len(design.points),
            "outcomes": outcomes,
            "region": {"name": evaluation.region.name, "digest": evaluation.region.digest},
            "code": {"version": results.version_of("kohtaanto"), "digest": code_digest()},
            "packages": results.package_versions(),
            "configuration": configuration.plain,
        }
        return cls(path, design, evaluation, manifest)

    def begin(self) -> None:
        """Write the design, and a manifest that says unfinished.

        Raises
        ------
        InputError
            If they can not be written; so for the other files.
        """
        write_text(self.design.to_csv(), self.path / "design.csv")
        self._write_manifest({"status": UNFINISHED})

    def write_sample(self, sample: Sample) -> None:
        """Write ``sample.parquet``, and ``failed.csv`` if a run failed."""
        sample.write(self.path / "sample.parquet")
        failed = self.path / "failed.csv"
        if not sample.failed:
            failed.unlink(missing_ok=True)
            return
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(_FAILED_COLUMNS)
        for row in sample.table.select([*_FAILED_COLUMNS, "status"]).to_pylist():
            if row["status"] == FAILED:
                writer.writerow([row[column] for column in _FAILED_COLUMNS])
        write_text(text.getvalue(), failed)

    def write_indicators(self, sample: Sample, which: str) -> None:
        """Write ``indicators.parquet`` from the store, a run at a time: memory does not grow with the runs.

        Parameters
        ----------
        sample
            Says which runs there are.
        which
            One of `INDICATORS`.
        """
        path = self.path / "indicators.parquet"
        if which == "none":
            path.unlink(missing_ok=True)
            return
        runs = sample.table.select(["point", "arm", "replication", "status", "key"])

        def write(file: Any) -> None:
            with pq.ParquetWriter(file, schema.INDICATORS, compression="zstd") as writer:
                for batch in runs.to_batches(max_chunksize=200):
                    tables = [
                        results.with_run(self._rows(row["key"], which), row["arm"], row["replication"], row["point"])
                        for row in batch.to_pylist()
                        if row["status"] != FAILED
                    ]
                    if tables:
                        writer.write_table(pa.concat_tables(tables))

        write_whole(path, write)

    def finish(self, sample: Sample, wall_s: float) -> None:
        """Write the manifest that says finished."""
        evaluation = self.evaluation
        counted = {
            "runs": sample.table.num_rows, "simulated": evaluation.simulated, "reused": evaluation.reused,
            "failed": sample.failed, "wall_s": round(wall_s, 3), "peak_rss_mb": round(evaluation.peak_rss_mb, 1),
        }  # fmt: skip
        self._write_manifest({"status": FINISHED, "counted": counted})

    def _rows(self, key: str, which: str) -> pa.Table:
        table = self.evaluation.store.load(key).indicators
        if which == "all":
            return table
        # Series, not outcomes: one that is asked at two months stands here once.
        series = {(asked.indicator, asked.group_kind, asked.group): asked for asked in self.evaluation.outcomes}
        return pa.concat_tables([asked.rows(table) for asked in series.values()])

    def _write_manifest(self, more: dict[str, Any]) -> None:
        write_text(results.to_json({**more, **self.manifest}), self.path / "manifest.json")


def read_sweep(path: Path) -> tuple[dict[str, Any], Sample]:
    """Read a finished sweep.

    Returns
    -------
    dict
        The manifest.
    Sample
        What came out.

    Raises
    ------
    InputError
        No sweep, an unfinished one, or one of another version.
    """
    manifest = results.read_manifest(path / "manifest.json")
    check_version(manifest, path)
    if manifest.get("status") != FINISHED:
        raise InputError(f"{path}: the sweep is unfinished; the same command as before goes on with it")
    return manifest, read_sample(path / "sample.parquet")


def check_version(manifest: dict[str, Any], path: Path) -> None:
    """Refuse the files of another version.

    Raises
    ------
    InputError
        Saying both versions and what to do.
    """
    found = manifest.get("schema_version")
    if found != SCHEMA_VERSION:
        what = "no sweep" if found is None else f"a sweep of file version {found}"
        raise InputError(
            f"{path}: {what}, this program reads and writes version {SCHEMA_VERSION}; run it again with another "
            f"outputs=FOLDER, or convert it with the version that wrote it"
        )
