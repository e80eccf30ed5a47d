"""What came out of a design: a table with a row a run, and its outcomes as arrays."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from experiments.composing.arm import BASELINE
from experiments.running.store import write_table
from experiments.sweep.factor import Factor
from experiments.sweep.outcome import OutcomeAsked
from sim.errors import InputError, near_miss

DONE, FAILED = "done", "failed"
RUN_COLUMNS = pa.schema(
    [
        ("point", pa.string()), ("arm", pa.string()), ("replication", pa.int32()), ("seed", pa.int64()),
        ("status", pa.string()), ("error", pa.string()), ("key", pa.string()),
    ]
)  # fmt: skip
"""Columns that say which run a row is; one a factor and one an outcome follow."""
_METADATA = b"kohtaanto_sample"


class Sample:
    """Runs of points and their outcomes.

    Parameters
    ----------
    table
        `RUN_COLUMNS`, a column a factor (float64), a column an outcome (float64, NaN of a failed run); rows by point,
        arm and replication in the order of the design. Two executions that end with the same runs have the same
        table, whatever was stored before and whatever was killed on the way.
    factors
        What varied.
    outcomes
        What was asked.

    Attributes
    ----------
    points
        Ids, in order.
    arms
        Names, the baseline first.
    replications
        How many.
    """

    def __init__(self, table: pa.Table, factors: Sequence[Factor], outcomes: Sequence[OutcomeAsked]) -> None:
        self.table, self.factors, self.outcomes = table, tuple(factors), tuple(outcomes)
        self.points: list[str] = list(dict.fromkeys(table["point"].to_pylist()))
        self.arms: list[str] = list(dict.fromkeys(table["arm"].to_pylist()))
        self.replications = table.num_rows // max(len(self.points) * len(self.arms), 1)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Points, arms, replications."""
        return len(self.points), len(self.arms), self.replications

    @property
    def failed(self) -> int:
        """Number of failed runs."""
        return self.table["status"].to_pylist().count(FAILED)

    def values(self, outcome: str, arm: str = BASELINE) -> NDArray[np.float64]:
        """An outcome in an arm, shape (points, replications), NaN where the run failed.

        Raises
        ------
        InputError
            If there is no such outcome or arm.
        """
        names = [asked.name for asked in self.outcomes]
        if outcome not in names:
            raise InputError(f"no outcome '{outcome}' in the sample{near_miss(outcome, names)}")
        if arm not in self.arms:
            raise InputError(f"no arm '{arm}' in the sample{near_miss(arm, self.arms)}")
        values: NDArray[np.float64] = self.table[outcome].to_numpy().reshape(self.shape)
        return values[:, self.arms.index(arm)].copy()

    def means(self, outcome: str, arm: str = BASELINE) -> NDArray[np.float64]:
        """Levels of an outcome in an arm, shape (points, replications); a mean over the last axis is a point's."""
        return self.values(outcome, arm)

    def differences(self, outcome: str, arm: str) -> NDArray[np.float64]:
        """Paired differences of an arm to the baseline, shape (points, replications)."""
        return self.values(outcome, arm) - self.values(outcome, BASELINE)

    def inputs(self) -> NDArray[np.float64]:
        """Values of the factors, shape (points, factors)."""
        each = len(self.arms) * self.replications
        columns = [self.table[factor.key].to_numpy()[::each] for factor in self.factors]
        return np.column_stack(columns) if columns else np.empty((len(self.points), 0))

    def errors(self) -> dict[str, int]:
        """Errors of failed runs and how often each came, the most frequent first."""
        errors = [error for error in self.table["error"].to_pylist() if error]
        return dict(sorted(((error, errors.count(error)) for error in set(errors)), key=lambda item: -item[1]))

    def write(self, path: Path) -> None:
        """Write the table as Parquet, with what the factors and outcomes are.

        Raises
        ------
        InputError
            If it can not be written.
        """
        told = {
            "factors": [factor.told() for factor in self.factors],
            "outcomes": [{"name": asked.name, "unit": asked.unit, "better": asked.better} for asked in self.outcomes],
        }
        metadata = {_METADATA: json.dumps(told, ensure_ascii=False).encode()}
        write_table(self.table.replace_schema_metadata(metadata), path)


def read_sample(path: Path) -> Sample:
    """Read a sample that was written.

    Raises
    ------
    InputError
        If it is missing or no sample.
    """
    try:
        with path.open("rb") as file:
            table = pq.read_table(file, page_checksum_verification=True)
        told: dict[str, Any] = json.loads(table.schema.metadata[_METADATA])
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; expected the sample.parquet of a sweep") from None
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: no sample ({str(error).splitlines()[0][:100]})") from None
    factors = [
        Factor(**{**factor, "values": tuple(factor["values"]), "declared": tuple(factor["declared"])})
        for factor in told["factors"]
    ]
    return Sample(table, factors, [OutcomeAsked.read(asked["name"]) for asked in told["outcomes"]])


def make_table(rows: Sequence[Sequence[Any]], factors: Sequence[Factor], outcomes: Sequence[OutcomeAsked]) -> pa.Table:
    """Rows in the order of `RUN_COLUMNS`, factors and outcomes, as a table."""
    schema = pa.schema(
        [
            *RUN_COLUMNS,
            *((factor.key, pa.float64()) for factor in factors),
            *((asked.name, pa.float64()) for asked in outcomes),
        ]
    )
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    return pa.table(
        [pa.array(column, type=field.type, from_pandas=False) for column, field in zip(columns, schema, strict=True)],
        schema=schema,
    )
