"""The employment authority in the ordinary Mesa model: places, desks with their queues and advisers, staff.

The rules are those of `sim.kernels.places` and `services`, `agents.authority` and
`agents.service_lines.employer_services`, written once more.
"""

from __future__ import annotations

import heapq
import math
from typing import TYPE_CHECKING, Any

import mesa

from agents.region import Region
from benchmarks.mesa_services import (
    BROKERAGE,
    EMPLOYER_SERVICES,
    FIRST_INTERVIEW,
    FOLLOW_UP,
    IN_MEASURE,
    INTEGRATION,
    JOINT_MEETING,
    LONGEST_LOOK_AHEAD_DAYS,
    MULTI_SECTOR,
    UNEMPLOYED,
    WEEK,
    Client,
    client_minutes_a_month,
)
from sim.dimensions import DAYS_PER_MONTH, N_PERSON_LINES

if TYPE_CHECKING:
    from benchmarks.mesa_model import AreaModel


class Place:
    """A municipality: whether the authority has an office or service point there, and when it is open."""

    def __init__(self, number: int, is_open_at_all: bool, weekdays: tuple[int, ...], period: int, parent: int) -> None:
        self.number = number
        self.is_open_at_all = is_open_at_all
        self.weekdays = weekdays
        self.period = max(period, 1)
        self.phase = number % self.period
        self.parent = parent  # office whose staff visits
        self.serves = number  # where residents are served

    def is_open(self, model: AreaModel, day: int) -> bool:
        """Say whether it is open on a day."""
        is_its_day = model.is_working[day] and model.weekday[day] in self.weekdays
        return bool(is_its_day) and (model.week[day] - self.phase) % self.period == 0

    def days_a_week(self) -> float:
        """Opening days a week, on average."""
        return len(self.weekdays) / self.period


class Desk(mesa.Agent):
    """A service line at a place: a queue by due day, and advisers, each with minutes borrowed from the next day."""

    def __init__(self, model: AreaModel, line: int, place: Place) -> None:
        super().__init__(model)
        self.line = line
        self.place = place
        self.queue: list[tuple[int, float, int, int, Client]] = []
        self.waiting = 0
        self.fte = 0.0
        self.advisers: list[float] = []
        self.pace = 0.0  # share of a day that each adviser works here

    def push(self, client: Client, due: int) -> None:
        """Let somebody queue."""
        model = self.model
        model.tickets += 1
        client.ticket = model.tickets
        client.desk = self
        self.waiting += 1
        heapq.heappush(self.queue, (due, self.random.random(), client.ticket, model.today, client))

    def has_time(self, due: int) -> bool:
        """Say whether it can serve one more first interview by a day, beside everybody who waits."""
        model = self.model
        last = min(due, model.today + LONGEST_LOOK_AHEAD_DAYS)
        days = sum(self.place.is_open(model, day) for day in range(model.today, last + 1))
        offered = days * len(self.advisers) * self.pace * model.authority.minutes_a_day(self.line)
        return days > 0 and (self.waiting + 1) * model.p.services.first_interview_minutes <= offered

    def step(self) -> None:
        """Work for a day: the most urgent first, each with the adviser who is free first."""
        if not self.advisers:
            return
        full = self.model.authority.minutes_a_day(self.line) * self.pace
        while self.queue:
            adviser = self.advisers.index(min(self.advisers))
            if self.advisers[adviser] >= full:
                break
            _, _, ticket, joined, client = heapq.heappop(self.queue)
            if client.ticket == ticket:
                client.leave_queue()
                self.advisers[adviser] += self.serve(client, joined)
        self.advisers = [max(minutes - full, 0.0) for minutes in self.advisers]

    def language_factor(self, client: Client) -> float:
        """Interpreted talks take longer, all others so much less that the usual mix takes what is declared."""
        s = self.model.p.services
        if self.line == INTEGRATION:
            return 1.0
        usual = 1.0 + (s.interpreted_minutes_factor - 1.0) * s.interpreted_usual_share
        interpreted = client.person.background.language_level < s.interpreted_below_level
        return float((s.interpreted_minutes_factor if interpreted else 1.0) / usual)

    def serve(self, client: Client, joined: int) -> float:
        """Meet a client, or not; say how many minutes that takes."""
        model = self.model
        p, today = model.p, model.today
        s = p.services
        kind = client.kind_of_talk(self.line)
        attends = self.random.random() >= self.no_show_chance(client)
        if attends and kind == JOINT_MEETING and min(model.authority.partners_left) <= 0.0:
            kind = FOLLOW_UP  # the adviser talks alone
        mean = (s.first_interview_minutes, s.follow_up_minutes[self.line], s.joint_meeting_minutes)[kind]
        mean *= self.language_factor(client)
        minutes = mean * (1.0 - s.minutes_variation + s.minutes_variation * self.random.expovariate(1.0))
        if not attends:
            client.appointment = today + int(s.rebook_days)
            return float(minutes * s.no_show_time_share)
        if kind == JOINT_MEETING:
            model.authority.take_partners(minutes)
        model.contacts += 1
        if kind == FIRST_INTERVIEW:
            begun = client.person.registered_since
            assert begun is not None
            waited = model.working_number[today] - model.working_number[begun]
            model.interviews += 1
            model.interviews_in_time += waited <= p.rules.first_interview_working_days
        else:
            model.talks_late += today - joined > p.rules.late_after_days
        return float(minutes + client.meet(self.line, kind, today))

    def no_show_chance(self, client: Client) -> float:
        """Probability that a client does not come."""
        p, home = self.model.p, client.person.home
        if client.is_remote(self.line, self.model.today):
            return float(p.services.no_show_share * p.places.remote_no_show_multiplier)
        way = 0.0 if home == self.place.number else self.model.distance[home][self.place.number]
        return min(0.9, p.services.no_show_share + p.places.no_show_per_km * way)


