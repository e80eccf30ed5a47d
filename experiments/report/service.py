"""Service lines and places: work, waits and load of each, and what the numbers rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from experiments.report.folder import ResultsFolder
from experiments.report.notation import Notation
from experiments.report.table import Column, Group, group_table
from experiments.report.terms import Terms

INDICATORS = (
    "staff_fte", "caseload", "utilisation", "first_interview_wait_days", "first_interview_in_time_share",
    "queue", "service_contacts",
)  # fmt: skip
"""Columns of the tables by line and by place."""

BY_DESK = ("staff_fte", "caseload", "utilisation", "queue")
"""Indicators that have a table of places by lines."""

# What the numbers rest on directly, as patterns of parameter names; inflow and outflow come from all the rest.
BASES = {
    "staff": ("services.staff_fte", "staff.*", "municipal.*"),
    "time": (
        "services.workday_minutes", "services.present_share", "services.client_time_share", "services.*_minutes",
        "services.minutes_variation", "services.other_*", "services.no_show_*", "services.rebook_days", "places.*",
        "employer_services.visit_minutes",
    ),
    "rules": ("rules.*", "services.follow_up_slack_days", "services.interval_multi_sector_days"),
    "needs": (
        "services.recognition_*", "services.later_recognition_share", "services.competence_share",
        "services.integration_share", "services.need_share", "services.*handover*", "services.escorted_share",
        "partners.*",
    ),
}  # fmt: skip
_EVERY = ("staff", "time", "rules", "needs")
RESTS_ON: Mapping[str, tuple[str, ...]] = {
    "staff_fte": ("staff",),
    "caseload": ("staff", "needs"),
    "utilisation": _EVERY,
    "first_interview_wait_days": _EVERY,
    "first_interview_in_time_share": _EVERY,
    "queue": _EVERY,
    "service_contacts": _EVERY,
}
"""Bases of each indicator."""

WEAKEST = ("assumption", "recalled", "fitted", "derived", "found")
"""Kinds of sources, the weakest first."""

_NAMES = {"staff": "basis_staff", "time": "basis_time", "rules": "basis_rules", "needs": "basis_needs"}


@dataclass(frozen=True)
class Part:
    """One table: groups in rows."""

    heading: str
    columns: Sequence[Column]
    groups: Sequence[Group]


@dataclass(frozen=True)
class Named:
    """A parameter by its meaning, and the language that the meaning is in."""

    meaning: str
    language: str
    kind: str


@dataclass(frozen=True)
class Basis:
    """What a kind of knowledge consists of: what is published, and what is guessed."""

    name: str
    found: Sequence[Named]
    guessed: Sequence[Named]


def by_line(
    folder: ResultsFolder, arms: Mapping[str, str], terms: Terms, notation: Notation, month: int
) -> Part | None:
    """The table by line; None if the results have no lines."""
    heading = terms.term("service_by_line")
    return _part(folder, arms, "line", _lines(folder, "line", terms), heading, terms, notation, month)


def by_place(
    folder: ResultsFolder, arms: Mapping[str, str], terms: Terms, notation: Notation, month: int
) -> Part | None:
    """The table by place of the desk; None if the results have no places."""
    held = folder.groups("place")
    rows = [(p.code, terms.place(p.code, "name", p.name)) for p in folder.places if p.code in held]
    return _part(folder, arms, "place", rows, terms.term("service_by_place"), terms, notation, month)


def by_desk(
    folder: ResultsFolder, arms: Mapping[str, str], terms: Terms, notation: Notation, month: int
) -> list[Part]:
    """A table of places by lines for each of `BY_DESK`; empty if the results have no desks."""
    held = {tuple(group.partition("@")[::2]) for group in folder.groups("line_place")}
    lines = [line for line in _lines(folder, "line", terms) if any(line[0] == name for name, _ in held)]
    places = [p for p in folder.places if any(p.code == code for _, code in held)]
    parts = []
    for name in BY_DESK:
        columns = [
            Column(name, "line_place", f"{line}@{{group}}", label, ("line", line)) for line, label in lines
        ]
        rows = [(p.code, terms.place(p.code, "name", p.name)) for p in places]
        heads, groups = group_table(folder, arms, rows, columns, terms, notation, month)
        if groups:
            parts.append(Part(terms.named("indicators", name), heads, groups))
    return parts


def _part(
    folder: ResultsFolder, arms: Mapping[str, str], kind: str, rows: Sequence[tuple[str, str]], heading: str,
    terms: Terms, notation: Notation, month: int,
) -> Part | None:  # fmt: skip
    columns = [
        Column(name, kind, "{group}", terms.named("indicators", name), note=weakest(folder, name, terms))
        for name in INDICATORS
    ]
    heads, groups = group_table(folder, arms, rows, columns, terms, notation, month)
    return Part(heading, heads, groups) if groups else None


def _lines(folder: ResultsFolder, kind: str, terms: Terms) -> list[tuple[str, str]]:
    """Lines that the results hold, in the order of the terms, with their names."""
    held = folder.groups(kind)
    known = [line for line in terms.keys("lines") if line in held]
    return [(line, terms.named("lines", line)) for line in [*known, *(n for n in held if n not in known)]]


def weakest(folder: ResultsFolder, indicator: str, terms: Terms) -> str:
    """Kind of the weakest source that an indicator rests on; empty if the results name no parameters."""
    kinds = {kind for basis in RESTS_ON[indicator] for _, _, kind in _parameters(folder, basis)}
    return next((terms.term(f"kind_{kind}") for kind in WEAKEST if kind in kinds), "")


def bases(folder: ResultsFolder, terms: Terms) -> list[Basis]:
    """For each basis which parameters are found or derived and which are guessed."""
    rows = []
    for basis in BASES:
        found: list[Named] = []
        guessed: list[Named] = []
        for name, meaning, kind in _parameters(folder, basis):
            language = terms.language if terms.has("parameters", name) else "en"
            told = Named(terms.named("parameters", name, meaning), language, terms.term(f"kind_{kind}"))
            (found if kind in ("found", "derived") else guessed).append(told)
        if found or guessed:
            rows.append(Basis(terms.term(_NAMES[basis]), found, guessed))
    return rows


def _parameters(folder: ResultsFolder, basis: str) -> list[tuple[str, str, str]]:
    """Name, meaning and kind of source of the parameters of a basis that were in use."""
    return [
        (name, str(declared.get("meaning") or ""), str(declared.get("source_kind") or WEAKEST[0]))
        for name, declared in folder.parameters().items()
        if basis_of(name) == basis
    ]


def basis_of(parameter: str) -> str | None:
    """The first of `BASES` that a parameter belongs to."""
    return next(
        (basis for basis, patterns in BASES.items() if any(fnmatchcase(parameter, p) for p in patterns)), None
    )
