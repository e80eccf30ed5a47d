"""The console command ``kohtaanto``."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from sim.errors import InputError, near_miss

COMMANDS = (
    "run", "compare", "drill", "stress", "tabletop", "validate", "calibrate", "trial", "bridges", "sweep",
    "sensitivity", "discover", "replications", "optimise", "report", "explain", "data", "query", "export", "store",
)  # fmt: skip
_QUESTIONS = {
    "validate": "experiments.validation.request", "trial": "experiments.trial.request",
    "bridges": "experiments.bridges.request", "stress": "experiments.stress.request",
    "drill": "experiments.drill.request", "sweep": "experiments.sweep.request",
    "optimise": "experiments.optimise.request", "sensitivity": "experiments.sensitivity.request",
    "discover": "experiments.discovery.request", "replications": "experiments.replications.request",
}  # fmt: skip
"""Commands with a question of their own, and the module that reads and answers it."""
_PAGES = {
    "drill": ("experiments.drill.page", "rewrite"), "optimise": ("experiments.optimise.page", "rewrite"),
    "sensitivity": ("experiments.sensitivity.page", "write"), "discover": ("experiments.discovery.page", "write"),
}  # fmt: skip
"""Whose results have a page of their own, and the function that writes it again; the others' is that of `compare`."""
_WORDS = {
    "tabletop": "experiments.tabletop.request", "query": "experiments.query.request",
    "export": "experiments.export.request", "store": "experiments.running.pruning",
}  # fmt: skip
"""Commands without flags, and the module whose ``carry_out`` takes their words."""
_FLAGS = ("--help", "--version", "--cfg", "--retry-failed", "--fresh", "--rerun")


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out a command line.

    Parameters
    ----------
    argv
        Words after ``kohtaanto``; those of the process if None.

    Returns
    -------
    int
        0; 1 if a run failed; 2 after one line about wrong input; 130 after Ctrl-C.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal of another encoding shows '?', no traceback
    words = list(sys.argv[1:] if argv is None else argv)
    return guarded(lambda: _dispatch(words))


def guarded(action: Callable[[], int]) -> int:
    """Carry out an action; turn what a user can mend into one line and an exit status."""
    from experiments.running.execution import UnfinishedError

    try:
        return action()
    except UnfinishedError as unfinished:
        return _complain(str(unfinished), unfinished.code)
    except InputError as error:
        return _complain(str(error), 2)
    except KeyboardInterrupt:
        return _complain("interrupted; finished runs are kept, the same command goes on from there", 130)
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _complain(f"{error.filename or 'file system'}: {error.strerror or error}", 2)


def _complain(text: str, code: int) -> int:
    print(f"kohtaanto: {' '.join(text.split())}", file=sys.stderr)
    return code


def _dispatch(words: list[str]) -> int:
    from experiments.usage import usage

    if not words or words[0] in ("--help", "-h", "help"):
        print(usage(words[1] if len(words) > 1 and words[1] in COMMANDS else None))
        return 0
    if words[0] == "--version":
        print(f"kohtaanto {version('kohtaanto')}")
        return 0
    command, *rest = words
    if command not in COMMANDS:
        miss = near_miss(command, COMMANDS) or f"; commands are {', '.join(COMMANDS)}"
        raise InputError(f"no command '{command}'{miss}")
    if "--help" in rest or "-h" in rest:
        print(usage(command))
        return 0
    if command in ("run", "compare"):
        return _simulate(command, rest)
    if command in _QUESTIONS:
        return _ask(command, rest)
    if command == "calibrate":
        return _calibrate(rest)
    if command == "tabletop":
        return int(import_module(_WORDS[command]).carry_out(rest))
    flags = [word for word in rest if re.match("--?[a-z]", word)]
    if flags:
        raise InputError(f"{command} has no flag {flags[0]}{near_miss(flags[0], ['--help'])}")
    if command in _WORDS:
        return int(import_module(_WORDS[command]).carry_out(rest))
    given = [word for word in rest if "=" not in word or Path(word).exists()]
    keys = [word for word in rest if word not in given]
    return {"report": _report, "explain": _explain, "data": _data}[command](given, keys)


def _simulate(command: str, words: list[str]) -> int:
    from experiments.compare import Options, carry_out
    from experiments.composing.composition import resolve

    overrides: list[str] = []
    flags: set[str] = set()
    rerun: Path | None = None
    queue = list(words)
    while queue:
        word = queue.pop(0)
        if not word.startswith("--"):
            overrides.append(word)
            continue
        flag, equals, value = word.partition("=")
        if flag not in _FLAGS or (equals and flag != "--rerun"):
            raise InputError(f"{command} has no flag {word}{near_miss(flag, _FLAGS)}")
        flags.add(flag)
        if flag == "--rerun":
            if not equals and not queue:
                raise InputError("--rerun: expected the manifest.json of a results folder after it")
            rerun = Path(value if equals else queue.pop(0))
    if "--version" in flags:
        print(f"kohtaanto {version('kohtaanto')}")
        return 0
    if "--cfg" in flags:
        if rerun is not None:
            raise InputError("--cfg and --rerun: the configuration of a manifest stands in the manifest")
        print(resolve(command, overrides).to_yaml(), end="")
        return 0
    return carry_out(command, overrides, Options("--retry-failed" in flags, "--fresh" in flags, rerun))


