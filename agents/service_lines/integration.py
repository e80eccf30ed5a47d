"""Integration services: immigrants, in the same rooms as the other lines. No decision is rare here yet."""

from __future__ import annotations

from agents.service_lines.line import DECISION, FOLLOW_UP, HANDOVER, ServiceLine


class Integration(ServiceLine):
    """The line of immigrants who need integration services."""

    name = "integration"
    tasks = (FOLLOW_UP, DECISION, HANDOVER)
