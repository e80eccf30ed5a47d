"""What every file of a region holds: columns, types, ranges, units.

``data/README.md`` is the same in words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

OUTSIDE = "OUTSIDE"
"""Code of the pseudo place that stands for everywhere outside the area."""
ABROAD = "ABROAD"
"""Code under which `net_moves.csv` tells the net from abroad of the whole area."""
START_KINDS = ("annual_mean", "month_stock")
ISCO1 = tuple("0123456789")
FIXED_TERM_DIMENSIONS = ("section", "age_band")
RESIDENT_GROUPS = ("student", "pensioner", "disability_pension", "foreign_language")
POINT_KINDS = ("office", "service_point", "none")
POINT_PERIODS = (1, 2, 4)
"""Weeks from one opening week of a service point to the next."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


@dataclass(frozen=True)
class Column:
    """A column of a file: its type and the range of its numbers.

    Attributes
    ----------
    kind
        ``text``, ``number``, ``whole`` or ``code`` (text that is never read as a number).
    low, high
        Inclusive range of numbers.
    optional
        The column may be missing from the header.
    empty
        Cells may be empty.
    """

    kind: str = "text"
    low: float = 0.0
    high: float = math.inf
    optional: bool = False
    empty: bool = False


TEXT, CODE = Column("text"), Column("code")
COUNT, WHOLE, SHARE = Column("number"), Column("whole"), Column("number", 0.0, 1.0)
NOTE = Column("text", optional=True, empty=True)
PROVENANCE = {
    "low": Column("number", -math.inf, empty=True),
    "high": Column("number", -math.inf, empty=True),
    "unit": TEXT,
    "source": CODE,
    "source_kind": CODE,
    "note": NOTE,
}


@dataclass(frozen=True)
class FileSchema:
    """What a file of a region holds.

    Attributes
    ----------
    columns
        Columns of its own, in order.
    value
        The column that ``low`` and ``high`` are about, or None.
    units
        Units that may stand in the column ``unit``; any if empty.
    provenance
        Whether each row ends in low, high, unit, source, source_kind (and optionally note).
    """

    columns: Mapping[str, Column]
    value: str | None = None
    units: tuple[str, ...] = ()
    provenance: bool = True

    @property
    def header(self) -> dict[str, Column]:
        """All columns, provenance included."""
        return {**self.columns, **(PROVENANCE if self.provenance else {})}


