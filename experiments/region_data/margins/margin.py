"""A margin: a published figure, what a world as built has instead, and how far the two may part."""

from __future__ import annotations

from dataclasses import dataclass

MET, MISSED, DISAGREE, NOT_SIMULATED = "met", "missed", "data disagree", "not simulated"
VERDICTS = (MISSED, DISAGREE, NOT_SIMULATED, MET)
"""In the order in which they are told."""


@dataclass(frozen=True)
class Margin:
    """One cell of a margin.

    Attributes
    ----------
    family
        The margin it belongs to.
    cell
        Which cell: place, age, group.
    published
        The published figure, in real persons or jobs; brought to the world's total where only the structure
        is published for this start.
    result
        What the world has, in real persons or jobs; None if the model does not hold the attribute.
    tolerance
        Largest difference that passes.
    unit
        Unit of the three.
    source, source_kind
        Where the published figure is from; several rows give several sources.
    other, told_by
        What other published figures say of the same cell, and which files those are. A result that meets them
        and not this one is no fault of the population: no population could meet both.
    """

    family: str
    cell: str
    published: float
    result: float | None
    tolerance: float
    unit: str
    source: str
    source_kind: str
    other: float | None = None
    told_by: str = ""

    @property
    def difference(self) -> float | None:
        """Result less published figure."""
        return None if self.result is None else self.result - self.published

    @property
    def verdict(self) -> str:
        """One of `VERDICTS`."""
        if self.result is None:
            return NOT_SIMULATED
        if abs(self.result - self.published) <= self.tolerance:
            return MET
        if self.other is not None and abs(self.result - self.other) <= self.tolerance:
            return DISAGREE
        return MISSED

    @property
    def excess(self) -> float:
        """Difference over tolerance: above 1 the margin is not met."""
        return abs(self.difference or 0.0) / max(self.tolerance, 1e-9)
