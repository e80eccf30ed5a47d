"""The employment area as an ordinary Mesa model: one object a person, employer and vacancy.

The rules are the engine's (`sim.kernels`), written the way a user of Mesa writes them: everybody takes a
step every day, chance is drawn on the spot, vacancies stand in lists that a searcher looks through. It
starts from a world that `agents.synthetic.build_world` has made and has its own random numbers, so that
whatever the engine's calendar, candidate days, keyed draws, heaps and compiled code might do wrong shows
up as a difference. Nothing here is used by the product.

It is no straw man: vacancies are kept by occupation, so that a search costs the vacancies of the trades
that fit and not all of them, appointments and ends of contracts are plain days compared with today.

The area itself is here; people are in `benchmarks.mesa_people`, what some have brought from abroad in
`mesa_background`, newcomers in `mesa_newcomers`, employers and vacancies in `mesa_employers`; of the employment
authority clients are in `mesa_services`, desks and staff in `mesa_authority`, orders in `mesa_purchasing`.

Left out, because neither side does it in a comparison: closures and the recovery of jobs they struck off,
dated changes of parameters, of posts and of places, the re-assessment of offices, a demand index, trials, logs;
recruits of a programme, help for families from abroad, courses for people of one trade, people told of the mobility
grant or housed on weekdays.
Left out, because no one who works or looks for work is touched: benefits and costs, causes of long unemployment,
numbers of children, who move with others, and of people of 75 and over (the engine stops turning 15 when a place
has no children left).
"""

from __future__ import annotations

from itertools import accumulate
from types import SimpleNamespace
from typing import Any

import mesa
import numpy as np

from agents.region import Region
from agents.synthetic.closeness import usual_nearness
from benchmarks.mesa_authority import Authority
from benchmarks.mesa_background import EXPERT
from benchmarks.mesa_employers import Employer, Vacancy
from benchmarks.mesa_newcomers import Newcomers
from benchmarks.mesa_people import (
    CONSCRIPT,
    DISABILITY,
    EMPLOYED,
    FURLOUGHED,
    INACTIVE,
    MEN,
    RETIRED,
    SELF_EMPLOYED,
    STUDENT,
    TERTIARY,
    Person,
)
from benchmarks.mesa_purchasing import Offer, Purchasing
from benchmarks.mesa_services import BROKERAGE, IN_MEASURE, SUBSIDISED, UNEMPLOYED
from sim.dimensions import DAYS_PER_MONTH, DAYS_PER_YEAR, VacancyState
from sim.kernels.calendar import KINDS, SERVICE
from sim.mismatch import mismatch_share
from sim.tables import NOT_YET
from sim.world import World

OUT_OF_LABOUR_FORCE = frozenset({STUDENT, INACTIVE, DISABILITY, RETIRED, CONSCRIPT})
APRIL, JUNE, JULY, AUGUST, OCTOBER, DECEMBER = 3, 5, 6, 7, 9, 11
SPRING_DAYS = 61  # seasonal work begins again in April and May
SHORTEST_TERM_DAYS = 14
CHRISTMAS = 23  # of December: first day without work of terms that end with the year
IDLE_ADDED = 5.0  # unemployed added to those of each trade, so that small trades do not swing
LEAST_PULL, MOST_PULL = 0.1, 10.0  # bounds of what openings do to the choice of a trade


