"""Bounded least squares for a simulation: few parameters, dear and slightly rough residuals.

An evaluation is some replications of a region, a few seconds on two processes; about ten parameters are
free, and there are more moments than parameters. Gauss–Newton steps use what a search by the objective
alone throws away, namely which moment each parameter moves, and need about ten times (parameters + 1)
evaluations, where Nelder–Mead or an evolution strategy need many hundreds. Each step is the answer of the linear
problem within the bounds and within reach (`scipy.optimize.lsq_linear`), halved until the objective falls. The
steps of `scipy.optimize.least_squares` end where the first parameter meets its bound: with some constants near
theirs, all others hardly moved. What is ours is the Jacobian. Every point gets the same seeds, so the
residuals are a fixed, but rough, function of the parameters. Differences are taken over a wide step, and all
points of a Jacobian are handed over in one batch, so that they are simulated in parallel. A slope is the
mean of the replications' paired differences; one within two standard errors of zero counts as none, since
the chance in a narrow band would else pass for a slope and send parameters astray.

Coordinates run from 0 (lower bound) to 1 (upper bound). A weak pull to the start, of `pull` half-widths of
a band for the whole width of a bound, keeps parameters where they were if no moment speaks of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy import optimize

_Loss = Callable[[np.ndarray], np.ndarray]
_LOSSES: dict[str, tuple[_Loss, _Loss]] = {
    "linear": (lambda z: z, np.ones_like),
    "soft_l1": (lambda z: 2.0 * (np.sqrt(1.0 + z) - 1.0), lambda z: 1.0 / np.sqrt(1.0 + z)),
    "huber": (
        lambda z: np.where(z <= 1.0, z, 2.0 * np.sqrt(z) - 1.0),
        lambda z: np.where(z <= 1.0, 1.0, 1.0 / np.sqrt(np.maximum(z, 1.0))),
    ),
    "cauchy": (np.log1p, lambda z: 1.0 / (1.0 + z)),
}
"""Loss of squared residuals and its slope, as SciPy's least squares defines them."""
LOSSES = tuple(_LOSSES)
REACH = 0.35
"""Longest move of a parameter in a step, in coordinates: differences tell slopes near by."""
HALVINGS = 3
"""A step is halved so often before the search ends."""
AT_BOUND = 1e-6
"""A coordinate this near to 0 or 1 is at its bound."""
SLOPE_ERRORS = 2.0
"""A slope within so many standard errors of zero counts as none."""

Batch = Callable[[np.ndarray], np.ndarray]
"""Points, shape (points, parameters), to residuals, shape (points, replications, moments); NaN where none exist."""


class StoppedError(Exception):
    """Evaluation can not go on: Ctrl-C, or a worker process was killed.

    Attributes
    ----------
    code
        Exit status of the command.
    """

    def __init__(self, reason: str, code: int) -> None:
        super().__init__(reason)
        self.reason, self.code = reason, code


class _SpentError(Exception):
    """The evaluations are used up."""


@dataclass(frozen=True)
class Settings:
    """How the search is made.

    Attributes
    ----------
    step
        Width of the differences of the Jacobian, in coordinates.
    pull
        Half-widths of a band that moving a parameter through its whole bounds costs.
    loss
        One of `LOSSES`; ``linear`` is plain least squares.
    tolerance
        The search ends when a step changes the coordinates or the objective by less, relatively.
    evaluations
        Largest number of points to evaluate, the last Jacobian included.
    """

    step: float = 0.1
    pull: float = 0.3
    loss: str = "linear"
    tolerance: float = 0.01
    evaluations: int = 120


@dataclass(frozen=True)
class Slopes:
    """Slopes of the residuals by coordinates at a point.

    Attributes
    ----------
    measured
        Shape (moments, parameters).
    seen
        The same, 0 where a slope is within `SLOPE_ERRORS` standard errors of zero.
    noise
        What chance adds to measuredᵀ measured on average, shape (parameters, parameters); 0 with one replication.
    """

    measured: np.ndarray
    seen: np.ndarray
    noise: np.ndarray


