"""The service lines: each line's tasks and rare decisions. One kernel, `sim.kernels.services`, does the daily work."""

from agents.service_lines.administration import Administration
from agents.service_lines.brokerage import Brokerage
from agents.service_lines.competence import Competence
from agents.service_lines.employer_services import EmployerServices
from agents.service_lines.integration import Integration
from agents.service_lines.line import ServiceLine
from agents.service_lines.multi_sector import MultiSector
from agents.service_lines.task import Task
from agents.service_lines.youth import Youth

SERVICE_LINES: tuple[type[ServiceLine], ...] = (
    Brokerage, Competence, MultiSector, Youth, Integration, EmployerServices, Administration,
)  # fmt: skip
"""In the order of `sim.dimensions.LINES`."""

__all__ = [
    "SERVICE_LINES",
    "Administration",
    "Brokerage",
    "Competence",
    "EmployerServices",
    "Integration",
    "MultiSector",
    "ServiceLine",
    "Task",
    "Youth",
]
