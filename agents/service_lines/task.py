"""A task of a service line: what is done, how long it takes, who decides."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """A row of a line's task table.

    Attributes
    ----------
    name
        What is done.
    minutes
        Parameter that says how long it takes.
    follows
        What makes it fall due: a parameter or an event.
    """

    name: str
    minutes: str
    follows: str