class AreaModel(mesa.Model):
    """The area.

    Parameters
    ----------
    world
        A world as built (`agents.area.build`), day 0; it is read and not changed.
    region
        Its region.
    seed
        Seed of the model's own random numbers.
    """

    def __init__(self, world: World, region: Region, seed: int) -> None:
        super().__init__(rng=seed)
        a = world.arrays
        self.p = _plain(a.parameters[0])
        self.scale = float(world.control.scale)
        self.today = 0
        self.level = 1.0  # of employers' targets against the start, by their trend
        self.hires = 0  # of residents, or to jobs in the area, since the start
        self.study_departures = 0
        self.tickets = 0
        self.contacts = self.talks_late = 0  # talks held, and of these later than tolerated
        self.interviews = self.interviews_in_time = 0
        self.outside = region.outside
        self.is_working = a.days.is_working.tolist()
        self.month = a.days.month.tolist()
        self.month_index = a.days.month_index.tolist()
        self.day_of_month = a.days.day_of_month.tolist()
        self.weekday, self.week = a.days.weekday.tolist(), a.days.week.tolist()
        self.working_number = a.days.working_number.tolist()
        self.searches = [0 for _ in range(self.month_index[-1] + 1)]  # begun in each month
        self.paths = [0 for _ in self.searches]  # of these with a path in time
        self.turnover = a.sections.turnover.tolist()
        self.is_public = a.sections.is_public.tolist()
        self.fixed_term_share = a.sections.fixed_term_share.tolist()
        self.furlough_per_month = a.sections.furlough_per_month.tolist()
        m = region.outside
        self.distance = np.hstack([region.distance_km[:m, :m], region.neighbour_km]).tolist()  # from homes to any place
        n = region.n_places  # layers of those with a car and of those without; no policy has others
        self.near, self.near_remote = ([x[n : 2 * n].tolist(), x[:n].tolist()] for x in (a.near, a.near_remote))
        for near in (self.near, self.near_remote):
            near[False][region.outside :] = near[True][region.outside :]
        self.usual = usual_nearness(region, a.parameters[0]).tolist()
        self.remote_share = [
            self.p.mobility.remote_feasible_share[group] * self.p.mobility.remote_offered_share
            for group in a.major_group
        ]
        self.moves = a.moves.tolist()  # a year, by home and destination, of who counts 1 by age and state
        self.all_moves = [sum(row) for row in self.moves]
        self.fit = a.fit.tolist()
        self.kin = [[(o, fit) for o, fit in enumerate(row) if fit > 0.0] for row in self.fit]
        self.trades = range(len(self.fit))
        self.section_trades = a.section_occupation.tolist()
        self.trade_share = a.trades.share.tolist()
        self.men_share = a.trades.men_share.tolist()
        self.skill_level = a.trades.skill_level.tolist()
        self.is_licensed = a.trades.is_licensed.tolist()
        self.appeal = a.appeal.tolist()
        self.idle_by_trade = [0 for _ in self.trades]  # at the end of the last month, as the next
        self.choices: list[list[float]] = []  # weights of those who learn a trade: without a degree, with one
        self.deciding: list[Vacancy] = []
        self.open_vacancies: list[list[Vacancy]] = [[] for _ in self.trades]
        self.employers = [
            Employer(self, int(e.place), int(e.section), int(e.target), bool(e.speaks_english)) for e in a.employers
        ]
        inside = [(e, float(r.start_jobs)) for e, r in zip(self.employers, a.employers, strict=True)]
        inside = [(e, jobs) for e, jobs in inside if e.place < self.outside and jobs > 0.0]
        self.employers_inside = [e for e, _ in inside]
        self.employer_shares = list(accumulate(jobs for _, jobs in inside))
        for row in a.vacancies[: int(world.control.n_vacancies)]:
            self._copy_vacancy(row)
        under_way = [
            Offer(int(offer.measure), int(offer.occupation), -1, -1, 0)
            for offer in a.offers[: int(world.control.n_offers)]
        ]
        first_days = _first_appointments(world)
        for row, day in zip(a.persons[: int(world.control.n_persons)], first_days, strict=True):
            person = self._copy_person(row, day)
            if row.course >= 0:
                person.client.offer = under_way[row.course]
        self.half_visible = self._half_visible()
        self.persons = self.agents_by_type[Person]
        self.newcomers = Newcomers(self, a)
        self.count_trades()
        self.authority = Authority(self, region)
        self.authority.place_staff()
        self.purchasing = Purchasing(self, region)
        self.purchasing.begin()
        self.datacollector = mesa.DataCollector(
            model_reporters={
                "unemployed": _unemployed,
                "employed": _employed,
                "registered": _registered,
                "in_measures": _in_measures,
                "subsidised": _subsidised,
                "self_employed": _self_employed,
                "outside_labour_force": _outside_labour_force,
                "immigrants": _immigrants,
                "commuters_out": _commuters_out,
                "mismatch": _mismatch,
                "open_vacancies": _open_vacancies,
                "hires": "hires",
                "study_departures": "study_departures",
                "service_contacts": "contacts",
                "interviews": "interviews",
                "interviews_in_time": "interviews_in_time",
                "talks_late": "talks_late",
            }
        )

    def _copy_vacancy(self, row: Any) -> None:
        vacancy = Vacancy(self, self.employers[row.employer], int(row.occupation))
        vacancy.day = int(row.day)
        vacancy.contract = int(row.contract)
        vacancy.is_part_time, vacancy.is_remote = bool(row.is_part_time), bool(row.is_remote)
        vacancy.is_registered, vacancy.opened = bool(row.is_registered), int(row.opened)
        if row.state == VacancyState.OPEN:
            vacancy.is_open = True
            self.open_vacancies[vacancy.occupation].append(vacancy)

    def _copy_person(self, row: Any, appointment: int) -> Person:
        person = Person(self, int(row.home), int(row.born), int(row.sex), int(row.occupation), int(row.education))
        for name in (
            "qualification", "retires", "state", "contract", "spell", "clock", "ends", "search_ended", "lost_job",
        ):  # fmt: skip
            setattr(person, name, int(row[name]))
        person.since = min(int(row.since), -1)  # the built state did not begin today
        person.employability, person.attachment = float(row.employability), float(row.attachment)
        person.is_part_time, person.has_car = bool(row.is_part_time), bool(row.has_car)
        client = person.client
        for name in ("contacts", "language", "need", "measure", "boost_until", "met"):
            setattr(client, name, int(row[name]))
        for name in ("origin", "language_level", "credential", "permit_until"):
            setattr(person.background, name, int(row[name]))
        client.line = max(int(row.line), BROKERAGE)
        client.is_recognised, client.has_plan = bool(row.is_recognised), bool(row.has_plan)
        client.appointment = appointment
        if row.registered_since > NOT_YET:
            person.registered_since = int(row.registered_since)
            if row.state == UNEMPLOYED and row.contacts == 0:
                client.has_path = False
                self.count_search(0)
        if row.employer >= 0:
            person.employer = self.employers[row.employer]
            person.employer.filled += 1
        return person

    def _half_visible(self) -> list[list[float]]:
        """Weighted vacancies at which half of searches find something, by home and trade: a share of the jobs there."""
        places = range(len(self.usual))
        jobs = [[0.0 for _ in places] for _ in self.trades]
        for person in self.agents_by_type[Person]:
            if person.employer is not None:
                jobs[person.occupation][person.employer.place] += 1.0
        rate = self.p.search.half_visible_rate
        return [
            [rate * sum(fit * near[place] * jobs[o][place] for o, fit in kin for place in places) for kin in self.kin]
            for near in self.usual
        ]

    # -- a day ------------------------------------------------------------------------------------

    def step(self) -> None:
        """Simulate a day."""
        if self.day_of_month[self.today] == 1 or self.today == 0:
            self.count_trades()
            if self.today > 0:
                self.follow_trend()
                self.authority.plan_month()
            self.purchasing.plan_month()
            self.authority.visit_employers()
        if self.day_of_month[self.today] == 1:
            for person in self.persons:
                if person.client.language != 0 and person.home < self.outside:
                    person.background.settle_in()
        self.persons.shuffle_do("step")
        self.newcomers.step()
        self.deciding = []
        self.agents_by_type[Vacancy].do("step")
        if self.is_working[self.today]:
            self.authority.step()
        self.persons.shuffle_do("search")
        self.fill_vacancies()
        self.today += 1
        if self.day_of_month[self.today] == 1:
            self.datacollector.collect(self)

    def follow_trend(self) -> None:
        """Move demand a month along its trend; the newest staff lose the jobs that are left over."""
        before, self.level = self.level, self.level * (1.0 + self.p.jobs.trend_per_year) ** (1.0 / 12.0)
        if self.level == before:
            return
        excess = {}
        for employer in self.employers:
            if employer.place < self.outside:
                number = employer.follow_trend(before, self.level)
                if number > 0:
                    excess[employer] = number
        staff = [person for person in self.persons if person.employer in excess]
        for person in sorted(staff, key=lambda person: -person.since):
            employer = person.employer
            if employer is not None and excess[employer] > 0:
                excess[employer] -= 1
                person.be_made_redundant()

    def count_search(self, day: int) -> None:
        """Count a job search that begins on a day."""
        self.searches[self.month_index[day]] += 1

    def count_path(self, begun: int, today: int) -> None:
        """Count a path found today in a search that began on a day, if that is in time."""
        self.paths[self.month_index[begun]] += today - begun <= self.p.rules.path_days

    def openings(self) -> list[int]:
        """Open vacancies of the area by trade."""
        return [sum(v.place < self.outside for v in vacancies) for vacancies in self.open_vacancies]

    def count_trades(self) -> None:
        """Count what is open and who is idle by trade, and weigh trades for those who are to learn one."""
        openings, scale = self.openings(), self.scale
        self.idle_by_trade = [0 for _ in self.trades]
        for person in self.persons:
            self.idle_by_trade[person.occupation] += person.state == UNEMPLOYED
        idle = self.idle_by_trade
        usual = (sum(openings) + scale) / (sum(idle) + IDLE_ADDED * scale)
        elasticity = self.p.studies.openings_elasticity
        self.choices = [[0.0 for _ in self.trades] for _ in range(2)]
        for trade in self.trades:
            tightness = (openings[trade] + scale) / (idle[trade] + IDLE_ADDED * scale)
            pull = min(max((tightness / usual) ** elasticity, LEAST_PULL), MOST_PULL)
            weight = self.trade_share[trade] * self.appeal[trade] * pull
            self.choices[self.skill_level[trade] >= EXPERT][trade] = weight

    def draw_trade(self, education: int, sex: int | None = None) -> int:
        """Draw the trade that somebody learns: an education open to her, near her sex's custom, and with jobs."""
        weights = self.choices[education == TERTIARY]
        if sex is not None:
            customs = (share if sex == MEN else 1.0 - share for share in self.men_share)
            weights = [weight * custom for weight, custom in zip(weights, customs, strict=True)]
        (trade,) = self.random.choices(self.trades, weights)
        return trade

    def fill_vacancies(self) -> None:
        """Settle the offers of the day by deferred acceptance, then hire."""
        for vacancy in self.deciding:
            vacancy.rank = 0
        for vacancy in self.deciding:
            proposing: Vacancy | None = vacancy
            while proposing is not None:
                proposing = proposing.propose()
        for vacancy in self.deciding:
            vacancy.decide()

    # -- draws ------------------------------------------------------------------------------------

    def contract_end(self) -> int:
        """Draw the end of a fixed term that begins today: an exponential length, but ends come in their season."""
        c = self.p.contracts
        month, last = self.month, len(self.month) - 1
        most = max(c.end_season)
        while True:
            length = self.random.expovariate(1.0) * c.mean_months * DAYS_PER_MONTH
            day = min(last, self.today + SHORTEST_TERM_DAYS + int(length))
            if day == last or self.random.random() * most < c.end_season[month[day]]:
                break
        if self.random.random() < c.month_end_share:
            if month[day] == DECEMBER and self.day_of_month[day] <= CHRISTMAS:
                return min(last, day + CHRISTMAS - self.day_of_month[day])
            day += 1
            while day < last and self.day_of_month[day] != 1:
                day += 1
        return min(last, day)

    def next_season(self, day: int) -> int | None:
        """Find the day on which those are called back whose season ends with a day; None if no season does."""
        date = (self.month[day], self.day_of_month[day])
        if date in ((JUNE, 1), (JULY, 1)):
            wanted = (AUGUST, 11)
        elif date == (DECEMBER, CHRISTMAS):
            wanted = (0, 7)
        else:
            return None
        while day < len(self.month) - 1 and (self.month[day], self.day_of_month[day]) != wanted:
            day += 1
        return day

    def spring_after(self, day: int) -> int | None:
        """Draw the spring day on which seasonal work begins again that ended in autumn; None in other months."""
        if self.month[day] < OCTOBER:
            return None
        last = len(self.month) - 1
        while day < last and self.month[day] != APRIL:
            day += 1
        return min(last, day + int(SPRING_DAYS * self.random.random()))

    def study_end(self) -> int:
        """Draw the first of June on which studies end that begin today."""
        s = self.p.studies
        years = s.shortest_years + s.spread_years * self.random.random()
        day = self.today + int((years - 0.5) * DAYS_PER_YEAR)
        last = len(self.month) - 1
        while day < last and not (self.day_of_month[day] == 1 and self.month[day] == 5):
            day += 1
        return day

    def add_job_somewhere(self, mean_days: float) -> None:
        """Let the demand for a job come back at an employer of the area, drawn by size."""
        (employer,) = self.random.choices(self.employers_inside, cum_weights=self.employer_shares)
        (trade,) = self.random.choices(self.trades, cum_weights=self.section_trades[employer.section])
        employer.add_job(trade, mean_days)

    def retirement_day(self, born: int) -> int:
        """Draw the day of old-age retirement."""
        d = self.p.demography
        first, second = d.retired_in_3_months_share, d.retired_in_1_year_share
        shares = (first, second, d.retired_in_2_years_share, 1.0 - first - second - d.retired_in_2_years_share)
        ((begin, length),) = self.random.choices(((0.0, 0.25), (0.25, 0.75), (1.0, 1.0), (2.0, 7.0)), shares)
        return born + int((d.retirement_age_years + begin + length * self.random.random()) * DAYS_PER_YEAR)

    def day_after_working_days(self, day: int, n: int) -> int:
        """Find the day n working days later."""
        while n > 0 and day < len(self.is_working) - 1:
            day += 1
            n -= self.is_working[day]
        return day


