"""From configuration files and overrides, as typed, to one `Configuration`.

Hydra composes the groups in ``conf/``. Values are set here, with Hydra's grammar but our own errors:
a parameter may be replaced by a number, and every unknown key is answered with a near miss.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import yaml

from experiments.composing.arm import BASELINE, Arm, cross, read_arms, read_choice
from experiments.composing.configuration import PROJECT, Configuration
from experiments.composing.staff import read_staff
from sim.errors import InputError, near_miss
from sim.parameters import ParameterSet

CONF = PROJECT / "conf"
COMMANDS_WITH_MARKETS = ("compare",)
COMMANDS_WITH_ARMS = ("compare", "sweep", "sensitivity", "optimise")
"""Commands whose shocks and policies make arms beside the baseline; `compare` alone needs one."""

READ_ALONE = {
    "board": "validate", "bridges": "bridges", "case": "validate", "drill": "drill", "optimise": "optimise",
    "readiness": "drill", "stress": "stress", "target": "calibrate", "trial": "trial",
}  # fmt: skip
"""Groups that are no part of a configuration, and the command that reads them."""

_COMPOSED: dict[tuple[Any, ...], dict[str, Any]] = {}
"""What has been composed, by the files as they were and the choices: half a second that is paid once."""
_MOST_COMPOSED = 64

# Text that is taken as typed: names and paths need no quoting against the grammar of overrides.
_AS_TYPED = ("name", "outputs", "start_file", "demand_file")
_STAFF_FILE = re.compile(r"shocks\.[^.]+\.staff_file")
# Nodes whose keys are the user's own.
_OPEN = ("arms", "cohorts", "market_states", "targets")
_DECLARATION = ("value", "low", "high", "unit", "meaning", "source", "source_kind", "over")


def resolve(command: str, overrides: Sequence[str]) -> Configuration:
    """Compose the configuration of a command.

    Parameters
    ----------
    command
        One of `experiments.composing.configuration.COMMANDS`.
    overrides
        ``key=value`` as typed.

    Returns
    -------
    Configuration
        Checked; nothing has been written.

    Raises
    ------
    InputError
        Anything that the user can mend.
    """
    known = groups()
    chosen: dict[str, str] = {}  # group -> option
    values: list[tuple[str, Any]] = []
    as_typed: dict[str, str | None] = {}
    choices: dict[str, list[tuple[str, ...]]] = {}
    for text in overrides:
        key, equals, typed = text.partition("=")
        key = key.strip().lstrip("+")
        if not equals or not key:
            raise InputError(f"'{text}': expected KEY=VALUE, such as shock=closure_harjavalta or seed=1")
        if key in _AS_TYPED:
            as_typed[key] = _typed_text(typed, key)
        elif _STAFF_FILE.fullmatch(key):
            values.append((key, _typed_text(typed, "staff_file")))
        elif key in ("shock", "policy"):
            choices[key] = read_choice(typed, key)
        elif key == "region" and typed not in known["region"]:
            chosen["region"] = "custom"
            values.append(("region.folder", str(_own_region(_typed_text(typed, key), known["region"]))))
        elif key == "start" and typed not in known["start"]:
            chosen["start"] = "custom"
            values.append(("start.state", _typed_text(typed, key)))
        elif key in READ_ALONE:
            raise InputError(f"{text}: {command} has no key '{key}'; it belongs to kohtaanto {READ_ALONE[key]}")
        elif key in known:
            if typed not in known[key]:
                raise InputError(f"{key}={typed}: no such file in conf/{key}{_one(typed, known[key])}")
            chosen[key] = typed
        else:
            values.append((key, _parse(text)))

    named = {group: {name for item in items for name in item} for group, items in choices.items()}
    tree = _compose({**chosen, **_lists(named, known)})
    declared = tree["parameters"]
    if chosen.get("experiment", "default") != "default":
        declared = _compose({**chosen, "experiment": "default"})["parameters"]
    for key, value in values:
        if key.partition(".")[0] in ("arms", "markets", "market_states"):
            _set(tree, key, value)
    arms = _arms(command, tree, choices)
    used = {
        "shock": {name for arm in arms.values() for name in arm.shocks},
        "policy": {name for arm in arms.values() for name in arm.policies},
    }
    if any(names - named.get(group, set()) for group, names in used.items()):
        tree = _compose({**chosen, **_lists(used, known)})
    for group, node in (("shock", "shocks"), ("policy", "policies")):
        for name in sorted(used[group]):
            if not isinstance(tree[node].get(name), Mapping):
                raise InputError(
                    f"conf/{group}/{name}.yaml: the first line must be '# @package {node}.{name}'"
                )

    for key, value in values:  # staff is turned into posts by line before anything else is set
        if key.partition(".")[0] == "staff":
            _set(tree, key, value)
    own = declared is not tree["parameters"] and chosen.get("experiment", "default") != "default"
    as_declared = dict(_numbers(declared)) if own else {}
    numbers = list(_differences(as_declared, _numbers(tree["parameters"]))) if own else []
    if "services" in declared:
        declared["services"]["staff_fte"]["value"] = read_staff(tree["staff"])
    for key, value in values:
        if key.partition(".")[0] == "parameters":
            _set_parameter(declared, key, value, numbers)
        elif key.partition(".")[0] != "staff":
            _set(tree, key, value)
    parameters = ParameterSet.from_declarations(declared)
    for name, number in numbers:
        parameters = parameters.override(name, number)
    tree["parameters"] = parameters.declarations()
    tree["markets"] = _markets(command, tree)
    del tree["market_states"]
    tree["arms"] = {
        name: {"shocks": list(arm.shocks), "policies": list(arm.policies)} for name, arm in arms.items()
    }
    return Configuration.from_plain({"command": command, **_interpolated(tree), **as_typed})


def asked_for(asked: Sequence[str], typed: Sequence[str]) -> list[str]:
    """What a board, target or trial asks for, with what was typed after it.

    Parameters
    ----------
    asked
        ``key=value`` of the declared question.
    typed
        ``key=value`` as typed; another start state begins at its own date, unless one is typed.
    """
    other_start = any(word.startswith("start=") for word in typed)
    return [*(word for word in asked if not (other_start and word.startswith("start_date="))), *typed]


def read_option(group: str, option: str) -> Any:
    """Read an option of a group that is no part of a configuration (`READ_ALONE`).

    Parameters
    ----------
    group
        Folder of ``conf/``.
    option
        Name of its file.

    Returns
    -------
    Any
        What stands in the file, not checked.

    Raises
    ------
    InputError
        If there is no such file or it can not be read.
    """
    known = groups()[group]
    if option not in known:
        raise InputError(f"{group}={option}: no such file in conf/{group}{_one(option, known)}")
    tree = _compose({group: option})
    if group not in tree:
        raise InputError(f"conf/{group}/{option}.yaml: the first line must be '# @package {group}'")
    return tree[group]


def groups() -> dict[str, tuple[str, ...]]:
    """Options of each configuration group, by file name."""
    return {
        folder.name: tuple(sorted(file.stem for file in folder.glob("*.yaml")))
        for folder in sorted(CONF.iterdir())
        if folder.is_dir()
    }


def title(group: str, option: str) -> str:
    """What an option is: the first comment of its file."""
    for line in (CONF / group / f"{option}.yaml").read_text(encoding="utf-8").splitlines():
        if line.startswith("#") and "@package" not in line:
            return line.lstrip("# ").strip()
    return ""


def _lists(names: Mapping[str, set[str]], known: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Choices of shocks and policies for Hydra: all that any arm needs."""
    for group, wanted in names.items():
        for name in sorted(wanted):
            if name not in known[group]:
                raise InputError(f"{group}={name}: no such file in conf/{group}{_one(name, known[group])}")
    return {group: f"[{','.join(sorted(wanted))}]" for group, wanted in names.items() if wanted}


