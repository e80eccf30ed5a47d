"""``kohtaanto sweep``: a design of points, each simulated in every arm and replication."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from experiments.composing.composition import CONF, resolve
from experiments.composing.configuration import Configuration
from experiments.composing.words import read_words
from experiments.running import results
from experiments.running.progress import say
from experiments.sweep.design import Design, crossed
from experiments.sweep.evaluation import Evaluation
from experiments.sweep.factor import LEVER, UNCERTAINTY, Factor, read_factors
from experiments.sweep.folder import INDICATORS, SweepFolder
from experiments.sweep.grid import grid
from experiments.sweep.launcher import executor_of
from experiments.sweep.outcome import OutcomeAsked, check_months, read_outcomes
from experiments.sweep.own import read_own
from experiments.sweep.sampling import latin_hypercube, sobol
from sim.errors import InputError, near_miss

DESIGNS = ("lhs", "sobol", "grid")
_OWN = (
    "design", "points", "lever_points", "levels", "design_seed", "uncertainties", "levers", "outcomes", "indicators",
)  # fmt: skip
_REFUSED = {
    key: f"a sweep asks outcomes in one start state; leave {key} out" for key in ("markets", "record_weekly")
}


@dataclass(frozen=True)
class Request:
    """A command line of ``sweep``, read.

    Attributes
    ----------
    own
        Keys of the sweep, as typed or by default.
    overrides
        ``key=value`` for the runs, as typed.
    """

    own: dict[str, str]
    overrides: tuple[str, ...]

    @classmethod
    def read(cls, words: Sequence[str]) -> Request:
        """Read the sweep's own keys and those of a run.

        Raises
        ------
        InputError
            A key that does not belong here.
        """
        typed = read_words(words, defaults(), _REFUSED)
        return cls(typed.own, typed.overrides)

    def configuration(self) -> Configuration:
        """What is simulated but for the factors; recorded in brief unless typed otherwise.

        Raises
        ------
        InputError
            As `experiments.composing.composition.resolve`.
        """
        return resolve("sweep", ["record=summary", *self.overrides])

    def resolved(self) -> str:
        """The keys of the sweep and the runs that are asked for, as YAML."""
        return yaml.safe_dump({"sweep": self.own}, sort_keys=False) + self.configuration().to_yaml()

    def design(self, configuration: Configuration) -> Design:
        """The factors and points.

        Raises
        ------
        InputError
            If they can not be read, or the method does not suit them.
        """
        own = self.own
        uncertainties = read_factors(own["uncertainties"], UNCERTAINTY, configuration.parameters)
        levers = read_factors(own["levers"], LEVER, configuration.parameters)
        if self.own["design"] not in DESIGNS:
            return self._of_file(Path(self.own["design"]), uncertainties, levers, configuration)
        seed = self._whole("design_seed", 0)
        points = self._whole("points", 1)
        lever_points = self._whole("lever_points", 1) if own["lever_points"] else points
        parts = [
            self._part(factors, number, seed + place)
            for place, (factors, number) in enumerate(((uncertainties, points), (levers, lever_points)))
        ]
        design = crossed(*parts)
        design.check()
        return design

    def outcomes(self, configuration: Configuration) -> tuple[OutcomeAsked, ...]:
        """What is measured.

        Raises
        ------
        InputError
            An unknown indicator, or a month after the last one.
        """
        outcomes = read_outcomes(self.own["outcomes"])
        check_months(outcomes, configuration.horizon_years)
        return outcomes

    def _part(self, factors: tuple[Factor, ...], points: int, seed: int) -> Design:
        method = self.own["design"]
        if not factors:
            return Design((), ())
        if method == "lhs":
            return latin_hypercube(factors, points, seed)
        if method == "sobol":
            return sobol(factors, points, seed)
        return grid(factors, self._whole("levels", 1))

    def _of_file(
        self, path: Path, uncertainties: Sequence[Factor], levers: Sequence[Factor], configuration: Configuration
    ) -> Design:
        if not path.is_file():
            raise InputError(f"design={path}: expected {', '.join(DESIGNS)} or a CSV file"
                             f"{near_miss(str(path), DESIGNS)}")  # fmt: skip
        if uncertainties:
            raise InputError(f"uncertainties: the columns of {path.name} say what varies; leave uncertainties= out")
        design = read_own(path, {factor.key: factor for factor in levers}, configuration.parameters)
        design.check()
        return design

    def _whole(self, key: str, low: int) -> int:
        text = self.own[key]
        if not text.isdecimal() or int(text) < low:
            raise InputError(f"{key}={text}: expected a whole number from {low}")
        return int(text)


def carry_out(request: Request, retry_failed: bool = False, fresh: bool = False) -> int:
    """Run the design, write the results folder and say what came out.

    Returns
    -------
    int
        Exit status: 0, or 1 if a run failed.

    Raises
    ------
    InputError
        Wrong input.
    experiments.running.execution.UnfinishedError
        Runs ended early.
    """
    started = time.perf_counter()
    if fresh:
        raise InputError("sweep has no flag --fresh: stored runs are equal by their key; outputs=FOLDER begins anew")
    if request.own["indicators"] not in INDICATORS:
        raise InputError(f"indicators={request.own['indicators']}: expected {', '.join(INDICATORS)}"
                         f"{near_miss(request.own['indicators'], INDICATORS)}")  # fmt: skip
    configuration = request.configuration()
    outcomes = request.outcomes(configuration)
    design = request.design(configuration)
    executor = executor_of(configuration)
    results.check_writable(configuration)
    evaluation = Evaluation(configuration, design.factors, outcomes, executor, retry_failed)
    folder = SweepFolder.of(configuration, design, evaluation)
    runs = len(design.points) * len(evaluation.arms) * configuration.replications
    say(f"{len(design.points)} points, {len(evaluation.arms)} arms, {configuration.replications} replications: "
        f"{runs} runs")  # fmt: skip
    folder.begin()
    sample = evaluation(design.points)
    folder.write_sample(sample)
    folder.write_indicators(sample, request.own["indicators"])
    wall_s = time.perf_counter() - started
    folder.finish(sample, wall_s)
    print(folder.path)
    print(f"{runs} runs: {evaluation.simulated} simulated, {evaluation.reused} stored before, {sample.failed} failed; "
          f"{wall_s:.1f} s")  # fmt: skip
    for error, times in list(sample.errors().items())[:3]:
        say(f"{times} runs failed with {error}; see failed.csv; --retry-failed runs them again")
    return 1 if sample.failed else 0


def defaults() -> dict[str, str]:
    """The sweep's own keys and what they are if nothing is typed, from ``conf/sweep.yaml``."""
    given = yaml.safe_load((CONF / "sweep.yaml").read_text(encoding="utf-8"))
    return {key: _typed(given[key]) for key in _OWN}


def _typed(value: object) -> str:
    if isinstance(value, list):
        return f"[{','.join(str(item) for item in value)}]"
    return "" if value is None else str(value)
