"""Splits with a name: the present one, those of policies and staffings, and found ones by letter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.composing.arm import BASELINE
from experiments.composing.composition import read_option, resolve
from experiments.composing.configuration import Configuration
from experiments.composing.horizon import Horizon
from experiments.composing.placing import PLACING, read_placing
from experiments.composing.policy import read_policy
from experiments.composing.staff import read_staff
from experiments.optimise.division import Division
from experiments.optimise.question import STAFF
from sim.errors import InputError
from sim.parameters import ParameterSet

if TYPE_CHECKING:
    from agents.region import Region


@dataclass(frozen=True)
class Candidate:
    """A split that stands beside others.

    Attributes
    ----------
    name
        ``baseline``, ``policy/NAME``, ``staff/NAME`` or a letter.
    amounts
        Of the parts of all divisions, shape (parts,).
    others
        Further parameters that the split sets, with their values: what a policy changes beside the parts.
    also
        Other names of the same split.
    """

    name: str
    amounts: tuple[float, ...]
    others: tuple[tuple[str, float], ...] = ()
    also: tuple[str, ...] = ()


def keys_of(divisions: Sequence[Division]) -> list[str]:
    """Parameters of the parts of all divisions, in order."""
    return [part.key for division in divisions for part in division.parts]


def present(divisions: Sequence[Division], parameters: ParameterSet) -> Candidate:
    """The split of the baseline."""
    return Candidate(BASELINE, tuple(_value(parameters, key) for key in keys_of(divisions)))


def named(
    splits: Sequence[str], divisions: Sequence[Division], configuration: Configuration, horizon: Horizon,
    region: Region,
) -> list[Candidate]:  # fmt: skip
    """The present split, then those of files; what is the present split too is one of its names.

    Parameters
    ----------
    splits
        ``policy/NAME`` or ``staff/NAME``.
    divisions
        What is divided.
    configuration, horizon, region
        The baseline.

    Raises
    ------
    InputError
        A policy that is no split: it ends, ramps, moves places or courses or staff of one line between towns, or does
        not keep a total.
    """
    parameters = configuration.parameters
    policies = [split.partition("/")[2] for split in splits if split.startswith("policy/")]
    bodies = resolve("compare", [f"policy=[{','.join(policies)}]", "markets=[]"]).policies if policies else {}
    found = [present(divisions, parameters)]
    for split in splits:
        group, _, option = split.partition("/")
        values = _staffing(option) if group == "staff" else _policy(
            option, bodies[option], parameters, horizon, region
        )  # fmt: skip
        amounts = tuple(values.pop(key, _value(parameters, key)) for key in keys_of(divisions))
        others = tuple(sorted((key, value) for key, value in values.items() if value != _value(parameters, key)))
        _check_totals(split, amounts, divisions)
        same = next((k for k, one in enumerate(found) if _equal(one, amounts, others)), None)
        if same is None:
            found.append(Candidate(split, amounts, others))
        else:
            one = found[same]
            found[same] = Candidate(one.name, one.amounts, one.others, (*one.also, split))
    return found


def is_within(candidate: Candidate, divisions: Sequence[Division]) -> bool:
    """Whether a split keeps totals and bounds and is nothing but a split, so that a search can learn from it."""
    return not candidate.others and all(
        division.holds(amounts) for division, amounts in _by_division(candidate.amounts, divisions)
    )


def letters(amounts: NDArray[np.float64]) -> list[Candidate]:
    """Found splits by letter, shape (splits, parts) in the order of their letters."""
    return [Candidate(_letter(k), tuple(map(float, row))) for k, row in enumerate(amounts)]


def _letter(k: int) -> str:
    return chr(ord("A") + k % 26) * (1 + k // 26)


def _staffing(option: str) -> dict[str, float]:
    return {f"{STAFF}.{line}": fte for line, fte in read_staff(read_option("staff", option)).items()}


def _policy(
    option: str, body: Mapping[str, Any], parameters: ParameterSet, horizon: Horizon, region: Region
) -> dict[str, float]:
    where = f"splits: policy/{option}"
    if any(body.get(part) for part in ("places", "courses", "recruits", "calls")):
        raise InputError(f"{where}: it orders more than parameters; compare policy={option} tells what it does")
    values: dict[str, float] = {}
    for order in read_placing(option, body, horizon, region):
        if order.end is not None or order.line >= 0:
            raise InputError(
                f"{where}: it moves staff of one line between towns, or for a time; a split over towns moves staff of "
                f"all lines for the whole run; compare policy={option} tells what it does"
            )
        for town, fte in order.fte:
            key = f"{PLACING}.{region.municipalities[town].name}"
            values[key] = values.get(key, 0.0) + fte
    for change in read_policy(option, body, horizon):
        if change.end is not None or change.operation == "ramp":
            raise InputError(f"{where}: {change.parameter} changes for a time; a split holds for the whole run")
        parameter, cell = parameters.locate(change.parameter, where)
        names = [change.parameter] if cell is not None or parameter.over is None else [
            f"{parameter.name}.{label}" for label in parameter.labels
        ]  # fmt: skip
        for name in names:
            before = values.get(name, _value(parameters, name))
            values[name] = {
                "set": change.amount, "scale": before * change.amount, "add": before + change.amount
            }[change.operation]  # fmt: skip
    return values


def _check_totals(split: str, amounts: Sequence[float], divisions: Sequence[Division]) -> None:
    for division, held in _by_division(amounts, divisions):
        if abs(sum(held) - division.total) > 1e-6:
            raise InputError(
                f"splits: {split} sums to {sum(held):.6g}, not to the {division.total:.6g} of {division.name} that are "
                "divided; a split keeps the total"
            )


def _by_division(amounts: Sequence[float], divisions: Sequence[Division]) -> list[tuple[Division, Sequence[float]]]:
    found, first = [], 0
    for division in divisions:
        found.append((division, amounts[first : first + len(division.parts)]))
        first += len(division.parts)
    return found


def _equal(one: Candidate, amounts: Sequence[float], others: Sequence[tuple[str, float]]) -> bool:
    return bool(np.allclose(one.amounts, amounts, rtol=0.0, atol=1e-6)) and dict(one.others) == dict(others)


def _value(parameters: ParameterSet, key: str) -> float:
    if key.partition(".")[0] == PLACING:
        return 0.0  # need alone places staff
    value: object = parameters.value(key)
    if isinstance(value, Mapping | tuple):
        raise InputError(f"{key}: expected a cell such as {key}.LABEL")
    return float(value)  # type: ignore[arg-type]
