"""The employment authority: who works in which line and town, where it can be met, and what staff becomes of posts.

Decided once a month, and on the day when posts or places change; the daily work is `sim.kernels.services`.
"""

from __future__ import annotations

from typing import cast

import mesa
import numpy as np
from numpy.typing import NDArray

from agents.placing import move
from agents.specification import PlaceChange, Placing
from agents.surroundings import Surroundings
from agents.working_time import client_minutes_a_month
from sim.clock import date_of
from sim.dimensions import N_PERSON_LINES, WEEKDAYS, Line
from sim.kernels.census import census_clients
from sim.kernels.queue import move_queue

NONE, SERVICE_POINT, OFFICE = 0, 1, 2
KINDS = {"none": NONE, "service_point": SERVICE_POINT, "office": OFFICE}
WEEK = len(WEEKDAYS)


class Authority(mesa.Agent):
    """The authority of the area: staff, its placing, and places. State is in the world (LINE, DESK, PLACE)."""

    def __init__(self, model: mesa.Model) -> None:
        super().__init__(model)
        self.area = cast(Surroundings, model)

    # -- staff ----------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Set up places and staff on the first day: posts filled but for the usual share that is vacant."""
        points = self.area.world.arrays.points
        for place, point in enumerate(self.area.region.service_points):
            self._write_place(place, KINDS[point.kind], point.weekdays, point.period_weeks, point.parent)
        points.phase = np.arange(len(points)) % np.maximum(points.period, 1)
        self._assign_residents()
        p, lines = self._parameters, self.area.world.arrays.lines
        posts = np.asarray(p.services.staff_fte, np.float64)
        leavers = posts * float(p.staff.turnover_per_year) / 12.0
        lead = self._lead_months
        lines.posts = posts
        lines.staffed = np.maximum(posts - leavers * lead, 0.0)
        lines.novices = np.minimum(leavers * float(p.staff.learning_months), lines.staffed)
        lines.called_up = np.asarray(p.staff.called_up_fte, np.float64)
        lines.neighbours = np.asarray(p.staff.lent_by_neighbours_fte, np.float64)
        lines.state = np.asarray(p.staff.lent_by_state_fte, np.float64)
        lines.redeployed, lines.on_site = 0.0, 0.0
        lines.arriving[:, :] = 0.0
        lines.arriving[:, :lead] = leavers[:, None]
        census_clients(self.area.world.handle, 0)
        self.place_staff()

    def plan_month(self) -> None:
        """Let staff come, go and learn; recruit for vacant posts; place the staff by need."""
        p, lines = self._parameters, self.area.world.arrays.lines
        left = lines.staffed * float(p.staff.turnover_per_year) / 12.0
        with np.errstate(divide="ignore", invalid="ignore"):
            novice_share = np.where(lines.staffed > 0.0, lines.novices / lines.staffed, 0.0)
        learned = lines.novices / max(float(p.staff.learning_months), 1.0)
        vacant = lines.posts - (lines.staffed - left) - lines.arriving.sum(axis=1)
        lines.arriving[:, self._lead_months] += np.maximum(vacant, 0.0)  # before the months move on: today's are 0 away
        came = lines.arriving[:, 0].copy()
        lines.arriving[:, :-1] = lines.arriving[:, 1:]
        lines.arriving[:, -1] = 0.0
        lines.staffed = np.maximum(lines.staffed - left, 0.0) + came
        lines.novices = np.clip(lines.novices - left * novice_share - learned, 0.0, None) + came
        self._reassess_offices()
        self.place_staff()
        self._count_duplicates()

    def change_posts(self) -> None:
        """Follow a change of posts: staff is redeployed from lines that shrink to lines that grow, as far as it goes.

        What is left over leaves at once; what is missing is recruited, with its lead time.
        """
        p, lines = self._parameters, self.area.world.arrays.lines
        posts = np.asarray(p.services.staff_fte, np.float64)
        change = posts - lines.posts
        more, less = np.maximum(change, 0.0), np.maximum(-change, 0.0)
        moved = min(more.sum(), less.sum())
        gone = np.minimum(less, lines.staffed)
        with np.errstate(divide="ignore", invalid="ignore"):
            kept = np.where(lines.staffed > 0.0, (lines.staffed - gone) / lines.staffed, 0.0)
        lines.novices *= kept
        lines.staffed -= gone
        lines.arriving[less > 0.0] *= kept[less > 0.0, None]
        if moved > 0.0 and gone.sum() > 0.0:
            comes = more * min(moved, gone.sum()) / more.sum()
            lines.redeployed += comes - gone * comes.sum() / gone.sum()
            lines.staffed += comes
            lines.novices += comes * float(p.staff.redeployed_novice_share)
        lines.posts = posts
        vacant = np.where(more > 0.0, posts - lines.staffed - lines.arriving.sum(axis=1), 0.0)
        lines.arriving[:, self._lead_months] += np.maximum(vacant, 0.0)
        self.place_staff()

    @property
    def effective_fte(self) -> NDArray[np.float64]:
        """Staff by line at desks, novices counted by what they get done, FTE, shape (7,).

        Who is called up or lent knows the work; who is on site is not at the desks.
        """
        lines, p = self.area.world.arrays.lines, self._parameters
        loss = 1.0 - float(p.staff.novice_productivity)
        fte = lines.staffed - lines.novices * loss + lines.called_up + lines.neighbours + lines.state - lines.on_site
        return np.maximum(np.asarray(fte, np.float64), 0.0)

    def call_up(self) -> None:
        """Let the people who are called up or lent begin, or leave, today: of a reserve, neighbours, the state."""
        lines, staff = self.area.world.arrays.lines, self._parameters.staff
        lines.called_up = np.asarray(staff.called_up_fte, np.float64)
        lines.neighbours = np.asarray(staff.lent_by_neighbours_fte, np.float64)
        lines.state = np.asarray(staff.lent_by_state_fte, np.float64)
        self.place_staff()

    # -- placing --------------------------------------------------------------------------------------

    def place_staff(self) -> None:
        """Place each line's staff over the municipalities by its clients there, and give desks their advisers.

        A share stays in the host municipality whatever the need, by wish; the part of the work that is done
        remotely is done from offices. Then orders move staff between towns. Municipal staff works at the desks of
        its own municipality as far as authority has been transferred. Desks with too little staff of a line are
        joined to those of their office.
        """
        world, p = self.area.world, self._parameters
        arrays, n_places = world.arrays, len(world.arrays.points)
        clients = np.array(arrays.desks.clients).reshape(N_PERSON_LINES, n_places)
        points = arrays.points
        offices = points.parent.astype(np.int64)
        everybody = clients.sum(axis=0)
        fte = np.zeros((N_PERSON_LINES, n_places))
        remote, wish = np.asarray(p.places.remote_share, np.float64), float(p.staff.wish_share)
        effective = self.effective_fte
        for line in range(N_PERSON_LINES):
            later = clients[line].astype(np.float64)
            at_office = np.bincount(offices, later, minlength=n_places)
            need = (1.0 - remote[line]) * later + remote[line] * at_office
            if line == Line.BROKERAGE:  # first interviews are face to face and follow all who become unemployed
                need += float(p.staff.first_interview_weight) * everybody
            need += float(p.staff.queue_weight) * arrays.desks.waiting[line * n_places : (line + 1) * n_places]
            need = np.bincount(points.serves, need, minlength=n_places)  # a closed place's people are served elsewhere
            total = need.sum()
            share = need / total if total > 0.0 else np.eye(n_places)[self.area.region.host]
            share = (1.0 - wish) * share
            share[self.area.region.host] += wish
            fte[line] = effective[line] * share
        orders = self._orders()
        if orders:
            fte = self._move(fte, orders)
        own = np.array([point.municipal_fte for point in self.area.region.service_points])
        transferred = float(p.municipal.authority_transferred)
        helping = own * transferred * float(p.municipal.statutory_share)
        work = everybody / max(float(everybody.sum()), 1.0)
        for line in (Line.BROKERAGE, Line.MULTI_SECTOR):
            fte[line] += 0.5 * helping * (work > 0.0)
        small = fte < float(p.staff.least_desk_fte)
        for line, place in np.argwhere(small & (offices != np.arange(n_places))[None, :]):
            fte[line, offices[place]] += fte[line, place]
            fte[line, place] = 0.0
        self._staff_desks(fte)
        self._reserve_time(np.array(arrays.points.others))

    def _orders(self) -> list[Placing]:
        """Orders that are in force today."""
        specification = self.area.specification
        if not specification.placing:
            return []
        today = date_of(self.area.clock.day, specification.start_date)
        return [order for order in specification.placing if order.holds(today)]

    def _move(self, fte: NDArray[np.float64], orders: list[Placing]) -> NDArray[np.float64]:
        """Move staff between towns by order, and count what was to move and what did."""
        moved = move(fte, orders, self.area.world.arrays.points.serves.astype(np.int64))
        told = self.area.built.setdefault("placing", {"times": 0.0, "ordered": 0.0, "moved": 0.0})
        told["times"] += 1.0
        told["ordered"] += moved.ordered
        told["moved"] += moved.moved
        return moved.fte

    def _staff_desks(self, fte: NDArray[np.float64]) -> None:
        """Give each desk its advisers on an opening day: a week's work of the desk is done on its opening days."""
        world = self.area.world
        arrays = world.arrays
        desks, points = arrays.desks, arrays.points
        n_places = len(points)
        p = self._parameters
        workday = float(p.services.workday_minutes)
        old, before = arrays.servers, list(zip(desks.first_server.tolist(), desks.n_servers.tolist(), strict=True))
        open_days = np.array([int(mask).bit_count() for mask in points.weekdays.tolist()])
        days = open_days / np.maximum(points.period, 1)
        away = arrays.distance[points.parent.astype(np.int64), np.arange(n_places)]
        away = np.where(points.parent == np.arange(n_places), 0.0, away)
        minutes = 2.0 * away / float(p.staff.travel_km_per_hour) * 60.0
        travel = np.minimum(minutes / workday, float(p.staff.most_travel_share))
        with np.errstate(divide="ignore", invalid="ignore"):
            on_a_day = np.where(days > 0.0, fte * self.area.scale * WEEK / days, 0.0)
        number = np.ceil(np.round(on_a_day, 9)).astype(np.int64).ravel()
        first = np.concatenate([[0], np.cumsum(number)])
        if first[-1] > len(old):
            world.replace(servers=np.zeros(2 * int(first[-1])))
            arrays = world.arrays
        servers = arrays.servers
        old = old.copy()
        servers[:] = 0.0
        for desk, (begin, n) in enumerate(before):
            kept = min(n, int(number[desk]))
            servers[first[desk] : first[desk] + kept] = np.sort(old[begin : begin + n])[::-1][:kept]
        desks.fte, desks.n_servers, desks.first_server = fte.ravel(), number, first[:-1]
        pace = np.divide(on_a_day.ravel(), number, out=np.zeros(len(number)), where=number > 0)
        desks.pace = pace * np.tile(1.0 - travel, N_PERSON_LINES)
        for desk in np.flatnonzero((desks.waiting > 0) & (desks.n_servers == 0)).tolist():
            line, place = divmod(desk, n_places)
            row = slice(line * n_places, (line + 1) * n_places)
            staffed = np.flatnonzero(desks.n_servers[row] > 0)
            if len(staffed):
                parent = int(points.parent[place])
                other = parent if parent in staffed else int(staffed[0])
                move_queue(world.handle, desk, line * n_places + other)

    def _reserve_time(self, others: NDArray[np.int64]) -> None:
        """Set aside brokerage's time for registered jobseekers who are not simulated one by one."""
        p, lines = self._parameters, self.area.world.arrays.lines
        fte = float(self.effective_fte[Line.BROKERAGE]) * self.area.scale
        offered = fte * client_minutes_a_month(p)
        wanted = float(others.sum()) * float(p.services.other_contacts_per_month * p.services.other_contact_minutes)
        lines.reserved = 0.0
        if offered > 0.0:
            lines.reserved[Line.BROKERAGE] = min(wanted / offered, float(p.services.other_most_share))

    def _count_duplicates(self) -> None:
        """Count the month's time of municipal staff that repeats what the area does."""
        p = self._parameters
        own = sum(point.municipal_fte for point in self.area.region.service_points)
        share = float(p.municipal.duplicated_share) * (1.0 - float(p.municipal.authority_transferred))
        self.area.world.arrays.lines.duplicated[Line.BROKERAGE] = own * client_minutes_a_month(p) * share

    # -- places ---------------------------------------------------------------------------------------

    def change_place(self, change: PlaceChange) -> None:
        """Open, move or close a place; people who wait there wait where they are served from now on."""
        arrays = self.area.world.arrays
        kind = KINDS[change.kind]
        weekdays, period, parent = change.weekdays, change.period_weeks, int(arrays.points.parent[change.place])
        if kind == OFFICE:
            parent = change.place
        elif parent == change.place:
            parent = self._nearest_office(change.place)
        self._write_place(change.place, kind, weekdays, period, parent)
        for place in range(len(arrays.points)):
            if arrays.points.kind[int(arrays.points.parent[place])] != OFFICE:
                arrays.points.parent[place] = self._nearest_office(place)
        self._assign_residents()
        self.place_staff()

    def _write_place(self, place: int, kind: int, weekdays: tuple[int, ...], period: int, parent: int) -> None:
        point = self.area.world.arrays.points[place]
        point.kind, point.period, point.parent = kind, max(period, 1), parent
        point.weekdays = sum(1 << day for day in weekdays) if kind != NONE else 0

    def _assign_residents(self) -> None:
        """Let residents be served in their own municipality, or else in the nearest one that serves."""
        arrays = self.area.world.arrays
        for place, point in enumerate(arrays.points):
            if point.kind != NONE:
                arrays.points.serves[place] = place
            else:
                away = np.where(arrays.points.kind != NONE, arrays.distance[place, : len(arrays.points)], np.inf)
                arrays.points.serves[place] = int(np.argmin(away))

    def _nearest_office(self, place: int) -> int:
        points = self.area.world.arrays.points
        away = np.where(points.kind == OFFICE, self.area.world.arrays.distance[place, : len(points)], np.inf)
        away[place] = np.inf
        return int(np.argmin(away)) if np.isfinite(away).any() else self.area.region.host

    def _reassess_offices(self) -> None:
        """Once in a re-assessment period: an office where the need is large enough, if the rule says must."""
        p, arrays = self._parameters, self.area.world.arrays
        if float(p.places.office_rule) < 0.5:
            return
        month = int(arrays.days[self.area.clock.day].month_index)
        if month == 0 or month % max(int(p.places.reassessment_months), 1):
            return
        n_places = len(arrays.points)
        need = arrays.desks.fte.reshape(N_PERSON_LINES, n_places).sum(axis=0)
        for place in range(n_places):
            is_large = need[place] >= float(p.places.office_least_fte)
            if is_large and arrays.points.kind[place] != OFFICE:
                self._write_place(place, OFFICE, tuple(range(WEEK)), 1, place)
            elif not is_large and arrays.points.kind[place] == OFFICE and place != self.area.region.host:
                self._write_place(place, SERVICE_POINT, (place % WEEK,), 1, self._nearest_office(place))
        self._assign_residents()

    @property
    def _parameters(self) -> np.record:
        return cast(np.record, self.area.world.arrays.parameters[0])

    @property
    def _lead_months(self) -> int:
        return int(np.clip(round(float(self._parameters.staff.hiring_lead_months)), 0, 23))

