"""The whole state of a simulated world.

* All state is in `World`; nobody else keeps a reference to an array over a day boundary, because
  arrays may grow between days. `World.copy` resumes bit for bit.
* The tables and their columns are declared in `sim.tables`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.handle import handle
from sim.tables import Arrays


class World:
    """A world at the start of a day.

    Attributes
    ----------
    arrays
        All state (`Arrays`).
    listed
        Rows of listed employers by identifier; fixed when the world is built.
    """

    def __init__(self, arrays: Arrays, listed: Mapping[str, int] | None = None) -> None:
        self.arrays = arrays
        self.listed = dict(listed or {})
        self._handle: Any = None

    @property
    def handle(self) -> Any:
        """What kernels take (`sim.handle`): all arrays behind one pointer."""
        if self._handle is None:
            self._handle = handle(self.arrays)
        return self._handle

    @property
    def control(self) -> np.record:
        """The scalars of the world."""
        return self.arrays.control[0]

    @property
    def today(self) -> int:
        """Next day to be simulated."""
        return int(self.control.today)

    @property
    def n_places(self) -> int:
        """Municipalities, without the neighbours: the first place outside."""
        return len(self.arrays.points)

    def copy(self) -> World:
        """Return an independent world that goes on bit for bit."""
        return World(Arrays(*(array.copy() for array in self.arrays)), self.listed)

    def state_bytes(self) -> int:
        """Size of all state that grows with the people, bytes."""
        arrays = self.arrays
        growing = (
            arrays.persons, arrays.nodes, arrays.employers, arrays.vacancies, arrays.free_persons,
            arrays.free_vacancies, arrays.queued, arrays.cell_vacancies, arrays.cell_uids, arrays.deciding,
        )  # fmt: skip
        return sum(array.nbytes for array in growing)

    def replace(self, **arrays: np.ndarray) -> None:
        """Put other arrays in the place of some, between days."""
        self.arrays = self.arrays._replace(**arrays)
        self._handle = None

    def add_employer(self, uid: np.uint64, place: int, section: int, until: int = 0) -> int:
        """Append an employer without jobs, between days; where demand falls in the others is left as it was.

        Parameters
        ----------
        uid
            Identity, of no other employer.
        place, section
            Where it is, and its industry.
        until
            Day on which all its jobs will end, 0 for none.

        Returns
        -------
        int
            Its row.
        """
        row = len(self.arrays.employers)
        employers = _longer(self.arrays.employers, row + 1)
        employers[row].uid, employers[row].until = uid, until
        employers[row].place, employers[row].section = place, section
        share = self.arrays.employer_share
        self.replace(employers=employers, employer_share=np.append(share, share[-1]))
        return row

    def ensure_room(self, jobs: int = 0, people: int = 0) -> None:
        """Grow tables that could fill up within a day. Called between days only.

        Parameters
        ----------
        jobs, people
            New jobs, and people in services, that may come in a bunch beyond a usual day's (`sim.day.bunched`).
        """
        control, arrays = self.control, self.arrays
        people_a_day = 200 + int(0.02 * control.n_persons)
        jobs_a_day = 400 + int(0.04 * control.n_persons) + jobs
        meetings_a_day = jobs_a_day + people
        grown: dict[str, np.ndarray] = {}
        if len(arrays.persons) - control.n_persons + control.n_free_persons < people_a_day:
            rows = len(arrays.persons) + 4 * people_a_day
            kinds = len(arrays.nodes) // len(arrays.persons)
            grown |= {
                "persons": _longer(arrays.persons, rows),
                "nodes": _longer(arrays.nodes, rows * kinds, fill_day=True),
                "free_persons": _longer(arrays.free_persons, rows),
            }
        if len(arrays.vacancies) - control.n_vacancies + control.n_free_vacancies < jobs_a_day:
            rows = len(arrays.vacancies) + 2 * jobs_a_day
            grown |= {
                "vacancies": _longer(arrays.vacancies, rows),
                "free_vacancies": _longer(arrays.free_vacancies, rows),
                "cell_vacancies": _longer(arrays.cell_vacancies, rows),
                "cell_uids": _longer(arrays.cell_uids, rows),
                "deciding": _longer(arrays.deciding, rows),
            }
        if len(arrays.queued) - control.n_queued + control.n_free_queued < meetings_a_day:
            grown["queued"] = _longer(arrays.queued, len(arrays.queued) + 2 * meetings_a_day)
        if control.keeps_log:
            if control.n_contacts + meetings_a_day > len(arrays.contacts):
                grown["contacts"] = _longer(arrays.contacts, 2 * len(arrays.contacts) + 2 * meetings_a_day)
            if control.n_spells + meetings_a_day > len(arrays.spells):
                grown["spells"] = _longer(arrays.spells, 2 * len(arrays.spells) + 2 * meetings_a_day)
        if control.n_offers + 500 > len(arrays.offers):
            grown["offers"] = _longer(arrays.offers, 2 * len(arrays.offers) + 500)
        if grown:
            self.replace(**grown)


def _longer(array: np.ndarray, rows: int, fill_day: bool = False) -> np.ndarray:
    """Copy an array into a longer one of the same kind; nodes of new rows lie in no day."""
    longer = np.zeros(rows, array.dtype)
    if fill_day:
        longer["day"] = -1
    longer[: len(array)] = array
    return longer.view(np.recarray) if isinstance(array, np.recarray) else longer
