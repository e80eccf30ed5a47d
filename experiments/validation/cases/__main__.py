"""Repeat published closures and hold their outcomes against what was published.

``python -m experiments.validation.cases [REPLICATIONS] [CASE ...]`` prints the board, and writes
``docs/validation_closures.md`` if all cases are asked for. Each closure happens in this area, under the start state and
the demand of its time, to staff of the ages and trades that were dismissed; what differs between cases is nothing
else. No constant belongs to a case.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from experiments.composing.configuration import PROJECT
from experiments.running.store import write_text
from experiments.validation import page as board_page
from experiments.validation.cases.declaration import Case, all_cases
from experiments.validation.cases.page import markdown
from experiments.validation.cases.repeat import score
from sim.errors import InputError

REPLICATIONS = 10
PAGE = PROJECT / "docs" / "validation_closures.md"


def main(argv: Sequence[str]) -> int:
    """Repeat the cases; see the module's docstring."""
    words = list(argv)
    number = int(words.pop(0)) if words and words[0].isdecimal() else REPLICATIONS
    try:
        cases = [Case.read(name) for name in words] if words else all_cases()
        scores = score(cases, number)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    print(board_page.text(scores, "outcome"))
    print(board_page.count(scores, "outcomes"))
    if not words:
        write_text(markdown(cases, scores, number), PAGE)
        print(PAGE.relative_to(PROJECT))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
