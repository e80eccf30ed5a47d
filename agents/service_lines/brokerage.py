"""Initial service and brokerage: first interviews, assessment, follow-ups. No decision is rare here."""

from __future__ import annotations

from agents.service_lines.line import ServiceLine


class Brokerage(ServiceLine):
    """The line that meets every new jobseeker first (tasks: `sim.kernels.services.meet`)."""

    name = "brokerage"
