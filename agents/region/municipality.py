"""A municipality of the area, and finding it by what people write."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sim.errors import InputError, near_miss


@dataclass(frozen=True)
class Municipality:
    """A municipality of the area.

    Attributes
    ----------
    code
        Code as text, e.g. ``KU079``; never a number.
    name, name_sv
        Finnish and Swedish name.
    latitude, longitude
        Central locality, degrees.
    """

    code: str
    name: str
    name_sv: str
    latitude: float
    longitude: float


def find_municipality(text: str, municipalities: Sequence[Municipality]) -> int:
    """Find a municipality by code or name, see `Region.municipality`."""
    wanted = " ".join(text.split())
    match = re.match(r"([A-Za-zÅÄÖåäö]*?)0*(\d+)(?:\s+(.*))?\Z", wanted)
    by_name = [
        i
        for i, place in enumerate(municipalities)
        if wanted.casefold() in (place.name.casefold(), place.name_sv.casefold())
    ]
    if match:
        prefix, number, name = match[1].upper(), int(match[2]), match[3]
        found = [
            i
            for i, place in enumerate(municipalities)
            if (code := re.match(r"(\D*)0*(\d+)\Z", place.code))
            and int(code[2]) == number
            and (not prefix or prefix == code[1].upper())
        ]
        if len(found) == 1 and name:
            place = municipalities[found[0]]
            if name.casefold() not in (place.name.casefold(), place.name_sv.casefold()):
                raise InputError(f"'{text}': the code is that of {place.name} ({place.code}), the name is not")
    else:
        found = by_name
    if len(found) == 1:
        return found[0]
    if found:
        which = " or ".join(municipalities[i].code for i in found)
        raise InputError(f"'{text}' is ambiguous: {which}; write the whole code")
    known = [place.code for place in municipalities] + [place.name for place in municipalities]
    raise InputError(f"'{text}' is not a municipality of the area{near_miss(wanted, known)}")
