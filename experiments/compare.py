"""``kohtaanto compare``: the baseline against one or more arms, paired by replication."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.composing.arm import BASELINE
from experiments.composing.composition import resolve
from experiments.composing.configuration import Configuration
from experiments.running.execution import Execution, execute
from experiments.running.plan import code_digest, make_plan
from experiments.running.progress import say
from experiments.running.results import read_manifest
from sim.errors import InputError

# What may differ when a manifest is run again: nothing of it changes what comes out.
_FREE_IN_RERUN = ("outputs", "language", "engine.processes")


@dataclass(frozen=True)
class Options:
    """How runs are carried out, given by flags and not by the configuration.

    Attributes
    ----------
    retry_failed
        Run failed runs again.
    fresh
        Simulate everything anew.
    rerun
        Manifest to reproduce.
    """

    retry_failed: bool = False
    fresh: bool = False
    rerun: Path | None = None


def carry_out(command: str, overrides: Sequence[str], options: Options) -> int:
    """Carry out ``run`` or ``compare`` and print the answer.

    Parameters
    ----------
    command
        ``run`` or ``compare``.
    overrides
        ``key=value`` as typed.
    options
        Flags.

    Returns
    -------
    int
        Exit status: 0, or 1 if a run failed or the report could not be written.

    Raises
    ------
    InputError
        Wrong input.
    experiments.running.execution.UnfinishedError
        Runs ended early.
    """
    manifest = read_manifest(options.rerun) if options.rerun is not None else None
    if manifest is None:
        configuration = resolve(command, overrides)
    else:
        configuration = _again(command, manifest, overrides)
    plan = make_plan(configuration)
    execution = execute(plan, options.retry_failed, options.fresh or manifest is not None)
    for line in answer(execution, configuration):
        print(line)
    for line in warnings(execution, configuration):
        print(line)
    print(execution.report or execution.folder)
    print(f"{execution.seconds:.1f} s")
    same = manifest is None or _tell_equality(manifest, execution)
    if execution.failed:
        first = next(run["error"] for run in execution.manifest["runs"] if run["status"] == "failed")
        say(f"{execution.failed} of {len(plan.runs)} runs failed, the first with {first}; see manifest.json")
    return 1 if execution.failed or execution.report is None or not same else 0


def answer(execution: Execution, configuration: Configuration) -> list[str]:
    """The answer in two or three lines of the user's language, as the report gives it.

    Parameters
    ----------
    execution
        Finished results.
    configuration
        What was asked.

    Returns
    -------
    list of str
        A line for each arm; for a single world its unemployment.
    """
    indicators = execution.summary["indicators"]
    told = [at for at in indicators.get("unemployed", {}).get("at", {}) if at != "all"]
    if not told:
        return []
    if list(configuration.arms) == [next(iter(configuration.arms))]:
        arm, month = next(iter(configuration.arms)), told[-1]
        entry = indicators["unemployed"]["at"][month]["arms"][arm]
        return [f"{arm}: unemployed {_interval(entry, '')} after {month} months"]
    if execution.report is not None:
        from experiments.report import sentences
        from experiments.report.folder import ResultsFolder
        from experiments.report.notation import Notation
        from experiments.report.terms import Terms

        folder, terms = ResultsFolder(execution.folder), Terms(configuration.language)
        arms = [arm for arm in configuration.arms if arm != BASELINE]
        return [" ".join(sentences.answer(folder, arm, terms, Notation(terms))) for arm in arms]
    month = "12" if "12" in told else told[-1]
    differences = indicators["unemployed"]["at"][month]["difference"]
    return [
        f"{arm}: unemployed {_interval(entry, '+')} after {month} months"
        for arm, entry in differences.items()
    ]


def warnings(execution: Execution, configuration: Configuration) -> list[str]:
    """A line of the user's language for each arm that orders more recruits than employers ask for."""
    if not any(execution.manifest["recruits"].values()):
        return []
    from experiments.report import recruits, sentences
    from experiments.report.folder import ResultsFolder
    from experiments.report.notation import Notation
    from experiments.report.terms import Terms

    folder, terms = ResultsFolder(execution.folder), Terms(configuration.language)
    arms = {arm: sentences.arm_label(folder, arm, terms) for arm in configuration.arms}
    return recruits.shortfalls(folder, arms, terms, Notation(terms))


def _interval(entry: dict[str, Any], sign: str) -> str:
    if entry["mean"] is None:
        return "–"
    mean = f"{entry['mean']:{sign},.0f}"
    return (
        mean
        if entry["low"] is None
        else f"{mean} (80 %: {entry['low']:{sign},.0f} to {entry['high']:{sign},.0f})"
    )


def _again(command: str, manifest: dict[str, Any], overrides: Sequence[str]) -> Configuration:
    """Configuration of a manifest, checked against the command that it came from."""
    plain = dict(manifest["configuration"])
    if plain.get("command") != command:
        raise InputError(f"--rerun: the manifest is of '{plain.get('command')}', not of '{command}'")
    for text in overrides:
        key, _, value = text.partition("=")
        if key not in _FREE_IN_RERUN:
            raise InputError(f"{text}: with --rerun only {', '.join(_FREE_IN_RERUN)} can be given")
        if key == "outputs":
            plain["outputs"] = str(Path(value).resolve())
        elif key == "language":
            plain["language"] = value
        else:
            plain["engine"] = {"processes": int(value) if value.isdecimal() else value}
    configuration = Configuration.from_plain(plain)
    if not isinstance(manifest.get("runs"), list):
        raise InputError("--rerun: the manifest lists no runs to compare with")
    code = manifest.get("code")
    if not isinstance(code, dict) or code.get("digest") != code_digest():
        say("--rerun: the code differs from the manifest's; results may differ")
    return configuration


def _tell_equality(manifest: dict[str, Any], execution: Execution) -> bool:
    """Say how many runs are equal to the manifest's bit for bit."""

    def digests(runs: list[dict[str, Any]]) -> dict[tuple[Any, ...], str]:
        return {
            (run["market"], run["arm"], run["replication"]): run["digest"] for run in runs if run["digest"]
        }

    before, now = digests(manifest["runs"]), digests(execution.manifest["runs"])
    equal = sum(now.get(run) == digest for run, digest in before.items())
    print(f"--rerun: {equal} of {len(before)} runs equal bit for bit")
    return equal == len(before)
