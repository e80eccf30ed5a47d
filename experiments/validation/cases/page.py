"""The page of published closures, failures first."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from experiments.running.plan import code_digest
from experiments.validation import page as board_page
from experiments.validation.cases.declaration import Case
from experiments.validation.score import Score

_WIDTH = 118
_HEAD = """# Published closures

Made by `python -m experiments.validation.cases`; the same command makes it anew.

Each closure happens in this area under the start state and the demand of its time, to staff of the ages and trades
that were dismissed. What differs between the cases is nothing else: no constant belongs to one of them, and none of
the model's was fitted to them. They happened elsewhere: in Kymenlaakso, Kajaani, Salo, Tampere, Espoo. Where a figure
misses its band, the cases say what is known about why.
"""


def markdown(cases: Sequence[Case], scores: Sequence[Score], replications: int) -> str:
    """The page.

    Parameters
    ----------
    cases
        In the order of the page.
    scores
        Of all outcomes.
    replications
        How many worlds each case was simulated in.
    """
    lines = [_HEAD]
    found = board_page.count(scores, "outcomes")
    lines += [f"{found}. {replications} replications; sources `{code_digest()[:12]}`.", ""]
    lines += board_page.table(scores, "outcome")
    lines += ["", "## Reading", *board_page.reading(score.verdict for score in scores), ""]
    for case in cases:
        lines += [f"## {case.title}", *textwrap.wrap(f"{case.repeats} Source: {case.source}.", _WIDTH), ""]
        lines += ["Taken, because it was not published or is not known here:", ""]
        for line in case.assumes:
            lines += textwrap.wrap(f"- {line}", _WIDTH, subsequent_indent="  ")
        if case.missed:
            lines += ["", *textwrap.wrap(f"Missed: {case.missed}", _WIDTH)]
        lines += ["", "| outcome | meaning | source of the band |", "|---|---|---|"]
        lines += [f"| `{o.name}` | {o.meaning} | {o.source} |" for o in case.outcomes]
        lines += [""]
    return "\n".join(lines).rstrip() + "\n"
