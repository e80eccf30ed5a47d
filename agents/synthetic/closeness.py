"""How close trades and places are: the weights that a searcher gives to vacancies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.region import Region
from agents.synthetic.people import newcomer_trades
from sim.dimensions import CAR_GROUPS, ISCO2, MAJOR_GROUPS
from sim.kernels.mobility import HOUSED, LAYERS, TOLD, WITHOUT_CAR

LEAST_FIT = 0.005
"""Fits below this are nought: such vacancies are not looked at."""
BALANCING_ROUNDS = 60
"""Rounds in which the neighbours' pulls come to rest; more change nothing that counts."""


def fit_of_trades(region: Region, p: np.record) -> NDArray[np.float64]:
    """Fit of a person's trade (row) to a vacancy's (column): 1 for the same, 0 where a licence is missing; times
    the appeal of the vacancy's trade, which search alone heeds (`appeal_of_trades`).

    Parameters
    ----------
    p
        Parameters, mechanisms ``fit`` and ``trades``.
    """
    trades = region.occupations
    n = len(trades)
    fit = np.zeros((n, n))
    for a, mine in enumerate(trades):
        for b, asked in enumerate(trades):
            if a == b:
                fit[a, b] = 1.0
            elif asked.licensed:
                fit[a, b] = 0.0
            elif mine.field == asked.field and mine.skill_level == asked.skill_level:
                fit[a, b] = p.fit.same_field
            elif mine.field == asked.field and abs(mine.skill_level - asked.skill_level) == 1:
                fit[a, b] = p.fit.same_field_next_level
            elif asked.skill_level == 1:
                fit[a, b] = p.fit.elementary
            elif mine.skill_level == asked.skill_level:
                fit[a, b] = p.fit.same_level
    fit[fit < LEAST_FIT] = 0.0
    return fit * appeal_of_trades(region, p)


def appeal_of_trades(region: Region, p: np.record) -> NDArray[np.float64]:
    """Weight that searchers give to a trade's vacancies for its image and conditions, shape (occupations,).

    It turns applications from some trades to others: a searcher's chance to find anything to apply to stays as it
    is, since her `jobs_within_reach` have the same weights. Suitability leaves it out.
    """
    by_code = dict(zip(ISCO2, p.trades.appeal, strict=True))
    return np.array([float(by_code.get(trade.isco2, 1.0)) for trade in region.occupations])


def kin_of_trades(fit: NDArray[np.float64]) -> NDArray[np.int32]:
    """List for each trade the trades it fits, its own first, closed by -1."""
    n = len(fit)
    kin = np.full((n, n + 1), -1, np.int32)
    for a in range(n):
        order = np.argsort(-fit[a], kind="stable")
        order = order[fit[a, order] > 0.0]
        kin[a, : len(order)] = order
    return kin


