"""Administration: management, purchasing, systems, communication, shared in part with the neighbouring area."""

from __future__ import annotations

from agents.service_lines.line import ServiceLine


class Administration(ServiceLine):
    """The line that meets nobody: its staff costs, and without it nothing else would run (not simulated)."""

    name = "administration"
