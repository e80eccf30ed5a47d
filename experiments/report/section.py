"""Words of one section of the terms, with the notation of a language: what pages of one command are told with."""

from __future__ import annotations

from experiments.report.notation import Notation
from experiments.report.terms import Terms, read


class Section:
    """A section of ``data/terms.yaml`` in a language.

    Parameters
    ----------
    section
        Its key.
    language
        ``fi``, ``sv`` or ``en``.

    Attributes
    ----------
    terms, notation
        Words of all pages, and how numbers and dates are written.
    """

    def __init__(self, section: str, language: str) -> None:
        self.terms = Terms(language)
        self.notation = Notation(self.terms)
        self._words = read()[section]

    def word(self, key: str, **values: object) -> str:
        """Text of the section, its places filled.

        Raises
        ------
        KeyError
            If there is no such key: a fault of the code, found by the tests.
        """
        return str(self._words[key][self.terms.language]).format(**values)