def _ask(command: str, words: list[str]) -> int:
    """Carry out a command with a question of its own: a module with a ``Request`` that is read from the words.

    ``Request.resolved()`` is the YAML that ``--cfg`` prints.
    """
    module = import_module(_QUESTIONS[command])
    known = ("--cfg", "--fresh", "--help", "--retry-failed")
    flags = [word for word in words if word.startswith("-")]
    for flag in flags:
        if flag not in known:
            raise InputError(f"{command} has no flag {flag}{near_miss(flag, known)}")
    request = module.Request.read([word for word in words if word not in flags])
    if "--cfg" in flags:
        print(request.resolved(), end="")
        return 0
    return int(module.carry_out(request, "--retry-failed" in flags, "--fresh" in flags))


def _calibrate(words: list[str]) -> int:
    from experiments.calibration.request import Request, carry_out

    flags = [word for word in words if word.startswith("-")]
    for flag in flags:
        if flag != "--cfg":
            raise InputError(f"calibrate has no flag {flag}{near_miss(flag, ('--cfg', '--help'))}")
    request = Request.read([word for word in words if word not in flags])
    if flags:
        print(request.configuration().to_yaml(), end="")
        return 0
    return carry_out(request)


def _report(given: list[str], keys: list[str]) -> int:
    from experiments.running.results import FINISHED, read_manifest

    if len(given) != 1:
        raise InputError(f"report: expected one results folder, got {len(given)}; kohtaanto report DIR")
    folder = Path(given[0])
    options = _options(keys, {"language": ""}, "report")
    if (folder / "discover.json").is_file():  # it simulates nothing, so there is no manifest
        module, function = _PAGES["discover"]
        print(getattr(import_module(module), function)(folder, options["language"] or "fi"))
        return 0
    manifest = read_manifest(folder / "manifest.json")
    if manifest.get("status") != FINISHED:
        raise InputError(f"{folder}: the runs are unfinished; the same command as before goes on with them")
    language = options["language"] or manifest["configuration"].get("language", "fi")
    if manifest.get("command") == "sweep":
        raise InputError(f"{folder}: a sweep has tables and no page; see sample.parquet in it")
    module, function = _PAGES.get(str(manifest.get("command")), ("experiments.report.page", "write"))
    print(getattr(import_module(module), function)(folder, language))
    return 0


def _explain(given: list[str], keys: list[str]) -> int:
    from experiments.composing.composition import groups, resolve
    from experiments.explain import explain_parameter
    from experiments.running.plan import read_all_policies

    if len(given) > 1:
        raise InputError(f"explain: expected one parameter, got {' '.join(given)}")
    chosen = (
        [] if any(key.startswith("policy=") for key in keys) else [f"policy=[{','.join(groups()['policy'])}]"]
    )
    configuration = resolve("run", [*keys, *chosen])
    name = given[0] if given else None
    print(explain_parameter(configuration.parameters, name, read_all_policies(configuration)))
    return 0


def _data(given: list[str], keys: list[str]) -> int:
    from experiments.composing.composition import resolve
    from experiments.region_data.check import run_check
    from experiments.region_data.importing import run_import
    from experiments.region_data.margins.request import run_margins

    actions = ("check", "import", "margins")
    if not given or given[0] not in actions:
        what = f"no 'data {given[0]}'{near_miss(given[0], actions)}" if given else "data needs an action"
        raise InputError(f"{what}; kohtaanto data check|margins [REGION], kohtaanto data import FILE")
    action, *rest = given
    if action == "margins":
        if len(rest) > 1:
            raise InputError(f"data margins: expected one region, got {' '.join(rest)}")
        own = {key: [word for word in keys if word.startswith(f"{key}=")] for key in ("rows", "out")}
        asked = [f"region={rest[0]}"] if rest else []
        asked += [word for word in keys if word not in own["rows"] + own["out"]]
        told = _options(own["rows"] + own["out"], {"rows": "missed", "out": ""}, "data margins")
        return run_margins(asked, told["rows"], Path(told["out"]) if told["out"] else None)
    options = _options(keys, {"region": "satakunta", "out": ""}, f"data {action}")
    if action == "check":
        if len(rest) > 1:
            raise InputError(f"data check: expected one region, got {' '.join(rest)}")
        region = rest[0] if rest else options["region"]
        return run_check(resolve("run", [f"region={region}"]).region)
    if len(rest) != 1:
        raise InputError(f"data import: expected one file, got {len(rest)}")
    region_folder = resolve("run", [f"region={options['region']}"]).region
    return run_import(Path(rest[0]), region_folder, Path(options["out"]) if options["out"] else None)


def _options(keys: list[str], known: dict[str, str], command: str) -> dict[str, str]:
    options = dict(known)
    for text in keys:
        key, _, value = text.partition("=")
        if key not in known:
            raise InputError(f"{command} has no key '{key}'{near_miss(key, known)}")
        options[key] = value
    return options


if __name__ == "__main__":
    sys.exit(main())
