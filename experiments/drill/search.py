"""The search for the least that is enough, on a rising grid, with as few trials as bisection needs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from typing import TypeVar

Goal = TypeVar("Goal", bound=Hashable)


def least(
    size: int, goals: Mapping[Goal, Callable[[int], bool]], prepare: Callable[[Collection[int]], None]
) -> dict[Goal, int | None]:
    """Find for each goal the least step of a grid that reaches it, if more never does worse.

    All goals are looked for together, so that what one of them tries is tried once: `prepare` is told the steps
    that the goals are going to ask for next.

    Parameters
    ----------
    size
        Steps of the grid, 0 to ``size - 1``.
    goals
        Whether a step reaches the goal, by goal.
    prepare
        Called with steps before they are asked for.

    Returns
    -------
    dict
        Step by goal; None where the last step does not reach it.
    """
    prepare((0, size - 1))
    found: dict[Goal, int | None] = {}
    between: dict[Goal, tuple[int, int]] = {}
    for name, reaches in goals.items():
        if reaches(0):
            found[name] = 0
        elif not reaches(size - 1):
            found[name] = None
        else:
            between[name] = (0, size - 1)
    while open_ := {name: (low + high) // 2 for name, (low, high) in between.items() if high - low > 1}:
        prepare(sorted(set(open_.values())))
        for name, middle in open_.items():
            low, high = between[name]
            between[name] = (low, middle) if goals[name](middle) else (middle, high)
    return {name: found[name] if name in found else between[name][1] for name in goals}
