"""``kohtaanto data import``: a file of the statistics service becomes one tidy table."""

from __future__ import annotations

import itertools
from pathlib import Path

from agents.region import Region
from experiments.csv_file import decode, read_bytes
from experiments.region_data.importing.csv_table import import_csv
from experiments.region_data.importing.imported import Imported, refuse_duplicates, write_table
from experiments.region_data.importing.json_stat import import_json
from sim.errors import InputError


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
    text, encoding = decode(read_bytes(path), path.name)
    if text.lstrip()[:1] in ("{", "["):
        imported = import_json(text, path.name, places)
    else:
        imported = import_csv(text, path.name, places)
        imported.notes.insert(0, f"file: {path.name}, {encoding}")
    refuse_duplicates(imported, path.name)
    if not imported.rows:
        seen = ", ".join(itertools.islice((*imported.larger_areas, *imported.unknown), 5))
        raise InputError(
            f"{path.name}: no figures of the region's municipalities; found {seen or 'no figures'}"
        )
    if out is not None:
        write_table(imported, out, path)
    return imported
