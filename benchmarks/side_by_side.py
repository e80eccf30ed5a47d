"""The engine beside an ordinary Mesa model of the same rules: ``python -m benchmarks.side_by_side``.

Both start from the same built worlds on the same machine, in turn, after a warm-up, on one core. The Mesa
model simulates some days at full scale; its time for ten years is extrapolated from them. Absolute times
mean little on a shared machine: read the ratio.
"""

from __future__ import annotations

import dataclasses
import json
import os
import resource
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from statistics import median

import numpy as np

from agents.specification import RunSpecification

DAYS = 3652  # ten years
ROUNDS = 5
MESA_DAYS = 15  # simulated in each round at full scale
SCALES = (0.1, 1.0, 10.0)
SCALE_DAYS = 730

TARGET_SECONDS, TARGET_RATIO, TARGET_EXPONENT, TARGET_MB, TARGET_BYTES = 2.0, 300.0, 1.1, 400.0, 250.0


def specification(scale: float = 1.0, days: int = DAYS, seed: int = 1) -> RunSpecification:
    """Ten years of the shipped area from boom_2022, nothing happening to it."""
    from experiments.configuration import PROJECT, resolve

    return RunSpecification(
        region=PROJECT / "data" / "regions" / "satakunta",
        start="boom_2022",
        start_date=date(2022, 1, 1),
        days=days,
        seed=seed,
        scale=scale,
        parameters=resolve("run", []).plain["parameters"],
    )


def engine_seconds(spec: RunSpecification) -> float:
    """Seconds to simulate a specification once, the world being built."""
    from agents.area import EmploymentAreaModel, build

    model = EmploymentAreaModel(spec, build(spec))
    begin = time.perf_counter()
    model.run()
    seconds = time.perf_counter() - begin
    model.release()
    return seconds


def mesa_seconds_a_day(spec: RunSpecification, days: int) -> float:
    """Seconds that the Mesa model takes for a day, mean over some days after a first one."""
    from agents.area import build
    from agents.region import Region
    from benchmarks.mesa_model import AreaModel

    model = AreaModel(build(spec), Region.load(spec.region), spec.seed)
    model.step()
    begin = time.perf_counter()
    for _ in range(days):
        model.step()
    return (time.perf_counter() - begin) / days


def exponent_of_scale() -> tuple[float, list[float]]:
    """Exponent of the engine's time in the scale, fitted in logarithms, and the times of `SCALE_DAYS` days."""
    seconds = []
    for scale in SCALES:
        spec = specification(scale, SCALE_DAYS)
        seconds.append(min(engine_seconds(dataclasses.replace(spec, seed=seed)) for seed in (1, 2)))
    return float(np.polyfit(np.log(SCALES), np.log(seconds), 1)[0]), seconds


def fresh_process() -> tuple[float, float, dict[str, int]]:
    """Peak memory (MB) of a process that runs ten years, bytes of state a person, and its counters."""
    code = (
        "import json;"
        "from agents.area import simulate;"
        "from benchmarks.side_by_side import peak_mb, specification;"
        "r = simulate(specification());"
        "print(json.dumps([peak_mb(), r.built['state_bytes_per_person'], r.counters]))"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    peak, size, counters = json.loads(told.splitlines()[-1])
    return float(peak), float(size), counters


def peak_mb() -> float:
    """Peak resident memory of this process, MB.

    Linux counts the parent's peak into that of ``getrusage``; the kernel's own mark does not.
    """
    status = Path("/proc/self/status")
    if status.exists():
        (mark,) = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return float(mark.split()[1]) / 1024.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def verdict(name: str, value: float, unit: str, target: float, at_most: bool = True) -> str:
    """A line of the table: figure, target, pass or fail."""
    passed = value <= target if at_most else value >= target
    bound = "at most" if at_most else "at least"
    return f"{name:<44} {value:>10.3g} {unit:<8} {bound} {target:<6g} {'pass' if passed else 'FAIL'}"


def main() -> int:
    """Measure and print; always exit with 0, the figures are the result."""
    from agents.warm_up import warm_up

    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    spec = specification()
    warm_up(spec)
    engine_seconds(spec)
    engine, mesa_day = [], []
    for round_number in range(ROUNDS):
        seeded = dataclasses.replace(spec, seed=round_number + 1)
        engine.append(engine_seconds(seeded))
        mesa_day.append(mesa_seconds_a_day(dataclasses.replace(seeded, days=400), MESA_DAYS))
        print(f"round {round_number + 1}: engine {engine[-1]:.2f} s for ten years, Mesa {mesa_day[-1]:.3f} s a day")
    ratios = [m * DAYS / e for m, e in zip(mesa_day, engine, strict=True)]
    exponent, seconds = exponent_of_scale()
    peak, size, counters = fresh_process()
    print()
    print(f"Mesa, ten years at full scale, from {ROUNDS} x {MESA_DAYS} days    {median(mesa_day) * DAYS:.0f} s")
    print(verdict("engine, ten years at full scale, one core", median(engine), "s", TARGET_SECONDS))
    print(verdict("Mesa over engine, median of pairs", median(ratios), "times", TARGET_RATIO, at_most=False))
    print(verdict("exponent of time in scale, 0.1 to 10", exponent, "", TARGET_EXPONENT))
    print(verdict("peak memory of a process", peak, "MB", TARGET_MB))
    print(verdict("state a person", size, "bytes", TARGET_BYTES))
    told = ", ".join(f"{t:.2f} s at {s:g}" for s, t in zip(SCALES, seconds, strict=True))
    print(f"two years: {told}")
    print("candidates for each event: " + ", ".join(f"{name} {value:.2f}" for name, value in rates(counters).items()))
    return 0


def rates(counters: dict[str, int]) -> dict[str, float]:
    """Candidates looked at for each event, by mechanism."""
    found = {}
    for name, number in counters.items():
        if name.endswith("_candidates"):
            mechanism = name.removesuffix("_candidates")
            found[mechanism] = number / max(1, counters[f"{mechanism}_events"])
    return found


if __name__ == "__main__":
    sys.exit(main())
