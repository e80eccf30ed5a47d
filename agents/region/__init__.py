"""A region: the published figures a world is built from."""

from agents.region.employer import LargeEmployer, SizeClass
from agents.region.municipality import Municipality, find_municipality
from agents.region.neighbour import Neighbour
from agents.region.occupation import Occupation
from agents.region.region import Region, digest_of
from agents.region.schema import OUTSIDE, SCHEMA
from agents.region.service_point import ServicePoint, read_service_points
from agents.region.start_state import StartState, read_start_states
from sim.parameters import SOURCE_KINDS

__all__ = [
    "OUTSIDE",
    "SCHEMA",
    "SOURCE_KINDS",
    "LargeEmployer",
    "Municipality",
    "Neighbour",
    "Occupation",
    "Region",
    "ServicePoint",
    "SizeClass",
    "StartState",
    "digest_of",
    "find_municipality",
    "read_service_points",
    "read_start_states",
]