def _compose(chosen: Mapping[str, str]) -> dict[str, Any]:
    """Compose the groups; values are set afterwards. A tree of one's own: callers write into it."""
    files = []
    for file in sorted(CONF.rglob("*.yaml")):
        group = file.relative_to(CONF).parts[0]
        if group not in READ_ALONE or group in chosen:  # others have no part in it
            facts = file.stat()
            files.append((str(file.relative_to(CONF)), facts.st_mtime_ns, facts.st_size))
    key = (tuple(files), tuple(chosen.items()))
    if key not in _COMPOSED:
        if len(_COMPOSED) >= _MOST_COMPOSED:
            _COMPOSED.clear()
        _COMPOSED[key] = _composed(chosen)
    return copy.deepcopy(_COMPOSED[key])


def _composed(chosen: Mapping[str, str]) -> dict[str, Any]:
    from hydra import compose, initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    try:
        # In a Hydra application (experiments.run) Hydra is set up already, for the same folder.
        under_way = GlobalHydra.instance().is_initialized()
        with nullcontext() if under_way else initialize_config_dir(str(CONF), version_base="1.3"):
            tree = compose("config", overrides=[f"{group}={option}" for group, option in chosen.items()])
        plain = OmegaConf.to_container(tree, resolve=False)
    except (HydraException, OmegaConfBaseException, yaml.YAMLError) as error:
        raise InputError(f"configuration: {_one_line(error)}") from None
    assert isinstance(plain, dict)
    return plain  # type: ignore[return-value]