def _first_appointments(world: World) -> list[int]:
    """Day of each person's first appointment, as the built world has it; -1 for none within the horizon."""
    n = int(world.control.n_persons)
    days: list[int] = world.arrays.nodes.day[: n * KINDS].reshape(n, KINDS)[:, SERVICE].tolist()
    return days


def _plain(record: Any) -> Any:
    """Turn a parameter record into plain attributes: mechanisms, numbers, lists by dimension."""
    if getattr(record.dtype, "names", None):
        return SimpleNamespace(**{name: _plain(record[name]) for name in record.dtype.names})
    return record.tolist()


def _unemployed(model: AreaModel) -> int:
    return sum(person.state in (UNEMPLOYED, FURLOUGHED) for person in model.persons)


def _employed(model: AreaModel) -> int:
    works = (EMPLOYED, SELF_EMPLOYED)
    return sum(person.state in works and person.home < model.outside for person in model.persons)


def _registered(model: AreaModel) -> int:
    last_day = model.today - 1
    return sum(person.is_registered(last_day) and person.home < model.outside for person in model.persons)


def _in_measures(model: AreaModel) -> int:
    return sum(person.state in IN_MEASURE for person in model.persons)


def _subsidised(model: AreaModel) -> int:
    return sum(person.state == SUBSIDISED for person in model.persons)


def _self_employed(model: AreaModel) -> int:
    return sum(person.state == SELF_EMPLOYED for person in model.persons)


def _outside_labour_force(model: AreaModel) -> int:
    return sum(person.state in OUT_OF_LABOUR_FORCE for person in model.persons)


def _immigrants(model: AreaModel) -> int:
    return sum(person.background.is_from_abroad for person in model.persons)


def _commuters_out(model: AreaModel) -> int:
    return sum(
        person.employer.place != person.home
        for person in model.persons
        if person.employer is not None and person.state == EMPLOYED and person.home < model.outside
    )


def _open_vacancies(model: AreaModel) -> int:
    return sum(model.openings())


def _mismatch(model: AreaModel) -> float:
    idle = [0 for _ in model.trades]
    for person in model.persons:
        idle[person.occupation] += person.state in (UNEMPLOYED, FURLOUGHED)
    return mismatch_share(np.array(model.openings()), np.array(idle))