class Staff:
    """Posts and people of a line, FTE: who has arrived, who learns, who is to come."""

    def __init__(self, posts: float, s: Any) -> None:
        leavers = posts * s.turnover_per_year / 12.0
        self.lead = max(0, min(round(s.hiring_lead_months), 23))
        self.posts = posts
        self.staffed = max(posts - leavers * self.lead, 0.0)
        self.novices = min(leavers * s.learning_months, self.staffed)
        self.arriving = [leavers] * self.lead  # next month first

    def plan_month(self, s: Any) -> None:
        """Let staff come, go and learn; recruit for the posts that are vacant."""
        left = self.staffed * s.turnover_per_year / 12.0
        gone = left * self.novices / self.staffed if self.staffed > 0.0 else 0.0
        learned = self.novices / max(s.learning_months, 1.0)
        vacant = self.posts - (self.staffed - left) - sum(self.arriving)
        self.arriving.append(max(vacant, 0.0))  # a lead time from now, since as many months are on their way
        came = self.arriving.pop(0)
        self.staffed = max(self.staffed - left, 0.0) + came
        self.novices = max(self.novices - gone - learned, 0.0) + came

    def effective(self, s: Any) -> float:
        """Count novices by what they get done."""
        return max(self.staffed - self.novices * (1.0 - s.novice_productivity), 0.0)


