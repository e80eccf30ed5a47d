"""Agents of structural events. All other employers need none: rules that run for each event are kernels."""

from agents.events.closing import ClosingEmployer
from agents.events.furloughing import FurloughingEmployer
from agents.events.on_site import OnSiteService
from agents.events.opening import OpeningEmployer
from agents.events.ripples import Ripples

__all__ = ["ClosingEmployer", "FurloughingEmployer", "OnSiteService", "OpeningEmployer", "Ripples"]
