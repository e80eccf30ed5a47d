"""``kohtaanto validate``: the baseline against a board of published figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.composing.composition import asked_for, resolve
from experiments.composing.configuration import PROJECT, Configuration
from experiments.composing.words import read_words
from experiments.running import results
from experiments.running.execution import execute
from experiments.running.plan import Plan, make_plan
from experiments.running.progress import say
from experiments.running.store import RunStore, write_text
from experiments.validation import ModelYear, Published
from experiments.validation import page as board_page
from experiments.validation.board import Board
from experiments.validation.page import Origin
from experiments.validation.score import Score
from sim.errors import InputError

DOCS = PROJECT / "docs"
_DEFAULT_BOARD = "baseline"
_ALONE = "validate runs the baseline alone; shocks and policies belong to compare"
_REFUSED = {
    "shock": _ALONE, "policy": _ALONE, "record": "validate records what its moments need; leave it out",
}  # fmt: skip
# What the committed page may be asked with: everything else makes it a page about another question.
_FREE_IN_DOCS = ("replications", "seed", "engine.processes", "outputs", "name", "language")
# Where and how, not what: left out of the command that a page prints.
_NOT_PRINTED = ("engine.processes", "outputs", "language")
_FILES = ("start_file", "demand_file", "region")


@dataclass(frozen=True)
class Request:
    """A command line of ``validate``, read.

    Attributes
    ----------
    board
        What to hold the runs against.
    write_docs
        Whether the page is also written into ``docs/``.
    overrides
        ``key=value`` for the runs, as typed.
    """

    board: Board
    write_docs: bool
    overrides: tuple[str, ...]

    @classmethod
    def read(cls, words: Sequence[str]) -> Request:
        """Read ``key=value`` words.

        Raises
        ------
        InputError
            If the board or ``write_docs`` is wrong, or a key does not belong here.
        """
        typed = read_words(words, {"board": _DEFAULT_BOARD, "write_docs": "false"}, _REFUSED)
        request = cls(Board.read(typed.own["board"]), typed.flag("write_docs"), typed.overrides)
        if request.write_docs:
            typed.check_docs(_FREE_IN_DOCS, "the page in docs/ shows the board's own question")
        return request

    def configuration(self) -> Configuration:
        """The runs that are asked for: the board's, with what was typed in its place.

        Raises
        ------
        InputError
            As `experiments.composing.composition.resolve`.
        """
        return resolve("validate", [f"name={self.board.name}", *asked_for(self.board.overrides, self.overrides)])

    def resolved(self) -> str:
        """The runs that are asked for, as YAML."""
        return self.configuration().to_yaml()


def carry_out(request: Request, retry_failed: bool = False, fresh: bool = False) -> int:
    """Run the baseline, print the board and write it into the results folder.

    Parameters
    ----------
    request
        What was typed.
    retry_failed, fresh
        As in `experiments.running.execution.execute`.

    Returns
    -------
    int
        Exit status: 0 whatever the verdicts, 1 if a run failed.

    Raises
    ------
    InputError
        Wrong input.
    experiments.running.execution.UnfinishedError
        Runs ended early.
    """
    board, configuration = request.board, request.configuration()
    plan = make_plan(configuration)
    year = model_year(board, plan)
    execution = execute(plan, retry_failed, fresh, report=False)
    done = [run["key"] for run in execution.manifest["runs"] if run["status"] != "failed"]
    if execution.failed:
        say(f"{execution.failed} of {len(plan.runs)} runs failed; see {execution.folder / 'manifest.json'}")
    if not done:
        return 1
    scores = score(board, year, plan, done)
    origin = _origin(request, plan, execution.manifest, year, len(done))
    page = board_page.markdown(board, scores, origin)
    content = {
        "board": board.name,
        "title": board.title,
        "board_digest": board.digest,
        "model_year": year,
        "written": origin.written,
        "replications": len(done),
        "moments": board_page.records(scores),
    }
    write_text(results.to_json(content), execution.folder / "board.json")
    write_text(board_page.comma_separated(scores), execution.folder / "board.csv")
    write_text(page, execution.folder / "board.md")
    print(board_page.text(scores))
    print(board_page.count(scores))
    print(execution.folder / "board.md")
    if request.write_docs:
        path = DOCS / f"validation_{board.name}.md"
        write_text(page, path)
        print(path)
    print(f"{execution.seconds:.1f} s")
    return 1 if execution.failed else 0


def model_year(board: Board, plan: Plan) -> int:
    """Calendar year of the runs that stands for the board's: as many years after the start.

    Raises
    ------
    InputError
        If the runs do not hold all of its months.
    """
    horizon = plan.markets[0].horizon
    year = horizon.start.year + board.model_year - board.start_date.year
    if (horizon.start.year, horizon.start.month) > (year, 1) or horizon.last.year < year:
        raise InputError(
            f"board {board.name}: model year {year} must be simulated as a whole, the runs go from "
            f"{horizon.start} to {horizon.last}; start_date={year}-01-01"
        )
    return year


def score(board: Board, year: int, plan: Plan, keys: Sequence[str]) -> list[Score]:
    """Measure all moments in stored runs.

    Parameters
    ----------
    board
        Moments.
    year
        Model year.
    plan
        Where the runs come from.
    keys
        Of the runs, one a replication.

    Returns
    -------
    list of Score
        In the order of the board.
    """
    configuration = plan.configuration
    state = plan.region.start_state(configuration.start, configuration.start_file)
    published = Published.of(plan.region, state)
    store = RunStore(configuration.outputs / "runs")
    values: list[list[float]] = []
    for key in keys:
        months = ModelYear(store.load(key).indicators, year, published)
        values.append([moment.measure(months) for moment in board.moments])
    return [Score.of(moment, column) for moment, column in zip(board.moments, zip(*values, strict=True), strict=True)]


def _origin(request: Request, plan: Plan, manifest: dict[str, Any], year: int, done: int) -> Origin:
    board, configuration, horizon = request.board, plan.configuration, plan.markets[0].horizon
    said = [_printed(word) for word in request.overrides if word.partition("=")[0] not in _NOT_PRINTED]
    words = ["kohtaanto validate", f"board={board.name}", *said, *(["write_docs=true"] if request.write_docs else [])]
    differences = [word for word in said if word.partition("=")[0] not in ("name", "seed", "replications")]
    if done != board.replications:
        differences.append(f"{done} replications instead of {board.replications}")
    seeds = manifest["seeds"]
    facts = {
        "region": str(manifest["region"]["name"]),
        "start state": configuration.start,
        "simulated": f"{horizon.start} to {horizon.last}",
        "model year": str(year),
        "seeds": f"{seeds[0]} to {seeds[-1]}" if len(seeds) > 1 else str(seeds[0]),
        "scale": f"{configuration.scale:g} simulated persons for each real one",
        "code": f"version {manifest['code']['version']}, sources `{manifest['code']['digest'][:12]}`",
        "data": f"`{manifest['region']['digest'][:12]}`",
        "bands": f"`{board.digest[:12]}`",
        "question": f"`{manifest['configuration_hash'][:12]}`",
    }
    return Origin(manifest["written"][:10], " ".join(words), tuple(differences), facts)


def _printed(word: str) -> str:
    """A word of the command line without the folders of this machine."""
    key, _, value = word.partition("=")
    return f"{key}={Path(value).name}" if key in _FILES else word
