"""Evaluates points in a configuration, in worker processes: one `Evaluation` for each set of factors, kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from experiments.composing.configuration import Configuration
from experiments.optimise.assessment import Evaluate
from experiments.sweep.evaluation import Evaluation
from experiments.sweep.factor import LEVER, Factor
from experiments.sweep.outcome import OutcomeAsked
from experiments.sweep.point import Point
from experiments.sweep.processes import Processes
from experiments.sweep.sample import Sample
from sim.parameters import ParameterSet


class CallingUp(Evaluation):
    """Calls a reserve up: a lever that is staff of a line for some months.

    Attributes
    ----------
    called_up
        ``{part, line, from_month, to_month}``.
    """

    called_up: Mapping[str, Any]

    def _configured(self, point: Point) -> Configuration:
        configuration = super()._configured(point)
        reserve = self.called_up
        lever = configuration.policies[LEVER]
        change = {
            "parameter": f"staff.called_up_fte.{reserve['line']}", "add": float(point.values[reserve["part"]]),
            "start": {"months_after_start": reserve["from_month"], "day": 1},
            "end": {"months_after_start": reserve["to_month"], "day": 1}, "source": "a point of a design",
        }  # fmt: skip
        policies = {**configuration.policies, LEVER: {**lever, "changes": [*lever["changes"], change]}}
        return dataclasses.replace(configuration, policies=policies)


def evaluate_with(
    configuration: Configuration, retry_failed: bool, called_up: Mapping[str, Any] | None = None
) -> Evaluate:
    """Give what simulates points of a configuration, or finds them stored.

    Parameters
    ----------
    configuration
        The world of the baseline.
    retry_failed
        Whether failed runs are tried again.
    called_up
        How a reserve among the levers is called up, if it is.
    """
    known: dict[tuple[str, ...], Evaluation] = {}
    executor = Processes(configuration.processes)

    def evaluate(factors: Sequence[Factor], outcomes: Sequence[OutcomeAsked], points: Sequence[Point]) -> Sample:
        keys = tuple(factor.key for factor in factors)
        if keys not in known:
            kind = CallingUp if called_up else Evaluation
            known[keys] = kind(configuration, factors, outcomes, executor, retry_failed)
            if called_up:
                known[keys].called_up = called_up  # type: ignore[attr-defined]
        return known[keys](points)

    return evaluate


def factor_of(parameters: ParameterSet) -> Callable[[str, str], Factor]:
    """Give what makes a factor of a key, with its declared range."""
    return lambda key, kind: Factor.of(key, kind, parameters)
