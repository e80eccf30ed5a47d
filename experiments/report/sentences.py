"""The answer in whole sentences, chosen by what the numbers allow to be said."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from experiments.report import bridge as bridges
from experiments.report.cohort import Course
from experiments.report.folder import Estimate, ResultsFolder
from experiments.report.notation import Notation, rounded
from experiments.report.terms import Terms

HEADLINE = "unemployed"
MANUFACTURING = "C"
LEAST_NOT_MOVED = 0.05
"""FTE that were not moved between towns, from which on it is told."""


def headline_month(folder: ResultsFolder) -> int | None:
    """Month that the answer is about: a year after the start, or the last one told before it."""
    months = folder.months
    return 12 if 12 in months else (max(months) if months else None)


def arm_label(folder: ResultsFolder, arm: str, terms: Terms) -> str:
    """Name of an arm for readers: from the terms, else from its shocks and policies."""
    if terms.has("arms", arm):
        return terms.named("arms", arm)
    bridge = bridges.label(folder, arm, terms.language)
    if bridge:
        return bridge
    parts = (folder.configuration.get("arms") or {}).get(arm) or {}
    names = [*(parts.get("shocks") or ()), *(parts.get("policies") or ())]
    if arm == "+".join(names) or not names:
        return " + ".join(terms.named("arms", name) for name in names or arm.split("+"))
    return arm


def region_forms(folder: ResultsFolder, terms: Terms) -> tuple[str, str]:
    """Name of the region, and the form that answers "where"."""
    name = str(folder.region.get("name") or "")
    title = str((folder.region.get("title") or {}).get(terms.language) or "")
    return terms.region(name, "name", title), terms.region(name, "in", title or name)


def answer(
    folder: ResultsFolder, arm: str, terms: Terms, notation: Notation, course: Course | None = None
) -> list[str]:
    """Say in two or three sentences what an arm does to unemployment.

    Parameters
    ----------
    folder
        Results.
    arm
        The arm.
    terms, notation
        Words and numbers of the language.
    course
        Where the people of the event are in this arm, if they are followed.

    Returns
    -------
    list of str
        Whole sentences. They claim a difference only where its 80 % interval excludes zero; a last one says if staff
        could not be moved between towns as ordered.
    """
    return [*_difference(folder, arm, terms, notation, course), *_not_moved(folder, arm, terms, notation)]


def _difference(
    folder: ResultsFolder, arm: str, terms: Terms, notation: Notation, course: Course | None
) -> list[str]:
    month = headline_month(folder)
    day = folder.month_end(month) if month else None
    if month is None or day is None or folder.difference(HEADLINE, str(month), arm).mean is None:
        return [terms.sentence("no_unemployed")]
    estimate = folder.difference(HEADLINE, str(month), arm)
    tone = _tone(folder, arm, estimate)
    added = _added(folder, arm, terms, notation, month)
    values = {
        "region_in": region_forms(folder, terms)[1],
        "month": notation.month(day),
        **_amounts(estimate, notation),
    }
    said = [_first(folder, arm, terms, notation, tone, values)]
    if added:  # a reader of measures asks for them; where it is felt is told of the event alone
        return [*said, added]
    if tone == "nothing":
        return said
    where = _where(folder, arm, terms, notation, month, tone, course)
    return said + ([where] if where else [])


def event_alone(folder: ResultsFolder, arm: str) -> str | None:
    """The arm with the same events as `arm` and without its policies; None if there is none."""
    arms = folder.configuration.get("arms") or {}
    mine = arms.get(arm) or {}
    if not mine.get("policies") or not mine.get("shocks"):
        return None
    alone = {**mine, "policies": []}
    for name in folder.arms:
        other = arms.get(name) or {}
        if {**other, "policies": other.get("policies") or []} == alone:
            return name
    return None


def _added(folder: ResultsFolder, arm: str, terms: Terms, notation: Notation, month: int) -> str | None:
    """What the policies of an arm add to its event."""
    event = event_alone(folder, arm)
    mine, other = (folder.series(HEADLINE, name) if name else None for name in (arm, event))
    if mine is None or other is None:
        return None
    paired = mine.minus(other)
    estimate = paired.estimate(month) if len(paired.replications) else None
    if estimate is None or estimate.mean is None:
        return None
    if estimate.low is None or estimate.high is None:
        tone = "single"
    elif not np.any(paired.values):
        tone = "nothing"
    else:
        tone = "unclear" if not estimate.certain else "more" if estimate.low > 0 else "fewer"
    return terms.sentence(f"added_{tone}", **_amounts(estimate, notation))


def _not_moved(folder: ResultsFolder, arm: str, terms: Terms, notation: Notation) -> list[str]:
    told = folder.placing(arm)
    if told is None or told["moved"] > told["ordered"] - LEAST_NOT_MOVED:
        return []
    numbers = {key: notation.number(told[key], 1) for key in ("ordered", "moved")}
    return [terms.sentence("placing_shortfall", arm=arm_label(folder, arm, terms), **numbers)]


def _tone(folder: ResultsFolder, arm: str, estimate: Estimate) -> str:
    if estimate.mean == 0 and _changes_nothing(folder, arm):
        return "nothing"
    if estimate.low is None or estimate.high is None:
        return "single"
    if not estimate.certain:
        return "unclear"
    return "more" if estimate.low > 0 else "fewer"


def _changes_nothing(folder: ResultsFolder, arm: str) -> bool:
    """Whether every difference that the summary tells is exactly zero."""
    told = [(name, at) for name, entry in folder.indicators.items() for at in entry["at"]]
    found = [folder.difference(name, at, arm) for name, at in told]
    return all(not e.mean and not e.low and not e.high for e in found)


def _amounts(estimate: Estimate, notation: Notation) -> dict[str, str]:
    mean = estimate.mean or 0.0
    low, high = (mean if end is None else end for end in (estimate.low, estimate.high))
    near, far = sorted((abs(low), abs(high)))
    # A narrow interval deserves finer steps than the number alone: 197 (191–204) is not 200 (190–200).
    fineness = min(abs(mean), 4 * (high - low)) if high > low else abs(mean)
    return {
        "amount": notation.about(abs(mean), fineness),
        "low": notation.about(near, fineness),
        "high": notation.about(far, fineness),
        "signed": notation.about_signed(mean, fineness),
        "signed_low": notation.about_signed(low, fineness),
        "signed_high": notation.about_signed(high, fineness),
    }


def _first(
    folder: ResultsFolder, arm: str, terms: Terms, notation: Notation, tone: str, values: dict[str, str]
) -> str:
    closures = folder.closures(arm)
    if len(closures) == 1 and not folder.policies(arm) and closures[0].jobs and closures[0].kind == "closure":
        code, section = folder.employer_place(closures[0].employer)
        if code:
            return terms.sentence(
                f"closure_{tone}",
                jobs=notation.number(closures[0].jobs),
                establishment=terms.term("plant" if section == MANUFACTURING else "establishment"),
                place_in=terms.place(code, "in", _place_name(folder, code)),
                **values,
            )
    return terms.sentence(f"arm_{tone}", arm=arm_label(folder, arm, terms), **values)


def _place_name(folder: ResultsFolder, code: str) -> str:
    return next((place.name for place in folder.places if place.code == code), code)


def _where(
    folder: ResultsFolder, arm: str, terms: Terms, notation: Notation, month: int, tone: str,
    course: Course | None,
) -> str | None:  # fmt: skip
    """Where it is felt most, and how the people of the event fare."""
    fates: dict[str, str] = {}
    if course is not None and len(course.dates):
        day = np.datetime64(folder.month_end(month))
        index = int(np.searchsorted(course.dates, day))
        if index < len(course.dates):
            fates = {"size": notation.number(course.size)}
            for state in ("employed", "unemployed"):
                persons = course.persons.get(state)
                fates[state] = notation.about(0.0 if persons is None else float(persons[index]))
    named: list[tuple[float, str]] = []
    if tone in ("more", "fewer"):
        sign = 1 if tone == "more" else -1
        for place in folder.places:
            series = folder.difference_series(HEADLINE, arm, "municipality", place.code)
            estimate = series.estimate(month) if series is not None else None
            if estimate and estimate.mean and estimate.mean * sign >= 1 and estimate.certain:
                named.append((estimate.mean * sign, place.code))
    named.sort(reverse=True)
    values = {}
    for word, (amount, code) in zip(("first", "second"), named, strict=False):
        values[word] = notation.about(amount)
        values[f"{word}_in"] = terms.place(code, "in", _place_name(folder, code))
    if fates and not named:
        return terms.sentence("cohort_only", **fates)
    if not named:
        return None
    key = f"where_{tone}_{'two' if len(named) > 1 else 'one'}"
    if fates and tone == "more":
        return terms.sentence(f"{key}_cohort", **values, **fates)
    return terms.sentence(key, **values)


def peak(folder: ResultsFolder, arm: str, terms: Terms, notation: Notation) -> str | None:
    """When the difference in unemployment is largest; None where none can be told from chance."""
    series = folder.difference_series(HEADLINE, arm)
    interval = series.interval() if series is not None else None
    if series is None or interval is None:
        return None
    mean = series.mean()
    index = int(np.abs(mean).argmax())
    if interval[0][index] <= 0 <= interval[1][index]:
        return None
    return terms.sentence(
        "peak",
        month=notation.month(series.dates[index].item()),
        signed=notation.about_signed(float(mean[index])),
    )


def markets(folder: ResultsFolder, arm: str, terms: Terms, notation: Notation) -> str | None:
    """Whether the conclusion holds under a tight and a slack market."""
    month = headline_month(folder)
    if month is None or not {"tight", "slack"} <= set(folder.markets):
        return None
    found = {market: folder.difference(HEADLINE, str(month), arm, market) for market in ("tight", "slack")}
    main = folder.difference(HEADLINE, str(month), arm)
    means = [estimate.mean for estimate in (main, *found.values()) if estimate.mean is not None]
    if len(means) < 3:
        return None
    certain = all(estimate.certain for estimate in (main, *found.values()))
    signs = {np.sign(mean) for mean in means}
    key = "markets_unclear" if not certain else "markets_same" if len(signs) == 1 else "markets_differ"
    told = {market: notation.signed(rounded(estimate.mean or 0.0)) for market, estimate in found.items()}
    return terms.sentence(key, months=str(month), **told)


def answers(
    folder: ResultsFolder, terms: Terms, notation: Notation, courses: dict[str, Course]
) -> Sequence[list[str]]:
    """The answer for each arm, in the order of the comparison."""
    if not folder.arms:
        return [[terms.sentence("no_arm")]]
    return [answer(folder, arm, terms, notation, courses.get(arm)) for arm in folder.arms]
