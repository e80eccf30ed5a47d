"""What goes wrong through the user's input, told in one line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """Wrong input: what came, what was expected, where, what to do. One line; the command exits with 2."""


def near_miss(word: str, known: Iterable[str]) -> str:
    """Say what may have been meant.

    Parameters
    ----------
    word
        What came.
    known
        What could have come.

    Returns
    -------
    str
        ``"; did you mean 'x'?"`` or an empty string.
    """
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean '{found[0]}'?" if found else ""
