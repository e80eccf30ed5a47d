"""The checklist of a drill: what is to be done by when, one page to print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from agents.staff_call import LATE_SHARE
from experiments.composing.arm import BASELINE
from experiments.drill.told import NONE, Told
from experiments.drill.weeks import COHORT, POPULATIONS
from sim.dimensions import LINES

MOST_TOWNS = 4


@dataclass(frozen=True)
class Item:
    """A row: the day, what is to be done, and how large it is."""

    day: date
    what: str
    figure: str = ""


def items(told: Told) -> list[Item]:
    """Rows by date."""
    content = told.content
    inflow, window = content["inflow"], content["window"]
    rows = [
        Item(
            _date(content["announced"]), told.word("check_announced"),
            told.word("check_announced_figure", jobs=told.number(content["jobs"]),
                      total=told.notation.about(inflow["total"]["mean"])),
        ),
        *_posts(told),
        *_towns(told),
        Item(
            _date(window["first"]), told.word("check_first"),
            told.word("check_first_figure", number=told.number(max(content["interviews"][NONE][COHORT]["due"]))),
        ),
        Item(
            _date(inflow["largest"]["week"]), told.word("check_peak"),
            told.word("check_peak_figure", number=told.number(inflow["largest"]["mean"])),
        ),
        Item(
            _date(content["backlog"][NONE]["peak"]["week"]), told.word("check_backlog"),
            told.word("check_backlog_figure", number=told.number(content["backlog"][NONE]["peak"]["mean"])),
        ),
        Item(_date(window["last"]), told.word("check_end")),
    ]  # fmt: skip
    notices = [event["notice"] for event in content["events"] if event.get("notice")]
    if notices:
        rows.append(Item(_date(min(notices)), told.word("check_notice")))
    if content["interpreted"]["people"] >= 0.5:
        number = told.notation.about(content["interpreted"]["people"])
        rows.append(Item(
            _date(min(notices, default=content["announced"])), told.word("check_interpreters"),
            told.word("check_outside_figure", number=number),
        ))  # fmt: skip
    if content["backlog"][NONE]["clears"] and content["backlog"][NONE]["is_above"]:
        rows.append(Item(_date(content["backlog"][NONE]["clears"]), told.word("check_clears")))
    return sorted(rows, key=lambda row: row.day)


def levels(told: Told) -> list[Item]:
    """What the levels of readiness change, by date."""
    rows = []
    for arm, changes in told.content["policies"].items():
        if arm == BASELINE:
            continue
        for change in changes:
            end = told.word("check_until", day=told.day(change["end"])) if change.get("end") else ""
            rows.append(Item(
                _date(change["start"]),
                told.word("check_level", level=told.level(arm), parameter=_parameter(told, change["parameter"]),
                          amount=_amount(told, change)),
                end,
            ))  # fmt: skip
    return sorted([*rows, *_courses(told), *_calls(told)], key=lambda row: row.day)


def _courses(told: Told) -> list[Item]:
    """Courses that levels order, on their first day."""
    return [
        Item(
            _date(course["start"]),
            told.word("check_course", level=told.level(arm), measure=told.terms.named("labels", course["measure"])),
            told.word("check_course_figure", seats=told.number(course["seats"])),
        )
        for arm, courses in told.content["courses"].items() if arm != BASELINE for course in courses
    ]  # fmt: skip


def _calls(told: Told) -> list[Item]:
    """What a level does if first interviews slip, on the day from which it is watched; and how often that was."""
    rows = []
    for arm, calls in told.content["calls"].items():
        for call in calls:
            what = told.word(
                f"call_{call['when']}", level=told.level(arm), above=_threshold(told, call),
                parameter=_parameter(told, call["parameter"]), amount=_amount(told, {**call, "add": call["fte"]}),
                lag=told.number(call["lag_days"]),
            )  # fmt: skip
            n = told.number(told.content["replications"])
            figure = told.word("call_never", n=n) if call["begins"] is None else told.word(
                "call_figure", made=told.number(call["replications"]), n=n, day=told.day(call["begins"])
            )  # fmt: skip
            rows.append(Item(_date(call["watched_from"]), what, figure))
    return rows


def _threshold(told: Told, call: Mapping[str, Any]) -> str:
    return told.share(call["above"]) if call["when"] == LATE_SHARE else told.notation.plain(call["above"])


def _date(text: str) -> date:
    return date.fromisoformat(text)


def _posts(told: Told) -> list[Item]:
    """The latest day on which more posts can be opened, or that no number of them is enough, by population."""
    rows: dict[tuple[Any, ...], list[str]] = {}
    figures: dict[tuple[Any, ...], Item] = {}
    for population in POPULATIONS:
        found = told.found(population)
        if found["fte"] == 0:
            continue
        if found["fte"] is None:
            key: tuple[Any, ...] = ("never",)
            figure = told.word("check_no_surge_figure", best=told.about(found["best"]))
            before = figures[key].figure if key in figures else ""
            figure = f"{told.word(population).lower()}: {figure}"
            figures[key] = Item(
                _date(told.content["announced"]), "check_no_surge", "; ".join(filter(None, (before, figure)))
            )
        else:
            key = ("some", found["at_work"], found["fte"])
            figure = told.word("check_open_figure", fte=told.number(found["fte"]), at_work=told.day(found["at_work"]))
            figures[key] = Item(_date(found["open_posts_by"]), "check_open_posts", figure)
        rows.setdefault(key, []).append(told.word(population).lower())
    return [Item(figures[key].day, told.word(figures[key].what, whom=", ".join(whom)), figures[key].figure)
            for key, whom in rows.items()]  # fmt: skip


def _towns(told: Told) -> list[Item]:
    homes: list[Mapping[str, Any]] = told.content["inflow"]["homes"]
    notices = [event["notice"] for event in told.content["events"] if event.get("notice")]
    day = _date(min(notices, default=told.content["announced"]))
    inside = [row for row in homes if row["place"] != "outside" and row["mean"] >= 0.5][:MOST_TOWNS]
    outside = sum(row["mean"] for row in homes if row["place"] == "outside")
    rows = []
    if inside:
        figure = ", ".join(f"{told.place(row['place'])} {told.number(row['mean'])}" for row in inside)
        rows.append(Item(day, told.word("check_towns"), figure))
    if outside >= 0.5:
        number = told.notation.about(outside)
        rows.append(Item(day, told.word("check_outside"), told.word("check_outside_figure", number=number)))
    return rows


def _parameter(told: Told, name: str) -> str:
    """Name of what a change is about: staff of a line by the line's name, else the parameter's own."""
    mechanism, _, rest = name.partition(".")
    parameter, _, cell = rest.partition(".")
    if f"{mechanism}.{parameter}" == "services.staff_fte" and cell:
        return told.line(cell)
    words = told.terms.named("parameters", f"{mechanism}.{parameter}", f"{mechanism}.{parameter}")
    if not cell:
        return words
    return f"{words}: {told.line(cell) if cell in LINES else cell}"


def _amount(told: Told, change: Mapping[str, Any]) -> str:
    unit = f" {told.unit('fte')}" if "_fte" in str(change["parameter"]) else ""
    if "add" in change:
        return f"{told.notation.signed(change['add'])}{unit}"
    if "scale" in change:
        return f"× {told.notation.plain(change['scale'])}"
    value = change.get("set", change.get("ramp", 0.0))
    if change.get("unit") == "share":
        return told.share(value)
    if change.get("unit") in ("ratio", "multiplier"):
        return f"× {told.notation.plain(value)}"
    return told.notation.plain(value) + unit
