"""Writes numbers into the parameter files of ``conf/``: only the values asked for, byte for byte.

PyYAML says at which sign each value begins and ends; those signs are replaced and nothing else, so
comments, order, blank lines and quoting of everything else stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from experiments.running.store import write_text
from sim.errors import InputError

_HEAD = "# @package parameters"
_FIELDS = ("value", "source", "source_kind")


@dataclass(frozen=True)
class Fitted:
    """A number to write, and where it comes from."""

    value: float
    source: str
    source_kind: str = "fitted"


def write_values(fitted: Mapping[str, Fitted], conf: Path) -> list[Path]:
    """Write values with their source into the files that declare the parameters.

    Parameters
    ----------
    fitted
        By name, ``mechanism.parameter`` or, of a table, ``mechanism.parameter.label``.
    conf
        Folder of the configuration groups.

    Returns
    -------
    list of Path
        Files that were changed.

    Raises
    ------
    InputError
        If a parameter is declared in no file or in several, or not as a single number. Then nothing is written.
    """
    texts = _texts(conf)
    trees = {path: yaml.compose(text, Loader=yaml.SafeLoader) for path, text in texts.items()}
    edits: dict[Path, dict[tuple[int, int], str]] = {}  # cells of one table share its source
    for name, new in fitted.items():
        path, spans = _declared(name, trees, conf)
        words = {"value": plain_number(new.value), "source": _scalar(new.source), "source_kind": new.source_kind}
        for field in _FIELDS:
            begin, end = spans[field]
            end = begin + len(texts[path][begin:end].rstrip())  # a block of text ends after its line break
            edits.setdefault(path, {})[begin, end] = words[field]
    for path, changes in edits.items():
        text = texts[path]
        for (begin, end), word in sorted(changes.items(), reverse=True):
            text = text[:begin] + word + text[end:]
        write_text(text, path)
    return list(edits)


def locate(name: str, conf: Path) -> Path:
    """File that declares a parameter as a single number.

    Raises
    ------
    InputError
        As `write_values`.
    """
    trees = {path: yaml.compose(text, Loader=yaml.SafeLoader) for path, text in _texts(conf).items()}
    return _declared(name, trees, conf)[0]


def plain_number(value: float) -> str:
    """Four significant digits without an exponent, which YAML 1.1 would read as text."""
    return np.format_float_positional(value, precision=4, unique=False, fractional=False, trim="-")


def _texts(conf: Path) -> dict[Path, str]:
    """Files that declare parameters, as they stand, line ends included."""
    texts = {path: path.read_bytes().decode("utf-8") for path in sorted(conf.glob("*/*.yaml"))}
    return {path: text for path, text in texts.items() if text.startswith(_HEAD)}


def _declared(
    name: str, trees: Mapping[Path, yaml.Node | None], conf: Path
) -> tuple[Path, dict[str, tuple[int, int]]]:
    """File of a declaration, and where its fields stand in it."""
    mechanism, _, parameter = name.partition(".")
    parameter, _, label = parameter.partition(".")
    found = []
    for path, tree in trees.items():
        node = _child(_child(tree, mechanism), parameter)
        # A file may hold a bare number for another value (an experiment); a declaration has a source.
        if _child(node, "source") is not None:
            found.append((path, node))
    if len(found) != 1:
        where = " and ".join(path.relative_to(conf.parent).as_posix() for path, _ in found)
        told = f"is declared in {where}; write it by hand" if found else f"is declared in no file of {conf}"
        raise InputError(f"write: parameter '{name}' {told}")
    path, node = found[0]
    spans = {}
    for field in _FIELDS:
        child = _child(node, field)
        if field == "value" and label:
            child = _child(child, label)
        if not isinstance(child, yaml.ScalarNode):
            raise InputError(f"write: {path.name}: {name}.{field}: expected a single value, nothing else is written")
        spans[field] = (child.start_mark.index, child.end_mark.index)
    return path, spans


def _child(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == key:
                return value
    return None


def _scalar(text: str) -> str:
    """Text as YAML in one line; in quotes only if it needs them."""
    try:
        plain = yaml.safe_load(f"a: {text}\n") == {"a": text}
    except yaml.YAMLError:
        plain = False
    return text if plain else yaml.safe_dump(text, default_style='"', allow_unicode=True, width=10**6).strip()
