"""Moments: numbers of a run that published figures give a band for."""

from experiments.moments.measure import MEASURES, Measure
from experiments.moments.model_year import ModelYear
from experiments.moments.moment import Moment
from experiments.moments.published import Published

__all__ = ["MEASURES", "Measure", "ModelYear", "Moment", "Published"]
