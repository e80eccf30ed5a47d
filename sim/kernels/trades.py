"""Trades: what somebody has learnt, which of her trades a search is for, and what graduates learn.

A person has the trade of her last job or course (``occupation``) and the one she is qualified in
(``qualification``). They differ when she works in another trade; then she looks for work in both: a
nurse who cleans can go back to nursing, nobody else can go there. Regulated trades take their people
from schools and courses alone, so who leaves school must choose them about as often as they fall open.
"""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import rule
from sim.dimensions import Credential
from sim.rng import Purpose, bits, mix, uniform

_TERTIARY = 2
_FIRST_TERTIARY_LEVEL = 3
"""ISCO skill levels 3 and 4 are learnt in tertiary education, 1 and 2 otherwise."""
_MEN = 0
_LEAST_PULL, _MOST_PULL = 0.1, 10.0
"""Bounds of what openings do to the choice of a trade."""
_IDLE_ADDED = 5.0
"""Unemployed added to those of each trade (real persons), so that small trades do not swing."""


@rule
def learn(w, i, trade):
    """Qualify in a trade, here."""
    w.persons[i].occupation = trade
    w.persons[i].qualification = trade
    w.persons[i].credential = Credential.NATIONAL


@rule
def fit_to(w, i, occupation):
    """How well a person's trades fit an occupation: the better of the two."""
    person = w.persons[i]
    return max(w.fit[person.occupation, occupation], w.fit[person.qualification, occupation])


@rule
def is_abroad(person):
    """Whether a qualification is from abroad and not recognised: nobody looks for licensed work with it."""
    return person.credential == Credential.FOREIGN or person.credential == Credential.UNDER_REVIEW


@rule
def trade_sought(w, i, here, when, k):
    """Which of her trades a search is for: in proportion to what she sees in each.

    Parameters
    ----------
    here
        Viewpoint of the person (`mobility.viewpoint`).
    when, k
        Day and number of the draw.
    """
    person = w.persons[i]
    last, learnt = int(person.occupation), int(person.qualification)
    if last == learnt or (is_abroad(person) and w.trades[learnt].is_licensed):
        return last
    seen_last, seen_learnt = w.seen[here, last], w.seen[here, learnt]
    u = uniform(w.control[0].seed, Purpose.SEARCH_TRADE, person.uid, when, k)
    return last if u * (seen_last + seen_learnt) < seen_last else learnt


@rule
def choose_trade(w, uid, sex, education, when):
    """Choose the trade that somebody learns: an education open to her, near her sex's custom, and with jobs.

    Weights are the trade's share of the area's jobs, its appeal, its share of her sex, and its vacancies for each
    unemployed over the area's at the last census to a power (`studies.openings_elasticity`), bounded: schools and
    those who apply to them follow the labour market at some distance. The choice is a race of exponential times at
    these weights, keyed by person and trade, so that it stays the same where openings differ little.

    Parameters
    ----------
    sex
        0 men, 1 women, -1 not known yet.
    education
        Level that is reached, position in `sim.dimensions.EDUCATION`.
    when
        Day or number of the draw.

    Returns
    -------
    int
        Index of the trade.
    """
    key = bits(w.control[0].seed, Purpose.STUDIES_TRADE, uid, when, 0)
    elasticity, scale = w.parameters[0].studies.openings_elasticity, w.control[0].scale
    n_trades = w.trades.shape[0]
    open_jobs, idle = scale, _IDLE_ADDED * scale
    for o in range(n_trades):
        open_jobs += w.open_by_trade[o]
        idle += w.idle_by_trade[o]
    chosen, least = 0, np.inf
    for o in range(n_trades):
        trade = w.trades[o]
        if (trade.skill_level >= _FIRST_TERTIARY_LEVEL) != (education == _TERTIARY):
            continue
        weight = trade.share * w.appeal[o]
        if sex >= 0:
            weight *= trade.men_share if sex == _MEN else 1.0 - trade.men_share
        ratio = (w.open_by_trade[o] + scale) / (w.idle_by_trade[o] + _IDLE_ADDED * scale) * idle / open_jobs
        weight *= min(max(ratio**elasticity, _LEAST_PULL), _MOST_PULL)
        if weight > 0.0:
            u = (np.float64(mix(key + np.uint64(o)) >> np.uint64(11)) + 0.5) * 2.0**-53
            arrival = -math.log(u) / weight
            if arrival < least:
                chosen, least = o, arrival
    return chosen
