"""A world as built, counted in real persons and jobs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.region import Region, StartState
from agents.synthetic.people import YEARS_OF_SECONDARY
from sim.dimensions import AGE_BANDS, DAYS_PER_YEAR, State, VacancyState
from sim.kernels.census import LONG_TERM_DAYS
from sim.tables import NOT_YET
from sim.world import World


@dataclass(frozen=True)
class Built:
    """A world before its first day.

    Attributes
    ----------
    region, start
        What it was built from.
    scale
        Agents for each real person.
    home, band, sex, education, language, occupation, state
        Columns of the people, residents and outsiders; ``home == region.outside`` is outside.
    young
        Whether younger than the age at which secondary education is completed.
    unemployed
        On the register, the full-time furloughed included.
    long_term
        Of these, for a year or more.
    registered
        Whether on the register of jobseekers.
    coded
        Whether the register knows an occupation.
    part_time
        Whether the job held is part-time.
    place, section, contract
        Of the job held; -1 (0 for the contract) without one. The self-employed work where they live; their
        industry is not held.
    employer_place, employer_section, employer_size
        Columns of the employers; size is jobs held.
    listed
        Rows of listed employers by identifier.
    vacancies
        Registered open vacancies by place, agents.
    """

    region: Region
    start: StartState
    scale: float
    home: NDArray[np.int64]
    band: NDArray[np.int64]
    sex: NDArray[np.int64]
    education: NDArray[np.int64]
    language: NDArray[np.int64]
    occupation: NDArray[np.int64]
    state: NDArray[np.int64]
    young: NDArray[np.bool_]
    unemployed: NDArray[np.bool_]
    long_term: NDArray[np.bool_]
    registered: NDArray[np.bool_]
    coded: NDArray[np.bool_]
    part_time: NDArray[np.bool_]
    place: NDArray[np.int64]
    section: NDArray[np.int64]
    contract: NDArray[np.int64]
    employer_place: NDArray[np.int64]
    employer_section: NDArray[np.int64]
    employer_size: NDArray[np.int64]
    listed: dict[str, int]
    vacancies: NDArray[np.float64]

    @classmethod
    def of(cls, world: World, region: Region, start: StartState) -> Built:
        """Read a world that has not been simulated yet."""
        arrays, n = world.arrays, int(world.control.n_persons)
        people = arrays.persons[:n]
        people = people[people.state != State.ABSENT]
        # half a day before midnight: a birthday belongs to the age that begins with it
        age = (-people.born.astype(np.float64) - 0.5) / DAYS_PER_YEAR
        holds = people.employer >= 0
        own_account = people.state == State.SELF_EMPLOYED
        # a search left open by somebody who works or is outside the labour force keeps her on the register
        open_search = (people.search_ended > 0) & np.isin(
            people.state, (State.EMPLOYED, State.SELF_EMPLOYED, State.INACTIVE)
        )
        unemployed = np.isin(people.state, (State.UNEMPLOYED, State.FURLOUGHED))
        posted = arrays.vacancies[: int(world.control.n_vacancies)]
        open_registered = posted.place[(posted.state == VacancyState.OPEN) & (posted.is_registered == 1)]
        return cls(
            region=region,
            start=start,
            scale=float(world.control.scale),
            home=np.minimum(people.home.astype(np.int64), region.outside),  # the neighbours are one outside
            band=np.clip(((age - 15.0) // 5.0).astype(np.int64), 0, len(AGE_BANDS) - 1),
            sex=people.sex.astype(np.int64),
            education=people.education.astype(np.int64),
            language=people.language.astype(np.int64),
            occupation=people.occupation.astype(np.int64),
            state=people.state.astype(np.int64),
            young=age < YEARS_OF_SECONDARY,
            unemployed=unemployed,
            long_term=unemployed & (people.spell <= -LONG_TERM_DAYS),
            registered=(people.registered_since > NOT_YET) | open_search,
            coded=people.is_coded == 1,
            part_time=people.is_part_time == 1,
            place=np.minimum(
                np.where(holds, arrays.employers.place[people.employer], np.where(own_account, people.home, -1)),
                region.outside,
            ).astype(np.int64),
            section=np.where(holds, arrays.employers.section[people.employer], -1).astype(np.int64),
            contract=people.contract.astype(np.int64),
            employer_place=arrays.employers.place.astype(np.int64),
            employer_section=arrays.employers.section.astype(np.int64),
            employer_size=arrays.employers.filled.astype(np.int64),
            listed=dict(world.listed),
            vacancies=np.bincount(open_registered, minlength=region.outside + 1).astype(np.float64),
        )

    @property
    def resident(self) -> NDArray[np.bool_]:
        """Whether a person lives in the area."""
        return self.home < self.region.outside

    def count(self, who: NDArray[np.bool_], *axes: tuple[NDArray[np.int64], int]) -> NDArray[np.float64]:
        """Count people by labels.

        Parameters
        ----------
        who
            Whom to count, shape (N,).
        *axes
            Labels, shape (N,), and how many there are.

        Returns
        -------
        ndarray
            Real persons, an axis for each of `axes` (a scalar array for none).
        """
        shape = tuple(size for _, size in axes)
        table = np.zeros(shape)
        if axes:
            np.add.at(table, tuple(labels[who] for labels, _ in axes), 1.0)
        else:
            table += who.sum()
        return table / self.scale
