"""Municipalities among the places of a file; totals and larger areas are none."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.region import Municipality, find_municipality
from experiments.region_data.importing.imported import Imported
from sim.errors import InputError

AREA_COLUMNS = ("alue", "kunta", "aluekoodi", "kuntakoodi", "kuntanumero", "område", "kommun", "area",
                "region", "municipality", "municipality_code", "code", "koodi")  # fmt: skip
NAME_COLUMNS = ("nimi", "kunnan nimi", "alueen nimi", "namn", "name")

_LARGER_AREA = re.compile(
    r"(SSS|KOKO MAA|HELA LANDET|WHOLE COUNTRY|MANNER-SUOMI|FASTA FINLAND|MAINLAND FINLAND|SUOMI|FINLAND|"
    r"YHTEENSÄ|TOTALT?|SAMMANLAGT|ALLA|(MK|SK|ELY|AVI|SA|HVA|TA|MA)\d.*)\Z",
    re.IGNORECASE,
)


def is_larger_area(label: str) -> bool:
    """Whether a label or code is that of a total or a larger area."""
    return bool(_LARGER_AREA.match(label))


def place_of(
    text: str, places: Sequence[Municipality], imported: Imported, figures: int, where: str
) -> int | None:
    """Find a municipality; count what is none."""
    label = " ".join(text.split())
    if _LARGER_AREA.match(label):
        imported.larger_areas[label] += 1
        imported.read += figures
        return None
    try:
        return find_municipality(label, places)
    except InputError as error:
        if "the code is that of" in str(error) or "ambiguous" in str(error):
            raise InputError(f"{where}: {error}") from None
        imported.unknown[label] += 1
        imported.read += figures
        return None