class Authority(mesa.Agent):
    """The authority: its places, desks, staff and partners. Offices are not re-assessed and posts do not change."""

    def __init__(self, model: AreaModel, region: Region) -> None:
        super().__init__(model)
        p = model.p
        self.host = region.host
        self.municipal_fte = [point.municipal_fte for point in region.service_points]
        self.places = [
            Place(k, point.kind != "none", point.weekdays, point.period_weeks, point.parent)
            for k, point in enumerate(region.service_points)
        ]
        for place in self.places:
            if not place.is_open_at_all:
                away = model.distance[place.number]
                place.serves = min((q.number for q in self.places if q.is_open_at_all), key=lambda k: away[k])
        self.desks = [[Desk(model, line, place) for place in self.places] for line in range(N_PERSON_LINES)]
        self.staff = [Staff(float(posts), p.staff) for posts in p.services.staff_fte]
        self.partners_left = [0.0 for _ in p.partners.fte]
        self.reserved = 0.0  # share of brokerage's time for registered jobseekers who are not unemployed

    def plan_month(self) -> None:
        """Renew the staff and place it."""
        for staff in self.staff:
            staff.plan_month(self.model.p.staff)
        self.place_staff()

    def step(self) -> None:
        """Work for a day."""
        model = self.model
        for k, fte in enumerate(model.p.partners.fte):
            minutes = fte * self.minutes_a_day(MULTI_SECTOR) * model.scale
            self.partners_left[k] = min(self.partners_left[k], 0.0) + minutes
        for desks in self.desks:
            for desk in desks:
                if desk.place.is_open(model, model.today):
                    desk.step()

    def take_partners(self, minutes: float) -> None:
        """Take every partner's time for a joint meeting."""
        self.partners_left = [left - minutes for left in self.partners_left]

    def minutes_a_day(self, line: int) -> float:
        """Minutes for clients that a full-time adviser has on a day."""
        s = self.model.p.services
        reserved = self.reserved if line == BROKERAGE else 0.0
        return float(s.workday_minutes * s.present_share * s.client_time_share * (1.0 - reserved))

    # -- where somebody is served -----------------------------------------------------------------

    def staffed_desk(self, line: int, place: int) -> Desk:
        """Find the desk of a line at a place, at the office that visits it, or wherever the line has staff."""
        desks = self.desks[line]
        for k in (place, self.places[place].parent, *range(len(desks))):
            if desks[k].advisers:
                return desks[k]
        return desks[place]

    def desk_for(self, client: Client, due: int) -> Desk:
        """Choose the desk: remote talks at the office, a first interview where there is time before its deadline."""
        place = self.places[client.person.home].serves
        desk = self.staffed_desk(client.line, place)
        office = self.staffed_desk(client.line, self.places[place].parent)
        if client.is_remote(client.line, self.model.today):
            return office
        if client.contacts == 0 and not desk.has_time(due) and office.has_time(due):
            return office
        return desk

    # -- where the staff works --------------------------------------------------------------------

    def place_staff(self) -> None:
        """Place each line's staff by its clients, and give desks their advisers."""
        model = self.model
        p = model.p
        clients = [[0 for _ in self.places] for _ in self.desks]
        others = 0
        for person in model.persons:
            if person.state == UNEMPLOYED or person.state in IN_MEASURE:
                clients[person.client.line][self.places[person.home].serves] += 1
            elif person.home < model.outside:
                others += person.is_registered(model.today)
        everybody = [sum(column) for column in zip(*clients, strict=True)]
        helping = p.municipal.authority_transferred * p.municipal.statutory_share
        for line, desks in enumerate(self.desks):
            remote = p.places.remote_share[line]
            need = [(1.0 - remote) * n for n in clients[line]]
            for place, n in zip(self.places, clients[line], strict=True):
                need[place.parent] += remote * n
            for k, desk in enumerate(desks):
                if line == BROKERAGE:
                    need[k] += p.staff.first_interview_weight * everybody[k]
                need[k] += p.staff.queue_weight * desk.waiting
            total, effective, wish = sum(need), self.staff[line].effective(p.staff), p.staff.wish_share
            for k, desk in enumerate(desks):
                share = need[k] / total if total > 0.0 else float(k == self.host)
                desk.fte = effective * ((1.0 - wish) * share + wish * (k == self.host))
                if line in (BROKERAGE, MULTI_SECTOR) and everybody[k] > 0:
                    desk.fte += 0.5 * helping * self.municipal_fte[k]
            for k, desk in enumerate(desks):
                parent = self.places[k].parent
                if desk.fte < p.staff.least_desk_fte and parent != k:
                    desks[parent].fte += desk.fte
                    desk.fte = 0.0
            for desk in desks:
                self.give_advisers(desk)
        for desk in (desk for desks in self.desks for desk in desks):
            if desk.waiting > 0 and not desk.advisers:
                self.move_queue(desk, self.staffed_desk(desk.line, desk.place.number))
        self.reserve_time(others)

    def give_advisers(self, desk: Desk) -> None:
        """Give a desk its advisers on an opening day; who had borrowed most minutes stays."""
        model, place = self.model, desk.place
        days = place.days_a_week()
        on_a_day = desk.fte * model.scale * WEEK / days if days > 0.0 else 0.0
        number = math.ceil(round(on_a_day, 9))
        away = 0.0 if place.parent == place.number else model.distance[place.parent][place.number]
        travel = 2.0 * away / model.p.staff.travel_km_per_hour * 60.0 / model.p.services.workday_minutes
        desk.pace = on_a_day / number * (1.0 - min(travel, model.p.staff.most_travel_share)) if number > 0 else 0.0
        kept = sorted(desk.advisers, reverse=True)[:number]
        desk.advisers = kept + [0.0] * (number - len(kept))

    def move_queue(self, desk: Desk, other: Desk) -> None:
        """Let everybody who waits at a desk wait at another one."""
        if other is desk:
            return
        for place in desk.queue:
            client = place[-1]
            if client.desk is desk and client.ticket == place[2]:
                client.desk = other
                heapq.heappush(other.queue, place)
        other.waiting += desk.waiting
        desk.waiting, desk.queue = 0, []

    def reserve_time(self, others: int) -> None:
        """Set aside brokerage's time for registered jobseekers who are not unemployed."""
        p = self.model.p
        s = p.services
        offered = self.staff[BROKERAGE].effective(p.staff) * self.model.scale * client_minutes_a_month(p)
        wanted = others * s.other_contacts_per_month * s.other_contact_minutes
        self.reserved = min(wanted / offered, s.other_most_share) if offered > 0.0 else 0.0

    def visit_employers(self) -> None:
        """Visit employers whom no visit acts on now, larger ones sooner."""
        model, p = self.model, self.model.p
        minutes = client_minutes_a_month(p) * self.staff[EMPLOYER_SERVICES].staffed * model.scale
        free = [e for e in model.employers if e.place < model.outside and e.target > 0]
        free = [e for e in free if e.visited_until <= model.today]
        draws = [self.random.expovariate(math.sqrt(e.target)) for e in free]
        first = sorted(range(len(free)), key=lambda k: draws[k])
        for k in first[: int(minutes / p.employer_services.visit_minutes)]:
            free[k].be_visited(model.today + int(p.employer_services.visit_effect_months * DAYS_PER_MONTH))
