"""A section of ``docs/trials.md``: what a trial repeats, what came out, and where and why it misses."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.running.plan import Plan
from experiments.trial import displacement
from experiments.trial.declaration import Trial
from experiments.validation import page as board_page
from experiments.validation.score import Score, Verdict

_WIDTH = 118  # of the page's prose, signs
_HEAD = """\
# Virtual experiments

Published trials of employment services, repeated in the model: the same seeds in every arm, so that the same people
meet the same luck with and without the treatment. Bands are those of the published trials and are not moved by the
result. Each section is written by its own command, with `write_docs=true`.

An outcome passes if the mean of the replications, two standard errors to each side, lies inside its band, and fails if
that interval lies outside; otherwise nobody can tell. The 80 % are between the 10th and the 90th percentile of the
replications. People followed are those whose search began in the window that the trial states; everybody has a lasting
number, and quarters 1 to 4 are people (or employers) by that number: quarter 1 is treated when a quarter is.
"""
_SECTION = re.compile(r"<!-- trial (\S+) -->\n.*?<!-- end \1 -->\n", re.DOTALL)

# Where and how, not what: a page has no folders of this machine.
_NOT_PRINTED = ("engine.processes", "outputs", "language")


def facts(plan: Plan, manifest: Mapping[str, Any], overrides: Sequence[str], done: int) -> dict[str, str]:
    """What decides the numbers, by name."""
    configuration, horizon = plan.configuration, plan.markets[0].horizon
    said = [word for word in overrides if word.partition("=")[0] not in _NOT_PRINTED]
    states = ", ".join(market.state for market in plan.markets)
    return {
        "command": f"`kohtaanto trial trial={configuration.name} {' '.join(said)}".rstrip() + "`",
        "written": manifest["written"][:10],
        "start state": states,
        "simulated": f"{horizon.start} to {horizon.last}" + (" and as long under the others" if "," in states else ""),
        "replications": str(done),
        "scale": f"{configuration.scale:g} simulated persons for each real one",
        "code": f"version {manifest['code']['version']}, sources `{manifest['code']['digest'][:12]}`",
        "question": f"`{manifest['configuration_hash'][:12]}`",
    }


def section(
    trial: Trial, scores: Sequence[Score], rows: Sequence[displacement.Row], told: Mapping[str, str]
) -> str:
    """The section of a trial."""
    lines = [f"## {trial.title}", "", *_wrapped(trial.repeats), "", *_wrapped(f"Source: {trial.source}."), ""]
    lines += ["Taken for granted:"]
    for sentence in trial.assumes:
        lines += textwrap.wrap(f"- {sentence}", _WIDTH, subsequent_indent="  ", break_on_hyphens=False)
    if trial.parameters:
        given = ", ".join(f"`{key}` {value:g}" for key, value in trial.parameters.items())
        lines += textwrap.wrap(
            f"- in all arms: {given}.", _WIDTH, subsequent_indent="  ", break_on_hyphens=False
        )
    lines += ["", f"**{board_page.count(scores, 'outcomes')}.**", "", *board_page.table(scores, "outcome")]
    lines += ["", *board_page.reading(score.verdict for score in scores)]
    if rows:
        lines += ["", *displacement.markdown(rows)]
    notes = missed(trial, scores)
    if notes:
        lines += ["", "Where it misses, and why:", ""]
        for note in notes:
            lines += textwrap.wrap(f"- {note}", _WIDTH, subsequent_indent="  ", break_on_hyphens=False)
    lines += ["", "| outcome | is | source of the band |", "|---|---|---|"]
    lines += [board_page.row([o.name, o.meaning, o.source]) for o in trial.outcomes]
    lines += ["", "| | |", "|---|---|", *(f"| {name} | {fact} |" for name, fact in told.items()), ""]
    return "\n".join(lines)


def missed(trial: Trial, scores: Sequence[Score]) -> list[str]:
    """Why outcomes are outside their bands: a line for each that fails or can not be told, with what is known."""
    lines = []
    for score in scores:
        name = score.moment.name
        if score.verdict in (Verdict.FAIL, Verdict.NOT_AVAILABLE):
            lines.append(f"{name}: {trial.missed.get(name, 'no reason has been found yet')}")
        elif score.verdict == Verdict.CANNOT_TELL and name in trial.missed:
            lines.append(f"{name} (can not be told): {trial.missed[name]}")
    return lines


def with_section(page: str, name: str, content: str) -> str:
    """The page with the section of a trial put in or replaced; sections stand in the order of their names."""
    sections = {found[1]: found[0] for found in _SECTION.finditer(page)}
    sections[name] = f"<!-- trial {name} -->\n{content}<!-- end {name} -->\n"
    return "\n".join([_HEAD, *(sections[key] for key in sorted(sections))])


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, break_on_hyphens=False)
