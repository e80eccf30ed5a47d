"""Youth services: everybody under 30, needs included. No decision is rare here."""

from __future__ import annotations

from agents.service_lines.line import DECISION, FOLLOW_UP, HANDOVER, ServiceLine


class Youth(ServiceLine):
    """The team for people under 30."""

    name = "youth"
    tasks = (FOLLOW_UP, DECISION, HANDOVER)
