"""What is written down: stocks at month-ends, flows of the month, as tidy columns in real persons.

Recording never changes a world but for emptying the month's counters, so more recording gives the same
lives. Rates are computed from sums; a rate with nothing to divide by is left out, never 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.clock import date_of
from sim.dimensions import (
    AGE_BANDS,
    DAYS_PER_MONTH,
    EDUCATION,
    LINES,
    MEASURES,
    N_PERSON_LINES,
    ORIGINS,
    PAYERS,
    SEXES,
    Line,
    Origin,
    State,
)
from sim.indicators import INDICATORS, Flow, TradeFlow
from sim.kernels.census import (
    CAUSES,
    IDLE,
    LONG_OPEN,
    SPOUSES,
    census_causes,
    census_groups,
    census_places,
    census_trial,
)
from sim.kernels.chains import FIRST_ORIGIN, LAST_ORIGIN, Entry
from sim.kernels.trial import QUARTERS
from sim.ledger import (
    BENEFITS,
    Premises,
    charge_lent,
    charge_measures,
    charge_mobility,
    charge_month,
    municipal_net,
    paid_fte,
    tax_memo_eur,
)
from sim.mismatch import mismatch_share, shortage_index
from sim.world import World

_MONTHLY_DESK_COLUMNS = (
    "minutes_offered", "minutes_used", "contacts", "no_shows", "interviews", "interviews_in_time", "interview_wait",
    "talks_due", "talks_late",
)  # fmt: skip
_SURVIVAL = (("spell_survival_3m", 1, 4), ("spell_survival_6m", 2, 7), ("spell_survival_12m", 3, 13))
"""Indicator, row of `Arrays.survival`, months after which all spells of a month have been seen that long."""
_OUT = (State.STUDENT, State.INACTIVE, State.DISABILITY, State.RETIRED, State.CONSCRIPT)
WEEKS_A_MONTH = DAYS_PER_MONTH / 7.0
MONTHS_A_YEAR = 12
STAY_MONTHS = (36, 60)
"""Months after which it is counted who of a year's recruits is still here."""
NO_OCCUPATION = "X"
"""Label of the people whose occupation the register does not know."""


OFFICE, SERVICE_POINT = 2, 1
"""Values of `sim.tables.PLACE.kind`."""


class PointsOfTheStart(NamedTuple):
    """Places of service of the start by municipality, arrays of shape (places,)."""

    kind: NDArray[np.int64]  # as `sim.tables.PLACE.kind`
    municipal_fte: NDArray[np.float64]  # the municipality's own staff, FTE
    premises_year_eur: NDArray[np.float64]


