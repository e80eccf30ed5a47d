"""Employers that close in turn: those that a region lists, and made-up ones for towns and industries without a name."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.running.store import storage_error, write_text
from experiments.stress.question import Question
from sim.dimensions import SECTIONS
from sim.errors import InputError

if TYPE_CHECKING:
    from agents.region import Region

SOURCE = "stress_library"
"""Key of the source of made-up employers."""


@dataclass(frozen=True)
class Target:
    """An employer that closes.

    Attributes
    ----------
    id, name
        As in the region's list.
    municipality
        Code.
    section
        Letter of the industry.
    jobs
        Jobs that end.
    is_made_up
        Whether it stands in for employers without a name.
    """

    id: str
    name: str
    municipality: str
    section: str
    jobs: int
    is_made_up: bool = False


def targets_of(region: Region, question: Question) -> tuple[list[Target], list[Target]]:
    """Employers that close, largest first, and the public ones that are left out.

    Raises
    ------
    InputError
        If there is none.
    """
    close: list[Target] = []
    left_out: list[Target] = []
    for employer in region.large_employers:
        section = SECTIONS[employer.section]
        if employer.jobs < question.least_jobs or (question.sections and section not in question.sections):
            continue
        code = region.municipalities[employer.municipality].code
        made_up = employer.id.startswith("plant_")
        target = Target(employer.id, employer.name, code, section, employer.jobs, made_up)
        public = section in question.public_sections and not question.public
        (left_out if public else close).append(target)
    if not close:
        raise InputError(
            f"stress: no employer of {region.name} has {question.least_jobs:g} jobs in these industries and may close; "
            "lower stress.least_jobs or set stress.public=true"
        )
    return sorted(close, key=lambda t: (-t.jobs, t.id)), sorted(left_out, key=lambda t: (-t.jobs, t.id))


def made_up(region: Region, question: Question) -> list[Target]:
    """Made-up employers for towns and industries where the region names nobody."""
    if not question.synthetic:
        return []
    named = {(employer.municipality, employer.section) for employer in region.large_employers}
    found = []
    for place, municipality in enumerate(region.municipalities):
        for letter in question.synthetic_sections:
            section = SECTIONS.index(letter)
            jobs = round(float(region.jobs[place, section]) * question.synthetic_share)
            if (place, section) in named or region.jobs[place, section] < question.synthetic_cell_jobs or jobs < 1:
                continue
            code = municipality.code
            name = f"Made-up employer, {municipality.name}, industry {letter}"
            found.append(Target(f"plant_{code.lower()}_{letter.lower()}", name, code, letter, jobs, True))
    return found


def with_employers(region: Region, targets: Sequence[Target], outputs: Path) -> Path:
    """Folder of a region that lists some employers more, for all arms alike.

    Parameters
    ----------
    region
        The region.
    targets
        Employers to add; without any the region's own folder is given back.
    outputs
        Folder of all results, where the copy is made.

    Returns
    -------
    Path
        The copy; the same folder for the same question.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    if not targets:
        return region.path
    names = " ".join(f"{target.id}={target.jobs}" for target in targets)
    stamp = hashlib.sha256(f"{region.digest} {names}".encode()).hexdigest()[:12]
    folder = outputs / "stress" / "regions" / f"{region.name}-{stamp}"
    if (folder / "region.yaml").is_file():
        return folder
    try:
        shutil.copytree(region.path, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("region.yaml"))
    except OSError as error:
        raise storage_error(error, folder) from None
    _append(
        folder / "large_employers.csv",
        [
            {
                "id": t.id, "name": t.name, "municipality_code": t.municipality, "section": t.section,
                "jobs": str(t.jobs), "listed_jobs": str(t.jobs), "low": str(t.jobs), "high": str(t.jobs),
                "unit": "jobs", "source": SOURCE, "source_kind": "assumption",
            }
            for t in targets
        ],
    )  # fmt: skip
    told = "stress library: a share of the jobs of a town's industry where no employer is named"
    _append(folder / "sources.csv", [{"source": SOURCE, "text": told}])
    write_text((region.path / "region.yaml").read_text(encoding="utf-8"), folder / "region.yaml")  # last: it is whole
    return folder


def _append(path: Path, rows: Sequence[dict[str, str]]) -> None:
    text = path.read_text(encoding="utf-8")
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, next(csv.reader([text.splitlines()[0]])), lineterminator="\n", restval="")
    writer.writerows(rows)
    write_text(text.rstrip("\n") + "\n" + buffer.getvalue(), path)