def jobs_within_reach(
    jobs: NDArray[np.float64], fit: NDArray[np.float64], near: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Jobs that a person of a home (row) and trade (column) could hold, weighted as she sees vacancies.

    Parameters
    ----------
    jobs
        Jobs held at the start by occupation and place, shape (occupations, places).
    fit, near
        From `fit_of_trades` and `usual_nearness`.
    """
    return near @ jobs.T @ fit.T


def commuters_by_neighbour(
    region: Region, decay_per_km: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Share out who crosses the border over the neighbours, by municipality.

    A doubly constrained gravity model (Wilson 1971): a municipality's commuters go to neighbour k in proportion to
    s_k b_k exp(-decay km), where s_k is the neighbour's share of all and b_k balances, so that all together go there
    as s_k says. Without decay every municipality's are shared out as all are, and b_k = 1.

    Returns
    -------
    tuple of ndarray
        Shares of the out-commuters of each municipality (rows sum to 1, shape (M, K)), and of the in-commuters of
        each (columns sum to 1, shape (K, M)).
    """
    out, inward = _pulls(region, decay_per_km)
    shares = [np.array([getattr(k, name) for k in region.neighbours]) for name in ("out_share", "in_share")]
    return out * shares[0], (inward * shares[1]).T


def _pulls(region: Region, decay_per_km: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pull of each neighbour on those who cross the border, a job (or person) there against the mean, each (M, K)."""
    m = region.outside
    near = np.exp(-decay_per_km * (region.neighbour_km - region.neighbour_km.min(axis=1, keepdims=True)))
    result = []
    for name, people in (("out_share", region.commuting[:m, m]), ("in_share", region.commuting[m, :m])):
        share = np.array([getattr(neighbour, name) for neighbour in region.neighbours])
        weight = people / people.sum() if people.sum() > 0.0 else np.full(m, 1.0 / m)
        balance = np.ones(len(share))
        for _ in range(BALANCING_ROUNDS):
            pull = balance * near / (near @ (share * balance))[:, None]
            balance = balance / np.maximum(weight @ pull, 1e-12)
        result.append(pull)
    return result[0], result[1]


def usual_nearness(region: Region, p: np.record) -> NDArray[np.float64]:
    """Distance decay exp(-k km) from a home (row) to a place of work (column), own municipality weighted up.

    One factor for all municipalities: within one, jobs are nearer than its centre is to other centres, and known.
    One more for the outside markets, which are many places at once and are entered at their nearest edge; how a
    municipality's share of them falls on the neighbours is said by `commuters_by_neighbour`.
    Outsiders do not look for work outside here: those markets are their own.

    Returns
    -------
    ndarray
        Shape (M + K, M + K).
    """
    m, decay = region.outside, float(p.search.distance_decay_per_km)
    km = np.exp(-decay * region.distance_km)
    out, inward = _pulls(region, decay)
    near = np.zeros((region.n_places, region.n_places))
    near[:m, :m] = km[:m, :m]
    inside = np.arange(m)
    near[inside, inside] *= float(p.search.own_municipality_factor)
    near[:m, m:] = km[:m, m:] * float(p.search.outside_factor) * out
    near[m:, :m] = (km[m:, :m].T * inward).T
    return near


def nearness(region: Region, p: np.record, b: np.record) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nearness by layer of people (`sim.kernels.mobility`), of jobs done there and of jobs done from home.

    Without a car a place is as near as public transport and car pools make it. A job done from home is nearer by a
    part of what the distance takes away. Both are set against the means of the baseline, so that the mean of all
    people and vacancies there is `usual_nearness`: cars and remote work say who reaches what, not how much is
    reached. Those told of the mobility grant look farther and less near; those with a home on weekdays reach far
    jobs as if these were near.

    Parameters
    ----------
    p, b
        Parameters of today, and of the baseline.

    Returns
    -------
    tuple of ndarray
        Each of shape (LAYERS * (M + K), M + K); people outside have rows in the first layer only.
    """
    m, n, decay = region.outside, region.n_places, float(p.search.distance_decay_per_km)
    usual = usual_nearness(region, p)
    km = np.hstack([region.distance_km[:m, :m], region.neighbour_km])
    # what distance alone leaves of a weight, from home to work; the edge of a neighbour as in `usual_nearness`
    left = np.ones((n, n))
    left[:m, :m] = np.exp(-decay * region.distance_km[:m, :m])
    left[:m, m:] = np.exp(-decay * region.distance_km[:m, m:])
    left[m:, :m] = np.exp(-decay * region.distance_km[m:, :m])
    off = float(p.mobility.remote_distance_off)
    gain, gain_before = left**-off, left ** -float(b.mobility.remote_distance_off)
    remote = _remote_share(region, b)
    base = usual / (1.0 - remote + remote * gain_before)
    cars = np.full((m, 1), _searchers_with_car(b, False))
    cars[region.host] = _searchers_with_car(b, True)
    base[:m] /= cars + (1.0 - cars) * _without_car(region, b)
    reach, far = _without_car(region, p), km >= float(p.mobility.far_km)
    near, near_remote = np.zeros((LAYERS, n, n)), np.zeros((LAYERS, n, n))
    for layer in range(LAYERS):
        there = base[:m].copy()
        home = there * gain[:m]
        if layer & WITHOUT_CAR:
            there *= reach
            home *= off + (1.0 - off) * reach
        if layer & TOLD:
            told = np.where(far, float(p.mobility.grant_far_multiplier), float(p.mobility.grant_near_multiplier))
            there, home = there * told, home * told
        if layer & HOUSED:
            nearer = np.exp(decay * np.maximum(km - float(p.mobility.weekday_housing_km), 0.0))
            there = np.where(far, np.maximum(there, base[:m] * nearer), there)
            home = np.maximum(home, there)
        near[layer, :m], near_remote[layer, :m] = there, home
    near[0, m:], near_remote[0, m:] = base[m:], base[m:] * gain[m:]
    return near.reshape(-1, n), near_remote.reshape(-1, n)


def _without_car(region: Region, p: np.record) -> NDArray[np.float64]:
    """Reach without a car against that with one, shape (M, M + K): public transport, and car pools for the rest."""
    departures = region.departures * float(p.mobility.public_transport_multiplier)
    usable = float(p.mobility.usable_at_best) * departures / (departures + float(p.mobility.departures_half))
    pool = float(p.mobility.car_pool_share)
    reach = np.minimum(pool + (1.0 - pool) * usable, 1.0)
    inside = np.arange(region.outside)
    reach[inside, inside] = float(p.mobility.own_without_car)
    return reach


def _searchers_with_car(p: np.record, in_centre: bool) -> float:
    """Share of searchers who have a car: half of applications are by people at work, half by the others."""
    share = dict(zip(CAR_GROUPS, np.asarray(p.mobility.car_share), strict=True))
    where = "centre" if in_centre else "elsewhere"
    return float(0.5 * share[f"working_{where}"] + 0.5 * share[f"idle_{where}"])


def _remote_share(region: Region, p: np.record) -> float:
    """Share of jobs that are done from home, were all posted today: by the trades of the region's jobs."""
    feasible = np.asarray(p.mobility.remote_feasible_share)[major_groups(region)]
    return float(newcomer_trades(region) @ feasible) * float(p.mobility.remote_offered_share)


def major_groups(region: Region) -> NDArray[np.int64]:
    """Major group of ISCO-08 of each occupation, shape (O,)."""
    return np.array([MAJOR_GROUPS.index(occupation.isco1) for occupation in region.occupations])
