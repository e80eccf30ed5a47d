"""How far a result may lie from its published figure, by what made the cell.

* A cell that is rounded jointly with others is right within an agent or two.
* A cell that follows a published structure passes within 2 %, and within chance where people are drawn into it:
  three standard deviations of a Poisson number of agents.
* A level of another year than the population's passes within what that year may differ.
"""

from __future__ import annotations

from math import sqrt

STRUCTURE_SHARE = 0.02
OTHER_YEAR_SHARE = 0.05
OTHER_AGES_SHARE = 0.10
"""Education by municipality is published for 18 and over: those of 75 and over are not simulated."""
UNEMPLOYED_SHARE = 0.005
"""Half a point of all unemployed, for their structure."""
COMMUTING_SHARE, COMMUTING_PERSONS = 0.10, 150.0
SIZE_CLASS_SHARE = 0.10
"""Size classes are assumed figures, and listed employers take part of them."""
EMPLOYER_SHARE, EMPLOYER_JOBS = 0.10, 5.0
DEVIATIONS = 3.0


def rounded(scale: float, agents: float = 2.0) -> float:
    """Tolerance of a cell that is rounded jointly: so many agents, in real persons."""
    return agents / scale


def structure(published: float, scale: float) -> float:
    """Tolerance of a cell that follows a published structure."""
    return max(STRUCTURE_SHARE * published, rounded(scale))


def drawn(published: float, scale: float, share: float = STRUCTURE_SHARE) -> float:
    """Tolerance of a cell that people are drawn into."""
    return max(share * published, DEVIATIONS * sqrt(max(published, 1.0) / scale), rounded(scale))
