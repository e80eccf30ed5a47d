"""``kohtaanto replications``: as many replications as the difference of an arm needs to be told closely enough."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.composing.arm import BASELINE
from experiments.composing.composition import resolve
from experiments.composing.configuration import Configuration
from experiments.composing.words import read_words
from experiments.replications.pairing import pairing_of
from experiments.replications.rule import FIRST, half_width, needed
from experiments.report import sample_names as names
from experiments.report.notation import Notation, unit_of
from experiments.report.terms import Terms
from experiments.running import results
from experiments.running.progress import say
from experiments.running.store import write_text
from experiments.sweep.evaluation import Evaluation
from experiments.sweep.factor import listed
from experiments.sweep.launcher import executor_of
from experiments.sweep.outcome import OutcomeAsked, check_months
from experiments.sweep.point import Point
from experiments.sweep.sample import Sample
from sim.errors import InputError

_OWN = {"until": "", "first": str(FIRST), "most": "200"}
_REFUSED = {
    "replications": "their number is what is looked for; first= and most= bound it",
    "markets": "replications looks at one start state; leave markets out",
}
_LEAST_FIRST = 5


@dataclass(frozen=True)
class Wanted:
    """How closely an outcome's difference is to be known.

    Attributes
    ----------
    outcome
        The outcome.
    half_width
        Of the 80 % interval: in the outcome's unit, or a share of the difference.
    is_relative
        Whether it is a share.
    """

    outcome: OutcomeAsked
    half_width: float
    is_relative: bool

    @classmethod
    def read(cls, text: str) -> Wanted:
        """Read ``OUTCOME:NUMBER`` or ``OUTCOME:NUMBER%``.

        Raises
        ------
        InputError
            Another form, or a width that is not above 0.
        """
        outcome, _, typed = text.rpartition(":")
        number = typed.removesuffix("%")
        try:
            width = float(number)
        except ValueError:
            width = math.nan
        if not outcome or not width > 0.0 or not math.isfinite(width):
            raise InputError(f"until={text}: expected OUTCOME:HALF_WIDTH, such as unemployed@12:10 or …:20%")
        relative = typed.endswith("%")
        return cls(OutcomeAsked.read(outcome), width / 100.0 if relative else width, relative)

    def asked(self, first: NDArray[np.float64]) -> float:
        """Half-width in the outcome's unit; a share is one of the mean of the first stage.

        Parameters
        ----------
        first
            Differences of the first stage, shape (replications,).
        """
        return self.half_width * abs(float(first.mean())) if self.is_relative else self.half_width


@dataclass(frozen=True)
class Request:
    """A command line of ``replications``, read.

    Attributes
    ----------
    wanted
        What is to be known, and how closely.
    first, most
        Replications of the first stage, and most that are simulated.
    overrides
        ``key=value`` of a comparison, as typed.
    """

    wanted: tuple[Wanted, ...]
    first: int
    most: int
    overrides: tuple[str, ...]

    @classmethod
    def read(cls, words: Sequence[str]) -> Request:
        """Read ``until=[OUTCOME:HALF_WIDTH,…]``, ``first=``, ``most=`` and keys of ``compare``.

        Raises
        ------
        InputError
            If something is missing or wrong, or a key does not belong here.
        """
        typed = read_words(words, _OWN, _REFUSED)
        wanted = tuple(Wanted.read(text) for text in listed(typed.own["until"]))
        if not wanted:
            raise InputError("replications: say how closely to know a difference, such as until=unemployed@12:10")
        numbers = {}
        for key in ("first", "most"):
            if not typed.own[key].isdecimal():
                raise InputError(f"{key}={typed.own[key]}: expected a whole number of replications")
            numbers[key] = int(typed.own[key])
        if numbers["first"] < _LEAST_FIRST:
            raise InputError(f"first={numbers['first']}: a variance needs {_LEAST_FIRST} replications or more")
        if numbers["most"] < numbers["first"]:
            raise InputError(f"most={numbers['most']} is below first={numbers['first']}")
        return cls(wanted, numbers["first"], numbers["most"], typed.overrides)

    def configuration(self, replications: int) -> Configuration:
        """The comparison with so many replications; its runs are those that ``compare`` asks for.

        Raises
        ------
        InputError
            As `experiments.composing.composition.resolve`.
        """
        plain = resolve("compare", [*self.overrides, f"replications={replications}"]).plain
        return Configuration.from_plain({**plain, "markets": {}})

    def resolved(self) -> str:
        """The runs of the first stage, as YAML."""
        return self.configuration(self.first).to_yaml()

    def told(self) -> dict[str, Any]:
        """What is asked beside the configuration, as plain data."""
        return {
            "until": [[one.outcome.name, one.half_width, one.is_relative] for one in self.wanted],
            "first": self.first,
            "most": self.most,
        }


def carry_out(request: Request, retry_failed: bool = False, fresh: bool = False) -> int:
    """Simulate the first stage, then as many replications as it says, and tell the differences.

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
    if fresh:
        raise InputError("replications has no flag --fresh; stored runs of the same key are equal to new ones")
    configuration = request.configuration(request.first)
    check_months([one.outcome for one in request.wanted], configuration.horizon_years)
    results.check_writable(configuration)
    first = _simulated(request, configuration, retry_failed)
    asked = {}
    for one in request.wanted:
        for arm in first.arms[1:]:
            differences = _whole(first, one, arm)
            width = one.asked(differences)
            count = needed(differences, width) if width > 0.0 else _without_end(differences, request.first)
            asked[one, arm] = width, count
    number = min(request.most, max(count for _, count in asked.values()))
    say(f"{request.first} replications done; {number} are simulated, the half-widths need "
        f"{max(count for _, count in asked.values())}")  # fmt: skip
    whole = _simulated(request, request.configuration(number), retry_failed) if number > request.first else first
    content: dict[str, Any] = {
        **request.told(),
        "replications": number,
        "differences": [_record(first, whole, one, arm, *asked[one, arm]) for one, arm in asked],
        "failed": whole.failed,
        "configuration": configuration.plain,
    }
    stamp = hashlib.sha256(json.dumps([results.configuration_hash(configuration), request.told()]).encode()).hexdigest()
    name = results.results_folder(configuration).name.rpartition("-")[0]
    folder = configuration.outputs / "replications" / f"{name}-{stamp[:8]}"
    write_text(results.to_json(content), folder / "replications.json")
    for line in sentences(content, configuration.language):
        print(line)
    print(folder)
    say(f"kohtaanto compare with replications={number} finds these runs stored")
    if whole.failed:
        error = next(iter(whole.errors()))
        say(f"{whole.failed} runs failed, the first with {error}; their replications are left out of the differences")
    return 1 if whole.failed else 0


