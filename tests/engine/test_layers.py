"""Layers: sim knows no agents and no framework, agents know no experiments; importing proves it, and reading."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from worlds import PROJECT, in_another_process

FORBIDDEN = {
    "sim": {"agents", "experiments", "mesa", "hydra", "omegaconf", "matplotlib", "jinja2", "pyarrow", "duckdb", "rich"},
    "agents": {"experiments", "hydra", "omegaconf", "matplotlib", "jinja2", "pyarrow", "duckdb", "rich"},
}


def imported(path: Path) -> set[str]:
    """Top packages that a file imports, inside functions too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.add((node.module or "").split(".")[0])
    return names


@pytest.mark.parametrize("layer", FORBIDDEN)
def test_no_file_imports_a_higher_layer(layer: str) -> None:
    files = sorted((PROJECT / layer).rglob("*.py"))
    assert len(files) > 10
    wrong = {str(path): names for path in files if (names := imported(path) & FORBIDDEN[layer])}
    assert not wrong


@pytest.mark.parametrize(
    ("modules", "layer"),
    [("sim.day, sim.recorder, sim.headroom, sim.ledger, sim.clock", "sim"), ("agents.area, agents.warm_up", "agents")],
)
def test_importing_loads_no_higher_layer(modules: str, layer: str) -> None:
    """What other packages drag in does not count: only ours and the forbidden frameworks."""
    loaded = in_another_process(f"import sys\nimport {modules}\nprint(' '.join(sys.modules))").split()
    tops = {name.split(".")[0] for name in loaded}
    # Mesa draws Matplotlib in by itself where it is installed; files are read for that above
    allowed = {"matplotlib", "rich", "jinja2", "pyarrow"} if layer == "agents" else set()
    assert not tops & (FORBIDDEN[layer] - allowed)


def test_the_reader_of_imports_sees_them(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("def f():\n    from experiments.compare import carry_out\n    import mesa.time\n", encoding="utf-8")
    assert imported(bad) == {"experiments", "mesa"}
