"""``kohtaanto discover``: in which futures of a finished sweep an arm fails."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from agents.region import Region
from experiments.composing.arm import BASELINE
from experiments.composing.configuration import LANGUAGES, PROJECT, Configuration
from experiments.composing.target import placed
from experiments.composing.words import read_words
from experiments.discovery import page
from experiments.discovery.box import FALSE_ALARM, LEAST, discover
from experiments.discovery.criterion import Criterion
from experiments.discovery.goal import Goal
from experiments.running import results
from experiments.running.progress import say
from experiments.running.store import write_text
from experiments.sweep.folder import read_sweep
from experiments.sweep.sample import Sample
from sim.errors import InputError, near_miss

_OWN = {"fails": "", "arm": "", "against": "", "seed": "0", "language": "fi", "outputs": ""}


@dataclass(frozen=True)
class Request:
    """A command line of ``discover``, read.

    Attributes
    ----------
    folder
        Results folder of a sweep.
    criterion
        What it means to fail: a limit, or the name of a goal of the area that is missed.
    arm
        The arm that is judged; empty: the only one beside the baseline, or the baseline itself.
    is_difference
        Whether the arm is judged by its difference from the baseline of the same future.
    seed
        Of the shuffling.
    language
        Of the answer.
    outputs
        Folder of all results; None for that of the sweep.
    """

    folder: Path
    criterion: Criterion | str
    arm: str
    is_difference: bool
    seed: int
    language: str
    outputs: Path | None

    @classmethod
    def read(cls, words: Sequence[str]) -> Request:
        """Read ``FOLDER fails=OUTCOME>NUMBER|GOAL [arm=NAME] [against=baseline] [seed=N] [language=fi|sv|en]``.

        Raises
        ------
        InputError
            If something is missing or unknown.
        """
        given = [word for word in words if "=" not in word or Path(word).exists()]
        if len(given) != 1:
            raise InputError(
                f"discover: expected one results folder of a sweep, got {len(given)}; kohtaanto discover DIR fails=…"
            )
        typed = read_words([word for word in words if word not in given], _OWN, {})
        if typed.overrides:
            key = typed.overrides[0].partition("=")[0]
            raise InputError(f"discover has no key '{key}'{near_miss(key, _OWN)}; it simulates nothing")
        own = typed.own
        if not own["fails"]:
            raise InputError("discover: say what it means to fail, such as 'fails=unemployed@24>900', or the name of "
                             "a goal")
        if own["against"] not in ("", BASELINE):
            raise InputError(f"against={own['against']}: expected {BASELINE}")
        if own["language"] not in LANGUAGES:
            raise InputError(f"language={own['language']}: expected {', '.join(LANGUAGES)}")
        if not own["seed"].isdecimal():
            raise InputError(f"seed={own['seed']}: expected a whole number")
        is_goal = own["fails"].strip().isidentifier()
        if is_goal and own["against"]:
            raise InputError(f"against={own['against']}: a goal is met or missed by an arm itself; leave against out")
        criterion = own["fails"].strip() if is_goal else Criterion.read(own["fails"])
        return cls(
            Path(given[0]), criterion, own["arm"], bool(own["against"]), int(own["seed"]),
            own["language"], Path(own["outputs"]).resolve() if own["outputs"] else None,
        )  # fmt: skip

    def resolved(self) -> str:
        """What is asked, as YAML."""
        return yaml.safe_dump(self.told(), sort_keys=False, allow_unicode=True)

    def told(self) -> dict[str, Any]:
        """What is asked, as plain data."""
        asked = (
            {"goal": self.criterion} if isinstance(self.criterion, str)
            else {"outcome": self.criterion.outcome.name, "sign": self.criterion.sign, "limit": self.criterion.limit}
        )  # fmt: skip
        return {
            "sample": self.folder.resolve().name, **asked, "arm": self.arm, "is_difference": self.is_difference,
            "seed": self.seed,
        }  # fmt: skip


def carry_out(request: Request, retry_failed: bool = False, fresh: bool = False) -> int:
    """Find the region, print the sentence, and write the results folder.

    Returns
    -------
    int
        Exit status 0.

    Raises
    ------
    InputError
        Wrong input.
    """
    manifest, sample = read_sweep(request.folder)
    content = found_in(sample, request, manifest)
    if content["left_out"]:
        say(f"{content['left_out']} of {len(sample.points)} futures are left out: a run of them failed "
            f"({', '.join(content['left_out_points'][:10])})")  # fmt: skip
    stamp = hashlib.sha256(json.dumps(request.told(), sort_keys=True).encode()).hexdigest()[:8]
    sweep = request.folder.resolve()
    home = sweep.parents[1] if sweep.parent.name in ("sweep", "sensitivity") else PROJECT / "outputs"
    folder = (request.outputs or home) / "discover" / f"{sweep.name}-{stamp}"
    write_text(results.to_json(content), folder / page.FILE)
    for line in page.answers(content, request.language):
        print(line)
    print(page.write(folder, request.language))
    return 0


def found_in(sample: Sample, request: Request, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What the sample says, as plain data.

    Raises
    ------
    InputError
        No such arm or outcome, no factor that varies, no future that is whole.
    """
    arm = request.arm or next((name for name in sample.arms if name != BASELINE), BASELINE)
    if arm not in sample.arms:
        raise InputError(f"arm={arm}: the sample has {', '.join(sample.arms)}{near_miss(arm, sample.arms)}")
    if request.is_difference and arm == BASELINE:
        raise InputError("against=baseline: the sample has no arm beside it")
    configuration = Configuration.from_plain(manifest["configuration"])
    region = Region.load(configuration.region)
    criterion: Criterion | Goal
    if isinstance(request.criterion, str):
        targets = placed(configuration.targets, region)
        criterion = Goal.of(request.criterion, targets, sample, configuration.horizon_years)
    else:
        criterion = request.criterion
    values = criterion.values(sample, arm)
    if request.is_difference:
        values = values - criterion.values(sample, BASELINE)
    x = sample.inputs()
    moving = [k for k in range(x.shape[1]) if np.ptp(x[:, k]) > 0.0]
    if not moving:
        raise InputError(f"{request.folder}: no factor varies in the sample")
    whole = np.isfinite(values).all(axis=1)
    if not whole.any():
        raise InputError(f"{request.folder}: every future has a failed run; kohtaanto sweep … --retry-failed")
    means = values[whole].mean(axis=1)
    fails = criterion.fails(means)
    few = min(int(fails.sum()), int((~fails).sum())) < LEAST
    found = None if few else discover(x[whole][:, moving], fails, request.seed)
    factors = []
    for k in moving:
        kind, unit, meaning = sample.factors[k].described(configuration.parameters)
        factors.append({"name": sample.factors[k].key, "unit": unit, "meaning": meaning, "source_kind": kind})
    outcome = criterion.outcome
    return {
        **request.told(),
        **_goal_told(criterion),
        "arm": arm,
        "indicator": outcome.indicator, "group_kind": outcome.group_kind, "group": outcome.group,
        "month": outcome.month,
        "unit": criterion.target.unit if isinstance(criterion, Goal) else outcome.unit,
        "region": {"name": region.name, "title": dict(region.title)},
        "futures": int(whole.sum()),
        "failing": int(fails.sum()),
        "left_out": int((~whole).sum()),
        "left_out_points": [sample.points[k] for k in np.flatnonzero(~whole)],
        "least": LEAST,
        "false_alarm": FALSE_ALARM,
        "factors": factors,
        "region_found": None if found is None or not found.is_better_than_chance else {
            "limits": [vars(limit) for limit in found.box.limits], "coverage": found.box.coverage,
            "density": found.box.density, "points": found.box.points, "gain": found.box.gain,
            "chance": found.chance, "coverage_elsewhere": found.coverage_elsewhere,
            "density_elsewhere": found.density_elsewhere,
        },
        "searched": found is not None,
        "points": x[whole][:, moving].tolist(),
        "values": means.tolist(),
        "fails": fails.tolist(),
    }  # fmt: skip


def _goal_told(criterion: Criterion | Goal) -> dict[str, Any]:
    """What a goal adds to the content, and the limit that it means."""
    if isinstance(criterion, Criterion):
        return {"goal": None}
    target = criterion.target
    return {
        "goal": {"name": target.name, "title": dict(target.title), "is_relative": target.is_relative},
        "outcome": criterion.outcome.name, "sign": criterion.sign, "limit": target.value,
    }  # fmt: skip
