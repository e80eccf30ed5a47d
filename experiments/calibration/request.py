"""``kohtaanto calibrate``: fits a few constants of the whole area to the moments of a board."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from experiments.calibration import page
from experiments.calibration.declaration import locate, write_values
from experiments.calibration.evaluation import Evaluation, Evaluator, Part, Residuals, objective
from experiments.calibration.least_squares import Fit, StoppedError, fit, needed
from experiments.calibration.measured_moments import MeasuredMoments, moments_of
from experiments.calibration.result import make_result, to_write
from experiments.calibration.target import FreeParameter, Target, coordinates, read_target, values_at
from experiments.composing import composition
from experiments.composing.configuration import Configuration
from experiments.composing.words import read_words
from experiments.running.execution import UnfinishedError
from experiments.running.plan import Plan, code_digest, make_plan
from experiments.running.progress import say
from experiments.running.results import check_writable, results_folder, to_json
from experiments.running.store import plain, write_text
from experiments.validation import Moment, Published
from experiments.validation.board import Board
from experiments.validation.request import model_year
from sim.errors import InputError

WORST = 4
"""Moments named at each step."""
_DEFAULT_TARGET = "baseline"
_ALONE = "calibrate runs the baseline alone; shocks and policies belong to compare"
_REFUSED = {
    "shock": _ALONE, "policy": _ALONE, "record": "calibrate records what its moments need; leave it out",
}  # fmt: skip
_OF_EVERY_BOARD = ("replications", "seed", "scale")
"""Keys of a target that hold for the runs of all its boards."""
_OF_ONE_BOARD = ("start", "start_date", "start_file", "horizon_years", "rules")
"""Keys of a run that, typed, hold for the target's own board alone."""
_BEFORE = "{} before the first point was known; finished runs are kept, the same command goes on from there"


@dataclass(frozen=True)
class Request:
    """A command line of ``calibrate``, read.

    Attributes
    ----------
    target
        What to fit to what.
    write
        Whether fitted values are written into ``conf/``.
    overrides
        ``key=value`` for the runs, as typed.
    """

    target: Target
    write: bool
    overrides: tuple[str, ...]

    @classmethod
    def read(cls, words: Sequence[str]) -> Request:
        """Read ``target=NAME``, ``write=true``, ``target.KEY=VALUE`` and keys of a run.

        Raises
        ------
        InputError
            If the target is wrong, or a key does not belong here.
        """
        typed = read_words(words, {"target": _DEFAULT_TARGET, "write": "false"}, _REFUSED, "target")
        request = cls(read_target(typed.own["target"], typed.changed), typed.flag("write"), typed.overrides)
        if request.write:
            request.check_write()
        return request

    def configuration(self) -> Configuration:
        """The runs of the first point.

        Raises
        ------
        InputError
            As `experiments.composing.composition.resolve`.
        """
        asked = composition.asked_for((*self.target.overrides, "record=monthly"), self.overrides)
        return composition.resolve("calibrate", [f"name={self.target.name}", *asked])

    def other_configuration(self, board: Board) -> Configuration:
        """The runs of the first point that another board asks for, at the target's seeds.

        Raises
        ------
        InputError
            As `configuration`.
        """
        ours = [word for word in self.target.overrides if word.partition("=")[0] in _OF_EVERY_BOARD]
        typed = [word for word in self.overrides if word.partition("=")[0] not in _OF_ONE_BOARD]
        return composition.resolve("calibrate", [f"name={self.target.name}", *board.overrides, *ours, *typed])

    def check_write(self) -> None:
        """Refuse before hours of search what could not be written after them.

        Raises
        ------
        InputError
            If another parameter is changed for these runs only, or no file declares one that is fitted.
        """
        for word in self.overrides:
            key = word.partition("=")[0]
            if key.startswith("parameters.") and key.removeprefix("parameters.") not in self.target.bounds:
                raise InputError(f"write=true with {word}: the fitted values would not hold for conf/ as it stands")
        self.target.free_parameters(self.configuration().parameters)
        for name in self.target.bounds:
            locate(name, composition.CONF)


def carry_out(request: Request) -> int:
    """Fit, tell every step, write what was found.

    Parameters
    ----------
    request
        What was typed.

    Returns
    -------
    int
        Exit status 0, whatever the fit is worth.

    Raises
    ------
    InputError
        Wrong input.
    experiments.running.execution.UnfinishedError
        After Ctrl-C and the like; the best point so far has been written into the results folder.
    """
    began = time.perf_counter()
    target, asked = request.target, request.configuration()
    boards = [Board.read(name) for name in target.boards]
    wanted = [moments_of(target, board) for board in boards]
    free = target.free_parameters(asked.parameters)
    if target.settings.evaluations < needed(len(free)):
        raise InputError(
            f"conf/target/{target.name}.yaml: evaluations: {target.settings.evaluations} are too few for a step with "
            f"{len(free)} parameters; at least {needed(len(free))}"
        )
    # What is aimed at is a part of the question, and of the name of the folder.
    question = {**asked.plain, "target": plain(target.plain), "bands": [board.digest for board in boards]}
    configuration = dataclasses.replace(asked, plain=question)
    plan = make_plan(configuration)
    check_writable(configuration)
    folder = results_folder(configuration)
    plans = [plan, *(make_plan(request.other_configuration(board)) for board in boards[1:])]
    parts = [_part(target, *each) for each in zip(plans, boards, wanted, strict=True)]
    evaluator = Evaluator(parts, free, folder / "evaluations.jsonl")
    moments = evaluator.moments

    first = coordinates(free, [parameter.start for parameter in free])
    start = _start(evaluator, first)
    residuals = Residuals(evaluator, np.array([target.weights[m.name] for m in moments]), _usable(start, moments))
    steps = _Steps(residuals, free, began)
    try:
        found = fit(residuals, first, target.settings, steps.tell)
    except StoppedError as stop:
        raise UnfinishedError(_BEFORE.format(stop.reason), stop.code) from None
    best = evaluator.known[values_at(free, found.point)]
    result = make_result(target, free, residuals, found, start, best)
    content = _content(target, plan, evaluator, result, found, time.perf_counter() - began)
    write_text(page.markdown(content), folder / "calibration.md")
    write_text(to_json(plain(content)), folder / "calibration.json")
    _print(result)
    print(folder / "calibration.md")
    if found.code:
        conf = ", nothing was written into conf/" if request.write else ""
        raise UnfinishedError(
            f"{found.ended}: the best of {found.evaluations} points is kept{conf}; the same command goes on from there",
            found.code,
        )
    if request.write:
        _write(result, target)
    print(f"{time.perf_counter() - began:.1f} s")
    return 0


