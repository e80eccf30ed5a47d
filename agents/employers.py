"""Employers in scripted events. All others need no agent: rules that run for each event are kernels."""

from __future__ import annotations

from typing import cast

import mesa

from agents.specification import Closure
from agents.surroundings import Surroundings
from sim.kernels.closure import announce, carry_on, exit_staff, give_notice


class ClosingEmployer(mesa.Agent):
    """An employer that closes: announces, and lets its staff go in stages.

    What it decides follows from its row and the plan, so that it can be rebuilt on any day.

    Attributes
    ----------
    plan
        The closure.
    row
        Row of the employer.
    cohort
        Number of the cohort that the event hits, 0 for none.
    """

    def __init__(self, model: mesa.Model, plan: Closure, row: int, cohort: int = 0) -> None:
        super().__init__(model)
        self.cohort = cohort
        self.area = cast(Surroundings, model)
        self.plan = plan
        self.row = row

    @property
    def staff(self) -> float:
        """People whose job is here, persons."""
        return float(self.area.world.arrays.employers[self.row].filled) / self.area.scale

    def announce(self) -> None:
        """Make the closure known: the closing part hires nobody any more, its leavers are not replaced."""
        jobs = self._jobs() if not self._is_whole() else int(self.area.world.arrays.employers[self.row].target)
        announce(self.area.world.handle, self.row, jobs, self.area.clock.day)

    def give_notice(self) -> None:
        """Give notice: from here staff search as people who are going to lose their jobs."""
        give_notice(self.area.world.handle, self.row, self.area.clock.day)

    def let_go(self, stage: int) -> int:
        """Let the staff of a stage go; at the last stage all who are left of the closing part.

        Early leavers are not replaced, so a stage may find fewer than planned. An employer that closes a
        part of itself goes on with the rest after the last stage.

        Returns
        -------
        int
            How many left, agents.
        """
        shares = [share for _, share in self.plan.exits]
        planned = round(self._jobs() * sum(shares[: stage + 1])) - round(self._jobs() * sum(shares[:stage]))
        is_last = stage == len(shares) - 1
        if is_last:
            planned = int(self.area.world.arrays.employers[self.row].to_close)
        today = self.area.clock.day
        gone = int(exit_staff(self.area.world.handle, self.row, planned, self.cohort, today))
        if is_last and not self._is_whole():
            carry_on(self.area.world.handle, self.row, today)
        return gone

    def _jobs(self) -> int:
        """Jobs that end, agents."""
        return round(self.plan.jobs * self.area.scale)

    def _is_whole(self) -> bool:
        """Whether the employer closes down."""
        return self.plan.jobs >= self.area.region.employer(self.plan.employer).jobs
