"""What `kohtaanto explain` says, and the policy files it looks through."""

import re
from pathlib import Path

import pytest
from declared import DECLARATIONS, START, change, said

from experiments.explain import explain_parameter, policy_changes
from sim.changes import Change
from sim.dimensions import MONTHS
from sim.parameters import ParameterSet

SET = change("services.cost_eur", "set", 100, "2026-01-01", owner="policies.c11_set")
LATER = change(
    "services.cost_eur", "scale", 1.2, "2026-07-01", "2026-12-31", owner="policies.c11_scale_later"
)


@pytest.fixture(scope="module")
def parameters() -> ParameterSet:
    return ParameterSet.from_declarations(DECLARATIONS)


def test_explain_says_where_a_number_comes_from(parameters: ParameterSet) -> None:
    text = explain_parameter(parameters, "services.cost_eur", [SET, LATER])
    for part in ("100", "0 to 1000", "EUR", "Price of a service day", "assumed", "assumption",
                 "policies.c11_set: set 100 from 2026-01-01",
                 "policies.c11_scale_later: scale 1.2 from 2026-07-01 to 2026-12-31"):  # fmt: skip
        assert part in text
    assert "changed by   no policy" in explain_parameter(parameters, "search.rate_per_month", [SET, LATER])


def test_explain_shows_cells(parameters: ParameterSet) -> None:
    changes = [
        change("services.staff_fte", "add", 6, "2026-02-01", owner="policies.all"),
        change("services.staff_fte.brokerage", "add", 6, "2026-03-01", owner="policies.one"),
    ]
    text = explain_parameter(parameters, "services.staff_fte", changes)
    assert re.search(r"competence +16 +0 +200", text)
    assert "policies.all" in text
    assert "policies.one" in text
    cell = explain_parameter(parameters, "services.staff_fte.competence", changes)
    assert "policies.all" in cell
    assert "policies.one" not in cell
    assert len(explain_parameter(parameters, "search.season").splitlines()) >= len(MONTHS)


def test_explain_lists_and_misses(parameters: ParameterSet) -> None:
    text = explain_parameter(parameters)
    for name in parameters.names():
        assert name.split(".")[1] in text
    assert text.startswith("search\n")
    assert explain_parameter(parameters, "search") in text
    assert "did you mean 'services.cost_eur'?" in said(explain_parameter, parameters, "services.cost_er")
    assert "did you mean 'search'?" in said(explain_parameter, parameters, "serch")


def test_policy_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "# @package policies.a\nchanges:\n"
        "  - {parameter: services.cost_eur, set: 1e2, start: 2026-01-01, source: assumption}\n"
    )
    (tmp_path / "b.yaml").write_text("# @package policies.b\n")
    (read,) = policy_changes(tmp_path)
    assert read == Change("services.cost_eur", "set", 100.0, START, owner="policies.a", source="assumption")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "changes: [{parameter: x, set: 1, start: 2027-02-29, source: s}]",
            "c.yaml: changes[0].start: there is no",
        ),
        ("changes: 3", "c.yaml: changes: expected a list"),
        ("changes: [", "c.yaml: cannot be read"),
        ("changes: [3]", "c.yaml: changes[0]: expected a change"),
    ],
)
def test_a_wrong_policy_file_is_told(tmp_path: Path, text: str, expected: str) -> None:
    (tmp_path / "c.yaml").write_text(text)
    assert expected in said(policy_changes, tmp_path)