class Recorder:
    """Collects a run's indicators.

    Parameters
    ----------
    places
        Codes of the municipalities, in the world's order.
    labour_force
        Register labour force of the start state by municipality, persons: the fixed denominator.
    occupations
        Labels of occupations.
    cohorts
        Names of cohorts; the first is number 1.
    start_date
        Date of day 0.
    with_groups
        Whether sex, age, education and occupation are recorded.
    foreign_language
        Foreign-language residents by municipality, persons: a key of the state grant.
    points
        Places of service of the start.
    region_size
        Size of the region against the one that amounts of a whole area are stated for.
    openings
        Names of openings; the first is number 1.
    """

    def __init__(
        self,
        places: Sequence[str],
        labour_force: NDArray[np.float64],
        occupations: Sequence[str],
        cohorts: Sequence[str],
        start_date: date,
        with_groups: bool,
        foreign_language: NDArray[np.float64],
        points: PointsOfTheStart,
        region_size: float = 1.0,
        openings: Sequence[str] = (),
    ) -> None:
        self._places = tuple(places)
        self._labour_force = np.append(labour_force, labour_force.sum())
        self._occupations = tuple(occupations)
        self._cohorts = tuple(cohorts)
        self._start_date = start_date
        self._with_groups = with_groups
        self._foreign_language = foreign_language
        self._points = points
        self._region_size = region_size
        self._openings = tuple(openings)
        self._blocks: list[tuple[np.datetime64, str, str, tuple[str, ...], NDArray[np.float64]]] = []

    def record(self, world: World, month_end: int) -> None:
        """Take the census after a month's last day and close the month's counters.

        Parameters
        ----------
        world
            At the start of the day after.
        month_end
            The month's last day.
        """
        a, w = world.arrays, world.handle
        weight = 1.0 / float(world.control.scale)
        n, n_all = world.n_places, a.stocks.shape[1]
        long_term, registered, part_time = np.zeros((3, n_all), np.int64)
        commuters = np.zeros((3, n_all), np.int64)
        cohort_states = np.zeros((len(self._cohorts) + 1, len(State)), np.int64)
        in_register = np.zeros(n_all, np.int64)
        by_trade = np.zeros((2, len(self._occupations)), np.int64)
        years = len(a.recruited) // MONTHS_A_YEAR + 1
        abroad = np.zeros((SPOUSES + 1 + years, 2), np.int64)
        census_places(
            w, month_end, long_term, registered, part_time, commuters, cohort_states, in_register, by_trade, abroad
        )
        stocks = a.stocks[:, :n] * weight
        flows = a.flows[:, :n] * weight
        p = a.parameters[0]
        moment = np.datetime64(date_of(month_end, self._start_date))

        def area(name: str, by_place: NDArray[np.floating]) -> None:
            """Write an indicator that adds up: for the area and each municipality."""
            self._write(moment, name, "", ("",), np.array([by_place.sum()]))
            self._write(moment, name, "municipality", self._places, by_place)

        def ratio(name: str, above: NDArray[np.float64], below: NDArray[np.float64], factor: float = 1.0) -> None:
            """Write a rate for the area, from sums, and each municipality; nothing where there is no base."""
            above, below = np.append(above, above.sum()), np.append(below, below.sum())
            with np.errstate(divide="ignore", invalid="ignore"):
                values = factor * above / below
            values[below <= 0.0] = np.nan
            self._write(moment, name, "", ("",), values[-1:])
            self._write(moment, name, "municipality", self._places, values[:-1])

        unemployed = stocks[State.UNEMPLOYED] + stocks[State.FURLOUGHED]
        area("unemployed", unemployed)
        area("furloughed", stocks[State.FURLOUGHED])
        area("registered_jobseekers", registered[:n] * weight)
        ratio("unemployment_rate", unemployed, self._labour_force[:-1], 100.0)
        area("long_term_unemployed", long_term[:n] * weight)
        area("employed_open_market", stocks[State.EMPLOYED] + stocks[State.SELF_EMPLOYED])
        area("self_employed", stocks[State.SELF_EMPLOYED])
        area("employed_part_time", part_time[:n] * weight)
        area("in_training", stocks[State.TRAINING])
        area("in_service", stocks[State.IN_SERVICE])
        area("subsidised", stocks[State.SUBSIDISED])
        area("outside_labour_force", sum((stocks[state] for state in _OUT), np.zeros(n)))
        area("open_market_employment_days", flows[Flow.EMPLOYMENT_DAYS])
        area("vacancies_open", a.open_cells.sum(axis=0)[:n] * weight)
        inflation = float(p.jobs.register_inflation)
        area("vacancies_registered", in_register[:n] * weight * inflation)
        area("new_vacancies_registered", flows[Flow.VACANCIES_REGISTERED] * inflation)
        ratio("vacancy_duration_days", flows[Flow.VACANCY_DAYS], flows[Flow.VACANCIES_FILLED])
        area("new_unemployment_spells", flows[Flow.NEW_SPELLS])
        area("new_furlough_spells", flows[Flow.NEW_FURLOUGHS])
        area("new_job_searches", flows[Flow.NEW_SEARCHES])
        area("exits_to_job", flows[Flow.EXITS_TO_JOB])
        area("exits_to_recall", flows[Flow.EXITS_TO_RECALL])
        area("exits_to_service", flows[Flow.EXITS_TO_SERVICE])
        area("exits_to_self_employment", flows[Flow.EXITS_TO_SELF_EMPLOYMENT])
        area("exits_out_of_labour_force", flows[Flow.EXITS_OUT])
        origins = (
            ("hires_from_unemployment", Flow.HIRES_UNEMPLOYED),
            ("hires_from_employment", Flow.HIRES_EMPLOYED),
            ("hires_from_outside_labour_force", Flow.HIRES_ENTRANT),
            ("hires_from_outside_area", Flow.HIRES_OUTSIDE),
        )
        area("hires", sum((flows[flow] for _, flow in origins), np.zeros(n)))
        for name, flow in origins:
            area(name, flows[flow])
        area("hires_into_another_trade", flows[Flow.HIRES_OTHER_TRADE])  # some of those from unemployment
        area("separations", flows[Flow.SEPARATIONS])
        area("applications", flows[Flow.APPLICATIONS])
        for name, by_place in zip(("commuters_own", "commuters_out", "commuters_in"), commuters, strict=True):
            area(name, by_place[:n] * weight)
        inside = a.employers.place < n
        jobs = np.bincount(a.employers.place[inside], (a.employers.filled + a.employers.open)[inside], minlength=n)
        area("jobs", jobs * weight)
        area("jobs_lost_to_unfilled", flows[Flow.JOBS_LOST])
        self._record_trades(moment, world, by_trade * weight, unemployed, weight)
        self._record_survival(moment, world, month_end)
        self._record_lines(moment, world, weight)
        self._record_services(moment, world, month_end, flows, area, weight)
        persons = stocks.sum(axis=0) - stocks[State.OUTSIDE]
        area("population", persons + a.others.sum(axis=0)[:n] * weight)
        abroad_net = flows[Flow.ARRIVALS_ABROAD] - flows[Flow.DEPARTURES_ABROAD]
        net = flows[Flow.ARRIVALS] - flows[Flow.DEPARTURES] + flows[Flow.MOVES_IN] - flows[Flow.MOVES_OUT]
        area("net_migration", net)
        area("net_migration_abroad", abroad_net)
        area("net_domestic_migration", net - abroad_net)
        area("moves_within", flows[Flow.MOVES_OUT])
        area("departures_for_studies", flows[Flow.STUDY_DEPARTURES])
        area("returns_after_studies", flows[Flow.RETURNS])
        self._record_immigrants(moment, world, month_end, flows, abroad, weight)
        self._record_money(moment, world, persons, unemployed, weight)
        self._record_cohorts(moment, cohort_states * weight)
        self._record_openings(moment, a.chains * weight)
        if self._with_groups:
            self._record_groups(moment, world, month_end, weight)
        for counted in (a.flows, a.trade_flows, a.ledger, a.measure_days):
            counted[:] = 0.0

    def columns(self) -> dict[str, Any]:
        """All that was recorded, as tidy columns of equal length, rows without a value left out."""
        blocks = self._blocks
        sizes = [len(block[4]) for block in blocks]
        value = np.concatenate([block[4] for block in blocks]) if blocks else np.zeros(0)
        kept = ~np.isnan(value)

        def repeated(items: list[Any], dtype: Any) -> NDArray[Any]:
            return np.repeat(np.array(items, dtype), sizes)[kept]

        return {
            "date": repeated([block[0] for block in blocks], "datetime64[D]"),
            "indicator": repeated([block[1] for block in blocks], object),
            "group_kind": repeated([block[2] for block in blocks], object),
            "group": np.array([g for block in blocks for g in block[3]], object)[kept],
            "value": value[kept],
            "unit": repeated([INDICATORS[block[1]].unit for block in blocks], object),
        }

    def _write(
        self, moment: np.datetime64, name: str, kind: str, groups: tuple[str, ...], values: NDArray[np.floating]
    ) -> None:
        # a copy: columns of the world's tables go on changing
        self._blocks.append((moment, name, kind, groups, np.array(values, np.float64)))

    def _record_money(
        self, moment: np.datetime64, world: World, persons: NDArray[np.floating], unemployed: NDArray[np.floating],
        weight: float,
    ) -> None:  # fmt: skip
        """Charge the month's staff and premises, then write what was paid, by whom, and what municipalities bear.

        Parameters
        ----------
        persons, unemployed
            Residents of 15–74 and register unemployed by municipality, persons.
        """
        p, n = world.arrays.parameters[0], world.n_places
        residents, idle = np.asarray(persons, np.float64), np.asarray(unemployed, np.float64)
        charge_month(
            world.arrays.ledger,
            p,
            paid_fte(world.arrays.lines, p),
            self._premises(world),
            float(world.control.scale),
        )
        charge_lent(world.arrays.ledger, p, world.arrays.lines, n, float(world.control.scale))
        flows = world.arrays.flows
        charge_measures(world.arrays.ledger, p, world.arrays.measure_days)
        charge_mobility(world.arrays.ledger, p, n, float(world.control.scale) * self._region_size)
        ledger = world.arrays.ledger * weight
        benefits = ledger[list(BENEFITS)]
        costs = np.delete(ledger, list(BENEFITS), axis=0)
        net = municipal_net(ledger, p, residents, idle, self._foreign_language, self._region_size)
        self._write(moment, "cost_total_eur", "", ("",), np.array([costs.sum()]))
        self._write(moment, "cost_total_eur", "payer", PAYERS, costs.sum(axis=(0, 2)))
        self._write(moment, "benefits_eur", "payer", PAYERS, benefits.sum(axis=(0, 2)))
        for name, by_place in (
            ("benefits_eur", benefits.sum(axis=(0, 1))[:n]),
            ("cost_municipal_net_eur", net.net),
            ("municipal_benefit_share_eur", net.benefits),
            ("state_grant_eur", net.grant),
            ("tax_memo_eur", tax_memo_eur(p, flows[Flow.EMPLOYMENT_DAYS, :n] * weight)),
        ):
            self._write(moment, name, "", ("",), np.array([by_place.sum()]))
            self._write(moment, name, "municipality", self._places, by_place)

    def _premises(self, world: World) -> Premises:
        """Staff of municipalities, and places as they are now; one that has changed its kind costs the usual amount."""
        kind = np.asarray(world.arrays.points.kind)[: world.n_places]
        f = world.arrays.parameters[0].finance
        usual = np.where(kind == OFFICE, float(f.office_year_eur), float(f.service_point_year_eur))
        year = np.where(kind == self._points.kind, self._points.premises_year_eur, usual)
        return Premises(
            municipal_fte=self._points.municipal_fte,
            office_year_eur=np.where(kind == OFFICE, year, 0.0),
            service_point_year_eur=np.where(kind == SERVICE_POINT, year, 0.0),
            travel_eur=self._travel_eur(world),
        )

    def _travel_eur(self, world: World) -> NDArray[np.float64]:
        """Kilometres of visiting staff in a month by the place visited, in euros: there and back on opening days."""
        a, n = world.arrays, world.n_places
        visitors = np.asarray(a.desks.n_servers, np.float64).reshape(-1, n).sum(axis=0) / float(world.control.scale)
        days = np.array([int(mask).bit_count() for mask in a.points.weekdays]) / np.maximum(a.points.period, 1)
        away = a.distance[a.points.parent.astype(np.int64), np.arange(n)]
        away = np.where(a.points.parent == np.arange(n), 0.0, away)
        month = days * WEEKS_A_MONTH * visitors * 2.0 * away
        return np.asarray(month * float(a.parameters[0].finance.travel_km_eur), np.float64)

    def _record_trades(
        self, moment: np.datetime64, world: World, by_trade: NDArray[np.floating], unemployed: NDArray[np.floating],
        weight: float,
    ) -> None:  # fmt: skip
        """Shortage of trades, vacancies that are hard to fill, jobs given up, and mismatch over trades and places.

        Parameters
        ----------
        by_trade
            Unemployed and long open vacancies, persons, shape (2, occupations).
        unemployed
            By municipality, persons.
        """
        a, n = world.arrays, world.n_places
        vacancies = a.open_cells[:, :n] * weight
        v, u = vacancies.sum(axis=1), by_trade[IDLE]
        self._write(moment, "vacancies_long_open", "", ("",), np.array([by_trade[LONG_OPEN].sum()]))
        self._write(moment, "mismatch_occupational", "", ("",), np.array([mismatch_share(v, u)]))
        regional = mismatch_share(vacancies.sum(axis=0), unemployed)
        self._write(moment, "mismatch_regional", "", ("",), np.array([regional]))
        if not self._with_groups:
            return
        for name, values in (
            ("shortage_index", shortage_index(v, u)),
            ("vacancies_open", v),
            ("vacancies_long_open", by_trade[LONG_OPEN]),
            ("hires", a.trade_flows[TradeFlow.FILLED] * weight),
            ("jobs_lost_to_unfilled", a.trade_flows[TradeFlow.LOST] * weight),
        ):
            self._write(moment, name, "occupation", self._occupations, values)

    def _record_survival(self, moment: np.datetime64, world: World, month_end: int) -> None:
        """Shares of spells still open, for the latest month whose spells have all been seen long enough."""
        month = int(world.arrays.days[month_end].month_index)
        for name, row, lag in _SURVIVAL:
            begun = month - lag
            if begun >= 0 and world.arrays.survival[0, begun] > 0.0:
                share = 1.0 - world.arrays.survival[row, begun] / world.arrays.survival[0, begun]
                self._write(moment, name, "", ("",), np.array([share]))

    def _record_lines(self, moment: np.datetime64, world: World, weight: float) -> None:
        """Work, waits and load of the desks: all together, by line, by place, and of every desk that is used."""
        a, n_places = world.arrays, len(world.arrays.points)
        desks, lines = a.desks, LINES[:N_PERSON_LINES]
        row, place = np.divmod(np.arange(len(desks)), n_places)
        ways: list[tuple[str, Sequence[str], NDArray[np.int64]]] = [
            ("", ("",), np.zeros(len(desks), np.int64)), ("line", lines, row), ("place", self._places, place)
        ]  # fmt: skip
        desk_names: tuple[str, ...] = ()
        if self._with_groups:
            desk_names = tuple(f"{lines[line]}@{self._places[m]}" for line, m in zip(row, place, strict=True))
            ways.append(("line_place", desk_names, np.arange(len(desks))))

        def all_ways(
            name: str, above: NDArray[np.floating], below: NDArray[np.floating] | None = None
        ) -> None:
            """Write a sum, or a rate from sums, for the area, by line, by place and by desk."""
            above = np.asarray(above, np.float64)
            below = None if below is None else np.asarray(below, np.float64)
            for kind, groups, of in ways:
                values = np.asarray(np.bincount(of, above, minlength=len(groups)), np.float64)
                if below is not None:
                    base = np.bincount(of, below, minlength=len(groups))
                    with np.errstate(divide="ignore", invalid="ignore"):
                        values = np.where(base > 0.0, values / base, np.nan)
                self._write(moment, name, kind, tuple(groups), values)

        all_ways("first_interview_wait_days", desks.interview_wait, desks.interviews)
        all_ways("first_interview_in_time_share", desks.interviews_in_time, desks.interviews)
        all_ways("talks_in_time_share", desks.talks_due - desks.talks_late, desks.talks_due)
        all_ways("no_show_share", desks.no_shows, desks.no_shows + desks.contacts)
        all_ways("service_contacts", desks.contacts * weight)
        all_ways("queue", desks.waiting * weight)
        all_ways("utilisation", desks.minutes_used, desks.minutes_offered)
        all_ways("caseload", desks.clients * weight, desks.fte)
        lines = a.lines
        staffed = np.asarray(lines.staffed + lines.called_up + lines.neighbours + lines.state, np.float64)
        self._write(moment, "staff_fte", "", ("",), np.array([staffed.sum()]))
        self._write(moment, "staff_fte", "line", LINES, staffed)
        by_place = np.asarray(np.bincount(place, desks.fte, minlength=n_places), np.float64)
        self._write(moment, "staff_fte", "place", self._places, by_place)
        if self._with_groups:
            self._write(moment, "staff_fte", "line_place", desk_names, np.asarray(desks.fte, np.float64))
        for column in _MONTHLY_DESK_COLUMNS:
            desks[column] = 0.0

    def _record_services(
        self, moment: np.datetime64, world: World, month_end: int, flows: NDArray[np.float64], area: Any, weight: float
    ) -> None:
        """Assessment, routing, measures, partners, visits, causes of long unemployment, and people of a trial."""
        a, n = world.arrays, world.n_places
        month = int(a.days[month_end].month_index) - 4
        if month >= 0 and a.paths[0, month] > 0.0:
            self._write(moment, "path_in_3m_share", "", ("",), np.array([a.paths[1, month] / a.paths[0, month]]))
        area("referrals", flows[Flow.REFERRALS])
        area("handovers", flows[Flow.HANDOVERS])
        area("handovers_lost", flows[Flow.HANDOVERS_LOST])
        area("needs_recognised", flows[Flow.NEEDS_RECOGNISED])
        area("needs_missed", flows[Flow.NEEDS_MISSED])
        area("joint_meetings_put_off", flows[Flow.PARTNER_WAITS])
        leave = a.flows[Flow.JOB_SEARCH_LEAVE_DAYS] * weight
        self._write(moment, "job_search_leave_days", "", ("",), np.array([leave.sum()]))  # also of who lives outside
        self._write(moment, "job_search_leave_days", "municipality", self._places, leave[:n])
        taking_part = a.in_measure[:, :n].sum(axis=1).astype(np.float64) * weight
        self._write(moment, "in_measure", "measure", MEASURES, taking_part)
        self._write(moment, "measure_starts", "measure", MEASURES, a.measure_starts[:, :n].sum(axis=1) * weight)
        self._write(moment, "measure_starts", "", ("",), np.array([a.measure_starts[:, :n].sum() * weight]))
        visits = float(a.lines.visits[Line.EMPLOYER_SERVICES]) * weight
        self._write(moment, "employer_visits", "", ("",), np.array([visits]))
        hours = float(a.lines.duplicated.sum()) / 60.0
        self._write(moment, "duplicated_contact_hours", "", ("",), np.array([hours]))
        a.lines.visits[:] = 0.0
        a.lines.duplicated[:] = 0.0
        a.measure_starts[:] = 0.0
        if self._with_groups:
            by_cause = np.zeros((len(CAUSES), n), np.int64)
            census_causes(world.handle, month_end, by_cause)
            self._write(moment, "long_term_by_cause", "cause", CAUSES, by_cause.sum(axis=1).astype(np.float64) * weight)
        if float(a.baseline[0].trial.window_days) > 0.0 or float(a.parameters[0].trial.window_days) > 0.0:
            by_quarter = np.zeros((QUARTERS, len(State)), np.int64)
            census_trial(world.handle, by_quarter)
            quarters = tuple(str(k + 1) for k in range(QUARTERS))
            self._record_states(moment, "trial", quarters, by_quarter.astype(np.float64) * weight)

    def _record_immigrants(
        self, moment: np.datetime64, world: World, month_end: int, flows: NDArray[np.float64],
        abroad: NDArray[np.int64], weight: float,
    ) -> None:  # fmt: skip
        """Write people from abroad by origin, recruits of a programme, and how many of them are still here.

        Recruits of a year of the run are looked for 36 and 60 months after its middle.
        """
        present = abroad[:SPOUSES, 0].astype(np.float64) * weight
        self._write(moment, "immigrants", "", ("",), np.array([present[Origin.LABOUR :].sum()]))
        self._write(moment, "immigrants", "origin", ORIGINS[Origin.LABOUR :], present[Origin.LABOUR :])
        recruits = abroad[SPOUSES + 1 :]
        unplaced = float(world.arrays.flows[Flow.RECRUITS_UNPLACED].sum()) * weight
        for name, value in (
            ("recruits_arrived", float(flows[Flow.RECRUITS].sum())),
            ("recruits_unplaced", unplaced),
            ("recruits_in_work", float(recruits[:, 1].sum()) * weight),
            ("qualifications_recognised", float(flows[Flow.RECOGNITIONS].sum())),
        ):
            self._write(moment, name, "", ("",), np.array([value]))
        if abroad[SPOUSES, 0] > 0:
            share = abroad[SPOUSES, 1] / abroad[SPOUSES, 0]
            self._write(moment, "spouses_in_work_share", "", ("",), np.array([share]))
        month = int(world.arrays.days[month_end].month_index)
        for after in STAY_MONTHS:
            year, rest = divmod(month - after - MONTHS_A_YEAR // 2, MONTHS_A_YEAR)
            if rest == 0 and year >= 0:
                came = int(world.arrays.recruited[MONTHS_A_YEAR * year : MONTHS_A_YEAR * (year + 1)].sum())
                if came > 0:
                    share = recruits[year, 0] / came
                    self._write(moment, "recruits_staying_share", "months", (str(after),), np.array([share]))

    def _record_openings(self, moment: np.datetime64, chains: NDArray[np.floating]) -> None:
        """Who has been hired by each opening so far, and the hires of a chain of vacancies for each of them.

        Parameters
        ----------
        chains
            `Arrays.chains` in real persons.
        """
        for number, opening in enumerate(self._openings, start=1):
            hires = chains[number, :, FIRST_ORIGIN : LAST_ORIGIN + 1]
            groups = tuple(f"{opening}/{Entry(k).name.lower()}" for k in range(FIRST_ORIGIN, LAST_ORIGIN + 1))
            lost = chains[number, 0, Entry.LOST : Entry.STRUCK_OFF + 1].sum()
            still_open = chains[number, 0, Entry.POSTED] - hires[0].sum() - lost
            groups += (f"{opening}/open", f"{opening}/lost")
            self._write(moment, "hires_by_origin", "origin", groups, np.append(hires[0], [still_open, lost]))
            if hires[0].sum() > 0.0:
                length = np.array([hires.sum() / hires[0].sum()])
                self._write(moment, "vacancy_chain_length", "event", (opening,), length)

    def _record_cohorts(self, moment: np.datetime64, states: NDArray[np.floating]) -> None:
        """Where the people of each cohort are."""
        if not self._cohorts:
            return
        self._record_states(moment, "cohort", self._cohorts, states[1:])

    def _record_states(
        self, moment: np.datetime64, kind: str, groups: tuple[str, ...], rows: NDArray[np.floating]
    ) -> None:
        """Write where people of some groups are, shape (groups, STATES)."""
        unemployed = rows[:, State.UNEMPLOYED] + rows[:, State.FURLOUGHED]
        for name, values in (
            ("unemployed", unemployed),
            ("furloughed", rows[:, State.FURLOUGHED]),
            ("in_training", rows[:, State.TRAINING]),
            ("in_service", rows[:, State.IN_SERVICE]),
            ("subsidised", rows[:, State.SUBSIDISED]),
            ("employed_open_market", rows[:, State.EMPLOYED] + rows[:, State.SELF_EMPLOYED]),
            ("outside_labour_force", sum((rows[:, state] for state in _OUT), np.zeros(len(rows)))),
        ):
            self._write(moment, name, kind, groups, values)

    def _record_groups(self, moment: np.datetime64, world: World, month_end: int, weight: float) -> None:
        """Employed, unemployed and long-term unemployed by sex, age, education and occupation."""
        trades = (*self._occupations, NO_OCCUPATION)
        kinds = (("sex", SEXES), ("age", AGE_BANDS), ("education", EDUCATION), ("occupation", trades))
        tables = [np.zeros((len(labels), 3), np.int64) for _, labels in kinds]
        census_groups(world.handle, month_end, *tables)
        for (kind, labels), table in zip(kinds, tables, strict=True):
            for k, name in enumerate(("employed_open_market", "unemployed", "long_term_unemployed")):
                self._write(moment, name, kind, tuple(labels), table[:, k] * weight)
