"""The service lines: each line's rare decisions. One kernel, `sim.kernels.services`, does their daily work."""

from agents.service_lines.brokerage import Brokerage
from agents.service_lines.competence import Competence
from agents.service_lines.line import ServiceLine
from agents.service_lines.multi_sector import MultiSector

SERVICE_LINES: tuple[type[ServiceLine], ...] = (Brokerage, Competence, MultiSector)
"""In the order of `sim.dimensions.LINES`."""

__all__ = ["SERVICE_LINES", "Brokerage", "Competence", "MultiSector", "ServiceLine"]
