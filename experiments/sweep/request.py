"""``kohtaanto sweep``: a design of points, each simulated in every arm and replication."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from experiments import results
from experiments.composition import resolve
from experiments.configuration import Configuration
from experiments.plan import code_digest
from experiments.progress import say
from experiments.results import FINISHED, UNFINISHED
from experiments.store import write_text
from experiments.sweep.design import Design, crossed
from experiments.sweep.evaluation import Evaluation
from experiments.sweep.factor import LEVER, UNCERTAINTY, Factor, read_factors
from experiments.sweep.launcher import executor_of
from experiments.sweep.outcome import OutcomeAsked, read_outcomes
from experiments.sweep.sample import FAILED, Sample
from experiments.sweep.sampling import latin_hypercube, sobol
from experiments.words import read_words
from sim.errors import InputError, near_miss

DESIGNS = ("lhs", "sobol", "grid")
SCHEMA = 1
"""Version of the files of a sweep."""
_OWN = {
    "design": "lhs", "points": "32", "lever_points": "", "levels": "3", "design_seed": "1", "uncertainties": "",
    "levers": "", "outcomes": "[unemployed,long_term_unemployed,first_interview_wait_days]",
}  # fmt: skip
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
        typed = read_words(words, _OWN, _REFUSED)
        return cls(typed.own, typed.overrides)

    def configuration(self) -> Configuration:
        """What is simulated but for the factors; recorded in brief unless typed otherwise.

        Raises
        ------
        InputError
            As `experiments.composition.resolve`.
        """
        return resolve("sweep", ["record=summary", *self.overrides])

    def resolved(self) -> str:
        """The runs that are asked for, as YAML."""
        return self.configuration().to_yaml()

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

    def outcomes(self) -> tuple[OutcomeAsked, ...]:
        """What is measured."""
        return read_outcomes(self.own["outcomes"])

    def _part(self, factors: tuple[Factor, ...], points: int, seed: int) -> Design:
        method = self.own["design"]
        if not factors:
            return Design((), ())
        if method == "lhs":
            return latin_hypercube(factors, points, seed)
        if method == "sobol":
            return sobol(factors, points, seed)
        raise InputError(
            f"design={method}: expected {', '.join(DESIGNS)} or a CSV file{near_miss(method, DESIGNS)}"
        )

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
    experiments.execution.UnfinishedError
        Runs ended early.
    """
    started = time.perf_counter()
    if fresh:
        raise InputError("sweep has no flag --fresh: stored runs are equal by their key; outputs=FOLDER begins anew")
    configuration = request.configuration()
    outcomes = request.outcomes()
    design = request.design(configuration)
    results.check_writable(configuration)
    folder = folder_of(configuration, design, outcomes)
    evaluation = Evaluation(configuration, design.factors, outcomes, executor_of(configuration), retry_failed)
    runs = len(design.points) * len(evaluation.arms) * configuration.replications
    say(f"{len(design.points)} points, {len(evaluation.arms)} arms, {configuration.replications} replications: "
        f"{runs} runs")  # fmt: skip
    manifest = _manifest(configuration, design, outcomes, evaluation)
    write_text(design.to_csv(), folder / "design.csv")
    write_text(results.to_json({**manifest, "status": UNFINISHED}), folder / "manifest.json")
    sample = evaluation(design.points)
    sample.write(folder / "sample.parquet")
    write_failed(sample, folder / "failed.csv")
    counted = {
        "runs": runs, "simulated": evaluation.simulated, "reused": evaluation.reused, "failed": sample.failed,
        "wall_s": round(time.perf_counter() - started, 3), "peak_rss_mb": round(evaluation.peak_rss_mb, 1),
    }  # fmt: skip
    write_text(results.to_json({**manifest, "status": FINISHED, "counted": counted}), folder / "manifest.json")
    print(folder)
    print(f"{runs} runs: {evaluation.simulated} simulated, {evaluation.reused} stored before, {sample.failed} failed; "
          f"{counted['wall_s']:.1f} s")  # fmt: skip
    for error, times in list(sample.errors().items())[:3]:
        say(f"{times} runs failed with {error}; see failed.csv; --retry-failed runs them again")
    return 1 if sample.failed else 0


def folder_of(configuration: Configuration, design: Design, outcomes: Sequence[OutcomeAsked]) -> Path:
    """Results folder of a sweep: its hash is that of the question, the design and the outcomes."""
    text = json.dumps(
        [results.configuration_hash(configuration), [factor.told() for factor in design.factors], design.to_csv(),
         [asked.name for asked in outcomes]]
    )  # fmt: skip
    plain = results.results_folder(configuration)
    return plain.with_name(f"{plain.name[:-9]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}")


def write_failed(sample: Sample, path: Path) -> None:
    """Write the failed runs with their errors, or remove the file of an earlier time.

    Raises
    ------
    InputError
        If it can not be written.
    """
    if not sample.failed:
        path.unlink(missing_ok=True)
        return
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = ("point", "arm", "replication", "seed", "error", "key")
    writer.writerow(columns)
    for row in sample.table.select([*columns, "status"]).to_pylist():
        if row["status"] == FAILED:
            writer.writerow([row[column] for column in columns])
    write_text(text.getvalue(), path)


def _manifest(
    configuration: Configuration, design: Design, outcomes: Sequence[OutcomeAsked], evaluation: Evaluation
) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "command": configuration.command,
        "name": configuration.name,
        "configuration_hash": results.configuration_hash(configuration),
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "seeds": [configuration.seed + index for index in range(configuration.replications)],
        "arms": list(evaluation.arms),
        "factors": [factor.told() for factor in design.factors],
        "points": len(design.points),
        "outcomes": [{"name": asked.name, "unit": asked.unit, "better": asked.better} for asked in outcomes],
        "code": {"version": results.version_of("kohtaanto"), "digest": code_digest()},
        "packages": results.package_versions(),
        "configuration": configuration.plain,
    }
