"""Published margins against the people, employers and jobs of a world as built."""

from experiments.margins.margin import Margin
from experiments.margins.measure import measure

__all__ = ["Margin", "measure"]
