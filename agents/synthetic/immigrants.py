"""People from abroad in a synthetic world: who comes, and what foreign speakers of the start are like."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.region import Region
from agents.synthetic.people import newcomer_trades
from sim.dimensions import DAYS_PER_YEAR, ORIGINS, Credential, Origin, State
from sim.rng import Purpose, uniforms
from sim.tables import Records

ARMED_FORCES = "0"
"""ISCO major group that nobody from abroad has a trade of."""


def profile_of_immigrants(region: Region) -> dict[str, NDArray[np.float64]]:
    """Shares of what people from abroad are like, by `sim.dimensions.ORIGINS`; rows of people of here are 0.

    Returns
    -------
    dict
        Arrays of `sim.tables.Arrays`: ``immigrant_age`` (7, 12), ``immigrant_education`` (7, 3) and ``immigrant_level``
        (7, 5), each cumulated; ``immigrant_women`` (7,).
    """
    given = region.immigration
    cumulated = {
        name: np.cumsum(_with_natives(getattr(given, column)), axis=1)
        for name, column in (
            ("immigrant_age", "age"), ("immigrant_education", "education"), ("immigrant_level", "language_level"),
        )
    }  # fmt: skip
    return cumulated | {"immigrant_women": _with_natives(given.women)}


def trades_of_immigrants(region: Region) -> NDArray[np.float64]:
    """Trades learnt abroad: shares by major group as given, inside a group as the area's jobs.

    Returns
    -------
    ndarray
        Cumulated, shape (7, O).
    """
    jobs = newcomer_trades(region)
    major = np.array([int(o.isco1) for o in region.occupations])
    jobs = np.where(major == int(ARMED_FORCES), 0.0, np.maximum(jobs, 1e-9))
    in_group = jobs / np.maximum(np.bincount(major, jobs, minlength=10)[major], 1e-12)
    shares = region.immigration.isco1[:, major] * in_group
    return np.cumsum(_with_natives(shares / shares.sum(axis=1, keepdims=True)), axis=1)


def immigration_by_place(region: Region, p: np.record, scale: float) -> NDArray[np.float64]:
    """Newcomers from abroad a day, agents, shape (ORIGINS, places + 1): to where foreign speakers live.

    Spouses who come along with people who come to work are members of families; they come with them, not by
    themselves.
    """
    persons = _with_natives(region.immigration.persons_per_year)
    along = persons[Origin.LABOUR] * float(p.immigration.spouse_share)
    persons[Origin.FAMILY] = max(0.0, persons[Origin.FAMILY] - along)
    speakers = np.append(region.residents["foreign_language"], 0.0)
    return persons[:, None] * scale / DAYS_PER_YEAR * (speakers / max(float(speakers.sum()), 1e-9))


def speaks_english(uids: NDArray[np.uint64], share: float, seed: np.uint64) -> NDArray[np.bool_]:
    """Whether English is enough with each employer: the same ones, and more of them, when the share rises."""
    days = np.zeros(len(uids), np.int64)
    return np.asarray(uniforms(seed, int(Purpose.EMPLOYER_ENGLISH), np.ascontiguousarray(uids), days, 0) < share)


def describe_foreign_speakers(region: Region, persons: Records, seed: np.uint64, p: np.record) -> None:
    """Give foreign speakers of the start a level of the language and the standing of their qualification.

    Who works in a licensed job has been recognised. Draws are of its own, so that the rest of the world is the
    same whatever the shares.
    """
    rng = np.random.default_rng([int(seed), int(Purpose.IMMIGRATION_LEVEL)])
    rows = np.flatnonzero((persons.language != 0) & (persons.home < region.outside))
    idle = np.isin(persons.state[rows], (State.UNEMPLOYED, State.FURLOUGHED, State.TRAINING, State.IN_SERVICE))
    u = rng.random(len(rows))
    for group, shares in ((~idle, p.immigration.start_level), (idle, p.immigration.start_level_unemployed)):
        cumulated = np.cumsum(np.asarray(shares)) / np.sum(shares)
        levels = np.searchsorted(cumulated[:-1], u[group], side="right")
        persons.language_level[rows[group]] = levels
    is_licensed = np.array([occupation.licensed for occupation in region.occupations])
    at_work = (persons.employer[rows] >= 0) & is_licensed[persons.occupation[rows]]
    foreign = (rng.random(len(rows)) < float(p.immigration.start_foreign_credential_share)) & ~at_work
    persons.credential[rows[foreign]] = Credential.FOREIGN


def _with_natives(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Put rows of zeros before those of people from abroad."""
    before = np.zeros((len(ORIGINS) - len(values), *values.shape[1:]))
    return np.concatenate([before, values])
