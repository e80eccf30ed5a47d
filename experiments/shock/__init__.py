"""Structural events and the people they hit, from shock files: a reader for each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from agents.event import Event
from experiments.composing.horizon import Horizon
from experiments.shock.closure import read_closure
from experiments.shock.cohort import LANGUAGES, cohort_of, read_cohort, with_languages
from experiments.shock.furlough import read_furlough_wave
from experiments.shock.opening import read_opening
from experiments.shock.reading import known
from experiments.shock.slump import read_slump
from experiments.shock.staff_file import KEY as STAFF_FILE
from experiments.shock.staff_file import WITHOUT_STAFF, check_one_staff, digest_of_staff, with_staff
from sim.errors import InputError

if TYPE_CHECKING:
    from agents.region import Region

__all__ = [
    "READERS", "STAFF_FILE", "check_one_staff", "cohort_of", "digest_of_staff", "read_cohort", "read_shock",
    "with_languages", "with_staff",
]  # fmt: skip

READERS: dict[str, Callable[[str, Mapping[str, Any], Horizon, Region], Event]] = {
    "closure": read_closure,
    "downsizing": read_closure,
    "bankruptcy": read_closure,
    "furlough_wave": read_furlough_wave,
    "slump": read_slump,
    "opening": read_opening,
}
"""Reader of each ``kind`` of a shock file."""


def read_shock(name: str, given: Mapping[str, Any], horizon: Horizon, region: Region) -> Event:
    """Read a shock by its ``kind``.

    Parameters
    ----------
    name
        Name of the shock.
    given
        What its file says.
    horizon
        Resolves the dates.
    region
        Knows the employers.

    Raises
    ------
    InputError
        Unknown kind, or whatever the reader of the kind refuses.
    """
    kind = given.get("kind")
    if kind not in READERS:
        raise InputError(f"shocks.{name}.kind: no kind {kind!r}{known(str(kind), READERS)}")
    if kind in WITHOUT_STAFF and given.get(STAFF_FILE) is not None:
        raise InputError(f"shocks.{name}.{STAFF_FILE}: an event of the kind {kind} hits no staff; leave it out")
    if kind in WITHOUT_STAFF and given.get(LANGUAGES) is not None:
        raise InputError(f"shocks.{name}.{LANGUAGES}: an event of the kind {kind} hits no staff; leave it out")
    own = {key: value for key, value in given.items() if key not in (STAFF_FILE, LANGUAGES)}  # they are the cohort's
    return READERS[kind](name, own, horizon, region)