def _part(target: Target, plan: Plan, board: Board, moments: Sequence[Moment]) -> Part:
    """A board's runs and moments; those of other boards than the target's own are told by its name too."""
    configuration = plan.configuration
    published = Published.of(plan.region, plan.region.start_state(configuration.start, configuration.start_file))
    prefix = "" if board.name == target.board else f"{board.name}."
    return Part(configuration, MeasuredMoments(moments, model_year(board, plan), published, prefix))


def _start(evaluator: Evaluator, first: np.ndarray) -> Evaluation:
    try:
        start = evaluator(first[None, :])[0]
    except StoppedError as stop:
        raise UnfinishedError(_BEFORE.format(stop.reason), stop.code) from None
    if start.error:
        raise UnfinishedError(f"the start values can not be simulated: {start.error}", 1)
    return start


def _usable(start: Evaluation, moments: Sequence[Moment]) -> np.ndarray:
    """Moments that the runs have, shape (moments,); the others are told of and left out."""
    used = np.isfinite(start.means)
    for moment in (moment for moment, is_used in zip(moments, used, strict=True) if not is_used):
        say(f"{moment.name} is not available in these runs and is left out")
    if not used.any():
        raise InputError("none of the target's moments is available in these runs; is horizon_years long enough?")
    return used


class _Steps:
    """Tells each step: objective, worst moments, what moved."""

    def __init__(self, residuals: Residuals, free: Sequence[FreeParameter], began: float) -> None:
        self.residuals, self.free, self.began = residuals, free, began

    def tell(self, step: int, point: np.ndarray, residuals: np.ndarray, evaluations: int) -> None:
        values = values_at(self.free, point)
        means = self.residuals.evaluator.known[values].means
        distance = np.where(self.residuals.used, self.residuals.distance(means), 0.0)
        moments = self.residuals.evaluator.moments
        order = np.argsort(-np.abs(distance), kind="stable")[:WORST]
        worst = ", ".join(f"{moments[k].name} {means[k]:.4g} ({distance[k]:+.1f})" for k in order if distance[k])
        seconds = time.perf_counter() - self.began
        say(f"step {step}: objective {objective(residuals):.4g} after {evaluations} points, {seconds:.0f} s")
        say(f"  worst (half-widths from the band's middle): {worst}")
        if step:
            told = (f"{p.name} {v:.4g}" for p, v in zip(self.free, values, strict=True))
            say(f"  at {', '.join(told)}")


def _content(
    target: Target, plan: Plan, evaluator: Evaluator, result: Mapping[str, Any], found: Fit, seconds: float
) -> dict[str, Any]:
    configuration: Configuration = plan.configuration
    return {
        "status": found.ended if found.code else "finished",
        "target": target.name,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "start": configuration.start,
        "start_date": str(plan.markets[0].horizon.start),
        "replications": configuration.replications,
        "seeds": [configuration.seed + index for index in range(configuration.replications)],
        "runs_simulated": evaluator.simulated,
        "seconds": round(seconds, 1),
        "processes": configuration.processes,
        "code": {"digest": code_digest()},
        "region": {"name": plan.region.name, "digest": plan.region.digest},
        "result": result,
        "configuration": configuration.plain,
    }


def _print(result: Mapping[str, Any]) -> None:
    console = Console(width=None if Console().is_terminal else 160)
    for rows in (page.moment_rows(result), page.parameter_rows(result)):
        table = Table(box=None, pad_edge=False)
        for index, head in enumerate(rows[0]):
            table.add_column(head, justify="right" if 0 < index < 6 else "left", overflow="fold")
        for row in rows[1:]:
            table.add_row(*row)
        console.print(table)
        console.print()
    values = result["objective"]
    points = f"{result['evaluations']} points: {result['ended']}"
    print(f"objective {values['start']:.4g} → {values['fitted']:.4g}, {points}")
    for pair in result["alike"]:
        print(f"hardly told apart: {' and '.join(pair['parameters'])} (correlation {pair['correlation']:+.2f})")


def _write(result: dict[str, Any], target: Target) -> None:
    fitted = to_write(result, target.name)
    if not fitted or result["objective"]["fitted"] >= result["objective"]["start"]:
        print("nothing better than the start was found; conf/ stays as it is")
        return
    conf: Path = composition.CONF
    for path in write_values(fitted, conf):
        print(f"written: {path.relative_to(conf.parent)}")
