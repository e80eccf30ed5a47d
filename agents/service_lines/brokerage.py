"""Initial service and brokerage: first interviews, assessment, follow-ups, referrals. No decision is rare here."""

from __future__ import annotations

from agents.service_lines.line import DECISION, FOLLOW_UP, HANDOVER, ServiceLine
from agents.service_lines.task import Task


class Brokerage(ServiceLine):
    """The line that meets every new jobseeker first (rules: `sim.kernels.services`)."""

    name = "brokerage"
    tasks = (
        Task("first interview with assessment and plan", "services.first_interview_minutes", "a new job search"),
        FOLLOW_UP,
        Task("talk with a registered jobseeker who is not unemployed", "services.other_contact_minutes",
             "services.other_contacts_per_month"),
        DECISION,
        HANDOVER,
    )  # fmt: skip