@dataclass
class Fit:
    """What the search found.

    Attributes
    ----------
    point
        Best coordinates, shape (parameters,).
    residuals
        There, means over replications, shape (moments,).
    slopes
        There, or None if they were not measured.
    objective, first_objective
        Sum of squared residuals there and at the start, without the pull and the loss.
    evaluations
        Points evaluated.
    ended
        Why the search ended, in words.
    code
        Exit status: 0, or that of a `StoppedError`.
    objectives
        After each accepted step, beginning with the start.
    """

    point: np.ndarray
    residuals: np.ndarray
    slopes: Slopes | None
    objective: float
    first_objective: float
    evaluations: int
    ended: str
    code: int = 0
    objectives: list[float] = field(default_factory=list)


Told = Callable[[int, np.ndarray, np.ndarray, int], None]
"""Called at each accepted step with its number, point, residuals and the evaluations so far."""


def needed(parameters: int) -> int:
    """Evaluations of a single step: two points and the slopes at both."""
    return 2 * (parameters + 1)


def fit(batch: Batch, start: np.ndarray, settings: Settings, told: Told | None = None) -> Fit:
    """Minimise the sum of squared residuals in the box from 0 to 1.

    Parameters
    ----------
    batch
        Residuals of many points at once.
    start
        Coordinates, shape (parameters,).
    settings
        How.
    told
        Called at each accepted step.

    Returns
    -------
    Fit
        The best point of all steps; also after Ctrl-C, once the start has been evaluated.

    Raises
    ------
    StoppedError
        If evaluation stopped before the start was known.
    ValueError
        If there are fewer evaluations than `needed`, or the residuals at the start are not finite.
    """
    search = _Search(batch, np.asarray(start, np.float64), settings, told)
    if settings.evaluations < needed(len(search.start)):
        raise ValueError(f"fewer than {needed(len(search.start))} evaluations")
    code = 0
    try:
        ended = search.descend()
        search.last_jacobian()
    except _SpentError:
        ended = "evaluations used up"
    except (StoppedError, KeyboardInterrupt) as stop:
        if search.best is None:
            raise
        ended, code = (stop.reason, stop.code) if isinstance(stop, StoppedError) else ("interrupted", 130)
    assert search.best is not None
    point, residuals = search.best
    return Fit(
        point=point,
        residuals=residuals,
        slopes=search.slopes.get(point.tobytes()),
        objective=float(residuals @ residuals),
        first_objective=search.objectives[0],
        evaluations=search.evaluations,
        ended=ended,
        code=code,
        objectives=search.objectives,
    )


def _slopes(paired: np.ndarray) -> Slopes:
    """Slopes from paired differences by coordinate, shape (parameters, replications, moments)."""
    k, n, _ = paired.shape
    means = paired.mean(axis=1)
    # A parameter whose neighbour could not be simulated stays where it is in this step.
    known = np.all(np.isfinite(means), axis=1)
    means[~known] = 0.0
    seen, noise = means.copy(), np.zeros((k, k))
    if n > 1 and known.any():
        # Pooled over the parameters: a few replications alone tell a variance badly.
        error = np.sqrt(paired[known].var(axis=1, ddof=1).mean(axis=0) / n)
        seen[np.abs(seen) <= SLOPE_ERRORS * error] = 0.0
        # The point itself is in every difference, so the slopes of a moment share its chance.
        apart = np.where(known[:, None, None], paired - means[:, None, :], 0.0)
        noise = np.einsum("irm,jrm->ij", apart, apart) / ((n - 1) * n)
    return Slopes(means.T, seen.T, noise)


