"""Structural events as a run is told of them: frozen, with absolute dates.

Who acts on an event is in `agents.actors`, how one is read from a file in `experiments.shock`. A further kind is a
file in each of the three; its class here has ``name``, ``employer`` (whom it hits), ``jobs``, ``moments``, ``identity``
(its part of the key of a run) and ``told`` (what a manifest says of it).
"""

from typing import TypeAlias

from agents.event.closure import Closure
from agents.event.furlough_wave import FurloughWave
from agents.event.opening import Building, Opening, Training
from agents.event.slump import Slump

__all__ = ["Building", "Closure", "Event", "FurloughWave", "Opening", "Slump", "Training"]

Event: TypeAlias = Closure | FurloughWave | Slump | Opening
"""Any of them."""
