"""A point of a design: an id, and a value for each factor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Point:
    """Where the model is simulated.

    Attributes
    ----------
    id
        Name of the point in every table; unique in a design.
    values
        By key of the factor, in its unit.
    """

    id: str
    values: Mapping[str, float] = field(hash=False)
