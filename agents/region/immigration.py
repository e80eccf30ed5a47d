"""Who comes from abroad: how many a year of each origin, and what they are like on arrival."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.region.occupation import Occupation
from agents.region.schema import ISCO1
from agents.region.table import Table, frozen, sums_to_one
from sim.dimensions import AGE_BANDS, EDUCATION, LANGUAGE_LEVELS, ORIGINS, Origin

FROM_ABROAD = ORIGINS[Origin.LABOUR :]
"""Origins of people from abroad, in the order of `sim.dimensions.Origin`."""
_SHARES = {"age": AGE_BANDS, "education": EDUCATION, "language_level": LANGUAGE_LEVELS, "isco1": ISCO1}
_ALL = "all"


@dataclass(frozen=True)
class Immigration:
    """People who come from abroad; arrays by `FROM_ABROAD`, read-only.

    Attributes
    ----------
    persons_per_year
        People of 15–74 who come, shape (5,).
    women
        Share of women, shape (5,).
    age, education, language_level
        Shares on arrival, shapes (5, 12), (5, 3), (5, 5).
    isco1
        Shares by major group of the trade learnt abroad, shape (5, 10).
    """

    persons_per_year: NDArray[np.float64]
    women: NDArray[np.float64]
    age: NDArray[np.float64]
    education: NDArray[np.float64]
    language_level: NDArray[np.float64]
    isco1: NDArray[np.float64]


def read_immigration(table: Table, occupations: Sequence[Occupation]) -> Immigration:
    """Read ``immigration.csv``.

    Raises
    ------
    InputError
        For an unknown origin, item or label, shares that do not sum to 1, or a major group without an occupation.
    """
    items = ("persons_per_year", "women", *_SHARES)
    for row in table:
        table.index(row, "item", {name: i for i, name in enumerate(items)})
    majors = {occupation.isco1 for occupation in occupations}
    values: dict[str, NDArray[np.float64]] = {}
    for item in items:
        part = Table(table.name, tuple(row for row in table if row["item"] == item))
        labels = _SHARES.get(item, (_ALL,))
        array = part.array("value", [("origin", FROM_ABROAD), ("label", labels)], complete=item not in _SHARES)
        if item in _SHARES:
            array = sums_to_one(part, array, f"{item}: value", FROM_ABROAD)
        else:
            array = array[:, 0]
        if item == "isco1":
            for row in part:
                if row["value"] > 0.0 and row["label"] not in majors:
                    raise table.error(row, "label", f"no occupation of major group {row['label']} in occupations.csv")
        values[item] = frozen(array)
    for row in table:
        if row["item"] != "persons_per_year" and row["value"] > 1.0:
            raise table.error(row, "value", f"{row['value']:g} is not a share; expected 0 to 1")
    return Immigration(**values)
