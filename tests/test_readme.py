"""The README is true: every source file has its line, every file it names exists."""

from __future__ import annotations

import re
import shlex
import subprocess
from datetime import date
from pathlib import Path

import pytest
import yaml

from agents.region import Region
from experiments.composing.composition import resolve
from experiments.composing.horizon import Horizon
from experiments.composing.policy import read_policy
from experiments.running.plan import make_plan
from experiments.shock import read_shock
from sim.timetable import compose

PROJECT = Path(__file__).resolve().parents[1]
README = (PROJECT / "README.md").read_text(encoding="utf-8")
SOURCES = ("sim", "agents", "experiments", "benchmarks")
SUFFIXES = (".py", ".j2", ".css")
DOCUMENTS = ("README.md", "docs/odd.md", "docs/guide.fi.md", "docs/guide.en.md", "docs/contract.md", "CHANGELOG.md")


def source_files() -> list[str]:
    """Source files by path: those in the repository, or all where git cannot tell."""
    try:
        told = subprocess.run(
            ["git", "ls-files", *SOURCES], cwd=PROJECT, capture_output=True, text=True, check=True, timeout=20
        ).stdout.splitlines()
    except (OSError, subprocess.SubprocessError):
        told = []
    found = told or [
        path.relative_to(PROJECT).as_posix() for folder in SOURCES for path in (PROJECT / folder).rglob("*")
    ]
    return sorted(path for path in found if path.endswith(SUFFIXES) and (PROJECT / path).is_file())


def named_paths(text: str) -> set[str]:
    """Paths of the project that a text names in back quotes; commands and patterns are left out."""
    quoted = re.findall(r"`([^`\n]+)`", text)
    tops = ("sim/", "agents/", "experiments/", "conf/", "data/", "docs/", "tests/", "benchmarks/")
    return {word for word in quoted if word.startswith(tops) and not re.search(r"[\s<>*{]", word)}


def test_every_source_file_has_a_line():
    files = source_files()
    assert len(files) > 50
    missing = [path for path in files if not re.search(rf"^\| `{re.escape(path)}` \| \S", README, re.MULTILINE)]
    assert not missing, f"README.md has no line for {', '.join(missing)}"


def test_no_source_file_has_two_lines():
    rows = re.findall(r"^\| `([^`]+)` \|", README, re.MULTILINE)
    assert len(rows) == len(set(rows)), sorted(row for row in set(rows) if rows.count(row) > 1)


def test_every_group_of_configuration_has_a_line():
    groups = [path.name for path in (PROJECT / "conf").iterdir() if path.is_dir()]
    missing = [group for group in groups if f"| `conf/{group}/` |" not in README]
    assert not missing, f"README.md has no line for conf/{', conf/'.join(missing)}"


def test_every_named_file_exists():
    for document in DOCUMENTS:
        named = named_paths((PROJECT / document).read_text(encoding="utf-8"))
        absent = sorted(path for path in named if not (PROJECT / path).exists())
        assert not absent, f"{document} names {', '.join(absent)}, which do not exist"


def test_the_description_of_the_model_names_every_parameter():
    text = (PROJECT / "docs" / "odd.md").read_text(encoding="utf-8")
    missing = [name for name in resolve("run", []).parameters.names() if f"`{name}`" not in text]
    assert not missing, f"docs/odd.md does not name {', '.join(missing)}"


def test_make_targets_that_are_named_exist():
    targets = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for document in DOCUMENTS:
        named = set(re.findall(r"\bmake ([a-z]+)\b(?=`|\s+#)", (PROJECT / document).read_text(encoding="utf-8")))
        assert named <= targets, f"{document} names make {named - targets}"
    assert {"run", "test"} <= set(re.findall(r"make ([a-z]+)", README))


def commands(text: str) -> list[list[str]]:
    """Command lines of a text that ask for simulations, as words."""
    lines = re.findall(r"^kohtaanto .*$", text, re.MULTILINE) + re.findall(r"`(kohtaanto [^`\n]+)`", text)
    return [shlex.split(line) for line in lines if re.match(r"kohtaanto (run|compare) \S*=", line)]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_that_are_printed_are_understood(document):
    text = (PROJECT / document).read_text(encoding="utf-8")
    own = re.findall(r"^# @package shocks\.(\w+)$", text, re.MULTILINE)  # files that the reader writes
    for _, command, *overrides in commands(text):
        folder = str(PROJECT / "data" / "regions" / "kolmikko")  # stands for a region of the reader's own
        asked = [word.replace("FOLDER", folder) for word in overrides if word != "--cfg"]
        if not any(f"shock={name}" in asked for name in own):
            assert make_plan(resolve(command, asked)).runs


@pytest.mark.parametrize("document", ["docs/guide.en.md", "docs/guide.fi.md"])
def test_files_that_the_guides_show_are_understood(document):
    text = (PROJECT / document).read_text(encoding="utf-8")
    region = Region.load(PROJECT / "data" / "regions" / "satakunta")
    horizon = Horizon(date(2025, 1, 1), 5)
    parameters = resolve("run", []).parameters
    shown = re.findall(r"^```yaml\n# @package (shocks|policies)\.(\w+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert {kind for kind, _, _ in shown} == {"shocks", "policies"}
    for kind, name, body in shown:
        given = yaml.safe_load(body)
        if kind == "shocks":
            assert read_shock(name, given, horizon, region).jobs > 0
        else:
            assert compose(parameters, read_policy(name, given, horizon), horizon.start, horizon.days).writes
