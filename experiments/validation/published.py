"""Published figures that moments are measured against: a start state and the commuting of 2017."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from agents.region import Region, StartState


@dataclass(frozen=True, eq=False)
class Published:
    """Figures by municipality; M municipalities.

    Attributes
    ----------
    codes
        Municipalities, in the order of the arrays.
    labour_force, unemployed
        Of the start state, persons, shape (M,).
    commuters_own, commuters_out, commuters_in
        Employed persons who work where they live, who work elsewhere, and who come from elsewhere,
        shape (M,). Outside the area counts as elsewhere.
    """

    codes: tuple[str, ...]
    labour_force: NDArray[np.float64]
    unemployed: NDArray[np.float64]
    commuters_own: NDArray[np.float64]
    commuters_out: NDArray[np.float64]
    commuters_in: NDArray[np.float64]

    @classmethod
    def of(cls, region: Region, state: StartState) -> Published:
        """Figures of a region at a start state."""
        inside = slice(0, region.outside)
        own = np.diagonal(region.commuting)[inside]
        return cls(
            codes=region.codes,
            labour_force=state.labour_force,
            unemployed=state.unemployed,
            commuters_own=own,
            commuters_out=region.commuting.sum(axis=1)[inside] - own,
            commuters_in=region.commuting.sum(axis=0)[inside] - own,
        )
