"""Figures of municipalities out of a JSON-stat 2 dataset."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable, Sequence
from typing import Any

from agents.region import Municipality
from experiments.region_data.importing.imported import Imported
from experiments.region_data.importing.period import TIME_COLUMNS, parse_time
from experiments.region_data.importing.place import AREA_COLUMNS, is_larger_area, place_of
from sim.errors import InputError


def import_json(text: str, name: str, places: Sequence[Municipality]) -> Imported:
    """Take the figures of municipalities out of a dataset.

    Raises
    ------
    InputError
        If it is no whole JSON-stat 2 dataset.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{name} row {error.lineno}: not JSON ({error.msg})") from None
    if not isinstance(data, dict) or data.get("class") != "dataset":
        raise InputError(f"{name}: not a JSON-stat 2 dataset; expected class 'dataset'")
    try:
        return _import_dataset(data, name, places)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{name}: not whole as JSON-stat 2 ({type(error).__name__}: {error})") from None


def _import_dataset(data: dict[str, Any], name: str, places: Sequence[Municipality]) -> Imported:
    imported = Imported()
    ids: list[str] = list(data["id"])
    sizes: list[int] = [int(n) for n in data["size"]]
    categories = [
        _categories(data["dimension"][key], size, f"{name}, dimension {key}")
        for key, size in zip(ids, sizes, strict=True)
    ]
    values = data["value"]
    cells = math.prod(sizes)
    if isinstance(values, list) and len(values) != cells:
        raise InputError(f"{name}, key value: {len(values)} figures; the sizes {sizes} need {cells}")
    labels = {key: str(data["dimension"][key].get("label", key)) for key in ids}
    role = data.get("role", {})
    area = _dimension(ids, labels, role.get("geo", ()), AREA_COLUMNS)
    time = _dimension(ids, labels, role.get("time", ()), TIME_COLUMNS)
    metric = _dimension(
        ids, labels, role.get("metric", ()), ("tiedot", "uppgifter", "information", "contentscode")
    )
    title = str(data.get("label", name))
    imported.notes.append(f"file: {name}, JSON-stat 2: {title}")
    imported.notes.append(
        f"dimensions: {', '.join(f'{labels[key]} ({size})' for key, size in zip(ids, sizes, strict=True))}"
    )
    if area is None:
        imported.notes.append(
            "no dimension of places: the figures are of one area, code and name are left empty"
        )
    sides = [i for i in range(len(ids)) if i not in (area, time, metric)]
    found: dict[int, int | None] = {}
    if area is not None:
        for k, (code, label) in enumerate(categories[area]):
            text = code if is_larger_area(code) or any(c.isdigit() for c in code) else label
            found[k] = place_of(text, places, imported, cells // sizes[area], f"{name}, dimension {ids[area]}")
    for position, key in enumerate(itertools.product(*(range(size) for size in sizes))):
        value = values[position] if isinstance(values, list) else values.get(str(position))
        place = found[key[area]] if area is not None else None
        if area is not None and place is None:
            continue
        imported.read += 1
        if value is None:
            imported.missing += 1
            continue
        month = ""
        if time is not None:
            told = categories[time][key[time]][0]
            month = parse_time(told) or parse_time(categories[time][key[time]][1]) or told
        what = categories[metric][key[metric]][1] if metric is not None else title
        parts = [f"{labels[ids[i]]}={categories[i][key[i]][1]}" for i in sides]
        code, place_name = ("", "") if place is None else (places[place].code, places[place].name)
        imported.rows.append((code, place_name, month, "; ".join([what, *parts]), float(value)))
    return imported


def _categories(dimension: dict[str, Any], size: int, where: str) -> list[tuple[str, str]]:
    """Return codes and labels of a dimension in order."""
    category = dimension["category"]
    index = category.get("index")
    label = category.get("label", {})
    if index is None:
        index = list(label)
    codes = sorted(index, key=index.__getitem__) if isinstance(index, dict) else list(index)
    if len(codes) != size:
        raise InputError(f"{where}: {len(codes)} categories; its size is {size}")
    return [(str(code), str(label.get(code, code))) for code in codes]


def _dimension(
    ids: Sequence[str], labels: dict[str, str], told: Iterable[str], names: Sequence[str]
) -> int | None:
    for i, key in enumerate(ids):
        if key in told:
            return i
    for i, key in enumerate(ids):
        if key.casefold() in names or labels[key].casefold() in names:
            return i
    return None
