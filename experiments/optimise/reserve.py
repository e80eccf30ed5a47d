"""A reserve among the parts of a split: staff of a line in the months of the event."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.sweep.factor import LEVER, Factor
from sim.parameters import ParameterSet


@dataclass(frozen=True)
class Reserve:
    """How a reserve is called up.

    Attributes
    ----------
    part
        Parameter that holds the reserve.
    lever
        Staff of the line that is called up, from and until its dates.
    already
        What is called up in the baseline, FTE.
    """

    part: str
    lever: Factor
    already: float

    @classmethod
    def of(cls, asked: Mapping[str, Any], parameters: ParameterSet) -> Reserve:
        """Make it of ``{part, line, from_month, to_month}``."""
        key = f"staff.called_up_fte.{asked['line']}"
        start, end = ({"months_after_start": asked[month], "day": 1} for month in ("from_month", "to_month"))
        lever = dataclasses.replace(Factor.of(key, LEVER, parameters), start=start, end=end)
        return cls(str(asked["part"]), lever, float(parameters.value(key)))  # type: ignore[arg-type]

    def called_up(self, values: Mapping[str, float]) -> dict[str, float]:
        """Value of the lever at a point with some values."""
        return {self.lever.key: self.already + values[self.part]}
