"""The engine beside an ordinary Mesa model of the same rules, on this machine, in alternation.

``python -m benchmarks.side_by_side`` (``make bench``) prints, each beside its target:

* seconds that the engine needs for ten years at full scale on one core, median of `REPEATS`;
* the share of each phase of the day in that time;
* milliseconds that the Mesa model needs for a day at full scale, from `MESA_DAYS` days between two runs of
  the engine, extrapolated to ten years, and the ratio;
* the exponent of the engine's time in scale, fitted in logarithms;
* peak memory of a fresh process that simulates ten years at full scale with compiled kernels in the cache;
* bytes of state a person, and candidates looked at for each event of each mechanism;
* whether the two sides agree (`benchmarks.agreement`).

Times are those of a process with nothing beside it on its core: close other programs first. The model is
built before the clock starts, on both sides. The exit code is 0 whatever the figures are.
"""

from __future__ import annotations

import dataclasses
import os
import pickle
import subprocess
import sys
import time
from datetime import date
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from agents.area import EmploymentAreaModel, build
from agents.region import Region
from agents.specification import RunResult, RunSpecification
from agents.warm_up import warm_up
from benchmarks.agreement import agreement, run_engine, run_mesa, specification, told, whole_months
from benchmarks.mesa_model import AreaModel
from sim.day import profile
from sim.dimensions import State

YEARS = 10
DAYS = 3652
REPEATS = 7
MESA_DAYS = 10
MESA_WARM_UP_DAYS = 5
SCALES = {0.1: 7, 1.0: 0, 10.0: 2}
"""Scales of the fit, and runs at each; scale 1 is what was timed beside the Mesa model."""
SMALL_SCALE, MONTHS, ENGINE_WORLDS, MESA_WORLDS = 0.02, 6, 150, 24
"""Of the comparison of results."""

MOST_SECONDS = 3.0
"""Ten years with all service lines at work."""
PROFILED_DAYS = 730
LEAST_RATIO = 300.0
LARGEST_EXPONENT = 1.1
MOST_MEGABYTES = 400.0
MOST_BYTES = 250.0

_MECHANISMS = {
    "separation": ("separation_candidates", "separation_events"),
    "labour force": ("labour_force_candidates", "labour_force_events"),
    "search": ("search_candidates", "search_events"),
    "demography": ("life_candidates", "life_events"),
}
"""Mechanisms whose days are drawn: candidates, and events that came of them."""
_DATED = ("dated_events", "job_events", "service_events", "hiring_events", "training_events")
"""Mechanisms whose days are known: each look is an event."""


@dataclasses.dataclass
class Timing:
    """Times taken in alternation, seconds.

    Attributes
    ----------
    engine
        Ten years each.
    mesa
        A simulated day each, mean of `MESA_DAYS` days.
    """

    engine: list[float]
    mesa: list[float]

    @property
    def ratio(self) -> float:
        """How many times as long ten years would take with the Mesa model."""
        return median(self.mesa) * DAYS / median(self.engine)


def timed(spec: RunSpecification) -> tuple[float, RunResult, int]:
    """Simulate a specification.

    Returns
    -------
    tuple
        Seconds without the building of the world, the result, and residents and in-commuters at the start.
    """
    world = build(spec)
    people = int((world.arrays.persons[: int(world.control.n_persons)].state != State.ABSENT).sum())
    model = EmploymentAreaModel(spec, world)
    begin = time.perf_counter()
    model.run()
    seconds = time.perf_counter() - begin
    result = model.result({})
    model.release()
    return seconds, result, people


def phases(spec: RunSpecification) -> dict[str, float]:
    """Share of each phase of the day in the time of two years, and of what is decided and recorded between days."""
    model = EmploymentAreaModel(spec)
    model.run(PROFILED_DAYS)
    spent = profile(model.world, PROFILED_DAYS)
    begin = time.perf_counter()
    model = EmploymentAreaModel(spec)
    model.run(2 * PROFILED_DAYS)
    whole = (time.perf_counter() - begin) / 2.0
    spent["between days"] = max(whole - sum(spent.values()), 0.0)
    total = sum(spent.values())
    return {name: seconds / total for name, seconds in spent.items()}


def alternate(spec: RunSpecification, repeats: int = REPEATS) -> tuple[Timing, RunResult, int]:
    """Run engine and Mesa model in turn, after a warm-up of both."""
    timed(dataclasses.replace(spec, days=365))
    mesa = AreaModel(build(spec), Region.load(spec.region), spec.seed)
    for _ in range(MESA_WARM_UP_DAYS):
        mesa.step()
    timing = Timing([], [])
    for k in range(repeats):
        seconds, result, people = timed(dataclasses.replace(spec, seed=spec.seed + k))
        timing.engine.append(seconds)
        begin = time.perf_counter()
        for _ in range(MESA_DAYS):
            mesa.step()
        timing.mesa.append((time.perf_counter() - begin) / MESA_DAYS)
    mesa.remove_all_agents()
    return timing, result, people


def exponent(seconds: dict[float, float]) -> float:
    """Fit the exponent of time in scale, in logarithms.

    Parameters
    ----------
    seconds
        Time by scale.
    """
    scales: NDArray[np.float64] = np.log(list(seconds))
    return float(np.polyfit(scales, np.log(list(seconds.values())), 1)[0])


