"""A design: which points of which factors are simulated."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.sweep.factor import LEVER, UNCERTAINTY, Factor
from experiments.sweep.point import Point
from sim.errors import InputError


@dataclass(frozen=True)
class Design:
    """Factors and points.

    Attributes
    ----------
    factors
        Uncertainties and levers.
    points
        In the order in which they are simulated and told.
    """

    factors: tuple[Factor, ...]
    points: tuple[Point, ...]

    def check(self) -> None:
        """Check the whole before anything is simulated.

        Raises
        ------
        InputError
            No factor or point, a key or id twice, a missing value, a value outside the declared range.
        """
        if not self.factors:
            raise InputError("the design has no factor; uncertainties=[KEY,...] or levers=[KEY,...] name some")
        if not self.points:
            raise InputError("the design has no point")
        keys = [factor.key for factor in self.factors]
        for key in keys:
            if keys.count(key) > 1:
                raise InputError(f"{key}: it is an uncertainty or a lever, not both")
        ids: set[str] = set()
        for point in self.points:
            if not point.id or point.id in ids:
                raise InputError(f"point '{point.id}': every point needs an id of its own")
            ids.add(point.id)
            check_point(point, self.factors, f"point {point.id}")

    def of_kind(self, kind: str) -> tuple[Factor, ...]:
        """Factors that are uncertainties, or levers."""
        return tuple(factor for factor in self.factors if factor.kind == kind)

    def to_csv(self) -> str:
        """The points as a CSV that `experiments.sweep.own` reads back."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["id", *(factor.key for factor in self.factors)])
        for point in self.points:
            writer.writerow([point.id, *(repr(float(point.values[factor.key])) for factor in self.factors)])
        return text.getvalue()


def check_point(point: Point, factors: Sequence[Factor], where: str) -> None:
    """Check that a point has a finite value within the declared range for each factor, and no other value.

    Raises
    ------
    InputError
        Naming `where`.
    """
    for factor in factors:
        if factor.key not in point.values:
            raise InputError(f"{where}: no value for {factor.key}")
        value = point.values[factor.key]
        if not math.isfinite(value):
            raise InputError(f"{where}: {factor.key} is {value}, expected a number in {factor.unit}")
        factor.check(value, where)
    known = {factor.key for factor in factors}
    for key in point.values:
        if key not in known:
            raise InputError(f"{where}: {key} is no factor of the design")


def crossed(uncertainties: Design, levers: Design) -> Design:
    """Every point of one design with every point of another: each split under each future.

    Parameters
    ----------
    uncertainties, levers
        Designs of different factors; one without factors leaves the other as it is.
    """
    if not levers.factors:
        return uncertainties
    if not uncertainties.factors:
        return levers
    points = tuple(
        Point(f"{one.id}-{other.id}", {**one.values, **other.values})
        for one in uncertainties.points
        for other in levers.points
    )
    return Design((*uncertainties.factors, *levers.factors), points)


def named(factors: Sequence[Factor], rows: Sequence[Sequence[float]]) -> Design:
    """Points of one kind of factors, numbered: ``u`` for uncertainties, ``l`` for levers.

    Parameters
    ----------
    factors
        All of one kind.
    rows
        Values, shape (points, factors).
    """
    letter = {UNCERTAINTY: "u", LEVER: "l"}[factors[0].kind] if factors else ""
    width = len(str(len(rows)))
    points = tuple(
        Point(
            f"{letter}{number:0{width}d}",
            {factor.key: float(value) for factor, value in zip(factors, row, strict=True)},
        )
        for number, row in enumerate(rows, 1)
    )
    return Design(tuple(factors), points)
