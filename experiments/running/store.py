"""Finished runs, kept by their key: written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from agents.specification import RunResult
from experiments.running import schema
from experiments.running.plan import code_digest
from sim.errors import InputError

LOGS = ("contacts", "spells", "weekly")
_METADATA = b"kohtaanto"
_KEY = re.compile("[0-9a-f]{64}")


class DamagedRunError(Exception):
    """A stored run that can not be read: cut short or changed on the disk."""


@dataclass
class StoredRun:
    """A run read back.

    Attributes
    ----------
    indicators
        Columns of `schema.RUN`, text as dictionaries.
    built
        Facts of the world before the first day.
    seconds, counters
        What it cost.
    digest
        SHA-256 of the indicators, to tell whether two runs are equal bit for bit.
    logs
        Tables ``contacts`` and ``spells`` of a run recorded in full, ``weekly`` of one with the week record.
    """

    indicators: pa.Table
    built: dict[str, Any]
    seconds: dict[str, float]
    counters: dict[str, int]
    digest: str
    logs: dict[str, pa.Table] = field(default_factory=dict)


class RunStore:
    """Runs in a folder, a file a run.

    Parameters
    ----------
    folder
        ``outputs/runs``; it is made when the first run is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, key: str, log: str = "") -> Path:
        """File of a run, or of one of its logs."""
        return self.folder / key[:2] / f"{key}{f'.{log}' if log else ''}.parquet"

    def read(self, key: str) -> StoredRun | None:
        """Read a run.

        Returns
        -------
        StoredRun or None
            None if it has not been stored.

        Raises
        ------
        DamagedRunError
            If its file, or that of a log, can not be read.
        """
        if not self.path(key).is_file():
            return None
        try:
            # A file object, because a path with signs such as '=' would be read as a partition.
            with self.path(key).open("rb") as file:
                indicators = pq.read_table(file, page_checksum_verification=True)
            facts = json.loads(indicators.schema.metadata[_METADATA])
            logs = {}
            for log in facts["logs"]:
                with self.path(key, log).open("rb") as file:
                    logs[log] = pq.read_table(file, page_checksum_verification=True)
            if facts["key"] != key or table_digest(indicators) != facts["digest"]:
                raise ValueError("the content is not what was written under this key")
        except (OSError, pa.ArrowException, ValueError, KeyError, TypeError) as error:
            raise DamagedRunError(f"{self.path(key).name}: {str(error).splitlines()[0][:100]}") from error
        return StoredRun(
            _encoded(indicators), facts["built"], facts["seconds"], facts["counters"], facts["digest"], logs
        )

    def load(self, key: str) -> StoredRun:
        """Read a run that has been stored.

        Raises
        ------
        InputError
            If it is gone.
        DamagedRunError
            As `read`.
        """
        run = self.read(key)
        if run is None:
            raise InputError(f"{self.path(key)}: the run is gone; was outputs/runs emptied meanwhile?")
        return run

    def write(self, key: str, result: RunResult, full: bool = False) -> str:
        """Write a run; a run of this key that is there already is replaced by an equal one.

        Parameters
        ----------
        key
            Of the run.
        result
            What it returned.
        full
            Whether its logs are kept too.

        Returns
        -------
        str
            Digest of the indicators.

        Raises
        ------
        InputError
            If the disk is full or the folder can not be written.
        """
        table = schema.table(result.indicators, schema.RUN)
        digest = table_digest(table)
        kept = [log for log in LOGS if getattr(result, log) or (full and log != "weekly")]
        logs = {log: schema.log_table(getattr(result, log)) for log in kept}
        facts = {
            "key": key,
            "code": code_digest(),
            "built": plain(result.built),
            "seconds": plain(result.seconds),
            "counters": plain(result.counters),
            "digest": digest,
            "logs": list(logs),
        }
        table = table.replace_schema_metadata({_METADATA: json.dumps(facts, allow_nan=False).encode()})
        for log, rows in logs.items():
            write_table(rows, self.path(key, log))
        write_table(table, self.path(key))  # last: a run is there when this file is
        return digest

    def remove(self, key: str) -> None:
        """Remove a damaged run."""
        with contextlib.suppress(FileNotFoundError):
            self.path(key).unlink()

    def keys(self) -> list[str]:
        """Keys of the runs that are stored."""
        return sorted(path.stem for path in self.folder.glob("??/*.parquet") if _KEY.fullmatch(path.stem))

    def facts(self, key: str) -> dict[str, Any] | None:
        """What is noted beside a run: ``code`` (digest of the code that made it), ``seconds`` and the like.

        Returns
        -------
        dict or None
            None if the file can not be read.
        """
        try:
            with self.path(key).open("rb") as file:
                noted = json.loads(pq.read_schema(file).metadata[_METADATA])
        except (OSError, pa.ArrowException, ValueError, KeyError, TypeError):
            return None
        return noted if isinstance(noted, dict) else None

    def clean(self, pids: Iterable[int]) -> None:
        """Remove what processes that were ended had begun to write."""
        for pid in pids:
            for partial in self.folder.glob(f"??/.*.{pid}-*.partial"):
                with contextlib.suppress(OSError):
                    partial.unlink()