def peak_megabytes(spec: RunSpecification) -> float:
    """Peak resident memory of a fresh process that simulates a specification, MB (2**20 bytes).

    Call it while this process is small: Linux hands the peak of a parent on to the child.
    """
    code = (
        "import pickle, resource, sys\n"
        "from agents.area import simulate\n"
        "simulate(pickle.load(sys.stdin.buffer))\n"
        "unit = 1 if sys.platform == 'darwin' else 1024\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], input=pickle.dumps(spec), capture_output=True, check=True)
    return float(done.stdout.split()[-1])


def candidates_per_event(counters: dict[str, int]) -> dict[str, float]:
    """How many candidate days are looked at for each event, by mechanism whose days are drawn."""
    return {
        mechanism: counters[candidates] / max(counters[events], 1)
        for mechanism, (candidates, events) in _MECHANISMS.items()
    }


def verdict(name: str, value: str, target: str, passes: bool) -> str:
    """Write a figure beside its target."""
    return f"{name:58}{value:>14}   target {target:10} {'pass' if passes else 'FAIL'}"


def say(line: str = "") -> None:
    """Print at once, so that one sees how far it is."""
    print(line, flush=True)


def use_one_core() -> str:
    """Keep this process on one core where the system lets it."""
    if not hasattr(os, "sched_setaffinity"):
        return "one core at a time (this system does not bind processes)"
    core = min(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return f"bound to core {core}"


def main() -> None:
    """Measure and print."""
    spec = specification(DAYS, 1.0)
    compiling = warm_up(spec)
    say(f"Satakunta from {spec.start}, {use_one_core()}; kernels compiled in {compiling:.0f} s before")
    megabytes = peak_megabytes(spec)
    timing, result, people = alternate(spec)
    seconds = median(timing.engine)
    say(
        verdict(
            f"engine, {YEARS} years, scale 1, median of {len(timing.engine)}",
            f"{seconds:.2f} s", f"<= {MOST_SECONDS:g} s", seconds <= MOST_SECONDS,
        )
    )  # fmt: skip
    say(f"  all: {', '.join(f'{s:.2f}' for s in timing.engine)} s; a day {1000.0 * seconds / DAYS:.3f} ms")
    say("  share of each phase: " + ", ".join(f"{name} {share:.0%}" for name, share in phases(spec).items()))
    day = median(timing.mesa)
    say(
        f"  Mesa model, a day at scale 1, {people} people: {1000.0 * day:.0f} ms, median of {len(timing.mesa)} times "
        f"{MESA_DAYS} days ({1000.0 * min(timing.mesa):.0f}–{1000.0 * max(timing.mesa):.0f});"
    )
    say(f"  extrapolated, not run: {YEARS} years take it {day * DAYS / 60.0:.0f} minutes")
    say(verdict("ratio", f"{timing.ratio:.0f} x", f">= {LEAST_RATIO:g} x", timing.ratio >= LEAST_RATIO))

    by_scale = {}
    for scale, repeats in SCALES.items():
        times = [timed(dataclasses.replace(spec, scale=scale, seed=1 + k))[0] for k in range(repeats)]
        by_scale[scale] = median(times) if times else seconds
    slope = exponent(by_scale)
    say(verdict("exponent of time in scale, 0.1 to 10", f"{slope:.3f}", f"<= {LARGEST_EXPONENT}",
                slope <= LARGEST_EXPONENT))  # fmt: skip
    say("  " + ", ".join(f"scale {scale:g}: {by_scale[scale]:.2f} s" for scale in by_scale))
    for low, high in pairwise(by_scale):
        between = exponent({low: by_scale[low], high: by_scale[high]})
        say(f"  from {low:g} to {high:g} alone: {between:.2f} (fixed costs of a day flatter the small end)")

    say(verdict(f"peak memory of a fresh process, {YEARS} years, scale 1", f"{megabytes:.0f} MB",
                f"<= {MOST_MEGABYTES:g} MB", megabytes <= MOST_MEGABYTES))  # fmt: skip
    size = float(result.built["state_bytes_per_person"])
    say(verdict("state a person, all tables that grow with people", f"{size:.0f} B", f"<= {MOST_BYTES:g} B",
                size <= MOST_BYTES))  # fmt: skip

    say("candidates per event, ten years at scale 1:")
    for mechanism, number in candidates_per_event(result.counters).items():
        candidates, events = (result.counters[name] for name in _MECHANISMS[mechanism])
        share = candidates / (people * DAYS)
        say(f"  {mechanism:14}{number:6.2f}   ({candidates} for {events}; {share:.3%} of person-days looked at)")
    known = ", ".join(f"{result.counters[name]} {name.replace('_', ' ')}" for name in _DATED)
    say(f"  on known days, 1 each: {known} ({result.counters['service_stale']} places in queues had been given up)")

    say("agreement of the two sides at small scale:")
    small = specification(whole_months(date(2022, 1, 1), MONTHS), SMALL_SCALE)
    ours = run_engine(small, range(1001, 1001 + ENGINE_WORLDS))
    theirs = run_mesa(small, range(1, 1 + MESA_WORLDS))
    say(told(agreement(ours, theirs)))


if __name__ == "__main__":
    main()
