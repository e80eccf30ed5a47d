"""Multi-sector services: people with recognised needs, longer intervals. No decision is rare here yet."""

from __future__ import annotations

from agents.service_lines.line import ServiceLine


class MultiSector(ServiceLine):
    """The line of jobseekers in a difficult position (tasks: `sim.kernels.services.meet`)."""

    name = "multi_sector"
