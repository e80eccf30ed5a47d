"""The moments of a target, measured in a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from experiments.calibration.target import Target
from experiments.validation import ModelYear, Moment, Published
from experiments.validation.board import Board
from sim.errors import InputError, near_miss


class MeasuredMoments:
    """Measures moments in a run's tidy indicators.

    Parameters
    ----------
    moments
        With bands.
    year
        Model year.
    published
        What the region and the start state say.
    prefix
        Put before the moments' names: two boards may have one moment.

    Attributes
    ----------
    moments
        With bands and the names that they are told by.
    """

    def __init__(self, moments: Sequence[Moment], year: int, published: Published, prefix: str = "") -> None:
        self._measured, self.year, self.published = tuple(moments), year, published
        self.moments = tuple(replace(moment, name=prefix + moment.name) for moment in moments)

    def __call__(self, indicators: pa.Table) -> np.ndarray:
        """Numbers of a run, shape (moments,); NaN where the run lacks what a moment needs."""
        year = ModelYear(indicators, self.year, self.published)
        return np.array([moment.measure(year) for moment in self._measured])


def moments_of(target: Target, board: Board) -> tuple[Moment, ...]:
    """The target's moments of a board, with the board's bands.

    Raises
    ------
    InputError
        If the board does not have a moment, or states no band for it.
    """
    by_name = {moment.name: moment for moment in board.moments}
    part = "moments" if board.name == target.board else f"beside.{board.name}"
    names = target.boards[board.name]
    for name in names:
        where = f"conf/target/{target.name}.yaml: {part}.{name}"
        if name not in by_name:
            known = near_miss(name, by_name) or f"; there are {', '.join(by_name)}"
            raise InputError(f"{where}: no such moment in conf/board/{board.name}.yaml{known}")
        if not by_name[name].has_band:
            raise InputError(f"{where}: conf/board/{board.name}.yaml states no band for it, so nothing can be fitted")
    return tuple(by_name[name] for name in names)
