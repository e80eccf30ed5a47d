"""Words of a command line: those of the command itself, those it refuses, and those of its runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from experiments.composing.composition import typed_value
from sim.errors import InputError


class Words(NamedTuple):
    """Words of a command line, told apart.

    Attributes
    ----------
    own
        What was typed for the command's own keys, or their defaults.
    changed
        Values of ``prefix.KEY=VALUE``, by KEY.
    overrides
        All other words, as typed: they belong to the runs.
    """

    own: dict[str, str]
    changed: dict[str, Any]
    overrides: tuple[str, ...]

    def flag(self, key: str) -> bool:
        """Value of an own key that is true or false; InputError if it is neither."""
        if self.own[key] not in ("true", "false"):
            raise InputError(f"{key}={self.own[key]}: expected true or false")
        return self.own[key] == "true"

    def check_docs(self, free: Sequence[str], reason: str) -> None:
        """Refuse words that would make a committed page one about another question.

        Parameters
        ----------
        free
            Keys that change no question.
        reason
            What the committed page shows.
        """
        for word in self.overrides:
            if word.partition("=")[0] not in free:
                raise InputError(f"write_docs=true with {word}: {reason}")


def read_words(
    words: Sequence[str], own: Mapping[str, str], refused: Mapping[str, str], prefix: str | None = None
) -> Words:
    """Tell the words of a command line apart.

    Parameters
    ----------
    words
        ``KEY=VALUE``, as typed.
    own
        The command's own keys and their defaults.
    refused
        Keys (and what begins with ``KEY.``) that do not belong here, and why not.
    prefix
        ``PREFIX.KEY=VALUE`` changes what the command's file declares; None if nothing does.

    Raises
    ------
    InputError
        A word without ``=``, a refused key, a value that can not be read.
    """
    typed, changed, overrides = dict(own), {}, []
    for word in words:
        key, equals, value = word.partition("=")
        group, _, rest = key.partition(".")
        if not equals:
            example = f"{next(iter(own))}={next(iter(own.values())) or 'NAME'}"
            raise InputError(f"'{word}': expected KEY=VALUE, such as {example}")
        if key in own:
            typed[key] = value
        elif prefix is not None and group == prefix and rest:
            changed[rest] = typed_value(word)
        elif group in refused:
            raise InputError(f"{word}: {refused[group]}")
        else:
            overrides.append(word)
    return Words(typed, changed, tuple(overrides))
