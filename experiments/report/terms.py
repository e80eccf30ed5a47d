"""Words of the report in Finnish, Swedish and English, from ``data/terms.yaml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from sim.errors import InputError, near_miss

LANGUAGES = ("fi", "sv", "en")
TERMS_FILE = Path(__file__).resolve().parents[2] / "data" / "terms.yaml"
CASES = ("name", "genitive", "in", "from", "to")
"""Forms of a municipality's name; in Finnish "in", "from" and "to" are its own local cases."""
NAMED = {"regions": ("name", "in"), "places": CASES}
"""Sections whose entries are mappings of forms instead of plain text, with the forms they need."""

HELD_ELSEWHERE = {"parameters": ("fi", "sv")}
"""Languages of sections whose English stands elsewhere: in the declarations of the parameters."""


@lru_cache(maxsize=4)
def read(path: Path = TERMS_FILE) -> Mapping[str, Mapping[str, Any]]:
    """Read the file of terms.

    Raises
    ------
    InputError
        If the file is missing, is no YAML or is incomplete (see `faults`).
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except yaml.YAMLError as error:
        raise InputError(f"{path.name}: not valid YAML: {' '.join(str(error).split())}") from None
    for fault in faults(content):
        raise InputError(f"{path.name}: {fault}")
    return content


_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def faults(content: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Check that every key has all languages and the same placeholders in each.

    Parameters
    ----------
    content
        Sections of the file of terms.

    Yields
    ------
    str
        One line for each fault.
    """
    for section, entries in content.items():
        languages = HELD_ELSEWHERE.get(section, LANGUAGES)
        for key, entry in entries.items():
            where = f"{section}.{key}"
            if not isinstance(entry, Mapping):
                yield f"{where}: expected a text for each of {', '.join(languages)}, got {entry!r}"
                continue
            if set(entry) != set(languages):
                yield f"{where}: expected languages {', '.join(languages)}, got {', '.join(map(str, entry))}"
                continue
            forms = {language: _forms(section, entry[language]) for language in languages}
            for language, texts in forms.items():
                if set(texts) != set(NAMED.get(section, ("",))) or not all(
                    isinstance(text, str) and text.strip() for text in texts.values()
                ):
                    yield f"{where}.{language}: expected text, got {entry[language]!r}"
                    break
            else:
                for form in forms["fi"]:
                    held = {language: placeholders(forms[language][form]) for language in languages}
                    if len({frozenset(names) for names in held.values()}) > 1:
                        told = "; ".join(f"{k}: {', '.join(sorted(v)) or 'none'}" for k, v in held.items())
                        yield f"{where}: placeholders differ between languages ({told})"


def _forms(section: str, value: Any) -> dict[str, Any]:
    if section in NAMED:
        return dict(value) if isinstance(value, Mapping) else {"": value}
    return {"": value}


def placeholders(template: str) -> set[str]:
    """Names in curly brackets of a template."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}


class Terms:
    """Words and whole sentences in one language.

    Parameters
    ----------
    language
        One of `LANGUAGES`.
    path
        File of terms.

    Raises
    ------
    InputError
        If the language is unknown or the file is faulty.
    """

    def __init__(self, language: str = "fi", path: Path = TERMS_FILE) -> None:
        if language not in LANGUAGES:
            miss = near_miss(str(language), LANGUAGES)
            raise InputError(f"language: expected {', '.join(LANGUAGES)}, got {language!r}{miss}")
        self.language = language
        self._content = read(path)

    def term(self, key: str, **values: object) -> str:
        """Text of ``terms``.

        Raises
        ------
        KeyError
            If the key or a placeholder's value is missing: a fault of the code, found by the tests.
        """
        return self._content["terms"][key][self.language].format(**values)

    def sentence(self, key: str, **values: object) -> str:
        """A whole sentence of ``sentences`` with its places filled."""
        return self._content["sentences"][key][self.language].format(**values)

    def named(self, section: str, key: str, otherwise: str | None = None) -> str:
        """Name of something countable or chosen: indicator, state, line, unit, kind, arm or start.

        What has no entry is shown by its own name, so that a user's own policy does not break a page.
        """
        entry = self._content[section].get(key) or {}
        return entry.get(self.language, key if otherwise is None else otherwise)

    def keys(self, section: str) -> list[str]:
        """Keys of a section in the order of the file."""
        return list(self._content[section])

    def has(self, section: str, key: str) -> bool:
        """Whether a section has an entry in this language."""
        return self.language in self._content[section].get(key, {})

    def place(self, code: str, form: str = "name", name: str = "") -> str:
        """Name of a municipality in one of `CASES`; an unknown one in a form that needs no case."""
        entry = self._content["places"].get(code)
        if entry:
            return entry[self.language][form]
        return self._content["places"]["unknown"][self.language][form].format(name=name or code)

    def region(self, key: str, form: str = "name", title: str = "") -> str:
        """Name of a region, ``name`` or ``in``."""
        entry = self._content["regions"].get(key)
        if entry:
            return entry[self.language][form]
        if title and form == "name":
            return title
        return self._content["regions"]["unknown"][self.language][form].format(name=title or key)