def _simulated(request: Request, configuration: Configuration, retry_failed: bool) -> Sample:
    outcomes = list({one.outcome.name: one.outcome for one in request.wanted}.values())
    evaluation = Evaluation(configuration, (), outcomes, executor_of(configuration), retry_failed)
    return evaluation([Point("as_is", {})])


def _whole(sample: Sample, wanted: Wanted, arm: str) -> NDArray[np.float64]:
    """Differences of the replications that both arms have, shape (replications,)."""
    differences = sample.differences(wanted.outcome.name, arm)[0]
    kept = differences[np.isfinite(differences)]
    if len(kept) < _LEAST_FIRST:
        raise InputError(f"{arm}: {len(kept)} of {len(differences)} replications are whole, {_LEAST_FIRST} are needed; "
                         f"{next(iter(sample.errors()), 'the outcome has no value')}")  # fmt: skip
    return kept


def _without_end(first: NDArray[np.float64], number: int) -> int:
    """A share of a difference of 0: enough where it is 0 in every replication, else never."""
    return number if np.ptp(first) == 0.0 else 10**9


def _record(first: Sample, whole: Sample, wanted: Wanted, arm: str, width: float, count: int) -> dict[str, Any]:
    name = wanted.outcome.name
    base, other = whole.values(name, BASELINE)[0], whole.values(name, arm)[0]
    both = np.isfinite(base) & np.isfinite(other)
    pairing = pairing_of(base[both], other[both])
    n, stage = int(both.sum()), _whole(first, wanted, arm)
    reached, worth = half_width(stage, n), pairing.worth(n)
    return {
        "arm": arm, "outcome": name, "indicator": wanted.outcome.indicator, "group_kind": wanted.outcome.group_kind,
        "group": wanted.outcome.group, "month": wanted.outcome.month, "unit": wanted.outcome.unit,
        "mean": float((other - base)[both].mean()), "half_width": reached, "n": n, "asked": width, "needed": count,
        "is_enough": reached <= width, "paired_variance": pairing.paired, "unpaired_variance": pairing.unpaired,
        "saved_share": 1.0 - pairing.ratio if math.isfinite(pairing.ratio) else None,
        "worth": worth if math.isfinite(worth) else None,
    }  # fmt: skip


def sentences(content: Mapping[str, Any], language: str) -> list[str]:
    """The differences, and what pairing saved, in the user's language."""
    terms = Terms(language)
    notation = Notation(terms)
    said = []
    for one in content["differences"]:
        unit = unit_of(str(one["unit"]))

        def number(value: float, unit: Any = unit) -> str:
            return names.number(value * unit.factor, notation)

        what = f"{names.arm(one['arm'], terms)}, {names.outcome(one, terms)}"
        n = str(one["n"])
        if one["paired_variance"] == 0.0:
            mean = notation.joined(number(one["mean"]), unit)
            said.append(terms.sentence("replications_constant", what=what, n=n, mean=mean))
            continue
        half = notation.joined(number(one["half_width"]), unit)
        told = {"what": what, "mean": number(one["mean"]), "half": half, "n": n}
        if one["is_enough"]:
            said.append(terms.sentence("replications_enough", **told))
        else:
            count = str(one["needed"]) if one["needed"] < 10**9 else "∞"
            said.append(terms.sentence("replications_short", asked=number(one["asked"]), needed=count, **told))
        if one["saved_share"] is not None:
            worth = {"n": n, "worth": notation.number(one["worth"])}
            if one["saved_share"] > 0.0:
                saved = notation.percent(100.0 * one["saved_share"])
                said.append(terms.sentence("replications_pairing", saved=saved, **worth))
            else:
                said.append(terms.sentence("replications_pairing_worse", **worth))
    return said
