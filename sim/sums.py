"""Shares that have to sum to one, whatever dated changes make of them."""

from __future__ import annotations

import numpy as np

from sim.dimensions import PAYERS
from sim.errors import InputError
from sim.timetable import Timetable

SUMS: dict[str, tuple[str, ...]] = {
    "the payers' shares of a measure": tuple(f"measures.payer_{payer}_share" for payer in PAYERS),
}
"""What the shares are of, and the parameters whose cells have to sum to one."""
WHOLES: dict[str, str] = {"the payers' shares of recruitment": "immigration.recruitment_payer_share"}
"""What the shares are of, and the parameter whose cells have to sum to one."""
_TOLERANCE = 1e-6


def check_sums(timetable: Timetable) -> None:
    """Refuse shares that do not sum to one on some day.

    Raises
    ------
    InputError
        Naming the cell, the day, the sum and the parameters.
    """
    for what, name in WHOLES.items():
        if name not in timetable.parameter_set.names():
            continue
        fixed = np.atleast_1d(np.asarray(timetable.parameter_set.value(name), np.float64))[None, :]
        whole = np.asarray(timetable.series.get(name, fixed)).sum(axis=1)
        if np.any(np.abs(whole - 1.0) > _TOLERANCE):
            day = int(np.argmax(np.abs(whole - 1.0) > _TOLERANCE))
            moment = np.datetime64(timetable.start_date) + day
            raise InputError(f"{what} sum to {whole[day]:.6g} on {moment}, expected 1: {name}")
    for what, names in SUMS.items():
        first = timetable.parameter_set[names[0]]
        total = np.zeros((1, first.n_cells))
        for name in names:
            fixed = np.atleast_1d(np.asarray(timetable.parameter_set.value(name), np.float64))[None, :]
            total = total + timetable.series.get(name, fixed)
        wrong = np.abs(total - 1.0) > _TOLERANCE
        if wrong.any():
            day, cell = (int(k) for k in np.argwhere(wrong)[0])
            moment = np.datetime64(timetable.start_date) + day
            label = first.labels[cell] if first.labels else ""
            raise InputError(
                f"{what} sum to {total[day, cell]:.6g} for {label} on {moment}, expected 1: {', '.join(names)}"
            )
