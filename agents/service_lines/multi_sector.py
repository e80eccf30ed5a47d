"""Multi-sector services: adults with recognised needs, joint meetings with the wellbeing area and Kela."""

from __future__ import annotations

from agents.service_lines.line import DECISION, FOLLOW_UP, HANDOVER, ServiceLine
from agents.service_lines.task import Task


class MultiSector(ServiceLine):
    """The line of adult jobseekers in a difficult position; the slowest partner sets the pace of joint meetings."""

    name = "multi_sector"
    tasks = (
        Task("joint meeting with the partners", "services.joint_meeting_minutes", "partners.meeting_every"),
        FOLLOW_UP,
        DECISION,
        HANDOVER,
    )