def _interpolated(tree: dict[str, Any]) -> dict[str, Any]:
    """Put in what ``${...}`` refers to; a tree without any needs no reading by OmegaConf, which takes long."""
    if not _refers(tree):
        return tree
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    try:
        plain = OmegaConf.to_container(OmegaConf.create(tree), resolve=True, throw_on_missing=True)
    except OmegaConfBaseException as error:
        raise InputError(f"configuration: {_one_line(error)}") from None
    assert isinstance(plain, dict)
    return plain  # type: ignore[return-value]


def _refers(node: Any) -> bool:
    """Whether a tree holds an interpolation or a value that is still missing."""
    if isinstance(node, dict):
        return any(_refers(part) for part in node.values())
    if isinstance(node, list):
        return any(_refers(part) for part in node)
    return isinstance(node, str) and ("${" in node or node == "???")


def typed_value(text: str) -> Any:
    """Value of ``KEY=VALUE`` by Hydra's grammar; InputError if it can not be read."""
    return _parse(text)


def _parse(text: str) -> Any:
    """Value of an override by Hydra's grammar: numbers, lists, mappings, quoted text."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        override = OverridesParser.create().parse_override(text)
    except HydraException:
        raise InputError(
            f"'{text}': can not be read; put text with spaces or signs in quotes: KEY='\"a b\"'"
        ) from None
    if override.is_sweep_override():
        raise InputError(
            f"'{text}': one value is expected here; many runs: python -m experiments.run -m {text}"
        )
    return override.value()


def _typed_text(typed: str, key: str) -> str | None:
    if len(typed) > 1 and typed[0] == typed[-1] and typed[0] in "'\"":
        return typed[1:-1]
    if typed == "null":
        return None
    if not typed.strip():
        raise InputError(f"{key}=: expected text, got nothing")
    return str(Path(typed).resolve()) if key in (*_AS_TYPED[1:], "staff_file") else typed


def _own_region(typed: str | None, known: Sequence[str]) -> Path:
    folder = Path(typed or "")
    if (folder / "region.yaml").is_file():
        return folder.resolve()
    options = [name for name in known if name != "custom"]
    raise InputError(f"region={typed}: neither a region of conf/region nor a folder with a region.yaml"
                     f"{_one(str(typed), options)}")  # fmt: skip


def _set(tree: dict[str, Any], key: str, value: Any) -> None:
    """Set a value at a dotted key that exists, or inside a node whose keys are the user's own."""
    node: Any = tree
    *path, last = key.split(".")
    for depth, part in enumerate([*path, last]):
        if not isinstance(node, dict):
            raise InputError(f"{key}: {'.'.join(key.split('.')[:depth])} is a value and has no '{part}'")
        may_be_new = (depth > 0 and path[0] in _OPEN) or (depth == 2 and _STAFF_FILE.fullmatch(key))
        if part not in node and not may_be_new:
            options = [name for name in node if depth or name not in ("shocks", "policies")]
            above = f" in {'.'.join(key.split('.')[:depth])}" if depth else ""
            raise InputError(f"unknown key '{key}': no '{part}'{above}{_one(part, options)}")
        if depth < len(path):
            node = node.setdefault(part, {})
    if isinstance(node[last] if last in node else None, dict) and last in ("engine", "region", "start"):
        raise InputError(f"{key}: expected one of {', '.join(node[last])} under it, got {value!r}")
    node[last] = value


