"""``kohtaanto tabletop``: begin a table-top, look at it, play a month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.composing.arm import BASELINE
from experiments.composing.composition import resolve
from experiments.composing.configuration import Configuration
from experiments.running import results
from experiments.running.execution import execute, of_main_market, whole_replications
from experiments.running.plan import Plan, make_plan
from experiments.running.progress import say
from experiments.running.store import write_text
from experiments.tabletop import page
from experiments.tabletop.decision import policies_of
from experiments.tabletop.game import Game, begin
from experiments.tabletop.standing import EVENT, PLAYED, stand
from sim.errors import InputError, near_miss

_FLAGS = ("--cfg", "--fresh", "--help", "--retry-failed")
_REFUSED = ("arms", "markets", "cohorts", "record")
_FREE = ("language", "outputs", "engine")
"""Keys that may be typed beside the file: they change nothing of what comes out."""


@dataclass(frozen=True)
class Prepared:
    """The runs of a table-top and the size of each event."""

    plan: Plan
    sizes: dict[str, int]


def carry_out(words: Sequence[str]) -> int:
    """Carry out ``tabletop new NAME KEY=VALUE …``, ``tabletop FILE`` or ``tabletop FILE next``.

    Returns
    -------
    int
        Exit status: 0, or 1 if a run failed.

    Raises
    ------
    InputError
        Wrong input.
    experiments.running.execution.UnfinishedError
        Runs ended early.
    """
    flags = [word for word in words if word.startswith("-")]
    for flag in flags:
        if flag not in _FLAGS:
            raise InputError(f"tabletop has no flag {flag}{near_miss(flag, _FLAGS)}")
    given = [word for word in words if not word.startswith("-") and "=" not in word]
    keys = [word for word in words if not word.startswith("-") and "=" in word]
    if given[:1] == ["new"]:
        return _new(given[1:], keys)
    if not given or len(given) > 2 or given[1:] not in ([], ["next"]):
        raise InputError(
            "tabletop: expected a file, a file and next, or new NAME shock=…; got " + (" ".join(given) or "nothing")
        )
    for word in keys:
        if word.partition("=")[0].partition(".")[0] not in _FREE:
            raise InputError(f"{word}: it belongs into the scenario of {given[0]}")
    game = Game.read(Path(given[0]))
    prepared = prepare(game, keys)
    if given[1:] == ["next"]:
        if game.month >= 12 * prepared.plan.configuration.horizon_years:
            raise InputError(f"{game.path}: all {game.month} months have been played")
        game = game.next()
        prepared = prepare(game, keys)
    if "--cfg" in flags:
        print(prepared.plan.configuration.to_yaml(), end="")
        return 0
    return _show(game, prepared, "--retry-failed" in flags, "--fresh" in flags)


def prepare(game: Game, keys: Sequence[str] = ()) -> Prepared:
    """Turn a file into its runs: without the event, with it, and with the decisions.

    Parameters
    ----------
    game
        The file.
    keys
        ``key=value`` that change nothing of what comes out.

    Raises
    ------
    InputError
        A wrong scenario or decision; a scenario without an event.
    """
    for word in game.scenario:
        if word.partition("=")[0].partition(".")[0] in _REFUSED:
            raise InputError(f"{game.path}, scenario: {word}: a table-top makes these itself; leave it out")
    base = resolve("tabletop", [*game.scenario, *keys])
    (arm,) = base.arms.values()
    if not arm.shocks:
        raise InputError(f"{game.path}, scenario: no event; expected shock=NAME among them")
    plan = make_plan(_configuration(game, base, arm.shocks, arm.policies, {}))
    main = plan.markets[0]
    policies = policies_of(game.decisions, game.month, main.horizon, base.parameters, str(game.path))
    if policies:
        plan = make_plan(_configuration(game, base, arm.shocks, arm.policies, policies))
    hit = {cohort.name for cohort in main.cohorts}
    sizes = {event.name: int(event.jobs) for event in main.events[EVENT] if event.jobs > 0 and event.name in hit}
    if not sizes:
        raise InputError(f"{game.path}, scenario: {', '.join(arm.shocks)} hits nobody in particular; add a closure")
    return Prepared(plan, sizes)


def _configuration(
    game: Game, base: Configuration, shocks: Sequence[str], chosen: Sequence[str], decided: dict[str, dict[str, Any]]
) -> Configuration:
    known = set(decided) & set(base.policies)
    if known:
        raise InputError(f"{game.path}, scenario: a policy may not be called {', '.join(sorted(known))}")
    arms: dict[str, Any] = {
        BASELINE: {"shocks": [], "policies": []},
        EVENT: {"shocks": list(shocks), "policies": list(chosen)},
        PLAYED: {"shocks": list(shocks), "policies": [*chosen, *decided]},
    }
    return Configuration.from_plain(
        {
            **base.plain, "markets": {}, "arms": arms, "policies": {**base.policies, **decided}, "record": "monthly",
            "name": game.name,
        }
    )  # fmt: skip


def _new(given: Sequence[str], keys: Sequence[str]) -> int:
    if len(given) != 1:
        raise InputError(f"tabletop new: expected one name, got {' '.join(given) or 'none'}")
    outputs = [word for word in keys if word.partition("=")[0] in _FREE]
    path = Path(given[0] if given[0].endswith((".yaml", ".yml")) else f"{given[0]}.yaml")
    scenario = tuple(word for word in keys if word not in outputs)
    prepare(Game(path, path.stem, scenario, 0, (), (), ()), outputs)  # a wrong scenario is told before it is written
    print(begin(given[0], scenario))
    kept_out = [word for word in outputs if word.startswith("outputs=")]
    if kept_out:
        say(f"{kept_out[0]} is no part of the file: type it with every step")
    return 0


def _show(game: Game, prepared: Prepared, retry_failed: bool, fresh: bool) -> int:
    plan = prepared.plan
    execution = execute(plan, retry_failed, fresh, report=False)
    runs = of_main_market(whole_replications(plan, execution))
    if not runs:
        say(f"no replication is whole; see {execution.folder / 'manifest.json'}")
        return 1
    content = stand(game, plan.markets[0].horizon, prepared.sizes, runs)
    write_text(results.to_json(content), execution.folder / page.FILE)
    print(page.text(content, plan.configuration.language))
    print(page.write(execution.folder, plan.configuration.language))
    print(f"{execution.seconds:.1f} s")
    if execution.failed:
        say(f"{execution.failed} of {len(plan.runs)} runs failed; see {execution.folder / 'manifest.json'}")
    return 1 if execution.failed else 0
