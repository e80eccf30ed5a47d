"""How files of the statistics service come in: ``kohtaanto data import``.

A CSV or JSON-stat 2 file saved from the statistics service becomes one tidy table; what is left out is
told with the reason.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from agents.region import Municipality, Region, find_municipality
from sim.errors import InputError

HEADER = ("code", "name", "month", "indicator", "value")
"""Columns of an imported table; ``month`` is YYYY, YYYY-MM, YYYYQn or, where a file has days, YYYY-MM-DD."""
AREA_COLUMNS = ("alue", "kunta", "aluekoodi", "kuntakoodi", "kuntanumero", "område", "kommun", "area",
                "region", "municipality", "municipality_code", "code", "koodi")  # fmt: skip
TIME_COLUMNS = ("kuukausi", "vuosi", "päivä", "päivämäärä", "pvm", "aika", "vuosineljännes", "månad", "år",
                "dag", "datum", "tid", "month", "year", "date", "time", "quarter")  # fmt: skip
MONTH_COLUMNS = ("kuukausi", "månad", "month")
NAME_COLUMNS = ("nimi", "kunnan nimi", "alueen nimi", "namn", "name")
MISSING = ("", ".", "..", "...", "-", "–", ":", "NA", "n/a")
UNIT_COLUMNS = ("yksikkö", "enhet", "unit")

_LARGER_AREA = re.compile(
    r"(SSS|KOKO MAA|HELA LANDET|WHOLE COUNTRY|MANNER-SUOMI|FASTA FINLAND|MAINLAND FINLAND|SUOMI|FINLAND|"
    r"YHTEENSÄ|TOTALT?|SAMMANLAGT|ALLA|(MK|SK|ELY|AVI|SA|HVA|TA|MA)\d.*)\Z",
    re.IGNORECASE,
)
_SPACES = re.compile("[ \u00a0\u202f\u2009]")
_NUMBER_LIKE = re.compile(r"[-+]?\d[\d., \u00a0\u202f\u2009']*%?\Z")
_YEAR, _MONTH = r"(?:18|19|20|21)\d\d", r"(?:0?[1-9]|1[0-2])"
_EXCEL_EPOCH = date(1899, 12, 30)
_SHOWN_SUMS = 12


@dataclass
class Imported:
    """What came out of a file.

    Attributes
    ----------
    rows
        Tidy rows ``(code, name, month, indicator, value)``.
    read
        Figures read in all, those left out included.
    larger_areas
        Totals and larger areas among the rows, with their number of rows; not municipalities.
    unknown
        Other places, not of the region, with their number of rows.
    missing
        Cells without a figure.
    notes
        How the file was understood.
    """

    rows: list[tuple[str, str, str, str, float]] = field(default_factory=list)
    read: int = 0
    larger_areas: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    missing: int = 0
    notes: list[str] = field(default_factory=list)

    def sums(self) -> dict[tuple[str, str], float]:
        """Sum of the municipalities by indicator and month."""
        totals: dict[tuple[str, str], float] = {}
        for _, _, month, indicator, value in self.rows:
            totals[indicator, month] = totals.get((indicator, month), 0.0) + value
        return totals

    def account(self) -> list[str]:
        """Lines that tell what was read, what was left out and why, and the sums."""
        lines = list(self.notes)
        places = {row[0] for row in self.rows}
        lines.append(f"read: {self.read} figures; kept: {len(self.rows)} figures of {len(places)} places")
        if self.larger_areas:
            lines.append(
                f"left out, totals and larger areas, not municipalities: {_counted(self.larger_areas)}"
            )
        if self.unknown:
            lines.append(f"left out, not of the region ({len(self.unknown)}): {_counted(self.unknown)}")
        if self.missing:
            lines.append(f"left out, no figure in the cell: {self.missing}")
        sums = self.sums()
        for (indicator, month), value in itertools.islice(sums.items(), _SHOWN_SUMS):
            lines.append(f"sum: {indicator}{', ' + month if month else ''} = {value:,.10g}")
        if len(sums) > _SHOWN_SUMS:
            lines.append(f"sum: {len(sums) - _SHOWN_SUMS} more combinations of indicator and month")
        return lines


def _counted(counts: Counter[str]) -> str:
    return ", ".join(label if n == 1 else f"{label} ({n} rows)" for label, n in counts.items())


def run_import(file: Path, region: Path, out: Path | None = None) -> int:
    """Import a file, print the account; 0 if figures came in.

    Parameters
    ----------
    file
        CSV or JSON-stat 2.
    region
        Folder of the region whose municipalities are wanted.
    out
        Where to write; ``<name of the file>_tidy.csv`` in the current folder if None.

    Raises
    ------
    InputError
        If the file cannot be understood or the table cannot be written.
    """
    out = out or Path(f"{file.stem}_tidy.csv")
    imported = import_file(file, region, out)
    for line in imported.account():
        print(line)
    print(f"written: {out}")
    return 0


def import_file(path: Path, region: Path | Region, out: Path | None = None) -> Imported:
    """Read a CSV or JSON-stat 2 file of the statistics service.

    Parameters
    ----------
    path
        The file. CSV may have commas, semicolons or tabs, a ``sep=`` line, a title line, a byte-order
        mark, UTF-8, UTF-16 or Windows-1252, decimal commas and spaces between thousands.
    region
        The region, or its folder, whose municipalities are wanted.
    out
        Where to write the tidy table (`HEADER`), or None.

    Returns
    -------
    Imported
        The rows and the account.

    Raises
    ------
    InputError
        If the file is not understood, a number could mean two things, or a place and month comes twice.
    """
    places = (region if isinstance(region, Region) else Region.load(region)).municipalities
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: the file is missing") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    text, encoding = _decode(content, path.name)
    if text.lstrip()[:1] in ("{", "["):
        imported = _import_json(text, path.name, places)
    else:
        imported = _import_csv(text, path.name, places)
        imported.notes.insert(0, f"file: {path.name}, {encoding}")
    _refuse_duplicates(imported, path.name)
    if not imported.rows:
        seen = ", ".join(itertools.islice((*imported.larger_areas, *imported.unknown), 5))
        raise InputError(
            f"{path.name}: no figures of the region's municipalities; found {seen or 'no figures'}"
        )
    if out is not None:
        write_table(imported, out, path)
    return imported


def write_table(imported: Imported, out: Path, source: Path) -> None:
    """Write the tidy table whole or not at all.

    Raises
    ------
    InputError
        If it cannot be written, or would replace the file it comes from.
    """
    if out.exists() and source.exists() and out.samefile(source):
        raise InputError(f"{out}: is the file that is imported; name another one")
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows((*row[:4], f"{row[4]:.15g}") for row in imported.rows)
    half = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        half.write_text(buffer.getvalue(), encoding="utf-8")
        half.replace(out)
    except OSError as error:
        raise InputError(f"{out}: cannot be written ({error.strerror})") from None
    finally:
        half.unlink(missing_ok=True)


def _refuse_duplicates(imported: Imported, name: str) -> None:
    seen: set[tuple[str, str, str]] = set()
    for code, place, month, indicator, _ in imported.rows:
        key = code, month, indicator
        if key in seen:
            when = f", {month}" if month else ""
            raise InputError(f"{name}: {code} {place}{when} has '{indicator}' twice; which one is right?")
        seen.add(key)


def _decode(content: bytes, name: str) -> tuple[str, str]:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        candidates = [("utf-16", "UTF-16")]
    else:
        candidates = [("utf-8-sig", "UTF-8"), ("cp1252", "Windows-1252")]
    for codec, label in candidates:
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text, label
    raise InputError(f"{name}: not a text file; expected CSV or JSON-stat 2")


# --- places and times ---------------------------------------------------------------------------


def _place(
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


# --- numbers ------------------------------------------------------------------------------------


def _looks_like_number(cell: str) -> bool:
    return bool(_NUMBER_LIKE.match(cell.replace("−", "-")))


def _bare(cell: str) -> str:
    return _SPACES.sub(" ", cell.replace("−", "-").rstrip("%")).strip().lstrip("+-").strip()


def _says(cell: str, mark: str) -> str:
    """What a cell says of a mark: ``decimal``, ``thousands``, ``unclear`` or nothing."""
    bare = _bare(cell)
    other = "," if mark == "." else "."
    if mark not in bare:
        return ""
    if other in bare:
        return "decimal" if bare.rfind(mark) > bare.rfind(other) else "thousands"
    if bare.count(mark) > 1:
        return "thousands"
    whole, part = bare.split(mark)
    if " " in whole or len(part) != 3 or len(whole) > 3 or whole in ("", "0") or whole.startswith("0"):
        return "decimal"
    return "unclear"


def _decimal_mark(cells: Sequence[tuple[int, str]], comma_in_file: bool, where: str) -> str:
    """Decide what commas and points mean in a column; refuse if it cannot be told.

    One cell like 1.234 could be a thousand or one and a quarter: other cells of its column, or decimal
    commas elsewhere in the file, must decide, never the reader's habit.
    """
    said = {mark: [(line, cell, _says(cell, mark)) for line, cell in cells if mark in cell] for mark in ".,"}
    kinds = {mark: {what for _, _, what in rows} for mark, rows in said.items()}
    decimals = [mark for mark in ".," if "decimal" in kinds[mark]]
    if len(decimals) == 2:
        line, cell, _ = next(row for row in said["."] if row[2] == "decimal")
        raise InputError(f"{where} row {line}: '{cell}' has a decimal point, other rows a decimal comma")
    if not decimals:
        if "thousands" in kinds["."] or (comma_in_file and said["."] and "thousands" not in kinds[","]):
            decimals = [","]
        elif "thousands" in kinds[","]:
            decimals = ["."]
        elif comma_in_file and said[","]:
            decimals = [","]
    if not decimals:
        for mark in ".,":
            for line, cell, what in said[mark]:
                if what == "unclear":
                    raise InputError(
                        f"{where} row {line}: '{cell}' could mean {cell.replace(mark, '')} or "
                        f"{cell.replace(mark, '.')}; write it without a thousands mark or with two decimals"
                    )
        return "."
    mark = decimals[0]
    for line, cell, what in said[mark]:
        if what == "thousands":
            raise InputError(
                f"{where} row {line}: '{cell}' does not fit the decimal mark '{mark}' of other rows"
            )
    return mark


def _number(cell: str, mark: str, where: str) -> float:
    sign = -1.0 if cell.strip().replace("−", "-").startswith("-") else 1.0
    bare = _bare(cell)
    thousands = "." if mark == "," else ","
    whole, _, part = bare.partition(mark)
    groups = re.split(rf"[ '{re.escape(thousands)}]", whole)
    grouped = len(groups) == 1 or (len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]))
    digits = "".join(groups)
    if not grouped or not digits.isdigit() or (part and not part.isdigit()):
        raise InputError(f"{where}: '{cell}' is not a number")
    return sign * float(f"{digits}.{part or 0}")


# --- CSV ----------------------------------------------------------------------------------------


def _is_delimiter(mark: str, heads: Sequence[str]) -> bool:
    """Whether at least two of the first lines have the same number of cells, two or more."""
    widths = [len(cells) for cells in csv.reader(heads, delimiter=mark)]
    return any(width >= 2 and widths.count(width) >= 2 for width in widths)


def _rows(text: str, name: str, imported: Imported) -> list[tuple[int, list[str]]]:
    """Split into cells: delimiter, ``sep=`` line and title lines."""
    first = text.split("\n", 1)[0].strip().strip('"')
    skipped = 0
    if match := re.fullmatch(r"sep=(.)", first):
        delimiter, skipped = match[1], 1
        text = text.partition("\n")[2]
    else:
        heads = [head for head in text.splitlines()[:8] if head.strip()]
        # In this order: a semicolon or a tab hardly stands in a file by itself, a decimal comma does.
        delimiter = next((mark for mark in ";\t," if _is_delimiter(mark, heads)), "")
        if not delimiter:
            raise InputError(f"{name} row 1: one column only; expected columns separated by ; , or tabs")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num + skipped, [" ".join(cell.split()) for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise InputError(f"{name} row {reader.line_num + skipped}: not CSV ({error})") from None
    rows = [(line, cells) for line, cells in rows if any(cells)]
    while rows and sum(bool(cell) for cell in rows[0][1]) == 1:
        imported.notes.append(f"title: {next(cell for cell in rows[0][1] if cell)}")
        rows.pop(0)
    if len(rows) < 2:
        raise InputError(f"{name}: no rows under the header")
    width = len(rows[0][1])
    for line, cells in rows:
        while len(cells) > width and not cells[-1]:
            cells.pop()
        if len(cells) != width:
            raise InputError(f"{name} row {line}: {len(cells)} cells; expected {width} as in the header")
    shown = {"\t": "tab"}.get(delimiter, delimiter)
    imported.notes.append(f"columns: {', '.join(rows[0][1])} (separated by {shown})")
    return rows


def _named(header: Sequence[str], names: Sequence[str]) -> int | None:
    lower = [cell.casefold() for cell in header]
    return next((lower.index(name) for name in names if name in lower), None)


def _import_csv(text: str, name: str, places: Sequence[Municipality]) -> Imported:
    imported = Imported()
    rows = _rows(text, name, imported)
    header, body = rows[0][1], rows[1:]
    area = _named(header, AREA_COLUMNS)
    if area is None:
        raise InputError(
            f"{name} row 1: no column of municipalities; found {', '.join(header)}; "
            f"expected one of {', '.join(AREA_COLUMNS)}"
        )
    time = _named(header, TIME_COLUMNS)
    skip = {area, time, _named(header, NAME_COLUMNS), _named(header, UNIT_COLUMNS)} - {None}
    values: list[int] = []
    dimensions: list[int] = []
    for i in range(len(header)):
        if i in skip:
            continue
        cells = [cells[i] for _, cells in body if cells[i] not in MISSING]
        numeric = sum(_looks_like_number(cell) for cell in cells)
        (values if cells and numeric * 2 >= len(cells) else dimensions).append(i)
    if not values:
        raise InputError(f"{name} row 1: no column of figures; found {', '.join(header)}")
    columns = {i: [(line, cells[i]) for line, cells in body if cells[i] not in MISSING] for i in values}
    for i, column in columns.items():
        for line, cell in column:
            if not _looks_like_number(cell):
                raise InputError(f"{name} row {line}, column {header[i]}: '{cell}' is not a number")
    comma_in_file = any(_says(cell, ",") == "decimal" for column in columns.values() for _, cell in column)
    marks = {i: _decimal_mark(columns[i], comma_in_file, f"{name}, column {header[i]},") for i in values}
    headed = {i: _headed_time(header[i]) if time is None else ("", header[i]) for i in values}
    constant = {i: {cells[i] for _, cells in body} for i in dimensions}
    for i in dimensions:
        if len(constant[i]) == 1:
            imported.notes.append(f"column {header[i]}: the same everywhere ({next(iter(constant[i]))})")
    months = time is not None and header[time].casefold() in MONTH_COLUMNS
    for line, cells in body:
        place = _place(
            cells[area], places, imported, len(values), f"{name} row {line}, column {header[area]}"
        )
        if place is None:
            continue
        month = ""
        if time is not None:
            found = parse_time(cells[time], months=months)
            if found is None:
                raise InputError(
                    f"{name} row {line}, column {header[time]}: '{cells[time]}' is not a time; "
                    "expected e.g. 2025M01"
                )
            month = found
        parts = [f"{header[i]}={cells[i]}" for i in dimensions if len(constant[i]) > 1]
        for i in values:
            imported.read += 1
            if cells[i] in MISSING:
                imported.missing += 1
                continue
            number = _number(cells[i], marks[i], f"{name} row {line}, column {header[i]}")
            when, what = headed[i]
            municipality = places[place]
            indicator = "; ".join([what, *parts])
            imported.rows.append((municipality.code, municipality.name, month or when, indicator, number))
    return imported


def _headed_time(header: str) -> tuple[str, str]:
    """Split a heading such as ``2025M01 Työttömät`` of a wide table."""
    first, _, rest = header.partition(" ")
    found = parse_time(first) if not re.fullmatch(r"\d{5}", first) else None
    return (found, rest.strip() or "value") if found else ("", header)


# --- JSON-stat 2 --------------------------------------------------------------------------------


def _import_json(text: str, name: str, places: Sequence[Municipality]) -> Imported:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{name} row {error.lineno}: not JSON ({error.msg})") from None
    if not isinstance(data, dict) or data.get("class") != "dataset":
        raise InputError(f"{name}: not a JSON-stat 2 dataset; expected class 'dataset'")
    try:
        return _import_dataset(data, name, places)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{name}: not whole as JSON-stat 2 ({type(error).__name__}: {error})") from None


def _import_dataset(data: dict[str, Any], name: str, places: Sequence[Municipality]) -> Imported:
    imported = Imported()
    ids: list[str] = list(data["id"])
    sizes: list[int] = [int(n) for n in data["size"]]
    categories = [
        _categories(data["dimension"][key], size, f"{name}, dimension {key}")
        for key, size in zip(ids, sizes, strict=True)
    ]
    values = data["value"]
    cells = math.prod(sizes)
    if isinstance(values, list) and len(values) != cells:
        raise InputError(f"{name}, key value: {len(values)} figures; the sizes {sizes} need {cells}")
    labels = {key: str(data["dimension"][key].get("label", key)) for key in ids}
    role = data.get("role", {})
    area = _dimension(ids, labels, role.get("geo", ()), AREA_COLUMNS)
    time = _dimension(ids, labels, role.get("time", ()), TIME_COLUMNS)
    metric = _dimension(
        ids, labels, role.get("metric", ()), ("tiedot", "uppgifter", "information", "contentscode")
    )
    title = str(data.get("label", name))
    imported.notes.append(f"file: {name}, JSON-stat 2: {title}")
    imported.notes.append(
        f"dimensions: {', '.join(f'{labels[key]} ({size})' for key, size in zip(ids, sizes, strict=True))}"
    )
    if area is None:
        imported.notes.append(
            "no dimension of places: the figures are of one area, code and name are left empty"
        )
    sides = [i for i in range(len(ids)) if i not in (area, time, metric)]
    found: dict[int, int | None] = {}
    if area is not None:
        for k, (code, label) in enumerate(categories[area]):
            text = code if _LARGER_AREA.match(code) or any(c.isdigit() for c in code) else label
            found[k] = _place(text, places, imported, cells // sizes[area], f"{name}, dimension {ids[area]}")
    for position, key in enumerate(itertools.product(*(range(size) for size in sizes))):
        value = values[position] if isinstance(values, list) else values.get(str(position))
        place = found[key[area]] if area is not None else None
        if area is not None and place is None:
            continue
        imported.read += 1
        if value is None:
            imported.missing += 1
            continue
        month = ""
        if time is not None:
            told = categories[time][key[time]][0]
            month = parse_time(told) or parse_time(categories[time][key[time]][1]) or told
        what = categories[metric][key[metric]][1] if metric is not None else title
        parts = [f"{labels[ids[i]]}={categories[i][key[i]][1]}" for i in sides]
        code, place_name = ("", "") if place is None else (places[place].code, places[place].name)
        imported.rows.append((code, place_name, month, "; ".join([what, *parts]), float(value)))
    return imported


def _categories(dimension: dict[str, Any], size: int, where: str) -> list[tuple[str, str]]:
    """Return codes and labels of a dimension in order."""
    category = dimension["category"]
    index = category.get("index")
    label = category.get("label", {})
    if index is None:
        index = list(label)
    codes = sorted(index, key=index.__getitem__) if isinstance(index, dict) else list(index)
    if len(codes) != size:
        raise InputError(f"{where}: {len(codes)} categories; its size is {size}")
    return [(str(code), str(label.get(code, code))) for code in codes]


def _dimension(
    ids: Sequence[str], labels: dict[str, str], told: Iterable[str], names: Sequence[str]
) -> int | None:
    for i, key in enumerate(ids):
        if key in told:
            return i
    for i, key in enumerate(ids):
        if key.casefold() in names or labels[key].casefold() in names:
            return i
    return None
