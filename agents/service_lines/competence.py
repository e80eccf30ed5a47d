"""Competence development: talks that lead to training, guidance and study. Seats are bought by `agents.purchasing`."""

from __future__ import annotations

from agents.service_lines.line import DECISION, FOLLOW_UP, HANDOVER, ServiceLine


class Competence(ServiceLine):
    """The line of people whose trade is not asked for, or who have none."""

    name = "competence"
    tasks = (FOLLOW_UP, DECISION, HANDOVER)
