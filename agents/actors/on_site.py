"""Advisers at a workplace whose staff is under notice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import mesa

from agents.actors.closing import NOTICE, ClosingEmployer
from agents.authority import Authority
from agents.surroundings import Surroundings
from agents.working_time import client_minutes_a_month
from sim.clock import day_of
from sim.dimensions import WORKING_DAYS_PER_MONTH, Line
from sim.kernels.on_site import meet_on_site

WEEK_DAYS, WORKING_DAYS = 7, 5


class OnSiteService(mesa.Agent):
    """Service on site: `services.on_site_fte` of brokerage, as long as there is somebody to be met.

    The staff is at the workplaces and not at brokerage's desks; who is there now stands in the line's row.

    Attributes
    ----------
    authority
        Places the staff that is at the desks.
    closing
        The employers that close.
    """

    def __init__(self, model: mesa.Model, authority: Authority, closing: Sequence[ClosingEmployer]) -> None:
        super().__init__(model)
        self.area = cast(Surroundings, model)
        self.authority = authority
        self.closing = list(closing)

    def register(self) -> None:
        """Put a day of work a week on the clock, from the first notice to the last exit."""
        start = self.area.specification.start_date
        days: set[int] = set()
        for employer in self.closing:
            if not employer.happens:
                continue
            notice, last = (day_of(moment, start) for moment in (employer.plan.notice, employer.plan.moments[-1]))
            days |= set(range(notice + 1, last + WEEK_DAYS + 1, WEEK_DAYS))
        for day in sorted(day for day in days if day < self.area.specification.days):
            self.area.clock.at(day, "5 on site", self.work)

    def work(self) -> None:
        """Meet the staff of those employers that have given notice, the time shared alike among them."""
        world, p = self.area.world, self.area.world.arrays.parameters[0]
        fte = float(p.services.on_site_fte)
        row = world.arrays.lines[Line.BROKERAGE]
        left = 0
        if fte > 0.0:
            rows = [e.row for e in self.closing if world.arrays.employers[e.row].phase == NOTICE]
            week = client_minutes_a_month(p) / WORKING_DAYS_PER_MONTH * WORKING_DAYS
            for employer in rows:
                world.ensure_room(people=int(world.arrays.employers[employer].filled))
                _, unmet = meet_on_site(
                    world.handle, employer, fte * week * self.area.scale / len(rows), self.area.clock.day
                )
                left += int(unmet)
        now = fte if left > 0 else 0.0
        if now != float(row.on_site):
            row.on_site = now
            self.authority.place_staff()
