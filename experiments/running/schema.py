"""Column types of the result files: the same in every folder, empty or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

RUN = pa.schema(
    [
        ("date", pa.date32()),
        ("indicator", pa.string()),
        ("group_kind", pa.string()),
        ("group", pa.string()),
        ("value", pa.float64()),
        ("unit", pa.string()),
    ]
)
"""Indicators of one stored run."""

INDICATORS = pa.schema(
    [("arm", pa.string()), ("parameter_set", pa.string()), ("replication", pa.int32()), *RUN]
)
"""``indicators.parquet`` of a results folder."""


def table(columns: Mapping[str, Any], schema: pa.Schema) -> pa.Table:
    """Columns of a run as a table of the given schema.

    Raises
    ------
    ValueError
        If a column is missing: that is a fault of the model, not of the user.
    """
    missing = [name for name in schema.names if name not in columns]
    if missing:
        raise ValueError(f"the run returned no column {', '.join(missing)}")
    return pa.table([_array(columns[name], schema.field(name).type) for name in schema.names], schema=schema)


def log_table(columns: Mapping[str, Any]) -> pa.Table:
    """A log (contacts, spells) as a table: text as string, whole numbers int64, numbers double."""
    arrays = {name: _array(values, _log_type(np.asarray(values))) for name, values in columns.items()}
    return pa.table(arrays)


def _log_type(values: np.ndarray) -> pa.DataType:
    kinds = {"i": pa.int64(), "u": pa.int64(), "f": pa.float64(), "b": pa.bool_(), "M": pa.date32()}
    return kinds.get(values.dtype.kind, pa.string())


def _array(values: Any, kind: pa.DataType) -> pa.Array:
    if isinstance(values, (pa.Array, pa.ChunkedArray)):
        return values.cast(kind)
    array = np.asarray(values)
    if kind == pa.date32():
        return pa.array(array.astype("datetime64[D]"), type=kind)
    if kind == pa.string():
        if array.dtype.kind == "U" and len(array):
            # A few words repeated many times: encoding them once is ten times faster.
            words, codes = np.unique(array, return_inverse=True)
            return pa.DictionaryArray.from_arrays(codes.astype(np.int32), pa.array(words)).cast(kind)
        return pa.array([str(value) for value in array.tolist()], type=kind)
    return pa.array(array, type=kind)
