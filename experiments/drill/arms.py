"""The arms of a drill: the baseline, and the event under each level of readiness."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from agents.event import Event
from experiments.composing.arm import BASELINE
from experiments.composing.horizon import Horizon
from experiments.composing.readiness import policy_of
from sim.parameters import ParameterSet


def arms_of(
    levels: Sequence[str], events: Sequence[Event], horizon: Horizon, parameters: ParameterSet
) -> tuple[dict[str, dict[str, list[str]]], dict[str, Any]]:
    """Arms and their policies.

    Parameters
    ----------
    levels
        Names of files in ``conf/readiness/``.
    events
        What happens in every arm but the baseline; dates of a level count from the first that hits somebody.
    horizon
        First and last day.
    parameters
        Knows the lead times of measures.

    Returns
    -------
    tuple
        ``{name: {shocks, policies}}``, the baseline first, and the policies by name, with absolute dates.

    Raises
    ------
    InputError
        A level that is not there or can not be read.
    """
    arms: dict[str, dict[str, list[str]]] = {BASELINE: {"shocks": [], "policies": []}}
    policies: dict[str, Any] = {}
    shocks = [event.name for event in events]
    first = min(followed(events), key=announced)
    for level in levels:
        policy = policy_of(level, first, horizon, parameters)
        name = f"readiness_{level}"
        arms[level] = {"shocks": shocks, "policies": [name] if policy else []}
        if policy:
            policies[name] = policy
    return arms, policies


def followed(events: Sequence[Event]) -> list[Event]:
    """Events that hit the staff of an employer, who are followed."""
    return [event for event in events if event.jobs > 0]


def announced(event: Event) -> date:
    """Day on which an event becomes known."""
    return event.moments[0]