def write_table(table: pa.Table, path: Path) -> None:
    """Write a table as Parquet, whole or not at all.

    Raises
    ------
    InputError
        If the disk is full or the folder can not be written.
    """
    write_whole(path, lambda file: pq.write_table(table, file, compression="zstd", write_page_checksum=True))


def write_text(text: str, path: Path) -> None:
    """Write text as UTF-8, whole or not at all.

    Raises
    ------
    InputError
        If the disk is full or the folder can not be written.
    """
    write_whole(path, lambda file: file.write(text.encode()))


def write_whole(path: Path, write: Callable[[Any], object]) -> None:
    """Write a file beside its place and move it there when it is safe on the disk.

    Parameters
    ----------
    path
        Where it shall be; parents are made.
    write
        Gets the open file.

    Raises
    ------
    InputError
        If the disk is full or the folder can not be written.
    """
    partial = path.with_name(f".{path.name[:40]}.{os.getpid()}-{uuid.uuid4().hex}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with partial.open("wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        finally:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
    except OSError as error:
        raise storage_error(error, path) from None


def storage_error(error: OSError, path: Path) -> InputError:
    """Say in one line why something can not be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return InputError(
            f"{path.parent}: the disk is full; make room or choose another folder with outputs="
        )
    return InputError(
        f"{path.parent}: can not be written ({error.strerror or error}); choose another folder with outputs="
    )


def table_digest(table: pa.Table) -> str:
    """SHA-256 of the content of a table, independent of how it is cut into chunks."""
    digest = hashlib.sha256()
    for name, column in zip(table.column_names, table.columns, strict=True):
        digest.update(f"{name}\0".encode())
        whole = column.combine_chunks()
        if pa.types.is_string(column.type):
            offsets = np.frombuffer(whole.buffers()[1], np.int32)[
                whole.offset : whole.offset + len(whole) + 1
            ]
            first, last = (int(offsets[0]), int(offsets[-1])) if len(offsets) else (0, 0)
            digest.update((offsets - first).tobytes())
            digest.update(bytes(whole.buffers()[2] or b"")[first:last])
        else:
            digest.update(whole.to_numpy(zero_copy_only=False).tobytes())
    return digest.hexdigest()


def _encoded(table: pa.Table) -> pa.Table:
    """Text as codes into a list of words: a tenth of the memory of many runs at once."""
    return pa.table(
        {
            name: column.dictionary_encode() if pa.types.is_string(column.type) else column
            for name, column in zip(table.column_names, table.columns, strict=True)
        }
    )


def plain(value: Any) -> Any:
    """Plain data for strict JSON: NumPy's numbers become Python's, what is not finite becomes null."""
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float):
        return value if value - value == 0.0 else None
    if value is None or isinstance(value, str | int):
        return value
    return str(value)
