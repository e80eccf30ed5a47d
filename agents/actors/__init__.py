"""Agents of structural events. All other employers need none: rules that run for each event are kernels."""

from agents.actors.calling import StaffCalls
from agents.actors.closing import ClosingEmployer
from agents.actors.furloughing import FurloughingEmployer
from agents.actors.on_site import OnSiteService
from agents.actors.opening import OpeningEmployer
from agents.actors.ripples import Ripples

__all__ = ["ClosingEmployer", "FurloughingEmployer", "OnSiteService", "OpeningEmployer", "Ripples", "StaffCalls"]