class _Search:
    """What the optimiser asks for, with memory."""

    def __init__(self, batch: Batch, start: np.ndarray, settings: Settings, told: Told | None) -> None:
        self.batch, self.start, self.settings, self.told = batch, start, settings, told
        self.known: dict[bytes, np.ndarray] = {}  # means over replications
        self.replications: dict[bytes, np.ndarray] = {}
        self.slopes: dict[bytes, Slopes] = {}
        self.best: tuple[np.ndarray, np.ndarray] | None = None
        self.objectives: list[float] = []
        self.evaluations = 0

    def residuals(self, point: np.ndarray) -> np.ndarray:
        """Residuals of a point with those of the pull, shape (moments + parameters,)."""
        key = point.tobytes()
        if key not in self.known:
            # A Jacobian at the point must still be affordable: it is needed to go on, and for the errors.
            if self.evaluations + 1 + len(point) > self.settings.evaluations:
                raise _SpentError
            self.replications[key] = self._evaluate(point[None, :])[0]
            self.known[key] = self.replications[key].mean(axis=0)
            if self.best is None:
                if not np.all(np.isfinite(self.known[key])):
                    raise ValueError("the residuals at the start are not finite")
                self._take(point)
            elif self._cost(point) < self._cost(self.best[0]):
                self._take(point)
        return np.concatenate([self.known[key], self.settings.pull * (point - self.start)])

    def jacobian(self, point: np.ndarray) -> np.ndarray:
        """Differences over a wide step, into the box, shape (moments + parameters, parameters)."""
        n, h = len(point), self.settings.step
        if point.tobytes() not in self.slopes:
            if point.tobytes() not in self.known:  # the optimiser has put it onto a bound, some digits away
                self.residuals(point)
            steps = np.where(point + h <= 1.0, h, -h)
            values = self._evaluate(point[None, :] + np.diag(steps))
            paired = (values - self.replications[point.tobytes()]) / steps[:, None, None]
            self.slopes[point.tobytes()] = _slopes(paired)
        return np.vstack([self.slopes[point.tobytes()].seen, self.settings.pull * np.eye(n)])

    def descend(self) -> str:
        """Step from the start until nothing is gained.

        Returns
        -------
        str
            Why the search ended.
        """
        point, tolerance = self.start, self.settings.tolerance
        while True:
            residuals, slopes = self.residuals(point), self.jacobian(point)
            step = self._step(point, residuals, slopes)
            if np.abs(step).max() < tolerance:
                return "steps have become small"
            before = self._cost(point)
            for _ in range(1 + HALVINGS):
                there = np.clip(point + step, 0.0, 1.0)
                self.residuals(there)
                gain = before - self._cost(there)
                if gain > 0.0:
                    break
                step = step / 2.0
            else:
                return "a step no longer lowers the objective"
            point = there
            if gain < tolerance * before:
                return "gains have become small"

    def _step(self, point: np.ndarray, residuals: np.ndarray, slopes: np.ndarray) -> np.ndarray:
        """The best step of the linear problem in the box and within `REACH`; the loss as weights of the rows."""
        weights = np.sqrt(_LOSSES[self.settings.loss][1](residuals**2))
        low, high = np.maximum(-point, -REACH), np.minimum(1.0 - point, REACH)
        answer = optimize.lsq_linear(slopes * weights[:, None], -residuals * weights, bounds=(low, high), method="bvls")
        return np.asarray(answer.x, np.float64)

    def last_jacobian(self) -> None:
        """Know the slopes at the best point, for the standard errors."""
        if self.best is not None and self.evaluations + len(self.start) <= self.settings.evaluations:
            self.jacobian(self.best[0])

    def _take(self, point: np.ndarray) -> None:
        residuals = self.known[point.tobytes()]
        self.best = (point.copy(), residuals)
        self.objectives.append(float(residuals @ residuals))
        if self.told is not None:
            self.told(len(self.objectives) - 1, point, residuals, self.evaluations)

    def _cost(self, point: np.ndarray) -> float:
        """Half the objective that the optimiser lowers, loss and pull included."""
        whole = np.concatenate([self.known[point.tobytes()], self.settings.pull * (point - self.start)])
        if not np.all(np.isfinite(whole)):
            return np.inf
        return 0.5 * float(np.sum(_LOSSES[self.settings.loss][0](whole**2)))

    def _evaluate(self, points: np.ndarray) -> np.ndarray:
        values = np.asarray(self.batch(np.clip(points, 0.0, 1.0)), np.float64)
        self.evaluations += len(points)
        return values
