"""Times as the statistics service, people and spreadsheets write them."""

from __future__ import annotations

import re
from datetime import date, timedelta

TIME_COLUMNS = ("kuukausi", "vuosi", "päivä", "päivämäärä", "pvm", "aika", "vuosineljännes", "månad", "år",
                "dag", "datum", "tid", "month", "year", "date", "time", "quarter")  # fmt: skip
MONTH_COLUMNS = ("kuukausi", "månad", "month")

_YEAR, _MONTH = r"(?:18|19|20|21)\d\d", r"(?:0?[1-9]|1[0-2])"
_EXCEL_EPOCH = date(1899, 12, 30)


def parse_time(text: str, *, months: bool = False) -> str | None:
    """Read a time as the statistics service, people and spreadsheets write it.

    Parameters
    ----------
    text
        ``2025M01``, ``2025-01``, ``03/2025``, ``1.4.2025``, ``2025-01-31``, ``2025Q1``, ``2025`` or the
        serial day of a spreadsheet (``45658``).
    months
        Whether days are dropped, as in a column of months.

    Returns
    -------
    str or None
        YYYY, YYYY-MM, YYYYQn or YYYY-MM-DD; None if it is no time.
    """
    text = text.strip()
    day: date | None = None
    try:
        if match := re.fullmatch(rf"({_YEAR})(?:[Mm-])({_MONTH})", text):
            return f"{match[1]}-{int(match[2]):02d}"
        if match := re.fullmatch(rf"({_MONTH})[./]({_YEAR})", text):
            return f"{match[2]}-{int(match[1]):02d}"
        if match := re.fullmatch(rf"({_YEAR})-?Q([1-4])", text, re.IGNORECASE):
            return f"{match[1]}Q{match[2]}"
        if re.fullmatch(_YEAR, text):
            return text
        if match := re.fullmatch(rf"(\d\d?)\.(\d\d?)\.({_YEAR})", text):
            day = date(int(match[3]), int(match[2]), int(match[1]))
        elif match := re.fullmatch(rf"({_YEAR})-(\d\d)-(\d\d)(?:[T ]00:00(?::00)?)?", text):
            day = date(int(match[1]), int(match[2]), int(match[3]))
        elif re.fullmatch(r"[2-7]\d{4}", text):
            day = _EXCEL_EPOCH + timedelta(days=int(text))
    except ValueError:
        return None
    if day is None:
        return None
    return f"{day:%Y-%m}" if months else day.isoformat()