def _set_parameter(declared: dict[str, Any], key: str, value: Any, numbers: list[tuple[str, Any]]) -> None:
    """Note a new number for a parameter or cell, or change a field of its declaration."""
    _, *path = key.split(".")
    if len(path) > 2 and path[2] in _DECLARATION and path[2] != "value":
        mechanism, parameter = path[:2]
        if not isinstance(declared.get(mechanism, {}).get(parameter), dict):
            ParameterSet.from_declarations(declared).locate(f"{mechanism}.{parameter}", key)
        _set(declared[mechanism][parameter], ".".join(path[2:]), value)
        return
    numbers.append((".".join([*path[:2], *(part for part in path[2:] if part != "value")]), value))


def _numbers(parameters: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """Numbers that an experiment file puts in place of a parameter's declaration or its value."""
    for mechanism, body in parameters.items():
        for name, node in (body or {}).items() if isinstance(body, Mapping) else ():
            if not isinstance(node, Mapping):
                yield f"{mechanism}.{name}", node
            elif "source" not in node:
                yield f"{mechanism}.{name}", node.get("value", node)
            else:
                yield f"{mechanism}.{name}", node["value"]


def _differences(before: Mapping[str, Any], after: Iterable[tuple[str, Any]]) -> Iterable[tuple[str, Any]]:
    """Numbers that are not what they were; of tables only the cells that changed."""
    for name, number in after:
        old = before.get(name)
        if isinstance(number, Mapping) and isinstance(old, Mapping):
            cells = {label: value for label, value in number.items() if old.get(label) != value}
            if cells:
                yield name, cells
        elif number != old:
            yield name, number


def _arms(command: str, tree: Mapping[str, Any], choices: Mapping[str, Any]) -> dict[str, Arm]:
    shocks, policies = choices.get("shock", []), choices.get("policy", [])
    if command not in COMMANDS_WITH_ARMS:
        if tree["arms"]:
            raise InputError(f"arms: {command} simulates one world; use compare, or shock=a policy=b")
        arm = Arm(
            tuple(dict.fromkeys(name for names in shocks for name in names)),
            tuple(dict.fromkeys(name for names in policies for name in names)),
        )
        return {arm.label: arm}
    if tree["arms"] and (shocks or policies):
        raise InputError("arms: given together with shock= or policy=; say one or the other")
    arms = read_arms(tree["arms"]) if tree["arms"] else cross(shocks, policies)
    if command == "compare" and list(arms) == [BASELINE]:
        known = groups()
        options = "; ".join(
            f"{group}={'|'.join(known[group])}" for group in ("shock", "policy") if known[group]
        )
        raise InputError(f"compare needs an arm beside the baseline: {options}")
    return arms


def _markets(command: str, tree: Mapping[str, Any]) -> dict[str, str]:
    given, states = tree["markets"], tree["market_states"]
    if command not in COMMANDS_WITH_MARKETS or not given:
        return {}
    if isinstance(given, Mapping):
        return dict(given)
    if not isinstance(given, list):
        raise InputError(f"markets: expected a list of market_states such as [tight, slack], got {given!r}")
    for market in given:
        if market not in states:
            raise InputError(f"markets: no market '{market}' in market_states{_one(str(market), states)}")
    return {market: states[market] for market in given}


def _one(word: str, options: Iterable[str]) -> str:
    """A near miss, or what there is."""
    options = list(options)
    return near_miss(word, options) or (
        f"; there are {', '.join(options)}" if options else "; there are none"
    )


def _one_line(error: BaseException) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"{mark.name}, line {mark.line + 1}: {error.problem}"
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return "; ".join(lines[:2])
