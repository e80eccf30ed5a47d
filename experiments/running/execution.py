"""Carries out a plan: reuses what is stored, simulates the rest, writes the results folder."""

from __future__ import annotations

import contextlib
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.running import results
from experiments.running.judgement import INTERVAL
from experiments.running.plan import MAIN, Plan, Run
from experiments.running.progress import RunProgress, say
from experiments.running.results import FINISHED, UNFINISHED, RunRecord
from experiments.running.runner import Outcome, WorkerKilledError, perform_all, tasks_of
from experiments.running.store import DamagedRunError, RunStore, StoredRun, write_text
from experiments.running.summary import summarise
from sim.errors import InputError


class UnfinishedError(Exception):
    """Runs ended early; what was finished is kept.

    Attributes
    ----------
    code
        Exit status of the command.
    """

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Execution:
    """What came of a plan.

    Attributes
    ----------
    folder
        The results folder.
    manifest, summary
        As written there.
    report
        The page, or None if it was not written.
    seconds
        From the beginning of the execution to the finished folder.
    failed
        Number of failed runs.
    """

    folder: Path
    manifest: dict[str, Any]
    summary: dict[str, Any]
    report: Path | None
    seconds: float
    failed: int


def execute(plan: Plan, retry_failed: bool = False, fresh: bool = False, report: bool = True) -> Execution:
    """Carry out a plan.

    Parameters
    ----------
    plan
        What to run.
    retry_failed
        Run again what failed at an earlier time with the same key.
    fresh
        Simulate everything anew, stored or not.
    report
        Write the report page.

    Returns
    -------
    Execution
        The results, in their folder.

    Raises
    ------
    InputError
        If the input is wrong or results can not be written.
    UnfinishedError
        After Ctrl-C, or if a worker process was killed.
    """
    started = time.perf_counter()
    configuration = plan.configuration
    launcher = configuration.plain["engine"].get("launcher", "processes")
    if launcher != "processes":
        raise InputError(f"engine.launcher={launcher}: clusters belong to sweeps; {configuration.command} simulates in "
                         f"processes of this machine")  # fmt: skip
    results.check_writable(configuration)
    store = RunStore(configuration.outputs / "runs")
    records = [RunRecord(run, "waiting") for run in plan.runs]
    stored: dict[str, StoredRun] = {} if fresh else _stored(plan, store)
    failed = {} if retry_failed else _failed_before(plan)
    missing: dict[str, Run] = {}
    for record in records:
        key = record.run.key
        if key in stored:
            record.status, record.digest = "reused", stored[key].digest
            record.seconds = sum(stored[key].seconds.values())
        elif key in failed:
            record.status, record.error = "failed", failed[key]
        else:
            missing.setdefault(key, record.run)
    if stored:
        say(f"{len(stored)} of {len({run.key for run in plan.runs})} runs are stored already")
    outcomes: list[Outcome] = []
    try:
        compile_s = _warm_up(next(iter(missing.values()))) if missing else 0.0
        tasks = tasks_of(missing.values())
        processes = max(1, min(configuration.processes, len(tasks)))
        with (
            RunProgress(len(missing)) as progress,
            contextlib.closing(perform_all(tasks, store.folder, processes)) as finished,
        ):
            for part in finished:
                outcomes += part
                progress.advance(len(part))
    except (KeyboardInterrupt, WorkerKilledError) as stop:
        raise _unfinished(plan, records, outcomes, isinstance(stop, KeyboardInterrupt)) from None
    _note(records, outcomes)
    for outcome in outcomes:
        if outcome.status == "done":
            stored[outcome.run.key] = _read_again(store, outcome.run.key)
    for record in records:
        if record.run.key in stored:
            record.digest = stored[record.run.key].digest

    by_market: dict[str, dict[tuple[str, int], StoredRun]] = {market.name: {} for market in plan.markets}
    for record in records:
        if record.run.key in stored:
            by_market[record.run.market][record.run.arm, record.run.replication] = stored[record.run.key]
    built = {name: next(iter(runs.values())).built for name, runs in by_market.items() if runs}
    performance = {
        "compile_s": round(compile_s, 3),
        "build_s": _median(by_market[MAIN], "build"),
        "simulate_s": _median(by_market[MAIN], "simulate"),
        "wall_s": round(time.perf_counter() - started, 3),
        "processes": processes,
        "peak_rss_mb": round(max((outcome.peak_rss_mb for outcome in outcomes), default=0.0), 1),
    }
    summary = _summary(plan, by_market)
    summary["performance"] = performance
    recruits = {name: results.mean_recruits(runs) for name, runs in by_market.items()}
    placing = {name: results.mean_placing(runs) for name, runs in by_market.items()}
    manifest = results.make_manifest(plan, records, FINISHED, built, recruits, placing)
    page = None
    with results.folder_in_the_making(configuration) as making:
        for market, runs in by_market.items():
            place = making if market == MAIN else making / "markets" / market
            results.write_indicators(runs, place / "indicators.parquet")
            results.write_logs(runs, place)
        write_text(results.to_json(summary), making / "summary.json")
        write_text(results.to_json(manifest), making / "manifest.json")
        if report and by_market[MAIN]:
            page = _write_report(making, configuration.language)
    folder = results.results_folder(configuration)
    return Execution(
        folder=folder,
        manifest=manifest,
        summary=summary,
        report=folder / page.name if page else None,
        seconds=time.perf_counter() - started,
        failed=sum(record.status == "failed" for record in records),
    )