SCHEMA: dict[str, FileSchema] = {
    "sources.csv": FileSchema({"source": CODE, "text": TEXT}, provenance=False),
    "municipalities.csv": FileSchema(
        {
            "municipality_code": CODE,
            "name": TEXT,
            "name_sv": TEXT,
            "latitude": Column("number", -90.0, 90.0),
            "longitude": Column("number", -180.0, 180.0),
            "population": WHOLE,
            "children": WHOLE,
            "elderly": WHOLE,
        },
        "population",
        ("persons",),
    ),
    "population.csv": FileSchema(
        {"municipality_code": CODE, "age_band": CODE, "sex": CODE, "persons": WHOLE}, "persons", ("persons",)
    ),
    "residents.csv": FileSchema({"municipality_code": CODE, "group": CODE, "persons": COUNT}, "persons", ("persons",)),
    "participation.csv": FileSchema({"age_band": CODE, "sex": CODE, "share": SHARE}, "share", ("share",)),
    "education.csv": FileSchema(
        {"municipality_code": CODE, "education": CODE, "persons": COUNT}, "persons", ("persons",)
    ),
    "employed_age_education.csv": FileSchema(
        {"age_band": CODE, "education": CODE, "persons": COUNT}, "persons", ("persons",)
    ),
    "jobs.csv": FileSchema({"municipality_code": CODE, "section": CODE, "jobs": WHOLE}, "jobs", ("jobs",)),
    "fields.csv": FileSchema({"field": CODE, "name_en": TEXT, "name_fi": TEXT, "name_sv": TEXT}),
    "occupations.csv": FileSchema(
        {
            "isco2": CODE,
            "isco1": CODE,
            "name_en": TEXT,
            "name_fi": TEXT,
            "name_sv": TEXT,
            "skill_level": Column("whole", 1, 4),
            "field": CODE,
            "licensed": Column("whole", 0, 1),
            "men_share": SHARE,
        },
        "men_share",
        ("share of employed",),
    ),
    "section_occupation.csv": FileSchema({"section": CODE, "isco2": CODE, "share": SHARE}, "share", ("share of jobs",)),
    "size_classes.csv": FileSchema(
        {
            "size_class": CODE,
            "smallest": Column("whole", 1),
            "largest": Column("whole", 1),
            "mean": Column("number", 1.0),
        },
        "mean",
        ("jobs",),
    ),
    "establishments.csv": FileSchema(
        {"section": CODE, "size_class": CODE, "establishments": COUNT, "jobs": COUNT},
        "establishments",
        ("establishments",),
    ),
    "large_employers.csv": FileSchema(
        {
            "id": CODE,
            "name": TEXT,
            "municipality_code": CODE,
            "section": CODE,
            "jobs": Column("whole", 1),
            "listed_jobs": Column("number", 1.0),
        },
        "jobs",
        ("jobs",),
    ),
    "commuting.csv": FileSchema(
        {"origin": CODE, "destination": CODE, "persons": COUNT}, "persons", ("employed persons",)
    ),
    "distances.csv": FileSchema(
        {"origin": CODE, "destination": CODE, "km": Column("number", 0.1, 2000.0)}, "km", ("km",)
    ),
    "neighbours.csv": FileSchema(
        {
            "neighbour": CODE,
            "name_fi": TEXT,
            "name_sv": TEXT,
            "name_en": TEXT,
            "out_share": SHARE,
            "in_share": SHARE,
            "unemployed": Column("number", 1.0),
            "vacancies": Column("number", 1.0),
        },
        "out_share",
        ("share of commuters",),
    ),
    "neighbour_distances.csv": FileSchema(
        {"neighbour": CODE, "municipality_code": CODE, "km": Column("number", 0.1, 2000.0)}, "km", ("km",)
    ),
    "public_transport.csv": FileSchema(
        {"origin": CODE, "destination": CODE, "departures": COUNT}, "departures", ("departures a weekday",)
    ),
    "moves.csv": FileSchema({"origin": CODE, "destination": CODE, "persons": COUNT}, "persons", ("persons a year",)),
    "net_moves.csv": FileSchema(
        {"municipality_code": CODE, "year": CODE, "persons": Column("number", -math.inf)},
        "persons",
        ("persons a year",),
    ),
    "service_points.csv": FileSchema(
        {
            "municipality_code": CODE,
            "kind": CODE,
            "weekdays": Column("text", empty=True),
            "period_weeks": Column("whole", 1, 4),
            "parent": CODE,
            "municipal_fte": COUNT,
            "premises_year_eur": COUNT,
        },
        "municipal_fte",
        ("FTE",),
    ),
    "start_states.csv": FileSchema(
        {
            "state": CODE,
            "kind": Column("code", optional=True),
            "date": CODE,
            "municipality": TEXT,
            "municipality_code": CODE,
            "labour_force": Column("number", 1.0),
            "unemployed": COUNT,
            "vacancies_registered": COUNT,
            "long_term_share": SHARE,
            "furloughed_share": SHARE,
            "source": TEXT,
            "source_kind": CODE,
            "note": NOTE,
        },
        provenance=False,
    ),
    "seasonality.csv": FileSchema({"month": CODE, "ratio": Column("number", 0.5, 1.5)}, "ratio", ("ratio",)),
    "unemployed_structure.csv": FileSchema(
        {"age_group": CODE, "education": CODE, "isco1": CODE, "persons": COUNT}, "persons", ("persons",)
    ),
    "unemployed_occupation.csv": FileSchema({"isco2": CODE, "share": SHARE}, "share", ("share",)),
    "vacancies_occupation.csv": FileSchema({"isco2": CODE, "share": SHARE}, "share", ("share",)),
    "register_facts.csv": FileSchema({"fact": CODE, "value": COUNT}, "value"),
    "fixed_term.csv": FileSchema(
        {"dimension": CODE, "label": CODE, "share": SHARE}, "share", ("share of jobs", "share of employees")
    ),
    "turnover.csv": FileSchema(
        {"section": CODE, "hires_per_job_year": Column("number", 0.0, 5.0)},
        "hires_per_job_year",
        ("per year",),
    ),
    "furlough.csv": FileSchema({"section": CODE, "share": SHARE}, "share", ("share of jobs",)),
    "immigration.csv": FileSchema(
        {"origin": CODE, "item": CODE, "label": CODE, "value": COUNT}, "value", ("persons a year", "share")
    ),
}
"""Files of a region beside ``region.yaml`` and the map."""

REGION_KEYS = ("name", "title", "host", "default_start", "map", "population_year", "labour_force_note")
REGISTER_FACTS = (
    "men_share",
    "disability_registered_share",
    "part_capacity_share",
    "foreign_citizen_share",
    "foreign_language_share",
    "long_term_share",
    "registered_per_unemployed",
    "furloughed_per_unemployed",
    "employed_full_time_per_unemployed",
    "employed_part_time_per_unemployed",
    "subsidised_per_unemployed",
    "outside_in_services_per_unemployed",
    "outside_in_training_per_unemployed",
    "outside_other_per_unemployed",
    "shortened_week_per_unemployed",
)
