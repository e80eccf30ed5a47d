"""Moments: numbers of a run that published figures give a band for."""

from experiments.validation.measure import MEASURES, Measure
from experiments.validation.model_year import ModelYear
from experiments.validation.moment import Moment
from experiments.validation.published import Published

__all__ = ["MEASURES", "Measure", "ModelYear", "Moment", "Published"]
