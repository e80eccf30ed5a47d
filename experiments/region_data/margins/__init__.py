"""Published margins against the people, employers and jobs of a world as built."""

from experiments.region_data.margins.margin import Margin
from experiments.region_data.margins.measure import measure

__all__ = ["Margin", "measure"]
