"""An employer that closes, wholly or in part."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import cast

import mesa
import numpy as np

from agents.event import Closure
from agents.surroundings import Surroundings
from sim.clock import day_of
from sim.dimensions import Measure
from sim.errors import InputError
from sim.kernels.closure import announce, enter_phase, exit_staff, give_notice, reopen
from sim.ledger import Item, Payer
from sim.rng import Purpose, uniforms

NO_PHASE, RUMOUR, NEGOTIATIONS, NOTICE = range(4)


class ClosingEmployer(mesa.Agent):
    """An employer that closes: announces, gives notice, lets its staff go in stages, and may take up jobs again.

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

    @property
    def happens(self) -> bool:
        """Whether it happens in this replication: the same draw in every arm, and prevention thins it."""
        plan, area = self.plan, self.area
        day = max(0, min(day_of(plan.announced, area.specification.start_date), area.specification.days - 1))
        prevented = area.timetable.value("structural.prevention_share", day)
        uid = area.world.arrays.employers[self.row].uid
        u = uniforms(area.world.control.seed, int(Purpose.CLOSURE_HAPPENS), np.array([uid]), np.zeros(1, np.int64), 0)
        return bool(u[0] < plan.probability * (1.0 - float(np.max(prevented))))

    def register(self) -> None:
        """Put what is to happen on the clock."""
        plan = self.plan
        self._at(plan.first, "0 prevention", self.prevent)
        if not self.happens:
            return
        if plan.rumour is not None:
            self._at(plan.rumour, "1 rumour", self.spread_rumour)
        self._at(plan.announced, "2 announced", self.announce)
        self._at(plan.notice, "3 notice", self.give_notice)
        for stage, (moment, _) in enumerate(plan.exits):
            self._at(moment, f"4 exit {stage:02d}", partial(self.let_go, stage))
        if plan.by_tenure:
            self._at(plan.last_days[-1], "4 exit of all", self.let_all_go)
        if plan.restart is not None:
            self._at(plan.restart, "5 restart", self.restart)

    def _at(self, moment: date, what: str, action: Callable[[], object]) -> None:
        """Put something on the clock; what comes after the horizon is left out."""
        specification = self.area.specification
        day = day_of(moment, specification.start_date)
        if day < specification.days:
            self.area.clock.at(day, f"4 closure {self.plan.name} {what}", action)

    @property
    def staff(self) -> float:
        """People whose job is here, persons."""
        return float(self.area.world.arrays.employers[self.row].filled) / self.area.scale

    def prevent(self) -> None:
        """Charge the joint retraining of staff still employed, where a policy has it: the employer pays its part, the
        employment area the rest. It costs the same whether or not it saves the jobs.
        """
        arrays = self.area.world.arrays
        p = arrays.parameters[0]
        if float(p.structural.prevention_share) > 0.0:
            joint = int(Measure.JOINT_TRAINING)
            eur = float(p.measures.price_month_eur[joint] * p.measures.mean_months[joint]) * self._jobs()
            mine = float(p.structural.prevention_employer_share)
            arrays.ledger[Item.MEASURES, Payer.EMPLOYER, self.area.world.n_places] += eur * mine
            arrays.ledger[Item.MEASURES, Payer.MUNICIPALITY, self.area.world.n_places] += eur * (1.0 - mine)

    def spread_rumour(self) -> None:
        """Let staff fear for their jobs: nothing is announced yet."""
        enter_phase(self.area.world.handle, self.row, RUMOUR, self._jobs(), self.area.clock.day)

    def announce(self) -> None:
        """Make the closure known: the closing part hires nobody any more, its leavers are not replaced."""
        jobs = self._jobs() if not self._is_whole() else int(self.area.world.arrays.employers[self.row].target)
        self.area.world.arrays.employers.inside_firm_share[self.row] = self.plan.inside_firm_share
        announce(self.area.world.handle, self.row, jobs, self.area.clock.day)
        enter_phase(self.area.world.handle, self.row, NEGOTIATIONS, 0, self.area.clock.day)

    def give_notice(self) -> None:
        """Give notice: from here staff search as people who are going to lose their jobs."""
        today, world = self.area.clock.day, self.area.world
        if self.plan.by_tenure:
            start = self.area.specification.start_date
            last_days = np.array([day_of(day, start) for day in self.plan.last_days], np.int64)
            give_notice(world.handle, self.row, self.cohort, last_days, today)
        enter_phase(world.handle, self.row, NOTICE, 0, today)

    def let_go(self, stage: int) -> int:
        """Let the staff of a dated stage go; at the last stage all who are left of the closing part.

        Early leavers are not replaced, so a stage may find fewer than planned.

        Returns
        -------
        int
            How many left, agents.
        """
        shares = [share for _, share in self.plan.exits]
        if stage == len(shares) - 1:
            return self.let_all_go()
        planned = round(self._jobs() * sum(shares[: stage + 1])) - round(self._jobs() * sum(shares[:stage]))
        return int(exit_staff(self.area.world.handle, self.row, planned, self.cohort, self.area.clock.day))

    def let_all_go(self) -> int:
        """Let everybody go who is left of the closing part; an employer that closes a part goes on with the rest.

        Returns
        -------
        int
            How many left, agents.
        """
        today, world = self.area.clock.day, self.area.world
        planned = int(world.arrays.employers[self.row].to_close)
        gone = int(exit_staff(world.handle, self.row, planned, self.cohort, today))
        if not self._is_whole():
            enter_phase(world.handle, self.row, NO_PHASE, 0, today)
        return gone

    def restart(self) -> None:
        """Take up jobs again: they are posted, and demand may come back here for as many."""
        jobs = round(self.plan.restart_jobs * self.area.scale)
        self.area.world.ensure_room(jobs=jobs)
        reopen(self.area.world.handle, self.row, jobs, self.area.clock.day)

    def _jobs(self) -> int:
        """Jobs that end, agents."""
        return round(self.plan.jobs * self.area.scale)

    def _is_whole(self) -> bool:
        """Whether the employer closes down."""
        return self.plan.jobs >= self.area.region.employer(self.plan.employer).jobs


def _check(plan: Closure) -> None:
    """Refuse dates in the wrong order and shares that do not sum to 1."""
    moments = [plan.first, *plan.moments, plan.restart or plan.moments[-1]]
    if moments != sorted(moments):
        raise InputError(f"shocks.{plan.name}: announced, notice and exits must not go back in time: {moments}")
    total = 1.0 if plan.by_tenure else sum(share for _, share in plan.exits)
    if abs(total - 1.0) > 1e-6:
        raise InputError(f"shocks.{plan.name}: the shares of exits sum to {total:g}, expected 1")
