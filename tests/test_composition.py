"""Overrides, groups and files of one's own become one question; wrong ones get one line with a near miss."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from experiments.composing import composition
from experiments.composing.composition import CONF, groups, resolve
from experiments.running.plan import make_plan
from sim.errors import InputError

CLOSURE = "shock=closure_harjavalta"
SHOCK = "shocks.closure_harjavalta"
OWN = "# @package policies.own\n"
KOLMIKKO = ("region=kolmikko", "shock=closure_kolmikko")


@pytest.mark.parametrize(
    ("command", "overrides", "told"),
    [
        ("run", ["sede=3"], ["sede", "did you mean 'seed'"]),
        ("run", ["engine.proceses=2"], ["engine", "did you mean 'processes'"]),
        ("run", ["seed"], ["KEY=VALUE"]),
        ("run", ["seed={"], ["can not be read"]),
        ("run", ["seed=1,2"], ["one value"]),
        ("run", ["seed.x=1"], ["seed", "is a value"]),
        ("run", ["region=satakuntaa"], ["did you mean 'satakunta'"]),
        ("run", ["name="], ["name"]),
        ("run", ["engine=fast"], ["conf/engine"]),
        ("run", ["hydra.run.dir=/tmp"], ["hydra"]),
        ("run", ["parameters.measures.voucher_dys=3"], ["did you mean 'measures.voucher_days'"]),
        ("run", ["parameters.measures.voucher_days=100000"], ["measures.voucher_days", "range"]),
        ("run", ["parameters.measures.voucher_days=many"], ["measures.voucher_days", "many"]),
        ("run", ["parameters.services.staff_fte.brokrage=3"], ["did you mean 'brokerage'"]),
        ("run", ["arms.a.shocks=[closure_kolmikko]"], ["run simulates one world"]),
        ("compare", [], ["needs an arm", "closure_harjavalta"]),
        ("compare", ["shock=closure_harjavata"], ["did you mean 'closure_harjavalta'"]),
        ("compare", ["policy=[nothin]"], ["did you mean 'nothing'"]),
        ("compare", ["shock=a,b"], ["[a,b]"]),
        ("compare", ["shock=[a"], ["[a,b]"]),
        ("compare", ["shock=[closure_harjavalta,closure_harjavalta]"], ["twice"]),
        ("compare", [CLOSURE, f"{SHOCK}.job=3"], ["did you mean 'jobs'"]),
        ("compare", [CLOSURE, "markets=[tigth]"], ["did you mean 'tight'"]),
        ("compare", [CLOSURE, "arms.x.shocks=[closure_kolmikko]"], ["together"]),
        ("compare", ["arms.x.shock=[closure_kolmikko]"], ["did you mean 'shocks'"]),
        ("compare", ["arms.x=3"], ["arms.x"]),
        ("compare", ["arms.baseline.shocks=[closure_kolmikko]"], ["baseline"]),
    ],
)
def test_wrong_override_is_told_in_one_line(command: str, overrides: list[str], told: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        resolve(command, overrides)
    text = str(caught.value)
    assert "\n" not in text
    for part in told:
        assert part in text


def test_each_policy_and_shock_file_names_its_package() -> None:
    """Without it, files would replace each other silently."""
    for group, node in (("policy", "policies"), ("shock", "shocks")):
        assert groups()[group]
        for name in groups()[group]:
            first = (CONF / group / f"{name}.yaml").read_text(encoding="utf-8").splitlines()[0]
            assert first == f"# @package {node}.{name}"


@pytest.mark.verify
def test_every_policy_and_shock_that_ships_composes() -> None:
    for policy in groups()["policy"]:
        make_plan(resolve("compare", [f"policy=[{policy}]", "replications=1"]))
    make_plan(resolve("compare", [CLOSURE, "replications=1"]))
    make_plan(resolve("compare", [*KOLMIKKO, "replications=1"]))


def test_arms_may_stand_in_an_experiment_file() -> None:
    configuration = resolve("compare", ["experiment=closure_with_reserve"])
    assert list(configuration.arms) == ["baseline", "closure", "closure_reserve"]
    assert configuration.arms["closure_reserve"].policies == ("six_fte_brokerage",)


def test_parameters_can_be_replaced_by_a_number() -> None:
    parameters = resolve(
        "run", ["parameters.measures.voucher_days=100", "parameters.services.staff_fte.brokerage=20"]
    ).parameters
    base = resolve("run", []).parameters
    assert parameters.value("measures.voucher_days") == 100.0
    assert parameters.value("services.staff_fte.brokerage") == 20.0
    assert parameters.value("services.staff_fte.competence") == base.value("services.staff_fte.competence")


@pytest.fixture
def own_conf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the configuration files to write into."""
    copy = tmp_path / "conf"
    shutil.copytree(CONF, copy)
    monkeypatch.setattr(composition, "CONF", copy)
    return copy


def test_experiment_file_may_set_keys_and_parameters(own_conf: Path) -> None:
    (own_conf / "experiment" / "own.yaml").write_text(
        "# @package _global_\nscale: 0.5\nparameters:\n  measures: {voucher_days: 100}\n"
        "  services: {staff_fte: {value: {brokerage: 20}}}\n",
        encoding="utf-8",
    )
    resolved = resolve("run", ["experiment=own", "parameters.services.decision_minutes=30"])
    assert resolved.scale == 0.5
    assert resolved.parameters.value("measures.voucher_days") == 100.0
    assert resolved.parameters.value("services.decision_minutes") == 30.0
    assert resolved.parameters.value("services.staff_fte.brokerage") == 20.0
    assert resolved.parameters.value("services.staff_fte.competence") == 16.06
    (own_conf / "experiment" / "own.yaml").write_text(
        "# @package _global_\nparameters:\n  measures: {voucher_dys: 100}\n", encoding="utf-8"
    )
    with pytest.raises(InputError, match=r"did you mean 'measures.voucher_days'"):
        resolve("run", ["experiment=own"])
    (own_conf / "experiment" / "own.yaml").write_text("# @package _global_\nscal: 0.5\n", encoding="utf-8")
    with pytest.raises(InputError, match="did you mean 'scale'"):
        resolve("run", ["experiment=own"])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("changes: []\n", "first line must be '# @package policies.own'"),
        (f"{OWN}changes: [\n", "configuration: "),
        (f"{OWN}change: []\n", "did you mean 'changes'"),
        (f"{OWN}changes: [3]\n", r"changes\[0\]"),
        (f"{OWN}changes: [{{parameter: a.b, set: 1, start: 2027-02-29, source: x}}]\n", "2027-02-29"),
        (f"{OWN}changes: [{{parameter: a.b, set: 1, start: 2026-02-28, source: x}}]\n", "no parameter 'a.b'"),
        (f"{OWN}changes: [{{parameter: a.b, add: '${{oc.env:NOT_THERE}}'}}]\n", "NOT_THERE"),
    ],
)  # fmt: skip
def test_policy_file_of_ones_own_that_is_wrong(own_conf: Path, content: str, told: str) -> None:
    (own_conf / "policy" / "own.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=told) as caught:
        make_plan(resolve("compare", ["policy=[own]", "markets=[]"]))
    assert "\n" not in str(caught.value)
