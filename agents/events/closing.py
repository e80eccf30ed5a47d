"""An employer that closes, wholly or in part."""

from __future__ import annotations

from functools import partial
from typing import cast

import mesa

from agents.event import Closure
from agents.surroundings import Surroundings
from sim.clock import day_of
from sim.errors import InputError
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
        self.area = cast(Surroundings, model)
        self.cohort = cohort
        self.plan = plan
        self.row = row
        _check(plan)

    def register(self) -> None:
        """Put what is to happen on the clock."""
        clock, plan, start = self.area.clock, self.plan, self.area.specification.start_date
        clock.at(day_of(plan.announced, start), f"4 closure {plan.name} announced", self.announce)
        clock.at(day_of(plan.notice, start), f"4 closure {plan.name} notice", self.give_notice)
        for stage, (moment, _) in enumerate(plan.exits):
            clock.at(day_of(moment, start), f"4 closure {plan.name} exit {stage:02d}", partial(self.let_go, stage))

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


def _check(plan: Closure) -> None:
    """Refuse dates in the wrong order and shares that do not sum to 1."""
    moments = list(plan.moments)
    if moments != sorted(moments):
        raise InputError(f"shocks.{plan.name}: announced, notice and exits must not go back in time: {moments}")
    total = sum(share for _, share in plan.exits)
    if abs(total - 1.0) > 1e-6:
        raise InputError(f"shocks.{plan.name}: the shares of exits sum to {total:g}, expected 1")
