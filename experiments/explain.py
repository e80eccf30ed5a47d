"""Where a number comes from: ``kohtaanto explain PARAMETER``."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterable
from pathlib import Path

import yaml
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sim.changes import Change
from sim.errors import InputError
from sim.parameters import Parameter, ParameterSet, show_value

WIDTH = 96  # columns of text


def explain_parameter(
    parameter_set: ParameterSet, name: str | None = None, changes: Iterable[Change] = ()
) -> str:
    """Say where a parameter comes from and what changes it.

    Parameters
    ----------
    parameter_set
        The parameters of the run.
    name
        Parameter, or one of its cells, or a mechanism; None for the list of all.
    changes
        Dated changes to look through, usually those of `policy_changes`.

    Returns
    -------
    str
        Lines of text, without a final line break.

    Raises
    ------
    InputError
        If there is no such parameter; with a near miss.
    """
    if name is None:
        return "\n\n".join(_mechanism(key, group) for key, group in _by_mechanism(parameter_set))
    for key, group in _by_mechanism(parameter_set):
        if key == name:
            return _mechanism(key, group)
    parameter, cell = parameter_set.locate(name)
    lines = [parameter.cell_name(cell)]
    if parameter.meaning:
        lines += textwrap.wrap(parameter.meaning, WIDTH, initial_indent="  ", subsequent_indent="  ")
    lines.append(_line("unit", parameter.unit))
    if parameter.over is None or cell is not None:
        value, low, high = (_cell(v, cell) for v in (parameter.value, parameter.low, parameter.high))
        lines += [_line("value", value), _line("range", f"{low} to {high}")]
    else:
        lines += [_line("by", parameter.over), *_table(parameter)]
    lines += [_line("source", parameter.source), _line("source kind", parameter.source_kind)]
    touching = [c for c in changes if _touches(c, parameter, cell)]
    for i, change in enumerate(sorted(touching, key=lambda c: (c.start, c.order or 0, c.owner))):
        of = "" if change.parameter == parameter.cell_name(cell) else f" ({change.parameter})"
        said = f"{change.owner}: {change}{of}, source: {change.source}"
        lines.append(_line("changed by" if i == 0 else "", said))
    if not touching:
        lines.append(_line("changed by", "no policy"))
    return "\n".join(lines)


def policy_changes(folder: Path) -> tuple[Change, ...]:
    """Read the dated changes of all policy files of a folder.

    Parameters
    ----------
    folder
        Such as ``conf/policy``; the owner of ``x.yaml`` is ``policies.x``. Files without changes give none.

    Raises
    ------
    InputError
        If a file cannot be read or a change in it is wrong; names the file and the item.
    """
    found: list[Change] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            # OmegaConf leaves dates as text, so that a wrong one gets our error and not YAML's.
            policy = OmegaConf.to_container(OmegaConf.load(path))
        except (OSError, UnicodeDecodeError, yaml.YAMLError, OmegaConfBaseException) as error:
            reason = " ".join(str(error).split())
            raise InputError(f"{path.name}: cannot be read: {reason}") from None
        items = policy.get("changes") if isinstance(policy, dict) else None
        if items is None:
            continue
        if not isinstance(items, list):
            raise InputError(f"{path.name}: changes: expected a list, got {items!r}")
        owner = f"policies.{path.stem}"
        for i, item in enumerate(items):
            found.append(Change.from_mapping(item, owner, f"{path.name}: changes[{i}]"))
    return tuple(found)


def _by_mechanism(parameter_set: ParameterSet) -> list[tuple[str, list[Parameter]]]:
    return [(key, list(group)) for key, group in itertools.groupby(parameter_set, lambda p: p.mechanism)]


def _mechanism(name: str, parameters: list[Parameter]) -> str:
    width = max(len(p.field) for p in parameters)
    lines = [name]
    for p in parameters:
        value = show_value(p.value) if p.over is None else f"{show_value(p.value)} by {p.over}"
        lines.append(f"  {p.field:<{width}}  {textwrap.shorten(f'{value} {p.unit}', 60, placeholder=' …')}")
    return "\n".join(lines)


def _table(parameter: Parameter) -> list[str]:
    rows: list[tuple[str, ...]] = [("", "value", "low", "high")]
    rows += [
        (label, *(_cell(v, i) for v in (parameter.value, parameter.low, parameter.high)))
        for i, label in enumerate(parameter.labels)
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return [
        f"    {row[0]:<{widths[0]}}" + "".join(f"  {row[k]:>{widths[k]}}" for k in (1, 2, 3)) for row in rows
    ]


def _cell(value: float | tuple[float, ...], cell: int | None) -> str:
    return show_value(value[cell] if isinstance(value, tuple) and cell is not None else value)


def _touches(change: Change, parameter: Parameter, cell: int | None) -> bool:
    if change.parameter == parameter.name:
        return True
    if cell is None:
        return change.parameter.startswith(f"{parameter.name}.")
    return change.parameter == parameter.cell_name(cell)


def _line(title: str, text: str) -> str:
    indent = " " * 15
    return textwrap.fill(f"  {title:<11}  {text}", WIDTH, subsequent_indent=indent, break_long_words=False)
