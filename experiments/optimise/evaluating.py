"""Evaluates points in a configuration, in worker processes: one `Evaluation` for each set of factors, kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from experiments.composing.configuration import Configuration
from experiments.optimise.assessment import Evaluate
from experiments.sweep.evaluation import Evaluation
from experiments.sweep.factor import Factor
from experiments.sweep.outcome import OutcomeAsked
from experiments.sweep.point import Point
from experiments.sweep.processes import Processes
from experiments.sweep.sample import Sample
from sim.parameters import ParameterSet


def evaluate_with(configuration: Configuration, retry_failed: bool) -> Evaluate:
    """Give what simulates points of a configuration, or finds them stored.

    Parameters
    ----------
    configuration
        The world of the baseline.
    retry_failed
        Whether failed runs are tried again.
    """
    known: dict[tuple[str, ...], Evaluation] = {}
    executor = Processes(configuration.processes)

    def evaluate(factors: Sequence[Factor], outcomes: Sequence[OutcomeAsked], points: Sequence[Point]) -> Sample:
        keys = tuple(factor.key for factor in factors)
        if keys not in known:
            known[keys] = Evaluation(configuration, factors, outcomes, executor, retry_failed)
        return known[keys](points)

    return evaluate


def factor_of(parameters: ParameterSet) -> Callable[[str, str], Factor]:
    """Give what makes a factor of a key, with its declared range."""
    return lambda key, kind: Factor.of(key, kind, parameters)