def _stored(plan: Plan, store: RunStore) -> dict[str, StoredRun]:
    """Runs that are stored already; a damaged one is told of and removed."""
    found: dict[str, StoredRun] = {}
    for key in dict.fromkeys(run.key for run in plan.runs):
        try:
            run = store.read(key)
        except DamagedRunError as error:
            say(f"a stored run is damaged and is simulated again: {error}")
            store.remove(key)
            continue
        if run is not None:
            found[key] = run
    return found


def _read_again(store: RunStore, key: str) -> StoredRun:
    try:
        return store.load(key)
    except DamagedRunError as error:
        raise InputError(f"{store.folder}: a run just written can not be read: {error}") from None


def whole_replications(plan: Plan, execution: Execution) -> dict[tuple[str, str, int], StoredRun]:
    """Stored runs of the replications in which every arm of every market was simulated.

    Returns
    -------
    dict
        By market, arm and replication.
    """
    store = RunStore(plan.configuration.outputs / "runs")
    keys = {
        (run["market"], run["arm"], int(run["replication"])): run["key"]
        for run in execution.manifest["runs"]
        if run["status"] != "failed"
    }
    wanted = [(market.name, arm) for market in plan.markets for arm in plan.configuration.arms]
    return {
        (*place, number): store.load(keys[*place, number])
        for number in range(plan.configuration.replications)
        if all((*place, number) in keys for place in wanted)
        for place in wanted
    }


def of_main_market(runs: Mapping[tuple[str, str, int], StoredRun]) -> dict[tuple[str, int], StoredRun]:
    """Runs of the market that the question is about, by arm and replication."""
    return {(arm, number): run for (market, arm, number), run in runs.items() if market == MAIN}


def _failed_before(plan: Plan) -> dict[str, str]:
    """Errors by key of runs that an earlier execution of the same question noted as failed."""
    path = results.results_folder(plan.configuration) / "manifest.json"
    if not path.is_file():
        return {}
    try:
        earlier = results.read_manifest(path)["runs"]
        failed = {run["key"]: str(run["error"]) for run in earlier if run["status"] == "failed"}
    except (InputError, KeyError, TypeError):
        return {}
    failed = {key: failed[key] for key in {run.key for run in plan.runs} & set(failed)}
    if failed:
        say(f"{len(failed)} runs failed earlier and are left out; --retry-failed runs them again")
    return failed


def _warm_up(run: Run) -> float:
    """Compile before workers start, so that they find the compiled engine."""
    from agents.warm_up import warm_up

    say("Compiling the engine, once, or finding it compiled …")
    return float(warm_up(run.specification))


def _note(records: list[RunRecord], outcomes: list[Outcome]) -> None:
    by_key = {outcome.run.key: outcome for outcome in outcomes}
    for record in records:
        outcome = by_key.get(record.run.key)
        if outcome is not None and record.status == "waiting":
            record.status, record.error, record.seconds = outcome.status, outcome.error, outcome.seconds


def _unfinished(
    plan: Plan, records: list[RunRecord], outcomes: list[Outcome], interrupted: bool
) -> UnfinishedError:
    """Note what is done in a manifest that says unfinished, unless a finished one is there."""
    _note(records, outcomes)
    kept = sum(record.status in ("done", "reused") for record in records)
    path = results.results_folder(plan.configuration) / "manifest.json"
    with contextlib.suppress(InputError):
        finished = path.is_file() and results.read_manifest(path).get("status") == FINISHED
        if not finished:
            manifest = results.make_manifest(plan, records, UNFINISHED, {}, {}, {})
            write_text(results.to_json(manifest), path)
    reason = "interrupted" if interrupted else "a worker process was killed, perhaps for want of memory"
    message = f"{reason}: {kept} of {len(records)} runs are kept; the same command goes on from there"
    return UnfinishedError(message, 130 if interrupted else 1)


def _median(runs: dict[tuple[str, int], StoredRun], what: str) -> float | None:
    seconds = [run.seconds[what] for run in runs.values() if what in run.seconds]
    return round(statistics.median(seconds), 4) if seconds else None


def _summary(plan: Plan, by_market: dict[str, dict[tuple[str, int], StoredRun]]) -> dict[str, Any]:
    arms = list(plan.configuration.arms)
    parts = {}
    for market in plan.markets:
        tables = {run: stored.indicators for run, stored in by_market[market.name].items()}
        parts[market.name] = summarise(tables, arms, market.horizon, plan.targets)
    main = parts.pop(MAIN)
    return {"interval": INTERVAL, "arms": arms, **main, "markets": parts}


def _write_report(folder: Path, language: str) -> Path | None:
    try:
        from experiments.report import page
    except ImportError as error:
        say(f"no report: {error}")
        return None
    try:
        return Path(page.write(folder, language))
    except Exception as error:
        # Hours of simulation must not be lost to a picture: the results stay, the page can be made again.
        say(f"the report could not be written: {' '.join(str(error).split())}; try: kohtaanto report DIR")
        return None
