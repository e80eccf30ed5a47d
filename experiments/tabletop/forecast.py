r"""What observed registrations say of the rest: replications are weighted, and the share that registers is updated.

A replication in which :math:`n_r` people of the event had registered by the day of the observation has the weight
of a negative binomial count of that mean,

.. math:: w_r \propto NB(k; n_r, s), \qquad Var = n_r + n_r^2 / s,

with dispersion *s* (`DISPERSION`): reality differs from the model by more than chance. Several observations count
by what came between them. Where all replications are far from what was observed, weights alone cannot follow; so the
share of those due who register has a beta prior worth `PRIOR_PERSONS` people, centred on the weighted replications,
and people still to come are scaled by its posterior over its prior mean. Its spread widens the forecast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln
from scipy.stats import beta

DISPERSION = 50.0
"""Size of the negative binomial: one standard deviation of 14 per cent beside chance (assumption)."""
PRIOR_PERSONS = 50.0
"""People whose registrations the prior is worth (assumption)."""
_QUANTILES = (np.arange(21) + 0.5) / 21.0
"""Of the beta distribution, carried through the forecast."""


@dataclass(frozen=True)
class Update:
    """What the observations made of the replications.

    Attributes
    ----------
    weights
        Of the replications, summing to 1, shape (R,).
    effective
        Effective number of replications, 1 over the sum of squared weights.
    factors
        What people still to come are multiplied by: equally likely values; 1 alone if nothing was observed.
    count, day
        The last observation, persons, and its position in months; 0 without one.
    """

    weights: NDArray[np.float64]
    effective: float
    factors: NDArray[np.float64]
    count: float
    day: float


def update(registered: NDArray[np.float64], observed: Sequence[tuple[float, int]], size: float) -> Update:
    """Hold the replications against what was observed.

    Parameters
    ----------
    registered
        People who have registered by the month-ends, shape (R, T).
    observed
        Months since the start (fractions count within a month) and people by then, in order.
    size
        People of the event.
    """
    n = len(registered)
    even = np.full(n, 1.0 / n)
    if not observed:
        return Update(even, float(n), np.ones(1), 0.0, 0.0)
    log_weight = np.zeros(n)
    before, seen = np.zeros(n), 0
    for month, count in observed:
        now = at(registered, month)
        log_weight += _log_likelihood(count - seen, np.maximum(now - before, 1e-3))
        before, seen = now, count
    weights = np.exp(log_weight - log_weight.max())
    weights /= weights.sum()
    expected = float(weights @ before)
    final = float(weights @ registered[:, -1])
    factors = np.ones(1)
    if 0.0 < final < size and expected > 0.0:
        share = final / size
        due = max(size * min(expected / final, 1.0), float(seen))
        a, b = PRIOR_PERSONS * share + seen, PRIOR_PERSONS * (1.0 - share) + due - seen
        factors = beta.ppf(_QUANTILES, a, b) / share
    return Update(weights, float(1.0 / np.sum(weights**2)), factors, float(seen), observed[-1][0])


def at(registered: NDArray[np.float64], month: float) -> NDArray[np.float64]:
    """People registered by a time within the run, shape (R,): between month-ends in a straight line, nought at first.

    Parameters
    ----------
    registered
        At the month-ends, shape (R, T).
    month
        Months since the start.
    """
    whole = np.hstack([np.zeros((len(registered), 1)), registered])
    low = min(int(month), whole.shape[1] - 1)
    high = min(low + 1, whole.shape[1] - 1)
    return np.asarray(whole[:, low] + (month - low) * (whole[:, high] - whole[:, low]))


def forecast(
    registered: NDArray[np.float64], known: Update, size: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """People registered by the month-ends, as expected now.

    Parameters
    ----------
    registered
        As in `update`.
    known
        What was observed.
    size
        People of the event: no more can register.

    Returns
    -------
    tuple of ndarray
        Values, shape (R x factors, T), and their weights. Without an observation these are the replications
        themselves; with one the past is scaled to it.
    """
    weights = np.repeat(known.weights, len(known.factors)) / len(known.factors)
    if known.day == 0.0:
        return registered, weights
    then = at(registered, known.day)[:, None]
    still = np.maximum(registered - then, 0.0)
    values = known.count + still[:, None, :] * known.factors[None, :, None]
    # what was before goes through the last observation
    past = np.minimum(registered, then) * (known.count / np.maximum(then, 1e-9))
    values = np.where((registered <= then)[:, None, :], past[:, None, :], values)
    return np.minimum(values.reshape(-1, registered.shape[1]), size), weights


def spread(values: NDArray[np.float64], weights: NDArray[np.float64]) -> tuple[float, float, float]:
    """Weighted mean and 10th and 90th percentile; values that are not numbers are left out."""
    kept = np.isfinite(values)
    if not kept.any() or weights[kept].sum() <= 0.0:
        return (float("nan"),) * 3
    x, w = values[kept], weights[kept] / weights[kept].sum()
    order = np.argsort(x, kind="stable")
    x, w = x[order], w[order]
    middle = np.cumsum(w) - 0.5 * w
    low, high = np.interp([0.1, 0.9], middle, x)
    return float(x @ w), float(low), float(high)


def _log_likelihood(count: int, mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithm of the negative binomial probability of a count, for each mean."""
    s = DISPERSION
    return np.asarray(
        gammaln(count + s) - gammaln(s) - gammaln(count + 1.0)
        + s * np.log(s / (s + mean)) + count * np.log(mean / (s + mean))
    )  # fmt: skip
